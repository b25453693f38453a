"""Pacing: worked days, what a period allows, plans, limits, and what the shipped case must say."""

import os
from collections.abc import Callable
from datetime import date, timedelta
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
    case_rows,
    drawn,
    only_people_read_names,
    pounds,
    reads_well,
    same_in_any_client,
    sentence,
    sentences,
    spec_of,
    stable,
    statuses,
)
from farthing import charts
from farthing.book import Book
from farthing.question import Answer
from small_book import Row, seat, small_book

REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="FARTHING_REAL_DATA names no folder")
PERIOD = {"starts_on": "2017-05-01", "ends_before": "2017-05-08"}
WEEK = {"incurred_on": "", **PERIOD}


def campaign(**rest: object) -> dict[str, list[Row]]:
    dates = {"starts_on": "2017-05-01", "ends_before": "2017-06-09"}
    return {"campaigns": [{"campaign_id": "c", "name": "The campaign", **dates, **rest}]}


def spent(amount: str, on: str = "2017-05-01", **rest: object) -> Row:
    return {"campaign_id": "c", "amount": amount, "incurred_on": on, **rest}


def planned(stage: str, amount: str, **rest: object) -> Row:
    return {"campaign_id": "c", "stage": stage, "amount": amount, **rest}


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, **{**campaign(), **ledgers}).ask("pacing")
    reads_well(answer)
    if answer.chart is not None:
        assert charts.svg(spec_of(answer))
    return answer


def band(answer: Answer, record: str = "return") -> dict[str, tuple[Any, Any]]:
    days = answer.tables["days"].filter(pl.col("record") == record)
    return {f"{day}": (low, high) for day, low, high in days.select("day", "low", "high").rows()}


# A hand-worked campaign.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        **campaign(),
        budgets=[
            planned("requested", "£1,000", said_by="the office"),
            planned("approved", "about £500", said_by="the committee", reported_by="a paper"),
        ],
        spend=[
            spent("£100", "2017-05-02"),
            spent("£200", **WEEK),
            spent("£50 to £80", "2017-05-20"),
            spent("£40", "2017-06-09"),
            spent("£90", "2017-05-03", record="platform"),
        ],
        reach=[
            {"campaign_id": "c", "amount": "1,000 to 1,999", **PERIOD},
            {"campaign_id": "c", "amount": "300", "segment_kind": "age", "segment": "18-24"},
        ],
    )
    return audited(book, "pacing")


def test_what_had_been_spent_by_each_day(worked: Answer) -> None:
    assert band(worked) == {
        "2017-05-01": (0, 200),
        "2017-05-02": (100, 300),
        "2017-05-07": (300, 300),
        "2017-05-20": (350, 380),
        "2017-06-09": (390, 420),
    }
    assert band(worked, "platform") == {"2017-05-03": (90, 90)}
    assert band(worked, "impressions") == {"2017-05-01": (0, 1999), "2017-05-07": (1000, 1999)}


def test_the_worked_campaign_in_sentences(worked: Answer) -> None:
    assert [(finding.status, finding.sentence) for finding in worked.findings] == [
        (
            "pass",
            "The campaign, declared in a return from 2017-05-01 to 2017-06-09: £390 to £420. "
            "Half of it was reached at some day from 2017-05-01 to 2017-05-07.",
        ),
        (
            "cannot_tell",
            "The campaign, shown from 2017-05-01 to 2017-05-07: 1,000 to 1,999 impressions. "
            "When within that time cannot be told: the record gives a period and no days.",
        ),
        (
            "pass",
            "The campaign, charged by the platform on 2017-05-03: £90. "
            "Half of it was reached by 2017-05-03.",
        ),
        (
            "fail",
            "The campaign: 1 row declared in a return, £40, lies after the campaign's last day, "
            "2017-06-08: on 2017-06-09.",
        ),
        (
            "pass",
            "The campaign: no more is declared in a return than was approved, £390 to £420 and "
            "£450 to £549.99. The plan is as told by the committee, reported by a paper.",
        ),
        (
            "pass",
            "The campaign: no more is charged by the platform than was approved, £90 and £450 to "
            "£549.99. The plan is as told by the committee, reported by a paper.",
        ),
        (
            "pass",
            "The campaign: no more is declared in a return than was requested, £390 to £420 and "
            "£1,000. The plan is as told by the office.",
        ),
        (
            "pass",
            "The campaign: no more is charged by the platform than was requested, £90 and "
            "£1,000. The plan is as told by the office.",
        ),
        ("pass", "All money of 1 line lies within the dates of its campaign."),
        (
            "cannot_tell",
            "No legal period is on the book: what lies outside is told by the dates of each "
            "campaign.",
        ),
    ]


