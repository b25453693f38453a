"""Delimited text in bulk, where it is plain: every quote where it belongs, every row complete.

Whether it is plain is looked at byte by byte before a cell is made: on such text every reader
agrees, so the fastest may be used. What is not plain in any way is left to the strict reader,
which knows what to say of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute
from pyarrow import csv as arrow

from farthing.records import POOL, Intake, ahead, check_names, written

#: How much is read at a time, and how long a record may be to be read here.
BLOCK_BYTES = 18 << 20
LONGEST_RECORD = 100_000
QUOTE, LINE_FEED, RETURN, NOTHING = b'"\n\r\0'

Places: TypeAlias = npt.NDArray[np.int64]
Bytes: TypeAlias = npt.NDArray[np.uint8]


class NotPlain(Exception):
    """The text has something that readers read differently, or refuse."""


def read(path: Path, intake: Intake, folder: Path, delimiter: str, above: int) -> Intake | None:
    """Keep the rows of a UTF-8 file whose header is known, or return nothing where it is not plain.

    Parameters
    ----------
    path
        The file.
    intake
        With its header.
    folder
        The intake folder.
    delimiter
        The mark between two cells.
    above
        How many lines stand before the first record, with the header.
    """
    parts: list[Path] = []
    rows = blank = 0
    check_names(intake)
    try:
        with path.open("rb") as file:
            for _ in range(above):
                line = file.readline()
                if not line.endswith(b"\n") or b"\r" in line[:-2]:
                    raise NotPlain
            blocks = _blocks(file, delimiter.encode())
            for table in ahead(_tables(ahead(blocks), intake.header, delimiter, above)):
                rows += len(table)
                filled = _without_blank(table, intake.header)
                blank += len(table) - len(filled)
                parts.append(written(filled, folder))
    except (NotPlain, pa.ArrowInvalid):
        for part in parts:
            part.unlink()
        return None
    return replace(intake, parts=tuple(parts), rows=rows, blank=blank)


def _blocks(file: BinaryIO, delimiter: bytes) -> Iterator[tuple[bytes, Places, Places]]:
    """Yield whole records, many at a time, where each of them starts, and where lines end."""
    rest = b""
    while True:
        read = file.read(BLOCK_BYTES)
        data = rest + read
        if not data:
            return
        feeds: Places = np.flatnonzero(np.frombuffer(data, np.uint8) == LINE_FEED)
        ends = _ends(data, feeds, delimiter[0])
        if not read and (not len(ends) or ends[-1] != len(data) - 1):
            raise NotPlain  # the last line has no end: the strict reader says so
        if len(ends):
            whole = int(ends[-1]) + 1
            starts = np.concatenate([[0], ends[:-1] + 1])
            if np.diff(ends, prepend=-1).max() > LONGEST_RECORD:
                raise NotPlain
            yield data[:whole], starts, feeds[feeds < whole]
            data = data[whole:]
        if len(data) > BLOCK_BYTES:
            raise NotPlain
        rest = data
        if not read:
            return


def _ends(text: bytes, feeds: Places, delimiter: int) -> Places:
    """Return where whole records end, and see to it that every quote is in its place."""
    data = np.frombuffer(text, np.uint8)
    quotes = _places(text, QUOTE)
    _refuse_returns(data, _places(text, RETURN), feeds, quotes)
    if not len(quotes):
        return feeds
    ends: Places = feeds[
        np.searchsorted(quotes, feeds) % 2 == 0
    ]  # within an open quote a line goes on
    if len(ends):
        _refuse_loose(data[: ends[-1] + 1], quotes[quotes < ends[-1]], delimiter)
    return ends


def _places(text: bytes, mark: int) -> Places:
    """Return where a mark stands that most files have nowhere."""
    if mark not in text:
        return np.zeros(0, np.int64)
    places: Places = np.flatnonzero(np.frombuffer(text, np.uint8) == mark)
    return places


def _refuse_returns(data: Bytes, returns: Places, ends: Places, quotes: Places) -> None:
    """Refuse a carriage return that is not part of the end of a record."""
    if not len(returns):
        return
    last = returns[-1] == len(data) - 1
    inner = returns[:-1] if last else returns
    if np.any(data[inner + 1] != LINE_FEED) or len(inner) != len(ends) - int(data[0] == LINE_FEED):
        raise NotPlain
    if np.any(np.searchsorted(quotes, returns) % 2):
        raise NotPlain


def _refuse_loose(data: Bytes, quotes: Places, delimiter: int) -> None:
    """Refuse a quote that opens within a cell, or closes before its end."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[opening[opening > 0] - 1]
    after = data[closing + 1]
    if not np.all((before == delimiter) | (before == LINE_FEED) | (before == QUOTE)):
        raise NotPlain
    ends = (after == delimiter) | (after == LINE_FEED) | (after == RETURN) | (after == QUOTE)
    if not np.all(ends):
        raise NotPlain


def _tables(
    blocks: Iterator[tuple[bytes, Places, Places]],
    header: Sequence[str],
    delimiter: str,
    above: int,
) -> Iterator[pa.Table]:
    """Yield the cells of each block, numbered on from those before it."""
    rows = 0
    for block, starts, feeds in blocks:
        lines = np.searchsorted(feeds, starts) + above + 1
        yield _cells(block, lines, header, delimiter, rows)
        rows += len(starts)
        above += len(feeds)


def _cells(
    block: bytes, lines: Places, header: Sequence[str], delimiter: str, rows: int
) -> pa.Table:
    """Make the cells of a block, each as text, with the row and the line of their record."""
    table = arrow.read_csv(
        io.BytesIO(block),
        arrow.ReadOptions(column_names=list(header), block_size=4 << 20),
        arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
        arrow.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
        ),
        POOL,
    )
    if len(table) != len(lines):
        raise NotPlain
    numbers = pa.array(np.arange(rows + 2, rows + 2 + len(lines)))
    return table.add_column(0, "source_row", numbers).add_column(1, "source_line", pa.array(lines))


def _without_blank(table: pa.Table, header: Sequence[str]) -> pa.Table:
    """Leave out the records that hold nothing."""
    blank = compute.equal(table[header[0]], "")
    for name in header[1:]:
        if not compute.any(blank).as_py():
            return table
        blank = compute.and_(blank, compute.equal(table[name], ""))
    return table.filter(compute.invert(blank))
