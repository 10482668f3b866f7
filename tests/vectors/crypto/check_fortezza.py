#!/usr/bin/env python3
"""Computes every vector of fortezza.txt anew, and then makes sure that a wrong one would be seen.

It computes with fortezza.py, which shares nothing with the library. Each value that is computed is also altered by
one bit, and must then be refused. usage: check_fortezza.py [FILE]
"""
import hashlib
import pathlib
import sys

from fortezza import F, cbc, derive, domain_digest, kea_mix, read, record_mac, skipjack, unskipjack, unwrap, wrap, xor

kVectors = 50  # of the file: none is left out unseen


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


def domain(v):
    digest = domain_digest(*(int(v[name], 16) for name in "pqg"))
    return {"parameters_sha": digest, "identifier": xor(digest[:10], digest[10:])}


def record(v):
    b = {name: bytes.fromhex(value) for name, value in v.items() if name not in ("kind", "source", "name", "type")}
    master = derive(b["premaster"], b["client_random"] + b["server_random"], 48)
    block = derive(master, b["server_random"] + b["client_random"], 40)
    mac = record_mac(block[20:], 0, int(v["type"]), b["data"])
    content = b["data"] + mac
    padding = 7 - len(content) % 8
    plaintext = b["prefix"] + content + bytes(padding) + bytes([padding])
    return {"master": master, "key_block": block, "mac": mac, "fragment": cbc(b["server_key"], b["own_iv"], plaintext)}


def skipjack_vector(key, plaintext):
    ciphertext = skipjack(key, plaintext)
    assert unskipjack(key, ciphertext) == plaintext
    return {"ciphertext": ciphertext}


def wrap_vector(wrapping, key):
    wrapped = wrap(wrapping, key)
    assert unwrap(wrapping, wrapped) == (key, True)
    return {"wrapped": wrapped}


def compute(v):
    b = {name: bytes.fromhex(v[name]) for name in ("key", "iv", "plaintext", "wrapping", "v1", "v2") if name in v}
    return {"skipjack": lambda: skipjack_vector(b["key"], b["plaintext"]),
            "cbc": lambda: {"ciphertext": cbc(b["key"], b["iv"], b["plaintext"])},
            "wrap": lambda: wrap_vector(b["wrapping"], b["key"]),
            "kea_mix": lambda: {"token_key": kea_mix(b["v1"], b["v2"])},
            "kea": lambda: kea(v), "domain": lambda: domain(v), "record": lambda: record(v)}[v["kind"]]()


def problems_of(vector):
    return [f"{vector['kind']} {vector.get('name', '')}: {name} is {vector[name]}, computed {value.hex()}"
            for name, value in compute(vector).items() if bytes.fromhex(vector[name]) != value]


def altered(vector, name):
    value = bytes.fromhex(vector[name])
    return {**vector, name: (value[:-1] + bytes([value[-1] ^ 1])).hex()}


def main():
    file = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("fortezza.txt")
    vectors = [dict(block) for block in read(pathlib.Path(file).read_text())]
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
