"""What is different on Google Cloud Storage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import StoreInUse
from tasks.store.objects import bucket as buckets
from tasks.store.objects.bucket import Bucket
from tasks.store.publishing.manifest import Manifest
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.bucket import CLOCK
from tests.store.buckets.conftest import on_disk, publish
from tests.store.buckets.gcs import NAME, Gcs

URL = f"gs://{NAME}/store"


@pytest.fixture(params=[False, True], ids=["answers come", "answers are lost"])
def gcs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gcs]:
    server = Gcs(loses=request.param)
    with server.serving():
        for name, value in (server.environment | {"WEEKCAST_CACHE": f"{tmp_path}/cache"}).items():
            monkeypatch.setenv(name, value)
        yield server
    buckets.open_bucket.cache_clear()


def test_a_week_is_published_as_in_a_folder(gcs: Gcs, two_weeks: Store, third: Store, weeks: list[Manifest]) -> None:
    for path in two_weeks.files(""):
        gcs.put(f"store/{path}", two_weeks.local(path).read_bytes())
    publish(Store(URL), weeks[2])
    found = {path.removeprefix("store/"): kept.content for path, kept in gcs.objects.items()}
    assert {path: content for path, content in found.items() if not path.startswith(CLOCK)} == on_disk(third)
    assert (inspect(Store(URL)).damaged, inspect(Store(URL)).unfinished) == ([], [])


def test_a_later_run_replaces_what_an_earlier_one_has_written(gcs: Gcs) -> None:
    for content in (b"first", b"second"):
        bucket = Bucket(URL)
        with bucket.exclusive(), bucket.aside("latest") as aside:
            aside.write_bytes(content)
            bucket.replace(aside, "latest")
    assert gcs.objects["store/latest"].content == b"second"


def test_what_another_run_has_written_is_not_written_over(gcs: Gcs) -> None:
    gcs.put("store/latest", b"before")
    bucket = Bucket(URL)
    with bucket.exclusive():
        bucket.sha256("latest")
        gcs.put("store/latest", b"of another run")
        with bucket.aside("latest") as aside, pytest.raises(StoreInUse):
            aside.write_bytes(b"ours")
            bucket.replace(aside, "latest")
    assert gcs.objects["store/latest"].content == b"of another run"
