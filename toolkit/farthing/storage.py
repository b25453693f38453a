"""The DuckDB file of a book: its tables and views, and how it is opened.

A connection is opened for one piece of work and closed after it, so that another notebook can
have the book. It can reach nothing but the book: no file, no network, no variable of the
program, and its settings are locked.

Of the file only the tables are used. Its views are there for other clients; here they are made
anew at each opening, and the file is not searched for functions, so that neither a view that
somebody changed nor a function called ``sum`` changes an answer.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from farthing.errors import BookBusy, BookDamaged, FarthingError, FileUnusable
from farthing.ledger import FILE, Ledger
from farthing.ledgers import LEDGERS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.links import LINKS
from farthing.scratch import scratch
from farthing.stages import CAMPAIGN_STAGES, STANDING_BUDGETS

#: Grows when a table changes, or a key by which a later file takes the place of an earlier one:
#: in an older book both would count.
SCHEMA_VERSION = 6
#: What DuckDB 1.4 and every later version opens; DuckDB 2 would by default write what none does.
STORAGE_VERSION = "v1.4.0"
PATIENCE_SECONDS = 5.0
#: What DuckDB may hold of an import until it is written; the rest waits in a folder of its own.
MEMORY = "512MB"

#: Errors that are about the file; all others are about what was asked for.
DAMAGE = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.InternalError,
    duckdb.FatalException,
)

NO_ROOM = ("No space left", "quota exceeded", "File too large")

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
  settings VARCHAR NOT NULL,          -- what was declared or told by the file, as JSON
  outcome VARCHAR NOT NULL CHECK (outcome IN ('posted', 'refused')),
  rows_read BIGINT NOT NULL,
  rows_posted BIGINT NOT NULL,
  rows_refused BIGINT NOT NULL,       -- all that hold data, where nothing was posted
  rows_set_aside BIGINT NOT NULL,     -- titles, totals: no data
  rows_blank BIGINT NOT NULL,
  locale VARCHAR NOT NULL,            -- that amounts were read in
  posted_at TIMESTAMP NOT NULL,       -- UTC; the head does not seal it
  farthing_version VARCHAR NOT NULL,  -- nor this
  content_sha256 VARCHAR NOT NULL,    -- of its postings
  refused_sha256 VARCHAR NOT NULL,    -- of the rows refused or set aside and the reasons
  head VARCHAR NOT NULL,              -- of this entry and all before it
  CHECK (rows_read = rows_posted + rows_refused + rows_set_aside + rows_blank)
);
CREATE TABLE postings (               -- a row of a file can give rows of several ledgers
  batch_id BIGINT NOT NULL,
  ledger VARCHAR NOT NULL,
  rows_posted BIGINT NOT NULL,
  content_sha256 VARCHAR NOT NULL     -- of the rows posted
);
CREATE TABLE refused_rows (
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL,         -- the header being 1
  line BIGINT NOT NULL,               -- physical line the row starts on
  ledger VARCHAR,                     -- the principal one it was meant for
  entry_id VARCHAR,                   -- where it could be read
  low DECIMAL(18,2),                  -- its amount, where it could be read
  high DECIMAL(18,2),
  unit VARCHAR,
  record VARCHAR NOT NULL             -- the whole row as JSON: by column, or a list of its cells
);
CREATE TABLE refusals (
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL,
  line BIGINT NOT NULL,
  column_name VARCHAR,
  value VARCHAR,
  rule VARCHAR NOT NULL
);
CREATE TABLE set_aside_rows (
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL,
  line BIGINT NOT NULL,
  reason VARCHAR NOT NULL,            -- what it is: a title, a total
  record VARCHAR NOT NULL
);
"""

