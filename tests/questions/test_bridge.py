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
from farthing.questions.bridge_steps import steps_of
from farthing.questions.bridge_totals import MONEY
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
        "The approval rate is 60%: what is said to be approved of what is said to be asked for.",
        "The fill rate is 5%: what is booked of what is said to be asked for.",
        "The delivery rate is 100%: what is charged by the platform of what is booked.",
    ]
    assert {finding.status for finding in worked.findings} == {"pass"}


def test_exact_steps_leave_no_slack(worked: Answer) -> None:
    added = worked.tables["steps"].select("steps_added_low", "steps_added_high", "slack")
    assert added.rows() == [
        (Decimal(change), Decimal(change), Decimal(0)) for change in (-40000, 0, -55000, 0, -95000)
    ]


def test_figures_open_to_their_rows(worked: Answer) -> None:
    booked = worked.rows("stages", stage="booked")
    assert booked.rows["spend"]["entry_id"].to_list() == ["spend-0"]
    of_all = worked.rows("organisations", organisation="The party", stage="delivered")
    assert of_all.rows["spend"]["entry_id"].to_list() == ["spend-1"]
    asked_for = worked.rows("organisations", organisation="The party", stage="requested")
    assert asked_for.rows["budgets"]["entry_id"].to_list() == ["budgets-0"]


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
        told = [stages[stage] for stage in STAGES if stage in stages]
        changes = found.filter(pl.col("campaign_id") == f"c{at}")["change_low"].to_list()
        assert changes[: len(told) - 1] == [after - before for before, after in pairwise(told)]
        assert sum(changes[: len(told) - 1]) == told[-1] - told[0]
        assert len(told) == 2 or changes[-1] == told[-1] - told[0]


# The edges.


def test_an_empty_book(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    assert answer.findings == ()
    assert answer.chart is None
    assert all(table.is_empty() for table in answer.tables.values())


def test_money_that_nobody_asked_for_is_shown_with_what_is_missing(tmp_path: Path) -> None:
    answer = asked(tmp_path, spend=[spent("£5"), spent("£3 to £4", "platform")])
    stages = answer.tables["stages"].select("stage", "low", "high", "statements").rows()
    assert stages[:3] == [(stage, None, None, 0) for stage in STAGES[:3]]
    assert stages[3:] == [("booked", 5, 5, 1), ("delivered", 3, 4, 1)]
    assert sentence(answer, "bridge.records_alone") == (
        "1 campaign has records alone: no record seen of money requested, approved or claimed. "
        "That is not nothing: it was not found."
    )
    assert sentence(answer, "bridge.delivery_rate") == (
        "The delivery rate is 60% to 80%: what is charged by the platform of what is booked."
    )
    assert sentences(answer, "bridge.stages_without_record") == []
    assert "no record seen" in [row["words"] for row in drawn(answer)]


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
    assert sentence(answer, "bridge.fill_rate") == (
        "The fill rate, what is booked of what is said to be asked for, has no value: the sum "
        "requested may be nothing."
    )
    assert statuses(answer, "bridge.fill_rate") == ["cannot_tell"]


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
        "No record seen of money approved, booked or delivered. That is not £0: it was not found. "
        "Over the gap the bridge goes from requested to claimed in one step."
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
    assert subtitle[-1].endswith("The tables have 26 more campaigns.")


# What ranges leave open.


def test_the_way_from_first_to_last_is_not_widened_by_what_lies_between(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "£100"), said("approved", "£50 to £80"), said("claimed", "£40")],
    )
    whole = answer.tables["steps"].row(-1, named=True)
    assert (whole["change_low"], whole["change_high"]) == (Decimal(-60), Decimal(-60))
    assert (whole["steps_added_low"], whole["steps_added_high"]) == (Decimal(-90), Decimal(-30))
    assert whole["slack"] == 60
    assert sentences(answer, "bridge.size")[-1] == (
        "The sum requested and the sum claimed are £60 apart. The steps between them, added up, "
        "would leave £60 more open."
    )


