"""How often an unfinished last week is found, and a whole one refused: simulated files and real panels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tasks.sales.plausibility.unfinished import Floats, WeekStatistics, judge_last_week
from tests.benchmarks.files.simulated import (
    SLUMPS,
    Random,
    draw_common,
    draw_panel,
    draw_slump,
    draw_small,
    drop_products,
    thin_days,
)
from tests.real_sales import list_panels, read_history

FILES = 200
SEED = 2026
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
FIRST = 10  # weeks of the shortest cut of a real panel

Row = dict[str, Any]
Way = Callable[[Floats, float, Random], Floats]


def measure() -> list[Row]:
    """One row a kind of files: how many were refused, and of real panels cut at every week how many were found."""
    rows = [row for restless in (False, True) for row in _simulate(restless)]
    small = (draw_small(random) for random in [np.random.default_rng(SEED)] for _ in range(5 * FILES))
    rows.append(_count("1 to 10 slow products", "whole", small))
    return rows + [row for panel in list_panels() for row in _cut(panel)]


def _simulate(restless: bool) -> Iterator[Row]:
    random = np.random.default_rng(SEED)
    name = "simulated, few products and restless" if restless else "simulated"
    whole = [draw_panel(random, draw_common(random, restless), restless) for _ in range(FILES)]
    yield _count(name, "whole", whole)
    ways: dict[str, Way] = {"10 to 60 % of its days": thin_days, "10 to 60 % of its products": drop_products}
    for last, way in ways.items():
        yield _count(name, last, (way(units, random.uniform(0.1, 0.6), random) for units in whole))
    for kind in SLUMPS:
        slumps = (draw_slump(random, kind, restless) for _ in range(FILES))
        yield _count(name, f"whole, a holiday; {kind}", slumps)


def _cut(panel: Path) -> Iterator[Row]:
    units, random = read_history(panel).units, np.random.default_rng(SEED)
    cuts = [units[:, : origin + 1] for origin in range(FIRST, units.shape[1])]
    yield _count(panel.stem, "whole, each week", cuts)
    for share in SHARES:
        yield _count(panel.stem, f"{share:.0%} of its days", (thin_days(cut, share, random) for cut in cuts))
        yield _count(panel.stem, f"{share:.0%} of its products", (drop_products(cut, share, random) for cut in cuts))


def _count(name: str, last: str, panels: Iterable[Floats]) -> Row:
    refused = [_is_refused(units) for units in panels]
    return {"files": name, "last week": last, "number": len(refused), "refused": f"{np.mean(refused):.1%}"}


def _is_refused(units: Floats) -> bool:
    statistics = WeekStatistics(units.shape[1])
    statistics.add(units[~np.isnan(units).all(axis=1)])
    return judge_last_week(statistics).shortfall is not None
