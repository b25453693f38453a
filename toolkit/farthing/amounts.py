"""An amount: an interval of money or of a count, how it is known, and the words it was stated in.

"About £5,000" is not 5,000.00. It is every amount its words leave open, so an `Amount` keeps a
lowest and a highest value and the sentence itself, and takes part in sums as the interval it is.

Intervals are closed, and an open bound is written as the next unit (`step`): more than 7,000 votes
begins at 7,001, less than £5,500 ends at 5,499.99. A missing bound is ``None`` and stays so: it is
never zero and never the other bound.

Arithmetic is exact inside and rounds outward at the end, to the decimals the unit has, so a result
is never narrower than the truth. Nothing passes through a float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from farthing.errors import AmountError

Scalar: TypeAlias = int | Decimal | Fraction

BASES = (
    "exact",
    "rounded",
    "about",
    "range",
    "at_least",
    "at_most",
    "more_than",
    "less_than",
    "order_of_magnitude",
    "comparative",
    "vague",
    "derived",
    "unknown",
)
"""How an amount is known, from a figure in full to no figure at all."""

LIMIT = Decimal(10) ** 16
"""Every bound lies inside ±LIMIT, which is what DECIMAL(18,2) holds."""

_MONEY = re.compile(r"[A-Z]{3}")
_NAME = r"(?:[A-Z]{3}|[a-z][a-z_ -]*[a-z])"
_UNIT = re.compile(rf"{_NAME}(?:/{_NAME})?")
_RATIO_PLACES = 28
_LONGEST_WORDING = 120

# The caller's decimal context may round to six digits; ours neither rounds nor forgives.
_EXACT = Context(prec=80, traps=[Inexact, InvalidOperation])


def is_money(unit: str | None) -> bool:
    """Tell whether a unit is a currency: three capital letters, as in ISO 4217.

    Examples
    --------
    >>> is_money("GBP"), is_money("votes"), is_money("GBP/impressions"), is_money(None)
    (True, False, False, False)
    """
    return unit is not None and _MONEY.fullmatch(unit) is not None


def places(unit: str | None) -> int:
    """Return how many decimals a value may have.

    2 for money in any currency, for ``percent`` and ``points`` and for an undeclared unit, 28 for
    ``ratio`` and for a price such as ``GBP/impressions``, none for counts.

    Examples
    --------
    >>> places("GBP"), places("votes"), places("ratio"), places(None)
    (2, 0, 28, 2)
    """
    if unit in (None, "percent", "points") or is_money(unit):
        return 2
    return _RATIO_PLACES if unit == "ratio" or "/" in unit else 0


def step(unit: str | None) -> Decimal:
    """Return the distance from an open bound to the closed bound that stands for it.

    0.01 for money, ``ratio`` and prices; 1 for counts and for an undeclared unit.

    Examples
    --------
    >>> step("GBP"), step("votes"), step(None)
    (Decimal('0.01'), Decimal('1'), Decimal('1'))
    """
    return Decimal("0.01") if unit is not None and places(unit) else Decimal(1)


class _Term(NamedTuple):
    """One quantity's share in a sum: how many times it is in it, and what it lies between."""

    coefficient: Fraction
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Amount:
    """A closed interval of one unit, the way it is known, and the words it was stated in.

    Each amount made by hand or read from text is a quantity of its own. Sums and multiples
    remember which quantities they are made of: ``x - x`` is exactly zero even when ``x`` is
    unknown, and two statements of the same figure never cancel. Products and quotients of two
    intervals are new quantities, and as wide as if their operands were unrelated.

    Two amounts are equal when bounds, unit and basis are; the wording is not compared.

    Parameters
    ----------
    low, high
        Bounds, both included; ``None`` is unbounded on that side. Money has at most two decimals
        whatever the currency, counts have none, ``ratio`` and prices up to 28; more is refused,
        never rounded.
    unit
        ISO 4217 code for money, a lower-case name for a count (``people``, ``votes``), ``ratio``,
        a price such as ``GBP/impressions``, or ``None`` when undeclared (at most two decimals).
    basis
        One of `BASES`.
    wording
        The text, verbatim; blank when there is none.

    Raises
    ------
    AmountError
        When the bounds are reversed, too large, too fine for the unit or no finite decimals, or
        the basis is unknown or says what the bounds do not.

    Examples
    --------
    >>> spent = Amount.between(Decimal("4500.00"), Decimal("5499.99"), "GBP", basis="about")
    >>> print(spent)
    GBP 4,500.00 to 5,499.99
    >>> print(spent - spent)
    GBP 0.00
    >>> print(Amount.exact(7250, "votes") + Amount.between(1, None, "votes"))
    at least 7,251 votes
    """

    low: Decimal | None
    high: Decimal | None
    unit: str | None
    basis: str
    wording: str = field(default="", compare=False)
    _terms: Mapping[object, _Term] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.unit is not None and not _UNIT.fullmatch(self.unit):
            raise AmountError(
                f'"{self.unit}" is no unit',
                hint="write an ISO 4217 code such as GBP or a lower-case name such as votes",
            )
        object.__setattr__(self, "low", _stored(self.low, self.unit))
        object.__setattr__(self, "high", _stored(self.high, self.unit))
        _check_order(self.low, self.high)
        _check_basis(self.basis, self.low, self.high)
        # A plain object is equal to nothing else, in this process or after pickling into another.
        object.__setattr__(self, "_terms", {object(): _Term(Fraction(1), self.low, self.high)})

    @classmethod
    def exact(cls, value: Decimal | int, unit: str | None = None) -> Amount:
        """Make the amount that is one known value."""
        return cls.between(value, value, unit)

    @classmethod
    def between(
        cls,
        low: Decimal | int | None,
        high: Decimal | int | None,
        unit: str | None = None,
        *,
        basis: str | None = None,
        wording: str = "",
    ) -> Amount:
        """Make an amount from its bounds; without a basis, take the one the bounds have."""
        first, last = _decimal(low), _decimal(high)
        return cls(first, last, unit, basis or _basis_of(first, last), wording)

    def __str__(self) -> str:
        """Spell the interval so that it reads back to the same bounds and unit.

        A basis that bounds alone cannot show (``about``, ``derived`` and the like) is spelled as
        the interval it comes to.
        """
        text = self._spelled()
        return text if self.unit is None or is_money(self.unit) else f"{text} {self.unit}"

    def _spelled(self) -> str:
        shown = {"exact", "range", "at_least", "at_most", "unknown"}
        basis = self.basis if self.basis in shown else _basis_of(self.low, self.high)
        code = f"{self.unit} " if is_money(self.unit) else ""
        if basis == "unknown":
            return f"unknown {code}".rstrip()
        if basis == "exact":
            return f"{code}{self.low:,f}"
        if basis == "at_least" and self.low is not None and self.low >= 0:
            return f"at least {code}{self.low:,f}"
        if basis == "at_most" and self.low is not None:
            return f"at most {code}{self.high:,f}"
        if self.low is None:
            return f"unbounded to {code}{self.high:,f}"
        return f"{code}{self.low:,f} to " + (
            "unbounded" if self.high is None else f"{self.high:,f}"
        )

    def __neg__(self) -> Amount:
        """Change the sign; an unbounded side stays unbounded, on the other side."""
        return _linear([(-1, self)], self.unit, f"-{_operand(self)}" if self.wording else "")

    def __add__(self, other: Amount) -> Amount:
        """Add two amounts of one unit: [a + c, b + d]."""
        if not isinstance(other, Amount):
            return NotImplemented
        unit = _one_unit((self, other))
        return _linear([(1, self), (1, other)], unit, _joined(self, "+", other))

    def __sub__(self, other: Amount) -> Amount:
        """Subtract an amount of the same unit: [a - d, b - c], and zero from itself."""
        if not isinstance(other, Amount):
            return NotImplemented
        unit = _one_unit((self, other))
        return _linear([(1, self), (-1, other)], unit, _joined(self, "-", other))

    def __mul__(self, other: Amount | Scalar) -> Amount:
        """Multiply by a plain number, a ratio, or what a price is per; zero times anything is zero.

        Bounds are rounded outward to the decimals of the unit: a third of £10.00 is
        [3.33, 3.34], which holds it.
        """
        if isinstance(other, Amount):
            return _multiplied(self, other)
        if not _is_scalar(other):
            return NotImplemented
        return _linear([(other, self)], self.unit, _joined(self, "*", other))

    __rmul__ = __mul__

    def __truediv__(self, other: Amount | Scalar) -> Amount:
        """Divide; the unit is ``ratio`` when both have the same, otherwise a price.

        Raises
        ------
        AmountError
            When the divisor may be zero, so that nothing can be told, or has no unit to divide by.
        """
        if isinstance(other, Amount):
            return _divided(self, other)
        if not _is_scalar(other):
            return NotImplemented
        if other == 0:
            raise AmountError("cannot divide by 0")
        return _linear([(1 / Fraction(other), self)], self.unit, _joined(self, "/", other))


