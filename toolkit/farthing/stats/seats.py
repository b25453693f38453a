"""Seat arithmetic: how close a constituency was, and what it would have taken to turn it.

"Cannot tell" is always ``None``. A majority is one election's: a decision is to be judged by the
majority known when it was taken, never by the result it led to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Majority:
    """The winner's lead over the runner-up.

    Parameters
    ----------
    votes
        Winner's votes minus runner-up's; 0 in a tie.
    valid_votes
        All valid votes of the seat, whoever got them; at least 1.

    Examples
    --------
    >>> pudsey = Majority(votes=331, valid_votes=53_959)
    >>> round(pudsey.percent, 4), round(pudsey.swing_needed, 4)
    (0.6134, 0.3067)
    >>> pudsey.switchers, pudsey.extra_votes
    (166, 332)
    """

    votes: int
    valid_votes: int

    @property
    def percent(self) -> float:
        """The majority as a percentage, 0 to 100, of all valid votes."""
        return 100 * self.votes / self.valid_votes

    @property
    def swing_needed(self) -> float:
        """The swing from winner to runner-up, in percentage points, that levels the two."""
        return self.percent / 2

    @property
    def switchers(self) -> int:
        """The fewest voters who turn the seat by moving from the winner to the runner-up."""
        return self.votes // 2 + 1

    @property
    def extra_votes(self) -> int:
        """The fewest additional votes with which the runner-up wins outright."""
        return self.votes + 1


def majority(votes: Sequence[int]) -> Majority | None:
    """Return the majority of a seat from the valid votes of every candidate, in any order.

    Parameters
    ----------
    votes
        One number for each candidate. All of them: the percentage is of their sum.

    Returns
    -------
    Majority or None
        ``None`` when there are fewer than two candidates, or no votes at all.

    Raises
    ------
    ValueError
        A number of votes is negative.

    Examples
    --------
    >>> majority([23_137, 15_887, 9_267]).votes
    7250
    >>> majority([23_137]) is None
    True
    """
    _refuse_negative(votes)
    if len(votes) < 2 or not any(votes):
        return None
    first, second, *_ = sorted(votes, reverse=True)
    return Majority(votes=first - second, valid_votes=sum(votes))


def margin_of(party_votes: int, others: Sequence[int]) -> int | None:
    """Return a party's votes minus those of the best of the rest.

    Positive when the party holds the seat, negative when it is behind, 0 in a tie.

    Parameters
    ----------
    party_votes
        Valid votes of the party's candidate.
    others
        Valid votes of each other candidate.

    Returns
    -------
    int or None
        Votes. ``None`` when nobody else stood.

    Raises
    ------
    ValueError
        A number of votes is negative.

    Examples
    --------
    >>> margin_of(23_137, [15_887, 9_267])
    7250
    >>> margin_of(19_136, [23_637])
    -4501
    """
    _refuse_negative([party_votes, *others])
    return party_votes - max(others) if others else None


def break_even_votes_per_unit(majority_votes: int, units: float) -> float | None:
    """Return how many votes each unit of a resource must be worth to turn a seat.

    ``(majority_votes + 1) / units``: the extra votes that win, shared among the units moved to
    the seat. What it would have taken; it is no claim that it would have happened.

    Parameters
    ----------
    majority_votes
        The majority to overcome, 0 or more.
    units
        Units of the resource moved to the seat: organisers, leaflets, pounds.

    Returns
    -------
    float or None
        Votes for each unit. ``None`` when no units are moved.

    Raises
    ------
    ValueError
        ``majority_votes`` is negative, or ``units`` is negative or not a number.

    Examples
    --------
    >>> break_even_votes_per_unit(331, 1)
    332.0
    """
    _refuse_negative([majority_votes])
    if not units >= 0:
        raise ValueError(f"{units} units cannot be moved to a seat")
    return (majority_votes + 1) / units if units else None


def _refuse_negative(votes: Sequence[int]) -> None:
    for number in votes:
        if number < 0:
            raise ValueError(f"there cannot be {number} votes")
