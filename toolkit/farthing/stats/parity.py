"""Whether groups were exposed alike: the difference and the ratio of their rates.

A rate is what a group had for each of its people: the share who saw something, or impressions a
person. It is a range; without an upper bound its most is ``None``. Rates are compared from the
least exposed group to the most exposed one, whichever they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import product

from farthing.stats.composition import Range

FOUR_FIFTHS = 0.8
"""The ratio below which the four-fifths rule asks for a second look; a rule of thumb.

It is that of the Uniform Guidelines on Employee Selection Procedures (1978) of the United States,
made for hiring. Nothing is proven by it, and no law makes it one of campaigns.
"""

# 44 of 58 are four fifths of 55 of 58, and by floats a little less.
_BELOW = FOUR_FIFTHS * (1 - 1e-12)


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the rates of the most and of the least exposed group lie apart.

    Parameters
    ----------
    difference_low, difference_high
        The highest rate minus the lowest, in the unit of the rates; 0 where all are equal. The
        most is ``None`` where a rate has no upper bound.
    ratio_low, ratio_high
        The lowest rate over the highest, 0 to 1. Both ``None`` where every rate is nothing; where
        that may be so, they are of every case in which it is not.
    """

    difference_low: float
    difference_high: float | None
    ratio_low: float | None
    ratio_high: float | None

    @property
    def is_below_four_fifths(self) -> bool | None:
        """The four-fifths rule, as a flag; ``None`` is "cannot tell"."""
        if self.ratio_high is None or self.ratio_low is None:
            return None
        if self.difference_low > 0 and self.ratio_high < _BELOW:
            return True
        return False if self.ratio_low >= _BELOW else None


def parity(rates: Sequence[Range]) -> Parity | None:
    """Return the difference and the ratio of the rates of groups.

    Parameters
    ----------
    rates
        The least and the most of each group's rate, 0 or more; the same twice where it is known.

    Returns
    -------
    Parity or None
        ``None`` with fewer than two groups. The bounds are reached: no narrower ones hold.

    Raises
    ------
    ValueError
        A rate is below zero or not a number, or its most is below its least.

    Notes
    -----
    As ``demographic_parity_difference`` and ``demographic_parity_ratio`` of fairlearn, for ranges.

    Examples
    --------
    >>> parity([(1, 1), (0, 0)])
    Parity(difference_low=1, difference_high=1, ratio_low=0.0, ratio_high=0.0)
    >>> parity([(0.5, 0.6), (0.5, 0.7)]).is_below_four_fifths is None
    True
    """
    ranges = [(low, math.inf if high is None else high) for low, high in rates]
    _refuse(ranges)
    if len(ranges) < 2:
        return None
    highest_low, lowest_high = max(low for low, _ in ranges), min(high for _, high in ranges)
    furthest = max(most - least for most, least in _furthest(ranges))
    return Parity(
        difference_low=max(0, highest_low - lowest_high),
        difference_high=furthest if math.isfinite(furthest) else None,
        ratio_low=_least_ratio(ranges),
        ratio_high=_most_ratio(ranges, highest_low, lowest_high),
    )


def _least_ratio(ranges: Sequence[tuple[float, float]]) -> float | None:
    """Return the lowest least over the highest most of another group; none where all is nothing."""
    if not any(high for _, high in ranges):
        return None
    ratios = [least / most for most, least in _furthest(ranges) if most]
    return min(1.0, *ratios)


def _furthest(ranges: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the highest most with the lowest least of another group, in every way there is."""
    places = range(len(ranges))
    highest = nlargest(2, places, key=lambda at: ranges[at][1])
    lowest = nsmallest(2, places, key=lambda at: ranges[at][0])
    pairs = product(highest, lowest)
    return [(ranges[one][1], ranges[other][0]) for one, other in pairs if one != other]


def _most_ratio(
    ranges: Sequence[tuple[float, float]], highest_low: float, lowest_high: float
) -> float | None:
    """Return the ratio of rates as near to each other as they can be; none as above."""
    if not any(high for _, high in ranges):
        return None
    if lowest_high >= highest_low and lowest_high > 0:
        return 1.0
    return lowest_high / highest_low if highest_low else 0.0


def _refuse(ranges: Sequence[tuple[float, float]]) -> None:
    if any(not math.isfinite(low) or low < 0 or not low <= high for low, high in ranges):
        raise ValueError("a rate must be zero or more, and its most no less than its least")
