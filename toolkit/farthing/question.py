"""What a question is: SQL an auditor can read, and what is computed, found and drawn from it.

The SQL stands in one file beside the question's module. It may hold several statements, each
under a line ``-- name: word`` with a comment that gives its grain, columns and units; each runs
as it stands in any DuckDB client that has the book open. Where a table adds up more rows than it
can name, a statement under ``-- rows: word`` gives the rows behind it: the columns that tell one
row of the table from another, and ``ledger`` and ``entry_id``. What several statements begin with
stands once, under ``-- shared: word``, and a line ``-- include: word`` puts it in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from typing import Any, Literal

import polars as pl

from farthing.errors import UsageError
from farthing.formats import interval, number, visible
from farthing.ledgers import LEDGERS

Tables = Mapping[str, pl.DataFrame]
Status = Literal["pass", "fail", "cannot_tell"]

STATUS_WORDS: Mapping[Status, str] = {
    "pass": "holds",
    "fail": "does not hold",
    "cannot_tell": "cannot tell",
}
#: How near a source is to the thing itself, in words.
NEARNESS_WORDS: Mapping[str, str] = {
    "record": "the record itself",
    "regulator": "the regulator's publication",
    "audited_return": "an audited return, or figures taken from one",
    "named_witness": "a named witness",
    "unnamed_witness": "an unnamed witness",
    "opinion": "an opinion",
}


@dataclass(frozen=True)
class Finding:
    """One proposition held against the book.

    Parameters
    ----------
    status
        ``pass`` when it holds on what is recorded, ``fail`` when it does not, ``cannot_tell``
        when the record does not say: a result like the others, and a frequent one.
    code
        Stable name, ``question.proposition``.
    sentence
        The result in one plain sentence; a claim names who made it.
    rows
        Ledger entries it rests on.
    table
        The table of the answer it was read from.
    """

    status: Status
    code: str
    sentence: str
    rows: tuple[str, ...] = ()
    table: str = ""


@dataclass(frozen=True)
class Statement:
    """One named SELECT of a question.

    Parameters
    ----------
    name
        The name of the table it gives.
    about
        Its comment: what a row is, and the units.
    sql
        The whole text, comment included.
    rows
        The SELECT of the ledger rows behind each of its rows; empty where ``entries`` names them.
    """

    name: str
    about: str
    sql: str
    rows: str = ""


def read_sql(question: str) -> tuple[Statement, ...]:
    """Read the statements of ``questions/<question>.sql``, in order."""
    text = files("farthing").joinpath("questions", f"{question}.sql").read_text("utf-8")
    return tuple(Statement(name, _comment(sql), sql, rows) for name, sql, rows in statements(text))


def statements(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the SQL and the SQL of the rows behind it of each statement of a file."""
    parts = re.split(r"^-- (name|rows|shared): (\w+)\n", text, flags=re.MULTILINE)
    texts = {
        (kind, name): sql.strip().rstrip(";")
        for kind, name, sql in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }

    def whole(sql: str) -> str:
        return re.sub(
            r"^-- include: (\w+)$", lambda line: texts["shared", line[1]], sql, flags=re.MULTILINE
        )

    for kind, name in texts:
        if kind == "name":
            yield name, whole(texts[kind, name]), whole(texts.get(("rows", name), ""))


def _comment(sql: str) -> str:
    lines = re.match(r"(?:--.*\n)*", sql)
    return (
        " ".join(line.removeprefix("--").strip() for line in lines[0].splitlines()) if lines else ""
    )


def who(row: Mapping[str, Any]) -> str:
    """Name who said something, how, and who passed it on.

    Examples
    --------
    >>> who({"said_by": "Jacobin", "reported_by": "the Canary", "modality": "hedged"})
    'Jacobin, with reservations, reported by the Canary'
    """
    how = ", with reservations" if row.get("modality") == "hedged" else ""
    via = f", reported by {row['reported_by']}" if row["reported_by"] else ""
    return f"{row['said_by']}{how}{via}"


@dataclass(frozen=True)
class Gap:
    """How far statements of one quantity lie apart, the two that are furthest from each other.

    Parameters
    ----------
    size
        The least distance between the two, in their unit; above zero.
    is_exact
        Whether both are single values: otherwise they may be further apart.
    """

    size: Decimal
    is_exact: bool


