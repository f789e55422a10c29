"""Serves the simulated account for the tests, or uses the one at `SAGETOP_SIM_URL`.

Run with `python -m unittest discover -s tests/contract` from the project's folder.
"""

import atexit
import os
import re
import subprocess
import unittest

from account import Account

_urls = {}


def url(story="demo"):
    """The address of the served account of a story; each is started once."""
    if story not in _urls:
        given = os.environ.get("SAGETOP_SIM_URL") if story == "demo" else None
        _urls[story] = given or _start(story)
    return _urls[story]


def binary():
    """The console that is tested."""
    return os.environ.get("SAGETOP_BIN", "target/debug/sagetop")


def _start(story):
    command = [binary(), "simulate", "--listen", "127.0.0.1:0", "--story", story, "--speed", "20"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    atexit.register(_stop, server)
    for line in server.stdout:
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return found.group(0)
    raise RuntimeError("the account did not say where it listens")


def _stop(server):
    server.terminate()
    server.wait(timeout=10)


class Contract(unittest.TestCase):
    """A test whose every answer must be what the service models say."""

    maxDiff = None
    story = "demo"

    def setUp(self):
        self.account = Account(url(self.story))

    def tearDown(self):
        faults = sorted(set(self.account.faults))
        self.assertEqual([], faults[:30])
