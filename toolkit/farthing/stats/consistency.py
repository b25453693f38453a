"""Whether the figures of one report of reach can all be true, and the least that would mend them.

Ten rules that every report of delivery holds to, whatever was delivered. A figure may be a range:
a rule is broken only where no value of the ranges keeps it. What is broken is reported and never
mended: `least_changes` says how little would have to differ, which explains and replaces nothing.

Notes
-----
Rules 1 to 5 are those by which the Halo measurement programme checks its reports; 6 to 10 follow
from what people, impressions and populations are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize

Figure: TypeAlias = tuple[float, float]
"""A closed range of a count; both ends the same for an exact one, ``inf`` for no upper end."""
Floats: TypeAlias = npt.NDArray[np.float64]

RULES: Mapping[str, str] = {
    "H1": "people counted from one day on never fall as days go by",
    "H2": "the total of people is the last of the cumulative counts",
    "H3": "the total of people is the sum of those reached exactly 1, 2, 3 … times",
    "H4": "impressions are no fewer than the people reached, each as often as is said",
    "H5": "of measures that include each other the wider is no smaller",
    "H6": "a part is no more than the whole",
    "H7": "the whole is no more than all its parts together",
    "H8": "the whole is no less than its largest part",
    "H9": "people reached are no more than there are",
    "H10": "there are people exactly where there are impressions",
}
#: How many deviations measurements with noise may differ by.
DEVIATIONS = 7.0


@dataclass(frozen=True)
class ReachReport:
    """What one report says of one delivery; whatever it does not say is left out.

    Parameters
    ----------
    impressions, people, population
        Of the whole delivery.
    cumulative
        People from the first day to the end of each period, in order.
    exactly
        People reached exactly 1, 2, 3 … times; the last may be of that many times or more.
    ordered
        Measures that include each other, the widest first, as impressions, viewable impressions,
        impressions viewed to the end.
    subsets
        People who are among those reached: a region's, a week's.
    parts
        People of the parts that the delivery was put together from: channels, ages.
    is_cover
        Whether the parts are all there are.
    """

    impressions: Figure | None = None
    people: Figure | None = None
    population: Figure | None = None
    cumulative: Sequence[Figure] = ()
    exactly: Sequence[Figure] = ()
    ordered: Sequence[Figure] = ()
    subsets: Sequence[Figure] = ()
    parts: Sequence[Figure] = ()
    is_cover: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a report does not keep.

    Parameters
    ----------
    rule
        One of `RULES`.
    excess
        By how much at the least, in the unit of the figures; above 0.
    """

    rule: str
    excess: float


def broken_rules(report: ReachReport) -> list[Broken]:
    """Hold a report against the ten rules of `RULES`.

    Returns
    -------
    list of Broken
        In the order of the rules, each once, by its largest excess. Empty where the figures can
        all be true, as where there are none.

    Raises
    ------
    ValueError
        A figure is negative, not a number, or ends below its start.

    Examples
    --------
    >>> broken_rules(ReachReport(impressions=(0, 0), people=(137_639, 137_639)))
    [Broken(rule='H4', excess=137639), Broken(rule='H10', excess=137639)]
    >>> broken_rules(ReachReport(people=(29_819, 29_819), parts=[(137_639, 137_639)]))
    [Broken(rule='H8', excess=107820)]
    """
    _refuse_impossible(report)
    worst: dict[str, float] = {}
    for rule, excess in _held(report):
        if excess > 0:
            worst[rule] = max(excess, worst.get(rule, 0))
    return [Broken(rule, worst[rule]) for rule in RULES if rule in worst]


def _held(report: ReachReport) -> Iterator[tuple[str, float]]:
    """Yield each comparison that the figures allow: its rule, and by how much it fails at least."""
    yield from (("H1", fall) for fall in _falls(report.cumulative))
    yield from (("H5", fall) for fall in _falls(report.ordered[::-1]))
    if report.people is not None:
        yield from _of_people(report.people, report)
    if report.impressions is not None:
        yield "H4", _least_impressions(report) - report.impressions[1]


