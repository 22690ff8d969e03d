"""What a recipe is: it makes a network's windows from a panel, fits it, and predicts by it.

To add a recipe, write its class and register it in `tasks.models.recipes.registry`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from schemas.config import Config
from tasks.models.arrays import Float32Array, Floats, Mask
from tasks.models.distribution import Distribution
from tasks.models.panel import Panel
from tasks.models.paths.pits import Pits
from tasks.models.windows import Columns, Windows

Tensors = tuple[Float32Array, ...]
OnEpoch = Callable[[int, int, float], None]


class State(BaseModel):
    """What a fit leaves beside its network, as JSON: a prediction needs it.

    fewest_weeks: observed weeks below which a product is called too new.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    horizon: int
    fewest_weeks: int

    @property
    def weights(self) -> tuple[float, ...]:
        """The network's weight in each class of volume, from low to high."""
        return (1.0,)


@dataclass(frozen=True)
class Prepared:
    """What a fit at a panel's last week learns from, the state before it, and what all products have in common."""

    training: Windows
    state: State
    common: pa.Table


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network learns.

    epochs: how often all windows are learned from
    learning_rate: gives the rate after a share, 0..1, of all steps
    clip_norm: largest norm of a gradient
    """

    epochs: int
    batch_size: int
    learning_rate: Callable[[Floats], Floats]
    clip_norm: float = math.inf

    def rates(self, windows: int) -> Float32Array:
        """The learning rate of every step of a fit on this number of windows: (steps,)."""
        steps = self.epochs * -(-windows // self.batch_size)
        return self.learning_rate(np.arange(steps) / max(steps, 1)).astype(np.float32)


class Fitted(NamedTuple):
    """A trained network of stock Keras layers, the state after the fit, and the loss of each epoch."""

    network: Any
    state: Any
    losses: tuple[float, ...]


@dataclass(frozen=True)
class Forecast:
    """What a fitted recipe forecasts for n products.

    at: gives the distribution where the network has these weights (n,), from 0, the levels alone, to 1
    weight: (n,) the weights that the fit chose
    inactive: (n,) products that are most likely no longer sold, which have the levels' distribution at any weight
    reason: why the network has little weight, where it has
    has_levels: whether there are levels beside the network
    """

    at: Callable[[Floats], Distribution]
    weight: Floats
    inactive: Mask
    reason: str = ""
    has_levels: bool = True

    @property
    def published(self) -> Distribution:
        """The distribution with the weights that the fit chose."""
        return self.at(self.weight)

    @property
    def network(self) -> Distribution:
        """The distribution of the network alone."""
        return self.at(np.ones(len(self.weight)))

    @property
    def levels(self) -> Distribution:
        """The distribution of the levels alone."""
        return self.at(np.zeros(len(self.weight)))


class Network(Hashable, Protocol):
    """How the network of a recipe is built and trained."""

    name: str
    schedule: Schedule

    def network(self, shapes: Sequence[tuple[int, ...]], horizon: int, seed: int, layers: Any) -> Any:
        """An untrained Keras network with weights drawn by the seed.

        shapes: of the arrays that it sees, without n; layers: the classes of its layers, see `network.layers`.
        """

    def loss(self, targets: Sequence[Any], outputs: Any) -> Any:
        """The mean loss of a batch, in TensorFlow, from its targets and the network's outputs."""


class Recipe(Network, Protocol):
    """The parts that differ between recipes. A recipe has no state, so a fit depends on its arguments only."""

    @property
    def state(self) -> type[State]:
        """The type of the recipe's state."""

    def is_pretrained(self, config: Config) -> bool:
        """Whether its network was trained before it sees any sales of the user's."""

    def columns(self, state: Any) -> Columns:
        """Names of the columns of its windows."""

    def prepare(self, panel: Panel, config: Config) -> Prepared:
        """What a fit at the panel's last week needs: no window and no target lies after it."""

    def measure(self, panel: Panel, state: Any) -> pa.Table:
        """What all products have in common at the panel's last week, for a prediction by an earlier fit."""

    def find_change(self, state: Any, common: pa.Table, panel: Panel) -> Floats:
        """By how much known inputs change what a panel's products sell, as a logarithm: (n, weeks + horizon)."""

    def fit(self, training: Windows, state: Any, config: Config, on_epoch: OnEpoch) -> Fitted:
        """Train a network; raises ModelFailed where the training diverges."""

    def past_pits(self, network: Any, training: Windows, state: Any, config: Config) -> Pits:
        """Where what was sold in past weeks lay in forecasts of them; network, state: as fitted on these windows."""

    def predict(self, network: Any, state: Any, common: pa.Table, panel: Panel) -> Forecast:
        """Forecast all products of a panel at its last week; common: what they have in common with all others."""
