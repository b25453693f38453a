"""The command line: thin, and the one place where errors become exit codes.

Data goes to standard output and talk to standard error, so that a pipe gets only data.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, time
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table

    from farthing.formats import Shown
    from farthing.posting import Receipt
    from farthing.question import Answer, Finding

app = typer.Typer(
    help="How far did campaign money go? Ledgers of what was requested, approved, claimed and "
    "spent, and of the reach recorded.",
    epilog="Exit codes: 0 done; 1 data was refused or a check failed; 2 wrong usage; 65 the book "
    "is damaged; 66 a file cannot be used; 75 another process has the book, try again. Data goes "
    "to standard output, talk to standard error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

BookPath = Annotated[Path, typer.Argument(metavar="BOOK", help="The book: one DuckDB file.")]
QuestionName = Annotated[
    str, typer.Argument(metavar="QUESTION", help="One that farthing questions lists.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def main() -> None:
    """Run the command line and exit with its code."""
    from farthing.errors import FarthingError

    try:
        app()
    except FarthingError as error:
        _talk(f"Error: {error}")
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:  # the reader had enough, as with "| head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Say what is common to every command."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"farthing {installed('farthing')}")
        raise typer.Exit


@app.command(name="import", epilog="Example: farthing import book.duckdb data/ge2017/*.csv")
def import_(
    book: BookPath,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files to import.")],
    importer: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="IMPORTER",
            help="Their format, where the header does not tell: farthing importers lists them.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="utf-8, utf-16 or cp1252, where a file has no byte order mark."),
    ] = None,
    locale: Annotated[
        str, typer.Option(help="How amounts are written: de_DE reads 1.000,00.")
    ] = "en_GB",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show rows and reasons, and change nothing.")
    ] = False,
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="Post the good rows and keep the others apart.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import files into a book, each whole or not at all.

    The book is made where there is none. A file is recognised by its header. Where a row breaks a
    rule nothing of its file is posted and every reason is shown with file, line, column and
    value. With --quarantine the good rows are posted, and every later answer says what was left
    out. A file that was imported before changes nothing.
    """
    from farthing.book import Book

    receipts: list[Receipt] = []

    def report(receipt: Receipt) -> None:
        receipts.append(receipt)
        if not as_json:
            _talk(_receipt_line(receipt))
            for problem in receipt.problems[:20] if receipt.outcome != "refused" else ():
                _talk(f"  {problem}")
        if dry_run and not as_json:
            _print_table(receipt.first_rows, f"First rows for {receipt.ledger}: {receipt.sql}")

    with _spinner("Importing"):
        try:
            Book(book).add(
                *files,
                importer=importer,
                encoding=encoding,
                locale=locale,
                dry_run=dry_run,
                quarantine=quarantine,
                report=report,
            )
        finally:
            if as_json:
                _print_json([_receipt_data(receipt) for receipt in receipts])
    if any(receipt.outcome == "would be refused" for receipt in receipts):
        raise typer.Exit(1)


def _receipt_line(receipt: Receipt) -> str:
    line = f"{receipt.file}: {receipt.outcome}"
    if receipt.outcome == "already imported":
        return f"{line}, nothing changed"
    line += f" as {receipt.importer}, {receipt.rows_posted:,} of {receipt.rows_read:,} rows"
    return f"{line}, {receipt.rows_refused:,} refused" if receipt.rows_refused else line


def _receipt_data(receipt: Receipt) -> dict[str, Any]:
    kept = ("file", "sha256", "importer", "ledger", "outcome", "rows_read", "rows_posted")
    return {
        **{name: getattr(receipt, name) for name in kept},
        "rows_refused": receipt.rows_refused,
        "problems": [
            {name: getattr(problem, name) for name in ("file", "line", "column", "value", "rule")}
            for problem in receipt.problems
        ],
    }


@app.command(epilog="Example: farthing status book.duckdb")
def status(book: BookPath, as_json: AsJson = False) -> None:
    """Show what is in a book and whether it is what its journal says.

    Every hash is recomputed from the rows. Exit code 1 where the book and its journal differ.
    """
    from farthing.book import open as open_book

    opened = open_book(book)
    ledgers, imports, verdict = opened.status(), opened.imports(), opened.verify()
    if as_json:
        _print_json(
            {
                "head": verdict.head,
                "faults": list(verdict.faults),
                "ledgers": ledgers.to_dicts(),
                "imports": imports.to_dicts(),
                "quarantine": opened.quarantine().to_dicts(),
            }
        )
    else:
        _print_table(ledgers, "Rows by ledger")
        shown = ["batch_id", "file", "outcome", "rows_read", "rows_posted", "rows_refused"]
        _print_table(imports.select(*shown, "posted_at"), "Imports (times are UTC)")
        _talk_quarantine(opened.quarantine())
        typer.echo(f"head {verdict.head}")
        for fault in verdict.faults:
            _talk(f"Fault: {fault}")
    if verdict.faults:
        raise typer.Exit(1)


