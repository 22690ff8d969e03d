"""The record of a publication, and what all records together say of the store.

A record is created once, under its final name: that is the publication. Its files are then put in their places, and a
marker beside the record says that they are there, see `tasks.store.installing`. The records tell the hash that each
file of the store has to have now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import StoreTooNew
from schemas.forecasts import NETWORK_METHOD
from tasks.store.paths import COMMITS, installed_file, is_pending, is_record
from tasks.store.sealing import seal
from tasks.store.store import Store

# 2: a publication says what answered, and whether its model was promoted. 3: a marker says that its files are in their
# places; before, the record had another name until then.
FORMAT = 3
_WITH_MARKER = 3


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Publication(_Record):
    """One row of the vintages: which run was published when, and whether it became the latest forecast.

    model_version: of the model that serves
    promoted: whether it is the run's own
    method: the network, or the simple method that answered instead
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

    kept: hashes of files that were written before and never change again
    changes: files that lie in `staged`
    removed: files that have no place in the store any more
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


class Sealed(NamedTuple):
    """The newest commit, published, of which not all files are in their places; path: of its record."""

    path: str
    commit: Commit


def read_commits(store: Store, known: Mapping[str, Commit] = MappingProxyType({})) -> dict[str, Commit]:
    """All commits whose files are in their places, oldest first, by the path of their record.

    known: those that were read before: a record never changes. Raises StoreDamaged where one cannot be read.
    """
    names = store.files(COMMITS)
    records = {path: known.get(path) or read_commit(store, path) for path in filter(is_record, names)}
    newest = next(reversed(records), None)
    if newest and is_unfinished(newest, records[newest], names):
        del records[newest]
    return records


def find_sealed(store: Store) -> Sealed | None:
    """The commit that has to be finished before anything else is written; raises StoreDamaged as `read_commits`."""
    names = store.files(COMMITS)
    newest = max(filter(is_record, names), default=None)
    if newest is None:
        return None
    commit = read_commit(store, newest)
    return Sealed(newest, commit) if is_unfinished(newest, commit, names) else None


def is_unfinished(path: str, newest: Commit, names: Collection[str]) -> bool:
    """Whether files of the newest commit are not in their places yet; those of all others are.

    names: of all files in the folder of commits.
    """
    return is_pending(path) or (newest.format >= _WITH_MARKER and installed_file(newest.number) not in names)


def describe_installed(commit: Commit) -> str:
    """What the marker of a commit holds: sealed, and with the format, at which an earlier release stops."""
    return seal({"format": commit.format, "installed": commit.number})


def read_commit(store: Store, path: str) -> Commit:
    """Read one commit; raises StoreDamaged where it is not what was sealed, StoreTooNew where its format is later."""
    record = store.read_sealed(path)
    if record.get("format", FORMAT) > FORMAT:
        raise StoreTooNew(
            f"{store.tell(path)}: a later release of Weekcast wrote it, expected format {FORMAT}, got "
            f"{record['format']}; upgrade this one to use the store",
            file=store.tell(path),
        )
    try:
        return Commit.model_validate(record)
    except ValidationError as error:
        raise store.damaged(path, "it is no commit that this release knows") from error


def committed_hashes(commits: Iterable[Commit]) -> dict[str, str]:
    """The hash that each file of the store has to have once those commits are installed."""
    hashes: dict[str, str] = {}
    for commit in commits:
        hashes |= commit.kept | {change.path: change.new for change in commit.changes}
        for path in commit.removed:
            hashes.pop(path, None)
        if commit.format >= _WITH_MARKER:
            hashes[installed_file(commit.number)] = hashlib.sha256(describe_installed(commit).encode()).hexdigest()
    return hashes
