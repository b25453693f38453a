"""How unequally a resource is spread: over few or over many.

"Cannot tell" is always ``None``: a function that cannot answer from what it was given returns
``None``, never a number that looks like an answer. Values that are not finite numbers, missing
ones among them, raise `ValueError`: leaving a seat out is for the caller to decide and to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from farthing.stats.values import Floats, as_amounts, scaled


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
    amounts = as_amounts(values)
    if normalised and amounts.size == 1:
        return None
    index = index_by_rank(amounts, amounts)
    return min(1.0, index * amounts.size / (amounts.size - 1)) if normalised and index else index


def index_by_rank(amounts: Floats, order: Floats) -> float | None:
    """Return the concentration index by rank of ``order``; by its own rank it is the Gini."""
    amounts = scaled(amounts)
    total = math.fsum(amounts)
    if total == 0:
        return None
    # Twice the covariance with the fractional rank, over the mean. Ranks are centred before they
    # are multiplied, so that equal amounts cancel to exactly 0.
    centred = 2 * stats.rankdata(order) - amounts.size - 1
    return math.fsum(amounts * centred) / (amounts.size * total)


@dataclass(frozen=True, slots=True)
class Herfindahl:
    """How concentrated a resource is, by the shares of those that have it.

    Parameters
    ----------
    index
        The Herfindahl-Hirschman index, the sum of squared shares, ``1 / n`` to 1.
    normalised
        ``(index - 1 / n) / (1 - 1 / n)``, 0 to 1. ``None`` for one unit.
    equivalent
        ``1 / index``: how many units that all had the same would give this index.
    """

    index: float
    normalised: float | None
    equivalent: float


def hhi(values: npt.ArrayLike) -> Herfindahl | None:
    """Return the Herfindahl-Hirschman index of what each unit has.

    Parameters
    ----------
    values
        What each unit has, 0 or more. A unit that has nothing counts for ``normalised``.

    Returns
    -------
    Herfindahl or None
        ``None`` when there are no units, or all have nothing.

    Raises
    ------
    ValueError
        A value is negative, or not a finite number.

    Examples
    --------
    >>> found = hhi([20, 50, 20, 10])
    >>> round(found.index, 10), round(found.normalised, 10), round(found.equivalent, 2)
    (0.34, 0.12, 2.94)
    """
    shares = _shares(as_amounts(values))
    if shares is None:
        return None
    n = shares.size
    index = max(1 / n, math.fsum(shares**2))  # what rounding puts below the least there is
    normalised = (index - 1 / n) / (1 - 1 / n) if n > 1 else None
    return Herfindahl(index, normalised, 1 / index)


def theil_t(values: npt.ArrayLike) -> float | None:
    """Return Theil's T: 0 when all have the same, ``log(n)`` when one has everything.

    The mean of ``(x / mean) log(x / mean)``, in natural logarithms; a unit that has nothing adds
    nothing to the sum. It minds most where much is.

    Parameters
    ----------
    values
        What each unit has, 0 or more.

    Returns
    -------
    float or None
        ``None`` when there are no units, or all have nothing. One unit is 0.

    Raises
    ------
    ValueError
        A value is negative, or not a finite number.

    Examples
    --------
    >>> round(theil_t([10, 10, 10, 20, 50]), 7), theil_t([7]), theil_t([0, 0])
    (0.2502012, 0.0, None)
    """
    shares = _shares(as_amounts(values))
    if shares is None:
        return None
    return max(0.0, math.fsum(special.xlogy(shares, shares * shares.size)))


def theil_l(values: npt.ArrayLike) -> float | None:
    """Return Theil's L, the mean log deviation: 0 when all have the same.

    The mean of ``log(mean / x)``, in natural logarithms. It minds most where little is.

    Parameters
    ----------
    values
        What each unit has, above 0.

    Returns
    -------
    float or None
        ``None`` when there are no units, or one of them has nothing: it is not defined there.
        One unit is 0.

    Raises
    ------
    ValueError
        A value is negative, or not a finite number.

    Examples
    --------
    >>> round(theil_l([10, 10, 10, 20, 50]), 7), theil_l([10, 0]) is None
    (0.2326302, True)
    """
    shares = _shares(as_amounts(values))
    if shares is None or not shares.all():
        return None
    return max(0.0, -math.fsum(np.log(shares * shares.size)) / shares.size)


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Theil's T in two parts that add up to it.

    Parameters
    ----------
    between
        What is left of it when every unit has the mean of its group.
    within
        The mean of the groups' own, each weighted by what the group has of the whole.
    """

    between: float
    within: float


def theil_t_by_group(values: npt.ArrayLike, groups: Sequence[object]) -> Decomposition | None:
    """Return how much of Theil's T lies between groups and how much within them.

    Parameters
    ----------
    values
        What each unit has, 0 or more.
    groups
        The group of each unit, in the same order; anything that can be a key.

    Returns
    -------
    Decomposition or None
        ``None`` when there are no units, or all have nothing.

    Raises
    ------
    ValueError
        The lengths differ, a value is negative, or one is not a finite number.

    Examples
    --------
    >>> found = theil_t_by_group([10, 10, 10, 20, 50], "aaabb")
    >>> round(found.between, 7), round(found.within, 7)
    (0.1837869, 0.0664143)
    """
    amounts = as_amounts(values)
    if amounts.size != len(groups):
        raise ValueError(f"there are {amounts.size} values and {len(groups)} groups of them")
    whole = _shares(amounts)
    if whole is None:
        return None
    parts = [whole[[group == name for group in groups]] for name in dict.fromkeys(groups)]
    between = math.fsum(
        special.xlogy(part.sum(), part.sum() * whole.size / part.size) for part in parts
    )
    within = math.fsum(part.sum() * (theil_t(part) or 0.0) for part in parts)
    return Decomposition(max(0.0, between), within)


def lorenz(values: npt.ArrayLike) -> tuple[Floats, Floats] | None:
    """Return the Lorenz curve: what share of the resource the share of units with least have.

    Parameters
    ----------
    values
        What each unit has, 0 or more.

    Returns
    -------
    tuple of array, or None
        Shares of the units and of the resource, both from 0 to 1, one point more than there are
        units. ``None`` when there are no units, or all have nothing.

    Raises
    ------
    ValueError
        A value is negative, or not a finite number.

    Examples
    --------
    >>> units, held = lorenz([50, 10, 20, 20])
    >>> held.round(10).tolist()
    [0.0, 0.1, 0.3, 0.5, 1.0]
    """
    shares = _shares(np.sort(as_amounts(values)))
    if shares is None:
        return None
    held = np.concatenate([[0.0], np.cumsum(shares)])
    held[-1] = 1.0
    return np.linspace(0, 1, shares.size + 1), np.minimum(held, 1.0)


def _shares(amounts: Floats) -> Floats | None:
    amounts = scaled(amounts)
    total = math.fsum(amounts)
    return amounts / total if total else None
