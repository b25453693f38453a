"""Evidence: worked quantities, their edges, and what the shipped case must say."""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
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
from farthing.question import Answer, widest_gap
from farthing.questions.evidence_arithmetic import computed as arithmetic
from small_book import Row, seat, small_book

MONEY = pl.Decimal(38, 2)
RANKS = ("record", "regulator", "audited_return", "named_witness", "unnamed_witness", "opinion")
SOURCES: list[Row] = [{"source_id": rank, "rank": rank} for rank in RANKS]


def stated(quantity: str, amount: str, said_by: str = "Ada", **rest: object) -> Row:
    return {
        "quantity": quantity,
        "unit": "votes",
        "amount": amount,
        "said_by": said_by,
        "source_id": "named_witness",
        **rest,
    }


def asked(folder: Path, **ledgers: list[Row]) -> Answer:
    answer = small_book(folder, sources=SOURCES, **ledgers).ask("evidence")
    reads_well(answer)
    return answer


def judged(answer: Answer, quantity: str) -> dict[str, object]:
    row: dict[str, object] = answer.tables["quantities"].row(
        by_predicate=pl.col("quantity") == quantity, named=True
    )
    return row


# Worked quantities, many in one book, for none may touch another.


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    book = small_book(
        tmp_path_factory.mktemp("worked"),
        sources=[*SOURCES, {"source_id": "copy", "origin_id": "named_witness"}],
        statements=[
            stated("parts", "331", "the count", source_id="record"),
            stated("parts", "317", "Bert", source_id="regulator"),
            stated("parts", "about 300", "Cleo", reported_by="a paper", source_id="opinion"),
            stated("parts", "not known", "Dora"),
            stated("one voice", "331", "Ada"),
            stated("one voice", "over 300", "Bert", source_id="copy"),
            stated("two voices", "331", "Ada"),
            stated("two voices", "over 300", "Bert", source_id="unnamed_witness"),
            stated("alone", "331"),
            stated("beside a blank", "331"),
            stated("beside a blank", "", "Bert", source_id="opinion"),
            stated("blanks", ""),
            stated("blanks", "unknown", "Bert"),
            stated("a tie", "1,000", "Ada"),
            stated("a tie", "1,010", "Bert"),
            stated("a tie", "1,004", "Cleo", source_id="opinion"),
            stated("a share", "42.6", unit="percent"),
            stated("a share", "42.7", "Bert", unit="percent"),
            stated("one seat", "317", unit="seats"),
            stated("one seat", "318", "Bert", unit="seats"),
            stated("denied", "331", "Ada"),
            stated("denied", "331", "Bert", modality="denied", reported_by="a paper"),
            stated("denied", "9,999", "Cleo", modality="denied"),
            stated("only denied", "", "Bert", modality="denied"),
            stated("two units", "5,000", "Ada", unit="GBP"),
            stated("two units", "9,000", "Cleo", unit="USD"),
            stated("two units", "7,000", "Dora", unit="USD"),
            stated("an opinion", "331", "the count", modality="opinion", source_id="record"),
            stated("an opinion", "317", "Bert", source_id="unnamed_witness"),
            stated("with reservations", "331", "Ada", modality="hedged"),
            stated("with reservations", "317", "Bert"),
            stated("whether it was so", "", unit="account", modality="denied"),
            stated("whether it was so", "", unit="account", modality="opinion"),
        ],
    )
    return audited(book, "evidence")


@pytest.mark.parametrize(
    ("quantity", "verdict", "statements", "origins", "gap"),
    [
        ("parts", "contradiction", 4, 4, Decimal(14)),
        ("one voice", "one origin", 2, 1, None),
        ("two voices", "compatible", 2, 2, None),
        ("alone", "one statement", 1, 1, None),
        ("beside a blank", "one statement", 2, 2, None),
        ("blanks", "no number", 2, 1, None),
        ("a tie", "contradiction", 3, 2, Decimal(10)),
        ("denied", "one statement", 1, 1, None),
    ],
)
def test_each_quantity_is_judged(
    worked: Answer,
    quantity: str,
    verdict: str,
    statements: int,
    origins: int,
    gap: Decimal | None,
) -> None:
    row = judged(worked, quantity)
    assert (row["verdict"], row["statements"], row["origins"]) == (verdict, statements, origins)
    assert row["gap"] == gap


def about(answer: Answer, quantity: str) -> list[str]:
    return [
        finding.sentence
        for finding in answer.findings
        if finding.sentence.removeprefix("Accounts disagree on ").startswith(f"{quantity}: ")
    ]


def test_a_contradiction_names_its_sides_gap_origins_and_preferred_value(worked: Answer) -> None:
    assert about(worked, "parts") == [
        "Accounts disagree on parts: "
        "331 votes (the count); 317 votes (Bert); unknown (Dora); “about 300”, read as 250 "
        "to 349 votes (Cleo, reported by a paper). The furthest apart differ by 14 votes; 4 "
        "statements of 4 origins. Preferred: 331 votes, from the record itself: the count."
    ]


