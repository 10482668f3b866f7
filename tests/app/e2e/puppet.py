"""A peer on strings: TLS 1.0 and SSL 3.0 with RSA and RC4 in plain Python, every step made by the test.

It shares no code with the engine and no library of TLS, so it can also send what none would. Sides: "server"
faces `heirloom connect`, "client" faces `heirloom serve`. RFC 2246 and RFC 6101 are cited where they are silent
or odd.
"""
import base64
import hashlib
import hmac
import os
import struct

TLS10, SSL30 = b"\x03\x01", b"\x03\x00"
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
HELLO_REQUEST, CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 0, 1, 2, 11
SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE, CERTIFICATE_VERIFY, CLIENT_KEY_EXCHANGE, FINISHED = 12, 13, 14, 15, 16, 20
SUITES = {0x0004: hashlib.md5, 0x0005: hashlib.sha1}  # RC4-MD5, RC4-SHA
CLOSE_NOTIFY = b"\x01\x00"


def vector(size, data):
    return len(data).to_bytes(size, "big") + data


def der_of(file):
    """What stands in the first block of a PEM file."""
    with open(file, encoding="ascii") as text:
        lines = text.read().split("-----")[2]
    return base64.b64decode(lines)


def der_children(data):
    """The values of a DER structure: tag and content, one after the other."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at:at + count], "big"), at + count
        found.append((tag, data[at:at + length]))
        at += length
    return found


def der(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def der_integer(number):
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def integers(data):
    return [int.from_bytes(content, "big") for tag, content in der_children(der_children(data)[0][1]) if tag == 2]


def private_key(file):
    """Modulus and private exponent of an RSA key in a PEM file, in PKCS #8 or in the older form."""
    data = der_of(file)
    outer = der_children(der_children(data)[0][1])
    numbers = integers(outer[2][1]) if len(outer) > 2 and outer[2][0] == 4 else integers(data)
    return numbers[1], numbers[3]


def public_key(certificate):
    """Modulus and exponent of the RSA key in a certificate (DER)."""
    fields = der_children(der_children(der_children(certificate)[0][1])[0][1])
    info = fields[6 if fields[0][0] == 0xA0 else 5][1]
    return tuple(integers(der_children(info)[1][1][1:]))


RSA_ALGORITHM = der(0x30, bytes.fromhex("06092a864886f70d010101") + b"\x05\x00")
SIGNED_WITH = {
    hashlib.md5: ("06092a864886f70d010104", "3020300c06082a864886f70d020505000410"),
    hashlib.sha1: ("06092a864886f70d010105", "3021300906052b0e03021a05000414"),
}


def der_name(common_name):
    return der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403") + der(0x13, common_name.encode()))))


def sign(digest, data, key_file):
    """PKCS #1 v1.5, as old authorities signed."""
    modulus, exponent = private_key(key_file)
    size = (modulus.bit_length() + 7) // 8
    info = bytes.fromhex(SIGNED_WITH[digest][1]) + digest(data).digest()
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info
    return pow(int.from_bytes(block, "big"), exponent, modulus).to_bytes(size, "big")


def make_certificate(modulus, key_file=None, digest=hashlib.md5, serial=1, issuer=der_name("box"),
                     dates=("040101000000Z", "080101000000Z"), extensions=b"", names=der_name("box")):
    """A certificate (DER) for an RSA key of any size, signed with the key in that file, or by nobody."""
    algorithm = der(0x30, bytes.fromhex(SIGNED_WITH[digest][0]) + b"\x05\x00")
    validity = der(0x30, b"".join(der(0x17, date.encode()) for date in dates))
    key = der(0x30, RSA_ALGORITHM + der(3, b"\x00" + der(0x30, der_integer(modulus) + der_integer(65537))))
    version = der(0xA0, der_integer(2)) if extensions else b""
    body = der(0x30, version + der_integer(serial) + algorithm + issuer + validity + names + key
               + (der(0xA3, der(0x30, extensions)) if extensions else b""))
    signature = sign(digest, body, key_file) if key_file else b"\x00" * 64
    return der(0x30, body + algorithm + der(3, b"\x00" + signature))


