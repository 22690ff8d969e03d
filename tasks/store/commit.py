"""A publication is one commit: all that it replaces lies ready before a sealed record says so.

From then on whoever holds the store next can finish it: each file is moved to its place, and the record is marked as
done. Before it nothing that readers look at has changed. The records tell the hash that each file of the store has to
have now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import StoreTooNew
from schemas.forecasts import NETWORK_METHOD
from tasks.store.paths import COMMITS, commit_file, pending_file, staging_folder
from tasks.store.sealing import seal
from tasks.store.store import Store

FORMAT = 2  # since then a publication says what answered, and whether its model was promoted


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Publication(_Record):
    """One row of the vintages: which run was published when, and whether it became the latest forecast.

    model_version: of the model that serves; promoted: whether it is the run's own; method: the network, or the simple
    method that answered instead.
    """

    as_of_week: int
    run_id: str
    published_at: datetime
    is_latest: bool
    model_version: str
    promoted: bool | None = None
    method: str = NETWORK_METHOD


class Change(_Record):
    """A file that takes its place, and the hash of the one that it replaces, empty where there is none."""

    path: str
    old: str
    new: str


class Commit(_Record):
    """A publication, or a store taken over from an earlier release with all of its publications.

    kept: hashes of files that were written before and never change again; changes: files that lie in `staged`; removed:
    files that have no place in the store any more.
    """

    format: int = FORMAT
    number: int
    publications: tuple[Publication, ...]
    staged: str
    kept: dict[str, str]
    changes: tuple[Change, ...]
    removed: tuple[str, ...] = ()

    @property
    def run_ids(self) -> set[str]:
        """The runs that it published."""
        return {publication.run_id for publication in self.publications}


class Staging:
    """Files that lie ready to take their places together."""

    def __init__(self, store: Store, run_id: str) -> None:
        self.folder, self._store, self._paths = staging_folder(run_id), store, dict[str, None]()
        store.remove(self.folder)

    @contextmanager
    def replacing(self, path: str) -> Iterator[Path]:
        """Give a path to write a file to that is to stand at `path`."""
        self._paths[path] = None
        with self._store.replacing(f"{self.folder}/{path}") as aside:
            yield aside

    def copy(self, source: str, path: str) -> None:
        """Let a copy of a file of the store stand at `path`."""
        self._paths[path] = None
        self._store.copy(source, f"{self.folder}/{path}")

    def changes(self) -> tuple[Change, ...]:
        """What is to be replaced by what, by path."""
        sha256 = self._store.sha256
        return tuple(
            Change(path=path, old=sha256(path), new=sha256(f"{self.folder}/{path}")) for path in sorted(self._paths)
        )


def read_commits(store: Store) -> list[Commit]:
    """All commits that are done, oldest first; raises StoreDamaged where one cannot be read."""
    return [_read_once(store, path) for path in store.files(COMMITS) if not is_pending(path)]


def _read_once(store: Store, path: str) -> Commit:
    """Read a commit, which a run asks for a dozen times, as long as the file is the same."""
    found = store.path(path).stat()
    return _read_as_it_was(str(store.path("")), path, (found.st_ino, found.st_mtime_ns, found.st_size))


@lru_cache(maxsize=10_000)
def _read_as_it_was(root: str, path: str, _: tuple[int, ...]) -> Commit:
    return read_commit(Store(root), path)


def read_commit(store: Store, path: str) -> Commit:
    """Read one commit; raises StoreDamaged where it is not what was sealed, StoreTooNew where its format is later."""
    record = store.read_sealed(path)
    if record.get("format", FORMAT) > FORMAT:
        raise StoreTooNew(
            f"{store.path(path)}: a later release of Weekcast wrote it, expected format {FORMAT}, got "
            f"{record['format']}; upgrade this one to use the store",
            file=str(store.path(path)),
        )
    try:
        return Commit.model_validate(record)
    except ValidationError as error:
        raise store.damaged(path, "it is no commit that this release knows") from error


def is_pending(path: str) -> bool:
    """Whether that is the name of a commit that is not done."""
    return path.endswith(".pending.json")


def committed_hashes(commits: Iterable[Commit]) -> dict[str, str]:
    """The hash that each file of the store has to have after those commits."""
    hashes: dict[str, str] = {}
    for commit in commits:
        hashes |= commit.kept | {change.path: change.new for change in commit.changes}
        for path in commit.removed:
            hashes.pop(path, None)
    return hashes


def make_commit(store: Store, commit: Commit) -> None:
    """Seal a commit, put its files in their places, and mark it as done."""
    store.write_text(pending_file(commit.number), seal(commit.model_dump(mode="json")))
    _install(store, commit)


def finish_commit(store: Store) -> None:
    """Finish a commit that was cut off; the store has to be held alone."""
    for path in filter(is_pending, store.files(COMMITS)):
        _install(store, read_commit(store, path))


def _install(store: Store, commit: Commit) -> None:
    for change in commit.changes:
        staged = f"{commit.staged}/{change.path}"
        if store.sha256(change.path) != change.new:
            if store.sha256(staged) != change.new:
                raise store.damaged(staged, "it is not what its commit says, and the publication cannot be finished")
            store.move(staged, change.path)
    for path in commit.removed:
        store.remove(path)
    store.move(pending_file(commit.number), commit_file(commit.number))
    store.remove(commit.staged)


def require_committed(store: Store, hashes: dict[str, str], paths: Sequence[str]) -> None:
    """Raise StoreDamaged where one of those files is not what was committed, so that nothing is built on it."""
    for path in paths:
        found = store.sha256(path)
        if found != hashes.get(path, ""):
            problem = "it is missing" if not found else "it is not what was published"
            raise store.damaged(path, problem)
