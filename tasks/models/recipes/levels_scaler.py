"""What the recipe `levels` must know again to make windows and read outputs, and who answers by it."""

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
    """What recipe `levels` must know again.

    unit: what panel units are counted in; first_week: where walks begin; pooling: whether peers may be learned from;
    facts are scaled by centre and spread; calibration: how far the network is believed, None before it was judged;
    rivals: which simple method answers, by class.
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
        """How far the network is believed: not at all before it was judged."""
        return self.calibration or Calibration.without_network("no network was trained")

    @property
    def decision(self) -> tuple[str, ...]:
        believed = self.shares.believes(np.arange(CLASSES))
        return tuple(
            (NETWORK_METHOD if network else BLENDED_LEVELS) if rival.method == NOBODY else rival.name
            for network, rival in zip(believed, self.rivals, strict=True)
        )

    def candidates(self) -> Mapping[str, LevelsScaler]:
        """The levels without the network, and the network without shrinkage; no simple method answers in them."""
        alone, believed = Calibration.without_network("as a candidate"), Calibration.with_network()
        return {
            name: self.model_copy(update={"calibration": calibration, "rivals": (Rival(),) * CLASSES})
            for name, calibration in ((BLENDED_LEVELS, alone), ("network_without_shrinkage", believed))
        }
