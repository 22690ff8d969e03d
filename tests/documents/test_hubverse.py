"""What is exported for the hubverse keeps its published rules: its documents, and version 5.0.1 of its schemas."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tasks.store.commit import Commit
from tasks.store.installing import make_commit
from tasks.store.snapshot import Snapshot
from tasks.store.store import Store
from tests.command_line.command import in_this_process
from tests.weeks import QUICK, run_week

# docs.hubverse.io, "Model output": round_id-model_id, where the latter is team_abbr-model_abbr, of such letters.
NAME = re.compile(r"model-output/([A-Za-z0-9_]+-[A-Za-z0-9_]+)/(\d{4}-\d{2}-\d{2})-\1\.parquet")
VALUES = {"type": ["array", "null"], "uniqueItems": True}
TASK_ID = {
    "type": "object",
    "properties": {"required": VALUES, "optional": VALUES},
    "required": ["required", "optional"],
    "additionalProperties": False,
}
VALUE = {
    "type": "object",
    "properties": {
        "type": {"enum": ["double", "integer"]},
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
    },
    "required": ["type"],
    "additionalProperties": False,
}


def output_type(ids: dict[str, Any]) -> dict[str, Any]:
    told = {"type": "object", "properties": {"required": ids}, "required": ["required"], "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"output_type_id": told, "value": VALUE, "is_required": {"type": "boolean"}},
        "required": ["output_type_id", "value", "is_required"],
        "additionalProperties": False,
    }


LEVELS = {"type": "array", "uniqueItems": True, "items": {"type": "number", "minimum": 0, "maximum": 1}}
TARGET = {
    "type": "object",
    "properties": {
        "target_id": {"type": "string", "maxLength": 30},
        "target_name": {"type": "string", "maxLength": 100},
        "target_units": {"type": "string", "maxLength": 100},
        "target_keys": {"type": ["object", "null"], "minProperties": 1, "maxProperties": 1},
        "target_type": {"enum": ["continuous", "discrete", "date", "binary", "nominal", "ordinal", "compositional"]},
        "is_step_ahead": {"type": "boolean"},
        "time_unit": {"enum": ["day", "week", "month"]},
    },
    "required": [
        "target_id",
        "target_name",
        "target_units",
        "target_type",
        "target_keys",
        "is_step_ahead",
        "time_unit",
    ],
}
TASKS = {
    "type": "object",
    "properties": {
        "schema_version": {"type": "string", "pattern": r"/v5\.0\.1/tasks-schema\.json$"},
        "rounds": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "round_id_from_variable": {"type": "boolean"},
                    "round_id": {"type": "string"},
                    "model_tasks": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "task_ids": {"type": "object", "additionalProperties": TASK_ID},
                                "output_type": {
                                    "type": "object",
                                    "properties": {
                                        "mean": output_type({"type": "null"}),
                                        "quantile": output_type(LEVELS),
                                    },
                                    "additionalProperties": False,
                                },
                                "target_metadata": {"type": "array", "items": TARGET},
                            },
                            "required": ["task_ids", "output_type", "target_metadata"],
                            "additionalProperties": False,
                        },
                    },
                    "submissions_due": {
                        "type": "object",
                        "properties": {
                            "relative_to": {"type": "string"},
                            "start": {"type": "integer"},
                            "end": {"type": "integer"},
                        },
                        "required": ["relative_to", "start", "end"],
                        "additionalProperties": False,
                    },
                },
                "required": ["round_id_from_variable", "round_id", "model_tasks", "submissions_due"],
            },
        },
        "output_type_id_datatype": {"enum": ["auto", "character", "double", "integer", "logical", "Date"]},
        "derived_task_ids": {"type": ["array", "null"], "uniqueItems": True, "items": {"type": "string"}},
    },
    "required": ["rounds", "schema_version"],
    "additionalProperties": False,
}
ADMIN = {
    "type": "object",
    "properties": {
        "schema_version": {"type": "string", "pattern": r"/v5\.0\.1/admin-schema\.json$"},
        "name": {"type": "string"},
        "maintainer": {"type": "string"},
        "contact": {"type": "object", "properties": {"name": {"type": "string"}}},
        "repository": {"type": "object"},
        "file_format": {"type": "array", "items": {"enum": ["csv", "parquet", "arrow"]}},
        "timezone": {"pattern": "^(Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/"},
    },
    "required": ["schema_version", "name", "maintainer", "contact", "repository", "file_format", "timezone"],
    "additionalProperties": False,
}
STANDARD = ["output_type", "output_type_id", "value"]  # beside the task ids; not model_id, which is the folder's name


def export(store: Path, folder: Path) -> list[Path]:
    ended = in_this_process("export", store, "--hubverse", folder)
    assert ended.code == 0, ended.stderr
    return sorted((folder / "model-output").rglob("*.parquet"))


def read(file: Path) -> Any:
    return pd.read_parquet(file)


def judge(folder: Path, file: Path) -> None:
    """Whether a model output is valid, as hubs validate it."""
    name = NAME.fullmatch(file.relative_to(folder).as_posix())
    assert name, file
    (round_,) = [each for each in rounds(folder) if name[2] in each["task_ids"]["reference_date"]["optional"]]
    task_ids, table = round_["task_ids"], read(file)
    assert set(table.columns) == {*task_ids, *STANDARD}
    for task, values in task_ids.items():
        valid = {*(values["required"] or []), *(values["optional"] or [])}
        assert set(table[task].astype(str) if task.endswith("date") else table[task]) <= valid, task
    assert not table.duplicated([*task_ids, "output_type", "output_type_id"]).any()
    assert (table["reference_date"].astype(str) == name[2]).all()
    dates = zip(table["reference_date"], table["horizon"], strict=True)
    assert table["target_end_date"].tolist() == [date + timedelta(weeks=ahead) for date, ahead in dates]
    levels = round_["output_type"]["quantile"]["output_type_id"]["required"]
    quantiles = table[table["output_type"] == "quantile"]
    for _, one in quantiles.groupby(list(task_ids)):
        assert one["output_type_id"].tolist() == levels
        assert one["value"].is_monotonic_increasing
    means = table[table["output_type"] == "mean"]
    assert means["output_type_id"].isna().all() and len(means) * len(levels) == len(quantiles)
    assert (table["value"] >= 0).all() and table["value"].dtype == float


def rounds(folder: Path) -> list[Any]:
    tasks = json.loads((folder / "hub-config" / "tasks.json").read_text())
    return [task for each in tasks["rounds"] for task in each["model_tasks"]]


def test_a_hub_keeps_the_published_rules(analysed: Path, tmp_path: Path) -> None:
    files = export(analysed, tmp_path)
    assert [file.name[:10] for file in files] == ["2024-09-22", "2024-09-29", "2024-10-06"]
    config = tmp_path / "hub-config"
    tasks, admin = (json.loads((config / f"{name}.json").read_text()) for name in ("tasks", "admin"))
    jsonschema.validate(tasks, TASKS)
    jsonschema.validate(admin, ADMIN)
    about = json.loads((tmp_path / "model-metadata" / "weekcast-published.yml").read_text())
    jsonschema.validate(about, json.loads((config / "model-metadata-schema.json").read_text()))
    assert f"{about['team_abbr']}-{about['model_abbr']}" == files[0].parent.name
    for each in rounds(tmp_path):
        (target,) = each["target_metadata"]
        assert target["target_keys"] == {"target": each["task_ids"]["target"]["required"][0]}
    for file in files:
        judge(tmp_path, file)


def test_the_outputs_are_what_was_published(analysed: Path, tmp_path: Path) -> None:
    outputs = read(export(analysed, tmp_path)[-1])
    latest = pd.read_parquet(analysed / "forecasts" / "latest.parquet")
    quantiles = pd.read_parquet(analysed / "forecasts" / "quantiles.parquet")
    assert outputs[outputs["output_type"] == "mean"]["value"].tolist() == latest["units_mean"].tolist()
    found = outputs[outputs["output_type"] == "quantile"]
    assert found["value"].tolist() == pytest.approx(quantiles["value"].tolist(), rel=1e-6)


def _forget(store: Path, path: str) -> None:
    """Take a file out of the store as a publication does that keeps fewer runs."""
    (store / path).unlink()
    number = Snapshot.read(Store(str(store))).commits[-1].number + 1
    commit = Commit(number=number, publications=(), staged="runs/none", kept={}, changes=(), removed=(path,))
    make_commit(Store(str(store)), commit)


def test_a_vintage_whose_run_is_not_kept_has_fewer_quantiles(analysed: Path, tmp_path: Path) -> None:
    store = Path(shutil.copytree(analysed, tmp_path / "store"))
    first = pd.read_parquet(store / "forecasts" / "history" / "0037" / "forecast.parquet")["run_id"][0]
    _forget(store, f"runs/{first}/distributions.parquet")
    files = export(store, tmp_path / "hub")
    levels = [each["output_type"]["quantile"]["output_type_id"]["required"] for each in rounds(tmp_path / "hub")]
    assert list(map(len, levels)) == [3, 9]
    for file in files:
        judge(tmp_path / "hub", file)
    assert pq.read_metadata(files[0]).num_rows == 24 * 3 * 4


def test_what_cannot_be_exported_is_told(analysed: Path, sample: Path, tmp_path: Path) -> None:
    run_week(sample, tmp_path / "undated", **QUICK)
    ended = in_this_process("export", tmp_path / "undated", "--hubverse", tmp_path / "hub")
    assert ended.code == 2
    assert "its weeks have no dates" in ended.stderr and "--set first_week=2024-01-01" in ended.stderr
    assert not (tmp_path / "hub").exists()
    assert in_this_process("export", analysed, "--hubverse", analysed / "hub").code == 2
    assert in_this_process("export", tmp_path / "nothing", "--hubverse", tmp_path / "hub").code == 2
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file" / "hub", Path("/proc/hub")):
        ended = in_this_process("export", analysed, "--hubverse", folder)
        assert (ended.code, str(folder) in ended.stderr) == (5, True), ended.stderr
    # The remedy that is told helps.
    run_week(sample, tmp_path / "undated", first_week="2024-01-01", **QUICK)
    assert export(tmp_path / "undated", tmp_path / "hub")
