"""`weekcast orders`: for the forecast that is published, beside it or in a file, and never for another week's stock."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.command_line.command import in_this_process, tree_of
from tests.weeks import QUICK, run_week

WEEK = 28
HEADER = "product_code,on_hand,in_transit_1,lead_time_weeks,service_level,order_multiple,as_of"


@pytest.fixture(scope="module")
def made(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("stores") / "store"
    run_week(sample, store, WEEK, **QUICK)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "store"))


@pytest.fixture
def codes(made: Path) -> list[str]:
    forecasts = pd.read_parquet(made / "forecasts" / "latest.parquet")
    return list(dict.fromkeys(forecasts.sort_values("units_mean", ascending=False)["product_code"]))


def write_stock(folder: Path, rows: list[str], header: str = HEADER) -> Path:
    file = folder / "stock.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    return file


def test_orders_are_published_beside_the_forecast(store: Path, codes: list[str], tmp_path: Path) -> None:
    stock = write_stock(tmp_path, [f"{code},0,0,1,0.9,6,W{WEEK}" for code in codes])
    before = tree_of(store)
    ended = in_this_process("orders", store, "--inventory", stock)
    assert ended.code == 0, ended.stderr
    orders = pd.read_parquet(store / "forecasts" / "orders.parquet")
    assert sorted(orders["product_code"]) == sorted(codes)
    assert set(orders["arrives_week"]) == {WEEK + 2}
    assert (orders["order_quantity"] % 6 == 0).all() and orders["order_quantity"].sum() > 0
    forecasts = pd.read_parquet(store / "forecasts" / "latest.parquet").query("horizon == 2").set_index("product_code")
    demand = orders.set_index("product_code")["demand_mean"]
    pd.testing.assert_series_equal(demand, forecasts["units_mean"].loc[demand.index], check_names=False)
    assert inspect(Store(str(store))).damaged == []
    after = tree_of(store)
    new = {path for path in after if path not in before}
    assert {path for path in new if not path.startswith("commits/")} == {"forecasts/orders.parquet"}
    changed = {path for path, content in before.items() if after[path] != content}
    assert "reports/latest.html" in changed and all(path.endswith(".html") for path in changed)
    assert 'id="orders"' in (store / "reports" / "latest.html").read_text()
    (store / "reports" / "latest.html").write_text("torn")
    assert in_this_process("verify", store, "--repair").code == 0
    assert tree_of(store) == after


def test_the_same_orders_are_written_to_a_file_and_the_store_is_left_alone(
    store: Path, codes: list[str], tmp_path: Path
) -> None:
    stock = write_stock(tmp_path, [f"{code},3,2,2,0.95,0,{WEEK}" for code in codes[:9]])
    before = tree_of(store)
    for name in ("orders.csv", "orders.parquet"):
        assert in_this_process("orders", store, "--inventory", stock, "--out", tmp_path / name).code == 0
    assert tree_of(store) == before
    assert in_this_process("orders", store, "--inventory", stock).code == 0
    published = pd.read_parquet(store / "forecasts" / "orders.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "orders.parquet"), published)
    by_text = pd.read_csv(tmp_path / "orders.csv", dtype={"product_code": str}, keep_default_na=False)
    pd.testing.assert_frame_equal(by_text, published, check_dtype=False)


def test_an_order_does_not_depend_on_what_else_is_ordered(store: Path, codes: list[str], tmp_path: Path) -> None:
    orders = []
    for some in (codes, codes[3:4]):
        stock = write_stock(tmp_path, [f"{code},9,4,2,0.95,0,{WEEK}" for code in some])
        assert in_this_process("orders", store, "--inventory", stock).code == 0
        made = pd.read_parquet(store / "forecasts" / "orders.parquet")
        orders.append(made[made["product_code"] == codes[3]].reset_index(drop=True))
    pd.testing.assert_frame_equal(orders[0], orders[1], check_exact=True)
    assert orders[0]["order_quantity"].item() > 0


def test_the_orders_of_a_week_go_with_its_forecast(store: Path, sample: Path, codes: list[str], tmp_path: Path) -> None:
    stock = write_stock(tmp_path, [f"{code},0,0,1,0.9,0," for code in codes])
    assert in_this_process("orders", store, "--inventory", stock).code == 0
    run_week(sample, store, WEEK + 1, **QUICK)
    assert not (store / "forecasts" / "orders.parquet").exists()
    assert inspect(Store(str(store))).damaged == []
    assert in_this_process("orders", store, "--inventory", stock).code == 0
    assert set(pd.read_parquet(store / "forecasts" / "orders.parquet")["as_of_week"]) == {WEEK + 1}


def test_what_cannot_be_ordered_is_named_and_the_rest_is_ordered(store: Path, codes: list[str], tmp_path: Path) -> None:
    rows = [f"{codes[0]},0,0,1,0.9,0,", f"{codes[1]},-4,0,1,0.9,0,", "a stranger,4,0,1,0.9,0,"]
    ended = in_this_process("orders", store, "--inventory", write_stock(tmp_path, rows))
    assert ended.code == 0
    told = " ".join(ended.stderr.split())
    assert "in line 3: its stock is negative" in told
    assert f"'a stranger': it is not in the forecast of W{WEEK}" in told
    assert pd.read_parquet(store / "forecasts" / "orders.parquet")["product_code"].tolist() == codes[:1]


def test_a_stranger_does_not_decide_about_the_file(store: Path, codes: list[str], tmp_path: Path) -> None:
    rows = [f"{codes[0]},0,0,1,0.9,0,", "a stranger,4,0,9,0.9,0,W3"]
    assert in_this_process("orders", store, "--inventory", write_stock(tmp_path, rows)).code == 0
    ended = in_this_process("orders", store, "--inventory", write_stock(tmp_path, rows[1:]))
    assert (ended.code, "found none, but 'a stranger'" in ended.stderr) == (3, True)
    assert len(pd.read_parquet(store / "forecasts" / "orders.parquet")) == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0,0,1,0.9,0,W27", "expected the stock at the end of W28"),
        ("0,0,3,0.9,0,", "at most 3, the weeks that are forecast, found 4"),
        ("0,0,3,0.9,0,", "run the forecast again with --set horizon=4"),
        ("-1,0,1,0.9,0,", "its stock is negative"),
    ],
)
def test_an_inventory_that_does_not_fit_is_refused(
    store: Path, codes: list[str], tmp_path: Path, row: str, message: str
) -> None:
    before = tree_of(store)
    ended = in_this_process("orders", store, "--inventory", write_stock(tmp_path, [f"{codes[0]},{row}"]))
    assert (ended.code, message in " ".join(ended.stderr.split())) == (3, True), ended.stderr
    assert tree_of(store) == before


def test_wrong_usage_is_told(store: Path, codes: list[str], tmp_path: Path) -> None:
    stock = write_stock(tmp_path, ["A,1,0,1,0.9,0,"])
    fitting = tmp_path / "fitting.csv"
    fitting.write_text(f"product_code,on_hand,lead_time_weeks,service_level\n{codes[0]},0,1,0.9\n")
    for arguments, code, message in (
        ((tmp_path / "nothing", "--inventory", stock), 2, "no such folder"),
        ((store, "--inventory", stock, "--out", tmp_path / "orders.xlsx"), 2, "ends in .parquet or .csv"),
        ((store, "--inventory", stock, "--out", store / "forecasts" / "latest.parquet"), 2, "outside of the store"),
        ((store, "--inventory", stock, "--out", stock), 2, "another file than the inventory"),
        ((store, "--inventory", stock, "--out", tmp_path / "none" / "orders.csv"), 2, "in a folder that is there"),
        ((store, "--inventory", tmp_path / "none.csv"), 5, "none.csv"),
        ((store, "--inventory", ""), 2, "got an empty name"),
        ((store, "--inventory", fitting, "--out", "/proc/orders.csv"), 5, "/proc/orders.csv"),
    ):
        ended = in_this_process("orders", *arguments)
        assert (ended.code, message in ended.stderr) == (code, True), ended.stderr


def test_damaged_distributions_are_not_ordered_from(store: Path, codes: list[str], tmp_path: Path) -> None:
    (damaged,) = store.glob("runs/*/distributions.parquet")
    damaged.write_bytes(b"")
    ended = in_this_process("orders", store, "--inventory", write_stock(tmp_path, [f"{codes[0]},0,0,1,0.9,0,"]))
    assert (ended.code, "distributions.parquet" in ended.stderr) == (4, True)


def write_long(folder: Path) -> Path:
    """Dated sales of two stores, whose key is not declared."""
    rows = ["store,item,week,units"]
    for week in pd.date_range("2024-01-01", periods=30, freq="W-MON"):
        rows += [f"S{store},{item:04},{week:%Y-%m-%d},{5 + item + store}" for store in (1, 2) for item in range(12)]
    file = folder / "long.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_a_key_of_several_columns_and_dates_are_found_as_in_the_sales(tmp_path: Path) -> None:
    store, header = tmp_path / "store", "store,item,on_hand,lead_time_weeks,service_level,as_of"
    run_week(write_long(tmp_path), store, None, **QUICK)
    last = pd.read_parquet(store / "forecasts" / "latest.parquet")["as_of_date"].iloc[0]
    for day in (f"{last}", f"{last + pd.Timedelta(days=6)}", f"{last} 00:00:00"):
        stock = write_stock(tmp_path, [f"S1,0007,0,1,0.9,{day}"], header)
        ended = in_this_process("orders", store, "--inventory", stock)
        assert ended.code == 0, ended.stderr
    (code,) = pd.read_parquet(store / "forecasts" / "orders.parquet")["product_code"]
    stock = write_stock(tmp_path, [f"{code},0,1,0.9"], "product_code,on_hand,lead_time_weeks,service_level")
    assert in_this_process("orders", store, "--inventory", stock).code == 0
    ended = in_this_process(
        "orders", store, "--inventory", write_stock(tmp_path, ["S1,0007,0,1,0.9,2024-01-01"], header)
    )
    assert (ended.code, "as_of '2024-01-01'" in ended.stderr) == (3, True)
