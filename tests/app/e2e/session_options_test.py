"""The options about sessions, extensions and renegotiation, in connect and serve, against the system's openssl."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from message_support import expect_message
from support import (
    PATIENCE, PROGRAM, Server, certificate, environment, fields, key, ocsp, old_tls_context, run,
)

GET = b"GET / HTTP/1.0\r\n\r\n"


def events(outcome):
    return [json.loads(line) for line in outcome.err.splitlines() if line.startswith("{")]


def connect(target, *words, data=GET):
    return run("connect", target, "--insecure", "--json", *words, data=data)


class OpensslServer:
    """openssl s_server at TLS 1.0 on a free port."""

    def __init__(self, *words):
        command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1", "-cipher", "ALL:@SECLEVEL=0",
                   "-cert", certificate("rsa2048"), "-key", key("rsa2048"), *words]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment(OPENSSL_CONF="/dev/null"),
        )
        line = next(line for line in self.process.stdout if line.startswith(b"ACCEPT"))
        self.address = f"127.0.0.1:{int(line.rsplit(b':', 1)[1])}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class ConnectAndOpenssl(unittest.TestCase):
    def test_what_was_agreed_on_is_said(self):
        with OpensslServer("-www", "-alpn", "http/1.1") as server:
            (summary, _) = events(connect(server.address, "--alpn", "h2,http/1.1"))
            self.assertEqual(summary["application_protocol"], "http/1.1")
            for name in ("extended_master_secret", "encrypt_then_mac", "secure_renegotiation"):
                self.assertIs(summary[name], True, name)
            (summary, _) = events(connect(
                server.address, "--extensions", "-extended_master_secret,-encrypt_then_mac,-renegotiation_info"))
            for name in ("extended_master_secret", "encrypt_then_mac", "secure_renegotiation"):
                self.assertIs(summary[name], False, name)
            self.assertEqual((summary["resumed_by"], summary["compression_method"]), ("", "null"))

    def test_resumption_by_id_and_by_ticket(self):
        with OpensslServer("-www") as server:
            for words, way in (((), "id"), (("--tickets",), "ticket")):
                outcome = connect(server.address, "--resume", "2", *words)
                self.assertEqual(outcome.code, 0, outcome.err)
                *summaries, total, _ = events(outcome)
                self.assertEqual([each["resumed_by"] for each in summaries], ["", way, way])
                self.assertEqual((total["connections"], total["resumed"]), (3, 2))
                self.assertIn(b"HTTP/1.0 200", outcome.out)
            outcome = run("connect", server.address, "--insecure", "--resume", "1", data=GET)
            self.assertEqual(outcome.err.splitlines()[-1], "heirloom: 2 connections, 1 handshakes saved")

    def test_sessions_in_files(self):
        with tempfile.TemporaryDirectory() as folder, OpensslServer("-www") as server:
            file, other = f"{folder}/session", f"{folder}/other"
            for words in ((), ("--tickets",)):
                self.assertEqual(connect(server.address, "--session-out", file, *words).code, 0)
                self.assertEqual([os.stat(name).st_mode & 0o777 for name in (file, file + ".key")], [0o600, 0o600])
                self.assertEqual(os.stat(file + ".key").st_size, 32)
                outcome = connect(server.address, "--session-in", file, "--session-key", file + ".key")
                self.assertEqual(events(outcome)[0]["resumed_by"], "ticket" if words else "id")
            with open(file, "rb") as session:
                sealed = session.read()
            connect(server.address, "--session-out", other)
            self.assertNotIn(b"127.0.0.1", sealed, "it is sealed")
            expect_message(connect(server.address, "--session-in", file, "--session-key", other + ".key"),
                           "session_key_wrong")
            for damaged in (b"nothing", sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed + b"x"):
                with open(file, "wb") as session:
                    session.write(damaged)
                expect_message(connect(server.address, "--session-in", file), "session_unreadable")
            expect_message(connect(server.address, "--session-in", other, "--session-key", certificate("ca")),
                           "session_key_invalid")
            expect_message(connect(server.address, "--session-out", f"{folder}/none/session"), "session_not_written")

    def test_renegotiation_from_here(self):
        with OpensslServer("-www") as server:
            words = ("--renegotiate", "--extensions", "-renegotiation_info")
            expect_message(connect(server.address, *words), "renegotiation_not_permitted")
            outcome = connect(server.address, *words, "--allow", "insecure-renegotiation")
            self.assertEqual(events(outcome)[1], {
                "event": "renegotiation_refused", "by": "peer", "secure_renegotiation": False})

    def test_renegotiation_from_there(self):
        with OpensslServer() as server:
            client = subprocess.Popen(
                [PROGRAM, "connect", server.address, "--insecure", "--json"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
            )
            with client:
                self.assertEqual(json.loads(client.stderr.readline())["event"], "connected")
                client.stdin.write(b"first\n")
                client.stdin.flush()
                self.assertIn(b"first\n", iter(server.process.stdout.readline, b""))
                server.process.stdin.write(b"R\n")
                server.process.stdin.flush()
                again = json.loads(client.stderr.readline())
                self.assertEqual((again["event"], again["handshakes"], again["same_certificate"], again["insecure"]),
                                 ("renegotiated", 2, True, False))
                server.process.stdin.write(b"second\n")
                server.process.stdin.flush()
                self.assertEqual(client.stdout.readline(), b"second\n")
                client.terminate()


class ServeAndLibssl(unittest.TestCase):
    """Python's ssl module is OpenSSL, which shares no code with ours above libcrypto."""

    def fetch(self, server, session=None, alpn=(), tickets=False, is_resumed=None):
        is_resumed = session is not None if is_resumed is None else is_resumed
        context = self.context(tickets, alpn) if session is None else session[0]
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
            with context.wrap_socket(plain, session=session and session[1], server_hostname="box") as stream:
                stream.sendall(GET)
                data = b""
                while piece := stream.recv(65536):
                    data += piece
                self.assertIn(b"200 OK", data)
                self.assertIs(stream.session_reused, is_resumed)
                return (context, stream.session), stream.selected_alpn_protocol()

    def context(self, tickets, alpn):
        context = old_tls_context(ssl.PROTOCOL_TLS_CLIENT)
        if not tickets:
            context.options |= ssl.OP_NO_TICKET
        if alpn:
            context.set_alpn_protocols(list(alpn))
        return context

    def test_resumption_by_id_and_by_ticket_is_counted(self):
        for words, tickets, way in (((), False, "id"), (("--tickets", "--session-lifetime", "600"), True, "ticket")):
            with self.subTest(way), Server(*words, name="rsa2048") as server:
                session = None
                for number in range(3):
                    session, _ = self.fetch(server, session, tickets=tickets)
                    logged = fields(server.next_line())
                    self.assertEqual(logged["resumed_by"], way if number else "")
                    self.assertEqual(logged["saved_handshakes"], str(number))

    def test_servers_share_a_file_of_ticket_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/ticket.keys"
            with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as keys:
                keys.write(os.urandom(48).hex() + "\n")
            with Server("--ticket-keys", file, name="rsa2048") as one:
                session, _ = self.fetch(one, tickets=True)
            with Server("--ticket-keys", file, name="rsa2048") as other:
                self.fetch(other, session)
                self.assertEqual(fields(other.next_line())["resumed_by"], "ticket")

    def test_application_protocols(self):
        with Server("--alpn", "http/1.1,http/1.0", name="rsa2048") as server:
            self.assertEqual(self.fetch(server, alpn=("h2", "http/1.1"))[1], "http/1.1")
            self.assertEqual(fields(server.next_line())["application_protocol"], "http/1.1")
            with self.assertRaises(ssl.SSLError):
                self.fetch(server, alpn=("h2",))
            expect_message(fields(server.next_line()), "no_common_application_protocol")

    def test_renegotiation_that_serve_asks_for(self):
        with Server("--renegotiate", name="rsa2048") as server:
            self.fetch(server, is_resumed=True)  # libssl resumes the session of the connection
            logged = fields(server.next_line())
            self.assertEqual((logged["renegotiated"], logged["handshakes"], logged["close"]), ("done", "2", "answered"))

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_renegotiation_that_openssl_asks_for(self):
        with Server(name="rsa2048", mode=("--echo",)) as server:
            command = ["openssl", "s_client", "-connect", server.address, "-tls1", "-cipher", "ALL:@SECLEVEL=0"]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=environment(OPENSSL_CONF="/dev/null")) as client:
                lines = iter(client.stdout.readline, b"")
                for typed, answer in ((b"first\n", b"first\n"), (b"R\n", b"RENEGOTIATING\n"), (b"second\n", b"second\n")):
                    client.stdin.write(typed)
                    client.stdin.flush()
                    self.assertIn(answer, lines)
                client.stdin.write(b"Q\n")
                client.stdin.flush()
                client.stdout.read()
            logged = fields(server.next_line())
            self.assertEqual((logged["handshakes"], logged["close"]), ("2", "client closed"))


