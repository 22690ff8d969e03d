"""Weeks after the origin replaced by noise: no byte of a forecast may change, whoever answers.

One file is forecast by `weekcast run --as-of`, the file with noise by `weekcast backfill`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from schemas.config import RecipeName
from schemas.scores import SIMPLE_METHODS
from tests.command_line.command import Weekcast
from tests.real_sales import NoRealSales, list_panels
from tests.soak.workshop import Workshop

RECIPES = get_args(RecipeName)
# A recipe, or the method that answers for all products in place of the network.
CASES = (*RECIPES, *SIMPLE_METHODS)
_OF_PANELS = ("auto", "reference")  # `counts` and `values` are other names of `auto`
_LATER = 5  # weeks after the origin


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:
    """One row a case of the generated file, then one a real panel and recipe, where the panels are on this machine.

    only: names some of them by their place.
    """
    cases = [(shop.sales, name) for name in CASES] + [(panel, name) for panel in _panels() for name in _OF_PANELS]
    for sales, of_file in groupby([cases[number] for number in only] or cases, itemgetter(0)):
        origin = _write_both(shop, sales)
        for _, name in of_file:
            files = [
                _forecast(shop, name, origin, "run", "as-it-is.csv", "--as-of", origin),
                _forecast(shop, name, origin, "backfill", "noisy.csv", "--from", origin, "--to", origin),
            ]
            methods = pq.read_table(files[0])["method"].value_counts().to_pylist()
            yield {
                "sales": sales.stem,
                "answers": name,
                "same bytes": files[0].read_bytes() == files[1].read_bytes(),
                "rows by method": {row["values"]: row["counts"] for row in methods},
            }


def _panels() -> list[Path]:
    try:
        return list_panels()
    except NoRealSales:
        return []


def _write_both(shop: Workshop, sales: Path) -> int:
    """Write the file, and the file with noise after the origin; return the origin."""
    table = pd.read_csv(sales, index_col=0).filter(regex=r"^W\d+$").convert_dtypes()
    origin = table.shape[1] - 1 - _LATER
    table = _spread(table, origin)
    noisy = table.astype(float)
    noisy.iloc[:, origin + 1 :] = np.random.default_rng(1).exponential(300, (len(table), _LATER))
    table.to_csv(shop.folder / "as-it-is.csv")
    noisy.to_csv(shop.folder / "noisy.csv")
    return origin


def is_good(row: dict[str, Any]) -> bool:
    """Whether the bytes are the same, and the method that was asked for answered."""
    return bool(row["same bytes"] and (row["answers"] in RECIPES or row["answers"] in row["rows by method"]))


def _spread(table: pd.DataFrame, origin: int) -> pd.DataFrame:
    """The sales with products in every state at the origin: launched just before it, never sold, dead, with gaps."""
    table.iloc[0, : origin - 2] = pd.NA
    table.iloc[1, : origin + 1] = 0
    table.iloc[2, 10 : origin + 1] = 0
    table.iloc[3, 4 : origin + 1 : 3] = pd.NA
    table.iloc[4, : origin + 2] = pd.NA
    return table


def _forecast(shop: Workshop, name: str, origin: int, command: str, file: str, *options: object) -> Path:
    """The forecast of the origin that a command writes to a new store."""
    store = shop.folder / f"{command}-{name}"
    shutil.rmtree(store, ignore_errors=True)
    fault, settings = ("none", ["--set", f"recipe={name}"]) if name in RECIPES else (f"serves-{name}", [])
    arguments = [command, shop.folder / file, "--store", store, *options, *settings]
    ended = Weekcast(shop.environment, timeout=900).run_program("tests.processes.faults", fault, *arguments)
    if ended.code:
        raise RuntimeError(f"{name}: {command} ended with {ended.code}:\n{ended.stderr[-2000:]}")
    return store / "forecasts" / "history" / f"{origin:04}" / "forecast.parquet"
