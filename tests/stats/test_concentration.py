from __future__ import annotations

import math
from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.stats.concentration import (
    gini,
    hhi,
    lorenz,
    theil_l,
    theil_t,
    theil_t_by_group,
)

AMOUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=12)


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


class TestHhi:
    def test_worked_numbers(self) -> None:
        found = hhi([20, 50, 20, 10])
        assert found is not None
        assert found.index == pytest.approx(0.34, abs=1e-12)
        assert found.normalised == pytest.approx(0.12, abs=1e-12)
        assert found.equivalent == pytest.approx(1 / 0.34, abs=1e-12)

    @given(st.integers(1, 30))
    def test_equal_shares_count_themselves(self, n: int) -> None:
        found = hhi([7] * n)
        assert found is not None
        assert found.equivalent == pytest.approx(n)
        assert found.normalised == (None if n == 1 else pytest.approx(0, abs=1e-12))

    @given(AMOUNTS.filter(any))
    def test_is_the_chance_that_two_pounds_go_to_one_seat(self, values: list[int]) -> None:
        found = hhi(values)
        assert found is not None
        pairs = sum(value * value for value in values)
        assert found.index == pytest.approx(pairs / sum(values) ** 2, abs=1e-12)

    def test_cannot_tell_and_refusals(self) -> None:
        assert hhi([]) is None
        assert hhi([0, 0]) is None
        with pytest.raises(ValueError, match="an amount is -1"):
            hhi([3, -1])


class TestTheil:
    def test_worked_numbers(self) -> None:
        values = [10, 10, 10, 20, 50]
        assert theil_t(values) == pytest.approx(0.2502012, abs=5e-8)
        assert theil_l(values) == pytest.approx(0.2326302, abs=5e-8)
        parts = theil_t_by_group(values, "aaabb")
        assert parts is not None
        assert parts.between == pytest.approx(0.1837869, abs=5e-8)
        assert parts.within == pytest.approx(0.0664143, abs=5e-8)

    @given(AMOUNTS.filter(any))
    def test_are_the_generalised_entropies_of_one_and_nought(self, values: list[int]) -> None:
        mean = sum(values) / len(values)

        def entropy(alpha: float) -> float:
            powers = sum((value / mean) ** alpha - 1 for value in values if value or alpha > 0)
            return powers / (len(values) * alpha * (alpha - 1))

        # the formula itself is nought over nought there: on either side of it, it is not
        near = 1e-4
        assert theil_t(values) == pytest.approx(
            (entropy(1 - near) + entropy(1 + near)) / 2, abs=1e-5
        )
        if all(values):
            assert theil_l(values) == pytest.approx((entropy(near) + entropy(-near)) / 2, abs=1e-5)
        else:
            assert theil_l(values) is None

    @given(AMOUNTS.filter(any), st.data())
    def test_the_two_parts_are_the_whole(self, values: list[int], data: st.DataObject) -> None:
        groups = data.draw(
            st.lists(st.sampled_from("abc"), min_size=len(values), max_size=len(values))
        )
        parts = theil_t_by_group(values, groups)
        assert parts is not None
        assert parts.between >= 0
        assert parts.within >= 0
        assert parts.between + parts.within == pytest.approx(theil_t(values), abs=1e-9)

    @given(st.floats(0.01, 1e6), st.integers(1, 50))
    def test_equal_amounts_and_one_with_everything(self, amount: float, n: int) -> None:
        assert theil_t([amount] * n) == pytest.approx(0, abs=1e-9)
        assert theil_l([amount] * n) == pytest.approx(0, abs=1e-9)
        assert theil_t([amount] + [0] * (n - 1)) == pytest.approx(math.log(n))

    def test_cannot_tell_and_refusals(self) -> None:
        for function in (theil_t, theil_l):
            assert function([]) is None
            assert function([0, 0]) is None
            assert function([7]) == 0
            with pytest.raises(ValueError, match="an amount is -1"):
                function([3, -1])
        assert theil_l([1, 0]) is None
        assert theil_t_by_group([], []) is None
        assert theil_t_by_group([0], "a") is None
        with pytest.raises(ValueError, match="there are 2 values and 1 groups of them"):
            theil_t_by_group([1, 2], "a")


class TestEnds:
    """No figure leaves its bounds by a rounding, and no sum of large amounts runs over."""

    @pytest.mark.parametrize("n", range(2, 60))
    def test_bounds_are_kept_to_the_last_digit(self, n: int) -> None:
        found = hhi([0.1] * n)
        assert found is not None
        assert found.index >= 1 / n
        assert found.normalised is not None
        assert 0 <= found.normalised < 1e-12
        everything = gini([0.0] * (n - 1) + [0.1], normalised=True)
        assert everything is not None
        assert 1 - 1e-12 < everything <= 1

    def test_large_amounts(self) -> None:
        large, small = [1e308, 1e308, 2e307], [10, 10, 2]
        for figure in (gini, theil_t, theil_l):
            assert figure(large) == pytest.approx(figure(small), abs=1e-12)
        whole, part = hhi(large), hhi(small)
        assert whole is not None
        assert part is not None
        assert astuple(whole) == pytest.approx(astuple(part), abs=1e-12)
        curve, expected = lorenz(large), lorenz(small)
        assert curve is not None
        assert expected is not None
        assert curve[1] == pytest.approx(expected[1], abs=1e-12)


class TestLorenz:
    @given(AMOUNTS.filter(any))
    def test_the_gini_is_twice_the_area_above_it(self, values: list[int]) -> None:
        curve = lorenz(values)
        assert curve is not None
        units, held = curve
        area = sum((a + b) / 2 / len(values) for a, b in pairwise(held))
        assert gini(values) == pytest.approx(1 - 2 * area, abs=1e-12)
        assert (units[0], units[-1], held[0], held[-1]) == (0, 1, 0, 1)
        assert len(units) == len(held) == len(values) + 1
        assert (np.diff(held) >= -1e-15).all()
        assert (held <= units + 1e-12).all()

    def test_cannot_tell(self) -> None:
        assert lorenz([]) is None
        assert lorenz([0]) is None
