#!/usr/bin/env python3
"""Computes every vector of fortezza.txt anew, and then makes sure that a wrong one would be seen.

Pure Python with hashlib; SKIPJACK, KEA, the key wrap and the derivation of SSL 3.0 are written down here a second
time, from the documents, and share nothing with the library. Each value that is computed is also altered by one bit,
and must then be refused. usage: check_fortezza.py [FILE]
"""
import hashlib
import pathlib
import sys

F = bytes.fromhex("""
a3d70983f848f6f4b321157899b1aff9 e72d4d8ace4cca2e5295d91e4e384428 0adf02a017f1606812b77ac3e9fa3d53
96846bbaf2639a197caee5f5f7166aa2 39b67b0fc193811beeb41aead0912fb8 55b9da853f41bfe05a58805f660bd890
35d5c0a733066569450094566d989b76 97fcb2c2b0fedb20e1ebd6e4dd474a1d 42ed9e6e493ccd4327d207d4dec76718
89cb301f8dc68faac874dcc95d5c31a4 7088612c9f0d2b8750825464267d0340 344b1c73d1c4fd3bccfb7fabe63e5ba5
ad04239c145122f02979717eff8c0ee2 0cefbc72756f37a1ecd38e628b8610e8 087711be924f24c532369dcff3a6bbac
5e6ca9135725b5e3bda83a0105592a46""")
kVectors = 50  # of the file: none is left out unseen
PAD = bytes.fromhex("72f1a87e92824198ab0b")


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def skipjack(key, block):
    """The printed specification, on bytes that are reversed before and after."""
    key, block = key[::-1], block[::-1]
    w = [int.from_bytes(block[i:i + 2], "big") for i in range(0, 8, 2)]
    for k in range(32):
        high, low = w[0] >> 8, w[0] & 0xff
        for j in range(4):
            high, low = low, F[low ^ key[(4 * k + j) % 10]] ^ high
        g = high << 8 | low
        if k // 8 % 2 == 0:  # rule A
            w = [g ^ w[3] ^ (k + 1), g, w[1], w[2]]
        else:  # rule B
            w = [w[3], g, w[0] ^ w[1] ^ (k + 1), w[2]]
    return b"".join(x.to_bytes(2, "big") for x in w)[::-1]


def cbc(key, iv, data):
    out = b""
    for i in range(0, len(data), 8):
        iv = skipjack(key, xor(data[i:i + 8], iv))
        out += iv
    return out


def encrypt_key(wrapping, key):
    once = skipjack(wrapping, key[:8])
    return skipjack(wrapping, once) + xor(key[8:], once)


def wrap(wrapping, key):
    return encrypt_key(wrapping, key) + skipjack(key, b"\x55" * 8)[1:3]


def kea_mix(v1, v2):
    return encrypt_key(xor(v1, PAD), v2)


def kea(v):
    """Both sides' secrets, which must be the same; without r_responder the e-mail form."""
    p, q, g, xa, xb, ra = (int(v[name], 16) for name in
                           ("p", "q", "g", "x_initiator", "x_responder", "r_initiator"))
    assert 0 < xa < q and 0 < xb < q and 0 < ra < q and g != 1 and pow(g, q, p) == 1
    rb = int(v["r_responder"], 16) if "r_responder" in v else xb
    for label, exponent in (("xA", xa), ("xB", xb), ("rA", ra)) + ((("rB", rb),) if "r_responder" in v else ()):
        assert int.from_bytes(hashlib.sha1(f"KEA test {label}".encode()).digest(), "big") % q == exponent
    initiator = (pow(pow(g, xb, p), ra, p) + pow(pow(g, rb, p), xa, p)) % p
    responder = (pow(pow(g, xa, p), rb, p) + pow(pow(g, ra, p), xb, p)) % p
    assert initiator == responder != 0
    secret = initiator.to_bytes(128, "big")
    return {"secret": secret, "token_key": kea_mix(secret[:10], secret[10:20])}


def der(tag, body):
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    if 128 <= len(body) < 256:
        size = b"\x81" + bytes([len(body)])
    return bytes([tag]) + size + body


def domain(v):
    numbers = (int(v[name], 16) for name in "pqg")
    sequence = der(0x30, b"".join(der(2, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers))
    digest = hashlib.sha1(sequence).digest()
    return {"parameters_sha": digest, "identifier": xor(digest[:10], digest[10:])}


def derive(secret, seed, size):
    """RFC 6101 sections 6.1 and 6.2.2."""
    labels = (chr(ord("A") + i).encode() * (i + 1) for i in range(26))
    out = b""
    while len(out) < size:
        out += hashlib.md5(secret + hashlib.sha1(next(labels) + secret + seed).digest()).digest()
    return out[:size]


def record(v):
    b = {name: bytes.fromhex(value) for name, value in v.items() if name not in ("kind", "source", "name", "type")}
    master = derive(b["premaster"], b["client_random"] + b["server_random"], 48)
    block = derive(master, b["server_random"] + b["client_random"], 40)
    header = bytes(8) + bytes([int(v["type"])]) + len(b["data"]).to_bytes(2, "big")
    inner = hashlib.sha1(block[20:] + b"\x36" * 40 + header + b["data"]).digest()
    mac = hashlib.sha1(block[20:] + b"\x5c" * 40 + inner).digest()
    content = b["data"] + mac
    padding = 7 - len(content) % 8
    plaintext = b["prefix"] + content + bytes(padding) + bytes([padding])
    return {"master": master, "key_block": block, "mac": mac, "fragment": cbc(b["server_key"], b["own_iv"], plaintext)}


def compute(v):
    b = {name: bytes.fromhex(v[name]) for name in ("key", "iv", "plaintext", "wrapping", "v1", "v2") if name in v}
    return {"skipjack": lambda: {"ciphertext": skipjack(b["key"], b["plaintext"])},
            "cbc": lambda: {"ciphertext": cbc(b["key"], b["iv"], b["plaintext"])},
            "wrap": lambda: {"wrapped": wrap(b["wrapping"], b["key"])},
            "kea_mix": lambda: {"token_key": kea_mix(b["v1"], b["v2"])},
            "kea": lambda: kea(v), "domain": lambda: domain(v), "record": lambda: record(v)}[v["kind"]]()


def read(text):
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [dict(line.split(" = ", 1) for line in block.strip().splitlines())
            for block in lines.split("\n\n") if block.strip()]


def problems_of(vector):
    return [f"{vector['kind']} {vector.get('name', '')}: {name} is {vector[name]}, computed {value.hex()}"
            for name, value in compute(vector).items() if bytes.fromhex(vector[name]) != value]


def altered(vector, name):
    value = bytes.fromhex(vector[name])
    return {**vector, name: (value[:-1] + bytes([value[-1] ^ 1])).hex()}


def main():
    file = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("fortezza.txt")
    vectors = read(pathlib.Path(file).read_text())
    problems = [] if sorted(F) == list(range(256)) else ["F is no permutation"]
    problems += [] if len(vectors) == kVectors else [f"{len(vectors)} vectors, expected {kVectors}"]
    values = 0
    for vector in vectors:
        problems += problems_of(vector)
        for name in compute(vector):
            values += 1
            if not problems_of(altered(vector, name)):
                problems.append(f"{vector['kind']} {vector.get('name', '')}: a wrong {name} is not seen")
    print("\n".join(problems + [f"fortezza: {len(vectors)} vectors, {values} values, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
