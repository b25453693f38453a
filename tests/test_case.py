"""The shipped data set, read with nothing but csv and Decimal, against figures worked by hand."""

import csv
import importlib.util
import os
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from farthing.ledger import Ledger
from farthing.ledgers import BY_NAME
from farthing.ledgers import LEDGERS as ALL_LEDGERS
from farthing.wording import parse

CASE = Path(__file__).parent.parent / "data" / "ge2017"
RETURNS = "Campaign spending returns over £250,000, general election 2017"
DRUM = "Facebook spending by party, general election 2015, as listed by The Drum"
PUDSEY, LEEDS_NORTH_EAST = "E14000886", "E14000779"
#: The case links no names and draws no map.
WITHOUT = ("links", "areas")
LEDGERS = [ledger for ledger in ALL_LEDGERS if ledger.name not in WITHOUT]
STATEMENT_LEDGERS = ("budgets", "comparisons", "transfers", "sightings", "resources", "statements")
NAMES = [ledger.name for ledger in LEDGERS]

Row = dict[str, str]


@cache
def rows(name: str) -> list[Row]:
    with (CASE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def by_id(name: str) -> dict[str, Row]:
    return {row["entry_id"]: row for row in rows(name)}


def pounds(text: str) -> Decimal:
    """Read a figure such as £1.21m, in whatever words stand before it."""
    found = re.search(r"([0-9][0-9,]*(?:\.[0-9]+)?)(m?)", text)
    assert found is not None, text
    factor = 1_000_000 if found[2] else 1
    return Decimal(found[1].replace(",", "")) * factor


def of_source(title: str) -> list[Row]:
    ids = {row["source_id"] for row in rows("sources") if row["title"] == title}
    assert len(ids) == 1
    return [row for row in rows("spend") if row["source_id"] in ids]


def total(entries: list[Row]) -> Decimal:
    return sum((pounds(row["amount"]) for row in entries), Decimal(0))


@cache
def results(year: str) -> dict[str, list[tuple[int, str]]]:
    """Votes and party by area, from the most votes."""
    areas: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows("contests"):
        if row["election"] == f"general election {year}":
            areas[row["area_code"]].append((int(row["votes"]), row["party"]))
    return {code: sorted(votes, reverse=True) for code, votes in areas.items()}


def majority(year: str, code: str) -> int:
    (first, _), (second, _) = results(year)[code][:2]
    return first - second


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CASE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The files and the rows.


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_utf8_with_lf_and_a_final_newline(name: str) -> None:
    content = (CASE / f"{name}.csv").read_bytes()
    assert content.decode("utf-8").endswith("\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert b"\n\n" not in content


@pytest.mark.parametrize("ledger", LEDGERS, ids=NAMES)
def test_a_file_has_the_columns_of_its_ledger_and_its_rows_a_key_of_their_own(
    ledger: Ledger,
) -> None:
    header = list(rows(ledger.name)[0])
    assert set(header) <= set(ledger.file_columns)
    assert ledger.required_columns <= set(header)
    for row in rows(ledger.name):
        assert None not in row
        assert all(value == value.strip() for value in row.values())
        assert all(row[column] for column in ledger.required_columns - {"amount"})
    for key in (("entry_id",), ledger.key):
        keys = [tuple(row[column] for column in key) for row in rows(ledger.name)]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("ledger", LEDGERS, ids=NAMES)
def test_every_reference_leads_to_a_row(ledger: Ledger) -> None:
    for column, other, key in ledger.references:
        known = {row[key] for row in rows(other)}
        cited = {row[column] for row in rows(ledger.name) if row.get(column)}
        assert cited <= known


def test_a_row_comes_after_the_row_it_is_a_part_of() -> None:
    seen = set()
    for row in rows("spend"):
        assert not row["part_of"] or row["part_of"] in seen
        seen.add(row["entry_id"])


@pytest.mark.parametrize("ledger", [x for x in LEDGERS if x.has_amount], ids=lambda x: x.name)
def test_every_amount_can_be_read(ledger: Ledger) -> None:
    for row in rows(ledger.name):
        unit = row.get(ledger.amount_unit, ledger.amount_unit)
        amount = parse(row["amount"] or None, unit=unit, locale="en_GB")
        assert (amount.basis == "unknown") == (not row["amount"]), row["entry_id"]


@pytest.mark.parametrize("name", NAMES)
def test_days_are_iso_days(name: str) -> None:
    columns = {"published_on", "stated_on", "incurred_on", "starts_on", "ends_before", "held_on"}
    for row in rows(name):
        for column in columns & set(row):
            assert not row[column] or date.fromisoformat(row[column]).isoformat() == row[column]


def test_every_source_is_used_or_says_what_it_is_for() -> None:
    cited = {row["source_id"] for name in NAMES if name != "sources" for row in rows(name)}
    notes = " ".join(row["note"] for name in NAMES if name != "contests" for row in rows(name))
    idle = [s for s in by_id("sources") if s not in cited and s not in notes]
    assert idle == []


def test_every_witness_has_one_source_and_one_official_stands_behind_many() -> None:
    origins = defaultdict(set)
    for row in rows("sources"):
        origins[row["origin_id"]].add(row["publisher"])
    assert all(origins)
    official = origins["labour-official-unnamed"]
    assert {"The Canary", "inews", "Daily Mail", "PoliticsHome", "The Times"} <= official


def test_what_was_not_read_in_the_original_says_so() -> None:
    for row in rows("sources"):
        if row["rank"] in ("named_witness", "unnamed_witness", "opinion", "audited_return"):
            assert row["locator"] or row["note"], row["source_id"]


@pytest.mark.parametrize("name", STATEMENT_LEDGERS)
def test_everything_said_has_somebody_who_said_it(name: str) -> None:
    assert all(row["said_by"] for row in rows(name))


def test_what_an_unnamed_person_said_has_the_chain_it_came_by() -> None:
    for name in STATEMENT_LEDGERS:
        for row in rows(name):
            if row["said_by"].startswith("unnamed"):
                assert row["reported_by"], row["entry_id"]


# The figures.


def test_the_nine_returns_sum() -> None:
    nine = of_source(RETURNS)
    parties = [r for r in nine if r["campaign_id"] not in ("best-for-britain-ge2017", "nut-ge2017")]
    assert len(nine) == 9
    assert total(nine) == 39_518_067
    assert total(parties) == 38_838_643
    spent = {row["campaign_id"]: pounds(row["amount"]) for row in nine}
    assert spent["conservative-ge2017"] - spent["labour-ge2017"] == 7_561_122
    assert {(row["starts_on"], row["ends_before"]) for row in nine} == {
        ("2016-06-09", "2017-06-09")
    }


def test_only_totals_are_added_up() -> None:
    whole = [row for row in rows("spend") if not row["part_of"]]
    of_2017 = [row for row in whole if row["campaign_id"].endswith("-ge2017")]
    assert total(of_2017) == 39_518_067


def test_a_part_is_of_the_same_campaign_and_no_more_than_its_whole() -> None:
    spend = by_id("spend")
    for row in spend.values():
        if row["part_of"]:
            whole = spend[row["part_of"]]
            assert row["campaign_id"] == whole["campaign_id"]
            assert pounds(row["amount"]) <= pounds(whole["amount"])


def test_facebook_in_2017_is_about_three_million_in_2015_by_the_list_more_than_it_says() -> None:
    spend = by_id("spend")
    con, lab, libdem = (
        pounds(spend[f"ret-{party}-2017-facebook"]["amount"])
        for party in ("conservative", "labour", "libdem")
    )
    assert con + lab + libdem == 3_089_599
    assert total(of_source(DRUM)) == 1_508_711


def test_the_claim_is_a_small_share_of_what_labour_returned() -> None:
    claim = pounds(by_id("budgets")["claim-5000"]["amount"])
    facebook = pounds(by_id("spend")["ret-labour-2017-facebook"]["amount"])
    returned = pounds(by_id("spend")["ret-labour-2017"]["amount"])
    assert [claim, facebook, returned] == [5_000, 577_270, 11_003_980]
    assert round(100 * claim / facebook, 2) == Decimal("0.87")
    assert round(100 * claim / returned, 3) == Decimal("0.045")


def test_the_claim_buys_over_two_thousand_impressions_for_each_of_five_hundred() -> None:
    rates = by_id("rates")
    cheap = pounds(rates["snapchat-uk-labour-ge2019"]["amount"])
    dear = pounds(rates["facebook-uk-2015-11"]["amount"].rpartition(" to ")[2])
    assert (cheap, dear) == (Decimal("2.70"), Decimal("4.74"))
    fewest, most = (round(1000 * 5_000 / price) for price in (dear, cheap))
    assert (fewest, most) == (1_054_852, 1_851_852)
    assert fewest / 500 > 2_000


def test_the_stages_of_the_schemes_are_claims_and_the_request_has_no_size() -> None:
    budgets = by_id("budgets")
    schemes = [b for b in budgets.values() if b["campaign_id"] == "leader-facebook-schemes"]
    assert {b["stage"] for b in schemes} == {"requested", "claimed"}
    assert parse(budgets["req-fortune"]["amount"], unit="GBP", locale="en_GB").high is None
    (relation,) = rows("comparisons")
    assert (relation["greater_entry"], relation["lesser_entry"]) == ("req-fortune", "claim-5000")
    assert not [s for s in rows("spend") if s["campaign_id"] == "leader-facebook-schemes"]


@pytest.mark.parametrize(
    ("year", "code", "expected"),
    [
        ("2015", PUDSEY, 4_501),
        ("2017", PUDSEY, 331),
        ("2015", LEEDS_NORTH_EAST, 7_250),
        ("2017", LEEDS_NORTH_EAST, 16_991),
    ],
)
def test_majorities(year: str, code: str, expected: int) -> None:
    assert majority(year, code) == expected


def test_the_votes_of_the_two_neighbours() -> None:
    pudsey = [(25_550, "Con"), (25_219, "Lab"), (1_761, "LD")]
    assert results("2017")[PUDSEY][:3] == pudsey
    assert [votes for votes, _ in results("2017")[PUDSEY][3:]] == [1_138, 291]
    leeds = [votes for votes, _ in results("2017")[LEEDS_NORTH_EAST]]
    assert leeds == [33_436, 16_445, 1_952, 680, 303, 116, 67]
    assert results("2015")[PUDSEY][:2] == [(23_637, "Con"), (19_136, "Lab")]
    assert results("2015")[LEEDS_NORTH_EAST][:2] == [(23_137, "Lab"), (15_887, "Con")]


def test_a_printed_turnout_leaves_the_independent_out() -> None:
    electorate = {row["area_code"]: row["electorate"] for row in rows("contests")}
    assert (electorate[PUDSEY], electorate[LEEDS_NORTH_EAST]) == ("72622", "70112")
    valid = sum(votes for votes, _ in results("2017")[PUDSEY])
    printed = int(pounds(by_id("statements")["valid-pudsey-thoresby"]["amount"]))
    assert (valid, printed, valid - printed) == (53_959, 53_668, 291)
    assert round(Decimal(100 * printed) / 72_622, 2) == Decimal("73.90")
    assert round(Decimal(100 * valid) / 72_622, 2) == Decimal("74.30")
    assert sum(votes for votes, _ in results("2017")[LEEDS_NORTH_EAST]) == 52_999


def test_seven_seats_and_the_votes_that_would_have_switched_them() -> None:
    holds = sorted(
        seat[0][0] - seat[1][0]
        for seat in results("2017").values()
        if (seat[0][1], seat[1][1]) == ("Con", "Lab")
    )[:7]
    assert holds == [31, 314, 331, 345, 346, 353, 507]
    assert sum(holds) == 2_227
    assert sum(margin // 2 + 1 for margin in holds) == 1_118


def test_the_country() -> None:
    assert len(results("2015")) == len(results("2017")) == 650
    winners = [seat[0][1] for seat in results("2017").values()]
    assert (winners.count("Con"), winners.count("Lab"), winners.count("Spk")) == (317, 262, 1)
    assert sum(votes for seat in results("2017").values() for votes, _ in seat) == 32_204_184
    electors = {r["area_code"]: int(r["electorate"]) for r in rows("contests") if r["electorate"]}
    assert sum(electors.values()) == 46_836_533


def test_labours_share_rose_by_what_three_outlets_round() -> None:
    shares = []
    for year in ("2015", "2017"):
        votes = [v for seat in results(year).values() for v in seat]
        labour = sum(count for count, party in votes if party == "Lab")
        shares.append(Decimal(100 * labour) / sum(count for count, _ in votes))
    assert round(shares[1] - shares[0], 2) == Decimal("9.54")


def test_the_majorities_in_the_notes_on_funded_seats_are_those_of_the_votes() -> None:
    names = {row["area_code"]: row["area_name"] for row in rows("contests")}
    listed = [row for row in rows("resources") if row["resource"].startswith("funding")]
    assert len(listed) == 9 + 5
    for row in listed:
        code = row["area_code"]
        before, after = majority("2015", code), majority("2017", code)
        expected = f"{names[code]}: majority {before:,} in 2015, {after:,} in 2017."
        assert expected in row["note"]


def test_a_stated_none_is_zero_and_not_missing() -> None:
    resources = by_id("resources")
    assert resources["organisers-pudsey"]["amount"] == "0"
    assert resources["organisers-leeds-north-east"]["amount"] == "two"
    held = {row["held_on"] for row in rows("contests")}
    assert all(
        max(d for d in held if d < r["starts_on"]) == "2015-05-07" for r in rows("resources")
    )


def test_shares_of_the_limits_on_candidates() -> None:
    spend, said = by_id("spend"), by_id("statements")
    electors = {"pudsey": 70_533, "leeds-north-east": 69_097}
    for seat, code in (("pudsey", "pudsey"), ("leeds-north-east", "leeds-ne")):
        for period, base in (("long", 30_700), ("short", 8_700)):
            limit = pounds(said[f"limit-{code}-2015-{period}"]["amount"])
            assert limit == base + Decimal("0.06") * electors[seat]
            spent = pounds(spend[f"ret-labour-{seat}-2015-{period}"]["amount"])
            share = Decimal(said[f"share-{code}-2015-{period}"]["amount"])
            printed_low = Decimal("0.01") if (code, period) == ("pudsey", "short") else 0
            assert round(100 * spent / limit, 2) == share + printed_low


def test_prices_follow_from_the_spending_and_the_impressions_in_their_notes() -> None:
    rates = by_id("rates")

    def cpm(spent: int, impressions: int) -> Decimal:
        return round(Decimal(1000 * spent) / impressions, 2)

    def ends(entry: str) -> list[Decimal]:
        return [pounds(end) for end in rates[entry]["amount"].split(" to ")]

    library = [cpm(235_000, 67_990_147), cpm(765_737, 45_198_000)]
    assert ends("facebook-uk-political-2019-11-03") == library
    assert ends("snapchat-uk-labour-ge2019") == [cpm(97_368, 36_119_130)]
    assert ends("facebook-uk-sky-2019-11") == [cpm(42_000, 3_500_000), cpm(51_500, 3_500_000)]


def test_the_share_momentum_claims_is_not_that_of_its_own_figures() -> None:
    said = by_id("statements")
    reached, base = (
        pounds(said[key]["amount"]) for key in ("momentum-users", "momentum-users-base")
    )
    assert round(100 * reached / base, 2) == Decimal("41.14")
    claimed = said["momentum-share-claimed"]
    assert (claimed["quote"], claimed["amount"]) == ("a third", "about 33")
    assert claimed["quantity"] == " as a percentage of ".join(
        said[key]["quantity"] for key in ("momentum-users", "momentum-users-base")
    )


def test_quantities_that_are_computed_are_named_after_what_they_are_computed_from() -> None:
    titles = {row["title"] for row in rows("sources")}
    names = {row["name"] for row in rows("campaigns")}
    areas = {row["area_name"] for row in rows("contests")} | {"United Kingdom"}
    made = re.compile(" plus | less | as a multiple of | as a percentage of ")
    stated = [part for row in rows("statements") for part in made.split(row["quantity"])]
    for quantity in stated:
        if quantity.endswith(": sum of its rows"):
            assert quantity.removesuffix(": sum of its rows") in titles
        elif re.search(r": (facebook|google|total) spending$", quantity):
            assert quantity.rpartition(": ")[0] in names
        elif found := re.match(
            r"(.+) (majority|valid votes|turnout in percent), general", quantity
        ):
            assert found[1] in areas


# What is derived.


def test_the_description_is_current() -> None:
    described = (CASE / "datapackage.json").read_text(encoding="utf-8")
    assert described == script("describe").describe(CASE), "run data/ge2017/describe.py"
    for name in BY_NAME:
        assert (f'"path": "{name}.csv"' in described) is (name not in WITHOUT)


def test_contests_are_what_the_results_give() -> None:
    folder = os.environ.get("FARTHING_REAL_DATA")
    if not folder:
        pytest.skip("FARTHING_REAL_DATA names no folder with the results files")
    derived = script("derive_contests").derive(Path(folder) / "elections")
    assert derived == (CASE / "contests.csv").read_text(encoding="utf-8")


def test_a_result_that_is_wrong_stops_the_derivation() -> None:
    derive = script("derive_contests")
    with pytest.raises(ValueError, match="electorate 2017: 0, not 46836533"):
        derive._verify([{**row, "electorate": ""} for row in rows("contests")])
