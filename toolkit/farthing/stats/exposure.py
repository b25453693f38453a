"""What checkers prove who all saw it, and what they do not.

Somebody checks whether a campaign's message is out there, and sees it. That is evidence of general
reach only if the checkers were not picked out: a message aimed at ten people is seen by all ten.
The functions here put numbers on both readings.

"Cannot tell" is always ``None``: a function that cannot answer from what it was given returns
``None``, never a number that looks like an answer. A call that makes no sense (more saw it than
were asked) raises `ValueError`.

The functions assume that those asked are a random sample of the people the claim is about, each
seeing it or not independently of the others. Checkers are seldom that: friends share posts, and a
volunteer panel may be as targeted as the insiders are. Say so beside the number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from farthing.stats.proportions import proportion_interval, share_limits
from farthing.stats.values import (
    refuse_impossible_counts,
    refuse_unless_between_0_and_1,
    refuse_unless_share,
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much more often one group saw it than another.

    Parameters
    ----------
    difference
        Share of the insiders who saw it minus share of the outsiders who did, from -1 to 1.
    low, high
        Confidence interval of ``difference``: Newcombe's hybrid of the two Wilson intervals.
    p_value
        Fisher's exact test, two-sided: how likely a table at least this improbable is if being
        an insider made no difference.
    """

    difference: float
    low: float
    high: float
    p_value: float


def coverage_needed(saw: int, asked: int, confidence: float = 0.95) -> float | None:
    """Return the least coverage that is compatible with so many of those asked having seen it.

    The Clopper-Pearson lower bound, one-sided. With all ``k`` of ``k`` it is ``alpha ** (1 / k)``:
    were the coverage any lower, ten of ten would come up less often than ``alpha = 1 -
    confidence``.

    Parameters
    ----------
    saw, asked
        Checkers who saw it, and checkers who looked.
    confidence
        Strictly between 0 and 1.

    Returns
    -------
    float or None
        A share of the population, in (0, 1). ``None`` when nobody was asked or nobody saw it:
        then any coverage, however small, is compatible.

    Raises
    ------
    ValueError
        More saw it than were asked, a count is negative, or ``confidence`` is out of range.

    Examples
    --------
    >>> round(coverage_needed(10, 10), 7)
    0.7411344
    >>> coverage_needed(0, 10) is None
    True
    """
    refuse_impossible_counts(saw, asked)
    refuse_unless_between_0_and_1("confidence", confidence)
    limits = share_limits(saw, asked, error=1 - confidence)
    return limits[0] if limits and saw else None


@dataclass(frozen=True, slots=True)
class CoverageBounds:
    """The least coverage that so many sightings leave possible, by five readings.

    Parameters
    ----------
    exact
        Clopper-Pearson, one-sided: what `coverage_needed` gives.
    exact_two_sided
        The low end of the two-sided Clopper-Pearson interval.
    wilson
        The low end of the two-sided Wilson interval.
    uniform_prior, jeffreys
        One-sided posterior bounds of somebody to whom beforehand every coverage was as likely as
        another, and by Jeffreys' prior, Beta(1/2, 1/2).
    """

    exact: float
    exact_two_sided: float
    wilson: float
    uniform_prior: float
    jeffreys: float


def coverage_bounds(saw: int, asked: int, confidence: float = 0.95) -> CoverageBounds | None:
    """Return the least coverage by each of the usual methods, to show what the choice changes.

    Parameters and errors are those of `coverage_needed`.

    Returns
    -------
    CoverageBounds or None
        Shares of the population. ``None`` when nobody was asked or nobody saw it.

    Examples
    --------
    >>> bounds = coverage_bounds(10, 10)
    >>> round(bounds.exact, 7), round(bounds.exact_two_sided, 7), round(bounds.wilson, 7)
    (0.7411344, 0.6915029, 0.7224672)
    >>> round(bounds.uniform_prior, 7), round(bounds.jeffreys, 7)
    (0.7615958, 0.8292269)
    """
    exact = coverage_needed(saw, asked, confidence)
    two_sided = proportion_interval(saw, asked, "exact", confidence)
    wilson = proportion_interval(saw, asked, "wilson", confidence)
    if exact is None or two_sided is None or wilson is None:
        return None
    uniform, jeffreys = (
        float(stats.beta.ppf(1 - confidence, saw + prior, asked - saw + prior))
        for prior in (1, 0.5)
    )
    return CoverageBounds(exact, two_sided[0], wilson[0], uniform, jeffreys)


