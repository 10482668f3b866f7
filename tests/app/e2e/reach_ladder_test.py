"""`heirloom reach`: which hello is tried after which, what is remembered, and what it says if nothing works."""
import contextlib
import re
import socket
import ssl
import struct
import tempfile
import threading
import unittest

from reach_support import Box, Reach, answer_everything, fail, modern_context, old_box, old_context, pins, words, write_pins
from support import PATIENCE, SHORT_GROUP, chain, key, write_group

ALERT = b"\x15\x03\x01\x00\x02\x02"


def silent(connection):
    while connection.receive():
        pass


def resetting(connection):
    connection.receive()
    connection.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hanging_up(connection):
    connection.receive()


def alerting(number):
    def handler(connection):
        connection.receive()
        connection.box.requests.append(connection.buffer)
        connection.send(ALERT + bytes([number]))

    return handler


def speaking_http(connection):
    connection.receive()
    connection.send(b"HTTP/1.0 400 Bad Request\r\n\r\n<html>")


def speaking_ssh(connection):
    connection.send(b"SSH-2.0-dropbear_2012.55\r\n")
    connection.receive()


def offered_suites(hello):
    """The cipher suites of a ClientHello that came in one record."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    length = int.from_bytes(hello[at:at + 2], "big")
    suites = hello[at + 2:at + 2 + length]
    return [int.from_bytes(suites[i:i + 2], "big") for i in range(0, length, 2)]


FALLBACK = 0x5600


def has_extensions(hello):
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at:at + 2], "big")
    at += 1 + hello[at]
    return len(hello) > at


def gate(port, refuse):
    """The handler of a box that hangs up on some hellos, or answers them with an alert; the others reach the
    server on that port."""

    def handler(connection):
        connection.receive()
        hello = connection.buffer
        connection.box.requests.append(hello)
        answer = refuse(hello)
        if answer is not None:
            connection.send(answer)
            return
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as server:
            server.sendall(hello)
            back = threading.Thread(target=pump, args=(server, connection.stream), daemon=True)
            back.start()
            pump(connection.stream, server)
            back.join(PATIENCE)

    return handler


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


class Ladder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = self.folder.name
        self.addCleanup(self.folder.cleanup)

    def test_modern_box_needs_the_first_rung(self):
        with Box(context=modern_context()) as box, Reach("--accept-new", box.url, state=self.state) as reach:
            self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertEqual(box.accepted, 1)
            self.assertIn(" hello=system ", pins(self.state))
            self.assertIn("version=tls1.3", pins(self.state))
            self.assertEqual(reach.stop(), 0)

    def test_tls10_with_aes_needs_the_second(self):
        with Box(context=old_context()) as box, Reach("--accept-new", box.url, state=self.state) as reach:
            self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertIn("version=tls1.0 suite=aes-256-cbc hello=system-seclevel0", pins(self.state))

    def test_short_key_is_broken_whoever_speaks(self):
        with Box(context=old_context("rsa512")) as box, Reach("--accept-new", box.url, state=self.state) as reach:
            self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertIn("broken: the key of 512 bits can be factored", reach.err())

    def test_tls10_with_rc4_needs_our_engine(self):
        with old_box(answer_everything, "--max", "tls1", "--min", "tls1", "--suites", "RC4-MD5") as (url, _):
            with Reach("--accept-new", url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertIn("version=tls1.0 suite=rc4-128 hello=tls1.0", pins(self.state))
                reach.wait_for_log("connection 1: TLS 1.0, TLS_RSA_WITH_RC4_128_MD5")

    def test_ssl30_only(self):
        for suite, word in (("RC4-SHA", "rc4-128"), ("DES-CBC3-SHA", "3des-ede-cbc")):
            with self.subTest(suite), tempfile.TemporaryDirectory() as state:
                with old_box(answer_everything, "--max", "ssl3", "--suites", suite) as (url, _):
                    with Reach("--accept-new", url, state=state) as reach:
                        self.assertEqual(reach.fetch("/x").body, b"GET /x")
                        self.assertIn(f"version=ssl3.0 suite={word} hello=", pins(state))

    def test_next_start_needs_one_connection(self):
        with Box(context=old_context()) as box:
            with Reach("--accept-new", box.url, state=self.state) as reach:
                first_url = reach.url
                reach.stop()
            box.accepted = 0
            with Reach(box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertEqual(reach.url, first_url, "the same port as last time")
                self.assertEqual(box.accepted, 1)

    def test_remembered_hello_that_fails_starts_from_the_top(self):
        newer = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
        with Box(context=old_context(versions=newer)) as box:
            with Reach("--accept-new", box.url, state=self.state) as reach:
                reach.stop()
            remembered = pins(self.state)
            self.assertIn("version=tls1.2", remembered)
            write_pins(self.state, re.sub("version=.*? suite=.*? hello=.*? ", "version=ssl3.0 suite=rc4-128 hello=ssl3.0 ", remembered))
            box.accepted = 0
            with Reach(box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertEqual(box.accepted, 2, "the remembered one, then from the top")
            self.assertEqual(words(pins(self.state), "version", "suite", "hello"), words(remembered, "version", "suite", "hello"))

    def test_refusals_descend_to_the_last_rung(self):
        with Box(alerting(40)) as box:
            code, said = fail(box.url, state=self.state)
            self.assertEqual(box.accepted, 5)
            hellos = [hello for hello in box.requests if isinstance(hello, bytes)]
        self.assertEqual(code, 4)
        self.assertIn("shares no cipher suite", said)
        self.assertIn("--allow null,export,anon", said)
        self.assertEqual(said.count("refused: handshake_failure (40)"), 5)
        versions = [hello[9:11] for hello in hellos]
        self.assertEqual(versions, [b"\x03\x03", b"\x03\x03", b"\x03\x01", b"\x03\x01", b"\x03\x00"])
        signals = [FALLBACK in offered_suites(hello) for hello in hellos]
        # The third asks for suites that were not offered before: no signal (RFC 7507, drift D112).
        self.assertEqual(signals, [False, False, False, False, True])
        bare = hellos[3]
        self.assertNotIn(0x00FF, offered_suites(bare), "no signal of RFC 5746 either")

    def test_fallback_signal_can_be_left_out(self):
        with Box(alerting(40)) as box:
            fail("--no-fallback-signal", box.url, state=self.state)
            hellos = [hello for hello in box.requests if isinstance(hello, bytes)]
        self.assertEqual([FALLBACK in offered_suites(hello) for hello in hellos], [False] * 5)

    def test_reset_descends(self):
        with Box(resetting) as box:
            code, said = fail(box.url, state=self.state)
            self.assertEqual(box.accepted, 5)
        self.assertEqual(code, 4)
        self.assertIn("the box reset the connection", said)

    def test_hanging_up_descends(self):
        with Box(hanging_up) as box:
            code, said = fail(box.url, state=self.state)
            self.assertEqual(box.accepted, 5)
        self.assertEqual(code, 4)
        self.assertIn("hangs up on every hello", said)

    def test_silence_descends_after_five_seconds(self):
        with Box(silent) as box:
            code, said = fail("--min", "tls1", "--max", "tls1", box.url, state=self.state)
            self.assertEqual(box.accepted, 2)
        self.assertEqual(code, 3)
        self.assertIn("answers no TLS hello", said)

    def test_alert_86_stops_and_names_the_flag(self):
        def refusing_fallback(connection):
            connection.receive()
            connection.box.requests.append(connection.buffer)
            if FALLBACK in offered_suites(connection.buffer):
                connection.send(ALERT + bytes([86]))

        with Box(refusing_fallback) as box:
            code, said = fail(box.url, state=self.state)
            self.assertEqual(box.accepted, 3)
        self.assertEqual(code, 4)
        self.assertIn("newer version", said)
        self.assertIn(f"Try: heirloom reach {box.url} --no-fallback-signal", said)

    @contextlib.contextmanager
    def choosy_box(self, refuse, *words):
        with old_box(answer_everything, *words) as (url, _):
            with Box(gate(int(url.rsplit(":", 1)[1]), refuse)) as box:
                yield box

    def test_box_that_chokes_on_extensions(self):
        with self.choosy_box(lambda hello: b"" if has_extensions(hello) else None, "--max", "tls1", "--suites", "RC4-SHA") as box:
            url = f"https://localhost:{box.port}"  # an address is never sent as server_name
            with Reach("--accept-new", url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertIn(" version=tls1.0 suite=rc4-128 hello=tls1.0-bare ", pins(self.state))
            box.requests.clear()
            with Reach(url, state=self.state):
                self.assertEqual(len(box.requests), 1)

    def test_box_that_chokes_on_everything_but_ssl30(self):
        with self.choosy_box(lambda hello: None if hello[9:11] == b"\x03\x00" else b"", "--max", "ssl3") as box:
            with Reach("--accept-new", box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertIn(" version=ssl3.0 ", pins(self.state))
                self.assertIn(" hello=ssl3.0 ", pins(self.state))

    def test_choice_to_leave_the_signal_out_is_remembered(self):
        def refuse(hello):
            if hello[9:11] == b"\x03\x03":
                return b""
            return ALERT + bytes([86]) if FALLBACK in offered_suites(hello) else None

        with self.choosy_box(refuse, "--max", "tls1", "--suites", "RC4-SHA") as box:
            code, said = fail("--accept-new", box.url, state=self.state)
            self.assertEqual(code, 4)
            self.assertIn("--no-fallback-signal", said)
            with Reach("--accept-new", "--no-fallback-signal", box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertIn(" signal=off ", pins(self.state))
            box.requests.clear()
            with Reach(box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertEqual(len(box.requests), 1)

    def test_box_with_a_newer_version_and_old_suites(self):
        """It honours the signal, and has RC4 only: what libssl offers is no use to it at any version."""
        def refuse(hello):
            if hello[9:11] == b"\x03\x03":
                return ALERT + bytes([40])
            return ALERT + bytes([86]) if FALLBACK in offered_suites(hello) else None

        with self.choosy_box(refuse, "--max", "tls1", "--suites", "RC4-SHA") as box:
            with Reach("--accept-new", box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertIn(" hello=tls1.0 ", pins(self.state))
                self.assertIn(" signal=off ", pins(self.state))
            box.requests.clear()
            with Reach(box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertEqual(len(box.requests), 1)

    def test_later_connections_resume(self):
        def closing(connection):
            if connection.read_request() is not None:
                connection.answer(b"ok", fields="Connection: close\r\n")

        for words in (("--max", "ssl3", "--suites", "RC4-SHA"), ("--max", "tls1", "--suites", "DES-CBC3-SHA")):
            with tempfile.TemporaryDirectory() as state, old_box(closing, *words) as (url, _):
                with Reach("--accept-new", url, state=state) as reach:
                    for _ in range(3):
                        self.assertEqual(reach.fetch("/").body, b"ok")
                    reach.wait_for_log("connection 3: ")
                    self.assertRegex(reach.err(), r"connection 3: .*, resumed \(2 handshakes saved\): ")

    def test_ipv6(self):
        with Box(context=old_context(), host="::1") as box:
            with Reach("--accept-new", f"https://[::1]:{box.port}", state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertIn(f"http://ip6---1-{box.port}.localhost:", reach.url)
                self.assertEqual(box.requests[0].value("Host"), f"[::1]:{box.port}")
                self.assertTrue(pins(self.state).startswith(f"[::1]:{box.port} "))

    def test_plain_http_stops_with_the_cause(self):
        with Box(speaking_http) as box:
            code, said = fail(box.url, state=self.state)
        self.assertEqual(code, 4)
        self.assertIn("speaks plain HTTP, not TLS", said)
        self.assertIn(f"http://127.0.0.1:{box.port}/", said)

    def test_ssh_stops_with_the_cause(self):
        with Box(speaking_ssh) as box:
            code, said = fail(box.url, state=self.state)
        self.assertEqual(code, 4)
        self.assertIn("speaks SSH, not TLS", said)

    def test_tcp_and_names_stop(self):
        with contextlib.closing(socket.socket()) as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            code, said = fail(f"https://127.0.0.1:{port}", state=self.state)
        self.assertEqual(code, 3)
        self.assertIn(str(port), said)
        code, said = fail("https://box.invalid", state=self.state)
        self.assertEqual(code, 3)
        self.assertIn("box.invalid", said)

    def test_client_certificate_is_asked_for_by_name(self):
        words = ("--max", "tls1", "--suites", "RC4-MD5", "--client-auth", "required", "--cafile", chain("ca"))
        with old_box(answer_everything, *words) as (url, _):
            code, said = fail(url, state=self.state)
            self.assertEqual(code, 4)
            self.assertIn("wants a client certificate", said)
            self.assertIn("--cert", said)
            with Reach("--accept-new", "--cert", chain("client"), "--key", key("client"), url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")

    def test_a_short_group_costs_the_box_its_key_exchange_only(self):
        options = ("--dhparam", write_group(self.state, SHORT_GROUP), "--allow", "dh512", "--max", "tls1", "--suites")
        with old_box(answer_everything, *options, "DHE_RSA+AES_128,RSA+AES_128") as (url, _):
            with Reach("--accept-new", url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                reach.wait_for_log("TLS_RSA_WITH_AES_128_CBC_SHA")
        with old_box(answer_everything, *options, "DHE_RSA") as (url, _):
            with Reach("--accept-new", "--allow", "dh512", url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                reach.wait_for_log("Diffie-Hellman group of 512 bits")

    def test_a_box_without_a_certificate_has_to_be_allowed(self):
        with old_box(answer_everything, "--suites", "anon", "--allow", "anon") as (url, _):
            code, said = fail("--preset", "museum", url, state=self.state)
            self.assertEqual(code, 5)
            self.assertIn(f"Try: heirloom reach {url} --preset museum --allow anon", said)
            with Reach("--allow", "anon", url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertEqual(pins(self.state), "", "there is nothing to know it by")

    def test_null_encryption_has_to_be_allowed(self):
        with old_box(answer_everything, "--max", "ssl3", "--suites", "NULL-SHA", "--allow", "null") as (url, _):
            code, said = fail(url, state=self.state)
            self.assertEqual(code, 4)
            self.assertIn(f"Try: heirloom reach {url} --allow null,export,anon", said)
            with Reach("--accept-new", "--allow", "null", url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                reach.wait_for_log("broken")

    def test_restrictions_leave_rungs_out(self):
        with Box(alerting(40)) as box:
            fail("--max", "ssl3", box.url, state=self.state)
            self.assertEqual(box.accepted, 1)
            box.accepted = 0
            fail("--no-extensions", box.url, state=self.state)
            self.assertEqual(box.accepted, 2)

    def test_urls_that_cannot_work(self):
        code, said = fail("http://127.0.0.1:8080/x", state=self.state)
        self.assertEqual(code, 2)
        self.assertIn("plain HTTP", said)
        self.assertIn("heirloom reach https://127.0.0.1", said)
        code, said = fail("ftp://127.0.0.1", state=self.state)
        self.assertEqual(code, 2)

    def test_url_without_scheme_is_https(self):
        with Box(context=modern_context()) as box:
            with Reach("--accept-new", f"127.0.0.1:{box.port}", state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")

    def test_json_events(self):
        with Box(context=old_context()) as box:
            with Reach("--json", "--accept-new", f"{box.url}/start", state=self.state) as reach:
                self.assertTrue(reach.url.endswith("/start"))
                reach.fetch("/x")
                self.assertEqual(reach.stop(), 0)
                events = reach.events()
        self.assertEqual([event["event"] for event in events[:3]], ["tried", "tried", "box"])
        found = next(event for event in events if event["event"] == "box")
        self.assertEqual(found["version"], "TLS 1.0")
        self.assertEqual(found["strength"], "legacy")
        self.assertEqual(found["certificate"]["key_bits"], 1024)
        self.assertIn("signed by itself", found["certificate"]["complaints"])

    def test_no_colour_in_a_file(self):
        with Box(context=old_context()) as box, Reach("--accept-new", box.url, state=self.state) as reach:
            self.assertNotIn("\x1b", reach.err())


if __name__ == "__main__":
    unittest.main()
