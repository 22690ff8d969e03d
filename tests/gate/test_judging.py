"""Past forecasts are scored against what was sold, and the gate gets the errors of what would have been published."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.testing import assert_allclose

from schemas.config import Config
from schemas.scores import SIMPLE_METHODS
from tasks.baselines.simple import forecast_simply
from tasks.gate.errors import join_errors, read_errors
from tasks.gate.fits import fit_past
from tasks.gate.judging import Judged, judge, judge_simple_methods, units_of
from tasks.gate.past_forecasts import answered_by
from tasks.models.arrays import Floats
from tasks.models.panel import Panel
from tests.histories import draw_history

ORIGINS = (16, 18)


@pytest.fixture(scope="module")
def history() -> Panel:
    return draw_history(30, 24, launches=True)


@pytest.fixture(scope="module")
def made(history: Panel) -> dict[int, pa.Table]:
    return {origin: fit_past(history, origin, Config(max_training_windows=600)) for origin in ORIGINS}


@pytest.fixture(scope="module")
def judged(history: Panel, made: dict[int, pa.Table]) -> Judged:
    champion = {18: answered_by(made[18], "levels")}
    return judge(history, made, champion, len(history.codes))


def error_of(history: Panel, table: pa.Table, forecaster: str, origin: int) -> Floats:
    units = answered_by(table, forecaster)["units"].to_numpy().reshape(-1, 3)
    return np.asarray(np.abs(units - history.after(origin, 3)))


def test_the_network_the_levels_and_what_is_published_are_scored_beside_the_simple_methods(
    history: Panel, made: dict[int, pa.Table], judged: Judged
) -> None:
    assert list(judged.scores) == ["lstm", "levels", "published", *SIMPLE_METHODS]
    for name in ("lstm", "levels", "published"):
        errors = [error_of(history, made[origin], name, origin) for origin in ORIGINS]
        assert_allclose(judged.scores[name].mae, np.concatenate(errors).mean(axis=0))
    simple = [np.abs(forecast_simply("ses", history.until(o), 3).units - history.after(o, 3)) for o in ORIGINS]
    assert_allclose(judged.scores["ses"].mae, np.concatenate(simple).mean(axis=0))
    assert all(scores.forecasts == len(np.concatenate(simple)) for scores in judged.scores.values())


def test_the_gate_compares_what_would_have_been_published(
    history: Panel, made: dict[int, pa.Table], judged: Judged
) -> None:
    errors = read_errors(join_errors(judged.errors))
    assert errors.origins == ORIGINS
    assert set(errors.of) == {"challenger", "champion", *SIMPLE_METHODS}
    for place, origin in enumerate(ORIGINS):
        expected = error_of(history, made[origin], "published", origin).mean()
        assert errors.by_origin("challenger")[place] == pytest.approx(expected)
    levels = error_of(history, made[18], "levels", 18).mean()
    assert errors.by_origin("champion").tolist() == [pytest.approx(np.nan, nan_ok=True), pytest.approx(levels)]


def test_products_that_were_not_forecast_have_no_units(history: Panel, made: dict[int, pa.Table]) -> None:
    published = answered_by(made[18], "published")
    codes = np.array(["other", *history.codes[::-1]], object)
    units = units_of(codes, published)
    assert np.isnan(units[0]).all()
    for code, found in zip(codes[1:].tolist(), units[1:], strict=True):
        own = published.filter(pc.field("product_code") == code)["units"].to_pylist()
        assert found.tolist() == own or (not own and np.isnan(found).all())


def test_without_a_fit_simple_methods_are_judged_one_week_ahead(history: Panel) -> None:
    errors = read_errors(join_errors(judge_simple_methods(history.until(5), 3)))
    assert errors.origins == (2, 3, 4)
    assert set(errors.of) == set(SIMPLE_METHODS)
    last = [np.abs(history.after(o, 1)[:, 0] - history.until(o).units[:, -1]).mean() for o in (2, 3, 4)]
    assert_allclose(errors.by_origin("last_value"), last)
