"""A hundred `get`s at once, with one pin file."""
import os
import subprocess
import unittest

from get_support import GetTest
from reach_support import answer_everything, fingerprint, old_box, pins, words
from support import PATIENCE, PROGRAM, environment

COUNT = 100


class Parallel(GetTest):
    def start(self, *words):
        return subprocess.Popen([PROGRAM, "get", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, env=environment(XDG_STATE_HOME=self.state))

    def outcomes(self, processes):
        return [(process.communicate(timeout=PATIENCE), process.returncode) for process in processes]

    def test_hundred_at_once(self):
        """Half of them are the first contact with the box, all at the same time."""
        with old_box(answer_everything, "--max", "ssl3") as (url, _):
            ended = self.outcomes([self.start("--accept-new", f"{url}/{i}") for i in range(COUNT // 2)])
            ended += self.outcomes([self.start(f"{url}/{i}") for i in range(COUNT // 2, COUNT)])
        for i, ((out, err), code) in enumerate(ended):
            self.assertEqual((code, out), (0, f"GET /{i}".encode()), err.decode())
        lines = pins(self.state).splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertEqual(words(lines[0], "version", "certificate", "trust"),
                         ["ssl3.0", fingerprint("device"), "accepted"])

    def test_many_boxes_at_once(self):
        """Each pin of several boxes is there afterwards, whoever wrote last."""
        with old_box(answer_everything, "--max", "ssl3") as (one, _), \
                old_box(answer_everything, "--min", "tls1") as (two, _), \
                old_box(answer_everything, "--suites", "RC4-MD5") as (three, _):
            urls = [one, two, three]
            ended = self.outcomes([self.start("--accept-new", urls[i % 3]) for i in range(30)])
        self.assertEqual([code for _, code in ended], [0] * 30, [err for (_, err), _ in ended])
        boxes = sorted(line.split()[0] for line in pins(self.state).splitlines())
        self.assertEqual(boxes, sorted(url[len("https://"):] for url in urls))
        left_over = [name for name in os.listdir(os.path.join(self.state, "heirloom")) if "tmp" in name or "new" in name]
        self.assertEqual(left_over, [])


if __name__ == "__main__":
    unittest.main()
