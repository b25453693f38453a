"""Compositions whose counts are known within bounds: what their shares and distances can be.

A count is a range, the same twice where it is exact; without an upper bound its most is ``None``.
Bounds are those of every composition that the counts allow: a suppressed cell is not nothing. A
total that can only be nothing has no composition: functions then return ``None``, which is "cannot
tell". Negative or missing values raise `ValueError`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from scipy import optimize, special

from farthing.stats.divergence import segment_index, total_variation, within_0_and_1
from farthing.stats.values import Floats, as_amounts, refuse_unequal

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


def index_bounds(intended: Range, delivered: Range) -> tuple[float, float | None] | None:
    """Return the least and the most that the index of a segment can be, from bounds of its shares.

    Returns
    -------
    tuple or None
        The most is ``None``, without bound, where nothing may have been intended for the segment.
        ``None`` where nothing was, or the bounds of its share are not known.

    Raises
    ------
    ValueError
        As for `share_bounds`.

    Examples
    --------
    >>> index_bounds((0.2, 0.25), (0.5, 0.5)), index_bounds((0, 0.1), (0.2, 0.3))
    ((200.0, 250.0), (200.0, None))
    """
    _ends([intended, delivered])  # refuses what is no range
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
        Bounds that are reached, or come as near as one likes where a count has no upper bound;
        the least to about nine decimals.
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
    refuse_unequal(p[0], q[0])
    if not p[1].any() or not q[1].any():
        return None
    if _is_exact(p) and _is_exact(q):
        exact = total_variation(p[0], q[0])
        assert exact is not None
        return exact, exact
    most = _most_variation(p, q)
    return min(_least_variation(p, q), most), most


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
    return within_0_and_1(1 - entropy), most


def _least_variation(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Minimise half the sum of d, with d no less than p - q and q - p; s is one over the total."""
    n = p[0].size
    if n > MOST_PROGRAMMED:
        return _least_at_all(p, q)
    eye, none = np.eye(n), np.zeros((n, n))
    column = np.zeros((n, 1))
    # Variables: p (n), q (n), d (n), the inverse totals of p and of q. Each share is measured by
    # the most it can be: a segment of a few people among millions is below what HiGHS tells from 0.
    size = np.maximum(_bounds(p)[1], _bounds(q)[1])
    size = np.where(size > 0, size, 1.0)
    rows = [
        np.hstack([eye, -eye, -eye, column, column]),
        np.hstack([-eye, eye, -eye, column, column]),
    ]
    for at, (low, high) in enumerate((p, q)):
        own = np.hstack([eye, none] if at == 0 else [none, eye])
        least = (low / size)[:, None]
        inverse = [least, column] if at == 0 else [column, least]
        rows.append(np.hstack([-own, none, *inverse]))
        bounded = np.isfinite(high)
        limit = (np.where(bounded, high, 0) / size)[:, None]
        inverse = [-limit, column] if at == 0 else [column, -limit]
        rows.append(np.hstack([own, none, *inverse])[bounded])
    sums = np.zeros((2, 3 * n + 2))
    sums[0, :n] = sums[1, n : 2 * n] = size
    found = optimize.linprog(
        np.concatenate([np.zeros(2 * n), size / 2, [0, 0]]),
        A_ub=np.vstack(rows),
        b_ub=np.zeros(sum(len(part) for part in rows)),
        A_eq=sums,
        b_eq=[1, 1],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert found.fun is not None, found.message
    return within_0_and_1(float(found.fun))


def _least_at_all(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Return what one of the two has more at any rate, segment by segment."""
    (p_least, p_most), (q_least, q_most) = _bounds(p), _bounds(q)
    over, under = np.maximum(p_least - q_most, 0).sum(), np.maximum(q_least - p_most, 0).sum()
    return within_0_and_1(float(max(over, under)))


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
    return within_0_and_1(float((p_share - q_share).max()))


def _most_at_all(p: tuple[Floats, Floats], q: tuple[Floats, Floats]) -> float:
    """Return a total variation that none exceeds: each share is taken at its bounds by itself."""
    (p_least, p_most), (q_least, q_most) = _bounds(p), _bounds(q)
    over, under = np.maximum(p_most - q_least, 0).sum(), np.maximum(q_most - p_least, 0).sum()
    return within_0_and_1(float(min(over, under)))


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
    """Bring the largest bound there is near one, which changes no share."""
    low, high = side
    power = -int(np.frexp(np.concatenate([low, high[np.isfinite(high)]]).max(initial=0.0))[1])
    return np.ldexp(low, power), np.ldexp(high, power)


def _is_exact(side: tuple[Floats, Floats]) -> bool:
    return bool((side[0] == side[1]).all())


def _ends(counts: Sequence[Range]) -> tuple[Floats, Floats]:
    low = as_amounts([least for least, _ in counts])
    high = np.array([math.inf if most is None else most for _, most in counts], dtype=np.float64)
    if np.isnan(high).any() or (high < low).any():
        raise ValueError("a range must be of numbers, its most no less than its least")
    return _scaled((low, high))
