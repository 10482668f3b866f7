#!/usr/bin/env python3
"""Writes dh.txt, ecdh.txt and signatures.txt: vectors of Diffie-Hellman, elliptic curves and DSA.

Usage: make_asymmetric.py FOLDER, with FOLDER the directory `asymmetric` of the test vectors that the
Python package "cryptography" ships (Debian: python3-cryptography-vectors). From there come NIST's
validation files (CAVS 11.0 and 11.1) and RFC 5114. What no published vector covers is computed here
with Python's integers: the primes of RFC 2409 and RFC 3526 from their formulas, agreements in every
known group, and agreements on the curves that NIST does not have (their parameters as the openssl
command prints them, the arithmetic below).
"""

import hashlib
import pathlib
import random
import re
import subprocess
import sys

source = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent
chance = random.Random(2246)

CURVES = {"P-192": "secp192r1", "P-224": "secp224r1", "P-256": "secp256r1", "P-384": "secp384r1",
          "P-521": "secp521r1", "K-256": "secp256k1"}
FIELD = {"secp160k1": 20, "secp160r1": 20, "secp160r2": 20, "secp192k1": 24, "secp192r1": 24,
         "secp224k1": 28, "secp224r1": 28, "secp256k1": 32, "secp256r1": 32, "secp384r1": 48,
         "secp521r1": 66}


def number(value):
    digits = f"{value:x}"
    return digits if len(digits) % 2 == 0 else "0" + digits


def fixed(value, size):
    """At least `size` bytes; more where a file has a number out of range."""
    return number(value).rjust(2 * size, "0")


def write(name, header, blocks):
    lines = [f"# {line}".rstrip() for line in header]
    for block in blocks:
        lines.append("")
        lines += [f"{key} = {value}" for key, value in block.items()]
    (here / name).write_text("\n".join(lines) + "\n")


def cases(path):
    """Yields (section, fields) of each case of a NIST file. Fields stay until a later case has others:
    so the domain before the first case of a section is part of each."""
    section, fields, is_open = "", {}, False
    for line in path.read_text().splitlines() + [""]:
        heading = re.match(r"\[(.*)\]", line)
        pair = re.match(r"(\w+)\s*=\s*(.*)", line)
        if heading:
            section, fields = heading[1], {}
        elif pair:
            fields[pair[1]] = pair[2].strip()
            is_open = is_open or pair[1] in ("Z", "S", "Result")
        elif is_open:
            yield section, dict(fields)
            is_open = False


def outcome(result):
    """What a test must see; None for mistakes in the tested side's own key."""
    if result.startswith("P"):
        return "agrees"
    if "CAVS" in result:
        return "refused"
    return "differs" if "Z changed" in result else None


# --- finite fields

def pi_bits(bits):
    """floor(2^bits * pi), by Machin's formula with 64 guard bits."""
    one = 1 << (bits + 64)

    def arctan_inverse(n):
        total = term = one // n
        k = 3
        sign = -1
        while term:
            term //= n * n
            total += sign * (term // k)
            sign, k = -sign, k + 2
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239)) >> 64


DOCUMENTS = [("RFC 2409 section 6.1", 768, 149686), ("RFC 2409 section 6.2", 1024, 129093),
             ("RFC 3526 section 2", 1536, 741804), ("RFC 3526 section 3", 2048, 124476),
             ("RFC 3526 section 4", 3072, 1690314), ("RFC 3526 section 5", 4096, 240904)]
SERVERS = [
    ("OpenSSL apps/s_server.c, dh512_p",
     "da583c16d9852289d0e4af756f4cca92dd4be533b804fb0fed94ef9c8a4403ed"
     "574650d36999db29d776276ba2d3d412e218f4dd1e084cf6d8003e7c4774e833"),
    ("Apache mod_ssl 2.0, named so by nmap's ssl-dh-params",
     "d4bcd52406f69b35994b88de5db89682c8157f62d8f33633ee5772f11f05ab22"
     "d6b5145b9f241e5acc31ff090a4bc71148976f76795094e71e7903529f5a824b"),
    ("Apache mod_ssl 2.2, named so by nmap's ssl-dh-params",
     "9fdb8b8a004544f0045f1737d0ba2e0b274cdf1a9f588218fb435316a16e3741"
     "71fd19d8d8f37c39bf863fd60e3e300680a3030c6e4c3757d08f70e6aa871033"),
]


