#!/usr/bin/env python3
"""Check the manual pages: they describe the options that the program has, no more, and are well formed.

usage: check_manual.py PROGRAM [--manual FOLDER]

Every subcommand that `PROGRAM --help` lists needs a page heirloom-NAME.1; the long options of its --help
and of the page must be the same. heirloom.1 lists every subcommand, every exit status that the help names, and every
other page whose name begins with heirloom-. In pages of all sections: references to pages of the project must lead
to one, and an example after a line `.\\" part of: PATH` must stand in that file, which is compiled. Pages
are run through groff if it is installed.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

kOption = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def help_of(program: str, *command: str) -> str:
    return subprocess.run([program, *command, "--help"], check=True, capture_output=True, text=True).stdout


def options_of_help(text: str) -> set[str]:
    """Options at the start of a line of the help: what its words mention besides does not count."""
    found = set()
    for line in text.splitlines():
        match = re.match(r"\s+(-[^\s].*?)(?:\s{2,}|\s[A-Z]|$)", line)
        if match:
            found.update(kOption.findall(match.group(1)))
    return found


def commands_of_help(text: str) -> list[str]:
    return re.findall(r"^  ([a-z]+) {2,}", text.partition("Subcommands:")[2], re.M)


def options_of_command(program: str, *command: str) -> set[str]:
    """Options of a subcommand and of those that it has itself: one page describes them all."""
    text = help_of(program, *command)
    found = options_of_help(text)
    for name in commands_of_help(text):
        found |= options_of_command(program, *command, name)
    return found


def options_of_page(text: str) -> set[str]:
    """Options in the tags of a page."""
    found = set()
    for tag in re.findall(r"^\.TP\n(.*)$", text, re.M):
        found.update(kOption.findall(tag.replace("\\fB", "").replace("\\fR", "").replace("\\-", "-")))
    return found


def overview_problems(page: pathlib.Path, general: str) -> list[str]:
    """What heirloom.1 leaves out of the commands, of the exit statuses and of the other pages, or invents."""
    if not page.is_file():
        return []
    parts = dict(re.findall(r'^\.SH "?([A-Z ]+?)"?\n(.*?)(?=^\.SH|\Z)', page.read_text(), re.M | re.S))

    def tags(part: str) -> set[str]:
        return set(re.findall(r"^\.TP\n\.B (\w+)$", parts.get(part, ""), re.M))

    statuses = re.search(r"^Exit status: (.*)\Z", general, re.M | re.S)
    pages = {f"{file.stem}({file.suffix[1:]})" for file in page.parent.glob("heirloom-*.[0-9]")}
    references = re.findall(r"^\.BR (heirloom\S+) \((\d)\)", parts.get("SEE ALSO", ""), re.M)
    named = {f"{name}({section})".replace("\\-", "-") for name, section in references}
    wanted = (
        ("the command", set(commands_of_help(general)), tags("DESCRIPTION")),
        ("exit status", set(re.findall(r"\b(\d+) ", statuses.group(1) if statuses else "")), tags("EXIT STATUS")),
    )
    found = [f"{page.name} does not list {what} {each}" for what, has, says in wanted for each in sorted(has - says)]
    found += [f"{page.name} lists {what} {each}, which is not" for what, has, says in wanted for each in sorted(says - has)]
    return found + [f"{page.name} does not refer to {each}" for each in sorted(pages - named)]


def reference_problems(page: pathlib.Path) -> list[str]:
    """References to pages that do not exist; those of others (no heirloom in the name) are not looked at."""
    found = []
    for name, section in re.findall(r"^\.BR (\S*heirloom\S*) \((\d)\)", page.read_text(), re.M):
        file = f"{name}.{section}".replace("\\-", "-")
        if not (page.parent / file).is_file():
            found.append(f"{page.name} refers to {file}, which does not exist")
    return found


def example_problems(page: pathlib.Path) -> list[str]:
    """Examples that differ from the program that they are taken from."""
    found = []
    for path, block in re.findall(r'^\.\\" part of: (\S+)\n\.EX\n(.*?)^\.EE$', page.read_text(), re.M | re.S):
        text = re.sub(r"^\\&", "", block, flags=re.M).replace("\\-", "-").replace("\\e", "\\")
        source = page.parent.parent.parent / path
        if not source.is_file() or text not in source.read_text():
            found.append(f"{page.name}: an example is not part of {path}")
    return found


def problems(program: str, manual: pathlib.Path) -> list[str]:
    found = []
    general = help_of(program)
    commands = commands_of_help(general)
    if not commands:
        found.append("no subcommands in the help")
    for command in ["", *commands]:
        page = manual / ("heirloom" + (f"-{command}" if command else "") + ".1")
        if not page.is_file():
            found.append(f"{page.name} is missing")
            continue
        has = options_of_command(program, command) if command else options_of_help(general)
        says = options_of_page(page.read_text())
        found += [f"{page.name} does not describe {name}" for name in sorted(has - says)]
        found += [f"{page.name} describes {name}, which does not exist" for name in sorted(says - has)]
    found += overview_problems(manual / "heirloom.1", general)
    pages = sorted(manual.glob("*.[0-9]"))
    for page in pages:
        found += reference_problems(page) + example_problems(page)
    if shutil.which("groff"):
        for page in pages:
            done = subprocess.run(
                ["groff", "-man", "-Tutf8", "-ww", "-z", str(page)], capture_output=True, text=True
            )
            found += [line for line in done.stderr.splitlines() if line]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--manual", type=pathlib.Path, default=root / "docs" / "man")
    arguments = parser.parse_args()
    found = problems(arguments.program, arguments.manual)
    for line in found:
        print(line)
    print(f"manual: {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
