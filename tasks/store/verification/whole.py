"""Reading a store from files alone that are what was published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tasks.store.commit import Commit, find_sealed, read_commits
from tasks.store.earlier import is_earlier, read_earlier
from tasks.store.paths import COMMITS, is_record, is_served
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import lost_commits


def read_whole(store: Store) -> Snapshot:
    """The store as it is now, of which no published file is read that is not what was published.

    That of an earlier release has the files of today. Raises StoreDamaged where such a file is opened, a commit cannot
    be read, or a file is damaged that readers open first.
    """
    if is_earlier(store):
        commit, places = read_earlier(store)
        snapshot = _Whole(store, {"": commit}, places)
    else:
        commits, records = read_commits(store), list(filter(is_record, store.files(COMMITS)))
        if lost := lost_commits(store, list(commits.values()), records):
            raise store.damaged(lost[0], "it is missing")
        snapshot = _Whole(store, commits, {})
    snapshot.require_whole(filter(is_served, snapshot.hashes))
    return snapshot


class _Whole(Snapshot):
    """A snapshot that takes a damaged file neither for one that is not there, nor for what was published."""

    def __init__(self, store: Store, records: Mapping[str, Commit], places: Mapping[str, str]) -> None:
        super().__init__(_WholeFiles(store, self, places), records)
        sealed = find_sealed(store)
        changes = sealed.commit.changes if sealed else ()
        self._about_to_be = {change.path: change.new for change in changes}

    def is_whole(self, path: str) -> bool:
        files = self.files_of(path)
        self.require_whole(files)
        return bool(files)

    def _find_problem(self, path: str) -> str | None:
        # A run that publishes at this moment, or was killed as it did, has put some files in their places.
        if path in self._about_to_be and self.store.sha256(path) == self._about_to_be[path]:
            return None
        return super()._find_problem(path)


class _WholeFiles(Store):
    """A store whose published files are compared with their hashes before they are read.

    places: where files lie, of those that an earlier release put elsewhere.
    """

    def __init__(self, store: Store, snapshot: Snapshot, places: Mapping[str, str]) -> None:
        self._objects, self._snapshot, self._places = store._objects, snapshot, places

    def local(self, relative: str) -> Path:
        if relative in self._snapshot.hashes:
            self._snapshot.require_whole([relative])
        return super().local(self._place(relative))

    def sha256(self, relative: str) -> str:
        return super().sha256(self._place(relative))

    def exists(self, relative: str) -> bool:
        return relative in self._snapshot.hashes or super().exists(relative)

    def parts(self, relative: str) -> list[str]:
        return self._snapshot.files_of(relative) or super().parts(relative)

    def tell(self, relative: str = "") -> str:
        return super().tell(self._place(relative))

    def _place(self, relative: str) -> str:
        return self._places.get(relative, relative)
