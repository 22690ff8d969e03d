"""What the peers' scripts share: reading the panel and writing their forecasts."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Panel:
    """units: (products, weeks), NaN before launch; ends: number of weeks known at each origin; horizon: weeks ahead."""

    units: Any
    ends: list[int]
    horizon: int

    def known(self, end: int) -> pd.DataFrame:
        """The long table of the first `end` weeks."""
        units = self.units[:, :end]
        product, week = np.nonzero(~np.isnan(units))
        return pd.DataFrame({"unique_id": product, "ds": week + 1, "y": units[product, week]})

    def to_array(self, forecast: pd.DataFrame, column: str) -> Any:
        """A library's long table as (products, horizon), NaN for products that were not launched yet."""
        ordered = forecast.reset_index().sort_values(["unique_id", "ds"])
        wide = np.full((len(self.units), self.horizon), np.nan)
        wide[ordered["unique_id"].unique()] = ordered[column].to_numpy().reshape(-1, self.horizon)
        return wide


def answer(peers: dict[str, Callable[[Panel], Any]]) -> None:
    """Run every method, save its forecasts (origins, products, horizon), and print the seconds of each as JSON."""
    with np.load(sys.argv[1]) as file:
        panel = Panel(file["units"], file["ends"].tolist(), int(file["horizon"]))
    points, seconds = {}, {}
    for name, peer in peers.items():
        started = time.perf_counter()
        points[name] = np.asarray(peer(panel))
        seconds[name] = round(time.perf_counter() - started, 2)
    np.savez(sys.argv[2], **points)
    print(json.dumps(seconds))  # noqa: T201
