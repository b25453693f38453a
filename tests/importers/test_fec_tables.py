"""Tables of the Federal Election Commission's site: disbursements and independent expenditures."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.importers.fec_tables import DISBURSEMENTS, EXPENDITURES

pytestmark = pytest.mark.usefixtures("proven")

SHARED = {
    "committee_id": "C00000042",
    "committee_name": "FEN PAC",
    "report_year": "2024",
    "report_type": "Q3",
    "image_number": "202410159000000001",
    "line_number": "21B",
    "transaction_id": "T1",
    "file_number": "1800001",
    "memo_code": "",
    "memo_text": "",
    "filing_form": "F3X",
    "sub_id": "4101520241000000001",
    "load_date": "2024-10-16 03:00:00",
    "two_year_transaction_period": "2024",
}
DISBURSED = SHARED | {
    "recipient_name": "FEN RADIO",
    "disbursement_description": "AIRTIME",
    "disbursement_date": "2024-09-05 00:00:00",
    "disbursement_amount": "1234.50",
}
EXPENDED = SHARED | {
    "payee_name": "FEN RADIO",
    "expenditure_description": "AIRTIME",
    "expenditure_date": "2024-09-05 00:00:00",
    "dissemination_date": "2024-09-03T00:00:00",
    "expenditure_amount": "1234.50",
    "office_total_ytd": "99999.99",
    "support_oppose_indicator": "O",
    "candidate_id": "H0XX00001",
    "candidate_name": "GREBE, GUY",
    "election_type": "G2024",
    "is_notice": "f",
    "most_recent": "t",
}


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "fec.duckdb")


def table(path: Path, *rows: Mapping[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_recognised_by_what_says_which_version_a_row_is_of() -> None:
    assert DISBURSEMENTS.recognises(list(DISBURSED))
    assert EXPENDITURES.recognises([*EXPENDED, "payee_city", "committee.name"])
    assert not EXPENDITURES.recognises([name for name in EXPENDED if name != "sub_id"])
    assert not DISBURSEMENTS.recognises(list(EXPENDED))


def test_a_disbursement(target: Book, tmp_path: Path) -> None:
    target.add(table(tmp_path / "schedule_b-2024-11-02T10_20_30.csv", DISBURSED))
    query = """SELECT campaign_id, payee, category, incurred_on::VARCHAR, observed_on::VARCHAR,
                      low, currency, series, note FROM spend"""
    assert target.sql(query).rows() == [
        ("fec:C00000042", "FEN RADIO", "AIRTIME", "2024-09-05", "2024-11-02", Decimal("1234.50"),
         "USD", "fec schedule_b", "line 21B; report Q3 2024; filing 1800001")
    ]  # fmt: skip
    assert target.sql("SELECT organisation FROM campaigns").rows() == [("FEN PAC",)]


def test_an_independent_expenditure(target: Book, tmp_path: Path) -> None:
    target.add(table(tmp_path / "schedule_e.csv", EXPENDED))
    [(day, low, note)] = target.sql("SELECT incurred_on::VARCHAR, low, note FROM spend").rows()
    assert (day, low) == ("2024-09-05", Decimal("1234.50"))
    assert note.startswith(
        "opposes GREBE, GUY (H0XX00001) G2024; disseminated 2024-09-03; line 21B"
    )


def test_what_is_told_twice_is_not_added(target: Book, tmp_path: Path) -> None:
    rows = [
        EXPENDED,
        EXPENDED | {"sub_id": "2", "filing_form": "F24", "report_type": "24", "is_notice": "t"},
        EXPENDED | {"sub_id": "3", "transaction_id": "T2", "memo_code": "X"},
        EXPENDED | {"sub_id": "4", "most_recent": "f", "expenditure_amount": "1.00"},
    ]
    [receipt] = target.add(table(tmp_path / "schedule_e.csv", *rows))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (3, 1)
    assert target.sql("SELECT series FROM spend ORDER BY 1").rows() == [
        ("fec schedule_e",),
        ("fec schedule_e 24- and 48-hour reports",),
        ("fec schedule_e memo items",),
    ]


@pytest.mark.parametrize("later_first", [False, True])
def test_an_amendment_in_a_later_table_is_in_force(
    target: Book, tmp_path: Path, *, later_first: bool
) -> None:
    amended = {"file_number": "1900001", "sub_id": "5", "disbursement_amount": "1000.00"}
    files = [
        table(tmp_path / "schedule_b-2024-11-02.csv", DISBURSED),
        table(tmp_path / "schedule_b-2024-12-02.csv", DISBURSED | amended),
    ]
    for file in reversed(files) if later_first else files:
        target.add(file)
    assert target.sql("SELECT low FROM current_spend").rows() == [(Decimal("1000.00"),)]


def test_one_on_paper_is_known_by_its_number(target: Book, tmp_path: Path) -> None:
    paper = DISBURSED | {"transaction_id": ""}
    target.add(table(tmp_path / "b.csv", paper, paper | {"sub_id": "6"}))
    assert target.sql("SELECT sum(low) FROM current_spend").rows() == [(Decimal("2469.00"),)]


def test_a_refund_to_a_person_is_set_aside(target: Book, tmp_path: Path) -> None:
    refund = DISBURSED | {"line_number": "28A", "sub_id": "7", "recipient_name": "GIVER, GRACE"}
    [receipt] = target.add(table(tmp_path / "b.csv", DISBURSED, refund))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (1, 1)
    assert "GIVER" not in str(target.sql("FROM spend").rows())


@pytest.mark.parametrize("amount", ["", "1,2,3", "1234.567", "1e6", "nan"])
def test_no_amount_is_guessed(target: Book, tmp_path: Path, amount: str) -> None:
    with pytest.raises(DataRefused, match="disbursement_amount"):
        target.add(table(tmp_path / "b.csv", DISBURSED | {"disbursement_amount": amount}))


def test_a_table_of_every_version_is_not_read(target: Book, tmp_path: Path) -> None:
    raw = {name: cell for name, cell in EXPENDED.items() if name != "sub_id"}
    with pytest.raises(FileUnusable, match="the nearest is fec-expenditures \\(missing: sub_id\\)"):
        target.add(table(tmp_path / "efile.csv", raw))
