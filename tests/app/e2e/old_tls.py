"""The key derivation, MACs and ciphers of SSL 3.0 and TLS 1.0, written from RFC 6101 and RFC 2246 for these tests
alone: hashlib, hmac, and for block ciphers the openssl command, libgcrypt where that has none without its legacy
provider, and for SKIPJACK tests/vectors/crypto/fortezza.py. Shares nothing with the program."""
import hashlib
import hmac
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TOP, "tests", "vectors"))

sys.path.insert(0, os.path.join(TOP, "tests", "vectors", "crypto"))

import fortezza  # noqa: E402
import libgcrypt  # noqa: E402

SSL3, TLS1 = "SSL 3.0", "TLS 1.0"
PAD_SIZE = {"MD5": 48, "SHA": 40}
HASH = {"MD5": hashlib.md5, "SHA": hashlib.sha1}

# Name in suites: (bytes of key material, bytes of key, bytes of IV and block, name for openssl or libgcrypt). DES is
# 3DES with three equal keys, which openssl has without its legacy provider.
CIPHERS = {
    "NULL": (0, 0, 0, None),
    "RC4_40": (5, 16, 0, None),
    "RC4_56": (7, 16, 0, None),
    "RC4_128": (16, 16, 0, None),
    "RC2_CBC_40": (5, 16, 8, "rc2"),
    "RC2_CBC_56": (7, 16, 8, "rc2"),
    "IDEA_CBC": (16, 16, 8, "idea"),
    "DES40_CBC": (5, 8, 8, "des-ede3-cbc"),
    "DES_CBC": (8, 8, 8, "des-ede3-cbc"),
    "3DES_EDE_CBC": (24, 24, 8, "des-ede3-cbc"),
    "AES_128_CBC": (16, 16, 16, "aes-128-cbc"),
    "AES_256_CBC": (32, 32, 16, "aes-256-cbc"),
    "CAMELLIA_128_CBC": (16, 16, 16, "camellia-128-cbc"),
    "CAMELLIA_256_CBC": (32, 32, 16, "camellia-256-cbc"),
    "SEED_CBC": (16, 16, 16, "seed"),
    "FORTEZZA_CBC": (0, 10, 8, None),
}
# Their keys and IVs are carried by the ClientKeyExchange, so nothing of the key_block is for them (RFC 6101 D.5).
CARRIED = {"FORTEZZA_CBC"}


