#!/usr/bin/env python3
"""Writes agreements.txt: Diffie-Hellman from the random bytes of both sides to the master secret.

RFC 6101 sections 6.1 and 6.1.2, RFC 2246 sections 8.1 and 8.1.2 and RFC 4492 section 5.10, with
Python's integers, hashlib and hmac; nothing is shared with the library. The shared values begin with
zero bytes, which count as deployed implementations have it: Z modulo a prime loses them, the x of a
point keeps them. Each block also has the master secret that the other way would give. All inputs are
derived from labels by SHAKE-128, so the output is the same every time.
Usage: make_agreements.py > agreements.txt
"""

import hashlib
import hmac

# The group of OpenSSL's s_server, 512 bits; RFC 2409 section 6.2, 1024 bits.
GROUPS = {
    512: "da583c16d9852289d0e4af756f4cca92dd4be533b804fb0fed94ef9c8a4403ed"
         "574650d36999db29d776276ba2d3d412e218f4dd1e084cf6d8003e7c4774e833",
    1024: "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
          "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
          "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
          "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
}
# secp256r1, SEC 2 section 2.4.2
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def made(label, size):
    return hashlib.shake_128(label.encode()).digest(size)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(number, point):
    result = None
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def ssl30_master(secret, seed):
    out = b""
    for i in range(3):
        inner = hashlib.sha1(bytes([65 + i]) * (i + 1) + secret + seed).digest()
        out += hashlib.md5(secret + inner).digest()
    return out


def p_hash(name, secret, seed, size):
    out, a = b"", seed
    while len(out) < size:
        a = hmac.new(secret, a, name).digest()
        out += hmac.new(secret, a + seed, name).digest()
    return out[:size]


def tls10_master(secret, seed):
    half = (len(secret) + 1) // 2
    first = p_hash("md5", secret[:half], b"master secret" + seed, 48)
    second = p_hash("sha1", secret[len(secret) - half:], b"master secret" + seed, 48)
    return bytes(x ^ y for x, y in zip(first, second))


def block(name, **fields):
    print(f"\nname = {name}")
    for key, value in fields.items():
        print(f"{key} = {value.hex() if isinstance(value, bytes) else value}")


def masters(premaster, other, seed):
    return {"premaster": premaster,
            "master_ssl30": ssl30_master(premaster, seed),
            "master_tls10": tls10_master(premaster, seed),
            "other_ssl30": ssl30_master(other, seed),
            "other_tls10": tls10_master(other, seed)}


def finite_field(bits, zeros):
    """The highest bit of an exponent is set. It has 240 bits where 2 generates a subgroup of prime
    order, and one bit less than p in the old group, where it does not (RFC 3526 section 8)."""
    p, size = int(GROUPS[bits], 16), bits // 8
    length = 511 if bits == 512 else 240
    exponent = lambda raw: int.from_bytes(raw, "big") % (1 << (length - 1)) | 1 << (length - 1)
    drawn = (length + 7) // 8
    name = f"DH {bits} bits, Z has {zeros} leading zero bytes"
    server_random_bytes = made(f"{name} server", drawn)
    ys = pow(2, exponent(server_random_bytes), p)
    attempt = 0
    while True:
        client_random_bytes = made(f"{name} client {attempt}", drawn)
        z = pow(ys, exponent(client_random_bytes), p).to_bytes(size, "big")
        if len(z) - len(z.lstrip(b"\0")) == zeros:
            break
        attempt += 1
    hellos = made(f"{name} hellos", 64)
    number = lambda value: value.to_bytes((value.bit_length() + 7) // 8, "big")
    block(name, kind="dh", bits=bits, client_exponent=client_random_bytes,
          server_exponent=server_random_bytes,
          yc=number(pow(2, exponent(client_random_bytes), p)), ys=number(ys), z=z, hellos=hellos,
          **masters(z.lstrip(b"\0"), z, hellos))


def curve(zeros):
    """The private number is what is drawn modulo n - 1, plus 1 (FIPS 186-4 B.4.1), of 40 bytes."""
    name = f"ECDH secp256r1, x has {zeros} leading zero bytes"
    number = lambda raw: int.from_bytes(raw, "big") % (N - 1) + 1
    encoded = lambda point: b"\4" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")
    server_random_bytes = made(f"{name} server", 40)
    server_point = times(number(server_random_bytes), G)
    attempt = 0
    while True:
        client_random_bytes = made(f"{name} client {attempt}", 40)
        x = times(number(client_random_bytes), server_point)[0].to_bytes(32, "big")
        if len(x) - len(x.lstrip(b"\0")) == zeros:
            break
        attempt += 1
    hellos = made(f"{name} hellos", 64)
    block(name, kind="ecdh", bits=256, client_exponent=client_random_bytes,
          server_exponent=server_random_bytes, yc=encoded(times(number(client_random_bytes), G)),
          ys=encoded(server_point), z=x, hellos=hellos, **masters(x, x.lstrip(b"\0"), hellos))


print("# Agreements whose shared value has leading zeros, as far as the master secret.")
print("# Made by make_agreements.py, which says how.")
for size, count in ((512, 0), (512, 1), (512, 2), (1024, 0), (1024, 1)):
    finite_field(size, count)
for count in (0, 1):
    curve(count)
