"""Strangers' files: each is read as it stands, or refused with its place and a reason."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from farthing import posting, storage
from farthing.book import Book
from farthing.errors import DataRefused, FarthingError, FileUnusable, UsageError
from farthing.importer import Importer, Posts, Reading, choose
from farthing.importers import IMPORTERS
from farthing.intake import AS_XLSX, PAGE, take_in
from farthing.ledger import Ledger
from farthing.ledgers import BY_NAME
from farthing.records import Intake

Write = Callable[[str, str | bytes], Path]

pytestmark = pytest.mark.usefixtures("proven")

HEADER = "entry_id,source_id,campaign_id,record,incurred_on,payee,amount,currency\n"
ONE = "e1,s,c,payment,2025-01-01,Ada,1.00,GBP\n"
TWO = "e2,s,c,payment,2025-01-02,Bob,2.00,GBP\n"
SIX = "e6,s,c,payment,2025-01-06,Eve,six!,GBP\n"
LINES = HEADER + ONE + TWO
UNDATED = "the row has neither a day nor a period, and is no total of a series"
CUT = "the row is the last and has no line end: the file may have been cut off"
LOOSE = "the row has a quote that is never closed, or text after one"
NO_FIGURE = 'amount "six!" cannot be read: it is no figure'
NO_LINE_END = "spend.csv: ends within its header: it may have been cut off"
DRAFT = "; farthing draft FILE describes one of your own"
SAVE = "\nHint: declare how the file is written, as in --encoding cp1252 (Excel on Windows)"
WHERE = "; nobody can tell in which line the next begins"
CLOSE = "\nHint: close the quote, or double it where it is part of the text"


def quoted(text: str) -> str:
    rows = csv.reader(io.StringIO(text))
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return target.getvalue()


#: Files that are sound, however odd: the content and its payees.
SOUND: dict[str, tuple[str | bytes, list[str]]] = {
    "plain": (LINES, ["Ada", "Bob"]),
    "byte order mark": (b"\xef\xbb\xbf" + LINES.encode(), ["Ada", "Bob"]),
    "utf-16 little end first": (("\ufeff" + LINES).encode("utf-16-le"), ["Ada", "Bob"]),
    "utf-16 big end first": (("\ufeff" + LINES).encode("utf-16-be"), ["Ada", "Bob"]),
    "pound signs in utf-8": (LINES.replace("1.00", "£1.00"), ["Ada", "Bob"]),
    "header alone": (HEADER, []),
    "columns in another order": ("payee,amount,currency,entry_id,source_id,campaign_id,record,"
        "incurred_on\nAda,1.00,GBP,e1,s,c,payment,2025-01-01\n", ["Ada"]),
    "spaces in the header": (HEADER.replace(",", " , ") + ONE, ["Ada"]),
    "line that begins with a hash": (HEADER + "#" + ONE + TWO, ["Ada", "Bob"]),
    "every cell quoted": (quoted(LINES), ["Ada", "Bob"]),
    "doubled quotes": (LINES.replace("Ada", '"5"" pipe"'), ['5" pipe', "Bob"]),
    "quote within a cell": (LINES.replace("Ada", '5" pipe'), ['5" pipe', "Bob"]),
    "comma in a cell": (LINES.replace("Ada", '"Lovelace, Ada"'), ["Lovelace, Ada", "Bob"]),
    "line ends in a cell": (LINES.replace("Ada", '"A\n\nd\na"'), ["A\n\nd\na", "Bob"]),
    "blank lines below the header": (HEADER + "\n\n" + ONE, ["Ada"]),
    "blank lines in the middle": (HEADER + ONE + "\n\n" + TWO, ["Ada", "Bob"]),
    "blank lines at the end": (LINES + "\n\n", ["Ada", "Bob"]),
    "row of commas": (HEADER + ",,,,,,,\n" + ONE, ["Ada"]),
    "semicolons": (LINES.replace(",", ";"), ["Ada", "Bob"]),
    "tabs": (LINES.replace(",", "\t"), ["Ada", "Bob"]),
    "bars": (LINES.replace(",", "|"), ["Ada", "Bob"]),
    "title above the header": ("Spending in 2025\n" + LINES, ["Ada", "Bob"]),
    "blank line at the start": ("\n" + LINES, ["Ada", "Bob"]),
    "spaces at the start": ("  \n" + LINES, ["Ada", "Bob"]),
    "blank name at the end": (HEADER.strip() + ",\n" + ONE.strip() + ",\n", ["Ada"]),
    "carriage returns": (LINES.replace("\n", "\r\n"), ["Ada", "Bob"]),
    "carriage returns alone": (LINES.replace("\n", "\r"), ["Ada", "Bob"]),
    "mixed line ends": (HEADER.strip() + "\r\n" + ONE + TWO.strip() + "\r", ["Ada", "Bob"]),
    "carriage returns in a cell": (LINES.replace("Ada", '"A\r\nd\ra"'), ["A\nd\na", "Bob"]),
    "other line breaks": (LINES.replace("Ada", "A\u2028d\u2029a"), ["A\u2028d\u2029a", "Bob"]),
    "long cell": (LINES.replace("Ada", "A" * 131_072), ["A" * 131_072, "Bob"]),
    "formulas": (LINES.replace("Ada", "=cmd()").replace("Bob", "+44"), ["=cmd()", "+44"]),
    "markup": (LINES.replace("Ada", "<b>&amp;</b>"), ["<b>&amp;</b>", "Bob"]),
    "backslashes": (LINES.replace("Ada", "A\\,").replace("\\,", "\\"), ["A\\", "Bob"]),
    "the word null": (LINES.replace("Ada", "NULL").replace("Bob", "n/a"), ["NULL", "n/a"]),
}  # fmt: skip

#: Files with rows that are refused: the content, its rows, and every problem in full.
REFUSED: dict[str, tuple[str, int, list[str]]] = {
    "short row": (HEADER + "e1,s,c\n" + TWO, 2,
        ['2: "e1,s,c" the row has 3 cells and the header 8']),
    "long row": (HEADER + ONE + TWO.strip() + ",x,y\n", 2,
        ['3: "e2,s,c,payment,2025-01-02,Bob,2.00,GBP,x,y" the row has 10 cells and the header 8']),
    "row of one comma too many": (HEADER + ONE.strip() + ",\n" + TWO, 2,
        ['2: "e1,s,c,payment,2025-01-01,Ada,1.00,GBP," the row has 9 cells and the header 8']),
    "comma that should be quoted": (HEADER + ONE.replace("Ada", "Lovelace, Ada"), 1,
        ['2: "e1,s,c,payment,2025-01-01,Lovelace, Ada,1.00,GBP" '
         "the row has 9 cells and the header 8"]),
    "row of one cell": (HEADER + "Total\n" + ONE, 2,
        ['2: "Total" the row has 1 cell and the header 8']),
    "row of spaces": (HEADER + "  \n" + ONE, 2, ["2: the row has 1 cell and the header 8"]),
    "total row": (HEADER + ONE + "Total,,,,,,1.00,GBP\n", 2,
        ["3: source_id is blank and must not be", "3: campaign_id is blank and must not be",
         "3: record is blank and must not be", f"3: {UNDATED}"]),
    "cell under a blank name": (
        HEADER.strip() + ",\n" + ONE.strip() + ",\n" + TWO.strip() + ",x\n", 2,
        ['3: "e2,s,c,payment,2025-01-02,Bob,2.00,GBP,x" the row has a cell under no heading']),
    "second header": (HEADER + ONE + HEADER, 2,
        ['3: incurred_on "incurred_on" is not a date (expected yyyy-mm-dd)',
         '3: amount "amount" cannot be read: it is no figure',
         '3: record "record" is none of invoice, payment, return, platform',
         '3: currency "currency" is not an ISO 4217 currency: three capital letters, such as GBP']),
    "cut in the last cell": (LINES.removesuffix("P\n"), 2,
        ['3: currency "GB" is not an ISO 4217 currency: three capital letters, such as GBP',
         f"3: {CUT}"]),
    "cut behind the last cell": (LINES.strip(), 2, [f"3: {CUT}"]),
    "cut behind an earlier cell": (LINES.removesuffix(",GBP\n"), 2,
        ['3: "e2,s,c,payment,2025-01-02,Bob,2.00" the row has 7 cells and the header 8']),
    "cut in a quoted cell": (LINES.replace("Bob", '"Bo').removesuffix(",2.00,GBP\n"), 2,
        [f'3: "e2,s,c,payment,2025-01-02,"Bo" {LOOSE}']),
    "text behind a quote": (LINES.replace("Ada", '"Ada"x'), 2,
        [f'2: "e1,s,c,payment,2025-01-01,"Ada"x,1.00,GBP" {LOOSE}']),
    "quote opened in the last line": (LINES.replace("Bob", '"Bob'), 2,
        [f'3: "e2,s,c,payment,2025-01-02,"Bob,2.00,GBP" {LOOSE}']),
    "nul": (LINES.replace("Ada", "A\0"), 2, ['2: payee "A\\x00" holds a control character']),
    "escape": (LINES.replace("Ada", "A\x1b[31m"), 2,
        ['2: payee "A\\x1b[31m" holds a control character']),
    "end of file mark": (LINES + "\x1a\n", 3,
        ['4: "\ufffd" the row has 1 cell and the header 8']),
    "cp1252 read as latin-1": (LINES.replace("Ada", "A\x92"), 2,
        ['2: payee "A\\x92" holds a control character']),
    "huge cell": (LINES.replace("Ada", "A" * 131_073), 2,
        [f'2: "e1,s,c,payment,2025-01-01,{"A" * 174}" '
         "the row has a cell of more than 131,072 characters"]),
    "lines count as they stand": (HEADER + "\n\n" + ONE.replace("Ada", '"A\n\nd"') + "\n" + SIX, 2,
        [f"8: {NO_FIGURE}"]),
    "lines of carriage returns": ((HEADER + ONE + SIX).replace("\n", "\r"), 2,
        [f"3: {NO_FIGURE}"]),
    "lines of both": ((HEADER + ONE.replace("Ada", '"A\nd"') + SIX).replace("\n", "\r\n"), 2,
        [f"4: {NO_FIGURE}"]),
    "other breaks are no lines": (HEADER + ONE.replace("Ada", "A\u2028d\u0085a") + SIX, 2,
        ['2: payee "A\\u2028d\\x85a" holds a control character', f"3: {NO_FIGURE}"]),
    "nan": (HEADER + ONE.replace("1.00", "nan"), 1,
        ['2: amount "nan" cannot be read: it is no figure']),
    "inf": (HEADER + ONE.replace("1.00", "inf"), 1,
        ['2: amount "inf" cannot be read: it is no figure']),
    "three decimals": (HEADER + ONE.replace("1.00", "1.005"), 1,
        ['2: amount "1.005" cannot be read: decimals: it has 3, GBP has at most 2']),
    "another locale's marks": (HEADER + ONE.replace("1.00", '"1.234,50"'), 1,
        ['2: amount "1.234,50" cannot be read: it is no figure']),
    "no such currency": (HEADER + ONE.replace("GBP", "GPB"), 1,
        ['2: amount "1.00" cannot be read: GPB is no currency']),
    "month 13": (HEADER + ONE.replace("2025-01-01", "2019-13-01"), 1,
        ['2: incurred_on "2019-13-01" is not a date (expected yyyy-mm-dd)']),
    "day first or month first": (HEADER + ONE.replace("2025-01-01", "03/04/2025"), 1,
        ['2: incurred_on "03/04/2025" is not a date (expected yyyy-mm-dd)']),
    "no leap year": (HEADER + ONE.replace("2025-01-01", "2019-02-29"), 1,
        ['2: incurred_on "2019-02-29" is not a date (expected yyyy-mm-dd)']),
    "id with a space": (HEADER + ONE.replace("e1", "e 1"), 1,
        ['2: entry_id "e 1" is not an identifier: 1 to 200 characters, none of them a space']),
    "no such source": (HEADER + ONE.replace(",s,", ",z,"), 1,
        ['2: source_id "z" is in no row of sources in force']),
    "one id twice": (HEADER + ONE + ONE.replace("Ada", "Bob"), 2,
        ['2: entry_id "e1" stands in more than one row of the file',
         '3: entry_id "e1" stands in more than one row of the file']),
}  # fmt: skip

OLDER = f"is a workbook older than those of Excel 5\nHint: {AS_XLSX}"
#: Files that cannot be read at all: the content and the message.
UNUSABLE: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "spend.csv: is empty"),
    "byte order mark alone": (b"\xef\xbb\xbf", "spend.csv: is empty"),
    "blank lines alone": ("\n\n\n", "spend.csv: has no header"),
    "commas for a header": (",,,\n" + ONE, "spend.csv: has no header"),
    "cut header": (HEADER.strip()[:-3], NO_LINE_END),
    "header without a line end": (HEADER.strip(), NO_LINE_END),
    "cp1252 not declared": (
        (LINES.replace("2.00", "£2.00")).encode("cp1252"),
        "spend.csv:3: byte 0xA3 is not utf-8" + SAVE,
    ),
    "cp1252 far down": (
        (HEADER + ONE * 60_000 + TWO.replace("Bob", "Zoë")).encode("cp1252"),
        "spend.csv:60002: byte 0xEB is not utf-8" + SAVE,
    ),
    "half a character at the end": (
        LINES.encode()[:-4] + b"\xc2",
        "spend.csv:3: byte 0xC2 is not utf-8" + SAVE,
    ),
    "half of utf-16": (
        ("\ufeff" + LINES).encode("utf-16-le")[:-1],
        "spend.csv:3: byte 0x0A is not utf-16" + SAVE,
    ),
    "utf-16 without a mark": (LINES.encode("utf-16-le"), "spend.csv: is not a text file"),
    "utf-32": (LINES.encode("utf-32"), "spend.csv: is not a text file"),
    "nul in the header": ("\0" + LINES, "spend.csv: is not a text file"),
    "workbook": (
        b"PK\x03\x04\x14\x00\x08",
        "spend.csv: is a damaged archive: File is not a zip file",
    ),
    "gzip": (
        gzip.compress(LINES.encode()),
        "spend.csv: is compressed\nHint: unpack it first",
    ),
    "pdf": (b"%PDF-1.7\n", "spend.csv: is a PDF\nHint: save the table as CSV"),
    "photo": (
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        "spend.csv: is a picture\nHint: write the table off as CSV",
    ),
    "picture": (b"\x89PNG\r\n\x1a\n", "spend.csv: is a picture\nHint: write the table off as CSV"),
    "web page": (b"\n<!DOCTYPE HTML>\n<p>Log in</p>", f"spend.csv: is {PAGE[0]}\nHint: {PAGE[1]}"),
    "page with a mark": (b"\xef\xbb\xbf<html>", f"spend.csv: is {PAGE[0]}\nHint: {PAGE[1]}"),
    "table of a web page": (
        b"<table border=1><tr><td>x</td></tr></table>",
        f"spend.csv: is {PAGE[0]}\nHint: {PAGE[1]}",
    ),
    "page in utf-16": (
        "\ufeff<html>".encode("utf-16-le"),
        f"spend.csv: is {PAGE[0]}\nHint: {PAGE[1]}",
    ),
    "workbook as XML": (
        b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        f"spend.csv: is XML\nHint: {AS_XLSX}",
    ),
    "workbook as web pages": (
        b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n",
        f"spend.csv: is a web page in an archive of its parts\nHint: {AS_XLSX}",
    ),
    "workbook of Excel 3": (bytes.fromhex("0902060000001000"), f"spend.csv: {OLDER}"),
    "workbook as PHP wrote it": (bytes.fromhex("0908080000001000"), f"spend.csv: {OLDER}"),
    "OpenDocument": (
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        f"spend.csv: is a file of OpenDocument\nHint: {AS_XLSX}",
    ),
    "book": (
        b"12345678DUCK" + bytes(99),
        "spend.csv: is a DuckDB database, as a book is\nHint: name the book first, then the files",
    ),
    "hole": (
        bytes(9_999),
        "spend.csv: is no text and no table\nHint: see whether its download was complete",
    ),
    "many columns nobody knows": (
        HEADER.strip() + "".join(f",x{n}" for n in range(5000)) + "," + "y" * 5000 + "\n",
        "spend.csv:1: is of no known format; the nearest is spend (unknown: x0, x1, x2, x3, x4, "
        "x5, x6, x7, x8, x9 and 4,991 more)\nHint: farthing importers spend lists its columns"
        + DRAFT,
    ),
    "one column twice": (
        HEADER.replace("record", "payee") + ONE,
        "spend.csv:1: two columns are named payee",
    ),
    "column without a name": (
        HEADER.replace("payee", "") + ONE,
        "spend.csv:1: column 6 has no name",
    ),
    "semicolons, and a column nobody knows": (
        LINES.replace("payee", "payeee").replace(",", ";"),
        "spend.csv:1: is of no known format; the nearest is spend (unknown: payeee)\n"
        'Hint: did you mean "payee" by "payeee"? farthing importers spend lists its columns'
        + DRAFT,
    ),
    "no column that anybody knows": (
        "Rechnung;Betrag, netto\n1;2,50\n",
        "spend.csv:1: is of no known format: its columns are Rechnung, Betrag, netto\n"
        "Hint: farthing importers lists those that are known" + DRAFT,
    ),
    "column nobody knows": (
        LINES.replace("payee", "payeee"),
        "spend.csv:1: is of no known format; the nearest is spend (unknown: payeee)\n"
        'Hint: did you mean "payee" by "payeee"? farthing importers spend lists its columns'
        + DRAFT,
    ),
    "column in capitals": (
        LINES.replace("payee", "Payee"),
        "spend.csv:1: is of no known format; the nearest is spend (unknown: Payee)\n"
        'Hint: did you mean "payee" by "Payee"? farthing importers spend lists its columns' + DRAFT,
    ),
    "column that is missing": (
        LINES.replace(",currency", ",note"),
        "spend.csv:1: is of no known format; the nearest is spend (missing: currency)\n"
        "Hint: farthing importers spend lists its columns" + DRAFT,
    ),
    "loose quote in the header": (
        HEADER.replace("payee", '"payee"s') + ONE,
        "spend.csv:1: has no readable header: ',' expected after '\"'",
    ),
    "quote never closed": (
        LINES.replace("Ada", '"Ada'),
        f"spend.csv:2: {LOOSE}{WHERE}{CLOSE}",
    ),
    "quote closed by the next": (
        HEADER + ONE.replace("Ada", '"Ada') + TWO.replace("Bob", '"Bob"') + TWO,
        f"spend.csv:2: {LOOSE}{WHERE}{CLOSE}",
    ),
    "loose quote before a cell of two lines": (
        LINES.replace("e1,s", '"e1"x,s').replace("Ada", '"A\nd"'),
        f"spend.csv:2: {LOOSE}{WHERE}{CLOSE}",
    ),
    "huge cell before a quote": (
        LINES.replace("e1", "e" * 131_073).replace("Ada", '"A\nd"'),
        f"spend.csv:2: the row has a cell of more than 131,072 characters{WHERE}{CLOSE}",
    ),
    "quote escaped by a backslash": (
        LINES.replace("Ada", '"Ada\\""'),
        f"spend.csv:2: {LOOSE}{WHERE}{CLOSE}",
    ),
    "huge cell over many lines": (
        LINES.replace("Ada", '"' + "Ada\n" * 40_000 + '"'),
        f"spend.csv:2: the row has a cell of more than 131,072 characters{WHERE}{CLOSE}",
    ),
    "line without an end": (
        LINES + "A" * 2_000_000,
        "spend.csv:4: the line has 2,000,000 characters or more",
    ),
}


def records(content: str | bytes) -> list[list[str]]:
    """Read a file the plain way: its records below the header, blank lines left out."""
    data = content.encode() if isinstance(content, str) else content
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    usual = csv.field_size_limit(len(text) + 1)
    try:
        return [record for record in csv.reader(io.StringIO(text)) if record][1:]
    finally:
        csv.field_size_limit(usual)


def look(book: Book, query: str) -> list[tuple[Any, ...]]:
    """Ask the file itself."""
    with duckdb.connect(book.path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def payees(book: Book) -> list[str]:
    query = "SELECT payee FROM spend ORDER BY batch_id, source_row"
    return [payee for (payee,) in look(book, query)]


def test_there_are_many_files() -> None:
    assert len(SOUND) + len(REFUSED) + len(UNUSABLE) > 90


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_is_posted_as_it_stands(name: str, book: Book, write_csv: Write) -> None:
    content, expected = SOUND[name]
    [receipt] = book.add(write_csv("spend.csv", content))
    assert (receipt.outcome, receipt.importer, receipt.problems) == ("posted", "spend", ())
    assert payees(book) == expected
    assert receipt.rows_posted == len(expected)
    rest = receipt.rows_blank + receipt.rows_set_aside + receipt.rows_refused
    assert receipt.rows_read == receipt.rows_posted + rest


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_with_faulty_rows_is_refused_whole_or_but_for_them(
    name: str, book: Book, write_csv: Write
) -> None:
    content, rows, problems = REFUSED[name]
    file, bad = write_csv("spend.csv", content), {problem.split(":")[0] for problem in problems}
    assert len(records(content)) == rows
    with pytest.raises(DataRefused) as caught:
        book.add(file)
    assert [str(problem) for problem in caught.value.problems] == [
        f"spend.csv:{problem}" for problem in problems
    ]
    first = f"spend.csv: {len(bad)} of {rows} rows refused, nothing was posted\n"
    assert str(caught.value).startswith(first)
    assert payees(book) == []
    [receipt] = book.add(file, quarantine=True)
    assert (receipt.outcome, receipt.rows_read - receipt.rows_blank) == ("posted", rows)
    assert (receipt.rows_posted, receipt.rows_refused) == (rows - len(bad), len(bad))
    assert len(payees(book)) == rows - len(bad)
    counts = (
        "SELECT outcome, rows_read - rows_blank, rows_posted, rows_refused FROM imports "
        "ORDER BY batch_id"
    )
    assert look(book, counts)[2:] == [
        ("refused", rows, 0, rows),
        ("posted", rows, rows - len(bad), len(bad)),
    ]
    refused = look(book, "SELECT line, batch_id FROM refused_rows ORDER BY batch_id, line")
    assert refused == [(int(line), batch) for batch in (3, 4) for line in sorted(bad, key=int)]


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_read_changes_nothing(
    name: str, book: Book, write_csv: Write
) -> None:
    content, message = UNUSABLE[name]
    before = book.path.read_bytes()
    for quarantine in (False, True):
        with pytest.raises(FileUnusable) as caught:
            book.add(write_csv("spend.csv", content), quarantine=quarantine)
        assert str(caught.value) == message
    assert book.path.read_bytes() == before


# Encodings.


@pytest.mark.parametrize("text", ["£1.00", "Zoë – “Ltd”", "€ ’ …"])
def test_a_declared_encoding_is_read_exactly(text: str, book: Book, write_csv: Write) -> None:
    content = LINES.replace("Ada", text).encode("cp1252")
    book.add(write_csv("spend.csv", content), encoding="cp1252")
    assert payees(book) == [text, "Bob"]


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (
            LINES.replace("Ada", "Zoë").encode(),
            "cp1252",
            "spend.csv: is UTF-8, not cp1252\nHint: leave the encoding out",
        ),
        (
            LINES.replace("Ada", "A\x81").encode("latin-1"),
            "cp1252",
            "spend.csv:2: byte 0x81 is not cp1252\nHint: save it as UTF-8",
        ),
        (
            LINES.encode(),
            "utf-16",
            "spend.csv: has no byte order mark, and so may be either kind of utf-16 or none\n"
            "Hint: save it as UTF-8",
        ),
    ],
    ids=["utf-8 as cp1252", "no cp1252", "utf-16 without its mark"],
)
def test_a_wrong_declaration_is_refused(
    content: bytes, encoding: str, message: str, book: Book, write_csv: Write
) -> None:
    with pytest.raises(FileUnusable) as caught:
        book.add(write_csv("spend.csv", content), encoding=encoding)
    assert str(caught.value) == message


def test_a_mark_decides_before_a_declaration(book: Book, write_csv: Write) -> None:
    content = ("\ufeff" + LINES.replace("Ada", "Zoë")).encode("utf-16-le")
    book.add(write_csv("spend.csv", content), encoding="cp1252")
    assert payees(book) == ["Zoë", "Bob"]


def test_an_encoding_is_one_of_three(book: Book, write_csv: Write) -> None:
    with pytest.raises(UsageError) as caught:
        book.add(write_csv("spend.csv", LINES), encoding="latin-1")
    assert str(caught.value) == ("unknown encoding latin-1\nHint: one of utf-8, utf-16, cp1252")


# Files and their names.

NAMES = [
    "x[ab].csv", "*.csv", "?.csv", "{a,b}.csv", "it's.csv", 'a "b".csv', "-x.csv", "a b;c.csv",
    "é.csv", "'; DROP TABLE imports; --.csv", "new\nline.csv", "spend",
]  # fmt: skip


def test_a_name_is_a_name_and_no_pattern(book: Book, write_csv: Write) -> None:
    for letter in ("xa.csv", "xb.csv", "a.csv", "b.csv"):
        write_csv(letter, LINES.replace("e", "wrong-"))
    for number, name in enumerate(NAMES):
        content = HEADER + f"n{number},s,c,payment,2025-01-01,{number},1.00,GBP\n"
        [receipt] = book.add(write_csv(name, content))
        assert (receipt.file, receipt.outcome, receipt.rows_posted) == (name, "posted", 1)
    names = look(book, "SELECT file FROM imports ORDER BY batch_id")[2:]
    assert names == [(name,) for name in NAMES]
    assert payees(book) == [str(number) for number in range(len(NAMES))]
    assert book.verify().faults == ()


def test_a_name_that_is_no_text_is_shown_with_a_mark(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "\udcff.csv"
    try:
        file.write_text(LINES)
    except OSError:
        pytest.skip("the file system takes names of UTF-8 alone")
    [receipt] = book.add(file)
    assert receipt.file == "\ufffd.csv"


@pytest.mark.parametrize("folder", ["it's", "a[b]c", "a*c", "a b"])
def test_the_intake_folder_may_have_any_name(
    folder: str, book: Book, write_csv: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / folder).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / folder))
    [receipt] = book.add(write_csv("spend.csv", HEADER + ONE + SIX), quarantine=True)
    assert (receipt.rows_posted, receipt.rows_refused) == (1, 1)
    assert list((tmp_path / folder).iterdir()) == []


def test_a_folder_a_missing_file_and_one_that_cannot_be_read(book: Book, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, message in (
        ("folder.csv", "folder.csv: is a folder without a file\nHint: name another"),
        (
            "none.csv",
            "none.csv: cannot be read: No such file or directory\n"
            "Hint: check its name and the folder",
        ),
        ("n" * 300, f"{'n' * 300}: cannot be read: File name too long"),
        ("/dev/zero", "zero: is a device, not a file\nHint: name a file"),
        ("/proc/self/mem", "mem: cannot be read: Input/output error"),
    ):
        with pytest.raises(FileUnusable) as caught:
            book.add(tmp_path / name)
        assert str(caught.value) == message


def test_what_is_hashed_is_what_is_read(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("spend.csv", LINES)
    intake = taken(file, tmp_path)
    file.write_text(HEADER + "other,s,c,payment,2025-01-01,Ada,9.00,GBP\n")
    [frame] = intake.frames()
    assert frame["entry_id"].to_list() == ["e1", "e2"]
    assert intake.sha256 == taken(write_csv("again.csv", LINES), tmp_path).sha256


def test_rows_come_in_parts_of_bounded_size(
    tmp_path: Path, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farthing.records.BATCH_ROWS", 2)
    content = HEADER + ONE + "x\n" + "\n" + TWO * 4
    intake = taken(write_csv("spend.csv", content), tmp_path)
    frames = [frame["source_row"].to_list() for frame in intake.frames()]
    assert frames == [
        [2, 5],
        [6, 7],
        [8],
    ]  # the row that fits not, and the blank one, have numbers too
    assert [frame["source_line"].to_list() for frame in intake.frames()] == [[2, 5], [6, 7], [8]]
    assert [(one.row, one.line, one.cells) for one in intake.misfits] == [(3, 3, ("x",))]
    assert (intake.rows, intake.blank, intake.cut_off) == (7, 1, False)


def test_parts_hold_no_more_text_than_can_be_held(
    tmp_path: Path, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farthing.records.WEIGHED_ROWS", 2)
    monkeypatch.setattr("farthing.records.PART_CHARACTERS", 3 * len(ONE))
    content = HEADER + ONE * 10 + "x\n"  # a row that fits not is left to the strict reader
    intake = taken(write_csv("spend.csv", content), tmp_path)
    assert [len(frame) for frame in intake.frames()] == [4, 4, 2]
    assert (intake.rows, len(intake.misfits)) == (11, 1)


# Which importer a file is for.


def taken(file: Path, folder: Path) -> Intake:
    [intake] = take_in(file, folder, knows=lambda header: "entry_id" in header)
    return intake


def intake_of(*header: str) -> Intake:
    return Intake("a.csv", "", header=header)


def importer(name: str, required: set[str], optional: set[str]) -> Importer:
    ledger: Ledger = BY_NAME["spend"]
    return Importer(name, "", (Posts(ledger, ""),), frozenset(required), frozenset(optional))


def test_each_format_is_recognised_by_the_least_of_its_columns() -> None:
    for one in IMPORTERS:
        header = one.required | set(sorted(one.one_of)[:1])
        assert choose(intake_of(*sorted(header)), IMPORTERS, None) is one


def test_each_ledger_is_recognised_by_all_its_columns() -> None:
    for one in IMPORTERS:
        if one.name in BY_NAME:
            header = one.required | one.optional
            assert choose(intake_of(*sorted(header)), IMPORTERS, None) is one


def test_a_file_of_two_formats_has_to_be_named() -> None:
    twins = [importer("one", {"a"}, {"b"}), importer("two", {"a"}, {"c"})]
    with pytest.raises(FileUnusable) as caught:
        choose(intake_of("a"), twins, None)
    assert str(caught.value) == "a.csv: can be read as one, two\nHint: choose with --as IMPORTER"
    assert choose(intake_of("a"), twins, "two") is twins[1]
    assert choose(intake_of("a", "c"), twins, None) is twins[1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("spnd", "unknown importer spnd\nHint: did you mean spend?"),
        ("xyzzy", "unknown importer xyzzy\nHint: farthing importers lists them"),
    ],
)
def test_an_importer_that_is_not_there(name: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(intake_of("a"), IMPORTERS, name)
    assert str(caught.value) == message


def test_a_file_that_is_not_of_the_format_named() -> None:
    with pytest.raises(FileUnusable) as caught:
        choose(intake_of("entry_id", "source_id", "organization", "name"), IMPORTERS, "campaigns")
    assert str(caught.value) == (
        "a.csv:1: is not of the format campaigns (missing: campaign_id, organisation; "
        'unknown: organization)\nHint: did you mean "organisation" by "organization"? '
        "farthing importers campaigns lists its columns"
    )


def test_an_importer_tells_how_to_make_its_file() -> None:
    spend = next(one for one in IMPORTERS if one.name == "spend").reference()
    assert spend["column"].to_list() == list(BY_NAME["spend"].file_columns)
    by_name = {row["column"]: row for row in spend.to_dicts()}
    assert by_name["currency"] == {
        "column": "currency",
        "must_be_there": True,
        "holds": "ISO 4217 code",
        "refused_where_it": "is not an ISO 4217 currency: three capital letters, such as GBP",
    }
    assert by_name["amount"]["holds"].startswith("the amount as people write it")
    assert by_name["payee"]["must_be_there"] is False


# Faults, told of the file's own columns.

TRACED = Importer(
    name="traced",
    about="a file whose columns have names of their own",
    posts=(
        Posts(
            BY_NAME["spend"],
            """
            SELECT source_row, 'c' AS campaign_id, 's' AS source_id, 'invoice' AS record,
                   day("Day", '%d/%m/%Y') AS incurred_on, trim("Who") || ' Ltd' AS payee,
                   nullif("Paid", '-') AS amount, upper("Money") AS currency,
                   "One" || "Two" AS area_code
            FROM source
            """,
        ),
    ),
    required=frozenset({"Day", "Who", "Paid", "Money", "One", "Two"}),
    aliases={"Currency": "Money"},
    dates="dd/mm/yyyy",
)


def traced(book: Book, file: Path, folder: Path) -> list[str]:
    """Import a file by `TRACED` and return what is refused."""
    [intake] = take_in(file, folder, knows=TRACED.recognises)
    with storage.writing(book.path) as connection:
        connection.execute("BEGIN")
        receipt = posting.post(
            connection, Reading(TRACED, intake, {}), quarantine=False, locale="en_GB", version="0"
        )
        connection.execute("ROLLBACK")
    return [str(problem).removeprefix("f.csv:") for problem in receipt.problems]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        # One column alone is behind it: it is named as the file has it, with its text there.
        ("31/02/2025,Ada,1,gbp,E14,000001", 'Day "31/02/2025" is not a date (expected dd/mm/yyyy)'),
        ("1/2/2025,Ada,lots,gbp,E14,000001", 'Paid "lots" cannot be read: it is no figure'),
        # What was made of it is at fault: both are named.
        ("1/2/2025,Ada,1,pounds,E14,000001",
         'Currency "pounds" gives currency "POUNDS", which is not an ISO 4217 currency: '
         "three capital letters, such as GBP"),
        ("1/2/2025,A\x1b,1,gbp,E14,000001",
         'Who "A\\x1b" gives payee "A\\x1b Ltd", which holds a control character'),
        # Several are behind it: the ledger's column stays.
        ("1/2/2025,Ada,1,gbp,E1,1",
         'area_code "E11" is not a GSS code: a capital letter and eight digits, such as E14000886'),
    ],
)  # fmt: skip
def test_a_fault_is_told_of_the_column_of_the_file(
    row: str, problem: str, book: Book, write_csv: Write, tmp_path: Path
) -> None:
    file = write_csv("f.csv", f"Day,Who,Paid,Currency,One,Two\n{row}\n")
    (tmp_path / "in").mkdir()
    assert problem in [one.removeprefix("2: ") for one in traced(book, file, tmp_path / "in")]


# Any bytes at all.


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Damage a sound file: bytes changed, taken out, put in, repeated, cut off."""
    pick = random.Random(seed)
    sound = (LINES + quoted(ONE.replace("e1", "e3").replace("Ada", "A\nd, a")) + TWO[:2]).encode()
    sound = sound.replace(b"e2\n", b"")
    spice = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xc2", b"#", b";", b'""', b",\n", b" "]
    for _ in range(count):
        data = bytearray(sound)
        for _ in range(pick.choice([1, 1, 1, 2, 3, 8])):
            at, width = pick.randrange(len(data)), pick.choice([0, 0, 1, 1, 2, 30])
            here = bytes(data[at : at + width])
            put = pick.choice([b"", here * 2, pick.choice(spice), bytes([pick.randrange(256)])])
            data[at : at + width] = put
        yield bytes(data[: pick.randrange(len(data))] if pick.random() < 0.2 else data)