@app.command(epilog="Example: farthing ask book.duckdb bridge --sql")
def ask(
    book: BookPath,
    question: QuestionName,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL behind the tables and ask nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question: what was found, and the tables behind it.

    Each finding says whether a proposition holds, does not hold, or cannot be told from what is
    on the book. The SQL can be run again in any DuckDB client that opens the book.
    """
    from farthing.book import open as open_book

    if sql:
        _print_sql(question, as_json)
        return
    answer = open_book(book).ask(question)
    if as_json:
        _print_json(_answer_data(answer))
    else:
        _print_answer(answer)


def _print_sql(question: str, as_json: bool) -> None:
    from farthing.questions import load

    statements = load(question).statements
    if as_json:
        _print_json([{name: getattr(one, name) for name in ("name", "sql")} for one in statements])
    else:
        for one in statements:
            typer.echo(f"-- name: {one.name}\n{one.sql};\n")


def _answer_data(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question.name,
        "asks": answer.question.asks,
        "book": answer.book.name,
        "head": answer.book.head,
        "quarantine": answer.book.quarantine.to_dicts(),
        "findings": [
            {
                name: getattr(finding, name)
                for name in ("status", "code", "sentence", "rows", "table")
            }
            for finding in answer.findings
        ],
        "tables": {name: table.to_dicts() for name, table in answer.tables.items()},
    }


def _print_answer(answer: Answer) -> None:
    console = _console()
    _print_findings(console, answer, answer.findings)
    for name, table in answer.tables.items():
        console.print()
        _print_table(table, f"{name}: {answer.about(name)}")
    _talk_quarantine(answer.book.quarantine)


def _print_findings(console: Console, answer: Answer, findings: Sequence[Finding]) -> None:
    from rich.text import Text

    from farthing.question import STATUS_WORDS

    console.print(Text(answer.question.asks, style="bold"))
    marks = {"pass": ("✓", "green"), "fail": ("✗", "red"), "cannot_tell": ("?", "yellow")}
    for finding in findings:
        mark, style = marks[finding.status]
        line = Text.assemble((f"{mark} {STATUS_WORDS[finding.status]}: ", style))
        line.append(_one_line(finding.sentence), style="default")
        console.print(line, soft_wrap=not console.is_terminal)


@app.command(epilog='Example: farthing sql book.duckdb "FROM current_budgets" > budgets.csv')
def sql(
    book: BookPath,
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT, in quotes.")],
    as_json: AsJson = False,
) -> None:
    """Run one SELECT on a book, read-only, and print its rows as CSV.

    Each ledger has a view of its rows in force: current_budgets, current_spend and so on.
    imports, refused_rows, refusals and quarantine tell what came from where and what was refused.

    Cells are printed as the book has them, money to the penny and NULL as nothing. A spreadsheet
    takes a cell that begins with =, +, - or @ for a formula: open such a file as text.
    """
    from farthing.book import open as open_book

    rows = open_book(book).sql(query)
    if as_json:
        _print_json(rows.to_dicts())
    else:
        text = _flat(rows).write_csv()
        typer.echo(_plain(text) if sys.stdout.isatty() else text, nl=False)


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Write out what a cell of CSV cannot hold: lists and structs as JSON, bytes as digits."""
    import polars as pl

    return pl.DataFrame(
        [
            pl.Series(column.name, [_cell(value) for value in column.to_list()], dtype=pl.String)
            if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object)
            else column
            for column in rows.get_columns()
        ]
    )


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, bytes):
        return None if value is None else value.hex()
    return json.dumps(_storable(value), ensure_ascii=False)


@app.command(epilog="Example: farthing report book.duckdb -o report.html")
def report(
    book: BookPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
) -> None:
    """Write one self-contained HTML file that answers every question.

    The page needs no network and no JavaScript to be read. It names its book by hash, and shows
    each figure with the rows and the SQL it comes from.
    """
    from farthing.book import open as open_book
    from farthing.report import TELLING, write_report

    talk = _console(stderr=True)

    def headlines(answer: Answer) -> None:
        _print_findings(talk, answer, answer.findings[:TELLING])

    with _spinner("Writing the report"):
        written = write_report(open_book(book), output, on_answer=headlines)
    _talk(f"Book: {book}\nReport:")
    typer.echo(str(written))


@app.command(epilog="Example: farthing chart book.duckdb bridge -o bridge.png")
def chart(
    book: BookPath,
    question: QuestionName,
    output: Annotated[Path, typer.Option("-o", "--output", help="A .html, .svg or .png file.")],
) -> None:
    """Write the chart of a question to a file.

    The file's ending says how: .html is a page of its own, .svg and .png are pictures.
    """
    from farthing.book import open as open_book
    from farthing.report import write_chart

    typer.echo(str(write_chart(open_book(book), question, output)))


