#!/usr/bin/env python3
"""make_test_pki_rules.py: adds the certificates and revocation lists for the rules about paths (name
constraints, revocation, MD2, encodings that are no good DER) to those that make_test_pki.sh has made,
whose `ca` and `intermediate` sign them.

Keys, certificates and lists are the openssl command's (3.0 or later). It makes no MD2 and no broken
encoding: there the bytes are changed here and signed again with that command; MD2 is libnettle's. What
it makes is committed, so tests never need to run this. Keys are new at every run;
tests/vectors/certificates/README.md says what each name is for.
"""

import base64
import ctypes
import os
import pathlib
import subprocess
import tempfile

out = pathlib.Path(__file__).parent.parent / "tests/vectors/certificates"
scratch = tempfile.TemporaryDirectory()
work = pathlib.Path(scratch.name)
os.environ["OPENSSL_CONF"] = "/dev/null"

FROM, UNTIL = "20000101000000Z", "20991231235959Z"
HOSTS = "DNS:localhost,DNS:box.heirloom.test,DNS:*.rack.heirloom.test,IP:127.0.0.1,IP:::1"
AUTHORITY = ("basicConstraints = critical,CA:TRUE", "keyUsage = critical,keyCertSign,cRLSign",
             "subjectKeyIdentifier = hash")
SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
MD2_WITH_RSA = bytes.fromhex("06092a864886f70d010102")
MD2_DIGEST_INFO = bytes.fromhex("3020300c06082a864886f70d020205000410")
serial = 0x3000


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


def configuration(lines=()):
    path = work / "ca.cnf"
    text = ["[ca]", "default_ca = authority", "[authority]", f"database = {work}/index",
            f"serial = {work}/serial", f"new_certs_dir = {work}", "unique_subject = no",
            "policy = anything", "default_crl_days = 1", "[anything]", "organizationName = optional",
            "organizationalUnitName = optional", "commonName = optional", "[extensions]", *lines]
    path.write_text("\n".join(text) + "\n")
    return path


def certify(target, subject, issuer, *extensions):
    """A key of 1024 bits and a certificate from `issuer`, signed with SHA-1."""
    global serial
    serial += 1
    (work / "serial").write_text(f"{serial:04x}\n")
    (work / "index").write_text("")
    openssl("genrsa", "-traditional", "-out", out / f"{target}.key", "1024")
    request = work / "request.pem"
    openssl("req", "-new", "-key", out / f"{target}.key", "-sha1", "-subj", subject,
            "-config", request_configuration(), "-out", request)
    openssl("ca", "-batch", "-config", configuration(extensions), "-cert", out / f"{issuer}.crt",
            "-keyfile", out / f"{issuer}.key", "-extensions", "extensions", "-md", "sha1", "-notext",
            "-preserveDN", "-startdate", FROM, "-enddate", UNTIL, "-in", request,
            "-out", out / f"{target}.crt")
    write_chain(target, issuer)
    return serial


def request_configuration():
    path = work / "request.cnf"
    path.write_text("[req]\ndistinguished_name=name\n[name]\n")
    return path


def leaf(target, issuer="ca", names=HOSTS):
    return certify(target, f"/O=Heirloom tests/OU={target}/CN=localhost", issuer,
                   f"subjectAltName = {names}")


def write_chain(target, issuer):
    (out / f"{target}.chain").write_text((out / f"{target}.crt").read_text() +
                                         (out / f"{issuer}.chain").read_text())


def revocation_list(file, issuer, revoked=(), key=None, digest="sha1", since=FROM, until=UNTIL,
                    form="PEM"):
    """A list of `issuer` that names these serial numbers, revoked on 2005-06-07 08:09:10."""
    (work / "index").write_text("".join(
        f"R\t991231235959Z\t050607080910Z,keyCompromise\t{number:04X}\tunknown\t/CN=x\n"
        for number in revoked))
    (work / "index.attr").unlink(missing_ok=True)
    openssl("ca", "-config", configuration(), "-gencrl", "-cert", out / f"{issuer}.crt",
            "-keyfile", out / f"{key or issuer}.key", "-md", digest, "-crl_lastupdate", since,
            "-crl_nextupdate", until, "-out", work / "list.pem")
    openssl("crl", "-in", work / "list.pem", "-outform", form, "-out", out / file)


def serial_of(name):
    text = openssl("x509", "-in", out / f"{name}.crt", "-noout", "-serial").decode()
    return int(text.strip().partition("=")[2], 16)


# --- certificates that are changed and signed again

def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def element(data):
    """The first DER element and what follows it."""
    size, header = data[1], 2
    if size & 0x80:
        header += size & 0x7F
        size = int.from_bytes(data[2:header], "big")
    return data[:header + size], data[header + size:], data[header:header + size]


