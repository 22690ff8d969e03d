"""What a recipe is: it makes a network's windows from sales, trains it, and makes a forecast from its outputs.

To add a recipe, write its class and register it in `tasks.models.recipes.registry`.
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
from tasks.models.levels.panel import Panel
from tasks.models.prediction import Prediction
from tasks.models.windows import Windows

Tensors = tuple[Float32Array, ...]


class Scaler(BaseModel):
    """What a recipe saves, as JSON beside the network, to make inputs and read outputs later.

    lookback: weeks that the network sees; fewest_weeks: observed weeks that a product needs to have an input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    horizon: int
    lookback: int
    fewest_weeks: int

    @property
    def decision(self) -> tuple[str, ...]:
        """The method that answers for each class of volume, from low to high, or one method for all products."""
        return (NETWORK_METHOD,)

    def candidates(self) -> Mapping[str, Scaler]:
        """Alternatives to the recipe's forecast, by name: scalers with which `Recipe.answer` gives them."""
        return {}


@dataclass(frozen=True)
class Prepared:
    """What a fit at the history's last week needs, and what a forecast of that week needs.

    inputs: the windows to forecast from, of the history's products; panel: what other products of the same panel need.
    """

    training: Windows
    inputs: Windows
    scaler: Scaler
    panel: Panel


@dataclass(frozen=True)
class Answer:
    """A prediction (n, horizon), the method of each product, (n,), and the reason where it is not the network, (n,)."""

    prediction: Prediction
    method: Codes
    reason: Codes


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network learns.

    learning_rate: gives the rate after a share, 0..1, of all steps; clip_norm: largest norm of a gradient.
    """

    epochs: int
    batch_size: int
    learning_rate: Callable[[Floats], Floats]
    clip_norm: float = math.inf

    def rates(self, windows: int) -> Float32Array:
        """The learning rate of every step of a fit on this number of windows: (steps,)."""
        steps = self.epochs * -(-windows // self.batch_size)
        return self.learning_rate(np.arange(steps) / max(steps, 1)).astype(np.float32)


class Recipe(Protocol):
    """The parts that differ between recipes. A recipe has no state, so a fit depends on its arguments only."""

    name: str
    schedule: Schedule

    @property
    def scaler(self) -> type[Scaler]:
        """The type of the recipe's scaler."""

    def prepare(self, history: History, config: Config) -> Prepared:
        """Windows from a history that ends at the origin: no target lies after it."""

    def inputs(
        self, history: History, origins: Sequence[int], scaler: Any, panel: Panel | None = None
    ) -> Iterator[Windows]:
        """Yield the windows that a network fitted earlier forecasts from, for each origin, in ascending order.

        panel: measured on other products of the same panel; None where these products are the panel. Products with
        fewer observed weeks than `scaler.fewest_weeks` are left out; the others keep their order.
        """

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, lstm: Any) -> Any:
        """An untrained Keras network, made of `lstm` and stock layers, with weights drawn by the seed.

        shapes: of the arrays that `seen` returns, without n; lstm: class of the LSTM layers.
        """

    def seen(self, windows: Windows) -> Tensors:
        """The arrays (n, …) of the windows that the network sees."""

    def rescale(self, windows: Windows, scaler: Any, other: Any) -> Windows | None:
        """Windows that were made with a scaler, as another fit's scaler makes them; None where they have to be made."""

    def targets(self, training: Windows, scaler: Any, seed: int) -> Tensors:
        """The arrays (n, …) of training windows that `loss` compares with the network's outputs."""

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        """The mean loss of a batch, in TensorFlow, from its targets and the network's outputs (n, outputs)."""

    def split_for_calibration(self, training: Windows) -> tuple[Windows, Windows] | None:
        """Windows for a first fit, and windows to judge it on; None where one fit on all windows is enough."""

    def calibrate(self, outputs: Float32Array | None, windows: Windows, scaler: Any) -> Any:
        """The scaler, completed by what the network's outputs on these windows show.

        outputs: (n, outputs), None where no network was trained; windows: held out, or all training windows.
        """

    def worth_training(self, training: Windows) -> bool:
        """Whether there are enough windows for a network to learn from."""

    def answer(self, outputs: Float32Array, windows: Windows, scaler: Any) -> Answer:
        """Turn the network's outputs into forecasts in units, with the method of each product and the reason."""
