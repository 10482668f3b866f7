"""`heirloom get`: its options do what curl's do, side by side where curl is there to compare with."""
import base64
import gzip
import hashlib
import json
import re
import shlex
import time
import unittest
import zlib

from get_support import CURL, GetTest, echo, fixed, raw
from reach_support import Box, answer_everything, fingerprint, modern_context, old_box, pins, write_pins
from support import Server, certificate, key


def redirects(connection):
    """/hop/N leads to /hop/N-1 and at last to /end; other paths answer with method and target."""
    while (request := connection.read_request()) is not None:
        found = re.fullmatch(r"/(\d\d\d)/(\d+)", request.target)
        if found:
            code, left = int(found.group(1)), int(found.group(2))
            goal = f"/{code}/{left - 1}" if left > 1 else "/end"
            connection.answer(b"moved", f"{code} Moved", f"Location: {goal}\r\n")
        else:
            connection.answer(f"{request.method} {request.target} ".encode() + request.body)


class LikeCurl(GetTest):
    """The same words to curl and to get, the same bytes and the same exit status back."""

    def setUp(self):
        super().setUp()
        if CURL is None:
            self.skipTest("curl is not installed")

    def test_what_is_sent(self):
        _, url = self.plain(echo)
        data = self.path("data", b"one=1\r\ntwo=2\n")
        for words in (
            (),
            ("-X", "DELETE"),
            ("-XPROPFIND",),
            ("-d", "a=b"),
            ("-d", "a=b", "-d", "c=d", "--data-raw", "@x"),
            ("-d", f"@{data}"),
            ("--data-binary", f"@{data}"),
            ("-d", "@-"),
            ("-d", ""),
            ("-G", "-d", "a=b", "--data-urlencode", "c= &"),
            ("--data-urlencode", "name=a b&c", "--data-urlencode", "=x/y", "--data-urlencode", f"f@{data}"),
            ("--json", '{"a":1}'),
            ("-T", data),
            ("-T", data, "-0"),
            ("-T", data, "-X", "POST"),
            ("-H", "X-A: 1", "-H", "X-B:", "-H", "Accept:"),
            ("-H", "accept: text/plain", "-d", "x", "-H", "Content-Type: text/xml"),
            ("-u", "root:pass:word"),
            ("-e", "http://before/", "-b", "a=b; c=d", "-r", "0-5"),
            ("--compressed", "-H", "Accept-Encoding: gzip"),
        ):
            with self.subTest(words):
                self.assert_same_as_curl(*words, f"{url}/a/b?c", data=b"from\nhere\n")

    def test_blank_in_a_query_is_escaped(self):
        """curl calls that a malformed URL."""
        _, url = self.plain(echo)
        self.assertIn(b"GET /?a=b%20c%0D%0AX:d HTTP/1.1", self.get("-G", "--data-raw", "a=b c\r\nX:d", url).out)

    def test_paths_and_names(self):
        _, url = self.plain(echo)
        host = url.split("//")[1]
        for goal in (f"{url}", f"{url}/a/../b/./c", f"{url}/a#part", f"{url}?x=/../y", f"http://me:s%20x@{host}/p"):
            self.assert_same_as_curl(goal)
        self.assert_same_as_curl("--path-as-is", f"{url}/a/../b")
        name = self.path("up load", b"bytes")
        self.assert_same_as_curl("-T", name, f"{url}/folder/")

    def test_heads(self):
        _, url = self.plain(fixed("200 Fine", "X-Thing:  spaced \r\nx-lower: 1\r\n"))
        for words in (("-i",), ("-I",), ("-i", "-I"), ("-si",), ("-D", "-"), ("-X", "POST", "-i")):
            with self.subTest(words):
                self.assert_same_as_curl(*words, f"{url}/")

    def test_interim_heads_are_shown(self):
        answer = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        _, url = self.plain(raw(answer))
        self.assert_same_as_curl("-i", url)
        self.assert_same_as_curl(url)

    def test_framings(self):
        for answer in (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            b"",
        ):
            with self.subTest(answer):
                _, url = self.plain(raw(answer))
                for words in ((), ("-i",), ("-I",)):
                    self.assert_same_as_curl(*words, url)

    def test_statuses(self):
        for status in ("404 Not Found", "500 Oops", "401 No", "200 OK", "302 Found"):
            _, url = self.plain(fixed(status, body=b"page"))
            for words in ((), ("-f",), ("--fail-with-body",), ("-f", "-i"), ("-f", "-o", self.path("out"))):
                with self.subTest((status, words)):
                    self.assert_same_as_curl(*words, "-w", "%{http_code} %{exitcode}", url)

    def test_redirects(self):
        _, url = self.plain(redirects)
        for path in ("/301/1", "/302/3", "/303/1", "/307/1", "/308/2"):
            for words in (("-L",), (), ("-L", "-d", "x=y"), ("-Li",), ("-L", "-X", "PUT", "-d", "x"), ("-L", "-I"),
                          ("-L", "-T", self.path("up", b"up"))):
                with self.subTest((path, words)):
                    text = "|%{http_code} %{num_redirects} %{url_effective} %{redirect_url}"
                    self.assert_same_as_curl(*words, "-w", text, url + path)
        self.assert_same_as_curl("-L", "--max-redirs", "2", f"{url}/302/3")
        self.assert_same_as_curl("-L", "--max-redirs", "3", f"{url}/302/3")
        self.assert_same_as_curl("-L", "--max-redirs", "0", f"{url}/302/1")

    def test_references_of_redirects(self):
        for goal in ("next", "../up", "/root?q=1", "?only=query", "//127.0.0.1:{port}/other", "with space", "./a/./b",
                     "/x#part"):
            def handler(connection, goal=goal):
                while (request := connection.read_request()) is not None:
                    if request.target == "/a/b/c?d":
                        here = goal.replace("{port}", str(connection.box.port))
                        connection.answer(b"", "302 Found", f"Location: {here}\r\n")
                    else:
                        connection.answer(request.target.encode())
            with self.subTest(goal):
                _, url = self.plain(handler)
                self.assert_same_as_curl("-L", f"{url}/a/b/c?d")
                self.assert_same_as_curl("-w", "%{redirect_url}", f"{url}/a/b/c?d")

    def test_login_stays_with_its_origin(self):
        _, other = self.plain(echo)
        _, url = self.plain(fixed("302 Found", f"Location: {other}/goal\r\n"))
        for words in (("-u", "a:b"), ("-H", "Authorization: Bearer x"), ("-b", "c=d"), ("-H", "Cookie: e=f")):
            with self.subTest(words):
                # curl takes its own -b and the Cookie of -H along to another port of the host; we take nothing.
                ours = self.get("-L", *words, url)
                self.assertEqual(ours.code, 0)
                self.assertNotRegex(ours.out.decode(), "authorization|cookie")
        _, same = self.plain(redirects)
        self.assert_same_as_curl("-L", "-u", "a:b", f"{same}/302/1")

    def test_compressed(self):
        text = b"pages and pages " * 20000
        raw_deflate = zlib.compressobj(wbits=-15)
        for coding, body in (("gzip", gzip.compress(text)), ("deflate", zlib.compress(text)),
                             ("deflate", raw_deflate.compress(text) + raw_deflate.flush()), ("gzip", b"nonsense"),
                             ("x-gzip", gzip.compress(text)), ("identity", text)):
            with self.subTest((coding, body[:8])):
                _, url = self.plain(fixed(fields=f"Content-Encoding: {coding}\r\n", body=body))
                for words in (("--compressed",), ()):
                    self.assert_same_as_curl(*words, url)

    def test_write_out(self):
        _, url = self.plain(fixed("201 Made", "Content-Type: text/x\r\nLocation: /there\r\n", b"12345"))
        text = (r"%{http_code} %{response_code}\n%{size_download}\t%{content_type} %{scheme} %{method} %{http_version}"
                r" %{num_redirects} %{url_effective} %{remote_ip} %{num_headers} %{size_header} %{ssl_verify_result}"
                r" %{exitcode} %{urlnum} %{url} %% %{size_upload} %{num_connects}|\r")
        self.assert_same_as_curl("-w", text, url)
        self.assert_same_as_curl("-w", text, "-d", "four", url, url)
        self.assert_same_as_curl("-w", "@" + self.path("format", text.encode()), f"{url}/x?y")
        self.assert_same_as_curl("-w", "@-", url, data=b"%{http_code}")

    def test_output_files(self):
        _, url = self.plain()
        for words in (("-o", "first", f"{url}/a", f"{url}/b"), ("-o", "first", "-o", "second", f"{url}/a", f"{url}/b")):
            self.assert_same_as_curl(*[self.path(word) if word in ("first", "second") else word for word in words])
            self.assertEqual(self.content("first"), b"GET /a")
        self.assertEqual(self.content("second"), b"GET /b")
        self.assert_same_as_curl("-o", "/nowhere/file", url)
        self.assert_same_as_curl("-O", f"{url}/")

    def test_over_tls(self):
        box, words = self.trusted(echo)
        name = "box.heirloom.test"  # the certificate's
        words += ("--resolve", f"{name}:{box.port}:127.0.0.1")
        for more in ((), ("-w", "%{ssl_verify_result}"), ("-X", "PUT")):
            self.assert_same_as_curl(*words, *more, f"https://{name}:{box.port}/")
        self.assertIn("trust=system", pins(self.state))
        self.assert_same_as_curl("-k", "-d", "x=y", f"https://127.0.0.1:{box.port}/z")
        self.assert_same_as_curl(f"https://127.0.0.1:{box.port}/")  # 60
        self.assert_same_as_curl("--cacert", "/nowhere", f"https://127.0.0.1:{box.port}/")  # 77

    def test_exit_codes_before_http(self):
        for words in (("http://127.0.0.1:1/",), ("http://a b/",), ("gopherus://x/",), ("http://name.invalid/",),
                      ("-T", "/nowhere/file", "http://127.0.0.1:1/")):
            with self.subTest(words):
                self.assert_same_as_curl(*words)
        box = self.box(lambda connection: connection.send(b"this is no TLS at all, however long\r\n" * 10))
        self.assert_same_as_curl("-k", f"https://127.0.0.1:{box.port}/")  # 35

    def test_times(self):
        def handler(connection):
            connection.read_request()
            time.sleep(3)
        _, url = self.plain(handler)
        self.assert_same_as_curl("-m", "0.5", url)  # 28