def total(amounts: Iterable[Amount]) -> Amount:
    """Add any number of amounts of one unit: the sum of the minima to the sum of the maxima.

    The same as adding them one after another, in time linear in their number.

    Raises
    ------
    AmountError
        When there is none to add, since their unit is then unknown, or the units differ.

    Examples
    --------
    >>> ads = [Amount.between(0, 99, "GBP"), Amount.between(100, 199, "GBP")]
    >>> print(total([Amount.between(4000, 6000, "GBP"), *ads]))
    GBP 4,100.00 to 6,298.00
    """
    parts = list(amounts)
    return _linear([(1, part) for part in parts], _one_unit(parts), "")


def intersect(a: Amount, b: Amount) -> Amount | None:
    """Return what two statements of one quantity agree on, or ``None`` when they contradict.

    An unknown amount contradicts nothing. The result is a new quantity.

    Examples
    --------
    >>> print(intersect(Amount.between(0, 100, "votes"), Amount.between(50, None, "votes")))
    50 to 100 votes
    """
    unit = _one_unit((a, b))
    low = max((x.low for x in (a, b) if x.low is not None), default=None)
    high = min((x.high for x in (a, b) if x.high is not None), default=None)
    if low is not None and high is not None and low > high:
        return None
    return Amount(low, high, unit, "derived")


