"""statsforecast's methods, refitted at each origin; an argument names the set of methods."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from panel import Panel, answer
from statsforecast import StatsForecast
from statsforecast.models import (
    ADIDA,
    TSB,
    AutoCES,
    AutoETS,
    AutoTheta,
    CrostonSBA,
    DynamicOptimizedTheta,
    Naive,
    SeasonalNaive,
    SimpleExponentialSmoothing,
    SimpleExponentialSmoothingOptimized,
    Theta,
    WindowAverage,
)

SETS = {
    # For short histories of counts.
    "counts": (
        CrostonSBA(),
        SimpleExponentialSmoothing(0.2, alias="SES(0.2)"),
        TSB(0.2, 0.2, alias="TSB(0.2, 0.2)"),
        ADIDA(),
        DynamicOptimizedTheta(season_length=1),
        AutoCES(season_length=1),
        AutoTheta(season_length=1),
        AutoETS(season_length=1),
    ),
    # For amounts with a trend or a yearly season.
    "amounts": (
        Naive(),
        SimpleExponentialSmoothingOptimized(alias="SES"),
        Theta(season_length=1),
        AutoETS(season_length=1, model="AAN", damped=True, alias="damped trend"),
        SeasonalNaive(52),
    ),
    # The methods that `tasks.baselines.simple` has too, with the names that they have there.
    "baselines": (
        Naive(alias="last_value"),
        WindowAverage(7, alias="mean_7"),
        SimpleExponentialSmoothing(0.2, alias="ses"),
        CrostonSBA(alias="croston_sba"),
        TSB(0.2, 0.2, alias="tsb"),
        SeasonalNaive(52, alias="seasonal_last_value"),
    ),
}


def forecast(method: Any, panel: Panel) -> list[Any]:
    library = StatsForecast([method], freq=1)
    return [panel.to_array(library.forecast(df=panel.known(end), h=panel.horizon), repr(method)) for end in panel.ends]


if __name__ == "__main__":
    answer({repr(method): partial(forecast, method) for method in SETS[sys.argv[3]]})
