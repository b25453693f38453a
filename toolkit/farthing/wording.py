"""The grammar that reads a statement of money or of a count as an `Amount`.

It is strict: what it cannot read it refuses, with the text and a next step, and guesses nothing.
The words are English; the decimal mark and the grouping are those of the declared locale.

The readings, with examples in pounds or votes (an open end is the next penny or the next one):

====================================  =====================  ====================================
wording                               basis                  interval
====================================  =====================  ====================================
331 votes, £5k, 2.1m, fifty, nil      exact                  the figure
4 million, seventeen thousand         rounded                half a unit of the last significant
                                                             digit either side: 3,500,000 to
                                                             4,499,999; 16,500 to 17,499
about £5,000, £5,000 or so            about                  the same: £4,500.00 to £5,499.99
10k-100k, £4,000 to £6,000            range                  both ends included
at least 5,000, ≥5,000, 5,000+        at_least               5,000 to unbounded
up to 5,000, ≤5,000, 5,000 or less    at_most                0 to 5,000
over 7,000, >7,000                    more_than              7,001 to unbounded
under 5,000, <5,000                   less_than              0 to 4,999
just over 16,000                      more_than              16,001 to 16,499, half a unit of the
                                                             last significant digit
nearly 4 million, just under 4m       less_than              3,500,000 to 3,999,999
tens of thousands                     order_of_magnitude     20,000 to 99,999
over 1,000 times less                 comparative            1,000.01 to unbounded, a ratio
a fortune                             vague                  £0.01 to unbounded
n/a, not known, -, blank              unknown                unbounded: unknown is not zero
====================================  =====================  ====================================

Trailing zeros of a whole number are not significant, digits behind a decimal mark are: £5,000 is
good to a thousand, 1.50m to ten thousand. "Only" and "just" before a figure are contrast and change
nothing. Two of the readings can be replaced by a `Reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from functools import lru_cache
from typing import Literal, TypeAlias

from farthing.amounts import Amount, is_money, places, step
from farthing.errors import AmountError, UsageError


@dataclass(frozen=True, slots=True)
class Reading:
    """How the two wordings are read that people read in two ways.

    Parameters
    ----------
    name
        What to call the reading where results are shown.
    about
        ``"significant_figure"``: half a unit of the last significant digit either side; or a
        fraction of the figure as a Decimal, above 0 and below 1, both ends included and moved
        outward to whole units.
    over
        ``"unbounded"``; or ``"next_unit"``: below the next unit of the last significant digit,
        for whoever says "over seven thousand" would have said "over eight thousand".

    Examples
    --------
    >>> print(parse("about £5,000", reading=Reading("ten per cent", about=Decimal("0.1"))))
    GBP 4,500.00 to 5,500.00
    >>> print(parse("over seven thousand", reading=Reading("implied top", over="next_unit")))
    7,001 to 7,999
    """

    name: str
    about: Literal["significant_figure"] | Decimal = "significant_figure"
    over: Literal["unbounded", "next_unit"] = "unbounded"

    def __post_init__(self) -> None:
        if isinstance(self.about, Decimal):
            known = self.about.is_finite() and 0 < self.about < 1
        else:
            known = self.about == "significant_figure"
        if not known or self.over not in ("unbounded", "next_unit"):
            raise UsageError(
                f'the reading "{self.name}" has no meaning',
                hint='about is "significant_figure" or a Decimal between 0 and 1, '
                'over is "unbounded" or "next_unit"',
            )


STANDARD = Reading("standard")
"""The reading that is used unless another is named: it assumes least."""

LONGEST = 200
"""Characters a text may have; a longer one is no amount."""


def parse(
    text: str | None,
    *,
    unit: str | None = None,
    locale: str = "en_GB",
    reading: Reading = STANDARD,
) -> Amount:
    """Read a text as the amount it states.

    Parameters
    ----------
    text
        The statement. ``None``, blank, "-", "n/a" and "unknown" are unknown, not zero; "nil",
        "zero" and "none" are zero.
    unit
        Unit the text is known to be in, such as the currency column beside it. A text that names
        another is refused. Without it the text's own unit counts, or none.
    locale
        Locale whose decimal mark and grouping the digits have, such as ``de_DE``.
    reading
        How wordings are read that have two readings.

    Returns
    -------
    Amount
        A quantity of its own, with the text verbatim as its wording.

    Raises
    ------
    AmountError
        When the text cannot be read without guessing, contradicts the declared unit, or states
        money with more than two or a count with any decimals.
    UsageError
        When the locale is not known.

    Examples
    --------
    >>> parse("about £5,000")
    Amount(low=Decimal('4500.00'), high=Decimal('5499.99'), unit='GBP', basis='about', ...)
    >>> print(parse("just under 40 million", unit="people"))
    35,000,000 to 39,999,999 people
    >>> print(parse("1.000,00", unit="EUR", locale="de_DE"))
    EUR 1,000.00
    >>> parse("$5")
    Traceback (most recent call last):
    farthing.errors.AmountError: "$5" cannot be read: the dollar may be any country's
    Hint: declare the unit, or write US$, A$, C$ or an ISO code
    """
    stated = "" if text is None else text
    if not isinstance(stated, str):
        raise AmountError(
            f"{text!r} is a {type(text).__name__}, not a text",
            hint="pass the text as it stands in the source",
        )
    try:
        return Amount(*_read(stated, unit, locale, reading), wording=stated)
    except AmountError as error:
        shown = stated if len(stated) <= LONGEST else f"{stated[:40]}…"
        raise AmountError(f'"{shown}" cannot be read: {error.what}', hint=error.hint) from None


_Found: TypeAlias = tuple[Decimal | None, Decimal | None, str | None, str]
"""Low, high, unit and basis."""

_HIGH_PRECISION = Context(prec=2 * LONGEST)
"""Holds every digit a text can have, whatever precision the caller works with."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """How a locale writes digits: the pattern of a number, and its two marks."""

    number: re.Pattern[str]
    group: str
    decimal: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller declared."""

    unit: str | None
    marks: _Marks
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure of a text.

    `place` is the unit of the last significant digit; `rounded` says that a scale word ends it,
    `scaled` that any scale does.
    """

    value: Decimal
    place: Decimal
    unit: str | None
    rounded: bool
    scaled: bool


@lru_cache(maxsize=4096)
def _read(text: str, unit: str | None, locale: str, reading: Reading) -> _Found:
    """Read a text; kept for texts that come again, as the bands of an ad library do."""
    if is_money(unit) and unit not in _currencies():
        raise AmountError(f"{unit} is no currency", hint="declare an ISO 4217 code such as GBP")
    asked = _Asked(unit, _marks(locale), reading)
    body = _clean(text, asked)
    if body in _NOT_STATED:
        return None, None, unit, "unknown"
    body = _CONTRAST.sub("", body)
    with localcontext(_HIGH_PRECISION):
        for part in (_unknown, _vague, _magnitude, _comparative, _range):
            if (found := part(body, asked)) is not None:
                return found
        return _hedged(body, asked)


# Characters, case and the marks of a locale.

_NOT_STATED = frozenset({"", "-", "–", "—", "--", "n/a", "not known", "unknown"})
_CONTRAST = re.compile(r"^(?:(?:only|just(?! over| under)) )+")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | {"\u2212": "-"})
_READABLE = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("£€–—≈≤≥")


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    # Loading Babel takes longer than all the rest of this module, so only a reader pays for it.
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


@lru_cache(maxsize=32)
def _marks(locale: str) -> _Marks:
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol, get_group_symbol

    try:
        known = Locale.parse(locale)
    except (UnknownLocaleError, ValueError, TypeError):
        raise UsageError(
            f'"{locale}" is no locale', where="locale", hint="write it as en_GB or de_DE"
        ) from None
    group = get_group_symbol(known).translate(_SPACES)
    decimal = get_decimal_symbol(known)
    last, other = known.decimal_formats[None].grouping
    g, d = re.escape(group), re.escape(decimal)
    grouped = rf"[1-9][0-9]{{0,{other - 1}}}(?:{g}[0-9]{{{other}}})*{g}[0-9]{{{last}}}"
    number = re.compile(rf"(?:{grouped}|0|[1-9][0-9]*)(?:{d}[0-9]+)?|{d}[0-9]+")
    return _Marks(number, group, decimal)


def _clean(text: str, asked: _Asked) -> str:
    """Bring a text to one kind of space, one minus and lower case but for currency codes."""
    if len(text) > LONGEST:
        raise AmountError(f"it has {len(text):,} characters", hint=f"at most {LONGEST} are read")
    clean = text.translate(_SPACES).strip()
    if strange := set(clean) - _READABLE - {asked.marks.group, asked.marks.decimal}:
        points = ", ".join(f"U+{ord(char):04X}" for char in sorted(strange))
        raise AmountError(f"it holds {points}", hint="write figures with the digits 0 to 9")
    # Runs of spaces around words are harmless; inside digits they may hide a lost figure.
    single = re.sub(r"(?<![0-9]) +| +(?![0-9])", " ", clean)
    return re.sub(r"[A-Za-z]+", lambda word: _cased(word[0], asked.unit), single)


def _cased(word: str, unit: str | None) -> str:
    """Keep a currency code in capitals: "all" is a word, "ALL" is the Albanian lek."""
    if len(word) == 3 and (word.upper() == unit or (word.isupper() and word in _currencies())):
        return word.upper()
    return word.lower()


# Units.

_CURRENCY = {
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
    "nz$": "NZD",
}
_ANY_DOLLAR = frozenset({"$", "dollar", "dollars"})
_DOLLARS = re.compile(
    "AUD|BBD|BMD|BND|BSD|BZD|CAD|FJD|GYD|HKD|JMD|KYD|LRD|NAD|NZD|SBD|SGD|SRD|TTD|TWD|USD|XCD"
)
_ALSO = {"person": "people", "organizer": "organisers", "organizers": "organisers"}
_NOUN = re.compile(
    "accounts|ads|bloggers|candidates|clicks|electors|followers|households|impressions|invoices"
    "|journalists|leaflets|members|organisers|people|posters|ratio|reactions|seats|shares|users"
    "|videos|views|viewers|visitors|volunteers|voters|votes"
)
_SYMBOL = r"us\$|a\$|c\$|nz\$|[£€$]|[A-Z]{3}"
_LEADING = re.compile(rf"(?P<minus>-?)(?:(?P<unit>{_SYMBOL}) ?)?(?P<inner>-?)(?P<body>[^-].*)")
_TRAILING = re.compile(rf"(?P<head>.*[^ ])(?: (?P<word>[A-Z]{{3}}|[a-z]+)| ?(?P<sign>{_SYMBOL}))")
_BRACKETED = re.compile(rf"(?P<unit>(?:(?:{_SYMBOL}) ?)?)\((?P<body>[^-()]+)\)")


def _unit_named(name: str, declared: str | None) -> str | None:
    """Return the unit a word or sign stands for, or ``None`` when it stands for none."""
    if name in _ANY_DOLLAR:
        if declared is None or not _DOLLARS.fullmatch(declared):
            raise AmountError(
                "the dollar may be any country's",
                hint="declare the unit, or write US$, A$, C$ or an ISO code",
            )
        return declared
    if name in _CURRENCY or name.isupper():
        return _CURRENCY.get(name, name)
    noun = _ALSO.get(name, name)
    return next((plural for plural in (noun, f"{noun}s") if _NOUN.fullmatch(plural)), None)


def _take_unit(text: str, declared: str | None) -> tuple[str, str | None]:
    """Split a unit off the end of a text."""
    if declared and text.endswith(f" {declared}"):
        return text.removesuffix(f" {declared}"), declared
    if match := _TRAILING.fullmatch(text):
        unit = _unit_named(match["word"] or match["sign"], declared)
        return (match["head"], unit) if unit else (text, None)
    return text, None


def _agreed(declared: str | None, *stated: str | None) -> str | None:
    """Return the one unit that is declared or stated."""
    named = {unit for unit in stated if unit is not None}
    if len(named) > 1:
        raise AmountError(f"it mixes {' and '.join(sorted(named))}", hint="state one unit")
    if declared and named and declared not in named:
        raise AmountError(f"it says {named.pop()}, the declared unit is {declared}")
    return declared or next(iter(named), None)


# Single figures, in digits or in words.

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SMALL = {word: number for number, word in enumerate(f"a|{_ONES}|{_TEENS}".split("|"))}
_SMALL |= {word: 10 * number for number, word in enumerate(_TENS.split("|"), 2)} | {"a": 1}
_BELOW_HUNDRED = rf"(?:{_TENS})(?:[- ](?:{_ONES}))?|{_TEENS}|{_ONES}"
_BELOW_THOUSAND = re.compile(
    rf"(?:(?P<hundreds>{_ONES}|a) hundred(?: (?:and )?(?P<rest>{_BELOW_HUNDRED}))?"
    rf"|(?P<small>{_BELOW_HUNDRED}))"
)
_SCALE_WORDS = {"billion": 9, "million": 6, "thousand": 3, "hundred": 2}
_NOTATION = {"k": 3, "m": 6, "mn": 6, "bn": 9, "p": -2}
_SCALED = re.compile(
    rf"(?P<digits>[^a-z]*[^a-z ])(?: ?(?P<word>{'|'.join(_SCALE_WORDS)})|(?P<notation>k|mn?|bn|p))?"
)
_ZERO = frozenset({"nil", "zero", "none"})

_HINTS = (
    (r"[0-9]e[+-]?[0-9]", "scientific notation has lost digits; export the column as text"),
    (r"[0-9] [0-9]", "a space groups digits only in locales that write it, such as fr_FR"),
    (r"[0-9][.,][0-9]", "grouping and decimal mark must be the declared locale's, such as de_DE"),
    (r"%", "write a share as a ratio, 0.25 for 25%"),
)
_HINT = "write a figure such as £1,234.50, about £5,000 or 10k-100k"


def _figure(text: str, declared: str | None, marks: _Marks) -> _Figure:
    """Read one figure: a sign or brackets, a unit on either side, digits or words."""
    head, trailing = _take_unit(text, declared)
    bracketed = _BRACKETED.fullmatch(head)
    match = _LEADING.fullmatch(bracketed["unit"] + bracketed["body"] if bracketed else head)
    if match is None or (match["minus"] and match["inner"]):
        raise _unreadable(text)
    leading = _unit_named(match["unit"], trailing or declared) if match["unit"] else None
    unit = _agreed(None, leading, trailing)
    figure = _in_digits(match["body"], marks) or _in_words(match["body"])
    if figure is None or (unit and figure.unit):
        raise _unreadable(text)
    negative = bracketed or match["minus"] or match["inner"]
    value = -figure.value if negative else figure.value
    return replace(figure, value=value, unit=unit or figure.unit)


def _in_digits(text: str, marks: _Marks) -> _Figure | None:
    match = _SCALED.fullmatch(text)
    if match is None or not marks.number.fullmatch(match["digits"]):
        return None
    plain = match["digits"].replace(marks.group, "").replace(marks.decimal, ".")
    power = _SCALE_WORDS.get(match["word"], 0) or _NOTATION.get(match["notation"], 0)
    value = Decimal(plain).scaleb(power)
    # Zeros behind a decimal mark were written for a purpose, those of a whole number need not be.
    last = _exponent(value if "." in plain else value.normalize()) if value else 0
    unit = "GBP" if match["notation"] == "p" else None
    return _Figure(value, Decimal(1).scaleb(last), unit, bool(match["word"]), power != 0)


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _in_words(text: str) -> _Figure | None:
    """Read "seven thousand two hundred and fifty" and the like."""
    number = 0 if text in _ZERO else _number_named(text)
    if number is None:
        return None
    value = Decimal(number)
    last = _exponent(value.normalize()) if value else 0
    rounded = text.rpartition(" ")[2] in _SCALE_WORDS
    return _Figure(value, Decimal(1).scaleb(last), None, rounded, rounded)


def _number_named(text: str) -> int | None:
    total, rest = 0, text
    for word in ("billion", "million", "thousand"):
        count, found, after = rest.partition(f" {word}")
        if found:
            times = 1 if count == "a" else _below_thousand(count)
            if times is None or (after and after[0] != " "):
                return None
            total, rest = total + times * 10 ** _SCALE_WORDS[word], after[1:]
    if total and not rest:
        return total
    # "One million two" is 1,000,002 to some and 1,200,000 to others: it needs its "and".
    last = _below_thousand(rest.removeprefix("and ") if total else rest)
    if last is None or (total and last < 100 and not rest.startswith("and ")):
        return None
    return total + last


def _below_thousand(text: str) -> int | None:
    match = _BELOW_THOUSAND.fullmatch(text)
    if match is None:
        return None
    below = re.split("[- ]", match["rest"] or match["small"] or "")
    return 100 * _SMALL.get(match["hundreds"], 0) + sum(_SMALL.get(word, 0) for word in below)


def _unreadable(text: str) -> AmountError:
    hint = next((hint for pattern, hint in _HINTS if re.search(pattern, text)), _HINT)
    return AmountError("it is no figure", hint=hint)


# Hedges: what stands before or behind a figure and opens its interval.

_PREFIXES = {
    "about": "about|around|approximately|approx|approx.|roughly|some|circa|close to|c.|~|≈",
    "more_than": "over|more than|above|in excess of|greater than|>",
    "at_least": "at least|no less than|no fewer than|minimum of|a minimum of|from|≥|>=",
    "less_than": "under|less than|below|fewer than|<",
    "at_most": "at most|up to|no more than|maximum of|a maximum of|≤|<=",
    "just_over": "just over|slightly over|a little over",
    "just_under": "just under|slightly under|a little under|nearly|almost",
}
_PREFIX_OF = {word: hedge for hedge, words in _PREFIXES.items() for word in words.split("|")}
_SUFFIX_OF = {
    "+": "at_least",
    " or more": "at_least",
    " or less": "at_most",
    " or fewer": "at_most",
    " or so": "about",
}
_PREFIX = re.compile(
    "(?P<hedge>"
    # The longest first, so that "<=" is not read as "<".
    + "|".join(map(re.escape, sorted(_PREFIX_OF, key=len, reverse=True)))
    # A word ends before its figure; a sign may touch it.
    + ")(?:(?<![a-z]) ?|(?<=[a-z]) )(?P<figure>.+)"
)
_SUFFIX = re.compile(
    rf"(?P<figure>[^+]+?)(?P<hedge>{'|'.join(map(re.escape, _SUFFIX_OF))})(?P<unit> [A-Za-z]+)?"
)

_Ends: TypeAlias = tuple[Decimal | None, Decimal | None]


def _hedged(body: str, asked: _Asked) -> _Found:
    """Read one figure with at most one hedge."""
    hedge, text = None, body
    if match := _PREFIX.fullmatch(body):
        hedge, text = _PREFIX_OF[match["hedge"]], match["figure"]
    elif match := _SUFFIX.fullmatch(body):
        hedge, text = _SUFFIX_OF[match["hedge"]], match["figure"] + (match["unit"] or "")
    figure = _figure(text, asked.unit, asked.marks)
    unit = _agreed(asked.unit, figure.unit)
    _check_decimals(unit, figure)
    next_one = _step(unit, figure)
    if hedge is None:
        return _unhedged(figure, unit, next_one)
    if figure.value < 0:
        raise AmountError("a hedge before a negative figure can be read both ways")
    low, high = _SHAPES[hedge](figure, next_one, asked.reading)
    return low, high, unit, {"just_over": "more_than", "just_under": "less_than"}.get(hedge, hedge)


def _unhedged(figure: _Figure, unit: str | None, next_one: Decimal) -> _Found:
    if not figure.rounded:
        return figure.value, figure.value, unit, "exact"
    low, high = _half_unit(replace(figure, value=abs(figure.value)), next_one)
    return (-high, -low, unit, "rounded") if figure.value < 0 else (low, high, unit, "rounded")


def _check_decimals(unit: str | None, *figures: _Figure) -> None:
    for figure in figures:
        if (decimals := -_exponent(figure.value)) > (most := places(unit)):
            allowed = f"at most {most}" if most else "none"
            raise AmountError(
                f"decimals: it has {decimals}, {unit or 'an undeclared unit'} has {allowed}",
                hint="nothing is rounded: correct the source",
            )


def _step(unit: str | None, *figures: _Figure) -> Decimal:
    """Return the next unit: a text with decimals shows that an undeclared unit has them."""
    finest = min(Decimal(1).scaleb(_exponent(figure.value)) for figure in figures)
    usual = Decimal("0.01") if unit is None and finest < 1 else step(unit)
    return min(usual, finest)


def _half_unit(figure: _Figure, next_one: Decimal) -> tuple[Decimal, Decimal]:
    """Half a unit of the last significant digit either side, or the neighbours of a full figure."""
    half = figure.place / 2
    if half < next_one:
        return figure.value - next_one, figure.value + next_one
    return figure.value - half, figure.value + half - next_one


def _about(figure: _Figure, next_one: Decimal, reading: Reading) -> _Ends:
    _check_room(figure, Decimal(0))
    if reading.about == "significant_figure":
        return _half_unit(figure, next_one)
    spread = figure.value * reading.about
    low = (figure.value - spread).quantize(next_one, ROUND_FLOOR)
    return low, (figure.value + spread).quantize(next_one, ROUND_CEILING)


def _more_than(figure: _Figure, next_one: Decimal, reading: Reading) -> _Ends:
    if reading.over == "unbounded":
        return figure.value + next_one, None
    _check_room(figure, 2 * next_one)
    return figure.value + next_one, figure.value + figure.place - next_one


def _just_over(figure: _Figure, next_one: Decimal, reading: Reading) -> _Ends:
    _check_room(figure, 4 * next_one)
    return figure.value + next_one, figure.value + figure.place / 2 - next_one


def _just_under(figure: _Figure, next_one: Decimal, reading: Reading) -> _Ends:
    _check_room(figure, 4 * next_one)
    return figure.value - figure.place / 2, figure.value - next_one


def _check_room(figure: _Figure, least: Decimal) -> None:
    """Refuse a hedge whose figure leaves no room for it, as "just over 331" does."""
    if figure.value == 0 or figure.place < least:
        raise AmountError(
            "the figure is too exact to tell how far its hedge goes",
            hint='write "more than", "less than" or a range',
        )


_SHAPES: dict[str, Callable[[_Figure, Decimal, Reading], _Ends]] = {
    "about": _about,
    "more_than": _more_than,
    "at_least": lambda figure, next_one, reading: (figure.value, None),
    "less_than": lambda figure, next_one, reading: (Decimal(0), figure.value - next_one),
    "at_most": lambda figure, next_one, reading: (Decimal(0), figure.value),
    "just_over": _just_over,
    "just_under": _just_under,
}


# Statements of two figures, or of none.

_DASH = re.compile(r" ?[-–—] ?")
_BETWEEN = re.compile(r"between (.+) and (.+)")
# "Up to" and "close to" are hedges of one figure.
_TO = re.compile(r"(?<!\bup)(?<!\bclose) to ")
_UNBOUNDED = "unbounded"

_MAGNITUDES = {
    "dozens": (24, 144),
    "hundreds": (200, 1000),
    "thousands": (2000, 10**6),
    "tens of thousands": (20_000, 100_000),
    "hundreds of thousands": (200_000, 10**6),
    "millions": (2 * 10**6, 10**9),
    "tens of millions": (20 * 10**6, 100 * 10**6),
    "hundreds of millions": (200 * 10**6, 10**9),
    "billions": (2 * 10**9, 10**12),
}
"""From two of the kind to below the next kind that has a name of its own."""

_VAGUE = frozenset(
    {
        "a fortune",
        "a small fortune",
        "a large sum",
        "a huge sum",
        "large sums",
        "huge sums",
        "vast sums",
        "a lot of money",
    }
)
_TIMES = re.compile(
    r"(?P<figure>.+) times"
    r"(?: (?:less|fewer|more|smaller|larger|bigger|lower|higher|as much|as many))?"
)


def _range(body: str, asked: _Asked) -> _Found | None:
    texts = _range_ends(body)
    if texts is None:
        return None
    ends = [_range_end(text, asked) for text in texts]
    unit = _agreed(asked.unit, *(stated for _, stated in ends))
    figures = [figure for figure, _ in ends if figure is not None]
    if any(figure.rounded for figure in figures):
        raise AmountError("an end of the range is itself rounded", hint="write 4m to 6m")
    _check_decimals(unit, *figures)
    if len(figures) == 2:
        if figures[1].scaled and not figures[0].scaled:
            raise AmountError("the scale may be meant for both ends", hint="write 10k-15k")
        return figures[0].value, figures[1].value, unit, "range"
    if not figures:
        raise AmountError("it has no end", hint='write "unknown"')
    value = figures[0].value
    return (None, value, unit, "at_most") if ends[0][0] is None else (value, None, unit, "at_least")


def _range_ends(body: str) -> list[str] | None:
    if (match := _BETWEEN.fullmatch(body)) and body.count(" and ") == 1:
        return [match[1], match[2]]
    ends = _TO.split(body.removeprefix("from "))
    if len(ends) == 2:
        return ends
    ends = _DASH.split(body)
    with_digits = [end for end in ends if re.search("[0-9]", end)]
    return ends if len(ends) == len(with_digits) == 2 else None


def _range_end(text: str, asked: _Asked) -> tuple[_Figure | None, str | None]:
    """Read an end of a range and its unit; an unbounded end has no figure."""
    head, unit = _take_unit(text, asked.unit)
    if head == _UNBOUNDED:
        return None, unit
    figure = _figure(text, asked.unit, asked.marks)
    return figure, figure.unit


def _unknown(body: str, asked: _Asked) -> _Found | None:
    head, unit = _take_unit(body, asked.unit)
    if head not in ("unknown", "not known"):
        return None
    return None, None, _agreed(asked.unit, unit), "unknown"


def _vague(body: str, asked: _Asked) -> _Found | None:
    if body not in _VAGUE:
        return None
    if asked.unit is not None and not is_money(asked.unit):
        raise AmountError(f"it speaks of money, the declared unit is {asked.unit}")
    return step(asked.unit), None, asked.unit, "vague"


def _magnitude(body: str, asked: _Asked) -> _Found | None:
    head, stated = _take_unit(body, asked.unit)
    bounds = _MAGNITUDES.get(head.removesuffix(" of") if stated else head)
    if bounds is None:
        return None
    unit = _agreed(asked.unit, stated)
    return Decimal(bounds[0]), Decimal(bounds[1]) - step(unit), unit, "order_of_magnitude"


def _comparative(body: str, asked: _Asked) -> _Found | None:
    match = _TIMES.fullmatch(body)
    if match is None:
        return None
    _agreed(asked.unit, "ratio")
    ratio = replace(asked, unit="ratio")
    low, high, unit, _ = _range(match["figure"], ratio) or _hedged(match["figure"], ratio)
    return low, high, unit, "comparative"
