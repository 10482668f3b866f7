"""expect_message: what the program says at its end must stand in docs/messages.md, word for word.

A row of that document is a cause word, a sentence with … for what varies, an exit code (or "log" for a line of
`heirloom serve`, or "page NNN" for a page of the bridge), the next step, and the test that provokes it. A test
that rows name must provoke every one of them: that is checked when it ends.
"""
import html
import inspect
import json
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["HEIRLOOM_SOURCE_DIR"]) / "scripts"))
from check_messages import pattern, tables  # noqa: E402

DOCUMENT = pathlib.Path(os.environ["HEIRLOOM_SOURCE_DIR"]) / "docs" / "messages.md"
SINGLE = ("--min", "--max", "--preset", "--cert", "--key", "--listen")  # options that may stand once in a command
ROWS, _ = tables(DOCUMENT.read_text(encoding="utf-8"))


class Said:
    """What one run ended with, in the terms of a row."""

    def __init__(self, sentence, exit_code, advice, cause=None):
        self.sentence = sentence
        self.exit_code = str(exit_code)
        self.advice = advice
        self.cause = cause

    def fits(self, row):
        return (
            self.exit_code == row["exit"]
            and pattern(row["sentence"]).fullmatch(self.sentence) is not None
            and pattern(row["next"]).fullmatch(self.advice) is not None
        )

    def __str__(self):
        return f"{self.exit_code} | {self.sentence} | {self.advice} | cause {self.cause}"


def said_by_program(code, text):
    """From standard error: a sentence and its advice, or the last error object of --json."""
    for line in reversed(text.splitlines()):
        if line.startswith("{") and (entry := json.loads(line)).get("event") == "error":
            return Said(entry["message"], code, entry["try"], entry["cause"])
    sentence, advice = "", ""
    for line in text.splitlines():
        if line.startswith("heirloom: ") and line.endswith("."):
            sentence, advice = line[len("heirloom: "):-1], ""
        elif line.startswith("Try: "):
            advice = line[len("Try: "):]
    return Said(sentence, code, advice)


def said_by_page(response):
    """From a page that the bridge answered instead of the box."""
    body = response.body.decode()
    found = re.search(r"<p>(.*?)\.</p>\n(?:<p>Try: <code>(.*?)</code></p>)?", body, re.S)
    if found is None:
        raise AssertionError(f"no page of the bridge: {body[:300]!r}")
    cause = re.search(r'<meta name="heirloom-cause" content="(\w+)">', body)
    return Said(
        html.unescape(found.group(1)), f"page {response.status}", html.unescape(found.group(2) or ""),
        cause.group(1) if cause else None,
    )


def said(outcome):
    if isinstance(outcome, dict):  # the fields of a log line
        return Said(outcome["message"], "log", "", outcome["cause"])
    if hasattr(outcome, "status"):
        return said_by_page(outcome)
    code, text = outcome if isinstance(outcome, tuple) else (outcome.code, outcome.err)
    return said_by_program(code, text)


def running_test():
    """The test case on whose behalf this is called, found on the stack."""
    for frame in inspect.stack():
        case = frame.frame.f_locals.get("self")
        if isinstance(case, unittest.TestCase):
            return case
    raise AssertionError("expect_message is called outside of a test")


def place(case):
    file = pathlib.Path(sys.modules[type(case).__module__].__file__).name
    return f"{file}:{case._testMethodName}"


def check_all_were_said(case, seen):
    """At the end of a test: it has provoked every row that names it."""
    missing = [row for row in ROWS if row["test"] == place(case) and id(row) not in seen]
    case.assertEqual([f"{row['cause']} | {row['sentence']}" for row in missing], [], "rows that this test should provoke")


def expect_message(outcome, cause):
    """Asserts that this ending is a row of docs/messages.md with that cause. An outcome is what support.run or
    reach_support.fail returns, a page fetched from a bridge, or the fields of a log line."""
    case = running_test()
    ending = said(outcome)
    if not hasattr(case, "rows_seen"):
        case.rows_seen = set()
        case.addCleanup(check_all_were_said, case, case.rows_seen)
    candidates = [row for row in ROWS if row["cause"] == cause]
    fitting = [row for row in candidates if ending.fits(row)]
    rows = "".join(f"\n  {row['exit']} | {row['sentence']} | {row['next']}" for row in candidates)
    case.assertTrue(fitting, f"docs/messages.md has no row for\n  {ending}\namong those of {cause}:{rows}")
    case.assertIn(ending.cause, (None, cause))
    words = ending.advice.split()
    case.assertEqual([word for word in SINGLE if words.count(word) > 1], [], f"cannot be typed: {ending.advice}")
    case.rows_seen.update(id(row) for row in fitting)
    return ending
