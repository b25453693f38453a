"""Whether two quantities rise together, by their ranks.

"Cannot tell" is always ``None``. Values that are not finite numbers, missing ones among them,
raise `ValueError`: leaving a seat out is for the caller to decide and to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from farthing.stats.values import Floats, as_numbers, never_varies, refuse_unequal

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
        and no less than the two perfect orders have among all; Kendall's is exact where nothing
        is tied and there are few pairs, else normal.
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
    first, second = as_numbers(x), as_numbers(y)
    refuse_unequal(first, second)
    if first.size <= 2 or never_varies(first) or never_varies(second):
        return None
    rho, tau = stats.spearmanr(first, second), stats.kendalltau(first, second)
    exact = first.size <= MOST_PERMUTED
    return RankCorrelation(
        n=first.size,
        spearman=float(rho.statistic),
        spearman_p=_spearman_p(first, second)
        if exact
        else max(float(rho.pvalue), _least_p(first.size)),
        kendall=float(tau.statistic),
        kendall_p=_kendall_p(first, second) if exact else float(tau.pvalue),
        exact=exact,
        tied=int((_is_tied(first) | _is_tied(second)).sum()),
    )


def _least_p(pairs: int) -> float:
    """Return the p-value of a perfect order, far out where the tail of Student's t is too thin."""
    return 2 / math.exp(math.lgamma(pairs + 1)) if pairs < 170 else 0.0


def _spearman_p(x: Floats, y: Floats) -> float:
    ranks = stats.rankdata(x)

    def products(shuffled: Floats, axis: int) -> Floats:
        return np.asarray(shuffled @ ranks)

    return _permutation_p(stats.rankdata(y), products)


def _kendall_p(first: Floats, second: Floats) -> float:
    x, y = stats.rankdata(first), stats.rankdata(second)
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


def _is_tied(values: Floats) -> npt.NDArray[np.bool_]:
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(count[where] > 1)
