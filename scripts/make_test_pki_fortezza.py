#!/usr/bin/env python3
"""make_test_pki_fortezza.py: adds certificates with KEA keys (RFC 3279 section 2.3.4) to those that
make_test_pki_kinds.py has made, whose `dsa-ca` signs them.

Keys and signatures are the openssl command's (3.0 or later). That command knows no KEA: a key is one of
X9.42 Diffie-Hellman, and the certificates are put together here. What it makes is committed, so tests
never need to run this. Keys are new at every run; tests/vectors/certificates/README.md says what each
name is for.
"""

import base64
import hashlib
import os
import pathlib
import subprocess
import tempfile

out = pathlib.Path(__file__).parent.parent / "tests/vectors/certificates"
scratch = tempfile.TemporaryDirectory()
work = pathlib.Path(scratch.name)
os.environ["OPENSSL_CONF"] = "/dev/null"

ISSUER = "dsa-ca"
KEY_EXCHANGE_ALGORITHM = bytes.fromhex("0609608648016502010116")  # 2.16.840.1.101.2.1.1.22
DSA = bytes.fromhex("06072a8648ce380401")
DSA_WITH_SHA1 = bytes.fromhex("300906072a8648ce380403")
KEY_USAGE, ALTERNATIVE_NAMES = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d11")
HOSTS = ("localhost", "box.heirloom.test")
DATES = ("20000101000000Z", "20991231235959Z")
# Bits of keyUsage, the first one the highest (RFC 2459 section 4.2.1.3).
AGREEMENT, SIGNATURE, BOTH_ONLY = "00001", "1", "000010011"
serial = 0x4000


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def elements(data):
    """The DER elements one after the other: whole, and content."""
    found = []
    while data:
        size, header = data[1], 2
        if size & 0x80:
            header += size & 0x7F
            size = int.from_bytes(data[2:header], "big")
        found.append((data[:header + size], data[header:header + size]))
        data = data[header + size:]
    return found


def pem(label, body):
    text = base64.b64encode(body).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return f"-----BEGIN {label}-----\n" + "\n".join(lines) + f"\n-----END {label}-----\n"


def other_domain():
    """A domain as DSA makes it, also as a file of Diffie-Hellman, in which the order stands last."""
    domain = out / "kea-other-domain.pem"
    openssl("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024",
            "-pkeyopt", "dsa_paramgen_q_bits:160", "-out", domain)
    body = base64.b64decode("".join(domain.read_text().splitlines()[1:-1]))
    p, q, g = (whole for whole, _ in elements(elements(body)[0][1]))
    path = work / "other.param"
    path.write_text(pem("X9.42 DH PARAMETERS", der(0x30, p, g, q)))
    return "-paramfile", path


def public_key(target):
    """SubjectPublicKeyInfo of RFC 3279 section 2.3.4 from one of section 2.3.3 or 2.3.2."""
    info = openssl("pkey", "-in", out / f"{target}.key", "-pubout", "-outform", "DER")
    (_, algorithm), (_, bits) = elements(elements(info)[0][1])
    (kind, _), (_, parameters) = elements(algorithm)
    p, second, third = (whole for whole, _ in elements(parameters)[:3])
    q, g = (second, third) if kind == DSA else (third, second)
    value = int.from_bytes(elements(bits[1:])[0][1], "big").to_bytes(128, "big")
    digest = hashlib.sha1(der(0x30, p, q, g)).digest()
    domain = bytes(a ^ b for a, b in zip(digest[:10], digest[10:]))
    return der(0x30, der(0x30, KEY_EXCHANGE_ALGORITHM, der(0x04, domain)),
               der(0x03, b"\0", value))


def name(common_name, unit):
    parts = ((10, "Heirloom tests"), (11, unit), (3, common_name))
    return der(0x30, *(der(0x31, der(0x30, bytes([6, 3, 0x55, 4, number]), der(0x13, text.encode())))
                       for number, text in parts))


def extensions(hosts, usage):
    bits = usage.ljust(-len(usage) % 8 + len(usage), "0")
    usage_bits = bytes([len(bits) - len(usage)]) + int(bits, 2).to_bytes(len(bits) // 8, "big")
    names = der(0x30, *(der(0x82, host.encode()) for host in hosts))
    return der(0xA3, der(0x30, der(0x30, ALTERNATIVE_NAMES, der(0x04, names)),
                         der(0x30, KEY_USAGE, b"\x01\x01\xff", der(0x04, der(0x03, usage_bits)))))


def leaf(target, usage=AGREEMENT, group=("-algorithm", "DHX", "-pkeyopt", "group:dh_1024_160"),
         common_name="localhost", hosts=HOSTS, dates=DATES):
    global serial
    serial += 1
    openssl("genpkey", *group, "-out", out / f"{target}.key")
    (out / f"{target}.key").chmod(0o644)  # it guards nothing, and every test may read it
    issuer = openssl("x509", "-in", out / f"{ISSUER}.crt", "-outform", "DER")
    issuer_name = elements(elements(elements(issuer)[0][1])[0][1])[5][0]
    validity = der(0x30, *(der(0x18, date.encode()) for date in dates))
    body = der(0x30, der(0xA0, b"\x02\x01\x02"), der(0x02, serial.to_bytes(2, "big")), DSA_WITH_SHA1,
               issuer_name, validity, name(common_name, target), public_key(target),
               extensions(hosts, usage))
    (work / "body").write_bytes(body)
    signature = openssl("dgst", "-sha1", "-sign", out / f"{ISSUER}.key", work / "body")
    text = pem("CERTIFICATE", der(0x30, body, DSA_WITH_SHA1, der(0x03, b"\0", signature)))
    (out / f"{target}.crt").write_text(text)
    (out / f"{target}.chain").write_text(text + (out / f"{ISSUER}.chain").read_text())


OTHER = other_domain()
leaf("kea")
leaf("client-kea", common_name="A Client")
leaf("kea-other-domain", group=OTHER)
leaf("client-kea-other-domain", group=OTHER, common_name="A Client")
leaf("kea-dsa-key", group=("-paramfile", out / "kea-other-domain.pem"))
leaf("kea-no-agreement", usage=SIGNATURE)
leaf("kea-both-only", usage=BOTH_ONLY)
leaf("kea-expired", dates=("20000101000000Z", "20091231235959Z"))
leaf("kea-wrong-name", common_name="elsewhere.heirloom.test", hosts=("elsewhere.heirloom.test",))
