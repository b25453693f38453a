"""Excel workbooks, a table a sheet. Formulas are never run: what is read was stored in the file.

Excel keeps a number to 15 digits. It is written here with those and no more, so that 12,931.98
is that and not the nearest binary fraction; a number with more before the point has been rounded
by Excel already, as an id of an ad is, and its row is refused. How a cell is shown is not read:
50 % is 0.5, and an amount that is shown as pounds has the pence that it was stored with. Dates
are given as yyyy-mm-dd. Rows that a filter hides are rows like any other.

A sheet is gone through twice. The first time finds what the library that reads the cells gives
no word of: cells that hold an error and formulas without a result, both of which it takes for
blank, and a single cell far off, for which it would ask for more memory than there is.
"""

from __future__ import annotations

import hashlib
import lzma
import math
import operator
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import dropwhile
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from farthing.errors import FileUnusable
from farthing.records import Intake, Misfit, Numbered, figure_text, keep

#: What a workbook may unpack to: more is a mistake or an attack.
MOST_BYTES = 400_000_000
MOST_RATIO = 100
#: Below this it may be as dense as it likes: a sheet of zeros is no bomb.
SMALL_BYTES = 10_000_000
MOST_CELLS = 2_000_000
MOST_CHARACTERS = 100_000_000
CHUNK_BYTES = 1 << 18
TITLE_ROWS = 20
DIGITS = 15
OLD = b"\xd0\xcf\x11\xe0"
MERGED = "the row has cells that are merged with others"
AS_CSV = "save the table as CSV"
#: What the standard library raises over packed parts that are not what they say.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError)

Row = Sequence[Any]
Knows = Callable[[Sequence[str]], bool]


@dataclass
class _Sheet:
    """What the first time through a sheet found, rows counted from 1."""

    name: str
    faults: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    cells: int = 0
    characters: int = 0


def read(path: Path, intake: Intake, folder: Path, knows: Knows) -> list[Intake]:
    """Keep the rows of every sheet that has a header which is known.

    Where none is known the first row of the first sheet is taken for one, and what is wrong is
    said of that. Several sheets of a workbook are told apart by hashes made from its own.

    Raises
    ------
    FileUnusable
        It is no workbook, an old or an encrypted one, one too large to be read, or one that has a
        table in a sheet that is hidden.
    """
    seen = {sheet.name: sheet for sheet in _checked(path, intake.name)}
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            hidden = {
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.visible != SheetVisibleEnum.Visible
            }
            sheets = {
                sheet.name: workbook.get_sheet_by_name(sheet.name)
                for sheet in workbook.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            }
    except (CalamineError, ValueError, OSError) as error:
        raise FileUnusable(f"cannot be read as a workbook: {error}", where=intake.name) from None
    if seen.keys() != sheets.keys():
        raise FileUnusable("does not say which sheets it has", where=intake.name, hint=AS_CSV)
    headers = {name: _header_at(sheet, knows) for name, sheet in sheets.items()}
    known = [name for name, at in headers.items() if at is not None]
    if secret := [name for name in known if name in hidden]:
        raise FileUnusable(
            "is a hidden sheet that holds a table",
            where=f"{intake.name}/{secret[0]}",
            hint="show it or delete it, so that what is imported is what is seen",
        )
    filled = [name for name, sheet in sheets.items() if sheet.start and name not in hidden]
    if not filled:
        raise FileUnusable("is empty", where=intake.name)
    return [
        _sheet(sheets[name], headers[name], seen[name], _intake(intake, name, nth), folder)
        for nth, name in enumerate(known or filled[:1])
    ]


def _intake(workbook: Intake, sheet: str, nth: int) -> Intake:
    """Return the intake of a sheet: the first has the hash of the file, others one made of it."""
    named = hashlib.sha256(f"{workbook.sha256}/{sheet}".encode()).hexdigest()
    sha256 = named if nth else workbook.sha256
    return replace(workbook, name=f"{workbook.name}/{sheet}", sha256=sha256)


# The first time through: what the cells are, without what they mean.


def _checked(path: Path, name: str) -> list[_Sheet]:
    """Go through every part of a workbook; refuse one that is not safe to read."""
    with path.open("rb") as file:
        if file.read(len(OLD)) == OLD:
            raise FileUnusable(
                "is a workbook in Excel's old format, or one with a password",
                where=name,
                hint="save it as .xlsx without a password",
            )
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive, name)
            return _parts(archive, name)
    except (*DAMAGE, EOFError, RuntimeError, OSError) as error:  # encrypted: a RuntimeError
        raise FileUnusable(f"is a damaged workbook: {error}", where=name) from None
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FileUnusable(f"is a workbook with damaged parts: {error}", where=name) from None


