"""What money could have bought, at a price: impressions, and the people they can have reached.

"Cannot tell" in a `Range` is ``(None, None)``. A negative price raises `ValueError`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

Range: TypeAlias = tuple[Decimal | None, Decimal | None]
"""A closed range ``(low, high)``. ``high`` is ``None`` when nothing bounds it from above; ``low``
is ``None`` when the amount is not known at all, whatever ``high`` says."""

UNKNOWN: tuple[None, None] = (None, None)


class UniformSum(NamedTuple):
    """What a sum of ranges would come to under the model of `sum_if_uniform`."""

    mean: float
    sd: float
    low: float
    high: float


def sum_if_uniform(ranges: Sequence[Range], confidence: float = 0.95) -> UniformSum | None:
    """Return what ranges would come to if each amount lay anywhere in its range, by chance.

    A model, to be printed as one: that every value of a range is as likely as any other, and that
    no amount tells of another. It never stands in the place of the sum of the bounds.

    Parameters
    ----------
    ranges
        One range for each amount, in one unit.
    confidence
        The share of sums that lie between ``low`` and ``high``, by the normal distribution, which
        a sum of many nears; neither end leaves the bounds.

    Returns
    -------
    UniformSum or None
        ``None`` where a range is open: then no value of it is as likely as any other.

    Raises
    ------
    ValueError
        A range ends below its start, or ``confidence`` is not between 0 and 1.

    Notes
    -----
    The mean of a range is its middle and its variance a twelfth of its width squared.

    Examples
    --------
    >>> found = sum_if_uniform([(Decimal(0), Decimal(99))] * 1000)
    >>> [round(value) for value in found]
    [49500, 904, 47729, 51271]
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1: {confidence}")
    ends: list[tuple[float, float]] = []
    for low, high in ranges:
        if low is None or high is None:
            return None
        if low > high:
            raise ValueError(f"a range must not end below its start: {low} to {high}")
        ends.append((float(low), float(high)))
    least, most = math.fsum(low for low, _ in ends), math.fsum(high for _, high in ends)
    mean = (least + most) / 2
    sd = math.sqrt(math.fsum((high - low) ** 2 for low, high in ends) / 12)
    away = NormalDist().inv_cdf((1 + confidence) / 2) * sd
    return UniformSum(mean, sd, max(least, mean - away), min(most, mean + away))


def impressions_bought(spend: Range, cpm: Range) -> Range:
    """Return how many impressions the money could have bought.

    From the least money at the highest price to the most money at the lowest. Not rounded to
    whole impressions: a rounded price must not be rounded twice.

    Parameters
    ----------
    spend
        Money, in the currency of ``cpm``.
    cpm
        Price of a thousand impressions.

    Returns
    -------
    Range
        Impressions. Unbounded above when the spend is, or when the price may be zero. At least 0
        when the price is unbounded above, or is zero at both ends. ``(None, None)`` when spend
        or price is unknown.

    Raises
    ------
    ValueError
        An amount is negative or not finite, or a range ends below its start.

    Examples
    --------
    >>> low, high = impressions_bought(
    ...     (Decimal(5000), Decimal(5000)), (Decimal(12), Decimal(51500) / 3500)
    ... )
    >>> f"{low:,.0f} to {high:,.0f}"
    '339,806 to 416,667'
    >>> impressions_bought((Decimal(5000), Decimal(5000)), (Decimal(0), Decimal(25)))
    (Decimal('200000'), None)
    """
    _refuse_impossible_range("spend", spend)
    _refuse_impossible_range("cpm", cpm)
    (spend_low, spend_high), (cpm_low, cpm_high) = spend, cpm
    if spend_low is None or cpm_low is None:
        return UNKNOWN
    low = spend_low * 1000 / cpm_high if cpm_high else Decimal(0)
    high = None if spend_high is None or not cpm_low else spend_high * 1000 / cpm_low
    return low, high


def coverage_bought(impressions: Range, population: int) -> Range:
    """Return the largest share of a population that so many impressions can have reached.

    The most generous reading: every impression goes to another person, and all of them belong to
    the population. The real coverage is at most this, and usually far less.

    Parameters
    ----------
    impressions
        As `impressions_bought` gives them.
    population
        People there are.

    Returns
    -------
    Range
        Shares, at most 1: the ceiling at the fewest and at the most impressions. The high end of
        an unbounded range is 1. ``(None, None)`` when the impressions are unknown or there is
        nobody to reach.

    Raises
    ------
    ValueError
        ``population`` or an end of the range is negative, or the range ends below its start.

    Examples
    --------
    >>> low, high = coverage_bought((Decimal(339806), Decimal(416667)), 32_000_000)
    >>> f"{low:.6f} to {high:.6f}"
    '0.010619 to 0.013021'
    """
    low, high = impressions_per_person(impressions, population)
    if low is None:
        return UNKNOWN
    one = Decimal(1)
    return min(low, one), one if high is None else min(high, one)


def impressions_per_person(impressions: Range, audience: int) -> Range:
    """Return how often each of an audience saw it on average, if nobody else did.

    Parameters
    ----------
    impressions
        As `impressions_bought` gives them.
    audience
        People the impressions went to.

    Returns
    -------
    Range
        Impressions for each person; unbounded when the impressions are. ``(None, None)`` when
        the impressions are unknown or the audience is 0.

    Raises
    ------
    ValueError
        ``audience`` or an end of the range is negative, or the range ends below its start.

    Examples
    --------
    >>> low, high = impressions_per_person((Decimal(339806), Decimal(416667)), 50)
    >>> f"{low:,.1f} to {high:,.1f}"
    '6,796.1 to 8,333.3'
    """
    _refuse_impossible_range("impressions", impressions)
    if audience < 0:
        raise ValueError(f"there cannot be {audience} people")
    low, high = impressions
    if low is None or audience == 0:
        return UNKNOWN
    return low / audience, None if high is None else high / audience


def smallest_audience(
    impressions: Range, frequency_cap: int
) -> tuple[int, int | None] | tuple[None, None]:
    """Return the fewest people so many impressions can go to under a cap on each.

    Parameters
    ----------
    impressions
        As `impressions_bought` gives them.
    frequency_cap
        Impressions that one person gets at most, at least 1.

    Returns
    -------
    tuple
        People, rounded up: the fewest at the low and at the high end of the impressions, the
        latter ``None`` when unbounded. ``(None, None)`` when the impressions are unknown.

    Raises
    ------
    ValueError
        The cap is below 1, an end of the range is negative, or the range ends below its start.

    Examples
    --------
    >>> smallest_audience((Decimal(200000), Decimal("416666.67")), 500)
    (400, 834)
    """
    if frequency_cap < 1:
        raise ValueError(f"frequency_cap is {frequency_cap}, and must be 1 or more")
    low, high = impressions_per_person(impressions, frequency_cap)
    if low is None:
        return UNKNOWN
    return _people(low), None if high is None else _people(high)


def _people(quotient: Decimal) -> int:
    """Round up to whole people, but not for an error in the last digit of a division."""
    return math.ceil(quotient - Decimal("1e-9"))


def _refuse_impossible_range(name: str, amounts: Range) -> None:
    low, high = amounts
    for end in amounts:
        if end is not None and not (end.is_finite() and end >= 0):
            raise ValueError(f"{name} is {end}, and must be zero or more")
    if low is not None and high is not None and high < low:
        raise ValueError(f"{name} ends at {high}, below its start at {low}")
