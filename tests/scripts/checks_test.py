#!/usr/bin/env python3
"""Each check of scripts/ must find a planted violation, and must be silent about a clean tree."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

kProject = pathlib.Path(__file__).resolve().parent.parent.parent


class Planted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="heirloom-checks-")
        self.root = pathlib.Path(self.folder.name)
        (self.root / "scripts").mkdir()
        shutil.copy(kProject / "scripts" / "layers.txt", self.root / "scripts")
        shutil.copy(kProject / ".clang-format", self.root)
        self.write("include/heirloom/result.hpp", "#pragma once\n\n#include <cstdint>\n")
        self.write("src/base/bytes.hpp", '#pragma once\n\n#include "heirloom/result.hpp"\n')
        self.write("src/record/record_reader.hpp", '#pragma once\n\n#include "base/bytes.hpp"\n')

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name: str, text: str):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_check(self, name: str) -> tuple[int, str]:
        command = [sys.executable, str(kProject / "scripts" / name), "--root", str(self.root)]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Layers(Planted):
    def expect_refused(self, file: str, text: str, complaint: str):
        self.write(file, text)
        code, output = self.run_check("check_layers.py")
        self.assertEqual(code, 1, output)
        self.assertIn(complaint, output)

    def test_clean_tree(self):
        self.assertEqual(self.run_check("check_layers.py")[0], 0)

    def test_upward_include(self):
        self.expect_refused(
            "src/handshake/client.cpp", '#include "record/record_reader.hpp"\n', 'handshake may not include "record/'
        )

    def test_library_header_outside_crypto(self):
        self.expect_refused("src/keys/key_block.cpp", "#include <openssl/evp.h>\n", "keys may not include <openssl/evp.h>")

    def test_library_header_in_public_header(self):
        self.expect_refused("include/heirloom/x.hpp", "#include <openssl/ssl.h>\n", "public may not include")

    def test_program_looks_into_library(self):
        self.expect_refused("app/main.cpp", '#include "base/bytes.hpp"\n', '"base/bytes.hpp" is not found')

    def test_program_looks_into_library_by_path(self):
        self.expect_refused("app/main.cpp", '#include "../src/base/bytes.hpp"\n', "app may not include")

    def test_common_knows_a_subcommand(self):
        self.write("app/pins/pin_file.hpp", "#pragma once\n")
        self.expect_refused("app/common/json.cpp", '#include "pins/pin_file.hpp"\n', "app/common may not include")

    def test_only_one_header_of_a_folder(self):
        self.write("src/keys/traffic_keys.hpp", "#pragma once\n")
        self.write("src/keys/transcript.hpp", "#pragma once\n")
        self.write("src/record/a.cpp", '#include "keys/traffic_keys.hpp"\n')
        self.assertEqual(self.run_check("check_layers.py")[0], 0)
        self.expect_refused("src/record/b.cpp", '#include "keys/transcript.hpp"\n', "record may not include")

    def test_folder_without_row(self):
        self.expect_refused("src/misc/x.hpp", "#include <vector>\n", "has no row")


class VersionBranches(Planted):
    def expect(self, code: int, text: str, file: str = "src/engine/connection.cpp"):
        self.write(file, text)
        seen, output = self.run_check("check_version_branches.py")
        self.assertEqual(seen, code, text + output)

    def test_comparisons(self):
        for text in (
            "if (version == ProtocolVersion::ssl30) {}\n",
            "if (ProtocolVersion::tls10 <= info.version) {}\n",
            "bool b = *version != heirloom::ProtocolVersion::ssl30;\n",
            "case ProtocolVersion::ssl30:\n",
            "switch (version) {}\n",
            "if (to_integer(version) >= 0x0301) {}\n",
            "if (hello.client_version < policy.min_version) {}\n",
        ):
            self.expect(1, text)

    def test_choosing_is_allowed(self):
        self.expect(0, "policy.max_version = ProtocolVersion::tls10;\n")
        self.expect(0, '// version == ProtocolVersion::ssl30\nauto s = "version == ssl30";\n')
        self.expect(0, "std::vector<ProtocolVersion> all{ProtocolVersion::ssl30, ProtocolVersion::tls10};\n")
        self.expect(0, "if (header.version != connection_version) {}\n")

    def test_places_that_may(self):
        text = "if (version == ProtocolVersion::ssl30) {}\n"
        self.write("src/handshake/negotiate.cpp", text)
        self.write("src/version/profiles.cpp", text)
        self.expect(0, text, "src/message/sslv2_client_hello.hpp")

    def test_program(self):
        self.expect(1, "if (version == ProtocolVersion::ssl30) {}\n", "app/connect.cpp")


class Clauses(Planted):
    kHeader = "id,clause,who,requirement,status,evidence\n"

    def expect(self, code: int, rows: str, limit: int = 0, complaint: str = ""):
        self.write("docs/clauses.csv", self.kHeader + rows)
        self.write("docs/clauses.limit", f"{limit}\n")
        self.write("tests/spec/a_test.cpp", "TEST(Suite, Name) {}\nTEST_P(\n    Suite, Other) {}\n// TEST(Suite, Gone)\n")
        seen, output = self.run_check("spec_coverage.py")
        self.assertEqual(seen, code, output)
        self.assertIn(complaint, output)

    def test_all_is_well(self):
        self.expect(0, "A-1,x,B,text,tested,Suite.Name; Suite.Other\nA-2,x,B,text,later,subject\n")

    def test_lost_test(self):
        self.expect(1, "A-1,x,B,text,tested,Suite.Gone\n", complaint="no such test: Suite.Gone")

    def test_missing_reason(self):
        self.expect(1, "A-1,x,B,text,not testable,\n", complaint="needs evidence")

    def test_unknown_status(self):
        self.expect(1, "A-1,x,B,text,done,Suite.Name\n", complaint="unknown status")

    def test_twice(self):
        self.expect(1, "A-1,x,B,text,later,s\nA-2 A-1,x,B,text,later,s\n", complaint="stands here twice")

    def test_more_open_rows_than_allowed(self):
        self.expect(0, "A-1,x,B,text,open,\n", limit=1)
        self.expect(1, "A-1,x,B,text,open,\n", complaint="1 clauses are open")

    def test_clause_test_that_no_row_names(self):
        self.write("tests/spec/b_test.cpp", "TEST(Rfc2246_6_2, Lost) {}\n")
        self.expect(1, "A-1,x,B,text,later,s\n", complaint="Rfc2246_6_2.Lost")


class Attacks(Planted):
    kHead = "| attack | needs | defence | tests | what remains |\n|---|---|---|---|---|\n"

    def setUp(self):
        super().setUp()
        self.write("tests/attacks/beast_test.cpp", "TEST_P(Beast, Fails) {}\n")
        self.write("tests/app/e2e/reach_test.py", "class Reach(Case):\n    def test_it(self):\n        pass\n")
        self.write("tests/ct/CMakeLists.txt", "heirloom_ct_test(cbc cbc.cpp)\n")
        self.write("fuzz/CMakeLists.txt", "heirloom_fuzzer(messages)\n")

    def expect(self, code: int, row: str, complaint: str = ""):
        self.write("docs/security.md", self.kHead + row + "\n")
        seen, output = self.run_check("check_attacks.py")
        self.assertEqual(seen, code, output)
        self.assertIn(complaint, output)

    def test_tests_of_every_kind(self):
        names = "`Beast.Fails` `reach_test.py:Reach.test_it` `ct.cbc` `fuzz.messages`"
        self.expect(0, f"| BEAST | seeing | splitting | {names} | nothing |", "1 rows, 0 problems")

    def test_tests_that_are_gone(self):
        for name in ("Beast.Works", "reach_test.py:Reach.test_gone", "ct.gone", "fuzz.gone"):
            self.expect(1, f"| BEAST | seeing | splitting | `Beast.Fails` `{name}` | nothing |", f"no such test: {name}")

    def test_a_row_without_a_test(self):
        self.expect(1, "| BEAST | seeing | splitting | | nothing |", "says nothing under 'tests'")
        self.expect(1, "| BEAST | seeing | splitting | later | nothing |", "something else than names of tests")
        self.expect(1, "| BEAST | splitting | `Beast.Fails` | nothing |", "has 4 cells")

    def test_an_attack_that_no_row_names(self):
        self.write("tests/attacks/crime_test.cpp", "TEST(Crime, Fails) {}\n")
        self.expect(1, "| BEAST | seeing | splitting | `Beast.Fails` | nothing |", "the suite Crime is in no row")


class Format(Planted):
    def run_format(self) -> int:
        return subprocess.run(
            [str(kProject / "scripts" / "check_format.sh")],
            env={"PATH": "/usr/bin:/bin", "HEIRLOOM_ROOT": str(self.root)},
            capture_output=True,
        ).returncode

    @unittest.skipUnless(shutil.which("clang-format-14", path="/usr/bin:/bin"), "clang-format-14 is not installed")
    def test_bad_layout(self):
        self.assertEqual(self.run_format(), 0)
        self.write("src/base/ugly.cpp", "int  f( ) {return 1 ;}\n")
        self.assertNotEqual(self.run_format(), 0)


class Version(Planted):
    def expect(self, code: int, complaint: str = ""):
        command = [str(kProject / "scripts" / "check_version.sh"), str(self.root)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(complaint, done.stdout)

    def test_versions(self):
        self.write("CMakeLists.txt", "project(heirloom VERSION 1.2.3 LANGUAGES CXX)\n")
        self.write("CHANGELOG.md", "# Changes\n\n## 1.2.3 (unreleased)\n\n## 1.2.2\n")
        self.write("debian/changelog", "heirloom (1.2.3) unstable; urgency=low\n")
        self.write("docs/man/a.1", '.TH A 1 "2026-11" "heirloom 1.2" "User Commands"\n')
        self.expect(0)
        self.write("debian/changelog", "heirloom (1.2.2) unstable; urgency=low\n")
        self.expect(1, 'debian/changelog says version "1.2.2"')
        self.write("docs/man/a.1", '.TH A 1 "2026-11" "heirloom 1.1" "User Commands"\n')
        self.expect(1, 'docs/man/a.1 says version "heirloom 1.1"')


class Documents(Planted):
    def expect(self, code: int, complaint: str = ""):
        seen, output = self.run_check("check_documents.py")
        self.assertEqual(seen, code, output)
        self.assertIn(complaint, output)

    def test_clean(self):
        self.write("README.md", "See [the code](src/base/bytes.hpp) and `src/base/`.\n")
        self.expect(0)

    def test_dead_link(self):
        self.write("README.md", "See [the code](src/base/gone.hpp).\n")
        self.expect(1, "src/base/gone.hpp")

    def test_dead_path(self):
        self.write("docs/testing.md", "Look at `src/base/gone.hpp`.\n")
        self.expect(1, "src/base/gone.hpp")

    def test_block_differs_from_its_file(self):
        self.write("examples/a.cpp", "int main() {}\n")
        self.write("README.md", "<!-- file: examples/a.cpp -->\n```cpp\nint main() { return 1; }\n```\n")
        self.expect(1, "differs from examples/a.cpp")
        self.write("README.md", "<!-- file: examples/a.cpp -->\n```cpp\nint main() {}\n```\n")
        self.expect(0)


class Manual(Planted):
    manual = "man"
    kPage = ".TH X 1\n.SH OPTIONS\n.TP\n\\fB\\-\\-min\\fR \\fIVERSION\\fR\nThe lowest.\n"

    kOverview = (
        ".TH X 1\n.SH DESCRIPTION\n.TP\n.B reach\nServes.\n"
        ".SH EXIT STATUS\n.TP\n.B 0\nSuccess.\n.TP\n.B 2\nUsage.\n.TP\n.B 70\nA fault.\n"
        ".SH SEE ALSO\n.BR heirloom\\-reach (1)\n"
    )

    def expect(self, code: int, page: str, complaint: str = "", overview: str = ""):
        program = self.root / "program"
        program.write_text(
            "#!/bin/sh\ncase $1 in\n"
            "reach) printf 'Options:\\n  --min TEXT                      lowest, see --other\\n';;\n"
            "*) printf 'Options:\\n\\nSubcommands:\\n  reach                    serve\\n\\n"
            "Exit status: 0 success, 2 usage,\\n70 a fault.\\n';;\nesac\n"
        )
        program.chmod(0o755)
        self.write(f"{self.manual}/heirloom.1", overview or self.kOverview)
        self.write(f"{self.manual}/heirloom-reach.1", page)
        check = str(kProject / "scripts" / "check_manual.py")
        command = [sys.executable, check, str(program), "--manual", str(self.root / self.manual)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(complaint, done.stdout)

    def test_clean(self):
        self.expect(0, self.kPage)

    def test_overview_that_leaves_something_out(self):
        for part, complaint in (
            (".TP\n.B reach\nServes.\n", "does not list the command reach"),
            (".TP\n.B 70\nA fault.\n", "does not list exit status 70"),
            (".BR heirloom\\-reach (1)\n", "does not refer to heirloom-reach(1)"),
        ):
            self.assertIn(part, self.kOverview)
            self.expect(1, self.kPage, complaint, self.kOverview.replace(part, ""))
        more = self.kOverview.replace(".SH EXIT", ".TP\n.B gone\nIs no more.\n.SH EXIT")
        self.expect(1, self.kPage, "lists the command gone", more)

    def test_missing_option(self):
        self.expect(1, ".TH X 1\n", "does not describe --min")

    def test_invented_option(self):
        self.expect(1, self.kPage + ".TP\n\\fB\\-\\-max\\fR\nThe highest.\n", "describes --max, which does not exist")

    def test_reference_to_no_page(self):
        self.expect(0, self.kPage + ".BR heirloom (1),\n.BR wireshark (1)\n")
        self.expect(1, self.kPage + ".BR heirloom\\-gone (5),\n", "refers to heirloom-gone.5, which does not exist")

    def test_example_that_is_not_in_its_file(self):
        self.write("docs/man/lib.3", '.TH X 3\n.\\" part of: examples/a.cpp\n.EX\nint a\\-b = \\(aq\n.EE\n')
        self.manual = "docs/man"
        self.expect(1, self.kPage, "an example is not part of examples/a.cpp")
        self.write("docs/man/lib.3", '.TH X 3\n.\\" part of: examples/a.cpp\n.EX\nf(a \\- b, "\\en");\n.EE\n')
        self.write("examples/a.cpp", 'int main() {\nf(a - b, "\\n");\n}\n')
        self.expect(0, self.kPage)


class Messages(Planted):
    kRow = "| cause | sentence | exit | next | test |\n|---|---|---|---|---|\n| port_in_use | it … | 7 | | a_test.py:test_port |\n"
    kTest = 'class A:\n    def test_port(self):\n        expect_message(1, "port_in_use")\n'

    def setUp(self):
        super().setUp()
        self.write("include/heirloom/error.hpp", "enum class Cause : std::uint8_t {\n  not_tls,  ///< x\n};\n")
        self.write("app/a.cpp", 'Failure f() { return {ExitCode::local, "it " + g(1, "x"), "", "port_in_use"}; }\n')
        self.write("tests/app/e2e/a_test.py", self.kTest)
        self.write("docs/messages.md", self.kRow + "\n| cause | why |\n|---|---|\n| not_tls | no peer |\n")

    def expect_refused(self, file: str, text: str, complaint: str):
        self.write(file, text)
        code, output = self.run_check("check_messages.py")
        self.assertEqual(code, 1, output)
        self.assertIn(complaint, output)

    def test_clean_tree(self):
        self.assertEqual(self.run_check("check_messages.py")[0], 0)

    def test_cause_without_a_row(self):
        self.expect_refused("app/b.cpp", 'f({ExitCode::usage, a ? "x" : "y", "", is_b ? "one" : "two"});\n', "two has no row")

    def test_cause_of_a_helper_without_a_row(self):
        text = 'F h(std::string w, std::string cause) {\n  return {ExitCode::usage, w, "", std::move(cause)};\n}\nF g = h("w", "other");\n'
        self.expect_refused("app/b.cpp", text, "other has no row")

    def test_failure_without_a_cause(self):
        self.expect_refused("app/b.cpp", 'return Failure{ExitCode::usage, "x", ""};\n', "without a cause word")

    def test_sentence_without_a_row(self):
        self.expect_refused("app/b.cpp", 'return Failure{ExitCode::local, "that" + x, "", "port_in_use"};\n', "no row of port_in_use")

    def test_row_without_a_cause(self):
        self.expect_refused("app/a.cpp", "", "no such cause")

    def test_row_whose_test_is_gone(self):
        self.expect_refused("tests/app/e2e/a_test.py", "", "no such test")

    def test_row_whose_test_proves_nothing(self):
        self.expect_refused("tests/app/e2e/a_test.py", self.kTest.replace("expect_message(", "print("), "does not call expect_message")
        self.expect_refused("tests/app/e2e/a_test.py", self.kTest.replace("port_in_use", "other"), "does not call expect_message")


if __name__ == "__main__":
    unittest.main(verbosity=1)
