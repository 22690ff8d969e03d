"""Products that life cycles tell of before they have any sales are forecast, and are nothing else than that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schemas.errors import BadInput
from tasks.shown.account import read_account
from tasks.shown.gathering import gather_page
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.command_line.command import in_this_process, tree_of
from tests.inputs.tables import forecast_of, read_rows
from tests.weeks import QUICK, Told, run_week

WEEK, PRODUCTS, LAUNCHES = 40, 60, 25


def write_sales(file: Path, weeks: int = WEEK + 1, sold: tuple[str, ...] = ()) -> None:
    """Food sells about 40 a week, and in its first week half of that; toys sell about 4 and are never launched."""
    generator = np.random.default_rng(0)
    rows = []
    for number in range(PRODUCTS):
        food = number % 2 == 0
        units = generator.poisson(40 if food else 4, WEEK + 4).astype(float)
        if food and number < 2 * LAUNCHES:
            launch = 5 + number // 2
            units[:launch] = np.nan
            units[launch] = generator.poisson(20)
        rows.append([f"P{number:02d}", "food" if food else "toys", *units[:weeks]])
    for code in sold:
        rows.append([code, "food", *[np.nan] * (WEEK + 1), *generator.poisson(25, weeks - WEEK - 1)])
    columns = ["Product_Code", "category", *(f"W{week}" for week in range(weeks))]
    pd.DataFrame(rows, columns=columns).to_csv(file, index=False)


LIFECYCLE = f"""product_code,launched,successor_of,scale,category
A-new,W{WEEK + 1},,,food
P05b,W{WEEK + 3},,,food
Z-new,,P00,0.5,
Z-toy,W{WEEK},,,toys
old,W3,,,food
later,W{WEEK + 9},,,food
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder, told = tmp_path_factory.mktemp("coming"), Told()
    write_sales(folder / "sales.csv")
    (folder / "lifecycle.csv").write_text(LIFECYCLE)
    (folder / "inventory.csv").write_text(
        "product_code,on_hand,lead_time_weeks,service_level\nA-new,0,1,0.9\nP00,10,1,0.9\n"
    )
    (folder / "overrides.csv").write_text(f"product_code,target_week,units,made_at\nA-new,W{WEEK + 1},77,W{WEEK}\n")
    run_week(folder / "sales.csv", folder / "store", WEEK, inputs=inputs_of(folder), told=told, **SETTINGS)
    return folder, told.warnings


SETTINGS: dict[str, Any] = {**QUICK, "carry": "category"}


def inputs_of(folder: Path) -> dict[str, Path]:
    return {name: folder / f"{name}.csv" for name in ("lifecycle", "inventory", "overrides")}


def test_products_without_sales_are_forecast_in_the_order_of_the_codes(made: tuple[Path, list[str]]) -> None:
    rows = forecast_of(made[0] / "store")
    codes = rows["product_code"].tolist()
    assert codes == sorted(codes) and len(codes) == 3 * (PRODUCTS + 4)
    coming = rows.set_index("product_code").loc[["A-new", "P05b", "Z-toy"]]
    assert set(coming["method"]) == {"launch"} == set(coming["reason_code"])
    assert set(coming.loc["A-new", "reason"]) == {"no sales yet: as the launches of category food"}
    assert set(coming.loc["Z-toy", "reason"]) == {
        "no sales yet: as all launches, in proportion to the sales of category toys"
    }
    assert set(coming.loc["A-new", "category"]) == {"food"}


def test_a_launch_follows_the_launches_of_its_group(made: tuple[Path, list[str]]) -> None:
    rows = forecast_of(made[0] / "store").set_index(["product_code", "horizon"])
    first, second = rows.loc[("A-new", 1)], rows.loc[("A-new", 2)]
    assert 15 < first["units"] < 25 and 35 < second["units"] < 45
    assert first["units_p10"] < first["units"] < first["units_p90"]
    assert rows.loc["P05b", "units_p90"].tolist()[:2] == [0, 0]
    assert rows.loc[("P05b", 3), "units_mean"] == first["units_mean"]
    assert rows.loc["Z-toy", "units_mean"].max() < 10


