"""`weekcast verify`: whether everything in a store is what was published, and repairing it."""

from __future__ import annotations

from contextlib import suppress

from flows.commands.stores.asking import ask_store, end_where_damaged
from flows.console import print_json, print_line
from schemas.errors import StoreDamaged
from tasks.store.installing import drop_commit
from tasks.store.opening import opened
from tasks.store.store import Store
from tasks.store.verification.inspection import Inspection, inspect
from tasks.store.verification.repair import repair


def verify_store(root: str, mend: bool, as_json: bool) -> None:
    """Compare every file with its committed hash; ends with the exit code of a damaged store where one differs."""
    store = ask_store(root)
    found, mended = inspect(store), dict[str, list[str]]()
    if mend:
        mended = _mend(store, root)
        found = inspect(store)
    if as_json:
        print_json(found.model_dump() | mended)
    else:
        _print(found, mended)
    end_where_damaged(root, found.damaged, mended=mend)


def _mend(store: Store, root: str) -> dict[str, list[str]]:
    """What was repaired, and which publication was taken back; what cannot be mended is found again."""
    repaired, dropped = list[str](), list[str]()
    with suppress(StoreDamaged):
        with store.exclusive():
            dropped += filter(None, [drop_commit(store)])
        with opened(root):
            repaired += repair(store)
    return {"repaired": repaired, "dropped": dropped}


def _print(found: Inspection, mended: dict[str, list[str]]) -> None:
    print_line(f"{found.files} files looked at, {len(found.damaged)} damaged")
    for done, paths in mended.items():
        for path in paths:
            print_line(f"{done:<9} {path}")
    for path in found.unfinished:
        print_line(f"unfinished  {path}")
