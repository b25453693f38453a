"""How many people to ask before anybody is asked, and what each outcome would mean.

A claim says that at least so large a share of a population saw something. The other account is
that no more than some smaller share did. Enough people picked at random tell the two apart.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TypeAlias

from scipy import stats

from farthing.stats.proportions import TIE, share_limits
from farthing.stats.values import refuse_unless_between_0_and_1

#: The highest line that is looked at: beyond it the two accounts are too much alike.
FURTHEST = 2_000

#: The chance to find no more than so many, among so many asked.
Chance: TypeAlias = Callable[[int, int], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it would mean if so many of those asked had seen it.

    Parameters
    ----------
    saw
        People of the sample who saw it.
    low, high
        The least and the most coverage that is compatible with it. Each end is one-sided: it is
        wrong with a chance of at most the plan's ``error``.
    rules_out_claim
        Whether the claimed coverage is above what is compatible.
    rules_out_rest
        Whether the coverage of the other account is below what is compatible.
    """

    saw: int
    low: float
    high: float
    rules_out_claim: bool
    rules_out_rest: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """How many to ask, and where the line lies between the two accounts.

    Parameters
    ----------
    ask
        People to ask, picked at random, nobody twice.
    at_most
        If no more than this many of them saw it, the claim is ruled out.
    error
        The chance, at most, that the claim is ruled out though it is true: with people to count,
        it is seldom exactly what was accepted, and this is what it is.
    power
        The chance, at least, that the claim is ruled out if the other account is true.
    outcomes
        What some outcomes would mean: the first few, those about the line, half, and all.
    """

    ask: int
    at_most: int
    error: float
    power: float
    outcomes: tuple[Outcome, ...]


def plan(
    coverage: float,
    population: int | None = None,
    *,
    otherwise: float = 0.0,
    error: float = 0.05,
    power: float = 0.95,
) -> Plan:
    """Return the fewest people to ask at random so that a claimed coverage can be ruled out.

    The smallest sample with a line such that, if at least ``coverage`` saw it, no more than the
    line are found with a chance of at most ``error``; and, if at most ``otherwise`` did, with a
    chance of at least ``power``. Binomial, or hypergeometric where the population is given.

    Parameters
    ----------
    coverage
        Share of the population that saw it, by the claim; above 0. Of a population it is rounded
        up to whole people.
    population
        People there are; ``None`` is too many to matter.
    otherwise
        Share that saw it at most, if the claim is wrong: 0 where only those meant to see it did;
        rounded down to whole people.
    error
        Accepted chance of ruling out a claim that is true.
    power
        Wanted chance of ruling out a claim that is wrong. It matters where ``otherwise`` is
        above 0: nobody can be found who saw what nobody did.

    Raises
    ------
    ValueError
        ``coverage`` is not above ``otherwise``, or by so little that thousands of those asked would
        have to have seen it; one of them is no share, the population is below 1, or ``error`` or
        ``power`` is out of range.

    Examples
    --------
    >>> plan(0.01).ask, plan(0.01, 500).ask
    (299, 225)
    >>> found = plan(0.5, 46_836_533, otherwise=0.0445)
    >>> found.ask, found.at_most
    (8, 1)
    >>> [(one.saw, round(one.high, 3), one.rules_out_claim) for one in found.outcomes[:3]]
    [(0, 0.312, True), (1, 0.471, True), (2, 0.6, False)]
    """
    refuse_unless_between_0_and_1("error", error)
    refuse_unless_between_0_and_1("power", power)
    if not 0 <= otherwise < coverage <= 1:
        raise ValueError(
            f"coverage is {coverage}, and must be above {otherwise} and no more than 1"
        )
    if population is not None and population < 1:
        raise ValueError(f"there cannot be {population} people to ask")
    claim = _chance_at_most(coverage, population, math.ceil)
    rest = _chance_at_most(otherwise, population, math.floor)
    ask, at_most = _fewest(claim, rest, error, power)
    return Plan(
        ask=ask,
        at_most=at_most,
        error=claim(at_most, ask),
        power=rest(at_most, ask),
        outcomes=tuple(
            _outcome(saw, ask, population, claim, rest, error) for saw in _shown(at_most, ask)
        ),
    )


def _chance_at_most(
    coverage: float, population: int | None, whole: Callable[[Fraction], int]
) -> Chance:
    """Return the chance to find no more than so many who saw it, among so many asked."""
    if population is None:
        return lambda found, asked: float(stats.binom.cdf(found, asked, coverage))
    people = whole(Fraction(str(coverage)) * population)
    return lambda found, asked: float(
        stats.hypergeom.cdf(found, population, people, min(asked, population))
    )


def _fewest(claim: Chance, rest: Chance, error: float, power: float) -> tuple[int, int]:
    """Return the smallest sample that tells the two apart, and its line."""
    ask = 1
    for at_most in range(FURTHEST):
        # The higher the line, the more must be asked for the claim to be at odds with it.
        ask = _first(partial(_is_rare, claim, at_most, error), max(ask, at_most + 1))
        if rest(at_most, ask) >= power * (1 - TIE):
            return ask, at_most
    raise ValueError(f"the two shares are too close: more than {ask} people would have to be asked")


def _is_rare(chance: Chance, found: int, accepted: float, asked: int) -> bool:
    return chance(found, asked) <= accepted * (1 + TIE)


def _first(holds: Callable[[int], bool], start: int) -> int:
    """Return the first whole number from ``start`` from which on something holds."""
    if holds(start):
        return start
    step = 1
    while not holds(start + step):
        start, step = start + step, 2 * step
    return bisect_left(range(start + step), True, lo=start + 1, key=holds)


def _shown(at_most: int, ask: int) -> list[int]:
    """Return the outcomes worth telling: the first, those about the line, half, and all."""
    told = {0, 1, 2, *range(at_most - 1, at_most + 4), ask // 2, ask}
    return sorted(saw for saw in told if 0 <= saw <= ask)


def _outcome(
    saw: int, ask: int, population: int | None, claim: Chance, rest: Chance, error: float
) -> Outcome:
    low, high = share_limits(saw, ask, population, error) or (0.0, 1.0)
    return Outcome(
        saw=saw,
        low=low,
        high=high,
        rules_out_claim=_is_rare(claim, saw, error, ask),
        rules_out_rest=saw > 0 and 1 - rest(saw - 1, ask) <= error * (1 + TIE),
    )
