"""sagetop beside htop and bottom, each in a pseudo-terminal of 120 by 36: how soon, how quick, how dear.

    python3 bench/terminal.py --sagetop target/release/sagetop --btm ~/.cargo/bin/btm

Programs that are not there are left out. What is measured is told in bench/README.md.
"""

import argparse
import gc
import random
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from account import Account
from program import COLUMNS, ROWS, Program, environment
from report import median, note, number, percentile, ratio, spread, table, write_json
from screen import Screen

# No output for so long, in seconds, and the screen is taken to be complete; the end of what a key caused.
QUIET_SCREEN, QUIET_KEY = 0.1, 0.008
# Nothing may take longer.
LONGEST = 20.0
# Arrow keys, as terminals send them to programs that do and that do not ask for the keypad's own mode.
PLAIN, KEYPAD = ("\x1b[B", "\x1b[A"), ("\x1bOB", "\x1bOA")


@dataclass(frozen=True)
class Subject:
    """A program that is measured, and how its whole screen looks."""

    name: str
    command: list[str]
    env: dict[str, str]
    shown: Callable[[Screen], bool]
    keys: tuple[str, str] = PLAIN


@dataclass
class Result:
    """Seconds, CPU seconds by second, bytes by second, bytes; one value a start, a key, or a round."""

    first: list[float] = field(default_factory=list)
    full: list[float] = field(default_factory=list)
    key: list[float] = field(default_factory=list)
    unanswered: int = 0
    cpu: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)


def whole(*patterns: str) -> Callable[[Screen], bool]:
    """Something in the last row, and these on the screen."""
    found = [re.compile(pattern, re.MULTILINE) for pattern in patterns]
    return lambda screen: bool(screen.lines()[-1]) and all(pattern.search(screen.text()) for pattern in found)


# What a screen of sagetop has once it says something about the models: one of the simulated retail account, and its version.
MODELS = whole(r"^ \S recommendation .*\bv\d+", r"q quit$")


def start(subject: Subject, result: Result) -> Program | None:
    """Starts a program and waits for its whole screen."""
    program = Program(subject.command, subject.env)
    program.watch(LONGEST, lambda: bool(program.screen.lines()[-1]))
    result.first.append(program.last)
    full = program.settle(subject.shown, QUIET_SCREEN, LONGEST)
    if full is None:
        note(f"{subject.name}: no whole screen after {LONGEST:g} s:\n{program.screen.text()}")
        program.close()
        return None
    result.full.append(full)
    return program


def press(program: Program, subject: Subject, result: Result, count: int, chance: random.Random) -> None:
    """Moves the cursor down and up at odd times."""
    for turn in range(count):
        program.watch(chance.uniform(0.03, 0.15))
        answer = program.answer_to(subject.keys[turn % 2], QUIET_KEY, limit=0.5)
        if answer is None:
            result.unanswered += 1
        else:
            result.key.append(answer)


def rest(program: Program, result: Result, seconds: float) -> None:
    """Leaves it alone."""
    program.watch(1)
    cpu, written, begin = program.cpu(), program.written, program.now()
    program.watch(seconds)
    passed = program.now() - begin
    result.cpu.append((program.cpu() - cpu) / passed)
    result.written.append((program.written - written) / passed)
    resident, peak = program.memory()
    result.resident.append(resident)
    result.peak.append(peak)


def measure(subjects: list[Subject], options: argparse.Namespace) -> dict[str, Result]:
    """Rounds in which each program has its turn; each round begins with another one."""
    results = {subject.name: Result() for subject in subjects}
    chance = random.Random(1)
    gc.disable()
    for turn in range(options.rounds):
        first = turn % len(subjects)
        for subject in subjects[first:] + subjects[:first]:
            result = results[subject.name]
            for again in range(options.starts):
                program = start(subject, result)
                if program and again == options.starts - 1:
                    press(program, subject, result, options.keys, chance)
                    rest(program, result, options.rest)
                if program:
                    program.close()
            note(f"round {turn + 1} of {options.rounds}: {subject.name}")
    return results


