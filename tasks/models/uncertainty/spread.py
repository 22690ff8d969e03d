"""How far a week's units usually are from the expected ones: a product's usual error, and its dispersion."""

from __future__ import annotations

import numpy as np

from tasks.models.arrays import Floats, Mask

_KEEPS = 0.98  # weight of a week in the usual error, relative to the week after it
_CAP = 4.0  # an error is capped at so many usual errors
_PRIOR_WEEKS = 4.0  # weight of all products' errors in a product's usual error, in weeks
_DISPERSION_KEEPS = 0.97  # weight of a week in the dispersion, relative to the week after it
# Weight of the usual dispersion in a product's own, in weeks. It is larger where the variance of a Poisson
# distribution hides the dispersion: a few weeks tell little of it there, and equal products would differ by chance.
_DISPERSION_WEEKS, _MOST_WEEKS = 5.0, 60.0
_USUAL_DISPERSION, _USUAL_WEEKS = 0.1, 5.0  # prior of the usual dispersion, and its weight in product weeks
_UNSURE_WEEKS = 15.0  # dispersions are doubled where so many product weeks, the prior's included, are known
# In a product's first weeks its level is hardly known, and a capped error says little of heavy tails. So its dispersion
# is found too small, the more the larger it is: it grows by so many times the usual dispersion divided by the weeks.
_YOUNG_WEEKS, _MOST_USUAL = 2.0, 3.0
_DISPERSIONS = (0.003, 30.0)  # smallest and largest


class Spread:
    """The usual error and the dispersion of each product, shrunk to those of all products.

    whole: (n,) which products are sold in whole units.
    """

    def __init__(self, whole: Mask) -> None:
        self._grain = whole.astype(np.float64)
        self._squares, self._weeks, self._excess, self._mean, self._observed = np.zeros((5, len(whole)))

    def add(self, expected: Floats, level: Floats, error: Floats, units: Floats, masked: Mask | None = None) -> None:
        """Add a week's units (n,) of the first n products.

        expected: (n,) units that were expected
        level: (n,) units that were expected if the product is alive
        error: (n,) its usual error
        masked: (n,) products of which the week tells nothing
        """
        first, told = slice(0, len(units)), 1.0 if masked is None else 1.0 - masked
        for sums, keeps in (
            (self._squares, _KEEPS),
            (self._weeks, _KEEPS),
            (self._excess, _DISPERSION_KEEPS),
            (self._mean, _DISPERSION_KEEPS),
        ):
            sums *= keeps
        excess = np.minimum((units - expected) ** 2, 36 * error**2) - expected * self._grain[first]
        self._squares[first] += told * np.minimum(np.abs(units - level), _CAP * error) ** 2
        self._weeks[first] += told
        self._observed[first] += told
        self._excess[first] += told * excess
        self._mean[first] += told * (expected**2 + 1e-9)

    def relative_variance(self, usual: Floats) -> float:
        """The usual variance of a week, beyond that of a Poisson distribution, relative to the squared units a week.

        usual: (n,) usual units a week of the first n products.
        """
        first = slice(0, len(usual))
        weeks, grain = self._weeks[first], usual * self._grain[first]
        known = weeks > _PRIOR_WEEKS
        if not known.any():
            return 0.1
        beyond = np.maximum(self._squares[first][known] / weeks[known] - grain[known], 0.0)
        return float(np.clip(np.median(beyond / usual[known] ** 2), 1e-4, 1.0))

    def error(self, usual: Floats, relative: float) -> Floats:
        """Usual error of a week, in units, of the first n products: (n,).

        usual: (n,) usual units a week; relative: what `relative_variance` gives.
        """
        first = slice(0, len(usual))
        variance = self._squares[first] + _PRIOR_WEEKS * (usual * self._grain[first] + relative * usual**2)
        return np.asarray(np.sqrt(variance / (self._weeks[first] + _PRIOR_WEEKS)))

    def usual_dispersion(self, products: int) -> Floats:
        """The usual dispersion of the first n products, and by how much dispersions grow because it is unsure: (2,)."""
        first = slice(0, products)
        weeks, mean = self._weeks[first], self._mean_square(products)
        # Weeks count less where the mean is small: there the variance beyond a Poisson distribution is mostly chance.
        root = np.sqrt(mean)
        weight = weeks * np.where(self._grain[first] > 0, root**3 / (1 + 2 * root + root**3), 1.0)
        relative = weight * self._excess[first] / (mean * np.maximum(weeks, 1e-9))
        known = weight.sum() + _USUAL_WEEKS
        usual = max((relative.sum() + _USUAL_WEEKS * _USUAL_DISPERSION) / known, 0.01)
        return np.array([usual, 1 + _UNSURE_WEEKS / known])

    def dispersion(self, products: int, of_all: Floats) -> Floats:
        """Dispersion of the first n products: (n,); of_all: what `usual_dispersion` gives."""
        first, (usual, unsure) = slice(0, products), of_all.tolist()
        square = np.maximum(self._mean_square(products), 1e-6)
        # The Poisson variance, relative to the variance beyond it.
        hidden = self._grain[first] / (np.sqrt(square) * usual)
        prior = np.minimum(_DISPERSION_WEEKS * (1 + hidden), _MOST_WEEKS) * square
        dispersion = (self._excess[first] + prior * usual) / (self._mean[first] + prior)
        young = 1 + _YOUNG_WEEKS * min(usual, _MOST_USUAL) / (self._observed[first] + 1)
        return np.asarray(np.clip(dispersion * unsure * young, *_DISPERSIONS))

    def _mean_square(self, products: int) -> Floats:
        return np.maximum(self._mean[:products] / np.maximum(self._weeks[:products], 1e-9), 1e-9)
