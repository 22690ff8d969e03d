"""Dask's programs, started by hand, and the workers that a command starts itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

WORKER = ("worker", "--nthreads", "1", "--no-dashboard")


@contextmanager
def running_dask(*command: str, **environment: str) -> Iterator[None]:
    """A program of Dask's, until the end of the block."""
    program = [sys.executable, "-m", f"distributed.cli.dask_{command[0]}", *command[1:]]
    process = subprocess.Popen(program, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """HOST:PORT of a scheduler, which writes it to a new file in a folder."""
    file = folder / f"scheduler-{time.monotonic_ns()}.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    with running_dask("scheduler", *options):
        while not file.exists():
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"].removeprefix("tcp://")


def list_workers() -> list[tuple[psutil.Process, float]]:
    """The workers below this process that run, and the seconds of a processor that each has taken."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any("spawn_main" in word for word in child.cmdline()):
                found.append((child, child.cpu_times().user))
    return found
