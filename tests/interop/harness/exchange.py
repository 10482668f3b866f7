"""Runs one cell: a client and a server with the recorder between them, and every check on it."""
import dataclasses
import hashlib
import os
import time

from . import wire
from .processes import Child, jobs, parse_results

START_SECONDS = 20
CELL_SECONDS = 40
FAILED_SECONDS = 2  # for the other side, once one has failed
# One byte of data with the longest MAC, in whole blocks of the longest cipher.
ONE_BYTE_RECORD = 48
WITHOUT_RFC_5746 = ("forge",)


@dataclasses.dataclass
class Outcome:
    cell: object
    problems: list
    output: str
    seconds: float
    recordings: list = dataclasses.field(default_factory=list)

    def passed(self):
        return not self.problems


def listening_port(line):
    return int(line.split()[1]) if line.startswith("LISTENING ") else None


class DriverEndpoint:
    """A peer in one role of one cell."""

    def __init__(self, peer, role, cell, paths):
        self.name = f"{peer.name} as {role}"
        self._peer, self._role, self._cell, self._paths = peer, role, cell, paths
        self._child = None

    def start(self, port):
        environment = self._peer.environment(self._paths) if self._peer.environment else None
        words = self._peer.words(self._role, self._cell, port, self._paths)
        if self._peer.takes_jobs(self._cell):
            self._child = jobs(self._peer.start_of(self._cell, self._paths)).start(words)
        else:
            self._child = Child(self._peer.start_of(self._cell, self._paths) + words, environment)

    def listening(self):
        return self._child.wait_for_line(listening_port, START_SECONDS)

    def wait(self, seconds):
        return self._child.wait(seconds)

    def lines(self):
        return self._child.lines if self._child else []

    def results(self):
        return parse_results(self.lines())

    def problems(self):
        return [line for line in self.lines() if line.startswith("ERROR")]

    def stop(self):
        if self._child:
            self._child.stop()

    def output(self):
        if not self._child:
            return ""
        return " ".join(self._child.arguments) + "\n" + self._child.text()


def run(cell, client, server, paths, ours):
    """ours is the role that we have; None if two peers talk, of whom less is asked."""
    started = time.monotonic()
    recorder = wire.Recorder()
    problems = []
    try:
        server.start(0)
        recorder.target = server.listening()
        if recorder.target is None:
            problems.append(f"{server.name} did not listen")
        else:
            client.start(recorder.port)
            problems += wait_for_both(client, server, started + CELL_SECONDS)
    finally:
        client.stop()
        server.stop()
    recordings = recorder.finish()
    for endpoint in (client, server):
        problems += [f"{endpoint.name}: {line}" for line in endpoint.problems()]
    problems += check_results(cell, client, server, paths)
    connections = [wire.read_connection(each) for each in recordings]
    problems += check_wire(cell, connections, ours)
    output = "\n".join(f"--- {each.name}\n{each.output()}" for each in (client, server))
    output += "\n--- wire\n" + "\n".join(describe(each) for each in connections)
    return Outcome(cell, problems, output, time.monotonic() - started, recordings)


def wait_for_both(client, server, deadline):
    """Waits for the client, then for the server; a side whose peer failed gets a short while."""
    problems = []
    for endpoint in (client, server):
        while (status := endpoint.wait(0.05)) is None and time.monotonic() < deadline:
            if client.wait(0) or server.wait(0):
                deadline = min(deadline, time.monotonic() + FAILED_SECONDS)
        if status is None:
            problems.append(f"{endpoint.name} did not end in time")
        elif status != 0:
            problems.append(f"{endpoint.name} ended with {status}")
            deadline = min(deadline, time.monotonic() + FAILED_SECONDS)
    return problems


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def check_results(cell, client, server, paths):
    problems = []
    for endpoint, sent in ((client, paths.reply), (server, paths.request)):
        results = endpoint.results()
        if len(results) != cell.connections():
            problems.append(f"{endpoint.name} reported {len(results)} connections, "
                            f"not {cell.connections()}")
        for result in results:
            if result["sha256"] != sha256_of(sent):
                problems.append(f"{endpoint.name} received {result['received']} bytes that are "
                                f"not the {os.path.getsize(sent)} sent")
            if result.get("version", cell.version) != cell.version:
                problems.append(f"{endpoint.name} says version {result['version']}")
            if result.get("suite", cell.suite.code) not in names_of(cell.suite):
                problems.append(f"{endpoint.name} says suite {result['suite']}")
            if result.get("end", "clean") not in ("clean", "unknown"):
                problems.append(f"{endpoint.name} says the end was {result['end']}")
    if cell.client_certificate():
        for result in server.results():
            if result.get("certificate", "yes") not in ("yes", "unknown"):
                problems.append(f"{server.name} saw no client certificate")
    if cell.resumes():
        for endpoint in (client, server):
            told = [each.get("resumed", "unknown") for each in endpoint.results()]
            # In either order: a server may write the line of the second connection first.
            if "unknown" not in told and sorted(told) != ["no", "yes"]:
                problems.append(f"{endpoint.name} says resumed: {', '.join(told)}")
    return problems


