"""A small store after three Mondays, in which all happens that tables tell: new and restated products, and orders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.weeks import QUICK, run_week

PRODUCTS, WEEKS, FIRST = 24, 40, "2024-01-01"
NEW = "S1|new"
SETTINGS = {"product": "store,item", "carry": "category", **QUICK}


def make_store(folder: Path) -> Path:
    """Run three weeks into a store in a folder, and return it."""
    sales, stock = folder / "sales.csv", folder / "stock.csv"
    table = make_sales()
    keys = table.drop_duplicates(["store", "item"])[["store", "item"]]
    keys.assign(on_hand=2, lead_time_weeks=1, service_level=0.9).to_csv(stock, index=False)
    for last in range(WEEKS - 3, WEEKS):
        known = table[table["number"] <= last].drop(columns="number")
        if last == WEEKS - 1:  # a week is told otherwise
            known = known.assign(units=known["units"].where(known.index != known.index[5 + WEEKS], 99))
        known.to_csv(sales, index=False)
        run_week(sales, folder / "store", inputs={"inventory": stock}, **SETTINGS)
    return folder / "store"


def make_sales() -> pd.DataFrame:
    """One row a product and week, and the number of the week; one product is new in the last but one."""
    random = np.random.default_rng(7)
    numbers = np.arange(WEEKS)
    weeks = pd.to_datetime(FIRST) + pd.to_timedelta(7 * numbers, "D")
    rows = []
    for product in range(PRODUCTS):
        units = random.poisson(2 + product, WEEKS)
        about = {"store": f"S{product % 2 + 1}", "item": f"i{product:02}", "category": "ABC"[product % 3]}
        rows.append(pd.DataFrame({**about, "week": weeks.strftime("%Y-%m-%d"), "units": units, "number": numbers}))
    new = rows[0].assign(item="new").iloc[-2:]
    return pd.concat([*rows, new], ignore_index=True)
