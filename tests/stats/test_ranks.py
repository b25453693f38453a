from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from farthing.stats.ranks import rank_correlation


def seats(least: int, most: int, largest: int = 1000) -> st.SearchStrategy[Any]:
    """Lists of two numbers for each seat; a small largest number makes for many ties."""
    number = st.integers(0, largest)
    return st.lists(st.tuples(number, number), min_size=least, max_size=most)


def share_as_extreme(values: list[float], observed: float) -> float:
    """Twice the smaller tail, which is how a two-sided exact test is counted by hand."""
    tail = min(
        sum(value >= observed - 1e-9 for value in values),
        sum(value <= observed + 1e-9 for value in values),
    )
    return min(1.0, 2 * tail / len(values))


class TestRankCorrelation:
    @settings(deadline=None, max_examples=40)
    @given(seats(3, 6, largest=4))
    def test_trying_every_ordering(self, pairs: list[tuple[int, int]]) -> None:
        x, y = (list(side) for side in zip(*pairs, strict=True))
        assume(len(set(x)) > 1 and len(set(y)) > 1)
        found = rank_correlation(x, y)
        assert found is not None
        assert (found.n, found.exact) == (len(x), True)
        for name, function in (("spearman", stats.spearmanr), ("kendall", stats.kendalltau)):
            self.compare(x, y, function, getattr(found, name), getattr(found, f"{name}_p"))

    def compare(
        self, x: list[int], y: list[int], function: Callable[..., Any], value: float, p: float
    ) -> None:
        every = {order: float(function(x, order).statistic) for order in set(permutations(y))}
        values = [every[order] for order in permutations(y)]
        assert value == pytest.approx(every[tuple(y)], abs=1e-12)
        assert p == pytest.approx(share_as_extreme(values, every[tuple(y)]), abs=1e-12)

    def test_agrees_with_published_exact_kendall(self) -> None:
        x, y = list(range(9)), [2, 0, 1, 5, 3, 4, 8, 6, 7]
        found = rank_correlation(x, y)
        assert found is not None
        assert found.kendall_p == pytest.approx(stats.kendalltau(x, y, method="exact").pvalue)
        assert found.exact

    def test_more_than_nine_pairs_are_scipys(self) -> None:
        x, y = list(range(12)), [3, 1, 2, 5, 4, 7, 6, 9, 8, 11, 10, 0]
        found = rank_correlation(x, y)
        assert found is not None
        assert (found.n, found.exact, found.tied) == (12, False, 0)
        assert found.spearman_p == pytest.approx(stats.spearmanr(x, y).pvalue)
        assert found.kendall_p == pytest.approx(stats.kendalltau(x, y).pvalue)
        squares = sum((a - b) ** 2 for a, b in zip(x, y, strict=True))
        assert found.spearman == pytest.approx(1 - 6 * squares / (12 * (144 - 1)))

    def test_three_seats_in_order_prove_little(self) -> None:
        found = rank_correlation([1, 2, 3], [10, 20, 30])
        assert found is not None
        assert (found.spearman, found.kendall) == pytest.approx((1, 1))
        assert (found.spearman_p, found.kendall_p) == pytest.approx((1 / 3, 1 / 3))

    def test_says_how_many_are_tied(self) -> None:
        found = rank_correlation([1, 2, 2, 3, 4], [5, 5, 6, 7, 8])
        assert found is not None
        assert found.tied == 3

    def test_cannot_tell(self) -> None:
        assert rank_correlation([331, 7250], [0, 2]) is None
        assert rank_correlation([331], [0]) is None
        assert rank_correlation([], []) is None
        assert rank_correlation([1, 2, 3], [2, 2, 2]) is None
        assert rank_correlation([2, 2, 2], [1, 2, 3]) is None

    def test_only_the_order_counts(self) -> None:
        far_apart = rank_correlation([1e308, -1e308, 0, 5], [4, 1, 2, 3])
        assert far_apart == rank_correlation([4, 1, 2, 3], [1e308, -1e308, 5e-324, 5])

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="3 values on one side and 2 beside them"):
            rank_correlation([1, 2, 3], [1, 2])
        for value in (math.nan, math.inf, None):
            with pytest.raises(ValueError, match="must be one list of finite numbers"):
                rank_correlation([1, 2, 3], [1, 2, value])  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="must be one list of finite numbers"):
            rank_correlation([[1, 2, 3]], [[1, 2, 3]])


@pytest.mark.parametrize("n", [10, 12, 20, 200])
def test_a_perfect_order_is_no_less_likely_than_one_of_all_orders(n: int) -> None:
    found = rank_correlation(range(n), range(n))
    assert found is not None
    assert found.spearman == pytest.approx(1)
    least = 2 / math.factorial(n)
    assert found.spearman_p == pytest.approx(least if n < 170 else 0.0, rel=1e-9)
