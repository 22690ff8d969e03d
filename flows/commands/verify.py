"""`weekcast verify`: whether everything in a store is what was written."""

from __future__ import annotations

import typer

from flows.console import STDERR, STDOUT, print_json
from schemas.errors import StoreDamaged, UsageError
from tasks.store.published import find_damage
from tasks.store.store import Store


def verify_store(root: str, as_json: bool) -> None:
    """Compare every file with its recorded hash; ends with the exit code of a damaged store where one differs."""
    store = Store(root)
    if not store.path("").is_dir():
        raise UsageError(f"{root}: no such folder; expected the STORE of `weekcast run --store STORE`")
    files, damaged = find_damage(store)
    if as_json:
        print_json({"files": files, "damaged": [damage.model_dump() for damage in damaged]})
    else:
        STDOUT.print(f"{files} files looked at, {len(damaged)} damaged")
    for damage in damaged:
        STDERR.print(f"weekcast: {damage.path}: {damage.problem}", style="red", markup=False)
    if damaged:
        raise typer.Exit(StoreDamaged.exit_code)
