"""Past forecasts: what is used again, and what has to be made again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from schemas.config import Config
from tasks.gate.fits import fit_past
from tasks.gate.past_forecasts import (
    answered_by,
    codes_of,
    draw_fitted,
    hash_products,
    still_true,
)
from tasks.models.panel import Panel
from tasks.models.table import read_distributions
from tests.histories import answer, draw_history, fit_recipe, read_in_batches

CONFIG = Config(max_training_windows=600)


@pytest.fixture(scope="module")
def history() -> Panel:
    return draw_history(30, 24, launches=True)


@pytest.fixture(scope="module")
def made(history: Panel) -> pa.Table:
    return fit_past(history, 18, CONFIG)


def test_a_past_forecast_is_what_a_run_of_that_week_would_have_published(history: Panel, made: pa.Table) -> None:
    past = history.until(18)
    fitted = fit_recipe(past, CONFIG)
    forecast = fitted.predict(past)
    for forecaster, expected in (
        ("published", answer(past, fitted).distribution),
        ("lstm", forecast.network),
        ("levels", forecast.levels),
    ):
        found = read_distributions(answered_by(made, forecaster), 3)
        for name, values in vars(expected).items():
            np.testing.assert_array_equal(getattr(found, name), values)


def test_what_is_published_has_its_method_and_the_network_and_the_levels_have_every_product(
    history: Panel, made: pa.Table
) -> None:
    past, published = history.until(18), answered_by(made, "published")
    fitted = fit_recipe(past, CONFIG)
    expected = answer(past, fitted)
    for name in ("method", "reason"):
        assert published[name].to_pylist() == np.repeat(getattr(expected, name), 3).tolist()
    np.testing.assert_array_equal(published["network_weight"], np.repeat(expected.weight, 3))
    assert set(made["decision"].to_pylist()) == {",".join(fitted.decision)}
    assert made["forecaster"].unique().to_pylist() == ["published", "lstm", "levels"]
    for forecaster in ("lstm", "levels"):
        alone = answered_by(made, forecaster)
        assert alone["product_code"].to_pylist() == published["product_code"].to_pylist()
        assert set(alone["method"].to_pylist()) == {"lstm"}


def test_it_is_used_again_whatever_was_sold_later(history: Panel, made: pa.Table) -> None:
    later = replace(history, units=np.where(np.arange(24) > 18, 99.0, history.units))
    kept = still_true(made, later)
    assert kept is not None and kept.equals(made)


def test_it_is_not_used_where_a_unit_before_was_restated(history: Panel, made: pa.Table) -> None:
    units = history.units.copy()
    row = int(np.flatnonzero(~np.isnan(units[:, 10]))[0])
    units[row, 10] += 1
    assert still_true(made, replace(history, units=units)) is None


def test_products_that_are_gone_are_left_out(history: Panel, made: pa.Table) -> None:
    some = history.select(np.arange(0, 30, 2))
    kept = still_true(made, some)
    assert kept is not None
    assert set(codes_of([kept]).to_pylist()) == set(some.codes) & set(codes_of([made]).to_pylist())
    nothing = still_true(made, Panel(np.array(["other"], object), np.ones((1, 24))))
    assert nothing is None


def test_the_hash_depends_on_the_units_since_launch_alone() -> None:
    units = np.array([[np.nan, np.nan, 3, 0, 5], [1, 2, 3, 0, 5], [1, 2, 3, 5, 0]])
    codes = np.array(list("ABC"), object)
    first, *others = hash_products(Panel(codes, units), 3)
    assert first == hash_products(Panel(codes[:1], units[:1, 2:], 2), 3)[0]
    assert len({first, *others}) == 3


@pytest.mark.parametrize("products", [None, 7])
def test_the_products_to_fit_a_past_week_on_are_drawn_by_what_was_known(
    history: Panel, products: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.gate.past_forecasts.FITTED_PRODUCTS", 10)
    drawn = draw_fitted(read_in_batches(history, products), 18, seed=1)
    later = replace(history, units=np.where(np.arange(24) > 18, 99.0, history.units))
    assert len(drawn.codes) == 10
    assert drawn.codes.tolist() == draw_fitted(read_in_batches(later, products), 18, seed=1).codes.tolist()


def test_forecasts_say_by_which_settings_they_were_made(history: Panel, made: pa.Table) -> None:
    other = fit_past(history, 18, CONFIG.model_copy(update={"seed": 2}))
    assert pc.unique(made["settings"]) != pc.unique(other["settings"])
    gate = fit_past(history, 18, CONFIG.model_copy(update={"gate_origins": 2}))
    assert gate.equals(made)
