"""Figures as geometry, which the template draws as inline SVG.

They are not drawn with matplotlib, because its import takes longer than making a whole page. A figure is a few paths
and ticks, made of numbers only, so nothing in it needs escaping, fonts, a clock or a random id.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.page.formatting import write_axis, write_week, write_weeks
from tasks.page.judged import Total

_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 6, 8, 20  # margins, in pixels
_HALF = 0.5  # a week is as wide as 1 on the horizontal axis
_BAR, _STROKE = 0.38, 0.16  # half of the width of a bar, and of the stroke at the end of an interval


@dataclass(frozen=True)
class Figure:
    """What is drawn on `width` x `height` pixels: paths as (CSS class, SVG path), ticks as (pixel, text).

    label: what a screen reader says; rows: ticks of the vertical axis, whose lines go from `left` to `right`.
    """

    label: str
    width: int
    height: int
    left: int
    right: int
    paths: list[tuple[str, str]]
    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]


@dataclass(frozen=True)
class _Plane:
    """Where data lie on the figure: the ends of both axes."""

    width: int
    height: int
    first: float
    last: float
    low: float
    high: float
    step: float

    def x(self, value: float) -> float:
        return round(_LEFT + (value - self.first) / (self.last - self.first) * (self.width - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        return round(_TOP + (self.high - value) / (self.high - self.low) * (self.height - _TOP - _BOTTOM), 1)

    def line(self, kind: str, weeks: Iterable[float], units: Sequence[float]) -> tuple[str, str]:
        """A line with gaps where there is no number; a single point is drawn as a dot by the round ends of lines."""
        path, pen = [], "M"
        for week, value in zip(weeks, units, strict=True):
            if math.isfinite(value):
                path.append(f"{pen}{self.x(week)} {self.y(value)}" + ("h0" if pen == "M" else ""))
            pen = "L" if math.isfinite(value) else "M"
        return f"{kind} dot" if len(path) == 1 else kind, "".join(path)

    def steps(self, weeks: Iterable[float], units: Iterable[float]) -> str:
        return "".join(
            f"M{self.x(week - _HALF)} {self.y(value)}H{self.x(week + _HALF)}"
            for week, value in zip(weeks, units, strict=True)
        )

    def boxes(self, weeks: Iterable[float], low: Iterable[float], high: Iterable[float], half: float = _HALF) -> str:
        return "".join(
            f"M{self.x(week - half)} {self.y(bottom)}V{self.y(top)}H{self.x(week + half)}V{self.y(bottom)}Z"
            for week, bottom, top in zip(weeks, low, high, strict=True)
        )

    def whiskers(self, totals: Iterable[Total]) -> str:
        """A line from end to end of each interval, with a stroke across at both, where there is one."""
        paths = []
        for week, _, low, high in totals:
            if low is not None and high is not None:
                left, right = self.x(week - _STROKE), self.x(week + _STROKE)
                paths += [f"M{left} {self.y(end)}H{right}" for end in (low, high)]
                paths.append(f"M{self.x(week)} {self.y(low)}V{self.y(high)}")
        return "".join(paths)

    def figure(self, label: str, paths: list[tuple[str, str]], columns: Iterable[tuple[float, str]]) -> Figure:
        count = round((self.high - self.low) / self.step)
        ticks = [self.low + number * self.step for number in range(count + 1)]
        rows = [(str(self.y(value)), write_axis(value, abs(self.high))) for value in ticks]
        ends = (_LEFT, self.width - _RIGHT)
        ticks_below = [(str(self.x(position)), text) for position, text in columns]
        return Figure(label, self.width, self.height, *ends, paths, rows, ticks_below)


def draw_totals(observed: Sequence[tuple[int, float]], past: Sequence[Total], coming: Sequence[Total]) -> Figure:
    """Draw the units of all products: a bar for each week that was sold, and forecasts with their intervals.

    observed: (week, units), oldest first; past: forecasts of weeks among these; coming: of those after them
    """
    weeks, units = [week for week, _ in observed], [value for _, value in observed]
    past = [total for total in past if total.week >= weeks[0]]
    ahead = [total.week for total in coming]
    highest = max([*units, *(end for total in (*past, *coming) for end in (total.mean, total.p90 or 0))])
    plane = _Plane(560, 220, weeks[0] - _HALF, max([weeks[-1], *ahead]) + _HALF, *_round_out(0, highest))
    expected = [total.mean for total in coming]
    paths = [
        ("bar observed", plane.boxes(weeks, [0] * len(weeks), units, half=_BAR)),
        ("bar coming", plane.boxes(ahead, [0] * len(ahead), expected, half=_BAR)),
        ("past step", plane.steps([total.week for total in past], [total.mean for total in past])),
        ("past whisker", plane.whiskers(past)),
        ("coming whisker", plane.whiskers(coming)),
    ]
    label = f"Units of all products in each week: sold {_range(weeks)}, expected {_range(ahead)}"
    if past:
        label += f", published before for {_range([total.week for total in past])}"
    return plane.figure(label, paths, _choose_weeks(weeks[0], weeks[-1]))


def draw_losses(losses: Sequence[float]) -> Figure:
    """Draw the training loss after each epoch, on an axis that need not start at zero."""
    finite = [loss for loss in losses if math.isfinite(loss)]
    epochs = range(1, len(losses) + 1)
    plane = _Plane(360, 168, 1 - _HALF, len(losses) + _HALF, *_round_out(min(finite), max(finite)))
    shown = sorted({1, (len(losses) + 1) // 2, len(losses)})
    label = f"Training loss after each of {len(losses)} epochs, from {losses[0]:.4g} to {losses[-1]:.4g}"
    return plane.figure(label, [plane.line("loss", epochs, losses)], [(epoch, str(epoch)) for epoch in shown])


def _range(weeks: Sequence[float]) -> str:
    return write_weeks(int(week) for week in weeks) or "nothing"


def _round_out(low: float, high: float) -> tuple[float, float, float]:
    """Widen an axis to whole ticks; return its ends and the step between ticks, 1, 2 or 5 times a power of ten."""
    length = max(high - low, 0.01 * abs(high))
    length = length if length > 1e-9 else 1
    size = 10.0 ** math.floor(math.log10(length / 3))
    step = next((factor * size for factor in (1, 2, 5) if length / (factor * size) <= 3), 10 * size)
    return math.floor(low / step) * step, math.ceil((low + length) / step) * step, step


def _choose_weeks(first: int, last: int) -> list[tuple[float, str]]:
    """The last observed week, and earlier ones at even distances: quarters of a year where there are that many."""
    step = next((step for step in (1, 2, 4, 13, 26) if (last - first) / step < 7), 52)
    return [(week, write_week(week)) for week in range(last, first - 1, -step)]
