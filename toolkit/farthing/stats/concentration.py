"""Where a resource went: to few or to many, to marginal seats or to safe ones.

"Cannot tell" is always ``None``: a function that cannot answer from what it was given returns
``None``, never a number that looks like an answer. Values that are not finite numbers, missing
ones among them, raise `ValueError`: leaving a seat out is for the caller to decide and to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

MOST_PERMUTED = 9
"""Pairs up to which every ordering is tried: 9 have 362,880 of them, 10 have ten times as many."""


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Whether two quantities rise together, by their ranks.

    Parameters
    ----------
    n
        Pairs compared.
    spearman, kendall
        Spearman's rho and Kendall's tau-b, -1 to 1; equal values share their mean rank.
    spearman_p, kendall_p
        Two-sided p-values of no association: twice the smaller tail, at most 1.
    exact
        Whether both p-values come from all orderings. If not, Spearman's is from Student's t,
        and Kendall's is exact where nothing is tied and there are few pairs, else normal.
    tied
        Pairs that share their first or their second value with another pair.
    """

    n: int
    spearman: float
    spearman_p: float
    kendall: float
    kendall_p: float
    exact: bool
    tied: int


def rank_correlation(x: npt.ArrayLike, y: npt.ArrayLike) -> RankCorrelation | None:
    """Return the rank correlations of two quantities.

    Up to nine pairs the p-values are exact, ties included; above, they are scipy's.

    Parameters
    ----------
    x, y
        One value for each seat (or other unit), in the same order. The p-values take the seats
        as exchangeable.

    Returns
    -------
    RankCorrelation or None
        ``None`` for two pairs or fewer, of which the correlation is 1 or -1 whatever the truth,
        and when one of the two never varies.

    Raises
    ------
    ValueError
        The lengths differ, or a value is not a finite number.

    Examples
    --------
    >>> found = rank_correlation([1, 2, 3, 4], [1, 2, 4, 3])
    >>> round(found.spearman, 3), round(found.spearman_p, 3)
    (0.8, 0.333)
    >>> rank_correlation([331, 7250], [0, 2]) is None
    True
    """
    first, second = _numbers(x), _numbers(y)
    _refuse_unequal(first, second)
    if first.size <= 2 or _never_varies(first) or _never_varies(second):
        return None
    rho, tau = stats.spearmanr(first, second), stats.kendalltau(first, second)
    exact = first.size <= MOST_PERMUTED
    return RankCorrelation(
        n=first.size,
        spearman=float(rho.statistic),
        spearman_p=_spearman_p(first, second) if exact else float(rho.pvalue),
        kendall=float(tau.statistic),
        kendall_p=_kendall_p(first, second) if exact else float(tau.pvalue),
        exact=exact,
        tied=int((_is_tied(first) | _is_tied(second)).sum()),
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
    amounts, safety = _amounts(resource), np.abs(_numbers(margin))
    _refuse_unequal(amounts, safety)
    return None if _never_varies(safety) else _index(amounts, safety)


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
    amounts, safety = _amounts(resource), np.abs(_numbers(margin_share))
    _refuse_unequal(amounts, safety)
    if not marginal_at_most >= 0:
        raise ValueError(f"marginal_at_most is {marginal_at_most}, and must be zero or more")
    marginal = safety <= marginal_at_most
    total = math.fsum(amounts)
    if total == 0 or not marginal.any():
        return None
    return math.fsum(amounts[marginal]) / total / float(marginal.mean())


def gini(values: npt.ArrayLike, *, normalised: bool = False) -> float | None:
    """Return the Gini coefficient: 0 when all have the same, near 1 when one has everything.

    The population form, ``2 sum(i x_i) / (n sum(x)) - (n + 1) / n`` over the values in ascending
    order, whose largest value is ``(n - 1) / n``.

    Parameters
    ----------
    values
        What each unit has, 0 or more. A unit that has nothing counts, so list it.
    normalised
        Multiply by ``n / (n - 1)``, so that one unit having everything is 1 however few there
        are.

    Returns
    -------
    float or None
        ``None`` when there are no units, or all have nothing. One unit is 0, and ``None`` when
        normalised.

    Raises
    ------
    ValueError
        A value is negative, or not a finite number.

    Examples
    --------
    >>> round(gini([20, 50, 20, 10]), 10), round(gini([20, 50, 20, 10], normalised=True), 10)
    (0.3, 0.4)
    >>> gini([0, 0]) is None
    True
    """
    amounts = _amounts(values)
    if normalised and amounts.size == 1:
        return None
    index = _index(amounts, amounts)
    return index * amounts.size / (amounts.size - 1) if normalised and index else index


def _index(amounts: Floats, order: Floats) -> float | None:
    """Return the concentration index by rank of ``order``; by its own rank it is the Gini."""
    total = math.fsum(amounts)
    if total == 0:
        return None
    # Twice the covariance with the fractional rank, over the mean. Ranks are centred before they
    # are multiplied, so that equal amounts cancel to exactly 0.
    centred = 2 * stats.rankdata(order) - amounts.size - 1
    return math.fsum(amounts * centred) / (amounts.size * total)


def _spearman_p(x: Floats, y: Floats) -> float:
    ranks = stats.rankdata(x)

    def products(shuffled: Floats, axis: int) -> Floats:
        return np.asarray(shuffled @ ranks)

    return _permutation_p(stats.rankdata(y), products)


def _kendall_p(x: Floats, y: Floats) -> float:
    earlier, later = np.triu_indices(x.size, 1)
    x_direction = np.sign(x[later] - x[earlier])

    def agreements(shuffled: Floats, axis: int) -> Floats:
        return np.asarray(np.sign(shuffled[..., later] - shuffled[..., earlier]) @ x_direction)

    return _permutation_p(y, agreements)


def _permutation_p(y: Floats, statistic: Callable[..., Floats]) -> float:
    """Return the share of all orderings of ``y`` that are as extreme as the one given.

    The statistic need only rise with the coefficient: what does not change with the ordering
    (means, spreads, numbers of ties) is left out of it.
    """
    test = stats.permutation_test(
        (y,),
        statistic,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=math.factorial(y.size),
        batch=40_320,
    )
    return float(test.pvalue)


def _numbers(values: npt.ArrayLike) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise ValueError("the values must be one list of finite numbers")
    return numbers


def _amounts(values: npt.ArrayLike) -> Floats:
    amounts = _numbers(values)
    if (amounts < 0).any():
        raise ValueError(f"an amount is {amounts.min():g}, and must be zero or more")
    return amounts


def _refuse_unequal(first: Floats, second: Floats) -> None:
    if first.size != second.size:
        raise ValueError(f"there are {first.size} values on one side and {second.size} beside them")


def _never_varies(values: Floats) -> bool:
    return values.size == 0 or bool((values == values[0]).all())


def _is_tied(values: Floats) -> npt.NDArray[np.bool_]:
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(count[where] > 1)
