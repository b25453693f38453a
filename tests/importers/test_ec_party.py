"""Spending returns that the Electoral Commission exports: every item, its day, payee and flags."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FarthingError
from farthing.importers.ec_party import EC_PARTY

pytestmark = pytest.mark.usefixtures("proven")

REAL = os.environ.get("FARTHING_REAL_DATA")
POLL = "UK Parliamentary general election 12/12/2019"
ITEM = {
    "ECRef": "SP1",
    "RegulatedEntityName": "The Tidy Party",
    "ReportingPeriodName": POLL,
    "RegulatedEntityType": "Political Party",
    "TotalExpenditure": "£1,234.50",
    "DateIncurred": "02/11/2019",
    "ExpenseCategoryName": "Advertising",
    "SupplierName": "Placard Works Ltd",
    "FullAddress": "1 High Street, Ambridge",
    "AmountInEngland": "£1,000.00",
    "AmountInScotland": "£200.00",
    "AmountInWales": "£34.49",
    "AmountInNorthernIreland": "£0.00",
    "DateOfClaimForPayment": "03/11/2019",
    "DatePaid": "04/11/2019",
    "RedactedSupportingInvoiceId": "777",
    "RegulatedEntityId": "9001",
    "SupplierId": "5",
    "JointCampaignName": "",
    "UnregisteredCampaignerName": "",
    "CampaigningName": "",
    "IsOutsideSection75": "False",
}
NATIONS = ("AmountInEngland", "AmountInScotland", "AmountInWales", "AmountInNorthernIreland")


def item(**cells: str) -> dict[str, str]:
    """Return a row as the Commission writes one; a total alone is spent in England."""
    if "TotalExpenditure" in cells and not set(NATIONS) & set(cells):
        nations = dict.fromkeys(NATIONS, "£0.00") | {NATIONS[0]: cells["TotalExpenditure"]}
        cells = nations | cells
    return ITEM | cells


def export(path: Path, *items: Mapping[str, str], without: Sequence[str] = ()) -> Path:
    numbered = [{**one, "ECRef": one["ECRef"] + "-" * n} for n, one in enumerate(items)]
    names = list(dict.fromkeys(key for one in items for key in one))
    with path.open("w", encoding="utf-8", newline="") as file:
        kept = [name for name in names if name not in without]
        writer = csv.DictWriter(file, kept, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(numbered)
    return path


@pytest.fixture
def new(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.duckdb")


def refusal(book: Book, path: Path) -> list[str]:
    with pytest.raises(DataRefused) as error:
        book.add(path)
    return [str(problem) for problem in error.value.problems]


def test_recognised_with_columns_missing_or_more() -> None:
    assert EC_PARTY.recognises(list(ITEM))
    assert EC_PARTY.recognises([*ITEM, "SupplierPostcode"])
    assert EC_PARTY.recognises(sorted(EC_PARTY.required))
    assert EC_PARTY.recognises([*ITEM, "No. of invoices", "checked by"])
    assert not EC_PARTY.recognises([*ITEM, "AmountInGibraltar"])
    assert not EC_PARTY.recognises([name for name in ITEM if name != "ECRef"])


def test_an_item_and_its_campaign(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "spending-2021-03-04.csv", item()))
    [spend] = new.sql("FROM current_spend").rows(named=True)
    expected = {
        "campaign_id": "ec:9001:UK_Parliamentary_general_election_12/12/2019",
        "record_key": "ec:SP1",
        "observed_on": date(2021, 3, 4),
        "record": "return",
        "incurred_on": date(2019, 11, 2),
        "payee": "Placard Works Ltd",
        "channel": None,
        "category": "Advertising",
        "currency": "GBP",
        "document_ref": "SP1",
        "low": Decimal("1234.50"),
        "high": Decimal("1234.50"),
        "wording": "£1,234.50",
        "note": "invoice 777",
        "series": None,
    }
    assert {name: spend[name] for name in expected} == expected
    [campaign] = new.sql("FROM current_campaigns").rows(named=True)
    expected = {
        "campaign_id": spend["campaign_id"],
        "organisation": "The Tidy Party",
        "name": POLL,
        "starts_on": None,
        "ends_before": date(2019, 12, 13),
        "note": None,
    }
    assert {name: campaign[name] for name in expected} == expected


def test_one_campaign_for_a_party_and_period(new: Book, tmp_path: Path) -> None:
    other = item(
        RegulatedEntityId="9002", RegulatedEntityName="Gone Party [De-registered 23/07/20]"
    )
    no_poll = item(ReportingPeriodName="Referendum, second report")
    new.add(export(tmp_path / "a.csv", item(), item(), other, no_poll))
    found = new.sql(
        "SELECT organisation, name, ends_before, note FROM current_campaigns ORDER BY ALL"
    )
    assert found.rows() == [
        ("Gone Party", POLL, date(2019, 12, 13), "De-registered 23/07/20"),
        ("The Tidy Party", "Referendum, second report", None, None),
        ("The Tidy Party", POLL, date(2019, 12, 13), None),
    ]


NOTES: list[tuple[dict[str, str], str | None]] = [
    ({}, "invoice 777"),
    ({"RedactedSupportingInvoiceId": "777.0"}, "invoice 777"),
    ({"RedactedSupportingInvoiceId": ""}, None),
    ({"DatePaid": "02/11/2019", "DateOfClaimForPayment": ""}, "invoice 777"),
    (
        {"DatePaid": "01/11/2019"},
        "paid before it was incurred (paid 2019-11-01, incurred 2019-11-02); invoice 777",
    ),
    (
        {"DateOfClaimForPayment": "12/10/2019"},
        "claimed before it was incurred (claimed 2019-10-12, incurred 2019-11-02); invoice 777",
    ),
    (
        {"DateIncurred": "13/12/2019", "DatePaid": "", "DateOfClaimForPayment": ""},
        "incurred after the poll of 2019-12-12; invoice 777",
    ),
    (
        {"DateIncurred": "12/12/2019", "DatePaid": "", "DateOfClaimForPayment": ""},
        "invoice 777",
    ),
    (
        {
            "JointCampaignName": "All together",
            "UnregisteredCampaignerName": "A. Body",
            "CampaigningName": "Yes",
        },
        "joint campaign: All together; unregistered campaigner: A. Body; "
        "campaigning as: Yes; invoice 777",
    ),
    ({"IsOutsideSection75": "True"}, "outside section 75: True; invoice 777"),
    ({"IsOutsideSection75": "Fal"}, "outside section 75: Fal; invoice 777"),
    (
        {"SupplierName": "Facebook tips by Bea Ltd"},
        "names Facebook or Google and is not taken for either; invoice 777",
    ),
]


def test_what_the_note_says(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a.csv", *(item(**cells) for cells, _ in NOTES)))
    found = new.sql("SELECT note FROM current_spend ORDER BY source_row")
    assert found["note"].to_list() == [note for _, note in NOTES]


AMOUNTS = [
    ("£0.00", "0.00"),
    ("1,234.50", "1234.50"),
    ("1234.5", "1234.50"),
    ("£1,096,635.71", "1096635.71"),
    ("-£200.00", "-200.00"),
    ("£5", "5.00"),
]


def test_amounts(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a.csv", *(item(TotalExpenditure=total) for total, _ in AMOUNTS)))
    found = new.sql("SELECT low, high, wording FROM current_spend ORDER BY source_row")
    assert found.rows() == [(Decimal(low), Decimal(low), total) for total, low in AMOUNTS]


POUNDS = "is not an amount in pounds and pence, such as £1,234.50"
DAY = "is not a date (expected dd/mm/yyyy)"
MIXED = (
    "is yyyy-mm-dd where other days of the file are dd/mm/yyyy: a spreadsheet may have taken the "
    "day for the month; import the export as it was downloaded"
)


REFUSED = [
    ({"TotalExpenditure": "£1,2OO.00"}, f'TotalExpenditure "£1,2OO.00" {POUNDS}'),
    ({"TotalExpenditure": "1.096,50"}, f'TotalExpenditure "1.096,50" {POUNDS}'),
    ({"TotalExpenditure": "£1,50"}, f'TotalExpenditure "£1,50" {POUNDS}'),
    ({"TotalExpenditure": "€200.00"}, f'TotalExpenditure "€200.00" {POUNDS}'),
    ({"TotalExpenditure": "about £200"}, f'TotalExpenditure "about £200" {POUNDS}'),
    ({"TotalExpenditure": "£100-£200"}, f'TotalExpenditure "£100-£200" {POUNDS}'),
    ({"TotalExpenditure": "(£200.00)"}, f'TotalExpenditure "(£200.00)" {POUNDS}'),
    ({"TotalExpenditure": "£200.005"}, f'TotalExpenditure "£200.005" {POUNDS}'),
    ({"AmountInWales": "£34,49"}, f'AmountInWales "£34,49" {POUNDS}'),
    ({"DateIncurred": "2019-01-03"}, f'DateIncurred "2019-01-03" {MIXED}'),
    ({"DateIncurred": "3/1/2019"}, f'DateIncurred "3/1/2019" {DAY}'),
    ({"DateIncurred": "12/13/2019"}, f'DateIncurred "12/13/2019" {DAY}'),
    ({"DateIncurred": "31/02/2019"}, f'DateIncurred "31/02/2019" {DAY}'),
    ({"DatePaid": "2019-01-03"}, f'DatePaid "2019-01-03" {MIXED}'),
    ({"DateOfClaimForPayment": "soon"}, f'DateOfClaimForPayment "soon" {DAY}'),
    (
        {"AmountInEngland": "£999.98"},
        'TotalExpenditure "£1,234.50" is not the sum of the four nations, which is 1234.47',
    ),
    (
        {"AmountInEngland": "", "AmountInScotland": ""},
        'TotalExpenditure "£1,234.50" is not the sum of the four nations, which is 34.49',
    ),
]


def test_refused(new: Book, tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", *(ITEM | cells for cells, _ in REFUSED), item())
    found = [
        one
        for one in refusal(new, path)
        # An amount that is none is no sum of the nations either.
        if "nations" not in one or "AmountInEngland" in REFUSED[int(one.split(":")[1]) - 2][0]
    ]
    assert found == [f"a.csv:{line}: {rule}" for line, (_, rule) in enumerate(REFUSED, 2)]


@pytest.mark.parametrize(
    "column", ["TotalExpenditure", "DateIncurred", "ECRef", "RegulatedEntityId"]
)
def test_blank_is_refused(new: Book, tmp_path: Path, column: str) -> None:
    path = export(tmp_path / "a.csv", ITEM | {column: ""})
    assert any("is blank" in one or "neither a day" in one for one in refusal(new, path))


def test_nations_left_blank_or_left_out(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a.csv", ITEM | dict.fromkeys(NATIONS, "")))
    new.add(export(tmp_path / "b.csv", ITEM | {"ECRef": "SP2"}, without=NATIONS))
    assert new.sql("SELECT sum(low) FROM current_spend").item() == Decimal("2469.00")


SAVED = {"DateIncurred": "2019-11-02", "DateOfClaimForPayment": "", "DatePaid": "2019-11-01"}


def test_spending_in_a_referendum_is_not_divided_among_nations(new: Book, tmp_path: Path) -> None:
    nothing = dict.fromkeys(NATIONS, "£0.00")
    made = item(ReportingPeriodName="EU referendum 23/06/2016", **nothing)
    new.add(export(tmp_path / "referendum.csv", made))
    assert new.sql("SELECT low FROM spend").rows() == [(Decimal("1234.50"),)]
    divided = item(ReportingPeriodName="EU referendum 23/06/2016", AmountInWales="£35.50")
    assert "is not the sum of the four nations" in " ".join(
        refusal(new, export(tmp_path / "divided.csv", divided | {"ECRef": "SP2"}))
    )
    election = export(tmp_path / "election.csv", item(ECRef="SP3", **nothing))
    assert "is not the sum of the four nations" in " ".join(refusal(new, election))


def test_a_file_that_a_spreadsheet_has_saved(new: Book, tmp_path: Path) -> None:
    # amounts as plain numbers, flags in capitals and every day as yyyy-mm-dd
    cells = SAVED | {"TotalExpenditure": "1234.5", "IsOutsideSection75": "FALSE"}
    new.add(export(tmp_path / "a.csv", ITEM | dict.fromkeys(NATIONS, "") | cells))
    [spend] = new.sql("SELECT incurred_on, low, note FROM current_spend").rows()
    assert spend == (
        date(2019, 11, 2),
        Decimal("1234.50"),
        "paid before it was incurred (paid 2019-11-01, incurred 2019-11-02); invoice 777",
    )


@pytest.mark.parametrize("day", ["2019-02-30", "2019-1-3", "20190103", "2019-01-03 12:00"])
def test_no_other_way_to_write_a_day_is_guessed(new: Book, tmp_path: Path, day: str) -> None:
    path = export(tmp_path / "a.csv", ITEM | SAVED | {"DatePaid": day})
    assert refusal(new, path) == [f'a.csv:2: DatePaid "{day}" {DAY}']


@pytest.mark.parametrize("name", ["", "Total", "GRAND TOTAL:"])
def test_a_line_of_totals_is_set_aside(new: Book, tmp_path: Path, name: str) -> None:
    total = dict.fromkeys(ITEM, "") | {"TotalExpenditure": "£1,234.50"}
    path = export(tmp_path / "a.csv", item())
    path.write_text(path.read_text() + ",".join((total | {"ECRef": name}).values()).replace(
        "£1,234.50", '"£1,234.50"') + "\n")  # fmt: skip
    [receipt] = new.add(path)
    assert (receipt.rows_read, receipt.rows_posted) == (2, 1)
    assert receipt.asides == {"a line of totals": 1}
    assert new.sql("SELECT sum(low) FROM current_spend").item() == Decimal("1234.50")


def test_an_item_without_a_reference_is_no_line_of_totals(new: Book, tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", ITEM | {"ECRef": "", "RegulatedEntityId": ""})
    assert refusal(new, path) == [
        f"a.csv:2: {column} is blank and must not be"
        for column in ("ECRef", "RegulatedEntityId", "campaign_id")
    ]


def test_the_least_of_its_columns_in_another_order(new: Book, tmp_path: Path) -> None:
    names = sorted(EC_PARTY.required)
    new.add(export(tmp_path / "a.csv", {name: ITEM[name] for name in names}))
    found = new.sql("SELECT low, category, note FROM current_spend").rows()
    assert found == [(Decimal("1234.50"), None, None)]


@pytest.mark.parametrize(("codec", "end"), [("utf-8-sig", ""), ("utf-16", ""), ("utf-8", ",")])
def test_as_other_programs_write_it(new: Book, tmp_path: Path, codec: str, end: str) -> None:
    path = export(tmp_path / "a.csv", item(SupplierName="Plac’ard Café"), item())
    lines = [line + end for line in path.read_text("utf-8").splitlines()]
    path.write_bytes("\r\n".join([*lines, ""]).encode(codec))
    new.add(path)
    found = new.sql("SELECT payee, low FROM current_spend ORDER BY source_row").rows()
    assert found == [
        ("Plac’ard Café", Decimal("1234.50")),
        ("Placard Works Ltd", Decimal("1234.50")),
    ]


def test_a_reference_that_stands_twice_is_refused(new: Book, tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", item())
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    words = 'ECRef "SP1" stands in more than one row: its money would count as often'
    assert refusal(new, path) == [f"a.csv:{line}: {words}" for line in (2, 3)]


def test_a_reference_that_stands_twice_far_apart_is_refused(
    new: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of more rows than are mapped at a time is one file all the same."""
    monkeypatch.setattr("farthing.readers.plain.BLOCK_BYTES", 600)
    path = export(tmp_path / "a.csv", *[item()] * 5)
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    words = 'ECRef "SP1" stands in more than one row: its money would count as often'
    assert refusal(new, path) == [f"a.csv:{line}: {words}" for line in (2, 7)]


