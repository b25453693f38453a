"""Rates: one price seen a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import CURRENCY, AmountRow, Ledger, Money, column, measure, row_rule


class Rate(AmountRow):
    """What something cost per unit, where and when. Prices are inputs with a source."""

    low: Money = measure("currency", additive=False, description="least")
    high: Money = measure("currency", additive=False, description="most; NULL is unbounded")
    channel: str = column("where it was bought")
    measure: str = column("what was priced", isin=["cpm", "cpc", "cpp"])
    currency: str = column("ISO 4217 code", str_matches=CURRENCY)
    market: str = column("country or sector it holds for")
    starts_on: date = column("first day it was seen", nullable=True)
    ends_before: date = column("the day after the last", nullable=True)

    priced = row_rule("low >= 0", "is a price below zero")
    period = row_rule("starts_on < ends_before", "ends before it starts")


RATES = Ledger(name="rates", grain="one price seen", model=Rate)
