"""Campaigns: one line of work a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import IDENTIFIER, Ledger, Row, column, row_rule


class Campaign(Row):
    """A line of work that money is asked for or spent on."""

    campaign_id: str = column("the campaign's name in other ledgers", str_matches=IDENTIFIER)
    organisation: str = column("who runs it")
    asked_by: str = column("who asked for it, where that is somebody else", nullable=True)
    name: str = column("what people call it")
    part_of: str = column(
        "the larger campaign whose return would hold its money",
        nullable=True,
        refers_to="campaigns.campaign_id",
    )
    purpose: str = column("what it is said to be for", nullable=True)
    intended_audience: str = column("whom it was meant to reach", nullable=True)
    starts_on: date = column("first day", nullable=True)
    ends_before: date = column("the day after the last", nullable=True)

    part = row_rule("part_of <> campaign_id", "is a part of itself")
    period = row_rule("starts_on < ends_before", "ends before it starts")


CAMPAIGNS = Ledger(name="campaigns", grain="one line of work", model=Campaign, key=("campaign_id",))
