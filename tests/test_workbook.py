"""Excel workbooks: what their cells hold comes in as text, and what cannot be told is refused."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import polars as pl
import pytest

from farthing.book import Book
from farthing.errors import FarthingError
from farthing.intake import take_in
from farthing.readers import sheets
from farthing.records import Intake

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: How cells are shown, by the number that a cell names: as it is, day, day and time, time, percent.
STYLES = (0, 14, 22, 20, 10)
DAY, MOMENT, CLOCK, PERCENT = 1, 2, 3, 4

Sheet = tuple[str, str]
"""The name of a sheet and the XML of its cells."""


class Raw(str):
    """The XML of a cell, with ``{at}`` for its place."""


def styled(value: object, style: int) -> Raw:
    return Raw(f'<c r="{{at}}" s="{style}"><v>{value}</v></c>')


def cell(value: object, at: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.replace("{at}", at)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        text = f'<t xml:space="preserve">{escape(value)}</t>'
        return f'<c r="{at}" t="inlineStr"><is>{text}</is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def rows(*cells: Sequence[object]) -> str:
    """Write rows of cells, the first of them on line 1."""
    return "".join(
        f'<row r="{line}">'
        + "".join(cell(value, f"{chr(65 + at)}{line}") for at, value in enumerate(row))
        + "</row>"
        for line, row in enumerate(cells, 1)
    )


def parts(
    *sheets: Sheet, hidden: Sequence[str] = (), after: str = "", shared: str = "", head: str = ""
) -> dict[str, str]:
    """Return the files within a workbook, the least that Excel opens."""
    listed = "".join(
        f"<sheet name={quoteattr(name)} sheetId='{n}' r:id='r{n}'"
        + (" state='hidden'" if name in hidden else "")
        + "/>"
        for n, (name, _) in enumerate(sheets, 1)
    )
    related = [
        (f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    ]
    related += [("rs", "styles", "styles.xml"), ("rt", "sharedStrings", "sharedStrings.xml")]
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in STYLES)
    found = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": related_to([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{head}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": related_to(related),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
    }
    for n, (_, cells) in enumerate(sheets, 1):
        found[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>{after}</worksheet>'
        )
    return found


def related_to(related: Sequence[tuple[str, str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in related
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Make a workbook of sheets given by name and cells."""

    def write(*sheets: Sheet, **rest: object) -> Path:
        return zipped(tmp_path / "book.xlsx", parts(*sheets, **rest))  # type: ignore[arg-type]

    return write


def read(path: Path, known: Sequence[str] = ("name", "amount")) -> list[Intake]:
    folder = path.parent / "intake"
    folder.mkdir(exist_ok=True)
    return take_in(path, folder, knows=lambda header: list(header) == list(known))


def cells_of(intake: Intake) -> list[tuple[str | None, ...]]:
    frames = list(intake.frames())
    return pl.concat(frames).drop("source_row", "source_line").rows() if frames else []


def refused(path: Path) -> str:
    with pytest.raises(FarthingError) as error:
        read(path)
    return str(error.value)


HEADER = ("name", "amount")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ada", "Ada"),
        ("00123", "00123"),
        ("1.70585E+15", "1.70585E+15"),
        (12931.98, "12931.98"),
        ("0.1", "0.1"),
        (0.1 + 0.2, "0.3"),
        (12931.980000000001, "12931.98"),
        (100, "100"),
        (1e-7, "0.0000001"),
        (-0.5, "-0.5"),
        (123456789012345, "123456789012345"),
        (True, "TRUE"),
        (False, "FALSE"),
        (styled(43000, DAY), "2017-09-22"),
        (styled(43000.5, MOMENT), "2017-09-22 12:00:00"),
        (styled(0.75, CLOCK), "18:00:00"),
        (styled(0.5, PERCENT), "0.5"),
        (Raw('<c r="{at}" t="str"><f>1+1</f><v>two</v></c>'), "two"),
        (Raw('<c r="{at}"><f>1+1</f><v>2</v></c>'), "2"),
        (Raw('<c r="{at}" t="s"><v>0</v></c>'), "shared"),
        (Raw('<c r="{at}" s="1"/>'), None),
        (None, None),
    ],
)
def test_cell_becomes_text(make: Callable[..., Path], value: object, text: str | None) -> None:
    path = make(("S", rows(HEADER, ("x", value))), shared="<si><t>shared</t></si>")
    [found] = read(path)
    assert cells_of(found) == [("x", text)]


