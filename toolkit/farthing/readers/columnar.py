"""Parquet files, whose cells have types: each becomes the text that is exactly it.

A binary fraction becomes the shortest figure that is read back as the same, as in "1.43"; a whole
number beyond what the fraction holds exactly is written with its exponent, which no ledger reads.
The decimal mark is always a point, whatever the locale of the file's own texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from farthing.errors import FileUnusable
from farthing.records import BATCH_ROWS, Intake, check_names, figure_text, written

#: Up to here a binary fraction of 32 or 64 bits holds every whole number.
WHOLE_32, WHOLE_64 = 2**24, 2**53


def read(path: Path, intake: Intake, folder: Path) -> Intake:
    """Keep the rows of a Parquet file.

    Raises
    ------
    FileUnusable
        It cannot be read, or a column is nested, binary or without a name of its own.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            schema, stated = file.schema_arrow, file.metadata.num_rows
            header = _header(schema.names, intake.name)
            for name, kind in zip(header, schema.types, strict=True):
                if not _is_cell(kind.value_type if pa.types.is_dictionary(kind) else kind):
                    raise FileUnusable(f"column {name} is {kind}, not a cell", where=intake.name)
            intake = replace(intake, header=header)
            check_names(intake)
            rows = blank = 0
            parts: list[Path] = []
            for frame in _frames(file, header):
                filled = frame.filter(pl.any_horizontal(pl.col(header).fill_null("") != ""))
                parts.append(written(filled.to_arrow(), folder))
                rows, blank = rows + len(frame), blank + len(frame) - len(filled)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise FileUnusable(f"cannot be read as Parquet: {said}", where=intake.name) from None
    if rows != stated:
        what = f"says that it has {stated:,} rows, and {rows:,} can be read"
        raise FileUnusable(what, where=intake.name)
    return replace(intake, parts=tuple(parts), rows=rows, blank=blank)


def _header(columns: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the names of the columns, unique and present."""
    names = tuple(" ".join(column.split()) for column in columns)
    if not names:
        raise FileUnusable("has no columns", where=where)
    if "" in names:
        raise FileUnusable(f"column {names.index('') + 1} has no name", where=where)
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise FileUnusable(f"two columns are named {twice}", where=where)
    return names


def _is_cell(kind: Any) -> bool:
    """Tell whether values of a type have one text each that everybody writes."""
    types = pa.types
    return any(
        of(kind)
        for of in (
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_boolean,
            types.is_integer,
            types.is_float32,
            types.is_float64,
            types.is_decimal,
            types.is_date,
            types.is_timestamp,
            types.is_time,
            types.is_null,
        )
    )


def _frames(file: pq.ParquetFile, header: Sequence[str]) -> Iterator[pl.DataFrame]:
    row = 2
    for batch in file.iter_batches(BATCH_ROWS):
        batch.validate(full=True)  # text that is not UTF-8 would be taken as it is
        numbers = pl.int_range(row, row + len(batch), dtype=pl.Int64, eager=True)
        cells = [_text(name, column) for name, column in zip(header, batch.columns, strict=True)]
        yield pl.DataFrame([numbers.alias("source_row"), numbers.alias("source_line"), *cells])
        row += len(batch)


def _text(name: str, column: Any) -> pl.Series:
    """Write a column out: decimals with their zeros, days as yyyy-mm-dd, fractions as they are."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_decimal(column.type):
        texts = [None if cell is None else figure_text(f"{cell:f}") for cell in column.to_pylist()]
        return pl.Series(name, texts, pl.String)
    cells = pl.Series(name, column)
    if cells.dtype == pl.Boolean:
        return cells.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    if cells.dtype.is_float():
        return pl.Series(name, _figures(cells), pl.String)
    if isinstance(cells.dtype, pl.Datetime):
        return cells.to_frame().select(_moments(name)).to_series()
    return cells.cast(pl.String)


def _moments(name: str) -> pl.Expr:
    """Write a moment out; midnight is how a day is kept where there are only moments."""
    cell = pl.col(name)
    return (
        pl.when(cell == cell.dt.truncate("1d"))
        .then(cell.dt.date().cast(pl.String))
        .otherwise(cell.cast(pl.String))
    )


def _figures(cells: pl.Series) -> list[str | None]:
    most = WHOLE_32 if cells.dtype == pl.Float32 else WHOLE_64
    return [
        None if absent else _figure(cell, most)
        for cell, absent in zip(cells.to_numpy(), cells.is_null(), strict=True)
    ]


def _figure(cell: Any, most: int) -> str:
    if abs(cell) < most:
        return figure_text(np.format_float_positional(cell, trim="-"))
    return np.format_float_scientific(cell, trim="-")  # so too what is infinite or no number
