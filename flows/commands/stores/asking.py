"""The store that a command asks, and how the command ends where it is damaged."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from typing import TypeVar

import typer

from flows.console import print_error
from schemas.errors import StoreDamaged, UsageError
from tasks.sources.allowed import require_allowed_store
from tasks.store.paths import COMMITS
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tasks.store.verification.inspection import Damage
from tasks.store.verification.whole import read_whole

T = TypeVar("T")


def ask_store(root: str) -> Store:
    """A store that is there, and that the environment allows; raises UsageError where it is not."""
    require_allowed_store(root)
    store = Store(root)
    if "://" not in root and not os.path.isdir(root):
        found = "found a file" if os.path.exists(root) else "no such folder"
        raise UsageError(f"{root}: {found}; expected the STORE of `weekcast run --store STORE`")
    return store


def ask(root: str, answer: Callable[[Snapshot], T]) -> T:
    """What a store tells, from files that are whole, see `read_whole`."""
    store = ask_store(root)
    return ask_again(store, lambda: answer(read_whole(store)))


def ask_again(store: Store, question: Callable[[], T]) -> T:
    """The answer of a store; asked again where it seems damaged because a run published meanwhile."""
    while True:
        records = store.files(COMMITS)
        try:
            return question()
        except StoreDamaged:
            if store.files(COMMITS) == records:
                raise


def end_where_damaged(root: str, damaged: Sequence[Damage], *, mended: bool = False) -> None:
    """Tell on stderr what is damaged, and what to do; ends with the exit code of a damaged store where anything is."""
    for damage in damaged:
        print_error(f"{damage.path}: {damage.problem}")
    if damaged:
        command = "`" + shlex.join(["weekcast", "verify", root, "--repair"]) + "`"
        left = "restore from a backup what is still damaged, then run again"
        print_error(left if mended else f"{command} rebuilds what can be rebuilt; a backup has the rest")
        raise typer.Exit(StoreDamaged.exit_code)