def ssl3_ladder(secret, seed, size):
    """RFC 6101 §6.1 and §6.2.2."""
    out = b""
    for i in range((size + 15) // 16):
        letters = bytes([ord("A") + i]) * (i + 1)
        out += hashlib.md5(secret + hashlib.sha1(letters + secret + seed).digest()).digest()
    return out[:size]


def p_hash(name, secret, seed, size):
    out, a = b"", seed
    while len(out) < size:
        a = hmac.new(secret, a, name).digest()
        out += hmac.new(secret, a + seed, name).digest()
    return out[:size]


def prf(secret, label, seed, size):
    """RFC 2246 §5."""
    half = (len(secret) + 1) // 2
    md5 = p_hash("md5", secret[:half], label + seed, size)
    sha = p_hash("sha1", secret[len(secret) - half:], label + seed, size)
    return bytes(x ^ y for x, y in zip(md5, sha))


def master_secret(version, premaster, client_random, server_random):
    if version == SSL3:
        return ssl3_ladder(premaster, client_random + server_random, 48)
    return prf(premaster, b"master secret", client_random + server_random, 48)


def key_block(version, master, client_random, server_random, size):
    if version == SSL3:
        return ssl3_ladder(master, server_random + client_random, size)
    return prf(master, b"key expansion", server_random + client_random, size)


def partition(block, mac_size, key_size, iv_size):
    """The parts of a key_block by name, in order (RFC 6101 §6.2.2, RFC 2246 §6.3); those of no size are left out."""
    parts = {}
    for name, size in (("MAC_secret", mac_size), ("key", key_size), ("IV", iv_size)):
        for end in ("client", "server"):
            if size:
                parts[f"{end}_write_{name}"] = block[:size]
            block = block[size:]
    assert block == b"", "the key_block is longer than its parts"
    return parts


def exportable_values(version, parts, key_size, iv_size, client_random, server_random):
    """RFC 6101 §6.2.2.1, RFC 2246 §6.3.1."""
    keys = parts["client_write_key"], parts["server_write_key"]
    both, reverse = client_random + server_random, server_random + client_random
    if version == SSL3:
        final = [hashlib.md5(keys[0] + both).digest(), hashlib.md5(keys[1] + reverse).digest()]
        ivs = [hashlib.md5(both).digest(), hashlib.md5(reverse).digest()]
    else:
        final = [prf(keys[0], b"client write key", both, key_size), prf(keys[1], b"server write key", both, key_size)]
        block = prf(b"", b"IV block", both, 2 * iv_size)
        ivs = [block[:iv_size], block[iv_size:]]
    values = {"client_write_key": final[0][:key_size], "server_write_key": final[1][:key_size]}
    if iv_size:
        values |= {"client_write_IV": ivs[0][:iv_size], "server_write_IV": ivs[1][:iv_size]}
    return values


def traffic_values(version, suite, master, client_random, server_random):
    """key_block and what is made of it, for a suite as `heirloom suites --json` has it."""
    material, key_size, iv_size, _ = CIPHERS[suite["cipher"]]
    mac_size = HASH[suite["mac"]]().digest_size
    is_exportable = "_EXPORT" in suite["iana_name"]
    iv_in_block = 0 if is_exportable or suite["cipher"] in CARRIED else iv_size
    block = key_block(version, master, client_random, server_random, 2 * (mac_size + material + iv_in_block))
    parts = partition(block, mac_size, material, iv_in_block)
    if is_exportable:
        parts |= exportable_values(version, parts, key_size, iv_size, client_random, server_random)
    return {"key_block": block} | parts


def verify_data(version, master, end, messages):
    if version == TLS1:
        seed = hashlib.md5(messages).digest() + hashlib.sha1(messages).digest()
        return prf(master, end.encode() + b" finished", seed, 12)
    sender = {"client": b"CLNT", "server": b"SRVR"}[end]
    out = b""
    for name in ("MD5", "SHA"):
        pad_1, pad_2 = b"\x36" * PAD_SIZE[name], b"\x5c" * PAD_SIZE[name]
        inner = HASH[name](messages + sender + master + pad_1).digest()
        out += HASH[name](master + pad_2 + inner).digest()
    return out


def record_mac(version, mac, secret, sequence_number, record_type, plaintext):
    length = len(plaintext).to_bytes(2, "big")
    if version == TLS1:
        head = sequence_number + bytes([record_type, 3, 1]) + length
        return hmac.new(secret, head + plaintext, HASH[mac]).digest()
    pad_1, pad_2 = b"\x36" * PAD_SIZE[mac], b"\x5c" * PAD_SIZE[mac]
    inner = HASH[mac](secret + pad_1 + sequence_number + bytes([record_type]) + length + plaintext).digest()
    return HASH[mac](secret + pad_2 + inner).digest()


def rc4(key, data):
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def encrypt(cipher, key, iv, data):
    """All records of one direction, one after the other: CBC chains and RC4's key stream run on between them."""
    if cipher == "NULL":
        return data
    if cipher.startswith("RC4_"):
        return rc4(key, data)
    if cipher == "FORTEZZA_CBC":
        return fortezza.cbc(key, iv[-8:], data)
    if cipher in ("DES40_CBC", "DES_CBC"):
        key = key * 3
    name = CIPHERS[cipher][3]
    if name in libgcrypt.ALGORITHMS:
        return libgcrypt.encrypt(name, key, iv, data)
    return subprocess.run(
        ["openssl", "enc", "-" + name, "-K", key.hex(), "-iv", iv.hex(), "-nopad"],
        input=data, capture_output=True, check=True,
    ).stdout
