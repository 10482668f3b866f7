"""What the tests of `heirloom reach --check` share: its report, the schema, and a relay that has accidents."""
import contextlib
import json
import os
import pathlib
import re
import select
import socket
import struct
import threading

from support import PATIENCE, environment, run

SCHEMA = json.loads((pathlib.Path(os.environ["HEIRLOOM_SOURCE_DIR"]) / "docs/check.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_of_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def violations(value, schema, place="$"):
    """What is wrong with a value by a schema; understands the keywords that ours uses, and no others."""
    known = {
        "$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "pattern", "minimum", "maximum",
        "minItems", "items", "required", "additionalProperties", "properties", "oneOf",
    }
    assert set(schema) <= known, set(schema) - known
    found = []
    if "$ref" in schema:
        found += violations(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], place)
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_of_type(value, name) for name in names):
            return found + [f"{place} is {value!r}, not {names}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{place} is {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place} is {value!r}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{place} is {value!r}")
    if value is not None and not schema.get("minimum", float("-inf")) <= (
        value if "minimum" in schema else 0
    ) <= schema.get("maximum", float("inf")):
        found.append(f"{place} is {value!r}")
    if "oneOf" in schema and sum(not violations(value, each, place) for each in schema["oneOf"]) != 1:
        found.append(f"{place} is {value!r}")
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            found.append(f"{place} is too short")
        for i, item in enumerate(value):
            found += violations(item, schema.get("items", {}), f"{place}[{i}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{place} has no {name}" for name in schema.get("required", []) if name not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{place} has {name}" for name in value if name not in properties]
        for name, item in value.items():
            found += violations(item, properties.get(name, {}), f"{place}.{name}")
    return found


class Checked:
    """One box of a run with --json."""

    def __init__(self, line):
        self.object = json.loads(line)
        problems = violations(self.object, SCHEMA)
        assert not problems, problems
        self.checks = {check["id"]: check for check in self.object["checks"]}
        self.protocols = {protocol["version"]: protocol for protocol in self.object["protocols"]}

    def status(self, name):
        return self.checks[name]["status"]

    def severity(self, name):
        return self.checks[name]["severity"]

    def evidence(self, name):
        return self.checks[name]["evidence"]

    def accepted(self):
        """Versions that the box accepts."""
        return {version for version, protocol in self.protocols.items() if protocol["state"] == "accepted"}

    def suites(self, version):
        return {suite["number"] for suite in self.protocols[version]["suites"]}


class Run:
    """`heirloom reach --check --json`, and what it said."""

    def __init__(self, *words, state):
        self.outcome = run("reach", "--check", "--json", *words, env=environment(XDG_STATE_HOME=str(state)))
        self.code = self.outcome.code
        self.boxes = [Checked(line) for line in self.outcome.out.decode().splitlines()]

    @property
    def box(self):
        assert len(self.boxes) == 1, self.outcome.err
        return self.boxes[0]


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def is_open(client):
    """Whether neither side has ended a connection, as the kernel sees it."""
    established = 1  # of TCP_INFO
    try:
        return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == established
    except OSError:
        return False


class Relay:
    """A TCP relay before a server. `accident(number)` may treat a connection itself, counted from 1, and is then
    true; `judge(hello)` is false for a hello that must not pass; `drops_alerts` hangs up instead of an alert."""

    def __init__(self, port, accident=None, judge=None, drops_alerts=False):
        self.target = port
        self.accident = accident or (lambda number, client: False)
        self.judge = judge or (lambda hello: True)
        self.drops_alerts = drops_alerts
        self.count = 0
        self.clients = []  # every connection so far
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            self.clients.append(client)
            number = self.count
            threading.Thread(target=self.serve, args=(client, number), daemon=True).start()

    def serve(self, client, number):
        with contextlib.suppress(OSError), client:
            if not self.accident(number, client):
                self.forward(client)

    def forward(self, client):
        hello = client.recv(65536)
        if not hello or not self.judge(hello):
            return
        with socket.create_connection(("127.0.0.1", self.target), timeout=PATIENCE) as server:
            server.sendall(hello)
            while True:
                for ready in select.select([client, server], [], [], PATIENCE)[0]:
                    data = ready.recv(65536)
                    if not data or (self.drops_alerts and ready is server and data[0] == 21):
                        return
                    (server if ready is client else client).sendall(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def has_extensions(hello):
    """Whether a ClientHello in one record goes on after the compression methods."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + struct.unpack(">H", hello[at:at + 2])[0]
    at += 1 + hello[at]
    return at < len(hello)
