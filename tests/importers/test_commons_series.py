"""Results since 1918: what is posted of a row, what is set aside, and the real file."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, UsageError
from farthing.importers.commons_series import COMMONS_SERIES
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

HEADER = (
    "constituency_id,seats,constituency,country/region,electorate,con_votes,con_share,lib_votes ,"
    "lib_share,lab_votes,lab_share,natSW_votes,natSW_share,oth_votes,oth_share,total_votes,"
    "turnout ,election,boundary_set,"
)
NAMES = [name.strip() for name in HEADER.split(",")]
NO_CODE = "a constituency without a GSS code"
POOLED = (
    "the others have more votes together than the second party named: "
    "who came first and second cannot be told"
)
NOT_ASKED = "an election that was not asked for"


def seat(**cells: str) -> str:
    """Return a row: Con 500, Lab 300, LD 200 and others 50 votes, unless told otherwise."""
    usual = dict.fromkeys(NAMES, "") | {
        "constituency_id": "E14000001", "seats": "1", "constituency": "UPPER MARSH",
        "region": "Eastern", "electorate": "1400", "con_votes": "500", "con_share": "0.476",
        "lib_votes": "200", "lab_votes": "300", "oth_votes": "50", "total_votes": "1050",
        "turnout": "0.75", "election": "2010", "boundary_set": "2010-2017",
    }  # fmt: skip
    row = usual | cells
    row["country/region"] = row.pop("region")
    return ",".join(row[name] for name in NAMES) + "\r\n"


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "series.duckdb")


def imported(book: Book, *rows: str, header: str = HEADER, **options: Any) -> Receipt:
    path = book.path.parent / "1918-2017election_results.csv"
    path.write_bytes((header + "\r\n" + "".join(rows)).encode("cp1252"))
    return book.add(path, encoding="cp1252", **options)[0]


def contests(book: Book) -> list[tuple[Any, ...]]:
    columns = "area_code, party, votes, electorate, election, held_on::VARCHAR"
    return book.sql(f"SELECT {columns} FROM current_contests ORDER BY area_code, votes DESC").rows()


def test_recognised_in_both_layouts() -> None:
    names = [name for name in NAMES if name]
    assert COMMONS_SERIES.recognises(names)
    later = ["constituency_name" if name == "constituency" else name for name in names]
    assert COMMONS_SERIES.recognises(later)
    assert not COMMONS_SERIES.recognises([name for name in names if name != "oth_votes"])


def test_a_constituency_with_a_code_is_posted_party_by_party(target: Book) -> None:
    receipt = imported(target, seat(constituency="YNYS MÔN"))
    assert receipt.importer == "commons-series"
    assert receipt.ledgers == {"sources": 1, "contests": 4, "audiences": 1}
    poll = (1400, "general election 2010", "2010-05-06")
    assert contests(target) == [
        ("E14000001", "Con", 500, *poll),
        ("E14000001", "Lab", 300, *poll),
        ("E14000001", "LD", 200, *poll),
        ("E14000001", "Other", 50, *poll),
    ]
    found = target.sql("SELECT DISTINCT area_name, candidate FROM contests").rows()
    assert found == [("YNYS MÔN", None)]
    columns = "segment_kind, segment, low::INTEGER, as_of::VARCHAR"
    assert target.sql(f"SELECT {columns} FROM current_audiences").rows() == [
        ("area", "E14000001", 1400, "2010-05-06")
    ]


@pytest.mark.parametrize(("region", "party"), [("Scotland", "SNP"), ("Wales", "PC")])
def test_nationalists_are_the_party_of_the_country(target: Book, region: str, party: str) -> None:
    imported(target, seat(region=region, natSW_votes="400", total_votes="1450"))
    assert ("E14000001", party, 400) in [row[:3] for row in contests(target)]


def test_a_party_without_votes_has_no_row(target: Book) -> None:
    imported(target, seat(lib_votes=" ", oth_votes="0", total_votes="800"))
    assert [row[1] for row in contests(target)] == ["Con", "Lab"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"constituency_id": "86", "election": "1918", "boundary_set": "1918-1935"}, NO_CODE),
        ({"constituency_id": "17.5", "election": "1992"}, NO_CODE),
        # a member returned unopposed: no votes, and no total of them
        (
            {"constituency_id": "", "con_votes": "-1", "total_votes": "-1", "election": "1922"},
            NO_CODE,
        ),
        ({"oth_votes": "301", "total_votes": "1301"}, POOLED),
        ({"con_votes": "", "lab_votes": "", "oth_votes": "201", "total_votes": "401"}, POOLED),
    ],
)
def test_set_aside_with_the_reason(target: Book, cells: dict[str, str], reason: str) -> None:
    receipt = imported(target, seat(**cells), seat(constituency_id="E14000002"))
    assert receipt.asides == {reason: 1}
    counts = (receipt.rows_read, receipt.rows_posted, receipt.rows_set_aside)
    assert counts == (2, 1, 1)
    assert {row[0] for row in contests(target)} == {"E14000002"}


def test_others_with_the_votes_of_the_second_leave_the_majority_as_it_is(target: Book) -> None:
    imported(target, seat(oth_votes="300", total_votes="1300"))
    assert [row[2] for row in contests(target)] == [500, 300, 300, 200]


def test_elections_are_chosen_where_the_book_has_the_others(target: Book) -> None:
    rows = [seat(election=year) for year in ("2005", "2010", "2015", "2017")]
    receipt = imported(target, *rows, declare={"elections": "2010,2017"})
    assert receipt.asides == {NOT_ASKED: 2}
    assert {row[4] for row in contests(target)} == {
        "general election 2010",
        "general election 2017",
    }


def test_elections_left_out_can_be_imported_later(target: Book) -> None:
    rows = [seat(election=year) for year in ("2010", "2017")]
    first = imported(target, *rows, declare={"elections": "2010"})
    second = imported(target, *rows, declare={"elections": "2017"})
    again = imported(target, *rows, declare={"elections": "2010"})
    outcomes = [receipt.outcome for receipt in (first, second, again)]
    assert outcomes == ["posted", "posted", "already imported"]
    assert len(contests(target)) == 8
    assert len(target.sql("FROM current_sources")) == 2
    with pytest.raises(DataRefused, match="2 of 2 rows refused"):
        imported(target, *rows, declare={"elections": "2010,2017"})


def test_elections_are_declared_by_their_years(target: Book) -> None:
    with pytest.raises(UsageError, match="elections=all cannot be"):
        imported(target, seat(), declare={"elections": "all"})


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (
            {"total_votes": "1049"},
            'total_votes "1049" is not the sum of the votes of all columns, which is 1050',
        ),
        ({"lib_votes": "-1"}, 'lib_votes "-1" is not a number of votes'),
        ({"con_votes": "5e2"}, 'con_votes "5e2" is not a number of votes'),
        (
            {"natSW_votes": "9", "total_votes": "1059"},
            'natSW_votes "9" are votes of SNP or PC, and the constituency is not in Scotland or '
            "Wales",
        ),
        (
            {"election": "2031"},
            'election "2031" is no election whose polling day is known here',
        ),
        ({"constituency_id": "e14000001"}, 'constituency_id "e14000001" is not a GSS code'),
    ],
)
def test_refused(target: Book, cells: dict[str, str], told: str) -> None:
    with pytest.raises(DataRefused) as refused:
        imported(target, seat(**cells))
    assert any(
        str(problem).startswith(f"1918-2017election_results.csv:2: {told}")
        for problem in refused.value.problems
    ), refused.value.problems


def test_a_further_column_of_votes_is_not_left_out_without_a_word(target: Book) -> None:
    header = HEADER.replace("oth_votes", "ukip_votes,oth_votes")
    row = seat().replace(",,,50,", ",,,40,50,").replace("1050", "1090")
    with pytest.raises(DataRefused, match="1 of 1 rows refused") as refused:
        imported(target, row, header=header)
    assert [problem.value for problem in refused.value.problems] == ["1090"]


REAL = Path(os.environ.get("FARTHING_REAL_DATA", "")) / "elections"


@pytest.mark.skipif("FARTHING_REAL_DATA" not in os.environ, reason="no real files here")
def test_the_real_series(target: Book) -> None:
    path = REAL / "1918-2017election_results.csv"
    with path.open(encoding="cp1252", newline="") as file:
        rows = [{name.strip(): cell.strip() for name, cell in row.items() if name}
                for row in csv.DictReader(file)]  # fmt: skip
    columns = [f"{name}_votes" for name in ("con", "lib", "lab", "natSW", "oth")]
    coded = [row for row in rows if not row["constituency_id"].replace(".", "").isdigit()
             and row["constituency_id"]]  # fmt: skip
    told = [
        row
        for row in coded
        if int(row["oth_votes"] or 0) <= sorted(int(row[name] or 0) for name in columns[:4])[2]
    ]
    receipt = target.add(path, encoding="cp1252", quarantine=True)[0]
    # Luton South 1992 has a cell too many.
    [problem] = receipt.problems
    assert (problem.line, problem.rule) == (12485, "the row has a cell under no heading")
    assert receipt.rows_read == len(rows) == 17_048
    assert receipt.rows_posted == len(told) == 1_713
    assert receipt.rows_refused == 1
    assert receipt.asides == {
        NO_CODE: len(rows) - len(coded) - 1,
        POOLED: len(coded) - len(told),
    } == {NO_CODE: 15_038, POOLED: 296}  # fmt: skip
    expected = Counter[tuple[str, int]]()
    for row in told:
        expected[row["election"], 1] += sum(int(row[name] or 0) for name in columns)
        expected[row["election"], 0] += int(row["electorate"])
    votes = target.sql(
        "SELECT right(election, 4), sum(votes)::BIGINT FROM current_contests GROUP BY ALL"
    ).rows()
    electors = target.sql(
        "SELECT year(as_of)::VARCHAR, sum(low)::BIGINT FROM current_audiences GROUP BY ALL"
    ).rows()
    assert {(year, 1): total for year, total in votes} | {
        (year, 0): total for year, total in electors
    } == dict(expected)


@pytest.mark.skipif("FARTHING_REAL_DATA" not in os.environ, reason="no real files here")
def test_the_real_series_beside_the_file_by_constituency(target: Book) -> None:
    target.add(REAL / "HoC-GE2017-constituency-results.csv", declare={"votes": "none"})
    target.add(REAL / "hoc-ge2015-results-full.csv")
    series: dict[str, Any] = {"encoding": "cp1252", "quarantine": True}
    target.add(
        REAL / "1918-2017election_results.csv", declare={"elections": "2005,2010,2017"}, **series
    )
    # both say the same of each electorate of 2017, and it is in force once
    found = target.sql(
        "SELECT count(*), count(DISTINCT segment) FROM current_audiences "
        "WHERE as_of = DATE '2017-06-08'"
    ).row(0)
    assert found == (650, 650)
    seats = target.sql(
        "SELECT election, count(DISTINCT area_code) FROM current_contests GROUP BY ALL ORDER BY ALL"
    ).rows()
    assert seats == [
        ("general election 2005", 58),
        ("general election 2010", 620),
        ("general election 2015", 650),
        ("general election 2017", 626),
    ]
