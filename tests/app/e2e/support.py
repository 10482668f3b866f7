"""What the end-to-end tests share: the built program, its server as a context, plain-socket peers."""
import base64
import contextlib
import os
import pathlib
import re
import socket
import ssl
import subprocess
import threading

PROGRAM = os.environ["HEIRLOOM_PROGRAM"]
CERTIFICATES = pathlib.Path(os.environ["HEIRLOOM_SOURCE_DIR"]) / "tests/vectors/certificates"
PATIENCE = 60  # seconds; sanitizers and busy machines are slow, nothing here waits for it to pass
# A safe prime of 512 bits, from `openssl dhparam`.
SHORT_GROUP = int(
    "e76dd70b159b98139c0295940b149901f25fd017b3dd9e09aeeb431d9ea5e9af"
    "9088bfee274fa61ac02a6e43739450b8a42940791ff4cc1f48d06a9293e4e7b7", 16)


def certificate(name):
    return str(CERTIFICATES / f"{name}.crt")


def key(name):
    return str(CERTIFICATES / f"{name}.key")


def ocsp(name):
    return str(CERTIFICATES / f"{name}.ocsp")


def chain(name):
    return str(CERTIFICATES / f"{name}.chain")


def environment(**extra):
    """An environment without what a developer's shell may set."""
    clean = {name: value for name, value in os.environ.items() if name not in ("SSLKEYLOGFILE", "NO_COLOR")}
    return clean | extra


class Outcome:
    def __init__(self, completed):
        self.code = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr.decode()

    @property
    def sentence(self):
        """The one line that says what is wrong."""
        lines = [line for line in self.err.splitlines() if line.startswith("heirloom: ")]
        return lines[-1] if lines else ""

    @property
    def advice(self):
        lines = [line for line in self.err.splitlines() if line.startswith("Try: ")]
        return lines[-1] if lines else ""


def run(*words, data=b"", env=None):
    return Outcome(
        subprocess.run(
            [PROGRAM, *map(str, words)],
            input=data,
            capture_output=True,
            timeout=PATIENCE,
            env=env or environment(),
            check=False,
        )
    )


class Server:
    """`heirloom serve` on a free port."""

    def __init__(self, *words, name="device", mode=("--www",), env=None):
        command = [PROGRAM, "serve", "--listen", "127.0.0.1:0", *mode]
        command += ["--cert", certificate(name), "--key", key(name), *map(str, words)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=env or environment()
        )
        self.before = ""  # what it has said before it listened
        while not (found := re.search(r"(127\.0\.0\.1:\d+)", line := self.process.stderr.readline())):
            self.before += line
            if not line:
                raise AssertionError(f"no port announced: {self.before}")
        self.address = found.group(1)
        self.port = int(self.address.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def next_line(self):
        return self.process.stderr.readline()

    def stop(self):
        """SIGTERM, and what it wrote until it ended."""
        self.process.terminate()
        rest = self.process.stderr.read()
        self.process.wait(timeout=PATIENCE)
        return rest


def write_group(folder, prime):
    """A file of Diffie-Hellman parameters with generator 2, as `openssl dhparam` writes it."""
    def element(tag, data):
        size = bytes([len(data)]) if len(data) < 128 else b"\x82" + len(data).to_bytes(2, "big")
        return bytes([tag]) + size + data

    number = prime.to_bytes(prime.bit_length() // 8 + 1, "big")
    der = element(0x30, element(2, number) + element(2, b"\2"))
    path = os.path.join(folder, "group.pem")
    with open(path, "w", encoding="ascii") as file:
        text = base64.encodebytes(der).decode()
        file.write(f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n")
    return path


def fields(line):
    """The values of one logfmt line."""
    found = re.findall(r'(\w+)=("(?:\\.|[^"\\])*"|\S*)', line)
    return {name: value[1:-1].replace('\\"', '"') if value.startswith('"') else value for name, value in found}


@contextlib.contextmanager
def plain_peer(handler):
    """A TCP server that treats every connection with handler(socket); yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=handle, args=(client,), daemon=True)
            threads.append(thread)
            thread.start()

    def handle(client):
        with client, contextlib.suppress(OSError):
            handler(client)

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(PATIENCE)
        for thread in threads:
            thread.join(PATIENCE)


def old_tls_context(side, versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1)):
    """The system's libssl at TLS 1.0, with everything that it still has."""
    context = ssl.SSLContext(side)
    context.minimum_version, context.maximum_version = versions
    context.set_ciphers("ALL:eNULL:@SECLEVEL=0")
    if side == ssl.PROTOCOL_TLS_CLIENT:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def read_all(stream):
    data = b""
    while piece := stream.recv(65536):
        data += piece
    return data


def read_exactly(stream, size):
    """As many bytes as are due: a record may hold fewer, since CBC records are split (BEAST)."""
    data = b""
    while len(data) < size and (piece := stream.recv(size - len(data))):
        data += piece
    return data
