"""Google's bundle of political ads: two meanings of one column, ranges, and what is kept aside."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from farthing import DataRefused, FileUnusable, journal, mapping
from farthing.book import Book
from farthing.importer import Reading, choose
from farthing.importers import IMPORTERS
from farthing.importers.google_political import IMPORTERS as OWN
from farthing.records import Intake

pytestmark = pytest.mark.usefixtures("proven")

Write = Callable[[str, str | bytes], Path]

OLD = ("USD", "EUR", "INR", "BGN", "HRK", "RON", "GBP")
NEW = ("USD", "EUR", "INR", "BGN", "CZK", "RON", "GBP", "NZD", "KES")
#: A converted total of 1,000 dollars, of 100, and of less than the rounding.
THOUSAND = "1000,900,70000,1750,6600,4200,750"
HUNDRED = "100,100,7000,175,700,450,100"
LITTLE = "0,0,250,0,0,0,0"


def spend(currencies: Sequence[str]) -> str:
    return ",".join(f"Spend_{code}" for code in currencies)


def stats(*rows: str, currencies: Sequence[str] = OLD) -> str:
    """Write advertiser-stats; a row is ``id,name,cells of its currencies``."""
    header = "Advertiser_ID,Advertiser_Name,Public_IDs_List,Regions,Elections,Total_Creatives,"
    lines = [header + spend(currencies)]
    for row in rows:
        advertiser, name, cells = row.split(",", 2)
        lines.append(f'{advertiser},{name},,"AT, EU, GB",,3,{cells}')
    return "\n".join(lines) + "\n"


def converted(*more: str) -> str:
    ours = [f"AR{number},Ayes {number},{THOUSAND}" for number in (1, 2, 3)]
    return stats(*ours, *more)


def book_of(tmp_path: Path, *files: Path, declare: dict[str, str] | None = None) -> Book:
    book = Book(tmp_path / "book.duckdb")
    book.add(*files, declare=declare)
    return book


def refused(tmp_path: Path, file: Path, **declare: str) -> str:
    with pytest.raises((FileUnusable, DataRefused)) as error:
        book_of(tmp_path, file, declare=declare)
    problems = getattr(error.value, "problems", ())
    return " ".join([str(error.value), *map(str, problems)])


SUMS = """
SELECT currency, count(*) AS rows, sum(low) AS low, sum(high) AS high, count(part_of) AS parts
FROM current_spend GROUP BY currency ORDER BY currency"""


def sums(book: Book) -> dict[str, tuple[int, Decimal, Decimal, int]]:
    return {code: tuple(rest) for code, *rest in book.sql(SUMS).rows()}  # type: ignore[misc]


# Two meanings of one column


def test_a_converted_total_counts_once_and_its_other_currencies_are_parts(
    tmp_path: Path, write_csv: Write
) -> None:
    book = book_of(tmp_path, write_csv("stats.csv", converted(f"AR4,Noes,{HUNDRED}")))
    found = sums(book)
    assert set(found) == set(OLD)
    assert found["USD"] == (4, Decimal(3100), Decimal(3100), 0)
    assert found["GBP"] == (4, Decimal(2350), Decimal(2350), 4)
    whole = "SELECT count(*) FROM spend part JOIN spend whole ON whole.entry_id = part.part_of "
    same = "WHERE whole.campaign_id = part.campaign_id AND whole.source_row = part.source_row"
    assert book.sql(whole + same).item() == 4 * 6


def test_the_currency_that_counts_can_be_declared(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("stats.csv", converted())
    found = sums(book_of(tmp_path, file, declare={"currency": "GBP"}))
    assert (found["GBP"][3], found["USD"][3]) == (0, 3)


def test_a_currency_without_a_column_is_refused(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("stats.csv", converted())
    assert "no column of the currency that was declared" in refused(tmp_path, file, currency="CHF")


def test_zero_in_a_converted_total_is_less_than_the_smallest_figure(
    tmp_path: Path, write_csv: Write
) -> None:
    file = write_csv("stats.csv", converted(f"AR4,Noes,{HUNDRED}", f"AR5,Few,{LITTLE}"))
    book = book_of(tmp_path, file)
    rows = book.sql(
        "SELECT currency, low, high FROM spend WHERE campaign_id = 'google:AR5' "
        "AND currency IN ('USD', 'GBP', 'INR') ORDER BY currency"
    ).rows()
    assert rows == [
        ("GBP", Decimal(0), Decimal(100)),
        ("INR", Decimal(250), Decimal(250)),
        ("USD", Decimal(0), Decimal(100)),
    ]


def test_native_money_has_a_row_for_each_currency_spent_in(
    tmp_path: Path, write_csv: Write
) -> None:
    rows = ("AR1,Ayes,500,0,0,0,0,0,0,0,0", "AR2,Kiwis,0,0,0,0,0,0,50,400,700")
    book = book_of(tmp_path, write_csv("stats.csv", stats(*rows, currencies=NEW)))
    assert {code: low for code, (_, low, _, _) in sums(book).items()} == {
        "USD": 500, "GBP": 50, "NZD": 400, "KES": 700,
    }  # fmt: skip
    assert book.sql("SELECT count(part_of) FROM spend").item() == 0


def test_a_currency_of_the_union_restates_a_part_of_the_euro_column(
    tmp_path: Path, write_csv: Write
) -> None:
    rows = ("AR1,Partid,0,450,0,0,0,2250,0,0,0", "AR2,Lone,400,0,0,0,0,250,0,0,0")
    book = book_of(tmp_path, write_csv("stats.csv", stats(*rows, currencies=NEW)))
    found = book.sql(
        "SELECT part.campaign_id, part.currency, whole.currency AS whole "
        "FROM spend part LEFT JOIN spend whole ON whole.entry_id = part.part_of "
        "WHERE part.currency IN ('RON', 'EUR') ORDER BY ALL"
    ).rows()
    assert found == [
        ("google:AR1", "EUR", None),
        ("google:AR1", "RON", "EUR"),
        ("google:AR2", "RON", None),
    ]


def test_a_native_row_of_zeros_is_set_aside(tmp_path: Path, write_csv: Write) -> None:
    rows = ("AR1,Ayes,500,0,0,0,0,0,0,0,0", "AR2,Nought,0,0,0,0,0,0,0,0,0")
    book = book_of(tmp_path, write_csv("stats.csv", stats(*rows, currencies=NEW)))
    [entry] = book.imports().select("rows_read", "rows_posted", "rows_set_aside").rows()
    assert entry == (2, 1, 1)
    [(reason, record)] = book.sql("SELECT reason, record FROM set_aside_rows").rows()
    assert "0 in every currency" in reason
    assert json.loads(record)["Advertiser_Name"] == "Nought"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(stats(f"AR1,Ayes,{THOUSAND}"), id="one converted row is no proof"),
        pytest.param(stats(f"AR1,Ayes,{LITTLE}"), id="nothing large"),
        pytest.param(
            stats(*(f"AR{n},A,{THOUSAND if n % 2 else '500,0,0,0,0,0,0'}" for n in range(10))),
            id="both in one file",
        ),
    ],
)
def test_what_does_not_tell_its_meaning_is_refused_with_the_choice(
    tmp_path: Path, write_csv: Write, content: str
) -> None:
    said = refused(tmp_path, write_csv("stats.csv", content))
    assert "meaning=converted" in said
    assert "meaning=native" in said
    assert "declare" in said


@pytest.mark.parametrize(("meaning", "parts"), [("converted", 6), ("native", 3)])
def test_a_meaning_that_is_declared_holds(
    tmp_path: Path, write_csv: Write, meaning: str, parts: int
) -> None:
    file = write_csv("stats.csv", stats(f"AR1,Ayes,{THOUSAND}"))
    book = book_of(tmp_path, file, declare={"meaning": meaning})
    assert book.sql("SELECT count(part_of) FROM spend").item() == parts


# The tables


def test_the_layout_of_2018_has_dollars_alone(tmp_path: Path, write_csv: Write) -> None:
    header = "Advertiser_ID,Advertiser_Name,Public_IDs_List,Total_Creatives,Total_Spend_USD\n"
    file = write_csv("stats.csv", header + "AR1,Ayes,,3,1200\nAR2,Noes,,1,0\nAR3,Few,,1,100\n")
    book = book_of(tmp_path, file)
    assert book.sql("SELECT low, high FROM spend ORDER BY source_row").rows() == [
        (Decimal(1200), Decimal(1200)), (Decimal(0), Decimal(100)), (Decimal(100), Decimal(100)),
    ]  # fmt: skip


def test_a_week_begins_on_its_day_and_has_seven(tmp_path: Path, write_csv: Write) -> None:
    header = f"Advertiser_ID,Advertiser_Name,Election_Cycle,Week_Start_Date,{spend(OLD)}\n"
    weeks = "".join(f"AR1,Ayes,,2018-12-{day},{THOUSAND}\n" for day in (16, 23, 30))
    book = book_of(tmp_path, write_csv("weekly.csv", header + weeks))
    days = book.sql("SELECT DISTINCT starts_on::TEXT, ends_before::TEXT FROM spend ORDER BY 1")
    assert days.rows()[-1] == ("2018-12-30", "2019-01-06")
    assert sums(book)["USD"][:2] == (3, 3000)


def test_a_week_that_is_no_day_is_refused(tmp_path: Path, write_csv: Write) -> None:
    header = f"Advertiser_ID,Advertiser_Name,Week_Start_Date,{spend(OLD)}\n"
    weeks = "".join(f"AR1,Ayes,{day},{THOUSAND}\n" for day in ("2018-12-16", "23/12/2018", ""))
    said = refused(tmp_path, write_csv("weekly.csv", header + weeks), meaning="converted")
    assert "23/12/2018" in said


@pytest.mark.parametrize(
    ("header", "place", "categories"),
    [
        pytest.param(
            "Country,Country_Subdivision_Primary,Country_Subdivision_Secondary",
            ("GB,,", "US,US-CA,CA-1", "US,US-CA,CA-2"),
            ["GB", "US/US-CA/CA-1", "US/US-CA/CA-2"],
            id="countries and districts",
        ),
        pytest.param(
            "State,Congressional_District",
            ("CA,CA-1", "CA,CA-2", "TX,"),
            ["CA/CA-1", "CA/CA-2", "TX"],
            id="2018",
        ),
        pytest.param(
            "Country,Country_Subdivision_Primary", ("GB,", "US,US-CA", "US,US-TX"),
            ["GB", "US/US-CA", "US/US-TX"], id="without districts",
        ),
    ],
)  # fmt: skip
def test_money_by_place_is_of_all_advertisers(
    tmp_path: Path, write_csv: Write, header: str, place: Sequence[str], categories: Sequence[str]
) -> None:
    lines = "".join(f"{one},{THOUSAND}\n" for one in place)
    book = book_of(tmp_path, write_csv("geo.csv", f"{header},{spend(OLD)}\n{lines}"))
    found = book.sql("SELECT campaign_id, category FROM spend WHERE part_of ISNULL ORDER BY 2")
    assert found.rows() == [("google:all-advertisers", one) for one in categories]


def test_money_by_place_and_advertiser_is_a_table_of_its_own(
    tmp_path: Path, write_csv: Write
) -> None:
    header = f"Advertiser_ID,Advertiser_Name,Country,Country_Subdivision_Primary,{spend(NEW)}\n"
    rows = "AR1,Ayes,US,US-CA,500,0,0,0,0,0,0,0,0\nAR1,Ayes,US,US-TX,300,0,0,0,0,0,0,0,0\n"
    book = book_of(tmp_path, write_csv("geo.csv", header + rows))
    found = book.sql("SELECT DISTINCT campaign_id, left(series, 37) FROM spend").rows()
    assert found == [("google:AR1", "google political advertiser-geo-spend")]


# Days and series


def test_a_later_bundle_replaces_an_earlier(tmp_path: Path, write_csv: Write) -> None:
    book = Book(tmp_path / "book.duckdb")
    for day, spent in (("2025-06-01", 900), ("2025-05-01", 500)):
        rows = f"AR1,Ayes,{spent},0,0,0,0,0,0,0,0"
        book.add(write_csv(f"stats-{day}.csv", stats(rows, currencies=NEW)))
    assert sums(book) == {"USD": (1, Decimal(900), Decimal(900), 0)}


def test_without_a_day_a_file_replaces_none_and_is_a_series_of_its_own(
    tmp_path: Path, write_csv: Write
) -> None:
    book = Book(tmp_path / "book.duckdb")
    for spent in (900, 500):
        book.add(write_csv("stats.csv", stats(f"AR1,A,{spent},0,0,0,0,0,0,0,0", currencies=NEW)))
    assert book.sql("SELECT count(DISTINCT series), count(*) FROM current_spend").rows() == [(2, 2)]


def test_the_tables_of_a_bundle_are_series_that_are_never_added(
    tmp_path: Path, write_csv: Write
) -> None:
    weekly = f"Advertiser_ID,Advertiser_Name,Week_Start_Date,{spend(OLD)}\n" + "".join(
        f"AR{number},Ayes {number},2019-06-02,{THOUSAND}\n" for number in (1, 2, 3)
    )
    files = [write_csv("stats.csv", converted()), write_csv("weekly.csv", weekly)]
    book = book_of(tmp_path, *files, declare={"observed_on": "2019-06-30"})
    found = book.sql("SELECT DISTINCT series FROM spend ORDER BY 1").to_series().to_list()
    assert found == [
        "google political advertiser-stats converted",
        "google political advertiser-weekly-spend converted",
    ]
    assert book.sql("SELECT count(*) FROM current_campaigns").item() == 3


# Ads


AD = (
    "Ad_ID,Ad_URL,Ad_Type,Regions,Advertiser_ID,Advertiser_Name,Ad_Campaigns_List,"
    "Date_Range_Start,Date_Range_End,Num_of_Days,Impressions,Spend_USD"
)
PAIRS = ("USD", "EUR", "INR", "RON", "GBP", "BRL")
RANGES = ",".join(f"Spend_Range_Min_{code},Spend_Range_Max_{code}" for code in PAIRS)
NOWHERE = dict(zip(PAIRS, ("0,100", "0,50", "0,250", "0,250", "0,50", "0,500"), strict=True))


def ad(number: int, impressions: str = "10000-15000", **ranges: str) -> str:
    cells = ",".join({**NOWHERE, **ranges}[code] for code in PAIRS)
    head = f'CR{number},,IMAGE,"EU, RO",AR1,Ayes,,2022-02-01,2022-02-03,3,{impressions},'
    return f"{head},{cells}\n"


def ads(*rows: str) -> str:
    return f"{AD},{RANGES}\n" + "".join(rows)


def of_ad(book: Book) -> list[tuple[object, ...]]:
    return book.sql(
        "SELECT document_ref, currency, low::INT, high::INT, part_of NOTNULL "
        "FROM spend ORDER BY 1, 2"
    ).rows()


def test_an_ad_has_the_ranges_that_say_something(tmp_path: Path, write_csv: Write) -> None:
    rows = (
        ad(1, EUR="450,500", RON="2000,2250"),
        ad(2, GBP="600,700"),
        ad(3, BRL="50000,60000", USD="100,200"),
    )
    book = book_of(tmp_path, write_csv("creatives.csv", ads(*rows)))
    assert of_ad(book) == [
        ("CR1", "EUR", 450, 500, False),
        ("CR1", "RON", 2000, 2250, True),
        ("CR2", "GBP", 600, 700, False),
        ("CR3", "BRL", 50000, 60000, False),
        ("CR3", "USD", 100, 200, False),
    ]
    days = book.sql("SELECT DISTINCT starts_on::TEXT, ends_before::TEXT FROM spend").rows()
    assert days == [("2022-02-01", "2022-02-04")]
    assert book.sql("SELECT campaign_id FROM current_campaigns").rows() == [("google:AR1",)]


def test_an_ad_that_google_itself_has_paid_for_is_told(tmp_path: Path, write_csv: Write) -> None:
    header, *rows = ads(ad(1, GBP="600,700"), ad(2, GBP="500,600")).splitlines()
    lines = [f"{header},Is_Funded_By_Google_Ad_Grants", f"{rows[0]},Yes", f"{rows[1]},No"]
    book = book_of(tmp_path, write_csv("creatives.csv", "\n".join(lines) + "\n"))
    assert book.sql("SELECT note FROM spend ORDER BY source_row").rows() == [
        ("funded by Google Ad Grants: credit that Google gave, and no money paid",), (None,),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "row"), [({}, ("USD", 0, 100)), ({"currency": "GBP"}, ("GBP", 0, 50))]
)
def test_an_ad_in_the_lowest_range_of_each_currency_keeps_one(
    tmp_path: Path, write_csv: Write, declared: dict[str, str], row: tuple[str, int, int]
) -> None:
    file = write_csv("creatives.csv", ads(ad(1, GBP="600,700"), ad(2)))
    book = book_of(tmp_path, file, declare=declared)
    assert of_ad(book)[1] == ("CR2", *row, False)
    [(note,)] = book.sql("SELECT note FROM spend WHERE document_ref = 'CR2'").rows()
    assert "lowest range of every currency" in note


def test_converted_ranges_count_once(tmp_path: Path, write_csv: Write) -> None:
    ranges = {"USD": "1000,50000", "EUR": "900,45000", "INR": "70000,3500000"}
    rest = {"RON": "4000,200000", "GBP": "700,40000", "BRL": "5000,250000"}
    file = write_csv("creatives.csv", ads(*(ad(number, **ranges, **rest) for number in (1, 2, 3))))
    book = book_of(tmp_path, file)
    assert sums(book)["USD"] == (3, Decimal(3000), Decimal(150000), 0)
    assert sums(book)["GBP"][3] == 3


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [
        ("≤ 10k", 0, 10_000),
        ("10k-100k", 10_000, 100_000),
        ("10k–100k", 10_000, 100_000),
        ("1M–10M", 1_000_000, 10_000_000),
        ("> 10M", 10_000_001, None),
        ("1750000-2000000", 1_750_000, 2_000_000),
        ("0-1000", 0, 1_000),
        ("", None, None),
    ],
)
def test_impressions_are_ranges_of_two_ladders(
    tmp_path: Path, write_csv: Write, cell: str, low: int | None, high: int | None
) -> None:
    file = write_csv("creatives.csv", ads(ad(1, cell, GBP="600,700")))
    book = book_of(tmp_path, file)
    rows = book.sql("SELECT measure, low::INT, high::INT FROM reach").rows()
    assert rows == [("impressions", low, high)]


@pytest.mark.parametrize(
    ("cell", "low", "high"),
    [("≤ 100", 0, 100), ("100-1k", 100, 1000), ("1k–50k", 1000, 50000), ("> 100k", 100000, None)],
)
def test_the_old_ranges_in_dollars_are_read_where_there_are_no_others(
    tmp_path: Path, write_csv: Write, cell: str, low: int, high: int | None
) -> None:
    row = f"CR1,,TEXT,US,AR1,Ayes,,2018-07-01,2018-07-02,2,≤ 10k,{cell}\n"
    book = book_of(tmp_path, write_csv("creatives.csv", f"{AD}\n{row}"))
    assert of_ad(book) == [("CR1", "USD", low, high, False)]


def test_bigquery_writes_names_in_small_letters(tmp_path: Path, write_csv: Write) -> None:
    pairs = {"eur": ("450", "500"), "ron": ("2000", "2250"), "usd": ("0", "100")}
    row: dict[str, str | None] = {
        "ad_id": "CR1", "ad_type": "IMAGE", "regions": "EU, RO", "advertiser_id": "AR1",
        "advertiser_name": "Partid", "date_range_start": "2019-09-25", "spend_usd": None,
        "date_range_end": "2019-10-07", "impressions": "≤ 10k",
    }  # fmt: skip
    for code, (low, high) in pairs.items():
        row |= {f"spend_range_min_{code}": low, f"spend_range_max_{code}": high}
    book = book_of(tmp_path, write_csv("row.json", json.dumps(row)))
    assert of_ad(book) == [("CR1", "EUR", 450, 500, False), ("CR1", "RON", 2000, 2250, True)]


# What has no money, and what no ledger is for


TARGETING = (
    "Campaign_ID,Age_Targeting,Gender_Targeting,Geo_Targeting_Included,Geo_Targeting_Excluded,"
    "Start_Date,End_Date,Ads_List,Advertiser_ID,Advertiser_Name\n"
)


def test_targeting_gives_campaigns_within_their_advertiser(
    tmp_path: Path, write_csv: Write
) -> None:
    rows = '7,"18-24, 25-34",Female,"Leeds,UK",,2019-05-01,2019-05-23,"CR1, CR2",AR1,Ayes\n'
    book = book_of(tmp_path, write_csv("targeting.csv", TARGETING + rows))
    found = book.sql(
        "SELECT campaign_id, part_of, intended_audience, ends_before::TEXT "
        "FROM campaigns ORDER BY 1"
    ).rows()
    assert found == [
        ("google-campaign:7", "google:AR1", "ages 18-24, 25-34; genders Female; places Leeds,UK",
         "2019-05-24"),
        ("google:AR1", None, None, None),
    ]  # fmt: skip


KEPT = {
    "keywords.csv": "Election_Cycle,Region,Elections,Report_Date,Keyword_1,Spend_USD_1\n"
    "US-2018,US,US-Federal,2019-06-24,a name,500\n",
    "declared.csv": "Advertiser_ID,Region,Advertiser_Declared_Name,"
    "Advertiser_Declared_Regulatory_ID,Advertiser_Declared_Promoter_Address\nAR1,NZ,Ayes,7,Here\n",
    "advertiser_id_mapping.csv": "OldAdvertiserId,NewAdvertiserId\nAR1,AR2\n",
    "creative_id_mapping.csv": "OldCreativeId,NewCreativeId\nCR1,CR2\n",
    "updated.csv": "Report_Data_Updated_Date\n2024-11-05\n",
    "updated-pt.csv": "Report_Data_Updated_Time (PT)\n2021-11-05\n",
}


@pytest.mark.parametrize("name", list(KEPT))
def test_a_known_table_that_no_ledger_is_for_is_kept_row_by_row(
    tmp_path: Path, write_csv: Write, name: str
) -> None:
    book = book_of(tmp_path, write_csv(name, KEPT[name]))
    counts = book.imports().select("rows_read", "rows_posted", "rows_set_aside").rows()
    assert counts == [(1, 0, 1)]
    assert book.sql("SELECT count(*) FROM spend").item() == 0
    assert book.verify().faults == ()


@pytest.mark.parametrize("folder", ["", "google-political-ads-transparency-bundle/"])
def test_a_whole_bundle_comes_in_as_it_is_downloaded(tmp_path: Path, folder: str) -> None:
    members = {
        "README.txt": "What the files hold.",
        "google-political-ads-advertiser-stats.csv": converted(),
        "google-political-ads-campaign-targeting.csv": TARGETING,
        **KEPT,
    }
    path = tmp_path / "bundle-2019-06-30.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(folder + name, text)
    book = book_of(tmp_path, path)
    assert sums(book)["USD"][:2] == (3, 3000)
    days = book.sql("SELECT DISTINCT observed_on::TEXT FROM spend").rows()
    assert days == [("2019-06-30",)]
    assert book.imports()["rows_read"].sum() == 3 + len(KEPT)


# What is refused


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"1.0E+17,Ayes,{THOUSAND}", "is no ID of an advertiser"),
        (f",Ayes,{THOUSAND}", "is no ID of an advertiser"),
        ("AR9,Ayes,oops,1,1,1,1,1,1", "oops"),
        ("AR9,Ayes,1e3,1,1,1,1,1,1", "1e3"),
    ],
)
def test_a_row_that_is_damaged_is_refused(
    tmp_path: Path, write_csv: Write, row: str, said: str
) -> None:
    assert said in refused(tmp_path, write_csv("stats.csv", converted(row)))


def test_a_native_cell_that_is_no_figure_is_refused(tmp_path: Path, write_csv: Write) -> None:
    rows = ("AR1,Ayes,500,0,0,0,0,0,0,0,0", "AR2,Noes,oops,0,0,0,0,0,0,0,0")
    assert "oops" in refused(tmp_path, write_csv("s.csv", stats(*rows, currencies=NEW)))


def test_a_file_cut_within_its_last_row_is_refused(tmp_path: Path, write_csv: Write) -> None:
    assert "cut off" in refused(tmp_path, write_csv("stats.csv", converted()[:-2]))


def test_rows_that_are_all_too_long_are_refused_for_that(tmp_path: Path, write_csv: Write) -> None:
    header, *rows = converted().splitlines()
    file = write_csv("stats.csv", "\n".join([header, *(f"{row}," for row in rows)]) + "\n")
    assert "the row has 14 cells and the header 13" in refused(tmp_path, file)


def test_a_comma_behind_the_header_and_each_row_is_no_column(
    tmp_path: Path, write_csv: Write
) -> None:
    text = "".join(f"{line},\n" for line in converted().splitlines())
    assert sums(book_of(tmp_path, write_csv("stats.csv", text)))["USD"][:2] == (3, 3000)


@pytest.mark.parametrize("extra", ["Spend_usdollar", "Spend_", "Amount", "Spend_USD "])
def test_a_column_that_no_layout_has_is_refused(
    tmp_path: Path, write_csv: Write, extra: str
) -> None:
    header, *rows = converted().splitlines()
    lines = [f"{header},{extra}", *(f"{row},1" for row in rows)]
    refused(tmp_path, write_csv("stats.csv", "\n".join(lines) + "\n"))


@pytest.mark.parametrize("importer", OWN, ids=lambda one: one.name)
def test_no_other_format_has_these_columns(importer: object) -> None:
    required = tuple(sorted(importer.required))  # type: ignore[attr-defined]
    intake = Intake("file.csv", "0" * 64, header=required)
    assert choose(intake, IMPORTERS, None) is importer


# The real files


def real(*names: str) -> Path:
    folder = os.environ.get("FARTHING_REAL_DATA")
    if folder is None:
        pytest.skip("FARTHING_REAL_DATA is not set")
    return Path(folder, "google_political_ads", *names)


def columns(file: Path) -> tuple[int, dict[str, Decimal]]:
    """Read a file once more, without Farthing: its rows, and the sum of each currency."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    codes = [name for name in rows[0] if name.startswith("Spend_")]
    return len(rows), {name[-3:]: sum(Decimal(row[name]) for row in rows) for name in codes}


