"""One file into one ledger: staged, checked whole, then posted or refused, with its journal entry.

Rows are first staged beside the book. Only when every rule has been tried on every row does the
journal entry go in, with the rows that are posted and the rows that are not, in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb
import polars as pl

from farthing.errors import Problem
from farthing.importer import (
    Importer,
    Intake,
    Rejects,
    batches,
    physical_lines,
    rejects,
    source_sql,
)
from farthing.ledger import Fault, Ledger
from farthing.rows import typed

CUT_LAST_LINE = "the row is the last and has no line end: the file may have been cut off"


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
    rejected: Rejects = field(default_factory=lambda: Rejects({}, {}))
    rows_read: int = 0

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
    refused = bool(staging.faults or staging.rejected.texts)
    posts = quarantine or not refused
    if not posts:
        connection.execute("DELETE FROM incoming")
    problems = _keep_refused(staging, importer, intake, locale) if refused else ()
    rows_posted = _count(connection, "incoming")
    first_rows = connection.sql("SELECT * FROM incoming ORDER BY source_row LIMIT 5").pl()
    _journal(staging, importer, intake, "posted" if posts else "refused", locale, version)
    connection.execute(
        f"INSERT INTO {importer.ledger.name} SELECT * FROM incoming ORDER BY source_row"
    )
    connection.execute("DROP TABLE incoming")
    return Receipt(
        file=intake.name,
        sha256=intake.sha256,
        importer=importer.name,
        ledger=importer.ledger.name,
        outcome="posted" if posts else "refused",
        rows_read=staging.rows_read,
        rows_posted=rows_posted,
        rows_refused=staging.rows_read - rows_posted,
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
    """Read the file, a batch at a time; keep the good rows in ``incoming`` and every fault."""
    ledger = importer.ledger
    ledger.prove_checked()
    staging = _Staging(connection, ledger)
    reader = connection.cursor()  # a result that is still being read keeps its connection busy
    connection.execute(f"CREATE TEMP TABLE incoming AS SELECT * FROM {ledger.name} LIMIT 0")
    batch_id = pl.lit(_next_batch(connection)).cast(pl.Int64).alias("batch_id")
    for text in batches(reader, importer, intake):
        frame, faults = typed(ledger, text.with_columns(batch_id), locale=locale)
        for fault in faults:
            staging.refuse(frame["source_row"][fault.index], fault)
        bad = {fault.index for fault in faults}
        good = frame.with_row_index("at").filter(~pl.col("at").is_in(bad)).drop("at")
        connection.register("batch", good)
        connection.execute("INSERT INTO incoming SELECT * FROM batch")
        connection.unregister("batch")
        staging.rows_read += len(frame)
    staging.rejected = rejects(reader, intake)
    staging.rows_read += len(staging.rejected.texts)
    return staging


def _refuse_cut_line(staging: _Staging, intake: Intake) -> None:
    last = staging.rows_read + 1 - len(staging.rejected.texts)
    is_rejected = staging.rejected.true_row(last) != staging.rows_read + 1
    if intake.cut_last_line and last > 1 and not is_rejected:
        staging.refuse(last, Fault(0, None, None, CUT_LAST_LINE))
        staging.connection.execute("DELETE FROM incoming WHERE source_row = ?", [last])


def _refuse_unrelated(staging: _Staging) -> None:
    """Refuse rows whose names clash or lead nowhere, until none is left.

    A refused row can take with it the rows that refer to it.
    """
    while found := list(_unrelated(staging)):
        for source_row, fault in found:
            staging.refuse(source_row, fault)
        rows = pl.DataFrame({"source_row": [source_row for source_row, _ in found]})
        staging.connection.register("found", rows)
        staging.connection.execute(
            "DELETE FROM incoming WHERE source_row IN (SELECT source_row FROM found)"
        )
        staging.connection.unregister("found")


def _unrelated(staging: _Staging) -> Iterator[tuple[int, Fault]]:
    for column, rule, query in _relations(staging.ledger):
        for source_row, value in staging.connection.execute(query).fetchall():
            yield source_row, Fault(0, column, value, rule)


def _relations(ledger: Ledger) -> Iterator[tuple[str | None, str, str]]:
    """Yield each rule on how rows relate: its column, its words, and the rows that break it."""
    name = ledger.name
    for column, other, other_column in ledger.references:
        known = f"SELECT {other_column} AS known FROM {'' if other == name else 'current_'}{other}"
        if other == name:
            known += f" UNION ALL SELECT {other_column} FROM incoming"
        yield (
            column,
            f"is in no row of {other}",
            f"SELECT source_row, {column} FROM incoming WHERE {column} IS NOT NULL "
            f"AND {column} NOT IN (SELECT known FROM ({known}) WHERE known IS NOT NULL)",
        )
    yield (
        "entry_id",
        f"is already in {name}",
        "SELECT source_row, entry_id FROM incoming "
        f"WHERE entry_id IN (SELECT entry_id FROM {name})",
    )
    yield "entry_id", "stands in more than one row of the file", _twice("entry_id")
    for column in ("supersedes", "reverses"):
        yield column, "stands in more than one row of the file", _twice(column)
        yield (
            column,
            "has been superseded or reversed already",
            f"SELECT source_row, {column} FROM incoming WHERE {column} IN "
            f"(SELECT supersedes FROM {name} UNION ALL SELECT reverses FROM {name})",
        )
    if ledger.key != ("entry_id",):
        words = " and ".join(ledger.key)
        yield None, f"the row has the {words} of another row in force", _same_key(ledger)


def _twice(column: str) -> str:
    return (
        f"SELECT source_row, {column} FROM incoming WHERE {column} IS NOT NULL "
        f"QUALIFY count(*) OVER (PARTITION BY {column}) > 1"
    )


def _same_key(ledger: Ledger) -> str:
    """Find incoming rows that would be in force beside another row with their key."""
    key = ", ".join(ledger.key)
    same = " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM twice.{name}" for name in ledger.key)
    return f"""
        WITH gone AS (
          SELECT supersedes AS entry_id FROM incoming WHERE supersedes IS NOT NULL
          UNION ALL SELECT reverses FROM incoming WHERE reverses IS NOT NULL
        ), in_force AS (
          SELECT {key}, entry_id FROM current_{ledger.name}
          UNION ALL SELECT {key}, entry_id FROM incoming WHERE reverses IS NULL
        ), twice AS (
          SELECT {key} FROM in_force
          WHERE entry_id NOT IN (SELECT entry_id FROM gone)
          GROUP BY {key} HAVING count(*) > 1
        )
        SELECT incoming.source_row, NULL
        FROM incoming JOIN twice ON {same}
        WHERE incoming.reverses IS NULL
    """


def _keep_refused(
    staging: _Staging, importer: Importer, intake: Intake, locale: str
) -> tuple[Problem, ...]:
    """Write the refused rows and their reasons to the book; return the reasons as problems."""
    rejected = staging.rejected
    true_rows = {row: rejected.true_row(row) for row in staging.faults}
    lines = physical_lines(intake, {*true_rows.values(), *rejected.texts})
    batch_id = _next_batch(staging.connection)
    kept = list(_faulty_rows(staging, importer, intake, locale, true_rows))
    kept += [(row, None, None, None, None, text) for row, text in rejected.texts.items()]
    reasons = [
        (true_rows[row], fault.column, fault.value, fault.rule)
        for row, faults in staging.faults.items()
        for fault in faults
    ]
    reasons += [(row, None, text[:200], why) for row, text, why in _reject_reasons(rejected)]
    reasons.sort(key=lambda reason: reason[0])
    _insert(
        staging.connection,
        "refused_rows",
        [(batch_id, row, lines[row], *rest) for row, *rest in sorted(kept, key=lambda r: r[0])],
    )
    _insert(
        staging.connection,
        "refusals",
        [(batch_id, row, lines[row], *rest) for row, *rest in reasons],
    )
    _renumber(staging)
    return tuple(
        Problem(intake.name, lines[row], column, value, rule)
        for row, column, value, rule in reasons
    )


def _reject_reasons(rejected: Rejects) -> Iterator[tuple[int, str, str]]:
    for row, text in rejected.texts.items():
        yield row, text, rejected.reasons[row]


def _faulty_rows(
    staging: _Staging,
    importer: Importer,
    intake: Intake,
    locale: str,
    true_rows: dict[int, int],
) -> Iterator[tuple[int, str | None, object, object, str | None, str]]:
    """Read the refused rows once more: their whole record, and what amount could be made out."""
    connection, ledger = staging.connection, staging.ledger
    connection.register("faulty", pl.DataFrame({"faulty_row": sorted(staging.faults)}))
    chosen = "source_row IN (SELECT faulty_row FROM faulty) ORDER BY source_row"
    scan = f"WITH source AS ({source_sql(intake)})"
    records = connection.sql(f"{scan} SELECT * FROM source WHERE {chosen}").pl()
    mapped = connection.sql(f"{scan} SELECT * FROM ({importer.select}) WHERE {chosen}").pl()
    connection.unregister("faulty")
    frame, _ = typed(
        ledger, mapped.with_columns(pl.lit(0, pl.Int64).alias("batch_id")), locale=locale
    )
    for record, row in zip(records.iter_rows(named=True), frame.iter_rows(named=True), strict=True):
        true_row = true_rows[record.pop("source_row")]
        unit = row.get(ledger.amount_unit, ledger.amount_unit) if ledger.has_amount else None
        text = json.dumps(record, ensure_ascii=False)
        yield true_row, row["entry_id"], row.get("low"), row.get("high"), unit, text


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]
) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _renumber(staging: _Staging) -> None:
    """Give the staged rows their numbers in the file, counting the rejected records."""
    if staging.rejected.texts:
        accepted = staging.connection.sql("SELECT source_row AS accepted FROM incoming").pl()
        thresholds = pl.Series(staging.rejected.thresholds, dtype=pl.Int64)
        shift = thresholds.search_sorted(accepted["accepted"], side="right")
        numbers = accepted.with_columns(true_row=pl.col("accepted") + shift)
        staging.connection.register("numbers", numbers)
        staging.connection.execute(
            "UPDATE incoming SET source_row = true_row FROM numbers WHERE source_row = accepted"
        )
        staging.connection.unregister("numbers")


def content_sha256(connection: duckdb.DuckDBPyConnection, ledger: Ledger, rows: str) -> str:
    """Return the hash of a batch's rows, in file order, whatever file or engine holds them.

    A cell is its text, or a mark no cell can hold where it is NULL; the import's own number is
    left out.
    """
    cells = ", ".join(
        f"coalesce({column.name}::VARCHAR, chr(0))"
        for column in ledger.columns
        if column.name != "batch_id"
    )
    query = (
        f"SELECT sha256(coalesce(string_agg(sha256(concat_ws(chr(31), {cells})), '' "
        f"ORDER BY source_row), '')) FROM {rows}"
    )
    [(digest,)] = connection.execute(query).fetchall()
    return str(digest)


def next_head(before: str, entry: tuple[object, ...]) -> str:
    """Return the hash that seals a journal entry and all before it.

    The clock is left out: whoever builds a book from the same files in the same order gets the
    same head.
    """
    text = json.dumps([before, *map(str, entry)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _journal(
    staging: _Staging, importer: Importer, intake: Intake, outcome: str, locale: str, version: str
) -> None:
    connection = staging.connection
    rows_posted = _count(connection, "incoming")
    sealed = (
        _next_batch(connection), intake.name, intake.sha256, importer.name, staging.ledger.name,
        outcome, staging.rows_read, rows_posted, staging.rows_read - rows_posted,
        content_sha256(connection, staging.ledger, "incoming"),
    )  # fmt: skip
    last = connection.execute("SELECT head FROM imports ORDER BY batch_id DESC LIMIT 1").fetchall()
    head = next_head(last[0][0] if last else "", sealed)
    now = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        f"INSERT INTO imports VALUES ({', '.join('?' * 14)})",
        [*sealed[:9], now, locale, version, sealed[9], head],
    )
