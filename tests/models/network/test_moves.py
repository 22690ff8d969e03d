"""What outputs do to a forecast: nothing where they are zero, and never anything that is no forecast."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from schemas.forecasts import GRID
from tasks.models.arrays import Floats
from tasks.models.network.moves import FURTHEST, LARGEST_CHANGE, move, to_form
from tasks.models.uncertainty.quantiles import grid_quantiles

GENERATOR = np.random.default_rng(1)
EXPECTED = GENERATOR.lognormal(1, 2, (60, 3))
ERROR = np.sqrt(EXPECTED + 0.1)
QUANTILES = grid_quantiles(EXPECTED, GENERATOR.lognormal(-2, 1, (60, 3)), EXPECTED > 0, np.ones((60, 3)))
FORM = to_form(QUANTILES, EXPECTED, ERROR)


def moved(*, mean: float = 0.0, level: float = 0.0, each: Floats | float = 0.0) -> tuple[Floats, Floats]:
    outputs = np.zeros((60, 3, 2 + len(GRID)))
    outputs[..., 0], outputs[..., 1], outputs[..., 2:] = mean, level, each
    return move(outputs, EXPECTED, ERROR, FORM)


def test_outputs_of_zero_move_nothing() -> None:
    mean, quantiles = moved()
    assert_array_equal(mean, EXPECTED)
    assert_allclose(quantiles, QUANTILES, rtol=1e-5, atol=1e-5)


def test_the_first_output_moves_the_mean_and_the_second_all_quantiles() -> None:
    mean, quantiles = moved(mean=np.log(1.5), level=np.log(2.0))
    assert_allclose(mean, 1.5 * EXPECTED)
    assert_allclose(quantiles, 2 * moved()[1])
    assert_allclose(moved(level=1e3)[1], np.exp(LARGEST_CHANGE) * moved()[1])


def test_each_quantile_is_moved_by_about_so_many_usual_errors() -> None:
    middle, farthest = len(GRID) // 2, np.arange(len(GRID)) == len(GRID) - 1
    up = (moved(each=0.1)[1] - moved()[1])[..., middle] / ERROR
    assert (0.09 < up).all() and (up < 0.3).all()
    _, alone = moved(each=np.where(farthest, 0.4, 0.0))
    assert_array_equal(alone[..., :-1], moved()[1][..., :-1])
    assert (alone[..., -1] > moved()[1][..., -1]).all()
    assert (moved(each=1e3)[1] <= (EXPECTED + ERROR * np.sinh(FURTHEST))[..., np.newaxis] * (1 + 1e-9)).all()


@pytest.mark.parametrize("size", [0.1, 2.0, 50.0])
def test_quantiles_stay_in_order_and_above_zero_whatever_is_put_out(size: float) -> None:
    outputs = size * np.random.default_rng(2).normal(0, 1, (60, 3, 2 + len(GRID)))
    mean, quantiles = move(outputs, EXPECTED, ERROR, FORM)
    assert np.isfinite(mean).all() and np.isfinite(quantiles).all()
    assert (mean > 0).all()
    assert (quantiles >= 0).all()
    assert (np.diff(quantiles, axis=-1) >= 0).all()
