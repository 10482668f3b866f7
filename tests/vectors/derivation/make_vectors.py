#!/usr/bin/env python3
"""Writes derivation.txt: what each version computes from its secrets.

RFC 6101 sections 5.2.3.1, 5.6.8, 5.6.9, 6.1 and 6.2.2 written down with Python's hashlib, and RFC
2246 sections 5, 6.2.3.1, 6.3, 7.4.8, 7.4.9 and 8.1 with hashlib, hmac and, for the PRF, the command
`openssl kdf TLS1-PRF`. Nothing is shared with the library. All inputs are derived from labels by
SHAKE-128, so the output is the same every time. Usage: make_vectors.py > derivation.txt
"""

import hashlib
import hmac
import struct
import subprocess

VERSIONS = ("SSL 3.0", "TLS 1.0")
HASHES = {"MD5": ("md5", 16, 48), "SHA": ("sha1", 20, 40)}

# name, hash, bytes of key, bytes of IV: RFC 2246 appendix C, RFC 3268, RFC 4132, RFC 4162
SUITES = [
    ("RSA_WITH_NULL_MD5", "MD5", 0, 0),
    ("RSA_WITH_NULL_SHA", "SHA", 0, 0),
    ("RSA_WITH_RC4_128_MD5", "MD5", 16, 0),
    ("RSA_WITH_RC4_128_SHA", "SHA", 16, 0),
    ("RSA_WITH_IDEA_CBC_SHA", "SHA", 16, 8),
    ("RSA_WITH_DES_CBC_SHA", "SHA", 8, 8),
    ("RSA_WITH_3DES_EDE_CBC_SHA", "SHA", 24, 8),
    ("RSA_WITH_AES_128_CBC_SHA", "SHA", 16, 16),
    ("RSA_WITH_AES_256_CBC_SHA", "SHA", 32, 16),
    ("RSA_WITH_CAMELLIA_128_CBC_SHA", "SHA", 16, 16),
    ("RSA_WITH_CAMELLIA_256_CBC_SHA", "SHA", 32, 16),
    ("RSA_WITH_SEED_CBC_SHA", "SHA", 16, 16),
]


def made(label, size):
    return hashlib.shake_128(label.encode()).digest(size)


def md5(data):
    return hashlib.md5(data).digest()


def sha(data):
    return hashlib.sha1(data).digest()


