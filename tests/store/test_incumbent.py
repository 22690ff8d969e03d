"""What served before a run is the last publication of an earlier week, whatever was published later."""

from __future__ import annotations

from tasks.store.paths import PAST_FORECASTS_FILE, run_file, vintage_file
from tasks.store.publishing.incumbent import find_incumbent
from tasks.store.publishing.manifest import Manifest
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store


def test_it_is_of_the_week_before_even_where_later_weeks_are_published(published: Store, weeks: list[Manifest]) -> None:
    assert find_incumbent(Snapshot.read(published), 13) is None
    for week, expected in ((14, weeks[0]), (15, weeks[1]), (16, weeks[2]), (30, weeks[2])):
        found = find_incumbent(Snapshot.read(published), week)
        assert found is not None
        assert (found.run_id, found.as_of_week) == (expected.run_id, expected.as_of_week)
        assert found.has_model()
        assert found.config == expected.config


def test_a_store_of_an_earlier_release_has_judged_nothing(published: Store) -> None:
    found = find_incumbent(Snapshot.read(published), 16)
    assert found is not None
    assert found.read_past_forecasts() is None
    assert found.vintage(14) == vintage_file(14)
    assert found.vintage(12) is None


def test_what_is_damaged_is_not_used(published: Store, weeks: list[Manifest]) -> None:
    for path in (vintage_file(14), f"models/{weeks[2].model_version}/scaler.json"):
        published.local(path).write_bytes(b"{}")
    published.write_text(run_file(weeks[2].run_id, PAST_FORECASTS_FILE), "never published")
    found = find_incumbent(Snapshot.read(published), 16)
    assert found is not None
    assert not found.has_model()
    assert found.vintage(14) is None
    assert found.read_past_forecasts() is None
