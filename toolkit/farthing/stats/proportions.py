"""The share of a population, from the share of those asked.

Those asked are taken for a random sample of a population too large to matter. "Cannot tell" is
always ``None``; a call that makes no sense raises `ValueError`.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal

from scipy import stats

from farthing.stats.values import refuse_impossible_counts, refuse_unless_between_0_and_1

#: A chance that is computed to be this little above what is accepted is taken for a tie.
TIE = 1e-9


def proportion_interval(
    saw: int, asked: int, method: Literal["wilson", "exact"] = "wilson", confidence: float = 0.95
) -> tuple[float, float] | None:
    """Return the two-sided confidence interval of a share.

    Parameters
    ----------
    saw, asked
        People who saw it, and people asked.
    method
        ``"wilson"``, the score interval, whose coverage is right on average; or ``"exact"``,
        Clopper-Pearson, whose coverage is never less than ``confidence`` and which is wider.
    confidence
        Strictly between 0 and 1.

    Returns
    -------
    tuple of float, or None
        Low and high, shares from 0 to 1; 0 of ``asked`` starts at 0, all of ``asked`` ends at 1.
        ``None`` when nobody was asked.

    Raises
    ------
    ValueError
        More saw it than were asked, a count is negative, ``confidence`` is out of range, or the
        method is not one of the two.

    Examples
    --------
    >>> low, high = proportion_interval(7, 50)
    >>> round(low, 7), round(high, 7)
    (0.0695083, 0.2618619)
    """
    refuse_impossible_counts(saw, asked)
    refuse_unless_between_0_and_1("confidence", confidence)
    if method not in ("wilson", "exact"):
        raise ValueError(f'the method is "wilson" or "exact", not "{method}"')
    if asked == 0:
        return None
    if method == "exact":
        # scipy searches for these to twelve decimals, which is nothing of one among millions.
        return share_limits(saw, asked, error=(1 - confidence) / 2)
    interval = stats.binomtest(saw, asked).proportion_ci(confidence, method=method)
    return float(interval.low), float(interval.high)


def share_limits(
    saw: int, asked: int, population: int | None = None, error: float = 0.05
) -> tuple[float, float] | None:
    """Return the least and the most of a population that saw it, each end on its own.

    The Clopper-Pearson limits, one-sided; or, where the population is given, the hypergeometric
    ones, which are shares of whole people.

    Parameters
    ----------
    saw, asked
        People who saw it, and people asked, nobody twice.
    population
        People there are, those asked among them; ``None`` is too many to matter.
    error
        Accepted chance that the truth is below the least, and as much that it is above the most;
        strictly between 0 and 1.

    Returns
    -------
    tuple of float, or None
        Shares of the population. ``None`` when nobody was asked.

    Raises
    ------
    ValueError
        More saw it than were asked, more were asked than there are, a count is negative, or
        ``error`` is out of range.

    Examples
    --------
    >>> low, high = share_limits(0, 50)
    >>> low, round(high, 7)
    (0.0, 0.0581551)
    >>> share_limits(0, 20, 200) == (0, 26 / 200)
    True
    """
    refuse_impossible_counts(saw, asked)
    refuse_unless_between_0_and_1("error", error)
    if population is not None:
        refuse_impossible_counts(asked, population, "asked", "population")
    if asked == 0:
        return None
    if population is not None:
        least, most = _people_limits(saw, asked, population, error)
        return least / population, most / population
    low = float(stats.beta.ppf(error, saw, asked - saw + 1)) if saw else 0.0
    high = float(stats.beta.ppf(1 - error, saw + 1, asked - saw)) if saw < asked else 1.0
    return low, high


def _people_limits(saw: int, asked: int, population: int, error: float) -> tuple[int, int]:
    """Return the fewest and the most people of whom a sample like this is no rarity."""

    def enough(people: int) -> bool:
        return bool(stats.hypergeom.sf(saw - 1, population, people, asked) > error * (1 + TIE))

    def too_many(people: int) -> bool:
        return bool(stats.hypergeom.cdf(saw, population, people, asked) <= error * (1 + TIE))

    # Those of the sample who saw it did, and those who did not, did not.
    possible = range(saw, population - (asked - saw) + 1)
    least = bisect_left(possible, True, key=enough)
    most = bisect_left(possible, True, key=too_many) - 1
    return possible[least], possible[most]
