"""What cannot work: each failure is one sentence, one next step and one exit code, and no crash."""
import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from message_support import expect_message
from support import (
    PATIENCE, PROGRAM, SHORT_GROUP, Outcome, Server, certificate, environment, fields, key, ocsp, old_tls_context, plain_peer, read_exactly, run, write_group,
)

GET = b"GET / HTTP/1.0\r\n\r\n"
USAGE, NETWORK, HANDSHAKE, IDENTITY, LOCAL = 2, 3, 4, 5, 7


class Case(unittest.TestCase):
    def assert_refused(self, outcome, code, sentence, advice=None, cause=None):
        """One sentence with a full stop on standard error, and its row in docs/messages.md."""
        self.assertEqual(outcome.code, code, outcome.err)
        self.assertRegex(outcome.sentence, sentence)
        self.assertTrue(outcome.sentence.endswith("."), outcome.sentence)
        if advice is not None:
            self.assertRegex(outcome.advice, advice)
        if cause is not None:
            expect_message(outcome, cause)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Usage(Case):
    def test_mistyped_command_suggests_the_right_one(self):
        self.assert_refused(run("conect", "x"), USAGE, 'no command "conect"', "^Try: heirloom connect$", "command_unknown")
        self.assert_refused(run("xyzzy"), USAGE, 'no command "xyzzy"', "^Try: heirloom --help$", "command_unknown")

    def test_no_command_shows_help(self):
        outcome = run()
        self.assertEqual(outcome.code, USAGE)
        self.assertIn("connect", outcome.err)

    def test_unknown_option(self):
        self.assert_refused(run("connect", "x", "--nonsense"), USAGE, "--nonsense", "heirloom connect --help", "usage")

    def test_help_and_version_succeed(self):
        for words in (["--help"], ["connect", "--help"], ["serve", "--help"], ["suites", "--help"], ["--version"]):
            with self.subTest(words):
                outcome = run(*words)
                self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertIn(b"RFC 7568", run("--version").out)

    def test_bad_values(self):
        for words, sentence, cause in (
            (["nonsense host"], "neither HOST nor HOST:PORT", "target_invalid"),
            (["host:99999"], "neither HOST nor HOST:PORT", "target_invalid"),
            (["host", "--max", "tls1.2"], '--max does not know "tls1.2"', "option_invalid"),
            (["host", "--min", "tls1", "--max", "ssl3"], "--min tls1 is above --max ssl3", "option_invalid"),
            (["host", "--suites", "AES256-GCM"], 'no cipher suite and no group "AES256-GCM"', "suite_unknown"),
            (["host", "--suites", "+EXPORT"], "every suite of EXPORT is only used if it is allowed", "suite_not_allowed"),
            (["host", "--suites", "-ALL"], "leaves no cipher suite", "suites_empty"),
            (["host", "--suites", ","], "--suites names no cipher suite", "suites_empty"),
            (["host", "--curves", "P-257"], '--curves does not know "P-257"', "option_invalid"),
            (["host", "--suites", "NULL-MD5"], "NULL-MD5 is only used if it is allowed by name", "suite_not_allowed"),
            (["host", "--allow", "everything"], '--allow does not know "everything"', "option_invalid"),
            (["host", "--preset", "lax"], '--preset does not know "lax"', "option_invalid"),
            (["host", "--pin", "sha256:12"], "no SHA-256 fingerprint", "pin_invalid"),
            (["host", "--insecure", "--pin", "0" * 64], "three ways to judge one certificate", "option_conflict"),
            (["host", "--insecure", "--any-chain-order"], "are about authorities", "option_conflict"),
            (["host", "--insecure", "--status"], "are about authorities", "option_conflict"),
            (["host", "--crl", certificate("ca")], "holds no revocation list that can be read", "revocation_list_invalid"),
            (["host", "--timeout", "soon"], "timeout", "usage"),
        ):
            with self.subTest(words):
                self.assert_refused(run("connect", *words), USAGE, sentence, cause=cause)

    def test_serve_needs_exactly_one_service(self):
        files = ["--cert", certificate("device"), "--key", key("device")]
        self.assert_refused(run("serve", "--listen", "0", *files), USAGE, "(?i)exactly|required|minimum|service")
        self.assert_refused(run("serve", "--listen", "0", "--www", "--echo", *files), USAGE, "(?i)exactly|exclu|maximum|service")

    def test_client_auth_needs_authorities(self):
        outcome = run(
            "serve", "--listen", "0", "--www", "--cert", certificate("device"), "--key", key("device"),
            "--client-auth", "required",
        )
        self.assert_refused(outcome, USAGE, "whose certificates to accept", "--cafile", "option_missing")

    def test_serve_and_its_keys(self):
        device = ["--cert", certificate("device"), "--key", key("device")]
        curve = ["--cert", certificate("ec256"), "--key", key("ec256")]
        with tempfile.TemporaryDirectory() as folder:
            short = write_group(folder, SHORT_GROUP)
            for words, sentence, advice, cause in (
                ([], "serve has no certificate", "--allow anon", "option_missing"),
                ([*device, "--cert", certificate("ec256")], "2 and --key 1 times", "--key FILE behind", "option_conflict"),
                (["--allow", "anon", "--client-auth", "required"], "must not ask for one", "--cert FILE", "option_conflict"),
                ([*curve, "--suites", "AES128-SHA"], "none of the suites can be served", "heirloom ca", "suite_without_key"),
                ([*device, "--ocsp", certificate("ca")], "holds no OCSP response", "openssl ocsp", "ocsp_response_invalid"),
                (["--allow", "anon", "--ocsp", ocsp("rsa1024")], "0 and --ocsp 1 times", "--ocsp FILE", "option_conflict"),
                ([*device, "--dhparam", certificate("ca")], "holds no Diffie-Hellman group", "openssl dhparam", "config_invalid"),
                ([*device, "--dhparam", short], "has 512 bits", "--allow dh512", "key_exchange_too_weak"),
            ):
                with self.subTest(words):
                    outcome = run("serve", "--listen", "0", "--www", *words)
                    self.assert_refused(outcome, USAGE, sentence, advice, cause)

    def test_a_short_group_needs_its_flag(self):
        with tempfile.TemporaryDirectory() as folder:
            options = ("--dhparam", write_group(folder, SHORT_GROUP), "--allow", "dh512", "--suites", "DHE")
            with Server(*options) as server:
                words = ("connect", server.address, "--insecure", "--suites", "DHE")
                self.assert_refused(
                    run(*words, data=GET), HANDSHAKE, "a group of 512 bits", "--allow dh512$", "key_exchange_too_weak")
                outcome = run(*words, "--allow", "dh512", data=GET)
                self.assertEqual(outcome.code, 0, outcome.err)
                self.assertIn("Diffie-Hellman group of 512 bits", outcome.err)
                self.assertIn("broken: the Diffie-Hellman group of 512 bits can be computed back", outcome.err)

    def test_the_log_of_serve_names_the_flag(self):
        with Server() as server:
            outcome = run("connect", server.address, "--insecure", "--allow", "export", "--suites", "EXPORT", data=GET)
            self.assertEqual(outcome.code, HANDSHAKE, outcome.err)
            logged = fields(server.next_line())
        self.assertEqual(logged["cause"], "no_common_cipher_suite")
        self.assertEqual(logged["next"], "heirloom serve --allow export")


