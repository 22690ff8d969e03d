"""How outputs move an anchor: outputs of zero change nothing, and quantiles are always in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.history import Floats
from tasks.models.uncertainty.anchor import Anchor

HORIZON = 3


def draw_anchor(products: int = 40, seed: int = 0) -> Anchor:
    """Anchors of whole units and of amounts, of many sizes."""
    generator = np.random.default_rng(seed)
    expected = np.exp(generator.normal(2, 2, (products, 1)) + generator.normal(0, 0.1, (products, HORIZON)))
    whole = generator.random(products) < 0.5
    return Anchor(
        error=expected[:, 0] * generator.uniform(0.2, 1, products) + 0.1,
        whole=whole,
        kind=generator.integers(0, 3, products),
        alive=generator.random(products),
        zeros=generator.integers(0, 30, products).astype(np.float64),
        observed=generator.integers(30, 200, products),
        expected=expected,
        quantiles=np.sort(expected[:, :, np.newaxis] * generator.uniform(0.3, 2, (products, HORIZON, 3)), axis=-1),
        ratio=np.ones(products),
    )


def move(anchor: Anchor, outputs: Floats, share: float = 1.0) -> tuple[Floats, Floats]:
    shares = np.full(len(anchor.error), share)
    return anchor.move_mean(outputs, shares), anchor.move_quantiles(outputs, shares)


def test_an_anchor_is_read_as_it_was_written() -> None:
    anchor = draw_anchor()
    again = Anchor.read(anchor.write(), HORIZON)
    for name in ("whole", "kind", "zeros", "observed"):
        assert_array_equal(getattr(again, name), getattr(anchor, name))
    for name in ("error", "alive", "expected"):
        assert_allclose(getattr(again, name), getattr(anchor, name), rtol=1e-6)
    assert_allclose(again.quantiles, anchor.quantiles, rtol=2e-3, atol=3e-3 * anchor.error.min())


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_outputs_of_zero_leave_everything_as_it_is(share: float) -> None:
    anchor = Anchor.read(draw_anchor().write(), HORIZON)
    mean, quantiles = move(anchor, np.zeros((40, 4 * HORIZON)), share)
    assert_array_equal(mean, anchor.expected)
    assert_allclose(quantiles, anchor.quantiles, rtol=1e-4)


def test_outputs_with_a_share_of_zero_leave_everything_as_it_is() -> None:
    anchor = Anchor.read(draw_anchor().write(), HORIZON)
    mean, quantiles = move(anchor, np.random.default_rng(1).normal(0, 3, (40, 4 * HORIZON)), share=0.0)
    assert_array_equal(mean, anchor.expected)
    assert_allclose(quantiles, anchor.quantiles, rtol=1e-4)


def test_each_output_moves_its_own_number() -> None:
    anchor = draw_anchor()
    still = move(anchor, np.zeros((40, 4 * HORIZON)))
    for number, moved in enumerate(([], [0, 1, 2], [0], [2])):  # quantiles; the first outputs move the mean
        outputs = np.zeros((40, 4 * HORIZON))
        outputs[:, number * HORIZON] = 0.5  # one week ahead
        mean, quantiles = move(anchor, outputs)
        factor = np.where(np.arange(HORIZON) == 0, np.exp(0.5), 1.0) if number == 0 else 1.0
        assert_allclose(mean, still[0] * factor)
        assert (quantiles[:, 0, moved] > still[1][:, 0, moved]).all()
        unmoved = np.delete(quantiles, moved, axis=-1)
        assert_array_equal(unmoved, np.delete(still[1], moved, axis=-1))
        assert_array_equal(quantiles[:, 1:], still[1][:, 1:])


LEVELS = st.floats(1e-3, 2e9)
OUTPUTS = st.floats(-600, 600)


@given(st.lists(st.tuples(LEVELS, LEVELS, LEVELS, LEVELS, LEVELS, *[OUTPUTS] * 4), min_size=1, max_size=20))
def test_quantiles_are_finite_and_in_order_for_any_outputs(rows: list[tuple[float, ...]]) -> None:
    values = np.array(rows)
    count, flags = np.full(len(values), 9), np.ones(len(values), np.bool_)
    zeros = np.zeros(len(values))
    levels = np.sort(values[:, np.newaxis, 2:5], axis=-1)
    anchor = Anchor(values[:, 0], flags, 0 * count, zeros, zeros, count, values[:, 1:2], levels, count + 0.0)
    for kept in (anchor, Anchor.read(anchor.write(), 1)):
        mean, quantiles = move(kept, values[:, 5:])
        assert np.isfinite(mean).all()
        assert (mean > 0).all()
        assert np.isfinite(quantiles).all()
        assert (quantiles >= 0).all()
        assert (np.diff(quantiles, axis=-1) >= 0).all()
