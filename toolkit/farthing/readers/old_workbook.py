"""Excel's workbooks of 1993 to 2003 (.xls), read for what was stored in their cells.

A formula has the result that was stored. Programs that never work one out store an empty text,
or 0 with the wish that Excel work it out on opening: where no formula of a workbook has another
result they are taken at their word, and the rows refused. A program that stores 0 and wishes
nothing cannot be told from Excel. There are no checksums: a number with a damaged byte is
another number.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import xlrd
from xlrd.sheet import Sheet as Cells
from xlrd.xldate import xldate_as_datetime

from farthing.errors import FileUnusable
from farthing.readers.biff import Records, locked
from farthing.readers.compound import Compound
from farthing.readers.sheets import AS_CSV, Knows, Row, Seen, Sheet, kept
from farthing.records import Intake

MOST_BYTES = 50_000_000
#: How a length of time is shown, which is not cut at midnight.
LASTING = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


def read(path: Path, intake: Intake, folder: Path, knows: Knows) -> list[Intake]:
    """Keep the rows of every sheet that has a header which is known, as `kept` does.

    Raises
    ------
    FileUnusable
        It is no workbook, one with a password, one that is damaged or too large to be read, or one
        that has a table in a sheet that is hidden.
    """
    try:
        sheets = _sheets(path, intake.name)
    except FileUnusable:
        raise
    except Exception:  # of a damaged file xlrd raises what came of it, whatever that was
        hint = "see whether its download was complete, or save it as .xlsx"
        raise FileUnusable("is a damaged workbook", where=intake.name, hint=hint) from None
    return kept(sheets, intake, folder, knows)


def _sheets(path: Path, name: str) -> list[Sheet]:
    if (size := path.stat().st_size) > MOST_BYTES:
        what = f"has {size:,} bytes, and no more than {MOST_BYTES:,} can be read"
        raise FileUnusable(what, where=name, hint=AS_CSV)
    records = Records(_stream(path.read_bytes(), name), name)
    starts = records.of_book()
    with (
        open(os.devnull, "w") as sink,
        xlrd.open_workbook(
            file_contents=records.stream,  # type: ignore[arg-type]  # cut into pieces as bytes are
            logfile=sink,
            on_demand=True,
            formatting_info=True,
            ragged_rows=True,
        ) as book,
    ):
        titles = book.sheet_names()
        if len(set(titles)) < len(titles):
            raise ValueError("two sheets have one name")
        seen = [Seen(title, f"{name}/{title}") for title in titles]
        records.of_sheets(list(zip(starts, seen, strict=True)))
        return [_sheet(book, nth, one) for nth, one in enumerate(seen)]


def _stream(data: bytes, name: str) -> bytearray:
    """Return the stream of records."""
    compound = Compound(data)
    entries = compound.entries()
    if "EncryptedPackage" in entries:
        raise locked(name)
    for stream in ("Workbook", "Book"):
        if stream in entries:
            return compound.stream(entries[stream])
    raise FileUnusable("is a file of Office, and no workbook", where=name, hint=AS_CSV)


def _sheet(book: xlrd.Book, nth: int, seen: Seen) -> Sheet:
    cells = book.sheet_by_index(nth)
    for at in range(cells.nrows):
        texts = (value for value in cells.row_values(at) if isinstance(value, str))
        seen.characters += sum(map(len, texts))
    seen.check()
    return Sheet(
        seen=seen,
        cells=partial(_rows, book, cells, seen),
        filled=seen.rows > 0,
        merged=[(first, end - 1) for first, end, _, _ in cells.merged_cells],
        hidden=cells.visibility != 0,
    )


def _rows(book: xlrd.Book, cells: Cells, seen: Seen, most: int | None) -> Sequence[Row]:
    rows = (_row(book, cells, at) for at in range(min(seen.rows, most or seen.rows)))
    return [[*row, *[None] * (seen.columns - len(row))] for row in rows]


def _row(book: xlrd.Book, cells: Cells, at: int) -> Row:
    row: list[Any] = list(cells.row_values(at))
    for column, kind in enumerate(cells.row_types(at)):
        if kind == xlrd.XL_CELL_DATE:
            style = book.xf_list[cells.cell_xf_index(at, column)]
            shown = book.format_map[style.format_key].format_str
            row[column] = _moment(row[column], shown, since_1904=bool(book.datemode))
        elif kind == xlrd.XL_CELL_BOOLEAN:
            row[column] = bool(row[column])
        elif kind == xlrd.XL_CELL_ERROR:
            row[column] = None
    return row


def _moment(days: float, shown: str, *, since_1904: bool) -> Any:
    """Return a moment, a time of the day or a length of time; of what is none, the number."""
    try:
        if LASTING.search(shown):
            return timedelta(milliseconds=round(days * 86_400_000))
        moment = xldate_as_datetime(days, 1 if since_1904 else 0)
    except (OverflowError, ValueError):
        return days
    if days < 0:
        return days
    return moment.time() if days < 1 else moment
