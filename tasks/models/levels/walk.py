"""A walk through the weeks: where every product stood at the end of each, from that week and those before it alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.candidates import NAMES, Candidates
from tasks.models.levels.market import UsualRatio
from tasks.models.levels.survival import Survival
from tasks.models.levels.weights import CLASSES, MOVING, Evidence, class_by_volume

_LEAST = 0.005  # units a week: what has not sold for long may sell again
_SLOW = (NAMES.index("own 0.975"), NAMES.index("own 0.975, own season"))  # the levels that a product may have left
_LEFT = 1.4  # usual errors from the nearer one of them, as the mean of the latest weeks, at which it has
_LATEST = 0.75  # weight of a week in that mean, relative to the week after it
_KEEPS = 0.95  # weight of a week in the usual error, relative to the week after it
_CAP = 4.0  # usual errors beyond which an error says no more
_PRIOR_WEEKS = 4.0  # weight of what is usual of all products in a product's usual error
_DISPERSION_KEEPS = 0.97
_DISPERSION_WEEKS = 8.0  # the same in its dispersion
_USUAL_DISPERSION, _USUAL_WEEKS = 0.1, 5.0  # of panels of which little is known, and its weight in product weeks
_UNSURE_WEEKS = 15.0  # a dispersion from as many product weeks is doubled, for what is not known of it
_DISPERSIONS = (0.003, 30.0)


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


def walk(units: Floats, whole: Mask, horizon: int, pooling: bool = True) -> Iterator[Standing]:
    """Walk through units (n, weeks), NaN before launch.

    whole: (n,) which products are sold in whole units; pooling: whether peers may be learned from.
    """
    candidates, evidence = Candidates(units, horizon, pooling), Evidence(len(units), pooling)
    survival, spread, ratio = Survival(len(units)), _Spread(whole), UsualRatio()
    departure = _Departure(len(units))
    past: deque[tuple[Standing, Integers, Floats, Floats]] = deque(maxlen=horizon)
    total = np.zeros(len(units))
    for week, sold in enumerate(np.nan_to_num(units).T):
        _look_back(past, sold, horizon, evidence, survival, spread, ratio, departure)
        rows, made, _ = candidates.advance(week)
        survival.advance(rows, sold[rows])
        total += sold
        kind = class_by_volume(total[rows] / (week - candidates.launch[rows] + 1))
        usual = (made[:, 3, 0] + made[:, 5, 0]) / 2
        # Amounts may be of any size, so what is little is little of what is usual.
        little = np.where(whole[rows], 1.0, np.clip(usual, 1e-6, 1.0))
        usual = usual + 0.05 * little
        error = spread.error(rows, usual) + 1e-3 * little
        group = np.where(departure.size(rows) > _LEFT, MOVING, kind)
        weights, each = evidence.weigh(rows, group)
        blend = np.einsum("nk,nkh->nh", weights, made)
        alive = survival.alive(rows)
        standing = Standing(
            week,
            rows,
            made,
            weights,
            blend[:, 0],
            alive,
            survival.zeros[rows],
            blend * alive[:, np.newaxis] + _LEAST * little[:, np.newaxis],
            error,
            spread.dispersion(rows, kind),
            kind,
            ratio.value(),
        )
        past.append((standing, group, usual, np.einsum("nsk,nkh->nsh", each, made)))
        yield standing


def _look_back(
    past: Sequence[tuple[Standing, Integers, Floats, Floats]],
    sold: Floats,
    horizon: int,
    evidence: Evidence,
    survival: Survival,
    spread: _Spread,
    ratio: UsualRatio,
    departure: _Departure,
) -> None:
    """Compare what a week sold with what was forecast for it one week, half the horizon and all of it before."""
    evidence.forget()
    judged = sorted({1, (horizon + 1) // 2, horizon})
    for ahead in judged:
        if ahead <= len(past):
            _add_evidence(evidence, *past[-ahead], sold, ahead, len(judged))
    if past:
        last = past[-1][0]
        survival.judge(last.rows, last.level, sold[last.rows], last.error)
        spread.add(last, sold[last.rows])
        departure.add(last, sold[last.rows])
        ratio.add(last.expected[:, 0], sold[last.rows], last.error, last.candidates[:, _SLOW[0], 0])


def _add_evidence(
    evidence: Evidence,
    then: Standing,
    group: Integers,
    usual: Floats,
    blends: Floats,
    sold: Floats,
    ahead: int,
    horizons: int,
) -> None:
    came = sold[then.rows]
    forecast = then.candidates[:, :, ahead - 1]
    came_at_most = np.minimum(came, usual + 5 * then.error)
    evidence.add(then.rows, group, forecast, blends[:, :, ahead - 1], came_at_most, then.error, share=1 / horizons)
    if ahead == 1:
        evidence.judge_peers(group, forecast, came, usual, then.error)


class _Departure:
    """How far products lately were from their slow levels, with the season and without, in usual errors."""

    def __init__(self, products: int) -> None:
        self._away = np.zeros((products, len(_SLOW)))

    def add(self, last: Standing, units: Floats) -> None:
        """Take in the units (n,) of the week after a standing."""
        self._away *= _LATEST
        away = (units[:, np.newaxis] - last.candidates[:, _SLOW, 0]) / last.error[:, np.newaxis]
        self._away[last.rows] += (1 - _LATEST) * np.clip(away, -_CAP, _CAP)

    def size(self, rows: Integers) -> Floats:
        """Distance from the nearer level of the products at those rows: (n,)."""
        return np.asarray(np.abs(self._away[rows]).min(axis=1))


class _Spread:
    """How far weeks usually lie from what was expected, of each product, held together by what is usual of all."""

    def __init__(self, whole: Mask) -> None:
        self._grain = whole.astype(np.float64)
        self._squares, self._weeks, self._excess, self._mean = (np.zeros(len(whole)) for _ in range(4))

    def add(self, last: Standing, units: Floats) -> None:
        """Take in the units (n,) of the week after a standing."""
        rows, expected = last.rows, last.expected[:, 0]
        self._squares *= _KEEPS
        self._weeks *= _KEEPS
        self._squares[rows] += np.minimum(np.abs(units - last.level), _CAP * last.error) ** 2
        self._weeks[rows] += 1
        self._excess *= _DISPERSION_KEEPS
        self._mean *= _DISPERSION_KEEPS
        squares = np.minimum((units - expected) ** 2, 36 * last.error**2)
        self._excess[rows] += squares - expected * self._grain[rows]
        self._mean[rows] += expected**2 + 1e-9

    def error(self, rows: Integers, usual: Floats) -> Floats:
        """Usual error of a week of the products at those rows, which usually sell so much (n,)."""
        weeks, grain = self._weeks[rows], usual * self._grain[rows]
        known = weeks > _PRIOR_WEEKS
        relative = 0.1
        if known.any():
            beyond = np.maximum(self._squares[rows][known] / weeks[known] - grain[known], 0.0)
            relative = float(np.clip(np.median(beyond / usual[known] ** 2), 1e-4, 1.0))
        variance = self._squares[rows] + _PRIOR_WEEKS * (grain + relative * usual**2)
        return np.asarray(np.sqrt(variance / (weeks + _PRIOR_WEEKS)))

    def dispersion(self, rows: Integers, kind: Integers) -> Floats:
        """Dispersion of the products at those rows, of classes (n,)."""
        weeks = self._weeks[rows]
        mean = np.maximum(self._mean[rows] / np.maximum(weeks, 1e-9), 1e-9)
        # Chance in a week's excess over that of a Poisson distribution, in squared means, falls with the mean cubed.
        root = np.sqrt(mean)
        tells = weeks * np.where(self._grain[rows] > 0, root**3 / (1 + 2 * root + root**3), 1.0)
        relative = tells * self._excess[rows] / (mean * np.maximum(weeks, 1e-9))
        usual, unsure = np.full(CLASSES, _USUAL_DISPERSION), np.ones(CLASSES)
        for number in range(CLASSES):
            of_class = kind == number
            known = tells[of_class].sum()
            of_all = (relative[of_class].sum() + _USUAL_WEEKS * _USUAL_DISPERSION) / (known + _USUAL_WEEKS)
            usual[number] = max(float(of_all), 0.01)
            unsure[number] += _UNSURE_WEEKS / (known + _USUAL_WEEKS)
        prior = _DISPERSION_WEEKS * np.maximum(mean, 1e-6)
        dispersion = (self._excess[rows] + prior * usual[kind]) / (self._mean[rows] + prior)
        return np.asarray(np.clip(dispersion * unsure[kind], *_DISPERSIONS))