def test_days_counted_from_1904(make: Callable[..., Path]) -> None:
    cells = rows(HEADER, ("x", styled(1, DAY)))
    [found] = read(make(("S", cells), head='<workbookPr date1904="1"/>'))
    assert cells_of(found) == [("x", "1904-01-02")]


DIGITS = "the row has a number of more than 15 digits, which Excel has rounded"
ERROR = "the row has a cell with an error, such as #REF!"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (123456789012345678, DIGITS),
        ("-1e15", None),
        (Raw('<c r="{at}"><v>-1e15</v></c>'), DIGITS),
        (1234567890123456.5, DIGITS),
        (Raw('<c r="{at}"><v>NaN</v></c>'), "the row has a number that is none"),
        (Raw('<c r="{at}" t="e"><v>#REF!</v></c>'), ERROR),
        (Raw('<c r="{at}" t="e"><f>A1/0</f><v>#DIV/0!</v></c>'), ERROR),
        (Raw('<c r="{at}" t="e"><v>#N/A</v></c>'), ERROR),
        (
            Raw('<c r="{at}"><f>SUM(B1:B9)</f></c>'),
            "the row has a formula whose result is not stored",
        ),
    ],
)
def test_cell_that_cannot_be_told_keeps_its_row_out(
    make: Callable[..., Path], value: object, reason: str | None
) -> None:
    [found] = read(make(("S", rows(HEADER, ("x", value), ("y", 2)))))
    assert [one.reason for one in found.misfits] == ([reason] if reason else [])
    assert [one.line for one in found.misfits] == ([2] if reason else [])
    assert cells_of(found)[-1] == ("y", "2")
    assert found.rows == 2


def test_error_alone_in_a_row_is_no_blank_row(make: Callable[..., Path]) -> None:
    error = Raw('<c r="{at}" t="e"><v>#N/A</v></c>')
    [found] = read(make(("S", rows(HEADER, ("x", 1), (None, error)))))
    assert ([one.reason for one in found.misfits], found.blank) == ([ERROR], 0)


def test_titles_blanks_and_cells_under_no_heading(make: Callable[..., Path]) -> None:
    cells = rows(
        ("Spending, as returned",),
        (),
        (*HEADER, None),
        ("x", 1, None),
        (),
        ("y", 2, "beside"),
        ("z", 3, Raw('<c r="{at}" s="1"/>')),
        (None, None),
    )
    [found] = read(make(("S", cells)))
    assert found.header == HEADER
    assert cells_of(found) == [("x", "1"), ("z", "3")]
    assert [(one.line, one.reason) for one in found.asides] == [(1, "a title above the header")]
    assert [(one.row, one.line, one.reason) for one in found.misfits] == [
        (4, 6, "the row has a cell under no heading")
    ]
    assert found.rows == 2 + len(found.asides) + len(found.misfits) + found.blank
    assert [frame["source_line"].to_list() for frame in found.frames()] == [[4, 7]]


def test_a_table_may_begin_in_another_column_than_a(make: Callable[..., Path]) -> None:
    cells = rows(("Spending, as returned",), (), (" ", *HEADER), (None, "x", 1), ("beside", "y", 2))
    [found] = read(make(("S", cells)))
    assert (found.header, cells_of(found)) == (HEADER, [("x", "1")])
    assert [(one.line, one.reason) for one in found.misfits] == [
        (5, "the row has a cell under no heading")
    ]


def test_merged_titles_are_titles_and_merged_rows_are_refused(make: Callable[..., Path]) -> None:
    cells = rows(("Spending",), HEADER, ("x", 1), (None, 2), ("z", 3))
    merged = '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A3:A4"/></mergeCells>'
    [found] = read(make(("S", cells), after=merged))
    assert cells_of(found) == [("z", "3")]
    assert [(one.line, one.reason) for one in found.misfits] == [
        (line, "the row has cells that are merged with others") for line in (3, 4)
    ]


