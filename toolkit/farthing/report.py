"""A report: one HTML file that holds its questions, charts, tables, rows and sources.

The page is complete without JavaScript and asks nothing of any network. Two reports of one book
are the same bytes: the only date on the page is that of the book's last import.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from babel.dates import format_date

from farthing import charts
from farthing.book import Book
from farthing.display import TableView, table_view
from farthing.errors import UsageError
from farthing.formats import LOCALE, shown
from farthing.ledger import Ledger
from farthing.ledgers import LEDGERS
from farthing.page import Figure, begin_script, drawing, figure, render, write_whole
from farthing.question import NEARNESS_WORDS, Answer, Finding, quarantine_lines
from farthing.questions import NAMES

TITLE = "How far did it go?"
#: More rows than this are not shown; the table says how many there are, and how to get them.
TABLE_ROWS = 40
#: A figure that rests on more rows than this names the first of them; its SQL finds all.
MOST_REFS = 60
#: The findings of each question that stand under "In short".
TELLING = 3

#: How a statement was made, before the name of who made it.
MODALITY_WORDS = {
    "asserted": "Said by",
    "denied": "Denied by",
    "hedged": "Said, with reservations, by",
    "opinion": "The opinion of",
}
#: Columns that a row of the appendix shows in places of their own, or not at all.
PLACED = (
    *("entry_id", "source_id", "note", "batch_id", "source_row", "supersedes", "basis", "wording"),
    *("quote", "said_by", "reported_by", "modality", "currency", "unit", "low", "high"),
)


@dataclass(frozen=True)
class Section:
    """One question of the report."""

    name: str
    asks: str
    figure: Figure | None
    findings: tuple[Finding, ...]
    tables: tuple[TableView, ...]


@dataclass(frozen=True)
class Entry:
    """One ledger row that something on the page rests on.

    Parameters
    ----------
    ledger
        Where it stands.
    file
        The file it came from.
    amount
        Its range in words; empty where it has none.
    cells
        Heading and text of every other column that is filled.
    row
        All of it.
    """

    ledger: str
    file: str
    amount: str
    cells: tuple[tuple[str, str], ...]
    row: Mapping[str, Any]


def write_report(
    book: Book,
    path: str | os.PathLike[str],
    *,
    questions: Sequence[str] = NAMES,
    title: str | None = None,
    command: str | None = None,
    on_answer: Callable[[Answer], None] = lambda answer: None,
) -> Path:
    """Write a report of a book as one HTML file, whole or not at all.

    Parameters
    ----------
    book
        The book, as it is now or as of a moment.
    path
        The file. One that exists is replaced once the new one is complete.
    questions
        Names of the questions, in the order of the page.
    title
        The headline.
    command
        The command that makes the page, printed at its end.
    on_answer
        Called with each answer as it comes.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    FileUnusable
        The file cannot be written; one that was there before is as it was.
    UsageError
        There is no such question, or the file is the book itself.
    BookBusy, BookDamaged
        As for `Book.sql`.

    Examples
    --------
    >>> write_report(farthing.open("ge2017.duckdb"), "ge2017.html")  # doctest: +SKIP
    """
    _spare(book, path)
    known = "" if book.moment is None else f" --as-of {book.moment.isoformat()}"
    command = command or f"farthing report {book.path.name} -o {Path(path).name}{known}"
    page = report_html(book, questions=questions, title=title, command=command, on_answer=on_answer)
    return write_whole(path, page.encode("utf-8"))


def write_chart(book: Book, question: str, path: str | os.PathLike[str]) -> Path:
    """Write the chart of a question to a file whose ending says how: .html, .svg or .png.

    Raises
    ------
    UsageError
        There is no such question, nothing to draw, or another ending.
    FileUnusable
        The file cannot be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in (".html", ".svg", ".png"):
        raise UsageError(f"unknown ending {ending or Path(path).name}", hint=".html, .svg or .png")
    answer = book.ask(question)
    drawn = figure(answer)
    if drawn is None:
        raise UsageError(f"{question} has nothing to draw: the book holds nothing that bears on it")
    if ending == ".html":
        page = render("chart.html.jinja", asks=answer.question.asks, figure=drawn, book=answer.book)
        return write_whole(path, page.encode("utf-8"))
    spec = charts.as_spec(answer.chart, drawn.alt)
    if ending == ".png":
        return write_whole(path, charts.png(spec))
    return write_whole(path, f"{drawing(charts.svg(spec), question, drawn.alt)}\n".encode())


def _spare(book: Book, path: str | os.PathLike[str]) -> None:
    target = Path(path)
    if target.exists() and book.path.exists() and target.samefile(book.path):
        raise UsageError("the report would replace the book", where=str(target))