def warm(options: argparse.Namespace, home: str, opened: list[Account]) -> Subject | None:
    """The console on a served account that it has seen before, and that now takes its time to answer."""
    account = Account(options.sagetop, *options.account.split())
    command = [options.sagetop, "--endpoint-url", account.url, *options.warm_arguments.split()]
    subject = Subject("sagetop, warm", command, environment(home, account.environment()), MODELS)
    program = start(subject, Result())
    if program:
        program.watch(options.warm_seconds)
        program.close()
    account.close()
    if not any("snapshot" in path.name for path in Path(home).rglob("*")):
        note(f"{subject.name}: left out, no snapshot was kept in its home")
        return None
    slow = ["--latency", "5s", *options.account.split()]
    opened.append(Account(options.sagetop, *slow, listen=account.url.removeprefix("http://")))
    return subject


def subjects(options: argparse.Namespace, home: str, opened: list[Account]) -> list[Subject]:
    """Those that are there."""

    def own(name: str) -> str:
        folder = Path(home, name)
        folder.mkdir()
        return str(folder)

    found = []
    if shutil.which(options.sagetop):
        found.append(Subject("sagetop demo", [options.sagetop, "demo"], environment(own("demo")), MODELS))
        found += filter(None, [warm(options, own("warm"), opened)])
    others = [
        Subject("htop", [options.htop], environment(own("htop")), whole(r"F10", r"^ *\d+ \w+ +\w+ +-?\d+ +\w+ +\w+ "), KEYPAD),
        Subject("bottom", [options.btm], environment(own("btm")), whole(r"PID", r"│\d+ +\S+ +\d+\.\d%")),
    ]
    for subject in others:
        if shutil.which(subject.command[0]):
            found.append(subject)
    for name, path in (("sagetop", options.sagetop), ("htop", options.htop), ("bottom", options.btm)):
        if not shutil.which(path):
            note(f"{name}: left out, there is no {path}")
    return found


def milliseconds(values: list[float]) -> list[float]:
    return [value * 1000 for value in values]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sagetop", default="target/release/sagetop", help="default: %(default)s")
    parser.add_argument("--htop", default="htop", help="default: %(default)s")
    parser.add_argument("--btm", default="btm", help="default: %(default)s")
    parser.add_argument("--account", default="--story demo", help="how the account of the warm start is served")
    parser.add_argument("--warm-arguments", default="", help="more arguments for the warm start")
    parser.add_argument("--warm-seconds", type=float, default=5, help="how long the run before it lasts")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--starts", type=int, default=5, help="starts of each program in a round (default: %(default)s)")
    parser.add_argument("--keys", type=int, default=100, help="keys for each program in a round (default: %(default)s)")
    parser.add_argument("--rest", type=float, default=30, help="seconds at rest in a round (default: %(default)s)")
    parser.add_argument("--json", metavar="FILE", help="also write everything as JSON; - for standard output")
    options = parser.parse_args()
    opened: list[Account] = []
    with tempfile.TemporaryDirectory() as home:
        try:
            results = measure(subjects(options, home, opened), options)
        finally:
            for account in opened:
                account.close()
    print(table(HEADER, [row(name, result) for name, result in results.items()]))
    ratios = [compared(results, name, other) for name in results for other in ("htop", "bottom") if "sagetop" in name]
    print()
    print(table(["÷", "first full screen", "key to paint", "CPU", "bytes", "memory"], [r for r in ratios if r]))
    write_json(options.json, {name: asdict(result) for name, result in results.items()})


HEADER = [
    f"{COLUMNS} × {ROWS}",
    "first row to last, ms",
    "first full screen, ms",
    "key to paint, ms",
    "p99",
    "CPU at rest, %",
    "bytes/s at rest",
    "MiB",
    "MiB peak",
    "keys without answer",
]


def row(name: str, result: Result) -> list[str]:
    megabytes = lambda values: spread([value / 2**20 for value in values])
    return [
        name,
        spread(milliseconds(result.first)),
        spread(milliseconds(result.full)),
        spread(milliseconds(result.key)),
        number(percentile(milliseconds(result.key), 0.99)),
        spread([100 * value for value in result.cpu]),
        spread(result.written),
        megabytes(result.resident),
        megabytes(result.peak),
        str(result.unanswered),
    ]


def compared(results: dict[str, Result], name: str, other: str) -> list[str] | None:
    """Medians of one by those of the other."""
    if other not in results:
        return None
    ours, theirs = results[name], results[other]
    members = ("full", "key", "cpu", "written", "resident")
    pairs = [(median(getattr(ours, member)), median(getattr(theirs, member))) for member in members]
    return [f"{name} ÷ {other}", *(ratio(*pair) for pair in pairs)]


if __name__ == "__main__":
    main()