#: What is in force: neither superseded nor reversed, as known at the moment asked about. Of the
#: rows that a publisher showed under one key, the one observed last, in whatever order they came;
#: of those of one day the greatest name, which the content of its file makes. Nothing is kept in
#: between, so that a question reads only the columns it needs.
CURRENT = """
WITH known AS NOT MATERIALIZED (
  SELECT {name}.*
  FROM {name} JOIN imports USING (batch_id)
  WHERE imports.posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)
), gone AS (
  SELECT coalesce(supersedes, reverses) AS entry_id
  FROM known
  WHERE supersedes IS NOT NULL OR reverses IS NOT NULL
), keyed AS (
  SELECT entry_id, record_key, coalesce(observed_on::VARCHAR, '') || ' ' || entry_id AS seen
  FROM known
  WHERE record_key IS NOT NULL AND reverses IS NULL
    AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.entry_id = known.entry_id)
), latest AS (
  SELECT record_key, max(seen) AS seen FROM keyed GROUP BY record_key HAVING count(*) > 1
), replaced AS (
  SELECT entry_id FROM gone
  UNION ALL
  SELECT keyed.entry_id
  FROM keyed JOIN latest ON latest.record_key = keyed.record_key AND latest.seen <> keyed.seen
)
SELECT {columns} FROM known AS standing {linked}
WHERE standing.reverses IS NULL
  AND NOT EXISTS (SELECT 1 FROM replaced WHERE replaced.entry_id = standing.entry_id)
"""

#: Imports that were known at the moment asked about.
KNOWN_IMPORTS = """
SELECT * FROM imports
WHERE posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)
"""

#: Who sells what is shown on a channel. Tables of one seller can tell of the same delivery, those
#: of two never do.
SELLERS = """
SELECT
  channel,
  CASE
    WHEN regexp_matches(lower(channel), 'facebook|instagram|messenger|audience_network|threads')
    THEN 'meta'
    WHEN regexp_matches(lower(channel), 'google|youtube') THEN 'google'
    ELSE lower(trim(channel))
  END AS seller
FROM (SELECT channel FROM spend UNION SELECT channel FROM reach) AS channels
WHERE channel IS NOT NULL
"""
#: Money in force without the rows that are a part of another of their campaign and record. The
#: seller is that of what a platform charged; of what the spender's own books show there is none.
WHOLE_SPEND = """
SELECT spend.*, coalesce(sellers.seller, '') AS seller
FROM current_spend AS spend
LEFT JOIN sellers ON sellers.channel = spend.channel AND spend.record = 'platform'
WHERE spend.part_of IS NULL
UNION ALL
SELECT spend.*, coalesce(sellers.seller, '') AS seller
FROM current_spend AS spend
LEFT JOIN sellers ON sellers.channel = spend.channel AND spend.record = 'platform'
LEFT JOIN current_spend AS whole
  ON whole.entry_id = spend.part_of
  AND whole.campaign_id = spend.campaign_id
  AND whole.record = spend.record
WHERE spend.part_of IS NOT NULL AND whole.entry_id IS NULL
"""
#: What each series of a campaign's records comes to, from the fullest down of each seller.
SPEND_SERIES = """
SELECT
  campaign_id,
  record,
  currency,
  seller,
  coalesce(series, '') AS series,
  CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
  CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
  count(*) AS row_count,
  min(entry_id) AS first_entry,
  row_number() OVER (
    PARTITION BY campaign_id, record, currency, seller
    ORDER BY sum(coalesce(low, 0)) DESC, sum(coalesce(high, low, 0)) DESC, coalesce(series, '')
  ) AS place
FROM whole_spend
GROUP BY campaign_id, record, currency, seller, coalesce(series, '')
"""
#: What a campaign's records come to. Series of one seller tell of the same money, each perhaps of
#: a part of it: it is no less than the greatest least of any, and what one leaves open is open.
SPEND_TOTALS = """
WITH sold AS (
  SELECT
    campaign_id,
    record,
    currency,
    seller,
    count(*) AS series,
    max(low) AS low,
    CASE WHEN count(high) = count(*) THEN max(high) END AS high,
    sum(row_count) AS row_count,
    min(first_entry) AS first_entry
  FROM spend_series
  GROUP BY campaign_id, record, currency, seller
)
SELECT
  campaign_id,
  record,
  currency,
  max(series) AS series,
  CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
  CASE WHEN count(high) = count(*) THEN sum(high) END AS high,
  CAST(sum(row_count) AS BIGINT) AS row_count,
  min(first_entry) AS first_entry
FROM sold
GROUP BY campaign_id, record, currency
"""
#: What a publisher tells of all its advertisers together, where the book has what it tells of some
#: of them by name: it is their money again, and enters no sum over campaigns.
SPEND_OF_ALL = """
WITH told AS (
  SELECT DISTINCT
    CASE
      WHEN regexp_matches(campaign_id, '^(meta:all-pages-|google:all-advertisers$)')
      THEN campaign_id
    END AS campaign_id,
    record,
    currency,
    channel
  FROM spend JOIN imports USING (batch_id)
  WHERE record = 'platform'
    AND imports.posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)
), sold AS (
  SELECT told.*, seller FROM told JOIN sellers USING (channel)
)
SELECT DISTINCT campaign_id, record, currency
FROM sold SEMI JOIN (SELECT currency, seller FROM sold WHERE campaign_id IS NULL) AS by_name
  USING (currency, seller)
WHERE campaign_id IS NOT NULL
"""
#: Rows that may be added up: of several series of the same money, those of the fullest.
COUNTED_SPEND = """
SELECT whole.*
FROM whole_spend AS whole JOIN spend_series AS fullest
  ON fullest.campaign_id = whole.campaign_id
  AND fullest.record = whole.record
  AND fullest.currency = whole.currency
  AND fullest.seller = whole.seller
  AND fullest.series = coalesce(whole.series, '')
ANTI JOIN spend_of_all AS again
  ON again.campaign_id = whole.campaign_id
  AND again.record = whole.record
  AND again.currency = whole.currency
WHERE fullest.place = 1
"""

