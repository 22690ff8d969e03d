"""What comes again every year: waves and peaks of the season, single weeks, weeks in which shops are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from dateutil.easter import easter

from tasks.simulation.draws import Floats, Integers, log_uniform, scatter

_YEAR = 365.25  # days
_POINTS = 366  # of a profile over the year


@dataclass(frozen=True)
class Calendar:
    """The weeks of a panel; first_monday: the Monday of the first one."""

    first_monday: date
    weeks: int

    @property
    def season(self) -> Integers:
        """The day of the year, from 0, of the middle of each week: (weeks,)."""
        days = [self.first_monday + timedelta(weeks=week, days=3) for week in range(self.weeks)]
        return np.array([day.timetuple().tm_yday - 1 for day in days])

    def weeks_of(self, month: int, day: int) -> Integers:
        """The weeks with this day of any year."""
        return self._weeks_with([date(year, month, day) for year in self._years])

    def easters(self, weeks_after: int) -> Integers:
        """The weeks so many weeks after that of Easter Sunday, in any year."""
        return self._weeks_with([easter(year) + timedelta(weeks=weeks_after) for year in self._years])

    @property
    def _years(self) -> range:
        return range(self.first_monday.year - 1, (self.first_monday + timedelta(weeks=self.weeks)).year + 2)

    def _weeks_with(self, days: list[date]) -> Integers:
        weeks = np.array([(day - self.first_monday).days // 7 for day in days])
        return weeks[(weeks >= 0) & (weeks < self.weeks)]


def draw_seasons(random: np.random.Generator, calendar: Calendar, groups: Integers, strength: float) -> Floats:
    """Log factors (n, weeks) of waves, peaks and special weeks, of all products, of groups (n,) and of each product.

    strength: scales the amplitudes of waves and peaks.
    """
    products = len(groups)
    total = np.zeros((products, calendar.weeks))
    scopes = ((np.zeros(products, np.int64), 0.8), (groups, 0.5), (np.arange(products), 0.25))
    for member, chance in scopes:
        if random.random() < chance:
            total += strength * _draw_profiles(random, int(member.max()) + 1)[:, calendar.season][member]
    total *= scatter(random, random.uniform(0, 0.5), (products, 1))
    if random.random() < 0.6:
        total += _draw_special_weeks(random, calendar, groups)
    return total


def _draw_profiles(random: np.random.Generator, rows: int) -> Floats:
    """Log factors over the days of a year: a few waves and a few peaks, (rows, days)."""
    angle = 2 * np.pi * np.arange(_POINTS) / _YEAR
    profile = np.zeros((rows, _POINTS))
    amplitude = log_uniform(random, 0.02, 0.9) * scatter(random, 0.5, (rows, 1))
    alike = random.random() < 0.6  # whether the rows reach their tops at about the same time
    top = random.uniform(0, 2 * np.pi) + random.uniform(-1, 1, (rows, 1)) * (0.4 if alike else np.pi)
    falls = random.uniform(0.5, 2.5)
    for wave in range(1, int(random.integers(2, 5))):
        shift = wave * top + (random.uniform(-1, 1, (rows, 1)) if wave > 1 else 0)
        profile += amplitude * np.cos(wave * angle - shift) / wave**falls
    for _ in range(random.poisson(1.5)):
        profile += _draw_peak(random, rows)
    return profile


def _draw_peak(random: np.random.Generator, rows: int) -> Floats:
    at, rises, falls = random.integers(_POINTS), log_uniform(random, 2, 50), log_uniform(random, 1, 20)  # days
    since = (np.arange(_POINTS) - at + _POINTS // 2) % _POINTS - _POINTS // 2
    shape = np.exp(-np.abs(since) / np.where(since < 0, rises, falls))
    height = random.normal(0.35, 0.6) * scatter(random, random.uniform(0, 0.8), (rows, 1))
    return np.asarray(height * shape)


def _draw_special_weeks(random: np.random.Generator, calendar: Calendar, groups: Integers) -> Floats:
    """Log factors (n, weeks) of single weeks that are special every year: by date, or by their distance to Easter."""
    total = np.zeros((len(groups), calendar.weeks))
    for _ in range(1 + random.poisson(2)):
        if random.random() < 0.3:
            weeks = calendar.easters(int(random.integers(-1, 2)))
        else:
            weeks = calendar.weeks_of(int(random.integers(1, 13)), int(random.integers(1, 29)))
        height = random.normal(0.25, 0.35)
        of_group = height * scatter(random, random.uniform(0, 0.7), int(groups.max()) + 1)
        of_group *= random.random(len(of_group)) < random.choice([1.0, 1.0, 0.4])
        effect = of_group[groups] * scatter(random, 0.3, len(groups))
        total[:, weeks] += effect[:, np.newaxis] * scatter(random, 0.15, len(weeks))
        if random.random() < 0.3:  # people buy ahead
            before = weeks[weeks > 0] - 1
            total[:, before] += (random.uniform(-0.5, 0.6) * effect)[:, np.newaxis]
    return total


def draw_closed_weeks(random: np.random.Generator, calendar: Calendar) -> Floats:
    """Factors (weeks,) of weeks in which shops are closed, or open on a few days, every year."""
    factors = np.ones(calendar.weeks)
    weeks = calendar.weeks_of(int(random.choice([1, 8, 12])), int(random.integers(1, 29)))
    for after in range(int(random.integers(1, 3))):
        later = weeks + after
        factors[later[later < calendar.weeks]] = random.choice([0.0, 0.05, 0.4])
    return factors
