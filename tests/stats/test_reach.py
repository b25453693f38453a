"""Unions of audiences: printed numbers, brute force over sets of people, and refusals."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from farthing.stats.reach import (
    PRACTITIONERS_FACTOR,
    at_least,
    contacts_if_independent,
    union_bounds,
    union_bounds_from_pairs,
    union_if_independent,
)

PLAN = (300_000, 400_000, 200_000)
MAGAZINES = (35_000, 45_000, 55_000)
SHARED = {(0, 1): 5_000, (0, 2): 4_000, (1, 2): 2_000}
#: scipy overflows at shares that no count of people can be.
some = st.just(0.0) | st.floats(1e-12, 1)
shares = st.lists(some, min_size=1, max_size=6)
audiences = st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=5)


def pairs_of(sets: list[set[int]]) -> dict[tuple[int, int], int]:
    return {(i, j): len(sets[i] & sets[j]) for i, j in combinations(range(len(sets)), 2)}


class TestUnionBounds:
    def test_worked_numbers(self) -> None:
        assert union_bounds([0.4, 0.3, 0.2], 1) == pytest.approx((0.4, 0.9), abs=1e-12)
        assert union_bounds([300, 400, 200], 800) == (400, 800)
        assert union_bounds([7]) == (7, 7)
        assert union_bounds([0, 0], 10) == (0, 0)
        assert union_bounds([], 10) is None

    @given(audiences)
    def test_every_union_of_people_lies_within(self, sets: list[set[int]]) -> None:
        found = union_bounds([len(one) for one in sets], 12)
        assert found is not None
        assert found[0] <= len(set().union(*sets)) <= found[1]

    @given(st.lists(st.integers(0, 12), min_size=1, max_size=5))
    def test_both_ends_can_be_reached(self, sizes: list[int]) -> None:
        nested = [set(range(size)) for size in sizes]
        starts = [sum(sizes[:place]) for place in range(len(sizes))]
        spread = [
            {(start + n) % 12 for n in range(size)}
            for start, size in zip(starts, sizes, strict=True)
        ]
        unions = len(set().union(*nested)), len(set().union(*spread))
        assert union_bounds(sizes, 12) == unions

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="a count is 11, more than the population, which is 1"):
            union_bounds([11], 10)
        with pytest.raises(ValueError, match="a count is -1, and must be zero or more"):
            union_bounds([-1])
        for nothing in (0, -5, math.inf, math.nan):
            with pytest.raises(ValueError, match=r"the population is .*, and must be above zero"):
                union_bounds([0], nothing)
        with pytest.raises(ValueError, match="a count is nan"):
            union_bounds([math.nan], 1)


class TestUnionBoundsFromPairs:
    def test_magazines(self) -> None:
        assert union_bounds_from_pairs(MAGAZINES, SHARED) == (124_000, 126_000)

    @pytest.mark.parametrize("printed", [113_000, 135_000])
    def test_shows_that_a_printed_readership_is_wrong(self, printed: int) -> None:
        # a teaching example subtracts each overlap twice
        low, high = union_bounds_from_pairs(MAGAZINES, SHARED) or (0, 0)
        assert not low <= printed <= high

    @given(audiences, st.data())
    def test_every_union_lies_within_whatever_pairs_are_known(
        self, sets: list[set[int]], data: st.DataObject
    ) -> None:
        pairs = pairs_of(sets)
        known = data.draw(st.sets(st.sampled_from(sorted(pairs)))) if pairs else set()
        sizes = [len(one) for one in sets]
        found = union_bounds_from_pairs(sizes, {pair: pairs[pair] for pair in known}, 12)
        plain = union_bounds(sizes, 12)
        assert found is not None
        assert plain is not None
        assert plain[0] <= found[0] <= len(set().union(*sets)) <= found[1] <= plain[1]

    @given(audiences)
    def test_the_tree_is_the_greatest_and_beats_every_star(self, sets: list[set[int]]) -> None:
        pairs, sizes = pairs_of(sets), [len(one) for one in sets]
        found = union_bounds_from_pairs(sizes, pairs)
        assert found is not None
        n = len(sets)
        trees = [
            sum(pairs[edge] for edge in edges)
            for edges in combinations(pairs, n - 1)
            if len(joined(n, edges)) == 1
        ]
        star = max(sum(pairs[min(i, j), max(i, j)] for j in range(n) if j != i) for i in range(n))
        assert found[1] == max(found[0], sum(sizes) - max(trees))
        assert found[1] <= max(found[0], sum(sizes) - star)

    def test_the_best_pair_bounds_where_all_overlaps_are_too_many(self) -> None:
        same = dict.fromkeys(combinations(range(4), 2), 10)
        assert union_bounds_from_pairs([10, 10, 10, 10], same) == (10, 10)
        assert union_bounds_from_pairs(
            [10, 10, 4, 4],
            {**same, (0, 1): 0}.copy() | {(0, 2): 4, (0, 3): 4, (1, 2): 0, (1, 3): 0, (2, 3): 4},
        ) == (20, 20)

    def test_no_overlap_at_all(self) -> None:
        assert union_bounds_from_pairs([3, 4], {(0, 1): 0}) == (7, 7)
        assert union_bounds_from_pairs([3, 4], {(1, 0): 3}) == (4, 4)
        assert union_bounds_from_pairs([5], {}) == (5, 5)
        assert union_bounds_from_pairs([], {}) is None

    def test_three_media_that_contradict_each_other_are_seen_among_more(self) -> None:
        # all of the third are in the first, all of the first in the second, yet not in the second
        for more in ([], [10], [10, 10]):
            with pytest.raises(ValueError, match="no people can overlap so"):
                union_bounds_from_pairs([3, 7, 1, *more], {(0, 1): 3, (0, 2): 1, (1, 2): 0})
        with pytest.raises(ValueError, match="the 6 of one medium with two others"):
            union_bounds_from_pairs([6, 6, 6, 10], dict.fromkeys(SHARED, 2), 11)

    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.integers(0, 8), min_size=3, max_size=3), st.data())
    def test_of_three_media_every_contradiction_is_seen(
        self, people: list[int], data: st.DataObject
    ) -> None:
        pairs = {
            (i, j): data.draw(
                st.integers(max(0, people[i] + people[j] - 9), min(people[i], people[j]))
            )
            for i, j in SHARED
        }
        # how many are in all three decides how many are in each part
        a, b, c, all_pairs = *people, sum(pairs.values())
        possible = [
            a + b + c - all_pairs + all_three
            for all_three in range(10)
            if all_three <= min(pairs.values())
            and all(
                people[one] - sum(pairs[pair] for pair in pairs if one in pair) + all_three >= 0
                for one in range(3)
            )
            and a + b + c - all_pairs + all_three <= 9
        ]
        if possible:
            found = union_bounds_from_pairs(people, pairs, 9)
            assert found is not None
            assert found[0] <= min(possible) <= max(possible) <= found[1]
        else:
            with pytest.raises(ValueError, match="no people can overlap so"):
                union_bounds_from_pairs(people, pairs, 9)

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="an overlap is 5, not from 0 to 4"):
            union_bounds_from_pairs([4, 9], {(0, 1): 5})
        with pytest.raises(ValueError, match="an overlap is 2, not from 3 to 4"):
            union_bounds_from_pairs([4, 9], {(0, 1): 2}, 10)
        for pairs in ({(0, 2): 1}, {(0, 0): 1}, {(0, 1): 1, (1, 0): 1}):
            with pytest.raises(ValueError, match="is no pair of 2 media, or is given twice"):
                union_bounds_from_pairs([4, 9], pairs)
        with pytest.raises(ValueError, match="no people can overlap so: together they would be at"):
            union_bounds_from_pairs([6, 6, 6], dict.fromkeys(SHARED, 2), 11)


def joined(size: int, edges: tuple[tuple[int, int], ...]) -> set[int]:
    """Return the names of the groups that edges leave."""
    group = list(range(size))
    for i, j in edges:
        group = [group[i] if one == group[j] else one for one in group]
    return set(group)


class TestUnionIfIndependent:
    @pytest.mark.parametrize(
        ("people", "population", "expected"),
        [
            (PLAN, 1_000_000, 664_000),
            ((0.30, 0.20, 0.15), 1, 0.524),
            ((0.001,) * 400, 1, 1 - 0.999**400),
            ((10_000_000, 2_998_700), 55_000_000, 12_453_481.818181818),
            ((5,), 10, 5),
            ((0, 0), 10, 0),
            ((10, 3), 10, 10),
        ],
    )
    def test_worked_numbers(
        self, people: tuple[float, ...], population: float, expected: float
    ) -> None:
        assert union_if_independent(people, population) == pytest.approx(expected, rel=1e-12)

    def test_one_medium_reaches_what_it_reaches(self) -> None:
        for share in (0.6338521149064836, 0.1, 1 / 3):
            assert union_if_independent([0, share, 0], 1) == share

    def test_four_hundred_spots(self) -> None:
        assert round(union_if_independent([0.001] * 400, 1) or 0, 6) == 0.329814

    def test_the_factor_is_an_option_that_can_leave_the_bounds(self) -> None:
        assert union_if_independent(PLAN, 1_000_000, PRACTITIONERS_FACTOR) == pytest.approx(630_800)
        least, _ = union_bounds([0.9, 0.1], 1) or (0, 0)
        assert (union_if_independent([0.9, 0.1], 1, PRACTITIONERS_FACTOR) or 0) < least

    @given(shares)
    def test_lies_within_the_bounds_and_is_the_chance_of_any(self, reached: list[float]) -> None:
        found, bounds = union_if_independent(reached, 1), union_bounds(reached, 1)
        assert found is not None
        assert bounds is not None
        assert bounds[0] <= found <= bounds[1]
        assert found == pytest.approx(1 - math.prod(1 - one for one in reached), abs=1e-12)
        assert found == pytest.approx(1 - contacts_if_independent(reached)[0], abs=1e-9)

    @given(shares, st.floats(1, 1e9))
    def test_the_unit_does_not_matter(self, reached: list[float], population: float) -> None:
        people = [min(one * population, population) for one in reached]
        found, share = union_if_independent(people, population), union_if_independent(reached, 1)
        assert found == pytest.approx((share or 0) * population, abs=1e-9 * population)

    def test_cannot_tell_and_refusals(self) -> None:
        assert union_if_independent([], 10) is None
        with pytest.raises(ValueError, match="more than the population"):
            union_if_independent([11], 10)
        for factor in (0, 1.1, -1, math.nan):
            with pytest.raises(ValueError, match="factor is"):
                union_if_independent([1], 10, factor)


class TestContactsIfIndependent:
    def test_worked_numbers(self) -> None:
        found = contacts_if_independent([0.3, 0.4, 0.2])
        assert found == pytest.approx((0.336, 0.452, 0.188, 0.024), abs=1e-12)
        reached = 1 - found[0]
        mean = sum(times * share for times, share in enumerate(found)) / reached
        assert round(mean, 6) == 1.355422

    @given(shares)
    def test_is_the_sum_over_everything_that_can_happen(self, reached: list[float]) -> None:
        chances = [0.0] * (len(reached) + 1)
        for seen in product((0, 1), repeat=len(reached)):
            chances[sum(seen)] += math.prod(
                one if hit else 1 - one for hit, one in zip(seen, reached, strict=True)
            )
        assert contacts_if_independent(reached) == pytest.approx(tuple(chances), abs=1e-9)

    @given(some, st.integers(1, 30))
    def test_equal_media_are_binomial(self, share: float, media: int) -> None:
        expected = stats.binom.pmf(np.arange(media + 1), media, share)
        assert contacts_if_independent([share] * media) == pytest.approx(expected, abs=1e-9)

    def test_edges(self) -> None:
        assert contacts_if_independent([]) == (1.0,)
        assert contacts_if_independent([0, 1]) == pytest.approx((0, 1, 0))
        with pytest.raises(ValueError, match=r"a count is 1.5, more than the population"):
            contacts_if_independent([1.5])


@given(shares)
def test_at_least_adds_up_from_the_top(reached: list[float]) -> None:
    exactly = contacts_if_independent(reached)
    found = at_least(exactly)
    assume(len(exactly) > 1)
    assert found[0] == pytest.approx(1)
    assert [found[k] - found[k + 1] for k in range(len(found) - 1)] == pytest.approx(exactly[:-1])
    assert at_least(()) == ()
