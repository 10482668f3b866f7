"""`connect` and `serve` understand, or refuse with a reason, every option that the installed openssl lists."""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from message_support import expect_message
from support import Server, certificate, environment, fields, key, ocsp, run

# Values that make sense where the option is honoured; the others are refused before anybody looks at them.
VALUES = {
    "-curves": "P-256", "-groups": "P-256:P-384", "-named_curve": "prime256v1",
    "-connect": "127.0.0.1", "-servername": "box.example", "-name": "me.example", "-xmpphost": "box.example",
    "-CAfile": certificate("ca"), "-verifyCAfile": certificate("ca"), "-cert": certificate("device"),
    "-key": key("device"), "-cipher": "DES-CBC3-SHA", "-keylogfile": "/dev/null", "-starttls": "smtp", "-verify": "1",
    "-Verify": "1", "-pass": "file:" + certificate("ca"), "-certform": "PEM", "-keyform": "PEM",
    "-min_protocol": "SSLv3", "-max_protocol": "TLSv1.2", "-host": "127.0.0.1", "-naccept": "1",
    "-status_file": ocsp("rsa1024"),
}
# Two ways to name one certificate, or a limit below another, are told apart by tests of their own.
COMMON = {
    "connect": ["--timeout", "5"],
    "serve": ["--echo", "--cert", certificate("device"), "--key", key("device"), "--cafile", certificate("ca")],
}


def listed(command):
    """Options in the help of openssl: name, and whether a value follows."""
    text = subprocess.run(["openssl", command, "-help"], capture_output=True, text=True, check=False).stderr
    found = re.findall(r"^ (-[\w-]+)(?: (\+?\w[\w|]*))? {2,}", text, re.M)
    # A long value pushes the words to the next column without two blanks.
    found += [pair for pair in re.findall(r"^ (-[\w-]+) (\S+) [A-Z]", text, re.M) if pair not in found]
    return {name: bool(value) for name, value in found}


def port_in_use():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class EveryOption(unittest.TestCase):
    def outcomes(self, own, command, ending):
        """What each option ends with, beside what the same command ends with without it."""
        options = listed(command)
        self.assertGreater(len(options), 120, "the help was understood")
        seen = {"honoured": [], "refused": []}
        for name, has_value in sorted(options.items()):
            with self.subTest(name):
                words = [name] + ([VALUES.get(name, "1")] if has_value else [])
                outcome = ending(own, name, words)
                if name == "-help":
                    self.assertEqual((outcome.code, outcome.out[:1]), (0, b"s" if own == "connect" else b"t"))
                elif outcome.code == 2:
                    self.assertRegex(outcome.sentence, rf"^heirloom: {name} cannot be honoured: ")
                    self.assertNotEqual(outcome.advice, "", "an alternative is named")
                    seen["refused"].append(name)
                else:
                    self.assertIn(outcome.code, (3, 7), outcome.err)
                    seen["honoured"].append(name)
        return seen

    def test_s_client(self):
        listener, port = port_in_use()
        listener.close()  # nobody listens there

        def ending(own, name, words):
            target = [] if name in ("-connect", "-host", "-port") else [f"127.0.0.1:{port}"]
            if name in ("-connect", "-host"):
                words[1] += f":{port}" if name == "-connect" else ""
                words += ["-port", str(port)] if name == "-host" else []
            if name == "-port":
                words = ["-host", "127.0.0.1", "-port", str(port)]
            cert = ["--cert", certificate("device")] if name in ("-key", "-pass") else []
            cert += ["--key", key("device")] if name in ("-cert", "-pass") else []
            return run(own, *words, *target, *cert, *COMMON[own])

        seen = self.outcomes("connect", "s_client", ending)
        self.assertGreater(len(seen["honoured"]), 60, seen)
        for name in ("-no_renegotiation", "-maxfraglen", "-proxy", "-tls1_2"):
            self.assertIn(name, seen["refused"])
        for name in ("-alpn", "-sess_in", "-sess_out", "-reconnect", "-legacy_renegotiation"):
            self.assertIn(name, seen["honoured"])

    def test_s_server(self):
        listener, port = port_in_use()

        def ending(own, name, words):
            common = list(COMMON[own])
            for ours, theirs in (("--echo", ("-www",)), ("--cert", ("-cert",)), ("--key", ("-key",)),
                                 ("--cafile", ("-CAfile", "-verifyCAfile"))):
                if name in theirs:
                    at = common.index(ours)
                    del common[at:at + (1 if ours == "--echo" else 2)]
            if name == "-status_file":
                words += ["--cert", certificate("rsa1024"), "--key", key("rsa1024")]
                common = ["--echo"]
            if name in ("-dcert", "-dkey"):
                words = ["-dcert", certificate("ec256"), "-dkey", key("ec256")]
            if name in ("-accept", "-port"):
                words[1] = str(port)
            else:
                common += ["--listen", str(port)]
            return run(own, *words, *common)

        with contextlib.closing(listener):
            seen = self.outcomes("serve", "s_server", ending)
        self.assertGreater(len(seen["honoured"]), 50, seen)
        for name in ("-WWW", "-HTTP", "-no_renegotiation", "-dtls"):
            self.assertIn(name, seen["refused"])


