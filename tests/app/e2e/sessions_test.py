"""connect and serve with each other and with the system's libssl: what works, and how it ends."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from support import (
    PATIENCE, PROGRAM, Server, certificate, chain, environment, fields, key, old_tls_context, plain_peer, read_all,
    read_exactly, run,
)

SUITES = json.loads(run("suites", "--json").out)["suites"]
VERSIONS = {"ssl3": "SSL 3.0", "tls1": "TLS 1.0"}


def letters(size):
    return bytes(ord("a") + i % 26 for i in range(size))


class EverySuite(unittest.TestCase):
    def test_page_of_200_kilobytes(self):
        """Of each suite at one version, since every connection costs two processes; the matrix has the rest."""
        others = []
        for name in ("dsa1024", "ec256", "dh512", "dh512-dsa", "kea"):
            others += ["--cert", certificate(name), "--key", key(name)]
        with Server("--preset", "museum", *others) as server:
            for place, suite in enumerate(SUITES):
                versions = [option for option in VERSIONS if VERSIONS[option] in suite["versions"]]
                option = versions[place % len(versions)]
                with self.subTest(suite=suite["openssl_name"], version=option):
                    outcome = run(
                        "connect", server.address, "--insecure", "--min", option, "--max", option,
                        "--preset", "museum", "--suites", suite["openssl_name"], "--json",
                        data=b"GET /bytes/200000 HTTP/1.0\r\n\r\n",
                    )
                    self.assertEqual(outcome.code, 0, outcome.err)
                    self.assertEqual(outcome.out.split(b"\r\n\r\n", 1)[1], letters(200000))
                    summary = json.loads(outcome.err.splitlines()[0])
                    self.assertEqual(summary["version"], VERSIONS[option])
                    self.assertEqual(summary["suite"]["id"], suite["id"])
                    logged = fields(server.next_line())
                    self.assertEqual(logged["openssl"], suite["openssl_name"])
                    self.assertEqual(logged["version"], VERSIONS[option])
                    self.assertEqual(logged["temporary_key"], summary["temporary_key"])

    def test_echo_of_200_kilobytes(self):
        data = os.urandom(200000)
        for option in VERSIONS:
            with self.subTest(option), Server(mode=("--echo",)) as server:
                # The client closes only when the server does, which an echo never does: read what is due.
                client = subprocess.Popen(
                    [PROGRAM, "connect", server.address, "--insecure", "--max", option, "--min", option],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                )
                writer = threading.Thread(target=lambda c=client: (c.stdin.write(data), c.stdin.close()))
                writer.start()
                self.assertEqual(client.stdout.read(len(data)), data)
                writer.join()
                client.send_signal(signal.SIGTERM)
                self.assertEqual(client.wait(PATIENCE), 0, client.stderr.read())
                client.stdout.close()
                client.stderr.close()
                logged = fields(server.next_line())
                self.assertEqual(logged["bytes_in"], "200000")
                self.assertEqual(logged["bytes_out"], "200000")
                self.assertEqual(logged["close"], "client closed")


class Suites(unittest.TestCase):
    def suites(self, *words):
        return json.loads(run("suites", "--json", *words).out)

    def test_a_list_is_shown_as_it_is_offered(self):
        listed = self.suites("--suites", "-RC4,+EXPORT", "--allow", "export")["suites"]
        ids = [suite["id"] for suite in listed]
        device = [suite["id"] for suite in self.suites("--preset", "device")["suites"] if "RC4" not in suite["cipher"]]
        self.assertEqual(ids[:len(device)], device)
        self.assertEqual({tuple(suite["allow"]) for suite in listed[len(device):]}, {("export",)})

    def test_policies_are_printed_and_compared(self):
        policy = self.suites("--policy", "--preset", "museum")["policy"]
        self.assertEqual(policy["min_dh_bits"], 512)
        self.assertEqual(len(policy["cipher_suites"]), len(SUITES))
        difference = self.suites("--diff", "strict", "device")["difference"]
        self.assertIn({"name": "min_dh_bits", "from": 1024, "to": 768}, difference["fields"])
        self.assertIn("TLS_RSA_WITH_RC4_128_SHA", difference["suites_added"])
        self.assertEqual(run("suites", "--diff", "device", "device").out, b"")
        self.assertIn(b"- min_version = TLS 1.0\n+ min_version = SSL 3.0\n", run("suites", "--diff", "strict", "device").out)


class AgainstTheSystemsLibssl(unittest.TestCase):
    """Python's ssl module is OpenSSL, which shares no code with ours above libcrypto."""

    def test_serve_answers_it(self):
        with Server(name="rsa2048") as server:
            context = old_tls_context(ssl.PROTOCOL_TLS_CLIENT)
            with socket.create_connection(("127.0.0.1", server.port)) as plain:
                with context.wrap_socket(plain) as client:
                    self.assertEqual(client.version(), "TLSv1")
                    client.sendall(b"GET /bytes/200000 HTTP/1.0\r\n\r\n")
                    self.assertTrue(read_all(client).endswith(letters(200000)))
            self.assertEqual(fields(server.next_line())["close"], "answered")

    def test_connect_reaches_it(self):
        context = old_tls_context(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain("rsa2048"), key("rsa2048"))
        received = []

        def answer(plain):
            with context.wrap_socket(plain, server_side=True) as client:
                received.append(read_exactly(client, 6))
                client.sendall(letters(200000))
                client.unwrap()

        with plain_peer(answer) as port:
            outcome = run("connect", f"localhost:{port}", "-4", "--cafile", certificate("ca"), "-v", data=b"hello\n")
        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertEqual(outcome.out, letters(200000))
        self.assertEqual(received, [b"hello\n"])
        self.assertIn("verified chain, up to its root", outcome.err)

    def test_a_verified_chain_is_shown_up_to_its_root(self):
        command = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--www", "--cert", chain("chained"), "--key", key("chained")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as served:
            port = re.search(r":(\d+) ", served.stderr.readline()).group(1)
            outcome = run(
                "connect", f"localhost:{port}", "-4", "--cafile", certificate("ca"), "--json",
                data=b"GET / HTTP/1.0\r\n\r\n",
            )
            served.terminate()
        summary = json.loads(outcome.err.splitlines()[0])
        self.assertEqual(len(summary["verified_chain"]), 3)
        root = summary["verified_chain"][-1]
        self.assertEqual(root["subject"], root["issuer"])


