"""A recording as a capture file, and what tshark reads in it.

No packet is captured, which would need rights: the segments are made from what the proxy saw, in
the classic pcap format with link type 101 (bare IP). They are complete TCP connections with a
handshake, sequence numbers, acknowledgements, checksums and an end.
"""
import struct
import subprocess

from .wire import CLIENT, SERVER

RAW_IP = 101
SYN, FIN, PSH, ACK = 0x02, 0x01, 0x08, 0x10
CLIENT_PORT, SERVER_PORT = 40000, 443
SEGMENT = 8192
ADDRESSES = {CLIENT: bytes((192, 0, 2, 1)), SERVER: bytes((192, 0, 2, 2))}


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Capture:
    """Connections one after the other, each from a port of its own."""

    def __init__(self):
        self.connections = 0
        self._packets = []
        self._next = {}

    def _segment(self, side, flags, data=b""):
        other = SERVER if side == CLIENT else CLIENT
        port = CLIENT_PORT + self.connections
        ports = (port, SERVER_PORT) if side == CLIENT else (SERVER_PORT, port)
        acknowledged = self._next[other] if flags & ACK else 0
        header = struct.pack(">HHIIBBHHH", *ports, self._next[side], acknowledged, 5 << 4, flags,
                             65535, 0, 0)
        pseudo = ADDRESSES[side] + ADDRESSES[other] + struct.pack(">BBH", 0, 6,
                                                                  len(header) + len(data))
        sums = struct.pack(">H", checksum(pseudo + header + data))
        segment = header[:16] + sums + header[18:] + data
        start = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), len(self._packets) & 0xFFFF,
                            0, 64, 6, 0) + ADDRESSES[side] + ADDRESSES[other]
        packet = start[:10] + struct.pack(">H", checksum(start)) + start[12:] + segment
        self._packets.append(packet)
        self._next[side] += len(data) + bool(flags & (SYN | FIN))

    def add(self, recording):
        """Returns the number by which tshark will know it."""
        self._next = {CLIENT: 1000, SERVER: 5000}
        self._segment(CLIENT, SYN)
        self._segment(SERVER, SYN | ACK)
        self._segment(CLIENT, ACK)
        for side, data in recording.chunks:
            for at in range(0, len(data), SEGMENT):
                self._segment(side, PSH | ACK, data[at:at + SEGMENT])
                self._segment(SERVER if side == CLIENT else CLIENT, ACK)
        self._segment(CLIENT, FIN | ACK)
        self._segment(SERVER, FIN | ACK)
        self._segment(CLIENT, ACK)
        self.connections += 1
        return self.connections - 1

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
            for number, packet in enumerate(self._packets):
                file.write(struct.pack("<IIII", 1000000000, number, len(packet), len(packet)))
                file.write(packet)


def decrypt(capture, key_log, count):
    """What tshark says each side sent as application data, by connection; empty where it could not
    decrypt."""
    follow = [word for number in range(count) for word in ("-z", f"follow,tls,raw,{number}")]
    answer = subprocess.run(
        ["tshark", "-r", capture, "-o", f"tls.keylog_file:{key_log}",
         "-d", f"tcp.port=={SERVER_PORT},tls", "-q", *follow],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=300)
    if answer.returncode != 0:
        raise OSError("tshark failed: " + answer.stderr.strip())
    found = [{CLIENT: bytearray(), SERVER: bytearray()} for _ in range(count)]
    sides, first, second = found[0], CLIENT, SERVER
    for line in answer.stdout.split("\n"):
        if line.startswith("Filter: tcp.stream eq "):
            sides, first, second = found[int(line.split()[-1])], CLIENT, SERVER
        if line.startswith("Node 0:") and line.endswith(f":{SERVER_PORT}"):
            first, second = SERVER, CLIENT  # who had the first record that could be decrypted
        side = second if line.startswith("\t") else first
        try:
            sides[side] += bytes.fromhex(line.strip())
        except ValueError:
            pass  # the frame around the stream
    return [{side: bytes(data) for side, data in sides.items()} for sides in found]
