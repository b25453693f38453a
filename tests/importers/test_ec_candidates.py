"""Candidates' returns: two periods kept apart, limits that follow from the electorate."""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
import xlwt

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.importers.ec_candidates import EC_CANDIDATES

pytestmark = pytest.mark.usefixtures("proven")

REAL = os.environ.get("FARTHING_REAL_DATA")
SHORT = (
    *("Short 3a Unpaid", "Short 3a Disputed", "Short 3a Notional", "Short 3a Payments"),
    *("Short 3a Total", "Short 3b Advertising", "Short 3b Unsolicited", "Short 3b Transport"),
    *("Short 3b Public Meetings", "Short 3b Agent and Staff", "Short 3b Accommodation"),
    *("Short 3b Total", "Short Personal Expenses", "Short Candidate Money"),
    *("Short Donations Accepted (Over £50)", "Short Donations Rejected"),
)
LONG = tuple(name.replace("Short", "Long") for name in SHORT)
#: 60,000 electors of a borough: 3,600 pounds on top of either base.
CANDIDATE: Mapping[str, str] = {
    "ConstituencyId": "E14000999",
    "EntityId": "7",
    "CandId": "501",
    "Forename": "Bea ",
    "Surname": "Archer",
    "Party Name": "The Tidy Party",
    "Constituency Name": "Ambridge",
    "Constituency Type": "Borough",
    "Area": "West Midlands",
    "Nation": "England",
    "Electorate (Limit)": "60000",
    "Long Limit": "34300",
    "Short Limit": "12300",
    "Long Total Spend": "20000.5",
    "Short Total Spend": "9999.99",
    "Spend % of Long Limit": "58.31",
    "Spend as % of Short Limit": "81.3",
    **dict.fromkeys(LONG, "0"),
    **dict.fromkeys(SHORT, "0"),
    "Long 3a Total": "20000.5",
    "Long 3b Total": "20000.5",
    "Short 3a Total": "9999.99",
    "Short 3b Total": "9999.99",
    "EntityJointID": "NULL",
}
FIGURES = [name for name in CANDIDATE if name.startswith(("Long", "Short", "Elector", "Cand"))]


def candidate(**cells: str) -> dict[str, str]:
    return {**CANDIDATE, **{name.replace("_", " "): cell for name, cell in cells.items()}}


def as_csv(path: Path, *rows: Mapping[str, str], long: bool = True) -> Path:
    names = [name for name in CANDIDATE if long or "Long" not in name]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_workbook(path: Path, *rows: Mapping[str, str]) -> Path:
    """Write the least of a workbook that holds the rows, figures as numbers."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"

    def cell(name: str, value: str) -> str:
        if name in FIGURES and value != name:
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    lines = [dict(zip(CANDIDATE, CANDIDATE, strict=True)), *rows]
    sheet = "".join(
        "<row>" + "".join(cell(name, line[name]) for name in CANDIDATE) + "</row>" for line in lines
    )
    related = (
        '<Relationships xmlns="{}"><Relationship Id="r" Type="{}/{}" Target="{}"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {
            "_rels/.rels": related.format(package, office, "officeDocument", "xl/workbook.xml"),
            "xl/_rels/workbook.xml.rels": related.format(
                package, office, "worksheet", "worksheets/sheet1.xml"
            ),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="Spending" sheetId="1" r:id="r"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}'
            "</sheetData></worksheet>",
        }.items():
            archive.writestr(name, text)
    return path


def as_old_workbook(path: Path, *rows: Mapping[str, str]) -> Path:
    """Write the rows below a title in Excel's old format, figures as numbers."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Spending")
    sheet.write(0, 0, "UK Parliament: candidates' spending")
    for column, name in enumerate(CANDIDATE):
        sheet.write(2, column, name)
        for at, row in enumerate(rows, 3):
            sheet.write(at, column, float(row[name]) if name in FIGURES else row[name])
    book.save(str(path))
    return path


