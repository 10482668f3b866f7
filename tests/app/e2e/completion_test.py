"""heirloom completion: what the scripts offer is what --help says, in every command, and the shells agree.

bash and fish are asked what they would complete; zsh reads its script, whose specifications are compared.
A shell that is not installed is skipped; the full run has all of them.
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from message_support import expect_message

kOption = re.compile(r"--?[A-Za-z0-9#][\w.-]*")


def help_of(*command: str) -> str:
    done = subprocess.run([support.PROGRAM, *command, "--help"], check=True, capture_output=True, text=True)
    return done.stdout


def commands_below(text: str) -> list[str]:
    return re.findall(r"^  ([a-z][a-z-]*) {2,}", text.partition("Subcommands:")[2], re.M)


def options_in(text: str) -> set[str]:
    """The names at the beginning of a line of the help, short and long."""
    found = set()
    for line in text.partition("Subcommands:")[0].splitlines():
        match = re.match(r"\s+(-[^\s].*?)(?:\s{2,}|\s[A-Z{]|$)", line)
        if match:
            found.update(kOption.findall(re.sub(r"\{\w+\}", "", match.group(1))))
    return found


def tree() -> dict[tuple[str, ...], tuple[list[str], set[str]]]:
    """Every command: the commands below it, and its options with those of the program."""
    found = {}
    inherited = options_in(help_of()) - {"--version"}

    def walk(*path: str):
        text = help_of(*path)
        found[path] = (commands_below(text), options_in(text) | (inherited if path else set()))
        for name in found[path][0]:
            walk(*path, name)

    walk()
    return found


def script(shell: str) -> str:
    done = subprocess.run([support.PROGRAM, "completion", shell], check=True, capture_output=True, text=True)
    return done.stdout


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree = tree()
        cls.folder = tempfile.TemporaryDirectory(prefix="heirloom-completion-")
        cls.files = {}
        for shell in ("bash", "zsh", "fish"):
            cls.files[shell] = os.path.join(cls.folder.name, "heirloom." + shell)
            with open(cls.files[shell], "w", encoding="utf-8") as file:
                file.write(script(shell))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_in(self, shell: str, text: str, *words: str) -> list[str]:
        """The lines that `text` prints, in a folder with one file and one folder."""
        with tempfile.TemporaryDirectory() as home:
            os.mkdir(os.path.join(home, "certificates"))
            with open(os.path.join(home, "box.pem"), "w", encoding="utf-8"):
                pass
            environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": home}
            done = subprocess.run([shell, *words, "-c", text], capture_output=True, text=True, timeout=60,
                                  cwd=home, env=environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""), text)
        return done.stdout.split("\n")[:-1]

    def bash(self, *typed: str) -> set[str]:
        """What bash offers for the last of the words."""
        words = " ".join(f"'{word}'" for word in typed)
        text = (f". {self.files['bash']}; COMP_WORDS=(heirloom {words}); COMP_CWORD={len(typed)}\n"
                "_heirloom_complete; printf '%s\\n' \"${COMPREPLY[@]}\"")
        return set(self.run_in("bash", text, "--norc")) - {""}


class Bash(Completion):
    def test_every_command_offers_its_options_and_commands(self):
        self.assertGreater(len(self.tree), 4)
        for path, (below, options) in self.tree.items():
            with self.subTest(path=path):
                self.assertEqual(self.bash(*path, "-"), options)
                if below:
                    self.assertEqual(self.bash(*path, ""), set(below))

    def test_beginnings(self):
        self.assertEqual(self.bash("rea"), {"reach"})
        self.assertEqual(self.bash("reach", "--accept-c"), {"--accept-changed"})
        self.assertEqual(self.bash("nonsense"), set())

    def test_values(self):
        self.assertEqual(self.bash("--color", ""), {"auto", "always", "never"})
        self.assertEqual(self.bash("reach", "--min", "s"), {"ssl3"})
        self.assertEqual(self.bash("serve", "--client-auth", ""), {"none", "optional", "required"})
        self.assertEqual(self.bash("completion", ""), {"bash", "zsh", "fish"})

    def test_values_after_an_equals_sign(self):
        self.assertEqual(self.bash("reach", "--min", "="), {"ssl3", "tls1"})
        self.assertEqual(self.bash("reach", "--min", "=", "t"), {"tls1"})

    def test_files(self):
        self.assertEqual(self.bash("reach", "--cert", ""), {"box.pem", "certificates"})
        self.assertEqual(self.bash("serve", "--key", "b"), {"box.pem"})
        self.assertEqual(self.bash("connect", "--cafile", ""), {"box.pem", "certificates"})
        self.assertEqual(self.bash("pins", "import", ""), {"box.pem", "certificates"})
        self.assertEqual(self.bash("demo", "--output", ""), {"certificates"})

    def test_a_value_is_no_command(self):
        self.assertIn("--accept-new", self.bash("--color", "always", "reach", "--acc"))
        self.assertEqual(self.bash("reach", "--pin", "serve", "--accept-n"), {"--accept-new"})

    def test_a_value_that_cannot_be_known(self):
        self.assertEqual(self.bash("reach", "--timeout", ""), set())


@unittest.skipUnless(shutil.which("fish"), "fish is not installed")
class Fish(Completion):
    def fish(self, typed: str) -> set[str]:
        lines = self.run_in("fish", f"source {self.files['fish']}; complete -C '{typed}'", "--no-config")
        return {line.split("\t")[0] for line in lines}

    def test_syntax(self):
        done = subprocess.run(["fish", "--no-execute", self.files["fish"]], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_every_command_offers_its_options_and_commands(self):
        for path, (below, options) in self.tree.items():
            with self.subTest(path=path):
                typed = " ".join(["heirloom", *path])
                self.assertEqual({word for word in self.fish(typed + " --") if word.startswith("--")},
                                 {option for option in options if option.startswith("--")})
                self.assertLessEqual(set(below), self.fish(typed + " "))

    def test_values(self):
        self.assertEqual(self.fish("heirloom reach --min "), {"ssl3", "tls1"})
        self.assertEqual(self.fish("heirloom reach --min=t"), {"--min=tls1"})
        self.assertEqual(self.fish("heirloom completion "), {"bash", "zsh", "fish"})
        self.assertIn("box.pem", self.fish("heirloom serve --cert "))
        self.assertNotIn("box.pem", self.fish("heirloom serve --count "))


class Zsh(Completion):
    def specifications(self) -> dict[tuple[str, ...], set[str]]:
        """The options of each function's specifications."""
        with open(self.files["zsh"], encoding="utf-8") as file:
            functions = re.findall(r"^(_heirloom\w*)\(\) \{\n(.*?)^\}$", file.read(), re.M | re.S)
        return {name: set(re.findall(r"^    '\*(--?[\w.#-]+?)[=+]?\[", body, re.M)) for name, body in functions}

    def test_every_command_offers_its_options(self):
        specifications = self.specifications()
        self.assertEqual(len(specifications), len(self.tree))
        for path, (_, options) in self.tree.items():
            with self.subTest(path=path):
                self.assertEqual(specifications["_".join(["_heirloom", *path])], options)

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_reads_it(self):
        done = subprocess.run(["zsh", "-n", self.files["zsh"]], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = self.run_in("zsh", f"autoload -Uz compinit; compinit -u -D; source {self.files['zsh']}\n"
                            "print $_comps[heirloom]; whence -w _heirloom_reach", "-f")
        self.assertEqual(lines, ["_heirloom", "_heirloom_reach: function"])


class Usage(unittest.TestCase):
    def test_unknown_shell(self):
        done = subprocess.run([support.PROGRAM, "completion", "tcsh"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([support.PROGRAM, "completion", "bash"], stdout=full, stderr=subprocess.PIPE, text=True)
        expect_message((done.returncode, done.stderr), "completion_not_written")


if __name__ == "__main__":
    unittest.main()
