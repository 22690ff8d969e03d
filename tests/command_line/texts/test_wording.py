"""What commands say is so: of a check, of a file without dates, of a run without news, of a damaged store."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.command_line.command import in_this_process
from tests.sales.tables import healthy, to_bytes
from tests.weeks import QUICK, run_week


def results_of(stdout: str) -> dict[str, str]:
    """What stands after the name of each check."""
    return {line[:12].strip(): line[13:] for line in stdout.splitlines()}


def test_a_check_that_only_sets_rows_aside_does_not_fail(tmp_path: Path) -> None:
    header, *rows = healthy()
    rows[3][-1] = "four"
    file = tmp_path / "sales.csv"
    file.write_bytes(to_bytes([header, *rows]))
    ended = in_this_process("check", file)
    assert (ended.code, results_of(ended.stdout)["numbers"][:12].strip()) == (0, "1 set aside")
    ended = in_this_process("check", file, "--set", "bad_cells=previous")
    assert (ended.code, results_of(ended.stdout)["numbers"][:12].strip()) == (0, "1 replaced")
    ended = in_this_process("check", file, "--set", "max_quarantined=0")
    assert (ended.code, results_of(ended.stdout)["numbers"][:12].strip()) == (3, "failed, 1")


@pytest.mark.parametrize("described", [(), ("MAX",), ("MIN", "MAX")], ids=str)
def test_a_check_names_the_describing_columns_that_are_there(tmp_path: Path, described: tuple[str, ...]) -> None:
    header, *rows = healthy()
    found = {"MIN": min, "MAX": max}
    numbers = [[cell for cell in row[1:] if cell] for row in rows]
    more = [[found[name](cells, key=float) for name in described] for cells in numbers]
    file = tmp_path / "sales.csv"
    file.write_bytes(
        to_bytes([[*header, *described], *([*row, *cells] for row, cells in zip(rows, more, strict=True))])
    )
    told = results_of(in_this_process("check", file).stdout)
    if described:
        assert f"what is told in {', '.join(described)} agrees with the weeks" in told["description"]
    assert ("description" in told) == bool(described)


def test_init_names_its_file_and_the_dates_that_are_missing(sample: Path, tmp_path: Path) -> None:
    config = tmp_path / "my settings.toml"
    ended = in_this_process("init", sample, "--out", config)
    written = config.read_text()
    assert f"--config '{config}'" in ended.stderr
    assert f"--config '{config}'" in written.splitlines()[0]
    assert "open: the weeks have no dates: first_week" in ended.stdout
    opened = written.split("# Open:\n")[1].split("\n\n")[0]
    assert "first_week" not in tomllib.loads(written)
    config.write_text(written.replace("# first_week = ", "first_week = "))
    assert opened.splitlines()[-1] == "# first_week = 2024-01-01"
    told = json.loads(in_this_process("check", sample, "--config", config, "--json").stdout)
    assert told["first_date"] == "2024-01-01"
    dated = in_this_process("init", sample, "--out", config, "--force", "--set", "first_week=2024-01-01")
    assert ("open:" in dated.stdout, "# Open" in config.read_text()) == (False, False)


def test_a_run_without_news_tells_of_no_product_that_came_or_went(sample: Path, tmp_path: Path) -> None:
    table = pd.read_csv(sample, index_col=0, dtype=str)
    store, file = tmp_path / "store", tmp_path / "sales.csv"
    table.iloc[:, :-1].to_csv(file)
    run_week(file, store, **QUICK)
    table.drop(index=table.index[0]).to_csv(file)
    first, again = (run_week(file, store, **QUICK) for _ in range(2))
    assert (first.outcome, first.left, first.arrival) == ("published", (table.index[0],), "extended")
    assert (again.outcome, again.left, again.arrival) == ("nothing_new", (), None)
    assert (again.products, again.forecast) == (first.products, first.forecast)


def test_verify_names_the_command_that_repairs(published_copy: Path) -> None:
    moved = Path(shutil.move(published_copy, published_copy.with_name("my store")))
    (moved / "reports" / "latest.html").write_text("changed")
    ended = in_this_process("verify", moved)
    assert (ended.code, f"`weekcast verify '{moved}' --repair`" in ended.stderr) == (4, True)
    assert "--repair" not in in_this_process("verify", moved, "--repair").stderr
    (moved / "raw" / next((moved / "raw").iterdir()).name).write_text("changed")
    ended = in_this_process("verify", moved, "--repair")
    assert (ended.code, "backup" in ended.stderr) == (4, True)
