"""A store of each earlier release is read, verified, repaired and continued, and nothing that was published is lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.command_line.command import in_this_process
from tests.store.conftest import FIXTURES
from tests.weeks import QUICK, Told, run_week

SMALL = {"recipe": "reference", "first_week": "2024-01-01"}
# By the format of the store, then by that of the forecasts; what the fixtures were made with.
RELEASES: dict[str, dict[str, Any]] = {
    "format_1": {},  # without commits
    "format_2": {},  # all sales in one file
    "format_2_restated": {},  # without markers of commits
    "format_3": {},  # before the network was pretrained
    "forecasts_14": SMALL,  # before totals, quantiles and distributions
    "forecasts_15": SMALL,  # before columns said what they mean, and before the accuracy of products
}


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The name of a release, and a store that it left."""
    shutil.unpack_archive(FIXTURES / f"{request.param}.zip", tmp_path / "store")
    return request.param, tmp_path / "store"


def test_a_store_of_an_earlier_release_goes_on(release: tuple[str, Path], tmp_path: Path) -> None:
    name, store = release
    assert in_this_process("verify", store).code == 0
    latest = pd.read_parquet(store / "forecasts" / "latest.parquet")
    week = int(latest["as_of_week"].iloc[0]) + 1
    before, pits = read_vintages(store), read_pits(store)
    told = Told()
    assert run_week(write_next(store, tmp_path, week), store, told=told, **RELEASES[name], **QUICK).as_of_week == week
    if name == "format_3":
        assert "\n".join(told.warnings).count("another release of Weekcast made it") == 1  # so its model is not asked
    assert in_this_process("verify", store).code == 0
    after = read_vintages(store)
    assert {key: after[key] for key in before} == before and set(after) - set(before) == {week}
    kept = read_pits(store)
    for key, pit in pits.items():
        assert kept[key] == pit
    accuracy = pd.read_parquet(store / "ledger" / "accuracy_by_product.parquet")
    assert set(accuracy["product_code"]) == set(latest["product_code"])
    assert accuracy[accuracy["horizon"] == 1]["vintages"].max() == len(before)
    scores = pd.read_parquet(store / "ledger" / "scores.parquet")
    assert (scores.groupby(["as_of_week", "horizon"])["products"].nunique() == 1).all()


def test_what_an_earlier_release_wrote_is_rebuilt_to_the_byte(release: tuple[str, Path]) -> None:
    _, store = release
    in_this_process("verify", store, "--repair")  # brings it to today's form
    files = [store / "forecasts" / "vintages.parquet", *sorted((store / "sales").glob("*.parquet"))[-1:]]
    whole = [file.read_bytes() for file in files]
    for file, content in zip(files, whole, strict=True):
        file.write_bytes(content[:-9])
        assert in_this_process("verify", store).code == 4
        assert in_this_process("verify", store, "--repair").code == 0
        assert file.read_bytes() == content


def read_vintages(store: Path) -> dict[int, bytes]:
    """The first forecast of each week; its folder had another name at first."""
    files = (store / "forecasts" / "history").glob("*/forecast.parquet")
    return {int(file.parent.name.removeprefix("as_of_week=")): file.read_bytes() for file in files}


def read_pits(store: Path) -> dict[tuple[Any, ...], float]:
    """What the ledger says of the place of what was sold, which later releases cannot find again without the runs."""
    tables = [pd.read_parquet(file) for file in (store / "ledger" / "forecasts").glob("*.parquet")]
    rows = [table.dropna(subset="pit") for table in tables if "pit" in table]
    keys = ["as_of_week", "product_code", "horizon"]
    return {tuple(row[key] for key in keys): row["pit"] for table in rows for row in table.to_dict("records")}


def write_next(store: Path, folder: Path, week: int) -> Path:
    """The newest file that came, with a week more; what it has after that one is left out."""
    files = [pd.read_csv(file, index_col=0) for file in (store / "raw").glob("*.csv")]
    table = max(files, key=lambda file: file.shape[1])
    if f"W{week}" not in table:
        table[f"W{week}"] = table[f"W{week - 1}"]
    file = folder / "next.csv"
    table.loc[:, : f"W{week}"].to_csv(file)
    return file
