"""Backtest: forecast at past origins from the weeks known then, and score against the actual sales.

Products may be many: the network and what is asked of all products come from a sample, drawn by what was known at the
fit's origin. Then all products are forecast and scored, batch after batch, and only sums of their errors are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from tasks.models.assortment import Assortment
from tasks.models.baselines.simple import SIMPLE_METHODS, forecast_simply
from tasks.models.batches import work_on
from tasks.models.evaluation.origins import require_scorable
from tasks.models.evaluation.scores import Scores
from tasks.models.evaluation.tally import Tallies
from tasks.models.fitting import FittedModel, fit
from tasks.models.forecast import forecast_at, to_forecast_table
from tasks.models.history import Floats, History, Integers
from tasks.models.levels.panel import Panel
from tasks.models.recipes.registry import inputs_at, prepare
from tasks.models.windows import Windows

Refit = Literal["weekly", "never"]


@dataclass(frozen=True)
class Backtest:
    """The scores of past forecasts.

    scores: by method, the recipe's first; candidates: scores of the alternatives to the recipe's forecast, empty unless
    asked for; decisions: for each origin, the method that answered for each class of volume; training_windows, losses
    (of each epoch): of the last fit; test_windows: products summed over origins.
    """

    scores: dict[str, Scores]
    candidates: dict[str, Scores]
    decisions: tuple[tuple[str, ...], ...]
    training_windows: int
    test_windows: int
    losses: tuple[float, ...]


def backtest(
    sales: Assortment,
    origins: Sequence[int],
    config: Config,
    refit: Refit,
    on_forecasts: Callable[[pa.Table, Floats], None] = lambda *_: None,
    on_progress: Callable[[float], None] = lambda _: None,
    notebook_cut: bool = False,
    score_candidates: bool = False,
    sampled_of: int | None = None,
) -> Backtest:
    """Score the configured recipe and every simple method at these origins, which are in ascending order.

    refit: `weekly` fits at each origin, `never` only at the first; on_forecasts: called with the recipe's forecasts, as
    the BI table without lineage columns, and the actual units of each row: for each fit batch after batch, and of each
    batch origin after origin; on_progress: called with the share that is done; notebook_cut: with `never`, train as the
    published notebook did. Then training windows end before the first origin, but their targets reach beyond it, so the
    model sees the future: use it only to reproduce the notebook's published figures; score_candidates: score the
    alternatives to the recipe's forecast too; sampled_of: number of products of which these are a sample. Raises
    UsageError where an origin cannot be forecast from or scored.
    """
    require_scorable(sales.weeks, origins, config)
    learn_at = origins[0] - 1 + config.horizon if notebook_cut else origins[0]
    fits = _fit_weekly(sales, origins, config) if refit == "weekly" else _fit_once(sales, learn_at, origins, config)
    numbered = sales.products if sampled_of else 0
    methods, candidates = Tallies(), Tallies()
    decisions, done = {}, 0
    for past, answers in work_on(_ask(sales, fits), partial(_answer, numbered, score_candidates)):
        methods.merge(answers.methods)
        candidates.merge(answers.candidates)
        decisions[past.history.last_week] = past.fit.fitted.scaler.decision
        on_forecasts(answers.forecasts, past.truth.ravel())
        done += past.asked
        on_progress(done / (sales.products * len(origins)))
    scores = methods.scores(sampled_of)
    return Backtest(
        scores=scores,
        candidates=candidates.scores(),
        decisions=tuple(decisions.values()),
        training_windows=past.fit.training_windows,
        test_windows=scores[NETWORK_METHOD].forecasts,
        losses=past.fit.fitted.losses,
    )


class _Fit(NamedTuple):
    """A model and what forecasts by it need.

    origins: that it forecasts at; sample: the products that it learned from, with all their weeks; windows: of the
    sample at each origin; panel: measured on the sample while these windows are made.
    """

    fitted: FittedModel
    training_windows: int
    origins: Sequence[int]
    sample: History
    windows: Iterable[Windows]
    panel: Panel


class _Past(NamedTuple):
    """Products to forecast at one origin by a fit, from windows.

    history: of those launched by the origin, up to it; truth: their units after it, (n, horizon); product: their
    positions, (n,), among the `asked` products of the batch; panel: what is asked of all products, None where these are
    all.
    """

    fit: _Fit
    windows: Windows
    history: History
    truth: Floats
    product: Integers
    asked: int
    panel: Panel | None


class _Answers(NamedTuple):
    """The recipe's forecasts, as the BI table, and what all forecasts add to the scores."""

    forecasts: pa.Table
    methods: Tallies
    candidates: Tallies


