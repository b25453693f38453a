"""Audience: worked compositions, what ranges allow, and what the shipped case must say."""

import os
from collections.abc import Callable
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
    reads_well,
    sentence,
    sentences,
    spec_of,
    stable,
    statuses,
)
from farthing import charts
from farthing.book import Book
from farthing.question import Answer
from small_book import Row, small_book

REAL = os.environ.get("FARTHING_REAL_DATA")
real = pytest.mark.skipif(REAL is None, reason="FARTHING_REAL_DATA names no folder")


def campaign(**rest: object) -> dict[str, list[Row]]:
    return {"campaigns": [{"campaign_id": "c", "name": "The campaign", **rest}]}


def reached(segment: str, amount: str, **rest: object) -> Row:
    return {
        "campaign_id": "c", "segment_kind": "age", "segment": segment, "amount": amount, **rest
    }  # fmt: skip


def people(segment: str, amount: str, **rest: object) -> Row:
    return {"segment_kind": "age", "segment": segment, "amount": amount, **rest}


AGES = [people("18-24", "5,000"), people("25-34", "3,000"), people("65+", "2,000")]


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, **{**campaign(), **ledgers}).ask("audience")
    reads_well(answer)
    if answer.chart is not None:
        assert charts.svg(spec_of(answer))
    return answer


def cells(answer: Answer, side: str = "delivered") -> dict[str, tuple[Any, Any]]:
    table = answer.tables["cells"].select("segment", f"{side}_low", f"{side}_high")
    return {segment: (low, high) for segment, low, high in table.rows()}


# A hand-worked campaign.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        **campaign(intended_audience="18-24, 25-34; 65+"),
        audiences=AGES,
        reach=[reached("18-24", "200"), reached("25-34", "300"), reached("65+", "500")],
    )
    return audited(book, "audience")


def test_the_printed_numbers(worked: Answer) -> None:
    # 0.5, 0.3, 0.2 and 0.2, 0.3, 0.5: total variation 0.3, divergence 0.0958156 bits
    row = worked.tables["distances"].row(0, named=True)
    assert row["held_against"] == "intended"
    assert (row["elsewhere_share_low"], row["elsewhere_share_high"]) == pytest.approx((0.3, 0.3))
    assert row["divergence_low"] == row["divergence_high"] == pytest.approx(0.0958156, abs=6e-8)
    index = worked.tables["shares"].select("segment", "index_low", "index_high").rows()
    assert [name for name, *_ in index] == ["18-24", "25-34", "65+"]
    assert [low for _, low, _ in index] == pytest.approx([40, 100, 250])
    assert [high for *_, high in index] == pytest.approx([40, 100, 250])


def test_the_worked_campaign_in_sentences(worked: Answer) -> None:
    assert [(finding.status, finding.sentence) for finding in worked.findings] == [
        (
            "fail",
            "The campaign (The party), impressions by age: 30% lies elsewhere than in the people "
            "it was meant for. Of what was delivered 65+ had 50% and 25-34 had 30%. For each 100 "
            "of its share there, 65+ has 250 and 18-24 has 40. It counts as what was meant "
            "(18-24, 25-34; 65+) where no more than 10% does.",
        ),
        (
            "fail",
            "The campaign, impressions for each person, by age: of 3 groups the least exposed has "
            "16% of what the most exposed has, below the 80% of the four-fifths rule, a rule of "
            "thumb made for hiring. They differ by 0.21. A group that no row of the delivery names "
            "counts as one that had nothing.",
        ),
    ]


def test_a_figure_opens_to_its_rows(worked: Answer) -> None:
    basis = worked.rows("cells", segment="65+")
    names = {name: rows["entry_id"].to_list() for name, rows in basis.rows.items()}
    assert names == {"audiences": ["audiences-2"], "reach": ["reach-2"]}


# The yardstick.


