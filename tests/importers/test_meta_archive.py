"""Meta's ads archive: every vocabulary, every trap, and the same totals however files come."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable, UsageError
from farthing.importers import IMPORTERS
from farthing.importers.meta_archive import META_ARCHIVE, OBSERVED
from farthing.receipts import print_receipt

pytestmark = pytest.mark.usefixtures("proven")

Ad = dict[str, Any]
Add = Callable[..., Book]

#: An ad as answers up to 2021 have it, without an id, and one as later ones do.
OLD: Ad = {
    "funding_entity": "Friends of the Canal",
    "ad_creation_time": "2019-10-30T10:00:00+0000",
    "ad_delivery_start_time": "2019-11-01T12:30:00+0000",
    "ad_delivery_stop_time": "2019-11-05T23:00:00+0000",
    "ad_creative_body": "Save our locks",
    "spend": {"lower_bound": "100", "upper_bound": "199"},
    "impressions": {"lower_bound": "1000", "upper_bound": "1999"},
    "demographic_distribution": [
        {"percentage": "0.25", "age": "18-24", "gender": "female"},
        {"percentage": "0.749944", "age": "65+", "gender": "male"},
        {"percentage": "5.6E-5", "age": "65+", "gender": "unknown"},
    ],
    "region_distribution": [{"percentage": "1", "region": "Wales"}],
}
NEW: Ad = {
    "id": "900000000000000001",
    "ad_creation_time": "2021-12-07",
    "ad_creative_bodies": ["Save our locks"],
    "ad_delivery_start_time": "2021-12-08",
    "ad_snapshot_url": "https://www.facebook.com/ads/archive/render_ad/?id=9&access_token=SECRET",
    "bylines": "Canal Trust",
    "currency": "EUR",
    "delivery_by_region": [{"percentage": "0.5", "region": "Leinster"}],
    "demographic_distribution": [{"percentage": "1", "age": "13-17", "gender": "male"}],
    "estimated_audience_size": {"lower_bound": "5001", "upper_bound": "10000"},
    "impressions": {"lower_bound": "1000000"},
    "page_id": "77",
    "page_name": "Canals",
    "publisher_platforms": ["INSTAGRAM", "FACEBOOK"],
    "spend": {"lower_bound": "5000"},
}
REACHED: Ad = {
    "id": "900000000000000002",
    "page_id": "78",
    "page_name": "Boats",
    "ad_delivery_start_time": "2025-05-01",
    "eu_total_reach": 12,
    "age_country_gender_reach_breakdown": [
        {
            "country": "PL",
            "age_gender_breakdowns": [
                {"age_range": "18-24", "male": 3, "female": 0},
                {"age_range": "25-34", "unknown": 4},
            ],
        },
        {"country": "DE", "age_gender_breakdowns": [{"age_range": "18-24", "female": 5}]},
    ],
    "target_ages": ["18", "65"],
}


@pytest.fixture
def add(tmp_path: Path) -> Add:
    """Import lists of ads, each as a page, into a book of their own."""
    count = itertools.count()

    def one(*pages: Sequence[Ad], name: str = "ads", **options: Any) -> Book:
        folder = tmp_path / str(next(count))
        folder.mkdir()
        files = []
        for at, ads in enumerate(pages):
            files.append(folder / f"{name}_{at}.json")
            lines = ",\n".join(map(json.dumps, ads))
            files[-1].write_text(f'{{"paging": {{"next": "x"}}, "data": [\n{lines}\n]}}')
        book = options.pop("book", None) or Book(folder / "book.duckdb")
        book.add(*files, **options)
        return book

    return one


def changed(ad: Ad, **cells: Any) -> Ad:
    """Return an ad with other cells, and without those that are None."""
    return {key: cell for key, cell in {**ad, **cells}.items() if cell is not None}


def reach(book: Book, series: str) -> list[tuple[Any, ...]]:
    return book.sql(
        "SELECT measure, segment_kind, segment, low::INT AS low, high::INT AS high "
        f"FROM current_reach WHERE series = '{series}' ORDER BY segment, low"
    ).rows()


def faults(add: Add, *ads: Ad, **options: Any) -> list[tuple[int, str | None, str]]:
    with pytest.raises(DataRefused) as refused:
        add(list(ads), **options)
    return [(one.line, one.column, one.rule) for one in refused.value.problems]


# Recognition


@pytest.mark.parametrize("ad", [OLD, NEW, REACHED])
def test_an_ad_is_recognised_by_its_keys_whatever_else_it_has(ad: Ad) -> None:
    header = (*ad, "anything else", "beneficiary_payers")
    assert [one.name for one in IMPORTERS if one.recognises(header)] == ["meta-archive"]


@pytest.mark.parametrize(
    "header",
    [
        ("spend", "impressions"),
        ("ad_id", "page_id", "ad_delivery_start_time", "currency"),
        ("tdate", "tdescription", "tpostings"),
        ("ad_id", "ad_url", "impressions", "spend_range_min_gbp"),
        ("layout", "hex", "q", "r", "n"),
    ],
)
def test_other_files_are_not_taken_for_it(header: tuple[str, ...]) -> None:
    assert not META_ARCHIVE.recognises(header)


def test_a_file_without_any_figure_is_told_which_it_must_have(tmp_path: Path) -> None:
    file = tmp_path / "ads.csv"
    file.write_text(
        "id,page_id,page_name,ad_delivery_start_time,currency\n1,2,Boats,2024-05-02,USD\n"
    )
    with pytest.raises(
        FileUnusable, match=r"nearest is meta-archive \(missing: one of age_country"
    ):
        Book(tmp_path / "book.duckdb").add(file)


# Both vocabularies


def test_an_ad_of_the_old_vocabulary(add: Add) -> None:
    book = add([OLD], declare={"currency": "GBP"})
    assert book.sql(
        "SELECT campaign_id, record, starts_on::VARCHAR, ends_before::VARCHAR, payee, channel, "
        "currency, document_ref, series, low::INT, high::INT, note, observed_on FROM current_spend"
    ).rows() == [
        ("meta:|Friends_of_the_Canal", "platform", "2019-11-01", "2019-11-06", "Meta", "facebook",
         "GBP", None, "meta ad archive", 100, 199, None, None)
    ]  # fmt: skip
    assert book.sql("SELECT organisation, asked_by, name FROM current_campaigns").rows() == [
        ("Friends of the Canal",) * 3
    ]
    assert reach(book, "meta ad archive") == [("impressions", "all", None, 1000, 1999)]
    assert reach(book, "meta ad archive area") == [("impressions", "area", "Wales", 999, 1999)]
    assert reach(book, "meta ad archive age_gender") == [
        ("impressions", "age_gender", "18-24 female", 249, 500),
        ("impressions", "age_gender", "65+ male", 749, 1500),
        ("impressions", "age_gender", "65+ unknown", 0, 1),
    ]


def test_an_ad_of_the_later_vocabulary(add: Add) -> None:
    book = add([NEW])
    assert book.sql(
        "SELECT campaign_id, record_key, starts_on::VARCHAR, ends_before, channel, currency, "
        "document_ref, low::INT, high, note FROM current_spend"
    ).rows() == [
        ("meta:77|Canal_Trust", "meta-ad:900000000000000001", "2021-12-08", None,
         "facebook, instagram", "EUR", "900000000000000001", 5000, None,
         "estimated audience size 5001-10000")
    ]  # fmt: skip
    assert book.sql("SELECT organisation, asked_by FROM current_campaigns").rows() == [
        ("Canals", "Canal Trust")
    ]
    assert reach(book, "meta ad archive") == [("impressions", "all", None, 1000000, None)]
    assert reach(book, "meta ad archive area") == [
        ("impressions", "area", "Leinster", 499999, None)
    ]
    assert reach(book, "meta ad archive age_gender") == [
        ("impressions", "age_gender", "13-17 male", 999999, None)
    ]


def test_reach_without_money_is_no_row_of_money(add: Add) -> None:
    book = add([REACHED])
    assert book.sql("SELECT count(*) FROM spend").rows() == [(0,)]
    assert reach(book, "meta ad archive people") == [("people", "all", None, 12, 12)]
    assert reach(book, "meta ad archive people age_gender") == [
        ("people", "age_gender", "DE 18-24 female", 5, 5),
        ("people", "age_gender", "PL 18-24 female", 0, 0),
        ("people", "age_gender", "PL 18-24 male", 3, 3),
        ("people", "age_gender", "PL 25-34 unknown", 4, 4),
    ]
    assert book.sql("SELECT count(DISTINCT series) FROM reach").rows() == [(2,)]


def test_totals_of_places_are_of_other_people_and_one_series(add: Add) -> None:
    locations = [{"key": "GB", "value": 7}, {"key": "BR", "value": "9"}]
    book = add(
        [changed(REACHED, uk_total_reach="7", br_total_reach=9, total_reach_by_location=locations)]
    )
    assert book.sql(
        "SELECT low, note FROM current_reach WHERE series = 'meta ad archive people' ORDER BY low"
    ).rows() == [
        (7, "people reached in UK"),
        (9, "people reached in Brazil"),
        (12, "people reached in EU"),
    ]
    delivery = book.ask("reach").tables["delivery"]
    assert delivery.select("people_low", "people_high").row(0) == (12, 28)
    assert reach(book, "meta ad archive people area") == [
        ("people", "area", "BR", 9, 9),
        ("people", "area", "GB", 7, 7),
    ]


def test_an_ad_without_money_or_delivery_is_a_campaign_and_no_more(add: Add) -> None:
    book = add(
        [changed(REACHED, eu_total_reach=None, age_country_gender_reach_breakdown=None), NEW]
    )
    assert book.sql("SELECT rows_read, rows_posted FROM imports").rows() == [(2, 2)]
    assert book.sql("SELECT count(*) FROM current_campaigns").rows() == [(2,)]
    assert book.sql("SELECT count(*) FROM current_spend").rows() == [(1,)]


@pytest.mark.parametrize("write", [json.dumps, lambda ads: "\n".join(map(json.dumps, ads))])
def test_a_list_and_lines_are_the_same(tmp_path: Path, write: Callable[[list[Ad]], str]) -> None:
    file = tmp_path / "ads.jsonl"
    file.write_text(write([NEW, REACHED]))
    book = Book(tmp_path / "book.duckdb")
    [receipt] = book.add(file)
    assert (receipt.importer, receipt.rows_posted) == ("meta-archive", 2)


@pytest.mark.parametrize("how", [json.dumps, repr])
def test_a_table_of_ads_is_the_same_as_the_answer(
    tmp_path: Path, how: Callable[[Any], str]
) -> None:
    region = {"percentage": "0.5", "region": "Provence-Alpes-Côte d'Azur"}
    ad = changed(NEW, delivery_by_region=[region, {"percentage": "0.5", "region": "Ain"}])
    out = io.StringIO()
    cells = (cell if isinstance(cell, str) else how(cell) for cell in ad.values())
    csv.writer(out).writerows([ad, cells])
    told = []
    for name, text in (("ads.json", json.dumps([ad])), ("ads.csv", out.getvalue())):
        (tmp_path / name).write_text(text, encoding="utf-8")
        book = Book(tmp_path / f"{name}.duckdb")
        book.add(tmp_path / name)
        told.append(
            [
                book.sql(f"SELECT {columns}, channel, low, high FROM {ledger} ORDER BY ALL").rows()
                for ledger, columns in (("spend", "currency"), ("reach", "segment, series"))
            ]
        )
    assert told[0] == told[1]
    assert len(told[0][1]) == 4


def test_the_table_of_the_library_itself_prints_its_ranges_in_words(tmp_path: Path) -> None:
    file = tmp_path / "library.csv"
    file.write_text(
        "ad_archive_id,page_id,page_name,byline,ad_delivery_start_time,ad_delivery_stop_time,"
        "currency,spend,impressions,publisher_platforms\n"
        '71,9,Boats,Canal Trust,2024-05-02,,USD,"lower_bound: 0, upper_bound: 99",'
        'lower_bound: 1000000,"facebook,instagram"\n'
    )
    book = Book(tmp_path / "book.duckdb")
    book.add(file)
    assert book.sql(
        "SELECT campaign_id, document_ref, channel, low::INT, high::INT, ends_before "
        "FROM current_spend"
    ).rows() == [("meta:9|Canal_Trust", "71", "facebook, instagram", 0, 99, None)]
    assert reach(book, "meta ad archive") == [("impressions", "all", None, 1000000, None)]


def test_a_table_with_a_column_for_each_bound_is_read_but_where_ids_are_rounded(
    tmp_path: Path,
) -> None:
    file = tmp_path / "checked.csv"
    file.write_text(
        "ad_id,page_id,query,page_name,ad_creative_bodies,ad_delivery_start_time,bylines,currency,"
        "spend_lower,spend_upper,impressions_lower,impressions_upper,male\n"
        '1.70585E+15,1.55E+15,voice,Boats,"One\ntwo",2022-09-01,Boats,AUD,0,99,1000,1999,0.5\n'
        '71,9,voice,Boats,"One\ntwo",2022-09-01,Boats,GBP,100,199,1000,,0.5\n'
    )
    book = Book(tmp_path / "book.duckdb")
    [receipt] = book.add(file, quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (2, 1, 1)
    assert [one.column for one in receipt.problems] == ["ad_id", "page_id"]
    money = "SELECT document_ref, currency, low::INT, high::INT FROM current_spend"
    assert book.sql(money).rows() == [("71", "GBP", 100, 199)]
    assert reach(book, "meta ad archive") == [("impressions", "all", None, 1000, None)]


def test_what_others_have_estimated_is_refused(add: Add) -> None:
    guess = {
        "funding_entity": "Canals",
        "ad_delivery_start_time": "2019-11-02T12:31:45.000000Z",
        "guestimateImpressions": 500,
        "guestimateSpendGBP": 5,
    }
    rule = "is somebody's estimate and no figure of Meta's: import the answers it was made from"
    assert faults(add, guess) == [
        (2, "guestimateSpendGBP", rule),
        (2, "guestimateImpressions", rule),
    ]


def test_the_key_of_a_dump_is_an_id_where_there_is_no_other(add: Add) -> None:
    dump = changed(NEW, id=None, _id="55")
    both = changed(NEW, _id="6512bd43d9caa6e02c990b0a")
    book = add([dump], [both])
    assert book.sql("SELECT document_ref FROM current_spend ORDER BY 1").rows() == [
        ("55",), ("900000000000000001",)
    ]  # fmt: skip


def test_zero_to_999_holds_zero(add: Add) -> None:
    ad = changed(NEW, impressions={"lower_bound": "0", "upper_bound": "999"})
    assert reach(add([ad]), "meta ad archive") == [("impressions", "all", None, 0, 999)]


def test_no_ladder_of_ranges_is_assumed(add: Add) -> None:
    ranges = [
        ({"lower_bound": "0", "upper_bound": "99"}, 0, 99),
        ({"lower_bound": 100, "upper_bound": 499}, 100, 499),
        ({"lower_bound": "137", "upper_bound": "2048"}, 137, 2048),
        ({"lower_bound": "1000001"}, 1000001, None),
        ({"lower_bound": "5", "upper_bound": None}, 5, None),
        ({"lower_bound": "7", "upper_bound": "7"}, 7, 7),
    ]
    book = add([changed(NEW, id=str(at), spend=told) for at, (told, _, _) in enumerate(ranges)])
    found = book.sql("SELECT low::INT, high::INT FROM current_spend ORDER BY document_ref").rows()
    assert found == [(low, high) for _, low, high in ranges]


# Campaigns


def test_a_campaign_is_a_page_and_a_payer_as_they_are_spelt(add: Add) -> None:
    variants = [
        changed(NEW, id="1"),
        changed(NEW, id="2", bylines="the Canal Trust"),
        changed(NEW, id="3", bylines=None),
        changed(NEW, id="4", page_id="78"),
        changed(NEW, id="5", page_id=None),
        changed(NEW, id="6", page_id=None, page_name=None),
        changed(NEW, id="7", page_id=None, page_name=None, bylines=""),
        changed(NEW, id="8"),
        changed(NEW, id="9", bylines="Canal\u00a0 Trust", page_id="79"),
    ]
    book = add(variants)
    assert book.sql(
        "SELECT campaign_id, organisation FROM current_campaigns ORDER BY campaign_id"
    ).rows() == [
        ("meta:77|", "Canals"),
        ("meta:77|Canal_Trust", "Canals"),
        ("meta:77|the_Canal_Trust", "Canals"),
        ("meta:78|Canal_Trust", "Canals"),
        ("meta:79|Canal_Trust", "Canals"),
        ("meta:Canals|Canal_Trust", "Canals"),
        ("meta:|", "(ran without a disclaimer)"),
        ("meta:|Canal_Trust", "Canal Trust"),
    ]
    assert book.sql("SELECT count(*) FROM current_spend").rows() == [(9,)]


def test_two_payers_with_long_names_stay_apart(add: Add) -> None:
    names = ["Canal " * 40 + "North", "Canal " * 40 + "South"]
    book = add([changed(NEW, id=str(at), bylines=name) for at, name in enumerate(names)])
    assert book.sql("SELECT count(DISTINCT campaign_id) FROM current_campaigns").rows() == [(2,)]


# Currency and day


def test_a_file_that_leaves_its_currency_open_is_refused(add: Add) -> None:
    with pytest.raises(FileUnusable) as refused:
        add([OLD])
    assert "does not tell the currency of ads that name none" in str(refused.value)
    assert "--declare currency=GBP" in str(refused.value)


def test_a_declared_currency_is_for_ads_that_do_not_tell(add: Add) -> None:
    book = add([OLD, NEW], declare={"currency": "GBP"})
    assert book.sql("SELECT currency FROM current_spend ORDER BY 1").rows() == [("EUR",), ("GBP",)]


def test_pages_of_which_one_leaves_it_open_are_refused_by_its_ads(add: Add) -> None:
    with pytest.raises(DataRefused) as refused:
        add([NEW], [OLD])
    first, *_ = refused.value.problems
    assert {(one.file, one.line, one.column) for one in refused.value.problems} == {
        ("ads_1.json", 2, "currency")
    }
    assert first.rule.startswith("is not told, and none is declared")


def test_what_cannot_be_a_currency_is_refused(add: Add) -> None:
    with pytest.raises(UsageError, match="currency=pounds cannot be"):
        add([OLD], declare={"currency": "pounds"})
    [(_, column, rule)] = faults(add, changed(NEW, currency="eur"))
    assert (column, rule[:28]) == ("currency", "is not an ISO 4217 currency:")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("ads_2021-12-20_page", "2021-12-20"),
        ("FacebookAds_2019113T112323", None),
        ("ads_2021-12-01_to_2021-12-20", None),
    ],
)
def test_the_day_is_told_by_a_name_without_doubt_only(name: str, day: str | None) -> None:
    assert OBSERVED.in_name is not None
    found = re.search(OBSERVED.in_name, f"{name}.json")
    assert (found and found[1]) == day


# What is refused

RANGE = "is not a range of the archive, with a lower_bound and mostly an upper_bound"
ID = "is not an id of digits alone: a program may have rounded it"


REFUSED: list[tuple[Ad, str | None, str | None]] = [
    ({"id": 1.70585e15}, "id", ID),
    ({"id": "1.70585E+15"}, "id", ID),
    ({"id": None, "_id": 1.7e30}, "_id", ID),
    ({"page_id": 1.0e17}, "page_id", ID),
    ({"page_id": {"id": "1"}}, "page_id", ID),
    ({"spend": "0-99"}, "spend", RANGE),
    ({"spend": 100}, "spend", RANGE),
    ({"spend": {}}, "spend", RANGE),
    ({"spend": ["0", "99"]}, "spend", RANGE),
    ({"spend": {"lower_bound": "about 5"}}, "spend", RANGE),
    ({"spend": {"lower_bound": "-5", "upper_bound": "5"}}, "spend", RANGE),
    ({"spend": {"lower_bound": "0", "upper_bound": "1e400"}}, "spend", RANGE),
    ({"impressions": {"lower_bound": "<1000"}}, "impressions", RANGE),
    ({"impressions": {"lower_bound": "9" * 40}}, "impressions", RANGE),
    ({"ad_delivery_start_time": None}, "ad_delivery_start_time", None),
    ({"spend": {"lower_bound": "0", "upper_bound": "99.5"}}, "spend", RANGE),
    ({"ad_delivery_start_time": "08/12/2021"}, "ad_delivery_start_time", None),
    ({"ad_delivery_start_time": "2021-12-08 or so"}, "ad_delivery_start_time", None),
    ({"ad_delivery_start_time": "2021-02-30"}, "ad_delivery_start_time", None),
    ({"ad_delivery_stop_time": "1639612800"}, "ad_delivery_stop_time", None),
    ({"ad_delivery_stop_time": "2021-12-06"}, None, "the row ends before it starts"),
    ({"demographic_distribution": {"percentage": "1"}}, "demographic_distribution", None),
    (
        {"demographic_distribution": [{"percentage": "1.2", "age": "65+", "gender": "male"}]},
        "demographic_distribution",
        "is not a list of shares from 0 to 1, one for each age and gender",
    ),
    (
        {"demographic_distribution": [{"percentage": "0.5", "age": "65+"}]},
        "demographic_distribution",
        None,
    ),
    (
        {"delivery_by_region": [{"percentage": "0.5", "region": "Wales"}] * 2},
        "delivery_by_region",
        "is not a list of shares from 0 to 1, one for each region",
    ),
    (
        {"delivery_by_region": [{"percentage": "half", "region": "x"}]},
        "delivery_by_region",
        None,
    ),
    ({"delivery_by_region": [5]}, "delivery_by_region", None),
    ({"eu_total_reach": "many"}, "eu_total_reach", "is not a number of people"),
    ({"eu_total_reach": -1}, "eu_total_reach", "is not a number of people"),
    ({"total_reach_by_location": {"GB": 5}}, "total_reach_by_location", None),
    ({"total_reach_by_location": [{"GB": 5}]}, "total_reach_by_location", None),
    (
        {
            "age_country_gender_reach_breakdown": [
                {"country": "PL", "age_gender_breakdowns": [{"age_range": "65+", "male": "x"}]}
            ]
        },
        "age_country_gender_reach_breakdown",
        None,
    ),
]


def test_what_cannot_be_read_without_doubt_is_refused(add: Add) -> None:
    with pytest.raises(DataRefused) as refused:
        add([changed(NEW, **cells) for cells, _, _ in REFUSED])
    told: dict[int, list[tuple[str | None, str]]] = {}
    for one in refused.value.problems:
        told.setdefault((one.line or 0) - 2, []).append((one.column, one.rule))
    for at, (_, column, rule) in enumerate(REFUSED):
        assert column in [one for one, _ in told[at]]
        assert rule is None or rule in [one for _, one in told[at]]


def test_a_refused_ad_is_in_no_ledger_and_the_others_are(add: Add) -> None:
    bad = changed(NEW, id="1.5E+9", page_id="99")
    book = add([NEW, bad], [changed(NEW, id="3")], quarantine=True)
    assert book.sql(
        "SELECT rows_read, rows_posted, rows_refused FROM imports"
    ).rows() == [(3, 2, 1)]  # fmt: skip
    for ledger in ("spend", "reach"):
        assert book.sql(f"SELECT count(DISTINCT source_row) FROM {ledger}").rows() == [(2,)]
    assert "SECRET" not in str(book.sql("SELECT record FROM refused_rows").rows())


def test_an_access_token_is_nowhere_in_a_book(add: Add) -> None:
    book = add([NEW, changed(NEW, id="x")], quarantine=True)
    assert b"SECRET" not in book.path.read_bytes()


# The same totals, however the files come

NOVEMBER = [
    [changed(NEW, id="1"), changed(NEW, id="2")],
    [changed(NEW, id="2"), changed(OLD, id="3")],
]
DECEMBER = [
    [changed(NEW, id="1", spend={"lower_bound": "6000", "upper_bound": "6999"})],
    [
        changed(OLD, id="3", spend={"lower_bound": "200", "upper_bound": "299"}),
        changed(NEW, id="4", spend={"lower_bound": "1", "upper_bound": "2"}),
    ],
]
TOTALS = (
    "SELECT record_key, low, high, observed_on FROM current_spend ORDER BY 1",
    "SELECT record_key, measure, segment, low, high, observed_on FROM current_reach ORDER BY 1",
    "SELECT campaign_id, organisation FROM current_campaigns ORDER BY 1",
)


def totals(book: Book) -> list[list[tuple[Any, ...]]]:
    return [book.sql(query).rows() for query in TOTALS]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_snapshots_in_any_order_have_the_same_totals(add: Add, order: tuple[int, ...]) -> None:
    files = [("2021-11-30", page) for page in NOVEMBER]
    files.append(("2021-12-31", [ad for page in DECEMBER for ad in page]))
    book = None
    for day, page in (files[at] for at in (*order, order[0])):
        book = add([*page], book=book, declare={"currency": "GBP", "observed_on": day})
    assert book is not None
    spent = book.sql("SELECT record_key, low::INT FROM current_spend ORDER BY 1").rows()
    assert spent == [("meta-ad:1", 6000), ("meta-ad:2", 5000), ("meta-ad:3", 200), ("meta-ad:4", 1)]
    assert len(book.sql("FROM imports")) == 3
    assert totals(book) == expected(add)


_expected: list[list[list[tuple[Any, ...]]]] = []


def expected(add: Add) -> list[list[tuple[Any, ...]]]:
    """Return the totals of the pages of each month given together."""
    if not _expected:
        book = add(*NOVEMBER, declare={"currency": "GBP", "observed_on": "2021-11-30"})
        add(*DECEMBER, book=book, declare={"currency": "GBP", "observed_on": "2021-12-31"})
        _expected.append(totals(book))
    return _expected[0]


def test_pages_in_any_order_have_the_same_totals(add: Add) -> None:
    """Even where an ad stands on two pages and the answer changed between them."""
    later = changed(NEW, id="2", spend={"lower_bound": "9000", "upper_bound": "9999"})
    pages = [[changed(NEW, id="1"), changed(NEW, id="2")], [], [later, NEW]]
    found = [totals(add(*order)) for order in itertools.permutations(pages)]
    assert all(one == found[0] for one in found)
    assert len(found[0][0]) == 3


#: What an ad can have more and more of.
COPIES: list[Ad] = [
    {"spend": {"lower_bound": "0", "upper_bound": "99"}, "eu_total_reach": 9},
    {"spend": {"lower_bound": "0", "upper_bound": "99"}, "eu_total_reach": 10},
    {"spend": {"lower_bound": "900", "upper_bound": "999"}, "eu_total_reach": 2},
    {"spend": {"lower_bound": "1000", "upper_bound": "1499"}, "eu_total_reach": 1},
    {
        "spend": {"lower_bound": "200", "upper_bound": "299"},
        "impressions": {"lower_bound": "9000000"},
        "eu_total_reach": 3,
    },
    {
        "spend": {"lower_bound": "100", "upper_bound": "199"},
        "impressions": {"lower_bound": "10000000"},
        "eu_total_reach": 2,
    },
]


@pytest.mark.parametrize(("less", "more"), list(itertools.pairwise(range(len(COPIES)))))
def test_of_two_copies_of_an_ad_that_with_the_higher_bounds_is_in_force_as_a_whole(
    add: Add, less: int, more: int
) -> None:
    """Of impressions first, then of money, then of people: no figure is from the other copy."""
    copies = [changed(NEW, **COPIES[at]) for at in (less, more)]
    alone = totals(add([copies[1]]))
    assert [totals(add([copies[at]], [copies[1 - at]])) for at in (0, 1)] == [alone, alone]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_imports_of_one_day_in_any_order_have_the_higher_bounds(
    add: Add, order: tuple[int, int]
) -> None:
    spends = [{"lower_bound": "900", "upper_bound": "999"}, {"lower_bound": "1000"}]
    book = None
    for at in order:
        ad = changed(NEW, spend=spends[at])
        book = add([ad], book=book, declare={"observed_on": "2021-12-20"})
    assert book is not None
    assert book.sql("SELECT low::INT, high FROM current_spend").rows() == [(1000, None)]


def test_it_is_said_that_an_ad_stands_twice_with_other_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = []
    for at, low in enumerate(("100", "1000", "900")):
        ad = changed(NEW, spend={"lower_bound": low, "upper_bound": f"{low}9"})
        files.append(tmp_path / f"page_{at}.json")
        files[-1].write_text(json.dumps({"data": [ad, changed(NEW, id="2")]}))
    for order in (files, files[::-1]):
        [receipt] = Book(tmp_path / "book.duckdb").add(*order, dry_run=True)
        assert receipt.rows_outdone == 2
        assert "meta-ad:900000000000000001 is €1,000 to €10,009 in page_1.json" in receipt.outdone
        assert ("not €100 to €1,009 as in page_0.json" in receipt.outdone) == (
            order.index(files[0]) < order.index(files[2])
        )
    [receipt] = Book(tmp_path / "book.duckdb").add(*files)
    print_receipt(receipt, rehearsed=False)
    assert "2 of these rows are not in force" in capsys.readouterr().err
    [receipt] = Book(tmp_path / "other.duckdb").add(files[0])
    assert (receipt.rows_outdone, receipt.outdone) == (0, "")


def test_ads_without_an_id_are_each_counted_and_a_later_answer_replaces_them(add: Add) -> None:
    twins = [OLD, OLD, changed(OLD, spend={"lower_bound": "0", "upper_bound": "99"})]
    other = changed(OLD, funding_entity="Locks")
    declared = {"currency": "GBP", "observed_on": "2019-11-06"}
    book = add([*twins[:1], other], twins[1:], declare=declared)
    query = "SELECT count(*), sum(low)::INT, sum(high)::INT FROM current_spend"
    assert book.sql(query).rows() == [(4, 300, 696)]
    add(twins[1:], [other, *twins[:1]], book=book, declare=declared)
    assert book.sql(query).rows() == [(4, 300, 696)]
    more = [changed(ad, spend={"lower_bound": "500", "upper_bound": "599"}) for ad in twins]
    add([*more, other], book=book, declare=declared | {"observed_on": "2019-12-06"})
    assert book.sql(query).rows() == [(4, 1600, 1996)]


def test_a_page_given_twice_is_one(add: Add) -> None:
    book = add([OLD], [OLD], declare={"currency": "GBP"})
    assert book.sql("SELECT count(*) FROM current_spend").rows() == [(1,)]


# The real files

DATA = Path(os.environ.get("FARTHING_REAL_DATA", "")) / "meta_ad_library_api"
real = pytest.mark.skipif(
    "FARTHING_REAL_DATA" not in os.environ, reason="FARTHING_REAL_DATA is not set"
)


def read(*names: str) -> list[Ad]:
    """Read the ads of real files by Python's own means."""
    ads = []
    for name in names:
        document = json.loads((DATA / name).read_text("utf-8"), parse_float=Decimal)
        ads += document.get("data", [document])
    return ads