bounds = st.tuples(amounts, st.decimals(min_value=0, max_value=Decimal("1e6"), places=2))


@settings(deadline=None)
@given(st.lists(bounds, min_size=3, max_size=5))
def test_slack_is_never_below_nothing(sums: list[tuple[Decimal, Decimal]]) -> None:
    rows = [
        {
            "campaign_id": "c", "campaign": "c", "currency": "GBP", "step": at, "stage": stage,
            "low": low, "high": low + width, "statements": 1, "entries": "", "basis": "range",
        }
        for at, (stage, (low, width)) in enumerate(zip(STAGES, sums, strict=False), 1)
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema_overrides={"low": MONEY, "high": MONEY})
    contrasts = pl.DataFrame(schema={"in_force": pl.Boolean})
    found = steps_of(table, contrasts)
    *single, whole = found.iter_rows(named=True)
    assert whole["slack"] == 2 * sum(width for _, width in sums[1:-1])
    assert whole["steps_added_low"] == sum(step["change_low"] for step in single)
    assert whole["steps_added_low"] <= whole["change_low"]
    assert whole["change_high"] <= whole["steps_added_high"]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("237,642,226.02", "237,640,609.52", "-1616.50"),
        ("23,677,187.71", "6,780,968.03", "-16896219.68"),
        ("10,192,053.04", "27,088,272.72", "16896219.68"),
    ],
)
def test_pennies_of_published_accounts(
    tmp_path: Path, before: str, after: str, change: str
) -> None:
    answer = asked(tmp_path, budgets=[said("requested", before), said("claimed", after)])
    [(*_, low, high, _)] = steps(answer)
    assert low == high == Decimal(change)


def test_payments_that_are_missing_from_a_return_are_just_over_one_per_cent(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        budgets=[said("requested", "£12,000,000"), said("approved", "£123,748")],
        spend=[spent("£158,140")],
    )
    rates = dict(answer.tables["rates"].select("rate", "rate_share_low").rows())
    assert round(100 * rates["approval"], 2) == 1.03
    assert round(100 * rates["fill"], 2) == 1.32
    assert rates["delivery"] is None


# Sums over campaigns.


def lines(answer: Answer, table: str, *shown: str) -> list[tuple[Any, ...]]:
    return answer.tables[table].select(*shown, "low", "high").rows()


def moved(amount: str, giver: str = "A", receiver: str = "B", **rest: object) -> Row:
    return {"from_organisation": giver, "to_organisation": receiver, "amount": amount, **rest}


FAMILY: list[Row] = [{"campaign_id": name, "organisation": name.upper()} for name in "abc"]
BOOKED = [
    spent(amount, campaign_id=name)
    for name, amount in zip("abc", ("£100", "£60", "£7"), strict=True)
]


def test_what_is_moved_within_a_family_is_taken_off_once(tmp_path: Path) -> None:
    book = small_book(tmp_path, campaigns=FAMILY, spend=BOOKED, transfers=[moved("£40")])
    answer = audited(book, "bridge")
    assert lines(answer, "families", "line") == [
        ("A", 100, 100),
        ("B", 60, 60),
        ("moved within a family", -40, -40),
        ("together", 120, 120),
    ]
    assert lines(answer, "totals", "line") == [
        ("all campaigns", 167, 167),
        ("moved within a family", -40, -40),
        ("together", 127, 127),
    ]
    assert sentence(answer, "bridge.consolidated") == (
        "£40 is taken off the sum booked, in GBP, as moved within families of organisations: it is "
        "taken to stand in the books of both. Organisations that run campaigns are taken for one "
        "family where money is said to be moved between them, or where a campaign of one is a part "
        "of a campaign of the other."
    )
    assert answer.rows("transfers").rows["transfers"]["entry_id"].to_list() == ["transfers-0"]


