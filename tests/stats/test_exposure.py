from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import (  # type: ignore[import-untyped]
    confint_proportions_2indep,
    proportion_confint,
)

from farthing.stats.exposure import (
    Range,
    ask_at_random,
    ask_at_random_unlimited,
    chance_all_saw,
    coverage_bought,
    coverage_needed,
    impressions_bought,
    impressions_per_person,
    insiders_against_outsiders,
    log10_chance_all_saw,
    log10_evidence_ratio,
    people_limit_if_none_saw,
    proportion_interval,
    share_limit_if_none_saw,
    smallest_audience,
)

ENGLISH_ELECTORATE = 46_836_533
FIVE_THOUSAND = (Decimal(5000), Decimal(5000))


@st.composite
def part_of_whole(draw: st.DrawFn, least: int = 1, most: int = 60) -> tuple[int, int]:
    whole = draw(st.integers(least, most))
    return draw(st.integers(0, whole)), whole


def chance_of_none(population: int, exposed: int, asked: int) -> Fraction:
    return Fraction(math.comb(population - exposed, asked), math.comb(population, asked))


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
            -math.expm1(math.log(0.95) / ENGLISH_ELECTORATE), rel=1e-6
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


class TestAskAtRandom:
    @pytest.mark.parametrize(
        ("population", "exposed", "sample", "approximation"),
        [(500, 5, 225, 226), (400, 10, 103, 104), (10_000, 100, 294, 296)],
    )
    def test_worked_numbers(
        self, population: int, exposed: int, sample: int, approximation: int
    ) -> None:
        assert ask_at_random(population, exposed) == sample
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
        with pytest.raises(ValueError, match="method"):
            proportion_interval(1, 2, "wald")  # type: ignore[arg-type]


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


def rounded(amounts: Range) -> tuple[int, int]:
    low, high = amounts
    assert low is not None
    assert high is not None
    return round(low), round(high)


