"""The match: a worked book, its edges, conservation, and what the shipped case must say."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from asked import (
    HOSTILE,
    MARK,
    audited,
    case_rows,
    drawn,
    pounds,
    reads_well,
    sentence,
    sentences,
    spec_of,
    stable,
    statuses,
    texts,
)
from farthing import charts
from farthing.book import Book
from farthing.question import Answer, read_sql
from farthing.stats.names import normal
from small_book import Row, small_book

MATCHED = ("exact", "within_tolerance", "many_to_one", "stated")


def campaign(**rest: object) -> dict[str, list[Row]]:
    return {"campaigns": [{"campaign_id": "c", "name": "The campaign", **rest}]}


def spent(
    amount: str, record: str, payee: str = "Acme", day: str = "2017-05-01", **rest: object
) -> Row:
    return {
        "campaign_id": "c", "amount": amount, "record": record, "payee": payee,
        "incurred_on": day, **rest,
    }  # fmt: skip


def asked_for(amount: str, stage: str = "requested", **rest: object) -> Row:
    return {"campaign_id": "c", "stage": stage, "amount": amount, **rest}


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, **{**campaign(), **ledgers}).ask("match")
    reads_well(answer)
    return answer


def fates(answer: Answer, against: str, side: str = "paid") -> dict[str, int]:
    rows = answer.tables["balance"].filter(against=against, side=side)
    return dict(rows.select("outcome", "row_count").rows())


# A hand-worked book.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        **campaign(),
        budgets=[asked_for("£2,000", said_by="the office"), asked_for("£1,500", "approved")],
        spend=[
            spent("£400.10", "payment", "Acme Ltd", entry_id="pay-1"),
            spent("£300.40", "payment", "ACME", "2017-05-10", entry_id="pay-2"),
            spent("£200.77", "payment", "Acme UK Limited", "2017-05-12", entry_id="pay-3"),
            spent("£99", "payment", "Bell Print", entry_id="pay-4"),
            spent("£400.10", "invoice", "Acme", "2017-04-20", entry_id="inv-1", document_ref="1"),
            spent("£180.33", "invoice", "Acme", "2017-05-02", entry_id="inv-2a", document_ref="2"),
            spent("£120.07", "invoice", "Acme", "2017-05-03", entry_id="inv-2b", document_ref="2"),
            spent("£200.77", "invoice", "Acme", "2017-05-08", entry_id="inv-3", document_ref="3"),
            spent("£200.77", "invoice", "Acme", "2017-05-09", entry_id="inv-3x", document_ref="3"),
            spent("£400.10", "platform", "Acme", channel="acme", entry_id="run-1"),
            spent("£300", "platform", "Acme", channel="acme", entry_id="run-2"),
            spent("£150-£250", "platform", "Acme", channel="acme", entry_id="run-3"),
        ],
    )
    return audited(book, "match")


def test_each_payment_has_its_invoice_or_has_none(worked: Answer) -> None:
    assert fates(worked, "invoice") == {"exact": 2, "many_to_one": 1, "no_record": 1}
    assert fates(worked, "invoice", "other") == {"exact": 2, "many_to_one": 2, "unmatched": 1}
    pairs = worked.tables["matches"].filter(against="invoice")
    assert set(pairs.select("kind", "paid_entries", "other_entries").rows()) == {
        ("exact", "pay-3", "inv-3"),
        ("many_to_one", "pay-2", "inv-2a inv-2b"),
    }


def test_each_payment_has_its_delivery_on_a_range_too(worked: Answer) -> None:
    assert fates(worked, "platform") == {"exact": 1, "within_tolerance": 2, "no_record": 1}
    pairs = worked.tables["matches"].filter(against="platform")
    assert set(pairs.select("paid_entries", "other_entries").rows()) == {
        ("pay-2", "run-2"),
        ("pay-3", "run-3"),
    }


def test_the_worked_book_in_sentences(worked: Answer) -> None:
    assert sentence(worked, "match.request") == (
        "All of the £1,000.27 (4 rows) paid has a request (within what was asked for: 4 rows). "
        "Tolerance: IPA, 5% over what was ordered."
    )
    assert sentence(worked, "match.invoice") == (
        "Of the £1,000.27 (4 rows) paid, £901.27 (3 rows) has an invoice (the same amount: 2 rows; "
        "parts that come to one row: 1 row) and £99 (1 row) may or may not have an invoice (no "
        "record of the supplier: 1 row). Rows are taken for one that are of one supplier, at most "
        "45 days apart, and differ by no more than rounding to whole units of the currency, or up "
        "to 4 parts that come to one to the penny."
    )
    assert sentence(worked, "match.invoice_paid") == (
        "The other way round. Of the £1,102.04 (5 rows) invoiced, £901.27 (4 rows) has a payment "
        "(the same amount: 2 rows; parts that come to one row: 2 rows) and £200.77 (1 row) has "
        "none (nothing like it among the supplier's rows: 1 row)."
    )
    assert statuses(worked, "match.invoice") == ["cannot_tell"]
    assert statuses(worked, "match.invoice_paid") == ["fail"]
    [unpaid] = [one for one in worked.findings if one.code == "match.invoice_paid"]
    assert unpaid.rows == ("inv-3x",)


def test_what_is_asked_for_stands_beside_what_was_paid(worked: Answer) -> None:
    assert sentences(worked, "match.asked_for") == [
        "The campaign (The party): £2,000 was asked for by the office, and £1,000.27 paid, 50% of "
        "it. That is within it (tolerance: IPA, 5% over what was ordered).",
        "The campaign (The party): £1,500 was approved by Ada, and £1,000.27 paid, 66.7% of it. "
        "That is within it (tolerance: IPA, 5% over what was ordered).",
    ]


def test_a_second_invoice_of_the_same_reference_is_shown_and_left_in(worked: Answer) -> None:
    assert sentence(worked, "match.copies") == (
        "The campaign (The party): 1 row of its invoices, £200.77, looks like another: one "
        "supplier, amount and reference, or none, within 7 days. Whether it is the same money "
        "twice cannot be told, and nothing is left out."
    )
    basis = worked.rows("copies", record="invoice")
    assert basis.rows["spend"]["entry_id"].to_list() == ["inv-3x"]


def test_spellings_are_one_by_a_rule_that_is_named(worked: Answer) -> None:
    assert sentence(worked, "match.spellings") == (
        "Taken for one supplier, by the rules named: Acme (case); ACME (case); Acme Ltd (case, "
        "legal form); Acme UK Limited (case, legal form, place)."
    )


def test_a_figure_opens_to_its_rows(worked: Answer) -> None:
    basis = worked.rows("records", against="invoice", side="paid", outcome="no_record")
    assert basis.rows["spend"]["entry_id"].to_list() == ["pay-4"]
    exact = worked.rows("records", against="platform", side="other", outcome="exact")
    assert exact.rows["spend"]["entry_id"].to_list() == ["run-1"]
    told = worked.rows("matches", against="platform")
    assert told.rows["spend"]["entry_id"].to_list() == ["pay-2", "pay-3", "run-2", "run-3"]
    assert worked.rows("match.asked_for").rows["budgets"].height == 2


# What is one supplier, one time, one amount.


def test_the_sql_counts_a_name_as_the_rules_do(tmp_path: Path) -> None:
    payees = [
        "Facebook Ireland Ltd", "FACEBOOK UK", "The Printer's & Sons, Co.", "Google (UK) Ltd",
        "Ltd", "U.K. Group plc", "Çelik-Baskı  Limited", "A", "the the Company",
        "Ireland Limited UK",
    ]  # fmt: skip
    rows = [spent("£5", "payment", payee) for payee in payees]
    rows += [spent("£5", "platform", normal(payee)) for payee in payees]
    answer = asked(tmp_path, spend=rows)
    assert set(answer.tables["suppliers"]["supplier"]) == {normal(payee) for payee in payees}
    assert fates(answer, "platform") == {"exact": len(payees)}


def test_a_link_of_the_book_makes_two_payees_one(tmp_path: Path) -> None:
    book = small_book(
        tmp_path, **campaign(),
        spend=[spent("£5.55", "payment", "Facebok"), spent("£5.55", "invoice", "Facebook")],
    )  # fmt: skip
    answer = book.ask("match")
    assert fates(answer, "invoice") == {"amount_only": 1}
    assert sentence(answer, "match.alike") == (
        "Facebook looks like Facebok (93 of 100) and is not taken for it. Whoever knows that they "
        "are one can say so: farthing link BOOK Facebook Facebok --payee."
    )
    book.link("Facebok", "Facebook", kind="payee")
    answer = audited(book, "match")
    assert fates(answer, "invoice") == {"exact": 1}
    assert sentences(answer, "match.alike") == []


@pytest.mark.parametrize(
    ("days", "fate"), [(0, "exact"), (45, "exact"), (46, "amount_only"), (-46, "amount_only")]
)
def test_the_window_ends_after_forty_five_days(tmp_path: Path, days: int, fate: str) -> None:
    day = date(2017, 5, 1) + timedelta(days)
    rows = [spent("£5.55", "payment"), spent("£5.55", "invoice", day=f"{day}")]
    assert fates(asked(tmp_path, spend=rows), "invoice") == {fate: 1}


def test_rows_of_another_time_tell_nothing(tmp_path: Path) -> None:
    rows = [
        spent("£5", "return", channel="facebook", day="2019-12-01"),
        spent("£70", "platform", channel="facebook", starts_on="2019-01-01",
              ends_before="2019-05-12", day=""),
    ]  # fmt: skip
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "platform") == {"out_of_period": 1}
    assert sentence(answer, "match.totals") == (
        "The campaign (The party), facebook: £5 paid on 2019-12-01 and £70 charged by the platform "
        "from 2019-01-01 to 2019-05-11. They are of different times, so neither tells of the other."
    )


def test_totals_that_agree_leave_their_rows_open(tmp_path: Path) -> None:
    rows = [spent("£100", "payment"), *[spent("£21.00", "platform") for _ in range(5)]]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "platform") == {"total_only": 1}
    assert sentence(answer, "match.totals").endswith(
        "The two agree (tolerance: IAB UK, 10% of the publisher's figure)."
    )
    assert statuses(answer, "match.platform") == ["cannot_tell"]


@pytest.mark.parametrize(
    ("charged", "status", "end"),
    [
        ("£90", "pass", "agree (tolerance: IAB UK, 10% of the publisher's figure)."),
        ("£89.99", "fail", "; with VAT at 20% on what was charged they would."),
        ("£60", "fail", "do not agree (tolerance: IAB UK, 10% of the publisher's figure)."),
        ("£80-£95", "cannot_tell", "depends on where in their ranges they lie."),
        ("over £1", "cannot_tell", "depends on where in their ranges they lie."),
    ],
)
def test_totals_are_held_against_a_tolerance_that_is_named(
    tmp_path: Path, charged: str, status: str, end: str
) -> None:
    answer = asked(tmp_path, spend=[spent("£100", "payment"), spent(charged, "platform")])
    assert statuses(answer, "match.totals") == [status]
    assert sentence(answer, "match.totals").endswith(end)


# What was paid, and what of it was asked for.


def test_a_return_stands_for_the_payments_where_there_are_none(tmp_path: Path) -> None:
    rows = [spent("£9.99", "return"), spent("£9.99", "invoice"), spent("£9.99", "platform")]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "invoice") == fates(answer, "platform") == {"exact": 1}
    assert fates(answer, "return") == {}
    assert sentence(answer, "match.request").startswith("Whether the £9.99 (1 row) paid has a")


def test_a_payment_that_names_its_line_of_the_return_is_matched_by_that(tmp_path: Path) -> None:
    rows = [
        spent("£900", "return", entry_id="line"),
        spent("£100", "payment", part_of="line"),
    ]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "return") == {"stated": 1}
    assert fates(answer, "return", "other") == {"has_parts": 1}
    assert statuses(answer, "match.return") == ["pass"]


@pytest.mark.parametrize(
    ("sum_", "status", "words"),
    [
        ("£100", "pass", "105% of it. That is within it"),
        ("£99.99", "fail", "105% of it. That is more than was requested"),
        ("about £100", "cannot_tell", "Whether that is within it cannot be told"),
        ("over £500", "pass", "paid, 0% to 21% of it. That is within it"),
        ("nil", "fail", "and £105 paid. That is more than"),
        ("a fortune", "cannot_tell", "Whether that is within it cannot be told"),
        ("", "cannot_tell", "Whether that is within it cannot be told"),
    ],
)
def test_what_was_paid_is_held_against_what_was_asked_for(
    tmp_path: Path, sum_: str, status: str, words: str
) -> None:
    answer = asked(tmp_path, budgets=[asked_for(sum_)], spend=[spent("£105", "payment")])
    assert statuses(answer, "match.asked_for") == [status]
    assert words in sentence(answer, "match.asked_for")


def test_lines_of_a_budget_and_their_total_agree(tmp_path: Path) -> None:
    lines = {"bus": (30, 53), "food": (400, 512)}
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name} for name in lines],
        budgets=[asked_for(f"£{plan}", campaign_id=name) for name, (plan, _) in lines.items()],
        spend=[spent(f"£{paid}", "payment", campaign_id=name) for name, (_, paid) in lines.items()],
    )
    covered = answer.tables["covered"]
    assert [f"{100 * one:.0f}" for one in covered["paid_share_low"]] == ["177", "128", "131"]
    assert covered["paid_low"].to_list()[-1] == sum(covered["paid_low"].to_list()[:-1]) == 565
    assert covered["low"].to_list()[-1] == 430


def test_a_denied_request_is_none(tmp_path: Path) -> None:
    answer = asked(
        tmp_path, budgets=[asked_for("£9", modality="denied")], spend=[spent("£5", "payment")]
    )
    assert fates(answer, "request") == {"no_request": 1}


# The edges.


def test_an_empty_book(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    assert answer.findings == ()
    assert answer.chart is None
    assert all(table.is_empty() for table in answer.tables.values())


def test_one_row(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£5", "payment")])
    assert {finding.status for finding in answer.findings} == {"cannot_tell"}
    assert sentence(answer, "match.invoice") == (
        "No record seen of what was invoiced in GBP: whether there is an invoice for the £5 (1 "
        "row) paid cannot be told."
    )


def test_charges_alone_were_paid_by_nobody_that_is_known(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£5", "platform")])
    assert fates(answer, "platform", "other") == {"no_record": 1}
    assert statuses(answer, "match.platform_paid") == ["cannot_tell"]


def test_an_amount_without_a_bound_is_matched_with_nothing(tmp_path: Path) -> None:
    rows = [spent("£500", "payment"), spent("over £400", "platform"), spent("", "invoice")]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "platform") == fates(answer, "invoice") == {"open_ended": 1}
    assert statuses(answer, "match.platform") == ["cannot_tell"]
    assert "the unknown (1 row) invoiced" in sentence(answer, "match.invoice_paid")
    assert charts.svg(spec_of(answer))


def test_nothing_of_nothing_and_a_refund(tmp_path: Path) -> None:
    rows = [
        spent(amount, record) for amount in ("0.00", "-£5.50") for record in ("payment", "invoice")
    ]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "invoice") == {"exact": 2}
    assert "-£5.50 (2 rows)" in sentence(answer, "match.invoice")
    assert charts.svg(spec_of(answer))


def test_money_in_two_currencies_is_never_taken_for_one(tmp_path: Path) -> None:
    rows = [spent("£5", "payment"), spent("US$5", "invoice", currency="USD")]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "invoice") == {"no_record": 1}
    assert len(sentences(answer, "match.request")) == 2
    assert "1 more currency" in spec_of(answer)["title"]["subtitle"][-1]


def test_an_amended_row_counts_once_and_as_it_is_now(tmp_path: Path) -> None:
    book = small_book(
        tmp_path, **campaign(), spend=[spent("£5.10", "payment"), spent("£5.01", "invoice")]
    )
    book.amend("spend", "spend-1", new_id="late", amount="£5.10")
    answer = audited(book, "match")
    assert fates(answer, "invoice", "other") == {"exact": 1}
    assert answer.tables["copies"].is_empty()


def test_two_platforms_of_one_campaign_are_not_one_money_told_twice(tmp_path: Path) -> None:
    rows = [
        spent("£7.01", "platform", channel="facebook", series="a report"),
        spent("£9.02", "platform", channel="google", series="another report"),
        spent("£7.01", "payment", "Facebook"),
    ]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "platform") == {"exact": 1}
    assert fates(answer, "platform", "other") == {"exact": 1, "no_record": 1}


def test_where_some_rows_are_matched_what_is_left_has_none(tmp_path: Path) -> None:
    rows = [spent("£7.01", "payment"), spent("£7.01", "invoice"), spent("£0.30", "payment")]
    assert fates(asked(tmp_path, spend=rows), "invoice") == {"exact": 1, "unmatched": 1}


def test_rows_are_counted_as_counted_spend_counts_them(tmp_path: Path) -> None:
    rows = [
        spent("£10.01", "platform", entry_id="whole"),
        spent("£4", "platform", part_of="whole"),
        *[spent("£6", "platform", series="by place", campaign_id="d") for _ in range(2)],
        spent("£9", "platform", series="by page", campaign_id="d"),
        spent("£7", "platform", series="", campaign_id="d"),
    ]
    book = small_book(tmp_path, campaigns=[{"campaign_id": "c"}, {"campaign_id": "d"}], spend=rows)
    counted = book.sql("SELECT entry_id FROM counted_spend ORDER BY entry_id")
    [records, *_] = read_sql("match")
    assert book.sql(records.rows)["entry_id"].sort().to_list() == counted["entry_id"].to_list()


def test_more_open_rows_than_are_searched_are_said_to_be_too_many(tmp_path: Path) -> None:
    rows = [spent(f"£{1000 + 3 * at}.{at % 90:02}", "payment") for at in range(201)]
    rows += [spent(f"£{1001 + 3 * at}.{at % 80:02}", "invoice") for at in range(200)]
    answer = asked(tmp_path, spend=rows)
    assert fates(answer, "invoice") == {"bound": 201}
    assert "there may be 400 of a supplier, 5,000 in all" in sentence(answer, "match.invoice")


amounts = st.integers(1, 60).map(lambda pennies: f"{pennies / 7:.2f}")
books = st.lists(
    st.tuples(
        st.sampled_from(("payment", "return", "invoice", "platform")), amounts,
        st.sampled_from(("Acme", "Acme Ltd", "Bell", "")), st.integers(0, 90),
        st.sampled_from(("c", "d")), st.sampled_from(("GBP", "USD")),
    ),
    min_size=1,
    max_size=40,
)  # fmt: skip


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(books)
def test_what_is_matched_and_what_is_left_come_to_all_of_each_side(
    drawn_rows: list[tuple[str, str, str, int, str, str]],
) -> None:
    rows = [
        spent(
            amount, record, payee, f"{date(2017, 1, 1) + timedelta(day)}",
            campaign_id=campaign_id, currency=currency,
        )
        for record, amount, payee, day, campaign_id, currency in drawn_rows
    ]  # fmt: skip
    with TemporaryDirectory() as folder:
        campaigns = [{"campaign_id": name} for name in ("c", "d")]
        book = small_book(Path(folder), campaigns=campaigns, spend=rows)
        answer = book.ask("match")
        every = book.sql(read_sql("match")[0].rows)
    balance = answer.tables["balance"]
    nearness = ("payment", "return", "invoice", "platform")
    for currency in {row[5] for row in drawn_rows}:
        mine = [row for row in drawn_rows if row[5] == currency]
        best = {
            name: min(nearness.index(row[0]) for row in mine if row[4] == name)
            for name in {row[4] for row in mine}
        }
        paid = sum(
            Decimal(row[1]) for row in mine
            if nearness.index(row[0]) == best[row[4]] and row[0] != "platform"
        )  # fmt: skip
        for against in ("platform", "request"):
            told = balance.filter(currency=currency, against=against, side="paid")
            assert sum(told["low"]) == paid
        charged = sum(Decimal(row[1]) for row in mine if row[0] == "platform")
        told = balance.filter(currency=currency, against="platform", side="other")
        assert sum(told["low"]) == charged
    # each row stands once on a side, and matched money is the same on both, but for rounding
    assert every.select("against", "entry_id").is_duplicated().sum() == 0
    for rows_of in balance.filter(pl.col("outcome").is_in(["exact", "many_to_one"])).partition_by(
        "against", "currency"
    ):
        sides = dict(rows_of.group_by("side").agg(pl.col("low").sum()).rows())
        assert sides["paid"] == sides["other"]


# The chart.


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    golden("match.vl.json", stable(spec_of(worked)))


def test_the_parts_of_a_bar_come_to_its_side(worked: Answer) -> None:
    parts = [row for row in drawn(worked) if row["label"] == "Paid: is there an invoice?"]
    assert [(row["part"], row["from"], row["to"]) for row in parts] == [
        ("pass", 0, 901.27), ("cannot_tell", 901.27, 1000.27), ("fail", 1000.27, 1000.27),
    ]  # fmt: skip


def test_hostile_names_are_in_sentences_and_not_in_the_chart(tmp_path: Path) -> None:
    answer = small_book(
        tmp_path,
        campaigns=[{"campaign_id": f"c{at}", "name": name} for at, name in enumerate(HOSTILE)],
        budgets=[
            asked_for("£5", campaign_id=f"c{at}", said_by=name) for at, name in enumerate(HOSTILE)
        ],
        spend=[
            spent("£5", record, name, campaign_id=f"c{at}", channel=name, document_ref=name)
            for at, name in enumerate(HOSTILE)
            for record in ("payment", "payment", "invoice", "platform")
        ],
    ).ask("match")
    assert charts.svg(spec_of(answer))
    assert [text for _, text in texts(spec_of(answer)) if MARK in text] == []
    assert any(MARK in finding.sentence for finding in answer.findings)


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "match")


def test_in_the_case_one_payment_is_known_and_stands_in_the_return(case: Answer) -> None:
    [payment] = [row for row in case_rows("spend") if row["record"] == "payment"]
    paid = pounds(payment["amount"])
    assert sentence(case, "match.return").startswith(
        f"All of the £{paid:,} (1 row) paid has a line in the return (said by the row itself"
    )
    assert statuses(case, "match.return") == ["pass"]


def test_in_the_case_nothing_is_known_of_requests_invoices_and_deliveries(case: Answer) -> None:
    for code in ("match.request", "match.invoice", "match.platform"):
        assert statuses(case, code) == ["cannot_tell"]
    records = case_rows("spend")
    assert {row["record"] for row in records} == {"payment", "return"}
    whole = {row["entry_id"]: row for row in records}
    first = [
        row for row in records
        if row["record"] != whole.get(row["part_of"], row)["record"] or not row["part_of"]
    ]  # fmt: skip
    without = [
        row for row in first
        if row["record"] == "payment" or row["campaign_id"] != "conservative-ge2017"
    ]  # fmt: skip
    assert f"({len(without)} rows)" in sentence(case, "match.invoice")


# What people really hold.


@pytest.mark.skipif("FARTHING_REAL_DATA" not in os.environ, reason="no real files are named")
def test_real_books_and_the_return_they_were_taken_from_are_one(tmp_path: Path) -> None:
    files = Path(os.environ["FARTHING_REAL_DATA"])
    book = Book(tmp_path / "real.duckdb")
    book.add(files / "electoral_commission" / "party_spending_ge2019_invoiced.csv")
    book.add(
        files / "accounting" / "hledger_print.csv",
        declare={"organisation": "Labour Party", "campaign": "the-books"},
    )
    [labour] = book.sql(
        "SELECT campaign_id FROM current_campaigns WHERE campaign_id LIKE 'ec:53:%'"
    )["campaign_id"]
    [mine] = book.sql("SELECT DISTINCT campaign_id FROM spend WHERE record = 'payment'")[
        "campaign_id"
    ]
    book.link(mine, labour)
    answer = book.ask("match")
    paid = answer.tables["balance"].filter(against="return", side="paid")
    assert dict(paid.select("outcome", "low").rows()) == {"exact": Decimal("73088.13")}
