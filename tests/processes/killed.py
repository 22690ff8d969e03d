"""Run `weekcast`, and kill it before or after one of its renames in a store; a hard link counts as one too.

Arguments: NUMBER of the rename, `before` or `after`, STORE, and the arguments of `weekcast`. If it is not killed, the
last line on stderr is the number of renames.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any


class Renames:
    """Counts the renames of this process into a folder, and kills the process before or after one of them."""

    def __init__(self, number: int, when: str, below: str) -> None:
        self.count = 0
        self._fatal, self._below = (number, when), below
        os.replace, os.link = self._counting(os.replace), self._counting(os.link)

    def _counting(self, call: Callable[..., None]) -> Callable[..., None]:
        def counted(source: Any, target: Any, **options: Any) -> None:
            if not os.fspath(target).startswith(self._below):
                call(source, target, **options)
                return
            self.count += 1
            self._die("before")
            call(source, target, **options)
            self._die("after")

        return counted

    def _die(self, when: str) -> None:
        if (self.count, when) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run `weekcast`, and kill it, as the arguments say."""
    from flows import cli

    renames = Renames(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    del sys.argv[1:4]
    try:
        cli.main()
    finally:
        sys.stderr.write(f"\n{renames.count}\n")