class WhatTheyDo(unittest.TestCase):
    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_status_shown_to_openssl(self):
        with Server("-status_file", ocsp("rsa1024"), name="rsa1024") as server:
            done = subprocess.run(
                ["openssl", "s_client", "-connect", server.address, "-tls1", "-status", "-cipher", "ALL:@SECLEVEL=0",
                 "-CAfile", certificate("ca")],
                input=b"GET / HTTP/1.0\r\n\r\n", capture_output=True, timeout=60, check=False,
                env=environment(OPENSSL_CONF="/dev/null"),
            )
            outcome = fields(server.next_line())
        self.assertIn(b"OCSP Response Status: successful", done.stdout)
        self.assertIn(b"Cert Status: good", done.stdout)
        self.assertIn(b"Verify return code: 0 (ok)", done.stdout)
        self.assertEqual(outcome["version"], "TLS 1.0")

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_status_that_openssl_shows(self):
        for name, code in (("rsa1024", 0), ("rsa1024-revoked", 5), ("rsa1024-forged", 5)):
            command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1", "-cipher", "ALL:@SECLEVEL=0", "-www",
                       "-cert", certificate("rsa1024"), "-key", key("rsa1024"), "-status_file", ocsp(name)]
            with self.subTest(name), subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                env=environment(OPENSSL_CONF="/dev/null"),
            ) as server:
                try:
                    port = next(line for line in server.stdout if line.startswith(b"ACCEPT")).rsplit(b":", 1)[1]
                    outcome = run(
                        "connect", "-connect", f"localhost:{int(port)}", "-4", "-status", "-CAfile", certificate("ca"),
                        data=b"GET / HTTP/1.0\r\n\r\n")
                    self.assertEqual(outcome.code, code, outcome.err)
                finally:
                    server.kill()

    def test_a_line_of_s_client_as_people_type_it(self):
        with Server("--allow", "null", name="rsa2048") as server:
            for words in (
                ["-connect", server.address, "-servername", "box.heirloom.test", "-CAfile", certificate("ca"),
                 "-verify_return_error", "-tls1", "-cipher", "DES-CBC3-SHA:@SECLEVEL=0", "-legacy_server_connect"],
                ["-host", "127.0.0.1", "-port", str(server.port), "-ssl3", "--insecure", "-state", "-brief"],
            ):
                outcome = run("connect", *words, "-showcerts", "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
                self.assertEqual(outcome.code, 0, outcome.err)
                self.assertIn(b"It works over " + (b"TLS 1.0" if "-tls1" in words else b"SSL 3.0"), outcome.out)
                self.assertIn("-----BEGIN CERTIFICATE-----", outcome.err)
                self.assertIn("connected to", outcome.err)
                self.assertEqual("handshake client_hello" in outcome.err, "-state" in words, outcome.err)
            quiet = run("connect", "-quiet", "--insecure", server.address, data=b"GET / HTTP/1.0\r\n\r\n")
            self.assertEqual(quiet.err, "")

    def test_crlf(self):
        with Server() as server:
            for words, status in ((["-crlf"], b"200 OK"), ([], None)):
                outcome = run("connect", *words, "--insecure", server.address, data=b"GET / HTTP/1.0\n\n")
                self.assertIn(status or b"", outcome.out)
        with tempfile.NamedTemporaryFile() as seen, Server(mode=("--echo",)) as server:
            process = subprocess.Popen(
                [os.environ["HEIRLOOM_PROGRAM"], "connect", "-crlf", "-quiet", "--insecure", server.address],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(),
            )
            process.stdin.write(b"one\ntwo\r\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.read(10), b"one\r\ntwo\r\n")
            process.kill()
            process.communicate()

    def test_a_line_of_s_server_as_people_type_it(self):
        with Server("-Verify", "1", "-CAfile", certificate("ca"), "-tls1", "-msg") as server:
            refused = run("connect", "--insecure", server.address)
            self.assertEqual(refused.code, 4, refused.err)
            answered = run(
                "connect", "--insecure", "-cert", certificate("client"), "-key", key("client"), server.address,
                data=b"GET / HTTP/1.0\r\n\r\n",
            )
            self.assertIn(b"It works over TLS 1.0", answered.out, answered.err)

    def test_refused_spelling(self):
        expect_message(run("connect", "-proxy", "p", "box"), "spelling_refused")

    def test_spelling_without_its_value(self):
        expect_message(run("connect", "-connect"), "spelling_value")


if __name__ == "__main__":
    unittest.main()
