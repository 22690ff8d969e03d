"""A run killed before and after each of its renames in a store, once and twice, and what the next run makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.soak.workshop import LAST_WEEK, Workshop, readable


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:
    """One row a kill; `only` names renames, all of them where it is empty."""
    first = shop.folder / "first"
    shop.run(first, "--as-of", LAST_WEEK - 1)
    whole = shop.copy(first, "whole")
    renames = shop.kill(whole, 0, "before")
    for number in only or range(1, renames + 1):
        for when in ("before", "after"):
            store = shop.copy(first, "killed")
            shop.kill(store, number, when)
            before = shop.verify(store).value
            sealed = any(path.startswith("commits/") for path in before["unfinished"])
            # A sealed commit is finished first, so the next run's first rename is the next one of the publication.
            again = 1 if sealed else number
            shop.kill(store, again, when)
            between = shop.verify(store).value
            rerun = shop.run(store)
            after = shop.verify(store).value
            yield {
                "rename": number,
                "killed": when,
                "again at": again,
                "damaged": len(before["damaged"]) + len(between["damaged"]),
                "unfinished": len(before["unfinished"]),
                "rerun": rerun.value.get("outcome", rerun.code),
                "trained": "train" in rerun.value.get("seconds", {}),
                "sealed": sealed,
                "seconds": rerun.seconds,
                "damaged after": len(after["damaged"]),
                "unfinished after": len(after["unfinished"]),
                "same bytes": readable(store) == readable(whole),
                "commits": len(list((store / "commits").iterdir())),
            }


def is_good(row: dict[str, Any]) -> bool:
    """Whether nothing was damaged, lost, repeated or trained twice."""
    faults = row["damaged"] + row["damaged after"] + row["unfinished after"]
    return bool(faults == 0 and row["same bytes"] and row["commits"] == 2 and not (row["sealed"] and row["trained"]))
