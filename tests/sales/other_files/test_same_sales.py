"""However a table of sales is written, it is the same sales, and the same run."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Config
from tasks.sales.history.identity import hash_sales
from tests.examples import examples
from tests.sales.other_files.cases import iso_week
from tests.sales.tables import check_file, same_sales

FIRST = date(2020, 11, 2)  # so that week 53 is among the weeks
WEEKS = 14


class Writing(NamedTuple):
    """How a table is written."""

    layout: str
    week: str
    delimiter: str
    decimal: str
    container: str
    shuffled: int


WEEK_TEXTS: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "week": iso_week,
    "%d.%m.%Y": lambda day: f"{day:%d.%m.%Y}",
    "%m/%d/%Y": lambda day: f"{day:%m/%d/%Y}",
    "month": lambda day: f"{day:%d %b %Y}",
    "digits": lambda day: f"{day:%Y%m%d}",
}
WRITING = st.builds(
    Writing,
    layout=st.sampled_from(["wide", "long", "days"]),
    week=st.sampled_from(list(WEEK_TEXTS)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    container=st.sampled_from(["plain", "gzip", "parquet"]),
    shuffled=st.integers(0, 99),
)
UNITS = st.lists(
    st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0, 12.0, 40.25, 1300.0]), min_size=WEEKS, max_size=WEEKS),
    min_size=2,
    max_size=5,
)


def frame_of(units: list[list[float]], writing: Writing) -> pd.DataFrame:
    rows = []
    for place, row in enumerate(units):
        for week, sold in enumerate(row):
            days = range(7) if writing.layout == "days" and writing.week != "week" else range(1)
            for day in days:
                text = WEEK_TEXTS[writing.week](FIRST + timedelta(weeks=week, days=day))
                # Quarters have exact sums, in whatever order they are added.
                rows.append((f"P{place}", text, sold if len(days) == 1 else (sold if day == place % 7 else 0.0)))
    frame = pd.DataFrame(rows, columns=["sku", "date", "qty"])
    if writing.layout == "wide":
        frame = frame.pivot(index="sku", columns="date", values="qty").reset_index()
    return frame.sample(frac=1, random_state=writing.shuffled)


def write(units: list[list[float]], writing: Writing) -> bytes:
    frame = frame_of(units, writing)
    if writing.container == "parquet":
        sink = io.BytesIO()
        frame.to_parquet(sink, index=False)
        return sink.getvalue()
    content = frame.to_csv(sep=writing.delimiter, decimal=writing.decimal, index=False).encode()
    return gzip.compress(content) if writing.container == "gzip" else content


@examples(120)
@given(units=UNITS, writing=WRITING)
def test_the_writing_does_not_matter(tmp_path: Path, units: list[list[float]], writing: Writing) -> None:
    plain = Writing("long", "iso", ",", ".", "plain", 0)
    verdicts = []
    for how in (plain, writing):
        declared = {"date_format": how.week} if how.week.startswith("%") else {}
        config = Config(last_week="keep", total_rows="keep", decimal=how.decimal, **declared)
        file = tmp_path / "sales"
        file.write_bytes(write(units, how))
        verdicts.append(check_file(file, config, name="sales.csv"))
        assert verdicts[-1].refused is None, verdicts[-1].refused
    one, other = verdicts
    assert same_sales(one.sales, other.sales)
    assert hash_sales(one.sales.batches, one.first_date) == hash_sales(other.sales.batches, other.first_date)


@pytest.mark.parametrize(
    "setting",
    [
        {"product": "sku", "week": "date", "units": "qty"},
        {"decimal": "."},
        {"week_starts": "monday", "rows": "transactions"},
        {"last_week": "keep", "total_rows": "drop", "bad_cells": "previous"},
    ],
)
def test_settings_of_reading_are_not_in_the_identity(setting: dict[str, str]) -> None:
    assert Config.model_validate(setting).fingerprint() == Config().fingerprint()