def bounds(ads: Sequence[Ad], key: str) -> tuple[Decimal, Decimal, int]:
    """Return the sums of the lower and upper bounds, and how many have no upper one."""
    ranges = [ad[key] for ad in ads]
    low = sum((Decimal(one["lower_bound"]) for one in ranges), Decimal())
    high = sum((Decimal(one["upper_bound"]) for one in ranges if "upper_bound" in one), Decimal())
    return low, high, sum("upper_bound" not in one for one in ranges)


def shared(ads: Sequence[Ad], key: str) -> tuple[Decimal, Decimal, int, int]:
    """Return the sums of the bounds of shares of impressions, how many, and how many are open."""
    half, low, high, count, unbounded = Decimal("0.0000005"), Decimal(), Decimal(), 0, 0
    for ad in ads:
        for part in ad.get(key, []):
            share, of = Decimal(part["percentage"]), ad["impressions"]
            count += 1
            least = Decimal(of["lower_bound"]) * max(share - half, Decimal())
            low += least.to_integral_value(ROUND_FLOOR)
            if "upper_bound" in of:
                most = Decimal(of["upper_bound"]) * min(share + half, Decimal(1))
                high += most.to_integral_value(ROUND_CEILING)
            else:
                unbounded += 1
    return low, high, count, unbounded


