"""The suites, as `heirloom suites --json` lists them.

There is no list of suites here: a row of the program's table brings its own cells. Every suite, version,
role and peer is tried unless holes.txt says why it cannot be (cells.py).
"""
import dataclasses
import functools
import json
import os
import subprocess

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSIONS = ("ssl3", "tls1")
ROLES = ("client", "server")  # the peer's
NAMES = ("node", "node4", "jsse", "nss", "pike", "bouncycastle", "gnutls", "openssl", "go", "mbedtls",
         "botan", "forge")
# How the program says the versions.
SAID = {"SSL 3.0": "ssl3", "TLS 1.0": "tls1"}

GNUTLS_EXCHANGES = {"RSA": "RSA", "DHE_DSS": "DHE-DSS", "DHE_RSA": "DHE-RSA", "DH_anon": "ANON-DH",
                    "ECDHE_RSA": "ECDHE-RSA", "ECDHE_ECDSA": "ECDHE-ECDSA", "ECDH_anon": "ANON-ECDH"}
GNUTLS_CIPHERS = {"RC4_128": "ARCFOUR-128", "3DES_EDE_CBC": "3DES-CBC"}
GNUTLS_MACS = {"MD5": "MD5", "SHA": "SHA1"}


@dataclasses.dataclass(frozen=True)
class Suite:
    code: str
    name: str
    openssl: str
    exchange: str  # with its limit: RSA, RSA_EXPORT, DHE_DSS_EXPORT1024
    cipher: str
    mac: str
    allow: tuple  # what --allow must name
    versions: tuple

    @property
    def kind(self):
        """The key exchange without its limit."""
        return self.exchange.partition("_EXPORT")[0]

    @property
    def is_export(self):
        return "_EXPORT" in self.exchange

    @property
    def is_anonymous(self):
        return self.kind.endswith("_anon")

    @property
    def is_fixed(self):
        """Whether the certificate holds the Diffie-Hellman key."""
        return self.kind in ("DH_DSS", "DH_RSA")

    @property
    def gnutls(self):
        """GnuTLS's words, which name the parts; a cipher that it has under its own name stays as it is."""
        cipher = GNUTLS_CIPHERS.get(self.cipher, self.cipher.replace("_", "-"))
        return (f"+{GNUTLS_EXCHANGES.get(self.exchange, self.exchange)}:+{cipher}:"
                f"+{GNUTLS_MACS[self.mac]}")


@functools.cache
def read_suites(program):
    answer = subprocess.run([program, "suites", "--json"], capture_output=True, text=True,
                            check=True, timeout=20)
    suites = []
    for each in json.loads(answer.stdout)["suites"]:
        name = each["iana_name"]
        exchange = name[len("TLS_"):].partition("_WITH_")[0]
        suites.append(Suite(each["id"].lower().removeprefix("0x"), name, each["openssl_name"],
                            exchange, each["cipher"], each["mac"], tuple(each["allow"]),
                            tuple(SAID[version] for version in each["versions"])))
    return tuple(suites)
