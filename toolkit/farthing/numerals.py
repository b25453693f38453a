"""Figures in digits and in words, with their unit, in the marks of a declared locale.

This is the part of the grammar of amounts that knows what a number looks like; what is said
around it ("about", "at most") is for `farthing.wording`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from farthing.errors import AmountError, UsageError
from farthing.signs import SPACES, in_codes, signs_of

LONGEST = 200
"""Characters a text may have; a longer one is no amount."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How a locale writes digits: the pattern of a number, and its two marks."""

    locale: str
    number: re.Pattern[str]
    group: str
    decimal: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text.

    `place` is the unit of the last significant digit; `rounded` says that a scale word ends it,
    `scaled` that any scale does.
    """

    value: Decimal
    place: Decimal
    unit: str | None
    rounded: bool
    scaled: bool


# Characters, case and the marks of a locale.

_READABLE = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—≈≤≥")


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """Return the ISO 4217 codes there are, past ones included."""
    # Loading Babel takes longer than all the rest of this module, so only a reader pays for it.
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


@lru_cache(maxsize=32)
def marks_of(locale: str) -> Marks:
    """Return how a locale writes digits.

    Raises
    ------
    UsageError
        The locale is not known.
    """
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol, get_group_symbol

    try:
        known = Locale.parse(locale)
    except (UnknownLocaleError, ValueError, TypeError):
        raise UsageError(
            f'"{locale}" is no locale', where="locale", hint="write it as en_GB or de_DE"
        ) from None
    group = get_group_symbol(known).translate(SPACES)
    decimal = get_decimal_symbol(known)
    last, other = known.decimal_formats[None].grouping
    g, d = re.escape(group), re.escape(decimal)
    grouped = rf"[1-9][0-9]{{0,{other - 1}}}(?:{g}[0-9]{{{other}}})*{g}[0-9]{{{last}}}"
    number = re.compile(rf"(?:{grouped}|0|[1-9][0-9]*)(?:{d}[0-9]+)?|{d}[0-9]+")
    return Marks(locale, number, group, decimal)


def clean(text: str, marks: Marks, unit: str | None) -> str:
    """Bring a text to one kind of space, one minus, and lower case but for codes of currencies.

    Signs of currencies become codes.
    """
    if len(text) > LONGEST:
        raise AmountError(f"it has {len(text):,} characters", hint=f"at most {LONGEST} are read")
    money = unit if unit in currencies() else None
    clean = in_codes(text.translate(SPACES).strip(), money, marks.locale)
    if marks.group == "’":  # as Switzerland has it, where keyboards write the other one
        clean = clean.replace("'", marks.group)
    if strange := set(clean) - _READABLE - {marks.group, marks.decimal}:
        points = ", ".join(f"U+{ord(char):04X}" for char in sorted(strange))
        raise AmountError(f"it holds {points}", hint="write figures with the digits 0 to 9")
    # Runs of spaces around words are harmless; inside digits they may hide a lost figure.
    single = re.sub(r"(?<![0-9]) +| +(?![0-9])", " ", clean)
    return re.sub(r"[A-Za-z]+", lambda word: _cased(word[0], unit), single)


def _cased(word: str, unit: str | None) -> str:
    """Keep a currency code in capitals: "all" is a word, "ALL" is the Albanian lek."""
    if len(word) == 3 and (word.upper() == unit or (word.isupper() and word in currencies())):
        return word.upper()
    return word.lower()


# Units.

_CURRENCY = {"pound": "GBP", "pounds": "GBP", "euro": "EUR", "euros": "EUR"}
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
_SYMBOL = r"\$|[A-Z]{3}"
_LEADING = re.compile(rf"(?P<minus>-?)(?:(?P<unit>{_SYMBOL}) ?)?(?P<inner>-?)(?P<body>[^-].*)")
_TRAILING = re.compile(rf"(?P<head>.*[^ ])(?: (?P<word>[A-Z]{{3}}|[a-z]+)| ?(?P<sign>{_SYMBOL}))")
_BRACKETED = re.compile(rf"(?P<unit>(?:(?:{_SYMBOL}) ?)?)\((?P<body>[^-()]+)\)")


def _unit_named(name: str, declared: str | None) -> str | None:
    """Return the unit a word or sign stands for, or ``None`` when it stands for none."""
    if name in _ANY_DOLLAR:
        if declared is None or not _is_dollar(declared, name):
            raise AmountError(
                "the dollar may be any country's",
                hint="declare the unit, or write US$, A$, CA$ or an ISO code",
            )
        return declared
    if name in _CURRENCY or name.isupper():
        return _CURRENCY.get(name, name)
    noun = _ALSO.get(name, name)
    return next((plural for plural in (noun, f"{noun}s") if _NOUN.fullmatch(plural)), None)


def _is_dollar(declared: str, name: str) -> bool:
    """Tell whether a unit may be called so: some pesos have the sign, but not the word."""
    if _DOLLARS.fullmatch(declared):
        return True
    return name == "$" and declared in currencies() and "$" in signs_of(declared, "en")


def take_unit(text: str, declared: str | None) -> tuple[str, str | None]:
    """Split a unit off the end of a text."""
    if declared and text.endswith(f" {declared}"):
        return text.removesuffix(f" {declared}"), declared
    if match := _TRAILING.fullmatch(text):
        unit = _unit_named(match["word"] or match["sign"], declared)
        return (match["head"], unit) if unit else (text, None)
    return text, None


def agreed(declared: str | None, *stated: str | None) -> str | None:
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
SCALE_WORDS = {"billion": 9, "million": 6, "thousand": 3, "hundred": 2}
_NOTATION = {"k": 3, "m": 6, "mn": 6, "bn": 9, "p": -2}
_SCALED = re.compile(
    rf"(?P<digits>[^a-z]*[^a-z ])(?: ?(?P<word>{'|'.join(SCALE_WORDS)})|(?P<notation>k|mn?|bn|p))?"
)
_ZERO = frozenset({"nil", "zero", "none"})

_HINTS = (
    (r"[0-9]e[+-]?[0-9]", "scientific notation has lost digits; export the column as text"),
    (r"[0-9] [0-9]", "a space groups digits only in locales that write it, such as fr_FR"),
    (r"[0-9][.,][0-9]", "grouping and decimal mark must be the declared locale's, such as de_DE"),
    (r"%", "write a share as a ratio, 0.25 for 25%"),
)
_HINT = "write a figure such as £1,234.50, about £5,000 or 10k-100k"


def read_figure(text: str, declared: str | None, marks: Marks) -> Figure:
    """Read one figure: a sign or brackets, a unit on either side, digits or words."""
    head, trailing = take_unit(text, declared)
    bracketed = _BRACKETED.fullmatch(head)
    body = bracketed["unit"] + bracketed["body"] if bracketed else head
    if bracketed and trailing is None:  # (5,00 €) has it inside
        body, trailing = take_unit(body, declared)
    match = _LEADING.fullmatch(body)
    if match is None or (match["minus"] and match["inner"]):
        raise _unreadable(text, marks)
    leading = _unit_named(match["unit"], trailing or declared) if match["unit"] else None
    unit = agreed(None, leading, trailing)
    figure = _in_digits(match["body"], marks) or _in_words(match["body"])
    if figure is None or (unit and figure.unit):
        raise _unreadable(text, marks)
    negative = bracketed or match["minus"] or match["inner"]
    value = -figure.value if negative else figure.value
    return replace(figure, value=value, unit=unit or figure.unit)


def _in_digits(text: str, marks: Marks) -> Figure | None:
    match = _SCALED.fullmatch(text)
    if match is None or not marks.number.fullmatch(match["digits"]):
        return None
    plain = match["digits"].replace(marks.group, "").replace(marks.decimal, ".")
    power = SCALE_WORDS.get(match["word"], 0) or _NOTATION.get(match["notation"], 0)
    value = Decimal(plain).scaleb(power)
    # Zeros behind a decimal mark were written for a purpose, those of a whole number need not be.
    last = exponent(value if "." in plain else value.normalize()) if value else 0
    unit = "GBP" if match["notation"] == "p" else None
    return Figure(value, Decimal(1).scaleb(last), unit, bool(match["word"]), power != 0)


def exponent(value: Decimal) -> int:
    """Return the power of ten of a value's last digit: -2 for pennies."""
    return int(value.as_tuple().exponent)


