"""Reach: a worked campaign, its edges, the rules of delivery, and what the case must say."""

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from asked import (
    HOSTILE,
    audited,
    case_row,
    drawn,
    only_people_read_names,
    pounds,
    reads_well,
    sentence,
    sentences,
    spec_of,
    stable,
    statuses,
)
from farthing.book import Book
from farthing.formats import number
from farthing.question import Answer
from farthing.questions.reach_measures import FOUND_CAMPAIGNS
from farthing.stats.consistency import ReachReport, broken_rules
from farthing.stats.delivery import average_frequency, cost_per_person, cost_per_thousand
from farthing.stats.reach import union_bounds
from small_book import Row, small_book

REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="FARTHING_REAL_DATA names no folder")


def campaign(**rest: object) -> dict[str, list[Row]]:
    return {"campaigns": [{"campaign_id": "c", "name": "The campaign", **rest}]}


def spent(amount: str, **rest: object) -> Row:
    return {
        "campaign_id": "c", "amount": amount, "record": "platform", "channel": "facebook", **rest,
    }  # fmt: skip


def shown(amount: str, **rest: object) -> Row:
    return {"campaign_id": "c", "amount": amount, "channel": "facebook", **rest}


def people(amount: str, **rest: object) -> Row:
    return shown(amount, measure="people", **rest)


def everyone(amount: str, name: str = "electors", **rest: object) -> Row:
    return {"segment": name, "amount": amount, "as_of": "2017-06-08", **rest}


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, **{**campaign(), **ledgers}).ask("reach")
    reads_well(answer)
    return answer


def audited_of(folder: Path, **ledgers: list[Row]) -> Answer:
    return audited(small_book(folder, **{**campaign(), **ledgers}), "reach")


def whole(answer: Answer, *names: str) -> tuple[Any, ...]:
    table = answer.tables["delivery"].filter(pl.col("part").is_null())
    return table.row(0)[: len(names)] if not names else table.select(names).row(0)


def ends(answer: Answer, table: str, name: str) -> tuple[Any, Any]:
    columns = [f"{name}_low", f"{name}_high"]
    [found] = answer.tables[table].filter(pl.col("part").is_null()).select(columns).rows()
    return found


# A hand-worked campaign.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return audited_of(
        tmp_path_factory.mktemp("worked"),
        spend=[spent("£42,000 to £51,500")],
        reach=[shown("3.5m"), people("500,000")],
        audiences=[everyone("1,000,000")],
        rates=[{"amount": "£5 to £10"}],
    )


def test_the_worked_campaign_in_sentences(worked: Answer) -> None:
    assert [finding.sentence for finding in worked.findings] == [
        "3,500,000 impressions, claimed in “A source”.",
        "500,000 people, claimed in “A source”.",
        "Each person it reached saw it 7.00 times on average, if delivery was as is claimed.",
        "If all it reached are of “electors”, that is 50% of them, if delivery was as is claimed.",
        "£42,000 to £51,500 charged by the platform on facebook: a thousand impressions for "
        "£12 to £14.71 and a thousand people for £84 to £103, if delivery was as is claimed.",
        "The campaign: 3,500,000 impressions on record, fewer than the 4,200,000 to 10,300,000 "
        "impressions that £42,000 to £51,500 charged by the platform would buy at the prices seen "
        "(facebook), £5 to £10 a thousand.",
        "People reached have an impression each: so in 1 case compared.",
        "People reached are no more than there are: so in 1 case compared.",
        "Nothing on the book can show whether people counted from one day on do not become fewer "
        "as days go by; whether where nobody was reached there are no impressions; whether the "
        "impressions of parts are no more than those of the whole; whether the people of the whole "
        "are no more than those of all its parts together; whether the people of a part are no "
        "more than those of the whole.",
    ]


