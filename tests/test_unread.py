"""Tables that are known and not read: each is refused with what to take instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from farthing.book import Book
from farthing.errors import FileUnusable
from farthing.unread import UNREAD

Write = Callable[[str, str | bytes], Path]
TABLES = {
    "an answer of the Google Ads API": (
        '"CAMPAIGN_PERFORMANCE_REPORT (Oct 1, 2016-Oct 31, 2016)"\n'
        "Campaign,Campaign state,Cost,Impressions\nNorth,enabled,12500000,7\n"
    ),
    "counts money in millionths": (
        "campaign.name,metrics.cost_micros,metrics.impressions\nNorth,12500000,7\n"
    ),
    "hledger's register of one account": (
        "txnidx,date,code,description,otheraccounts,change,balance\n1,2024-05-01,,Fen,as:bank,£1,£1"
    ),
    "hledger's balance in bare": "account,commodity,2024-05\nexpenses:ads,£,12.50\n",
    "bare or tidy": "account,period,start_date,end_date,commodity,value\nx,2024,,,£,1\n",
    "hledger's balance without": "account,balance\nexpenses:ads,£12.50\n",
    "a statement of an hledger": "Income Statement 2024,\n,2024-01-01..2024-12-31\nRevenues,\n",
    "a statement of an hledger before": "Monthly Balance Sheet\n,2024-01,2024-02\nassets,£1,£2\n",
    "hledger's budget of several": "Account,2024-05,budget,2024-06,budget\nexpenses,£1,£2,£1,£2\n",
    "made by Fava or by bean-query -m": "date,account,number (GBP),number (EUR)\n2024-05-01,E,1,\n",
    "take the currency": "account,sum(position) (GBP)\nExpenses:Ads,12.50\n",
    "an export of a search": "committee_id,disbursement_amount,pdf_url,sub_id\nC00000001,1,x,2\n",
    "contributions and transfers": (
        "C00000001|N|M2|P|201902019145450791|24K|CCM|FEN|FENTON|VA|1|||01292019|1|C1|H1|S|1|||2\n"
    ),
    "of contributions": (
        "C00000001|A|YE|G2020|2019|15|IND|A FEN|FENTON|VA|1|X|Y|01292019|1||S|1|||2\n"
    ),
}


@pytest.mark.parametrize("what", TABLES)
def test_each_is_refused_with_what_it_is(tmp_path: Path, write_csv: Write, what: str) -> None:
    with pytest.raises(FileUnusable, match=r"and is not read") as refused:
        Book(tmp_path / "b.duckdb").add(write_csv("mine.csv", TABLES[what]))
    assert what in refused.value.what
    assert refused.value.where == "mine.csv"
    assert refused.value.hint in [instead for _, _, instead in UNREAD]


def test_every_kind_has_its_table(tmp_path: Path, write_csv: Write) -> None:
    told = set()
    for table in TABLES.values():
        with pytest.raises(FileUnusable) as refused:
            Book(tmp_path / "b.duckdb").add(write_csv("mine.csv", table))
        told.add(refused.value.hint)
    assert told == {instead for _, _, instead in UNREAD}


def test_a_statement_of_today_is_a_balance(tmp_path: Path, write_csv: Write) -> None:
    text = (
        "Monthly Income Statement 2024-05,\nAccount,2024-05\nRevenues,\nincome:gifts,£100.00\n"
        "Total:,£100.00\nExpenses,\nexpenses:ads,£12.50\nTotal:,£12.50\nNet:,£87.50\n"
    )
    book = Book(tmp_path / "b.duckdb")
    [receipt] = book.add(write_csv("is.csv", text))
    assert (receipt.importer, receipt.rows_read, receipt.rows_posted) == ("hledger-balance", 8, 1)
    assert receipt.rows_set_aside == 7
    assert book.sql("SELECT sum(low)::VARCHAR FROM current_spend").item() == "12.50"
