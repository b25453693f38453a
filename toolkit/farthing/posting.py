"""One file into one ledger: staged, checked whole, then posted or refused, with its journal entry.

Rows are first staged beside the book. Only when every rule has been tried on every row does the
journal entry go in, with the rows that are posted and the rows that are not, in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from farthing.errors import Problem
from farthing.importer import BATCH_ROWS, Importer, Intake, Misfit, batches, mapped
from farthing.ledger import FILE, Fault, Ledger
from farthing.relations import broken
from farthing.rows import typed

CUT_LAST_LINE = "the row is the last and has no line end: the file may have been cut off"
SHOWN_CHARACTERS = 200

#: What a head seals of a journal entry.
SEALED = (
    "batch_id",
    "file",
    "sha256",
    "importer",
    "ledger",
    "outcome",
    "rows_read",
    "rows_posted",
    "rows_refused",
    "locale",
    "content_sha256",
    "refused_sha256",
)
REFUSED_ROW: dict[str, Any] = {
    "batch_id": pl.Int64,
    "source_row": pl.Int64,
    "line": pl.Int64,
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


@dataclass(frozen=True)
class Receipt:
    """What became of one file.

    Parameters
    ----------
    file, sha256
        The file's name and the hash of its bytes.
    importer, ledger
        How it was read and where its rows went.
    outcome
        ``posted``, ``refused``, ``already imported``, or for a rehearsal ``would be posted`` and
        ``would be refused``.
    rows_read, rows_posted, rows_refused
        Records in the file beside the header and blank lines. The first is the sum of the
        others; where nothing was posted every row counts as refused.
    problems
        Every rule broken, in file order.
    first_rows
        The first rows as the ledger has them.
    sql
        The SELECT that mapped them.
    """

    file: str
    sha256: str
    importer: str
    ledger: str
    outcome: str
    rows_read: int
    rows_posted: int
    rows_refused: int
    problems: tuple[Problem, ...] = ()
    first_rows: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False, compare=False)
    sql: str = field(default="", repr=False)

    def as_rehearsed(self) -> Receipt:
        """Return it in the conditional: nothing was done."""
        said = {"posted": "would be posted", "refused": "would be refused"}
        return replace(self, outcome=said.get(self.outcome, self.outcome))


@dataclass
class _Staging:
    """A file's rows on their way: the good in the temporary table ``incoming``."""

    connection: duckdb.DuckDBPyConnection
    ledger: Ledger
    faults: dict[int, list[Fault]] = field(default_factory=dict)

    def refuse(self, source_row: int, fault: Fault) -> None:
        self.faults.setdefault(source_row, []).append(fault)