def test_the_worked_campaign_in_figures(worked: Answer) -> None:
    assert ends(worked, "prices", "cost_per_thousand") == (12, pytest.approx(51_500 / 3_500))
    assert ends(worked, "prices", "cost_per_person") == (0.084, 0.103)
    assert ends(worked, "delivery", "frequency") == (7, 7)
    assert ends(worked, "coverage", "reach_share") == (0.5, 0.5)
    assert ends(worked, "coverage", "rating_points") == (350, 350)
    often = worked.tables["often"].select("at_least_times", "people_low").rows()
    assert often[:3] == [(1, 500_000), (2, 428_571), (3, 367_347)]


def test_a_figure_opens_to_its_rows(worked: Answer) -> None:
    assert worked.rows("delivery", part=None).rows["reach"].height == 2
    assert worked.rows("money").rows["spend"]["entry_id"].unique().to_list() == ["spend-0"]
    assert worked.rows("rules", rule="impressions_cover_people").rows == {}
    assert worked.rows("reach.price").rows.keys() == {"spend", "reach"}
    assert worked.rows("reach.impressions").rows["reach"].height == 2
    assert worked.rows("prices_seen").rows["rates"].height == 1


# Printed prices.


@pytest.mark.parametrize(
    ("money", "impressions", "words"),
    [
        ("£15,000 to £20,000", "800,000", "impressions for £18.75 to £25"),
        ("£1,904", "2,000,000", "impressions for £0.95"),
        ("£4,000 to £6,000", "1,000,000 to 2,000,000", "impressions for £2 to £6"),
    ],
)
def test_printed_prices(tmp_path: Path, money: str, impressions: str, words: str) -> None:
    answer = asked(tmp_path, spend=[spent(money)], reach=[shown(impressions)])
    assert words in sentence(answer, "reach.price")


# Counts, series and segments.


def test_impressions_add_up_and_people_do_not(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        reach=[shown("1,000"), shown("2,000"), people("300"), people("400"), people("0 to 250")],
    )
    assert whole(answer, "impressions_low", "impressions_high") == (3000, 3000)
    assert whole(answer, "people_low", "people_high") == (400, 950)
    assert "Counts of people are not added" in sentence(answer, "reach.people")


def test_two_series_tell_of_the_same_delivery(tmp_path: Path) -> None:
    rows = [("days", "600"), ("days", "500"), ("months", "1,000"), ("months", "50")]
    answer = audited_of(
        tmp_path,
        spend=[spent(f"£{amount}", series=series) for series, amount in rows],
        reach=[shown(amount, series=series) for series, amount in rows]
        + [people("90", series="days"), people("95", series="months")],
    )
    assert whole(answer, "impressions_low", "impressions_high") == (1100, 1100)
    assert whole(answer, "people_low", "people_high") == (95, 95)
    assert answer.tables["money"].row(0, named=True)["spend_low"] == 1100


def test_segments_restate_the_whole(tmp_path: Path) -> None:
    def halves(**rest: object) -> list[Row]:
        return [
            shown("600", segment_kind="gender", segment="female", **rest),
            shown("400", segment_kind="gender", segment="male", **rest),
        ]

    for place, (rows, expected) in enumerate(
        (([shown("1,000"), *halves()], 1000), (halves(), 1000), ([shown("900"), *halves()], 900))
    ):
        folder = tmp_path / str(place)
        folder.mkdir()
        answer = asked(folder, reach=rows)
        assert whole(answer, "impressions_low", "impressions_high") == (expected, expected)
    assert statuses(answer, "reach.parts_within_whole") == ["fail"]
    assert sentence(answer, "reach.parts_within_whole") == (
        "The impressions of parts are no more than those of the whole: not so in 1 of 1 case "
        "compared. The campaign (facebook, gender): at least 1,000 impressions in the parts and at "
        "most 900 impressions in all. Either a figure is wrong, or the figures are not of one "
        "delivery."
    )


