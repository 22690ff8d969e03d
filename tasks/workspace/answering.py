"""Who answers, with all that it needs from the store: as it was decided, and as it would have been a week before."""

from __future__ import annotations

import pyarrow as pa

from schemas.errors import ModelFailed
from schemas.forecasts import NETWORK_METHOD
from schemas.records import Promotion, Sales, WindowSet
from tasks.baselines.simple import SimpleFit
from tasks.models.answering import Answering, Before
from tasks.models.panel import Panel
from tasks.sales.history.identity import identify
from tasks.store.paths import model_folder
from tasks.store.publishing.incumbent import Incumbent
from tasks.store.store import Store
from tasks.workspace.loading import load_model
from tasks.workspace.workspace import Workspace


def load_answering(
    store: Store, sales: Sales, windows: WindowSet, promotion: Promotion, sample: Panel, horizon: int
) -> Answering:
    """What answers this week; sample: stands for all products, up to this week."""
    model, common, simple = None, pa.table({}), None
    if promotion.model:
        model = load_model(store, promotion.model.folder)
        is_own = promotion.model.version == identify("model", sales.run_id)
        common = store.read_table(windows.common) if is_own else model.measure(sample)
    if promotion.method != NETWORK_METHOD:
        simple = SimpleFit.on(promotion.method, sample, horizon)
    return Answering(model, common, simple, promotion.reason, not promotion.network_interval)


def load_before(
    work: Workspace, sales: Sales, promotion: Promotion, sample: Panel, now: Answering, horizon: int
) -> Before | None:
    """What answered in the last published week; None where it is gone, or forecast no week that is forecast now."""
    incumbent = work.incumbent(sales.as_of_week)
    if incumbent is None or incumbent.as_of_week + horizon <= sales.as_of_week:
        return None
    is_same = (promotion.champion, promotion.method) == (incumbent.model_version, incumbent.method)
    answering = now if is_same else _load_earlier(work, incumbent, sample)
    if answering is None:
        return None
    week, is_restated = incumbent.as_of_week, min(sales.changed_weeks, default=sales.as_of_week) <= incumbent.as_of_week
    then = _load_earlier(work, incumbent, sample.until(week)) if is_restated else None
    # Asking for very many products would take half as long again as forecasting them.
    codes = pa.array(sample.codes, pa.string()) if len(sample.codes) < sales.products else None
    return Before(week, answering, then, codes)


def _load_earlier(work: Workspace, incumbent: Incumbent, sample: Panel) -> Answering | None:
    """What answered the week before; None where it is gone; sample: stands for all products, up to the week to ask."""
    if not incumbent.has_model():
        return None
    try:
        model = load_model(work.store, model_folder(incumbent.model_version))
    except ModelFailed as error:
        work.tell.warn(error.message)
        return None
    simple = None
    if incumbent.method != NETWORK_METHOD:
        simple = SimpleFit.on(incumbent.method, sample, model.state.horizon)
    return Answering(model, model.measure(sample), simple)
