"""The command line as a user runs it, with its exit code and its output."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from flows.cli import app
from tests.processes import forked

WEEKCAST = Path(sys.executable).with_name("weekcast")
# One past week in the gate, and always the new model: for runs where it does not matter who answers.
QUICK = ("--set", "gate_origins=1", "--set", "gate_margin=0.9")


@dataclass(frozen=True)
class Ended:
    """The result of a command that has ended."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Weekcast:
    """Runs `weekcast` in a process of its own, with this environment; timeout: seconds after which it is given up."""

    environment: Mapping[str, str]
    timeout: int = 300

    def __call__(self, *arguments: object, **environment: str) -> Ended:
        """Run it in a forked process; in a fresh one where variables are given, which libraries read when imported."""
        if not environment:
            return self.run_program("flows.cli", *arguments)
        done = subprocess.run(
            [WEEKCAST, *map(str, arguments)],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=self.timeout,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def run_program(self, module: str, *arguments: object) -> Ended:
        """Run `main` of a module in a forked process, which takes half the time of a fresh one to start."""
        texts = map(str, arguments)
        return Ended(*forked.run(module, *texts, environment=self.environment, timeout=self.timeout))


def in_this_process(*arguments: object) -> Ended:
    """Run `weekcast` without a new process: a quick command for many small files, which uses no Prefect server."""
    if absl := sys.modules.get("absl.logging"):
        # Prefect, when it is imported, closes all handlers of logs. TensorFlow's has the stream that pytest captures.
        absl.get_absl_handler().python_handler.stream = sys.__stderr__
    ended = CliRunner().invoke(app, [*map(str, arguments)])
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def tree_of(folder: Path, without: str | tuple[str, ...] = "\0") -> dict[str, str]:
    """The hash of every file in a folder, except locks and paths that start with `without`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {path: sha256 for path, sha256 in hashes.items() if not path.startswith(without)}
