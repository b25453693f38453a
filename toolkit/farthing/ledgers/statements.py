"""Statements: one thing said about one quantity a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import Ledger, Money, StatementRow, column, measure


class Statement(StatementRow):
    """What somebody says a quantity is, or says without a number at all.

    It holds what has no ledger of its own: totals, majorities, shares and rises as somebody
    printed them, and accounts no number can settle. A row here is never added to anything: it is
    held against the other rows of its ``quantity`` and against the figure computed from records.
    """

    low: Money = measure("unit", additive=False, description="least that was meant")
    high: Money = measure("unit", additive=False, description="most; NULL is unbounded")
    quantity: str = column("what it is about, in words; the same words for the same quantity")
    unit: str = column("ISO 4217 code, or what is counted; 'account' where there is no number")
    stated_on: date = column("day it was said", nullable=True)


STATEMENTS = Ledger(name="statements", grain="one thing said about one quantity", model=Statement)
