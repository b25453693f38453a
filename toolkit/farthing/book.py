"""A book: one DuckDB file with every ledger, its journal and what was refused.

This is the only code that writes to a book. Nothing in one is ever updated or deleted: an
amendment is a new row that names the one it supersedes, and a correction is a reversal.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from farthing import posting, questions, storage
from farthing.errors import DataRefused, UsageError
from farthing.importer import Importer, Intake, choose, in_memory, take_in
from farthing.importers import IMPORTERS
from farthing.importers.own_layout import own_layout
from farthing.ledger import AMOUNT_COLUMNS, POSTED_COLUMNS, Ledger
from farthing.ledgers import BY_NAME, LEDGERS
from farthing.posting import Receipt
from farthing.question import Answer, BookMark

LOCALE = "en_GB"
#: Errors of DuckDB that are about the query, not about the file.
QUERY_ERRORS = (
    duckdb.ProgrammingError,
    duckdb.DataError,
    duckdb.NotSupportedError,
    duckdb.PermissionException,
    duckdb.OutOfMemoryException,
)

QUARANTINE = """
SELECT file, unit, count(*) AS rows,
       CASE WHEN bool_and(low IS NOT NULL OR high IS NULL) THEN sum(low) END AS low,
       CASE WHEN bool_and(high IS NOT NULL OR low IS NULL) THEN sum(high) END AS high,
       count(*) FILTER (WHERE low IS NULL AND high IS NULL) AS unread
