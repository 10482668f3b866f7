#!/usr/bin/env python3
"""List the .cpp files of compile_commands.json that clang-tidy should look at.

usage: tidy_files.py COMPILE_COMMANDS BASE     (BASE: a commit, or --all)

A file counts if it changed since BASE, or if a header of the project that it includes directly did.
The library comes first, then the program, then tests.
"""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sources import changed_files  # noqa: E402

kOrder = {"src": 0, "include": 0, "app": 1}


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    files = {pathlib.Path(entry["file"]).resolve() for entry in json.loads(pathlib.Path(sys.argv[1]).read_text())}
    files = {file for file in files if file.is_relative_to(root) and not file.is_relative_to(root / "build")}
    if sys.argv[2] != "--all":
        changed = set(changed_files(root, sys.argv[2]))
        headers = {file.name for file in changed if file.suffix == ".hpp"}
        files = {
            file
            for file in files
            if file in changed
            or headers & {pathlib.PurePath(name).name for name in re.findall(r'#include "([^"]+)"', file.read_text())}
        }
        # What itself changed first: a limit should not drop it.
        key = lambda file: (file not in changed, kOrder.get(file.relative_to(root).parts[0], 2), str(file))
    else:
        key = lambda file: (kOrder.get(file.relative_to(root).parts[0], 2), str(file))
    for file in sorted(files, key=key):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
