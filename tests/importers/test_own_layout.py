"""The ledgers' own columns: from CSV, JSON, Excel and Parquet the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.ledgers import LEDGERS

CASE = sorted((Path(__file__).parents[2] / "data" / "ge2017").glob("*.csv"))
#: How many rows of each file are compared: of all but one of the case that is every row.
MOST = 200
Rows = Sequence[dict[str, str]]

pytestmark = pytest.mark.usefixtures("proven")

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
</Types>"""  # noqa: E501
RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>{}
</Relationships>"""  # noqa: E501
STYLES_RELATION = (
    '<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/styles" Target="styles.xml"/>'
)
WORKBOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Rows" sheetId="1" r:id="r1"/></sheets></workbook>"""
STYLES = """<?xml version="1.0" encoding="UTF-8"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>
</styleSheet>"""
SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<sheetData>{}</sheetData></worksheet>"""


def text_cell(name: str, value: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def typed_cell(name: str, value: str) -> str:
    """Write amounts as numbers and days as Excel keeps them: counted from the end of 1899."""
    if name == "amount":
        return f"<c><v>{value}</v></c>"
    if name == "incurred_on":
        return f'<c s="1"><v>{(dt.date.fromisoformat(value) - dt.date(1899, 12, 30)).days}</v></c>'
    return text_cell(name, value)


def workbook(path: Path, rows: Rows, cell: Callable[[str, str], str] = text_cell) -> None:
    names = list(rows[0])
    lines = ["".join(text_cell(name, name) for name in names)]
    for row in rows:
        lines.append("".join(cell(name, row[name]) if row[name] else "<c/>" for name in names))
    sheet = "".join(f"<row>{line}</row>" for line in lines)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format("officeDocument", "xl/workbook.xml", ""))
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            RELATIONS.format("worksheet", "worksheets/sheet1.xml", STYLES_RELATION),
        )
        archive.writestr("xl/styles.xml", STYLES)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(sheet))


def json_list(path: Path, rows: Rows) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def json_lines(path: Path, rows: Rows) -> None:
    lines = [json.dumps({key: cell or None for key, cell in row.items()}) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def parquet(path: Path, rows: Rows) -> None:
    columns = {name: [row[name] or None for row in rows] for name in rows[0]}
    pq.write_table(pa.table(columns), path, row_group_size=100)


WRITERS: dict[str, tuple[str, Callable[[Path, Rows], None]]] = {
    "JSON": (".json", json_list),
    "JSON, an object a line": (".jsonl", json_lines),
    "Excel": (".xlsx", workbook),
    "Parquet": (".parquet", parquet),
}


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(book: Book, ledger: str) -> list[tuple[object, ...]]:
    return book.sql(
        f"SELECT * EXCLUDE (batch_id) FROM {ledger} WHERE source_row <= {MOST + 1} ORDER BY ALL"
    ).rows()


@pytest.mark.parametrize("kind", WRITERS)
def test_the_shipped_case_is_the_same_from_every_kind_of_file(
    case_book: Book, tmp_path: Path, kind: str
) -> None:
    ending, writer = WRITERS[kind]
    files = []
    for source in CASE:
        files.append(tmp_path / f"{source.stem}{ending}")
        writer(files[-1], read(source)[:MOST])
    book = Book(tmp_path / "book.duckdb")
    receipts = book.add(*files)
    assert sum(one.rows_posted for one in receipts) == sum(
        min(len(read(source)), MOST) for source in CASE
    )
    for ledger in LEDGERS:
        assert contents(book, ledger.name) == contents(case_book, ledger.name), ledger.name
    assert not book.verify().faults


SPEND: Rows = [
    {"entry_id": "e1", "source_id": "s", "campaign_id": "c", "record": "payment",
     "incurred_on": "2025-01-01", "payee": "Ada", "amount": "1234.5", "currency": "GBP"},
    {"entry_id": "e2", "source_id": "s", "campaign_id": "c", "record": "payment",
     "incurred_on": "2025-01-31", "payee": "007", "amount": "-3", "currency": "GBP"},
]  # fmt: skip


def test_cells_with_a_type_are_read_as_their_text(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "spend.xlsx"
    workbook(path, SPEND, typed_cell)
    book.add(path)
    rows = book.sql("SELECT payee, low, incurred_on FROM spend ORDER BY source_row").rows()
    assert rows == [
        ("Ada", Decimal("1234.50"), dt.date(2025, 1, 1)),
        ("007", Decimal("-3.00"), dt.date(2025, 1, 31)),
    ]


def test_numbers_of_json_are_read_as_they_are_written(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "spend.json"
    path.write_text(json.dumps(SPEND).replace('"1234.5"', "1234.50").replace('"-3"', "-3"))
    book.add(path)
    rows = book.sql("SELECT low, wording FROM spend ORDER BY source_row").rows()
    assert rows == [(Decimal("1234.50"), "1234.50"), (Decimal("-3.00"), "-3")]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_row_that_breaks_a_rule_is_named_in_every_kind_of_file(
    book: Book, tmp_path: Path, kind: str
) -> None:
    ending, writer = WRITERS[kind]
    path = tmp_path / f"spend{ending}"
    writer(
        path,
        [
            SPEND[0],
            {**SPEND[1], "currency": "pounds", "payee": "a\u0001" if ending != ".xlsx" else "a"},
        ],
    )
    with pytest.raises(DataRefused) as refused:
        book.add(path)
    rules = [(one.column, one.rule) for one in refused.value.problems]
    assert ("currency", "is not an ISO 4217 currency: three capital letters, such as GBP") in rules
    assert (("payee", "holds a control character") in rules) == (ending != ".xlsx")
    assert contents(book, "spend") == []


@pytest.mark.parametrize("kind", WRITERS)
def test_a_column_of_another_name_is_refused_in_every_kind_of_file(
    book: Book, tmp_path: Path, kind: str
) -> None:
    ending, writer = WRITERS[kind]
    path = tmp_path / f"spend{ending}"
    rows = [
        {"payer" if name == "payee" else name: cell for name, cell in row.items()} for row in SPEND
    ]
    writer(path, rows)
    with pytest.raises(FileUnusable, match=r"the nearest is spend \(unknown: payer\)"):
        book.add(path)


def test_blank_rows_are_counted_alike(book: Book, tmp_path: Path) -> None:
    blank = dict.fromkeys(SPEND[0], "")
    counts = []
    for ending, writer in ((".xlsx", workbook), (".parquet", parquet)):
        path = tmp_path / f"spend{ending}"
        writer(path, [SPEND[0], blank, SPEND[1]])
        [receipt] = Book(tmp_path / f"{ending[1:]}.duckdb").add(path, dry_run=True)
        counts.append((receipt.rows_read, receipt.rows_blank))
    assert counts == [(3, 1), (3, 1)]