class ConnectOutput(unittest.TestCase):
    def test_one_summary_line_names_everything(self):
        with Server() as server:
            outcome = run("connect", server.address, "--insecure", data=b"GET / HTTP/1.0\r\n\r\n")
        lines = outcome.err.splitlines()
        self.assertEqual(len(lines), 1)
        for part in (
            "TLS 1.0", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA", "0xc014", "curve secp256r1",
            "RSA key of 1024 bits", "sha256:", "legacy",
        ):
            self.assertIn(part, lines[0])

    def test_quiet_says_nothing(self):
        with Server() as server:
            outcome = run("connect", server.address, "--insecure", "-q", data=b"GET / HTTP/1.0\r\n\r\n")
        self.assertEqual((outcome.code, outcome.err), (0, ""))

    def test_messages_shows_both_directions(self):
        with Server() as server:
            outcome = run("connect", server.address, "--insecure", "--messages", data=b"GET / HTTP/1.0\r\n\r\n")
        shown = re.findall(r"^([<>]) (handshake \w+|change_cipher_spec|alert \w+ \w+)", outcome.err, re.M)
        self.assertEqual(
            [" ".join(entry) for entry in shown],
            [
                "> handshake client_hello", "< handshake server_hello", "< handshake certificate",
                "< handshake server_key_exchange", "< handshake server_hello_done", "> handshake client_key_exchange", "> change_cipher_spec",
                "> handshake finished", "< change_cipher_spec", "< handshake finished",
                "< alert warning close_notify", "> alert warning close_notify",
            ],
        )
        self.assertIn("client_version: 0x0301", outcome.err)

    def test_json_is_one_object_per_line(self):
        with Server() as server:
            outcome = run(
                "connect", server.address, "--insecure", "--json", "--messages", data=b"GET / HTTP/1.0\r\n\r\n"
            )
        events = [json.loads(line) for line in outcome.err.splitlines()]
        self.assertEqual(events[0]["type"], "client_hello")
        self.assertEqual(events[-1]["event"], "closed")
        self.assertEqual(events[-1]["bytes_sent"], 18)
        self.assertEqual(events[-1]["bytes_received"], len(outcome.out))

    def test_pin_covers_whatever_is_wrong_with_the_certificate(self):
        fingerprint = run_summary("device")["fingerprint"]
        with Server(name="device") as server:
            for text in (fingerprint, fingerprint[7:].upper()):
                outcome = run("connect", server.address, "--pin", text, data=b"GET / HTTP/1.0\r\n\r\n")
                self.assertEqual(outcome.code, 0, outcome.err)

    def test_the_spelling_of_s_client_is_understood(self):
        with Server() as server:
            outcome = run(
                "connect", "-connect", server.address, "-servername", "box", "-ssl3", "-cipher", "RC4-MD5", "-ign_eof",
                "--insecure", data=b"GET / HTTP/1.0\r\n\r\n",
            )
        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertIn("SSL_RSA_WITH_RC4_128_MD5", outcome.err)

    def test_no_colour_into_a_pipe_and_colour_on_request(self):
        with Server() as server:
            plain = run("connect", server.address, "--insecure", data=b"GET / HTTP/1.0\r\n\r\n")
            painted = run("connect", server.address, "--insecure", "--color", "always", data=b"GET / HTTP/1.0\r\n\r\n")
        self.assertNotIn("\x1b", plain.err)
        self.assertIn("\x1b[", painted.err)

    def test_key_log_has_one_line_per_handshake(self):
        with tempfile.TemporaryDirectory() as folder, Server() as server:
            by_option, by_environment = f"{folder}/option", f"{folder}/environment"
            run("connect", server.address, "--insecure", "--keylog", by_option, data=b"GET / HTTP/1.0\r\n\r\n")
            run(
                "connect", server.address, "--insecure", data=b"GET / HTTP/1.0\r\n\r\n",
                env=environment(SSLKEYLOGFILE=by_environment),
            )
            for file in (by_option, by_environment):
                with open(file, encoding="ascii") as log:
                    self.assertRegex(log.read(), r"\ACLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}\n\Z")
                self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)


