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
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from farthing import posting, questions, storage
from farthing.errors import DataRefused, UsageError
from farthing.importer import Importer, Intake, choose, in_memory, take_in
from farthing.importers import IMPORTERS
from farthing.importers.own_layout import own_layout
from farthing.ledger import Ledger
from farthing.ledgers import BY_NAME, LEDGERS
from farthing.numerals import marks_of
from farthing.posting import Receipt
from farthing.question import Answer, BookMark

LOCALE = "en_GB"
#: Imports that were known at the moment asked about.
KNOWN = "posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)"

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

        Raises
        ------
        UsageError
            It is no moment: a day alone leaves open which of its imports are known.
        """
        if not isinstance(moment, datetime):
            raise UsageError(
                f"{moment!r} is no moment",
                hint="pass a datetime, such as datetime(2025, 1, 31, 18)",
            )
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
        marks_of(locale)  # refuses an unknown locale before anything is read
        with tempfile.TemporaryDirectory(prefix="farthing-") as folder:
            taken = [take_in(Path(file), Path(folder), encoding=encoding) for file in files]
            chosen = [(choose(intake, IMPORTERS, importer), intake) for intake in taken]
            chosen.sort(key=lambda pair: LEDGERS.index(pair[0].ledger))
            work = self._rehearse if dry_run else self._post
            return work(chosen, quarantine, locale, report)

    def _post(
        self,
        chosen: Sequence[tuple[Importer, Intake]],
        quarantine: bool,
        locale: str,
        report: Callable[[Receipt], None],
    ) -> list[Receipt]:
        self._refuse_past()
        receipts: list[Receipt] = []
        with storage.writing(self.path) as connection:
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
        quarantine: bool,
        locale: str,
        report: Callable[[Receipt], None],
    ) -> list[Receipt]:
        receipts = []
        with storage.rehearsing(self.path) as connection:
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
            New cells by file column, as text; ``amount`` as people write it, in the locale of
            the import that the entry came by.

        Raises
        ------
        UsageError
            No such ledger, entry or column.
        DataRefused
            The new row breaks a rule.
        """
        if taken := {"supersedes", "reverses"} & set(cells):
            raise UsageError(f"{taken.pop()} cannot be amended: it tells what is corrected")
        return self._correct(ledger, entry_id, new_id, {**cells, "supersedes": entry_id})

    def reverse(self, ledger: str, entry_id: str, *, new_id: str, note: str) -> Receipt:
        """Post a row that withdraws another, with the reason in ``note``.

        What the entry superseded stays superseded. Parameters and errors are those of `amend`.
        """
        cells = {"supersedes": None, "reverses": entry_id, "note": note}
        return self._correct(ledger, entry_id, new_id, cells)

    def _correct(
        self, ledger: str, entry_id: str, new_id: str, cells: dict[str, str | None]
    ) -> Receipt:
        self._refuse_past()
        if ledger not in BY_NAME:
            raise UsageError(f"unknown ledger {ledger}", hint=f"one of {', '.join(BY_NAME)}")
        columns = BY_NAME[ledger].file_columns
        if unknown := set(cells) - set(columns):
            raise UsageError(f"{ledger} has no column {', '.join(sorted(unknown))}")
        row, locale = self._file_row(BY_NAME[ledger], entry_id)
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(row | cells | {"entry_id": new_id})
        with tempfile.TemporaryDirectory(prefix="farthing-") as folder:
            intake = in_memory(f"{ledger} {new_id}", text.getvalue(), Path(folder))
            chosen = [(own_layout(BY_NAME[ledger]), intake)]
            return self._post(chosen, False, locale, lambda receipt: None)[0]

    def _file_row(self, ledger: Ledger, entry_id: str) -> tuple[dict[str, str | None], str]:
        """Return an entry in force as the cells of a file, and the locale it was read in."""
        rows = self._frame(
            f"SELECT entries.*, locale FROM current_{ledger.name} AS entries "
            "JOIN imports USING (batch_id) WHERE entry_id = ?",
            [entry_id],
        )
        if rows.is_empty():
            raise UsageError(f"{ledger.name} has no entry {entry_id} in force")
        row = rows.row(0, named=True)
        kept = {
            name: None if row[name] is None else str(row[name])
            for name in ledger.file_columns
            if name != "amount"
        }
        return kept | ({"amount": row["wording"]} if ledger.has_amount else {}), row["locale"]

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
                return pl.DataFrame(connection.sql(query).to_arrow_table())
            except duckdb.Error as error:
                if storage.is_damage(error):
                    raise
                raise UsageError(str(error).strip()) from None
            except (pa.ArrowException, pl.exceptions.PolarsError) as error:
                raise UsageError(f"its columns cannot be shown: {error}") from None

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
            return asked.answer(lambda sql: connection.sql(sql).pl(), self._mark(connection), _show)

    def _mark(self, connection: duckdb.DuckDBPyConnection) -> BookMark:
        heads = connection.execute(
            f"SELECT head FROM imports WHERE {KNOWN} ORDER BY batch_id DESC LIMIT 1"
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
        known = f"batch_id IN (SELECT batch_id FROM imports WHERE {KNOWN})"
        counts = " UNION ALL ".join(
            f"SELECT '{ledger.name}' AS ledger, "
            f"(SELECT count(*) FROM {ledger.name} WHERE {known}) AS posted, "
            f"(SELECT count(*) FROM current_{ledger.name}) AS in_force"
            for ledger in LEDGERS
        )
        return self._frame(counts)

    def imports(self) -> pl.DataFrame:
        """Return the journal: one row per file that was posted or refused."""
        return self._frame(f"SELECT * FROM imports WHERE {KNOWN} ORDER BY batch_id")

    def verify(self) -> Verdict:
        """Recompute every hash and count of the journal from the rows themselves.

        What the book defines beside its tables is compared too. The clock of an import is not
        sealed: it is only held to be no earlier than that of the import before.
        """
        with storage.reading(self.path) as connection:
            faults = storage.catalog_faults(connection)
            try:
                head, differing = _journal_faults(connection)
                return Verdict(head, (*faults, *differing, *_strays(connection)))
            except duckdb.Error as error:
                if storage.is_damage(error):
                    raise
                faults.append(f"the journal cannot be recomputed: {str(error).splitlines()[0]}")
                return Verdict("", tuple(faults))


def _show(answer: Answer) -> None:
    """Show an answer in a notebook; what draws it takes a second to load."""
    from farthing.display import show

    show(answer)


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


def _journal_faults(connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """Recompute the chain of heads; return the last, and what differs."""
    columns = (*posting.SEALED, "head", "posted_at")
    journal = connection.execute(f"SELECT {', '.join(columns)} FROM imports ORDER BY batch_id")
    head, before, faults = "", datetime.min, []
    for number, (*sealed, stated, posted_at) in enumerate(journal.fetchall(), 1):
        entry = dict(zip(posting.SEALED, sealed, strict=True))
        head = posting.next_head(head, sealed)
        if entry["batch_id"] != number or stated != head:
            faults.append(f"journal entry {entry['batch_id']} ({entry['file']}) was changed")
        if posted_at < before:
            faults.append(f"journal entry {number} ({entry['file']}) is dated before the last")
        before = posted_at
        faults += _batch_faults(connection, entry)
    return head, faults


def _batch_faults(connection: duckdb.DuckDBPyConnection, entry: dict[str, Any]) -> list[str]:
    """Hold one batch's rows against its journal entry."""
    batch, file, name = entry["batch_id"], entry["file"], entry["ledger"]
    if name not in BY_NAME:
        return [f"journal entry {batch} ({file}) names no ledger"]
    faults = []
    rows = f"(SELECT * FROM {name} WHERE batch_id = {batch})"
    [(count,)] = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()
    if count != entry["rows_posted"]:
        faults.append(f"{name}: {file} posted {entry['rows_posted']} rows and {count} are there")
    elif posting.posted_sha256(connection, BY_NAME[name], rows) != entry["content_sha256"]:
        faults.append(f"{name}: rows of {file} were changed after they were posted")
    if posting.refused_sha256(connection, batch) != entry["refused_sha256"]:
        faults.append(f"{name}: what was refused of {file} was changed afterwards")
    return faults


def _strays(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Find rows that no import posted or refused."""
    owners = {ledger.name: f"WHERE ledger = '{ledger.name}'" for ledger in LEDGERS}
    return [
        f"{table}: {count} rows belong to no import"
        for table, which in (owners | {"refused_rows": "", "refusals": ""}).items()
        for (count,) in connection.execute(
            f"SELECT count(*) FROM {table} WHERE batch_id NOT IN "
            f"(SELECT batch_id FROM imports {which})"
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
