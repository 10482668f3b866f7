"""A conversation of SSL 3.0 with FORTEZZA, read from the wire with the server's two exponents and nothing else.

Parses the records and messages, computes both ends' keys, decrypts every record and verifies everything that can be
verified (RFC 6101 sections 5 and 6, D.5). The algorithms are those of fortezza.py; nothing is shared with the library.
"""
import hashlib

import fortezza
from fortezza import power

SUITES = {0x001C: "NULL", 0x001D: "FORTEZZA_CBC", 0x001E: "RC4_128"}
CCS, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
MESSAGES = {1: "client_hello", 2: "server_hello", 11: "certificate", 12: "server_key_exchange",
            13: "certificate_request", 14: "server_hello_done", 15: "certificate_verify", 16: "client_key_exchange",
            20: "finished"}
KEA, DSA = bytes.fromhex("608648016502010116"), bytes.fromhex("2a8648ce380401")
CLOSE_NOTIFY, NO_CERTIFICATE = b"\x01\x00", b"\x01\x29"


class Wrong(Exception):
    """The recording is not what it should be."""


def must(condition, text):
    if not condition:
        raise Wrong(text)


class Reader:
    """Takes fields from bytes. With a place, notes where on the wire each of them stands."""

    def __init__(self, data, place=None, marks=None):
        self.data, self.place, self.marks, self.at = data, place, marks, 0

    def take(self, size, name):
        taken = self.data[self.at:self.at + size]
        must(len(taken) == size, f"{name} is cut off")
        if self.place and size:
            flight, offset = self.place
            self.marks.append((flight, offset + self.at + size // 2, name))
        self.at += size
        return taken

    def number(self, size, name):
        return int.from_bytes(self.take(size, name), "big")

    def vector(self, size, name):
        return self.take(self.number(size, name + " length"), name)

    def sub(self, size, name):
        """A reader of a vector's content."""
        length = self.number(size, name + " length")
        place = (self.place[0], self.place[1] + self.at) if self.place else None
        must(self.at + length <= len(self.data), f"{name} is cut off")
        self.at += length
        return Reader(self.data[self.at - length:self.at], place, self.marks)

    def rest(self):
        return len(self.data) - self.at

    def end(self, name):
        must(self.rest() == 0, f"{self.rest()} bytes too many in {name}")


def elements(data):
    """The tags and contents of DER, one after another."""
    found = []
    while data:
        must(len(data) >= 2, "DER is cut off")
        tag, size, at = data[0], data[1], 2
        if size & 0x80:
            at += size & 0x7f
            size = int.from_bytes(data[2:at], "big")
        must(len(data) >= at + size, "DER is cut off")
        found.append((tag, data[at:at + size]))
        data = data[at + size:]
    return found


def number(element):
    must(element[0] == 2, "no INTEGER")
    return int.from_bytes(element[1], "big")


def public_key(certificate):
    """Its kind, its parameters and its bits (RFC 5280 section 4.1; RFC 3279 sections 2.3.2 and 2.3.4)."""
    (tag, whole), = elements(certificate)
    must(tag == 0x30, "a certificate is a SEQUENCE")
    to_be_signed = elements(elements(whole)[0][1])
    fields = to_be_signed[1:] if to_be_signed[0][0] == 0xa0 else to_be_signed
    (_, algorithm), (_, bits) = elements(fields[5][1])
    (_, kind), (_, parameters) = elements(algorithm)
    must(bits[0] == 0, "unused bits in a key")
    return kind, parameters, bits[1:]


class Rc4:
    def __init__(self, key):
        self.s, self.i, self.j = list(range(256)), 0, 0
        j = 0
        for i in range(256):
            j = (j + self.s[i] + key[i % len(key)]) % 256
            self.s[i], self.s[j] = self.s[j], self.s[i]

    def open(self, data):
        out = bytearray()
        s = self.s
        for byte in data:
            self.i = (self.i + 1) % 256
            self.j = (self.j + s[self.i]) % 256
            s[self.i], s[self.j] = s[self.j], s[self.i]
            out.append(byte ^ s[(s[self.i] + s[self.j]) % 256])
        return bytes(out)


class Null:
    def open(self, data):
        return data


class SkipjackCbc:
    """Decrypts, and drops what comes before the first record: eight bytes from the server (D.5.1), none else."""

    def __init__(self, key, iv, prefix):
        self.key, self.iv, self.prefix = key, iv, prefix

    def open(self, data):
        must(data and len(data) % 8 == 0, "no whole blocks")
        plain = fortezza.uncbc(self.key, self.iv, data)[self.prefix:]
        self.iv, self.prefix = data[-8:], 0
        padding = plain[-1] if plain else 255
        must(padding < 8 and len(plain) > padding, "the padding is longer than a block")
        must(plain[-padding - 1:] == bytes([padding]) * (padding + 1), "the padding is not as this library writes it")
        return plain[:-padding - 1]


class Direction:
    """What an end's records are under, once it has changed."""

    def __init__(self, secret, cipher):
        self.secret, self.cipher, self.count = secret, cipher, 0

    def open(self, record_type, fragment):
        content = self.cipher.open(fragment)
        must(len(content) >= 20, "too short for a MAC")
        data, mac = content[:-20], content[-20:]
        must(mac == fortezza.record_mac(self.secret, self.count, record_type, data), f"the MAC of record {self.count}")
        self.count += 1
        return data


class Conversation:
    """One connection. `session` is that of the connection before, in the same recording."""

    def __init__(self, server, flights, session=None):
        self.server, self.flights, self.session = server, flights, session
        self.marks, self.steps, self.transcript = [], [], b""
        self.current, self.pending = {"client": None, "server": None}, {}
        self.tokens, self.token = self.walk(), None
        self.received = {"client": b"", "server": b""}

    def say(self, text, value=b""):
        self.steps.append(text + (": " + value.hex() if value else ""))

    # Records and messages

    def walk(self):
        for index, (end, flight) in enumerate(self.flights):
            reader = Reader(flight, (index, 0), self.marks)
            while reader.rest():
                record_type = reader.number(1, "record type")
                must(reader.take(2, "record version") == b"\x03\x00", "a record is not of SSL 3.0")
                body = reader.sub(2, "record")
                must(body.data, "an empty record")
                under = self.current[end]
                if under:
                    body.take(len(body.data), "encrypted record")
                    for place in (0, len(body.data) - 1):
                        self.marks.append((index, body.place[1] + place, "encrypted record"))
                    body = Reader(under.open(record_type, body.data))
                if record_type == HANDSHAKE:
                    yield from self.messages(end, body)
                else:
                    yield end, record_type, body

    def messages(self, end, body):
        while body.rest():
            begin = body.at
            kind = body.number(1, "message type")
            message = body.sub(3, MESSAGES.get(kind, "message"))
            self.raw = body.data[begin:body.at]
            must(kind in MESSAGES, f"message type {kind}")
            yield end, MESSAGES[kind], message
            self.transcript += self.raw

    def peek(self):
        self.token = self.token or next(self.tokens, None)
        return self.token

    def take(self, end, kind):
        token = self.peek()
        must(token is not None, f"{kind} is missing")
        must(token[:2] == (end, kind), f"{token[0]} {token[1]} instead of {end} {kind}")
        self.token = None
        return token[2]

    def follows(self, end, kind):
        token = self.peek()
        return token is not None and token[:2] == (end, kind)

    # The handshake

    def hellos(self):
        hello = self.take("client", "client_hello")
        must(hello.take(2, "client_version") == b"\x03\x00", "the client offers more than SSL 3.0")
        self.client_random = hello.take(32, "client_random")
        offered_session = hello.vector(1, "session_id")
        suites = hello.sub(2, "cipher_suites")
        offered = [suites.number(2, "cipher_suite") for _ in range(suites.rest() // 2)]
        suites.end("cipher_suites")
        must(hello.vector(1, "compression_methods") == b"\x00", "the client offers compression")
        hello.take(hello.rest(), "extensions")
        answer = self.take("server", "server_hello")
        must(answer.take(2, "server_version") == b"\x03\x00", "the server chose more than SSL 3.0")
        self.server_random = answer.take(32, "server_random")
        self.session_id = answer.vector(1, "session_id")
        self.suite = answer.number(2, "cipher_suite")
        must(self.suite in SUITES and self.suite in offered, "the suite was not offered")
        must(answer.number(1, "compression_method") == 0, "the server chose compression")
        answer.take(answer.rest(), "extensions")
        self.say(f"hellos: suite 0x{self.suite:04x}, {SUITES[self.suite]}")
        resumed = self.session is not None and offered_session == self.session["id"] == self.session_id
        must(resumed == (self.session is not None), "the session is not resumed")
        return resumed

    def server_flight(self):
        server = self.server
        chain = self.take("server", "certificate").sub(3, "certificates")
        kind, identifier, value = public_key(chain.vector(3, "server certificate"))
        while chain.rest():
            public_key(chain.vector(3, "issuer's certificate"))
        must(kind == KEA and identifier == server["identifier"], "the certificate is of another domain")
        must(int.from_bytes(value, "big") == server["public"], "the certificate is not of the server's exponent")
        self.say("server certificate: KEA, domain identifier", identifier)
        params = self.take("server", "server_key_exchange")
        r_s = params.number(128, "r_s")
        params.end("ServerKeyExchange")
        if server["r"] is None:
            must(r_s == 1, "r_s is not the number 1")
        else:
            must(r_s == power(server["g"], server["r"], server["p"]), "r_s is not g to the server's random")
        self.say("r_s: e-mail form" if r_s == 1 else "r_s: two-party form", r_s.to_bytes(128, "big"))
        self.requested = self.follows("server", "certificate_request")
        if self.requested:
            request = self.take("server", "certificate_request")
            types = request.vector(1, "certificate_types")
            must(20 in types, "fortezza_kea is not among the types that the server takes")
            request.vector(2, "certificate_authorities")
            request.end("CertificateRequest")
        self.take("server", "server_hello_done").end("ServerHelloDone")

    def client_certificate(self):
        """The client's KEA value and its DSA key, as far as its certificate has one."""
        self.kea_value, self.dsa_key, shown = b"", None, "none"
        if self.requested and not self.follows("client", "certificate"):
            must(self.take("client", ALERT).take(2, "alert") == NO_CERTIFICATE, "the alert is not no_certificate")
        elif self.requested:
            chain = self.take("client", "certificate").sub(3, "certificates")
            kind, parameters, value = public_key(chain.vector(3, "client certificate"))
            while chain.rest():
                public_key(chain.vector(3, "issuer's certificate"))
            must(kind in (KEA, DSA), "the client's key is of no known kind")
            if kind == KEA:
                must(parameters == self.server["identifier"], "the client is of another domain")
                self.kea_value, shown = value, "kea"
            else:
                p, q, g = map(number, elements(parameters))
                self.dsa_key, shown = (p, q, g, number(elements(value)[0])), "dss"
        must(shown == self.server["client_certificate"], f"the client certificate is {shown}")
        self.say(f"client certificate: {shown}")

    def verify_dsa(self, digest, signature, what):
        """FIPS 186, over r and s side by side."""
        p, q, g, y = self.dsa_key
        must(len(signature) == 40, f"{what} has {len(signature)} bytes")
        r, s = (int.from_bytes(half, "big") for half in (signature[:20], signature[20:]))
        must(0 < r < q and 0 < s < q, f"{what} is out of range")
        inverse = power(s, -1, q)
        u1, u2 = int.from_bytes(digest, "big") * inverse % q, r * inverse % q
        must(power(g, u1, p) * power(y, u2, p) % p % q == r, f"{what} is not valid")
        self.say(f"{what}: valid")

    def agree(self, value, r_c):
        """KEA, as the responder computes it."""
        p, q, g, x = (self.server[name] for name in "pqgx")
        for name, public in (("the client's public value", value), ("r_c", r_c)):
            must(1 < public < p and power(public, q, p) == 1, f"{name} is none of the domain")
        w = (power(value, self.server["r"] or x, p) + power(r_c, x, p)) % p
        must(w != 0, "the sum is 0")
        secret = w.to_bytes(128, "big")
        return fortezza.kea_mix(secret[:10], secret[10:20])

    def client_keys(self):
        keys = self.take("client", "client_key_exchange")
        y_c = keys.vector(1, "y_c")
        r_c = keys.number(128, "r_c")
        signature = keys.take(40, "y_signature")
        wrapped = {end: keys.take(12, f"wrapped_{end}_write_key") for end in ("client", "server")}
        self.ivs = {end: keys.take(24, f"{end}_write_iv") for end in ("client", "server")}
        iv = keys.take(24, "master_secret_iv")
        encrypted = keys.take(48, "encrypted_pre_master_secret")
        keys.end("FortezzaKeys")
        must(all(field[:16] == b"THIS IS NOT LEAF" for field in (*self.ivs.values(), iv)), "another LEAF")
        must((not y_c) if self.kea_value else 64 <= len(y_c) <= 128, f"y_c has {len(y_c)} bytes")
        if self.dsa_key:
            self.verify_dsa(hashlib.sha1(y_c).digest(), signature, "y_signature")
        else:
            must(signature == bytes(40), "y_signature is not zero")
        token_key = self.agree(int.from_bytes(y_c or self.kea_value, "big"), r_c)
        self.say("token encryption key", token_key)
        self.keys = {}
        for end in ("client", "server"):
            self.keys[end], is_intact = fortezza.unwrap(token_key, wrapped[end])
            must(is_intact, f"the check word of the {end}'s key")
            self.say(f"{end}'s message encryption key, with its check word", self.keys[end])
        premaster = fortezza.uncbc(token_key, iv[16:], encrypted)
        must(premaster[:2] == b"\x03\x00", "the premaster secret does not begin with the version")
        self.say("premaster secret", premaster)
        self.master = fortezza.derive(premaster, self.client_random + self.server_random, 48)
        self.say("master secret", self.master)

    def certificate_verify(self):
        if self.dsa_key:
            digest = fortezza.handshake_hash("sha1", 40, self.transcript + self.raw, b"", self.master)
            signature = self.take("client", "certificate_verify")
            self.verify_dsa(digest, signature.vector(2, "signature"), "CertificateVerify")
            signature.end("CertificateVerify")

    def derive(self):
        block = fortezza.derive(self.master, self.server_random + self.client_random,
                                72 if self.suite == 0x001E else 40)
        self.say("key_block", block)
        for index, end in enumerate(("client", "server")):
            cipher = {0x001C: lambda: Null(),
                      0x001D: lambda: SkipjackCbc(self.keys[end], self.ivs[end][16:], 8 if end == "server" else 0),
                      0x001E: lambda: Rc4(block[40 + 16 * index:56 + 16 * index])}[self.suite]()
            self.pending[end] = Direction(block[20 * index:20 * index + 20], cipher)

    def finish(self, end):
        must(self.take(end, CCS).data == b"\x01", "change_cipher_spec")
        self.current[end] = self.pending[end]
        messages = self.transcript
        body = self.take(end, "finished")
        sender = b"CLNT" if end == "client" else b"SRVR"
        expected = b"".join(fortezza.handshake_hash(algorithm, pad, messages, sender, self.master)
                            for algorithm, pad in (("md5", 48), ("sha1", 40)))
        must(body.data == expected, f"the {end}'s Finished")
        self.say(f"{end}'s Finished", expected)

    def after(self):
        closed = []
        while self.peek() is not None:
            end, kind, body = self.peek()
            self.token = None
            must(end not in closed and kind in (DATA, ALERT), f"{kind} after the handshake")
            if kind == DATA:
                self.received[end] += body.data
                self.say(f"{end}'s data", body.data)
            else:
                must(body.data == CLOSE_NOTIFY, "an alert that is not close_notify")
                closed.append(end)
        must(sorted(closed) == ["client", "server"], "both ends send close_notify")
        for end, data in self.received.items():
            must(data == self.server[end + "_data"], f"the {end}'s data are others")
        self.say("both ends close")

    def run(self):
        if self.hellos():
            must(self.suite == self.session["suite"], "another suite than the session's")
            self.master = self.session["master"]
            order = ("server", "client")
        else:
            self.server_flight()
            self.client_certificate()
            self.client_keys()
            self.certificate_verify()
            order = ("client", "server")
        self.derive()
        for end in order:
            self.finish(end)
        self.after()
        return {"id": self.session_id, "suite": self.suite, "master": self.master}
