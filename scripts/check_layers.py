#!/usr/bin/env python3
"""Fail if an #include breaks the table in scripts/layers.txt.

usage: check_layers.py [--root FOLDER]

Every #include in include/, src/ and app/ is looked at. The folders of app/ below the top (app/http,
app/pins, …) are parts of the program and obey the row of `app`, except app/common, which may not know
any of them. System headers in <> that are not in the table's row and have no C++ standard name are
third-party headers and refused.
"""
import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sources import project_files  # noqa: E402

kInclude = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
# Headers of C and POSIX that are no third-party dependency but are not the C++ standard library
# either: only the program talks to the operating system.
kOperatingSystem = re.compile(
    r"^(sys/|netinet/|arpa/|net/|linux/)|^(unistd|fcntl|poll|netdb|signal|termios|pwd|ifaddrs|dlfcn|pthread|limits|errno|time|syslog)\.h$"
)


def read_table(file: pathlib.Path) -> dict[str, list[str]]:
    table = {}
    for line in file.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            name, _, allowed = line.partition(":")
            table[name.strip()] = [word for word in allowed.split() if word != "-"]
    return table


def layer_of(path: pathlib.PurePath) -> str:
    """The row of a file, given relative to the project."""
    parts = path.parts
    if parts[0] == "include":
        return "asio" if parts[2] == "asio" else "public"
    if parts[0] == "src":
        return parts[1]
    return "app/common" if len(parts) > 2 and parts[1] == "common" else "app"


def target_of(root: pathlib.Path, file: pathlib.Path, name: str) -> str | None:
    """What a quoted include names: a path relative to src/, `public/…`, `asio/…` or `app/…`."""
    if name.startswith("heirloom/asio/"):
        return "asio/" + name.removeprefix("heirloom/asio/")
    if name.startswith("heirloom/"):
        return "public/" + name.removeprefix("heirloom/")
    if (root / "src" / name).is_file() and file.is_relative_to(root / "src"):
        return name
    for base in (root / "app", root, file.parent):
        candidate = (base / name).resolve()
        if candidate.is_file() and candidate.is_relative_to((root / "app").resolve()):
            return "app/" + str(candidate.relative_to((root / "app").resolve()))
        if candidate.is_file() and candidate.is_relative_to((root / "src").resolve()):
            return str(candidate.relative_to((root / "src").resolve()))
    return None


def is_allowed(layer: str, target: str, allowed: list[str]) -> bool:
    own = {"public": "public", "asio": "asio"}.get(layer, layer)
    if target.startswith(own + "/"):
        # app/common is under app/, yet has a row of its own.
        return True
    return any(target == entry or target.startswith(entry + "/") for entry in allowed)


def is_system_allowed(layer: str, name: str, allowed: list[str]) -> bool:
    third_party = [entry.strip("<>") for entry in allowed if entry.startswith("<")]
    if any(name == entry or name == entry + ".hpp" or name.startswith(entry + "/") for entry in third_party):
        return True
    if kOperatingSystem.match(name):
        return layer.startswith("app")
    return "/" not in name and re.fullmatch(r"[a-z_0-9]+", name) is not None


def violations(root: pathlib.Path) -> list[str]:
    table = read_table(root / "scripts" / "layers.txt")
    found = []
    for file in project_files(root, "include", "src", "app"):
        relative = file.relative_to(root)
        layer = layer_of(relative)
        text = file.read_text()
        for match in kInclude.finditer(text):
            where = f"{relative}:{text.count(chr(10), 0, match.start()) + 1}"
            kind, name = match.groups()
            if layer not in table:
                found.append(f"{where}: the folder '{layer}' has no row in scripts/layers.txt")
                break
            if kind == "<":
                if not is_system_allowed(layer, name, table[layer]):
                    found.append(f"{where}: {layer} may not include <{name}>")
                continue
            target = target_of(root, file, name)
            if target is None:
                found.append(f'{where}: "{name}" is not found in the project')
            elif not is_allowed(layer, target, table[layer]):
                found.append(f'{where}: {layer} may not include "{name}"')
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    found = violations(root)
    for line in found:
        print(line)
    print(f"layers: {len(project_files(root, 'include', 'src', 'app'))} files, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
