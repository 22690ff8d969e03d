"""mlforecast with LightGBM and CatBoost: one model of all products, on lags and rolling means, for each origin."""

from __future__ import annotations

from functools import partial
from typing import Any

from catboost import CatBoostRegressor
from lightgbm import LGBMRegressor
from mlforecast import MLForecast
from mlforecast.lag_transforms import ExpandingMean, RollingMean
from panel import Panel, answer

LAGS = list(range(1, 8))
MEANS = [RollingMean(window, min_samples=1) for window in (4, 7, 12)] + [ExpandingMean()]
TREES = {
    "mlforecast LightGBM, L1": LGBMRegressor(
        objective="l1", n_estimators=200, learning_rate=0.05, verbosity=-1, random_state=1, n_jobs=2
    ),
    "mlforecast CatBoost, MAE": CatBoostRegressor(
        loss_function="MAE", verbose=False, random_seed=1, thread_count=2, allow_writing_files=False
    ),
}


def forecast(trees: Any, panel: Panel) -> list[Any]:
    points = []
    for end in panel.ends:
        library = MLForecast({"trees": trees}, freq=1, lags=LAGS, lag_transforms={1: MEANS})
        library.fit(panel.known(end), static_features=[])
        points.append(panel.to_array(library.predict(panel.horizon), "trees"))
    return points


if __name__ == "__main__":
    answer({name: partial(forecast, trees) for name, trees in TREES.items()})
