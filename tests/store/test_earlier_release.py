"""A store of an earlier release goes on: the next week is published in it, and nothing that was published is lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.command_line.command import QUICK, Weekcast
from tests.server import PrefectServer
from tests.store.conftest import FIXTURES


def test_the_next_week_follows_what_an_earlier_release_published(prefect_server: PrefectServer, tmp_path: Path) -> None:
    weekcast, store = Weekcast(prefect_server.environment), tmp_path / "store"
    shutil.unpack_archive(FIXTURES / "format_3.zip", store)
    (sales,) = (store / "raw").glob("*.csv")
    before = (store / "forecasts/history/0018/forecast.parquet").read_bytes()
    ended = weekcast("run", sales, "--store", store, "--json", *QUICK)
    assert (ended.code, json.loads(ended.stdout)["as_of_week"]) == (0, 19), ended.stderr
    assert ended.stderr.count("another release of Weekcast made it") == 1  # so its model is not asked
    assert (store / "forecasts/history/0018/forecast.parquet").read_bytes() == before
    assert weekcast("verify", store).code == 0
