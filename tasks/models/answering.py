"""What answers for any batch of products: a fitted model and a simple method, with what they need from all products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.ledger import EARLIER
from tasks.baselines.launch import LaunchFit
from tasks.baselines.simple import SimpleFit
from tasks.models.choosing import Answer, Simple, choose, launch
from tasks.models.panel import Panel

if TYPE_CHECKING:
    from tasks.models.fitting import FittedModel


@dataclass(frozen=True)
class Answering:
    """A model, or a simple method with a model behind it; at least one of the two is there.

    common: what all products have in common, for the model
    reason: for which the simple method answers
    own_interval: see `choosing.Simple`
    launches: for products without sales, None where no such product comes
    """

    model: FittedModel | None
    common: pa.Table
    simple: SimpleFit | None = None
    reason: str = ""
    own_interval: bool = True
    launches: LaunchFit | None = None

    def answer(self, batch: Panel) -> Answer:
        """Forecast every product of a batch at its last week."""
        if self.launches is None or not len(unsold := batch.unsold()):
            return self._answer(batch)
        sold = np.setdiff1d(np.arange(len(batch.codes)), unsold)
        coming = batch.select(unsold)
        answers = [self._answer(batch.select(sold))] if len(sold) else []
        answers.append(launch(coming, *self.launches.predict(coming)))
        return Answer.join(answers).select(np.argsort(np.concatenate([sold, unsold])))

    def _answer(self, batch: Panel) -> Answer:
        forecast = self.model.predict(batch, self.common) if self.model else None
        fewest, simple = self.model.state.fewest_weeks if self.model else 0, None
        if self.simple:
            simple = Simple(self.simple.method, self.reason, self.simple.predict(batch), self.own_interval)
        return choose(batch, forecast, fewest, simple)


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

    def expect(self, batch: Panel, now: Answering, answer: Answer) -> pa.Table:
        """What it expects in the weeks that both forecast: `schemas.ledger.EARLIER`; answer: of the batch by `now`."""
        if self.codes is not None:
            chosen = pc.is_in(pa.array(batch.codes, pa.string()), self.codes).to_numpy(zero_copy_only=False)
            batch = batch.select(np.flatnonzero(chosen))
            answer = answer.select(chosen)
        if self.answering is not now:
            answer = self.answering.answer(batch)
        units = answer.distribution.units
        passed = batch.last_week - self.week
        weeks = max(units.shape[1] - passed, 0)  # that both forecast
        then = np.full((len(batch.codes), weeks), np.nan)
        known = batch.until(self.week)
        if self.then and len(known.codes):
            then[batch.launched_by(self.week)] = self.then.answer(known).distribution.units[:, passed:]
        targets = np.tile(batch.last_week + 1 + np.arange(weeks, dtype=np.int32), len(batch.codes))
        codes = pa.array(batch.codes, pa.string()).take(pa.array(np.repeat(np.arange(len(batch.codes)), weeks)))
        expected, earlier = (pa.array(values.ravel(), from_pandas=True) for values in (units[:, :weeks], then))
        return pa.table([codes, pa.array(targets), expected, earlier], schema=EARLIER)
