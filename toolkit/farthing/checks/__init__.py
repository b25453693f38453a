"""The checks of a book, by family: each an SQL file, and a module where it needs more."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from babel.numbers import list_currencies

from farthing.check import Check
from farthing.checks import digits, missing
from farthing.checks.reading import read
from farthing.errors import UsageError

#: Of the codes that begin with X those of money; the others are of metals, of tests and of none.
MONEY_OF_NO_COUNTRY = ("XAF", "XCD", "XCG", "XOF", "XPF")
#: Every code that ISO 4217 has or had for money.
CURRENCIES = tuple(
    code for code in sorted(list_currencies()) if code[0] != "X" or code in MONEY_OF_NO_COUNTRY
)

CHECKS: tuple[Check, ...] = (
    *read("identities"),
    *read("duplicates"),
    *read("dates"),
    *read("reach"),
    *read("references", currencies=", ".join(f"'{code}'" for code in CURRENCIES)),
    *digits.CHECKS,
    *missing.CHECKS,
)


def choose(names: Sequence[str]) -> tuple[Check, ...]:
    """Return the checks of some names, each a code or a family; all where none is given.

    Raises
    ------
    UsageError
        There is no such check or family.
    """
    families = dict.fromkeys(check.family for check in CHECKS)
    codes = [check.code for check in CHECKS]
    for name in names:
        if name not in families and name not in codes:
            near = difflib.get_close_matches(name, [*families, *codes], n=1)
            raise UsageError(
                f"unknown check {name}",
                hint=f"did you mean {near[0]}?"
                if near
                else f"a code, or one of {', '.join(families)}",
            )
    return tuple(
        check for check in CHECKS if not names or check.code in names or check.family in names
    )
