"""A disk that fails for a moment at a call that a run makes below its store, the steps' own retries on.

Each line is one case: a run of a later week with one fault, then the same run on a sound disk. The store has to be
whole in between, the second run has to end with 0, and its files have to be those of a store that never saw a fault.
EIO and ENOSPC are tried at every place, where calls of one kind on one file that follow each other are one place; other
errors, errors that last, kills and all single calls are drawn by a seed.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tests.server import ROOT
from tests.soak.faults.shim import CALLS, EVERYWHERE, Fault, build
from tests.soak.workshop import LAST_WEEK, Workshop

_PRODUCTS = 20
EACH = {  # a call that fails at every place
    "EIO": tuple(kind for kind in EVERYWHERE if kind != "close"),  # most closes are of files that were only read
    "ENOSPC": CALLS["ENOSPC"],
}
_DRAWN = 200
_SEED = 28
_PROCESSES = 4  # on two processors: a run waits for its server half of the time


@dataclass(frozen=True)
class Sweep:
    """Runs below the failing library, on copies of the store of the week before.

    settings: options of each run
    processes: how many run at once
    """

    shop: Workshop
    environment: Mapping[str, str]
    settings: tuple[str, ...] = ()
    processes: int = _PROCESSES

    @classmethod
    def begin(cls, shop: Workshop, *settings: str, processes: int = _PROCESSES) -> Sweep:
        """Build the library, and make the store of the week before."""
        folder = shop.folder / "sweep"
        folder.mkdir()
        small = replace(shop, folder=folder)
        small.write_sales(_PRODUCTS)
        small.run(folder / "first", "--as-of", LAST_WEEK - 1, *settings)
        return cls(small, shop.environment | {"LD_PRELOAD": str(build(folder))}, settings, processes)

    def cases(self) -> list[Fault]:
        """All faults that are tried, in an order that stays."""
        each = [Fault(error, 0, kinds, by_place=True) for error, kinds in EACH.items()]
        single = [Fault(error, 0, kinds) for error, kinds in CALLS.items()]
        counts = [row["calls"] for row in self._drive((fault, True) for fault in (*each, *single))]
        places = [replace(fault, n=n) for fault, count in zip(each, counts, strict=False) for n in range(1, count + 1)]
        return [*places, *_draw(dict(zip(CALLS, counts[len(each) :], strict=True)))]

    def measure(self, faults: Iterable[Fault]) -> Iterator[dict[str, Any]]:
        """Yield what came of each fault, see the driver."""
        return self._drive((fault, False) for fault in faults)

    def _drive(self, cases: Iterable[tuple[Fault, bool]]) -> Iterator[dict[str, Any]]:
        """Start the driver, and yield what came of each fault, or how many calls could fail so."""
        folder = self.shop.folder
        program = [sys.executable, "-m", "tests.soak.faults.driver"]
        arguments = [str(self.shop.sales), str(folder / "first"), str(folder), str(self.processes), *self.settings]
        asked = folder / "cases.json"
        asked.write_text("".join(json.dumps({"fault": asdict(fault), "count": count}) + "\n" for fault, count in cases))
        with (
            asked.open() as stdin,
            subprocess.Popen(
                [*program, *arguments],
                stdin=stdin,
                stdout=subprocess.PIPE,
                text=True,
                env=self.environment,
                cwd=ROOT,
            ) as driver,
        ):
            assert driver.stdout is not None
            yield from map(json.loads, driver.stdout)


def measure(shop: Workshop, only: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield a row a case; only: the numbers of cases, all where it is empty."""
    sweep = Sweep.begin(shop)
    cases = sweep.cases()
    return sweep.measure([cases[number] for number in only] if only else cases)


def is_good(row: dict[str, Any]) -> bool:
    """Whether nothing was damaged, the next run ended well, and left the bytes of a store that never failed."""
    return not (row["damaged"] or row["again"] or row["damaged after"] or row["unfinished after"] or row["other bytes"])


def _draw(calls: dict[str, int]) -> list[Fault]:
    """Faults at calls drawn by a seed: once, lasting, and followed by a kill."""
    draw = random.Random(_SEED)
    drawn = []
    for _ in range(_DRAWN):
        error = draw.choice(sorted(CALLS))
        lasting, killed = draw.random() < 0.3, draw.random() < 0.4
        lasting = lasting and error != "EINTR"  # whoever is interrupted tries again, for ever
        kill_after = draw.randint(1, 40) if killed and not lasting else 0
        drawn.append(Fault(error, draw.randint(1, calls[error]), CALLS[error], lasting=lasting, kill_after=kill_after))
    return drawn
