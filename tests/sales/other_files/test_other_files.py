"""Files of other programs are read by themselves, or refused with the setting that admits them."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.config import Config, load_config
from schemas.forecasts import PRODUCT_CODE
from tasks.sales.checking.check import Verdict, check_files
from tasks.sales.reading.table import Part
from tests.sales.other_files.cases import CASES, Case


def parts_of(case: Case, folder: Path) -> list[Part]:
    parts = []
    for name, content in sorted(case.files.items()):
        if not name.startswith("_"):
            (folder / name).write_bytes(content)
            parts.append(Part(folder / name, name))
    return parts


def assert_read(verdict: Verdict, case: Case) -> None:
    assert verdict.refused is None, verdict.refused
    sales = {row.pop(PRODUCT_CODE): list(row.values()) for row in verdict.sales.to_pylist()}
    assert sales == case.sales
    first = verdict.first_week or 0
    assert (verdict.first_date, first > 0) == (case.first, "fiscal" in verdict.reading[0] or first > 0)
    assert case.warned in " ".join(verdict.warnings)


@pytest.mark.parametrize("name", CASES)
def test_the_file_is_read_or_refused_with_the_setting_that_admits_it(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    parts = parts_of(case, tmp_path)
    verdict = check_files(parts, Config())
    if case.refused:
        assert verdict.refused is not None
        assert case.refused in verdict.refused.message
        verdict = check_files(parts, load_config(None, case.settings))
    assert_read(verdict, case)
