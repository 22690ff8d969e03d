"""The text of a file is shown on the terminal, and never changes the terminal's state."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import rich
from rich.console import Console

from flows import console
from flows.console import STDERR, STDOUT, print_error
from flows.progress import RunProgress
from tests.command_line.command import Weekcast, in_this_process
from tests.sales.tables import healthy, to_bytes


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


def test_no_colons_in_a_name_or_header_become_a_picture(tmp_path: Path) -> None:
    file = tmp_path / ":100:.csv"
    header, *rows = healthy()
    file.write_bytes(to_bytes([[*header, ":smile:"], *([*row, "x"] for row in rows)]))
    ended = in_this_process("check", file)
    assert (ended.code, ":smile:" in ended.stderr) == (0, True)
    file.write_bytes(to_bytes([header]))
    assert ":100:.csv" in in_this_process("check", file).stderr
    assert ":heart:" in in_this_process("check", file, ":heart:").stderr
    assert ":smile:.csv" in in_this_process("check", tmp_path / ":smile:.csv").stderr


def test_what_prints_knows_no_pictures() -> None:
    for shown in (STDERR, STDOUT):
        with shown.capture() as captured:
            shown.print(":100: [bold]:smile:[/bold]")
        assert captured.get() == ":100: :smile:\n"
    recorded = Console(record=True, force_terminal=True, width=200)
    with RunProgress() as progress:
        bars = progress._bars
        bars.add_task("reading :100: [bold]", total=2)
        recorded.print(bars.make_tasks_table(bars.tasks))
    assert "reading :100: [bold]" in recorded.export_text()


def test_an_error_is_told_wherever_a_time_limit_cuts_off_another_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in count():
        monkeypatch.setattr(console, "STDERR", Console(stderr=True))
        cut_off = _print_until(place)
        print_error("it took too long")
        assert "weekcast: it took too long" in capsys.readouterr().err
        if not cut_off:
            return


def _print_until(place: int) -> bool:
    """Whether a line of Rich's was reached, the one at `place`, and ended what was being printed."""
    passed = count()

    def trace(frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG001 - settrace calls it so
        if event == "line" and frame.f_code.co_filename.startswith(rich.__path__[0]) and next(passed) == place:
            raise TimeoutError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        console.STDERR.print("a line")
    except TimeoutError:
        return True
    finally:
        sys.settrace(before)
    return False
