"""What kind of panel is simulated: which of all that moves sales there is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.simulation.draws import Random, log_uniform

Sold = Literal["poisson", "counts", "orders", "amounts"]


@dataclass(frozen=True)
class Kind:
    """The kind of a panel.

    calm: whether little but chance moves a product
    sold: what is counted
    level, width: mean and standard deviation of the logarithms of the usual units a week
    swing: how much the market moves, see `market.draw_market`
    restless: whether levels may break often; the others: whether there are such
    """

    calm: bool
    sold: Sold
    level: float
    width: float
    swing: float = 1.0
    restless: bool = False
    groups: bool = False
    seasons: bool = False
    promotions: bool = False
    launches: bool = False
    deaths: bool = False
    seasonal_goods: bool = False
    stock_outs: bool = False
    closed_weeks: bool = False
    bulk_orders: bool = False
    blank: bool = True

    @classmethod
    def draw(cls, random: Random) -> Kind:
        """Any kind of panel."""
        calm = random.random() < 0.55
        chances = {"poisson": 0.4, "counts": 0.35} if calm else {"poisson": 0.1, "counts": 0.5}
        chances |= {"orders": 0.1, "amounts": 0.15} if calm else {"orders": 0.18, "amounts": 0.22}
        return cls(
            calm,
            random.choice(list(chances), p=list(chances.values())),
            level=random.uniform(-1.9, 5.7),
            width=random.uniform(0.3, 1.7),
            swing=float(log_uniform(random, 0.1, 1.0)) if calm else 1.0,
            restless=True,
            groups=random.random() < 0.7,
            seasons=random.random() < 0.8,
            promotions=random.random() < (0.6 if calm else 0.8),
            launches=random.random() < (0.4 if calm else 0.65),
            deaths=random.random() < 0.5,
            seasonal_goods=random.random() < 0.08,
            stock_outs=not calm and random.random() < 0.4,
            closed_weeks=random.random() < 0.15,
            bulk_orders=not calm and random.random() < 0.3,
            blank=random.random() < 0.8,
        )

    @classmethod
    def shop(cls, launches: bool = False) -> Kind:
        """A wholesaler's or a shop's counts: about as many units a week as in the published file of 811 products."""
        return cls(
            calm=True, sold="counts", level=1.2, width=1.3, swing=0.2, seasons=True, launches=launches, blank=False
        )
