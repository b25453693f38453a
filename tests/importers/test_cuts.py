"""What a file says is the same however it is cut into parts, whatever its format."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import FileUnusable
from farthing.importers import IMPORTERS
from farthing.importers.own_layout import IMPORTERS as OWN
from importers import test_beancount as beancount
from importers import test_commons as commons
from importers import test_commons_candidacies as candidacies
from importers import test_commons_series as series
from importers import test_ec_candidates as ec_candidates
from importers import test_ec_party as ec_party
from importers import test_fec as fec
from importers import test_fec_tables as fec_tables
from importers import test_google_ads as google_ads
from importers import test_google_political as political
from importers import test_hexjson as hexjson
from importers import test_hledger as hledger
from importers import test_meta_ads as meta_ads
from importers import test_meta_archive as meta_archive
from importers import test_meta_report as meta_report
from importers import test_snapchat as snapchat

pytestmark = pytest.mark.usefixtures("proven")

CASE = Path(__file__).parents[2] / "data" / "ge2017"
Declared = Mapping[str, str]

META = "Campaign name,Ad set name,Day,Ad set budget,Ad set budget type,Amount spent (GBP)\n"
GOOGLE = "Campaign,Budget,Budget name,Budget type,Currency code,Cost,Impr.\n"
HEXES = {
    f"E1400000{n}": {"n": f"Fen {n}", "q": q, "r": 1, "e": 1000 + n}
    for n, q in enumerate((1, 2, 3, 1))
}
FILES: dict[str, tuple[str, str, Declared]] = {
    "Meta: a budget that each row repeats": (
        "ads.csv", META + "".join(
            f"North,{who},2025-05-0{day},{budget},{kind},1.00\n"
            for day in (1, 2, 3)
            for who, budget, kind in (("Men", 900, "Lifetime"), ("Women", 50, "Daily"))
        ), {},
    ),
    "Meta: an ad set in a row that names its campaign again": (
        "ads.csv", META + "".join(
            f"North,{who},2025-05-01,{budget},Lifetime,1.00\n"
            for who, budget in (("Men", 900), ("Women", 50), ("Men", 900))
        ), {},
    ),
    "Meta: a total at the end": (
        "ads.csv", "Campaign name,Day,Amount spent (GBP)\nA,2025-05-01,1.00\nB,2025-05-01,2.00\n"
        ",,3.00\n", {},
    ),
    "Meta: days of which one row tells the order": (
        "ads.csv", "Campaign name,Day,Amount spent (GBP)\nA,01/05/2025,1.00\nA,,2.00\n"
        "A,31/05/2025,4.00\n", {},
    ),
    "Meta: days of which no row tells the order": (
        "ads.csv", "Campaign name,Day,Amount spent (GBP)\nA,01/05/2025,1.00\nA,,2.00\n", {},
    ),
    "Google: a budget that each row repeats": (
        "report.csv", GOOGLE + "".join(
            f"{name},900,Both,{kind},GBP,1.00,5\n"
            for kind in ("Campaign total", "Daily") for name in ("North", "South") * 2
        ), {},
    ),
    "map: two hexagons in one place": (
        "fens.hexjson", json.dumps({"layout": "odd-r", "hexes": HEXES}), {},
    ),
}  # fmt: skip


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


def posting(account: str, number: str) -> dict[str, object]:
    """Return a transaction of a journal as JSON, in which an account gets so many pence."""
    pence = int(number)
    return hledger.transaction((account, "£", pence, 2), (hledger.BANK, "£", -pence, 2))


PLACES = f"Country,Country_Subdivision_Primary,{political.spend(political.NEW)}"
ADVERTISER_PLACES = f"Advertiser_ID,Advertiser_Name,{PLACES}"
NATIVE = ["500,0,0,0,0,0,0,0,0", "0,300,0,0,0,0,700,0,0", "0,0,0,0,0,0,oops,0,0"]
ONE_DAY = {"observed_on": "2024-06-30"}
PAGES = ("1,A,a,900,4", "2,B,b,≤100,1", "1,A,c,250,2", "2,B,b,7,1", "3,C,c,oops,1")
LIMITS = ec_candidates.candidate()
ITEMS = (
    {"TotalExpenditure": "£7.00", "SupplierName": "Facebook Ireland Ltd"},
    {"ECRef": "SP2", "TotalExpenditure": "£9.00", "SupplierName": "Google Ireland Ltd"},
    {"ECRef": "SP3", "TotalExpenditure": "£9,0", "RegulatedEntityId": "9002"},
    {"ECRef": "SP4", "TotalExpenditure": "£5.00", "RegulatedEntityId": "9002"},
    {"ECRef": "SP2", "TotalExpenditure": "£9.00", "SupplierName": "facebook"},
)
BALANCE = (
    ("expenses", "£9.00", "£9.00"), ("expenses:ads", "£5.00", "£5.00"),
    ("expenses:post", "£4.00", "£4.00"), ("expenses:rent", "oops", "£1.00"),
)  # fmt: skip
#: Of each format a file of few rows, some of them refused, set aside, or of a thing named before;
#: and what is declared of it. The name is of the importer, and may end with what tells two apart.
FORMATS: dict[str, tuple[str, str | bytes, Declared]] = {
    "meta-archive": ("ads.json", json.dumps({"data": [
        meta_archive.NEW, meta_archive.REACHED | {"currency": "PLN"},
        meta_archive.NEW | {"id": "1.7E+15"}, meta_archive.NEW | {"id": "5", "currency": "PLN"},
        meta_archive.NEW | {"spend": {"lower_bound": "6000"}},
    ]}), {}),
    "meta-report": (meta_report.NAME, meta_report.report(meta_report.NEW, *PAGES), {}),
    "meta-report-region": (
        meta_report.NAME.replace("advertisers", "Wales"),
        meta_report.report(meta_report.REGION, *(row.rpartition(",")[0] for row in PAGES)), {},
    ),
    "meta-report-locations": (
        meta_report.NAME.replace("advertisers", "locations"),
        meta_report.report(meta_report.LOCATIONS, "England,900", "Unknown,≤100", "Wales,x"), {},
    ),
    "google-political-stats": (
        "stats.csv", political.stats(*(f"AR{n % 2},Ayes,{cells}" for n, cells in enumerate(NATIVE)),
                                     currencies=political.NEW), ONE_DAY,
    ),
    "google-political-weekly": (
        "weekly.csv", political.WEEKLY + lines(
            *(f"AR{n % 2},Ayes,2019-06-0{n},{cells}" for n, cells in enumerate(
                (*[political.THOUSAND] * 3, political.LITTLE, "x,1,1,1,1,1,1"), 2))), ONE_DAY,
    ),
    "google-political-geo": (
        "geo.csv", lines(PLACES, *(f"US,US-A{n},{cells}" for n, cells in enumerate(NATIVE))),
        ONE_DAY,
    ),
    "google-political-advertiser-geo": (
        "places.csv", lines(ADVERTISER_PLACES, *(
            f"AR{n % 2},Ayes,US,US-A{n},{cells}" for n, cells in enumerate(NATIVE))), ONE_DAY,
    ),
    "google-political-creatives": (
        "ads.csv", political.ads(political.ad(1, EUR="450,500"), political.ad(2),
                                 political.ad(3, "many"), political.ad(1, GBP="600,700")), ONE_DAY,
    ),
    "google-political-targeting": (
        "targeting.csv", political.TARGETING + lines(
            *(f"{n},18-24,Male,GB,,{day},2022-02-03,,AR{n % 2},Ayes" for n, day in enumerate(
                ("2022-02-01", "2022-02-02", "soon", "2022-02-02")))), ONE_DAY,
    ),
    **{
        f"google-political-{kind}": (name, political.KEPT[name] * 2, {})
        for kind, name in {
            "keywords": "keywords.csv", "declared": "declared.csv", "updated": "updated.csv",
            "advertiser-ids": "advertiser_id_mapping.csv",
            "creative-ids": "creative_id_mapping.csv",
        }.items()
    },
    "snapchat": ("ads.csv", snapchat.ads({}, {"ADID": "aa02", "Spend": "4.5"}, {"ADID": ""},
        {"ADID": "aa03", "PayingAdvertiserName": "Boats"}, {}), {}),
    "meta-ads": ("ads.csv", lines(
        f"{meta_ads.BUDGETED},Reach", "North,Men,2025-05-01,900,Lifetime,1.00,5",
        "North,Men,2025-05-02,900,Lifetime,oops,6", "South,All,2025-05-01,50,Daily,1.25,7",
        "North,Men,2025-05-01,900,Lifetime,1.00,5", ",,2025-05-01,,,3.25,9"), {}),
    "meta-ads-taught": ("taught.csv", lines(
        meta_ads.TAUGHT, *(f"1{n},17/08/2017,17/08/2017,9{n % 2},1039,30-34,M,15,17,17,735{n},1,1.4"
        "29999948,2,1" for n in range(3)), "12,17/08/2017,17/08/2017,45-49,F,1,1,1,1515,28,40.2,2,0"
        ",,"), {"currency": "USD"}),
    "google-ads": ("report.csv", lines(
        google_ads.TITLE, google_ads.ALL_TIME, f"Day,{google_ads.HEADER}",
        *(f'2025-11-0{n},Enabled,Fen {n % 2},GBP,"1,00{n}.50",{n},1' for n in (1, 2, 3)),
        "2025-11-04,Enabled,Fen 1,GBP,oops,1,1", "Total: Account, , --,GBP,3006.50,7,4"), {}),
    "google-ads-card": ("campaigns_2025.11.03-2026.02.03_.csv", lines(
        google_ads.CARD, *(f"Campaign {n},,Paused,₹{cost},955,4.97%"
                           for n, cost in ((1, "4.57"), (2, "7"), (1, "4.57"), (2, "oops")))), {}),
    "google-ads-account": ("days.csv", lines(
        google_ads.DAYS, *(f'"{day} Nov 2025",{n},1,3%,₹2.07' for n, day in enumerate(
            ("Mon, 3", "Tue, 4", "Tue, 5", "Thu, 6")))), {"organisation": "Acme"}),
    "ec-party-spending": ("items.csv", hledger.table(
        tuple(ec_party.ITEM), *(ec_party.item(**one) for one in ITEMS),
        dict.fromkeys(ec_party.ITEM, "") | {"ECRef": "Total", "TotalExpenditure": "£30.00"}), {}),
    "ec-candidates": ("candidates2015.csv", hledger.table(tuple(LIMITS), LIMITS, *(
        LIMITS | one for one in ({"CandId": "502"}, {"CandId": "503", "Short Limit": "oops"},
                                 {"CandId": "504", "Short Limit": "9"}, {"CandId": "502"}))), {}),
    "fec-schedule-b": ("1.fec", fec.filing(*(
        fec.line("SB", form_type="SB17", transaction_id_number=f"T{n}", expenditure_date=day)
        for n, day in enumerate(("20240104", "20240105", "soon", "20240105"))), form="F3N"), {}),
    "fec-schedule-e": ("2.fec", fec.filing(*(
        fec.line("SE", form_type="SE", transaction_id_number=f"T{n}", dissemination_date=day)
        for n, day in enumerate(("20240104", "20240105", "soon", "20240105")))), {}),
    "fec-independent-expenditure": ("independent.csv", fec.bulk(
        {}, {"file_num": "2", "prev_file_num": "1", "amndt_ind": "A1"},
        {"tran_id": "T2", "exp_amo": "oops"}, {"file_num": "3"}, {"tran_id": "T4"}), {}),
    "fec-oppexp": ("oppexp24.txt", lines(*(
        fec.oppexp(**one) for one in ({}, {"tran_id": "T2"}, {"transaction_amt": "x"}, {}))), {}),
    "fec-disbursements": ("disbursements.csv", hledger.table(tuple(fec_tables.DISBURSED), *(
        fec_tables.DISBURSED | {"transaction_id": f"T{n}", "sub_id": f"41{n}", **one}
        for n, one in enumerate(({}, {"memo_code": "X"}, {"disbursement_amount": "oops"})))), {}),
    "fec-expenditures": ("expenditures.csv", hledger.table(tuple(fec_tables.EXPENDED), *(
        fec_tables.EXPENDED | {"transaction_id": f"T{n}", "sub_id": f"41{n}", **one}
        for n, one in enumerate(({}, {"most_recent": "f"}, {"expenditure_amount": "oops"})))), {}),
    "commons-candidates": (commons.BY_CANDIDATE, commons.CANDIDATES + "".join(
        commons.candidate(f"E1400000{code}", party, "Ada", party, votes)
        for code, party, votes in (("1", "Con", "5"), ("1", "Lab", "7"), ("2", "Con", "x"),
                                   ("1", "Con", "5"), ("2", "Lab", "9"))), {}),
    "commons-constituencies": (commons.BY_SEAT, commons.SEATS + "".join(
        commons.seat(**one) for one in (
            {}, {"ons_id": "E14000002"}, {"ons_id": "E14000003", "con": "501"}, {})), {}),
    "commons-candidacies": (candidacies.NAME, hledger.table(
        candidacies.HEADER, *candidacies.SEAT, candidacies.candidacy(
            Constituency_geographic_code="E14001002", Candidate_vote_count="499")), {}),
    "commons-series": ("series.csv", lines(
        series.HEADER, *(series.seat(**one).rstrip() for one in (
            {}, {"constituency_id": "E14000002"}, {"constituency_id": "E14000003", "con_votes": ""},
            {"election": "2005"}, {}))), {"elections": "2010"}),
    "hexjson": ("fens.hexjson", hexjson.drawn(HEXES), {}),
    "hledger-print": ("print.csv", hledger.table(
        hledger.PRINT, *hledger.pair(), *hledger.pair("7.00", "€", txnidx="2"),
        hledger.entry(amount="oops")), {}),
    "hledger-register": ("register.csv", hledger.table(hledger.REGISTER, *(
        {"date": "2024-05-01", "description": "Fen", "account": account, "amount": amount}
        for account, amount in ((hledger.ADS, "£5.00"), (hledger.BANK, "£-5.00"),
                                (hledger.ADS, "oops"), (hledger.ADS, "£5.00")))), {}),
    "hledger-print-json": ("print.json", json.dumps([
        posting(hledger.ADS, "1250"), posting(hledger.ADS, "7"), posting("expenses:post", "3"),
        posting(hledger.ADS, "1250")]), {}),
    "hledger-balance": ("balance.csv", hledger.grid(
        ("account", "2024-05", "2024-06"), *BALANCE, ("total", "£9.00", "£10.00")),
        {"parents": "inclusive"}),
    "hledger-budget": ("budget.csv", hledger.grid(
        ("Account", "2024-05", "budget"), *BALANCE, ("Total:", "£9.00", "£9.00")),
        {"organisation": "Fen Party"}),
    "beancount": ("bean.csv", beancount.windows(
        beancount.HEADER, beancount.ADS, beancount.BANK, beancount.ADS.replace("12.50", "x"),
        beancount.ADS.replace("Ads", "Post")), {}),
    "beancount-position": ("positions.csv", beancount.windows(
        "date,payee,narration,account,position", *(
            f"2024-05-0{n},Fen,spot,{account},{cell}" for n, (account, cell) in enumerate(
                (("Expenses:Ads", "12.50 GBP"), ("Assets:Bank", "-12.50 GBP"),
                 ("Expenses:Ads", "12.50"), ("Expenses:Post", "1 EUR")), start=1))), {}),
    "beancount-sums": ("sums.csv", beancount.windows(
        "account,sum_position", "Expenses:Ads, 12.50 GBP", "Assets:Bank ,-12.50 GBP",
        "Expenses:Post,oops", "Expenses:Rent,7 EUR"), {}),
    "beancount-sum": ("sum.csv", beancount.windows(
        "sum(position)", "12.50 GBP", "oops", "7.00 EUR"), {"campaign": "may"}),
}  # fmt: skip


#: Where nothing of a file is refused or set aside.
ALL_GOOD = ("fec-oppexp", "hledger-print-json")


def short_case() -> dict[str, str]:
    """Return tables in Farthing's own columns: the sources and a few rows of each other."""
    made = {
        "links.csv": "entry_id,source_id,kind,name,stands_for\n"
        "l1,canary-official,payee,Fen Ltd,Fen\nl2,canary-official,page,Fen,Fen\n",
        "areas.csv": "entry_id,source_id,map,layout,area_code,area_name,column_at,row_at\n"
        "a1,canary-official,m,odd-r,E14000001,Fen,1,1\na2,canary-official,m,odd,E14000002,Fen,2,1\n",
    }
    for path in CASE.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            most = None if path.stem in ("sources", "campaigns") else 5
            rows = list(islice(csv.reader(file), most))
        made[path.name] = hledger.grid(*rows)
    return made