SUMS = "sum(low), coalesce(sum(high), 0), count(*), count(*) FILTER (WHERE high IS NULL)"


@real
def test_the_real_pages_of_2019(tmp_path: Path) -> None:
    names = [f"uk2019_v5_page{at}.json" for at in (1, 2, 3)]
    ads = read(*names)
    book = Book(tmp_path / "book.duckdb")
    [receipt] = book.add(*(DATA / name for name in names), declare={"currency": "GBP"})
    assert receipt.rows_read == receipt.rows_posted == len(ads) == 1863
    low, high, unbounded = bounds(ads, "spend")
    assert (low, high, unbounded) == (235_000, 765_737, 0)
    assert book.sql(f"SELECT {SUMS} FROM current_spend").rows() == [(low, high, 1863, 0)]
    low, high, unbounded = bounds(ads, "impressions")
    assert (low, high, unbounded) == (45_198_000, 57_990_147, 10)
    query = f"SELECT {SUMS} FROM current_reach WHERE series = '{{}}'"
    whole = book.sql(query.format("meta ad archive")).rows()
    assert whole == [(low, high, 1863, unbounded)]
    for key, series in (
        ("demographic_distribution", "age_gender"),
        ("region_distribution", "area"),
    ):
        found = book.sql(query.format(f"meta ad archive {series}")).rows()
        assert found == [shared(ads, key)]
    payers = {(ad.get("funding_entity") or "").strip() for ad in ads}
    assert len(book.sql("FROM current_campaigns")) == len(payers) == 391
    days = book.sql(
        "SELECT starts_on::VARCHAR, (ends_before - 1)::DATE::VARCHAR FROM current_spend"
    ).rows()
    told = [(ad["ad_delivery_start_time"], ad.get("ad_delivery_stop_time", "")) for ad in ads]
    assert sorted((start, stop or "") for start, stop in days) == sorted(
        (start[:10], stop[:10]) for start, stop in told
    )


