"""Workbooks of Excel 97 to 2003 and of Excel 5: the same tables as from new ones, or a refusal."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from farthing.book import Book
from farthing.errors import FarthingError
from farthing.readers import biff, old_workbook, sheets
from farthing.readers.sheets import ERROR, MERGED, UNSTORED
from test_workbook import (
    CLOCK,
    DAY,
    DIGITS,
    HEADER,
    MOMENT,
    PERCENT,
    cells_of,
    parts,
    read,
    refused,
    rows,
    styled,
    zipped,
)

Write = Callable[[xlwt.Worksheet], object]
FORMATS = {DAY: "yyyy-mm-dd", MOMENT: "d/m/yy h:mm", CLOCK: "h:mm", PERCENT: "0.00%"}
DAMAGED = (
    "old.xls: is a damaged workbook\n"
    "Hint: see whether its download was complete, or save it as .xlsx"
)
LOCKED = "old.xls: is a workbook with a password\nHint: open it and save it without one"


def shown(number: float, style: int) -> tuple[float, str]:
    """A number, and how it is shown."""
    return number, FORMATS[style]


def fill(sheet: xlwt.Worksheet, *table: Sequence[object]) -> None:
    for at, row in enumerate(table):
        for column, value in enumerate(row):
            if isinstance(value, tuple):
                sheet.write(at, column, value[0], xlwt.easyxf(num_format_str=value[1]))
            elif value is not None:
                sheet.write(at, column, value)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Make an old workbook of sheets given by name and rows, or by what writes them."""

    def write(
        *made: tuple[str, Sequence[Sequence[object]] | Write],
        hidden: Sequence[str] = (),
        since_1904: bool = False,
    ) -> Path:
        book = xlwt.Workbook()
        book.dates_1904 = since_1904
        for name, cells in made:
            sheet = book.add_sheet(name)
            sheet.visibility = int(name in hidden)
            if callable(cells):
                cells(sheet)
            else:
                fill(sheet, *cells)
        path = tmp_path / "old.xls"
        book.save(str(path))
        return path

    return write


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ada", "Ada"),
        ("Zoë – “£”", "Zoë – “£”"),
        ("00123", "00123"),
        ("1234567890123456789", "1234567890123456789"),
        ("£1,234.50", "£1,234.50"),
        (1234.5, "1234.5"),
        (12931.98, "12931.98"),
        (0.1 + 0.2, "0.3"),
        (100, "100"),
        (1e-7, "0.0000001"),
        (-0.5, "-0.5"),
        (123456789012345, "123456789012345"),
        (True, "TRUE"),
        (False, "FALSE"),
        (shown(43000, DAY), "2017-09-22"),
        (shown(43000.5, MOMENT), "2017-09-22 12:00:00"),
        (shown(43000.75, MOMENT), "2017-09-22 18:00:00"),
        (shown(0.75, CLOCK), "18:00:00"),
        (shown(0.5, PERCENT), "0.5"),
        ((1.5, "[h]:mm"), "1 day, 12:00:00"),
        ((1234.5, "£#,##0.00"), "1234.5"),
        ((1234.5, '#,##0.00 "days"'), "1234.5"),
        ((1234.5, "[Red]0.00"), "1234.5"),
        (shown(-1234.5, DAY), "-1234.5"),
        (shown(9_999_999, DAY), "9999999"),
        (None, None),
    ],
)
def test_cell_becomes_text(make: Callable[..., Path], value: object, text: str | None) -> None:
    [found] = read(make(("S", [HEADER, ("x", value)])))
    assert cells_of(found) == [("x", text)]


def test_days_counted_from_1904(make: Callable[..., Path]) -> None:
    table = [HEADER, ("x", shown(1, DAY)), ("y", shown(41538.25, MOMENT))]
    [found] = read(make(("S", table), since_1904=True))
    assert cells_of(found) == [("x", "1904-01-02"), ("y", "2017-09-22 06:00:00")]
    [found] = read(make(("S", table)))
    assert cells_of(found) == [("x", "1900-01-01"), ("y", "2013-09-21 06:00:00")]


