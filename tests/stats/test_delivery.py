"""What money, people and impressions are of each other: printed numbers, interval arithmetic."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.amounts import Amount
from farthing.stats.delivery import (
    UNKNOWN,
    Range,
    average_frequency,
    cost_per_added_person,
    cost_per_person,
    cost_per_thousand,
    excess_over_population,
    gross_rating_points,
    tukey_fences,
)


def exactly(value: float | str) -> Range:
    return Decimal(str(value)), Decimal(str(value))


def between(low: float | str | None, high: float | str | None) -> Range:
    return (
        None if low is None else Decimal(str(low)),
        None if high is None else Decimal(str(high)),
    )


counts = st.integers(0, 10**9)
ranges = st.tuples(counts, counts).map(lambda ends: between(min(ends), max(ends)))
open_ranges = st.one_of(ranges, counts.map(lambda low: between(low, None)))
inside = st.fractions(0, 1)


def pick(ends: Range, place: Fraction) -> Fraction:
    low, high = ends
    assert low is not None
    return Fraction(low) + place * (Fraction(low + 10**9 if high is None else high) - Fraction(low))


@pytest.mark.parametrize(
    ("spend", "impressions", "low", "high"),
    [
        (between(15_000, 20_000), exactly(800_000), "18.75", "25.00"),
        (between(42_000, 51_500), exactly(3_500_000), "12.00", "14.71"),
        (exactly(1_904), exactly(2_000_000), "0.95", "0.95"),
        (between(4_000, 6_000), between(1_000_000, 2_000_000), "2.00", "6.00"),
        (exactly(97_368), exactly(36_119_130), "2.70", "2.70"),
        (between(235_000, 765_737), between(45_198_000, 67_990_147), "3.46", "16.94"),
    ],
)
def test_prices_that_are_printed(spend: Range, impressions: Range, low: str, high: str) -> None:
    found = cost_per_thousand(spend, impressions)
    assert [f"{end:.2f}" for end in found] == [low, high]


def test_the_library_of_one_platform_to_three_places() -> None:
    low, _ = cost_per_thousand(exactly(1_904), exactly(2_000_000))
    assert low == Decimal("0.952")


def test_frequency_and_rating_points() -> None:
    assert average_frequency(exactly(1_500_000), exactly(500_000)) == exactly(3)
    assert gross_rating_points(exactly(1_500_000), exactly(500_000)) == exactly(300)
    # 80 % three times and 40 % six times cannot be told apart
    plans = [
        gross_rating_points(exactly(reach * times), exactly(100))
        for reach, times in ((80, 3), (40, 6), (60, 4))
    ]
    assert plans == [exactly(240)] * 3
    schedule = [gross_rating_points(exactly(n), exactly(100)) for n in (20, 15, 25)]
    assert sum(low for low, _ in schedule if low is not None) == 60


@given(open_ranges, open_ranges, inside, inside)
def test_every_quotient_of_what_the_ranges_hold_lies_within(
    spend: Range, impressions: Range, first: Fraction, second: Fraction
) -> None:
    money, shown = pick(spend, first), pick(impressions, second)
    found = cost_per_thousand(spend, impressions)
    if shown > 0:
        price, slack = 1000 * money / shown, Fraction(1, 10**9)
        assert found[0] is None or Fraction(found[0]) <= price * (1 + slack)
        assert found[1] is None or price * (1 - slack) <= Fraction(found[1])
    if impressions[1] == 0:
        assert found == UNKNOWN


@given(ranges, ranges)
def test_is_what_the_toolkits_interval_arithmetic_says(spend: Range, people: Range) -> None:
    if people[0]:
        expected = Amount.between(*spend, "GBP") / Amount.between(*people, "people")
        found = cost_per_person(spend, people)
        for end, other in zip(found, (expected.low, expected.high), strict=True):
            assert end is not None
            assert other is not None
            assert float(end) == pytest.approx(float(other), abs=1e-9)


def test_the_edges_of_a_price() -> None:
    assert cost_per_thousand(exactly(5), exactly(0)) == UNKNOWN
    assert cost_per_thousand(exactly(5), UNKNOWN) == UNKNOWN
    assert cost_per_thousand(UNKNOWN, exactly(5)) == UNKNOWN
    assert cost_per_thousand(exactly(0), exactly(500)) == exactly(0)
    assert cost_per_thousand(between(0, 99), between(0, 999)) == (0, None)
    assert cost_per_thousand(between(100, None), between(1000, 2000)) == (50, None)
    assert cost_per_thousand(exactly(100), between(1000, None)) == (0, 100)
    assert cost_per_thousand(between(-100, 100), between(1000, 2000)) == (-100, 100)
    assert cost_per_thousand(between(-100, -50), between(1000, 2000)) == (-100, -25)
    # a divisor that is known from above alone may be as small as none
    assert cost_per_thousand(between(10, 20), between(None, 1000)) == (10, None)
    assert cost_per_thousand(between(-20, -10), between(None, 1000)) == (None, -10)
    with pytest.raises(ValueError, match="impressions is -1, and must be 0 or more"):
        cost_per_thousand(exactly(1), exactly(-1))
    with pytest.raises(ValueError, match="people ends at 1, below its start at 2"):
        cost_per_person(exactly(1), between(2, 1))
    with pytest.raises(ValueError, match="must be finite"):
        cost_per_person(exactly("nan"), exactly(1))
    with pytest.raises(ValueError, match="a count is -5"):
        average_frequency(exactly(-5), exactly(1))


class TestAddedPeople:
    def test_by_hand(self) -> None:
        found = cost_per_added_person(exactly(1000), exactly(1600), exactly(5000), exactly(6000))
        assert found == exactly("0.6")

    def test_nobody_added(self) -> None:
        for after in (5000, 4000):
            states = (exactly(1000), exactly(1600), exactly(5000), exactly(after))
            assert cost_per_added_person(*states) == UNKNOWN

    def test_perhaps_nobody_added_leaves_one_side(self) -> None:
        union = between(4000, 9000)
        found = cost_per_added_person(exactly(0), exactly(600), exactly(4000), union)
        assert found == (Decimal("0.12"), None)
        unknown = cost_per_added_person(exactly(0), exactly(600), exactly(1), between(5, None))
        assert unknown == (0, 150)
        cheaper = (exactly(10), between(0, 5), exactly(100), between(100, 200))
        assert cost_per_added_person(*cheaper) == (None, Decimal("-0.05"))

    @given(ranges, ranges, ranges, ranges, inside)
    def test_holds_every_value(
        self, cost: Range, more: Range, people: Range, after: Range, place: Fraction
    ) -> None:
        found = cost_per_added_person(cost, more, people, after)
        added = pick(after, place) - pick(people, place)
        if added > 0:
            price = (pick(more, place) - pick(cost, place)) / added
            slack = abs(price) / 10**9
            assert found[0] is None or Fraction(found[0]) <= price + slack
            assert found[1] is None or price - slack <= Fraction(found[1])


class TestExcess:
    @pytest.mark.parametrize(
        ("counted", "everybody", "ratio"),
        [
            ("7.8e6", "5.8e6", 1.3448),
            ("41e6", "31e6", 1.3226),
            ("2.3e6", "1.7e6", 1.3529),
            ("7.4e6", "5.2e6", 1.4231),
        ],
    )
    def test_printed_ratios(self, counted: str, everybody: str, ratio: float) -> None:
        found = excess_over_population(exactly(counted), exactly(everybody))
        assert found is not None
        assert found.people == Decimal(counted) - Decimal(everybody)
        assert round(found.ratio or 0, 4) == ratio

    def test_only_what_is_certain(self) -> None:
        assert excess_over_population(exactly(5), exactly(5)) is None
        assert excess_over_population(between(4, 9), exactly(5)) is None
        assert excess_over_population(exactly(9), between(5, None)) is None
        assert excess_over_population(UNKNOWN, exactly(5)) is None
        found = excess_over_population(between(9, None), between(3, 5))
        assert found is not None
        assert (found.people, found.ratio) == (4, 1.8)
        nobody = excess_over_population(exactly(1), exactly(0))
        assert nobody is not None
        assert nobody.ratio is None
        with pytest.raises(ValueError, match="people is -1"):
            excess_over_population(exactly(-1), exactly(1))


class TestFences:
    def test_by_hand(self) -> None:
        # the quartiles are 2 and 5 on a scale of doublings: 3 apart, so 4.5 beyond
        powers = [0, 1, 2, 2, 3, 4, 5, 5, 9]
        low, high = tukey_fences([2.0**power for power in powers]) or (0, 0)
        assert (low, high) == pytest.approx((2**-2.5, 2**9.5))

    def test_cannot_tell(self) -> None:
        assert tukey_fences([1, 2, 3, 4, 5, 6, 7]) is None
        assert tukey_fences([5] * 20) is None
        assert tukey_fences([]) is None
        with pytest.raises(ValueError, match="must be above zero and finite"):
            tukey_fences([0] * 9)

    @given(st.lists(st.floats(0.01, 1e6), min_size=8, max_size=30), st.floats(0.01, 100))
    def test_a_change_of_currency_moves_the_fences_with_it(
        self, prices: list[float], rate: float
    ) -> None:
        found, other = tukey_fences(prices), tukey_fences([price * rate for price in prices])
        if found and other and found[1] / found[0] > 1.001:
            assert other == pytest.approx((found[0] * rate, found[1] * rate), rel=1e-6)

    def test_one_price_cannot_move_them_far(self) -> None:
        prices = [1, 2, 2, 4, 4, 8, 8, 16, 5]
        one, other = (tukey_fences([*prices, last]) for last in (1e3, 1e9))
        assert one == other
