"""Who answers, with all that it needs from the store: as it was decided, and as it would have been a week before."""

from __future__ import annotations

import pyarrow as pa

from schemas.errors import ModelFailed
from schemas.forecasts import NETWORK_METHOD
from schemas.records import Promotion, Sales, WindowSet
from tasks.models.answering import Answering, Before, ByModel, Simply
from tasks.models.history import History
from tasks.models.levels.panel import Panel
from tasks.models.recipes.registry import rescale
from tasks.models.windows import Windows
from tasks.running.loading import load_model
from tasks.running.step import log_warning
from tasks.sales.history.identity import identify
from tasks.store.paths import model_folder
from tasks.store.publishing.incumbent import Incumbent, find_incumbent
from tasks.store.store import Store


def load_answering(
    store: Store, sales: Sales, windows: WindowSet, promotion: Promotion, sample: History, horizon: int
) -> Answering:
    """What answers this week; sample: stands for all products, up to this week."""
    by_model = None
    if promotion.model:
        fitted = load_model(store, promotion.model.folder)
        if promotion.model.version == identify("model", sales.run_id):
            inputs, panel = (store.read_table(path) for path in (windows.inputs, windows.panel))
            by_model = ByModel(fitted, Windows.from_table(inputs), Panel.from_table(panel))
        else:
            by_model = ByModel.of_earlier(fitted, sample)
    if promotion.method == NETWORK_METHOD:
        return Answering(by_model)
    simple = Simply.of_sample(promotion.method, promotion.reason, horizon, sample, promotion.network_interval)
    return Answering(by_model, simple)


def load_before(
    store: Store, sales: Sales, promotion: Promotion, sample: History, now: Answering, horizon: int
) -> Before | None:
    """What answered in the last published week; None where it is gone, or forecast no week that is forecast now."""
    incumbent = find_incumbent(store, sales.as_of_week)
    if incumbent is None or incumbent.as_of_week + horizon <= sales.as_of_week:
        return None
    is_same = (promotion.champion, promotion.method) == (incumbent.model_version, incumbent.method)
    answering = now if is_same else _load_earlier(store, incumbent, sample, now)
    if answering is None:
        return None
    week, is_restated = incumbent.as_of_week, min(sales.changed_weeks, default=sales.as_of_week) <= incumbent.as_of_week
    then = _load_earlier(store, incumbent, sample.until(week)) if is_restated else None
    # Asking for very many products would take half as long again as forecasting them.
    codes = pa.array(sample.codes, pa.string()) if len(sample.codes) < sales.products else None
    return Before(week, answering, then, codes)


def _load_earlier(
    store: Store, incumbent: Incumbent, sample: History, now: Answering | None = None
) -> Answering | None:
    """What answered the week before; None where it is gone.

    sample: stands for all products, up to the week to forecast from; now: what answers this week, for that week.
    """
    if not incumbent.has_model(store):
        return None
    try:
        fitted = load_model(store, model_folder(incumbent.model_version))
    except ModelFailed as error:
        log_warning("forecast", error.message)
        return None
    scaled = rescale(now.model.inputs, now.model.fitted.scaler, fitted.scaler) if now and now.model else None
    if scaled is not None and now and now.model:
        by_model = ByModel(fitted, scaled, now.model.panel)
    else:
        by_model = ByModel.of_earlier(fitted, sample)
    if incumbent.method == NETWORK_METHOD:
        return Answering(by_model)
    return Answering(by_model, Simply.of_sample(incumbent.method, "-", fitted.scaler.horizon, sample))