FROM quarantine GROUP BY file, unit ORDER BY file, unit
"""


@dataclass(frozen=True)
class Verdict:
    """Whether a book is what its journal says.

    Parameters
    ----------
    head
        Hash of the last journal entry, recomputed. Compare it with one kept elsewhere: only that
        shows a book rewritten from end to end.
    faults
        What differs, one sentence each; none when the book is sound.
    """

    head: str
    faults: tuple[str, ...]


class Book:
    """One book, as it is now or as it was known at a moment.

    No connection is kept: each call opens the file, does its work and closes it.

    Parameters
    ----------
    path
        The DuckDB file. It need not exist before the first `add`.
    moment
        For `as_of`: read what was known then (UTC).

    Examples
    --------
    >>> book = Book("build/ge2017.duckdb")  # doctest: +SKIP
    >>> book.ask("bridge")  # doctest: +SKIP
    """

    def __init__(self, path: str | os.PathLike[str], *, moment: datetime | None = None) -> None:
        self.path = Path(path)
        self.moment = moment

    def __repr__(self) -> str:
        then = "" if self.moment is None else f", as of {self.moment:%Y-%m-%d %H:%M:%S}"
        return f"Book({str(self.path)!r}{then})"

    def as_of(self, moment: datetime) -> Book:
        """Return the book as it was known at a moment.

        Parameters
        ----------
        moment
            UTC where it has no time zone. Imports of that very moment are known.
        """
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        return Book(self.path, moment=moment)

    def add(
        self,
        *files: str | os.PathLike[str],
        importer: str | None = None,
        encoding: str | None = None,
        locale: str = LOCALE,
        dry_run: bool = False,
        quarantine: bool = False,
        report: Callable[[Receipt], None] = lambda receipt: None,
    ) -> list[Receipt]:
        """Import files, each whole or not at all, and return what became of each.

        Parameters
        ----------
        *files
            In any order; they are taken in that of their ledgers, so that what a row refers to
            is there before it.
        importer
            The format, where a file's header does not tell.
        encoding
            ``utf-8``, ``utf-16`` or ``cp1252``, where a file has no byte order mark and is not
            UTF-8.
        locale
            The locale amounts are written in: ``de_DE`` reads ``1.000,00``.
        dry_run
            Say what would happen and change nothing.
        quarantine
            Post the good rows of a file whose other rows are refused. The refused stay on the
            book, and every later answer says how many they are and how much money is in them.
        report
            Called with each receipt as it comes.

        Returns
        -------
        list of Receipt
            One per file. A file that was posted before is ``already imported`` and changes
            nothing.

        Raises
        ------
        DataRefused
            Rows of a file were refused; nothing of that file was posted, the files before it
            were. Not raised by a dry run.
        FileUnusable, UsageError
            A file cannot be read or is of no known format; nothing was posted at all.
        BookBusy, BookDamaged
            As for `sql`.
        """
        with tempfile.TemporaryDirectory(prefix="farthing-") as folder:
            taken = [take_in(Path(file), Path(folder), encoding=encoding) for file in files]
            chosen = [(choose(intake, IMPORTERS, importer), intake) for intake in taken]
            chosen.sort(key=lambda pair: LEDGERS.index(pair[0].ledger))
            if dry_run:
                return self._rehearse(chosen, Path(folder), quarantine, locale, report)
            return self._post(chosen, Path(folder), quarantine, locale, report)

    def _post(
        self,
        chosen: Sequence[tuple[Importer, Intake]],
        folder: Path,
        quarantine: bool,
        locale: str,
        report: Callable[[Receipt], None],
    ) -> list[Receipt]:
        self._refuse_past()
        receipts: list[Receipt] = []
        with storage.writing(self.path, folder) as connection:
            for importer, intake in chosen:
                connection.execute("BEGIN")
                receipt = _post_one(connection, importer, intake, quarantine, locale)
                connection.execute("COMMIT")
                report(receipt)
                receipts.append(receipt)
                if receipt.outcome == "refused":
                    raise _refusal(receipt)
        return receipts

    def _rehearse(
        self,
        chosen: Sequence[tuple[Importer, Intake]],
        folder: Path,
        quarantine: bool,
        locale: str,
        report: Callable[[Receipt], None],
    ) -> list[Receipt]:
        receipts = []
        with storage.rehearsing(self.path, folder) as connection:
            for importer, intake in chosen:
                receipt = _post_one(connection, importer, intake, quarantine, locale)
                receipts.append(receipt.as_rehearsed())
                report(receipts[-1])
        return receipts

    def _refuse_past(self) -> None:
        if self.moment is not None:
            raise UsageError("a book as of a moment cannot be written to")

    def amend(self, ledger: str, entry_id: str, *, new_id: str, **cells: str | None) -> Receipt:
        """Post a row that supersedes another: the same cells but for those given.

        Parameters
        ----------
        ledger
            Name of the ledger.
        entry_id
            The entry in force that is superseded.
        new_id
            Name of the new entry.
        **cells
            New cells by file column, as text; ``amount`` as people write it.

        Raises
        ------
        UsageError
            No such ledger, entry or column.
        DataRefused
            The new row breaks a rule.
        """
        return self._correct(ledger, entry_id, new_id, {"supersedes": entry_id, **cells})

    def reverse(self, ledger: str, entry_id: str, *, new_id: str, note: str) -> Receipt:
        """Post a row that withdraws another, with the reason in ``note``.

        Parameters and errors are those of `amend`.
        """
        return self._correct(ledger, entry_id, new_id, {"reverses": entry_id, "note": note})

    def _correct(
        self, ledger: str, entry_id: str, new_id: str, cells: dict[str, str | None]
    ) -> Receipt:
        self._refuse_past()
        if ledger not in BY_NAME:
            raise UsageError(f"unknown ledger {ledger}", hint=f"one of {', '.join(BY_NAME)}")
        columns = BY_NAME[ledger].file_columns
        if unknown := set(cells) - set(columns):
            raise UsageError(f"{ledger} has no column {', '.join(sorted(unknown))}")
        row = self._file_row(BY_NAME[ledger], entry_id) | cells | {"entry_id": new_id}
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
        with tempfile.TemporaryDirectory(prefix="farthing-") as folder:
            intake = in_memory(f"{ledger} {new_id}", text.getvalue(), Path(folder))
            chosen = [(own_layout(BY_NAME[ledger]), intake)]
            return self._post(chosen, Path(folder), False, LOCALE, lambda receipt: None)[0]

    def _file_row(self, ledger: Ledger, entry_id: str) -> dict[str, str | None]:
        """Return an entry in force as the cells of a file."""
        rows = self._frame(f"SELECT * FROM current_{ledger.name} WHERE entry_id = ?", [entry_id])
        if rows.is_empty():
            raise UsageError(f"{ledger.name} has no entry {entry_id} in force")
        row = rows.row(0, named=True)
        kept = {
            name: None if value is None else str(value)
            for name, value in row.items()
            if name not in (*AMOUNT_COLUMNS, *POSTED_COLUMNS)
        }
        return kept | ({"amount": row["wording"]} if ledger.has_amount else {})

    def sql(self, query: str) -> pl.DataFrame:
        """Run one SELECT and return its rows.

        The book is opened read-only and nothing else can be reached: no file, no network, no
        variable of the program. ``current_<ledger>`` has the rows in force.

        Raises
        ------
        UsageError
            It is not one SELECT, or DuckDB cannot run it.
        BookBusy
            Another process is writing to the book.
        BookDamaged
            The file is no book, or a damaged one.

        Examples
        --------
        >>> Book("build/ge2017.duckdb").sql("FROM current_budgets")  # doctest: +SKIP
        """
        _require_one_select(query)
        with storage.reading(self.path, self.moment) as connection:
            try:
                rows: pl.DataFrame = connection.sql(query).pl()
                return rows
            except QUERY_ERRORS as error:
                raise UsageError(str(error).strip()) from None

    def _frame(self, query: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        with storage.reading(self.path, self.moment) as connection:
            rows: pl.DataFrame = connection.sql(query, params=list(parameters)).pl()
            return rows

    def ask(self, question: str) -> Answer:
        """Answer a question: its tables, findings and chart.

        Parameters
        ----------
        question
            One of `farthing.questions.NAMES`.

        Raises
        ------
        UsageError
            There is no such question.
        BookBusy, BookDamaged
            As for `sql`.
        """
        asked = questions.load(question)
        with storage.reading(self.path, self.moment) as connection:
            return asked.answer(lambda sql: connection.sql(sql).pl(), self._mark(connection))

    def _mark(self, connection: duckdb.DuckDBPyConnection) -> BookMark:
        known = "posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)"
        heads = connection.execute(
            f"SELECT head FROM imports WHERE {known} ORDER BY batch_id DESC LIMIT 1"
        ).fetchall()
        return BookMark(
            name=self.path.name,
            head=heads[0][0] if heads else "",
            moment="" if self.moment is None else f"{self.moment:%Y-%m-%d %H:%M:%S}",
            quarantine=connection.sql(QUARANTINE).pl(),
        )

    def quarantine(self) -> pl.DataFrame:
        """Return what is in quarantine: one row per file and unit, with rows and amounts."""
        return self._frame(QUARANTINE)

    def status(self) -> pl.DataFrame:
        """Return one row per ledger: rows ever posted, and rows in force."""
        counts = " UNION ALL ".join(
            f"SELECT '{ledger.name}' AS ledger, (SELECT count(*) FROM {ledger.name}) AS posted, "
            f"(SELECT count(*) FROM current_{ledger.name}) AS in_force"
            for ledger in LEDGERS
        )
        return self._frame(counts)

    def imports(self) -> pl.DataFrame:
        """Return the journal: one row per file that was posted or refused."""
        return self._frame("SELECT * FROM imports ORDER BY batch_id")

    def verify(self) -> Verdict:
        """Recompute every hash and count of the journal from the rows themselves."""
        with storage.reading(self.path) as connection:
            journal = connection.execute("SELECT * FROM imports ORDER BY batch_id").fetchall()
            head, faults = "", []
            for number, entry in enumerate(journal, 1):
                head = posting.next_head(head, (*entry[:9], entry[12]))
                if entry[0] != number or entry[13] != head:
                    faults.append(f"journal entry {entry[0]} ({entry[1]}) was changed")
                faults += _batch_faults(connection, entry)
            faults += _strays(connection)
        return Verdict(head, tuple(faults))


def _post_one(
    connection: duckdb.DuckDBPyConnection,
    importer: Importer,
    intake: Intake,
    quarantine: bool,
    locale: str,
) -> Receipt:
    return posting.post(
        connection,
        importer,
        intake,
        quarantine=quarantine,
        locale=locale,
        version=version("farthing"),
    )


def _refusal(receipt: Receipt) -> DataRefused:
    rows = len({problem.line for problem in receipt.problems})
    return DataRefused(
        f"{rows:,} of {receipt.rows_read:,} rows refused, nothing was posted",
        receipt.problems,
        where=receipt.file,
        hint="correct the file, or post the rest with --quarantine; "
        "the refused rows stay on the book either way",
    )


def _require_one_select(query: str) -> None:
    """Refuse what is not exactly one SELECT before anything is opened."""
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise UsageError(str(error).strip()) from None
    if len(statements) != 1:
        raise UsageError(f"{len(statements)} statements given; one SELECT is run at a time")
    if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        kind = statements[0].type.name
        raise UsageError(
            f"{kind} is refused: a book is read with SELECT and written with import",
        )


def _batch_faults(connection: duckdb.DuckDBPyConnection, entry: tuple[object, ...]) -> list[str]:
    """Hold one batch's rows against its journal entry."""
    batch, file, name, posted, content = entry[0], entry[1], str(entry[4]), entry[7], entry[12]
    if name not in BY_NAME:
        return [f"journal entry {batch} ({file}) names no ledger"]
    rows = f"(SELECT * FROM {name} WHERE batch_id = {batch})"
    [(count,)] = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()
    if count != posted:
        return [f"{name}: {file} posted {posted} rows and {count} are there"]
    if posting.content_sha256(connection, BY_NAME[name], rows) != content:
        return [f"{name}: rows of {file} were changed after they were posted"]
    return []


def _strays(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Find rows that no import posted."""
    return [
        f"{ledger.name}: {count} rows belong to no import"
        for ledger in LEDGERS
        for (count,) in connection.execute(
            f"SELECT count(*) FROM {ledger.name} WHERE batch_id NOT IN "
            f"(SELECT batch_id FROM imports WHERE ledger = '{ledger.name}')"
        ).fetchall()
        if count
    ]


def open(path: str | os.PathLike[str]) -> Book:
    """Open a book that exists.

    Parameters
    ----------
    path
        The DuckDB file that ``farthing import`` or `Book.add` made.

    Raises
    ------
    FileUnusable
        There is no such file. `Book` makes a new one at the first `Book.add`.
    BookBusy
        Another process is writing to it.
    BookDamaged
        It is no book, or a damaged one.
    """
    book = Book(path)
    with storage.reading(book.path):
        return book
