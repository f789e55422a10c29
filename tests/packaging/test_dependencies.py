"""Holds the dependencies to deny.toml: licences, sources, and crates that are there twice.

`cargo deny` says the same with more words; this needs nothing but cargo, so that every run of the tests can ask.
"""

import pathlib
import re
import subprocess
import tomllib
import unittest

ROOT = pathlib.Path(__file__).parents[2]
RULES = tomllib.loads((ROOT / "deny.toml").read_text())


def crates():
    """Returns what is compiled for any of the targets: (name, version) → licence, as its author wrote it."""
    found = {}
    for target in RULES["graph"]["targets"]:
        command = ["cargo", "tree", "--locked", "--all-features", "--edges", "normal,build,dev"]
        command += ["--target", target, "--prefix", "none", "--format", "{p}|{l}"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for line in told.splitlines():
            crate, licence = line.split("|")
            name, version = crate.split()[:2]
            found[name, version.removeprefix("v")] = licence.removesuffix(" (*)")
    return found


def is_allowed(licence, allowed):
    """Says whether an SPDX expression can be kept with the allowed licences alone. `/` is an old way to write OR."""
    words = re.findall(r"\(|\)|/|[\w.+-]+", licence)

    def any_of():
        kept = all_of()
        while words and words[0] in ("OR", "/"):
            words.pop(0)
            kept = all_of() or kept
        return kept

    def all_of():
        kept = one()
        while words and words[0] == "AND":
            words.pop(0)
            kept = one() and kept
        return kept

    def one():
        word = words.pop(0)
        if word == "(":
            kept = any_of()
            words.pop(0)
            return kept
        if words and words[0] == "WITH":
            del words[:2]
        return word in allowed

    return any_of()


class Dependencies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.crates = crates()

    def test_each_licence_is_allowed_and_each_allowed_one_is_needed(self):
        allowed = set(RULES["licenses"]["allow"])
        refused = {crate: text for crate, text in self.crates.items() if not is_allowed(text, allowed)}
        self.assertEqual(refused, {})
        for licence in sorted(allowed):
            fewer = allowed - {licence}
            self.assertFalse(all(is_allowed(text, fewer) for text in self.crates.values()), f"{licence} is not needed")

    def test_an_expression_is_read_as_spdx_says(self):
        for licence, kept in [
            ("MIT", True),
            ("GPL-3.0-only", False),
            ("GPL-3.0-only OR MIT", True),
            ("MIT AND GPL-3.0-only", False),
            ("(MIT OR GPL-3.0-only) AND ISC", True),
            ("ISC AND (GPL-3.0-only OR AGPL-3.0-only)", False),
            ("Apache-2.0/MIT", True),
            ("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", True),
        ]:
            self.assertEqual(is_allowed(licence, {"MIT", "ISC"}), kept, licence)

    def test_all_come_from_crates_io(self):
        locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
        sources = {package.get("source") for package in locked}
        self.assertEqual(sources, {None, "registry+https://github.com/rust-lang/crates.io-index"})
        self.assertEqual([package["name"] for package in locked if "source" not in package], ["sagetop"])

    def test_what_is_there_twice_is_named_with_its_reason(self):
        named = dict(row["crate"].split("@") for row in RULES["bans"]["skip"])
        rest = {}
        for name, version in self.crates:
            if name not in named or not (version + ".").startswith(named[name] + "."):
                rest.setdefault(name, []).append(version)
        self.assertEqual({name: versions for name, versions in rest.items() if len(versions) > 1}, {})
        for name, old in named.items():
            versions = [version for crate, version in self.crates if crate == name]
            self.assertTrue(len(versions) > 1, f"{name}@{old} is not there twice any more: {versions}")
        self.assertTrue(all(row["reason"] for row in RULES["bans"]["skip"]))

    def test_each_direct_dependency_has_its_reason(self):
        """A dependency stands under a comment that says what it is for, or has one on its line."""
        told, within = False, False
        for line in (ROOT / "Cargo.toml").read_text().splitlines():
            if line.startswith("["):
                within, told = "dependencies" in line, False
            elif not line.strip():
                told = False
            elif line.startswith("#"):
                told = True
            elif within:
                self.assertTrue(told or "#" in line, f"nothing says why this is needed: {line}")


if __name__ == "__main__":
    unittest.main()