@pytest.mark.parametrize(
    ("names", "rows", "pounds", "aside"),
    [
        (("bundle_2019-06", "google-political-ads-advertiser-stats.csv"), 1193, 70_468_550, 0),
        (("bundle_2019-06", "google-political-ads-advertiser-weekly-spend.csv"), 10830,
         70_381_000, 0),
        (("bundle_2019-06", "google-political-ads-geo-spend.csv"), 500, 73_832_500, 0),
        (("2025", "google-political-ads-advertiser-stats.csv"), 20832, 10_403_200, 77),
    ],
    ids=["stats", "weekly", "geo", "2025"],
)  # fmt: skip
def test_every_sum_of_the_real_files(
    tmp_path: Path, names: tuple[str, str], rows: int, pounds: int, aside: int
) -> None:
    file = real(*names)
    count, expected = columns(file)
    book = book_of(tmp_path, file)
    assert {code: low for code, (_, low, _, _) in sums(book).items()} == expected
    assert (count, expected["GBP"]) == (rows, pounds)
    counts = book.imports().select("rows_read", "rows_posted", "rows_refused", "rows_set_aside")
    assert counts.rows() == [(rows, rows - aside, 0, aside)]
    assert book.verify().faults == ()


def test_the_euro_column_of_2025_has_the_other_money_of_the_union_in_it() -> None:
    """What makes RON a part of EUR: it never stands alone, and never comes to more."""
    union = {"BGN": 100, "CZK": 1500, "DKK": 500, "HUF": 20000, "PLN": 250, "RON": 250, "SEK": 1000}
    fifty_euros = {"BGN": 98, "CZK": 1235, "DKK": 373, "HUF": 18000, "PLN": 215, "RON": 243,
                   "SEK": 510}  # fmt: skip
    file = real("2025", "google-political-ads-advertiser-stats.csv")
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            euros = Decimal(row["Spend_EUR"])
            local = sum(
                max(Decimal(row[f"Spend_{code}"]) - unit, Decimal(0)) / fifty_euros[code] * 50
                for code, unit in union.items()
            )
            assert local <= euros * Decimal("1.15") + 50


