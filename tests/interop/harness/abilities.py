"""The abilities beyond suites: what each is, how it is asked of both ends, and what must be seen.

A place is an ability, a version, a peer and its role; it is tried unless holes.txt says why not.
"""
import dataclasses
import os
import re

from .cells import Cell, hole_of
from .suites import NAMES, ROLES, VERSIONS

SUITE = "002f"  # every peer has it
# Botan asks for certificates in suites that sign.
SUITES = {("new_certificate_peer_starts", "botan"): "0033"}
TLS = ("tls1",)
PEERS = tuple(each for each in NAMES if each != "node4")  # of the two old ones OpenSSL 1.0.1 is tried
EXPORTER_LABEL = "EXPORTER-heirloom-interop"
FRAGMENT = 1024
# What a record may have beyond its plaintext: a MAC and padding.
RECORD_OVERHEAD = 20 + 256
# What both ends say and must say alike, where the peer can tell.
COMPARED = ("handshakes", "secure", "ems", "etm", "fragment", "compression", "alpn", "server_name",
            "unique", "exporter")


@dataclasses.dataclass(frozen=True, eq=False)
class Ability:
    """kind is its name in holes.txt and, with spaces, in the table. The words go to an end by whose it is
    and by its role."""
    kind: str
    seen: str  # for the page: what must be seen
    versions: tuple = VERSIONS
    roles: tuple = ROLES  # the peer's
    ours: dict = dataclasses.field(default_factory=dict)
    theirs: dict = dataclasses.field(default_factory=dict)
    client: dict = dataclasses.field(default_factory=dict)
    server: dict = dataclasses.field(default_factory=dict)
    expected: dict = dataclasses.field(default_factory=dict)  # what we say of the last connection
    told: dict = dataclasses.field(default_factory=dict)  # what the peer must say of it; "" for anything
    extension: int = 0  # that stands in both hellos of the wire
    resumes: bool = False
    refused: str = ""  # what our end fails with, as it must
    own_range: bool = False  # our end offers or takes both versions
    client_shows: bool = False  # the client has a certificate, for a later handshake


