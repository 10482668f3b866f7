"""heirloom demo: its table, its JSON, its files, and every suite explained, with each printed value computed again by
code that shares nothing with the program (old_tls.py), from the messages, the pre_master_secret and the randoms."""
import hashlib
import itertools
import json
import os
import pathlib
import re
import shlex
import stat
import subprocess
import tempfile
import unittest

import old_tls
import pcapng
from message_support import expect_message
from support import PATIENCE, PROGRAM, Outcome, environment, run

SUITES = json.loads(run("suites", "--json").out)["suites"]
# What is left out here is a full handshake twice: its keys would be used again (RFC 6101 D.5.3).
RESUMED = {suite["id"] for suite in SUITES if suite["cipher"] not in old_tls.CARRIED}
SCENES = [(suite, version) for suite in SUITES for version in suite["versions"]]
OPTION = {"SSL 3.0": "ssl3", "TLS 1.0": "tls1"}
BULK = 20000
CHANGE_CIPHER_SPEC = 20


class Stage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def demo(self, *words, output=None):
        return run("demo", *words, "-o", output or self.folder / "out")

    def passed(self, *words):
        outcome = self.demo(*words, output=tempfile.mkdtemp(dir=self.folder))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        return outcome.out.decode()


class Table(Stage):
    def test_every_suite_at_every_version(self):
        outcome = self.demo()
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        text = outcome.out.decode()
        for line in (self.folder / "out/demo.keys").read_text().splitlines():
            self.assertNotIn(line.split()[2][:16], text, "the table shows a secret")
        lines = text.splitlines()
        rows = [re.split(r"  +", line) for line in lines if re.match(r"\d+/\d+ ", line)]
        expected = [
            (suite["iana_name"], suite["id"], version, suite["key_exchange"], suite["cipher"], kind)
            for suite, version in SCENES for kind in kinds_of(suite)
        ]
        self.assertEqual([(*row[1:6], row[6].split()[0]) for row in rows], expected)
        for number, row in enumerate(rows, 1):
            self.assertEqual(row[0], f"{number}/{len(expected)}")
            self.assertEqual(row[-2], "passed")
            self.assertIn(row[-1], ("legacy", "weak", "broken"))
            self.assertGreater(int(row[-3]), 2 * BULK)
        self.assertIn(f"{len(expected)} of {len(expected)} connections passed in ", text)

    def test_commands_that_open_the_files_are_exact(self):
        lines = [line.strip() for line in self.passed("RC4-MD5").splitlines()]
        for tool, count in (("wireshark", 2), ("tshark", 1)):
            commands = [shlex.split(line) for line in lines if line.startswith(tool + " ")]
            self.assertEqual(len(commands), count)
            for command in commands:
                for word in command:
                    if "/" in word:
                        path = pathlib.Path(word.removeprefix("tls.keylog_file:"))
                        self.assertTrue(path.is_absolute() and path.is_file(), word)

    def test_one_version_only(self):
        rows = re.findall(r"^\d+/\d+ .*$", self.passed("--version", "ssl3"), re.M)
        self.assertEqual(len(rows), 2 * sum("SSL 3.0" in suite["versions"] for suite in SUITES))
        self.assertTrue(all("  SSL 3.0  " in row for row in rows))

    def test_quiet_says_nothing(self):
        self.assertEqual(self.passed("--quiet", "--version", "tls1"), "")

    def test_default_directory(self):
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        for words, directory in ((("--version", "ssl3"), ""), (("RC4-SHA",), "RC4-SHA-tls1"), (("RC4-SHA", "--version", "ssl3"), "RC4-SHA-ssl3")):
            self.assertEqual(run("demo", *words).code, 0)
            found = {path.name for path in (self.folder / "heirloom-demo" / directory).iterdir()}
            self.assertGreaterEqual(found, {"demo.keys", "demo.pcapng"})


