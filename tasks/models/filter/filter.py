"""The filter: it follows every product of a panel week after week, oldest week first, and looks at no later week."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tasks.models.arrays import Floats, Mask
from tasks.models.filter.base import (
    DECAYS,
    LONG,
    MIDDLE,
    OWN_SEASONAL,
    SEASONAL,
    OwnLevels,
    base_forecasts,
    special_factors,
    usual_level,
)
from tasks.models.filter.common import Common
from tasks.models.filter.launches import Launches, add_up
from tasks.models.filter.pooling import PooledLevels
from tasks.models.filter.seasons.season import Season
from tasks.models.filter.shares import weigh_foreign
from tasks.models.filter.standing import Standing
from tasks.models.filter.surprise import weigh_surprise
from tasks.models.filter.survival import Survival
from tasks.models.filter.weights import Evidence
from tasks.models.uncertainty.spread import Spread

_LEAST = 0.005  # units a week added to what is expected: a product without sales for long may sell again
_FAR = 5.0  # a week's units are capped at so many usual errors above what is usual, where forecasts are compared
_OWN_AMONG, _LONG_AMONG = np.searchsorted(SEASONAL, OWN_SEASONAL), int(np.searchsorted(SEASONAL, LONG))


def follow(
    units: Floats,
    whole: Mask,
    horizon: int,
    first_start: date | None = None,
    common: Sequence[Common] | None = None,
    pooling: bool = True,
    masked: Mask | None = None,
) -> Iterator[tuple[Standing, Common]]:
    """Follow units (n, weeks), NaN before launch, and yield the standing at the end of each week.

    whole: (n,) which products are sold in whole units
    first_start: date of the first week, None without a calendar
    common: what was yielded, week by week, for other products of the same panel; None where it is measured on these
    pooling: whether the market and the level of similar products are used
    masked: (n, weeks) weeks that are no evidence of demand, see `panel.Panel`
    """
    state = _State(Launches.of(units, masked), whole, horizon, first_start, pooling)
    for week in range(units.shape[1]):
        state.look_back(week, judges=common is None)
        state.add(week)
        measured = state.measure(week) if common is None else state.take(week, common[week])
        yield state.stand(week, measured), measured


@dataclass(frozen=True)
class _Past:
    """A past standing, kept to compare its forecasts with later weeks.

    counts: (n,) products whose errors count for others; usual: (n,) usual units a week.
    """

    standing: Standing
    counts: Mask
    usual: Floats


class _State:
    """Everything that the filter keeps from past weeks."""

    def __init__(self, sales: Launches, whole: Mask, horizon: int, first_start: date | None, pooling: bool) -> None:
        self._pooling, products = pooling, len(sales.rows)
        self._sales, self._whole = sales, whole[sales.rows]
        self._judged = sorted({1, (horizon + 1) // 2, horizon})
        self._own, self._pooled = OwnLevels(self._whole), PooledLevels(sales)
        self._season = Season(sales, horizon, len(SEASONAL) + 1, _LONG_AMONG, first_start)
        self._evidence, self._survival, self._spread = Evidence(products), Survival(products), Spread(self._whole)
        self._surprise = np.zeros(2)
        self._past: deque[_Past] = deque(maxlen=horizon)
        self._levels = np.empty((0, 0))  # own levels of the launched products

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
            masked = self._sales.masked_in(week, len(error))
            self._evidence.add(errors, 1 / len(self._judged), masked)
            if judges:
                self._evidence.add_to_all(errors[:, past.counts if masked is None else past.counts & ~masked])
        if self._past:
            last = self._past[-1].standing
            units, masked = sold[: len(last.rows)], self._sales.masked_in(week, len(last.rows))
            self._spread.add(last.expected[0], last.level, last.error, units, masked)
            if judges and self._pooling:
                surprise = weigh_surprise(last.expected[0], last.error, units)
                self._surprise = (surprise if masked is None else surprise[:, ~masked]).sum(axis=1)

    def add(self, week: int) -> None:
        """Add a week's units, product by product; `look_back` comes first."""
        launched = self._sales.count(week)
        sold, masked = self._sales.units[week, :launched], self._sales.masked_in(week, launched)
        self._survival.advance(sold, masked)
        self._levels = self._own.add(sold, masked)
        self._pooled.add(week)

    def measure(self, week: int) -> Common:
        """What all products have in common after `add`."""
        usual = self._usual()[0]
        launched = len(usual)
        peers = self._pooled.measure(week, self._survival.alive(launched))
        self._season.add(week, np.vstack([self._levels[SEASONAL], self._pool(peers)]))
        by_easter, season, special, movements = self._season.measure(week)
        self._season.follow(by_easter, movements)
        return Common(
            peers=peers,
            by_easter=np.array(by_easter),
            season=season,
            special=special,
            movements=movements,
            weights=self._evidence.weigh_all(),
            errors=self._evidence.mean_errors(self._count_for_others()),
            variance=np.array(self._spread.relative_variance(usual)),
            dispersion=self._spread.usual_dispersion(launched),
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
        alive = self._survival.alive(launched)
        usual, small = self._usual()
        forecasts = base_forecasts(
            self._levels,
            pooled,
            common.season,
            self._season.of_each(week, common.season, _OWN_AMONG, usual_level(self._levels)),
            self._season.of_peers(week, launched, DECAYS[OWN_SEASONAL]),
        )
        forecasts *= special_factors(common.special)[:, :, np.newaxis]
        weights = self._evidence.weigh(launched, common.weights, common.errors)
        blend = add_up(weight * forecast for weight, forecast in zip(weights, forecasts, strict=True))
        standing = Standing(
            week=week,
            rows=self._sales.rows[:launched],
            forecasts=forecasts,
            errors=self._evidence.own_errors(launched, common.errors),
            level=blend[0],
            alive=alive,
            sells=self._survival.sells(launched),
            zeros=self._survival.zeros[:launched].copy(),
            expected=blend * alive + _LEAST * small,
            error=self._spread.error(usual, float(common.variance)) + 1e-3 * small,
            dispersion=self._spread.dispersion(launched, common.dispersion),
        )
        self._past.append(_Past(standing, self._count_for_others(), usual))
        return standing

    def _pool(self, peers: Floats) -> Floats:
        """The pooled level of the launched products, (n,), or a level of their own where peers are not used."""
        return self._pooled.level(peers) if self._pooling else self._levels[MIDDLE]

    def _usual(self) -> tuple[Floats, Floats]:
        """Usual units a week of the launched products, and what is small beside them: each (n,).

        Small is a unit where whole units are sold; amounts may be tiny, so there it is a part of the usual amount.
        """
        usual = usual_level(self._levels)
        small = np.where(self._whole[: len(usual)], 1.0, np.clip(usual, 1e-6, 1.0))
        return usual + 0.05 * small, small

    def _count_for_others(self) -> Mask:
        """Which launched products decide what others get, (n,).

        Those do not that are in other units, or whose amounts are smaller than constants here.
        """
        usual = self._usual()[0]
        return (self._whole[: len(usual)] | (usual >= 1)) & (weigh_foreign(usual) > 0.5)
