"""What the checks share: the project's own source files, and comments and strings taken out of C++."""
import pathlib
import re
import subprocess

kCode = (".cpp", ".hpp")


def project_files(root: pathlib.Path, *folders: str) -> list[pathlib.Path]:
    """C++ files under these folders of the project, sorted, without what a build leaves behind."""
    found = []
    for folder in folders:
        for path in (root / folder).rglob("*"):
            if path.suffix in kCode and path.is_file() and "build" not in path.relative_to(root).parts:
                found.append(path)
    return sorted(found)


def changed_files(root: pathlib.Path, base: str) -> list[pathlib.Path]:
    """Files that differ from the commit `base`, and files git does not know yet."""
    names = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=d", base], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    names += subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return sorted({root / name for name in names if (root / name).is_file()})


_kNoise = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", re.S)


def without_comments_and_strings(text: str) -> str:
    """The code with comments and literals blanked, line breaks kept, so that line numbers hold."""
    # Digit separators (262'144) would look like the start of a character literal.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)
    return _kNoise.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
