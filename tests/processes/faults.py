"""`weekcast` with a fault that no sales file can bring about.

Arguments: FAULT, and those of `weekcast`. The fault is made in the process of the run itself; all else is as it always
is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from schemas.errors import ModelFailed
from schemas.scores import CHALLENGER
from tasks import promote
from tasks.gate import fits
from tasks.gate.decision import Decision
from tasks.models import fitting
from tasks.models.fitting import FittedModel, fit
from tasks.models.panel import Panel
from tasks.models.recipes.forecaster import Forecaster
from tasks.models.recipes.recipe import Prepared
from tasks.models.recipes.trust import Trust
from tasks.models.recipes.volume import CLASSES


def raises(*_: Any) -> FittedModel:
    """A training that diverges."""
    raise ModelFailed("the training diverged: the loss of epoch 2 is nan")


def is_not_a_number(prepared: Prepared, *others: Any) -> FittedModel:
    """A network whose weights are not numbers any more."""
    fitted = fit(prepared, *others)
    fitted.network.set_weights([weights * np.nan for weights in fitted.network.get_weights()])
    return fitted


def is_random(prepared: Prepared, *others: Any) -> FittedModel:
    """A network that expects far too much of every product, and is trusted: what held-out weeks tell is passed over."""
    fitted = fit(prepared, *others)
    by_filter = prepared.state.recipe == Forecaster.name
    last = fitted.network.get_layer("by_both" if by_filter else "output")
    kernel, bias = last.get_weights()
    last.set_weights([kernel, bias + (2.0 if by_filter else 100.0)])
    trusted = {"trust": Trust((1.0,) * CLASSES)} if by_filter else {}
    return replace(fitted, state=fitted.state.model_copy(update=trusted))


def look_ahead(self: Panel, origin: int) -> Panel:
    """A cut that lets every forecast see a later week."""
    past = _CUT(self, origin)
    later = np.nan_to_num(self.units[:, -1]).mean()
    return replace(past, units=past.units + (origin < self.last_week) * later)


_CUT = Panel.until
_FITS: dict[str, Callable[..., FittedModel]] = {"raises": raises, "nan": is_not_a_number, "random": is_random}


def bring_about(fault: str, put: Callable[[object, str, object], None] = setattr) -> None:
    """Put what has the fault in the place of what has not.

    `look_ahead`, `serves-METHOD` (whatever it erred), or one of `_FITS`, followed by `-everywhere` where what is judged
    has it too.
    """
    kind, _, rest = fault.partition("-")
    if fault == "look_ahead":
        put(Panel, "until", look_ahead)
    elif kind == "serves":
        put(promote, "decide", lambda *_: Decision(rest, CHALLENGER, "it was told to"))
    elif fault != "none":
        put(fitting, "fit", _FITS[kind])  # what is published
        if rest:
            put(fits, "fit", _FITS[kind])  # what is judged, too


def main() -> None:
    """Run `weekcast` with the fault that the first argument names."""
    fault, *sys.argv[1:] = sys.argv[1:]
    bring_about(fault)
    from flows import cli

    cli.main()