def test_a_successor_that_did_not_sell_yet_inherits(made: tuple[Path, list[str]]) -> None:
    rows = forecast_of(made[0] / "store").set_index(["product_code", "horizon"])
    assert rows.loc["Z-new", "method"].tolist() == ["lstm"] * 3
    assert rows.loc["Z-new", "units_mean"].sum() == pytest.approx(rows.loc["P00", "units_mean"].sum() / 2, rel=0.2)


def test_others_of_the_life_cycles_are_named(made: tuple[Path, list[str]]) -> None:
    assert any("2 products are not among the sales: 'old', 'later'" in warning for warning in made[1])


def test_totals_orders_and_overrides_have_them(made: tuple[Path, list[str]]) -> None:
    store = made[0] / "store"
    rows, groups = forecast_of(store), read_rows(store / "forecasts" / "groups.parquet")
    for name, of in (("total", rows), ("category", rows[rows["category"] == "food"])):
        group = groups.query(
            f"group_by == '{name}' and horizon_from == 1 and horizon_to == 1 and group in ['', 'food']"
        )
        assert group["units_mean"].item() == pytest.approx(of.query("horizon == 1")["units_mean"].sum())
    orders = read_rows(store / "forecasts" / "orders.parquet").set_index("product_code")
    assert orders.loc["A-new", "order_quantity"] > 30
    final = rows.query("product_code == 'A-new' and horizon == 1")
    assert final["units_final"].item() == 77