def test_channels_that_divide_people_in_two_ways_are_added(tmp_path: Path) -> None:
    young = {"channel": "instagram", "segment_kind": "age", "segment": "18-24"}
    other = {"channel": "instagram", "segment_kind": "gender", "segment": "unknown"}
    answer = asked(
        tmp_path,
        reach=[
            shown("100"), shown("200", **young), shown("150", **other),
            people("10"), people("20", **young), people("15", **other),
        ],
    )  # fmt: skip
    assert ends(answer, "delivery", "impressions") == (300, 300)
    assert ends(answer, "delivery", "people") == (20, 30)
    of_one = answer.tables["delivery"].filter(pl.col("part") == "instagram")
    assert of_one.select("people_low", "people_high").row(0) == (20, 20)


def test_of_audiences_that_may_overlap_the_largest_is_the_least(tmp_path: Path) -> None:
    rows = [
        shown(amount, segment_kind="audience", segment=name)
        for name, amount in (("nurses", "600"), ("runners", "400"))
    ]
    answer = asked(tmp_path, reach=rows)
    assert whole(answer, "impressions_low", "impressions_high") == (600, 1000)


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    plan = {"facebook": "300,000", "google": "400,000", "post": "200,000"}
    return audited_of(
        tmp_path_factory.mktemp("channels"),
        spend=[spent("£60,000", channel=name) for name in plan],
        reach=[people(amount, channel=name.title()) for name, amount in plan.items()],
        audiences=[everyone("1,000,000")],
    )


def test_channels_together_are_bounds_and_a_named_assumption(channels: Answer) -> None:
    assert whole(channels, "people_low", "people_high", "channel") == (
        400_000, 900_000, "3 channels",
    )  # fmt: skip
    row = channels.tables["together"].row(0, named=True)
    assert (row["if_independent_low"], row["if_independent_high"]) == (664_000, 664_000)
    assert (
        "If its 3 channels reached people blindly to each other (Sainsbury’s formula, an "
        "assumption), it would be 664,000 people of the 1,000,000 people of “electors”."
    ) in sentence(channels, "reach.people")


@pytest.mark.parametrize(
    ("rows", "frequency"),
    [
        ([shown("600"), people("100"), people("200", channel="tv")], (2, None)),
        ([shown("600"), people("100"), shown("200", channel="tv")], (0, 8)),
        ([shown("600"), people("200", channel="tv")], (0, None)),
        # a count of no channel is one of them all
        ([shown("600"), shown("200", channel="tv"), people("100", channel="")], (8, 8)),
        ([shown("600"), shown("200", channel="tv"), people("100"), people("100", channel="tv")],
         (4, 8)),
    ],
)  # fmt: skip
def test_what_a_channel_was_not_measured_for_is_not_nothing(
    tmp_path: Path, rows: list[Row], frequency: tuple[float | None, ...]
) -> None:
    assert ends(asked(tmp_path, reach=rows), "delivery", "frequency") == frequency


def test_what_a_channel_adds_has_one_certain_side(channels: Answer) -> None:
    columns = ["part", "people_added_low", "people_added_high", "cost_per_added_person_low",
               "cost_per_added_person_high"]  # fmt: skip
    assert channels.tables["added"].select(columns).rows() == [
        ("facebook", 0, 300_000, 0.2, None),
        ("google", 0, 400_000, 0.15, None),
        ("post", 0, 200_000, 0.3, None),
    ]
    assert sentences(channels, "reach.added_person")[0] == (
        "facebook added 0 to 300,000 people to those of the other channels: a thousand of them for "
        "at least £200, no upper bound."
    )
    assert set(statuses(channels, "reach.added_person")) == {"cannot_tell"}


def test_a_channel_opens_to_its_rows(channels: Answer) -> None:
    one = channels.rows("delivery", part="google").rows["reach"]
    assert one["entry_id"].to_list() == ["reach-1"]
    assert channels.rows("money", part="post").rows["spend"]["entry_id"].to_list() == ["spend-2"]
    assert channels.rows("delivery", part=None).rows["reach"].height == 3