def names_of(suite):
    """How a suite may be called: JSSE has SSL_ for some of the registry's TLS_."""
    return (suite.code, suite.name, "SSL_" + suite.name[4:], suite.openssl,
            *gnutls_names(suite))


def gnutls_names(suite):
    short = suite.name.replace("_WITH_", "_").replace("_anon_", "_ANON_").replace("_SHA", "_SHA1")
    return (short, short.replace("RC4_128", "ARCFOUR_128"), short.replace("_SHA1", "_SHA"))


def check_wire(cell, connections, ours):
    problems = []
    if len(connections) != cell.connections():
        problems.append(f"{len(connections)} connections on the wire, not {cell.connections()}")
    for number, connection in enumerate(connections):
        if connection.version != cell.version:
            problems.append(f"the ServerHello says {connection.version}")
        if connection.suite != cell.suite.code:
            problems.append(f"the ServerHello says suite {connection.suite}")
        if not connection.server.said_goodbye():
            problems.append("the server's last record is not an alert: no close_notify")
        # A peer may answer close_notify by simply going away; we answer it with our own.
        if ours == "client" and not connection.client.said_goodbye():
            problems.append("our last record is not an alert: no close_notify")
        if cell.resumes() and connection.resumed != (number == 1):
            problems.append(f"connection {number + 1} was "
                            f"{'' if connection.resumed else 'not '}resumed")
        problems += check_key_exchange(cell, connection)
        problems += check_hello(cell, connection, ours)
        problems += check_splitting(cell, connection, ours)
    return problems


def check_key_exchange(cell, connection):
    """What the messages of RFC 6101 §5.6 and RFC 2246 §7.4 must show of this suite and its certificates."""
    problems = []
    if connection.resumed:
        return problems
    server, client = connection.server.types(), connection.client.types()
    has_key = wire.SERVER_KEY_EXCHANGE in server
    exchange, suite = cell.suite.exchange, cell.suite
    wants_key = cell.kind == "temporary_key" or not (suite.kind == "RSA" or suite.is_fixed)
    if has_key != wants_key:
        problems.append(f"{exchange}: {'a' if has_key else 'no'} ServerKeyExchange")
    if (wire.CERTIFICATE in server) == suite.is_anonymous:
        problems.append(f"{exchange}: the server {'shows' if suite.is_anonymous else 'shows no'} certificate")
    if not cell.client_certificate():
        return problems
    shown = connection.client.body(wire.CERTIFICATE)
    if not shown or len(shown) <= 3:
        problems.append("no client certificate on the wire")
    # A certificate that holds the Diffie-Hellman key proves itself by the Finished message.
    is_fixed = cell.kind == "client_certificate_dh"
    if (wire.CERTIFICATE_VERIFY in client) == is_fixed:
        problems.append(f"{'a' if is_fixed else 'no'} CertificateVerify on the wire")
    public_value = connection.client.body(wire.CLIENT_KEY_EXCHANGE)
    if is_fixed and public_value:
        problems.append(f"the ClientKeyExchange has {len(public_value)} bytes, not the empty, implicit value")
    return problems


def check_hello(cell, connection, ours):
    problems = []
    if cell.kind == "no_extensions" and ours == "client":
        if connection.hello_extensions is not None:
            problems.append(f"the hello has extensions {connection.hello_extensions}")
        if wire.RENEGOTIATION_SIGNAL in connection.hello_suites:
            problems.append("the hello has the renegotiation signal")
    if cell.peer in WITHOUT_RFC_5746 and ours == "client" and connection.server_extensions:
        problems.append(f"{cell.peer} sent extensions {connection.server_extensions}")
    if connection.hello_is_sslv2 != (cell.kind == "sslv2_hello"):
        problems.append(f"the hello is {'' if connection.hello_is_sslv2 else 'not '}in the format of SSL 2.0")
    if cell.kind == "fall_back" and (connection.hello_version or (3, 0)) <= (3, 0):
        problems.append("the hello did not offer more than SSL 3.0")
    return problems


def check_splitting(cell, connection, ours):
    """1/n-1 splitting is visible from outside: the first data record is as short as they come."""
    if "_CBC_" not in cell.suite.name or not ours:
        return []
    lengths = (connection.client if ours == "client" else connection.server).data_lengths()
    if not lengths:
        return ["we sent no application data"]
    # An empty record before the data would be a splitting too, but ours is one byte.
    split = lengths[0] <= ONE_BYTE_RECORD
    if split == (cell.kind == "no_split"):
        return [f"our first data record has {lengths[0]} bytes: splitting is "
                f"{'on' if split else 'off'}"]
    return []


def describe(connection):
    def types(side):
        shown = [f"{kind}:{length}" for kind, length in side.records]
        return " ".join(shown[:12] + (["..."] + shown[-2:] if len(shown) > 14 else shown[12:]))
    return (f"{connection.version} {connection.suite} resumed={connection.resumed} "
            f"hello={connection.hello_version}{' in the format of SSL 2.0' * connection.hello_is_sslv2} extensions={connection.hello_extensions} "
            f"server extensions={connection.server_extensions} "
            f"alerts in the clear: client {connection.client.alerts} "
            f"server {connection.server.alerts}\n"
            f"client records {types(connection.client)}\n"
            f"server records {types(connection.server)}")
