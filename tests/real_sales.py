"""The published sales file, on which the README's figures are measured; the repository has no copy of it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow.csv as csv

from tasks.models.panel import Panel
from tests.server import ROOT

NAME = "Sales_Transactions_Dataset_Weekly.csv"


class NoRealSales(LookupError):
    """The file is not on this machine; the message says where it was searched."""


def require_real_sales() -> Path:
    """Path of the file: WEEKCAST_REAL_DATA names it or its folder; without it the folder is ../shared/data/."""
    named = Path(os.environ.get("WEEKCAST_REAL_DATA") or ROOT.parent / "shared" / "data")
    file = named / NAME if named.is_dir() else named
    if not file.is_file():
        raise NoRealSales("the real sales file is not in ../shared/data/; WEEKCAST_REAL_DATA may name it")
    return file


def read_history(sales: Path) -> Panel:
    """The published file as a history."""
    table = csv.read_csv(sales)
    weeks = [name for name in table.column_names if name.startswith("W")]
    units = np.column_stack([table[name].to_numpy().astype(float) for name in weeks])
    return Panel(table["Product_Code"].to_pandas().to_numpy(object), units)


def list_panels() -> list[Path]:
    """The published file, and the files of other kinds in the folder `panels` beside it, packed or not."""
    sales = require_real_sales()
    files = sorted((sales.parent / "panels").glob("*.csv*"))
    return [sales, *(file for file in files if not name_panel(file).endswith("_inputs"))]


def name_panel(file: Path) -> str:
    """The name of a file without its endings."""
    return file.name.partition(".")[0]
