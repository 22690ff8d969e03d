"""The weights that are shipped: of a network that was trained on simulated panels, see `card.json` beside them."""

from __future__ import annotations

import functools
from pathlib import Path

from tasks.models.arrays import Float32Array
from tasks.models.network.backend import keras
from tasks.models.network.fused import read_weights

WEIGHTS, CARD = (Path(__file__).parent / name for name in ("weights.keras", "card.json"))


@functools.cache
def load_pretrained() -> Float32Array:
    """The weights as one flat array, see `network.fused.read_weights`."""
    return read_weights(keras.saving.load_model(WEIGHTS, compile=False))