def post(
    connection: duckdb.DuckDBPyConnection,
    importer: Importer,
    intake: Intake,
    *,
    quarantine: bool,
    locale: str,
    version: str,
) -> Receipt:
    """Post one file within the open transaction.

    Parameters
    ----------
    connection
        A book opened for writing, in a transaction.
    importer, intake
        The file and how to read it.
    quarantine
        Whether the good rows are posted where others are refused. Otherwise nothing is.
    locale
        The locale amounts are written in.
    version
        Farthing's own, for the journal.
    """
    if _posted_before(connection, importer, intake):
        return Receipt(
            intake.name, intake.sha256, importer.name, importer.ledger.name,
            "already imported", 0, 0, 0,
        )  # fmt: skip
    staging = _stage(connection, importer, intake, locale)
    _refuse_cut_line(staging, intake)
    _refuse_unrelated(staging)
    refused = bool(staging.faults or intake.misfits)
    posts = quarantine or not refused
    if not posts:
        connection.execute("DELETE FROM incoming")
    problems = _keep_refused(staging, importer, intake, locale) if refused else ()
    rows_posted = _count(connection, "incoming")
    first_rows = connection.sql("SELECT * FROM incoming ORDER BY source_row LIMIT 5").pl()
    _journal(staging, importer, intake, "posted" if posts else "refused", locale, version)
    connection.execute(f"INSERT INTO {FILE}.{importer.ledger.name} SELECT * FROM incoming")
    connection.execute("DROP TABLE incoming")
    return Receipt(
        file=intake.name,
        sha256=intake.sha256,
        importer=importer.name,
        ledger=importer.ledger.name,
        outcome="posted" if posts else "refused",
        rows_read=intake.rows,
        rows_posted=rows_posted,
        rows_refused=intake.rows - rows_posted,
        problems=problems,
        first_rows=first_rows,
        sql=importer.select,
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _posted_before(
    connection: duckdb.DuckDBPyConnection, importer: Importer, intake: Intake
) -> bool:
    query = "SELECT 1 FROM imports WHERE sha256 = ? AND ledger = ? AND outcome = 'posted'"
    return bool(connection.execute(query, [intake.sha256, importer.ledger.name]).fetchall())


def _next_batch(connection: duckdb.DuckDBPyConnection) -> int:
    [(batch,)] = connection.execute("SELECT coalesce(max(batch_id), 0) + 1 FROM imports").fetchall()
    return int(batch)


def _stage(
    connection: duckdb.DuckDBPyConnection, importer: Importer, intake: Intake, locale: str
) -> _Staging:
    """Take the rows a batch at a time; keep the good in ``incoming`` and every fault."""
    ledger = importer.ledger
    ledger.prove_checked()
    staging = _Staging(connection, ledger)
    connection.execute(f"CREATE TEMP TABLE incoming AS SELECT * FROM {ledger.name} LIMIT 0")
    batch_id = pl.lit(_next_batch(connection)).cast(pl.Int64).alias("batch_id")
    for text in batches(connection.cursor(), importer, intake):
        frame, faults = typed(ledger, text.with_columns(batch_id), locale=locale)
        for fault in faults:
            staging.refuse(frame["source_row"][fault.index], fault)
        bad = {fault.index for fault in faults}
        good = (
            frame.with_row_index("at").filter(~pl.col("at").is_in(bad)).drop("at") if bad else frame
        )
        _insert(connection, "incoming", good)
    staged = _count(connection, "incoming") + len(staging.faults) + len(intake.misfits)
    if staged != intake.rows:  # an importer whose SELECT loses or doubles rows: a bug of ours
        raise AssertionError(f"{importer.name}: {intake.rows} rows read and {staged} staged")
    return staging


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    # A frame that is registered by name would be kept until the transaction ends.
    connection.from_arrow(rows.to_arrow()).insert_into(table)


def _refuse_cut_line(staging: _Staging, intake: Intake) -> None:
    last = intake.rows + 1
    if intake.cut_off and last not in {misfit.row for misfit in intake.misfits}:
        staging.refuse(last, Fault(0, None, None, CUT_LAST_LINE))
        staging.connection.execute("DELETE FROM incoming WHERE source_row = ?", [last])


def _refuse_unrelated(staging: _Staging) -> None:
    """Refuse rows whose names clash or lead nowhere, until none is left.

    A refused row can take with it the rows that refer to it.
    """
    while found := broken(staging.connection, staging.ledger):
        for source_row, fault in found:
            staging.refuse(source_row, fault)
        rows = pl.DataFrame({"source_row": [source_row for source_row, _ in found]})
        staging.connection.register("found", rows)
        staging.connection.execute(
            "DELETE FROM incoming WHERE source_row IN (SELECT source_row FROM found)"
        )
        staging.connection.unregister("found")


def _keep_refused(
    staging: _Staging, importer: Importer, intake: Intake, locale: str
) -> tuple[Problem, ...]:
    """Write the refused rows and their reasons to the book; return the reasons as problems."""
    batch_id = _next_batch(staging.connection)
    kept = [*_faulty_rows(staging, importer, intake, locale), *_misfit_rows(intake)]
    kept.sort(key=lambda row: row[0])
    lines = {row: line for row, line, *_ in kept}
    reasons = [
        (row, fault.column, fault.value, fault.rule)
        for row, faults in staging.faults.items()
        for fault in faults
    ]
    reasons += [(one.row, None, _shown(one) or None, one.reason) for one in intake.misfits]
    reasons.sort(key=lambda reason: reason[0])
    _insert(
        staging.connection,
        f"{FILE}.refused_rows",
        pl.DataFrame([(batch_id, *row) for row in kept], schema=REFUSED_ROW, orient="row"),
    )
    _insert(
        staging.connection,
        f"{FILE}.refusals",
        pl.DataFrame(
            [(batch_id, row, lines[row], *rest) for row, *rest in reasons],
            schema=REFUSAL,
            orient="row",
        ),
    )
    return tuple(
        Problem(intake.name, lines[row], column, value, rule)
        for row, column, value, rule in reasons
    )


def _shown(misfit: Misfit) -> str:
    """Return enough of a record to find it by, in one line and without what does not show."""
    text = " ".join(",".join(misfit.cells).split())[:SHOWN_CHARACTERS]
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _misfit_rows(intake: Intake) -> Iterator[tuple[Any, ...]]:
    for one in intake.misfits:
        record = json.dumps(one.cells, ensure_ascii=False)
        yield one.row, one.line, None, None, None, None, record


def _faulty_rows(
    staging: _Staging, importer: Importer, intake: Intake, locale: str
) -> Iterator[tuple[Any, ...]]:
    """Read the refused rows once more: their whole record, and what amount could be made out."""
    ledger = staging.ledger
    if not staging.faults:
        return
    faulty = pl.DataFrame({"source_row": list(staging.faults)}, schema={"source_row": pl.Int64})
    rows = [part.join(faulty, on="source_row", how="semi") for part in intake.frames()]
    records = pl.concat(rows).sort("source_row")
    text = mapped(staging.connection, importer, records).sort("source_row")
    batch_id = pl.lit(0, pl.Int64).alias("batch_id")
    frame, _ = typed(ledger, text.with_columns(batch_id), locale=locale)
    for record, row in zip(records.iter_rows(named=True), frame.iter_rows(named=True), strict=True):
        number, line = record.pop("source_row"), record.pop("source_line")
        unit = row.get(ledger.amount_unit, ledger.amount_unit) if ledger.has_amount else None
        whole = json.dumps(record, ensure_ascii=False)
        yield number, line, row["entry_id"], row.get("low"), row.get("high"), unit, whole


def content_sha256(connection: duckdb.DuckDBPyConnection, columns: Iterable[str], rows: str) -> str:
    """Return the hash of rows in file order, whatever file or engine holds them.

    A cell is its text behind its length in bytes, or a mark where it is NULL, so that no text
    can be moved from one cell to the next unseen.
    """
    cells = ", ".join(
        f"coalesce(strlen({name}::VARCHAR) || ':' || {name}::VARCHAR, '-')" for name in columns
    )
    row_hashes = f"SELECT source_row, sha256(concat({cells})) AS row_sha256 FROM {rows}"
    digest = hashlib.sha256()
    ordered = f"SELECT row_sha256 FROM ({row_hashes}) ORDER BY source_row, row_sha256"
    for batch in connection.sql(ordered).to_arrow_reader(BATCH_ROWS):
        digest.update("".join(batch.column(0).to_pylist()).encode())
    return digest.hexdigest()


def posted_sha256(connection: duckdb.DuckDBPyConnection, ledger: Ledger, rows: str) -> str:
    """Return the hash of the rows an import posted; the import's own number is left out."""
    columns = [column.name for column in ledger.columns if column.name != "batch_id"]
    return content_sha256(connection, columns, rows)


def refused_sha256(connection: duckdb.DuckDBPyConnection, batch_id: int) -> str:
    """Return the hash of the rows an import refused, and of the reasons."""
    hashes = [
        content_sha256(connection, list(columns)[1:], f"{table} WHERE batch_id = {batch_id}")
        for table, columns in (("refused_rows", REFUSED_ROW), ("refusals", REFUSAL))
    ]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def next_head(before: str, sealed: Iterable[object]) -> str:
    """Return the hash that seals a journal entry and all before it.

    The clock is left out, and so is Farthing's version: whoever builds a book from the same
    files in the same order gets the same head.
    """
    text = json.dumps([before, *map(str, sealed)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _journal(
    staging: _Staging, importer: Importer, intake: Intake, outcome: str, locale: str, version: str
) -> None:
    connection = staging.connection
    batch_id, rows_posted = _next_batch(connection), _count(connection, "incoming")
    sealed = (
        batch_id, intake.name, intake.sha256, importer.name, staging.ledger.name, outcome,
        intake.rows, rows_posted, intake.rows - rows_posted, locale,
        posted_sha256(connection, staging.ledger, "incoming"),
        refused_sha256(connection, batch_id),
    )  # fmt: skip
    last = "SELECT head, posted_at FROM imports ORDER BY batch_id DESC LIMIT 1"
    before = connection.execute(last).fetchall() or [("", datetime.min)]
    [(head, posted_at)] = before
    # A clock that was set back must not put an import before the one it builds on.
    now = max(datetime.now(UTC).replace(tzinfo=None), posted_at)
    columns = (*SEALED, "posted_at", "farthing_version", "head")
    connection.execute(
        f"INSERT INTO {FILE}.imports ({', '.join(columns)}) "
        f"VALUES ({', '.join('?' * len(columns))})",
        [*sealed, now, version, next_head(head, sealed)],
    )