def test_of_equal_rank_the_range_that_holds_them_is_preferred(worked: Answer) -> None:
    row = judged(worked, "a tie")
    assert (row["preferred_low"], row["preferred_high"]) == (Decimal(1000), Decimal(1010))
    assert row["reason"] == "a named witness, 2 of equal rank: the range that holds them"


def test_percentages_differ_by_percentage_points_and_one_is_not_many(worked: Answer) -> None:
    assert "They differ by 0.10 percentage points; 2" in about(worked, "a share")[0]
    assert "They differ by 1 seat; 2" in about(worked, "one seat")[0]


def test_who_says_that_it_is_not_known_agrees_with_nobody(worked: Answer) -> None:
    agreed = " ".join(sentences(worked, "evidence.agreement"))
    assert "beside a blank" not in agreed
    assert "On 1 quantity, statements of more than one origin can all be true: two voices." in (
        sentences(worked, "evidence.agreement")
    )
    assert sentence(worked, "evidence.no_number") == (
        "1 quantity has statements, and none gives a number."
    )


def test_a_denied_figure_is_printed_and_is_nobodys_figure(worked: Answer) -> None:
    assert about(worked, "denied") == [
        "denied: 331 votes is denied by Bert, reported by a paper.",
        "denied: 9,999 votes is denied by Cleo.",
    ]
    assert about(worked, "only denied") == ["only denied: any figure is denied by Bert."]
    assert "only denied" not in worked.tables["quantities"]["quantity"]


def test_units_are_never_held_against_each_other(worked: Answer) -> None:
    parts, units = about(worked, "two units")
    assert parts == (
        "Accounts disagree on two units: "
        "US$7,000 (Dora); US$9,000 (Cleo). They differ by US$2,000; 2 statements of one "
        "origin. Preferred: US$7,000 to US$9,000, from a named witness, 2 of equal rank: the range "
        "that holds them."
    )
    assert units == (
        "two units: it is stated in GBP and USD, which are not held against each other."
    )


def test_an_opinion_is_ranked_as_one_whoever_gives_it(worked: Answer) -> None:
    row = judged(worked, "an opinion")
    assert (row["preferred_low"], row["reason"]) == (Decimal(317), "an unnamed witness: Bert")


def test_a_reservation_is_printed(worked: Answer) -> None:
    assert (
        "317 votes (Bert); 331 votes (Ada, with reservations)"
        in (about(worked, "with reservations")[0])
    )


def test_every_statement_is_somewhere(worked: Answer) -> None:
    sizes = {name: worked.tables[name].height for name in ("statements", "denials", "accounts")}
    assert sizes == {"statements": 33, "denials": 3, "accounts": 2}
    assert worked.tables["quantities"]["statements"].sum() == 33 - 3 - 2
    assert sentence(worked, "evidence.accounts").startswith("2 accounts have no number")


words = st.sampled_from(["331", "317", "about 300", "over 7,000", "nil", "", "up to 320", "-5"])
statement = st.fixed_dictionaries(
    {
        "quantity": st.sampled_from(["p", "q", "r"]),
        "unit": st.sampled_from(["votes", "GBP", "account"]),
        "modality": st.sampled_from(["asserted", "denied", "hedged", "opinion"]),
        "source_id": st.sampled_from(RANKS),
        "said_by": st.sampled_from(["Ada", "Bert", "Cleo"]),
        "amount": words,
    }
)


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(st.lists(statement, min_size=30, max_size=60))
def test_no_statement_is_lost_and_the_preferred_is_of_the_nearest(rows: list[Row]) -> None:
    with TemporaryDirectory() as folder:
        answer = asked(Path(folder), statements=rows)
    tables = answer.tables
    assert tables["statements"].height == len(rows)
    counted = tables["quantities"]["statements"].sum()
    assert counted + tables["denials"].height + tables["accounts"].height == len(rows)
    for row in tables["quantities"].iter_rows(named=True):
        mine = tables["statements"].filter(
            (pl.col("quantity") == row["quantity"])
            & (pl.col("unit") == row["unit"])
            & (pl.col("modality") != "denied")
        )
        known = mine.select("low", "high").rows()
        gaps = [
            low - high
            for low, _ in known
            for _, high in known
            if low is not None and high is not None
        ]
        widest = max([*gaps, Decimal(0)])
        assert (row["gap"] or 0) == widest
        assert (row["verdict"] == "contradiction") == (widest > 0)


def test_the_widest_gap_is_that_of_the_pair_furthest_apart() -> None:
    ranges = [(Decimal(1), Decimal(2)), (Decimal(9), None), (None, Decimal(4)), (None, None)]
    found = widest_gap(ranges)
    assert found is not None
    assert (found.size, found.is_exact) == (Decimal(7), False)
    assert widest_gap([]) is None
    assert widest_gap([(None, Decimal(4)), (Decimal(4), None)]) is None


# Figures that are computed from the ledgers.


