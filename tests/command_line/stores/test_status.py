"""`weekcast status` tells what serves, and ends with the code of a store that is overdue, damaged or not there."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pandas as pd
import pytest

from tasks.explaining.status import read_status
from tasks.store.store import Store
from tests.command_line.command import in_this_process, tree_of
from tests.command_line.stores.conftest import LAST
from tests.store.conftest import unpack


@pytest.fixture
def copied(told: Path, tmp_path: Path) -> Path:
    """A copy of the store, which a test may change."""
    return Path(shutil.copytree(told, tmp_path / "store"))


def ask(store: Path, *options: object) -> tuple[int, dict[str, Any]]:
    ended = in_this_process("status", store, "--json", *options)
    return ended.code, json.loads(ended.stdout)


def test_it_tells_what_serves_since_when_and_how_good_it_was(told: Path) -> None:
    before = tree_of(told)
    code, status = ask(told)
    serving = status["serving"]
    assert (code, status["overdue"], status["damaged"], status["in_use"]) == (0, False, [], False)
    assert (serving["as_of_week"], serving["weeks"], serving["products"]) == (LAST, [LAST + 1, LAST + 2, LAST + 3], 24)
    assert (serving["as_of_date"], serving["method"], serving["method_since"]) == ("2024-09-16", "lstm", LAST - 2)
    assert serving["model_version"] == json.loads((told / "champion.json").read_text())["model_version"]
    assert tree_of(told) == before
    shown = in_this_process("status", told)
    assert (shown.code, shown.stderr) == (0, "")
    for text in (
        f"W{LAST} (2024-09-16)",
        f"network, since W{LAST - 2} (2024-09-02)",
        "24 products",
        "overdue     no",
        "no run works in the store",
    ):
        assert text in shown.stdout


def test_the_errors_are_those_of_the_ledger_beside_one_simple_method(told: Path) -> None:
    scores: Any = pd.read_parquet(told / "ledger" / "scores.parquet")
    scores["sum"] = scores["mae"] * scores["products"]
    sums = scores.groupby("method")[["sum", "products"]].sum()
    means = sums["sum"] / sums["products"]
    status = ask(told)[1]
    assert status["together"]["mae"] == pytest.approx(means["published"])
    others = means.drop("published")
    assert (status["together"]["simple"], status["together"]["best"]) == (others.idxmin(), pytest.approx(others.min()))
    assert [vintage["as_of_week"] for vintage in status["lately"]] == [LAST - 1, LAST - 2]


def test_a_forecast_that_is_too_old_is_overdue(told: Path) -> None:
    code, status = ask(told, "--max-age", 0)
    assert (code, status["overdue"], status["serving"]["as_of_week"]) == (5, True, LAST)
    assert "overdue: the latest forecast is 0.0 days old" in in_this_process("status", told, "--max-age", 0).stderr
    published = datetime.fromisoformat(status["serving"]["published_at"])
    for days, overdue in ((7.9, False), (8.1, True)):
        assert read_status(Store(str(told)), published + timedelta(days=days), 8).overdue == overdue


@pytest.mark.parametrize("path", ["forecasts/latest.parquet", "champion.json", "ledger/scores.parquet"])
def test_what_is_damaged_is_told_as_verify_tells_it(copied: Path, path: str) -> None:
    with (copied / path).open("ab") as opened:
        opened.write(b" ")
    code, status = ask(copied, "--max-age", 0)
    verified = in_this_process("verify", copied, "--json")
    assert (code, verified.code) == (4, 4)
    assert status["damaged"] == json.loads(verified.stdout)["damaged"]
    ended = in_this_process("status", copied)
    assert (ended.stdout, f"weekcast verify {copied} --repair" in ended.stderr) == ("", True)
    (copied / "commits" / "000002.json").write_text("{}")
    assert ask(copied)[0] == 4


def test_what_is_unfinished_and_who_works_in_it_is_told(copied: Path) -> None:
    (copied / "runs" / "begun" / "windows").mkdir(parents=True)
    store = Store(str(copied))
    assert not store.is_held()
    with store.exclusive():
        status = ask(copied)[1]
        assert (status["in_use"], status["unfinished"]) == (True, ["runs/begun"])
        assert "a run works in the store" in in_this_process("status", copied).stdout
    assert ask(copied)[1]["in_use"] is False


def test_who_looks_whether_a_store_is_held_stands_in_nobodys_way(copied: Path) -> None:
    with (copied / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        Timer(0.05, fcntl.flock, (lock, fcntl.LOCK_UN)).start()
        with Store(str(copied)).exclusive():
            pass


def test_where_there_is_no_store_the_command_is_wrong_and_where_nothing_is_published_it_is_overdue(
    tmp_path: Path,
) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        ended = in_this_process("status", folder, "--json")
        assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (2, "usage_error")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "refused.csv").write_text("")
    code, status = ask(tmp_path)
    assert (code, status["serving"], status["overdue"]) == (5, None, True)
    assert "nothing yet" in in_this_process("status", tmp_path).stdout


def test_one_forecast_that_can_be_judged_is_told_once(told: Path, before: Path) -> None:
    for store, weeks, rows in ((before, [LAST - 2], 1), (told, [LAST - 1, LAST - 2], 3)):
        status, shown = ask(store)[1], in_this_process("status", store).stdout
        assert [vintage["as_of_week"] for vintage in status["lately"]] == weeks
        assert (status["together"] is None) == (rows == 1)
        assert sum(line.startswith("│") for line in shown.splitlines()) == rows


@pytest.mark.parametrize(("name", "week"), [("format_1", 15), ("format_2", 15), ("format_3", 18)])
def test_a_store_of_an_earlier_release_has_a_status_too(name: str, week: int, tmp_path: Path) -> None:
    store = unpack(f"{name}.zip", tmp_path / "store")
    status = read_status(store, datetime.now(UTC), 8)
    assert status.serving is not None
    assert (status.serving.as_of_week, status.damaged, status.together) == (week, [], None)
    assert in_this_process("status", tmp_path / "store", "--max-age", 1e6).code == 0


@pytest.mark.parametrize("arguments", [["status"], ["explain", "S1|I01"]], ids=str)
def test_nothing_heavy_is_loaded_to_ask_a_store(told: Path, arguments: list[str]) -> None:
    command, *more = arguments
    script = (
        "import sys\nfrom flows.cli import app\n"
        f"app({[command, str(told), *more]!r}, standalone_mode=False)\n"
        "print([name for name in ('tensorflow', 'keras', 'sklearn', 'prefect') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
