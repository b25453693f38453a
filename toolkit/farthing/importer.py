"""What an importer is: how a format is recognised, and one SELECT a ledger that maps it.

An importer holds no code that runs on a row. Its file is read as text (see `farthing.intake`);
its SELECTs run on that text in an engine of their own that reaches nothing else, and give the
ledger's file columns as text, which are then read as strictly as those of any other file.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import shlex
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import duckdb
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from farthing.cells import Cells
from farthing.errors import FileUnusable, UsageError
from farthing.ledger import AMOUNT_COLUMNS, Fault, Ledger
from farthing.lineage import lineage, mentioned, needed
from farthing.records import Intake
from farthing.rows import CONTROL, SPACES
from farthing.spelling import ANY, spellings

#: What a SELECT of a wide table calls the name of the column whose cell a row is of.
CELL_OF = "source_column"
SHARE_ROWS = 8_000
SHOWN_NAMES = 10
SHOWN_CHARACTERS = 60
SHOWN_CELL = 200
#: What can be done with a file of no known format.
DRAFT = "farthing draft FILE describes one of your own"
AMOUNT = "the amount as people write it: £1,234.50, about £5,000, 10k-100k; blank is unknown"
#: Spaces that mean no more within a cell than one does.
LOOSE = r"[ \t\n\f\r\x{00a0}]+"
TWICE = "stands in more than one row: its money would count as often"
DAY = "[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
#: What pandas and R call a column that has no name in the file they read.
NAMELESS = r"Unnamed: [0-9]+(\.[0-9]+)?|\.\.\.[0-9]+"

#: What SELECTs of importers may call. What cannot be read is passed on as it stands: the ledger
#: refuses it with its text.
MACROS = """
CREATE MACRO day(cell, form) AS
  coalesce(strftime(try_strptime(cell, form), '%Y-%m-%d'), trim(cell));
CREATE MACRO day_after(iso) AS
  coalesce(strftime(try_strptime(iso, '%Y-%m-%d') + INTERVAL 1 DAY, '%Y-%m-%d'), iso);
CREATE MACRO money(cell) AS
  try_cast(
    replace(replace(replace(replace(replace(replace(
      cell, '£', ''), '€', ''), '$', ''), '₹', ''), ',', ''), ' ', '')
    AS DECIMAL(18,2));
CREATE MACRO span(low, high) AS
  CASE WHEN low IS NULL THEN '<=' || high WHEN high IS NULL THEN '>=' || low
       WHEN low = high THEN low ELSE low || '-' || high END;
CREATE MACRO name_of(cell) AS
  CASE WHEN regexp_full_match(cell, '([!-^`-~]+ )*[!-^`-~]+') THEN replace(cell, ' ', '_')
       ELSE regexp_replace(trim(cell), '[\\s\\p{Z}_]+', '_', 'g') END;
