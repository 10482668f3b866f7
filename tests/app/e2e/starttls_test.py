"""`heirloom connect --starttls` against servers of every protocol, good and bad, and against what openssl sends."""
import contextlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import textwrap
import time
import unittest

from message_support import expect_message
from reach_support import Box, old_context
from starttls_support import SCRIPTS, PlainServer, forward_to, ldap_answer, mysql_greeting
from support import PATIENCE, Server, certificate, environment, key, run

REQUEST = b"GET / HTTP/1.0\r\n\r\n"
REFUSALS = {
    "smtp": [SCRIPTS["smtp"][0], SCRIPTS["smtp"][1], b"454 4.7.0 TLS not available due to local problem\r\n"],
    "imap": [SCRIPTS["imap"][0], SCRIPTS["imap"][1], b". BAD unknown command\r\n"],
    "pop3": [SCRIPTS["pop3"][0], b"-ERR unknown command\r\n"],
    "ftp": [SCRIPTS["ftp"][0], b"500 AUTH not understood\r\n", b"504 AUTH SSL not understood\r\n"],
    "ldap": [None, ldap_answer(52, b"no TLS here")],
    "xmpp": [None, SCRIPTS["xmpp"][1], b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    "postgres": [None, b"N"],
    "mysql": [mysql_greeting(capabilities=0xA20C & ~0x0800)],
}
EARLY_REFUSALS = {
    "smtp": [b"554 no SMTP service here\r\n"],
    "imap": [b"* PREAUTH logged in as root\r\n"],
    "pop3": [b"-ERR too many connections\r\n"],
    "ftp": [b"421 too many users\r\n"],
    "ldap": [None, ldap_answer(2)],
    "xmpp": [None, SCRIPTS["xmpp"][1].split(b"<stream:features>")[0] + b"<stream:features></stream:features>"],
    "postgres": [None, b"E\0\0\0\x20SFATAL\0"],
    "mysql": [b"\x17\0\0\0\xff\x10\x04Too many connections"],
}


def connect(server, protocol, *words, data=REQUEST):
    return run("connect", "--insecure", "--starttls", protocol, *words, server.address, data=data)


class Consent(unittest.TestCase):
    def test_every_protocol_leads_to_tls(self):
        with Server() as behind:
            for protocol in SCRIPTS:
                for bytewise in (False, True):
                    with self.subTest(protocol, bytewise=bytewise):
                        with PlainServer(protocol, then=forward_to(behind.port), bytewise=bytewise) as server:
                            outcome = connect(server, protocol)
                            self.assertEqual(outcome.code, 0, outcome.err)
                            self.assertIn(b"It works over TLS 1.0", outcome.out)

    def test_another_implementation_behind(self):
        def answer(connection):
            connection.read_request()
            connection.answer(b"python")
            connection.close_notify()

        with Box(answer, old_context()) as behind, PlainServer("smtp", then=forward_to(behind.port)) as server:
            outcome = connect(server, "smtp")
            self.assertIn(b"python", outcome.out, outcome.err)

    def test_server_that_knows_only_auth_ssl(self):
        script = [SCRIPTS["ftp"][0], b"504 AUTH TLS not understood\r\n", b"334 SSL enabled\r\n"]
        with Server() as behind, PlainServer("ftp", script, forward_to(behind.port)) as server:
            self.assertEqual(connect(server, "ftp").code, 0)
            self.assertEqual(server.said, [b"AUTH TLS\r\n", b"AUTH SSL\r\n"])

    def test_mysql_before_4_1_gets_the_short_packet(self):
        script = [mysql_greeting(capabilities=0x2C | 0x0800, version=b"4.0.30")]
        with PlainServer("mysql", script, then=lambda client: client.recv(1)) as server:
            connect(server, "mysql")
        self.assertEqual(server.said[0][:9], b"\x05\0\0\x01\x85\x2c\xff\xff\xff")
        self.assertEqual(server.said[0][9:10], b"\x16", "the hello follows")

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_same_bytes_as_openssl(self):
        for protocol in SCRIPTS:
            with self.subTest(protocol):
                with PlainServer(protocol) as server:
                    connect(server, protocol)
                ours = server.said
                with PlainServer(protocol) as server:
                    name = ["-name", "localhost"] if protocol == "smtp" else []
                    subprocess.run(
                        ["openssl", "s_client", "-starttls", protocol, *name, "-connect", server.address],
                        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False, env=environment(),
                    )
                self.assertEqual(ours, server.said)
                self.assertNotEqual(ours, [])

    def test_names(self):
        with PlainServer("smtp") as server:
            connect(server, "smtp", "--own-name", "me.example")
        self.assertEqual(server.said[0], b"EHLO me.example\r\n")
        with PlainServer("xmpp") as server:
            connect(server, "xmpp", "--sni", "o'box")
        self.assertIn(b"to='o&apos;box'", server.said[0])


def postgres_programs():
    """initdb and postgres, wherever Debian puts them; None if they are not installed."""
    folders = [str(folder) for folder in pathlib.Path("/usr/lib/postgresql").glob("*/bin")]
    path = os.pathsep.join([*folders, os.environ.get("PATH", "")])
    found = [shutil.which(name, path=path) for name in ("initdb", "postgres")]
    return found if all(found) else None


@unittest.skipUnless(postgres_programs(), "PostgreSQL is not installed")
@unittest.skipUnless(os.geteuid() != 0 or shutil.which("setpriv"), "PostgreSQL does not run as root")
class PostgreSql(unittest.TestCase):
    """The server itself, told to speak TLS 1.0 only: it says what it has negotiated."""

    kSettings = """
        listen_addresses = '127.0.0.1'
        ssl = on
        ssl_cert_file = 'server.crt'
        ssl_key_file = 'server.key'
        ssl_min_protocol_version = 'TLSv1'
        ssl_max_protocol_version = 'TLSv1'
        ssl_ciphers = 'ALL:@SECLEVEL=0'
        fsync = off
    """
    kOpenssl = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n" \
        "CipherString = ALL:@SECLEVEL=0\nMinProtocol = TLSv1\n"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.initdb, self.postgres = postgres_programs()
        self.prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        if self.prefix:
            os.chown(self.folder, 65534, 65534)
        self.data = self.folder / "data"
        (self.folder / "openssl.cnf").write_text(self.kOpenssl, encoding="ascii")
        self.env = environment(OPENSSL_CONF=str(self.folder / "openssl.cnf"), HOME=str(self.folder), LC_ALL="C")

    def start(self):
        subprocess.run(
            [*self.prefix, self.initdb, "-D", self.data, "-U", "heirloom", "--auth=trust", "--no-sync"],
            check=True, capture_output=True, env=self.env, cwd=self.folder,
        )
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        with open(self.data / "postgresql.conf", "a", encoding="ascii") as file:
            file.write(textwrap.dedent(self.kSettings))
            file.write(f"port = {port}\nunix_socket_directories = '{self.folder}'\n")
        for source, name in ((certificate("rsa2048-sha256"), "server.crt"), (key("rsa2048-sha256"), "server.key")):
            shutil.copy(source, self.data / name)
            os.chmod(self.data / name, 0o600)
            os.chown(self.data / name, *((65534, 65534) if self.prefix else (-1, -1)))
        server = subprocess.Popen(
            [*self.prefix, self.postgres, "-D", self.data], stderr=subprocess.PIPE, text=True, env=self.env,
            cwd=self.folder,
        )
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait, PATIENCE)
        self.addCleanup(server.terminate)
        said = ""
        while "ready to accept connections" not in said:
            said += (line := server.stderr.readline())
            self.assertNotEqual(line, "", said)
        return port

    def test_query_over_tls_1_0(self):
        port = self.start()

        def message(kind, body):
            return kind + struct.pack(">I", 4 + len(body)) + body

        startup = struct.pack(">I", 196608) + b"user\0heirloom\0database\0postgres\0\0"
        query = b"select version || ' ' || cipher from pg_stat_ssl where pid = pg_backend_pid()\0"
        data = message(b"", startup) + message(b"Q", query) + message(b"X", b"")
        outcome = run("connect", "--starttls", "postgres", "--insecure", "--suites", "AES128-SHA", f"127.0.0.1:{port}",
                      data=data)
        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertIn(b"TLSv1 AES128-SHA", outcome.out)
        self.assertIn(b"SELECT 1", outcome.out)