@pytest.fixture
def new(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.duckdb")


def test_recognised_with_and_without_a_long_period() -> None:
    assert EC_CANDIDATES.recognises(list(CANDIDATE))
    assert EC_CANDIDATES.recognises([name for name in CANDIDATE if "Long" not in name])
    assert not EC_CANDIDATES.recognises([name for name in CANDIDATE if name != "CandId"])
    assert EC_CANDIDATES.recognises([*CANDIDATE, "Votes", "Votes %", "Position"])  # 2010
    spelt = [name.replace("Spend %", "Spend as %").replace("%", "Percentage") for name in CANDIDATE]
    assert EC_CANDIDATES.recognises([*spelt, "Votes", "Votes Percentage", "Position"])
    assert EC_CANDIDATES.recognises([*CANDIDATE, "Date return received"])
    assert not EC_CANDIDATES.recognises([*CANDIDATE, "Third Total Spend"])
    assert not EC_CANDIDATES.recognises([*CANDIDATE, "Third Limit"])


@pytest.mark.parametrize(
    ("write", "suffix"), [(as_csv, "csv"), (as_workbook, "xlsx"), (as_old_workbook, "xls")]
)
def test_a_candidate(new: Book, tmp_path: Path, write: Callable[..., Path], suffix: str) -> None:
    new.add(write(tmp_path / f"candidates_ge2015.{suffix}", CANDIDATE))
    columns = "category, low, high, starts_on, ends_before, series, record, area_code, note"
    assert new.sql(f"SELECT {columns} FROM current_spend ORDER BY category").rows() == [
        (
            f"{name} campaign",
            Decimal(low),
            Decimal(low),
            date.fromisoformat(first),
            date.fromisoformat(after),
            "candidate return 2015",
            "return",
            "E14000999",
            None,
        )
        for name, low, first, after in (
            ("long", "20000.50", "2014-12-19", "2015-03-30"),
            ("short", "9999.99", "2015-03-30", "2015-05-08"),
        )
    ]
    columns = "campaign_id, record_key, organisation, name"
    assert new.sql(f"SELECT {columns} FROM current_campaigns").rows() == [
        ("ec:candidate:2015:501",) * 2 + ("The Tidy Party", "Bea Archer, Ambridge")
    ]
    columns = "quantity, low, unit, said_by, note"
    assert new.sql(f"SELECT {columns} FROM current_statements ORDER BY quantity").rows() == [
        (
            f"Limit on a candidate's spending in Ambridge, {name} period, general election 2015",
            Decimal(low),
            "GBP",
            "Electoral Commission",
            None,
        )
        for name, low in (("long", "34300.00"), ("short", "12300.00"))
    ]


def test_short_period_alone(new: Book, tmp_path: Path) -> None:
    new.add(as_csv(tmp_path / "candidates_ge2017.csv", CANDIDATE, long=False))
    columns = "category, starts_on, ends_before, low"
    assert new.sql(f"SELECT {columns} FROM current_spend").rows() == [
        ("short campaign", date(2017, 5, 3), date(2017, 6, 9), Decimal("9999.99"))
    ]
    assert new.sql("SELECT low, note FROM current_statements").rows() == [
        (Decimal("12300.00"), None)
    ]


def test_election_is_declared_where_the_name_does_not_tell(new: Book, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "candidates.csv", CANDIDATE)
    with pytest.raises(FileUnusable, match="does not tell the year of the general election"):
        new.add(path)
    new.add(path, declare={"election": "2005"})
    assert new.sql("SELECT DISTINCT series, starts_on FROM current_spend").rows() == [
        ("candidate return 2005", None)
    ]
    assert new.sql("SELECT DISTINCT note FROM current_statements").rows() == [
        ("not held against the rule of the law",)
    ]


def test_election_is_the_year_that_the_name_begins_with(new: Book, tmp_path: Path) -> None:
    new.add(as_csv(tmp_path / "2015-UK-Parliament-spending-data.csv", CANDIDATE))
    assert new.sql("SELECT DISTINCT series FROM spend").rows() == [("candidate return 2015",)]
    with pytest.raises(FileUnusable, match="does not tell the year"):
        new.add(as_csv(tmp_path / "saved-2015-11-03.csv", CANDIDATE, CANDIDATE | {"CandId": "77"}))


#: 60,000 electors: what the law let a candidate spend, by period.
LAW = [
    ("2010", "Borough", {"Long": "28000", "Short": "10150"}),
    ("2010", "County", {"Long": "29200", "Short": "11350"}),
    ("2015", "County", {"Long": "36100", "Short": "14100"}),
    ("2019", "Burgh", {"Short": "12300"}),
    ("2024", "Borough", {"Short": "16190"}),
    ("2024", "County", {"Short": "18590"}),
]


@pytest.mark.parametrize(("year", "kind", "limits"), LAW)
def test_limits_are_held_against_the_law_of_their_year(
    new: Book, tmp_path: Path, year: str, kind: str, limits: dict[str, str]
) -> None:
    right = {f"{period}_Limit": limit for period, limit in limits.items()}
    wrong = {name: f"{limit}.01" for name, limit in right.items()}
    rows = [
        candidate(Constituency_Type=kind, Constituency_Name=f"{nth}", CandId=f"{nth}", **cells)
        for nth, cells in enumerate((right, wrong))
    ]
    path = tmp_path / f"candidates_ge{year}.csv"
    new.add(as_csv(path, *rows, long="Long" in limits))
    found = new.sql("SELECT note FROM current_statements ORDER BY quantity")["note"].to_list()
    assert found == [
        *[None] * len(limits),
        *(
            f"does not follow from the electorate, which gives {limit}.00"
            for limit in limits.values()
        ),
    ]
    assert new.sql("SELECT count(*) FROM current_spend WHERE starts_on IS NULL").item() == 0


@pytest.mark.parametrize(
    ("cells", "notes"),
    [
        ({"Constituency_Type": "Burgh"}, [None, None]),
        (
            {"Constituency_Type": "County"},
            [
                f"does not follow from the electorate, which gives {limit}"
                for limit in ("36100.00", "14100.00")
            ],
        ),
        ({"Constituency_Type": "Ward"}, ["not held against the rule of the law"] * 2),
        (
            {"Short_Limit": "12300.01"},
            [None, "does not follow from the electorate, which gives 12300.00"],
        ),
        ({"Long_Limit": ""}, [None]),
    ],
)
def test_limits(new: Book, tmp_path: Path, cells: dict[str, str], notes: list[str | None]) -> None:
    new.add(as_csv(tmp_path / "candidates_ge2015.csv", candidate(**cells)))
    found = new.sql("SELECT note FROM current_statements ORDER BY quantity")
    assert found["note"].to_list() == notes


def test_a_limit_stands_once_for_a_seat_unless_it_differs(new: Book, tmp_path: Path) -> None:
    rows = [
        candidate(),
        candidate(CandId="502"),
        candidate(CandId="503", Short_Limit="1.00"),
        candidate(CandId="504", ConstituencyId="E14000998", Constituency_Name="Borchester"),
    ]
    new.add(as_csv(tmp_path / "candidates_ge2015.csv", *rows))
    found = new.sql(
        "SELECT quantity[33:42], count(*), min(low) FROM current_statements "
        "WHERE quantity LIKE '%short%' GROUP BY 1 ORDER BY 1"
    )
    assert [row[1:] for row in found.rows()] == [(2, Decimal("1.00")), (1, Decimal("12300.00"))]


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ({"Short_Total_Spend": "0", "Short_3a_Total": "0", "Short_3b_Total": "0"}, None),
        ({"Short_Limit": "9999.99"}, None),
        ({"Short_Limit": "9999.98"}, "above the limit of 9999.98"),
        (
            {"Short_3a_Total": "1", "Short_3b_Total": "£9,999.98"},
            "3a comes to 1; 3b comes to £9,999.98",
        ),
    ],
)
def test_what_the_note_says(
    new: Book, tmp_path: Path, cells: dict[str, str], note: str | None
) -> None:
    new.add(as_csv(tmp_path / "candidates_ge2015.csv", candidate(**cells)))
    assert new.sql("SELECT note FROM current_spend WHERE category LIKE 'short%'").item() == note


