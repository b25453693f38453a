"""What the bridge computes of one campaign: the steps from stage to stage, and its rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product
from typing import Any, TypeAlias

import polars as pl

from farthing.amounts import Amount
from farthing.formats import listed

STEP_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "from_stage": pl.String,
    "to_stage": pl.String,
    "currency": pl.String,
    "change_low": pl.Decimal(38, 2),
    "change_high": pl.Decimal(38, 2),
    "direction": pl.String,
    "kept_share_low": pl.Float64,
    "kept_share_high": pl.Float64,
    "without_record": pl.String,
    "steps_added_low": pl.Decimal(38, 2),
    "steps_added_high": pl.Decimal(38, 2),
    "slack": pl.Decimal(38, 2),
    "contrasts": pl.String,
    "entries": pl.String,
    "campaign_id": pl.String,
}
RATE_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "rate": pl.String,
    "stage": pl.String,
    "of_stage": pl.String,
    "currency": pl.String,
    "rate_share_low": pl.Float64,
    "rate_share_high": pl.Float64,
    "undefined": pl.String,
    "entries": pl.String,
    "campaign_id": pl.String,
}
#: What each rate is: a stage as a share of another.
RATES = {
    "approval": ("approved", "requested"),
    "fill": ("booked", "requested"),
    "delivery": ("delivered", "booked"),
}
PENNY = Decimal("0.01")
LAST_STATED = 3

Row = Mapping[str, Any]
#: A campaign's money in one currency: the campaign's id and the currency.
Money: TypeAlias = tuple[str, str]
#: Contrasts that are drawn, by the greater and the lesser entry.
Contrasts: TypeAlias = dict[tuple[str, str], list[Row]]


def bridges_of(stages: pl.DataFrame) -> dict[Money, list[Row]]:
    """Return the stages of each campaign's money, those of which most is known first."""
    return dict(sorted(by_money(stages).items(), key=lambda one: -len(told_of(one[1]))))


def by_money(table: pl.DataFrame) -> dict[Money, list[Row]]:
    """Return the rows of a table by campaign and currency, in order."""
    rows: dict[Money, list[Row]] = {}
    for row in table.iter_rows(named=True):
        rows.setdefault((row["campaign_id"], row["currency"]), []).append(row)
    return rows


def told_of(stages: Sequence[Row]) -> list[Row]:
    """Return the stages that a statement or record shows."""
    return [row for row in stages if row["statements"]]


def drawn_contrasts(contrasts: pl.DataFrame) -> Contrasts:
    """Return the contrasts between sums that are in force."""
    drawn: Contrasts = {}
    for row in contrasts.filter(pl.col("in_force")).iter_rows(named=True):
        drawn.setdefault((row["greater_entries"], row["lesser_entries"]), []).append(row)
    return drawn


def counts(pair: tuple[str, str], drawn: Contrasts) -> bool:
    """Tell whether a contrast is used: the sums allow it, and nobody says the opposite."""
    return not refuted(drawn[pair][0]) and (pair[1], pair[0]) not in drawn


def refuted(contrast: Row) -> bool:
    """Tell whether the sums rule out that the greater is greater."""
    most, least = contrast["greater_high"], contrast["lesser_low"]
    return most is not None and least is not None and most <= least


def steps_of(stages: pl.DataFrame, contrasts: pl.DataFrame) -> pl.DataFrame:
    """Return the change between each two neighbouring stages that anything is known of.

    A stage between them without a record is merged with its neighbours, and named. The last step
    of a campaign, where there are several, goes from the first stage to the last.
    """
    drawn = drawn_contrasts(contrasts)
    rows = [row for one in bridges_of(stages).values() for row in _steps(one, drawn)]
    return pl.DataFrame(rows, schema=STEP_SCHEMA, orient="row")


def _steps(stages: Sequence[Row], contrasts: Contrasts) -> Iterator[Row]:
    told = told_of(stages)
    steps = [_step(*pair, stages, contrasts) for pair in pairwise(told)]
    yield from ({**step, **_added([step], step)} for step in steps)
    if len(steps) > 1:
        whole = _step(told[0], told[-1], stages, contrasts)
        yield {**whole, **_added(steps, whole)}


def _step(before: Row, after: Row, stages: Sequence[Row], contrasts: Contrasts) -> Row:
    """Return one step, computed from its two sums: what lies between them does not widen it."""
    was, now = _amount(before), _amount(after)
    falls, rises = _said_to(contrasts, before, after)
    change = _change(now - was, falls=bool(falls), rises=bool(rises))
    kept_low, kept_high = _share(was, now, falls=bool(falls), rises=bool(rises))
    between = [
        row["stage"]
        for row in stages
        if before["step"] < row["step"] < after["step"] and not row["statements"]
    ]
    return {
        "campaign": before["campaign"],
        "from_stage": before["stage"],
        "to_stage": after["stage"],
        "currency": before["currency"],
        "change_low": change.low,
        "change_high": change.high,
        "direction": _direction(change),
        "kept_share_low": kept_low,
        "kept_share_high": kept_high,
        "without_record": ", ".join(between) or None,
        "contrasts": " ".join([*falls, *rises]) or None,
        "entries": _entries(before, after),
        "campaign_id": before["campaign_id"],
    }


