from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.stats.seats import Majority, break_even_votes_per_unit, majority, margin_of

VOTES = st.lists(st.integers(0, 60_000), min_size=2, max_size=8)


def others_of(total: int, *leading: int) -> list[int]:
    """Split what the leading two left among candidates none of whom overtakes them."""
    rest = total - sum(leading)
    return [*leading, rest // 2, rest - rest // 2]


@pytest.mark.parametrize(
    ("votes", "lead", "percent"),
    [
        (others_of(48_291, 23_137, 15_887), 7_250, 15.013),
        (others_of(52_999, 33_436, 16_445), 16_991, 32.059),
        (others_of(53_959, 25_550, 25_219), 331, 0.6134),
    ],
    ids=["Leeds North East 2015", "Leeds North East 2017", "Pudsey 2017"],
)
def test_published_majorities(votes: list[int], lead: int, percent: float) -> None:
    found = majority(votes)
    assert found == Majority(votes=lead, valid_votes=sum(votes))
    assert found.percent == pytest.approx(percent, abs=5e-4)
    assert majority(votes[::-1]) == found


def test_what_would_have_turned_pudsey() -> None:
    found = majority(others_of(53_959, 25_550, 25_219))
    assert found is not None
    assert found.percent == pytest.approx(0.6134, abs=5e-5)
    assert found.swing_needed == pytest.approx(0.3067, abs=5e-5)
    assert (found.switchers, found.extra_votes) == (166, 332)


@given(VOTES.filter(any))
def test_counting_the_votes_again(votes: list[int]) -> None:
    found = majority(votes)
    assert found is not None
    winner, runner_up = sorted(votes)[-1], sorted(votes)[-2]
    assert winner - runner_up == found.votes

    def moved_wins(voters: int) -> bool:
        return runner_up + voters > winner - voters

    assert moved_wins(found.switchers)
    assert not moved_wins(found.switchers - 1)
    assert runner_up + found.extra_votes > winner
    assert runner_up + found.extra_votes - 1 <= winner
    assert 0 <= found.percent <= 100
    levelling = found.swing_needed / 100 * sum(votes)
    assert runner_up + levelling == pytest.approx(winner - levelling)


def test_a_tie() -> None:
    found = majority([100, 100, 50])
    assert found == Majority(votes=0, valid_votes=250)
    assert (found.percent, found.swing_needed) == (0, 0)
    assert (found.switchers, found.extra_votes) == (1, 1)


def test_cannot_tell_a_majority() -> None:
    assert majority([]) is None
    assert majority([23_137]) is None
    assert majority([0, 0]) is None
    assert majority([5, 0]) == Majority(votes=5, valid_votes=5)


def test_margin_of_a_party() -> None:
    assert margin_of(23_137, [15_887, 9_267]) == 7_250
    assert margin_of(19_136, [23_637, 1_000]) == -4_501
    assert margin_of(10, [3, 10]) == 0
    assert margin_of(10, []) is None


@given(VOTES)
def test_only_the_winner_has_a_positive_margin(votes: list[int]) -> None:
    margins = [margin_of(own, votes[:i] + votes[i + 1 :]) for i, own in enumerate(votes)]
    found = majority(votes)
    lead = 0 if found is None else found.votes
    assert max(margin for margin in margins if margin is not None) == lead
    assert sum(margin is not None and margin > 0 for margin in margins) == (lead > 0)


def test_break_even() -> None:
    assert break_even_votes_per_unit(331, 1) == 332
    assert break_even_votes_per_unit(331, 2) == 166
    assert break_even_votes_per_unit(331, 0.5) == 664
    assert break_even_votes_per_unit(0, 1) == 1
    assert break_even_votes_per_unit(331, 0) is None


def test_refusals() -> None:
    for call in (
        lambda: majority([5, -1]),
        lambda: margin_of(-1, [5]),
        lambda: margin_of(5, [-1]),
        lambda: break_even_votes_per_unit(-1, 1),
    ):
        with pytest.raises(ValueError, match="there cannot be -1 votes"):
            call()
    for units in (-1, math.nan):
        with pytest.raises(ValueError, match=f"{units} units cannot be moved to a seat"):
            break_even_votes_per_unit(331, units)
