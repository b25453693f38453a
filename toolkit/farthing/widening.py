"""Whether columns of a file look like those of a wide table, for a draft to say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from farthing.description import quoted
from farthing.headings import PERIOD, PERIODS, period

#: Fewer columns than these are no pattern.
FEWEST = 3
#: In these languages months are known by their names; a description reads those of its locale.
LANGUAGES = ("en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "pt_PT", "sv_SE")
#: A year for months that are named without one: a leap year, whose February is left open.
SOME_YEAR = 2023


@dataclass(frozen=True)
class Widening:
    """Columns that look alike, and how a description may say so.

    Parameters
    ----------
    names
        Their names.
    why
        What they are, in words.
    lines
        What stands under [wide] for them.
    periods
        How periods in their names are written, where they are in one form.
    """

    names: tuple[str, ...]
    why: str
    lines: tuple[str, ...]
    periods: str | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the lines say which period a column is."""
        return self.periods is not None or "starts_on" in self.lines[0]


def widening(names: Sequence[str], locales: Sequence[str], *, has_periods: bool) -> Widening | None:
    """Return what columns look like, by their names; nothing where they are no pattern.

    Parameters
    ----------
    names
        Names of columns of amounts.
    locales
        The locales that the description may have.
    has_periods
        Whether the ledger has periods. Where it has none a period is a remark on the amount.
    """
    for found in (_periods(names, locales), _months(names), _alike(names, locales)):
        if found:
            return found if has_periods or not found.is_dated else _remarked(found)
    return None


def _remarked(found: Widening) -> Widening:
    lines = (f"{literal(name)} = {{ note = {quoted(name)} }}" for name in found.names)
    return replace(found, lines=tuple(lines), periods=None)


def literal(name: str) -> str:
    """Write the name of a column as one that is meant to the letter."""
    return quoted(name.replace("{", "{{").replace("}", "}}"))


def _periods(names: Sequence[str], locales: Sequence[str]) -> Widening | None:
    """Find columns whose names are months, quarters or years, each with its year."""
    for form in PERIODS:
        for locale in (*locales, *LANGUAGES):
            days = {name: found for name in names if (found := period(name, form, locale))}
            if len(days) >= FEWEST:
                why = f"{len(days)} columns are periods, written {form}"
                if locale in locales or locale == "en_GB":
                    return Widening(tuple(days), why, (f'"{{{PERIOD}}}" = {{ }}',), form)
                return Widening(tuple(days), why, tuple(_dated(days)))
    return None


def _months(names: Sequence[str]) -> Widening | None:
    """Find columns that are months without a year."""
    for locale in LANGUAGES:
        months = {name: period(f"{name} {SOME_YEAR}", "mmm yyyy", locale) for name in names}
        days = {name: found for name, found in months.items() if found}
        if len(days) >= FEWEST:
            lines = (line.replace(f"{SOME_YEAR}-", "…-") for line in _dated(days))
            why = f"{len(days)} columns are months, and of which year is for you to say, for …"
            return Widening(tuple(days), why, tuple(lines))
    return None


def _dated(days: dict[str, tuple[date, date]]) -> Iterator[str]:
    for name, (first, last) in days.items():
        yield f'{literal(name)} = {{ starts_on = "{first}", ends_on = "{last}" }}'


def _alike(names: Sequence[str], locales: Sequence[str]) -> Widening | None:
    """Find columns whose names are the same words about one that varies."""
    for side in (slice(None, 1), slice(-1, None)):
        for word in dict.fromkeys(tuple(name.split()[side]) for name in names):
            group = [name for name in names if tuple(name.split()[side]) == word]
            if len(group) >= FEWEST and all(len(name.split()) > 1 for name in group):
                return _template(group, locales)
    return None


def _template(group: Sequence[str], locales: Sequence[str]) -> Widening:
    words = [name.split() for name in group]
    first = _shared(words)
    last = _shared([one[first:][::-1] for one in words])
    start, end = words[0][:first], words[0][len(words[0]) - last :]
    middles = [" ".join(one[first : len(one) - last]) for one in words]
    found = _periods(middles, locales)
    form = found.periods if found and len(found.names) == len(group) else None
    place = PERIOD if form else "…"
    shape = " ".join([*(literal(word)[1:-1] for word in start), f"{{{place}}}",
                      *(literal(word)[1:-1] for word in end)])  # fmt: skip
    why = f"{len(group)} columns are written alike"
    why += "" if form else "; for … write what varies: channel, category, party, incurred_on"
    return Widening(tuple(group), why, (f'"{shape}" = {{ }}',), form)


def _shared(words: Sequence[Sequence[str]]) -> int:
    """Count the words that all begin with, and leave each one word at least."""
    most = min(map(len, words)) - 1
    return next((at for at in range(most) if len({one[at] for one in words}) > 1), most)