@real
def test_the_real_ad_of_2021(tmp_path: Path) -> None:
    [ad] = read("us2021_one_ad.json")
    book = Book(tmp_path / "book.duckdb")
    book.add(DATA / "us2021_one_ad.json")
    assert book.sql("SELECT low, high, currency, document_ref FROM current_spend").rows() == [
        (Decimal(300), Decimal(399), "USD", ad["_id"])
    ]
    query = f"SELECT {SUMS} FROM current_reach WHERE series = 'meta ad archive {{}}'"
    for key, series in (
        ("demographic_distribution", "age_gender"),
        ("delivery_by_region", "area"),
    ):
        assert book.sql(query.format(series)).rows() == [shared([ad], key)]


@real
def test_the_real_reach_of_2026(tmp_path: Path) -> None:
    ads = read("eu2026_reach_excerpts.json")
    book = Book(tmp_path / "book.duckdb")
    [receipt] = book.add(DATA / "eu2026_reach_excerpts.json")
    assert (receipt.rows_posted, receipt.ledgers["spend"]) == (3, 0)
    query = "SELECT sum(low)::INT, sum(high)::INT, count(*) FROM current_reach WHERE series = '{}'"
    total = sum(ad["eu_total_reach"] for ad in ads)
    assert book.sql(query.format("meta ad archive people")).rows() == [(total, total, 3)]
    told = [
        part[gender]
        for ad in ads
        for place in ad.get("age_country_gender_reach_breakdown", [])
        for part in place["age_gender_breakdowns"]
        for gender in ("male", "female", "unknown")
        if gender in part
    ]
    found = book.sql(query.format("meta ad archive people age_gender")).rows()
    assert found == [(sum(told), sum(told), len(told))]


