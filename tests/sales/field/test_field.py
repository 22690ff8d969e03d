"""Files of tills, shops and spreadsheets give what was sold, or are refused with a setting after which they do."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from flows.reading import check_source
from schemas.config import Config, load_config
from tasks.sales.checking.verdict import Verdict
from tests.real_sales import require_real_sales
from tests.sales.field.files import FILES


def units_of(verdict: Verdict) -> float:
    assert verdict.refused is None, verdict.refused
    return sum(float(np.nansum(block)) for block in verdict.sales.blocks())


@pytest.mark.parametrize("name", FILES)
def test_what_was_sold_is_read_or_asked_for(name: str, tmp_path: Path) -> None:
    file, path = FILES[name], tmp_path / "sales.csv"
    path.write_text(file.text, encoding="utf-8")
    verdict = check_source(str(path), Config())
    if file.refused:
        assert verdict.refused is not None
        assert file.refused in verdict.refused.message
        verdict = check_source(str(path), load_config(None, file.settings))
    assert units_of(verdict) == pytest.approx(file.units)
    assert verdict.sales.num_rows == file.products or file.refused
    assert file.warned in " ".join(verdict.warnings)


# Of files as they were met: the units that are right, and what is pasted where the file is refused first.
MET: dict[str, tuple[float, tuple[str, ...]]] = {
    "receipt_number_as_units": (560, ("rows=items",)),
    "customer_id_as_units": (560, ("rows=items",)),
    "price_as_units": (560, ("rows=items",)),
    "wide_daily_calendar_columns": (15_214, ()),
    "wide_with_temperature": (2_862, ()),
    "wide_with_total_column": (2_871, ("total_rows=drop",)),
    "wide_with_year_month_week": (2_831, ()),
    "orders_week_without_sales": (743, ("rows=transactions",)),
    "orders_gaps_proposed": (4_584, ("rows=transactions",)),
    "branch_instead_of_product_line": (2_071, ("rows=transactions",)),
    "single_series": (5_386, ()),
    "metadata_above_header": (2_785, ()),
    "pcs": (3_036, ()),
    "slow_hourly_wide": (72_414, ("rows=transactions",)),
    "excel_serial_days_as_weeks": (7_469, ()),
    "yearweek_unpadded": (3_210, ()),
    "fy_week": (3_084, ()),
    "year_dot_week": (2_947, ()),
    "epoch": (2_921, ()),
    "grand_total_in_last_week": (1_118, ("total_rows=drop",)),
    "last_week_unfinished_5_products": (10_167, ("last_week=drop",)),
}


@pytest.mark.parametrize("name", MET)
def test_a_file_that_was_met_gives_what_was_sold(name: str) -> None:
    path, (units, settings) = require_real_sales().parent / "field" / f"{name}.csv", MET[name]
    verdict = check_source(str(path), Config())
    if settings:
        assert verdict.refused is not None
        assert all(setting in verdict.refused.message for setting in settings)
        verdict = check_source(str(path), load_config(None, settings))
    assert units_of(verdict) == units


@pytest.mark.parametrize("cells", ["3 boxes,2 pcs", "1 dozen,2 dozen", "2k,3k"])
def test_units_that_are_not_one_and_the_same_are_refused(cells: str, tmp_path: Path) -> None:
    words = cells.split(",")
    path = tmp_path / "sales.csv"
    rows = [f"2023-{1 + week // 4:02}-{1 + 7 * (week % 4):02},A,{words[week % 2]}" for week in range(40)]
    path.write_text("\n".join(["date,sku,qty", *rows]))
    verdict = check_source(str(path), load_config(None, ["week_starts=sunday"]))
    assert verdict.refused is not None
    proposed = re.search(r"max_quarantined=([0-9.]+) admits|more with --set max_quarantined", verdict.refused.message)
    assert proposed is None
