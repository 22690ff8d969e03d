"""Who answers for a product, and why, in a sentence: the words of `tasks.models.choosing` for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.forecasts import METHOD, NETWORK_METHOD, NETWORK_WEIGHT, REASON, REASON_CODE, Reason
from tasks.page.formatting import name_method


def explain_answer(row: Mapping[str, Any]) -> str:
    """The sentence for a row of the BI table; an earlier release wrote neither weight nor code."""
    method, reason = name_method(row[METHOD]), row[REASON]
    if row[METHOD] == NETWORK_METHOD:
        return f"the network answers{_tell_weight(row)}"
    told: dict[str | None, str] = {
        Reason.LEVELS: f"the levels that the network starts from answer{_tell_weight(row)}, as it did worse on weeks "
        "that neither had seen",
        Reason.GATE: f"a simple method, {method}, answers for all products: {reason}",
        Reason.SHORT_HISTORY: f"there are too few weeks to judge a forecast: {reason}",
        Reason.IMPLAUSIBLE: f"the mean of the last seven weeks answers: {reason}",
        Reason.INACTIVE: f"the product most likely sells no more: {reason}",
    }
    return told.get(row.get(REASON_CODE), f"{method}: {reason}")


def _tell_weight(row: Mapping[str, Any]) -> str:
    weight = row.get(NETWORK_WEIGHT)
    return "" if weight is None else f", weighed {weight:.0%} against its levels"
