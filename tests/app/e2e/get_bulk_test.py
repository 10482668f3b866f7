"""Much data and many at once: `get` and `reach` take constant memory, and a hundred `get`s share one pin file.

HEIRLOOM_TEST_BIG=1 makes the downloads 2 GiB, past every 32-bit counter; otherwise they are 256 MiB.
"""
import hashlib
import http.client
import os
import subprocess
import time
import unittest

from get_support import GetTest
from reach_support import Reach, old_box
from support import PATIENCE, PROGRAM, environment

PIECE = hashlib.sha256(b"piece").digest() * 32768  # 1 MiB
MEBIBYTES = 2048 if os.environ.get("HEIRLOOM_TEST_BIG") == "1" else 256
SIZE = MEBIBYTES << 20
ALLOWED_GROWTH = 4096  # KiB that a large body may take beyond a small one


def send_pieces(connection):
    """/N answers with N mebibytes; PUT with the number of bytes and their hash."""
    while (request := connection.read_head()) is not None:
        if request.method == "PUT":
            connection.answer(received(connection).encode())
            continue
        count = int(request.target[1:])
        connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {count << 20}\r\n\r\n".encode())
        for _ in range(count):
            connection.send(PIECE)


def received(connection):
    """Reads a chunked body without keeping it."""
    count, digest = 0, hashlib.sha256()
    while (left := int(connection.read_line(), 16)) != 0:
        count += left
        while left > 0:
            if not connection.buffer:
                connection.receive()
            part, connection.buffer = connection.buffer[:left], connection.buffer[left:]
            digest.update(part)
            left -= len(part)
        connection.read_line()
    connection.read_line()
    return f"{count} {digest.hexdigest()}"


def expected_hash(count):
    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(PIECE)
    return digest.hexdigest()


def hash_of(read):
    digest = hashlib.sha256()
    while part := read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


class Bulk(GetTest):
    def tell(self, what, size, started, peak):
        print(f"{what}: {size >> 20} MiB in {time.monotonic() - started:.1f} s, peak {peak} KiB", flush=True)

    def get_and_measure(self, url):
        """Hash of what came, and peak memory in KiB."""
        process = subprocess.Popen([PROGRAM, "get", "-k", url], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                   env=environment(XDG_STATE_HOME=self.state))
        digest = hash_of(process.stdout.read)
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return digest, usage.ru_maxrss

    def test_download_through_get(self):
        with old_box(send_pieces, "--max", "ssl3") as (url, _):
            _, small = self.get_and_measure(f"{url}/1")
            started = time.monotonic()
            digest, peak = self.get_and_measure(f"{url}/{MEBIBYTES}")
            self.tell("get", SIZE, started, peak)
        self.assertEqual(digest, expected_hash(MEBIBYTES))
        self.assertLess(peak, small + ALLOWED_GROWTH)

    def test_download_through_reach(self):
        with old_box(send_pieces, "--max", "ssl3") as (url, _), Reach(url, "--accept-new", state=self.state) as reach:
            def fetch(count):
                connection = http.client.HTTPConnection("127.0.0.1", reach.port, timeout=PATIENCE)
                connection.request("GET", f"/{count}", headers={"Host": reach.authority})
                digest = hash_of(connection.getresponse().read)
                connection.close()
                with open(f"/proc/{reach.process.pid}/status", encoding="ascii") as file:
                    return digest, int(next(line for line in file if line.startswith("VmHWM:")).split()[1])
            _, small = fetch(1)
            started = time.monotonic()
            digest, peak = fetch(MEBIBYTES)
            self.tell("reach", SIZE, started, peak)
        self.assertEqual(digest, expected_hash(MEBIBYTES))
        self.assertLess(peak, small + ALLOWED_GROWTH)

    def test_upload_from_standard_input(self):
        with old_box(send_pieces, "--max", "ssl3") as (url, _):
            started = time.monotonic()
            process = subprocess.Popen([PROGRAM, "get", "-k", "-T", "-", url], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, env=environment(XDG_STATE_HOME=self.state))
            for _ in range(MEBIBYTES):
                process.stdin.write(PIECE)
            process.stdin.close()
            answer = process.stdout.read().decode()
            process.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.tell("get -T -", SIZE, started, usage.ru_maxrss)
        self.assertEqual((process.returncode, answer), (0, f"{SIZE} {expected_hash(MEBIBYTES)}"))
        self.assertLess(usage.ru_maxrss, 65536)


if __name__ == "__main__":
    unittest.main()
