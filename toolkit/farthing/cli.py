"""The command line: thin, and the one place where errors become exit codes.

Data goes to standard output and talk to standard error, so that a pipe gets only data.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.answers import (
    answer_data,
    checked_data,
    print_answer,
    print_checked,
    print_findings,
)
from farthing.receipts import print_changes, print_imports, print_receipt, receipt_data
from farthing.terminal import (
    console,
    plain,
    print_json,
    print_table,
    print_table_or_json,
    progress_bar,
    spinner,
    storable,
    talk,
    talk_quarantine,
)

if TYPE_CHECKING:
    import polars as pl

    from farthing.book import Book
    from farthing.posting import Receipt
    from farthing.question import Answer

TOUR = "00-tour.ipynb"
#: How many rows at fault are printed of each check: where it was asked for by name, and else.
SHOWN_BY_NAME, SHOWN_OF_ALL = 20, 5
STOPPED = (
    "Stopped: of the file that was being imported nothing is on the book.\n"
    "Hint: run the same import again; files that are posted already change nothing"
)
#: How many names that are not linked are printed.
SHOWN_UNLINKED = 20

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
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="MOMENT",
        formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"],
        help="What was known then (UTC), as in 2025-01-31T18:00; now, where not told.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def main() -> None:
    """Run the command line and exit with its code."""
    from farthing.errors import FarthingError

    try:
        app()
    except FarthingError as error:
        talk(f"Error: {error}")
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
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Files to import, or folders of them.")
    ],
    importer: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="IMPORTER",
            help="Their format, where the header does not tell: farthing importers lists them. "
            "Or a description of your own, such as mine.toml: farthing draft writes one.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="utf-8, utf-16 or cp1252, where a file has no byte order mark."),
    ] = None,
    locale: Annotated[
        str, typer.Option(help="How amounts are written: de_DE reads 1.000,00.")
    ] = "en_GB",
    declare: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="What a file leaves open, such as currency=GBP; the refusal says what to name.",
        ),
    ] = None,
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

    An archive or a folder is imported file by file; a note beside tables, such as README.txt, is
    left aside. The pages of one answer of a service are one import. What a
    file leaves open, such as its currency, is never guessed: the refusal says how to --declare it.
    """
    from farthing.book import Book

    receipts: list[Receipt] = []
    with progress_bar() as (progress, clear):

        def report(receipt: Receipt) -> None:
            receipts.append(receipt)
            clear()
            if not as_json:
                print_receipt(receipt, dry_run)

        try:
            Book(book).add(
                *files,
                importer=importer,
                encoding=encoding,
                locale=locale,
                declare=_declared(declare or ()),
                dry_run=dry_run,
                quarantine=quarantine,
                report=report,
                progress=progress,
            )
        except KeyboardInterrupt:
            clear()
            talk(STOPPED)
            raise
        finally:
            clear()
            if as_json:
                print_json([receipt_data(receipt) for receipt in receipts])
    if any(receipt.outcome == "would be refused" for receipt in receipts):
        raise typer.Exit(1)


def _declared(pairs: Sequence[str]) -> dict[str, str]:
    from farthing.errors import UsageError

    declared = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"{pair} declares nothing", hint="write NAME=VALUE")
        declared[name.strip()] = value.strip()
    return declared


@app.command(epilog="Example: farthing draft invoices.csv -o mine.toml")
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of no known format.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The .toml file to write.")
    ] = None,
    ledger: Annotated[str, typer.Option(help="The ledger its rows are for.")] = "spend",
    encoding: Annotated[
        str | None,
        typer.Option(help="utf-8, utf-16 or cp1252, where it has no byte order mark."),
    ] = None,
) -> None:
    """Draft a description of a file of your own, for you to correct.

    It says which of its columns is which of the ledger's, with the reason for each, and leaves
    open what the file does not tell. Where months, platforms or parties are columns beside each
    other it proposes to read each of their cells as an entry. Correct it in a text editor, then
    import the file by it: farthing import BOOK FILE --as mine.toml.
    """
    from farthing.draft import draft as drafted
    from farthing.draft import write

    text = drafted(file, ledger, encoding)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write(text, output)
        typer.echo(str(output))


