"""Figures of amounts: the law's printed shares, exact binomials by brute force, and the gates."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from farthing.stats.digits import (
    below_limit,
    benford_gate,
    benford_shares,
    first_digits,
    heaping,
)

PRINTED = (0.30103, 0.17609, 0.12494, 0.09691, 0.07918, 0.06695, 0.05799, 0.05115, 0.04576)


def at_least(successes: int, n: int, share: Fraction) -> Fraction:
    """Return the chance of as many or more, summed exactly."""
    return sum(
        (math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(successes, n + 1)),
        Fraction(0),
    )


# First digits.


def test_the_shares_are_the_printed_ones_and_come_to_one() -> None:
    assert benford_shares() == pytest.approx(PRINTED, abs=5e-6)
    assert sum(benford_shares()) == pytest.approx(1, abs=1e-12)


def test_powers_of_two_follow_the_law() -> None:
    digits = [int(str(2**power)[0]) for power in range(1000)]
    found = first_digits([digits.count(digit) for digit in range(1, 10)])
    assert found is not None
    assert (found.n, found.band) == (1000, "close")
    assert found.p > 0.9


def test_digits_as_frequent_as_each_other_are_in_no_band() -> None:
    found = first_digits([100] * 9)
    assert found is not None
    assert found.deviation == pytest.approx(
        sum(abs(1 / 9 - share) for share in benford_shares()) / 9, abs=1e-12
    )
    assert found.band == "none"
    assert found.p < 1e-9


@pytest.mark.parametrize(
    ("moved", "band"),
    [(0.0, "close"), (0.0269, "close"), (0.0271, "acceptable"), (0.0539, "acceptable"),
     (0.0541, "marginal"), (0.0674, "marginal"), (0.0676, "none")],
)  # fmt: skip
def test_the_bands_change_at_their_limits(moved: float, band: str) -> None:
    """A share that is moved from 1 to 9 changes the mean deviation by two ninths of it."""
    n = 10_000_000
    counts = [round(share * n) for share in benford_shares()]
    counts[0], counts[8] = counts[0] - round(moved * n), counts[8] + round(moved * n)
    found = first_digits(counts)
    assert found is not None
    assert found.band == band


def test_no_amount_has_no_first_digit() -> None:
    assert first_digits([0] * 9) is None


@pytest.mark.parametrize("counts", [[1] * 8, [1] * 10, [1] * 8 + [-1], [1] * 8 + [1.5]])
def test_other_than_nine_counts_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="nine counts"):
        first_digits(counts)


@given(st.lists(st.integers(0, 10**6), min_size=9, max_size=9).filter(any), st.integers(2, 5))
def test_the_deviation_does_not_know_how_many_there_are(counts: list[int], times: int) -> None:
    one, more = first_digits(counts), first_digits([count * times for count in counts])
    assert one is not None
    assert more is not None
    assert more.deviation == pytest.approx(one.deviation, abs=1e-12)
    assert 0 <= one.deviation <= 2 * (1 - benford_shares()[8]) / 9 + 1e-12
    assert more.p <= one.p + 1e-12


def test_amounts_that_follow_the_law_are_seldom_suspected() -> None:
    """Of 300 amounts many fall in no band by chance: the test is what keeps them out."""
    chance = np.random.default_rng(1)
    drawn = [first_digits(list(chance.multinomial(300, benford_shares()))) for _ in range(400)]
    found = [one for one in drawn if one is not None]
    assert sum(one.band == "none" for one in found) > 40
    assert sum(one.band == "none" and one.p < 0.001 for one in found) <= 3


# The gate.


@pytest.mark.parametrize(
    ("arguments", "more", "reasons"),
    [
        ((300, 1, 1000), {}, ()),
        ((299, 1, 1000), {}, ("fewer than 300 amounts",)),
        ((300, 1, 999.99), {}, ("they span fewer than 3 powers of ten",)),
        ((300, 0.01, 10), {}, ()),
        ((300, 16.1, 16_100), {}, ()),
        ((300, 4.03, 4_030), {}, ()),
        ((300, 4.03, 4_029.99), {}, ("they span fewer than 3 powers of ten",)),
        ((10_000, 5, 50_000), {"capped": True}, ("a limit holds them down",)),
        ((10_000, 5, 50_000), {"priced": True}, ("they come off few prices",)),
        ((10_000, 5, 50_000), {"ranged": True}, ("they are ranges",)),
        ((0, 0, 0), {"ranged": True}, ("fewer than 300 amounts", "they are ranges")),
    ],
)
def test_the_gate_gives_every_reason(
    arguments: tuple[int, float, float], more: dict[str, bool], reasons: tuple[str, ...]
) -> None:
    assert benford_gate(*arguments, **more) == reasons


@pytest.mark.parametrize(
    "arguments", [(-1, 1, 2), (5, 0, 2), (5, 3, 2), (5, -1, 2), (5, 1, math.inf), (5, math.nan, 2)]
)
def test_the_gate_refuses_what_cannot_be(arguments: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="least"):
        benford_gate(*arguments)


# Heaping.


@given(st.data(), st.integers(1, 60), st.integers(1, 3))
def test_heaping_is_the_exact_binomial_and_wilsons_interval(
    data: st.DataObject, n: int, digits: int
) -> None:
    rounded = data.draw(st.integers(0, n))
    found = heaping(rounded, n, digits)
    assert found is not None
    assert found.p == pytest.approx(float(at_least(rounded, n, Fraction(1, 10**digits))), abs=1e-9)
    low, high = proportion_confint(rounded, n, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
    assert (found.share, found.expected) == (rounded / n, 10.0**-digits)


def test_wilsons_interval_as_printed() -> None:
    found = heaping(7, 50, 1)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.0695083343, 0.2618619371), abs=1e-9)


def test_no_amount_is_not_heaped() -> None:
    assert heaping(0, 0, 2) is None


@pytest.mark.parametrize("arguments", [(-1, 5, 2), (6, 5, 2), (1, 5, 0)])
def test_heaping_refuses_what_cannot_be(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="rounded"):
        heaping(*arguments)


# Limits.


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_limit_is_the_exact_binomial(below: int, above: int) -> None:
    found = below_limit(below, above)
    if not below + above:
        assert found is None
    else:
        exact = at_least(below, below + above, Fraction(1, 2))
        assert found == pytest.approx(float(exact), abs=1e-9)


@pytest.mark.parametrize(("below", "above"), [(-1, 5), (5, -1)])
def test_a_limit_refuses_counts_below_zero(below: int, above: int) -> None:
    with pytest.raises(ValueError, match="below zero"):
        below_limit(below, above)
