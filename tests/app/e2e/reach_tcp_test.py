"""`heirloom reach --tcp`: bytes of any kind between local programs and ports of a box."""
import os
import re
import socket
import tempfile
import threading
import unittest

from reach_support import Box, Reach, answer_everything, modern_context, old_box, old_context, pins
from support import PATIENCE, read_all, read_exactly

BANNER = b"RFB 003.003\n"


def console(connection):
    """A console that speaks first, like a screen server, and repeats what it hears."""
    connection.send(BANNER)
    while connection.receive():
        connection.send(connection.buffer)
        connection.buffer = b""


def upper(connection):
    """A server that answers when its client has said everything."""
    while connection.receive():
        pass
    connection.send(connection.buffer.upper())
    connection.close_notify()


class Tcp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.state = folder.name
        self.addCleanup(folder.cleanup)

    def start(self, *words):
        reach = Reach("--accept-new", *words, state=self.state, fails=True)
        self.addCleanup(reach.__exit__)
        return reach

    def places(self, reach, count):
        """Where each box is to be found, by its name."""
        found = {}
        for line in reach.wait_for_lines(count):
            local, box = line.split(" ")
            host, port = local.rsplit(":", 1)
            found[box] = (host, int(port))
        return found

    def connect(self, place):
        stream = socket.create_connection(place, timeout=PATIENCE)
        self.addCleanup(stream.close)
        return stream

    def test_binary_both_ways_with_a_server_that_speaks_first(self):
        data = os.urandom(1 << 20)
        for words in (("--max", "ssl3", "--min", "ssl3"), ()):
            with self.subTest(words), old_box(console, *words) as (url, _):
                target = url.removeprefix("https://")
                reach = self.start("--tcp", target)
                place = self.places(reach, 1)[target]
                stream = self.connect(place)
                self.assertEqual(read_exactly(stream, len(BANNER)), BANNER)
                sender = threading.Thread(target=stream.sendall, args=(data,))
                sender.start()
                self.assertEqual(read_exactly(stream, len(data)), data)
                sender.join(PATIENCE)
                self.assertEqual(reach.stop(), 0)

    def test_several_ports_at_once(self):
        with Box(console, old_context()) as one, Box(upper, modern_context()) as two:
            targets = [f"127.0.0.1:{box.port}" for box in (one, two)]
            reach = self.start("--tcp", targets[0], "https://" + targets[1])
            places = self.places(reach, 2)
            streams = [self.connect(places[targets[0]]) for _ in range(3)]
            other = self.connect(places[targets[1]])
            other.sendall(b"power on")
            other.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(other), b"POWER ON")
            for number, stream in enumerate(streams):
                stream.sendall(b"%d" % number)
                self.assertEqual(read_exactly(stream, len(BANNER) + 1), BANNER + b"%d" % number)
            self.assertEqual(reach.stop(), 0)
            self.assertEqual(len(re.findall(" port=", pins(self.state))), 2)
            # The same places next time.
            again = self.start("--tcp", *targets)
            self.assertEqual(self.places(again, 2), places)

    def test_page_and_console_of_one_box(self):
        with Box(answer_everything, modern_context()) as page, Box(console, modern_context()) as screen:
            reach = self.start("--json", f"https://127.0.0.1:{page.port}", "--tcp", screen.port)
            events = {}
            while len(events) < 2:
                reach.wait_for_lines(len(reach.lines) + 1)
                events = {event["kind"]: event for event in reach.events() if event["event"] == "listening"}
            self.assertEqual(events["tcp"]["target"], f"127.0.0.1:{screen.port}")
            host, port = events["tcp"]["address"].rsplit(":", 1)
            with socket.create_connection((host, int(port)), timeout=PATIENCE) as stream:
                self.assertEqual(read_exactly(stream, len(BANNER)), BANNER)
            reach.url = events["page"]["url"]
            self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertEqual(reach.stop(), 0)
            closed = [event for event in reach.events() if event["event"] == "closed"]
            self.assertEqual(closed[0]["bytes_from_box"], len(BANNER))
            self.assertEqual(closed[0]["target"], f"127.0.0.1:{screen.port}")

    def test_no_session_is_held_open_for_nobody(self):
        ends = threading.Event()

        def patient(connection):
            while connection.receive():
                pass
            ends.set()

        with Box(patient, modern_context()) as box:
            reach = self.start("--tcp", f"127.0.0.1:{box.port}")
            reach.wait_for_lines(1)
            self.assertTrue(ends.wait(PATIENCE))

    def test_box_that_is_gone_resets_the_client(self):
        with Box(console, modern_context()) as box:
            target = f"127.0.0.1:{box.port}"
            reach = self.start("--tcp", target)
            place = self.places(reach, 1)[target]
        with self.assertRaises(ConnectionResetError):
            self.connect(place).recv(1)
        reach.wait_for_log("nothing listens on port")
        self.assertIsNone(reach.process.poll())

    def test_certificate_that_changes_later_is_refused(self):
        with Box(console, old_context()) as box:
            target = f"127.0.0.1:{box.port}"
            reach = self.start("--tcp", target)
            place = self.places(reach, 1)[target]
            box.context = old_context("rsa2048-sha256")
            with self.assertRaises(ConnectionResetError):
                self.connect(place).recv(1)
        reach.wait_for_log("heirloom: The box shows another certificate than before")

    def test_ctrl_c_ends_open_sessions(self):
        with Box(console, old_context()) as box:
            target = f"127.0.0.1:{box.port}"
            reach = self.start("--tcp", target)
            stream = self.connect(self.places(reach, 1)[target])
            self.assertEqual(read_exactly(stream, len(BANNER)), BANNER)
            self.assertEqual(reach.stop(), 0)
            self.assertEqual(stream.recv(1), b"")


if __name__ == "__main__":
    unittest.main()
