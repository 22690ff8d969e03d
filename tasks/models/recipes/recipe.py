"""What a recipe is: how sales become a network's windows, how it learns, and how its output becomes a forecast.

To add one: write its class, and name it in `tasks.models.recipes.registry`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from tasks.models.history import Codes, Float32Array, Floats, History
from tasks.models.prediction import Prediction
from tasks.models.windows import Windows

Tensors = tuple[Float32Array, ...]


class Scaler(BaseModel):
    """What a recipe must know again to make inputs and read outputs: JSON, kept beside the network.

    lookback: weeks that the network sees; fewest_weeks: weeks that a product must have been observed for an input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    horizon: int
    lookback: int
    fewest_weeks: int

    @property
    def decision(self) -> tuple[str, ...]:
        """The methods that answer, one a class of volume from low to high, or one for all products."""
        return (NETWORK_METHOD,)

    def candidates(self) -> Mapping[str, Scaler]:
        """What else could have answered, by name: scalers with which it does."""
        return {}


@dataclass(frozen=True)
class Prepared:
    """All that a fit at the history's last week needs, and what to forecast from at that week."""

    training: Windows
    inputs: Windows
    scaler: Scaler


@dataclass(frozen=True)
class Answer:
    """A prediction (n, horizon), which method made it for each product, and why where it is not the network: (n,)."""

    prediction: Prediction
    method: Codes
    reason: Codes


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network learns.

    `learning_rate` gives the rate after a share, 0..1, of all steps; a slope longer than `steepest` is cut to it.
    """

    epochs: int
    batch_size: int
    learning_rate: Callable[[Floats], Floats]
    steepest: float = math.inf

    def rates(self, windows: int) -> Float32Array:
        """The learning rate of every step of a fit on so many windows."""
        steps = self.epochs * -(-windows // self.batch_size)
        return self.learning_rate(np.arange(steps) / max(steps, 1)).astype(np.float32)


class Recipe(Protocol):
    """The parts that differ between recipes; none keeps state, so a fit depends on what it is given alone."""

    name: str
    schedule: Schedule

    @property
    def scaler(self) -> type[Scaler]:
        """The type of what it must know again."""

    def prepare(self, history: History, config: Config) -> Prepared:
        """Windows from a history that ends at the origin: no target lies after it."""

    def inputs(self, history: History, origins: Sequence[int], scaler: Any) -> Iterator[Windows]:
        """What a network prepared earlier forecasts from at each of those weeks, in ascending order.

        Products with fewer observed weeks than `scaler.fewest_weeks` are absent; the others keep their order.
        """

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        """An untrained Keras network for what `seen` returns, each of that shape, of `lstm` and stock layers.

        Its weights are drawn by the seed.
        """

    def seen(self, windows: Windows) -> Tensors:
        """What of the windows the network sees: arrays (n, …)."""

    def targets(self, training: Windows, scaler: Any, seed: int) -> Tensors:
        """What of the training windows `loss` compares the network's outputs with: arrays (n, …)."""

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        """TensorFlow: the mean loss of a batch of targets and of the network's outputs (n, outputs) for them."""

    def split_for_calibration(self, training: Windows) -> tuple[Windows, Windows] | None:
        """What a first fit learns from and what it is then judged on; None where one fit on everything is enough."""

    def calibrate(self, outputs: Float32Array | None, windows: Windows, scaler: Any) -> Any:
        """The scaler with what outputs on windows teach, held out or all of training; None: no network was trained."""

    def worth_training(self, training: Windows) -> bool:
        """Whether there are enough windows for a network to learn from."""

    def answer(self, outputs: Float32Array, windows: Windows, scaler: Any) -> Answer:
        """Turn the network's outputs into units, and say who answered where it was not the network."""
