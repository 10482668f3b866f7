"""Every sentence that `heirloom get` can end with, and curl's exit code beside it."""
import contextlib
import fcntl
import gzip
import os
import pty
import select
import socket
import struct
import subprocess
import termios
import time
import unittest

from get_support import GetTest, answer_everything, echo, fixed, raw
from message_support import expect_message
from reach_support import modern_context, old_box, old_context
from support import PATIENCE, PROGRAM, Outcome, certificate, environment, key


def in_terminal(words, state, typed, data=None):
    """The program with a terminal of its own as standard input, output and error, or with a pipe of data as
    its standard input: exit code, what was shown."""
    parent, child = pty.openpty()
    process = subprocess.Popen([PROGRAM, "get", *words], stdin=child if data is None else subprocess.PIPE,
                               stdout=child, stderr=child, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),
                               env=environment(XDG_STATE_HOME=state, NO_COLOR="1"))
    os.close(child)
    if data is not None:
        process.stdin.write(data)
        process.stdin.close()
    shown = b""
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(OSError):  # EIO: the program has ended
        while time.monotonic() < deadline:
            if not select.select([parent], [], [], 0.1)[0]:
                continue
            shown += os.read(parent, 4096)
            if typed and b"Password for" in shown:
                os.write(parent, typed)
                typed = b""
    os.close(parent)
    return process.wait(PATIENCE), shown.decode().replace("\r\n", "\n")


