"""The tables of docs/interop.md, made from the outcomes of a run."""
from .cells import FEATURES, VERSIONS
from .peers import PEERS

BEGIN = "<!-- results: written by tests/interop/run --write -->"
END = "<!-- end of results -->"
TITLES = {"ssl3": "SSL 3.0", "tls1": "TLS 1.0"}


def exchange_table(version, suites, marks, columns):
    peers = [name for name in PEERS if any((version, name) == each[:2]
                                           for suite in suites for each in suite.peers)]
    peers = [name for name in peers if name in columns]
    lines = [f"| {TITLES[version]} | " + " | ".join(PEERS[name].title for name in peers) + " |",
             "|---|" + "---|" * len(peers)]
    for suite in suites:
        row = [marks.get(("exchange", version, suite.code, name), "") for name in peers]
        lines.append(f"| {suite.code} {suite.name} | " + " | ".join(row) + " |")
    return lines


def feature_table(marks, columns):
    kinds = list(dict.fromkeys(kind for kind, _ in FEATURES))
    lines = ["| peer | " + " | ".join(kind.replace("_", " ") for kind in kinds) + " |",
             "|---|" + "---|" * len(kinds)]
    for name, peer in PEERS.items():
        if name not in columns:
            continue
        for version in VERSIONS:
            row = [marks.get((kind, version, name), "") for kind in kinds]
            if any(row):
                lines.append(f"| {peer.title}, {TITLES[version]} | " + " | ".join(row) + " |")
    return lines


def marks_of(outcomes, expected_to_fail):
    """The letters per table cell: C and S for what the peer did, (C) if it fails as expected."""
    marks = {}
    for outcome in outcomes:
        cell = outcome.cell
        letter = cell.role[0].upper()
        if not outcome.passed():
            letter = f"({letter})" if expected_to_fail(cell) else ""
        keys = [("exchange", cell.version, cell.suite.code, cell.peer)]
        if cell.kind != "exchange":
            keys = [(cell.kind, cell.version, cell.peer)]
        for key in keys:
            marks[key] = marks.get(key, "") + letter
    return marks


def tables(outcomes, suites, columns, expected_to_fail):
    marks = marks_of(outcomes, expected_to_fail)
    blocks = [exchange_table(version, suites, marks, columns) for version in VERSIONS]
    blocks.append(feature_table(marks, columns))
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def split(text):
    before, _, rest = text.partition(BEGIN)
    inside, _, after = rest.partition(END)
    return before, inside.strip("\n"), after


def replaced(text, new):
    before, _, after = split(text)
    return before + BEGIN + "\n\n" + new.strip("\n") + "\n\n" + END + after


def comparable(text, columns):
    """The tables in text without the columns and rows of peers that this run did not have."""
    gone = {peer.title for name, peer in PEERS.items() if name not in columns}
    lines, keep = [], None
    for line in text.strip("\n").split("\n"):
        if not line.startswith("|"):
            keep = None
            lines.append(line)
            continue
        words = line.strip("|").split("|")
        if keep is None:  # the head of a table
            keep = [i for i, word in enumerate(words) if word.strip() not in gone]
        if words[0].strip().rpartition(", ")[0] in gone:
            continue
        lines.append("|" + "|".join(words[i] for i in keep) + "|")
    return "\n".join(lines)
