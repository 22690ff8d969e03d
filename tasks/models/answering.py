"""Who answers for the products of a batch: a fitted model, or a simple method with a model behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.ledger import EARLIER
from tasks.models.baselines.fallback import INACTIVE, SHORT_HISTORY
from tasks.models.baselines.simple import forecast_simply
from tasks.models.forecast import complete_inputs, forecast_at, merge_predictions
from tasks.models.history import Codes, History, Integers
from tasks.models.levels.panel import Panel
from tasks.models.prediction import Prediction
from tasks.models.recipes.recipe import Answer
from tasks.models.recipes.registry import inputs_at, rescale
from tasks.models.windows import Windows

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel


@dataclass(frozen=True)
class ByModel:
    """A model and what its windows need: those of a sample of the products, and what is asked of all products."""

    fitted: FittedModel
    inputs: Windows
    panel: Panel

    @classmethod
    def of_earlier(cls, fitted: FittedModel, sample: History) -> ByModel:
        """A model of an earlier week, on the sample's weeks."""
        panel = Panel()
        inputs = next(iter(inputs_at(sample, [sample.last_week], fitted.scaler, panel)))
        return cls(fitted, inputs, panel.recalled())

    def windows(self, batch: History) -> Windows:
        """The windows to forecast a batch from."""
        return complete_inputs(self.inputs, batch, self.fitted.scaler, self.panel)


@dataclass(frozen=True)
class Simply:
    """A simple method, and the reason for which it answers; panel: what it asks of all products.

    network_interval: whether its interval is that of the model behind it, widened to include the forecast.
    """

    method: str
    reason: str
    horizon: int
    panel: Panel
    network_interval: bool = False

    @classmethod
    def of_sample(
        cls, method: str, reason: str, horizon: int, sample: History, network_interval: bool = False
    ) -> Simply:
        """The method as it is to be asked; sample: what stands for all products, up to the week to forecast from."""
        panel = Panel()
        forecast_simply(method, sample, horizon, panel)
        return cls(method, reason, horizon, panel.recalled(), network_interval)

    def forecast(self, batch: History) -> Prediction:
        """Forecast every product of a batch."""
        return forecast_simply(self.method, batch, self.horizon, self.panel)


@dataclass(frozen=True)
class Answering:
    """What answers: the model, or a simple method, but for products that the model calls too new or dead.

    At least one of the two is there.
    """

    model: ByModel | None
    simple: Simply | None = None

    def windows(self, batch: History, made: tuple[Windows, Answering] | None = None) -> Windows | None:
        """The windows to forecast a batch from, None where there is no model; made: those of another answering."""
        if self.model is None:
            return None
        if made and made[1].model:
            scaled = rescale(made[0], made[1].model.fitted.scaler, self.model.fitted.scaler)
            if scaled is not None:
                return scaled
        return self.model.windows(batch)

    def answer(self, batch: History, windows: Windows | None) -> Answer:
        """Forecast every product of a batch, from these windows."""
        by_model = forecast_at(batch, self.model.fitted, windows) if self.model else None
        if self.simple is None and by_model:
            return by_model
        return self._answer_simply(batch, by_model)

    def _answer_simply(self, batch: History, by_model: Answer | None) -> Answer:
        simple = self.simple
        if simple is None:
            raise TypeError("an answering needs a model or a simple method")
        prediction = simple.forecast(batch)
        method, reason = (np.full(len(batch.codes), text, object) for text in (simple.method, simple.reason))
        if by_model is None:
            return Answer(prediction, method, reason)
        if simple.network_interval:
            prediction = by_model.prediction.around(prediction.units, prediction.mean)
        kept = np.isin(by_model.method, [SHORT_HISTORY, INACTIVE])
        method[kept], reason[kept] = by_model.method[kept], by_model.reason[kept]
        merged = merge_predictions((~kept, prediction.select(~kept)), (kept, by_model.prediction.select(kept)))
        return Answer(merged, method, reason)


@dataclass(frozen=True)
class Before:
    """What answered in an earlier week: asked as of this week, and as of its own by what is known now.

    then: None where nothing of what was known then was restated; codes: of the products that it is asked for, None
    where these are all.
    """

    week: int
    answering: Answering
    then: Answering | None
    codes: pa.Array | None = None

    def expect(self, batch: History, windows: Windows | None, now: Answering) -> pa.Table:
        """What it expects in the weeks that both forecast: `schemas.ledger.EARLIER`; windows: made by `now`."""
        if self.codes is not None:
            batch, windows = self._select(batch, windows)
        if self.answering is not now:
            windows = self.answering.windows(batch, (windows, now) if windows is not None else None)
        units = self.answering.answer(batch, windows).prediction.units
        passed = batch.last_week - self.week
        weeks = max(units.shape[1] - passed, 0)  # that both forecast
        then = np.full((len(batch.codes), weeks), np.nan)
        known = batch.until(self.week)
        if self.then and len(known.codes):
            answer = self.then.answer(known, self.then.windows(known))
            then[batch.launched_by(self.week)] = answer.prediction.units[:, passed:]
        targets = np.tile(batch.last_week + 1 + np.arange(weeks, dtype=np.int32), len(batch.codes))
        codes = pa.array(batch.codes, pa.string()).take(pa.array(np.repeat(np.arange(len(batch.codes)), weeks)))
        expected, earlier = (pa.array(values.ravel(), from_pandas=True) for values in (units[:, :weeks], then))
        return pa.table([codes, pa.array(targets), expected, earlier], schema=EARLIER)

    def _select(self, batch: History, windows: Windows | None) -> tuple[History, Windows | None]:
        """Those of the products that it is asked for, and their windows."""

        def find(codes: Codes) -> Integers:
            return np.flatnonzero(pc.is_in(pa.array(codes, pa.string()), self.codes).to_numpy(zero_copy_only=False))

        return batch.select(find(batch.codes)), windows.select(find(windows.codes)) if windows else None
