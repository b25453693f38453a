"""Text into typed rows: strictly, and the quick way no less so than the grammar."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from farthing.errors import AmountError, UsageError
from farthing.ledger import Fault, Ledger
from farthing.ledgers.contests import CONTESTS
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS
from farthing.rows import SPACES, typed
from farthing.wording import parse

ROW: dict[str, dict[str, str]] = {
    "spend": {
        "entry_id": "e",
        "source_id": "s",
        "campaign_id": "c",
        "record": "payment",
        "incurred_on": "2025-01-31",
        "currency": "GBP",
        "amount": "1.00",
    },
    "contests": {
        "entry_id": "e",
        "source_id": "s",
        "election": "2017",
        "held_on": "2017-06-08",
        "area_code": "E14000886",
        "area_name": "Pudsey",
        "party": "Lab",
        "votes": "1",
    },
    "statements": {
        "entry_id": "e",
        "source_id": "s",
        "said_by": "Ada",
        "modality": "asserted",
        "quantity": "q",
        "unit": "GBP",
        "amount": "1.00",
    },
}


def read(
    ledger: Ledger, *changes: dict[str, str | None], locale: str = "en_GB"
) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Type rows that differ from a good one by some cells."""
    rows = [{**ROW[ledger.name], **change} for change in changes]
    names = dict.fromkeys(name for row in rows for name in row)
    text = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)).with_columns(
        pl.int_range(2, pl.len() + 2).alias("source_row"), pl.lit(1, pl.Int64).alias("batch_id")
    )
    frame, faults = typed(ledger, text, locale=locale)
    assert dict(frame.schema) == ledger.dtypes
    assert len(frame) == len(rows)
    return frame.to_dicts(), faults


def amount(text: str | None, unit: str = "GBP", locale: str = "en_GB") -> tuple[Any, ...] | str:
    """Return low, high, basis and wording, or the rule that the amount breaks."""
    [row], faults = read(STATEMENTS, {"amount": text, "unit": unit}, locale=locale)
    if faults:
        assert [(fault.column, fault.value) for fault in faults] == [("amount", text)]
        assert (row["low"], row["high"], row["basis"]) == (None, None, None)
        return faults[0].rule
    return row["low"], row["high"], row["basis"], row["wording"]


def test_a_row_has_its_types_and_its_words() -> None:
    [row], faults = read(SPEND, {"amount": "about £5,000", "payee": "  Ada\u00a0", "note": " "})
    assert faults == []
    assert row["incurred_on"] == date(2025, 1, 31)
    assert (row["low"], row["high"]) == (Decimal("4500.00"), Decimal("5499.99"))
    assert (row["basis"], row["wording"]) == ("about", "about £5,000")
    assert (row["payee"], row["note"], row["source_row"]) == ("Ada", None, 2)


# Amounts.

EXACT = {
    "0": "0.00",
    "5": "5.00",
    "5.5": "5.50",
    ".5": "0.50",
    "1234.50": "1234.50",
    "1,234.50": "1234.50",
    "£1,234.50": "1234.50",
    "£1,234,567": "1234567.00",
    "-5.00": "-5.00",
    "-£5.00": "-5.00",
    "£-5.00": "-5.00",
    "(5.00)": "-5.00",
    "-0": "0.00",
    "5k": "5000.00",
    "999999999999999.99": "999999999999999.99",
    "9999999999999999.99": "9999999999999999.99",
}


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_a_figure_is_kept_to_the_penny(text: str, value: str) -> None:
    assert amount(text) == (Decimal(value), Decimal(value), "exact", text)


