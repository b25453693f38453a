from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from farthing.stats.asking import (
    ask_at_random,
    ask_at_random_by_rivest,
    ask_at_random_unlimited,
    people_limit_if_none_saw,
    share_limit_if_none_saw,
)

ENGLISH_ELECTORATE = 46_836_533


@st.composite
def part_of_whole(draw: st.DrawFn, least: int = 1, most: int = 60) -> tuple[int, int]:
    whole = draw(st.integers(least, most))
    return draw(st.integers(0, whole)), whole


def chance_of_none(population: int, exposed: int, asked: int) -> Fraction:
    return Fraction(math.comb(population - exposed, asked), math.comb(population, asked))


class TestAskAtRandom:
    @pytest.mark.parametrize(
        ("population", "exposed", "sample", "approximation"),
        [(500, 5, 225, 226), (400, 10, 103, 104), (10_000, 100, 294, 296)],
    )
    def test_worked_numbers(
        self, population: int, exposed: int, sample: int, approximation: int
    ) -> None:
        assert ask_at_random(population, exposed) == sample
        assert ask_at_random_by_rivest(population, exposed) == approximation
        assert math.ceil(population * (1 - math.exp(-3 / exposed))) == approximation

    @given(part_of_whole(), st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.5]))
    def test_trying_every_sample_size(self, counts: tuple[int, int], miss: float) -> None:
        exposed, population = counts
        expected = next(
            (
                asked
                for asked in range(1, population + 1)
                if chance_of_none(population, exposed, asked) <= Fraction(str(miss))
            ),
            None,
        )
        assert ask_at_random(population, exposed, miss) == expected

    def test_counting_samples_one_by_one(self) -> None:
        samples = list(combinations(range(12), 5))
        without = sum(min(sample) >= 4 for sample in samples)
        assert Fraction(without, len(samples)) == chance_of_none(12, 4, 5)
        assert ask_at_random(12, 4, miss=0.08) == 5
        assert ask_at_random(12, 4, miss=0.07) == 6

    def test_a_tie_is_enough(self) -> None:
        assert ask_at_random(100, 1) == 95
        assert ask_at_random(10, 1, miss=0.3) == 7

    @pytest.mark.parametrize("exposed", [1, 50, 11_000, 468_365, 40_000_000])
    def test_a_whole_electorate(self, exposed: int) -> None:
        asked = ask_at_random(ENGLISH_ELECTORATE, exposed)
        assert asked is not None

        def log_chance(size: int) -> float:
            few, many = sorted((exposed, size))
            return math.fsum(math.log1p(-many / (ENGLISH_ELECTORATE - i)) for i in range(few))

        assert log_chance(asked) <= math.log(0.05) < log_chance(asked - 1)

    def test_edges(self) -> None:
        assert ask_at_random(10, 0) is None
        assert ask_at_random(0, 0) is None
        assert ask_at_random(10, 10) == 1
        assert ask_at_random(1, 1) == 1
        assert ask_at_random(10, 3, miss=1e-9) == 8

    def test_refusals(self) -> None:
        with pytest.raises(
            ValueError, match="exposed is 11, not from 0 to population, which is 10"
        ):
            ask_at_random(10, 11)
        with pytest.raises(ValueError, match="miss is 0, and must lie between 0 and 1"):
            ask_at_random(10, 1, miss=0)

    @given(st.integers(1, 999), st.sampled_from([0.01, 0.05, 0.125, 0.5]))
    def test_unlimited_is_the_first_power_below(self, thousandths: int, miss: float) -> None:
        missed = 1 - Fraction(thousandths, 1000)
        asked = ask_at_random_unlimited(thousandths / 1000, miss)
        assert asked is not None
        assert missed**asked <= Fraction(str(miss)) < missed ** (asked - 1)

    @given(st.integers(2, 2000), st.data())
    def test_a_limited_population_needs_no_more(self, population: int, data: st.DataObject) -> None:
        exposed = data.draw(st.integers(1, population))
        limited = ask_at_random(population, exposed)
        unlimited = ask_at_random_unlimited(exposed / population)
        assert limited is not None
        assert unlimited is not None
        assert limited <= unlimited

    def test_unlimited_edges(self) -> None:
        assert ask_at_random_unlimited(0.0) is None
        assert ask_at_random_unlimited(1.0) == 1
        assert ask_at_random_unlimited(0.9, miss=0.001) == 3
        assert ask_at_random_unlimited(0.01, miss=0.9509900499) == 5
        assert ask_at_random_unlimited(0.001, miss=0.998001) == 2
        assert ask_at_random_unlimited(1e-9) == 2_995_732_273
        with pytest.raises(ValueError, match=r"coverage is 1\.5, not a share from 0 to 1"):
            ask_at_random_unlimited(1.5)
        with pytest.raises(ValueError, match="miss is 1, and must lie between 0 and 1"):
            ask_at_random_unlimited(0.5, miss=1)


class TestLimitIfNoneSaw:
    def test_worked_numbers(self) -> None:
        assert people_limit_if_none_saw(20, 200) == 26
        assert share_limit_if_none_saw(50) == pytest.approx(0.0581551, abs=5e-8)

    @given(part_of_whole(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
    def test_trying_every_number_of_people(
        self, counts: tuple[int, int], confidence: float
    ) -> None:
        asked, population = counts
        expected = max(
            exposed
            for exposed in range(population - asked + 1)
            if chance_of_none(population, exposed, asked) > 1 - Fraction(str(confidence))
        )
        assert people_limit_if_none_saw(asked, population, confidence) == (
            expected if asked else None
        )

    @given(st.integers(1, 10_000))
    def test_share_is_the_exact_bound(self, asked: int) -> None:
        limit = share_limit_if_none_saw(asked)
        assert limit == pytest.approx(float(stats.beta.ppf(0.95, 1, asked)), rel=1e-9)
        assert limit == pytest.approx(
            proportion_confint(0, asked, alpha=0.1, method="beta")[1], rel=1e-9
        )

    def test_a_large_population_is_nearly_unlimited(self) -> None:
        people = people_limit_if_none_saw(50, ENGLISH_ELECTORATE)
        assert people is not None
        assert people / ENGLISH_ELECTORATE == pytest.approx(share_limit_if_none_saw(50), abs=1e-6)

    def test_edges(self) -> None:
        assert share_limit_if_none_saw(0) is None
        assert people_limit_if_none_saw(0, 100) is None
        assert people_limit_if_none_saw(100, 100) == 0
        assert people_limit_if_none_saw(1, 100) == 94

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="asked is 11, not from 0 to population, which is 10"):
            people_limit_if_none_saw(11, 10)
        with pytest.raises(ValueError, match="which is -1"):
            share_limit_if_none_saw(-1)


class TestRivest:
    @given(st.integers(1, 20_000), st.data())
    def test_is_near_and_at_most_the_population(self, population: int, data: st.DataObject) -> None:
        exposed = data.draw(st.integers(1, population))
        exact, near = (
            ask_at_random(population, exposed),
            ask_at_random_by_rivest(population, exposed),
        )
        assert exact is not None
        assert near is not None
        assert 1 <= near <= population
        assert exact <= near

    def test_edges(self) -> None:
        assert ask_at_random_by_rivest(10, 0) is None
        assert ask_at_random_by_rivest(10, 10) == 3
        with pytest.raises(ValueError, match="exposed is 11"):
            ask_at_random_by_rivest(10, 11)
