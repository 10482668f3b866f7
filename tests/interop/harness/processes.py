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

    def wait_for_line(self, wanted, seconds, seen=0):
        """The first line from that one on for which wanted gives something, as what it gives; None if
        none comes."""
        end = time.monotonic() + seconds
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
        if not self._reader.is_alive():
            self._pipe.close()
        if self.process.stdin:
            self.process.stdin.close()
        _running.discard(self)

    def text(self):
        return "\n".join(self.lines)


class Job:
    """One line of work for a driver that takes many: to its users a Child."""

    def __init__(self, owner, child, words):
        self.arguments = child.arguments + words
        self._owner, self._child = owner, child
        self._first = len(child.lines)
        self._kept = None  # the lines, once the process is somebody else's
        self._status = None
        child.process.stdin.write((" ".join(words) + "\n").encode())
        child.process.stdin.flush()

    @property
    def lines(self):
        if self._kept is not None:
            return self._kept
        return [line for line in self._child.lines[self._first:] if not is_end(line)]

    def wait_for_line(self, wanted, seconds):
        def first(line):
            if is_end(line):
                return (None,)
            value = wanted(line)
            return (value,) if value else None
        found = self._child.wait_for_line(first, seconds, self._first)
        return found[0] if found else None

    def wait(self, seconds):
        """The exit status, or None after that time."""
        if self._status is None:
            end = self._child.wait_for_line(is_end, max(0.0, seconds), self._first)
            if end:
                self._status = end[0]
            elif self._child.process.poll() is not None:
                self._status = self._child.process.returncode or 1
        return self._status

    def stop(self):
        """Gives the process back, or ends it if it is still busy with this."""
        if self._kept is not None:
            return
        if self.wait(0) is None:
            self._child.stop()
        self._kept = self.lines
        self._owner.take_back(self._child)

    def text(self):
        return "\n".join(self.lines)


def is_end(line):
    """The status of a job in its last line, as a tuple, which is true even for 0; or None."""
    return (int(line.split()[1]),) if line.startswith("ENDED ") else None


class Jobs:
    """The processes of one driver that wait for work; there are as many as are busy at once."""

    def __init__(self, head):
        self._head = [str(each) for each in head]
        self._idle = []
        self._lock = threading.Lock()

    def start(self, words):
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is None or child.process.poll() is not None:
            child = Child(self._head + ["jobs"], stdin=subprocess.PIPE)
        return Job(self, child, [str(each) for each in words])

    def take_back(self, child):
        if child.process.poll() is None:
            with self._lock:
                self._idle.append(child)

    def stop(self):
        while self._idle:
            self._idle.pop().stop()


_jobs = {}
_jobs_lock = threading.Lock()


def jobs(head):
    with _jobs_lock:
        return _jobs.setdefault(tuple(head), Jobs(head))


def stop_jobs():
    """Ends the idle processes, at the end of a script."""
    for each in _jobs.values():
        each.stop()


def parse_results(lines):
    """The facts of every RESULT line of a driver."""
    return [dict(word.split("=", 1) for word in line.split()[1:])
            for line in lines if line.startswith("RESULT ")]
