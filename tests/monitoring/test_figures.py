"""The figures of a run and its store are what Prometheus' own parser reads in the file that a run leaves."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tasks.monitoring.figures import Ended, list_figures
from tasks.monitoring.textfile import write_figures
from tests.command_line.command import Weekcast
from tests.server import PrefectServer
from tests.store.conftest import unpack

Samples = dict[str, tuple[dict[str, str], float]]
ENDED = Ended(12.5, 1_700_000_000.0, 0)
OF_THE_STORE = {"weekcast_vintage_week", "weekcast_vintage_published_timestamp_seconds", "weekcast_products"}


def read(file: Path) -> Samples:
    """The labels and the value of each figure; each is a gauge that says what it means."""
    samples = {}
    for family in text_string_to_metric_families(file.read_text()):
        assert family.type == "gauge" and family.documentation.endswith(".")
        (sample,) = family.samples
        samples[sample.name] = (sample.labels, sample.value)
    return samples


def write(store: str, folder: Path) -> Samples:
    file = folder / "weekcast.prom"
    write_figures(str(file), store, list_figures(store, ENDED))
    assert [path.name for path in folder.glob("weekcast*")] == ["weekcast.prom"]  # nothing half written stays
    return read(file)


def test_the_figures_are_those_of_the_run_and_of_the_ledger(tmp_path: Path) -> None:
    folder = tmp_path / 'a "store"\\with\nsigns'  # which labels have to escape
    unpack("format_2_restated.zip", folder)
    samples = write(str(folder), tmp_path)
    assert {labels["store"] for labels, _ in samples.values()} == {str(folder)}
    values = {name: value for name, (_, value) in samples.items()}
    assert (values["weekcast_run_exit_code"], values["weekcast_run_seconds"]) == (0, 12.5)
    vintages = pd.read_parquet(folder / "forecasts" / "vintages.parquet")
    latest = vintages[vintages["is_latest"]].iloc[-1]
    assert values["weekcast_vintage_week"] == latest["as_of_week"]
    published = latest["published_at"].timestamp()
    assert values["weekcast_vintage_published_timestamp_seconds"] == pytest.approx(published, abs=1e-3)
    scores = pd.read_parquet(folder / "ledger" / "scores.parquet")
    newest = scores[scores["as_of_week"] == scores["as_of_week"].max()]
    assert values["weekcast_ledger_week"] == newest["as_of_week"].iloc[0]
    means = {
        method: (rows["mae"] * rows["products"]).sum() / rows["products"].sum()
        for method, rows in newest.groupby("method")
    }
    assert values["weekcast_ledger_mae"] == pytest.approx(means.pop("published"))
    best = min(means, key=lambda method: means[method])
    labels, value = samples["weekcast_ledger_best_simple_mae"]
    assert labels["method"] == best and value == pytest.approx(means[best])


def test_a_store_with_nothing_in_it_leaves_the_figures_of_the_run_alone(tmp_path: Path) -> None:
    samples = write(str(tmp_path / "none"), tmp_path)
    assert set(samples) == {
        "weekcast_run_ended_timestamp_seconds",
        "weekcast_run_exit_code",
        "weekcast_run_seconds",
    }
    assert not (tmp_path / "none").exists()


def test_a_run_that_fails_leaves_its_exit_code_and_the_vintage_that_is_there(
    prefect_server: PrefectServer, tmp_path: Path
) -> None:
    store, sales, file = tmp_path / "store", tmp_path / "sales.csv", tmp_path / "weekcast.prom"
    unpack("format_2_restated.zip", store)
    sales.write_text("no,sales\n1,2\n")
    began = time.time()
    weekcast = Weekcast(prefect_server.environment | {"WEEKCAST_METRICS": str(file)})
    assert weekcast("run", sales, "--store", store).code == 3
    values = {name: value for name, (_, value) in read(file).items()}
    assert values["weekcast_run_exit_code"] == 3
    assert began < values["weekcast_run_ended_timestamp_seconds"] < time.time()
    assert 0 < values["weekcast_run_seconds"] < time.time() - began
    assert OF_THE_STORE <= set(values)


def test_a_file_that_cannot_be_written_is_a_warning(prefect_server: PrefectServer, tmp_path: Path) -> None:
    sales = tmp_path / "sales.csv"
    sales.write_text("no,sales\n1,2\n")
    weekcast = Weekcast(prefect_server.environment | {"WEEKCAST_METRICS": str(tmp_path / "none" / "weekcast.prom")})
    ended = weekcast("run", sales, "--store", tmp_path / "store")
    assert ended.code == 3
    assert "the figures of the run are not written (No such file or directory)" in ended.stderr
