"""What the recipe `levels` saves to make windows and read outputs later, and the methods that answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from schemas.forecasts import NETWORK_METHOD
from tasks.models.baselines.fallback import BLENDED_LEVELS
from tasks.models.levels.weights import CLASSES
from tasks.models.recipes.recipe import Scaler
from tasks.models.recipes.rivals import NOBODY, Rival
from tasks.models.uncertainty.calibration import Calibration


class LevelsScaler(Scaler):
    """What recipe `levels` saves.

    unit: size of a panel unit; first_week: index of the first week of a walk; pooling: whether peers are used;
    facts_center, facts_spread: by which facts are scaled; calibration: share of the network's outputs that is used,
    None before the network was judged; rivals: the simple method that answers, by class of volume.
    """

    unit: float
    first_week: int
    pooling: bool
    facts_center: tuple[float, ...] = ()
    facts_spread: tuple[float, ...] = ()
    calibration: Calibration | None = None
    rivals: tuple[Rival, ...] = (Rival(),) * CLASSES

    @property
    def shares(self) -> Calibration:
        """The calibration; one that ignores the network, before it was judged."""
        return self.calibration or Calibration.without_network("no network was trained")

    @property
    def decision(self) -> tuple[str, ...]:
        believed = self.shares.believes(np.arange(CLASSES))
        return tuple(
            (NETWORK_METHOD if network else BLENDED_LEVELS) if rival.method == NOBODY else rival.name
            for network, rival in zip(believed, self.rivals, strict=True)
        )

    def candidates(self) -> Mapping[str, LevelsScaler]:
        """The levels without the network, and the network without shrinkage, both without simple methods."""
        alone, believed = Calibration.without_network("as a candidate"), Calibration.with_network()
        return {
            name: self.model_copy(update={"calibration": calibration, "rivals": (Rival(),) * CLASSES})
            for name, calibration in ((BLENDED_LEVELS, alone), ("network_without_shrinkage", believed))
        }
