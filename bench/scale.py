"""Whole runs of the console on a served simulated account of growing size.

    python3 bench/scale.py --sagetop target/release/sagetop --scales small,medium

What is measured, and what the lower bounds are, is told in bench/README.md.
"""

import argparse
import math
import random
import re
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from account import Account, Calls
from program import Program, environment
from report import median, note, number, percentile, ratio, table, write_json
from screen import Screen

# Every answer takes this long, in seconds.
LATENCY = 0.05
# Calls to S3: the formulas know no place of data.
S3 = {"ListObjectsV2", "GetBucketVersioning", "HeadObject", "GetObject"}
# The calls that the account answers at once before its rate holds: five seconds' worth.
BURST_SECONDS = 5


def pages(count: int, size: int = 100) -> int:
    """Calls for a list; one even when it is empty."""
    return max(math.ceil(count / size), 1)


@dataclass(frozen=True)
class Inventory:
    """What the account holds, by the letters of the formulas."""

    E: int  # endpoints
    U: int  # those that are not InService
    C: int  # distinct configurations that serve
    M: int  # models
    G: int  # model package groups
    V: int  # versions
    P: int  # pipelines
    R: int  # running executions
    F: int  # feature groups
    A: int  # alarms
    T: int  # scalable targets
    N: int  # subscriptions

    def sagemaker(self, versions: int) -> int:
        """Calls to SageMaker for the first screen, with so many pages of versions."""
        endpoints = 2 * pages(self.E) + self.U
        registry = pages(self.M) + pages(self.G) + versions
        return endpoints + registry + pages(self.P) + 1 + self.R + pages(self.F) + 3

    def first_calls(self) -> int:
        """"Search, first useful screen"."""
        others = pages(self.A) + pages(self.N) + pages(self.T, 50) + 1
        return self.sagemaker(pages(self.V)) + others

    def complete_calls(self) -> int:
        """"Search, complete": each configuration that serves is read once more."""
        return self.first_calls() + self.C

    def calls_per_minute(self) -> int:
        """Four fast lanes, one slow lane, and the share of the rare ones."""
        fast = pages(self.E) + self.U + 1 + self.R
        slow = pages(self.P) + 5 + pages(self.A) + pages(self.T, 50) + 1
        return 4 * fast + slow + 1

    def chain(self) -> int:
        """The longest chain of calls that need the one before: pages, and what is described because of them."""
        return max(
            pages(self.E) + min(self.U, 1),
            pages(self.M),
            pages(self.G),
            pages(self.P),
            1 + min(self.R, 1),
            pages(self.A),
            pages(self.T, 50),
        )

    def seconds(self, rate: float | None, complete: bool) -> float:
        """The time below which nobody can be; of the versions only the newest and those that serve must be read."""
        chain = self.chain() if not complete else max(self.chain(), pages(self.E) + 1)
        if rate is None:
            return chain * LATENCY
        calls = self.sagemaker(min(pages(self.V), 1 + pages(self.E))) + (self.C if complete else 0)
        return max(chain * LATENCY, (calls - rate * BURST_SECONDS) / rate)


def inventory(sagetop: str, scale: str, story: str) -> Inventory:
    """Counts an account that is in nobody's way."""
    with Account(sagetop, "--scale", scale, "--story", story) as account:
        found = account.pages("SageMaker.Search", "Results", Resource="Endpoint", MaxResults=100)
        endpoints = [row["Endpoint"] for row in found]
        alarms = account.pages(
            "GraniteServiceVersion20100801.DescribeAlarms",
            "MetricAlarms",
            "CompositeAlarms",
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=100,
        )
        targets = account.pages(
            "AnyScaleFrontendService.DescribeScalableTargets", "ScalableTargets", ServiceNamespace="sagemaker"
        )
        with urllib.request.urlopen(f"{account.url}/?Action=ListSubscriptions&Version=2010-03-31") as answer:
            subscriptions = answer.read().count(b"<SubscriptionArn>")
        return Inventory(
            E=len(endpoints),
            U=sum(endpoint["EndpointStatus"] != "InService" for endpoint in endpoints),
            C=len({endpoint.get("EndpointConfigName") for endpoint in endpoints}),
            M=account.count("Model"),
            G=account.count("ModelPackageGroup"),
            V=account.count("ModelPackage"),
            P=account.count("Pipeline"),
            R=account.count("PipelineExecution", PipelineExecutionStatus="Executing"),
            F=account.count("FeatureGroup"),
            A=sum(1 for _ in alarms),
            T=sum(1 for _ in targets),
            N=subscriptions,
        )