def test_a_figure_opens_to_its_rows(worked: Answer) -> None:
    def names(figure: str, **cells: object) -> dict[str, list[str]]:
        basis = worked.rows(figure, **cells)
        return {name: rows["entry_id"].to_list() for name, rows in basis.rows.items()}

    returned = ["spend-0", "spend-1", "spend-2", "spend-3"]
    assert names("lines", record="return") == {"spend": returned}
    assert names("lines", record="impressions") == {"reach": ["reach-0"]}
    assert names("days", record="return", day=date(2017, 5, 7)) == {"spend": returned[:2]}
    assert names("days", record="return", day=date(2017, 6, 9)) == {"spend": returned}
    assert names("outside", side="after") == {"spend": ["spend-3"]}
    assert names("plans", stage="approved") == {"budgets": ["budgets-1"]}
    assert names("held", against="approved") == {"budgets": ["budgets-1"]}


# The band.

days = st.dates(date(2017, 5, 1), date(2017, 5, 12))
sums = st.integers(-50, 200)


@st.composite
def rows_of_spend(draw: st.DrawFn) -> Row:
    low = draw(sums)
    high = low + draw(st.sampled_from([0, 0, 7]))
    first = draw(days)
    is_day = draw(st.booleans())
    return {
        "low": low,
        "high": high,
        "amount": f"£{low}" if low == high else f"£{low} to £{high}",
        "first": first,
        "last": first if is_day else first + timedelta(days=draw(st.integers(0, 5))),
        "record": draw(st.sampled_from(["return", "platform"])),
        "campaign_id": draw(st.sampled_from(["c", "d"])),
    }


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(st.lists(rows_of_spend(), min_size=20, max_size=60), st.randoms(use_true_random=False))
def test_the_band_holds_every_course_and_ends_at_the_total(rows: list[Any], chance: Any) -> None:
    rows = [row for row in rows if row["low"] >= 0 or row["low"] == row["high"]]
    with TemporaryDirectory() as folder:
        book = small_book(
            Path(folder),
            campaigns=[{"campaign_id": name} for name in ("c", "d")],
            spend=[
                {
                    **{name: row[name] for name in ("amount", "record", "campaign_id")},
                    "amount": row["amount"].replace("£-", "-£"),
                    "incurred_on": "",
                    "starts_on": row["first"],
                    "ends_before": row["last"] + timedelta(days=1),
                }
                for row in rows
            ],
        )
        answer = book.ask("pacing")
        totals = book.sql("SELECT campaign_id, record, low, high FROM spend_totals").rows()
        same_in_any_client(book, answer)
    table = answer.tables["days"]
    for campaign_id, record, low, high in totals:
        mine = table.filter((pl.col("campaign_id") == campaign_id) & (pl.col("record") == record))
        assert mine.select("low", "high").row(-1) == (low, high)  # conservation
        course = [
            row for row in rows if (row["campaign_id"], row["record"]) == (campaign_id, record)
        ]
        when = [
            row["first"] + timedelta(days=chance.randint(0, (row["last"] - row["first"]).days))
            for row in course
        ]
        amounts = [chance.randint(row["low"], row["high"]) for row in course]
        for day, least, most in mine.select("day", "low", "high").iter_rows():
            by_then = sum(x for x, on in zip(amounts, when, strict=True) if on <= day)
            assert least <= by_then <= most


