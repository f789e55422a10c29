"""Packs the binary of this machine as a release does, installs the Debian package into an empty root, and runs it.

Only root may install; others unpack the package and run what is in it.
"""

import gzip
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
BINARY = os.environ.get("SAGETOP_BIN", ROOT / "target/debug/sagetop")
HOST = f"{os.uname().machine}-unknown-linux-gnu"
INSTALLS = os.geteuid() == 0
NAME = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


@unittest.skipUnless(NAME and shutil.which("dpkg"), "packages are tried where dpkg is")
class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        # Debug information makes nine tenths of a debug build.
        run("strip", "-o", cls.folder / "sagetop", BINARY)
        cls.out = cls.folder / "out"
        cls.out.mkdir()
        cls.name = run(ROOT / "packaging/pack", HOST, cls.folder / "sagetop", cls.out).strip()
        cls.root = cls.folder / "root"
        [package] = cls.out.glob(f"*_{NAME}.deb")
        if not INSTALLS:
            run("dpkg-deb", "--extract", package, cls.root)
            return
        for place in ("info", "updates"):
            (cls.root / "var/lib/dpkg" / place).mkdir(parents=True)
        (cls.root / "var/lib/dpkg/status").touch()
        # The root is empty: it has no C library that the package could need.
        run("dpkg", f"--root={cls.root}", "--force-depends", "--install", package)

    def sagetop(self, *arguments):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return run(self.root / "usr/bin/sagetop", *arguments, env={"HOME": str(home), "PATH": "/usr/bin:/bin"})

    def test_the_installed_program_runs_in_a_new_home(self):
        self.assertRegex(self.sagetop("--version"), r"^sagetop \d+\.\d+\.\d+")
        self.assertIn("demand-forecasting", self.sagetop("dump", "--demo"))

    def test_each_text_is_where_its_reader_looks(self):
        manual = gzip.decompress((self.root / "usr/share/man/man1/sagetop.1.gz").read_bytes()).decode()
        self.assertIn(".TH sagetop 1", manual)
        for place in [
            "bash-completion/completions/sagetop",
            "zsh/vendor-completions/_sagetop",
            "fish/vendor_completions.d/sagetop.fish",
        ]:
            self.assertIn("sagetop", (self.root / "usr/share" / place).read_text(), place)
        self.assertEqual((self.root / "usr/share/doc/sagetop/copyright").read_text(), (ROOT / "LICENSE").read_text())

    @unittest.skipUnless(INSTALLS, "only root may install")
    def test_dpkg_knows_the_package_and_takes_it_away_again(self):
        known = f"--admindir={self.root}/var/lib/dpkg"
        state = run("dpkg-query", known, "--show", "--showformat=${Status} ${Depends}", "sagetop")
        self.assertEqual(state, "install ok installed ca-certificates, libc6 (>= 2.17)")
        copy = self.folder / "copy"
        shutil.copytree(self.root, copy, symlinks=True)
        run("dpkg", f"--root={copy}", "--purge", "sagetop")
        self.assertFalse((copy / "usr/bin/sagetop").exists())

    def test_the_archive_holds_what_the_package_holds(self):
        with tarfile.open(self.out / f"{self.name}.tar.gz") as archive:
            names = {pathlib.PurePath(name).name for name in archive.getnames()} - {self.name}
            owners = {(entry.uid, entry.gid) for entry in archive}
        shells = {f"sagetop.{shell}" for shell in ("bash", "zsh", "fish", "powershell")}
        self.assertEqual(names, {"sagetop", "sagetop.1.gz", "README.md", "CHANGELOG.md", "LICENSE"} | shells)
        self.assertEqual(owners, {(0, 0)})

    def test_an_rpm_package_is_made_as_well(self):
        [package] = self.out.glob("*.rpm")
        self.assertEqual(package.read_bytes()[:4], b"\xed\xab\xee\xdb")

    def test_no_package_is_made_for_a_machine_that_has_none(self):
        refused = subprocess.run(
            [ROOT / "packaging/pack", "riscv64gc-unknown-linux-gnu", self.folder / "sagetop", self.out],
            capture_output=True,
            text=True,
        )
        self.assertEqual(refused.returncode, 1)
        self.assertIn("not for riscv64gc", refused.stderr)


if __name__ == "__main__":
    unittest.main()
