"""What comes again every year: waves and peaks of the season, single weeks, weeks in which shops are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

from tasks.simulation.draws import Draws, Floats, Integers, Random, log_uniform, scatter

_YEAR = 365.25  # days
_POINTS = 366  # of a profile over the year


@dataclass(frozen=True)
class Calendar:
    """The weeks of a panel; first_start: the Monday of the first one."""

    first_start: date
    weeks: int

    @property
    def season(self) -> Integers:
        """The day of the year, from 0, of the middle of each week: (weeks,)."""
        days = [self.first_start + timedelta(weeks=week, days=3) for week in range(self.weeks)]
        return np.array([day.timetuple().tm_yday - 1 for day in days])

    def weeks_of(self, month: int, day: int) -> Integers:
        """The weeks with this day of any year."""
        return self._weeks_with([date(year, month, day) for year in self._years])

    def easters(self, weeks_after: int) -> Integers:
        """The weeks so many weeks after that of Easter Sunday, in any year."""
        return self._weeks_with([easter(year) + timedelta(weeks=weeks_after) for year in self._years])

    @property
    def _years(self) -> range:
        return range(self.first_start.year - 1, (self.first_start + timedelta(weeks=self.weeks)).year + 2)

    def _weeks_with(self, days: list[date]) -> Integers:
        weeks = np.array([(day - self.first_start).days // 7 for day in days])
        return weeks[(weeks >= 0) & (weeks < self.weeks)]


def draw_seasons(draws: Draws, calendar: Calendar, groups: Integers, count: int, calm: bool) -> Floats:
    """Log factors (n, weeks) of waves, peaks and special weeks: of all, of `count` groups (n,), of each product."""
    products, panel = len(groups), draws.panel
    total = np.zeros((products, calendar.weeks))
    for member, rows, chance in ((np.zeros_like(groups), 1, 0.8), (groups, count, 0.5)):
        if panel.random() < chance:
            total += _draw_profiles(draws, panel, rows)[:, calendar.season][member]
    if panel.random() < 0.25:
        total += _draw_profiles(draws, draws.products, products)[:, calendar.season]
    total *= (0.4 if calm else 1.0) * scatter(draws.products, panel.uniform(0, 0.5), (products, 1))
    if panel.random() < 0.6:
        total += _draw_special_weeks(draws, calendar, groups, count)
    return total


def _draw_profiles(draws: Draws, random: Random, rows: int) -> Floats:
    """Log factors over the days of a year, (rows, days): waves and peaks; random: of what rows differ in."""
    panel, angle = draws.panel, 2 * np.pi * np.arange(_POINTS) / _YEAR
    profile = np.zeros((rows, _POINTS))
    amplitude = log_uniform(panel, 0.02, 0.9) * scatter(random, 0.5, (rows, 1))
    differ = 0.4 if panel.random() < 0.6 else np.pi  # whether the rows reach their tops at about the same time
    top, falls = panel.uniform(0, 2 * np.pi) + differ * random.uniform(-1, 1, (rows, 1)), panel.uniform(0.5, 2.5)
    for wave in range(1, int(panel.integers(2, 5))):
        shift = wave * top + (random.uniform(-1, 1, (rows, 1)) if wave > 1 else 0)
        profile += amplitude * np.cos(wave * angle - shift) / wave**falls
    for _ in range(panel.poisson(1.5)):
        at, rises, falls_off = panel.integers(_POINTS), log_uniform(panel, 2, 50), log_uniform(panel, 1, 20)  # days
        since = (np.arange(_POINTS) - at + _POINTS // 2) % _POINTS - _POINTS // 2
        height = panel.normal(0.35, 0.6) * scatter(random, panel.uniform(0, 0.8), (rows, 1))
        profile += height * np.exp(-np.abs(since) / np.where(since < 0, rises, falls_off))
    return profile


def _draw_special_weeks(draws: Draws, calendar: Calendar, groups: Integers, count: int) -> Floats:
    """Log factors (n, weeks) of single weeks that are special every year: by date, or by their distance to Easter."""
    total, panel = np.zeros((len(groups), calendar.weeks)), draws.panel
    for _ in range(1 + panel.poisson(2)):
        if panel.random() < 0.3:
            weeks = calendar.easters(int(panel.integers(-1, 2)))
        else:
            weeks = calendar.weeks_of(int(panel.integers(1, 13)), int(panel.integers(1, 29)))
        of_group = panel.normal(0.25, 0.35) * scatter(panel, panel.uniform(0, 0.7), count)
        of_group *= panel.random(count) < panel.choice([1.0, 1.0, 0.4])
        effect = (of_group[groups] * scatter(draws.products, 0.3, len(groups)))[:, np.newaxis]
        total[:, weeks] += effect * scatter(panel, 0.15, len(weeks))
        ahead = panel.uniform(-0.5, 0.6) * (panel.random() < 0.3)  # people buy a week before, or wait
        total[:, weeks[weeks > 0] - 1] += ahead * effect
    return total


def draw_closed_weeks(random: Random, calendar: Calendar) -> Floats:
    """Factors (weeks,) of weeks in which shops are closed, or open on a few days, every year."""
    factors = np.ones(calendar.weeks)
    weeks = calendar.weeks_of(int(random.choice([1, 8, 12])), int(random.integers(1, 29)))
    for after in range(int(random.integers(1, 3))):
        later = weeks + after
        factors[later[later < calendar.weeks]] = random.choice([0.0, 0.05, 0.4])
    return factors
