"""Exposure: worked panels, their edges, and what the shipped case must say."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

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

PANEL: Row = {"campaign_id": "c", "outcome": "all"}
MONEY: Row = {"campaign_id": "c", "stage": "claimed", "amount": "£5,000"}
PRICE: Row = {"amount": "£12 to £14.71", "starts_on": "2019-11-01"}
PEOPLE: Row = {"segment": "electors of Ruritania", "amount": "32,000,000"}


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    usual: dict[str, list[Row]] = {"campaigns": [{"campaign_id": "c", "name": "The campaign"}]}
    answer = small_book(folder, **{**usual, **ledgers}).ask("exposure")
    reads_well(answer)
    return answer


# A hand-worked campaign: five thousand pounds at £12 to £14.71, of 32 million people.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        campaigns=[{"campaign_id": "c", "name": "The campaign"}],
        sightings=[{**PANEL, "asked": "10", "saw": "10"}],
        budgets=[MONEY],
        rates=[PRICE],
        audiences=[PEOPLE],
    )
    return audited(book, "exposure")


def test_the_worked_campaign_in_sentences(worked: Answer) -> None:
    assert [finding.sentence for finding in worked.findings][:-1] == [
        "It is said that 10 of 10 on the panel “the checkers” saw it (Ada). They were not picked "
        "at random: a campaign shown to them alone and one shown to everyone would both look like "
        "this to them.",
        "That 10 of 10 on the panel “the checkers” saw it is explained over a billion times less "
        "well (a factor of 10 to the 18.9) by a campaign for everyone that reached 1.3% of them, "
        "the most its money could, than by one aimed at the panel. How likely either was "
        "beforehand is not in that.",
        "“£5,000”, claimed by Ada, would buy 339,904 to 416,667 impressions at the price seen "
        "(facebook, 2019), £12 to £14.71 a thousand.",
        "Suppose that all checkers saw it, and that they had been picked blindly from everyone. "
        "With less than this share of everyone reached, that happens less than 1 time in 20: 5% "
        "for 1 checker, 36.8% for 3 checkers, 54.9% for 5 checkers, 74.1% for 10 checkers.",
        "At the lowest price seen, and with nobody shown it twice, the money would reach at most "
        "1.3% of the electors of Ruritania (32,000,000). By the yardstick of 1 time in 20 that is "
        "too little for even one checker, who needs 5%. The chance that one person picked blindly "
        "is reached is then 1 in 77 at the most; that 3 all are, 1 in 450,000; that 5 all are, "
        "less than 1 in a billion; that 10 all are, less than 1 in a billion.",
        "What would settle it: to ask people picked at random from the electors of Ruritania "
        "whether they saw it. To find one who did, with 95% certainty, it takes 5 if half of them "
        "did; 229 if 1.3% did, the most that the money could reach; 281 if 1.06% did, the least it "
        "buys. No such panel is on the book.",
        "“They saw it, so everyone did” (electors of Ruritania): seen by checkers is no evidence "
        "of general reach.",
        "Shown to 500 people alone, “£5,000” would buy 679 to 834 impressions for each. If nobody "
        "was shown it so often, the audience was wider, or the price higher, or the sum covers "
        "something else. Money cannot show whom it was aimed at, only delivery can: no record of "
        "it was seen.",
    ]
    assert [finding.status for finding in worked.findings] == [
        "cannot_tell",
        "cannot_tell",
        "pass",
        "pass",
        "fail",
        "cannot_tell",
        "fail",
        "cannot_tell",
        "cannot_tell",
    ]


def test_every_reading_of_the_coverage_needed_is_printed(worked: Answer) -> None:
    row = worked.tables["needed"].row(by_predicate=pl.col("checkers") == 10, named=True)
    readings = {
        "coverage_needed_share": 0.7411344,
        "needed_exact_two_sided_share": 0.6915029,
        "needed_wilson_share": 0.7224672,
        "needed_uniform_prior_share": 0.7615958,
        "needed_jeffreys_share": 0.8292269,
    }
    for name, value in readings.items():
        assert row[name] == pytest.approx(value, abs=5e-8)


def test_the_chances_of_a_panel_at_coverages_that_may_be_claimed(worked: Answer) -> None:
    half = worked.tables["chances"].row(0, named=True)
    assert (half["panel"], half["asked"], half["if_coverage_was_share"]) == (
        "the checkers",
        10,
        0.5,
    )
    assert 10 ** half["log10_chance"] == pytest.approx(0.0009765625, rel=1e-12)
    twice = Fraction(math.comb(16_000_000, 10), math.comb(32_000_000, 10))
    assert 10 ** half["log10_chance_nobody_twice"] == pytest.approx(float(twice), rel=1e-9)
    assert half["log10_evidence_ratio"] == -half["log10_chance"]


def test_the_outcomes_of_a_panel_that_would_tell(worked: Answer) -> None:
    outcomes = worked.tables["outcomes"]
    assert outcomes["ask"].unique().to_list() == [8]
    assert outcomes.select("saw", "meaning").rows()[:3] == [
        (0, "fewer than 50% saw it"),
        (1, "fewer than 50% saw it"),
        (2, "more than 1.3% saw it"),
    ]


def test_the_coverage_needed_is_a_root_of_one_in_twenty(worked: Answer) -> None:
    needed = dict(worked.tables["needed"].select("checkers", "coverage_needed_share").iter_rows())
    assert set(needed) == {1, 2, 3, 5, 10, 20, 50}
    for size, coverage in needed.items():
        assert coverage == pytest.approx(0.05 ** (1 / size), abs=1e-9)
    assert needed[10] == pytest.approx(0.7411344, abs=1e-7)


def test_the_chance_at_the_most_coverage_is_a_power_of_it(worked: Answer) -> None:
    row = worked.tables["needed"].row(by_predicate=pl.col("checkers") == 10, named=True)
    assert row["coverage_bought_at_most_share"] == pytest.approx(416_667 / 32_000_000)
    assert 10 ** row["log10_chance_at_that_coverage"] == pytest.approx(1.4008e-19, rel=1e-3)


def test_who_would_have_to_be_asked_is_enough_and_one_fewer_is_not(worked: Answer) -> None:
    people = 32_000_000
    for row in worked.tables["settles"].iter_rows(named=True):
        exposed, ask = row["people_who_saw_it"], row["ask"]
        missed = [
            math.prod(Fraction(people - exposed - n, people - n) for n in range(size))
            for size in (ask, ask - 1)
        ]
        assert missed[0] <= Fraction(1, 20) < missed[1]


amounts = st.integers(min_value=0, max_value=10**8).map(lambda pence: Decimal(pence) / 100)
ranges = st.tuples(amounts, amounts).map(sorted)


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(st.lists(ranges, min_size=5, max_size=15), st.lists(ranges, min_size=2, max_size=6))
def test_what_is_bought_holds_every_sum_at_every_price(
    sums: list[list[Decimal]], prices: list[list[Decimal]]
) -> None:
    prices = [[low + Decimal("0.01"), high + Decimal("0.01")] for low, high in prices]
    with TemporaryDirectory() as folder:
        answer = asked(
            Path(folder),
            sightings=[PANEL],
            budgets=[{**MONEY, "amount": f"£{low:.2f} to £{high:.2f}"} for low, high in sums],
            rates=[{"amount": f"£{low:.2f} to £{high:.2f}"} for low, high in prices],
        )
    bought = answer.tables["bought"]
    assert bought.height == len(sums) * len(prices)
    for row in bought.iter_rows(named=True):
        least = row["low"] * 1000 / row["cpm_high"]
        most = row["high"] * 1000 / row["cpm_low"]
        assert row["impressions_low"] <= least <= most <= row["impressions_high"]
        assert least.to_integral_value(ROUND_FLOOR) - row["impressions_low"] in (0, 1)
        assert row["impressions_high"] - most.to_integral_value(ROUND_CEILING) in (0, 1)
        for money in (row["low"], row["high"]):
            for price in (row["cpm_low"], row["cpm_high"]):
                assert row["impressions_low"] <= money * 1000 / price <= row["impressions_high"]


# The edges.


def test_no_panel_no_findings(tmp_path: Path) -> None:
    answer = asked(tmp_path, budgets=[MONEY], rates=[PRICE], audiences=[PEOPLE])
    assert answer.findings == ()
    assert answer.chart is None


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ({"outcome": "all"}, "all of the panel “the checkers” saw it; how many were asked"),
        ({"outcome": "all", "asked": "10"}, "10 of 10 on the panel “the checkers” saw it"),
        ({"outcome": "all", "saw": "10"}, "10 of 10 on the panel “the checkers” saw it"),
        (
            {"outcome": "none"},
            "none of the panel “the checkers” saw it; how many were asked is not",
        ),
        ({"outcome": "none", "asked": "10"}, "0 of 10 on the panel “the checkers” saw it"),
        ({"outcome": "some", "asked": "10"}, "some of the panel “the checkers” saw it, of 10"),
        ({"outcome": "some", "asked": "10", "saw": "3"}, "3 of 10 on the panel “the checkers”"),
    ],
)
def test_a_number_that_nobody_gives_is_never_none(tmp_path: Path, panel: Row, said: str) -> None:
    answer = asked(tmp_path, sightings=[{**PANEL, **panel}])
    assert f"It is said that {said}" in sentence(answer, "exposure.panel")
    both = "would both look like this" in sentence(answer, "exposure.panel")
    assert both == (panel["outcome"] == "all")
    assert statuses(answer, "exposure.panel") == ["cannot_tell"]


@pytest.mark.parametrize(
    ("others", "status", "said"),
    [
        (
            {"selection": "random", "asked": "50", "saw": "0", "outcome": "none"},
            "pass",
            "a difference of 100 percentage points (95% confidence: 71.3 to 100). Were both alike, "
            "as much would come about less than 1 time in a billion. So the one group saw it more "
            "often than the other",
        ),
        (
            {"selection": "random", "asked": "50", "saw": "50", "outcome": "all"},
            "cannot_tell",
            "a difference of 0 percentage points (95% confidence: -27.8 to 7.13). Were both alike, "
            "as much would come about 100% of the time. That is too often to tell the two apart.",
        ),
        (
            {"selection": "volunteer", "asked": "50", "saw": "0", "outcome": "none"},
            "cannot_tell",
            "But a panel that volunteers may be as targeted as insiders are.",
        ),
    ],
)
def test_outsiders_beside_insiders(tmp_path: Path, others: Row, status: str, said: str) -> None:
    answer = asked(
        tmp_path,
        sightings=[{**PANEL, "asked": "10"}, {**PANEL, "panel": "the others", **others}],
        budgets=[MONEY],
        rates=[PRICE],
        audiences=[PEOPLE],
    )
    assert said in sentence(answer, "exposure.outsiders")
    assert statuses(answer, "exposure.outsiders") == [status]
    [row] = answer.tables["contrasts"].iter_rows(named=True)
    if others["saw"] == "0":
        assert row["p_value"] == pytest.approx(1 / math.comb(60, 10), rel=1e-9)
    was_asked = "people picked at random were asked" in sentence(answer, "exposure.verdict")
    assert was_asked == (others["selection"] == "random")
    basis = answer.rows("exposure.outsiders").rows["sightings"]
    assert basis["panel"].to_list() == ["the checkers", "the others"]


@pytest.mark.parametrize(
    ("panel", "people", "verdict"),
    [
        ({"asked": "4"}, "833,334", "cannot tell: it could have been general, and could have been"),
        ({}, "833,334", "cannot tell: nobody says how many checked"),
        ({"asked": "5"}, "833,334", "seen by checkers is no evidence of general reach"),
        ({"asked": "5"}, "", "cannot tell: what the money could reach is not known"),
    ],
)
def test_the_verdict(tmp_path: Path, panel: Row, people: str, verdict: str) -> None:
    answer = asked(
        tmp_path,
        sightings=[{**PANEL, **panel}],
        budgets=[MONEY],
        rates=[PRICE],
        audiences=[{**PEOPLE, "amount": people}] if people else [],
    )
    assert verdict in sentence(answer, "exposure.verdict")
    assert answer.tables["verdicts"].height == 1


def test_where_nobody_saw_it_there_is_no_verdict(tmp_path: Path) -> None:
    answer = asked(tmp_path, sightings=[{**PANEL, "outcome": "none"}], audiences=[PEOPLE])
    assert sentences(answer, "exposure.verdict") == []
    assert answer.tables["chances"].is_empty()


def test_a_sum_of_many_rows_opens_to_them(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[MONEY],
        spend=[
            {"campaign_id": "c", "record": "platform", "amount": "£7"},
            {"campaign_id": "c", "record": "platform", "amount": "£8"},
            {"campaign_id": "c", "record": "payment", "amount": "£9"},
        ],
        rates=[PRICE],
    )
    money = answer.tables["bought"].select("record", "money", "low", "entries").rows()
    assert money == [
        ("claimed", "£5,000", 5000, "budgets-0"),
        ("payment", "£9", 9, "spend-2"),
        ("platform", "2 rows", 15, None),
    ]
    platform = answer.rows("bought", record="platform")
    assert platform.rows["spend"]["entry_id"].to_list() == ["spend-0", "spend-1"]
    assert answer.rows("bought", record="claimed").rows["budgets"].height == 1


def test_not_known_is_not_known(tmp_path: Path) -> None:
    answer = asked(tmp_path, sightings=[{**PANEL, "outcome": "unknown", "reported_by": "a paper"}])
    assert sentence(answer, "exposure.panel") == (
        "How many of the panel “the checkers” saw it is not said (Ada, reported by a paper). They "
        "were not picked at random: what they saw would not show what others did."
    )


def test_people_picked_at_random_do_show_something(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[{**PANEL, "selection": "random", "outcome": "some", "asked": "50", "saw": "7"}],
        audiences=[PEOPLE],
    )
    # the exact interval of 7 of 50, 0.0582 to 0.2674
    assert sentence(answer, "exposure.panel") == (
        "It is said that 7 of 50 on the panel “the checkers” saw it (Ada). If they were picked at "
        "random from everyone, as is said, 5.82% to 26.7% of everyone saw it (95% confidence)."
    )
    assert statuses(answer, "exposure.panel") == ["pass"]
    assert sentence(answer, "exposure.would_settle").endswith(
        "A panel picked at random is on the book."
    )
    assert "not picked blindly" not in " ".join(spec_of(answer)["title"]["subtitle"])


def test_without_a_population_there_is_no_share(tmp_path: Path) -> None:
    answer = asked(tmp_path, sightings=[PANEL], budgets=[MONEY], rates=[PRICE])
    assert sentence(answer, "exposure.money_reaches_coverage") == (
        "What share of everyone the money could reach cannot be told: no population is on the book."
    )
    assert "74.1% for 10 checkers" in sentence(answer, "exposure.coverage_needed")
    assert sentences(answer, "exposure.would_settle") == []
    assert answer.chart is not None


def test_without_a_price_in_its_currency_the_money_buys_what_cannot_be_told(
    tmp_path: Path,
) -> None:
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[{**MONEY, "currency": "USD", "amount": "US$5,000"}],
        rates=[PRICE],
        audiences=[PEOPLE],
    )
    assert statuses(answer, "exposure.money_buys") == ["cannot_tell"]
    assert sentences(answer, "exposure.money_reaches_coverage") == []
    assert sentence(answer, "exposure.would_settle").startswith("What would settle it")


@pytest.mark.parametrize(
    ("money", "price"),
    [("over £5,000", "£12"), ("a fortune", "£12"), ("£5,000", "up to £12"), ("£5,000", "nil")],
)
def test_without_a_bound_there_is_no_most(tmp_path: Path, money: str, price: str) -> None:
    """One sum without a bound, or one price that may be nothing, and no other can bound it."""
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[MONEY, {**MONEY, "amount": money}],
        rates=[{"amount": price}, PRICE],
        audiences=[PEOPLE],
    )
    assert "no upper bound" in sentences(answer, "exposure.money_buys")[-1]
    assert sentence(answer, "exposure.money_reaches_coverage") == (
        "How many of the electors of Ruritania (32,000,000) the money could reach at most cannot "
        "be told: a sum or a price has no bound."
    )
    assert statuses(answer, "exposure.money_reaches_coverage") == ["cannot_tell"]


def test_nothing_buys_nothing(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[{**MONEY, "amount": "nil"}],
        spend=[
            {"campaign_id": "c", "record": "platform", "amount": "-£5.00"},
            {"campaign_id": "c", "record": "payment", "amount": "-£7.00"},
        ],
        rates=[PRICE],
        audiences=[{**PEOPLE, "amount": "1"}],
    )
    assert answer.tables["bought"]["impressions_high"].to_list() == [0, 0, 0]
    assert "at most 0% of the electors of Ruritania (1)" in sentence(
        answer, "exposure.money_reaches_coverage"
    )
    assert statuses(answer, "exposure.money_reaches_coverage") == ["fail"]
    assert sentences(answer, "exposure.would_settle") == []


def test_what_reached_nobody_explains_no_panel(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[{**PANEL, "asked": "5", "saw": "5"}],
        budgets=[{**MONEY, "amount": "nil"}],
        rates=[PRICE],
        audiences=[PEOPLE],
    )
    assert sentence(answer, "exposure.evidence").startswith(
        "That 5 of 5 on the panel “the checkers” saw it could not be explained at all by a "
        "campaign for everyone that reached 0% of them, the most its money could, and could by "
        "one aimed at the panel."
    )


def test_sums_far_beyond_all_money_do_not_break_it(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[{**MONEY, "amount": "£1,000,000,000,000,000"}],
        rates=[{"amount": "£0.01"}],
        audiences=[PEOPLE],
    )
    assert statuses(answer, "exposure.money_reaches_coverage") == ["cannot_tell"]


@pytest.mark.parametrize(
    ("asked_of", "people", "status", "verdict"),
    [
        ("", "416,667", "pass", "enough for any number of checkers"),
        ("", "833,334", "cannot_tell", "enough for 4 checkers and no more, and nobody says how"),
        ("4", "833,334", "pass", "enough for 4 checkers"),
        ("5", "833,334", "fail", "too little for 5 checkers, who need 54.9%"),
        ("1", "8,333,340", "pass", "enough for 1 checker"),
        ("1", "8,400,000", "fail", "too little for even one checker, who needs 5%"),
    ],
)
def test_enough_depends_on_how_many_checked(
    tmp_path: Path, asked_of: str, people: str, status: str, verdict: str
) -> None:
    answer = asked(
        tmp_path,
        sightings=[{**PANEL, "asked": asked_of}],
        budgets=[MONEY],
        rates=[PRICE],
        audiences=[{**PEOPLE, "amount": people}],
    )
    found = sentence(answer, "exposure.money_reaches_coverage")
    assert f"By the yardstick of 1 time in 20 that is {verdict}" in found
    assert statuses(answer, "exposure.money_reaches_coverage") == [status]


def test_each_sum_and_each_population_has_its_own_sentence(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[MONEY, {**MONEY, "amount": "£900,000", "said_by": "Bert"}],
        spend=[{"campaign_id": "c", "record": "platform", "amount": "US$70", "currency": "USD"}],
        rates=[PRICE, {"amount": "US$7", "currency": "USD", "channel": "radio"}],
        audiences=[{**PEOPLE, "as_of": "2017-06-08"}, {"segment": "users", "amount": "1,000"}],
        reach=[{"campaign_id": "c", "amount": "12"}],
    )
    assert [found[:34] for found in sentences(answer, "exposure.money_buys")] == [
        "“£5,000”, claimed by Ada, would bu",
        "“£900,000”, claimed by Bert, would",
        "“US$70”, charged by the platform, ",
    ]
    assert "US$7 a thousand" in sentences(answer, "exposure.money_buys")[-1]
    first, second = sentences(answer, "exposure.money_reaches_coverage")
    assert "of the electors of Ruritania (32,000,000)" in first
    assert "at most 100% of the users (1,000)" in second
    assert len(sentences(answer, "exposure.would_settle")) == 2
    assert sentences(answer, "exposure.targeting")[0].endswith(
        "only delivery can: 1 measurement of it: see the table of delivery."
    )


def test_campaigns_of_one_name_stay_two(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": name, "name": "Leaflets"} for name in ("north", "south")],
        sightings=[{**PANEL, "campaign_id": name} for name in ("north", "south")],
        budgets=[
            {**MONEY, "campaign_id": name, "amount": amount}
            for name, amount in {"north": "£1", "south": "£1,000"}.items()
        ],
        rates=[PRICE],
        audiences=[PEOPLE],
    )
    north, south = sentences(answer, "exposure.money_buys")
    assert north.startswith("Leaflets (north): “£1”, claimed by Ada, would buy 67 to 84 impr")
    assert south.startswith(
        "Leaflets (south): “£1,000”, claimed by Ada, would buy 67,980 to 83,334"
    )


def test_what_is_denied_or_unknown_buys_nothing(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        sightings=[PANEL],
        budgets=[{**MONEY, "modality": "denied"}, {**MONEY, "amount": "not known"}],
        spend=[{"campaign_id": "c", "amount": ""}],
        rates=[PRICE, {"amount": ""}],
        audiences=[PEOPLE],
    )
    assert answer.tables["bought"].is_empty()


# The chart.


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    golden("exposure.vl.json", stable(spec_of(worked)))


def test_the_chart_draws_the_most_that_the_money_reaches(worked: Answer) -> None:
    [band] = [row for row in drawn(worked) if "start" in row]
    assert band["to"] == pytest.approx(416_667 / 32_000_000)
    assert "at the prices seen the money reaches at most 1.3%" in [
        row.get("words") for row in drawn(worked)
    ]


def test_hostile_names_are_in_sentences_only(tmp_path: Path) -> None:
    answer = small_book(
        tmp_path,
        campaigns=[{"campaign_id": f"c{at}", "name": name} for at, name in enumerate(HOSTILE)],
        sightings=[
            {**PANEL, "campaign_id": f"c{at}", "panel": name, "said_by": name}
            for at, name in enumerate(HOSTILE)
        ],
        audiences=[{"segment": name, "amount": "9"} for name in HOSTILE],
    ).ask("exposure")
    assert charts.svg(spec_of(answer))
    with pytest.raises(AssertionError, match="not in the chart at all"):
        only_people_read_names(spec_of(answer))


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "exposure")


def prices() -> list[tuple[Decimal, Decimal]]:
    found = []
    for row in case_rows("rates"):
        if row["currency"] == "GBP":
            low, _, high = row["amount"].partition(" to ")
            found.append((pounds(low), pounds(high or low)))
    return found


def test_in_the_case_the_panel_tells_two_campaigns_apart_in_nothing(case: Answer) -> None:
    panel = case_row("sightings", "checkers-saw-it")
    assert sentence(case, "exposure.panel") == (
        f"It is said that all of the panel “{panel['panel']}” saw it; how many were asked is not "
        f"said ({panel['said_by']}, reported by {panel['reported_by']}). They were not picked at "
        "random: a campaign shown to them alone and one shown to everyone would both look like "
        "this to them."
    )


def test_in_the_case_five_thousand_pounds_buy_a_range_at_the_prices_seen(case: Answer) -> None:
    lowest, highest = min(low for low, _ in prices()), max(high for _, high in prices())
    least = (Decimal(4500) * 1000 / highest).to_integral_value(ROUND_FLOOR)
    most = (Decimal("5499.99") * 1000 / lowest).to_integral_value(ROUND_CEILING)
    assert (len(prices()), lowest, highest) == (5, Decimal("2.64"), Decimal("16.94"))
    assert f"would buy {least:,} to {most:,} impressions at the 5 prices seen" in (
        sentence(case, "exposure.money_buys")
    )
    assert (least, most) == (265_643, 2_083_330)
    # and within it what £5,000 flat buys at £2.70 to £4.74
    assert least <= 5_000_000 / Decimal("4.74") <= 5_000_000 / Decimal("2.70") <= most


def test_in_the_case_the_money_reaches_less_than_one_in_twenty(case: Answer) -> None:
    electors = int(pounds(case_row("audiences", "uk-electors-2017")["amount"]))
    seats = {
        row["area_code"]: int(row["electorate"])
        for row in case_rows("contests")
        if row["election"] == "general election 2017"
    }
    assert electors == sum(seats.values()) == 46_836_533
    reached = 2_083_330 / electors
    found = sentence(case, "exposure.money_reaches_coverage")
    assert (
        f"at most {100 * reached:.3g}% of the registered electors, United Kingdom ({electors:,})"
        in found
    )
    assert reached < 0.05 < 0.05 ** (1 / 3)
    assert (
        f"is then 1 in {float(f'{1 / reached:.2g}'):.0f} at the most; that 3 all are, 1 in "
        in found
    )
    assert statuses(case, "exposure.money_reaches_coverage") == ["fail"]


def test_in_the_case_what_an_untargeted_campaign_needed(case: Answer) -> None:
    found = sentence(case, "exposure.coverage_needed")
    for size in (1, 3, 5, 10):
        assert f"{100 * 0.05 ** (1 / size):.3g}% for {size} checker" in found


def test_in_the_case_how_many_would_have_to_be_asked(case: Answer) -> None:
    electors, found = 46_836_533, sentence(case, "exposure.would_settle")
    for exposed, words in (
        (electors // 2, "5 if half of them did"),
        (2_083_330, "66 if 4.45% did, the most that the money could reach"),
        (265_643, "527 if 0.567% did, the least it buys"),
    ):
        ask = int(words.split()[0])
        missed = math.prod(Fraction(electors - exposed - n, electors - n) for n in range(ask))
        assert (
            missed
            <= Fraction(1, 20)
            < missed * Fraction(electors - ask + 1, electors - exposed - ask + 1)
        )
        assert words in found
    assert found.endswith("No such panel is on the book.")


def test_in_the_case_a_small_audience_would_have_seen_it_hundreds_of_times(case: Answer) -> None:
    found = sentence(case, "exposure.targeting")
    assert f"{265_643 // 500} to {-(-2_083_330 // 500):,} impressions for each" in found
    assert found.endswith("no record of it was seen.")
