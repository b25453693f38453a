"""How reach grows with impressions: curves through what was measured, and their contacts.

Each function is a model, named in its first line: its figure is right as far as that holds, and
no further. A call that makes no sense, and figures that no curve of the model's kind can have,
raise `ValueError`; the latter says that they contradict each other.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

#: How near to the limit of a model figures may come by rounding alone, as a part of it.
SLACK = 1e-12
#: What is lost of a share, however small, that was reckoned as one less another.
ROUNDING = 4e-16


def fit_goerg(impressions: float, people: float) -> float:
    """Return the number of people that a campaign would reach in the end (Goerg's curve).

    ``rho = I R / (I - R)``: the reach after ``i`` impressions is then ``rho i / (i + rho)``.

    Parameters
    ----------
    impressions, people
        One point of the curve; people above 0, impressions more than people.

    Raises
    ------
    ValueError
        Fewer impressions than people, which contradicts that each was reached; as many, of which
        no end of the curve can be told; or nobody.

    Notes
    -----
    Goerg, G. M. (2014), "Estimating reach curves from one data point", Google.

    Examples
    --------
    >>> fit_goerg(200, 100)
    200.0
    """
    _refuse_unless_positive("people", people)
    if not people < impressions < math.inf:
        raise ValueError(f"{impressions:g} impressions cannot be of {people:g} people: too few")
    return impressions * people / (impressions - people)


def goerg_people(rho: float, impressions: float, times: int = 1) -> float:
    """Return how many people so many impressions reach at least so many times (Goerg's curve).

    ``rho (i / (i + rho)) ** times``. Of those reached, the number of contacts falls off
    geometrically.

    Parameters
    ----------
    rho
        As `fit_goerg` gives it.
    impressions
        0 or more.
    times
        At least so many contacts; 1 or more.

    Raises
    ------
    ValueError
        A number is out of its range.

    Examples
    --------
    >>> round(goerg_people(200, 100), 4), [goerg_people(200, 200, k) for k in (1, 2, 3)]
    (66.6667, [100.0, 50.0, 25.0])
    """
    _refuse_unless_positive("rho", rho)
    _refuse_negative("impressions", impressions)
    if times < 1:
        raise ValueError(f"times is {times}, and must be 1 or more")
    return float(rho * (impressions / (impressions + rho)) ** times)


def goerg_range(
    impressions: tuple[float, float], people: tuple[float, float], times: int
) -> tuple[float, float] | None:
    """Return between what the people reached at least so many times lie, of ranges (Goerg).

    At the point measured the curve gives ``R (1 - R / I) ** (times - 1)``. It grows with the
    impressions; with the people it grows to ``I / times`` and then falls.

    Parameters
    ----------
    impressions, people
        Least and most; 0 or more.
    times
        1 or more.

    Returns
    -------
    tuple of float, or None
        People. ``None`` where there may be more people than impressions, or no impression: the
        curve has no such points.

    Raises
    ------
    ValueError
        A range is reversed or below 0, or ``times`` is below 1.

    Examples
    --------
    >>> goerg_range((200, 200), (100, 100), 2)
    (50.0, 50.0)
    >>> goerg_range((200, 300), (50, 150), 2)
    (37.5, 75.0)
    """
    for low, high in (impressions, people):
        if not 0 <= low <= high < math.inf:
            raise ValueError(f"{low:g} to {high:g} is no range of a count")
    if times < 1:
        raise ValueError(f"times is {times}, and must be 1 or more")
    if people[1] > impressions[0] or impressions[0] == 0:
        return None

    def curve(shown: float, reached: float) -> float:
        return float(reached * (1 - reached / shown) ** (times - 1))

    peak = min(max(impressions[1] / times, people[0]), people[1])
    return min(curve(impressions[0], reached) for reached in people), curve(impressions[1], peak)


def poisson_reach_share(gross_rating_points: float) -> float:
    """Return the share of everyone reached if impressions fall on people at random (Poisson).

    ``1 - exp(-GRP / 100)``: contacts are as many as impressions for each person on average, and
    nobody is more likely to get one. Of targeted delivery it says too much.

    Parameters
    ----------
    gross_rating_points
        Impressions for each hundred people; 0 or more.

    Raises
    ------
    ValueError
        It is negative.

    Examples
    --------
    >>> round(poisson_reach_share(200), 6)
    0.864665
    """
    _refuse_negative("gross_rating_points", gross_rating_points)
    return 0.0 - math.expm1(-gross_rating_points / 100)  # never minus zero


def people_if_random(impressions: int, population: int) -> float:
    """Return how many people are reached if each impression falls on anybody (occupancy).

    ``U (1 - (1 - 1 / U) ** I)``, the expected number, which `poisson_reach_share` approximates.

    Parameters
    ----------
    impressions
        0 or more.
    population
        1 or more.

    Raises
    ------
    ValueError
        A number is out of its range.

    Examples
    --------
    >>> round(people_if_random(500, 1000), 3)
    393.621
    """
    _refuse_negative("impressions", impressions)
    if not 1 <= population < math.inf:
        raise ValueError(f"population is {population}, and must be 1 or more, and finite")
    if population == 1:
        return float(min(impressions, 1))
    return -population * math.expm1(impressions * math.log1p(-1 / population))


def negative_binomial_contacts(
    shape: float, mean: float, most: int, *, time: float = 1.0
) -> tuple[float, ...]:
    """Return the contacts if they come at random, and people's rates differ by a gamma law (NBD).

    Parameters
    ----------
    shape
        Of the gamma distribution, above 0: the smaller, the more unequal. Infinite for equal
        rates, as in the Poisson distribution.
    mean
        Mean contacts of everyone in one unit of time; 0 or more.
    most
        The distribution is given from 0 to so many contacts; it has no end.
    time
        Units of time, 0 or more: the mean grows with it, the shape stays.

    Returns
    -------
    tuple of float
        Shares of everyone reached 0 to ``most`` times. They add up to less than 1.

    Raises
    ------
    ValueError
        A number is out of its range.

    Examples
    --------
    >>> monthly = negative_binomial_contacts(0.969, 0.969 / 0.218, 0, time=4)
    >>> round(monthly[0], 6)
    0.056655
    """
    _refuse_negative("mean", mean)
    _refuse_negative("most", most)
    _refuse_negative("time", time)
    if not shape > 0:
        raise ValueError(f"shape is {shape}, and must be above 0")
    counts, contacts = np.arange(most + 1), mean * time
    if math.isinf(shape) or contacts == 0:
        return _shares(stats.poisson.pmf(counts, contacts))
    # Each share is a multiple of the one before: scipy's nbinom asks for a chance beside which
    # the mean is lost where the shape is large.
    none = _log_unreached(shape, contacts)
    ratios = (shape + counts[:-1]) / (shape + contacts) * contacts / counts[1:]
    return _shares(np.exp(none + np.append(0, np.log(ratios).cumsum())))


def _log_unreached(shape: float, mean: float) -> float:
    """Return the logarithm of the share that a negative binomial leaves without a contact."""
    if mean < shape:
        return -shape * math.log1p(mean / shape)
    return shape * (math.log(shape) - math.log(shape + mean))  # their ratio may be no number


def fit_negative_binomial(reach_share: float, mean: float) -> float:
    """Return the shape of the negative binomial that has this reach and mean.

    Solves ``(1 + mean / shape) ** -shape = 1 - reach_share``.

    Parameters
    ----------
    reach_share
        Share of everyone reached at least once, strictly between 0 and 1.
    mean
        Mean contacts of everyone, those not reached among them.

    Returns
    -------
    float
        Above 0; infinite at the limit, where contacts fall on everyone alike (Poisson).

    Raises
    ------
    ValueError
        ``reach_share`` is not between 0 and 1, or the two contradict each other: more are reached
        than ``1 - exp(-mean)``, which even contacts spread blindly would reach.

    Examples
    --------
    >>> round(fit_negative_binomial(0.4, 1.5), 7)
    0.2730532
    """
    if not 0 < reach_share < 1:
        raise ValueError(f"reach_share is {reach_share}, and must lie between 0 and 1")
    _refuse_unless_positive("mean", mean)
    limit = -math.expm1(-mean)
    if reach_share > limit + max(SLACK * limit, ROUNDING):
        raise ValueError(
            f"a reach of {reach_share:g} contradicts a mean of {mean:g} contacts: no negative "
            f"binomial reaches more than {limit:g}"
        )
    unreached = math.log1p(-reach_share)

    def excess(log_shape: float) -> float:
        return unreached - _log_unreached(math.exp(log_shape), mean)

    # A shape of e^-700 reaches nobody, to the smallest number there is; at e^25 rounding decides.
    if excess(25.0) <= 0:
        return math.inf
    return math.exp(optimize.brentq(lambda at: -excess(at), -700.0, 25.0, xtol=1e-15, rtol=1e-14))


def gamma_poisson_people(
    alpha: float, beta: float, impressions: float, inventory: float, people: float, most: int
) -> tuple[float, ...]:
    """Return how many people are reached exactly 1, 2, 3 … times by a part of an inventory.

    The gamma-Poisson model of the Halo programme: each person could be shown ``1 + X``
    impressions, ``X`` being Poisson with a gamma-distributed mean, and each of them is bought
    with the same chance, ``impressions / inventory`` (thinning).

    Parameters
    ----------
    alpha, beta
        Shape and scale of the gamma distribution; above 0.
    impressions
        Bought, 0 to ``inventory``.
    inventory
        All there are to buy, above 0. In the model ``people * (1 + alpha * beta)``.
    people
        Who could be reached; 0 or more.
    most
        The largest number of times; 1 or more.

    Returns
    -------
    tuple of float
        People reached exactly 1 to ``most`` times.

    Raises
    ------
    ValueError
        A number is out of its range.

    Examples
    --------
    >>> [round(n, 3) for n in gamma_poisson_people(1, 2, 5_000, 30_000, 10_000, 3)]
    [2812.5, 703.125, 175.781]
    """
    for name, value in (("alpha", alpha), ("beta", beta), ("inventory", inventory)):
        _refuse_unless_positive(name, value)
    _refuse_negative("people", people)
    if not 0 <= impressions <= inventory:
        raise ValueError(f"impressions is {impressions}, not from 0 to {inventory}")
    if most < 1:
        raise ValueError(f"most is {most}, and must be 1 or more")
    bought = impressions / inventory
    # What is left of X is negative binomial again; the one impression that all have is added.
    rest = np.array(negative_binomial_contacts(alpha, alpha * beta, most, time=bought))
    return _shares(people * ((1 - bought) * rest[1:] + bought * rest[:-1]))


def _shares(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _refuse_unless_positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} is {value}, and must be above 0 and finite")


def _refuse_negative(name: str, value: float) -> None:
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} is {value}, and must be zero or more")
