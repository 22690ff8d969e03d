"""Numbers, weeks and methods as text for a reader."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_METHODS = {
    "lstm": "network",
    "levels": "weighted levels alone",
    "published": "what would be published",
    "challenger": "this week's network",
    "champion": "what was published",
    "final": "with overrides",
    "blended_levels": "weighted levels",
    "last_value": "last week again",
    "mean_7": "mean of seven weeks",
    "ses": "exponential smoothing",
    "croston_sba": "Croston (SBA)",
    "tsb": "Croston (TSB)",
    "seasonal_last_value": "same week last year",
    "pooled_level": "pooled level",
}


def name_method(method: str) -> str:
    """The name of a method for a reader; a method without one keeps its own."""
    return _METHODS.get(method, method)


def write_units(units: float) -> str:
    """Units with thousands separated; tenths only below 100, and only where there are any."""
    if abs(units) >= 99.95:
        return f"{units:,.0f}"
    return f"{units:.1f}".removesuffix(".0")


def write_difference(units: float) -> str:
    """A difference in units, with its sign."""
    return f"{'+' if units > 0 else ''}{write_units(units)}"


def write_axis(value: float, largest: float) -> str:
    """A tick's value, short enough for an axis, with the same suffix (k, M, …) as the axis's largest value."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if largest >= max(size, 1e4):
            return f"{value / size:,.4g}{letter}" if value else "0"
    return f"{value:,.10g}"


def write_change(share: float) -> str:
    """A relative difference as a signed percentage."""
    percent = round(100 * share, 1)
    return f"{percent:+,.1f} %" if percent else "0.0 %"


def write_week(week: int) -> str:
    """A week as in the sales file's header."""
    return f"W{week}"


def write_weeks(weeks: Iterable[int]) -> str:
    """Weeks as runs: 41, 42, 43, 47 becomes `W41 to W43, W47`."""
    runs: list[list[int]] = []
    for week in sorted(set(weeks)):
        if runs and week == runs[-1][-1] + 1:
            runs[-1].append(week)
        else:
            runs.append([week])
    return ", ".join(" to ".join(write_week(week) for week in dict.fromkeys((run[0], run[-1]))) for run in runs)


def write_range(low: float, high: float) -> str:
    """An interval."""
    return f"{write_units(low)} to {write_units(high)}"


def write_share(share: float) -> str:
    """A share as a percentage, in whole numbers from 10."""
    percent = 100 * share
    return f"{percent:,.0f} %" if percent >= 9.95 else f"{percent:.1f} %"


def write_miss(share: float) -> str:
    """By how much a forecast was too high or too low; empty where it was right."""
    if abs(share) < 5e-4:
        return ""
    return f"{write_share(abs(share))} too {'high' if share > 0 else 'low'}"


def write_day(day: date) -> str:
    """A day, such as `Mon 23 Dec 2024`, whatever the language of the machine."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def list_words(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def choose_decimals(values: Iterable[float]) -> int:
    """Number of decimals with which a column's largest value has four digits; at most three."""
    largest = max((abs(value) for value in values), default=0)
    return 3 if largest < 1 else max(0, 3 - int(math.log10(largest)))


def count_noun(count: int, noun: str) -> str:
    """`1 product`, `1,000 products`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
