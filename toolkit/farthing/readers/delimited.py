"""Text with one record a line and a mark between the cells: CSV and its kin.

The header is the first record that some importer knows; what stands above it is set aside as a
title. Every record below is held against it: in bulk where the text is plain, and otherwise by
the strict reader of Python's `csv`. DuckDB's reader loses money: it skips a record of many
megabytes, takes one cell too many where the last is blank, and finds rows that are none behind a
loose quote, all without a word.
"""

from __future__ import annotations

import csv
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from farthing.errors import FileUnusable
from farthing.readers import plain
from farthing.records import Intake, Misfit, Numbered, keep

LONGEST_LINE = 2_000_000
#: How far down a header may stand, below titles.
TITLE_LINES = 20
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

Knows: TypeAlias = Callable[[Sequence[str]], bool | Sequence[str]]
"""Tells whether names are the header of a known format; where they are the first row of a format
that has no header, the names of its columns."""


class _Lines:
    """The lines of a text, none too long for the memory, and the last one that was read."""

    def __init__(self, text: TextIO, name: str) -> None:
        self.text = text
        self.name = name
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(iter(partial(self.text.readline, LONGEST_LINE), ""), 1):
            if len(line) == LONGEST_LINE:
                raise FileUnusable(
                    f"the line has {LONGEST_LINE:,} characters or more",
                    where=f"{self.name}:{number}",
                )
            self.last = line
            yield line


class _Tally:
    """What is met beside the rows while the records of a file pass by."""

    def __init__(self) -> None:
        self.misfits: list[Misfit] = []
        self.blank = 0


def read(text: TextIO, intake: Intake, folder: Path, knows: Knows) -> Intake:
    """Keep the rows of a file, part by part; return the intake with all that was seen of it.

    Raises
    ------
    FileUnusable
        The file is empty, has no usable header, or has a quote that leaves open which lines are
        rows.
    """
    delimiter, titles, headless = _dialect(text, intake.name, knows)
    text.seek(0)
    lines = _Lines(text, intake.name)
    # What is written without a header is written without quotes, too: one is part of its cell.
    quoted: Any = {"quoting": csv.QUOTE_NONE} if headless else {}
    reader = csv.reader(lines, strict=True, delimiter=delimiter, **quoted)
    above = list(islice(reader, titles))
    header, width, lead = (*headless, 0) if headless else _header(reader, intake.name)
    asides = tuple(
        Misfit(at - titles + 1, at + 1, tuple(cells), "a title above the header")
        for at, cells in enumerate(above)
        if cells
    )
    intake = replace(intake, header=header)
    if width == len(header) and not headless and text.encoding in ("utf-8", "utf-8-sig"):
        found = plain.read(Path(text.name), intake, folder, delimiter, reader.line_num)
        if found is not None:
            return replace(found, rows=found.rows + len(asides), asides=asides)
    tally = _Tally()
    records = _records(reader, lines, width, tally)
    kept = keep(intake, _cut(records, slice(lead, lead + len(header)), tally), folder)
    cut_off = not lines.last.endswith("\n")
    rows = kept.rows + len(tally.misfits) + tally.blank + len(asides)
    if cut_off and rows == len(asides):
        raise FileUnusable("ends within its header: it may have been cut off", where=intake.name)
    return replace(
        kept,
        rows=rows,
        misfits=tuple(tally.misfits),
        asides=asides,
        blank=tally.blank,
        cut_off=cut_off,
    )