@pytest.mark.parametrize(
    "names",
    [
        ("spend.lower_bound", "spend.upper_bound", "impressions.lower_bound"),
        ("spend_lower_bound", "spend_upper_bound", "impressions_lower_bound"),
        ("spend_min", "spend_max", "impressions_min"),
        ("min_spend", "max_spend", "min_impressions"),
    ],
)
def test_a_column_for_each_bound_goes_by_several_names(
    tmp_path: Path, names: tuple[str, str, str]
) -> None:
    """As pandas takes an answer apart, and as databases of ads call them."""
    file = tmp_path / "ads.csv"
    head = "id,page_id,page_name,ad_delivery_start_time,currency"
    file.write_text(f"{head},{','.join(names)}\n71,9,Boats,2022-09-01,GBP,100,199,1000\n")
    book = Book(tmp_path / "book.duckdb")
    book.add(file)
    money = "SELECT low::INT, high::INT FROM current_spend"
    assert book.sql(money).rows() == [(100, 199)]
    assert reach(book, "meta ad archive") == [("impressions", "all", None, 1000, None)]


def test_what_r_and_pandas_write_for_a_blank_is_one(tmp_path: Path) -> None:
    """R writes NA; pandas a figure with a point, in a column that is blank in another row."""
    file = tmp_path / "ads.csv"
    file.write_text(
        "id,page_id,page_name,funding_entity,ad_delivery_start_time,ad_delivery_stop_time,"
        "currency,spend_lower,spend_upper,impressions_lower,impressions_upper,eu_total_reach\n"
        "71,9,Boats,NA,2022-09-01,NA,GBP,100,199,1000000,NA,NA\n"
        "72,9,Boats,Canals,2022-09-01,2022-09-02,GBP,0.0,99.0,0.0,999.0,1500.0\n"
    )
    book = Book(tmp_path / "book.duckdb")
    book.add(file)
    assert book.sql(
        "SELECT document_ref, low::INT, high::INT, ends_before::VARCHAR FROM current_spend"
    ).rows() == [("71", 100, 199, None), ("72", 0, 99, "2022-09-03")]
    assert reach(book, "meta ad archive") == [
        ("impressions", "all", None, 0, 999),
        ("impressions", "all", None, 1000000, None),
    ]
    assert reach(book, "meta ad archive people") == [("people", "all", None, 1500, 1500)]
    payers = "SELECT asked_by FROM current_campaigns ORDER BY asked_by"
    assert book.sql(payers).rows() == [("Canals",), (None,)]