class BothEnds(unittest.TestCase):
    def test_compression_by_name_at_both_ends(self):
        with Server("--compression", "deflate") as server:
            self.assertIn("CRIME", server.before)
            outcome = connect(server.address, "--compression", "deflate,null",
                              data=b"GET /bytes/200000 HTTP/1.0\r\n\r\n")
            warning, summary, _ = events(outcome)
            self.assertEqual((warning["event"], warning["warning"]), ("warning", "compression"))
            self.assertEqual((summary["compression"], summary["compression_method"]), (1, "DEFLATE"))
            self.assertEqual(len(outcome.out.split(b"\r\n\r\n", 1)[1]), 200000)
            self.assertEqual(fields(server.next_line())["compression"], "DEFLATE")

    def test_renegotiation_from_either_side(self):
        for version in ("ssl3", "tls1"):
            for side in ("connect", "serve"):
                with self.subTest(version=version, side=side):
                    words = {side: ("--renegotiate",)}
                    with Server("--max", version, *words.get("serve", ())) as server:
                        outcome = connect(server.address, *words.get("connect", ()))
                        self.assertEqual(outcome.code, 0, outcome.err)
                        self.assertEqual(events(outcome)[1]["event"], "renegotiated")
                        self.assertEqual(fields(server.next_line())["handshakes"], "2")

    def test_renegotiation_without_its_protection(self):
        with Server("--renegotiate", "--extensions", "-renegotiation_info") as server:
            self.assertEqual(connect(server.address).code, 0)
            self.assertEqual(fields(server.next_line())["renegotiated"], "renegotiation_not_permitted")
        words = ("--renegotiate", "--allow", "insecure-renegotiation", "--extensions", "-renegotiation_info")
        with Server(*words) as server:
            refused, = [each for each in events(connect(server.address)) if each["event"] == "renegotiation_refused"]
            self.assertEqual(refused["by"], "us")
            self.assertEqual(fields(server.next_line())["renegotiated"], "refused")
            outcome = connect(server.address, "--allow", "insecure-renegotiation")
            again = events(outcome)[1]
            self.assertEqual((again["event"], again["insecure"]), ("renegotiated", True))

    def test_a_server_without_sessions_leaves_none_to_keep(self):
        with tempfile.TemporaryDirectory() as folder, Server("--no-sessions") as server:
            expect_message(connect(server.address, "--session-out", f"{folder}/session"), "session_missing")

    def test_an_old_session_is_not_resumed(self):
        with Server("--session-lifetime", "1") as server, tempfile.TemporaryDirectory() as folder:
            self.assertEqual(connect(server.address, "--session-out", f"{folder}/session").code, 0)
            time.sleep(2.1)
            outcome = connect(server.address, "--session-in", f"{folder}/session")
            self.assertEqual((outcome.code, events(outcome)[0]["resumed"]), (0, False))

    def test_options_that_make_no_sense(self):
        for words in (("--extensions", "+heartbeat"), ("--compression", "lzs"), ("--alpn", "a,,b")):
            expect_message(connect("127.0.0.1:1", *words), "option_invalid")

    def test_ticket_keys_that_cannot_be_used(self):
        with tempfile.TemporaryDirectory() as folder:
            for text in (None, "no key\n"):
                if text:
                    with open(os.open(f"{folder}/keys", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
                        file.write(text)
                expect_message(self.serve("--ticket-keys", f"{folder}/keys"), "ticket_keys_unusable")

    def test_a_status_of_another_certificate(self):
        expect_message(self.serve("--ocsp", ocsp("rsa1024")), "ocsp_response_invalid")

    def serve(self, *words):
        return run("serve", "--listen", "127.0.0.1:0", "--echo", "--cert", certificate("device"), "--key", key("device"),
                   "--log-format", "json", *words)


if __name__ == "__main__":
    unittest.main()