def test_sheet_that_is_known_is_read_among_others(make: Callable[..., Path]) -> None:
    notes = rows(("Notes", None, "of the author"), ("x", "x", "x"))
    path = make(("Notes", notes), ("Data", rows(HEADER, ("x", 1))), ("Empty", ""))
    [found] = read(path)
    assert (found.name, cells_of(found)) == ("book.xlsx/Data", [("x", "1")])


def test_sheets_that_are_known_are_told_apart(make: Callable[..., Path]) -> None:
    found = read(make(("2015", rows(HEADER, ("x", 1))), ("2017", rows(HEADER, ("x", 1)))))
    assert [one.name for one in found] == ["book.xlsx/2015", "book.xlsx/2017"]
    assert len({one.sha256 for one in found}) == 2


@pytest.mark.usefixtures("proven")
def test_both_sheets_are_posted(make: Callable[..., Path], book: Book) -> None:
    header = ("entry_id", "source_id", "campaign_id", "record", "incurred_on", "amount", "currency")
    one = ("e1", "s", "c", "payment", styled(43000, DAY), 12931.98, "GBP")
    two = ("e2", "s", "c", "payment", "2017-09-23", "£1,000.02", "GBP")
    receipts = book.add(make(("one", rows(header, one)), ("two", rows(header, two))))
    assert [receipt.outcome for receipt in receipts] == ["posted", "posted"]
    assert book.sql("SELECT sum(low) FROM current_spend").item() == Decimal("13932.00")


def test_hidden_sheet_that_is_known_is_refused(make: Callable[..., Path]) -> None:
    path = make(("Seen", rows(HEADER)), ("Old", rows(HEADER, ("x", 1))), hidden=["Old"])
    assert refused(path) == (
        "book.xlsx/Old: is a hidden sheet that holds a table\n"
        "Hint: show it or delete it, so that what is imported is what is seen"
    )


def test_hidden_sheet_that_is_not_known_is_left(make: Callable[..., Path]) -> None:
    path = make(("Lists", rows(("yes",), ("no",))), ("Seen", rows(HEADER)), hidden=["Lists"])
    assert [one.name for one in read(path)] == ["book.xlsx/Seen"]


FAR = '<row r="1048576"><c r="XFD1048576"{}</c></row>'


@pytest.mark.parametrize("far", ["><v>1</v>", "><f>1</f>", ' t="str">'])
def test_cell_far_off_is_refused_before_memory_is_asked_for(
    make: Callable[..., Path], far: str
) -> None:
    assert refused(make(("S", rows(HEADER) + FAR.format(far)))) == (
        "book.xlsx/S: reaches to row 1,048,576 and column 16,384, and more than 2,000,000 cells "
        "cannot be read\nHint: delete what stands far off, or save the table as CSV"
    )


def test_far_cell_that_is_only_coloured_is_no_cell(make: Callable[..., Path]) -> None:
    [found] = read(make(("S", rows(HEADER, ("x", 1)) + FAR.format(' s="1">'))))
    assert cells_of(found) == [("x", "1")]


def test_too_many_cells(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 5)
    again = '<row r="1">' + '<c r="A1"><v>1</v></c>' * 6 + "</row>"
    assert "more than 5 cells cannot be read" in refused(make(("S", again)))
    assert "reaches to row 3" in refused(make(("S", rows(HEADER, (1, 2), (3, 4)))))