def test_batches_of_any_size_give_the_same(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder = made[0]
    run_week(folder / "sales.csv", tmp_path, WEEK, inputs=inputs_of(folder), **SETTINGS, batch_products=7)
    for name in ("latest", "groups", "quantiles"):
        assert (tmp_path / f"forecasts/{name}.parquet").read_bytes() == (
            folder / f"store/forecasts/{name}.parquet"
        ).read_bytes()


def test_a_monday_later_the_ledger_has_what_they_sold(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, store = made[0], tmp_path / "store"
    run_week(folder / "sales.csv", store, WEEK, inputs=inputs_of(folder), **SETTINGS)
    write_sales(tmp_path / "sales.csv", WEEK + 2, sold=("A-new",))
    run_week(tmp_path / "sales.csv", store, WEEK + 1, inputs={"lifecycle": folder / "lifecycle.csv"}, **SETTINGS)
    ledger = read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet").set_index(["product_code", "horizon"])
    assert ledger.loc[("A-new", 1), "actual"] > 10 and np.isnan(ledger.loc[("Z-new", 1), "actual"])
    now = forecast_of(store).set_index("product_code")
    assert set(now.loc["A-new", "method"]) == {"short_history"} and set(now.loc["P05b", "method"]) == {"launch"}
    assert inspect(Store(str(store))).damaged == []


def test_without_the_input_they_are_not_there(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    ended = in_this_process("check", made[0] / "sales.csv", "--input", f"lifecycle={made[0] / 'lifecycle.csv'}")
    assert ended.code == 0 and "4 products that have no sales yet are forecast" in ended.stdout
    run_week(made[0] / "sales.csv", tmp_path, WEEK, **SETTINGS)
    assert len(forecast_of(tmp_path)) == 3 * PRODUCTS
    assert not any(path.endswith("coming.parquet") for path in tree_of(tmp_path))


def test_the_page_shows_each_product_with_its_own_forecast(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    now = Snapshot.read(Store(str(made[0] / "store")))
    page = gather_page(now, read_account(now), 100)
    rows = forecast_of(made[0] / "store").set_index(["product_code", "horizon"])["units_mean"]
    assert page.listing.codes == sorted(page.listing.codes) and len(page.listing.codes) == PRODUCTS + 4
    for code, shown in zip(page.listing.codes, page.listing.coming, strict=True):
        np.testing.assert_allclose(shown[:, 3], rows.loc[code])
    ended = in_this_process("report", made[0] / "store", "--product", "A-new", "--out", tmp_path / "page.html")
    assert ended.code == 0 and f"1 of {PRODUCTS + 4} products" in ended.stdout


def test_a_launch_that_stands_with_zeros_is_forecast_as_one(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    sales: Any = pd.read_csv(made[0] / "sales.csv")
    zeros = sales.iloc[[0, 0]].assign(Product_Code=["Q-all", "Q-one"])
    zeros[zeros.columns[2:]] = 0
    zeros.loc[zeros["Product_Code"] == "Q-one", list(zeros.columns[2:-1])] = np.nan
    pd.concat([sales, zeros]).to_csv(tmp_path / "sales.csv", index=False)
    (tmp_path / "lifecycle.csv").write_text(f"product_code,launched\nQ-all,W{WEEK + 1}\nQ-one,W{WEEK}\n")
    inputs = {"lifecycle": tmp_path / "lifecycle.csv"}
    run_week(tmp_path / "sales.csv", tmp_path / "store", WEEK, inputs=inputs, **SETTINGS)
    rows = forecast_of(tmp_path / "store").set_index(["product_code", "horizon"])
    for code in ("Q-all", "Q-one"):
        assert set(rows.loc[code, "method"]) == {"launch"}
        assert rows.loc[(code, 2), "units"] > 30


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_a_row_of_blanks_of_a_launch_is_no_fault(made: tuple[Path, list[str]], tmp_path: Path, shape: str) -> None:
    sales: Any = pd.read_csv(made[0] / "sales.csv")
    blank = sales.iloc[[0, 0]].assign(Product_Code=["A-new", "Z-toy"], category=["food", "toys"])
    blank[blank.columns[2:]] = np.nan
    sales = pd.concat([sales, blank])
    if shape == "long":
        sales = sales.melt(["Product_Code", "category"], var_name="week", value_name="units")
    sales.to_csv(tmp_path / "sales.csv", index=False)
    strict = {**SETTINGS, "max_quarantined": 0}
    with pytest.raises(BadInput, match="no_sales"):
        run_week(tmp_path / "sales.csv", tmp_path / "store", **strict)
    outcome = run_week(tmp_path / "sales.csv", tmp_path / "store", inputs=inputs_of(made[0]), **strict)
    assert outcome.quarantined == 0
    found, expected = (forecast_of(store).drop(columns="run_id") for store in (tmp_path / "store", made[0] / "store"))
    pd.testing.assert_frame_equal(found, expected)
    ended = in_this_process(
        "check",
        tmp_path / "sales.csv",
        "--input",
        f"lifecycle={made[0] / 'lifecycle.csv'}",
        "--set",
        "max_quarantined=0",
    )
    assert ended.code == 0 and "4 products that have no sales yet are forecast" in ended.stdout


def test_life_cycles_that_the_sales_speak_against_are_named(made: tuple[Path, list[str]], tmp_path: Path) -> None:
    (tmp_path / "lifecycle.csv").write_text(f"product_code,launched,discontinued\nP01,W{WEEK + 2},\nP03,,W{WEEK - 2}\n")
    ended = in_this_process("check", made[0] / "sales.csv", "--input", f"lifecycle={tmp_path / 'lifecycle.csv'}")
    assert ended.code == 0
    told = " ".join(ended.stderr.split())
    assert (
        f"1 products are launched after W{WEEK} and have sales before; until their launch they are forecast as 0: 'P01'"
        in told
    )
    assert f"1 products are discontinued and sold in W{WEEK}; they are forecast as 0: 'P03'" in told
    run_week(made[0] / "sales.csv", tmp_path / "store", inputs={"lifecycle": tmp_path / "lifecycle.csv"}, **SETTINGS)
    rows = forecast_of(tmp_path / "store").set_index("product_code")["units_mean"]
    assert rows.loc["P01"].iloc[0] == 0 < rows.loc["P01"].iloc[1] and rows.loc["P03"].max() == 0
