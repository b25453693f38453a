"""Allocation: worked seats, their edges, and what the shipped case must say."""

import math
import os
from collections.abc import Callable
from decimal import Decimal
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
from small_book import Row, seat, small_book

LATER = {"election": "election 2017", "held_on": "2017-06-08"}


def given_to(code: int, amount: str, **rest: object) -> Row:
    return {"area_code": f"E{code:08}", "amount": amount, **rest}


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, **ledgers).ask("allocation")
    reads_well(answer)
    return answer


# Two seats of a hand-worked election, with eight others around them.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        contests=[
            *seat(1, "Safeton", {"Red": 7_250, "Blue": 0}),
            *seat(2, "Nextdoor", {"Red": 0, "Blue": 331}),
            *seat(3, "Near", {"Red": 100, "Blue": 101, "Green": 50}),
            *seat(4, "Fair", {"Red": 104, "Blue": 100}),
            *seat(5, "Without Red", {"Green": 60, "Blue": 40}),
            *seat(6, "Walkover", {"Red": 5}),
            *seat(1, "Safeton", {"Red": 1, "Blue": 9_000}, **LATER),
        ],
        resources=[
            given_to(1, "two", said_by="Jack", reported_by="a paper"),
            given_to(2, "0", said_by="Jack", reported_by="a paper"),
        ],
    )
    return audited(book, "allocation")


def test_the_worked_seats_in_sentences(worked: Answer) -> None:
    assert [(finding.status, finding.sentence) for finding in worked.findings] == [
        (
            "pass",
            "It is said that Nextdoor was given 0 organisers by The party (Jack, reported by a "
            "paper). The majority known then (election 2015) was -331 votes for Red, which was "
            "behind: 100% of the votes; place 3 of 4 from the closest.",
        ),
        (
            "pass",
            "It is said that Safeton was given 2 organisers by The party (Jack, reported by a "
            "paper). The majority known then (election 2015) was 7,250 votes for Red: 100% of the "
            "votes; place 3 of 4 from the closest.",
        ),
        (
            "pass",
            "No result is used that came after. Majorities for Red in the result of election 2017: "
            "Safeton -8,999 votes. Nobody can have known them then.",
        ),
        (
            "cannot_tell",
            "The party, organiser, as it is told: 2 seats with a number cannot show a pattern: "
            "nothing was given, or no seat is closer than another.",
        ),
        (
            "pass",
            "Of the 4 seats where Red stood in the last result known (election 2015), it won or "
            "lost 2 by at most 5% and 2 by at most 10% of the votes; 2 were closer than Safeton.",
        ),
        (
            "cannot_tell",
            "Of these 4 seats, 2 have no number for “organiser” on the book, and what is known "
            "comes from one witness, Jack. Whether closer seats went without is not known.",
        ),
    ]


margins = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 500), st.integers(0, 100)),
    min_size=10,
    max_size=40,
)


