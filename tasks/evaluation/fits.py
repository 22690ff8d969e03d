"""The fits of a backtest, and what each forecasts: the work at one origin, which any process can do."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from schemas.scores import LEVELS, PUBLISHED, SIMPLE_METHODS
from tasks.baselines.simple import SimpleFit
from tasks.evaluation.tally import Tallies
from tasks.models.arrays import Floats
from tasks.models.choosing import Answer, choose
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.paths.grouping import Grouped, Grouping, pick_attributes
from tasks.models.paths.pits import Pits
from tasks.models.recipes.registry import prepare


class Wanted(NamedTuple):
    """What is kept of each forecast beside its errors.

    numbered: number of the products whose errors are kept apart
    answers: whether what is published is kept
    columns: by which products are grouped, None where they are not
    attributes: one row a product, None where the file tells nothing of it
    """

    numbered: int = 0
    answers: bool = False
    columns: tuple[str, ...] | None = None
    attributes: pa.Table | None = None


class Learned(NamedTuple):
    """A model, the week that it was fitted at, what all products have in common then, and the PITs of weeks before."""

    fitted: FittedModel
    training_windows: int
    week: int
    common: pa.Table
    pits: Pits | None


class Fit(NamedTuple):
    """A model at one origin, and what forecasts by it and by the simple methods need.

    common: what all products have in common.
    """

    fitted: FittedModel
    training_windows: int
    origin: int
    common: pa.Table
    simple: Mapping[str, SimpleFit]
    grouping: Grouping | None


class Answered(NamedTuple):
    """What is published of some products at an origin.

    panel: of these, up to the origin
    truth: (n, horizon) actual units
    groups: None where they are not grouped
    """

    panel: Panel
    answer: Answer
    truth: Floats
    groups: Grouped | None


class Scored(NamedTuple):
    """The errors of forecasts for `asked` products at one origin, and who made them.

    decision: empty where none of them was launched by then
    answered: where that is asked for
    """

    origin: int
    asked: int
    tallies: Tallies
    decision: tuple[str, ...] = ()
    training_windows: int = 0
    losses: tuple[float, ...] = ()
    answered: Answered | None = None


def learn(sample: Panel, config: Config, wanted: Wanted, week: int) -> Learned:
    """Fit on the products of a sample, which has later weeks too."""
    prepared = prepare(sample.until(week), config)
    fitted = fit(prepared, config)
    pits = None if wanted.columns is None else fitted.past_pits(prepared.training, config)
    return Learned(fitted, len(prepared.training), week, prepared.common, pits)


def learn_at(sample: Panel, config: Config, wanted: Wanted, origin: int) -> Fit:
    """Fit at an origin, to forecast from there."""
    return use_at(learn(sample, config, wanted, origin), sample, config, wanted, origin)


def use_at(learned: Learned, sample: Panel, config: Config, wanted: Wanted, origin: int) -> Fit:
    """What was learned, to forecast from an origin."""
    fitted, past = learned.fitted, sample.until(origin)
    common = learned.common if learned.week == origin else fitted.measure(past)
    simple = {name: SimpleFit.on(name, past, fitted.state.horizon) for name in SIMPLE_METHODS}
    grouping = None
    if wanted.columns is not None and learned.pits:
        grouping = Grouping.by(learned.pits, config.horizon, config.seed, wanted.columns, wanted.attributes)
    return Fit(fitted, learned.training_windows, origin, common, simple, grouping)


def score(wanted: Wanted, fit: Fit, batch: Panel) -> Scored:
    """Forecast the products of a batch by every method."""
    tallies, launched = Tallies(wanted.numbered), batch.launched_by(fit.origin)
    if not len(launched):
        return Scored(fit.origin, len(batch.codes), tallies)
    panel, truth = batch.until(fit.origin), batch.after(fit.origin, fit.fitted.state.horizon)
    product = launched if wanted.numbered else None
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
    answered = Answered(panel, answer, truth, _group(wanted, fit, panel, answer)) if wanted.answers else None
    decision, losses = fit.fitted.decision, fit.fitted.losses
    return Scored(fit.origin, len(batch.codes), tallies, decision, fit.training_windows, losses, answered)


def _group(wanted: Wanted, fit: Fit, panel: Panel, answer: Answer) -> Grouped | None:
    if fit.grouping is None:
        return None
    attributes = None if wanted.attributes is None else pick_attributes(wanted.attributes, panel.codes)
    return fit.grouping.group(panel, answer.distribution, attributes)