def _of_people(people: Figure, report: ReachReport) -> Iterator[tuple[str, float]]:
    if report.cumulative:
        yield "H2", _apart(people, report.cumulative[-1])
    if report.exactly:
        yield "H3", _apart(people, _sum(report.exactly))
    for subset in report.subsets:
        yield "H6", _above(subset, people)
    if report.parts:
        yield "H8", max(low for low, _ in report.parts) - people[1]
        if report.is_cover:
            yield "H7", _above(people, _sum(report.parts))
    if report.population is not None:
        yield "H9", _above(people, report.population)
    if report.impressions is not None:
        for first, second in ((people, report.impressions), (report.impressions, people)):
            if first[1] == 0:
                yield "H10", second[0]


def _least_impressions(report: ReachReport) -> float:
    """Return the fewest impressions that the people reached can have had."""
    by_times = sum(times * low for times, (low, _) in enumerate(report.exactly, 1))
    return max(by_times, report.people[0] if report.people else 0)


def _above(lesser: Figure, greater: Figure) -> float:
    """Return by how much what should be lesser is greater at the least; 0 or less where it is not.

    Endless figures are never above anything.
    """
    return lesser[0] - greater[1]


def _falls(rising: Sequence[Figure]) -> Iterator[float]:
    """Yield by how much each figure lies below one before it, near or far, at the least."""
    reached = accumulate((low for low, _ in rising), max)
    return (low - high for low, (_, high) in zip(reached, rising[1:], strict=False))


def _apart(one: Figure, other: Figure) -> float:
    return max(_above(one, other), _above(other, one))


def _sum(figures: Sequence[Figure]) -> Figure:
    return sum(low for low, _ in figures), sum(high for _, high in figures)


def _refuse_impossible(report: ReachReport) -> None:
    single = (report.impressions, report.people, report.population)
    listed = (
        *(*report.cumulative, *report.exactly, *report.ordered),
        *(*report.subsets, *report.parts),
    )
    for low, high in [figure for figure in (*single, *listed) if figure is not None]:
        if not (0 <= low <= high and low < math.inf):
            raise ValueError(f"{low} to {high} is no range of a count")


def is_within_noise(
    observed: float, expected: float, deviations: Sequence[float], most: float = DEVIATIONS
) -> bool:
    """Tell whether a figure differs from what others imply by no more than their noise.

    The deviation of the difference is at most the root of the sum of squares, of figures whose
    noise is independent.

    Parameters
    ----------
    observed, expected
        The figure, and what follows from the others.
    deviations
        The standard deviation of each figure's measurement; 0 for an exact one.
    most
        How many deviations are still noise; above 0.

    Raises
    ------
    ValueError
        A deviation is negative or not finite, or ``most`` is not above 0.

    Examples
    --------
    >>> is_within_noise(12_460_000, 12_453_482, [0, 1300, 1300])
    True
    >>> is_within_noise(12_502_000, 12_453_482, [0, 1300, 1300])
    False
    """
    if not all(0 <= deviation < math.inf for deviation in deviations) or not most > 0:
        raise ValueError("deviations must be zero or more, and most above zero")
    return abs(observed - expected) <= most * math.hypot(*deviations)


@dataclass(frozen=True)
class Relation:
    """What holds between named figures: their weighted sum is zero, or is zero or more.

    Parameters
    ----------
    terms
        A factor for each figure in it.
    kind
        ``"="`` or ``">="``.
    """

    terms: Mapping[str, float]
    kind: Literal["=", ">="] = ">="


