"""The DuckDB file of a book: its tables and views, and how it is opened.

A connection is opened for one piece of work and closed after it, so that another notebook can
have the book. What is opened for reading can reach nothing but the book: no file, no network, no
variable of the program, and its settings are locked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from farthing.errors import BookBusy, BookDamaged, FarthingError, FileUnusable
from farthing.ledgers import LEDGERS

#: Grows when a table changes in a way that older books do not have.
SCHEMA_VERSION = 1
#: What DuckDB 1.4 and every later version opens; DuckDB 2 would by default write what none does.
STORAGE_VERSION = "v1.4.0"
PATIENCE_SECONDS = 5.0

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}

JOURNAL = """
CREATE TABLE book (schema_version INTEGER NOT NULL);
CREATE TABLE imports (
  batch_id BIGINT NOT NULL,           -- 1, 2, 3 …
  file VARCHAR NOT NULL,              -- its name, without the folder
  sha256 VARCHAR NOT NULL,            -- of its bytes
  importer VARCHAR NOT NULL,
  ledger VARCHAR NOT NULL,
  outcome VARCHAR NOT NULL CHECK (outcome IN ('posted', 'refused')),
  rows_read BIGINT NOT NULL,
  rows_posted BIGINT NOT NULL,
  rows_refused BIGINT NOT NULL,       -- all of them where nothing was posted
  posted_at TIMESTAMP NOT NULL,       -- UTC
  locale VARCHAR NOT NULL,            -- that amounts were read in
  farthing_version VARCHAR NOT NULL,
  content_sha256 VARCHAR NOT NULL,    -- of the rows posted
  head VARCHAR NOT NULL,              -- of this entry and all before it
  CHECK (rows_read = rows_posted + rows_refused)
);
CREATE TABLE refused_rows (
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL,         -- the header being 1
  line BIGINT NOT NULL,               -- physical line the row starts on
  entry_id VARCHAR,                   -- where it could be read
  low DECIMAL(18,2),                  -- its amount, where it could be read
  high DECIMAL(18,2),
  unit VARCHAR,
  record VARCHAR NOT NULL             -- the whole row as JSON, or as it stands
);
CREATE TABLE refusals (
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name VARCHAR,
  value VARCHAR,
  rule VARCHAR NOT NULL
);
"""

#: What is in force: neither superseded nor reversed, as known at the moment asked about.
CURRENT_VIEW = """
CREATE VIEW current_{name} AS
WITH known AS (
  SELECT {name}.*
  FROM {name} JOIN imports USING (batch_id)
  WHERE imports.posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)
), gone AS (
  SELECT supersedes AS entry_id FROM known WHERE supersedes IS NOT NULL
  UNION ALL
  SELECT reverses FROM known WHERE reverses IS NOT NULL
)
SELECT * FROM known
WHERE reverses IS NULL AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.entry_id = known.entry_id)
"""

#: Rows refused from files whose other rows were posted, until a row of that name is posted.
QUARANTINE_VIEW = """
CREATE VIEW quarantine AS
WITH entries AS ({entries})
SELECT imports.file, imports.ledger, refused_rows.*
FROM refused_rows JOIN imports USING (batch_id)
WHERE imports.outcome = 'posted'
  AND imports.posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)
  AND NOT EXISTS (
    SELECT 1 FROM entries
    WHERE entries.ledger = imports.ledger AND entries.entry_id = refused_rows.entry_id
  )
"""


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views of an empty book, all or none."""
    connection.execute("BEGIN")
    connection.execute(JOURNAL)
    connection.execute("INSERT INTO book VALUES (?)", [SCHEMA_VERSION])
    for ledger in LEDGERS:
        connection.execute(ledger.ddl())
        connection.execute(CURRENT_VIEW.format(name=ledger.name))
    entries = " UNION ALL ".join(
        f"SELECT '{ledger.name}' AS ledger, entry_id FROM current_{ledger.name}"
        for ledger in LEDGERS
    )
    connection.execute(QUARANTINE_VIEW.format(entries=entries))
    connection.execute("COMMIT")


