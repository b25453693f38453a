"""Contacts by insertions: printed numbers, scipy beside them, simulated people, and refusals."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from farthing.stats.frequency import (
    agostini_union,
    average_medium,
    beta_binomial_contacts,
    binomial_contacts,
    contacts_from_two,
    fit_beta_binomial,
    hofmans_reach,
)

#: scipy overflows at shares that no count of people can be.
some = st.just(0.0) | st.floats(1e-12, 1)
inner = st.floats(0.01, 0.99)


class TestBinomial:
    def test_worked_numbers(self) -> None:
        found = binomial_contacts(0.3, 3)
        assert found == pytest.approx((0.343, 0.441, 0.189, 0.027), abs=1e-12)
        assert binomial_contacts(0.15, 4)[0] == pytest.approx(0.52200625, abs=1e-12)

    @given(some, st.integers(0, 40))
    def test_adds_up(self, share: float, insertions: int) -> None:
        found = binomial_contacts(share, insertions)
        assert len(found) == insertions + 1
        assert math.fsum(found) == pytest.approx(1)
        mean = math.fsum(times * one for times, one in enumerate(found))
        assert mean == pytest.approx(share * insertions)

    def test_refusals(self) -> None:
        for share in (-0.1, 1.1, math.nan):
            with pytest.raises(ValueError, match=r"share is .*, not a share from 0 to 1"):
                binomial_contacts(share, 3)
        with pytest.raises(ValueError, match="insertions is -1, and must be zero or more"):
            binomial_contacts(0.5, -1)


class TestBetaBinomial:
    def test_worked_numbers(self) -> None:
        assert fit_beta_binomial(0.5, 0.65) == pytest.approx((0.75, 0.75), abs=1e-12)
        found = contacts_from_two(0.5, 0.65, 5)
        assert 100 * (1 - found[0]) == pytest.approx(80.2083, abs=5e-5)
        assert [round(100 * share, 3) for share in found[1:]] == [
            15.625, 14.583, 14.583, 15.625, 19.792,
        ]  # fmt: skip
        mean = sum(times * share for times, share in enumerate(found)) / (1 - found[0])
        assert round(mean, 2) == 3.12
        assert beta_binomial_contacts(0.5, 2, 4)[0] == pytest.approx(0.55411255, abs=5e-9)

    @given(st.floats(0.05, 20), st.floats(0.05, 20))
    def test_the_fit_finds_what_two_reaches_were_made_of(self, alpha: float, beta: float) -> None:
        one, two = (1 - beta_binomial_contacts(alpha, beta, n)[0] for n in (1, 2))
        assert fit_beta_binomial(one, two) == pytest.approx((alpha, beta), rel=1e-6)

    @given(inner, inner)
    def test_keeps_the_two_reaches(self, one: float, along: float) -> None:
        two = one + along * (one * (2 - one) - one)
        assert 1 - contacts_from_two(one, two, 1)[0] == pytest.approx(one)
        assert 1 - contacts_from_two(one, two, 2)[0] == pytest.approx(two)
        assert math.fsum(contacts_from_two(one, two, 9)) == pytest.approx(1)

    @pytest.mark.parametrize(("alpha", "beta"), [(0.75, 0.75), (2.0, 5.0), (1.0, 9.0)])
    def test_is_the_binomial_averaged_over_people(self, alpha: float, beta: float) -> None:
        for times, share in enumerate(beta_binomial_contacts(alpha, beta, 4)):
            expected, _ = integrate.quad(
                lambda p, k=times: stats.beta.pdf(p, alpha, beta) * stats.binom.pmf(k, 4, p), 0, 1
            )
            assert share == pytest.approx(expected, abs=1e-7)

    def test_at_its_limit_it_is_the_binomial(self) -> None:
        assert fit_beta_binomial(0.3, 0.51) == (math.inf, math.inf)
        assert contacts_from_two(0.3, 0.51, 3) == binomial_contacts(0.3, 3)
        for few in (1e-3, 1e-6, 1e-9):
            assert fit_beta_binomial(few, few * (2 - few)) == (math.inf, math.inf)
            fit_beta_binomial(few, 1 - (1 - few) ** 2)  # is not refused for its last digit

    def test_near_its_limit_it_is_nearly_the_binomial(self) -> None:
        for large in (1e8, 1e12, 1e16, 1e100):
            found = beta_binomial_contacts(0.3 * large, 0.7 * large, 12)
            assert found == pytest.approx(binomial_contacts(0.3, 12), abs=1e-7)
        assert contacts_from_two(0.5, 0.75 - 1e-11, 5)[0] == pytest.approx(1 / 32, abs=1e-9)

    @pytest.mark.parametrize(
        ("alpha", "beta", "insertions"), [(1, 2, 9), (10**9, 3 * 10**9, 20), (1, 10**12, 6)]
    )
    def test_every_share_is_a_product_of_whole_numbers(
        self, alpha: int, beta: int, insertions: int
    ) -> None:
        def rising(first: int, count: int) -> int:
            return math.prod(range(first, first + count))

        expected = [
            Fraction(
                math.comb(insertions, times)
                * rising(alpha, times)
                * rising(beta, insertions - times),
                rising(alpha + beta, insertions),
            )
            for times in range(insertions + 1)
        ]
        found = beta_binomial_contacts(alpha, beta, insertions)
        assert found == pytest.approx([float(one) for one in expected], rel=1e-12)

    @pytest.mark.parametrize("one", [1e-3, 1e-6, 1e-9])
    @pytest.mark.parametrize("alpha", [0.01, 0.75, 3])
    def test_few_people_are_no_reason_to_call_them_alike(self, one: float, alpha: float) -> None:
        beta = alpha * (1 - one) / one
        two = 2 * one - one * (alpha + 1) / (alpha + beta + 1)
        assert fit_beta_binomial(one, two)[0] == pytest.approx(alpha, rel=1e-4)

    def test_figures_that_contradict_each_other(self) -> None:
        words = "reach after two insertions is .*, which contradicts .* after one"
        for one, two in ((0.5, 0.5), (0.5, 0.4), (0.5, 0.76), (0.3, 0.52), (0.5, math.nan)):
            with pytest.raises(ValueError, match=words):
                fit_beta_binomial(one, two)
        for one in (0, 1, -0.2, math.nan):
            with pytest.raises(ValueError, match=r"reach_one is .*, and must lie between 0 and 1"):
                fit_beta_binomial(one, 0.5)
        with pytest.raises(ValueError, match="alpha is 0, and must be above 0 and finite"):
            beta_binomial_contacts(0, 1, 3)


class TestMetheringham:
    SHARED = ((150_000, 200_000, 180_000), (200_000, 120_000, 140_000), (180_000, 140_000, 170_000))

    def test_worked_numbers(self) -> None:
        people, times = (1_500_000, 800_000, 1_200_000), (4, 3, 5)
        one, two = average_medium(people, times, self.SHARED)
        assert (one, round(2 * one - two), round(two)) == (1_200_000, 167_576, 2_232_424)
        alpha, beta = fit_beta_binomial(one / 1e7, two / 1e7)
        assert (round(alpha, 3), round(beta, 2)) == (5.255, 38.54)
        reach = 1 - contacts_from_two(one / 1e7, two / 1e7, sum(times))[0]
        assert round(100 * reach, 2) == 74.34

    @given(st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(lambda n: sum(n) > 1))
    def test_is_the_mean_over_all_pairs_of_insertions(self, times: list[int]) -> None:
        media = len(times)
        people = [100.0 + 10 * n for n in range(media)]
        shared = [[5.0 + (i + 1) * (j + 1) for j in range(media)] for i in range(media)]
        each = [medium for medium, n in enumerate(times) for _ in range(n)]
        pairs = [
            shared[each[a]][each[b]] for a in range(len(each)) for b in range(a + 1, len(each))
        ]
        one, two = average_medium(people, times, shared)
        assert one == pytest.approx(np.mean([people[medium] for medium in each]))
        assert two == pytest.approx(2 * one - np.mean(pairs))

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="as many insertions as media"):
            average_medium([1, 2], [1], [[1, 1], [1, 1]])
        with pytest.raises(ValueError, match="an overlap for each pair"):
            average_medium([1, 2], [1, 1], [[1, 1]])
        with pytest.raises(ValueError, match="of two insertions at the least"):
            average_medium([1, 2], [1, 0], [[1, 1], [1, 1]])
        with pytest.raises(ValueError, match="differs from itself"):
            average_medium([5, 5], [1, 1], [[1, 2], [1, 1]])
        with pytest.raises(ValueError, match="larger than one of its audiences"):
            average_medium([5, 3], [1, 1], [[1, 4], [4, 1]])


class TestHofmans:
    def test_worked_numbers(self) -> None:
        found = [round(hofmans_reach(0.06, 0.103, n), 6) for n in (1, 2, 3, 4, 5)]
        assert found == [0.06, 0.103, 0.135328, 0.160519, 0.180702]

    @given(inner, inner)
    def test_keeps_what_it_was_given(self, one: float, along: float) -> None:
        two = one + along * (min(2 * one, 1) - one)
        assert hofmans_reach(one, two, 1) == pytest.approx(one)
        assert hofmans_reach(one, two, 2) == pytest.approx(two)

    def test_a_third_reach_is_kept_too(self) -> None:
        for three in (0.12, 0.135328, 0.15):
            assert hofmans_reach(0.06, 0.103, 3, three) == pytest.approx(three)
        assert hofmans_reach(0.06, 0.103, 4, 0.12) < hofmans_reach(0.06, 0.103, 4)
        # so much more than the second added that the exponent is below zero
        found = [hofmans_reach(0.3, 0.4, n, 0.65) for n in (1, 2, 3)]
        assert found == pytest.approx([0.3, 0.4, 0.65])

    def test_refusals(self) -> None:
        for two in (0.06, 0.05, 0.12, 0.2):
            with pytest.raises(ValueError, match=r"which contradicts 0.06 after one"):
                hofmans_reach(0.06, two, 3)
        with pytest.raises(ValueError, match=r"after three insertions is 0.1, which contradicts"):
            hofmans_reach(0.06, 0.103, 3, 0.1)
        with pytest.raises(ValueError, match=r"above that by less than 0.06, and below 1"):
            hofmans_reach(0.06, 0.103, 3, 0.17)  # the third reaches 0.06 alone
        with pytest.raises(ValueError, match="insertions is 0, and must be 1 or more"):
            hofmans_reach(0.06, 0.103, 0)


class TestAgostini:
    def test_worked_number(self) -> None:
        assert agostini_union(0.9, 0.26) == pytest.approx(0.679245, abs=5e-7)
        assert agostini_union(0.9, 0) == pytest.approx(0.9)
        assert agostini_union(0.9, 0.26, 2) == pytest.approx(0.81 / 1.42)

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="gross is 0"):
            agostini_union(0, 0.1)
        with pytest.raises(ValueError, match="shared is -1"):
            agostini_union(1, -1)
        with pytest.raises(ValueError, match="constant is 0"):
            agostini_union(1, 1, 0)
