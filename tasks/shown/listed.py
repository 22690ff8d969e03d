"""The products that a page lists, with all that it shows of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import UsageError
from schemas.forecasts import PRODUCT_CODE
from schemas.records import Account
from tasks.explaining.finding import find_code, tell_near
from tasks.page.contents import Listing
from tasks.page.listing import Positions, choose_products, count_fitting
from tasks.page.published import LastForecast
from tasks.sales.messages import quote
from tasks.shown.past import PastVintages
from tasks.shown.products import (
    COMING,
    SHOWN_WEEKS,
    Overview,
    list_set_aside,
    number_answers,
    read_coming,
    read_products,
    read_sold,
)
from tasks.store.paths import FORECAST_FILE, run_file
from tasks.store.store import Store

_SET_ASIDE_SHARE = 10  # of the listed products at most one in so many is one that was set aside


def list_products(
    store: Store,
    account: Account,
    past: PastVintages,
    everything: Overview,
    last: LastForecast | None,
    set_aside: pa.Table,
    most: int,
    asked: Sequence[str],
) -> Listing:
    """Choose products and read what is shown of them; for the other arguments see `tasks.shown.gathering`."""
    numbers = min(len(everything.observed), SHOWN_WEEKS) + 3 * len(past.vintages) + 4 * account.horizon
    most = count_fitting(most, numbers, pc.mean(pc.binary_length(everything.codes)).as_py())
    aside = [] if asked else list_set_aside(set_aside, most // _SET_ASIDE_SHARE)
    new, returned = (everything.is_among(codes) for codes in (account.new, account.returned))
    if asked:
        chosen = _find_asked(everything, asked, set_aside)
    else:
        missed = everything.spread(last.codes, last.missed) if last else np.zeros(len(everything.codes))
        chosen = choose_products(everything.lately, missed, new | returned, most - len(aside))
    codes = everything.codes.take(pa.array(chosen))
    forecasts = store.read_batches(run_file(account.run_id, FORECAST_FILE), columns=COMING)
    coming, answers = read_coming(forecasts, chosen, account.horizon)
    places, methods = number_answers(answers)
    sold = read_sold(read_products(store, account.run_id), chosen)
    weeks, shown_before, first_known = past.show(codes)
    return Listing(
        codes=codes.to_pylist(),
        first_week=account.as_of_week + 1 - sold.shape[1],
        sold=sold,
        past_weeks=weeks,
        past=shown_before,
        coming=coming,
        answers=places,
        methods=methods,
        new=new[chosen],
        returned=returned[chosen],
        first_known=first_known,
        set_aside=aside,
    )


def _find_asked(everything: Overview, asked: Sequence[str], set_aside: pa.Table) -> Positions:
    """The positions of the products that somebody named; raises UsageError where one is not forecast."""
    found = everything.find(asked)
    for number in np.flatnonzero(found < 0).tolist():
        meant = find_code(everything.codes, asked[number])
        if meant is None:
            raise UsageError(_explain_missing(asked[number], everything, set_aside))
        found[number] = everything.find([meant])[0]
    return np.unique(found)


def _explain_missing(code: str, everything: Overview, set_aside: pa.Table) -> str:
    if code in set_aside[PRODUCT_CODE].to_pylist():
        return f"--product {quote(code)}: it was set aside, and has no forecast; `weekcast check` tells why"
    told = tell_near(everything.codes, code)
    return f"--product {quote(code)}: no such product in the latest forecast; {told}"
