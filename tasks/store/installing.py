"""How a commit is made: its files are staged, its record is created, then each file is put in its place.

Until the record is there nothing has happened, and what is staged is dropped. From then on the publication is decided:
what is sealed is finished by whoever writes to the store next, and is never staged again. Each step may be repeated,
so a disk that fails for a moment, or a kill, costs another try and nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tasks.store.commit import Change, Commit, describe_installed, find_sealed
from tasks.store.paths import LATEST_POINTER, commit_file, installed_file, is_pending, staging_folder
from tasks.store.sealing import seal
from tasks.store.store import Store


class Staging:
    """Files that lie ready to take their places together, below a name that no other try has."""

    def __init__(self, store: Store, run_id: str) -> None:
        finish_commit(store)  # nothing is staged beside a sealed commit
        self.folder = f"{staging_folder(run_id)}/{secrets.token_hex(4)}"
        self._store, self._paths = store, dict[str, None]()

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
            Change(path=path, old=sha256(path), new=sha256(f"{self.folder}/{path}"))
            for path in sorted(self._paths, key=lambda path: (path == LATEST_POINTER, path))  # after what it names
        )


class Installation(NamedTuple):
    """How far a sealed commit is: changes that wait for their place, that have it, and whose file lies nowhere."""

    waiting: list[Change]
    done: list[Change]
    lost: list[Change]

    @property
    def can_be_dropped(self) -> bool:
        """Whether the store is still what it was before the commit."""
        return not any(change.old != change.new for change in self.done)

    def explain(self, commit: Commit) -> str:
        """Why it cannot be finished, and what to do."""
        first = f"{commit.staged}/{self.lost[0].path}"
        told = f"it was published, but {len(self.lost)} of its files are not what it says, such as {first}"
        if self.can_be_dropped:
            return f"{told}; no file has moved yet: `--repair` takes the publication back, and the next run goes on"
        return f"{told}; {len(self.done)} others have moved: restore the store from a backup made before, and run again"


def make_commit(store: Store, commit: Commit) -> None:
    """Publish what is staged, and put it in its places; raises StoreInUse where another run has published meanwhile."""
    # A folder that an earlier try made may not be synced yet: no loss of power may take away what the record names.
    store.sync_folders([*(f"{commit.staged}/{change.path}" for change in commit.changes), *commit.kept])
    store.create(commit_file(commit.number), seal(commit.model_dump(mode="json")))
    finish_commit(store)


def finish_commit(store: Store) -> Commit | None:
    """Put the files of a sealed commit in their places, and return it; the store has to be held alone.

    Raises StoreDamaged where one of them is lost; then none is moved.
    """
    sealed = find_sealed(store)
    if sealed is None:
        return None
    path, commit = sealed
    store.sync_folders([path])  # the power must not take the record back once a file has moved
    found = examine(store, commit)
    if found.lost:
        raise store.damaged(path, found.explain(commit))
    for change in found.waiting:
        store.move(f"{commit.staged}/{change.path}", change.path)
    for removed in commit.removed:
        store.remove(removed)
    store.sync_folders([*(change.path for change in commit.changes), *commit.removed])
    _mark(store, path, commit)
    store.remove(commit.staged)
    return commit


def examine(store: Store, commit: Commit) -> Installation:
    """Where the files of a sealed commit lie, also while it is installed by another process."""
    found = Installation([], [], [])
    for change in commit.changes:
        # In this order: what is not staged any more has its place already.
        if store.sha256(f"{commit.staged}/{change.path}") == change.new:
            found.waiting.append(change)
        elif store.sha256(change.path) == change.new:
            found.done.append(change)
        else:
            found.lost.append(change)
    if found.lost:  # in a bucket what has its place may be staged still
        found.done.extend(change for change in found.waiting if store.sha256(change.path) == change.new)
    return found


def drop_commit(store: Store) -> str | None:
    """Take a publication back that cannot be finished, where no file has moved; returns its record's path.

    The store has to be held alone.
    """
    sealed = find_sealed(store)
    if sealed is None:
        return None
    found = examine(store, sealed.commit)
    if not found.lost or not found.can_be_dropped:
        return None
    store.remove(sealed.path)
    return sealed.path


def _mark(store: Store, path: str, commit: Commit) -> None:
    if is_pending(path):  # of an earlier release, which gave the record its final name then
        store.move(path, commit_file(commit.number))
    else:
        store.write_text(installed_file(commit.number), describe_installed(commit))
