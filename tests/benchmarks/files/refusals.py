"""The time to refuse a file, beside the time to accept the same file with the setting that was proposed."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.command_line.command import WEEKCAST

WEEKS = 52
PRODUCTS = (1_000, 20_000)
PAIRS = 3  # of each, one after the other; the quickest counts

Row = dict[str, Any]
Rng = np.random.Generator


def measure() -> list[Row]:
    """One row a kind of file and a number of products."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="weekcast-benchmark-") as folder:
        file = Path(folder) / "sales.csv"
        for products in PRODUCTS:
            for kind, spoil in KINDS.items():
                rng = np.random.default_rng(1)
                spoil(_make_panel(rng, products), rng).to_csv(file, index=False)
                rows.append({"kind": kind, "rows": products * WEEKS} | _measure(file))
    return rows


def _measure(file: Path) -> Row:
    remedies = _check(file)[1]["remedies"] or [["max_quarantined=1"]]
    settings = [part for setting in remedies[0] for part in ("--set", setting)]
    pairs = [(_check(file)[0], _check(file, *settings)[0]) for _ in range(PAIRS)]
    refused, accepted = (min(seconds) for seconds in zip(*pairs, strict=True))
    return {
        "refused_seconds": round(refused, 2),
        "accepted_seconds": round(accepted, 2),
        "ratio": round(refused / accepted, 2),
        "setting": " ".join(remedies[0]),
    }


def _check(file: Path, *options: str) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    ended = subprocess.run([WEEKCAST, "check", file, *options], capture_output=True, text=True)
    seconds = time.perf_counter() - started
    assert ended.returncode == (0 if options else 3), ended.stderr
    if options:
        return seconds, {}
    told = subprocess.run([WEEKCAST, "check", file, "--json"], capture_output=True, text=True)
    return seconds, json.loads(told.stdout)


def _make_panel(rng: Rng, products: int) -> pd.DataFrame:
    weeks = pd.date_range("2023-01-02", periods=WEEKS, freq="7D").strftime("%Y-%m-%d").to_numpy()
    codes = [f"A{number:06d}" for number in range(products)]
    units = rng.poisson(rng.gamma(2, 5, (products, 1)), (products, WEEKS)).reshape(-1)
    return pd.DataFrame({"product": np.repeat(codes, WEEKS), "week": np.tile(weeks, products), "units": units})


def _spoil_numbers(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    return panel.assign(units=panel["units"].astype(str).mask(rng.random(len(panel)) < 0.002, "??"))


def _lose_rows(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    return panel[rng.random(len(panel)) > 0.05]


def _add_total(panel: pd.DataFrame, _: Rng) -> pd.DataFrame:
    total: pd.DataFrame = panel.groupby("week", as_index=False)[["units"]].sum().assign(product="ZZ")
    return pd.concat([panel, total])


def _cut_last_week(panel: pd.DataFrame, _: Rng) -> pd.DataFrame:
    last = panel["week"] == panel["week"].max()
    return panel.assign(units=panel["units"].where(~last, panel["units"] // 8))


def _add_measures(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    measures = {f"amount{number}": rng.poisson(5 * number, len(panel)) for number in (2, 3)}
    return panel.rename(columns={"units": "amount1"}).assign(**measures)


def _add_status(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    return panel.assign(status=np.where(rng.random(len(panel)) < 0.1, "cancelled", "done"))


def _add_item(panel: pd.DataFrame, _: Rng) -> pd.DataFrame:
    return panel.assign(item=panel["product"])


def _sell_in_orders(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    lines = panel.iloc[rng.integers(0, len(panel), len(panel))].assign(order_no=np.arange(len(panel)) + 100_000)
    return lines.assign(units=rng.geometric(0.3, len(lines)))


def _sell_in_receipts(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    return _sell_in_orders(panel, rng).rename(columns={"order_no": "receipt"}).drop(columns="units")


def _spoil_weeks(panel: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    return panel.assign(week=panel["week"].mask(rng.random(len(panel)) < 0.01, "n/a"))


KINDS: dict[str, Callable[[pd.DataFrame, Rng], pd.DataFrame]] = {
    "cells that are no numbers": _spoil_numbers,
    "rows missing": _lose_rows,
    "a total": _add_total,
    "a last week that is not over": _cut_last_week,
    "three measures": _add_measures,
    "orders cancelled": _add_status,
    "product and item": _add_item,
    "lines of orders": _sell_in_orders,
    "receipts without a quantity": _sell_in_receipts,
    "weeks that cannot be read": _spoil_weeks,
}