def test_the_same_rows_as_of_a_new_workbook(make: Callable[..., Path], tmp_path: Path) -> None:
    days = (1, 61.25, 43000.123456789, 43000.999999999, 50000.5)
    numbers = (0, -1, 0.1, 1234.565, 12931.980000000001, 1e14, 1e-9, 1 / 3, 2**40)
    table: list[tuple[object, ...]] = [("Spending", None), (), HEADER]
    new: list[tuple[object, ...]] = list(table)
    for style in FORMATS:
        table += [(f"as {style}", shown(day, style)) for day in days]
        new += [(f"as {style}", styled(day, style)) for day in days]
    for row in [("n", number) for number in numbers] + [("", True), (), (" £5 ", "1e5")]:
        table.append(row)
        new.append(row)
    [of_old] = read(make(("S", table)))
    [of_new] = read(zipped(tmp_path / "new.xlsx", parts(("S", rows(*new)))))
    assert cells_of(of_old) == cells_of(of_new)
    assert (of_old.rows, of_old.blank, of_old.asides) == (of_new.rows, of_new.blank, of_new.asides)
    assert len(cells_of(of_old)) == 4 * len(days) + len(numbers) + 2


def test_cells_that_cannot_be_told_keep_their_rows_out(make: Callable[..., Path]) -> None:
    def write(sheet: xlwt.Worksheet) -> None:
        fill(sheet, HEADER, ("a", 1), ("b",), ("c",), (), ("e", 10.0**15), ("f", 2**60), ("g", 7))
        sheet.row(2).set_cell_error(1, "#REF!")
        sheet.row(3).set_cell_error(1, 42)  # #N/A
        sheet.row(4).set_cell_error(1, "#DIV/0!")

    [found] = read(make(("S", write)))
    assert cells_of(found) == [("a", "1"), ("g", "7")]
    assert [(one.line, one.reason) for one in found.misfits] == [
        *((line, ERROR) for line in (3, 4, 5)),
        *((line, DIGITS) for line in (6, 7)),
    ]
    assert (found.rows, found.blank) == (7, 0)


def test_titles_blanks_and_cells_under_no_heading(make: Callable[..., Path]) -> None:
    table = [("Spending",), (), (*HEADER, None), ("x", 1), (), ("y", 2, "beside"), ("z", 3)]
    [found] = read(make(("S", table)))
    assert (found.header, cells_of(found)) == (HEADER, [("x", "1"), ("z", "3")])
    assert [(one.line, one.reason) for one in found.asides] == [(1, "a title above the header")]
    assert [(one.row, one.line, one.reason) for one in found.misfits] == [
        (4, 6, "the row has a cell under no heading")
    ]
    assert (found.rows, found.blank) == (5, 1)


def test_merged_titles_are_titles_and_merged_rows_are_refused(make: Callable[..., Path]) -> None:
    def write(sheet: xlwt.Worksheet) -> None:
        fill(sheet, (), HEADER, (None, 1), (None, 2), ("z", 3))
        sheet.write_merge(0, 0, 0, 1, "Spending")
        sheet.write_merge(2, 3, 0, 0, "x")
        sheet.merge(5, 65535, 0, 0)

    [found] = read(make(("S", write)))
    assert cells_of(found) == [("z", "3")]
    assert [(one.line, one.reason) for one in found.misfits] == [(3, MERGED), (4, MERGED)]
    assert found.rows == 4


def test_sheets(make: Callable[..., Path]) -> None:
    one, two = [HEADER, ("x", 1)], [HEADER, ("y", 2)]
    path = make(("Notes", [("of the author",)]), ("2015", one), ("Empty", []), ("2017", two))
    found = read(path)
    assert [one.name for one in found] == ["old.xls/2015", "old.xls/2017"]
    assert [cells_of(one) for one in found] == [[("x", "1")], [("y", "2")]]
    assert len({one.sha256 for one in found}) == 2