@app.command(epilog="Example: farthing link book.duckdb 'meta:123|Labour' ge2019-labour")
def link(
    book: BookPath,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A name that imported files have.")
    ] = None,
    stands_for: Annotated[
        str | None, typer.Argument(metavar="STANDS_FOR", help="What it is counted under.")
    ] = None,
    payee: Annotated[
        bool, typer.Option("--payee", help="Link spellings of a payee, not campaigns.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what NAME stands for.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which names are the same, or list what is linked.

    An import makes a campaign for each page, advertiser or payer it finds and takes no two of
    them for one, however alike their names. A link counts one under another from now on. With
    --payee it is spellings of a payee that are linked; an import proposes those that a rule finds,
    and says which. Without names the links are listed, and the names that are not linked.
    """
    from farthing.book import open as open_book
    from farthing.errors import UsageError

    opened, kind = open_book(book), "payee" if payee else "campaign"
    if name is None:
        _print_links(opened, kind, as_json)
    elif undo:
        opened.unlink(name, kind=kind)
        talk(f"{name} stands for itself again")
    elif stands_for is None:
        raise UsageError("name what it stands for", hint="or --undo to take it back")
    else:
        opened.link(name, stands_for, kind=kind)
        talk(f"{name} is counted under {stands_for}")


def _print_links(book: Book, kind: str, as_json: bool) -> None:
    links, others = book.links(kind).drop("entry_id"), book.not_linked(kind)
    if as_json:
        print_json({"links": links.to_dicts(), "not_linked": others.to_dicts()})
        return
    print_table(links, "Links")
    typer.echo()
    if kind == "campaign":
        named = "SELECT campaign_id AS name, organisation FROM current_campaigns"
        others = others.join(book.sql(named), on="name", how="left", maintain_order="left")
    print_table(others.head(SHOWN_UNLINKED), "Not linked, those with most rows of spending first")
    if len(others) > SHOWN_UNLINKED:
        talk(f"{len(others) - SHOWN_UNLINKED:,} more: --json lists them all")


@app.command(epilog="Example: farthing changes book.duckdb report-2025-08.csv")
def changes(
    book: BookPath,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="An imported file, or its name in sources.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show what a publisher's file changed since its last one.

    What appeared, what moved and what vanished, with its bounds before and after. What vanished
    stays in force: that a library no longer shows it does not mean that it was not paid for.
    """
    from farthing.book import open as open_book

    found = open_book(book).changes(source)
    if as_json:
        print_json(found.to_dicts())
        return
    print_changes(found)


@app.command(epilog="Example: farthing status book.duckdb")
def status(book: BookPath, as_json: AsJson = False) -> None:
    """Show what is in a book and whether it is what its journal says.

    Every hash is recomputed from the rows. Exit code 1 where the book and its journal differ.
    """
    from farthing.book import open as open_book

    opened = open_book(book)
    ledgers, imports, verdict = opened.status(), opened.imports(), opened.verify()
    if as_json:
        print_json(
            {
                "head": verdict.head,
                "faults": list(verdict.faults),
                "ledgers": ledgers.to_dicts(),
                "imports": imports.to_dicts(),
                "quarantine": opened.quarantine().to_dicts(),
            }
        )
    else:
        print_table(ledgers.filter(ledgers["posted"] > 0), "Rows by ledger; all others have none")
        typer.echo()
        print_imports(imports)
        talk_quarantine(opened.quarantine())
        typer.echo(f"head {verdict.head}")
        for fault in verdict.faults:
            talk(f"Fault: {fault}")
    if verdict.faults:
        raise typer.Exit(1)


def _known(path: Path, moment: datetime | None) -> Book:
    """Open a book as it is, or as it was known at a moment."""
    from farthing.book import open as open_book

    book = open_book(path)
    return book if moment is None else book.as_of(moment)


@app.command(epilog="Example: farthing ask book.duckdb bridge --sql")
def ask(
    book: BookPath,
    question: QuestionName,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL behind the tables and ask nothing.")
    ] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question: what was found, and the tables behind it.

    Each finding says whether a proposition holds, does not hold, or cannot be told from what is
    on the book. The SQL can be run again in any DuckDB client that opens the book.
    """
    if sql:
        from farthing.questions import load

        _print_statements({one.name: one.sql for one in load(question).statements}, as_json)
        return
    answer = _known(book, as_of).ask(question)
    if as_json:
        print_json(answer_data(answer))
    else:
        print_answer(answer)


def _print_statements(statements: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        print_json([{"name": name, "sql": sql} for name, sql in statements.items()])
    else:
        for name, sql in statements.items():
            typer.echo(f"-- name: {name}\n{sql};\n")


@app.command(epilog="Example: farthing check book.duckdb identities references.turnout")
def check(
    book: BookPath,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="CHECK…", help="Codes or families of checks; all where not told."),
    ] = None,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL of the checks and run none.")
    ] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Check that a book holds together, and say what is at stake.

    The families: identities (sums that must come out), duplicates (the same money twice), dates,
    reach (counts of delivery that contradict each other), references (names and figures out of
    range), digits (how amounts are distributed) and missing (what is not there).

    Where a rule is broken, two things on the book cannot both be so: a record, a claim or an import
    is wrong. A hint says where to look and no more: round sums and repeated amounts mostly have a
    plain reason. Where the book does not hold what a check needs, the check cannot tell. The first
    rows of each are printed; --json has the SELECT that gives all of them.

    Exit code 1 where a rule is broken; hints and what cannot be told do not count.
    """
    from farthing.checks import choose

    if sql:
        _print_statements({one.code: one.sql for one in choose(names or ())}, as_json)
        return
    with spinner("Checking"):
        checked = _known(book, as_of).check(*names or ())
    if as_json:
        print_json(checked_data(checked))
    else:
        print_checked(checked, SHOWN_BY_NAME if names else SHOWN_OF_ALL)
    if any(result.is_fault for result in checked):
        raise typer.Exit(1)


@app.command(epilog="Example: farthing plan --coverage 0.1 --population 46836533")
def plan(
    book: Annotated[
        Path | None,
        typer.Argument(
            metavar="BOOK",
            help="A book, to take the population from, and what its money could reach at most.",
        ),
    ] = None,
    coverage: Annotated[
        float, typer.Option(help="The share of everyone that is said to have seen it: 0.5 is half.")
    ] = 0.5,
    otherwise: Annotated[
        float | None,
        typer.Option(help="The share that saw it at most, if that is wrong; 0 where not told."),
    ] = None,
    population: Annotated[
        int | None, typer.Option(help="People there are; too many to matter where not told.")
    ] = None,
    error: Annotated[
        float, typer.Option(help="How often a claim that is true may be ruled out.")
    ] = 0.05,
    power: Annotated[
        float, typer.Option(help="How often a claim that is wrong must be ruled out.")
    ] = 0.95,
    as_json: AsJson = False,
) -> None:
    """Say how many people to ask, and what each outcome would mean.

    Insiders saw it, and it is said to have been there for everyone. People picked at random can
    tell: this is the fewest of them, so that "it was seen by this share of everyone" can be
    ruled out. A smaller coverage takes more people, and so does a smaller error. The table has a
    row for each of several outcomes: what coverage is compatible with it, and what it rules out.

    With a BOOK, the population is its latest, and --otherwise is the largest share of it that the
    money on the book could reach at the prices seen: see farthing ask BOOK exposure.
    """
    from farthing import samples
    from farthing.errors import UsageError
    from farthing.stats.plan import plan as planned

    if book is not None:
        population, otherwise = _from_book(book, population, otherwise)
    otherwise = otherwise or 0.0
    try:
        found = planned(coverage, population, otherwise=otherwise, error=error, power=power)
    except ValueError as why:
        raise UsageError(str(why), hint="shares and chances are from 0 to 1") from None
    table = samples.outcomes(found, coverage, otherwise)
    if as_json:
        told = {"coverage": coverage, "otherwise": otherwise, "population": population}
        kept = {name: getattr(found, name) for name in ("ask", "at_most", "error", "power")}
        print_json({**told, **kept, "outcomes": table.to_dicts()})
        return
    for sentence in samples.in_words(
        found, coverage, population=population, otherwise=otherwise, error=error
    ):
        typer.echo(sentence)
    typer.echo()
    print_table(table, f"What it would mean, of {found.ask:,} people asked", whole=True)


def _from_book(
    book: Path, population: int | None, otherwise: float | None
) -> tuple[int | None, float | None]:
    """Take from a book what is not told: the people there are, and whom the money could reach."""
    from farthing.book import open as open_book

    tables = open_book(book).ask("exposure").tables
    if population is None and not tables["populations"].is_empty():
        name, people = tables["populations"].select("population", "low").row(0)
        population = int(people)
        talk(f"Population: {name}, {population:,}")
    limits = tables["needed"]["coverage_bought_at_most_share"].drop_nulls()
    if otherwise is None and limits.len():
        otherwise = max(limits.to_list())
        talk(f"The money on the book could reach {otherwise:.3%} of them at the most")
    return population, otherwise


@app.command(epilog='Example: farthing sql book.duckdb "FROM current_budgets" > budgets.csv')
def sql(
    book: BookPath,
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT, in quotes.")],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Run one SELECT on a book, read-only, and print its rows as CSV.

    Each ledger has a view of its rows in force: current_budgets, current_spend and so on.
    imports, refused_rows, refusals and quarantine tell what came from where and what was refused.

    Cells are printed as the book has them, money to the penny and NULL as nothing. A spreadsheet
    takes a cell that begins with =, +, - or @ for a formula: open such a file as text.
    """
    rows = _known(book, as_of).sql(query)
    if as_json:
        print_json(rows.to_dicts())
    else:
        text = _flat(rows).write_csv()
        typer.echo(plain(text) if sys.stdout.isatty() else text, nl=False)


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
    return json.dumps(storable(value), ensure_ascii=False)


@app.command(epilog="Example: farthing report book.duckdb -o report.html")
def report(
    book: BookPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
    as_of: AsOf = None,
) -> None:
    """Write one self-contained HTML file that answers every question.

    The page needs no network and no JavaScript to be read. It names its book by hash, and shows
    each figure with the rows and the SQL it comes from.
    """
    from farthing.report import TELLING, write_report

    to = console(stderr=True)

    def headlines(answer: Answer) -> None:
        print_findings(to, answer, answer.findings[:TELLING])

    with spinner("Writing the report"):
        written = write_report(_known(book, as_of), output, on_answer=headlines)
    talk(f"Book: {book}\nReport:")
    typer.echo(str(written))


@app.command(epilog="Example: farthing chart book.duckdb bridge -o bridge.png")
def chart(
    book: BookPath,
    question: QuestionName,
    output: Annotated[Path, typer.Option("-o", "--output", help="A .html, .svg or .png file.")],
    as_of: AsOf = None,
) -> None:
    """Write the chart of a question to a file.

    The file's ending says how: .html is a page of its own, .svg and .png are pictures.
    """
    from farthing.report import write_chart

    typer.echo(str(write_chart(_known(book, as_of), question, output)))


@app.command(epilog="Example: farthing importers spend")
def importers(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="IMPORTER",
            help="Show one, with its columns; or a description of your own, such as mine.toml.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the formats of file that can be imported.

    With the name of one, tell where its files come from, what is a trap in them, which columns
    they have and where each goes, and what can be declared. A file is recognised by the names in
    its header, in any order; columns that may be blank can be left out.
    """
    from farthing import catalogue

    if name is None:
        formats = catalogue.formats()
        print_json(formats.to_dicts()) if as_json else catalogue.print_formats()
        return
    one = catalogue.find(name)
    print_json(catalogue.format_data(one)) if as_json else catalogue.print_format(one)


@app.command(epilog="Example: farthing reference -o reference.html")
def reference(
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
) -> None:
    """Write one HTML page on every format and every ledger.

    Each format with its columns, its traps and what can be declared; each ledger with its
    columns, units and rules. The page needs no network and no JavaScript.
    """
    from farthing.reference import write_reference

    typer.echo(str(write_reference(output)))


@app.command(epilog="Example: farthing questions --json")
def questions(as_json: AsJson = False) -> None:
    """List the questions that can be asked of a book."""
    import polars as pl

    from farthing.questions import NAMES, load

    rows = [{"question": name, "asks": load(name).asks} for name in NAMES]
    print_table_or_json(pl.DataFrame(rows), "Questions", as_json)


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
