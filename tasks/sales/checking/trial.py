"""What a refusal proposes is tried before it is said: only settings after which the file is read are left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
from pydantic import ValidationError

from schemas.config import Config
from schemas.errors import BadInput, Remedy, UsageError
from schemas.forecasts import PRODUCT_CODE
from tasks.sales.checking.verdict import Verdict

_DEPTH = 3  # settings that are needed together, at most
_MOST_LOST = 0.2  # of the products, with which a file still counts as read

Judge = Callable[[Config], Verdict]


def keep_what_helps(verdict: Verdict, config: Config, judge: Judge) -> Verdict:
    """The verdict on a refused file without those remedies after which it is refused again, or loses what was sold.

    judge: gives the verdict with other settings. Where a remedy leads to a refusal that has one too, both are proposed
    together.
    """
    if verdict.refused is None or not verdict.refused.remedies:
        return verdict
    helping = [tried for remedy in verdict.refused.remedies if (tried := _try(remedy, config, judge, _DEPTH))]
    return replace(verdict, refused=_with_remedies(verdict.refused, helping))


def _with_remedies(refused: BadInput, remedies: Sequence[Remedy]) -> BadInput:
    """The same refusal with other remedies; without any it says what is left to do."""
    hopeless = "" if remedies else "; correct the file: no setting that was tried admits it"
    return BadInput(f"{refused.problem}{hopeless}", remedies, **refused.where)


def _try(remedy: Remedy, config: Config, judge: Judge, depth: int) -> Remedy | None:
    """The remedy, with the settings that are needed beside it; None where it does not help."""
    try:
        changed = Config.model_validate(config.model_dump(exclude_unset=True) | dict(_pairs(remedy)))
        verdict = judge(changed)
    except (ValidationError, UsageError):  # it is no setting, or leaves no week that was asked for
        return None
    if verdict.refused is None:
        return remedy if _keeps_sales(verdict) else None
    for further in verdict.refused.remedies if depth > 1 else ():
        known = {name for name, _ in _pairs(remedy)}
        if not known & {name for name, _ in _pairs(further)} and (tried := _try(further, changed, judge, depth - 1)):
            return Remedy((*remedy.settings, *tried.settings), remedy.words)
    return None


def _keeps_sales(verdict: Verdict) -> bool:
    """Whether most products are left, and not all that they sold is taken for returns."""
    lost = pc.count_distinct(verdict.set_aside[PRODUCT_CODE]).as_py()
    return bool(lost <= _MOST_LOST * verdict.products and any(np.nansum(units) for units in verdict.sales.blocks()))


def _pairs(remedy: Remedy) -> Iterator[tuple[str, str]]:
    for setting in remedy.settings:
        name, _, value = setting.partition("=")
        yield name, value
