"""The text of a file is shown on the terminal, and never changes the terminal's state."""

from __future__ import annotations

from pathlib import Path

from tests.command_line.command import Weekcast


def test_codes_that_look_like_markup_or_terminal_controls_are_shown_as_text(weekcast: Weekcast, tmp_path: Path) -> None:
    weeks = [f"W{week}" for week in range(12)]
    rows = [[code, *"123456789012"[:11], "x"] for code in ("[/foo]", "\x1b[31mred", "[bold]")]
    rows.append(["whole", *"123456789012"])
    file = tmp_path / "sales.csv"
    file.write_text("\n".join(",".join(row) for row in [["Product_Code", *weeks], *rows]))
    ended = weekcast("check", file, "--set", "max_quarantined=1")
    assert ended.code == 0, ended.stderr
    assert "\x1b[31m" not in ended.stdout
    for shown in ("[/foo]", r"\x1b[31mred", "[bold]"):
        assert shown in ended.stdout
