"""A box that renegotiates in the middle of a page, as IIS and Apache do to ask for a client certificate: the
system's `openssl s_server`, and for what that has no more our own server."""
import re
import subprocess
import tempfile
import threading
import unittest

from message_support import expect_message
from reach_support import Reach, answer_everything, old_box
from support import PATIENCE, certificate, environment, key, run

SILENT = ("--max", "tls1", "--extensions", "-renegotiation_info")  # about RFC 5746: the server takes us for an old one


class Renegotiating:
    """`openssl s_server` that asks for another handshake, and a client certificate, before it answers a request."""

    def __init__(self, *words):
        command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1", "-cipher", "ALL:@SECLEVEL=0"]
        command += ["-cert", certificate("device"), "-key", key("device"), *words]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.heard = b""
        self.wait_for(rb"ACCEPT \S+:(\d+)\n")
        self.port = int(re.search(rb"ACCEPT \S+:(\d+)\n", self.heard).group(1))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def wait_for(self, pattern):
        """Reads on until the pattern has come; False at the end of the program."""
        while not re.search(pattern, self.heard):
            part = self.process.stdout.read(4096)
            if not part:
                return False
            self.heard += part
        return True

    def serve(self):
        while self.wait_for(rb"GET /\S* HTTP/1\.[01]\r?\n(.+\n)*\r?\n"):
            self.heard = b""
            self.process.stdin.write(b"R\n")
            self.wait_for(rb"SSL_do_handshake -> 1")
            self.process.stdin.write(b"HTTP/1.1 200 OK\nContent-Length: 7\n\nagreed\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdin.close()
        self.process.stdout.close()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = folder.name

    def get(self, *words):
        return run("get", "-s", "-S", "-k", *words, env=environment(XDG_STATE_HOME=self.state))


class InThePage(Case):
    def test_a_box_that_knows_rfc_5746(self):
        """Our engine and the system's libssl, with a certificate to show and without."""
        shown = ("--cert", certificate("device"), "--key", key("device"))
        for words in (("--max", "tls1"), ("--max", "tls1", *shown), (), shown):
            with self.subTest(words=words), Renegotiating() as box, tempfile.TemporaryDirectory() as state:
                with Reach("--accept-new", *words, box.url, state=state) as reach:
                    answer = reach.fetch("/")
                    self.assertEqual((answer.status, answer.body), (200, b"agreed\n"), reach.err())

    def test_get_too(self):
        with Renegotiating() as box:
            outcome = self.get("--max", "tls1", box.url)
            self.assertEqual((outcome.code, outcome.out), (0, b"agreed\n"), outcome.err)

    def test_one_without_rfc_5746(self):
        with Renegotiating("-legacy_renegotiation") as box:
            with Reach("--accept-new", *SILENT, box.url, state=self.state) as reach:
                answer = reach.fetch("/")
                expect_message(answer, "renegotiation_refused")
                self.assertIn(f"heirloom reach {box.url} --max tls1 --extensions -renegotiation_info "
                              "--allow insecure-renegotiation", answer.body.decode())
        with Renegotiating("-legacy_renegotiation") as box:
            expect_message(self.get(*SILENT, box.url), "renegotiation_refused")

    def test_it_is_served_by_name(self):
        with Renegotiating("-legacy_renegotiation") as box:
            with Reach("--accept-new", *SILENT, "--allow", "insecure-renegotiation", box.url, state=self.state) as reach:
                answer = reach.fetch("/")
                self.assertEqual((answer.status, answer.body), (200, b"agreed\n"), reach.err())


class ByOurselves(Case):
    def test_renegotiate_before_the_page(self):
        for word in ("tls1", "ssl3"):
            with self.subTest(word), old_box(answer_everything, "--max", word) as (url, _):
                with tempfile.TemporaryDirectory() as state:
                    with Reach("--accept-new", "--renegotiate", "--max", word, url, state=state) as reach:
                        self.assertEqual(reach.fetch("/x").body, b"GET /x")
                        reach.wait_for_log("connection 1: ")
                        self.assertRegex(reach.err(), "connection 1: .*, renegotiated: ")


if __name__ == "__main__":
    unittest.main()
