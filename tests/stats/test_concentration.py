from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from farthing.stats.concentration import (
    concentration_index,
    gini,
    rank_correlation,
    targeting_ratio,
)

AMOUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=12)


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

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="3 values on one side and 2 beside them"):
            rank_correlation([1, 2, 3], [1, 2])
        for value in (math.nan, math.inf, None):
            with pytest.raises(ValueError, match="must be one list of finite numbers"):
                rank_correlation([1, 2, 3], [1, 2, value])  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="must be one list of finite numbers"):
            rank_correlation([[1, 2, 3]], [[1, 2, 3]])


class TestConcentrationIndex:
    def test_two_seats(self) -> None:
        assert concentration_index([0, 2], [331, 7250]) == 0.5
        assert concentration_index([2, 0], [331, 7250]) == -0.5
        assert concentration_index([1, 1], [331, 7250]) == 0

    @given(seats(2, 12, largest=20))
    def test_is_twice_the_covariance_over_the_mean(self, rows: list[tuple[int, int]]) -> None:
        resource, margin = (list(side) for side in zip(*rows, strict=True))
        found = concentration_index(resource, margin)
        if not any(resource) or len(set(margin)) == 1:
            assert found is None
        else:
            rank = (stats.rankdata(margin) - 0.5) / len(margin)
            covariance = np.cov(resource, rank, ddof=0)[0, 1]
            assert found == pytest.approx(2 * covariance / np.mean(resource), abs=1e-12)

    @given(seats(2, 12))
    def test_is_one_less_twice_the_area_below_the_curve(self, rows: list[tuple[int, int]]) -> None:
        resource, margin = (list(side) for side in zip(*rows, strict=True))
        assume(any(resource) and len(set(margin)) == len(margin))
        ordered = [amount for _, amount in sorted(zip(margin, resource, strict=True))]
        shares = [0.0, *np.cumsum(ordered) / sum(ordered)]
        area = sum(a + b for a, b in pairwise(shares)) / 2 / len(ordered)
        assert concentration_index(resource, margin) == pytest.approx(1 - 2 * area, abs=1e-12)

    def test_the_sign_of_a_margin_is_not_used(self) -> None:
        assert concentration_index([0, 1, 5], [-331, 4501, -7250]) == concentration_index(
            [0, 1, 5], [331, 4501, 7250]
        )

    def test_ties_share_their_rank(self) -> None:
        assert concentration_index([3, 1, 0], [10, 10, 20]) == concentration_index(
            [1, 3, 0], [10, 10, 20]
        )
        assert concentration_index([2, 2, 0], [10, 10, 20]) == pytest.approx(-1 / 3)

    def test_cannot_tell(self) -> None:
        assert concentration_index([0, 0], [331, 7250]) is None
        assert concentration_index([2, 0], [331, -331]) is None
        assert concentration_index([2], [331]) is None
        assert concentration_index([], []) is None

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="an amount is -2, and must be zero or more"):
            concentration_index([0, -2], [331, 7250])
        with pytest.raises(ValueError, match="1 values on one side and 2 beside them"):
            concentration_index([0], [331, 7250])
        with pytest.raises(ValueError, match="must be one list of finite numbers"):
            concentration_index([0, 2], [331, math.nan])


class TestTargetingRatio:
    def test_by_hand(self) -> None:
        margins = [0.6, -4.0, 12.0, 32.1]
        assert targeting_ratio([1, 0, 0, 3], margins, 5) == 0.5
        assert targeting_ratio([2, 2, 0, 0], margins, 5) == 2
        assert targeting_ratio([1, 1, 1, 1], margins, 5) == 1
        assert targeting_ratio([0, 0, 1, 1], margins, 5) == 0
        assert targeting_ratio([1, 0, 0, 3], [-margin for margin in margins], 5) == 0.5

    def test_the_boundary_is_marginal(self) -> None:
        assert targeting_ratio([1, 0], [5.0, 5.1], marginal_at_most=5) == 2
        assert targeting_ratio([1, 0], [0.0, 5.1], marginal_at_most=0) == 2

    @given(seats(1, 12, largest=20), st.integers(0, 20))
    def test_shares_add_up(self, rows: list[tuple[int, int]], limit: int) -> None:
        resource, margin = (list(side) for side in zip(*rows, strict=True))
        found = targeting_ratio(resource, margin, limit)
        inside = [amount for amount, lead in rows if lead <= limit]
        if not inside or not any(resource):
            assert found is None
        else:
            assert found == pytest.approx(sum(inside) * len(rows) / sum(resource) / len(inside))

    def test_cannot_tell(self) -> None:
        assert targeting_ratio([1, 1], [12.0, 32.1], 5) is None
        assert targeting_ratio([0, 0], [0.6, 32.1], 5) is None
        assert targeting_ratio([], [], 5) is None

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="an amount is -1, and must be zero or more"):
            targeting_ratio([1, -1], [0.6, 32.1], 5)
        with pytest.raises(ValueError, match="marginal_at_most is -5, and must be zero or more"):
            targeting_ratio([1, 1], [0.6, 32.1], -5)
        with pytest.raises(ValueError, match="2 values on one side and 1 beside them"):
            targeting_ratio([1, 1], [0.6], 5)


class TestGini:
    @pytest.mark.parametrize(
        ("values", "population", "normalised"),
        [
            ((20, 50, 20, 10), 0.3, 0.4),
            ((2, 0), 0.5, 1.0),
            ((10, 10, 10, 20, 50), 0.36, 0.45),
            ((7,), 0.0, None),
            ((0, 0), None, None),
            ((), None, None),
        ],
    )
    def test_worked_numbers(
        self, values: tuple[int, ...], population: float | None, normalised: float | None
    ) -> None:
        assert gini(values) == pytest.approx(population, abs=1e-12)
        assert gini(values, normalised=True) == pytest.approx(normalised, abs=1e-12)

    @given(AMOUNTS.filter(any))
    def test_is_half_the_mean_difference_over_the_mean(self, values: list[int]) -> None:
        n = len(values)
        differences = sum(abs(a - b) for a in values for b in values)
        expected = differences / (2 * n * sum(values))
        assert gini(values) == pytest.approx(expected, abs=1e-12)
        if n > 1:
            assert gini(values, normalised=True) == pytest.approx(expected * n / (n - 1), abs=1e-12)

    @given(st.floats(0.01, 1e6), st.integers(1, 50))
    def test_equal_amounts_are_exactly_zero(self, amount: float, n: int) -> None:
        assert gini([amount] * n) == 0

    @given(st.integers(2, 50))
    def test_one_has_everything(self, n: int) -> None:
        assert gini([1] + [0] * (n - 1)) == pytest.approx((n - 1) / n)
        assert gini([1] + [0] * (n - 1), normalised=True) == pytest.approx(1)

    def test_equal_amounts_normalised(self) -> None:
        assert gini([3, 3, 3], normalised=True) == 0

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="an amount is -1, and must be zero or more"):
            gini([3, -1])
        with pytest.raises(ValueError, match="must be one list of finite numbers"):
            gini([3, math.nan])
