#!/usr/bin/env python3
"""make_test_pki_kinds.py: adds the certificates of the other key kinds (DSA, DH, EC) to those that
make_test_pki.sh has made, whose `ca` signs some of them.

Keys and signatures are the openssl command's (3.0 or later, with its legacy provider); the
certificates are put together here, because that command signs no request for a key that cannot sign
itself. What it makes is committed, so tests never need to run this. Keys are new at every run;
tests/vectors/certificates/README.md says what each name is for.
"""

import base64
import os
import pathlib
import secrets
import subprocess
import tempfile

out = pathlib.Path(__file__).parent.parent / "tests/vectors/certificates"
scratch = tempfile.TemporaryDirectory()
work = pathlib.Path(scratch.name)
os.environ["OPENSSL_CONF"] = "/dev/null"

# group of the s_server of OpenSSL, 512 bits; RFC 2409 section 6.2, 1024 bits
DH_PRIMES = {
    512: "da583c16d9852289d0e4af756f4cca92dd4be533b804fb0fed94ef9c8a4403ed"
         "574650d36999db29d776276ba2d3d412e218f4dd1e084cf6d8003e7c4774e833",
    1024: "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
          "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
          "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
          "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
}


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, check=True,
                          capture_output=True).stdout


# --- DER

def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts):
    return der(0x30, *parts)


def integer(value):
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    body = bytearray([40 * first + second])
    for arc in rest:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | (arc & 0x7F))
        body += bytes(reversed(digits))
    return der(0x06, bytes(body))