def log10_chance_all_saw(coverage: float, saw: int, population: int | None = None) -> float:
    """Return the power of ten of the chance that all of ``saw`` random people saw it.

    ``coverage ** saw`` if people are drawn from a population without limit; given a
    ``population``, the hypergeometric ``C(K, saw) / C(U, saw)``, of ``K`` people who saw it among
    ``U``, ``K`` being the whole number nearest to ``coverage * population``. The logarithm,
    because the chance itself is soon too small to write down.

    Parameters
    ----------
    coverage
        Share of the population that saw it, 0 to 1.
    saw
        People drawn, all of whom saw it. For none the chance is 1, and its logarithm 0.
    population
        People there are to draw from, without drawing anyone twice.

    Returns
    -------
    float
        At most 0. ``-inf`` when it cannot happen: coverage 0, or fewer saw it than were drawn.

    Raises
    ------
    ValueError
        ``coverage`` is not a share, ``saw`` is negative or larger than ``population``.

    Examples
    --------
    >>> round(log10_chance_all_saw(0.0125, 10), 4)
    -19.0309
    >>> log10_chance_all_saw(0.0, 10)
    -inf
    """
    refuse_unless_share("coverage", coverage)
    refuse_impossible_counts(saw, saw if population is None else population)
    if population is None:
        factors = [coverage] * saw
    else:
        exposed = round(coverage * population)
        factors = [max(exposed - drawn, 0) / (population - drawn) for drawn in range(saw)]
    # Summed here because scipy's hypergeometric is only good to eight digits among millions.
    return math.fsum(math.log10(factor) for factor in factors) if all(factors) else -math.inf


def chance_all_saw(coverage: float, saw: int, population: int | None = None) -> float:
    """Return the chance that all of ``saw`` random people saw it.

    As `log10_chance_all_saw`, which also says what the parameters are and what is refused.

    Returns
    -------
    float
        A probability, 0 to 1. Below about 1e-308 it is 0.0 although it could happen; use the
        logarithm there.

    Examples
    --------
    >>> round(chance_all_saw(0.5, 10), 10)
    0.0009765625
    """
    return float(10.0 ** log10_chance_all_saw(coverage, saw, population))


def log10_evidence_ratio(coverage: float, saw: int, population: int | None = None) -> float:
    """Return the power of ten by which "aimed at the checkers" explains better what they saw.

    The likelihood ratio of two readings of "all ``saw`` checkers saw it": that it was aimed at
    them, so that all were certain to, against that it went to ``coverage`` of everybody alike.
    Parameters and errors are those of `log10_chance_all_saw`.

    Returns
    -------
    float
        At least 0. 0 when the two explain it equally well: no checkers, or coverage 1. ``inf``
        when "everybody alike" cannot explain it at all. How likely either reading was
        beforehand is not in it.

    Examples
    --------
    >>> round(log10_evidence_ratio(0.0125, 10), 4)
    19.0309
    >>> log10_evidence_ratio(1.0, 10)
    0.0
    """
    # Subtracted from zero, not negated: a ratio of one is 0.0, not -0.0.
    return 0.0 - log10_chance_all_saw(coverage, saw, population)


def insiders_against_outsiders(
    saw_in: int, asked_in: int, saw_out: int, asked_out: int, confidence: float = 0.95
) -> Contrast | None:
    """Compare how often insiders and other people saw it.

    Parameters
    ----------
    saw_in, asked_in
        Insiders, such as a campaign's own people: who saw it, and who looked.
    saw_out, asked_out
        The same of everybody else. Nobody may be in both groups.
    confidence
        Of the interval of the difference; strictly between 0 and 1.

    Returns
    -------
    Contrast or None
        ``None`` when either group is empty: there is nothing to compare with.

    Raises
    ------
    ValueError
        More saw it than were asked, a count is negative, or ``confidence`` is out of range.

    Notes
    -----
    Interval: Newcombe, R. G. (1998), "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17, method 10.

    Examples
    --------
    >>> contrast = insiders_against_outsiders(10, 10, 0, 50)
    >>> contrast.difference, f"{contrast.p_value:.5e}"
    (1.0, '1.32637e-11')
    """
    inside = proportion_interval(saw_in, asked_in, confidence=confidence)
    outside = proportion_interval(saw_out, asked_out, confidence=confidence)
    if inside is None or outside is None:
        return None
    share_in, share_out = saw_in / asked_in, saw_out / asked_out
    table = np.array([[saw_in, asked_in - saw_in], [saw_out, asked_out - saw_out]])
    difference = share_in - share_out
    return Contrast(
        difference=difference,
        low=difference - math.hypot(share_in - inside[0], outside[1] - share_out),
        high=difference + math.hypot(inside[1] - share_in, share_out - outside[0]),
        p_value=float(stats.fisher_exact(table).pvalue),
    )