def test_meant_for_some_segments_what_went_elsewhere_is_outside(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        **campaign(intended_audience="18-24"),
        audiences=AGES,
        reach=[reached("18-24", "95"), reached("65+", "5")],
    )
    assert cells(answer, "yardstick") == {"18-24": (5_000, 5_000), "65+": (0, 0)}
    assert statuses(answer, "audience.intended") == ["pass"]
    assert "5% lies elsewhere" in sentence(answer, "audience.intended")
    shares = answer.tables["shares"].row(by_predicate=pl.col("segment") == "65+", named=True)
    assert (shares["index_low"], shares["index_high"]) == (None, None)


@pytest.mark.parametrize(
    ("elsewhere", "status"), [("0 to 5", "pass"), ("5 to 50", "cannot_tell"), ("50 to 90", "fail")]
)
def test_a_range_decides_only_where_all_of_it_does(
    tmp_path: Path, elsewhere: str, status: str
) -> None:
    answer = asked(
        tmp_path,
        **campaign(intended_audience="18-24"),
        audiences=AGES,
        reach=[reached("18-24", "95"), reached("65+", elsewhere)],
    )
    assert statuses(answer, "audience.intended") == [status]


def test_without_an_intention_the_population_is_a_comparison_only(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        audiences=[*AGES, people("18-24", "9,999", as_of="2001-01-01")],
        reach=[reached("18-24", "5"), reached("25-34", "3"), reached("65+", "2")],
    )
    assert sentence(answer, "audience.population").endswith(
        "Whom it was meant for is not told by segment, so that this is a comparison only."
    )
    assert statuses(answer, "audience.population") == ["cannot_tell"]


def test_the_latest_count_stands_and_two_of_one_day_are_joined(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        audiences=[
            people("18-24", "100", as_of="2001-01-01"),
            people("18-24", "110", as_of="2011-01-01"),
            people("18-24", "130", as_of="2011-01-01"),
            people("18-24", "", as_of="2021-01-01"),
        ],
        reach=[reached("18-24", "5")],
    )
    assert cells(answer, "yardstick") == {"18-24": (110, 130)}


def test_without_people_all_campaigns_are_the_yardstick(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": "c"}, {"campaign_id": "d"}],
        reach=[
            reached("18-24", "30"),
            reached("65+", "10"),
            reached("65+", "40", campaign_id="d"),
        ],
    )
    distances = answer.tables["distances"].select("held_against", "elsewhere_share_low").rows()
    assert distances == [("all campaigns", 0.375), ("all campaigns", 0.375)]
    assert answer.tables["parity"].is_empty()


# What is added, and what is not.


def test_impressions_add_up_and_people_do_not(tmp_path: Path) -> None:
    twice = [reached("18-24", "100"), reached("18-24", "40 to 60"), reached("65+", "7")]
    answer = asked(tmp_path, reach=[*twice, *({**row, "measure": "people"} for row in twice)])
    impressions = answer.tables["cells"].filter(pl.col("measure") == "impressions")
    people_reached = answer.tables["cells"].filter(pl.col("measure") == "people")
    bounds = ("segment", "delivered_low", "delivered_high")
    assert impressions.select(bounds).rows() == [("18-24", 140, 160), ("65+", 7, 7)]
    assert people_reached.select(bounds).rows() == [("18-24", 100, 160), ("65+", 7, 7)]


def test_of_several_series_the_fullest_stands(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        reach=[
            reached("18-24", "30", series="week"),
            reached("18-24", "50", series="month"),
            reached("65+", "20", series="month"),
        ],
    )
    assert cells(answer) == {"18-24": (50, 50), "65+": (20, 20)}


def test_custom_audiences_may_overlap_and_make_no_composition(tmp_path: Path) -> None:
    rows = [reached(name, "5", segment_kind="audience") for name in ("donors", "students")]
    answer = asked(tmp_path, reach=rows)
    assert answer.tables["cells"].is_empty()
    assert answer.chart is None


