"""Two lists: the estimate by Chapman's formula, its mean by brute force, and the bounds."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.stats.missing import recapture


def test_a_worked_example() -> None:
    found = recapture(200, 150, 100)
    assert (found.seen, found.most) == (250, None)
    assert found.estimate == pytest.approx(201 * 151 / 101 - 1, abs=1e-9)
    variance = 201 * 151 * 100 * 50 / (101**2 * 102)
    assert found.deviation == pytest.approx(math.sqrt(variance), abs=1e-9)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 20))
def test_the_estimate_is_right_on_average_where_the_lists_are_long_enough(
    first: int, second: int, more: int
) -> None:
    """Over every way in which an independent second list can fall, weighted by its number."""
    total = max(first, second) + min(more, min(first, second))
    ways = math.comb(total, second)
    mean = sum(
        Fraction(math.comb(first, both) * math.comb(total - first, second - both), ways)
        * (Fraction((first + 1) * (second + 1), both + 1) - 1)
        for both in range(max(0, first + second - total), min(first, second) + 1)
    )
    assert mean == total
    assert recapture(first, second, max(0, first + second - total)).seen <= total


@given(st.data(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_there_are_no_fewer_than_were_seen(data: st.DataObject, first: int, second: int) -> None:
    both = data.draw(st.integers(0, min(first, second)))
    found = recapture(first, second, both)
    assert found.seen == first + second - both
    assert found.estimate >= found.seen - 1e-6
    assert found.deviation >= 0
    assert recapture(second, first, both) == found


def test_one_list_within_the_other_leaves_nothing_unseen() -> None:
    found = recapture(50, 30, 30)
    assert (found.seen, found.estimate, found.deviation) == (50, 50, 0)


def test_lists_without_a_thing_in_common_bound_nothing_above() -> None:
    assert recapture(0, 0, 0).estimate == 0
    assert recapture(5, 7, 0).estimate == 47
    assert recapture(5, 7, 0, most=12).most == 12


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((5, 7, 6), "both"),
        ((5, 7, -1), "both"),
        ((-1, 7, 0), "both"),
        ((5, 7, 0, 11), "more are on the lists"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[int, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        recapture(*arguments)