class LocalResources(Case):
    def test_unreadable_certificate_file(self):
        outcome = run("serve", "--listen", "0", "--www", "--cert", "/nonexistent/box.crt")
        self.assert_refused(outcome, LOCAL, "cannot read /nonexistent/box.crt: No such file", cause="file_unreadable")

    def test_unreadable_authorities(self):
        self.assert_refused(run("connect", "localhost:1", "--cafile", "/nonexistent"), LOCAL, "cannot read /nonexistent")
        self.assert_refused(run("connect", "localhost:1", "--crl", "/nonexistent"), LOCAL, "cannot read /nonexistent")

    def test_file_without_certificates(self):
        self.assert_refused(run("connect", "localhost:1", "--cafile", __file__), USAGE, "no certificate that can be read", cause="certificate_malformed")

    def test_key_of_another_certificate(self):
        outcome = run("serve", "--listen", "0", "--www", "--cert", certificate("device"), "--key", key("rsa2048"))
        self.assert_refused(outcome, USAGE, "cannot be used", cause="config_invalid")

    def test_encrypted_key(self):
        words = ["serve", "--listen", "0", "--www", "--cert", certificate("rsa1024"), "--key", key("rsa1024-encrypted")]
        self.assert_refused(run(*words), USAGE, "cannot be used", "--pass-file")
        with tempfile.TemporaryDirectory() as folder:
            good, bad = f"{folder}/good", f"{folder}/bad"
            for file, text in ((good, "heirloom\n"), (bad, "wrong\n")):
                with open(file, "w", encoding="ascii") as out:
                    out.write(text)
            self.assert_refused(run(*words, "--pass-file", bad), USAGE, "cannot be used")
            with subprocess.Popen([PROGRAM, *words, "--pass-file", good], stderr=subprocess.PIPE, text=True) as served:
                self.assertIn("listening on 127.0.0.1:", served.stderr.readline())
                served.terminate()

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            outcome = run(
                "serve", "--listen", f"127.0.0.1:{port}", "--www", "--cert", certificate("device"), "--key", key("device")
            )
        self.assert_refused(outcome, LOCAL, f"port {port} on 127.0.0.1 is already in use", "another port")

    def test_address_of_another_machine(self):
        outcome = run(
            "serve", "--listen", "192.0.2.1:0", "--www", "--cert", certificate("device"), "--key", key("device")
        )
        self.assert_refused(outcome, LOCAL, "192.0.2.1 is no address of this machine")

    def test_unwritable_key_log(self):
        words = ["connect", "localhost:1", "--insecure"]
        self.assert_refused(run(*words, "--keylog", "/nonexistent/log"), LOCAL, "cannot write the key log /nonexistent/log",
                            cause="file_unreadable")
        outcome = run(*words, env=environment(SSLKEYLOGFILE="/nonexistent/log"))
        self.assert_refused(outcome, LOCAL, "cannot write the key log")

    def test_key_log_that_loses_lines(self):
        with Server("--keylog", "/dev/full") as server:
            outcome = run("connect", server.address, "--insecure", "--keylog", "/dev/full", data=GET)
            self.assertEqual(outcome.code, 0, "a log for a display ends no connection")
            for said in (outcome.err, server.stop()):
                self.assertEqual(said.count("key_log_failed"), 1, said)
                self.assertIn("No space left on device", said)

    def test_service_that_makes_no_sense(self):
        words = ["serve", "--listen", "0", "--cert", certificate("device"), "--key", key("device")]
        self.assert_refused(run(*words, "--forward", "junk"), USAGE, "--forward junk does not say to which port",
                            cause="forward_port")
        self.assert_refused(run(*words, "--www", "--count", "-1"), USAGE, "--count", cause="usage")

    def test_list_that_nobody_reads(self):
        for words in (["suites"], ["suites", "--json"], ["--help"], ["serve", "--help"], ["--version"]):
            reader, writer = os.pipe()
            os.close(reader)
            completed = subprocess.run(
                [PROGRAM, *words], stdout=writer, stderr=subprocess.PIPE, timeout=PATIENCE, check=False
            )
            os.close(writer)
            self.assert_refused(Outcome(completed), LOCAL, "cannot write to standard output", cause="standard_stream")

    def test_standard_output_that_nobody_reads(self):
        with Server() as server:
            reader, writer = os.pipe()
            os.close(reader)
            completed = subprocess.run(
                [PROGRAM, "connect", server.address, "--insecure", "-q"], input=GET, stdout=writer,
                stderr=subprocess.PIPE, timeout=PATIENCE, check=False,
            )
            os.close(writer)
        self.assert_refused(Outcome(completed), LOCAL, "cannot use standard input or output", cause="standard_stream")

    def test_key_that_the_system_trusts(self):
        # The environment variable of libcrypto makes a test authority one of the system's.
        trusting = environment(SSL_CERT_FILE=certificate("ca"))
        words = ["serve", "--listen", "127.0.0.1:0", "--www", "--count", "1", "--cert", certificate("rsa1024"),
                 "--key", key("rsa1024")]
        self.assert_refused(
            run(*words, env=trusting), USAGE, "chains to an authority that this system trusts", "--allow public-key",
            "public_key_refused",
        )
        expired = [word.replace("rsa1024", "expired") for word in words]
        self.assert_refused(run(*expired, env=trusting), USAGE, "chains to an authority that this system trusts")
        with subprocess.Popen(
            [PROGRAM, *words, "--allow", "public-key"], stderr=subprocess.PIPE, text=True, env=trusting
        ) as served:
            self.assertIn("listening on", served.stderr.readline())
            served.terminate()


