"""`heirloom reach` with several boxes: a listener and a pin for each, and what becomes of one that fails."""
import http.client
import json
import tempfile
import unittest
import urllib.parse

from message_support import expect_message
from reach_support import Box, Reach, answer_everything, fail, fingerprint, modern_context, old_context, pins
from support import PATIENCE, plain_peer


def named(name):
    """The handler of a box that says who it is."""

    def handler(connection):
        while (request := connection.read_request()) is not None:
            connection.answer(f"{name} {request.target}".encode())

    return handler


def get(url, target="/"):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE)
    connection.request("GET", target, headers={"Host": parts.netloc})
    body = connection.getresponse().read()
    connection.close()
    return body


class Many(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.state = folder.name
        self.addCleanup(folder.cleanup)

    def test_each_box_has_a_listener_and_a_pin(self):
        with Box(named("old"), old_context()) as old, Box(named("new"), modern_context()) as new:
            with Reach("--accept-new", old.url, new.url + "/start", state=self.state, fails=True) as reach:
                urls = {urllib.parse.urlsplit(url).netloc.split(".")[0]: url for url in reach.wait_for_lines(2)}
                self.assertEqual(get(urls[f"127-0-0-1-{old.port}"], "/a"), f"old /a".encode())
                self.assertEqual(get(urls[f"127-0-0-1-{new.port}"], "/b"), f"new /b".encode())
                self.assertTrue(urls[f"127-0-0-1-{new.port}"].endswith("/start"))
                reach.wait_for_log(f"127.0.0.1:{old.port}: connection 1: TLS 1.0")
                self.assertEqual(reach.stop(), 0)
            lines = pins(self.state)
            self.assertRegex(lines, f"127.0.0.1:{old.port} .*{fingerprint('device')}")
            self.assertRegex(lines, f"127.0.0.1:{new.port} .*{fingerprint('rsa2048-sha256')}")
            # Next time both are known, and found at the same ports.
            with Reach(new.url + "/start", old.url, state=self.state, fails=True) as reach:
                self.assertEqual(sorted(reach.wait_for_lines(2)), sorted(urls.values()))
                self.assertEqual(reach.stop(), 0)

    def test_one_box_that_fails_does_not_end_the_others(self):
        with plain_peer(lambda client: client.sendall(b"SSH-2.0-OpenSSH_4.3\r\n")) as ssh:
            with Box(answer_everything, modern_context()) as box:
                with Reach(
                    "--accept-new", f"https://127.0.0.1:{ssh}", box.url, state=self.state
                ) as reach:
                    self.assertEqual(reach.fetch("/x").body, b"GET /x")
                    reach.wait_for_log(f"heirloom: 127.0.0.1:{ssh} speaks SSH, not TLS.")
                    self.assertEqual(reach.stop(), 0)

    def test_worst_exit_code_if_none_works(self):
        with Box(answer_everything, modern_context()) as unknown:
            with plain_peer(lambda client: client.sendall(b"SSH-2.0-OpenSSH_4.3\r\n")) as ssh:
                code, said = fail(unknown.url, f"https://127.0.0.1:{ssh}", state=self.state)
        self.assertEqual(code, 5)
        self.assertIn("speaks SSH", said)
        self.assertIn(f"Try: heirloom reach {unknown.url} --pin", said)

    def test_pin_of_one_is_not_taken_for_the_other(self):
        with Box(answer_everything, modern_context()) as one, Box(answer_everything, old_context()) as other:
            with Reach(
                "--pin", fingerprint("device"), one.url, other.url, state=self.state
            ) as reach:
                reach.wait_for_log(f"the certificate of 127.0.0.1:{one.port} is")
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
                self.assertEqual(reach.stop(), 0)
        self.assertNotIn(f":{one.port} ", pins(self.state))

    def test_listen_addresses_in_order(self):
        with Box(answer_everything) as spare:
            first = spare.port
        with Box(answer_everything, modern_context()) as one, Box(answer_everything, modern_context()) as two:
            with Reach("--accept-new", "--listen", first, one.url, two.url, state=self.state, fails=True) as reach:
                urls = reach.wait_for_lines(2)
                self.assertIn(f"http://127-0-0-1-{one.port}.localhost:{first}/", urls)
                self.assertNotIn(f"http://127-0-0-1-{two.port}.localhost:{first}/", urls)
                self.assertEqual(reach.stop(), 0)

    def test_command_lines_that_make_no_sense(self):
        for cause, words in (
            ("box_missing", ()),
            ("box_twice", ("https://10.0.0.5", "https://10.0.0.5:443/x")),
            ("listen_too_many", ("--listen", "8443", "--listen", "8444", "https://10.0.0.5")),
            ("tcp_without_box", ("--tcp", "5900")),
        ):
            with self.subTest(cause):
                expect_message(fail(*words, state=self.state), cause)

    def test_events_name_their_box(self):
        with Box(answer_everything, old_context()) as box, Box() as silent:
            silent.close()
            gone = f"127.0.0.1:{silent.port}"
            with Reach("--json", "--accept-new", f"https://{gone}", box.url, state=self.state) as reach:
                reach.fetch("/x?y")
                reach.wait_for_log("connection_refused")
                self.assertEqual(reach.stop(), 0)
                events = reach.events()
                error = json.loads(reach.err().splitlines()[0])
        target = f"127.0.0.1:{box.port}"
        self.assertEqual({event["target"] for event in events}, {target})
        self.assertEqual(
            [event["event"] for event in events],
            ["tried", "tried", "box", "connection", "listening", "request", "summary"],
        )
        request, summary = events[-2:]
        self.assertEqual((request["method"], request["path"], request["status"]), ("GET", "/x?y", 200))
        self.assertEqual(summary["requests"], 1)
        listening = next(event for event in events if event["event"] == "listening")
        self.assertEqual((listening["kind"], listening["url"]), ("page", reach.url))
        self.assertTrue(reach.url.endswith(listening["address"] + "/"))
        self.assertEqual((error["event"], error["target"], error["exit_code"]), ("error", gone, 3))


if __name__ == "__main__":
    unittest.main()