def _in_words(text: str) -> Figure | None:
    """Read "seven thousand two hundred and fifty" and the like."""
    number = 0 if text in _ZERO else _number_named(text)
    if number is None:
        return None
    value = Decimal(number)
    last = exponent(value.normalize()) if value else 0
    rounded = text.rpartition(" ")[2] in SCALE_WORDS
    return Figure(value, Decimal(1).scaleb(last), None, rounded, rounded)


def _number_named(text: str) -> int | None:
    total, rest = 0, text
    for word in ("billion", "million", "thousand"):
        count, found, after = rest.partition(f" {word}")
        if found:
            times = 1 if count == "a" else _below_thousand(count)
            if times is None or (after and after[0] != " "):
                return None
            total, rest = total + times * 10 ** SCALE_WORDS[word], after[1:]
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


def _unreadable(text: str, marks: Marks) -> AmountError:
    """Say that a text is no figure, and what is likely to help."""
    # Marks that are in their places are not what is wrong with it.
    rest = re.sub(
        r"[0-9][0-9.,]*[0-9]", lambda m: "0" if marks.number.fullmatch(m[0]) else m[0], text
    )
    hint = next((hint for pattern, hint in _HINTS if re.search(pattern, rest)), _HINT)
    return AmountError("it is no figure", hint=hint)
