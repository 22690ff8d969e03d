"""What the network learns from: some weeks of a series, and for each of them what was sold in the weeks after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple, Self

import numpy as np

from tasks.models.arrays import Float32Array, Floats, Integers, Mask
from tasks.models.filter.common import Common
from tasks.models.filter.filter import follow
from tasks.models.filter.standing import Standing
from tasks.models.network.inputs import Promotions, Reader
from tasks.models.network.moves import to_form
from tasks.models.sample import Keys, draw_fractions
from tasks.models.uncertainty.quantiles import grid_quantiles

_BLANK = {"truth": np.nan, "expected": 1.0, "error": 1.0, "dispersion": 1.0, "sells": 1.0}  # others are zero


@dataclass(frozen=True)
class Moments:
    """Weeks of series as the network reads them, and what the filter expects after them; arrays begin with (…).

    window: (…, WEEKLY)
    ahead: (…, J, AHEAD)
    truth: (…, J) panel units, NaN where they are not known
    expected: (…, J) panel units
    error, dispersion, sells, whole: (…), see `filter.standing.Standing`; the last one is 0.0 or 1.0
    """

    window: Float32Array
    ahead: Float32Array
    truth: Float32Array
    expected: Float32Array
    error: Float32Array
    dispersion: Float32Array
    sells: Float32Array
    whole: Float32Array

    def __len__(self) -> int:
        return len(self.window)

    @property
    def form(self) -> Float32Array:
        """The quantiles that the filter expects, in the form of `moves.to_form`: (…, J, GRID)."""
        expected = self.expected.astype(np.float64)
        error, dispersion, sells, whole = (
            np.broadcast_to(values[..., np.newaxis].astype(np.float64), expected.shape)
            for values in (self.error, self.dispersion, self.sells, self.whole)
        )
        return to_form(grid_quantiles(np.maximum(expected, 1e-6), dispersion, whole > 0, sells), expected, error)

    def targets(self, form: Float32Array, keys: Keys) -> tuple[Float32Array, ...]:
        """What `losses.forecast_loss` compares outputs with; keys: (n,), which give the fractions of whole units."""
        shape = self.truth.shape
        fraction = draw_fractions(keys, shape) * self.whole[..., np.newaxis]
        error = np.ascontiguousarray(np.broadcast_to(self.error[..., np.newaxis], shape))
        return self.truth, fraction, self.expected, error, form

    def select(self, rows: Integers | Mask) -> Self:
        """Those at these positions of the first axis."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """All of several parts, one after the other."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def in_sequences(self, sequence: Integers, position: Integers, weeks: int) -> Self:
        """Put single moments, (n,), in their places of sequences of so many weeks; nothing is known of the others.

        sequence: (n,) numbers from 0; position: (n,) within the sequence.
        """
        number = int(sequence.max(initial=-1)) + 1
        arrays = []
        for field in fields(self):
            values = getattr(self, field.name)
            array = np.full((number, weeks, *values.shape[1:]), _BLANK.get(field.name, 0.0), np.float32)
            array[sequence, position] = values
            arrays.append(array)
        return type(self)(*arrays)


class Week(NamedTuple):
    """A week of a panel: what the filter knows at its end, and what is read of it."""

    standing: Standing
    common: Common
    reader: Reader

    def moments(self, units: Floats, whole: Mask, horizons: Integers, rows: Integers | Mask) -> Moments:
        """The moments of the products at these positions of the standing; units: (n, weeks) of all."""
        standing = self.standing
        products, target = standing.rows[rows], standing.week + horizons
        last = units.shape[1] - 1
        truth = units[products[:, np.newaxis], np.minimum(target, last)]
        told = standing.week > self.reader.launch[products, np.newaxis]  # one week alone tells nothing
        if (masked := self.reader.masked) is not None:
            told = told & ~masked[products[:, np.newaxis], np.minimum(target, last)]
        return Moments(
            *(
                np.asarray(values, np.float32)
                for values in (
                    self.reader.inputs(standing, self.common)[rows],
                    self.reader.look_ahead(standing, self.common, horizons)[rows],
                    np.where(told & (target <= last), truth, np.nan),
                    standing.expected[horizons - 1][:, rows].T,
                    standing.error[rows],
                    standing.dispersion[rows],
                    (standing.alive * standing.sells)[rows],
                    whole[products],
                )
            )
        )


def read_weeks(
    units: Floats,
    whole: Mask,
    horizon: int,
    first_start: date | None = None,
    known: Promotions | None = None,
    common: Sequence[Common] | None = None,
    pooling: bool = True,
    masked: Mask | None = None,
) -> Iterator[Week]:
    """Follow a panel, units (n, weeks) in panel units, and yield each of its weeks; see `filter.follow`."""
    reader = Reader(units, whole, horizon, known, masked)
    for standing, measured in follow(units, whole, horizon, first_start, common, pooling, masked):
        reader.advance(standing, measured)
        yield Week(standing, measured, reader)