def test_what_two_tell_of_may_be_one_movement(tmp_path: Path) -> None:
    told = [moved("£10"), moved("£30"), moved("£35", said_by="Bert")]
    answer = asked(tmp_path, campaigns=FAMILY, spend=BOOKED, transfers=told)
    assert lines(answer, "totals", "line")[1:] == [
        ("moved within a family", -75, -35),
        ("together", 92, 132),
    ]
    [row] = answer.tables["transfers"].rows(named=True)
    assert (row["statements"], row["said_by"]) == (3, "Ada / Bert")
    assert len(answer.rows("transfers").rows["transfers"]) == 3


def test_a_movement_without_a_figure_leaves_the_sum_open(tmp_path: Path) -> None:
    answer = asked(tmp_path, campaigns=FAMILY, spend=BOOKED, transfers=[moved(""), moved("£10")])
    assert lines(answer, "totals", "line")[1:] == [
        ("moved within a family", None, 0),
        ("together", None, 167),
    ]


@pytest.mark.parametrize(
    "row",
    [
        moved("£40", modality="denied"),
        moved("£40", modality="opinion"),
        moved("€40", currency="EUR"),
        moved("£40", receiver="nobody on the book"),
    ],
)
def test_what_does_not_stand_in_two_books_is_not_taken_off(tmp_path: Path, row: Row) -> None:
    answer = asked(tmp_path, campaigns=FAMILY, spend=BOOKED, transfers=[row])
    assert lines(answer, "totals", "line") == [("together", 167, 167)]


def test_more_moved_than_booked_is_a_contradiction(tmp_path: Path) -> None:
    answer = asked(
        tmp_path, campaigns=FAMILY, spend=BOOKED, transfers=[moved("£40", "B", "A"), moved("£101")]
    )
    assert sentence(answer, "bridge.moved_more_than_booked") == (
        "A is said to have moved at least £101 within its family and has booked at most £100: not "
        "all of it stands in its books, and too much is taken off."
    )
    assert statuses(answer, "bridge.moved_more_than_booked") == ["fail"]


def test_what_a_larger_campaign_holds_is_not_counted_again(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[
            {"campaign_id": "w", "organisation": "A"},
            {"campaign_id": "p", "organisation": "B", "part_of": "w"},
            {"campaign_id": "q", "organisation": "B", "part_of": "p"},
        ],
        spend=[
            spent("£100", campaign_id="w"),
            spent("£10", campaign_id="p"),
            spent("£3", campaign_id="q"),
            spent("£4", "platform", campaign_id="q"),
            spent("US$5", campaign_id="p", currency="USD"),
        ],
    )
    assert lines(answer, "organisations", "organisation", "stage") == [
        ("A", "booked", 100, 100),
        ("B", "delivered", 4, 4),
        ("B", "booked", 5, 5),
    ]
    assert [row[:2] for row in answer.tables["kin"].select("organisation", "other").rows()] == [
        ("B", "A")
    ]


money = st.fixed_dictionaries(
    {
        "campaign_id": st.sampled_from("abcd"),
        "currency": st.sampled_from(["GBP", "EUR"]),
        "amount": st.sampled_from(["1.01", "2 to 3", "over 100", "", "-7.50", "0", "about 40"]),
    }
)
stated_money = st.tuples(
    money, st.sampled_from(STAGES[:3]), st.sampled_from(["asserted", "denied"])
)
recorded_money = st.tuples(money, st.sampled_from(["invoice", "payment", "return", "platform"]))


