"""A command's process ends with its exit code, after all that was registered for its end."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys
from flows.console import leaving_at_once

class Kept:
    def __del__(self):
        print("taken apart", flush=True)

kept = Kept()
with leaving_at_once():
    atexit.register(print, "registered")
    print("done")
    {ends}
"""


@pytest.mark.parametrize(
    ("ends", "code"),
    [("pass", 0), ("sys.exit(5)", 5), ("sys.exit()", 0), ("1 / 0", 1), ("raise KeyboardInterrupt", 130)],
)
def test_it_runs_what_was_registered_and_takes_nothing_apart(ends: str, code: int) -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM.format(ends=ends)], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (code, "done\nregistered\n")
    assert ("Traceback" in ended.stderr) == (ends in ("1 / 0", "raise KeyboardInterrupt"))
