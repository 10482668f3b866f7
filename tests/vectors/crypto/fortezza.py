"""SKIPJACK, KEA, the key wrap and the derivations of SSL 3.0, in pure Python with hashlib.

They are written down here a second time, from the documents, and share nothing with the library. What the library
computes is held against them by check_fortezza.py (vectors) and check_fortezza_recordings.py (whole handshakes).
"""
import functools
import hashlib

F = bytes.fromhex("""
a3d70983f848f6f4b321157899b1aff9 e72d4d8ace4cca2e5295d91e4e384428 0adf02a017f1606812b77ac3e9fa3d53
96846bbaf2639a197caee5f5f7166aa2 39b67b0fc193811beeb41aead0912fb8 55b9da853f41bfe05a58805f660bd890
35d5c0a733066569450094566d989b76 97fcb2c2b0fedb20e1ebd6e4dd474a1d 42ed9e6e493ccd4327d207d4dec76718
89cb301f8dc68faac874dcc95d5c31a4 7088612c9f0d2b8750825464267d0340 344b1c73d1c4fd3bccfb7fabe63e5ba5
ad04239c145122f02979717eff8c0ee2 0cefbc72756f37a1ecd38e628b8610e8 087711be924f24c532369dcff3a6bbac
5e6ca9135725b5e3bda83a0105592a46""")
PAD = bytes.fromhex("72f1a87e92824198ab0b")
power = functools.cache(pow)  # recordings that differ in one byte have nearly all powers in common


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def words(block):
    """The printed specification works on bytes that are reversed before and after."""
    block = block[::-1]
    return [int.from_bytes(block[i:i + 2], "big") for i in range(0, 8, 2)]


def block_of(w):
    return b"".join(x.to_bytes(2, "big") for x in w)[::-1]


def skipjack(key, block):
    key, w = key[::-1], words(block)
    for k in range(32):
        high, low = w[0] >> 8, w[0] & 0xff
        for j in range(4):
            high, low = low, F[low ^ key[(4 * k + j) % 10]] ^ high
        g = high << 8 | low
        if k // 8 % 2 == 0:  # rule A
            w = [g ^ w[3] ^ (k + 1), g, w[1], w[2]]
        else:  # rule B
            w = [w[3], g, w[0] ^ w[1] ^ (k + 1), w[2]]
    return block_of(w)


def unskipjack(key, block):
    key, w = key[::-1], words(block)
    for k in reversed(range(32)):
        high, low = w[1] >> 8, w[1] & 0xff
        for j in reversed(range(4)):
            high, low = F[high ^ key[(4 * k + j) % 10]] ^ low, high
        g = high << 8 | low
        if k // 8 % 2 == 0:  # rule A: the first word was XORed with the fourth and the counter
            w = [g, w[2], w[3], w[0] ^ w[1] ^ (k + 1)]
        else:  # rule B: the third was the first, XORed with the second and the counter
            w = [g, g ^ w[2] ^ (k + 1), w[3], w[0]]
    return block_of(w)


def cbc(key, iv, data):
    out = b""
    for i in range(0, len(data), 8):
        iv = skipjack(key, xor(data[i:i + 8], iv))
        out += iv
    return out


def uncbc(key, iv, data):
    blocks = [iv] + [data[i:i + 8] for i in range(0, len(data), 8)]
    return b"".join(xor(unskipjack(key, block), before) for before, block in zip(blocks, blocks[1:]))


def encrypt_key(wrapping, key):
    once = skipjack(wrapping, key[:8])
    return skipjack(wrapping, once) + xor(key[8:], once)


def check_word(key):
    return skipjack(key, b"\x55" * 8)[1:3]


def wrap(wrapping, key):
    return encrypt_key(wrapping, key) + check_word(key)


def unwrap(wrapping, wrapped):
    """The key, and whether it has its check word."""
    once = unskipjack(wrapping, wrapped[:8])
    key = unskipjack(wrapping, once) + xor(wrapped[8:10], once)
    return key, check_word(key) == wrapped[10:]


def kea_mix(v1, v2):
    return encrypt_key(xor(v1, PAD), v2)


def der(tag, body):
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    if 128 <= len(body) < 256:
        size = b"\x81" + bytes([len(body)])
    return bytes([tag]) + size + body


def domain_digest(p, q, g):
    """SHA-1 of Dss-Parms; its halves XORed are the domain identifier (RFC 3279 sections 2.3.2 and 2.3.4)."""
    return hashlib.sha1(der(0x30, b"".join(der(2, n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in (p, q, g)))).digest()


def derive(secret, seed, size):
    """RFC 6101 sections 6.1 and 6.2.2."""
    labels = (chr(ord("A") + i).encode() * (i + 1) for i in range(26))
    out = b""
    while len(out) < size:
        out += hashlib.md5(secret + hashlib.sha1(next(labels) + secret + seed).digest()).digest()
    return out[:size]


def record_mac(secret, sequence_number, record_type, data):
    """RFC 6101 section 5.2.3.1, with SHA."""
    header = sequence_number.to_bytes(8, "big") + bytes([record_type]) + len(data).to_bytes(2, "big")
    inner = hashlib.sha1(secret + b"\x36" * 40 + header + data).digest()
    return hashlib.sha1(secret + b"\x5c" * 40 + inner).digest()


def handshake_hash(algorithm, pad, messages, sender, master):
    """RFC 6101 sections 5.6.8 and 5.6.9: of CertificateVerify with no sender, of Finished with one."""
    inner = hashlib.new(algorithm, messages + sender + master + b"\x36" * pad).digest()
    return hashlib.new(algorithm, master + b"\x5c" * pad + inner).digest()


def read(text):
    """The blocks of a vector file, each a list of names and values."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [[tuple(line.split(" = ", 1)) for line in block.strip().splitlines()]
            for block in lines.split("\n\n") if block.strip()]
