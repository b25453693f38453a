"""A book: one DuckDB file with every ledger, its journal and what was refused.

This is the only code that writes to a book. Nothing in one is ever updated or deleted: an
amendment is a new row that names the one it supersedes, and a correction is a reversal.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from farthing import journal, own_format, posting, questions, storage
from farthing.bundles import gathered
from farthing.changes import changes
from farthing.errors import DataRefused, Problem, UsageError
from farthing.importer import Importer, Reading, choose
from farthing.importers import IMPORTERS
from farthing.importers.own_layout import own_layout
from farthing.intake import in_memory, take_in, together
from farthing.ledger import Ledger
from farthing.ledgers import BY_NAME, LEDGERS
from farthing.numerals import marks_of
from farthing.posting import Receipt
from farthing.question import Answer, BookMark
from farthing.readers.fec import NothingItemised
from farthing.records import Intake, joined
from farthing.scratch import scratch
from farthing.unread import refuse

if TYPE_CHECKING:
    from farthing.check import Checked

LOCALE = "en_GB"
#: What may help where figures have marks and cannot be read.
WRITTEN = "say how amounts are written, as in --locale de_DE for 1.234,50; or "
#: How many of the files behind a refused one are named.
SHOWN_UNTRIED = 5
#: The source of what a person links.
BY_HAND = {
    "entry_id": "links-by-hand",
    "source_id": "links-by-hand",
    "kind": "statement",
    "title": "Names linked by whoever keeps this book",
    "rank": "named_witness",
    "origin_id": "links-by-hand",
}
#: The names that can be linked, by kind.
KNOWN_NAMES = {
    "campaign": "SELECT campaign_id AS name FROM current_campaigns",
    "payee": "SELECT DISTINCT payee AS name FROM current_spend WHERE payee IS NOT NULL",
}
#: The names that are neither linked nor stand for others, with their money, the longest first.
NOT_LINKED = """
WITH named AS ({names}), links AS (SELECT name, stands_for FROM current_links WHERE kind = ?)
SELECT named.name, money.currency, count(money.entry_id) AS rows, sum(money.low) AS low,
       CASE WHEN count(money.high) = count(*) THEN sum(money.high) END AS high