@contextmanager
def reading(path: Path, moment: datetime | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a book to read it as it was known at a moment, or now.

    Raises
    ------
    FileUnusable
        There is no such file.
    BookBusy
        Another process is writing to it.
    BookDamaged
        It is no book, or a damaged one.
    """
    if not path.is_file():
        raise FileUnusable(
            "no such book",
            where=str(path),
            hint=f"farthing import {path.name} FILE… makes one",
        )
    with _opened(path, read_only=True) as connection:
        _check_is_book(connection, path)
        connection.execute("SET enable_external_access = false")
        if moment is not None:
            connection.execute("SET VARIABLE as_of = ?::TIMESTAMP", [moment])
        connection.execute("SET lock_configuration = true")
        yield connection


@contextmanager
def writing(path: Path, intake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a book to post to it, and make it where there is none.

    Parameters
    ----------
    path
        The book.
    intake
        The only folder that may be read beside it.

    Raises
    ------
    FileUnusable
        The folder does not exist or cannot be written to.
    BookBusy, BookDamaged
        As for `reading`.
    """
    if not path.parent.is_dir():
        raise FileUnusable("its folder does not exist", where=str(path))
    with _opened(path, read_only=False) as connection:
        if not connection.execute("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchall():
            create(connection)
        _check_is_book(connection, path)
        _confine(connection, intake)
        yield connection


@contextmanager
def rehearsing(path: Path, intake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what `writing` would, so that nothing that is done stays done."""
    if path.exists():
        with writing(path, intake) as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("ROLLBACK")
    else:
        connection = duckdb.connect(":memory:", config=LOCKED_DOWN)
        create(connection)
        _confine(connection, intake)
        yield connection
        connection.close()


def _confine(connection: duckdb.DuckDBPyConnection, intake: Path) -> None:
    connection.execute(f"SET allowed_directories = ['{intake}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def _opened(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the file under the name ``book`` and put DuckDB's errors into our words."""
    connection = duckdb.connect(":memory:", config=LOCKED_DOWN)
    options = "READ_ONLY" if read_only else f"STORAGE_VERSION '{STORAGE_VERSION}'"
    name = str(path).replace("'", "''")
    try:
        _patiently(connection, f"ATTACH '{name}' AS book_file ({options})", path)
        connection.execute("USE book_file")
        yield connection
    except duckdb.Error as error:
        raise _in_words(error, path) from error
    finally:
        connection.close()


def _patiently(connection: duckdb.DuckDBPyConnection, attach: str, path: Path) -> None:
    """Try again for a while where another process has the book."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute(attach)
        except duckdb.IOException as error:
            if "onflicting lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _in_words(error: duckdb.Error, path: Path) -> FarthingError:
    """Say what an error of DuckDB means for the book."""
    text = str(error)
    if "onflicting lock" in text:
        holder = re.search(r"PID (\d+)", text)
        who = f"process {holder[1]}" if holder else "another process"
        return BookBusy(
            f"is being written by {who}", where=path.name, hint="try again when it has finished"
        )
    if "No space left" in text:
        return FileUnusable("the disk is full; the book is as it was before", where=path.name)
    if "ermission denied" in text or "Cannot open file" in text:
        return FileUnusable("cannot be opened: no permission", where=str(path))
    if isinstance(
        error, duckdb.IOException | duckdb.SerializationException | duckdb.InternalException
    ):
        return BookDamaged(
            f"cannot be read as a book ({text.splitlines()[0]})",
            where=path.name,
            hint="restore it from a copy, or import the files again into a new book",
        )
    return FarthingError(f"DuckDB refused the work: {text.splitlines()[0]}", where=path.name)


def _check_is_book(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a DuckDB file that is something else, or a book of a later version."""
    tables = "SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('book', 'imports')"
    if connection.execute(tables).fetchall() != [(2,)]:
        raise BookDamaged("is a DuckDB file but no Farthing book", where=path.name)
    [(version,)] = connection.execute("SELECT schema_version FROM book").fetchall()
    if version != SCHEMA_VERSION:
        raise BookDamaged(
            f"is a book of version {version}, and this Farthing reads version {SCHEMA_VERSION}",
            where=path.name,
            hint="import its files again into a new book",
        )
