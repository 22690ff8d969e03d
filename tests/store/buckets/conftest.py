"""Stores in a bucket of a real S3-compatible server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.store.objects import bucket as buckets
from tasks.store.opening import opened
from tasks.store.publishing import publication
from tasks.store.publishing.manifest import Manifest
from tasks.store.store import Store
from tests.bucket import CLOCK, NAME, Bucket
from tests.store.conftest import copy_of
from tests.store.published import publish_run

_numbers = itertools.count()


@pytest.fixture(scope="session")
def served() -> Iterator[Bucket]:
    bucket = Bucket()
    with bucket.serving():
        yield bucket


@pytest.fixture
def bucket(served: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """The bucket, which this process uses, with a cache of its own."""
    for name, value in (served.environment | {"WEEKCAST_CACHE": f"{tmp_path}/cache"}).items():
        monkeypatch.setenv(name, value)
    served.forget()
    yield served
    served.forget()
    buckets.open_bucket.cache_clear()


@pytest.fixture
def prefix() -> str:
    """Where in the bucket a test has its store."""
    return f"stores/{next(_numbers)}"


@pytest.fixture
def third(two_weeks: Store, weeks: list[Manifest], tmp_path: Path) -> Store:
    """The store of two weeks on a disk, after the third week's publication."""
    after = copy_of(two_weeks, tmp_path / "after")
    publish_run(after, weeks[2])
    return after


def on_disk(store: Store) -> dict[str, bytes]:
    """The bytes of a folder's files by path, but of those that hold the time, or who had the store."""
    return {path: store.local(path).read_bytes() for path in store.files("") if not path.startswith(CLOCK)}


def publish(store: Store, manifest: Manifest) -> None:
    """Publish a week as a run does, which opens the store."""
    with opened(store.tell()) as snapshot:
        publication.publish_run(snapshot, manifest)


def uploaded(bucket: Bucket, prefix: str, store: Store) -> Store:
    """A copy of a folder's store in the bucket, as another tool makes it."""
    for path in store.files(""):
        bucket.upload(prefix, path, store.local(path).read_bytes())
    return reopened(prefix)


def reopened(prefix: str) -> Store:
    """The store as another process sees it, after the lease of the one before has expired."""
    buckets.open_bucket.cache_clear()
    return Store(f"s3://{NAME}/{prefix}")


def expire(bucket: Bucket, prefix: str) -> None:
    """Take the lease from whoever holds it, as time does."""
    bucket.client.delete_object(Bucket=NAME, Key=f"{prefix}/.lease")
