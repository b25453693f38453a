"""Matching rows of two books: hand-worked, by brute force, and at the edges."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.stats.matching import (
    BY_CHANCE,
    MOST_CANDIDATES,
    MOST_PARTS,
    Item,
    Match,
    days_apart,
    evident,
    match,
)
from farthing.stats.tolerance import IAB_UK, ROUNDING, Tolerance

FIRST = date(2017, 5, 1)
NONE = Tolerance("none at all", Decimal(0), Decimal(0))


def item(
    key: str, amount: str, supplier: str = "x", day: int | None = 0, *,
    high: str | None = "", reference: str | None = None,
) -> Item:  # fmt: skip
    on = None if day is None else FIRST + timedelta(day)
    most = Decimal(amount) if high == "" else None if high is None else Decimal(high)
    return Item(key, Decimal(amount), most, supplier, on, on, reference)


def matched(
    left: Sequence[Item], right: Sequence[Item], days: int = 30
) -> list[tuple[object, ...]]:
    found = match(left, right, tolerance=ROUNDING, days=days)
    return [(one.kind, "+".join(one.left), "+".join(one.right)) for one in found]


# What is one.


def test_each_class_in_one_book() -> None:
    left = [
        item("a", "100.10"), item("b", "250.40"), item("c1", "60.15"), item("c2", "39.86"),
        item("d", "777.77", "y"), item("e", "5.05"),
    ]  # fmt: skip
    right = [item("A", "100.10"), item("B", "250"), item("C", "100.01"), item("D", "777.77", "z"),
             item("F", "9.99", "w")]  # fmt: skip
    assert matched(left, right) == [
        ("exact", "a", "A"),
        ("within_tolerance", "b", "B"),
        ("many_to_one", "c1+c2", "C"),
        ("amount_only", "d", "D"),
        ("unmatched_left", "e", ""),
        ("unmatched_right", "", "F"),
    ]


def test_one_row_of_the_left_can_be_several_of_the_right() -> None:
    right = [item("A", "61.13"), item("B", "20.04"), item("C", "18.83")]
    assert matched([item("a", "100")], right) == [("many_to_one", "a", "A+B+C")]


def test_the_window_is_closed_and_no_day_is_no_match() -> None:
    assert matched([item("a", "7")], [item("A", "7", day=30)]) == [("exact", "a", "A")]
    assert matched([item("a", "7")], [item("A", "7", day=31)]) == [("amount_only", "a", "A")]
    assert matched([item("a", "7")], [item("A", "7", day=None)]) == [("amount_only", "a", "A")]


def test_a_supplier_that_is_not_known_is_the_same_as_no_other() -> None:
    assert matched([item("a", "7", "")], [item("A", "7", "")]) == [("amount_only", "a", "A")]


def test_of_equal_amounts_the_reference_decides() -> None:
    right = [item("A", "7", day=1), item("B", "7", day=9, reference="inv-1")]
    left = [item("a", "7", reference="inv-1"), item("b", "7", day=8)]
    assert matched(left, right) == [("exact", "a", "B"), ("exact", "b", "A")]


def test_as_many_of_one_amount_on_both_sides_are_one_match() -> None:
    left, right = [item("a", "7"), item("b", "7", day=8)], [item("A", "7"), item("B", "7", day=9)]
    assert matched(left, right) == [("exact", "a+b", "A+B")]
    assert matched(left, right, days=1) == [("exact", "a", "A"), ("exact", "b", "B")]


def test_many_rows_of_one_amount_take_no_time() -> None:
    # as where a platform charges one sum whenever a threshold is reached
    sides = [[item(f"{side}{n}", "500", day=n) for n in range(150)] for side in "lr"]
    started = process_time()
    assert [one.kind for one in match(*sides, tolerance=ROUNDING, days=30)] == ["exact"]
    assert process_time() - started < 1


def test_which_of_two_equal_rows_has_none_is_not_known() -> None:
    found = match([item("a", "7"), item("b", "7", day=8)], [item("A", "7")], tolerance=NONE, days=9)
    assert [one.doubt for one in found] == ["rivals"] * 3


def test_a_row_that_stands_twice_is_one_and_its_copy_is_left() -> None:
    right = [item("A", "7", day=3, reference="1"), item("B", "7", day=2, reference="1")]
    assert matched([item("a", "7")], right) == [("exact", "a", "B"), ("unmatched_right", "", "A")]


def test_of_two_that_would_do_neither_is_taken() -> None:
    found = match(
        [item("a", "100.40")], [item("A", "100"), item("B", "101")], tolerance=ROUNDING, days=30
    )
    assert {one.kind for one in found} == {"unmatched_left", "unmatched_right"}
    assert {one.doubt for one in found} == {"rivals"}


def test_a_reference_tells_two_that_would_do_apart() -> None:
    left = [item("a", "100.40", reference="7"), item("b", "100.60")]
    right = [item("A", "100"), item("B", "101", reference="7")]
    assert matched(left, right) == [
        ("within_tolerance", "a", "B"), ("within_tolerance", "b", "A"),
    ]  # fmt: skip


def test_ranges_that_share_a_value_are_near_enough() -> None:
    left = [item("a", "150.25")]
    assert matched(left, [item("A", "100", high="199")]) == [("within_tolerance", "a", "A")]
    assert matched(left, [item("A", "0", high="99")])[0][0] == "unmatched_left"


def test_what_has_no_bound_is_matched_with_nothing() -> None:
    open_ended = item("A", "100", high=None)
    unknown = Item("B", None, None, "x", FIRST, FIRST)
    found = match([item("a", "150.25")], [open_ended, unknown], tolerance=ROUNDING, days=30)
    assert [one.kind for one in found] == ["unmatched_left", "unmatched_right", "unmatched_right"]
    assert {one.doubt for one in found} == {"open_ended"}
    too_much = match([item("a", "99")], [open_ended], tolerance=ROUNDING, days=30)
    assert {one.doubt for one in too_much} == {None}


def test_the_iab_limit_holds_to_the_unit() -> None:
    for delivered, kind in (("12600", "within_tolerance"), ("12599", "unmatched_left")):
        [first, *_] = match([item("a", "14000")], [item("A", delivered)], tolerance=IAB_UK, days=0)
        assert first.kind == kind


# Sums, and what they are worth.


def test_two_sums_that_would_do_are_none() -> None:
    parts = [item("a", "10.07"), item("b", "20.11"), item("c", "12.09"), item("d", "18.09")]
    found = match(parts, [item("A", "30.18")], tolerance=ROUNDING, days=30)
    assert {one.kind for one in found} == {"unmatched_left", "unmatched_right"}
    assert found[-1].doubt == "rivals"


def test_a_sum_of_round_amounts_is_no_evidence_and_one_of_odd_ones_is() -> None:
    round_ones = [item(f"{one}", f"{one}") for one in (50, 100, 150, 250, 400)]
    odd_ones = [item(f"{one}", f"{one}") for one in ("50.13", "100.27", "163.88", "251.09")]
    assert evident([(round_ones[0], round_ones[1])], round_ones) is None
    assert evident([(odd_ones[0], odd_ones[1])], odd_ones) == (odd_ones[0], odd_ones[1])


def test_parts_of_one_reference_are_evidence_however_round() -> None:
    parts = [item("a", "50", reference="7"), item("b", "100", reference="7"), item("c", "250")]
    assert matched(parts, [item("A", "150")])[0] == ("many_to_one", "a+b", "A")


def test_chance_makes_no_more_sums_than_is_said() -> None:
    draw = Random(4)
    hits = tried = 0
    for _ in range(400):
        parts = [item(f"{at}", f"{draw.randrange(100, 500_000) / 100:.2f}") for at in range(12)]
        whole = item("A", f"{draw.randrange(1_000, 1_500_000) / 100:.2f}")
        found = match(parts, [whole], tolerance=ROUNDING, days=30)
        hits += any(one.kind == "many_to_one" for one in found)
        tried += 1
    assert hits / tried <= 5 * BY_CHANCE


@settings(max_examples=60)
@given(st.lists(st.integers(1, 400), min_size=2, max_size=7, unique=True), st.integers(2, 1200))
def test_a_sum_is_found_where_brute_force_finds_one_that_is_alone(
    pennies: list[int], target: int
) -> None:
    parts = [item(f"p{at}", f"{one / 100:.2f}", reference="r") for at, one in enumerate(pennies)]
    found = match(parts, [item("W", f"{target / 100:.2f}", day=0)], tolerance=NONE, days=0)
    sums = [
        chosen
        for count in range(2, MOST_PARTS + 1)
        for chosen in combinations(range(len(pennies)), count)
        if sum(pennies[at] for at in chosen) == target
    ]
    taken = [one for one in found if one.kind == "many_to_one"]
    if target in pennies:
        assert found[0].kind == "exact"
    elif len(sums) == 1:
        assert [one.left for one in taken] == [tuple(f"p{at}" for at in sums[0])]
    else:
        assert taken == []


def test_beyond_the_bound_no_sum_is_looked_for_and_that_is_said() -> None:
    parts = [
        item(f"p{at:02}", f"{7 + 13 * at}.13", reference="7" if at < 2 else None)
        for at in range(MOST_CANDIDATES + 1)
    ]
    whole = item("W", str(Decimal("7.13") + Decimal("20.13")))
    found = match(parts, [whole], tolerance=ROUNDING, days=30)
    assert {one.doubt for one in found} == {"bound"}
    assert {one.kind for one in found} == {"unmatched_left", "unmatched_right"}
    within = match(parts[:MOST_CANDIDATES], [whole], tolerance=ROUNDING, days=30)
    assert within[0] == Match("many_to_one", ("p00", "p01"), ("W",))


def test_a_sum_has_four_parts_at_most() -> None:
    parts = [item(f"p{at}", one) for at, one in enumerate(("1.03", "2.11", "4.57", "8.91", "16.3"))]
    total = sum((one.low or Decimal(0) for one in parts), Decimal(0))
    assert matched(parts, [item("W", str(total))])[0][0] == "unmatched_left"


# Every row once, whatever the order.


rows = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(0, 20),
        st.sampled_from("xyz"),
        st.none() | st.integers(0, 60),
        st.none() | st.sampled_from(("r", "s")),
    ),
    max_size=14,
)  # fmt: skip


def made(side: str, drawn: list[tuple[int, int, str, int | None, str | None]]) -> list[Item]:
    return [
        item(
            f"{side}{at}", f"{low}.{low:02}", supplier, day,
            high=f"{low + width}.99" if width < 5 else "", reference=reference,
        )
        for at, (low, width, supplier, day, reference) in enumerate(drawn)
    ]  # fmt: skip


@given(rows, rows)
def test_each_row_is_in_one_match_and_the_money_of_each_side_is_all_there(
    left: list[tuple[int, int, str, int | None, str | None]],
    right: list[tuple[int, int, str, int | None, str | None]],
) -> None:
    lefts, rights = made("l", left), made("r", right)
    found = match(lefts, rights, tolerance=ROUNDING, days=20)
    assert sorted(key for one in found for key in one.left) == sorted(one.key for one in lefts)
    assert sorted(key for one in found for key in one.right) == sorted(one.key for one in rights)
    by_key = {one.key: one for one in (*lefts, *rights)}
    for one in found:
        sides = [[by_key[key] for key in side] for side in (one.left, one.right)]
        if one.kind in ("exact", "within_tolerance", "many_to_one"):
            assert len({row.supplier for side in sides for row in side}) == 1
            gaps = [days_apart(row, other) for row in sides[0] for other in sides[1]]
            assert all(gap is not None and gap <= 20 for gap in gaps)
        if one.kind in ("exact", "many_to_one", "amount_only"):
            sums = [sum(row.low or Decimal(0) for row in side) for side in sides]
            assert sums[0] == sums[1]


@given(rows, rows, st.randoms())
def test_the_order_of_the_rows_does_not_matter(
    left: list[tuple[int, int, str, int | None, str | None]],
    right: list[tuple[int, int, str, int | None, str | None]],
    chance: Random,
) -> None:
    lefts, rights = made("l", left), made("r", right)
    found = match(lefts, rights, tolerance=ROUNDING, days=20)
    chance.shuffle(lefts)
    chance.shuffle(rights)
    again = match(lefts, rights, tolerance=ROUNDING, days=20)

    def plain(some: list[Match]) -> set[tuple[object, ...]]:
        return {(one.kind, frozenset(one.left), frozenset(one.right), one.doubt) for one in some}

    assert plain(found) == plain(again)


def test_nothing_against_nothing() -> None:
    assert match([], [], tolerance=ROUNDING, days=0) == []


def test_a_key_twice_and_days_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="the key a stands twice"):
        match([item("a", "1")], [item("a", "1")], tolerance=ROUNDING, days=0)
    with pytest.raises(ValueError, match="days is -1"):
        match([], [], tolerance=ROUNDING, days=-1)
