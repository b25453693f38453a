"""The journal's own rows, the hashes that seal them, and what shows that one was changed.

The clock of an import and Farthing's version are left out of every hash: whoever builds a book
from the same files in the same order gets the same head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute

from farthing.cells import Cells
from farthing.ledger import Ledger
from farthing.ledgers import BY_NAME, LEDGERS
from farthing.records import BATCH_ROWS, ahead
from farthing.storage import JOURNAL_TABLES

#: What a head seals of a journal entry.
SEALED = (
    "batch_id",
    "file",
    "sha256",
    "importer",
    "settings",
    "outcome",
    "rows_read",
    "rows_posted",
    "rows_refused",
    "rows_set_aside",
    "rows_blank",
    "locale",
    "content_sha256",
    "refused_sha256",
)
#: How many rows of a file are counted together before they are taken to be hashed.
STEP = 100
POSTING: dict[str, Any] = {
    "batch_id": pl.Int64,
    "ledger": pl.String,
    "rows_posted": pl.Int64,
    "content_sha256": pl.String,
}
REFUSED_ROW: dict[str, Any] = {
    "batch_id": pl.Int64,
    "source_row": pl.Int64,
    "line": pl.Int64,
    "ledger": pl.String,
    "entry_id": pl.String,
    "low": pl.Decimal(18, 2),
    "high": pl.Decimal(18, 2),
    "unit": pl.String,
    "record": pl.String,
}
REFUSAL: dict[str, Any] = {
    "batch_id": pl.Int64,
    "source_row": pl.Int64,
    "line": pl.Int64,
    "column_name": pl.String,
    "value": pl.String,
    "rule": pl.String,
}
SET_ASIDE: dict[str, Any] = {
    "batch_id": pl.Int64,
    "source_row": pl.Int64,
    "line": pl.Int64,
    "reason": pl.String,
    "record": pl.String,
}


def content_sha256(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], rows: str, order: Sequence[str]
) -> str:
    """Return the hash of rows in an order of their own, whatever file or engine holds them.

    Of each column the lengths of its cells as text are hashed, -1 where a cell is NULL, and the
    texts, so that none can be moved from one cell to the next unseen.
    """
    digests = [(hashlib.sha256(), hashlib.sha256()) for _ in columns]
    for batch in ahead(_ordered(connection, columns, rows, order)):
        for (lengths, texts), column in zip(digests, batch.columns, strict=False):
            lengths.update(compute.binary_length(column).fill_null(-1).to_numpy())
            texts.update(Cells(column.drop_null()).bytes.data)
    hashes = [one.hexdigest() for pair in digests for one in pair]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _ordered(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[str], rows: str, order: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Yield cells as text, and the number of their row behind them, in an order.

    The first of what is ordered by is that number. Most rows stand in its order and were never
    put into another: where it grows from row to row there is nothing to sort.
    """
    cells = ", ".join(f"{name}::VARCHAR" for name in columns)
    for some in _slices(connection, rows):
        select = f"SELECT {cells}, source_row FROM {rows} AND {some}"
        found = connection.sql(select).to_arrow_table()
        if not (np.diff(found["source_row"].to_numpy()) > 0).all():
            found = connection.sql(f"{select} ORDER BY {', '.join(order)}").to_arrow_table()
        yield from found.to_batches()


