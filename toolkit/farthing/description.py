"""A description of a format while it is read: what it says, and every mistake in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from farthing.errors import UsageError
from farthing.headings import PERIOD, PERIODS, Template, shape_of
from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.importers import IMPORTERS
from farthing.intake import ENCODINGS
from farthing.ledger import Fault, Ledger
from farthing.ledgers import BY_NAME
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.sources import SOURCES
from farthing.numerals import marks_of
from farthing.rows import CONTROL, typed
from farthing.wide import LEFT_OUT, MOST_COLUMNS, MOST_TEMPLATES, Wide, after, names_of

#: How days can be written, and the pattern that reads them.
DATES = {
    "yyyy-mm-dd": "%Y-%m-%d",
    "yyyy/mm/dd": "%Y/%m/%d",
    "yyyymmdd": "%Y%m%d",
    "dd.mm.yyyy": "%d.%m.%Y",
    "dd.mm.yy": "%d.%m.%y",
    "dd/mm/yyyy": "%d/%m/%Y",
    "dd/mm/yy": "%d/%m/%y",
    "mm/dd/yyyy": "%m/%d/%Y",
    "mm/dd/yy": "%m/%d/%y",
    "dd-mm-yyyy": "%d-%m-%Y",
    "mm-dd-yyyy": "%m-%d-%Y",
    "d-mmm-yy": "%d-%b-%y",
    "d-mmm-yyyy": "%d-%b-%Y",
    "d mmm yyyy": "%d %b %Y",
    "d mmmm yyyy": "%d %B %Y",
    "mmm d, yyyy": "%b %d, %Y",
    "yyyy-mm-dd hh:mm:ss": "%Y-%m-%d %H:%M:%S",
    "dd/mm/yyyy hh:mm": "%d/%m/%Y %H:%M",
    "mm/dd/yyyy hh:mm": "%m/%d/%Y %H:%M",
}
#: The last day of a period; ledgers hold the day after it.
LAST_DAY = "ends_on"
#: What [must] says of a column that is never blank.
FILLED = "filled"
NAME = "[a-z0-9][a-z0-9_-]{0,59}"
TEXTS = ("name", "about", "ledger", "encoding", "locale", "dates", "periods")
TOP_VALUES: tuple[tuple[str, Collection[str]], ...] = (
    ("ledger", BY_NAME), ("dates", DATES), ("periods", PERIODS), ("encoding", ENCODINGS),
)  # fmt: skip
TABLES = ("columns", "wide", "constants", "skip", "must", "campaign", "source")
CAMPAIGN_KEYS = ("organisation", "name", "asked_by", "purpose", "intended_audience")
SOURCE_KEYS = ("publisher", "kind", "rank", "origin_id", "licence")
NOT_NEEDED = {
    "delimiter": "leave it out: what separates the cells is found by the names in [columns]",
    "header": "leave it out: the header is found by the names in [columns]",
}
USUAL_LOCALE = "en_GB"
USUAL_DATES = "yyyy-mm-dd"
LISTED = ", ".join(PERIODS)
SHOWN_CHARACTERS = 60
#: SQL: whether a cell holds anything.
HOLDS = r"regexp_matches(coalesce({}, ''), '[^ \t\r\n\x{{00a0}}\x{{2007}}\x{{202f}}]')"
NO_AMOUNT = "no amount stands in any of the columns of [wide]"


def quoted(text: str) -> str:
    """Write a text as a TOML string that is one line and shows all it holds."""
    shown = (
        character if character.isprintable() and character not in '"\\' else _escape(character)
        for character in text
    )
    return f'"{"".join(shown)}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def nearest(name: str, names: Collection[str]) -> str | None:
    """Return the name that is most like one, whatever the case."""
    lowered = {one.lower(): one for one in names}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


def shown(text: str) -> str:
    """Write a text of any length as a short TOML string."""
    short = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return quoted(short)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _one_space(name: str) -> str:
    """Write the name of a column as readers do."""
    return " ".join(name.split())


class Description:
    """A description, with every mistake in it.

    Parameters
    ----------
    table
        What stands in its file.
    described_by
        What the journal calls it.
    notes
        How descriptions are written.
    """

    def __init__(self, table: Mapping[str, Any], described_by: str, notes: str) -> None:
        self.described_by = described_by
        self.notes = notes
        self.mistakes: list[str] = []
        self.table = table
        for key in table:
            if key not in (*TEXTS, *TABLES):
                self.unknown(key, (*TEXTS, *TABLES), NOT_NEEDED.get(key, "there is no such key"))
        self.top = {
            key: table[key] for key in TEXTS if key in table and self.is_text(key, table[key])
        }
        self.name = self.top.get("name", "")
        self.ledger = BY_NAME.get(self.top.get("ledger", ""))
        self.columns = {
            key: _one_space(name) for key, name in self.texts("columns", self.may_map()).items()
        }
        self.constants = self.texts("constants", self.ledger.file_columns if self.ledger else None)
        self.campaign = self.texts("campaign", CAMPAIGN_KEYS)
        self.source = self.texts("source", SOURCE_KEYS)
        self.skip = dict(self.listed("skip"))
        self.must = dict(self.listed("must"))
        self.wide = self.wide_table()
        self.check_top()
        self.check_names()
        if self.ledger is not None:
            self.check_ledger(self.ledger)

    def mistake(self, key: str, what: str) -> None:
        """Keep a mistake, with the key that it is in."""
        self.mistakes.append(f"{quoted(key)[1:-1][:SHOWN_CHARACTERS]}: {what}")

    def unknown(self, key: str, known: Collection[str], what: str, table: str = "") -> None:
        """Keep a key that there is none of, with what is most like it."""
        near = nearest(key, known)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(known)}"
        self.mistake(table + key, f"{what}; {hint}")

    def is_text(self, key: str, value: object) -> bool:
        """Tell whether a value is a text that a ledger can hold; what is none is a mistake."""
        if not isinstance(value, str):
            self.mistake(key, "is no text: write the value in quotes")
        elif not value.strip():
            self.mistake(key, "is blank: write a value, or leave the line out")
        elif re.search(CONTROL, value):
            self.mistake(key, "holds a control character")
        else:
            return True
        return False

    def part(self, name: str) -> dict[str, Any]:
        """Return one table of the description."""
        part = self.table.get(name, {})
        if isinstance(part, dict):
            return part
        self.mistake(name, f"is no table: write [{name}] on a line of its own, and its lines below")
        return {}

    def texts(self, name: str, known: Collection[str] | None) -> dict[str, str]:
        """Read one table of names and texts; where nothing is known any name will do."""
        found = {}
        for key, value in self.part(name).items():
            if known is not None and key not in known:
                self.misnamed(name, key, value, known)
            elif self.is_text(f"{name}.{key}", value):
                found[key] = value
        return found

    def misnamed(self, table: str, key: str, value: object, known: Collection[str]) -> None:
        """Keep a key that is no column of the ledger; its value may be one."""
        if isinstance(value, str) and value in known:
            turned = f"write it the other way round: {value} = {shown(key)}"
            self.mistake(f"{table}.{key}", f"is no column of a ledger; {turned}")
        else:
            whose = self.top.get("ledger") if table in ("columns", "constants") else f"[{table}]"
            self.unknown(key, known, f"{whose} has no column of that name", f"{table}.")

    def may_map(self) -> tuple[str, ...] | None:
        """Return what [columns] may name."""
        if self.ledger is None:
            return None
        names = self.ledger.file_columns
        return (*names, LAST_DAY) if "ends_before" in names else names

    def listed(self, name: str) -> Iterator[tuple[str, list[str]]]:
        """Read a table of columns of the file, and what stands in them."""
        for key, values in self.part(name).items():
            listed = values if isinstance(values, list) else [values]
            if not listed or not all(isinstance(value, str) for value in listed):
                self.mistake(f"{name}.{key}", 'is no list of texts: write ["one", "another"]')
            elif any(re.search(CONTROL, value) for value in (key, *listed)):
                self.mistake(f"{name}.{key}", "holds a control character")
            else:
                yield _one_space(key), [value.strip() for value in listed]

    def wide_table(self) -> Wide:
        """Read the columns whose cells are amounts."""
        columns: dict[str, dict[str, str]] = {}
        templates: list[tuple[Template, dict[str, str]]] = []
        left_out: set[str] = set()
        for key, value in self.part("wide").items():
            template = Template(_one_space(key), self.shapes)
            if value == LEFT_OUT:
                left_out.add(template.literal)
            elif not isinstance(value, dict):
                what = 'write what its amounts are of, as { channel = "radio" }, or { }'
                self.mistake(f"wide.{key}", f'is neither a table nor "{LEFT_OUT}": {what}')
            elif fault := template.fault or self.place_fault(template):
                self.mistake(f"wide.{key}", fault)
            elif said := self.cells_of(key, value):
                if template.places:
                    templates.append((template, said[0]))
                else:
                    columns[template.literal] = said[0]
        if len(templates) > MOST_TEMPLATES:
            self.mistake("wide", f"has more than {MOST_TEMPLATES} templates")
        if len(columns) > MOST_COLUMNS:
            self.mistake("wide", f"names more than {MOST_COLUMNS:,} columns: write a template")
            columns = {}
        return Wide(
            columns=columns,
            templates=tuple(templates),
            left_out=frozenset(left_out),
            dates=DATES.get(self.top.get("dates", ""), DATES[USUAL_DATES]),
            periods=self.top.get("periods", ""),
            locale=self.readable_locale(),
            days=self.days,
        )

    @property
    def days(self) -> frozenset[str]:
        """The columns of the ledger that hold a day."""
        dtypes = self.ledger.dtypes if self.ledger else {}
        return frozenset(name for name, dtype in dtypes.items() if dtype == pl.Date)

    @property
    def shapes(self) -> dict[str, str]:
        """What can stand in the places of a template: anything in those that are not named."""
        dates = self.top.get("dates", USUAL_DATES)
        days = dict.fromkeys(self.days, shape_of(dates if dates in DATES else USUAL_DATES))
        fixed = {"currency": "[A-Z]{3}", "area_code": "[A-Z][0-9]{8}"}
        return {**days, **fixed, PERIOD: shape_of(self.top.get("periods", ""))}

    def place_fault(self, template: Template) -> str | None:
        """Say what is wrong with what stands in the braces of a template."""
        known = self.may_say()
        for name in template.places:
            if known is not None and name not in known:
                near = nearest(name, known)
                hint = f"did you mean {near}?" if near else f"one of {', '.join(known)}"
                return (
                    f"has {{{name}}}, and {self.top['ledger']} has no column of that name; {hint}"
                )
            if name == PERIOD and "periods" not in self.top:
                return f"has {{{PERIOD}}}: say by periods how it is written; one of {LISTED}"
        return None

    def may_say(self) -> tuple[str, ...] | None:
        """Return what the name of a column can say."""
        if self.ledger is None:
            return None
        made = ("amount", "votes", "entry_id", "source_id", "supersedes", "reverses", "part_of")
        names = tuple(name for name in self.ledger.file_columns if name not in made)
        return (*names, PERIOD) if "ends_before" in names else names

    def cells_of(self, key: str, value: Mapping[str, Any]) -> tuple[dict[str, str]] | None:
        """Read what is so of the amounts of one column; nothing where there is a mistake."""
        known, before = self.may_say(), len(self.mistakes)
        for name, text in value.items():
            if name == PERIOD or (known is not None and name not in (*known, LAST_DAY)):
                what = f"{self.top['ledger']} has no column of that name"
                self.unknown(name, known or (), what, f"wide.{key}.")
            else:
                self.is_text(f"wide.{key}.{name}", text)
        if len(self.mistakes) > before:
            return None
        said = {name: text for name, text in value.items() if name != LAST_DAY}
        if LAST_DAY in value:
            try:
                said["ends_before"] = after(date.fromisoformat(value[LAST_DAY]))
            except ValueError:
                what = f"{shown(value[LAST_DAY])} is not a date (expected yyyy-mm-dd)"
                self.mistake(f"wide.{key}.{LAST_DAY}", what)
        return (said,)

    def others(self) -> frozenset[str]:
        """Return the columns of the file that are named, but for those whose cells are amounts."""
        checked = [name for name in (*self.skip, *self.must) if not self.is_of_cells(name)]
        return frozenset([*self.columns.values(), *checked])

    def is_of_cells(self, name: str) -> bool:
        """Tell whether what is said of a column is said of its cells, not of its rows."""
        return name in self.wide.columns or name in [one.text for one, _ in self.wide.templates]

    @cached_property
    def whole(self) -> Importer:
        """The format before a file is known."""
        return self.importer()

    def lacking(self, header: Sequence[str]) -> list[str]:
        """Return what is named and a file does not have: columns, and templates of columns."""
        has = self.whole.named(header)
        named = sorted(self.others() | self.wide.columns.keys())
        lacks = [name for name in named if name not in has]
        return [*lacks, *self.wide.lacking(header, self.others())]

    def resolved(self, header: Sequence[str]) -> tuple[Importer, list[str]]:
        """Return how a file with this header is read, and what is wrong with names in it."""
        cells: dict[str, dict[str, str]] = {}
        wrong: list[str] = []
        for name, fits in self.wide.meant(header, self.others()).items():
            said = self.wide.said(name, fits)
            if isinstance(said, str):
                wrong.append(f"{shown(name)}: {said}")
                continue
            assert self.ledger is not None
            if fits:
                wrong += [
                    f"{shown(name)}: {shown(said[fault.column or ''])} {fault.rule}"
                    for fault in self.faults(self.ledger, said)
                ]
            cells[name] = self.campaigned(said) if fits else said
        return self.importer(cells), wrong

    def campaigned(self, said: dict[str, str]) -> dict[str, str]:
        """Name the campaign that the name of a column says, where campaigns are made."""
        if not self.campaign or "campaign_id" not in said:
            return said
        return said | {"campaign_id": f"{self.name}:{'_'.join(said['campaign_id'].split())}"}

    def as_template(self, template: Template, said: Mapping[str, str]) -> dict[str, str]:
        """Return what a template says of the columns that fit it."""
        return {**dict.fromkeys(names_of(template), template.text), **said}

    def importer(self, cells: Mapping[str, Mapping[str, str]] | None = None) -> Importer:
        """Return the format described: of a wide table by what is said of its columns.

        Where that is left out, templates stand for the columns that fit them.
        """
        assert self.ledger is not None
        templates = {one.text: self.as_template(one, said) for one, said in self.wide.templates}
        optional = frozenset(templates if cells is None else ())
        cells = {**self.wide.columns, **templates} if cells is None else cells
        posts = [Posts(self.ledger, self.select(self.ledger, cells))]
        if self.campaign:
            posts.append(Posts(CAMPAIGNS, self.select_campaigns(cells), distinct=True))
        told = Setting(
            name="described_by",
            about="the description that its columns were read by, which is not declared",
            values="(?!)",
            example="",
            in_rows=f"SELECT {_literal(self.described_by)}",
            required=False,
        )
        return Importer(
            name=self.name,
            about=self.top.get("about", "a format of one's own"),
            posts=tuple(posts),
            required=self.others() | (cells.keys() - optional),
            optional=optional,
            others=("(?s).*",),
            settings=(told, replace(OBSERVED_ON, in_name=None)),
            rules=tuple(self.rules(cells)),
            aside=self.aside(cells),
            dates=self.top.get("dates", USUAL_DATES),
            locale=self.top.get("locale"),
            encoding=self.top.get("encoding"),
            provenance=None if self.has_sources() else self.provenance(),
            notes=self.notes,
        )

    def check_top(self) -> None:
        """Find what is missing or unknown above the tables."""
        taken = [one.name for one in IMPORTERS]
        if "name" not in self.table:
            self.mistake("name", 'is missing: write name = "our-agency"')
        elif self.name in taken:
            self.mistake("name", f"{self.name} is a format of Farthing's own: choose another")
        elif self.name and not re.fullmatch(NAME, self.name):
            self.mistake("name", "may hold small letters, digits, - and _, at most 60")
        if "ledger" not in self.table:
            self.mistake("ledger", f"is missing: one of {', '.join(BY_NAME)}")
        for key, known in TOP_VALUES:
            if key in self.top and self.top[key] not in known:
                self.unknown_value(key, known)
        if "locale" in self.top:
            try:
                marks_of(self.top["locale"])
            except UsageError as error:
                self.mistake("locale", f"{error.what}; {error.hint}")

    def unknown_value(self, key: str, known: Collection[str]) -> None:
        """Keep a value that there is none of, with what is most like it."""
        near = nearest(self.top[key], known)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(known)}"
        self.mistake(key, f"{shown(self.top[key])} is unknown; {hint}")

    def check_names(self) -> None:
        """Hold the names of columns against each other."""
        for key in self.columns.keys() & self.constants.keys():
            self.mistake(f"constants.{key}", "is under [columns] too: leave one of the two out")
        if {LAST_DAY, "ends_before"} <= self.columns.keys() | self.constants.keys():
            self.mistake(f"columns.{LAST_DAY}", "and ends_before tell the same: leave one out")
        lowered: dict[str, str] = {}
        for name in (*self.columns.values(), *self.skip, *self.must, *self.wide.columns):
            if lowered.setdefault(name.lower(), name) != name:
                what = f"{shown(name)} and {shown(lowered[name.lower()])} differ in case alone"
                self.mistake("columns", f"{what}, and cannot be told apart: rename one in the file")

    def check_ledger(self, ledger: Ledger) -> None:
        """Find what the ledger needs and nothing gives, and constants that it refuses."""
        given = self.columns.keys() | self.constants.keys() | {"entry_id"} | self.wide.given
        if "wide" in self.table:
            given |= {self.check_wide(ledger)}
        if ledger is not SOURCES:
            given |= {"source_id"}
        described = {column.name: column.description for column in ledger.columns}
        for name in sorted(ledger.required_columns - given - set(self.misread())):
            what = described.get(name, "how much, as people write it")
            self.mistake(
                f"columns.{name}",
                f"is needed ({what}): name its column, or under [constants] what it always is",
            )
        self.check_values("constants", ledger, self.constants)
        self.check_values("source", SOURCES, self.source)
        if self.source and self.has_sources():
            self.mistake("source", "is of no use where rows name their source_id: leave one out")
        if self.campaign and ("campaign_id" not in ledger.file_columns or ledger is CAMPAIGNS):
            self.mistake("campaign", f"is of no use: rows of {ledger.name} belong to no campaign")
        if "campaign" in self.table and "organisation" not in self.part("campaign"):
            self.mistake("campaign.organisation", "is missing: who runs the campaigns")

    def check_wide(self, ledger: Ledger) -> str:
        """Find what [wide] says twice, and return the column of the ledger that its cells are."""
        cells = cells_of(ledger)
        if not self.wide.columns and not self.wide.templates and not self.mistakes:
            self.mistake("wide", "names no column whose cells are amounts")
        if cells is None:
            self.mistake("wide", f"is of no use: rows of {ledger.name} hold no amount")
        for table, names in (("columns", self.columns), ("constants", self.constants)):
            for name in sorted(self.wide.names & names.keys()):
                self.mistake(f"{table}.{name}", "is said by [wide] too: leave one of the two out")
            if cells in names:
                self.mistake(
                    f"{table}.{cells}", "is what stands in the cells of [wide]: leave it out"
                )
        for key, said in self.wide.columns.items():
            self.check_values(f"wide.{key}", ledger, said)
        for template, said in self.wide.templates:
            self.check_values(f"wide.{template.text}", ledger, said)
            for name in sorted(names_of(template) & said.keys()):
                what = "is in the braces too: leave one of the two out"
                self.mistake(f"wide.{template.text}.{name}", what)
        return cells or ""

    def misread(self) -> Iterator[str]:
        """Yield what is named by the user, and wrongly: one mistake is enough."""
        yield from self.part("columns")
        yield from self.part("constants")

    def check_values(self, table: str, ledger: Ledger, values: Mapping[str, str]) -> None:
        """Hold constants against the rules of their ledger."""
        for fault in self.faults(ledger, values):
            value = shown(values[fault.column or ""])
            self.mistake(f"{table}.{fault.column}", f"{value} {fault.rule}")

    def faults(self, ledger: Ledger, values: Mapping[str, str]) -> list[Fault]:
        """Return what a ledger refuses of values that are given to it."""
        if not values:
            return []
        row = pl.DataFrame({"batch_id": [1], "source_row": [1]}).with_columns(
            pl.lit(value).alias(name) for name, value in values.items()
        )
        _, faults = typed(ledger, row, locale=self.readable_locale())
        return [fault for fault in faults if fault.column in values]

    def readable_locale(self) -> str:
        """Return the locale, or the usual one where it is itself a mistake."""
        locale: str = self.top.get("locale", USUAL_LOCALE)
        try:
            marks_of(locale)
        except UsageError:
            return USUAL_LOCALE
        return locale

    def has_sources(self) -> bool:
        """Tell whether rows name the sources that they are of."""
        return self.ledger is SOURCES or "source_id" in self.columns.keys() | self.constants.keys()

    def provenance(self) -> Provenance:
        """Return what ``sources`` is to say of a file."""
        return Provenance(**{"publisher": "", **self.source})

    def value(self, ledger: Ledger, name: str) -> str:
        """Return the SQL of what a column of the ledger gets."""
        if name in self.constants:
            return _literal(self.constants[name])
        cell = _identifier(self.columns[name])
        if name == LAST_DAY or ledger.dtypes.get(name) == pl.Date:
            cell = f"day({cell}, {_literal(DATES[self.top.get('dates', 'yyyy-mm-dd')])})"
        if name == "campaign_id" and self.campaign:
            return f"{_literal(self.name + ':')} || name_of({cell})"
        return f"day_after({cell})" if name == LAST_DAY else cell

    def select(self, ledger: Ledger, cells: Mapping[str, Mapping[str, str]]) -> str:
        """Return the SQL of the rows of the ledger."""
        given = {
            "ends_before" if name == LAST_DAY else name: self.value(ledger, name)
            for name in (*self.columns, *self.constants)
        }
        if cells:
            return self.select_cells(given, cells, cells_of(ledger) or "")
        return _select(given)

    def select_cells(
        self, given: Mapping[str, str], cells: Mapping[str, Mapping[str, str]], amount: str
    ) -> str:
        """Return the SQL of a row for each cell of a row that holds an amount."""
        said = sorted(frozenset().union(*cells.values()))
        entries = [
            {"source_column": _literal(name), amount: _identifier(name)}
            | {key: _literal(values[key]) if key in values else "NULL" for key in said}
            for name, values in cells.items()
        ]
        structs = [
            "{" + ", ".join(f"{key}: {value}" for key, value in entry.items()) + "}"
            for entry in entries
        ]
        inner = _select({**given, "entry": "unnest([\n    " + ",\n    ".join(structs) + "])"})
        own = "' ' || entry.source_column"
        outer = {name: name for name in given} | {key: f"entry.{key}" for key in entries[0]}
        outer |= {
            name: f"{name} || {own}" if name == "record_key" else f"{name} || name_of({own})"
            for name in ("entry_id", "record_key")
            if name in given
        }
        table = inner.replace("\n", "\n  ")
        meant = self.is_meant(f"entry.{amount}", "entry.source_column", cells)
        return f"{_select(outer, f'({chr(10)}  {table}{chr(10)})')}\nWHERE {meant}"

    def is_meant(self, cell: str, column: str, cells: Collection[str]) -> str:
        """Return the SQL of whether a cell of a wide table holds an amount."""
        tests = [HOLDS.format(cell)]
        for key, values in self.skip.items():
            if self.is_of_cells(key):
                names = self.cells_named(key, cells)
                here = f"{column} IN ({', '.join(map(_literal, names))})"
                tests += [f"NOT ({here} AND {_is(cell, value)})" for value in values]
        return " AND ".join(tests)

    def cells_named(self, key: str, cells: Collection[str]) -> list[str]:
        """Return the columns that a name in [skip] or [must] stands for: one, or those that fit."""
        fitting = [one for one, _ in self.wide.templates if one.text == key]
        found = [name for name in cells if any(one.read(name) for one in fitting)]
        return found or [key]

    def select_campaigns(self, cells: Mapping[str, Mapping[str, str]]) -> str:
        """Return the SQL of the campaigns that rows name."""
        assert self.ledger is not None
        is_said = "campaign_id" in self.wide.names
        campaign_id = "campaign_id" if is_said else self.value(self.ledger, "campaign_id")
        by_hand = {key: _literal(value) for key, value in self.campaign.items()}
        is_column = "campaign_id" in self.columns
        name = _identifier(self.columns["campaign_id"]) if is_column else campaign_id
        given = {"campaign_id": campaign_id, "record_key": campaign_id, "name": name, **by_hand}
        if self.has_sources():
            given["source_id"] = self.value(self.ledger, "source_id")
        if is_said:
            own = {"source_id"} & self.columns.keys()
            rows = {name: self.value(self.ledger, name) for name in own}
            select = self.select_cells(rows, cells, cells_of(self.ledger) or "")
            return _select({**given, **{name: name for name in own}}, f"({select})")
        return _select(given)

    def rules(self, cells: Collection[str]) -> Iterator[Rule]:
        """Yield what the description says that every row must hold."""
        must = [
            (column, values)
            for key, values in self.must.items()
            for column in (self.cells_named(key, cells) if self.is_of_cells(key) else [key])
        ]
        for column, values in must:
            cell = f"trim(coalesce({_identifier(column)}, ''))"
            if values == [FILLED]:
                words = "is blank, and its description says that it must be filled"
                yield Rule(f"{cell} = ''", column, words)
            else:
                listed = ", ".join(map(_literal, values))
                words = f"is none of what its description allows: {', '.join(values)}"
                yield Rule(f"{cell} NOT IN ({listed})", column, words)

    def aside(self, cells: Collection[str]) -> str | None:
        """Return the SQL of what a row is that is skipped."""
        cases = []
        for column, values in self.skip.items():
            said = _literal(f"left out by its description: {column} is ")
            for value in values if not self.is_of_cells(column) else ():
                what = _literal(value or "blank")
                cases.append(f"WHEN {_is(_identifier(column), value)} THEN {said} || {what}")
        if cells:
            meant = (self.is_meant(_identifier(name), _literal(name), cells) for name in cells)
            cases.append(f"WHEN NOT ({' OR '.join(meant)}) THEN {_literal(NO_AMOUNT)}")
        return f"CASE {' '.join(cases)} END" if cases else None


def cells_of(ledger: Ledger) -> str | None:
    """Return the column of a ledger that the cells of a wide table can be: its amount, or votes."""
    additive = [column.name for column in ledger.columns if column.additive]
    return "amount" if ledger.has_amount else next(iter(additive), None)


def _select(given: Mapping[str, str], table: str = "source") -> str:
    named = [value if value == name else f"{value} AS {name}" for name, value in given.items()]
    return "SELECT " + ",\n       ".join(["source_row", *named]) + f"\nFROM {table}"


def _is(cell: str, value: str) -> str:
    """Return the SQL of whether a cell is what a description says, in full or as it begins."""
    text, start = f"trim(coalesce({cell}, ''))", value.removesuffix("*")
    if start != value:
        return f"starts_with({text}, {_literal(start)})"
    return f"{text} = {_literal(value)}"
