"""Backtest: forecast at past origins from the weeks known then, and score against the actual sales.

Products may be many: the network and what all products have in common come from a sample, drawn by what was known at
the fit's origin. Then all products are forecast and scored, batch after batch, and only sums of their errors are kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from tasks.evaluation.fits import Answered, Scored, Wanted, learn, learn_at, score, use_at
from tasks.evaluation.origins import require_scorable
from tasks.evaluation.scores import Scores
from tasks.evaluation.tally import Tallies
from tasks.models.assortment import Assortment
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


OnAnswer = Callable[[Answered], None]


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
    columns: tuple[str, ...] | None = None,
    attributes: pa.Table | None = None,
) -> Backtest:
    """Score the configured recipe and every simple method at these origins, which are in ascending order.

    refit: `weekly` fits at each origin, `never` only at the first
    runner: who fits and forecasts
    on_answer: called for each origin and batch with what is published
    on_progress: called with the share that is done
    notebook_cut: with `never`, train as the published notebook did. Then training windows end before the first origin,
      but their targets reach beyond it, so the model sees the future: use it only to reproduce the notebook's published
      figures
    sampled_of: number of products of which these are a sample
    columns, attributes: how products are grouped, see `evaluation.fits.Wanted`

    Raises UsageError where an origin cannot be forecast from or scored.
    """
    require_scorable(sales.weeks, origins, config)
    week = origins[0] - 1 + config.horizon if notebook_cut else origins[0]
    told = Wanted(sales.products if sampled_of else 0, on_answer is not None, columns, attributes)
    wanted = runner.share(told)
    fits = _fit_weekly(runner, sales, origins, config, wanted)
    if refit == "never":
        fits = _fit_once(runner, sales, origins, config, wanted, week)
    scored = runner.results(_ask(runner, sales, fits, wanted))
    return _sum_up(scored, sales.products * len(origins), sampled_of, on_answer, on_progress)


def _sum_up(
    all_scored: Iterable[Scored],
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
            on_answer(scored.answered)
        on_progress(done / asked)
    scores = methods.scores(sampled_of)
    return Backtest(
        scores=scores,
        decisions=tuple(decisions.values()),
        training_windows=last.training_windows,
        test_windows=scores[NETWORK_METHOD].forecasts,
        losses=last.losses,
    )


class _PendingFit(NamedTuple):
    """A fit at an origin, which a runner makes, and the sample that it learns from, as the runner shares it."""

    fit: Started
    sample: Any


def _fit_weekly(
    runner: Runner, sales: Assortment, origins: Sequence[int], config: Config, wanted: Any
) -> Iterator[_PendingFit]:
    sample = None
    for origin in origins:
        if sales.sampled or sample is None:
            sample = runner.share(sales.sample(origin, config.seed))
        yield _PendingFit(runner.start(learn_at, sample, config, wanted, origin), sample)


def _fit_once(
    runner: Runner, sales: Assortment, origins: Sequence[int], config: Config, wanted: Any, week: int
) -> Iterator[_PendingFit]:
    sample = runner.share(sales.sample(week, config.seed))
    learned = runner.start(learn, sample, config, wanted, week)
    for origin in origins:
        yield _PendingFit(runner.start(use_at, learned, sample, config, wanted, origin), sample)


def _ask(runner: Runner, sales: Assortment, fits: Iterator[_PendingFit], wanted: Any) -> Iterator[Started]:
    """Start all that is to be forecast: by each fit every batch. As many fits are started ahead as run at once."""
    waiting = deque(islice(fits, runner.width))
    while waiting:
        made = waiting.popleft()
        for batch in map(runner.share, sales.batches()) if sales.sampled else [made.sample]:
            yield runner.start(score, wanted, made.fit, batch)
        waiting.extend(islice(fits, 1))