class Usage(GetTest):
    def test_options_that_conflict(self):
        expect_message(self.get("-T", "x", "-d", "y", "http://127.0.0.1:1/"), "get_methods_conflict")

    def test_unknown_starttls(self):
        expect_message(self.get("--starttls", "gopher", "imaps://127.0.0.1:1/"), "get_starttls_unknown")

    def test_url_is_missing(self):
        expect_message(self.get(), "url_missing")
        self.assertNotIn("REQUIRED", self.get("--help").out.decode())
        version = self.get("-V")
        self.assertEqual((version.code, version.out[:9]), (0, b"heirloom "))

    def test_values_that_make_no_sense(self):
        url = "http://127.0.0.1:1/"
        lines = self.path("lines", b"X-A: 1\nBad\n")
        for cause, *words in (
            ("header_invalid", "-H", "Bad header"), ("header_invalid", "-H", "A: b\r\nInjected: 1"),
            ("header_invalid", "-H", ": b"), ("header_invalid", "-H", f"@{lines}"),
            ("resolve_invalid", "--resolve", "junk"), ("resolve_invalid", "--resolve", "a:443:300.1.1.1"),
            ("resolve_invalid", "--resolve", "a:0:10.0.0.1"), ("resolve_invalid", "--resolve", "a:443:10.0.0.1,x"),
            ("resolve_invalid", "--resolve", "a:443:"), ("cookie_file", "-b", "cookies.txt"),
            ("tls_max_unknown", "--tls-max", "2"),
        ):
            with self.subTest(words):
                expect_message(self.get(*words, url), cause)
        for words in (("-m", "-1"), ("-m", "abc"), ("--connect-timeout", "nan"), ("--sslv3", "--tlsv1")):
            with self.subTest(words):
                got = self.get(*words, url)
                self.assertEqual(got.code, 2)
                self.assertLess(len(got.err), 200)

    def test_options_of_curl_that_are_refused(self):
        for words in (("--retry", "3"), ("-F", "a=b", "-F", "c=d"), ("-sc", "jar"), ("-x", "proxy:3128"), ("-OJ",),
                      ("-s", "--tlsv1.2")):
            with self.subTest(words):
                expect_message(self.get(*words, "http://127.0.0.1:1/"), "curl_option_refused")

    def test_options_of_curl_that_are_taken(self):
        _, url = self.plain()
        quiet = ("--noproxy", "*", "--tls-max", "1.0", "--ssl-reqd")
        self.assertEqual(self.get(*quiet, url).err, "")
        noted = ("--ciphers", "DEFAULT@SECLEVEL=0", "--tls-max", "1.2", "-w", "%{nosuch}%{http_code}")
        got = self.get(*noted, url)
        self.assertEqual((got.code, got.out), (0, b"GET /%{nosuch}200"))
        self.assertEqual(got.err.count("note: "), 3, got.err)
        self.assertEqual(self.get("-s", *noted, url).err, "")
        modern = self.box(context=modern_context())
        self.assertEqual(self.get("-k", "--tls-max", "1.3", "-o", self.path("x"), modern.url).code, 0)
        self.assertEqual(self.get("-k", "--tls-max", "1.0", modern.url).code, 35)

    def test_password_is_not_in_the_process_list(self):
        shown = []

        def handler(connection):
            request = connection.read_request()
            with open(f"/proc/{process.pid}/cmdline", "rb") as file:
                shown.append(file.read().split(b"\0")[2:-1])
            connection.answer(dict(request.fields)["Authorization"].encode())

        box, url = self.plain(handler)
        named = url.replace("http://", "http://ro:TOPSECRET@")
        for words, login in (
            (("-u", "ro:TOPSECRET", url), [b"-u", b"*" * 12, url.encode()]),
            (("-skuro:TOPSECRET", url), [b"-sku" + b"*" * 12, url.encode()]),
            (("--user=ro:TOPSECRET", url), [b"--user=" + b"*" * 12, url.encode()]),
            ((named,), [url.replace("http://", f"http://{'*' * 12}@").encode()]),
            ((f"--url={named}/",), [b"--url=" + url.replace("http://", f"http://{'*' * 12}@").encode() + b"/"]),
        ):
            with self.subTest(words):
                process = subprocess.Popen([PROGRAM, "get", *words], stdout=subprocess.PIPE,
                                           env=environment(XDG_STATE_HOME=self.state))
                self.assertEqual(process.communicate(timeout=PATIENCE)[0], b"Basic cm86VE9QU0VDUkVU")
                self.assertEqual(shown.pop(), login)

    def test_password_without_a_terminal(self):
        done = subprocess.run([PROGRAM, "get", "-u", "root", "http://127.0.0.1:1/"], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PATIENCE, check=False, start_new_session=True,
                              env=environment(XDG_STATE_HOME=self.state))
        expect_message(Outcome(done), "password_missing")

    def test_password_that_is_not_given(self):
        code, shown = in_terminal(["-u", "root", "http://127.0.0.1:1/"], self.state, b"half\x03")
        expect_message((code, shown), "password_refused")

    def test_password_is_asked_for_without_echo(self):
        _, url = self.plain(echo)
        code, shown = in_terminal(["-u", "root", url], self.state, b"calvxx\x7f\x7fin\n")
        self.assertEqual(code, 0, shown)
        self.assertIn("authorization: Basic cm9vdDpjYWx2aW4=", shown)
        self.assertNotIn("calv", shown)

    def test_password_is_asked_for_while_standard_input_is_sent(self):
        _, url = self.plain(echo)
        code, shown = in_terminal(["-u", "root", "-d", "@-", url], self.state, b"calvin\n", b"sent")
        self.assertEqual(code, 0, shown)
        self.assertIn("authorization: Basic cm9vdDpjYWx2aW4=", shown)
        self.assertIn("\n\nsent", shown)
        self.assertNotIn("calvin", shown)


class Files(GetTest):
    def test_input_that_cannot_be_read(self):
        expect_message(self.get("-T", "/nowhere/file", "http://127.0.0.1:1/"), "upload_unreadable")
        expect_message(self.get("-T", self.work, "http://127.0.0.1:1/"), "upload_is_directory")
        for words in (("-d", "@/nowhere/file"), ("-H", "@/nowhere/file"), ("-w", "@/nowhere/file")):
            ending = expect_message(self.get(*words, "http://127.0.0.1:1/"), "data_unreadable")
            self.assertTrue(ending.sentence.endswith(": No such file or directory"), ending)

    def test_file_that_shrinks(self):
        path = self.path("large")
        with open(path, "wb") as file:
            file.truncate(256 << 20)

        def handler(connection):
            connection.read_head()
            os.truncate(path, 1)
            while connection.receive():
                connection.buffer = b""

        _, url = self.plain(handler)
        expect_message(self.get("-T", path, url), "upload_read_failed")

    def test_output_that_cannot_be_written(self):
        _, url = self.plain()
        expect_message(self.get("-o", "/nowhere/file", url), "output_unwritable")
        expect_message(self.get("-O", f"{url}/"), "remote_name_missing")
        expect_message(self.get("-o", "/dev/full", url), "output_failed")
        self.assertIn("-D with", expect_message(self.get("-D", "/dev/full", url), "output_failed").advice)
        unwritable = self.get("--keylog", "/nowhere/file", url)
        self.assertEqual((unwritable.code, "cannot write the key log" in unwritable.err), (23, True), unwritable.err)

    def test_binary_answer_on_a_terminal(self):
        _, url = self.plain(fixed(body=b"a\0b"))
        expect_message(in_terminal([url], self.state, b""), "binary_on_terminal")
        self.assertEqual(in_terminal(["-o", "-", url], self.state, b"")[0], 0)

    def test_input_that_cannot_be_sent_twice(self):
        _, url = self.plain(fixed("307 Temporary Redirect", "Location: /x\r\n"))
        expect_message(self.get("-L", "-T", "-", url, data=b"once"), "upload_not_repeatable")

    def test_http10_wants_a_length(self):
        expect_message(self.get("-0", "-T", "-", "http://127.0.0.1:1/", data=b"x"), "upload_without_length")

    def test_http10_box_is_explained(self):
        _, url = self.plain(raw(b"HTTP/1.0 411 Length Required\r\nContent-Length: 0\r\n\r\n"))
        self.assertIn("has no chunked bodies", self.get("-T", "-", url, data=b"x").err)
        self.assertEqual(self.get("-s", "-T", "-", url, data=b"x").err, "")