class OldBoxes(GetTest):
    """What curl cannot do."""

    def test_old_versions(self):
        for words, said in ((("--max", "ssl3"), "SSL 3.0"), (("--min", "tls1", "--suites", "RC4-MD5"), "TLS 1.0")):
            with self.subTest(words), old_box(answer_everything, *words) as (url, _):
                got = self.get("-sSk", "-w", "|%{tls_version} %{ssl_verify_result}", f"{url}/page")
                self.assertEqual((got.code, got.out.decode()), (0, f"GET /page|{said} 18"))
                self.assertEqual(pins(self.state), "")

    def test_verbose_names_version_suite_and_weakness(self):
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            said = self.get("-vk", url).err
        for expected in (r"^\* SSL connection using SSL 3\.0 / \S*SSL_ECDHE_RSA_WITH", r"^\* WEAK: (?!weak)", r"^> GET / HTTP/1\.1$",
                         r"^> Host: 127\.0\.0\.1:\d+$", r"^< HTTP/1\.1 200 OK$", r"^\*  certificate sha256:"):
            self.assertRegex(said, re.compile(expected, re.M))

    def test_identity(self):
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            refused = self.get(url)
            self.assertEqual((refused.code, refused.out), (60, b""))
            self.assertIn(f"--pin {fingerprint('device')}", refused.advice)
            self.assertIn("--accept-new", refused.advice)
            self.assertEqual(self.get("-s", url).err, "")
            self.assertNotEqual(self.get("-sS", url).err, "")
            self.assertEqual(pins(self.state), "")
            self.assertEqual(self.get("--pin", fingerprint("ca"), url).code, 60)
            self.assertEqual(self.get("--pin", fingerprint("device"), url).code, 0)
            self.assertIn(fingerprint("device"), pins(self.state))
            self.assertEqual(self.get(url).code, 0)

    def test_pinned_host_is_held_even_with_insecure(self):
        with old_box(answer_everything, "--min", "tls1") as (url, _):
            port = url.rsplit(":", 1)[1]
            self.assertEqual(self.get("--accept-new", url).code, 0)
        line = pins(self.state)
        with Box(context=modern_context(), port=int(port)) as _:
            changed = self.get("-k", url)
            self.assertEqual(changed.code, 60)
            self.assertIn("has changed", changed.sentence)
            accepted = self.get("--accept-changed", fingerprint("rsa2048-sha256"), url)
            self.assertEqual(accepted.code, 0, accepted.err)
        self.assertNotEqual(pins(self.state), line)

    def test_lower_version_of_a_pinned_host(self):
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            self.assertEqual(self.get("--accept-new", url).code, 0)
            write_pins(self.state, pins(self.state).replace("version=ssl3.0", "version=tls1.0"))
            lower = self.get("-k", url)
            self.assertEqual(lower.code, 60)
            self.assertIn("used to speak tls1.0", lower.sentence)
            self.assertEqual(self.get("--accept-lower", url).code, 0)

    def test_short_options_together(self):
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            self.assertEqual(self.get("-sk", url).out, b"GET /")
            self.assertEqual(self.get("-sSfkL", "-XPOST", f"-o{self.path('out')}", url).code, 0)
            self.assertEqual(self.content("out"), b"POST /")

    def test_kept_connection_serves_redirects_and_further_urls(self):
        with old_box(redirects, "--max", "ssl3") as (url, plain):
            got = self.get("-kL", "-w", "%{num_connects} ", f"{url}/302/3", f"{url}/more")
            self.assertEqual(got.out, b"GET /end 1 GET /more 0 ")
            self.assertEqual(plain.accepted, 1)

    def test_box_that_drops_kept_connections(self):
        def handler(connection):
            request = connection.read_request()
            if request is not None:
                connection.answer(request.target.encode())
        with old_box(handler, "--max", "ssl3") as (url, _):
            got = self.get("-k", f"{url}/one", f"{url}/two", f"{url}/three")
            self.assertEqual((got.code, got.out), (0, b"/one/two/three"))

    def test_both_directions_at_once(self):
        """An answer that comes while the request is still being sent, more than any buffer holds."""
        def handler(connection):
            connection.read_head()
            connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while True:
                line = connection.read_line()
                if not line or int(line, 16) == 0:
                    break
                size = int(line, 16)
                while len(connection.buffer) < size + 2 and connection.receive():
                    pass
                connection.send(connection.buffer[:size])
                connection.buffer = connection.buffer[size + 2:]
            connection.close_notify()
        data = hashlib.sha256(b"seed").digest() * (1 << 19)
        with old_box(handler, "--max", "ssl3") as (url, _):
            got = self.get("-k", "-T", "-", url, data=data)
        self.assertEqual((got.code, hashlib.sha256(got.out).hexdigest()), (0, hashlib.sha256(data).hexdigest()))


