"""Money, impressions, people and population: what each is of the other, as ranges.

Impressions are people times frequency; gross rating points are impressions for each hundred
people there are; a price is money for each thousand impressions, or for each person. A range
stays a range: least over most, to most over least.

"Cannot tell" is ``(None, None)``. Where the divisor may be zero there is no upper end: the low end
then holds if there was any delivery at all. A call that makes no sense (fewer people than none, a
range that ends below its start) raises `ValueError`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np

Range: TypeAlias = tuple[Decimal | None, Decimal | None]
"""A closed range ``(low, high)``. ``None`` is an end that nobody knows: without bound."""

UNKNOWN: tuple[None, None] = (None, None)
#: From how many prices on fences are drawn.
FEWEST_PRICES = 8


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much more people are counted than there are.

    Parameters
    ----------
    people
        The least that are too many; above 0.
    ratio
        The least that is counted over the most there are; above 1. ``None`` where there is
        nobody.
    """

    people: Decimal
    ratio: float | None


def cost_per_thousand(spend: Range, impressions: Range) -> Range:
    """Return the price of a thousand impressions (CPM).

    Parameters
    ----------
    spend
        Money; below zero is a refund.
    impressions
        0 or more.

    Returns
    -------
    Range
        In the currency of ``spend``. Unbounded above when the spend is or there may have been no
        impression; ``(None, None)`` when there was none, or either is unknown.

    Raises
    ------
    ValueError
        Impressions below zero, or a range that ends below its start.

    Examples
    --------
    >>> low, high = cost_per_thousand((Decimal(42000), Decimal(51500)), (Decimal(3_500_000),) * 2)
    >>> f"{low:.2f} to {high:.2f}"
    '12.00 to 14.71'
    >>> cost_per_thousand((Decimal(15_000), Decimal(20_000)), (Decimal(800_000), None))
    (Decimal('0'), Decimal('25'))
    """
    return _quotient(_scaled(spend, 1000), impressions, "impressions")


def cost_per_person(spend: Range, people: Range) -> Range:
    """Return the price of one person reached; as `cost_per_thousand`, with people.

    Examples
    --------
    >>> cost_per_person((Decimal(500), Decimal(600)), (Decimal(1000), Decimal(2000)))
    (Decimal('0.25'), Decimal('0.6'))
    """
    return _quotient(spend, people, "people")


def average_frequency(impressions: Range, people: Range) -> Range:
    """Return how often each person reached saw it on average.

    Parameters
    ----------
    impressions, people
        0 or more.

    Returns
    -------
    Range
        Impressions for each person. Where a measurement is in order it is 1 or more: an end below
        is left as it is. Unbounded above when the impressions are or people may be none;
        ``(None, None)`` when there was nobody, or either is unknown.

    Raises
    ------
    ValueError
        A count below zero, or a range that ends below its start.

    Examples
    --------
    >>> average_frequency((Decimal(1_500_000),) * 2, (Decimal(500_000),) * 2)
    (Decimal('3'), Decimal('3'))
    """
    return _quotient(_count(impressions), people, "people")


def reach_share(people: Range, population: Range) -> Range:
    """Return what share of a population the people reached are, if all belong to it.

    As `average_frequency`, with people over everybody there is. It is 1 or less where the counts
    are in order: an end above is left as it is (see `excess_over_population`).

    Examples
    --------
    >>> reach_share((Decimal(300), Decimal(500)), (Decimal(1000), Decimal(1000)))
    (Decimal('0.3'), Decimal('0.5'))
    """
    return _quotient(_count(people), population, "population")


def gross_rating_points(impressions: Range, population: Range) -> Range:
    """Return the impressions for each hundred people there are (GRP).

    The same as the percentage reached times the frequency, so that it tells no two plans apart
    that reach many seldom and few often; as `average_frequency`, with everybody there is.

    Examples
    --------
    >>> gross_rating_points((Decimal(1_500_000),) * 2, (Decimal(500_000),) * 2)
    (Decimal('300'), Decimal('300'))
    """
    return _quotient(_scaled(_count(impressions), 100), population, "population")


def cost_per_added_person(
    spend_before: Range, spend_after: Range, people_before: Range, people_after: Range
) -> Range:
    """Return what each further person cost, of two states of one campaign.

    Parameters
    ----------
    spend_before, spend_after
        Money, in one currency.
    people_before, people_after
        People reached; 0 or more.

    Returns
    -------
    Range
        Money for each person added. Where none may have been added, or people lost, there is no
        upper end, unless it certainly cost less than before; where it may have cost less, there is
        no lower end then. ``(None, None)`` where certainly none was added, where something is
        unknown, or where neither end is left.

    Raises
    ------
    ValueError
        A count below zero, or a range that ends below its start.

    Examples
    --------
    >>> cost_per_added_person(*[(Decimal(n),) * 2 for n in (1000, 1600, 5000, 6000)])
    (Decimal('0.6'), Decimal('0.6'))
    >>> several = (Decimal(4000), Decimal(7000))
    >>> cost_per_added_person((Decimal(0),) * 2, (Decimal(600),) * 2, (Decimal(4000),) * 2, several)
    (Decimal('0.2'), None)
    """
    _refuse_impossible("people", people_before, least=0)
    _refuse_impossible("people", people_after, least=0)
    low, high = _difference(people_after, people_before)
    if high is not None and high <= 0:
        return UNKNOWN
    money = _difference(spend_after, spend_before)
    return _quotient(money, (max(low or Decimal(0), Decimal(0)), high), "people added")


