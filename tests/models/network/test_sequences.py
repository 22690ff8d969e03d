"""Moments hold what is read, expected and sold; in sequences, nothing is known of weeks that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Integers, Mask
from tasks.models.filter.standing import Standing
from tasks.models.network.inputs import AHEAD, WEEKLY
from tasks.models.network.moves import FURTHEST, move
from tasks.models.network.sequences import Moments, read_weeks
from tasks.models.uncertainty.quantiles import grid_quantiles
from tests.histories import draw_history

PRODUCTS, WEEKS = 40, 30
UNITS = draw_history(PRODUCTS, WEEKS, launches=True).units
UNITS[:5] *= 0.37
WHOLE = np.arange(PRODUCTS) >= 5
HORIZONS = np.array([1, 3, 5])


def moments_at(week: int, rows: Integers | Mask | None = None) -> tuple[Standing, Moments]:
    """What is known of the launched products in this week, and what the network would learn from some of them."""
    for read in read_weeks(UNITS, WHOLE, 5, date(2024, 1, 1)):
        if read.standing.week == week:
            chosen = np.arange(len(read.standing.rows)) if rows is None else rows
            return read.standing, read.moments(UNITS, WHOLE, HORIZONS, chosen)
    raise AssertionError(f"no week {week}")


def assert_same(one: Moments, other: Moments) -> None:
    for field in fields(Moments):
        assert getattr(one, field.name).dtype == np.float32
        assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize("week", [12, 26, 29])
def test_the_truth_is_what_was_sold_and_unknown_after_the_last_week_and_at_launch(week: int) -> None:
    standing, moments = moments_at(week)
    rows = standing.rows
    assert len(moments) == len(rows) == np.count_nonzero(~np.isnan(UNITS[:, week]))
    for row, truth in zip(rows.tolist(), moments.truth, strict=True):
        own = UNITS[row].tolist() + [np.nan] * 5
        told = not np.isnan(own[week - 1])
        assert_allclose(truth, [own[week + ahead] if told else np.nan for ahead in HORIZONS], rtol=1e-6)


def test_what_is_read_and_expected_has_its_shape_and_belongs_to_its_product() -> None:
    standing, moments = moments_at(20)
    rows = standing.rows
    assert moments.window.shape == (len(rows), len(WEEKLY))
    assert moments.ahead.shape == (len(rows), 3, len(AHEAD))
    assert_array_equal(moments.whole, WHOLE[rows])
    assert_allclose(moments.expected, standing.expected[[0, 2, 4]].T, rtol=1e-6)
    assert_allclose(moments.sells, standing.alive * standing.sells, rtol=1e-6)
    for name in ("error", "dispersion"):
        assert_allclose(getattr(moments, name), getattr(standing, name), rtol=1e-6)
    some = np.array([9, 2, 17])
    assert_same(moments_at(20, some)[1], moments.select(some))


def test_the_form_is_that_of_the_quantiles_that_the_filter_expects() -> None:
    _, moments = moments_at(20)
    outputs, shape = np.zeros((*moments.form.shape[:2], 2 + moments.form.shape[2])), moments.expected.shape
    expected, error, dispersion, sells, whole = (
        np.broadcast_to(values.reshape(len(values), -1).astype(np.float64), shape)
        for values in (moments.expected, moments.error, moments.dispersion, moments.sells, moments.whole)
    )
    _, quantiles = move(outputs, expected, error, moments.form)
    furthest = (expected + error * np.sinh(FURTHEST))[..., np.newaxis]  # of a product that never sold
    given = np.minimum(grid_quantiles(expected, dispersion, whole > 0, sells), furthest)
    assert_allclose(quantiles, given, rtol=1e-4, atol=1e-4)


def place(sequence: Sequence[int], position: Sequence[int]) -> Moments:
    return moments_at(20)[1].select(np.arange(len(sequence))).in_sequences(np.array(sequence), np.array(position), 4)


def test_moments_stand_in_their_places_of_the_sequences() -> None:
    single = moments_at(20)[1]
    placed = place([0, 2, 1, 0], [3, 0, 2, 1])
    assert placed.window.shape == (3, 4, len(WEEKLY)) and placed.truth.shape == (3, 4, 3)
    for number, (sequence, position) in enumerate([(0, 3), (2, 0), (1, 2), (0, 1)]):
        for field in fields(Moments):
            found = getattr(placed, field.name)[sequence, position]
            assert_array_equal(found, getattr(single, field.name)[number])


def test_nothing_is_known_of_the_other_places_and_they_have_a_form() -> None:
    placed, blank = place([0, 2, 1, 0], [3, 0, 2, 1]), np.ones((3, 4), np.bool_)
    blank[[0, 2, 1, 0], [3, 0, 2, 1]] = False
    assert np.isnan(placed.truth[blank]).all()
    assert not placed.window[blank].any() and not placed.ahead[blank].any()
    assert np.isfinite(placed.form).all()


def test_no_moments_are_no_sequences() -> None:
    nothing = (
        moments_at(20)[1].select(np.zeros(0, np.int64)).in_sequences(np.zeros(0, np.int64), np.zeros(0, np.int64), 4)
    )
    assert len(nothing) == 0
    assert nothing.truth.shape == (0, 4, 3)


def test_parts_join_in_their_order() -> None:
    _, moments = moments_at(20)
    half = np.arange(len(moments)) < 9
    assert_same(Moments.join([moments.select(half), moments.select(~half)]), moments)