def name(**parts):
    kinds = {"O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}
    return sequence(*(der(0x31, sequence(oid(kinds[key]), der(0x13, value.encode())))
                      for key, value in parts.items()))


def pem(label, body):
    text = base64.b64encode(body).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return f"-----BEGIN {label}-----\n" + "\n".join(lines) + f"\n-----END {label}-----\n"


# --- keys

def genpkey(target, *arguments):
    openssl("genpkey", *arguments, "-out", out / f"{target}.key")


def dsa_parameters(bits):
    path = work / f"dsa{bits}.param"
    if not path.exists():
        openssl("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", f"dsa_paramgen_bits:{bits}",
                "-pkeyopt", "dsa_paramgen_q_bits:160", "-pkeyopt", "dsa_paramgen_md:SHA1",
                "-out", path)
    return path


def dh_parameters(bits, generator=2):
    path = work / f"dh{bits}-g{generator}.param"
    path.write_text(pem("DH PARAMETERS",
                        sequence(integer(int(DH_PRIMES[bits], 16)), integer(generator))))
    return path


def x942_parameters():
    path = work / "x942.param"
    if not path.exists():
        openssl("genpkey", "-genparam", "-algorithm", "DHX", "-pkeyopt", "dh_paramgen_type:1",
                "-pkeyopt", "dh_paramgen_prime_len:1024", "-pkeyopt", "dh_paramgen_subprime_len:160",
                "-out", path)
    return path


def dsa512_key(target):
    """Put together here: libcrypto 3.0 makes parameters of 512 bits, and uses such keys, but no longer
    makes the key."""
    body = base64.b64decode("".join(dsa_parameters(512).read_text().splitlines()[1:-1]))
    numbers, at = [], 2 if body[1] < 128 else 3
    while at < len(body):
        size = body[at + 1]
        numbers.append(int.from_bytes(body[at + 2:at + 2 + size], "big"))
        at += 2 + size
    p, q, g = numbers
    x = secrets.randbelow(q - 1) + 1
    key = sequence(*map(integer, (0, p, q, g, pow(g, x, p), x)))
    (out / f"{target}.key").write_text(pem("DSA PRIVATE KEY", key))


def make_key(target, kind):
    if kind == "dsa512":
        return dsa512_key(target)
    if kind.startswith("dsa"):
        genpkey(target, "-paramfile", dsa_parameters(int(kind[3:])))
    elif kind == "x942":
        genpkey(target, "-paramfile", x942_parameters())
    elif kind == "dh1024-g5":
        genpkey(target, "-paramfile", dh_parameters(1024, 5))
    elif kind.startswith("dh"):
        genpkey(target, "-paramfile", dh_parameters(int(kind[2:])))
    else:
        genpkey(target, "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}",
                "-pkeyopt", "ec_param_enc:named_curve")


# --- certificates

AUTHORITIES = {"ca": "Heirloom test CA", "dsa-ca": "Heirloom DSA CA", "ec-ca": "Heirloom EC CA"}
SIGNATURES = {"ca": "1.2.840.113549.1.1.5", "dsa-ca": "1.2.840.10040.4.3",
              "ec-ca": "1.2.840.10045.4.1"}  # with SHA-1: RSA, DSA, ECDSA
USAGES = {"digitalSignature": 0x80, "keyEncipherment": 0x20, "keyAgreement": 0x08,
          "keyCertSign": 0x04, "cRLSign": 0x02}
serial = 0x2000


def extension(number, critical, body):
    return sequence(oid(number), der(0x01, b"\xff") if critical else b"", der(0x04, body))


def key_usage(names):
    bits = sum(USAGES[name] for name in names)
    unused = (bits & -bits).bit_length() - 1
    return extension("2.5.29.15", True, der(0x03, bytes([unused, bits])))


def host_names():
    names = [der(0x82, host.encode())
             for host in ("localhost", "box.heirloom.test", "*.rack.heirloom.test")]
    names += [der(0x87, bytes([127, 0, 0, 1])), der(0x87, bytes(15) + b"\x01")]
    return extension("2.5.29.17", False, sequence(*names))


def certify(target, subject, issuer, extensions):
    global serial
    serial += 1
    algorithm = sequence(oid(SIGNATURES[issuer]), der(0x05) if issuer == "ca" else b"")
    body = sequence(
        der(0xA0, integer(2)), integer(serial), algorithm,
        name(O="Heirloom tests", CN=AUTHORITIES[issuer]) if issuer != "ca" else issuer_of_ca(),
        sequence(der(0x17, b"000101000000Z"), der(0x18, b"20991231235959Z")), subject,
        openssl("pkey", "-in", out / f"{target}.key", "-pubout", "-outform", "DER"),
        der(0xA3, sequence(*extensions)))
    (work / "body").write_bytes(body)
    signature = openssl("dgst", "-sha1", "-sign", out / f"{issuer}.key", work / "body")
    text = pem("CERTIFICATE", sequence(body, algorithm, der(0x03, b"\0", signature)))
    (out / f"{target}.crt").write_text(text)
    chain = "" if issuer == target else (out / f"{issuer}.chain").read_text()
    (out / f"{target}.chain").write_text(text + chain)


def issuer_of_ca():
    """The subject of ca.crt as it stands there."""
    whole = openssl("x509", "-in", out / "ca.crt", "-outform", "DER")
    # It signed itself, so issuer and subject are the same bytes, and nothing else begins like them.
    size = len(name(O="Heirloom tests", CN=AUTHORITIES["ca"]))
    start = whole.index(oid("2.5.4.10")) - 6
    found = whole[start:start + size]
    assert found[0] == 0x30 and found[1] == size - 2 and whole.count(found) == 2
    return found


def authority(target, kind):
    make_key(target, kind)
    certify(target, name(O="Heirloom tests", CN=AUTHORITIES[target]), target,
            [extension("2.5.29.19", True, sequence(der(0x01, b"\xff"))),
             key_usage(["keyCertSign", "cRLSign"])])


def leaf(target, kind, issuer, *usage):
    make_key(target, kind)
    common_name = "A Client" if target.startswith("client") else "localhost"
    certify(target, name(O="Heirloom tests", OU=target, CN=common_name), issuer,
            [host_names()] + ([key_usage(usage)] if usage else []))


authority("dsa-ca", "dsa1024")
authority("ec-ca", "P-256")

leaf("dsa512", "dsa512", "ca")
leaf("dsa1024-dsa", "dsa1024", "dsa-ca", "digitalSignature")
leaf("dsa-no-signature", "dsa1024", "ca", "keyAgreement")
for suffix, issuer in (("", "ca"), ("-dsa", "dsa-ca")):
    for bits in (512, 1024):
        leaf(f"dh{bits}{suffix}", f"dh{bits}", issuer)
        leaf(f"client-dh{bits}{suffix}", f"dh{bits}", issuer)
leaf("dh1024-x942", "x942", "ca", "keyAgreement")
leaf("client-dh1024-x942", "x942", "ca", "keyAgreement")
leaf("dh-no-agreement", "dh1024", "ca", "digitalSignature")
leaf("ec384", "P-384", "ca", "digitalSignature")
leaf("ec521", "P-521", "ca", "digitalSignature")
leaf("ec256-ec", "P-256", "ec-ca", "digitalSignature")
leaf("ec-no-signature", "P-256", "ca", "keyAgreement")
leaf("client-dsa", "dsa1024", "ca", "digitalSignature")
leaf("client-dsa-dsa", "dsa1024", "dsa-ca", "digitalSignature")
leaf("client-ec", "P-256", "ec-ca", "digitalSignature")
leaf("client-dh1024-g5", "dh1024-g5", "ca")

# The forms of a key's file, under the passphrase "heirloom": PEM's own encryption, PKCS#5 version 1,
# PKCS#12's, and the traditional form of DSA.
old = ("-provider", "legacy", "-provider", "default", "-passout", "pass:heirloom")
openssl("rsa", "-traditional", "-in", out / "rsa1024.key", "-des", *old,
        "-out", out / "rsa1024-des.key")
openssl("dsa", "-in", out / "dsa1024.key", "-des", *old, "-out", out / "dsa1024-des.key")
openssl("ec", "-in", out / "ec256.key", "-des3", "-passout", "pass:heirloom",
        "-out", out / "ec256-des3.key")
for target, scheme in (("rsa1024", "PBE-MD5-DES"), ("dsa1024", "PBE-SHA1-RC2-64"),
                       ("ec256", "PBE-SHA1-RC2-40"), ("dh1024", "PBE-MD5-RC2-64"),
                       ("dh512", "PBE-SHA1-3DES")):
    openssl("pkcs8", "-topk8", "-v1", scheme, "-in", out / f"{target}.key", *old,
            "-out", out / f"{target}-{scheme.lower()}.key")
openssl("pkcs8", "-topk8", "-nocrypt", "-in", out / "ec256.key", "-out", out / "ec256-pkcs8.key")
genpkey("ed25519", "-algorithm", "ED25519")
genpkey("ec-brainpool", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1")
for path in out.glob("*.key"):
    path.chmod(0o644)  # they guard nothing, and every test may read them
