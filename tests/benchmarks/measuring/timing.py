"""The cost of one command: its wall-clock seconds and its peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A new process inherits the peak memory of the process that starts it, so a small one starts the command.
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
    """The cost of a command that succeeded; peak_mib: of the largest among its process and the processes it started."""

    seconds: float
    peak_mib: float
    stdout: str


def run_timed(command: Sequence[object], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; raises RuntimeError with its stderr where it fails."""
    with tempfile.NamedTemporaryFile("r") as usage:
        starter = [sys.executable, "-S", "-c", _STARTER, usage.name, *map(str, command)]
        ended = subprocess.run(starter, env=environment, capture_output=True, text=True)
        if ended.returncode:
            stderr = ended.stderr[-2000:]
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{stderr}")
        return Cost(stdout=ended.stdout, **json.load(usage))
