"""The filter: it follows every product of a panel week after week, oldest week first, and looks at no later week."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tasks.models.arrays import Floats, Integers, Mask
from tasks.models.filter.base import (
    DECAYS,
    LONG,
    MIDDLE,
    OWN_SEASONAL,
    PEERS_SEASONAL,
    SEASONAL,
    OwnLevels,
    base_forecasts,
    special_factors,
    usual_level,
)
from tasks.models.filter.common import Common
from tasks.models.filter.foreign import weigh_foreign
from tasks.models.filter.launches import Launches, add_up
from tasks.models.filter.market import TREND_WEEKS, UsualRatio, market_trend
from tasks.models.filter.pooling import PooledLevels
from tasks.models.filter.seasons.season import Season
from tasks.models.filter.standing import Standing
from tasks.models.filter.surprise import sum_up, weigh_surprise
from tasks.models.filter.survival import Survival
from tasks.models.filter.volume import CLASSES, class_by_volume, class_edges
from tasks.models.filter.weights import Evidence
from tasks.models.uncertainty.spread import Spread

_LEAST = 0.005  # units a week added to what is expected: a product without sales for long may sell again
_FAR = 5.0  # a week's units are capped at so many usual errors above what is usual, where forecasts are compared
_OWN_AMONG, _LONG_AMONG = np.searchsorted(SEASONAL, OWN_SEASONAL), int(np.searchsorted(SEASONAL, LONG))


def follow(
    units: Floats,
    whole: Mask,
    horizon: int,
    first_monday: date | None = None,
    common: Sequence[Common] | None = None,
    pooling: bool = True,
) -> Iterator[tuple[Standing, Common]]:
    """Follow units (n, weeks), NaN before launch, and yield the standing at the end of each week.

    whole: (n,) which products are sold in whole units; first_monday: date of the first week, None without a calendar;
    common: what was yielded, week by week, for other products of the same panel; None where it is measured on these;
    pooling: whether the market and the level of similar products are used.
    """
    state = _State(units, whole, horizon, first_monday, pooling)
    for week in range(units.shape[1]):
        state.look_back(week, judges=common is None)
        state.add(week)
        measured = state.measure(week) if common is None else state.take(week, common[week])
        yield state.stand(week, measured), measured


@dataclass(frozen=True)
class _Past:
    """A past standing, kept to compare its forecasts with later weeks.

    judged: (n,) classes, -1 of products whose errors do not count for others; usual: (n,) usual units a week.
    """

    standing: Standing
    judged: Integers
    usual: Floats


class _State:
    """Everything that the filter keeps from past weeks."""

    def __init__(self, units: Floats, whole: Mask, horizon: int, first_monday: date | None, pooling: bool) -> None:
        self._pooling, sales = pooling, Launches.of(units)
        products = len(sales.rows)
        self._sales, self._whole = sales, whole[sales.rows]
        self._judged = sorted({1, (horizon + 1) // 2, horizon})
        self._own, self._pooled, self._total = OwnLevels(products), PooledLevels(sales), np.zeros(products)
        self._season = Season(sales, horizon, len(SEASONAL) + 1, _LONG_AMONG, first_monday)
        self._evidence, self._survival, self._spread = Evidence(products), Survival(products), Spread(self._whole)
        self._ratio, self._surprise = UsualRatio(), np.zeros((CLASSES + 1, 2))
        self._past: deque[_Past] = deque(maxlen=horizon)
        self._levels = np.empty((len(DECAYS), 0))  # own levels of the launched products

    def look_back(self, week: int, judges: bool) -> None:
        """Compare a week's units with the forecasts made one week, half a horizon and a horizon before.

        judges: whether these products decide for others.
        """
        sold = self._sales.units[week]
        self._evidence.forget()
        for ahead in self._judged:
            if ahead > len(self._past):
                continue
            past = self._past[-ahead]
            error = past.standing.error
            capped = np.minimum(sold[: len(error)], past.usual + _FAR * error)
            errors = (past.standing.forecasts[:, ahead - 1] - capped) / error
            self._evidence.add(errors, 1 / len(self._judged))
            if judges:
                self._evidence.add_to_classes(errors, past.judged)
        if self._past:
            last = self._past[-1].standing
            units = sold[: len(last.rows)]
            self._spread.add(last.expected[0], last.level, last.error, units)
            if judges:
                self._survival.judge(last.level, units, last.error)
                self._ratio.add(last.expected[0], units, last.error, last.forecasts[LONG, 0])
                if self._pooling:
                    self._surprise = sum_up(weigh_surprise(last.expected[0], last.error, units), last.kind)

    def add(self, week: int) -> None:
        """Add a week's units, product by product; `look_back` comes first."""
        launched = self._sales.count(week)
        sold = self._sales.units[week, :launched]
        self._survival.advance(sold)
        self._total[:launched] += sold
        self._levels = self._own.add(sold)
        self._pooled.add(week)

    def measure(self, week: int) -> Common:
        """What all products have in common after `add`."""
        volume, usual = self._volume(week), self._usual()[0]
        launched, edges, rate = len(volume), class_edges(volume), self._survival.choose_rate()
        kind = class_by_volume(volume, edges)
        peers = self._pooled.measure(week, self._survival.alive(launched, rate))
        self._season.add(week, np.vstack([self._levels[SEASONAL], self._pool(peers)]))
        by_easter, season, special, movements = self._season.measure(week)
        self._season.follow(by_easter, movements)
        return Common(
            edges=edges,
            death_rate=np.array(rate),
            peers=peers,
            growth=np.array(self._pooling and market_trend(self._sales.observed(max(0, week + 1 - TREND_WEEKS), week))),
            by_easter=np.array(by_easter),
            season=season,
            special=special,
            movements=movements,
            weights=self._evidence.weigh_classes(),
            errors=self._evidence.mean_errors(self._count_for_others(kind)),
            variance=np.array(self._spread.relative_variance(usual)),
            dispersions=self._spread.class_dispersions(kind),
            ratio=np.array(self._ratio.value()),
            surprise=self._surprise,
            products=np.array(launched),
        )

    def take(self, week: int, common: Common) -> Common:
        """Take what other products have in common, in the place of `measure`."""
        self._season.add(week, np.vstack([self._levels[SEASONAL], self._pool(common.peers)]))
        self._season.follow(bool(common.by_easter), common.movements)
        return common

    def stand(self, week: int, common: Common) -> Standing:
        """The standing at the end of a week, after `measure` or `take`."""
        launched = self._sales.count(week)
        pooled = self._pool(common.peers)
        alive = self._survival.alive(launched, int(common.death_rate))
        usual, small = self._usual()
        kind = class_by_volume(self._volume(week), common.edges)
        forecasts = base_forecasts(
            self._levels,
            pooled,
            float(common.growth),
            common.season,
            self._season.of_each(week, common.season, _OWN_AMONG, usual_level(self._levels)),
            self._season.of_peers(week, launched, DECAYS[PEERS_SEASONAL]),
        )
        forecasts *= special_factors(common.special)[:, :, np.newaxis]
        weights = self._evidence.weigh(kind, common.weights, common.errors)
        blend = add_up(weight * forecast for weight, forecast in zip(weights, forecasts, strict=True))
        standing = Standing(
            week=week,
            rows=self._sales.rows[:launched],
            forecasts=forecasts,
            errors=self._evidence.own_errors(kind, common.errors),
            level=blend[0],
            alive=alive,
            sells=self._survival.sells(launched),
            zeros=self._survival.zeros[:launched].copy(),
            expected=blend * alive + _LEAST * small,
            error=self._spread.error(usual, float(common.variance)) + 1e-3 * small,
            dispersion=self._spread.dispersion(kind, common.dispersions),
            kind=kind,
            ratio=float(common.ratio),
        )
        self._past.append(_Past(standing, self._count_for_others(kind), usual))
        return standing

    def _pool(self, peers: Floats) -> Floats:
        """The pooled level of the launched products, (n,), or a level of their own where peers are not used."""
        return self._pooled.level(peers) if self._pooling else self._levels[MIDDLE]

    def _volume(self, week: int) -> Floats:
        """Mean units a week of the launched products, (n,)."""
        launched = self._levels.shape[1]
        return np.asarray(self._total[:launched] / (week - self._sales.launch[:launched] + 1))

    def _usual(self) -> tuple[Floats, Floats]:
        """Usual units a week of the launched products, and what is small beside them: each (n,).

        Small is a unit where whole units are sold; amounts may be tiny, so there it is a part of the usual amount.
        """
        usual = usual_level(self._levels)
        small = np.where(self._whole[: len(usual)], 1.0, np.clip(usual, 1e-6, 1.0))
        return usual + 0.05 * small, small

    def _count_for_others(self, kind: Integers) -> Integers:
        """Classes (n,), -1 where a product must not decide what others get.

        That is where it is in other units, or where constants are larger than the amounts.
        """
        usual = self._usual()[0]
        counts = (self._whole[: len(kind)] | (usual >= 1)) & (weigh_foreign(usual) > 0.5)
        return np.where(counts, kind, -1)
