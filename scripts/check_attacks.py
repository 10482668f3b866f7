#!/usr/bin/env python3
"""Check docs/security.md: every attack in its tables has tests, and these exist.

usage: check_attacks.py [--root FOLDER]

A row has five cells: attack, needs, defence, tests, what remains. Each cell has something in it, the
fourth nothing but names of tests in backquotes:
  Suite.Name              a TEST, TEST_F, TEST_P or TYPED_TEST under tests/
  file.py:Class.test_name a test under tests/app/e2e
  ct.name                 a program of tests/ct/CMakeLists.txt that runs under valgrind
  fuzz.name               a fuzzer of fuzz/CMakeLists.txt
Every suite of tests/attacks must be named in some row.
"""
import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sources import project_files, without_comments_and_strings  # noqa: E402
from spec_coverage import kTest, tests_in  # noqa: E402

kColumns = ["attack", "needs", "defence", "tests", "what remains"]
kNames = re.compile(r"(`[^`\s]+`\s*)+")
kPythonScope = re.compile(r"^(?:class (\w+)|    def (test_\w+))", re.M)


def matches(file: pathlib.Path, pattern: str, form: str) -> set[str]:
    return {form.format(name) for name in re.findall(pattern, file.read_text(), re.M)} if file.is_file() else set()


def program_tests_in(root: pathlib.Path) -> set[str]:
    names = set()
    for file in sorted((root / "tests" / "app" / "e2e").glob("*.py")):
        suite = ""
        for found, test in kPythonScope.findall(file.read_text()):
            suite = found or suite
            if test:
                names.add(f"{file.name}:{suite}.{test}")
    return names


def suites_of_attacks(root: pathlib.Path) -> set[str]:
    suites = set()
    for file in project_files(root, "tests/attacks"):
        suites.update(suite for suite, _ in kTest.findall(without_comments_and_strings(file.read_text())))
    return suites


def rows_of(text: str) -> list[tuple[int, list[str]]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("|"):
            rows.append((number, [cell.strip() for cell in line.strip().strip("|").split("|")]))
    return rows


def problems_of(cells: list[str], tests: set[str]) -> list[str]:
    if len(cells) != len(kColumns):
        return [f"has {len(cells)} cells, not {len(kColumns)}"]
    found = [f"says nothing under '{column}'" for column, cell in zip(kColumns, cells) if not cell]
    if cells[3] and not kNames.fullmatch(cells[3]):
        found.append("has something else than names of tests among the tests")
    found += [f"no such test: {name}" for name in re.findall(r"`([^`]+)`", cells[3]) if name not in tests]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    tests = tests_in(root) | program_tests_in(root)
    tests |= matches(root / "tests" / "ct" / "CMakeLists.txt", r"^heirloom_ct_test\((\w+)", "ct.{}")
    tests |= matches(root / "fuzz" / "CMakeLists.txt", r"^heirloom_fuzzer\((\w+)", "fuzz.{}")
    found, named, count = [], set(), 0
    for number, cells in rows_of((root / "docs" / "security.md").read_text()):
        if cells == kColumns or all(re.fullmatch("-+", cell) for cell in cells):
            continue
        count += 1
        found += [f"docs/security.md:{number}: {cells[0]}: {problem}" for problem in problems_of(cells, tests)]
        named.update(name.split(".")[0] for name in re.findall(r"`([^`]+)`", cells[3] if len(cells) > 3 else ""))
    for suite in sorted(suites_of_attacks(root) - named):
        found.append(f"tests/attacks: the suite {suite} is in no row of docs/security.md")
    for line in found:
        print(line)
    print(f"attacks: {count} rows, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