class Advice(GetTest):
    """What is advised can be copied into a shell, and is about the command in use."""

    def shell_words(self, advice):
        return shlex.split(advice.removeprefix("Try: ").split("   (")[0])

    def test_redirect_puts_no_command_into_the_advice(self):
        with old_box(answer_everything, "--max", "ssl3") as (other, _):
            goal = f"{other}/;touch$IFS{self.path('run')};"
            with old_box(fixed("302 Found", f"Location: {goal}\r\n"), "--max", "ssl3") as (url, _):
                got = self.get("-L", "--accept-new", url)
        self.assertEqual(got.code, 60, got.err)
        self.assertEqual(self.shell_words(got.advice)[:4], ["heirloom", "get", goal, "--pin"])

    def test_redirect_does_not_pass_acceptance_on(self):
        with old_box(answer_everything, "--max", "ssl3") as (other, plain):
            with old_box(fixed("302 Found", f"Location: {other}/\r\n"), "--max", "ssl3") as (url, _):
                port = other.rsplit(":", 1)[1]
                for words in (("--accept-new",), ("--pin", fingerprint("device"))):
                    got = self.get("-L", *words, url)
                    self.assertEqual((got.code, got.out), (60, b""), got.err)
                    self.assertNotIn(f":{port} ", pins(self.state))
                self.assertEqual(self.get("--accept-new", other).code, 0)
                lines = pins(self.state).splitlines()
                raised = [line.replace("version=ssl3.0", "version=tls1.0") if f":{port} " in line else line
                          for line in lines]
                write_pins(self.state, "\n".join(raised) + "\n")
                got = self.get("-L", "--accept-lower", url)
                self.assertEqual(got.code, 60, got.err)
                self.assertTrue(got.advice.endswith(" --accept-lower"), got.advice)
            self.assertEqual(len(plain.requests), 1)

    def test_own_certificate_is_not_shown_to_another_origin(self):
        own = ("--cert", certificate("client"), "--key", key("client"))
        asking = ("--max", "ssl3", "--client-auth", "required", "--cafile", certificate("ca"))
        with old_box(answer_everything, *asking) as (other, plain):
            with old_box(fixed("302 Found", f"Location: {other}/\r\n"), "--max", "ssl3") as (url, _):
                self.assertNotEqual(self.get("-kL", *own, url).code, 0)
            self.assertEqual(plain.requests, [])
            self.assertEqual(self.get("-k", *own, other).code, 0)

    def test_version_that_the_options_rule_out(self):
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            for words in (("--tlsv1",), ("--preset", "strict")):
                self.assertEqual(self.get("-k", *words, url).advice, f"Try: heirloom get {url}/")

    def test_plain_http(self):
        refusal = b"HTTP/1.0 400 Bad Request\r\n\r\n"
        _, url = self.plain(lambda connection: connection.receive() and connection.send(refusal))
        self.assertEqual(self.get(url.replace("http:", "https:")).advice, f"Try: heirloom get {url}/")

    def test_connection_is_closed_cleanly(self):
        for words in ((), ("--max", "ssl3")):
            with Server("--max", "ssl3") as server:
                self.assertEqual(self.get("-k", *words, f"https://{server.address}/").code, 0)
                self.assertNotIn("close_notify", server.stop())