def run_summary(name):
    with Server(name=name) as server:
        outcome = run("connect", server.address, "--insecure", "--json", data=b"GET / HTTP/1.0\r\n\r\n")
    return json.loads(outcome.err.splitlines()[0])


class ClientCertificates(unittest.TestCase):
    GET = b"GET / HTTP/1.0\r\n\r\n"

    def test_required_and_shown(self):
        for option in VERSIONS:
            with self.subTest(option), Server("--client-auth", "required", "--cafile", certificate("ca")) as server:
                outcome = run(
                    "connect", server.address, "--insecure", "--min", option, "--max", option,
                    "--cert", certificate("client"), "--key", key("client"), data=self.GET,
                )
                self.assertEqual(outcome.code, 0, outcome.err)
                self.assertIn(b"<td>shown, ", outcome.out)

    def test_required_and_missing(self):
        with Server("--client-auth", "required", "--cafile", certificate("ca")) as server:
            outcome = run("connect", server.address, "--insecure", data=self.GET)
            self.assertEqual(outcome.code, 4)
            self.assertIn("refused with the alert", outcome.sentence)
            self.assertEqual(fields(server.next_line())["cause"], "client_certificate_required")

    def test_optional_and_missing(self):
        with Server("--client-auth", "optional", "--cafile", certificate("ca")) as server:
            outcome = run("connect", server.address, "--insecure", data=self.GET)
        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertIn(b"Client certificate</th><td>none", outcome.out)

    def test_from_an_unknown_authority(self):
        with Server("--client-auth", "required", "--cafile", certificate("other-ca")) as server:
            outcome = run(
                "connect", server.address, "--insecure", "--cert", certificate("client"), "--key", key("client"),
                data=self.GET,
            )
            self.assertEqual(outcome.code, 4)
            self.assertEqual(fields(server.next_line())["cause"], "certificate_untrusted")


