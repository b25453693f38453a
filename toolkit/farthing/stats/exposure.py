"""How far something was seen: what checkers prove, how many to ask, what the money could buy.

Somebody checks whether a campaign's message is out there, and sees it. That is evidence of general
reach only if the checkers were not picked out: a message aimed at ten people is seen by all ten.
The functions here put numbers on both readings.

"Cannot tell" is always ``None``: a function that cannot answer from what it was given returns
``None``, never a number that looks like an answer. In a `Range` it is ``(None, None)``. A call
that makes no sense (more saw it than were asked, a negative price) raises `ValueError`.

The functions on checkers assume that those asked are a random sample of the people the claim is
about, each seeing it or not independently of the others. Checkers are seldom that: friends share
posts, and a volunteer panel may be as targeted as the insiders are. Say so beside the number.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

Range: TypeAlias = tuple[Decimal | None, Decimal | None]
"""A closed range ``(low, high)``. ``high`` is ``None`` when nothing bounds it from above; ``low``
is ``None`` when the amount is not known at all, whatever ``high`` says."""

UNKNOWN: tuple[None, None] = (None, None)


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
    _refuse_impossible_counts(saw, asked)
    _refuse_unless_between_0_and_1("confidence", confidence)
    if saw == 0:
        return None
    test = stats.binomtest(saw, asked, alternative="greater")
    return float(test.proportion_ci(confidence, method="exact").low)


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
    if not 0 <= coverage <= 1:
        raise ValueError(f"coverage is {coverage}, not a share from 0 to 1")
    _refuse_impossible_counts(saw, saw if population is None else population)
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


def ask_at_random(population: int, exposed: int, miss: float = 0.05) -> int | None:
    """Return the fewest people to ask at random so that one who saw it is found, if there are any.

    The smallest sample ``u``, nobody being asked twice, of which the chance to find none of the
    ``exposed``, ``C(population - exposed, u) / C(population, u)``, is at most ``miss``.
    Worked in whole numbers, so a tie is a tie; ``miss`` is read as the decimal it is written as.

    Parameters
    ----------
    population
        People there are.
    exposed
        People who saw it, if the claim is true.
    miss
        Accepted chance of finding none of them, strictly between 0 and 1.

    Returns
    -------
    int or None
        People, 1 to ``population``. ``None`` when ``exposed`` is 0: no sample finds nobody.

    Raises
    ------
    ValueError
        More were exposed than there are, a count is negative, or ``miss`` is out of range.

    Examples
    --------
    >>> ask_at_random(500, 5)
    225
    >>> ask_at_random(46_836_533, 46_837)
    2995
    """
    _refuse_impossible_counts(exposed, population, "exposed", "population")
    _refuse_unless_between_0_and_1("miss", miss)
    return _smallest_sample(population, exposed, Fraction(str(miss))) if exposed else None


def ask_at_random_unlimited(coverage: float, miss: float = 0.05) -> int | None:
    """Return the fewest people to ask at random when the population is too large to matter.

    The smallest ``u`` with ``(1 - coverage) ** u <= miss``, geometric; never fewer than
    `ask_at_random` asks for. Both numbers are read as the decimals they are written as.

    Parameters
    ----------
    coverage
        Share of the population that saw it, if the claim is true, 0 to 1.
    miss
        Accepted chance of finding none of them, strictly between 0 and 1.

    Returns
    -------
    int or None
        People, at least 1. ``None`` when ``coverage`` is 0: no sample finds nobody.

    Raises
    ------
    ValueError
        ``coverage`` is not a share, or ``miss`` is out of range.

    Examples
    --------
    >>> ask_at_random_unlimited(0.01)
    299
    >>> ask_at_random_unlimited(0.5, miss=0.125)
    3
    """
    if not 0 <= coverage <= 1:
        raise ValueError(f"coverage is {coverage}, not a share from 0 to 1")
    _refuse_unless_between_0_and_1("miss", miss)
    if coverage in (0, 1):
        return 1 if coverage else None
    # 400 digits hold 1 - coverage down to the smallest float there is. The sliver taken off keeps
    # an exact tie, 0.125 = 0.5 ** 3, from being asked one person more.
    with localcontext(prec=400):
        ratio = Decimal(str(miss)).ln() / (1 - Decimal(str(coverage))).ln()
        return math.ceil(ratio - Decimal("1e-40"))


def share_limit_if_none_saw(asked: int, confidence: float = 0.95) -> float | None:
    """Return the largest coverage that is compatible with none of those asked having seen it.

    ``1 - alpha ** (1 / asked)``, the exact bound that the "rule of three", ``3 / asked``,
    approximates, for a population too large to matter.

    Parameters
    ----------
    asked
        People asked, none of whom saw it.
    confidence
        Strictly between 0 and 1; ``alpha`` is the rest.

    Returns
    -------
    float or None
        A share of the population. ``None`` when nobody was asked.

    Raises
    ------
    ValueError
        ``asked`` is negative, or ``confidence`` is out of range.

    Examples
    --------
    >>> round(share_limit_if_none_saw(50), 7)
    0.0581551
    """
    _refuse_impossible_counts(0, asked)
    _refuse_unless_between_0_and_1("confidence", confidence)
    return -math.expm1(math.log1p(-confidence) / asked) if asked else None


def people_limit_if_none_saw(asked: int, population: int, confidence: float = 0.95) -> int | None:
    """Return how many of a population may have seen it when none of those asked did.

    The largest number of exposed people that random asking, nobody twice, would miss altogether
    with a chance above ``1 - confidence``: the hypergeometric upper bound.

    Parameters
    ----------
    asked
        People asked, none of whom saw it.
    population
        People there are, those asked among them.
    confidence
        Strictly between 0 and 1; read as the decimal it is written as.

    Returns
    -------
    int or None
        People, 0 when everybody was asked. ``None`` when nobody was.

    Raises
    ------
    ValueError
        More were asked than there are, a count is negative, or ``confidence`` is out of range.

    Examples
    --------
    >>> people_limit_if_none_saw(20, 200)
    26
    """
    _refuse_impossible_counts(asked, population, "asked", "population")
    _refuse_unless_between_0_and_1("confidence", confidence)
    if asked == 0:
        return None
    # The chance that asked and exposed do not meet is the same with the two exchanged, so the
    # fewest exposed that would have been found is a smallest sample, and the limit is one less.
    return _smallest_sample(population, asked, 1 - Fraction(str(confidence))) - 1


def proportion_interval(
    saw: int, asked: int, method: Literal["wilson", "exact"] = "wilson", confidence: float = 0.95
) -> tuple[float, float] | None:
    """Return the two-sided confidence interval of a share.

    Parameters
    ----------
    saw, asked
        People who saw it, and people asked.
    method
        ``"wilson"``, the score interval, whose coverage is right on average; or ``"exact"``,
        Clopper-Pearson, whose coverage is never less than ``confidence`` and which is wider.
    confidence
        Strictly between 0 and 1.

    Returns
    -------
    tuple of float, or None
        Low and high, shares from 0 to 1; 0 of ``asked`` starts at 0, all of ``asked`` ends at 1.
        ``None`` when nobody was asked.

    Raises
    ------
    ValueError
        More saw it than were asked, a count is negative, ``confidence`` is out of range, or the
        method is not one of the two.

    Examples
    --------
    >>> low, high = proportion_interval(7, 50)
    >>> round(low, 7), round(high, 7)
    (0.0695083, 0.2618619)
    """
    _refuse_impossible_counts(saw, asked)
    _refuse_unless_between_0_and_1("confidence", confidence)
    if asked == 0:
        return None
    interval = stats.binomtest(saw, asked).proportion_ci(confidence, method=method)
    return float(interval.low), float(interval.high)


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


def impressions_bought(spend: Range, cpm: Range) -> Range:
    """Return how many impressions the money could have bought.

    From the least money at the highest price to the most money at the lowest. Not rounded to
    whole impressions: a rounded price must not be rounded twice.

    Parameters
    ----------
    spend
        Money, in the currency of ``cpm``.
    cpm
        Price of a thousand impressions.

    Returns
    -------
    Range
        Impressions. Unbounded above when the spend is, or when the price may be zero. At least 0
        when the price is unbounded above, or is zero at both ends. ``(None, None)`` when spend
        or price is unknown.

    Raises
    ------
    ValueError
        An amount is negative or not finite, or a range ends below its start.

    Examples
    --------
    >>> low, high = impressions_bought(
    ...     (Decimal(5000), Decimal(5000)), (Decimal(12), Decimal(51500) / 3500)
    ... )
    >>> f"{low:,.0f} to {high:,.0f}"
    '339,806 to 416,667'
    >>> impressions_bought((Decimal(5000), Decimal(5000)), (Decimal(0), Decimal(25)))
    (Decimal('200000'), None)
    """
    _refuse_impossible_range("spend", spend)
    _refuse_impossible_range("cpm", cpm)
    (spend_low, spend_high), (cpm_low, cpm_high) = spend, cpm
    if spend_low is None or cpm_low is None:
        return UNKNOWN
    low = spend_low * 1000 / cpm_high if cpm_high else Decimal(0)
    high = None if spend_high is None or not cpm_low else spend_high * 1000 / cpm_low
    return low, high


def coverage_bought(impressions: Range, population: int) -> Range:
    """Return the largest share of a population that so many impressions can have reached.

    The most generous reading: every impression goes to another person, and all of them belong to
    the population. The real coverage is at most this, and usually far less.

    Parameters
    ----------
    impressions
        As `impressions_bought` gives them.
    population
        People there are.

    Returns
    -------
    Range
        Shares, at most 1: the ceiling at the fewest and at the most impressions. The high end of
        an unbounded range is 1. ``(None, None)`` when the impressions are unknown or there is
        nobody to reach.

    Raises
    ------
    ValueError
        ``population`` or an end of the range is negative, or the range ends below its start.

    Examples
    --------
    >>> low, high = coverage_bought((Decimal(339806), Decimal(416667)), 32_000_000)
    >>> f"{low:.6f} to {high:.6f}"
    '0.010619 to 0.013021'
    """
    low, high = impressions_per_person(impressions, population)
    if low is None:
        return UNKNOWN
    one = Decimal(1)
    return min(low, one), one if high is None else min(high, one)


def impressions_per_person(impressions: Range, audience: int) -> Range:
    """Return how often each of an audience saw it on average, if nobody else did.

    Parameters
    ----------
    impressions
        As `impressions_bought` gives them.
    audience
        People the impressions went to.

    Returns
    -------
    Range
        Impressions for each person; unbounded when the impressions are. ``(None, None)`` when
        the impressions are unknown or the audience is 0.

    Raises
    ------
    ValueError
        ``audience`` or an end of the range is negative, or the range ends below its start.

    Examples
    --------
    >>> low, high = impressions_per_person((Decimal(339806), Decimal(416667)), 50)
    >>> f"{low:,.1f} to {high:,.1f}"
    '6,796.1 to 8,333.3'
    """
    _refuse_impossible_range("impressions", impressions)
    if audience < 0:
        raise ValueError(f"there cannot be {audience} people")
    low, high = impressions
    if low is None or audience == 0:
        return UNKNOWN
    return low / audience, None if high is None else high / audience


def smallest_audience(
    impressions: Range, frequency_cap: int
) -> tuple[int, int | None] | tuple[None, None]:
    """Return the fewest people so many impressions can go to under a cap on each.

    Parameters
    ----------
    impressions
        As `impressions_bought` gives them.
    frequency_cap
        Impressions that one person gets at most, at least 1.

    Returns
    -------
    tuple
        People, rounded up: the fewest at the low and at the high end of the impressions, the
        latter ``None`` when unbounded. ``(None, None)`` when the impressions are unknown.

    Raises
    ------
    ValueError
        The cap is below 1, an end of the range is negative, or the range ends below its start.

    Examples
    --------
    >>> smallest_audience((Decimal(200000), Decimal("416666.67")), 500)
    (400, 834)
    """
    if frequency_cap < 1:
        raise ValueError(f"frequency_cap is {frequency_cap}, and must be 1 or more")
    low, high = impressions_per_person(impressions, frequency_cap)
    if low is None:
        return UNKNOWN
    return _people(low), None if high is None else _people(high)


def _people(quotient: Decimal) -> int:
    """Round up to whole people, but not for an error in the last digit of a division."""
    return math.ceil(round(quotient, 9))


def _smallest_sample(population: int, exposed: int, miss: Fraction) -> int:
    """Return the fewest asked of whom none is exposed with a chance of at most ``miss``."""

    def enough(asked: int) -> bool:
        # Of the two equal ways to write the chance, the one with fewer factors.
        few, many = sorted((asked, exposed))
        none_found = math.perm(population - many, few)
        return none_found * miss.denominator <= miss.numerator * math.perm(population, few)

    # Doubling first keeps every trial near the answer, where the numbers are still short.
    most = 1
    while not enough(most):
        most = min(2 * most, population)
    return bisect_left(range(most + 1), True, lo=most // 2, key=enough)


def _refuse_impossible_counts(
    part: int, whole: int, part_name: str = "saw", whole_name: str = "asked"
) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{part_name} is {part}, not from 0 to {whole_name}, which is {whole}")


def _refuse_unless_between_0_and_1(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}, and must lie between 0 and 1")


def _refuse_impossible_range(name: str, amounts: Range) -> None:
    low, high = amounts
    for end in amounts:
        if end is not None and not (end.is_finite() and end >= 0):
            raise ValueError(f"{name} is {end}, and must be zero or more")
    if low is not None and high is not None and high < low:
        raise ValueError(f"{name} ends at {high}, below its start at {low}")
