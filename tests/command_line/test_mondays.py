"""One Monday after the other: what a new file has to do with those before it."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schemas.errors import BadInput, PublicationRefused, UsageError, WeekcastError
from tasks.workspace.alerts import Alert
from tests.command_line.command import QUICK, Weekcast, in_this_process, tree_of
from tests.weeks import QUICK as SETTINGS
from tests.weeks import Told, run_week

Edit = Callable[[pd.DataFrame], pd.DataFrame]
WEEKS = 30


@pytest.fixture(scope="module")
def table(sample: Path) -> pd.DataFrame:
    """The sales of the sample, one row a product."""
    return pd.read_csv(sample, index_col=0)


@pytest.fixture(scope="module")
def earlier(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was published to two weeks before the sample ends; tests must not change it."""
    folder = tmp_path_factory.mktemp("earlier")
    table.iloc[:, :-2].to_csv(folder / "sales.csv")
    run_week(folder / "sales.csv", folder / "store", **SETTINGS)
    return folder / "store"


@pytest.fixture(scope="module")
def latest(earlier: Path, table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """That store after the next run, with the sample's last week, and what this run told; tests must not change it."""
    folder = tmp_path_factory.mktemp("latest")
    monday = Monday(Path(shutil.copytree(earlier, folder / "store")), folder)
    return monday.store, monday.run(table)


class Monday:
    """A store as it was, and the next file."""

    def __init__(self, store: Path, folder: Path) -> None:
        self.store, self.file = store, folder / "next.csv"

    def run(self, table: pd.DataFrame, as_of: str | None = None, **settings: Any) -> dict[str, Any]:
        """Run the steps; returns what `--json` shows, and the warnings."""
        table.to_csv(self.file)
        told = Told()
        outcome = run_week(self.file, self.store, as_of, told=told, **(SETTINGS | settings))
        return outcome.model_dump(mode="json") | {"warnings": "\n".join(told.warnings), "alerts": set(told.alerts)}

    def refuse(self, error: type[WeekcastError], table: pd.DataFrame, as_of: str | None = None) -> str:
        """Run the steps, which raise this error; returns its message."""
        with pytest.raises(error) as refused:
            self.run(table, as_of)
        return refused.value.message

    def sales(self) -> pd.DataFrame:
        """What the store knows: one row a product, one column a week."""
        long = pd.read_parquet(self.store / "sales")
        return long.pivot(index="product_code", columns="week", values="units")

    def report(self) -> str:
        return (self.store / "reports" / "latest.html").read_text()

    def forecasts(self) -> bytes:
        return (self.store / "forecasts" / "latest.parquet").read_bytes()


@pytest.fixture
def monday(earlier: Path, tmp_path: Path) -> Monday:
    return Monday(Path(shutil.copytree(earlier, tmp_path / "store")), tmp_path)


@pytest.fixture
def later(latest: tuple[Path, dict[str, Any]], tmp_path: Path) -> Monday:
    return Monday(Path(shutil.copytree(latest[0], tmp_path / "later")), tmp_path)


def renamed(table: pd.DataFrame, first: int) -> pd.DataFrame:
    return table.set_axis([f"W{first + place}" for place in range(table.shape[1])], axis=1)


def test_a_file_with_new_weeks_is_published(
    later: Monday, latest: tuple[Path, dict[str, Any]], table: pd.DataFrame
) -> None:
    told = latest[1]
    assert (told["outcome"], told["as_of_week"], told["arrival"]) == ("published", WEEKS - 1, "extended")
    assert (told["restated"], told["new"], told["returned"], told["left"]) == (0, [], [], [])
    assert not told["alerts"]
    assert later.run(table)["outcome"] == "nothing_new"


@pytest.mark.parametrize(("dropped", "first"), [(2, 9), (15, 0)])
def test_a_file_whose_window_moved_is_continued_by_what_the_store_knows(
    monday: Monday, later: Monday, table: pd.DataFrame, dropped: int, first: int
) -> None:
    told = monday.run(renamed(table.iloc[:, dropped:], first))
    assert (told["as_of_week"], told["arrival"], told["restated"]) == (WEEKS - 1, "rolled", 0)
    assert monday.forecasts() == later.forecasts()
    assert (monday.sales().loc[table.index].to_numpy() == table.to_numpy()).all()


def test_a_file_whose_first_weeks_are_blank_is_continued(tmp_path: Path, table: pd.DataFrame) -> None:
    blank, monday = table.astype(float), Monday(tmp_path / "store", tmp_path)
    blank.iloc[:, :3] = np.nan
    for weeks in (WEEKS - 1, WEEKS):
        assert monday.run(blank.iloc[:, :weeks])["outcome"] == "published"
    assert monday.sales().columns.astype(int).min() == 3


def test_a_few_restated_cells_are_accepted_and_named(monday: Monday, table: pd.DataFrame) -> None:
    table = table.copy()
    table.iloc[3:6, 20] += 7
    table.iloc[:, -1] *= 3
    told = monday.run(table)
    assert (told["arrival"], told["restated"]) == ("extended", 3)
    assert told["alerts"] >= {Alert.FILE_RESTATED, Alert.LEVEL_SHIFT}
    assert "other units than the store knew: 3" in told["warnings"]
    cells = pd.read_parquet(monday.store / "runs" / told["run_id"] / "restated.parquet")
    assert set(cells["product_code"]) == set(table.index[3:6])
    assert (cells["units"] - cells["units_before"]).tolist() == [7, 7, 7]
    assert monday.sales().loc[table.index, 20].tolist() == table["W20"].tolist()


def test_many_restated_cells_are_refused_until_they_are_accepted(monday: Monday, table: pd.DataFrame) -> None:
    table = table.copy()
    table.iloc[:, 10:13] += 1
    before = tree_of(monday.store, without="raw/")
    message = monday.refuse(BadInput, table)
    assert "max_restated" in message and "accept_restatement=true" in message
    assert tree_of(monday.store, without="raw/") == before
    told = monday.run(table, accept_restatement=True)
    assert (told["outcome"], told["restated"]) == ("published", 3 * len(table))


def test_a_restatement_without_a_new_week_keeps_the_first_vintage(monday: Monday, table: pd.DataFrame) -> None:
    vintage = monday.store / "forecasts" / "history" / f"{WEEKS - 3:04}" / "forecast.parquet"
    first = vintage.read_bytes()
    table = table.iloc[:, :-2].copy()
    table.iloc[:5, -1] += 30
    told = monday.run(table)
    assert (told["outcome"], told["arrival"], told["is_latest"]) == ("published", "restated", True)
    assert vintage.read_bytes() == first != monday.forecasts()


def test_an_older_file_is_refused_and_an_older_week_is_for_backfill(monday: Monday, table: pd.DataFrame) -> None:
    before = tree_of(monday.store, without="raw/")
    assert "older than the last one" in monday.refuse(BadInput, table.iloc[:, :-3])
    assert "weekcast backfill" in monday.refuse(UsageError, table, "W20")
    assert tree_of(monday.store, without="raw/") == before


def test_a_file_of_other_sales_is_refused(monday: Monday, table: pd.DataFrame) -> None:
    others = table.sample(frac=1, random_state=1).set_axis(table.index)
    assert "no other place where they are alike" in monday.refuse(BadInput, others)


def test_products_that_move_are_named(monday: Monday, table: pd.DataFrame) -> None:
    gone = table.index[5]
    told = monday.run(table.iloc[:, :-1].drop(index=gone))
    assert (told["left"], told["new"], told["returned"]) == ([gone], [], [])
    table = table.copy()
    table.loc["brand new"] = [None] * (WEEKS - 3) + [4, 5, 6]
    told = monday.run(table)
    assert (told["left"], told["new"], told["returned"]) == ([], ["brand new"], [gone])


def test_a_file_that_is_late_is_waited_for(
    weekcast: Weekcast, monday: Monday, table: pd.DataFrame, tmp_path: Path
) -> None:
    raw = next((monday.store / "raw").iterdir())
    shutil.copy(raw, tmp_path / "sales-2024-09-30.csv")  # last week's
    late = threading.Timer(12, lambda: table.to_csv(tmp_path / "sales-2024-10-07.csv"))
    late.start()
    pattern = tmp_path / "sales-%Y-%m-%d.csv"
    ended = weekcast("run", pattern, "--store", monday.store, "--json", *QUICK, "--set", "wait_for_source=3")
    assert ended.code == 0, ended.stderr
    assert "waiting for the sales: sales-2024-09-30.csv is still what was published last" in ended.stderr
    assert json.loads(ended.stdout)["as_of_week"] == WEEKS - 1


def test_an_assortment_too_new_to_judge_is_not_published(monday: Monday, table: pd.DataFrame) -> None:
    unpublished = ("raw/", "runs/", "models/")
    before = tree_of(monday.store, without=unpublished)
    new = pd.DataFrame([[None] * (WEEKS - 1) + [3]] * 70, [f"N{number}" for number in range(70)], table.columns)
    table = pd.concat([table, new])
    message = monday.refuse(PublicationRefused, table)
    assert "max_fallback" in message and "70 of 130: 70 have too few weeks" in message
    assert tree_of(monday.store, without=unpublished) == before
    assert monday.run(table, max_fallback=1)["products"] == 130


def test_the_ledger_is_what_its_forecasts_and_the_sales_give(
    weekcast: Weekcast, later: Monday, table: pd.DataFrame, sample: Path
) -> None:
    between = f"W{WEEKS - 2}"
    ended = weekcast("backfill", sample, "--store", later.store, "--from", between, "--to", between, *QUICK)
    assert ended.code == 0, ended.stderr
    judge_ledger(later.store, table, [WEEKS - 3, WEEKS - 2])
    assert '"firstKnown":[]' in later.report()  # no picture shows other units than are known now
    before = tree_of(later.store / "ledger")
    restated = table.copy()
    restated.iloc[:, -1] += 11
    later.run(restated, accept_restatement=True)
    judge_ledger(later.store, restated, [WEEKS - 3, WEEKS - 2])
    assert tree_of(later.store / "ledger").keys() == before.keys()
    ledger = pd.read_parquet(later.store / "ledger" / "forecasts" / f"{WEEKS - 3:04}.parquet")
    last = ledger[ledger["target_week"] == WEEKS - 1].set_index("product_code").loc[table.index]
    assert (last["actual_first"] == table.iloc[:, -1]).all()
    assert (last["actual"] == restated.iloc[:, -1]).all()
    assert re.search(r'"firstKnown":\[\[\d+,\d+,[\d.]+\]', later.report())


def test_published_and_simple_methods_are_scored_on_the_same_products(monday: Monday, table: pd.DataFrame) -> None:
    monday.run(table.iloc[:, :-1])
    gone = table.index[5]
    monday.run(table.drop(index=gone))  # its first week ahead is known, and the others never will be
    scores = pd.read_parquet(monday.store / "ledger" / "scores.parquet")
    of_vintage = scores[scores["as_of_week"] == WEEKS - 3].set_index(["horizon", "method"])["products"]
    assert set(of_vintage[1]) == {len(table)} and set(of_vintage[2]) == {len(table) - 1}
    last = (table[f"W{WEEKS - 3}"] - table[f"W{WEEKS - 2}"]).abs().mean()
    errors = scores[(scores["as_of_week"] == WEEKS - 3) & (scores["method"] == "last_value")].set_index("horizon")[
        "mae"
    ]
    assert errors[1] == pytest.approx(last)


def test_the_ledger_can_be_rebuilt(later: Monday) -> None:
    for path in ("accuracy_by_product.parquet", f"forecasts/{WEEKS - 3:04}.parquet"):
        file = later.store / "ledger" / path
        whole = file.read_bytes()
        file.write_bytes(whole[:-20])
        assert in_this_process("verify", later.store).code == 4
        assert in_this_process("verify", later.store, "--repair").code == 0
        assert file.read_bytes() == whole


def test_a_run_writes_a_damaged_vintage_again(later: Monday, table: pd.DataFrame) -> None:
    file = later.store / "ledger" / "forecasts" / f"{WEEKS - 3:04}.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    table = table.assign(**{f"W{WEEKS}": table.iloc[:, -1]})
    assert f"{WEEKS - 3:04}.parquet is not what was published: it is written again" in later.run(table)["warnings"]
    assert in_this_process("verify", later.store).code == 0


def judge_accuracy(store: Path, vintages: list[int]) -> None:
    """The accuracy of each product is that of the vintages' rows."""
    kept = [pd.read_parquet(store / "ledger" / "forecasts" / f"{week:04}.parquet") for week in vintages]
    rows = pd.concat(kept).dropna(subset="actual")
    keys = [rows["product_code"], rows["horizon"]]
    found = pd.read_parquet(store / "ledger" / "accuracy_by_product.parquet").set_index(["product_code", "horizon"])
    errors = rows.filter(like="units_by_").sub(rows["actual"], axis=0).abs().groupby(keys).mean()
    published = (rows["units"] - rows["actual"]).abs().groupby(keys).mean()
    np.testing.assert_allclose(found["mae"], published.loc[found.index])
    np.testing.assert_allclose(found["mae_best_simple"], errors.min(axis=1).loc[found.index])
    assert (found["vintages"] == rows.groupby(keys).size().loc[found.index]).all()
    assert len(found) == len(published)


def judge_pits(rows: pd.DataFrame) -> None:
    """The PIT of less than a quantile is below its probability, that of more above it."""
    for column, share in (("units_p10", 0.1), ("units", 0.5), ("units_p90", 0.9), ("units_p95", 0.95)):
        assert (rows["pit"][rows["actual"] < rows[column]] < share + 1e-6).all()
        assert (rows["pit"][rows["actual"] > rows[column]] > share - 1e-6).all()
    assert rows["pit"].notna().equals(rows["actual"].notna())


def judge_ledger(store: Path, table: pd.DataFrame, vintages: list[int]) -> None:
    frame = pd.read_parquet(store / "ledger" / "scores.parquet")
    judge_accuracy(store, vintages)
    scores = {(row["as_of_week"], row["horizon"], row["method"]): row for row in frame.to_dict("records")}
    assert len(scores) == len(frame)
    assert sorted({week for week, _, _ in scores}) == vintages
    sold = {(week, code): row[f"W{week}"] for code, row in table.iterrows() for week in range(WEEKS)}
    for week in vintages:
        forecast = pd.read_parquet(store / "forecasts" / "history" / f"{week:04}" / "forecast.parquet")
        kept = pd.read_parquet(store / "ledger" / "forecasts" / f"{week:04}.parquet")
        pd.testing.assert_frame_equal(kept[forecast.columns], forecast)
        targets = zip(forecast["target_week"], forecast["product_code"], strict=True)
        forecast["sold"] = [sold.get(target, np.nan) for target in targets]
        np.testing.assert_array_equal(kept["actual"], forecast["sold"])
        for horizon in range(1, 1 + min(3, WEEKS - 1 - week)):
            rows = forecast[forecast["horizon"] == horizon]
            row, error = scores[week, horizon, "published"], (rows["units"] - rows["sold"]).abs()
            inside = rows["sold"].between(rows["units_p10"], rows["units_p90"])
            judge_pits(kept[kept["horizon"] == horizon])
            assert row["products"] == len(table)
            assert row["mae"] == pytest.approx(error.mean(), rel=1e-9)
            assert row["wape"] == pytest.approx(error.sum() / rows["sold"].sum(), rel=1e-9)
            assert row["bias"] == pytest.approx((rows["units_mean"] - rows["sold"]).mean(), rel=1e-9)
            assert row["coverage_80"] == pytest.approx(inside.mean(), rel=1e-9)
            last = (table[f"W{week}"] - table[f"W{week + horizon}"]).abs().mean()
            assert scores[week, horizon, "last_value"]["mae"] == pytest.approx(last, rel=1e-9)
            assert len([key for key in scores if key[:2] == (week, horizon)]) == 8


def test_past_weeks_are_filled_with_the_bytes_that_they_would_have_had(
    weekcast: Weekcast, later: Monday, table: pd.DataFrame, sample: Path, tmp_path: Path
) -> None:
    before = [later.forecasts(), (later.store / "champion.json").read_bytes()]
    first, last, fresh = f"W{WEEKS - 4}", f"{WEEKS - 1}", tmp_path / "fresh"
    for published in (2, 0):
        ended = weekcast("backfill", sample, "--store", later.store, "--from", first, "--to", last, "--json", *QUICK)
        assert ended.code == 0, ended.stderr
        assert len(json.loads(ended.stdout)["published"]) == published
    for week in range(WEEKS - 4, WEEKS):
        run_week(sample, fresh, week, **SETTINGS)
    for store in (later.store, fresh):
        assert in_this_process("verify", store).code == 0
    assert [later.forecasts(), (later.store / "champion.json").read_bytes()] == before
    vintages = [tree_of(store / "forecasts" / "history") for store in (later.store, fresh)]
    assert vintages[0] == vintages[1]
    assert len(vintages[0]) == 4
    ledgers = [tree_of(store / "ledger", "revisions") for store in (later.store, fresh)]
    assert ledgers[0] == ledgers[1]  # a revision stays what it was when it was published
    judge_ledger(fresh, table, [WEEKS - 4, WEEKS - 3, WEEKS - 2])


def test_a_week_that_cannot_be_filled_is_wrong_usage(weekcast: Weekcast, monday: Monday, sample: Path) -> None:
    for first, last in (("W29", "W20"), ("W20", "W99")):
        ended = weekcast("backfill", sample, "--store", monday.store, "--from", first, "--to", last)
        assert ended.code == 2, ended.stderr
    vintage = monday.store / "forecasts" / "history" / f"{WEEKS - 3:04}" / "forecast.parquet"
    vintage.write_bytes(b"")
    ended = weekcast("backfill", sample, "--store", monday.store, "--from", "W20", "--to", "W29")
    assert (ended.code, "--repair" in ended.stderr) == (4, True)


def test_a_damaged_ledger_is_mended_by_repair_and_by_the_next_run(later: Monday, table: pd.DataFrame) -> None:
    ledger = later.store / "ledger"
    before = tree_of(ledger, "revisions")
    vintage = ledger / "forecasts" / f"{WEEKS - 3:04}.parquet"
    vintage.write_bytes(vintage.read_bytes()[:-9])
    assert in_this_process("verify", later.store).code == 4
    assert in_this_process("verify", later.store, "--repair").code == 0
    (ledger / "scores.parquet").unlink()
    told = later.run(table, seed=2)
    assert "all past forecasts are scored again" in told["warnings"]
    assert tree_of(ledger, "revisions") == before
    assert in_this_process("verify", later.store).code == 0


def test_a_run_that_was_killed_and_comes_with_other_inputs_says_what_is_different(
    weekcast: Weekcast, monday: Monday, table: pd.DataFrame
) -> None:
    table.to_csv(monday.file)
    command = ["run", monday.file, "--store", monday.store, *QUICK]
    weekcast.run_program("tests.processes.killed", 12, "after", monday.store, *command)
    told = monday.run(table.iloc[:-1] + (table.iloc[:-1] == table.iloc[:-1].max(axis=None)), horizon=2)
    assert (
        "was begun and not finished; this one has other inputs: horizon is 2, was 3; 0 products are new, 1 are "
        in (told["warnings"])
    )
    assert "units of weeks that both have are others" in told["warnings"]
    assert "was begun and not finished" not in monday.run(table, seed=2)["warnings"]
