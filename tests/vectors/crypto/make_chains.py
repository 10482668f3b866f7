#!/usr/bin/env python3
"""Writes chains.txt: several blocks in CBC mode under the ciphers of which published vectors have one
block only, by libgcrypt, which shares no code with libcrypto and Crypto++. Keys and data are derived
from labels by SHAKE-128, so the output is the same every time. Usage: make_chains.py > chains.txt
"""
import hashlib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import libgcrypt  # noqa: E402

# kind of the vector, cipher, bytes of key, bytes of a block
CIPHERS = [("rc2_cbc", "rc2", 16, 8), ("idea_cbc", "idea", 16, 8), ("seed_cbc", "seed", 16, 16),
           ("camellia_128_cbc", "camellia-128", 16, 16), ("camellia_256_cbc", "camellia-256", 32, 16)]


def made(label, size):
    return hashlib.shake_128(("heirloom chains: " + label).encode()).digest(size)


def main():
    print("# Chains of eight blocks in CBC mode. Made by tests/vectors/crypto/make_chains.py with")
    print(f"# libgcrypt {libgcrypt.VERSION}; nothing of this library took part.")
    for kind, cipher, key_size, block in CIPHERS:
        key, iv = made(kind + " key", key_size), made(kind + " iv", block)
        plaintext = made(kind + " plaintext", 8 * block)
        print(f"\nkind = {kind}\nkey = {key.hex()}\niv = {iv.hex()}\nplaintext = {plaintext.hex()}")
        print(f"ciphertext = {libgcrypt.encrypt(cipher, key, iv, plaintext).hex()}")


if __name__ == "__main__":
    main()
