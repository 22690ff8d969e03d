"""The mean of two forecasts of one panel, of which the second counts for half as much as the network does."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.recipes.outlook import blend

ONE = np.array([[4.0], [4.0], [0.0]]), np.array([[[1.0, 9.0]], [[1.0, 9.0]], [[0.0, 0.0]]])
TWO = np.array([[9.0], [9.0], [0.0]]), np.array([[[4.0, 16.0]], [[4.0, 16.0]], [[0.0, 0.0]]])


def test_with_the_network_it_is_the_geometric_mean_and_without_it_the_first_forecast() -> None:
    mean, quantiles = blend([ONE, TWO], np.array([1.0, 0.0, 1.0]))
    assert_allclose(mean[:, 0], [6.0, 4.0, 0.0], rtol=0.01)
    assert_allclose(quantiles[:, 0], [[2.0, 12.0], [1.0, 9.0], [0.0, 0.0]], rtol=0.04)
    assert_array_equal(mean[1], ONE[0][1])


def test_a_panel_that_is_followed_once_has_its_own_forecast() -> None:
    assert blend([ONE], np.ones(3)) is ONE
