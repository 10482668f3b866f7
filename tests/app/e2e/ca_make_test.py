"""`heirloom ca key`, `authority` and `leaf`: what they make, judged by the openssl command."""
import hashlib
import json
import os
import pathlib
import re
import shlex
import stat
import subprocess
import tempfile
import unittest

from message_support import expect_message
from support import PROGRAM, Server, environment, run

SIGNATURES = {  # what openssl calls the signature of a kind of key with a hash
    ("rsa", "md5"): "md5WithRSAEncryption", ("rsa", "sha1"): "sha1WithRSAEncryption",
    ("rsa", "sha256"): "sha256WithRSAEncryption", ("dsa", "sha1"): "dsaWithSHA1",
    ("dsa", "sha256"): "dsa_with_SHA256", ("ec", "sha1"): "ecdsa-with-SHA1", ("ec", "sha256"): "ecdsa-with-SHA256",
}


def openssl(*words, **more):
    """Standard output of the openssl command without its configuration; it must succeed."""
    done = subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, text=True, env=environment(OPENSSL_CONF="/dev/null"),
        check=False, **more,
    )
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


class Started(Server):
    """A server by a command that was printed, on a free port."""

    def __init__(self, command):  # pylint: disable=super-init-not-called
        words = [PROGRAM if word == "heirloom" else word for word in shlex.split(command)]
        words[words.index("--listen") + 1] = "127.0.0.1:0"
        self.process = subprocess.Popen(
            words, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=environment()
        )
        first = self.process.stderr.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", first)
        if not found:
            raise AssertionError(f"no port announced: {first}{self.process.stderr.read()}")
        self.port = int(found.group(1))