def hull(*amounts: Amount) -> Amount:
    """Return the smallest interval that holds every amount; unbounded where one of them is.

    Examples
    --------
    >>> print(hull(Amount.exact(331, "votes"), Amount.exact(317, "votes")))
    317 to 331 votes
    """
    unit = _one_unit(amounts)
    lows = [x.low for x in amounts if x.low is not None]
    highs = [x.high for x in amounts if x.high is not None]
    low = min(lows) if len(lows) == len(amounts) else None
    high = max(highs) if len(highs) == len(amounts) else None
    return Amount(low, high, unit, "derived")


def gap(a: Amount, b: Amount) -> Decimal | None:
    """Return how far two amounts lie apart, in their unit; ``None`` when they share a value.

    Examples
    --------
    >>> gap(Amount.exact(331, "votes"), Amount.exact(317, "votes"))
    Decimal('14')
    """
    if intersect(a, b) is not None:
        return None
    low = max(x.low for x in (a, b) if x.low is not None)
    high = min(x.high for x in (a, b) if x.high is not None)
    return _EXACT.subtract(low, high)


# What makes a value fit to be kept.


def _decimal(value: Decimal | int | None) -> Decimal | None:
    """Turn a whole number into a decimal."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        _check_finite(value)
        return value
    if type(value) is not int:
        raise AmountError(f"{value!r} is neither a whole number nor a decimal")
    return Decimal(value)


def _stored(value: Decimal | None, unit: str | None) -> Decimal | None:
    """Check one bound and give it the decimals it is kept with."""
    if value is None:
        return None
    _check_finite(value)
    if not -LIMIT < value < LIMIT:
        raise AmountError(f"{value:.3E} is too large, bounds stay below 10,000 million million")
    most = places(unit)
    try:
        kept = (value or Decimal(0)).quantize(Decimal(f"1E-{most}"), context=_EXACT)
    except (Inexact, InvalidOperation):
        allowed = f"at most {most} decimals" if most else "no decimals"
        named = unit or "an amount without a declared unit"
        raise AmountError(f"{value} is too fine, {named} has {allowed}") from None
    return kept if most == 0 or is_money(unit) else _trimmed(kept)


def _check_finite(value: object) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise AmountError(f"{value!r} is not a finite decimal number")


def _trimmed(value: Decimal) -> Decimal:
    """Drop trailing zeros behind the decimal mark, and only those."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize(_EXACT)