def test_one_text_in_many_cells(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CHARACTERS", 10_000)
    same = [(Raw('<c r="{at}" t="s"><v>0</v></c>'), 1)] * 20
    path = make(("S", rows(HEADER, *same)), shared=f"<si><t>{'x' * 900}</t></si>")
    assert refused(path).startswith("book.xlsx/S: holds more than 10,000 characters")


def test_workbook_that_unpacks_to_a_bomb(make: Callable[..., Path]) -> None:
    path = make(("S", rows(HEADER) + "<row><c><v>1</v></c></row>" * 800_000))
    assert path.stat().st_size < 200_000
    assert "book.xlsx: would unpack to 20," in refused(path)


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE], ids=["billion laughs", "outside file"])
@pytest.mark.parametrize(
    "part",
    ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"],
)
def test_entities_are_refused(tmp_path: Path, part: str, doctype: str) -> None:
    files = parts(("S", rows(HEADER, ("x", 1))))
    files[part] = doctype + files[part]
    assert refused(zipped(tmp_path / "book.xlsx", files)) == (
        f"book.xlsx: has a document type in {part}, which no workbook has"
    )


def test_binary_workbook(tmp_path: Path) -> None:
    path = zipped(tmp_path / "book.xlsb", {"xl/workbook.bin": "", "xl/worksheets/sheet1.bin": ""})
    assert refused(path) == "book.xlsb: is a binary workbook\nHint: save it as .xlsx"


def test_two_parts_of_one_name(tmp_path: Path) -> None:
    path = zipped(tmp_path / "book.xlsx", parts(("S", rows(HEADER))))
    with (
        zipfile.ZipFile(path, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refused(path) == "book.xlsx: is a workbook with two parts of one name"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
def test_workbook_that_was_cut_off(make: Callable[..., Path], share: float) -> None:
    path = make(("S", rows(HEADER, *[("x", n) for n in range(500)])))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "damaged" in refused(path)


def test_a_changed_byte_is_refused_in_words_or_changes_nothing(tmp_path: Path) -> None:
    many = rows(HEADER, *((f"name {n}", n * 7) for n in range(40)))
    whole = zipped(tmp_path / "whole.xlsx", parts(("S", many))).read_bytes()
    good = cells_of(read(tmp_path / "whole.xlsx")[0])
    path, fates = tmp_path / "book.xlsx", set()
    for at in range(0, len(whole), 5):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            [found] = read(path)
        except FarthingError:
            fates.add("refused")
        else:
            assert cells_of(found) == good
            fates.add("read")
    assert fates == {"refused", "read"}


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"),
        ("xl/worksheets/sheet1.xml", '<worksheet><c r="A1" t="s"><v>7</v></c></worksheet>'),
        ("xl/worksheets/sheet1.xml", '<worksheet><row r="one"/></worksheet>'),
        ("xl/_rels/workbook.xml.rels", "<Relationships/>"),
        ("xl/workbook.xml", "no XML"),
    ],
)
def test_damaged_parts(tmp_path: Path, part: str, text: str) -> None:
    path = zipped(tmp_path / "book.xlsx", parts(("S", rows(HEADER))) | {part: text})
    assert refused(path).startswith("book.xlsx: ")


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ("", "book.xlsx: is empty"),
        (rows(("name", None, "amount")), "book.xlsx/S:1: has columns of one name or of none"),
        (rows(("name", "name")), "book.xlsx/S:1: has columns of one name or of none"),
    ],
)
def test_sheet_without_a_header(make: Callable[..., Path], cells: str, what: str) -> None:
    assert refused(make(("S", cells))) == what


def test_header_alone(make: Callable[..., Path]) -> None:
    [found] = read(make(("S", rows(HEADER))))
    assert (found.header, found.rows) == (HEADER, 0)


REAL = os.environ.get("FARTHING_REAL_DATA")


@pytest.mark.skipif(REAL is None, reason="needs the real files")
def test_real_workbook_cell_by_cell(tmp_path: Path) -> None:
    """Every number comes out with the digits that the file was written with, to 15 of them."""
    path = Path(str(REAL)) / "electoral_commission" / "candidate_spending_ge2015.xlsx"
    [found] = take_in(path, tmp_path, knows=lambda header: "CandId" in header)
    frame = pl.concat(list(found.frames()))
    assert (len(frame), len(found.header), found.misfits, found.blank) == (3971, 50, (), 0)
    for name in ("Electorate (Limit)", "Long Limit", "Short Limit", "Long Total Spend"):
        assert all(Decimal(cell) == round(Decimal(cell), 2) for cell in frame[name])
