"""A walk through the weeks: where every product stood at the end of each, from that week and those before it alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.candidates import LONG, OWN, Candidates, usual_level
from tasks.models.levels.departure import Departure
from tasks.models.levels.market import UsualRatio
from tasks.models.levels.spread import Spread
from tasks.models.levels.survival import Survival
from tasks.models.levels.weights import MOVING, Evidence, class_by_volume

_LEAST = 0.005  # units a week: what has not sold for long may sell again


@dataclass(frozen=True)
class Standing:
    """What is known at the end of a week of the n products launched by then.

    rows: (n,) their positions; candidates: (n, K, horizon) and weights (n, K), see `levels.candidates`; level: (n,)
    the weighted one for the next week, were the product alive; alive: (n,) the chance of it; zeros: (n,) weeks since
    the last sale; expected: (n, horizon) units; error: (n,) the usual error of a week; dispersion: (n,) variance
    beyond that of a Poisson distribution (of amounts: all of it), relative to the squared mean; kind: (n,) class of
    volume; ratio: what all products together usually come to, relative to what is expected.
    """

    week: int
    rows: Integers
    candidates: Floats
    weights: Floats
    level: Floats
    alive: Floats
    zeros: Floats
    expected: Floats
    error: Floats
    dispersion: Floats
    kind: Integers
    ratio: float


def walk(
    units: Floats, whole: Mask, horizon: int, pooling: bool = True, first_monday: date | None = None
) -> Iterator[Standing]:
    """Walk through units (n, weeks), NaN before launch.

    whole: (n,) which products are sold in whole units; pooling: whether peers may be learned from; first_monday: of the
    first week, where there is a calendar.
    """
    known = _Known(len(units), whole, Candidates(units, horizon, pooling, first_monday), horizon, pooling)
    for week, sold in enumerate(np.nan_to_num(units).T):
        known.look_back(sold)
        yield known.stand(week, sold)


@dataclass(frozen=True)
class _Past:
    """A standing that later weeks are compared with.

    group, usual: (n,) whose evidence it is, and what the product usually sold; blends: (n, S, horizon) forecasts as
    weighted by each strength of a product's own errors.
    """

    standing: Standing
    group: Integers
    usual: Floats
    blends: Floats


class _Known:
    """All that past weeks have told."""

    def __init__(self, products: int, whole: Mask, candidates: Candidates, horizon: int, pooling: bool) -> None:
        self._whole, self._judged = whole, sorted({1, (horizon + 1) // 2, horizon})
        self._candidates, self._evidence = candidates, Evidence(products, pooling)
        self._survival, self._spread, self._departure = Survival(products), Spread(whole), Departure(products)
        self._ratio, self._total = UsualRatio(), np.zeros(products)
        self._past: deque[_Past] = deque(maxlen=horizon)

    def look_back(self, sold: Floats) -> None:
        """Compare what a week sold with what was forecast for it one week, half the horizon and all of it before."""
        self._evidence.forget()
        for ahead in self._judged:
            if ahead <= len(self._past):
                self._add_evidence(self._past[-ahead], sold, ahead)
        if self._past:
            last = self._past[-1].standing
            rows, units, forecast, expected = last.rows, sold[last.rows], last.candidates[:, :, 0], last.expected[:, 0]
            self._survival.judge(rows, last.level, units, last.error)
            self._spread.add(rows, expected, last.level, last.error, units)
            self._departure.add(rows, forecast, last.error, units)
            self._ratio.add(expected, units, last.error, forecast[:, LONG])

    def _add_evidence(self, past: _Past, sold: Floats, ahead: int) -> None:
        then = past.standing
        came, forecast = sold[then.rows], then.candidates[:, :, ahead - 1]
        came_at_most, share = np.minimum(came, past.usual + 5 * then.error), 1 / len(self._judged)
        blends = past.blends[:, :, ahead - 1]
        self._evidence.add(then.rows, past.group, forecast, blends, came_at_most, then.error, share)
        if ahead == 1:
            self._evidence.judge_peers(past.group, forecast, came, past.usual, then.error)

    def stand(self, week: int, sold: Floats) -> Standing:
        """Where products stand at the end of a week that sold so much, which was looked back from before."""
        rows, made = self._candidates.advance(week)
        self._survival.advance(rows, sold[rows])
        self._total += sold
        kind = class_by_volume(self._total[rows] / (week - self._candidates.launch[rows] + 1))
        usual = usual_level(made[:, OWN, 0])
        # Amounts may be of any size, so what is little is little of what is usual.
        little = np.where(self._whole[rows], 1.0, np.clip(usual, 1e-6, 1.0))
        usual = usual + 0.05 * little
        group = np.where(self._departure.has_left(rows), MOVING, kind)
        weights, each = self._evidence.weigh(rows, group)
        blend = np.einsum("nk,nkh->nh", weights, made)
        alive = self._survival.alive(rows)
        standing = Standing(
            week=week,
            rows=rows,
            candidates=made,
            weights=weights,
            level=blend[:, 0],
            alive=alive,
            zeros=self._survival.zeros[rows],
            expected=blend * alive[:, np.newaxis] + _LEAST * little[:, np.newaxis],
            error=self._spread.error(rows, usual) + 1e-3 * little,
            dispersion=self._spread.dispersion(rows, kind),
            kind=kind,
            ratio=self._ratio.value(),
        )
        self._past.append(_Past(standing, group, usual, np.einsum("nsk,nkh->nsh", each, made)))
        return standing
