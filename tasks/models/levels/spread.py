"""How far weeks usually lie from what was expected: a product's usual error, and its dispersion."""

from __future__ import annotations

import numpy as np

from tasks.models.history import Floats, Integers, Mask
from tasks.models.levels.weights import CLASSES

_KEEPS = 0.95  # weight of a week in the usual error, relative to the week after it
_CAP = 4.0  # usual errors beyond which an error says no more
_PRIOR_WEEKS = 4.0  # weight of what is usual of all products in a product's usual error
_DISPERSION_KEEPS = 0.97  # weight of a week in the dispersion, relative to the week after it
_DISPERSION_WEEKS = 8.0  # weight of what is usual of a class in a product's dispersion
_USUAL_DISPERSION, _USUAL_WEEKS = 0.1, 5.0  # of panels of which little is known, and its weight in product weeks
_UNSURE_WEEKS = 15.0  # a dispersion from as many product weeks is doubled, for what is not known of it
_DISPERSIONS = (0.003, 30.0)


class Spread:
    """How far weeks usually lie from what was expected, of each product, held together by what is usual of all."""

    def __init__(self, whole: Mask) -> None:
        self._grain = whole.astype(np.float64)
        self._squares, self._weeks, self._excess, self._mean = (np.zeros(len(whole)) for _ in range(4))

    def add(self, rows: Integers, expected: Floats, level: Floats, error: Floats, units: Floats) -> None:
        """Take in a week's units (n,) of the products at those rows.

        expected, level: (n,) what was expected, and what was were the product alive; error: (n,) the usual one.
        """
        self._squares *= _KEEPS
        self._weeks *= _KEEPS
        self._squares[rows] += np.minimum(np.abs(units - level), _CAP * error) ** 2
        self._weeks[rows] += 1
        self._excess *= _DISPERSION_KEEPS
        self._mean *= _DISPERSION_KEEPS
        squares = np.minimum((units - expected) ** 2, 36 * error**2)
        self._excess[rows] += squares - expected * self._grain[rows]
        self._mean[rows] += expected**2 + 1e-9

    def error(self, rows: Integers, usual: Floats) -> Floats:
        """Usual error of a week of the products at those rows, which usually sell so much (n,)."""
        weeks, grain = self._weeks[rows], usual * self._grain[rows]
        known = weeks > _PRIOR_WEEKS
        relative = 0.1
        if known.any():
            beyond = np.maximum(self._squares[rows][known] / weeks[known] - grain[known], 0.0)
            relative = float(np.clip(np.median(beyond / usual[known] ** 2), 1e-4, 1.0))
        variance = self._squares[rows] + _PRIOR_WEEKS * (grain + relative * usual**2)
        return np.asarray(np.sqrt(variance / (weeks + _PRIOR_WEEKS)))

    def dispersion(self, rows: Integers, kind: Integers) -> Floats:
        """Dispersion of the products at those rows, of classes (n,)."""
        weeks = self._weeks[rows]
        mean = np.maximum(self._mean[rows] / np.maximum(weeks, 1e-9), 1e-9)
        # Chance in a week's excess over that of a Poisson distribution, in squared means, falls with the mean cubed.
        root = np.sqrt(mean)
        tells = weeks * np.where(self._grain[rows] > 0, root**3 / (1 + 2 * root + root**3), 1.0)
        relative = tells * self._excess[rows] / (mean * np.maximum(weeks, 1e-9))
        usual, unsure = np.full(CLASSES, _USUAL_DISPERSION), np.ones(CLASSES)
        for number in range(CLASSES):
            of_class = kind == number
            known = tells[of_class].sum()
            of_all = (relative[of_class].sum() + _USUAL_WEEKS * _USUAL_DISPERSION) / (known + _USUAL_WEEKS)
            usual[number] = max(float(of_all), 0.01)
            unsure[number] += _UNSURE_WEEKS / (known + _USUAL_WEEKS)
        prior = _DISPERSION_WEEKS * np.maximum(mean, 1e-6)
        dispersion = (self._excess[rows] + prior * usual[kind]) / (self._mean[rows] + prior)
        return np.asarray(np.clip(dispersion * unsure[kind], *_DISPERSIONS))
