"""A recording proxy, and what can be read from a recording without any key.

Nothing here believes a peer: version, suite, resumption, client certificates, the shape of the
hello and close_notify are taken from the bytes on the wire (RFC 6101 §5.2, §5.6; RFC 2246 §6.2,
§7.4).
"""
import dataclasses
import select
import socket
import threading

CLIENT, SERVER = 0, 1
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_HELLO_DONE, CERTIFICATE_VERIFY = 1, 2, 11, 14, 15
SERVER_KEY_EXCHANGE, CLIENT_KEY_EXCHANGE = 12, 16
VERSIONS = {(3, 0): "ssl3", (3, 1): "tls1"}
RENEGOTIATION_SIGNAL = 0x00FF


@dataclasses.dataclass
class Side:
    """What one side sent, as far as it can be read."""
    records: list = dataclasses.field(default_factory=list)  # (type, length)
    messages: list = dataclasses.field(default_factory=list)  # (type, body) before encryption
    alerts: list = dataclasses.field(default_factory=list)  # (level, description) in the clear

    def types(self):
        return [kind for kind, _ in self.messages]

    def body(self, kind):
        return next((body for each, body in self.messages if each == kind), None)

    def data_lengths(self):
        return [length for kind, length in self.records if kind == APPLICATION_DATA]

    def said_goodbye(self):
        """Whether the last record is an alert: after a finished handshake, close_notify."""
        return bool(self.records) and self.records[-1][0] == ALERT


def sslv2_hello(stream):
    """The ClientHello that opens a stream in the format of SSL 2.0 (RFC 2246 E.1), without its record header."""
    if len(stream) < 3 or stream[0] < 0x80 or stream[2] != CLIENT_HELLO:
        return None
    return stream[2:2 + int.from_bytes(stream[:2], "big") - 0x8000]


def read_side(stream):
    side = Side()
    handshake = b""
    encrypted = False
    old = sslv2_hello(stream)
    at = 2 + len(old) if old else 0
    if old:
        side.records.append((HANDSHAKE, len(old)))
    while at + 5 <= len(stream):
        kind, length = stream[at], int.from_bytes(stream[at + 3:at + 5], "big")
        if kind not in (CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA):
            break
        body = stream[at + 5:at + 5 + length]
        at += 5 + length
        side.records.append((kind, length))
        if kind == CHANGE_CIPHER_SPEC:
            encrypted = True
        elif kind == ALERT and not encrypted and length == 2:
            side.alerts.append((body[0], body[1]))
        elif kind == HANDSHAKE and not encrypted:
            handshake += body
            while len(handshake) >= 4:
                size = 4 + int.from_bytes(handshake[1:4], "big")
                if len(handshake) < size:
                    break
                side.messages.append((handshake[0], handshake[4:size]))
                handshake = handshake[size:]
    return side


@dataclasses.dataclass
class Connection:
    """One recorded connection, read."""
    client: Side
    server: Side
    version: str = None
    suite: str = None
    resumed: bool = False
    hello_is_sslv2: bool = False
    hello_version: tuple = None
    hello_extensions: list = None  # None: no extension block at all
    hello_suites: list = dataclasses.field(default_factory=list)
    server_extensions: list = None


def extensions(block):
    if not block:
        return None
    found, at = [], 2
    while at + 4 <= len(block):
        found.append(int.from_bytes(block[at:at + 2], "big"))
        at += 4 + int.from_bytes(block[at + 2:at + 4], "big")
    return found


def read_connection(recording):
    client, server = (read_side(recording.stream(side)) for side in (CLIENT, SERVER))
    result = Connection(client, server)
    old = sslv2_hello(recording.stream(CLIENT))
    if old:
        result.hello_is_sslv2 = True
        result.hello_version = (old[1], old[2])
        listed = old[9:9 + int.from_bytes(old[3:5], "big")]
        result.hello_suites = [int.from_bytes(listed[i:i + 3], "big") for i in range(0, len(listed), 3)]
    hello = client.body(CLIENT_HELLO)
    if hello:
        result.hello_version = (hello[0], hello[1])
        at = 35 + hello[34]
        size = int.from_bytes(hello[at:at + 2], "big")
        listed = hello[at + 2:at + 2 + size]
        result.hello_suites = [int.from_bytes(listed[i:i + 2], "big") for i in range(0, size, 2)]
        at += 2 + size
        result.hello_extensions = extensions(hello[at + 1 + hello[at]:])
    answer = server.body(SERVER_HELLO)
    if answer:
        at = 35 + answer[34]
        result.version = VERSIONS.get((answer[0], answer[1]), f"{answer[0]}.{answer[1]}")
        result.suite = answer[at:at + 2].hex()
        result.server_extensions = extensions(answer[at + 3:])
        changed = any(kind == CHANGE_CIPHER_SPEC for kind, _ in server.records)
        result.resumed = changed and SERVER_HELLO_DONE not in server.types()
    return result


class Recording:
    """The bytes of one connection, in the order in which the proxy saw them."""

    def __init__(self):
        self.chunks = []  # (side, bytes)
        self.ended = threading.Event()

    def stream(self, side):
        return b"".join(data for each, data in self.chunks if each == side)


class Recorder:
    """A proxy on a loopback port of its own; target is set once the server listens."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.target = None
        self.recordings = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                front, _ = self._listener.accept()
            except OSError:
                return
            recording = Recording()
            self.recordings.append(recording)
            threading.Thread(target=self._carry, args=(front, recording), daemon=True).start()

    def _carry(self, front, recording):
        try:
            with front, socket.create_connection(("127.0.0.1", self.target)) as back:
                relay(front, back, recording)
        except OSError:
            pass  # the client finds out by the end of its connection
        recording.ended.set()

    def finish(self):
        """Stops listening and returns the connections that carried anything."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close alone does not
        except OSError:
            pass
        self._listener.close()
        for recording in self.recordings:
            recording.ended.wait(2)
        return [each for each in self.recordings if each.chunks]


def relay(front, back, recording):
    sides = {front: (back, CLIENT), back: (front, SERVER)}
    open_sides = [front, back]
    while open_sides:
        for source in select.select(open_sides, [], [])[0]:
            other, side = sides[source]
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            if data:
                recording.chunks.append((side, data))
            try:
                if data:
                    other.sendall(data)
                else:
                    open_sides.remove(source)
                    other.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the other end is gone; go on reading this one to its end
