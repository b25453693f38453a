"""How many there are in all, when two lists each have some of them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recapture:
    """What two lists tell of how many there are.

    Parameters
    ----------
    seen
        On either list: no fewer can there be, whatever the lists are.
    most
        No more can there be; ``None`` where nothing bounds them.
    estimate
        Chapman's estimate of all. It holds only if being on one list says nothing about being on
        the other; where who is on one is likelier to be on the other, there are more.
    deviation
        Its standard deviation (Seber).
    """

    seen: int
    most: int | None
    estimate: float
    deviation: float


def recapture(first: int, second: int, both: int, most: int | None = None) -> Recapture:
    """Estimate how many there are from two lists, and bound it without an assumption.

    Parameters
    ----------
    first, second
        How many each list has.
    both
        How many are on both.
    most
        How many there can be at most, where that is known.

    Raises
    ------
    ValueError
        A count is below zero, more are on both than on one, or more on either than can be.

    Notes
    -----
    D. G. Chapman (1951), ``(n1 + 1)(n2 + 1) / (m + 1) - 1``; variance by G. A. F. Seber (1970).
    The estimate is free of bias where ``first + second`` is no less than all there are.

    Examples
    --------
    >>> found = recapture(200, 150, 100)
    >>> found.seen, round(found.estimate, 2), found.most
    (250, 299.5, None)
    """
    seen = first + second - both
    if min(first, second, both) < 0 or both > min(first, second):
        raise ValueError("0 <= both <= first, second is needed")
    if most is not None and most < seen:
        raise ValueError("more are on the lists than there can be")
    estimate = (first + 1) * (second + 1) / (both + 1) - 1
    spread = (first + 1) * (second + 1) * (first - both) * (second - both)
    deviation = math.sqrt(spread / ((both + 1) ** 2 * (both + 2)))
    return Recapture(seen, most, estimate, deviation)
