"""A run with inputs: they are in its forecast, its identity and its ledger, and what came later is in none of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schemas.errors import BadInput
from schemas.records import Outcome
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.command_line.command import in_this_process, tree_of
from tests.inputs.tables import forecast_of, read_rows
from tests.weeks import QUICK, Told, run_week

WEEK, WEEKS, PRODUCTS = 40, 44, 30
PROMOTED = [f"P{number:02d}" for number in range(10)]


class Folder:
    """A folder with sales and inputs: products that sell three times as much at half of their price."""

    def __init__(self, path: Path, noise_after: int | None = None) -> None:
        generator = np.random.default_rng(0)
        codes = [f"P{number:02d}" for number in range(PRODUCTS)]
        cheap = generator.random((PRODUCTS, WEEKS + 3)) < 0.12
        cheap[:, WEEK + 1 :] = False
        cheap[: len(PROMOTED), WEEK + 1] = True
        units = generator.poisson(generator.gamma(3, 8, (PRODUCTS, 1)) * np.where(cheap, 3, 1)[:, :WEEKS])
        empty = np.zeros((PRODUCTS, WEEKS), bool)
        empty[20:, 30:33], empty[25, WEEK + 2] = True, True
        units[empty] = 0
        price, since = np.where(cheap, 5.0, 10.0), np.full((PRODUCTS, WEEKS + 3), "", object)
        if noise_after is not None:
            later = np.random.default_rng(1)
            units[:, noise_after + 1 :] = later.integers(0, 999, units[:, noise_after + 1 :].shape)
            empty[:, noise_after + 1 :] = later.random(empty[:, noise_after + 1 :].shape) < 0.5
            price[:, noise_after + 4 :] = later.uniform(1, 99, price[:, noise_after + 4 :].shape)
        weeks = [f"W{week}" for week in range(WEEKS)]
        self.sales = path / "sales.csv"
        pd.DataFrame(units, codes, weeks).rename_axis("Product_Code").to_csv(self.sales)
        rows = [
            (code, f"W{week}", price[i, week], since[i, week])
            for i, code in enumerate(codes)
            for week in range(WEEKS + 3)
        ]
        if noise_after is not None:  # other prices of weeks to forecast, which became known later
            rows = [row for row in rows if row[1] != f"W{noise_after + 3}"]
            rows += [(code, f"W{noise_after + 3}", 1.0, f"W{noise_after + 2}") for code in codes]
        else:
            rows = [row for row in rows if row[1] != f"W{WEEK + 3}"]
        prices = pd.DataFrame(rows, columns=["product_code", "week", "price", "known_since"])
        stock = pd.DataFrame(~empty, codes, weeks).rename_axis("product_code").reset_index()
        self.inputs = {"prices": path / "prices.csv", "availability": path / "availability.csv"}
        prices.to_csv(self.inputs["prices"], index=False)
        stock.to_csv(self.inputs["availability"], index=False)

    def run(self, store: Path, as_of: int = WEEK, **options: Any) -> Outcome:
        return run_week(self.sales, store, as_of, inputs=self.inputs, **QUICK, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="module")
def made(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("stores") / "store"
    folder.run(store)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "store"))


def test_a_promotion_is_in_the_forecast_and_what_was_told_is_kept(made: Path, folder: Folder) -> None:
    promoted = forecast_of(made)[lambda rows: rows["product_code"].isin(PROMOTED)]
    expected = promoted.groupby("horizon")["units_mean"].sum()
    assert 2 < expected[1] / expected[2] < 4
    manifest = json.loads(next((made / "runs").glob("*/manifest.json")).read_text())
    assert set(manifest["inputs"]) == {"prices", "availability"}
    for name, sha256 in manifest["inputs"].items():
        assert (made / "raw" / f"{sha256}.csv").read_bytes() == folder.inputs[name].read_bytes()
    page = (made / "reports" / "latest.html").read_text()
    assert "prices from prices.csv" in page and "out_of_stock of" in page
    assert inspect(Store(str(made))).damaged == []


def test_weeks_out_of_stock_are_marked_in_the_ledger_and_not_scored(store: Path, folder: Folder) -> None:
    folder.run(store, WEEK + 2)
    ledger = read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet")
    masked = ledger[ledger["masked"]]
    assert masked[["product_code", "target_week"]].to_numpy().tolist() == [["P25", WEEK + 2]]
    scores = read_rows(store / "ledger" / "scores.parquet").query("method == 'published'")
    assert scores.set_index("horizon")["products"].to_dict() == {1: PRODUCTS, 2: PRODUCTS - 1}
    assert inspect(Store(str(store))).damaged == []
    (store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet").write_bytes(b"broken")
    assert in_this_process("verify", store, "--repair").code == 0
    pd.testing.assert_frame_equal(read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet"), ledger)


def test_a_shelf_that_is_known_later_to_have_been_empty_marks_what_was_scored(
    store: Path, folder: Folder, tmp_path: Path
) -> None:
    folder.run(store, WEEK + 2)
    stock: Any = pd.read_csv(folder.inputs["availability"], index_col="product_code")
    stock.loc["P03", f"W{WEEK + 1}"] = False
    stock.to_csv(tmp_path / "availability.csv")
    inputs = {**folder.inputs, "availability": tmp_path / "availability.csv"}
    run_week(folder.sales, store, WEEK + 2, inputs=inputs, **QUICK)
    ledger = read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet").query("masked")
    assert ledger[["product_code", "horizon"]].to_numpy().tolist() == [["P03", 1], ["P25", 2]]
    scores = read_rows(store / "ledger" / "scores.parquet").query(f"method == 'published' and as_of_week == {WEEK}")
    assert scores.set_index("horizon")["products"].to_dict() == {1: PRODUCTS - 1, 2: PRODUCTS - 1}
    stock.loc[["P03", "P04"], f"W{WEEK + 1}"] = True, False  # it was another one
    stock.to_csv(tmp_path / "availability.csv")
    run_week(folder.sales, store, WEEK + 2, inputs=inputs, **QUICK)
    ledger = read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet").query("masked")
    assert ledger[["product_code", "horizon"]].to_numpy().tolist() == [["P04", 1], ["P25", 2]]


def test_a_week_that_is_filled_is_marked_by_what_is_known_of_later_ones(folder: Folder, tmp_path: Path) -> None:
    folder.run(tmp_path, WEEK + 3)
    folder.run(tmp_path, WEEK, backfill=True)
    vintage = tmp_path / "ledger" / "forecasts" / f"{WEEK:04d}.parquet"
    kept, ledger = vintage.read_bytes(), read_rows(vintage).query("masked")
    assert ledger[["product_code", "horizon"]].to_numpy().tolist() == [["P25", 2]]
    vintage.write_bytes(b"broken")
    assert in_this_process("verify", tmp_path, "--repair").code == 0 and vintage.read_bytes() == kept


def test_the_same_inputs_are_nothing_new_and_others_are_another_run(
    store: Path, folder: Folder, tmp_path: Path
) -> None:
    assert folder.run(store).outcome == "nothing_new"
    changed = tmp_path / "prices.csv"
    changed.write_text(folder.inputs["prices"].read_text().replace(",5.0,", ",6.0,"))
    other = run_week(folder.sales, store, WEEK, inputs={**folder.inputs, "prices": changed}, **QUICK)
    assert other.outcome == "published" and other.is_latest
    assert len(list((store / "runs").iterdir())) == 2


@pytest.mark.parametrize("backfill", [False, True])
def test_what_came_later_changes_no_byte(made: Path, tmp_path: Path, backfill: bool) -> None:
    noisy, store = Folder(tmp_path, noise_after=WEEK), tmp_path / "store"
    if backfill:
        noisy.run(store, WEEKS - 1)
    noisy.run(store, backfill=backfill)
    vintage = f"forecasts/history/{WEEK:04d}/forecast.parquet"
    assert (store / vintage).read_bytes() == (made / vintage).read_bytes()
    run = forecast_of(made)["run_id"][0]
    same = ("distributions.parquet", "groups.parquet", "panel.parquet", "past_forecasts.parquet")
    ours, theirs = (tree_of(place / "runs" / run) for place in (store, made))
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}
    pits = f"models/{forecast_of(made)['model_version'][0]}/pits.parquet"
    assert (store / pits).read_bytes() == (made / pits).read_bytes()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("prices", "product_code,week\nP01,W1\n", "found neither price nor a feature"),
        ("prices", "product_code,price\nP01,1\n", "found no column of the week"),
        ("prices", "product_code,week,price\nP01,2024-01-01,1\n", "expected weeks as in the sales"),
        ("prices", "product_code,week,price\nP01,W1,-1\n", "found none of 1; the first, of 'P01'"),
        ("availability", "product_code,week\nP01,W1\n", "expected a column in_stock"),
        ("availability", "product_code,week,in_stock\nP01,W1,7\n", "in_stock is not between 0 and 1"),
        ("events", "event,starts\nfair,W1\n", "expected a column ends"),
        ("events", "event,starts,ends\nfair,W3,W1\n", "it ends before it starts"),
    ],
)
def test_an_input_that_cannot_be_used_ends_the_run_and_nothing_is_lost(
    store: Path, folder: Folder, tmp_path: Path, name: str, text: str, message: str
) -> None:
    file, before = tmp_path / f"{name}.csv", tree_of(store)
    file.write_text(text)
    ended = in_this_process("check", folder.sales, "--input", f"{name}={file}")
    assert ended.code == 3 and file.name in ended.stderr and message in " ".join(ended.stderr.split())
    with pytest.raises(BadInput, match=message):
        run_week(folder.sales, store, WEEK + 1, inputs={name: file}, **QUICK)
    after = tree_of(store)
    assert all(after[path] == content for path, content in before.items())
    assert {path.split("/")[0] for path in after if path not in before} <= {"raw", ".checked.aside"}


@pytest.mark.parametrize(
    ("option", "code", "message"),
    [
        ("prices", 2, "expected name=FILE"),
        ("weather=x.csv", 2, "expected one of inventory, availability, prices, events, lifecycle, overrides"),
        ("prices=nowhere.csv", 5, "nowhere.csv"),
    ],
)
def test_what_is_no_input_is_refused(folder: Folder, option: str, code: int, message: str) -> None:
    ended = in_this_process("check", folder.sales, "--input", option)
    assert (ended.code, message in ended.stderr) == (code, True), ended


def test_a_check_tells_what_the_inputs_hold_and_what_of_them_is_not_used(folder: Folder, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("product_code,week,price\nP01,W40,4\nP02,W41,-1\nX,W40,3\n")
    ended = in_this_process("check", folder.sales, "--input", f"prices={prices}", "--json")
    found = json.loads(ended.stdout)
    assert found["inputs"] == {"price": 1}
    warnings = " ".join(found["warnings"])
    assert "'P02' in line 3: its price is not above 0" in warnings and "'X'" in warnings


def test_inputs_of_the_configuration_are_taken_and_an_option_goes_before_them(folder: Folder, tmp_path: Path) -> None:
    config = tmp_path / "weekcast.toml"
    config.write_text(f"horizon = 2\n\n[inputs]\nprices = '{folder.inputs['prices']}'\n")
    found = json.loads(in_this_process("check", folder.sales, "--config", config, "--json").stdout)
    assert set(found["inputs"]) == {"price"}
    few = tmp_path / "few.csv"
    few.write_text("product_code,week,price\nP01,W40,4\n")
    ended = in_this_process("check", folder.sales, "--config", config, "--input", f"prices={few}", "--json")
    assert json.loads(ended.stdout)["inputs"] == {"price": 1}


def test_init_finds_inputs_beside_the_sales(folder: Folder, tmp_path: Path) -> None:
    written = tmp_path / "weekcast.toml"
    assert in_this_process("init", folder.sales, "--out", written).code == 0
    found = json.loads(in_this_process("check", folder.sales, "--config", written, "--json").stdout)
    assert set(found["inputs"]) == {"price", "out_of_stock"}


def test_a_warning_of_an_input_reaches_whoever_watches_the_run(folder: Folder, tmp_path: Path) -> None:
    prices, told = tmp_path / "prices.csv", Told()
    prices.write_text("product_code,week,price\nP01,W40,4\nP01,W41,4\nX,W40,3\n")
    run_week(folder.sales, tmp_path / "store", WEEK, told=told, inputs={"prices": prices}, **QUICK)
    assert any("'X'" in warning for warning in told.warnings)
    assert any("1 products have no price in some week from W41 on" in warning for warning in told.warnings)


def test_orders_are_published_with_the_forecast_and_again_for_another_inventory(
    store: Path, folder: Folder, tmp_path: Path
) -> None:
    stock = tmp_path / "stock.csv"
    header = "product_code,on_hand,lead_time_weeks,service_level,as_of\n"
    for on_hand, outcome in ((0, "nothing_new"), (9_999, "nothing_new")):
        stock.write_text(header + "".join(f"P{number:02d},{on_hand},1,0.9,W{WEEK}\n" for number in range(PRODUCTS)))
        made = run_week(folder.sales, store, WEEK, inputs={**folder.inputs, "inventory": stock}, **QUICK)
        assert made.outcome == outcome
        orders = read_rows(store / "forecasts" / "orders.parquet")
        assert (orders["order_quantity"] > 0).all() == (on_hand == 0)
    made = run_week(folder.sales, tmp_path / "new", WEEK, inputs={**folder.inputs, "inventory": stock}, **QUICK)
    assert made.outcome == "published" and (tmp_path / "new" / "forecasts" / "orders.parquet").exists()
    assert inspect(Store(str(tmp_path / "new"))).damaged == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("P01,1,1,0.9,W39", "found as_of 'W39'"),
        ("P01,1,9,0.9,", "expected lead_time_weeks"),
        ("P01,-1,1,0.9,", "negative"),
    ],
)
def test_an_inventory_of_which_no_order_can_be_made_ends_the_run_before_it_trains(
    store: Path, folder: Folder, tmp_path: Path, row: str, message: str
) -> None:
    stock, before = tmp_path / "stock.csv", tree_of(store)
    stock.write_text(f"product_code,on_hand,lead_time_weeks,service_level,as_of\n{row}\n")
    with pytest.raises(BadInput, match=message):
        run_week(folder.sales, store, WEEK, inputs={"inventory": stock}, **QUICK)
    assert {path for path in tree_of(store) if path not in before} <= {f"raw/{name}" for name in tree_of(store / "raw")}


def test_a_successor_inherits_and_a_discontinued_product_stops(folder: Folder, tmp_path: Path) -> None:
    sales: Any = pd.read_csv(folder.sales)
    young = sales[sales["Product_Code"] == "P29"].assign(Product_Code="P30")
    young[young.columns[1 : WEEK - 1]] = np.nan  # launched two weeks before the last one
    file, cycles = tmp_path / "sales.csv", tmp_path / "lifecycle.csv"
    pd.concat([sales, young]).to_csv(file, index=False)
    cycles.write_text(
        f"product_code,successor_of,scale,discontinued\nP30,P29,2,\nP29,,,W{WEEK + 2}\nP28,,,W{WEEK + 1}\n"
    )
    run_week(file, tmp_path / "store", WEEK, inputs={"lifecycle": cycles}, **QUICK)
    rows = forecast_of(tmp_path / "store").set_index(["product_code", "horizon"])
    assert rows.loc["P30", "method"].tolist() == ["lstm"] * 3
    assert rows.loc[("P30", 1), "units_mean"] > 1.4 * rows.loc[("P29", 1), "units_mean"] > 0
    assert rows.loc["P29", "units_mean"].tolist()[1:] == [0, 0]
    assert rows.loc["P28", "units_p90"].tolist() == [0, 0, 0]
    assert set(rows.loc["P28", "reason"]) == {f"discontinued in W{WEEK + 1}"}
    known = read_rows(tmp_path / "store" / "sales").query("product_code == 'P30'")
    assert known["week"].min() == WEEK - 2  # what was sold is no other than the file says


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product_code,successor_of\nP01,P02\nP02,P03\nP03,P01\n", "found a circle: 'P01', 'P02', 'P03', 'P01'"),
        ("product_code,successor_of\nP01,gone\n", "expected successor_of to name products of the sales, found 'gone'"),
        ("product_code,launched,discontinued\nP01,W9,W8\n", "it is discontinued before it is launched"),
        ("product_code,successor_of,scale\nP01,P02,-1\n", "scale is not above 0"),
    ],
)
def test_life_cycles_that_cannot_be_are_refused(folder: Folder, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "lifecycle.csv"
    file.write_text(text)
    ended = in_this_process("check", folder.sales, "--input", f"lifecycle={file}")
    assert ended.code == 3 and message in " ".join(ended.stderr.split())


def test_overrides_stand_beside_the_forecast_and_their_value_is_told_when_the_week_is_known(
    store: Path, folder: Folder, tmp_path: Path
) -> None:
    truth: Any = pd.read_csv(folder.sales, index_col="Product_Code")
    file = tmp_path / "overrides.csv"
    rows = [
        f"P{number:02d},W{WEEK + 1},{truth.loc[f'P{number:02d}', f'W{WEEK + 1}']},ann,W{WEEK}" for number in range(5)
    ]
    rows += [f"P05,W{WEEK + 2},9999,bob,W{WEEK + 1}", f"P06,W{WEEK + 1},5,bob,W{WEEK + 1}"]
    file.write_text("\n".join(["product_code,target_week,units,author,made_at", *rows]) + "\n")
    told = Told()
    made = run_week(folder.sales, store, WEEK, told=told, inputs={**folder.inputs, "overrides": file}, **QUICK)
    assert made.outcome == "published"
    assert any("'P06' in line 8: it was made after its week began" in warning for warning in told.warnings)
    latest = forecast_of(store).set_index(["product_code", "horizon"])
    assert latest.loc[("P00", 1), "units_final"] == truth.loc["P00", f"W{WEEK + 1}"] != latest.loc[("P00", 1), "units"]
    assert latest.loc[("P05", 2), ["units_override", "units_final", "override_author"]].tolist() == [9999, 9999, "bob"]
    assert latest.loc[("P09", 1), "units_final"] == latest.loc[("P09", 1), "units"]
    assert latest["units_override"].notna().sum() == 6
    folder.run(store, WEEK + 2)
    added = read_rows(store / "ledger" / "value_added.parquet").set_index(["author", "horizon"])
    assert added.loc[("ann", 1), "products"] == 5 and added.loc[("ann", 1), "mae_final"] == 0
    values = added["value_added"].to_dict()
    assert values["ann", 1] > 0 > values["bob", 2]
    scores = read_rows(store / "ledger" / "scores.parquet").set_index(["method", "horizon"])["mae"]
    assert scores["final", 1] < scores["published", 1] and scores["final", 2] > scores["published", 2]
    assert inspect(Store(str(store))).damaged == []
    ledger = store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet"
    before = ledger.read_bytes()
    ledger.write_bytes(b"broken")
    assert in_this_process("verify", store, "--repair").code == 0 and ledger.read_bytes() == before


def test_a_feature_that_is_never_zero_does_not_let_the_gate_take_the_network_for_wrong(tmp_path: Path) -> None:
    generator, weeks = np.random.default_rng(3), 60
    warm = 15 + 8 * np.sin(np.arange(weeks + 3) / 4)
    units = generator.poisson(generator.gamma(3, 8, (24, 1)) * np.exp(0.03 * (warm[:weeks] - 15)))
    codes = [f"P{number:02d}" for number in range(24)]
    sales, prices = tmp_path / "sales.csv", tmp_path / "prices.csv"
    pd.DataFrame(units, codes, [f"W{week}" for week in range(weeks)]).rename_axis("Product_Code").to_csv(sales)
    rows = [(code, f"W{week}", value) for code in codes for week, value in enumerate(warm)]
    pd.DataFrame(rows, columns=["product_code", "week", "warm"]).to_csv(prices, index=False)
    run_week(sales, tmp_path / "store", inputs={"prices": prices}, features="warm", **QUICK)
    assert set(forecast_of(tmp_path / "store")["method"]) == {"lstm"}


def test_an_override_that_was_made_later_is_not_in_the_forecast_of_an_earlier_week(
    folder: Folder, tmp_path: Path
) -> None:
    file, store = tmp_path / "overrides.csv", tmp_path / "store"
    rows = ("P00,W43,111,W41", "P00,W43,222,W42", "P01,W43,333,W42")
    file.write_text("\n".join(["product_code,target_week,units,made_at", *rows]) + "\n")
    run_week(folder.sales, store, WEEK, inputs={"overrides": file}, **QUICK)
    told = forecast_of(store).set_index(["product_code", "horizon"])["units_override"].dropna()
    assert told.to_dict() == {("P00", 3): 111}


def test_what_was_told_of_past_weeks_stays_in_the_ledger_when_it_is_not_told_again(
    folder: Folder, tmp_path: Path
) -> None:
    file, store = tmp_path / "overrides.csv", tmp_path / "store"
    kept: dict[str, Any] = {"keep_runs": 1}
    file.write_text(f"product_code,target_week,units,made_at\nP00,W{WEEK + 1},50,W{WEEK}\n")
    run_week(folder.sales, store, WEEK, inputs={"overrides": file}, **kept, **QUICK)
    folder.run(store, WEEK + 2, **kept)
    folder.run(store, WEEK + 3, **kept)
    ledger = read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet")
    assert ledger["masked"].sum() == 1 and ledger["units_override"].notna().sum() == 1
    assert len(read_rows(store / "ledger" / "value_added.parquet")) == 1
    run_week(folder.sales, store, WEEK + 3, **QUICK, horizon=4)
    again = read_rows(store / "ledger" / "forecasts" / f"{WEEK:04d}.parquet")
    assert again["masked"].sum() == 1


@pytest.mark.parametrize("name", ["discontinued", "out_of_stock", "event fair"])
def test_a_feature_with_the_name_of_another_input_is_refused(folder: Folder, tmp_path: Path, name: str) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text(f"product_code,week,{name}\nP01,W1,1\n")
    ended = in_this_process("check", folder.sales, "--input", f"prices={prices}", "--set", f"features={name}")
    assert ended.code == 3 and "expected features with names of their own" in " ".join(ended.stderr.split())
