"""Who answers: this week's model, last week's or a simple method, by their errors at the same past origins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.forecasts import METHOD, NETWORK_METHOD
from schemas.scores import CHALLENGER, CHAMPION, PINBALL, PUBLISHED, SIMPLE_METHODS
from tasks.baselines.simple import mean_7
from tasks.gate.bootstrap import resample_means
from tasks.gate.errors import Errors

_RESAMPLES = 2_000
_SURE = 0.95
_MOST_ORIGINS = 0.75  # share of the origins that a method has to win to take over
UNPROVEN = "unproven"


@dataclass(frozen=True)
class Served:
    """What served the week before: the network or a simple method, and whether there is a saved model."""

    method: str
    has_model: bool


@dataclass(frozen=True)
class Decision:
    """Who answers: CHALLENGER, CHAMPION or a simple method; network: which of the first two stands behind it, if any.

    reason: why it is not the challenger, empty where it is.
    """

    answers: str
    network: str | None
    reason: str = ""


def decide(
    errors: Errors, served: Served | None, fault: str, margin: float, seed: int, pretrained: bool = False
) -> Decision:
    """Decide who answers.

    served: what did the week before, None in a new store
    fault: what is wrong with the challenger, empty where nothing is
    margin: share of the error by which the network and a simple method must be better to replace one another
    pretrained: whether the network was trained before it saw these sales, so that it is trusted before it is judged

    The challenger answers unless it errs more than the champion, beyond chance. A simple method takes over from the
    network, and the network from a simple method, only where it also wins at most of the origins and by the margin.
    Where a challenger that was not pretrained was not judged, the best simple method answers.
    """
    simple = [name for name in SIMPLE_METHODS if name in errors.of and math.isfinite(errors.mean(name))]
    network, why = _choose_network(errors, served, fault, seed)
    if served and served.method != NETWORK_METHOD:
        return _replace_simple(errors, served.method, network, fault, margin, seed)
    if network == CHALLENGER and CHALLENGER not in errors.of and not pretrained:
        best = min(simple, key=errors.mean, default=mean_7.__name__)
        return Decision(best, network, f"{UNPROVEN}: no forecast of a past week can be judged yet")
    if network is None:
        best = min(simple, key=errors.mean, default=mean_7.__name__)
        return Decision(best, None, f"{why}; there is no earlier model that could answer")
    if better := _take_over(errors, network, simple, margin, seed):
        less = 1 - errors.mean(better) / errors.mean(network)
        return Decision(better, network, f"{better} erred {less:.1%} less than the network {_at(errors)}")
    return Decision(network, network, why)


def takes_network_interval(decision: Decision, scores: pa.Table) -> bool:
    """Whether the interval around a simple method's forecast is that of the model behind it.

    It is where the model's quantiles lost less at past origins, or where nothing could be judged: a young store has
    few errors to make an interval from, and the pooled level supposes counts that are hardly dispersed. scores:
    `schemas.scores.SCORES`.
    """
    if decision.network is None or decision.answers == decision.network:
        return False
    by_network, simple = (_pinball(scores, method) for method in (PUBLISHED, decision.answers))
    return by_network is None or simple is None or by_network < simple


def _pinball(scores: pa.Table, method: str) -> float | None:
    loss: float | None = pc.mean(scores.filter(pc.field(METHOD) == method)[PINBALL]).as_py()
    return loss


def _choose_network(errors: Errors, served: Served | None, fault: str, seed: int) -> tuple[str | None, str]:
    """Which network may answer, and why it is not the challenger."""
    if fault:
        return (CHAMPION if served and served.has_model else None), fault
    if served and served.has_model and served.method == NETWORK_METHOD:
        both = errors.common([CHALLENGER, CHAMPION])
        if both.origins and _is_worse(both, seed):
            more = both.mean(CHALLENGER) / both.mean(CHAMPION) - 1
            return CHAMPION, f"the new model errs {more:.1%} more than the champion {_at(both)}"
    return CHALLENGER, ""


def _replace_simple(
    errors: Errors, serving: str, network: str | None, fault: str, margin: float, seed: int
) -> Decision:
    if network == CHALLENGER and _take_over(errors, serving, [CHALLENGER], margin, seed):
        return Decision(CHALLENGER, CHALLENGER)
    answers = _take_over(errors, serving, SIMPLE_METHODS, margin, seed) or serving
    told = f"the network is not surely better than {answers} {_at(errors)}"
    return Decision(answers, network, fault or told)


def _is_worse(errors: Errors, seed: int) -> bool:
    """Whether the challenger errs more than the champion, beyond chance."""
    difference = (errors.of[CHALLENGER] - errors.of[CHAMPION])[:, :, np.newaxis]
    return bool(np.quantile(resample_means(difference, _RESAMPLES, seed), 1 - _SURE) > 0)


def _take_over(errors: Errors, incumbent: str, others: Sequence[str], margin: float, seed: int) -> str | None:
    """The best of the other methods, where it is surely better than the incumbent; None where none is.

    All are compared together: the chance that the luckiest of them is taken for better is the same as for one alone.
    """
    names = [name for name in others if name != incumbent and name in errors.of]
    known = errors.common([incumbent, *names]) if names and incumbent in errors.of else None
    if known is None or not known.origins:
        return None
    gains = np.stack([known.of[incumbent] - known.of[name] for name in names], axis=2)
    gain = np.nanmean(gains, axis=(0, 1))
    drawn = resample_means(gains, _RESAMPLES, seed) - gain
    spread = np.maximum(drawn.std(axis=0), np.finfo(np.float64).tiny)
    bound = np.quantile((drawn / spread).max(axis=1), _SURE) * spread
    wins = (np.nanmean(gains, axis=0) > 0).sum(axis=0)
    enough = math.ceil(_MOST_ORIGINS * len(known.origins))
    better = (gain > bound) & (gain > margin * known.mean(incumbent)) & (wins >= enough)
    return names[int(np.argmax(np.where(better, gain, -np.inf)))] if better.any() else None


def _at(errors: Errors) -> str:
    weeks = [f"W{origin}" for origin in (errors.origins[:1] + errors.origins[-1:])]
    return f"as of {'..'.join(dict.fromkeys(weeks))}" if weeks else "so far"
