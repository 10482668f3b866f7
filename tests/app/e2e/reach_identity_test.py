"""`heirloom reach`: whom it talks to, what it remembers, and what it refuses until told otherwise."""
import os
import pathlib
import pty
import re
import select
import signal
import ssl
import subprocess
import tempfile
import time
import unittest

from reach_support import Box, Reach, fail, fingerprint, modern_context, old_context, pins, words, write_pins
from support import PATIENCE, PROGRAM, certificate, environment


class Identity(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = self.folder.name
        self.addCleanup(self.folder.cleanup)

    def start_and_stop(self, *words):
        with Reach(*words, state=self.state) as reach:
            self.assertEqual(reach.stop(), 0)

    def test_unknown_certificate_is_refused_and_shown(self):
        with Box(context=old_context()) as box:
            code, said = fail(box.url, state=self.state)
        self.assertEqual(code, 5)
        self.assertIn(f"Try: heirloom reach {box.url} --pin {fingerprint('device')}", said)
        self.assertIn("--accept-new", said)
        for expected in ("expired on 2008-", "signed by itself", "1024 bits", "md5WithRSAEncryption"):
            self.assertIn(expected, said)
        self.assertEqual(pins(self.state), "")

    def test_right_pin_is_accepted_in_any_spelling(self):
        colons = re.sub("(..)(?=.)", r"\1:", fingerprint("device")[7:]).upper()
        for spelling in (fingerprint("device"), colons):
            with self.subTest(spelling), tempfile.TemporaryDirectory() as state, Box(context=old_context()) as box:
                with Reach("--pin", spelling, box.url, state=state) as reach:
                    self.assertEqual(reach.fetch("/x").body, b"GET /x")

    def test_wrong_pin_is_refused(self):
        with Box(context=old_context()) as box:
            code, said = fail("--pin", fingerprint("ca"), "--accept-new", box.url, state=self.state)
        self.assertEqual(code, 5)
        self.assertIn("which --pin does not name", said)

    def test_pin_that_is_none_is_a_usage_error(self):
        with Box(context=old_context()) as box:
            code, said = fail("--pin", "sha256:12", box.url, state=self.state)
            self.assertEqual(box.accepted, 0)
        self.assertEqual(code, 2)
        self.assertIn("is no SHA-256 fingerprint", said)

    def test_changed_certificate_is_refused_until_accepted_by_name(self):
        with Box(context=old_context("rsa2048")) as box:
            self.start_and_stop("--accept-new", box.url)
            before = pins(self.state)
            box.context = modern_context("rsa2048-sha256")
            for extra in ((), ("--accept-new",), ("--accept-changed", fingerprint("ca"))):
                code, said = fail(*extra, box.url, state=self.state)
                self.assertEqual(code, 5)
                self.assertIn("has changed", said)
                self.assertEqual(pins(self.state), before)
            command = re.search("Try: heirloom reach (.*)\\.?\n", said).group(1).rstrip(".").split()
            self.assertEqual(command, [box.url, "--accept-changed", fingerprint("rsa2048-sha256")])
            self.start_and_stop(*command)
            self.start_and_stop(box.url)

    def test_lower_version_is_refused_until_accepted(self):
        with Box(context=old_context(versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2))) as box:
            self.start_and_stop("--accept-new", box.url)
            self.assertEqual(words(pins(self.state), "version"), ["tls1.2"])
            box.context = old_context()
            code, said = fail(box.url, state=self.state)
            self.assertEqual(code, 5)
            self.assertIn("used to speak tls1.2 and now speaks tls1.0", said)
            self.assertIn("--accept-lower", said)
            self.start_and_stop("--accept-lower", box.url)
            self.start_and_stop(box.url)

    def test_certificate_that_changes_while_running(self):
        def one_answer(connection):
            if connection.read_request() is not None:
                connection.answer(b"first", fields="Connection: close\r\n")
                connection.close_notify()

        with Box(one_answer, old_context("rsa2048")) as box, Reach("--accept-new", box.url, state=self.state) as reach:
            self.assertEqual(reach.fetch("/").body, b"first")
            box.context = modern_context("rsa2048-sha256")
            response = reach.fetch("/")
            self.assertEqual(response.status, 502)
            self.assertIn(b"another certificate than before", response.body)
            self.assertEqual(len(box.requests), 1, "nothing was sent to the stranger")

    def test_certificate_of_a_known_authority_needs_no_pin_and_may_be_renewed(self):
        trusting = {"SSL_CERT_FILE": certificate("ca"), "SSL_CERT_DIR": self.state}
        with Box(context=old_context("rsa1024")) as box:
            with Reach(box.url, state=self.state, env=trusting) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertIn("trust=system", pins(self.state))
                box.context = old_context("rsa2048")
            with Reach(box.url, state=self.state, env=trusting):
                self.assertEqual(words(pins(self.state), "certificate"), [fingerprint("rsa2048")])
            box.context = old_context("wrong-name")
            with Reach(box.url, state=self.state, env=trusting, fails=True) as reach:
                self.assertEqual(reach.wait(), 5)
                self.assertIn("has changed", reach.err())

    def test_pin_file_is_plain_private_and_survives(self):
        line = "10.9.9.9:443 version=tls1.0 suite=rc4-128 hello=tls1.0 certificate=sha256:" + "a" * 64
        kept = f"# a comment\n{line} rack=12\nnot a pin line\nnor this\n"
        write_pins(self.state, kept)
        with Box(context=old_context()) as box:
            with Reach("--accept-new", box.url, state=self.state) as reach:
                self.assertIn("line 3 is left alone: it does not begin with HOST:PORT", reach.err())
                self.assertEqual(reach.err().count("left alone"), 1, "one note for all of them")
                self.assertIn("the first of 2 such lines", reach.err())
                reach.stop()
        self.assertTrue(pins(self.state).startswith(kept))
        path = pathlib.Path(self.state) / "heirloom" / "pins"
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_unreadable_line_about_this_box_does_not_trust_anew(self):
        with Box(context=old_context()) as box:
            broken = f"127.0.0.1:{box.port} version=tls1.0 hello=tls1.0 certificate=sha256:12\n"
            write_pins(self.state, broken)
            code, said = fail("--accept-new", box.url, state=self.state)
            self.assertEqual(box.accepted, 0)
        self.assertEqual(code, 7)
        self.assertIn("line 1 is about 127.0.0.1", said)
        self.assertEqual(pins(self.state), broken)

    def test_unwritable_pin_file(self):
        state = pathlib.Path(self.state) / "file"
        state.write_text("not a directory")
        with Box(context=old_context()) as box:
            code, said = fail("--accept-new", box.url, state=state)
            self.assertEqual(box.accepted, 0, "before anybody is asked anything")
        self.assertEqual(code, 7)
        self.assertIn(str(state / "heirloom" / "pins"), said)
        self.assertEqual(state.read_text(), "not a directory")

    def test_port_in_use(self):
        with Box() as other, Box(context=old_context()) as box:
            code, said = fail("--accept-new", "--listen", other.port, box.url, state=self.state)
            self.assertEqual(code, 7)
            self.assertIn(f"port {other.port} on 127.0.0.1 is already in use", said)

    def test_port_of_last_time_is_taken_by_another(self):
        with Box(context=old_context()) as box:
            with Reach("--accept-new", box.url, state=self.state) as first:
                with Reach(box.url, state=self.state) as second:
                    self.assertNotEqual(first.port, second.port)
                    self.assertIn("of last time is in use", second.err())
                    self.assertEqual(second.fetch("/x").body, b"GET /x")

    def test_own_port(self):
        with Box() as probe:
            port = probe.port
        with Box(context=old_context()) as box:
            with Reach("--accept-new", "--listen", f"127.0.0.1:{port}", box.url, state=self.state) as reach:
                self.assertEqual(reach.port, port)

    def ask(self, answer):
        """A start on a terminal: what was shown, and the exit code after Ctrl-C."""
        with Box(context=old_context()) as box:
            person, terminal = pty.openpty()
            process = subprocess.Popen(
                [PROGRAM, "reach", box.url],
                stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
                env=environment(XDG_STATE_HOME=self.state),
            )
            os.close(terminal)
            seen = b""
            asked = answered = False
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                if not select.select([person], [], [], 1)[0]:
                    continue
                try:
                    seen += os.read(person, 65536)
                except OSError:
                    break
                if b"[y/N]" in seen and not asked:
                    asked = True
                    if answer is None:
                        process.send_signal(signal.SIGINT)
                    else:
                        os.write(person, answer)
                if b".localhost:" in seen and not answered:
                    answered = True
                    process.send_signal(signal.SIGINT)
            os.close(person)
            return process.wait(PATIENCE), seen.decode()

    def test_person_says_yes_once(self):
        code, seen = self.ask(b"y\n")
        self.assertEqual(code, 0)
        self.assertIn(fingerprint("device"), seen)
        self.assertIn(".localhost:", seen)
        self.assertIn("trust=accepted", pins(self.state))

    def test_person_says_no(self):
        for answer in (b"n\n", b"\n"):
            code, seen = self.ask(answer)
            self.assertEqual(code, 5)
            self.assertNotIn(".localhost:", seen)
            self.assertEqual(pins(self.state), "")

    def test_person_presses_ctrl_c(self):
        code, _ = self.ask(None)
        self.assertEqual(code, 0)
        self.assertEqual(pins(self.state), "")


if __name__ == "__main__":
    unittest.main()
