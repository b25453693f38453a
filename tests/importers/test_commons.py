"""Results of the House of Commons Library: the layouts, the traps, and the real files."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable, UsageError
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

CANDIDATES = (
    "ons_id,ons_region_id,constituency_name,county_name,region_name,country_name,"
    "constituency_type,party_name,party_abbreviation,firstname,surname,gender,sitting_mp,"
    "former_mp,votes,share,change\n"
)
CANDIDATES_2024 = (
    "ONS ID,ONS region ID,Constituency name,County name,Region name,Country name,"
    "Constituency type,Party name,Party abbreviation,Electoral Commission party ID,MNIS party ID,"
    "Electoral Commission adjunct party ID,Candidate first name,Candidate surname,"
    "Candidate gender,Sitting MP,Former MP,Member MNIS ID,Votes,Share,Change,DC Person ID\n"
)
SEATS = (
    "ons_id,ons_region_id,constituency_name,county_name,region_name,country_name,"
    "constituency_type,declaration_time,result,first_party,second_party,electorate,valid_votes,"
    "invalid_votes,majority,con,lab,ld,ukip,green,other,other_winner\n"
)
SEATS_2019 = (
    "ons_id,ons_region_id,constituency_name,county_name,region_name,country_name,"
    "constituency_type,declaration_time,mp_firstname,mp_surname,mp_gender,result,first_party,"
    "second_party,electorate,valid_votes,invalid_votes,majority,con,lab,brexit,other,other_winner\n"
)
SEATS_2024 = (
    "ONS ID,ONS region ID,Constituency name,County name,Region name,Country name,"
    "Constituency type,Declaration time,Member first name,Member surname,Member gender,Result,"
    "First party,Second party,Electorate,Valid votes,Invalid votes,Majority,Con,Lab,RUK,APNI,"
    "All other candidates,Of which other winner\n"
)
BY_CANDIDATE = "HoC-GE2017-results-by-candidate.csv"
BY_SEAT = "HoC-GE2017-constituency-results.csv"

Row = tuple[Any, ...]


def candidate(code: str, party: str, first: str, last: str, votes: str) -> str:
    return (
        f"{code},E12000099,Upper Marsh,Fenshire,East,England,County,The {party} party,{party},"
        f"{first},{last},Female,No,No,{votes},0.5,\n"
    )


def seat(**cells: str) -> str:
    """Return a row of `SEATS`: Con 500, Lab 300, LD 50 of 850 votes, unless told otherwise."""
    usual = {
        "ons_id": "E14000001", "ons_region_id": "E12000099", "constituency_name": "Upper Marsh",
        "county_name": "Fenshire", "region_name": "East", "country_name": "England",
        "constituency_type": "County", "declaration_time": "2017-06-09 02:00:00",
        "result": "Con hold", "first_party": "Con", "second_party": "Lab", "electorate": "1400",
        "valid_votes": "850", "invalid_votes": "9", "majority": "200", "con": "500",
        "lab": "300", "ld": "50", "ukip": "0", "green": "0", "other": "0", "other_winner": "0",
    }  # fmt: skip
    return ",".join((usual | cells).values()) + "\n"


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "results.duckdb")


def imported(book: Book, name: str, text: str, **options: Any) -> Receipt:
    path = book.path.parent / name
    path.write_bytes(text.encode())
    return book.add(path, **options)[0]


def contests(book: Book) -> list[Row]:
    query = """
        SELECT area_code, party, candidate, votes, electorate FROM current_contests
        ORDER BY area_code, votes DESC, party"""
    return book.sql(query).rows()


def refusals(book: Book, name: str, text: str, **options: Any) -> list[tuple[Any, Any, str]]:
    with pytest.raises(DataRefused) as refused:
        imported(book, name, text, **options)
    return [(one.column, one.value, one.rule) for one in refused.value.problems]


# By candidate.


def test_a_candidate_is_a_row_with_the_votes_and_the_polling_day_of_the_file_name(
    target: Book,
) -> None:
    text = CANDIDATES + candidate("E14000001", "Con", "Ada ", " Yi  Marsh", "1234")
    receipt = imported(target, BY_CANDIDATE, text)
    assert receipt.importer == "commons-candidates"
    assert receipt.settings["election"] == "GE2017"
    rows = target.sql("SELECT * FROM current_contests").rows(named=True)
    assert len(rows) == 1
    assert rows[0]["election"] == "general election 2017"
    assert str(rows[0]["held_on"]) == "2017-06-08"
    assert rows[0]["area_name"] == "Upper Marsh"
    assert (rows[0]["party"], rows[0]["candidate"]) == ("Con", "Ada Yi Marsh")
    assert (rows[0]["votes"], rows[0]["electorate"]) == (1234, None)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("hoc-ge2005-results.csv", "2005-05-05"),
        ("hoc-ge2010-results.csv", "2010-05-06"),
        ("hoc-ge2015-results-full.csv", "2015-05-07"),
        ("HoC-GE2019-results-by-candidate.csv", "2019-12-12"),
        ("HoC-GE2024-results-by-candidate.csv", "2024-07-04"),
    ],
)
def test_each_election_has_its_polling_day(target: Book, name: str, day: str) -> None:
    imported(target, name, CANDIDATES + candidate("E14000001", "Con", "Ada", "Marsh", "1"))
    assert str(target.sql("SELECT held_on FROM current_contests").item()) == day


def test_the_names_of_2024_are_known(target: Book) -> None:
    row = (
        "E14001063,E12000099,Upper Marsh,,East,England,Borough,Reform UK,RUK,PP1,2,,Ada,Marsh,"
        "Female,No,No,,77,0.1,,99\n"
    )
    imported(target, "HoC-GE2024-results-by-candidate.csv", CANDIDATES_2024 + row)
    assert contests(target) == [("E14001063", "RUK", "Ada Marsh", 77, None)]


@pytest.mark.parametrize("name", ["results.csv", "college2017.csv", "GE17.csv"])
def test_the_election_is_declared_where_the_name_of_the_file_does_not_tell(
    target: Book, name: str
) -> None:
    text = CANDIDATES + candidate("E14000001", "Con", "Ada", "Marsh", "1")
    with pytest.raises(FileUnusable, match="does not tell the general election") as unusable:
        imported(target, name, text)
    assert "--declare election=ge2017" in str(unusable.value.hint)
    imported(target, name, text, declare={"election": "ge2015"})
    assert target.sql("SELECT election FROM contests").item() == "general election 2015"


def test_an_election_is_declared_by_its_year_alone(target: Book) -> None:
    text = CANDIDATES + candidate("E14000001", "Con", "Ada", "Marsh", "1")
    with pytest.raises(UsageError, match="cannot be"):
        imported(target, "results.csv", text, declare={"election": "the last one"})


def test_an_unknown_polling_day_is_declared_and_not_guessed(target: Book) -> None:
    text = CANDIDATES + candidate("E14000001", "Con", "Ada", "Marsh", "1")
    [(column, value, rule), *_] = refusals(target, "HoC-GE2001.csv", text)
    assert (column, value) == (None, None)
    assert "--declare held_on=" in rule
    imported(target, "HoC-GE2001.csv", text, declare={"held_on": "2001-06-07"})
    assert str(target.sql("SELECT held_on FROM contests").item()) == "2001-06-07"


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (("Aldershot", "Con", "Ada", "Marsh", "1"), "ons_id", "is not a GSS code"),
        (("E14000001", "Con", " ", "", "1"), "surname", "is blank and must not be"),
        (("E14000001", "", "Ada", "Marsh", "1"), "party_abbreviation", "is blank and must not be"),
        (("E14000001", "Con", "Ada", "Marsh", ""), "votes", "is blank and must not be"),
        (("E14000001", "Con", "Ada", "Marsh", "12.5"), "votes", "is not a whole number"),
        (("E14000001", "Con", "Ada", "Marsh", "-3"), "votes", "is below 0"),
        (("E14000001", "Con", "A\x00", "Marsh", "1"), "candidate", "holds a control character"),
    ],
)
def test_a_row_that_is_no_candidate_is_refused(
    target: Book, row: tuple[str, ...], column: str, rule: str
) -> None:
    found = refusals(target, BY_CANDIDATE, CANDIDATES + candidate(*row))
    assert any(one[0] == column and rule in one[2] for one in found), found


def test_a_candidate_twice_is_refused(target: Book) -> None:
    row = candidate("E14000001", "Con", "Ada", "Marsh", "1")
    found = refusals(target, BY_CANDIDATE, CANDIDATES + row + row)
    assert len(found) == 2
    assert all("of another row in force" in rule for _, _, rule in found)


# By constituency.


def test_a_party_with_votes_has_a_row_and_the_electorate_is_an_audience(target: Book) -> None:
    receipt = imported(target, BY_SEAT, SEATS + seat())
    assert receipt.importer == "commons-constituencies"
    assert receipt.ledgers == {"sources": 1, "contests": 3, "audiences": 1}
    assert contests(target) == [
        ("E14000001", "Con", None, 500, 1400),
        ("E14000001", "Lab", None, 300, 1400),
        ("E14000001", "LD", None, 50, 1400),
    ]
    [row] = target.sql(
        "SELECT segment_kind, segment, as_of::VARCHAR, low::BIGINT, high::BIGINT, basis "
        "FROM current_audiences"
    ).rows()
    assert row == ("area", "E14000001", "2017-06-08", 1400, 1400, "exact")


def test_a_winner_without_a_column_is_posted_under_the_first_party(target: Book) -> None:
    cells = {"first_party": "Spk", "second_party": "Con", "majority": "100"}
    imported(
        target,
        BY_SEAT,
        SEATS + seat(**cells, other="640", other_winner="600", valid_votes="1490"),
    )
    assert [row[1:4] for row in contests(target)] == [
        ("Spk", None, 600), ("Con", None, 500), ("Lab", None, 300), ("LD", None, 50),
        ("Other", None, 40),
    ]  # fmt: skip


def test_a_winner_without_a_column_is_known_by_the_majority(target: Book) -> None:
    without = SEATS.removesuffix(",other_winner\n") + "\n"
    won = seat(first_party="Spk", con="0", other="500", second_party="Lab")
    rows = without + "".join(
        line.rsplit(",", 1)[0] + "\n" for line in (won, seat(ons_id="E14000002"))
    )
    imported(target, "hoc-ge2015.csv", rows.replace("2017-06-09", "2015-05-08"))
    posted = target.sql("SELECT area_code, party, votes FROM contests ORDER BY ALL").rows()
    assert posted == [
        ("E14000001", "LD", 50), ("E14000001", "Lab", 300), ("E14000001", "Spk", 500),
        ("E14000002", "Con", 500), ("E14000002", "LD", 50), ("E14000002", "Lab", 300),
    ]  # fmt: skip


def test_a_second_without_a_column_has_what_the_majority_leaves(target: Book) -> None:
    cells = {"second_party": "Ind", "majority": "80", "other": "450", "valid_votes": "1300"}
    imported(target, BY_SEAT, SEATS + seat(**cells))
    assert [row[1:4] for row in contests(target)] == [
        ("Con", None, 500), ("Ind", None, 420), ("Lab", None, 300), ("LD", None, 50),
        ("Other", None, 30),
    ]  # fmt: skip


def test_both_first_and_second_can_be_without_a_column(target: Book) -> None:
    cells = {"first_party": "Ind", "second_party": "PBPA", "majority": "10"}
    imported(
        target,
        BY_SEAT,
        SEATS + seat(**cells, other="1200", other_winner="605", valid_votes="2050"),
    )
    assert [row[1:4] for row in contests(target)] == [
        ("Ind", None, 605), ("PBPA", None, 595), ("Con", None, 500), ("Lab", None, 300),
        ("LD", None, 50),
    ]  # fmt: skip


def test_the_parties_of_a_year_are_those_of_its_columns(target: Book) -> None:
    row = (
        "E14000001,E12000099,Upper Marsh,Fenshire,East,England,County,2019-12-13 02:30,Ada,Marsh,"
        'Female,Lab hold,Lab,Brexit,1400,"1,100",3,400,100,700,300,0,0\n'
    )
    imported(target, "HoC-GE2019-results-by-constituency-csv.csv", SEATS_2019 + row)
    assert [row[1:4] for row in contests(target)] == [
        ("Lab", None, 700), ("Brexit", None, 300), ("Con", None, 100),
    ]  # fmt: skip


def test_the_columns_of_2024_are_known_under_their_names(target: Book) -> None:
    row = (
        "E14001063,E12000099,Upper Marsh,,East,England,Burgh,,Ada,Marsh,Female,RUK gain,RUK,APNI,"
        "1400,1000,3,100,50,150,400,300,100,0\n"
    )
    imported(target, "HoC-GE2024-results-by-constituency.csv", SEATS_2024 + row)
    assert [row[1:4] for row in contests(target)] == [
        ("RUK", None, 400), ("APNI", None, 300), ("Lab", None, 150), ("Other", None, 100),
        ("Con", None, 50),
    ]  # fmt: skip


def test_a_new_party_is_posted_under_the_name_of_its_column(target: Book) -> None:
    text = SEATS.replace("ukip", "Volt") + seat(ukip="40", valid_votes="890")
    imported(target, BY_SEAT, text)
    assert ("E14000001", "Volt", None, 40, 1400) in contests(target)


def test_a_column_of_something_else_than_votes_breaks_the_sum(target: Book) -> None:
    text = SEATS.replace("ukip", "postal votes") + seat(ukip="40")
    [(column, value, rule)] = refusals(target, BY_SEAT, text)
    assert (column, value) == ("valid_votes", "850")
    assert rule.startswith("is not the sum of the votes of all parties")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"valid_votes": "851"}, "valid_votes"),
        ({"valid_votes": ""}, "valid_votes"),
        ({"ld": "fifty"}, "valid_votes"),
        ({"ld": "-50", "valid_votes": "750"}, "valid_votes"),
        ({"ld": "50.4"}, "valid_votes"),
        ({"ld": ""}, "valid_votes"),
        ({"other": ""}, "valid_votes"),
        ({"majority": "201"}, "majority"),
        ({"majority": "199"}, "majority"),
        ({"majority": ""}, "majority"),
        ({"majority": "600"}, "majority"),
        ({"other": "90", "other_winner": "95", "valid_votes": "940"}, "majority"),
        ({"other_winner": "none"}, "majority"),
        ({"first_party": "Lab"}, "first_party"),
        ({"first_party": "Ind"}, "first_party"),
        ({"second_party": "LD"}, "second_party"),
        ({"second_party": "Ind"}, "second_party"),
        # The winner is pooled and nothing says so: the sums alone would let it pass.
        ({"first_party": "Ind", "other": "600", "valid_votes": "1450"}, "first_party"),
        ({"other": "301", "valid_votes": "1151"}, "other"),
        ({"declaration_time": "2015-05-08 02:00:00"}, "declaration_time"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    target: Book, cells: dict[str, str], column: str
) -> None:
    found = refusals(target, BY_SEAT, SEATS + seat(**cells))
    assert column in [one[0] for one in found], found
    assert target.sql("SELECT count(*) FROM audiences").item() == 0


def test_a_declared_election_is_held_against_the_time_of_the_declaration(target: Book) -> None:
    [(column, value, rule)] = refusals(
        target, BY_SEAT, SEATS + seat(), declare={"election": "ge2015"}
    )
    assert (column, value) == ("declaration_time", "2017-06-09 02:00:00")
    assert rule == "is not in the week after polling day: the file is of another election"


def test_a_tie_is_no_contradiction(target: Book) -> None:
    imported(target, BY_SEAT, SEATS + seat(lab="500", majority="0", valid_votes="1050"))
    assert [row[3] for row in contests(target)] == [500, 500, 50]


def test_titles_notes_and_totals_around_the_table_are_set_aside(target: Book) -> None:
    title = "General election 2017: results by constituency" + "," * 22 + "\n"
    total = ",,United Kingdom total,,,,,,,,,1400,850,9,,500,300,50,0,0,0,0\n"
    note = "Source: House of Commons Library" + "," * 21 + "\n"
    receipt = imported(target, BY_SEAT, title + SEATS + seat() + total + note)
    assert (receipt.rows_read, receipt.rows_posted) == (4, 1)
    assert receipt.asides == {
        "a title above the header": 1, "a line of totals": 1, "a note below the table": 1,
    }  # fmt: skip
    assert target.sql("SELECT sum(votes) FROM current_contests").item() == 850


def test_a_seat_without_a_code_is_no_line_of_totals(target: Book) -> None:
    found = refusals(target, BY_SEAT, SEATS + seat(ons_id=""))
    assert any("is blank and must not be" in rule for *_, rule in found)


def test_a_note_below_candidates_is_set_aside(target: Book) -> None:
    note = "Notes: the Speaker stood as such" + "," * 16 + "\n"
    text = CANDIDATES + candidate("E14000001", "Con", "Ada", "Marsh", "1") + note
    receipt = imported(target, BY_CANDIDATE, text)
    assert receipt.asides == {"a note below the table": 1}


# Both files of one election.

BOTH = CANDIDATES + "".join(
    candidate("E14000001", party, "Ada", party, votes)
    for party, votes in (("Con", "500"), ("Lab", "300"), ("LD", "50"))
)


def test_party_totals_are_refused_beside_the_candidates_with_what_to_do(target: Book) -> None:
    imported(target, BY_CANDIDATE, BOTH)
    [(_, _, rule)] = refusals(target, BY_SEAT, SEATS + seat())
    assert rule.startswith("the row totals a party where the candidates")
    assert "--declare votes=none" in rule
    assert target.sql("SELECT sum(votes) FROM current_contests").item() == 850


def test_candidates_are_refused_beside_party_totals(target: Book) -> None:
    imported(target, BY_SEAT, SEATS + seat())
    found = refusals(target, BY_CANDIDATE, BOTH)
    assert len(found) == 3
    assert all(rule.startswith("the row is a candidate where party totals") for *_, rule in found)
    assert target.sql("SELECT sum(votes) FROM current_contests").item() == 850


def test_both_kinds_in_one_file_clash_too(target: Book) -> None:
    imported(target, BY_CANDIDATE, BOTH)
    header = "entry_id,source_id,election,held_on,area_code,area_name,party,candidate,votes\n"
    source = target.sql("SELECT source_id FROM sources").item()
    stem = f"{source},general election 2015,2015-05-07,E14000001,Upper Marsh"
    found = refusals(
        target, "own.csv", header + f"a,{stem},Con,Ada,5\nb,{stem},Lab,,3\nc,{stem},LD,Bea,2\n"
    )
    assert len(found) == 3


def test_other_areas_and_elections_do_not_clash(target: Book) -> None:
    imported(target, BY_CANDIDATE, BOTH)
    imported(target, BY_SEAT, SEATS + seat(ons_id="E14000002"))
    imported(
        target, "HoC-GE2015-x.csv", SEATS + seat(declaration_time="2015-05-08"),
    )  # fmt: skip
    assert target.sql("SELECT sum(votes) FROM current_contests").item() == 3 * 850


def test_the_electorates_alone_stand_beside_the_candidates(target: Book) -> None:
    imported(target, BY_CANDIDATE, BOTH)
    receipt = imported(target, BY_SEAT, SEATS + seat(), declare={"votes": "none"})
    assert (receipt.outcome, receipt.rows_posted) == ("posted", 1)
    assert target.sql("SELECT sum(votes), count(*) FROM current_contests").rows() == [(850, 3)]
    assert target.sql("SELECT low::BIGINT FROM current_audiences").item() == 1400


def test_pooled_candidates_do_not_keep_an_electorate_out(target: Book) -> None:
    text = SEATS + seat(other="301", valid_votes="1151")
    assert imported(target, BY_SEAT, text, declare={"votes": "none"}).rows_posted == 1


def test_a_later_edition_is_refused_where_the_election_is_on_the_book(target: Book) -> None:
    imported(target, BY_CANDIDATE, BOTH)
    found = refusals(target, "HoC-GE2017-corrected.csv", BOTH.replace(",50,", ",51,"))
    assert len(found) == 3


# The real files.

REAL = Path(os.environ.get("FARTHING_REAL_DATA", "")) / "elections"
real = pytest.mark.skipif("FARTHING_REAL_DATA" not in os.environ, reason="no real files here")


def read(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def by_candidate(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = Book(tmp_path_factory.mktemp("real") / "candidates.duckdb")
    book.add(REAL / BY_CANDIDATE, REAL / "hoc-ge2015-results-full.csv")
    return book


@pytest.fixture(scope="module")
def by_seat(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = Book(tmp_path_factory.mktemp("real") / "seats.duckdb")
    book.add(REAL / BY_SEAT)
    return book


MAJORITIES = """
SELECT area_code, list(votes ORDER BY votes DESC)[1] - list(votes ORDER BY votes DESC)[2]
FROM current_contests WHERE election = 'general election {}' GROUP BY area_code
"""


@real
@pytest.mark.parametrize(
    ("year", "name", "count"),
    [("2017", BY_CANDIDATE, 3304), ("2015", "hoc-ge2015-results-full.csv", 3971)],
)
def test_real_candidates_are_all_there(
    by_candidate: Book, year: str, name: str, count: int
) -> None:
    expected = sorted(
        (
            row["ons_id"],
            row["party_abbreviation"],
            " ".join(f"{row['firstname']} {row['surname']}".split()),
            int(row["votes"]),
        )
        for row in read(name)
    )
    found = by_candidate.sql(
        "SELECT area_code, party, candidate, votes FROM current_contests "
        f"WHERE election = 'general election {year}'"
    ).rows()
    assert sorted(found) == expected
    assert len(found) == count


@real
@pytest.mark.parametrize(
    ("year", "pudsey", "leeds_north_east"), [("2017", 331, 16991), ("2015", 4501, 7250)]
)
def test_real_majorities(by_candidate: Book, year: str, pudsey: int, leeds_north_east: int) -> None:
    majorities = dict(by_candidate.sql(MAJORITIES.format(year)).rows())
    assert majorities["E14000886"] == pudsey
    assert majorities["E14000779"] == leeds_north_east


@real
def test_real_seats_have_the_votes_electorates_and_majorities_of_the_file(by_seat: Book) -> None:
    rows = read(BY_SEAT)
    majorities = dict(by_seat.sql(MAJORITIES.format("2017")).rows())
    assert majorities == {row["ons_id"]: int(row["majority"]) for row in rows}
    totals = by_seat.sql(
        "SELECT area_code, sum(votes)::BIGINT, max(electorate), min(electorate) "
        "FROM current_contests GROUP BY area_code"
    ).rows()
    assert sorted(totals) == sorted(
        (
            row["ons_id"], int(row["valid_votes"]), int(row["electorate"]), int(row["electorate"]),
        )
        for row in rows
    )  # fmt: skip
    electorates = by_seat.sql("SELECT segment, low::BIGINT FROM current_audiences").rows()
    assert dict(electorates) == {row["ons_id"]: int(row["electorate"]) for row in rows}
    assert len(electorates) == 650


@real
def test_real_party_totals_are_the_sums_of_the_candidates(
    by_seat: Book, by_candidate: Book
) -> None:
    ours = by_seat.sql("SELECT area_code, party, votes FROM current_contests").rows()
    named: dict[tuple[str, str], int] = defaultdict(int)
    for row in read(BY_CANDIDATE):
        named[row["ons_id"], row["party_abbreviation"]] += int(row["votes"])
    told = [(code, party, votes) for code, party, votes in ours if party != "Other"]
    # The one who won or came second is one of several independents.
    alone = [(c, p, v) for c, p, v in told if p != "Ind"]
    assert all(named[code, party] == votes for code, party, votes in alone)
    assert sum(votes for *_, votes in ours) == sum(named.values()) == 32_204_184


@real
def test_real_files_of_one_election_give_one_answer(tmp_path: Path) -> None:
    book = Book(tmp_path / "both.duckdb")
    receipts = book.add(REAL / BY_CANDIDATE, REAL / BY_SEAT, declare={"votes": "none"})
    assert [one.rows_posted for one in receipts] == [3304, 650]
    for one in receipts:
        rest = one.rows_posted + one.rows_refused + one.rows_set_aside + one.rows_blank
        assert one.rows_read == rest
    assert book.sql("SELECT sum(votes) FROM current_contests").item() == 32_204_184
    assert book.sql("SELECT sum(low) FROM current_audiences").item() == 46_836_533
