"""What a question is: SQL an auditor can read, and what is computed, found and drawn from it.

The SQL stands in one file beside the question's module. It may hold several statements, each
under a line ``-- name: word`` with a comment that gives its grain, columns and units; each runs
as it stands in any DuckDB client that has the book open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from typing import Any, Literal

import polars as pl

from farthing.formats import interval, number

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
    """

    name: str
    about: str
    sql: str


def read_sql(question: str) -> tuple[Statement, ...]:
    """Read the statements of ``questions/<question>.sql``, in order."""
    text = files("farthing").joinpath("questions", f"{question}.sql").read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return tuple(
        Statement(name, _comment(sql), sql.strip().rstrip(";"))
        for name, sql in zip(parts[1::2], parts[2::2], strict=True)
    )


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
    ) -> Answer:
        """Run the SQL and all that follows from it; ``show`` is what a notebook calls."""
        tables = {statement.name: run(statement.sql) for statement in self.statements}
        tables |= self.compute(tables)
        return Answer(self, tables, tuple(self.findings(tables)), book, show)


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

    def __repr__(self) -> str:
        lines = [self.question.asks]
        lines += [f"  [{STATUS_WORDS[f.status]}] {f.sentence}" for f in self.findings]
        return "\n".join([*lines, *quarantine_lines(self.book.quarantine)])

    def _ipython_display_(self) -> None:
        """Show chart, findings and tables, each as an output of its own."""
        self.show(self)


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
    return f"; {row['unread']:,} without an amount that could be read" if row["unread"] else ""
