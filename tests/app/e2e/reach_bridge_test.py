"""`heirloom reach`: who may use the bridge, and what it changes in what passes."""
import http.client
import http.cookiejar
import socket
import tempfile
import unittest
import urllib.request

from reach_support import Box, Reach, answer_everything, modern_context
from support import PATIENCE


class Bridge(unittest.TestCase):
    """One box and one bridge for all tests of the class; `answers` maps targets to what the box sends."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.answers = {}
        cls.box = Box(cls.answer, modern_context())
        cls.addClassCleanup(cls.box.close)
        cls.reach = Reach("--accept-new", cls.box.url, state=cls.folder.name)
        cls.addClassCleanup(cls.reach.__exit__)
        cls.ours = "http://" + cls.reach.authority

    @classmethod
    def answer(cls, connection):
        while (request := connection.read_request()) is not None:
            body, fields = cls.answers.get(request.target, (b"", ""))
            connection.answer(body, fields=fields)

    def setUp(self):
        self.box.requests.clear()

    def seen(self):
        """The one request that the box got."""
        self.assertEqual(len(self.box.requests), 1)
        return self.box.requests[0]


class Access(Bridge):
    def test_url_names_the_box(self):
        self.assertEqual(self.reach.url, f"http://127-0-0-1-{self.box.port}.localhost:{self.reach.port}/")

    def test_our_names_are_answered(self):
        for host in (self.reach.authority, f"localhost:{self.reach.port}", f"127.0.0.1:{self.reach.port}", f"[::1]:{self.reach.port}"):
            self.assertEqual(self.reach.fetch("/", host=host).status, 200, host)

    def test_both_loopback_addresses_are_served(self):
        connection = http.client.HTTPConnection("::1", self.reach.port, timeout=PATIENCE)
        connection.request("GET", "/", headers={"Host": self.reach.authority})
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def test_dns_rebinding_gets_421(self):
        for host in (f"evil.example:{self.reach.port}", "127.0.0.1", f"127-0-0-2.localhost:{self.reach.port}"):
            response = self.reach.fetch("/", host=host)
            self.assertEqual(response.status, 421, host)
            self.assertIn(b"another name", response.body)
        self.assertEqual(self.box.requests, [])

    def test_request_without_host_gets_421(self):
        self.assertIn(b" 421 ", self.reach.raw(b"GET / HTTP/1.0\r\n\r\n"))
        self.assertEqual(self.box.requests, [])

    def test_cross_site_post_gets_403(self):
        for fields in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Referer": "http://evil.example/"}, {"Sec_Fetch_Site": "cross-site"}):
            response = self.reach.fetch("/reboot", method="POST", body=b"yes", **fields)
            self.assertEqual(response.status, 403, fields)
        self.assertEqual(self.box.requests, [])

    def test_link_from_another_site_is_followed(self):
        response = self.reach.fetch(
            "/", Referer="http://wiki.example/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document"
        )
        self.assertEqual(response.status, 200)
        self.assertEqual(self.seen().value("Referer"), "http://wiki.example/")

    def test_refusal_closes_the_connection(self):
        request = f"POST / HTTP/1.1\r\nHost: evil\r\nContent-Length: 50\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: {self.reach.authority}\r\n\r\n"
        answer = self.reach.raw(request.encode())
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
        self.assertEqual(self.box.requests, [])

    def test_ambiguous_requests_get_400(self):
        for lines in ("Content-Length: 3\r\nTransfer-Encoding: chunked", "Content-Length: 3\r\nContent-Length: 4", "X: a\rb", "X : y", "X: a\r\n b"):
            request = f"POST / HTTP/1.1\r\nHost: {self.reach.authority}\r\n{lines}\r\n\r\n0\r\n\r\n"
            self.assertTrue(self.reach.raw(request.encode()).startswith(b"HTTP/1.1 400 "), lines)
        self.assertEqual(self.box.requests, [])

    def test_endless_head_gets_431(self):
        request = f"GET / HTTP/1.1\r\nHost: {self.reach.authority}\r\nX: {'x' * 70000}"
        self.assertTrue(self.reach.raw(request.encode()).startswith(b"HTTP/1.1 431 "))

    def test_proxy_requests_are_refused(self):
        self.assertTrue(self.reach.raw(b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n").startswith(b"HTTP/1.1 421 "))
        request = f"GET http://evil.example/ HTTP/1.1\r\nHost: {self.reach.authority}\r\n\r\n"
        self.assertTrue(self.reach.raw(request.encode()).startswith(b"HTTP/1.1 421 "))

    def test_https_to_the_bridge_is_turned_away_at_once(self):
        with socket.create_connection(("127.0.0.1", self.reach.port), timeout=PATIENCE) as stream:
            stream.sendall(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03")
            self.assertEqual(stream.recv(100), b"")


class FixUps(Bridge):
    def test_our_origin_becomes_the_boxs(self):
        self.reach.fetch("/login", method="POST", body=b"a=b", Origin=self.ours, Referer=self.ours + "/form?x", Sec_Fetch_Site="same-origin")
        seen = self.seen()
        self.assertEqual(seen.value("Host"), f"127.0.0.1:{self.box.port}")
        self.assertEqual(seen.value("Origin"), self.box.url)
        self.assertEqual(seen.value("Referer"), self.box.url + "/form?x")
        self.assertEqual(seen.body, b"a=b")

    def test_location(self):
        self.answers["/a"] = (b"", f"Location: {self.box.url}/b?c\r\n")
        self.assertEqual(self.reach.fetch("/a").getheader("Location"), self.ours + "/b?c")
        self.answers["/a"] = (b"", "Location: https://elsewhere.example/\r\n")
        self.assertEqual(self.reach.fetch("/a").getheader("Location"), "https://elsewhere.example/")

    def test_cookies_and_hsts(self):
        self.answers["/c"] = (
            b"",
            "Set-Cookie: sid=1; Secure; HttpOnly; Domain=127.0.0.1\r\nSet-Cookie: t=2; SameSite=None; Secure\r\nStrict-Transport-Security: max-age=9\r\n",
        )
        response = self.reach.fetch("/c")
        self.assertEqual(response.headers.get_all("Set-Cookie"), ["sid=1; HttpOnly", "t=2"])
        self.assertIsNone(response.getheader("Strict-Transport-Security"))

    def test_bodies_are_left_alone_and_links_noticed_once(self):
        page = f"<a href='{self.box.url}/x'>x</a>".encode()
        self.answers["/page"] = (page, "Content-Type: text/html\r\n")
        for _ in range(3):
            self.assertEqual(self.reach.fetch("/page").body, page)
        self.reach.wait_for_log("such links leave the bridge")
        self.assertEqual(self.reach.err().count("such links leave the bridge"), 1)

    def test_hop_by_hop_fields_do_not_pass(self):
        self.reach.fetch("/", Connection="keep-alive, X-Mine", X_Mine="1", Keep_Alive="300", TE="trailers")
        for name in ("Connection", "X-Mine", "Keep-Alive", "TE"):
            self.assertIsNone(self.seen().value(name), name)


class TwoBoxes(unittest.TestCase):
    def test_cookies_stay_apart(self):
        def setting_cookie(connection):
            while (request := connection.read_request()) is not None:
                connection.answer(fields=f"Set-Cookie: sid=of-{connection.box.port}; Path=/; Secure\r\n")

        with tempfile.TemporaryDirectory() as state:
            with Box(setting_cookie, modern_context()) as one, Box(setting_cookie, modern_context()) as two:
                with Reach("--accept-new", one.url, state=state) as first, Reach("--accept-new", two.url, state=state) as second:
                    # A jar keeps cookies by host and not by port, as browsers do.
                    jar = http.cookiejar.CookieJar()
                    for reach in (first, second, first, second):
                        request = urllib.request.Request(reach.url)
                        jar.add_cookie_header(request)
                        cookie = request.get_header("Cookie")
                        response = reach.fetch("/", **({"Cookie": cookie} if cookie else {}))
                        jar.extract_cookies(response, request)
                    self.assertEqual([request.value("Cookie") for request in one.requests], [None, f"sid=of-{one.port}"])
                    self.assertEqual([request.value("Cookie") for request in two.requests], [None, f"sid=of-{two.port}"])


class Outside(unittest.TestCase):
    def test_listener_outside_loopback_is_remarked(self):
        with tempfile.TemporaryDirectory() as state, Box(answer_everything, modern_context()) as box:
            with Reach("--accept-new", "--listen", "0.0.0.0:0", box.url, state=state) as reach:
                self.assertIn("everybody who can reach 0.0.0.0", reach.err())
                self.assertEqual(reach.fetch("/x").body, b"GET /x")


if __name__ == "__main__":
    unittest.main()