@settings(max_examples=6, deadline=None, phases=[Phase.generate])
@given(st.lists(stated_money, max_size=20), st.lists(recorded_money, max_size=20), st.data())
def test_every_total_is_the_sum_of_its_rows(
    said_of: list[Any], recorded: list[Any], data: st.DataObject
) -> None:
    larger = data.draw(st.sampled_from(["", "a"]))
    with TemporaryDirectory() as folder:
        answer = small_book(
            Path(folder),
            campaigns=[
                {
                    "campaign_id": name,
                    "organisation": f"O{at // 2}",
                    "part_of": larger if at else "",
                }
                for at, name in enumerate("abcd")
            ],
            budgets=[{**row, "stage": stage, "modality": how} for row, stage, how in said_of],
            spend=[
                {**row, "amount": row["amount"] or "5", "record": record}
                for row, record in recorded
            ],
            transfers=[moved("1", "O0", "O1"), moved("2 to 3", "O1", "O0", currency="EUR")],
        ).ask("bridge")
    counted = answer.tables["stages"].filter(pl.col("counted"))
    by_organisation = {row[:3]: row[3:] for row in answer.tables["organisations"].rows()}
    assert by_organisation == summed(counted, "organisation", "stage", "currency")
    totals = answer.tables["totals"]
    for (stage, currency), (low, high, campaigns) in summed(counted, "stage", "currency").items():
        mine = totals.filter((pl.col("stage") == stage) & (pl.col("currency") == currency))
        first, last = mine.row(0, named=True), mine.row(-1, named=True)
        assert (first["low"], first["high"], first["campaigns"]) == (low, high, campaigns)
        assert last["line"] == "together"
        for side in ("low", "high"):
            parts = mine[side].to_list()[:-1] or [first[side]]
            assert last[side] == (None if None in parts else sum(parts))
    assert len(totals.unique(["stage", "currency"])) == len(summed(counted, "stage", "currency"))


def summed(rows: pl.DataFrame, *keys: str) -> dict[Any, Any]:
    """Add rows up with nothing but Python."""
    sums: dict[Any, list[tuple[Any, Any]]] = {}
    for row in rows.iter_rows(named=True):
        sums.setdefault(tuple(row[key] for key in keys), []).append((row["low"], row["high"]))
    return {
        key: (
            *(None if None in side else sum(side) for side in zip(*parts, strict=True)),
            len(parts),
        )
        for key, parts in sums.items()
    }


def test_a_book_of_many_campaigns_stays_small_and_its_total_is_whole(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[
            {"campaign_id": f"c{at}", "organisation": f"Organisation {at % 11}"}
            for at in range(150)
        ],
        spend=[spent(f"{at + 1}", "platform", campaign_id=f"c{at}") for at in range(150)],
    )
    assert answer.tables["stages"].height == 100 * len(STAGES)
    assert sentence(answer, "bridge.campaigns_left_out") == (
        "The table of stages has the 100 campaigns of which most is disputed, said or known. 50 "
        "more campaigns are in the sums of the organisations and in the totals."
    )
    assert lines(answer, "totals", "line") == [("together", 150 * 151 // 2, 150 * 151 // 2)]
    assert sentence(answer, "bridge.together") == (
        "All campaigns together, in GBP: £11,325 charged by the platform (150 campaigns)."
    )
    [panel] = spec_of(answer)["vconcat"]
    assert panel["title"]["text"] == "11 organisations, in GBP (the 8 largest; 3 more in the table)"
    assert "Together: delivered" in {row["label"] for row in drawn(answer)}
    assert charts.svg(spec_of(answer))


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


def test_in_the_case_the_nine_returns_come_to_what_they_are(case: Answer) -> None:
    stages = case.tables["stages"].filter(pl.col("stage") == "booked")
    booked = dict(stages.select("campaign_id", "low").drop_nulls().rows())
    nine = [amount for name, amount in booked.items() if name.endswith("-ge2017")]
    assert (len(nine), sum(nine)) == (9, 39_518_067)
    parties = sum(nine) - booked["best-for-britain-ge2017"] - booked["nut-ge2017"]
    assert parties == 38_838_643
    assert booked["conservative-ge2017"] - booked["labour-ge2017"] == 7_561_122
    [total] = case.tables["totals"].filter(pl.col("stage") == "booked").iter_rows(named=True)
    assert (total["low"], total["campaigns"]) == (sum(booked.values()), len(booked))


def test_in_the_case_the_rule_for_a_family_makes_one(case: Answer) -> None:
    assert set(case.tables["families"]["line"]) == {
        "Labour",
        "Labour Party headquarters",
        "together",
    }


def test_in_the_case_no_other_stage_is_on_record(case: Answer) -> None:
    assert sentence(case, "bridge.stages_without_record") == (
        "No record seen of money approved, booked or delivered. That is not £0: it was not found. "
        "Over the gap the bridge goes from requested to claimed in one step."
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
