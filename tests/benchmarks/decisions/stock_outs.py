"""Stock-outs with a known truth: 15 % of the demand of fast movers is taken away, forecasts are scored on all of it.

Spells last two weeks on average, half of them begin where demand is high, half of them leave a part of the first week.
`true`: from demand; `unaware`: from what was sold; `availability`: from what was sold and in which weeks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.inputs.panel import OUT_OF_STOCK, input_column
from tasks.evaluation.backtest import backtest
from tasks.evaluation.fits import Answered
from tasks.models.arrays import Floats, Mask
from tasks.models.assortment import Assortment
from tasks.runners.threads import Threads
from tests.real_sales import list_panels, name_panel, read_history

WEEKS, PRODUCTS, HORIZON = 110, 300, 3
SHARE, LENGTH = 0.15, 2.0
PANELS = ("pasta", "dunnhumby_frat", "Sales_Transactions_Dataset_Weekly")

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a panel and kind of sales."""
    return [row for file in list_panels() if name_panel(file) in PANELS for row in _measure(file)]


def _measure(file: Path) -> Iterator[Row]:
    history = read_history(file)
    units = history.units[:, -WEEKS:]
    early = units[:, : units.shape[1] * 8 // 11]
    fast = ~np.isnan(units).any(axis=1) & (np.nan_to_num(early).mean(axis=1) >= 5)
    rows = np.flatnonzero(fast & ((np.nan_to_num(units) > 0).mean(axis=1) > 0.8))
    demand = units[np.sort(np.random.default_rng(0).permutation(rows)[:PRODUCTS])]
    sold, empty = _take_away(demand)
    origins = range(demand.shape[1] * 8 // 11, demand.shape[1] - HORIZON)
    for kind, told in {"true": (demand, None), "unaware": (sold, None), "availability": (sold, empty)}.items():
        yield {"panel": name_panel(file), "sales": kind} | _score(demand, *told, origins)


def _take_away(demand: Floats) -> tuple[Floats, Mask]:
    """What was sold of demand (n, weeks), and the weeks out of stock."""
    generator, usual = np.random.default_rng(0), np.maximum(demand.mean(axis=1, keepdims=True), 0.1)
    high = demand / usual > 1.3
    begins = generator.random(demand.shape) < SHARE / LENGTH * (0.5 + 0.5 * high / max(high.mean(), 0.01))
    sold, empty = demand.copy(), np.zeros(demand.shape, bool)
    for product, week in zip(*np.nonzero(begins), strict=True):
        end, whole = week + generator.geometric(1 / LENGTH), generator.random() < 0.5
        sold[product, week:end], empty[product, week:end] = 0, True
        if not whole:
            sold[product, week] = np.floor(demand[product, week] * generator.uniform(0.2, 0.8))
    return sold, empty


def _score(demand: Floats, sold: Floats, empty: Mask | None, origins: range) -> Row:
    """The errors of forecasts from what was sold, beside demand."""
    columns = {"product_code": pa.array([f"P{number:04d}" for number in range(len(demand))])}
    columns |= {f"W{week}": pa.array(units) for week, units in enumerate(sold.T)}
    for week, out in enumerate(empty.T if empty is not None else ()):
        columns[input_column(OUT_OF_STOCK, week)] = pa.array(out)
    answers = list[Answered]()
    with Threads() as threads:
        backtest(Assortment.of(pa.table(columns)), origins, Config(), "never", threads, answers.append)
    made = {answered.panel.last_week: answered.answer.distribution for answered in answers}
    truth = np.concatenate([demand[:, origin + 1 : origin + 1 + HORIZON] for origin in made])
    point, mean = (np.concatenate([getattr(each, name) for each in made.values()]) for name in ("units", "mean"))
    return {"MAE": round(float(np.abs(point - truth).mean()), 3), "bias": f"{(mean - truth).sum() / truth.sum():+.1%}"}
