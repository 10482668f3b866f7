"""`heirloom pins`, and what the other commands make of what it has written."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest

from message_support import expect_message
from reach_support import Box, Reach, answer_everything, fail, fingerprint, old_box, old_context, pins, words, write_pins
from support import PATIENCE, PROGRAM, Outcome, certificate, chain, environment, key, run

OTHER = "sha256:" + "ab" * 32
PROCESSES = 20


def line(box, certificate_name="sha256:" + "cd" * 32, version="tls1.0", extra=""):
    return f"{box} version={version} suite=rc4-128 hello=tls1.0 certificate={certificate_name} trust=accepted{extra}\n"


class PinsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = folder.name

    def pins(self, *words_of_command, state=None, data=b""):
        return run("pins", *words_of_command, data=data, env=environment(XDG_STATE_HOME=str(state or self.state)))

    def must(self, *words_of_command, **more):
        outcome = self.pins(*words_of_command, **more)
        self.assertEqual(outcome.code, 0, outcome.err)
        return outcome

    def listed(self, state=None):
        return [json.loads(text) for text in self.must("list", "--json", state=state).out.splitlines()]

    def visit(self, *words_of_command, state=None):
        with Reach(*words_of_command, state=state or self.state) as reach:
            self.assertEqual(reach.stop(), 0)


class Looking(PinsTest):
    def test_nothing_is_remembered(self):
        outcome = self.must("list")
        self.assertEqual(outcome.out, b"")
        self.assertIn("no box is remembered", outcome.err)
        self.assertEqual(self.must("list", "--json").out, b"")

    def test_alone_it_lists(self):
        write_pins(self.state, line("10.0.0.5:443"))
        self.assertEqual(self.must().out, self.must("list").out)
        self.assertIn(b"10.0.0.5:443", self.must().out)

    def test_whole_chain_of_a_box(self):
        context = old_context("rsa2048")
        context.load_cert_chain(chain("chained"), key("chained"))
        with Box(context=context) as box:
            self.visit("--accept-new", box.url)
            name = f"127.0.0.1:{box.port}"
        pem = pathlib.Path(chain("chained")).read_text(encoding="ascii")
        blocks = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", pem, re.S)
        self.assertGreater(len(blocks), 1)
        shown = json.loads(self.must("show", "--json", name).out)
        self.assertEqual([entry["pem"] for entry in shown["certificates"]], blocks)
        prints = ["sha256:" + hashlib.sha256(ssl.PEM_cert_to_DER_cert(block)).hexdigest() for block in blocks]
        self.assertEqual([entry["fingerprint"] for entry in shown["certificates"]], prints)
        self.assertEqual(shown["certificate"], prints[0])
        text = self.must("show", f"https://{name}/", "--pem").out.decode()
        for block in blocks:
            self.assertIn(block, text)
        for entry in shown["certificates"]:
            for field in ("subject", "issuer", "not_before", "not_after", "signature", "fingerprint"):
                self.assertIn(entry[field], text)
        self.assertNotIn("BEGIN", self.must("show", name).out.decode())
        kept = list((pathlib.Path(self.state) / "heirloom" / "certificates").iterdir())
        self.assertEqual([file.name for file in kept], [prints[0][7:] + ".pem"])
        self.assertEqual(kept[0].stat().st_mode & 0o777, 0o600)
        self.assertEqual(kept[0].parent.stat().st_mode & 0o777, 0o700)
        self.must("forget", name)
        self.assertEqual(list(kept[0].parent.iterdir()), [])

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_certificate_as_openssl_reads_it(self):
        with Box(context=old_context()) as box:
            self.visit("--accept-new", box.url)
            entry = json.loads(self.must("show", "--json", f"127.0.0.1:{box.port}").out)["certificates"][0]
        said = subprocess.run(
            ["openssl", "x509", "-noout", "-subject", "-issuer", "-dates", "-serial", "-nameopt", "RFC2253",
             "-dateopt", "iso_8601"],
            input=entry["pem"], capture_output=True, text=True, check=True,
        ).stdout
        self.assertIn(f"subject={entry['subject']}\n", said)
        self.assertIn(f"issuer={entry['issuer']}\n", said)
        self.assertIn(f"notBefore={entry['not_before']} ", said)
        self.assertIn(f"notAfter={entry['not_after']} ", said)
        self.assertIn(f"serial={entry['serial']}\n", said)

    def test_table_and_objects(self):
        write_pins(self.state, line("10.0.0.5:443", extra=" allow=null rack=12 last-seen=2026-01-31T12:00:00Z"))
        table = self.must("list").out.decode().splitlines()
        self.assertRegex(table[0], "^BOX +VERSION +SUITE +TRUST +ALLOWS +LAST SEEN +CERTIFICATE")
        self.assertRegex(table[1], "^10.0.0.5:443 +tls1.0 +rc4-128 +accepted +null +2026-01-31 +sha256:cdcdcd")
        (entry,) = self.listed()
        self.assertEqual(entry["allow"], ["null"])
        self.assertEqual(entry["other"], {"rack": "12"})

    def test_box_that_is_not_remembered(self):
        for command in (["show", "box"], ["forget", "box"], ["allow", "box", "null"], ["export", "box"]):
            with self.subTest(command):
                expect_message(self.pins(*command), "pins_unknown_box")

    def test_lines_that_cannot_be_used(self):
        write_pins(self.state, line("a:443") + "b:443 broken\n" + line("a:443", version="ssl3.0") + line("c:443"))
        outcome = self.pins("list")
        expect_message(outcome, "pins_malformed")
        self.assertIn("line 2: ", outcome.err)
        self.assertIn("line 3: ", outcome.err)
        self.assertEqual(len(outcome.out.splitlines()), 3)
        objects = [json.loads(text) for text in self.pins("list", "--json").out.splitlines()]
        self.assertEqual([entry["event"] for entry in objects], ["pin", "pin", "problem", "problem"])
        self.assertEqual(self.pins("show", "a").code, 7, "which of the two lines is right is not known")
        self.assertEqual(self.pins("show", "c").code, 0)
        write_pins(self.state, "broken\n")
        expect_message(self.pins("list"), "pins_malformed")

    def test_certificates_that_somebody_has_changed(self):
        with Box(context=old_context()) as box:
            self.visit("--accept-new", box.url)
            name = f"127.0.0.1:{box.port}"
        (file,) = (pathlib.Path(self.state) / "heirloom" / "certificates").iterdir()
        file.write_text(pathlib.Path(certificate("ca")).read_text(encoding="ascii"), encoding="ascii")
        expect_message(self.pins("show", name), "chain_unreadable")
        self.assertEqual(self.pins("export").code, 7)

    def test_full_disk(self):
        write_pins(self.state, line("a:443"))
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [PROGRAM, "pins", "list"], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False,
                env=environment(XDG_STATE_HOME=self.state),
            )
        done.stdout = b""
        expect_message(Outcome(done), "pins_not_written")


class Allowing(PinsTest):
    def test_weakness_for_one_box(self):
        with old_box(answer_everything, "--allow", "null", "--suites", "NULL-SHA") as (url, _):
            name = url.removeprefix("https://")
            self.must("add", name, fingerprint("device"))
            self.assertEqual(fail(url, state=self.state)[0], 4)
            self.assertIn("is allowed: null", self.must("allow", name, "null").err)
            with Reach(url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertEqual(self.listed()[0]["allow"], ["null"], "a connection keeps it")
            self.assertEqual(self.listed()[0]["version"], "tls1.0", "and has learnt the version")
            self.must("allow", "--remove", name, "null")
            self.assertEqual(fail(url, state=self.state)[0], 4)

    def test_word_that_is_no_weakness(self):
        write_pins(self.state, line("a:443"))
        expect_message(self.pins("allow", "a", "nul"), "allow_unknown")
        self.assertEqual(self.listed()[0]["allow"], [])


class Adding(PinsTest):
    def test_box_that_was_never_visited(self):
        with Box(context=old_context()) as box:
            self.must("add", box.url, fingerprint("device"))
            with Reach(box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/x").body, b"GET /x")
            self.assertEqual(words(pins(self.state), "version", "hello"), ["tls1.0", "system-seclevel0"])
            self.must("forget", box.url)
            self.must("add", box.url, OTHER)
            code, said = fail("--accept-new", box.url, state=self.state)
            self.assertEqual(code, 5)
            self.assertIn("has changed", said)
            self.assertEqual(box.requests[1:], [])

    def test_another_certificate(self):
        write_pins(self.state, line("a:443", extra=" allow=null rack=12"))
        self.assertIn("a:443 is held to this certificate already", self.pins("add", "a", self.listed()[0]["certificate"]).err)
        expect_message(self.pins("add", "a", OTHER), "pins_differ")
        self.assertIn("cdcd", pins(self.state))
        self.assertIn("a:443 is held to another", self.must("add", "--replace", "a", OTHER).err)
        (entry,) = self.listed()
        self.assertEqual((entry["certificate"], entry["allow"], entry["other"]), (OTHER, [], {"rack": "12"}))

    def test_no_fingerprint(self):
        expect_message(self.pins("add", "a", "sha256:12"), "pin_invalid")


class Forgetting(PinsTest):
    def test_some_or_all_or_nothing(self):
        write_pins(self.state, "# kept\n" + line("a:443") + line("b:443") + line("c:8443"))
        self.assertEqual(self.pins("forget", "a", "nobody").code, 7)
        self.assertEqual(len(self.listed()), 3)
        self.must("forget", "A", "c:8443")
        self.assertEqual([entry["box"] for entry in self.listed()], ["b:443"])
        self.must("forget", "--all")
        self.assertEqual(pins(self.state), "# kept\n")

    def test_what_to_forget(self):
        for command in ([], ["--all", "a"]):
            expect_message(self.pins("forget", *command), "pins_forget_what")

    def test_contradiction_is_forgotten_as_a_whole(self):
        write_pins(self.state, line("a:443") + line("a:443", version="ssl3.0"))
        self.must("forget", "a")
        self.assertEqual(pins(self.state), "")


class Moving(PinsTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.elsewhere = folder.name

    def test_to_another_machine_with_certificates(self):
        with Box(context=old_context()) as box:
            self.visit("--accept-new", box.url)
            exported = self.must("export").out
            outcome = self.must("import", "-", state=self.elsewhere, data=exported)
            self.assertIn(f"+ 127.0.0.1:{box.port} new: tls1.0, {fingerprint('device')}", outcome.err)
            self.assertEqual(self.must("export", state=self.elsewhere).out, exported)
            shown = [self.must("show", "--json", box.url, state=state).out for state in (self.state, self.elsewhere)]
            self.assertEqual(shown[0], shown[1])
            self.visit(box.url, state=self.elsewhere)
            again = self.must("import", "-", data=exported)
            self.assertIn(f"= 127.0.0.1:{box.port} the same", again.err)

    def test_only_some_boxes(self):
        write_pins(self.state, line("a:443") + line("b:443"))
        exported = self.must("export", "b").out.decode()
        self.assertEqual(re.findall(r"^[ab]:443", exported, re.M), ["b:443"])

    def offer(self, ours, theirs, *options):
        write_pins(self.state, ours)
        file = pathlib.Path(self.elsewhere) / "file"
        file.write_text(theirs, encoding="utf-8")
        return self.pins("import", *options, file)

    def test_different_expectation(self):
        ours, theirs = line("a:443"), line("a:443", OTHER) + line("b:443")
        outcome = self.offer(ours, theirs)
        expect_message(outcome, "import_differs")
        self.assertIn(f"~ a:443 certificate sha256:{'cd' * 32} -> {OTHER}", outcome.err)
        self.assertEqual(pins(self.state), ours, "all or nothing")
        self.assertEqual(self.offer(ours, theirs, "--replace").code, 0)
        self.assertEqual(sorted(entry["certificate"] for entry in self.listed()), [OTHER, "sha256:" + "cd" * 32])

    def test_weaker_expectation(self):
        for ours, theirs in (
            (line("a:443"), line("a:443", version="ssl3.0")),
            (line("a:443"), line("a:443", extra=" allow=null")),
            (line("a:443"), line("a:443").replace("accepted", "system")),
            (line("a:443"), line("a:443", extra=" signal=off")),
            ("", line("a:443", extra=" allow=null")),
        ):
            with self.subTest(theirs):
                outcome = self.offer(ours, theirs, "--replace")
                expect_message(outcome, "import_weaker")
                self.assertIn("(WEAKER)", outcome.err)
                self.assertEqual(pins(self.state), ours)
                self.assertEqual(self.offer(ours, theirs, "--replace", "--allow-weaker").code, 0)
                self.assertEqual(pins(self.state).split()[:-1], theirs.split())  # and the local port
        stronger = self.offer(line("a:443", extra=" allow=null"), line("a:443", version="tls1.1"), "--replace")
        self.assertEqual(stronger.code, 0, stronger.err)

    def test_dry_run_changes_nothing(self):
        outcome = self.offer("", line("a:443"), "--dry-run")
        self.assertEqual((outcome.code, pins(self.state)), (0, ""))
        self.assertIn("+ a:443 new", outcome.err)

    def test_what_is_no_pin_file(self):
        for text in ("nonsense\n", line("a:443") + line("a:443"), "<<<<<<< ours\n" + line("a:443"),
                     pathlib.Path(certificate("ca")).read_text(encoding="ascii")):
            with self.subTest(text):
                expect_message(self.offer("", text), "import_malformed")
                self.assertEqual(pins(self.state), "")
        for text in ("", "# nothing\n"):
            expect_message(self.offer("", text), "import_empty")

    def test_certificate_of_somebody_else(self):
        pem = pathlib.Path(certificate("ca")).read_text(encoding="ascii")
        expect_message(self.offer("", line("a:443") + pem), "import_chain")

    def test_file_that_is_not_there(self):
        outcome = self.pins("import", "/nonexistent/file")
        self.assertEqual(outcome.code, 7)
        self.assertIn("cannot read /nonexistent/file", outcome.sentence)

    def test_own_line_that_cannot_be_used(self):
        outcome = self.offer("a:443 broken\n", line("a:443"))
        self.assertEqual(outcome.code, 7)
        self.assertIn("line 1 is about a:443 and cannot be used", outcome.sentence)


@unittest.skipUnless(shutil.which("git"), "git is not installed")
class Merging(PinsTest):
    """What git makes of two people's changes, and what the program makes of that."""

    def merge(self, base, ours, theirs, *options):
        files = []
        for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            files.append(os.path.join(self.state, name))
            pathlib.Path(files[-1]).write_text(text, encoding="utf-8")
        merged = subprocess.run(
            ["git", "merge-file", "-p", *options, *files], capture_output=True, text=True, check=False
        ).stdout
        write_pins(self.state, merged)
        return merged

    def test_conflict_is_reported_and_its_box_refused(self):
        with Box(context=old_context()) as box:
            name = f"127.0.0.1:{box.port}"
            merged = self.merge(
                "# boxes\n", "# boxes\n" + line(name, fingerprint("device")), "# boxes\n" + line(name, OTHER), "--diff3"
            )
            self.assertIn("<<<<<<<", merged)
            code, said = fail("--accept-new", box.url, state=self.state)
            self.assertEqual((code, box.accepted), (7, 0))
            self.assertIn("it stands in a conflict that a merge has left", said)
            self.assertEqual(pins(self.state), merged)
            expect = self.pins("list")
            self.assertEqual(expect.code, 7)
            self.assertIn("it is a conflict that a merge has left", expect.err)

    def test_union_of_both(self):
        mine = line("a:443", extra=" last-seen=2026-01-01T00:00:00Z")
        yours = line("a:443", extra=" last-seen=2026-02-02T00:00:00Z")
        self.merge("# boxes\n", "# boxes\n" + mine + line("b:443"), "# boxes\n" + yours + line("c:443"), "--union")
        self.assertEqual([entry["box"] for entry in self.listed()], ["a:443", "b:443", "c:443"])

    def test_marks_of_people_survive_a_connection(self):
        with Box(context=old_context()) as box:
            self.visit("--accept-new", box.url)
            own = pins(self.state).strip()
            write_pins(self.state, f"# top\n\n{own} rack=12 owner=ops\n  # indented\n")
            self.visit(box.url)
        self.assertRegex(pins(self.state), r"^# top\n\n127\.0\.0\.1:\d+ .* rack=12 owner=ops\n  # indented\n$")


