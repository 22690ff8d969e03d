"""Weeks after the origin replaced by noise: no byte of a forecast may change, whoever answers.

One file is forecast by `weekcast run --as-of`, the file with noise by `weekcast backfill`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from schemas.config import RecipeName
from tasks.models.baselines.simple import SIMPLE_METHODS
from tests.command_line.command import Weekcast
from tests.soak.workshop import LAST_WEEK, Workshop

_ORIGIN = LAST_WEEK - 5
RECIPES = get_args(RecipeName)
# A recipe, or the method that answers for all products in place of the network.
CASES = (*RECIPES, *SIMPLE_METHODS)


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:
    """One row a recipe and a simple method; `only` names some of them by their place in `CASES`."""
    table = _spread(pd.read_csv(shop.sales, index_col=0))
    noisy = table.astype(float)
    rng = np.random.default_rng(1)
    noisy.iloc[:, _ORIGIN + 1 :] = rng.exponential(300, (len(table), LAST_WEEK - _ORIGIN))
    table.to_csv(shop.folder / "as-it-is.csv")
    noisy.to_csv(shop.folder / "noisy.csv")
    for name in [CASES[number] for number in only] or CASES:
        files = [
            _forecast(shop, name, "run", "as-it-is.csv", "--as-of", _ORIGIN),
            _forecast(shop, name, "backfill", "noisy.csv", "--from", _ORIGIN, "--to", _ORIGIN),
        ]
        methods = pq.read_table(files[0])["method"].value_counts().to_pylist()
        yield {
            "answers": name,
            "same bytes": files[0].read_bytes() == files[1].read_bytes(),
            "rows by method": {row["values"]: row["counts"] for row in methods},
        }


def is_good(row: dict[str, Any]) -> bool:
    """Whether the bytes are the same, and the method that was asked for answered."""
    return bool(row["same bytes"] and (row["answers"] in RECIPES or row["answers"] in row["rows by method"]))


def _spread(table: pd.DataFrame) -> pd.DataFrame:
    """The sales with products in every state at the origin: launched just before it, never sold, dead, with gaps."""
    table = table.astype("Int64")
    table.iloc[0, : _ORIGIN - 2] = pd.NA
    table.iloc[1, : _ORIGIN + 1] = 0
    table.iloc[2, 10 : _ORIGIN + 1] = 0
    table.iloc[3, 4 : _ORIGIN + 1 : 3] = pd.NA
    table.iloc[4, : _ORIGIN + 2] = pd.NA
    return table


def _forecast(shop: Workshop, name: str, command: str, file: str, *options: object) -> Path:
    """The forecast of the origin that a command writes to a new store."""
    store = shop.folder / f"{command}-{name}"
    fault, settings = ("none", ["--set", f"recipe={name}"]) if name in RECIPES else (f"serves-{name}", [])
    arguments = [command, shop.folder / file, "--store", store, *options, *settings]
    ended = Weekcast(shop.environment).run_program("tests.faults", fault, *arguments)
    if ended.code:
        raise RuntimeError(f"{name}: {command} ended with {ended.code}:\n{ended.stderr[-2000:]}")
    return store / "forecasts" / "history" / f"{_ORIGIN:04}" / "forecast.parquet"
