"""A store in a bucket is asked as one in a folder is, and nothing is written to it."""

from __future__ import annotations

import json
from pathlib import Path

from tasks.store.store import Store
from tests.bucket import Bucket
from tests.command_line.command import in_this_process
from tests.store.buckets.conftest import reopened, uploaded


def test_status_and_explain_tell_of_a_bucket_what_they_tell_of_a_folder(
    bucket: Bucket, prefix: str, third: Store, tmp_path: Path
) -> None:
    store, folder = uploaded(bucket, prefix, third), tmp_path / "after"
    before = store.files("")
    for command, *more in (("status", "--max-age", 1e6), ("explain", "P1")):
        told = [json.loads(in_this_process(command, at, *more, "--json").stdout) for at in (store.tell(), folder)]
        for each in (each.get("serving", {}) for each in told):
            each.pop("age_days", None)
        assert told[0] | {"store": ""} == told[1] | {"store": ""}
    assert reopened(prefix).files("") == before


def test_status_tells_who_works_in_a_bucket(bucket: Bucket, prefix: str, third: Store) -> None:
    store = uploaded(bucket, prefix, third)
    with store.exclusive():
        assert json.loads(in_this_process("status", store.tell(), "--json").stdout)["in_use"]
    assert not json.loads(in_this_process("status", store.tell(), "--json").stdout)["in_use"]
