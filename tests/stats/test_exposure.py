from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from statsmodels.stats.proportion import (  # type: ignore[import-untyped]
    confint_proportions_2indep,
    proportion_confint,
)

from farthing.stats.exposure import (
    chance_all_saw,
    coverage_bounds,
    coverage_needed,
    insiders_against_outsiders,
    log10_chance_all_saw,
    log10_evidence_ratio,
)

ENGLISH_ELECTORATE = 46_836_533


@st.composite
def part_of_whole(draw: st.DrawFn, least: int = 1, most: int = 60) -> tuple[int, int]:
    whole = draw(st.integers(least, most))
    return draw(st.integers(0, whole)), whole


class TestCoverageNeeded:
    @pytest.mark.parametrize(("k", "bound"), [(3, 0.3684031), (5, 0.5492803), (10, 0.7411344)])
    def test_all_of_k(self, k: int, bound: float) -> None:
        assert coverage_needed(k, k) == pytest.approx(bound, abs=5e-8)
        assert coverage_needed(k, k) == pytest.approx(0.05 ** (1 / k), abs=1e-9)

    @given(part_of_whole())
    def test_is_where_so_many_would_come_up_one_time_in_twenty(
        self, counts: tuple[int, int]
    ) -> None:
        saw, asked = counts
        bound = coverage_needed(saw, asked)
        if saw == 0:
            assert bound is None
        else:
            assert bound is not None
            at_least_so_many = sum(
                math.comb(asked, k) * bound**k * (1 - bound) ** (asked - k)
                for k in range(saw, asked + 1)
            )
            assert at_least_so_many == pytest.approx(0.05, abs=1e-8)

    def test_more_confidence_needs_less_coverage(self) -> None:
        assert coverage_needed(10, 10, confidence=0.99) == pytest.approx(0.01**0.1, abs=1e-9)

    def test_one_among_millions(self) -> None:
        assert coverage_needed(1, ENGLISH_ELECTORATE) == pytest.approx(
            -math.expm1(math.log(0.95) / ENGLISH_ELECTORATE), rel=1e-12
        )

    def test_cannot_tell_from_nobody(self) -> None:
        assert coverage_needed(0, 0) is None
        assert coverage_needed(0, 10) is None

    @pytest.mark.parametrize(("saw", "asked"), [(11, 10), (-1, 10), (0, -1)])
    def test_impossible_counts(self, saw: int, asked: int) -> None:
        with pytest.raises(
            ValueError, match=f"saw is {saw}, not from 0 to asked, which is {asked}"
        ):
            coverage_needed(saw, asked)

    @pytest.mark.parametrize("confidence", [0.0, 1.0, 95, math.nan])
    def test_impossible_confidence(self, confidence: float) -> None:
        with pytest.raises(ValueError, match="and must lie between 0 and 1"):
            coverage_needed(1, 10, confidence)


class TestChanceAllSaw:
    def test_worked_numbers(self) -> None:
        assert chance_all_saw(0.5, 10) == pytest.approx(0.0009765625, rel=1e-12)
        assert chance_all_saw(0.0125, 10) == pytest.approx(9.313e-20, rel=1e-4)
        assert log10_chance_all_saw(0.0125, 10) == pytest.approx(-19.0309, abs=5e-5)
        assert chance_all_saw(400_000 / 32_000_000, 10, 32_000_000) == pytest.approx(
            9.3122e-20, rel=1e-6
        )

    @given(part_of_whole(), st.data())
    def test_counting_the_ways_to_draw(self, counts: tuple[int, int], data: st.DataObject) -> None:
        exposed, population = counts
        saw = data.draw(st.integers(0, population))
        chance = Fraction(math.comb(exposed, saw), math.comb(population, saw))
        found = log10_chance_all_saw(exposed / population, saw, population)
        if chance == 0:
            assert found == -math.inf
        else:
            assert found == pytest.approx(
                math.log10(chance.numerator) - math.log10(chance.denominator), abs=1e-12
            )
            assert 10**found == pytest.approx(
                stats.hypergeom.pmf(saw, population, exposed, saw), rel=1e-9
            )

    @given(st.integers(0, 1000), st.floats(0.001, 1))
    def test_without_limit_is_a_power(self, saw: int, coverage: float) -> None:
        assert log10_chance_all_saw(coverage, saw) == pytest.approx(saw * math.log10(coverage))

    def test_the_logarithm_outlives_the_number(self) -> None:
        assert chance_all_saw(0.001, 200) == 0.0
        assert log10_chance_all_saw(0.001, 200) == pytest.approx(-600)

    def test_edges(self) -> None:
        assert chance_all_saw(0.0, 0) == 1.0
        assert chance_all_saw(0.0, 1) == 0.0
        assert chance_all_saw(1.0, 7) == 1.0
        assert chance_all_saw(1.0, 7, 7) == 1.0
        assert chance_all_saw(0.3, 4, 10) == 0.0
        assert chance_all_saw(0.29, 1, 100) == pytest.approx(0.29)

    @pytest.mark.parametrize("coverage", [-0.1, 1.1, math.nan])
    def test_coverage_is_a_share(self, coverage: float) -> None:
        with pytest.raises(ValueError, match=r"coverage is .*, not a share from 0 to 1"):
            chance_all_saw(coverage, 1)

    def test_impossible_counts(self) -> None:
        with pytest.raises(ValueError, match="saw is -1"):
            chance_all_saw(0.5, -1)
        with pytest.raises(ValueError, match="saw is 11, not from 0 to asked, which is 10"):
            chance_all_saw(0.5, 11, 10)

    def test_evidence_ratio(self) -> None:
        assert log10_evidence_ratio(0.0125, 10) == pytest.approx(19.0309, abs=5e-5)
        assert log10_evidence_ratio(0.0, 3) == math.inf
        assert log10_evidence_ratio(0.5, 2, 10) == pytest.approx(math.log10(45 / 10))
        assert math.copysign(1, log10_evidence_ratio(1.0, 3)) == 1
        assert math.copysign(1, log10_evidence_ratio(0.5, 0)) == 1


