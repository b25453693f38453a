"""How many people several media reached together: bounds that need no assumption, and models.

People cannot be added: one person can stand in two counts. What is certain is that together they
reached no fewer than the largest of them alone, and no more than their sum or than everybody. A
single number between the two takes an assumption, and each function that gives one is named
after it.

Counts may be people or shares of everyone, as long as all of a call are the same; for shares
``population`` is 1. Numbers that cannot be (more people than there are, overlaps that no set of
people can have) raise `ValueError`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from scipy import stats
from scipy.sparse.csgraph import minimum_spanning_tree

#: By which some practitioners multiply Sainsbury's figure: a habit without a derivation, and so
#: only ever an option to be named.
PRACTITIONERS_FACTOR = 0.95
#: How far rounding may carry a sum of shares.
SLACK = 1e-9


def union_bounds(
    people: Sequence[float], population: float | None = None
) -> tuple[float, float] | None:
    """Return the fewest and the most people that several counts can be together.

    The Fréchet bounds, ``max(people)`` and ``min(population, sum(people))``. Both can be reached:
    the one when every smaller audience is inside the largest, the other when no two overlap, or
    all of the population is reached.

    Parameters
    ----------
    people
        One count for each medium; 0 or more.
    population
        Everybody there is to reach; ``None`` where nobody knows.

    Returns
    -------
    tuple of float, or None
        Low and high, in the unit given. ``None`` without a count.

    Raises
    ------
    ValueError
        A count is negative or not finite, or above ``population``, which is not above 0.

    Examples
    --------
    >>> union_bounds([300_000, 400_000, 200_000], 1_000_000)
    (400000, 900000)
    >>> union_bounds([0.8, 0.7], 1), union_bounds([300_000, 400_000])
    ((0.8, 1), (400000, 700000))
    """
    _refuse_impossible(people, population)
    if not people:
        return None
    most = sum(people)
    return max(people), most if population is None else min(population, most)


def union_bounds_from_pairs(
    people: Sequence[float],
    overlaps: Mapping[tuple[int, int], float],
    population: float | None = None,
) -> tuple[float, float] | None:
    """Return closer bounds of a union, where it is known how many people pairs share.

    The low bound is Bonferroni's, the sum less all overlaps, or the union of the best pair, or
    the largest count, whichever is most. The high bound is Hunter's, the sum less the overlaps
    along the spanning tree on which they are greatest, which is never above Kounias's, whose
    trees are stars. An overlap that is not given may be anything that the two counts allow.

    Parameters
    ----------
    people
        One count for each medium; 0 or more.
    overlaps
        People in both media, by their places in ``people``, from 0.
    population
        Everybody there is to reach; ``None`` where nobody knows.

    Returns
    -------
    tuple of float, or None
        Low and high, in the unit given. ``None`` without a count.

    Raises
    ------
    ValueError
        A count is impossible, an overlap is not of two of the media or is given twice, is larger
        than one of its counts or smaller than the two leave room for, or no set of people has
        the overlaps of some three media, or so small or large a union as all of them ask for.
        Contradictions that only four media or more show may be left unseen.

    Notes
    -----
    Hunter, D. (1976), "An upper bound for the probability of a union", Journal of Applied
    Probability 13; Kounias, E. G. (1968), "Bounds for the probability of a union", Annals of
    Mathematical Statistics 39.

    Examples
    --------
    >>> union_bounds_from_pairs(
    ...     [35_000, 45_000, 55_000], {(0, 1): 5_000, (0, 2): 4_000, (1, 2): 2_000}
    ... )
    (124000, 126000)
    """
    _refuse_impossible(people, population)
    if not people:
        return None
    shared = _overlaps(people, overlaps, population)
    total, everybody = sum(people), math.inf if population is None else population
    least = max(
        max(people),
        total - sum(most for _, most in shared.values()),
        *(people[i] + people[j] - most for (i, j), (_, most) in shared.items()),
    )
    most = min(everybody, total - _greatest_tree(len(people), shared))
    if least > most + SLACK * max(1, abs(total)):
        raise ValueError(
            f"no people can overlap so: together they would be at least {least:g}, and at most "
            f"{most:g}"
        )
    _refuse_impossible_triples(people, shared, population)
    return least, max(least, most)


def _overlaps(
    people: Sequence[float],
    overlaps: Mapping[tuple[int, int], float],
    population: float | None,
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the least and the most that each pair can share."""
    shared: dict[tuple[int, int], tuple[float, float]] = {}
    for i, j in combinations(range(len(people)), 2):
        room = 0 if population is None else max(0, people[i] + people[j] - population)
        shared[i, j] = (room, min(people[i], people[j]))
    given: set[tuple[int, int]] = set()
    for pair, overlap in overlaps.items():
        ordered = (min(pair), max(pair))
        if ordered not in shared or ordered in given:
            raise ValueError(f"{pair} is no pair of {len(people)} media, or is given twice")
        least, most = shared[ordered]
        if not least - SLACK <= overlap <= most + SLACK:
            raise ValueError(f"an overlap is {overlap}, not from {least} to {most}")
        given.add(ordered)
        shared[ordered] = (overlap, overlap)
    return shared


