"""What answered in a run that is published, for engines that read the sales and write the forecasts themselves."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pyarrow as pa

from schemas.errors import UsageError
from schemas.forecasts import AS_OF_DATE, NETWORK_METHOD
from tasks.models.assortment import Assortment
from tasks.shards.bundle import Bundle
from tasks.store.paths import FORECAST_FILE, SALES_FILE, model_folder, run_file
from tasks.store.publishing.manifest import read_manifest
from tasks.store.store import Store


def read_published(store: Store, run_id: str) -> tuple[Bundle, pa.Table]:
    """What answered in a run, and the sales of the products that stand for all, which the run has not kept.

    Raises UsageError where a simple method answered.
    """
    manifest, sales = read_manifest(store, run_id), run_file(run_id, SALES_FILE)
    if manifest.method != NETWORK_METHOD:
        raise UsageError(f"run {run_id}: {manifest.method} answered in it, which needs no other machines")
    as_of_date = next(store.read_batches(run_file(run_id, FORECAST_FILE), 1, [AS_OF_DATE]))[AS_OF_DATE][0].as_py()
    weeks = len(store.read_columns(sales)) - 1
    bundle = Bundle(
        store=store.address,
        sales=sales,
        sample=None,
        products=manifest.products,
        first_start=as_of_date and as_of_date - timedelta(weeks=weeks - 1),
        horizon=manifest.config["horizon"],
        model=model_folder(manifest.model_version),
        common=None,
        method=manifest.method,
        reason="",
        network_interval=True,
        before=None,
    )
    last = manifest.as_of_week
    products = Assortment(
        partial(store.read_batches, sales), manifest.products, range(last + 1 - weeks, last + 1), bundle.first_start
    )
    return bundle, products.sample_table(last, manifest.config["seed"])
