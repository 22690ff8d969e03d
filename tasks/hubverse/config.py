"""The files that configure a hub: who keeps it, what is forecast, and what a valid output is.

Their rules are the schemas of hubverse-org/schemas, of this version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from schemas.forecasts import HORIZON, PRODUCT_CODE, QUANTILE
from tasks.hubverse.outputs import MEAN, MODEL, MODEL_ID, REFERENCE_DATE, TARGET, TARGET_END_DATE, TARGET_ID, TEAM

_SCHEMAS = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v5.0.1"
_UTC = "Atlantic/Reykjavik"  # the zones of the rules have no other name for it
_VALUE = {"type": "double", "minimum": 0}
_UNITS = {
    "target_id": TARGET,
    "target_name": "Units sold in the week",
    "target_units": "units",
    "target_keys": {TARGET_ID: TARGET},
    "target_type": "continuous",
    "is_step_ahead": True,
    "time_unit": "week",
}


class Round(NamedTuple):
    """Reference dates whose outputs have the same quantiles, and all that these are of."""

    references: list[date]
    ends: list[date]
    horizons: list[int]
    products: list[str]
    levels: tuple[float, ...]


def describe_hub() -> dict[str, Any]:
    """`hub-config/admin.json`."""
    return {
        "schema_version": f"{_SCHEMAS}/admin-schema.json",
        "name": "Weekcast",
        "maintainer": "Weekcast",
        "contact": {"name": "Weekcast"},
        "repository": {},
        "file_format": ["parquet"],
        "timezone": _UTC,
    }


def describe_tasks(rounds: Sequence[Round]) -> dict[str, Any]:
    """`hub-config/tasks.json`."""
    return {
        "schema_version": f"{_SCHEMAS}/tasks-schema.json",
        "rounds": [_describe_round(each) for each in rounds],
        "output_type_id_datatype": "double",
        "derived_task_ids": [TARGET_END_DATE],
    }


def describe_model() -> dict[str, Any]:
    """`model-metadata/…`: JSON is YAML, too."""
    return {"team_name": "Weekcast", "team_abbr": TEAM, "model_name": "What was published", "model_abbr": MODEL}


def describe_models() -> dict[str, Any]:
    """`hub-config/model-metadata-schema.json`: what the file of a model has to tell."""
    names = list(describe_model())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What a model such as {MODEL_ID} tells of itself",
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
    }


def _describe_round(each: Round) -> dict[str, Any]:
    def optional(values: Sequence[Any]) -> dict[str, Any]:
        return {"required": None, "optional": list(values)}

    return {
        "round_id_from_variable": True,
        "round_id": REFERENCE_DATE,
        "model_tasks": [
            {
                "task_ids": {
                    REFERENCE_DATE: optional(list(map(str, each.references))),
                    TARGET_ID: {"required": [TARGET], "optional": None},
                    HORIZON: optional(each.horizons),
                    TARGET_END_DATE: optional(list(map(str, each.ends))),
                    PRODUCT_CODE: optional(each.products),
                },
                "output_type": {
                    MEAN: {"output_type_id": {"required": None}, "value": _VALUE, "is_required": True},
                    QUANTILE: {"output_type_id": {"required": list(each.levels)}, "value": _VALUE, "is_required": True},
                },
                "target_metadata": [_UNITS],
            }
        ],
        "submissions_due": {"relative_to": REFERENCE_DATE, "start": 0, "end": 7},
    }
