"""What the law of the United Kingdom let candidates and parties spend at a general election.

The sums are inputs, each with its source: they change by order, and hold for the polls they are
listed for and no others. A poll that is not listed has no rule here, which is not "no limit".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

Period: TypeAlias = Literal["long", "short"]
SeatType: TypeAlias = Literal["county", "borough"]

#: The parts of the United Kingdom that have a limit of their own, by the letter of a GSS code.
PARTS = {"E": "England", "S": "Scotland", "W": "Wales", "N": "Northern Ireland"}


@dataclass(frozen=True, slots=True)
class CandidateRule:
    """What a candidate may spend in one period: a sum, and more for each elector of the seat.

    Parameters
    ----------
    base
        Pounds.
    county, borough
        Pounds for each elector in a seat of that kind; a burgh of Scotland is a borough.
    source
        Where the sums are from.
    """

    base: Decimal
    county: Decimal
    borough: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class PartyRule:
    """What a party may spend in a part of the United Kingdom: a sum for each seat it contests.

    Parameters
    ----------
    per_seat
        Pounds.
    at_least
        What the limit is in a part where so many seats come to less, in pounds. A part that is
        not listed has no such sum.
    source
        Where the sums are from.
    """

    per_seat: Decimal
    at_least: Mapping[str, Decimal]
    source: str


ACT_OF_1983 = "Representation of the People Act 1983, sections 76 and 76ZA"
ACT_OF_2000 = "Political Parties, Elections and Referendums Act 2000, Schedule 9, paragraph 3"
ORDER_OF_2023 = "as varied by order in 2023"

_RATES_2005 = (Decimal("0.07"), Decimal("0.05"))
_SHORT_2014 = CandidateRule(
    Decimal(8_700), Decimal("0.09"), Decimal("0.06"), f"{ACT_OF_1983}, as varied by order in 2014"
)
#: By year of the general election and period. There was no long period in 2017, 2019 and 2024;
#: those of 2010 and 2015 are the whole of it, since the Parliaments ran into their sixtieth month.
CANDIDATE_RULES: Mapping[tuple[int, Period], CandidateRule] = {
    (2010, "long"): CandidateRule(Decimal(25_000), *_RATES_2005, ACT_OF_1983),
    (2010, "short"): CandidateRule(
        Decimal(7_150), *_RATES_2005, f"{ACT_OF_1983}, as varied by order in 2005"
    ),
    (2015, "long"): CandidateRule(
        Decimal(30_700), _SHORT_2014.county, _SHORT_2014.borough, _SHORT_2014.source
    ),
    (2015, "short"): _SHORT_2014,
    (2017, "short"): _SHORT_2014,
    (2019, "short"): _SHORT_2014,
    (2024, "short"): CandidateRule(
        Decimal(11_390), Decimal("0.12"), Decimal("0.08"), f"{ACT_OF_1983}, {ORDER_OF_2023}"
    ),
}

_PARTY_2000 = PartyRule(
    Decimal(30_000),
    {"England": Decimal(810_000), "Scotland": Decimal(120_000), "Wales": Decimal(60_000)},
    ACT_OF_2000,
)
#: By year of the general election.
PARTY_RULES: Mapping[int, PartyRule] = {
    **dict.fromkeys((2005, 2010, 2015, 2017, 2019), _PARTY_2000),
    2024: PartyRule(
        Decimal(54_010),
        {
            "England": Decimal(1_458_440),
            "Scotland": Decimal(216_060),
            "Wales": Decimal(108_030),
        },
        f"{ACT_OF_2000}, {ORDER_OF_2023}",
    ),
}


def candidate_limit(rule: CandidateRule, seat_type: SeatType, electors: int) -> Decimal:
    """Return what one candidate may spend in one seat and period, to the penny.

    Parameters
    ----------
    rule
        The sums in force, from `CANDIDATE_RULES`.
    seat_type
        A burgh counts as a borough.
    electors
        On the register that the law takes, that of the last day for the notice of election: the
        electorate of the poll itself is another, somewhat larger one.

    Raises
    ------
    ValueError
        There are fewer than no electors, or the kind of seat is neither.

    Examples
    --------
    >>> candidate_limit(CANDIDATE_RULES[2015, "short"], "borough", 70_533)
    Decimal('12931.98')
    >>> candidate_limit(CANDIDATE_RULES[2015, "long"], "borough", 69_097)
    Decimal('34845.82')
    """
    rates = {"county": rule.county, "borough": rule.borough}
    if seat_type not in rates:
        raise ValueError(f'a seat is "county" or "borough", not "{seat_type}"')
    if electors < 0:
        raise ValueError(f"{electors:,} is no number of electors")
    return rule.base + rates[seat_type] * electors


def party_limit(rule: PartyRule, contested: Mapping[str, int]) -> Decimal:
    """Return what a party may spend in the whole of the United Kingdom.

    Each part has a limit of its own, so that a party within their sum can be over one of them.
    A candidate who stands for two parties is a share of a seat for each: here a whole one.

    Parameters
    ----------
    rule
        The sums in force, from `PARTY_RULES`.
    contested
        Seats contested by part of the United Kingdom, as named in `PARTS`.

    Raises
    ------
    ValueError
        A part is not one of the four, or has fewer than no seats.

    Examples
    --------
    >>> party_limit(PARTY_RULES[2017], {"England": 533, "Scotland": 59, "Wales": 40})
    Decimal('18960000')
    >>> party_limit(PARTY_RULES[2017], {"England": 1})
    Decimal('810000')
    """
    for part, seats in contested.items():
        if part not in PARTS.values() or seats < 0:
            raise ValueError(f"{seats:,} seats in {part} is no number of seats in a part")
    return sum(
        (
            max(rule.per_seat * seats, rule.at_least.get(part, Decimal(0)))
            for part, seats in contested.items()
            if seats
        ),
        Decimal(0),
    )