def _added(steps: Sequence[Row], whole: Row) -> Row:
    """Add the steps up, to show how much wider that is than the way from first to last."""
    low, high = (_sum(step[f"change_{side}"] for step in steps) for side in ("low", "high"))
    ends = (low, high, whole["change_low"], whole["change_high"])
    known = [end for end in ends if end is not None]
    slack = (known[1] - known[0]) - (known[3] - known[2]) if len(known) == len(ends) else None
    return {"steps_added_low": low, "steps_added_high": high, "slack": slack}


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = list(values)
    return None if None in known else sum((x for x in known if x is not None), Decimal(0))


def rates_of(stages: pl.DataFrame, contrasts: pl.DataFrame) -> pl.DataFrame:
    """Return the approval, fill and delivery rate of each campaign with more than one sum."""
    drawn = drawn_contrasts(contrasts)
    rows = [
        _rate(rate, {row["stage"]: row for row in one}, drawn)
        for one in bridges_of(stages).values()
        if len(told_of(one)) > 1
        for rate in RATES
    ]
    return pl.DataFrame(rows, schema=RATE_SCHEMA, orient="row")


def _rate(rate: str, stages: Mapping[str, Row], contrasts: Contrasts) -> Row:
    part, base = (stages[name] for name in RATES[rate])
    missing = [row["stage"] for row in (base, part) if not row["statements"]]
    low = high = undefined = None
    if missing:
        undefined = f"no record seen of money {listed(missing, 'or')}"
    elif base["low"] is None or base["low"] <= 0:
        undefined = f"the sum {base['stage']} may be nothing"
    else:
        falls, rises = _said_to(contrasts, base, part)
        low, high = _share(_amount(base), _amount(part), falls=bool(falls), rises=bool(rises))
    return {
        "campaign": base["campaign"],
        "rate": rate,
        "stage": part["stage"],
        "of_stage": base["stage"],
        "currency": base["currency"],
        "rate_share_low": low,
        "rate_share_high": high,
        "undefined": undefined,
        "entries": _entries(base, part),
        "campaign_id": base["campaign_id"],
    }


def _entries(*rows: Row) -> str:
    """Name the ledger rows behind sums, where they are few; `Answer.rows` has them all."""
    return " ".join(row["entries"] for row in rows if row["entries"])


def _amount(row: Row) -> Amount:
    return Amount.between(row["low"], row["high"], row["currency"])


def _said_to(contrasts: Contrasts, before: Row, after: Row) -> tuple[list[str], list[str]]:
    """Return who says that money falls between two stages, and who says that it rises.

    Where contrasts between different statements of the two say both, neither counts.
    """
    falls, rises = _between(contrasts, before, after), _between(contrasts, after, before)
    return ([], []) if falls and rises else (falls, rises)


def _between(contrasts: Contrasts, greater: Row, lesser: Row) -> list[str]:
    """Return the contrasts that are drawn between the statements of two stages."""
    if not contrasts or max(greater["step"], lesser["step"]) > LAST_STATED:
        return []
    pairs = product(*((row["entries"] or "").split() for row in (greater, lesser)))
    used = [pair for pair in pairs if pair in contrasts and counts(pair, contrasts)]
    return [row["entries"] for pair in used for row in contrasts[pair]]


def _change(change: Amount, *, falls: bool, rises: bool) -> Amount:
    """Bound later minus earlier by a penny at least in the direction it is said to go."""
    low, high = change.low, change.high
    if falls and (high is None or high >= 0):
        high = -PENNY
    if rises and (low is None or low <= 0):
        low = PENNY
    return Amount.between(low, high, change.unit)


def _share(
    was: Amount, now: Amount, *, falls: bool, rises: bool
) -> tuple[float | None, float | None]:
    """Return the later stage as a share of the earlier; none where the earlier may be nothing."""
    if was.low is None or was.low <= 0:
        return None, None
    ratio = now / was
    low, high = ratio.low, ratio.high
    if falls and (high is None or high > 1):
        high = Decimal(1)
    if rises and (low is None or low < 1):
        low = Decimal(1)
    return None if low is None else float(low), None if high is None else float(high)


def _direction(change: Amount) -> str:
    if change.low == change.high == 0:
        return "the same"
    if change.high is not None and change.high < 0:
        return "falls"
    if change.low is not None and change.low > 0:
        return "rises"
    return "cannot tell"
