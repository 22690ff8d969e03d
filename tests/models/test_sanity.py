"""A forecast that nobody would believe is replaced, with its reason; one that continues its history is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from schemas.config import Config
from tasks.models.choosing import choose
from tasks.models.distribution import Distribution
from tasks.models.sanity import find_implausible
from tests.histories import answer, distribution_of, draw_history, fit_recipe

UNITS = np.array([[2.0, 3, 2, 0, 4], [0, 0, 0, 0, 0], [np.nan, np.nan, 1, 900, 1], [5, 5, 5, 5, 5]])


def predict(*units: float) -> Distribution:
    column = np.array(units, float)[:, np.newaxis]
    return distribution_of(column, column, column, column)


@pytest.mark.parametrize(
    ("forecast", "wrong"),
    [
        ((3, 0, 2, 5), [False, False, False, False]),
        ((250, 0, 2, 501), [False, False, False, True]),
        ((251, 9, 1801, 499), [True, False, True, False]),
        ((np.nan, np.nan, np.inf, 5), [True, True, True, False]),
    ],
)
def test_what_is_out_of_proportion_is_found(forecast: tuple[float, ...], wrong: list[bool]) -> None:
    assert find_implausible(UNITS, predict(*forecast)).tolist() == wrong


def test_products_without_a_sale_cause_no_warning_in_any_thread() -> None:
    many = 2000  # so many that the threads take turns within a call
    units, forecast = np.tile(UNITS, (many, 1)), predict(*(3, 0, 2, 5) * many)
    with ThreadPoolExecutor(4) as threads:
        for wrong in threads.map(lambda _: find_implausible(units, forecast), range(40)):
            assert not wrong.any()


def test_a_broken_answer_is_replaced_by_the_last_weeks() -> None:
    history = draw_history(products=20, weeks=30)
    fitted = fit_recipe(history, Config())
    sound, forecast = answer(history, fitted), fitted.predict(history)
    mean = forecast.published.mean.copy()
    mean[6], mean[5, 1] = 1e9, np.nan
    broken = replace(forecast, at=lambda weight: replace(forecast.at(weight), mean=mean))
    found = choose(history, broken, fitted.state.fewest_weeks)
    assert [found.method[place] for place in (6, 5)] == ["mean_7", "mean_7"]
    assert all("implausible" in found.reason[place] for place in (6, 5))
    np.testing.assert_allclose(found.distribution.mean[[6, 5], 0], history.units[[6, 5], -7:].mean(axis=1))
    others = np.delete(np.arange(20), [6, 5])
    np.testing.assert_array_equal(found.distribution.units[others], sound.distribution.units[others])
    assert (found.method[others] == sound.method[others]).all()


def test_history_of_usual_products_is_plausible() -> None:
    history = draw_history(products=60, weeks=30, launches=True)
    assert not any("implausible" in reason for reason in answer(history, fit_recipe(history, Config())).reason)
