"""`heirloom reach`: the HTTP of devices, and what they do to their connections."""
import concurrent.futures
import contextlib
import http.client
import os
import socket
import ssl
import struct
import tempfile
import threading
import time
import unittest

from reach_support import Box, Reach, answer_everything, modern_context, old_box
from support import PATIENCE


def raw_answers(*answers, close="clean"):
    """A handler that sends these bytes, one per request, and then ends the connection."""

    def handler(connection):
        for answer in answers:
            if connection.read_request() is None:
                return
            connection.send(answer)
        if close == "clean":
            connection.close_notify()
        elif close == "reset":
            time.sleep(0.5)  # a reset overtakes data that has not been read
            connection.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return handler


class Devices(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.state = self.folder.name
        self.addCleanup(self.folder.cleanup)

    def bridge(self, handler, env=None):
        """A box with that handler and a bridge to it, until the end of the test."""
        box = Box(handler, modern_context())
        self.addCleanup(box.close)
        reach = Reach("--accept-new", box.url, state=self.state, env=env)
        self.addCleanup(reach.__exit__)
        return box, reach

    def test_http10_server(self):
        _, reach = self.bridge(raw_answers(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold page"))
        for _ in range(3):
            response = reach.fetch("/")
            self.assertEqual((response.status, response.body), (200, b"old page"))

    def test_http09_server(self):
        _, reach = self.bridge(raw_answers(b"<html>\nno head at all\n"))
        response = reach.fetch("/")
        self.assertEqual((response.status, response.body), (200, b"<html>\nno head at all\n"))

    def test_sloppy_heads(self):
        sloppy = b"HTTP/1.1 200\nContent-Length : 2\nContent-Length: 2\nMy Name: x\n\nhi"
        _, reach = self.bridge(raw_answers(sloppy, sloppy))
        for _ in range(2):
            response = reach.fetch("/")
            self.assertEqual((response.status, response.body), (200, b"hi"))

    def test_contradicting_lengths_get_502(self):
        _, reach = self.bridge(raw_answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi"))
        response = reach.fetch("/")
        self.assertEqual(response.status, 502)
        self.assertIn(b"two different Content-Length values", response.body)

    def test_chunks_both_ways(self):
        def echo(connection):
            while (request := connection.read_request()) is not None:
                connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for i in range(0, len(request.body), 1000):
                    part = request.body[i:i + 1000]
                    connection.send(f"{len(part):x};x=y\r\n".encode() + part + b"\r\n")
                connection.send(b"0\r\nTrailer: t\r\n\r\n")

        box, reach = self.bridge(echo)
        body = os.urandom(300000)
        for _ in range(2):
            response = reach.fetch("/", method="POST", body=iter([body[:7], body[7:200000], body[200000:]]))
            self.assertEqual(response.body, body)
        self.assertEqual(box.accepted, 1, "kept alive")

    def test_keep_alive_on_both_sides(self):
        box, reach = self.bridge(answer_everything)
        connection = reach.connect()
        for i in range(10):
            connection.request("GET", f"/{i}", headers={"Host": reach.authority})
            self.assertEqual(connection.getresponse().read(), f"GET /{i}".encode())
        connection.close()
        self.assertEqual(box.accepted, 1)

    def test_http10_browser(self):
        _, reach = self.bridge(raw_answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"))
        answer = reach.raw(f"GET / HTTP/1.0\r\nHost: {reach.authority}\r\n\r\n".encode())
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertEqual(body, b"hi")
        self.assertNotIn(b"chunked", head)

    def test_head_204_and_304(self):
        def handler(connection):
            while (request := connection.read_request()) is not None:
                status = {"/204": "204 No Content", "/304": "304 Not Modified"}.get(request.target, "200 OK")
                length = "" if request.target == "/204" else "Content-Length: 5\r\n"
                connection.send(f"HTTP/1.1 {status}\r\n{length}\r\n".encode())

        box, reach = self.bridge(handler)
        connection = reach.connect()
        for method, target, status in (("HEAD", "/", 200), ("GET", "/204", 204), ("GET", "/304", 304), ("HEAD", "/", 200)):
            connection.request(method, target, headers={"Host": reach.authority})
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()), (status, b""))
        connection.close()
        self.assertEqual(box.accepted, 1)

    def test_device_that_drops_idle_connections(self):
        dropped = threading.Event()

        def handler(connection):
            if connection.read_request() is not None:
                connection.answer(b"one")
                connection.close_notify()
                dropped.set()

        box, reach = self.bridge(handler)
        for i in range(4):
            method = "POST" if i % 2 else "GET"
            dropped.clear()
            self.assertEqual(reach.fetch("/", method=method, body=b"x" if i % 2 else None).body, b"one")
            self.assertTrue(dropped.wait(PATIENCE))
        self.assertEqual(box.accepted, 4)

    def test_device_that_hangs_up_on_the_second_request(self):
        def handler(connection):
            if connection.read_request() is not None:
                connection.answer(b"fine")
            connection.read_request()  # and no answer

        box, reach = self.bridge(handler)
        self.assertEqual(reach.fetch("/1").body, b"fine")
        response = reach.fetch("/2")
        self.assertEqual((response.status, response.body), (200, b"fine"), "once more on a fresh connection")
        self.assertEqual(box.accepted, 2)
        response = reach.fetch("/3", method="POST", body=b"reboot")
        self.assertEqual(response.status, 502, "nobody knows whether it has rebooted")
        self.assertEqual(sum(request.target == "/3" for request in box.requests), 1)

    def test_device_that_never_answers_is_not_asked_for_ever(self):
        box, reach = self.bridge(lambda connection: connection.read_request())
        response = reach.fetch("/")
        self.assertEqual(response.status, 502)
        self.assertIn(b"ended the connection without an answer", response.body)
        self.assertLessEqual(len(box.requests), 2)

    def test_end_without_close_notify(self):
        _, reach = self.bridge(raw_answers(b"HTTP/1.0 200 OK\r\n\r\nthe whole page", close="plain"))
        for _ in range(3):
            self.assertEqual(reach.fetch("/").body, b"the whole page")
        reach.wait_for_log("without close_notify")
        self.assertEqual(reach.err().count("without close_notify"), 1)

    def test_cut_bodies_are_errors(self):
        for head in (b"Content-Length: 100", b"Transfer-Encoding: chunked"):
            with self.subTest(head):
                _, reach = self.bridge(raw_answers(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n50\r\nhalf", close="plain"))
                with self.assertRaises(http.client.IncompleteRead):
                    reach.fetch("/")

    def test_reset_while_answering_is_an_error(self):
        _, reach = self.bridge(raw_answers(b"HTTP/1.0 200 OK\r\n\r\nhalf", close="reset"))
        with self.assertRaises((http.client.IncompleteRead, ConnectionError)):
            reach.fetch("/")

    def test_upgrade(self):
        def handler(connection):
            request = connection.read_head()
            connection.box.requests.append(request)
            connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")
            while connection.buffer or connection.receive():
                connection.send(connection.buffer[::-1])
                connection.buffer = b""
            connection.send(b"bye")

        box, reach = self.bridge(handler)
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(
                f"GET /ws HTTP/1.1\r\nHost: {reach.authority}\r\nOrigin: http://{reach.authority}\r\n"
                "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02".encode("latin-1")
            )
            answer = b""
            while not answer.endswith(b"hello\x02\x81"):
                answer += stream.recv(65536)
            self.assertTrue(answer.startswith(b"HTTP/1.1 101 "))
            stream.sendall(b"abc")
            self.assertEqual(stream.recv(100), b"cba")
            stream.shutdown(socket.SHUT_WR)
            self.assertEqual(stream.recv(100), b"bye")
        self.assertEqual(box.requests[0].value("Upgrade"), "websocket")
        self.assertEqual(box.requests[0].value("Origin"), box.url)

    def expect(self, reach):
        """An upload that waits for "100 Continue"; what came before the body, and the whole answer."""
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(
                f"POST /up HTTP/1.1\r\nHost: {reach.authority}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            first = stream.recv(65536)
            if first.startswith(b"HTTP/1.1 100 "):
                stream.sendall(b"data")
            rest = b""
            while part := stream.recv(65536):
                rest += part
            return first, rest

    def test_expect_is_passed_on(self):
        def handler(connection):
            while (request := connection.read_head()) is not None:
                connection.box.requests.append(request)
                if request.value("Expect"):
                    connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
                connection.read_body(request)
                connection.answer(request.body)

        box, reach = self.bridge(handler)
        first, rest = self.expect(reach)
        self.assertTrue(first.startswith(b"HTTP/1.1 100 "))
        self.assertTrue(rest.endswith(b"\r\n\r\ndata"))
        self.assertEqual(box.requests[0].value("Expect"), "100-continue")

    def test_expect_of_a_server_that_ignores_it(self):
        def handler(connection):
            while (request := connection.read_request()) is not None:
                connection.answer(request.body)

        _, reach = self.bridge(handler)
        first, rest = self.expect(reach)
        self.assertTrue(first.startswith(b"HTTP/1.1 100 "), "from the bridge, after a moment")
        self.assertTrue(rest.endswith(b"\r\n\r\ndata"))

    def test_expect_that_is_refused(self):
        def handler(connection):
            connection.read_head()
            connection.answer(b"log in first", status="401 Unauthorized")
            connection.receive()

        _, reach = self.bridge(handler)
        first, rest = self.expect(reach)
        self.assertTrue(first.startswith(b"HTTP/1.1 401 "))
        self.assertIn(b"log in first", first + rest)

    def test_expect_that_is_not_understood(self):
        def handler(connection):
            while (request := connection.read_head()) is not None:
                if request.value("Expect"):
                    connection.answer(b"", status="417 Expectation Failed")
                    continue
                connection.read_body(request)
                connection.answer(request.body)

        _, reach = self.bridge(handler)
        first, rest = self.expect(reach)
        self.assertTrue(first.startswith(b"HTTP/1.1 100 "))
        self.assertTrue(rest.endswith(b"\r\n\r\ndata"))

    def test_early_answer_to_an_upload(self):
        def handler(connection):
            if connection.read_head() is not None:
                connection.answer(b"too large", status="413 Payload Too Large", fields="Connection: close\r\n")
                connection.close_notify()

        _, reach = self.bridge(handler)
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(f"POST / HTTP/1.1\r\nHost: {reach.authority}\r\nContent-Length: 1000000000\r\n\r\n".encode())
            stream.sendall(b"x" * 100000)
            answer = b""
            while b"too large" not in answer:
                part = stream.recv(65536)
                self.assertTrue(part, answer)
                answer += part
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "))

    def test_upload_that_the_box_refuses_and_then_ignores(self):
        done = threading.Event()
        self.addCleanup(done.set)

        def handler(connection):
            if connection.read_head() is not None:
                connection.answer(b"too large", status="413 Payload Too Large")
                done.wait(PATIENCE)  # neither reads on nor closes

        _, reach = self.bridge(handler)
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(f"POST / HTTP/1.1\r\nHost: {reach.authority}\r\nContent-Length: 1000000000\r\n\r\n".encode())

            def upload():
                with contextlib.suppress(OSError):
                    while True:
                        stream.sendall(b"x" * 1000000)

            sender = threading.Thread(target=upload, daemon=True)
            sender.start()
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while b"too large" not in answer and (part := stream.recv(65536)):
                    answer += part
            self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer)
            self.assertLess(time.monotonic() - begin, 30, "the bridge's patience with a silent box is 120 seconds")
            stream.shutdown(socket.SHUT_RDWR)
            sender.join(PATIENCE)

    def test_dozens_of_connections_at_once(self):
        def slow(connection):
            while (request := connection.read_request()) is not None:
                time.sleep(0.05)
                connection.answer(request.target.encode())

        box, reach = self.bridge(slow)
        with concurrent.futures.ThreadPoolExecutor(48) as pool:
            answers = list(pool.map(lambda i: reach.fetch(f"/{i}").body, range(96)))
        self.assertEqual(answers, [f"/{i}".encode() for i in range(96)])
        self.assertLessEqual(box.accepted, 17, "a bounded number of connections to the box")

    def test_large_download_takes_constant_memory(self):
        size = 256 * 1024 * 1024

        def handler(connection):
            while connection.read_request() is not None:
                connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
                part = b"\0" * 1048576
                for _ in range(size // len(part)):
                    connection.send(part)

        # What a sanitizer keeps back to find errors is no memory of the program.
        options = os.environ.get("ASAN_OPTIONS", "")
        _, reach = self.bridge(handler, env={"ASAN_OPTIONS": f"{options}:quarantine_size_mb=1:thread_local_quarantine_size_kb=64"})

        def resident():
            with open(f"/proc/{reach.process.pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        reach.fetch("/", method="HEAD")
        before = resident()
        connection = reach.connect()
        connection.request("GET", "/", headers={"Host": reach.authority})
        response = connection.getresponse()
        most = taken = 0
        while part := response.read(4 * 1048576):
            taken += len(part)
            most = max(most, resident())
        connection.close()
        self.assertEqual(taken, size)
        self.assertLess(most - before, 8 * 1048576)

    def test_slow_browser_slows_the_box_down(self):
        sent = []

        def handler(connection):
            while connection.read_request() is not None:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                connection.stream.settimeout(1)
                while True:
                    connection.send(b"\0" * 65536)
                    sent.append(65536)

        _, reach = self.bridge(handler)
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(f"GET / HTTP/1.1\r\nHost: {reach.authority}\r\n\r\n".encode())
            stream.recv(100)
            time.sleep(2)
            self.assertLess(sum(sent), 64 * 1048576)

    def test_transfer_through_an_old_box(self):
        body = os.urandom(3000000)

        def handler(connection):
            while (request := connection.read_request()) is not None:
                connection.answer(request.body)

        for words in (("--max", "ssl3", "--suites", "RC4-SHA"), ("--max", "tls1", "--suites", "DES-CBC3-SHA")):
            with self.subTest(words), tempfile.TemporaryDirectory() as state, old_box(handler, *words) as (url, _):
                with Reach("--accept-new", url, state=state) as reach:
                    self.assertEqual(reach.fetch("/", method="POST", body=body).body, body)

    def test_box_that_goes_away_while_running(self):
        box, reach = self.bridge(raw_answers(b"HTTP/1.0 200 OK\r\n\r\nfirst"))
        self.assertEqual(reach.fetch("/").body, b"first")
        box.close()
        response = reach.fetch("/")
        self.assertEqual(response.status, 502)
        self.assertIn(str(box.port).encode(), response.body)
        self.assertEqual(reach.stop(), 0)

    def test_ctrl_c_ends_busy_connections(self):
        waiting = threading.Event()

        def handler(connection):
            connection.read_request()
            waiting.set()
            connection.read_request()

        _, reach = self.bridge(handler)
        with socket.create_connection(("127.0.0.1", reach.port), timeout=PATIENCE) as stream:
            stream.sendall(f"GET / HTTP/1.1\r\nHost: {reach.authority}\r\n\r\n".encode())
            self.assertTrue(waiting.wait(PATIENCE))
            begin = time.monotonic()
            self.assertEqual(reach.stop(), 0)
            self.assertLess(time.monotonic() - begin, 10)


if __name__ == "__main__":
    unittest.main()