def test_a_channel_beyond_all_others_adds_some_for_certain(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[spent("£100"), spent("£100", channel="post")],
        reach=[people("1,000"), people("100 to 400", channel="post")],
    )
    row = answer.tables["added"].row(0, named=True)
    assert (row["people_added_low"], row["people_added_high"]) == (600, 1000)
    assert row["cost_per_added_person_high"] == pytest.approx(1 / 6)


# Edges of a price.


def test_without_an_upper_bound_one_side_is_left(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100 to £199")], reach=[shown("at least 1,000,000")])
    assert ends(answer, "prices", "cost_per_thousand") == (0, 0.199)
    assert whole(answer, "impressions_low", "impressions_high") == (1_000_000, None)
    assert statuses(answer, "reach.impressions") == ["cannot_tell"]
    assert any(row.get("shape") == "open" for row in drawn(answer))


def test_what_may_be_none_has_no_highest_price(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100 to £199")], reach=[shown("0 to 999")])
    low, high = ends(answer, "prices", "cost_per_thousand")
    assert (low, high) == (pytest.approx(100_000 / 999), None)
    assert statuses(answer, "reach.price") == ["cannot_tell"]


def test_nothing_delivered_has_no_price(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100")], reach=[shown("0"), people("0")])
    assert ends(answer, "prices", "cost_per_thousand") == (None, None)
    assert sentence(answer, "reach.price").endswith(
        "for the money is unknown or nothing may have been delivered."
    )
    assert "it reached nobody" in sentence(answer, "reach.frequency")
    assert statuses(answer, "reach.nobody_sees_nothing") == ["pass"]


def test_nothing_spent_and_refunds(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£0")], reach=[shown("1,000")])
    assert ends(answer, "prices", "cost_per_thousand") == (0, 0)
    refund = tmp_path / "refund"
    refund.mkdir()
    answer = asked(refund, spend=[spent("-£10")], reach=[shown("1,000")], rates=[{"amount": "£5"}])
    assert ends(answer, "prices", "cost_per_thousand") == (-10, -10)
    assert answer.tables["bought"].is_empty()


def test_counts_that_nobody_gives_are_unknown(tmp_path: Path) -> None:
    answer = audited_of(tmp_path, spend=[spent("")], reach=[shown(""), people("")])
    assert whole(answer, "impressions_low", "impressions_high") == (None, None)
    assert ends(answer, "delivery", "frequency") == (None, None)
    assert answer.chart is None


def test_two_currencies_have_no_price_in_one(tmp_path: Path) -> None:
    answer = audited_of(
        tmp_path, spend=[spent("£100"), spent("US$100", currency="USD")], reach=[shown("1,000")]
    )
    assert answer.tables["prices"].is_empty()
    assert sentence(answer, "reach.currencies") == (
        "Its money is in GBP and USD. What all of it bought has no price in one of them: the rate "
        "of exchange is not known."
    )


def test_money_of_another_channel_is_no_price(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[spent("£1,000,000", record="return", channel="")],
        reach=[shown("1,000")],
    )
    assert answer.tables["prices"].is_empty()
    assert sentence(answer, "reach.price") == (
        "What its delivery cost cannot be told: the money on record is for a channel that is not "
        "said, what was measured is of “facebook”."
    )


def test_the_channels_part_of_a_return_is_its_price(tmp_path: Path) -> None:
    answer = audited_of(
        tmp_path,
        spend=[
            spent("£1,000,000", record="return", channel="", entry_id="all"),
            spent("£500", record="return", part_of="all"),
            spent("£200", record="invoice"),
        ],
        reach=[shown("100,000")],
    )
    row = answer.tables["prices"].row(0, named=True)
    assert (row["spend_low"], row["record"], row["cost_per_thousand_low"]) == (500, "return", 5)


def test_a_platforms_charge_without_a_channel_is_for_what_it_delivered(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£50", channel="")], reach=[shown("10,000")])
    assert ends(answer, "prices", "cost_per_thousand") == (5, 5)


def test_sums_beyond_all_reason_are_still_answered(tmp_path: Path) -> None:
    answer = audited_of(
        tmp_path,
        spend=[spent("£9,999,999,999,999,999.99")],
        reach=[shown("9999999999999998"), people("9999999999999999")],
        rates=[{"amount": "£0.01"}],
        audiences=[everyone("1")],
    )
    assert answer.tables["bought"].select("bought_low", "bought_high").rows() == [(None, None)]
    assert statuses(answer, "reach.impressions_cover_people") == ["fail"]


# What is not on record.


def test_no_record_is_never_nothing(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name} for name in ("c", "d")],
        spend=[spent("£100")],
        reach=[shown("1,000", campaign_id="d")],
    )
    assert sentence(answer, "reach.spend_without_delivery") == (
        "1 campaign has money on record and no measure of delivery: c. That is not zero people: no "
        "record was seen."
    )
    assert sentence(answer, "reach.delivery_without_spend") == (
        "1 campaign has delivery measured and no money on record: d. That is not zero money: no "
        "record was seen."
    )


def test_an_empty_book(tmp_path: Path) -> None:
    answer = audited(small_book(tmp_path, campaigns=[]), "reach")
    assert sentence(answer, "reach.no_record") == (
        "No record seen of money spent or of delivery measured."
    )
    assert {finding.status for finding in answer.findings} == {"cannot_tell"}
    assert answer.chart is None


def test_a_record_is_no_claim(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sources=[{"source_id": "library", "rank": "record", "title": "The library"}],
        reach=[shown("1,000", source_id="library"), people("500")],
    )
    assert sentence(answer, "reach.impressions") == (
        "1,000 impressions, recorded in “The library”."
    )
    assert sentence(answer, "reach.people") == "500 people, claimed in “A source”."
    assert {row["kind"] for row in drawn(answer)} == {"record", "claim"}


# The rules.


def test_the_printed_contradictions(tmp_path: Path) -> None:
    day = {"starts_on": "2017-05-01", "ends_before": "2017-05-02"}
    other = {"starts_on": "2017-05-02", "ends_before": "2017-05-03"}
    third = {"starts_on": "2017-05-03", "ends_before": "2017-05-04"}
    answer = audited_of(
        tmp_path,
        reach=[
            people("137,639", **day), shown("0", **day),
            people("0", **other), shown("2.5m", **other),
            people("29,819", **third),
            people("137,639", segment_kind="age", segment="18-24", **third),
        ],
    )  # fmt: skip
    assert "at least 137,639 people of at most 0 impressions" in sentence(
        answer, "reach.impressions_cover_people"
    )
    assert "at least 2,500,000 impressions and nobody reached" in sentence(
        answer, "reach.nobody_sees_nothing"
    )
    assert "at least 137,639 people in one part and at most 29,819 people in all" in sentence(
        answer, "reach.largest_part_within_whole"
    )
    broken = answer.rows("rules", rule="largest_part_within_whole").rows["reach"]
    assert broken["entry_id"].to_list() == ["reach-4", "reach-5"]


def test_more_people_than_there_are(tmp_path: Path) -> None:
    young = {"segment_kind": "age", "segment": "18-24"}
    answer = asked(
        tmp_path,
        reach=[people("7.8m", **young)],
        audiences=[everyone("5.8m", **young), everyone("9m", **young, as_of="2001-04-29")],
    )
    assert sentence(answer, "reach.people_within_population") == (
        "People reached are no more than there are: not so in 1 of 1 case compared. The campaign "
        "(facebook, 18-24): at least 7,800,000 people reached of at most 5,800,000 people that "
        "there are, 2,000,000 people too many or 1.345 times as many. Platforms count accounts and "
        "visitors, and so can count more people than there are."
    )


def test_people_do_not_become_fewer(tmp_path: Path) -> None:
    def until(day: int, amount: str) -> Row:
        return people(amount, starts_on="2017-05-01", ends_before=f"2017-05-{day:02}")

    answer = asked(tmp_path, reach=[until(2, "100"), until(3, "90 to 120"), until(9, "99")])
    assert "not so in 1 of 2 cases compared" in sentence(answer, "reach.cumulative")
    assert "at least 100 people by an earlier day and at most 99 people later" in sentence(
        answer, "reach.cumulative"
    )


def test_a_whole_beyond_all_its_parts(tmp_path: Path) -> None:
    parts = [
        people("40", segment_kind="age", segment=name, channel="") for name in ("18-24", "25-34")
    ]
    answer = asked(tmp_path, reach=[people("100", channel=""), *parts])
    assert statuses(answer, "reach.whole_within_parts") == ["fail"]
    assert "A part may not be listed" in sentence(answer, "reach.whole_within_parts")


counts = st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 9))).map(
    lambda two: (two[0], None if two[1] is None else two[0] + two[1])
)
reports = st.fixed_dictionaries(
    {"people": counts, "impressions": counts},
    optional={"first": counts, "second": counts},
)


