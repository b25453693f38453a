"""What a publisher's file says otherwise than its last: what appeared, moved and vanished.

Two files are two states of one thing when they are of one format and were declared alike but for
the day: pages of one country and window, say. Rows are compared by the publisher's own key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from farthing.errors import UsageError
from farthing.ledgers import BY_NAME

#: What a row is about and in which unit, by ledger; only what is measured can move.
COMPARED = """
SELECT
  '{ledger}' AS ledger,
  CASE WHEN earlier.record_key IS NULL THEN 'appeared'
       WHEN later.record_key IS NULL THEN 'vanished' ELSE 'moved' END AS change,
  coalesce(later.record_key, earlier.record_key) AS record_key,
  {campaign} AS campaign_id,
  {series} AS series,
  {what} AS what,
  {unit} AS unit,
  earlier.low AS low_before,
  earlier.high AS high_before,
  later.low AS low_after,
  later.high AS high_after
FROM (SELECT * FROM {ledger} WHERE batch_id IN ({before})) AS earlier
FULL JOIN (SELECT * FROM {ledger} WHERE batch_id IN ({after})) AS later
  ON earlier.record_key = later.record_key
WHERE coalesce(later.record_key, earlier.record_key) IS NOT NULL
  AND (earlier.record_key IS NULL OR later.record_key IS NULL
       OR (earlier.low, earlier.high) IS DISTINCT FROM (later.low, later.high))
"""


@dataclass(frozen=True)
class Snapshot:
    """One import, as the state of something on a day."""

    batch_id: int
    file: str
    source_id: str
    scope: tuple[str, ...]
    observed_on: str | None

    def is_called(self, name: str) -> bool:
        """Whether a name is that of its source or file; of several pages, of the first.

        A file of an archive is known by its own name too.
        """
        files = (self.file, self.file.rsplit("/", 1)[-1])
        return name in (self.source_id, *files) or self.file.startswith(f"{name} and ")


def changes(connection: duckdb.DuckDBPyConnection, source: str, known: str) -> pl.DataFrame:
    """Hold the state that a file shows against the state of the last day before.

    Parameters
    ----------
    connection
        A book opened for reading.
    source
        Name of the file's row in ``sources``, or of the file.
    known
        SQL over ``imports``: those that were known at the moment asked about.

    Returns
    -------
    DataFrame
        One row per key that appeared, moved or vanished: its bounds before and after.

    Raises
    ------
    UsageError
        There is no such import, its day is not known, or nothing of before it.
    """
    snapshots = _snapshots(connection, known)
    asked = next((one for one in snapshots if one.is_called(source)), None)
    if asked is None:
        inside = [one.file for one in snapshots if one.file.startswith(f"{source}/")]
        names = ", ".join(inside[:5] or [one.file for one in snapshots[-5:]])
        raise UsageError(f"no import of {source}", hint=f"as in {names}" if names else None)
    if asked.observed_on is None:
        raise UsageError(
            f"{asked.file} was taken on a day that nobody told",
            hint="import it with --declare observed_on=YYYY-MM-DD",
        )
    alike = [one for one in snapshots if one.scope == asked.scope and one.observed_on]
    days = sorted(
        {str(one.observed_on) for one in alike if str(one.observed_on) < asked.observed_on}
    )
    if not days:
        raise UsageError(f"{asked.file} is the first of its kind on the book")
    after = [one.batch_id for one in alike if one.observed_on == asked.observed_on]
    before = [one.batch_id for one in alike if one.observed_on == days[-1]]
    return _compared(connection, before, after)


def _snapshots(connection: duckdb.DuckDBPyConnection, known: str) -> list[Snapshot]:
    rows = connection.execute(
        f"""
        SELECT imports.batch_id, file, importer, settings, coalesce(source_id, file)
        FROM imports
        LEFT JOIN sources ON sources.batch_id = imports.batch_id AND sources.sha256 = imports.sha256
        WHERE outcome = 'posted' AND {known}
        ORDER BY imports.batch_id
        """
    ).fetchall()
    return [_snapshot(*row) for row in rows]


def _snapshot(batch_id: int, file: str, importer: str, settings: str, source_id: str) -> Snapshot:
    declared: dict[str, Any] = json.loads(settings)
    observed_on = declared.pop("observed_on", None)
    scope = (importer, *(f"{name}={value}" for name, value in sorted(declared.items())))
    return Snapshot(batch_id, file, source_id, scope, observed_on)


def _compared(
    connection: duckdb.DuckDBPyConnection, before: list[int], after: list[int]
) -> pl.DataFrame:
    ledgers = connection.execute(
        "SELECT DISTINCT ledger FROM postings WHERE list_contains($1, batch_id)", [before + after]
    ).fetchall()
    queries = [
        COMPARED.format(
            ledger=name,
            before=", ".join(map(str, before)),
            after=", ".join(map(str, after)),
            **_named(name),
        )
        for (name,) in sorted(ledgers)
        if BY_NAME[name].has_amount
    ]
    if not queries:
        raise UsageError("its rows measure nothing, so nothing can have moved")
    order = " ORDER BY ledger, change, record_key"
    found: pl.DataFrame = connection.sql(" UNION ALL ".join(queries) + order).pl()
    return found


def _named(name: str) -> dict[str, str]:
    """Return how a ledger says which campaign a row is of, what it measures and in which unit."""
    ledger = BY_NAME[name]

    def either(column: str) -> str:
        return f"coalesce(later.{column}, earlier.{column})"

    unit = ledger.amount_unit
    return {
        "campaign": either("campaign_id") if "campaign_id" in ledger.dtypes else "NULL",
        "series": either("series") if "series" in ledger.dtypes else "NULL",
        "what": either("measure") if "measure" in ledger.dtypes else f"'{name}'",
        "unit": either(unit) if unit in ledger.dtypes else f"'{unit}'",
    }


def summary(found: pl.DataFrame) -> pl.DataFrame:
    """Add up what changed: one row per ledger, kind of change, series, measure and unit.

    Two series can tell of the same, as an ad and its parts by age do, and are not added; nor are
    people, of whom one can stand in two rows. A bound that one of the rows does not have has no
    sum.
    """
    bounds = ("low_before", "high_before", "low_after", "high_after")
    sums = [
        pl.when(
            pl.col(name).null_count() == 0, (pl.len() == 1) | (pl.col("what") != "people").all()
        )
        .then(pl.col(name).sum())
        .alias(name)
        for name in bounds
    ]
    parts = ("ledger", "change", "series", "what", "unit")
    return found.group_by(*parts, maintain_order=True).agg(pl.len().alias("rows"), *sums)