def report_html(
    book: Book,
    *,
    questions: Sequence[str] = NAMES,
    title: str | None = None,
    command: str | None = None,
    on_answer: Callable[[Answer], None] = lambda answer: None,
) -> str:
    """Return the page of `write_report` as text."""
    if not questions:
        raise UsageError("a report needs a question", hint=f"one of {', '.join(NAMES)}")
    begin_script()
    answers = []
    for name in questions:
        answers.append(book.ask(name))
        on_answer(answers[-1])
    sections = [_section(answer) for answer in answers]
    numbers = _numbered(sections)
    journal = _journal(book)
    entries = _entries(book, list(numbers), dict(journal.select("batch_id", "file").iter_rows()))
    in_force = dict(book.status().select("ledger", "in_force").iter_rows())
    return render(
        "report.html.jinja",
        title=title or TITLE,
        book=answers[0].book,
        imported=_day(journal["posted_at"].max()),
        sections=sections,
        telling=TELLING,
        numbers=numbers,
        most_refs=MOST_REFS,
        entries=entries,
        source_of=_sources(book, entries),
        rank_words=NEARNESS_WORDS,
        modality_words=MODALITY_WORDS,
        source_rows=in_force.pop("sources"),
        ledger_rows=sum(in_force.values()),
        journal=journal.to_dicts(),
        left_out=quarantine_lines(answers[0].book.quarantine),
        command=command or f"farthing report {book.path.name} -o report.html",
    )


def _section(answer: Answer) -> Section:
    return Section(
        name=answer.question.name,
        asks=answer.question.asks,
        figure=figure(answer),
        findings=answer.findings,
        tables=tuple(table_view(answer, table, TABLE_ROWS) for table in answer.tables),
    )


def _numbered(sections: Sequence[Section]) -> dict[str, int]:
    """Give each entry that the page rests on a number, in the order in which it names them."""
    named = (name for section in sections for name in _named(section))
    return {name: number for number, name in enumerate(dict.fromkeys(named), 1)}


def _named(section: Section) -> Iterator[str]:
    for finding in section.findings:
        yield from finding.rows[:MOST_REFS]
    for table in section.tables:
        for row in table.rows:
            for cell, is_listing in zip(row, table.listing, strict=True):
                yield from cell.split()[:MOST_REFS] if is_listing else ()


def _entries(book: Book, names: Sequence[str], files: Mapping[int, str]) -> dict[str, list[Entry]]:
    """Look entries up in every ledger but the sources: a name is unique in its ledger only."""
    found: dict[str, list[Entry]] = {name: [] for name in names}
    if names:
        for ledger, rows in _looked_up(book, names):
            for number in range(rows.height):
                entry = _entry(ledger, rows[number], files)
                found[entry.row["entry_id"]].append(entry)
    return found


def _looked_up(book: Book, names: Sequence[str]) -> Iterator[tuple[Ledger, pl.DataFrame]]:
    """Return the rows of some names by ledger, in one SELECT: each opens the book anew."""
    lists = [
        f"(SELECT list(entry ORDER BY entry_id) FROM ({_lookup(ledger, names)}) AS entry) "
        f"AS {ledger.name}"
        for ledger in LEDGERS[1:]
    ]
    rows = book.sql(f"SELECT {', '.join(lists)}")
    for ledger in LEDGERS[1:]:
        yield ledger, rows.select(ledger.name).drop_nulls().explode(ledger.name).unnest(ledger.name)


def _lookup(ledger: Ledger, names: Sequence[str]) -> str:
    """Return the SELECT of some rows, with the unit of their amounts."""
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    columns = "*"
    if ledger.has_amount and not {"currency", "unit"} & set(ledger.dtypes):
        unit = ledger.amount_unit
        columns = f"*, {unit if unit in ledger.dtypes else repr(unit)} AS unit"
    view = f"current_{ledger.name}"
    return f"SELECT {columns} FROM {view} WHERE entry_id IN ({listed})"


def _entry(ledger: Ledger, row: pl.DataFrame, files: Mapping[int, str]) -> Entry:
    """Put one row into words."""
    values = row.to_dicts()[0]
    filled = [name for name in row.columns if values[name] is not None and name not in PLACED]
    rest = shown(row.select(filled))
    amount = ""
    if ledger.has_amount:
        parts = [name for name in ("low", "high", "currency", "unit") if name in row.columns]
        amount = shown(row.select(parts)).rows[0][0]
    return Entry(
        ledger=ledger.name,
        file=files[values["batch_id"]],
        amount=amount,
        cells=tuple(zip(rest.headings, rest.rows[0], strict=True)) if rest.rows else (),
        row=dict.fromkeys(PLACED) | values,
    )


def _sources(book: Book, entries: Mapping[str, list[Entry]]) -> dict[str, dict[str, Any]]:
    """Return the sources of the entries, in the order in which the appendix names them."""
    named = dict.fromkeys(entry.row["source_id"] for rows in entries.values() for entry in rows)
    known = {row["source_id"]: row for row in book.sql("FROM current_sources").to_dicts()}
    return {
        name: known[name]
        | {
            "number": number,
            "published": _day(known[name]["published_on"]),
            "link": _link(known[name]["url"]),
        }
        for number, name in enumerate(named, 1)
    }


def _link(url: str | None) -> str | None:
    """Return an address that may be followed: nothing but that of a web page."""
    return url if url and re.match(r"https?://", url) else None


def _journal(book: Book) -> pl.DataFrame:
    journal = book.imports()
    return journal if book.moment is None else journal.filter(pl.col("posted_at") <= book.moment)


def _day(moment: Any) -> str:
    return "" if moment is None else format_date(moment, "d MMMM y", locale=LOCALE)
