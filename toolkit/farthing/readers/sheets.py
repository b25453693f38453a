"""The sheets of a workbook as tables, whichever of Excel's formats they were read from.

Excel keeps a number to 15 digits. It is written here with those and no more, so that 12,931.98
is that and not the nearest binary fraction; a number with more before the point has been rounded
by Excel already, as an id of an ad is, and its row is refused. How a cell is shown is not read:
50 % is 0.5, and an amount that is shown as pounds has the pence that it was stored with. Dates
are given as yyyy-mm-dd. Rows that a filter hides are rows like any other.

A sheet is gone through twice. The first time finds what the libraries that read the cells give
no word of: cells that hold an error and formulas without a result, which they take for blank, and
a single cell far off, for which they would ask for more memory than there is.
"""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import dropwhile
from pathlib import Path
from typing import Any

from farthing.errors import FileUnusable
from farthing.records import Intake, Misfit, Numbered, figure_text, keep

MOST_CELLS = 2_000_000
MOST_CHARACTERS = 100_000_000
TITLE_ROWS = 20
DIGITS = 15
ERROR = "the row has a cell with an error, such as #REF!"
UNSTORED = "the row has a formula whose result is not stored"
MERGED = "the row has cells that are merged with others"
AS_CSV = "save the table as CSV"

Row = Sequence[Any]
Knows = Callable[[Sequence[str]], bool]


@dataclass
class Seen:
    """What the first time through a sheet found, rows counted from 1.

    Parameters
    ----------
    name, where
        The name of the sheet, and the workbook's with it.
    faults
        Why a row is refused.
    rows, columns, cells, characters
        How far it reaches and what it holds.
    """

    name: str
    where: str
    faults: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    cells: int = 0
    characters: int = 0

    def count(self, row: int, column: int) -> None:
        """Count a cell; refuse the sheet before it takes more memory than there is."""
        if column > self.columns:
            self.columns = column
        if row > self.rows:
            self.rows = row
        self.cells += 1
        self.check()

    def check(self) -> None:
        """Refuse a sheet that is too large."""
        if self.cells > MOST_CELLS or self.rows * self.columns > MOST_CELLS:
            raise FileUnusable(
                f"reaches to row {self.rows:,} and column {self.columns:,}, and more than "
                f"{MOST_CELLS:,} cells cannot be read",
                where=self.where,
                hint=f"delete what stands far off, or {AS_CSV}",
            )
        if self.characters > MOST_CHARACTERS:
            what = f"holds more than {MOST_CHARACTERS:,} characters"
            raise FileUnusable(what, where=self.where, hint=AS_CSV)


@dataclass(frozen=True)
class Sheet:
    """A sheet whose cells can be read.

    Parameters
    ----------
    seen
        What was found the first time.
    cells
        Returns its first rows, or with ``None`` all of them.
    filled
        Whether it has a cell at all.
    merged
        The first and the last row of each range of cells that are merged, counted from 0.
    hidden
        Whether Excel does not show it.
    """

    seen: Seen
    cells: Callable[[int | None], Sequence[Row]]
    filled: bool
    merged: Sequence[tuple[int, int]]
    hidden: bool


def kept(sheets: Sequence[Sheet], intake: Intake, folder: Path, knows: Knows) -> list[Intake]:
    """Keep the rows of every sheet that has a header which is known.

    Where none is known the first row of the first sheet is taken for one, and what is wrong is
    said of that. Several sheets of a workbook are told apart by hashes made from its own.

    Raises
    ------
    FileUnusable
        There is nothing in it, or a table in a sheet that is hidden.
    """
    headers = [_header_at(sheet, knows) for sheet in sheets]
    known = [(one, at) for one, at in zip(sheets, headers, strict=True) if at is not None]
    if secret := [sheet for sheet, _ in known if sheet.hidden]:
        raise FileUnusable(
            "is a hidden sheet that holds a table",
            where=secret[0].seen.where,
            hint="show it or delete it, so that what is imported is what is seen",
        )
    filled = [(sheet, None) for sheet in sheets if sheet.filled and not sheet.hidden]
    if not filled:
        raise FileUnusable("is empty", where=intake.name)
    return [
        _sheet(sheet, at, _intake(intake, sheet.seen, nth), folder)
        for nth, (sheet, at) in enumerate(known or filled[:1])
    ]