def test_a_refund_of_some_day_of_a_week_may_have_come_already(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100"), spent("-£30", **WEEK)])
    assert band(answer) == {"2017-05-01": (70, 100), "2017-05-07": (70, 70)}


def test_what_has_no_upper_bound_is_open_from_its_first_day(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100"), spent("over £10", "2017-05-04")])
    assert band(answer)["2017-05-01"] == (100, 100)
    assert band(answer)["2017-05-04"] == (Decimal("110.01"), None)
    assert statuses(answer, "pacing.half") == ["cannot_tell"]
    assert "at least £110.01, no upper bound. By when" in sentence(answer, "pacing.half")


def test_an_unknown_sum_leaves_both_edges_open(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100"), spent("", "2017-05-04")])
    assert band(answer) == {"2017-05-01": (100, 100), "2017-05-04": (None, None)}
    assert "2017-05-04: unknown. By when" in sentence(answer, "pacing.half")


def test_several_series_of_one_record_are_never_added(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[
            spent("£100", "2017-05-02", series="week"),
            spent("£70", "2017-05-03", series="day"),
            spent("£60", "2017-05-05", series="day"),
        ],
    )
    assert band(answer) == {
        "2017-05-02": (100, 100),
        "2017-05-03": (100, 100),
        "2017-05-05": (130, 130),
    }


def test_what_was_still_running_had_been_spent_by_the_day_it_was_shown(tmp_path: Path) -> None:
    running = {"incurred_on": "", "starts_on": "2017-05-01", "series": "library"}
    answer = asked(
        tmp_path,
        spend=[
            spent("£100", **running, ends_before="2017-06-01", observed_on="2017-05-09"),
            spent("£10", **running, observed_on="2017-05-04"),
            spent("£1", **running, ends_before="2017-05-03", observed_on="2017-05-09"),
        ],
    )
    assert list(band(answer)) == ["2017-05-01", "2017-05-02", "2017-05-04", "2017-05-09"]
    assert band(answer)["2017-05-04"] == (11, 111)


def test_a_row_without_a_last_day_counts_to_the_last_of_its_line(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[
            spent("£100", "", starts_on="2017-05-02", series="s"),
            spent("£10", "2017-05-04", series="s"),
            spent("£1", "", series="s"),
        ],
    )
    assert band(answer) == {"2017-05-02": (0, 101), "2017-05-04": (111, 111)}
    assert sentence(answer, "pacing.undated").startswith("2 rows in 1 line have no first or no ")


def test_a_line_without_any_day_is_counted_and_not_drawn(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£100", "", series="to date")])
    assert answer.tables["days"].is_empty()
    assert answer.chart is None
    assert sentence(answer, "pacing.without_days") == (
        "1 line has no day at all, and no place on a calendar."
    )


def test_an_empty_book(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    assert answer.findings == ()
    assert answer.chart is None
    assert all(table.is_empty() for table in answer.tables.values())


def test_nothing_was_spent(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("0.00")])
    assert band(answer) == {"2017-05-01": (0, 0)}
    assert statuses(answer, "pacing.half") == ["cannot_tell"]


def test_two_currencies_are_two_lines(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[planned("approved", "£50")],
        spend=[spent("£100"), spent("US$300", "2017-05-02", currency="USD")],
    )
    assert answer.tables["lines"].select("unit", "low").rows() == [("GBP", 100), ("USD", 300)]
    assert sentence(answer, "pacing.currencies") == (
        "The campaign: its money is in GBP and USD: lines of their own, which are not added."
    )
    assert sentence(answer, "pacing.approved") == (
        "The campaign: more is declared in a return than was approved, £100 and £50. The plan is "
        "as told by Ada."
    )
    assert len(spec_of(answer)["vconcat"]) == 2


def test_many_campaigns_in_two_currencies_are_counted(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": f"c{at:02}"} for at in range(14)],
        spend=[
            spent("9.00", campaign_id=f"c{at:02}", currency=currency)
            for at in range(14)
            for currency in ("GBP", "USD")
        ],
    )
    assert len(sentences(answer, "pacing.currencies")) == 13
    assert sentences(answer, "pacing.currencies")[-1] == (
        "Of “currencies” the table has 2 more rows like these."
    )


# Dates and plans.


def test_what_lies_outside_for_certain_and_perhaps(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[
            spent("£100", "2017-04-30"),
            spent("£30", "", starts_on="2017-04-29", ends_before="2017-05-03"),
            spent("£7", "", starts_on="2017-06-01", ends_before="2017-06-10"),
            spent("£1", "2017-05-01"),
            spent("£1", "2017-06-08"),
        ],
    )
    assert sentence(answer, "pacing.before") == (
        "The campaign: 2 rows declared in a return, £100 to £130, lie before the campaign's first "
        "day, 2017-05-01, 1 of them only perhaps: from 2017-04-29 to 2017-05-02."
    )
    assert sentence(answer, "pacing.after") == (
        "The campaign: 1 row declared in a return, £0 to £7, may lie after the campaign's last "
        "day, 2017-06-08: from 2017-06-01 to 2017-06-09."
    )
    assert (*statuses(answer, "pacing.before"), *statuses(answer, "pacing.after")) == (
        "fail",
        "cannot_tell",
    )
    assert sentences(answer, "pacing.within") == []


def test_a_campaign_without_dates_has_nothing_to_lie_outside_of(tmp_path: Path) -> None:
    answer = asked(tmp_path, campaigns=[{"campaign_id": "c"}], spend=[spent("£1")])
    assert answer.tables["outside"].is_empty()
    assert sentence(answer, "pacing.legal_period").endswith(
        "Of 1 line of money, 1 has a campaign without a first or a last day."
    )


def test_paid_before_it_was_incurred(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[
            spent("£100", "2017-05-10", document_ref="INV-1"),
            spent("£100", "2017-05-07", document_ref="INV-1", record="payment"),
            spent("£20", "2017-05-10", document_ref="INV-2"),
            spent("£20", "2017-05-10", document_ref="INV-2", record="payment"),
            spent("£3", "2017-05-02", note="paid before it was incurred (paid 2017-05-01)"),
        ],
    )
    assert sentence(answer, "pacing.paid_early") == (
        "The campaign: £103 in 2 rows was paid before the day it was incurred on, by up to 3 "
        "days, as the records have it."
    )
    basis = answer.rows("paid_early", campaign_id="c")
    assert basis.rows["spend"]["entry_id"].to_list() == ["spend-0", "spend-4"]


def test_what_several_records_tell_of_money_paid_early_is_not_added(tmp_path: Path) -> None:
    ref = {"document_ref": "INV-1"}
    answer = asked(
        tmp_path,
        spend=[
            spent("£100", "2017-05-07", record="payment", **ref),
            spent("£100", "2017-05-10", record="invoice", **ref),
            spent("£100", "2017-05-10", **ref),
            spent("£60", "2017-05-10", part_of="spend-2", **ref),
            spent("£100", "2017-05-10", series="again", **ref),
        ],
    )
    [row] = answer.tables["paid_early"].rows(named=True)
    assert (row["low"], row["high"], row["rows"]) == (100, 300, 3)
    basis = answer.rows("paid_early", campaign_id="c")
    assert basis.rows["spend"]["entry_id"].to_list() == ["spend-1", "spend-2", "spend-4"]


@pytest.mark.parametrize(
    ("dates", "side", "status"),
    [
        ({"ends_before": "2017-05-01"}, "before", "fail"),
        ({"ends_before": "2017-05-02"}, "before", None),
        ({"ends_before": "2017-06-10"}, "after", "cannot_tell"),
        ({"starts_on": "2017-04-30"}, "before", "cannot_tell"),
        ({"starts_on": "2017-06-08"}, "after", None),
        ({"starts_on": "2017-06-09"}, "after", "fail"),
    ],
)
def test_a_period_of_which_one_end_is_known_can_lie_outside(
    tmp_path: Path, dates: dict[str, str], side: str, status: str | None
) -> None:
    answer = asked(tmp_path, spend=[spent("£5", "", series="s", **dates)])
    assert statuses(answer, f"pacing.{side}") == ([status] if status else [])
    if status:
        basis = answer.rows("outside", side=side)
        assert basis.rows["spend"]["entry_id"].to_list() == ["spend-0"]


@pytest.mark.parametrize(
    ("plan", "status"),
    [
        ("£400", "pass"),
        ("£300 to £399", "cannot_tell"),
        ("£100 to £299.99", "fail"),
        ("£300", "cannot_tell"),
    ],
)
def test_a_plan_is_broken_only_by_what_is_certain(tmp_path: Path, plan: str, status: str) -> None:
    answer = asked(tmp_path, budgets=[planned("approved", plan)], spend=[spent("£300 to £400")])
    assert statuses(answer, "pacing.approved") == [status]


def test_a_plan_that_is_denied_or_has_no_sum_is_none(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[
            planned("approved", "£1", modality="denied"),
            planned("requested", "a fortune"),
            planned("claimed", "£1"),
        ],
        spend=[spent("£300")],
    )
    assert answer.tables["plans"].is_empty()
    assert answer.tables["held"].is_empty()


# Limits of the law.


def test_a_candidate_without_a_stated_limit_has_one_of_either_kind_of_seat(tmp_path: Path) -> None:
    poll = {"election": "general election 2017", "held_on": "2017-06-08", "electorate": 70_000}
    short = {"category": "short campaign", "incurred_on": "2017-05-20"}
    names = {"a": "£12,900", "b": "£13,500", "d": "£15,000.01"}
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name} for name in names],
        contests=seat(1, "Pudsey", {"Red": 9, "Blue": 5}, **poll),
        spend=[
            {"campaign_id": name, "amount": amount, "area_code": "E00000001", **short}
            for name, amount in names.items()
        ],
    )
    held = answer.tables["held"].sort("campaign_id")
    assert held["limit_low"].to_list() == [8_700 + Decimal("0.06") * 70_000] * 3
    assert held["limit_high"].to_list() == [8_700 + Decimal("0.09") * 70_000] * 3
    assert held["within"].to_list() == ["pass", "cannot_tell", "fail"]
    assert (
        "d: £15,000.01 is over the limit of £12,900 to £15,000 (Pudsey, short period 2017; "
        in (sentences(answer, "pacing.candidate_limit")[0])
    )


def test_a_candidate_without_limit_or_electorate(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        spend=[spent("£5", "2017-05-20", category="short campaign", area_code="E00000001")],
    )
    assert sentence(answer, "pacing.candidate_limit") == (
        "The campaign: whether £5 is within the limit (E00000001, short period 2017) cannot be "
        "told: no limit is on the book, and no electorate to work it out from."
    )


def test_a_party_is_held_against_the_seats_it_contested(tmp_path: Path) -> None:
    poll = {"election": "general election 2017", "held_on": "2017-06-08"}
    answer = asked(
        tmp_path,
        **campaign(organisation="Labour Party"),
        contests=[row for code in range(30) for row in seat(code, f"S{code}", {"Lab": 9}, **poll)],
        spend=[spent("£900,000.01", "2017-05-20")],
    )
    assert sentence(answer, "pacing.party_limit") == (
        "The campaign: £900,000.01 is over the limit of £900,000 (30 seats, general election "
        "2017; Political Parties, Elections and Referendums Act 2000, Schedule 9, paragraph 3)."
    )
    assert statuses(answer, "pacing.party_limit") == ["fail"]


def test_a_party_in_one_seat_has_the_least_limit_of_its_part(tmp_path: Path) -> None:
    poll = {"election": "general election 2017", "held_on": "2017-06-08"}
    answer = asked(
        tmp_path,
        **campaign(organisation="The Purples"),
        contests=seat(1, "S", {"the purples": 9, "Lab": 3}, **poll),
        spend=[spent("£800,000", "2017-05-20")],
    )
    assert statuses(answer, "pacing.party_limit") == ["pass"]


@pytest.mark.parametrize(
    "rest",
    [{"organisation": "Others"}, {"organisation": "Lab", "ends_before": "2017-06-01"}],
)
def test_no_limit_of_another_party_or_poll(tmp_path: Path, rest: Row) -> None:
    poll = {"election": "general election 2017", "held_on": "2017-06-08"}
    answer = asked(
        tmp_path,
        **campaign(**rest),
        contests=seat(1, "S", {"Lab": 9}, **poll),
        spend=[spent("£8,000,000", "2017-05-20")],
    )
    assert answer.tables["held"].is_empty()


# Many rows, and the chart.


def test_many_lines_are_counted_where_they_are_not_written_out(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": f"c{at:02}", "name": "Leaflets"} for at in range(30)],
        budgets=[planned("approved", "£1", campaign_id=f"c{at:02}") for at in range(30)],
        spend=[spent(f"£{at + 2}", campaign_id=f"c{at:02}") for at in range(30)],
    )
    assert answer.tables["days"]["campaign_id"].n_unique() == 12
    assert sentences(answer, "pacing.approved")[-1] == (
        "Of “approved” the table has 18 more rows like these."
    )
    assert sentences(answer, "pacing.approved")[0].startswith("The party, Leaflets (c29): more is")
    assert spec_of(answer)["title"]["subtitle"][-1].endswith("The table has 26 more lines.")


def test_the_size_of_the_chart_does_not_depend_on_the_days(tmp_path: Path) -> None:
    first = date(2010, 1, 1)
    answer = asked(
        tmp_path, spend=[spent("£1", str(first + timedelta(days=at))) for at in range(2_000)]
    )
    assert answer.tables["days"].height == 2_000
    assert 300 < len([row for row in drawn(answer) if "high" in row]) < 400


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    golden("pacing.vl.json", stable(spec_of(worked)))


def test_hostile_names_are_only_read(tmp_path: Path) -> None:
    names = {f"c{at}": name for at, name in enumerate(HOSTILE)}
    answer = asked(
        tmp_path,
        campaigns=[
            {"campaign_id": key, "name": name, "organisation": name} for key, name in names.items()
        ],
        budgets=[
            planned("approved", "£4", campaign_id=key, said_by=name) for key, name in names.items()
        ],
        spend=[
            spent(f"£{9 + at}", campaign_id=key, category=name, channel=name)
            for at, (key, name) in enumerate(names.items())
        ],
    )
    only_people_read_names(spec_of(answer))


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "pacing")


