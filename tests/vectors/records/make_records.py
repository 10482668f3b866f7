#!/usr/bin/env python3
"""Writes records.txt: protected records of every cipher with its hashes at both versions. With the argument
`compressed`, writes compressed.txt: the same for compressed records, with few ciphers.

An implementation of RFC 6101 section 5.2.3, RFC 2246 section 6.2.3 and RFC 7366 section 3 that shares nothing
with the library: MACs come from Python's hashlib and hmac, ciphers from the command `openssl enc` and, where
the library too has them from libcrypto's low-level functions or not from libcrypto, from libgcrypt; the
layout of records comes from this file. All inputs are derived from labels by SHAKE-128, so the output is
the same every time; with `compressed`, as long as zlib is. Usage: make_records.py [compressed] > FILE
"""

import hashlib
import hmac
import os
import struct
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import libgcrypt  # noqa: E402

# cipher and hash as they stand in names of suites, cipher of `openssl enc` or of libgcrypt, key bytes,
# block size (0: stream). Keys are what the cipher is keyed with: how the short ones of exportable suites
# grow is in ../derivation/export.txt.
SHAPES = [
    ("NULL", "MD5", None, 0, 0),
    ("NULL", "SHA", None, 0, 0),
    ("RC4_40", "MD5", "rc4", 16, 0),
    ("RC4_56", "MD5", "rc4", 16, 0),
    ("RC4_56", "SHA", "rc4", 16, 0),
    ("RC4_128", "MD5", "rc4", 16, 0),
    ("RC4_128", "SHA", "rc4", 16, 0),
    ("RC2_CBC_40", "MD5", "rc2", 16, 8),
    ("RC2_CBC_56", "MD5", "rc2", 16, 8),
    ("IDEA_CBC", "SHA", "idea", 16, 8),
    ("DES40_CBC", "SHA", "des-cbc", 8, 8),
    ("DES_CBC", "SHA", "des-cbc", 8, 8),
    ("3DES_EDE_CBC", "SHA", "des-ede3-cbc", 24, 8),
    ("AES_128_CBC", "SHA", "aes-128-cbc", 16, 16),
    ("AES_256_CBC", "SHA", "aes-256-cbc", 32, 16),
    ("CAMELLIA_128_CBC", "SHA", "camellia-128", 16, 16),
    ("CAMELLIA_256_CBC", "SHA", "camellia-256", 32, 16),
    ("SEED_CBC", "SHA", "seed", 16, 16),
]
HASHES = {"MD5": "md5", "SHA": "sha1"}
VERSIONS = [(0x0300, "SSL 3.0"), (0x0301, "TLS 1.0")]

# content type, plaintext bytes; the lengths are an empty fragment and some that end on either side
# of a hash block
RECORDS = [(22, 37), (23, 0), (23, 300), (21, 2), (23, 64)]


def derive(label, size):
    return hashlib.shake_128(("heirloom records: " + label).encode()).digest(size)


def mac_ssl30(name, secret, sequence, kind, plaintext):
    pads = 48 if name == "md5" else 40
    header = struct.pack(">QBH", sequence, kind, len(plaintext))
    inner = hashlib.new(name, secret + b"\x36" * pads + header + plaintext).digest()
    return hashlib.new(name, secret + b"\x5c" * pads + inner).digest()


def mac_tls10(name, secret, sequence, kind, plaintext):
    header = struct.pack(">QBHH", sequence, kind, 0x0301, len(plaintext))
    return hmac.new(secret, header + plaintext, name).digest()


def pad(version, data, block, label, longest):
    """Pads to a multiple of the block; returns data and padding."""
    least = block - 1 - len(data) % block
    if not longest:
        return data + bytes([least]) * (least + 1)
    if version == 0x0300:
        # any content, RFC 6101 section 5.2.3.2
        return data + derive(label + " padding", least) + bytes([least])
    length = least + (255 - least) // block * block
    return data + bytes([length]) * (length + 1)


