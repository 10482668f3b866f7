"""`reach` and `get` resume: what a box of another hand (Python's ssl, that is the system's libssl) counts."""
import concurrent.futures
import contextlib
import socket
import ssl
import os
import stat
import tempfile
import threading
import unittest

from message_support import expect_message
from reach_support import Box, Reach, fail, fingerprint, modern_context, old_box, old_context
from support import PATIENCE, environment, read_exactly, run

# Our engine; libssl at security level 0, which is the one that the ladder finds.
ENGINES = (("--max", "tls1"), ())


def by_id(context):
    context.options |= ssl.OP_NO_TICKET
    return context


def closing(connection):
    """The handler of a box that has one connection for each answer, as old ones do."""
    request = connection.read_request()
    if request is not None:
        connection.answer(request.target.encode(), fields="Connection: close\r\n")
        connection.close_notify()


def full_handshakes(box):
    statistics = box.context.session_stats()
    return statistics["accept_good"] - statistics["hits"]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = folder.name

    def load(self, reach, images):
        """A page, and then its images, six at a time as browsers have them."""
        self.assertEqual(reach.fetch("/").body, b"/")
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            targets = [f"/{number}.gif" for number in range(images)]
            for target, answer in zip(targets, pool.map(reach.fetch, targets)):
                self.assertEqual((answer.status, answer.body), (200, target.encode()))


