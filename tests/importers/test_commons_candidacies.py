"""Candidacies from the site of election results: general elections, by-elections, notional ones."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.importers.commons_candidacies import COMMONS_CANDIDACIES
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

LINE = (
    "Parliament number,Parliament summoned on,Parliament dissolved on,Parliament Wikidata ID,"
    "Parliament London Gazette citation,Parliament URL,General election polling date,"
    "General election is notional,Total electorate in general election,"
    "Total valid votes in general election,Total invalid votes in general election,"
    "General election URL,Country name,Country geographic code,Country URL,English region name,"
    "English region geographic code,English region URL,Constituency name,"
    "Constituency geographic code,Constituency designation,Constituency URL,"
    "Boundary set start date,Boundary set end date,Boundary set URL,Electorate,"
    "Election polling date,Election is by-election,Declaration time,Election valid vote count,"
    "Election invalid vote count,Election URL,Election result summary,Candidate family name,"
    "Candidate given name,Candidate MNIS ID,Candidate is sitting MP,Candidate is former MP,"
    "Candidate Member URL,Main party name,Main party abbreviation,"
    "Main party Electoral Commission ID,Main party MNIS ID,Main party URL,Adjunct party name,"
    "Adjunct party abbreviation,Adjunct party Electoral Commission ID,"
    "Candidate is standing as Commons Speaker,Candidate is standing as independent,"
    "Candidate vote count,Candidate vote share,Candidate vote change,Majority,"
    "Candidate result position"
)
HEADER = LINE.split(",")
NAME = "candidate-level-results-general-election-04-07-2024.csv"


def candidacy(**cells: str) -> dict[str, str]:
    """Return a row of a seat with one candidate, unless told otherwise."""
    usual = dict.fromkeys(HEADER, "") | {
        "General election polling date": "2024-07-04",
        "General election is notional": "false",
        "Constituency name": "Upper Marsh",
        "Constituency geographic code": "E14001001",
        "Electorate": "1400",
        "Election polling date": "2024-07-04",
        "Election is by-election": "false",
        "Election valid vote count": "500",
        "Candidate family name": "Marsh",
        "Candidate given name": "Ada",
        "Main party name": "Labour",
        "Main party abbreviation": "Lab",
        "Candidate is standing as Commons Speaker": "false",
        "Candidate is standing as independent": "false",
        "Candidate vote count": "500",
    }
    return usual | {name.replace("_", " "): cell for name, cell in cells.items()}


#: Three candidates of one seat, 900 votes.
SEAT = (
    candidacy(Election_valid_vote_count="900", Adjunct_party_abbreviation="Coop"),
    candidacy(
        Election_valid_vote_count="900",
        Candidate_family_name="Fen",
        Candidate_given_name="Bo",
        Main_party_abbreviation="",
        Candidate_is_standing_as_independent="true",
        Candidate_vote_count="300",
    ),
    candidacy(
        Election_valid_vote_count="900",
        Candidate_family_name="O'Dyke",
        Candidate_given_name="Cy  R.",
        Main_party_abbreviation="",
        Candidate_is_standing_as_Commons_Speaker="true",
        Candidate_vote_count="100",
    ),
)


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "results.duckdb")


def imported(book: Book, *rows: dict[str, str], name: str = NAME, **options: Any) -> Receipt:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = book.path.parent / name
    path.write_text(text.getvalue(), "utf-8")
    return book.add(path, **options)[0]


def contests(book: Book, columns: str) -> list[tuple[Any, ...]]:
    return book.sql(f"SELECT {columns} FROM current_contests ORDER BY votes DESC").rows()


def refusals(book: Book, *rows: dict[str, str]) -> list[tuple[Any, Any, str]]:
    with pytest.raises(DataRefused) as refused:
        imported(book, *rows)
    return [(one.column, one.value, one.rule) for one in refused.value.problems]


def test_recognised_with_columns_missing_or_more() -> None:
    assert COMMONS_CANDIDACIES.recognises(HEADER)
    assert COMMONS_CANDIDACIES.recognises([*HEADER, "Candidate gender"])
    assert COMMONS_CANDIDACIES.recognises(
        [*HEADER, "Candidate is notional political party aggregate"]
    )
    assert not COMMONS_CANDIDACIES.recognises(
        [name for name in HEADER if name != "Election is by-election"]
    )


def test_a_candidate_is_a_row_and_the_electorate_stands_once(target: Book) -> None:
    receipt = imported(target, *SEAT)
    assert receipt.importer == "commons-candidacies"
    assert receipt.ledgers == {"sources": 1, "contests": 3, "audiences": 1}
    assert contests(target, "party, candidate, votes, electorate") == [
        ("Lab", "Ada Marsh", 500, 1400),
        ("Ind", "Bo Fen", 300, 1400),
        ("Spk", "Cy R. O'Dyke", 100, 1400),
    ]
    seat = "area_code, area_name, election, held_on::VARCHAR"
    assert set(contests(target, seat)) == {
        ("E14001001", "Upper Marsh", "general election 2024", "2024-07-04")
    }
    audience = target.sql("SELECT segment, low::INTEGER, as_of::VARCHAR FROM current_audiences")
    assert audience.rows() == [("E14001001", 1400, "2024-07-04")]


def test_a_party_without_an_abbreviation_goes_by_its_name(target: Book) -> None:
    imported(target, candidacy(Main_party_abbreviation="", Main_party_name="Fen First"))
    assert contests(target, "party") == [("Fen First",)]


def test_a_poll_that_was_put_off_is_of_its_general_election(target: Book) -> None:
    days = {"General_election_polling_date": "2010-05-06", "Election_polling_date": "2010-05-27"}
    imported(target, candidacy(**days))
    assert contests(target, "election, held_on::VARCHAR") == [
        ("general election 2010", "2010-05-27")
    ]


@pytest.mark.parametrize("general", ["", "2024-07-04"])
def test_a_by_election_is_of_its_own_day(target: Book, general: str) -> None:
    days = {"General_election_polling_date": general, "Election_polling_date": "2025-05-01"}
    row = candidacy(**days) | {"Election is by-election": "true"}
    imported(target, candidacy(), name="a.csv")
    imported(target, row, name="b.csv")
    assert sorted(contests(target, "election, held_on::VARCHAR")) == [
        ("by-election 2025-05-01", "2025-05-01"),
        ("general election 2024", "2024-07-04"),
    ]
    assert target.sql("SELECT count(*) FROM current_audiences").item() == 2


@pytest.mark.parametrize(
    "column", ["General election is notional", "Candidate is notional political party aggregate"]
)
def test_a_notional_result_is_set_aside(target: Book, column: str) -> None:
    aggregate = "Candidate is notional political party aggregate"
    rows = [candidacy() | {aggregate: "false"}, candidacy() | {aggregate: "false", column: "true"}]
    receipt = imported(target, *rows)
    assert (receipt.rows_posted, receipt.rows_set_aside) == (1, 1)
    assert receipt.asides == {"a notional result: votes that nobody cast": 1}


def test_candidates_that_are_not_all_of_their_seat_are_refused(target: Book) -> None:
    words = "is not the sum of the votes of the seat's candidates in the file: some may be missing"
    assert (
        refusals(target, *SEAT[:2], candidacy(Constituency_geographic_code="E14001002"))
        == [("Election valid vote count", "900", words)] * 2
    )


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"Candidate_vote_count": "12.5"}, "Candidate vote count", "is not a whole number"),
        ({"Candidate_vote_count": ""}, "Candidate vote count", "is blank"),
        ({"Main_party_abbreviation": "", "Main_party_name": ""}, "party", "is blank"),
        (
            {"Candidate_given_name": "", "Candidate_family_name": " "},
            "Candidate family name",
            "is blank and must not be: the row names no candidate",
        ),
        ({"Constituency_geographic_code": "7"}, "Constituency geographic code", "is not a GSS"),
        (
            {"Candidate_is_standing_as_independent": "perhaps"},
            "Candidate is standing as independent",
            "is neither true nor false",
        ),
        ({"Election_polling_date": "04/07/2024"}, "Election polling date", "is not a date"),
    ],
)
def test_refused(target: Book, cells: dict[str, str], column: str, rule: str) -> None:
    found = refusals(target, candidacy(**cells))
    assert any(one[0] == column and rule in one[2] for one in found), found


def test_whether_it_is_a_by_election_must_be_told(target: Book) -> None:
    row = candidacy()
    del row["Election is by-election"]
    with pytest.raises(FileUnusable, match="missing: Election is by-election"):
        imported(target, row)
    [(column, _, rule)] = refusals(target, candidacy() | {"Election is by-election": ""})
    assert (column, rule) == ("Election is by-election", "is neither true nor false")


def test_one_election_is_posted_from_one_file(target: Book) -> None:
    imported(target, *SEAT, name="a.csv")
    found = refusals(target, *(row | {"Declaration time": "later"} for row in SEAT))
    assert len(found) == 3
    assert all("of another row in force" in rule for *_, rule in found)
