#!/usr/bin/env python3
"""Check docs/messages.md against the sources: no message without a row, no row without a message and a test.

usage: check_messages.py [--root FOLDER] [--list]

Cause words are the last part of every Failure in app/, the third of a Page, and the names of the library's
Cause. Each needs a row in docs/messages.md or a line, with a reason, in its table of what is not provoked;
every row must be of a cause that exists; the test that a row names must exist and call expect_message with
that cause. The sentence of a Failure, as far as it can be read off its initialiser, must fit a row.
--list shows the cause words of app/ and where they are.
"""
import argparse
import ast
import pathlib
import re
import sys

from sources import project_files

kWord = re.compile(r"^[a-z][a-z0-9_]*$")
kLiteral = re.compile(r'"((?:\\.|[^"\\])*)"')
kComment = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\')', re.S)
kExit = re.compile(r"^(\d+|log|page \d{3})$")
kHeader = ("cause", "sentence", "exit", "next", "test")
kFailureParts = 4


def without_comments(text):
    return kComment.sub(lambda match: match.group(1) or " ", text)


def group_end(text, start):
    """The offset behind the bracket that closes the one at start; strings are skipped."""
    depth, at = 0, start
    while at < len(text):
        if text[at] == '"':
            at = kLiteral.match(text, at).end()
            continue
        if text[at] == "'" and (match := re.compile(r"'(?:\\.|[^'\\])+'").match(text, at)):
            at = match.end()
            continue
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(text[at], 0)
        at += 1
        if depth == 0:
            return at
    return at


def parts_of(text, start):
    """What stands between the commas of the group that opens at start."""
    end = group_end(text, start) - 1
    parts, begin, at = [], start + 1, start + 1
    while at < end:
        if text[at] in "({[":
            at = group_end(text, at)
        elif text[at] == '"':
            at = kLiteral.match(text, at).end()
        elif text[at] == ",":
            parts.append(text[begin:at].strip())
            begin = at = at + 1
        else:
            at += 1
    last = text[begin:end].strip()
    return parts + [last] if last else parts


def sample_of(expression):
    """A sentence as this expression makes it, with … for what varies; None if it has a choice in it."""
    expression = re.sub(r'std::string\(("(?:\\.|[^"\\])*")\)', r"\1", expression)
    pieces, at, varies = [], 0, False
    while at < len(expression):
        if expression[at] == "?":
            return None
        if expression[at] == '"':
            match = kLiteral.match(expression, at)
            pieces += ["…"] * varies + [match.group(1).replace('\\"', '"').replace("\\\\", "\\")]
            at, varies = match.end(), False
        elif expression[at] in "({[":
            end = group_end(expression, at)
            if "?" in kLiteral.sub("", expression[at:end]):
                return None
            at, varies = end, True
        else:
            varies = varies or expression[at] not in "+ \n"
            at += 1
    return "".join(pieces + ["…"] * varies)


def can_be_same(one, two):
    """Whether some sentence fits both; … stands for anything but nothing."""
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        i, j = todo.pop()
        if (i, j) == (len(one), len(two)):
            return True
        if i == len(one) or j == len(two):
            continue
        steps = [(i + 1, j + 1)] if one[i] == two[j] or "…" in (one[i], two[j]) else []
        steps += [(i, j + 1)] if one[i] == "…" else []
        steps += [(i + 1, j)] if two[j] == "…" else []
        todo += [step for step in steps if step not in reached]
        reached.update(steps)
    return False


def pattern(text):
    """A sentence of the document as a regular expression."""
    return re.compile(".+".join(re.escape(part) for part in text.split("…")), re.S)


def enclosing_function(text, offset):
    """The name of the function whose parameter `cause` is used at this offset."""
    found = [m for m in re.finditer(r"(\w+)\([^(){}]*\bcause\)[^;{}]*\{", text) if m.start() < offset]
    return found[-1].group(1) if found else None


class Causes:
    """The cause words of app/, each with its places."""

    def __init__(self, root):
        self.root = root
        self.places = {}
        self.problems = []
        self.sentences = []
        self.texts = {file: without_comments(file.read_text()) for file in project_files(root, "app")}
        helpers = {}
        for file, text in self.texts.items():
            for match in re.finditer(r"\{\s*(?=[^{};\"]*?\bExitCode::\w+\s*,|exit_code\w*\([^()]*\)\s*,)", text):
                self.failure(file, text, match.start(), helpers)
            for match in re.finditer(r"\bPage\{", text):
                parts = parts_of(text, match.end() - 1)
                if len(parts) > 2 and not parts[2].endswith("cause"):
                    self.words(file, text, match.start(), parts[2])
            for match in re.finditer(r"\bcause = (?=\")", text):
                self.words(file, text, match.start(), text[match.end():text.index(";", match.end())])
        for (file, name) in helpers:
            for match in re.finditer(rf"\b{name}\(", self.texts[file]):
                parts = parts_of(self.texts[file], match.end() - 1)
                if parts and not parts[-1].endswith("cause"):
                    self.words(file, self.texts[file], match.start(), parts[-1])
                    self.sentence(str(file.relative_to(self.root)), parts[0], parts[-1])

    def failure(self, file, text, start, helpers):
        parts = parts_of(text, start)
        if len(parts) < 2 or not ("ExitCode::" in parts[0] or parts[0].startswith("exit_code")):
            return
        place = f"{file.relative_to(self.root)}:{text.count(chr(10), 0, start) + 1}"
        if len(parts) != kFailureParts:
            self.problems.append(f"{place}: a Failure without a cause word")
        elif re.fullmatch(r"(?:std::move\()?cause\)?", parts[3]):
            if (name := enclosing_function(text, start)) is None:
                self.problems.append(f"{place}: where does the cause word come from?")
            else:
                helpers[(file, name)] = True
        elif "name()" not in parts[3] and not re.fullmatch(r"[\w.]*\bcause", parts[3]):
            self.words(file, text, start, parts[3])
            self.sentence(place, parts[1], parts[3])

    def sentence(self, place, what, cause):
        sample = sample_of(what)
        if sample is not None:
            self.sentences += [(place, word, sample) for word in kLiteral.findall(cause) if kWord.match(word)]

    def words(self, file, text, offset, expression):
        place = f"{file.relative_to(self.root)}:{text.count(chr(10), 0, offset) + 1}"
        found = [word for word in kLiteral.findall(expression) if kWord.match(word)]
        if not found:
            self.problems.append(f"{place}: no cause word in {expression[:40]!r}")
        for word in found:
            self.places.setdefault(word, []).append(place)


