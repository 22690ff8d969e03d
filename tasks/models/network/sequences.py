"""What the network learns from: some weeks of a series, and for each of them what was sold in the weeks after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np

from tasks.models.filter.filter import follow
from tasks.models.filter.quantiles import grid_quantiles
from tasks.models.history import Float32Array, Floats, Integers, Mask
from tasks.models.network.inputs import AHEAD, WEEKLY, Known, Reader
from tasks.models.network.moves import to_form


@dataclass(frozen=True)
class Sequences:
    """n series of some weeks each, oldest week first, with forecasts of J weeks ahead at each of them.

    window: (n, weeks, WEEKLY); ahead: (n, weeks, J, AHEAD); truth, expected: (n, weeks, J) in panel units, truth is NaN
    where it is not known; error: (n, weeks, J) usual error; form: (n, weeks, J, GRID), see `moves`; grain: (n, weeks,
    J), one where units are whole.
    """

    window: Float32Array
    ahead: Float32Array
    truth: Float32Array
    expected: Float32Array
    error: Float32Array
    form: Float32Array
    grain: Float32Array

    def __len__(self) -> int:
        return len(self.window)

    def select(self, rows: Integers) -> Self:
        """The series at these positions."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def preceded_by(self, weeks: int) -> Self:
        """The same series, before which nothing was observed in so many weeks."""
        blank = {"truth": np.nan, "expected": 1.0, "error": 1.0}
        padded = []
        for field in fields(self):
            values = getattr(self, field.name)
            before = np.full((len(values), weeks, *values.shape[2:]), blank.get(field.name, 0.0), np.float32)
            padded.append(np.concatenate([before, values], axis=1))
        return type(self)(*padded)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """All series of several parts, of as many weeks and weeks ahead."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


@dataclass(frozen=True)
class Read:
    """All that is read of a panel, each (weeks, n, …) in the order of its products; see `Sequences`.

    launch: (n,) first week of each product; units: (n, weeks); whole: (n,).
    """

    window: Float32Array
    ahead: Float32Array
    expected: Floats
    error: Floats
    dispersion: Floats
    sells: Floats
    horizons: Integers
    launch: Integers
    units: Floats
    whole: Mask

    def crop(self, rows: Integers, starts: Integers, weeks: int) -> Sequences:
        """Sequences of so many weeks of these products, each from its start; their targets may lie after them."""
        at = starts[:, np.newaxis] + np.arange(weeks), rows[:, np.newaxis]
        expected, shape = self.expected[at], (len(rows), weeks, len(self.horizons))
        error, dispersion, sells = (
            np.broadcast_to(values[at][..., np.newaxis], shape) for values in (self.error, self.dispersion, self.sells)
        )
        whole = np.broadcast_to(self.whole[rows][:, np.newaxis, np.newaxis], shape)
        target, last = at[0][..., np.newaxis] + self.horizons, self.units.shape[1] - 1
        truth = np.where(target <= last, self.units[rows[:, np.newaxis, np.newaxis], np.minimum(target, last)], np.nan)
        truth[at[0] <= self.launch[rows][:, np.newaxis]] = np.nan  # one week alone tells nothing
        quantiles = grid_quantiles(np.maximum(expected, 1e-6), dispersion, whole, sells)
        return Sequences(
            self.window[at],
            self.ahead[at],
            truth.astype(np.float32),
            expected.astype(np.float32),
            error.astype(np.float32),
            to_form(quantiles, expected, error),
            whole.astype(np.float32),
        )


def read_panel(
    units: Floats,
    whole: Mask,
    horizons: Integers,
    first_monday: date | None = None,
    known: Known | None = None,
) -> Read:
    """Follow a panel, units (n, weeks) in panel units, and read every week of it; horizons: weeks ahead, from 1."""
    products, weeks = units.shape
    launched, count = ~np.isnan(units), len(horizons)
    reader = Reader(units, whole, int(horizons.max()), known)
    read = Read(
        np.zeros((weeks, products, len(WEEKLY)), np.float32),
        np.zeros((weeks, products, count, len(AHEAD)), np.float32),
        np.zeros((weeks, products, count)),
        np.ones((weeks, products)),
        np.ones((weeks, products)),
        np.ones((weeks, products)),
        horizons,
        np.where(launched.any(axis=1), launched.argmax(axis=1), weeks),
        units,
        whole,
    )
    for standing, common in follow(units, whole, int(horizons.max()), first_monday):
        at = standing.week, standing.rows
        read.window[at] = reader.read(standing, common)
        read.ahead[at] = reader.look_ahead(standing, common, horizons)
        read.expected[at] = standing.expected[horizons - 1].T
        read.error[at], read.dispersion[at] = standing.error, standing.dispersion
        read.sells[at] = standing.alive * standing.sells
    return read
