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
from farthing.numerals import (
    LONGEST,
    Figure,
    Marks,
    agreed,
    clean,
    currencies,
    exponent,
    marks_of,
    read_figure,
    take_unit,
)


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
    Hint: declare the unit, or write US$, A$, CA$ or an ISO code
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
class _Asked:
    """What the caller declared."""

    unit: str | None
    marks: Marks
    reading: Reading


@lru_cache(maxsize=4096)
def _read(text: str, unit: str | None, locale: str, reading: Reading) -> _Found:
    """Read a text; kept for texts that come again, as the bands of an ad library do."""
    if is_money(unit) and unit not in currencies():
        raise AmountError(f"{unit} is no currency", hint="declare an ISO 4217 code such as GBP")
    asked = _Asked(unit, marks_of(locale), reading)
    body = clean(text, asked.marks, asked.unit)
    if body in _NOT_STATED:
        return None, None, unit, "unknown"
    body = _CONTRAST.sub("", body)
    with localcontext(_HIGH_PRECISION):
        for part in (_unknown, _vague, _magnitude, _comparative, _range):
            if (found := part(body, asked)) is not None:
                return found
        return _hedged(body, asked)


_NOT_STATED = frozenset({"", "-", "–", "—", "--", "n/a", "not known", "unknown"})
_CONTRAST = re.compile(r"^(?:(?:only|just(?! over| under)) )+")


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
    figure = read_figure(text, asked.unit, asked.marks)
    unit = agreed(asked.unit, figure.unit)
    _check_decimals(unit, figure)
    next_one = _step(unit, figure)
    if hedge is None:
        return _unhedged(figure, unit, next_one)
    if figure.value < 0:
        raise AmountError("a hedge before a negative figure can be read both ways")
    low, high = _SHAPES[hedge](figure, next_one, asked.reading)
    return low, high, unit, {"just_over": "more_than", "just_under": "less_than"}.get(hedge, hedge)


def _unhedged(figure: Figure, unit: str | None, next_one: Decimal) -> _Found:
    if not figure.rounded:
        return figure.value, figure.value, unit, "exact"
    if not figure.value:
        raise AmountError(
            "nought of a scale does not tell how far it is rounded",
            hint='write 0 where it is nothing at all, else "under 0.5m" or the like',
        )
    low, high = _half_unit(replace(figure, value=abs(figure.value)), next_one)
    return (-high, -low, unit, "rounded") if figure.value < 0 else (low, high, unit, "rounded")


def _check_decimals(unit: str | None, *figures: Figure) -> None:
    for figure in figures:
        if (decimals := -exponent(figure.value)) > (most := places(unit)):
            allowed = f"at most {most}" if most else "none"
            raise AmountError(
                f"decimals: it has {decimals}, {unit or 'an undeclared unit'} has {allowed}",
                hint="nothing is rounded: correct the source",
            )


def _step(unit: str | None, figure: Figure) -> Decimal:
    """Return the next unit: a text with decimals shows that an undeclared unit has them."""
    finest = Decimal(1).scaleb(exponent(figure.value))
    usual = Decimal("0.01") if unit is None and finest < 1 else step(unit)
    return min(usual, finest)


def _half_unit(figure: Figure, next_one: Decimal) -> tuple[Decimal, Decimal]:
    """Half a unit of the last significant digit either side, or the neighbours of a full figure."""
    half = figure.place / 2
    if half < next_one:
        return figure.value - next_one, figure.value + next_one
    return figure.value - half, figure.value + half - next_one


def _about(figure: Figure, next_one: Decimal, reading: Reading) -> _Ends:
    _check_room(figure, Decimal(0))
    if reading.about == "significant_figure":
        return _half_unit(figure, next_one)
    spread = figure.value * reading.about
    low = (figure.value - spread).quantize(next_one, ROUND_FLOOR)
    return low, (figure.value + spread).quantize(next_one, ROUND_CEILING)


def _more_than(figure: Figure, next_one: Decimal, reading: Reading) -> _Ends:
    if reading.over == "unbounded":
        return figure.value + next_one, None
    _check_room(figure, 2 * next_one)
    return figure.value + next_one, figure.value + figure.place - next_one


def _just_over(figure: Figure, next_one: Decimal, reading: Reading) -> _Ends:
    _check_room(figure, 4 * next_one)
    return figure.value + next_one, figure.value + figure.place / 2 - next_one


def _just_under(figure: Figure, next_one: Decimal, reading: Reading) -> _Ends:
    _check_room(figure, 4 * next_one)
    return figure.value - figure.place / 2, figure.value - next_one


def _check_room(figure: Figure, least: Decimal) -> None:
    """Refuse a hedge whose figure leaves no room for it, as "just over 331" does."""
    if figure.value == 0 or figure.place < least:
        raise AmountError(
            "the figure is too exact to tell how far its hedge goes",
            hint='write "more than", "less than" or a range',
        )


_SHAPES: dict[str, Callable[[Figure, Decimal, Reading], _Ends]] = {
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
    unit = agreed(asked.unit, *(stated for _, stated in ends))
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


def _range_end(text: str, asked: _Asked) -> tuple[Figure | None, str | None]:
    """Read an end of a range and its unit; an unbounded end has no figure."""
    head, unit = take_unit(text, asked.unit)
    if head == _UNBOUNDED:
        return None, unit
    figure = read_figure(text, asked.unit, asked.marks)
    return figure, figure.unit


def _unknown(body: str, asked: _Asked) -> _Found | None:
    head, unit = take_unit(body, asked.unit)
    if head not in ("unknown", "not known"):
        return None
    return None, None, agreed(asked.unit, unit), "unknown"


def _vague(body: str, asked: _Asked) -> _Found | None:
    if body not in _VAGUE:
        return None
    if asked.unit is not None and not is_money(asked.unit):
        raise AmountError(f"it speaks of money, the declared unit is {asked.unit}")
    return step(asked.unit), None, asked.unit, "vague"


def _magnitude(body: str, asked: _Asked) -> _Found | None:
    head, stated = take_unit(body, asked.unit)
    bounds = _MAGNITUDES.get(head.removesuffix(" of") if stated else head)
    if bounds is None:
        return None
    unit = agreed(asked.unit, stated)
    return Decimal(bounds[0]), Decimal(bounds[1]) - step(unit), unit, "order_of_magnitude"


def _comparative(body: str, asked: _Asked) -> _Found | None:
    match = _TIMES.fullmatch(body)
    if match is None:
        return None
    agreed(asked.unit, "ratio")
    ratio = replace(asked, unit="ratio")
    low, high, unit, _ = _range(match["figure"], ratio) or _hedged(match["figure"], ratio)
    return low, high, unit, "comparative"