def encrypt(cipher, key, iv, data):
    if cipher is None or not data:
        return data
    if cipher in libgcrypt.ALGORITHMS:
        return libgcrypt.encrypt(cipher, key, iv, data)
    command = ["openssl", "enc", "-e", "-" + cipher, "-nopad", "-K", key.hex(),
               "-provider", "default", "-provider", "legacy"]
    if iv:
        command += ["-iv", iv.hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def connection(version, version_name, shape):
    name, mac_name, cipher, key_size, block = shape
    hash_name = HASHES[mac_name]
    label = f"{version_name} RSA_WITH_{name}_{mac_name}"
    secret = derive(label + " mac_secret", hashlib.new(hash_name).digest_size)
    key = derive(label + " key", key_size)
    iv = derive(label + " iv", block)
    mac = mac_ssl30 if version == 0x0300 else mac_tls10

    # The last two records of a block cipher carry padding that a minimal sender would not choose.
    fragments = []
    for sequence, (kind, size) in enumerate(RECORDS):
        plaintext = derive(f"{label} plaintext {sequence}", size)
        fragment = plaintext + mac(hash_name, secret, sequence, kind, plaintext)
        is_minimal = block == 0 or sequence < 3
        if block:
            fragment = pad(version, fragment, block, f"{label} {sequence}", not is_minimal)
        fragments.append((kind, plaintext, fragment, is_minimal))

    # Key stream and chaining value run on from record to record, so one call encrypts them all.
    stream = encrypt(cipher, key, iv, b"".join(f[2] for f in fragments))
    print(f"\nname = {label}\nversion = 0x{version:04x}\ncipher = {name}\nhash = {mac_name}")
    print(f"mac_secret = {secret.hex()}\nkey = {key.hex()}\niv = {iv.hex()}")
    for kind, plaintext, fragment, is_minimal in fragments:
        ciphertext, stream = stream[:len(fragment)], stream[len(fragment):]
        header = struct.pack(">BHH", kind, version, len(ciphertext))
        print(f"type = {kind}\nplaintext = {plaintext.hex()}\n"
              f"padding = {'minimal' if is_minimal else 'other'}\n"
              f"record = {(header + ciphertext).hex()}")


def connection_encrypt_then_mac(shape):
    """RFC 7366 section 3 at TLS 1.0: the MAC is over the ciphertext and stands behind it."""
    name, mac_name, cipher, key_size, block = shape
    hash_name = HASHES[mac_name]
    label = f"encrypt-then-MAC TLS 1.0 RSA_WITH_{name}_{mac_name}"
    secret = derive(label + " mac_secret", hashlib.new(hash_name).digest_size)
    key = derive(label + " key", key_size)
    iv = derive(label + " iv", block)
    print(f"\nname = {label}\nversion = 0x0301\ncipher = {name}\nhash = {mac_name}")
    print("mac_order = encrypt_then_mac")
    print(f"mac_secret = {secret.hex()}\nkey = {key.hex()}\niv = {iv.hex()}")
    for sequence, (kind, size) in enumerate(RECORDS):
        plaintext = derive(f"{label} plaintext {sequence}", size)
        is_minimal = sequence < 3
        padded = pad(0x0301, plaintext, block, f"{label} {sequence}", not is_minimal)
        ciphertext = encrypt(cipher, key, iv, padded)
        iv = ciphertext[-block:]  # the last block of a record is the IV of the next
        fragment = ciphertext + mac_tls10(hash_name, secret, sequence, kind, ciphertext)
        print(f"type = {kind}\nplaintext = {plaintext.hex()}\n"
              f"padding = {'minimal' if is_minimal else 'other'}\n"
              f"record = {(struct.pack('>BHH', kind, 0x0301, len(fragment)) + fragment).hex()}")


def connection_compressed(version, version_name, shape):
    """RFC 3749: one zlib stream, every record flushed; then MAC and cipher as ever."""
    name, mac_name, cipher, key_size, block = shape
    hash_name = HASHES[mac_name]
    label = f"DEFLATE {version_name} RSA_WITH_{name}_{mac_name}"
    secret = derive(label + " mac_secret", hashlib.new(hash_name).digest_size)
    key = derive(label + " key", key_size)
    iv = derive(label + " iv", block)
    mac = mac_ssl30 if version == 0x0300 else mac_tls10
    stream = zlib.compressobj()
    fragments = []
    text = b"GET / HTTP/1.0\r\nHost: box.example\r\n\r\n"
    for sequence, (kind, plaintext) in enumerate([(22, derive(label, 36)), (23, text), (23, text * 50), (23, b""),
                                                  (21, b"\x01\x00")]):
        compressed = stream.compress(plaintext) + stream.flush(zlib.Z_SYNC_FLUSH)
        fragment = compressed + mac(hash_name, secret, sequence, kind, compressed)
        if block:
            fragment = pad(version, fragment, block, "", False)
        fragments.append((kind, plaintext, fragment))
    print(f"\nname = {label}\nversion = 0x{version:04x}\ncipher = {name}\nhash = {mac_name}")
    print("compression = deflate")
    print(f"mac_secret = {secret.hex()}\nkey = {key.hex()}\niv = {iv.hex()}")
    wire = encrypt(cipher, key, iv, b"".join(f[2] for f in fragments))
    for kind, plaintext, fragment in fragments:
        ciphertext, wire = wire[:len(fragment)], wire[len(fragment):]
        print(f"type = {kind}\nplaintext = {plaintext.hex()}\npadding = minimal\n"
              f"record = {(struct.pack('>BHH', kind, version, len(ciphertext)) + ciphertext).hex()}")


def main_compressed():
    print("# Compressed and protected records: RFC 3749, RFC 6101 section 5.2, RFC 2246 section 6.2.")
    print("# Made by tests/vectors/records/make_records.py compressed, with Python's zlib, hashlib and hmac and with")
    print("# `openssl enc`; nothing of this library took part.")
    for version, version_name in VERSIONS:
        for shape in SHAPES:
            if shape[:2] in [("RC4_128", "MD5"), ("AES_128_CBC", "SHA")]:
                connection_compressed(version, version_name, shape)


def main():
    openssl = subprocess.run(["openssl", "version"], capture_output=True, check=True, text=True)
    print("# Protected records: RFC 6101 section 5.2.3, RFC 2246 section 6.2.3, RFC 3268 section 3,")
    print("# RFC 7366 section 3 (mac_order = encrypt_then_mac).")
    print("# Made by tests/vectors/records/make_records.py with Python's hashlib and hmac and with")
    print(f"# {openssl.stdout.split('(')[0].strip()} (openssl enc) and libgcrypt {libgcrypt.VERSION}; nothing of this")
    print("# library took part.")
    print("# Records of one block follow each other under one key, sequence numbers from 0.")
    print("# padding: \"minimal\" is what a sender makes, \"other\" is allowed but longer (TLS 1.0) or of")
    print("# arbitrary content (SSL 3.0).")
    for version, version_name in VERSIONS:
        for shape in SHAPES:
            connection(version, version_name, shape)
    for shape in SHAPES:
        if shape[4]:
            connection_encrypt_then_mac(shape)


if __name__ == "__main__":
    if sys.argv[1:] == ["compressed"]:
        main_compressed()
    else:
        main()
