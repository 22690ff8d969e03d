"""A walk through the weeks, oldest first: the state of every product at the end of each week, from no later week."""

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
from tasks.models.levels.panel import Panel
from tasks.models.levels.spread import Spread
from tasks.models.levels.survival import Survival
from tasks.models.levels.weights import MOVING, Evidence, class_by_volume, class_edges

_LEAST = 0.005  # units a week added to what is expected: a product without sales for long may sell again


@dataclass(frozen=True)
class Standing:
    """The state of the n launched products at the end of a week.

    week: its column; rows: (n,) the products' rows; candidates: (n, K, horizon) units, see `levels.candidates`, and
    their weights: (n, K); level: (n,) units of the next week if the product is alive, the weighted mean of candidates;
    alive: (n,) the probability that it is; zeros: (n,) weeks since the last sale; expected: (n, horizon) units; error:
    (n,) usual error of a week, in units; dispersion: (n,) variance beyond that of a Poisson distribution (for amounts:
    all variance), relative to the squared mean; kind: (n,) class of volume; ratio: usual ratio of actual to expected
    units of all products together.
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
    units: Floats,
    whole: Mask,
    horizon: int,
    pooling: bool = True,
    first_monday: date | None = None,
    panel: Panel | None = None,
) -> Iterator[Standing]:
    """Walk through units (n, weeks), NaN before launch, and yield the standing at the end of each week.

    whole: (n,) which products are sold in whole units; pooling: whether peers are used; first_monday: date of the first
    week, None without a calendar; panel: what is asked of all products, None where these are all.
    """
    panel = panel or Panel()
    candidates = Candidates(units, horizon, pooling, panel, first_monday)
    state = _State(len(units), whole, candidates, horizon, pooling, panel)
    for week, sold in enumerate(np.nan_to_num(units).T):
        state.look_back(sold)
        yield state.advance(week, sold)


@dataclass(frozen=True)
class _Past:
    """A past standing, kept to compare its forecasts with later weeks.

    group: (n,) the group of each product's errors, see `levels.weights`; usual: (n,) usual units a week; blends:
    (n, S, horizon) weighted means of the candidates, one for each strength, see `Evidence.weigh`.
    """

    standing: Standing
    group: Integers
    usual: Floats
    blends: Floats


class _State:
    """Everything that the walk keeps from past weeks."""

    def __init__(
        self, products: int, whole: Mask, candidates: Candidates, horizon: int, pooling: bool, panel: Panel
    ) -> None:
        self._panel, self._whole, self._judged = panel, whole, sorted({1, (horizon + 1) // 2, horizon})
        self._candidates, self._evidence = candidates, Evidence(products, pooling)
        self._survival, self._spread, self._departure = Survival(products), Spread(whole), Departure(products)
        self._ratio, self._total = UsualRatio(), np.zeros(products)
        self._past: deque[_Past] = deque(maxlen=horizon)

    def look_back(self, sold: Floats) -> None:
        """Compare a week's units (n,) with the forecasts made one week, half a horizon and a horizon before."""
        self._evidence.forget()
        for ahead in self._judged:
            if ahead <= len(self._past):
                self._add_evidence(self._past[-ahead], sold, ahead)
        if self._past:
            last = self._past[-1].standing
            rows, units, forecast, expected = last.rows, sold[last.rows], last.candidates[:, :, 0], last.expected[:, 0]
            self._spread.add(rows, expected, last.level, last.error, units)
            self._departure.add(rows, forecast, last.error, units)
            if not self._panel.recalls:
                self._survival.judge(rows, last.level, units, last.error)
                self._ratio.add(expected, units, last.error, forecast[:, LONG])

    def _add_evidence(self, past: _Past, sold: Floats, ahead: int) -> None:
        rows, error = past.standing.rows, past.standing.error
        units, forecast = sold[rows], past.standing.candidates[:, :, ahead - 1]
        capped, share = np.minimum(units, past.usual + 5 * error), 1 / len(self._judged)
        self._evidence.add(rows, forecast, capped, error, share)
        if self._panel.recalls:
            return
        self._evidence.add_to_groups(past.group, forecast, past.blends[:, :, ahead - 1], capped, error)
        if ahead == 1:
            self._evidence.judge_peers(past.group, forecast, units, past.usual, error)

    def advance(self, week: int, sold: Floats) -> Standing:
        """Add a week's units (n,) and return the standing at its end; `look_back` comes first."""
        rows, candidates = self._candidates.advance(week)
        self._survival.advance(rows, sold[rows])
        self._total += sold
        volume = self._total[rows] / (week - self._candidates.launch[rows] + 1)
        kind = class_by_volume(volume, self._panel.ask(week, "class edges", lambda: class_edges(volume)))
        usual = usual_level(candidates[:, OWN, 0])
        # Small constants are in whole units; amounts may be tiny, so there they are a part of the usual amount.
        small = np.where(self._whole[rows], 1.0, np.clip(usual, 1e-6, 1.0))
        usual = usual + 0.05 * small
        group = np.where(self._departure.has_left(rows), MOVING, kind)
        weights, by_strength = self._evidence.weigh(
            rows,
            group,
            self._panel.ask(week, "group weights", self._evidence.weigh_groups),
            self._panel.ask(week, "strengths", self._evidence.weigh_strengths),
            self._panel.ask(week, "errors", lambda: self._evidence.mean_errors(rows, group)),
        )
        blend = np.einsum("nk,nkh->nh", weights, candidates)
        alive = self._survival.alive(rows, int(self._panel.ask(week, "death rate", self._survival.choose_rate)))
        relative = self._panel.ask(week, "relative variance", lambda: self._spread.relative_variance(rows, usual))
        dispersions = self._panel.ask(week, "dispersions", lambda: self._spread.class_dispersions(rows, kind))
        standing = Standing(
            week=week,
            rows=rows,
            candidates=candidates,
            weights=weights,
            level=blend[:, 0],
            alive=alive,
            zeros=self._survival.zeros[rows],
            expected=blend * alive[:, np.newaxis] + _LEAST * small[:, np.newaxis],
            error=self._spread.error(rows, usual, float(relative)) + 1e-3 * small,
            dispersion=self._spread.dispersion(rows, kind, dispersions),
            kind=kind,
            ratio=float(self._panel.ask(week, "usual ratio", self._ratio.value)),
        )
        blends = np.empty((0, 0, 0)) if self._panel.recalls else np.einsum("nsk,nkh->nsh", by_strength, candidates)
        self._past.append(_Past(standing, group, usual, blends))
        return standing