def widest_gap(ranges: Iterable[tuple[Decimal | None, Decimal | None]]) -> Gap | None:
    """Return how far ranges lie apart; ``None`` where one value is in all of them.

    Examples
    --------
    >>> widest_gap([(Decimal(331), Decimal(331)), (Decimal(317), Decimal(317))])
    Gap(size=Decimal('14'), is_exact=True)
    >>> widest_gap([(Decimal(7001), None), (Decimal(7250), Decimal(7250))]) is None
    True
    """
    known = list(ranges)
    least = max((low for low, _ in known if low is not None), default=None)
    most = min((high for _, high in known if high is not None), default=None)
    if least is None or most is None or least <= most:
        return None
    return Gap(least - most, (least, least) in known and (most, most) in known)


def nothing_more(tables: Tables) -> dict[str, pl.DataFrame]:
    """Compute no table beside those of the SQL."""
    return {}


@dataclass(frozen=True)
class Question:
    """A question that can be asked of any book.

    Parameters
    ----------
    name
        What `Book.ask` takes.
    asks
        The question as a person would put it.
    statements
        Its SQL.
    findings
        From the tables to what was found.
    chart
        From the tables to the picture; ``None`` where there is nothing to draw.
    compute
        From the SQL's tables to those that need statistics; each name with its ``about``.
    abouts
        What a row of each computed table is.
    """

    name: str
    asks: str
    statements: tuple[Statement, ...]
    findings: Callable[[Tables], list[Finding]]
    chart: Callable[[Tables], Any]
    compute: Callable[[Tables], dict[str, pl.DataFrame]] = nothing_more
    abouts: Mapping[str, str] = field(default_factory=dict)

    def answer(
        self,
        run: Callable[[str], pl.DataFrame],
        book: BookMark,
        show: Callable[[Answer], None],
        fetch: Callable[[str], pl.DataFrame],
    ) -> Answer:
        """Run the SQL and all that follows from it.

        Parameters
        ----------
        run
            Runs a SELECT now.
        book
            Which state of which book it is.
        show
            What a notebook calls.
        fetch
            Runs a SELECT later, on the same state of the book.
        """
        tables = {statement.name: run(statement.sql) for statement in self.statements}
        tables |= self.compute(tables)
        return Answer(self, tables, tuple(self.findings(tables)), book, show, fetch)


@dataclass(frozen=True)
class BookMark:
    """Which state of which book an answer is about.

    Parameters
    ----------
    name
        The book's file name.
    head
        Hash of its last journal entry.
    moment
        What was known when; empty for now.
    quarantine
        Rows refused from files whose other rows were posted: file, unit, rows, and the least and
        most money in them that could be read.
    """

    name: str
    head: str
    moment: str
    quarantine: pl.DataFrame


@dataclass(frozen=True)
class Basis:
    """What a figure rests on.

    Parameters
    ----------
    figure
        The table or the finding.
    rows
        The ledger rows behind it as they are in force, by ledger.
    selects
        The SELECT that gives them, by ledger: each runs in any DuckDB client that has the book.
    sql
        The SELECT that the figure comes from; empty where it is computed from other tables.
    """

    figure: str
    rows: Mapping[str, pl.DataFrame]
    selects: Mapping[str, str]
    sql: str

    def __repr__(self) -> str:
        counts = (f"{number(len(rows), 'rows')} of {name}" for name, rows in self.rows.items())
        return f"{self.figure} rests on {', '.join(counts) or 'no row'}"


