"""An ordinary Monday fits one network: forecasts of past weeks that the run before made are used again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from schemas.config import Config
from schemas.records import Sales
from schemas.scores import PUBLISHED
from tasks.gate import fits
from tasks.gate.kept_forecasts import PastForecasts
from tasks.gate.past_forecasts import answered_by, name_settings
from tasks.models.panel import Panel
from tasks.store.commit import Commit
from tasks.store.paths import PAST_FORECASTS_FILE, run_file
from tasks.store.publishing.incumbent import Incumbent
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tests.histories import draw_history, read_in_batches

CONFIG = Config(max_training_windows=600)
WEEKS = 24


@pytest.fixture
def made_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The origins of all fits, in the order in which they are made."""
    origins: list[int] = []
    fit = fits.fit_past

    def fit_past(sales: Panel, origin: int, config: Config) -> pa.Table:
        origins.append(origin)
        return fit(sales, origin, config)

    monkeypatch.setattr(fits, "fit_past", fit_past)
    return origins


@pytest.fixture
def history() -> Panel:
    return draw_history(30, WEEKS)


class Runs:
    """Runs of several weeks in one store, each of which keeps its past forecasts."""

    def __init__(self, folder: Path) -> None:
        self.store, self._kept = Store(str(folder)), dict[str, str]()
        self._last: tuple[int, str, str, str, dict[str, Any]] | None = None

    def past(self, history: Panel, name: str, config: Config = CONFIG) -> PastForecasts:
        week = history.last_week
        sales = Sales(
            run_id=name,
            data_sha256="",
            path="",
            quarantine="",
            products=len(history.codes),
            quarantined=0,
            first_week=0,
            first_date=None,
            as_of_week=week,
        )
        incumbent = (
            Incumbent(*self._last, Snapshot(self.store, {"commits/000001.json": self._commit()}))
            if self._last
            else None
        )
        self._last = (week, name, "model", "lstm", config.model_dump())
        return PastForecasts(self.store, sales, read_in_batches(history), incumbent)

    def _commit(self) -> Commit:
        return Commit(number=1, publications=(), staged="", kept=self._kept, changes=())

    def keep(self, past: PastForecasts, name: str, last: int) -> None:
        path = run_file(name, PAST_FORECASTS_FILE)
        self.store.write_table(path, past.to_keep(last))
        self._kept[path] = self.store.sha256(path)


def test_a_week_later_only_the_new_origin_is_fitted(history: Panel, made_at: list[int], tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    past = runs.past(history.until(WEEKS - 2), "first")
    first = past.by_recipe(range(15, 19), CONFIG)
    assert made_at == [15, 16, 17, 18]
    runs.keep(past, "first", 18)
    later = runs.past(history, "second")
    second = later.by_recipe(range(16, 20), CONFIG)
    assert made_at[4:] == [19]
    assert all(second[origin].equals(first[origin]) for origin in (16, 17, 18))


def test_a_run_that_is_started_again_repeats_no_fit(history: Panel, made_at: list[int], tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for _ in range(2):
        past = runs.past(history, "killed")
        past.by_recipe(range(18, 20), CONFIG)
    assert made_at == [18, 19]


def test_restated_units_and_other_settings_are_fitted_anew(history: Panel, made_at: list[int], tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    past = runs.past(history.until(WEEKS - 2), "first")
    past.by_recipe(range(15, 19), CONFIG)
    runs.keep(past, "first", 18)
    units = history.units.copy()
    units[3, 17] += 5
    restated = runs.past(Panel(history.codes, units), "second")
    restated.by_recipe(range(15, 19), CONFIG)
    assert made_at[4:] == [17, 18]
    restated.by_recipe(range(15, 16), CONFIG.model_copy(update={"seed": 7}))
    assert made_at[6:] == [15]


def test_what_was_published_is_the_earlier_recipe_where_there_is_no_vintage(
    history: Panel, made_at: list[int], tmp_path: Path
) -> None:
    runs, other = Runs(tmp_path), CONFIG.model_copy(update={"seed": 7})
    runs.past(history.until(WEEKS - 2), "first", other)
    past = runs.past(history, "second")
    made = past.by_recipe([19], CONFIG)
    published = past.published(made, CONFIG)
    assert made_at == [19, 19]
    assert published[19]["settings"][0].as_py() == name_settings(other) != name_settings(CONFIG)
    assert np.array_equal(published[19]["product_code"], answered_by(made[19], PUBLISHED)["product_code"])


def test_a_week_in_which_nothing_was_sold_yet_cannot_be_judged(
    history: Panel, made_at: list[int], tmp_path: Path
) -> None:
    late = Panel(history.codes, np.where(np.arange(WEEKS) < 17, np.nan, history.units))
    made = Runs(tmp_path).past(late, "first").by_recipe(range(15, 20), CONFIG)
    assert list(made) == made_at == [17, 18, 19]
