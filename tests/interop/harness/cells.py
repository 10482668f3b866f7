"""What is tried: the cells of the matrix, and the failures that are expected."""
import dataclasses
import fnmatch
import functools
import os

from .suites import HERE, NAMES, ROLES, VERSIONS, Suite

# Features are tried with a suite that every peer has.
FEATURE_SUITE = "002f"
QUICK = ("0004", "000a", "002f")


@dataclasses.dataclass(frozen=True)
class Cell:
    """One thing to try. role is the peer's; we have the other one."""
    kind: str
    version: str
    suite: Suite
    peer: str
    role: str
    is_ability = False

    def identity(self):
        return f"{self.kind} {self.version} {self.suite.code} {self.peer} {self.role}"

    def resumes(self):
        """Whether a second connection resumes the session of the first."""
        return self.kind == "resume"

    def connections(self):
        return 2 if self.resumes() else 1

    def words_of(self, _whose, _role, _paths):
        """More words for one end."""
        return {}

    def server_certificate(self):
        """Its name in make_certificates; None if nobody shows one."""
        if self.suite.is_anonymous:
            return None
        if self.suite.exchange == "RSA_EXPORT" and self.kind != "temporary_key":
            return "rsa512"  # short enough to be used itself, without ServerKeyExchange
        if self.suite.is_fixed and self.suite.is_export:
            return SERVER_CERTIFICATES[self.suite.kind].replace("1024", "512")
        return SERVER_CERTIFICATES[self.suite.kind]

    def client_certificate(self):
        return CLIENT_CERTIFICATES.get(self.kind)

    def group(self):
        """The Diffie-Hellman parameters of a server that must be given some."""
        return "dh512" if self.suite.exchange.endswith("_EXPORT") else "dh1024"


# Signed by an authority of the same kind, as RFC 2246 §7.4.2 has it.
SERVER_CERTIFICATES = {"RSA": "server", "DHE_RSA": "server", "ECDHE_RSA": "server",
                       "DHE_DSS": "dsa1024-dsa", "ECDHE_ECDSA": "ec256-ec",
                       "DH_RSA": "dh1024", "DH_DSS": "dh1024-dsa", "FORTEZZA_KEA": "kea"}
CLIENT_CERTIFICATES = {"client_certificate": "client", "client_certificate_dss": "client-dsa-dsa",
                       "client_certificate_ecdsa": "client-ec",
                       "client_certificate_dh": "client-dh1024"}
# What is tried besides the exchange of every suite: kind to versions and to the peer's roles.
FEATURES = {
    "temporary_key": (VERSIONS, ROLES),
    "resume": (VERSIONS, ROLES),
    "client_certificate": (VERSIONS, ROLES),
    "client_certificate_dss": (VERSIONS, ROLES),
    "client_certificate_ecdsa": (VERSIONS, ROLES),
    "client_certificate_dh": (VERSIONS, ROLES),
    "no_split": (VERSIONS, ROLES),
    "no_extensions": (VERSIONS, ("server",)),  # our hello
    # One side offers both versions, the other has SSL 3.0 only.
    "fall_back": (("ssl3",), ROLES),
}


def feature_suites(kind, peer, suites):
    """With which suites a feature is tried: one that every peer has, where nothing speaks against it."""
    if kind == "temporary_key":
        return [each for each in suites if each.exchange == "RSA_EXPORT"]
    code = FEATURE_SUITE
    if kind == "client_certificate_dh":
        code = "0031"
    elif kind.startswith("client_certificate"):
        # Botan asks for a certificate only with a suite that signs; Pike signs as the suite does.
        code = {("client_certificate_dss", "pike"): "0032",
                ("client_certificate_ecdsa", "pike"): "c009"}.get(
                    (kind, peer), "0033" if peer == "botan" else code)
    return [each for each in suites if each.code == code]


def places(suites):
    """Every cell that there could be, tried or not."""
    for suite in suites:
        for version in suite.versions:
            for peer in NAMES:
                for role in ROLES:
                    yield Cell("exchange", version, suite, peer, role)
    for kind, (versions, roles) in FEATURES.items():
        for peer in NAMES:
            for suite in feature_suites(kind, peer, suites):
                for version in versions:
                    for role in roles:
                        yield Cell(kind, version, suite, peer, role)


def hole_of(cell):
    """The first line of holes.txt that covers it, or None: it is tried."""
    return next((each for each in read_holes() if each.covers(cell)), None)


@dataclasses.dataclass(frozen=True)
class Hole:
    """Why cells are not tried."""
    patterns: tuple
    reason: str

    def covers(self, cell):
        words = (cell.kind, cell.version, cell.suite.name[len("TLS_"):], cell.peer, cell.role)
        return all(any(fnmatch.fnmatchcase(word, each) for each in pattern.split(","))
                   for word, pattern in zip(words, self.patterns))


@functools.cache
def read_holes():
    return tuple(Hole(tuple(pattern.split()), reason)
                 for pattern, reason in read_reasons("holes.txt"))


def idle_holes(every):
    """The lines of holes.txt that say nothing about any place, because others come first or nothing fits."""
    used = {hole_of(each) for each in every}
    return [each for each in read_holes() if each not in used]


def all_cells(suites, quick=False):
    return [each for each in places(suites)
            if not (quick and each.kind == "exchange" and each.suite.code not in QUICK)
            and hole_of(each) is None]


def read_reasons(name):
    """(pattern, reason) of each line of a data file."""
    found = []
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            pattern, _, reason = line.partition("|")
            found.append((pattern.strip(), reason.strip()))
    return found


def read_expected_failures():
    return read_reasons("expected_failures.txt")


def expected_reason(expected, cell):
    for pattern, reason in expected:
        if fnmatch.fnmatchcase(cell.identity(), pattern):
            return reason
    return None