@dataclass(frozen=True)
class Answer:
    """A question answered from one state of a book.

    In a notebook it shows its chart, its tables and its findings. Each table is a polars frame
    in ``tables``; `sql` gives what made it.
    """

    question: Question
    tables: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...]
    book: BookMark
    show: Callable[[Answer], None] = field(repr=False, compare=False)
    fetch: Callable[[str], pl.DataFrame] = field(repr=False, compare=False)

    @cached_property
    def chart(self) -> Any:
        """The Altair chart, or ``None`` where there is nothing to draw."""
        return self.question.chart(self.tables)

    @property
    def table(self) -> pl.DataFrame:
        """The first table."""
        return next(iter(self.tables.values()))

    def about(self, table: str) -> str:
        """Say what a row of a table is."""
        spoken = {statement.name: statement.about for statement in self.question.statements}
        return {**spoken, **self.question.abouts}[table]

    def sql(self, table: str) -> str:
        """Return the SELECT behind a table; empty where it is computed from the others."""
        spoken = {statement.name: statement.sql for statement in self.question.statements}
        return spoken.get(table, "")

    def rows(self, figure: str, **cells: object) -> Basis:
        """Open a figure to the ledger rows that it rests on, and to its SQL.

        Parameters
        ----------
        figure
            The name of a table, or the code of a finding.
        **cells
            Which rows of the table: columns and what they hold. ``None`` is no value.

        Raises
        ------
        UsageError
            There is no such table, finding or column, or the book has changed since.

        Examples
        --------
        >>> book.ask("bridge").rows("stages", stage="claimed")  # doctest: +SKIP
        stages rests on 3 rows of budgets
        """
        if figure in self.tables:
            behind, table = self._behind(figure, cells), figure
        else:
            found = [finding for finding in self.findings if finding.code == figure]
            if not found or cells:
                known = ", ".join([*self.tables, *dict.fromkeys(f.code for f in self.findings)])
                raise UsageError(f"no figure {figure} in this answer", hint=f"one of {known}")
            behind, table = _named(row for one in found for row in one.rows), found[0].table
        ledgers = self.fetch(f"SELECT DISTINCT ledger FROM ({behind})")["ledger"].to_list()
        selects = {
            ledger.name: f"SELECT * FROM current_{ledger.name}\nWHERE entry_id IN (\n"
            f"SELECT entry_id FROM ({behind}) AS behind\nWHERE ledger = '{ledger.name}')\n"
            "ORDER BY entry_id"
            for ledger in LEDGERS
            if ledger.name in ledgers
        }
        rows = {name: self.fetch(select) for name, select in selects.items()}
        return Basis(figure, rows, selects, self.sql(table) if table else "")

    def _behind(self, table: str, cells: Mapping[str, object]) -> str:
        """Return the SELECT of ledger and entry_id of what is behind some rows of a table."""
        frame = self.tables[table]
        if unknown := sorted(cells.keys() - set(frame.columns)):
            raise UsageError(
                f"{table} has no column {unknown[0]}", hint=f"it has {', '.join(frame.columns)}"
            )
        chosen = frame.filter(
            *(pl.col(name).eq_missing(pl.lit(value)) for name, value in cells.items())
        )
        told = {statement.name: statement.rows for statement in self.question.statements}
        if not told.get(table):
            listings = [name for name in frame.columns if name.split("_")[-1] == "entries"]
            listed = (cell for name in listings for cell in chosen[name].drop_nulls())
            return _named(name for cell in listed for name in cell.split())
        keys = self.fetch(f"SELECT * FROM ({told[table]}) LIMIT 0").columns
        keys = [name for name in keys if name not in ("ledger", "entry_id")]
        wanted = chosen.select(keys).unique(maintain_order=True).rows()
        tests = [
            " AND ".join(
                f"{name} IS NOT DISTINCT FROM {_literal(value)}"
                for name, value in zip(keys, row, strict=True)
            )
            for row in wanted
        ]
        where = " OR ".join(f"({test})" for test in tests) if tests else "false"
        return f"SELECT ledger, entry_id FROM (\n{told[table]}\n) AS told WHERE {where}"

    def __repr__(self) -> str:
        lines = [self.question.asks]
        # a stranger's name may hold a line end, and what follows it is no finding
        lines += [
            f"  [{STATUS_WORDS[f.status]}] {visible(' '.join(f.sentence.splitlines()))}"
            for f in self.findings
        ]
        return "\n".join([*lines, *quarantine_lines(self.book.quarantine)])

    def _ipython_display_(self) -> None:
        """Show chart, findings and tables, each as an output of its own."""
        self.show(self)


def _named(names: Iterable[str]) -> str:
    """Return the SELECT of the ledger rows in force that have a name: it is unique in its own."""
    listed = ", ".join(_literal(name) for name in dict.fromkeys(names)) or "NULL"
    return " UNION ALL ".join(
        f"SELECT '{ledger.name}' AS ledger, entry_id FROM current_{ledger.name} "
        f"WHERE entry_id IN ({listed})"
        for ledger in LEDGERS
    )


def _literal(value: object) -> str:
    """Write a value as SQL.

    Examples
    --------
    >>> _literal("Ada's"), _literal(None), _literal(Decimal("1.50"))
    ("'Ada''s'", 'NULL', '1.50')
    """
    if value is None:
        return "NULL"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def quarantine_lines(quarantine: pl.DataFrame) -> list[str]:
    """Say in words what is left out of every answer because it was refused."""
    return [
        f"In quarantine and left out: {number(row['rows'], 'rows')} of {row['file']} "
        f"({_money(row)}{_unread(row)})"
        for row in quarantine.iter_rows(named=True)
    ]


def _money(row: Mapping[str, Any]) -> str:
    if row["low"] is None and row["high"] is None:
        return "no amount that could be read"
    return interval(row["low"], row["high"], row["unit"])


def _unread(row: Mapping[str, Any]) -> str:
    if not row["unread"] or (row["low"] is None and row["high"] is None):
        return ""
    return f"; {row['unread']:,} without an amount that could be read"
