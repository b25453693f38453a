"""How near a figure must be to the one it is held against, and by whose rule.

A tolerance is printed with every result that rests on it. None is a law: each is what a trade
body or a contract calls near enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

#: Least and most; ``None`` is no bound on that side.
Range: TypeAlias = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a figure may be from the one it is held against, and by whose rule.

    Parameters
    ----------
    name
        Whose rule it is, as it is printed.
    under, over
        The most it may be below and above, as a share of the figure it is held against; ``None``
        is no limit on that side.
    rounding
        What two figures may always differ by where one of them is in whole units, however small
        the share of it: the other may have been rounded to it.

    Raises
    ------
    ValueError
        A share is not from 0 to 1, or ``rounding`` is below zero or not finite.
    """

    name: str
    under: Decimal | None
    over: Decimal | None
    rounding: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        for share in (self.under, self.over):
            if share is not None and not (share.is_finite() and 0 <= share <= 1):
                raise ValueError(f"a tolerance of {share} is no share from 0 to 1")
        if not (self.rounding.is_finite() and self.rounding >= 0):
            raise ValueError(f"a rounding of {self.rounding} is below zero or no number")

    def least(self, reference: Decimal) -> Decimal | None:
        """Return the least that may pass; ``None`` where less is never too little.

        Examples
        --------
        >>> IAB_UK.least(Decimal(14_000)), POST_BUY.least(Decimal(14_000))
        (Decimal('12600.00'), Decimal('12600.00'))
        """
        return None if self.under is None else reference - self._slack(self.under, reference)

    def most(self, reference: Decimal) -> Decimal | None:
        """Return the most that may pass; ``None`` where more is never too much.

        Examples
        --------
        >>> IPA.most(Decimal(14_000)), POST_BUY.most(Decimal(14_000)) is None
        (Decimal('14700.00'), True)
        """
        return None if self.over is None else reference + self._slack(self.over, reference)

    def _slack(self, share: Decimal, reference: Decimal) -> Decimal:
        return max(share * abs(reference), self.rounding)

    def allows(self, figure: Decimal, reference: Decimal) -> bool:
        """Tell whether a figure is near enough; the limits themselves are.

        Examples
        --------
        >>> IAB_UK.allows(Decimal(12_600), Decimal(14_000))
        True
        >>> IAB_UK.allows(Decimal(12_599), Decimal(14_000))
        False
        >>> ROUNDING.allows(Decimal("12"), Decimal("11.60"))
        True
        >>> ROUNDING.allows(Decimal("12.10"), Decimal("11.60"))
        False
        """
        if self.rounding and figure % 1 and reference % 1:  # neither can be the other rounded
            return replace(self, rounding=Decimal(0)).allows(figure, reference)
        least, most = self.least(reference), self.most(reference)
        return (least is None or figure >= least) and (most is None or figure <= most)

    def holds(self, figure: Range, reference: Range) -> bool | None:
        """Tell whether a figure is near enough, where both may be ranges.

        Parameters
        ----------
        figure, reference
            Least and most; ``None`` is no bound on that side.

        Returns
        -------
        bool or None
            ``None`` where it depends on where in their ranges the two lie.

        Examples
        --------
        >>> IPA.holds((Decimal(96), Decimal(99)), (Decimal(100), Decimal(100)))
        True
        >>> IPA.holds((Decimal(90), Decimal(99)), (Decimal(100), Decimal(100))) is None
        True
        """
        if not self.may_hold(figure, reference):
            return False
        if _is_single(figure) and _is_single(reference):
            return True
        # of ranges, what rounding may take is not known to be there
        strict = replace(self, rounding=Decimal(0))
        least = None if reference[1] is None else strict.least(reference[1])
        most = None if reference[0] is None else strict.most(reference[0])
        enough = self.under is None or _is_at_most(least, figure[0])
        return True if enough and (self.over is None or _is_at_most(figure[1], most)) else None

    def may_hold(self, figure: Range, reference: Range) -> bool:
        """Tell whether some value of the one range is near enough to some value of the other.

        What rounding may take is allowed wherever one of the two is a range, which may hold a
        whole number or none.

        Examples
        --------
        >>> ROUNDING.may_hold((Decimal(100), Decimal(199)), (Decimal(150), Decimal(150)))
        True
        """
        least, most = self.limits(reference)
        low, high = figure
        if _is_single(figure) and _is_single(reference) and low is not None:
            return self.allows(low, reference[0] or Decimal(0))
        return (least is None or high is None or high >= least) and (
            most is None or low is None or low <= most
        )

    def limits(self, reference: Range) -> Range:
        """Return the least and the most that pass for some value of a range.

        Examples
        --------
        >>> IAB_UK.limits((Decimal(100), Decimal(200)))
        (Decimal('90.00'), Decimal('220.00'))
        >>> IAB_UK.limits((Decimal(100), None))
        (Decimal('90.00'), None)
        """
        # both limits rise with the reference: no share is above the whole
        low, high = reference
        return (
            None if low is None else self.least(low),
            None if high is None else self.most(high),
        )


def _is_single(amount: Range) -> bool:
    return amount[0] is not None and amount[0] == amount[1]


def _is_at_most(one: Decimal | None, other: Decimal | None) -> bool:
    """Tell whether both are known and in this order."""
    return one is not None and other is not None and one <= other


IAB_UK = Tolerance("IAB UK, 10% of the publisher's figure", Decimal("0.10"), Decimal("0.10"))
IPA = Tolerance("IPA, 5% under or over what was ordered", Decimal("0.05"), Decimal("0.05"))
POST_BUY = Tolerance("post-buy, at least 90% of what was ordered", Decimal("0.10"), None)
ROUNDING = Tolerance(
    "rounding to whole units of the currency", Decimal(0), Decimal(0), Decimal("0.99")
)


def delivered_share(delivered: Decimal, ordered: Decimal) -> Decimal | None:
    """Return what was delivered, or spent, as a share of what was ordered, or planned.

    ``None`` where nothing was ordered, or less: a credit is no order.

    Examples
    --------
    >>> round(delivered_share(Decimal(12_500), Decimal(14_000)), 6)
    Decimal('0.892857')
    """
    return delivered / ordered if ordered > 0 else None


def owed(delivered: Decimal, ordered: Decimal, tolerance: Tolerance) -> Decimal:
    """Return how much is missing to the least that the tolerance lets pass; 0 where nothing is.

    Examples
    --------
    >>> owed(Decimal(12_500), Decimal(14_000), POST_BUY)
    Decimal('100.00')
    """
    least = tolerance.least(ordered)
    return Decimal(0) if least is None else max(least - delivered, Decimal(0))