RENEGOTIATED = {"handshakes": "2", "secure": "yes"}
ABILITIES = (
    Ability("resume_by_id", "the abbreviated handshake on the second connection, without tickets",
            theirs={"no_ticket": 1}, expected={"resumed": "yes"}, resumes=True),
    Ability("resume_by_ticket", "the same by a ticket (RFC 5077); the server keeps nothing", TLS,
            ours={"tickets": 1, "extensions": "+session_ticket"}, theirs={"tickets": 1},
            expected={"resumed": "yes"}, extension=35, resumes=True),
    Ability("resume_bound", "the same by id, with the extended master secret (RFC 7627 §5.3)", TLS,
            theirs={"no_ticket": 1, "ems": 1}, expected={"resumed": "yes", "ems": "yes"}, extension=23,
            resumes=True),
    Ability("renegotiate", "we start another handshake, bound to the first (RFC 5746)",
            ours={"starts": "us", "handshakes": 2}, theirs={"renegotiation": 1}, expected=RENEGOTIATED),
    Ability("renegotiate_peer_starts", "the peer starts it",
            ours={"starts": "peer", "handshakes": 2}, theirs={"renegotiation": 1, "renegotiate": 1},
            expected=RENEGOTIATED),
    Ability("renegotiate_resumed", "we start it and offer the session: the abbreviated handshake",
            roles=("server",), ours={"starts": "us", "handshakes": 2, "resumed": 1},
            theirs={"renegotiation": 1, "no_ticket": 1, "resume": 1}, expected={**RENEGOTIATED, "resumed": "yes"}),
    Ability("new_certificate", "we ask a client for its certificate in a second handshake", roles=("client",),
            ours={"starts": "us", "handshakes": 2, "demand": 1}, theirs={"renegotiation": 1},
            expected={**RENEGOTIATED, "certificate": "yes"}, client_shows=True),
    Ability("new_certificate_peer_starts", "the peer asks us so", roles=("server",),
            ours={"starts": "peer", "handshakes": 2},
            theirs={"renegotiation": 1, "renegotiate": 1, "demand": 1},
            expected=RENEGOTIATED, told={"certificate": "yes"}, client_shows=True),
    Ability("renegotiation_refused", "the peer refuses with no_renegotiation, and the connection goes on", TLS,
            ours={"starts": "us", "handshakes": 2, "renegotiation": "any"},
            expected={"handshakes": "1", "refused": "yes"}),
    Ability("renegotiation_ended", "at SSL 3.0, which has no such alert, it refuses with handshake_failure",
            ("ssl3",), ours={"starts": "us", "handshakes": 2, "renegotiation": "any"}, theirs={"refuse": 1},
            refused=r"handshake_failure \(40\)"),
    Ability("legacy_peer", "no RFC 5746 at the other end: we talk", TLS, theirs={"legacy": 1},
            expected={"secure": "no", "handshakes": "1"}),
    Ability("legacy_refused", "the same, and by default we do not renegotiate with it", TLS,
            ours={"starts": "us", "handshakes": 2}, theirs={"legacy": 1, "renegotiation": 1},
            refused="the policy does not let this connection renegotiate"),
    Ability("legacy_renegotiation", "the same, and by `Renegotiation::any` we do", TLS,
            ours={"starts": "us", "handshakes": 2, "renegotiation": "any"},
            theirs={"legacy": 1, "renegotiation": 1},
            expected={"secure": "no", "insecure": "yes", "handshakes": "2"}),
    Ability("sslv2_hello", "the hello on the wire is in the format of SSL 2.0 (RFC 2246 E)",
            client={"sslv2_hello": 1}, server={"sslv2_hello": 1}, expected={"sslv2_hello": "yes"}),
    Ability("deflate", "the records are compressed (RFC 3749)", ours={"compression": "deflate"},
            theirs={"deflate": 1}, expected={"compression": "1"}),
    Ability("extended_master_secret", "RFC 7627, in both hellos", TLS, theirs={"ems": 1},
            expected={"ems": "yes"}, extension=23),
    Ability("encrypt_then_mac", "RFC 7366, in both hellos", TLS, theirs={"etm": 1}, expected={"etm": "yes"},
            extension=22),
    Ability("alpn", "of two protocols the one that both have (RFC 7301)", TLS,
            client={"alpn": "heirloom/0,heirloom/1"}, server={"alpn": "heirloom/1"},
            expected={"alpn": "heirloom/1"}, extension=16),
    Ability("max_fragment_length", f"the client asks for {FRAGMENT} bytes (RFC 6066 §4): no record has more", TLS,
            client={"fragment": FRAGMENT}, expected={"fragment": str(FRAGMENT)}, extension=1),
    Ability("server_name", "the server is told localhost (RFC 6066 §3)", TLS,
            client={"server_name": "localhost"}, server={"server_name": "localhost"},
            expected={"server_name": "localhost"}),
    Ability("stapling", "the server staples an OCSP response (RFC 6066 §8)", TLS,
            ours={"extensions": "+status_request"}, theirs={"staple": "{staple}"}, server={"staple": "{staple}"}),
    Ability("fallback_signal", "our retry at a lower version is refused with inappropriate_fallback (RFC 7507)",
            roles=("server",), ours={"fallback": 1}, theirs={"higher": 1}, refused="inappropriate_fallback"),
    Ability("fallback_signal_peer", "the peer's retry is refused by us", ("ssl3",), roles=("client",),
            theirs={"fallback": 1}, refused="the client fell back", own_range=True),
    Ability("tls_unique", "both ends have the same channel binding (RFC 5929 §3)", TLS, told={"unique": ""}),
    Ability("exporter", "both ends have the same keying material (RFC 5705)", TLS,
            ours={"exporter": EXPORTER_LABEL}, theirs={"exporter": EXPORTER_LABEL}, told={"exporter": ""}),
)