def test_blank_total_is_unknown_and_not_zero(new: Book, tmp_path: Path) -> None:
    rows = [candidate(Short_Total_Spend=""), candidate(CandId="502", Long_Total_Spend="")]
    new.add(as_csv(tmp_path / "candidates_ge2015.csv", *rows))
    unknown = "SELECT count(*) FROM current_spend WHERE basis = 'unknown' AND low IS NULL"
    assert new.sql(unknown).item() == 2


def test_names_that_are_null(new: Book, tmp_path: Path) -> None:
    rows = [candidate(Forename="NULL", Surname="Dr Archer")]
    new.add(as_csv(tmp_path / "candidates_ge2015.csv", *rows))
    assert new.sql("SELECT name FROM current_campaigns").item() == "Dr Archer, Ambridge"


def test_notes_and_totals_below_are_set_aside(new: Book, tmp_path: Path) -> None:
    blank = dict.fromkeys(CANDIDATE, "")
    total = {"ConstituencyId": "Total", "Short Total Spend": "9999.99"}
    note = {"ConstituencyId": "Returns received by 1 May 2016"}
    rows = [candidate(), blank | total, blank | note]
    [receipt] = new.add(as_csv(tmp_path / "candidates_ge2015.csv", *rows))
    assert (receipt.rows_read, receipt.rows_posted) == (3, 1)
    assert receipt.asides == {"a line of totals": 1, "a note below the table": 1}
    assert new.sql("SELECT count(*) FROM current_spend").item() == 2


