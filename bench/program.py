"""A program in a pseudo-terminal: what it draws, what it is typed, what it takes of the machine."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from screen import Screen

COLUMNS, ROWS = 120, 36
TICKS = os.sysconf("SC_CLK_TCK")


def environment(home: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same for every program: its own home, no configuration of whoever measures."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "PATH": path, "HOME": home, **(more or {})}


class Program:
    """Runs from the moment it is made; times are seconds since then."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.started = time.perf_counter()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
                os.execvpe(command[0], list(command), dict(env))
            finally:
                os._exit(127)
        self.screen = Screen(COLUMNS, ROWS, lambda text: self.press(text))
        self.written = 0
        self.said = b""  # since a key was pressed last
        self.last = 0.0
        self.ended = False

    def now(self) -> float:
        return time.perf_counter() - self.started

    def take(self, timeout: float) -> bytes | None:
        """The next piece of output, nothing when it does not come in time; `last` is when it came."""
        if self.ended or not select.select([self.terminal], [], [], max(timeout, 0))[0]:
            return None
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            data = b""
        self.ended = not data
        self.written += len(data)
        self.said += data
        if data:
            self.last = self.now()
        return data or None

    def watch(self, seconds: float, done: Callable[[], bool] = lambda: False) -> None:
        """Takes in output for a while, or until something holds."""
        end = self.now() + seconds
        while not self.ended and not done() and self.now() < end:
            if piece := self.take(end - self.now()):
                self.screen.feed(piece)

    def settle(self, shown: Callable[[Screen], bool], quiet: float, limit: float) -> float | None:
        """When the last output came before it was quiet for a while with the screen as wanted."""
        while not self.ended and self.now() < limit:
            if piece := self.take(quiet):
                self.screen.feed(piece)
            elif shown(self.screen):
                return self.last
        return None

    def answer_to(self, key: str, quiet: float, limit: float) -> float | None:
        """Seconds from a key to the end of the output that it caused; nothing when there was none."""
        pressed, pieces = self.now(), []
        self.press(key)
        while piece := self.take(quiet if pieces else limit):
            pieces.append(piece)
        # The screen is drawn afterwards: reading must not be late because of it.
        self.screen.feed(b"".join(pieces))
        return self.last - pressed if pieces else None

    def press(self, keys: str) -> None:
        if keys and not self.ended:
            self.said = b""
            os.write(self.terminal, keys.encode())

    def close(self, keys: str = "q") -> None:
        """Leaves it the usual way; ends it when it does not go."""
        try:
            self.press(keys)
            self.watch(5)
            if not self.ended:
                os.kill(self.pid, signal.SIGKILL)
        except OSError:
            pass
        os.close(self.terminal)
        os.waitpid(self.pid, 0)

    def cpu(self) -> float:
        """CPU seconds used so far, by it and its children."""
        used = 0
        for pid in family(self.pid):
            fields = stat(pid)
            used += sum(int(n) for n in fields[11:15])
        return used / TICKS

    def memory(self) -> tuple[int, int]:
        """Resident bytes now and at most."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        sizes = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
        return sizes["VmRSS:"], sizes["VmHWM:"]


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def family(pid: int) -> list[int]:
    """A process and its living descendants."""
    parents = {int(p.name): int(stat(int(p.name))[1]) for p in Path("/proc").iterdir() if p.name.isdigit()}
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found
