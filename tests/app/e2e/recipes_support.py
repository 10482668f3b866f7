"""Devices of docs/recipes/, imitated; and the pages' blocks compared with what the program prints.

A block after `<!-- run: NAME -->` is a command and its output, from a real run against an imitation. The
address, ports and digests of the test stand there as 10.0.0.5, as no port or 40000, and as sha256:….
With HEIRLOOM_WRITE_RECIPES=1 in the environment the tests write the blocks instead.
"""
import contextlib
import os
import pathlib
import re
import shlex
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from puppet import der, der_name, make_certificate, pem, private_key
from reach_support import Box, Reach
from support import PATIENCE, PROGRAM, Outcome, Server, environment, key

PAGES = pathlib.Path(os.environ["HEIRLOOM_SOURCE_DIR"]) / "docs" / "recipes"
ADDRESS = "10.0.0.5"
WRITES = os.environ.get("HEIRLOOM_WRITE_RECIPES") == "1"
RUN = re.compile(r"<!-- run: ([\w-]+) -->\n\n?```text\n(.*?)```\n", re.S)


def organisation(common_name, *more):
    """A distinguished name with the attributes that devices like: CN, OU, O."""
    oids = ("0603550403", "060355040b", "060355040a")
    parts = [der(0x31, der(0x30, bytes.fromhex(oid) + der(0x13, text.encode()))) for oid, text in zip(oids, (common_name, *more))]
    return der(0x30, b"".join(parts))


def device_certificate(folder, name, key_name="rsa1024", signer=None, **parts):
    """Writes NAME.crt and NAME.key for Server(name=…); returns the path without its ending."""
    stem = os.path.join(folder, name)
    modulus, _ = private_key(key(key_name))
    with open(stem + ".crt", "w", encoding="ascii") as out:
        out.write(pem("CERTIFICATE", make_certificate(modulus, key(signer or key_name), **parts)))
    with open(key(key_name), encoding="ascii") as source, open(stem + ".key", "w", encoding="ascii") as out:
        out.write(source.read())
    return stem


@contextlib.contextmanager
def device(handler, *words, name):
    """A web server with this handler behind an old TLS; yields its port and the plain box."""
    with Box(handler) as plain, Server(*words, name=name, mode=("--forward", f"127.0.0.1:{plain.port}")) as server:
        yield server.port, plain


def hello_of(connection):
    """The first record that a client sends, whole."""
    while len(connection.buffer) < 5 or len(connection.buffer) < 5 + int.from_bytes(connection.buffer[3:5], "big"):
        if not connection.receive():
            raise ConnectionError("no hello")
    return connection.buffer


def hello_version(hello):
    return int.from_bytes(hello[9:11], "big")


def hello_suites(hello):
    at = 44 + hello[43]
    end = at + 2 + int.from_bytes(hello[at:at + 2], "big")
    return [int.from_bytes(hello[i:i + 2], "big") for i in range(at + 2, end, 2)]


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def choosy(port, treat):
    """A box in front of the one at that port: treat(connection, hello) is true if it has dealt with the hello."""

    def handler(connection):
        hello = hello_of(connection)
        if treat(connection, hello):
            return
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as server:
            server.sendall(hello)
            back = threading.Thread(target=pump, args=(server, connection.stream), daemon=True)
            back.start()
            pump(connection.stream, server)
            back.join(PATIENCE)

    with Box(handler) as box:
        yield box.port


def reset(connection):
    connection.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def normal(text, port):
    """What a page shows of an output: nothing that differs from run to run."""
    text = text.replace(f"https://127.0.0.1:{port}", f"https://{ADDRESS}")
    text = re.sub(rf"127\.0\.0\.1:{port}\b", f"{ADDRESS}:443", text)
    text = re.sub(rf"http://127-0-0-1-{port}\.localhost:\d+", "http://10-0-0-5.localhost:40000", text)
    text = text.replace("127.0.0.1", ADDRESS)
    text = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", text)
    text = re.sub(r"/\S*/(\w+)\.(crt|key)\b", r"\1.pem", text)
    text = re.sub(r"listening on (\S+):\d+", r"listening on \1:40000", text)
    return text.rstrip("\n") + "\n"


def system_client():
    """A client as curl is one: the system's OpenSSL with its own defaults in place of Python's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT")
    context.check_hostname = False
    return context


class Recipe(unittest.TestCase):
    """Tests of one page: `page` is its file."""

    page = ""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.state = os.path.join(self.folder.name, "state")

    @property
    def text(self):
        return (PAGES / self.page).read_text(encoding="utf-8")

    def environment(self):
        return environment(XDG_STATE_HOME=self.state, OPENSSL_CONF="/dev/null")

    def shows(self, name, command, output, port):
        """The block of that name is this command and this output."""
        block = f"$ {command}\n{normal(output, port)}"
        found = dict(RUN.findall(self.text))
        self.assertIn(name, found, f"docs/recipes/{self.page} has no block {name}")
        if WRITES:
            pattern = rf"(<!-- run: {name} -->\n\n?```text\n).*?(```\n)"
            written = re.sub(pattern, lambda m: m.group(1) + block + m.group(2), self.text, flags=re.S)
            (PAGES / self.page).write_text(written, encoding="utf-8")
            return
        self.assertEqual(found[name], block, f"docs/recipes/{self.page}, block {name}")

    def words(self, command, port):
        """A command of a page as words, towards the imitation."""
        self.assertTrue(command.startswith("heirloom "), command)
        return [word.replace(ADDRESS, f"127.0.0.1:{port}") for word in shlex.split(command)[1:]]

    def run_command(self, name, command, port, code, data=b""):
        """A command that ends by itself; its outcome."""
        done = subprocess.run(
            [PROGRAM, *self.words(command, port)], input=data, capture_output=True, timeout=PATIENCE,
            env=self.environment(), check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.shows(name, command, done.stderr.decode() + done.stdout.decode(), port)
        return Outcome(done)

    @contextlib.contextmanager
    def reach(self, name, command, port):
        """`heirloom reach` until Ctrl-C; what it has said when its page is ready is the block."""
        process = subprocess.Popen(
            [PROGRAM, *self.words(command, port)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=self.environment(),
        )
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if found := re.search(r"http://[a-z0-9.-]+\.localhost:(\d+)", line):
                    break
            else:
                self.fail(f"no page: {''.join(lines)}")
            self.shows(name, command, "".join(lines), port)
            yield Bridge(found.group(0), int(found.group(1)))
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, 0)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()

    def symptom(self, port, words, timeout=None):
        """The system's OpenSSL, told to accept any certificate, fails with these words, and the page says so."""
        context = system_client()
        context.verify_mode = ssl.CERT_NONE
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=timeout or PATIENCE) as plain:
                with context.wrap_socket(plain):
                    said = "no error"
        except ssl.SSLError as error:
            said = (error.reason or str(error)).lower().replace("_", " ")
        except OSError as error:
            said = str(error).lower()
        self.assertIn(words, said)
        self.assertIn(words, self.text.lower(), f"docs/recipes/{self.page} does not show: {said}")

    def complaint(self, port, words):
        """The system's OpenSSL reaches the box, and refuses its certificate with these words."""
        context = system_client()
        with self.assertRaises(ssl.SSLCertVerificationError) as caught:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
                context.wrap_socket(plain)
        self.assertIn(words, caught.exception.verify_message)
        self.assertIn(words, self.text)


class Bridge(Reach):
    """The local page of a running bridge."""

    def __init__(self, url, port):  # pylint: disable=super-init-not-called
        self.url, self.number = url, port

    @property
    def port(self):
        return self.number
