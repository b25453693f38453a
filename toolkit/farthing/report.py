"""A report: one HTML file that holds its questions, charts, tables, rows and sources.

The page is complete without JavaScript and asks nothing of any network. Two reports of one book
are the same bytes: the only date on the page is that of the book's last import.
"""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import vl_convert
from babel.dates import format_date
from markupsafe import Markup

from farthing import charts
from farthing.book import Book
from farthing.display import TableView, description, table_view, templates
from farthing.errors import FileUnusable, UsageError
from farthing.formats import LOCALE, shown
from farthing.ledger import Ledger
from farthing.ledgers import LEDGERS
from farthing.question import Answer, Finding, quarantine_lines
from farthing.questions import NAMES

TITLE = "How far did it go?"
TABLE_ROWS = 40
#: The findings of each question that stand under "In short".
TELLING = 3

RANK_WORDS = {
    "record": "the record itself: votes counted, a library's own data",
    "regulator": "a publication of the regulator or of Parliament",
    "audited_return": "figures the press took from audited returns",
    "named_witness": "a person or outlet that puts its name to it",
    "unnamed_witness": "rests on people nobody names",
    "opinion": "an outlet's or a party's own judgement",
}

SVG = "http://www.w3.org/2000/svg"
#: All that a chart of ours is drawn with. Anything else is left out of the page.
SVG_TAGS = frozenset(
    "svg g path line rect text tspan defs clipPath linearGradient radialGradient stop circle".split()
)


@dataclass(frozen=True)
class Figure:
    """One chart: drawn, in words, and as the specification it can be drawn anew from."""

    drawing: Markup
    alt: str
    spec: dict[str, Any]


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
    """One row of a ledger that something on the page rests on."""

    ledger: str
    amount: str
    cells: tuple[tuple[str, str], ...]
    row: dict[str, Any]


