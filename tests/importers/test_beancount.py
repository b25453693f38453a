"""What Beancount's query tool prints: postings, positions and sums."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable

pytestmark = pytest.mark.usefixtures("proven")

Write = Callable[[str, str | bytes], Path]
HEADER = "date,flag,payee,narration,account,number,currency,ecref"
ADS = "2024-05-01,*,Fen Radio ,spot   ,Expenses:Ads   ,  12.50,GBP,SP1"
BANK = "2024-05-01,*,Fen Radio ,spot   ,Assets:Bank    , -12.50,GBP,SP1"


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "books.duckdb")


def windows(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def one(book: Book, sql: str) -> Any:
    [row] = book.sql(sql).rows()
    return row


def refused(caught: pytest.ExceptionInfo[DataRefused]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


def test_a_padded_posting_becomes_spending(target: Book, write_csv: Write) -> None:
    [receipt] = target.add(write_csv("bq.csv", windows(HEADER, ADS, BANK)))
    assert receipt.settings["account"] == "Expenses"
    assert receipt.asides == {"posting to another account (Assets)": 1}
    assert one(
        target,
        "SELECT campaign_id, record, incurred_on::VARCHAR, payee, low, currency, category, "
        "document_ref, series, note FROM current_spend",
    ) == (
        "beancount:Expenses:Ads", "payment", "2024-05-01", "Fen Radio", Decimal("12.50"), "GBP",
        "Expenses:Ads", "SP1", "beancount", "spot",
    )  # fmt: skip
    assert one(target, "SELECT organisation FROM current_campaigns") == ("Expenses:Ads",)


def test_without_a_payee_the_narration_names_whom(target: Book, write_csv: Write) -> None:
    row = ADS.replace("Fen Radio ", "").replace(",*,", ",!,")
    target.add(write_csv("bq.csv", windows(HEADER, row)))
    assert one(target, "SELECT payee, note FROM current_spend") == ("spot", "pending")


def test_a_position_has_its_currency_in_the_cell(target: Book, write_csv: Write) -> None:
    text = windows(
        "date,payee,narration,account,position",
        "2024-05-01,Fen,spot,Expenses:Ads,    12.50 GBP",
        "2024-05-01,Fen,spot,Assets:Bank ,   -12.50 GBP",
    )
    target.add(write_csv("bq.csv", text))
    assert one(target, "SELECT low, currency FROM current_spend") == (Decimal("12.50"), "GBP")


@pytest.mark.parametrize("cell", ["", "12.50", "1 GBP {2 USD}", "x GBP"])
def test_a_position_of_more_or_less_is_refused(target: Book, write_csv: Write, cell: str) -> None:
    text = windows("date,account,position", f"2024-05-01,Expenses:Ads,{cell}")
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("bq.csv", text))
    assert any("is not one figure with its currency" in said for said in refused(caught))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  12.50", "", 'number "" is blank and must not be'),
        ("  12.50", "x", 'number "x" cannot be read'),
        ("2024-05-01", "1/5/24", 'date "1/5/24" is not a date'),
        ("GBP", "HOURS", 'currency "HOURS" is not an ISO 4217 currency'),
    ],
)
def test_what_cannot_be_read_is_refused(
    target: Book, write_csv: Write, old: str, new: str, words: str
) -> None:
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("bq.csv", windows(HEADER, ADS.replace(old, new))))
    assert any(words in said for said in refused(caught)), refused(caught)


def test_postings_printed_again_count_once(target: Book, write_csv: Write) -> None:
    target.add(write_csv("a.csv", windows(HEADER, ADS, BANK)))
    later = ADS.replace("05-01", "05-02")
    target.add(write_csv("b.csv", windows(HEADER, ADS, BANK, later)))
    assert one(target, "SELECT count(*) FROM current_spend") == (2,)


def test_sums_by_account_are_totals_of_a_series(target: Book, write_csv: Write) -> None:
    text = windows("account,sum_position", "Expenses:Ads, 12.50 GBP", "Assets:Bank ,-12.50 GBP")
    [receipt] = target.add(write_csv("sums.csv", text))
    assert (receipt.importer, receipt.rows_posted, receipt.rows_set_aside) == (
        "beancount-sums", 1, 1,
    )  # fmt: skip
    assert one(target, "SELECT low, series, starts_on, incurred_on FROM current_spend") == (
        Decimal("12.50"), "beancount sums", None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("header", "period", "found"),
    [
        ("year,", "2024,", ("2024-01-01", "2025-01-01", "beancount sums by year")),
        ("year,month,", "2024,12,", ("2024-12-01", "2025-01-01", "beancount sums by month")),
    ],
)
def test_sums_of_a_period(
    target: Book, write_csv: Write, header: str, period: str, found: tuple[str, ...]
) -> None:
    text = windows(f"{header}account,sum_position", f"{period}Expenses:Ads, 12.50 GBP")
    target.add(write_csv("sums.csv", text))
    columns = "starts_on::VARCHAR, ends_before::VARCHAR, series"
    assert one(target, f"SELECT {columns} FROM current_spend") == found


@pytest.mark.parametrize("period", ["20x4,1,", "2024,13,", ",5,"])
def test_a_period_that_is_none_is_refused(target: Book, write_csv: Write, period: str) -> None:
    text = windows("year,month,account,sum_position", f"{period}Expenses:Ads, 12.50 GBP")
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("sums.csv", text))
    assert re.search("is not a (year|month of a year)", "".join(refused(caught)))


def test_one_sum_needs_its_campaign(target: Book, write_csv: Write) -> None:
    path = write_csv("sum.csv", windows("sum(position)", " 12.50 GBP"))
    with pytest.raises(FileUnusable, match="does not tell the campaign that the sum is for"):
        target.add(path)
    target.add(path, declare={"campaign": "may"})
    target.add(
        write_csv("other.csv", windows("sum_position", "1.00 GBP")), declare={"campaign": "june"}
    )
    assert target.sql("SELECT campaign_id, low::VARCHAR FROM current_spend ORDER BY 1").rows() == [
        ("june", "1.00"),
        ("may", "12.50"),
    ]


def test_the_books_are_refused_with_the_command(target: Book, write_csv: Write) -> None:
    with pytest.raises(FileUnusable, match="is a journal, not a table") as caught:
        target.add(write_csv("a.beancount", '2024-05-01 * "Fen" "spot"\n'))
    assert "bean-query -f csv" in str(caught.value)


REAL = os.environ.get("FARTHING_REAL_DATA")


@pytest.mark.skipif(REAL is None, reason="needs the real files")
def test_real_books_as_queried_add_up(target: Book, write_csv: Write) -> None:
    """The query tool's own output is made here from the real books, in its form."""
    text = Path(str(REAL), "accounting", "labour_ge2019_platforms.beancount").read_text("utf-8")
    found = re.findall(
        r'^(\S+) \* "(.*)" "(.*)"\n  ecref: "(.*)"\n  (Expenses\S*) +(\S+) (\w+)\n', text, re.M
    )
    total = sum(Decimal(number) for *_, number, _ in found)
    assert (len(found), total) == (60, Decimal("73088.13"))
    lines = [
        f"{day},{payee:<18},{what},{account:<29},{number:>9},{currency},{ref}"
        for day, payee, what, ref, account, number, currency in found
    ]
    header = "date,payee,narration,account,number,currency,ecref"
    [receipt] = target.add(write_csv("beanquery.csv", windows(header, *lines)))
    assert (receipt.rows_read, receipt.rows_posted) == (60, 60)
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (60, total)


@pytest.mark.parametrize("name", ["sum(position)", "SUM((position))", "sum_units_position"])
def test_a_column_of_several_currencies_has_room_for_each(
    target: Book, write_csv: Write, name: str
) -> None:
    rows = ('Expenses:Ads,"         , 1,204.50 GBP"', 'Expenses:Hall," 25.00 EUR,             "')
    target.add(write_csv("sums.csv", windows(f"account,{name}", *rows)))
    query = "SELECT category, low, currency FROM current_spend ORDER BY 1"
    assert target.sql(query).rows() == [
        ("Expenses:Ads", Decimal("1204.50"), "GBP"),
        ("Expenses:Hall", Decimal("25.00"), "EUR"),
    ]


def test_columns_are_called_as_they_were_asked_for(target: Book, write_csv: Write) -> None:
    header = "date,account,units(position),any_meta('ecref'),entry_meta('batch')"
    row = "2024-05-01,Expenses:Ads, 12.50 GBP,SP1,7"
    target.add(write_csv("bq.csv", windows(header, row)))
    assert one(target, "SELECT low, document_ref FROM current_spend") == (Decimal("12.50"), "SP1")
