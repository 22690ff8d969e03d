"""A disk that fails for a moment at a call that a run makes below its store, the steps' own retries on.

Each line is one case: a run of a later week with one fault, then the same run on a sound disk. The store has to be
whole in between, the second run has to end with 0, and its files have to be those of a store that never saw a fault.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tests.server import ROOT
from tests.soak.faults.shim import CALLS, Fault, build
from tests.soak.workshop import LAST_WEEK, Workshop

CASES = 400  # about two hours on two processors
_SEED = 28
_PROCESSES = 2


def measure(shop: Workshop, only: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield a row a case; only: the numbers of cases, all where it is empty."""
    folder = shop.folder / "sweep"
    folder.mkdir()
    shop.run(folder / "first", "--as-of", LAST_WEEK - 1)
    environment = shop.environment | {"LD_PRELOAD": str(build(folder))}
    whole = [(Fault(error, 0, kinds), True) for error, kinds in CALLS.items()]
    counted = _drive(shop, environment, whole)
    drawn = _draw({error: row["calls"] for error, row in zip(CALLS, counted, strict=True)})
    chosen = [drawn[number] for number in only] if only else drawn
    yield from _drive(shop, environment, [(fault, False) for fault in chosen])


def is_good(row: dict[str, Any]) -> bool:
    """Whether nothing was damaged, the next run ended well, and left the bytes of a store that never failed."""
    return not (row["damaged"] or row["again"] or row["damaged after"] or row["unfinished after"] or row["other bytes"])


def _draw(calls: dict[str, int]) -> list[Fault]:
    """Faults at calls drawn by a seed: once, lasting, and followed by a kill."""
    draw = random.Random(_SEED)
    drawn = []
    for number in range(CASES):
        error = "EIO" if number % 3 == 0 else "ENOSPC" if number % 3 == 1 else draw.choice(sorted(CALLS))
        lasting, killed = draw.random() < 0.2, draw.random() < 0.2
        kill_after = draw.randint(1, 40) if killed and not lasting else 0
        drawn.append(Fault(error, draw.randint(1, calls[error]), CALLS[error], "", lasting, kill_after))
    return drawn


def _drive(
    shop: Workshop, environment: Mapping[str, str], cases: Sequence[tuple[Fault, bool]]
) -> Iterator[dict[str, Any]]:
    """Start the driver below the failing library, and yield what came of each case; or how many calls could fail so."""
    folder = shop.folder / "sweep"
    command = [sys.executable, "-m", "tests.soak.faults.driver", shop.sales, folder / "first", folder, _PROCESSES]
    lines = [json.dumps({"fault": asdict(fault), "count": count}) for fault, count in cases]
    asked = folder / "cases.json"
    asked.write_text("\n".join(lines) + "\n")
    with (
        asked.open() as stdin,
        subprocess.Popen(
            list(map(str, command)), stdin=stdin, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        ) as driver,
    ):
        assert driver.stdout is not None
        yield from map(json.loads, driver.stdout)
