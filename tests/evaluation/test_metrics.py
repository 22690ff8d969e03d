"""Metrics, compared with slow loops and scikit-learn."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import mean_absolute_error, mean_pinball_loss, root_mean_squared_error

from schemas.forecasts import GRID
from schemas.scores import SCORES
from tasks.evaluation import metrics
from tasks.evaluation.scores import to_scores_table
from tasks.evaluation.tally import Tally, score, standard_error
from tasks.models.distribution import Distribution
from tests.histories import distribution_of

GENERATOR = np.random.default_rng(3)
TRUTH = GENERATOR.poisson(5, (200, 3)).astype(float)
POINT = GENERATOR.poisson(5, (200, 3)) + 0.5 * GENERATOR.integers(0, 2, (200, 3))
LOW, HIGH = POINT - 2, POINT + 3
EACH = {"multioutput": "raw_values"}


def test_errors_equal_scikit_learns() -> None:
    assert_allclose(metrics.absolute_error(TRUTH, POINT).mean(axis=0), mean_absolute_error(TRUTH, POINT, **EACH))
    assert_allclose(
        np.sqrt(metrics.squared_error(TRUTH, POINT).mean(axis=0)), root_mean_squared_error(TRUTH, POINT, **EACH)
    )


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_pinball_equals_scikit_learns(probability: float) -> None:
    expected = mean_pinball_loss(TRUTH, POINT, alpha=probability, **EACH)
    assert_allclose(metrics.pinball(TRUTH, POINT, probability).mean(axis=0), expected)


def test_shares_and_bias_equal_a_slow_loop() -> None:
    for ahead in range(3):
        rows = list(zip(TRUTH[:, ahead], POINT[:, ahead], LOW[:, ahead], HIGH[:, ahead], strict=True))
        within = sum(low <= truth <= high for truth, _, low, high in rows) / len(rows)
        below = sum(truth < low for truth, _, low, _ in rows) / len(rows)
        above = sum(truth > high for truth, _, _, high in rows) / len(rows)
        assert_allclose(metrics.covered(TRUTH, LOW, HIGH)[:, ahead].mean(), within)
        assert_allclose(metrics.below(TRUTH, LOW)[:, ahead].mean(), below)
        assert_allclose(metrics.above(TRUTH, HIGH)[:, ahead].mean(), above)
        assert_allclose(within + below + above, 1)
        bias = sum(point - truth for truth, point, _, _ in rows) / len(rows)
        assert_allclose(metrics.excess(TRUTH, POINT)[:, ahead].mean(), bias)


def test_scores_fulfil_their_contract() -> None:
    scored = score(TRUTH, distribution_of(POINT, POINT + 0.25, LOW, HIGH))
    assert_allclose(scored.bias, metrics.excess(TRUTH, POINT).mean(axis=0) + 0.25)
    table = SCORES.enforce(to_scores_table({"lstm": scored, "mean_7": scored}))
    assert table.num_rows == 6
    assert table["forecasts"].to_pylist() == [200] * 6
    entry = scored.to_json()
    assert entry["mae"] == table["mae"].to_pylist()[:3]
    assert_allclose([entry["mae_mean"], entry["pinball"]], [np.mean(entry["mae"]), scored.pinball.mean()])
    assert entry["pit_80"] is None
    assert table["pit_80"].null_count == 6
    assert set(entry) == {
        *("mae", "mae_mean", "rmse", "bias", "coverage_80", "below_p10", "above_p90", "pinball", "pit_80", "seconds")
    }


def test_the_standard_error_is_the_spread_of_means_of_other_samples() -> None:
    generator = np.random.default_rng(1)
    size = generator.gamma(1, 1, (600, 1, 1))
    errors = size * generator.gamma(2, 0.5, (600, 5, 3))  # of 600 products at five origins
    rows = np.full((600, 3), 5.0)
    means, claimed = [], []
    for _ in range(400):
        drawn = errors[generator.choice(600, 200, replace=False)]
        means.append(drawn.mean(axis=(0, 1)))
        claimed.append(standard_error(drawn.sum(axis=1), rows[:200], 600))
    assert_allclose(np.mean(claimed, axis=0), np.std(means, axis=0), rtol=0.1)
    assert standard_error(errors.sum(axis=1), rows, 600).tolist() == [0, 0, 0]


def test_forecasts_in_parts_have_the_scores_of_all_at_once() -> None:
    grain = np.where(np.arange(200) < 50, np.nan, 1.0)  # methods that give only quantiles
    quantiles = np.sort(np.random.default_rng(4).gamma(5, 1, (*TRUTH.shape, len(GRID))), axis=-1)
    forecast = Distribution(POINT + 0.25, quantiles, grain)
    at_once, together = score(TRUTH, forecast), Tally(3)
    for part in (slice(0, 20), slice(20, 150), slice(150, 200)):
        tally = Tally(3)
        tally.add(TRUTH[part], forecast.select(np.arange(200)[part]))
        together.merge(tally)
    for field in fields(at_once):
        assert_allclose(getattr(together.scores(), field.name), getattr(at_once, field.name))
    known = forecast.share_inside(TRUTH)[50:]
    assert_allclose(at_once.pit_80, known.mean(axis=0))
