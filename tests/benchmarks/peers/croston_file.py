"""Croston SBA by statsforecast for a whole file, on all processors: `croston_file.py SALES.csv OUT.parquet`."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from pyarrow import csv
from statsforecast import StatsForecast
from statsforecast.models import CrostonSBA

HORIZON = 3


def main(sales: str, out: str) -> None:
    table = csv.read_csv(sales)
    codes, *weeks = table.columns
    products = table.num_rows
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(codes.to_pandas().to_numpy(), len(weeks)),
            "ds": np.tile(np.arange(len(weeks)), products),
            "y": np.column_stack([week.to_numpy() for week in weeks]).astype(np.float32).ravel(),
        }
    )
    StatsForecast([CrostonSBA()], freq=1, n_jobs=-1).forecast(df=frame, h=HORIZON).to_parquet(out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