REFUSED = {
    "1.005": "cannot be read: decimals: it has 3, GBP has at most 2",
    "1,00": "cannot be read: it is no figure",
    "1,2345": "cannot be read: it is no figure",
    "12,34": "cannot be read: it is no figure",
    "1.234,50": "cannot be read: it is no figure",
    "007": "cannot be read: it is no figure",
    "£007.00": "cannot be read: it is no figure",
    "5.": "cannot be read: it is no figure",
    "+5": "cannot be read: it is no figure",
    "--5": "cannot be read: it is no figure",
    "5 5": "cannot be read: it is no figure",
    "1e3": "cannot be read: it is no figure",
    "0x10": "cannot be read: it is no figure",
    "nan": "cannot be read: it is no figure",
    "inf": "cannot be read: it is no figure",
    "£1,2OO.00": "cannot be read: it is no figure",
    "£": "cannot be read: it is no figure",
    "££5": "cannot be read: it is no figure",
    "€5": "cannot be read: it says EUR, the declared unit is GBP",
    "٣.50": "cannot be read: it holds U+0663",
    "１２３": "cannot be read: it holds U+FF11, U+FF12, U+FF13",
    "5\n5": "cannot be read: it holds U+000A",
    "1" * 17: "cannot be read: 1.111E+16 is too large, bounds stay below 10,000 million million",
    "1" * 201: "cannot be read: it has 201 characters",
}


@pytest.mark.parametrize(("text", "rule"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_amount_is_refused_in_words(text: str, rule: str) -> None:
    assert amount(text) == rule


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "-", "–", "—", "--", " --", "n/a", "N/A", "not known", "unknown", "Unknown"],
)
def test_a_blank_is_unknown_and_not_zero(text: str | None) -> None:
    wording = (text or "").strip() or None
    assert amount(text) == (None, None, "unknown", wording)


@pytest.mark.parametrize(
    "text", ["NA", "N.A.", "null", "NULL", "nan", "#N/A", "#VALUE!", ".", "---", "?", "tbc", "x"]
)
def test_a_word_that_is_not_known_to_say_unknown_is_refused(text: str) -> None:
    assert amount(text) == "cannot be read: it is no figure"


@pytest.mark.parametrize("text", ["None", "none", "NONE"])
def test_none_is_no_zero_in_a_table(text: str) -> None:
    assert amount(text) == (
        'cannot be read: "none" may be nothing spent or nothing known: write 0, or leave it blank'
    )


@pytest.mark.parametrize("text", ["nil", "zero", "0", "0.00", "£0"])
def test_zero_is_zero_where_it_is_said(text: str) -> None:
    assert amount(text) == (Decimal(0), Decimal(0), "exact", text)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("5", "votes", "5.00"),
        ("1,234", "people", "1234.00"),
        ("5.5", "votes", "cannot be read: decimals: it has 1, votes has none"),
        ("5.00", "votes", "cannot be read: decimals: it has 2, votes has none"),
        ("74.30", "percent", "74.30"),
        ("0.25", "ratio", "0.25"),
        ("0.123", "ratio", "has more than the two decimals a ledger keeps"),
        ("about 0.125", "ratio", "has more than the two decimals a ledger keeps"),
        ("0.00274", "GBP/impressions", "has more than the two decimals a ledger keeps"),
        ("5", "GPB", "cannot be read: GPB is no currency"),
        ("5.00", "GPB", "cannot be read: GPB is no currency"),
        (None, "GPB", "cannot be read: GPB is no currency"),
        ("5", "Leaflets (A5)", 'cannot be read: "Leaflets (A5)" is no unit'),
        ("£5", "votes", "cannot be read: it says GBP, the declared unit is votes"),
        ("£5", "EUR", "cannot be read: it says GBP, the declared unit is EUR"),
        ("€5.50", "EUR", "5.50"),
    ],
)
def test_an_amount_has_what_its_unit_allows(text: str, unit: str, expected: str) -> None:
    found = amount(text, unit)
    if "." in expected and expected[0].isdigit():
        assert found == (Decimal(expected), Decimal(expected), "exact", text)
    else:
        assert found == expected


def test_the_marks_are_those_of_the_locale() -> None:
    assert amount("1.234,50", "EUR", "de_DE") == (
        Decimal("1234.50"), Decimal("1234.50"), "exact", "1.234,50",
    )  # fmt: skip
    assert amount("12.50", "EUR", "de_DE") == "cannot be read: it is no figure"
    assert amount("12,34,567", "INR", "en_IN")[0] == Decimal("1234567.00")
    assert amount("1,234,567", "INR", "en_IN") == "cannot be read: it is no figure"
    with pytest.raises(UsageError, match='"xx_YY" is no locale'):
        read(SPEND, {}, locale="xx_YY")