class ServeWeb(unittest.TestCase):
    def request(self, server, text):
        outcome = run("connect", server.address, "--insecure", "-q", data=text)
        self.assertEqual(outcome.code, 0, outcome.err)
        return outcome.out

    def test_keep_alive_answers_two_requests(self):
        with Server() as server:
            answer = self.request(
                server,
                b"GET /bytes/3 HTTP/1.1\r\nHost: x\r\n\r\nGET /bytes/4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            )
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 2)
        self.assertIn(b"\r\n\r\nabcHTTP/1.1 200 OK", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\nabcd"))

    def test_head_has_no_body(self):
        with Server() as server:
            answer = self.request(server, b"HEAD /bytes/5 HTTP/1.0\r\n\r\n")
        self.assertIn(b"Content-Length: 5\r\n", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_post_is_read_in_full(self):
        body = b"x" * 200000
        with Server() as server:
            answer = self.request(server, b"POST /form HTTP/1.0\r\nContent-Length: 200000\r\n\r\n" + body)
        self.assertIn(b"<td>200000 bytes</td>", answer)

    def test_expect_100_continue(self):
        with Server() as server:
            answer = self.request(
                server,
                b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
            )
        self.assertTrue(answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))

    def test_unknown_page(self):
        with Server() as server:
            self.assertTrue(self.request(server, b"GET /no HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 404 "))

    def test_markup_in_the_request_is_not_echoed_as_markup(self):
        with Server() as server:
            answer = self.request(server, b"POST /<script> HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
        self.assertNotIn(b"<script>", answer)

    def test_what_is_not_http_is_answered_400(self):
        with Server() as server:
            self.assertTrue(self.request(server, b"\x00\x01\x02\x03\r\n\r\n").startswith(b"HTTP/1.1 400 "))


class ServeForward(unittest.TestCase):
    def test_the_end_of_the_back_end_is_passed_on_after_all_its_data(self):
        size = 8_000_000

        def back_end(client):
            self.assertEqual(read_exactly(client, 2), b"go")
            client.sendall(letters(26) * (size // 26))

        with plain_peer(back_end) as port, Server(mode=("--forward", f"127.0.0.1:{port}")) as server:
            outcome = run("connect", server.address, "--insecure", "-q", data=b"go")
            self.assertEqual(outcome.code, 0, outcome.err)
            self.assertEqual(len(outcome.out), size // 26 * 26)
            self.assertEqual(fields(server.next_line())["close"], "both sides finished")

    def test_both_directions_at_once_do_not_deadlock(self):
        size = 8_000_000

        def echo(client):
            while piece := client.recv(65536):
                client.sendall(piece)

        with plain_peer(echo) as port, Server(mode=("--forward", f"127.0.0.1:{port}")) as server:
            context = old_tls_context(ssl.PROTOCOL_TLS_CLIENT)
            with socket.create_connection(("127.0.0.1", server.port)) as plain, context.wrap_socket(plain) as client:
                reader_data = []

                def read():
                    got = 0
                    while got < size:
                        piece = client.recv(65536)
                        if not piece:
                            return
                        got += len(piece)
                    reader_data.append(got)

                reader = threading.Thread(target=read)
                reader.start()
                client.sendall(b"x" * size)
                reader.join(PATIENCE)
                self.assertEqual(reader_data, [size])

    def test_back_end_down_is_logged(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with Server(mode=("--forward", f"127.0.0.1:{port}")) as server:
            outcome = run("connect", server.address, "--insecure", "-q", data=b"go")
            self.assertEqual((outcome.code, outcome.out), (0, b""))
            self.assertIn("back end down: 127.0.0.1 is there, but nothing listens", fields(server.next_line())["close"])


class ServeLife(unittest.TestCase):
    def test_signals_end_it_with_0(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), Server(mode=("--echo",)) as server:
                context = old_tls_context(ssl.PROTOCOL_TLS_CLIENT)
                with socket.create_connection(("127.0.0.1", server.port)) as plain, context.wrap_socket(plain) as client:
                    client.sendall(b"a")
                    self.assertEqual(client.recv(1), b"a")
                    server.process.send_signal(number)
                    self.assertEqual(client.recv(1), b"")
                self.assertEqual(server.process.wait(PATIENCE), 0)
                self.assertEqual(fields(server.next_line())["close"], "stopped")

    def test_count_ends_it(self):
        with Server("--count", 2) as server:
            for _ in range(2):
                run("connect", server.address, "--insecure", "-q", data=b"GET / HTTP/1.0\r\n\r\n")
            self.assertEqual(server.process.wait(PATIENCE), 0)

    def test_forty_clients_at_once(self):
        with Server(mode=("--echo",)) as server:
            context = old_tls_context(ssl.PROTOCOL_TLS_CLIENT)
            clients = []
            for number in range(40):
                plain = socket.create_connection(("127.0.0.1", server.port))
                clients.append(context.wrap_socket(plain))
            for number, client in enumerate(clients):
                client.sendall(b"%d" % number)
            for number, client in enumerate(clients):
                self.assertEqual(read_exactly(client, len(b"%d" % number)), b"%d" % number)
                client.close()

    def test_a_client_that_says_nothing_is_given_up(self):
        with Server("--handshake-timeout", "0.2") as server:
            with socket.create_connection(("127.0.0.1", server.port)) as silent:
                self.assertEqual(silent.recv(1), b"")
            self.assertEqual(fields(server.next_line())["cause"], "silent")

    def test_an_idle_client_is_given_up(self):
        with Server("--idle-timeout", "0.2", mode=("--echo",)) as server:
            outcome = subprocess.run(
                [PROGRAM, "connect", server.address, "--insecure", "-q"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False,
            )
            self.assertEqual(outcome.returncode, 0)
            self.assertEqual(fields(server.next_line())["close"], "idle")

    def test_sessions_are_resumed_unless_switched_off(self):
        for option, resumed in (("--sessions", "yes"), ("--no-sessions", "no")):
            with self.subTest(option), Server(option) as server:
                context = old_tls_context(ssl.PROTOCOL_TLS_CLIENT)
                session = None
                for expected in ("no", resumed):
                    with socket.create_connection(("127.0.0.1", server.port)) as plain:
                        with context.wrap_socket(plain, session=session) as client:
                            session = client.session
                            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                            read_all(client)
                    self.assertEqual(fields(server.next_line())["resumed"], expected)

    def test_json_log(self):
        with Server("--log-format", "json") as server:
            run("connect", server.address, "--insecure", "-q", data=b"GET / HTTP/1.0\r\n\r\n")
            entry = json.loads(server.next_line())
        self.assertEqual(entry["event"], "connection")
        self.assertEqual(entry["bytes_in"], 18)
        self.assertIs(entry["resumed"], False)


if __name__ == "__main__":
    unittest.main()