class Answers(GetTest):
    def test_status_that_fails(self):
        _, url = self.plain(fixed("404 Not Found"))
        expect_message(self.get("-f", url), "http_error")
        expect_message(self.get("--fail-with-body", url), "http_error_with_body")

    def test_redirects_that_lead_nowhere(self):
        _, url = self.plain(fixed("302 Found", "Location: /again\r\n"))
        expect_message(self.get("-L", url), "too_many_redirects")
        _, other = self.plain(fixed("302 Found", "Location: imaps://127.0.0.1/\r\n"))
        expect_message(self.get("-L", other), "redirect_scheme")
        for goal in ("https://a b@c:d/", "gopher://127.0.0.1/"):
            _, wrong = self.plain(fixed("302 Found", f"Location: {goal}\r\n"))
            expect_message(self.get("-L", wrong), "redirect_invalid")

    def test_answers_that_end_early(self):
        for answer, cause in (
            (b"", "empty_reply"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "answer_partial"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc", "answer_malformed"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "body_malformed"),
            (b"<html>old</html>", "http09_refused"),
        ):
            with self.subTest(cause):
                _, url = self.plain(raw(answer))
                expect_message(self.get(url), cause)

    def test_answers_that_are_cut(self):
        def cut(connection):  # no close_notify
            connection.read_request()
            connection.send(b"HTTP/1.0 200 OK\r\n\r\nabc")
        box = self.box(cut, old_context())
        expect_message(self.get("-k", box.url), "answer_truncated")
        self.assertEqual(self.get("-k", "--accept-truncated", box.url).code, 0)

    def test_connections_that_are_reset(self):
        def reset(answer):
            def handler(connection):
                connection.stream.recv(1)  # the rest stays unread, so that closing resets
                if answer:
                    connection.send(answer)
                    time.sleep(0.5)
            return handler
        _, url = self.plain(reset(b""))
        expect_message(self.get(url), "answer_reset")
        _, url = self.plain(reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))
        expect_message(self.get(url), "answer_broken")

    def test_request_that_is_not_read(self):
        def handler(connection):
            connection.stream.recv(1)
        _, url = self.plain(handler)
        path = self.path("large")
        with open(path, "wb") as file:
            file.truncate(256 << 20)
        expect_message(self.get("-T", path, url), "request_not_sent")

    def test_codings(self):
        body = gzip.compress(os.urandom(50000))
        for coding, content, cause in (("br", b"x", "coding_unknown"), ("gzip", b"nonsense", "coding_malformed"),
                                       ("gzip", body[:-20000], "coding_cut")):
            with self.subTest(cause):
                _, url = self.plain(fixed(fields=f"Content-Encoding: {coding}\r\n", body=content))
                expect_message(self.get("--compressed", "-o", self.path("out"), url), cause)

    def test_time_is_over(self):
        def slow(connection):
            connection.read_request()
            connection.receive()
        _, url = self.plain(slow)
        expect_message(self.get("-m", "0.5", url), "max_time_exceeded")
        silent = self.box(lambda connection: connection.receive() and connection.receive())
        expect_message(self.get("--connect-timeout", "0.5", silent.url), "connect_time_exceeded")


