"""Parity of exposure: printed numbers, and every rate that bounds allow."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.stats.composition import Range
from farthing.stats.parity import Parity, parity


def exact(*rates: float) -> Parity:
    found = parity([(rate, rate) for rate in rates])
    assert found is not None
    return found


def test_insiders_and_the_public() -> None:
    found = exact(10 / 10, 0 / 50)
    assert (found.difference_low, found.difference_high) == (1.0, 1.0)
    assert (found.ratio_low, found.ratio_high) == (0.0, 0.0)
    assert found.is_below_four_fifths is True


def test_two_candidates_among_conservatives() -> None:
    found = exact(4_772, 7_588)
    assert found.ratio_low == found.ratio_high == pytest.approx(0.6289, abs=5e-5)
    assert found.is_below_four_fifths is True


def test_the_prices_of_two_candidates() -> None:
    found = exact(15.39, 10.98)
    assert found.ratio_low is not None
    assert 1 / found.ratio_low == pytest.approx(1.4016, abs=5e-5)


def test_four_fifths_itself_is_not_below() -> None:
    assert exact(0.4, 0.5).is_below_four_fifths is False
    assert exact(0.39, 0.5).is_below_four_fifths is True
    assert exact(0.5, 0.5).is_below_four_fifths is False
    assert exact(44 / 58, 55 / 58).is_below_four_fifths is False
    assert exact(43 / 58, 55 / 58).is_below_four_fifths is True
    everybody = [(people, whole) for whole in range(5, 60) for people in range(5, whole + 1, 5)]
    assert all(
        exact(people * 4 // 5 / whole, people / whole).is_below_four_fifths is False
        for people, whole in everybody
    )


def test_the_edges() -> None:
    assert parity([]) is None
    assert parity([(1, 1)]) is None
    none = exact(0, 0)
    assert (none.difference_low, none.ratio_low, none.ratio_high) == (0, None, None)
    assert none.is_below_four_fifths is None
    open_ended = parity([(1, None), (2, 2)])
    assert open_ended is not None
    assert (open_ended.difference_low, open_ended.difference_high) == (0, None)
    assert (open_ended.ratio_low, open_ended.ratio_high) == (0, 1)
    assert open_ended.is_below_four_fifths is None
    maybe = parity([(0, 0), (0, 0.5)])
    assert maybe is not None
    assert maybe.is_below_four_fifths is None


@pytest.mark.parametrize("bad", [(-0.1, 1), (2, 1), (math.nan, 1), (0, math.nan), (math.inf, None)])
def test_rates_that_are_none(bad: Range) -> None:
    with pytest.raises(ValueError, match="a rate must be"):
        parity([(0, 1), bad])


ranges = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(
    lambda two: (min(two) / 10, max(two) / 10)
)


@settings(deadline=None, max_examples=100)
@given(st.lists(ranges, min_size=2, max_size=4))
def test_bounds_hold_every_case_and_are_reached(rates: list[Range]) -> None:
    found = parity(rates)
    assert found is not None
    axes = [np.linspace(low, high or low, 11) for low, high in rates]
    # a common value of all rates, where there is one, is among the cases
    common = max(low for low, _ in rates)
    points = [*product(*axes), tuple(min(max(common, a), b or a) for a, b in rates)]
    differences = [max(point) - min(point) for point in points]
    assert found.difference_high == pytest.approx(max(differences), abs=1e-12)
    assert found.difference_low == pytest.approx(min(differences), abs=1e-12)
    ratios = [min(point) / max(point) for point in points if max(point) > 0]
    if not ratios:
        assert found.ratio_low is None
        assert found.ratio_high is None
        return
    assert found.ratio_low == pytest.approx(min(ratios), abs=1e-12)
    assert found.ratio_high is not None
    assert found.ratio_high >= max(ratios) - 1e-12
    if common > 0:
        assert found.ratio_high == pytest.approx(max(ratios), abs=1e-12)
