from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from farthing.stats.asking import people_limit_if_none_saw, share_limit_if_none_saw
from farthing.stats.proportions import proportion_interval, share_limits


@st.composite
def part_of_whole(draw: st.DrawFn, least: int = 1, most: int = 60) -> tuple[int, int]:
    whole = draw(st.integers(least, most))
    return draw(st.integers(0, whole)), whole


class TestProportionInterval:
    def test_worked_numbers(self) -> None:
        assert proportion_interval(7, 50, "exact") == pytest.approx(
            (0.05819170033997344, 0.26739600249700846), abs=1e-9
        )
        assert proportion_interval(7, 50) == pytest.approx((0.0695083343, 0.2618619371), abs=1e-9)
        assert proportion_interval(0, 50, "exact") == pytest.approx((0, 0.0711217), abs=5e-8)
        assert proportion_interval(0, 50) == pytest.approx((0, 0.0713476), abs=5e-8)
        assert proportion_interval(10, 10) == pytest.approx((0.7224672, 1), abs=5e-8)
        assert proportion_interval(10, 10, "exact") == pytest.approx((0.6915029, 1), abs=5e-8)

    @given(part_of_whole(most=5000), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
    def test_statsmodels_agrees(self, counts: tuple[int, int], confidence: float) -> None:
        for method, theirs in (("wilson", "wilson"), ("exact", "beta")):
            interval: Any = proportion_interval(*counts, method, confidence)  # type: ignore[arg-type]
            expected = proportion_confint(*counts, alpha=1 - confidence, method=theirs)
            assert interval == pytest.approx(expected, abs=1e-9)
            assert 0 <= interval[0] <= counts[0] / counts[1] <= interval[1] <= 1

    def test_cannot_tell_from_nobody(self) -> None:
        assert proportion_interval(0, 0) is None

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="saw is 2, not from 0 to asked, which is 1"):
            proportion_interval(2, 1)
        with pytest.raises(ValueError, match="confidence is 95, and must lie between 0 and 1"):
            proportion_interval(1, 2, confidence=95)
        for counts, method in (((1, 2), "wald"), ((1, 2), "wilsoncc"), ((0, 0), "wald")):
            with pytest.raises(ValueError, match="method"):
                proportion_interval(*counts, method)  # type: ignore[arg-type]

    @pytest.mark.parametrize("asked", [10**6, 10**9])
    def test_one_among_millions_to_every_digit(self, asked: int) -> None:
        interval = proportion_interval(1, asked, "exact", 0.99)
        assert interval is not None
        assert interval[0] == pytest.approx(-math.expm1(math.log1p(-0.005) / asked), rel=1e-12)


class TestShareLimits:
    @given(part_of_whole(most=300), st.sampled_from([0.01, 0.05, 0.2]))
    def test_without_limit_they_are_clopper_and_pearsons(
        self, counts: tuple[int, int], error: float
    ) -> None:
        saw, asked = counts
        found = share_limits(saw, asked, error=error)
        expected = proportion_confint(saw, asked, alpha=2 * error, method="beta")
        assert found == pytest.approx(expected, abs=1e-9)

    @settings(deadline=None, max_examples=40)
    @given(part_of_whole(most=40), st.data())
    def test_trying_every_number_of_people(
        self, counts: tuple[int, int], data: st.DataObject
    ) -> None:
        asked, population = counts
        saw = data.draw(st.integers(0, asked))
        found = share_limits(saw, asked, population)
        if asked == 0:
            assert found is None
            return
        ways = math.comb(population, asked)

        def chance(people: int, counts: range) -> Fraction:
            found = sum(
                math.comb(people, one) * math.comb(population - people, asked - one)
                for one in counts
            )
            return Fraction(found, ways)

        possible = [
            people
            for people in range(population + 1)
            if chance(people, range(saw + 1)) > Fraction(1, 20)
            and chance(people, range(saw, asked + 1)) > Fraction(1, 20)
        ]
        assert found == (possible[0] / population, possible[-1] / population)

    def test_worked_numbers(self) -> None:
        assert share_limits(0, 20, 200) == (0, 26 / 200)
        assert people_limit_if_none_saw(20, 200) == 26
        limits = share_limits(0, 50)
        assert limits is not None
        assert limits[1] == pytest.approx(share_limit_if_none_saw(50), abs=1e-12)

    def test_a_tie_is_a_tie(self) -> None:
        # 19 of 25 leave six who did not see it: two of them are drawn one time in twenty
        assert math.comb(6, 2) * 20 == math.comb(25, 2)
        assert people_limit_if_none_saw(2, 25) == 18
        assert share_limits(0, 2, 25) == (0, 18 / 25)
        assert share_limits(2, 2, 25) == (7 / 25, 1)

    def test_everybody_asked_is_everybody_known(self) -> None:
        assert share_limits(3, 10, 10) == (0.3, 0.3)
        assert share_limits(10, 10) == pytest.approx((0.05**0.1, 1))
        assert share_limits(0, 0) is None
        assert share_limits(0, 0, 5) is None

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="asked is 11, not from 0 to population, which is 10"):
            share_limits(1, 11, 10)
        with pytest.raises(ValueError, match="saw is 2"):
            share_limits(2, 1)
        with pytest.raises(ValueError, match="error is 1, and must lie between 0 and 1"):
            share_limits(1, 2, error=1)
