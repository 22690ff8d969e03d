"""A weekly run as its users see it: what is published, what is not, and how damage is found."""

from __future__ import annotations

import json
import random
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from schemas.forecasts import FORECASTS
from tests.command_line.command import Weekcast, in_this_process, tree_of
from tests.steps import STEPS
from tests.weeks import QUICK, run_week

COLUMNS = [*FORECASTS.columns.names, "network_weight", "reason_code", "units_p95"]
KEYS = [
    "run_id",
    "as_of_week",
    "outcome",
    "products",
    "quarantined",
    "champion",
    "promoted",
    "is_latest",
    "forecast",
    "report",
    "seconds",
    "set_aside",
    "left",
    "arrival",
    "restated",
    "new",
    "returned",
]


def test_the_real_file_is_published_for_every_product(weekcast: Weekcast, real_sales: Path, tmp_path: Path) -> None:
    ended = weekcast("run", real_sales, "--store", tmp_path / "store", "--json")
    assert ended.code == 0, ended.stderr
    outcome = json.loads(ended.stdout)
    assert list(outcome) == KEYS
    assert (outcome["outcome"], outcome["products"], outcome["as_of_week"]) == ("published", 811, 51)
    assert list(outcome["seconds"]) == [*STEPS, "reconcile"]  # the name of `align` in the release before
    table = FORECASTS.enforce(pq.read_table(outcome["forecast"]))
    assert (table.num_rows, len(set(table["product_code"].to_pylist()))) == (2433, 811)
    assert set(table["method"].to_pylist()) <= {"lstm", "blended_levels"}
    assert Path(outcome["report"]).read_text().startswith("<!doctype html>")


def test_a_backtest_keeps_forecasts_and_scores(weekcast: Weekcast, sample: Path, tmp_path: Path) -> None:
    ended = weekcast("backtest", sample, "--origins", "25:26", "--refit", "never", "--out", tmp_path, "--json")
    assert ended.code == 0, ended.stderr
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores == json.loads(ended.stdout)
    simple = ["last_value", "mean_7", "ses", "croston_sba", "tsb", "seasonal_last_value", "pooled_level"]
    assert list(scores["methods"]) == ["lstm", "levels", "published", *simple]
    assert [len(decision) for decision in scores["decisions"]] == [3, 3]
    forecasts = pq.read_table(tmp_path / "forecasts.parquet")
    assert set(forecasts["as_of_week"].to_pylist()) == {25, 26}
    assert FORECASTS.enforce(forecasts).column_names == COLUMNS
    assert (scores["recipe"], len(set(forecasts["run_id"].to_pylist()))) == ("forecaster", 1)
    quantiles = pq.read_table(tmp_path / "quantiles.parquet")
    assert quantiles.column_names == ["product_code", "as_of_week", "horizon", "output_type", "output_type_id", "value"]
    assert quantiles.num_rows == 9 * forecasts.num_rows
    medians = quantiles.filter(pc.field("output_type_id") == 0.5)
    assert medians["value"].to_pylist() == forecasts["units"].to_pylist()
    total = duckdb.read_parquet(f"{tmp_path}/groups.parquet").filter("group_by = 'total'").df()
    assert total["as_of_week"].tolist() == [25] * 4 + [26] * 4
    by_week = forecasts.to_pandas().groupby(["as_of_week", "horizon"])["units_mean"].sum()
    assert total[total.horizon_from == total.horizon_to]["units_mean"].tolist() == pytest.approx(by_week.tolist())


def test_every_reader_sees_the_same_plain_table(published: Path) -> None:
    file = published / "forecasts" / "latest.parquet"
    by_pandas = pd.read_parquet(file)
    by_duckdb = duckdb.read_parquet(str(file)).df()
    by_polars = pl.read_parquet(file).to_pandas()
    assert list(by_pandas.columns) == list(by_duckdb.columns) == list(by_polars.columns) == COLUMNS
    assert by_pandas["units"].tolist() == by_duckdb["units"].tolist() == by_polars["units"].tolist()
    assert_history_is_one_table(published)
    metadata = pq.read_metadata(file)
    columns = [metadata.row_group(0).column(number) for number in range(metadata.num_columns)]
    assert {column.compression for column in columns} == {"SNAPPY"}
    assert {b"weekcast.data_sha256", b"weekcast.config_sha256", b"weekcast.code_version"} <= set(metadata.metadata)


def test_totals_and_quantiles_are_published_beside_the_forecast(published: Path) -> None:
    forecasts, quantiles, groups = (
        pd.read_parquet(published / "forecasts" / f"{name}.parquet") for name in ("latest", "quantiles", "groups")
    )
    assert sorted(set(quantiles.output_type_id)) == [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]
    assert len(quantiles) == 9 * len(forecasts)
    for level, column in ((0.1, "units_p10"), (0.5, "units"), (0.9, "units_p90"), (0.95, "units_p95")):
        assert quantiles[quantiles.output_type_id == level]["value"].tolist() == forecasts[column].tolist()
    total = groups[groups.group_by == "total"]
    weekly = forecasts.groupby("horizon")[["units_mean", "units_p10", "units_p90"]].sum()
    assert total["units_mean"].tolist() == pytest.approx([*weekly["units_mean"], weekly["units_mean"].sum()])
    assert (total["units_p10"].iloc[:3].to_numpy() > weekly["units_p10"]).all()
    assert (total["units_p90"].iloc[:3].to_numpy() < weekly["units_p90"]).all()
    assert set(total["products"]) == {60} and (total["origins"] > 0).all()
    alone = groups[groups.group_by == "product_code"]
    assert len(alone) == 60 * 4
    in_a_week = alone[alone.horizon_from == alone.horizon_to]
    assert in_a_week["units"].tolist() == forecasts["units"].tolist()


