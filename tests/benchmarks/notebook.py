"""The published notebook's recipe as a script: loops over rows and columns, and Keras' `fit` with batches of 32.

`python -m tests.benchmarks.notebook SALES.csv` prints one JSON object. The pipeline's time is compared with it, so it
must stay as slow as the notebook: do not improve it.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

WINDOW = 7
HORIZON = 3
CUT = 30  # the middle week of the first test window's targets


def make_windows(sales: pd.DataFrame) -> tuple[Any, ...]:
    """Cut every product's weeks into windows, one by one."""
    parts: dict[str, list[list[float]]] = {"train_x": [], "train_y": [], "test_x": [], "test_y": []}
    for _, row in sales.iterrows():
        for week in range(8, 50):
            x = [row[f"W{number}"] for number in range(week - 8, week - 1)]
            y = [row[f"W{number}"] for number in range(week - 1, week + 2)]
            parts["train_x" if week < CUT else "test_x"].append(x)
            parts["train_y" if week < CUT else "test_y"].append(y)
    return tuple(np.array(part, dtype=float) for part in parts.values())


def main(file: str) -> dict[str, Any]:
    """Prepare, train, predict; returns the seconds of each part, the windows and the mean absolute errors."""
    started = time.perf_counter()
    import keras
    from sklearn.preprocessing import RobustScaler

    imported = time.perf_counter()
    train_x, train_y, test_x, test_y = make_windows(pd.read_csv(file))
    scaler = RobustScaler().fit(train_x)
    train_x, test_x = (scaler.transform(x)[..., np.newaxis] for x in (train_x, test_x))
    prepared = time.perf_counter()
    network = keras.Sequential(
        [
            keras.layers.LSTM(4, return_sequences=True),
            keras.layers.LSTM(4),
            keras.layers.Dense(HORIZON),
        ]
    )
    network.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam())
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 if epoch < 10 else 0.001)
    history = network.fit(train_x, train_y, epochs=20, batch_size=32, callbacks=[schedule], verbose=0)
    trained = time.perf_counter()
    predicted = network.predict(test_x, verbose=0)
    ended = time.perf_counter()
    return {
        "windows": [len(train_x), len(test_x)],
        "loss": history.history["loss"][-1],
        "mae": np.abs(predicted - test_y).mean(axis=0).round(4).tolist(),
        "seconds": {
            "import": imported - started,
            "prepare": prepared - imported,
            "train": trained - prepared,
            "predict": ended - trained,
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")
