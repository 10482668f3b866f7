"""Reads a capture of `heirloom demo` back: blocks by the pcapng draft, packets by RFC 791 and RFC 9293. Everything that
should hold is asserted on the way."""
import collections
import pathlib
import struct

SECTION, INTERFACE, PACKET, SECRETS = 0x0A0D0D0A, 1, 6, 10
FIN, SYN, ACK = 1, 2, 16
Capture = collections.namedtuple("Capture", "comments key_log connections")


def options(data):
    found = []
    while data:
        code, size = struct.unpack_from("<HH", data)
        if code == 0:
            assert size == 0 and len(data) == 4, "something follows the end of the options"
            return found
        found.append((code, data[4:4 + size]))
        data = data[4 + (size + 3) // 4 * 4:]
    return found


def blocks(data):
    data = memoryview(data)  # a capture has many thousand blocks: the rest is not copied for each
    while data:
        kind, size = struct.unpack_from("<II", data)
        assert size % 4 == 0 and 12 <= size <= len(data), f"block of {size} bytes"
        assert struct.unpack_from("<I", data, size - 4)[0] == size, "the lengths of a block differ"
        yield kind, bytes(data[8:size - 4])
        data = data[size:]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Connection:
    """What each side sent, put together by sequence number."""

    def __init__(self):
        self.next = {}
        self.data = {}
        self.ended = set()
        self.comment = ""

    def add(self, side, other, sequence, acknowledged, flags, payload):
        if flags & SYN:
            assert side not in self.next
            self.next[side], self.data[side] = sequence, b""
        assert sequence == self.next[side], "a gap in the sequence numbers"
        assert side not in self.ended or not payload
        if flags & ACK:
            assert acknowledged == self.next[other], "an acknowledgement of something else"
        self.next[side] += len(payload) + bool(flags & (SYN | FIN))
        self.data[side] += payload
        if flags & FIN:
            self.ended.add(side)


def add_packet(connections, packet, comment):
    assert packet[0] == 0x45 and packet[9] == 6 and struct.unpack_from(">H", packet, 2)[0] == len(packet)
    assert checksum(packet[:20]) == 0xFFFF, "checksum of IP"
    tcp = packet[20:]
    assert checksum(packet[12:20] + struct.pack(">HH", 6, len(tcp)) + tcp) == 0xFFFF, "checksum of TCP"
    ports = struct.unpack_from(">HH", tcp)
    sequence, acknowledged = struct.unpack_from(">II", tcp, 4)
    key = max(ports)
    connection = connections.setdefault(key, Connection())
    connection.comment = connection.comment or comment
    side, other = ("server", "client") if ports[0] == 443 else ("client", "server")
    connection.add(side, other, sequence, acknowledged, tcp[13], tcp[(tcp[12] >> 4) * 4:])


def read(path):
    data = pathlib.Path(path).read_bytes()
    comments, key_log, connections, last = [], "", {}, 0
    for number, (kind, body) in enumerate(blocks(data)):
        if kind == SECTION:
            assert number == 0 and body[:16] == struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
            comments += [text.decode() for code, text in options(body[16:]) if code == 1]
        elif kind == INTERFACE:
            assert number == 1 and struct.unpack_from("<H", body)[0] == 101
        elif kind == SECRETS:
            secret_kind, size = struct.unpack_from("<II", body)
            assert secret_kind == 0x544C534B
            key_log += body[8:8 + size].decode()
        else:
            assert kind == PACKET, f"block of kind {kind}"
            interface, high, low, captured, original = struct.unpack_from("<IIIII", body)
            assert interface == 0 and captured == original and (high << 32 | low) > last
            last = high << 32 | low
            note = options(body[20 + (captured + 3) // 4 * 4:])
            add_packet(connections, body[20:20 + captured], note[0][1].decode() if note else "")
    return Capture(comments, key_log, list(connections.values()))
