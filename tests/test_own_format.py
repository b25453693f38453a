"""A format of one's own: what is described is read, and every mistake in a description named."""

from __future__ import annotations

import csv
import html
import json
import os
import tomllib
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from typer.testing import CliRunner

from farthing import own_format
from farthing.book import Book
from farthing.cli import app
from farthing.description import DATES, quoted
from farthing.draft import _figure, draft, write
from farthing.errors import DataRefused, FileUnusable, UsageError
from farthing.importers import IMPORTERS
from farthing.ledgers import BY_NAME
from farthing.reference import reference_html

Write = Callable[[str, str | bytes], Path]

pytestmark = pytest.mark.usefixtures("proven")

INVOICES = """Rechnungsdatum;Lieferant;Betrag
05.11.2019;Ada GmbH;1.234,50
13.11.2019;"Bob AG; Bonn";12,00
"""
DESCRIPTION = """
name = "our-agency"
about = "Invoices of our agency"
ledger = "spend"
locale = "de_DE"
dates = "dd.mm.yyyy"

[columns]
incurred_on = "Rechnungsdatum"
payee = "Lieferant"
amount = "Betrag"

[constants]
record = "invoice"
currency = "EUR"
campaign_id = "c"
"""
REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="FARTHING_REAL_DATA names no folder")


