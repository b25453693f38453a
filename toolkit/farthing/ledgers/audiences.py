"""Audiences: one population a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import AmountRow, Ledger, Money, column, measure, row_rule
from farthing.ledgers.reach import SEGMENT_KINDS


class Audience(AmountRow):
    """How many people there are of a kind: an electorate, an age group, the checkers."""

    low: Money = measure("people", additive=False, description="least")
    high: Money = measure("people", additive=False, description="most; NULL is unbounded")
    segment_kind: str = column("how people are divided here", isin=SEGMENT_KINDS)
    segment: str = column("which of them")
    as_of: date = column("day the count holds for", nullable=True)

    counted = row_rule("low >= 0", "counts fewer than none")


AUDIENCES = Ledger(name="audiences", grain="one population at one day", model=Audience)
