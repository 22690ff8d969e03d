"""The probabilities at which every forecast distribution is known."""

from __future__ import annotations

import numpy as np

GRID = np.array([0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975])
