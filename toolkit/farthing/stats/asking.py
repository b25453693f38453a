"""How many people picked at random must be asked, and what their answers can show.

The samples are random and nobody is asked twice. A panel that volunteers is no such sample.
"Cannot tell" is always ``None``; a call that makes no sense raises `ValueError`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from decimal import Decimal, localcontext
from fractions import Fraction

from farthing.stats.values import (
    refuse_impossible_counts,
    refuse_unless_between_0_and_1,
    refuse_unless_share,
)


def ask_at_random(population: int, exposed: int, miss: float = 0.05) -> int | None:
    """Return the fewest people to ask at random so that one who saw it is found, if there are any.

    The smallest sample ``u``, nobody being asked twice, of which the chance to find none of the
    ``exposed``, ``C(population - exposed, u) / C(population, u)``, is at most ``miss``.
    Worked in whole numbers, so a tie is a tie; ``miss`` is read as the decimal it is written as.

    Parameters
    ----------
    population
        People there are.
    exposed
        People who saw it, if the claim is true.
    miss
        Accepted chance of finding none of them, strictly between 0 and 1.

    Returns
    -------
    int or None
        People, 1 to ``population``. ``None`` when ``exposed`` is 0: no sample finds nobody.

    Raises
    ------
    ValueError
        More were exposed than there are, a count is negative, or ``miss`` is out of range.

    Examples
    --------
    >>> ask_at_random(500, 5)
    225
    >>> ask_at_random(46_836_533, 46_837)
    2995
    """
    refuse_impossible_counts(exposed, population, "exposed", "population")
    refuse_unless_between_0_and_1("miss", miss)
    return _smallest_sample(population, exposed, Fraction(str(miss))) if exposed else None


def ask_at_random_by_rivest(population: int, exposed: int) -> int | None:
    """Return Rivest's approximation of `ask_at_random` for a miss of one time in twenty.

    ``n (1 - exp(-3 / b))``, rounded up: quick to work out by hand, and now and then a few people
    more than are needed.

    Parameters
    ----------
    population
        People there are.
    exposed
        People who saw it, if the claim is true.

    Returns
    -------
    int or None
        People, 1 to ``population``. ``None`` when ``exposed`` is 0.

    Raises
    ------
    ValueError
        More were exposed than there are, or a count is negative.

    Notes
    -----
    Rivest, R. L. (2006), "On estimating the size of a statistical audit".

    Examples
    --------
    >>> ask_at_random_by_rivest(500, 5), ask_at_random(500, 5)
    (226, 225)
    """
    refuse_impossible_counts(exposed, population, "exposed", "population")
    return math.ceil(-population * math.expm1(-3 / exposed)) if exposed else None


def ask_at_random_unlimited(coverage: float, miss: float = 0.05) -> int | None:
    """Return the fewest people to ask at random when the population is too large to matter.

    The smallest ``u`` with ``(1 - coverage) ** u <= miss``, geometric; never fewer than
    `ask_at_random` asks for. Both numbers are read as the decimals they are written as.

    Parameters
    ----------
    coverage
        Share of the population that saw it, if the claim is true, 0 to 1.
    miss
        Accepted chance of finding none of them, strictly between 0 and 1.

    Returns
    -------
    int or None
        People, at least 1. ``None`` when ``coverage`` is 0: no sample finds nobody.

    Raises
    ------
    ValueError
        ``coverage`` is not a share, or ``miss`` is out of range.

    Examples
    --------
    >>> ask_at_random_unlimited(0.01)
    299
    >>> ask_at_random_unlimited(0.5, miss=0.125)
    3
    """
    refuse_unless_share("coverage", coverage)
    refuse_unless_between_0_and_1("miss", miss)
    if coverage in (0, 1):
        return 1 if coverage else None
    # 400 digits hold 1 - coverage down to the smallest float there is. The sliver taken off keeps
    # an exact tie, 0.125 = 0.5 ** 3, from being asked one person more.
    with localcontext(prec=400):
        ratio = Decimal(str(miss)).ln() / (1 - Decimal(str(coverage))).ln()
        return math.ceil(ratio - Decimal("1e-40"))


def share_limit_if_none_saw(asked: int, confidence: float = 0.95) -> float | None:
    """Return the largest coverage that is compatible with none of those asked having seen it.

    ``1 - alpha ** (1 / asked)``, the exact bound that the "rule of three", ``3 / asked``,
    approximates, for a population too large to matter.

    Parameters
    ----------
    asked
        People asked, none of whom saw it.
    confidence
        Strictly between 0 and 1; ``alpha`` is the rest.

    Returns
    -------
    float or None
        A share of the population. ``None`` when nobody was asked.

    Raises
    ------
    ValueError
        ``asked`` is negative, or ``confidence`` is out of range.

    Examples
    --------
    >>> round(share_limit_if_none_saw(50), 7)
    0.0581551
    """
    refuse_impossible_counts(0, asked)
    refuse_unless_between_0_and_1("confidence", confidence)
    return -math.expm1(math.log1p(-confidence) / asked) if asked else None


def people_limit_if_none_saw(asked: int, population: int, confidence: float = 0.95) -> int | None:
    """Return how many of a population may have seen it when none of those asked did.

    The largest number of exposed people that random asking, nobody twice, would miss altogether
    with a chance above ``1 - confidence``: the hypergeometric upper bound.

    Parameters
    ----------
    asked
        People asked, none of whom saw it.
    population
        People there are, those asked among them.
    confidence
        Strictly between 0 and 1; read as the decimal it is written as.

    Returns
    -------
    int or None
        People, 0 when everybody was asked. ``None`` when nobody was.

    Raises
    ------
    ValueError
        More were asked than there are, a count is negative, or ``confidence`` is out of range.

    Examples
    --------
    >>> people_limit_if_none_saw(20, 200)
    26
    """
    refuse_impossible_counts(asked, population, "asked", "population")
    refuse_unless_between_0_and_1("confidence", confidence)
    if asked == 0:
        return None
    # The chance that asked and exposed do not meet is the same with the two exchanged, so the
    # fewest exposed that would have been found is a smallest sample, and the limit is one less.
    return _smallest_sample(population, asked, 1 - Fraction(str(confidence))) - 1


def _smallest_sample(population: int, exposed: int, miss: Fraction) -> int:
    """Return the fewest asked of whom none is exposed with a chance of at most ``miss``."""

    def enough(asked: int) -> bool:
        # Of the two equal ways to write the chance, the one with fewer factors.
        few, many = sorted((asked, exposed))
        none_found = math.perm(population - many, few)
        return none_found * miss.denominator <= miss.numerator * math.perm(population, few)

    # Doubling first keeps every trial near the answer, where the numbers are still short.
    most = 1
    while not enough(most):
        most = min(2 * most, population)
    return bisect_left(range(most + 1), True, lo=most // 2, key=enough)
