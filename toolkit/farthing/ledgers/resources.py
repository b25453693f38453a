"""Resources: one allotment in kind a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import GSS, Ledger, Money, StatementRow, column, measure, row_rule


class Resource(StatementRow):
    """People or things given to a place. None stated is 0; none recorded is no row."""

    low: Money = measure("unit", additive=True, description="least")
    high: Money = measure("unit", additive=True, description="most; NULL is unbounded")
    organisation: str = column("who gave it")
    party: str = column("the party whose majority counts, as `contests` names it", nullable=True)
    area_code: str = column("GSS code of the place", str_matches=GSS)
    resource: str = column("what was given: organiser, leaflet, poster")
    unit: str = column("what the amount counts")
    starts_on: date = column("first day it may have been given; fixes what was known then")
    ends_before: date = column("the day after the last", nullable=True)

    period = row_rule("starts_on < ends_before", "ends before it starts")
    counted = row_rule("low >= 0", "counts fewer than none")


RESOURCES = Ledger(name="resources", grain="one allotment to one place", model=Resource)
