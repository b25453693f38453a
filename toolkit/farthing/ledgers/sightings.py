"""Sightings: one panel asked whether they saw a campaign a row."""

from __future__ import annotations

from farthing.ledger import Ledger, Row, column, row_rule


class Sighting(Row):
    """How many of a panel saw it.

    Checkers who all saw it and whose number nobody gives have ``outcome`` "all" and no counts.
    """

    campaign_id: str = column("the campaign", refers_to="campaigns.campaign_id")
    panel: str = column("who was asked")
    selection: str = column("how they came to be asked", isin=["chosen", "volunteer", "random"])
    asked: int = column("how many were asked; NULL is unknown", nullable=True, ge=1)
    saw: int = column("how many of them saw it; NULL is unknown", nullable=True, ge=0)
    outcome: str = column("how many, in a word", isin=["all", "some", "none", "unknown"])
    said_by: str = column("who said so")
    reported_by: str = column("who passed it on, in order", nullable=True)

    part = row_rule("saw <= asked", "has more who saw it than were asked")
    word_all = row_rule("outcome <> 'all' OR saw = asked", "says all and counts otherwise")
    word_none = row_rule("outcome <> 'none' OR saw = 0", "says none and counts otherwise")
    word_some = row_rule(
        "outcome <> 'some' OR (saw > 0 AND saw < asked)", "says some and counts otherwise"
    )


SIGHTINGS = Ledger(name="sightings", grain="one panel asked about one campaign", model=Sighting)
