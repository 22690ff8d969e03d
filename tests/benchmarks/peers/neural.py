"""neuralforecast's networks: 500 training steps at every twelfth origin; each forecast uses all weeks known then."""

from __future__ import annotations

import logging
import os
import warnings
from functools import partial
from typing import Any

os.environ["RAY_DISABLE_IMPORT_WARNING"] = "1"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from neuralforecast import NeuralForecast  # noqa: E402
from neuralforecast.losses.pytorch import MAE  # noqa: E402
from neuralforecast.models import LSTM, NHITS  # noqa: E402
from panel import Panel, answer  # noqa: E402

EVERY = 12
QUIET = {"enable_progress_bar": False, "logger": False, "enable_checkpointing": False, "accelerator": "cpu"}


def forecast(network: Any, panel: Panel) -> list[Any]:
    points = []
    for number, end in enumerate(panel.ends):
        known = panel.known(end)
        if number % EVERY == 0:
            model = network(
                h=panel.horizon,
                input_size=8,
                max_steps=500,
                scaler_type="robust",
                loss=MAE(),
                random_seed=1,
                alias="network",
                **QUIET,
            )
            library = NeuralForecast([model], freq=1)
            library.fit(known, val_size=0)
        points.append(panel.to_array(library.predict(known), "network"))
    return points


if __name__ == "__main__":
    answer({f"neuralforecast {network.__name__}": partial(forecast, network) for network in (NHITS, LSTM)})
