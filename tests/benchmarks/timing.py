"""What one command costs: its seconds on the clock and its memory at the peak."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A process is charged with the peak of the one that started it, so a small one starts the command.
_STARTER = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.run(sys.argv[2:]).returncode
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
json.dump({"seconds": seconds, "peak_mib": peak}, open(sys.argv[1], "w"))
sys.exit(code)
"""


@dataclass(frozen=True)
class Cost:
    """A command that has ended well; peak_mib: of its largest process, those it waited for included."""

    seconds: float
    peak_mib: float
    stdout: str


def run_timed(command: Sequence[object], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; raises RuntimeError with what it said where it fails."""
    with tempfile.NamedTemporaryFile("r") as usage:
        starter = [sys.executable, "-S", "-c", _STARTER, usage.name, *map(str, command)]
        told = subprocess.run(starter, env=environment, capture_output=True, text=True)
        if told.returncode:
            said = told.stderr[-2000:]
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {told.returncode}:\n{said}")
        return Cost(stdout=told.stdout, **json.load(usage))
