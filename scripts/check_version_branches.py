#!/usr/bin/env python3
"""Fail if a protocol version is compared outside the files that may.

usage: check_version_branches.py [--root FOLDER]

What differs between SSL 3.0 and TLS 1.0 is in src/version, one record per version; elsewhere code asks
that record. Only src/version itself, version negotiation and the SSLv2-format hello may compare, and
the files of the program that tell people about a version: how weak it is (app/common/describe.cpp) and
what its messages mean (app/demo/words.cpp). In
src, include and app this looks for ProtocolVersion's enumerators next to a comparison or in a `case`
label, and for a comparison with the wire values.
In src it also looks for two versions put in order (`a.version < b.version`) and for a switch over
one. Choosing a value
(`policy.max_version = ProtocolVersion::tls10`) is fine, and so are tables, and asking whether two
messages carry the same version.
"""
import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from sources import line_of, project_files, without_comments_and_strings  # noqa: E402

kMayCompare = re.compile(
    r"^src/version/|^src/handshake/negotiate\.(hpp|cpp)$|^src/message/sslv2_client_hello\.(hpp|cpp)$"
    r"|^app/common/describe\.cpp$|^app/demo/words\.cpp$"
)
kName = r"(?:(?:heirloom::)?ProtocolVersion::)?(?:ssl30|tls10)\b"
kCompare = r"(?:==|!=|<=>|<=|>=|(?<![<\-])<(?!<)|(?<!>)>(?![>=]))"
kVersionish = r"[A-Za-z_.\->()]*version\b(?:\(\))?(?:\.value\(\))?"
kPatterns = [
    (re.compile(kCompare + r"\s*\*?" + kName), "comparison with a version"),
    (re.compile(kName + r"\s*" + kCompare), "comparison with a version"),
    (re.compile(r"\bcase\s+" + kName + r"\s*:"), "switch over a version"),
    (re.compile(kCompare + r"\s*0x030[0-3]\b"), "comparison with a version's wire value"),
    (re.compile(r"\b0x030[0-3]\s*" + kCompare), "comparison with a version's wire value"),
]
kSwitch = re.compile(r"\bswitch\s*\(\s*\*?" + kVersionish + r"\s*\)")
kOrdered = re.compile(r"\w*version\b(?:\(\)|\.value\(\))?\s*(?:<=>|<=|>=|<(?![<=])|(?<!-)>(?![>=]))\s*\*?[\w.>\-]*version\b")


def violations(root: pathlib.Path) -> list[str]:
    found = []
    for file in project_files(root, "include", "src", "app"):
        relative = str(file.relative_to(root))
        if kMayCompare.match(relative):
            continue
        text = without_comments_and_strings(file.read_text())
        seen = set()
        patterns = list(kPatterns)
        if relative.startswith("src/"):
            patterns += [(kOrdered, "two versions put in order"), (kSwitch, "switch over a version")]
        for pattern, what in patterns:
            for match in pattern.finditer(text):
                line = line_of(text, match.start())
                if line not in seen:
                    seen.add(line)
                    found.append(f"{relative}:{line}: {what}: {' '.join(match.group().split())}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    found = violations(root)
    for line in found:
        print(line)
    print(f"version branches: {len(found)} outside src/version and negotiation")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