#: Rows refused from files whose other rows were posted, until a row of that name is posted.
QUARANTINE = """
WITH entries AS ({entries})
SELECT imports.file, refused_rows.*
FROM refused_rows JOIN imports USING (batch_id)
WHERE imports.outcome = 'posted'
  AND imports.posted_at <= coalesce(getvariable('as_of'), 'infinity'::TIMESTAMP)
  AND NOT EXISTS (
    SELECT 1 FROM entries
    WHERE entries.ledger = refused_rows.ledger AND entries.entry_id = refused_rows.entry_id
  )
"""

JOURNAL_TABLES = ("imports", "postings", "refused_rows", "refusals", "set_aside_rows")
TABLES = ("book", *JOURNAL_TABLES, *(ledger.name for ledger in LEDGERS))


def views() -> dict[str, str]:
    """Return the SELECT of every view, by name, in the order they can be made in."""
    current = {f"current_{ledger.name}": _current(ledger) for ledger in LEDGERS}
    entries = " UNION ALL ".join(
        f"SELECT '{ledger.name}' AS ledger, entry_id FROM current_{ledger.name}"
        for ledger in LEDGERS
    )
    return {
        **current,
        "known_imports": KNOWN_IMPORTS,
        "sellers": SELLERS,
        "whole_spend": WHOLE_SPEND,
        "spend_series": SPEND_SERIES,
        "spend_totals": SPEND_TOTALS,
        "spend_of_all": SPEND_OF_ALL,
        "counted_spend": COUNTED_SPEND,
        "standing_budgets": STANDING_BUDGETS,
        "campaign_stages": CAMPAIGN_STAGES,
        "quarantine": QUARANTINE.format(entries=entries),
    }


def _current(ledger: Ledger) -> str:
    """Return the SELECT of the rows in force, under the campaigns that theirs are linked to."""
    if ledger in (CAMPAIGNS, LINKS) or "campaign_id" not in ledger.dtypes:
        return CURRENT.format(name=ledger.name, columns="*", linked="")
    return CURRENT.format(
        name=ledger.name,
        columns="standing.* REPLACE (coalesce(stands_for, campaign_id) AS campaign_id)",
        linked="LEFT JOIN (SELECT name, stands_for FROM current_links WHERE kind = 'campaign') "
        "ON name = campaign_id",
    )


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views of an empty book, all or none."""
    connection.execute(f"USE {FILE}")
    connection.execute("BEGIN")
    connection.execute(JOURNAL)
    connection.execute("INSERT INTO book VALUES (?)", [SCHEMA_VERSION])
    for ledger in LEDGERS:
        connection.execute(ledger.ddl())
    for name, select in views().items():
        connection.execute(f"CREATE VIEW {name} AS {select}")
    connection.execute("COMMIT")
    connection.execute("USE memory")


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
        if moment is not None:
            connection.execute("SET VARIABLE as_of = ?::TIMESTAMP", [moment])
        _lock(connection)
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a book to post to it, and make it where there is none.

    Raises
    ------
    FileUnusable
        The folder does not exist or cannot be written to.
    BookBusy, BookDamaged
        As for `reading`.
    """
    if not path.exists():
        _make(path)
    with scratch() as folder, _opened(path, read_only=False) as connection:
        _bound(connection, folder)
        _lock(connection)
        yield connection


