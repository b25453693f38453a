"""The bridge: a worked campaign, its edges, and what the shipped case must say."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
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
    case_rows,
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
from farthing import charts
from farthing.book import Book
from farthing.question import Answer
from small_book import Row, small_book

STAGES = ("requested", "approved", "claimed", "booked", "delivered")


def campaign(**rest: object) -> dict[str, list[Row]]:
    return {"campaigns": [{"campaign_id": "c", "name": "The campaign", **rest}]}


def said(stage: str, amount: str, **rest: object) -> Row:
    return {"campaign_id": "c", "stage": stage, "amount": amount, **rest}


def spent(amount: str, record: str = "return", **rest: object) -> Row:
    return {"campaign_id": "c", "amount": amount, "record": record, **rest}


def steps(answer: Answer) -> list[tuple[Any, ...]]:
    shown = ("from_stage", "to_stage", "change_low", "change_high", "direction")
    return answer.tables["steps"].select(shown).rows()


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, **{**campaign(), **ledgers}).ask("bridge")
    reads_well(answer)
    return answer


# A hand-worked campaign.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        **campaign(),
        budgets=[
            said("requested", "£100,000", said_by="the office"),
            said("approved", "£60,000", said_by="the committee"),
            said("claimed", "£60,000", said_by="the director"),
        ],
        spend=[spent("£5,000"), spent("£5,000", "platform"), spent("£5,000", "payment")],
    )
    return audited(book, "bridge")


def test_the_steps_of_exact_sums_are_exact(worked: Answer) -> None:
    assert steps(worked) == [
        ("requested", "approved", Decimal(-40000), Decimal(-40000), "falls"),
        ("approved", "claimed", Decimal(0), Decimal(0), "the same"),
        ("claimed", "booked", Decimal(-55000), Decimal(-55000), "falls"),
        ("booked", "delivered", Decimal(0), Decimal(0), "the same"),
        ("requested", "delivered", Decimal(-95000), Decimal(-95000), "falls"),
    ]
    kept = worked.tables["steps"].select("kept_share_low", "kept_share_high").rows()
    assert kept == [(0.6, 0.6), (1.0, 1.0), (5 / 60, 5 / 60), (1.0, 1.0), (0.05, 0.05)]


def test_the_worked_campaign_in_sentences(worked: Answer) -> None:
    assert [finding.sentence for finding in worked.findings] == [
        "A sum is named for the money requested: £100,000. It is a claim of: the office.",
        "A sum is named for the money approved: £60,000. It is a claim of: the committee.",
        "A sum is named for the money claimed: £60,000. It is a claim of: the director.",
        "More is said to have been asked for than approved.",
        "The sum requested and the sum approved are £40,000 apart.",
        "As much is said to have been approved as spent.",
        "More is said to have been spent than is booked.",
        "The sum claimed and the sum booked are £55,000 apart.",
        "As much is booked as was charged by the platform.",
        "More is said to have been asked for than was charged by the platform.",
        "The sum requested and the sum delivered are £95,000 apart.",
    ]
    assert {finding.status for finding in worked.findings} == {"pass"}


def test_a_pound_in_a_return_and_a_payment_is_one_pound(worked: Answer) -> None:
    booked = worked.tables["stages"].row(by_predicate=pl.col("stage") == "booked", named=True)
    assert (booked["low"], booked["high"], booked["said_by"]) == (5000, 5000, "return")


amounts = st.decimals(min_value=Decimal("-1e6"), max_value=Decimal("1e9"), places=2)


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(
    st.lists(
        st.dictionaries(st.sampled_from(STAGES), amounts, min_size=2), min_size=20, max_size=60
    )
)
def test_exact_steps_sum_to_the_whole_way(campaigns: list[dict[str, Decimal]]) -> None:
    records = {"booked": "return", "delivered": "platform"}
    sums = [
        ({"campaign_id": f"c{at}", "amount": f"{amount:.2f}"}, stage)
        for at, stages in enumerate(campaigns)
        for stage, amount in stages.items()
    ]
    with TemporaryDirectory() as folder:
        book = small_book(
            Path(folder),
            campaigns=[{"campaign_id": f"c{at}"} for at in range(len(campaigns))],
            budgets=[{**row, "stage": stage} for row, stage in sums if stage not in records],
            spend=[{**row, "record": records[stage]} for row, stage in sums if stage in records],
        )
        found = book.ask("bridge").tables["steps"]
    for at, stages in enumerate(campaigns):
        if not set(stages) - set(records):
            continue  # nobody said anything of it: there is no bridge
        told = [stages[stage] for stage in STAGES if stage in stages]
        changes = found.filter(pl.col("campaign_id") == f"c{at}")["change_low"].to_list()
        assert changes[: len(told) - 1] == [after - before for before, after in pairwise(told)]
        assert sum(changes[: len(told) - 1]) == told[-1] - told[0]
        assert len(told) == 2 or changes[-1] == told[-1] - told[0]


# The edges.


def test_nobody_said_anything(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£5")])
    assert answer.findings == ()
    assert answer.chart is None
    assert all(table.is_empty() for table in answer.tables.values())


def test_one_sum_alone(tmp_path: Path) -> None:
    answer = asked(tmp_path, budgets=[said("claimed", "about £5,000")])
    assert [finding.sentence for finding in answer.findings] == [
        "1 campaign has one sum and nothing to hold it against: "
        "The campaign (“about £5,000”, says Ada)."
    ]


def test_zero_is_a_sum_and_a_blank_is_none(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "nil"), said("approved", ""), said("claimed", "£0 to £10")],
        spend=[spent("0.00")],
    )
    assert sentences(answer, "bridge.approved_sum") == [
        "The amount approved is unknown: no figure is given. It is a claim of: Ada."
    ]
    assert "named for the money requested: £0." in sentence(answer, "bridge.requested_sum")
    assert [row[-1] for row in steps(answer)] == ["cannot tell"] * 3 + ["the same"]
    kept = answer.tables["steps"].select("kept_share_low", "kept_share_high").rows()
    assert kept == [(None, None)] * 4


def test_a_refund_is_below_nothing(tmp_path: Path) -> None:
    answer = asked(tmp_path, budgets=[said("claimed", "£500")], spend=[spent("-£20.50")])
    assert sentence(answer, "bridge.size") == (
        "The sum claimed and the sum booked are £520.50 apart."
    )
    words = [row["words"] for row in drawn(answer)]
    assert "-£20.50 (has no place on this scale)" in words


def test_without_an_upper_bound_the_size_cannot_be_told(tmp_path: Path) -> None:
    answer = asked(
        tmp_path, budgets=[said("requested", "over £9,000"), said("claimed", "about £5,000")]
    )
    assert sentence(answer, "bridge.requested_sum") == (
        "The amount requested has no upper bound: “over £9,000”, read as at least £9,000.01, no "
        "upper bound. It is a claim of: Ada."
    )
    assert sentence(answer, "bridge.direction") == (
        "More is said to have been asked for than spent."
    )
    assert statuses(answer, "bridge.size") == ["cannot_tell"]


def test_no_record_is_never_nothing(tmp_path: Path) -> None:
    answer = asked(tmp_path, budgets=[said("requested", "£9"), said("claimed", "£5")])
    assert sentence(answer, "bridge.stages_without_record") == (
        "No record seen of money approved, booked or delivered. That is not £0: it was not found."
    )
    stages = answer.tables["stages"]
    assert stages.filter(pl.col("statements") == 0)["low"].to_list() == [None] * 3
    assert answer.tables["steps"]["without_record"].to_list() == ["approved"]


def test_money_in_two_currencies_is_never_held_against_each_other(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "£9,000"), said("claimed", "£5,000")],
        spend=[spent("US$6,000", currency="USD")],
    )
    assert [row[:2] for row in steps(answer)] == [("requested", "claimed")]
    assert sentence(answer, "bridge.currencies") == (
        "The campaign: its money is in GBP and USD. Sums in different currencies are not held "
        "against each other: the rate of exchange is not known."
    )
    assert "booked" not in sentence(answer, "bridge.stages_without_record")
    assert "not in GBP, but in USD" in [row["words"] for row in drawn(answer)]


def test_campaigns_of_one_name_stay_two(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name, "name": "Leaflets"} for name in ("north", "south")],
        budgets=[
            said(stage, amount, campaign_id=name)
            for name, amounts in {"north": ("£9", "£5"), "south": ("£2", "£8")}.items()
            for stage, amount in zip(("requested", "claimed"), amounts, strict=True)
        ],
    )
    assert sentences(answer, "bridge.direction") == [
        "Leaflets (north): More is said to have been asked for than spent.",
        "Leaflets (south): Less is said to have been asked for than spent.",
    ]
    panels = spec_of(answer)["vconcat"]
    assert [panel["title"]["text"] for panel in panels] == ["Leaflets (north)", "Leaflets (south)"]


def test_a_contrast_gives_an_unknown_sum_a_sign_and_no_size(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "a fortune"), said("claimed", "about £5,000")],
        comparisons=[
            {"greater_entry": "budgets-0", "lesser_entry": "budgets-1", "said_by": "Bert"}
        ],
    )
    assert sentence(answer, "bridge.requested_sum") == (
        "The amount requested is unknown: “a fortune” names no sum. It is a claim of: Ada."
    )
    assert sentence(answer, "bridge.direction") == (
        "More is said to have been asked for than spent. That contrast is drawn by: Bert."
    )
    assert statuses(answer, "bridge.size") == ["cannot_tell"]
    assert steps(answer) == [("requested", "claimed", None, Decimal("-0.01"), "falls")]
    [(low, high)] = answer.tables["steps"].select("kept_share_low", "kept_share_high").rows()
    assert (low, high) == (0.0, 1.0)


def test_a_contrast_can_say_that_the_later_is_more(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("approved", "£5,000"), said("claimed", "a fortune")],
        comparisons=[{"greater_entry": "budgets-1", "lesser_entry": "budgets-0"}],
    )
    assert steps(answer) == [("approved", "claimed", Decimal("0.01"), None, "rises")]
    assert sentence(answer, "bridge.direction") == (
        "Less is said to have been approved than spent. That contrast is drawn by: Ada."
    )


def test_a_contrast_against_the_sums_is_a_contradiction_and_is_not_used(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "£3,000"), said("claimed", "about £5,000")],
        comparisons=[{"greater_entry": "budgets-0", "lesser_entry": "budgets-1"}],
    )
    assert sentence(answer, "bridge.contrast") == (
        "The campaign: that more was asked for than spent is said by Ada. That contrast is not "
        "used: the sums contradict it, £3,000 asked for and £4,500 to £5,499.99 spent."
    )
    assert statuses(answer, "bridge.contrast") == ["fail"]
    assert sentence(answer, "bridge.direction") == (
        "Less is said to have been asked for than spent."
    )
    requested = answer.tables["stages"].row(0, named=True)
    assert (requested["low"], requested["high"]) == (Decimal(3000), Decimal(3000))


def test_a_contrast_of_equals_is_a_contradiction(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "£5,000"), said("claimed", "£5,000")],
        comparisons=[{"greater_entry": "budgets-0", "lesser_entry": "budgets-1"}],
    )
    assert statuses(answer, "bridge.contrast") == ["fail"]
    assert [row[-1] for row in steps(answer)] == ["the same"]


def test_contrasts_that_say_the_opposite_cancel(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "a fortune"), said("claimed", "about £5,000")],
        comparisons=[
            {"greater_entry": "budgets-0", "lesser_entry": "budgets-1", "said_by": "Ada"},
            {"greater_entry": "budgets-1", "lesser_entry": "budgets-0", "said_by": "Bert"},
        ],
    )
    assert statuses(answer, "bridge.contrast") == ["fail", "fail"]
    assert "somebody says the opposite of the same sums" in answer.findings[-1].sentence
    assert [row[-1] for row in steps(answer)] == ["cannot tell"]
    assert answer.tables["stages"]["low"][0] == Decimal("0.01")


def test_contrasts_between_different_accounts_cancel_too(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said(stage, "a fortune") for stage in ("requested",) * 2 + ("claimed",) * 2],
        comparisons=[
            {"greater_entry": "budgets-0", "lesser_entry": "budgets-2"},
            {"greater_entry": "budgets-3", "lesser_entry": "budgets-1"},
        ],
    )
    assert [row[-1] for row in steps(answer)] == ["cannot tell"]


def test_a_contrast_in_another_currency_bounds_nothing(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "a fortune"), said("claimed", "US$5,000", currency="USD")],
        comparisons=[{"greater_entry": "budgets-0", "lesser_entry": "budgets-1"}],
    )
    requested = answer.tables["stages"].row(0, named=True)
    assert (requested["currency"], requested["low"]) == ("GBP", Decimal("0.01"))
    assert answer.tables["contrasts"].is_empty()


def test_a_superseded_sum_takes_its_contrast_with_it(tmp_path: Path) -> None:
    book = small_book(
        tmp_path,
        **campaign(),
        budgets=[said("requested", "a fortune"), said("claimed", "about £5,000")],
        comparisons=[{"greater_entry": "budgets-0", "lesser_entry": "budgets-1"}],
    )
    book.amend("budgets", "budgets-1", new_id="amended", amount="£5,200")
    answer = audited(book, "bridge")
    claimed = answer.tables["stages"].row(2, named=True)
    assert (claimed["low"], claimed["entries"]) == (Decimal(5200), "amended")
    assert sentence(answer, "bridge.contrast") == (
        "The campaign: that more was asked for than spent is said by Ada. That contrast is not "
        "used: one of its sums has been replaced or withdrawn since."
    )
    assert statuses(answer, "bridge.direction") == ["cannot_tell"]


def test_a_reversed_sum_is_gone(tmp_path: Path) -> None:
    book = small_book(
        tmp_path, **campaign(), budgets=[said("requested", "£9"), said("claimed", "£5")]
    )
    book.reverse("budgets", "budgets-1", new_id="withdrawn", note="it was another campaign's")
    answer = book.ask("bridge")
    assert answer.tables["steps"].is_empty()
    assert [finding.code for finding in answer.findings] == ["bridge.single_statement"]


def test_the_nearest_account_stands_and_the_other_is_named(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sources=[{"source_id": "minutes", "rank": "record"}],
        budgets=[
            said("approved", "£50,000", source_id="minutes", said_by="the minutes"),
            said("approved", "about £5,000", said_by="Bert", reported_by="a paper"),
            said("claimed", "£4,000"),
        ],
    )
    assert sentence(answer, "bridge.accounts") == (
        "The campaign: accounts of the sum approved contradict each other: £50,000 (the minutes); "
        "“about £5,000”, read as £4,500 to £5,499.99 (Bert, reported by a paper). The furthest "
        "apart differ by at least £44,500.01. The bridge stands on £50,000, from the record itself."
    )
    assert statuses(answer, "bridge.accounts") == ["fail"]


def test_accounts_of_equal_rank_are_joined_and_never_added(tmp_path: Path) -> None:
    answer = asked(
        tmp_path, budgets=[said("claimed", "£4,000"), said("claimed", "£6,000", said_by="Bert")]
    )
    claimed = answer.tables["stages"].row(2, named=True)
    assert (claimed["low"], claimed["high"]) == (Decimal(4000), Decimal(6000))
    assert sentence(answer, "bridge.accounts").endswith(
        "differ by £2,000. The bridge stands on £4,000 to £6,000, from a named witness, 2 of equal "
        "rank."
    )


def test_a_denial_and_an_opinion_enter_no_sum_and_are_printed(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[
            said("claimed", "£5,000", said_by="Ada"),
            said(
                "claimed", "£5,000", said_by="the party", modality="denied", reported_by="a paper"
            ),
            said("claimed", "£9,000", said_by="a columnist", modality="opinion"),
            said("requested", "£7,000", said_by="Bert", modality="hedged"),
        ],
    )
    claimed = answer.tables["stages"].row(2, named=True)
    assert (claimed["low"], claimed["high"], claimed["said_by"]) == (5000, 5000, "Ada")
    assert sentence(answer, "bridge.denied") == (
        "The campaign: that “£5,000” was spent is denied, by the party, reported by a paper."
    )
    assert sentence(answer, "bridge.opinion") == (
        "The campaign: that “£9,000” was spent is given as an opinion and not counted, by a "
        "columnist."
    )
    assert answer.tables["accounts"].height == 4


def test_a_part_of_a_row_is_in_that_row_only_within_its_campaign(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": "c"}, {"campaign_id": "whole"}],
        budgets=[said("claimed", "£10")],
        spend=[
            spent("£1,000", entry_id="all", campaign_id="whole"),
            spent("£10", entry_id="ours", part_of="all"),
            spent("£4", entry_id="of-ours", part_of="ours"),
        ],
    )
    booked = answer.tables["stages"].row(3, named=True)
    assert (booked["low"], booked["entries"]) == (Decimal(10), "ours")


def test_a_claim_beside_the_larger_return(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": "c", "part_of": "w"}, {"campaign_id": "w", "name": "The whole"}],
        budgets=[said("claimed", "over £10", said_by="Bert")],
        spend=[
            spent("£1,000", campaign_id="w", category="total"),
            spent("£400", campaign_id="w", channel="facebook", part_of="spend-0"),
            spent("0.00", campaign_id="w", channel="google", part_of="spend-0"),
            spent("US$9", campaign_id="w", channel="radio", currency="USD"),
        ],
    )
    assert sentence(answer, "bridge.scale") == (
        "“over £10”, claimed for “c” by Bert, would be at least 1%, no upper bound of the £1,000 "
        "declared in all and at least 2.5%, no upper bound of the £400 declared for facebook in "
        "the return of “The whole”. Whether that return holds it is not known."
    )


def test_many_campaigns_are_counted_where_they_are_not_named(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": f"c{at:02}"} for at in range(30)],
        budgets=[
            said(stage, "£5", campaign_id=f"c{at:02}")
            for at in range(30)
            for stage in (("requested", "claimed") if at < 15 else ("claimed",))
        ],
    )
    assert sentence(answer, "bridge.more_campaigns") == (
        "The tables have 3 more campaigns with more than one sum."
    )
    assert sentence(answer, "bridge.single_statement").endswith("; and 5 more.")
    subtitle = spec_of(answer)["title"]["subtitle"]
    assert subtitle[-1].endswith("The table has 26 more campaigns.")


# The chart.


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    golden("bridge.vl.json", stable(spec_of(worked)))


def test_hostile_names_are_only_read(tmp_path: Path) -> None:
    names = {f"c{at}": name for at, name in enumerate(HOSTILE)}
    book = small_book(
        tmp_path,
        campaigns=[
            {"campaign_id": key, "name": name, "organisation": name, "part_of": "c0" if at else ""}
            for at, (key, name) in enumerate(names.items())
        ],
        budgets=[
            said(stage, "£5", campaign_id=key, said_by=name)
            for key, name in names.items()
            for stage in ("requested", "claimed")
        ],
        spend=[spent("£5", campaign_id="c0", channel=name) for name in HOSTILE],
    )
    answer = book.ask("bridge")
    assert charts.svg(spec_of(answer))
    only_people_read_names(spec_of(answer))


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "bridge")


def test_in_the_case_the_sum_asked_for_is_unknown_and_its_sign_known(case: Answer) -> None:
    asked_for, claimed = case_row("budgets", "req-fortune"), case_row("budgets", "claim-5000")
    who = f"{asked_for['said_by']}, reported by {asked_for['reported_by']}"
    assert sentence(case, "bridge.requested_sum") == (
        f"The amount requested is unknown: “{asked_for['amount']}” names no sum. It is a claim of: "
        f"{who}."
    )
    assert statuses(case, "bridge.requested_sum") == ["cannot_tell"]
    middle = pounds(claimed["amount"])
    least, most = middle - 500, middle + 500 - Decimal("0.01")
    assert sentence(case, "bridge.claimed_sum") == (
        f"A sum is named for the money claimed: “{claimed['amount']}”, read as £{least:,} to "
        f"£{most:,}. It is a claim of: {who}."
    )
    assert sentence(case, "bridge.direction") == (
        f"More is said to have been asked for than spent. That contrast is drawn by: {who}."
    )
    assert statuses(case, "bridge.direction") == ["pass"]
    assert statuses(case, "bridge.size") == ["cannot_tell"]
    [step] = steps(case)
    assert step == ("requested", "claimed", None, Decimal("-0.01"), "falls")
    assert case.tables["stages"].filter(pl.col("stage") == "requested")["low"].drop_nulls()[
        0
    ] == least + Decimal("0.01")


def test_in_the_case_the_claim_stands_beside_labours_return(case: Answer) -> None:
    declared = {
        row["channel"] or row["category"]: pounds(row["amount"])
        * (10**6 if "m" in row["amount"] else 1)
        for row in case_rows("spend")
        if row["campaign_id"] == "labour-ge2017"
    }
    assert declared["facebook"] == 577_270
    assert declared["total"] == 11_003_980
    [beside] = [
        finding.sentence
        for finding in case.findings
        if finding.code == "bridge.scale" and "claim-5000" in finding.rows
    ]
    for purpose, words in {"total": "in all", "facebook": "for facebook"}.items():
        low, high = (Decimal(end) / declared[purpose] * 100 for end in ("4500", "5499.99"))
        low, high = (float(f"{end:.3g}") for end in (low, high))
        assert f"{low}% to {high}% of the £{declared[purpose]:,} declared {words}" in beside
    assert "0.78% to 0.953% of the £577,270 declared for facebook" in beside
    assert f"{5000 / declared['facebook']:.3%}" == "0.866%"


def test_in_the_case_no_other_stage_is_on_record(case: Answer) -> None:
    assert sentence(case, "bridge.stages_without_record") == (
        "No record seen of money approved, booked or delivered. That is not £0: it was not found."
    )


def test_in_the_case_the_chart_draws_an_arrow_a_range_and_words(case: Answer) -> None:
    marks = {row["label"]: row for row in drawn(case)}
    assert {name: marks[name]["shape"] for name in ("Requested", "Approved", "Claimed")} == {
        "Requested": "open",
        "Approved": "nothing",
        "Claimed": "range",
    }
    assert marks["Approved"]["words"] == "no record seen"
    assert marks["Requested"]["kind"] == marks["Claimed"]["kind"] == "claim"
    assert marks["Labour: of it facebook"]["kind"] == "record"
