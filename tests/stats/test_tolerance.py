"""Tolerances: their limits, to the unit, and figures that are ranges."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.stats.tolerance import (
    IAB_UK,
    IPA,
    POST_BUY,
    ROUNDING,
    Tolerance,
    delivered_share,
    owed,
)

NAMED = (IAB_UK, IPA, POST_BUY, ROUNDING)
pennies = st.decimals(-2000, 2000, places=2)
ORDERED = Decimal(14_000)


def test_the_iab_limit_is_met_by_twelve_thousand_six_hundred_and_not_by_one_less() -> None:
    assert [IAB_UK.allows(Decimal(one), ORDERED) for one in (12_600, 12_599)] == [True, False]
    assert [IAB_UK.allows(Decimal(one), ORDERED) for one in (15_400, 15_401)] == [True, False]


def test_an_order_delivered_short_is_owed_what_the_post_buy_limit_lacks() -> None:
    delivered = Decimal(12_500)
    kept = delivered_share(delivered, ORDERED)
    assert kept is not None
    assert round(kept, 6) == Decimal("0.892857")
    assert not POST_BUY.allows(delivered, ORDERED)
    assert owed(delivered, ORDERED, POST_BUY) == 100
    assert owed(Decimal(12_600), ORDERED, POST_BUY) == 0
    assert POST_BUY.allows(Decimal(99_999), ORDERED)


def test_the_ipa_lets_pass_a_twentieth_either_way() -> None:
    edges = ("13299.99", "13300", "14700", "14700.01")
    assert [IPA.allows(Decimal(one), ORDERED) for one in edges] == [False, True, True, False]


@pytest.mark.parametrize(
    ("actual", "budget", "percent"),
    [
        (35, 30, 117),
        (53, 30, 177),
        (352, 400, 88),
        (412, 400, 103),
        (425, 430, 99),
        (565, 430, 131),
    ],
)
def test_what_was_spent_of_a_budget_is_what_hledger_prints(
    actual: int, budget: int, percent: int
) -> None:
    kept = delivered_share(Decimal(actual), Decimal(budget))
    assert kept is not None
    assert round(100 * kept) == percent


def test_of_nothing_ordered_there_is_no_share() -> None:
    assert delivered_share(Decimal(5), Decimal(0)) is None
    assert delivered_share(Decimal(0), Decimal(5)) == 0


def test_rounding_needs_a_figure_in_whole_units() -> None:
    allowed = [("12", "11.60"), ("11.60", "12"), ("12", "12.99"), ("12.34", "12.34")]
    refused = [("12.10", "11.60"), ("12", "13"), ("12.34", "12.35")]
    assert all(ROUNDING.allows(Decimal(one), Decimal(other)) for one, other in allowed)
    assert not any(ROUNDING.allows(Decimal(one), Decimal(other)) for one, other in refused)


@given(st.sampled_from(NAMED), *[st.tuples(pennies, pennies).map(sorted)] * 2)
def test_ranges_hold_where_every_value_does_and_fail_where_none_does(
    tolerance: Tolerance, figure: list[Decimal], reference: list[Decimal]
) -> None:
    ranges = (figure[0], figure[1]), (reference[0], reference[1])
    corners = {tolerance.allows(one, other) for one, other in product(figure, reference)}
    found = tolerance.holds(*ranges)
    if found is True:
        assert corners == {True}
    if True in corners:
        assert found is not False
        assert tolerance.may_hold(*ranges)
    if figure[0] == figure[1] and reference[0] == reference[1]:
        assert found is tolerance.allows(figure[0], reference[0])


def test_what_has_no_bound_is_not_known_to_hold() -> None:
    hundred = Decimal(100)
    assert IPA.holds((hundred, None), (hundred, hundred)) is None
    assert IPA.holds((Decimal(106), None), (hundred, hundred)) is False
    assert IPA.holds((None, None), (hundred, hundred)) is None
    assert IPA.holds((hundred, hundred), (None, None)) is None
    assert IPA.holds((hundred, hundred), (Decimal(200), None)) is False
    no_more = Tolerance("no more", None, Decimal(0))
    assert no_more.holds((hundred, hundred), (Decimal(200), None)) is True
    assert no_more.holds((None, hundred), (hundred, hundred)) is True
    assert no_more.holds((hundred, None), (hundred, hundred)) is None
    assert POST_BUY.holds((hundred, None), (Decimal(50), hundred)) is True


@pytest.mark.parametrize(
    ("under", "over", "rounding"),
    [
        ("-0.1", "0", "0"), ("0", "1.01", "0"), ("0", "0", "-1"),
        ("nan", "0", "0"), ("0", "nan", "0"), ("0", "0", "nan"), ("0", "0", "inf"),
    ],
)  # fmt: skip
def test_what_is_no_tolerance_is_refused(under: str, over: str, rounding: str) -> None:
    with pytest.raises(ValueError, match=r"a (tolerance|rounding) of"):
        Tolerance("ours", Decimal(under), Decimal(over), Decimal(rounding))