def least_changes(
    figures: Mapping[str, float],
    relations: Sequence[Relation],
    deviations: Mapping[str, float] | None = None,
) -> dict[str, float] | None:
    """Return the figures that keep all relations and differ least from those given.

    Weighted least squares, ``sum(((new - given) / deviation) ** 2)``, figures being zero or more.
    It says how near to consistent a report is and which figures are most at odds. It is no
    correction: the figures that were reported stay what was reported.

    Parameters
    ----------
    figures
        What was reported, by name; 0 or more.
    relations
        What must hold between them.
    deviations
        How uncertain each is; 1 where it is not given, 0 for one that may not change.

    Returns
    -------
    dict or None
        A figure for each name. ``None`` where no change of what may change keeps all relations.

    Raises
    ------
    ValueError
        A figure or deviation is negative or not finite, or a relation names another figure.

    Notes
    -----
    Least distance programming (Lawson, C. L. and Hanson, R. J. (1974), Solving Least Squares
    Problems, chapter 23), by sequential quadratic programming.

    Examples
    --------
    >>> found = least_changes(
    ...     {"total": 50, "first": 48, "second": 1, "again": 51},
    ...     [
    ...         Relation({"total": 1, "first": -1}),
    ...         Relation({"total": 1, "second": -1}),
    ...         Relation({"first": 1, "second": 1, "total": -1}),
    ...         Relation({"total": 1, "again": -1}, "="),
    ...     ],
    ...     {"first": 0},
    ... )
    >>> {name: round(value, 6) for name, value in found.items()}
    {'total': 50.0, 'first': 48, 'second': 2.0, 'again': 50.0}
    """
    spread = {name: (deviations or {}).get(name, 1.0) for name in figures}
    if not all(0 <= value < math.inf for value in (*figures.values(), *spread.values())):
        raise ValueError("figures and deviations must be zero or more, and finite")
    if any(name not in figures for relation in relations for name in relation.terms):
        raise ValueError("a relation names a figure that is not given")
    free = [name for name in figures if spread[name] > 0]
    rows, bounds = _inequalities(figures, spread, free, relations)
    moves = _least_distance(rows, bounds, len(free))
    if moves is None:
        return None
    moved = dict(zip(free, moves, strict=True))
    return {
        # rounding alone can carry a figure below zero
        name: max(0.0, value + spread[name] * float(moved[name])) if name in moved else value
        for name, value in figures.items()
    }


def _inequalities(
    figures: Mapping[str, float],
    spread: Mapping[str, float],
    free: Sequence[str],
    relations: Sequence[Relation],
) -> tuple[list[list[float]], list[float]]:
    """Write the relations as ``rows @ moves >= bounds``, moves being in deviations."""
    both = [(one.terms, 1) for one in relations]
    both += [(one.terms, -1) for one in relations if one.kind == "="]
    both += [({name: 1.0}, 1) for name in free]  # no figure falls below zero
    rows = [[sign * terms.get(name, 0) * spread[name] for name in free] for terms, sign in both]
    given = [
        math.fsum(factor * figures[name] for name, factor in terms.items()) for terms, _ in both
    ]
    return rows, [-sign * value for (_, sign), value in zip(both, given, strict=True)]


def _least_distance(
    rows: Sequence[Sequence[float]], bounds: Sequence[float], size: int
) -> Sequence[float] | None:
    """Return the shortest vector with ``rows @ vector >= bounds``; ``None`` where there is none."""
    matrix, least = np.reshape(rows, (len(bounds), size)), np.asarray(bounds, dtype=float)
    lengths = np.linalg.norm(matrix, axis=1)
    fixed = lengths == 0
    if (least[fixed] > 1e-9).any():
        return None
    matrix, least = matrix[~fixed] / lengths[~fixed, None], least[~fixed] / lengths[~fixed]
    if (least <= 0).all():
        return [0.0] * size
    start = _any_vector(matrix, least)
    if start is None:
        return None
    scale = float(np.abs(start).sum())  # at which neither large counts nor small lose digits
    moves: Sequence[float] = (_shortest(matrix, least / scale, start / scale) * scale).tolist()
    return moves


def _any_vector(matrix: Floats, least: Floats) -> Floats | None:
    """Return the vector of the least sum that is within the bounds, some of which are above 0."""
    bound = float(least.max())
    found = optimize.linprog(
        np.ones(2 * matrix.shape[1]), A_ub=np.hstack([-matrix, matrix]), b_ub=-least / bound
    )
    if found.x is None:
        return None
    rising, falling = np.split(found.x, 2)
    vector: Floats = (rising - falling) * bound
    return vector


def _shortest(matrix: Floats, least: Floats, start: Floats) -> Floats:
    """Return the shortest vector within the bounds, from one that is."""

    def length(vector: Floats) -> float:
        return float(vector @ vector)

    def slope(vector: Floats) -> Floats:
        return 2 * vector

    # not by scipy's nnls: it goes astray where rows depend on each other
    found = optimize.minimize(
        length,
        start,
        jac=slope,
        constraints=optimize.LinearConstraint(matrix, least, np.inf),
        method="SLSQP",
        tol=1e-14,
        options={"maxiter": 1000},
    )
    near: Floats = found.x
    # to the last digit: the shortest of those that are at the bounds which are reached
    reached = matrix @ near - least < 1e-6
    exact: Floats = np.linalg.lstsq(matrix[reached], least[reached])[0].astype(np.float64)
    return exact if (matrix @ exact >= least - 1e-9).all() else near
