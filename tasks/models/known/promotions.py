"""What the network is told of known inputs: it was trained to read prices, and which share of a week is promoted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from schemas.inputs.panel import PRICE
from tasks.models.arrays import Floats, Mask
from tasks.models.known.effects import Effects
from tasks.models.network.inputs import Promotions


def find_readable(names: Sequence[str], effects: Effects) -> Mask:
    """Which of the inputs of each product the network can read: (K,).

    These are a price, where more is sold at a lower one, and all else that sells more. What has no effect is not among
    them.
    """
    return np.where(_is_price(names), effects.pooled < 0, effects.pooled > 0)


def tell_promotions(names: Sequence[str], own: Floats, price: Floats, effects: Effects, readable: Mask) -> Promotions:
    """What the network is told of n products.

    names: (K,) of the inputs
    own: (n, weeks, K), see `Known.measure`
    price: (n, weeks), see `Known.log_price`
    readable: (K,)

    Several inputs make one share of the week: each counts as much as it sells more, from its smallest value to its
    largest one.
    """
    is_price = _is_price(names)
    raises = readable & ~is_price
    weight, (low, high) = effects.pooled[raises], effects.seen[:, raises]
    most = max(float((high - low) @ weight), 1e-9)
    promoted = np.clip((np.clip(own[..., raises], low, high) - low) @ weight / most, 0.0, 1.0)
    return Promotions(promoted, price if (readable & is_price).any() else np.zeros(price.shape))


def _is_price(names: Sequence[str]) -> Mask:
    return np.array([name == PRICE for name in names], bool)
