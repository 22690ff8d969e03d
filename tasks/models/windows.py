"""Windows: what the network learns from and forecasts from, as arrays and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.forecasts import PRODUCT_CODE
from schemas.windows import LEVEL, ORIGIN, SCALE, input_column, input_position, target_column
from tasks.models.history import Codes, Float32Array, Integers, Mask


@dataclass(frozen=True)
class Windows:
    """One row a product and origin.

    codes: (n,) product codes; origin: (n,) index of the last observed week; level: (n,) what the network's output is
    relative to, and scale: (n,) what one of its units is worth there, or how the level grows in a week, as the recipe
    has it, both above zero; inputs: (n, steps, channels), scaled, oldest step first; targets: (n, horizon), the units
    sold after the origin, or None where there is only something to forecast from.
    """

    codes: Codes
    origin: npt.NDArray[np.int32]
    level: Float32Array
    scale: Float32Array
    inputs: Float32Array
    targets: Float32Array | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def select(self, mask: Mask) -> Windows:
        """The windows that a mask (n,) marks."""
        targets = None if self.targets is None else self.targets[mask]
        return Windows(
            self.codes[mask], self.origin[mask], self.level[mask], self.scale[mask], self.inputs[mask], targets
        )

    def to_table(self) -> pa.Table:
        """The table of `schemas.windows`."""
        columns: dict[str, pa.Array] = {
            PRODUCT_CODE: pa.array(self.codes, pa.string()),
            ORIGIN: pa.array(self.origin),
            LEVEL: pa.array(self.level),
            SCALE: pa.array(self.scale),
        }
        _, steps, channels = self.inputs.shape
        for step in range(steps):
            for channel in range(channels):
                columns[input_column(step, channel)] = pa.array(self.inputs[:, step, channel])
        if self.targets is not None:
            for ahead in range(self.targets.shape[1]):
                columns[target_column(ahead + 1)] = pa.array(self.targets[:, ahead])
        return pa.table(columns)

    @classmethod
    def from_table(cls, table: pa.Table) -> Windows:
        """Read what `to_table` made."""
        positions = {name: input_position(name) for name in table.column_names if name.startswith("x")}
        steps, channels = (1 + max(position[axis] for position in positions.values()) for axis in (0, 1))
        inputs = np.empty((table.num_rows, steps, channels), np.float32)
        for name, (step, channel) in positions.items():
            inputs[:, step, channel] = table[name].to_numpy()
        targets = [table[name].to_numpy() for name in table.column_names if name.startswith("y")]
        return cls(
            table[PRODUCT_CODE].to_pandas().to_numpy(object),
            table[ORIGIN].to_numpy(),
            table[LEVEL].to_numpy(),
            table[SCALE].to_numpy(),
            inputs,
            np.column_stack(targets) if targets else None,
        )

    @classmethod
    def join(cls, parts: Sequence[Windows], steps: int, channels: int, horizon: int) -> Windows:
        """Training windows of several origins below one another; the shape counts where there are none."""
        parts = [_no_windows(steps, channels, horizon), *parts]
        return cls(
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.origin for part in parts]),
            np.concatenate([part.level for part in parts]),
            np.concatenate([part.scale for part in parts]),
            np.concatenate([part.inputs for part in parts]),
            np.concatenate([part.targets for part in parts if part.targets is not None]),
        )


def _no_windows(steps: int, channels: int, horizon: int) -> Windows:
    return Windows(
        np.empty(0, object),
        np.empty(0, np.int32),
        np.empty(0, np.float32),
        np.empty(0, np.float32),
        np.empty((0, steps, channels), np.float32),
        np.empty((0, horizon), np.float32),
    )


def draw_products(eligible: Mask, most: int, seed: int, origin: int) -> Integers:
    """Positions, in order, of the products whose windows at that origin are learned from: at most `most`, at random.

    The draw of one origin depends on nothing but that origin's products, so that it is the same at every later week.
    """
    positions = np.flatnonzero(eligible)
    if len(positions) <= most:
        return positions
    return np.sort(np.random.default_rng([seed, origin]).choice(positions, most, replace=False))
