"""How far one composition lies from another: whom it reached beside whom it was meant for.

A composition is what each of several segments has of a whole. It is given in any unit, counts or
shares, and divided by its own total here. A total of nothing has no composition: every function
then returns ``None``, which is "cannot tell". Negative or missing values raise `ValueError`, and
so do two lists of different segments: `joined` puts them side by side first.

Distances are in [0, 1], and 0 only for equal compositions. The Jensen-Shannon *divergence* is in
bits, the Jensen-Shannon *distance* is its square root: the two are never the same number but at
0 and 1. Counts that are known within bounds give bounds of the distance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

Floats = npt.NDArray[np.float64]
#: The least and the most of a count; ``None`` is without bound.
Range: TypeAlias = tuple[float, float | None]

MOST_SEARCHED = 16
"""Segments up to which every set is tried: 16 have 65,536 of them."""

MOST_PROGRAMMED = 60
"""Segments up to which the least is found by a linear programme."""


def joined(
    intended: Mapping[str, Range], delivered: Mapping[str, Range]
) -> tuple[list[str], list[Range], list[Range]]:
    """Put two compositions side by side: every segment of either, nothing where it has none.

    Examples
    --------
    >>> joined({"18-24": (5, 5)}, {"18-24": (3, 3), "65+": (0, 99)})
    (['18-24', '65+'], [(5, 5), (0, 0)], [(3, 3), (0, 99)])
    """
    segments = list(dict.fromkeys([*intended, *delivered]))
    nothing: Range = (0, 0)
    return (
        segments,
        [intended.get(segment, nothing) for segment in segments],
        [delivered.get(segment, nothing) for segment in segments],
    )


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
    return None if pair is None else _within(float(np.abs(pair[0] - pair[1]).sum()) / 2)


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
    middle = (pair[0] + pair[1]) / 2
    nats = sum(float(special.rel_entr(side, middle).sum()) for side in pair) / 2
    return _within(nats / math.log(2))


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
    return _within(float(np.linalg.norm(np.sqrt(pair[0]) - np.sqrt(pair[1]))) / math.sqrt(2))


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
    _numbers([intended, delivered])
    return None if intended == 0 else 100 * (delivered / intended)


def index_bounds(intended: Range, delivered: Range) -> tuple[float, float | None] | None:
    """Return the least and the most that the index of a segment can be, from bounds of its shares.

    Returns
    -------
    tuple or None
        The most is ``None``, without bound, where nothing may have been intended for the segment.
        ``None`` where nothing was, or the bounds of its share are not known.

    Examples
    --------
    >>> index_bounds((0.2, 0.25), (0.5, 0.5)), index_bounds((0, 0.1), (0.2, 0.3))
    ((200.0, 250.0), (200.0, None))
    """
    if not intended[1]:
        return None
    least = segment_index(intended[1], delivered[0])
    most = None if delivered[1] is None else segment_index(intended[0], delivered[1])
    return (least or 0.0), most


def share_bounds(counts: Sequence[Range]) -> list[tuple[float, float]] | None:
    """Return the least and the most that each segment's share of the whole can be.

    A share is least where the segment has its least and all others their most. Shares at their
    bounds do not add up to one: they are never so all at once.

    Returns
    -------
    list or None
        ``None`` where every count is nothing. Where the whole may be nothing, the bounds are of
        every case in which it is not.

    Raises
    ------
    ValueError
        A count is below zero, not a number, or its most is below its least.

    Examples
    --------
    >>> share_bounds([(100, 300), (300, 300)])
    [(0.25, 0.5), (0.5, 0.75)]
    >>> share_bounds([(50, None), (50, 50)])
    [(0.5, 1.0), (0.0, 0.5)]
    """
    low, high = _ends(counts)
    if not high.any():
        return None
    least, most = _bounds((low, high))
    return [(float(a), float(b)) for a, b in zip(least, most, strict=True)]


def total_variation_bounds(
    intended: Sequence[Range], delivered: Sequence[Range]
) -> tuple[float, float] | None:
    """Return the least and the most that the total variation of two ranged compositions can be.

    The least is a linear programme: shares are counts over their total, so that they satisfy
    linear bounds in the inverse of it. The most is the largest surplus of any set of segments,
    which is taken at corners of the bounds; every set is tried that may be it.

    Parameters
    ----------
    intended, delivered
        The bounds of each segment's count, in the same order.

    Returns
    -------
    tuple or None
        Bounds that are reached, or come as near as one likes where a count has no upper bound.
        Where of more than `MOST_SEARCHED` segments it is open on which side they have more, the
        most is one that it cannot exceed; with more than `MOST_PROGRAMMED` the least is what lies
        elsewhere at any rate.

    Raises
    ------
    ValueError
        As for `share_bounds`, or the lengths differ.

    Examples
    --------
    >>> total_variation_bounds([(1, 1), (1, 1)], [(0, 100), (100, 100)])
    (0.0, 0.5)
    """
    p, q = _ends(intended), _ends(delivered)
    _refuse_unequal(p[0], q[0])
    if not p[1].any() or not q[1].any():
        return None
    if _is_exact(p) and _is_exact(q):
        exact = total_variation(p[0], q[0])
        assert exact is not None
        return exact, exact
    return _least_variation(p, q), _most_variation(p, q)


def jensen_shannon_bounds(variation: tuple[float, float]) -> tuple[float, float]:
    """Return what the Jensen-Shannon divergence lies between, given bounds of the total variation.

    No pair of compositions with that total variation has a divergence outside them, so they hold
    whatever the segments are; they are not the narrowest for given counts.

    Parameters
    ----------
    variation
        Bounds of the total variation, in [0, 1].

    Returns
    -------
    tuple
        Bits.

    Notes
    -----
    ``1 - h((1 - V) / 2) <= JSD <= V`` with the binary entropy ``h``: Lin (1991), and for the
    lower one Sason (2015), "Tight bounds for symmetric divergence measures".

    Examples
    --------
    >>> jensen_shannon_bounds((0.5, 0.5))
    (0.18872187554086717, 0.5)
    """
    least, most = variation
    if not 0 <= least <= most <= 1:
        raise ValueError(f"{least:g} to {most:g} are no bounds of a total variation")
    unlike = (1 - least) / 2
    entropy = float(special.entr([unlike, 1 - unlike]).sum()) / math.log(2)
    return _within(1 - entropy), most


def _least_variation(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Minimise half the sum of d, with d no less than p - q and q - p; s is one over the total."""
    n = p[0].size
    if n > MOST_PROGRAMMED:
        return _least_at_all(p, q)
    eye, none = np.eye(n), np.zeros((n, n))
    column = np.zeros((n, 1))
    # variables: p (n), q (n), d (n), the inverse totals of p and of q
    rows = [
        np.hstack([eye, -eye, -eye, column, column]),
        np.hstack([-eye, eye, -eye, column, column]),
    ]
    for at, (low, high) in enumerate((_scaled(p), _scaled(q))):
        own = np.hstack([eye, none] if at == 0 else [none, eye])
        inverse = [low[:, None], column] if at == 0 else [column, low[:, None]]
        rows.append(np.hstack([-own, none, *inverse]))
        bounded = np.isfinite(high)
        limit = np.where(bounded, high, 0)[:, None]
        inverse = [-limit, column] if at == 0 else [column, -limit]
        rows.append(np.hstack([own, none, *inverse])[bounded])
    sums = np.zeros((2, 3 * n + 2))
    sums[0, :n] = sums[1, n : 2 * n] = 1
    found = optimize.linprog(
        np.concatenate([np.zeros(2 * n), np.full(n, 0.5), [0, 0]]),
        A_ub=np.vstack(rows),
        b_ub=np.zeros(sum(len(part) for part in rows)),
        A_eq=sums,
        b_eq=[1, 1],
    )
    assert found.fun is not None, found.message
    return _within(float(found.fun))