def worded(count: tuple[int, int | None]) -> str:
    return f"at least {count[0]}" if count[1] is None else f"{count[0]} to {count[1]}"


def figure(count: tuple[int, int | None]) -> tuple[float, float]:
    return count[0], float("inf") if count[1] is None else count[1]


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(st.lists(reports, min_size=10, max_size=25), st.integers(1, 12))
def test_the_rules_are_those_of_a_report(
    made: list[dict[str, tuple[int, int | None]]], population: int
) -> None:
    names = [f"c{place}" for place in range(len(made))]
    rows = [
        people(worded(count), campaign_id=name, segment_kind="age", segment=part)
        if part in ("first", "second")
        else shown(worded(count), campaign_id=name, measure=part)
        for name, report in zip(names, made, strict=True)
        for part, count in report.items()
    ]
    with TemporaryDirectory() as folder:
        book = small_book(
            Path(folder),
            campaigns=[{"campaign_id": name} for name in names],
            reach=rows,
            audiences=[everyone(str(population))],
        )
        found = book.ask("reach").tables["rules"]
    expected = {"H4": 0, "H7": 0, "H8": 0, "H9": 0, "H10": 0}
    for report in made:
        parts = [figure(report[part]) for part in ("first", "second") if part in report]
        broken = broken_rules(
            ReachReport(
                impressions=figure(report["impressions"]),
                people=figure(report["people"]),
                population=(population, population),
                parts=parts,
                is_cover=bool(parts),
            )
        )
        # people without impressions are in the rule that impressions cover people
        nobody = report["people"][1] == 0
        for one in broken:
            expected[one.rule] += one.rule != "H10" or nobody
    words = {
        "impressions_cover_people": "H4",
        "whole_within_parts": "H7",
        "largest_part_within_whole": "H8",
        "people_within_population": "H9",
        "nobody_sees_nothing": "H10",
    }
    told = dict(found.select("rule", "broken").unique().iter_rows())
    assert {rule: told.get(name, 0) for name, rule in words.items()} == expected


