"""Spend: one payment, invoice, return line or platform charge a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import CURRENCY, GSS, AmountRow, Ledger, Money, column, measure, row_rule


class Spend(AmountRow):
    """What a record shows as spent; a range where the record gives one.

    The same pound can stand in an invoice, a payment, a return and a platform's charge: the
    kinds of ``record`` are held against each other, never added. A row that is a part of
    another row (the Facebook part of a return's total) names it in ``part_of`` and is left out
    of totals.
    """

    low: Money = measure("currency", additive=True, description="least; below zero is a refund")
    high: Money = measure("currency", additive=True, description="most; NULL is unbounded")
    campaign_id: str = column("the campaign", refers_to="campaigns.campaign_id")
    record: str = column("what shows it", isin=["invoice", "payment", "return", "platform"])
    incurred_on: date = column("day it fell on", nullable=True)
    starts_on: date = column("first day of the period, where it is not one day", nullable=True)
    ends_before: date = column("the day after the period's last", nullable=True)
    payee: str = column("who was paid", nullable=True)
    channel: str = column("where the money worked: facebook, google, direct mail", nullable=True)
    category: str = column("the record's own category", nullable=True)
    area_code: str = column("GSS code of the area", nullable=True, str_matches=GSS)
    currency: str = column("ISO 4217 code", str_matches=CURRENCY)
    document_ref: str = column("the record's own reference", nullable=True)
    series: str = column(
        "the table of the record it stands in; two series of a campaign tell of the same money "
        "and are never added",
        nullable=True,
    )
    part_of: str = column(
        "the entry this row is a part of", nullable=True, refers_to="spend.entry_id"
    )

    dated = row_rule(
        "incurred_on IS NOT NULL OR (starts_on IS NOT NULL AND ends_before IS NOT NULL) "
        "OR series IS NOT NULL",
        "has neither a day nor a period, and is no total of a series",
    )
    period = row_rule("starts_on < ends_before", "ends before it starts")


SPEND = Ledger(
    name="spend", grain="one payment, invoice, return line or platform charge", model=Spend
)
