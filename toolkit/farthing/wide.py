"""A wide table: columns of one kind beside each other, each of whose cells is an amount."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from farthing.headings import PERIOD, Template, period

#: What [wide] says of a column that is none of them, such as a total.
LEFT_OUT = "left out"
#: How many templates there may be: every name of a column is held against each.
MOST_TEMPLATES = 20
#: How many columns may be named to the letter.
MOST_COLUMNS = 2_000
SHOWN_NAMES = 3


@dataclass(frozen=True)
class Wide:
    """The columns of a wide table, and what each says of its amounts.

    Parameters
    ----------
    columns
        Columns by their names, each with what it says: columns of the ledger and their values.
    templates
        Templates of the names of others, each with what is so of all that fit it.
    left_out
        Columns that fit a template and are not meant.
    dates
        The pattern that days in names are read by, and `periods` the form of periods.
    periods, locale
        How periods are written, and the locale that months are named in.
    days
        Places that hold a day.
    """

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    templates: tuple[tuple[Template, Mapping[str, str]], ...] = ()
    left_out: frozenset[str] = frozenset()
    dates: str = "%Y-%m-%d"
    periods: str = ""
    locale: str = "en_GB"
    days: frozenset[str] = frozenset()

    @cached_property
    def given(self) -> frozenset[str]:
        """The columns of the ledger that every one of the columns gives."""
        each = [frozenset(said) for said in self.columns.values()]
        each += [names_of(template) | said.keys() for template, said in self.templates]
        return each[0].intersection(*each[1:]) if each else frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Every column of the ledger that any of the columns gives."""
        each = [*self.columns.values(), *(said for _, said in self.templates)]
        places = [names_of(template) for template, _ in self.templates]
        return frozenset().union(*each, *places)

    def meant(self, header: Sequence[str], others: Collection[str]) -> dict[str, list[Template]]:
        """Return the columns of a file that are meant, with the templates that they fit."""
        found: dict[str, list[Template]] = {}
        for name in header:
            if name in self.columns:
                found[name] = []
            elif name not in self.left_out and name not in others:
                fits = [one for one, _ in self.templates if one.read(name)]
                found |= {name: fits} if fits else {}
        return found

    def lacking(self, header: Sequence[str], others: Collection[str]) -> Iterator[str]:
        """Yield the templates that no column of a file fits."""
        fitted = {one.text for fits in self.meant(header, others).values() for one in fits}
        yield from (one.text for one, _ in self.templates if one.text not in fitted)

    def said(self, name: str, fits: Sequence[Template]) -> dict[str, str] | str:
        """Return what a column says of its amounts, or why nobody knows."""
        if not fits:
            return dict(self.columns[name])
        if len(fits) > 1:
            texts = " and ".join(f'"{one.text}"' for one in fits[:SHOWN_NAMES])
            return f"fits {texts}: name it to the letter"
        ways = fits[0].read(name)
        if len(ways) > 1:
            read = " or as ".join(
                " and ".join(f'"{text}"' for text in way.values()) for way in ways
            )
            return f'fits "{fits[0].text}" in two ways, as {read}: name it to the letter'
        found = dict(next(said for one, said in self.templates if one is fits[0]))
        for place, text in ways[0].items():
            values = self._values(place, text)
            if isinstance(values, str):
                return values
            found |= values
        return found

    def _values(self, place: str, text: str) -> dict[str, str] | str:
        otherwise = f'name it to the letter, or say that it is "{LEFT_OUT}"'
        if place == PERIOD:
            days = period(text, self.periods, self.locale)
            if days is None:
                return f'"{text}" is no period written {self.periods}: {otherwise}'
            return {"starts_on": days[0].isoformat(), "ends_before": after(days[1])}
        if place in self.days:
            try:
                return {place: datetime.strptime(text, self.dates).date().isoformat()}
            except ValueError:
                return f'"{text}" is no day: {otherwise}'
        return {place: text}


def names_of(template: Template) -> frozenset[str]:
    """Return the columns of the ledger that the places of a template give."""
    places = frozenset(template.places)
    return places - {PERIOD} | {"starts_on", "ends_before"} if PERIOD in places else places


def after(day: date) -> str:
    """Return the day after a day, as ledgers hold the end of a period."""
    return (day + timedelta(1)).isoformat()