def _check_order(low: Decimal | None, high: Decimal | None) -> None:
    if low is not None and high is not None and low > high:
        raise AmountError(f"the bounds are reversed, {low:,f} is more than {high:,f}")


def _check_basis(basis: str, low: Decimal | None, high: Decimal | None) -> None:
    if basis not in BASES:
        raise AmountError(f'"{basis}" is no basis', hint=f"one of {', '.join(BASES)}")
    fits = {
        "exact": low is not None and low == high,
        "range": low is not None and high is not None,
        "at_least": low is not None and high is None,
        "at_most": high is not None and (low is None or low == 0),
        "unknown": low is None and high is None,
    }
    if not fits.get(basis, True):
        ends = " to ".join("unbounded" if end is None else f"{end:,f}" for end in (low, high))
        raise AmountError(f'the basis "{basis}" does not fit the bounds {ends}')


def _basis_of(low: Decimal | None, high: Decimal | None) -> str:
    if low is None:
        return "unknown" if high is None else "at_most"
    if high is None:
        return "at_least"
    return "exact" if low == high else "range"


# Arithmetic: exact fractions inside, outward rounding where a result becomes an amount.


def _is_scalar(value: object) -> bool:
    if isinstance(value, Decimal):
        _check_finite(value)
    return isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool)


def _one_unit(amounts: Iterable[Amount]) -> str | None:
    """Return the unit all amounts share."""
    units = {amount.unit for amount in amounts}
    if not units:
        raise AmountError("there is no amount to take")
    if len(units) > 1:
        names = " and ".join(sorted(unit or "an undeclared unit" for unit in units))
        raise AmountError(
            f"cannot put {names} together", hint="convert with a rate, or keep them apart"
        )
    return units.pop()


def _linear(parts: Iterable[tuple[Scalar, Amount]], unit: str | None, wording: str) -> Amount:
    """Sum multiples of amounts, each underlying quantity counted once with its net coefficient."""
    terms: dict[object, _Term] = {}
    for factor, amount in parts:
        for key, term in amount._terms.items():
            before = terms[key].coefficient if key in terms else Fraction(0)
            net = before + Fraction(factor) * term.coefficient
            terms[key] = _Term(net, term.low, term.high)
    # A quantity that is in the sum zero times adds nothing, however little is known of it.
    terms = {key: term for key, term in terms.items() if term.coefficient}
    low = _weighted((t.coefficient, t.low if t.coefficient > 0 else t.high) for t in terms.values())
    high = _weighted(
        (t.coefficient, t.high if t.coefficient > 0 else t.low) for t in terms.values()
    )
    result = _derived(low, high, unit, wording)
    object.__setattr__(result, "_terms", terms)
    return result


def _weighted(bounds: Iterable[tuple[Fraction, Decimal | None]]) -> Fraction | None:
    """Sum factor times bound; one missing bound leaves the sum without."""
    result = Fraction(0)
    for factor, bound in bounds:
        if bound is None:
            return None
        result += factor * Fraction(bound)
    return result


def _derived(low: Fraction | None, high: Fraction | None, unit: str | None, wording: str) -> Amount:
    """Make the amount a calculation ends in, its bounds moved outward to the unit's decimals."""
    most = places(unit)
    first = None if low is None else Decimal(f"{math.floor(low * 10**most)}E-{most}")
    last = None if high is None else Decimal(f"{math.ceil(high * 10**most)}E-{most}")
    return Amount(first, last, unit, "derived", wording)


