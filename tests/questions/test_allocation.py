"""Allocation: worked seats, their edges, and what the shipped case must say."""

from collections.abc import Callable
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
    assert sorted(lean) == [("funding", 0), ("leaflets", 0), ("poster", 0)]
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
    assert lean["concentration_index"] == pytest.approx((4 - 3) / (2 * 7))
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
        "concentration_index"
    ].to_list() == [None, None]
