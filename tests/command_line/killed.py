"""`weekcast`, killed before or after one of the renames that it does in a store.

The command line is NUMBER, `before` or `after`, STORE, and what `weekcast` is called with. Without a kill it prints the
number of renames last, on stderr.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from flows.cli import main

_rename = os.replace
_done = 0


def _kill_at(number: int, when: str, store: str) -> None:
    def rename(source: Any, target: Any, **options: Any) -> None:
        global _done
        if not os.fspath(target).startswith(store):
            _rename(source, target, **options)
            return
        _done += 1
        if (_done, when) == (number, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        _rename(source, target, **options)
        if (_done, when) == (number, "after"):
            os.kill(os.getpid(), signal.SIGKILL)

    os.replace = rename  # type: ignore[assignment]


if __name__ == "__main__":
    _kill_at(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    del sys.argv[1:4]
    try:
        main()
    finally:
        sys.stderr.write(f"\n{_done}\n")
