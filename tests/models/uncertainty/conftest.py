"""Anchors that the tests of uncertainty start from."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats
from tasks.models.uncertainty.anchor import Anchor
from tasks.models.uncertainty.latent import latent_quantile

HORIZON, PRODUCTS = 2, 1500
LEVEL = np.random.default_rng(0).gamma(3, 8, (PRODUCTS, 1)) + 2


def anchor_of(expected: Floats) -> Anchor:
    """An anchor with almost Poisson distributions around `expected`; the usual errors are those of the level."""
    shape = (*expected.shape, 3)
    mean, probability = np.broadcast_to(expected[:, :, np.newaxis], shape), np.broadcast_to([0.1, 0.5, 0.9], shape)
    quantiles = latent_quantile(mean, np.full(shape, 0.003), np.ones(shape, np.bool_), probability)
    count = len(expected)
    ones, error = np.ones(count), np.sqrt(np.resize(LEVEL, count))
    return Anchor(error, ones > 0, np.arange(count) % 3, ones, 0 * ones, np.full(count, 60), expected, quantiles, ones)
