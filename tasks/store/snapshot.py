"""What a store looked like at one moment: its publications, and the hash that each of its files has to have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Self

from tasks.store.commit import Commit, Publication, committed_hashes, read_commits
from tasks.store.store import Store
from tasks.store.tables import files_of


class Snapshot:
    """The commits of a store whose files are in their places, oldest first, and what they say together."""

    def __init__(self, store: Store, records: Mapping[str, Commit]) -> None:
        self.store, self.commits = store, list(records.values())
        self._records, self._whole = records, set[tuple[str, str]]()

    @classmethod
    def read(cls, store: Store) -> Self:
        """The store as it is now; raises StoreDamaged where a commit cannot be read."""
        return cls(store, read_commits(store))

    def renewed(self) -> Self:
        """The same store as it is now; no record is read again, and no file that was whole is."""
        now = type(self)(self.store, read_commits(self.store, self._records))
        now._whole = self._whole
        return now

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The hash of every committed file, by path."""
        return committed_hashes(self.commits)

    @cached_property
    def publications(self) -> list[Publication]:
        """Every publication, oldest first."""
        return [publication for commit in self.commits for publication in commit.publications]

    @property
    def run_ids(self) -> set[str]:
        """The runs that were published."""
        return {publication.run_id for publication in self.publications}

    @property
    def latest(self) -> Publication | None:
        """The publication that `latest.parquet` holds."""
        return next((publication for publication in reversed(self.publications) if publication.is_latest), None)

    def last_of_week(self, as_of_week: int) -> Publication | None:
        """The publication that answers for a week: the last one of it."""
        of_week = (publication for publication in reversed(self.publications) if publication.as_of_week == as_of_week)
        return next(of_week, None)

    def is_whole(self, path: str) -> bool:
        """Whether that is a committed file or table, and is what was committed; what was whole is not read again."""
        files = self.files_of(path)
        return bool(files) and all(self._find_problem(file) is None for file in files)

    def files_of(self, table: str) -> list[str]:
        """The committed files of a table, or the one file of that name."""
        return [table] if table in self.hashes else files_of(self.hashes, table)

    def require_whole(self, paths: Iterable[str]) -> None:
        """Raise StoreDamaged where one of those files is not what was committed, so that nothing is built on it."""
        for path in paths:
            for file in self.files_of(path) or [path]:
                if problem := self._find_problem(file):
                    raise self.store.damaged(file, problem)

    def _find_problem(self, path: str) -> str | None:
        committed = self.hashes.get(path, "")
        if (path, committed) in self._whole:
            return None
        found = self.store.sha256(path)
        if found != committed:
            return "it is not what was published" if found else "it is missing"
        self._whole.add((path, committed))
        return None
