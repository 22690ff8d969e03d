"""The files that a command writes for a person, outside of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import StoreUnavailable, UsageError
from tasks.store.files import disk_errors


def require_place(out: Path, root: str) -> None:
    """Raise UsageError where no file can be written there, or would stand among those of the store.

    root: of the store.
    """
    problem, here = "", out.resolve()
    if ":/" in str(out) or not here.parent.is_dir():
        problem = "expected a local file in a folder that is there"
    elif out.exists() and not out.is_file():  # a device would be replaced by a file
        problem = "expected a file, found a folder or a device"
    elif "://" not in root and here.is_relative_to(Path(root).resolve()):
        problem = "expected a file outside of the store, whose files the pipeline writes"
    if problem:
        raise UsageError(f"--out {out}: {problem}")


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Give a path beside a file, whose place it takes once it is whole; raises StoreUnavailable where the disk refuses.

    The folder of the file is made where there is none.
    """
    aside = file.with_name(f".{file.name}.unfinished")
    try:
        with disk_errors(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                yield aside
                aside.replace(file)
            finally:
                aside.unlink(missing_ok=True)
    except FileNotFoundError as error:  # as below /proc
        raise StoreUnavailable(f"{file}: no file can be made there", file=str(file)) from error
