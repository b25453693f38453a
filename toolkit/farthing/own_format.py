"""A format of one's own: a file of names that says which column of a file is which of a ledger.

``farthing draft FILE`` writes one to start from, and ``farthing import BOOK FILE --as mine.toml``
reads files by it. It is a TOML file, written in any text editor: ``name = "value"`` a line, every
value in straight quotes::

    name = "our-agency"
    ledger = "spend"
    locale = "de_DE"
    dates = "dd.mm.yyyy"

    [columns]
    incurred_on = "Rechnungsdatum"
    payee = "Lieferant"
    amount = "Betrag"

    [constants]
    record = "invoice"
    currency = "EUR"
    campaign_id = "ge2019-labour"

    [skip]
    "Lieferant" = ["Summe"]

    [must]
    "Betrag" = "filled"
    "Status" = ["paid", "open"]

Keys
    ``name`` of the format, ``about`` in a few words; ``ledger`` the rows go to (``farthing
    importers`` lists them, ``farthing importers spend`` its columns). ``encoding`` where the text
    is not UTF-8; ``locale`` the amounts are written in; ``dates`` one of `DATES`, and a day that
    is written yyyy-mm-dd is read whatever it says.
``[columns]``
    The ledger's column, then the file's. ``ends_on`` is the last day of a period, where the
    ledger has the day after it. Columns of the file that are not named are left alone. What
    stands above the header and what separates the cells is found by these names.
``[constants]``
    The ledger's column, then what it is in every row; a day here is yyyy-mm-dd.
``[skip]``
    Rows that are no data, such as totals: the file's column, then what stands in it, in full;
    ``""`` is blank, and ``"Total *"`` all that begins so. They are set aside, never posted.
``[must]``
    What is so in every row: the file's column, then ``"filled"``, or all that may stand in it. A
    row where it is not so is refused: its cells may have moved, as they do in spreadsheets.
``[campaign]``
    Makes the campaigns that rows name and the book does not have: ``organisation``, and where
    wanted ``name asked_by purpose intended_audience``. Campaigns that come from a column are then
    called ``our-agency:What_stands_there``.
``[source]``
    Where rows name no ``source_id`` the file itself is their source: its ``publisher kind rank
    origin_id licence``.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from farthing.errors import FileUnusable, UsageError
from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.importers import IMPORTERS
from farthing.intake import ENCODINGS, take_in
from farthing.ledger import Ledger
from farthing.ledgers import BY_NAME
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.sources import SOURCES
from farthing.numerals import marks_of
from farthing.readers.delimited import DELIMITERS
from farthing.records import Intake
from farthing.rows import CONTROL, typed

#: How days can be written, and the pattern that reads them.
DATES = {
    "yyyy-mm-dd": "%Y-%m-%d",
    "yyyy/mm/dd": "%Y/%m/%d",
    "yyyymmdd": "%Y%m%d",
    "dd.mm.yyyy": "%d.%m.%Y",
    "dd/mm/yyyy": "%d/%m/%Y",
    "mm/dd/yyyy": "%m/%d/%Y",
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
TEXTS = ("name", "about", "ledger", "encoding", "locale", "dates")
TABLES = ("columns", "constants", "skip", "must", "campaign", "source")
CAMPAIGN_KEYS = ("organisation", "name", "asked_by", "purpose", "intended_audience")
SOURCE_KEYS = ("publisher", "kind", "rank", "origin_id", "licence")
NOT_NEEDED = {
    "delimiter": "leave it out: what separates the cells is found by the names in [columns]",
    "header": "leave it out: the header is found by the names in [columns]",
}
USUAL_LOCALE = "en_GB"
SHOWN_CHARACTERS = 60
SHOWN_NAMES = 20


def load(path: Path) -> Importer:
    """Read a description of a format.

    Raises
    ------
    FileUnusable
        It cannot be read, is no TOML, or has mistakes: all of them are named, each with its key.
    """
    data, table = _parsed(path)
    description = _Description(table)
    importer = description.importer(f"{path.name} {hashlib.sha256(data).hexdigest()[:12]}")
    if importer is None:
        mistakes = description.mistakes
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise FileUnusable("\n  ".join([f"has {count}:", *mistakes]), where=path.name)
    return importer


def take(importer: Importer, file: Path, folder: Path, encoding: str | None) -> list[Intake]:
    """Take in a file of a described format.

    Raises
    ------
    FileUnusable
        As for `take_in`; or it lacks a column that is named, and the message says which ones it
        has.
    """
    written = encoding or importer.encoding
    refused: FileUnusable | None = None
    try:
        found = take_in(file, folder, knows=importer.recognises, encoding=written)
    except FileUnusable as error:
        found, refused = [], error
    if found and all(importer.recognises(one.header) for one in found):
        return found
    try:
        plausible = take_in(file, folder, knows=is_plausible, encoding=written)
    except FileUnusable as error:
        raise (refused or error) from None
    raise next(
        (_unlike(importer, one) for one in plausible if not importer.recognises(one.header)),
        refused or FileUnusable(f"is not of the format {importer.name}", where=file.name),
    )


def is_plausible(header: Collection[str]) -> bool:
    """Tell whether names may be a header: two or more words, no figures, nothing to separate."""
    marks = "".join(DELIMITERS).replace(",", "")
    return (
        len(header) > 1
        and len(set(header)) == len(header)
        and all(re.search(r"[^\W\d_]", name) and not set(marks) & set(name) for name in header)
        and not any(re.fullmatch(r"\W*\d[\d.,:/\s-]*\W*", name) for name in header)
    )


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


def _parsed(path: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        data = path.read_bytes()
        return data, tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise FileUnusable(what, where=path.name) from None
    except UnicodeDecodeError:
        raise FileUnusable("is not UTF-8", where=path.name, hint="save it as UTF-8") from None
    except RecursionError:
        raise FileUnusable("is nested too deeply", where=path.name) from None
    except ValueError as error:
        at = re.search(r"at line (\d+)", str(error))
        raise FileUnusable(
            f"is no TOML: {error}",
            where=f"{path.name}:{at[1]}" if at else path.name,
            hint='write name = "value" a line, in straight quotes, each name once',
        ) from None


def _unlike(importer: Importer, nearest: Intake) -> FileUnusable:
    """Name the columns a file lacks, and those it has."""
    has = importer.named(nearest.header)
    lacks = [name for name in importer.columns if name not in has]
    near = {name: _nearest(name, nearest.header) for name in lacks}
    said = [
        _shown(name) + (f" (is it {_shown(like)}?)" if like else "") for name, like in near.items()
    ]
    columns = [_shown(name) for name in nearest.header[:SHOWN_NAMES]]
    rest = len(nearest.header) - len(columns)
    more = f" and {rest:,} more" if rest > 0 else ""
    return FileUnusable(
        f"has no column {', '.join(said)}, which {importer.name} names",
        where=nearest.name,
        hint=f"its columns are {', '.join(columns)}{more}",
    )


def _nearest(name: str, names: Collection[str]) -> str | None:
    """Return the name that is most like one, whatever the case."""
    lowered = {one.lower(): one for one in names}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


def _shown(text: str) -> str:
    short = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return quoted(short)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _one_space(name: str) -> str:
    """Write the name of a column as readers do."""
    return " ".join(name.split())


class _Description:
    """A description while it is read, with every mistake that is met."""

    def __init__(self, table: Mapping[str, Any]) -> None:
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

    def mistake(self, key: str, what: str) -> None:
        self.mistakes.append(f"{quoted(key)[1:-1][:SHOWN_CHARACTERS]}: {what}")

    def unknown(self, key: str, known: Collection[str], what: str, table: str = "") -> None:
        near = _nearest(key, known)
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
        if isinstance(value, str) and value in known:
            turned = f"write it the other way round: {value} = {_shown(key)}"
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

    def importer(self, described_by: str) -> Importer | None:
        """Return the format described, or nothing where there are mistakes."""
        self.check_top()
        self.check_names()
        if self.ledger is not None:
            self.check_ledger(self.ledger)
        if self.mistakes or self.ledger is None:
            return None
        posts = [Posts(self.ledger, self.select(self.ledger))]
        if self.campaign:
            posts.append(Posts(CAMPAIGNS, self.select_campaigns(), distinct=True))
        told = Setting(
            name="described_by",
            about="the description that its columns were read by, which is not declared",
            values="(?!)",
            example="",
            in_rows=f"SELECT {_literal(described_by)}",
            required=False,
        )
        return Importer(
            name=self.name,
            about=self.top.get("about", "a format of one's own"),
            posts=tuple(posts),
            required=frozenset([*self.columns.values(), *self.skip, *self.must]),
            others=("(?s).*",),
            settings=(told, replace(OBSERVED_ON, in_name=None)),
            rules=tuple(self.rules()),
            aside=self.aside(),
            dates=self.top.get("dates", "yyyy-mm-dd"),
            locale=self.top.get("locale"),
            encoding=self.top.get("encoding"),
            provenance=None if self.has_sources() else self.provenance(),
            notes=__doc__ or "",
        )

    def check_top(self) -> None:
        taken = [one.name for one in IMPORTERS]
        if "name" not in self.table:
            self.mistake("name", 'is missing: write name = "our-agency"')
        elif self.name in taken:
            self.mistake("name", f"{self.name} is a format of Farthing's own: choose another")
        elif self.name and not re.fullmatch(NAME, self.name):
            self.mistake("name", "may hold small letters, digits, - and _, at most 60")
        if "ledger" not in self.table:
            self.mistake("ledger", f"is missing: one of {', '.join(BY_NAME)}")
        for key, known in (("ledger", BY_NAME), ("dates", DATES), ("encoding", ENCODINGS)):
            if key in self.top and self.top[key] not in known:
                self.unknown_value(key, known)
        if "locale" in self.top:
            try:
                marks_of(self.top["locale"])
            except UsageError as error:
                self.mistake("locale", f"{error.what}; {error.hint}")

    def unknown_value(self, key: str, known: Collection[str]) -> None:
        near = _nearest(self.top[key], known)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(known)}"
        self.mistake(key, f"{_shown(self.top[key])} is unknown; {hint}")

    def check_names(self) -> None:
        """Hold the names of columns against each other."""
        for key in self.columns.keys() & self.constants.keys():
            self.mistake(f"constants.{key}", "is under [columns] too: leave one of the two out")
        if {LAST_DAY, "ends_before"} <= self.columns.keys() | self.constants.keys():
            self.mistake(f"columns.{LAST_DAY}", "and ends_before tell the same: leave one out")
        lowered: dict[str, str] = {}
        for name in (*self.columns.values(), *self.skip, *self.must):
            if lowered.setdefault(name.lower(), name) != name:
                what = f"{_shown(name)} and {_shown(lowered[name.lower()])} differ in case alone"
                self.mistake("columns", f"{what}, and cannot be told apart: rename one in the file")

    def check_ledger(self, ledger: Ledger) -> None:
        """Find what the ledger needs and nothing gives, and constants that it refuses."""
        given = self.columns.keys() | self.constants.keys() | {"entry_id"}
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

    def misread(self) -> Iterator[str]:
        """Yield what is named by the user, and wrongly: one mistake is enough."""
        yield from self.part("columns")
        yield from self.part("constants")

    def check_values(self, table: str, ledger: Ledger, values: Mapping[str, str]) -> None:
        """Hold constants against the rules of their ledger."""
        row = pl.DataFrame({"batch_id": [1], "source_row": [1]}).with_columns(
            pl.lit(value).alias(name) for name, value in values.items()
        )
        _, faults = typed(ledger, row, locale=self.readable_locale())
        for fault in faults:
            if fault.column is not None and fault.column in values:
                value = _shown(values[fault.column])
                self.mistake(f"{table}.{fault.column}", f"{value} {fault.rule}")

    def readable_locale(self) -> str:
        """Return the locale, or the usual one where it is itself a mistake."""
        locale: str = self.top.get("locale", USUAL_LOCALE)
        try:
            marks_of(locale)
        except UsageError:
            return USUAL_LOCALE
        return locale

    def has_sources(self) -> bool:
        return self.ledger is SOURCES or "source_id" in self.columns.keys() | self.constants.keys()

    def provenance(self) -> Provenance:
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

    def select(self, ledger: Ledger) -> str:
        cells = [
            f"{self.value(ledger, name)} AS {'ends_before' if name == LAST_DAY else name}"
            for name in (*self.columns, *self.constants)
        ]
        return "SELECT " + ",\n       ".join(["source_row", *cells]) + "\nFROM source"

    def select_campaigns(self) -> str:
        assert self.ledger is not None
        campaign_id = self.value(self.ledger, "campaign_id")
        by_hand = {key: _literal(value) for key, value in self.campaign.items()}
        is_column = "campaign_id" in self.columns
        name = _identifier(self.columns["campaign_id"]) if is_column else campaign_id
        cells = {"campaign_id": campaign_id, "record_key": campaign_id, "name": name, **by_hand}
        if self.has_sources():
            cells["source_id"] = self.value(self.ledger, "source_id")
        given = [f"{value} AS {key}" for key, value in cells.items()]
        return "SELECT " + ",\n       ".join(["source_row", *given]) + "\nFROM source"

    def rules(self) -> Iterator[Rule]:
        """Yield what the description says that every row must hold."""
        for column, values in self.must.items():
            cell = f"trim(coalesce({_identifier(column)}, ''))"
            if values == [FILLED]:
                words = "is blank, and its description says that it must be filled"
                yield Rule(f"{cell} = ''", column, words)
            else:
                listed = ", ".join(map(_literal, values))
                words = f"is none of what its description allows: {', '.join(values)}"
                yield Rule(f"{cell} NOT IN ({listed})", column, words)

    def aside(self) -> str | None:
        """Return the SQL of what a row is that is skipped."""
        cases = []
        for column, values in self.skip.items():
            cell = f"trim(coalesce({_identifier(column)}, ''))"
            said = _literal(f"left out by its description: {column} is ")
            for value in values:
                start = value.removesuffix("*")
                is_so = f"{cell} = {_literal(value)}"
                if start != value:
                    is_so = f"starts_with({cell}, {_literal(start)})"
                what = _literal(value or "blank")
                cases.append(f"WHEN {is_so} THEN {said} || {what}")
        return f"CASE {' '.join(cases)} END" if cases else None
