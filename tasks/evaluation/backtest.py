"""Backtest: forecast at past origins from the weeks known then, and score against the actual sales.

Products may be many: the network and what all products have in common come from a sample, drawn by what was known at
the fit's origin. Then all products are forecast and scored, batch after batch, and only sums of their errors are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from schemas.scores import LEVELS, PUBLISHED
from tasks.baselines.simple import SIMPLE_METHODS, SimpleFit
from tasks.evaluation.origins import require_scorable
from tasks.evaluation.scores import Scores
from tasks.evaluation.tally import Tallies
from tasks.models.arrays import Floats, Integers
from tasks.models.assortment import Assortment
from tasks.models.choosing import Answer, choose
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.recipes.registry import prepare
from tasks.runners.threads import work_on

Refit = Literal["weekly", "never"]


@dataclass(frozen=True)
class Backtest:
    """The scores of past forecasts.

    scores: by method: the network alone, the levels alone, what is published, and the simple methods; decisions: for
    each origin, the method that answered for each class of volume; training_windows, losses (of each epoch): of the
    last fit; test_windows: products summed over origins.
    """

    scores: dict[str, Scores]
    decisions: tuple[tuple[str, ...], ...]
    training_windows: int
    test_windows: int
    losses: tuple[float, ...]


def backtest(
    sales: Assortment,
    origins: Sequence[int],
    config: Config,
    refit: Refit,
    on_answer: Callable[[Panel, Answer, Floats], None] = lambda *_: None,
    on_progress: Callable[[float], None] = lambda _: None,
    notebook_cut: bool = False,
    sampled_of: int | None = None,
) -> Backtest:
    """Score the configured recipe and every simple method at these origins, which are in ascending order.

    refit: `weekly` fits at each origin, `never` only at the first; on_answer: called for each origin and batch with the
    products up to the origin, what is published of them, and their actual units (n, horizon); on_progress: called with
    the share that is done; notebook_cut: with `never`, train as the published notebook did. Then training windows end
    before the first origin, but their targets reach beyond it, so the model sees the future: use it only to reproduce
    the notebook's published figures; sampled_of: number of products of which these are a sample. Raises UsageError
    where an origin cannot be forecast from or scored.
    """
    require_scorable(sales.weeks, origins, config)
    learn_at = origins[0] - 1 + config.horizon if notebook_cut else origins[0]
    fits = _fit_weekly(sales, origins, config) if refit == "weekly" else _fit_once(sales, learn_at, origins, config)
    numbered = sales.products if sampled_of else 0
    methods, decisions, done = Tallies(), list[tuple[str, ...]](), 0
    for past, answer, tallies in work_on(_ask(sales, fits), partial(_answer, numbered)):
        methods.merge(tallies)
        if past.is_first:
            decisions.append(past.fit.fitted.decision)
        on_answer(past.panel, answer, past.truth)
        done += past.asked
        on_progress(done / (sales.products * len(origins)))
    scores = methods.scores(sampled_of)
    return Backtest(
        scores=scores,
        decisions=tuple(decisions),
        training_windows=past.fit.training_windows,
        test_windows=scores[NETWORK_METHOD].forecasts,
        losses=past.fit.fitted.losses,
    )


class _Fit(NamedTuple):
    """A model at one origin, and what forecasts by it and by the simple methods need.

    sample: the products that it learned from, with all their weeks; common: what all products have in common.
    """

    fitted: FittedModel
    training_windows: int
    origin: int
    sample: Panel
    common: pa.Table
    simple: Mapping[str, SimpleFit]


class _Past(NamedTuple):
    """Products to forecast at one origin by a fit.

    panel: those launched by the origin, up to it; truth: their units after it, (n, horizon); product: their positions,
    (n,), among the `asked` products of the batch.
    """

    fit: _Fit
    panel: Panel
    truth: Floats
    product: Integers
    asked: int
    is_first: bool


def _fit_weekly(sales: Assortment, origins: Sequence[int], config: Config) -> Iterator[_Fit]:
    for origin in origins:
        sample = sales.sample(origin, config.seed)
        prepared = prepare(sample.until(origin), config)
        yield _at(origin, fit(prepared, config), len(prepared.training), sample, prepared.common)


def _fit_once(sales: Assortment, learn_at: int, origins: Sequence[int], config: Config) -> Iterator[_Fit]:
    sample = sales.sample(learn_at, config.seed)
    prepared = prepare(sample.until(learn_at), config)
    fitted = fit(prepared, config)
    for origin in origins:
        yield _at(origin, fitted, len(prepared.training), sample, fitted.measure(sample.until(origin)))


def _at(origin: int, fitted: FittedModel, windows: int, sample: Panel, common: pa.Table) -> _Fit:
    past = sample.until(origin)
    simple = {name: SimpleFit.on(name, past, fitted.state.horizon) for name in SIMPLE_METHODS}
    return _Fit(fitted, windows, origin, sample, common, simple)


def _ask(sales: Assortment, fits: Iterator[_Fit]) -> Iterator[_Past]:
    """Yield all that is to be forecast: by each fit every batch."""
    for made in fits:
        is_first = True
        for batch in sales.batches() if sales.sampled else [made.sample]:
            launched, truth = batch.launched_by(made.origin), batch.after(made.origin, made.fitted.state.horizon)
            if len(launched):
                yield _Past(made, batch.until(made.origin), truth, launched, len(batch.codes), is_first)
                is_first = False


def _answer(numbered: int, past: _Past) -> tuple[_Past, Answer, Tallies]:
    """Forecast by every method; numbered: number of the products whose errors are kept apart."""
    fitted, tallies = past.fit.fitted, Tallies(numbered)
    product = past.product if numbered else None
    started = time.perf_counter()
    forecast = fitted.predict(past.panel, past.fit.common)
    answer = choose(past.panel, forecast, fitted.state.fewest_weeks)
    seconds = time.perf_counter() - started
    tallies.add(NETWORK_METHOD, past.truth, forecast.network, seconds, product)
    if forecast.has_levels:
        tallies.add(LEVELS, past.truth, forecast.levels, seconds, product)
    tallies.add(PUBLISHED, past.truth, answer.distribution, seconds, product)
    for name, simple in past.fit.simple.items():
        started = time.perf_counter()
        made = simple.predict(past.panel)
        tallies.add(name, past.truth, made, time.perf_counter() - started, product)
    return past, answer, tallies
