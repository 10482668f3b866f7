#!/usr/bin/env python3
"""Check docs/clauses.csv: every clause of the documents has a test that exists, or a reason.

usage: spec_coverage.py [--root FOLDER] [--list STATUS]

The columns: id (one or two, made of the document's section), clause (where the RFCs say it), who must
(C client, S server, B both), requirement (in our words), status, evidence. The status is
  tested        evidence: names of tests, Suite.Name, separated by "; "
  not testable  evidence: why
  not followed  evidence: why
  later         evidence: the subject that will bring it
  open          in reach and without a test so far; the number of these is printed, and may not grow
                beyond docs/clauses.limit
A test named here must stand in tests/ as TEST, TEST_F, TEST_P or TYPED_TEST. Every test whose suite
is named after a clause (Rfc6101_…, Rfc2246_…) must be named here.
"""
import argparse
import collections
import csv
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sources import project_files, without_comments_and_strings  # noqa: E402

kStatuses = ("tested", "not testable", "not followed", "later", "open")
kColumns = ["id", "clause", "who", "requirement", "status", "evidence"]
kTest = re.compile(r"\b(?:TYPED_TEST|TEST(?:_[FP])?)\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")


def tests_in(root: pathlib.Path) -> set[str]:
    names = set()
    for file in project_files(root, "tests"):
        for suite, name in kTest.findall(without_comments_and_strings(file.read_text())):
            names.add(f"{suite}.{name}")
    return names


def problems_of(row: dict[str, str], tests: set[str]) -> list[str]:
    status, evidence = row["status"], row["evidence"].strip()
    if status not in kStatuses:
        return [f"unknown status '{status}'"]
    if status == "open":
        return ["an open row has no evidence"] if evidence else []
    if not evidence:
        return [f"'{status}' needs evidence"]
    if status == "tested":
        return [f"no such test: {name}" for name in evidence.split("; ") if name not in tests]
    return []


def check(root: pathlib.Path) -> tuple[list[str], collections.Counter, list[dict[str, str]]]:
    with open(root / "docs" / "clauses.csv", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != kColumns:
            return [f"docs/clauses.csv: the columns are not {','.join(kColumns)}"], collections.Counter(), []
        rows = list(reader)
    tests = tests_in(root)
    found, seen, named = [], set(), set()
    for number, row in enumerate(rows, start=2):
        for problem in problems_of(row, tests):
            found.append(f"docs/clauses.csv:{number}: {row['id']}: {problem}")
        for name in row["id"].split():
            if name in seen:
                found.append(f"docs/clauses.csv:{number}: {name} stands here twice")
            seen.add(name)
        if row["status"] == "tested":
            named.update(row["evidence"].strip().split("; "))
    for test in sorted(tests - named):
        if re.match(r"Rfc(6101|2246)_", test):
            found.append(f"{test} is named after a clause, and no row of docs/clauses.csv names it")
    counts = collections.Counter(row["status"] for row in rows)
    limit = int((root / "docs" / "clauses.limit").read_text())
    if counts["open"] > limit:
        found.append(f"{counts['open']} clauses are open, docs/clauses.limit allows {limit}")
    return found, counts, rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--list", choices=kStatuses)
    arguments = parser.parse_args()
    found, counts, rows = check(arguments.root.resolve())
    for row in rows:
        if row["status"] == arguments.list:
            print(f"{row['id']} ({row['clause']}, {row['who']}): {row['requirement']} {row['evidence']}")
    for line in found:
        print(line)
    print("clauses: " + ", ".join(f"{counts[status]} {status}" for status in kStatuses))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