def test_hidden_sheets(make: Callable[..., Path]) -> None:
    table, lists = [HEADER, ("x", 1)], [("yes",), ("no",)]
    assert refused(make(("Seen", [HEADER]), ("Old", table), hidden=["Old"])) == (
        "old.xls/Old: is a hidden sheet that holds a table\n"
        "Hint: show it or delete it, so that what is imported is what is seen"
    )
    [found] = read(make(("Seen", table), ("Lists", lists), hidden=["Lists"]))
    assert found.name == "old.xls/Seen"


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ([], "old.xls: is empty"),
        ([("name", None, "amount")], "old.xls/S:1: has columns of one name or of none"),
        ([("name", "name")], "old.xls/S:1: has columns of one name or of none"),
    ],
)
def test_sheet_without_a_header(make: Callable[..., Path], cells: list[object], what: str) -> None:
    assert refused(make(("S", cells))) == what


def test_header_alone(make: Callable[..., Path]) -> None:
    [found] = read(make(("S", [HEADER])))
    assert (found.header, found.rows) == (HEADER, 0)


@pytest.mark.usefixtures("proven")
def test_both_sheets_are_posted(make: Callable[..., Path], book: Book) -> None:
    header = ("entry_id", "source_id", "campaign_id", "record", "incurred_on", "amount", "currency")
    one = ("e1", "s", "c", "payment", shown(43000, DAY), 12931.98, "GBP")
    two = ("e2", "s", "c", "payment", "2017-09-23", "£1,000.02", "GBP")
    receipts = book.add(make(("one", [header, one]), ("two", [header, two])))
    assert [receipt.outcome for receipt in receipts] == ["posted", "posted"]
    assert book.sql("SELECT sum(low) FROM current_spend").item() == Decimal("13932.00")


# Formulas: xlwt works none out, and stores an empty text for each.


def with_formulas(sheet: xlwt.Worksheet) -> None:
    fill(sheet, HEADER, ("a", xlwt.Formula("1+1")), ("b", 2), ("c", xlwt.Formula("2+2")))


def changed(path: Path, old: bytes, new: bytes, times: int = -1) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, times))
    return path


#: A result as xlwt stores it, and the options behind it.
BARE = bytes([3, 0, 0, 0, 0, 0, 255, 255]) + struct.pack("<H", 0)


def test_formulas_that_nobody_has_worked_out(make: Callable[..., Path]) -> None:
    [found] = read(make(("S", with_formulas)))
    assert cells_of(found) == [("b", "2")]
    assert [(one.line, one.reason) for one in found.misfits] == [(2, UNSTORED), (4, UNSTORED)]


def test_zeros_that_are_to_be_worked_out_on_opening(make: Callable[..., Path]) -> None:
    path = changed(make(("S", with_formulas)), BARE, struct.pack("<dH", 0, 3))
    assert [one.reason for one in read(path)[0].misfits] == [UNSTORED, UNSTORED]
    path = changed(make(("S", with_formulas)), BARE, struct.pack("<dH", 0, 1))
    assert cells_of(read(path)[0]) == [("a", "0"), ("b", "2"), ("c", "0")]


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (struct.pack("<d", 12931.98), "12931.98"),
        (bytes([1, 0, 1, 0, 0, 0, 255, 255]), "TRUE"),
    ],
)
def test_stored_results_of_formulas(make: Callable[..., Path], result: bytes, text: str) -> None:
    """Where one formula has a result, an empty text is the result of another."""
    path = changed(make(("S", with_formulas)), BARE, result + b"\0\0", 1)
    [found] = read(path)
    assert (cells_of(found), found.misfits) == ([("a", text), ("b", "2"), ("c", None)], ())


def test_formula_whose_result_is_an_error(make: Callable[..., Path]) -> None:
    path = changed(make(("S", with_formulas)), BARE, bytes([2, 0, 7, 0, 0, 0, 255, 255, 0, 0]), 1)
    [found] = read(path)
    assert [(one.line, one.reason) for one in found.misfits] == [(2, ERROR)]
    assert cells_of(found) == [("b", "2"), ("c", None)]


