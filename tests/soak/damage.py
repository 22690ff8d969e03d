"""Every file of a store of three weeks changed, removed, or replaced by the week before's: what finds and mends it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.command_line.command import tree_of
from tests.soak.workshop import LAST_WEEK, Workshop, readable


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:
    """One row for each file and kind of damage; `only` names files by their position."""
    weeks = [shop.folder / f"week {number}" for number in range(3)]
    store = shop.folder / "growing"
    for number, week in enumerate(weeks):
        shop.run(store, "--as-of", LAST_WEEK - 3 + number)
        shutil.copytree(store, week)
    whole = weeks[2]
    sound = shop.copy(whole, "sound")
    shop.run(sound)  # the next week, built on what is whole
    paths = sorted(tree_of(whole))
    for position, path in enumerate(paths):
        if only and position not in only:
            continue
        for kind, spoil in (("changed", _change), ("removed", _remove), ("last week's", _replacing(whole, weeks[1]))):
            spoiled = shop.copy(whole, "spoiled")
            if spoil(spoiled / path, path):
                yield {"file": _named(path), "damage": kind} | _judge(shop, spoiled, path, sound, kind == "changed")


def _judge(shop: Workshop, store: Path, path: str, sound: Path, unmended: bool) -> dict[str, Any]:
    found = shop.verify(store)
    ahead = shop.run(shop.copy(store, "ahead")) if unmended else None
    built = ahead is not None and ahead.code == 0 and not _same(shop.folder / "ahead", sound, path)
    repaired = shop.verify(store, "--repair")
    after = shop.verify(store)
    return {
        "found": any(damage["path"] == path for damage in found.value["damaged"]),
        "run without repair": "" if ahead is None else ahead.code,
        "repaired": path in repaired.value["repaired"],
        "damaged after": len(after.value["damaged"]),
        "run after": (run_after := shop.run(store)).code,
        "built upon": built or (run_after.code == 0 and not _same(store, sound, path)),
        "whole": readable(store) == readable(sound),
    }


def _same(store: Path, sound: Path, path: str) -> bool:
    """Whether readers see the same as in a sound store, but for the damaged file itself."""
    return {**readable(store), path: ""} == {**readable(sound), path: ""}


def _change(file: Path, path: str) -> bool:  # noqa: ARG001 - one kind of damage among others
    data = bytearray(file.read_bytes())
    if not data:
        return False
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    return True


def _remove(file: Path, path: str) -> bool:  # noqa: ARG001
    file.unlink()
    return True


def _replacing(whole: Path, earlier: Path) -> Callable[[Path, str], bool]:
    """Put there what stood at the same place a week before, or in the place of that week."""
    runs = [json.loads((week / "champion.json").read_text()) for week in (whole, earlier)]

    def replace(file: Path, path: str) -> bool:
        old = path
        for name in ("run_id", "model_version"):
            old = old.replace(runs[0][name], runs[1][name])
        source = earlier / old
        if not source.is_file() or source.read_bytes() == file.read_bytes():
            return False
        shutil.copyfile(source, file)
        return True

    return replace


def _named(path: str) -> str:
    """A path without the digits that differ from store to store."""
    return "/".join(part if len(part) < 24 else f"{part[:6]}…{Path(part).suffix}" for part in path.split("/"))


def is_good(row: dict[str, Any]) -> bool:
    """Whether it was found and not built upon, and what was repaired serves the next run as if nothing had been."""
    return bool(row["found"] and not row["built upon"] and (not row["repaired"] or row["whole"]))


def sum_up(rows: list[dict[str, Any]]) -> Counter[str]:
    """How many of them were found, repaired, and left for a backup."""
    return Counter(
        {
            "damaged": len(rows),
            "found": sum(row["found"] for row in rows),
            "built upon": sum(row["built upon"] for row in rows),
            "repaired": sum(row["repaired"] for row in rows),
            "by backup alone": sum(row["damaged after"] > 0 for row in rows),
        }
    )