def _fit_weekly(sales: Assortment, origins: Sequence[int], config: Config) -> Iterator[_Fit]:
    for origin in origins:
        sample = sales.sample(origin, config.seed)
        prepared = prepare(sample.until(origin), config)
        fitted = fit(prepared.training, prepared.scaler, config)
        yield _Fit(fitted, len(prepared.training), [origin], sample, [prepared.inputs], prepared.panel)


def _fit_once(sales: Assortment, learn_at: int, origins: Sequence[int], config: Config) -> Iterator[_Fit]:
    sample, panel = sales.sample(learn_at, config.seed), Panel()
    prepared = prepare(sample.until(learn_at), config)
    fitted = fit(prepared.training, prepared.scaler, config)
    windows = inputs_at(sample, origins, fitted.scaler, panel)
    yield _Fit(fitted, len(prepared.training), origins, sample, windows, panel)


def _ask(sales: Assortment, fits: Iterable[_Fit]) -> Iterator[_Past]:
    """Yield all that is to be forecast: by each fit every batch, at each of its origins."""
    for made in fits:
        if not sales.sampled:
            yield from _ask_batch(made, made.sample, made.windows, None)
            continue
        panel = _measure(made)
        for batch in sales.batches():
            windows = inputs_at(batch, made.origins, made.fitted.scaler, panel)
            yield from _ask_batch(made, batch, windows, panel)


def _measure(made: _Fit) -> Panel:
    """What is asked of all products at the origins of a fit, measured on its sample, to be recalled for any others."""
    for origin, _ in zip(made.origins, made.windows, strict=True):  # making the windows measures what they need
        for name in SIMPLE_METHODS:
            forecast_simply(name, made.sample.until(origin), made.fitted.scaler.horizon, made.panel)
    return made.panel.recalled()


def _ask_batch(made: _Fit, batch: History, windows: Iterable[Windows], panel: Panel | None) -> Iterator[_Past]:
    for origin, at_origin in zip(made.origins, windows, strict=True):
        launched, truth = batch.launched_by(origin), batch.after(origin, made.fitted.scaler.horizon)
        if len(launched):
            yield _Past(made, at_origin, batch.until(origin), truth, launched, len(batch.codes), panel)


def _answer(numbered: int, score_candidates: bool, past: _Past) -> tuple[_Past, _Answers]:
    """Forecast by every method; numbered: number of the products whose errors are kept apart."""
    started = time.perf_counter()
    forecast = forecast_at(past.history, past.fit.fitted, past.windows)
    seconds = time.perf_counter() - started
    methods, candidates = Tallies(numbered), Tallies()
    product = past.product if numbered else None
    methods.add(NETWORK_METHOD, past.truth, forecast.prediction, seconds, product)
    for name in SIMPLE_METHODS:
        started = time.perf_counter()
        prediction = forecast_simply(name, past.history, past.truth.shape[1], past.panel)
        methods.add(name, past.truth, prediction, time.perf_counter() - started, product)
    for name, prediction in past.fit.fitted.candidates(past.windows).items() if score_candidates else ():
        candidates.add(name, past.truth, prediction)
    return past, _Answers(to_forecast_table(past.history, forecast), methods, candidates)
