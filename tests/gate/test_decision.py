"""Who answers, by errors that are made up: what a user would want to be true of the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from schemas.forecasts import NETWORK_METHOD
from schemas.scores import CHALLENGER, CHAMPION, PUBLISHED, SIMPLE_METHODS
from tasks.gate.decision import UNPROVEN, Decision, Served, decide, takes_network_interval
from tasks.gate.errors import Errors
from tasks.models.arrays import Floats

PRODUCTS, ORIGINS = 811, (44, 45, 46, 47)
BY_NETWORK = Served(NETWORK_METHOD, has_model=True)
BY_MEAN = Served("mean_7", has_model=True)


def draw_errors(seed: int = 0, /, **times: float) -> Errors:
    """Errors of products of many sizes, which methods share but for noise of 10 % and a factor."""
    rng = np.random.default_rng(seed)
    size = rng.gamma(0.7, 3.0, (PRODUCTS, 1)) * rng.gamma(2.0, 0.5, (PRODUCTS, len(ORIGINS)))
    methods = (CHALLENGER, CHAMPION, *SIMPLE_METHODS)
    noise = {name: rng.lognormal(-0.005, 0.1, size.shape) for name in methods}
    usual = dict.fromkeys(SIMPLE_METHODS, 1.05) | times
    return Errors(ORIGINS, {name: size * noise[name] * usual.get(name, 1.0) for name in methods})


def ask(errors: Errors, served: Served | None = BY_NETWORK, fault: str = "") -> Decision:
    return decide(errors, served, fault, margin=0.01, seed=1)


def share(decided: Callable[[int], bool], times: int = 40) -> float:
    return sum(decided(seed) for seed in range(times)) / times


def test_a_challenger_as_good_as_the_champion_is_promoted() -> None:
    assert share(lambda seed: ask(draw_errors(seed)).answers == CHALLENGER) >= 0.9


def test_a_challenger_that_is_a_little_worse_is_not() -> None:
    assert share(lambda seed: ask(draw_errors(seed, challenger=1.02)).answers == CHALLENGER) <= 0.05
    decision = ask(draw_errors(challenger=1.1))
    assert (decision.answers, decision.network) == (CHAMPION, CHAMPION)
    assert "more than the champion as of W44..W47" in decision.reason


def test_a_challenger_that_is_a_little_better_is_promoted() -> None:
    assert share(lambda seed: ask(draw_errors(seed, challenger=0.98)).answers == CHALLENGER) >= 0.8


def test_the_same_forecasts_as_the_champions_are_promoted() -> None:
    errors = draw_errors()
    same = replace(errors, of={**errors.of, CHALLENGER: errors.of[CHAMPION]})
    assert ask(same) == Decision(CHALLENGER, CHALLENGER)


def test_a_simple_method_that_is_surely_better_takes_over_and_says_why() -> None:
    decision = ask(draw_errors(ses=0.9))
    assert (decision.answers, decision.network) == ("ses", CHALLENGER)
    assert decision.reason.startswith("ses erred 10") and "less than the network" in decision.reason


def test_a_simple_method_within_the_margin_does_not_take_over() -> None:
    assert ask(draw_errors(ses=0.995)).answers == CHALLENGER


def test_seven_methods_that_are_better_by_chance_alone_rarely_take_over() -> None:
    equal = dict.fromkeys(SIMPLE_METHODS, 1.0)
    assert share(lambda seed: ask(draw_errors(seed, **equal)).answers == CHALLENGER) >= 0.9


def test_a_simple_method_that_wins_on_two_of_four_weeks_does_not_take_over() -> None:
    errors = draw_errors()
    better: Floats = errors.of["ses"] * np.array([0.5, 0.5, 1.1, 1.1])
    assert ask(replace(errors, of={**errors.of, "ses": better})).answers == CHALLENGER


def test_a_simple_method_hands_back_by_the_same_rule() -> None:
    assert ask(draw_errors(mean_7=1.0), BY_MEAN).answers == "mean_7"
    assert ask(draw_errors(mean_7=1.05, champion=1.05), BY_MEAN) == Decision(CHALLENGER, CHALLENGER)
    assert ask(draw_errors(mean_7=1.05, ses=0.9), BY_MEAN).answers == CHALLENGER  # next week ses may take over


@pytest.mark.parametrize(
    ("served", "answers", "network"),
    [
        (BY_NETWORK, CHAMPION, CHAMPION),
        (BY_MEAN, "mean_7", CHAMPION),
        (Served(NETWORK_METHOD, has_model=False), "tsb", None),
        (None, "tsb", None),
    ],
)
def test_where_the_challenger_failed_another_one_answers(
    served: Served | None, answers: str, network: str | None
) -> None:
    decision = ask(draw_errors(tsb=1.045), served, fault="the training diverged")
    assert (decision.answers, decision.network) == (answers, network)
    assert decision.reason.startswith("the training diverged")


def test_a_champion_that_fails_a_challenger_may_still_lose_to_a_simple_method() -> None:
    assert ask(draw_errors(ses=0.9), BY_NETWORK, fault="the training diverged").answers == "ses"


def test_without_a_judged_week_the_best_simple_method_answers() -> None:
    errors = draw_errors(tsb=0.9)
    simple = Errors(errors.origins, {name: errors.of[name] for name in SIMPLE_METHODS})
    decision = ask(simple, None)
    assert decision.answers == "tsb" and decision.reason.startswith(UNPROVEN)
    assert ask(Errors((), {}), None).answers == "mean_7"


def test_a_pretrained_network_answers_from_the_first_week() -> None:
    errors = draw_errors(tsb=0.9)
    simple = Errors(errors.origins, {name: errors.of[name] for name in SIMPLE_METHODS})
    for unjudged in (simple, Errors((), {})):
        decision = decide(unjudged, None, "", margin=0.01, seed=1, pretrained=True)
        assert decision == Decision(CHALLENGER, CHALLENGER)
    assert decide(simple, None, "the training diverged", 0.01, 1, pretrained=True).answers == "tsb"


def test_products_that_were_not_judged_do_not_count() -> None:
    errors = draw_errors(0, **{CHALLENGER: 1.1} | dict.fromkeys(SIMPLE_METHODS, 1.3))
    half = {name: np.where(np.arange(PRODUCTS)[:, np.newaxis] < 400, of, np.nan) for name, of in errors.of.items()}
    alike = {**errors.of, CHAMPION: half[CHAMPION]}
    assert ask(replace(errors, of=alike)).answers == CHAMPION
    assert ask(replace(errors, of={**errors.of, CHAMPION: np.full_like(half[CHAMPION], np.nan)})).answers == CHALLENGER


@pytest.mark.parametrize(
    ("decision", "losses", "expected"),
    [
        (Decision("mean_7", CHALLENGER), {PUBLISHED: 1.0, "mean_7": 1.1}, True),
        (Decision("mean_7", CHALLENGER), {PUBLISHED: 1.0, "mean_7": 0.9}, False),
        (Decision("mean_7", CHALLENGER, UNPROVEN), {}, True),
        (Decision("mean_7", None, "it diverged"), {}, False),
        (Decision(CHALLENGER, CHALLENGER), {PUBLISHED: 1.0}, False),
    ],
)
def test_the_interval_is_that_of_the_smaller_loss(decision: Decision, losses: dict[str, float], expected: bool) -> None:
    rows = [{"method": method, "pinball": loss + ahead} for method, loss in losses.items() for ahead in (-0.2, 0.2)]
    scores = pa.Table.from_pylist(rows, pa.schema([("method", pa.string()), ("pinball", pa.float64())]))
    assert takes_network_interval(decision, scores) is expected
