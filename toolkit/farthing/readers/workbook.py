"""Excel's workbooks of 2007 and later: XML in a ZIP archive, read for what its cells are."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
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
from farthing.readers.sheets import AS_CSV, ERROR, UNSTORED, Knows, Row, Seen, Sheet, kept
from farthing.records import Intake

#: What a workbook may unpack to: more is a mistake or an attack.
MOST_BYTES = 400_000_000
MOST_RATIO = 100
#: Below this it may be as dense as it likes: a sheet of zeros is no bomb.
SMALL_BYTES = 10_000_000
CHUNK_BYTES = 1 << 18
#: What the standard library raises over packed parts that are not what they say.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError)


def read(path: Path, intake: Intake, folder: Path, knows: Knows) -> list[Intake]:
    """Keep the rows of every sheet that has a header which is known, as `kept` does.

    Raises
    ------
    FileUnusable
        It is no workbook, a binary or an encrypted one, one too large to be read, or one that has
        a table in a sheet that is hidden.
    """
    seen = {sheet.name: sheet for sheet in _checked(path, intake.name)}
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            cells = {
                sheet.name: (workbook.get_sheet_by_name(sheet.name), sheet.visible)
                for sheet in workbook.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            }
    except (CalamineError, ValueError, OSError) as error:
        raise FileUnusable(f"cannot be read as a workbook: {error}", where=intake.name) from None
    if seen.keys() != cells.keys():
        raise FileUnusable("does not say which sheets it has", where=intake.name, hint=AS_CSV)
    sheets = [
        Sheet(
            seen=seen[name],
            cells=partial(_rows, sheet),
            filled=sheet.start is not None,
            merged=[(first, last) for (first, _), (last, _) in sheet.merged_cell_ranges or ()],
            hidden=visible != SheetVisibleEnum.Visible,
        )
        for name, (sheet, visible) in cells.items()
    ]
    return kept(sheets, intake, folder, knows)


def _rows(sheet: CalamineSheet, most: int | None) -> Sequence[Row]:
    return sheet.to_python(skip_empty_area=False, nrows=most)


def _checked(path: Path, name: str) -> list[Seen]:
    """Go through every part of a workbook; refuse one that is not safe to read."""
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


def _parts(archive: zipfile.ZipFile, name: str) -> list[Seen]:
    """Go through the parts: no text of a workbook has a document type, which can be a bomb."""
    parts = {member.filename for member in archive.infolist()}
    for part in sorted(parts):
        if part.endswith((".xml", ".rels")) and not part.startswith("xl/worksheets/sheet"):
            _parse(archive, part, name)
    targets = _targets(archive, name)
    strings = _shared_lengths(archive, name) if "xl/sharedStrings.xml" in parts else []
    sheets: list[Seen] = []

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

    def __init__(self, sheet: Seen, strings: Sequence[int]) -> None:
        self.sheet, self.strings = sheet, strings
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
            sheet.faults.setdefault(self.row, ERROR)
        elif self.formula and not self.has_value:
            sheet.faults.setdefault(self.row, UNSTORED)
        if self.kind == "s" and self.stored:
            sheet.characters += self.strings[int(self.stored)]
        if self.has_value or self.formula or self.kind:
            sheet.count(self.row, self.column)
        else:  # only coloured
            sheet.count(0, 0)


def _looked_through(
    archive: zipfile.ZipFile, part: str, title: str, strings: Sequence[int], name: str
) -> Seen:
    sheet = Seen(title, f"{name}/{title}")
    cells = _Cells(sheet, strings)
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