def test_any_bytes_are_read_or_refused_and_every_record_is_counted(
    book: Book, write_csv: Write, tmp_path: Path
) -> None:
    folder = tmp_path / "intake"
    folder.mkdir()
    outcomes = {"posted": 0, "refused": 0, "unusable": 0}
    with storage.writing(book.path) as connection:
        for number, content in enumerate(mutants(250, seed=1)):
            try:
                intake = taken(write_csv("spend.csv", content), folder)
                found = choose(intake, IMPORTERS, None)
            except FarthingError:
                outcomes["unusable"] += 1
                continue
            assert intake.rows - intake.blank == len(records(content)), content
            connection.execute("BEGIN")
            reading = Reading(found, intake, {})
            receipt = posting.post(
                connection, reading, quarantine=number % 2 == 0, locale="en_GB", version="0"
            )
            hold_together(connection, receipt, records(content))
            outcomes[receipt.outcome] += 1
            connection.execute("ROLLBACK")
    assert min(outcomes.values()) > 30, outcomes


def hold_together(connection: Any, receipt: posting.Receipt, expected: list[list[str]]) -> None:
    """Hold a receipt against the tables, and every row posted against its record."""
    posted = connection.execute(
        "SELECT source_row, entry_id, payee, wording FROM spend ORDER BY source_row"
    ).fetchall()
    refused = connection.execute(
        "SELECT count(*), count(DISTINCT source_row) FROM refused_rows"
    ).fetchall()
    read = receipt.rows_read - receipt.rows_blank
    assert read == receipt.rows_posted + receipt.rows_refused == len(expected)
    assert len(posted) == receipt.rows_posted
    if receipt.outcome == "refused":
        assert receipt.rows_posted == 0
    else:
        assert refused == [(receipt.rows_refused, receipt.rows_refused)]
    for row, entry, payee, wording in posted:
        record = [cell.strip(" \t\r\n\u00a0\u2007\u202f") or None for cell in expected[row - 2]]
        assert [entry, payee, wording] == [record[0], record[5], record[6]]


def test_a_cell_that_a_select_cannot_hold_is_refused_in_words(
    tmp_path: Path, write_csv: Write
) -> None:
    intake = taken(write_csv("spend.csv", LINES), tmp_path)
    reading = Reading(choose(intake, IMPORTERS, "spend"), intake, {})
    with (
        reading.offered(next(intake.tables())),
        pytest.raises(FileUnusable, match=r"cannot be read as spend .*Could not convert"),
    ):
        reading.select("SELECT entry_id::DECIMAL(18, 2) FROM source")
