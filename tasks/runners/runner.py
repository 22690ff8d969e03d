"""What a step asks of the runner: to work on shards, here or on other machines, and give the results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol


class Started(Protocol):
    """A call that was started."""

    def result(self) -> Any:
        """What it gives, once it is done; raises what it raised."""


class Runner(Protocol):
    """Starts functions that are the same wherever they run: they take records and paths, and return small results.

    A function is one of a module, or a `partial` of one.
    """

    @property
    def width(self) -> int:
        """How many calls can run at once."""

    def share(self, value: Any) -> Any:
        """Hand a value over once for many calls; what is returned stands for it among their arguments."""

    def start(self, work: Callable[..., Any], *arguments: Any) -> Started:
        """Start a call; arguments may be what was started or shared before, and stand for its results then."""

    def results(self, started: Iterable[Started]) -> Iterator[Any]:
        """Yield the results of what is started here, in order; not many more are started than can run at once."""


def cut(rows: int, size: int) -> list[range]:
    """All rows in ranges of this size, the last one of fewer."""
    return [range(start, min(start + size, rows)) for start in range(0, rows, size)]
