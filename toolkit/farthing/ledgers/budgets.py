"""Budgets: one statement of money asked for, approved or said to be spent a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import CURRENCY, Ledger, Money, StatementRow, column, measure


class Budget(StatementRow):
    """What somebody says was asked for, approved or spent on a campaign as a whole.

    Two rows for one campaign and stage are two statements of the same money: they are held
    against each other and never added.
    """

    low: Money = measure("currency", additive=True, description="least that was meant")
    high: Money = measure("currency", additive=True, description="most; NULL is unbounded")
    campaign_id: str = column("the campaign", refers_to="campaigns.campaign_id")
    stage: str = column("which money", isin=["requested", "approved", "claimed"])
    currency: str = column("ISO 4217 code", str_matches=CURRENCY)
    stated_on: date = column("day it was said", nullable=True)


BUDGETS = Ledger(
    name="budgets", grain="one statement of one stage of a campaign's money", model=Budget
)