def write_report(
    book: Book,
    path: str | os.PathLike[str],
    *,
    questions: Sequence[str] = NAMES,
    title: str | None = None,
    command: str | None = None,
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
    target = Path(path)
    if target.exists() and target.samefile(book.path):
        raise UsageError("the report would replace the book", where=str(target))
    page = report_html(book, questions=questions, title=title, command=command)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(page.encode("utf-8"))
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FileUnusable(f"cannot be written ({error.strerror})", where=str(target)) from error
    return target


def report_html(
    book: Book,
    *,
    questions: Sequence[str] = NAMES,
    title: str | None = None,
    command: str | None = None,
) -> str:
    """Return the page of `write_report` as text."""
    answers = [book.ask(name) for name in questions]
    sections = [_section(answer) for answer in answers]
    numbers = _numbered(sections)
    entries = _entries(book, list(numbers))
    journal = _journal(book)
    status = dict(book.status().select("ledger", "in_force").iter_rows())
    style, script = _text("report.css"), _script()
    return templates().get_template("report.html.jinja").render(
        title=title or TITLE,
        book=answers[0].book if answers else None,
        imported=_day(journal["posted_at"].max()),
        sections=sections,
        telling=TELLING,
        numbers=numbers,
        entries=entries,
        source_of=_sources(book, entries),
        rank_words=RANK_WORDS,
        source_rows=status.pop("sources"),
        ledger_rows=sum(status.values()),
        journal=journal.to_dicts(),
        left_out=quarantine_lines(book.quarantine()),
        version=version("farthing"),
        command=command or f"farthing report {book.path.name}",
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _section(answer: Answer) -> Section:
    name = answer.question.name
    return Section(
        name=name,
        asks=answer.question.asks,
        figure=None if answer.chart is None else _figure(answer),
        findings=answer.findings,
        tables=tuple(table_view(answer, table, TABLE_ROWS) for table in answer.tables),
    )


def _figure(answer: Answer) -> Figure:
    words = description(answer)
    spec = charts.as_spec(answer.chart, words)
    return Figure(_drawing(charts.svg(spec), answer.question.name), words, spec)


def _drawing(svg: str, prefix: str) -> Markup:
    """Return a drawing for the page: its names its own, and nothing in it that acts or fetches.

    Names such as ``clip1`` are counted up over a whole process, and repeat from chart to chart.
    """
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.removeprefix(f"{{{SVG}}}") not in SVG_TAGS:
                parent.remove(child)
    names = {
        name: f"{prefix}-{number}"
        for number, name in enumerate(filter(None, (part.get("id") for part in root.iter())))
    }
    for part in root.iter():
        for key, value in list(part.attrib.items()):
            if key in ("class", "role") or key.startswith(("on", "aria-")) or "href" in key:
                del part.attrib[key]
            elif key == "id":
                part.set(key, names[value])
            elif found := re.fullmatch(r"url\(#(.+)\)", value):
                part.set(key, f"url(#{names[found[1]]})")
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _numbered(sections: Sequence[Section]) -> dict[str, int]:
    """Number the entries that the page rests on, in the order in which it names them."""
    numbers: dict[str, int] = {}
    for section in sections:
        named = [entry for finding in section.findings for entry in finding.rows]
        for table in section.tables:
            for row in table.rows:
                listed = (cell for cell, yes in zip(row, table.listing, strict=True) if yes)
                named += [entry for cell in listed for entry in cell.split()]
        for entry in named:
            numbers.setdefault(entry, len(numbers) + 1)
    return numbers


def _entries(book: Book, names: Sequence[str]) -> dict[str, list[Entry]]:
    """Look entries up in every ledger: a name is unique in its ledger only."""
    found: dict[str, list[Entry]] = {name: [] for name in names}
    for ledger in LEDGERS[1:] if names else ():
        rows = book.sql(f"{_wanted(names)} SELECT {_columns(ledger)} FROM current_{ledger.name} "
                        "SEMI JOIN wanted USING (entry_id) ORDER BY entry_id")
        for number in range(rows.height):
            entry = _entry(ledger, rows[number])
            found[entry.row["entry_id"]].append(entry)
    return found


def _wanted(names: Sequence[str]) -> str:
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"WITH wanted AS (SELECT unnest([{listed}]) AS entry_id)"


def _columns(ledger: Ledger) -> str:
    """Return the columns to read, with the unit of the amount among them."""
    if not ledger.has_amount or {"currency", "unit"} & set(ledger.dtypes):
        return "*"
    unit = ledger.amount_unit
    return f"*, {unit if unit in ledger.dtypes else repr(unit)} AS unit"


#: Columns that an entry of the appendix shows in places of their own, or not at all.
PLACED = ("entry_id", "source_id", "note", "batch_id", "supersedes", "wording", "basis", "quote",
          "said_by", "reported_by", "modality", "currency", "unit", "low", "high")  # fmt: skip


def _entry(ledger: Ledger, row: pl.DataFrame) -> Entry:
    """Put one row into words."""
    given = row.select(name for name in row.columns if row[name][0] is not None)
    rest = shown(given.select(name for name in given.columns if name not in PLACED))
    amount = ""
    if ledger.has_amount:
        parts = [name for name in ("low", "high", "currency", "unit") if name in row.columns]
        amount = shown(row.select(parts)).rows[0][0]
    cells = tuple(zip(rest.headings, rest.rows[0], strict=True)) if rest.rows else ()
    return Entry(ledger.name, amount, cells, dict.fromkeys(PLACED) | row.to_dicts()[0])


def _sources(book: Book, entries: dict[str, list[Entry]]) -> dict[str, dict[str, Any]]:
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
    """Return an address that may be followed: nothing but a web page."""
    return url if url and re.match(r"https?://", url) else None


def _journal(book: Book) -> pl.DataFrame:
    journal = book.imports()
    return journal if book.moment is None else journal.filter(pl.col("posted_at") <= book.moment)


def _day(moment: Any) -> str:
    return "" if moment is None else format_date(moment, "d MMMM y", locale=LOCALE)


@cache
def _script() -> str:
    """Return Vega and the few lines that start it; nothing in it may end the script early."""
    script = str(vl_convert.javascript_bundle(snippet=_text("report.js"), vl_version=charts.VEGA_LITE))
    if re.search(r"</script|<!--", script, re.IGNORECASE):
        raise AssertionError("the script holds what would end it")
    return script


def _text(name: str) -> str:
    return files("farthing").joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a page's policy allows a style or a script."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
