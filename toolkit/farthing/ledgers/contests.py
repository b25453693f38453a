"""Contests: the votes of a candidate, or of a party, in one election and area a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import GSS, Ledger, Row, column, measure


class Contest(Row):
    """Votes as declared. The majority is computed from them, never stored."""

    election: str = column("which election: general election 2017")
    held_on: date = column("polling day")
    area_code: str = column("GSS code of the constituency", str_matches=GSS)
    area_name: str = column("its name")
    party: str = column("the party as the record abbreviates it; Ind is an independent")
    candidate: str = column(
        "the candidate's name; NULL where the row is the total of a party", nullable=True
    )
    votes: int = measure("votes", additive=True, description="valid votes", nullable=False, ge=0)
    electorate: int = measure(
        "people", additive=False, description="registered electors of the whole area", ge=0
    )


SAME_POLL = "incoming.election = other.election AND incoming.area_code = other.area_code"

CONTESTS = Ledger(
    name="contests",
    grain="one candidate in one election and area",
    model=Contest,
    key=("election", "area_code", "party", "candidate"),
    clashes=(
        (
            f"{SAME_POLL} AND incoming.candidate IS NULL AND other.candidate NOTNULL",
            "the row totals a party where the candidates of the election and area are in other "
            "rows: the votes would count twice (--declare votes=none leaves a file's totals out)",
        ),
        (
            f"{SAME_POLL} AND incoming.candidate NOTNULL AND other.candidate IS NULL",
            "the row is a candidate where party totals of the election and area are in other "
            "rows: the votes would count twice (a new book takes the candidates)",
        ),
    ),
)