class Maker(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="heirloom-ca-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def ca(self, *words):
        return run("ca", *words)

    def made(self, *words):
        outcome = self.ca(*words)
        self.assertEqual((outcome.code, outcome.sentence), (0, ""), words)
        return outcome

    def key(self, name, *words):
        file = self.root / name
        self.made("key", *words, "-o", file)
        return file

    def authority(self, name, *words):
        folder = self.root / name
        self.made("authority", "Test authority", *words, "-o", folder)
        return folder

    def leaf(self, name, authority, *words, names=("localhost", "127.0.0.1")):
        folder = self.root / name
        outcome = self.made("leaf", *names, "--authority", authority, *words, "-o", folder)
        return folder, outcome

    def verify(self, folder, *words):
        """openssl judges the path to the root that comes with the leaf."""
        answer = openssl(
            "verify", "-auth_level", "0", "-CAfile", folder / "root.pem", "-untrusted", folder / "chain.pem", *words,
            folder / "chain.pem",
        )
        self.assertEqual(answer.strip(), f"{folder / 'chain.pem'}: OK")

    def text(self, file, *words):
        return openssl("x509", "-in", file, "-noout", *(words or ("-text",)))

    def belongs(self, folder, certificate="chain.pem"):
        """The key beside the certificate is its key."""
        public = openssl("x509", "-in", folder / certificate, "-noout", "-pubkey")
        self.assertEqual(public, openssl("pkey", "-in", folder / "key.pem", "-pubout"))


class Keys(Maker):
    def check(self, words, size, first_line):
        with self.subTest(words):
            file = self.key("-".join(words).replace("/", "_") + ".pem", *words)
            self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
            self.assertEqual(file.read_text(encoding="ascii").splitlines()[0], f"-----BEGIN {first_line}-----")
            text = openssl("pkey", "-in", file, "-noout", "-text")
            self.assertIn(f"({size} bit", text)
            return file, text

    def test_rsa(self):
        for bits in ("512", "768", "1024", "2048", "4096"):
            file, _ = self.check(("--type", "rsa", "--bits", bits), bits, "RSA PRIVATE KEY")
            openssl("pkey", "-in", file, "-noout", "-check")
        self.check((), 2048, "RSA PRIVATE KEY")

    def test_dsa(self):
        for bits in ("512", "768", "1024", "2048", "3072"):
            self.check(("--type", "dsa", "--bits", bits), bits, "DSA PRIVATE KEY")
        for subgroup, octets in (("160", 20), ("224", 28), ("256", 32)):
            words = ("--type", "dsa", "--bits", "2048", "--subgroup", subgroup)
            _, text = self.check(words, 2048, "DSA PRIVATE KEY")
            order = re.search(r"Q:\s+([0-9a-f:\s]+)G:", text).group(1)
            self.assertEqual(len(re.findall(r"[0-9a-f]{2}", order)), octets + 1, "a leading zero, then the order")

    def test_ec(self):
        for curve, bits in (("P-192", 192), ("P-224", 224), ("P-256", 256), ("P-384", 384), ("P-521", 521)):
            file, text = self.check(("--type", "ec", "--curve", curve), bits, "EC PRIVATE KEY")
            self.assertIn(f"NIST CURVE: {curve}", text)
            openssl("pkey", "-in", file, "-noout", "-check")
        self.check(("--type", "ec", "--curve", "sect163k1"), 163, "EC PRIVATE KEY")

    def test_dh(self):
        for form in ("dhKeyAgreement", "dhpublicnumber"):
            for bits in ("512", "768", "1024", "2048", "4096"):
                words = ("--type", "dh", "--bits", bits, "--dh-oid", form)
                file, _ = self.check(words, bits, "PRIVATE KEY")
                oids = openssl("asn1parse", "-in", file)
                self.assertIn("X9.42 DH" if form == "dhpublicnumber" else "dhKeyAgreement", oids)
        for group, bits in (("modp1536", 1536), ("ffdhe3072", 3072), ("rfc5114-1024-160", 1024)):
            self.check(("--type", "dh", "--group", group), bits, "PRIVATE KEY")

    def test_group_of_a_file(self):
        parameters = self.root / "parameters.pem"
        openssl("dhparam", "-out", parameters, "512")
        wanted = re.search(r"P:([0-9a-f:\s]+)G:", openssl("dhparam", "-in", parameters, "-noout", "-text")).group(1)
        first = self.key("first.pem", "--type", "dh", "--group", parameters)
        second = self.key("second.pem", "--type", "dh", "--group", first)
        authority = self.authority("ca", "--bits", "1024")
        leaf, _ = self.leaf("leaf", authority, "--key", second)
        third = self.key("third.pem", "--type", "dh", "--group", leaf / "chain.pem")
        values = set()
        for file in (first, second, third):
            text = openssl("pkey", "-in", file, "-noout", "-text")
            self.assertIn(re.sub(r"\s", "", wanted), re.sub(r"\s", "", text))
            values.add(openssl("pkey", "-in", file, "-pubout"))
        self.assertEqual(len(values), 3)
        # Keys of one group agree on a secret: openssl computes it from both sides.
        secrets = set()
        for own, other in ((first, third), (third, first)):
            public, secret = self.root / "public.pem", self.root / "secret"
            openssl("pkey", "-in", other, "-pubout", "-out", public)
            openssl("pkeyutl", "-derive", "-inkey", own, "-peerkey", public, "-out", secret)
            secrets.add(secret.read_bytes())
        self.assertEqual(len(secrets), 1)

    def test_weak_ones_are_called_weak(self):
        outcome = self.made("key", "--bits", "512", "-o", self.root / "weak.pem")
        self.assertEqual(outcome.err, "Weak: an RSA key of 512 bits can be broken by anybody.\n")
        self.assertIn("heirloom ca leaf localhost --key ", outcome.out.decode())
        outcome = self.made("key", "--type", "ec", "-o", self.root / "good.pem")
        self.assertEqual(outcome.err, "")


class Certificates(Maker):
    def keys(self):
        """One key of each kind, so that not every certificate waits for its own."""
        return {
            "rsa": self.key("rsa.pem", "--bits", "1024"),
            "dsa": self.key("dsa.pem", "--type", "dsa"),
            "ec": self.key("ec.pem", "--type", "ec"),
            "dh": self.key("dh.pem", "--type", "dh", "--bits", "1024"),
            "dhx": self.key("dhx.pem", "--type", "dh", "--bits", "1024", "--dh-oid", "dhpublicnumber"),
        }

    def check_leaf(self, name, authority, key, signature, version):
        leaf, _ = self.leaf(
            name, authority, "--key", key, "--hash", signature[1], f"--{version}",
            names=("localhost",) if version == "v1" else ("localhost", "127.0.0.1", "::1", "box@example.com"),
        )
        self.belongs(leaf)
        text = self.text(leaf / "chain.pem")
        self.assertIn(f"Version: {version[1]} ", text)
        self.assertIn(f"Signature Algorithm: {SIGNATURES[signature]}\n", text)
        self.assertIn("CN = localhost\n", text)
        if version == "v1":
            self.verify(leaf)
            self.assertNotIn("extensions", text)
            return
        self.verify(leaf, "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "localhost", "-verify_ip", "::1",
                    "-verify_email", "box@example.com")

    def test_every_kind_of_key_hash_and_version(self):
        keys = self.keys()
        for kind, digest in SIGNATURES:
            for version in ("v1", "v3"):
                name = f"{kind}-{digest}-{version}"
                with self.subTest(authority=name):
                    authority = self.authority(
                        name, "--key", keys[kind], "--hash", digest, f"--{version}"
                    )
                    text = self.text(authority / "certificate.pem")
                    self.assertIn(f"Version: {version[1]} ", text)
                    self.assertIn(f"Signature Algorithm: {SIGNATURES[(kind, digest)]}\n", text)
                    openssl("verify", "-auth_level", "0", "-CAfile", authority / "certificate.pem",
                            "-check_ss_sig", authority / "certificate.pem")
                    self.belongs(authority, "certificate.pem")
                for key, file in keys.items():
                    with self.subTest(authority=name, leaf=key):
                        self.check_leaf(f"{name}-{key}", authority, file, (kind, digest), version)

    def test_the_smallest_of_the_period(self):
        for kind, signer in (("rsa", "rsa"), ("dsa", "dsa"), ("dh", "dsa")):
            with self.subTest(kind):
                authority = self.authority(f"{kind}-ca", "--type", signer, "--bits", "512", "--hash", "sha1")
                leaf, outcome = self.leaf(kind, authority, "--type", kind, "--bits", "512")
                self.verify(leaf, "-purpose", "sslserver")
                self.assertIn("512 bit", self.text(leaf / "chain.pem"))
                self.assertEqual(len(outcome.err.splitlines()), 1)
                self.assertIn("key of 512 bits", outcome.err)
                self.assertRegex(outcome.out.decode(), r"heirloom connect \S+ --cafile \S+ --preset museum\n")
                self.assertIn(f"in its authority a{'n' if signer == 'rsa' else ''} {signer.upper()} key", outcome.err)

    def test_what_a_key_is_for(self):
        authority = self.authority("ca", "--bits", "1024")
        for words, wanted in (
            (("--bits", "1024"), "Digital Signature, Key Encipherment"),
            (("--type", "dsa"), "Digital Signature"),
            (("--type", "ec"), "Digital Signature"),
            (("--type", "dh", "--bits", "512"), "Key Agreement"),
            (("--bits", "1024", "--key-usage", "digitalSignature"), "Digital Signature"),
            (("--bits", "1024", "--key-usage", "none"), None),
        ):
            with self.subTest(words):
                leaf, _ = self.leaf("-".join(words), authority, *words)
                found = re.search(r"Key Usage: critical\n\s+(.*)", self.text(leaf / "chain.pem"))
                self.assertEqual(found and found.group(1), wanted)
        for usage, purposes in (("server", "-purpose sslserver"), ("client", "-purpose sslclient"),
                                ("both", "-purpose sslclient -purpose sslserver")):
            with self.subTest(usage):
                leaf, _ = self.leaf(usage, authority, "--bits", "1024", "--usage", usage)
                self.verify(leaf, *purposes.split())
                refused = "-purpose sslclient" if usage == "server" else "-purpose sslserver"
                if usage != "both":
                    with self.assertRaises(AssertionError):
                        self.verify(leaf, *refused.split())

    def test_names_of_people(self):
        authority = self.authority("ca", "--bits", "1024")
        leaf, outcome = self.leaf("leaf", authority, "--bits", "1024", "--usage", "client", names=("Zoë Client",))
        text = self.text(leaf / "chain.pem", "-subject", "-nameopt", "multiline,show_type")
        self.assertIn(r"UTF8STRING:Zo\EB Client", text)
        self.assertNotIn("Alternative Name", self.text(leaf / "chain.pem"))
        self.assertIn("heirloom connect HOST:443 --cert", outcome.out.decode())
        text = self.text(authority / "certificate.pem", "-subject", "-nameopt", "multiline,show_type")
        self.assertIn("PRINTABLESTRING:Test authority", text)

    def test_authorities_below_others(self):
        root = self.authority("root", "--bits", "1024")
        middle = self.authority("middle", "--type", "dsa", "--authority", root, "--pathlen", "1")
        low = self.authority("low", "--type", "ec", "--authority", middle, "--pathlen", "0")
        leaf, _ = self.leaf("leaf", low, "--type", "dh", "--bits", "1024")
        self.verify(leaf, "-x509_strict", "-purpose", "sslserver")
        chain = (leaf / "chain.pem").read_text(encoding="ascii")
        self.assertEqual(chain.count("BEGIN CERTIFICATE"), 4)
        self.assertTrue(chain.endswith((root / "certificate.pem").read_text(encoding="ascii")))
        self.assertEqual((leaf / "root.pem").read_bytes(), (root / "certificate.pem").read_bytes())
        self.assertIn("CA:TRUE, pathlen:1", self.text(middle / "certificate.pem"))
        expect_message(
            self.ca("authority", "Lowest", "--authority", low, "-o", self.root / "lowest", "--json"), "ca_pathlen"
        )

    def test_given_dates(self):
        authority = self.authority("ca", "--bits", "1024", "--from", "1996-03-01", "--to", "2051-12-31")
        dates = self.text(authority / "certificate.pem", "-dates")
        self.assertEqual(dates, "notBefore=Mar  1 00:00:00 1996 GMT\nnotAfter=Dec 31 23:59:59 2051 GMT\n")
        raw = openssl("asn1parse", "-in", authority / "certificate.pem")
        self.assertRegex(raw, r"UTCTIME\s+:960301000000Z")
        self.assertRegex(raw, r"GENERALIZEDTIME\s+:20511231235959Z")
        leaf, _ = self.leaf("same", authority, "--bits", "1024")
        self.assertEqual(self.text(leaf / "chain.pem", "-dates"), dates)
        words = ("--bits", "1024", "--from", "1998-05-06T07:08:09Z", "--days", "365")
        leaf, outcome = self.leaf("old", authority, *words)
        self.assertEqual(
            self.text(leaf / "chain.pem", "-dates"),
            "notBefore=May  6 07:08:09 1998 GMT\nnotAfter=May  6 07:08:09 1999 GMT\n",
        )
        self.assertIn("not valid today", outcome.err)
        self.verify(leaf, "-attime", "900000000")
        with self.assertRaises(AssertionError):
            self.verify(leaf)

    def test_json(self):
        authority = self.authority("ca", "--bits", "512", "--hash", "md5", "--v1")
        folder = self.root / "leaf folder"
        outcome = self.made("leaf", "box.example", "--authority", authority, "--type", "ec", "-o", folder, "--json")
        self.assertEqual(outcome.err, "")
        found = json.loads(outcome.out)
        self.assertEqual(found["subject"], "CN=box.example")
        self.assertEqual(found["kind"], "EC key on P-256")
        self.assertEqual(found["signature"], "sha1WithRSAEncryption")
        self.assertEqual(len(found["weak"]), 2)
        digest = self.text(found["chain"], "-fingerprint", "-sha256").partition("=")[2].replace(":", "").strip()
        self.assertEqual(found["fingerprint"], "sha256:" + digest.lower())
        self.assertEqual(shlex.split(found["next"][0])[-3:], [str(folder / "chain.pem"), "--key", str(folder / "key.pem")])
        self.assertEqual(found["next"][1], f"heirloom connect box.example:8443 --cafile '{folder}/root.pem'")


class Use(Maker):
    def test_serve_and_connect_as_printed(self):
        for name, words in (("modern", ()), ("old", ("--bits", "1024", "--hash", "md5"))):
            with self.subTest(name):
                root = self.authority(name + "-root", *words)
                authority = self.authority(name + "-ca", *words, "--authority", root)
                _, outcome = self.leaf(name, authority, *words)
                serve, connect = [
                    line.strip() for line in outcome.out.decode().splitlines() if line.startswith("  heirloom ")
                ]
                with Started(serve) as server:
                    command = connect.replace(":8443", f":{server.port}")
                    reached = run(*shlex.split(command)[1:], "-4", data=b"GET / HTTP/1.0\r\n\r\n")
                    self.assertEqual(reached.code, 0, reached.err)
                    self.assertRegex(reached.out, rb"^HTTP/1\.[01] 200")

    def test_client_certificate(self):
        authority = self.authority("ca", "--bits", "1024")
        server_leaf, outcome = self.leaf("server", authority, "--bits", "1024")
        client_leaf, _ = self.leaf("client", authority, "--bits", "1024", "--usage", "client", names=("A Client",))
        serve = next(line for line in outcome.out.decode().splitlines() if line.startswith("  heirloom serve"))
        serve += f" --client-auth required --cafile {authority / 'certificate.pem'}"
        with Started(serve) as server:
            words = ("connect", f"localhost:{server.port}", "-4", "--cafile", server_leaf / "root.pem")
            request = b"GET / HTTP/1.0\r\n\r\n"
            self.assertEqual(run(*words, data=request).code, 4)
            own = ("--cert", client_leaf / "chain.pem", "--key", client_leaf / "key.pem")
            reached = run(*words, *own, data=request)
            self.assertEqual(reached.code, 0, reached.err)
            self.assertRegex(reached.out, rb"^HTTP/1\.[01] 200")


class Files(Maker):
    def test_nothing_is_replaced(self):
        file = self.key("key.pem", "--type", "ec")
        before = file.read_bytes()
        expect_message(self.ca("key", "--type", "ec", "-o", file, "--json"), "ca_file_exists")
        self.assertEqual(file.read_bytes(), before)
        os.chmod(file, 0o644)
        self.made("key", "--type", "ec", "--force", "-o", file)
        self.assertNotEqual(file.read_bytes(), before)
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        authority = self.authority("ca", "--type", "ec")
        kept = {each: each.read_bytes() for each in authority.iterdir()}
        self.assertEqual(stat.S_IMODE(os.stat(authority / "key.pem").st_mode), 0o600)
        for missing in kept:
            missing.unlink()
            outcome = self.ca("authority", "Another", "--type", "ec", "-o", authority, "--json")
            expect_message(outcome, "ca_file_exists")
            self.assertFalse(missing.exists())
            missing.write_bytes(kept[missing])
        words = ("box", "--authority", authority, "--type", "ec", "-o", f"{authority}/.", "--force", "--json")
        for command in ("authority", "leaf"):
            expect_message(self.ca(command, *words), "ca_same_folder")
            self.assertEqual({each: each.read_bytes() for each in authority.iterdir()}, kept)
        self.made("authority", "Another", "--type", "ec", "-o", authority, "--force")
        self.assertTrue(all(each.read_bytes() != kept[each] for each in authority.iterdir()))

    def test_a_key_that_is_in_its_place_already(self):
        authority = self.authority("ca", "--type", "ec")
        (self.root / "leaf").mkdir()
        file = self.key("leaf/key.pem", "--type", "ec")
        before = file.read_bytes()
        leaf, _ = self.leaf("leaf", authority, "--key", file)
        self.assertEqual(file.read_bytes(), before)
        self.belongs(leaf)
        copy, _ = self.leaf("copy", authority, "--key", file)
        self.belongs(copy)
        self.assertEqual(stat.S_IMODE(os.stat(copy / "key.pem").st_mode), 0o600)

    def test_authority_of_another_program(self):
        folder = self.root / "openssl"
        folder.mkdir()
        openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=By openssl", "-days", "30",
                "-keyout", folder / "key.pem", "-out", folder / "certificate.pem")
        leaf, _ = self.leaf("leaf", folder, "--bits", "1024")
        self.verify(leaf, "-purpose", "sslserver")


