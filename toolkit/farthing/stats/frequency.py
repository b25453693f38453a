"""How often people saw it, by insertions: what one or two figures of reach say about the rest.

Each function is a model of how contacts fall on people, named in its first line: its figure is
right as far as that holds, and no further. A distribution of contacts is a tuple of the shares of
everyone reached exactly 0, 1, 2 … times; `farthing.stats.reach.at_least` adds it up from the top.

Shares lie between 0 and 1. A call that makes no sense, and figures that no distribution of the
model's kind can have, raise `ValueError`; the latter says that they contradict each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

#: Agostini's constant, found for French magazines in 1961. It is no law.
AGOSTINI = 1.125
#: How near to the limit of a model figures may come by rounding alone, as a part of it.
SLACK = 1e-12
#: What is lost of a share, however small, that was reckoned as one less another.
ROUNDING = 4e-16


def binomial_contacts(share: float, insertions: int) -> tuple[float, ...]:
    """Return the contacts with one medium if each insertion reaches people blindly to the others.

    The binomial distribution: everyone has the same chance each time.

    Parameters
    ----------
    share
        Share of everyone that one insertion reaches.
    insertions
        How often it ran; 0 or more.

    Returns
    -------
    tuple of float
        Shares of everyone reached 0 to ``insertions`` times.

    Raises
    ------
    ValueError
        ``share`` is not a share, or ``insertions`` is negative.

    Examples
    --------
    >>> [round(share, 3) for share in binomial_contacts(0.3, 3)]
    [0.343, 0.441, 0.189, 0.027]
    """
    _refuse_unless_share("share", share)
    _refuse_negative("insertions", insertions)
    return _shares(stats.binom.pmf(np.arange(insertions + 1), insertions, share))


def fit_beta_binomial(reach_one: float, reach_two: float) -> tuple[float, float]:
    """Return the beta distribution of people's chances that two figures of reach imply.

    ``alpha = R1 (R2 - R1) / (2 R1 - R1² - R2)`` and ``beta = alpha (1 - R1) / R1``.

    Parameters
    ----------
    reach_one
        Share of everyone reached by one insertion, strictly between 0 and 1.
    reach_two
        Share reached at least once by two.

    Returns
    -------
    tuple of float
        Alpha and beta, above 0. Both are infinite where ``reach_two`` is ``2 R1 - R1²``, as when
        all people have the same chance: then the binomial holds.

    Raises
    ------
    ValueError
        ``reach_one`` is not between 0 and 1, or the two contradict each other: the second
        insertion adds nobody, or more than blind chance would.

    Examples
    --------
    >>> [round(value, 12) for value in fit_beta_binomial(0.5, 0.65)]
    [0.75, 0.75]
    """
    if not 0 < reach_one < 1:
        raise ValueError(f"reach_one is {reach_one}, and must lie between 0 and 1")
    limit = reach_one * (2 - reach_one)
    if not reach_one < reach_two <= limit + max(SLACK * limit, ROUNDING):
        raise ValueError(
            f"reach after two insertions is {reach_two:g}, which contradicts {reach_one:g} after "
            f"one: it must be above that and at most {limit:g}"
        )
    if reach_two >= limit * (1 - SLACK):
        return math.inf, math.inf
    alpha = reach_one * (reach_two - reach_one) / (limit - reach_two)
    return alpha, alpha * (1 - reach_one) / reach_one


def beta_binomial_contacts(alpha: float, beta: float, insertions: int) -> tuple[float, ...]:
    """Return the contacts with one medium if people's chances differ by a beta distribution.

    Parameters
    ----------
    alpha, beta
        Of the beta distribution, above 0.
    insertions
        How often it ran; 0 or more.

    Returns
    -------
    tuple of float
        Shares of everyone reached 0 to ``insertions`` times.

    Raises
    ------
    ValueError
        ``alpha`` or ``beta`` is not above 0 and finite, or ``insertions`` is negative.

    Examples
    --------
    >>> [round(share, 5) for share in beta_binomial_contacts(0.75, 0.75, 5)]
    [0.19792, 0.15625, 0.14583, 0.14583, 0.15625, 0.19792]
    """
    _refuse_unless_positive("alpha", alpha)
    _refuse_unless_positive("beta", beta)
    _refuse_negative("insertions", insertions)
    # Each share is a multiple of the one before: scipy's beta functions lose all digits where
    # alpha and beta are large, as near the binomial limit.
    times = np.arange(insertions)
    none = np.log((beta + times) / (alpha + beta + times)).sum()
    ratios = (insertions - times) / (times + 1) * (alpha + times) / (beta + times[::-1])
    return _shares(np.exp(none + np.append(0, np.log(ratios).cumsum())))


def contacts_from_two(reach_one: float, reach_two: float, insertions: int) -> tuple[float, ...]:
    """Return the contacts after any number of insertions, from the reach after one and after two.

    The beta-binomial that `fit_beta_binomial` finds; the binomial at its limit. Parameters and
    errors are those of the two.

    Examples
    --------
    >>> round(1 - contacts_from_two(0.5, 0.65, 5)[0], 6)
    0.802083
    >>> [round(share, 4) for share in contacts_from_two(0.5, 0.75, 2)]
    [0.25, 0.5, 0.25]
    """
    alpha, beta = fit_beta_binomial(reach_one, reach_two)
    if math.isinf(alpha):
        return binomial_contacts(reach_one, insertions)
    return beta_binomial_contacts(alpha, beta, insertions)


def average_medium(
    people: Sequence[float],
    insertions: Sequence[int],
    overlaps: Sequence[Sequence[float]],
) -> tuple[float, float]:
    """Return what one and two insertions of an average medium reach (Metheringham).

    Several media become one whose reach after one insertion is their mean weighted by insertions,
    and whose overlap is the mean over all pairs of insertions. For the whole plan that medium is
    put into `contacts_from_two` with all insertions: what is particular to each is lost.

    Parameters
    ----------
    people
        Reached by one insertion of each medium.
    insertions
        How often each ran; 0 or more, at least two of all.
    overlaps
        People in two media; on the diagonal, in two insertions of one.

    Returns
    -------
    tuple of float
        People reached after one insertion and after two, in the unit given.

    Raises
    ------
    ValueError
        The lists are not of one length, the overlaps are not symmetric or above one of their
        counts, a number is negative, or there are fewer than two insertions.

    Notes
    -----
    Metheringham, R. A. (1964), "Measuring the net cumulative coverage of a print campaign",
    Journal of Advertising Research 4.

    Examples
    --------
    >>> shared = [[150, 200, 180], [200, 120, 140], [180, 140, 170]]
    >>> [round(value, 3) for value in average_medium([1500, 800, 1200], [4, 3, 5], shared)]
    [1200.0, 2232.424]
    """
    counts, times = np.asarray(people, dtype=float), np.asarray(insertions, dtype=float)
    both = np.asarray(overlaps, dtype=float)
    if times.shape != counts.shape or both.shape != (counts.size, counts.size):
        raise ValueError("there must be as many insertions as media, and an overlap for each pair")
    known = np.concatenate([counts, times, both.ravel()])
    if not (np.isfinite(known) & (known >= 0)).all() or times.sum() < 2:
        raise ValueError("numbers must be zero or more, and of two insertions at the least")
    if not (both == both.T).all() or (both > np.minimum.outer(counts, counts)).any():
        raise ValueError("an overlap differs from itself, or is larger than one of its audiences")
    one = float(times @ counts / times.sum())
    pairs = np.outer(times, times) - np.diag(times)  # each pair of insertions twice
    return one, 2 * one - float((pairs * both).sum() / pairs.sum())


def hofmans_reach(
    reach_one: float, reach_two: float, insertions: int, reach_three: float | None = None
) -> float:
    """Return the reach after some insertions of one medium by Hofmans's formula.

    ``(n R1)² / (n R1 + k d (n - 1)^a n / 2)`` with ``k = 2 R1 / R2`` and ``d = 2 R1 - R2``. The
    exponent ``a`` is 1, unless the reach after three insertions is known and tells it.

    Parameters
    ----------
    reach_one, reach_two, reach_three
        Share of everyone reached at least once after so many.
    insertions
        1 or more.

    Returns
    -------
    float
        A share of everyone. The formula knows no limit: after many insertions it can be above 1.

    Raises
    ------
    ValueError
        The shares contradict each other: a further insertion adds nobody, or all the people whom
        one reaches alone, or more; or ``insertions`` is below 1.

    Notes
    -----
    Hofmans, P. (1966), "Measuring the cumulative net coverage of any combination of media",
    Journal of Marketing Research 3.

    Examples
    --------
    >>> [round(hofmans_reach(0.06, 0.103, n), 6) for n in (1, 2, 3, 4, 5)]
    [0.06, 0.103, 0.135328, 0.160519, 0.180702]
    """
    if not 0 < reach_one < reach_two < min(2 * reach_one, 1):
        raise ValueError(
            f"reach after two insertions is {reach_two:g}, which contradicts {reach_one:g} after "
            "one: it must be above that and below its double and 1"
        )
    if insertions < 1:
        raise ValueError(f"insertions is {insertions}, and must be 1 or more")
    shared, exponent = 2 * reach_one - reach_two, 1.0
    if reach_three is not None:
        if not reach_two < reach_three < min(reach_two + reach_one, 1):
            raise ValueError(
                f"reach after three insertions is {reach_three:g}, which contradicts "
                f"{reach_two:g} after two: it must be above that by less than {reach_one:g}, and "
                "below 1"
            )
        exponent = math.log2((3 * reach_one - reach_three) * reach_two / (shared * reach_three))
    if insertions == 1:
        return float(reach_one)  # whatever the exponent, which can be below 0
    gross = insertions * reach_one
    excess = 2 * reach_one / reach_two * shared * (insertions - 1) ** exponent * insertions / 2
    return float(gross**2 / (gross + excess))


def agostini_union(gross: float, shared: float, constant: float = AGOSTINI) -> float:
    """Return how many people several magazines reach together by Agostini's formula.

    ``A² / (A + K D)``, from the sum of the audiences and the sum of what all pairs share. The
    constant was fitted to magazines of one country: elsewhere it is a guess.

    Parameters
    ----------
    gross
        The sum of all audiences; above 0.
    shared
        The sum of the overlaps of all pairs; 0 or more.
    constant
        ``K``, above 0.

    Returns
    -------
    float
        In the unit given. It need not lie within the bounds of the union.

    Raises
    ------
    ValueError
        A number is out of its range.

    Examples
    --------
    >>> round(agostini_union(0.9, 0.26), 6)
    0.679245
    """
    _refuse_unless_positive("gross", gross)
    _refuse_unless_positive("constant", constant)
    _refuse_negative("shared", shared)
    return gross * (gross / (gross + constant * shared))


def _shares(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _refuse_unless_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}, not a share from 0 to 1")


def _refuse_unless_positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} is {value}, and must be above 0 and finite")


def _refuse_negative(name: str, value: float) -> None:
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} is {value}, and must be zero or more")
