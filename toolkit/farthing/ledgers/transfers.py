"""Transfers: one internal movement of money a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import CURRENCY, Ledger, Money, StatementRow, column, measure, row_rule


class Transfer(StatementRow):
    """Money moved between organisations of one family; eliminated when they are consolidated."""

    low: Money = measure("currency", additive=True, description="least that was moved")
    high: Money = measure("currency", additive=True, description="most; NULL is unbounded")
    from_organisation: str = column("who gave")
    to_organisation: str = column("who received")
    currency: str = column("ISO 4217 code", str_matches=CURRENCY)
    starts_on: date = column("first day it may have happened", nullable=True)
    ends_before: date = column("the day after the last", nullable=True)

    two_parties = row_rule("from_organisation <> to_organisation", "moves money from and to one")
    period = row_rule("starts_on < ends_before", "ends before it starts")


TRANSFERS = Ledger(name="transfers", grain="one internal movement of money", model=Transfer)
