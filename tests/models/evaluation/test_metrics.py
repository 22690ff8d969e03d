"""Metrics, compared with slow loops and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import mean_absolute_error, mean_pinball_loss, root_mean_squared_error

from schemas.scores import SCORES
from tasks.models.evaluation import metrics
from tasks.models.evaluation.scores import score, to_scores_table
from tasks.models.prediction import Prediction

GENERATOR = np.random.default_rng(3)
TRUTH = GENERATOR.poisson(5, (200, 3)).astype(float)
POINT = GENERATOR.poisson(5, (200, 3)) + 0.5 * GENERATOR.integers(0, 2, (200, 3))
LOW, HIGH = POINT - 2, POINT + 3
EACH = {"multioutput": "raw_values"}


def test_errors_equal_scikit_learns() -> None:
    assert_allclose(metrics.mae(TRUTH, POINT), mean_absolute_error(TRUTH, POINT, **EACH))
    assert_allclose(metrics.rmse(TRUTH, POINT), root_mean_squared_error(TRUTH, POINT, **EACH))


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_pinball_equals_scikit_learns(probability: float) -> None:
    expected = mean_pinball_loss(TRUTH, POINT, alpha=probability, **EACH)
    assert_allclose(metrics.pinball(TRUTH, POINT, probability), expected)


def test_shares_and_bias_equal_a_slow_loop() -> None:
    for ahead in range(3):
        rows = list(zip(TRUTH[:, ahead], POINT[:, ahead], LOW[:, ahead], HIGH[:, ahead], strict=True))
        within = sum(low <= truth <= high for truth, _, low, high in rows) / len(rows)
        below = sum(truth < low for truth, _, low, _ in rows) / len(rows)
        above = sum(truth > high for truth, _, _, high in rows) / len(rows)
        assert_allclose(metrics.coverage(TRUTH, LOW, HIGH)[ahead], within)
        assert_allclose(metrics.share_below(TRUTH, LOW)[ahead], below)
        assert_allclose(metrics.share_above(TRUTH, HIGH)[ahead], above)
        assert_allclose(within + below + above, 1)
        bias = sum(point - truth for truth, point, _, _ in rows) / len(rows)
        assert_allclose(metrics.bias(TRUTH, POINT)[ahead], bias)


def test_scores_fulfil_their_contract() -> None:
    scored = score(TRUTH, Prediction.of_quantiles(POINT, POINT + 0.25, LOW, HIGH), seconds=1.5)
    assert_allclose(scored.bias, metrics.bias(TRUTH, POINT) + 0.25)
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
    product = np.repeat(np.arange(200), 5)
    means, claimed = [], []
    for _ in range(400):
        drawn = errors[generator.choice(600, 200, replace=False)].reshape(1000, 3)
        means.append(drawn.mean(axis=0))
        claimed.append(metrics.standard_error(drawn, product, 600))
    assert_allclose(np.mean(claimed, axis=0), np.std(means, axis=0), rtol=0.1)
    assert metrics.standard_error(errors.reshape(3000, 3), np.repeat(np.arange(600), 5), 600).tolist() == [0, 0, 0]