class AtOnce(PinsTest):
    def together(self, tasks):
        barrier = threading.Barrier(len(tasks))

        def start(task):
            barrier.wait(PATIENCE)
            return task()

        with concurrent.futures.ThreadPoolExecutor(len(tasks)) as pool:
            return [done.result(PATIENCE) for done in [pool.submit(start, task) for task in tasks]]

    def test_twenty_processes_change_different_and_the_same_boxes(self):
        write_pins(self.state, "# kept\n" + line("shared:443", extra=" rack=12") + "left alone\n")
        tasks = []
        for number in range(PROCESSES):
            own, shared = f"box-{number}:443", number % 5
            commands = [["add", own, OTHER], ["allow", own, "null"], ["allow", "shared", "null"],
                        ["add", f"pair-{shared}:443", OTHER], ["import", "-"], ["allow", "shared", "null"]]
            imported = (line(f"pair-{shared}:443", OTHER, version="ssl3.0", extra=f" mark-{number}=x")).encode()
            tasks.append(lambda commands=commands, imported=imported: [
                self.pins(*command, data=imported if command[0] == "import" else b"") for command in commands
            ])
        for outcomes in self.together(tasks):
            for outcome in outcomes:
                self.assertEqual(outcome.code, 0, outcome.err)
        text = pins(self.state)
        self.assertTrue(text.startswith("# kept\n"))
        self.assertIn("left alone\n", text)
        found = {json.loads(entry)["box"]: json.loads(entry) for entry in self.pins("list", "--json").out.splitlines()
                 if json.loads(entry)["event"] == "pin"}
        self.assertEqual(len(found), 1 + PROCESSES + 5)
        self.assertEqual(found["shared:443"]["other"], {"rack": "12"})
        for name, entry in found.items():
            self.assertEqual(entry["allow"], [] if name.startswith("pair-") else ["null"], name)
        for shared in range(5):
            marks = {f"mark-{number}" for number in range(shared, PROCESSES, 5)}
            self.assertEqual(set(found[f"pair-{shared}:443"]["other"]), marks)
        left = [file.name for file in (pathlib.Path(self.state) / "heirloom").iterdir()]
        self.assertEqual(sorted(left), ["pins", "pins.lock"], "no temporary files")

    def test_twenty_connections_remember_what_they_saw(self):
        boxes = [Box(context=old_context()) for _ in range(PROCESSES // 2)]
        try:
            def visit(box):
                with Reach("--accept-new", box.url, state=self.state) as reach:
                    return reach.stop()

            codes = self.together([lambda box=box: visit(box) for box in boxes * 2])
        finally:
            for box in boxes:
                box.close()
        self.assertEqual(codes, [0] * PROCESSES)
        found = self.listed()
        self.assertEqual({entry["box"] for entry in found}, {f"127.0.0.1:{box.port}" for box in boxes})
        self.assertEqual({entry["certificate"] for entry in found}, {fingerprint("device")})
        self.assertEqual(len(json.loads(self.must("show", "--json", found[0]["box"]).out)["certificates"]), 1)

    def test_agreement_that_changes_during_a_connection(self):
        context = old_context()
        changed = threading.Event()

        def wait_then_answer(connection):
            changed.wait(PATIENCE)
            connection.stream = context.wrap_socket(connection.stream, server_side=True)
            answer_everything(connection)

        with Box(wait_then_answer) as box:
            self.must("add", box.url, fingerprint("device"))
            with Reach(box.url, state=self.state, fails=True) as reach:
                while box.accepted == 0:
                    self.assertIsNone(reach.process.poll(), reach.err())
                self.must("add", "--replace", box.url, OTHER)
                changed.set()
                code = reach.wait()
                expect_message((code, reach.err()), "pin_changed_meanwhile")
        self.assertEqual(words(pins(self.state), "certificate"), [OTHER])


if __name__ == "__main__":
    unittest.main()
