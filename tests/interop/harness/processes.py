"""Child processes in groups of their own, with a deadline and nothing left behind."""
import os
import signal
import subprocess
import sys
import threading
import time

_running = set()


def stop_children_on_signals():
    """Interrupted or terminated, a script takes along what it started."""
    def stop(number, _):
        for child in list(_running):
            try:
                os.killpg(child.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        sys.stdout.flush()
        os._exit(128 + number)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


class Child:
    """A running command; its output is collected line by line while it runs."""

    def __init__(self, arguments, environment=None, stdin=None, stdout=None):
        self.arguments = [str(each) for each in arguments]
        self.lines = []
        self._changed = threading.Condition()
        self._ended = False
        # Where standard output is data and goes to a file, standard error has the lines.
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        if stdout is not None:
            piped = {"stdout": stdout, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(
            self.arguments, stdin=stdin or subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, start_new_session=True, **piped)
        _running.add(self)
        self._pipe = self.process.stderr if stdout is not None else self.process.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._pipe:
            with self._changed:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for_line(self, wanted, seconds):
        """The first line for which wanted gives something, as what it gives; None if none comes."""
        end = time.monotonic() + seconds
        seen = 0
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    value = wanted(line)
                    if value:
                        return value
                seen = len(self.lines)
                left = end - time.monotonic()
                if self._ended or left <= 0:
                    return None
                self._changed.wait(left)

    def wait(self, seconds):
        """The exit status, or None after that time."""
        try:
            status = self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return None
        self._reader.join(2)
        return status

    def stop(self):
        """Ends the whole group, politely first. Only ever this child's own group."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                break
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
            self.wait(2)
        self._reader.join(1)
        _running.discard(self)

    def text(self):
        return "\n".join(self.lines)


def parse_results(lines):
    """The facts of every RESULT line of a driver."""
    return [dict(word.split("=", 1) for word in line.split()[1:])
            for line in lines if line.startswith("RESULT ")]
