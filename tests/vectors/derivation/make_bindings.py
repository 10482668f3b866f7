#!/usr/bin/env python3
"""Writes bindings.txt: what TLS 1.0 computes for RFC 7627 and RFC 5705.

The extended master secret of RFC 7627 section 4, whose session hash is that of RFC 2246 section
7.4.9, and the keying material of RFC 5705 section 4, with Python's hashlib and the command
`openssl kdf TLS1-PRF`; the PRF is also written down here with hmac, and both must agree. Nothing is
shared with the library. All inputs are derived from labels by SHAKE-128, so the output is the same
every time. Usage: make_bindings.py > bindings.txt
"""

import hashlib
import hmac
import struct
import subprocess

from make_vectors import block, made, openssl_prf


def p_hash(name, secret, seed, size):
    out, a = b"", seed
    while len(out) < size:
        a = hmac.new(secret, a, name).digest()
        out += hmac.new(secret, a + seed, name).digest()
    return out[:size]


def prf(secret, label, seed, size):
    half = (len(secret) + 1) // 2
    seed_with_label = label.encode() + seed
    pairs = zip(p_hash("md5", secret[:half], seed_with_label, size),
                p_hash("sha1", secret[-half:], seed_with_label, size))
    out = bytes(a ^ b for a, b in pairs)
    assert out == openssl_prf(secret, label, seed, size)
    return out


def extended_master_secret(number, premaster_size, messages_size):
    premaster = made(f"premaster {number}", premaster_size)
    messages = made(f"messages {number}", messages_size)
    session_hash = hashlib.md5(messages).digest() + hashlib.sha1(messages).digest()
    block(name=f"extended master secret from {premaster_size} and {messages_size} bytes",
          kind="extended_master_secret",
          premaster=premaster,
          messages=messages,
          master=prf(premaster, "extended master secret", session_hash, 48))


def keying_material(number, label, context, size):
    master = made(f"master {number}", 48)
    client, server = made(f"client {number}", 32), made(f"server {number}", 32)
    fields = {"name": f"{size} bytes for {label}, "
                      + ("no context" if context is None else f"{len(context)} bytes of context"),
              "kind": "keying_material", "master": master, "client_random": client,
              "server_random": server, "label": label}
    seed = client + server
    if context is not None:
        fields["context"] = context
        seed += struct.pack(">H", len(context)) + context
    block(**fields, output=prf(master, label, seed, size))


def main():
    openssl = subprocess.run(["openssl", "version"], check=True, capture_output=True, text=True).stdout.split(" (")[0]
    print("# The extended master secret and exported keying material of TLS 1.0.")
    print(f"# Made by make_bindings.py with Python's hashlib and hmac and with {openssl.strip()}.")
    for number, (premaster, messages) in enumerate([(48, 300), (128, 5000), (32, 64), (66, 1), (1, 0)]):
        extended_master_secret(number, premaster, messages)
    contexts = [None, b"", made("context", 1), made("context", 300), made("context", 900)]
    for number, context in enumerate(contexts):
        keying_material(number, "EXPORTER-heirloom-test", context, 40)
    for number, size in enumerate([1, 16, 20, 32, 33, 1000]):
        keying_material(100 + number, "EXPORTER_DTLS_SRTP", None, size)


if __name__ == "__main__":
    main()
