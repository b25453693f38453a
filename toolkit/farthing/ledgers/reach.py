"""Reach: one measurement of delivery a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import AmountRow, Ledger, Money, column, measure, row_rule

MEASURES = ["impressions", "people", "clicks", "video_views"]
SEGMENT_KINDS = ["all", "area", "age", "gender", "age_gender", "audience"]


class Reach(AmountRow):
    """What was delivered to whom.

    Impressions, clicks and views of different segments add up; people do not, since one person
    can stand in two rows.
    """

    low: Money = measure("measure", additive=False, description="least; 0 can mean it never ran")
    high: Money = measure("measure", additive=False, description="most; NULL is unbounded")
    campaign_id: str = column("the campaign", refers_to="campaigns.campaign_id")
    starts_on: date = column("first day", nullable=True)
    ends_before: date = column("the day after the last", nullable=True)
    channel: str = column("where it was shown", nullable=True)
    measure: str = column("what was counted", isin=MEASURES)
    segment_kind: str = column("how people are divided here", isin=SEGMENT_KINDS)
    segment: str = column("which of them; NULL for all", nullable=True)

    series: str = column(
        "the table of the record it stands in; two series of a campaign tell of the same delivery "
        "and are never added",
        nullable=True,
    )

    period = row_rule("starts_on < ends_before", "ends before it starts")
    counted = row_rule("low >= 0", "counts fewer than none")


REACH = Ledger(name="reach", grain="one measurement of delivery", model=Reach)
