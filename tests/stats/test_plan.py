from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.stats.asking import ask_at_random, ask_at_random_unlimited
from farthing.stats.plan import plan
from farthing.stats.proportions import share_limits

ELECTORS = 46_836_533


def at_most(found: int, asked: int, people: int, population: int) -> Fraction:
    """Count the samples in which no more than so many of the people are."""
    ways = sum(
        math.comb(people, one) * math.comb(population - people, asked - one)
        for one in range(found + 1)
    )
    return Fraction(ways, math.comb(population, asked))


class TestPlan:
    @settings(deadline=None, max_examples=60)
    @given(
        st.integers(2, 40), st.sampled_from([0.05, 0.2]), st.sampled_from([0.5, 0.95]), st.data()
    )
    def test_trying_every_sample_and_every_line(
        self, population: int, error: float, power: float, data: st.DataObject
    ) -> None:
        rest = data.draw(st.integers(0, population - 1))
        claim = data.draw(st.integers(rest + 1, population))
        coverage, otherwise = claim / population, rest / population
        found = plan(coverage, population, otherwise=otherwise, error=error, power=power)
        # a share of 1/3 as a decimal may be a sliver above or below so many people
        claim = math.ceil(Fraction(str(coverage)) * population)
        rest = math.floor(Fraction(str(otherwise)) * population)
        enough = [
            (asked, line)
            for asked in range(1, population + 1)
            for line in range(asked)
            if at_most(line, asked, claim, population) <= Fraction(str(error))
            and at_most(line, asked, rest, population) >= Fraction(str(power))
        ]
        assert found.ask == enough[0][0]
        assert (found.ask, found.at_most) in enough
        assert found.error == pytest.approx(
            float(at_most(found.at_most, found.ask, claim, population)), abs=1e-12
        )
        assert found.power == pytest.approx(
            float(at_most(found.at_most, found.ask, rest, population)), abs=1e-12
        )

    @given(st.integers(1, 5_000), st.data())
    def test_against_nobody_it_is_enough_to_find_one(
        self, population: int, data: st.DataObject
    ) -> None:
        exposed = data.draw(st.integers(1, population))
        found = plan(exposed / population, population)
        people = math.ceil(Fraction(str(exposed / population)) * population)
        assert found.ask == ask_at_random(population, people)
        assert (found.at_most, found.power) == (0, 1)

    @pytest.mark.parametrize("coverage", [0.01, 0.05, 0.5, 0.999, 1.0])
    def test_against_nobody_among_no_limit_of_people(self, coverage: float) -> None:
        assert plan(coverage).ask == ask_at_random_unlimited(coverage)

    def test_worked_numbers(self) -> None:
        assert (plan(0.01, 500).ask, plan(0.025, 400).ask) == (225, 103)
        assert plan(0.01, 10_000).ask == 294
        assert plan(0.5, error=0.125).ask == 3

    @settings(deadline=None, max_examples=30)
    @given(st.integers(1, 30), st.sampled_from([None, 60, ELECTORS]), st.sampled_from([0.0, 0.1]))
    def test_an_outcome_rules_out_what_lies_beyond_its_limits(
        self, percent: int, population: int | None, otherwise: float
    ) -> None:
        coverage = 0.2 + percent / 100
        found = plan(coverage, population, otherwise=otherwise)
        least = (
            coverage
            if population is None
            else math.ceil(Fraction(str(coverage)) * population) / population
        )
        for one in found.outcomes:
            limits = share_limits(one.saw, found.ask, population)
            assert limits == (one.low, one.high)
            assert one.rules_out_claim == (one.saw <= found.at_most)
            assert one.rules_out_claim == (one.high < least)
            assert one.rules_out_rest == (one.low > otherwise)
        seen = [one.saw for one in found.outcomes]
        assert seen == sorted(set(seen))
        assert {0, found.at_most, found.at_most + 1, found.ask} & set(range(found.ask + 1)) <= set(
            seen
        )

    def test_in_an_electorate_beside_what_the_money_reaches(self) -> None:
        found = plan(0.5, ELECTORS, otherwise=0.0445)
        assert (found.ask, found.at_most) == (8, 1)
        assert found.error == pytest.approx(9 / 256, abs=1e-6)
        alone = 0.9555**8 + 8 * 0.0445 * 0.9555**7
        assert found.power == pytest.approx(alone, abs=1e-6)

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match=r"coverage is 0\.1, and must be above 0\.1"):
            plan(0.1, otherwise=0.1)
        with pytest.raises(ValueError, match=r"coverage is 1\.5"):
            plan(1.5)
        with pytest.raises(ValueError, match="error is 0, and must lie between 0 and 1"):
            plan(0.5, error=0)
        with pytest.raises(ValueError, match="power is 1, and must lie between 0 and 1"):
            plan(0.5, power=1)
        with pytest.raises(ValueError, match="there cannot be 0 people to ask"):
            plan(0.5, 0)
        with pytest.raises(ValueError, match="too close: more than"):
            plan(0.5, otherwise=0.499)
