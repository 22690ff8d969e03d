"""`make soak`: kill a run before and after each of its renames in a store, and check that the next run finishes it.

Arguments are numbers of renames, as in `python -m tests.soak 20 21`; without arguments all are tried.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.console import print_table
from tests.command_line.command import WEEKCAST, tree_of
from tests.server import ROOT, serving

_READ = ("forecasts/latest.parquet", "forecasts/history", "reports", "champion.json", "sales", "quarantine")


class Soak:
    """A store with one published week, and a sales file whose next week is not published yet."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._sales, self._first = folder / "sales.csv", folder / "first"
        self._weekcast("sample", self._sales, "--products", 40, "--weeks", 30)
        self._run(self._first, "--as-of", 28)
        self._whole = self._copy("whole")
        self.renames = self._count_renames(self._whole)

    def kill(self, number: int, when: str) -> dict[str, Any]:
        """Kill a run at a rename, verify, run again, verify, and compare with a store whose run was not killed."""
        store = self._copy("killed")
        self._killed(number, when, store)
        before, started = self._verify(store), time.monotonic()
        again = self._run(store)
        seconds = time.monotonic() - started
        after = self._verify(store)
        return {
            "rename": number,
            "killed": when,
            "damaged": len(before["damaged"]),
            "unfinished": len(before["unfinished"]),
            "rerun": again["outcome"],
            "trained": "train" in again["seconds"],
            "seconds": round(seconds, 1),
            "damaged after": len(after["damaged"]),
            "unfinished after": len(after["unfinished"]),
            "same bytes": readable(store) == readable(self._whole),
            "commits": len(list((store / "commits").iterdir())),
        }

    def _copy(self, name: str) -> Path:
        shutil.rmtree(self._folder / name, ignore_errors=True)
        return Path(shutil.copytree(self._first, self._folder / name))

    def _count_renames(self, store: Path) -> int:
        return int(self._killed(0, "before", store).stderr.split()[-1])

    def _killed(self, number: int, when: str, store: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.killed", number, when, store]
        command += ["run", self._sales, "--store", store, "--json"]
        return subprocess.run(
            list(map(str, command)), env=self._environment, cwd=ROOT, capture_output=True, text=True, check=False
        )

    def _run(self, store: Path, *options: object) -> dict[str, Any]:
        outcome: dict[str, Any] = json.loads(self._weekcast("run", self._sales, "--store", store, "--json", *options))
        return outcome

    def _verify(self, store: Path) -> dict[str, Any]:
        verdict: dict[str, Any] = json.loads(self._weekcast("verify", store, "--json"))
        return verdict

    def _weekcast(self, *arguments: object) -> str:
        command = [str(WEEKCAST), *map(str, arguments)]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False).stdout


def readable(store: Path) -> dict[str, str]:
    """The hashes of all files that readers use, except files that contain clock times."""
    return {path: sha256 for path, sha256 in tree_of(store).items() if path.startswith(_READ)}


def measure(numbers: list[int]) -> Iterator[dict[str, Any]]:
    """One row a kill."""
    with tempfile.TemporaryDirectory(prefix="weekcast-soak-") as folder, serving(Path(folder, "prefect")) as server:
        soak = Soak(Path(folder), server.environment)
        for number in numbers or range(1, soak.renames + 1):
            for when in ("before", "after"):
                yield soak.kill(number, when)


def main() -> None:
    """Print the table, and exit with 1 where a killed run left damage or other bytes."""
    rows = list(measure([int(number) for number in sys.argv[1:]]))
    print_table("Kills", rows[0], [map(str, row.values()) for row in rows])
    good = [row["damaged"] + row["damaged after"] + row["unfinished after"] == 0 and row["same bytes"] for row in rows]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
