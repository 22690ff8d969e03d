"""Commands as a person gives them, and what they print, for a terminal or a file."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.server import ROOT

LONGEST = 40  # lines of one command that are shown


def tell(text: str) -> None:
    """Show a text at once, though it goes into a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def head(point: int, title: str) -> None:
    """Begin a point of the list."""
    tell(f"\n{point}. {title}\n")


def quote(text: str) -> None:
    """Show a text that somebody is told, indented; of a long one the beginning."""
    lines = text.strip("\n").splitlines()
    tell(textwrap.indent("\n".join(lines[:LONGEST]), "    "))
    if len(lines) > LONGEST:
        tell(f"    … {len(lines) - LONGEST} more lines")


@dataclass(frozen=True)
class Shell:
    """A terminal: the folder that a person works in, and the environment."""

    folder: Path
    environment: Mapping[str, str]

    def __call__(self, line: str, **variables: str) -> None:
        """Run a line, and show it, what it prints, and its exit code where that is not 0."""
        tell("  $ " + " ".join([*(f"{name}={shlex.quote(value)}" for name, value in variables.items()), line]))
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={**self.environment, "COLUMNS": "120", "PYTHONPATH": os.fspath(ROOT), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        quote(done.stdout)
        if done.returncode:
            tell(f"    exit code {done.returncode}")
