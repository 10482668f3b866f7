"""The tables of docs/interop.md, made from the outcomes of a run."""
import collections

from . import abilities
from .cells import FEATURES, Cell, hole_of, read_holes
from .cells import places as all_places
from .peers import PEERS
from .suites import ROLES, VERSIONS

# Where tables are in docs/interop.md: begin and end.
RESULTS = ("<!-- results: written by tests/interop/run --write -->", "<!-- end of results -->")
ABILITIES = ("<!-- abilities: written by tests/interop/abilities --write -->", "<!-- end of abilities -->")
TITLES = {"ssl3": "SSL 3.0", "tls1": "TLS 1.0"}


def exchange_table(version, suites, marks, columns):
    peers = [name for name in columns if any((version, name) == key[1::2] for key in marks
                                             if key[0] == "exchange")]
    lines = [f"| {TITLES[version]} | " + " | ".join(PEERS[name].title for name in peers) + " |",
             "|---|" + "---|" * len(peers)]
    for suite in suites:
        if version not in suite.versions:
            continue
        row = [marks.get(("exchange", version, suite.code, name), "") for name in peers]
        lines.append(f"| {suite.code} {suite.name}{nobody(version, suite, peers)} | " + " | ".join(row) + " |")
    return lines


def nobody(version, suite, peers):
    """Why no peer is tried, where a line of holes.txt says it of all."""
    holes = {hole_of(Cell("exchange", version, suite, name, role)) for name in peers for role in ROLES}
    hole = holes.pop() if len(holes) == 1 else None
    if hole is None or hole.patterns[3] != "*":
        return ""
    return ": " + hole.reason[0].lower() + hole.reason[1:].rstrip(".")


def feature_table(marks, columns):
    kinds = list(FEATURES)
    lines = ["| peer | " + " | ".join(kind.replace("_", " ") for kind in kinds) + " |",
             "|---|" + "---|" * len(kinds)]
    for name in columns:
        for version in VERSIONS:
            row = [marks.get((kind, version, name), "") for kind in kinds]
            if any(row):
                lines.append(f"| {PEERS[name].title}, {TITLES[version]} | " + " | ".join(row) + " |")
    return lines


def hole_table(every, columns):
    """Each reason with the peers and the number of places it stands for; the first line counts."""
    places = collections.Counter()
    whose = collections.defaultdict(dict)
    for cell in every:
        hole = hole_of(cell)
        if hole is not None and cell.peer in columns:
            places[hole] += 1
            whose[hole][cell.peer] = True
    lines = ["| not tried | peers | places | why |", "|---|---|---|---|"]
    for hole in read_holes():
        if places[hole]:
            kind, version, suite, _, role = hole.patterns
            what = " ".join(each for each in (
                "" if kind in ("exchange", "*") else kind.replace("_", " "),
                TITLES.get(version, ""), "" if suite == "*" else suite.replace(",", ", "),
                "" if role == "*" else f"(as {role})") if each) or "everything"
            titles = ("all" if len(whose[hole]) == len(columns)
                      else ", ".join(PEERS[name].title for name in whose[hole]))
            lines.append(f"| {what} | {titles} | {places[hole]} | {hole.reason} |".replace("*", "\\*"))
    return lines


def count_table(outcomes, suites, columns, expected_to_fail):
    """What the issue asks for: how many places there are, tried, passed, and not tried."""
    lines = ["| peer | places | tried | passed | fail for their own reason | not tried |",
             "|---|---|---|---|---|---|"]
    totals = [0] * 5
    for name in columns:
        own = [each for each in outcomes if each.cell.peer == name]
        places = sum(1 for each in all_places(suites) if each.peer == name)
        passed = sum(1 for each in own if each.passed())
        row = [places, len(own), passed,
               sum(1 for each in own if not each.passed() and expected_to_fail(each.cell)),
               places - len(own)]
        totals = [a + b for a, b in zip(totals, row)]
        lines.append(f"| {PEERS[name].title} | " + " | ".join(map(str, row)) + " |")
    if len(columns) == len(PEERS):
        lines.append("| all | " + " | ".join(map(str, totals)) + " |")
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
            if letter not in marks.get(key, ""):  # a feature may be tried with several suites
                marks[key] = marks.get(key, "") + letter
    return marks


def tables(outcomes, suites, present, expected_to_fail):
    columns = [name for name in PEERS if name in present]
    marks = marks_of(outcomes, expected_to_fail)
    blocks = [exchange_table(version, suites, marks, columns) for version in VERSIONS]
    blocks.append(feature_table(marks, columns))
    blocks.append(count_table(outcomes, suites, columns, expected_to_fail))
    if len(columns) == len(PEERS):
        blocks.append(hole_table(all_places(suites), columns))
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def ability_tables(outcomes, suites, present, expected_to_fail):
    """A row for each ability and version, and what is not tried."""
    columns = [name for name in abilities.PEERS if name in present]
    marks = marks_of(outcomes, expected_to_fail)
    lines = ["| ability | " + " | ".join(PEERS[name].title for name in columns) + " |",
             "|---|" + "---|" * len(columns)]
    for ability in abilities.ABILITIES:
        for version in ability.versions:
            row = [marks.get((ability.kind, version, name), "") for name in columns]
            lines.append(f"| {ability.kind.replace('_', ' ')}, {TITLES[version]} | " + " | ".join(row) + " |")
    seen = ["| ability | what is seen |", "|---|---|"]
    seen += [f"| {each.kind.replace('_', ' ')} | {each.seen} |" for each in abilities.ABILITIES]
    blocks = [seen, lines]
    if len(columns) == len(abilities.PEERS):
        blocks.append(hole_table(abilities.places(suites), columns))
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def split(text, marks=RESULTS):
    before, _, rest = text.partition(marks[0])
    inside, _, after = rest.partition(marks[1])
    return before, inside.strip("\n"), after


def replaced(text, new, marks=RESULTS):
    before, _, after = split(text, marks)
    return before + marks[0] + "\n\n" + new.strip("\n") + "\n\n" + marks[1] + after


def comparable(text, columns):
    """The tables in text without the columns and rows of peers that this run did not have."""
    gone = {peer.title for name, peer in PEERS.items() if name not in columns}
    if gone:  # nor what is about all of them
        text = "\n".join(line for line in text.partition("| not tried |")[0].split("\n")
                         if not line.startswith("| all |"))
    lines, keep = [], None
    for line in text.strip("\n").split("\n"):
        if not line.startswith("|"):
            keep = None
            lines.append(line)
            continue
        words = line.strip("|").split("|")
        if keep is None:  # the head of a table
            keep = [i for i, word in enumerate(words) if word.strip() not in gone]
        if gone & {words[0].strip(), words[0].strip().rpartition(", ")[0]}:
            continue
        lines.append("|" + "|".join(words[i] for i in keep) + "|")
    return "\n".join(lines).strip("\n")
