"""The other implementations: how each is started, and why it may be missing.

Every driver understands the same arguments and prints the same lines (docs/interop.md), so that a
peer is little more than the head of a command line.
"""
import dataclasses
import glob
import os
import shutil
import subprocess

from .cells import HERE

PYTHON = "/usr/bin/python3"  # Debian's, whose ssl module is Debian's OpenSSL
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
JARS = "/usr/share/java"


@dataclasses.dataclass(frozen=True)
class Paths:
    peers: str
    certificates: str
    work: str
    request: str
    reply: str
    size: int

    def certificate(self, name, ending):
        return os.path.join(self.certificates, name + ending)


def driver(name):
    return os.path.join(HERE, "drivers", name)


@dataclasses.dataclass(frozen=True)
class Peer:
    """A driver: its name, title for people, head of the command, what it needs."""
    name: str
    title: str
    head: object  # Paths to list
    needs: tuple  # of (path pattern or command, how to get it); {peers} may be in it
    about: object = None  # Paths to a command that prints the version
    environment: object = None  # Paths to dict
    all_versions: str = "ssl3,tls1"  # what it offers when it is to fall back
    # Which cells one process takes one after the other, where starting it costs more than a cell.
    takes_jobs: object = lambda cell: False
    switches: object = lambda cell: ()  # for the program itself, in cells that need some
    ability_head: object = None  # another driver that reaches more of it, for tests/interop/abilities

    def missing(self, paths):
        for what, remedy in self.needs:
            what = what.format(peers=paths.peers)
            if not (glob.glob(what) if "/" in what else shutil.which(what)):
                return f"no {os.path.basename(what)} ({remedy})"
        return None

    def described(self, paths):
        try:
            text = subprocess.run(self.about(paths), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False,
                                  timeout=20).stdout.decode("utf-8", "replace")
        except OSError:
            return "of unknown version"
        return text.strip().split("\n")[0]

    def start_of(self, cell, paths):
        """The command line up to the driver's own words."""
        program, *rest = (self.ability_head or self.head if cell.is_ability else self.head)(paths)
        return [program, *self.switches(cell), *rest]

    def command(self, role, cell, port, paths):
        """The command line for one cell, this peer having that role."""
        return self.start_of(cell, paths) + self.words(role, cell, port, paths)

    def words(self, role, cell, port, paths):
        suite = cell.suite
        versions = cell.version
        if cell.kind == "fall_back" and role == "client":
            versions = self.all_versions
        sends = paths.request if role == "client" else paths.reply
        words = {
            "port": port, "version": versions, "suite": suite.code, "name": suite.name,
            "cipher": suite.openssl, "priority": suite.gnutls,
            "exchange": suite.kind, "group": paths.certificate(cell.group(), ".pem"),
            "send": sends, "expect": paths.size, "connections": cell.connections(),
            "database": paths.certificate("nssdb", ""),
            "store": os.path.join(paths.peers, "gnutls_store.so"),
        }
        if cell.resumes():
            words["resume"] = 1
            if cell.kind == "resume":
                words["no_ticket"] = 1
        # Some have to be given a certificate even where they will not show it.
        name = (cell.server_certificate() or "server") if role == "server" else cell.client_certificate()
        if name:
            words.update(nickname=name, key=paths.certificate(name, ".key"),
                         certificate=paths.certificate(name, ".chain"),
                         pkcs8=paths.certificate(name, ".pkcs8"),
                         pkcs12=paths.certificate(name, ".p12"))
        if role == "server" and cell.client_certificate():
            words["request_certificate"] = 1
            words["ca"] = paths.certificate("authorities", ".crt")
        words.update(cell.words_of("theirs", role, paths))
        return [role] + [f"{name}={value}" for name, value in words.items()]


def node_head(paths):
    return [f"{paths.peers}/old_node/bin/node", "--enable-ssl3", driver("node_peer.js")]


def node4_head(paths):
    return [f"{paths.peers}/node4/bin/node", driver("node_peer.js")]


def bouncy_castle_head(paths):
    jars = ":".join(f"{JARS}/{name}.jar" for name in ("bcprov", "bctls", "bcutil"))
    return JAVA + ["-cp", f"{paths.peers}/classes:{jars}", "BouncyCastlePeer"]


def jsse_switches(cell):
    """Properties that this JDK reads once, when it starts; JssePeer has others by default."""
    if not cell.is_ability:
        return []
    theirs = cell.ability.theirs
    switches = ["-Djdk.tls.useExtendedMasterSecret=true"] if "ems" in theirs else []
    if "refuse" in theirs:
        switches += ["-Djdk.tls.rejectClientInitiatedRenegotiation=true"]
    if "tickets" in theirs:
        switches += ["-Djdk.tls.server.enableSessionTicketExtension=true",
                     "-Djdk.tls.client.enableSessionTicketExtension=true"]
    if "fragment" in cell.ability.client:
        switches += ["-Djsse.enableMFLNExtension=true"]
    if "staple" in theirs:
        switches += ["-Djdk.tls.client.enableStatusRequestExtension=true"]
    return switches