def rows_under(screen: Screen, *names: str) -> Iterator[list[str]]:
    """The cells under these headings, row by row down to the first empty row or the footer; nothing where a heading is missing."""
    lines = screen.lines()
    head = next((n for n, line in enumerate(lines) if all(f" {name} " in f" {line} " for name in names)), None)
    if head is None:
        return
    starts = sorted({found.start() for found in re.finditer(r"\S+( \S+)*", lines[head])})
    ends = dict(zip(starts, [*starts[1:], screen.columns]))
    for row in screen.grid[head + 1 : -1]:
        if not "".join(row).strip():
            return
        places = (lines[head].index(name) for name in names)
        # Two spaces end a cell: what follows may be the next column's, whose cells stand at its right edge.
        yield [re.split("  +", "".join(row[place : ends[place]]).strip())[0] for place in places]


def served(screen: Screen) -> Iterator[tuple[str, list[str]]]:
    """Each model row of the home screen: its name, and its cells PROD, STAGING and ALARMS."""
    for name, *cells in rows_under(screen, "MODEL", "PROD", "STAGING", "ALARMS"):
        yield name, cells


def useful(screen: Screen) -> bool:
    """The header tells how old endpoints and alarms are, and each row says what serves and how its alarms are.

    Every model of the stories has an endpoint, so that a row without a version is one that is not known yet.
    """
    rows = [cells for _, cells in served(screen)]
    known = all(cell not in ("", "?") and "◌" not in cell and "?" not in cell.split() for row in rows for cell in row)
    live = all(re.search(r"\bv\d+\b", " ".join(row[:2])) for row in rows)
    return bool(rows) and known and live and screen.lines()[0].endswith(" old")


def complete(screen: Screen) -> bool:
    """On the pane `sources`: every source is fresh, or nobody asked for it; none waits, reads on or is in trouble."""
    return {state for _, state in rows_under(screen, "SOURCE", "STATE")} - {"on demand"} == {"fresh"}


def selected(screen: Screen) -> str:
    """The model that the cursor is on: it is drawn below the list."""
    lines = screen.lines()
    head = next((n for n, line in enumerate(lines) if " MODEL " in line), 0)
    end = next((n for n in range(head, len(lines)) if not lines[n]), len(lines) - 1)
    return next(iter(lines[min(end + 1, len(lines) - 1)].split()), "")


def versions(screen: Screen) -> dict[str, list[str]]:
    """The versions that the rows show."""
    return {name: re.findall(r"\bv\d+\b", " ".join(cells[:2])) for name, cells in served(screen)}


@dataclass
class Result:
    """One run; what was not reached in time is absent."""

    scale: str
    rate: float | None
    inventory: Inventory
    useful_calls: int | None = None
    useful_seconds: float | None = None
    complete_calls: int | None = None
    complete_seconds: float | None = None
    changed_later: list[str] = field(default_factory=list)
    failed_calls: int = 0
    calls_per_minute: float | None = None
    data_calls_per_minute: float | None = None
    answered_bytes_per_minute: float | None = None
    terminal_bytes_per_second: float | None = None
    cpu_percent: float | None = None
    resident: int | None = None
    resident_peak: int | None = None
    keys: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    operations: dict[str, int] = field(default_factory=dict)
    operations_at_rest: dict[str, int] = field(default_factory=dict)


def data_calls(operations: dict[str, int]) -> int:
    """Those to S3."""
    return sum(count for name, count in operations.items() if name in S3)


def load(program: Program, account: Account, result: Result, limit: float) -> None:
    """From the start to the complete screen."""
    program.watch(limit, lambda: useful(program.screen))
    if useful(program.screen):
        calls = account.calls()
        result.useful_seconds, result.useful_calls = program.last, calls.total - data_calls(calls.operations)
    shown = versions(program.screen)
    program.press("7")
    program.watch(limit, lambda: complete(program.screen))
    if complete(program.screen):
        calls = account.calls()
        result.complete_seconds, result.operations = program.last, calls.operations
        result.complete_calls = calls.total - data_calls(calls.operations)
    program.press("0")
    # A frame comes in pieces: it is looked at when no more of it comes.
    program.settle(lambda screen: any(served(screen)), 0.1, program.now() + 3)
    now = versions(program.screen)
    result.changed_later = sorted(name for name in shown if name in now and now[name] != shown[name])


def rest(program: Program, account: Account, result: Result, settle: float, window: float) -> None:
    """What it costs while nobody does anything."""
    program.watch(settle)
    before, cpu, written, start = account.calls(), program.cpu(), program.written, program.now()
    program.watch(window)
    after, seconds = account.calls(), program.now() - start
    per_minute = lambda count: count * 60 / seconds
    asked = {name: count - before.operations.get(name, 0) for name, count in after.operations.items()}
    result.operations_at_rest = {name: count for name, count in asked.items() if count}
    result.data_calls_per_minute = per_minute(data_calls(asked))
    result.calls_per_minute = per_minute(after.total - before.total - data_calls(asked))
    result.answered_bytes_per_minute = per_minute(after.bytes - before.bytes)
    result.terminal_bytes_per_second = (program.written - written) / seconds
    result.cpu_percent = 100 * (program.cpu() - cpu) / seconds