# Workbooks written record by record.


def record(code: int, data: bytes = b"") -> bytes:
    return struct.pack("<2H", code, len(data)) + data


def stream(*cells: bytes, version: int = 0x0600, book: bytes = b"") -> bytes:
    """Return the records of a workbook with one sheet."""
    begin = record(0x0809, struct.pack("<4H", version, 5, 0x1234, 1996)) + book
    title = b"\1\0S" if version == 0x0600 else b"\1S"
    of_sheet = record(0x0809, struct.pack("<4H", version, 0x10, 0x1234, 1996))
    of_sheet += b"".join(cells) + record(0x000A)
    at = len(begin) + 4 + 6 + len(title) + 4
    return begin + record(0x0085, struct.pack("<IBB", at, 0, 0) + title) + record(0x000A) + of_sheet


def label(row: int, column: int, text: bytes, *, of_97: bool = False) -> bytes:
    told = struct.pack("<4H", row, column, 0, len(text)) + b"\0" * of_97
    return record(0x0204, told + text)


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<3Hd", row, column, 0, value))


def saved(path: Path, records: bytes) -> Path:
    XlsDoc().save(str(path), records)
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old.xls"


FIVE = (label(0, 0, b"name"), label(0, 1, b"amount"), label(1, 0, b"\xa3"), number(1, 1, 0.5))


@pytest.mark.parametrize(("codepage", "text"), [(1252, "£"), (1250, "Ł"), (10000, "£")])
def test_excel_5_says_how_its_text_is_written(old: Path, codepage: int, text: str) -> None:
    told = record(0x0042, struct.pack("<H", codepage))
    [found] = read(saved(old, stream(*FIVE, version=0x0500, book=told)))
    assert cells_of(found) == [(text, "0.5")]


@pytest.mark.parametrize("version", [0x0500, 0x0400, 0])
def test_workbook_that_does_not_say_how_its_text_is_written(old: Path, version: int) -> None:
    assert refused(saved(old, stream(*FIVE, version=version))) == (
        "old.xls: does not say how its text is written, as a workbook does since Excel 5\n"
        "Hint: open it in a spreadsheet program and save it as .xlsx"
    )


NEW = (label(0, 0, b"name", of_97=True), label(0, 1, b"amount", of_97=True), number(1, 1, 0.5))


def test_what_is_drawn_on_a_sheet_is_no_cell_of_it(old: Path) -> None:
    chart = record(0x0809, struct.pack("<4H", 0x0600, 0x20, 0x1234, 1996))
    chart += number(0, 0, 99) + record(0x000A)
    note = record(0x001C, b"broken")
    [found] = read(saved(old, stream(*NEW[:2], chart, note, *NEW[2:])))
    assert cells_of(found) == [(None, "0.5")]


@pytest.mark.parametrize("in_bits", [float("nan"), float("inf")])
def test_number_that_is_none(old: Path, in_bits: float) -> None:
    [found] = read(saved(old, stream(*NEW, number(2, 1, in_bits))))
    assert [one.reason for one in found.misfits] == ["the row has a number that is none"]


def test_passwords(old: Path) -> None:
    assert refused(saved(old, stream(*NEW, book=record(0x002F, bytes(54))))) == LOCKED
    saved(old, stream(*NEW))
    changed(old, "Workbook".encode("utf-16-le"), "W0rkb00k".encode("utf-16-le"))
    what = "old.xls: is a file of Office, and no workbook\nHint: save the table as CSV"
    assert refused(old) == what


def test_new_workbook_with_a_password(old: Path) -> None:
    saved(old, bytes(5000))
    name = "EncryptedPackage\0".encode("utf-16-le")
    entry = "Workbook\0".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18)
    changed(old, entry, name.ljust(64, b"\0") + struct.pack("<H", len(name)))
    assert refused(old) == LOCKED