def told(book: Book, *files: Path, declare: Declared) -> Any:
    """Import files; return all that is said of them, with the head that stands for every row."""
    try:
        receipts = book.add(*files, declare=declare, quarantine=True)
    except FileUnusable as error:
        return str(error)
    heads = book.sql("SELECT head FROM imports ORDER BY batch_id").rows()
    tables = [table.rows() for one in receipts for table in (one.totals, one.first_rows)]
    return receipts, heads, tables


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Cut files into parts of so many rows from now on."""

    def into(rows: int) -> None:
        monkeypatch.setattr("farthing.readers.plain.BLOCK_BYTES", 1)
        monkeypatch.setattr("farthing.records.BATCH_ROWS", rows)

    return into


def test_each_importer_has_a_file_here() -> None:
    own = {one.name for one in OWN}
    assert {*FORMATS} == {one.name for one in IMPORTERS} - own
    assert {name.removesuffix(".csv") for name in short_case()} == own


@pytest.mark.parametrize("importer", FORMATS)
def test_a_file_of_each_format_is_the_same_in_parts_of_a_row(
    tmp_path: Path, cut: Callable[[int], None], importer: str
) -> None:
    name, content, declare = FORMATS[importer]
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    whole = told(Book(tmp_path / "whole.duckdb"), file, declare=declare)
    [receipt] = whole[0]
    assert receipt.importer == importer
    assert receipt.rows_read > receipt.rows_posted or importer in ALL_GOOD
    cut(1)
    assert told(Book(tmp_path / "cut.duckdb"), file, declare=declare) == whole


@pytest.mark.parametrize(("name", "content", "declare"), FILES.values(), ids=FILES.keys())
def test_what_takes_the_whole_file_to_tell_is_the_same(
    tmp_path: Path, cut: Callable[[int], None], name: str, content: str, declare: Declared
) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    whole = told(Book(tmp_path / "whole.duckdb"), file, declare=declare)
    for rows in (1, 2, 3):
        cut(rows)
        assert told(Book(tmp_path / f"{rows}.duckdb"), file, declare=declare) == whole


def test_tables_in_columns_of_our_own_are_the_same(
    tmp_path: Path, cut: Callable[[int], None]
) -> None:
    files = [tmp_path / name for name in short_case()]
    for file in files:
        file.write_text(short_case()[file.name], encoding="utf-8")
    whole = told(Book(tmp_path / "whole.duckdb"), *files, declare={})
    posted = {one.importer: one.rows_posted for one in whole[0]}
    assert min(posted.values()) > 0
    cut(2)
    assert told(Book(tmp_path / "cut.duckdb"), *files, declare={}) == whole
