"""The command line on a store in a bucket, whose sales may lie in the same bucket."""

from __future__ import annotations

import json
from pathlib import Path

from tasks.store.opening import opened
from tests.bucket import NAME, Bucket
from tests.command_line.command import QUICK, Weekcast
from tests.server import PrefectServer


def test_a_run_publishes_in_a_bucket_and_a_second_one_at_a_time_is_refused(
    bucket: Bucket, prefix: str, prefect_server: PrefectServer, tmp_path: Path
) -> None:
    environment = bucket.environment | {"WEEKCAST_CACHE": str(tmp_path / "cache")}
    weekcast = Weekcast(prefect_server.environment)
    assert weekcast("sample", tmp_path / "sales.csv", "--products", 40, "--weeks", 20).code == 0
    bucket.upload(prefix, "inbox/sales.csv", (tmp_path / "sales.csv").read_bytes())
    sales, store = f"s3://{NAME}/{prefix}/inbox/sales.csv", f"s3://{NAME}/{prefix}/store"
    first = weekcast("run", sales, "--store", store, "--json", *QUICK, **environment)
    assert first.code == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["outcome"], told["forecast"]) == ("published", f"{store}/forecasts/latest.parquet")
    verified = weekcast("verify", store, "--json", **environment)
    assert (verified.code, json.loads(verified.stdout)["damaged"]) == (0, [])
    with opened(store):
        refused = weekcast("run", sales, "--store", store, *QUICK, **environment)
    assert (refused.code, len(refused.stderr.strip().splitlines()[-1:])) == (4, 1)
    assert "another run is working in this store" in refused.stderr
