"""Windows: what the network learns from and forecasts from, as arrays and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE
from schemas.windows import ORIGIN, anchor_column, fact_column, input_column, input_position, target_column
from tasks.models.history import Codes, Float32Array, Integers, Mask


@dataclass(frozen=True)
class Windows:
    """One row a product and origin.

    codes: (n,) product codes; origin: (n,) index of the last observed week; inputs: (n, steps, channels), scaled,
    oldest step first; facts: (n, facts), scaled, what the network sees beside the inputs; anchor: (n, anchors), what
    the network's outputs are relative to, defined by the recipe; targets: (n, horizon), the units sold after the
    origin, or None for windows that are only forecast from.
    """

    codes: Codes
    origin: npt.NDArray[np.int32]
    inputs: Float32Array
    facts: Float32Array
    anchor: Float32Array
    targets: Float32Array | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def select(self, mask: Mask | Integers) -> Windows:
        """The windows that a mask (n,) marks, or the windows at these positions."""
        targets = None if self.targets is None else self.targets[mask]
        return Windows(
            self.codes[mask], self.origin[mask], self.inputs[mask], self.facts[mask], self.anchor[mask], targets
        )

    def to_table(self) -> pa.Table:
        """The table of `schemas.windows`."""
        columns: dict[str, pa.Array] = {PRODUCT_CODE: pa.array(self.codes, pa.string()), ORIGIN: pa.array(self.origin)}
        _, steps, channels = self.inputs.shape
        for step in range(steps):
            for channel in range(channels):
                columns[input_column(step, channel)] = pa.array(self.inputs[:, step, channel])
        for name, array in ((fact_column, self.facts), (anchor_column, self.anchor)):
            columns |= {name(number): pa.array(column) for number, column in enumerate(array.T)}
        if self.targets is not None:
            columns |= {target_column(ahead): pa.array(column) for ahead, column in enumerate(self.targets.T, start=1)}
        return pa.table(columns)

    @classmethod
    def from_table(cls, table: pa.Table) -> Windows:
        """Read what `to_table` made."""
        positions = {name: input_position(name) for name in table.column_names if name.startswith("x")}
        steps, channels = (1 + max(position[axis] for position in positions.values()) for axis in (0, 1))
        inputs = np.empty((table.num_rows, steps, channels), np.float32)
        for name, (step, channel) in positions.items():
            inputs[:, step, channel] = table[name].to_numpy()
        facts, anchor, targets = (_columns(table, letter) for letter in "fay")
        return cls(
            table[PRODUCT_CODE].to_pandas().to_numpy(object),
            table[ORIGIN].to_numpy(),
            inputs,
            facts,
            anchor,
            targets if targets.shape[1] else None,
        )

    @classmethod
    def join(cls, parts: Sequence[Windows]) -> Windows:
        """Windows of several origins below one another; there is at least one part, which may be empty."""
        columns = {field.name: [getattr(part, field.name) for part in parts] for field in fields(cls)}
        targets = columns.pop("targets")
        joined = {name: np.concatenate(values) for name, values in columns.items()}
        return cls(**joined, targets=None if targets[0] is None else np.concatenate(targets))

    @classmethod
    def none(cls, steps: int, channels: int, facts: int, anchors: int, horizon: int) -> Windows:
        """Training windows with these shapes, but with no rows."""
        shapes = (steps, channels), (facts,), (anchors,), (horizon,)
        return cls(np.empty(0, object), np.empty(0, np.int32), *(np.empty((0, *shape), np.float32) for shape in shapes))


def _columns(table: pa.Table, letter: str) -> Float32Array:
    """The numbered columns of a letter, in order, as (n, columns)."""
    names = [name for name in table.column_names if name.startswith(letter) and name[1:].isdigit()]
    columns = np.empty((table.num_rows, len(names)), np.float32)
    for number, name in enumerate(names):
        columns[:, number] = table[name].to_numpy()
    return columns


def draw_products(eligible: Mask, most: int, seed: int, origin: int) -> Integers:
    """Draw the products whose windows of one origin are trained on: at most `most` positions, in ascending order.

    eligible: (n,) which products may be drawn. The draw depends only on the seed, the origin and its products, so that
    later runs draw the same products for this origin; if fewer may be drawn, they are some of these.
    """
    positions = np.flatnonzero(eligible)
    if len(positions) <= most:
        return positions
    return np.sort(np.random.default_rng([seed, origin]).permutation(positions)[:most])
