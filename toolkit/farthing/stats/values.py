"""What a function of this package is given: checked, and refused with the reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def as_numbers(values: npt.ArrayLike) -> Floats:
    """Return one list of finite numbers, or raise `ValueError`."""
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise ValueError("the values must be one list of finite numbers")
    return found


def as_amounts(values: npt.ArrayLike) -> Floats:
    """Return one list of finite numbers of zero or more, or raise `ValueError`."""
    found = as_numbers(values)
    if (found < 0).any():
        raise ValueError(f"an amount is {found.min():g}, and must be zero or more")
    return found


def scaled(amounts: Floats) -> Floats:
    """Return the amounts times the power of two that brings the largest near one.

    It changes none of their digits, and no sum of them runs over.
    """
    return np.asarray(np.ldexp(amounts, -int(np.frexp(amounts.max(initial=0.0))[1])))


def refuse_unequal(first: Floats, second: Floats) -> None:
    """Raise `ValueError` where there is not one value beside each other one."""
    if first.size != second.size:
        raise ValueError(f"there are {first.size} values on one side and {second.size} beside them")


def never_varies(values: Floats) -> bool:
    """Say whether all values are the same, as those of no unit or of one are."""
    return values.size == 0 or bool((values == values[0]).all())


def refuse_impossible_counts(
    part: int, whole: int, part_name: str = "saw", whole_name: str = "asked"
) -> None:
    """Raise `ValueError` where a part is below zero or more than its whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part_name} is {part}, not from 0 to {whole_name}, which is {whole}")


def refuse_unless_share(name: str, value: float) -> None:
    """Raise `ValueError` where a share is not from 0 to 1."""
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}, not a share from 0 to 1")


def refuse_unless_between_0_and_1(name: str, value: float) -> None:
    """Raise `ValueError` where a chance is certain, impossible or none at all."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}, and must lie between 0 and 1")
