"""Forecast on Spark what a run has published: `spark-submit docs/spark.py STORE RUN_ID OUT`.

The run has trained and judged the model, such as on a sample of the products. STORE is a folder that all executors
share, or a bucket; the forecasts of all products of the run are written to the folder OUT as Parquet. To forecast other
products, read their wide table in the place of the run's: one row a product, `product_code`, then one column a week,
with the names of the run's `sales.parquet`.
"""

from __future__ import annotations

import sys
from functools import partial

from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from schemas.forecasts import ANSWERED
from tasks.shards.answers import answer_batches
from tasks.shards.published import read_published
from tasks.store.store import Store


def main(root: str, run_id: str, out: str) -> None:
    """Forecast all products of a run."""
    bundle, sample = read_published(Store(root), run_id)
    spark = SparkSession.builder.getOrCreate()
    sales = spark.read.parquet(f"{bundle.store}/{bundle.sales}")
    forecasts = sales.mapInArrow(partial(answer_batches, bundle, sample), from_arrow_schema(ANSWERED))
    forecasts.write.mode("overwrite").parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
