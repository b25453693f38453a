"""Whether a resource went to marginal seats or to safe ones.

"Cannot tell" is always ``None``: a function that cannot answer from what it was given returns
``None``, never a number that looks like an answer. Values that are not finite numbers, missing
ones among them, raise `ValueError`: leaving a seat out is for the caller to decide and to say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from farthing.stats.concentration import index_by_rank
from farthing.stats.values import (
    Floats,
    as_amounts,
    as_numbers,
    never_varies,
    refuse_unequal,
    scaled,
)


def concentration_index(resource: npt.ArrayLike, margin: npt.ArrayLike) -> float | None:
    """Return how far a resource leans towards safer seats (positive) or marginal ones (negative).

    The concentration index, ``2 cov(resource, rank) / mean(resource)``, the rank being the
    fractional one, ``(i - 1/2) / n``, with ``i = 1`` for the most marginal seat. It is 0 when
    every seat has the same, and ``(n - 1) / n`` when the safest has everything. Seats with
    equal margins share their mean rank.

    Parameters
    ----------
    resource
        What each seat got, 0 or more.
    margin
        Each seat's margin, in votes or as a share; the sign is not used. Take the one known when
        the resource was given out.

    Returns
    -------
    float or None
        Strictly between -1 and 1. ``None`` when nothing was given out, or no seat is safer than
        another, as with one seat.

    Raises
    ------
    ValueError
        The lengths differ, a resource is negative, or a value is not a finite number.

    Notes
    -----
    Kakwani, Wagstaff and van Doorslaer (1997), "Socioeconomic inequalities in health", Journal
    of Econometrics 77.

    Examples
    --------
    >>> concentration_index([0, 2], [331, 7250])
    0.5
    """
    amounts, safety = as_amounts(resource), np.abs(as_numbers(margin))
    refuse_unequal(amounts, safety)
    return None if never_varies(safety) else index_by_rank(amounts, safety)


def targeting_ratio(
    resource: npt.ArrayLike, margin_share: npt.ArrayLike, marginal_at_most: float
) -> float | None:
    """Return the marginal seats' share of a resource over their share of the seats.

    1 when they got what their number would give them, above 1 when they got more.

    Parameters
    ----------
    resource
        What each seat got, 0 or more.
    margin_share
        Each seat's margin relative to its valid votes; the sign is not used.
    marginal_at_most
        The largest margin that still counts as marginal, in the unit of ``margin_share``: 5 for
        percentages, 0.05 for shares.

    Returns
    -------
    float or None
        ``None`` when no seat is marginal, or nothing was given out.

    Raises
    ------
    ValueError
        The lengths differ, a resource or ``marginal_at_most`` is negative, or a value is not a
        finite number.

    Examples
    --------
    >>> targeting_ratio([1, 0, 0, 3], [0.6, 4.0, 12.0, 32.1], marginal_at_most=5)
    0.5
    """
    amounts, safety = as_amounts(resource), np.abs(as_numbers(margin_share))
    refuse_unequal(amounts, safety)
    marginal = _marginal(safety, marginal_at_most)
    amounts = scaled(amounts)
    total = math.fsum(amounts)
    if total == 0 or not marginal.any():
        return None
    return math.fsum(amounts[marginal]) / total / float(marginal.mean())


def concentration_index_range(
    low: npt.ArrayLike, high: npt.ArrayLike, margin: npt.ArrayLike
) -> tuple[float, float] | None:
    """Return the least and the most a concentration index can be, where amounts are ranges.

    Each seat's amount may lie anywhere in its range, whatever the others are. Both ends are
    reached: at the most, every seat safer than some seat has the end of its range, and every
    other the beginning.

    Parameters
    ----------
    low, high
        The least and the most each seat got, 0 or more.
    margin
        As for `concentration_index`.

    Returns
    -------
    tuple of float, or None
        ``None`` when no seat is safer than another, or every seat may have got nothing.

    Raises
    ------
    ValueError
        The lengths differ, an amount is negative, a range ends below its start, or a value is not
        a finite number: an unbounded range has no most.

    Examples
    --------
    >>> concentration_index_range([0, 2], [0, 3], [331, 7250])
    (0.5, 0.5)
    >>> concentration_index_range([1, 1], [1, 3], [331, 7250])
    (0.0, 0.25)
    """
    least, most = _ranges(low, high)
    safety = np.abs(as_numbers(margin))
    refuse_unequal(least, safety)
    if never_varies(safety):
        return None
    centred = (2 * stats.rankdata(safety) - safety.size - 1) / safety.size
    return _mean_range(least, most, centred)


def targeting_ratio_range(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    margin_share: npt.ArrayLike,
    marginal_at_most: float,
) -> tuple[float, float] | None:
    """Return the least and the most a targeting ratio can be, where amounts are ranges.

    Parameters
    ----------
    low, high
        The least and the most each seat got, 0 or more.
    margin_share, marginal_at_most
        As for `targeting_ratio`.

    Returns
    -------
    tuple of float, or None
        ``None`` when no seat is marginal, or every seat may have got nothing.

    Raises
    ------
    ValueError
        As `concentration_index_range`; or ``marginal_at_most`` is negative.

    Examples
    --------
    >>> targeting_ratio_range([1, 0, 0, 3], [3, 0, 0, 3], [0.6, 4, 12, 32], marginal_at_most=5)
    (0.5, 1.0)
    """
    least, most = _ranges(low, high)
    safety = np.abs(as_numbers(margin_share))
    refuse_unequal(least, safety)
    marginal = _marginal(safety, marginal_at_most)
    if not marginal.any():
        return None
    return _mean_range(least, most, marginal / float(marginal.mean()))


def _marginal(safety: Floats, at_most: float) -> npt.NDArray[np.bool_]:
    if not at_most >= 0:
        raise ValueError(f"marginal_at_most is {at_most}, and must be zero or more")
    return np.asarray(safety <= at_most)


def _mean_range(least: Floats, most: Floats, scores: Floats) -> tuple[float, float] | None:
    """Return the least and the most a mean of scores can be whose weights lie in ranges."""
    if not least.any():
        return None
    least, most = np.split(scaled(np.concatenate([least, most])), 2)
    greatest = _greatest_mean(least, most, scores)
    if (least == most).all():
        return greatest, greatest
    return 0.0 - _greatest_mean(least, most, -scores), greatest


def _greatest_mean(least: Floats, most: Floats, scores: Floats) -> float:
    """Give the most weight to the highest scores, as far down as that raises the mean."""
    order = np.argsort(-scores, kind="stable")
    more, score = (most - least)[order], scores[order]
    weights = least.sum() + np.concatenate([[0.0], np.cumsum(more)])
    sums = (least * scores).sum() + np.concatenate([[0.0], np.cumsum(more * score)])
    return float((sums / weights).max()) + 0.0  # never -0.0


@dataclass(frozen=True, slots=True)
class Outliers:
    """Which seats have more, and which less, than how close they are would lead one to expect.

    Parameters
    ----------
    over
        Places in the list of the seats that are not marginal and have more than the median of
        those that are, whatever the amounts in their ranges.
    under
        Places of the marginal seats that have less than the median of those that are not.
    marginal_median, safe_median
        The two medians, each as the least and the most it can be.
    """

    over: list[int]
    under: list[int]
    marginal_median: tuple[float, float]
    safe_median: tuple[float, float]


def outliers(
    low: npt.ArrayLike, high: npt.ArrayLike, margin_share: npt.ArrayLike, marginal_at_most: float
) -> Outliers | None:
    """Return the seats that are over- and under-resourced: a rule, and no verdict.

    Parameters
    ----------
    low, high
        The least and the most each seat got, 0 or more.
    margin_share, marginal_at_most
        As for `targeting_ratio`.

    Returns
    -------
    Outliers or None
        ``None`` when all seats are marginal, or none is: there is nothing to hold one against.

    Raises
    ------
    ValueError
        As `targeting_ratio_range`.

    Examples
    --------
    >>> found = outliers([0, 2, 1], [0, 2, 1], [0.6, 15.0, 8.0], marginal_at_most=10)
    >>> found.over, found.under, found.marginal_median
    ([1], [0, 2], (0.5, 0.5))
    """
    least, most = _ranges(low, high)
    safety = np.abs(as_numbers(margin_share))
    refuse_unequal(least, safety)
    marginal = _marginal(safety, marginal_at_most)
    if marginal.all() or not marginal.any():
        return None
    close = float(np.median(least[marginal])), float(np.median(most[marginal]))
    safe = float(np.median(least[~marginal])), float(np.median(most[~marginal]))
    return Outliers(
        over=np.flatnonzero(~marginal & (least > close[1])).tolist(),
        under=np.flatnonzero(marginal & (most < safe[0])).tolist(),
        marginal_median=close,
        safe_median=safe,
    )


def _ranges(low: npt.ArrayLike, high: npt.ArrayLike) -> tuple[Floats, Floats]:
    least, most = as_amounts(low), as_amounts(high)
    refuse_unequal(least, most)
    if (most < least).any():
        raise ValueError("a range ends below its start")
    return least, most
