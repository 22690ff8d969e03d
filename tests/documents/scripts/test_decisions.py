"""The script in the documents leads from a folder of tables to orders, and a Monday later to the value of overrides."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from tests.server import PrefectServer

SCRIPT = Path(__file__).parents[3] / "docs" / "decisions.sh"


def test_the_script_ends_with_orders_and_the_value_that_people_added(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", SCRIPT, tmp_path], env={**prefect_server.environment, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    store = tmp_path / "store"
    forecasts: Any = pd.read_parquet(store / "forecasts" / "history" / "0040" / "forecast.parquet")
    promoted = forecasts[forecasts["product_code"].isin([f"P{number}" for number in range(1, 61, 6)])]
    expected = promoted.groupby("horizon")["units_mean"].sum()
    assert expected[1] > 1.8 * expected[2]
    added: Any = pd.read_parquet(store / "ledger" / "value_added.parquet")
    values = added.set_index("author")["value_added"].to_dict()
    assert values["ann"] > 0 > values["bob"]
    assert len(pd.read_csv(tmp_path / "orders.csv")) == 60
    assert "0 damaged" in done.stdout
    page = (store / "reports" / "latest.html").read_text()
    assert "prices from prices.csv" in page and "inventory from inventory.csv" in page
