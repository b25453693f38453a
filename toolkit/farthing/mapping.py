"""The rows of a file as its importer maps them onto ledgers, part by part and still as text.

What is done here runs ahead of what is done with it: while one part is read cell by cell and
staged, the next is mapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute

from farthing.importer import Posts, Reading
from farthing.ledger import Fault
from farthing.ledgers.sources import SOURCES

#: How many rows a part of a file may give a ledger at once. One that gives more is cut into pieces.
MOST_ROWS = 200_000
PIECE_ROWS = 50_000
#: How many rows are looked at to tell how many each gives.
FEW_ROWS = 100


@dataclass(frozen=True)
class Batch:
    """A piece of a file, mapped.

    Parameters
    ----------
    rows
        How many records it has.
    asides
        Which of them are no data, and what they are.
    kept
        All others, as the file has them, in the columns that anything is read from.
    broken
        The rules of the format that they break, with their rows.
    texts
        What they give each ledger: cells as text, beside ``source_row``.
    """

    rows: int
    asides: dict[int, str]
    kept: pa.Table
    broken: tuple[tuple[int, Fault], ...]
    texts: tuple[pl.DataFrame, ...]


def mapped(reading: Reading, posts: Sequence[Posts]) -> Iterator[Batch]:
    """Yield the rows of a file, piece by piece, each mapped onto its ledgers.

    A piece is a part of the file, or less of it where a row of the file gives a ledger so many
    that they were too many to hold: how many is told by a few of the first, then by all before.
    """
    most = 0.0
    for rows in reading.parts():
        most = most or _rows_each(reading, posts, rows)
        at, size = 0, len(rows)
        while at < len(rows):
            if most * size > MOST_ROWS and not reading.importer.whole:
                size = max(1, int(PIECE_ROWS / most))
            piece = rows.slice(at, size)
            batch = _mapped(reading, posts, piece)
            yield batch
            at += len(piece)
            most = max(most, *(len(text) / len(piece) for text in batch.texts))


def _rows_each(reading: Reading, posts: Sequence[Posts], rows: pa.Table) -> float:
    """Tell from a few rows of a file how many each gives a ledger at most."""
    if len(rows) <= FEW_ROWS:
        return 1.0
    few = rows.take(list(range(0, len(rows), len(rows) // FEW_ROWS + 1)))
    with reading.offered(few):
        counts = [len(reading.select(f"SELECT 1 FROM ({once(one)})")) for one in posts]
    return max(1, *counts) / max(1, len(few))


def _mapped(reading: Reading, posts: Sequence[Posts], rows: pa.Table) -> Batch:
    with reading.offered(rows):
        asides, kept = _parted(reading, rows)
        broken = tuple(reading.broken())
        texts = tuple(reading.select(once(one)) for one in posts)
    return Batch(len(rows), asides, kept, broken, texts)


def _parted(reading: Reading, rows: pa.Table) -> tuple[dict[int, str], pa.Table]:
    """Tell the rows offered that are no data from the others, and offer those alone."""
    if reading.importer.aside is None:
        return {}, rows
    found = reading.asides()
    if not len(found):
        return {}, rows
    aside = compute.is_in(rows["source_row"], value_set=found["source_row"].to_arrow())
    kept = rows.filter(compute.invert(aside))
    reading.offer(kept)
    return dict(found.rows()), kept


def once(one: Posts) -> str:
    """Return the SELECT of a ledger's rows, and only the first of those that name a thing again.

    Each ad of a campaign names it.
    """
    if not one.distinct or one.ledger.key == ("entry_id",):  # a name that is made further below
        return one.select
    key = ", ".join(one.ledger.key)
    return (
        f"SELECT * FROM ({one.select}) "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY source_row) = 1"
    )


def entries(reading: Reading, one: Posts, text: pl.DataFrame) -> pl.DataFrame:
    """Give rows what the SELECT leaves out: a name, their source, and the day of the file."""
    if "entry_id" not in text.columns:
        nth = pl.int_range(1, pl.len() + 1).over("source_row").cast(pl.String)
        within = pl.when(pl.len().over("source_row") > 1).then(pl.concat_str(pl.lit("."), nth))
        name = pl.concat_str(
            pl.lit(f"{reading.source_id}:"),
            pl.col("source_row").cast(pl.String),
            within.otherwise(pl.lit("")),
        )
        text = text.with_columns(name.alias("entry_id"))
    if "source_id" not in text.columns and one.ledger is not SOURCES:
        text = text.with_columns(pl.lit(reading.source_id).alias("source_id"))
    if "observed_on" not in text.columns:
        day = reading.settings.get("observed_on")
        text = text.with_columns(pl.lit(day, pl.String).alias("observed_on"))
    columns = [pl.col(name).cast(pl.String) for name in text.columns if name != "source_row"]
    return text.select(pl.col("source_row").cast(pl.Int64), *columns)
