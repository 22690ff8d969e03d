"""Processes that begin with slow imports done: TensorFlow's alone takes longer than most commands of a test.

They are forked from a server, not from the tests' process, because that one has threads.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module, reload
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.processes.preloaded"])


def start(work: Callable[..., object], *args: Any) -> BaseProcess:
    """Start a function of a module in a process of its own."""
    process = _CONTEXT.Process(target=work, args=args)
    process.start()
    return process


def begin(program: str, *args: str, environment: Mapping[str, str], outputs: Sequence[Path]) -> BaseProcess:
    """Begin to run `main` of a module as a command; outputs: the files that its stdout and its stderr go to."""
    return start(_become, program, args, dict(environment), list(outputs))


def run(program: str, *args: str, environment: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
    """Run `main` of a module as a command; return its exit code, and what it wrote to stdout and to stderr.

    timeout: seconds, after which it is killed and TimeoutExpired is raised.
    """
    with TemporaryDirectory() as folder:
        outputs = [Path(folder, name) for name in ("stdout", "stderr")]
        process = begin(program, *args, environment=environment, outputs=outputs)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired([program, *args], timeout)
        stdout, stderr = (output.read_text() for output in outputs)
    return process.exitcode, stdout, stderr


def _become(program: str, args: tuple[str, ...], environment: dict[str, str], outputs: list[Path]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    reload(import_module("tasks.models.network.environment"))  # TensorFlow reads some of it later than its import
    for stream, output in zip((1, 2), outputs, strict=True):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT), stream)
    sys.argv = [program, *args]
    import_module(program).main()
