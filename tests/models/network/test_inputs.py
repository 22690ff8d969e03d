"""What the network reads of a week comes from that week and earlier ones, and is the same in a batch of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.arrays import Float32Array, Floats
from tasks.models.filter.common import Common
from tasks.models.network.inputs import AHEAD, WEEKLY, Promotions
from tasks.models.network.sequences import Week, read_weeks
from tasks.models.recipes.common import from_table, to_table
from tests.histories import draw_history

PRODUCTS, WEEKS, HORIZON = 40, 130, 52
UNITS = draw_history(PRODUCTS, WEEKS, launches=True).units
HORIZONS = np.array([1, 2, HORIZON])


def draw_known(seed: int = 0) -> Promotions:
    """Promotions of a tenth of the weeks, those to forecast included."""
    generator = np.random.default_rng(seed)
    promoted = generator.random((PRODUCTS, WEEKS + HORIZON)) * (generator.random((PRODUCTS, WEEKS + HORIZON)) < 0.1)
    return Promotions(promoted, -0.3 * promoted)


KNOWN = draw_known()


def read(
    units: Floats = UNITS, known: Promotions | None = None, common: Sequence[Common] | None = None
) -> Iterator[tuple[Week, Float32Array, Float32Array]]:
    """Each week, and the inputs of it and of the weeks ahead, in the order of the launched products' rows."""
    whole = np.ones(len(units), np.bool_)
    for week in read_weeks(units, whole, HORIZON, known=known, common=common):
        order = np.argsort(week.standing.rows)
        inputs = week.reader.inputs(week.standing, week.common)[order]
        yield week, inputs, week.reader.look_ahead(week.standing, week.common, HORIZONS)[order]


def at(week: int, made: Iterator[tuple[Week, Float32Array, Float32Array]]) -> tuple[Float32Array, Float32Array]:
    """The inputs of one week."""
    _, *inputs = next(islice(made, week, None))
    return inputs[0], inputs[1]


KEPT = [(inputs, ahead) for _, inputs, ahead in read(known=KNOWN)]
PLAIN = list(read())


def column(inputs: Float32Array, name: str) -> Float32Array:
    return inputs[..., (WEEKLY if inputs.ndim == 2 else AHEAD).index(name)]


def test_every_input_has_a_name_of_its_own_and_is_a_number_of_usual_size() -> None:
    assert len(set(WEEKLY)) == len(WEEKLY) and len(set(AHEAD)) == len(AHEAD)
    for number, (inputs, ahead) in enumerate(KEPT):
        launched = np.count_nonzero(~np.isnan(UNITS[:, number]))
        assert inputs.shape == (launched, len(WEEKLY)) and ahead.shape == (launched, 3, len(AHEAD))
        assert inputs.dtype == ahead.dtype == np.float32
        assert np.abs(inputs).max(initial=0) <= 6 and np.abs(ahead).max(initial=0) <= 6


@pytest.mark.parametrize("week", [0, 40, 120])
def test_noise_in_all_later_weeks_changes_no_input(week: int) -> None:
    later = UNITS.copy()
    later[:, week + 1 :] = np.random.default_rng(week).exponential(50, later[:, week + 1 :].shape)
    cut = Promotions(KNOWN.promoted[:, : week + 1 + HORIZON], KNOWN.price[:, : week + 1 + HORIZON])
    launched = ~np.isnan(UNITS[:, week])
    later[~launched] = np.nan
    for units, known in ((later, KNOWN), (UNITS[:, : week + 1], cut)):
        inputs, ahead = at(week, read(units, known))
        assert_array_equal(inputs, KEPT[week][0])
        assert_array_equal(ahead, KEPT[week][1])


@pytest.mark.parametrize("week", [5, 66, 129])
def test_promotions_of_later_weeks_are_seen_ahead_and_nowhere_else(week: int) -> None:
    other = Promotions(
        *(
            np.where(np.arange(WEEKS + HORIZON) > week, values, given)
            for values, given in ((draw_known(9).promoted, KNOWN.promoted), (draw_known(9).price, KNOWN.price))
        )
    )
    inputs, ahead = at(week, read(known=other))
    assert_array_equal(inputs, KEPT[week][0])
    differs = (ahead != KEPT[week][1]).any(axis=(0, 1))
    assert [name for name, is_other in zip(AHEAD, differs, strict=True) if is_other] == ["promotion", "price"]
    rows = np.flatnonzero(~np.isnan(UNITS[:, week]))
    assert_allclose(column(ahead, "promotion"), other.promoted[rows][:, week + HORIZONS], rtol=1e-6)


def test_this_weeks_promotion_is_read_and_without_any_known_all_are_zero() -> None:
    rows = np.flatnonzero(~np.isnan(UNITS[:, 77]))
    assert_allclose(column(KEPT[77][0], "promotion"), KNOWN.promoted[rows, 77], rtol=1e-6)
    assert (column(KEPT[77][0], "promotions known") == 1).all()
    _, inputs, ahead = PLAIN[77]
    for name in ("promotion", "price", "promotions known"):
        assert not column(inputs, name).any()
    assert not column(ahead, "promotion").any() and not column(ahead, "price").any()


@pytest.mark.parametrize("rows", [[7], range(0, PRODUCTS, 9), range(PRODUCTS - 1)])
def test_a_batch_reads_the_same_to_the_bit_as_all_together(rows: Sequence[int]) -> None:
    common, batch = from_table(to_table([[week.common for week, *_ in PLAIN]]))[0][0], np.array(rows)
    for number, (_, *arrays) in enumerate(read(UNITS[batch], common=common)):
        inside = np.isin(np.flatnonzero(~np.isnan(UNITS[:, number])), batch)
        for alone, together in zip(arrays, PLAIN[number][1:], strict=True):
            assert_array_equal(alone, together[inside])


def test_a_year_ago_is_the_week_that_is_forecast() -> None:
    units = np.full((3, 100), 20.0)
    units[0, 30] = 60
    units[2, :40] = np.nan
    _, ahead = at(80, read(units))  # week 82, two ahead, lies a year after week 30
    assert_allclose(column(ahead, "same week, a year ago"), [[0, np.log(3), 0], [0] * 3, [0] * 3], atol=0.01)
    assert_allclose(column(ahead, "around it, a year ago")[0], [np.log(5 / 3)] * 2 + [0], atol=0.01)
    assert_array_equal(column(ahead, "known, a year ago"), [[1] * 3, [1] * 3, [0] * 3])
    assert not column(ahead, "known, two years ago").any()


def test_the_market_of_a_product_is_all_others() -> None:
    units = draw_history(PRODUCTS, 40).units
    more = units.copy()
    more[7, 39] += 30
    before, after = (column(at(39, read(panel))[0], "market's surprise") for panel in (units, more))
    others = np.arange(PRODUCTS) != 7
    assert (after[others] > before[others] + 1e-4).all()
    assert_allclose(after[7], before[7], atol=1e-5)


def test_inputs_do_not_depend_on_the_size_of_amounts() -> None:
    amounts = 1e4 * np.random.default_rng(1).gamma(4, 1, (PRODUCTS, 40))

    def last(units: Floats) -> Float32Array:
        *_, week = read_weeks(units, np.zeros(PRODUCTS, np.bool_), HORIZON, pooling=False)
        return week.reader.inputs(week.standing, week.common)

    assert_allclose(last(1e5 * amounts), last(amounts), atol=0.01)
