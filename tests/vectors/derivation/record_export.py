#!/usr/bin/env python3
"""Writes export_recorded.txt: connections with exportable suites between two processes of an old Node
(OpenSSL 1.0.1), as they stood on the wire, with the secrets that the RSA key of the server gives.

What the server's 512-bit certificate key of tests/vectors/certificates decrypts is known to whoever has
that key, so the master secret is computed here with hashlib and hmac. Randoms differ each time: the file
is a recording. It needs tests/interop/fetch_peers. Usage: record_export.py > export_recorded.txt
"""
import hashlib
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))

from harness import wire  # noqa: E402
from make_export import SHAPES, prf  # noqa: E402

NODE = [os.path.join(ROOT, "build/peers/old_node/bin/node"), "--enable-ssl3",
        os.path.join(ROOT, "tests/interop/drivers/node_peer.js")]
CERTIFICATE = os.path.join(ROOT, "tests/vectors/certificates/rsa512")
OPENSSL_NAMES = {"RC4_40": "EXP-RC4-MD5", "RC2_CBC_40": "EXP-RC2-CBC-MD5", "DES40_CBC": "EXP-DES-CBC-SHA"}
VERSIONS = {"ssl3": "SSL 3.0", "tls1": "TLS 1.0"}
TEXTS = {wire.CLIENT: b"the client's forty-bit request" * 2, wire.SERVER: b"the server's forty-bit reply" * 2}


def record(version, cipher, folder):
    files = {}
    for side, text in TEXTS.items():
        files[side] = os.path.join(folder, str(side))
        with open(files[side], "wb") as file:
            file.write(text)

    def command(role, port, sends, expects):
        return NODE + [role, f"port={port}", f"version={version}", f"cipher={OPENSSL_NAMES[cipher]}",
                       f"key={CERTIFICATE}.key", f"certificate={CERTIFICATE}.chain",
                       f"send={files[sends]}", f"expect={len(TEXTS[expects])}", "no_ticket=1"]

    server = subprocess.Popen(command("server", 0, wire.SERVER, wire.CLIENT), stdout=subprocess.PIPE,
                              text=True)
    recorder = wire.Recorder()
    recorder.target = int(server.stdout.readline().split()[1])
    subprocess.run(command("client", recorder.port, wire.CLIENT, wire.SERVER), check=True, timeout=20,
                   stdout=subprocess.DEVNULL)
    server.wait(20)
    return recorder.finish()[0]


def encrypted_part(recording, side):
    """The records behind change_cipher_spec."""
    stream = b"".join(data for each, data in recording.chunks if each == side)
    at, is_encrypted, records = 0, False, b""
    while at < len(stream):
        end = at + 5 + int.from_bytes(stream[at + 3:at + 5], "big")
        if is_encrypted:
            records += stream[at:end]
        is_encrypted = is_encrypted or stream[at] == wire.CHANGE_CIPHER_SPEC
        at = end
    return records


def master_secret(version, premaster, client, server):
    if version == "tls1":
        return prf(premaster, "master secret", client + server, 48)
    rounds = (bytes([65 + i]) * (i + 1) + premaster + client + server for i in range(3))
    return b"".join(hashlib.md5(premaster + hashlib.sha1(each).digest()).digest() for each in rounds)


def print_connection(version, shape, folder):
    cipher, hash_name, limit = shape[:3]
    recording = record(version, cipher, folder)
    connection = wire.read_connection(recording)
    client = connection.client.body(wire.CLIENT_HELLO)[2:34]
    server = connection.server.body(wire.SERVER_HELLO)[2:34]
    exchange = connection.client.body(16)[2 if version == "tls1" else 0:]
    premaster = subprocess.run(["openssl", "pkeyutl", "-decrypt", "-inkey", CERTIFICATE + ".key"],
                               input=exchange, stdout=subprocess.PIPE, check=True).stdout
    fields = {
        "name": f"{VERSIONS[version]} {cipher} {hash_name}",
        "version": VERSIONS[version], "cipher": cipher, "hash": hash_name, "export_limit_bits": limit,
        "suite": connection.suite,
        "master": master_secret(version, premaster, client, server),
        "client_random": client, "server_random": server,
        "client_records": encrypted_part(recording, wire.CLIENT),
        "server_records": encrypted_part(recording, wire.SERVER),
        "client_text": TEXTS[wire.CLIENT], "server_text": TEXTS[wire.SERVER],
    }
    print()
    for key, value in fields.items():
        print(f"{key} = {value.hex() if isinstance(value, bytes) else value}")


def main():
    version = subprocess.run(NODE[:1] + ["-p", "process.versions.openssl"], stdout=subprocess.PIPE,
                             text=True, check=True).stdout.strip()
    print("# Recorded by tests/vectors/derivation/record_export.py: what two processes of OpenSSL")
    print(f"# {version} said to each other with exportable suites, from their Finished on. The master")
    print("# secret was computed with Python's hashlib and hmac; nothing of this library took part.")
    with tempfile.TemporaryDirectory() as folder:
        for each in VERSIONS:
            for shape in SHAPES:
                if shape[0] in OPENSSL_NAMES:
                    print_connection(each, shape, folder)


if __name__ == "__main__":
    main()
