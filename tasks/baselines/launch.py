"""Forecasts of products that have no sales yet: what others sold in as many weeks after their launch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa

from schemas.forecasts import GRID, PRODUCT_CODE
from tasks.models.arrays import Codes, Floats, Integers, Mask
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel, mostly_whole
from tasks.models.paths.grouping import pick_attributes

_FEWEST = 20  # launches that tell what another one sells, and products that tell how much their group does
_RECENT = 4  # weeks that tell how much a group sells
_PARTS = 8  # of a whole unit, evenly spread
_ROW = ""  # the name of a column that no attribute has

FindChange = Callable[[Panel], Floats]


@dataclass(frozen=True)
class LaunchFit:
    """What products sold after their launch.

    sample: the products, up to its last week
    units: (n, weeks) what they sold, NaN before launch, without the effects of known inputs
    groups: by attribute, (n,) its values
    attributes: of the products to come too, one row a product; None where there are none
    horizon: weeks ahead
    find_change: see `fitting.FittedModel.find_change`, None where there is no model
    """

    sample: Panel
    units: Floats
    groups: Mapping[str, Codes]
    attributes: pa.Table | None
    horizon: int
    find_change: FindChange | None = None

    @classmethod
    def on(
        cls, sample: Panel, attributes: pa.Table | None, horizon: int, find_change: FindChange | None = None
    ) -> Self:
        """Learn from the products of a sample as of its last week."""
        sold, groups = sample.until(sample.last_week), dict[str, Codes]()
        if attributes:
            known = pick_attributes(attributes, sold.codes)
            names = [name for name in known.column_names if name != PRODUCT_CODE]
            groups = {name: np.asarray(known[name].fill_null(""), object) for name in names}
        factor = np.exp(_find_change(sold, sold, horizon, find_change)[:, :-horizon])
        return cls(sold, sold.units / factor, groups, attributes, horizon, find_change)

    def predict(self, panel: Panel) -> tuple[Distribution, Codes]:
        """Forecast products without sales as of a panel's last week, and tell by what, (n,).

        A product sells what the launches of its smallest group sold that has enough of them; else what all launches
        did, in proportion to what its group sells; else, where too few launches were seen, what its group sells now.
        """
        change = _find_change(panel, self.sample, self.horizon, self.find_change)
        since, factor = _weeks_since_launch(panel), np.exp(change[:, -self.horizon :])
        cells = np.empty((len(panel.codes), self.horizon, len(GRID)))
        mean, grain, reasons = np.empty(cells.shape[:2]), np.empty(len(cells)), np.empty(len(cells), object)
        for rows, alike, group in self._find_alike(panel.codes):
            whole = mostly_whole(self.sample.units[alike])
            for age in np.unique(since[rows]).tolist():
                here = rows[since[rows] == age]
                for ahead in range(self.horizon):
                    sold, told = self._sold(alike, max(age + ahead, 0))
                    mean[here, ahead] = sold.mean() * factor[here, ahead]
                    cells[here, ahead] = _multiplied_quantiles(sold, factor[here, ahead], whole=whole)
                reasons[here] = f"no sales yet: as {told} of {group}"
            grain[rows] = float(whole)
        return Distribution(mean, cells, grain), reasons

    def _find_alike(self, codes: Codes) -> Iterator[tuple[Integers, Mask, str]]:
        """Rows of products to come that are like the same products with sales: those, (n,), and what they are."""
        names = list(self.groups)
        if not names or self.attributes is None:
            yield np.arange(len(codes)), np.ones(len(self.units), bool), "all products"
            return
        known = pick_attributes(self.attributes, codes)
        known = pa.table({name: known[name].fill_null("") for name in names} | {_ROW: np.arange(len(codes))})
        for found in known.group_by(names).aggregate([(_ROW, "list")]).to_pylist():
            yield np.array(found[f"{_ROW}_list"]), *self._choose({name: found[name] for name in names})

    def _choose(self, values: Mapping[str, str]) -> tuple[Mask, str]:
        """The smallest group of one of these values that has enough launches, or else enough products."""
        alike = {f"{name} {value}": self.groups[name] == value for name, value in values.items() if value}
        launches = {group: rows for group, rows in alike.items() if np.sum(rows & self._launched) >= _FEWEST}
        enough = launches or {group: rows for group, rows in alike.items() if np.sum(rows) >= _FEWEST}
        enough = enough or {"all products": np.ones(len(self.units), bool)}
        group = min(enough, key=lambda name: int(enough[name].sum()))
        return enough[group], group

    @property
    def _launched(self) -> Mask:
        """Whose launch was seen, (n,)."""
        return np.isnan(self.units[:, 0])

    def _sold(self, alike: Mask, age: int) -> tuple[Floats, str]:
        """What some products sold in a week, so many after their launch, and what this is."""
        sold = self._after_launch(alike, age)
        if len(sold) >= _FEWEST:
            return sold, "the launches"
        level, sold = self._level(alike), self._after_launch(np.ones(len(alike), bool), age)
        everywhere = self._level(np.ones(len(alike), bool))
        if len(sold) >= _FEWEST and everywhere.mean() > 0:
            return sold * level.mean() / everywhere.mean(), "all launches, in proportion to the sales"
        return level, "the products"

    def _level(self, alike: Mask) -> Floats:
        recent = self.units[alike, -_RECENT:]
        return np.asarray(recent[~np.isnan(recent)])

    def _after_launch(self, alike: Mask, age: int) -> Floats:
        """The units of launches that are so old, or of the oldest age at which enough of them were seen."""
        rows = np.flatnonzero(alike & self._launched)
        first, weeks = np.isnan(self.units[rows]).sum(axis=1), self.units.shape[1]
        oldest = np.sort(weeks - 1 - first)[::-1]
        if len(rows) >= _FEWEST:
            age = min(age, int(oldest[_FEWEST - 1]))
        seen = first + age < weeks
        return np.asarray(self.units[rows[seen], first[seen] + age])


def _find_change(panel: Panel, sample: Panel, horizon: int, find_change: FindChange | None) -> Floats:
    """By how much inputs change what products sell, as if none had sales of its own: (n, weeks + horizon)."""
    if find_change is None or panel.known is None or sample.known is None:
        return np.zeros((len(panel.codes), panel.units.shape[1] + horizon))
    unsold, known = np.full(panel.units.shape, np.nan), panel.known.as_usual_of(sample.known)
    return find_change(replace(panel, units=unsold, masked=None, known=known))


def _multiplied_quantiles(sold: Floats, factors: Floats, *, whole: bool) -> Floats:
    """Those of units times each factor, (n,): (n, GRID)."""
    each, place = np.unique(factors, return_inverse=True)
    return np.stack([_quantiles(sold * factor, whole=whole) for factor in each.tolist()])[place]


def _quantiles(sold: Floats, *, whole: bool) -> Floats:
    """Those of GRID; whole units get a fraction, as a distribution's do."""
    if not whole:
        return np.asarray(np.quantile(sold, GRID))
    fractions = (np.arange(_PARTS) + 0.5) / _PARTS
    return np.asarray(np.quantile(np.add.outer(np.round(sold), fractions), GRID))


def _weeks_since_launch(panel: Panel) -> Integers:
    """From the launch of each product to the next week, (n,): negative before it, 0 where none is told."""
    coming = panel.last_week + 1
    starts = np.full(len(panel.codes), np.inf) if panel.starts is None else panel.starts
    return np.where(np.isinf(starts), 0, coming - np.nan_to_num(starts, posinf=coming)).astype(np.int64)