POUNDS = "is not an amount in pounds and pence, such as £1,234.50"
TWICE = "stands in more than one row: its money would count as often"


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([candidate(Short_Total_Spend="0.0086")], [f'2: Short Total Spend "0.0086" {POUNDS}']),
        ([candidate(Long_Total_Spend="1.234,50")], [f'2: Long Total Spend "1.234,50" {POUNDS}']),
        ([candidate(Short_Limit="about 12k")], [f'2: Short Limit "about 12k" {POUNDS}']),
        ([candidate(CandId="")], ["2: CandId is blank and must not be"]),
        ([candidate(ConstituencyId="")], ["2: ConstituencyId is blank and must not be"]),
        (
            [candidate(), candidate()],
            [f'{line}: CandId "501" {TWICE}' for line in (2, 3)],
        ),
        (
            [{**CANDIDATE, "Electorate (Limit)": "many"}],
            ['2: Electorate (Limit) "many" is not a number of electors'],
        ),
    ],
)
def test_refused(
    new: Book, tmp_path: Path, rows: Sequence[Mapping[str, str]], rules: list[str]
) -> None:
    path = as_csv(tmp_path / "candidates_ge2015.csv", *rows)
    with pytest.raises(DataRefused) as error:
        new.add(path)
    found = [str(problem).removeprefix(f"{path.name}:") for problem in error.value.problems]
    assert found == rules


def test_refused_row_leaves_the_limit_of_its_seat(new: Book, tmp_path: Path) -> None:
    rows = [candidate(Short_Total_Spend="0.0086"), candidate(CandId="502")]
    [receipt] = new.add(as_csv(tmp_path / "candidates_ge2015.csv", *rows), quarantine=True)
    assert (receipt.rows_posted, receipt.rows_refused) == (1, 1)
    assert new.sql("SELECT count(*) FROM current_spend").item() == 2
    assert new.sql("SELECT count(*) FROM current_statements").item() == 2


def read_real(path: Path) -> list[dict[str, str]]:
    """Read the first sheet from its XML alone: numbers as they are written, to 15 digits."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as archive:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{main}t"))
            for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    lines = []
    for row in sheet.iter(f"{main}row"):
        cells: dict[str, str] = {}
        for cell in row:
            value = cell.findtext(f"{main}v") or ""
            column = re.sub("[0-9]", "", cell.attrib["r"])
            shared = cell.get("t") == "s"
            cells[column] = strings[int(value)] if shared else value
        lines.append(cells)
    return [{lines[0][column]: value for column, value in line.items()} for line in lines[1:]]


def figure(cell: str) -> Decimal:
    return Decimal(f"{Decimal(cell):.15g}")


@pytest.mark.skipif(REAL is None, reason="needs the real files")
def test_real_workbook(new: Book) -> None:
    path = Path(str(REAL)) / "electoral_commission" / "candidate_spending_ge2015.xlsx"
    rows = read_real(path)
    [receipt] = new.add(path, quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (3971, 3970, 1)
    assert [problem.value for problem in receipt.problems] == ["0.0086"]
    sound = [row for row in rows if figure(row["Short Total Spend"]) != Decimal("0.0086")]
    assert (len(rows), len(sound)) == (3971, 3970)
    posted = new.sql(
        "SELECT split_part(campaign_id, ':', 4), category, area_code, low FROM current_spend"
    )
    assert sorted(posted.rows()) == sorted(
        (row["CandId"], f"{period.lower()} campaign", row["ConstituencyId"], figure(row[column]))
        for row in sound
        for period, column in (("Long", "Long Total Spend"), ("Short", "Short Total Spend"))
    )
    sums = new.sql("SELECT category, sum(low) FROM current_spend GROUP BY 1 ORDER BY 1").rows()
    assert sums == [
        ("long campaign", Decimal("13155198.24")),
        ("short campaign", Decimal("14381683.34")),
    ]
    above = new.sql(
        "SELECT category, count(*) FROM current_spend WHERE note LIKE 'above%' "
        "GROUP BY 1 ORDER BY 1"
    )
    assert above.rows() == [("long campaign", 1), ("short campaign", 7)]
    limits = {(row["ConstituencyId"], figure(row["Short Limit"])) for row in rows}
    found = new.sql(
        "SELECT split_part(split_part(record_key, ':', 4), '|', 1), low, note "
        "FROM current_statements WHERE quantity LIKE '%short%'"
    )
    assert {row[:2] for row in found.rows()} == limits
    assert (len(found), found["note"].null_count()) == (650, 650)
    pudsey = new.sql(
        "SELECT category, low FROM current_spend JOIN current_campaigns USING (campaign_id) "
        "WHERE area_code = 'E14000886' AND organisation = 'Labour Party' ORDER BY category"
    )
    assert pudsey.rows() == [
        ("long campaign", Decimal("32784.60")),
        ("short campaign", Decimal("12082.21")),
    ]