def openssl_prf(secret, label, seed, size):
    command = ["openssl", "kdf", "-keylen", str(size), "-kdfopt", "digest:MD5-SHA1"]
    command += ["-kdfopt", f"hexsecret:{secret.hex()}" if secret else "secret:"]
    command += ["-kdfopt", f"seed:{label}", "-kdfopt", f"hexseed:{seed.hex()}", "TLS1-PRF"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return bytes.fromhex(shown.strip().replace(":", ""))


def ssl30_expand(secret, seed, size):
    out = b""
    for i in range(26):
        out += md5(secret + sha(bytes([65 + i]) * (i + 1) + secret + seed))
    return out[:size]


def master_secret(version, premaster, client, server):
    if version == "SSL 3.0":
        return ssl30_expand(premaster, client + server, 48)
    return openssl_prf(premaster, "master secret", client + server, 48)


def key_block(version, master, client, server, size):
    if version == "SSL 3.0":
        return ssl30_expand(master, server + client, size)
    return openssl_prf(master, "key expansion", server + client, size)


def ssl30_handshake_hash(messages, sender, master):
    return b"".join(
        hashlib.new(name, master + b"\x5c" * pad + hashlib.new(name, messages + sender + master + b"\x36" * pad).digest()).digest()
        for name, _, pad in HASHES.values()
    )


def finished(version, messages, master, side):
    if version == "SSL 3.0":
        return ssl30_handshake_hash(messages, b"CLNT" if side == "client" else b"SRVR", master)
    return openssl_prf(master, side + " finished", md5(messages) + sha(messages), 12)


def certificate_verify(version, messages, master):
    if version == "SSL 3.0":
        return ssl30_handshake_hash(messages, b"", master)
    return md5(messages) + sha(messages)


def record_mac(version, hash_name, secret, number, kind, fragment):
    name, _, pad = HASHES[hash_name]
    if version == "SSL 3.0":
        header = struct.pack(">QBH", number, kind, len(fragment))
        inner = hashlib.new(name, secret + b"\x36" * pad + header + fragment).digest()
        return hashlib.new(name, secret + b"\x5c" * pad + inner).digest()
    header = struct.pack(">QBBBH", number, kind, 3, 1, len(fragment))
    return hmac.new(secret, header + fragment, name).digest()


def block(**fields):
    print()
    for key, value in fields.items():
        print(f"{key} = {value.hex() if isinstance(value, bytes) else value}")


def main():
    openssl = subprocess.run(["openssl", "version"], check=True, capture_output=True, text=True).stdout.split(" (")[0]
    print("# Key derivation, Finished, CertificateVerify and record MACs of both versions.")
    print("# Made by tests/vectors/derivation/make_vectors.py with Python's hashlib and hmac and with")
    print(f"# {openssl} (openssl kdf TLS1-PRF); nothing of this library took part.")

    for size in (0, 1, 2, 5, 47, 48, 100, 128, 129, 257):
        secret, seed = made(f"prf secret {size}", size), made(f"prf seed {size}", 40)
        block(name=f"PRF with a secret of {size} bytes", kind="prf", secret=secret, label="slithy toves",
              seed=seed, output=openssl_prf(secret, "slithy toves", seed, 80))

    for version in VERSIONS:
        for size in (48, 1, 63, 64, 65, 128, 256):
            premaster = made(f"premaster {size}", size)
            client, server = made(f"client random {size}", 32), made(f"server random {size}", 32)
            block(name=f"{version} master secret of {size} bytes of premaster", kind="master_secret", version=version,
                  premaster=premaster, client_random=client, server_random=server,
                  master=master_secret(version, premaster, client, server))

        master, client, server = made("master", 48), made("client", 32), made("server", 32)
        for size in (1, 16, 40, 104, 136):
            block(name=f"{version} key block of {size} bytes", kind="key_block", version=version, master=master,
                  client_random=client, server_random=server,
                  key_block=key_block(version, master, client, server, size))

        for suite, hash_name, key_size, iv_size in SUITES:
            sizes = [HASHES[hash_name][1]] * 2 + [key_size] * 2 + [iv_size] * 2
            material = key_block(version, master, client, server, sum(sizes))
            parts = [material[sum(sizes[:i]):sum(sizes[:i + 1])] for i in range(6)]
            names = ("client_mac", "server_mac", "client_key", "server_key", "client_iv", "server_iv")
            block(name=f"{version} keys of {suite}", kind="traffic_keys", version=version, suite=suite, master=master,
                  client_random=client, server_random=server, **dict(zip(names, parts)))

        for size in (0, 4, 55, 64, 1000):
            messages = made(f"messages {size}", size)
            block(name=f"{version} proofs over {size} bytes of handshake", kind="proofs", version=version,
                  messages=messages, master=master,
                  client_finished=finished(version, messages, master, "client"),
                  server_finished=finished(version, messages, master, "server"),
                  certificate_verify=certificate_verify(version, messages, master))

        for hash_name, (_, hash_size, _) in HASHES.items():
            for number, kind, size in ((0, 22, 16), (1, 23, 0), (0x0102030405060708, 21, 2), (2**64 - 1, 23, 300)):
                secret, fragment = made(f"mac secret {hash_name}", hash_size), made(f"fragment {size}", size)
                block(name=f"{version} {hash_name} MAC of {size} bytes", kind="record_mac", version=version,
                      hash=hash_name, mac_secret=secret, sequence_number=number, type=kind, fragment=fragment,
                      mac=record_mac(version, hash_name, secret, number, kind, fragment))


if __name__ == "__main__":
    main()