def close(at: int, red: int, **rest: object) -> list[Row]:
    return seat(at, f"S{at}", {"Blue": 100 + at, "Red": red}, **rest)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Make two elections of few seats, returns of two campaigns, and what is said of them."""
    later = {"election": "election 2017", "held_on": "2017-06-08", "source_id": "record"}
    earlier = {"source_id": "record"}
    book = small_book(
        tmp_path_factory.mktemp("counted"),
        sources=[*SOURCES, {"source_id": "list", "title": "The list", "rank": "opinion"}],
        campaigns=[
            {"campaign_id": "red", "name": "Red campaign"},
            {"campaign_id": "twin-1", "name": "Twin"},
            {"campaign_id": "twin-2", "name": "Twin"},
        ],
        contests=[
            *(row for at in range(1, 9) for row in close(at, 90, electorate=200, **earlier)),
            *(row for at in range(1, 9) for row in close(at, 100, electorate=400, **later)),
            *seat(50, "Gained", {"Red": 70, "Blue": 60}, electorate=200, **earlier),
            *seat(50, "Gained", {"Blue": 61, "Red": 60}, electorate=400, **later),
            *seat(60, "Tied", {"Blue": 50, "Red": 50}, electorate=400, **later),
            *seat(70, "Walkover", {"Red": 1}, electorate=400, **later),
        ],
        spend=[
            {
                "campaign_id": "red",
                "amount": "about £2.1m",
                "channel": "facebook",
                "source_id": "audited_return",
            },
            {
                "campaign_id": "red",
                "amount": "£1",
                "channel": "facebook",
                "part_of": "spend-0",
                "source_id": "audited_return",
            },
            {"campaign_id": "red", "amount": "£9", "source_id": "list"},
            {"campaign_id": "red", "amount": "£3", "source_id": "list"},
            {"campaign_id": "twin-1", "amount": "£5"},
            {"campaign_id": "twin-2", "amount": "£7"},
        ],
        statements=[
            stated("S1 majority, election 2017", "2", "Bert"),
            stated("S1 valid votes, election 2017", "201", "Bert"),
            stated("S1 turnout in percent, election 2017", "50.25", "Bert", unit="percent"),
            stated("Tied majority, election 2017", "1", "Bert"),
            stated("Walkover majority, election 2017", "1", "Bert"),
            stated("Blue seats won, election 2017", "10", "Bert", unit="seats"),
            stated(
                "Red seats won, election 2017", "1", "the count", unit="seats", source_id="record"
            ),
            stated("United Kingdom electorate, election 2017", "5,000", "Bert", unit="people"),
            stated(
                "Votes to be switched in the seven narrowest Blue holds over Red, election 2017",
                "28",
                "Bert",
            ),
            stated("Red campaign: facebook spending", "£2,100,000", "Bert", unit="GBP"),
            stated("Red campaign: total spending", "£20", "Bert", unit="GBP"),
            stated("The list: sum of its rows", "£10", "Bert", unit="GBP"),
            stated("Twin: total spending", "£12", "Bert", unit="GBP"),
        ],
    )
    return audited(book, "evidence")


def computed(answer: Answer, quantity: str) -> list[tuple[object, ...]]:
    rows = answer.tables["statements"].filter(
        (pl.col("quantity") == quantity) & pl.col("computed_from").is_not_null()
    )
    return rows.select("low", "high", "nearness", "origin", "said_by").rows()


@pytest.mark.parametrize(
    ("quantity", "figure"),
    [
        ("S1 majority, election 2017", "1"),
        ("S1 valid votes, election 2017", "201"),
        ("S1 turnout in percent, election 2017", "50.25"),
        ("Tied majority, election 2017", "0"),
        # of 1 to 8 and 1 votes, the gain is no hold, and so the seven are 1 to 7
        ("Votes to be switched in the seven narrowest Blue holds over Red, election 2017", "19"),
    ],
)
def test_votes_are_counted(counted: Answer, quantity: str, figure: str) -> None:
    [(low, high, nearness, origin, said_by)] = computed(counted, quantity)
    assert low == high == Decimal(figure)
    assert (nearness, origin, said_by) == ("record", "record", "the votes on the book")


def test_a_sum_over_seats_says_over_how_many(counted: Answer) -> None:
    # a tie is won by lot and an unopposed seat by its only candidate
    [(low, *_, said_by)] = computed(counted, "Blue seats won, election 2017")
    assert (low, said_by) == (Decimal(9), "the votes of 11 seats")
    [(low, *_)] = computed(counted, "Red seats won, election 2017")
    assert low == 1
    [(low, *_)] = computed(counted, "United Kingdom electorate, election 2017")
    assert low == 11 * 400


def test_a_sum_and_the_source_of_its_rows_are_one_witness(counted: Answer) -> None:
    assert judged(counted, "Red seats won, election 2017")["verdict"] == "one origin"


def test_a_walkover_has_no_majority(counted: Answer) -> None:
    assert computed(counted, "Walkover majority, election 2017") == []


def test_a_sum_of_ranges_is_a_range(counted: Answer) -> None:
    [(low, high, nearness, origin, _)] = computed(counted, "Red campaign: facebook spending")
    assert (low, high) == (Decimal(2_050_000), Decimal("2149999.99"))
    assert (nearness, origin) == ("audited_return", "audited_return")


def test_a_sum_is_as_near_as_the_furthest_of_its_rows(counted: Answer) -> None:
    [(low, _, nearness, *_)] = computed(counted, "Red campaign: total spending")
    assert (low, nearness) == (Decimal(12), "opinion")
    # but the rows somebody lists are what they are
    [(low, _, nearness, *_)] = computed(counted, "The list: sum of its rows")
    assert (low, nearness) == (Decimal(12), "record")


def test_campaigns_of_one_name_make_no_sum(counted: Answer) -> None:
    assert computed(counted, "Twin: total spending") == []


# Quantities that are made of others.


def figure(quantity: str, low: Any, high: Any, rank: int = 1, **rest: object) -> Row:
    return {
        "quantity": quantity, "low": low, "high": high, "unit": "GBP", "basis": "range",
        "wording": "", "quote": None, "said_by": "Ada", "reported_by": None, "note": None,
        "modality": "asserted", "rank": rank, "nearness": "record", "origin": "s",
        "computed_from": None, "entries": quantity.replace(" ", "-"), **rest,
    }  # fmt: skip


def made_of(*figures: Row) -> list[tuple[Any, ...]]:
    texts = ("quote", "reported_by", "note", "computed_from")
    kinds = {"low": MONEY, "high": MONEY, **dict.fromkeys(texts, pl.String)}
    table = pl.DataFrame(figures, schema_overrides=kinds, orient="row")
    return arithmetic(table).select("quantity", "low", "high", "unit", "origin").rows()


def asked_for(quantity: str) -> Row:
    return figure(quantity, None, None, rank=6)


whole = st.integers(-1000, 1000)
a_range = st.tuples(whole, st.integers(0, 50)).map(lambda ends: (ends[0], sum(ends)))


@settings(deadline=None)
@given(a_range, a_range, a_range)
def test_sums_and_differences_hold_every_value_and_no_more(
    a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]
) -> None:
    given_figures = [figure(name, *ends) for name, ends in zip("ABC", (a, b, c), strict=True)]
    [(_, low, high, unit, origin)] = made_of(*given_figures, asked_for("A less B plus C"))
    every = [x - (y + z) for x in a for y in b for z in c]
    assert (low, high, unit, origin) == (min(every), max(every), "GBP", "s")
    [(_, low, high, *_)] = made_of(*given_figures, asked_for("A plus B plus C"))
    assert (low, high) == (a[0] + b[0] + c[0], a[1] + b[1] + c[1])


@settings(deadline=None)
@given(a_range, a_range)
def test_ratios_hold_every_value_and_none_is_made_where_the_base_may_be_nothing(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    figures = [figure("A", *a), figure("B", *b)]
    found = made_of(*figures, asked_for("A as a percentage of B"))
    if b[0] <= 0 <= b[1]:
        assert found == []
        return
    [(_, low, high, unit, _)] = found
    every = [Fraction(100 * x, y) for x in a for y in b]
    assert low <= min(every) < low + Decimal("0.02")
    assert high - Decimal("0.02") < max(every) <= high
    assert unit == "percent"
    [(_, times, *_)] = made_of(*figures, asked_for("A as a multiple of B"))
    assert times <= min(every) / 100


def test_terms_are_the_nearest_figures_and_nobody_elses() -> None:
    figures = [
        figure("A", 10, 10, rank=2, origin="x"),
        figure("A", 20, 20, rank=2),
        figure("A", 99, 99, rank=3),
        figure("A", 5, 5, rank=1, modality="denied"),
        figure("A", None, None, rank=1),
        figure("B", 1, 1),
    ]
    assert made_of(*figures, asked_for("A less B")) == [
        ("A less B", 9, 19, "GBP", "computed from several origins")
    ]


@pytest.mark.parametrize(
    "quantity", ["A less Z", "A less U", "A less B less B", "less B", "A plus V", "A times B"]
)
def test_what_has_no_meaning_is_not_computed(quantity: str) -> None:
    figures = [
        figure("A", 1, 1),
        figure("B", 1, 1),
        figure("U", 1, 1, unit="USD"),
        figure("V", None, None),
    ]
    assert made_of(*figures, asked_for(quantity)) == []


def test_two_tables_of_one_return_are_not_added(tmp_path: Path) -> None:
    book = small_book(
        tmp_path,
        campaigns=[{"campaign_id": "red", "name": "Red"}],
        sources=[*SOURCES, {"source_id": "list", "title": "The list"}],
        spend=[
            {"campaign_id": "red", "amount": "£60", "series": "item by item", "source_id": "list"},
            {"campaign_id": "red", "amount": "£40", "series": "item by item", "source_id": "list"},
            {"campaign_id": "red", "amount": "£99", "series": "in all", "source_id": "list"},
        ],
        statements=[
            stated("Red: total spending", "£100", unit="GBP"),
            stated("The list: sum of its rows", "£100", unit="GBP"),
        ],
    )
    answer = audited(book, "evidence")
    for quantity in ("Red: total spending", "The list: sum of its rows"):
        [(low, high, *_)] = computed(answer, quantity)
        assert low == high == 100
        assert judged(answer, quantity)["verdict"] != "contradiction"
    assert book.check("identities.rows_as_stated")["identities.rows_as_stated"].status == "pass"


def test_a_part_of_an_invoice_is_in_the_return_none_the_less(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": "red", "name": "Red"}],
        spend=[
            {"campaign_id": "red", "amount": "£100", "record": "invoice"},
            {"campaign_id": "red", "amount": "£100", "part_of": "spend-0"},
            {"campaign_id": "red", "amount": "£50"},
        ],
        statements=[stated("Red: total spending", "£150", unit="GBP")],
    )
    [(low, high, *_)] = computed(answer, "Red: total spending")
    assert low == high == 150


def test_a_claim_about_figures_is_held_against_them(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        campaigns=[{"campaign_id": "red", "name": "Red"}, {"campaign_id": "blue", "name": "Blue"}],
        spend=[
            {"campaign_id": "red", "amount": "£11,003,980", "source_id": "record"},
            {"campaign_id": "blue", "amount": "£18,565,102", "source_id": "record"},
        ],
        statements=[
            stated("Blue: total spending less Red: total spending", "£7.5 million", unit="GBP"),
            stated("printed", "53,668"),
            stated("counted", "53,959"),
            stated("electors", "72,622"),
            stated("printed as a percentage of electors", "74.30", unit="percent"),
            stated("counted as a percentage of electors", "74.30", unit="percent"),
        ],
    )
    assert about(answer, "Blue: total spending less Red: total spending") == [
        "Accounts disagree on Blue: total spending less Red: total spending: £7,561,122 "
        "(arithmetic on the figures on the book); “£7.5 million”, read as £7,450,000 to "
        "£7,549,999.99 (Ada). They differ by at least £11,122.01; 2 statements of 2 origins. "
        "Preferred: £7,561,122, from the record itself: arithmetic on the figures on the book."
    ]
    # what is only a term is nobody's statement, and is judged nowhere
    assert "Red: total spending" not in answer.tables["quantities"]["quantity"]
    made = dict(answer.tables["arithmetic"].select("quantity", "low").rows())
    assert made["printed as a percentage of electors"] == Decimal("73.90")
    assert judged(answer, "printed as a percentage of electors")["gap"] == Decimal("0.39")
    assert judged(answer, "counted as a percentage of electors")["verdict"] == "one origin"
    # 53,668 of 72,622 is 73.900..., and so between two hundredths
    assert 100 * 53_668 / 72_622 > 73.90


def test_a_rounded_figure_does_not_save_the_list(tmp_path: Path) -> None:
    others = ("160,000", "91,000", "22,245", "20,000", "5,466")
    answer = small_book(
        tmp_path,
        campaigns=[{"campaign_id": f"p{at}"} for at in range(6)],
        sources=[*SOURCES, {"source_id": "list", "title": "The list"}],
        spend=[
            {"campaign_id": f"p{at}", "amount": f"£{amount}", "source_id": "list"}
            for at, amount in enumerate(("1,205,000-1,214,999.99", *others))
        ],
        statements=[stated("The list: sum of its rows", "almost £1.5m", unit="GBP")],
    ).ask("evidence")
    [(low, high, *_)] = computed(answer, "The list: sum of its rows")
    assert (low, high) == (Decimal(1_503_711), Decimal("1513710.99"))
    assert judged(answer, "The list: sum of its rows")["verdict"] == "contradiction"


def test_a_turnout_takes_the_electorate_of_the_area_where_the_result_has_none(
    tmp_path: Path,
) -> None:
    def electors(amount: str, as_of: str) -> Row:
        return {
            "segment_kind": "area", "segment": "E00000001", "amount": amount, "as_of": as_of
        }  # fmt: skip

    answer = asked(
        tmp_path,
        contests=[*seat(1, "North", {"Red": 60, "Blue": 40}), *seat(2, "South", {"Red": 1})],
        audiences=[
            electors("150", "2010-05-06"),
            electors("200-250", "2015-04-20"),
            electors("900", "2017-06-08"),
        ],
        statements=[
            stated(f"{name} turnout in percent, election 2015", "50", unit="percent")
            for name in ("North", "South")
        ],
    )
    [(low, high, *_)] = computed(answer, "North turnout in percent, election 2015")
    assert (low, high) == (Decimal(40), Decimal(50))
    assert computed(answer, "South turnout in percent, election 2015") == []


# What was known when.


def test_the_history_of_a_figure(tmp_path: Path) -> None:
    book = small_book(
        tmp_path,
        sources=SOURCES,
        statements=[stated("p", "331"), stated("p", "318", "Bert"), stated("q", "5")],
    )
    first = book.imports()["posted_at"].max()
    book.amend("statements", "statements-1", new_id="second", amount="317")
    book.amend("statements", "second", new_id="third", amount="331", note="a slip")
    book.reverse("statements", "statements-2", new_id="gone", note="it was of another year")
    answer = audited(book, "evidence")
    shown = ("quantity", "low", "became", "by_entry", "entries")
    assert answer.tables["history"].select(shown).rows() == [
        ("p", 318, "replaced", "second", "statements-1"),
        ("p", 317, "replaced", "third", "second"),
        ("p", 331, "in force", None, "third"),
        ("q", 5, "withdrawn", "gone", "statements-2"),
    ]
    told = sentences(answer, "evidence.history")
    assert re.fullmatch(
        r"p, as the book had it: 318 votes \(Bert\) from [-0-9: ]+, by statements.csv, replaced on "
        r"[-0-9: ]+ by statements second; 317 votes \(Bert\) from .+, replaced on .+ by statements "
        r"third; 331 votes \(Bert\) from .+, by statements third, in force\.",
        told[0],
    )
    assert judged(answer, "p")["verdict"] == "one origin"
    then = book.as_of(first).ask("evidence")
    assert then.tables["history"].is_empty()
    assert judged(then, "p")["gap"] == 13


# Accounts without a number.


def account(quantity: str, quote: str, said_by: str = "Ada", **rest: object) -> Row:
    return stated(quantity, "", said_by, unit="account", quote=quote, **rest)


def test_opposed_accounts_stand_side_by_side_with_who_passed_them_on(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        statements=[
            account("whether", "they did", "the report", reported_by="a paper"),
            account("whether", "they did", "the report", reported_by="a blog"),
            account(
                "whether", "they did not", "Bert", modality="denied", source_id="unnamed_witness"
            ),
            account("whether", "", "Cleo", modality="opinion", source_id="opinion", note="So so."),
            account("whom", "can work"),
            account("whom", "work", "Bert"),
            account("alone", "once"),
        ],
    )
    assert sentence(answer, "evidence.opposed") == (
        "whether: “they did” (the report, reported by a paper; the report, reported by a blog); "
        "“they did not” (denied by Bert); So so (an opinion of Cleo)."
    )
    assert sentence(answer, "evidence.one_account") == (
        "whom: 2 accounts in 2 wordings of one origin: “can work” (Ada); “work” (Bert)."
    )
    rows = {row[0]: row[1:-1] for row in answer.tables["in_question"].rows()}
    assert rows == {
        "whether": (4, 3, 2, 1, 1, 2),
        "whom": (2, 1, 2, 0, 0, 2),
        "alone": (1, 1, 1, 0, 0, 1),
    }
    assert {*statuses(answer, "evidence.opposed")} == {"cannot_tell"}


def test_many_accounts_are_counted_where_they_are_not_printed(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        statements=[
            *(account(f"thing {at:02}", f"{side}") for at in range(23) for side in "ab"),
            *(account("much told", f"w{at}", source_id=RANKS[at % 2]) for at in range(12)),
        ],
    )
    assert sentence(answer, "evidence.more_accounts") == (
        "The table has 4 more things told more than once."
    )
    assert sentence(answer, "evidence.several_accounts").endswith("; and 4 more accounts.")


# Edges and the chart.


def test_an_empty_book(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    assert answer.findings == ()
    assert answer.chart is None


def test_the_chart_is_as_it_was(worked: Answer, golden: Callable[[str, str], None]) -> None:
    parts = worked.tables["quantities"].filter(pl.col("quantity") == "parts")
    chart = worked.question.chart({**worked.tables, "quantities": parts})
    golden("evidence.vl.json", stable(charts.as_spec(chart)))


def test_the_chart_counts_what_it_leaves_out(tmp_path: Path) -> None:
    answer = asked(
        tmp_path,
        statements=[
            *(stated("many", f"{at * at}", f"W{at}") for at in range(12)),
            *(stated(f"q{at}", f"{amount}") for at in range(7) for amount in (at, at + 5)),
        ],
    )
    spec = spec_of(answer)
    assert spec["title"]["subtitle"][1].endswith("The table has 2 more contradictions.")
    assert spec["vconcat"][0]["title"]["text"] == "many (4 more values in the table)"
    labels = [row["label"] for row in drawn(answer)]
    assert "W0" in labels  # the two furthest apart are among those that are drawn
    assert "W11" in labels
    assert (
        "; and 4 more values. The furthest apart differ by 121 votes;" in about(answer, "many")[0]
    )
    # one witness with two values has two lines
    assert labels.count("Ada") == labels.count("Ada (2)") == 5


def test_only_what_is_computed_is_drawn_as_a_record(counted: Answer) -> None:
    kinds = {row["label"]: row["kind"] for row in drawn(counted)}
    assert kinds["Bert"] == "claim"
    assert {kind for label, kind in kinds.items() if label.startswith("the ")} == {"record"}


def test_hostile_names_are_only_read(tmp_path: Path) -> None:
    answer = small_book(
        tmp_path,
        sources=[{"source_id": "x", "origin_id": "computed from contests"}],
        statements=[
            {
                "source_id": "x",
                "quantity": name,
                "unit": "votes",
                "amount": amount,
                "said_by": name,
                "quote": name,
            }
            for name in HOSTILE
            for amount in ("1", "about 500")
        ],
    ).ask("evidence")
    assert charts.svg(spec_of(answer))
    only_people_read_names(spec_of(answer))
    # whatever a file calls its origin, it is a claim
    assert {row["kind"] for row in drawn(answer)} == {"claim"}


# The shipped case.


@pytest.fixture(scope="module")
def case(case_book: Book) -> Answer:
    return audited(case_book, "evidence")


def majority(election: str, area: str) -> int:
    votes = sorted(
        int(row["votes"])
        for row in case_rows("contests")
        if (row["election"], row["area_name"]) == (election, area)
    )
    return votes[-1] - votes[-2]


def test_in_the_case_the_majority_of_pudsey_is_settled_by_the_votes(case: Answer) -> None:
    counted_votes = majority("general election 2017", "Pudsey")
    printed = int(case_row("statements", "maj-pudsey-2017-bbc")["amount"])
    assert (counted_votes, printed) == (331, 317)
    assert about(case, "Pudsey majority, general election 2017") == [
        "Accounts disagree on Pudsey majority, general election 2017: "
        f"{counted_votes} votes (the votes on the book; "
        f"Jacobin, reported by the Canary); {printed} votes (BBC). They differ by "
        f"{counted_votes - printed} votes; 3 statements of 3 origins. Preferred: {counted_votes} "
        "votes, from the record itself: the votes on the book."
    ]


def test_in_the_case_words_about_majorities_fit_the_votes(case: Answer) -> None:
    for year, low, high in (("2015", "7,001", None), ("2017", "16,500", "17,499")):
        quantity = f"Leeds North East majority, general election {year}"
        votes = majority(f"general election {year}", "Leeds North East")
        assert pounds(low) <= votes
        assert high is None or votes <= pounds(high)
        assert judged(case, quantity)["verdict"] == "compatible"


def test_in_the_case_the_independent_is_the_difference(case: Answer) -> None:
    votes = [
        row
        for row in case_rows("contests")
        if (row["election"], row["area_name"]) == ("general election 2017", "Pudsey")
    ]
    total = sum(int(row["votes"]) for row in votes)
    [independent] = [int(row["votes"]) for row in votes if row["party"] == "Ind"]
    assert (total, independent) == (53_959, 291)
    row = judged(case, "Pudsey valid votes, general election 2017")
    assert row["gap"] == independent
    assert row["preferred_low"] == total


def test_in_the_case_the_outlets_that_quote_one_list_are_one_origin(case: Answer) -> None:
    quantity = "Labour national campaign, general election 2015: facebook spending"
    figures = {
        row["low"]
        for row in case.tables["statements"]
        .filter(pl.col("quantity") == quantity)
        .iter_rows(named=True)
    }
    assert {Decimal(160_000), Decimal("16454.67")} <= figures
    row = judged(case, quantity)
    assert (row["verdict"], row["statements"], row["origins"]) == ("contradiction", 4, 1)
    assert row["gap"] == Decimal(160_000) - Decimal("16454.67") == Decimal("143545.33")


def test_in_the_case_the_list_of_the_drum_sums_to_more_than_it_is_called(case: Answer) -> None:
    [source] = {
        row["source_id"]
        for row in case_rows("sources")
        if row["title"].endswith("as listed by The Drum")
    }
    listed = sum(
        pounds(row["amount"]) * (1_000_000 if row["amount"].endswith("m") else 1)
        for row in case_rows("spend")
        if row["source_id"] == source
    )
    assert listed == 1_508_711
    row = judged(
        case,
        "Facebook spending by party, general election 2015, as listed by The Drum: sum of its rows",
    )
    assert (row["verdict"], row["preferred_low"]) == ("contradiction", listed)
    assert row["gap"] == listed - Decimal("1499999.99")


def test_in_the_case_seven_seats_needed_half_the_votes_that_were_printed(case: Answer) -> None:
    places = Counter(row["area_name"] for row in case_rows("contests"))
    assert len(places) > 600
    holds = []
    for area in places:
        results = {}
        for year in ("2015", "2017"):
            votes = sorted(
                (int(row["votes"]), row["party"])
                for row in case_rows("contests")
                if row["area_name"] == area and row["election"] == f"general election {year}"
            )
            results[year] = votes
        first = [results[year][-1][1] for year in results if results[year]]
        if first == ["Con", "Con"] and results["2017"][-2][1] == "Lab":
            holds.append(results["2017"][-1][0] - results["2017"][-2][0])
    narrowest = sorted(holds)[:7]
    assert sum(narrowest) == 2_227
    row = judged(
        case,
        "Votes to be switched in the seven narrowest Con holds over Lab, general election 2017",
    )
    assert row["preferred_low"] == sum(votes // 2 + 1 for votes in narrowest) == 1_118


def test_in_the_case_each_contradiction_says_everything(case: Answer) -> None:
    parted = case.tables["quantities"].filter(pl.col("verdict") == "contradiction")
    found = [finding for finding in case.findings if finding.status == "fail"]
    assert len(found) == len(parted) == 18
    for finding in found:
        assert "differ by" in finding.sentence
        assert " statements of " in finding.sentence
        assert "Preferred: " in finding.sentence


def test_in_the_case_five_papers_are_one_witness(case: Answer) -> None:
    assert about(case, "What was spent on the leader's Facebook schemes") == [
        "What was spent on the leader's Facebook schemes: 5 statements can all be true and have "
        "one origin, so they count as one witness."
    ]


def test_in_the_case_denials_stand_beside_the_accounts(case: Answer) -> None:
    accounts = case.tables["accounts"]
    of_files = [row for row in case_rows("statements") if row["unit"] == "account"]
    assert accounts.height == len(of_files) == 28
    denied = accounts.filter(pl.col("modality") == "denied")
    assert denied.height == sum(row["modality"] == "denied" for row in of_files) > 0
    assert statuses(case, "evidence.accounts") == ["cannot_tell"]


def test_in_the_case_descriptions_of_one_origin_are_counted_as_one(case: Answer) -> None:
    things = {row["quantity"]: row for row in case.tables["in_question"].iter_rows(named=True)}
    shown_to = things["Whom the leader's Facebook advertisements were shown to"]
    assert (shown_to["statements"], shown_to["origins"], shown_to["wordings"]) == (3, 1, 3)
    inference = [row for row in case_rows("statements") if row["entry_id"].startswith("inference-")]
    assert {"how targeted ads can work", "how targeted ads work"} <= {
        row["quote"] for row in inference
    }
    told = things["Whether what the checkers saw was there for everyone"]
    assert (told["statements"], told["origins"]) == (len(inference), 1)


def test_in_the_case_opposed_findings_stand_side_by_side(case: Answer) -> None:
    opposed = sentence(case, "evidence.opposed")
    for said in (
        "“did not support claims that HQ staff wanted the Party to do badly” (denied by Forde "
        "Report, reported by an online comment)",
        "“completely debunks” (denied by Labour Party, reported by Novara Media)",
        "“New evidence of anti-Corbyn sabotage” (an opinion of The Canary)",
    ):
        assert said in opposed
    told = " ".join(sentences(case, "evidence.several_accounts"))
    for said in (
        "“covertly divert money and personnel” (Forde Report, reported by The Independent)",
        "Says the operation had the general secretary's approval (Patrick Heneghan, reported by "
        "Steve Howell)",
        "“ultra vires” (an opinion of Steve Howell)",
    ):
        assert said in told


@pytest.mark.parametrize(
    ("start", "verdict", "low", "high"),
    [
        (
            "Conservative national campaign, general election 2017: total spending less",
            "contradiction",
            "7561122",
            "7561122",
        ),
        (
            "Facebook users Momentum reached, 2017 as a percentage",
            "contradiction",
            "41.13",
            "41.14",
        ),
        (
            "Payments missing from Labour's return, general election 2015 as a",
            "one origin",
            "0",
            "1.04",
        ),
    ],
)
def test_in_the_case_arithmetic_in_words_is_checked(
    case: Answer, start: str, verdict: str, low: str, high: str
) -> None:
    [made] = [
        row
        for row in case.tables["arithmetic"].iter_rows(named=True)
        if row["quantity"].startswith(start)
    ]
    assert (made["low"], made["high"]) == (Decimal(low), Decimal(high))
    assert judged(case, made["quantity"])["verdict"] == verdict


def test_in_the_case_twice_the_others_combined_holds_and_so_does_about_three_million(
    case: Answer,
) -> None:
    paid = {
        row["entry_id"]: pounds(row["amount"]) * (1_000_000 if "m" in row["amount"] else 1)
        for row in case_rows("spend")
    }
    first, *others = (
        paid[f"ret-{party}-2017-facebook"] for party in ("conservative", "labour", "libdem")
    )
    assert first + sum(others) == 3_089_599
    assert round(first / sum(others), 2) == Decimal("2.12")
    made = {row["unit"]: row for row in case.tables["arithmetic"].iter_rows(named=True)}
    for unit, figure in {"ratio": Decimal("2.12"), "GBP": None}.items():
        row = made[unit]
        assert figure is None or row["low"] <= figure <= row["high"]
    together = case.tables["arithmetic"].filter(
        pl.col("quantity").str.contains(" plus ") & (pl.col("unit") == "GBP")
    )
    assert together["low"].item() <= first + sum(others) <= together["high"].item()
    assert judged(case, together["quantity"].item())["gap"] is None


def test_in_the_case_two_papers_print_two_censuses(case: Answer) -> None:
    row = judged(case, "People aged 25 to 34, United States, 2017")
    assert (row["statements"], row["gap"]) == (3, 25_000_000)
    census = [case_row("statements", f"audience-us-25-34-{of}") for of in ("guardian", "adweek")]
    assert [pounds(row["amount"]) for row in census] == [45, 35]
