#!/usr/bin/env python3
"""Check the documents: links and paths lead somewhere, and copied code equals its file.

usage: check_documents.py [--root FOLDER]

In README.md, CONTRIBUTING.md, SECURITY.md, CHANGELOG.md and docs/**/*.md: relative links must exist; a
path in backquotes that starts with a folder of the project must exist; a fenced block after a line
`<!-- file: PATH -->` must be that file, byte for byte, and after `<!-- part of: PATH -->` must stand in it.
"""
import argparse
import pathlib
import re
import sys

kLink = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
kPath = re.compile(r"`((?:src|include|app|tests|docs|scripts|cmake|examples|fuzz|benchmarks)/[\w./-]*)`")
kBlock = re.compile(r"<!-- (file|part of): (\S+) -->\n+```\w*\n(.*?)^```$", re.S | re.M)


def documents(root: pathlib.Path) -> list[pathlib.Path]:
    found = [root / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    return [file for file in found if file.is_file()] + sorted((root / "docs").rglob("*.md"))


def problems_of(root: pathlib.Path, file: pathlib.Path) -> list[str]:
    text, found = file.read_text(), []
    for link in kLink.findall(text):
        if "://" not in link and not link.startswith("mailto:") and not (file.parent / link).exists():
            found.append(f"dead link: {link}")
    for path in kPath.findall(text):
        if not (root / path).exists():
            found.append(f"no such path: {path}")
    for kind, path, block in kBlock.findall(text):
        if not (root / path).is_file():
            found.append(f"no such file: {path}")
            continue
        source = (root / path).read_text()
        if kind == "file" and block != source:
            found.append(f"a block differs from {path}")
        if kind == "part of" and block not in source:
            found.append(f"a block is not part of {path}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    count = 0
    for file in documents(root):
        for problem in problems_of(root, file):
            print(f"{file.relative_to(root)}: {problem}")
            count += 1
    print(f"documents: {len(documents(root))} files, {count} problems")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
