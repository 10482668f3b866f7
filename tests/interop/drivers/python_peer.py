#!/usr/bin/env python3
"""Libraries that Python can reach as TLS peers: Debian's OpenSSL, GnuTLS, NSS.

python_peer.py openssl|gnutls|nss client|server key=value...      (contract: docs/interop.md)

Each binding offers one class with the same five methods: handshake, facts, read, write, close.
"""
import hashlib
import importlib
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def report_and_close(connection, received):
    facts = connection.facts()
    end = connection.close()
    digest = hashlib.sha256(received).hexdigest()
    say(f"RESULT {facts} received={len(received)} sha256={digest} end={end}")


def read_exactly(connection, count):
    received = bytearray()
    while len(received) < count:
        chunk = connection.read(count - len(received))
        if not chunk:
            raise OSError(f"the peer closed after {len(received)} of {count} bytes")
        received += chunk
    return bytes(received)


def read_to_end(connection):
    received = bytearray()
    while True:
        chunk = connection.read(65536)
        if not chunk:
            return bytes(received)
        received += chunk


def read_http_message(connection):
    """One HTTP request: header, and as much body as Content-Length says."""
    message = bytearray()
    while b"\r\n\r\n" not in message:
        chunk = connection.read(65536)
        if not chunk:
            return None
        message += chunk
    header, _, body = bytes(message).partition(b"\r\n\r\n")
    length = 0
    for line in header.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    if len(body) < length:
        message += read_exactly(connection, length - len(body))
    return bytes(message)


def forward(binding, plain, backend):
    """One request and one reply per connection, as the smallest embedded servers do."""
    try:
        connection = binding.Connection(plain, "server")
        connection.handshake()
        request = read_http_message(connection)
        if request is not None:
            host, _, port = backend.rpartition(":")
            with socket.create_connection((host, int(port))) as back:
                back.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                while True:
                    chunk = back.recv(65536)
                    if not chunk:
                        break
                    connection.write(chunk)
        connection.close()
    except OSError as error:
        say(f"REFUSED {error}")
    plain.close()


def serve(binding, options, payload):
    listener = socket.create_server(("127.0.0.1", int(options["port"])))
    say(f"LISTENING {listener.getsockname()[1]}")
    if "backend" in options:
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=forward, args=(binding, plain, options["backend"]),
                             daemon=True).start()
    for _ in range(int(options.get("connections", "1"))):
        plain, _ = listener.accept()
        connection = binding.Connection(plain, "server")
        connection.handshake()
        received = read_exactly(connection, int(options["expect"]))
        connection.write(payload)
        report_and_close(connection, received)


def connect(binding, options, payload):
    kept = None
    for _ in range(int(options.get("connections", "1"))):
        plain = socket.create_connection(("127.0.0.1", int(options["port"])))
        connection = binding.Connection(plain, "client", kept)
        connection.handshake()
        # A client whose library writes only while nobody reads would stand still against a server
        # that echoes; the servers of the matrix answer after the whole request.
        connection.write(payload)
        received = read_to_end(connection)
        if options.get("resume"):
            kept = connection.session()
        report_and_close(connection, received)


def main():
    options = dict(argument.split("=", 1) for argument in sys.argv[3:])
    binding = importlib.import_module(sys.argv[1] + "_binding")
    try:
        binding.set_up(sys.argv[2], options)
        payload = b""
        if "send" in options:
            with open(options["send"], "rb") as file:
                payload = file.read()
        if sys.argv[2] == "server":
            serve(binding, options, payload)
        else:
            connect(binding, options, payload)
    except (OSError, ValueError) as error:
        say("ERROR " + " ".join(str(error).split()))
        sys.stdout.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


main()
