"""Our program as one side of a cell: `heirloom connect` and `heirloom serve --forward`."""
import glob
import hashlib
import json
import os
import re
import socket
import ssl
import sys
import threading

from .processes import Child, parse_results

SAID = {"SSL 3.0": "ssl3", "TLS 1.0": "tls1"}


def resume_client_of(program):
    return beside(program, "heirloom_resume_client")


def beside(program, name):
    """It is built beside the program, unless that was built without tests: then the newest one there is."""
    last = os.path.join("tests", "interop", name)
    first = os.path.join(os.path.dirname(os.path.dirname(program)), last)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    built = glob.glob(os.path.join(root, "build", "*", last))
    if os.path.exists(first) or not built:
        return first
    return max(built, key=os.path.getmtime)


def find(root, given):
    """The program: given, or from $HEIRLOOM, or the newest one built with its resume client."""
    named = given or os.environ.get("HEIRLOOM")
    built = glob.glob(os.path.join(root, "build", "*", "app", "heirloom"))
    candidates = [os.path.abspath(named)] if named else built
    complete = [each for each in candidates if os.path.exists(resume_client_of(each))]
    if not complete:
        sys.exit("no program heirloom with heirloom_resume_client "
                 f"{'for ' + named if named else 'under build/'}: build the project first")
    return max(complete, key=os.path.getmtime)


def protocol_arguments(cell, ours):
    lowest, highest = cell.version, cell.version
    if cell.kind == "fall_back" and ours == "client":
        highest = "tls1"
    words = ["--min", lowest, "--max", highest, "--suites", cell.suite.code]
    allowed = cell.suite.allow
    if cell.kind == "temporary_key":
        allowed += ("rsa512",)
    if allowed:
        words += ["--allow", ",".join(allowed)]
    if cell.kind == "no_split":
        words.append("--no-split")
    if cell.kind == "no_extensions" and ours == "client":
        words.append("--no-extensions")
    return words


class Backend:
    """A plain server behind `heirloom serve --forward`: reads a request, sends a reply, closes."""

    def __init__(self, cell, paths):
        self._cell, self._paths = cell, paths
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.received = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with open(self._paths.reply, "rb") as file:
            reply = file.read()
        try:
            for _ in range(self._cell.connections()):
                connection, _ = self._listener.accept()
                with connection:
                    data = b""
                    while len(data) < self._paths.size:
                        chunk = connection.recv(65536)
                        if not chunk:
                            break
                        data += chunk
                    self.received.append(data)
                    connection.sendall(reply)
        except OSError:
            pass  # stopped

    def stop(self):
        # Wakes accept(), which close alone does not.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self._thread.join(2)


class ServerEndpoint:
    name = "heirloom serve"

    def __init__(self, program, cell, paths, extra=()):
        self._program, self._cell, self._paths, self._extra = program, cell, paths, extra
        self._backend = Backend(cell, paths)
        self._child = None

    def start(self, port):
        certificate = self._paths.certificate
        words = [self._program, "serve", "--listen", f"127.0.0.1:{port}",
                 "--forward", self._backend.address, "--count", self._cell.connections(),
                 "--log-format", "json"]
        name = self._cell.server_certificate()
        if name:
            words += ["--cert", certificate(name, ".chain"), "--key", certificate(name, ".key")]
        if self._cell.client_certificate():
            words += ["--client-auth", "required", "--cafile", certificate("authorities", ".crt")]
        words += protocol_arguments(self._cell, "server") + list(self._extra)
        self._child = Child(words)

    def listening(self):
        def port(line):
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
            return int(found.group(1)) if found else None
        return self._child.wait_for_line(port, 10)

    def wait(self, seconds):
        return self._child.wait(seconds)

    def results(self):
        lines = [read_json(line) for line in self._child.lines] if self._child else []
        told = [each for each in lines if each.get("event") == "connection"]
        results = []
        for data, line in zip(self._backend.received, told):
            results.append({"received": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                            "version": SAID.get(line.get("version")),
                            "suite": code_of(line.get("suite_id")),
                            "resumed": "yes" if line.get("resumed") else "no"})
        return results

    def problems(self):
        return []

    def stop(self):
        self._backend.stop()
        if self._child:
            self._child.stop()

    def output(self):
        return " ".join(self._child.arguments) + "\n" + self._child.text() if self._child else ""


