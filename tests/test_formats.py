"""How figures, ranges, shares and tables are put before a reader."""

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formats import (
    NO_RECORD,
    UNKNOWN,
    difference,
    interval,
    listed,
    number,
    share,
    shares,
    shown,
    visible,
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("577270.00"), "GBP", "£577,270"),
        (Decimal("0.50"), "GBP", "£0.50"),
        (Decimal("-20.5"), "GBP", "-£20.50"),
        (Decimal("-0.00"), "GBP", "£0"),
        (Decimal("1000000000000.01"), "GBP", "£1,000,000,000,000.01"),
        (Decimal(5000), "USD", "US$5,000"),
        (Decimal(5000), "EUR", "€5,000"),
        (Decimal(5000), "CHF", "CHF 5,000"),
        (Decimal("-5000.10"), "XYZ", "-XYZ 5,000.10"),
        (331, "votes", "331 votes"),
        (1, "votes", "1 vote"),
        (-1, "votes", "-1 vote"),
        (Decimal("1.00"), "people", "1 person"),
        (0, "people", "0 people"),
        (1, "parties", "1 party"),
        (1, "branches", "1 branch"),
        (1, "addresses", "1 address"),
        (1, "staff", "1 staff"),
        (1, "status", "1 status"),
        (1, "more values", "1 more value"),
        (Decimal("1.50"), "points", "1.50 points"),
        (Decimal("74.30"), "percent", "74.30%"),
        (Decimal(7), "percent", "7.00%"),
        (Decimal("1000.01"), "ratio", "1,000.01"),
        (7_001, None, "7,001"),
        (1, "", "1"),
    ],
)
def test_one_figure(value: Decimal | int, unit: str | None, text: str) -> None:
    assert number(value, unit) == text


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_no_penny_is_lost(value: Decimal) -> None:
    text = number(value, "GBP")
    assert Decimal(text.replace("£", "").replace(",", "")) == value


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        ("4500", "5499.99", "GBP", "£4,500 to £5,499.99"),
        ("331", "331", "votes", "331 votes"),
        ("0", "1", "votes", "0 to 1 votes"),
        ("1", "2", "people", "1 to 2 people"),
        ("1", "1", "people", "1 person"),
        ("1", None, "votes", "at least 1 vote, no upper bound"),
        (None, "-5", "GBP", "at most -£5, no lower bound"),
        ("42.55", "42.64", "percent", "42.55 to 42.64%"),
        ("-500", "-20", "GBP", "-£500 to -£20"),
        (None, None, "GBP", UNKNOWN),
    ],
)
def test_a_range(low: str | None, high: str | None, unit: str, text: str) -> None:
    ends = (None if end is None else Decimal(end) for end in (low, high))
    assert interval(*ends, unit) == text


def test_percentages_differ_by_points() -> None:
    assert difference(Decimal("0.11"), "percent") == "0.11 percentage points"
    assert difference(Decimal(1), "percent") == "1 percentage point"
    assert difference(Decimal(14), "votes") == "14 votes"
    assert difference(Decimal("27270.01"), "GBP") == "£27,270.01"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, UNKNOWN),
        (float("nan"), UNKNOWN),
        (float("inf"), UNKNOWN),
        (0.0, "0%"),
        (1.0, "100%"),
        (0.00866, "0.866%"),
        (0.7411344, "74.1%"),
        (0.05, "5%"),
        (-0.0884, "-8.84%"),
        (1.4e-19, "1.4e-17%"),
        (1234.5, "123,000%"),
    ],
)
def test_a_share(value: float | None, text: str) -> None:
    assert share(value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.0078, 0.00953, "0.78% to 0.953%"),
        (0.5, 0.5, "50%"),
        (0.5, 0.50001, "50%"),
        (0.5, None, "at least 50%, no upper bound"),
        (None, 0.5, "at most 50%, no lower bound"),
        (None, None, UNKNOWN),
    ],
)
def test_a_range_of_shares(low: float | None, high: float | None, text: str) -> None:
    assert shares(low, high) == text


def test_a_list_in_words() -> None:
    assert listed([]) == ""
    assert listed(["approved"]) == "approved"
    assert listed(["approved", "booked"], "or") == "approved or booked"
    assert listed(["approved", "booked", "delivered"]) == "approved, booked and delivered"


@given(st.text())
def test_every_character_that_is_left_shows(text: str) -> None:
    made = visible(text)
    for character in made:
        assert unicodedata.bidirectional(character) not in (
            *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"),
        )
        assert unicodedata.category(character) not in ("Cc", "Cs") or character in "\t\n\r"
    assert visible(made) == made


def test_what_does_not_show_is_written_out() -> None:
    assert visible("a\u202eb\u200ec\x1b[31m") == "a[U+202E]b[U+200E]c[U+001B][31m"


TABLE: list[dict[str, Any]] = [
    {"low": Decimal(4500), "high": Decimal("5499.99"), "currency": "GBP", "statements": 1},
    {"low": None, "high": None, "currency": "GBP", "statements": 0},
    {"low": None, "high": None, "currency": "GBP", "statements": 2},
]


def test_a_range_is_one_column_and_no_record_is_no_figure() -> None:
    view = shown(pl.DataFrame(TABLE, schema_overrides={"low": pl.Decimal(18, 2)}))
    assert view.headings == ("amount", "statements")
    assert view.numeric == (True, True)
    assert view.rows == (("£4,500 to £5,499.99", "1"), (NO_RECORD, "0"), (UNKNOWN, "2"))


def test_every_kind_of_cell() -> None:
    table = pl.DataFrame(
        {
            "name": ["Ada", None],
            "margin": [7250, -4501],
            "margin_share": [0.15013, None],
            "kept_share_low": [0.0, None],
            "kept_share_high": [1.0, None],
            "cpm_low": [Decimal("2.64"), None],
            "cpm_high": [Decimal("4.74"), None],
            "impressions_low": [1000, 5],
            "impressions_high": [2000, None],
            "currency": ["GBP", "GBP"],
            "p_value": [0.00012345, None],
            "in_force": [True, False],
            "held_on": [date(2015, 5, 7), None],
            "posted_at": [datetime(2024, 1, 2, 3, 4), None],
            "parts": [["a", "b"], []],
        }
    )
    view = shown(table)
    assert view.headings == (
        *("name", "margin", "margin share", "kept share", "cpm", "impressions", "currency"),
        *("p value", "in force", "held on", "posted at", "parts"),
    )
    assert view.rows[0] == (
        *("Ada", "7,250", "15%", "0% to 100%", "£2.64 to £4.74", "1,000 to 2,000", "GBP"),
        *("0.0001234", "yes", "2015-05-07", "2024-01-02 03:04", "a, b"),
    )
    assert view.rows[1] == (
        *("", "-4,501", "", UNKNOWN, UNKNOWN, "at least 5, no upper bound", "GBP"),
        *("", "no", "", "", ""),
    )


def test_an_empty_table_has_headings() -> None:
    view = shown(pl.DataFrame(schema={"low": pl.Decimal(18, 2), "high": pl.Decimal(18, 2)}))
    assert (view.headings, view.rows) == (("amount",), ())