def test_in_the_case_a_return_gives_a_period_and_no_days(case: Answer) -> None:
    [row] = [row for row in case_rows("spend") if row["entry_id"] == "ret-labour-2017"]
    last = date.fromisoformat(row["ends_before"]) - timedelta(days=1)
    total = pounds(row["amount"])
    labour = case.tables["days"].filter(pl.col("campaign_id") == "labour-ge2017")
    assert labour.select("day", "low", "high").rows() == [
        (date.fromisoformat(row["starts_on"]), 0, total),
        (last, total, total),
    ]
    assert (
        f"Labour national campaign, general election 2017, declared in a return from "
        f"{row['starts_on']} to {last}: £{total:,}. When within that time cannot be told: the "
        "record gives a period and no days."
    ) in sentences(case, "pacing.half")


def test_in_the_case_parties_and_candidates_were_within_the_limits(case: Answer) -> None:
    seats = {
        party: len({row["area_code"] for row in case_rows("contests")
                    if row["election"] == "general election 2017" and row["party"] == party})
        for party in ("Con", "Lab", "SNP")
    }  # fmt: skip
    assert seats == {"Con": 638, "Lab": 631, "SNP": 59}
    held = case.tables["held"].filter(pl.col("kind") == "party")
    for campaign_id, party in (
        ("conservative-ge2017", "Con"),
        ("labour-ge2017", "Lab"),
        ("snp-ge2017", "SNP"),
    ):
        [limit] = held.filter(pl.col("campaign_id") == campaign_id)["limit_high"]
        assert limit == 30_000 * seats[party]
    assert set(held["within"]) == {"pass"}
    stated = {
        row["quantity"]: pounds(row["amount"])
        for row in case_rows("statements")
        if row["quantity"].startswith("Limit on a candidate's spending")
    }
    candidates = case.tables["held"].filter(pl.col("kind") == "candidate")
    assert sorted(candidates["limit_low"]) == sorted(stated.values())
    assert set(candidates["within"]) == {"pass"}


