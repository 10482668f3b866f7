"""docs/messages.md, the rows of `heirloom reach` and of the pages that its bridge answers itself."""
import contextlib
import http.client
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from message_support import expect_message
from puppet import CERTIFICATE_REQUEST, Puppet, der_of, tiny_credentials, vector
from reach_support import Box, Reach, answer_everything, fail, fingerprint, modern_context, old_box, old_context, write_pins
from support import PATIENCE, PROGRAM, SHORT_GROUP, certificate, chain, environment, key, write_group

ALERT = b"\x15\x03\x01\x00\x02\x02"
FALLBACK = b"\x56\x00"
ONE_VERSION = ("--min", "tls1", "--max", "tls1")


def saying(data):
    """The handler of a box that answers every hello with these bytes."""

    def handler(connection):
        connection.receive()
        connection.send(data)
        connection.receive()

    return handler


class Refusals(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = self.folder.name
        self.addCleanup(self.folder.cleanup)

    def reach(self, *words):
        return fail("--json", *words, state=self.state)

    def expect(self, handler, cause, *words):
        with Box(handler) as box:
            expect_message(self.reach(box.url, *words), cause)

    def test_box_with_plain_http(self):
        self.expect(saying(b"HTTP/1.0 400 Bad Request\r\n\r\n"), "not_tls_http_response")

    def test_box_with_ssh(self):
        self.expect(saying(b"SSH-2.0-dropbear\r\n"), "not_tls_ssh")

    def test_box_with_ssl2(self):
        self.expect(saying(b"\x80\x0b\x04\x00\x01\x00\x02" + b"\x00" * 6), "sslv2_server")

    def test_box_with_garbage(self):
        self.expect(saying(b"\x00\xff" * 50), "not_tls")

    def test_box_that_refuses_the_fallback(self):
        def handler(connection):
            connection.receive()
            connection.send(ALERT + (b"\x56" if FALLBACK in connection.buffer else b"\x46"))

        self.expect(handler, "inappropriate_fallback")

    def test_box_that_shares_no_suite(self):
        self.expect(saying(ALERT + b"\x28"), "no_common_cipher_suite")
        self.expect(saying(ALERT + b"\x28"), "no_common_cipher_suite", "--allow", "null,export,anon")
        self.expect(saying(ALERT + b"\x28"), "no_common_cipher_suite", "--preset", "strict")

    def test_box_with_a_short_group(self):
        options = ("--dhparam", write_group(self.state, SHORT_GROUP), "--allow", "dh512", "--suites", "DHE")
        with old_box(answer_everything, *options) as (url, _):
            expect_message(self.reach(url), "refused_here")
        # The group of a certificate: no hello makes it longer, so the ladder ends with the flag, too.
        with old_box(answer_everything, name="dh512") as (url, _):
            ending = expect_message(self.reach(url), "refused_here")
            self.assertRegex(ending.advice, " --allow dh512$")

    def test_box_without_a_certificate(self):
        with old_box(answer_everything, "--suites", "anon", "--allow", "anon") as (url, _):
            expect_message(self.reach(url, "--preset", "museum"), "no_certificate")
            expect_message(self.reach(url, "--allow", "anon", "--pin", "sha256:" + 64 * "0"), "no_certificate")

    def test_box_below_the_minimum(self):
        self.expect(saying(ALERT + b"\x46"), "version_not_acceptable", "--min", "tls1")
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            expect_message(self.reach(url, "--min", "tls1"), "version_not_acceptable")

    def test_box_that_refuses_everything(self):
        self.expect(saying(ALERT + b"\x50"), "refused")

    def test_box_that_hangs_up(self):
        self.expect(lambda connection: connection.receive(), "hangs_up")

    def test_box_that_never_answers(self):
        def handler(connection):
            while connection.receive():
                pass

        self.expect(handler, "silent", "--max", "ssl3")

    def test_box_that_is_not_acceptable(self):
        def handler(connection):
            peer = Puppet(connection.stream, "server")
            peer.read_client_hello()
            peer.server_hello(suite=0x002C)
            connection.receive()

        self.expect(handler, "refused_here", *ONE_VERSION)

    def test_box_that_wants_a_certificate(self):
        words = (*ONE_VERSION, "--suites", "RC4-MD5", "--client-auth", "required", "--cafile", chain("ca"))
        with old_box(answer_everything, *words) as (url, _):
            expect_message(self.reach(url, *ONE_VERSION), "client_certificate_required")
            own = ("--cert", certificate("device"), "--key", key("device"))
            expect_message(self.reach(url, *ONE_VERSION, *own), "client_certificate_required")

    def test_own_key_that_is_too_small_to_sign(self):
        def handler(connection):
            peer = Puppet(connection.stream, "server")
            peer.read_client_hello()
            peer.server_hello()
            peer.certificate(der_of(certificate("device")))
            peer.send_message(CERTIFICATE_REQUEST, b"\x01\x01" + vector(2, b""))
            peer.hello_done()
            connection.receive()

        file = tiny_credentials(self.state)
        self.expect(handler, "refused_here", *ONE_VERSION, "--cert", file)

    def test_closed_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        expect_message(self.reach(f"https://127.0.0.1:{port}"), "connection_refused")

    def test_urls(self):
        expect_message(self.reach("http://127.0.0.1:8080/"), "plain_http_url")
        expect_message(self.reach("9443"), "port_without_box")
        expect_message(self.reach("ftp://127.0.0.1/"), "url_scheme")
        expect_message(self.reach("https://user@127.0.0.1/"), "url_invalid")


class Identity(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = self.folder.name
        self.addCleanup(self.folder.cleanup)
        self.box = Box(context=old_context(versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2)))
        self.addCleanup(self.box.close)

    def reach(self, *words, state=None):
        return fail("--json", self.box.url, *words, state=state or self.state)

    def meet(self):
        with Reach("--accept-new", self.box.url, state=self.state) as reach:
            reach.stop()

    def test_nobody_vouches(self):
        expect_message(self.reach(), "certificate_untrusted")

    def test_revoked_certificate(self):
        trusting = {"SSL_CERT_FILE": certificate("ca"), "SSL_CERT_DIR": self.state}
        lists = os.path.join(os.path.dirname(certificate("ca")), "ca.crl")
        with old_box(answer_everything, *ONE_VERSION, name="revoked") as (url, _):
            with Reach(url, *ONE_VERSION, state=self.state, env=trusting) as reach:
                reach.stop()  # nobody has asked, and so it is remembered
            words = ("--json", url, *ONE_VERSION, "--crl", lists)
            for more in ((), ("--accept-new",)):
                with Reach(*words, *more, state=self.state, fails=True, env=trusting) as reach:
                    expect_message((reach.wait(), reach.err()), "certificate_revoked")

    def test_public_address(self):
        script = (
            'ip link set lo up && ip addr add 203.0.113.7/32 dev lo && '
            '"$0" serve --listen 203.0.113.7:8443 --www --cert "$1" --key "$2" 2>ready & '
            'until grep -q listening ready 2>/dev/null; do sleep 0.05; done; '
            '"$0" reach --json --accept-new https://203.0.113.7:8443; code=$?; kill $!; exit $code'
        )
        done = subprocess.run(
            ["unshare", "-rn", "sh", "-c", script, PROGRAM, certificate("device"), key("device")], capture_output=True,
            text=True, timeout=PATIENCE, check=False, cwd=self.state, env=environment(XDG_STATE_HOME=self.state),
        )
        if "unshare" in done.stderr:
            self.skipTest(f"no network of its own for a test: {done.stderr}")
        expect_message((done.returncode, done.stderr), "certificate_untrusted")

    def test_another_than_the_pinned_one(self):
        expect_message(self.reach("--pin", fingerprint("ca")), "certificate_pin_mismatch")

    def test_words_that_are_no_pins(self):
        expect_message(self.reach("--pin", "sha256:12"), "pin_invalid")
        expect_message(self.reach("--accept-changed", "sha256:12"), "pin_invalid")

    def test_changed_certificate(self):
        self.meet()
        self.box.context = modern_context()
        expect_message(self.reach(), "certificate_changed")

    def test_lower_version(self):
        self.meet()
        self.box.context = old_context()
        expect_message(self.reach(), "version_lower")

    def test_pin_file_that_cannot_be_written(self):
        state = pathlib.Path(self.state) / "file"
        state.write_text("not a directory")
        expect_message(self.reach("--accept-new", state=state), "pin_file")

    def test_pin_file_without_a_home(self):
        done = subprocess.run(
            [PROGRAM, "reach", "--json", self.box.url], capture_output=True, text=True, timeout=PATIENCE, check=False,
            env={name: value for name, value in environment(HOME="relative").items() if name != "XDG_STATE_HOME"},
        )
        expect_message((done.returncode, done.stderr), "no_home")

    def test_pins_that_fill_the_memory(self):
        write_pins(self.state, "")
        os.truncate(pathlib.Path(self.state) / "heirloom" / "pins", 4 * 2**30)
        limited = ["prlimit", f"--as={2**30}", PROGRAM]
        if subprocess.run([*limited, "--version"], capture_output=True, timeout=PATIENCE, check=False).returncode != 0:
            self.skipTest("a program with sanitizers does not start in a gigabyte")
        done = subprocess.run(
            [*limited, "reach", self.box.url], capture_output=True, text=True, timeout=PATIENCE, check=False,
            env=environment(XDG_STATE_HOME=self.state),
        )
        expect_message((done.returncode, done.stderr), "internal")

    def test_line_of_this_box_that_cannot_be_read(self):
        write_pins(self.state, f"127.0.0.1:{self.box.port} version=tls1.0 hello=tls1.0 certificate=sha256:12\n")
        expect_message(self.reach("--accept-new"), "pin_malformed")


class Pages(unittest.TestCase):
    """What the bridge answers itself. The box's handler and context are replaced while it runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = folder.name
        self.box = Box(self.one_answer, old_context())
        self.addCleanup(self.box.close)

    @staticmethod
    def one_answer(connection):
        if connection.read_request() is not None:
            connection.answer(b"ok", fields="Connection: close\r\n")
            connection.close_notify()

    @contextlib.contextmanager
    def bridge(self, *words):
        with Reach("--accept-new", *words, self.box.url, state=self.state) as reach:
            self.assertEqual(reach.fetch("/").body, b"ok")
            yield reach

    def raw(self, reach, text):
        """A request that http.client would not send; the page that answers it."""
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(text.encode())
            response = http.client.HTTPResponse(stream)
            response.begin()
            response.body = response.read()
            return response

    def test_page_for_another_name(self):
        with self.bridge() as reach:
            expect_message(reach.fetch("/", host="evil.example"), "request_misdirected")

    def test_page_for_another_site(self):
        with self.bridge() as reach:
            expect_message(reach.fetch("/", method="POST", Origin="http://evil.example"), "request_cross_site")

    def test_page_for_a_proxy(self):
        with self.bridge() as reach:
            response = self.raw(reach, f"CONNECT / HTTP/1.1\r\nHost: {reach.authority}\r\n\r\n")
            expect_message(response, "request_to_proxy")

    def test_page_for_chunks_to_an_old_box(self):
        def old(connection):
            if connection.read_request() is not None:
                connection.send(b"HTTP/1.0 200 OK\r\n\r\nok")
                connection.close_notify()

        self.box.handler = old
        with self.bridge() as reach:
            expect_message(reach.fetch("/", method="POST", body=iter([b"x"])), "request_chunked")

    def test_page_for_nonsense(self):
        with self.bridge() as reach:
            expect_message(self.raw(reach, f"GET / HTTP/1.1\r\nHost: {reach.authority}\r\nX : y\r\n\r\n"), "request_malformed")
            long = f"GET / HTTP/1.1\r\nHost: {reach.authority}\r\nX: {'x' * 70000}"
            expect_message(self.raw(reach, long), "request_malformed")

    def test_page_for_a_body_that_turns_into_nonsense(self):
        started = threading.Event()

        def handler(connection):
            connection.read_head()
            started.set()
            connection.receive()

        with self.bridge() as reach:
            self.box.handler = handler
            with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
                head = f"POST / HTTP/1.1\r\nHost: {reach.authority}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
                stream.sendall(head.encode())
                self.assertTrue(started.wait(PATIENCE))
                stream.sendall(b"nonsense\r\n")
                response = http.client.HTTPResponse(stream)
                response.begin()
                response.body = response.read()
            expect_message(response, "request_malformed")

    def test_page_for_a_box_without_an_answer(self):
        with self.bridge() as reach:
            self.box.handler = lambda connection: connection.read_request()
            expect_message(reach.fetch("/"), "no_answer")

    def test_page_for_a_box_that_talks_nonsense(self):
        def nonsense(connection):
            if connection.read_request() is not None:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx")

        with self.bridge() as reach:
            self.box.handler = nonsense
            expect_message(reach.fetch("/"), "bad_answer")

    def test_page_for_a_box_that_is_gone(self):
        with self.bridge() as reach:
            self.box.close()
            expect_message(reach.fetch("/"), "connection_refused")

    def test_page_for_a_changed_certificate(self):
        with self.bridge() as reach:
            self.box.context = modern_context()
            expect_message(reach.fetch("/"), "certificate_changed")

    def test_page_for_a_lower_version(self):
        newer = (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)
        self.box.context = old_context(versions=newer)
        with self.bridge() as reach:
            self.box.context = old_context()
            expect_message(reach.fetch("/"), "version_lower")

    def test_page_for_a_box_that_refuses(self):
        with self.bridge() as reach:
            self.box.context = None
            self.box.handler = saying(ALERT + b"\x28")
            expect_message(reach.fetch("/"), "refused")

    def test_page_for_a_box_that_is_silent(self):
        def silent(connection):
            while connection.receive():
                pass

        with self.bridge() as reach:
            self.box.context = None
            self.box.handler = silent
            expect_message(reach.fetch("/"), "silent")


if __name__ == "__main__":
    unittest.main()