# What is damaged, and what is made to fill the memory or to last for ever.


def test_nothing_but_a_signature(old: Path) -> None:
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
    assert refused(old) == DAMAGED


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_workbook_that_was_cut_off(make: Callable[..., Path], share: float) -> None:
    path = make(("S", [HEADER, *[("x", n) for n in range(500)]]))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refused(path) == DAMAGED


@pytest.mark.parametrize("sector", [0, 3, -1])
def test_sectors_in_a_circle(old: Path, sector: int) -> None:
    """A reader that goes on to the end of the chain goes on for ever."""
    data = bytearray(saved(old, stream(*NEW)).read_bytes())
    (table,) = struct.unpack_from("<I", data, 76)
    (directory,) = struct.unpack_from("<I", data, 48)
    sector = directory if sector < 0 else sector
    struct.pack_into("<I", data, 512 * (table + 1) + 4 * sector, sector)
    old.write_bytes(data)
    assert refused(old) == DAMAGED


def test_tables_in_a_circle(old: Path) -> None:
    data = bytearray(saved(old, stream(*NEW)).read_bytes())
    struct.pack_into("<I", data, 68, 1)
    struct.pack_into("<I", data, 512 * 3 - 4, 1)
    old.write_bytes(data)
    assert refused(old) == DAMAGED


def test_entries_in_a_circle(old: Path) -> None:
    data = bytearray(saved(old, stream(*NEW)).read_bytes())
    (directory,) = struct.unpack_from("<I", data, 48)
    struct.pack_into("<2I", data, 512 * (directory + 1) + 128 + 68, 1, 1)
    old.write_bytes(data)
    assert cells_of(read(old)[0]) == [(None, "0.5")]