def received_file(cell, paths):
    """A new empty file for what a client receives."""
    path = os.path.join(paths.work, cell.identity().replace(" ", "-") + ".received")
    with open(path, "wb"):
        return path


def fingerprint(path):
    with open(path, encoding="ascii") as file:
        return "sha256:" + hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()


def code_of(identifier):
    return identifier.lower().removeprefix("0x")


def read_json(line):
    try:
        return json.loads(line)
    except ValueError:
        return {}


class ClientEndpoint:
    name = "heirloom connect"

    def __init__(self, program, cell, paths, extra=()):
        self._program, self._cell, self._paths, self._extra = program, cell, paths, extra
        self._child = None
        self._output = received_file(cell, paths)

    def start(self, port):
        certificate = self._paths.certificate
        words = [self._program, "connect", f"127.0.0.1:{port}", "--json", "--timeout", "20"]
        shown = self._cell.server_certificate()
        if shown and ("512" in shown or shown == "kea"):
            # No authority makes up for a key of 512 bits, only this very certificate; and KEA's has no address.
            words += ["--pin", fingerprint(certificate(shown, ".crt"))]
        else:
            words += ["--cafile", certificate("authorities", ".crt")]
        name = self._cell.client_certificate()
        if name:
            words += ["--cert", certificate(name, ".chain"), "--key", certificate(name, ".key")]
        words += protocol_arguments(self._cell, "client") + list(self._extra)
        with open(self._paths.request, "rb") as request, open(self._output, "wb") as output:
            self._child = Child(words, stdin=request, stdout=output)

    def wait(self, seconds):
        return self._child.wait(seconds)

    def results(self):
        told = [read_json(line) for line in self._child.lines] if self._child else []
        summary = next((each for each in told if each.get("event") == "connected"), None)
        if summary is None:
            return []
        with open(self._output, "rb") as file:
            data = file.read()
        return [{"received": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                 "version": SAID.get(summary["version"]), "suite": code_of(summary["suite"]["id"])}]

    def problems(self):
        return []

    def stop(self):
        if self._child:
            self._child.stop()

    def output(self):
        return " ".join(self._child.arguments) + "\n" + self._child.text() if self._child else ""


class ResumingEndpoint:
    """heirloom_resume_client, which is built with the tests."""
    name = "heirloom_resume_client"

    def __init__(self, program, cell, paths):
        self._program = resume_client_of(program)
        self._cell, self._paths = cell, paths
        self._child = None
        self._output = received_file(cell, paths)

    def start(self, port):
        self._child = Child([
            self._program, f"port={port}", f"version={self._cell.version}",
            f"suite={self._cell.suite.code}", f"send={self._paths.request}",
            f"receive={self._output}", f"connections={self._cell.connections()}"])

    def wait(self, seconds):
        return self._child.wait(seconds)

    def results(self):
        """Its own facts, with the hashes of what it wrote, one reply after the other."""
        results = parse_results(self._child.lines if self._child else [])
        with open(self._output, "rb") as file:
            for result in results:
                data = file.read(int(result["received"]))
                result["sha256"] = hashlib.sha256(data).hexdigest()
        return results

    def problems(self):
        lines = self._child.lines if self._child else []
        return [line for line in lines if line.startswith("ERROR")]

    def stop(self):
        if self._child:
            self._child.stop()

    def output(self):
        return " ".join(self._child.arguments) + "\n" + self._child.text() if self._child else ""


def endpoint(program, role, cell, paths):
    if role == "server":
        return ServerEndpoint(program, cell, paths)
    return (ResumingEndpoint if cell.kind == "resume" else ClientEndpoint)(program, cell, paths)