def assert_history_is_one_table(store: Path) -> None:
    folder = store / "forecasts" / "history"
    weeks = [
        pd.read_parquet(folder)["as_of_week"],
        duckdb.read_parquet(f"{folder}/*/*.parquet").project("as_of_week + 1 as next").df()["next"] - 1,
        pl.read_parquet(folder / "*" / "*.parquet").to_pandas()["as_of_week"],
    ]
    assert all(week.tolist() == [29] * 180 for week in weeks)


def test_a_second_run_finds_nothing_new_and_changes_nothing(weekcast: Weekcast, sample: Path, published: Path) -> None:
    before = tree_of(published)
    ended = weekcast("run", sample, "--store", published, "--json")
    assert (ended.code, json.loads(ended.stdout)["outcome"]) == (0, "nothing_new")
    assert tree_of(published) == before


def test_the_same_past_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.csv"
    draw = random.Random(7)
    lines = [line.split(",") for line in sample.read_text().splitlines()]
    for row in lines[1:]:
        row[1 + 21 :] = [str(draw.randint(0, 99)) for _ in row[1 + 21 :]]
    noisy.write_text("\n".join(map(",".join, reversed(lines[1:]))).join([",".join(lines[0]) + "\n", "\n"]))
    written = []
    for number, file in enumerate((sample, noisy)):
        run_week(file, tmp_path / f"store{number}", "W20", **QUICK)
        history = tmp_path / f"store{number}" / "forecasts" / "history" / "0020" / "forecast.parquet"
        written.append(history.read_bytes())
    assert written[0] == written[1]


def test_verify_names_each_file_that_was_changed_or_lost(weekcast: Weekcast, published_copy: Path) -> None:
    whole = weekcast("verify", published_copy, "--json")
    assert (whole.code, json.loads(whole.stdout)["damaged"]) == (0, [])
    for path in tree_of(published_copy):
        file = published_copy / path
        original = file.read_bytes()
        middle = len(original) // 2
        file.write_bytes(original[:middle] + bytes([original[middle] ^ 1]) + original[middle + 1 :])
        assert path in named_by_verify(published_copy)
        file.unlink()
        if path.endswith(".installed"):  # as after a kill just before it is written: the next run finishes it
            assert named_by_verify(published_copy, "unfinished") == [path.replace(".installed", ".json")]
        else:
            assert path in named_by_verify(published_copy)
        file.write_bytes(original)
    assert named_by_verify(published_copy) == []


def named_by_verify(store: Path, what: str = "damaged") -> list[str]:
    """The files that `verify` finds damaged, or unfinished."""
    ended = in_this_process("verify", store, "--json")
    found = json.loads(ended.stdout)
    assert ended.code == (4 if found["damaged"] else 0)
    return [damage["path"] for damage in found["damaged"]] if what == "damaged" else list(found[what])


def test_a_refused_file_is_verified_too(published_copy: Path) -> None:
    refused = published_copy / "raw" / f"{'0' * 64}.csv"
    refused.write_text("a text with another hash")
    assert named_by_verify(published_copy) == [f"raw/{refused.name}"]


def test_a_store_may_be_moved(weekcast: Weekcast, sample: Path, published_copy: Path) -> None:
    moved = published_copy.rename(published_copy.with_name("moved"))
    assert weekcast("verify", moved).code == 0
    assert json.loads(weekcast("run", sample, "--store", moved, "--json").stdout)["outcome"] == "nothing_new"


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["run", "missing.csv", "--store", "store"], 5, "source_missing"),
        (["run", "{sample}", "--store", "store", "--set", "horizon=99"], 2, "usage_error"),
        (["run", "{sample}", "--store", "store", "--set", "horizont=3"], 2, "usage_error"),
        (["run", "{sample}", "--store", "store", "--as-of", "2024-01-01"], 2, "usage_error"),
        (["run", "{sample}", "--store", "{sample}"], 5, "store_unavailable"),
        (["check", "missing.csv"], 5, "source_missing"),
        (["check", "{folder}"], 2, "usage_error"),
        (["check", "https://127.0.0.1:9/sales.csv"], 5, "source_unavailable"),
        (["verify", "{folder}"], 2, "usage_error"),
        (
            ["run", "{sample}", "--store", "store", "--set", "first_week=2020-01-06", "--set", "max_age=10"],
            5,
            "sales_overdue",
        ),
        (["backtest", "{sample}", "--origins", "1:99"], 2, "usage_error"),
        (["verify", "missing"], 2, "usage_error"),
    ],
)
def test_an_expected_error_has_its_code_and_one_json_object(
    weekcast: Weekcast, sample: Path, tmp_path: Path, arguments: list[str], code: int, kind: str
) -> None:
    (tmp_path / "folder").mkdir()
    filled = [argument.format(sample=sample, folder=tmp_path / "folder") for argument in arguments]
    filled = [
        str(tmp_path / argument) if argument in ("store", "missing", "missing.csv") else argument for argument in filled
    ]
    ended = weekcast(*filled, "--json")
    assert ended.code == code, ended.stderr
    assert json.loads(ended.stdout)["error"]["kind"] == kind
    assert "Traceback" not in ended.stderr
