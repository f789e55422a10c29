"""How results are told: medians with their range, tables, JSON."""

import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of all values does not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else None


def number(value: float | None) -> str:
    """Three digits that count, or a dash."""
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(values: Sequence[float]) -> str:
    """The median, and the least and the greatest value."""
    return f"{number(median(values))} ({number(min(values))}–{number(max(values))})" if values else "–"


def ratio(value: float | None, other: float | None) -> str:
    return f"{value / other:.2f}" if value is not None and other else "–"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns also line up in a terminal."""
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows)]
    line = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
    return "\n".join([line(header), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)])


def note(text: str) -> None:
    """Something that is not a result: progress, what is skipped and why."""
    print(text, file=sys.stderr, flush=True)


def write_json(path: str | None, value: Any) -> None:
    """Writes the results where they were asked for; `-` is standard output."""
    if path == "-":
        print(json.dumps(value, indent=1))
    elif path:
        Path(path).write_text(json.dumps(value, indent=1) + "\n")