FROM named LEFT JOIN counted_spend AS money ON money.{column} = named.name
WHERE named.name NOT IN (SELECT name FROM links UNION ALL SELECT stands_for FROM links)
GROUP BY named.name, money.currency ORDER BY rows DESC, named.name, money.currency
"""
#: What `QUARANTINE` gives of a book without a refused row.
NO_ROWS: dict[str, Any] = {
    "file": pl.String,
    "unit": pl.String,
    "rows": pl.Int64,
    "low": pl.Decimal(38, 2),
    "high": pl.Decimal(38, 2),
    "unread": pl.Int64,
}
Progress: TypeAlias = Callable[[str, int, int], None]
#: Imports that were known at the moment asked about.
KNOWN = "posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)"

HELD = """
SELECT 1 FROM refused_rows JOIN imports USING (batch_id) WHERE outcome = 'posted' LIMIT 1
"""
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
        declare: Mapping[str, str] | None = None,
        dry_run: bool = False,
        quarantine: bool = False,
        report: Callable[[Receipt], None] = lambda receipt: None,
        progress: Progress = lambda file, done, rows: None,
    ) -> list[Receipt]:
        """Import files, each whole or not at all, and return what became of each.

        Parameters
        ----------
        *files
            In any order; they are taken in that of their ledgers, so that what a row refers to
            is there before it. A folder stands for its files. What is named as a note beside
            tables, such as README.txt, is left aside.
        importer
            The format, where a file's header does not tell.
        encoding
            ``utf-8``, ``utf-16`` or ``cp1252``, where a file has no byte order mark and is not
            UTF-8.
        locale
            The locale amounts are written in: ``de_DE`` reads ``1.000,00``.
        declare
            What a file leaves open, by the names its importer gives: ``{"currency": "GBP"}``.
        dry_run
            Say what would happen and change nothing.
        quarantine
            Post the good rows of a file whose other rows are refused. The refused stay on the
            book, and every later answer says how many they are and how much money is in them.
        report
            Called with each receipt as it comes, first those of notes that are ``left aside``.
        progress
            Called with a file's name, its rows that are staged, and all its rows.

        Returns
        -------
        list of Receipt
            One per file that holds a table. A file that was posted before is ``already
            imported`` and changes nothing.

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
        with scratch() as folder:
            tables, notes = gathered(files)
            readings, bare = _readings(tables, folder, importer, encoding, declare or {})
            for name in (*notes, *bare, *(note for one in readings for note in one.intake.beside)):
                report(Receipt(name, "", "", "", "left aside", 0, 0, 0))
            work = self._rehearse if dry_run else self._post
            return work(readings, quarantine, locale, report, progress)

    def _post(
        self,
        readings: Sequence[Reading],
        quarantine: bool,
        locale: str,
        report: Callable[[Receipt], None] = lambda receipt: None,
        progress: Progress = lambda file, done, rows: None,
    ) -> list[Receipt]:
        self._refuse_past()
        receipts: list[Receipt] = []
        with storage.writing(self.path) as connection:
            for done, reading in enumerate(readings, 1):
                connection.execute("BEGIN")
                receipt = _post_one(connection, reading, quarantine, locale, progress)
                connection.execute("COMMIT")
                report(receipt)
                receipts.append(receipt)
                if receipt.outcome == "refused":
                    untried = [one.intake.name for one in readings[done:]]
                    raise _refusal(receipt, reading.importer.locale, untried)
        return receipts

    def _rehearse(
        self,
        readings: Sequence[Reading],
        quarantine: bool,
        locale: str,
        report: Callable[[Receipt], None],
        progress: Progress,
    ) -> list[Receipt]:
        receipts = []
        with storage.rehearsing(self.path) as connection:
            for reading in readings:
                receipt = _post_one(connection, reading, quarantine, locale, progress)
                receipts.append(receipt.as_rehearsed(reading.mapping()))
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

    def link(self, name: str, stands_for: str, *, kind: str = "campaign") -> Receipt:
        """Count a name under another from now on: a page under its campaign, a spelling of a payee.

        A link that the name has is superseded. `as_of` shows each.

        Parameters
        ----------
        name
            The name that files have: a ``campaign_id``, or a payee to the letter.
        stands_for
            The name it is to be counted under.
        kind
            ``campaign`` or ``payee``.

        Raises
        ------
        UsageError
            A name is not on the book, or the link would lead on to another.
        """
        links = self.links(kind)
        self._refuse_link(name, stands_for, kind, links)
        known = dict(links.select("name", "entry_id").rows())
        ever = self._frame("SELECT count(*) FROM links WHERE (kind, name) = (?, ?)", [kind, name])
        digest = hashlib.sha256(name.encode()).hexdigest()[:12]
        row = {
            "entry_id": f"{kind}-{digest}-{ever.item() + 1}",
            "source_id": BY_HAND["source_id"],
            "supersedes": known.get(name),
            "kind": kind,
            "name": name,
            "stands_for": stands_for,
        }
        if self._frame("SELECT 1 FROM sources WHERE source_id = ?", [row["source_id"]]).is_empty():
            self._post_row("sources", BY_HAND)
        return self._post_row("links", row)

    def unlink(self, name: str, *, kind: str = "campaign") -> Receipt:
        """Take back what a name stands for."""
        found = self.links(kind).filter(pl.col("name") == name)
        if found.is_empty():
            raise UsageError(f"{name} is not linked")
        entry = found["entry_id"].item()
        return self.reverse("links", entry, new_id=f"{entry}-undone", note="unlinked by hand")

    def links(self, kind: str = "campaign") -> pl.DataFrame:
        """Return what is linked: one row per name that stands for another."""
        return self._frame(
            "SELECT name, stands_for, rule, entry_id FROM current_links WHERE kind = ? "
            "ORDER BY stands_for, name",
            [kind],
        )

    def not_linked(self, kind: str = "campaign") -> pl.DataFrame:
        """Return what can still be linked: the names that files have, with what was spent.

        Of several tables that tell of the same money that of the fullest.

        Returns
        -------
        polars.DataFrame
            One row per name and currency, those with most rows of spending first: ``rows``, and
            the money from ``low`` to ``high``, both NULL where there is none.
        """
        column = {"campaign": "campaign_id", "payee": "payee"}[kind]
        return self._frame(NOT_LINKED.format(names=KNOWN_NAMES[kind], column=column), [kind])

    def _refuse_link(self, name: str, stands_for: str, kind: str, links: pl.DataFrame) -> None:
        """Refuse a link from or to what is not there, or that would make a chain."""
        if kind not in KNOWN_NAMES:
            raise UsageError(f"unknown kind {kind}", hint=f"one of {', '.join(KNOWN_NAMES)}")
        names = set(self._frame(KNOWN_NAMES[kind])["name"])
        for one in (name, stands_for) if kind == "campaign" else (name,):
            if one not in names:
                near = difflib.get_close_matches(one, names, n=1)
                raise UsageError(
                    f"there is no {kind} {one}", hint=f"did you mean {near[0]}?" if near else None
                )
        if name == stands_for:
            raise UsageError(f"{name} stands for itself already")
        if stands_for in set(links["name"]):
            raise UsageError(f"{stands_for} is linked itself", hint="link to what it stands for")
        if name in set(links["stands_for"]):
            raise UsageError(f"other names stand for {name}", hint="link those, or unlink them")

    def changes(self, source: str) -> pl.DataFrame:
        """Return what a publisher's file says otherwise than its last of an earlier day.

        Parameters
        ----------
        source
            Name of the file's row in ``sources``, or of the file.

        Returns
        -------
        DataFrame
            One row per key that appeared, moved or vanished, with its bounds before and after.

        Raises
        ------
        UsageError
            There is no such import, its day is not known, or it is the first of its kind.
        """
        with storage.reading(self.path, self.moment) as connection:
            return changes(connection, source, KNOWN)

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
        return self._post_row(ledger, row | cells | {"entry_id": new_id}, locale)

    def _post_row(
        self, ledger: str, row: Mapping[str, str | None], locale: str = LOCALE
    ) -> Receipt:
        """Post one row of a ledger as a file of one row would be."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(row), lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(row)
        with scratch() as folder:
            intake = in_memory(f"{ledger} {row['entry_id']}", text.getvalue(), folder)
            reading = Reading(own_layout(BY_NAME[ledger]), intake, {})
            return self._post([reading], False, locale)[0]

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
            mark = self._mark(connection)

            def fetch(query: str) -> pl.DataFrame:
                return self._frame_at(mark, query)

            return asked.answer(lambda sql: connection.sql(sql).pl(), mark, _show, fetch)

    def check(self, *names: str) -> Checked:
        """Run the checks: sums that must come out, duplicates, days, reach, names, figures, gaps.

        Parameters
        ----------
        *names
            Codes or families of `farthing.checks`; all where none is given.

        Returns
        -------
        Checked
            A result for each check, whatever it is: `Checked.failures` has those that do not hold.

        Raises
        ------
        UsageError
            There is no such check.
        BookBusy, BookDamaged
            As for `sql`.

        Examples
        --------
        >>> Book("build/ge2017.duckdb").check("identities")  # doctest: +SKIP
        """
        from farthing.check import Checked
        from farthing.checks import choose

        chosen = choose(names)
        with storage.reading(self.path, self.moment) as connection:
            mark = self._mark(connection)
            storage.settle(connection)
            return Checked(
                tuple(check.run(lambda sql: connection.sql(sql).pl()) for check in chosen), mark
            )

    def _frame_at(self, mark: BookMark, query: str) -> pl.DataFrame:
        """Run a SELECT on the state of the book that was asked; refuse where it is another now."""
        with storage.reading(self.path, self.moment) as connection:
            if self._head(connection) != mark.head:
                raise UsageError(
                    "the book has changed since it was asked", where=mark.name, hint="ask it again"
                )
            found: pl.DataFrame = connection.sql(query).pl()
        return found

    def _mark(self, connection: duckdb.DuckDBPyConnection) -> BookMark:
        return BookMark(
            name=self.path.name,
            head=self._head(connection),
            moment="" if self.moment is None else f"{self.moment:%Y-%m-%d %H:%M:%S}",
            quarantine=_quarantined(connection),
        )

    def _head(self, connection: duckdb.DuckDBPyConnection) -> str:
        """Return the hash of the last journal entry that is known; empty where there is none."""
        heads = connection.execute(
            f"SELECT head FROM imports WHERE {KNOWN} ORDER BY batch_id DESC LIMIT 1"
        ).fetchall()
        return heads[0][0] if heads else ""

    def quarantine(self) -> pl.DataFrame:
        """Return what is in quarantine: one row per file and unit, with rows and amounts."""
        with storage.reading(self.path, self.moment) as connection:
            return _quarantined(connection)

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
                head, differing = journal.faults(connection)
                return Verdict(head, (*faults, *differing, *journal.strays(connection)))
            except duckdb.Error as error:
                if storage.is_damage(error):
                    raise
                faults.append(f"the journal cannot be recomputed: {str(error).splitlines()[0]}")
                return Verdict("", tuple(faults))


def _quarantined(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return what is in quarantine; where no row ever was, nothing in force need be looked at."""
    held = connection.execute(HELD).fetchall()
    rows: pl.DataFrame = connection.sql(QUARANTINE).pl() if held else pl.DataFrame(schema=NO_ROWS)
    return rows


