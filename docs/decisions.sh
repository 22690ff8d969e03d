#!/usr/bin/env bash
# From sales, prices and stock to orders, and a Monday later to what people's overrides added to the forecast.
# `PATH=.venv/bin:$PATH bash docs/decisions.sh FOLDER` makes all files and leaves the store in FOLDER/store.
set -euo pipefail
mkdir -p "$1" && cd "$1"

# Two Mondays of made-up sales: a third of the products sell three times as much in weeks at half of their price.
weekcast sample sample.csv --products 60 --weeks 42 --seed 3
python - <<'END'
import numpy as np, pandas as pd

sample, random = pd.read_csv("sample.csv", index_col="Product_Code"), np.random.default_rng(1)
codes, weeks = list(sample.index), list(sample.columns)
promoted = random.random((60, 45)) < np.where(np.arange(60) % 3 == 0, 0.15, 0)[:, None]
promoted[:, 42:], promoted[::6, 41] = False, True  # the last known week is W40: every sixth product is promoted next
units = sample * np.where(promoted[:, :42], 3, 1)
empty = random.random((60, 42)) < 0.04
sold = units.where(~empty, 0)
sold[weeks[:41]].to_csv("sales.csv")
sold.to_csv("sales_a_week_later.csv")
pd.DataFrame(~empty, codes, weeks).rename_axis("product_code").to_csv("availability.csv")
prices = [(code, f"W{week}", 5 if promoted[i, week] else 10) for i, code in enumerate(codes) for week in range(45)]
pd.DataFrame(prices, columns=["product_code", "week", "price"]).to_csv("prices.csv", index=False)
stock = pd.DataFrame({"product_code": codes, "on_hand": sold["W40"], "lead_time_weeks": 1, "service_level": 0.9})
stock.to_csv("inventory.csv", index=False)
overrides = [(codes[i], "W41", units["W41"].iloc[i], "ann", "W40") for i in range(5)] + [(codes[9], "W41", 500, "bob", "W40")]
pd.DataFrame(overrides, columns=["product_code", "target_week", "units", "author", "made_at"]).to_csv("overrides.csv", index=False)
END

weekcast init sales.csv --force                                 # finds the inputs by their names
weekcast check sales.csv --config weekcast.toml
weekcast run sales.csv --store store --config weekcast.toml     # forecasts and orders in one run
weekcast orders store --inventory inventory.csv --out orders.csv # orders alone, for the same forecast
weekcast run sales_a_week_later.csv --store store --config weekcast.toml
weekcast verify store

python - <<'END'
import pandas as pd

print(pd.read_parquet("store/forecasts/orders.parquet").nlargest(5, "order_quantity").to_string())
print(pd.read_parquet("store/ledger/value_added.parquet").to_string())
END