def _dialect(
    text: TextIO, name: str, knows: Knows
) -> tuple[str, int, tuple[tuple[str, ...], int] | None]:
    """Return the delimiter and how many records stand above the header.

    Of a file without one, also the names of its columns and how many cells it has.

    Neither is guessed: under them the header is one that is known. Where none is, what is wrong
    is said of the first line, cut at the mark that stands in it most often.
    """
    start = list(islice(_Lines(text, name), TITLE_LINES))
    for delimiter in DELIMITERS:
        try:
            for at, cells in enumerate(csv.reader(start, delimiter=delimiter)):
                known = knows(_names(cells))
                if known is True:
                    return delimiter, at, None
                width = start[0].count(delimiter) + 1
                if known and at == 0 and width >= len(known):
                    return delimiter, 0, (tuple(known), width)
        except csv.Error:
            continue
    first = start[0] if start else ""
    present = [mark for mark in reversed(DELIMITERS) if mark in first]
    return max(present, key=first.count, default=","), 0, None


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a header; what is blank at its end or its start is no column."""
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(dropwhile(operator.not_, names))


def _header(reader: Iterator[list[str]], name: str) -> tuple[tuple[str, ...], int, int]:
    """Read the header's names, unique and present, and how many cells it has in all and before."""
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise FileUnusable(f"has no readable header: {error}", where=f"{name}:1") from None
    if not header or not any(cell.strip() for cell in header):
        raise FileUnusable("is empty" if header is None else "has no header", where=name)
    if any("\0" in cell for cell in header):
        raise FileUnusable("is not a text file", where=name)
    names = _names(header)
    lead = next(at for at, cell in enumerate(header) if cell.strip())
    if "" in names:
        at = lead + names.index("") + 1
        raise FileUnusable(f"column {at} has no name", where=f"{name}:1")
    if twice := [column for column in dict.fromkeys(names) if names.count(column) > 1]:
        raise FileUnusable(f"two columns are named {twice[0]}", where=f"{name}:1")
    return names, len(header), lead


def _records(reader: Any, lines: _Lines, width: int, tally: _Tally) -> Iterator[Numbered]:
    """Yield each record below the header that has its number of cells."""
    row, start = 1, reader.line_num + 1
    while True:
        try:
            for cells in reader:
                row += 1
                if len(cells) == width:
                    yield row, start, cells
                elif cells:
                    found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
                    reason = f"the row has {found} and the header {width}"
                    tally.misfits.append(Misfit(row, start, tuple(cells), reason))
                else:
                    tally.blank += 1
                start = reader.line_num + 1
            return
        except csv.Error as error:
            row += 1
            tally.misfits.append(_loose(error, row, start, reader.line_num, lines))
            start = reader.line_num + 1


def _cut(records: Iterator[Numbered], named: slice, tally: _Tally) -> Iterator[Numbered]:
    """Leave out blank records, and the blank cells under blank names at an end of a header.

    pandas and R number the rows in a first column without a name: such numbers are no cells.
    """
    last = -1
    for row, line, cells in records:
        if not any(cells):
            tally.blank += 1
            continue
        lead = cells[: named.start]
        if (number := _row_number(lead)) is not None and number > last:
            last, lead = number, []
        if any(lead) or any(cells[named.stop :]):
            reason = "the row has a cell under no heading"
            tally.misfits.append(Misfit(row, line, tuple(map(str, cells)), reason))
        else:
            yield row, line, cells[named]


def _row_number(lead: Sequence[str | None]) -> int | None:
    """Return what stands before the first name, where it may be the number of its row."""
    number = lead[0] or "" if len(lead) == 1 else ""
    return int(number) if re.fullmatch("0|[1-9][0-9]{0,8}", number) else None


def _loose(error: csv.Error, row: int, start: int, end: int, lines: _Lines) -> Misfit:
    """Return the record that broke the rules of quoting, where it is one line and no more."""
    reason = "has a quote that is never closed, or text after one"
    if "field larger" in str(error):
        reason = f"has a cell of more than {csv.field_size_limit():,} characters"
    if end > start or _goes_on(error, lines.last):
        raise FileUnusable(
            f"the row {reason}; nobody can tell in which line the next begins",
            where=f"{lines.name}:{start}",
            hint="close the quote, or double it where it is part of the text",
        )
    return Misfit(row, start, (lines.last.rstrip("\n"),), f"the row {reason}")


def _goes_on(error: csv.Error, line: str) -> bool:
    """Tell whether a line with a loose quote may leave a cell open for the next."""
    if "unexpected end" in str(error):
        return False
    lenient = csv.reader([line, ""])
    try:
        next(lenient)
    except csv.Error:  # a cell too long to be read on
        return '"' in line
    return lenient.line_num > 1