class TestCoverageBounds:
    def test_worked_numbers(self) -> None:
        bounds = coverage_bounds(10, 10)
        assert bounds is not None
        assert bounds.exact == pytest.approx(0.05**0.1, abs=1e-12)
        assert bounds.exact_two_sided == pytest.approx(0.6915029, abs=5e-8)
        assert bounds.wilson == pytest.approx(0.7224672, abs=5e-8)
        assert bounds.uniform_prior == pytest.approx(0.7615958, abs=5e-8)
        assert bounds.jeffreys == pytest.approx(0.8292269, abs=5e-8)

    @given(part_of_whole(most=200), st.sampled_from([0.8, 0.95, 0.99]))
    def test_statsmodels_agrees(self, counts: tuple[int, int], confidence: float) -> None:
        saw, asked = counts
        bounds = coverage_bounds(saw, asked, confidence)
        if saw == 0:
            assert bounds is None
            return
        assert bounds is not None
        for found, method, alpha in (
            (bounds.exact, "beta", 2 * (1 - confidence)),
            (bounds.exact_two_sided, "beta", 1 - confidence),
            (bounds.wilson, "wilson", 1 - confidence),
            (bounds.jeffreys, "jeffreys", 2 * (1 - confidence)),
        ):
            low, _ = proportion_confint(saw, asked, alpha=alpha, method=method)
            assert found == pytest.approx(low, abs=1e-9)

    def test_a_flat_prior_leaves_one_in_twenty_below_its_bound(self) -> None:
        bounds = coverage_bounds(3, 7)
        assert bounds is not None

        def weight(coverage: float) -> float:
            return coverage**3 * (1 - coverage) ** 4

        below, _ = integrate.quad(weight, 0, bounds.uniform_prior)
        whole, _ = integrate.quad(weight, 0, 1)
        assert below / whole == pytest.approx(0.05, abs=1e-9)

    def test_cannot_tell_and_refusals(self) -> None:
        assert coverage_bounds(0, 0) is None
        with pytest.raises(ValueError, match="saw is 3, not from 0 to asked, which is 2"):
            coverage_bounds(3, 2)


class TestInsidersAgainstOutsiders:
    def test_all_insiders_no_outsider(self) -> None:
        contrast = insiders_against_outsiders(10, 10, 0, 50)
        assert contrast is not None
        assert contrast.difference == 1
        assert contrast.p_value == pytest.approx(1.32637e-11, rel=1e-5)
        assert contrast.p_value == pytest.approx(1 / math.comb(60, 10), rel=1e-9)
        assert contrast.low == pytest.approx(1 - math.hypot(1 - 0.7224672, 0.0713476), abs=1e-6)
        assert contrast.high == 1

    @given(part_of_whole(most=25), part_of_whole(most=25))
    def test_counting_tables(self, inside: tuple[int, int], outside: tuple[int, int]) -> None:
        contrast = insiders_against_outsiders(*inside, *outside)
        assert contrast is not None
        saw, drawn = inside[0] + outside[0], inside[1]
        everyone = inside[1] + outside[1]
        tables = [
            math.comb(saw, k) * math.comb(everyone - saw, drawn - k) for k in range(drawn + 1)
        ]
        as_improbable = sum(table for table in tables if table <= tables[inside[0]])
        assert contrast.p_value == pytest.approx(as_improbable / math.comb(everyone, drawn))

    @given(part_of_whole(most=500), part_of_whole(most=500))
    def test_interval_is_newcombes(self, inside: tuple[int, int], outside: tuple[int, int]) -> None:
        contrast = insiders_against_outsiders(*inside, *outside, confidence=0.9)
        assert contrast is not None
        expected = confint_proportions_2indep(
            *inside, *outside, method="newcomb", compare="diff", alpha=0.1
        )
        assert (contrast.low, contrast.high) == pytest.approx(expected, abs=1e-9)
        assert contrast.low - 1e-12 <= contrast.difference <= contrast.high + 1e-12

    def test_edges(self) -> None:
        nobody_saw = insiders_against_outsiders(0, 5, 0, 5)
        assert nobody_saw is not None
        assert (nobody_saw.difference, nobody_saw.p_value) == (0, 1)
        assert insiders_against_outsiders(0, 0, 0, 50) is None
        assert insiders_against_outsiders(10, 10, 0, 0) is None
        with pytest.raises(ValueError, match="saw is 51"):
            insiders_against_outsiders(10, 10, 51, 50)
