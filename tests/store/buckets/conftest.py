"""Stores in a bucket of a real S3-compatible server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.store.objects import bucket as buckets
from tasks.store.store import Store
from tests.bucket import NAME, Bucket

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