def test_a_million_as_r_writes_it_is_a_million_and_a_rounded_one_is_refused(
    tmp_path: Path,
) -> None:
    """R writes 1e+06, never with fewer digits than the number has; Excel rounds, with an E."""
    file = tmp_path / "ads.csv"
    head = "id,page_id,ad_delivery_start_time,currency,spend_lower,spend_upper,impressions_lower"
    rows = ("71,9,2022-09-01,USD,1.25e+05,149999,1e+06", "72,9,2022-09-01,USD,1E+05,149999,1.5e+00")
    file.write_text("\n".join((head, *rows, "")))
    book = Book(tmp_path / "book.duckdb")
    [receipt] = book.add(file, quarantine=True)
    columns = {one.column for one in receipt.problems if one.rule.endswith("of digits alone")}
    assert (receipt.rows_refused, columns) == (1, {"spend_lower", "impressions_lower"})
    money = "SELECT low::INT, high::INT FROM current_spend"
    assert book.sql(money).rows() == [(125_000, 149_999)]
    assert reach(book, "meta ad archive") == [("impressions", "all", None, 1_000_000, None)]


def test_pages_of_two_days_given_together_are_two_imports(tmp_path: Path) -> None:
    """A month later than another: declared as of one day they would be one answer."""
    files = []
    for day, page, low in (("06-10", 1, "100"), ("07-04", 1, "900"), ("06-10", 2, "100")):
        ads = [changed(NEW, spend={"lower_bound": low}), changed(NEW, id=f"{page}")]
        files.append(tmp_path / f"ads_2024-{day}_{page}.json")
        files[-1].write_text(json.dumps({"data": ads}))
    book = Book(tmp_path / "book.duckdb")
    receipts = book.add(*files)
    told = [(one.rows_posted, one.rows_outdone, one.settings["observed_on"]) for one in receipts]
    assert told == [(4, 0, "2024-06-10"), (2, 0, "2024-07-04")]
    spent = "SELECT low::INT, observed_on::VARCHAR FROM current_spend WHERE low = 900"
    assert book.sql(spent).rows() == [(900, "2024-07-04")]
