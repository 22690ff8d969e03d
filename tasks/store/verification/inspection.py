"""Whether everything in a store is what was committed last; nothing is locked, so a run may publish meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from schemas.errors import StoreDamaged, UsageError
from tasks.store.commit import Commit, Sealed, committed_hashes, is_unfinished, read_commit
from tasks.store.earlier import is_earlier, recorded_hashes
from tasks.store.installing import examine
from tasks.store.paths import COMMITS, VINTAGES_FILE, commit_file, is_record
from tasks.store.store import Store


class Damage(BaseModel):
    """One file of the store that is not what was committed."""

    model_config = ConfigDict(frozen=True)

    path: str
    problem: str


class Inspection(BaseModel):
    """How many files were looked at, what is wrong with which, and what a run has begun and not finished."""

    files: int
    damaged: list[Damage]
    unfinished: list[str]


def _is_any(path: str) -> bool:  # noqa: ARG001 - the name of the argument is that of the other choices
    return True


def inspect(store: Store, among: Callable[[str], bool] = _is_any) -> Inspection:
    """Compare every file with its hash, or those of some paths only; raises UsageError where the folder is no store."""
    while True:
        records = store.files(COMMITS)
        found = _inspect_earlier(store, among) if is_earlier(store) else _inspect(store, records, among)
        # What a publication replaced while files were compared is no damage: they are compared again.
        if not found.damaged or store.files(COMMITS) == records:
            return found


def _inspect(store: Store, names: list[str], among: Callable[[str], bool]) -> Inspection:
    records = list(filter(is_record, names))
    commits, damaged, sealed = _read_records(store, records, names)
    if not records and not store.files("raw"):
        raise UsageError(f"{store.tell()}: no store; expected the STORE of `weekcast run --store STORE`")
    published = [*commits, *([sealed.commit] if sealed else [])]
    damaged += [Damage(path=path, problem="it is missing") for path in lost_commits(store, published, records)]
    whole = len(damaged) == 0
    allowed = {path: {sha256} for path, sha256 in committed_hashes(commits).items()}
    if not whole:  # what a lost commit replaced is not known
        allowed = {path: hashes for path, hashes in allowed.items() if any(path in commit.kept for commit in commits)}
    if sealed:
        allowed |= {path: {sha256} for path, sha256 in sealed.commit.kept.items()}
        if whole:
            allowed |= {change.path: {change.old, change.new} for change in sealed.commit.changes}
        for path in sealed.commit.removed:
            allowed.pop(path, None)
        damaged += _explain_lost(store, sealed)
    refused = [path for path in store.files("raw") if path not in allowed and among(path)]
    allowed = {path: hashes for path, hashes in allowed.items() if among(path)}
    damaged += _damaged_among(store, allowed) + _damaged_raw(store, refused)
    return Inspection(
        files=len(allowed) + len(records) + len(refused),
        damaged=damaged,
        unfinished=_unfinished(store, published, sealed),
    )


def _inspect_earlier(store: Store, among: Callable[[str], bool]) -> Inspection:
    try:
        recorded = recorded_hashes(store)
    except StoreDamaged as error:
        path = str(error.where["file"]).removeprefix(f"{store.tell()}/")
        return Inspection(files=1, damaged=[Damage(path=path, problem=error.message)], unfinished=[])
    recorded = {path: hashes for path, hashes in recorded.items() if among(path)}
    return Inspection(files=len(recorded), damaged=_damaged_among(store, recorded), unfinished=store.leftovers())


def _read_records(
    store: Store, records: list[str], names: list[str]
) -> tuple[list[Commit], list[Damage], Sealed | None]:
    """The commits that are installed, those that cannot be read, and the newest where it is not installed."""
    commits, damaged = dict[str, Commit](), list[Damage]()
    for path in records:
        try:
            commits[path] = read_commit(store, path)
        except StoreDamaged as error:
            if store.exists(path):  # else an earlier release marked it as done meanwhile
                damaged.append(Damage(path=path, problem=error.message))
    newest = next(reversed(commits), None)
    if newest and newest == records[-1] and is_unfinished(newest, commits[newest], names):
        return list(commits.values())[:-1], damaged, Sealed(newest, commits[newest])
    return list(commits.values()), damaged, None


def _explain_lost(store: Store, sealed: Sealed) -> list[Damage]:
    """Why a sealed commit cannot be finished, where one of its files lies nowhere."""
    found = examine(store, sealed.commit)
    return [Damage(path=sealed.path, problem=found.explain(sealed.commit))] if found.lost else []


def _damaged_among(store: Store, allowed: Mapping[str, set[str]]) -> list[Damage]:
    found = {path: store.sha256(path) for path in sorted(allowed)}
    return [
        Damage(path=path, problem="it is not what was published" if sha256 else "it is missing")
        for path, sha256 in found.items()
        if sha256 not in allowed[path]
    ]


def _damaged_raw(store: Store, refused: list[str]) -> list[Damage]:
    """What was refused stands in no commit, but a raw file's name is its hash."""
    return [
        Damage(path=path, problem="it differs from the hash that it is named by")
        for path in refused
        if Path(path).stem != store.sha256(path)
    ]


def lost_commits(store: Store, commits: Sequence[Commit], records: list[str]) -> list[str]:
    """Commits that are missing: they are numbered without a gap, and the vintages hold a row for each publication."""
    names = {path.replace(".pending", "") for path in records}
    last = max((commit.number for commit in commits), default=0)
    lost = [commit_file(number) for number in range(1, last + 1) if commit_file(number) not in names]
    published = sum(len(commit.publications) for commit in commits)
    if not lost and len(commits) == len(records) and published < _count_vintages(store):
        lost = [commit_file(last + 1)]
    return lost


def _count_vintages(store: Store) -> int:
    try:
        return int(store.read_table(VINTAGES_FILE).num_rows)
    except StoreDamaged:
        return 0


def _unfinished(store: Store, commits: list[Commit], sealed: Sealed | None) -> list[str]:
    known = {run_id for commit in commits for run_id in commit.run_ids}
    begun = set(store.folders("runs")) - known
    return [
        *([sealed.path] if sealed else []),
        *(f"runs/{run_id}" for run_id in sorted(begun)),
        *store.leftovers(),
    ]
