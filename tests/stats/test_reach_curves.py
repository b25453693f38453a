"""Curves of reach: printed numbers, simulations and second ways to the same figure, refusals."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from farthing.stats.reach_curves import (
    fit_goerg,
    fit_negative_binomial,
    gamma_poisson_people,
    goerg_people,
    goerg_range,
    negative_binomial_contacts,
    people_if_random,
    poisson_reach_share,
)


class TestGoerg:
    def test_worked_numbers(self) -> None:
        rho = fit_goerg(200, 100)
        assert rho == 200
        assert goerg_people(rho, 100) == pytest.approx(66.6667, abs=5e-5)
        assert [goerg_people(rho, 200, k) for k in (1, 2, 3)] == pytest.approx([100, 50, 25])

    @given(st.floats(1, 1e9), st.floats(1e-6, 0.999))
    def test_runs_through_its_point_and_keeps_the_impressions(
        self, impressions: float, part: float
    ) -> None:
        people = impressions * part
        rho = fit_goerg(impressions, people)
        assert goerg_people(rho, impressions) == pytest.approx(people, rel=1e-6)
        if part > 0.05:  # people reached at least once, twice … are impressions, all together
            contacts = sum(goerg_people(rho, impressions, k) for k in range(1, 1000))
            assert contacts == pytest.approx(impressions, rel=1e-6)

    def test_refusals(self) -> None:
        for impressions in (100, 50, math.inf, math.nan):
            with pytest.raises(ValueError, match="impressions cannot be of 100 people: too few"):
                fit_goerg(impressions, 100)
        with pytest.raises(ValueError, match="people is 0, and must be above 0"):
            fit_goerg(100, 0)
        with pytest.raises(ValueError, match="times is 0, and must be 1 or more"):
            goerg_people(200, 100, 0)
        with pytest.raises(ValueError, match="impressions is -1"):
            goerg_people(200, -1)

    @given(
        st.tuples(st.floats(1, 1e6), st.floats(0, 1)),
        st.tuples(st.floats(0, 1), st.floats(0, 1)),
        st.integers(1, 8),
    )
    def test_a_range_holds_every_point_and_no_more(
        self, shown: tuple[float, float], part: tuple[float, float], times: int
    ) -> None:
        impressions = (shown[0], shown[0] * (1 + shown[1]))
        people = (min(part) * shown[0], max(part) * shown[0])
        found = goerg_range(impressions, people, times)
        assert found is not None
        points = [
            reached * (1 - reached / i) ** (times - 1)
            for i in np.linspace(*impressions, 5)
            for reached in np.linspace(*people, 41)
        ]
        slack = 1e-9 * shown[0]
        assert found[0] - slack <= min(points)
        assert max(points) <= found[1] + slack
        assert found[0] == pytest.approx(min(points), abs=slack)
        assert found[1] <= max(points) + 0.05 * shown[0]

    def test_a_range_of_one_point_is_the_curve(self) -> None:
        for times in (1, 2, 3):
            expected = goerg_people(fit_goerg(200, 100), 200, times)
            assert goerg_range((200, 200), (100, 100), times) == pytest.approx((expected,) * 2)
        assert goerg_range((100, 100), (100, 100), 2) == (0, 0)
        assert goerg_range((100, 100), (0, 0), 1) == (0, 0)
        assert goerg_range((100, 200), (50, 101), 1) is None
        assert goerg_range((0, 0), (0, 0), 1) is None
        with pytest.raises(ValueError, match="2 to 1 is no range of a count"):
            goerg_range((2, 1), (0, 0), 1)
        with pytest.raises(ValueError, match="times is 0"):
            goerg_range((2, 2), (1, 1), 0)


class TestRandomPlacement:
    def test_worked_numbers(self) -> None:
        assert poisson_reach_share(200) == pytest.approx(0.864665, abs=5e-7)
        assert people_if_random(500, 1000) == pytest.approx(393.621, abs=5e-4)
        assert 1000 * poisson_reach_share(50) == pytest.approx(393.469, abs=5e-4)

    @given(st.integers(0, 60), st.integers(1, 40))
    def test_occupancy_is_what_drawing_one_by_one_gives(self, shown: int, everybody: int) -> None:
        reached = 0.0
        for _ in range(shown):
            reached += 1 - reached / everybody
        assert people_if_random(shown, everybody) == pytest.approx(reached)
        assert people_if_random(shown, everybody) <= min(shown, everybody) + 1e-9

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="gross_rating_points is -1"):
            poisson_reach_share(-1)
        for nobody in (0, math.nan, math.inf):
            with pytest.raises(ValueError, match=r"population is .*, and must be 1 or more"):
                people_if_random(5, nobody)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="impressions is -1"):
            people_if_random(-1, 5)


class TestNegativeBinomial:
    def test_the_billboard(self) -> None:
        week = negative_binomial_contacts(0.969, 0.969 / 0.218, 0)
        assert 1 - week[0] == pytest.approx(0.811213, abs=5e-7)
        mean = 0.969 / 0.218
        assert mean == pytest.approx(4.444954, abs=5e-7)
        month = negative_binomial_contacts(0.969, 0.969 / 0.218, 0, time=4)
        assert month[0] == pytest.approx(0.056655, abs=5e-7)
        mean *= 4
        assert (round(mean / (1 - month[0]), 4), round(100 * mean, 2)) == (18.8476, 1777.98)

    def test_the_inverse(self) -> None:
        assert fit_negative_binomial(0.4, 1.5) == pytest.approx(0.2730532, abs=5e-8)

    @given(st.floats(0.01, 1e4), st.floats(0.01, 50))
    def test_the_fit_finds_what_reach_and_mean_were_made_of(
        self, shape: float, mean: float
    ) -> None:
        reach = -math.expm1(-shape * math.log1p(mean / shape))
        if reach < 1 - 1e-9:
            found = fit_negative_binomial(reach, mean)
            again = -math.expm1(-found * math.log1p(mean / found)) if math.isfinite(found) else None
            limit = -math.expm1(-mean)
            assert again == pytest.approx(reach, abs=1e-9) if again else limit - reach < 1e-9

    @given(st.floats(1e-6, 1 - 1e-6), st.floats(1.001, 100))
    def test_every_reach_below_the_limit_has_a_shape(self, reach: float, more: float) -> None:
        mean = -math.log1p(-reach) * more
        shape = fit_negative_binomial(reach, mean)
        assert negative_binomial_contacts(shape, mean, 0)[0] == pytest.approx(1 - reach, abs=1e-9)

    @pytest.mark.parametrize("shape", ["1e-300", "0.25", "1e4", "1e9", "1e14", "1e30"])
    @pytest.mark.parametrize("mean", ["1e-12", "1.5", "2000"])
    def test_every_share_is_right_whatever_the_shape(self, shape: str, mean: str) -> None:
        found = negative_binomial_contacts(float(shape), float(mean), 2000)
        with localcontext(prec=60):
            r, m = Decimal(shape), Decimal(mean)
            share = ((r / (r + m)).ln() * r).exp()
            for times in range(2001):
                assert found[times] == pytest.approx(float(share), rel=1e-9, abs=1e-290)
                share *= (r + times) / (times + 1) * m / (r + m)

    @pytest.mark.parametrize("mean", [1e-9, 1e-6, 0.1, 20, 1e6, 1e12])
    @pytest.mark.parametrize("shape", [1e-3, 0.27, 5])
    def test_the_fit_keeps_the_reach_of_any_mean(self, shape: float, mean: float) -> None:
        reach = -math.expm1(-shape * math.log1p(mean / shape))
        if reach < 1:
            found = fit_negative_binomial(reach, mean)
            assert -math.expm1(-found * math.log1p(mean / found)) == pytest.approx(reach, rel=1e-13)

    def test_few_people_may_not_be_more_than_contacts_either(self) -> None:
        with pytest.raises(ValueError, match="contradicts a mean"):
            fit_negative_binomial(1.0000004e-6, 1e-6)

    def test_at_its_limit_it_is_the_poisson(self) -> None:
        assert fit_negative_binomial(-math.expm1(-2), 2) == math.inf
        expected = stats.poisson.pmf([0, 1, 2, 3], 2)
        assert negative_binomial_contacts(math.inf, 2, 3) == pytest.approx(tuple(expected))
        assert negative_binomial_contacts(1e9, 2, 3) == pytest.approx(tuple(expected), abs=1e-6)

    def test_figures_that_contradict_each_other(self) -> None:
        with pytest.raises(ValueError, match=r"a reach of 0\.9 contradicts a mean of 2 contacts"):
            fit_negative_binomial(0.9, 2)
        for reach in (0, 1, math.nan):
            with pytest.raises(
                ValueError, match=r"reach_share is .*, and must lie between 0 and 1"
            ):
                fit_negative_binomial(reach, 2)
        with pytest.raises(ValueError, match="mean is 0"):
            fit_negative_binomial(0.5, 0)
        with pytest.raises(ValueError, match="shape is 0"):
            negative_binomial_contacts(0, 1, 3)
        with pytest.raises(ValueError, match="time is -1"):
            negative_binomial_contacts(1, 1, 3, time=-1)


class TestGammaPoisson:
    def test_the_printed_histogram(self) -> None:
        found = gamma_poisson_people(1, 2, 5_000, 30_000, 10_000, 6)
        printed = (2812.5, 703.125, 175.781, 43.945, 10.986, 2.747)
        assert found == pytest.approx(printed, abs=5e-4)
        tails = [sum(gamma_poisson_people(1, 2, 5_000, 30_000, 10_000, 60)[k:]) for k in range(3)]
        assert tails == pytest.approx([3750, 937.5, 234.375])
        assert [int(n) for n in found] == [2812, 703, 175, 43, 10, 2]

    # scipy's binomial, by which it is checked, overflows at the smallest shares there are
    @given(st.floats(0.2, 5), st.floats(0.2, 5), st.just(0.0) | st.floats(1e-12, 1))
    def test_is_the_sum_over_all_inventories(
        self, alpha: float, beta: float, bought: float
    ) -> None:
        could = np.arange(1, 800)
        law = stats.nbinom.pmf(could - 1, alpha, 1 / (1 + beta))
        found = gamma_poisson_people(alpha, beta, bought, 1, 100, 5)
        for times, people in enumerate(found, 1):
            expected = 100 * float(law @ stats.binom.pmf(times, could, bought))
            assert people == pytest.approx(expected, abs=1e-6)

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="impressions is 2, not from 0 to 1"):
            gamma_poisson_people(1, 1, 2, 1, 10, 3)
        with pytest.raises(ValueError, match="beta is 0"):
            gamma_poisson_people(1, 0, 1, 1, 10, 3)
        with pytest.raises(ValueError, match="most is 0"):
            gamma_poisson_people(1, 1, 1, 1, 10, 0)
        with pytest.raises(ValueError, match="people is -1"):
            gamma_poisson_people(1, 1, 1, 1, -1, 1)
