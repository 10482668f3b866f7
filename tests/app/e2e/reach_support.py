"""What the tests of `heirloom reach` share: the running program, and boxes that misbehave on demand."""
import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

from support import PATIENCE, PROGRAM, Server, certificate, environment, key


class Request:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = lines[0].split(" ")
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:]]
        self.body = body

    def value(self, name):
        found = [value for field, value in self.fields if field.lower() == name.lower()]
        return found[0] if found else None


class BoxConnection:
    """One connection that a box has accepted, after TLS."""

    def __init__(self, box, stream):
        self.box = box
        self.stream = stream
        self.buffer = b""

    def receive(self):
        part = self.stream.recv(65536)
        self.buffer += part
        return bool(part)

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self.receive():
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return Request(head, b"")

    def read_body(self, request):
        if request.value("Transfer-Encoding") == "chunked":
            request.body = self.read_chunks()
        else:
            length = int(request.value("Content-Length") or 0)
            while len(self.buffer) < length and self.receive():
                pass
            request.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return request

    def read_line(self):
        while b"\r\n" not in self.buffer:
            if not self.receive():
                return b""
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def read_chunks(self):
        body = b""
        while True:
            size = int(self.read_line(), 16)
            while len(self.buffer) < size + 2 and self.receive():
                pass
            body += self.buffer[:size]
            self.buffer = self.buffer[size + 2:]
            if size == 0:
                return body

    def read_request(self):
        request = self.read_head()
        if request is not None:
            self.read_body(request)
            with self.box.lock:
                self.box.requests.append(request)
        return request

    def send(self, data):
        self.stream.sendall(data)

    def answer(self, body=b"ok", status="200 OK", fields=""):
        self.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body)

    def close_notify(self):
        """A clean end of TLS: says so, and does not wait for the other side to say it too."""
        if isinstance(self.stream, ssl.SSLSocket):
            self.stream.setblocking(False)
            with contextlib.suppress(OSError):
                self.stream.unwrap()


def answer_everything(connection):
    """The handler of a well-behaved box."""
    while (request := connection.read_request()) is not None:
        connection.answer(f"{request.method} {request.target}".encode())


def modern_context(name="rsa2048-sha256"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(name), key(name))
    return context


def old_context(name="device", versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1)):
    """What Debian's OpenSSL still does at security level 0."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = versions
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(certificate(name), key(name))
    return context


class Box:
    """A device: a TCP server, with TLS if a context is given. `accepted` counts its connections."""

    def __init__(self, handler=answer_everything, context=None, port=0, host="127.0.0.1"):
        self.handler = handler
        self.context = context
        self.accepted = 0
        self.requests = []
        self.lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, port))
        self.listener.listen(200)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.accepted += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        client.settimeout(PATIENCE)
        with contextlib.suppress(OSError, ValueError):
            if self.context is not None:
                # "ragged": tests end connections without close_notify on purpose.
                client = self.context.wrap_socket(client, server_side=True, suppress_ragged_eofs=True)
            self.handler(BoxConnection(self, client))
        client.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@contextlib.contextmanager
def old_box(handler, *words, name="device"):
    """A box behind our own server: versions and suites that nothing else here speaks. Yields its URL and the
    plain box behind it."""
    with Box(handler) as plain:
        with Server(*words, name=name, mode=("--forward", f"127.0.0.1:{plain.port}")) as server:
            yield f"https://{server.address}", plain


class Reach:
    """`heirloom reach`, from its start to Ctrl-C. `state` is its XDG_STATE_HOME."""

    def __init__(self, *words, state, fails=False, env=None):
        self.log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [PROGRAM, "reach", *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env=environment(XDG_STATE_HOME=str(state)) | (env or {}),
        )
        self.lines = []
        self.url = ""
        if not fails:
            self.wait_for_url()

    def wait_for_url(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            found = re.search(r"https?://[a-z0-9.-]+\.localhost:\d+[^\"\s]*", line)
            if found:
                self.url = found.group(0)
                return
        self.process.wait(timeout=PATIENCE)
        raise AssertionError(f"no URL, exit {self.process.returncode}: {self.err()}")

    def wait_for_lines(self, count):
        """The lines of standard output that say where several boxes are, in any order."""
        while len(self.lines) < count and (line := self.process.stdout.readline()):
            self.lines.append(line.rstrip("\n"))
        if len(self.lines) < count:
            raise AssertionError(f"only {self.lines}: {self.err()}")
        return self.lines[:count]

    def err(self):
        self.log.seek(0)
        return self.log.read()

    def wait_for_log(self, text):
        deadline = time.monotonic() + PATIENCE
        while text not in self.err():
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} is not in: {self.err()}")
            time.sleep(0.02)

    @property
    def authority(self):
        return urllib.parse.urlsplit(self.url).netloc

    @property
    def port(self):
        return urllib.parse.urlsplit(self.url).port

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def fetch(self, target="/", method="GET", body=None, host=None, **fields):
        """One request on a connection of its own; the response, read to its end."""
        connection = self.connect()
        headers = {"Host": host or self.authority}
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def raw(self, data):
        """Bytes to the bridge, and all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as stream:
            stream.sendall(data)
            answer = b""
            while part := stream.recv(65536):
                answer += part
            return answer

    def wait(self):
        """The exit code of a program that ends by itself."""
        self.lines += self.process.stdout.read().splitlines()
        return self.process.wait(timeout=PATIENCE)

    def stop(self):
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def events(self):
        return [json.loads(line) for line in self.lines]


def fail(*words, state):
    """A start that does not work: exit code, what it said."""
    with Reach(*words, state=state, fails=True) as reach:
        code = reach.wait()
        return code, reach.err()


def pins(state):
    path = os.path.join(str(state), "heirloom", "pins")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def write_pins(state, text):
    folder = os.path.join(str(state), "heirloom")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "pins"), "w", encoding="utf-8") as file:
        file.write(text)


def words(line, *names):
    """The values of some of a pin's fields."""
    return [re.search(rf"(?:^| ){name}=(\S+)", line).group(1) for name in names]


def fingerprint(name):
    """What the pin file calls a certificate."""
    with open(certificate(name), encoding="ascii") as file:
        return "sha256:" + hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()