def subject_of(certificate):
    """The subject's name in a certificate, as DER."""
    fields = der_children(der_children(der_children(certificate)[0][1])[0][1])
    return der(0x30, fields[5 if fields[0][0] == 0xA0 else 4][1])


def pem(label, data):
    lines = base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n"


def is_prime(number):
    return all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11, 13))


def tiny_credentials(folder):
    """A PEM file with an RSA key of 46 bytes and its certificate. 36 bytes of hashes and 11 of padding, which a
    client's signature needs, do not fit into it."""
    exponent = 65537
    p, q = (next(each for each in range(start | 1, start + 20000, 2) if is_prime(each) and each % exponent != 1)
            for start in (2**183 + 315, 2**184 + 1071))
    d = pow(exponent, -1, (p - 1) * (q - 1))
    numbers = (0, p * q, exponent, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    body = der(0x30, b"".join(der_integer(each) for each in numbers))
    file = os.path.join(folder, "own.pem")
    with open(file, "w", encoding="ascii") as out:
        out.write(pem("CERTIFICATE", make_certificate(p * q)) + pem("RSA PRIVATE KEY", body))
    return file


class Rc4:
    def __init__(self, key):
        self.state, self.i, self.j = list(range(256)), 0, 0
        j = 0
        for i in range(256):
            j = (j + self.state[i] + key[i % len(key)]) & 255
            self.state[i], self.state[j] = self.state[j], self.state[i]

    def __call__(self, data):
        out, state = bytearray(), self.state
        for byte in data:
            self.i = (self.i + 1) & 255
            self.j = (self.j + state[self.i]) & 255
            state[self.i], state[self.j] = state[self.j], state[self.i]
            out.append(byte ^ state[(state[self.i] + state[self.j]) & 255])
        return bytes(out)


def p_hash(digest, secret, seed, size):
    out, a = b"", seed
    while len(out) < size:
        a = hmac.new(secret, a, digest).digest()
        out += hmac.new(secret, a + seed, digest).digest()
    return out[:size]


def tls_prf(secret, label, seed, size):
    half = (len(secret) + 1) // 2
    md5 = p_hash(hashlib.md5, secret[:half], label + seed, size)
    sha = p_hash(hashlib.sha1, secret[-half:], label + seed, size)
    return bytes(a ^ b for a, b in zip(md5, sha))


def ssl_prf(secret, seed, size):
    """RFC 6101 §6.1 and §6.2.2: A, BB, CCC, …"""
    out = b""
    for i in range((size + 15) // 16):
        salt = bytes([0x41 + i]) * (i + 1)
        out += hashlib.md5(secret + hashlib.sha1(salt + secret + seed).digest()).digest()
    return out[:size]


class Direction:
    """One direction under keys: RC4, MAC and sequence number."""

    def __init__(self, version, digest, mac_secret, key):
        self.version, self.digest, self.mac_secret = version, digest, mac_secret
        self.cipher, self.number = Rc4(key), 0

    def mac(self, kind, data):
        number, self.number = struct.pack(">Q", self.number), self.number + 1
        if self.version == SSL30:  # RFC 6101 §5.2.3.1: no version in it, and padding in place of HMAC
            pad = 48 if self.digest is hashlib.md5 else 40
            inner = self.digest(self.mac_secret + b"\x36" * pad + number + bytes([kind]) + vector(2, data)).digest()
            return self.digest(self.mac_secret + b"\x5c" * pad + inner).digest()
        head = number + bytes([kind]) + self.version
        return hmac.new(self.mac_secret, head + vector(2, data), self.digest).digest()

    def seal(self, kind, data):
        return self.cipher(data + self.mac(kind, data))

    def open(self, kind, data):
        plain = self.cipher(data)
        size = self.digest().digest_size
        plain, mac = plain[:-size], plain[-size:]
        if mac != self.mac(kind, plain):
            raise ValueError("the MAC of a record is wrong")
        return plain


class Puppet:
    """One end of one connection. Methods send or read one thing; what they send can be replaced."""

    def __init__(self, stream, side, version=TLS10, suite=0x0005):
        self.stream, self.side, self.version, self.suite = stream, side, version, suite
        self.random = b"\x4a\x00\x00\x01" + os.urandom(28)
        self.peer_random = b""
        self.transcript = b""
        self.buffer = b""
        self.messages = b""
        self.master = b""
        self.sealing = self.opening = self.next_opening = None
        self.premaster = b""

    # records

    def send_record(self, kind, data, version=None):
        sealed = self.sealing.seal(kind, data) if self.sealing else data
        self.stream.sendall(bytes([kind]) + (version or self.version) + vector(2, sealed))

    def read_exactly(self, size):
        while len(self.buffer) < size:
            part = self.stream.recv(65536)
            if not part:
                raise ConnectionError("the peer closed")
            self.buffer += part
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def read_record(self):
        head = self.read_exactly(5)
        data = self.read_exactly(int.from_bytes(head[3:], "big"))
        return head[0], self.opening.open(head[0], data) if self.opening else data

    # handshake messages

    def message(self, kind, body):
        return bytes([kind]) + vector(3, body)

    def send_message(self, kind, body, version=None):
        data = self.message(kind, body)
        if kind != HELLO_REQUEST:
            self.transcript += data
        self.send_record(HANDSHAKE, data, version)

    def read_message(self, kind):
        while len(self.messages) < 4 or len(self.messages) < 4 + int.from_bytes(self.messages[1:4], "big"):
            record_kind, data = self.read_record()
            if record_kind != HANDSHAKE:
                raise ValueError(f"a record of type {record_kind} came instead of message {kind}: {data!r}")
            self.messages += data
        size = 4 + int.from_bytes(self.messages[1:4], "big")
        data, self.messages = self.messages[:size], self.messages[size:]
        if data[0] != kind:
            raise ValueError(f"message {data[0]} came instead of {kind}")
        before, self.transcript = self.transcript, self.transcript + data
        return data[4:], before

    def read_client_hello(self):
        body, _ = self.read_message(CLIENT_HELLO)
        self.peer_random = body[2:34]
        return body

    def server_hello(self, version=None, suite=None, compression=0, session_id=b"", extensions=None):
        body = (version or self.version) + self.random + vector(1, session_id)
        body += (suite or self.suite).to_bytes(2, "big") + bytes([compression])
        if extensions is not None:
            body += vector(2, extensions)
        self.send_message(SERVER_HELLO, body)

    def client_hello(self, suites=None, compressions=b"\x00", session_id=b"", extensions=None, version=None):
        body = (version or self.version) + self.random + vector(1, session_id)
        body += vector(2, b"".join(suite.to_bytes(2, "big") for suite in suites or (self.suite,)))
        body += vector(1, compressions)
        if extensions is not None:
            body += vector(2, extensions)
        self.send_message(CLIENT_HELLO, body)

    def read_server_hello(self):
        body, _ = self.read_message(SERVER_HELLO)
        self.peer_random = body[2:34]
        return body[35:35 + body[34]]

    def certificate(self, *chain):
        self.send_message(CERTIFICATE, vector(3, b"".join(vector(3, each) for each in chain)))

    def hello_done(self):
        self.send_message(SERVER_HELLO_DONE, b"")

    def read_certificate(self):
        """The first certificate, in DER."""
        body, _ = self.read_message(CERTIFICATE)
        return body[6:6 + int.from_bytes(body[3:6], "big")]

    def read_key_exchange(self, key_file):
        body, _ = self.read_message(CLIENT_KEY_EXCHANGE)
        modulus, exponent = private_key(key_file)
        size = (modulus.bit_length() + 7) // 8
        secret = body if self.version == SSL30 else body[2:]
        block = pow(int.from_bytes(secret, "big"), exponent, modulus).to_bytes(size, "big")
        self.derive(block[-48:])

    def send_key_exchange(self, certificate, offered=None, block=None):
        modulus, exponent = public_key(certificate)
        size = (modulus.bit_length() + 7) // 8
        self.premaster = (offered or self.version) + os.urandom(46)
        padding = bytes(1 + byte % 255 for byte in os.urandom(size - 51))
        block = block or b"\x00\x02" + padding + b"\x00" + self.premaster
        body = pow(int.from_bytes(block, "big"), exponent, modulus).to_bytes(size, "big")
        self.send_message(CLIENT_KEY_EXCHANGE, body if self.version == SSL30 else vector(2, body))
        self.derive(self.premaster)

    # keys

    def derive(self, premaster):
        ours, theirs = self.random, self.peer_random
        client, server = (theirs, ours) if self.side == "server" else (ours, theirs)
        if self.version == SSL30:
            self.master = ssl_prf(premaster, client + server, 48)
        else:
            self.master = tls_prf(premaster, b"master secret", client + server, 48)
        self.derive_keys(client, server)

    def derive_keys(self, client, server):
        digest = SUITES[self.suite]
        size = digest().digest_size
        total = 2 * (size + 16)
        if self.version == SSL30:
            block = ssl_prf(self.master, server + client, total)
        else:
            block = tls_prf(self.master, b"key expansion", server + client, total)
        to_server = Direction(self.version, digest, block[:size], block[2 * size:2 * size + 16])
        to_client = Direction(self.version, digest, block[size:2 * size], block[2 * size + 16:])
        self.next_sealing, self.next_opening = (
            (to_client, to_server) if self.side == "server" else (to_server, to_client)
        )

    def change_cipher_spec(self, data=b"\x01"):
        self.send_record(CHANGE_CIPHER_SPEC, data)
        self.sealing = self.next_sealing

    def read_change_cipher_spec(self):
        kind, data = self.read_record()
        if (kind, data) != (CHANGE_CIPHER_SPEC, b"\x01"):
            raise ValueError(f"no change_cipher_spec: {kind} {data!r}")
        self.opening = self.next_opening

    def proof(self, side, transcript):
        if self.version == SSL30:  # RFC 6101 §5.6.9
            sender = b"SRVR" if side == "server" else b"CLNT"
            out = b""
            for digest, pad in ((hashlib.md5, 48), (hashlib.sha1, 40)):
                inner = digest(transcript + sender + self.master + b"\x36" * pad).digest()
                out += digest(self.master + b"\x5c" * pad + inner).digest()
            return out
        both = hashlib.md5(transcript).digest() + hashlib.sha1(transcript).digest()
        return tls_prf(self.master, side.encode() + b" finished", both, 12)

    def finished(self, proof=None):
        self.send_message(FINISHED, proof or self.proof(self.side, self.transcript))

    def read_finished(self):
        body, before = self.read_message(FINISHED)
        if body != self.proof("client" if self.side == "server" else "server", before):
            raise ValueError("the peer's Finished is wrong")

    # whole handshakes

    def serve(self, chain, key_file):
        """A complete handshake as server."""
        self.read_client_hello()
        self.server_hello()
        self.certificate(*chain)
        self.hello_done()
        self.read_key_exchange(key_file)
        self.read_change_cipher_spec()
        self.read_finished()
        self.change_cipher_spec()
        self.finished()

    def connect(self):
        """A complete handshake as client; returns the session id."""
        self.client_hello()
        session_id = self.read_server_hello()
        certificate = self.read_certificate()
        self.read_message(SERVER_HELLO_DONE)
        self.send_key_exchange(certificate)
        self.change_cipher_spec()
        self.finished()
        self.read_change_cipher_spec()
        self.read_finished()
        return session_id

    def send(self, data):
        self.send_record(DATA, data)

    def read(self):
        kind, data = self.read_record()
        return data if kind == DATA else b""

    def close_notify(self):
        self.send_record(ALERT, CLOSE_NOTIFY)
