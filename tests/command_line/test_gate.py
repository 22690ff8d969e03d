"""Who answers on a Monday: where a new model fails, what readers see is as good as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from schemas.errors import LeakFound
from schemas.scores import SIMPLE_METHODS
from tasks.workspace.alerts import Alert
from tests.command_line.command import Ended, Weekcast, tree_of
from tests.processes.faults import bring_about
from tests.weeks import Told, run_week

WEEKS = 30


class Mondays:
    """A store and the files that come, one after the other; the first was published."""

    def __init__(self, store: Path, sales: pd.DataFrame) -> None:
        self.store, self.sales = store, sales

    def run(self, weeks: int, fault: str = "none", **settings: Any) -> dict[str, Any]:
        """Run the steps with a fault; returns what `--json` shows, and the warnings."""
        file, told = self.store.with_name("sales.csv"), Told()
        self.sales.iloc[:, :weeks].to_csv(file)
        with pytest.MonkeyPatch.context() as patch:
            bring_about(fault, patch.setattr)
            outcome = run_week(file, self.store, told=told, **settings)
        return outcome.model_dump(mode="json") | {"warnings": "\n".join(told.warnings), "alerts": set(told.alerts)}

    def forecasts(self) -> pd.DataFrame:
        return pd.read_parquet(self.store / "forecasts" / "latest.parquet")

    def vintages(self) -> pd.DataFrame:
        return pd.read_parquet(self.store / "forecasts" / "vintages.parquet")

    def gate(self, run_id: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.store / "runs" / run_id / "gate.json").read_text())
        return told


@pytest.fixture(scope="module")
def sales(sample: Path) -> pd.DataFrame:
    return pd.read_csv(sample, index_col=0)


@pytest.fixture(scope="module")
def first(sales: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was published to a week before the sample ends; tests must not change it."""
    store = tmp_path_factory.mktemp("first") / "store"
    assert Mondays(store, sales).run(WEEKS - 1)["promoted"] is True
    return store


@pytest.fixture
def mondays(first: Path, sales: pd.DataFrame, tmp_path: Path) -> Mondays:
    return Mondays(Path(shutil.copytree(first, tmp_path / "store")), sales)


@pytest.fixture
def empty(sales: pd.DataFrame, tmp_path: Path) -> Mondays:
    return Mondays(tmp_path / "store", sales)


def test_a_new_model_that_is_as_good_is_promoted(mondays: Mondays) -> None:
    told = mondays.run(WEEKS)
    assert told["promoted"] is True
    rows = mondays.forecasts()
    assert set(rows["model_version"]) == {told["champion"]}
    assert mondays.vintages()["promoted"].tolist() == [True, True]
    gate = mondays.gate(told["run_id"])
    assert gate["errors"]["challenger"] == gate["errors"]["champion"]
    card = json.loads((mondays.store / "models" / told["champion"] / "card.json").read_text())
    assert card["gate"] == gate
    assert "Who answers" in (mondays.store / "reports" / "latest.html").read_text()


@pytest.fixture
def run_with(weekcast: Weekcast, first: Path, sales: pd.DataFrame, tmp_path: Path) -> Callable[[str], Ended]:
    """Runs the command line with a fault, on a copy of the first store."""

    def run(fault: str) -> Ended:
        store = Path(shutil.copytree(first, tmp_path / "store"))
        sales.to_csv(tmp_path / "sales.csv")
        command = ["run", tmp_path / "sales.csv", "--store", store, "--json"]
        return weekcast.run_program("tests.processes.faults", fault, *command)

    return run


def test_a_run_whose_model_fails_publishes_and_says_so(run_with: Callable[[str], Ended]) -> None:
    ended = run_with("raises")
    assert (ended.code, json.loads(ended.stdout)["promoted"]) == (0, False)
    assert "diverged" in ended.stderr and "the champion answers" in ended.stderr


def test_a_run_that_sees_later_weeks_ends_with_an_error(run_with: Callable[[str], Ended]) -> None:
    ended = run_with("look_ahead")
    assert ended.stdout, ended
    assert (ended.code, json.loads(ended.stdout)["error"]["kind"]) == (6, "leak_found")


@pytest.mark.parametrize(
    ("fault", "why"), [("raises", "diverged"), ("nan", "not finite"), ("raises-everywhere", "diverged")]
)
def test_where_a_new_model_fails_the_champion_serves_on(mondays: Mondays, fault: str, why: str) -> None:
    champion = json.loads((mondays.store / "champion.json").read_text())["model_version"]
    told = mondays.run(WEEKS, fault=fault)
    assert (told["outcome"], told["promoted"], told["champion"], told["as_of_week"]) == (
        "published",
        False,
        champion,
        WEEKS - 1,
    )
    assert why in told["warnings"] and "the champion answers" in told["warnings"]
    rows = mondays.forecasts()
    assert set(rows["model_version"]) == {champion} and (rows["as_of_week"] == WEEKS - 1).all()
    assert rows[["units", "units_mean", "units_p10", "units_p90"]].notna().all(axis=None)
    assert mondays.vintages()["promoted"].tolist() == [True, False]
    assert why in (mondays.store / "reports" / "latest.html").read_text()
    assert json.loads((mondays.store / "champion.json").read_text())["model_version"] == champion


