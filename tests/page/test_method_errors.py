"""Scores are gathered as a simple loop would, and the verdict is right whether the network is better or worse."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

import pyarrow as pa
import pytest

from tasks.page.method_errors import judge_forecast, rank_methods

Scores = Callable[..., pa.Table]


def test_standings_equal_a_simple_loop(make_scores: Scores) -> None:
    scores = make_scores(mean_7=[2.0, 2.5], lstm=[1.5, 2.0], ses=[1.75, 1.75])
    standings = rank_methods(scores.take(list(range(scores.num_rows))[::-1]))
    assert [standing.method for standing in standings] == ["lstm", "ses", "mean_7"]  # equal errors: ordered by name
    for standing in standings:
        rows = [row for row in scores.to_pylist() if row["method"] == standing.method]
        assert standing.mae == [row["mae"] for row in rows]
        assert standing.mae_mean == pytest.approx(fmean(row["mae"] for row in rows))
        assert standing.rmse == pytest.approx(fmean(row["rmse"] ** 2 for row in rows) ** 0.5)
        assert standing.bias == pytest.approx(fmean(row["bias"] for row in rows))
        assert standing.coverage == pytest.approx(fmean(row["coverage_80"] for row in rows))


@pytest.mark.parametrize(
    ("errors", "headline", "sentence"),
    [
        (
            {"lstm": [1.9], "mean_7": [2.0]},
            "5.0 % less",
            "The forecast beats the mean of seven weeks by 5.0 %: it errs by 1.900 units on average, "
            "the mean by 2.000.",
        ),
        (
            {"lstm": [2.2], "mean_7": [2.0], "tsb": [1.8]},
            "10.0 % more",
            "The forecast does not beat the mean of seven weeks but is worse by 10.0 %: it errs by 2.200 units on "
            "average, the mean by 2.000. The smallest error is that of another method, Croston (TSB): 1.800.",
        ),
        (
            {"lstm": [2.0], "mean_7": [2.0]},
            "the same",
            "The forecast has the same error as the mean of seven weeks: it errs by 2.000 units on average, "
            "the mean by 2.000.",
        ),
        (
            {"lstm": [0.5], "mean_7": [0.0]},
            "more",
            "The forecast does not beat the mean of seven weeks but is worse: it errs by 0.500 units on average, "
            "the mean by 0.000.",
        ),
        (
            {"lstm": [12345.6], "mean_7": [20000.0]},
            "38.3 % less",
            "The forecast beats the mean of seven weeks by 38.3 %: it errs by 12,346 units on average, "
            "the mean by 20,000.",
        ),
        ({"mean_7": [2.0]}, "not compared", "The forecast could not be compared with the mean of seven weeks."),
    ],
)
def test_verdict(errors: dict[str, list[float]], headline: str, sentence: str, make_scores: Scores) -> None:
    verdict = judge_forecast(rank_methods(make_scores(**errors)))
    assert (verdict.headline, verdict.sentence) == (headline, sentence)
