"""What a recipe is: how sales become a network's windows, how it learns, and how its output becomes a forecast.

To add one: write its class, and name it in `tasks.models.recipes.registry`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from schemas.config import Config
from tasks.models.history import Float32Array, Floats, History
from tasks.models.prediction import Prediction
from tasks.models.windows import Windows

# What a recipe must know again to make inputs and read outputs: plain JSON, kept beside the network. All have `recipe`,
# `horizon`, `lookback` and `fewest_weeks`, which a product must have been observed for the network to answer.
Scaler = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """All that a fit at the history's last week needs, and what to forecast from at that week."""

    training: Windows
    inputs: Windows
    scaler: Scaler


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network learns.

    `learning_rate` gives the rate after a share, 0..1, of all steps; few windows are seen more often than in `epochs`,
    until there are as many steps as `steps_per_root` times the root of their number.
    """

    epochs: int
    batch_size: int
    learning_rate: Callable[[Floats], Floats]
    steps_per_root: float = 0.0

    def epochs_on(self, windows: int) -> int:
        """How often a fit sees each of so many windows."""
        steps = max(-(-windows // self.batch_size), 1)
        return max(self.epochs, round(self.steps_per_root * math.sqrt(windows) / steps))

    def rates(self, windows: int) -> Float32Array:
        """The learning rate of every step of a fit on so many windows."""
        steps = self.epochs_on(windows) * -(-windows // self.batch_size)
        return self.learning_rate(np.arange(steps) / max(steps, 1)).astype(np.float32)


class Recipe(Protocol):
    """The parts that differ between recipes; none keeps state, so a fit depends on what it is given alone."""

    name: str
    schedule: Schedule

    def prepare(self, history: History, config: Config) -> Prepared:
        """Windows from a history that ends at the origin: no target lies after it."""

    def inputs(self, history: History, scaler: Scaler) -> Windows:
        """What a network prepared earlier forecasts from at the history's last week.

        Products with fewer observed weeks than `scaler["fewest_weeks"]` are absent; the others keep their order.
        """

    def network(self, shape: tuple[int, int], horizon: int, seed: int, lstm: Any) -> Any:
        """An untrained Keras network for windows of that shape (steps, channels), of `lstm` and stock layers.

        Its weights are drawn by the seed.
        """

    def loss(self, targets: Any, level: Any, scale: Any, outputs: Any) -> Any:
        """TensorFlow: a batch's mean loss from targets (n, horizon), level and scale (n,) and the network's outputs."""

    def lessons(self, training: Windows, scaler: Scaler) -> Windows:
        """The training windows as the network is to learn from them."""

    def hold_out(self, training: Windows) -> tuple[Windows, Windows] | None:
        """What a first fit learns from and what it is then judged on; None where one fit on everything is enough."""

    def calibrate(self, outputs: Callable[[], Float32Array], windows: Windows, scaler: Scaler) -> Scaler:
        """What a network's outputs on windows teach, to be added to the scaler: those held out, or all of training."""

    def forecast_young(self, units: Floats, horizon: int) -> Prediction:
        """What answers for products that the network cannot forecast yet: units (n, weeks), NaN before launch."""

    def decode(self, outputs: Float32Array, level: Float32Array, scale: Float32Array, scaler: Scaler) -> Prediction:
        """Turn the network's outputs (n, outputs), relative to level and scale (n,), into units."""