def _refuse_impossible_triples(
    people: Sequence[float],
    shared: Mapping[tuple[int, int], tuple[float, float]],
    population: float | None,
) -> None:
    """Refuse overlaps that no three sets of people have.

    Where one shares more with two others than it has people, those two share the rest; and three
    are together no more than everybody.
    """
    counts, size = np.asarray(people, dtype=float), len(people)
    least, most = np.diag(counts), np.diag(counts)
    for (i, j), (low, high) in shared.items():
        least[i, j] = least[j, i] = low
        most[i, j] = most[j, i] = high
    everybody = math.inf if population is None else population
    slack = SLACK * max(1, float(counts.sum()))
    for i in range(size):
        others = np.add.outer(least[i], least[i]) - counts[i]
        together = np.add.outer(counts - most[i], counts - most[i]) + counts[i] - most
        if (others > most + slack).any() or (together > everybody + slack).any():
            raise ValueError(
                f"no people can overlap so: the {people[i]:g} of one medium with two others"
            )


def _greatest_tree(size: int, shared: Mapping[tuple[int, int], tuple[float, float]]) -> float:
    """Return the greatest sum of overlaps along a tree that joins all media."""
    if size == 1:
        return 0
    lengths = np.zeros((size, size))
    longest = max(least for least, _ in shared.values()) + 1
    for (i, j), (least, _) in shared.items():
        lengths[i, j] = longest - least  # above zero: a length of zero would be no edge
    tree = minimum_spanning_tree(lengths).tocoo()
    # the overlaps themselves are added, so that whole numbers stay whole
    return sum(shared[int(i), int(j)][0] for i, j in zip(tree.row, tree.col, strict=True))


def union_if_independent(
    people: Sequence[float], population: float, factor: float = 1.0
) -> float | None:
    """Return how many people media reach together if each reaches people blindly to the others.

    Sainsbury's formula, ``population * (1 - prod(1 - people / population))``. It assumes that
    having been reached by one medium makes nobody more or less likely to be reached by another,
    and that all people are alike. Audiences are seldom so: who uses one medium a lot uses others
    a lot, and then fewer are reached than this says.

    Parameters
    ----------
    people
        One count for each medium; 0 or more.
    population
        Everybody there is to reach, above 0.
    factor
        What the result is multiplied by: 1, or `PRACTITIONERS_FACTOR` by the habit of some
        practitioners, which can fall below what is certain.

    Returns
    -------
    float or None
        In the unit given; with ``factor`` 1 always within `union_bounds`. ``None`` without a
        count.

    Raises
    ------
    ValueError
        A count is negative or above ``population``, which is not above 0, or ``factor`` is not
        above 0 and at most 1.

    Examples
    --------
    >>> round(union_if_independent([300_000, 400_000, 200_000], 1_000_000))
    664000
    >>> round(union_if_independent([0.001] * 400, 1), 6)
    0.329814
    >>> round(union_if_independent([0.3, 0.4, 0.2], 1, PRACTITIONERS_FACTOR), 4)
    0.6308
    """
    _refuse_impossible(people, population)
    if not 0 < factor <= 1:
        raise ValueError(f"factor is {factor}, and must be above 0 and at most 1")
    if not people:
        return None
    shares = [one / population for one in people]
    if max(shares) == 1:
        return factor * population
    # by way of logarithms, so that very small shares are not lost beside 1
    reached = population * -math.expm1(math.fsum(math.log1p(-share) for share in shares))
    # rounding alone can carry it past what is certain, as where one medium reached anybody
    return factor * min(max(reached, *people), population, sum(people))


def contacts_if_independent(shares: Sequence[float]) -> tuple[float, ...]:
    """Return which share of everyone is reached by none, by one, by two … of several media.

    The Poisson-binomial distribution, on the assumption of `union_if_independent`.

    Parameters
    ----------
    shares
        The share of everyone that each medium reaches, 0 to 1.

    Returns
    -------
    tuple of float
        From none to all: one more than there are media; they add up to 1. Without a medium
        everyone is reached by none.

    Raises
    ------
    ValueError
        A value is not a share.

    Examples
    --------
    >>> [round(share, 3) for share in contacts_if_independent([0.3, 0.4, 0.2])]
    [0.336, 0.452, 0.188, 0.024]
    """
    _refuse_impossible(shares, 1)
    if not shares:
        return (1.0,)
    chances = np.atleast_1d(stats.poisson_binom.pmf(np.arange(len(shares) + 1), list(shares)))
    return tuple(float(chance) for chance in chances)


def at_least(contacts: Sequence[float]) -> tuple[float, ...]:
    """Return who was reached at least 0, 1, 2 … times, of who was exactly so often.

    Examples
    --------
    >>> at_least([0.5, 0.25, 0.25])
    (1.0, 0.5, 0.25)
    """
    return tuple(math.fsum(contacts[times:]) for times in range(len(contacts)))


def _refuse_impossible(people: Sequence[float], population: float | None) -> None:
    if population is not None and not (math.isfinite(population) and population > 0):
        raise ValueError(f"the population is {population}, and must be above zero")
    for one in people:
        if not (math.isfinite(one) and one >= 0):
            raise ValueError(f"a count is {one}, and must be zero or more")
        if population is not None and one > population:
            raise ValueError(f"a count is {one}, more than the population, which is {population}")