class Json(Stage):
    """One whole demonstration, looked at from several sides."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.outcome = run("demo", "--json", "-o", pathlib.Path(folder.name) / "out")
        cls.lines = [json.loads(line) for line in cls.outcome.out.splitlines()]
        cls.capture = pcapng.read(cls.lines[-1]["capture"])

    def test_an_object_per_connection_and_a_summary(self):
        self.assertEqual((self.outcome.code, self.outcome.err), (0, ""))
        *lines, summary = self.lines
        self.assertEqual([line["event"] for line in lines], ["connection"] * 2 * len(SCENES))
        expected = [
            (suite["iana_name"], suite["id"], suite["openssl_name"], version, suite["mac"], kind, "passed", "")
            for suite, version in SCENES for kind in kinds_of(suite)
        ]
        names = ("suite", "suite_id", "openssl_name", "version", "mac", "handshake", "verdict", "problem")
        self.assertEqual([tuple(line[name] for name in names) for line in lines], expected)
        self.assertEqual([line["number"] for line in lines], list(range(1, len(lines) + 1)))
        self.assertEqual((summary["event"], summary["schema"], summary["tool"]), ("summary", 1, "heirloom"))
        self.assertEqual((summary["connections"], summary["passed"], summary["failed"]), (len(lines), len(lines), 0))
        self.assertEqual(summary["bytes"], sum(line["bytes"] for line in lines))
        self.assertEqual(len(self.capture.connections), len(lines))
        self.assertEqual(len(pathlib.Path(summary["key_log"]).read_text().splitlines()), len(lines))

    def test_resuming_is_seen_on_the_wire(self):
        """A full handshake has a Certificate (11) from the server unless that is anonymous, an abbreviated one has
        none."""
        lines = self.lines
        for line, connection in zip(lines, self.capture.connections):
            in_clear = itertools.takewhile(lambda record: record[0] != CHANGE_CIPHER_SPEC, records(connection.data["server"]))
            types = [fragment[0] for _, fragment in in_clear]
            shows = line["handshake"] == "full" and "_anon_" not in line["suite"]
            self.assertEqual(11 in types, shows, line["suite"])

    def test_capture_holds_what_the_table_says(self):
        lines = self.lines
        capture = self.capture
        self.assertEqual(capture.key_log, pathlib.Path(lines[-1]["key_log"]).read_text())
        self.assertEqual(len(capture.comments), 1)
        for line, connection in zip(lines, capture.connections, strict=False):
            self.assertEqual(connection.comment, f"{line['suite']} ({line['suite_id']}) at {line['version']}, "
                                                 f"{line['handshake']} handshake")
            self.assertEqual(connection.ended, {"client", "server"})
            for side in ("client", "server"):
                self.assertGreater(len(connection.data[side]), BULK)
                self.assertIn(records(connection.data[side])[-1][0], (21,))  # close_notify

    def test_key_log_has_the_client_randoms_of_the_capture(self):
        summary = self.lines[-1]
        lines = pathlib.Path(summary["key_log"]).read_text().splitlines()
        connections = self.capture.connections
        for line, connection in zip(lines, connections, strict=True):
            label, client_random, master = line.split()
            self.assertEqual((label, len(master)), ("CLIENT_RANDOM", 96))
            self.assertEqual(connection.data["client"][11:43].hex(), client_random)


class Files(Stage):
    def test_files_are_for_their_owner_only(self):
        self.demo("RC4-SHA")
        for path in (self.folder / "out").iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

    def test_force_replaces(self):
        self.demo("RC4-SHA")
        before = (self.folder / "out/demo.keys").read_text()
        outcome = self.demo("RC4-SHA", "--force")
        self.assertEqual(outcome.code, 0)
        after = (self.folder / "out/demo.keys").read_text()
        self.assertNotEqual(after, before)
        self.assertEqual(len(after), len(before))

    def test_no_state_and_no_variable_matters(self):
        """SSLKEYLOGFILE is for secrets that somebody asked for; these go where -o says."""
        home, elsewhere = self.folder / "home", self.folder / "elsewhere"
        home.mkdir()
        outcome = run("demo", "RC4-SHA", "-o", self.folder / "out",
                      env=environment(HOME=str(home), XDG_STATE_HOME=str(home), SSLKEYLOGFILE=str(elsewhere)))
        self.assertEqual(outcome.code, 0)
        self.assertEqual(list(home.iterdir()), [])
        self.assertFalse(elsewhere.exists())


def kinds_of(suite):
    return ("full", "resumed" if suite["id"] in RESUMED else "full")


def records(stream):
    found = []
    while stream:
        size = int.from_bytes(stream[3:5], "big")
        found.append((stream[0], stream[5:5 + size]))
        stream = stream[5 + size:]
    return found


def representatives():
    """Every cipher with each of its MACs at every version, in suites that together have every key exchange too."""
    chosen = []
    for version in OPTION:
        shapes, unused = {}, set()
        for suite in SUITES:
            if version in suite["versions"]:
                shapes.setdefault((suite["cipher"], suite["mac"]), []).append(suite)
                unused.add(suite["key_exchange"])
        for suites in sorted(shapes.values(), key=len):
            suite = next((suite for suite in suites if suite["key_exchange"] in unused), suites[0])
            unused.discard(suite["key_exchange"])
            chosen.append((suite, version))
        assert not unused, f"no cipher was left for {unused} at {version}"
    return chosen


def messages_of(suite):
    """RFC 2246 §7.3, figure 1: what stands there with a star depends on the key exchange. The demonstration's keys have
    1024 bits, which is too much for EXPORT and right for EXPORT1024."""
    name = suite["iana_name"]
    is_anonymous = "_anon_" in name
    has_params = is_anonymous or "DHE_" in name or name.startswith(("TLS_RSA_EXPORT_", "SSL_FORTEZZA_"))
    return (["client_hello", "server_hello"] + ["certificate"] * (not is_anonymous) + ["server_key_exchange"] * has_params
            + ["server_hello_done", "client_key_exchange", "finished", "finished"])


def parse_text(text):
    """The steps of each connection from what is printed for people: title, and fields by name in order."""
    connections = []
    for line in text.splitlines():
        if re.fullmatch(r"=+", line):
            connections.append([])
        elif connections and (step := re.match(r"(\d+)\. (.*)", line)):
            connections[-1].append((step[2], []))
        elif connections and (field := re.match(r"(?=.{6}  \S) *(\d*)  (\S.*?):(?: ([0-9a-f]*))?$", line)):
            connections[-1][-1][1].append([field[2], field[1], field[3] or ""])
        elif connections and re.fullmatch(r" {10}[0-9a-f]+", line):
            connections[-1][-1][1][-1][2] += line.strip()
    return [
        [(title, [(name, offset, bytes.fromhex(value)) for name, offset, value in fields])
         for title, fields in steps]
        for steps in connections
    ]


class Explained:
    """One connection of an explanation, checked step by step. What is known comes from earlier steps only."""

    def __init__(self, test, suite, version, steps, master=None):
        self.test, self.suite, self.version, self.steps = test, suite, version, steps
        self.values, self.session_master = {}, master
        self.messages, self.randoms = b"", {}
        self.stream = {"client": b"", "server": b""}
        self.plain = {"client": b"", "server": b""}  # all that went into the cipher
        self.cipher = {"client": b"", "server": b""}  # all that came out
        self.count = {"client": None, "server": None}  # sequence number; None before change_cipher_spec
        self.last_block, self.last_message = {}, b""
        self.exchange = {}  # the fields of the client_key_exchange
        self.data = {"client": b"", "server": b""}
        self.kinds = []

    def check(self):
        for title, fields in self.steps:
            if found := re.match(r"(client|server) -> \w+: record \d+, (\w+), (\d+) bytes", title):
                self.check_record(found[1], found[2], int(found[3]), fields)
            elif found := re.match(r"(client|server) -> \w+: (\w+), (\d+) bytes", title):
                self.check_message(found[1], found[2], int(found[3]), fields)
            elif found := re.match(r"the (client|server) (derives|remembers) (\w+)", title):
                self.check_values(found[1], found[3], fields)
            else:
                self.test.fail(f"no step is called {title}")
        self.check_ciphers()

    def check_message(self, end, name, size, fields):
        whole = b"".join(value for _, _, value in fields)
        offsets = [int(offset) for _, offset, _ in fields]
        self.test.assertEqual(offsets, [sum(len(f[2]) for f in fields[:i]) for i in range(len(fields))])
        self.test.assertEqual(len(whole), size)
        self.test.assertEqual(int.from_bytes(whole[1:4], "big"), size - 4)
        values = {field: value for field, _, value in fields}
        for field, value in values.items():
            if field.endswith(" length") and not field.startswith(("extensions length", "cipher_suites",
                                                                    "compression", "certificate_list length")):
                follows = values.get(field.removesuffix(" length"), b"")
                self.test.assertEqual(int.from_bytes(value, "big"), len(follows), field)
        if name in ("client_hello", "server_hello"):
            self.randoms[end] = values["random"]
            self.test.assertEqual(values["random"], whole[6:38])
        if name == "server_hello":
            self.test.assertEqual(values["cipher_suite"].hex(), self.suite["id"][2:])
            self.test.assertEqual(values["server_version"], {"SSL 3.0": b"\3\0", "TLS 1.0": b"\3\1"}[self.version])
        if name == "client_key_exchange":
            self.exchange = values
        if name == "finished":
            expected = old_tls.verify_data(self.version, self.master(), end, self.messages)
            self.test.assertEqual(values["verify_data"], expected)
        self.messages += whole
        self.last_message = whole
        self.kinds.append(name)

    def master(self):
        if self.session_master is not None:
            return self.session_master
        return old_tls.master_secret(
            self.version, self.values["pre_master_secret"], self.randoms["client"], self.randoms["server"])

    def check_values(self, end, name, fields):
        values = {field: value for field, _, value in fields}
        if name == "pre_master_secret":
            secret = values[name]
            if self.suite["key_exchange"] in ("RSA", "FORTEZZA_KEA"):
                self.test.assertEqual((len(secret), secret[:2]), (48, {"SSL 3.0": b"\3\0", "TLS 1.0": b"\3\1"}[self.version]))
            elif self.suite["key_exchange"].startswith("EC"):
                self.test.assertEqual(len(secret), 32)  # a coordinate on P-256, with its leading zeros
            else:
                self.test.assertNotEqual(secret[0], 0)  # of Z they are left out
                self.test.assertLessEqual(len(secret), 64 if "_EXPORT_" in self.suite["iana_name"] else 128)
            self.values.update(values)
        elif name == "master_secret":
            self.test.assertEqual(values, {name: self.master()})
        elif name == "key_block":
            self.test.assertEqual(values, old_tls.traffic_values(
                self.version, self.suite, self.master(), self.randoms["client"], self.randoms["server"])
                | self.carried_values(values))
            self.values.update(values)
        elif name == "verify_data":
            self.test.assertEqual(values, {
                "MD5(handshake_messages)": hashlib.md5(self.messages).digest(),
                "SHA(handshake_messages)": hashlib.sha1(self.messages).digest(),
                "verify_data": old_tls.verify_data(self.version, self.master(), end, self.messages),
            })
        else:
            self.test.assertEqual((name, fields), ("the", []))  # "derives the same": no values of its own
        self.kinds.append(name)

    def carried_values(self, values):
        """Of a key that came wrapped only its check word can be computed here."""
        if self.suite["cipher"] not in old_tls.CARRIED:
            return {}
        carried = {}
        for end in ("client", "server"):
            carried[f"{end}_write_key"] = values[f"{end}_write_key"]
            carried[f"{end}_write_IV"] = self.exchange[f"{end}_write_iv"]
            self.test.assertEqual(len(values[f"{end}_write_key"]), 10)
            self.test.assertEqual(old_tls.fortezza.check_word(values[f"{end}_write_key"]),
                                  self.exchange[f"wrapped_{end}_write_key"][10:])
        return carried

    def check_record(self, end, name, size, fields):
        values = {field: value for field, _, value in fields}
        header = values["header"]
        self.test.assertEqual(header[0], {"change_cipher_spec": 20, "alert": 21, "handshake": 22,
                                          "application_data": 23}[name])
        self.test.assertEqual(header[1:3], {"SSL 3.0": b"\3\0", "TLS 1.0": b"\3\1"}[self.version])
        self.test.assertEqual(int.from_bytes(header[3:], "big") + 5, size)
        plaintext = values.get("plaintext", self.last_message)
        if name == "handshake":
            self.test.assertEqual(plaintext, self.last_message)
        if name == "application_data":
            self.data[end] += plaintext
        if self.count[end] is None:
            self.test.assertEqual(len(plaintext) + 5, size)
            self.stream[end] += header + plaintext
        else:
            self.check_protected(end, header, plaintext, values)
        if name == "change_cipher_spec":
            self.count[end] = 0
            block = old_tls.CIPHERS[self.suite["cipher"]][2]
            self.last_block[end] = self.values.get(f"{end}_write_IV", b"")[-block:]
        self.kinds.append(name)

    def check_protected(self, end, header, plaintext, values):
        sequence_number = self.count[end].to_bytes(8, "big")
        self.count[end] += 1
        self.test.assertEqual(values["seq_num"], sequence_number)
        has_prefix = self.suite["cipher"] in old_tls.CARRIED and (end, self.count[end]) == ("server", 1)
        self.test.assertEqual(len(values.get("prefix", b"")), 8 if has_prefix else 0)  # RFC 6101 D.5.1
        mac = old_tls.record_mac(self.version, self.suite["mac"], self.values[f"{end}_write_MAC_secret"],
                                 sequence_number, header[0], plaintext)
        self.test.assertEqual(values["MAC"], mac)
        padding = values.get("padding", b"")
        block = old_tls.CIPHERS[self.suite["cipher"]][2]
        if block:
            self.test.assertEqual(values["IV"], self.last_block[end])
            self.test.assertEqual(padding, bytes([len(padding) - 1]) * len(padding))
            self.test.assertLessEqual(len(padding), block)
            self.last_block[end] = values["on the wire"][-block:]
        self.test.assertEqual(set(values), {"header", "seq_num", "plaintext", "MAC", "on the wire"}
                              | ({"padding", "IV"} if block else set()) | ({"prefix"} if has_prefix else set()))
        self.plain[end] += values.get("prefix", b"") + plaintext + mac + padding
        self.cipher[end] += values["on the wire"]
        self.test.assertEqual(len(values["on the wire"]), int.from_bytes(header[3:], "big"))
        self.stream[end] += header + values["on the wire"]

    def check_ciphers(self):
        for end in ("client", "server"):
            key, iv = (self.values.get(f"{end}_write_{what}", b"") for what in ("key", "IV"))
            self.test.assertEqual(old_tls.encrypt(self.suite["cipher"], key, iv, self.plain[end]), self.cipher[end])


class OneSuite(Stage):
    def explain(self, suite, version):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        outcome = self.demo(suite["openssl_name"], "--version", OPTION[version], output=folder)
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        connections = parse_text(outcome.out.decode())
        self.assertEqual(len(connections), 2)
        full = Explained(self, suite, version, connections[0])
        full.check()
        resumed = Explained(self, suite, version, connections[1],
                            master=full.master() if suite["id"] in RESUMED else None)
        resumed.check()
        return full, resumed, pcapng.read(folder / "demo.pcapng")

    def test_every_value_of_every_cipher_and_key_exchange_can_be_computed_again(self):
        for suite, version in representatives():
            with self.subTest(suite=suite["openssl_name"], version=version):
                full, resumed, capture = self.explain(suite, version)
                self.assertEqual([kind for kind in full.kinds if kind in MESSAGES], messages_of(suite))
                self.assertEqual([kind for kind in resumed.kinds if kind in MESSAGES],
                                 ["client_hello", "server_hello", "finished", "finished"]
                                 if suite["id"] in RESUMED else messages_of(suite))
                for explained, recorded in zip((full, resumed), capture.connections, strict=True):
                    self.assertEqual(explained.stream, recorded.data)
                    self.assertEqual(explained.data["client"], b"GET / HTTP/1.0\r\n\r\n")
                    self.assertTrue(explained.data["server"].endswith(b"\r\n\r\nHello.\n"))
                    self.assertEqual(explained.kinds[-2:], ["alert", "alert"])
                lines = [f"CLIENT_RANDOM {each.randoms['client'].hex()} {each.master().hex()}\n"
                         for each in (full, resumed)]
                self.assertEqual(capture.key_log, "".join(lines))

    def test_json_has_the_same_steps(self):
        lines = [json.loads(line) for line in self.passed("AES128-SHA", "--json").splitlines()]
        events = [line["event"] for line in lines]
        self.assertEqual(events[-1], "summary")
        self.assertEqual(events.count("connection"), 2)
        suite = next(suite for suite in SUITES if suite["openssl_name"] == "AES128-SHA")
        master = None
        for number in (1, 2):
            steps = [
                (line["title"], [(field["name"], str(field.get("offset", "")), bytes.fromhex(field["hex"]))
                                 for field in line["fields"]])
                for line in lines if line["event"] == "step" and line["connection"] == number
            ]
            explained = Explained(self, suite, "TLS 1.0", steps, master)
            explained.check()
            master = explained.master()
            self.assertTrue(all(line["words"] for line in lines if line["event"] == "step"))

    def test_every_field_and_step_is_put_into_words(self):
        for name in ("DES-CBC-SHA", "EXP-RC4-MD5", "EDH-DSS-DES-CBC3-SHA", "DH-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA",
                     "FZA-FZA-CBC-SHA"):
            lines = [json.loads(line) for line in self.passed(name, "--json").splitlines()]
            for line in lines:
                for field in line.get("fields", []):
                    self.assertTrue(field["meaning"], f"{line['title']}: {field['name']}")
                    self.assertNotEqual(field["meaning"], "its content", f"{line['title']}: {field['name']}")

    def test_names_of_all_three_kinds(self):
        for name in ("TLS_RSA_WITH_RC4_128_SHA", "SSL_RSA_WITH_RC4_128_SHA", "RC4-SHA", "0x0005", "rc4-sha"):
            self.assertIn("TLS_RSA_WITH_RC4_128_SHA (RC4-SHA, 0x0005)", self.passed(name))

    def test_says_whose_secrets_these_are(self):
        text = " ".join(self.passed("RC4-SHA").split())
        self.assertIn("All secrets are shown. They belong to a client and a server inside this process", text)


MESSAGES = {"client_hello", "server_hello", "certificate", "server_key_exchange", "certificate_request",
            "server_hello_done", "client_key_exchange", "certificate_verify", "finished"}


class Refusals(Stage):
    def test_words_that_mean_nothing(self):
        expect_message(self.demo("RC5-SHA"), "suite_unknown")
        expect_message(self.demo("--version", "ssl2"), "option_invalid")
        self.assertFalse((self.folder / "out").exists())

    def test_files_that_are_there(self):
        self.demo("RC4-SHA")
        before = (self.folder / "out/demo.pcapng").read_bytes()
        expect_message(self.demo("RC4-SHA"), "capture_exists")
        expect_message(self.demo("RC4-SHA", "--json"), "capture_exists")
        self.assertEqual((self.folder / "out/demo.pcapng").read_bytes(), before)

    def test_directory_that_cannot_be_made(self):
        (self.folder / "file").touch()
        expect_message(self.demo(output=self.folder / "file/out"), "capture_unwritable")

    def test_time_that_is_not_enough(self):
        outcome = self.demo("--timeout", "0.000001", "RC4-SHA")
        self.assertNotIn("See it decrypted", str(outcome.out))
        self.assertIn("nothing in it can be decrypted", str(outcome.out))
        outcome = self.demo("--timeout", "0.000001", "--json", "--force")
        expect_message(outcome, "demo_failed")
        lines = [json.loads(line) for line in outcome.out.splitlines()]
        self.assertEqual({line["verdict"] for line in lines[:-1]}, {"failed"})
        self.assertEqual((lines[-1]["passed"], lines[-1]["failed"]), (0, 2 * len(SCENES)))

    def test_standard_output_that_nobody_reads(self):
        with open("/dev/full", "wb") as full:
            words = ("--version", "tls1", "-o", self.folder / "out")
            done = subprocess.run([PROGRAM, "demo", *words], stdout=full, stderr=subprocess.PIPE,
                                  timeout=PATIENCE, env=environment(), check=False)
        done.stdout = b""
        expect_message(Outcome(done), "standard_stream")


if __name__ == "__main__":
    unittest.main()
