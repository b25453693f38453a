"""Meta's Ad Library Report: its layouts, what its name tells, and windows that are never added."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from farthing import DataRefused, FileUnusable
from farthing.book import Book
from farthing.formats import visible

pytestmark = pytest.mark.usefixtures("proven")

Write = Callable[[str, str | bytes], Path]

OLD = "Page Name,Disclaimer,Amount Spent,Number of Ads in Library"
NEW = "Page ID,Page name,Disclaimer,Amount spent (GBP),Number of ads in Library"
REGION = "Page ID,Page name,Disclaimer,Amount spent (GBP)"
LOCATIONS = "Location name,Amount spent (GBP)"
NONE = "These ads ran without a disclaimer"
NAME = "FacebookAdLibraryReport_2024-06-30_GB_last_7_days_advertisers.csv"


def report(header: str, *rows: str) -> bytes:
    """Write a file as Meta does: with a byte order mark and no end of the last line."""
    return ("\ufeff" + "\n".join((header, *rows))).encode()


def book_of(tmp_path: Path, *files: Path, **declare: str) -> Book:
    book = Book(tmp_path / "book.duckdb")
    book.add(*files, declare=declare)
    return book


def refused(tmp_path: Path, file: Path, **declare: str) -> str:
    with pytest.raises((FileUnusable, DataRefused)) as error:
        book_of(tmp_path, file, **declare)
    problems = getattr(error.value, "problems", ())
    return " ".join([str(error.value), *map(str, problems)])


def rows(book: Book, columns: str, order: str = "source_row") -> list[tuple[object, ...]]:
    return book.sql(f"SELECT {columns} FROM current_spend ORDER BY {order}").rows()


# Layouts


def test_a_table_that_r_or_pandas_wrote_again_is_the_same_table(
    tmp_path: Path, write_csv: Write
) -> None:
    """Both number the rows; R takes a point for each space and bracket of a name."""
    by_r = '"","Page.ID","Page.name","Disclaimer","Amount.spent..GBP.","Number.of.ads.in.Library"'
    for header in (by_r, f",{NEW}", f"Unnamed: 0,{NEW}"):
        folder = tmp_path / str(len(header))
        folder.mkdir()
        file = write_csv(NAME, f'{header}\n"1",12,A Page,A Party,≤100,5\n"2",13,B,C,1234,5\n')
        book = book_of(folder, file)
        assert rows(book, "low, high, currency") == [
            (Decimal(0), Decimal(100), "GBP"),
            (Decimal(1234), Decimal(1234), "GBP"),
        ]


def test_the_layout_of_2019_has_no_page_ids_and_no_currency(
    tmp_path: Path, write_csv: Write
) -> None:
    name = "FacebookAdLibraryReportGB2019-05-11SpendingToDate.csv"
    file = write_csv(name, report(OLD, "A Page,A Party,1234,5", f"A Page,{NONE},≤100,1"))
    assert "--declare currency=GBP" in refused(tmp_path, file)
    book = book_of(tmp_path, file, currency="GBP")
    columns = "campaign_id, low::INT, high::INT, currency, starts_on, ends_before::TEXT"
    assert rows(book, columns) == [
        ("meta:A_Page|A_Party", 1234, 1234, "GBP", None, "2019-05-12"),
        ("meta:A_Page|These_ads_ran_without_a_disclaimer", 0, 100, "GBP", None, "2019-05-12"),
    ]  # fmt: skip
    assert book.sql("SELECT asked_by FROM campaigns ORDER BY 1").rows() == [("A Party",), (None,)]


@pytest.mark.parametrize(
    "header",
    [NEW, NEW.replace("name", "Name").replace("spent", "Spent").replace("of ads", "of Ads")],
    ids=["2022", "2020"],
)
def test_later_layouts_have_both(tmp_path: Path, write_csv: Write, header: str) -> None:
    file = write_csv(NAME, report(header, "12,A Page,A Party,1234,5", "12,A Page,Another,50,1"))
    book = book_of(tmp_path, file)
    assert rows(book, "campaign_id, low::INT, starts_on::TEXT, ends_before::TEXT, series") == [
        ("meta:12|A_Party", 1234, "2024-06-24", "2024-07-01",
         "meta report GB last_7_days to 2024-06-30"),
        ("meta:12|Another", 50, "2024-06-24", "2024-07-01",
         "meta report GB last_7_days to 2024-06-30"),
    ]  # fmt: skip


def test_locations_are_of_all_pages(tmp_path: Path, write_csv: Write) -> None:
    name = NAME.replace("advertisers", "locations")
    book = book_of(tmp_path, write_csv(name, report(LOCATIONS, "England,900", "Unknown,≤100")))
    assert rows(book, "campaign_id, category, low::INT, high::INT") == [
        ("meta:all-pages-GB", "England", 900, 900),
        ("meta:all-pages-GB", "Unknown", 0, 100),
    ]


@pytest.mark.parametrize("copy", [" (1)", "(2)"])
def test_a_number_that_a_browser_gives_a_copy_is_no_part_of_a_name(
    tmp_path: Path, write_csv: Write, copy: str
) -> None:
    name = NAME.replace("advertisers", f"Scotland{copy}")
    book = book_of(tmp_path, write_csv(name, report(REGION, "12,A,B,≤100")))
    assert rows(book, "category") == [("Scotland",)]


@pytest.mark.parametrize("region", ["Scotland", "Washington, District of Columbia", "Île_de_X"])
def test_a_region_has_its_name_from_the_file(tmp_path: Path, write_csv: Write, region: str) -> None:
    name = NAME.replace("advertisers", region)
    book = book_of(tmp_path, write_csv(name, report(REGION, "12,A Page,A Party,400")))
    series = f"meta report GB {region} last_7_days to 2024-06-30"
    assert rows(book, "category, series") == [(region, series)]


@pytest.mark.parametrize(
    ("window", "starts", "series"),
    [
        ("yesterday", "2024-06-30", "meta report GB yesterday"),
        ("last_7_days", "2024-06-24", "meta report GB last_7_days to 2024-06-30"),
        ("last_30_days", "2024-06-01", "meta report GB last_30_days to 2024-06-30"),
        ("last_90_days", "2024-04-02", "meta report GB last_90_days to 2024-06-30"),
        ("lifelong", None, "meta report GB lifelong"),
    ],
)
def test_each_window_has_its_days_and_its_series(
    tmp_path: Path, write_csv: Write, window: str, starts: str | None, series: str
) -> None:
    file = write_csv(NAME.replace("last_7_days", window), report(NEW, "12,A,B,400,1"))
    found = rows(book_of(tmp_path, file), "starts_on::TEXT, ends_before::TEXT, series")
    assert found == [(starts, "2024-07-01", series)]


# Pages


def test_a_page_without_an_id_is_known_by_its_name(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv(NAME, report(NEW, f"0,User 7,{NONE},≤100,1", f"0,User 8,{NONE},≤100,1"))
    found = rows(book_of(tmp_path, file), "split_part(campaign_id, '|', 1)")
    assert found == [("meta:User_7",), ("meta:User_8",)]


def test_a_page_without_a_name_is_known_by_its_id(tmp_path: Path, write_csv: Write) -> None:
    book = book_of(tmp_path, write_csv(NAME, report(NEW, "12,,A Party,300,1")))
    assert book.sql("SELECT organisation FROM campaigns").rows() == [("page 12",)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0,,A Party,300,1", "and the page has no ID"),
        (",,A Party,300,1", "and the page has no ID"),
        ("1.11435E+14,A Page,A Party,300,1", "is no ID of a page"),
        ("12,A Page,A Party,3oo,1", "3oo"),
        ("12,A Page,A Party", "the row has 3 cells and the header 5"),
    ],
)
def test_a_row_that_is_damaged_is_refused(
    tmp_path: Path, write_csv: Write, row: str, said: str
) -> None:
    assert said in refused(tmp_path, write_csv(NAME, report(NEW, "12,A,B,400,1", row)))


def test_rows_of_one_page_and_disclaimer_are_all_kept(tmp_path: Path, write_csv: Write) -> None:
    name = "FacebookAdLibraryReportGB2019-05-11SpendingToDate.csv"
    file = write_csv(name, report(OLD, "A,B,400,2", "A,B,300,1", "A,B,400,2"))
    book = book_of(tmp_path, file, currency="GBP")
    assert [row[0] for row in rows(book, "low::INT")] == [400, 300, 400]
    assert book.sql("SELECT count(DISTINCT record_key), count(DISTINCT campaign_id) FROM spend") \
        .rows() == [(3, 1)]  # fmt: skip


def test_long_disclaimers_that_begin_alike_are_two(tmp_path: Path, write_csv: Write) -> None:
    start = "Promoted by the agent on behalf of " * 6
    file = write_csv(NAME, report(NEW, f"12,A,{start}one,400,1", f"12,A,{start}other,300,1"))
    found = rows(book_of(tmp_path, file), "campaign_id")
    assert len(set(found)) == 2
    assert all(len(str(one)) <= 200 for (one,) in found)


def test_a_name_may_have_any_kind_of_space(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv(NAME, report(NEW, "0,A\u00a0Page\u3000here,B\u2003C,400,1"))
    assert rows(book_of(tmp_path, file), "campaign_id") == [("meta:A_Page_here|B_C",)]


# Windows and days


def test_days_add_up_and_a_day_that_is_taken_again_does_not(
    tmp_path: Path, write_csv: Write
) -> None:
    book = Book(tmp_path / "book.duckdb")
    for day, spent in (("2024-06-29", 200), ("2024-06-30", 300)):
        name = f"FacebookAdLibraryReport_{day}_GB_yesterday_advertisers.csv"
        book.add(write_csv(name, report(NEW, f"12,A,B,{spent},1")))
    book.add(write_csv(name, report(NEW, f"12,A,B,{spent + 50},1")))
    found = book.sql("SELECT series, count(*), sum(low)::INT FROM current_spend GROUP BY 1").rows()
    assert [row[:2] for row in found] == [("meta report GB yesterday", 2)]
    assert found[0][2] in (500, 550)  # of two files of one day, the content decides


def test_a_sum_since_the_start_replaces_the_one_before(tmp_path: Path, write_csv: Write) -> None:
    book = Book(tmp_path / "book.duckdb")
    for day, spent in (("2024-06-30", 900), ("2024-05-31", 700)):
        name = f"FacebookAdLibraryReport_{day}_GB_lifelong_advertisers.csv"
        book.add(write_csv(name, report(NEW, f"12,A,B,{spent},1")))
    assert rows(book, "low::INT, observed_on::TEXT") == [(900, "2024-06-30")]


def test_windows_that_overlap_stand_side_by_side(tmp_path: Path, write_csv: Write) -> None:
    book = Book(tmp_path / "book.duckdb")
    for day, spent in (("2024-06-29", 800), ("2024-06-30", 900)):
        book.add(write_csv(NAME.replace("2024-06-30", day), report(NEW, f"12,A,B,{spent},1")))
    assert book.sql("SELECT count(DISTINCT series), count(*) FROM current_spend").rows() == [(2, 2)]


# Names


@pytest.mark.parametrize(
    ("archive", "member"),
    [
        ("download.zip", NAME),
        ("FacebookAdLibraryReport_2024-06-30_GB_last_7_days.zip", "advertisers.csv"),
        ("FacebookAdLibraryReport_2019-01-01_US_yesterday.zip", f"in/{NAME}"),
    ],
    ids=["the member tells", "the archive tells", "the member goes before"],
)
def test_an_archive_tells_what_its_files_do_not(tmp_path: Path, archive: str, member: str) -> None:
    path = tmp_path / archive
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("README.txt", "What the file holds.")
        made.writestr(member, report(NEW, "12,A,B,400,1"))
    found = rows(book_of(tmp_path, path), "series, observed_on::TEXT")
    assert found == [("meta report GB last_7_days to 2024-06-30", "2024-06-30")]


def test_a_whole_archive_comes_in_as_it_is_downloaded(tmp_path: Path) -> None:
    stem = "FacebookAdLibraryReport_2024-06-30_GB_last_7_days"
    path = tmp_path / f"{stem}.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(f"{stem}_advertisers.csv", report(NEW, "12,A,B,400,1", "13,C,D,≤100,1"))
        made.writestr(f"{stem}_locations.csv", report(LOCATIONS, "Wales,≤100", "England,450"))
        made.writestr(f"regions/{stem}_Wales.csv", report(REGION, "13,C,D,≤100"))
        made.writestr("README.txt", "What the files hold.")
    book = book_of(tmp_path, path)
    assert book.sql("SELECT count(DISTINCT series), count(*) FROM spend").rows() == [(3, 5)]
    assert book.imports()["rows_posted"].sum() == 5
    assert book.verify().faults == ()


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({}, "country"),
        ({"country": "GB"}, "window"),
        ({"country": "GB", "window": "last_7_days"}, "observed_on"),
    ],
)
def test_a_file_that_was_renamed_says_what_to_declare(
    tmp_path: Path, write_csv: Write, told: dict[str, str], missing: str
) -> None:
    file = write_csv("report.csv", report(NEW, "12,A,B,400,1"))
    assert f"--declare {missing}=" in refused(tmp_path, file, **told)


def test_what_is_declared_stands_for_the_name(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("report.csv", report(NEW, "12,A,B,400,1"))
    told = {"country": "GB", "window": "last_7_days", "observed_on": "2024-06-30"}
    found = rows(book_of(tmp_path, file, **told), "series")
    assert found == [("meta report GB last_7_days to 2024-06-30",)]


def test_a_region_that_was_renamed_says_what_to_declare(tmp_path: Path, write_csv: Write) -> None:
    stem = NAME.removesuffix("_advertisers.csv")
    file = write_csv(f"{stem}.csv", report(REGION, "12,A,B,400"))
    assert "--declare region=" in refused(tmp_path, file)


@pytest.mark.parametrize(
    "name",
    [
        "FacebookAdLibraryReport_2024-06-30_United Kingdom_last_7_days_advertisers.csv",
        "FacebookAdLibraryReport_2024-06-30_gb_last_7_days_advertisers.csv",
        "RapportBibliothèque_2024-06-30_Belgique_last_7_days.csv",
    ],
)
def test_a_country_that_is_no_two_letters_is_asked_for(
    tmp_path: Path, write_csv: Write, name: str
) -> None:
    file = write_csv(name, report(NEW, "12,A,B,400,1"))
    assert "--declare country=" in refused(tmp_path, file)


def test_headers_of_another_language_are_of_no_format(tmp_path: Path, write_csv: Write) -> None:
    header = "ID de la page,Nom de la page,Clause,Montant dépensé (EUR),Nombre"
    assert "no known format" in refused(tmp_path, write_csv(NAME, report(header, "12,A,B,4,1")))


# The real files


def real(name: str) -> Path:
    folder = os.environ.get("FARTHING_REAL_DATA")
    if folder is None:
        pytest.skip("FARTHING_REAL_DATA is not set")
    return Path(folder, "meta_ad_library_report", name)


BE = "BE2025/FacebookAdLibraryReport_2025-07-12_BE_last_30_days_"
GB = "FacebookAdLibraryReportGB2019-05-11"


@pytest.mark.parametrize(
    ("name", "count", "known", "currency"),
    [
        (f"{GB}SpendingToDate.csv", 4636, 3_315_253, "GBP"),
        (f"{GB}ThisWeekSpending.csv", 510, 166_933, "GBP"),
        (f"{BE}advertisers.csv", 1036, 519_332, "EUR"),
        (f"{BE}locations.csv", 4, 530_574, "EUR"),
        (f"{BE}Brussels.csv", 607, 35_654, "EUR"),
    ],
)
def test_every_sum_of_the_real_files(
    tmp_path: Path, name: str, count: int, known: int, currency: str
) -> None:
    file = real(name)
    with file.open(encoding="utf-8-sig", newline="") as text:
        table = list(csv.DictReader(text))
    amount = next(column for column in table[0] if column.lower().startswith("amount"))
    figures = [Decimal(row[amount]) for row in table if row[amount] != "≤100"]
    censored = len(table) - len(figures)
    assert (len(table), sum(figures)) == (count, known)
    book = book_of(tmp_path, file, **({"currency": "GBP"} if currency == "GBP" else {}))
    found = book.sql("SELECT currency, count(*), sum(low), sum(high) FROM current_spend GROUP BY 1")
    assert found.rows() == [(currency, count, known, known + 100 * censored)]
    counts = book.imports().select("rows_read", "rows_posted", "rows_refused", "rows_set_aside")
    assert counts.rows() == [(count, count, 0, 0)]
    assert book.verify().faults == ()
    pages = {
        (row.get("Page ID", "0"), row.get("Page name") or row.get("Page Name"),
         " ".join(row.get("Disclaimer", "").split()))
        for row in table
    }  # fmt: skip
    campaigns = book.sql("SELECT count(*) FROM current_campaigns").item()
    assert campaigns == (1 if "locations" in name else len(pages))


def test_the_pages_without_an_id_are_fourteen(tmp_path: Path) -> None:
    book = book_of(tmp_path, real(f"{BE}advertisers.csv"))
    found = book.sql("SELECT count(*) FROM campaigns WHERE campaign_id LIKE 'meta:Instagram%'")
    assert found.item() == 14


def test_what_all_pages_spent_together_is_not_added_to_what_each_did(
    tmp_path: Path, write_csv: Write
) -> None:
    pages = write_csv(NAME, report(NEW, "12,A Page,A Party,1000,5", "13,B,C,≤100,5"))
    places = write_csv(
        NAME.replace("advertisers", "locations"), report(LOCATIONS, "England,900", "Wales,150")
    )
    alone, both = Book(tmp_path / "alone.duckdb"), Book(tmp_path / "both.duckdb")
    alone.add(places)
    both.add(places, pages)
    sums = "SELECT sum(low), sum(high) FROM counted_spend"
    assert alone.sql(sums).row(0) == (1050, 1050)
    assert both.sql(sums).row(0) == (1000, 1100)
    totals = both.ask("bridge").tables["totals"]
    assert totals.select("low", "high", "campaigns").rows() == [(1000, 1100, 2)]


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x7f", "\u202e"])
def test_a_name_may_hold_what_does_not_show(tmp_path: Path, write_csv: Write, sign: str) -> None:
    file = write_csv(f"report {sign}.csv", report(NEW, "12,A Page,A Party,1000,5"))
    book = book_of(tmp_path, file, country="GB", window="lifelong", observed_on="2024-06-30")
    assert book.sql("SELECT title FROM sources").row(0) == (f"report {visible(sign)}.csv",)