@settings(max_examples=4, deadline=None, phases=[Phase.generate])
@given(margins)
def test_places_are_a_permutation_but_for_ties(votes: list[tuple[int, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        answer = asked(
            Path(folder),
            contests=[
                row
                for code, (red, blue, green) in enumerate(votes)
                for row in seat(code, f"S{code}", {"Red": red, "Blue": blue, "Green": green})
            ],
            resources=[given_to(code, str(code)) for code in range(len(votes))],
        )
    shares = [abs(red - max(blue, green)) / (red + blue + green) for red, blue, green in votes]
    places = {
        f"S{code}": 1 + sum(other < share for other in shares) for code, share in enumerate(shares)
    }
    seats = answer.tables["seats"]
    assert dict(seats.select("seat", "closer").iter_rows()) == places
    assert seats["margin_share"].abs().to_list() == sorted(shares)
    if len(set(shares)) == len(shares):
        assert sorted(places.values()) == list(range(1, len(votes) + 1))
    found = answer.tables["places"]
    assert dict(found.select("seat", "place_from_closest").iter_rows()) == places
    assert set(found["of_seats"]) == {len(votes)}
    assert len(sentences(answer, "allocation.given")) <= 13


# What was known then, and not later.


def test_a_decision_knows_the_last_result_of_each_seat_before_it(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=[
            *seat(1, "A", {"Red": 60, "Blue": 40}, election="election 2010", held_on="2010-05-06"),
            *seat(2, "B", {"Red": 30, "Blue": 70}, election="election 2010", held_on="2010-05-06"),
            *seat(1, "A", {"Red": 55, "Blue": 45}),
            *seat(2, "B", {"Red": 45, "Blue": 55}),
            *seat(2, "B", {"Red": 52, "Blue": 48}, election="by-election", held_on="2016-10-20"),
            *seat(1, "A", {"Red": 10, "Blue": 90}, **LATER),
        ],
        resources=[
            given_to(1, "1", starts_on="2012-01-01"),
            given_to(2, "2", starts_on="2015-05-07"),  # on polling day the result is not known
            given_to(1, "3", starts_on="2016-01-01"),
            given_to(2, "4", starts_on="2017-04-18"),
            given_to(1, "5", starts_on="2010-05-06"),
        ],
    )
    known = answer.tables["allotments"].sort("low").select("margin_known", "known_from").rows()
    assert known == [
        (20, "election 2010"),
        (-40, "election 2010"),
        (10, "election 2015"),
        (4, "by-election"),
        (None, None),
    ]
    # a by-election in one seat leaves the others where they were
    places = answer.tables["places"].sort("low")
    assert places.select("low", "place_from_closest", "of_seats").rows() == [
        (1, 1, 2),
        (2, 2, 2),
        (3, 1, 2),
        (4, 1, 2),
    ]
    assert "in the last result known (the last election in each)" in " ".join(
        sentences(answer, "allocation.all_seats")
    )
    assert sentences(answer, "allocation.given")[-1] == (
        "It is said that A was given 5 organisers by The party (Ada). No majority of Red that was "
        "known then is on the book."
    )


def test_hindsight_is_named_election_by_election(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=[
            *seat(1, "A", {"Red": 60, "Blue": 40}),
            *seat(2, "B", {"Red": 60, "Blue": 40}),
            *seat(1, "A", {"Red": 59, "Blue": 60}, **LATER),
            *seat(2, "B", {"Red": 61, "Blue": 60}, election="by-election", held_on="2017-09-01"),
        ],
        resources=[given_to(1, "1"), given_to(2, "1", party="Blue")],
    )
    assert sentences(answer, "allocation.hindsight") == [
        "No result is used that came after. Majorities for Red in the result of election 2017: A "
        "-1 vote. Nobody can have known them then.",
        "No result is used that came after. Majorities for Blue in the result of by-election: B -1 "
        "vote. Nobody can have known them then.",
    ]


# The edges.


def test_nothing_was_given(tmp_path: Path) -> None:
    answer = asked(tmp_path, contests=seat(1, "A", {"Red": 1, "Blue": 2}))
    assert answer.findings == ()
    assert answer.chart is None


def test_without_contests_a_seat_is_its_code(tmp_path: Path) -> None:
    answer = asked(tmp_path, resources=[given_to(1, "1")])
    assert sentence(answer, "allocation.given") == (
        "It is said that E00000001 was given 1 organiser by The party (Ada). No majority of Red "
        "that was known then is on the book."
    )
    assert answer.chart is None
    assert statuses(answer, "allocation.given") == ["cannot_tell"]


@pytest.mark.parametrize("votes", [{"Red": 5}, {"Blue": 5, "Green": 6}, {"Red": 0, "Blue": 0}])
def test_a_walkover_an_absence_and_no_votes_at_all(tmp_path: Path, votes: dict[str, int]) -> None:
    answer = asked(tmp_path, contests=seat(1, "A", votes), resources=[given_to(1, "2")])
    assert answer.tables["seats"].is_empty()
    assert answer.chart is None
    assert sentences(answer, "allocation.pattern") == []


def test_without_a_party_there_is_no_majority_to_hold_it_against(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=seat(1, "A", {"Red": 5, "Blue": 2}),
        resources=[given_to(1, "2", party="")],
    )
    assert sentence(answer, "allocation.given") == (
        "It is said that A was given 2 organisers by The party (Ada). It names no party whose "
        "majority could stand beside it."
    )


def test_a_tied_seat_is_the_closest(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=[*seat(1, "A", {"Red": 5, "Blue": 5}), *seat(2, "B", {"Red": 9, "Blue": 1})],
        resources=[given_to(1, "2")],
    )
    assert "was 0 votes for Red: 0% of the votes; place 1 of 2" in (
        sentence(answer, "allocation.given")
    )
    assert "1 seat with a number cannot show a pattern" in sentence(answer, "allocation.pattern")


def test_an_unknown_amount_enters_no_figure(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=[*seat(1, "A", {"Red": 6, "Blue": 5}), *seat(2, "B", {"Red": 9, "Blue": 1})],
        resources=[
            given_to(1, "", resource="funding", unit="GBP"),
            given_to(2, "unknown", resource="funding", unit="GBP", said_by="Bert"),
            given_to(2, "about £500", resource="leaflets", unit="GBP"),
            given_to(1, "over 7", resource="poster", unit="posters"),
        ],
    )
    assert sentence(answer, "allocation.without_sum") == (
        "2 allotments are named without a sum: 1 of funding (The party, says Ada); 1 of funding "
        "(The party, says Bert). The table has each with its majority; none enters a figure."
    )
    lean = answer.tables["lean"].select("resource", "seats_with_a_number").rows()
    assert sorted(lean) == [("funding", 0), ("leaflets", 1), ("poster", 1)]
    assert "B was given £450 to £549.99 (leaflets) by The party" in " ".join(
        sentences(answer, "allocation.given")
    )


def test_a_denial_is_printed_and_nothing_is_given_by_it(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=[*seat(1, "A", {"Red": 6, "Blue": 5}), *seat(2, "B", {"Red": 9, "Blue": 1})],
        resources=[
            given_to(1, "2", said_by="the party", modality="denied", reported_by="a paper"),
            given_to(2, "", said_by="a columnist", modality="opinion"),
            given_to(2, "1", said_by="Bert", modality="hedged"),
        ],
    )
    assert sentence(answer, "allocation.denied") == (
        "That A was given 2 organisers by The party is denied, by the party, reported by a paper."
    )
    assert sentence(answer, "allocation.opinion") == (
        "That B was given organiser by The party is given as an opinion and not counted, by a "
        "columnist."
    )
    assert "(Bert, with reservations)" in sentence(answer, "allocation.given")
    assert answer.tables["lean"]["seats_with_a_number"].to_list() == [1]
    assert [row["words"] for row in drawn(answer) if "words" in row] == [
        "1 organiser to B, says Bert"
    ]


# Patterns.


def seats_of(count: int) -> list[Row]:
    return [
        row
        for code in range(1, count + 1)
        for row in seat(code, f"S{code}", {"Red": 100 + code, "Blue": 100})
    ]


def test_two_seats_show_no_pattern_whatever_they_got(tmp_path: Path) -> None:
    answer = asked(tmp_path, contests=seats_of(2), resources=[given_to(1, "0"), given_to(2, "2")])
    assert sentence(answer, "allocation.pattern") == (
        "The party, organiser, as it is told: of the 2 seats with a number, the safer had more "
        "(concentration index 0.50). But 2 seats cannot show a pattern: whatever the truth, their "
        "ranks can only agree or be opposite."
    )
    assert answer.tables["lean"]["rank_correlation"].to_list() == [None]


@pytest.mark.parametrize(
    ("amounts", "status", "words"),
    [
        # 1 in 4! and its mirror: 2 of 24 orders are as extreme
        (["1", "2", "3", "4"], "cannot_tell", "Rank correlation 1.00; chance alone would do as "
         "much 8.33% of the time."),
        (["9", "8", "7", "6", "5", "4"], "pass", "the closer had more (concentration index -0.15). "
         "Rank correlation -1.00; chance alone would do as much 0.278% of the time."),
        (["2", "2", "2"], "cannot_tell", "neither the safer nor the closer had more (concentration "
         "index 0.00). All were given the same, so there is no pattern."),
        (["0", "0", "0"], "cannot_tell", "cannot show a pattern: nothing was given"),
    ],
)  # fmt: skip
def test_a_pattern_is_one_only_where_chance_seldom_makes_it(
    tmp_path: Path, amounts: list[str], status: str, words: str
) -> None:
    answer = asked(
        tmp_path,
        contests=seats_of(len(amounts)),
        resources=[given_to(code, amount) for code, amount in enumerate(amounts, 1)],
    )
    assert words in sentence(answer, "allocation.pattern")
    assert statuses(answer, "allocation.pattern") == [status]


def test_two_witnesses_of_one_allotment_are_not_two_allotments(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=seats_of(4),
        resources=[
            given_to(1, "1"),
            given_to(1, "2"),  # one witness, two allotments: three organisers
            given_to(1, "3", said_by="Bert"),
            given_to(2, "1"),
            given_to(2, "5", said_by="Bert"),  # who is right is not known: left out
            given_to(3, "4"),
        ],
    )
    lean = answer.tables["lean"].row(0, named=True)
    assert lean["seats_with_a_number"] == 2
    assert lean["concentration_index_low"] == pytest.approx((4 - 3) / (2 * 7))
    assert "Of these 4 seats, 1 has no number" in sentence(answer, "allocation.coverage")
    assert "comes from 2 witnesses" in sentence(answer, "allocation.coverage")


def test_one_yardstick_for_every_organisation(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        contests=seats_of(3),
        resources=[
            given_to(1, "1", organisation="Headquarters"),
            given_to(3, "1", organisation="Grassroots", party="Blue"),
        ],
    )
    assert answer.tables["lean"]["seats_in_all"].to_list() == [3, 3]
    margins_of = {
        (row["party"], row["seat"]): row["margin"] for row in answer.tables["seats"].to_dicts()
    }
    assert margins_of["Red", "S3"] == -margins_of["Blue", "S3"] == 3


# Money by seat. Four seats, of which the first two were close; worked by hand.


FOUR = [
    row
    for code, red in enumerate((51, 53, 60, 75), 1)
    for row in seat(code, f"S{code}", {"Red": red, "Blue": 100 - red})
]
CAMPAIGNS = [
    {"campaign_id": "r", "organisation": "The Reds"},
    {"campaign_id": "b", "organisation": "The Blues"},
]


def paid(campaign: str, code: int, amount: str, **rest: object) -> Row:
    return {"campaign_id": campaign, "area_code": f"E{code:08}", "amount": amount, **rest}


@pytest.fixture(scope="module")
def money(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("money"),
        campaigns=CAMPAIGNS,
        contests=FOUR,
        spend=[
            paid("r", 1, "£60"), paid("r", 1, "£40"), paid("r", 2, "nil"),
            paid("r", 3, "£300"), paid("r", 4, "£100"),
            paid("b", 1, "£10 to £20"), paid("b", 3, "£5"),
        ],
    )  # fmt: skip
    return audited(book, "allocation")


def test_the_worked_money_in_sentences(money: Answer) -> None:
    assert [(finding.status, finding.sentence) for finding in money.findings] == [
        (
            "pass",
            "The Reds: £500 declared in returns in 4 seats. Of 4 the majority known then is on the "
            "book: 2 were won by at most 10% of the votes.",
        ),
        (
            "pass",
            "The Blues: £15 to £25 declared in returns in 2 seats. Of 2 the majority known then is "
            "on the book: 1 was won by at most 10% of the votes.",
        ),
        (
            "cannot_tell",
            "The Reds, money declared in returns: of the 4 seats with a number, the safer had more "
            "(concentration index 0.15). Rank correlation 0.32; chance alone would do as much "
            "100% of the time. Nothing here says why.",
        ),
        (
            "pass",
            "The Reds, money declared in returns: the marginal seats' share of it over their share "
            "of the seats is 0.80 where at most 5% of the votes count as marginal and 0.40 where "
            "at most 10% of the votes count as marginal; 1 is what their number would give them.",
        ),
        (
            "cannot_tell",
            "The Blues, money declared in returns: of the 2 seats with a number, the closer had "
            "more (concentration index -0.30 to -0.17). But 2 seats cannot show a pattern: "
            "whatever the truth, their ranks can only agree or be opposite.",
        ),
        (
            "pass",
            "The Reds, money declared in returns: 2 seats with a majority above 10% had more than "
            "the median of the others, £50: S3 (£300); S4 (£100). 2 seats of at most 10% had less "
            "than the median of the others, £200: S1 (£100); S2 (£0). That is a rule for where to "
            "look and no verdict: seats differ in more than their majority.",
        ),
        (
            "pass",
            "The Reds, money declared in returns. What if £100 of S3’s £300 had gone to S1, which "
            "had £100? The concentration index would be -0.050 and not 0.150. To make up the 2 "
            "votes of the result known then and win, each £1 would have had to be worth 0.03 "
            "votes. Nothing here says that it would have been.",
        ),
        (
            "cannot_tell",
            "The Reds and The Blues, money declared in returns: of the 2 seats last won by at most "
            "10% of the votes, 1 has nothing from either on the book, the closest first: S2. Where "
            "no record was seen, that is not nothing: see the table.",
        ),
    ]


def test_the_worked_money_in_figures(money: Answer) -> None:
    reds = money.tables["lean"].row(0, named=True)
    assert reds["concentration_index_low"] == reds["concentration_index_high"]
    assert reds["concentration_index_low"] == pytest.approx(0.15, abs=1e-12)
    assert reds["gini"] == pytest.approx(0.45, abs=1e-12)
    assert reds["hhi"] == pytest.approx((0.2**2 * 2 + 0.6**2), abs=1e-12)
    assert reds["theil_l"] is None  # one seat has nothing
    shares = {0.2: 2, 0.6: 1}
    theil = sum(count * share * math.log(4 * share) for share, count in shares.items())
    assert reds["theil_t"] == pytest.approx(theil, abs=1e-12)
    between = 0.2 * math.log(0.4) + 0.8 * math.log(1.6)
    assert reds["theil_t_between_marginal_and_safe"] == pytest.approx(between, abs=1e-12)
    assert money.tables["skipped"].select("seat", "one_gave", "other_gave").rows() == [
        ("S2", "0 stated", "no record seen")
    ]


def test_money_opens_to_its_rows(money: Answer) -> None:
    basis = money.rows("money", organisation="The Reds", area_code="E00000001")
    assert basis.rows["spend"]["entry_id"].to_list() == ["spend-0", "spend-1"]
    assert money.rows("money").rows["spend"].height == 7
    assert money.rows("standings", area_code="E00000001").rows["contests"].height == 2


def test_the_chart_of_money_is_as_it_was(money: Answer, golden: Callable[[str, str], None]) -> None:
    golden("allocation-money.vl.json", stable(spec_of(money)))


sums = st.lists(
    st.tuples(st.sampled_from("rb"), st.integers(1, 4), st.integers(0, 9_999), st.integers(0, 500)),
    min_size=20,
    max_size=40,
)


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(sums)
def test_no_penny_is_lost_between_seats(rows: list[tuple[str, int, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        answer = asked(
            Path(folder),
            campaigns=CAMPAIGNS,
            contests=FOUR,
            spend=[
                paid(name, code, f"£{low / 100:.2f} to £{(low + more) / 100:.2f}")
                for name, code, low, more in rows
            ],
        )
    money = answer.tables["money"]
    assert money["low"].sum() * 100 == sum(low for _, _, low, _ in rows)
    assert money["high"].sum() * 100 == sum(low + more for _, _, low, more in rows)
    assert money["rows_added"].sum() == len(rows)
    for row in answer.tables["lean"].iter_rows(named=True):
        if row["concentration_index_low"] is not None:
            assert -1 < row["concentration_index_low"] <= row["concentration_index_high"] < 1


def test_the_edges_of_money(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=CAMPAIGNS,
        contests=[*FOUR, *seat(1, "S1", {"Red": 90, "Blue": 10}, **LATER)],
        spend=[
            paid("r", 1, "£5"),
            paid("r", 1, "US$5", currency="USD"),
            paid("r", 1, "£7", record="invoice"),  # the same money, it may be: never added
            paid("r", 1, "£8", series="another table"),
            paid("r", 1, "£9", incurred_on="2018-01-01"),  # when the later result was known
            paid("r", 2, "over £5"),
            paid("r", 3, "-£5.00"),
            paid("r", 4, "£6", incurred_on="2015-05-07"),  # on polling day nothing is known
            paid("r", 4, "£2", entry_id="whole"),
            paid("r", 4, "£1", part_of="whole"),
            {"campaign_id": "r", "amount": "£1,000"},  # of no seat
        ],
    )
    table = answer.tables["money"].sort("currency", "record", "series", "area_code", "known_on")
    known = table.select("record", "series", "currency", "area_code", "low", "high").rows()
    gbp = [row[3:] for row in known if row[:3] == ("return", "", "GBP")]
    assert sorted(gbp, key=str) == sorted(
        [
            ("E00000001", 5, 5),
            ("E00000001", 9, 9),
            ("E00000002", Decimal("5.01"), None),
            ("E00000003", -5, -5),
            ("E00000004", 6, 6),
            ("E00000004", 2, 2),
        ],
        key=str,
    )
    assert {row[:3] for row in known} == {
        ("return", "", "GBP"), ("return", "", "USD"), ("invoice", "", "GBP"),
        ("return", "another table", "GBP"),
    }  # fmt: skip
    lean = answer.tables["lean"].row(by_predicate=pl.col("seats_with_a_number") == 4, named=True)
    assert (lean["seats_without_bound"], lean["concentration_index_low"]) == (1, None)
    assert "in 1 of them what was given has no upper bound" in " ".join(
        sentences(answer, "allocation.pattern")
    )
    assert charts.svg(spec_of(answer))


def test_ranges_of_money_stay_ranges(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=CAMPAIGNS,
        contests=FOUR,
        spend=[paid("r", code, f"£{low} to £9") for code, low in ((1, 1), (2, 2), (3, 3), (4, 4))],
    )
    lean = answer.tables["lean"].row(0, named=True)
    assert lean["concentration_index_low"] < 0 < lean["concentration_index_high"]
    assert (lean["rank_correlation"], lean["gini"]) == (None, None)
    assert "depends on where in its range each sum lies" in sentence(answer, "allocation.pattern")
    assert answer.tables["what_if"].is_empty()
    assert {row["high"] for row in drawn(answer) if "seats" in row} == {9.0}


def test_money_before_any_poll_is_held_against_nothing(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=CAMPAIGNS,
        contests=FOUR,
        spend=[paid("r", 1, "£5", incurred_on="2014-01-01")],
    )
    assert sentence(answer, "allocation.spent") == (
        "The Reds: £5 declared in returns in 1 seat. No majority that was known then is on the "
        "book."
    )
    assert statuses(answer, "allocation.spent") == ["cannot_tell"]
    assert answer.chart is None


def test_a_seat_that_is_held_already_needs_no_votes(tmp_path: Path) -> None:
    answer = asked(tmp_path, contests=FOUR, resources=[given_to(1, "1"), given_to(4, "4")])
    assert sentence(answer, "allocation.what_if") == (
        "The party, organiser, as it is told. What if 1 organiser of S4’s 4 organisers had gone to "
        "S1, which had 1 organiser? The concentration index would be 0.100 and not 0.300. By the "
        "result known then S1 was held already. Nothing here says that it would have been."
    )


def test_hostile_names_of_who_spends_are_only_read(tmp_path: Path) -> None:
    answer = small_book(
        tmp_path,
        campaigns=[
            {"campaign_id": f"c{at}", "organisation": name} for at, name in enumerate(HOSTILE)
        ],
        contests=FOUR,
        spend=[paid(f"c{at}", 1 + at % 4, "£5", series=name) for at, name in enumerate(HOSTILE)],
    ).ask("allocation")
    assert charts.svg(spec_of(answer))
    only_people_read_names(spec_of(answer))


# The chart.


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    golden("allocation.vl.json", stable(spec_of(worked)))


def test_the_bars_hold_every_seat_once(worked: Answer) -> None:
    bars = [row for row in drawn(worked) if "seats" in row]
    assert sum(row["seats"] for row in bars) == 4
    for row in worked.tables["seats"].iter_rows(named=True):
        inside = [bar for bar in bars if bar["from"] <= 100 * row["margin_share"] < bar["to"]]
        assert len(inside) == 1


def test_hostile_names_are_only_read(tmp_path: Path) -> None:
    answer = small_book(
        tmp_path,
        contests=[
            row
            for code, name in enumerate(HOSTILE)
            for row in seat(code, name, {HOSTILE[0]: 9, name + "!": 5}, election="ge")
        ],
        resources=[
            given_to(code, "2", party=HOSTILE[0], said_by=name, organisation=name)
            for code, name in enumerate(HOSTILE)
        ],
    ).ask("allocation")
    assert charts.svg(spec_of(answer))
    only_people_read_names(spec_of(answer))


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "allocation")


def labour_margins(year: str) -> dict[str, tuple[int, float]]:
    """Work out Labour's margin in each seat, in votes and as a share, from the file alone."""
    votes: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for row in case_rows("contests"):
        if row["election"] == f"general election {year}":
            seat_votes = votes.setdefault(row["area_code"], {})
            key = row["party"] if row["party"] == "Lab" else row["entry_id"]
            seat_votes[key] = int(row["votes"])
            names[row["area_code"]] = row["area_name"]
    return {
        names[code]: (margin, margin / sum(results.values()))
        for code, results in votes.items()
        if "Lab" in results
        for margin in [results["Lab"] - max(v for k, v in results.items() if k != "Lab")]
    }


@pytest.mark.parametrize(
    ("name", "entry", "organisers", "margin", "after"),
    [
        ("Leeds North East", "organisers-leeds-north-east", 2, 7_250, 16_991),
        ("Pudsey", "organisers-pudsey", 0, -4_501, -331),
    ],
)
def test_in_the_case_organisers_stand_beside_the_majority_known_then(
    case: Answer, name: str, entry: str, organisers: int, margin: int, after: int
) -> None:
    known, later = labour_margins("2015"), labour_margins("2017")
    assert known[name][0] == margin
    assert later[name][0] == after
    place = 1 + sum(abs(share) < abs(known[name][1]) for _, share in known.values())
    [found] = [one.sentence for one in case.findings if one.rows == (entry,)]
    who = case_row("resources", entry)
    behind = ", which was behind" if margin < 0 else ""
    assert found == (
        f"It is said that {name} was given {organisers} organisers by {who['organisation']} "
        f"({who['said_by']}, reported by {who['reported_by']}). The majority known then (general "
        f"election 2015) was {margin:,} votes for Lab{behind}: "
        f"{float(f'{100 * abs(known[name][1]):.3g}'):g}% of the votes; place {place} of "
        f"{len(known)} from the closest."
    )
    assert f"{name} {after:,} votes" in sentence(case, "allocation.hindsight")


def test_in_the_case_two_seats_are_too_few_to_tell(case: Answer) -> None:
    found = [one for one in case.findings if one.code == "allocation.pattern"]
    assert [one.status for one in found] == ["cannot_tell"]
    assert found[0].sentence.endswith(
        "of the 2 seats with a number, the safer had more (concentration index 0.50). But 2 seats "
        "cannot show a pattern: whatever the truth, their ranks can only agree or be opposite."
    )


def test_in_the_case_the_full_table_adds_how_many_seats_were_closer(case: Answer) -> None:
    known = labour_margins("2015")
    shares = [abs(share) for _, share in known.values()]
    within = [sum(share <= most for share in shares) for most in (0.05, 0.10)]
    closer = sum(share < abs(known["Leeds North East"][1]) for share in shares)
    assert (len(known), within, closer) == (631, [41, 97], 159)
    assert sentence(case, "allocation.all_seats") == (
        f"Of the {len(known)} seats where Lab stood in the last result known (general election "
        f"2015), it won or lost {within[0]} by at most 5% and {within[1]} by at most 10% of the "
        f"votes; {closer} were closer than Leeds North East."
    )
    assert sentence(case, "allocation.coverage") == (
        f"Of these {len(known)} seats, {len(known) - 2} have no number for “organiser” on the "
        "book, and what is known comes from one witness, Jacobin. Whether closer seats went "
        "without is not known."
    )


def test_in_the_case_funding_without_a_sum_enters_no_figure(case: Answer) -> None:
    unknown = [row for row in case_rows("resources") if not row["amount"]]
    assert sentence(case, "allocation.without_sum").startswith(
        f"{len(unknown)} allotments are named without a sum: "
    )
    assert case.tables["lean"].filter(pl.col("resource") != "organiser")[
        "concentration_index_low"
    ].to_list() == [None, None]


# Every candidate's return of 2015, where the real files are at hand.


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    if "FARTHING_REAL_DATA" not in os.environ:
        pytest.skip("FARTHING_REAL_DATA names no folder")
    real = Path(os.environ["FARTHING_REAL_DATA"])
    book = Book(tmp_path_factory.mktemp("returns") / "returns.duckdb")
    book.add(
        real / "elections" / "1918-2017election_results.csv",
        encoding="cp1252",
        declare={"elections": "2010"},
        quarantine=True,
    )
    book.add(
        real / "electoral_commission" / "candidate_spending_ge2015.xlsx",
        declare={"observed_on": "2017-05-01"},
        quarantine=True,
    )
    return audited(book, "allocation")


def test_on_real_returns_closer_seats_had_more(returns: Answer) -> None:
    lean = {row["organisation"]: row for row in returns.tables["lean"].iter_rows(named=True)}
    for party in ("Conservative Party", "Labour Party", "Liberal Democrats"):
        assert lean[party]["concentration_index_low"] < -0.2
        assert lean[party]["targeting_ratio_at_5_percent_low"] > 1.7
        assert lean[party]["p_value"] < 1e-6
    assert len(stable(spec_of(returns))) < 60_000


def test_on_real_returns_the_two_seats_of_the_story(returns: Answer) -> None:
    labour = returns.tables["money"].filter(pl.col("organisation") == "Labour Party")
    sums = dict(labour.select("area_code", "low").iter_rows())
    assert sums["E14000886"] == Decimal("32784.60") + Decimal("12082.21")
    assert sums["E14000779"] == Decimal("2674.00") + Decimal("6708.17")
    known = {row["area_code"]: row for row in returns.tables["standings"].iter_rows(named=True)}
    assert (known["E14000886"]["winner"], known["E14000886"]["majority"]) == ("Con", 1_659)
    assert (known["E14000779"]["winner"], known["E14000779"]["majority"]) == ("Lab", 4_545)