UNITS = ("GBP", "GBP", "GBP", "EUR", "USD", "GPB", "gbp", "votes", "ratio", "percent", "x (y)", "")
SIGNS = ("", "", "", "£", "£", "€", "$", "-", "-£", "£-", "£ ", "GBP ", "(", "about ", "+", "−")
TAILS = ("", "", "", "", ")", "k", " GBP", "%", "p", " ", "\u00a0", "+", "-", "e3", "٣", "３")


def some_amounts(count: int, seed: int) -> list[tuple[str, str]]:
    """Make texts that are amounts or nearly so, each with a unit."""
    pick = random.Random(seed)
    made = []
    for _ in range(count):
        group, mark = pick.choice([(",", "."), (",", "."), (".", ","), (" ", ","), ("'", ".")])
        whole = str(pick.choice([0, 7, 12, 999, 1234, 65536, 1234567, 10 ** pick.randrange(18)]))
        if pick.random() < 0.5:
            whole = f"{int(whole):,}".replace(",", group)
        if pick.random() < 0.1:
            whole = "0" + whole
        decimals = pick.choice(["", "", "5", "50", "05", "505"])
        text = whole + (mark + decimals if decimals else "")
        made.append((pick.choice(SIGNS) + text + pick.choice(TAILS), pick.choice(UNITS)))
    return made


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "fr_FR", "en_IN", "de_CH"])
def test_the_quick_way_reads_what_the_grammar_reads_and_refuses_what_it_refuses(
    locale: str,
) -> None:
    texts = some_amounts(6000, seed=len(locale))
    rows, faults = read(STATEMENTS, *({"amount": a, "unit": u} for a, u in texts), locale=locale)
    refused = {fault.index: fault.rule for fault in faults if fault.column == "amount"}
    figures = 0
    for index, ((text, unit), row) in enumerate(zip(texts, rows, strict=True)):
        expected = by_the_grammar(text, unit, locale)
        if expected is None:
            assert index in refused, (text, unit)
            assert (row["low"], row["high"], row["basis"]) == (None, None, None), (text, unit)
        else:
            assert index not in refused, (text, unit, refused.get(index))
            assert (row["low"], row["high"], row["basis"]) == expected, (text, unit)
            figures += row["basis"] == "exact"
    assert figures > 200
    assert len(refused) > 1000


def by_the_grammar(text: str, unit: str, locale: str) -> tuple[Any, ...] | None:
    try:
        found = parse(text.strip(SPACES) or None, unit=unit or None, locale=locale)
    except AmountError:
        return None
    bounds: Sequence[Decimal] = [bound for bound in (found.low, found.high) if bound is not None]
    if any(bound != round(bound, 2) for bound in bounds):
        return None
    return found.low, found.high, found.basis


# Dates, counts and text.


@pytest.mark.parametrize(
    "text",
    [
        "2019-13-01", "2019-02-29", "03/04/2025", "2025-1-1", "1/2/25", "31.01.2025",
        "2025-01-31T00:00", "20250131", "0000-01-01", "0217-06-08", "9999-12-31",
        "٢٠٢٥-٠١-٠١", "2025-01-3１", "January 2025", "45000",
    ],
)  # fmt: skip
def test_what_is_no_iso_date_is_refused(text: str) -> None:
    [row], faults = read(SPEND, {"incurred_on": text})
    rule = "is not a date (expected yyyy-mm-dd)"
    assert faults == [Fault(0, "incurred_on", text, rule)]
    assert row["incurred_on"] is None