def excess_over_population(people: Range, population: Range) -> Excess | None:
    """Return by how much people counted outnumber the people there are.

    Platforms count accounts and visitors, and so can count more.

    Returns
    -------
    Excess or None
        What is certain: the fewest counted, over the most there are. ``None`` where the count may
        be in order, or nothing can be told.

    Raises
    ------
    ValueError
        A count below zero, or a range that ends below its start.

    Examples
    --------
    >>> excess = excess_over_population((Decimal("7.8e6"),) * 2, (Decimal("5.8e6"),) * 2)
    >>> f"{excess.people:,.0f}, {excess.ratio:.4f}"
    '2,000,000, 1.3448'
    """
    _refuse_impossible("people", people, least=0)
    _refuse_impossible("population", population, least=0)
    counted, everybody = people[0], population[1]
    if counted is None or everybody is None or counted <= everybody:
        return None
    return Excess(counted - everybody, float(counted / everybody) if everybody else None)


def tukey_fences(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the fences outside of which a value lies far from the others.

    Tukey's: the quartiles, and one and a half times their distance beyond each. They are drawn on
    logarithms, since prices differ by factors. How far out the lowest and the highest quarter of
    the values lie does not move them.

    Parameters
    ----------
    values
        Above 0.

    Returns
    -------
    tuple of float, or None
        Low and high. ``None`` for fewer than `FEWEST_PRICES` values, or where the middle half of
        them are one value: then nothing tells how far is far.

    Raises
    ------
    ValueError
        A value is not above 0, or not finite.

    Notes
    -----
    Tukey, J. W. (1977), Exploratory Data Analysis, chapter 2. The quartiles are interpolated
    between neighbours.

    Examples
    --------
    >>> low, high = tukey_fences([1, 2, 2, 4, 4, 8, 8, 16])
    >>> round(low, 4), round(high, 4)
    (0.25, 64.0)
    """
    if not all(0 < value < math.inf for value in values):
        raise ValueError("prices must be above zero and finite")
    if len(values) < FEWEST_PRICES:
        return None
    first, third = np.quantile(np.log(np.asarray(values, dtype=float)), [0.25, 0.75])
    beyond = 1.5 * (third - first)
    if beyond <= 0:
        return None
    return float(np.exp(first - beyond)), float(np.exp(third + beyond))


def _quotient(numerator: Range, divisor: Range, name: str) -> Range:
    """Divide ranges, the divisor being 0 or more."""
    _refuse_impossible("the range", numerator)
    _refuse_impossible(name, divisor, least=0)
    (low, high), (fewest, most) = numerator, divisor
    if (low is None and high is None) or divisor == UNKNOWN or most == 0:
        return UNKNOWN
    fewest = fewest or Decimal(0)  # no count is below none, whoever knows its low end
    return (
        _end(low, most if low is not None and low >= 0 else fewest),
        _end(high, fewest if high is not None and high >= 0 else most),
    )


def _end(value: Decimal | None, divisor: Decimal | None) -> Decimal | None:
    """Divide one end: by what is without bound it comes to 0, by 0 it is without bound."""
    if value is None:
        return None
    if value == 0 or divisor is None:
        return Decimal(0)
    return None if divisor == 0 else value / divisor


def _count(counted: Range) -> Range:
    _refuse_impossible("a count", counted, least=0)
    return counted


def _scaled(ends: Range, factor: int) -> Range:
    low, high = ends
    return None if low is None else low * factor, None if high is None else high * factor


def _difference(after: Range, before: Range) -> Range:
    low = None if after[0] is None or before[1] is None else after[0] - before[1]
    high = None if after[1] is None or before[0] is None else after[1] - before[0]
    return low, high


def _refuse_impossible(name: str, ends: Range, least: int | None = None) -> None:
    low, high = ends
    for end in ends:
        if end is None:
            continue
        if not end.is_finite():
            raise ValueError(f"{name} is {end}, and must be finite")
        if least is not None and end < least:
            raise ValueError(f"{name} is {end}, and must be {least} or more")
    if low is not None and high is not None and high < low:
        raise ValueError(f"{name} ends at {high}, below its start at {low}")