def compound(records: bytes, sector: int, short_below: int) -> bytes:
    """Return a compound file: table, directory, table of short sectors, records."""
    end, of_table = 0xFFFFFFFE, 0xFFFFFFFD
    packed = records.ljust(-(-len(records) // sector) * sector, b"\0")
    chain = [*range(4, 3 + len(packed) // sector), end]
    table = [of_table, end, end, *chain]
    short = [*range(1, len(packed) // 64), end]

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = f"{name}\0".encode("utf-16-le")
        head = struct.pack("<64sHBB3I", raw, len(raw), kind, 1, 2**32 - 1, 2**32 - 1, child)
        return head + bytes(36) + struct.pack("<3I", start, size, 0)

    is_short = len(records) < short_below
    entries = entry("Root Entry", 5, 1, 3 if is_short else end, len(packed))
    entries += entry("Workbook", 2, 2**32 - 1, 0 if is_short else 3, len(records))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<5H6x", 62, 3, 0xFFFE, sector.bit_length() - 1, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, short_below, 2, 1, end, 0)
    header += struct.pack("<109I", 0, *[2**32 - 1] * 108)
    numbers = [struct.pack(f"<{len(one)}I", *one) for one in (table, short)]
    made = [header, numbers[0], entries, numbers[1]]
    return b"".join(one.ljust(sector, b"\0") for one in made) + packed


@pytest.mark.parametrize("sector", [512, 4096])
@pytest.mark.parametrize("short_below", [0, 4096])
def test_sectors_of_either_size_and_short_ones(old: Path, sector: int, short_below: int) -> None:
    many = [label(n, 0, b"name %d" % n, of_97=True) for n in range(1, 20)]
    old.write_bytes(compound(stream(*NEW, *many), sector, short_below))
    [found] = read(old)
    assert cells_of(found)[-1] == ("name 19", None)
    assert found.rows == 19


def test_table_of_many_sectors(old: Path) -> None:
    """Above seven megabytes the header has no room for all of it."""
    [found] = read(saved(old, stream(*NEW, *[record(0x1234, bytes(8000))] * 1000)))
    assert cells_of(found) == [(None, "0.5")]


def two_sheets_at(*places: int) -> bytes:
    """Return the records of a workbook whose sheets are said to begin at places."""
    named = [struct.pack("<IBB", at, 0, 0) + b"\1\0%d" % n for n, at in enumerate(places)]
    begin = record(0x0809, struct.pack("<4H", 0x0600, 5, 0x1234, 1996))
    begin += b"".join(record(0x0085, one) for one in named) + record(0x000A)
    of_sheet = record(0x0809, struct.pack("<4H", 0x0600, 0x10, 0x1234, 1996)) + record(0x000A)
    return begin + of_sheet + of_sheet


def test_sheets_in_one_place(old: Path) -> None:
    assert refused(saved(old, two_sheets_at(42, 58))) == "old.xls: is empty"
    assert refused(saved(old, two_sheets_at(42, 42))) == DAMAGED
    assert refused(saved(old, two_sheets_at(42, 0))) == DAMAGED


@pytest.mark.parametrize(
    "book",
    [record(0x00E0, bytes(20)) * 51_000, record(0x041E, b"\xa4\0\x88\x13\0" + b"[" * 5000)],
    ids=["styles", "a format"],
)
def test_styles_that_would_fill_the_memory(old: Path, book: bytes) -> None:
    assert refused(saved(old, stream(*NEW, book=book))) == DAMAGED


def test_cell_far_off(make: Callable[..., Path]) -> None:
    def write(sheet: xlwt.Worksheet) -> None:
        fill(sheet, HEADER)
        sheet.write(65535, 255, 1)

    assert refused(make(("S", write))) == (
        "old.xls/S: reaches to row 65,536 and column 256, and more than 2,000,000 cells "
        "cannot be read\nHint: delete what stands far off, or save the table as CSV"
    )


AS_CSV = "\nHint: save the table as CSV"


@pytest.mark.parametrize(
    ("module", "limit", "most", "what"),
    [
        (sheets, "MOST_CELLS", 5, "/S: reaches to row 3 and column 2, and more than 5 cells"),
        (sheets, "MOST_CHARACTERS", 9, f"/S: holds more than 9 characters{AS_CSV}"),
        (
            biff,
            "MOST_CELLS",
            9,
            f": has more than 9 cells in its sheets, which cannot be read{AS_CSV}",
        ),
        (biff, "MOST_TEXT", 10, f": holds more than 10 bytes of text and merged cells{AS_CSV}"),
        (biff, "MOST_RECORDS", 20, ": is a damaged workbook\n"),
        (
            old_workbook,
            "MOST_BYTES",
            99,
            f": has 5,632 bytes, and no more than 99 can be read{AS_CSV}",
        ),
    ],
)
def test_limits(
    make: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    limit: str,
    most: int,
    what: str,
) -> None:
    table = [HEADER, (1, 2.5), (3, 4.5)]
    path = make(("S", table), ("T", table))
    assert len(read(path)) == 2
    monkeypatch.setattr(module, limit, most)
    assert refused(path).startswith(f"old.xls{what}")


def test_damage_anywhere_is_refused_in_words_or_changes_few_cells(
    make: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """There are no checksums: a changed byte of a text or number is another text or number."""
    table = [HEADER, *((f"name {n}", n * 7 + 0.5) for n in range(200))]
    path = make(("S", table))
    whole, [found] = path.read_bytes(), read(path)
    good, fates, pick = cells_of(found), set(), random.Random(4)
    for _ in range(300):
        at = pick.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ pick.randrange(1, 256)]) + whole[at + 1 :])
        try:
            found = read(path)[0]
        except FarthingError:
            fates.add("refused")
        else:
            cells = cells_of(found)
            assert found.rows == len(cells) + len(found.misfits) + found.blank
            if found.rows == len(good) == len(cells):
                assert sum(one != other for one, other in zip(cells, good, strict=True)) <= 2
            fates.add("same" if cells == good else "changed")
    assert fates == {"refused", "same", "changed"}
    assert capfd.readouterr() == ("", "")