def test_in_the_case_what_was_asked_for_has_no_size_to_be_a_plan(case: Answer) -> None:
    assert case.tables["plans"].is_empty()


# Real files.


@real
def test_the_days_of_the_returns_of_2019(tmp_path: Path) -> None:
    book = Book(tmp_path / "ec.duckdb")
    book.add(Path(REAL or "", "electoral_commission", "party_spending_ge2019_invoiced.csv"))
    answer = audited(book, "pacing")
    labour = answer.tables["lines"].row(
        by_predicate=pl.col("organisation") == "Labour Party", named=True
    )
    last = (
        answer.tables["days"]
        .filter(pl.col("campaign_id") == labour["campaign_id"])
        .row(-1, named=True)
    )
    assert last["low"] == last["high"] == labour["low"]
    after = book.sql("SELECT count(*) FROM current_spend WHERE incurred_on > '2019-12-12'").item()
    assert answer.tables["outside"]["rows"].sum() == after
    early = book.sql("SELECT count(*) FROM spend WHERE note LIKE '%paid before%'").item()
    assert answer.tables["paid_early"]["rows"].sum() == early == 87


@real
def test_candidates_over_their_limits_in_2015(tmp_path: Path) -> None:
    book = Book(tmp_path / "candidates.duckdb")
    path = Path(REAL or "", "electoral_commission", "candidate_spending_ge2015.xlsx")
    book.add(path, quarantine=True)
    answer = book.ask("pacing")
    over = answer.tables["held"].filter(pl.col("within") == "fail")
    remarked = book.sql("SELECT count(*) FROM spend WHERE note LIKE 'above the limit%'").item()
    assert len(over) == remarked == 8
    assert answer.tables["held"].filter(pl.col("told_by").is_null()).is_empty()


@real
def test_weeks_of_google_end_at_the_total(tmp_path: Path) -> None:
    book = Book(tmp_path / "google.duckdb")
    folder = Path(REAL or "", "google_political_ads", "bundle_2019-06")
    book.add(folder / "google-political-ads-advertiser-weekly-spend.csv")
    answer = audited(book, "pacing")
    last = answer.tables["days"].group_by("campaign_id").agg(pl.col("low", "high").last())
    lines = answer.tables["lines"].select("campaign_id", "low", "high")
    assert len(last) == 12
    assert last.sort("campaign_id").equals(
        lines.join(last, on="campaign_id", how="semi").sort("campaign_id")
    )