class Raw(GetTest):
    """Other schemes: bytes both ways."""

    def serve(self, handler):
        box = self.box(handler, old_context())
        return f"imaps://127.0.0.1:{box.port}/"

    def test_conversation(self):
        def handler(connection):
            connection.send(b"* OK ready\r\n")
            connection.send(connection.read_line()[::-1] + b"\r\n* BYE\r\n")
            connection.close_notify()
        url = self.serve(handler)
        for words, data in ((("-T", "-"), b"1 LOGOUT\r\n"), ((), b"1 LOGOUT\r\n"), (("--data-binary", "1 LOGOUT\r\n"), b"")):
            got = self.get("-k", *words, url, data=data)
            self.assertEqual((got.code, got.out), (0, b"* OK ready\r\nTUOGOL 1\r\n* BYE\r\n"), got.err)

    def test_ends_that_are_none(self):
        url = self.serve(lambda connection: connection.send(b"half"))
        expect_message(self.get("-k", url), "raw_truncated")

        def reset(connection):
            connection.stream.recv(1)
            connection.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        expect_message(self.get("-k", self.serve(reset), data=b"some\r\n"), "raw_broken")
        expect_message(self.get("-k", "-m", "1", self.serve(lambda c: c.receive() and c.receive()), data=b"x"),
                       "raw_time_exceeded")

    def test_start_tls(self):
        """SMTP in plain text up to its STARTTLS, as RFC 3207 has it."""
        def handler(connection):
            connection.send(b"220 box\r\n")
            connection.read_line()
            connection.send(b"250-box\r\n250 STARTTLS\r\n")
            connection.read_line()
            connection.send(b"220 go ahead\r\n")
            secure = old_context().wrap_socket(connection.stream, server_side=True)
            secure.sendall(b"got " + secure.recv(100))
            secure.setblocking(False)
            with contextlib.suppress(OSError):
                secure.unwrap()
        box = self.box(handler)
        for url in (f"smtp://127.0.0.1:{box.port}/", f"127.0.0.1:{box.port}"):
            got = self.get("-k", "--starttls", "smtp", "-d", "QUIT", url)
            self.assertEqual((got.code, got.out), (0, b"got QUIT"), got.err)
        self.assertIn("port 25", self.get("--starttls", "smtp", "127.0.0.1").sentence)


class SharedCauses(GetTest):
    """Sentences of other commands too, here with curl's numbers."""

    def test_numbers(self):
        silent = self.box(lambda connection: connection.receive() and connection.receive())
        quitter = self.box(lambda connection: connection.receive() and None)
        old = self.box(context=old_context())
        for code, words in (
            (2, ("--no-such-option", "http://127.0.0.1:1/")),
            (2, ("-d", "x", "-I", "http://127.0.0.1:1/")),
            (2, ("--min", "ssl9", "https://127.0.0.1:1/")),
            (3, ("http://a b/",)),
            (6, ("https://name.invalid/",)),
            (7, ("https://127.0.0.1:1/",)),
            (28, ("-m", "1", silent.url)),
            (35, (quitter.url,)),
            (58, ("--cert", "/nowhere.pem", "https://127.0.0.1:1/")),
            (58, ("--cert", certificate("rsa2048"), "--key", key("ca"), "https://127.0.0.1:1/")),
            (60, (old.url,)),
            (77, ("--cacert", "/nowhere.pem", "https://127.0.0.1:1/")),
            (77, ("--cacert", key("ca"), "https://127.0.0.1:1/")),
            (82, ("--crlfile", "/nowhere.crl", "https://127.0.0.1:1/")),
            (82, ("--crlfile", key("ca"), "https://127.0.0.1:1/")),
        ):
            with self.subTest(words):
                got = self.get(*words)
                self.assertEqual(got.code, code, got.err)
                self.assertTrue(got.sentence.endswith("."))

    def test_client_certificate(self):
        with old_box(answer_everything, "--max", "ssl3", "--client-auth", "required", "--cafile",
                     certificate("ca")) as (url, _):
            without = self.get("-k", url)
            self.assertNotEqual(without.code, 0)
            got = self.get("-k", "--cert", certificate("client"), "--key", key("client"), url)
            self.assertEqual((got.code, got.out), (0, b"GET /"), got.err)


if __name__ == "__main__":
    unittest.main()
