"""Spark: `python spark.py FILE …` prints a JSON object of types and rows for each Parquet file."""

from __future__ import annotations

import json
import sys

from pyspark.sql import SparkSession


def main(files: list[str]) -> None:
    """Read the files."""
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for file in files:
        table = spark.read.parquet(file)
        print(json.dumps({"types": dict(table.dtypes), "rows": table.count()}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