class Fortezza(Maker):
    """openssl knows no key of FORTEZZA, but it can take certificates apart."""

    def parts(self, file):
        """Object identifier of the key, its parameters, and the bytes of its BIT STRING."""
        lines = openssl("asn1parse", "-in", file).splitlines()
        at = next(i for i, line in enumerate(lines) if ":2.16.840.1.101.2.1.1." in line)
        end = next(i for i in range(at, len(lines)) if "BIT STRING" in lines[i])
        bits = self.root / "bits"
        openssl("asn1parse", "-in", file, "-strparse", lines[end].split(":")[0].strip(), "-noout", "-out", bits)
        return lines[at].split(":")[-1], lines[at + 1:end], bits.read_bytes()

    def check_signature(self, folder):
        """The root signed the certificate. openssl verify builds no path from a key that it does not know."""
        files = {name: self.root / name for name in ("body", "signature", "public")}
        file = folder / "chain.pem"
        last = openssl("asn1parse", "-in", file).splitlines()[-1].split(":")[0].strip()
        openssl("asn1parse", "-in", file, "-strparse", "4", "-noout", "-out", files["body"])
        openssl("asn1parse", "-in", file, "-strparse", last, "-noout", "-out", files["signature"])
        files["public"].write_text(openssl("x509", "-in", folder / "root.pem", "-noout", "-pubkey"), encoding="ascii")
        openssl("dgst", "-sha1", "-verify", files["public"], "-signature", files["signature"], files["body"])

    @staticmethod
    def numbers(key):
        """P, Q, G and the public value of a DSA key."""
        text = openssl("pkey", "-in", key, "-noout", "-text")
        found = {name: digits for name, digits in re.findall(r"^(\w+):\s+((?:[0-9a-f]{2}:?\s*)+)", text, re.M)}
        return [int(re.sub(r"[:\s]", "", found[name]), 16) for name in ("P", "Q", "G", "pub")]

    @staticmethod
    def domain(*group):
        """RFC 3279, 2.3.4: SHA-1 of p, q and g as Dss-Parms, its halves added without carry."""

        def element(tag, content):
            size = len(content)
            octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
            return bytes([tag]) + (octets if size < 128 else bytes([0x80 + len(octets)]) + octets) + content

        numbers = [element(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in group]
        digest = hashlib.sha1(element(0x30, b"".join(numbers))).digest()
        return bytes(one ^ other for one, other in zip(digest[:10], digest[10:])).hex()

    def test_a_kea_key_names_its_domain(self):
        authority = self.authority("ca", "--type", "dsa")
        folder, outcome = self.leaf("known", authority, "--fortezza", "kea")
        self.check_signature(folder)
        self.assertIn("KEA key of the domain 4de5f91f03d353e42f8d\n", outcome.out.decode())
        self.assertIn("Key Agreement\n", self.text(folder / "chain.pem"))
        algorithm, parameters, value = self.parts(folder / "chain.pem")
        self.assertEqual(algorithm, "2.16.840.1.101.2.1.1.22")
        self.assertEqual([line.split(":")[-1] for line in parameters], ["4DE5F91F03D353E42F8D"])
        self.assertEqual(len(value), 128)
        # The group of a key that exists, as a client needs it that is to talk to this server.
        other, _ = self.leaf("other", authority, "--fortezza", "kea", "--group", folder / "key.pem")
        self.assertTrue(self.parts(other / "chain.pem")[1][0].endswith(":4DE5F91F03D353E42F8D"))
        # A domain of its own.
        key = self.key("dsa.pem", "--type", "dsa")
        own, _ = self.leaf("own", authority, "--fortezza", "kea", "--key", key)
        *group, public = self.numbers(key)
        _, parameters, value = self.parts(own / "chain.pem")
        self.assertTrue(parameters[0].endswith(self.domain(*group).upper()), parameters)
        self.assertEqual(int.from_bytes(value, "big"), public)

    def test_one_key_for_kea_and_dss(self):
        authority = self.authority("ca", "--type", "dsa")
        folder, outcome = self.leaf("both", authority, "--fortezza", "kea-dss", "--v1", names=("A Card",))
        self.check_signature(folder)
        *group, public = self.numbers(folder / "key.pem")
        self.assertIn(f"KEA and DSS key of the domain {self.domain(*group)}\n", outcome.out.decode())
        self.assertEqual(self.domain(*group), "4de5f91f03d353e42f8d")
        algorithm, parameters, bits = self.parts(folder / "chain.pem")
        self.assertEqual(algorithm, "2.16.840.1.101.2.1.1.20")
        self.assertEqual([int(line.split(":")[-1], 16) for line in parameters[1:]], group)
        value = public.to_bytes(128, "big")
        self.assertEqual(bits, b"\0\1" + hashlib.sha1(value).digest()[:8] + b"\0\0" + b"\0\x80" + value)


class Refusals(Maker):
    def refused(self, cause, *words):
        with self.subTest(words):
            outcome = self.ca(*words, "-o", self.root / "refused", "--json")
            expect_message(outcome, cause)
            self.assertFalse((self.root / "refused").exists())

    def test_keys_that_cannot_be(self):
        for words in (
            ("--bits", "511"), ("--bits", "4097"), ("--type", "dsa", "--bits", "3136"),
            ("--type", "dh", "--bits", "1600"), ("--type", "dsa", "--bits", "1024", "--subgroup", "256"),
        ):
            self.refused("ca_key_size", "key", *words)
        for words in (("--curve", "P-256"), ("--type", "ec", "--bits", "256"), ("--group", "modp1024")):
            self.refused("ca_key_options", "key", *words)
        key = self.key("key.pem", "--type", "ec")
        self.refused("ca_key_options", "authority", "A", "--key", key, "--type", "ec")
        self.refused("ca_curve_unknown", "key", "--type", "ec", "--curve", "P-255")
        self.refused("ca_group_unknown", "key", "--type", "dh", "--group", "modp99")
        self.refused("ca_group_malformed", "key", "--type", "dh", "--group", key)
        parameters = self.root / "parameters.pem"
        openssl("dhparam", "-out", parameters, "512")
        self.refused("ca_group_malformed", "key", "--type", "dh", "--group", parameters, "--dh-oid", "dhpublicnumber")

    def test_keys_that_cannot_be_of_fortezza(self):
        authority = self.authority("ca", "--type", "dsa")
        below = ("leaf", "box", "--authority", authority, "--fortezza")
        for words in (("--bits", "1024"), ("--type", "dsa"), ("--curve", "P-256")):
            self.refused("ca_key_options", *below, "kea-dss", *words)
        self.refused("ca_fortezza_key", *below, "kea", "--group", "modp1024")
        self.refused("ca_fortezza_key", *below, "kea", "--key", self.key("dh.pem", "--type", "dh", "--bits", "1024"))

    def test_keys_that_cannot_be_read(self):
        locked = self.root / "locked.pem"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes128", "-pass", "pass:x",
                "-out", locked)
        self.refused("ca_key_unreadable", "authority", "A", "--key", locked)
        other = self.root / "other.pem"
        openssl("genpkey", "-algorithm", "ED25519", "-out", other)
        self.refused("ca_key_unreadable", "authority", "A", "--key", other)
        dh = self.key("dh.pem", "--type", "dh", "--bits", "512")
        self.refused("ca_authority_kind", "authority", "A", "--key", dh)

    def test_certificates_that_cannot_be(self):
        authority = self.authority("ca", "--type", "ec")
        self.refused("ca_hash_unfit", "leaf", "box", "--authority", authority, "--hash", "md5")
        self.refused("ca_hash_unfit", "authority", "A", "--type", "dsa", "--hash", "md5")
        below = ("leaf", "box", "--authority", authority, "--v1")
        for words in (("--usage", "both"), ("--key-usage", "none")):
            self.refused("ca_version1", *below, *words)
        self.refused("ca_version1", "leaf", "box", "10.0.0.5", "--authority", authority, "--v1")
        self.refused("ca_version1", "authority", "A", "--v1", "--pathlen", "1")
        self.refused("ca_key_usage", "leaf", "box", "--authority", authority, "--key-usage", "everything")
        for name in ("", "a" * 65, "a\tb"):
            self.refused("ca_name", "authority", name)
        self.refused("ca_name", "leaf", "box", "b,DNS:a", "--authority", authority)
        self.refused("ca_date", "authority", "A", "--from", "1998-02-30")
        self.refused("ca_dates", "authority", "A", "--to", "1998-02-28")

    def test_authorities_that_cannot_sign(self):
        self.refused("ca_authority_missing", "leaf", "box", "--authority", self.root / "nowhere")
        authority = self.authority("ca", "--type", "ec")
        other = self.authority("other", "--type", "ec")
        leaf, _ = self.leaf("leaf", authority, "--type", "ec")
        (leaf / "certificate.pem").write_bytes((leaf / "chain.pem").read_bytes())
        self.refused("ca_authority_unusable", "leaf", "box", "--authority", leaf)
        chain = (authority / "chain.pem").read_bytes()
        (authority / "chain.pem").write_bytes((other / "chain.pem").read_bytes())
        self.refused("ca_authority_unusable", "leaf", "box", "--authority", authority)
        (authority / "chain.pem").write_bytes(chain)
        (authority / "key.pem").write_bytes((other / "key.pem").read_bytes())
        self.refused("ca_authority_unusable", "leaf", "box", "--authority", authority)
        (authority / "key.pem").write_text("nothing", encoding="ascii")
        self.refused("ca_authority_unusable", "leaf", "box", "--authority", authority)

    def test_places_that_cannot_be_written(self):
        file = self.root / "file"
        file.write_text("in the way", encoding="ascii")
        expect_message(self.ca("key", "--type", "ec", "-o", self.root / "none" / "key.pem", "--json"), "ca_not_written")
        expect_message(self.ca("key", "--type", "ec", "-o", self.root, "--force", "--json"), "ca_not_written")
        expect_message(self.ca("authority", "A", "--type", "ec", "-o", file / "ca", "--json"), "ca_not_written")

    def test_words_that_are_none(self):
        for words in (
            ("key",), ("key", "--type", "elgamal", "-o", "x"), ("authority", "-o", "x"), ("leaf", "box", "-o", "x"),
            ("authority", "A", "--hash", "md2", "-o", "x"), ("authority", "A", "--v1", "--v3", "-o", "x"),
            ("authority", "A", "--days", "1", "--to", "2030-01-01", "-o", "x"), ("nonsense",),
        ):
            with self.subTest(words):
                expect_message(self.ca(*words), "usage")


if __name__ == "__main__":
    unittest.main()
