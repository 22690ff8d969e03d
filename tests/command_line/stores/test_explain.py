"""`weekcast explain` tells of a product what the store knows, and of a code that it does not have what may be meant."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from flows.commands.stores.bars import draw_bars
from schemas.errors import UsageError
from schemas.forecasts import Reason
from tasks.explaining.answer import explain_answer
from tasks.explaining.finding import find_code
from tasks.explaining.product import explain_product
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tests.command_line.command import in_this_process, tree_of
from tests.command_line.stores.conftest import LAST, OLD, YOUNG
from tests.store.conftest import unpack

PRODUCT = "S1|I01"


def ask(store: Path, product: str = PRODUCT) -> dict[str, Any]:
    ended = in_this_process("explain", store, product, "--json")
    assert ended.code == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_history_and_forecast_are_those_of_the_tables(told: Path) -> None:
    found = ask(told)
    sales: Any = pd.read_parquet(told / "sales", filters=[("product_code", "==", PRODUCT)])
    assert dict(zip(found["weeks"], found["units"], strict=True)) == dict(zip(sales.week, sales.units, strict=True))
    rows: Any = pd.read_parquet(told / "forecasts" / "latest.parquet").query("product_code == @PRODUCT")
    for name, column in (("week", "target_week"), ("units", "units"), ("mean", "units_mean"), ("p90", "units_p90")):
        assert [ahead[name] for ahead in found["forecast"]] == rows[column].tolist()
    assert (found["method"], found["network_weight"]) == (rows["method"].iloc[0], rows["network_weight"].iloc[0])
    assert found["attributes"] == {"store": "S1", "item": "I01", "category": "toys"}
    assert [(ahead["override"], ahead["author"]) for ahead in found["forecast"]] == [(99, "ada"), (None, None)] + [
        (None, None)
    ]


def test_errors_are_those_of_the_ledger_beside_the_best_simple_method(told: Path) -> None:
    errors = ask(told, "S2|I03")["errors"]
    files = sorted((told / "ledger" / "forecasts").glob("*.parquet"))
    rows: Any = pd.concat(map(pd.read_parquet, files)).query("product_code == 'S2|I03'").dropna(subset="actual")
    assert errors["forecasts"] == len(rows) == 3
    assert errors["mae"] == pytest.approx((rows.units - rows.actual).abs().mean())
    assert errors["inside"] == rows.actual.between(rows.units_p10, rows.units_p90).sum()
    sales: Any = pd.read_parquet(told / "sales").query("product_code == 'S2|I03'").set_index("week")["units"]
    by_hand = {
        "last_value": [sales[week] for week in rows.as_of_week],
        "mean_7": [sales[week - 6 : week].mean() for week in rows.as_of_week],
    }
    found = {name: (pd.Series(units) - rows.actual.to_numpy()).abs().mean() for name, units in by_hand.items()}
    assert errors["best"] <= min(found.values()) + 1e-9
    if errors["simple"] in found:
        assert errors["best"] == pytest.approx(found[errors["simple"]])


def test_what_inputs_tell_of_it_is_told(told: Path) -> None:
    found = {(each["input"], each["week"]): each["value"] for each in ask(told)["told"]}
    assert (found["price", LAST + 3], found["price", LAST]) == (4, 5)
    assert (found["out_of_stock", LAST - 1], found["event fair", LAST + 2]) == (1, 1)
    assert ask(told)["predecessor"] is None
    assert ask(told, f"S1|{YOUNG}")["predecessor"] == {"product_code": f"S1|{OLD}", "scale": 2}


def test_weeks_out_of_stock_are_not_judged(told: Path) -> None:
    assert {row["week"] for row in ask(told)["judged"]} == {LAST}
    assert {row["week"] for row in ask(told, "S2|I01")["judged"]} == {LAST - 1, LAST}


def test_the_terminal_shows_it_on_one_screen(told: Path) -> None:
    shown = in_this_process("explain", told, PRODUCT)
    facts = {line[:9].strip(): line[10:] for line in shown.stdout.splitlines() if line[9:10] == " "}
    assert (shown.code, shown.stderr) == (0, "")
    assert facts["product"] == f"{PRODUCT} (store S1, item I01, category toys)"
    assert facts["sold"].endswith(f"W0 to W{LAST}, forecast of W{LAST + 1} to W{LAST + 3}")
    assert facts["answers"].startswith("the network answers, weighed ")
    assert "of the best simple method (" in facts["errors"]
    assert f"out of stock: W{LAST - 1}" in shown.stdout and f"event fair: W{LAST + 2} to W{LAST + 3}" in shown.stdout
    assert f"W{LAST + 1} (2024-09-23)" in shown.stdout
    assert f"S1|{OLD}, times 2" in in_this_process("explain", told, f"S1|{YOUNG}").stdout
    assert len(shown.stdout.splitlines()) < 40


@pytest.mark.parametrize(
    ("product", "message"),
    [
        ("s1|i01", "unknown product 's1|i01': did you mean 'S1|I01'"),
        ("S1-I01", "did you mean 'S1|I01'"),
        ("nothing like it", "expected one of 24, such as 'S1|I00', 'S1|I01', 'S1|I02'"),
    ],
)
def test_of_an_unknown_code_is_told_what_may_be_meant(told: Path, product: str, message: str) -> None:
    ended = in_this_process("explain", told, product, "--json")
    error = json.loads(ended.stdout)["error"]
    assert (ended.code, error["kind"], message in error["message"]) == (2, "usage_error", True), error


def test_a_key_of_several_parts_is_found_as_a_person_joins_them() -> None:
    codes = pa.array(["S1|I01", r"S1\|A|I01", r"S\\1|I01", r"A\|B|C", r"A|B\|C"])
    for written, meant in (("S1|A|I01", r"S1\|A|I01"), (r"S\1|I01", r"S\\1|I01"), ("A|B|C", None), ("S1", None)):
        assert find_code(codes, written) == meant


def test_the_best_simple_method_is_that_of_the_ledger(told: Path) -> None:
    rows: Any = pd.concat(pd.read_parquet(file) for file in (told / "ledger" / "forecasts").glob("*.parquet"))
    rows = rows[(rows.product_code == "S2|I03") & rows.actual.notna() & ~rows.masked]
    errors = {name: (rows[name] - rows.actual).abs().mean() for name in rows.columns if name.startswith("units_by_")}
    best, found = min(errors, key=lambda name: errors[name]), ask(told, "S2|I03")["errors"]
    assert len(errors) == 7 and found["best"] == pytest.approx(errors[best])
    assert f"units_by_{found['simple']}" == best


def test_of_a_product_without_a_forecast_is_told_why(told: Path, tmp_path: Path) -> None:
    store = Path(shutil.copytree(told, tmp_path / "store"))
    run_id = ask(store)["run_id"]
    quarantine, manifest = store / "runs" / run_id / "quarantine.parquet", store / "runs" / run_id / "manifest.json"
    row = {"product_code": "S9|I9", "rule": "gap", "value": "W28", "line": 151, "column": "W28", "week": 28}
    pd.DataFrame([row | {"action": "set aside"}]).to_parquet(quarantine)
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"left": ["S8|I8"]}))
    snapshot = Snapshot.read(Store(str(store)))  # which does not mind that these files are not what was published
    for product, message in (("S9|I9", "set aside and has no forecast: gap, 'W28' in line 151"), ("S8|I8", "history")):
        with pytest.raises(UsageError, match=message):
            explain_product(snapshot, product)


@pytest.mark.parametrize("name", ["format_1", "format_2", "format_3"])
def test_a_store_of_an_earlier_release_tells_what_it_has(name: str, tmp_path: Path) -> None:
    unpack(f"{name}.zip", tmp_path / "store")
    before = tree_of(tmp_path / "store")
    ended = in_this_process("explain", tmp_path / "store", "P1")
    assert (ended.code, "Forecast" in ended.stdout) == (0, True), ended.stderr
    assert tree_of(tmp_path / "store") == before


@pytest.mark.parametrize(
    ("command", "told"),
    [(("export", "--hubverse", "hub"), "its weeks have no dates"), (("orders", "--inventory", "x.csv"), "run again")],
    ids=str,
)
def test_what_a_store_of_the_first_release_lacks_is_named(command: tuple[str, ...], told: str, tmp_path: Path) -> None:
    unpack("format_1.zip", tmp_path / "store")
    ended = in_this_process(command[0], tmp_path / "store", *command[1:])
    assert (ended.code, told in ended.stderr) == (2, True), ended.stderr


@pytest.mark.parametrize("code", Reason)
def test_each_reason_has_a_sentence(code: Reason) -> None:
    row = {"method": "lstm" if code == Reason.NETWORK else "mean_7", "reason": "4 of 8", "reason_code": code}
    told = explain_answer(row | {"network_weight": 0.6})
    assert told[0].islower() and ("4 of 8" in told or code in (Reason.NETWORK, Reason.LEVELS))
    assert explain_answer({"method": "mean_7", "reason": "unproven"}) == "mean of seven weeks: unproven"


def test_bars_have_one_scale_and_begin_with_the_launch() -> None:
    assert draw_bars([None, 0.0, 7.0], [3.5, 14.0]) == " ▁▅│▃█"
    assert draw_bars([0.0, 0.0], []) == "▁▁│"