class Refusal(unittest.TestCase):
    def test_server_that_says_no(self):
        for protocol in SCRIPTS:
            for scripts in (REFUSALS, EARLY_REFUSALS):
                with self.subTest(protocol, early=scripts is EARLY_REFUSALS):
                    with PlainServer(protocol, scripts[protocol], then=lambda client: client.recv(1)) as server:
                        outcome = connect(server, protocol)
                        expect_message(outcome, "starttls_refused")
                        self.assertNotIn("\x1b", outcome.err)

    def test_words_of_the_server_are_repeated_harmlessly(self):
        script = [b"220 x\r\n", b"250 x\r\n", b"454 \x1b[31mno\r\n"]
        with PlainServer("smtp", script) as server:
            self.assertIn(r'by smtp: "454 \x1b[31mno"', connect(server, "smtp").sentence)

    def test_plain_text_behind_the_consent(self):
        for protocol in SCRIPTS:
            with self.subTest(protocol):
                script = list(SCRIPTS[protocol])
                script[-1] += b"250 injected\r\n"
                with Server() as behind, PlainServer(protocol, script, forward_to(behind.port)) as server:
                    outcome = connect(server, protocol)
                expect_message(outcome, "starttls_injected")
                self.assertEqual(outcome.out, b"")

    def test_what_is_no_such_server(self):
        for protocol in SCRIPTS:
            for first in (b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", b"\x15\x03\x01\x00\x02\x02\x0a>\r\n" + b"x" * 70):
                with self.subTest(protocol, first=first):
                    script = [first] if SCRIPTS[protocol][0] is not None else [None, first]
                    with PlainServer(protocol, script, then=lambda client: client.recv(1)) as server:
                        expect_message(connect(server, protocol), "starttls_unexpected")

    def test_line_without_end(self):
        def flood(client):
            for _ in range(100):
                client.sendall(b"2" * 1024)

        with PlainServer("smtp", [b"220 "], then=flood) as server:
            expect_message(connect(server, "smtp"), "starttls_unexpected")

    def test_answers_without_end(self):
        def flood(client, line):
            for _ in range(100_000):
                client.sendall(line)

        for protocol, line in (("smtp", b"220-more\r\n"), ("ftp", b"more\r\n")):
            with self.subTest(protocol):
                with PlainServer(protocol, [b"220-first\r\n"], then=lambda client, word=line: flood(client, word)) as server:
                    expect_message(connect(server, protocol), "starttls_unexpected")

    def test_server_that_hangs_up(self):
        for protocol, script in SCRIPTS.items():
            for steps in range(len(script)):
                with self.subTest(protocol, steps=steps):
                    with PlainServer(protocol, script[:steps]) as server:
                        outcome = connect(server, protocol)
                    expect_message(outcome, "starttls_closed")

    def test_port_that_is_tls_from_the_first_byte(self):
        with Server() as server:
            for protocol in ("smtp", "imap", "pop3", "ftp", "mysql"):
                with self.subTest(protocol):
                    outcome = connect(server, protocol, "--timeout", "1")
                    expect_message(outcome, "starttls_timeout")
                    self.assertIn(f"heirloom connect {server.address}", outcome.advice)

    def test_deadline_is_for_the_whole_conversation(self):
        def drip(client):
            while True:
                client.sendall(b"250-more\r\n")
                time.sleep(0.3)

        with PlainServer("smtp", [b"220 x\r\n", b"250-first\r\n"], then=drip) as server:
            started = time.monotonic()
            expect_message(connect(server, "smtp", "--timeout", "1"), "starttls_timeout")
            self.assertLess(time.monotonic() - started, PATIENCE / 2)

    def test_no_tls_after_the_consent(self):
        with PlainServer("smtp") as server:  # hangs up then
            outcome = connect(server, "smtp")
        self.assertEqual(outcome.code, 4)
        self.assertNotIn("starttls", outcome.sentence)

    def test_unknown_protocol_is_named_with_the_known_ones(self):
        outcome = run("connect", "--starttls", "gopher", "box")
        self.assertEqual(outcome.code, 2)
        for protocol in SCRIPTS:
            self.assertIn(protocol, outcome.sentence)


class DefaultPorts(unittest.TestCase):
    """Nothing listens on that loopback address, and the sentence says on which port it does not."""

    def expect_port(self, port, *words):
        with contextlib.suppress(OSError), socket.create_connection(("127.77.0.254", port), timeout=PATIENCE):
            return  # this machine has such a server, on all addresses
        self.assertIn(f"port {port}", run("connect", *words).sentence)

    def test_of_protocols_and_schemes(self):
        expected = {"smtp": 25, "imap": 143, "pop3": 110, "ftp": 21, "ldap": 389, "xmpp": 5222, "postgres": 5432,
                    "mysql": 3306}
        for protocol, port in expected.items():
            with self.subTest(protocol):
                self.expect_port(port, "--starttls", protocol, "127.77.0.254")
        schemes = {"https": 443, "smtps": 465, "nntps": 563, "ldaps": 636, "ftps": 990, "imaps": 993, "pop3s": 995}
        for scheme, port in schemes.items():
            with self.subTest(scheme):
                self.expect_port(port, f"{scheme}://127.77.0.254/")


if __name__ == "__main__":
    unittest.main()