def _multiplied(a: Amount, b: Amount) -> Amount:
    unit, wording = _product_unit(a.unit, b.unit), _joined(a, "*", b)
    for constant, other in ((b, a), (a, b)):
        if constant.low is not None and constant.low == constant.high:
            return _linear([(constant.low, other)], unit, wording)
    return _derived(*_corners(_ends(a), _ends(b)), unit, wording)


def _divided(a: Amount, b: Amount) -> Amount:
    unit, wording = _quotient_unit(a.unit, b.unit), _joined(a, "/", b)
    if (b.low is None or b.low <= 0) and (b.high is None or b.high >= 0):
        raise AmountError(
            f"cannot divide by {b}: the interval holds 0",
            hint="nothing can be told of the quotient",
        )
    if b.low is not None and b.low == b.high:
        return _linear([(1 / Fraction(b.low), a)], unit, wording)
    inverse = (_inverse(b.high), _inverse(b.low))
    return _derived(*_corners(_ends(a), inverse), unit, wording)


class _End(NamedTuple):
    """An end of an interval that sorts: -1 or 1 marks an unbounded one, 0 a value."""

    infinite: int
    value: Fraction


def _ends(amount: Amount) -> tuple[_End, _End]:
    low = _End(-1, Fraction(0)) if amount.low is None else _End(0, Fraction(amount.low))
    high = _End(1, Fraction(0)) if amount.high is None else _End(0, Fraction(amount.high))
    return low, high


def _inverse(bound: Decimal | None) -> _End:
    """Invert an end; what is unbounded shrinks to 0, which closes the interval."""
    return _End(0, Fraction(0) if bound is None else 1 / Fraction(bound))


def _corners(a: tuple[_End, _End], b: tuple[_End, _End]) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the greatest product of two ends, which bound every product."""
    products = [_product(x, y) for x in a for y in b]
    low, high = min(products), max(products)
    return (None if low.infinite else low.value), (None if high.infinite else high.value)


def _product(x: _End, y: _End) -> _End:
    """Multiply two ends; 0 times an unbounded end is 0, for every value short of it gives 0."""
    if x.infinite or y.infinite:
        left, right = x.infinite or x.value, y.infinite or y.value
        return _End((left * right > 0) - (left * right < 0), Fraction(0))
    return _End(0, x.value * y.value)


def _product_unit(a: str | None, b: str | None) -> str | None:
    """Name the unit of a product: a ratio changes nothing, a price cancels what it is per."""
    for factor, other in ((a, b), (b, a)):
        if factor == "ratio":
            return other
        if factor is not None and other is not None and factor.endswith(f"/{other}"):
            return factor.removesuffix(f"/{other}")
    raise AmountError(f"{a or 'an undeclared unit'} times {b or 'an undeclared unit'} has no unit")


def _quotient_unit(a: str | None, b: str | None) -> str | None:
    """Name the unit of a quotient: none is left of equal ones, otherwise it is a price."""
    if a == b:
        return "ratio"
    if b == "ratio":
        return a
    if a is None or b is None or "/" in a + b or a == "ratio":
        raise AmountError(
            f"{a or 'an undeclared unit'} divided by {b or 'an undeclared unit'} has no unit"
        )
    return f"{a}/{b}"


def _operand(value: Amount | Scalar) -> str:
    """Word an operand, in brackets when it is itself a calculation."""
    if not isinstance(value, Amount):
        return str(value)
    bracketed = value.basis == "derived" and " " in value.wording
    return f"({value.wording})" if bracketed else value.wording


def _joined(a: Amount, sign: str, b: Amount | Scalar) -> str:
    """Word a calculation, or leave it blank when an operand has no words or there are too many."""
    left, right = _operand(a), _operand(b)
    text = f"{left} {sign} {right}"
    return text if left and right and len(text) <= _LONGEST_WORDING else ""