@app.command(epilog="Example: farthing importers spend")
def importers(
    name: Annotated[
        str | None, typer.Argument(metavar="IMPORTER", help="Show one, with its columns.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the formats of file that can be imported.

    With the name of one, list its columns. A file is recognised by the names in its header, in
    any order; columns that may be blank can be left out.
    """
    import polars as pl

    from farthing.errors import UsageError
    from farthing.importers import IMPORTERS

    if name is None:
        rows = [
            {"importer": one.name, "ledger": one.ledger.name, "about": one.about}
            for one in IMPORTERS
        ]
        _print(pl.DataFrame(rows), "Importers", as_json)
        return
    found = [one for one in IMPORTERS if one.name == name]
    if not found:
        raise UsageError(f"unknown importer {name}", hint="farthing importers lists them")
    _print(found[0].reference(), found[0].about, as_json)


@app.command(epilog="Example: farthing questions --json")
def questions(as_json: AsJson = False) -> None:
    """List the questions that can be asked of a book."""
    import polars as pl

    from farthing.questions import NAMES, load

    rows = [{"question": name, "asks": load(name).asks} for name in NAMES]
    _print(pl.DataFrame(rows), "Questions", as_json)


@app.command(epilog="Example: farthing lab notebooks")
def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the notebooks are.")
    ] = Path("notebooks"),
) -> None:
    """Open JupyterLab on the notebooks. It needs the extra: pip install 'farthing[lab]'."""
    from importlib.util import find_spec

    from farthing.errors import FileUnusable, UsageError

    if find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab is not installed", hint="pip install 'farthing[lab]'")
    if not folder.is_dir():
        raise FileUnusable("no such folder", where=str(folder))
    as_root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    tour = ["--LabApp.default_url=/lab/tree/00-tour.ipynb"] if (folder / TOUR).exists() else []
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *as_root, *tour, str(folder)])


def _plain(text: str) -> str:
    """Take out what a terminal would obey: names come from strangers' files."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def _one_line(text: str) -> str:
    """Keep a text from looking like two: a stranger's name may hold a line end."""
    return _plain(text.replace("\n", " "))


def _talk(text: str) -> None:
    typer.echo(_plain(text), err=True)


def _talk_quarantine(quarantine: pl.DataFrame) -> None:
    from farthing.question import quarantine_lines

    for line in quarantine_lines(quarantine):
        _talk(_one_line(line))


def _print_json(value: Any) -> None:
    """Print JSON that holds no character a terminal would obey; decimals are text, so exact."""
    text = json.dumps(_storable(value), ensure_ascii=False, indent=2, allow_nan=False)
    typer.echo("".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text))


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def _storable(value: Any) -> Any:
    """Return a value as JSON has it; what has no number of its own, such as infinity, is text."""
    if isinstance(value, dict):
        return {str(name): _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, bool | int | str) or _is_finite(value):
        return value
    return str(value)


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value)


def _print(table: pl.DataFrame, title: str, as_json: bool) -> None:
    if as_json:
        _print_json(table.to_dicts())
    else:
        _print_table(table, title)


def _print_table(table: pl.DataFrame, title: str) -> None:
    """Print a table for people: numbers to the right, nothing cut without saying so.

    Where the columns have no room beside each other every row is printed as a list of its cells.
    """
    from rich.text import Text

    from farthing.formats import shown

    console, view = _console(), shown(table.head(MOST_ROWS))
    console.print(Text(_plain(title), style="italic"))
    rows = view.rows
    if _has_room(view, console.width):
        console.print(_drawn(view))
    else:
        rows = rows[:MOST_RECORDS]
        for row in rows:
            console.print(_record(view.headings, row))
    if left_out := table.height - len(rows):
        _talk(f"… {left_out:,} more rows; --json prints all")


def _has_room(view: Shown, width: int) -> bool:
    """Tell whether every column has its own width, or else enough for a few words a line."""
    columns = zip(view.headings, *view.rows, strict=True)
    return sum(min(max(map(len, column)), COLUMN) + len(" ┃ ") for column in columns) <= width


def _drawn(view: Shown) -> Table:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(show_edge=False)
    for heading, is_number in zip(view.headings, view.numeric, strict=True):
        drawn.add_column(Text(heading), justify="right" if is_number else "left", overflow="fold")
    for row in view.rows:
        drawn.add_row(*(Text(_plain(cell)) for cell in row))
    return drawn


def _record(headings: tuple[str, ...], row: tuple[str, ...]) -> Table:
    """Lay one row out as lines of heading and cell, blank cells left out."""
    from rich.table import Table
    from rich.text import Text

    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(style="bold", max_width=20)
    lines.add_column(overflow="fold")
    for heading, cell in zip(headings, row, strict=True):
        if cell:
            lines.add_row(Text(heading), Text(_plain(cell)))
    lines.add_row("", "")
    return lines


MOST_ROWS = 40
TOUR = "00-tour.ipynb"
MOST_RECORDS = 10
COLUMN = 16


def _console(*, stderr: bool = False) -> Console:
    """Return the terminal; on a pipe tables are as wide as they need to be."""
    from rich.console import Console

    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(width=None if is_terminal else 200, highlight=False, stderr=stderr)


@contextlib.contextmanager
def _spinner(what: str) -> Iterator[None]:
    """Show that work goes on, on a terminal; say nothing on a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
