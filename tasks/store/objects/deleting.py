"""Deleting objects, of which some may be gone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import obstore


def delete(place: Any, paths: Sequence[str]) -> None:
    """Delete these objects; place: the store as obstore has it.

    GCS refuses to delete what is not there, also where its answer to a first try was lost.
    """
    try:
        obstore.delete(place, paths)  # of many in one request, where the server can do that
    except FileNotFoundError:
        for path in paths:
            with suppress(FileNotFoundError):
                obstore.delete(place, [path])
