"""`weekcast verify` called over and over beside runs that publish: none of its calls may see damage."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from tests.soak.workshop import LAST_WEEK, Workshop

_CALLS = 200


def measure(shop: Workshop, only: list[int]) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - as the other soaks
    """One row in all."""
    store, done = shop.folder / "busy", threading.Event()
    shop.run(store, "--as-of", LAST_WEEK - 1)
    published = list[str]()

    def publish() -> None:
        while not done.is_set():  # another seed makes another run
            published.append(shop.run(store, "--set", f"seed={len(published) + 2}").value.get("outcome", "failed"))

    publisher = threading.Thread(target=publish)
    publisher.start()
    calls = [shop.verify(store) for _ in range(_CALLS)]
    done.set()
    publisher.join()
    yield {
        "calls": len(calls),
        "published": published.count("published"),
        "runs": len(published),
        "false damages": sum(len(call.value["damaged"]) for call in calls),
        "calls that saw a run": sum(bool(call.value["unfinished"]) for call in calls),
        "exit codes": sorted({call.code for call in calls}),
    }


def is_good(row: dict[str, Any]) -> bool:
    """Whether no call saw damage, while every run published."""
    return bool(row["false damages"] == 0 and row["published"] == row["runs"] and row["exit codes"] == [0])