# What holds of every book.

rows_of = st.lists(st.tuples(st.integers(0, 3), counts), min_size=1, max_size=6)


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(st.lists(st.tuples(rows_of, rows_of, counts), min_size=5, max_size=15))
def test_sums_bounds_and_ratios_of_any_book(
    made: list[tuple[Any, Any, tuple[int, int | None]]],
) -> None:
    reach, money = [], []
    for place, (seen, reached, paid) in enumerate(made):
        name = {"campaign_id": f"c{place}"}
        reach += [shown(worded(n), channel=f"m{channel}", **name) for channel, n in seen]
        reach += [people(worded(n), channel=f"m{channel}", **name) for channel, n in reached]
        money.append(spent(f"£{paid[0]} to £{(paid[1] or paid[0]) + 1}", channel="", **name))
    with TemporaryDirectory() as folder:
        book = small_book(
            Path(folder),
            campaigns=[{"campaign_id": f"c{place}"} for place in range(len(made))],
            reach=reach,
            spend=money,
            audiences=[everyone("100")],
        )
        answer = book.ask("reach")
    reads_well(answer)
    delivery = answer.tables["delivery"].filter(pl.col("part").is_null())
    for place, (seen, reached, _) in enumerate(made):
        row = delivery.row(by_predicate=pl.col("campaign_id") == f"c{place}", named=True)
        highs = [count[1] for _, count in seen]
        total = None if None in highs else sum(highs)
        assert row["impressions_low"] == sum(count[0] for _, count in seen)
        assert row["impressions_high"] == total
        lows = union_bounds([count[0] for _, count in reached])
        highs = [count[1] for _, count in reached]
        most = None if None in highs else union_bounds(highs)
        assert lows is not None
        assert (row["people_low"], row["people_high"]) == (lows[0], most[1] if most else None)
        ranges = [
            tuple(None if row[f"{of}_{end}"] is None else Decimal(row[f"{of}_{end}"])
                  for end in ("low", "high"))
            for of in ("impressions", "people")
        ]  # fmt: skip
        expected = average_frequency(*ranges)  # type: ignore[arg-type]
        # what one of the two was not counted on is unknown, and no quotient bounds it
        showing, reaching = ({channel for channel, _ in rows} for rows in (seen, reached))
        least = Decimal(0) if showing - reaching else expected[0]
        most_often = None if reaching - showing else expected[1]
        for end, value in zip(("low", "high"), (least, most_often), strict=True):
            found = row[f"frequency_{end}"]
            assert found == (None if value is None else pytest.approx(float(value)))
    for row in answer.tables["together"].drop_nulls("if_independent_high").iter_rows(named=True):
        assert row["people_low"] <= row["if_independent_high"] <= row["people_high"]