class TestMoney:
    def test_what_five_thousand_pounds_buys(self) -> None:
        unrounded = (Decimal(12), Decimal(51_500) / Decimal(3_500))
        assert rounded(impressions_bought(FIVE_THOUSAND, unrounded)) == (339_806, 416_667)
        first_rounded = (Decimal(12), Decimal("14.71"))
        assert rounded(impressions_bought(FIVE_THOUSAND, first_rounded)) == (339_905, 416_667)
        wide = (Decimal("0.952"), Decimal(25))
        assert rounded(impressions_bought(FIVE_THOUSAND, wide)) == (200_000, 5_252_101)

    def test_on_fifty_people_and_on_everybody(self) -> None:
        impressions = impressions_bought(FIVE_THOUSAND, (Decimal(12), Decimal(25)))
        each = impressions_per_person(impressions, 50)
        assert each[1] == pytest.approx(Decimal("8333.3"), abs=Decimal("0.04"))
        assert smallest_audience(impressions, 500) == (400, 834)
        coverage = coverage_bought(impressions, 32_000_000)
        assert coverage[1] == pytest.approx(Decimal("0.013021"), abs=Decimal("5e-7"))
        assert coverage[1] is not None
        assert chance_all_saw(float(coverage[1]), 10) == pytest.approx(1.4008e-19, rel=5e-5)

    @given(
        *[st.tuples(*[st.decimals(0, 10_000, places=2)] * 2).map(sorted).map(tuple)] * 2,
        st.data(),
    )
    def test_holds_every_spend_at_every_price(
        self, spend: Range, cpm: Range, data: st.DataObject
    ) -> None:
        low, high = impressions_bought(spend, cpm)
        assert low is not None
        money = data.draw(st.decimals(*spend, places=2))
        price = data.draw(st.decimals(*cpm, places=2))
        if price > 0:
            bought = Fraction(money) * 1000 / Fraction(price)
            sliver = Fraction(1, 10**9)
            assert Fraction(low) - sliver <= bought
            assert high is None or bought <= Fraction(high) + sliver
        if cpm[0]:
            assert high is not None

    @pytest.mark.parametrize(
        ("spend", "cpm", "impressions"),
        [
            ((0, 0), (12, 25), (0, 0)),
            ((50, None), (10, 25), (2000, None)),
            ((50, 100), (0, 25), (2000, None)),
            ((50, 100), (10, None), (0, 10_000)),
            ((50, 100), (0, 0), (0, None)),
            ((0, None), (0, None), (0, None)),
            ((None, None), (10, 25), (None, None)),
            ((None, 100), (10, 25), (None, None)),
            ((50, 100), (None, None), (None, None)),
        ],
    )
    def test_zero_unbounded_unknown(
        self,
        spend: tuple[int | None, int | None],
        cpm: tuple[int | None, int | None],
        impressions: tuple[int | None, int | None],
    ) -> None:
        def amounts(ends: tuple[int | None, int | None]) -> Range:
            low, high = (None if end is None else Decimal(end) for end in ends)
            return low, high

        assert impressions_bought(amounts(spend), amounts(cpm)) == impressions

    def test_coverage_ends_at_everybody(self) -> None:
        assert coverage_bought((Decimal(50), Decimal(500)), 100) == (Decimal("0.5"), Decimal(1))
        assert coverage_bought((Decimal(200), Decimal(500)), 100) == (Decimal(1), Decimal(1))
        assert coverage_bought((Decimal(0), None), 100) == (Decimal(0), Decimal(1))
        assert coverage_bought((None, None), 100) == (None, None)
        assert coverage_bought((Decimal(50), Decimal(500)), 0) == (None, None)

    def test_each_person_of_an_audience(self) -> None:
        assert impressions_per_person((Decimal(50), None), 100) == (Decimal("0.5"), None)
        assert impressions_per_person((Decimal(50), Decimal(500)), 0) == (None, None)
        assert impressions_per_person((None, None), 100) == (None, None)

    @given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 1000))
    def test_smallest_audience_fits_and_one_fewer_does_not(
        self, first: int, more: int, cap: int
    ) -> None:
        people = smallest_audience((Decimal(first), Decimal(first + more)), cap)
        for fewest, impressions in zip(people, (first, first + more), strict=True):
            assert fewest is not None
            assert (fewest - 1) * cap < impressions <= fewest * cap

    def test_smallest_audience_edges(self) -> None:
        assert smallest_audience((Decimal(0), None), 500) == (0, None)
        assert smallest_audience((None, None), 500) == (None, None)
        third = Decimal(100) / 3
        bought = impressions_bought((third * 3, third * 3), (third, third))
        assert smallest_audience(bought, 500) == (6, 6)
        # 1,500 impressions and one part in 10^24, from dividing by a price that was itself divided
        assert smallest_audience(
            (Decimal(1500), Decimal("1500.000000000000000000000001")), 500
        ) == (
            3,
            3,
        )

    def test_refusals(self) -> None:
        good = (Decimal(1), Decimal(2))
        with pytest.raises(ValueError, match="spend is -1, and must be zero or more"):
            impressions_bought((Decimal(-1), Decimal(2)), good)
        with pytest.raises(ValueError, match="cpm is NaN, and must be zero or more"):
            impressions_bought(good, (Decimal("NaN"), None))
        with pytest.raises(ValueError, match="cpm ends at 1, below its start at 2"):
            impressions_bought(good, (Decimal(2), Decimal(1)))
        with pytest.raises(ValueError, match="impressions is Infinity, and must be zero or more"):
            coverage_bought((Decimal(0), Decimal("Infinity")), 100)
        with pytest.raises(ValueError, match="there cannot be -1 people"):
            impressions_per_person(good, -1)
        with pytest.raises(ValueError, match="frequency_cap is 0, and must be 1 or more"):
            smallest_audience(good, 0)
