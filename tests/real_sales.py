"""The published sales file that every figure is measured on; the repository holds no copy."""

from __future__ import annotations

import os
from pathlib import Path

from tests.server import ROOT

NAME = "Sales_Transactions_Dataset_Weekly.csv"


def find_real_sales() -> Path | None:
    """The file, or the folder that holds it, where WEEKCAST_REAL_DATA points, else in ../shared/data/."""
    named = Path(os.environ.get("WEEKCAST_REAL_DATA") or ROOT.parent / "shared" / "data")
    file = named / NAME if named.is_dir() else named
    return file if file.is_file() else None