class Network(Case):
    def test_closed_port(self):
        port = closed_port()
        self.assert_refused(
            run("connect", f"127.0.0.1:{port}"), NETWORK, f"127.0.0.1 is there, but nothing listens on port {port}",
            cause="connection_refused",
        )
        # Of a service that is no web page: its other port, if nothing happens to listen there.
        outcome = run("connect", "127.0.0.1:5223")
        expect_message(outcome, "connection_refused")
        self.assertEqual(outcome.advice, "Try: the other usual port of XMPP: 5222")

    def test_unknown_name(self):
        # No resolver at all is a timeout or a failure, never another exit code.
        outcome = run("connect", "no-such-box.invalid", "--timeout", "20")
        self.assert_refused(outcome, NETWORK, "no-such-box.invalid")

    def test_family_without_address(self):
        self.assert_refused(run("connect", "127.0.0.1:1", "-6"), NETWORK, "no address of the family asked for")

    def test_peer_that_never_answers(self):
        def silent(client):
            while client.recv(4096):
                pass

        with plain_peer(silent) as port:
            outcome = run("connect", f"127.0.0.1:{port}", "--timeout", "0.3")
            self.assert_refused(outcome, NETWORK, "does not answer the hello", "--no-extensions$", "silent")
            outcome = run("connect", f"127.0.0.1:{port}", "--timeout", "0.3", "--no-extensions")
            self.assert_refused(outcome, NETWORK, "does not answer the hello", "--no-extensions --max ssl3$", "silent")

    def test_peer_that_stops_in_the_middle(self):
        def stall(client):
            client.recv(4096)
            client.sendall(b"\x16\x03\x01\x00")
            while client.recv(4096):
                pass

        with plain_peer(stall) as port:
            outcome = run("connect", f"127.0.0.1:{port}", "--timeout", "0.3")
        self.assert_refused(outcome, NETWORK, "stopped answering in the middle", cause="stalled")


