#!/usr/bin/env python3
"""Writes export.txt: keys and IVs of the exportable suites at both versions.

RFC 6101 sections 6.2.2 and 6.2.2.1, RFC 2246 sections 5, 6.3 and 6.3.1 and the columns of their
appendices C, written down with Python's hashlib and hmac. Nothing is shared with the library. The
inputs are derived from labels by SHAKE-128, so the output is the same every time.
Usage: make_export.py > export.txt
"""
import hashlib
import hmac

HASH_SIZE = {"MD5": 16, "SHA": 20}

# The shapes of exportable suites: cipher, hash, limit of the key exchange in bits; then bytes of key
# material, of the final key and of IV. The 56-bit ones are of draft-ietf-tls-56-bit-ciphersuites, in
# which DES has 8 bytes of key material and is derived from them once more all the same.
SHAPES = [
    ("RC4_40", "MD5", 512, 5, 16, 0),
    ("RC2_CBC_40", "MD5", 512, 5, 16, 8),
    ("DES40_CBC", "SHA", 512, 5, 8, 8),
    ("RC4_56", "MD5", 1024, 7, 16, 0),
    ("RC4_56", "SHA", 1024, 7, 16, 0),
    ("RC2_CBC_56", "MD5", 1024, 7, 16, 8),
    ("DES_CBC", "SHA", 1024, 8, 8, 8),
]


def made(label, size):
    return hashlib.shake_128(("heirloom export: " + label).encode()).digest(size)


def md5(*parts):
    return hashlib.md5(b"".join(parts)).digest()


def sha(*parts):
    return hashlib.sha1(b"".join(parts)).digest()


def p_hash(name, secret, seed, size):
    out, a = b"", seed
    while len(out) < size:
        a = hmac.new(secret, a, name).digest()
        out += hmac.new(secret, a + seed, name).digest()
    return out[:size]


def prf(secret, label, seed, size):
    half = (len(secret) + 1) // 2
    seed = label.encode() + seed
    first = p_hash("md5", secret[:half], seed, size)
    second = p_hash("sha1", secret[len(secret) - half:], seed, size)
    return bytes(x ^ y for x, y in zip(first, second))


class Ssl30:
    name = "SSL 3.0"

    @staticmethod
    def key_block(master, client, server, size):
        block = b""
        for i in range(26):
            block += md5(master, sha(bytes([65 + i]) * (i + 1), master, server, client))
        return block[:size]

    @staticmethod
    def final_keys(client_key, server_key, client, server, size):
        return md5(client_key, client, server)[:size], md5(server_key, server, client)[:size]

    @staticmethod
    def ivs(client, server, size):
        return md5(client, server)[:size], md5(server, client)[:size]


class Tls10:
    name = "TLS 1.0"

    @staticmethod
    def key_block(master, client, server, size):
        return prf(master, "key expansion", server + client, size)

    @staticmethod
    def final_keys(client_key, server_key, client, server, size):
        return (prf(client_key, "client write key", client + server, size),
                prf(server_key, "server write key", client + server, size))

    @staticmethod
    def ivs(client, server, size):
        block = prf(b"", "IV block", client + server, 2 * size)
        return block[:size], block[size:]


def print_shape(version, shape, connection):
    cipher, hash_name, limit, material, key_size, iv_size = shape
    master = made(f"master {connection}", 48)
    client, server = made(f"client {connection}", 32), made(f"server {connection}", 32)
    mac = HASH_SIZE[hash_name]
    block = version.key_block(master, client, server, 2 * mac + 2 * material)
    client_key = block[2 * mac:2 * mac + material]
    server_key = block[2 * mac + material:]
    final_client, final_server = version.final_keys(client_key, server_key, client, server, key_size)
    client_iv, server_iv = version.ivs(client, server, iv_size)
    fields = {
        "name": f"{version.name} {cipher} {hash_name} of connection {connection}",
        "version": version.name, "cipher": cipher, "hash": hash_name, "export_limit_bits": limit,
        "master": master, "client_random": client, "server_random": server, "key_block": block,
        "client_mac": block[:mac], "server_mac": block[mac:2 * mac],
        "client_key_material": client_key, "server_key_material": server_key,
        "client_key": final_client, "server_key": final_server,
        "client_iv": client_iv, "server_iv": server_iv,
    }
    print()
    for key, value in fields.items():
        print(f"{key} = {value.hex() if isinstance(value, bytes) else value}")


def main():
    print("# Keys and IVs of exportable suites: RFC 6101 section 6.2.2.1, RFC 2246 section 6.3.1.")
    print("# Made by tests/vectors/derivation/make_export.py with Python's hashlib and hmac; nothing of")
    print("# this library took part. key_block is what the suite takes of it, to the byte.")
    for version in (Ssl30, Tls10):
        for shape in SHAPES:
            for connection in (1, 2):
                print_shape(version, shape, connection)


if __name__ == "__main__":
    main()