def library_causes(root):
    text = without_comments((root / "include/heirloom/error.hpp").read_text())
    return re.findall(r"\b([a-z][a-z0-9_]*),", re.search(r"enum class Cause [^{]*\{(.*?)\};", text, re.S).group(1))


def tables(text):
    """The rows of the two kinds of tables: messages as dictionaries, and reasons by cause."""
    messages, reasons, columns = [], {}, ()
    for line in text.splitlines():
        if not line.startswith("|"):
            columns = ()
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if cells[0] == "cause":
            columns = tuple(cells)
        elif columns == kHeader and len(cells) == len(kHeader) and not cells[0].startswith("--"):
            messages.append(dict(zip(kHeader, cells)))
        elif columns == ("cause", "why") and not cells[0].startswith("--"):
            reasons[cells[0]] = cells[1]
    return messages, reasons


class Tests:
    """Which functions of a test file reach expect_message, and with which words."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}

    def functions(self, name):
        if name not in self.files:
            file = self.folder / name
            tree = ast.parse(file.read_text()) if file.is_file() else ast.Module([], [])
            self.files[name] = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        return self.files[name]

    @staticmethod
    def called(node):
        calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
        return {getattr(func, "attr", getattr(func, "id", "")) for func in calls}

    def reaches(self, name, function, seen=()):
        called = self.called(self.functions(name)[function])
        own = [each for each in called if each in self.functions(name) and each not in (*seen, function)]
        return "expect_message" in called or any(self.reaches(name, each, (*seen, function)) for each in own)

    def problem(self, place, cause):
        name, _, function = place.partition(":")
        if function not in self.functions(name):
            return f"no such test: {place}"
        node = self.functions(name)[function]
        words = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        if not self.reaches(name, function) or cause not in words:
            return f"{place} does not call expect_message with {cause}"
        return ""


def row_problems(messages, causes, tests):
    found, seen = [], set()
    for row in messages:
        key = (row["cause"], row["sentence"], row["exit"], row["next"])
        where = f"docs/messages.md, {row['cause']}"
        if key in seen:
            found.append(f"{where}: the same row twice")
        seen.add(key)
        if row["cause"] not in causes:
            found.append(f"{where}: no such cause in the sources")
        if not kExit.match(row["exit"]):
            found.append(f"{where}: {row['exit']!r} is no exit code, log or page NNN")
        if not row["sentence"] or row["sentence"].endswith("."):
            found.append(f"{where}: the sentence is empty or has its full stop")
        if problem := tests.problem(row["test"], row["cause"]):
            found.append(f"{where}: {problem}")
    return found


def problems(root):
    causes = Causes(root)
    messages, reasons = tables((root / "docs/messages.md").read_text())
    known = set(causes.places) | set(library_causes(root))
    found = list(causes.problems)
    described = {row["cause"] for row in messages}
    for word in sorted(known - described - set(reasons)):
        place = ", ".join(causes.places.get(word, ["include/heirloom/error.hpp"]))
        found.append(f"{place}: {word} has no row in docs/messages.md")
    samples = {f"{word}: {sample}" for _, word, sample in causes.sentences}
    for word in sorted(reasons):
        is_known = word in known - described or word in samples
        if not is_known or not reasons[word]:
            found.append(f"docs/messages.md, {word}: not provoked, but unknown, described or without a reason")
    for place, word, sample in causes.sentences:
        if f"{word}: {sample}" in reasons:
            continue
        rows = [row for row in messages if row["cause"] == word]
        if rows and not any(can_be_same(row["sentence"], sample) for row in rows):
            found.append(f"{place}: no row of {word} in docs/messages.md has the sentence {sample!r}")
    found += row_problems(messages, known, Tests(root / "tests/app/e2e"))
    return found, len(messages)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    root = options.root.resolve()
    if options.list:
        for word, places in sorted(Causes(root).places.items()):
            print(f"{word}: {', '.join(places)}")
        return 0
    found, count = problems(root)
    for line in found:
        print(line)
    print(f"messages: {count} rows, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
