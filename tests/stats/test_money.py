from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.stats.exposure import chance_all_saw
from farthing.stats.money import (
    Range,
    coverage_bought,
    impressions_bought,
    impressions_per_person,
    smallest_audience,
    sum_if_uniform,
)

FIVE_THOUSAND = (Decimal(5000), Decimal(5000))


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

    def test_smallest_audience_of_more_impressions_than_there_are_people(self) -> None:
        assert smallest_audience((Decimal(10**19), Decimal(10**25)), 1) == (10**19, 10**25)
        with localcontext(prec=6):
            assert smallest_audience((Decimal(200_000), Decimal(416_667)), 500) == (400, 834)

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


def test_a_thousand_amounts_of_one_band_if_uniform() -> None:
    found = sum_if_uniform([(Decimal(0), Decimal(99))] * 1000)
    assert found is not None
    assert found[:2] == pytest.approx((49_500, 903.742), abs=0.0005)
    # the ends are printed with 1.96 for 1.959964 standard deviations
    assert found[2:] == pytest.approx((47_728.67, 51_271.33), abs=0.04)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=30, max_size=60))
def test_sums_drawn_at_random_are_as_the_model_says(spans: list[tuple[int, int]]) -> None:
    ranges = [(Decimal(low), Decimal(low + width)) for low, width in spans]
    found = sum_if_uniform(ranges)
    assert found is not None
    lows, widths = np.array(spans).T
    drawn = (lows + widths * np.random.default_rng(1).random((4_000, len(spans)))).sum(axis=1)
    assert drawn.mean() == pytest.approx(found.mean, abs=found.sd / 12 + 1e-9)
    assert drawn.std() == pytest.approx(found.sd, rel=0.06)
    inside = ((drawn >= found.low - 1e-6) & (drawn <= found.high + 1e-6)).mean()
    assert inside >= 0.93


def test_what_is_open_has_no_sum_by_chance_and_one_amount_stays_in_its_bounds() -> None:
    assert sum_if_uniform([(Decimal(1), None)]) is None
    assert sum_if_uniform([(None, Decimal(1))]) is None
    assert sum_if_uniform([]) == (0, 0, 0, 0)
    one = sum_if_uniform([(Decimal(0), Decimal(10))], confidence=0.999)
    assert one is not None
    assert (one.low, one.high) == (0, 10)
    for ranges, confidence in (([(Decimal(2), Decimal(1))], 0.95), ([], 1.0), ([], 0.0)):
        with pytest.raises(ValueError, match="must"):
            sum_if_uniform(ranges, confidence)