def test_the_real_ad_was_paid_in_lei_within_the_union(tmp_path: Path) -> None:
    book = book_of(tmp_path, real("creative_stats_bigquery_1row.json"))
    assert [row[1:] for row in of_ad(book)] == [
        ("EUR", 450, 500, False),
        ("RON", 2000, 2250, True),
    ]
    assert book.sql("SELECT low::INT, high::INT FROM reach").rows() == [(1_750_000, 2_000_000)]


def test_the_real_bundle_as_one_archive(tmp_path: Path) -> None:
    path = tmp_path / "google-political-ads-2019-06-27.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(real("bundle_2019-06").iterdir()):
            archive.write(file, f"google-political-ads-transparency-bundle/{file.name}")
    book = book_of(tmp_path, path)
    assert book.imports()["rows_read"].sum() == 1193 + 10830 + 500 + 42
    assert book.imports()["rows_set_aside"].sum() == 42
    assert book.sql("SELECT count(DISTINCT series) FROM current_spend").item() == 3


def test_a_name_that_no_ledger_takes_is_refused_in_all_rows_at_once(
    tmp_path: Path, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The advertiser is on the book, so that nothing else is wrong with its rows."""
    book = book_of(tmp_path, write_csv("stats.csv", converted()))
    weeks = "".join(f"AR1,Ayes\x0b 1,2019-05-{day:02},{THOUSAND}\n" for day in range(1, 31))
    header = f"Advertiser_ID,Advertiser_Name,Week_Start_Date,{spend(OLD)}\n"
    read, parts = [], Reading.parts
    monkeypatch.setattr(Reading, "parts", lambda self: read.append(self) or parts(self))
    weekly = write_csv("weekly.csv", header + weeks + f"AR2,Ayes 2,2019-05-05,{THOUSAND}\n")
    [receipt] = book.add(weekly, quarantine=True)

    assert (receipt.rows_posted, receipt.rows_refused) == (1, 30)
    assert len(read) == 4, "read once, named anew without the first, without all, and for good"
    assert book.verify().faults == ()


def test_a_part_that_gives_many_rows_is_taken_in_pieces(
    tmp_path: Path, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [ad(number, EUR="450,500", RON="2000,2250", GBP="600,700") for number in range(1, 40)]
    rows[7], rows[20] = ad(8, "many", GBP="600,700"), ad(21, GBP="700,600")
    file = write_csv("creatives.csv", ads(*rows))

    def posted(name: str) -> tuple[object, ...]:
        book = Book(tmp_path / name)
        [receipt] = book.add(file, quarantine=True)
        tables = [book.sql(f"FROM {one} ORDER BY ALL").rows() for one in ("spend", "refusals")]
        assert book.verify().faults == ()
        return receipt, book.verify().head, tables

    whole = posted("whole.duckdb")
    monkeypatch.setattr(mapping, "MOST_ROWS", 30)
    monkeypatch.setattr(mapping, "PIECE_ROWS", 10)
    monkeypatch.setattr(journal, "BATCH_ROWS", 10)
    monkeypatch.setattr(journal, "STEP", 3)
    assert posted("pieces.duckdb") == whole
    assert whole[0].rows_refused == 2


ZEROS = ",".join("0" * len(NEW))
WEEKLY = f"Advertiser_ID,Advertiser_Name,Week_Start_Date,{spend(OLD)}\n"
#: What takes the whole file to tell: the meaning where one row is an exception, the smallest
#: figure of a currency, and whether a currency that is declared is there.
CUT = {
    "converted, with an exception": (
        converted(f"AR4,Noes,{HUNDRED}", f"AR5,Few,{LITTLE}", "AR6,Own,500,0,0,0,0,0,0",
                  *(f"AR{n},Ayes {n},{THOUSAND}" for n in range(7, 16))),
        {},
    ),
    "one currency in each part": (
        stats(f"AR1,Ayes,500{ZEROS[1:]}", f"AR2,Lone,{ZEROS[:-1]}700", currencies=NEW), {},
    ),
    "a currency that some parts lack": (WEEKLY + "".join(
        f"AR{n},Ayes,2019-06-0{n},{cells}\n"
        for n, cells in enumerate([THOUSAND, f"{HUNDRED[:-4]},", THOUSAND, THOUSAND], start=1)),
        {"currency": "GBP"},
    ),
    "a currency that no part has": (converted(), {"currency": "CHF"}),
    "both meanings": (
        stats(*(f"AR{n},A,{THOUSAND if n % 2 else '500,0,0,0,0,0,0'}" for n in range(10))), {},
    ),
    "ads": (ads(ad(1, EUR="450,500", RON="2000,2250"), ad(2), ad(3, GBP="600,700")), {}),
    "several campaigns of an advertiser": (
        "Campaign_ID,Age_Targeting,Gender_Targeting,Geo_Targeting_Included,Geo_Targeting_Excluded,"
        "Start_Date,End_Date,Ads_List,Advertiser_ID,Advertiser_Name\n"
        + "".join(f"{n},18-24,Male,GB,,2022-02-01,2022-02-03,,AR1,Ayes\n" for n in (11, 12, 13)),
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "declare"), CUT.values(), ids=CUT.keys())
def test_a_file_tells_the_same_however_it_is_cut_into_parts(
    tmp_path: Path,
    write_csv: Write,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    declare: dict[str, str],
) -> None:
    file = write_csv("file.csv", content)

    def posted(name: str) -> tuple[object, ...]:
        book = Book(tmp_path / name)
        try:
            receipts = book.add(file, declare=declare)
        except (FileUnusable, DataRefused) as error:
            return str(error), [str(problem) for problem in getattr(error, "problems", ())]
        assert book.verify().faults == ()
        tables = [
            book.sql(f"FROM {one} ORDER BY entry_id").rows() for one in ("spend", "campaigns")
        ]
        return receipts, book.verify().head, tables

    whole = posted("whole.duckdb")
    monkeypatch.setattr("farthing.readers.plain.BLOCK_BYTES", 1)
    for rows in (1, 2, 5):
        monkeypatch.setattr("farthing.records.BATCH_ROWS", rows)
        assert posted(f"{rows}.duckdb") == whole
