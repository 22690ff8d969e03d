"""The right share of truths lies below each quantile, also where sales have another distribution than assumed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tasks.models.history import Floats
from tasks.models.levels.quantiles import read_quantiles, walk_with_probabilities
from tasks.models.levels.walk import Standing, walk
from tasks.models.uncertainty.recalibration import PitHistogram
from tests.models.conftest import draw_history

UNITS = draw_history(products=50, weeks=30, launches=True).units


def quantiles_at(
    units: Floats, weeks: list[int], whole: bool = True, pooling: bool = True
) -> list[tuple[Standing, Floats]]:
    grain = np.full(len(units), whole)
    drawn = []
    for standing, probabilities in walk_with_probabilities(units, grain, 3, weeks, pooling):
        everyone = np.arange(len(standing.rows))
        drawn.append((standing, read_quantiles(standing, everyone, grain[standing.rows], probabilities)))
    return drawn


def share_below(units: Floats, weeks: list[int], whole: bool) -> Floats:
    """Share of truths, with their fraction, below each quantile: (horizon, 3)."""
    fraction = np.random.default_rng(9).random(units.shape) * whole
    shares = []
    for standing, quantiles in quantiles_at(units, weeks, whole, pooling=False):
        ahead = slice(standing.week + 1, standing.week + 4)
        shares.append(((units + fraction)[standing.rows, ahead, np.newaxis] < quantiles).mean(axis=0))
    return np.asarray(np.mean(shares, axis=0))


def test_standings_of_the_chosen_weeks_come_with_quantiles_in_order() -> None:
    drawn = quantiles_at(UNITS, [0, 12, 29])
    expected = [standing for standing in walk(UNITS, np.ones(50, np.bool_), 3) if standing.week in (0, 12, 29)]
    assert [standing.week for standing, _ in drawn] == [0, 12, 29]
    for (standing, quantiles), walked in zip(drawn, expected, strict=True):
        assert_array_equal(standing.expected, walked.expected)
        assert quantiles.shape == (*standing.expected.T.shape, 3)
        assert np.isfinite(quantiles).all()
        assert (quantiles > 0).all()
        assert (np.diff(quantiles, axis=-1) > 0).all()


def draw(kind: str) -> Floats:
    generator = np.random.default_rng(5)
    rate = generator.gamma(4.0, 5.0, (400, 1)) * np.ones(80)
    if kind == "amounts":
        return np.asarray(rate * generator.lognormal(0, 0.4, rate.shape))
    rate *= generator.gamma(5, 0.2, rate.shape) if kind == "counts" else 1 + 4 * (generator.random(rate.shape) < 0.06)
    return generator.poisson(rate).astype(np.float64)


@pytest.mark.parametrize("kind, tolerance", [("counts", 0.03), ("amounts", 0.03), ("bursts", 0.065)])
def test_the_right_share_of_truths_lies_below_each_quantile(kind: str, tolerance: float) -> None:
    shares = share_below(draw(kind), list(range(60, 77)), whole=kind != "amounts")
    assert_allclose(shares, np.tile([0.1, 0.5, 0.9], (3, 1)), atol=tolerance)


def test_recalibration_by_past_weeks_corrects_quantiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bursts make the usual dispersion too wide for the other weeks."""
    learned = share_below(draw("bursts"), [66, 70, 74], whole=True)
    monkeypatch.setattr(PitHistogram, "add", lambda *_: None)
    usual = share_below(draw("bursts"), [66, 70, 74], whole=True)
    assert (learned[:, 0] > 3 * usual[:, 0]).all()
    assert (learned[:, 2] < usual[:, 2]).all()


def test_later_weeks_change_nothing() -> None:
    changed = UNITS.copy()
    changed[:, 25:] = 9 * np.nan_to_num(changed[:, 25:]) + 4
    kept, other, cut = (quantiles_at(units, [3, 24])[1][1] for units in (UNITS, changed, UNITS[:, :25]))
    assert_array_equal(kept, other)
    assert_array_equal(kept, cut)


def test_a_products_quantiles_do_not_depend_on_the_other_products_asked_for() -> None:
    whole, positions = np.arange(50) % 2 == 0, np.array([9, 2, 30])
    standing, probabilities = next(walk_with_probabilities(UNITS, whole, 3, [29], pooling=True))
    whole = whole[standing.rows]
    all_quantiles = read_quantiles(standing, np.arange(50), whole, probabilities)
    assert_array_equal(read_quantiles(standing, positions, whole[positions], probabilities), all_quantiles[positions])
