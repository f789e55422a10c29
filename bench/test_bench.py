"""The bounds against accounts that were counted by hand, and the definitions against screens that are kept as goldens."""

import re
import unittest
from pathlib import Path

from scale import Inventory, complete, served, selected, useful, versions
from screen import Screen

GOLDENS = Path(__file__).parent.parent / "tests/it/goldens"


def golden(name: str) -> Screen:
    """A screen of 120 by 36 as the tests of the console keep it."""
    screen = Screen(120, 36)
    lines = GOLDENS.joinpath(f"{name}.txt").read_text().split("---\n")[0].splitlines()[1:37]
    screen.feed("\r\n".join(lines).encode())
    return screen


class Bounds(unittest.TestCase):
    def test_calls_are_those_of_the_table_that_the_formulas_come_with(self) -> None:
        small = Inventory(E=5, C=5, M=8, P=5, R=1, G=5, V=50, A=40, F=5, T=5, N=10, U=1)
        medium = Inventory(E=50, C=50, M=80, P=30, R=4, G=40, V=800, A=300, F=40, T=60, N=60, U=3)
        large = Inventory(E=200, C=200, M=400, P=100, R=10, G=150, V=6000, A=1500, F=150, T=260, N=300, U=8)
        calls = [(i.first_calls(), i.complete_calls(), i.calls_per_minute()) for i in (small, medium, large)]
        self.assertEqual([(17, 22, 26), (32, 82, 49), (120, 320, 113)], calls)

    def test_time_is_the_chain_or_the_limit(self) -> None:
        medium = Inventory(E=50, C=50, M=80, P=30, R=4, G=40, V=800, A=300, F=40, T=60, N=60, U=3)
        # Three pages of alarms, one after the other.
        self.assertAlmostEqual(0.15, medium.seconds(None, complete=False))
        # 19 calls to SageMaker with two pages of versions; ten are free, then two a second.
        self.assertAlmostEqual(4.5, medium.seconds(2, complete=False))
        self.assertAlmostEqual(29.5, medium.seconds(2, complete=True))


class Definitions(unittest.TestCase):
    def test_the_home_screen_is_useful_when_every_row_knows_what_serves(self) -> None:
        self.assertTrue(useful(golden("home")))
        self.assertEqual("recommendation", selected(golden("home")))
        self.assertEqual(["v13", "v14"], versions(golden("home"))["recommendation"])

    def test_a_screen_that_still_asks_is_not_useful(self) -> None:
        first = golden("first_frame")
        self.assertEqual(3, len(list(served(first))))
        self.assertFalse(useful(first))

    def test_one_unknown_version_or_alarm_is_enough_not_to_be_useful(self) -> None:
        changes = ((r"✗ v13 ", "✗ ?   "), (r"✗ \d sev1", "◌       "), (r"\bv4\b", "– "), (r"\d+ \w+ old$", "no answer"))
        for old, new in changes:
            screen = golden("home")
            text, found = re.subn(old, new, screen.text(), flags=re.MULTILINE)
            self.assertTrue(found, old)
            screen.clear()
            screen.feed(text.replace("\n", "\r\n").encode())
            self.assertFalse(useful(screen), new)

    def test_the_sources_are_complete_when_all_are_fresh(self) -> None:
        screen = golden("sources")
        states = [line.split()[1] for line in screen.lines() if line.startswith(" alarms ")]
        self.assertEqual(1, len(states))
        self.assertTrue(complete(screen))
        fresh = screen.text()
        for state in ("waiting", "reading", "denied", "throttled"):
            screen.clear()
            screen.feed(fresh.replace("fresh    ", state.ljust(9), 1).replace("\n", "\r\n").encode())
            self.assertFalse(complete(screen), state)
        self.assertFalse(complete(golden("home")))


class Terminal(unittest.TestCase):
    def shown(self, *pieces: bytes) -> list[str]:
        screen = Screen(10, 3)
        for piece in pieces:
            screen.feed(piece)
        return screen.lines()

    def test_text_goes_where_the_cursor_is(self) -> None:
        self.assertEqual(["ab", "  x", "y"], self.shown(b"\x1b[2;3Hx\x1b[1;1H\x1b[1;31mab\x1b[0m\x1b[3Hy"))

    def test_sequences_and_letters_may_come_in_pieces(self) -> None:
        self.assertEqual(["", " é", ""], self.shown(b"\x1b[2", b";2H\xc3", b"\xa9"))

    def test_wide_letters_take_two_cells_and_combining_ones_none(self) -> None:
        screen = Screen(10, 3)
        screen.feed("日e\u0301x".encode())
        self.assertEqual(4, screen.column)

    def test_what_is_erased_scrolled_and_repeated_is_so(self) -> None:
        self.assertEqual(["abc", "", ""], self.shown(b"abcdef\x1b[1;4H\x1b[K"))
        self.assertEqual(["b", "c", "d"], self.shown(b"a\r\nb\r\nc\r\nd"))
        self.assertEqual(["xxxx", "", ""], self.shown(b"x\x1b[3b"))
        self.assertEqual(["", "", ""], self.shown(b"old\x1b[?1049h"))

    def test_questions_are_answered(self) -> None:
        answers: list[str] = []
        Screen(10, 3, answers.append).feed(b"\x1b[2;5H\x1b[6n\x1b[c\x1b]11;?\x07")
        self.assertEqual(["\x1b[2;5R", "\x1b[?62;22c", "\x1b]11;rgb:0000/0000/0000\x1b\\"], answers)


if __name__ == "__main__":
    unittest.main()
