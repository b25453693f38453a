"""Spending limits: what authorities printed, and the Commission's own column for every seat."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from farthing.stats.limits import (
    CANDIDATE_RULES,
    PARTS,
    PARTY_RULES,
    CandidateRule,
    Period,
    SeatType,
    candidate_limit,
    party_limit,
)

REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="FARTHING_REAL_DATA names no folder")


@pytest.mark.parametrize(
    ("year", "period", "seat_type", "electors", "pounds"),
    [
        (2010, "short", "borough", 0, "7150.00"),  # Independent, 10 December 2010
        (2010, "long", "county", 100, "25007.00"),
        (2015, "short", "borough", 70_533, "12931.98"),  # Pudsey, Electoral Commission
        (2015, "long", "borough", 70_533, "34931.98"),
        (2015, "short", "borough", 69_097, "12845.82"),  # Leeds North East
        (2015, "long", "borough", 69_097, "34845.82"),
        (2024, "short", "borough", 77_874, "17619.92"),  # Brentford and Isleworth, Hounslow
        (2024, "short", "borough", 75_503, "17430.24"),  # Feltham and Heston, Hounslow
        (2024, "short", "county", 69_943, "19783.16"),  # as printed by Mole Valley
        (2017, "short", "county", 0, "8700.00"),
    ],
)
def test_limits_that_authorities_printed(
    year: int, period: Period, seat_type: SeatType, electors: int, pounds: str
) -> None:
    rule = CANDIDATE_RULES[year, period]
    assert candidate_limit(rule, seat_type, electors) == Decimal(pounds)


def test_what_is_no_seat() -> None:
    rule = CandidateRule(Decimal(1), Decimal(2), Decimal(3), "nobody")
    with pytest.raises(ValueError, match='not "burgh"'):
        candidate_limit(rule, "burgh", 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="-1 is no number of electors"):
        candidate_limit(rule, "county", -1)


def test_a_party_in_every_seat_of_great_britain() -> None:
    # the explanatory notes to the Act print these, in thousands of pounds
    rule = PARTY_RULES[2005]
    seats = {"England": 529, "Scotland": 72, "Wales": 40, "Northern Ireland": 18}
    alone = {part: party_limit(rule, {part: count}) for part, count in seats.items()}
    assert alone == {
        "England": 15_870_000,
        "Scotland": 2_160_000,
        "Wales": 1_200_000,
        "Northern Ireland": 540_000,
    }
    assert party_limit(rule, seats) == 19_770_000


def test_a_party_with_few_seats_has_the_least_limit() -> None:
    rule = PARTY_RULES[2017]
    assert party_limit(rule, {"England": 27}) == party_limit(rule, {"England": 1}) == 810_000
    assert party_limit(rule, {"England": 28}) == 840_000
    assert party_limit(rule, {"Northern Ireland": 1}) == 30_000
    assert party_limit(rule, {"Wales": 0}) == party_limit(rule, {}) == 0
    assert party_limit(PARTY_RULES[2024], {"England": 27}) == 27 * 54_010 + 170
    with pytest.raises(ValueError, match="3 seats in Cornwall"):
        party_limit(rule, {"Cornwall": 3})
    with pytest.raises(ValueError, match="-1 seats in Wales"):
        party_limit(rule, {"Wales": -1})


def test_every_rule_names_its_source() -> None:
    assert all(rule.source for rule in [*CANDIDATE_RULES.values(), *PARTY_RULES.values()])
    parts = {part for rule in PARTY_RULES.values() for part in rule.at_least}
    assert parts < set(PARTS.values())


@real
def test_every_limit_of_2015_follows_from_its_electorate() -> None:
    from python_calamine import CalamineWorkbook

    path = Path(REAL or "", "electoral_commission", "candidate_spending_ge2015.xlsx")
    book = CalamineWorkbook.from_path(path)
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    [header, *rows] = max(sheets, key=len)
    at = {str(name).strip(): place for place, name in enumerate(header)}
    seen = 0
    for row in rows:
        if not row[at["ConstituencyId"]]:
            continue
        kind = str(row[at["Constituency Type"]]).strip().lower()
        seat_type: SeatType = "county" if kind == "county" else "borough"
        electors = int(float(row[at["Electorate (Limit)"]]))
        periods: tuple[Period, Period] = ("long", "short")
        for period in periods:
            stated = Decimal(f"{float(row[at[f'{period.capitalize()} Limit']]):.2f}")
            assert candidate_limit(CANDIDATE_RULES[2015, period], seat_type, electors) == stated
        seen += 1
    assert seen == 3_971
