"""The newest file is told by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import SourceMissing
from tasks.sources.listing import list_files


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


@pytest.mark.parametrize(
    ("pattern", "names", "newest"),
    [
        ("sales-%Y-%m-%d.csv", ["sales-2024-09-30.csv", "sales-2024-10-07.csv", "other-2025-01-01.csv"], 1),
        ("sales_%d.%m.%Y.csv", ["sales_30.09.2024.csv", "sales_07.10.2024.csv", "sales_31.02.2025.csv"], 1),
        ("%G-W%V.csv", ["2024-W09.csv", "2024-W10.csv", "2023-W52.csv"], 1),
        ("%Y/%m/sales*.csv", ["2024/9/sales-a.csv", "2024/10/sales-b.csv"], 1),
    ],
)
def test_a_pattern_with_a_date_means_the_latest(tmp_path: Path, pattern: str, names: list[str], newest: int) -> None:
    put(tmp_path, *names)
    assert list_files(f"{tmp_path}/{pattern}") == [f"{tmp_path}/{names[newest]}"]


def test_without_a_date_it_is_the_last_by_name_where_that_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "sales9.csv", "sales10.csv", "sales2.csv")
    assert list_files(f"{tmp_path}/*.csv", newest=True) == [f"{tmp_path}/sales10.csv"]
    assert list_files(f"{tmp_path}", newest=True) == [f"{tmp_path}/sales10.csv"]
    assert len(list_files(f"{tmp_path}/*.csv")) == 3
    assert list_files(f"{tmp_path}/sales2.csv", newest=True) == [f"{tmp_path}/sales2.csv"]


def test_a_file_that_is_not_there_yet_is_missing(tmp_path: Path) -> None:
    put(tmp_path, "sales-none.csv")
    with pytest.raises(SourceMissing, match="no file has such a name"):
        list_files(f"{tmp_path}/sales-%Y-%m-%d.csv")


def test_the_percent_signs_of_a_url_are_no_date() -> None:
    assert list_files("https://example.com/weekly%20sales%da.csv") == ["https://example.com/weekly%20sales%da.csv"]