def keys(program: Program, result: Result, count: int) -> None:
    """Keys while everything is asked again: from the key to the row of the other model, and to all that is said of it."""
    chance = random.Random(1)
    program.press("\x12")
    names = [name for name, _ in served(program.screen)]
    for number in range(count):
        program.watch(chance.uniform(0.03, 0.12))
        before, pressed = selected(program.screen), program.now()
        program.press("\x1b[A" if number % 2 else "\x1b[B")
        # A row that the cursor comes to is written anew. A key that is not answered within a second counts with all of it.
        row = names[1 - number % 2].encode()
        for answers, done in (
            (result.keys, lambda row=row: row in program.said),
            (result.whole, lambda before=before: selected(program.screen) != before),
        ):
            program.watch(1.0, done)
            answers.append(program.last - pressed if done() else 1.0)


def run(options: argparse.Namespace, scale: str, rate: float | None, counted: Inventory) -> Result:
    result = Result(scale, rate, counted)
    limits = ["--rate", f"sagemaker={rate:g}/s"] if rate else []
    weather = ["--scale", scale, "--story", options.story, "--latency", f"{LATENCY * 1000:g}ms", *limits]
    extra = options.rated_arguments.split() if rate else []
    with Account(options.sagetop, *weather) as account, tempfile.TemporaryDirectory() as home:
        command = [options.sagetop, "--endpoint-url", account.url, *extra]
        program = Program(command, environment(home, account.environment()))
        try:
            load(program, account, result, options.limit)
            rest(program, account, result, options.settle, options.window)
            keys(program, result, options.keys)
            result.resident, result.resident_peak = program.memory()
            result.failed_calls = account.calls().failed
        finally:
            program.close()
    return result


def row(result: Result) -> list[str]:
    """A row of the table."""
    counted = result.inventory
    against = lambda value, bound: f"{number(value)} ({ratio(value, bound)})"
    milliseconds = lambda value: number(None if value is None else value * 1000)
    return [
        result.scale + (" !" if result.changed_later else ""),
        f"{result.rate:g}/s" if result.rate else "none",
        against(result.useful_calls, counted.first_calls()),
        against(result.useful_seconds, counted.seconds(result.rate, complete=False)),
        against(result.complete_calls, counted.complete_calls()),
        against(result.complete_seconds, counted.seconds(result.rate, complete=True)),
        against(result.calls_per_minute, counted.calls_per_minute()),
        number(result.data_calls_per_minute),
        number((result.answered_bytes_per_minute or 0) / 1024),
        number(result.terminal_bytes_per_second),
        number(result.cpu_percent),
        number((result.resident or 0) / 2**20),
        number((result.resident_peak or 0) / 2**20),
        milliseconds(median(result.keys)),
        milliseconds(percentile(result.keys, 0.99)),
        milliseconds(median(result.whole)),
        milliseconds(percentile(result.whole, 0.99)),
        str(result.failed_calls),
    ]


HEADER = [
    "account",
    "limit",
    "calls, useful (÷ formula)",
    "s, useful (÷ bound)",
    "calls, complete (÷ formula)",
    "s, complete (÷ bound)",
    "calls/min (÷ formula)",
    "S3 calls/min",
    "KiB/min from AWS",
    "bytes/s to the terminal",
    "CPU %",
    "MiB",
    "MiB peak",
    "key ms",
    "key ms p99",
    "whole ms",
    "whole ms p99",
    "failed calls",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sagetop", default="target/release/sagetop", help="the program (default: %(default)s)")
    parser.add_argument("--scales", default="small,medium,large,fleet", help="default: %(default)s")
    parser.add_argument("--rates", default="none,2", help="SageMaker calls a second that the account allows")
    parser.add_argument("--rated-arguments", default="--paced", help="more arguments for the console where there is a rate")
    parser.add_argument("--story", default="demo", help="what the account holds besides (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=300, help="seconds to wait for a screen (default: %(default)s)")
    parser.add_argument("--settle", type=float, default=30, help="seconds before the rest is measured")
    parser.add_argument("--window", type=float, default=120, help="seconds at rest that are measured")
    parser.add_argument("--keys", type=int, default=150, help="keys to press (default: %(default)s)")
    parser.add_argument("--json", metavar="FILE", help="also write everything as JSON; - for standard output")
    options = parser.parse_args()
    results: list[Result] = []
    for scale in options.scales.split(","):
        counted = inventory(options.sagetop, scale, options.story)
        note(f"{scale}: {counted}")
        for rate in options.rates.split(","):
            result = run(options, scale, None if rate == "none" else float(rate), counted)
            if result.changed_later:
                note(f"{scale}: the useful screen showed other versions than later: {result.changed_later}")
            results.append(result)
            note(" | ".join(row(result)))
    print(table(HEADER, [row(result) for result in results]))
    write_json(options.json, [asdict(result) for result in results])


if __name__ == "__main__":
    main()