class Logins(GetTest):
    """-u against servers that ask."""

    def digest_box(self, algorithm, with_qop=True, also_basic=False):
        """Checks by the formulas of RFC 7616 §3.4, written down here once more."""
        calculate = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm.replace("-sess", "")]

        def h(text):
            return calculate(text.encode()).hexdigest()

        def right(request):
            value = request.value("Authorization") or ""
            given = dict(re.findall(r'(\w+)="?([^",]*)"?', value))
            secret = h("root:old box:calvin")
            if algorithm.endswith("-sess"):
                secret = h(f"{secret}:abc:{given.get('cnonce')}")
            rest = h(f"{request.method}:{request.target}")
            middle = f"{given.get('nc')}:{given.get('cnonce')}:auth:" if with_qop else ""
            return value.startswith("Digest ") and given.get("response") == h(f"{secret}:abc:{middle}{rest}")

        def handler(connection):
            while (request := connection.read_request()) is not None:
                if right(request):
                    connection.answer(b"welcome " + request.body)
                else:
                    fields = f'WWW-Authenticate: Digest realm="old box", nonce="abc", algorithm={algorithm}'
                    fields += ', qop="auth,auth-int"\r\n' if with_qop else "\r\n"
                    fields += 'WWW-Authenticate: Basic realm="x"\r\n' if also_basic else ""
                    connection.answer(b"no", "401 Unauthorized", fields)

        return self.plain(handler)

    def test_digest(self):
        for algorithm, with_qop in (("MD5", True), ("MD5", False), ("MD5-sess", True), ("SHA-256", True)):
            with self.subTest((algorithm, with_qop)):
                box, url = self.digest_box(algorithm, with_qop)
                for option in ("--digest", "--anyauth"):
                    got = self.get("-f", option, "-u", "root:calvin", "-T", self.path("f", b"x"), f"{url}/a?b")
                    self.assertEqual((got.code, got.out), (0, b"welcome x"), got.err)
                self.assertEqual(self.get("-sf", "--digest", "-u", "root:wrong", url).code, 22)
                self.assertEqual(self.get("-sf", "-u", "root:calvin", url).code, 22)

    def test_any_takes_basic_if_that_is_all(self):
        def handler(connection):
            while (request := connection.read_request()) is not None:
                if request.value("Authorization") == "Basic " + base64.b64encode(b"a:b").decode():
                    connection.answer(b"in")
                else:
                    connection.answer(b"no", "401 No", 'WWW-Authenticate: Basic realm="r"\r\n')
        _, url = self.plain(handler)
        self.assertEqual(self.get("--anyauth", "-u", "a:b", url).out, b"in")
        self.assertEqual(self.get("-sf", "--digest", "-u", "a:b", url).code, 22)

    def test_password_file(self):
        _, url = self.plain(echo)
        got = self.get("-u", "root", "--pass-file", self.path("secret", b"calvin\nmore"), url)
        self.assertIn(b"authorization: Basic " + base64.b64encode(b"root:calvin") + b"\n", got.out)


class Json(GetTest):
    def test_json_of_write_out(self):
        _, url = self.plain(fixed("404 Not Found", body=b"no"))
        got = self.get("-sf", "-w", "%{stderr}%{json}", url)
        told = json.loads(got.err)
        self.assertEqual((told["http_code"], told["exitcode"], told["redirect_url"]), (404, 22, None))
        self.assertEqual(got.out, b"")


class Http09(GetTest):
    def test_answer_without_a_head(self):
        _, url = self.plain(raw(b"<html>old</html>"))
        self.assertEqual(self.get("-s", url).code, 1)
        self.assertEqual(self.get("--http0.9", url).out, b"<html>old</html>")


if __name__ == "__main__":
    unittest.main()