def test_a_suppressed_cell_is_a_range_and_an_unknown_one_is_open(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        audiences=AGES,
        reach=[reached("18-24", "< 100"), reached("25-34", "300"), reached("65+", "")],
    )
    assert cells(answer) == {"18-24": (0, 99), "25-34": (300, 300), "65+": (0, None)}
    shares = answer.tables["shares"].select("delivered_share_low", "delivered_share_high").rows()
    assert shares == [(0, pytest.approx(99 / 399)), (0, 1), (0, 1)]


def test_nothing_was_delivered(tmp_path: Path) -> None:
    answer = asked(tmp_path, audiences=AGES, reach=[reached("18-24", "0")])
    assert sentence(answer, "audience.population") == (
        "The campaign (The party), impressions by age: cannot be held against the whole "
        "population, one of the two is nothing."
    )
    assert answer.chart is None
    assert answer.tables["parity"]["is_below_four_fifths"].to_list() == [None]


def test_an_empty_book(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    assert answer.findings == ()
    assert answer.chart is None
    assert all(table.is_empty() for table in answer.tables.values())


def test_one_row_is_all_there_is(tmp_path: Path) -> None:
    answer = asked(tmp_path, reach=[reached("18-24", "5")])
    [share] = answer.tables["shares"].iter_rows(named=True)
    assert (share["delivered_share_low"], share["delivered_share_high"]) == (1, 1)


counts = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 50), st.integers(0, 9)),
    min_size=15,
    max_size=40,
)


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(counts)
def test_every_impression_is_in_one_cell_and_shares_hold_the_truth(rows: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        answer = small_book(
            Path(folder),
            campaigns=[{"campaign_id": name} for name in "ab"],
            reach=[
                reached(segment, f"{low} to {low + more}", campaign_id=name)
                for name, segment, low, more in rows
            ],
        ).ask("audience")
        reads_well(answer)
    for name in {name for name, *_ in rows}:
        mine = [row for row in rows if row[0] == name]
        table = answer.tables["cells"].filter(pl.col("campaign_id") == name)
        assert table["delivered_low"].sum() == sum(low for _, _, low, _ in mine)
        assert table["delivered_high"].sum() == sum(low + more for _, _, low, more in mine)
        shares = answer.tables["shares"].filter(pl.col("campaign_id") == name)
        truth = {segment: 0.0 for _, segment, *_ in rows}
        for _, segment, low, more in mine:
            truth[segment] += low + more / 2
        whole = sum(truth.values())
        for row in shares.iter_rows(named=True):
            share = truth[row["segment"]] / whole if whole else None
            if share is not None:
                assert row["delivered_share_low"] <= share + 1e-12
                assert row["delivered_share_high"] >= share - 1e-12


# Panels.


def test_insiders_all_saw_it_and_the_public_did_not(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[
            {"campaign_id": "c", "panel": "insiders", "asked": 10, "saw": 10, "outcome": "all"},
            {"campaign_id": "c", "panel": "the public", "asked": 50, "saw": 0, "outcome": "none"},
        ],
    )
    row = answer.tables["parity"].row(0, named=True)
    assert (row["difference_low"], row["ratio_high"], row["is_below_four_fifths"]) == (1, 0, True)
    assert sentences(answer, "audience.claimed") == [
        "The campaign: of insiders (chosen), 10 of 10 asked saw it. That is a claim of: Ada. Whom "
        "it was meant for: no record seen.",
        "The campaign: of the public (chosen), 0 of 50 asked saw it. That is a claim of: Ada. Whom "
        "it was meant for: no record seen.",
    ]


def test_a_panel_without_numbers_is_no_rate(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[
            {"campaign_id": "c", "panel": "insiders", "outcome": outcome}
            for outcome in ("all", "some", "unknown")
        ],
    )
    assert answer.tables["parity"].is_empty()
    assert "how many saw it is not said" in sentences(answer, "audience.claimed")[2]
    words = {row["segment"]: row["words"] for row in drawn(answer)}
    assert words == {
        "1. insiders": "all, says Ada",
        "2. insiders": "some, says Ada",
        "3. insiders": "unknown, says Ada",
        "anybody else": "no record seen",
    }


# Many, hostile, and the chart.


def test_many_compositions_are_counted_where_they_are_not_told(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[
            {"campaign_id": f"c{at:02}", "intended_audience": "students"} for at in range(30)
        ],
        reach=[reached("18-24", f"{at + 1}", campaign_id=f"c{at:02}") for at in range(15)],
    )
    assert answer.tables["cells"]["campaign_id"].n_unique() == 12
    assert sentence(answer, "audience.more").startswith("3 more compositions are on the book")
    assert sentence(answer, "audience.no_delivery").endswith("c24 (students); 5 more.")
    assert len(spec_of(answer)["vconcat"]) == 3


def test_the_size_of_the_chart_does_not_depend_on_the_segments(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        reach=[reached(f"S{at:03}", f"{at + 1}", segment_kind="area") for at in range(300)],
    )
    assert len(drawn(answer)) == 21
    [panel] = spec_of(answer)["vconcat"]
    assert panel["title"]["text"].endswith("279 smaller ones not drawn")


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    golden("audience.vl.json", stable(spec_of(worked)))


def test_hostile_names_are_only_read(tmp_path: Path) -> None:
    names = {f"c{at}": name for at, name in enumerate(HOSTILE)}
    answer = asked(
        tmp_path,
        campaigns=[
            {"campaign_id": key, "name": name, "organisation": name, "intended_audience": name}
            for key, name in names.items()
        ],
        audiences=[people(name, "7") for name in HOSTILE],
        reach=[
            reached(name, f"{9 + at}", campaign_id=key)
            for at, key in enumerate(["c0", "c1"])
            for name in HOSTILE
        ],
        sightings=[
            {"campaign_id": "c2", "panel": name, "outcome": "all", "said_by": name}
            for name in HOSTILE
        ],
    )
    assert len(spec_of(answer)["vconcat"]) == 3
    only_people_read_names(spec_of(answer))


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "audience")