class Pages(Case):
    def test_fifty_images_cost_one_handshake(self):
        for words in ENGINES:
            for kind in ("ids", "tickets"):
                context = old_context() if kind == "tickets" else by_id(old_context())
                tickets = ("--tickets",) if kind == "tickets" and words else ()
                with self.subTest(words=words, kind=kind), tempfile.TemporaryDirectory() as state:
                    with Box(closing, context) as box:
                        with Reach("--accept-new", *words, *tickets, box.url, state=state) as reach:
                            self.load(reach, 50)
                            self.assertEqual(reach.stop(), 0)
                            self.assertIn("\n51 connections, 50 handshakes saved\n", reach.err())
                            self.assertRegex(reach.err(), r"connection 2: .*, resumed \(1 handshake saved\): ")
                        self.assertEqual(context.session_stats()["accept_good"], 51)
                        self.assertEqual(full_handshakes(box), 1)

    def test_json_has_the_numbers(self):
        with Box(closing, by_id(old_context())) as box:
            with Reach("--json", "--accept-new", "--max", "tls1", box.url, state=self.state) as reach:
                self.load(reach, 3)
                reach.stop()
                events = reach.events()
        connections = [event for event in events if event["event"] == "connection"]
        self.assertEqual([event["resumed"] for event in connections], [False, True, True, True])
        self.assertEqual(sorted(event["handshakes_saved"] for event in connections), [0, 1, 2, 3])
        self.assertEqual(events[-1] | {"target": ""}, {
            "event": "summary", "target": "", "connections": 4, "handshakes_saved": 3, "requests": 4})

    def test_today_s_boxes_are_resumed_too(self):
        with Box(closing, modern_context()) as box:
            with Reach("--accept-new", box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/").body, b"/")
                self.assertEqual(reach.fetch("/x").body, b"/x")
                reach.wait_for_log("connection 2: TLS 1.3")
                self.assertRegex(reach.err(), "connection 2: .*, resumed ")

    def test_a_box_without_sessions_is_served_all_the_same(self):
        with old_box(closing, "--no-sessions", "--max", "tls1") as (url, plain):
            with Reach("--accept-new", "--max", "tls1", url, state=self.state) as reach:
                self.load(reach, 12)
                reach.stop()
                self.assertIn("\n13 connections, 0 handshakes saved\n", reach.err())

    def test_a_box_that_has_lost_its_sessions_gives_new_ones(self):
        with Box(closing, by_id(old_context())) as box:
            with Reach("--accept-new", "--max", "tls1", box.url, state=self.state) as reach:
                self.load(reach, 3)
                box.context = by_id(old_context())
                for _ in range(4):
                    self.assertEqual(reach.fetch("/").status, 200)
                self.assertEqual(full_handshakes(box), 1)
                self.load(reach, 20)
                self.assertEqual(full_handshakes(box), 1)

    def test_consoles_are_resumed_too(self):
        def echo(connection):
            connection.send(read_exactly(connection.stream, 5))
            connection.close_notify()

        with Box(echo, by_id(old_context())) as box:
            with Reach("--accept-new", "--max", "tls1", "--tcp", f"127.0.0.1:{box.port}", state=self.state,
                       fails=True) as reach:
                port = int(reach.process.stdout.readline().split()[0].rsplit(":", 1)[1])
                for _ in range(3):
                    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as stream:
                        stream.sendall(b"hello")
                        self.assertEqual(read_exactly(stream, 5), b"hello")
                reach.stop()
                self.assertIn("\n4 connections, 3 handshakes saved\n", reach.err())


class Stumbling:
    """A box that breaks off when a hello has a session id, in front of one that does not."""

    def __init__(self, box):
        self.box = box
        self.refused = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.pass_on, args=(client,), daemon=True).start()

    def pass_on(self, client):
        # Record header, message header, version and random come before the length of the id.
        hello = client.recv(65536)
        if hello[43] != 0:
            self.refused += 1
            client.close()
            return
        behind = socket.create_connection(("127.0.0.1", self.box.port))
        behind.sendall(hello)
        threading.Thread(target=self.pump, args=(client, behind), daemon=True).start()
        self.pump(behind, client)

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Trust(Case):
    def test_a_box_that_stumbles_over_a_session_is_bothered_once(self):
        with Box(closing, by_id(old_context())) as box, Stumbling(box) as front:
            with Reach("--accept-new", "--max", "tls1", f"https://127.0.0.1:{front.port}", state=self.state) as reach:
                for _ in range(4):
                    self.assertEqual(reach.fetch("/").status, 200)
                self.assertEqual(front.refused, 1)

    def test_another_certificate_is_noticed_whatever_session_is_offered(self):
        for words in ENGINES:
            first, other = by_id(old_context()), by_id(old_context("rsa2048-sha256"))
            with self.subTest(words=words), tempfile.TemporaryDirectory() as state, Box(closing, first) as box:
                with Reach("--accept-new", *words, box.url, state=state) as reach:
                    self.assertEqual(reach.fetch("/").status, 200)
                    box.context = other
                    for _ in range(3):  # what it gives is not for anybody: neither page nor session
                        answer = reach.fetch("/")
                        self.assertEqual(answer.status, 502)
                        self.assertIn(b"certificate_changed", answer.body)
                    self.assertEqual(other.session_stats()["hits"], 0)
                    self.assertEqual([request.target for request in box.requests], ["/"])
                    box.context = first
                    self.assertEqual(reach.fetch("/").status, 200)
                    self.assertGreater(first.session_stats()["hits"], 0)


class Get(Case):
    def test_urls_of_one_origin_resume(self):
        for words in ENGINES:
            with self.subTest(words=words), Box(closing, by_id(old_context())) as box:
                urls = [f"{box.url}/{number}" for number in range(4)]
                outcome = run("get", "-s", "-k", *words, "-w", "%{num_connects} %{num_resumed}\n", *urls,
                              env=environment(XDG_STATE_HOME=self.state))
                self.assertEqual((outcome.code, outcome.out), (0, b"/01 0\n/11 1\n/21 1\n/31 1\n"), outcome.err)
                self.assertEqual(full_handshakes(box), 1)

    def test_two_origins_have_their_own(self):
        with Box(closing, by_id(old_context())) as one, Box(closing, by_id(old_context())) as two:
            outcome = run("get", "-s", "-k", "--max", "tls1", "-w", "%{num_resumed}\n",
                          one.url, two.url, one.url, two.url, env=environment(XDG_STATE_HOME=self.state))
            self.assertEqual(outcome.out, b"/0\n/0\n/1\n/1\n", outcome.err)
            self.assertEqual((full_handshakes(one), full_handshakes(two)), (1, 1))

    def test_no_sessionid_is_curl_s_way_to_do_without(self):
        with Box(closing, by_id(old_context())) as box:
            outcome = run("get", "-s", "-k", "--no-sessionid", "-w", "%{num_resumed}\n", box.url, box.url,
                          env=environment(XDG_STATE_HOME=self.state))
            self.assertEqual(outcome.out, b"/0\n/0\n", outcome.err)