def test_a_leap_day_is_a_date() -> None:
    [row], faults = read(SPEND, {"incurred_on": " 2024-02-29 "})
    assert (row["incurred_on"], faults) == (date(2024, 2, 29), [])


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("0", "en_GB", 0),
        ("1234", "en_GB", 1234),
        ("1,234", "en_GB", 1234),
        ("1,234,567", "en_GB", 1234567),
        ("1.234", "de_DE", 1234),
        ("999999999999999", "en_GB", 999999999999999),
        ("1,234", "de_DE", None),
        ("1.234", "en_GB", None),
        ("1,23", "en_GB", None),
        ("12,34,567", "en_GB", None),
        ("--5", "en_GB", None),
        ("5.0", "en_GB", None),
        ("007", "en_GB", None),
        ("1e3", "en_GB", None),
        ("١٢٣", "en_GB", None),
        ("9999999999999999", "en_GB", None),
        ("two", "en_GB", None),
    ],
)
def test_a_count_is_whole_and_in_the_marks_of_its_locale(
    text: str, locale: str, value: int | None
) -> None:
    [row], faults = read(CONTESTS, {"votes": text}, locale=locale)
    expected = [] if value is not None else [Fault(0, "votes", text, "is not a whole number")]
    assert (row["votes"], faults) == (value, expected)


@pytest.mark.parametrize("text", ["007", "120210123456789012", "1E5", "0x1F", "1.50", "2025-01-01"])
def test_an_id_stays_the_text_it_is(text: str) -> None:
    [row], faults = read(SPEND, {"entry_id": text, "document_ref": text})
    assert (row["entry_id"], row["document_ref"], faults) == (text, text, [])


@pytest.mark.parametrize(
    "text", ["=1+1", "+44", "-1", "@x", "\u202ex", "</script>", "a\tb", "a\nb"]
)
def test_text_is_kept_as_it_is(text: str) -> None:
    [row], faults = read(SPEND, {"payee": text})
    assert (row["payee"], faults) == (text, [])


@pytest.mark.parametrize(
    ("character", "shown"),
    [("\0", "\\x00"), ("\x1b", "\\x1b"), ("\x0b", "\\x0b"), ("\x7f", "\\x7f"), ("\x92", "\\x92")],
)
@pytest.mark.parametrize("column", ["payee", "entry_id", "incurred_on", "amount", "record"])
def test_a_control_character_is_refused_made_visible_and_not_echoed(
    column: str, character: str, shown: str
) -> None:
    text = f"{ROW['spend'].get(column, 'Ada')}{character}"
    [row, other], faults = read(SPEND, {column: text}, {})
    assert faults == [Fault(0, column, text[:-1] + shown, "holds a control character")]
    assert row.get(column) is None
    assert other["low"] == Decimal("1.00")


# One cause, one complaint.


def test_a_cell_that_cannot_be_read_is_not_also_blank_and_its_row_not_also_wrong() -> None:
    # Without a day the row would also have "neither a day nor a period".
    _, faults = read(SPEND, {"incurred_on": "yesterday"})
    assert faults == [Fault(0, "incurred_on", "yesterday", "is not a date (expected yyyy-mm-dd)")]
    # Without an amount its basis would also be blank.
    _, faults = read(SPEND, {"amount": "x"})
    assert faults == [Fault(0, "amount", "x", "cannot be read: it is no figure")]
    _, faults = read(CONTESTS, {"votes": "many"})
    assert faults == [Fault(0, "votes", "many", "is not a whole number")]


def test_a_wrong_currency_is_no_unit_to_read_an_amount_in() -> None:
    [row], faults = read(SPEND, {"currency": "gbp", "amount": "£1.50"})
    rule = "is not an ISO 4217 currency: three capital letters, such as GBP"
    assert (faults, row["low"]) == ([Fault(0, "currency", "gbp", rule)], Decimal("1.50"))


def test_other_rules_of_the_row_are_still_tried() -> None:
    _, faults = read(SPEND, {"amount": "x", "record": "receipt", "currency": None})
    assert sorted(fault.column or "" for fault in faults) == ["amount", "currency", "record"]


def test_a_column_that_is_left_out_is_blank() -> None:
    [row], faults = read(SPEND, {})
    assert faults == []
    assert {row[name] for name in ("payee", "starts_on", "part_of", "supersedes")} == {None}
