"""What the network is told of known inputs: prices that lower sales, and what raises them as a share of the week."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.known.effects import Effects
from tasks.models.known.promotions import find_readable, tell_promotions

NAMES = ["price", "display", "temperature", "strike"]
OWN = np.array([[[-0.5, 0, 10, 1], [0, 1, 30, 0], [0.1, 0.5, 20, 0]]])
PRICE = np.log(np.array([[5.0, 10, 11]]))


def effects(*pooled: float) -> Effects:
    nothing, seen = np.zeros(4), np.stack([OWN.min(axis=(0, 1)), OWN.max(axis=(0, 1))])
    return Effects(np.zeros(3), np.array(pooled), nothing, np.zeros(0), seen, np.array(1.0), np.array(0.2))


def test_a_price_is_read_where_a_lower_one_sells_more_and_all_else_where_it_sells_more() -> None:
    assert_array_equal(find_readable(NAMES, effects(-2, 0.6, 0, -1)), [True, True, False, False])
    assert_array_equal(find_readable(NAMES, effects(2, 0, 0.1, 0)), [False, False, True, False])
    assert not find_readable(NAMES, effects(0, 0, 0, 0)).any()


def test_each_input_counts_as_much_as_it_sells_more_from_its_smallest_value_to_its_largest() -> None:
    found = effects(-2, 0.6, 0.01, -1)
    told = tell_promotions(NAMES, OWN, PRICE, found, find_readable(NAMES, found))
    assert_allclose(told.promoted, [[0, 1, (0.3 + 0.1) / 0.8]])
    assert_array_equal(told.price, PRICE)


def test_a_price_without_effect_is_not_told() -> None:
    found = effects(0, 0.6, 0, 0)
    told = tell_promotions(NAMES, OWN, PRICE, found, find_readable(NAMES, found))
    assert_array_equal(told.price, np.zeros((1, 3)))
    assert_allclose(told.promoted, [[0, 1, 0.5]])


def test_an_input_beyond_all_that_was_seen_does_not_stand_for_another() -> None:
    found, own = effects(0, 0.6, 0.01, 0), np.array([[[0, 9.0, 10, 0]]])
    told = tell_promotions(NAMES, own, PRICE[:, :1], found, find_readable(NAMES, found))
    assert_allclose(told.promoted, [[0.6 / 0.8]])
