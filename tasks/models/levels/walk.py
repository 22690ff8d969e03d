"""A walk through the weeks, oldest first: the state of every product at the end of each week, from no later week."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.candidates import LONG, OWN, Candidates, usual_level
from tasks.models.levels.departure import Departure
from tasks.models.levels.launches import Launches, add_up
from tasks.models.levels.market import UsualRatio
from tasks.models.levels.panel import Panel
from tasks.models.levels.spread import Spread
from tasks.models.levels.survival import Survival
from tasks.models.levels.weights import MOVING, NO_GROUP, Evidence, class_by_volume, class_edges

_LEAST = 0.005  # units a week added to what is expected: a product without sales for long may sell again


@dataclass(frozen=True)
class Standing:
    """The state of the n launched products at the end of a week, in the order of their launch.

    week: its column; rows: (n,) the products' rows; candidates: (K, horizon, n) units, or those without season, see
    `levels.candidates`; level: (n,) units of the next week if the product is alive, their weighted mean; alive: (n,)
    the probability that it is; zeros: (n,) weeks since the last sale; expected: (horizon, n) units; error: (n,) usual
    error of a week, in units; dispersion: (n,) variance beyond that of a Poisson distribution (for amounts: all
    variance), relative to the squared mean; kind: (n,) class of volume; ratio: usual ratio of actual to expected units
    of all products together.
    """

    week: int
    rows: Integers
    candidates: Floats
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
    sales, panel = Launches.of(units), panel or Panel()
    candidates = Candidates(sales, horizon, pooling, panel, first_monday)
    state = _State(sales, whole[sales.rows], candidates, horizon, pooling, panel)
    for week in range(units.shape[1]):
        state.look_back(week)
        yield state.advance(week)


@dataclass(frozen=True)
class _Past:
    """A past standing, kept to compare its forecasts with later weeks.

    group: (n,) the group of each product's errors, see `levels.weights`, or NO_GROUP; usual: (n,) usual units a week;
    blends: (S, horizon, n) weighted means of the candidates, one for each strength, see `Evidence.weigh`.
    """

    standing: Standing
    group: Integers
    usual: Floats
    blends: Sequence[Floats]


class _State:
    """Everything that the walk keeps from past weeks."""

    def __init__(
        self, sales: Launches, whole: Mask, candidates: Candidates, horizon: int, pooling: bool, panel: Panel
    ) -> None:
        products = len(sales.rows)
        self._sales, self._panel, self._whole = sales, panel, whole
        self._judged = sorted({1, (horizon + 1) // 2, horizon})
        self._candidates, self._evidence = candidates, Evidence(products, pooling)
        self._survival, self._spread, self._departure = Survival(products), Spread(whole), Departure(products)
        self._ratio, self._total = UsualRatio(), np.zeros(products)
        self._past: deque[_Past] = deque(maxlen=horizon)

    def look_back(self, week: int) -> None:
        """Compare a week's units with the forecasts made one week, half a horizon and a horizon before."""
        sold = self._sales.units[week]
        self._evidence.forget()
        for ahead in self._judged:
            if ahead <= len(self._past):
                self._add_evidence(self._past[-ahead], sold, ahead)
        if self._past:
            last = self._past[-1].standing
            units, forecast, expected = sold[: len(last.rows)], last.candidates[:, 0], last.expected[0]
            self._spread.add(expected, last.level, last.error, units)
            self._departure.add(forecast, last.error, units)
            if not self._panel.recalls:
                self._survival.judge(last.level, units, last.error)
                self._ratio.add(expected, units, last.error, forecast[LONG])

    def _add_evidence(self, past: _Past, sold: Floats, ahead: int) -> None:
        error, forecast = past.standing.error, past.standing.candidates[:, ahead - 1]
        units, share = sold[: len(error)], 1 / len(self._judged)
        capped = np.minimum(units, past.usual + 5 * error)
        self._evidence.add(forecast, capped, error, share)
        if self._panel.recalls:
            return
        blends = np.stack([blend[ahead - 1] for blend in past.blends])
        self._evidence.add_to_groups(past.group, forecast, blends, capped, error)
        if ahead == 1:
            self._evidence.judge_peers(past.group, forecast, units, past.usual, error)

    def advance(self, week: int) -> Standing:
        """Add a week's units and return the standing at its end; `look_back` comes first."""
        panel, launched = self._panel, self._sales.count(week)
        sold, whole = self._sales.units[week, :launched], self._whole[:launched]
        self._survival.advance(sold)
        alive = self._survival.alive(launched, int(panel.ask(week, "death rate", self._survival.choose_rate)))
        candidates = self._candidates.advance(week, alive)
        kind = self._classify(week, sold)
        usual, small = _usual_units(candidates[OWN, 0], whole)
        group = np.where(self._departure.has_left(launched), MOVING, kind)
        # Small constants are larger than amounts far below one unit, which must not decide what is best for others.
        judged = np.where(whole | (usual >= 1), group, NO_GROUP)
        weights, by_strength = self._weigh(week, len(candidates), group, judged)
        blend = _blend(weights, candidates)
        relative = panel.ask(week, "relative variance", lambda: self._spread.relative_variance(usual))
        dispersions = panel.ask(week, "dispersions", lambda: self._spread.class_dispersions(kind))
        standing = Standing(
            week=week,
            rows=self._sales.rows[:launched],
            candidates=candidates,
            level=blend[0],
            alive=alive,
            zeros=self._survival.zeros[:launched].copy(),
            expected=blend * alive + _LEAST * small,
            error=self._spread.error(usual, float(relative)) + 1e-3 * small,
            dispersion=self._spread.dispersion(kind, dispersions),
            kind=kind,
            ratio=float(panel.ask(week, "usual ratio", self._ratio.value)),
        )
        blends = [] if panel.recalls else [_blend(part, candidates) for part in by_strength]
        self._past.append(_Past(standing, judged, usual, blends))
        return standing

    def _classify(self, week: int, sold: Floats) -> Integers:
        """Classes (n,) by volume up to this week, in which these units (n,) were sold."""
        launched = len(sold)
        self._total[:launched] += sold
        volume = self._total[:launched] / (week - self._sales.launch[:launched] + 1)
        return class_by_volume(volume, self._panel.ask(week, "class edges", lambda: class_edges(volume)))

    def _weigh(self, week: int, candidates: int, group: Integers, judged: Integers) -> tuple[Floats, list[Floats]]:
        evidence, ask = self._evidence, self._panel.ask
        return evidence.weigh(
            candidates,
            group,
            ask(week, "group weights", evidence.weigh_groups),
            ask(week, "strengths", evidence.weigh_strengths),
            ask(week, "errors", lambda: evidence.mean_errors(judged)),
        )


def _usual_units(candidates: Floats, whole: Mask) -> tuple[Floats, Floats]:
    """Usual units a week by products' own candidates (K, n), and what is small beside them: each (n,).

    Small is a unit where whole units are sold; amounts may be tiny, so there it is a part of the usual amount.
    """
    usual = usual_level(candidates)
    small = np.where(whole, 1.0, np.clip(usual, 1e-6, 1.0))
    return usual + 0.05 * small, small


def _blend(weights: Floats, candidates: Floats) -> Floats:
    """Means (horizon, n) of candidates (K, horizon, n) with these weights (K, n)."""
    return add_up(weight * candidate for weight, candidate in zip(weights, candidates, strict=True))