class NotTls(Case):
    def reply(self, data, **options):
        def answer(client):
            client.recv(4096)
            client.sendall(data)
            while client.recv(4096):
                pass

        with plain_peer(answer) as port:
            return run("connect", f"127.0.0.1:{port}", **options)

    def test_http_server(self):
        outcome = self.reply(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        self.assert_refused(outcome, HANDSHAKE, "answers in plain HTTP", "http://127.0.0.1:", "not_tls_http_response")

    def test_ssh_server(self):
        self.assert_refused(self.reply(b"SSH-2.0-OpenSSH_9.2\r\n"), HANDSHAKE, "is an SSH server", cause="not_tls_ssh")

    def test_garbage(self):
        self.assert_refused(self.reply(b"\x00\xff" * 50), HANDSHAKE, "neither SSL nor TLS", "another port", "not_tls")

    def test_terminal_sequences_of_a_peer_stay_harmless(self):
        outcome = self.reply(b"\x1b]0;owned\x07" * 20)
        self.assertEqual(outcome.code, HANDSHAKE)
        self.assertNotIn("\x1b", outcome.err)

    def test_truncated_record(self):
        def answer(client):
            client.recv(4096)
            client.sendall(b"\x16\x03\x01\x02\x00short")

        with plain_peer(answer) as port:
            outcome = run("connect", f"127.0.0.1:{port}")
        self.assert_refused(outcome, HANDSHAKE, "hung up in the middle of the handshake|broke the connection off")

    def test_peer_that_hangs_up(self):
        with plain_peer(lambda client: client.recv(4096)) as port:
            outcome = run("connect", f"127.0.0.1:{port}")
        self.assert_refused(outcome, HANDSHAKE, "hung up in the middle of the handshake", "--no-extensions$",
                            "handshake_interrupted")

    def test_peer_that_resets(self):
        def reset(client):
            client.recv(4096)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

        with plain_peer(reset) as port:
            outcome = run("connect", f"127.0.0.1:{port}")
        self.assert_refused(outcome, HANDSHAKE, "broke the connection off", "--no-extensions$", "reset")

    def test_json_error(self):
        def answer(client):
            client.recv(4096)
            client.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        with plain_peer(answer) as port:
            outcome = run("connect", f"127.0.0.1:{port}", "--json")
        error = json.loads(outcome.err.splitlines()[-1])
        self.assertEqual((error["event"], error["cause"], error["exit_code"]), ("error", "not_tls_http_response", 4))


class Alerts(Case):
    def alert(self, number, *words):
        def answer(client):
            client.recv(4096)
            client.sendall(b"\x15\x03\x01\x00\x02\x02" + bytes([number]))
            client.recv(4096)

        with plain_peer(answer) as port:
            return run("connect", f"127.0.0.1:{port}", *words)

    def test_words_for_the_usual_ones(self):
        for number, sentence, advice in (
            (40, r"handshake_failure \(40\): it shares no cipher suite", "--preset museum"),
            (70, r"protocol_version \(70\)", "--max ssl3"),
            (86, r"inappropriate_fallback \(86\): it can do a newer version", "without --fallback-scsv"),
            (112, r"unrecognized_name \(112\)", "--no-sni"),
            (48, r"unknown_ca \(48\)", "--cert FILE"),
            (50, r"decode_error \(50\)", "--no-extensions"),
            (200, r"unknown \(200\)", "--no-extensions"),
        ):
            with self.subTest(number):
                self.assert_refused(self.alert(number), HANDSHAKE, sentence, advice, "alert_received")

    def test_no_common_suite_with_our_server(self):
        with Server("--suites", "RC4-MD5") as server:
            outcome = run("connect", server.address, "--insecure", "--suites", "AES128-SHA", data=GET)
            advice = f"^Try: heirloom connect {server.address} --insecure   "  # --suites is what is in the way
            self.assert_refused(outcome, HANDSHAKE, "handshake_failure", advice, "alert_received")
            logged = fields(server.next_line())
            self.assertEqual(logged["cause"], "no_common_cipher_suite")
            self.assertIn("no cipher suite of the client is allowed here", logged["message"])
            self.assertEqual(logged["next"], "heirloom serve   (without --suites)")

    def test_version_below_the_servers_minimum(self):
        with Server("--min", "tls1") as server:
            outcome = run("connect", server.address, "--insecure", "--max", "ssl3", data=GET)
            self.assertEqual(outcome.code, HANDSHAKE)
            self.assertEqual(fields(server.next_line())["cause"], "version_too_low")

    def test_server_that_wants_more_than_tls10(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate("rsa2048-sha256"), key("rsa2048-sha256"))

        def answer(plain):
            try:
                context.wrap_socket(plain, server_side=True)
            except ssl.SSLError:
                pass

        with plain_peer(answer) as port:
            outcome = run("connect", f"127.0.0.1:{port}", data=GET)
        self.assert_refused(outcome, HANDSHAKE, "refused with the alert protocol_version", "today's tools")


class Identity(Case):
    def connect(self, name, *words, host="localhost", extra=()):
        with Server(*extra, name=name) as server:
            return run("connect", f"{host}:{server.port}", "-4", *words, data=GET)

    def test_self_signed_box_names_the_command_that_accepts_it(self):
        outcome = self.connect("device")
        self.assert_refused(outcome, IDENTITY, "its fingerprint is sha256:[0-9a-f]{64}")
        accepted = re.search(r"--pin (sha256:[0-9a-f]{64})", outcome.advice).group(1)
        self.assertEqual(self.connect("device", "--pin", accepted).code, 0)

    def test_expired(self):
        self.assert_refused(self.connect("expired", "--cafile", certificate("ca")), IDENTITY, "has expired", "--pin sha256:")

    def test_not_yet_valid(self):
        self.assert_refused(self.connect("not-yet-valid", "--cafile", certificate("ca")), IDENTITY, "is not valid yet")

    def test_wrong_name(self):
        self.assert_refused(self.connect("wrong-name", "--cafile", certificate("ca")), IDENTITY, "another name")
        outcome = self.connect("wrong-name", "--cafile", certificate("ca"), "--sni", "elsewhere.heirloom.test")
        self.assertEqual(outcome.code, 0, outcome.err)

    def test_wrong_authority(self):
        outcome = self.connect("rsa1024", "--cafile", certificate("other-ca"))
        self.assert_refused(outcome, IDENTITY, "not vouched for")

    def test_pin_mismatch_shows_the_new_fingerprint(self):
        outcome = self.connect("device", "--pin", "sha256:" + "0" * 64)
        self.assert_refused(outcome, IDENTITY, "is not the pinned one.*its fingerprint is sha256:", "--pin sha256:")

    def test_small_key(self):
        self.assert_refused(self.connect("rsa512", "--cafile", certificate("ca")), IDENTITY, "key that is too small")


class BrokenLater(Case):
    def serve_then(self, action):
        context = old_tls_context(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate("rsa2048"), key("rsa2048"))

        def answer(plain):
            client = context.wrap_socket(plain, server_side=True)
            read_exactly(client, len(GET))
            action(client)
            client.close()

        with plain_peer(answer) as port:
            return run("connect", f"127.0.0.1:{port}", "--insecure", "-q", data=GET)

    def test_truncation_keeps_the_data_and_says_so(self):
        outcome = self.serve_then(lambda client: client.sendall(b"half a pa"))
        self.assertEqual(outcome.out, b"half a pa")
        self.assert_refused(outcome, HANDSHAKE, "hung up without saying goodbye: data may be missing", cause="truncated")

    def test_clean_end(self):
        def finish(client):
            client.sendall(b"a page")
            client.unwrap()

        outcome = self.serve_then(finish)
        self.assertEqual((outcome.code, outcome.out, outcome.err), (0, b"a page", ""))


class BadClients(Case):
    """Bytes that no client sends must end in a log line, and the next client is served."""

    def talk(self, server, data, answer=None):
        with socket.create_connection(("127.0.0.1", server.port)) as plain:
            plain.sendall(data)
            plain.shutdown(socket.SHUT_WR)
            received = b""
            try:
                while piece := plain.recv(4096):
                    received += piece
            except ConnectionResetError:
                pass
        if answer is not None:
            self.assertEqual(received, answer)
        return fields(server.next_line())

    def test_each_is_named(self):
        with Server() as server:
            for data, cause in (
                (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "not_tls_http_request"),
                (b"\x00\xff" * 40, "not_tls"),
                (b"\x16\x03\x01\xff\xff" + b"a" * 100, "record_overflow"),
                (b"\x16\x03\x01\x00\x04\x0e\x00\x00\x00", "unexpected_message"),
                (b"\x17\x03\x01\x00\x01a", "unexpected_application_data"),
                (b"\x14\x03\x01\x00\x01\x01", "change_cipher_spec_unexpected"),
                (b"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x01", "message_malformed"),
                (b"\x16\x03\x01\x00\x50\x01", "handshake_interrupted"),
                (b"", "handshake_interrupted"),
            ):
                with self.subTest(cause, data=data[:10]):
                    logged = self.talk(server, data)
                    self.assertEqual(logged["event"], "handshake_failed")
                    self.assertEqual(logged["cause"], cause)
                    self.assertTrue(logged["message"])
            outcome = run("connect", server.address, "--insecure", "-q", data=GET)
            self.assertEqual(outcome.code, 0, outcome.err)

    def test_peer_gone_in_every_state(self):
        """A real handshake cut after every number of bytes of the client's."""
        recorded = []

        with Server() as server:
            def record(client):
                with socket.create_connection(("127.0.0.1", server.port)) as upstream:
                    def back():
                        while piece := upstream.recv(4096):
                            client.sendall(piece)
                    thread = threading.Thread(target=back, daemon=True)
                    thread.start()
                    while piece := client.recv(4096):
                        recorded.append(piece)
                        upstream.sendall(piece)
                    upstream.shutdown(socket.SHUT_WR)
                    thread.join(PATIENCE)

            with plain_peer(record) as port:
                self.assertEqual(run("connect", f"127.0.0.1:{port}", "--insecure", "-q", data=GET).code, 0)
            server.next_line()
            flight = b"".join(recorded)
            hello = len(recorded[0])
            for cut in sorted({1, 4, 5, 6, 10, hello - 1, hello, hello + 1, hello + 10, len(flight) // 2}):
                with self.subTest(cut=cut):
                    logged = self.talk(server, flight[:cut])
                    self.assertEqual(logged["event"], "handshake_failed")
            outcome = run("connect", server.address, "--insecure", "-q", data=GET)
            self.assertEqual(outcome.code, 0, outcome.err)

    def test_slow_clients_are_bounded_and_keep_nobody_out(self):
        """The time is for the whole handshake, whatever trickles in; then the next one has the place."""
        hellos = (b"\x16\x03\x01\x00\x50" + b"\x01" * 200, b"\x80\x50\x01\x03\x01" + b"\x00" * 200, b"")
        with Server("--handshake-timeout", "0.5", "--max-clients", str(len(hellos))) as server:
            slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in hellos]
            began = time.monotonic()
            with contextlib.suppress(OSError):  # they are cut off
                for number in range(len(hellos[0])):
                    for stream, hello in zip(slow, hellos):
                        stream.sendall(hello[number:number + 1])
                    time.sleep(0.05)
            self.assertLess(time.monotonic() - began, 0.05 * len(hellos[0]) / 2)
            outcome = run("connect", server.address, "--insecure", "-q", data=GET)
            self.assertEqual(outcome.code, 0, outcome.err)
            causes = [fields(server.next_line()).get("cause") for _ in range(len(hellos) + 1)]
            self.assertEqual(sorted(filter(None, causes)), ["silent", "stalled", "stalled"])
            for stream in slow:
                stream.close()


if __name__ == "__main__":
    unittest.main()
