"""Backtest: forecast at past origins from the weeks known then, and score against the actual sales."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from schemas.config import Config
from schemas.errors import UsageError
from schemas.forecasts import NETWORK_METHOD
from tasks.models.baselines.simple import METHODS, POOLED_LEVEL, forecast_simply
from tasks.models.evaluation.scores import Scores, score
from tasks.models.fitting import FittedModel, fit
from tasks.models.forecast import forecast_at, to_forecast_table
from tasks.models.history import Floats, History, Integers
from tasks.models.prediction import Prediction
from tasks.models.recipes.registry import inputs_at, prepare
from tasks.models.windows import Windows

Refit = Literal["weekly", "never"]
Fit = tuple[FittedModel, int, Windows]  # the model, its number of training windows, and the windows to forecast from
SIMPLE_METHODS = (*METHODS, POOLED_LEVEL)
FEWEST_WEEKS = 10


@dataclass(frozen=True)
class Backtest:
    """Forecasts of past origins and their scores.

    forecasts: the recipe's, as the BI table without lineage columns, origin after origin; truth: (rows,) actual units
    of each row of forecasts; scores: by method, the recipe's first; candidates: scores of the alternatives to the
    recipe's forecast, empty unless asked for; decisions: for each origin, the method that answered for each class of
    volume; training_windows, losses (of each epoch): of the last fit; test_windows: products summed over origins.
    """

    forecasts: pa.Table
    truth: Floats
    scores: dict[str, Scores]
    candidates: dict[str, Scores]
    decisions: tuple[tuple[str, ...], ...]
    training_windows: int
    test_windows: int
    losses: tuple[float, ...]


def backtest(
    history: History,
    origins: Sequence[int],
    config: Config,
    refit: Refit,
    on_origin: Callable[[int, int, int], None] = lambda *_: None,
    notebook_cut: bool = False,
    score_candidates: bool = False,
    sampled_of: int | None = None,
) -> Backtest:
    """Score the configured recipe and every simple method at these origins, which are in ascending order.

    refit: `weekly` fits at each origin, `never` only at the first; on_origin: called after each origin with the origin,
    its number, from 1, and the number of origins; notebook_cut: with `never`, train as the published notebook did. Then
    training windows end before the first origin, but their targets reach beyond it, so the model sees the future: use
    it only to reproduce the notebook's published figures; score_candidates: score the alternatives to the recipe's
    forecast too; sampled_of: number of products of which the history's are a sample. Raises UsageError where an origin
    cannot be forecast from or scored.
    """
    _require_scorable(history, origins, config)
    learn_at = origins[0] - 1 + config.horizon if notebook_cut else origins[0]
    fits = _fit_weekly(history, origins, config) if refit == "weekly" else _fit_once(history, learn_at, origins, config)
    methods, candidates = _Tally(), _Tally()
    tables, decisions, products = [], [], []
    for number, origin in enumerate(origins, start=1):
        past = history.until(origin)
        started = time.perf_counter()
        fitted, training_windows, inputs = next(fits)
        forecast = forecast_at(past, fitted, inputs)
        methods.add(NETWORK_METHOD, forecast.prediction, time.perf_counter() - started)
        tables.append(to_forecast_table(past, forecast))
        products.append(history.launched_by(origin))
        decisions.append(fitted.scaler.decision)
        _add_simple_methods(methods, past, config.horizon)
        for name, prediction in fitted.candidates(inputs).items() if score_candidates else ():
            candidates.add(name, prediction)
        on_origin(origin, number, len(origins))
    truth = np.concatenate([history.after(origin, config.horizon) for origin in origins])
    return Backtest(
        forecasts=pa.concat_tables(tables),
        truth=truth.ravel(),
        scores=methods.score(truth, np.concatenate(products), sampled_of),
        candidates=candidates.score(truth),
        decisions=tuple(decisions),
        training_windows=training_windows,
        test_windows=len(truth),
        losses=fitted.losses,
    )


class _Tally:
    """The forecasts of each method, origin after origin, and the seconds that they took."""

    def __init__(self) -> None:
        self._predictions: dict[str, list[Prediction]] = {}
        self._seconds: dict[str, float] = {}

    def add(self, name: str, prediction: Prediction, seconds: float = 0.0) -> None:
        """Keep the forecast of one origin, and the seconds that it took, if they were measured."""
        self._predictions.setdefault(name, []).append(prediction)
        self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    def score(self, truth: Floats, product: Integers | None = None, sampled_of: int | None = None) -> dict[str, Scores]:
        """Each method's scores against the truth of all origins (n, horizon); see `evaluation.scores.score`."""
        return {
            name: score(truth, Prediction.join(parts), self._seconds[name], product, sampled_of)
            for name, parts in self._predictions.items()
        }


def _add_simple_methods(methods: _Tally, past: History, horizon: int) -> None:
    for name in SIMPLE_METHODS:
        started = time.perf_counter()
        prediction = forecast_simply(name, past, horizon)
        methods.add(name, prediction, time.perf_counter() - started)


def _fit_weekly(history: History, origins: Sequence[int], config: Config) -> Iterator[Fit]:
    for origin in origins:
        prepared = prepare(history.until(origin), config)
        yield fit(prepared.training, prepared.scaler, config), len(prepared.training), prepared.inputs


def _fit_once(history: History, learn_at: int, origins: Sequence[int], config: Config) -> Iterator[Fit]:
    prepared = prepare(history.until(learn_at), config)
    fitted = fit(prepared.training, prepared.scaler, config)
    for inputs in inputs_at(history, origins, fitted.scaler):
        yield fitted, len(prepared.training), inputs


def scorable_origins(history: History, config: Config) -> range:
    """Origins with enough weeks to forecast from and all targets observed; empty where the history is too short."""
    fewest = max(FEWEST_WEEKS, (config.lookback or 2) + config.horizon)
    return range(history.first_week + fewest - 1, history.last_week - config.horizon + 1)


def _require_scorable(history: History, origins: Sequence[int], config: Config) -> None:
    scorable = scorable_origins(history, config)
    first, last = scorable.start, scorable.stop - 1
    fewest = first - history.first_week + 1
    if not scorable:
        raise UsageError(
            f"{len(history.weeks)} weeks are too few for a backtest {config.horizon} weeks ahead: "
            f"expected at least {fewest + config.horizon}"
        )
    for origin in origins:
        if not first <= origin <= last:
            why = "are not all known yet" if origin > last else f"need {fewest} observed weeks before them"
            raise UsageError(
                f"origin W{origin}: weeks W{origin + 1}..W{origin + config.horizon} {why}; "
                f"origins from W{first} to W{last} can be scored"
            )