def _intake(workbook: Intake, seen: Seen, nth: int) -> Intake:
    """Return the intake of a sheet: the first has the hash of the file, others one made of it."""
    named = hashlib.sha256(f"{workbook.sha256}/{seen.name}".encode()).hexdigest()
    return replace(workbook, name=seen.where, sha256=named if nth else workbook.sha256)


def _header_at(sheet: Sheet, knows: Knows) -> int | None:
    """Return how many rows stand above the header, where one is known."""
    for at, row in enumerate(sheet.cells(TITLE_ROWS)):
        if knows(_names(row)):
            return at
    return None


def _sheet(sheet: Sheet, header_at: int | None, intake: Intake, folder: Path) -> Intake:
    """Keep the rows of one sheet below its header."""
    rows = sheet.cells(None)
    filled = (at for at, row in enumerate(rows) if any(map(_said, row)))
    titles = header_at if header_at is not None else next(filled, 0)
    header = _names(rows[titles])
    if not header or "" in header or len(set(header)) < len(header):
        raise FileUnusable(
            "has columns of one name or of none", where=f"{intake.name}:{titles + 1}"
        )
    faults = {**_merged(sheet.merged, len(rows)), **sheet.seen.faults}
    misfits: list[Misfit] = []
    blanks: list[int] = []
    lead = next(at for at, cell in enumerate(rows[titles]) if _names([cell]))
    named = slice(lead, lead + len(header))
    records = _records(rows, titles, named, faults, misfits, blanks)
    kept = keep(replace(intake, header=header), records, folder)
    asides = tuple(
        Misfit(at - titles + 1, at + 1, _shown(map(_text, row)), "a title above the header")
        for at, row in enumerate(rows[:titles])
        if any(map(_said, row))
    )
    return replace(
        kept,
        rows=kept.rows + len(misfits) + len(blanks) + len(asides),
        misfits=tuple(misfits),
        asides=asides,
        blank=len(blanks),
    )


def _merged(merged: Sequence[tuple[int, int]], rows: int) -> dict[int, str]:
    """Return the rows with cells that are merged: which of them the value is of is not stored."""
    found: dict[int, str] = {}
    done = 0
    for first, last in sorted(merged):
        for row in range(max(first, done), min(last + 1, rows)):
            found[row + 1] = MERGED
        done = max(done, last + 1)
    return found


def _names(row: Row) -> tuple[str, ...]:
    names = [" ".join((_text(cell) or "").split()) for cell in row]
    while names and not names[-1]:
        names.pop()
    return tuple(dropwhile(operator.not_, names))


def _records(
    rows: Sequence[Row],
    titles: int,
    named: slice,
    faults: Mapping[int, str],
    misfits: list[Misfit],
    blanks: list[int],
) -> Iterator[Numbered]:
    for at in range(titles + 1, len(rows)):
        cells = [_text(cell) for cell in rows[at]]
        number, line = at - titles + 1, at + 1
        reason = faults.get(line) or _fault(rows[at], cells, named)
        if reason and (any(cells) or reason != MERGED):
            misfits.append(Misfit(number, line, _shown(cells), reason))
        elif not any(cells):
            blanks.append(line)
        else:
            yield number, line, [*cells, *[None] * named.stop][named]


def _fault(row: Row, cells: Sequence[str | None], named: slice) -> str | None:
    """Say what keeps a row from being read as it was meant."""
    if any(cells[: named.start]) or any(cells[named.stop :]):
        return "the row has a cell under no heading"
    for cell in row:
        if isinstance(cell, float) and not math.isfinite(cell):
            return "the row has a number that is none"
        if isinstance(cell, int | float) and abs(cell) >= 10**DIGITS:
            return f"the row has a number of more than {DIGITS} digits, which Excel has rounded"
    return None


def _said(cell: Any) -> bool:
    return cell is not None and cell != ""


def _shown(cells: Any) -> tuple[str, ...]:
    return tuple(cell or "" for cell in cells)


def _text(cell: Any) -> str | None:
    """Return a cell as text, a number with the digits that Excel keeps."""
    match cell:
        case None | "":
            return None
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() | int():
            return _number(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)


def _number(cell: float) -> str:
    """Write a number with 15 digits and without an exponent."""
    if float(cell).is_integer():
        return f"{cell:.0f}"
    digits = f"{cell:.{DIGITS}g}"
    return figure_text(f"{Decimal(digits):f}" if "e" in digits else digits)
