"""Distances of compositions: printed numbers, scipy, and what a distance is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from farthing.stats.composition import jensen_shannon_bounds
from farthing.stats.divergence import (
    hellinger,
    jensen_shannon_distance,
    jensen_shannon_divergence,
    kullback_leibler,
    segment_index,
    total_variation,
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
@pytest.mark.parametrize("counts", [[1, 2, 3], [3, 155_728, 551_120, 0, 2], [0.7, 0.1, 0.2]])
def test_equal_but_for_the_last_digit(function: Distance, counts: list[float]) -> None:
    """The distance is the root of the divergence, and so is what rounding does to it."""
    assert function(counts, [0.1 * count for count in counts]) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_edges_of_a_distance(function: Distance) -> None:
    assert function([0, 0], [1, 1]) is None
    assert function([1, 1], [0, 0]) is None
    assert function([], []) is None
    assert function([7], [3]) == 0
    assert function([1e308, 1e308], [1, 1]) == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="there are 2 values on one side and 1 beside"):
        function([1, 2], [1])
    for bad in ([-1, 2], [math.nan, 1], [math.inf, 1]):
        with pytest.raises(ValueError, match="must be"):
            function(bad, [1, 1])


def test_the_index_of_a_segment() -> None:
    assert segment_index(0.2, 0.2) == 100
    assert segment_index(0.2, 0) == 0
    assert segment_index(0, 0.2) is None
    with pytest.raises(ValueError, match="zero or more"):
        segment_index(-0.1, 0.5)