class Files(Case):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.state, "session")

    def get(self, *words):
        return run("get", "-s", "-S", "-w", "%{num_resumed}\n", *words, env=environment(XDG_STATE_HOME=self.state))

    def test_a_later_command_resumes(self):
        for kind in ((), ("--tickets",)):
            context = old_context() if kind else by_id(old_context())
            with self.subTest(kind=kind), Box(closing, context) as box:
                for words, resumed in ((("--session-out", self.file), b"/0\n"),
                                       (("--session-in", self.file, "--session-out", self.file), b"/1\n"),
                                       (("--session-in", self.file), b"/1\n")):
                    outcome = self.get("-k", *kind, *words, box.url)
                    self.assertEqual((outcome.code, outcome.out), (0, resumed), outcome.err)
                self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)

    def test_the_bridge_hands_its_session_on(self):
        with Box(closing, by_id(old_context())) as box:
            with Reach("--accept-new", "--session-out", self.file, box.url, state=self.state) as reach:
                reach.fetch("/")
                self.assertEqual(reach.stop(), 0, reach.err())
            with Reach("--session-in", self.file, box.url, state=self.state) as reach:
                self.assertIn("connection 1: ", reach.err())
                self.assertIn(", resumed (1 handshake saved): ", reach.err())
            self.assertEqual(full_handshakes(box), 1)

    def test_a_session_does_not_stand_in_for_the_certificate_that_is_pinned(self):
        with Box(closing, by_id(old_context())) as box:
            self.assertEqual(self.get("-k", "--session-out", self.file, box.url).code, 0)
            outcome = self.get("--session-in", self.file, "--pin", fingerprint("rsa2048-sha256"), box.url)
            self.assertEqual((outcome.code, outcome.out), (60, b"0\n"))
            self.assertIn("which --pin does not name", outcome.err)
            self.assertEqual(box.context.session_stats()["hits"], 1)
            self.assertEqual(len(box.requests), 1)

    def test_a_box_that_gives_no_session(self):
        with old_box(closing, "--no-sessions") as (url, _):
            outcome = self.get("-k", "--session-out", self.file, url)
            self.assertNotEqual(outcome.code, 0)
            self.assertIn("there is no session to write", outcome.err)

    def test_one_file_is_not_for_two_boxes(self):
        expect_message(fail("https://10.0.0.5", "https://10.0.0.6", "--session-out", self.file, state=self.state),
                       "session_out_shared")


class Hellos(Case):
    def test_application_protocols(self):
        for words in ENGINES:
            chosen = []

            def handler(connection):
                chosen.append(connection.stream.selected_alpn_protocol())
                closing(connection)

            context = old_context()
            context.set_alpn_protocols(["http/1.0"])
            with self.subTest(words=words), Box(handler, context) as box, tempfile.TemporaryDirectory() as state:
                with Reach("--accept-new", *words, "--alpn", "http/1.1,http/1.0", box.url, state=state) as reach:
                    self.assertEqual(reach.fetch("/").status, 200)
                self.assertEqual(chosen, ["http/1.0"])

    def test_a_protocol_that_is_not_spoken_here(self):
        expect_message(fail("https://10.0.0.5", "--alpn", "h2", state=self.state), "alpn_not_spoken")
        expect_message(run("get", "--alpn", "h2", "https://10.0.0.5"), "alpn_not_spoken")

    def test_compression_comes_with_its_warning(self):
        with Box(closing, old_context()) as box:
            with Reach("--accept-new", "--compression", "deflate", box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/").body, b"/")
                self.assertEqual(reach.err().count("CRIME"), 1)


if __name__ == "__main__":
    unittest.main()
