"""Contests: one candidate's votes in one election and area a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import GSS, Ledger, Row, column, measure


class Contest(Row):
    """Votes as declared. The majority is computed from them, never stored."""

    election: str = column("which election: ge2017")
    held_on: date = column("polling day")
    area_code: str = column("GSS code of the constituency", str_matches=GSS)
    area_name: str = column("its name")
    party: str = column("the party as the record abbreviates it; Ind is an independent")
    candidate: str = column("the candidate's name", nullable=True)
    votes: int = measure("votes", additive=True, description="valid votes", nullable=False, ge=0)
    electorate: int = measure(
        "people", additive=False, description="registered electors of the whole area", ge=0
    )


CONTESTS = Ledger(
    name="contests",
    grain="one candidate in one election and area",
    model=Contest,
    key=("election", "area_code", "party", "candidate"),
)
