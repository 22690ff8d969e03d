"""What one command costs: its seconds on the clock and its memory at the peak."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """A command that has ended well; peak_mib: of its largest process, those it waited for included."""

    seconds: float
    peak_mib: float
    stdout: str


def run_timed(command: Sequence[object], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; raises RuntimeError with what it said where it fails."""
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), env=environment, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0), stderr.seek(0)
        if process.returncode:
            raise RuntimeError(
                f"{' '.join(map(str, command))} ended with {process.returncode}:\n{stderr.read()[-2000:]}"
            )
        return Cost(seconds, usage.ru_maxrss / 1024, stdout.read())