def _slices(connection: duckdb.DuckDBPyConnection, rows: str) -> Iterator[str]:
    """Yield conditions that part rows by their numbers, so that few are held at a time.

    A row of a file can give many rows of a ledger, all of them with its number.
    """
    counts = connection.execute(
        f"SELECT source_row // {STEP}, count(*) FROM {rows} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    start = held = 0
    for step, count in counts:
        if held and held + count > BATCH_ROWS:
            yield f"source_row >= {start} AND source_row < {step * STEP}"
            start, held = step * STEP, 0
        held += count
    if held:
        yield f"source_row >= {start}"


def posted_sha256(connection: duckdb.DuckDBPyConnection, ledger: Ledger, batch_id: int) -> str:
    """Return the hash of the rows an import posted; the import's own number is left out."""
    columns = [column.name for column in ledger.columns if column.name != "batch_id"]
    rows = f"{ledger.name} WHERE batch_id = {batch_id}"
    return content_sha256(connection, columns, rows, ("source_row", "entry_id"))


def refused_sha256(connection: duckdb.DuckDBPyConnection, batch_id: int) -> str:
    """Return the hash of the rows an import did not post, and of the reasons."""
    hashes = [
        content_sha256(connection, columns, f"{table} WHERE batch_id = {batch_id}", columns)
        for table, (_, *columns) in (
            ("refused_rows", REFUSED_ROW),
            ("refusals", REFUSAL),
            ("set_aside_rows", SET_ASIDE),
        )
    ]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def next_head(before: str, sealed: Iterable[object]) -> str:
    """Return the hash that seals a journal entry and all before it.

    The clock is left out, and so is Farthing's version: whoever builds a book from the same
    files in the same order gets the same head.
    """
    text = json.dumps([before, *map(str, sealed)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def postings_sha256(connection: duckdb.DuckDBPyConnection, batch_id: int) -> str:
    """Return the hash of what an import posted, ledger by ledger."""
    rows = connection.execute(
        "SELECT ledger, rows_posted, content_sha256 FROM postings "
        "WHERE batch_id = ? ORDER BY ledger",
        [batch_id],
    ).fetchall()
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def faults(connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """Recompute the chain of heads; return the last, and what differs."""
    columns = (*SEALED, "head", "posted_at")
    journal = connection.execute(f"SELECT {', '.join(columns)} FROM imports ORDER BY batch_id")
    head, before, found = "", datetime.min, list[str]()
    for number, (*sealed, stated, posted_at) in enumerate(journal.fetchall(), 1):
        entry = dict(zip(SEALED, sealed, strict=True))
        head = next_head(head, sealed)
        if entry["batch_id"] != number or stated != head:
            found.append(f"journal entry {entry['batch_id']} ({entry['file']}) was changed")
        if posted_at < before:
            found.append(f"journal entry {number} ({entry['file']}) is dated before the last")
        before = posted_at
        found += _batch_faults(connection, entry)
    return head, found


def _batch_faults(connection: duckdb.DuckDBPyConnection, entry: dict[str, Any]) -> list[str]:
    """Hold one batch's rows against its journal entry."""
    batch, file = entry["batch_id"], entry["file"]
    faults = []
    if postings_sha256(connection, batch) != entry["content_sha256"]:
        faults.append(f"journal entry {batch} ({file}): its postings were changed")
    postings = "SELECT ledger, rows_posted, content_sha256 FROM postings WHERE batch_id = ?"
    for name, posted, sha256 in connection.execute(postings, [batch]).fetchall():
        if name not in BY_NAME:
            faults.append(f"journal entry {batch} ({file}) names no ledger")
            continue
        count_rows = f"SELECT count(*) FROM {name} WHERE batch_id = {batch}"
        [(count,)] = connection.execute(count_rows).fetchall()
        if count != posted:
            faults.append(f"{name}: {file} posted {posted} rows and {count} are there")
        elif posted_sha256(connection, BY_NAME[name], batch) != sha256:
            faults.append(f"{name}: rows of {file} were changed after they were posted")
    if refused_sha256(connection, batch) != entry["refused_sha256"]:
        faults.append(f"what was refused of {file} was changed afterwards")
    return faults


def strays(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Find rows that no import posted or refused."""
    owners = {
        ledger.name: f"postings WHERE ledger = '{ledger.name}'" for ledger in LEDGERS
    } | dict.fromkeys(JOURNAL_TABLES[1:], "imports")
    return [
        f"{table}: {count} rows belong to no import"
        for table, owner in owners.items()
        for (count,) in connection.execute(
            f"SELECT count(*) FROM {table} WHERE batch_id NOT IN (SELECT batch_id FROM {owner})"
        ).fetchall()
        if count
    ]