def _show(answer: Answer) -> None:
    """Show an answer in a notebook; what draws it takes a second to load."""
    from farthing.display import show

    show(answer)


def _readings(
    files: Sequence[Path],
    folder: Path,
    name: str | None,
    encoding: str | None,
    declared: Mapping[str, str],
) -> tuple[list[Reading], list[str]]:
    """Take the files in and find the importer of each, in the order they can be posted in.

    The names are those of filings without spending, of which not all files may be.
    """
    chosen: list[tuple[Importer, Intake]] = []
    bare: list[str] = []
    if name is not None and name.lower().endswith(".toml"):
        described = own_format.load(Path(name))
        for file in files:
            chosen += own_format.take(described, file, folder, encoding)
    else:
        for file in files:
            knows = partial(_knows, file.name)
            try:
                taken = take_in(file, folder, knows=knows, encoding=encoding)
            except NothingItemised:
                bare.append(file.name)
                if len(bare) == len(files):
                    raise
                continue
            chosen += [(choose(intake, IMPORTERS, name), intake) for intake in taken]
    known = {setting.name for one, _ in chosen for setting in one.settings}
    if unknown := sorted(set(declared) - known):
        raise UsageError(
            f"nothing to declare as {unknown[0]}",
            hint=f"these files take {', '.join(sorted(known))}" if known else None,
        )
    chosen.sort(key=lambda pair: LEDGERS.index(pair[0].ledger))
    return [Reading(one, intake, declared) for one, intake in _paged(chosen, folder)], bare


