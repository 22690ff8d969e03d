"""A disk that fails for a moment costs another try and nothing else: the step `publish` is tried again by itself."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import StoreUnavailable
from tasks.store.opening import opened
from tasks.store.publishing.manifest import Manifest
from tasks.store.store import Store
from tasks.store.verification.inspection import inspect
from tests.store.conftest import readable
from tests.store.published import publish_run

_CALLS = ((os, "replace"), (os, "link"), (os, "fsync"), (os, "mkdir"), (os, "unlink"), (shutil, "copyfile"))
_EVERY = 6  # call of them, that fails in a test; all of them take minutes


class Disk:
    """Counts this process's calls that change files, and lets one of them fail once."""

    def __init__(self, fatal: int, number: int) -> None:
        self.count, self._fatal, self._errno = 0, fatal, number

    def failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, counted."""

        def counted(*args: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self._fatal:
                raise OSError(self._errno, os.strerror(self._errno))
            return call(*args, **options)

        return counted


@contextmanager
def failing(fatal: int, number: int) -> Iterator[Disk]:
    """Let the call number `fatal` that changes a file fail, once."""
    disk = Disk(fatal, number)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in _CALLS:
            patch.setattr(module, name, disk.failing(getattr(module, name)))
        yield disk


def try_again(store: Store, manifest: Manifest) -> None:
    """Publish as the step does: once more where the disk did not answer."""
    try:
        publish_run(store, manifest)
    except StoreUnavailable:
        publish_run(store, manifest)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.__getitem__)
def test_a_step_that_is_tried_again_publishes_all(
    two_weeks: Store, weeks: list[Manifest], number: int, tmp_path: Path
) -> None:
    with failing(0, number) as disk:
        whole = Store(str(shutil.copytree(two_weeks.local(""), tmp_path / "whole")))
        before = disk.count
        publish_run(whole, weeks[2])
    calls, expected = disk.count - before, readable(whole)
    for fatal in range(1 + number % _EVERY, calls + 1, _EVERY):
        store = Store(str(shutil.copytree(two_weeks.local(""), tmp_path / f"{fatal}")))
        with opened(str(store.local(""))), failing(fatal, number):
            try_again(store, weeks[2])
        found = inspect(store)
        assert (found.damaged, found.unfinished) == ([], store.leftovers()), fatal
        with opened(str(store.local(""))):  # where a file aside could not be removed, the next run does
            assert inspect(store).unfinished == [], fatal
        assert readable(store) == expected, fatal


def test_a_fault_half_way_through_installing_and_a_kill_are_finished_by_the_next_run(
    two_weeks: Store, weeks: list[Manifest], tmp_path: Path
) -> None:
    whole = Store(str(shutil.copytree(two_weeks.local(""), tmp_path / "whole")))
    publish_run(whole, weeks[2])
    ends = set()
    for fatal in range(3, 400, 5):
        store = Store(str(shutil.copytree(two_weeks.local(""), tmp_path / f"{fatal}")))
        with failing(fatal, errno.EIO) as disk:
            try:
                publish_run(store, weeks[2])
            except StoreUnavailable:
                ends.add("unavailable")  # never that the store is damaged
        assert inspect(store).damaged == []
        with opened(str(store.local(""))):
            publish_run(store, weeks[2])
        assert readable(store) == readable(whole)
        if disk.count < fatal:
            break
    assert ends == {"unavailable"}


def test_what_a_record_names_is_on_the_disk_before_the_record(
    two_weeks: Store, weeks: list[Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, before = set[str](), set[str]()
    fsync, link = os.fsync, os.link

    def note_sync(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.readlink(f"/proc/self/fd/{descriptor}"))

    def note_record(source: Path, target: Path) -> None:
        before.update(synced)
        link(source, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "link", note_record)
    commit = publish_run(two_weeks, weeks[2])
    assert commit is not None and commit.kept
    named = [*commit.kept, *(f"{commit.staged}/{change.path}" for change in commit.changes)]
    folders = {f"{two_weeks.local(path).parent.resolve()}" for path in named}
    assert folders <= before
