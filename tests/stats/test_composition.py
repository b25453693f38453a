"""Compositions within bounds: every corner, every case, and the edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from farthing.stats.composition import (
    MOST_PROGRAMMED,
    MOST_SEARCHED,
    Range,
    index_bounds,
    jensen_shannon_bounds,
    joined,
    share_bounds,
    total_variation_bounds,
)
from farthing.stats.divergence import total_variation


def test_different_segments_are_put_side_by_side() -> None:
    segments, intended, delivered = joined({"a": (1, 1), "b": (2, None)}, {"c": (3, 4)})
    assert segments == ["a", "b", "c"]
    assert intended == [(1, 1), (2, None), (0, 0)]
    assert delivered == [(0, 0), (0, 0), (3, 4)]


def test_the_index_of_ranges() -> None:
    assert index_bounds((0.2, 0.2), (0.1, 0.3)) == pytest.approx((50, 150))
    assert index_bounds((0, 0.5), (0, 1)) == (0, None)
    assert index_bounds((0, 0), (0.1, 0.1)) is None
    assert index_bounds((0, None), (0.1, 0.1)) is None
    assert index_bounds((0.5, 0.5), (0.1, None)) == (20, None)


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


@pytest.mark.parametrize(
    ("exact", "ranged", "other"),
    [((803_937_206, 97), (11_586_120, 23_172_240), 4), ((10, 46_836_523), (2, 3), 30_000_000)],
)
def test_the_least_of_a_few_people_among_millions(
    exact: tuple[int, int], ranged: tuple[int, int], other: int
) -> None:
    found = total_variation_bounds([(one, one) for one in exact], [ranged, (other, other)])
    meant = exact[0] / sum(exact)
    ends = sorted(abs(meant - own / (own + other)) for own in ranged)
    assert found == pytest.approx((ends[0], ends[1]), rel=1e-3, abs=1e-12)


def test_the_least_is_no_more_than_the_most() -> None:
    found = total_variation_bounds([(0, 1e12), (1, 1)], [(0, 1e-6), (1e6, 1e6)])
    assert found is not None
    assert found[0] <= found[1]


def test_large_counts_do_not_run_over() -> None:
    assert share_bounds([(1e308, 1e308), (1e308, None)]) == [(0, 0.5), (0.5, 1)]


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
    with pytest.raises(ValueError, match="must be"):
        index_bounds(counts[0], (0.5, 0.5))
    with pytest.raises(ValueError, match="must be"):
        index_bounds((0.5, 0.5), counts[0])


def test_the_edges_of_bounds() -> None:
    assert share_bounds([]) is None
    assert share_bounds([(0, 0)]) is None
    assert share_bounds([(0, 5)]) == [(1.0, 1.0)]
    assert total_variation_bounds([(0, 0)], [(1, 2)]) is None
    with pytest.raises(ValueError, match="values on one side"):
        total_variation_bounds([(1, 1)], [(1, 1), (2, 2)])
    for bad in ((0.5, 0.4), (-0.1, 1), (0, 1.1), (math.nan, 1)):
        with pytest.raises(ValueError, match="no bounds"):
            jensen_shannon_bounds(bad)
