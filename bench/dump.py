"""`sagetop dump` of a served account beside a threaded boto3 script that reads the same.

    python3 bench/dump.py --sagetop target/release/sagetop --python .venv/bin/python

The Python needs boto3 (tests/moto/requirements.txt); `./test` makes one in .venv.
"""

import argparse
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from account import Account
from program import environment
from report import median, note, ratio, spread, table, write_json

SCRIPT = Path(__file__).with_name("dump_boto3.py")
# No reader takes longer than this many seconds unless it hangs.
LONGEST = 120


@dataclass
class Reader:
    """A program that reads an account once, and what it took."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)


def read(reader: Reader, account: Account, home: str) -> None:
    """From the start of the process to its end."""
    before = account.calls()
    begin = time.perf_counter()
    env = environment(home, account.environment())
    done = subprocess.run(reader.command, env=env, stdout=subprocess.DEVNULL, timeout=LONGEST)
    reader.seconds.append(time.perf_counter() - begin)
    after = account.calls()
    if done.returncode or after.failed > before.failed:
        raise SystemExit(f"{reader.name} failed: exit code {done.returncode}, {after.failed - before.failed} failed calls")
    reader.calls = dict(Counter(after.operations) - Counter(before.operations))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sagetop", default="target/release/sagetop", help="default: %(default)s")
    parser.add_argument("--python", default=".venv/bin/python", help="one that has boto3 (default: %(default)s)")
    parser.add_argument("--scale", default="small", help="default: %(default)s")
    parser.add_argument("--latency", default="50ms", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--json", metavar="FILE", help="also write everything as JSON; - for standard output")
    options = parser.parse_args()
    weather = ["--scale", options.scale, "--latency", options.latency]
    with Account(options.sagetop, *weather) as account, tempfile.TemporaryDirectory() as home:
        readers = [
            Reader("sagetop dump", [options.sagetop, "dump", "--endpoint-url", account.url]),
            Reader("boto3, 16 threads", [options.python, str(SCRIPT)]),
        ]
        # The first run of each warms the file cache.
        for turn in range(options.rounds + 1):
            for reader in readers if turn % 2 else reversed(readers):
                read(reader, account, home)
        for reader in readers:
            reader.seconds.pop(0)
            note(f"{reader.name}: {reader.calls}")
    ours = median(readers[0].seconds)
    rows = [[r.name, spread(r.seconds), str(sum(r.calls.values())), ratio(ours, median(r.seconds))] for r in readers]
    print(table(["reader", "seconds", "calls", "sagetop ÷ it"], rows))
    write_json(options.json, [asdict(reader) for reader in readers])


if __name__ == "__main__":
    main()
