"""Prints what a shell exports before it starts a worker of a cluster: `eval "$(python -m tasks.runners)"`.

Dask's programs import numpy before they import this code, so they cannot choose its instructions themselves.
"""

from __future__ import annotations

from schemas.processor import settings_here

if __name__ == "__main__":
    for name, value in settings_here().items():
        print(f"export {name}='{value}'")  # noqa: T201
