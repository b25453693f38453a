"""The value: what an amount may be, its arithmetic, and its spelling."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from farthing.amounts import (
    BASES,
    LIMIT,
    Amount,
    gap,
    hull,
    intersect,
    is_money,
    places,
    step,
    total,
)
from farthing.errors import AmountError

between, exact = Amount.between, Amount.exact
R = "ratio"
Bounds = tuple[Decimal | int | None, Decimal | int | None]


def bounds(amount: Amount | None) -> tuple[Decimal | None, Decimal | None]:
    assert amount is not None
    return amount.low, amount.high


# What an amount may be.


def test_there_are_thirteen_bases() -> None:
    assert len(set(BASES)) == 13
    for basis in set(BASES) - {"unknown"}:
        low, high = {"at_least": (5, None), "at_most": (0, 5)}.get(basis, (5, 5))
        assert between(low, high, "votes", basis=basis).basis == basis


@pytest.mark.parametrize(
    ("low", "high", "unit", "basis", "what"),
    [
        (6, 4, "GBP", None, "the bounds are reversed, 6.00 is more than 4.00"),
        (
            Decimal("1.005"),
            None,
            "GBP",
            None,
            "1.005 is too fine, GBP has at most 2 decimals",
        ),
        (
            Decimal("0.001"),
            None,
            None,
            None,
            "0.001 is too fine, an amount without a declared unit has at most 2 decimals",
        ),
        (Decimal("1E-400"), None, "GBP", None, "1E-400 is too fine, GBP has at most 2 decimals"),
        (
            Decimal("1.5"),
            None,
            "votes",
            None,
            "1.5 is too fine, votes has no decimals",
        ),
        (
            LIMIT,
            None,
            "GBP",
            None,
            "1.000E+16 is too large, bounds stay below 10,000 million million",
        ),
        (
            None,
            -LIMIT,
            "GBP",
            None,
            "-1.000E+16 is too large, bounds stay below 10,000 million million",
        ),
        (Decimal("NaN"), None, "GBP", "vague", "Decimal('NaN') is not a finite decimal number"),
        (
            None,
            Decimal("inf"),
            "GBP",
            "vague",
            "Decimal('Infinity') is not a finite decimal number",
        ),
        (0.1, None, "GBP", None, "0.1 is neither a whole number nor a decimal"),
        (True, True, "votes", None, "True is neither a whole number nor a decimal"),
        (5, 5, "pounds!", None, '"pounds!" is no unit'),
        (5, 5, "", None, '"" is no unit'),
        (5, 5, "GBP/votes/seats", None, '"GBP/votes/seats" is no unit'),
        (5, 5, "GBP", "roughly", '"roughly" is no basis'),
        (5, 6, "votes", "exact", 'the basis "exact" does not fit the bounds 5 to 6'),
        (5, None, "votes", "range", 'the basis "range" does not fit the bounds 5 to unbounded'),
        (5, 6, "votes", "at_least", 'the basis "at_least" does not fit the bounds 5 to 6'),
        (5, 6, "votes", "at_most", 'the basis "at_most" does not fit the bounds 5 to 6'),
        (0, 0, "GBP", "unknown", 'the basis "unknown" does not fit the bounds 0.00 to 0.00'),
    ],
)
def test_refuses(low: Any, high: Any, unit: str, basis: str | None, what: str) -> None:
    with pytest.raises(AmountError) as caught:
        between(low, high, unit, basis=basis)
    assert caught.value.what == what


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("sNaN"), Decimal("inf")])
def test_what_is_no_number_neither_makes_nor_scales_an_amount(number: Decimal) -> None:
    one = exact(1, "GBP")
    for work in (lambda: exact(number), lambda: one * number, lambda: one / number):
        with pytest.raises(AmountError, match="not a finite decimal number"):
            work()


def test_a_float_is_refused_without_a_constructor_too() -> None:
    with pytest.raises(AmountError, match="not a finite decimal number"):
        Amount(0.1, None, "GBP", "vague")  # type: ignore[arg-type]


def test_keeps_the_decimals_of_its_unit() -> None:
    assert str(exact(5, "GBP").low) == "5.00"
    assert str(exact(Decimal("5.00"), "votes").low) == "5"
    assert str(exact(Decimal("2E+3"), "votes").low) == "2000"
    assert str(exact(Decimal("1.500"), "ratio").low) == "1.5"
    assert str(exact(Decimal("-0.00"), "GBP").low) == "0.00"


def test_equality_leaves_the_wording_out() -> None:
    one = between(5, 6, "GBP", wording="£5-6")
    assert one == between(5, 6, "GBP")
    assert hash(one) == hash(between(5, 6, "GBP"))
    assert one != between(5, 6, "EUR")
    assert one != between(5, 6, "GBP", basis="about")
    assert "_terms" not in repr(one)


def test_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        exact(5).low = Decimal(6)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("unit", "money", "decimals", "next_one"),
    [
        ("GBP", True, 2, "0.01"),
        ("JPY", True, 2, "0.01"),
        ("votes", False, 0, "1"),
        ("ratio", False, 28, "0.01"),
        ("GBP/votes", False, 28, "0.01"),
        (None, False, 2, "1"),
    ],
)
def test_units(unit: str | None, money: bool, decimals: int, next_one: str) -> None:
    assert (is_money(unit), places(unit), step(unit)) == (money, decimals, Decimal(next_one))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (exact(5000, "GBP"), "GBP 5,000.00"),
        (exact(-250, "GBP"), "GBP -250.00"),
        (between(Decimal("4500"), Decimal("5499.99"), "GBP"), "GBP 4,500.00 to 5,499.99"),
        (between(5, 5, "GBP", basis="range"), "GBP 5.00 to 5.00"),
        (between(5, 5, "GBP", basis="about"), "GBP 5.00"),
        (between(7001, None, "votes", basis="more_than"), "at least 7,001 votes"),
        (between(-1, None, "GBP"), "GBP -1.00 to unbounded"),
        (between(0, 100, "GBP", basis="at_most"), "at most GBP 100.00"),
        (between(0, 99, "GBP", basis="less_than"), "GBP 0.00 to 99.00"),
        (between(None, 5, "votes"), "unbounded to 5 votes"),
        (between(None, None, "GBP"), "unknown GBP"),
        (between(None, None, "votes", basis="derived"), "unknown votes"),
        (between(None, None), "unknown"),
        (exact(Decimal("0.952"), "ratio"), "0.952 ratio"),
        (exact(2, "GBP/impressions"), "2 GBP/impressions"),
    ],
)
def test_spelling(amount: Amount, text: str) -> None:
    assert str(amount) == text


# Arithmetic.


def test_adds_a_claim_and_two_bands() -> None:
    whole = between(4000, 6000, "GBP") + between(0, 99, "GBP") + between(100, 199, "GBP")
    assert bounds(whole) == (4100, 6298)
    assert (whole.unit, whole.basis) == ("GBP", "derived")


def test_cost_per_thousand_impressions() -> None:
    price = between(4000, 6000, "GBP") / between(10**6, 2 * 10**6, "impressions") * 1000
    assert bounds(price) == (2, 6)
    assert price.unit == "GBP/impressions"
    assert bounds(price * between(10, 20, "impressions")) == (20, 120)
    assert (between(10, 20, "impressions") * price).unit == "GBP"


@pytest.mark.parametrize(
    "x",
    [between(4, 6, "GBP"), between(4, None, "GBP"), between(None, None, "GBP"), exact(5, "GBP")],
)
def test_an_amount_less_itself_is_zero(x: Amount) -> None:
    assert bounds(x - x) == (0, 0)
    assert bounds(-x + x) == (0, 0)
    assert bounds(x * 3 - x - 2 * x) == (0, 0)
    assert bounds(x / 3 * 3) == bounds(x)
    assert bounds(x / 3 + x / 3 + x / 3 - x) == (0, 0)
    assert bounds(x * 0) == (0, 0)


def test_the_same_bounds_are_not_the_same_quantity() -> None:
    assert bounds(between(4, 6, "GBP") - between(4, 6, "GBP")) == (-2, 2)
    x = between(4, 6, "GBP")
    assert bounds(x - replace(x)) == (-2, 2)
    assert bounds(x - pickle.loads(pickle.dumps(x))) == (-2, 2)
    assert bounds(x - copy.copy(x)) == (0, 0)
    again, summed = pickle.loads(pickle.dumps((x, x + x)))
    assert bounds(summed - again) == (4, 6)


def test_a_sum_less_one_part_is_the_other() -> None:
    x, y = between(None, None, "GBP"), between(0, None, "GBP")
    assert bounds(x + y) == (None, None)
    assert bounds((x + y) - x) == bounds(y)
    assert bounds(total([x, y, -x])) == bounds(y)


def test_products_and_quotients_are_new_quantities() -> None:
    x, share = between(4, 6, "GBP"), between(1, 2, "ratio")
    part = x * share
    assert bounds(part) == (4, 12)
    assert bounds(part - part) == (0, 0)
    assert bounds(part - x) == (-2, 8)


def test_a_known_factor_keeps_the_quantity() -> None:
    x, two = between(4, 6, "GBP"), exact(2, "ratio")
    assert bounds(two * x - x) == (4, 6)
    assert bounds(x / two + x / two) == (4, 6)


def test_unbounded_sides_stay_unbounded() -> None:
    x = between(7001, None, "votes")
    assert bounds(x + exact(1, "votes")) == (7002, None)
    assert bounds(exact(1, "votes") - x) == (None, -7000)
    assert bounds(-x) == (None, -7001)
    assert bounds(x * -2) == (None, -14002)
    assert bounds(x + between(None, 5, "votes")) == (None, None)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((2, None), (3, None), (6, None)),
        ((2, None), (-3, None), (None, None)),
        ((2, None), (None, -3), (None, -6)),
        ((None, -2), (None, -3), (6, None)),
        ((0, None), (0, None), (0, None)),
        ((-1, None), (2, 3), (-3, None)),
        ((-1, 2), (3, None), (None, None)),
        ((0, 0), (None, None), (0, 0)),
        ((0, 0), (5, None), (0, 0)),
        ((None, None), (2, 3), (None, None)),
        ((0, 1), (None, None), (None, None)),
    ],
)
def test_products_of_unbounded_intervals(a: Bounds, b: Bounds, expected: Bounds) -> None:
    assert bounds(between(*a, R) * between(*b, R)) == expected
    assert bounds(between(*b, R) * between(*a, R)) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((4, 8), (2, None), (0, 4)),
        ((4, None), (2, 4), (1, None)),
        ((4, None), (2, None), (0, None)),
        ((-4, None), (2, None), (-2, None)),
        ((4, 8), (None, -2), (-4, 0)),
        ((None, None), (2, 4), (None, None)),
        ((None, 4), (-4, -2), (-2, None)),
    ],
)
def test_quotients_of_unbounded_intervals(a: Bounds, b: Bounds, expected: Bounds) -> None:
    assert bounds(between(*a, R) / between(*b, R)) == expected


@pytest.mark.parametrize(
    "divisor", [(0, 0), (0, 5), (-5, 0), (-1, 1), (None, 1), (-1, None), (None, None)]
)
def test_nothing_is_told_by_dividing_by_what_may_be_zero(divisor: Bounds) -> None:
    with pytest.raises(AmountError, match="the interval holds 0") as caught:
        exact(5, "GBP") / between(*divisor, "votes")
    assert caught.value.hint == "nothing can be told of the quotient"


def test_a_zero_divisor_is_refused() -> None:
    with pytest.raises(AmountError, match="cannot divide by 0"):
        exact(5, "GBP") / 0


def test_rounds_outward_to_the_decimals_of_the_unit() -> None:
    assert bounds(exact(10, "GBP") / 3) == (Decimal("3.33"), Decimal("3.34"))
    assert bounds(-exact(10, "GBP") / 3) == (Decimal("-3.34"), Decimal("-3.33"))
    assert bounds(exact(3, "votes") * Fraction(1, 2)) == (1, 2)
    low, high = bounds(exact(1, "GBP") / exact(3, "GBP"))
    assert low is not None
    assert high is not None
    assert low < Fraction(1, 3) < high
    assert high - low == Decimal("1E-28")


@pytest.mark.parametrize(
    ("work", "what"),
    [
        (lambda a, b, n: a + b, "cannot put GBP and votes together"),
        (lambda a, b, n: a - n, "cannot put GBP and an undeclared unit together"),
        (lambda a, b, n: a * b, "GBP times votes has no unit"),
        (lambda a, b, n: a * a, "GBP times GBP has no unit"),
        (lambda a, b, n: a / n, "GBP divided by an undeclared unit has no unit"),
        (lambda a, b, n: a / b / b, "GBP/votes divided by votes has no unit"),
        (lambda a, b, n: intersect(a, b), "cannot put GBP and votes together"),
        (lambda a, b, n: hull(a, b), "cannot put GBP and votes together"),
        (lambda a, b, n: gap(a, b), "cannot put GBP and votes together"),
        (lambda a, b, n: hull(), "there is no amount to take"),
        (lambda a, b, n: total([]), "there is no amount to take"),
        (
            lambda a, b, n: a * 10**16,
            "4.000E+16 is too large, bounds stay below 10,000 million million",
        ),
    ],
)
def test_refuses_what_has_no_meaning(work: Callable[..., object], what: str) -> None:
    with pytest.raises(AmountError) as caught:
        work(between(4, 6, "GBP"), between(4, 6, "votes"), between(4, 6))
    assert caught.value.what == what


@pytest.mark.parametrize(
    "work",
    [lambda x: x + 1, lambda x: x - 1, lambda x: x * 0.5, lambda x: x / 0.5, lambda x: x * True],
)
def test_plain_numbers_scale_and_do_not_add(work: Callable[[Amount], object]) -> None:
    with pytest.raises(TypeError):
        work(exact(5, "GBP"))


@pytest.mark.parametrize(
    ("result", "wording"),
    [
        (between(4, 6, R, wording="x") + between(4, 6, R, wording="y"), "x + y"),
        (
            (between(4, 6, R, wording="x") + between(4, 6, R, wording="y"))
            * between(1, 2, R, wording="z"),
            "(x + y) * z",
        ),
        (-between(4, 6, R, wording="x"), "-x"),
        (between(4, 6, R, wording="x") / 3, "x / 3"),
        (between(4, 6, R, wording="x") - between(4, 6, R), ""),
        (between(4, 6, R, wording="x" * 100) - between(4, 6, R, wording="y" * 100), ""),
    ],
)
def test_a_result_is_worded_as_its_calculation(result: Amount, wording: str) -> None:
    assert result.wording == wording


def test_the_callers_decimal_context_changes_nothing() -> None:
    x, y = between(Decimal("1234567.89"), None, "GBP"), exact(Decimal("0.01"), "GBP")
    with localcontext(prec=3):
        assert str(x + y) == "at least GBP 1,234,567.90"
        assert bounds(-x) == (None, Decimal("-1234567.89"))
        assert gap(exact(1234567, "votes"), exact(1, "votes")) == Decimal(1234566)
        assert exact(Decimal(1234567), R).low == Decimal(1234567)


# Statements of one quantity.


def test_two_majorities_contradict_by_fourteen_votes() -> None:
    counted, printed = exact(25_550 - 25_219, "votes"), exact(317, "votes")
    assert intersect(counted, printed) is None
    assert gap(counted, printed) == gap(printed, counted) == 14
    assert bounds(hull(counted, printed)) == (317, 331)


@pytest.mark.parametrize(
    ("a", "b", "common", "whole"),
    [
        ((1, 5), (3, 9), (3, 5), (1, 9)),
        ((1, 5), (5, 9), (5, 5), (1, 9)),
        ((1, None), (None, 5), (1, 5), (None, None)),
        ((None, None), (3, 9), (3, 9), (None, None)),
        ((1, None), (3, None), (3, None), (1, None)),
    ],
)
def test_intersection_and_hull(a: Bounds, b: Bounds, common: Bounds, whole: Bounds) -> None:
    x, y = between(*a, "votes"), between(*b, "votes")
    assert bounds(intersect(x, y)) == bounds(intersect(y, x)) == common
    assert bounds(hull(x, y)) == whole
    assert gap(x, y) is None


# Properties, against every whole number of small intervals.


@st.composite
def small(draw: st.DrawFn) -> tuple[int, int]:
    low = draw(st.integers(-6, 6))
    return low, low + draw(st.integers(0, 5))


def every(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[int, int]]:
    return list(product(range(a[0], a[1] + 1), range(b[0], b[1] + 1)))


@given(small(), small())
def test_sums_differences_and_products_are_tight(a: tuple[int, int], b: tuple[int, int]) -> None:
    x, y, pairs = between(*a, R), between(*b, R), every(a, b)
    for result, values in [
        (x + y, [i + j for i, j in pairs]),
        (x - y, [i - j for i, j in pairs]),
        (x * y, [i * j for i, j in pairs]),
    ]:
        assert bounds(result) == (min(values), max(values))


@given(small(), small())
def test_quotients_hold_every_value_and_little_else(a: tuple[int, int], b: tuple[int, int]) -> None:
    assume(not b[0] <= 0 <= b[1])
    low, high = bounds(between(*a, "votes") / between(*b, "votes"))
    values = [Fraction(i, j) for i, j in every(a, b)]
    assert low is not None
    assert high is not None
    assert 0 <= min(values) - Fraction(low) < Fraction(1, 10**28)
    assert 0 <= Fraction(high) - max(values) < Fraction(1, 10**28)


@given(
    st.lists(st.tuples(small(), st.integers(-3, 3)), min_size=1, max_size=3),
    st.lists(st.integers(-3, 3), min_size=3, max_size=3),
)
def test_linear_combinations_are_tight_when_parts_come_again(
    parts: list[tuple[tuple[int, int], int]], again: list[int]
) -> None:
    amounts = [between(*ends, "votes") for ends, _ in parts]
    first = [x * factor for x, (_, factor) in zip(amounts, parts, strict=True)]
    second = [x * factor for x, factor in zip(amounts, again, strict=False)]
    ranges = [range(ends[0], ends[1] + 1) for ends, _ in parts]
    net = [factor + more for (_, factor), more in zip(parts, again, strict=False)]
    values = [
        sum(n * value for n, value in zip(net, point, strict=True)) for point in product(*ranges)
    ]
    assert bounds(total(first + second)) == (min(values), max(values))


@settings(deadline=None)
@given(small(), st.fractions(-5, 5, max_denominator=50), st.sampled_from(["GBP", "votes", R]))
def test_scaling_is_never_too_narrow(ends: tuple[int, int], by: Fraction, unit: str) -> None:
    low, high = bounds(between(*ends, unit) * by)
    truth = sorted((ends[0] * by, ends[1] * by))
    assert low is not None
    assert high is not None
    finest = Fraction(1, 10 ** places(unit))
    assert 0 <= truth[0] - Fraction(low) < finest
    assert 0 <= Fraction(high) - truth[1] < finest


def test_a_long_sum_takes_no_longer_than_its_length() -> None:
    ads = [between(0, 99, "GBP") for _ in range(20_000)]
    assert bounds(total(ads)) == (0, 1_980_000)