def _check_size(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    names = [member.filename.lower() for member in members]
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(set(names)) < len(names):
        raise FileUnusable("is a workbook with two parts of one name", where=name)
    if "xl/workbook.xml" not in names:
        raise FileUnusable("is a binary workbook", where=name, hint="save it as .xlsx")
    if size > MOST_BYTES or (size > SMALL_BYTES and size > MOST_RATIO * packed):
        raise FileUnusable(f"would unpack to {size:,} bytes", where=name, hint=AS_CSV)


def _parts(archive: zipfile.ZipFile, name: str) -> list[_Sheet]:
    """Go through the parts: no text of a workbook has a document type, which can be a bomb."""
    parts = {member.filename for member in archive.infolist()}
    for part in sorted(parts):
        if part.endswith((".xml", ".rels")) and not part.startswith("xl/worksheets/sheet"):
            _parse(archive, part, name)
    targets = _targets(archive, name)
    strings = _shared_lengths(archive, name) if "xl/sharedStrings.xml" in parts else []
    sheets: list[_Sheet] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if _local(tag) == "sheet":
            ids = [value for key, value in attributes.items() if _local(key) == "id"]
            if place := targets.get(ids[0]):
                sheets.append(_looked_through(archive, place, attributes["name"], strings, name))

    _parse(archive, "xl/workbook.xml", name, start=start)
    return sheets


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Return the parts that are worksheets, by the ids that the workbook names them by."""
    found: dict[str, str] = {}

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes["Type"].endswith("/worksheet"):
            target = attributes["Target"]
            found[attributes["Id"]] = (
                target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
            )

    _parse(archive, "xl/_rels/workbook.xml.rels", name, start=start)
    return found


def _shared_lengths(archive: zipfile.ZipFile, name: str) -> list[int]:
    """Return the length of each text that cells share: one in every cell can fill the memory."""
    lengths: list[int] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if _local(tag) == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    _parse(archive, "xl/sharedStrings.xml", name, start=start, characters=characters)
    return lengths


class _Cells:
    """What a sheet tells of its cells, one after the other."""

    def __init__(self, sheet: _Sheet, strings: Sequence[int], where: str) -> None:
        self.sheet, self.strings, self.where = sheet, strings, where
        self.row = self.column = 0
        self.kind, self.stored = "", ""
        self.formula = self.has_value = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        match _local(tag):
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = 0
            case "c":
                self.column, self.row = _place(attributes.get("r"), self.column, self.row)
                self.kind, self.stored = attributes.get("t", ""), ""
                self.formula = self.has_value = False
            case "v" | "is":
                self.has_value = True
            case "f":
                self.formula = True

    def characters(self, text: str) -> None:
        self.sheet.characters += len(text)
        if self.kind == "s":
            self.stored += text

    def end(self, tag: str) -> None:
        if _local(tag) != "c":
            return
        sheet = self.sheet
        if self.kind == "e":
            sheet.faults.setdefault(self.row, "the row has a cell with an error, such as #REF!")
        elif self.formula and not self.has_value:
            sheet.faults.setdefault(self.row, "the row has a formula whose result is not stored")
        if self.kind == "s" and self.stored:
            sheet.characters += self.strings[int(self.stored)]
        if self.has_value or self.formula or self.kind:  # and no cell that is only coloured
            if self.column > sheet.columns:
                sheet.columns = self.column
            if self.row > sheet.rows:
                sheet.rows = self.row
        sheet.cells += 1
        reach = max(sheet.cells, sheet.rows * sheet.columns)
        if reach > MOST_CELLS or sheet.characters > MOST_CHARACTERS:
            self._refuse_size()

    def _refuse_size(self) -> None:
        sheet = self.sheet
        if sheet.characters <= MOST_CHARACTERS:
            raise FileUnusable(
                f"reaches to row {sheet.rows:,} and column {sheet.columns:,}, and more than "
                f"{MOST_CELLS:,} cells cannot be read",
                where=self.where,
                hint=f"delete what stands far off, or {AS_CSV}",
            )
        what = f"holds more than {MOST_CHARACTERS:,} characters"
        raise FileUnusable(what, where=self.where, hint=AS_CSV)


def _looked_through(
    archive: zipfile.ZipFile, part: str, title: str, strings: Sequence[int], name: str
) -> _Sheet:
    sheet = _Sheet(title)
    cells = _Cells(sheet, strings, f"{name}/{title}")
    _parse(archive, part, name, start=cells.start, end=cells.end, characters=cells.characters)
    return sheet


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    name: str,
    *,
    start: Callable[[str, Mapping[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    """Go through the XML of a part a piece at a time, and refuse entities of its own."""

    def refuse(*_: Any) -> None:
        raise FileUnusable(f"has a document type in {part}, which no workbook has", where=name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    with archive.open(part) as source:
        while chunk := source.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


@lru_cache(256)  # there are few, and each stands in every cell
def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _place(reference: str | None, column: int, row: int) -> tuple[int, int]:
    """Return column and row of ``BC12``; a cell that names none stands behind the last."""
    if reference is None:
        return column + 1, row
    letters = reference.rstrip("0123456789")
    return _column(letters), int(reference[len(letters) :])


@lru_cache(20_000)  # more than Excel has columns
def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - ord("A") + 1
    return column


# The second time: the cells as text, and the rows that they make.


def _header_at(sheet: CalamineSheet, knows: Knows) -> int | None:
    """Return how many rows stand above the header, where one is known."""
    for at, row in zip(range(TITLE_ROWS), sheet.to_python(False, TITLE_ROWS), strict=False):
        if knows(_names(row)):
            return at
    return None


def _sheet(
    sheet: CalamineSheet, header_at: int | None, seen: _Sheet, intake: Intake, folder: Path
) -> Intake:
    """Keep the rows of one sheet below its header."""
    rows = sheet.to_python(skip_empty_area=False)
    filled = (at for at, row in enumerate(rows) if any(map(_said, row)))
    titles = header_at if header_at is not None else next(filled, 0)
    header = _names(rows[titles])
    if not header or "" in header or len(set(header)) < len(header):
        raise FileUnusable(
            "has columns of one name or of none", where=f"{intake.name}:{titles + 1}"
        )
    faults = {**_merged(sheet, len(rows)), **seen.faults}
    misfits: list[Misfit] = []
    blanks: list[int] = []
    lead = next(at for at, cell in enumerate(rows[titles]) if _text(cell))
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


def _merged(sheet: CalamineSheet, rows: int) -> dict[int, str]:
    """Return the rows with cells that are merged: which of them the value is of is not stored."""
    found: dict[int, str] = {}
    done = 0
    for (first, _), (last, _) in sorted(sheet.merged_cell_ranges or ()):
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
    rows: list[list[Any]],
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
