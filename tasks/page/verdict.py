"""The verdict at the top of the page, in sentences: what is expected, how the last forecast did, what changed."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.forecasts import NETWORK_METHOD
from tasks.page.contents import Page
from tasks.page.formatting import (
    count_noun,
    list_words,
    name_method,
    write_day,
    write_range,
    write_share,
    write_units,
    write_week,
)
from tasks.page.judged import LastWeek, Level, Total

FEWEST = 3  # vintages before the last one, from which there is a usual error
_SAME = 0.05  # relative difference of errors, up to which they are as usual


def name_week(page: Page, week: int) -> str:
    """A week by its index, and by its first day where there is a calendar."""
    start = page.start_of(week)
    return f"{write_week(week)} (from {write_day(start)})" if start else write_week(week)


def tell_expected(page: Page) -> str:
    """What all products together are expected to sell."""
    first, span = page.coming[0], page.span
    told = f"In {name_week(page, first.week)} all products together are expected to sell {_units(first)}"
    if span is None:
        return f"{told}."
    return f"{told}; in the {count_noun(len(page.coming), 'week')} to {write_week(span.week)}, {_units(span)}."


def _units(total: Total) -> str:
    told = f"{write_units(total.mean)} units"
    if total.p10 is None or total.p90 is None:
        return told
    return f"{told} ({write_range(total.p10, total.p90)} in four of five cases)"


def tell_last(page: Page) -> str:
    """How the forecast that was published for the last week did."""
    last = page.last
    if last is None:
        return "No published forecast can be judged yet: the next report compares this one with what was sold."
    return " ".join((_tell_total(last), _tell_error(last), _tell_inside(last)))


def _tell_total(last: LastWeek) -> str:
    total, published = last.total, f", published on {write_day(last.published_at)}," if last.published_at else ""
    told = (
        f"For {write_week(total.week)}, the forecast as of {write_week(last.made)}{published} expected "
        f"{_units(total)} of {count_noun(last.products, 'product')}; {write_units(last.sold)} were sold: "
    )
    if not last.sold:
        return f"{told}all of it was too much." if total.mean else f"{told}as expected."
    share = total.mean / last.sold - 1
    miss = (
        "it was right"
        if abs(share) < 5e-4
        else f"it was {write_share(abs(share))} too {'high' if share > 0 else 'low'}"
    )
    if total.p10 is None or total.p90 is None:
        return f"{told}{miss}."
    return f"{told}{miss}, {'inside' if total.p10 <= last.sold <= total.p90 else 'outside'} its interval."


def _tell_error(last: LastWeek) -> str:
    level, usual = last.level, last.usual
    if level.wape is None:
        told = f"Product by product it missed by {write_units(level.mae)} units on average"
    else:
        told = f"Product by product it missed by {write_share(level.wape)} of what was sold"
    if usual is None or last.weeks < FEWEST:
        return f"{told}; what is usual is known after {count_noun(FEWEST + 1, 'published forecast')}."
    return f"{told}, {judge_error(level, usual)} ({_usual(level, usual)} in the {last.weeks} before)."


def _usual(level: Level, usual: Level) -> str:
    share = level.wape is not None and usual.wape is not None
    return write_share(usual.wape or 0) if share else write_units(usual.mae)


def judge_error(level: Level, usual: Level) -> str:
    """Whether an error is better or worse than usual."""
    ours, theirs = (level.mae, usual.mae)
    if level.wape is not None and usual.wape is not None:
        ours, theirs = level.wape, usual.wape
    if abs(ours - theirs) <= _SAME * theirs:
        return "as usual"
    return "better than usual" if ours < theirs else "worse than usual"


def _tell_inside(last: LastWeek) -> str:
    usual = f", usually {write_share(last.usual.coverage)}" if last.usual and last.weeks >= FEWEST else ""
    return f"{write_share(last.level.coverage)} of the products sold within their 80 % interval{usual}."


def tell_changes(page: Page) -> str:
    """What is not as it was a week before."""
    account = page.account
    moves = ((account.new, "new"), (account.returned, "back"), (account.left, "gone"))
    told = [f"{count_noun(len(codes), 'product')} {_are(len(codes))} {word}" for codes, word in moves if codes]
    if account.restated:
        told.append(f"{count_noun(account.restated, 'earlier figure')} {_are(account.restated)} corrected by the file")
    if account.promoted is False:
        told.append(f"{_name_answer(page)} answers, not this week's model")
    if told:
        return f"{list_words(told)}."
    return "No product is new, back or gone, no earlier figure was corrected, and this week's model answers."


def _name_answer(page: Page) -> str:
    method = page.account.method
    return "an earlier model" if method == NETWORK_METHOD else name_method(method)


def tell_answers(page: Page) -> str:
    """Who answers, said once for all products; empty where it is the network for all of them."""
    total = page.account.forecast_products
    number = sum(count for method, _, count in page.methods if method != NETWORK_METHOD)
    if not number:
        return ""
    if number == total:
        return "No product is forecast by the network."
    told = f"The network forecasts {total - number:,} of {count_noun(total, 'product')}"
    return f"{told}; {number:,} {_are(number)} forecast otherwise."


def list_needs(page: Page) -> Iterator[tuple[str, str]]:
    """What somebody should look at, each with the place on the page that shows it."""
    last, account = page.last, page.account
    aside = sum(count for _, count in page.set_aside_counts)
    if page.tasks.ordered:
        yield "orders", f"{count_noun(page.tasks.ordered, 'product')} to order"
    if last and last.outside:
        yield "outside", f"{count_noun(last.outside, 'product')} outside of the interval last week"
    if moved := len(account.new) + len(account.returned) + len(account.left):
        yield "moved", f"{count_noun(moved, 'product')} new, back or gone"
    if account.restated:
        yield "restated", f"{count_noun(account.restated, 'corrected figure')}"
    if aside:
        yield "set-aside", f"{count_noun(aside, 'row')} set aside"
    if account.warnings:
        yield "warnings", count_noun(len(account.warnings), "warning")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def explain_revision(data: float | None, restated: float | None, model: float | None) -> str:
    """The reason of a changed forecast, in a planner's words: what made the most of it."""
    parts = {
        "what was sold last week": data,
        "earlier figures were corrected": restated,
        "the model was retrained": model,
    }
    known = {reason: abs(value) for reason, value in parts.items() if value}
    return max(known, key=known.__getitem__) if known else "not known"
