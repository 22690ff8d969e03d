"""Whole runs on sales that are not the first customer's: parts in a folder, keys of two columns, a database."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from schemas.errors import BadInput
from schemas.forecasts import FORECASTS
from tests.command_line.command import QUICK as COMMAND
from tests.command_line.command import Ended, Weekcast, in_this_process, tree_of
from tests.sales.other_files.panel import CODES, MONDAYS, UNITS, long_frame, wide_frame
from tests.weeks import QUICK, run_week


def stores_frame() -> pd.DataFrame:
    """Items of two stores, with a category that each item has."""
    frame = long_frame(columns=("code", "date", "sales"))
    number = frame["code"].str[1:].astype(int)
    frame["store"] = "S" + (number % 2 + 1).astype(str)
    frame["item"] = "I" + (number // 2).astype(str)
    frame["category"] = "C" + (number // 8).astype(str)
    return frame.drop(columns="code")


def outcome_of(ended: Ended) -> dict[str, object]:
    assert ended.code == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def test_a_folder_of_parts_with_stores_is_published_with_its_keys(tmp_path: Path) -> None:
    folder, store = tmp_path / "parts", tmp_path / "store"
    folder.mkdir()
    frame = stores_frame()
    for year, part in frame.groupby(frame["date"].str[:4]):
        part.to_csv(folder / f"{year}.csv", index=False)
    outcome = run_week(folder, store, carry=["category"], **QUICK)
    assert (outcome.products, outcome.set_aside, outcome.left) == (24, (), ())
    table = FORECASTS.enforce(pq.read_table(store / outcome.forecast))
    added = table.select(table.column_names[len(FORECASTS.columns) :])
    assert added.column_names == ["item", "store", "category", "network_weight", "reason_code", "units_p95"]
    first = table.slice(0, 1).to_pylist()[0]
    assert (first["product_code"], first["item"], first["store"], first["category"]) == ("I0|S1", "I0", "S1", "C0")
    (listed,) = (store / "raw").glob("*.json")
    assert [part["name"] for part in json.loads(listed.read_text())] == ["2020.csv", "2021.csv"]
    for part in json.loads(listed.read_text()):
        assert (store / "raw" / f"{part['sha256']}.csv").read_bytes() == (folder / part["name"]).read_bytes()
    assert in_this_process("verify", store).code == 0
    assert "By <bdi>category</bdi>" in (store / outcome.report).read_text()


def test_the_rows_of_a_query_give_the_same_forecast_as_a_file(weekcast: Weekcast, tmp_path: Path) -> None:
    database, file = tmp_path / "shop.db", tmp_path / "wide.csv"
    with sqlite3.connect(database) as connection:
        long_frame().to_sql("sales", connection, index=False)
    connection.close()
    wide_frame(lambda day: f"{day:%d/%m/%Y}").to_csv(file, index=False, sep=";")
    query = "query=select sku, date, qty from sales where qty is not null"
    command = ["run", f"sqlite:///{database}", "--store", tmp_path / "one", "--set", query, "--json", *COMMAND]
    asked = outcome_of(weekcast(*command))
    read = run_week(file, tmp_path / "other", **QUICK)
    assert Path(str(asked["forecast"])).read_bytes() == (tmp_path / "other" / read.forecast).read_bytes()
    assert len(list((tmp_path / "one" / "raw").glob("*.parquet"))) == 1
    assert in_this_process("verify", tmp_path / "one").code == 0


@pytest.mark.parametrize(
    ("source", "settings", "code", "told"),
    [
        ("sqlite:///{folder}/shop.db", [], 2, "--set query="),
        ("sqlite:///{folder}/none.db", ["query=select 1"], 5, "no such file"),
        ("sqlite:///{folder}/shop.db", ["query=select colour from sales"], 2, "no such column"),
        ("postgresql://me:SECRET@127.0.0.1/shop", ["query=select 1"], 2, "WEEKCAST_DATABASE_PASSWORD"),
        ("{folder}/shop.db", ["query=select 1"], 2, "sqlite:///shop.db"),
        ("{folder}/empty", [], 2, "none there"),
    ],
)
def test_a_wrong_source_is_named(
    weekcast: Weekcast, tmp_path: Path, source: str, settings: list[str], code: int, told: str
) -> None:
    (tmp_path / "empty").mkdir()
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        long_frame().to_sql("sales", connection, index=False)
    connection.close()
    chosen = [part for setting in settings for part in ("--set", setting)]
    ended = weekcast("check", source.format(folder=tmp_path), *chosen, "--json")
    assert (ended.code, told in ended.stderr, "SECRET" in ended.stderr + ended.stdout) == (code, True, False)


@pytest.mark.parametrize("command", [["check"], ["init"], ["run", "--store", "store"]], ids=lambda command: command[0])
@pytest.mark.parametrize("source", ["http://[::bad", "http://me:SECRET@[::bad/sales.csv", "data:text/csv,a"])
def test_what_is_no_address_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = in_this_process(*command, source)
    assert (ended.code, len(ended.stderr.splitlines()), "SECRET" in ended.stderr) == (2, 1, False)
    assert list(tmp_path.iterdir()) == []


def test_the_next_file_replaces_its_bad_cells_and_tells_who_left(tmp_path: Path) -> None:
    store, first, second = tmp_path / "store", tmp_path / "first.csv", tmp_path / "second.csv"
    frame = wide_frame()
    frame.drop(columns=str(MONDAYS[-1])).to_csv(first, index=False)
    run_week(first, store, **QUICK)
    spoiled = frame.astype(object)
    spoiled.iloc[3, 20], spoiled.iloc[5, -1] = "n.a.?", "-4"
    spoiled.drop(index=7).to_csv(second, index=False)
    before = tree_of(store, without="raw/")
    with pytest.raises(BadInput):
        run_week(second, store, **QUICK)
    assert tree_of(store, without="raw/") == before
    outcome = run_week(second, store, bad_cells="previous", **QUICK)
    assert (outcome.products, outcome.quarantined, outcome.left) == (23, 0, ("A007",))
    history = pq.read_table(store / "sales").to_pandas().set_index(["product_code", "week"])["units"]
    assert (history[CODES[3], 19], history[CODES[5], 55]) == (UNITS[3, 19], 0)
    (kept,) = [path for path in (store / "quarantine/0055").iterdir()]
    actions = pq.read_table(kept).select(["product_code", "column", "value", "action"]).to_pylist()
    assert [tuple(row.values()) for row in actions] == [
        ("A003", str(MONDAYS[19]), "n.a.?", f"replaced by {UNITS[3, 19]}, as the store has it"),
        ("A005", str(MONDAYS[55]), "-4", "read as a gap"),
    ]
    page = (store / outcome.report).read_text()
    assert "A007" in page and "Replaced" in page
