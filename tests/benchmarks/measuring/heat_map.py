"""The heat map of a grid of panels: on the terminal, and as a picture in the results folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from flows.console import STDOUT

PICTURE = Path(__file__).parent.parent / "results" / "small_panels.svg"
TITLE = "Pinball ratio, per cent of the randomised PIT inside 0.1..0.9, and ! where a bound is missed"
_GOOD, _NEAR, _MISSED = (120, 200, 120), (250, 240, 160), (240, 110, 100)  # RGB of green, yellow and red

Row = dict[str, Any]


def print_heat_map(rows: Sequence[Row]) -> None:
    """One line for each number of products and kind of counts, one column for each number of weeks.

    Cells that were not measured are blank.
    """
    weeks = sorted({row["weeks"] for row in rows})
    kinds = sorted({(row["products"], row["counts"]) for row in rows})
    cells: dict[tuple[int, str, int], list[Text]] = {}
    for row in rows:
        cells.setdefault((row["products"], row["counts"], row["weeks"]), []).append(_write(row))
    table = Table("panels", *(f"{week} weeks" for week in weeks), title=TITLE, title_justify="left", title_style="bold")
    for kind in kinds:
        of_kind = (cells.get((*kind, week), []) for week in weeks)
        table.add_row(f"{kind[0]} {kind[1]}", *(Text("\n").join(of_week) for of_week in of_kind))
    STDOUT.record = True
    STDOUT.print(table)
    PICTURE.parent.mkdir(exist_ok=True)
    STDOUT.save_svg(str(PICTURE), title=PICTURE.stem)
    STDOUT.record = False


def _write(row: Row) -> Text:
    shade = ",".join(map(str, _shade(row)))
    inside = "?" if row["PIT 80"] == "" else f"{100 * row['PIT 80']:.0f}"
    text = f"{row['movement']} {row['pinball ratio']:.2f} {inside}{'!' if row['outside'] else ''}"
    return Text(text, f"black on rgb({shade})")


def _shade(row: Row) -> tuple[int, ...]:
    """The colour of a cell: red where a bound is missed, otherwise from green to yellow, the closer a bound is."""
    if row["outside"]:
        return _MISSED
    ratio = max(row["MAE ratio"], row["pinball ratio"])
    missed = 0.0 if row["PIT 80"] == "" else abs(row["PIT 80"] - 0.805)
    closeness = min(max((ratio - 0.93) / 0.1, missed / 0.055, 0.0), 1.0)
    return tuple(round(good + closeness * (yellow - good)) for good, yellow in zip(_GOOD, _NEAR, strict=True))
