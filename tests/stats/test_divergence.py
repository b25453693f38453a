"""Distances of compositions: printed numbers, scipy, and every case that bounds allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from farthing.stats.divergence import (
    MOST_PROGRAMMED,
    MOST_SEARCHED,
    Range,
    hellinger,
    index_bounds,
    jensen_shannon_bounds,
    jensen_shannon_distance,
    jensen_shannon_divergence,
    joined,
    kullback_leibler,
    segment_index,
    share_bounds,
    total_variation,
    total_variation_bounds,
)

P, Q = (0.5, 0.3, 0.2), (0.2, 0.3, 0.5)
#: The story: leader's people, journalists and bloggers, the public.
INTENDED, DELIVERED = (1e-5, 0.00999, 0.99), (0.6, 0.4, 0.0)
FUNCTIONS = (
    total_variation,
    jensen_shannon_divergence,
    jensen_shannon_distance,
    hellinger,
    kullback_leibler,
)
Distance = Callable[[Sequence[float], Sequence[float]], float | None]

weights = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=8)
pairs = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=n, max_size=n)] * 2
    )
)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (total_variation, 0.3),
        (jensen_shannon_divergence, 0.0958156),
        (jensen_shannon_distance, 0.3095410),
        (hellinger, 0.2598932),
        (kullback_leibler, 0.2748872 / math.log(2)),
    ],
)
def test_the_printed_numbers(function: Distance, expected: float) -> None:
    assert function(P, Q) == pytest.approx(expected, abs=6e-8)


def test_the_number_of_scipys_manual_is_the_distance_and_in_nats() -> None:
    nats = jensenshannon([1, 0], [0.5, 0.5])
    assert nats == pytest.approx(0.46450140402245893, abs=1e-15)
    divergence = jensen_shannon_divergence([1, 0], [0.5, 0.5])
    distance = jensen_shannon_distance([1, 0], [0.5, 0.5])
    assert divergence is not None
    assert distance is not None
    assert divergence * math.log(2) == pytest.approx(nats**2, abs=1e-15)
    assert divergence * math.log(2) == pytest.approx(0.215762, abs=5e-7)
    assert divergence == pytest.approx(0.311278, abs=5e-7)
    assert distance == pytest.approx(math.sqrt(divergence), abs=1e-15)


def test_the_story() -> None:
    assert total_variation(INTENDED, DELIVERED) == pytest.approx(0.99, abs=1e-9)
    assert jensen_shannon_divergence(INTENDED, DELIVERED) == pytest.approx(0.966028, abs=5e-7)


@settings(deadline=None, max_examples=150)
@given(pairs)
def test_a_second_library_agrees(pair: tuple[list[float], list[float]]) -> None:
    p, q = pair
    assume(sum(p) > 0 and sum(q) > 0)
    shares = [np.array(side) / sum(side) for side in pair]
    divergence = jensen_shannon_divergence(p, q)
    middle = (shares[0] + shares[1]) / 2
    entropies = [stats.entropy(side, base=2) for side in (middle, *shares)]
    assert divergence == pytest.approx(entropies[0] - (entropies[1] + entropies[2]) / 2, abs=1e-9)
    surplus = np.maximum(shares[0] - shares[1], 0).sum()
    assert total_variation(p, q) == pytest.approx(surplus, abs=1e-9)
    affinity = float(np.sqrt(shares[0] * shares[1]).sum())
    squared = hellinger(p, q)
    assert squared is not None
    assert squared**2 == pytest.approx(1 - affinity, abs=1e-9)
    lost = kullback_leibler(p, q)
    by_scipy = stats.entropy(*shares, base=2)
    assert lost is None if math.isinf(by_scipy) else lost == pytest.approx(by_scipy, abs=1e-9)


@settings(deadline=None, max_examples=150)
@given(pairs, st.floats(1e-3, 1e3))
def test_what_a_distance_is(pair: tuple[list[float], list[float]], times: float) -> None:
    p, q = pair
    assume(sum(p) > 1e-3 and sum(q) > 1e-3)
    for function in FUNCTIONS[:4]:
        found = function(p, q)
        assert found is not None
        assert 0 <= found <= 1
        assert function(q, p) == pytest.approx(found, abs=1e-7)
        assert function(p, p) == pytest.approx(0, abs=1e-7)
        # a distance is a square root: beside nothing, rounding shows in it
        assert function([times * x for x in p], q) == pytest.approx(found, abs=1e-7)
        assert function([*p, 0], [*q, 0]) == pytest.approx(found, abs=1e-7)
    variation, divergence = total_variation(p, q), jensen_shannon_divergence(p, q)
    assert variation is not None
    assert divergence is not None
    least, most = jensen_shannon_bounds((variation, variation))
    assert least - 1e-12 <= divergence <= most + 1e-12


def test_what_shares_no_segment_is_furthest() -> None:
    for function in FUNCTIONS[:4]:
        assert function([1, 0], [0, 3]) == pytest.approx(1, abs=1e-12)
    assert kullback_leibler([1, 0], [0, 3]) is None
    assert kullback_leibler([1, 0], [1, 3]) == pytest.approx(2, abs=1e-12)
    assert jensen_shannon_bounds((1, 1)) == (1, 1)
    assert jensen_shannon_bounds((0, 0)) == (0, 0)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_edges_of_a_distance(function: Distance) -> None:
    assert function([0, 0], [1, 1]) is None
    assert function([1, 1], [0, 0]) is None
    assert function([], []) is None
    assert function([7], [3]) == 0
    assert function([1e308, 1e308], [1, 1]) == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="there are 2 segments on one side and 1 beside"):
        function([1, 2], [1])
    for bad in ([-1, 2], [math.nan, 1], [math.inf, 1]):
        with pytest.raises(ValueError, match="zero or more"):
            function(bad, [1, 1])


def test_different_segments_are_put_side_by_side() -> None:
    segments, intended, delivered = joined({"a": (1, 1), "b": (2, None)}, {"c": (3, 4)})
    assert segments == ["a", "b", "c"]
    assert intended == [(1, 1), (2, None), (0, 0)]
    assert delivered == [(0, 0), (0, 0), (3, 4)]


def test_the_index_of_a_segment() -> None:
    assert segment_index(0.2, 0.2) == 100
    assert segment_index(0.2, 0) == 0
    assert index_bounds((0.2, 0.2), (0.1, 0.3)) == pytest.approx((50, 150))
    assert index_bounds((0, 0.5), (0, 1)) == (0, None)
    assert index_bounds((0, 0), (0.1, 0.1)) is None
    assert index_bounds((0, None), (0.1, 0.1)) is None
    assert index_bounds((0.5, 0.5), (0.1, None)) == (20, None)
    with pytest.raises(ValueError, match="zero or more"):
        segment_index(-0.1, 0.5)


# Counts within bounds.


def every(counts: Sequence[Range], steps: int = 3) -> list[list[float]]:
    """Return compositions in the bounds: all corners, and points between."""
    axes = [np.linspace(low, low if high is None else high, steps) for low, high in counts]
    return [list(point) for point in product(*axes) if sum(point) > 0]


ranges = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda two: (min(two), max(two)))


def compositions(most: int) -> st.SearchStrategy[tuple[list[Range], list[Range]]]:
    return st.integers(1, most).flatmap(
        lambda n: st.tuples(*[st.lists(ranges, min_size=n, max_size=n)] * 2)
    )


@settings(deadline=None, max_examples=60)
@given(compositions(3))
def test_bounds_hold_every_case_and_are_reached(pair: tuple[list[Range], list[Range]]) -> None:
    p, q = pair
    found = total_variation_bounds(p, q)
    if not any(high for _, high in p) or not any(high for _, high in q):
        assert found is None
        return
    assert found is not None
    distances = [total_variation(a, b) for a, b in product(every(p, 2), every(q, 2))]
    corners = [one for one in distances if one is not None]
    assert found[1] == pytest.approx(max(corners), abs=1e-9)  # it is convex: reached at a corner
    inside = [total_variation(a, b) for a, b in product(every(p, 4), every(q, 4))]
    assert found[0] <= min(one for one in inside if one is not None) + 1e-9


@settings(deadline=None, max_examples=40)
@given(compositions(6), st.integers(0, 2**32 - 1))
def test_the_least_is_reached_by_some_counts(
    pair: tuple[list[Range], list[Range]], seed: int
) -> None:
    """Draw counts, and hold that two equal ones in the bounds leave no distance at the least."""
    p, _ = pair
    chance = np.random.default_rng(seed)
    drawn = [float(chance.uniform(low, high or low)) for low, high in p]
    assume(sum(drawn) > 0.5)
    around: list[Range] = [(max(0, x - 1), x + 1) for x in drawn]
    found = total_variation_bounds(p, around)
    assert found is not None
    assert found[0] == pytest.approx(0, abs=1e-9)


def test_the_least_by_hand() -> None:
    # 60 to 80 of 100 to 120 is at least a half, and a half is what was meant: the rest is 10 apart
    assert total_variation_bounds([(50, 50), (50, 50)], [(60, 80), (40, 40)]) == pytest.approx(
        (0.1, 80 / 120 - 0.5)
    )
    assert total_variation_bounds([(1, 1), (0, 0)], [(0, 0), (5, 9)]) == (1, 1)


def test_a_count_without_bound_can_be_all() -> None:
    assert share_bounds([(50, None), (50, 50)]) == [(0.5, 1.0), (0.0, 0.5)]
    assert share_bounds([(0, None), (0, None)]) == [(0.0, 1.0), (0.0, 1.0)]
    assert total_variation_bounds([(1, 1), (1, 1)], [(50, None), (50, 50)]) == pytest.approx(
        (0, 0.5)
    )
    assert total_variation_bounds([(1, 1), (1, 1)], [(0, None), (0, None)]) == pytest.approx(
        (0, 0.5)
    )
    assert total_variation_bounds([(1, 1), (0, 0)], [(0, None), (0, None)]) == pytest.approx((0, 1))


def test_a_suppressed_cell_is_not_nothing() -> None:
    found = share_bounds([(0, 99), (901, 901)]) or []
    assert [end for pair in found for end in pair] == pytest.approx([0, 0.099, 0.901, 1])


@settings(deadline=None, max_examples=80)
@given(st.lists(ranges, min_size=1, max_size=4))
def test_shares_at_every_corner(counts: list[Range]) -> None:
    found = share_bounds(counts)
    if not any(high for _, high in counts):
        assert found is None
        return
    assert found is not None
    corners = np.array([np.array(point) / sum(point) for point in every(counts, 2)])
    for at, (low, high) in enumerate(found):
        assert low == pytest.approx(corners[:, at].min(), abs=1e-12)
        assert high == pytest.approx(corners[:, at].max(), abs=1e-12)


def test_tiny_shares_beside_large_ones_keep_their_figures() -> None:
    [(low, high), _] = share_bounds([(1, 2), (1e12, 1e12)]) or []
    assert (low, high) == pytest.approx((1e-12, 2e-12), rel=1e-9)


@pytest.mark.parametrize("n", [MOST_SEARCHED + 5, MOST_PROGRAMMED + 1])
def test_many_segments_are_bounded_from_outside(n: int) -> None:
    chance = np.random.default_rng(3)
    counts = chance.integers(10, 99, n)
    p: list[Range] = [(1.0, 1.0)] * n
    q: list[Range] = [(float(x), float(x + 60)) for x in counts]
    found = total_variation_bounds(p, q)
    assert found is not None
    for _ in range(300):
        point = [chance.choice([low, high or low]) for low, high in q]
        one = total_variation([1] * n, point)
        assert one is not None
        assert found[0] - 1e-9 <= one <= found[1] + 1e-9


def test_many_segments_of_which_few_are_open_are_searched() -> None:
    far: list[Range] = [(10, 11)] * 20
    p = [*far, *[(1.0, 1.0)] * 20, (5.0, 5.0)]
    q = [*[(1.0, 1.0)] * 20, *far, (4.0, 6.0)]
    found = total_variation_bounds(p, q)
    assert found is not None
    points = [
        total_variation([*[a] * 20, *[1] * 20, 5], [*[1] * 20, *[b] * 20, c])
        for a, b, c in product((10, 11), (10, 11), (4, 6))
    ]
    assert found[1] == pytest.approx(max(one for one in points if one is not None), abs=1e-9)


@pytest.mark.parametrize("counts", [[(2, 1)], [(-1, 1)], [(0, math.nan)], [(math.nan, None)]])
def test_ranges_that_are_none(counts: list[Range]) -> None:
    with pytest.raises(ValueError, match="must be"):
        share_bounds(counts)
    with pytest.raises(ValueError, match="must be"):
        total_variation_bounds([(1, 1)], counts)


def test_the_edges_of_bounds() -> None:
    assert share_bounds([]) is None
    assert share_bounds([(0, 0)]) is None
    assert share_bounds([(0, 5)]) == [(1.0, 1.0)]
    assert total_variation_bounds([(0, 0)], [(1, 2)]) is None
    with pytest.raises(ValueError, match="segments"):
        total_variation_bounds([(1, 1)], [(1, 1), (2, 2)])
    for bad in ((0.5, 0.4), (-0.1, 1), (0, 1.1), (math.nan, 1)):
        with pytest.raises(ValueError, match="no bounds"):
            jensen_shannon_bounds(bad)
