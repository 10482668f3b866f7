#!/usr/bin/env python3
"""make_test_pki_ocsp.py: adds OCSP responses, and the responders that sign them, to the certificates that
make_test_pki.sh and make_test_pki_rules.py have made.

Keys, certificates and responses are the openssl command's (3.0 or later). It makes responses of now only:
the dates are changed here and the response is signed again with that command. What it makes is committed, so
tests never need to run this. tests/vectors/certificates/README.md says what each name is for.
"""

import os
import pathlib
import re
import subprocess
import tempfile

out = pathlib.Path(__file__).parent.parent / "tests/vectors/certificates"
scratch = tempfile.TemporaryDirectory()
work = pathlib.Path(scratch.name)
os.environ["OPENSSL_CONF"] = "/dev/null"

FROM, UNTIL = "20000101000000Z", "20991231235959Z"
REVOKED = "20050607080910Z"
DATE = re.compile(rb"\x18\x0f(\d{14}Z)")
serial = 0x4000


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


def responder(target, issuer, purpose="OCSPSigning", until=UNTIL, usage="digitalSignature", bits=1024):
    """A key and a certificate from `issuer`, signed with SHA-1."""
    global serial
    serial += 1
    (work / "serial").write_text(f"{serial:04x}\n")
    (work / "index").write_text("")
    (work / "ca.cnf").write_text(
        f"[ca]\ndefault_ca = a\n[a]\ndatabase = {work}/index\nserial = {work}/serial\n"
        f"new_certs_dir = {work}\nunique_subject = no\npolicy = p\n[p]\norganizationName = optional\n"
        f"commonName = optional\n[e]\nextendedKeyUsage = {purpose}\nkeyUsage = {usage}\n"
        "[req]\ndistinguished_name = n\n[n]\n")
    openssl("genrsa", "-traditional", "-out", out / f"{target}.key", bits)
    openssl("req", "-new", "-key", out / f"{target}.key", "-sha1", "-config", work / "ca.cnf",
            "-subj", f"/O=Heirloom tests/CN={target}", "-out", work / "request.pem")
    openssl("ca", "-batch", "-config", work / "ca.cnf", "-cert", out / f"{issuer}.crt", "-keyfile",
            out / f"{issuer}.key", "-extensions", "e", "-md", "sha1", "-notext", "-preserveDN",
            "-startdate", FROM, "-enddate", until, "-in", work / "request.pem",
            "-out", out / f"{target}.crt")
    (out / f"{target}.key").chmod(0o644)


def element(data):
    """The first DER element, and where its content begins."""
    size, header = data[1], 2
    if size & 0x80:
        header += size & 0x7F
        size = int.from_bytes(data[2:header], "big")
    return data[:header + size], header


def signed_part(response):
    """The ResponseData inside the octets of an OCSPResponse."""
    basic = response[response.index(b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01") + 11:]
    basic = basic[element(basic)[1]:]
    return element(basic[element(basic)[1]:])[0]


def serial_of(name):
    text = openssl("x509", "-in", out / f"{name}.crt", "-noout", "-serial").decode()
    return text.strip().partition("=")[2]


def respond(file, name, issuer="ca", signer=None, status="V", since=FROM, until=UNTIL, digest="sha1",
            identifier="sha1", bad=()):
    """What `signer` says about the certificate `name` of `issuer`."""
    signer = signer or issuer
    revoked = REVOKED[2:] + ",keyCompromise" if status == "R" else ""
    entry = f"{status}\t991231235959Z\t{revoked}\t{serial_of(name)}\tunknown\t/CN=x\n"
    (work / "index").write_text("" if status == "unknown" else entry)
    (work / "index.attr").write_text("unique_subject = no\n")
    openssl("ocsp", "-index", work / "index", "-CA", out / f"{issuer}.crt", "-rsigner", out / f"{signer}.crt",
            "-rkey", out / f"{signer}.key", "-rmd", digest, "-issuer", out / f"{issuer}.crt",
            f"-{identifier}", "-serial", "0x" + serial_of(name), "-no_nonce",
            *(("-ndays", "10") if until else ()), "-respout", work / "response")
    response = (work / "response").read_bytes()
    old = signed_part(response)
    last = max(DATE.findall(old))
    new = DATE.sub(lambda date: b"\x18\x0f" + changed(date.group(1), last if until else b"", since, until), old)
    (work / "old").write_bytes(old)
    (work / "new").write_bytes(new)
    signatures = [openssl("dgst", f"-{digest}", "-sign", out / f"{signer}.key", work / part)
                  for part in ("old", "new")]
    assert response.count(old) == 1 and response.count(signatures[0]) == 1
    response = response.replace(old, new).replace(signatures[0], signatures[1])
    if bad:
        assert response.count(bad[0]) == 1
        response = response.replace(*bad)
    (out / file).write_bytes(response)


def changed(date, last, since, until):
    if date == REVOKED.encode():
        return date
    return (until if date == last else since).encode()


responder("ocsp", "ca")
responder("ocsp-foreign", "other-ca")
responder("ocsp-expired", "ca", until="20091231235959Z")
responder("ocsp-client", "ca", purpose="clientAuth")
responder("ocsp-small", "ca", bits=512)

respond("rsa1024.ocsp", "rsa1024")
respond("rsa1024-sha256-id.ocsp", "rsa1024", identifier="sha256")
respond("rsa1024-delegated.ocsp", "rsa1024", signer="ocsp")
respond("rsa1024-foreign.ocsp", "rsa1024", signer="ocsp-foreign")
respond("rsa1024-ocsp-expired.ocsp", "rsa1024", signer="ocsp-expired")
respond("rsa1024-ocsp-client.ocsp", "rsa1024", signer="ocsp-client")
respond("rsa1024-ocsp-small.ocsp", "rsa1024", signer="ocsp-small")
respond("rsa1024-unknown.ocsp", "rsa1024", status="unknown")
respond("rsa1024-revoked.ocsp", "rsa1024", status="R")
respond("rsa1024-expired.ocsp", "rsa1024", until="20091231235959Z")
respond("rsa1024-future.ocsp", "rsa1024", since="20900101000000Z")
respond("rsa1024-no-end.ocsp", "rsa1024", since="20261120120000Z", until="")
respond("rsa1024-md5.ocsp", "rsa1024", digest="md5")
# Its end was changed after it was signed.
respond("rsa1024-forged.ocsp", "rsa1024", since="20000202020202Z", until="20980101000000Z",
        bad=(b"20980101000000Z", b"20990101000000Z"))
respond("revoked.ocsp", "revoked", status="R")
respond("chained.ocsp", "chained", issuer="intermediate")
