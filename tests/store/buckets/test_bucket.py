"""A store in a bucket keeps every promise of one on a disk."""

from __future__ import annotations

import pytest

from schemas.errors import StoreInUse, StoreUnavailable
from tasks.store.objects.bucket import open_bucket
from tasks.store.opening import opened
from tasks.store.publishing import publication
from tasks.store.publishing.manifest import Manifest
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tasks.store.verification.repair import repair
from tests.bucket import CLOCK, NAME, Bucket
from tests.store.buckets.conftest import expire, on_disk, publish, reopened, uploaded

LATEST = "forecasts/latest.parquet"


def files_of(bucket: Bucket, prefix: str) -> dict[str, bytes]:
    return {path: content for path, content in bucket.objects(prefix).items() if not path.startswith(CLOCK)}


@pytest.mark.parametrize("unquoted", [False, True], ids=["as S3 lists ETags", "as Azure lists ETags"])
def test_it_holds_the_same_files_as_a_folder(
    bucket: Bucket, prefix: str, two_weeks: Store, third: Store, weeks: list[Manifest], unquoted: bool
) -> None:
    bucket.unquoted = unquoted
    store = uploaded(bucket, prefix, two_weeks)
    publish(store, weeks[2])
    assert files_of(bucket, prefix) == on_disk(third)
    assert (inspect(store).damaged, inspect(store).unfinished) == ([], [])


def test_one_killed_after_any_change_is_old_or_new_and_the_next_run_goes_on(
    bucket: Bucket, prefix: str, two_weeks: Store, third: Store, weeks: list[Manifest]
) -> None:
    before, after = (store.local(LATEST).read_bytes() for store in (two_weeks, third))
    seen = set()
    for number in range(0, 200, 5):
        place = f"{prefix}-{number}"
        store = uploaded(bucket, place, two_weeks)
        bucket.forget()
        bucket.deaf_after = number
        try:
            publish(store, weeks[2])
            break
        except StoreUnavailable:
            pass
        bucket.forget()
        expire(bucket, place)
        seen.add(bucket.objects(place)[LATEST])
        again = reopened(place)
        assert inspect(again).damaged == []
        publish(again, weeks[2])
        assert files_of(bucket, place) == on_disk(third)
        assert (inspect(again).damaged, inspect(again).unfinished) == ([], [])
    assert number > 20 and seen == {before, after}


def test_no_lost_answer_loses_a_change_or_makes_it_twice(
    bucket: Bucket, prefix: str, two_weeks: Store, third: Store, weeks: list[Manifest]
) -> None:
    store = uploaded(bucket, prefix, two_weeks)
    bucket.forget()
    bucket.loses = True
    publish(store, weeks[2])
    bucket.forget()
    assert files_of(bucket, prefix) == on_disk(third)
    assert (inspect(store).damaged, inspect(store).unfinished) == ([], [])


@pytest.mark.usefixtures("bucket")
def test_a_second_run_is_told_when_the_store_is_free(prefix: str) -> None:
    url = f"s3://{NAME}/{prefix}"
    with opened(url):
        open_bucket.cache_clear()  # another process
        with pytest.raises(StoreInUse, match=r"the store is free in \d+ s"), opened(url):
            pass
    with opened(url):
        pass


def test_a_run_that_lost_the_store_changes_nothing(
    bucket: Bucket, prefix: str, two_weeks: Store, third: Store, weeks: list[Manifest]
) -> None:
    store = uploaded(bucket, prefix, two_weeks)
    with opened(store.tell()) as stopped:
        expire(bucket, prefix)
        publish(reopened(prefix), weeks[2])
        with pytest.raises(StoreInUse):
            publication.publish_run(stopped, weeks[2])
    assert files_of(bucket, prefix) == on_disk(third)
    assert inspect(reopened(prefix)).damaged == []


@pytest.mark.parametrize("ignored", [("If-None-Match",), ("If-Match",)])
def test_a_server_without_conditions_is_refused(bucket: Bucket, prefix: str, ignored: tuple[str, ...]) -> None:
    bucket.ignores = ignored
    with pytest.raises(StoreUnavailable, match=f"ignores {ignored[0]}"), opened(f"s3://{NAME}/{prefix}"):
        pass
    assert bucket.objects(prefix) == {}


@pytest.mark.parametrize("ignored", ["If-Match", ""])
def test_a_server_that_cannot_delete_is_refused(bucket: Bucket, prefix: str, ignored: str) -> None:
    bucket.ignores, bucket.keeps_all = (ignored,) if ignored else (), True
    told = r"ignores If-Match, .* but \.probe-\w+\.aside" if ignored else "501 Not Implemented"
    with pytest.raises(StoreUnavailable, match=told), opened(f"s3://{NAME}/{prefix}"):
        pass
    (left,) = bucket.objects(prefix)
    assert left.startswith(".probe-")


def test_a_damaged_object_is_named_and_repaired(bucket: Bucket, prefix: str, two_weeks: Store) -> None:
    store = uploaded(bucket, prefix, two_weeks)
    before = files_of(bucket, prefix)
    bucket.upload(prefix, LATEST, b"other")
    assert [damage.path for damage in inspect(store).damaged] == [LATEST]
    with opened(store.tell()) as snapshot:
        assert repair(snapshot.store) == [LATEST]
    assert files_of(bucket, prefix) == before


def test_a_publication_asks_for_little(bucket: Bucket, prefix: str, unpublished: Store, weeks: list[Manifest]) -> None:
    store = uploaded(bucket, prefix, unpublished)
    for manifest in weeks[:2]:
        publish(store, manifest)
    bucket.forget()
    publish(store, weeks[2])
    assert len([path for _, path in bucket.requests if ".lease" not in path]) < 60