"""


@dataclass(frozen=True)
class Posts:
    """The rows that a file gives one ledger.

    Parameters
    ----------
    ledger
        Where the rows go.
    select
        ``SELECT … FROM source`` that gives ``source_row`` and file columns of the ledger as text.
        A row of the file may give none, one or several. ``entry_id`` and ``source_id`` are made
        where they are left out.
    distinct
        Whether rows of one key are the same thing named again, as a campaign is in each of its
        rows: the first is posted, and none where the book has one that was made by hand.
    repeats
        SQL over the rows of the ledger: true where rows of one ``record_key`` are one thing shown
        twice, as an ad is on two pages, of which that with the last name is in force. Others are
        told apart.
    """

    ledger: Ledger
    select: str
    distinct: bool = False
    repeats: str = "false"


@dataclass(frozen=True)
class Setting:
    """Something a file may leave open and that is never guessed: a currency, an order of dates.

    It is what the user declares, or else what the file tells without a doubt. SELECTs read it as
    ``getvariable('name')``.

    Parameters
    ----------
    name, about
        What ``--declare NAME=VALUE`` takes, and what it is, as a phrase.
    values
        Pattern of what it can be, and `example` one of them.
    in_name
        Pattern with one group, searched for in the name of the file.
    in_header
        Pattern with one group, searched for in the names of the columns.
    in_titles
        Pattern with one group, searched for in the titles above the header.
    in_rows
        SELECT over ``source`` of a single value, or over ``gathered`` where it takes the whole
        file to tell; NULL tells nothing. Two parts of a file that tell two things contradict.
    required
        Whether a file is refused where nobody tells.
    selects
        Whether it says which rows of the file are meant: under another value the same file is
        another import.
    """

    name: str
    about: str
    values: str
    example: str
    in_name: str | None = None
    in_header: str | None = None
    in_titles: str | None = None
    in_rows: str | None = None
    required: bool = True
    selects: bool = False

    @property
    def told_by(self) -> str:
        """What of a file can tell it, in words."""
        patterns = (self.in_rows, self.in_header, self.in_titles, self.in_name)
        parts = ("its rows", "its header", "its titles", "its name")
        return ", ".join(part for part, one in zip(parts, patterns, strict=True) if one)


OBSERVED_ON = Setting(
    name="observed_on",
    about="the day the file was taken from where it comes from; of two, the later one counts",
    values=DAY,
    example="2019-11-03",
    in_name=f"({DAY})",
    required=False,
)


@dataclass(frozen=True)
class Rule:
    """What a row of a file must not be, beside what its ledger refuses.

    Parameters
    ----------
    broken
        SQL over ``source`` that is true where the row breaks the rule.
    column
        The column at fault.
    words
        What is wrong, to finish the sentence "column value …".
    figure
        SQL over ``source`` of a figure to end the words with.
    """

    broken: str
    column: str | None
    words: str
    figure: str | None = None

    @property
    def cell(self) -> str | None:
        """The SQL of its column."""
        return '"{}"'.format(self.column.replace('"', '""')) if self.column else None

    @property
    def texts(self) -> tuple[str, ...]:
        """The SQL that it is held against a row with, its column among it."""
        return tuple(filter(None, (self.broken, self.figure, self.cell)))


@dataclass(frozen=True)
class Provenance:
    """What the row in ``sources`` says of a file of this format."""

    publisher: str
    kind: str = "dataset"
    rank: str = "record"
    origin_id: str = ""
    licence: str | None = None


@dataclass(frozen=True)
class Importer:
    r"""A format of file and the ledgers it is posted to.

    Parameters
    ----------
    name
        What ``--as`` takes.
    about
        One line: what such a file is and where people get it.
    posts
        The rows it gives, ledger by ledger, the principal one first.
    required, optional
        Names of its columns. A file is recognised when it has all of the first, and no column
        beside these.
    aliases
        Other names of a column, as patterns: ``Amount spent \((…)\)`` is ``Amount spent``.
    others
        Patterns of columns that may be there beside those named.
    one_of
        Columns of which a file must have one at least, where there are any.
    headless
        Of a format without a header: the pattern of a first row, its cells with bars between
        them, and the names of its columns in order.
    gathers
        SELECT over ``source`` whose rows, of all parts together, are the table ``gathered``: what
        must be known of the whole file before a row can be read, as which rows others replace.
        It comes before all settings. A file is cut into parts anywhere: SELECTs, rules and
        settings that look beyond a row look here.
    whole
        Whether its SELECTs look beyond a row in ways that `gathers` does not serve, as a map of few
        hundred areas can: all its rows are seen together, and held so.
    settings
        What is declared where the file does not tell.
    rules
        What its rows must not be.
    unique
        A column of which no two rows of a file may have one value, wherever in it they stand.
    aside
        SQL over ``source``: what a row is that is no data, such as a total; NULL for all others.
    dates
        How its days are written, in words for a message.
    locale
        The locale its amounts are written in, where it is always one.
    encoding
        How its text is written where that is not UTF-8 and the format has only one.
    tidy
        Whether its SELECTs see cells without the spaces that mean nothing, and NULL for a blank.
    ends_open
        Whether its publisher writes no line end behind the last row.
    paged
        Whether several files can be pages of one answer: given together they are one import, but
        for those whose names tell another day.
    provenance
        What ``sources`` is to say of it; without it the rows name their sources themselves.
    notes
        Origin, columns and traps: the docstring of its module.
    """

    name: str
    about: str
    posts: tuple[Posts, ...]
    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    one_of: frozenset[str] = frozenset()
    headless: tuple[str, tuple[str, ...]] | None = None
    gathers: str | None = None
    whole: bool = False
    settings: tuple[Setting, ...] = ()
    rules: tuple[Rule, ...] = ()
    unique: str | None = None
    aside: str | None = None
    dates: str = "yyyy-mm-dd"
    locale: str | None = None
    encoding: str | None = None
    tidy: bool = False
    ends_open: bool = False
    paged: bool = False
    provenance: Provenance | None = None
    notes: str = ""

    @property
    def ledger(self) -> Ledger:
        """The principal ledger of its rows."""
        return self.posts[0].ledger

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that SELECTs may name, whether or not a file has it."""
        return (*sorted(self.required), *sorted(self.optional))

    def named(self, header: Sequence[str]) -> dict[str, str]:
        """Return the columns of a file by the names that SELECTs know them by."""
        return {self._known_as(name): name for name in header}

    def _known_as(self, name: str) -> str:
        for written in (name, _before_r(name)):
            if written in self.required or written in self.optional:
                return written
            for pattern, known in self.aliases.items():
                if re.fullmatch(pattern, written):
                    return known
        return name

    def recognises(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is of the format."""
        if not header:  # an answer without records: the last page of one that has some
            return self.paged
        names = self.named(header)
        if len(names) < len(header) or not names.keys() >= self.required:
            return False
        if self.one_of and not names.keys() & self.one_of:
            return False
        return not self.unknown(header)

    def begins(self, row: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the columns where this is the first row and there is no header."""
        pattern, names = self.headless or ("", ())
        return names if row and re.fullmatch(pattern, "|".join(row)) else ()

    def unknown(self, header: Sequence[str]) -> list[str]:
        """Return the columns of a header that the format does not have."""
        return [
            name
            for known, name in self.named(header).items()
            if known not in self.required
            and known not in self.optional
            and not any(re.fullmatch(pattern, name) for pattern in (*self.others, NAMELESS))
        ]

    def reference(self) -> pl.DataFrame:
        """Return what a reader needs to know of the columns of such a file: one row per column.

        Of a ledger's own layout that is what a column holds, and what of it is refused. Of every
        other format it is where the column goes: ``ledger.column``, or what else it is read for.
        """
        if set(self.columns) == set(self.ledger.file_columns):
            return self._own_columns()
        others = [spellings(pattern) for pattern in self.others]
        names = (*dict.fromkeys(self.columns), *(names[0] for names in others))
        goes_to = {name: ", ".join(places) for name, places in self.places(names).items()}
        rows = [
            (name, name in self.required, self._also_named(name), goes_to[name])
            for name in dict.fromkeys(self.columns)
        ]
        rows += [
            (", ".join("any other" if name == ANY else name for name in names), False, "",
             goes_to[names[0]])
            for names in others
        ]  # fmt: skip
        return pl.DataFrame(
            rows, schema=["column", "must_be_there", "also_named", "goes_to"], orient="row"
        )

    def open_points(self) -> pl.DataFrame:
        """Return what a file of the format may leave open: one row per setting."""
        rows = [
            (one.name, one.about, one.required, one.told_by, f"{one.name}={one.example}")
            for one in self.settings
            if one.example
        ]
        names = ("setting", "what_it_is", "must_be_told", "told_by", "declared_as")
        schema = {name: pl.Boolean if name == "must_be_told" else pl.String for name in names}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _own_columns(self) -> pl.DataFrame:
        described = {column.name: column for column in self.ledger.columns}
        return pl.DataFrame(
            {
                "column": name,
                "must_be_there": name in self.required,
                "holds": described[name].description if name in described else AMOUNT,
                "refused_where_it": "; ".join(described[name].words) if name in described else "",
            }
            for name in self.ledger.file_columns
        )

    def _also_named(self, name: str) -> str:
        """Return the other names of a column."""
        patterns = [pattern for pattern, known in self.aliases.items() if known == name]
        any_case = any("(?i" in pattern for pattern in patterns)
        found = [name.lower() if any_case else name]
        for spelled in (one for pattern in patterns for one in spellings(pattern)):
            if (spelled.lower() if any_case else spelled) not in found:
                found.append(spelled)
        return ", ".join([*found[1:], *(["in any case"] if any_case else [])])

    def places(self, names: tuple[str, ...]) -> dict[str, list[str]]:
        """Return where each column goes: the columns of ledgers that it is behind."""
        found: dict[str, list[str]] = {name: [] for name in names}
        for one in self.posts:
            feeds = lineage(one.select, names)
            for column in one.ledger.file_columns[
                1:
            ]:  # the name of an entry is any that is its own
                for name in feeds.get(column, ()):
                    found[name].append(f"{one.ledger.name}.{column}")
        return {name: places or self._uses(name, names) for name, places in found.items()}

    def _uses(self, name: str, names: tuple[str, ...]) -> list[str]:
        """Return what a column is read for that no column of a ledger is made of."""
        checks = [text for one in self.rules for text in one.texts]
        uses = {
            "decides what is posted": [*(one.select for one in self.posts), self.gathers or ""],
            "is checked": checks,
            "tells what is set aside": [self.aside or ""],
            **{f"tells {one.name}": [one.in_rows or ""] for one in self.settings},
        }
        found = [
            use
            for use, texts in uses.items()
            if any(name in mentioned(text, names) for text in texts if text)
        ]
        return found or ["left alone"]


class Reading:
    """One file under its importer: the engine its SELECTs run in, with what was declared.

    The engine is one of its own: a transaction of the book would keep every part until it ends,
    and a SELECT of an importer has no business with the book.
    """

    def __init__(self, importer: Importer, intake: Intake, declared: Mapping[str, str]) -> None:
        self.importer = importer
        self.intake = intake
        self._turn = threading.RLock()
        self.engine = duckdb.connect(":memory:", config={"enable_external_access": "false"})
        with suppress(duckdb.InvalidInputException):  # as where no bar can be shown
            self.engine.execute("SET enable_progress_bar = false")
        self.engine.execute(MACROS)
        self.let("file", intake.name)
        self.let("source_id", f"{importer.name}-{intake.sha256[:12]}")
        if importer.gathers is not None:
            self._gather(importer.gathers)
        self.settings = {
            setting.name: self._settled(setting, declared) for setting in importer.settings
        }
        self._refuse_untold()
        for name, value in {**self.settings, "source_id": self.source_id}.items():
            self.let(name, value)
        self.rules = (*importer.rules, *self._twice())

    @property
    def source_id(self) -> str:
        """Name of the row in ``sources`` that stands for the file.

        Two files of the same bytes are two where their names tell two things: in a small region
        nothing may have changed from one day to the next.
        """
        told = "".join(f"{name}={value}" for name, value in self.identity.items() if value)
        digest = hashlib.sha256((self.intake.sha256 + told).encode()).hexdigest()
        return f"{self.importer.name}-{(digest if told else self.intake.sha256)[:12]}"

    @property
    def identity(self) -> dict[str, str | None]:
        """What tells this import from another of the same bytes.

        That is what a name of a file can tell, and which of its rows are meant.
        """
        settings = self.importer.settings
        telling = {one.name for one in settings if one.in_name is not None or one.selects}
        return {name: value for name, value in self.settings.items() if name in telling}

    def _refuse_untold(self) -> None:
        """Refuse a file that leaves something open, and say all of it at once."""
        if self.intake.misfits and not self.intake.parts:
            return  # no row could tell anything: each is refused for what is wrong with it
        untold = [
            setting
            for setting in self.importer.settings
            if setting.required and self.settings[setting.name] is None
        ]
        if untold:
            raise FileUnusable(
                f"does not tell {'; nor '.join(setting.about for setting in untold)}",
                where=self.intake.name,
                hint=_how(*untold),
            )

    def mapping(self) -> dict[str, str]:
        """Return what becomes of each column of the file, under the name that it has there."""
        names = self.importer.named(self.intake.header)
        places = self.importer.places(tuple(names))
        return {name: ", ".join(places[known]) for known, name in names.items()}

    def let(self, name: str, value: str | None) -> None:
        """Let SELECTs read a value by its name."""
        self.engine.execute(f'SET VARIABLE "{name}" = $value::VARCHAR', {"value": value})

    @contextmanager
    def offered(self, rows: pa.Table) -> Iterator[None]:
        """Offer rows, and keep every other thread from offering others meanwhile."""
        with self._turn:
            self.offer(rows)
            yield

    def offer(self, rows: pa.Table) -> None:
        """Make rows of the file the table ``source``, under the names that SELECTs know.

        A column that the file does not have is blank. One that it has and the rows do not is not
        there at all, so that no SELECT takes it for blank.
        """
        named = self.importer.named(self.intake.header)
        names = {known: name for known, name in named.items() if name in rows.column_names}
        # The engine takes "Total" and "total" for one name: of two the format's own is meant.
        own = {name.lower() for name in self.importer.columns}
        columns = {
            known: _tidied(rows[name]) if self.importer.tidy else rows[name]
            for known, name in names.items()
            if known in self.importer.columns or known.lower() not in own
        }
        absent = [name for name in self.importer.columns if name not in named]
        columns |= dict.fromkeys(absent, pa.nulls(len(rows), pa.string()))
        places = {name: rows[name] for name in ("source_row", "source_line")}
        offered = pa.table(places | columns)
        # The engine reads the batches of a table at once, and one batch by one of its threads.
        batches = offered.to_batches(max_chunksize=SHARE_ROWS)
        self.engine.register("source", pa.Table.from_batches(batches, offered.schema))

    def parts(self) -> Iterator[pa.Table]:
        """Yield the rows of the file, part by part, in the columns that anything is read from."""
        importer = self.importer
        rules = (text for one in self.rules for text in one.texts)
        selects = (one.select for one in importer.posts)
        yield from self._parts(*selects, *rules, *filter(None, [importer.aside]))

    def _parts(self, *queries: str) -> Iterator[pa.Table]:
        """Yield the parts of the file, of which SELECTs see what they name."""
        names = self.importer.named(self.intake.header)
        known = frozenset().union(*(needed(query, tuple(names)) for query in queries))
        wanted = [name for one, name in names.items() if one in known]
        parts = self.intake.tables("source_row", "source_line", *wanted)
        return (
            iter([pa.concat_tables(parts)]) if self.importer.whole and self.intake.parts else parts
        )

    def _gather(self, query: str) -> None:
        """Make what a SELECT finds in all parts of the file the table ``gathered``."""
        if found := list(self._found(query)):
            self.engine.register("gathered", pl.concat(found).unique())

    def _found(self, query: str) -> Iterator[pl.DataFrame]:
        """Yield what a SELECT finds in each part of the file, of which it sees what it names."""
        for rows in self._parts(query):
            self.offer(rows)
            yield self.select(query)

    def _twice(self) -> Iterator[Rule]:
        """Yield the rule on rows that share what none may, where any two of the file do."""
        column = self.importer.unique
        if column is None or not self.intake.parts:
            return
        cell = pl.col(self.importer.named(self.intake.header)[column]).str.strip_chars(SPACES)
        # Cells that are one have one hash: all are held at once, and of the cells only few.
        hashes = pl.concat(part.select(cell.hash()).to_series() for part in self._filled(cell))
        if hashes.n_unique() == len(hashes):
            return
        like = hashes.filter(hashes.is_duplicated()).unique().implode()
        rows = pl.concat(part.filter(cell.hash().is_in(like)) for part in self._filled(cell))
        twice = rows.filter(cell.is_duplicated()).select("source_row")
        if len(twice):
            self.engine.register("twice", twice)
            yield Rule("source_row IN (SELECT source_row FROM twice)", column, TWICE)

    def _filled(self, cell: pl.Expr) -> Iterator[pl.DataFrame]:
        """Yield the rows of the file, part by part, where a cell holds anything."""
        for part in self.intake.frames("source_row", cell.meta.output_name()):
            yield part.filter(cell != "")

    def select(self, query: str) -> pl.DataFrame:
        """Run a SELECT on the rows that were offered last."""
        try:
            found: pl.DataFrame = self.engine.sql(query).pl()
        except duckdb.DataError as error:  # a cell that no format was thought to have
            what = f"cannot be read as {self.importer.name} ({str(error).splitlines()[0]})"
            raise FileUnusable(what, where=self.intake.name) from error
        return found

    def asides(self) -> pl.DataFrame:
        """Return the rows offered that are no data: ``source_row``, and what they are."""
        what = self.importer.aside
        return self.select(
            f"SELECT source_row, {what} AS reason FROM source WHERE ({what}) NOTNULL"
        )

    def broken(self) -> Iterable[tuple[int, Fault]]:
        """Yield each rule of the format that a row offered breaks."""
        rules = self.rules
        # All rules in one pass: nearly every file breaks none.
        flags = ", ".join(f"count(*) FILTER (WHERE {rule.broken})" for rule in rules)
        counts = self.select(f"SELECT {flags} FROM source").row(0) if rules else ()
        names = self.importer.named(self.intake.header)
        for rule in (rule for rule, count in zip(rules, counts, strict=True) if count):
            rows = self.select(
                f"SELECT source_row, {rule.cell or 'NULL::VARCHAR'}, {rule.figure or 'NULL'} "
                f"FROM source WHERE {rule.broken}"
            ).rows()
            column = names.get(rule.column, rule.column) if rule.column else None
            for row, cell, figure in rows:
                words = rule.words if figure is None else f"{rule.words} {figure}"
                yield row, Fault(0, column, cell, words)

    def traced(
        self, one: Posts, rows: pl.DataFrame, faults: Sequence[Fault]
    ) -> Iterator[tuple[int, Fault]]:
        """Yield the faults of a ledger's rows with the rows of the file that they stand in.

        A fault of a column that one column of the file alone is behind is told of that one, with
        its text there; in a wide table that is the one whose cell the row is of. The rows of the
        file are those offered last.
        """
        if not faults:
            return
        names = self.importer.named(self.intake.header)
        known = (*(name for name in names if name not in self.importer.columns),
                 *dict.fromkeys(self.importer.columns))  # fmt: skip
        feeds, texts = lineage(one.select, known), _Texts(self)
        own = self.select(one.select)[CELL_OF] if CELL_OF in feeds else None
        for fault in faults:
            row = rows["source_row"][fault.index]
            column = "amount" if fault.column in AMOUNT_COLUMNS else fault.column
            behind = feeds.get(column or "", frozenset())
            if own is not None and (column is None or own[fault.index] in behind):
                behind = frozenset({own[fault.index]})
            if len(behind) != 1:
                yield row, replace(fault, index=0)
                continue
            [name] = behind
            yield row, _told_of(fault, names.get(name, name), texts.of(name, row))

    def _settled(self, setting: Setting, declared: Mapping[str, str]) -> str | None:
        """Return what is declared, or told by the file; nothing where neither is."""
        if setting.name in declared:
            value = _declared(setting, declared[setting.name])
            self._refuse_contradiction(setting, value)
            return value
        told = self._told(setting)
        if len(told) > 1:
            what = f"tells two things of {setting.about}: {' and '.join(sorted(told))}"
            raise FileUnusable(what, where=self.intake.name, hint=_how(setting))
        return told.pop() if told else None

    def _refuse_contradiction(self, setting: Setting, value: str) -> None:
        """Refuse what is declared against the header: a name of a file may be wrong, not that."""
        told = _found(setting.in_header, map(_before_r, self.intake.header))
        if told and told != {value}:
            raise UsageError(
                f"{setting.name}={value} is declared, and its header says {' and '.join(told)}",
                where=self.intake.name,
                hint="leave it out",
            )

    def _told(self, setting: Setting) -> set[str]:
        """Return what the file tells: by its rows, its header, its titles or, last, its name."""
        if setting.in_rows is not None:
            found = self._found(setting.in_rows)
            if told := {row[0] for part in found for row in part.rows()} - {None}:
                return told
        for pattern, texts in (
            (setting.in_header, map(_before_r, self.intake.header)),
            (setting.in_titles, [",".join(title.cells) for title in self.intake.asides]),
            (setting.in_name, [name for _, name in self.intake.pages] or [self.intake.name]),
        ):
            if told := _found(pattern, texts):
                return told
        return set()


def _tidied(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take away spaces that mean nothing, once a cell, and make what holds nothing NULL."""
    return pa.chunked_array([_tidy(Cells(chunk)) for chunk in column.chunks], column.type)


def _tidy(cells: Cells) -> pa.Array:
    if not cells.may_hold_loose_spaces():
        return cells.without_blanks()
    single = pl.Series(cells.column).str.replace_all(LOOSE, " ").str.strip_chars(" ")
    return Cells(single.to_arrow().cast(cells.column.type)).without_blanks()


class _Texts:
    """The cells of the rows offered last, column by column, each read when it is asked for."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.columns: dict[str, dict[int, str | None]] = {}

    def of(self, column: str, row: int) -> str | None:
        """Return one cell as the file has it."""
        if column not in self.columns:
            name = column.replace('"', '""')
            cells = self.reading.select(f'SELECT source_row, "{name}" FROM source')
            self.columns[column] = dict(cells.rows())
        return self.columns[column].get(row)


def _told_of(fault: Fault, name: str, cell: str | None) -> Fault:
    """Tell a fault of a ledger's column of the file's column behind it.

    Where the two differ in what they hold both are said.
    """
    cell = (cell or "").strip(SPACES) or None
    if cell is not None and re.search(CONTROL, cell):
        cell = repr(cell)[1:-1]
    if cell == fault.value:
        return Fault(0, name, cell, fault.rule)
    if cell is not None and len(cell) > SHOWN_CELL:
        cell = f"{cell[:SHOWN_CELL]}…"
    if fault.column is None:
        return Fault(0, name, cell, f"gives a row that {fault.rule.removeprefix('the row ')}")
    made = "" if fault.value is None else f' "{fault.value}"'
    return Fault(0, name, cell, f"gives {fault.column}{made}, which {fault.rule}")


def _before_r(name: str) -> str:
    """Return the name of a column as it was before R took a point for each space and bracket."""
    if " " in name or "." not in name:
        return name
    return re.sub(r"\.\.([^.]+)\.$", r" (\1)", name).replace(".", " ")


def _found(pattern: str | None, texts: Iterable[str]) -> set[str]:
    """Return what a pattern with one group finds in texts."""
    found = [re.search(pattern, text) for text in texts] if pattern else []
    return {match[1] for match in found if match}


def _declared(setting: Setting, value: str) -> str:
    if not re.fullmatch(setting.values, value):
        raise UsageError(
            f"{setting.name}={value} cannot be: {setting.about}",
            hint=f"as in --declare {setting.name}={setting.example}",
        )
    return value


def _how(*settings: Setting) -> str:
    pairs = [f"--declare {shlex.quote(f'{one.name}={one.example}')}" for one in settings]
    return f"declare {'it' if len(pairs) == 1 else 'them'}, as in {' '.join(pairs)}"


def choose(intake: Intake, importers: Sequence[Importer], name: str | None) -> Importer:
    """Find the one importer for a file.

    Raises
    ------
    UsageError
        ``name`` is no importer.
    FileUnusable
        The header is of no format, of several, or not of the one named. The message names the
        columns that are missing or unknown in the nearest.
    """
    if name is not None:
        named = of_name(importers, name)
        if not named.recognises(intake.header):
            raise _unrecognised(intake, named, "is not of the format")
        return named
    found = [importer for importer in importers if importer.recognises(intake.header)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(importer.name for importer in found)
        raise FileUnusable(
            f"can be read as {names}", where=intake.name, hint="choose with --as IMPORTER"
        )
    nearest = max(importers, key=lambda one: _likeness(one, intake.header))
    if not _likeness(nearest, intake.header):
        raise FileUnusable(
            f"is of no known format: its columns are {_listed(intake.header)}",
            where=f"{intake.name}:1",
            hint=f"farthing importers lists those that are known; {DRAFT}",
        )
    raise _unrecognised(intake, nearest, "is of no known format; the nearest is", DRAFT)


def of_name(importers: Sequence[Importer], name: str) -> Importer:
    """Return the importer of a name.

    Raises
    ------
    UsageError
        There is none.
    """
    by_name = {importer.name: importer for importer in importers}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, n=1)
        raise UsageError(
            f"unknown importer {name}",
            hint=f"did you mean {near[0]}?" if near else "farthing importers lists them",
        )
    return by_name[name]


def _likeness(importer: Importer, header: Sequence[str]) -> float:
    known, names = importer.required | importer.optional, set(importer.named(header))
    return len(known & names) / len(known | names)


def _unrecognised(
    intake: Intake, nearest: Importer, what: str, otherwise: str | None = None
) -> FileUnusable:
    """Name the columns that keep a file from being of a format."""
    missing = sorted(nearest.required - set(nearest.named(intake.header)))
    unknown = nearest.unknown(intake.header)
    details = [f"missing: {_listed(missing)}"] if missing else []
    details += [f"unknown: {_listed(unknown)}"] if unknown else []
    if not details:
        details = [f"missing: one of {_listed(sorted(nearest.one_of))}"]
    closest = _closest(unknown, nearest.required | nearest.optional)
    further = f"farthing importers {nearest.name} lists its columns"
    further += f"; {otherwise}" if otherwise else ""
    return FileUnusable(
        f"{what} {nearest.name} ({'; '.join(details)})",
        where=f"{intake.name}:1",
        hint=f"{closest} {further}" if closest else further,
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:SHOWN_CHARACTERS] for name in names[:SHOWN_NAMES])
    rest = len(names) - SHOWN_NAMES
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def _closest(unknown: Sequence[str], known: frozenset[str]) -> str | None:
    for column in unknown[:SHOWN_NAMES]:
        if near := difflib.get_close_matches(column.lower(), known, n=1, cutoff=0.75):
            return f'did you mean "{near[0]}" by "{column}"?'
    return None
