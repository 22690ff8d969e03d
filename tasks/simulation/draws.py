"""Random draws that the parts of a simulation share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Random = np.random.Generator


@dataclass(frozen=True)
class Draws:
    """Two streams of random numbers.

    panel: what all products share, the same for every batch of them; products: what each has of its own. What is drawn
    from the first never depends on the number of products in a batch.
    """

    panel: Random
    products: Random

    @classmethod
    def of(cls, seed: int, batch: int = 0) -> Draws:
        """The streams of a seed, for one batch of products."""
        return cls(np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1 + batch]))


def log_uniform(random: Random, low: float, high: float, shape: int | tuple[int, ...] = ()) -> Floats:
    """Positive numbers of this shape whose logarithms are uniform between those of `low` and `high`."""
    return np.exp(random.uniform(np.log(low), np.log(high), shape))


def scatter(random: Random, width: float, shape: int | tuple[int, ...]) -> Floats:
    """Factors of this shape around one: log-normal, with this standard deviation of their logarithms."""
    return np.exp(width * random.normal(size=shape))


def swings(random: Random, rows: int, weeks: int, keeps: float) -> Floats:
    """First-order autoregressions (rows, weeks) with variance one; keeps: share of a swing left after a week."""
    noise = random.normal(size=(rows, weeks))
    noise[:, 1:] *= np.sqrt(1 - keeps**2)
    for week in range(1, weeks):
        noise[:, week] += keeps * noise[:, week - 1]
    return noise


def wander(random: Random, rows: int, weeks: int) -> Floats:
    """Random walks (rows, weeks) with steps of variance one."""
    return np.cumsum(random.normal(size=(rows, weeks)), axis=1)
