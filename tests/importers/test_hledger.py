"""What hledger prints: entries, a register, balances and budgets."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

Write = Callable[[str, str | bytes], Path]
PRINT = (
    "txnidx", "date", "date2", "status", "code", "description", "comment", "account", "amount",
    "commodity", "credit", "debit", "posting-status", "posting-comment",
)  # fmt: skip
REGISTER = ("txnidx", "date", "code", "description", "account", "amount", "total")
ADS = "Expenses:Ads:Fen Radio"
BANK = "assets:bank"


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "books.duckdb")


def table(header: Sequence[str], *rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def grid(*rows: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def entry(
    account: str = ADS, amount: str = "12.50", sign: str = "£", **cells: str
) -> dict[str, str]:
    usual = {"txnidx": "1", "date": "2024-05-01", "description": "Fen Radio | spot"}
    return usual | {"account": account, "amount": amount, "commodity": sign} | cells


def pair(amount: str = "12.50", sign: str = "£", **cells: str) -> list[dict[str, str]]:
    return [entry(ADS, amount, sign, **cells), entry(BANK, f"-{amount}", sign, **cells)]


def one(book: Book, sql: str) -> Any:
    [row] = book.sql(sql).rows()
    return row


def reconciled(receipt: Receipt) -> bool:
    return receipt.rows_read == (
        receipt.rows_posted + receipt.rows_refused + receipt.rows_set_aside + receipt.rows_blank
    )


def refused(caught: pytest.ExceptionInfo[DataRefused]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


def test_an_entry_becomes_spending(target: Book, write_csv: Write) -> None:
    rows = pair(comment="ecref:SP1, x:2", status="!", date2="2024-05-03")
    [receipt] = target.add(write_csv("print.csv", table(PRINT, *rows)))
    assert receipt.settings["account"] == "expenses"
    assert receipt.asides == {"posting to another account (assets)": 1}
    assert reconciled(receipt)
    assert one(
        target,
        "SELECT campaign_id, record, incurred_on::VARCHAR, payee, low, currency, category, "
        "document_ref, series, note FROM current_spend",
    ) == (
        "hledger:Expenses:Ads:Fen_Radio", "payment", "2024-05-01", "Fen Radio", Decimal("12.50"),
        "GBP", ADS, "SP1", "hledger print",
        "spot; ecref:SP1, x:2; pending; secondary date 2024-05-03",
    )  # fmt: skip
    assert one(target, "SELECT organisation, name FROM current_campaigns") == (ADS, ADS)


def test_what_is_declared_goes_before(target: Book, write_csv: Write) -> None:
    rows = [*pair(), entry("costs:print", "3.00", code="INV7", description="Fen Press")]
    declared = {
        "account": "Costs", "campaign": "may", "organisation": "Fen Party", "record": "invoice",
    }  # fmt: skip
    target.add(write_csv("print.csv", table(PRINT, *rows)), declare=declared)
    assert one(
        target,
        "SELECT campaign_id, organisation, record, low, payee, document_ref, spend.note "
        "FROM current_spend AS spend JOIN current_campaigns USING (campaign_id)",
    ) == ("may", "Fen Party", "invoice", Decimal("3.00"), "Fen Press", "INV7", None)


def test_without_expenses_the_account_is_declared(target: Book, write_csv: Write) -> None:
    path = write_csv("print.csv", table(PRINT, entry("costs:ads")))
    with pytest.raises(FileUnusable, match="does not tell the account whose entries are spending"):
        target.add(path)


def test_two_accounts_of_one_journal_are_two_imports(target: Book, write_csv: Write) -> None:
    path = write_csv("print.csv", table(PRINT, entry("costs:ads"), entry("costs:hall")))
    accounts = ("costs:ads", "costs:hall", "costs:ads")
    outcomes = [target.add(path, declare={"account": name})[0].outcome for name in accounts]
    assert outcomes == ["posted", "posted", "already imported"]
    assert one(target, "SELECT count(*) FROM current_spend") == (2,)


@pytest.mark.parametrize(
    ("sign", "declared", "code"),
    [
        ("€", {}, "EUR"),
        ("GBP", {}, "GBP"),
        ('"SEK"', {}, "SEK"),
        ("$", {"currency": "USD"}, "USD"),
        ("", {"currency": "CAD"}, "CAD"),
        ("£", {"currency": "USD"}, "GBP"),
    ],
)
def test_the_commodity_tells_the_currency(
    target: Book, write_csv: Write, sign: str, declared: dict[str, str], code: str
) -> None:
    target.add(write_csv("print.csv", table(PRINT, *pair(sign=sign))), declare=declared)
    assert one(target, "SELECT currency FROM current_spend") == (code,)


@pytest.mark.parametrize("sign", ["$", ""])
def test_a_sign_of_several_currencies_is_refused(target: Book, write_csv: Write, sign: str) -> None:
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("print.csv", table(PRINT, *pair(sign=sign))))
    assert "declare which, as in --declare currency=USD" in refused(caught)[0]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"amount": ""}, 'amount "" is blank and must not be'),
        ({"amount": "x"}, 'amount "x" cannot be read'),
        ({"date": "01/05/2024"}, 'date "01/05/2024" is not a date'),
        ({"sign": "hours"}, 'commodity "hours" is not an ISO 4217 currency'),
    ],
)
def test_what_cannot_be_read_is_refused(
    target: Book, write_csv: Write, cells: dict[str, str], words: str
) -> None:
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("print.csv", table(PRINT, entry(**cells))))
    assert any(words in said for said in refused(caught)), refused(caught)


def test_virtual_postings_and_nothing_are_set_aside(target: Book, write_csv: Write) -> None:
    rows = [entry("(expenses:ads)"), entry("[expenses:ads]"), entry(amount="0", sign=""), entry()]
    [receipt] = target.add(write_csv("print.csv", table(PRINT, *rows)))
    assert receipt.asides == {"a virtual posting": 2, "an entry of nothing": 1}


def test_a_longer_journal_printed_again_counts_its_entries_once(
    target: Book, write_csv: Write
) -> None:
    first = [*pair(), *pair()]
    target.add(write_csv("a.csv", table(PRINT, *first)))
    target.add(write_csv("b.csv", table(PRINT, *pair("1.00"), *first)))
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (3, Decimal("26.00"))


AMOUNTS = [
    ("£12.50", "GBP", "12.50"), ("£-12.50", "GBP", "-12.50"), ("-£12.50", "GBP", "-12.50"),
    ("12.50 GBP", "GBP", "12.50"), ("-12.50 GBP", "GBP", "-12.50"),
    ("EUR 1,012.50", "EUR", "1012.50"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "currency", "amount"), AMOUNTS)
def test_a_register_has_amount_and_commodity_in_one_cell(
    target: Book, write_csv: Write, written: str, currency: str, amount: str
) -> None:
    row = {"date": "2024-05-01", "description": "Fen", "account": ADS, "amount": written}
    target.add(write_csv("register.csv", table(REGISTER, row)))
    found = one(target, "SELECT currency, low, payee, series FROM current_spend")
    assert found == (currency, Decimal(amount), "Fen", "hledger register")


@pytest.mark.parametrize("written", ["£1.00, $2.00", "£1.00 EUR x", "£"])
def test_a_register_amount_that_is_not_one_figure_is_refused(
    target: Book, write_csv: Write, written: str
) -> None:
    row = {"date": "2024-05-01", "description": "Fen", "account": ADS, "amount": written}
    with pytest.raises(DataRefused):
        target.add(write_csv("register.csv", table(REGISTER, row)), declare={"currency": "GBP"})


def transaction(*postings: tuple[str, str, int, int], **said: Any) -> dict[str, Any]:
    made = [
        {
            "paccount": account, "pcomment": "", "pdate": None, "pstatus": "Unmarked",
            "ptype": "VirtualPosting" if account.startswith("v:") else "RegularPosting",
            "pamount": [
                {"acommodity": sign,
                 "aquantity": {"decimalMantissa": mantissa, "decimalPlaces": places}}
            ],
        }
        for account, sign, mantissa, places in postings
    ]  # fmt: skip
    usual = {
        "tcode": "", "tcomment": "", "tdate": "2024-05-01", "tdate2": None, "tstatus": "Unmarked",
        "tdescription": "Fen Radio | spot", "tindex": 1, "tpostings": made,
    }  # fmt: skip
    return usual | said


FIGURES = [(1250, 2, "12.50"), (-5, 2, "-0.05"), (7, 0, "7.00"), (70, 1, "7.00"), (0, 2, "0.00")]


@pytest.mark.parametrize(("mantissa", "places", "amount"), FIGURES)
def test_json_amounts_are_exact(
    target: Book, write_csv: Write, mantissa: int, places: int, amount: str
) -> None:
    text = json.dumps([transaction((ADS, "£", mantissa, places), (BANK, "£", -mantissa, places))])
    target.add(write_csv("print.json", text))
    assert one(target, "SELECT low, currency, series FROM current_spend") == (
        Decimal(amount), "GBP", "hledger print",
    )  # fmt: skip


@pytest.mark.parametrize(
    "quantity",
    [
        {"decimalMantissa": 5, "decimalPlaces": 2_000_000_000},
        {"decimalMantissa": 5, "decimalPlaces": "many"},
        {"decimalMantissa": 5},
        {"decimalPlaces": 2},
        None,
    ],
)
def test_a_json_quantity_that_is_none_is_refused_and_not_unknown(
    target: Book, write_csv: Write, quantity: Any
) -> None:
    made = transaction((ADS, "£", 5, 2), (BANK, "£", -5, 2))
    made["tpostings"][0]["pamount"][0]["aquantity"] = quantity
    with pytest.raises(DataRefused):
        target.add(write_csv("print.json", json.dumps([made])))


def test_a_json_transaction_gives_a_row_for_each_entry_to_the_account(
    target: Book, write_csv: Write
) -> None:
    made = [
        transaction((ADS, "£", 100, 2), ("Expenses:Print", "£", 200, 2), (BANK, "£", -300, 2)),
        transaction((BANK, "£", 100, 2), ("equity", "£", -100, 2)),
    ]
    [receipt] = target.add(write_csv("print.json", json.dumps(made)))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (1, 1)
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (2, Decimal("3.00"))


def test_json_and_csv_of_one_journal_count_once(target: Book, write_csv: Write) -> None:
    text = json.dumps([transaction((ADS, "£", 1250, 2), (BANK, "£", -1250, 2))])
    target.add(write_csv("print.json", text), write_csv("print.csv", table(PRINT, *pair())))
    assert one(target, "SELECT count(*) FROM current_spend") == (1,)


def test_a_json_sign_of_several_currencies_is_refused(target: Book, write_csv: Write) -> None:
    path = write_csv("print.json", json.dumps([transaction((ADS, "$", 1, 0))]))
    with pytest.raises(DataRefused) as caught:
        target.add(path)
    assert "declare which" in refused(caught)[0]


def test_a_balance_of_own_amounts_is_posted_whole(target: Book, write_csv: Write) -> None:
    text = grid(
        ("account", "2024-04", "2024-05"),
        ("expenses:ads", "£5.00", "£1.00"),
        ("expenses:ads:radio", "£2.00", "0"),
        ("assets:bank", "£-7.00", "£-2.00"),
        ("expenses:idle", "0", "0"),
        ("total", "0", "£-1.00"),
    )
    [receipt] = target.add(write_csv("balance.csv", text))
    assert receipt.settings["parents"] == "own"
    assert receipt.asides == {
        "another account (assets)": 1, "the total": 1, "an account without entries": 1,
    }  # fmt: skip
    assert target.sql(
        "SELECT category, low::VARCHAR, starts_on::VARCHAR, ends_before::VARCHAR, series "
        "FROM current_spend ORDER BY ALL"
    ).rows() == [
        ("expenses:ads", "1.00", "2024-05-01", "2024-06-01", "hledger balance by month"),
        ("expenses:ads", "5.00", "2024-04-01", "2024-05-01", "hledger balance by month"),
        ("expenses:ads:radio", "2.00", "2024-04-01", "2024-05-01", "hledger balance by month"),
    ]


def test_of_accounts_that_hold_others_the_rest_is_posted(target: Book, write_csv: Write) -> None:
    text = grid(
        ("account", "2024-04"),
        ("expenses", "£10.00"),
        ("expenses:ads", "£8.00"),
        ("expenses:ads:radio", "£8.00"),
        ("total", "£10.00"),
    )
    [receipt] = target.add(write_csv("balance.csv", text))
    assert receipt.settings["parents"] == "inclusive"
    assert receipt.asides == {"the sum of its sub-accounts": 1, "the total": 1}
    assert target.sql("SELECT category, low::VARCHAR, note FROM spend ORDER BY 1").rows() == [
        ("expenses", "2.00", "less the sub-accounts that are listed"),
        ("expenses:ads:radio", "8.00", None),
    ]


def test_a_balance_that_does_not_tell_what_an_account_holds_is_refused(
    target: Book, write_csv: Write
) -> None:
    text = grid(("account", "2024-04"), ("expenses", "£10.00"), ("expenses:ads", "£8.00"))
    path = write_csv("balance.csv", text)
    with pytest.raises(FileUnusable, match="does not tell whether an account holds its sub-acc"):
        target.add(path)
    target.add(path, declare={"parents": "inclusive"})
    assert one(target, "SELECT sum(low) FROM current_spend") == (Decimal("10.00"),)


def test_a_balance_beyond_all_money_is_refused(target: Book, write_csv: Write) -> None:
    text = grid(("account", "2024-04"), ("expenses:ads", f"£{'9' * 40}.00"))
    for declared in ({"parents": "own"}, {}):
        with pytest.raises(DataRefused):
            target.add(write_csv("balance.csv", text), declare=declared)
    assert one(target, "SELECT count(*) FROM current_spend") == (0,)


PERIODS = [
    ("2024", "2024-01-01", "2025-01-01", "by year"),
    ("2024-12", "2024-12-01", "2025-01-01", "by month"),
    ("2024Q4", "2024-10-01", "2025-01-01", "by quarter"),
    ("2024-05-06W19", "2024-05-06", "2024-05-13", "by week"),
    ("2024-02-29", "2024-02-29", "2024-03-01", "by day"),
    ("2024-05-06..2024-05-08", "2024-05-06", "2024-05-09", "2024-05-06..2024-05-08"),
]


@pytest.mark.parametrize(("period", "starts", "ends", "series"), PERIODS)
def test_periods_of_a_balance(
    target: Book, write_csv: Write, period: str, starts: str, ends: str, series: str
) -> None:
    text = grid(("account", period), ("expenses:ads", "£5.00"))
    target.add(write_csv("balance.csv", text))
    assert one(
        target, "SELECT starts_on::VARCHAR, ends_before::VARCHAR, series FROM current_spend"
    ) == (starts, ends, f"hledger balance {series}")


def test_a_balance_without_a_period_is_all_set_aside(target: Book, write_csv: Write) -> None:
    [receipt] = target.add(write_csv("balance.csv", grid(("account",), ("expenses:ads",))))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (0, 1)


def test_a_budget_is_what_the_owner_of_the_books_says(target: Book, write_csv: Write) -> None:
    text = grid(
        ("Account", "2024-04", "budget"),
        ("expenses:ads", "£10.00", ""),
        ("expenses:ads:radio", "£8.00", "£100.00"),
        ("Total:", "£10.00", "£100.00"),
    )
    path = write_csv("budget.csv", text)
    with pytest.raises(FileUnusable, match="does not tell whose books they are"):
        target.add(path)
    [receipt] = target.add(path, declare={"organisation": "Fen Party"})
    assert reconciled(receipt)
    assert one(
        target, "SELECT campaign_id, stage, said_by, modality, low, currency, note FROM budgets"
    ) == (
        "hledger:expenses:ads:radio", "approved", "Fen Party", "asserted", Decimal("100.00"),
        "GBP", "for 2024-04",
    )  # fmt: skip
    assert target.sql("SELECT category, low::VARCHAR FROM spend ORDER BY 1").rows() == [
        ("expenses:ads", "2.00"),
        ("expenses:ads:radio", "8.00"),
    ]


@pytest.mark.parametrize(
    ("name", "command"),
    [("a.journal", "hledger print -O csv"), ("a.hledger", "hledger print -O csv")],
)
def test_a_journal_is_refused_with_the_command(
    target: Book, write_csv: Write, name: str, command: str
) -> None:
    with pytest.raises(FileUnusable, match="is a journal, not a table") as caught:
        target.add(write_csv(name, "2024-05-01 Fen\n    expenses:ads  £1\n    assets:bank\n"))
    assert command in str(caught.value)


def test_a_cell_of_several_commodities_is_refused_with_the_layout_that_is_read(
    target: Book, write_csv: Write
) -> None:
    wide = grid(["account", "2024-05"], ["expenses:ads", "£12.50, 3.00 EUR"])
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("wide.csv", wide))
    said = "wide.csv:2: has a cell with several commodities: print it with --layout=tall"
    assert refused(caught)[0] == said
    assert "several currencies share" not in str(refused(caught))
    tall = grid(["account", "2024-05"], ["expenses:ads", "£12.50"], ["expenses:ads", "3.00 EUR"])
    [receipt] = target.add(write_csv("tall.csv", tall))
    assert receipt.rows_posted == 2
    sums = target.sql("SELECT currency, low::VARCHAR FROM current_spend ORDER BY 1").rows()
    assert sums == [("EUR", "3.00"), ("GBP", "12.50")]


REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="needs the real files")


def rows_of(name: str) -> list[dict[str, str]]:
    text = Path(str(REAL), "accounting", name).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@real
@pytest.mark.parametrize("name", ["hledger_print.csv", "hledger_register.csv"])
def test_real_entries_add_up(target: Book, name: str) -> None:
    rows = rows_of(name)
    spent = [row for row in rows if row["account"].startswith("expenses:")]
    amounts = [Decimal(row["amount"].replace("£", "")) for row in spent]
    [receipt] = target.add(Path(str(REAL), "accounting", name))
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (len(rows), 60, 0)
    assert reconciled(receipt)
    assert sum(amounts) == Decimal("73088.13")
    found = target.sql("SELECT category, low FROM current_spend ORDER BY source_row").rows()
    assert found == [(row["account"], amount) for row, amount in zip(spent, amounts, strict=True)]


@real
def test_real_json_adds_up(target: Book) -> None:
    path = Path(str(REAL), "accounting", "hledger_print.json")
    entries = [
        (posting["paccount"], amount["aquantity"])
        for made in json.loads(path.read_text("utf-8"))
        for posting in made["tpostings"]
        for amount in posting["pamount"]
        if posting["paccount"].startswith("expenses:")
    ]
    total = sum(Decimal(one["decimalMantissa"]).scaleb(-one["decimalPlaces"]) for _, one in entries)
    [receipt] = target.add(path)
    assert reconciled(receipt)
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (len(entries), total)
    assert total == Decimal("73088.13")


@real
@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("hledger_balance_monthly.csv", {}),
        ("hledger_balance_budget.csv", {"organisation": "Labour"}),
    ],
)
def test_real_balances_add_up(target: Book, name: str, declared: dict[str, str]) -> None:
    [receipt] = target.add(Path(str(REAL), "accounting", name), declare=declared)
    assert reconciled(receipt)
    assert receipt.rows_read == len(rows_of(name))
    assert one(target, "SELECT sum(low) FROM current_spend") == (Decimal("73088.13"),)
    budgets = target.sql("SELECT low FROM current_budgets").rows()
    assert budgets == ([(Decimal("500000.00"),)] if declared else [])


def test_an_account_of_several_commodities_has_a_row_for_each(
    target: Book, write_csv: Write
) -> None:
    text = grid(
        ("account", "2024-04", "2024-05"),
        ("expenses", "EUR 9.00", "0"),
        ("expenses", "   £12.00", ""),
        ("expenses:ads", "EUR 7.00", "£-5.00"),
        ("expenses:ads", "   £12.00", ""),
        ("expenses:hall", "0", "£5.00"),
        ("total", "EUR 9.00", "0"),
        ("total", "   £12.00", ""),
    )
    target.add(write_csv("balance.csv", text))
    query = "SELECT category, starts_on::VARCHAR, currency, low::VARCHAR FROM spend ORDER BY ALL"
    assert target.sql(query).rows() == [
        ("expenses", "2024-04-01", "EUR", "2.00"),
        ("expenses:ads", "2024-04-01", "EUR", "7.00"),
        ("expenses:ads", "2024-04-01", "GBP", "12.00"),
        ("expenses:ads", "2024-05-01", "GBP", "-5.00"),
        ("expenses:hall", "2024-05-01", "GBP", "5.00"),
    ]


def test_what_was_held_at_the_end_of_months_is_refused(target: Book, write_csv: Write) -> None:
    held = grid(("account", "2024-04-30", "2024-05-31"), ("expenses:ads", "£1.00", "£3.00"))
    with pytest.raises(DataRefused, match=r"held on a day \(-H\).*print changes, without -H"):
        target.add(write_csv("held.csv", held))
    days = grid(("account", "2024-04-30", "2024-05-01"), ("expenses:ads", "£1.00", "£3.00"))
    target.add(write_csv("days.csv", days))
    assert one(target, "SELECT sum(low) FROM current_spend") == (Decimal("4.00"),)


def test_a_register_of_sums_by_period_is_refused(target: Book, write_csv: Write) -> None:
    row = {"txnidx": "0", "date": "2024-05-01", "account": ADS, "amount": "£9", "total": "£9"}
    with pytest.raises(DataRefused, match='txnidx "0" is no entry but the sum of a period'):
        target.add(write_csv("register.csv", table(REGISTER, row)))


def test_a_forecast_is_not_spent(target: Book, write_csv: Write) -> None:
    made = "generated-transaction: ~ monthly"
    row = {"txnidx": "8", "date": "2024-09-01", "account": ADS, "amount": "9", "commodity": "£"}
    rows = (row, {**row, "comment": made}, {**row, "comment": f"hall, {made}"})
    [receipt] = target.add(write_csv("print.csv", table(PRINT, *rows)))
    assert receipt.asides == {"a forecast, and not spent": 2}
    assert one(target, "SELECT count(*) FROM spend") == (1,)
    forecast = transaction((ADS, "£", 900, 2)) | {"ttags": [["_generated-transaction", "~"]]}
    text = json.dumps([transaction((ADS, "£", 1250, 2)), forecast])
    [receipt] = target.add(write_csv("print.json", text))
    assert receipt.asides == {"a forecast, and not spent": 1}