@pytest.fixture
def describe(tmp_path: Path) -> Callable[[str], str]:
    def written(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


Describe = Callable[[str], str]


def mistakes(path: str) -> list[str]:
    with pytest.raises(FileUnusable) as refused:
        own_format.load(Path(path))
    assert refused.value.where == "mine.toml"
    return refused.value.what.split("\n  ")[1:]


def spent(book: Book) -> list[tuple[object, ...]]:
    return book.sql(
        "SELECT incurred_on::VARCHAR, payee, low, high, currency, record, campaign_id "
        "FROM current_spend ORDER BY source_row"
    ).rows()


# What is described is read.


def test_rows_are_read_as_described(book: Book, write_csv: Write, describe: Describe) -> None:
    [receipt] = book.add(write_csv("inv.csv", INVOICES), importer=describe(DESCRIPTION))
    assert (receipt.importer, receipt.rows_read, receipt.rows_posted) == ("our-agency", 2, 2)
    assert spent(book) == [
        ("2019-11-05", "Ada GmbH", Decimal("1234.50"), Decimal("1234.50"), "EUR", "invoice", "c"),
        ("2019-11-13", "Bob AG; Bonn", Decimal("12.00"), Decimal("12.00"), "EUR", "invoice", "c"),
    ]


def test_the_file_is_the_source(book: Book, write_csv: Write, describe: Describe) -> None:
    source = '[source]\npublisher = "Our agency"\nkind = "return"\nrank = "audited_return"\n'
    [receipt] = book.add(write_csv("inv.csv", INVOICES), importer=describe(DESCRIPTION + source))
    found = book.sql(
        "SELECT title, publisher, kind, rank, sha256 FROM sources WHERE sha256 NOTNULL"
    )
    assert found.rows() == [
        ("inv.csv", "Our agency", "return", "audited_return", receipt.sha256),
    ]


def test_rows_may_name_their_source(book: Book, write_csv: Write, describe: Describe) -> None:
    text = DESCRIPTION + 'source_id = "s"\n[campaign]\norganisation = "The party"\n'
    book.add(write_csv("inv.csv", INVOICES), importer=describe(text.replace('"c"', '"new"')))
    assert book.sql("SELECT DISTINCT source_id FROM spend").rows() == [("s",)]
    made = "SELECT source_id FROM campaigns WHERE campaign_id = 'new'"
    assert book.sql(made).rows() == [("s",)]


def test_the_journal_names_the_description(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    [receipt] = book.add(write_csv("inv.csv", INVOICES), importer=describe(DESCRIPTION))
    told = receipt.settings["described_by"]
    assert told is not None
    assert told.startswith("mine.toml ")
    settings = book.sql("SELECT settings FROM imports ORDER BY batch_id DESC LIMIT 1").item()
    assert told in settings
    assert not book.verify().faults


def test_titles_and_columns_that_are_not_named_are_left_alone(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text = "Our agency; November\n\nNote;Betrag;Lieferant;Rechnungsdatum\nx;1,00;Ada;05.11.2019\n"
    [receipt] = book.add(write_csv("inv.csv", text), importer=describe(DESCRIPTION))
    assert [row[1:3] for row in spent(book)] == [("Ada", Decimal("1.00"))]
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_set_aside) == (2, 1, 1)


def test_the_encoding_may_be_described(book: Book, write_csv: Write, describe: Describe) -> None:
    data = INVOICES.replace("Ada", "Äda").encode("cp1252")
    text = 'encoding = "cp1252"' + DESCRIPTION
    book.add(write_csv("inv.csv", data), importer=describe(text))
    assert spent(book)[0][1] == "Äda GmbH"


def test_rows_that_are_skipped_are_set_aside(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text = INVOICES + ";Summe;1.246,50\n30.11.2019;Summer Ltd;1,00\n"
    skip = '[skip]\n"Lieferant" = ["Total", "Summe"]\n'
    [receipt] = book.add(write_csv("inv.csv", text), importer=describe(DESCRIPTION + skip))
    assert receipt.asides == {"left out by its description: Lieferant is Summe": 1}
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_set_aside) == (4, 3, 1)
    assert sum(row[2] for row in spent(book)) == Decimal("1247.50")


def test_all_that_begins_alike_may_be_skipped(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text = INVOICES + ";Summe April;1.246,50\n;Summe Mai;2,00\n"
    skip = '[skip]\n"Lieferant" = "Summe *"\n'
    [receipt] = book.add(write_csv("inv.csv", text), importer=describe(DESCRIPTION + skip))
    assert receipt.asides == {"left out by its description: Lieferant is Summe *": 2}
    assert receipt.rows_posted + receipt.rows_set_aside == receipt.rows_read == 4


def test_blank_cells_may_be_what_is_skipped(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text, skip = INVOICES + ";;1.246,50\n", '[skip]\n"Lieferant" = ""\n'
    [receipt] = book.add(write_csv("inv.csv", text), importer=describe(DESCRIPTION + skip))
    assert receipt.asides == {"left out by its description: Lieferant is blank": 1}


def test_what_every_row_must_hold(book: Book, write_csv: Write, describe: Describe) -> None:
    must = '[must]\n"Lieferant" = ["Ada", "it\'s"]\n"Betrag" = "filled"\n\'a"b\' = "filled"\n'
    text = (
        INVOICES.replace("Betrag", 'Betrag;"a""b"').replace(",50", ",50;x").replace(",00", ",00;")
    )
    with pytest.raises(DataRefused) as refused:
        book.add(write_csv("inv.csv", text), importer=describe(DESCRIPTION + must))
    assert [str(problem) for problem in refused.value.problems][1:] == [
        'inv.csv:3: Lieferant "Bob AG; Bonn" is none of what its description allows: Ada, it\'s',
        'inv.csv:3: a"b "" is blank, and its description says that it must be filled',
    ]


def test_a_total_that_is_not_skipped_is_refused(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("inv.csv", INVOICES + ";Summe;1.246,50\n")
    with pytest.raises(DataRefused, match="has neither a day nor a period"):
        book.add(file, importer=describe(DESCRIPTION))


@pytest.mark.parametrize(
    ("dates", "cell", "day"),
    [
        ("yyyy-mm-dd", "2019-04-03", "2019-04-03"),
        ("yyyy/mm/dd", "2019/04/03", "2019-04-03"),
        ("yyyymmdd", "20190403", "2019-04-03"),
        ("dd.mm.yyyy", "3.4.2019", "2019-04-03"),
        ("dd.mm.yy", "3.4.19", "2019-04-03"),
        ("dd/mm/yyyy", "03/04/2019", "2019-04-03"),
        ("dd/mm/yy", "03/04/19", "2019-04-03"),
        ("mm/dd/yyyy", "03/04/2019", "2019-03-04"),
        ("mm/dd/yy", "3/4/19", "2019-03-04"),
        ("dd-mm-yyyy", "03-04-2019", "2019-04-03"),
        ("mm-dd-yyyy", "03-04-2019", "2019-03-04"),
        ("d-mmm-yy", "3-Apr-19", "2019-04-03"),
        ("d-mmm-yyyy", "03-Apr-2019", "2019-04-03"),
        ("d mmm yyyy", "3 Apr 2019", "2019-04-03"),
        ("d mmmm yyyy", "3 April 2019", "2019-04-03"),
        ("mmm d, yyyy", "Apr 3, 2019", "2019-04-03"),
        ("yyyy-mm-dd hh:mm:ss", "2019-04-03 23:59:59", "2019-04-03"),
        ("dd/mm/yyyy hh:mm", "03/04/2019 23:59", "2019-04-03"),
        ("mm/dd/yyyy hh:mm", "03/04/2019 23:59", "2019-03-04"),
    ],
)
def test_days_are_read_as_described(
    book: Book, write_csv: Write, describe: Describe, dates: str, cell: str, day: str
) -> None:
    text = INVOICES.replace("05.11.2019", cell).replace("13.11.2019", "2019-04-30")
    book.add(
        write_csv("inv.csv", text), importer=describe(DESCRIPTION.replace("dd.mm.yyyy", dates))
    )
    assert [row[0] for row in spent(book)] == [day, "2019-04-30"]


def test_every_way_to_write_days_is_tested() -> None:
    marks = next(
        mark
        for mark in test_days_are_read_as_described.pytestmark  # type: ignore[attr-defined]
        if mark.name == "parametrize"
    )
    assert [case[0] for case in marks.args[1]] == list(DATES)


@pytest.mark.parametrize("cell", ["11/05/2019", "31.11.2019", "05.11.19", "5. Nov", "2019-13-01"])
def test_other_days_are_refused(
    book: Book, write_csv: Write, describe: Describe, cell: str
) -> None:
    file = write_csv("inv.csv", INVOICES.replace("05.11.2019", cell))
    with pytest.raises(DataRefused, match=r"is not a date \(expected dd.mm.yyyy\)"):
        book.add(file, importer=describe(DESCRIPTION))


def test_a_period_is_given_by_its_last_day(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text = DESCRIPTION.replace("incurred_on", "starts_on").replace(
        "[constants]", 'ends_on = "Bis"\n[constants]'
    )
    file = "Rechnungsdatum;Bis;Lieferant;Betrag\n01.02.2020;29.02.2020;Ada;1,00\n"
    book.add(write_csv("inv.csv", file), importer=describe(text))
    days = book.sql("SELECT starts_on::VARCHAR, ends_before::VARCHAR FROM spend").rows()
    assert days == [("2020-02-01", "2020-03-01")]


def test_a_campaign_that_is_not_on_the_book_is_refused_or_made(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file, text = write_csv("inv.csv", INVOICES), DESCRIPTION.replace('"c"', '"new"')
    with pytest.raises(DataRefused, match='campaign_id "new"'):
        book.add(file, importer=describe(text))
    made = '[campaign]\norganisation = "The \'party\'"\nname = "Our campaign"\n'
    book.add(file, importer=describe(text + made))
    found = book.sql("SELECT organisation, name FROM campaigns WHERE campaign_id = 'new'").rows()
    assert found == [("The 'party'", "Our campaign")]


def test_a_campaign_on_the_book_stays_as_it_is(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    made = '[campaign]\norganisation = "Another"\n'
    book.add(write_csv("inv.csv", INVOICES), importer=describe(DESCRIPTION + made))
    found = book.sql("SELECT organisation FROM current_campaigns WHERE campaign_id = 'c'").rows()
    assert found == [("The party",)]


def test_campaigns_may_come_from_a_column(book: Book, write_csv: Write, describe: Describe) -> None:
    text = DESCRIPTION.replace('campaign_id = "c"', "").replace(
        "[constants]", 'campaign_id = "Lieferant"\n[constants]'
    )
    made = '[campaign]\norganisation = "The party"\n'
    book.add(write_csv("inv.csv", INVOICES), importer=describe(text + made))
    names = "SELECT campaign_id, name FROM campaigns WHERE starts_with(campaign_id, 'our-agency')"
    assert sorted(book.sql(names).rows()) == [
        ("our-agency:Ada_GmbH", "Ada GmbH"),
        ("our-agency:Bob_AG;_Bonn", "Bob AG; Bonn"),
    ]
    assert [row[6] for row in spent(book)] == ["our-agency:Ada_GmbH", "our-agency:Bob_AG;_Bonn"]


def test_the_same_file_is_imported_once(book: Book, write_csv: Write, describe: Describe) -> None:
    file, text = write_csv("inv.csv", INVOICES), describe(DESCRIPTION)
    book.add(file, importer=text)
    [receipt] = book.add(file, importer=text)
    assert receipt.outcome == "already imported"


def test_the_day_a_file_was_taken_may_be_declared(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("inv-2018-01-01.csv", INVOICES)
    book.add(file, importer=describe(DESCRIPTION), declare={"observed_on": "2019-12-01"})
    assert book.sql("SELECT DISTINCT observed_on::VARCHAR FROM spend").rows() == [("2019-12-01",)]


def test_the_description_is_not_declared(book: Book, write_csv: Write, describe: Describe) -> None:
    with pytest.raises(UsageError, match="described_by=x cannot be"):
        book.add(
            write_csv("inv.csv", INVOICES),
            importer=describe(DESCRIPTION),
            declare={"described_by": "x"},
        )


# A file that is not as described.


def test_a_missing_column_is_named_with_those_there_are(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("inv.csv", INVOICES.replace("Betrag", "Beträge"))
    with pytest.raises(FileUnusable) as refused:
        book.add(file, importer=describe(DESCRIPTION))
    assert str(refused.value) == (
        'inv.csv: has no column "Betrag" (is it "Beträge"?), which our-agency names\n'
        'Hint: its columns are "Rechnungsdatum", "Lieferant", "Beträge"'
    )


def test_a_file_that_cannot_be_read_says_why(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    with pytest.raises(FileUnusable, match="No such file"):
        book.add("nothing.csv", importer=describe(DESCRIPTION))
    with pytest.raises(FileUnusable, match="is empty"):
        book.add(write_csv("inv.csv", ""), importer=describe(DESCRIPTION))


def test_a_row_with_a_cell_too_many_is_refused(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("inv.csv", INVOICES + "14.11.2019;Eve;1;00\n")
    with pytest.raises(DataRefused, match="the row has 4 cells and the header 3"):
        book.add(file, importer=describe(DESCRIPTION))


HOSTILE = (
    'a"b; DROP TABLE source; --',
    "a'b",
    'a"',
    "'; DROP TABLE source; --",
    "$1",
    "{}",
    "%s",
    "select",
    "getvariable('source_id')",
    "日本",
    "a\\",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_names(
    book: Book, write_csv: Write, describe: Describe, name: str
) -> None:
    written = quoted(name)
    text = DESCRIPTION.replace('"Betrag"', written).replace("our-agency", "mine")
    text += f"note = {written}\n[skip]\n{written} = [{written}]\n"
    head = '"' + name.replace('"', '""') + '"'
    file = write_csv("inv.csv", INVOICES.replace("Betrag", head) + f"05.11.2019;Ada;{head}\n")
    [receipt] = book.add(file, importer=describe(text))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (2, 1)
    assert book.sql("SELECT DISTINCT note FROM spend").rows() == [(name,)]
    assert [row[2] for row in spent(book)] == [Decimal("1234.50"), Decimal("12.00")]


def test_columns_that_differ_in_case_alone_are_told_apart(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = "betrag;Rechnungsdatum;Lieferant;Betrag\n9,00;05.11.2019;Ada;1,00\n"
    book.add(write_csv("inv.csv", file), importer=describe(DESCRIPTION))
    assert [row[2] for row in spent(book)] == [Decimal("1.00")]


@pytest.mark.parametrize("name", ["source_row", "source_line"])
def test_the_names_of_a_place_are_kept(book: Book, write_csv: Write, name: str) -> None:
    with pytest.raises(FileUnusable, match=f"has a column named {name}"):
        book.add(write_csv("inv.csv", f"{name},b\n1,2\n"))


@pytest.mark.parametrize("name", ["*", "^.*$", "^Betrag$"])
def test_a_name_that_is_a_pattern_of_names_is_refused(
    book: Book, write_csv: Write, describe: Describe, name: str
) -> None:
    file = f"Rechnungsdatum;Lieferant;Betrag;{name}\n05.11.2019;Ada;1,00;\n;;;lost\n"
    with pytest.raises(FileUnusable, match="has a column named") as caught:
        book.add(write_csv("inv.csv", file), importer=describe(DESCRIPTION))
    assert f"{name}, which stands for many columns" in str(caught.value)


def test_other_kinds_of_file_are_read_as_described(
    book: Book, tmp_path: Path, describe: Describe
) -> None:
    rows = {"Rechnungsdatum": ["05.11.2019", None], "Lieferant": ["Ada", "Summe"]}
    described = describe(DESCRIPTION + '[skip]\n"Lieferant" = ["Summe"]\n')
    pq.write_table(pa.table({**rows, "Betrag": ["1.234,50", "1.234,50"]}), tmp_path / "a.parquet")
    book.add(tmp_path / "a.parquet", importer=described)
    listed = [
        {"Rechnungsdatum": "06.11.2019", "Lieferant": "Bob", "Betrag": "2,00", "x": [1]},
        {"Rechnungsdatum": None, "Lieferant": "Summe", "Betrag": "2,00"},
    ]
    (tmp_path / "b.json").write_text(json.dumps(listed))
    book.add(tmp_path / "b.json", importer=described)
    assert [row[:3] for row in spent(book)] == [
        ("2019-11-05", "Ada", Decimal("1234.50")),
        ("2019-11-06", "Bob", Decimal("2.00")),
    ]


def test_an_archive_holds_files_of_the_format_alone(
    book: Book, tmp_path: Path, describe: Describe
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.csv", INVOICES)
        archive.writestr("two.csv", "Land;Ort\nDE;Bonn\n")
    with pytest.raises(FileUnusable) as refused:
        book.add(tmp_path / "a.zip", importer=describe(DESCRIPTION))
    assert str(refused.value) == (
        'a.zip/two.csv: has no column "Betrag", "Lieferant", "Rechnungsdatum", '
        "which our-agency names\n"
        'Hint: its columns are "Land", "Ort"'
    )


# Mistakes in a description: each with its key, and all at once.

MISTAKES: dict[str, tuple[str, str, str]] = {
    "unknown key": (
        "name =",
        'lokale = "de"\nname =',
        "lokale: there is no such key; did you mean locale?",
    ),
    "a delimiter": (
        "name =",
        'delimiter = ";"\nname =',
        "delimiter: leave it out: what separates the "
        "cells is found by the names in [columns]; one of name, about, ledger, "
        "encoding, locale, dates, periods, "
        "columns, wide, constants, skip, must, campaign, source",
    ),
    "no name": ('name = "our-agency"', "", 'name: is missing: write name = "our-agency"'),
    "a bad name": (
        "our-agency",
        "Our Agency",
        "name: may hold small letters, digits, - and _, at most 60",
    ),
    "a name that is taken": (
        "our-agency",
        "spend",
        "name: spend is a format of Farthing's own: choose another",
    ),
    "no ledger": ('ledger = "spend"', "", f"ledger: is missing: one of {', '.join(BY_NAME)}"),
    "an unknown ledger": ('"spend"', '"spent"', 'ledger: "spent" is unknown; did you mean spend?'),
    "an unknown form of dates": (
        "dd.mm.yyyy",
        "dd.mm.yyy",
        'dates: "dd.mm.yyy" is unknown; did you mean dd.mm.yyyy?',
    ),
    "an unknown locale": (
        "de_DE",
        "German",
        'locale: "German" is no locale; write it as en_GB or de_DE',
    ),
    "an unknown encoding": (
        "name =",
        'encoding = "latin"\nname =',
        'encoding: "latin" is unknown; one of utf-8, utf-16, cp1252',
    ),
    "a column the ledger does not have": (
        "payee =",
        "paye =",
        "columns.paye: spend has no column of that name; did you mean payee?",
    ),
    "the wrong way round": (
        'payee = "Lieferant"',
        'Lieferant = "payee"',
        "columns.Lieferant: is no column of a ledger; write it the other way "
        'round: payee = "Lieferant"',
    ),
    "a number": ('"Lieferant"', "3", "columns.payee: is no text: write the value in quotes"),
    "a day without quotes": (
        'record = "invoice"',
        'record = "invoice"\nstarts_on = 2019-11-03',
        "constants.starts_on: is no text: write the value in quotes",
    ),
    "a blank": (
        '"Lieferant"',
        '" "',
        "columns.payee: is blank: write a value, or leave the line out",
    ),
    "a control character": (
        '"Lieferant"',
        '"a\\u0000"',
        "columns.payee: holds a control character",
    ),
    "a table that is none": (
        "[columns]",
        'columns = "x"\n[other]',
        "columns: is no table: write [columns] on a line of its own, and its lines below",
    ),
    "a needed column": (
        'amount = "Betrag"',
        "",
        "columns.amount: is needed (how much, as people "
        "write it): name its column, or under [constants] what it always is",
    ),
    "a needed constant": (
        'currency = "EUR"',
        "",
        "columns.currency: is needed (ISO 4217 code): name "
        "its column, or under [constants] what it always is",
    ),
    "one column twice": (
        "[constants]",
        '[constants]\npayee = "Ada"',
        "constants.payee: is under [columns] too: leave one of the two out",
    ),
    "columns that differ in case": (
        "[constants]",
        'note = "betrag"\n[constants]',
        'columns: "betrag" and "Betrag" differ in case alone, and cannot be '
        "told apart: rename one in the file",
    ),
    "two ends of a period": (
        "[constants]",
        'ends_on = "Bis"\nends_before = "Bis"\n[constants]',
        "columns.ends_on: and ends_before tell the same: leave one out",
    ),
    "a constant that its ledger refuses": (
        '"invoice"',
        '"invoce"',
        'constants.record: "invoce" is none of invoice, payment, return, platform',
    ),
    "a constant that is no currency": (
        '"EUR"',
        '"Euro"',
        'constants.currency: "Euro" is not an ISO '
        "4217 currency: three capital letters, such as GBP",
    ),
    "a constant day in another form": (
        "[constants]",
        '[constants]\nstarts_on = "03.11.2019"',
        'constants.starts_on: "03.11.2019" is not a date (expected yyyy-mm-dd)',
    ),
    "what is skipped is no list": (
        "[constants]",
        '[skip]\n"Lieferant" = 3\n[constants]',
        'skip.Lieferant: is no list of texts: write ["one", "another"]',
    ),
    "what is skipped cannot be": (
        "[constants]",
        '[skip]\n"Lieferant" = "\\u0001"\n[constants]',
        "skip.Lieferant: holds a control character",
    ),
    "a campaign of nobody": (
        "[constants]",
        '[campaign]\nname = "x"\n[constants]',
        "campaign.organisation: is missing: who runs the campaigns",
    ),
    "an unknown key of a campaign": (
        "[constants]",
        '[campaign]\norganisation = "x"\nwho = "y"\n[constants]',
        "campaign.who: [campaign] has no column of that name; one of organisation, name, asked_by, "
        "purpose, intended_audience",
    ),
    "a source of no kind": (
        "[constants]",
        '[source]\nkind = "bill"\n[constants]',
        'source.kind: "bill" is none of dataset, return, report, article, book, statement, web',
    ),
    "two sources": (
        "[constants]",
        '[source]\npublisher = "x"\n[constants]\nsource_id = "s"',
        "source: is of no use where rows name their source_id: leave one out",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named(describe: Describe, case: str) -> None:
    old, new, said = MISTAKES[case]
    assert DESCRIPTION.count(old) == 1
    assert said in mistakes(describe(DESCRIPTION.replace(old, new)))


def test_a_ledger_without_campaigns_makes_none(describe: Describe) -> None:
    text = 'name = "x"\nledger = "contests"\n[campaign]\norganisation = "y"\n'
    assert "campaign: is of no use: rows of contests belong to no campaign" in mistakes(
        describe(text)
    )


def test_all_mistakes_are_named_at_once(describe: Describe) -> None:
    text = DESCRIPTION.replace("payee", "paye").replace('"EUR"', '"Euro"').replace("de_DE", "xx")
    assert [one.split(":")[0] for one in mistakes(describe(text))] == [
        "columns.paye",
        "locale",
        "constants.currency",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'name = "a\nledger = "b"', "mine.toml:1: is no TOML: Illegal character"),
        ("name = “a”".encode(), "mine.toml:1: is no TOML: Invalid value"),
        (b'name = "a"\nname = "b"\n', "mine.toml:2: is no TOML: Cannot overwrite a value"),
        (b"name = " + b"[" * 5000, "mine.toml: is nested too deeply"),
        (b"name = " + b"9" * 5000, "mine.toml: is no TOML: Exceeds the limit"),
        ("name = 'Ä'".encode("cp1252"), "mine.toml: is not UTF-8"),
        ("name = 'a'".encode("utf-16"), "mine.toml: is not UTF-8"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(data)
    with pytest.raises(FileUnusable) as refused:
        own_format.load(path)
    assert str(refused.value).startswith(said)


def test_a_description_may_come_from_windows(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + DESCRIPTION.replace("\n", "\r\n").encode())
    assert own_format.load(path).name == "our-agency"


def test_a_missing_description_is_refused(book: Book, write_csv: Write) -> None:
    with pytest.raises(FileUnusable, match=r"none\.toml: cannot be read: No such file"):
        book.add(write_csv("inv.csv", INVOICES), importer="none.toml")


def test_the_example_in_the_reference_is_one(describe: Describe) -> None:
    assert own_format.load(Path(describe(own_format.EXAMPLE))).name == "our-budget"
    assert own_format.EXAMPLE.split("[wide]")[0] in html.unescape(reference_html())


# Drafts.


def test_a_draft_says_what_is_likely_and_why(write_csv: Write) -> None:
    text = draft(write_csv("agency bills.csv", INVOICES + ";Summe;1.246,50\n"))
    table = tomllib.loads(text)
    assert table == {
        "name": "agency-bills",
        "about": "files such as agency bills.csv",
        "ledger": "spend",
        "locale": "de_DE",
        "dates": "dd.mm.yyyy",
        "columns": {
            "incurred_on": "Rechnungsdatum",
            "amount": "Betrag",
            "payee": "Lieferant",
        },
        "constants": {},
        "skip": {},
        "must": {},
    }
    for line in (
        'locale = "de_DE"  # 2 of 2 values of "Betrag" are figures in it',
        'dates = "dd.mm.yyyy"  # 2 of 2 values of "Rechnungsdatum" look like it',
        'amount = "Betrag"  # by its name; 2 of 2 values look like amounts',
        '# "Lieferant" = ["Summe"]  # looks like a total, which would count money twice',
        "#   05.11.2019 | Ada GmbH | 1.234,50",
    ):
        assert line in text.splitlines()
    assert '# currency = "…"  # not in the file: ISO 4217 code' in text
    assert '# record = "…"  # not in the file: what shows it' in text


def test_totals_do_not_hide_what_a_column_is(write_csv: Write) -> None:
    rows = "Datum;Lieferant;Netto;Brutto\n03.04.2019;Ada;1.000,00;1.190,00\n"
    rows += "15.04.2019;Eve;2.500,50;2.975,60\n;;;\nSumme April 2019;;3.500,50;4.165,60\n"
    text = draft(write_csv("a.csv", f"Kosten\n\n{rows}"))
    table = tomllib.loads(text)
    assert (table["dates"], table["locale"]) == ("dd.mm.yyyy", "de_DE")
    assert table["columns"] == {"incurred_on": "Datum", "payee": "Lieferant"}
    assert table["must"] == {}
    assert '# "Datum" = ["Summe April 2019"]  # looks like a total' in text
    assert "look like amounts, too" not in text  # which of the two it is stands already


def test_many_totals_are_proposed_by_how_they_begin(write_csv: Write) -> None:
    rows = "".join(f"Fen,{at}.00\nTotal {at},{at}.00\n" for at in range(1, 6))
    text = draft(write_csv("a.csv", f"Payee,Amount\n{rows}"))
    assert '# "Payee" = ["Total 1", "Total 2", "Total 3"]  # looks like a total' in text
    assert '# 5 such values: "Total *" is all that begin so' in text


def test_amounts_beside_each_other_are_told_apart_by_the_user(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Seat,Con,Lab,Amount\nFen,10.00,20.00,30.00\n"))
    assert tomllib.loads(text)["columns"]["amount"] == "Amount"
    assert '# "Con", "Lab" look like amounts, too, and a row gives one.' in text


def test_a_draft_once_corrected_imports_its_file(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("inv.csv", INVOICES)
    text = draft(file)
    assert [one.split(":")[0] for one in mistakes(describe(text))] == [
        "columns.campaign_id",
        "columns.currency",
        "columns.record",
    ]
    for name, value in (("campaign_id", "c"), ("currency", "EUR"), ("record", "invoice")):
        text = text.replace(f'# {name} = "…"', f'{name} = "{value}"')
    [receipt] = book.add(file, importer=describe(text))
    assert (receipt.rows_posted, sum(row[2] for row in spent(book))) == (2, Decimal("1246.50"))


def test_days_that_are_open_are_left_open(write_csv: Write) -> None:
    rows = "Date,Payee,Amount\n03/04/2019,Ada,1.00\n05/06/2019,Bob,2.00\n"
    text = draft(write_csv("a.csv", rows))
    assert "dates" not in tomllib.loads(text)
    assert (
        '# dates = "…"  # 2 of 2 values of "Date" could be dd/mm/yyyy or mm/dd/yyyy: find out which'
        in text
    )
    text = draft(write_csv("b.csv", rows + "13/06/2019,Eve,3.00\n"))
    assert tomllib.loads(text)["dates"] == "dd/mm/yyyy"


def test_amounts_that_are_open_are_left_open(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date;Payee;Amount\n2019-04-13;Ada;1.234\n"))
    assert "locale" not in tomllib.loads(text)
    assert '"1.234" is 1.234 in en_GB, or 1234 in de_DE: find out which' in text


def test_several_columns_of_amounts_are_left_open(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date,Netto,Brutto\n2019-04-13,1.00,1.19\n"))
    assert "amount" not in tomllib.loads(text)["columns"]
    assert '# amount = "…"  # "Netto" (1 of 1 values look like amounts) or "Brutto" (' in text


def test_the_sign_of_a_currency_is_pointed_out(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date,Cost (EUR)\n2019-04-13,€1.00\n"))
    assert "; there stands EUR and €" in text


def test_values_that_do_not_fit_are_named(write_csv: Write) -> None:
    rows = "Date,Amount\n" + "2019-04-13,1.00\n" * 9 + "soon,1.00\n"
    text = draft(write_csv("a.csv", rows))
    assert '9 of 10 values look like yyyy-mm-dd, and "soon" does not' in text


def test_the_first_rows_are_looked_at(write_csv: Write) -> None:
    rows = ["Date,Amount", *["2019-04-13,1.00"] * 2000, "soon,x"]
    text = draft(write_csv("a.csv", "\n".join(rows) + "\n"))
    assert "# Only the first 2,000 rows were looked at.\n" in text
    assert "2,000 of 2,000 values look like yyyy-mm-dd\n" in text


def test_blanks_do_not_move_the_first_rows(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date,Payee,Amount\n,Ada,\n2019-04-13,,1.00\n"))
    assert "#    | Ada | \n#   2019-04-13 |  | 1.00\n" in text


def test_titles_and_odd_rows_are_pointed_out(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Our report\nDate,Amount\n2019-04-13,1.00,x\n"))
    assert "# 1 lines above the header are titles, set aside.\n" in text
    assert (
        "# 1 rows will be refused, as that on line 3: the row has 3 cells and the header 2\n"
        in text
    )


@pytest.mark.parametrize(
    ("cell", "locale"),
    [
        ("1'234.50", "de_CH"),
        ("1’234.50", "de_CH"),
        ("1,23,456.00", "en_IN"),
        ("(1.234,50)", "de_DE"),
    ],
)
def test_figures_that_a_draft_knows_are_read_as_it_says(
    book: Book, write_csv: Write, describe: Describe, cell: str, locale: str
) -> None:
    text = draft(write_csv("a.csv", f'Date,Payee,Amount\n3-Nov-19,Ada,"{cell}"\n'))
    assert f'locale = "{locale}"' in text
    assert 'dates = "d-mmm-yy"' in text
    file = write_csv("inv.csv", INVOICES.replace("1.234,50", f'"{cell}"'))
    [receipt] = book.add(
        file, importer=describe(DESCRIPTION.replace("de_DE", locale)), quarantine=True
    )
    assert cell not in [problem.value for problem in receipt.problems]


def test_a_draft_of_a_cash_book_says_how_to_leave_out_what_came_in(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("cash.csv", "Date,Who,In,Out\n3-Nov-19,Ada,,12.50\n4-Nov-19,Bob,5.00,\n")
    text = draft(file)
    skip = '# "Out" = [""]  # rows where it is blank (1) are of unknown amount unless left out'
    assert skip in text
    for line, instead in (
        (skip, skip.removeprefix("# ")),
        ("[columns]", '[columns]\namount = "Out"\npayee = "Who"'),
        ("[constants]", '[constants]\nrecord = "payment"\ncurrency = "GBP"\ncampaign_id = "c"'),
    ):
        text = text.replace(line, instead)
    [receipt] = book.add(file, importer=describe(text))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (1, 1)


def test_a_line_of_a_title_that_has_a_colon_is_no_header(write_csv: Write) -> None:
    titles = "Campaign report\nReport Start:\tMay 1, 2024\nReport End:\tMay 31, 2024\n\n"
    rows = "Campaign\tTotal Spent\tClicks\nLobby\t10.50\t7\nFen\t11.25\t9\n"
    text = draft(write_csv("report.csv", titles + rows))
    assert "# 3 columns, 2 rows; the first are:" in text
    assert 'amount = "Total Spent"' in text


@pytest.mark.parametrize("total", ["Łącznie: Konto", "Celkem", "Összesen", "Итого", "合計: 2"])
def test_a_draft_knows_a_total_in_other_languages(write_csv: Write, total: str) -> None:
    text = draft(write_csv("a.csv", f"Payee,Amount\nFen,1.50\nHall,2.50\n{total},4.00\n"))
    assert f'"Payee" = ["{total}"]  # looks like a total' in text


def test_a_draft_of_a_cash_book_does_not_take_what_was_paid_for_filled(write_csv: Write) -> None:
    text = "Item,Paid out,Paid in\nHall,20.00,\nGift,,50.00\nPrint,30.00,\n"
    assert "filled" not in draft(write_csv("cash.csv", text))
    moved = "Item,Votes,Paid\nHall,20,20.00\nGift,7.5,\nPrint,30,30.00\n"
    assert '"Paid" = "filled"' in draft(write_csv("moved.csv", moved))


def test_a_draft_takes_no_word_for_a_currency(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date,Montant TTC\n2019-04-13,1.00 €\n"))
    assert "; there stands €\n" in text


@pytest.mark.parametrize(
    ("header", "cell", "figure"),
    [
        ("Data;Kontrahent;Kwota", "1 234,50 zł", Decimal("1234.50")),
        ("Data;Fornecedor;Valor", "R$ 1.234,50", Decimal("1234.50")),
        ("Datum;Leverantör;Belopp", "1 234,50 kr", Decimal("1234.50")),
        ("日付;支払先;金額", "¥1,234,500", Decimal("1234500")),
        ("Datum;Lieferant;Betrag", "Fr. 1'234.50", Decimal("1234.50")),
    ],
)
def test_a_draft_knows_the_signs_of_other_currencies(
    write_csv: Write, header: str, cell: str, figure: Decimal
) -> None:
    file = write_csv("a.csv", f"{header}\n2024-02-03;Ada;{cell}\n2024-02-04;Bob;{cell}\n")
    table = tomllib.loads(draft(file))
    assert table["columns"]["amount"] == header.split(";")[2]
    assert Decimal(_figure(cell, table["locale"]) or "0") == figure


def test_a_draft_takes_no_reference_for_an_amount(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date,Ref,Account Number,Paid out\n2024-02-03,INV 12,,3.00\n"))
    assert tomllib.loads(text)["columns"] == {
        "incurred_on": "Date",
        "document_ref": "Ref",
        "amount": "Paid out",
    }


def test_a_draft_makes_no_wide_table_of_one_sum(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Date,Net,VAT,Gross\n2024-02-03,1.00,0.20,1.20\n"))
    assert "[wide]" not in text
    assert text.count("# amount = ") == 1


def test_a_draft_may_be_of_any_ledger(write_csv: Write) -> None:
    text = draft(write_csv("a.csv", "Day,Campaign,Impressions\n2019-04-13,x,1200\n"), "reach")
    assert tomllib.loads(text)["columns"] == {"amount": "Impressions", "campaign_id": "Campaign"}
    for ledger in BY_NAME:
        tomllib.loads(draft(write_csv("b.csv", INVOICES), ledger))
    with pytest.raises(UsageError, match="unknown ledger spent"):
        draft(write_csv("c.csv", INVOICES), "spent")


def test_a_file_that_is_known_needs_no_draft(write_csv: Write) -> None:
    header = "Page Name,Disclaimer,Amount Spent,Number of Ads in Library\n"
    with pytest.raises(UsageError) as refused:
        draft(write_csv("report.csv", header + "A,B,12,1"))
    assert str(refused.value) == (
        "report.csv: is meta-report already\nHint: farthing import BOOK report.csv"
    )


@pytest.mark.parametrize("rows", ["Datum;Betrag\n", "Title only\n", "a,b\n,\n", "1,2\n3,4\n"])
def test_a_file_with_little_in_it_gives_a_draft(write_csv: Write, rows: str) -> None:
    assert tomllib.loads(draft(write_csv("a.csv", rows)))["name"] == "a"


@pytest.mark.parametrize(
    "text",
    [
        'a"b',
        "a\nname = 'x'",
        "a\r\n[skip]",
        "a\u2028b",
        "a\u0085b",
        "a\x7fb",
        "a\x1b[31mb",
        "a\\u0041",
        "# a",
        "'''",
        "\u202eab",
        "\U000e0041x",
    ],
)
def test_hostile_text_stays_in_its_place(write_csv: Write, text: str) -> None:
    cell = '"' + text.replace('"', '""') + '"'
    file = write_csv("a.csv", f"Date,{cell},Amount,Total\n2019-04-13,{cell},{cell},Total\n")
    made = draft(file)
    table = tomllib.loads(made)
    assert list(table) == [
        "name",
        "about",
        "ledger",
        "dates",
        "columns",
        "constants",
        "skip",
        "must",
    ]
    assert set(table["columns"]) <= set(BY_NAME["spend"].file_columns)
    assert all(line.isprintable() for line in made.split("\n"))


def test_the_encoding_of_a_draft_is_kept(write_csv: Write) -> None:
    file = write_csv("a.csv", INVOICES.replace("Ada", "Äda").encode("cp1252"))
    with pytest.raises(FileUnusable, match="is not utf-8"):
        draft(file)
    assert tomllib.loads(draft(file, encoding="cp1252"))["encoding"] == "cp1252"


def test_a_draft_is_never_written_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    write("a", path)
    with pytest.raises(FileUnusable, match="is there already"):
        write("b", path)
    assert path.read_text() == "a"
    with pytest.raises(FileUnusable, match="cannot be written: No such file"):
        write("b", tmp_path / "none" / "mine.toml")


def test_draft_and_import_as_commands(tmp_path: Path, write_csv: Write, book: Book) -> None:
    file, mine = write_csv("inv.csv", INVOICES), tmp_path / "mine.toml"
    run = CliRunner()
    shown = run.invoke(app, ["draft", str(file)])
    assert shown.exit_code == 0
    written = run.invoke(app, ["draft", str(file), "-o", str(mine)])
    assert (written.stdout, mine.read_text("utf-8")) == (f"{mine}\n", shown.stdout)
    mine.write_text(DESCRIPTION, encoding="utf-8")
    done = run.invoke(app, ["import", str(book.path), str(file), "--as", str(mine)])
    assert done.exit_code == 0
    assert len(spent(book)) == 2


# Real files.

KAG = """
name = "kag"
ledger = "spend"
dates = "dd/mm/yyyy"
[columns]
starts_on = "reporting_start"
ends_on = "reporting_end"
amount = "spent"
[constants]
record = "platform"
currency = "USD"
campaign_id = "c"
"""


@real
def test_a_real_file_that_is_shifted_is_refused(book: Book, describe: Describe) -> None:
    """Where cells moved to the left a count of sales stands under ``spent``: no money is that."""
    file = Path(REAL or "") / "platform_exports/kag_facebook_ads_age_gender_2017.csv"
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    sound = [row for row in rows if row["gender"] in ("F", "M")]
    money = [Decimal(row["spent"]) for row in sound]
    pence = [figure for figure in money if figure == round(figure, 2)]
    assert (len(rows), len(rows) - len(sound)) == (1143, 382)
    text = KAG + '[must]\n"gender" = ["F", "M"]\n"total_conversion" = "filled"\n'
    with pytest.raises(DataRefused) as refused:
        book.add(file, importer=describe(text))
    assert spent(book) == []
    rules = [(problem.column, problem.rule) for problem in refused.value.problems]
    words = "is none of what its description allows: F, M"
    blank = "is blank, and its description says that it must be filled"
    assert rules.count(("gender", words)) == rules.count(("total_conversion", blank)) == 382
    decimals = [rule for column, rule in rules if column == "spent" and "decimals" in rule]
    assert len(decimals) == len(money) - len(pence)
    [receipt] = book.add(file, importer=describe(text), quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted) == (1143, len(pence))
    assert receipt.rows_refused == 1143 - len(pence)
    assert sum(row[2] for row in spent(book)) == sum(pence)


@real
def test_the_draft_of_a_shifted_file_has_the_shifted_rows_refused(write_csv: Write) -> None:
    file = Path(REAL or "") / "platform_exports/kag_facebook_ads_age_gender_2017.csv"
    renamed = file.read_text().replace("ad_id,", "our_id,", 1)  # of no known format
    table = tomllib.loads(draft(write_csv("kag.csv", renamed)))
    assert (table["dates"], table["must"]) == (
        "dd/mm/yyyy",
        {"total_conversion": "filled", "approved_conversion": "filled"},
    )


@real
@pytest.mark.parametrize(
    "name", ["kag_facebook_ads_age_gender_2017.csv", "google_ads_overview_campaigns.csv"]
)
def test_drafts_of_real_files_are_toml(name: str) -> None:
    file = Path(REAL or "") / "platform_exports" / name
    try:
        tomllib.loads(draft(file))
    except UsageError:
        assert any(one.name.startswith("google-ads") for one in IMPORTERS)
