"""Products that the newest file does not have are named, in whatever part of the assortment they are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from schemas.sales import HISTORY
from tasks.sales.history.departed import list_departed

CODES = [f"P{number:03}" for number in range(200)]


@pytest.fixture
def known(tmp_path: Path) -> ds.Dataset:
    files = []
    for week in (50, 51):
        rows = [{"product_code": code, "week": week, "units": 1.0} for code in CODES]
        files.append(tmp_path / f"{week:04}.parquet")
        pq.write_table(pa.Table.from_pylist(rows, HISTORY.columns), files[-1], row_group_size=30)
    return ds.dataset(files)


@pytest.mark.parametrize("gone", [[], ["P000"], ["P029", "P030", "P199"], CODES])
@pytest.mark.parametrize("new", [[], ["A", "P0305", "Z"]])
def test_those_of_the_last_known_week_are_named(known: ds.Dataset, gone: list[str], new: list[str]) -> None:
    accepted = pa.array(sorted({*CODES, *new} - {*gone, "P100"}), pa.string())
    set_aside = pa.chunked_array([["P100"]])
    assert list_departed(known, accepted, set_aside, 51) == [code for code in gone if code != "P100"]


def test_an_older_file_tells_nothing_of_the_last_week(known: ds.Dataset) -> None:
    assert list_departed(known, pa.array([], pa.string()), pa.chunked_array([], pa.string()), 50) == []
    assert list_departed(None, pa.array(["A"]), pa.chunked_array([], pa.string()), 51) == []
