"""What the tests of `heirloom get` share: one fetch, curl's answer to the same words, and servers to ask."""
import os
import shutil
import subprocess
import tempfile
import unittest

from reach_support import Box, answer_everything, modern_context
from support import PATIENCE, certificate, environment, run

CURL = shutil.which("curl")


class GetTest(unittest.TestCase):
    """A state directory and a working directory of its own for each test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = os.path.join(folder.name, "state")
        self.work = os.path.join(folder.name, "work")
        os.mkdir(self.work)

    def path(self, name, content=None):
        path = os.path.join(self.work, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def content(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def get(self, *words, data=b"", **extra):
        return run("get", *words, data=data, env=environment(XDG_STATE_HOME=self.state, **extra))

    def box(self, handler=answer_everything, context=None, **more):
        box = Box(handler, context, **more)
        self.addCleanup(box.close)
        return box

    def plain(self, handler=answer_everything):
        """A box without TLS, and its URL."""
        box = self.box(handler)
        return box, f"http://127.0.0.1:{box.port}"

    def trusted(self, handler=answer_everything):
        """A modern box whose certificate --cacert vouches for; its name is in --resolve."""
        box = self.box(handler, modern_context())
        words = ("--cacert", certificate("rsa2048-sha256"))
        return box, words

    def curl(self, *words, data=b""):
        """curl's exit code and standard output."""
        done = subprocess.run([CURL, "-sS", *map(str, words)], input=data, capture_output=True, timeout=PATIENCE,
                              check=False, env=environment(HOME=self.work))
        return done.returncode, done.stdout

    def assert_same_as_curl(self, *words, data=b""):
        """Exit code and bytes are curl's. Returns ours."""
        ours = self.get("-sS", *words, data=data)
        self.assertEqual((ours.code, ours.out), self.curl(*words, data=data), f"{words} {ours.err}")
        return ours


def fixed(status="200 OK", fields="", body=b"ok"):
    """The handler of a box that gives every request this answer."""

    def handler(connection):
        while connection.read_request() is not None:
            connection.answer(body, status, fields)

    return handler


def raw(data):
    """The handler of a box that sends these bytes after one request and closes."""

    def handler(connection):
        if connection.read_request() is not None:
            connection.send(data)
            connection.close_notify()

    return handler


def echo(connection):
    """Answers with what it was sent: the head's fields that matter, and the body."""
    while (request := connection.read_request()) is not None:
        wanted = ("content-length", "transfer-encoding", "content-type", "authorization", "accept", "cookie",
                  "referer", "range", "x-a", "x-b", "accept-encoding")
        lines = [f"{request.method} {request.target} {request.version}"]
        lines += [f"{name.lower()}: {value}" for name, value in request.fields if name.lower() in wanted]
        connection.answer("\n".join(lines).encode() + b"\n\n" + request.body)