def test_without_a_champion_the_best_simple_method_serves(empty: Mondays) -> None:
    told = empty.run(WEEKS, fault="raises")
    assert (told["outcome"], told["promoted"]) == ("published", False)
    assert Alert.SIMPLE_METHOD in told["alerts"]
    rows = empty.forecasts()
    errors = empty.gate(told["run_id"])["errors"]
    best = min((name for name in errors if name != "challenger"), key=lambda name: errors[name])
    assert set(rows["method"]) == {best} and rows["reason"].str.contains("diverged").all()
    after = empty.run(WEEKS)
    assert after["outcome"] == "nothing_new"


def test_a_champion_that_is_gone_is_told_and_a_simple_method_serves(mondays: Mondays) -> None:
    for file in (mondays.store / "models").rglob("network.keras"):
        file.unlink()
    told = mondays.run(WEEKS, fault="raises")
    assert "there is no earlier model that could answer" in told["warnings"]
    assert not set(mondays.forecasts()["method"]) & {"lstm", "blended_levels"}


def test_a_champion_of_another_horizon_cannot_answer(mondays: Mondays) -> None:
    told = mondays.run(WEEKS, fault="raises", horizon=5)
    assert "the champion forecasts 3 weeks, expected 5 (horizon)" in told["warnings"]
    assert not set(mondays.forecasts()["method"]) & {"lstm", "blended_levels"}
    assert set(mondays.forecasts()["horizon"]) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("fault", ["random", "random-everywhere"])
def test_a_model_of_random_targets_is_not_published_over_the_simple_methods(mondays: Mondays, fault: str) -> None:
    told = mondays.run(WEEKS, fault=fault, recipe="reference")
    assert told["promoted"] is False
    assert told["champion"] not in {path.name for path in (mondays.store / "models").iterdir()} - {
        *mondays.vintages()["model_version"]
    }


def test_in_a_new_store_such_a_model_leaves_the_answer_to_a_simple_method(empty: Mondays) -> None:
    told = empty.run(WEEKS, fault="random-everywhere", recipe="reference")
    rows = empty.forecasts()
    assert told["promoted"] is False and "lstm" not in set(rows["method"])
    by_gate = rows[~rows["method"].isin(["inactive", "short_history"])]
    assert len(by_gate) and set(by_gate["method"]) <= set(SIMPLE_METHODS) and (by_gate["reason"] != "").all()


def test_a_history_too_short_to_judge_a_model_is_forecast_by_the_pretrained_model(empty: Mondays) -> None:
    told = empty.run(12)
    rows = empty.forecasts()
    assert told["promoted"] is True
    by_gate = rows[~rows["method"].isin(["inactive", "short_history"])]
    assert len(by_gate) and set(by_gate["method"]) <= {"lstm", "blended_levels"}
    assert not by_gate["reason"].str.startswith("unproven").any()
    later = empty.run(WEEKS)
    assert later["outcome"] == "published"


def test_there_a_network_that_was_not_pretrained_leaves_the_answer_to_a_simple_method(empty: Mondays) -> None:
    told = empty.run(12, network="random")
    rows = empty.forecasts()
    assert told["promoted"] is False
    by_gate = rows[~rows["method"].isin(["inactive", "short_history"])]
    assert len(by_gate) and by_gate["reason"].str.startswith("unproven").all() and by_gate["method"].nunique() == 1


def test_a_forecast_that_sees_later_weeks_is_not_published(mondays: Mondays) -> None:
    before = tree_of(mondays.store / "forecasts")
    with pytest.raises(LeakFound, match="sees the future"):
        mondays.run(WEEKS, fault="look_ahead")
    assert tree_of(mondays.store / "forecasts") == before


def test_revisions_add_up_and_are_told_apart(mondays: Mondays) -> None:
    mondays.sales = mondays.sales.copy()
    mondays.sales.iloc[:2, WEEKS - 6 : WEEKS - 1] += 60
    mondays.run(WEEKS)
    revisions = pd.read_parquet(mondays.store / "ledger" / "revisions.parquet")
    parts = revisions[["by_new_data", "by_restated_data", "by_new_model"]].sum(axis=1)
    assert (revisions["units_before"] + parts - revisions["units"]).abs().max() < 1e-9
    assert len(revisions) == 2 * len(mondays.sales) and (revisions["as_of_week_before"] == WEEKS - 2).all()
    restated = revisions["product_code"].isin(mondays.sales.index[:2])
    assert (revisions.loc[restated, "by_restated_data"] > 0).all()
    by_others = revisions.loc[~restated, "by_restated_data"].abs()  # all products share their weeks
    assert revisions.loc[restated, "by_restated_data"].mean() > 5 * by_others.mean()
    assert "What changed most" in (mondays.store / "reports" / "latest.html").read_text()