def body_of(name):
    whole = openssl("x509", "-in", out / f"{name}.crt", "-outform", "DER")
    return element(element(whole)[2])[0]


def sign_again(target, issuer, body, algorithm, signature):
    whole = der(0x30, body, der(0x30, algorithm, b"\x05\x00"), der(0x03, b"\0", signature))
    text = base64.b64encode(whole).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    (out / f"{target}.crt").write_text("-----BEGIN CERTIFICATE-----\n" + "\n".join(lines) +
                                       "\n-----END CERTIFICATE-----\n")
    write_chain(target, issuer)


def replaced(body, old, new):
    assert len(old) == len(new) and body.count(old) == 1, (old, body.count(old))
    return body.replace(old, new)


def odd_leaf(target, change):
    """A leaf whose body is changed and signed by `ca` all the same."""
    number = leaf(target)
    body = change(body_of(target), number)
    (work / "body").write_bytes(body)
    signature = openssl("dgst", "-sha1", "-sign", out / "ca.key", work / "body")
    sign_again(target, "ca", body, SHA1_WITH_RSA, signature)


def md2(data):
    library = ctypes.CDLL("libnettle.so.8")
    context, digest = ctypes.create_string_buffer(512), ctypes.create_string_buffer(16)
    library.nettle_md2_init(context)
    library.nettle_md2_update(context, ctypes.c_size_t(len(data)), data)
    library.nettle_md2_digest(context, ctypes.c_size_t(16), digest)
    return digest.raw


assert md2(b"abc").hex() == "da853b0d3f88d99b30283a69e6ded6bb"  # RFC 1319 appendix A.5


def md2_leaf(target):
    leaf(target)
    body = replaced(body_of(target), SHA1_WITH_RSA, MD2_WITH_RSA)
    (work / "digest").write_bytes(MD2_DIGEST_INFO + md2(body))
    signature = openssl("pkeyutl", "-sign", "-inkey", out / "ca.key", "-in", work / "digest",
                        "-pkeyopt", "rsa_padding_mode:pkcs1")
    sign_again(target, "ca", body, MD2_WITH_RSA, signature)


def serial_field(number):
    return bytes([2, 2]) + number.to_bytes(2, "big")


FIRST_DATE = b"\x17\x0d000101000000Z"

md2_leaf("rsa1024-md2")
odd_leaf("padded-serial", lambda body, number: replaced(body, serial_field(number),
                                                        b"\x02\x02\x00\x31"))
odd_leaf("no-date", lambda body, number: replaced(body, FIRST_DATE, b"\x04" + FIRST_DATE[1:]))
odd_leaf("negative-serial", lambda body, number: replaced(body, serial_field(number),
                                                          b"\x02\x02\xcf\x01"))
odd_leaf("month-13", lambda body, number: replaced(body, FIRST_DATE, b"\x17\x0d001301000000Z"))

# --- name constraints

certify("constrained-ca", "/O=Heirloom tests/CN=Constrained CA", "ca", *AUTHORITY,
        "nameConstraints = critical,permitted;DNS:heirloom.test,excluded;DNS:secret.heirloom.test")
leaf("constrained", "constrained-ca", "DNS:box.heirloom.test")
leaf("constrained-outside", "constrained-ca", "DNS:box.heirloom.test,DNS:elsewhere.test")
leaf("constrained-excluded", "constrained-ca", "DNS:box.secret.heirloom.test")
certify("constrained-no-san", "/O=Heirloom tests/CN=elsewhere.test", "constrained-ca",
        "basicConstraints = CA:FALSE")

# --- revocation

certify("revoked-ca", "/O=Heirloom tests/CN=Revoked CA", "ca", *AUTHORITY)
leaf("from-revoked-ca", "revoked-ca")
leaf("chained-revoked", "intermediate")
revocation_list("intermediate.crl", "intermediate", [serial_of("chained-revoked")])
revocation_list("revoked-ca.crl", "revoked-ca")
revocation_list("ca-authorities.crl", "ca", [serial_of("revoked"), serial_of("revoked-ca")],
                form="DER")
revocation_list("ca-md5.crl", "ca", digest="md5")
revocation_list("ca-future.crl", "ca", since="20900101000000Z")
# A list in the name of `ca` that somebody else has signed.
openssl("req", "-new", "-x509", "-config", request_configuration(), "-key", out / "other-ca.key",
        "-subj", "/O=Heirloom tests/CN=Heirloom test CA", "-out", work / "impostor.crt")
(work / "impostor.key").write_text((out / "other-ca.key").read_text())
out_of_lists, out = out, work
revocation_list("ca-forged.crl", "impostor")
out = out_of_lists
(out / "ca-forged.crl").write_bytes((work / "ca-forged.crl").read_bytes())

for path in out.glob("*.key"):
    path.chmod(0o644)  # they guard nothing, and every test may read them