def test_a_price_is_the_quotient_of_ranges(worked: Answer) -> None:
    money = (Decimal(42_000), Decimal(51_500))
    for name, price, of in (
        ("cost_per_thousand", cost_per_thousand, 3_500_000),
        ("cost_per_person", cost_per_person, 500_000),
    ):
        expected = price(money, (Decimal(of), Decimal(of)))
        assert ends(worked, "prices", name) == tuple(float(end or 0) for end in expected)


def test_a_price_far_from_the_others_is_named(tmp_path: Path) -> None:
    prices = [2, 3, 3, 4, 4, 5, 5, 6, 400]
    names = [f"c{place}" for place in range(len(prices))]
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name} for name in names],
        spend=[
            spent(f"£{price}", campaign_id=name) for name, price in zip(names, prices, strict=True)
        ],
        reach=[shown("1,000", campaign_id=name) for name in names],
    )
    [found] = [finding for finding in answer.findings if finding.code == "reach.price_outlier"]
    assert found.status == "fail"
    assert "1 is wholly outside the fences of 9 prices" in found.sentence
    assert found.sentence.endswith("c8 (£400).")
    assert found.rows == ("spend-8", "reach-8")


def test_many_campaigns_are_cut_and_counted(tmp_path: Path) -> None:
    names = [f"c{place:02}" for place in range(FOUND_CAMPAIGNS + 8)]
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name, "name": "Long name " * 12} for name in names],
        spend=[spent("£100 to £199", campaign_id=name) for name in names],
        reach=[
            row
            for place, name in enumerate(names)
            for row in (shown(f"{place + 1},000", campaign_id=name), people("7", campaign_id=name))
        ],
    )
    assert len(sentences(answer, "reach.impressions")) == FOUND_CAMPAIGNS
    assert "The tables have 14 more campaigns." in json.dumps(spec_of(answer))
    assert len(answer.tables["prices"]) == len(names)
    assert len(json.dumps(spec_of(answer))) < 60_000


