"""How far one composition lies from another: whom it reached beside whom it was meant for.

A composition is what each of several segments has of a whole. It is given in any unit, counts or
shares, and divided by its own total here. A total of nothing has no composition: every function
then returns ``None``, which is "cannot tell". Negative or missing values raise `ValueError`, and
so do two lists of different length: `farthing.stats.composition.joined` puts them side by side.

Distances are in [0, 1], and 0 only for equal compositions. The Jensen-Shannon *divergence* is in
bits, the Jensen-Shannon *distance* is its square root: the two are never the same number but at
0 and 1. Counts that are known within bounds are for `farthing.stats.composition`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from farthing.stats.values import Floats, as_amounts, refuse_unequal


def total_variation(intended: npt.ArrayLike, delivered: npt.ArrayLike) -> float | None:
    """Return the share of the whole that stands in other segments than it was meant for.

    Half the sum of the absolute differences of shares; the Hoover index, where one of the two is
    the yardstick of the other.

    Parameters
    ----------
    intended, delivered
        What each segment has, in the same order, 0 or more.

    Returns
    -------
    float or None
        0 when the two are equal, 1 when no segment has part in both.

    Examples
    --------
    >>> round(total_variation([5, 3, 2], [2, 3, 5]), 12)
    0.3
    >>> total_variation([0, 0], [1, 2]) is None
    True
    """
    pair = _pair(intended, delivered)
    return None if pair is None else within_0_and_1(float(np.abs(pair[0] - pair[1]).sum()) / 2)


def jensen_shannon_divergence(intended: npt.ArrayLike, delivered: npt.ArrayLike) -> float | None:
    """Return the Jensen-Shannon divergence of two compositions, in bits.

    The mean Kullback-Leibler divergence of the two from their middle. It is defined whatever is
    zero. Not its square root: that is `jensen_shannon_distance`, and what scipy calculates.

    Returns
    -------
    float or None
        0 when the two are equal, 1 when no segment has part in both.

    Notes
    -----
    Lin (1991), "Divergence measures based on the Shannon entropy", IEEE Transactions on
    Information Theory 37.

    Examples
    --------
    >>> round(jensen_shannon_divergence([1, 0], [0.5, 0.5]), 6)
    0.311278
    """
    pair = _pair(intended, delivered)
    if pair is None:
        return None
    both = pair[0] + pair[1]
    apart = np.divide(pair[0] - pair[1], both, out=np.zeros_like(both), where=both > 0)
    # As logarithms of 1 + and 1 - what they lie apart, so that the distance of two that are equal
    # but for the last digit is about that digit, not the root of it.
    terms = special.xlog1py(1 + apart, apart) + special.xlog1py(1 - apart, -apart)
    return within_0_and_1(float((both * terms).sum()) / 4 / math.log(2))


def jensen_shannon_distance(intended: npt.ArrayLike, delivered: npt.ArrayLike) -> float | None:
    """Return the Jensen-Shannon distance, the square root of the divergence in bits.

    Examples
    --------
    >>> round(jensen_shannon_distance([5, 3, 2], [2, 3, 5]), 6)
    0.309541
    """
    divergence = jensen_shannon_divergence(intended, delivered)
    return None if divergence is None else math.sqrt(divergence)


def hellinger(intended: npt.ArrayLike, delivered: npt.ArrayLike) -> float | None:
    """Return the Hellinger distance of two compositions.

    Examples
    --------
    >>> round(hellinger([5, 3, 2], [2, 3, 5]), 6)
    0.259893
    """
    pair = _pair(intended, delivered)
    if pair is None:
        return None
    return within_0_and_1(float(np.linalg.norm(np.sqrt(pair[0]) - np.sqrt(pair[1]))) / math.sqrt(2))


def kullback_leibler(intended: npt.ArrayLike, delivered: npt.ArrayLike) -> float | None:
    """Return the Kullback-Leibler divergence of what was intended from what was delivered, in bits.

    What is lost when the one is taken for the other; the two cannot be exchanged.

    Returns
    -------
    float or None
        0 or more. ``None`` also where a segment that was intended was not delivered to at all:
        there it has no bound.

    Examples
    --------
    >>> round(kullback_leibler([5, 3, 2], [2, 3, 5]), 6)
    0.396578
    >>> kullback_leibler([1, 1], [1, 0]) is None
    True
    """
    pair = _pair(intended, delivered)
    if pair is None or bool(((pair[0] > 0) & (pair[1] == 0)).any()):
        return None
    return max(0.0, float(special.rel_entr(*pair).sum()) / math.log(2))


def segment_index(intended: float, delivered: float) -> float | None:
    """Return a segment's share of delivery for each 100 that it was meant to have.

    Parameters
    ----------
    intended, delivered
        Its shares, each of its own whole.

    Returns
    -------
    float or None
        100 is as intended, 200 twice as much. ``None`` where nothing was intended for it.

    Examples
    --------
    >>> segment_index(0.2, 0.5), segment_index(0, 0.5)
    (250.0, None)
    """
    as_amounts([intended, delivered])
    return None if intended == 0 else 100 * (delivered / intended)


def _pair(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats] | None:
    """Return two compositions as shares; none where a total is nothing."""
    one, other = as_amounts(first), as_amounts(second)
    refuse_unequal(one, other)
    if not one.any() or not other.any():
        return None
    return _shares(one), _shares(other)


def _shares(values: Floats) -> Floats:
    scaled = values / values.max()  # so that a total of large ones does not run over
    return np.asarray(scaled / scaled.sum())


def within_0_and_1(value: float) -> float:
    """Take off what rounding puts below 0 or above 1.

    Examples
    --------
    >>> within_0_and_1(-1e-17), within_0_and_1(0.25)
    (0.0, 0.25)
    """
    return min(max(value, 0.0), 1.0)