def _least_at_all(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Return what one of the two has more at any rate, segment by segment."""
    (p_least, p_most), (q_least, q_most) = _bounds(p), _bounds(q)
    over, under = np.maximum(p_least - q_most, 0).sum(), np.maximum(q_least - p_most, 0).sum()
    return _within(float(max(over, under)))


def _most_variation(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Return the most that any set of segments can have more in the one than in the other.

    At that corner the set is of the segments that have the larger share there, so those that have
    it at any rate are in the set, and those that never have it are not: the others are searched.
    """
    (p_least, p_most), (q_least, q_most) = _bounds(p), _bounds(q)
    over, under = p_least > q_most, q_least > p_most
    searched = ~over & ~under
    if searched.sum() > MOST_SEARCHED:
        return _most_at_all(p, q)
    sums = [_subset_sums(side[searched]) for side in (*p, *q)]
    p_low, p_high, q_low, q_high = sums
    # the sets in reverse are their complements
    p_share = _part(p_high + p[1][over].sum(), p_low[::-1] + p[0][under].sum(), of_nothing=0.0)
    q_share = _part(q_low + q[0][over].sum(), q_high[::-1] + q[1][under].sum(), of_nothing=1.0)
    return _within(float((p_share - q_share).max()))


def _most_at_all(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Return a total variation that none exceeds: each share is taken at its bounds by itself."""
    (p_least, p_most), (q_least, q_most) = _bounds(p), _bounds(q)
    over, under = np.maximum(p_most - q_least, 0).sum(), np.maximum(q_most - p_least, 0).sum()
    return _within(float(min(over, under)))


def _bounds(side: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return the least and the most of each share."""
    low, high = side
    # where all others are nothing, a whole that is something is all of this one
    least = _part(low, _without_each(high), of_nothing=1.0)
    return least, _part(high, _without_each(low), of_nothing=0.0)


def _part(own: Floats, others: Floats, *, of_nothing: float) -> Floats:
    """Return own / (own + others); all of it where own has no bound."""
    bounded = np.isfinite(own)
    part = np.where(bounded, own, 1.0)
    whole = part + np.where(bounded, others, 0.0)
    return np.asarray(np.divide(part, whole, out=np.full_like(whole, of_nothing), where=whole > 0))


def _without_each(values: Floats) -> Floats:
    """Return for each value the sum of all others; unlike a difference, true of tiny ones too."""
    before = np.concatenate([[0.0], np.cumsum(values)[:-1]])
    after = np.concatenate([np.cumsum(values[::-1])[::-1][1:], [0.0]])
    return np.asarray(before + after)


def _subset_sums(values: Floats) -> Floats:
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
    return sums


def _scaled(side: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Divide by the largest bound there is, which changes no share and keeps numbers near one."""
    bounds = np.concatenate([side[0], side[1][np.isfinite(side[1])]])
    scale = bounds.max() or 1.0
    return side[0] / scale, side[1] / scale


def _is_exact(side: tuple[Floats, Floats]) -> bool:
    return bool((side[0] == side[1]).all())


def _pair(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats] | None:
    """Return two compositions as shares; none where a total is nothing."""
    one, other = _numbers(first), _numbers(second)
    _refuse_unequal(one, other)
    if not one.any() or not other.any():
        return None
    return _shares(one), _shares(other)


def _shares(values: Floats) -> Floats:
    scaled = values / values.max()  # so that a total of large ones does not run over
    return np.asarray(scaled / scaled.sum())


def _numbers(values: npt.ArrayLike) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all() or (numbers < 0).any():
        raise ValueError("the values must be one list of finite numbers, each zero or more")
    return numbers


def _ends(counts: Sequence[Range]) -> tuple[Floats, Floats]:
    low = _numbers([least for least, _ in counts])
    high = np.array([math.inf if most is None else most for _, most in counts], dtype=np.float64)
    if np.isnan(high).any() or (high < low).any():
        raise ValueError("a range must be of numbers, its most no less than its least")
    return low, high


def _refuse_unequal(first: Floats, second: Floats) -> None:
    if first.size != second.size:
        raise ValueError(f"there are {first.size} segments on one side and {second.size} beside")


def _within(value: float) -> float:
    """Take off what rounding puts below 0 or above 1."""
    return min(max(value, 0.0), 1.0)