def _knows(file: str, row: Sequence[str]) -> bool | Sequence[str]:
    """Tell whether a row of a file is a known header, or what its columns are where it has none."""
    if row and any(one.recognises(row) for one in IMPORTERS):
        return True
    columns = next(filter(None, (one.begins(row) for one in IMPORTERS)), None)
    if columns is None:
        refuse(row, file)
    return columns or False


def _paged(
    chosen: Sequence[tuple[Importer, Intake]], folder: Path
) -> list[tuple[Importer, Intake]]:
    """Join the pages of one answer: a record of one page is not to be taken for one of another.

    Pages whose names tell several days are as many answers.
    """
    pages: dict[tuple[str, ...], list[Intake]] = {}
    for importer, intake in chosen:
        of_one = pages.setdefault(_answer(importer, intake), []) if importer.paged else []
        if intake.sha256 not in [page.sha256 for page in of_one]:
            of_one.append(intake)
    found: list[tuple[Importer, Intake]] = []
    for importer, intake in chosen:
        of_one = pages.get(_answer(importer, intake), [intake])
        if len(of_one) == 1:
            found.append((importer, intake))
        elif intake is of_one[0]:
            sha256 = together([page.sha256 for page in of_one])
            found.append((importer, joined(of_one, sha256, folder)))
    return found


def _answer(importer: Importer, intake: Intake) -> tuple[str, ...]:
    """Return what pages of one answer share: their format, and what their names tell."""
    patterns = (one.in_name for one in importer.settings if one.in_name)
    found = (re.search(pattern, intake.name) for pattern in patterns)
    return importer.name, *(match[1] if match else "" for match in found)


def _post_one(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    quarantine: bool,
    locale: str,
    progress: Progress,
) -> Receipt:
    return posting.post(
        connection,
        reading,
        quarantine=quarantine,
        locale=locale,
        version=version("farthing"),
        progress=lambda done: progress(reading.intake.name, done, reading.intake.rows),
    )


def _refusal(receipt: Receipt, locale: str | None, untried: Sequence[str]) -> DataRefused:
    """Say what was refused; where another locale may read it, that this can be told.

    Files after it can need what it was to post, and were not tried.
    """
    is_written = "" if locale or not any(map(_is_marked, receipt.problems)) else WRITTEN
    first = ", ".join(untried[:SHOWN_UNTRIED]) + ", …" * (len(untried) > SHOWN_UNTRIED)
    again = f", and import again ({len(untried)} not tried after it: {first})" if untried else ""
    return DataRefused(
        f"{receipt.rows_at_fault:,} of {receipt.rows_refused:,} rows refused, nothing was posted",
        receipt.problems,
        where=receipt.file,
        hint=f"{is_written}correct the file, or post the rest with --quarantine{again}; the "
        'refused rows stay on the book either way: farthing sql BOOK "FROM refusals" lists every '
        "reason",
    )


def _is_marked(problem: Problem) -> bool:
    """Tell whether a figure that cannot be read has marks that another locale may give it."""
    around, parted = "[^0-9]{0,4}", r"[0-9]{1,3}([.,'’\s][0-9]{2,3})+([.,][0-9]+)?"
    marked = f"{around}({parted}|[0-9]+,[0-9]{{1,2}}){around}"
    is_no_figure = problem.rule.endswith("it is no figure")
    return is_no_figure and bool(re.fullmatch(marked, problem.value or ""))


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
