"""How often the gate errs, on simulated errors of a new model.

They are those of forecasts of the published file, by origin, times a factor for all products and noise for each
product and origin: a lognormal of mean 1, whose standard deviation is stated. With more products than the file has, its
products are drawn again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from schemas.config import Config
from schemas.forecasts import NETWORK_METHOD
from schemas.scores import CHALLENGER, CHAMPION
from tasks.gate.decision import Served, decide
from tasks.gate.errors import Errors, join_errors, read_errors
from tasks.gate.fits import fit_past
from tasks.gate.judging import judge
from tests.real_sales import read_history, require_real_sales

TIMES, FACTORS, NOISE, PRODUCTS = 200, (1.0, 1.02, 0.98), (0.05, 0.1, 0.2, 0.3), (811, 3_000)
ORIGINS = range(45, 49)

Row = dict[str, Any]


def measure() -> list[Row]:
    """One row a number of products and a noise: the share of challengers that is promoted, by factor."""
    history, config = read_history(require_real_sales()), Config()
    made = {origin: fit_past(history, origin, config) for origin in ORIGINS}
    errors = read_errors(join_errors(judge(history, made, {}, len(history.codes)).errors))
    return [_measure(errors, products, noise, config) for products in PRODUCTS for noise in NOISE]


def _measure(errors: Errors, products: int, noise: float, config: Config) -> Row:
    promoted = {
        factor: np.mean([_try(errors, products, noise, factor, seed, config) for seed in range(TIMES)])
        for factor in FACTORS
    }
    return {"products": products, "noise": noise} | {
        f"{factor:g} of the error": f"{share:.1%}" for factor, share in promoted.items()
    }


def _try(errors: Errors, products: int, noise: float, factor: float, seed: int, config: Config) -> bool:
    """Whether a challenger is promoted."""
    rng = np.random.default_rng([seed, products])
    own = errors.of[CHALLENGER]
    champion = own[np.arange(products) if products == len(own) else rng.integers(0, len(own), products)]
    spread = np.sqrt(np.log1p(noise**2))
    challenger = champion * factor * rng.lognormal(-(spread**2) / 2, spread, champion.shape)
    both = Errors(errors.origins, {CHALLENGER: challenger, CHAMPION: champion})
    return decide(both, Served(NETWORK_METHOD, has_model=True), "", config.gate_margin, seed).answers == CHALLENGER
