"""A store of three weeks with all that it can tell of a product: keys of two parts, inputs, overrides, a ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.weeks import QUICK, run_week

WEEKS, LAST, AHEAD = 40, 37, 3
MONDAYS = pd.date_range("2024-01-01", periods=WEEKS + AHEAD, freq="7D").strftime("%Y-%m-%d").tolist()
ITEMS = [f"I{number:02d}" for number in range(12)]
YOUNG, OLD = "I11", "I10"  # the one follows the other


def _write_sales(folder: Path) -> Path:
    generator = np.random.default_rng(0)
    rows = [
        (shop, item, "toys" if place < 6 else "food", MONDAYS[week], generator.poisson(6 + place))
        for shop in ("S1", "S2")
        for place, item in enumerate(ITEMS)
        for week in range(LAST - 3 if item == YOUNG else 0, LAST + 1)
    ]
    table = pd.DataFrame(rows, columns=["store", "item", "category", "week", "units"])
    table.to_csv(folder / "sales.csv", index=False)
    return folder / "sales.csv"


def _write_inputs(folder: Path) -> dict[str, Path]:
    made = f"S1,I01,{MONDAYS[LAST + 1]},99,{MONDAYS[LAST]},ada"
    prices = "".join(f"S1,I01,{day},{5 if place % 4 else 4}\n" for place, day in enumerate(MONDAYS))
    texts = {
        "prices": f"store,item,week,price\n{prices}",
        "events": f"event,starts,ends\nfair,{MONDAYS[LAST + 2]},{MONDAYS[LAST + 3]}\n",
        "availability": f"store,item,week,in_stock\nS1,I01,{MONDAYS[LAST - 1]},false\n",
        "lifecycle": f"store,item,successor_of,scale\nS1,{YOUNG},S1|{OLD},2\n",
        "overrides": f"store,item,target_week,units,made_at,author\n{made}\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return {name: folder / f"{name}.csv" for name in texts}


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That store; tests must not change it."""
    folder = tmp_path_factory.mktemp("told")
    sales, inputs = _write_sales(folder), _write_inputs(folder)
    settings = {"product": "store,item", "carry": "category", **QUICK}
    for week in (LAST - 2, LAST - 1):
        run_week(sales, folder / "store", week, **settings)
    shutil.copytree(folder / "store", folder / "before")
    run_week(sales, folder / "store", LAST, inputs=inputs, **settings)
    return folder / "store"


@pytest.fixture(scope="session")
def before(told: Path) -> Path:
    """The same store before its last week, when a single forecast could be judged."""
    return told.parent / "before"
