"""The checks: every fault that is planted is found, and nothing is said against a clean book."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asked import HOSTILE, MARK, STRAY_MARK, STRAY_PLURAL
from farthing.book import Book
from farthing.check import Check, Checked, Result, Stake
from farthing.checks import CHECKS, CURRENCIES, choose
from farthing.checks.reading import read
from farthing.errors import UsageError
from farthing.ledgers import BY_NAME
from planted import PLANTS, Rows, clean, fault, on
from small_book import Row, small_book

#: What a plant for another check can set off as well: payments that nobody invoiced.
SET_OFF = {"missing.lists"}
#: A fault that is no row of a ledger: it has a test of its own.
BESIDE_LEDGERS = {"missing.quarantine"}
REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="FARTHING_REAL_DATA names no folder")


def failing(checked: Checked) -> dict[str, set[str]]:
    return {result.code: set(result.rows) for result in checked.failures}


def reads_well(checked: Checked) -> None:
    for result in checked:
        assert not re.search(STRAY_MARK, result.sentence), result.sentence
        assert not re.search(STRAY_PLURAL, result.sentence), result.sentence
        assert result.sentence.endswith("."), result.sentence


# What every check is.


def test_codes_are_unique_and_name_their_family() -> None:
    codes = Counter(check.code for check in CHECKS)
    assert max(codes.values()) == 1
    families = list(dict.fromkeys(check.family for check in CHECKS))
    assert families == [
        "identities", "duplicates", "dates", "reach", "references", "digits", "missing",
    ]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_says_what_it_holds_and_what_a_row_is(check: Check) -> None:
    assert re.fullmatch(r"[A-Z].*\.", check.holds)
    assert not check.fails.endswith(".")
    assert check.about.startswith("One row per ")
    assert check.about.endswith(".")
    assert (check.judge is not None) == bool(check.rows)
    assert check.open == "nothing" or "holds" in check.sql or check.judge


def test_there_is_a_plant_for_every_check() -> None:
    assert {check.code for check in CHECKS} == set(PLANTS) | BESIDE_LEDGERS


def test_currencies_are_those_of_money() -> None:
    assert {"GBP", "EUR", "XOF", "DEM"} <= set(CURRENCIES)
    assert not {"XTS", "XXX", "XAU", "ZZZ"} & set(CURRENCIES)


def test_checks_are_chosen_by_code_and_by_family() -> None:
    assert choose(()) == CHECKS
    assert [check.code for check in choose(["references.turnout"])] == ["references.turnout"]
    chosen = choose(["dates", "digits.below_limit"])
    assert {check.family for check in chosen} == {"dates", "digits"}
    with pytest.raises(UsageError, match=r"unknown check date\b") as refused:
        choose(["date"])
    assert refused.value.hint == "did you mean dates?"
    with pytest.raises(UsageError) as refused:
        choose(["qqqqqqqq"])
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("a code, or one of identities, ")


# Clean books, and books with faults.


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_said_against_a_clean_book(tmp_path: Path, seed: int) -> None:
    checked = small_book(tmp_path, **clean(seed).ledgers).check()
    assert failing(checked) == {}
    reads_well(checked)


def test_the_clean_books_are_not_clean_for_want_of_rows(tmp_path: Path) -> None:
    """Each check has something to look at in the clean book of every shape, or says why not."""
    checked = small_book(tmp_path, **clean(4).ledgers).check()
    idle = {result.code for result in checked if not result.looked}
    assert idle == {"missing.quarantine"}


@pytest.mark.parametrize("seed", range(2))
def test_every_planted_fault_is_found_and_nothing_else(tmp_path: Path, seed: int) -> None:
    found_as_planted(tmp_path, seed, list(PLANTS))


@pytest.mark.parametrize("seed", range(11, 15))
def test_faults_are_found_in_any_company(tmp_path: Path, seed: int) -> None:
    found_as_planted(tmp_path, seed, random.Random(seed).sample(list(PLANTS), len(PLANTS) // 4))


def found_as_planted(folder: Path, seed: int, codes: list[str]) -> None:
    rows, expected = fault(seed, *codes)
    book = small_book(folder, **rows.ledgers)
    checked = book.check()
    assert set(codes) <= {result.code for result in checked.failures}
    for result in checked:
        entries = expected.get(result.code, set())
        named = set(result.rows) if result.status == "fail" else set()
        if result.code in SET_OFF:
            assert entries <= set(book.sql(result.select)["entry_id"])
        elif len(entries) > len(named):
            assert named < entries, result
            assert result.count == len(entries), result
        else:
            assert named == entries, result
    reads_well(checked)


def test_on_the_line_nothing_fails(tmp_path: Path) -> None:
    """The last value that a rule allows: the part that is the whole, the last day, all who vote."""
    rows = Rows(random.Random(0))
    rows.add(
        "sources",
        source_id="s",
        url="https://example.org",
        published_on="2024-01-02",
        accessed_on="2024-01-01",
    )
    rows.campaign("c")
    rows.add("campaigns", campaign_id="d", organisation="D", starts_on=on(364), part_of="c")
    rows.add("budgets", campaign_id="d", stage="approved", amount="£50.05")
    whole = rows.spend("d", amount="50.05", incurred_on="2024-01-01")
    rows.spend("d", amount="50.05", incurred_on="2024-01-01", channel="tv", part_of=whole)
    rows.add("budgets", campaign_id="d", stage="claimed", amount="£50.05 to £60")
    bill = {"payee": "P", "document_ref": "1", "incurred_on": on(3), "amount": "20.02"}
    for record in ("invoice", "payment"):
        rows.spend("c", record=record, **bill)
    for day in (20, 28):
        rows.spend("c", payee="Eight days", amount="30.03", incurred_on=on(day))
    for day in (40, 80):
        rows.spend("c", payee="Twice", amount="31.03", incurred_on=on(day))
    rows.spend("c", payee="Back", amount="40.04")
    rows.spend("c", payee="Back", amount="-40.04")
    first = rows.spend("c", amount="10.01")
    rows.spend("c", amount="100.09", supersedes=first)
    rows.spend("c", amount="10 to 100")
    rows.add("budgets", campaign_id="c", stage="requested", amount="£5 to £6")
    more = rows.add("budgets", campaign_id="c", stage="requested", amount="£6 to £7")
    less = rows.add("budgets", campaign_id="c", stage="requested", amount="£6.00")
    rows.add("comparisons", greater_entry=more, lesser_entry=less)
    rows.add("audiences", amount="100")
    rows.add("audiences", segment_kind="audience", segment="the checkers", amount="9")
    rows.add("sightings", campaign_id="c", asked=9, saw=9, outcome="all")
    rows.cell("c", "100", "100")
    rows.cell("c", "1", "100", series="often")
    rows.add("reach", campaign_id="c", measure="clicks", amount="100")
    for series, segments in (("exact", ("60", "40")), ("ranges", ("10 to 90", "0 to 10"))):
        for segment, amount in zip(("women", "men"), segments, strict=True):
            told = {"segment_kind": "gender", "segment": segment, "series": series}
            rows.add("reach", campaign_id="c", amount=amount, **told)
        rows.add("reach", campaign_id="c", amount="100", series=series)
    for last in (7, 14):
        so_far = {"starts_on": on(0), "ends_before": on(last), "series": "so far"}
        rows.add("reach", campaign_id="c", amount="5", **so_far)
    for party, votes in (("Red", 60), ("Blue", 40)):
        seat = {"area_code": "E14000001", "area_name": "Seat", "electorate": 100}
        rows.add("contests", party=party, candidate=party, votes=votes, **seat)
    said = {"quantity": "Seat majority, election 2015", "unit": "votes"}
    for amount in ("over 19", "20", "less than 21"):
        rows.add("statements", amount=amount, stated_on="2024-01-03", **said)
    checked = small_book(tmp_path, **rows.ledgers).check()
    assert failing(checked) == {}


def test_a_row_in_quarantine_is_a_fault(tmp_path: Path) -> None:
    book = small_book(tmp_path, campaigns=[{"campaign_id": "c"}])
    bad = tmp_path / "bad.csv"
    head = "entry_id,source_id,campaign_id,record,incurred_on,currency,amount\n"
    bad.write_text(f"{head}a,s,c,return,2023-01-01,GBP,5\nb,s,c,bill,2023-01-01,GBP,7\n", "utf-8")
    book.add(bad, quarantine=True)
    result = book.check()["missing.quarantine"]
    assert result.is_fault
    assert result.rows == ("bad.csv:3",)
    assert result.sentence == (
        "1 of 1 row of quarantine: the row was refused and is in no answer. At stake, what could "
        "be read of the amounts: £7."
    )


# Results.


def looked_at(rows: list[tuple[Any, ...]]) -> Result:
    """Run a check of money over rows of holds, low, high, currency and record."""
    sql = """
        SELECT 'spend' AS ledger, 'e' || number AS entry_id, holds, low, high, currency
        FROM looked_at
    """
    check = Check("a.b", "It holds.", "it does not", "it is open", "", sql, stake="the rows")
    with duckdb.connect() as client:
        money = "low DECIMAL(18, 2), high DECIMAL(18, 2), currency VARCHAR, record VARCHAR"
        client.execute(f"CREATE TABLE looked_at (number INTEGER, holds BOOLEAN, {money})")
        for number, row in enumerate(rows):
            client.execute("INSERT INTO looked_at VALUES (?, ?, ?, ?, ?, ?)", [number, *row])
        client.execute(
            "CREATE TABLE current_spend AS "
            "SELECT 'e' || number AS entry_id, record, NULL AS series FROM looked_at"
        )
        return check.run(lambda select: client.sql(select).pl())


def size(low: int | None, high: int | None) -> tuple[int | None, int | None]:
    """Return the bounds of the absolute value of a number between two bounds."""
    if low is not None and low >= 0:
        return low, high
    if high is not None and high <= 0:
        return -high, None if low is None else -low
    least = None if low is None else 0
    return least, None if low is None or high is None else max(-low, high)


BOUND = st.one_of(st.none(), st.integers(-20, 20))
LOOKED = st.tuples(
    st.sampled_from([True, False, None]),
    BOUND,
    BOUND,
    st.sampled_from(["GBP", "EUR"]),
    st.sampled_from(["invoice", "payment"]),
).filter(lambda row: row[1] is None or row[2] is None or row[1] <= row[2])


@settings(max_examples=60, deadline=None)
@given(st.lists(LOOKED, max_size=8))
def test_a_result_is_what_its_rows_come_to(rows: list[tuple[Any, ...]]) -> None:
    result = looked_at(rows)
    holds = Counter(row[0] for row in rows)
    assert result.looked == len(rows)
    assert result.count == (holds[False] or holds[None])
    assert result.status == (
        "fail" if holds[False] else "cannot_tell" if holds[None] else "pass"
    )  # fmt: skip
    which = False if holds[False] else None
    assert result.rows == tuple(f"e{number}" for number, row in enumerate(rows) if row[0] is which)
    expected = []
    for currency in ("EUR", "GBP"):
        failing = [row for row in rows if row[0] is False and row[3] == currency]
        told = [
            [total(bounds) for bounds in zip(*(size(*row[1:3]) for row in of_one), strict=True)]
            for record in ("invoice", "payment")
            if (of_one := [row for row in failing if row[4] == record])
        ]
        if told:
            lows, highs = zip(*told, strict=True)
            low = None if None in lows else max(lows)
            expected.append(Stake(low, total(highs), currency))
    assert result.stakes == tuple(expected)


def total(bounds: tuple[Decimal | int | None, ...]) -> Decimal | None:
    known = [bound for bound in bounds if bound is not None]
    return Decimal(sum(known)) if len(known) == len(bounds) else None


def test_two_kinds_of_record_may_tell_of_the_same_money() -> None:
    rows = [(False, 5, 5, "GBP", "invoice"), (False, 7, 7, "GBP", "payment")]
    assert looked_at(rows).stakes == (Stake(Decimal(7), Decimal(12), "GBP"),)


def test_two_currencies_are_not_added_and_the_unknown_stays_unknown() -> None:
    rows = [
        (False, 5, 5, "GBP", "return"),
        (False, 7, 8, "EUR", "return"),
        (False, 2, None, "EUR", "return"),
        (True, 9, 9, "GBP", "return"),
    ]
    assert looked_at(rows).sentence == (
        "3 of 4 rows of spend: it does not. At stake, the rows: at least €9, no upper bound and £5."
    )
    assert str(looked_at([(False, None, None, "GBP", "return")]).stakes[0]) == "unknown"


def test_what_is_open_is_told_and_only_where_nothing_fails() -> None:
    assert looked_at([(None, 1, 1, "GBP", "return"), (True, 1, 1, "GBP", "return")]).sentence == (
        "1 of 2 rows of spend: it is open."
    )
    assert looked_at([]).sentence == "It holds. The book has nothing to look at here."
    assert (
        looked_at([(True, 1, 1, "GBP", "return")]).sentence == "It holds. Looked at 1 row of spend."
    )


def test_many_rows_are_counted_and_the_first_are_named() -> None:
    result = looked_at([(False, 1, 1, "GBP", "return")] * 25)
    assert (result.count, len(result.rows), result.examples.height) == (25, 20, 20)
    assert result.stakes == (Stake(Decimal(25), Decimal(25), "GBP"),)


def test_the_words_of_a_check_are_read_from_its_comment() -> None:
    [check, *_] = read("references", currencies="'GBP'")
    assert (check.code, check.weight) == ("references.area", "rule")
    assert check.holds == "Each area that money or people went to is one that voted."
    assert check.about == "One row per row of spend or resources with an area."


# A book and its checks.


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return small_book(tmp_path_factory.mktemp("faulty"), **fault(4, *PLANTS)[0].ledgers)


def test_what_is_run_gives_the_same_in_any_client(faulty: Book) -> None:
    checked = faulty.check()
    names = {
        ledger: set(faulty.sql(f"SELECT entry_id FROM {ledger}")["entry_id"]) for ledger in BY_NAME
    }
    with duckdb.connect(str(faulty.path), read_only=True) as client:
        for result in checked:
            rows = client.sql(result.select).pl()
            assert rows.height == result.count, result
            assert tuple(rows["entry_id"][:20]) == result.rows, result
            for ledger, entry in rows.select("ledger", "entry_id").rows():
                assert entry in names[ledger], result


def test_a_check_alone_says_what_it_says_among_all(faulty: Book) -> None:
    every = faulty.check()
    for code in ("references.turnout", "missing.lists", "digits.first_digits"):
        [alone] = faulty.check(code)
        assert (alone.status, alone.sentence) == (every[code].status, every[code].sentence)


def test_checking_changes_nothing(tmp_path: Path) -> None:
    book = small_book(tmp_path, **clean(3).ledgers)
    before = book.path.read_bytes()
    book.check()
    assert book.path.read_bytes() == before


def test_the_results_as_a_table_and_in_words(faulty: Book) -> None:
    checked = faulty.check("identities", "missing")
    assert len(checked) == checked.table.height == len(choose(["identities", "missing"]))
    assert checked.table.filter(pl.col("status") == "fail").height == len(checked.failures)
    rules = [result.is_fault for result in checked.failures]
    assert rules == sorted(rules, reverse=True)
    text = repr(checked)
    assert text.startswith(f"{len(checked)} checks: {sum(rules)} rules broken, ")
    assert "[identities.balance] does not hold: 1 of " in text
    with pytest.raises(KeyError):
        checked["dates.future"]


def test_an_empty_book_has_nothing_that_fails(tmp_path: Path) -> None:
    source = {"url": "https://example.org", "published_on": "2024-01-01"}
    checked = small_book(tmp_path, sources=[{"source_id": "s", **source}]).check()
    assert failing(checked) == {}
    reads_well(checked)


def test_what_was_not_known_yet_is_not_checked(tmp_path: Path) -> None:
    book = small_book(tmp_path, **clean(2).ledgers)
    moment = book.imports()["posted_at"].max()
    assert not book.check("missing.sum_of_spend")["missing.sum_of_spend"].rows
    late = tmp_path / "late.csv"
    head = "entry_id,source_id,campaign_id,record,incurred_on,currency,amount\n"
    late.write_text(f"{head}late,s,seats,return,2023-01-01,GBP,\n", "utf-8")
    book.add(late)
    assert book.check()["missing.sum_of_spend"].rows == ("late",)
    assert not book.as_of(moment).check()["missing.sum_of_spend"].rows  # type: ignore[arg-type]


def test_a_reversal_that_was_not_known_yet_reposts_nothing(tmp_path: Path) -> None:
    paid = {"campaign_id": "c", "payee": "Hall", "amount": "5", "incurred_on": "2023-01-01"}
    book = small_book(tmp_path, campaigns=[{"campaign_id": "c"}], spend=[paid, paid])
    moment = book.imports()["posted_at"].max()
    book.reverse("spend", "spend-0", new_id="back", note="told twice")
    assert book.check()["duplicates.reversed_and_reposted"].rows == ("spend-1",)
    then = book.as_of(moment).check()  # type: ignore[arg-type]
    assert then["duplicates.reversed_and_reposted"].status == "pass"


def test_strangers_names_are_in_no_sentence(tmp_path: Path) -> None:
    campaigns: list[Row] = [
        {"campaign_id": f"c{number}", "name": name, "organisation": name}
        for number, name in enumerate(HOSTILE)
    ]
    spend: list[Row] = [
        {"campaign_id": f"c{number}", "payee": name, "amount": amount, "document_ref": name}
        for number, name in enumerate(HOSTILE)
        for amount in ("5", "5", "0")
    ]
    statements: list[Row] = [
        {"quantity": name, "unit": "votes", "amount": amount, "said_by": name}
        for name in HOSTILE
        for amount in ("1", "2")
    ]
    checked = small_book(tmp_path, campaigns=campaigns, spend=spend, statements=statements).check()
    assert checked["duplicates.document_twice"].count == len(HOSTILE)
    assert checked["identities.statements_agree"].count == 2 * len(HOSTILE)
    assert not [result.code for result in checked if MARK in result.sentence]


def test_two_currencies_of_one_reference_are_two_documents(tmp_path: Path) -> None:
    bill = {"campaign_id": "c", "payee": "P", "document_ref": "1", "amount": "5"}
    rows: list[Row] = [{**bill, "currency": "GBP"}, {**bill, "currency": "EUR"}]
    book = small_book(tmp_path, campaigns=[{"campaign_id": "c"}], spend=rows)
    assert book.check()["duplicates.document_twice"].status == "pass"


# The shipped case.


def test_in_the_case_what_is_said_to_fail_does(case_book: Book) -> None:
    checked = case_book.check()
    reads_well(checked)
    faults = {result.code for result in checked if result.is_fault}
    assert faults == {
        "identities.rows_as_stated",
        "identities.statements_agree",
        "references.votes_as_stated",
    }
    assert checked["identities.rows_as_stated"].rows == ("sum-drum",)
    assert set(checked["references.votes_as_stated"].rows) == {
        "maj-pudsey-2017-bbc",
        "valid-pudsey-thoresby",
    }
    assert {"maj-pudsey-2017-bbc", "maj-pudsey-2017-jacobin"} <= set(
        case_book.sql(checked["identities.statements_agree"].select)["entry_id"]
    )


def test_in_the_case_what_cannot_be_told_says_so(case_book: Book) -> None:
    checked = case_book.check()
    assert checked["identities.approved"].status == "cannot_tell"
    assert checked["identities.claimed_as_booked"].status == "cannot_tell"
    assert checked["digits.first_digits"].sentence == (
        "Benford's law may not be expected of returns in GBP (fewer than 300 amounts)."
    )


# Real files.


@real
def test_real_returns_and_libraries(tmp_path: Path) -> None:
    """What fails is true of the files: counted again without a check."""
    assert REAL is not None
    folder = Path(REAL)
    bundle = folder / "google_political_ads" / "bundle_2019-06"
    book = Book(tmp_path / "book.duckdb")
    book.add(folder / "electoral_commission" / "party_spending_ge2019_invoiced.csv")
    book.add(
        bundle / "google-political-ads-advertiser-stats.csv",
        bundle / "google-political-ads-advertiser-weekly-spend.csv",
    )
    checked = book.check()
    reads_well(checked)
    spend = book.sql("FROM current_spend WHERE currency = 'GBP' AND record = 'return'")
    same = ["payee", "incurred_on", "low"]
    twice = spend.with_columns(pl.col("payee").str.to_lowercase().str.strip_chars(" ")).filter(
        pl.col("payee").is_not_null() & pl.col("incurred_on").is_not_null()
    )
    assert checked["duplicates.same_day"].count == twice.height - twice.unique(same).height
    assert checked["references.part_elsewhere"].status == "pass"
    weekly = book.sql("FROM current_spend WHERE series LIKE '%weekly-spend%' AND part_of IS NULL")
    items = weekly.group_by("campaign_id").agg(pl.col("low").sum().alias("items"))
    stats = book.sql(
        "FROM current_spend WHERE series LIKE '%advertiser-stats%' AND part_of IS NULL"
    )
    above = stats.join(items, on="campaign_id").filter(pl.col("items") > pl.col("high"))
    assert checked["identities.series_within_total"].count == above.height > 100