def test_a_later_export_takes_the_place_of_an_earlier(new: Book, tmp_path: Path) -> None:
    for day, total in (("2021-02-01", "£70.00"), ("2020-02-01", "£50.00")):
        new.add(export(tmp_path / f"spending-{day}.csv", item(TotalExpenditure=total)))
    assert new.sql("SELECT low FROM current_spend").rows() == [(Decimal("70.00"),)]


@pytest.mark.parametrize("cut", [1, 2, 4, 6, 7, 30])
def test_cut_within_the_last_line(new: Book, tmp_path: Path, cut: int) -> None:
    path = export(tmp_path / "a.csv", item(), item(TotalExpenditure="£99.00"))
    path.write_bytes(path.read_bytes()[:-cut])
    [problem] = {one.split(": ", 1)[0] for one in refusal(new, path)}
    assert problem == "a.csv:3"


def test_trailing_commas_alone_are_no_row(new: Book, tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", item())
    path.write_text(path.read_text() + "," * (len(ITEM) - 1) + "\n" + "," * 5 + "\n")
    [receipt] = new.add(path, quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_blank) == (3, 1, 1)
    assert [problem.rule for problem in receipt.problems] == [
        "the row has 6 cells and the header 22"
    ]


SPELLINGS = (
    ("Facebook", "facebook", None),
    ("FACEBOOK UK LTD", "facebook", "Facebook"),
    (" Facebook \n Ireland  Limitd ", "facebook", "Facebook"),
    ("Facebook Ltd.", "facebook", "Facebook"),
    ("Google", "google", None),
    ("GOOGLE UK LIMITED", "google", "Google"),
    ("Facebook Friends of Ambridge", None, None),
    ("Face book", None, None),
    ("Placard Works Ltd", None, None),
)


def test_spellings_are_kept_and_linked(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a.csv", *(item(SupplierName=name) for name, _, _ in SPELLINGS)))
    assert new.sql("SELECT payee, channel FROM current_spend ORDER BY source_row").rows() == [
        (" ".join(name.split()), channel) for name, channel, _ in SPELLINGS
    ]
    found = new.sql("SELECT kind, name, stands_for FROM current_links ORDER BY source_row").rows()
    assert found == [
        ("payee", " ".join(name.split()), payee) for name, _, payee in SPELLINGS if payee
    ]
    [rule] = new.sql("SELECT DISTINCT rule FROM current_links WHERE stands_for = 'Google'").rows()
    assert rule[0].startswith("is Google, or that with UK or Ireland")


FACEBOOK = item(SupplierName="Facebook UK Ltd")


def test_a_spelling_is_linked_once(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a.csv", FACEBOOK, FACEBOOK))
    new.add(export(tmp_path / "b.csv", FACEBOOK | {"ECRef": "SP8"}))
    assert new.sql("SELECT count(*) FROM links").item() == 1


def test_a_link_changed_by_hand_stays_so(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a-2020-01-01.csv", FACEBOOK))
    entry = new.sql("SELECT entry_id FROM current_links").item()
    new.amend("links", entry, new_id="mine", stands_for="Meta", rule=None)
    new.add(export(tmp_path / "b-2021-01-01.csv", FACEBOOK | {"ECRef": "SP8"}))
    assert new.sql("SELECT entry_id, stands_for FROM current_links").rows() == [("mine", "Meta")]


def test_a_link_taken_back_by_hand_stays_so(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a-2020-01-01.csv", FACEBOOK))
    entry = new.sql("SELECT entry_id FROM current_links").item()
    new.reverse("links", entry, new_id="mine", note="a company of another kind")
    new.add(export(tmp_path / "b-2021-01-01.csv", FACEBOOK | {"ECRef": "SP8"}))
    assert new.sql("FROM current_links").is_empty()


def test_a_link_made_by_hand_before_stays_so(new: Book, tmp_path: Path) -> None:
    new.add(export(tmp_path / "a.csv", item()))
    source = new.sql("SELECT source_id FROM sources").item()
    links = tmp_path / "links.csv"
    links.write_text(
        "entry_id,source_id,kind,name,stands_for\n"
        f"mine,{source},payee,Facebook UK Ltd,Bea's agency\n"
    )
    new.add(links)
    new.add(export(tmp_path / "b.csv", FACEBOOK | {"ECRef": "SP8"}))
    assert new.sql("SELECT stands_for FROM current_links").rows() == [("Bea's agency",)]


def test_hostile_cells(new: Book, tmp_path: Path) -> None:
    cells = {
        "SupplierName": "'); DROP TABLE spend; --",
        "JointCampaignName": '=cmd|"/C calc"!A0',
        "RegulatedEntityName": "O'Party \u202e",
    }
    new.add(export(tmp_path / "a.csv", item(**cells)))
    assert new.sql("SELECT payee FROM current_spend").item() == cells["SupplierName"]


def test_not_utf_8(new: Book, tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", item())
    path.write_bytes(path.read_text().encode("cp1252"))
    with pytest.raises(FarthingError, match="is not utf-8"):
        new.add(path)
    new.add(path, encoding="cp1252")
    assert new.sql("SELECT low FROM current_spend").item() == Decimal("1234.50")


def pounds(cell: str) -> Decimal:
    return Decimal(cell.removeprefix("£").replace(",", ""))


def day(cell: str) -> date:
    return datetime.strptime(cell, "%d/%m/%Y").date()


@pytest.mark.skipif(REAL is None, reason="needs the real files")
def test_real_export(new: Book) -> None:
    path = Path(str(REAL)) / "electoral_commission" / "party_spending_ge2019_invoiced.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    [receipt] = new.add(path)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (6396, 6396, 0)
    posted = new.sql(
        "SELECT document_ref, incurred_on, payee, category, low, note FROM current_spend"
    )
    assert sorted(row[:5] for row in posted.rows()) == sorted(
        (
            row["ECRef"],
            day(row["DateIncurred"]),
            " ".join(row["SupplierName"].split()),
            row["ExpenseCategoryName"],
            pounds(row["TotalExpenditure"]),
        )
        for row in rows
    )
    assert sum(row[4] for row in posted.rows()) == Decimal("46692518.43")
    notes = " ".join(posted["note"])
    early = sum(day(row["DatePaid"]) < day(row["DateIncurred"]) for row in rows)
    assert notes.count("paid before it was incurred") == early == 87
    assert notes.count("claimed before it was incurred") == 59
    assert notes.count("after the poll") == sum(
        day(row["DateIncurred"]) > date(2019, 12, 12) for row in rows
    )
    by_party = Counter[str]()
    for row in rows:
        if "facebook" in row["SupplierName"].lower():
            by_party[row["RegulatedEntityId"]] += int(100 * pounds(row["TotalExpenditure"]))
    found = new.sql(
        "SELECT split_part(campaign_id, ':', 2), sum(low * 100)::BIGINT FROM current_spend "
        "WHERE channel = 'facebook' GROUP BY 1"
    )
    assert dict(found.rows()) == by_party
    assert by_party["53"] == 239334246
    ids = {row["RegulatedEntityId"] for row in rows}
    assert new.sql("SELECT count(*) FROM current_campaigns").item() == len(ids) == 31
    spelled = {row["SupplierName"] for row in rows if "facebook" in row["SupplierName"].lower()}
    linked = new.sql("SELECT name FROM current_links WHERE stands_for = 'Facebook'")
    assert set(linked["name"]) == spelled - {"Facebook"}


def test_what_only_refused_rows_name_is_not_posted(new: Book, tmp_path: Path) -> None:
    bad = {"DateIncurred": "1st of May", "SupplierName": "FACEBOOK"}
    items = [
        item(RegulatedEntityId="1", RegulatedEntityName="Never Posted", **bad),
        item(RegulatedEntityId="2", RegulatedEntityName="First Row Refused", **bad),
        item(RegulatedEntityId="2", RegulatedEntityName="First Row Refused"),
        item(RegulatedEntityId="3", RegulatedEntityName="", SupplierName="Google Ltd"),
        item(RegulatedEntityId="4", RegulatedEntityName="Posted", SupplierName="Google Inc"),
    ]
    [receipt] = new.add(export(tmp_path / "1.csv", *items), quarantine=True)

    assert (receipt.rows_posted, receipt.rows_refused) == (2, 3)
    campaigns = "SELECT organisation, source_row FROM current_campaigns ORDER BY 2"
    assert new.sql(campaigns).rows() == [("First Row Refused", 4), ("Posted", 6)]
    assert new.sql("SELECT name FROM current_links").rows() == [("Google Inc",)]
    assert receipt.ledgers == {"sources": 1, "campaigns": 2, "links": 1, "spend": 2}
    assert new.verify().faults == ()