def test_in_the_case_who_saw_it_is_a_claim(case: Answer) -> None:
    row, meant = (
        case_row("sightings", "checkers-saw-it"),
        case_row("campaigns", "leader-facebook-schemes"),
    )
    assert sentence(case, "audience.claimed") == (
        f"{meant['name']}: of {row['panel']} (chosen), all of them saw it, how many they were is "
        f"not said. That is a claim of: {row['said_by']}, reported by {row['reported_by']}. Whom "
        f"it was meant for: {meant['intended_audience']}."
    )
    assert {finding.status for finding in case.findings} == {"cannot_tell"}


def test_in_the_case_no_delivery_is_on_record_by_segment(case: Answer) -> None:
    assert case.tables["cells"].is_empty()
    assert case.tables["parity"].is_empty()
    assert sentence(case, "audience.no_delivery").startswith("Whom 2 campaigns reached is on no ")


def test_in_the_case_the_chart_has_the_claim_and_nobody_else(case: Answer) -> None:
    marks = {row["segment"]: (row["kind"], row["low"], row["words"]) for row in drawn(case)}
    row = case_row("sightings", "checkers-saw-it")
    assert marks == {
        row["panel"]: ("claim", 100.0, f"all, says {row['said_by']}"),
        "anybody else": ("nothing", None, "no record seen"),
    }


# Real files.


@real
def test_shares_of_the_ad_library_of_2019(tmp_path: Path) -> None:
    book = Book(tmp_path / "library.duckdb")
    folder = Path(REAL or "", "meta_ad_library_api")
    book.add(*sorted(folder.glob("uk2019_v5_page*.json")), declare={"currency": "GBP"})
    answer = audited(book, "audience")
    assert set(answer.tables["cells"]["held_against"]) == {"all campaigns"}
    shares = answer.tables["shares"].filter(pl.col("segment_kind") == "age_gender")
    sums = shares.group_by("campaign_id").agg(
        pl.col("delivered_share_low").sum(), pl.col("delivered_share_high").sum()
    )
    assert (sums["delivered_share_low"] <= 1 + 1e-9).all()
    assert (sums["delivered_share_high"] >= 1 - 1e-9).all()
