"""Dialects of delimited text: titles, marks between cells, encodings, blank rows, a cut end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from farthing import intake
from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.records import Intake

Write = Callable[[str, str | bytes], Path]

NAMES = ("day", "who", "paid")
HEADER = "day,who,paid\n"
ONE = "1 May,Ada,5\n"
TWO = "2 May,Bob,7\n"


def knows(names: Sequence[str]) -> bool:
    return tuple(names) == NAMES


@pytest.fixture
def take(tmp_path: Path, write_csv: Write) -> Callable[[str | bytes], Intake]:
    """Return the one table of a file with some content."""

    def taken(content: str | bytes) -> Intake:
        folder = tmp_path / "intake"
        folder.mkdir(exist_ok=True)
        [table] = intake.take_in(write_csv("table.csv", content), folder, knows=knows)
        return table

    return taken


Take = Callable[[str | bytes], Intake]


def rows(table: Intake) -> list[tuple[object, ...]]:
    return [row for frame in table.frames() for row in frame.rows()]


def titled(table: Intake) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(one.row, one.line, one.cells) for one in table.asides]


PLAIN = [(2, 2, "1 May", "Ada", "5"), (3, 3, "2 May", "Bob", "7")]
TITLED = [(row, line + 2, *cells) for row, line, *cells in PLAIN]
LINES = HEADER + ONE + TWO
SEMICOLONS = LINES.replace(",", ";")
TABS = LINES.replace(",", "\t")

DIALECTS: dict[str, str | bytes] = {
    "commas": LINES,
    "semicolons": SEMICOLONS,
    "tabs": TABS,
    "bars": LINES.replace(",", "|"),
    "byte order mark and semicolons": "\ufeff" + SEMICOLONS,
    "utf-16 with tabs, little end first": ("\ufeff" + TABS).encode("utf-16-le"),
    "utf-16 with tabs, big end first": ("\ufeff" + TABS).encode("utf-16-be"),
    "tabs and carriage returns": TABS.replace("\n", "\r\n"),
    "blank header cells at the end": LINES.replace("\n", ",,\n"),
    "a header padded with spaces": LINES.replace("who", "  who "),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_a_header_that_is_known_tells_the_dialect(name: str, take: Take) -> None:
    table = take(DIALECTS[name])
    assert table.header == NAMES
    assert rows(table) == PLAIN
    assert (table.rows, table.blank, table.asides, table.misfits) == (2, 0, (), ())


def test_a_decimal_comma_stays_in_its_cell(take: Take) -> None:
    assert rows(take("day;who;paid\n1 May;Lovelace, Ada;1.234,50\n")) == [
        (2, 2, "1 May", "Lovelace, Ada", "1.234,50")
    ]


TITLES: dict[str, str] = {
    "commas": "Report of May\nAll time\n",
    "one with commas in it": '"May 1, 2025 - May 31, 2025"\nAll time\n',
    "one cut up by its commas": "May 1, 2025\nAll time\n",
    "one with a loose quote": 'The 5" report\nAll time\n',
}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("name", TITLES)
def test_titles_above_the_header_are_set_aside(name: str, mark: str, take: Take) -> None:
    table = take(TITLES[name] + LINES.replace(",", mark))
    assert rows(table) == TITLED
    assert [(row, line) for row, line, _ in titled(table)] == [(-1, 1), (0, 2)]
    assert titled(table)[1][2] == ("All time",)
    assert {one.reason for one in table.asides} == {"a title above the header"}
    assert (table.rows, table.blank) == (4, 0)


def test_a_blank_line_among_titles_is_no_title(take: Take) -> None:
    table = take("Report of May\n\n" + LINES)
    assert titled(table) == [(-1, 1, ("Report of May",))]
    assert rows(table) == TITLED
    assert table.rows == 3


def test_a_header_is_not_looked_for_far_down(take: Take) -> None:
    table = take("title\n" * 19 + LINES)
    assert (table.header, len(table.asides)) == (NAMES, 19)
    table = take("title\n" * 20 + LINES)
    assert table.header == ("title",)


def test_blank_lines_and_rows_of_marks_alone_are_counted_as_blank(take: Take) -> None:
    table = take(HEADER + "\n" + ONE + ",,\n\n" + TWO + "\n")
    assert rows(table) == [(3, 3, "1 May", "Ada", "5"), (6, 6, "2 May", "Bob", "7")]
    assert (table.rows, table.blank, table.misfits) == (6, 4, ())


def test_a_row_of_marks_of_another_width_is_no_blank_row(take: Take) -> None:
    table = take(HEADER + ",,,\n" + ONE)
    assert [(one.row, one.reason) for one in table.misfits] == [
        (2, "the row has 4 cells and the header 3")
    ]


def test_a_cell_under_no_heading_is_refused(take: Take) -> None:
    table = take("day,who,paid,\n1 May,Ada,5,\n2 May,Bob,7,tip 1\n")
    assert rows(table) == [(2, 2, "1 May", "Ada", "5")]
    assert [(one.row, one.line, one.reason) for one in table.misfits] == [
        (3, 3, "the row has a cell under no heading")
    ]
    assert table.rows == 2


def test_a_table_may_begin_behind_blank_columns(take: Take) -> None:
    table = take(",,day,who,paid\n,,1 May,Ada,5\n,,,,\nx,,2 May,Bob,7\n")
    assert table.header == ("day", "who", "paid")
    assert rows(table) == [(2, 2, "1 May", "Ada", "5")]
    assert [(one.row, one.cells, one.reason) for one in table.misfits] == [
        (4, ("x", "", "2 May", "Bob", "7"), "the row has a cell under no heading")
    ]
    assert (table.rows, table.blank) == (3, 1)


@pytest.mark.parametrize("numbers", [(0, 1, 2), (1, 2, 3), (7, 12, 4000)])
def test_a_first_column_without_a_name_may_number_the_rows(
    take: Take, numbers: tuple[int, int, int]
) -> None:
    """So pandas writes a table, and R, and of a selection the numbers that were selected."""
    first, second, third = numbers
    table = take(
        f'"",day,who,paid\n{first},1 May,Ada,5\n"{second}",2 May,Bob,7\n{third},3 May,Cy,9\n'
    )
    assert [row[2:] for row in rows(table)] == [
        ("1 May", "Ada", "5"),
        ("2 May", "Bob", "7"),
        ("3 May", "Cy", "9"),
    ]
    assert (table.rows, table.misfits) == (3, ())


@pytest.mark.parametrize("cell", ["1", "0", "2.5", "02", "-3", "1234567890", "x"])
def test_what_does_not_count_on_is_a_cell_under_no_heading(take: Take, cell: str) -> None:
    table = take(f",day,who,paid\n1,1 May,Ada,5\n{cell},2 May,Bob,7\n,3 May,Cy,9\n4,4 May,Di,11\n")
    assert [row[2] for row in rows(table)] == ["1 May", "3 May", "4 May"]
    assert [(one.row, one.reason) for one in table.misfits] == [
        (3, "the row has a cell under no heading")
    ]


def test_a_blank_name_within_a_header_is_refused(take: Take) -> None:
    with pytest.raises(FileUnusable) as caught:
        take("day,,paid\n1 May,Ada,5\n")
    assert str(caught.value) == "table.csv:1: column 2 has no name"


def test_a_total_with_fewer_cells_is_a_misfit(take: Take) -> None:
    table = take(LINES + "Total,12\n")
    assert [(one.row, one.cells) for one in table.misfits] == [(4, ("Total", "12"))]


@pytest.mark.parametrize("titles", ["", "Report of May\n", "Report of May\nAll time\n"])
def test_a_last_line_without_its_end_is_told(titles: str, take: Take) -> None:
    assert take(titles + LINES.rstrip("\n")).cut_off
    assert not take(titles + LINES).cut_off
    with pytest.raises(FileUnusable) as caught:
        take(titles + HEADER.rstrip("\n"))
    assert str(caught.value) == "table.csv: ends within its header: it may have been cut off"


def test_a_quote_that_hides_lines_below_titles_is_refused_where_it_begins(take: Take) -> None:
    with pytest.raises(FileUnusable) as caught:
        take("Report of May\n" + HEADER + ONE.replace("Ada", '"Ada') + TWO)
    assert str(caught.value).startswith("table.csv:3: the row has a quote that is never closed")


# What is made of a cut line and of titles when it is posted.

SPEND = "entry_id,source_id,campaign_id,record,incurred_on,payee,amount,currency\n"
PAID = "e1,s,c,payment,2025-01-01,Ada,1.00,GBP\ne2,s,c,payment,2025-01-02,Bob,2.00,GBP"


@pytest.mark.usefixtures("proven")
@pytest.mark.parametrize("titles", ["", "Spending\n", "Spending\n\nAll of it\n"])
def test_the_cut_line_below_titles_is_the_one_refused(
    titles: str, book: Book, write_csv: Write
) -> None:
    file = write_csv("spend.csv", titles + SPEND + PAID)
    with pytest.raises(DataRefused) as caught:
        book.add(file)
    line = 3 + titles.count("\n")
    cut = "the row is the last and has no line end: the file may have been cut off"
    assert f"spend.csv:{line}: {cut}" in str(caught.value)
    [receipt] = book.add(file, quarantine=True)
    aside = sum(bool(title) for title in titles.split("\n"))
    assert (receipt.rows_posted, receipt.rows_refused, receipt.rows_set_aside) == (1, 1, aside)
    assert receipt.rows_read == 2 + aside
    assert book.sql("SELECT payee FROM current_spend").rows() == [("Ada",)]
