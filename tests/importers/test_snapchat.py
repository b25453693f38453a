"""Snapchat's political ads: the layout, the traps, and the real file."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

HEADER = (
    "ADID", "CreativeUrl", "Currency Code", "Spend", "Impressions", "StartDate", "EndDate",
    "OrganizationName", "BillingAddress", "CandidateBallotInformation", "PayingAdvertiserName",
    "Gender", "AgeBracket", "CountryCode", "Regions (Included)", "Regions (Excluded)",
    "Electoral Districts (Included)", "Electoral Districts (Excluded)",
    "Radius Targeting (Included)", "Radius Targeting (Excluded)", "Metros (Included)",
    "Metros (Excluded)", "Postal Codes (Included)", "Postal Codes (Excluded)",
    "Location Categories (Included)", "Location Categories (Excluded)", "Interests", "OsType",
    "Segments", "Language", "AdvancedDemographics", "Targeting Connection Type",
    "Targeting Carrier (ISP)", "CreativeProperties",
)  # fmt: skip
COMMITTEE = (
    "CommitteeName", "CommitteeIdentificationNumber", "DisclosureNameOfCommittee",
    "AdvertisingJurisdiction",
)  # fmt: skip
#: The names that the dictionary beside the file has for some of its columns.
IN_DICTIONARY = {
    "ADID": "AD ID", "CreativeUrl": "CreativeURL", "StartDate": "Start Date",
    "EndDate": "End Date", "OrganizationName": "Organization Name",
    "Postal Codes (Included)": "Postal Code (Included)", "CommitteeName": "Committee Name",
    "CommitteeIdentificationNumber": "Committee Identification Number",
    "DisclosureNameOfCommittee": "Disclosure Name Of Committee",
    "AdvertisingJurisdiction": "Advertising Jurisdiction",
}  # fmt: skip
FIRST = (
    "ADID", "CreativeUrl", "Spend", "Impressions", "StartDate", "EndDate", "OrganizationName",
    "BillingAddress", "CandidateBallotInformation", "PayingAdvertiserName", "Gender", "AgeBracket",
    "CountryCode", "RegionID", "ElectoralDistrictID", "LatLongRad", "MetroID", "Interests",
    "OsType", "Segments", "LocationType", "Language", "AdvancedDemographics",
    "Targeting Connection Type", "Targeting Carrier (ISP)", "Targeting Geo - Postal Code",
    "CreativeProperties",
)  # fmt: skip
NEEDED = (
    "ADID", "Spend", "Impressions", "StartDate", "EndDate", "OrganizationName",
    "PayingAdvertiserName", "CountryCode",
)  # fmt: skip
USUAL = {
    "ADID": "aa01", "Currency Code": "GBP", "Spend": "43", "Impressions": "14700",
    "StartDate": "2019/11/22 06:00:00Z", "EndDate": "2019/11/25 23:59:59Z",
    "OrganizationName": "The Fen Agency", "PayingAdvertiserName": "Friends of the Fen",
    "CountryCode": "united kingdom", "BillingAddress": "1 Home Lane,Fenton,AB1 2CD,GB",
}  # fmt: skip


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "ads.duckdb")


def ads(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(USUAL | row for row in rows)
    return text.getvalue()


def imported(book: Book, text: str, name: str = "PoliticalAds.csv", **options: Any) -> Receipt:
    path = book.path.parent / name
    path.write_bytes(text.encode())
    return book.add(path, **options)[0]


def refusals(book: Book, text: str) -> list[tuple[Any, Any, str]]:
    with pytest.raises(DataRefused) as refused:
        imported(book, text)
    return [(one.column, one.value, one.rule) for one in refused.value.problems]


def only(book: Book, ledger: str) -> dict[str, Any]:
    [row] = book.sql(f"SELECT * FROM current_{ledger}").rows(named=True)
    return row


def test_an_ad_is_money_delivery_and_a_campaign_of_who_runs_and_who_pays(target: Book) -> None:
    receipt = imported(target, ads({}))
    assert receipt.importer == "snapchat"
    assert receipt.ledgers == {"sources": 1, "spend": 1, "reach": 1, "campaigns": 1}
    spend, reach, campaign = (only(target, name) for name in ("spend", "reach", "campaigns"))
    assert (spend["low"], spend["high"], spend["basis"]) == (Decimal("43"), Decimal("43"), "exact")
    assert (spend["currency"], spend["record"], spend["payee"]) == ("GBP", "platform", "Snap")
    assert (str(spend["starts_on"]), str(spend["ends_before"])) == ("2019-11-22", "2019-11-26")
    assert (spend["record_key"], spend["document_ref"]) == ("snapchat:aa01", "aa01")
    assert (reach["measure"], reach["segment_kind"], reach["segment"]) == (
        "impressions", "all", None,
    )  # fmt: skip
    assert (reach["low"], reach["high"]) == (14700, 14700)
    assert spend["series"] == reach["series"] == "snapchat political ads"
    assert spend["campaign_id"] == reach["campaign_id"] == campaign["campaign_id"]
    assert campaign["campaign_id"] == "snapchat:The_Fen_Agency|Friends_of_the_Fen"
    assert (campaign["organisation"], campaign["asked_by"]) == (
        "The Fen Agency", "Friends of the Fen",
    )  # fmt: skip
    assert campaign["name"] == "The Fen Agency for Friends of the Fen"


@pytest.mark.parametrize(
    ("organisation", "payer", "asked_by"),
    [
        ("Friends of the Fen", "Friends of the Fen ", None),
        ("Friends  of the Fen ", "Friends of the Fen", None),
        ("Friends of the Fen", "", None),
        ("", "Friends of the Fen", None),
        ("Friends of the Fen", "friends of the fen", "friends of the fen"),
    ],
)
def test_who_pays_is_named_where_it_is_somebody_else(
    target: Book, organisation: str, payer: str, asked_by: str | None
) -> None:
    imported(target, ads({"OrganizationName": organisation, "PayingAdvertiserName": payer}))
    campaign = only(target, "campaigns")
    assert campaign["organisation"] == "Friends of the Fen"
    assert campaign["asked_by"] == asked_by


def test_two_payers_of_one_agency_are_two_campaigns_and_their_ads_are_not(target: Book) -> None:
    imported(
        target,
        ads({}, {"ADID": "aa02"}, {"ADID": "aa03", "PayingAdvertiserName": "Foes of the Fen"}),
    )
    sums = target.sql("SELECT sum(low)::BIGINT FROM current_spend GROUP BY campaign_id").rows()
    assert sorted(sums) == [(43,), (86,)]
    assert target.sql("SELECT count(*) FROM current_campaigns").item() == 2


def test_long_names_are_told_apart(target: Book) -> None:
    long = "The Fen " * 30
    imported(
        target,
        ads(
            {"PayingAdvertiserName": long + "North"},
            {"ADID": "aa02", "PayingAdvertiserName": long + "South"},
        ),
    )
    names = [row[0] for row in target.sql("SELECT campaign_id FROM current_campaigns").rows()]
    assert len(set(names)) == 2
    assert all(len(name) <= 200 for name in names)


@pytest.mark.parametrize(
    ("start", "end", "starts_on", "ends_before"),
    [
        ("2019/11/22 06:00:00Z", "", "2019-11-22", None),
        ("2019/11/22 06:00:00Z", "2019/11/22 23:00:00Z", "2019-11-22", "2019-11-23"),
        ("2019/11/22 06:00:00Z", "2019/11/24 00:00:00Z", "2019-11-22", "2019-11-24"),
        ("2019/11/22 00:00:00Z", "2019/11/22 00:00:00Z", "2019-11-22", "2019-11-23"),
        ("2019/12/31 06:00:00Z", "2019/12/31 09:00:00Z", "2019-12-31", "2020-01-01"),
    ],
)
def test_moments_become_days(
    target: Book, start: str, end: str, starts_on: str, ends_before: str | None
) -> None:
    imported(target, ads({"StartDate": start, "EndDate": end}))
    for ledger in ("spend", "reach"):
        row = only(target, ledger)
        assert str(row["starts_on"]) == starts_on
        assert row["ends_before"] is None or str(row["ends_before"]) == ends_before
        assert (row["ends_before"] is None) == (ends_before is None)


def test_an_end_before_the_start_is_unknown_and_kept_in_the_note(target: Book) -> None:
    imported(target, ads({"EndDate": "2019/04/12 21:00:00Z"}))
    spend = only(target, "spend")
    assert (spend["low"], spend["ends_before"]) == (Decimal("43"), None)
    assert spend["note"].endswith("EndDate is before its StartDate: 2019/04/12 21:00:00Z")


def test_a_spend_of_nothing_with_impressions_is_posted_as_nothing(target: Book) -> None:
    imported(target, ads({"Spend": "0"}))
    assert (only(target, "spend")["low"], only(target, "spend")["high"]) == (0, 0)
    assert only(target, "reach")["low"] == 14700


def test_a_blank_spend_is_unknown_and_not_nothing(target: Book) -> None:
    imported(target, ads({"Spend": ""}))
    row = only(target, "spend")
    assert (row["low"], row["high"], row["basis"]) == (None, None, "unknown")


def test_what_it_was_aimed_at_is_a_note_and_no_delivery(target: Book) -> None:
    aims = {
        "Gender": "FEMALE", "AgeBracket": "18-24", "Postal Codes (Included)": "zz1 1,zz1 2",
        "Regions (Excluded)": "Fenshire", "CandidateBallotInformation": "Register to vote",
    }  # fmt: skip
    imported(target, ads(aims))
    assert only(target, "spend")["note"] == (
        "Aimed at country united kingdom; gender FEMALE; age 18-24; regions left out Fenshire; "
        "postal codes zz1 1,zz1 2. about Register to vote"
    )
    assert only(target, "reach")["segment"] is None


def test_a_billing_address_is_in_no_ledger(target: Book) -> None:
    imported(target, ads({}))
    for ledger in ("spend", "reach", "campaigns", "sources"):
        row = target.sql(f"SELECT * FROM {ledger}").rows()
        assert "Home Lane" not in str(row)
    assert target.sql("SELECT count(*) FROM refused_rows").item() == 0


@pytest.mark.parametrize("names", [{}, IN_DICTIONARY])
def test_the_columns_since_2021_are_known_in_both_spellings(
    target: Book, names: dict[str, str]
) -> None:
    row = {"CommitteeName": "Fen Committee", "AdvertisingJurisdiction": "Fenshire"}
    first, rest = ads(row, header=HEADER[:11] + COMMITTEE + HEADER[11:]).split("\r\n", 1)
    header = ",".join(names.get(name, name) for name in first.split(","))
    receipt = imported(target, f"{header}\r\n{rest}")
    assert (receipt.importer, receipt.rows_posted, receipt.rows_read) == ("snapchat", 1, 1)
    note = only(target, "spend")["note"]
    assert note.endswith("committee Fen Committee; jurisdiction Fenshire")


def test_the_first_files_leave_their_currency_open(target: Book) -> None:
    first = ads({"RegionID": "25020", "LocationType": "university"}, header=FIRST)
    words = "is blank: declare which currency it is, as in --declare currency=USD"
    assert ("Currency Code", None, words) in refusals(target, first)
    imported(target, first, declare={"currency": "EUR"})
    row = only(target, "spend")
    assert (row["currency"], row["low"]) == ("EUR", 43)
    assert "regions by number 25020; places university" in row["note"]


def test_what_is_declared_never_replaces_the_currency_of_a_row(target: Book) -> None:
    imported(target, ads({}, {"ADID": "aa02", "Currency Code": " "}), declare={"currency": "SEK"})
    assert target.sql("SELECT currency FROM current_spend ORDER BY 1")["currency"].to_list() == [
        "GBP", "SEK",
    ]  # fmt: skip


def test_an_ad_in_the_files_of_two_years_counts_once(target: Book) -> None:
    both = {"StartDate": "2018/10/23 14:51:20Z", "EndDate": "2019/10/28 14:56:19Z"}
    for year in ("2018", "2019"):
        text = ads(both, {"ADID": f"of {year}", "Spend": "1"})
        imported(target, text, f"{year}.csv")
    assert target.sql("SELECT sum(low)::INT, count(*) FROM current_spend").row(0) == (45, 3)


def test_columns_of_targeting_may_be_missing(target: Book) -> None:
    imported(target, ads({}, header=(*NEEDED, "Currency Code")))
    assert only(target, "spend")["note"] == "Aimed at country united kingdom"


@pytest.mark.parametrize("name", NEEDED)
def test_the_others_must_be_there(target: Book, name: str) -> None:
    header = tuple(one for one in HEADER if one != name)
    with pytest.raises(FileUnusable, match="is of no known format"):
        imported(target, ads({}, header=header))


def test_currencies_are_those_of_the_rows(target: Book) -> None:
    imported(target, ads({}, {"ADID": "aa02", "Currency Code": "EUR", "Spend": "7"}))
    sums = target.sql("SELECT currency, low::BIGINT FROM current_spend ORDER BY 1").rows()
    assert sums == [("EUR", 7), ("GBP", 43)]


def test_of_two_files_the_later_figures_count(target: Book) -> None:
    imported(target, ads({"Spend": "90"}), "PoliticalAds-2019-12-20.csv")
    imported(target, ads({"Spend": "43"}), "PoliticalAds-2019-12-01.csv")
    assert only(target, "spend")["low"] == 90
    assert str(only(target, "spend")["observed_on"]) == "2019-12-20"


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"ADID": " "}, "ADID", "is blank and must not be"),
        ({"Currency Code": ""}, "Currency Code", "is blank: declare which currency it is"),
        ({"Currency Code": "£"}, "Currency Code", "is not an ISO 4217 currency"),
        ({"Spend": "lots"}, "Spend", "cannot be read"),
        ({"Spend": "1.005"}, "Spend", "cannot be read"),
        ({"Impressions": "1.5"}, "Impressions", "cannot be read"),
        ({"Impressions": "-1"}, None, "counts fewer than none"),
        ({"StartDate": "22/11/2019"}, "StartDate", "expected yyyy/mm/dd hh:mm:ssZ"),
        ({"EndDate": "2019/13/01 00:00:00Z"}, "ends_before", "expected yyyy/mm/dd hh:mm:ssZ"),
        ({"OrganizationName": "", "PayingAdvertiserName": ""}, "organisation", "is blank"),
        ({"OrganizationName": "A\x1bB"}, "organisation", "control character"),
    ],
)
def test_what_cannot_be_read_is_refused(
    target: Book, cells: dict[str, str], column: str | None, rule: str
) -> None:
    found = refusals(target, ads(cells))
    assert any(one[0] == column and rule in one[2] for one in found), found


def test_an_ad_twice_in_one_file_is_refused(target: Book) -> None:
    words = "stands in more than one row: its money would count as often"
    assert refusals(target, ads({}, {"Spend": "44"}, {"ADID": "aa02"})) == [
        ("ADID", "aa01", words), ("ADID", "aa01", words),
    ]  # fmt: skip


def test_text_stays_text(target: Book) -> None:
    name = "=1+1 '); DROP TABLE spend; -- | \u202e"
    imported(target, ads({"OrganizationName": name, "ADID": "'x' || \"y\""}))
    assert only(target, "campaigns")["organisation"] == name.strip()
    assert only(target, "spend")["document_ref"] == "'x' || \"y\""


# The real file.

REAL = Path(os.environ.get("FARTHING_REAL_DATA", "")) / "snapchat" / "PoliticalAds2019_uk.csv"


@pytest.mark.skipif("FARTHING_REAL_DATA" not in os.environ, reason="no real files here")
def test_the_real_ads_of_2019(target: Book) -> None:
    receipt = target.add(REAL)[0]
    with REAL.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    money: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        money[row["Currency Code"]] += Decimal(row["Spend"])
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (486, 486, 0)
    found = target.sql("SELECT currency, sum(low), sum(high) FROM current_spend GROUP BY 1")
    assert {code: (low, high) for code, low, high in found.rows()} == {
        code: (total, total) for code, total in money.items()
    }
    assert dict(money) == {"GBP": 359_673, "EUR": 52}
    impressions = sum(int(row["Impressions"]) for row in rows)
    assert target.sql("SELECT sum(low) FROM current_reach").item() == impressions == 183_226_956
    each = {f"snapchat:{row['ADID']}": Decimal(row["Spend"]) for row in rows}
    assert dict(target.sql("SELECT record_key, low FROM current_spend").rows()) == each
    running = sum(1 for row in rows if not row["EndDate"] or row["EndDate"] < row["StartDate"])
    ends = "SELECT count(*) FROM current_spend WHERE ends_before IS NULL"
    assert target.sql(ends).item() == running == 33
    pairs = {(row["OrganizationName"].strip(), row["PayingAdvertiserName"].strip()) for row in rows}
    assert target.sql("SELECT count(*) FROM current_campaigns").item() == len(pairs)
