"""What the names of columns say: a template that they fit, and the periods that stand in them.

In a template a name in braces stands for what varies: ``Spend {channel}`` fits "Spend Facebook",
and says that its channel is "Facebook". A brace that is meant is written twice.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

#: What a period stands for in a template, and is read into.
PERIOD = "period"
#: How periods can be written; mmm is a month's name, short or in full.
PERIODS = (
    "yyyy",
    "yyyy-mm",
    "yyyy/mm",
    "yyyymm",
    "mm/yyyy",
    "mm.yyyy",
    "mmm yyyy",
    "mmm-yyyy",
    "mmm yy",
    "mmm-yy",
    "qq yyyy",
    "yyyy qq",
    "yyyy-qq",
)
#: Longer names of columns fit no template, and a template has no more places than these: with
#: them what can be tried is bounded.
LONGEST = 200
MOST_PLACES = 2
PLACE = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|[{}])")
SIGNS = {
    "yyyy": "(?P<year>[12][0-9]{3})",
    "yy": "(?P<short>[0-9]{2})",
    "mmmm": r"(?P<name>[^\W\d_]+\.?)",
    "mmm": r"(?P<name>[^\W\d_]+\.?)",
    "mm": "(?P<month>[0-9]{1,2})",
    "dd": "[0-9]{1,2}",
    "d": "[0-9]{1,2}",
    "hh": "[0-9]{2}",
    "ss": "[0-9]{2}",
    "qq": "[Qq](?P<quarter>[1-4])",
}
SIGN = re.compile("yyyy|yy|mmmm|mmm|mm|dd|d|hh|ss|qq")
#: Months are read in English, and in the language of the locale.
ENGLISH = ("en_US", "en_GB")


@dataclass(frozen=True)
class Template:
    """A template of names of columns.

    Parameters
    ----------
    text
        As it is written.
    shapes
        The pattern of what can stand in a place, by its name; in others anything can.
    """

    text: str
    shapes: Mapping[str, str]

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """What is to the letter, and the places in braces."""
        return tuple(part for part in PLACE.split(self.text) if part)

    @property
    def places(self) -> list[str]:
        """The names of its places, in order."""
        return [part[1:-1].strip() for part in self.parts if _is_place(part)]

    @property
    def literal(self) -> str:
        """The name that it is where it has no places."""
        return "".join(part[:1] if part in ("{{", "}}") else part for part in self.parts)

    @property
    def fault(self) -> str | None:
        """Say what is wrong with how it is written."""
        if "{" in self.parts or "}" in self.parts:
            return "has a brace without its other half: write {{ for one that is meant"
        if len(self.places) > MOST_PLACES:
            return f"has more than {MOST_PLACES} names in braces"
        if twice := [name for name in self.places if self.places.count(name) > 1]:
            return f"has {{{twice[0]}}} twice: leave one out"
        if any(all(map(_is_place, pair)) for pair in itertools.pairwise(self.parts)):
            return "has two names in braces with nothing between them"
        return None

    def read(self, name: str) -> list[dict[str, str]]:
        """Return what a name says: in no way, in one, or in two, of which nobody knows which."""
        if len(name) > LONGEST:
            return []
        ways = [re.fullmatch(pattern, name) for pattern in self._patterns]
        return list(map(dict, dict.fromkeys(tuple(self._said(way)) for way in ways if way)))

    @cached_property
    def _patterns(self) -> tuple[str, str]:
        """What finds the first of all ways to read a name, and the last: they may be one."""
        return self._pattern(".+?"), self._pattern(".+")

    def _pattern(self, anything: str) -> str:
        return "".join(
            f"(?P<{part[1:-1].strip()}_>{self.shapes.get(part[1:-1].strip(), anything)})"
            if _is_place(part)
            else re.escape(part[:1] if part in ("{{", "}}") else part)
            for part in self.parts
        )

    def _said(self, found: re.Match[str]) -> list[tuple[str, str]]:
        return [(name, found[f"{name}_"]) for name in self.places]


def _is_place(part: str) -> bool:
    return len(part) > 1 and part[0] == "{" and part[-1] == "}"


def shape_of(form: str) -> str:
    """Return the pattern of what is written in a form, such as ``mmm yyyy``."""
    return re.sub(r"\(\?P<[a-z]+>", "(?:", _pattern_of(form))


@cache
def _pattern_of(form: str) -> str:
    at, found = 0, ""
    for sign in SIGN.finditer(form):
        found += re.escape(form[at : sign.start()]) + SIGNS[sign[0]]
        at = sign.end()
    return found + re.escape(form[at:])


def period(text: str, form: str, locale: str) -> tuple[date, date] | None:
    """Return the first day of a period and its last, or nothing where it is none.

    Examples
    --------
    >>> period("Mai 2024", "mmm yyyy", "de_DE")
    (datetime.date(2024, 5, 1), datetime.date(2024, 5, 31))
    >>> period("Q4 2023", "qq yyyy", "en_GB")
    (datetime.date(2023, 10, 1), datetime.date(2023, 12, 31))
    """
    found = re.fullmatch(_pattern_of(form), text)
    parts = found.groupdict() if found else {}
    if not parts:
        return None
    short = int(parts.get("short", 0))  # of two digits, as everywhere, those from 69 are 19xx
    year = int(parts.get("year", short + (1900 if short >= 69 else 2000)))
    first, months = 1, 12
    if "quarter" in parts:
        first, months = 3 * int(parts["quarter"]) - 2, 3
    elif "month" in parts or "name" in parts:
        named = months_of(locale).get(parts.get("name", "").lower().rstrip("."), 0)
        first, months = int(parts.get("month", named)), 1
    if not 1 <= first <= 12:
        return None
    over = first + months > 12
    after = date(year + over, first + months - 12 * over, 1)
    return date(year, first, 1), after - timedelta(1)


@cache
def months_of(locale: str) -> Mapping[str, int]:
    """Return the months by their names, in small letters and without a point."""
    from babel import Locale

    found: dict[str, int] = {}
    for one in (locale, *ENGLISH):
        for widths in Locale.parse(one).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths[width].items():
                    found.setdefault(name.lower().rstrip("."), number)
    return found
