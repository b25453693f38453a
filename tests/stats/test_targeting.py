from __future__ import annotations

import math
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from farthing.stats.targeting import (
    concentration_index,
    concentration_index_range,
    outliers,
    targeting_ratio,
    targeting_ratio_range,
)


def seats(least: int, most: int, largest: int = 1000) -> st.SearchStrategy[Any]:
    """Lists of two numbers for each seat; a small largest number makes for many ties."""
    number = st.integers(0, largest)
    return st.lists(st.tuples(number, number), min_size=least, max_size=most)


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


RANGED = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 6)), min_size=2, max_size=7
)


class TestRanges:
    @given(RANGED)
    def test_every_corner_lies_within_and_two_are_the_ends(
        self, rows: list[tuple[int, int, int]]
    ) -> None:
        low, more, margin = (list(side) for side in zip(*rows, strict=True))
        high = [one + wide for one, wide in zip(low, more, strict=True)]
        for ends, value in (
            (
                concentration_index_range(low, high, margin),
                lambda amounts: concentration_index(amounts, margin),
            ),
            (
                targeting_ratio_range(low, high, margin, 2),
                lambda amounts: targeting_ratio(amounts, margin, 2),
            ),
        ):
            corners = [value(list(one)) for one in product(*zip(low, high, strict=True))]
            if ends is None:
                assert not any(low) or set(corners) == {None}
            else:
                known = [one for one in corners if one is not None]
                assert ends == pytest.approx((min(known), max(known)), abs=1e-12)

    @given(seats(2, 12))
    def test_exact_amounts_give_the_index_itself(self, rows: list[tuple[int, int]]) -> None:
        resource, margin = (list(side) for side in zip(*rows, strict=True))
        found, index = (
            concentration_index_range(resource, resource, margin),
            concentration_index(resource, margin),
        )
        assert found == (None if index is None else pytest.approx((index, index), abs=1e-12))

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="a range ends below its start"):
            concentration_index_range([1, 2], [1, 1], [1, 2])
        with pytest.raises(ValueError, match="must be one list of finite numbers"):
            targeting_ratio_range([1, 2], [1, math.inf], [1, 2], 5)
        with pytest.raises(ValueError, match="marginal_at_most is -1"):
            targeting_ratio_range([1], [1], [1], -1)
        with pytest.raises(ValueError, match="1 values on one side and 2 beside them"):
            concentration_index_range([1], [1], [1, 2])

    @pytest.mark.parametrize("margin", [[5, 5], [5, 9]])
    def test_what_makes_no_sense_is_refused_before_nothing_can_be_told(
        self, margin: list[int]
    ) -> None:
        """No seat is safer than another, or none is marginal: a wrong list is still refused."""
        for low, high, complaint in (
            ([1], [1, 2], "on one side"),
            ([1], [1], "on one side"),
            ([-1, 2], [1, 2], "zero or more"),
            ([3, 1], [1, 2], "below its start"),
            ([1, math.nan], [1, 2], "finite"),
        ):
            with pytest.raises(ValueError, match=complaint):
                concentration_index_range(low, high, margin)
            with pytest.raises(ValueError, match=complaint):
                targeting_ratio_range(low, high, margin, 1)

    def test_large_amounts(self) -> None:
        low, high, margin = [1e308, 1e308, 0], [1e308, 1.5e308, 1e308], [1, 2, 30]
        small_low, small_high = [10, 10, 0], [10, 15, 10]
        assert concentration_index_range(low, high, margin) == pytest.approx(
            concentration_index_range(small_low, small_high, margin), abs=1e-12
        )
        assert concentration_index(high, margin) == pytest.approx(
            concentration_index(small_high, margin), abs=1e-12
        )
        assert targeting_ratio(high, margin, 1) == pytest.approx(
            targeting_ratio(small_high, margin, 1), abs=1e-12
        )


class TestOutliers:
    @given(RANGED)
    def test_each_seat_by_the_rule(self, rows: list[tuple[int, int, int]]) -> None:
        low, more, margin = (list(side) for side in zip(*rows, strict=True))
        high = [one + wide for one, wide in zip(low, more, strict=True)]
        found = outliers(low, high, margin, 2)
        close = [at for at, one in enumerate(margin) if one <= 2]
        safe = [at for at, one in enumerate(margin) if one > 2]
        if not close or not safe:
            assert found is None
            return
        assert found is not None
        most_close = float(np.median([high[at] for at in close]))
        least_safe = float(np.median([low[at] for at in safe]))
        assert found.over == [at for at in safe if low[at] > most_close]
        assert found.under == [at for at in close if high[at] < least_safe]
        assert found.marginal_median[1] == most_close
        assert found.safe_median[0] == least_safe

    def test_the_two_seats_of_the_story(self) -> None:
        found = outliers([0, 2], [0, 2], [8.84, 15.0], 10)
        assert found is not None
        assert (found.over, found.under) == ([1], [0])

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="a range ends below its start"):
            outliers([2], [1], [1], 2)
        with pytest.raises(ValueError, match="2 values on one side and 1 beside them"):
            outliers([1, 2], [1, 2], [1], 2)
