"""What a terminal shows: the few control sequences that full-screen programs use, and the questions they ask."""

import codecs
import functools
import re
import unicodedata
from collections.abc import Callable

TOKEN = re.compile(
    r"\x1b\[(?P<private>[?>=<]?)(?P<numbers>[0-9;:]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<string>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[ #%()*+](?:[^\x1b])"
    r"|\x1b(?P<escape>[^\[\]PX^_ #%()*+])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)

# A terminal like any other: it answers who it is, and its colours.
DEVICE = {"": "\x1b[?62;22c", ">": "\x1b[>0;276;0c"}
COLOURS = {"10": "\x1b]10;rgb:ffff/ffff/ffff\x1b\\", "11": "\x1b]11;rgb:0000/0000/0000\x1b\\"}


@functools.cache
def cells(character: str) -> int:
    """How many cells a character takes."""
    if character.isascii():
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """The cells of a terminal; `answer` is given what the terminal says to the program."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], None] = lambda text: None) -> None:
        self.columns, self.rows, self.answer = columns, rows, answer
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.rest, self.last = "", " "
        self.clear()

    def clear(self) -> None:
        self.grid = [[" "] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0
        self.top, self.bottom = 0, self.rows - 1

    def lines(self) -> list[str]:
        return ["".join(row).rstrip() for row in self.grid]

    def text(self) -> str:
        return "\n".join(self.lines())

    def feed(self, data: bytes) -> None:
        text = self.rest + self.decode(data)
        at = 0
        while found := TOKEN.match(text, at):
            at = found.end()
            if found["text"]:
                self.put(found["text"])
            elif found["control"]:
                self.control(found["control"])
            elif found["final"] and not found["middle"]:
                numbers = [int(n or 0) for n in re.split("[;:]", found["numbers"])]
                self.sequence(found["final"], found["private"], numbers)
            elif found["escape"]:
                self.control({"D": "\n", "E": "\r\n", "M": "reverse", "c": "reset"}.get(found["escape"], ""))
            elif found["string"] and found["string"].endswith(";?"):
                self.answer(COLOURS.get(found["string"][:-2], ""))
        # A sequence that is not whole yet; its rest comes with the next piece.
        self.rest = text[at:]

    def put(self, text: str) -> None:
        self.last = text[-1]
        end = self.column + len(text)
        if text.isascii() and end <= self.columns:
            self.grid[self.row][self.column : end] = text
            self.column = end
            return
        for character in text:
            width = cells(character)
            if self.column + width > self.columns:
                self.column = 0
                self.down()
            if width:
                self.grid[self.row][self.column : self.column + width] = [character] + [""] * (width - 1)
                self.column += width

    def down(self) -> None:
        if self.row == self.bottom:
            self.scroll(1)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def scroll(self, count: int, top: int | None = None) -> None:
        """Moves the scrolling region up (or down, when negative)."""
        top = self.top if top is None else top
        region = self.grid[top : self.bottom + 1]
        blank = [[" "] * self.columns for _ in range(min(abs(count), len(region)))]
        region = region[len(blank) :] + blank if count > 0 else blank + region[: len(region) - len(blank)]
        self.grid[top : self.bottom + 1] = region

    def control(self, what: str) -> None:
        if what == "reset":
            self.clear()
        elif what == "reverse":
            if self.row == self.top:
                self.scroll(-1)
            else:
                self.row -= 1
        for character in what if what in ("\r", "\n", "\r\n", "\b", "\t") else "":
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self.down()
            elif character == "\b":
                self.column = max(self.column - 1, 0)
            else:
                self.column = min(self.column // 8 * 8 + 8, self.columns - 1)

    def sequence(self, final: str, private: str, numbers: list[int]) -> None:
        first = numbers[0]
        count = max(first, 1)
        if private:
            if final == "c" and private in DEVICE:
                self.answer(DEVICE[private])
            elif final in "hl" and 1049 in numbers:
                self.clear()
            return
        row = self.grid[self.row]
        if final in "Hf":
            self.row, self.column = count - 1, max(numbers[1] if len(numbers) > 1 else 1, 1) - 1
        elif final in "AF":
            self.row -= count
        elif final in "BE":
            self.row += count
        elif final == "C":
            self.column += count
        elif final == "D":
            self.column -= count
        elif final in "G`":
            self.column = count - 1
        elif final == "d":
            self.row = count - 1
        elif final == "J":
            whole = {0: range(self.row + 1, self.rows), 1: range(self.row)}.get(first, range(self.rows))
            for other in whole:
                self.grid[other] = [" "] * self.columns
            if first < 2:
                self.sequence("K", "", [first])
        elif final == "K":
            start, end = {0: (self.column, self.columns), 1: (0, self.column + 1)}.get(first, (0, self.columns))
            row[start:end] = [" "] * (end - start)
        elif final == "X":
            end = min(self.column + count, self.columns)
            row[self.column : end] = [" "] * (end - self.column)
        elif final == "P":
            row[self.column :] = (row[self.column + count :] + [" "] * self.columns)[: self.columns - self.column]
        elif final == "@":
            row[self.column :] = ([" "] * count + row[self.column :])[: self.columns - self.column]
        elif final in "LM":
            self.scroll(count if final == "M" else -count, self.row)
        elif final in "ST":
            self.scroll(count if final == "S" else -count)
        elif final == "b":
            self.put(self.last * min(count, self.columns))
        elif final == "r":
            self.top, self.bottom = count - 1, (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1
            self.row = self.column = 0
        elif final == "n":
            self.answer({5: "\x1b[0n", 6: f"\x1b[{self.row + 1};{self.column + 1}R"}.get(first, ""))
        elif final == "c":
            self.answer(DEVICE[""])
        if final in "EF":
            self.column = 0
        self.row = min(max(self.row, 0), self.rows - 1)
        self.column = min(max(self.column, 0), self.columns if final == "b" else self.columns - 1)
