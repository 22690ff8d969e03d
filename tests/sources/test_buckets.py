"""Sales in a bucket are read as they lie, one object or all below a place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.errors import SourceMissing
from tasks.sources.fetching import fetch
from tests.bucket import NAME, Bucket

CONTENT = {"2024.csv": b"code,week,units\nA,0,1\n", "2025.csv": b"code,week,units\nA,1,2\n"}


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    served = Bucket()
    with served.serving():
        for name, content in CONTENT.items():
            served.upload("sales", name, content)
        yield served


def read(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, place: str) -> dict[str, bytes]:
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    return {name: b"".join(blocks) for name, blocks in fetch(f"s3://{NAME}/{place}")}


@pytest.mark.parametrize("place", ["sales/", "sales/*.csv"])
def test_all_objects_below_a_place_are_read(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    assert read(bucket, monkeypatch, place) == CONTENT


def test_one_object_is_read(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(bucket, monkeypatch, "sales/2024.csv") == {"2024.csv": CONTENT["2024.csv"]}


def test_an_object_that_is_not_there_is_missing(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceMissing, match=r"2023\.csv"):
        read(bucket, monkeypatch, "sales/2023.csv")
