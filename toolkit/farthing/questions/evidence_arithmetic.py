"""Quantities that are made of others: what their own words come to, by the figures on the book.

The name of a quantity says how it is made: ``X less Y``, ``X as a multiple of Y``, ``X as a
percentage of Y``, where X and Y are names of quantities, or several joined by ``plus``. So what
somebody says of a difference or a share is held against the figures it should follow from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import polars as pl

from farthing.amounts import Amount, hull
from farthing.errors import AmountError

Row = Mapping[str, Any]

HUNDRED = 100
PLUS = " plus "
#: How a name says what is done with its two sides, and in which unit that is.
OPERATIONS: Mapping[str, Callable[[Amount, Amount], Amount]] = {
    " less ": lambda first, second: first - second,
    " as a multiple of ": lambda first, second: first / second,
    " as a percentage of ": lambda first, second: first / second * HUNDRED,
}
UNITS = {" as a multiple of ": "ratio", " as a percentage of ": "percent"}
CENT = Decimal("0.01")


def computed(statements: pl.DataFrame) -> pl.DataFrame:
    """Return what quantities that are made of others come to: one row per quantity and unit.

    Parameters
    ----------
    statements
        The statements of `evidence`. Of each term its nearest figure is taken, by rank; of equals
        the range that holds them. What is denied or only an opinion is nobody's figure.

    Returns
    -------
    DataFrame
        In the columns of the statements, with the names of the terms in ``computed_from``. A
        quantity is left out where a term has no figure, where terms are in different units, where
        a term has several units, or where what is divided by may be nothing.
    """
    rows = [*statements.iter_rows(named=True)]
    figures = _figures(rows)
    made = dict.fromkeys(row["quantity"] for row in rows if _operation(row["quantity"]))
    found = [row for name in made for row in _computed(name, figures)]
    return pl.DataFrame(found, schema=statements.schema, orient="row")


def _operation(quantity: str) -> str | None:
    """Return the first operation that a name has, or that it is a sum."""
    places = {name: quantity.find(name) for name in (*OPERATIONS, PLUS)}
    named = {name: place for name, place in places.items() if place > 0}
    return next((name for name in OPERATIONS if name in named), PLUS if PLUS in named else None)


def _figures(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the nearest figures of each quantity."""
    known: dict[str, list[Row]] = {}
    for row in rows:
        has_figure = row["low"] is not None or row["high"] is not None
        if has_figure and row["modality"] in ("asserted", "hedged") and row["unit"] != "account":
            known.setdefault(row["quantity"], []).append(row)
    best = {name: min(row["rank"] for row in told) for name, told in known.items()}
    return {
        name: [row for row in told if row["rank"] == best[name]] for name, told in known.items()
    }


def _computed(quantity: str, figures: Mapping[str, Sequence[Row]]) -> Iterable[Row]:
    operation = _operation(quantity) or PLUS
    sides = [side.split(PLUS) for side in quantity.split(operation)]
    sides = sides if operation in OPERATIONS else [[name for side in sides for name in side]]
    terms = [name for side in sides for name in side]
    units = {row["unit"] for name in terms for row in figures.get(name, ())}
    if len(units) != 1 or not all(figures.get(name) for name in terms) or len(sides) > 2:
        return
    try:
        amounts = [_sum(side, figures) for side in sides]
        amount = OPERATIONS[operation](*amounts) if len(amounts) == 2 else amounts[0]
    except AmountError:  # what is divided by may be nothing
        return
    used = [row for name in terms for row in figures[name]]
    yield _row(quantity, amount, UNITS.get(operation, units.pop()), terms, used)


def _sum(names: Sequence[str], figures: Mapping[str, Sequence[Row]]) -> Amount:
    amounts = [
        hull(*(Amount.between(row["low"], row["high"], row["unit"]) for row in figures[name]))
        for name in names
    ]
    return sum(amounts[1:], amounts[0])


def _row(
    quantity: str, amount: Amount, unit: str, terms: Sequence[str], used: Sequence[Row]
) -> Row:
    origins = {row["origin"] for row in used}
    furthest = max(used, key=lambda row: row["rank"])
    low, high = _outward(amount.low, ROUND_FLOOR), _outward(amount.high, ROUND_CEILING)
    return {
        "quantity": quantity,
        "low": low,
        "high": high,
        "unit": unit,
        "basis": "exact" if low == high and low is not None else "derived",
        "wording": "computed from " + " and ".join(terms),
        "said_by": "arithmetic on the figures on the book",
        "modality": "asserted",
        "rank": furthest["rank"],
        "nearness": furthest["nearness"],
        "origin": origins.pop() if len(origins) == 1 else "computed from several origins",
        "computed_from": " and ".join(terms),
        "entries": " ".join(dict.fromkeys(_entries(used))),
    }


def _outward(value: Decimal | None, rounding: str) -> Decimal | None:
    """Round a bound to two decimals so that the range holds all it held before."""
    return None if value is None else value.quantize(CENT, rounding=rounding)


def _entries(rows: Sequence[Row]) -> Iterable[str]:
    return (entry for row in rows for entry in (row["entries"] or "").split())
