"""Every command that meets a damaged file names it and what repairs it, and ends with 4."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.commands.stores.asking import ask
from tests.command_line.command import in_this_process
from tests.command_line.stores.conftest import LAST

Break = Callable[[Path], object]
BREAKS: dict[str, Break] = {
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-9]),
    "empty": lambda file: file.write_bytes(b""),
    "missing": Path.unlink,
    "other bytes": lambda file: file.write_bytes(file.read_bytes()[:-1] + b"?"),
}
SERVED = (
    "forecasts/latest.parquet",
    "forecasts/vintages.parquet",
    "champion.json",
    "ledger/scores.parquet",
    "commits/000001.json",
)
COMMANDS: dict[str, tuple[object, ...]] = {
    "status": (),
    "explain": ("S1|I01",),
    "report": ("--out", "report.html"),
    "export": ("--hubverse", "hub"),
    "orders": ("--inventory", "stock.csv"),
}
# Beside those that are served, what a command reads.
READ = {
    "status": ["runs/{run}/manifest.json", "runs/{run}/forecast.parquet"],
    "explain": ["runs/{run}/sales.parquet", "runs/{run}/panel.parquet", f"ledger/forecasts/{LAST - 1:04d}.parquet"],
    "report": ["ledger/revisions.parquet", "runs/{run}/groups.parquet", f"ledger/forecasts/{LAST - 1:04d}.parquet"],
    "export": [f"forecasts/history/{LAST - 1:04d}/forecast.parquet", "runs/{run}/distributions.parquet"],
    "orders": ["runs/{run}/distributions.parquet", "runs/{run}/attributes.parquet"],
}


@pytest.fixture(scope="module")
def store(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the store, in which each damage is undone."""
    return Path(shutil.copytree(told, tmp_path_factory.mktemp("damage") / "store"))


@contextmanager
def broken(file: Path, how: str) -> Iterator[None]:
    content = file.read_bytes()
    BREAKS[how](file)
    yield
    file.write_bytes(content)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_file_is_named_with_its_repair(
    store: Path, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("stock.csv").write_text("product_code,on_hand,lead_time_weeks,service_level\nS1|I01,0,1,0.9\n")
    run = ask(str(store), lambda snapshot: snapshot.latest)
    assert run
    files = [*SERVED, *(path.format(run=run.run_id) for path in READ[command])]
    for place, path in enumerate(files):
        how = list(BREAKS)[place % len(BREAKS)]
        with broken(store / path, how):
            ended = in_this_process(command, store, *COMMANDS[command])
        assert (ended.code, ended.stdout) == (4, ""), (path, how)
        assert path in ended.stderr and f"weekcast verify {store} --repair" in ended.stderr, (path, how)
        assert "Parquet" not in ended.stderr, (path, how)  # as Arrow says it
    assert in_this_process(command, store, *COMMANDS[command]).code == 0


@pytest.mark.parametrize("how", BREAKS)
def test_however_a_file_is_damaged(store: Path, how: str) -> None:
    for path in ("ledger/scores.parquet", f"ledger/forecasts/{LAST - 1:04d}.parquet"):
        with broken(store / path, how):
            ended = in_this_process("explain", store, "S1|I01")
        assert (ended.code, path in ended.stderr) == (4, True), path
