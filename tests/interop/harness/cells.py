"""What is tried: the suites file, the cells of the matrix, and the failures that are expected."""
import dataclasses
import fnmatch
import os

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSIONS = ("ssl3", "tls1")
ROLES = ("client", "server")  # the peer's
# Features are tried with a suite that every peer has.
FEATURE_SUITE = "002f"


@dataclasses.dataclass(frozen=True)
class Suite:
    code: str
    name: str
    openssl: str
    gnutls: str
    peers: tuple  # of (version, peer, role)


@dataclasses.dataclass(frozen=True)
class Cell:
    """One thing to try. role is the peer's; we have the other one."""
    kind: str
    version: str
    suite: Suite
    peer: str
    role: str

    def identity(self):
        return f"{self.kind} {self.version} {self.suite.code} {self.peer} {self.role}"

    def connections(self):
        return 2 if self.kind == "resume" else 1


def read_suites():
    suites = []
    with open(os.path.join(HERE, "suites.tsv"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            code, name, openssl, gnutls, *columns = line.rstrip("\n").split("\t")
            peers = []
            for version, column in zip(VERSIONS, columns):
                for word in column.split():
                    peer, _, only = word.partition(":")
                    peers += [(version, peer, role) for role in ROLES if only in ("", role)]
            suites.append(Suite(code, name, openssl, gnutls, tuple(peers)))
    return suites


# Which peers have which feature: (kind, role) to versions to peers.
FEATURES = {
    # By session id. Go resumes by ticket only, Bouncy Castle only with the extended master secret.
    ("resume", "client"): {"ssl3": "node jsse nss pike",
                           "tls1": "node jsse nss pike gnutls openssl"},
    ("resume", "server"): {"ssl3": "node jsse nss pike",
                           "tls1": "node jsse nss pike gnutls openssl"},
    # Pike's client certificates over SSL 3.0 are refused by every other peer.
    ("client_certificate", "client"): {"ssl3": "node jsse nss bouncycastle",
                                       "tls1": "node jsse nss pike bouncycastle gnutls openssl go"},
    ("client_certificate", "server"): {"ssl3": "node jsse nss bouncycastle",
                                       "tls1": "node jsse nss bouncycastle gnutls openssl go"},
    ("no_split", "client"): {"ssl3": "node jsse nss pike bouncycastle",
                             "tls1": "node jsse nss pike bouncycastle gnutls openssl go forge"},
    ("no_split", "server"): {"ssl3": "node jsse nss pike bouncycastle",
                             "tls1": "node jsse nss pike bouncycastle gnutls openssl go forge"},
    ("no_extensions", "server"): {"ssl3": "node jsse nss pike bouncycastle",
                                  "tls1": "node jsse nss pike bouncycastle gnutls openssl go"},
    # One side offers both versions, the other has SSL 3.0 only.
    ("fall_back", "client"): {"ssl3": "node jsse nss pike"},
    ("fall_back", "server"): {"ssl3": "node jsse nss pike bouncycastle"},
}


def all_cells(suites, quick=False):
    cells = []
    for suite in suites:
        for version, peer, role in suite.peers:
            if quick and suite.code not in ("0004", "000a", "002f"):
                continue
            cells.append(Cell("exchange", version, suite, peer, role))
    common = next(suite for suite in suites if suite.code == FEATURE_SUITE)
    for (kind, role), versions in FEATURES.items():
        for version, peers in versions.items():
            cells += [Cell(kind, version, common, peer, role) for peer in peers.split()]
    return cells


def read_expected_failures():
    """(pattern, reason) from the data file."""
    expected = []
    with open(os.path.join(HERE, "expected_failures.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            pattern, _, reason = line.partition("|")
            expected.append((pattern.strip(), reason.strip()))
    return expected


def expected_reason(expected, cell):
    for pattern, reason in expected:
        if fnmatch.fnmatchcase(cell.identity(), pattern):
            return reason
    return None