@contextmanager
def rehearsing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what `writing` would, so that nothing that is done stays done."""
    if path.exists():
        with writing(path) as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("ROLLBACK")
    else:
        with scratch() as folder, _connected(path) as connection:
            _bound(connection, folder)
            connection.execute(f"ATTACH ':memory:' AS {FILE}")
            _create(connection)
            _make_views(connection)
            _lock(connection)
            yield connection


def _make(path: Path) -> None:
    """Make an empty book beside its place and move it there whole: a half-made one is no book."""
    if not path.parent.is_dir():
        raise FileUnusable("its folder does not exist", where=str(path))
    try:
        with tempfile.TemporaryDirectory(prefix=".farthing-", dir=path.parent) as folder:
            new = Path(folder) / "new.duckdb"
            with _connected(path) as connection:
                connection.execute(
                    f"ATTACH '{_quoted(new)}' AS {FILE} "
                    f"(TYPE duckdb, STORAGE_VERSION '{STORAGE_VERSION}')"
                )
                _create(connection)
            os.link(new, path)
    except FileExistsError:  # another process has made it meanwhile
        return
    except OSError as error:
        raise FileUnusable(f"cannot be made: {error.strerror}", where=str(path)) from None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _bound(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Bound the memory; what it does not hold waits in a folder until DuckDB is closed."""
    connection.execute(f"SET temp_directory = '{_quoted(folder)}'")
    connection.execute(f"SET memory_limit = '{MEMORY}'")


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def _connected(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Start DuckDB for work on a book, and put its errors into our words."""
    connection = duckdb.connect(":memory:", config=LOCKED_DOWN)
    # A bar would be printed among the data. Where there can be none the setting is refused.
    with suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar = false")
    try:
        yield connection
    except duckdb.Error as error:
        raise _in_words(error, path) from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # what Ctrl-C becomes within DuckDB
            raise KeyboardInterrupt from None
        raise
    finally:
        connection.close()


@contextmanager
def _opened(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the file and make the names by which its tables and our views are used."""
    if path.is_dir():
        raise FileUnusable("is a folder", where=str(path))
    with _connected(path) as connection:
        # Of a relative name DuckDB could make a scheme, and of two links to one file two books.
        attach = f"ATTACH '{_quoted(path.resolve())}' AS {FILE} (TYPE duckdb"
        _patiently(connection, f"{attach}, READ_ONLY)" if read_only else f"{attach})")
        _check_is_book(connection, path)
        _make_views(connection)
        yield connection


def _make_views(connection: duckdb.DuckDBPyConnection) -> None:
    for name in TABLES:
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM {FILE}.main.{name}")
    for name, select in views().items():
        connection.execute(f"CREATE TEMP VIEW {name} AS {select}")


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Work out what is in force once, for a connection that will ask for it many times.

    The views stay as they were for everybody else: the tables that take their place here are of
    this connection.
    """
    for name in (*(f"current_{ledger.name}" for ledger in LEDGERS), "spend_series", "spend_totals"):
        connection.execute(f"CREATE TEMP TABLE settled AS FROM {name}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE settled RENAME TO {name}")


def _patiently(connection: duckdb.DuckDBPyConnection, attach: str) -> None:
    """Try again for a while where somebody else has the book."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute(attach)
        except duckdb.Error as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _is_busy(error: duckdb.Error) -> bool:
    """Tell whether another process, or another connection of this one, has the file."""
    return "onflicting lock" in str(error) or "Unique file handle conflict" in str(error)


def _in_words(error: duckdb.Error, path: Path) -> FarthingError:
    """Say what an error of DuckDB means for the book."""
    text = str(error)
    if _is_busy(error):
        return BookBusy(
            f"is held by {_holder(text)}", where=path.name, hint="try again when it has finished"
        )
    if any(words in text for words in NO_ROOM):
        return FileUnusable("the disk is full; the book is as it was before", where=path.name)
    if "ermission denied" in text or "Read-only file system" in text:
        return FileUnusable("cannot be opened: no permission", where=str(path))
    if not is_damage(error):
        return FarthingError(f"DuckDB refused the work: {text.splitlines()[0]}", where=path.name)
    return BookDamaged(
        f"cannot be read as a book ({text.splitlines()[0]})",
        where=path.name,
        hint="restore it from a copy, or import the files again into a new book",
    )


def is_damage(error: duckdb.Error) -> bool:
    """Tell whether an error is about the file; DuckDB says so of a wrong checksum by no class."""
    return isinstance(error, DAMAGE) or type(error) is duckdb.Error


def _holder(text: str) -> str:
    if "Unique file handle conflict" in text:
        return "another connection of this process"
    found = re.search(r"PID (\d+)", text)
    return f"process {found[1]}" if found else "another process"


def _check_is_book(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a DuckDB file that is something else, or a book of a later version."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main'",
        [FILE],
    ).fetchall()
    missing = [name for name in TABLES if (name,) not in found]
    if {"book", "imports"} & set(missing):
        raise BookDamaged("is a DuckDB file but no Farthing book", where=path.name)
    versions = connection.execute(f"SELECT * FROM {FILE}.main.book").fetchall()
    if versions != [(SCHEMA_VERSION,)]:
        said = ", ".join(str(version) for (version, *_) in versions) or "none"
        raise BookDamaged(
            f"is a book of version {said}, and this Farthing reads version {SCHEMA_VERSION}",
            where=path.name,
            hint="import its files again into a new book",
        )
    if missing:
        raise BookDamaged(f"has lost its table {missing[0]}", where=path.name)


def catalog_faults(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Find what is defined in a book otherwise than Farthing defines it.

    It changes no answer here, and would in another client that opens the file.
    """
    ours, theirs = _defined_here(), set(connection.execute(DEFINED, [FILE]).fetchall())
    there = {(kind, name) for kind, name, _ in theirs}
    known = {("view", name) for name in views()} & there
    changed = {(kind, name) for kind, name, _ in ours ^ theirs}
    # A view that is spelt otherwise may be the same by another DuckDB: what it gives tells.
    same = {one for one in changed & known if not _differs(connection, one[1])}
    names = sorted({name for _, name in changed - same})
    return [f"{name} is not defined as Farthing defines it" for name in names]


@cache
def _defined_here() -> frozenset[tuple[str, str, str]]:
    """Return what is defined in a new book, as this DuckDB spells what it reads from a file."""
    with scratch() as folder:
        connection = duckdb.connect(":memory:", config=LOCKED_DOWN)
        attach = f"ATTACH '{_quoted(folder / 'new.duckdb')}' AS {FILE}"
        connection.execute(f"{attach} (TYPE duckdb, STORAGE_VERSION '{STORAGE_VERSION}')")
        _create(connection)
        connection.execute(f"DETACH {FILE}")
        connection.execute(attach)
        found = frozenset(connection.execute(DEFINED, [FILE]).fetchall())
        connection.close()
    return found


#: Everything in the catalogue of a file.
DEFINED = """
SELECT 'table' AS kind, table_name AS name, sql FROM duckdb_tables() WHERE database_name = $1
UNION ALL
SELECT 'view', view_name, sql FROM duckdb_views() WHERE database_name = $1 AND NOT internal
UNION ALL
SELECT 'function', function_name, '' FROM duckdb_functions()
WHERE database_name = $1 AND NOT internal
UNION ALL
SELECT 'type', type_name, '' FROM duckdb_types() WHERE database_name = $1 AND NOT internal
UNION ALL
SELECT 'schema', schema_name, '' FROM duckdb_schemas() WHERE database_name = $1 AND NOT internal
UNION ALL
SELECT 'index', index_name, '' FROM duckdb_indexes() WHERE database_name = $1
"""


def _differs(connection: duckdb.DuckDBPyConnection, view: str) -> bool:
    """Tell whether a view of the file gives other rows than ours."""
    sums = "SELECT count(*), sum(hash(rows)), bit_xor(hash(rows)) FROM {} AS rows"
    names = (view, f"{FILE}.main.{view}")
    try:
        ours, theirs = (connection.execute(sums.format(name)).fetchall() for name in names)
    except duckdb.Error as error:
        if is_damage(error):
            raise
        return True
    return ours != theirs
