"""How the figures of amounts are distributed: first digits, round amounts, and limits.

What departs from its expectation is a place to look, and no sign of intent: people round, firms
have prices, and a limit makes small purchases lawful. No function here knows why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from scipy import stats

LEAST_AMOUNTS = 300
"""Amounts below which first digits are not compared with Benford's law."""
LEAST_MAGNITUDES = 3
"""Powers of ten that the amounts must span, from the least to the greatest."""

Band = Literal["close", "acceptable", "marginal", "none"]
#: Nigrini's bands of the mean absolute deviation of first digits; from the last upward, none.
BANDS: tuple[tuple[float, Band], ...] = (
    (0.006, "close"),
    (0.012, "acceptable"),
    (0.015, "marginal"),
)


def benford_shares() -> tuple[float, ...]:
    """Return the share of amounts that begin with 1, 2, … 9 by Benford's law.

    Examples
    --------
    >>> [round(share, 5) for share in benford_shares()][:3]
    [0.30103, 0.17609, 0.12494]
    """
    return tuple(math.log10(1 + 1 / digit) for digit in range(1, 10))


@dataclass(frozen=True, slots=True)
class FirstDigits:
    """First digits beside Benford's law.

    Parameters
    ----------
    n
        Amounts.
    shares
        The share of them that begin with 1, 2, … 9.
    deviation
        The mean absolute deviation from the law (MAD), a share.
    band
        How near that is by Nigrini's bands: ``close`` below 0.006, ``acceptable`` below 0.012,
        ``marginal`` below 0.015, else ``none``.
    p
        Pearson's chi-square test that the digits follow the law. The bands do not know n: of a
        few hundred amounts that do follow it many fall in no band.
    """

    n: int
    shares: tuple[float, ...]
    deviation: float
    band: Band
    p: float


def first_digits(counts: Sequence[int]) -> FirstDigits | None:
    """Hold how many amounts begin with each digit against Benford's law.

    Parameters
    ----------
    counts
        How many begin with 1, 2, … 9.

    Returns
    -------
    FirstDigits or None
        ``None`` where there is no amount. Whether the law may be expected of the amounts at all
        is for `benford_gate` to say.

    Raises
    ------
    ValueError
        There are not nine counts, or one is below zero or no whole number.

    Notes
    -----
    Bands: M. Nigrini, "Benford's Law" (2012), first digits.

    Examples
    --------
    >>> found = first_digits([301, 176, 125, 97, 79, 67, 58, 51, 46])
    >>> found.band, round(found.deviation, 4)
    ('close', 0.0001)
    """
    seen = np.asarray(counts, dtype=np.int64)
    if seen.shape != (9,) or (seen < 0).any() or (seen != np.asarray(counts)).any():
        raise ValueError("nine counts are needed, none below zero")
    if not (n := int(seen.sum())):
        return None
    expected = np.asarray(benford_shares())
    shares = seen / n
    deviation = float(np.abs(shares - expected).mean())
    band: Band = next((name for limit, name in BANDS if deviation < limit), "none")
    p = float(stats.chisquare(seen, expected * (n / expected.sum())).pvalue)
    return FirstDigits(n, tuple(shares.tolist()), deviation, band, p)


def benford_gate(
    n: int,
    least: float,
    most: float,
    *,
    capped: bool = False,
    priced: bool = False,
    ranged: bool = False,
) -> tuple[str, ...]:
    """Say why Benford's law may not be expected of amounts; nothing where it may.

    Parameters
    ----------
    n
        Amounts, without nought.
    least, most
        The smallest and the largest size of them, above zero.
    capped
        Whether a limit holds them down, as of donations or spending.
    priced
        Whether they come off a list of few prices.
    ranged
        Whether they are bounds of ranges and no amounts.

    Raises
    ------
    ValueError
        n is below zero, or with any amount the sizes are not ``0 < least <= most``.

    Examples
    --------
    >>> benford_gate(299, 1, 10_000, priced=True)
    ('fewer than 300 amounts', 'they come off few prices')
    >>> benford_gate(300, 1, 1000)
    ()
    """
    if n < 0 or (n and not 0 < least <= most < math.inf):
        raise ValueError("n is a count, and 0 < least <= most")
    span = 10**LEAST_MAGNITUDES
    # As the decimals they are written as: by floats, 16,100 is less than 16.1 times a thousand.
    narrow = n > 0 and Fraction(str(most)) < Fraction(str(least)) * span
    reasons = {
        f"fewer than {LEAST_AMOUNTS} amounts": n < LEAST_AMOUNTS,
        f"they span fewer than {LEAST_MAGNITUDES} powers of ten": narrow,
        "a limit holds them down": capped,
        "they come off few prices": priced,
        "they are ranges": ranged,
    }
    return tuple(reason for reason, applies in reasons.items() if applies)


@dataclass(frozen=True, slots=True)
class Heaping:
    """A share of round amounts beside what uniform last digits would give.

    Parameters
    ----------
    n
        Amounts.
    share
        The share of them that are round.
    low, high
        Its 95% interval (Wilson).
    expected
        The share that uniform last digits give.
    p
        Exact binomial test of as many or more.
    """

    n: int
    share: float
    low: float
    high: float
    expected: float
    p: float


def heaping(rounded: int, n: int, digits: int) -> Heaping | None:
    """Hold the share of round amounts against uniform last digits.

    Parameters
    ----------
    rounded
        How many of the amounts end in ``digits`` noughts.
    n
        Amounts. Take those long enough to have other digits before them.
    digits
        How many last digits are nought in a round amount, 1 or more: the expected share is
        ``10 ** -digits``.

    Returns
    -------
    Heaping or None
        ``None`` where there is no amount.

    Raises
    ------
    ValueError
        A count is below zero, more are round than there are, or digits is below 1.

    Examples
    --------
    >>> found = heaping(30, 200, 2)
    >>> found.share, found.expected, found.p < 1e-20
    (0.15, 0.01, True)
    """
    if not 0 <= rounded <= n or digits < 1:
        raise ValueError("0 <= rounded <= n and digits >= 1 are needed")
    if not n:
        return None
    expected = 10.0**-digits
    test = stats.binomtest(rounded, n, expected, alternative="greater")
    # The interval of the share itself has two sides, whichever way the test looks.
    around = stats.binomtest(rounded, n).proportion_ci(method="wilson")
    return Heaping(
        n, rounded / n, float(around.low), float(around.high), expected, float(test.pvalue)
    )


def below_limit(below: int, above: int) -> float | None:
    """Return the chance of as many amounts just below a limit, where either side is as likely.

    Exact binomial test, one-sided: of the amounts in ``[limit - width, limit)`` and
    ``[limit, limit + width)`` each falls on either side by the toss of a coin. Amounts grow
    rarer with size, so that a few more below than above are to be expected of a wide band.

    Parameters
    ----------
    below, above
        Amounts on either side.

    Returns
    -------
    float or None
        ``None`` where there is no amount on either side.

    Raises
    ------
    ValueError
        A count is below zero.

    Examples
    --------
    >>> below_limit(10, 0)
    0.0009765625
    """
    if below < 0 or above < 0:
        raise ValueError("counts are not below zero")
    if not below + above:
        return None
    return float(stats.binomtest(below, below + above, 0.5, alternative="greater").pvalue)
