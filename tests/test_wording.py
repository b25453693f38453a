"""The grammar: what it reads, as what, and what it refuses."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.amounts import BASES, Amount
from farthing.errors import AmountError, UsageError
from farthing.wording import STANDARD, Reading, parse

TEN_PER_CENT = Reading("ten per cent", about=Decimal("0.1"))
IMPLIED_TOP = Reading("implied top", over="next_unit")

# text, declared unit, low, high, unit, basis; a bound of None is unbounded.
READ: list[tuple[str | None, str | None, str | None, str | None, str | None, str]] = [
    # Exact figures.
    ("331", None, "331", "331", None, "exact"),
    ("331 votes", None, "331", "331", "votes", "exact"),
    ("331", "votes", "331", "331", "votes", "exact"),
    ("1 vote", None, "1", "1", "votes", "exact"),
    ("2 organizers", None, "2", "2", "organisers", "exact"),
    ("one person", None, "1", "1", "people", "exact"),
    ("12 rosettes", "rosettes", "12", "12", "rosettes", "exact"),
    ("GBP 577,270", None, "577270.00", "577270.00", "GBP", "exact"),
    ("£1,234.50", None, "1234.50", "1234.50", "GBP", "exact"),
    ("£5k", None, "5000", "5000", "GBP", "exact"),
    ("£5K", None, "5000", "5000", "GBP", "exact"),
    ("£1.2345k", None, "1234.50", "1234.50", "GBP", "exact"),
    ("£1.5000m", None, "1500000", "1500000", "GBP", "exact"),
    ("2.1m", None, "2100000", "2100000", None, "exact"),
    ("2.1M", "GBP", "2100000", "2100000", "GBP", "exact"),
    ("3mn", "EUR", "3000000", "3000000", "EUR", "exact"),
    ("5bn", None, "5000000000", "5000000000", None, "exact"),
    ("-250.00", "GBP", "-250", "-250", "GBP", "exact"),
    ("−250", "GBP", "-250", "-250", "GBP", "exact"),
    ("£-250", None, "-250", "-250", "GBP", "exact"),
    ("-£250", None, "-250", "-250", "GBP", "exact"),
    ("(250.00)", "GBP", "-250", "-250", "GBP", "exact"),
    ("(£250.00)", None, "-250", "-250", "GBP", "exact"),
    ("£(250.00)", None, "-250", "-250", "GBP", "exact"),
    ("nil", "GBP", "0", "0", "GBP", "exact"),
    ("Zero", None, "0", "0", None, "exact"),
    ("none", None, "0", "0", None, "exact"),
    ("0.00", "GBP", "0", "0", "GBP", "exact"),
    (".50", "GBP", "0.50", "0.50", "GBP", "exact"),
    ("50p", None, "0.50", "0.50", "GBP", "exact"),
    ("1,050p", "GBP", "10.50", "10.50", "GBP", "exact"),
    ("5,000 GBP", None, "5000", "5000", "GBP", "exact"),
    ("gbp 5,000", "GBP", "5000", "5000", "GBP", "exact"),
    ("5,000 pounds", None, "5000", "5000", "GBP", "exact"),
    ("5,000 euros", None, "5000", "5000", "EUR", "exact"),
    ("€5,000", "EUR", "5000", "5000", "EUR", "exact"),
    ("5,000 €", None, "5000", "5000", "EUR", "exact"),
    ("US$5", None, "5", "5", "USD", "exact"),
    ("A$5", None, "5", "5", "AUD", "exact"),
    ("CA$5", None, "5", "5", "CAD", "exact"),
    ("C$5", "CAD", "5", "5", "CAD", "exact"),
    ("C$5", "NIO", "5", "5", "NIO", "exact"),
    ("₹5", None, "5", "5", "INR", "exact"),
    ("R$ 5k - R$ 6k", None, "5000", "6000", "BRL", "range"),
    ("about 5,000 zł", None, "4500", "5499.99", "PLN", "about"),
    ("$5", "USD", "5", "5", "USD", "exact"),
    ("$5", "NZD", "5", "5", "NZD", "exact"),
    ("5 dollars", "AUD", "5", "5", "AUD", "exact"),
    ("$5,000 CAD", None, "5000", "5000", "CAD", "exact"),
    ("£\u00a05,000", None, "5000", "5000", "GBP", "exact"),
    ("  £5,000\t", None, "5000", "5000", "GBP", "exact"),
    ("0.952", "ratio", "0.952", "0.952", "ratio", "exact"),
    ("only £5,000", None, "5000", "5000", "GBP", "exact"),
    ("just £5,000", None, "5000", "5000", "GBP", "exact"),
    # Figures in words.
    ("two", None, "2", "2", None, "exact"),
    ("twenty-five", None, "25", "25", None, "exact"),
    ("seven thousand two hundred and fifty", None, "7250", "7250", None, "exact"),
    ("one hundred and five thousand and six votes", None, "105006", "105006", "votes", "exact"),
    ("one million and one", None, "1000001", "1000001", None, "exact"),
    ("seventeen thousand", None, "16500", "17499", None, "rounded"),
    ("seventeen thousand votes", None, "16500", "17499", "votes", "rounded"),
    ("a hundred", None, "50", "149", None, "rounded"),
    ("seven thousand two hundred", None, "7150", "7249", None, "rounded"),
    ("five hundred thousand", None, "450000", "549999", None, "rounded"),
    ("999 million", None, "998500000", "999499999", None, "rounded"),
    ("4 million", None, "3500000", "4499999", None, "rounded"),
    ("£4 million", None, "3500000.00", "4499999.99", "GBP", "rounded"),
    ("-£4 million", None, "-4499999.99", "-3500000.00", "GBP", "rounded"),
    ("46.8 million", "people", "46750000", "46849999", "people", "rounded"),
    # Hedges.
    ("about £5,000", None, "4500.00", "5499.99", "GBP", "about"),
    ("about GBP 5,000", None, "4500.00", "5499.99", "GBP", "about"),
    ("only about £5,000", None, "4500.00", "5499.99", "GBP", "about"),
    ("About  £5,000", None, "4500.00", "5499.99", "GBP", "about"),
    ("approximately 5,000", None, "4500", "5499", None, "about"),
    ("c. £5,000", None, "4500.00", "5499.99", "GBP", "about"),
    ("c.£5,000", None, "4500.00", "5499.99", "GBP", "about"),
    ("~5k", None, "4500", "5499", None, "about"),
    ("≈ 5,000", None, "4500", "5499", None, "about"),
    ("5,000 or so", None, "4500", "5499", None, "about"),
    ("close to 4 million", None, "3500000", "4499999", None, "about"),
    ("about 2.1m", None, "2050000", "2149999", None, "about"),
    ("about £1.50m", None, "1495000.00", "1504999.99", "GBP", "about"),
    ("about 331", "votes", "330", "332", "votes", "about"),
    ("about 1.5", None, "1.45", "1.54", None, "about"),
    ("over seven thousand votes", None, "7001", None, "votes", "more_than"),
    ("more than £7,000", None, "7000.01", None, "GBP", "more_than"),
    ("> 100", None, "101", None, None, "more_than"),
    ("over £4 million", None, "4000000.01", None, "GBP", "more_than"),
    ("over 0.952", "ratio", "0.953", None, "ratio", "more_than"),
    ("at least 5,000", None, "5000", None, None, "at_least"),
    ("no less than 5,000", None, "5000", None, None, "at_least"),
    ("≥ 5,000", None, "5000", None, None, "at_least"),
    (">=5,000", None, "5000", None, None, "at_least"),
    ("5,000+", None, "5000", None, None, "at_least"),
    ("5,000+ votes", None, "5000", None, "votes", "at_least"),
    ("5,000 or more votes", None, "5000", None, "votes", "at_least"),
    ("5,000 votes or more", None, "5000", None, "votes", "at_least"),
    ("a minimum of 5,000", None, "5000", None, None, "at_least"),
    ("from 5,000", None, "5000", None, None, "at_least"),
    ("< 100", None, "0", "99", None, "less_than"),
    ("<100", "GBP", "0", "99.99", "GBP", "less_than"),
    ("less than £5,500", None, "0", "5499.99", "GBP", "less_than"),
    ("fewer than 10 seats", None, "0", "9", "seats", "less_than"),
    ("<=100", None, "0", "100", None, "at_most"),
    ("≤100", "GBP", "0", "100", "GBP", "at_most"),
    ("up to £5,000", None, "0", "5000", "GBP", "at_most"),
    ("no more than 5", None, "0", "5", None, "at_most"),
    ("5 or fewer", None, "0", "5", None, "at_most"),
    ("just over 16,000", "GBP", "16000.01", "16499.99", "GBP", "more_than"),
    ("just over 16,000", None, "16001", "16499", None, "more_than"),
    ("only just over 16,000", None, "16001", "16499", None, "more_than"),
    ("just under 40 million", None, "35000000", "39999999", None, "less_than"),
    ("nearly 4 million", None, "3500000", "3999999", None, "less_than"),
    ("almost £1.5m", None, "1450000.00", "1499999.99", "GBP", "less_than"),
    # Ranges.
    ("10k–100k", None, "10000", "100000", None, "range"),
    ("5,000-9,999", None, "5000", "9999", None, "range"),
    ("15,000 — 20,000", None, "15000", "20000", None, "range"),
    ("£4,000 to £6,000", None, "4000", "6000", "GBP", "range"),
    ("£4,000 to 6,000", None, "4000", "6000", "GBP", "range"),
    ("4,000 to £6,000", None, "4000", "6000", "GBP", "range"),
    ("between £4,000 and £6,000", None, "4000", "6000", "GBP", "range"),
    ("from 4,000 to 6,000", None, "4000", "6000", None, "range"),
    ("4,000 to 6,000 votes", None, "4000", "6000", "votes", "range"),
    ("US$5-10", None, "5", "10", "USD", "range"),
    ("-5 to -3", None, "-5", "-3", None, "range"),
    ("two to five", None, "2", "5", None, "range"),
    ("GBP -5.00 to unbounded", None, "-5", None, "GBP", "at_least"),
    ("unbounded to 5 votes", None, None, "5", "votes", "at_most"),
    # No figure of their own.
    ("tens of thousands", None, "20000", "99999", None, "order_of_magnitude"),
    ("tens of thousands", "GBP", "20000", "99999.99", "GBP", "order_of_magnitude"),
    ("tens of thousands of pounds", None, "20000", "99999.99", "GBP", "order_of_magnitude"),
    ("hundreds of votes", None, "200", "999", "votes", "order_of_magnitude"),
    ("dozens", None, "24", "143", None, "order_of_magnitude"),
    ("thousands", None, "2000", "999999", None, "order_of_magnitude"),
    ("hundreds of thousands", None, "200000", "999999", None, "order_of_magnitude"),
    ("millions of people", None, "2000000", "999999999", "people", "order_of_magnitude"),
    ("a fortune", "GBP", "0.01", None, "GBP", "vague"),
    ("A small fortune", None, "1", None, None, "vague"),
    ("huge sums", "EUR", "0.01", None, "EUR", "vague"),
    ("over 1,000 times less", None, "1000.01", None, "ratio", "comparative"),
    ("1,000 times more", "ratio", "1000", "1000", "ratio", "comparative"),
    ("ten times", None, "10", "10", "ratio", "comparative"),
    ("5 to 10 times", None, "5", "10", "ratio", "comparative"),
    # No figure at all: unknown is not zero.
    (None, "GBP", None, None, "GBP", "unknown"),
    ("", "GBP", None, None, "GBP", "unknown"),
    (" \u00a0 ", None, None, None, None, "unknown"),
    ("-", None, None, None, None, "unknown"),
    ("–", None, None, None, None, "unknown"),
    ("--", None, None, None, None, "unknown"),
    ("n/a", None, None, None, None, "unknown"),
    ("N/A", None, None, None, None, "unknown"),
    ("not known", None, None, None, None, "unknown"),
    ("Unknown", None, None, None, None, "unknown"),
    ("unknown votes", None, None, None, "votes", "unknown"),
]


def bounds(amount: Amount) -> tuple[Decimal | None, Decimal | None]:
    return amount.low, amount.high


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(("text", "declared", "low", "high", "unit", "basis"), READ)
def test_reads(
    text: str | None,
    declared: str | None,
    low: str | None,
    high: str | None,
    unit: str | None,
    basis: str,
) -> None:
    amount = parse(text, unit=declared)
    assert bounds(amount) == (decimal(low), decimal(high))
    assert (amount.unit, amount.basis, amount.wording) == (unit, basis, text or "")


def test_every_basis_but_derived_is_read() -> None:
    assert {row[-1] for row in READ} == set(BASES) - {"derived"}


FORMAT = "write a figure such as £1,234.50, about £5,000 or 10k-100k"
MARKS = "grouping and decimal mark must be the declared locale's, such as de_DE"
SPACED = "a space groups digits only in locales that write it, such as fr_FR"
SCIENTIFIC = "scientific notation has lost digits; export the column as text"
DOLLAR = "declare the unit, or write US$, A$, CA$ or an ISO code"
NOTHING_ROUNDED = "nothing is rounded: correct the source"
TOO_EXACT = "the figure is too exact to tell how far its hedge goes"
ROOM = 'write "more than", "less than" or a range'
BOTH_WAYS = "a hedge before a negative figure can be read both ways"
NOUGHT = "nought of a scale does not tell how far it is rounded"
WHICH = 'write 0 where it is nothing at all, else "under 0.5m" or the like'

# text, declared unit, what is wrong, hint
REFUSED: list[tuple[str, str | None, str, str | None]] = [
    ("1.000,00", None, "it is no figure", MARKS),
    ("£1,2OO.00", None, "it is no figure", MARKS),
    ("12,34", None, "it is no figure", MARKS),
    ("1,23", None, "it is no figure", MARKS),
    ("1,2345", None, "it is no figure", MARKS),
    ("1234,567", None, "it is no figure", MARKS),
    ("0,500", None, "it is no figure", MARKS),
    ("1,000,00", None, "it is no figure", MARKS),
    ("1.2.3", None, "it is no figure", MARKS),
    ("5.", None, "it is no figure", FORMAT),
    ("007", None, "it is no figure", FORMAT),
    ("1e6", None, "it is no figure", SCIENTIFIC),
    ("1.70585E+15", None, "it is no figure", SCIENTIFIC),
    ("NaN", None, "it is no figure", FORMAT),
    ("inf", None, "it is no figure", FORMAT),
    ("Infinity", None, "it is no figure", FORMAT),
    ("5,000-", None, "it is no figure", FORMAT),
    ("£7,000 upwards", None, "it is no figure", FORMAT),
    ("abc", None, "it is no figure", FORMAT),
    ("£", None, "it is no figure", FORMAT),
    ("£-", None, "it is no figure", FORMAT),
    ("10 000", None, "it is no figure", SPACED),
    ("10\u00a0000", None, "it is no figure", SPACED),
    ("5 5", None, "it is no figure", SPACED),
    ("--5", None, "it is no figure", FORMAT),
    ("-£-5", None, "it is no figure", FORMAT),
    ("(-5)", None, "it is no figure", FORMAT),
    ("- 5", None, "it is no figure", FORMAT),
    ("1-2-3", None, "it is no figure", FORMAT),
    ("5,000 votez", None, "it is no figure", FORMAT),
    ("25%", None, "it is no figure", "write a share as a ratio, 0.25 for 25%"),
    ("1_000", None, "it is no figure", FORMAT),
    ("+5", None, "it is no figure", FORMAT),
    ("5.00.", "GBP", "it is no figure", FORMAT),
    ("all 5,000", None, "it is no figure", FORMAT),
    ("a few thousand", None, "it is no figure", FORMAT),
    ("many thousands", None, "it is no figure", FORMAT),
    ("one million two", None, "it is no figure", FORMAT),
    ("thousand", None, "it is no figure", FORMAT),
    ("a", None, "it is no figure", FORMAT),
    ("two twenty", None, "it is no figure", FORMAT),
    ("over about 5", None, "it is no figure", FORMAT),
    ("over 5+", None, "it is no figure", FORMAT),
    ("about 5 to 6", None, "it is no figure", FORMAT),
    ("between one hundred and five and two hundred fifty", None, "it is no figure", FORMAT),
    ("£50p", None, "it is no figure", FORMAT),
    ("hundreds of", None, "it is no figure", FORMAT),
    ("٣", None, "it holds U+0663", "write figures with the digits 0 to 9"),
    ("５", None, "it holds U+FF15", "write figures with the digits 0 to 9"),
    ("5\x00", None, "it holds U+0000", "write figures with the digits 0 to 9"),
    ("$5", None, "the dollar may be any country's", DOLLAR),
    ("$5", "GBP", "the dollar may be any country's", DOLLAR),
    ("£5", "EUR", "it says GBP, the declared unit is EUR", None),
    ("50p", "EUR", "it says GBP, the declared unit is EUR", None),
    ("331 votes", "people", "it says votes, the declared unit is people", None),
    ("£4,000 to €6,000", None, "it mixes EUR and GBP", "state one unit"),
    ("£5 votes", None, "it mixes GBP and votes", "state one unit"),
    ("ten times less", "GBP", "it says ratio, the declared unit is GBP", None),
    ("a fortune", "votes", "it speaks of money, the declared unit is votes", None),
    ("1.005", "GBP", "decimals: it has 3, GBP has at most 2", NOTHING_ROUNDED),
    ("£1.2345", None, "decimals: it has 4, GBP has at most 2", NOTHING_ROUNDED),
    ("£1.500", None, "decimals: it has 3, GBP has at most 2", NOTHING_ROUNDED),
    ("50.5p", None, "decimals: it has 3, GBP has at most 2", NOTHING_ROUNDED),
    ("1.234", None, "decimals: it has 3, an undeclared unit has at most 2", NOTHING_ROUNDED),
    ("5.0 votes", None, "decimals: it has 1, votes has none", NOTHING_ROUNDED),
    ("6,000 to 4,000", None, "the bounds are reversed, 6,000 is more than 4,000", None),
    ("10k-15", None, "the bounds are reversed, 10,000 is more than 15", None),
    ("less than 0", None, "the bounds are reversed, 0 is more than -1", None),
    ("£10-15k", None, "the scale may be meant for both ends", "write 10k-15k"),
    ("4 to 6 million", None, "an end of the range is itself rounded", "write 4m to 6m"),
    ("unbounded to unbounded", None, "it has no end", 'write "unknown"'),
    ("over -5", None, BOTH_WAYS, None),
    ("up to -£5", None, BOTH_WAYS, None),
    ("about (5)", None, BOTH_WAYS, None),
    ("just over 331", None, TOO_EXACT, ROOM),
    ("nearly 7", "votes", TOO_EXACT, ROOM),
    ("about 0", None, TOO_EXACT, ROOM),
    ("0 million", "votes", NOUGHT, WHICH),
    ("£0.0 million", None, NOUGHT, WHICH),
    ("-0 thousand", None, NOUGHT, WHICH),
    ("5", "GPB", "GPB is no currency", "declare an ISO 4217 code such as GBP"),
    (
        "5",
        "Pounds!",
        '"Pounds!" is no unit',
        "write an ISO 4217 code such as GBP or a lower-case name such as votes",
    ),
    (
        "10,000,000bn",
        None,
        "1.000E+16 is too large, bounds stay below 10,000 million million",
        None,
    ),
]


@pytest.mark.parametrize(("text", "declared", "what", "hint"), REFUSED)
def test_refuses(text: str, declared: str | None, what: str, hint: str | None) -> None:
    with pytest.raises(AmountError) as caught:
        parse(text, unit=declared)
    assert caught.value.what == f'"{text}" cannot be read: {what}'
    assert caught.value.hint == hint


@pytest.mark.parametrize("value", [True, 5, 5.0, Decimal(5), b"5", float("nan")])
def test_refuses_what_is_no_text(value: Any) -> None:
    with pytest.raises(AmountError, match="not a text"):
        parse(value)


@pytest.mark.parametrize(
    "text",
    ["9" * 201, "," * 100_000, "9," * 100_000, " " * 300, "a" * 10_000_000, "(" * 5000],
)
def test_refuses_a_hostile_length_before_it_is_read(text: str) -> None:
    with pytest.raises(AmountError, match="characters"):
        parse(text)


@pytest.mark.parametrize(
    "unit", ["9", "9,", " ", "a ", "five ", "to ", "- ", "1 - ", "£", "(", "k"]
)
def test_no_text_within_the_length_hangs_the_grammar(unit: str) -> None:
    with pytest.raises(AmountError):
        parse((unit * 200)[:199] + "!")


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("1.000,00", "de_DE", "1000"),
        ("1.234.567,5", "de_DE", "1234567.5"),
        ("1 234,50", "fr_FR", "1234.50"),
        ("1\u202f234,50", "fr_FR", "1234.50"),
        ("1\u00a0234,50", "sv_SE", "1234.50"),
        ("1\u2009234", "sv_SE", "1234"),
        ("1’234.50", "de_CH", "1234.50"),
        ("12,34,567.50", "en_IN", "1234567.50"),
        ("1,23,45,678", "en_IN", "12345678"),
    ],
)
def test_reads_the_declared_locale(text: str, locale: str, value: str) -> None:
    assert parse(text, locale=locale).low == Decimal(value)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1,000.00", "de_DE"),
        ("1.00", "de_DE"),
        ("1 23", "fr_FR"),
        ("1  234", "fr_FR"),
        ("1 2345", "sv_SE"),
        ("1,234,567", "en_IN"),
        ("1,2,345", "en_IN"),
    ],
)
def test_refuses_another_locale(text: str, locale: str) -> None:
    with pytest.raises(AmountError, match="it is no figure"):
        parse(text, locale=locale)


@pytest.mark.parametrize("locale", ["xx_YY", "", "en-GB", "../x"])
def test_an_unknown_locale_is_a_wrong_call(locale: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse("5", locale=locale)
    assert caught.value.what == f'"{locale}" is no locale'


@pytest.mark.parametrize(
    ("text", "reading", "low", "high"),
    [
        ("about £5,000", TEN_PER_CENT, "4500.00", "5500.00"),
        ("about 15", TEN_PER_CENT, "13", "17"),
        ("about £0.05", TEN_PER_CENT, "0.04", "0.06"),
        ("seventeen thousand", TEN_PER_CENT, "16500", "17499"),
        ("over seven thousand", IMPLIED_TOP, "7001", "7999"),
        ("over £7,000", IMPLIED_TOP, "7000.01", "7999.99"),
        ("over 7,250", IMPLIED_TOP, "7251", "7259"),
        ("at least 7,000", IMPLIED_TOP, "7000", None),
        ("over 1,000 times less", IMPLIED_TOP, "1000.01", "1999.99"),
    ],
)
def test_a_reading_changes_only_what_it_names(
    text: str, reading: Reading, low: str, high: str | None
) -> None:
    assert bounds(parse(text, reading=reading)) == (decimal(low), decimal(high))


def test_an_implied_top_needs_room() -> None:
    with pytest.raises(AmountError, match=TOO_EXACT):
        parse("over 331", reading=IMPLIED_TOP)


@pytest.mark.parametrize(
    "arguments",
    [{"about": Decimal(0)}, {"about": Decimal("NaN")}, {"about": "roughly"}, {"over": "top"}],
)
def test_a_reading_without_meaning_is_a_wrong_call(arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match='the reading "odd" has no meaning'):
        Reading("odd", **arguments)


def test_the_records_fit_the_words() -> None:
    """The majority was 7,250 where a witness said over seven thousand, 16,991 for seventeen."""
    for text, record in [
        ("over seven thousand", 7_250),
        ("seventeen thousand", 16_991),
    ]:
        for reading in (STANDARD, IMPLIED_TOP):
            low, high = bounds(parse(text, reading=reading))
            assert low is not None
            assert low <= record
            assert high is None or record <= high


def test_a_text_read_twice_is_two_quantities() -> None:
    first, second = parse("about £5,000"), parse("about £5,000")
    assert first == second
    assert bounds(first - first) == (0, 0)
    assert bounds(first - second) == (Decimal("-999.99"), Decimal("999.99"))


def test_the_callers_decimal_context_changes_nothing() -> None:
    with localcontext(prec=3):
        amount = parse("about £1,234,567")
    assert bounds(amount) == (Decimal("1234566.50"), Decimal("1234567.49"))


# Properties.

UNITS = ["GBP", "EUR", "USD", "votes", "people", "impressions", "ratio", "rosettes", None]
PLACES = {"GBP": 2, "EUR": 2, "USD": 2, None: 2, "ratio": 6}


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    """Any amount, of any unit, from a few pennies to the limit."""
    unit = draw(st.sampled_from(UNITS))
    values = st.decimals(
        min_value=Decimal(-(10**16) + 1),
        max_value=Decimal(10**16 - 1),
        places=PLACES.get(unit, 0),
    ) | st.integers(-3, 3).map(Decimal)
    low, high = draw(st.none() | values), draw(st.none() | values)
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    bases: list[str | None] = [None]
    if low is not None and high is not None:
        bases += ["range", "about", "derived"] + (["at_most"] if low == 0 else [])
    return Amount.between(low, high, unit, basis=draw(st.sampled_from(bases)))


CANONICAL = {"exact", "range", "at_least", "at_most", "unknown"}


@settings(max_examples=10_000, deadline=None)
@given(amounts())
def test_spelling_and_reading_are_inverse(amount: Amount) -> None:
    again = parse(str(amount), unit=amount.unit if amount.unit == "rosettes" else None)
    assert (bounds(again), again.unit) == (bounds(amount), amount.unit)
    if amount.basis in CANONICAL:
        assert again == amount
    assert str(again) == str(amount)


VOCABULARY = """
    about over under at least most up to just nearly between and from k m bn million thousand
    hundred two twenty five a of tens votes people £ $ € GBP US$ p - – ( ) , . 0 1 12 345 1,000
    or more + ≤ <= > times less only fortune unknown unbounded"""
WORDS = st.sampled_from(VOCABULARY.split())


@settings(max_examples=2000, deadline=None)
@given(
    st.text() | st.lists(WORDS).map(" ".join) | st.lists(WORDS).map("".join),
    st.sampled_from(["GBP", "USD", "votes", "ratio", None]),
    st.sampled_from(["en_GB", "de_DE", "fr_FR", "en_IN"]),
    st.sampled_from([STANDARD, TEN_PER_CENT, IMPLIED_TOP]),
)
def test_any_text_is_read_or_refused(
    text: str, unit: str | None, locale: str, reading: Reading
) -> None:
    try:
        amount = parse(text, unit=unit, locale=locale, reading=reading)
    except AmountError:
        return
    assert amount.wording == text
    assert unit in (None, amount.unit)
    again = parse(str(amount))
    assert (bounds(again), again.unit) == (bounds(amount), amount.unit)


@settings(deadline=None)
@given(
    st.integers(1, 999_999).map(lambda value: 10 * value),
    st.sampled_from(["about", "nearly", "just over", "over"]),
)
def test_a_hedge_stays_near_its_figure(value: int, hedge: str) -> None:
    low, high = bounds(parse(f"{hedge} {value:,}"))
    assert low is not None
    assert low >= value / Decimal(2)
    assert high is None or high < value * Decimal("1.5")
    assert (low > value) == (hedge in ("over", "just over"))
    assert (high is None) == (hedge == "over")
    assert high is None or (high < value) == (hedge == "nearly")