@dataclasses.dataclass(frozen=True)
class AbilityCell(Cell):
    """A cell whose two ends are also told what the ability wants of them."""
    ability: Ability = None
    is_ability = True

    def resumes(self):
        return self.ability.resumes

    def words_of(self, whose, role, paths):
        """The words for one end: whose is "ours" or "theirs"."""
        words = {**getattr(self.ability, role), **getattr(self.ability, whose)}
        if role == "client" and self.ability.client_shows:
            words.update(nickname="client", key=paths.certificate("client", ".key"),
                         certificate=paths.certificate("client", ".chain"),
                         pkcs8=paths.certificate("client", ".pkcs8"),
                         pkcs12=paths.certificate("client", ".p12"))
        if whose == "theirs" and "demand" in words:
            words["ca"] = paths.certificate("authorities", ".crt")
        if self.ability.extension == 1 and self.peer == "mbedtls" and role == "server":
            # It does not put a handshake message into several records, or together from them.
            words["certificate"] = paths.certificate("server", ".crt")
        staple = paths.certificate("server", ".ocsp")
        return {name: staple if value == "{staple}" else value for name, value in words.items()}


def places(suites):
    """Every place of the abilities, tried or not."""
    by_code = {each.code: each for each in suites}
    for ability in ABILITIES:
        for version in ability.versions:
            for peer in PEERS:
                for role in ability.roles:
                    suite = by_code[SUITES.get((ability.kind, peer), SUITE)]
                    yield AbilityCell(ability.kind, version, suite, peer, role, ability)


def all_cells(suites):
    return [each for each in places(suites) if hole_of(each) is None]


def check(cell, ours, theirs, connections):
    """ours and theirs are the facts of the last connection; the rest of a cell is checked as ever."""
    problems = []
    ability = cell.ability
    for name, wanted in ability.expected.items():
        if ours.get(name) != wanted:
            problems.append(f"we say {name}={ours.get(name)}, not {wanted}")
    for name, wanted in ability.told.items():
        if theirs.get(name, "none") in ("none", "unknown") or wanted not in ("", theirs[name]):
            problems.append(f"the peer says {name}={theirs.get(name)}")
    # In a renegotiation a peer may mean the first handshake.
    for name in COMPARED + (("resumed",) if ability.resumes else ()):
        if name == "unique" and cell.version == "ssl3":
            continue  # we give none there (RFC 5929 §3 is about TLS)
        if theirs.get(name, "unknown") not in ("unknown", ours.get(name)):
            problems.append(f"the peer says {name}={theirs[name]}, we say {ours.get(name)}")
    for connection in connections:
        problems += check_connection(ability, connection)
    if ability.kind == "stapling" and cell.role == "server" and ours["staple"] != "yes":
        problems.append("we saw no stapled response")
    if ability.kind == "stapling" and cell.role == "client" and theirs.get("staple") != "yes":
        problems.append("the peer saw no stapled response")
    return problems


def check_connection(ability, connection):
    problems = []
    hello, answer = connection.hello_extensions or [], connection.server_extensions or []
    # A resumed session need not be told of its ticket again.
    answers = not (connection.resumed and ability.extension == 35)
    if ability.extension and (ability.extension not in hello or (answers and ability.extension not in answer)):
        problems.append(f"extension {ability.extension} is not in both hellos: {hello}, {answer}")
    if ability.kind == "legacy_peer" and 0xff01 in answer:
        problems.append("the peer has RFC 5746")
    if ability.kind == "max_fragment_length":
        longest = max(connection.client.data_lengths() + connection.server.data_lengths())
        if longest > FRAGMENT + RECORD_OVERHEAD:
            problems.append(f"a record of {longest} bytes")
    return problems


def refusal(cell, lines):
    """What is wrong with how our end refused, given its lines."""
    errors = [line for line in lines if line.startswith("ERROR")]
    if len(errors) == 1 and re.search(cell.ability.refused, errors[0]):
        return []
    return [f"we should have failed with {cell.ability.refused}, and said {errors or 'nothing'}"]


def our_words(cell, port, paths, received):
    """The words of heirloom_ability_peer for our end of a cell."""
    role = "server" if cell.role == "client" else "client"
    words = {"port": port, "version": "ssl3,tls1" if cell.ability.own_range else cell.version,
             "suite": cell.suite.code, "send": paths.request if role == "client" else paths.reply,
             "receive": received, "expect": os.path.getsize(paths.request), "connections": cell.connections(),
             "ca": paths.certificate("authorities", ".crt")}
    if role == "server":
        words.update(key=paths.certificate("server", ".key"), certificate=paths.certificate("server", ".chain"))
    words.update(cell.words_of("ours", role, paths))
    return [role] + [f"{name}={value}" for name, value in words.items()]