def known_groups():
    for name, prime in SERVERS:
        p = int(prime, 16)
        yield name, p, 0
    for name, bits, constant in DOCUMENTS:
        p = 2**bits - 2**(bits - 64) - 1 + 2**64 * (pi_bits(bits - 130) + constant)
        yield name, p, (p - 1) // 2


def dh_blocks():
    for name, p, q in known_groups():
        block = {"kind": "known", "name": name, "p": number(p), "g": "02"}
        if q:
            block["q"] = number(q)
        yield block
        for zeros in (0, 1):  # one agreement as it comes, one with a leading zero byte in Z
            size = (p.bit_length() + 7) // 8
            largest = min(p // 2, 1 << 512)
            x = chance.randrange(2, largest)
            while True:
                peer = pow(2, chance.randrange(2, largest), p)
                z = pow(peer, x, p)
                if (z >> (8 * size - 8) == 0) == (zeros == 1):
                    break
            yield {"kind": "agreement", "name": f"{name}, Z has {zeros} leading zero bytes",
                   "p": number(p), "g": "02", "x": number(x), "y": number(pow(2, x, p)),
                   "peer": number(peer), "z": fixed(z, size), "outcome": "agrees"}
    for file, origin in (("DH/RFC5114.txt", "RFC 5114 "),
                         ("DH/KASValidityTest_FFCStatic_NOKC_ZZOnly_init.fax", "CAVS ")):
        for section, case in cases(source / file):
            result = outcome(case.get("Result", ""))
            if result is None or "XstatIUT" not in case or "Result" not in case:
                continue
            values = {key: int(case[key], 16) for key in
                      ("P", "Q", "G", "XstatIUT", "YstatIUT", "YstatCAVS", "Z")}
            yield {"kind": "agreement",
                   "name": f"{origin}{section}, case {case['COUNT']} {case['Result']}",
                   "p": number(values["P"]), "q": number(values["Q"]), "g": number(values["G"]),
                   "x": number(values["XstatIUT"]), "y": number(values["YstatIUT"]),
                   "peer": number(values["YstatCAVS"]),
                   "z": fixed(values["Z"], (values["P"].bit_length() + 7) // 8),
                   "outcome": result}


# --- elliptic curves

def explicit(curve):
    """p, a, b, generator and order as the openssl command prints them."""
    text = subprocess.run(["openssl", "ecparam", "-name", curve, "-param_enc", "explicit", "-text",
                           "-noout"], check=True, capture_output=True, text=True).stdout
    fields = {}
    for line in text.splitlines():
        heading = re.match(r"([A-Z][\w() ]*):\s*(\d*)", line)
        if heading:
            key = heading[1]
            fields[key] = f"{int(heading[2]):x}" if heading[2] else ""  # a small one, in decimal
        elif fields:
            fields[key] += line.strip().replace(":", "")
    generator = fields["Generator (uncompressed)"][2:]
    half = len(generator) // 2
    return (int(fields["Prime"], 16), int(fields["A"], 16), int(fields["B"], 16),
            (int(generator[:half], 16), int(generator[half:], 16)), int(fields["Order"], 16))


def multiply(p, a, scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = add(p, a, result, point)
        point = add(p, a, point, point)
        scalar >>= 1
    return result


def add(p, a, one, two):
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if (one[1] + two[1]) % p == 0:
            return None
        slope = (3 * one[0] ** 2 + a) * pow(2 * one[1], -1, p)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, p)
    x = (slope * slope - one[0] - two[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


def point_text(x, y, size):
    return "04" + fixed(x, size) + fixed(y, size)


def ecdh_blocks():
    letters = {"EA": "P-192", "EB": "P-224", "EC": "P-256", "ED": "P-384", "EE": "P-521"}
    for section, case in cases(source / "ECDH/KASValidityTest_ECCStaticUnified_NOKC_ZZOnly_init.fax"):
        result = outcome(case.get("Result", ""))
        if result is None or "dsIUT" not in case:
            continue
        curve = CURVES[letters[section[:2]]]
        size = FIELD[curve]
        values = {key: int(case[key], 16) for key in
                  ("dsIUT", "QsIUTx", "QsIUTy", "QsCAVSx", "QsCAVSy", "Z")}
        yield {"kind": "agreement", "name": f"CAVS case {case['COUNT']} {case['Result']}",
               "curve": curve, "private": number(values["dsIUT"]),
               "point": point_text(values["QsIUTx"], values["QsIUTy"], size),
               "peer": point_text(values["QsCAVSx"], values["QsCAVSy"], size),
               "z": fixed(values["Z"], size), "outcome": result}
    for section, case in cases(source / "ECDSA/FIPS_186-3/PKV.rsp"):
        if section not in CURVES or "Result" not in case:
            continue
        size = FIELD[CURVES[section]]
        yield {"kind": "point", "name": f"CAVS PKV {case['Result']}", "curve": CURVES[section],
               "peer": point_text(int(case["Qx"], 16), int(case["Qy"], 16), size),
               "outcome": "agrees" if case["Result"].startswith("P") else "refused"}
    # The only published agreement on one of the curves below NIST's: SECG's GEC 2, ECDH on secp160r1.
    p, a, b, generator, _ = explicit("secp160r1")
    x = 0x49b41e0e9c0369c2328739d90f63d56707c6e5bc  # compressed there: 03, so y is odd
    y = pow(x ** 3 + a * x + b, (p + 1) // 4, p)
    yield {"kind": "agreement", "name": "GEC 2", "curve": "secp160r1",
           "private": "aa374ffc3ce144e6b073307972cb6d57b2a4e982",
           "point": point_text(*multiply(p, a, 0xaa374ffc3ce144e6b073307972cb6d57b2a4e982, generator),
                               20),
           "peer": point_text(x, y if y % 2 else p - y, 20),
           "z": "ca7c0f8c3ffa87a96e1b74ac8e6af594347bb40a", "outcome": "agrees"}
    for curve in ("secp160k1", "secp160r1", "secp160r2", "secp192k1", "secp224k1", "secp256k1"):
        p, a, _, generator, order = explicit(curve)
        size = FIELD[curve]
        for zeros in (0, 1):
            own = chance.randrange(1, order)
            while True:
                peer = multiply(p, a, chance.randrange(1, order), generator)
                z = multiply(p, a, own, peer)[0]
                if (z >> (8 * size - 8) == 0) == (zeros == 1):
                    break
            yield {"kind": "agreement", "name": f"computed, Z has {zeros} leading zero bytes",
                   "curve": curve, "private": number(own),
                   "point": point_text(*multiply(p, a, own, generator), size),
                   "peer": point_text(*peer, size), "z": fixed(z, size), "outcome": "agrees"}


# --- signatures

def digest(case, name):
    return hashlib.new(name.replace("-", "").lower(), bytes.fromhex(case["Msg"])).hexdigest()


def signature_blocks():
    for section, case in cases(source / "DSA/FIPS_186-3/SigVer.rsp"):
        if not section.endswith("SHA-1") or "R" not in case:
            continue
        yield {"kind": "dsa", "name": f"CAVS {section} {case['Result']}",
               **{key.lower(): number(int(case[key], 16)) for key in "PQGYRS"},
               "digest": digest(case, "sha-1"),
               "accepted": "yes" if case["Result"].startswith("P") else "no"}
    for file in ("ECDSA/FIPS_186-3/SigVer.rsp", "ECDSA/SECP256K1/SigGen.txt"):
        kept = 0
        for section, case in cases(source / file):
            curve, hash_name = (section.split(",") + [""])[:2]
            if curve not in CURVES or hash_name != "SHA-1" or "R" not in case:
                continue
            kept += 1
            if curve == "K-256" and kept > 5:
                continue
            size = FIELD[CURVES[curve]]
            yield {"kind": "ecdsa", "name": f"CAVS {section} {case.get('Result', 'generated')}",
                   "curve": CURVES[curve],
                   "point": point_text(int(case["Qx"], 16), int(case["Qy"], 16), size),
                   "r": number(int(case["R"], 16)), "s": number(int(case["S"], 16)),
                   "digest": digest(case, "sha-1"),
                   "accepted": "no" if case.get("Result", "P").startswith("F") else "yes"}


ORIGIN = ["Made by tests/vectors/crypto/make_asymmetric.py; where each block comes from is in its name.",
          "CAVS: NIST's validation files, as Debian's python3-cryptography-vectors 38.0.4 has them."]
write("dh.txt", ["Diffie-Hellman groups and agreements.", *ORIGIN,
                 "Known groups and the agreements in them are computed with Python's integers."],
      dh_blocks())
write("ecdh.txt", ["Elliptic curve agreements and points.", *ORIGIN], ecdh_blocks())
write("signatures.txt", ["DSA and ECDSA signatures over SHA-1 digests.", *ORIGIN], signature_blocks())
