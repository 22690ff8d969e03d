"""`weekcast verify`: whether everything in a store is what was published, and repairing it."""

from __future__ import annotations

from contextlib import suppress

import typer

from flows.console import print_error, print_json, print_line
from schemas.errors import StoreDamaged, UsageError
from tasks.sources.allowed import require_allowed_store
from tasks.store.opening import opened
from tasks.store.repair import repair
from tasks.store.store import Store
from tasks.store.verification import Inspection, inspect


def verify_store(root: str, mend: bool, as_json: bool) -> None:
    """Compare every file with its committed hash; ends with the exit code of a damaged store where one differs."""
    require_allowed_store(root)
    store = Store(root)
    if not store.path("").is_dir():
        raise UsageError(f"{root}: no such folder; expected the STORE of `weekcast run --store STORE`")
    found, repaired = inspect(store), list[str]()
    if mend:
        with suppress(StoreDamaged), opened(root):  # what cannot be mended is found again
            repaired = repair(store)
        found = inspect(store)
    if as_json:
        print_json(found.model_dump() | ({"repaired": repaired} if mend else {}))
    else:
        _print(found, repaired)
    for damage in found.damaged:
        print_error(f"{damage.path}: {damage.problem}")
    if found.damaged:
        raise typer.Exit(StoreDamaged.exit_code)


def _print(found: Inspection, repaired: list[str]) -> None:
    print_line(f"{found.files} files looked at, {len(found.damaged)} damaged")
    for path in repaired:
        print_line(f"repaired  {path}")
    for path in found.unfinished:
        print_line(f"unfinished  {path}")