def test_names_that_mean_harm_are_only_read(tmp_path: Path) -> None:
    names = [f"c{place}" for place in range(len(HOSTILE))]
    answer = audited_of(
        tmp_path,
        sources=[{"source_id": "x", "title": HOSTILE[0]}],
        campaigns=[
            {"campaign_id": name, "name": text} for name, text in zip(names, HOSTILE, strict=True)
        ],
        spend=[
            spent("£100", campaign_id=name, channel=text)
            for name, text in zip(names, HOSTILE, strict=True)
        ],
        reach=[
            shown("1,000", campaign_id=name, channel=text, source_id="x")
            for name, text in zip(names, HOSTILE, strict=True)
        ],
        rates=[{"amount": "£5", "channel": HOSTILE[1]}],
    )
    only_people_read_names(spec_of(answer))


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "reach")


def test_the_case_adds_no_people(case: Answer) -> None:
    week, users = (
        pounds(case_row("reach", name)["amount"]) * 1_000_000
        for name in ("momentum-last-week", "momentum-users")
    )
    row = case.tables["delivery"].row(
        by_predicate=pl.col("campaign_id") == "momentum-ge2017", named=True
    )
    assert (row["people_low"], row["people_high"]) == (users, week + users)
    assert any(
        number(int(users), None) in text and "claimed in" in text
        for text in sentences(case, "reach.people")
    )


def test_the_case_tells_impressions_from_people(case: Answer) -> None:
    row = case.tables["delivery"].row(
        by_predicate=pl.col("campaign_id") == "vote-leave-2016", named=True
    )
    assert (
        row["impressions_low"]
        > pounds(case_row("reach", "vote-leave-impressions")["amount"]) * 10**6
    )
    assert (row["impressions_high"], row["people_low"], row["impressions_claimed"]) == (
        None, None, True,
    )  # fmt: skip


def test_the_cases_chart_is_as_it_was_looked_at(
    case: Answer, golden: Callable[[str, str], None]
) -> None:
    golden("reach.vl.json", stable(spec_of(case)))


# Real files.


@real
def test_the_ad_library_of_2019(tmp_path: Path) -> None:
    files = sorted(Path(REAL or "", "meta_ad_library_api").glob("uk2019_v5_page*.json"))
    book = Book(tmp_path / "real.duckdb")
    book.add(*files, declare={"currency": "GBP", "observed_on": "2019-11-03"})
    answer = audited(book, "reach")
    ads = [ad for file in files for ad in json.loads(file.read_text("utf-8"))["data"]]
    latest = {ad.get("id", place): ad for place, ad in enumerate(ads)}.values()
    known = answer.tables["delivery"].filter(pl.col("part").is_null())
    for name, end in (("low", "lower_bound"), ("high", "upper_bound")):
        money = sum(Decimal(ad["spend"][end]) for ad in latest)
        paid = answer.tables["money"].filter(pl.col("part").is_null())[f"spend_{name}"].sum()
        assert paid == money
    assert known["impressions_low"].sum() == sum(
        int(ad["impressions"]["lower_bound"]) for ad in latest
    )
    open_ended = [ad for ad in latest if "upper_bound" not in ad["impressions"]]
    assert 0 < known["impressions_high"].null_count() <= len(open_ended)
    assert not [f for f in answer.findings if f.status == "fail" and f.table == "rules"]


@real
def test_money_of_googles_bundle_has_no_delivery_on_record(tmp_path: Path) -> None:
    files = sorted(Path(REAL or "", "google_political_ads", "bundle_2019-06").glob("*.csv"))
    book = Book(tmp_path / "real.duckdb")
    book.add(*files)
    answer = audited(book, "reach")
    assert answer.tables["delivery"].is_empty()
    assert answer.tables["prices"].is_empty()
    assert statuses(answer, "reach.spend_without_delivery") == ["cannot_tell"]
    assert answer.chart is None
