"""A store of an earlier release goes on: the next week is published in it, and nothing that was published is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.command_line.command import in_this_process
from tests.store.conftest import FIXTURES
from tests.weeks import QUICK, Told, run_week


def test_the_next_week_follows_what_an_earlier_release_published(tmp_path: Path) -> None:
    store, told = tmp_path / "store", Told()
    shutil.unpack_archive(FIXTURES / "format_3.zip", store)
    (sales,) = (store / "raw").glob("*.csv")
    before = (store / "forecasts/history/0018/forecast.parquet").read_bytes()
    assert run_week(sales, store, told=told, **QUICK).as_of_week == 19
    assert "\n".join(told.warnings).count("another release of Weekcast made it") == 1  # so its model is not asked
    assert (store / "forecasts/history/0018/forecast.parquet").read_bytes() == before
    assert in_this_process("verify", store).code == 0
