"""Backtest: forecast at past origins from the weeks known then, and score against the actual sales.

Products may be many: the network and what all products have in common come from a sample, drawn by what was known at
the fit's origin. Then all products are forecast and scored, batch after batch, and only sums of their errors are kept.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from schemas.scores import LEVELS, PUBLISHED
from tasks.baselines.simple import SIMPLE_METHODS, SimpleFit
from tasks.evaluation.origins import require_scorable
from tasks.evaluation.scores import Scores
from tasks.evaluation.tally import Tallies
from tasks.models.arrays import Floats
from tasks.models.assortment import Assortment
from tasks.models.choosing import Answer, choose
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tasks.runners.runner import Runner, Started

Refit = Literal["weekly", "never"]


@dataclass(frozen=True)
class Backtest:
    """The scores of past forecasts.

    scores: by method: the network alone, the levels alone, what is published, and the simple methods
    decisions: for each origin, the method that answered for each class of volume
    training_windows: of the last fit
    losses: of each of its epochs
    test_windows: products summed over origins
    """

    scores: dict[str, Scores]
    decisions: tuple[tuple[str, ...], ...]
    training_windows: int
    test_windows: int
    losses: tuple[float, ...]


OnAnswer = Callable[[Panel, Answer, Floats], None]


def backtest(
    sales: Assortment,
    origins: Sequence[int],
    config: Config,
    refit: Refit,
    runner: Runner,
    on_answer: OnAnswer | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
    notebook_cut: bool = False,
    sampled_of: int | None = None,
) -> Backtest:
    """Score the configured recipe and every simple method at these origins, which are in ascending order.

    refit: `weekly` fits at each origin, `never` only at the first
    runner: who fits and forecasts
    on_answer: called for each origin and batch with the products up to the origin, what is published of them, and their
      actual units (n, horizon)
    on_progress: called with the share that is done
    notebook_cut: with `never`, train as the published notebook did. Then training windows end before the first origin,
      but their targets reach beyond it, so the model sees the future: use it only to reproduce the notebook's published
      figures
    sampled_of: number of products of which these are a sample

    Raises UsageError where an origin cannot be forecast from or scored.
    """
    require_scorable(sales.weeks, origins, config)
    learn_at = origins[0] - 1 + config.horizon if notebook_cut else origins[0]
    fits = _fit_weekly(runner, sales, origins, config)
    if refit == "never":
        fits = _fit_once(runner, sales, origins, config, learn_at)
    answer = partial(_answer, sales.products if sampled_of else 0, on_answer is not None)
    scored = runner.results(_ask(runner, sales, fits, answer))
    return _sum_up(scored, sales.products * len(origins), sampled_of, on_answer, on_progress)


def _sum_up(
    all_scored: Iterable[_Scored],
    asked: int,
    sampled_of: int | None,
    on_answer: OnAnswer | None,
    on_progress: Callable[[float], None],
) -> Backtest:
    """The scores of all forecasts, whose number with those of products that were not launched is `asked`."""
    methods, decisions, done = Tallies(), dict[int, tuple[str, ...]](), 0
    for scored in all_scored:
        methods.merge(scored.tallies)
        done += scored.asked
        if scored.decision:
            decisions[scored.origin] = scored.decision
            last = scored
        if on_answer and scored.answered:
            on_answer(*scored.answered)
        on_progress(done / asked)
    scores = methods.scores(sampled_of)
    return Backtest(
        scores=scores,
        decisions=tuple(decisions.values()),
        training_windows=last.training_windows,
        test_windows=scores[NETWORK_METHOD].forecasts,
        losses=last.losses,
    )


class _Learned(NamedTuple):
    """A model, the week that it was fitted at, and what all products have in common then."""

    fitted: FittedModel
    training_windows: int
    week: int
    common: pa.Table


class _Fit(NamedTuple):
    """A model at one origin, and what forecasts by it and by the simple methods need.

    common: what all products have in common.
    """

    fitted: FittedModel
    training_windows: int
    origin: int
    common: pa.Table
    simple: Mapping[str, SimpleFit]


class _Scored(NamedTuple):
    """The errors of forecasts for `asked` products at one origin, and who made them.

    decision: empty where none of them was launched by then; answered: what is published of those that were, and the
    actual units, where that is asked for.
    """

    origin: int
    asked: int
    tallies: Tallies
    decision: tuple[str, ...] = ()
    training_windows: int = 0
    losses: tuple[float, ...] = ()
    answered: tuple[Panel, Answer, Floats] | None = None


class _PendingFit(NamedTuple):
    """A fit at an origin, which a runner makes, and the sample that it learns from, as the runner shares it."""

    fit: Started
    sample: Any


def _fit_weekly(runner: Runner, sales: Assortment, origins: Sequence[int], config: Config) -> Iterator[_PendingFit]:
    sample = None
    for origin in origins:
        if sales.sampled or sample is None:
            sample = runner.share(sales.sample(origin, config.seed))
        yield _PendingFit(runner.start(_learn_at, sample, config, origin), sample)


def _fit_once(
    runner: Runner, sales: Assortment, origins: Sequence[int], config: Config, learn_at: int
) -> Iterator[_PendingFit]:
    sample = runner.share(sales.sample(learn_at, config.seed))
    learned = runner.start(_learn, sample, config, learn_at)
    for origin in origins:
        yield _PendingFit(runner.start(_at, learned, sample, origin), sample)


def _learn(sample: Panel, config: Config, week: int) -> _Learned:
    """Fit on the products of a sample, which has later weeks too."""
    prepared = prepare(sample.until(week), config)
    return _Learned(fit(prepared, config), len(prepared.training), week, prepared.common)


def _learn_at(sample: Panel, config: Config, origin: int) -> _Fit:
    return _at(_learn(sample, config, origin), sample, origin)


def _at(learned: _Learned, sample: Panel, origin: int) -> _Fit:
    fitted, past = learned.fitted, sample.until(origin)
    common = learned.common if learned.week == origin else fitted.measure(past)
    simple = {name: SimpleFit.on(name, past, fitted.state.horizon) for name in SIMPLE_METHODS}
    return _Fit(fitted, learned.training_windows, origin, common, simple)


def _ask(
    runner: Runner, sales: Assortment, fits: Iterator[_PendingFit], answer: Callable[[_Fit, Panel], _Scored]
) -> Iterator[Started]:
    """Start all that is to be forecast: by each fit every batch. As many fits are started ahead as run at once."""
    waiting = deque(islice(fits, runner.width))
    while waiting:
        made = waiting.popleft()
        for batch in map(runner.share, sales.batches()) if sales.sampled else [made.sample]:
            yield runner.start(answer, made.fit, batch)
        waiting.extend(islice(fits, 1))


def _answer(numbered: int, is_kept: bool, fit: _Fit, batch: Panel) -> _Scored:
    """Forecast the products of a batch by every method.

    numbered: number of the products whose errors are kept apart; is_kept: whether the answers are asked for.
    """
    tallies, launched = Tallies(numbered), batch.launched_by(fit.origin)
    if not len(launched):
        return _Scored(fit.origin, len(batch.codes), tallies)
    panel, truth = batch.until(fit.origin), batch.after(fit.origin, fit.fitted.state.horizon)
    product = launched if numbered else None
    started = time.perf_counter()
    forecast = fit.fitted.predict(panel, fit.common)
    answer = choose(panel, forecast, fit.fitted.state.fewest_weeks)
    seconds = time.perf_counter() - started
    tallies.add(NETWORK_METHOD, truth, forecast.network, seconds, product)
    if forecast.has_levels:
        tallies.add(LEVELS, truth, forecast.levels, seconds, product)
    tallies.add(PUBLISHED, truth, answer.distribution, seconds, product)
    for name, simple in fit.simple.items():
        started = time.perf_counter()
        made = simple.predict(panel)
        tallies.add(name, truth, made, time.perf_counter() - started, product)
    answered = (panel, answer, truth) if is_kept else None
    decision, losses = fit.fitted.decision, fit.fitted.losses
    return _Scored(fit.origin, len(batch.codes), tallies, decision, fit.training_windows, losses, answered)
