"""The records of an old workbook, of which only those of its cells are left to be read.

Those that hold cells, their texts and their formats are kept. All others, from names to drawings,
are blotted out: none of them is needed, some that are damaged would trip up the library that
reads the cells, and some that are made for it would fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from struct import pack_into, unpack_from

from farthing.errors import FileUnusable
from farthing.readers.sheets import AS_CSV, ERROR, MOST_CELLS, UNSTORED, Seen

#: Bytes of what takes much more memory than that: texts, formats, and a single format.
MOST_TEXT, MOST_STYLES, MOST_FORMAT = 15_000_000, 1_000_000, 1_000
#: How long a record is at the most; one of a figure has 14 bytes, and rubbish behind them.
MOST_LENGTH, MOST_FIGURE = 8_224, 64
#: Three for a cell are more than any has: its own, and those of a text that a formula makes.
MOST_RECORDS = 3 * MOST_CELLS
EXCEL_97, EXCEL_5 = 0x0600, 0x0500
#: Records by their codes, as the specification of the format names them.
BOF, EOF, CONTINUE, BLOTTED = 0x0809, 0x000A, 0x003C, 0xFFFF
FORMAT, XF, SST, BOUNDSHEET, CODEPAGE, DATEMODE = 0x041E, 0x00E0, 0x00FC, 0x0085, 0x0042, 0x0022
FILEPASS = 0x002F
OF_BOOK = {BOF, EOF, FORMAT, XF, SST, BOUNDSHEET, CODEPAGE, DATEMODE, FILEPASS}
FORMULA, BOOLERR, RSTRING, MULRK, MERGED = 0x0006, 0x0205, 0x00D6, 0x00BD, 0x00E5
FIGURES = {BOOLERR, 0x0203, 0x027E}
CELLS = {FORMULA, RSTRING, MULRK, 0x0204, 0x00FD, *FIGURES}
#: With texts that formulas make, formulas of many cells, and which cells are merged.
OF_SHEET = {BOF, EOF, CONTINUE, *CELLS, 0x0207, 0x04BC, 0x0221, 0x0236, MERGED}
#: How a result is stored that is no number, and the wish to be worked out on opening.
NO_NUMBER, ON_OPENING = b"\xff\xff", 2
WRONG, EMPTY = 2, 3


def locked(name: str) -> FileUnusable:
    """Return what is said of a workbook that nobody can read without its password."""
    hint = "open it and save it without one"
    return FileUnusable("is a workbook with a password", where=name, hint=hint)


class Records:
    """The records of a workbook, of which those that are not needed are blotted out."""

    def __init__(self, stream: bytearray, name: str) -> None:
        self.stream, self.name = stream, name
        self.count = self.text = self.styles = 0
        #: Whether a formula has a result, and of each sheet the rows of those that have none.
        self.worked = False
        self.bare: dict[str, set[int]] = {}

    def of_book(self) -> list[int]:
        """Go through the records before those of the sheets, and return where these begin."""
        starts: list[int] = []
        codes = [BLOTTED]
        for at, code, length in self._part(0):
            if code == CONTINUE and codes[-1] == SST:
                code = SST
            if code not in OF_BOOK:
                self._blot(at)
            elif code == BOUNDSHEET and self.stream[at + 9] == 0:  # else a chart or a macro
                starts.append(self._number("<I", at + 4))
            self._check(code, length)
            codes.append(code)
        version = self._number("<H", 4)
        if version != EXCEL_97 and (version != EXCEL_5 or CODEPAGE not in codes):
            what = "does not say how its text is written, as a workbook does since Excel 5"
            hint = "open it in a spreadsheet program and save it as .xlsx"
            raise FileUnusable(what, where=self.name, hint=hint)
        return starts

    def of_sheets(self, seen: Sequence[tuple[int, Seen]]) -> None:
        """Go through the records of sheets, given with the places where they begin."""
        end = cells = 0
        for start, sheet in sorted(seen, key=itemgetter(0)):
            if start < end:
                raise ValueError("two sheets are in one place")
            end = self._of_sheet(start, sheet)
            cells += sheet.cells
            if cells > MOST_CELLS:  # all are in memory at once
                what = f"has more than {MOST_CELLS:,} cells in its sheets, which cannot be read"
                raise FileUnusable(what, where=self.name, hint=AS_CSV)
        for _, sheet in () if self.worked else seen:
            for row in self.bare.get(sheet.name, ()):
                sheet.faults.setdefault(row, UNSTORED)

    def _of_sheet(self, start: int, seen: Seen) -> int:
        at = start
        for at, code, length in self._part(start):
            if code in CELLS:
                row, column = unpack_from("<2H", self.stream, at + 4)
                if code == MULRK:
                    column = self._number("<H", at + length + 2)
                    seen.cells += max(0, (length - 12) // 6)  # beside the one that is counted
                elif code == FORMULA:
                    self._formula(at + 10, row + 1, seen)
                elif code == BOOLERR and self.stream[at + 11]:
                    seen.faults.setdefault(row + 1, ERROR)
                seen.count(row + 1, column + 1)
            elif code not in OF_SHEET:
                self._blot(at)
            self._check(code, length)
        return at

    def _formula(self, at: int, row: int, seen: Seen) -> None:
        """Note what the result of a formula is."""
        result, options = unpack_from("<8sH", self.stream, at)
        kind = result[0] if result.endswith(NO_NUMBER) else None
        if kind == WRONG:
            seen.faults.setdefault(row, ERROR)
        if kind == EMPTY or (options & ON_OPENING and not any(result)):
            self.bare.setdefault(seen.name, set()).add(row)
        else:
            self.worked = True

    def _part(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Yield place, code and length of each record up to the end of a part; blot out charts."""
        at, depth = start, 0
        while depth or at == start:
            code, length = unpack_from("<2H", self.stream, at)
            if length > (MOST_FIGURE if code in FIGURES else MOST_LENGTH * (code != EOF)):
                raise ValueError("a record is too long")
            if at == start and code != BOF:
                raise ValueError("a part has no beginning")
            depth += (code == BOF) - (code == EOF)
            if depth > 1 or (depth == 1 and code == EOF):
                self._blot(at)
            else:
                yield at, code, length
            at += 4 + length

    def _blot(self, at: int) -> None:
        pack_into("<H", self.stream, at, BLOTTED)

    def _number(self, kind: str, at: int) -> int:
        return int(unpack_from(kind, self.stream, at)[0])

    def _check(self, code: int, length: int) -> None:
        """Refuse what a few bytes of each would make into much: runs of letters, and styles."""
        if code == FILEPASS:
            raise locked(self.name)
        self.count += 1
        if code in (SST, RSTRING, MERGED):
            self.text += length
        elif code in OF_BOOK:
            self.styles += length
        if self.text > MOST_TEXT:
            what = f"holds more than {MOST_TEXT:,} bytes of text and merged cells"
            raise FileUnusable(what, where=self.name, hint=AS_CSV)
        if self.styles > MOST_STYLES or (code == FORMAT and length > MOST_FORMAT):
            raise ValueError("no program needs so many formats")
        if self.count > MOST_RECORDS:
            raise ValueError("most of the records are of nothing")
