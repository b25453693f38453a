"""Parquet: each cell is the text that is exactly it, and what is no cell is refused by name."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.intake import take_in
from farthing.records import Intake

Table = dict[str, Any]

ROWS: Table = {
    "entry_id": ["e1", "e2"],
    "source_id": ["s", "s"],
    "campaign_id": ["c", "c"],
    "record": ["payment", "payment"],
    "incurred_on": pa.array([dt.date(2025, 1, 1), dt.date(2025, 1, 2)]),
    "payee": ["Ada", None],
    "amount": pa.array([Decimal("1234.50"), Decimal("0.05")], pa.decimal128(18, 2)),
    "currency": ["GBP", "GBP"],
}


def parquet(folder: Path, table: Table, **options: Any) -> Path:
    path = folder / "rows.parquet"
    pq.write_table(pa.table(table), path, **options)
    return path


def taken(folder: Path, table: Table, **options: Any) -> Intake:
    kept = folder / "intake"
    kept.mkdir()
    [intake] = take_in(parquet(folder, table, **options), kept)
    return intake


def cells(intake: Intake) -> list[str | None]:
    return [row[-1] for frame in intake.frames() for row in frame.iter_rows()]


CELLS: dict[str, tuple[Any, list[str | None]]] = {
    "decimals keep their zeros": (
        pa.array([Decimal("1.50"), None, Decimal("-0.05"), Decimal("0.00")], pa.decimal128(18, 2)),
        ["1.50", None, "-0.05", "0.00"],
    ),
    "decimals of many digits": (
        pa.array([Decimal("12345678901234567890123456789012345678901.50")], pa.decimal256(50, 2)),
        ["12345678901234567890123456789012345678901.50"],
    ),
    "three decimals": (
        pa.array([Decimal("1.500"), Decimal("-1.234")], pa.decimal128(18, 3)),
        ["1.5000", "-1.2340"],
    ),
    "fractions of three decimals": (pa.array([1.234, 1234.5]), ["1.2340", "1234.5"]),
    "whole decimals": (pa.array([Decimal("1200")], pa.decimal128(10, 0)), ["1200"]),
    "small decimals": (pa.array([Decimal("0.00000001")], pa.decimal128(18, 8)), ["0.00000001"]),
    "days": (pa.array([dt.date(2019, 1, 2), None]), ["2019-01-02", None]),
    "days as milliseconds": (pa.array([dt.date(2019, 1, 2)], pa.date64()), ["2019-01-02"]),
    "moments": (
        pa.array([dt.datetime(2019, 1, 2), dt.datetime(2019, 1, 2, 3, 4), None]),
        ["2019-01-02", "2019-01-02 03:04:00.000000", None],
    ),
    "moments of nanoseconds": (
        pa.array([dt.datetime(2019, 1, 2)], pa.timestamp("ns")),
        ["2019-01-02"],
    ),
    "moments somewhere": (
        pa.array([dt.datetime(2019, 1, 1, 23)], pa.timestamp("us", "Europe/Berlin")),
        ["2019-01-02"],
    ),
    "times": (pa.array([dt.time(1, 2)]), ["01:02:00"]),
    "large whole numbers": (pa.array([2**63 - 1, -(2**63)]), [str(2**63 - 1), str(-(2**63))]),
    "larger whole numbers": (pa.array([2**64 - 1], pa.uint64()), [str(2**64 - 1)]),
    "fractions": (
        pa.array([1.43, 0.1 + 0.2, 28.5, 1200.0, 0.0, None]),
        ["1.43", "0.30000000000000004", "28.5", "1200", "0", None],
    ),
    "small fractions": (pa.array([0.00001, 1e-7]), ["0.00001", "0.0000001"]),
    "fractions of 32 bits": (pa.array([1.1, 1.43, None], pa.float32()), ["1.1", "1.43", None]),
    "fractions that hold no unit": (
        pa.array([2.0**53, 1e300]),
        ["9.007199254740992e+15", "1e+300"],
    ),
    "fractions of 32 bits that hold no unit": (
        pa.array([16777220.0], pa.float32()),
        ["1.677722e+07"],
    ),
    "no numbers": (pa.array([float("nan"), float("inf"), -float("inf")]), ["nan", "inf", "-inf"]),
    "true and false": (pa.array([True, False, None]), ["true", "false", None]),
    "words": (
        pa.array(["a", " a ", "007", "NULL", "", None]),
        ["a", " a ", "007", "NULL", "", None],
    ),
    "long words": (pa.array(["a"], pa.large_string()), ["a"]),
    "views of words": (pa.array(["a", None], pa.string_view()), ["a", None]),
    "words of a dictionary": (
        pa.array(["a", "b", None, "a"]).dictionary_encode(),
        ["a", "b", None, "a"],
    ),
    "numbers of a dictionary": (pa.array([7, 8, 7]).dictionary_encode(), ["7", "8", "7"]),
    "nothing": (pa.nulls(2), [None, None]),
}


@pytest.mark.parametrize("case", CELLS)
def test_cells_are_read_exactly(tmp_path: Path, case: str) -> None:
    column, texts = CELLS[case]
    table = {"row": [str(at) for at in range(len(texts))], "cell": column}
    intake = taken(tmp_path, table)
    assert cells(intake) == texts
    assert (intake.header, intake.rows, intake.blank) == (("row", "cell"), len(texts), 0)


NO_CELLS: dict[str, tuple[Any, str]] = {
    "lists": (pa.array([[1]]), "list<"),
    "structs": (pa.array([{"a": 1}]), "struct<"),
    "maps": (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "map<"),
    "bytes": (pa.array([b"a"]), "binary"),
    "bytes of one length": (pa.array([b"a"], pa.binary(1)), "fixed_size_binary"),
    "long bytes": (pa.array([b"a"], pa.large_binary()), "large_binary"),
    "durations": (pa.array([dt.timedelta(1)]), "duration"),
}


@pytest.mark.parametrize("case", NO_CELLS)
def test_what_is_no_cell_is_refused_by_name(tmp_path: Path, case: str) -> None:
    column, kind = NO_CELLS[case]
    with pytest.raises(FileUnusable, match=f"^rows.parquet: column odd is {kind}.*, not a cell$"):
        taken(tmp_path, {"a": ["x"], "odd": column})


def test_rows_count_from_the_header_across_groups(tmp_path: Path) -> None:
    intake = taken(tmp_path, {"a": [str(at) for at in range(1000)]}, row_group_size=7)
    numbers = [row[:2] for frame in intake.frames() for row in frame.iter_rows()]
    assert numbers == [(at, at) for at in range(2, 1002)]
    assert cells(intake) == [str(at) for at in range(1000)]
    assert intake.rows == 1000


def test_rows_of_nothing_are_blank(tmp_path: Path) -> None:
    intake = taken(tmp_path, {"a": ["x", None, "", "y"], "b": pa.array([1, None, None, None])})
    numbers = [row[0] for frame in intake.frames() for row in frame.iter_rows()]
    assert (numbers, intake.rows, intake.blank) == ([2, 5], 4, 2)


def test_spaces_in_names_are_one(tmp_path: Path) -> None:
    assert taken(tmp_path, {" a \n b": ["x"]}).header == ("a b",)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a", "a"], "two columns are named a"),
        (["a", " a"], "two columns are named a"),
        (["a", " "], "column 2 has no name"),
        (["a", "source_row"], "has a column named source_row"),
        ([], "has no columns"),
    ],
)
def test_names_are_there_and_unlike(tmp_path: Path, names: list[str], said: str) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table([["x"]] * len(names), names=names), path)
    with pytest.raises(FileUnusable, match=said):
        take_in(path, tmp_path)


@pytest.mark.usefixtures("proven")
def test_rows_are_posted(book: Book, tmp_path: Path) -> None:
    [receipt] = book.add(parquet(tmp_path, ROWS))
    assert (receipt.importer, receipt.rows_read, receipt.rows_posted) == ("spend", 2, 2)
    rows = book.sql(
        "SELECT payee, low, incurred_on, source_row FROM spend ORDER BY entry_id"
    ).rows()
    assert rows == [
        ("Ada", Decimal("1234.50"), dt.date(2025, 1, 1), 2),
        (None, Decimal("0.05"), dt.date(2025, 1, 2), 3),
    ]


@pytest.mark.usefixtures("proven")
def test_a_file_of_no_rows_is_posted(book: Book, tmp_path: Path) -> None:
    path = parquet(tmp_path, ROWS)
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    [receipt] = book.add(path)
    assert (receipt.outcome, receipt.rows_read, receipt.rows_posted) == ("posted", 0, 0)


@pytest.mark.usefixtures("proven")
@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (pa.array([1.429999948, 1.0]), r'rows.parquet:2: amount "1.429999948" cannot be read'),
        (pa.array([1.0, 2.0**60]), r'rows.parquet:3: amount "1.152921504606847e\+18" cannot be'),
        (pa.array([float("nan"), 1.0]), r'rows.parquet:2: amount "nan" cannot be read'),
    ],
)
def test_fractions_that_are_no_money_are_refused(
    book: Book, tmp_path: Path, amounts: Any, said: str
) -> None:
    with pytest.raises(DataRefused, match=said):
        book.add(parquet(tmp_path, {**ROWS, "amount": amounts}))


@pytest.mark.usefixtures("proven")
def test_a_moment_within_a_day_is_no_day(book: Book, tmp_path: Path) -> None:
    moments = pa.array([dt.datetime(2025, 1, 1), dt.datetime(2025, 1, 2, 10)])
    with pytest.raises(
        DataRefused, match=r'3: incurred_on "2025-01-02 10:00:00\.000000" is not a date'
    ):
        book.add(parquet(tmp_path, {**ROWS, "incurred_on": moments}))


@pytest.mark.usefixtures("proven")
@pytest.mark.parametrize("kind", [pa.decimal128(18, 3), pa.float64()])
def test_decimals_are_never_taken_for_thousands(book: Book, tmp_path: Path, kind: Any) -> None:
    amounts = pa.array([Decimal("1.500"), Decimal("1.234")], pa.decimal128(18, 3)).cast(kind)
    path = parquet(tmp_path, {**ROWS, "amount": amounts})
    with pytest.raises(DataRefused, match=r"rows\.parquet:3: amount"):
        book.add(path)
    with pytest.raises(DataRefused, match=r"rows\.parquet:2: amount"):
        book.add(path, locale="de_DE")


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, ROWS)
    whole = path.read_bytes()
    for length in (*range(0, len(whole), 13), *range(len(whole) - 12, len(whole))):
        path.write_bytes(whole[:length])
        with pytest.raises(FileUnusable):
            take_in(path, tmp_path)


def test_a_file_with_a_changed_page_is_refused(tmp_path: Path) -> None:
    path = parquet(
        tmp_path, {"a": ["unmistakable"]}, compression="none", write_page_checksum=True,
        use_dictionary=False, write_statistics=False,
    )  # fmt: skip
    path.write_bytes(path.read_bytes().replace(b"unmistakable", b"unmistakabel"))
    with pytest.raises(FileUnusable, match=r"^rows.parquet: cannot be read as Parquet: "):
        take_in(path, tmp_path)


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = parquet(
        tmp_path, {"a": ["unmistakable"]}, compression="none",
        use_dictionary=False, write_statistics=False,
    )  # fmt: skip
    path.write_bytes(path.read_bytes().replace(b"unmistakable", b"unmistak\xe4ble"))
    with pytest.raises(FileUnusable, match="UTF8"):
        take_in(path, tmp_path)


def test_a_damaged_file_is_read_or_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, ROWS)
    whole, chance, refused = path.read_bytes(), random.Random(1), 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            take_in(path, tmp_path)
        except FileUnusable:
            refused += 1
    assert refused > 50