def python_head(binding):
    return lambda paths: [PYTHON, driver("python_peer.py"), binding]


def python_about(code):
    return lambda paths: [PYTHON, "-c", code]


FETCH = "tests/interop/fetch_peers"
GNUTLS_VERSION = ("import ctypes as c; l = c.CDLL('libgnutls.so.30'); "
                  "l.gnutls_check_version.restype = c.c_char_p; "
                  "print('GnuTLS', l.gnutls_check_version(None).decode())")
NSS_VERSION = ("import ctypes as c; l = c.CDLL('libnss3.so'); "
               "l.NSS_GetVersion.restype = c.c_char_p; print('NSS', l.NSS_GetVersion().decode())")
OPENSSL_VERSION = "import ssl; print(ssl.OPENSSL_VERSION)"

PEERS = {peer.name: peer for peer in (
    Peer("node", "OpenSSL 1.0.1 (old Node)", node_head,
         (("{peers}/old_node/bin/node", FETCH),),
         lambda p: [f"{p.peers}/old_node/bin/node", "-e",
                    "console.log('OpenSSL ' + process.versions.openssl)"],
         all_versions="ssl3,tls1,tls1.2",
         switches=lambda cell: ["--enable-ssl2"] if cell.kind == "sslv2_hello" else ()),
    Peer("node4", "OpenSSL 1.0.2 (Node 4)", node4_head, (("{peers}/node4/bin/node", FETCH),),
         lambda p: [f"{p.peers}/node4/bin/node", "-e",
                    "console.log('OpenSSL ' + process.versions.openssl)"],
         # Its AES computes a wrong MAC on processors that are younger than itself, with any peer.
         lambda p: {"OPENSSL_ia32cap": "~0x200000200000000"}),
    Peer("jsse", "JSSE", lambda p: JAVA + ["-cp", f"{p.peers}/classes", "JssePeer"],
         (("java", "Debian package openjdk-17-jdk-headless"),
          ("{peers}/classes/JssePeer.class", FETCH)),
         lambda p: ["java", "--version"],
         # With TLS 1.0 as its highest it would also put the negotiated version into the premaster
         # secret, which RFC 6101 §5.6.7.1 forbids and we do not take by default.
         all_versions="ssl3,tls1,tls1.2", takes_jobs=lambda cell: True, switches=jsse_switches),
    Peer("nss", "NSS", python_head("nss"),
         ((PYTHON, "Debian package python3"), ("certutil", "Debian package libnss3-tools")),
         python_about(NSS_VERSION)),
    Peer("pike", "Pike", lambda p: ["pike8.0", driver("pike_peer.pike")],
         (("pike8.0", "Debian package pike8.0-core"),),
         lambda p: ["pike8.0", "--dumpversion"],
         # A group that a process has seen with a signature it refuses in an anonymous exchange.
         takes_jobs=lambda cell: not cell.suite.is_anonymous),
    Peer("bouncycastle", "Bouncy Castle", bouncy_castle_head,
         (("java", "Debian package openjdk-17-jdk-headless"),
          (f"{JARS}/bctls.jar", "Debian package libbctls-java"),
          ("{peers}/classes/BouncyCastlePeer.class", FETCH)),
         lambda p: ["basename", os.path.realpath(f"{JARS}/bctls.jar")], takes_jobs=lambda cell: True),
    Peer("gnutls", "GnuTLS", python_head("gnutls"),
         ((PYTHON, "Debian package python3"),
          ("/usr/lib/*/libgnutls.so.30", "Debian package libgnutls30"),
          ("{peers}/gnutls_store.so", FETCH)),
         python_about(GNUTLS_VERSION)),
    Peer("openssl", "OpenSSL 3 (Debian)", python_head("openssl"),
         ((PYTHON, "Debian package python3"),), python_about(OPENSSL_VERSION),
         lambda p: {"OPENSSL_CONF": "/dev/null"}, ability_head=python_head("libssl")),
    Peer("go", "Go", lambda p: [f"{p.peers}/go_peer"], (("{peers}/go_peer", FETCH),),
         lambda p: ["go", "version"]),
    Peer("mbedtls", "Mbed TLS", lambda p: [f"{p.peers}/mbedtls_peer"],
         (("{peers}/mbedtls_peer", FETCH),), lambda p: [f"{p.peers}/mbedtls_peer", "version"]),
    Peer("botan", "Botan", lambda p: [f"{p.peers}/botan_peer"],
         (("{peers}/botan_peer", FETCH),), lambda p: [f"{p.peers}/botan_peer", "version"]),
    Peer("forge", "node-forge", lambda p: ["node", driver("forge_peer.js")],
         (("node", "Debian package nodejs"), ("{peers}/forge/lib/index.js", FETCH)),
         lambda p: ["node", "-p",
                    f"'node-forge ' + require('{p.peers}/forge/package.json').version"],
         lambda p: {"FORGE": f"{p.peers}/forge"}),
)}
# Without these the matrix says too little; --require and CI=true insist on them.
REQUIRED = ("node", "node4", "jsse", "nss", "pike", "gnutls", "openssl")
