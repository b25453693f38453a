"""How amounts, shares, dates and tables are put before a reader.

A range is shown as a range, an unknown as "unknown", the absence of a record as "no record
seen". Nothing is rounded but ratios, and those say so by their unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from farthing.ledger import CURRENCY

LOCALE = "en_GB"
NO_RECORD = "no record seen"
UNKNOWN = "unknown"
#: Columns that are shown as one: an interval, its unit, and nothing else of it.
INTERVAL = ("low", "high")
#: What does not show: control characters, direction overrides, and what XML cannot hold.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)


def visible(text: str) -> str:
    r"""Write out the characters that would not show, or that would reorder what stands around them.

    Examples
    --------
    >>> visible("paid to \u202emoc.eman")
    'paid to [U+202E]moc.eman'
    """
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def number(value: Decimal | int, unit: str | None) -> str:
    """Return one exact figure with its unit.

    Parameters
    ----------
    value
        The figure. Whole sums of money are shown without pennies.
    unit
        An ISO 4217 code, what is counted, in the plural, or ``None``.

    Examples
    --------
    >>> number(Decimal("577270.00"), "GBP"), number(Decimal("0.50"), "GBP")
    ('£577,270', '£0.50')
    >>> number(Decimal(331), "votes"), number(1, "votes"), number(Decimal("74.30"), "percent")
    ('331 votes', '1 vote', '74.30%')
    """
    return _with_unit(value, _one_of(unit) if abs(value) == 1 else unit)


def _with_unit(value: Decimal | int, unit: str | None) -> str:
    value = value or 0  # a decimal can be zero below zero
    whole = value == value.to_integral_value() if isinstance(value, Decimal) else True
    if unit is not None and re.match(CURRENCY, unit):
        sign = "¤ " if get_currency_symbol(unit, LOCALE)[-1].isalpha() else "¤"
        pattern = f"{sign}#,##0" if whole else f"{sign}#,##0.00"
        return format_currency(value, unit, pattern, locale=LOCALE, currency_digits=False)
    text = format_decimal(value, "#,##0" if whole and unit != "percent" else "#,##0.00", LOCALE)
    if unit == "percent":
        return f"{text}%"
    return text if unit in (None, "", "ratio", "account") else f"{text} {unit}"


def _one_of(unit: str | None) -> str | None:
    """Return what one of a unit is called; a unit that is no plain English plural stays."""
    if unit is None or re.match(CURRENCY, unit):
        return unit
    if unit == "people":
        return "person"
    if re.search(r"[^aeiou]ies$", unit):
        return f"{unit[:-3]}y"
    if re.search(r"(ch|sh|ss|x)es$", unit):
        return unit[:-2]
    return unit[:-1] if re.search(r"[^su]s$", unit) else unit


def by_ledger(places: str) -> str:
    """Return where a column goes with each ledger named once.

    Examples
    --------
    >>> by_ledger("spend.payee, spend.note, links.name, is checked")
    'spend: payee, note; links: name; is checked'
    """
    found: dict[str, list[str]] = {}
    for place in places.split(", "):
        ledger, dot, name = place.partition(".")
        found.setdefault(ledger, []).extend([name] if dot else [])
    return "; ".join(
        f"{ledger}: {', '.join(names)}" if names else ledger for ledger, names in found.items()
    )


def difference(value: Decimal, unit: str | None) -> str:
    """Return how far two figures lie apart; two percentages differ by percentage points.

    Examples
    --------
    >>> difference(Decimal(14), "votes"), difference(Decimal("0.11"), "percent")
    ('14 votes', '0.11 percentage points')
    """
    return number(value, "percentage points" if unit == "percent" else unit)


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["approved", "booked", "delivered"], "or")
    'approved, booked or delivered'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def interval(low: Decimal | None, high: Decimal | None, unit: str | None) -> str:
    """Return a range in words.

    Examples
    --------
    >>> interval(Decimal("4500"), Decimal("5499.99"), "GBP")
    '£4,500 to £5,499.99'
    >>> interval(Decimal("4500.01"), None, "GBP")
    'at least £4,500.01, no upper bound'
    >>> interval(None, None, "GBP")
    'unknown'
    """
    if low is None and high is None:
        return UNKNOWN
    if high is None:
        assert low is not None
        return f"at least {number(low, unit)}, no upper bound"
    if low is None:
        return f"at most {number(high, unit)}, no lower bound"
    if low == high:
        return number(low, unit)
    return f"{_first(low, unit)} to {_with_unit(high, unit)}"


def _first(low: Decimal, unit: str | None) -> str:
    """Leave the unit to the end of a range, unless it stands before the figure."""
    return _with_unit(low, unit if unit and re.match(CURRENCY, unit) else None)


def share(value: float | None) -> str:
    """Return a ratio as a percentage of three figures.

    Examples
    --------
    >>> share(0.00866), share(0.7411344), share(1.4e-19), share(None)
    ('0.866%', '74.1%', '1.4e-17%', 'unknown')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    percent = 100 * value
    if percent and abs(percent) < 0.001:
        return f"{percent:.2g}%"
    return f"{float(f'{percent:.3g}'):,}%".replace(".0%", "%")


def shares(low: float | None, high: float | None) -> str:
    """Return a range of ratios as percentages of three figures.

    Examples
    --------
    >>> shares(0.0078, 0.00953), shares(0.5, None), shares(0.5, 0.5001)
    ('0.78% to 0.953%', 'at least 50%, no upper bound', '50%')
    """
    if low is None or high is None:
        known = [share(x) for x in (low, high) if x is not None]
        side = "at least {}, no upper bound" if high is None else "at most {}, no lower bound"
        return side.format(*known) if known else UNKNOWN
    ends = dict.fromkeys((share(low), share(high)))
    return " to ".join(ends)


@dataclass(frozen=True)
class Shown:
    """A table ready to be printed: headings, and cells as text.

    Parameters
    ----------
    headings
        One per column.
    numeric
        Whether the column is set to the right.
    rows
        The cells.
    """

    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def shown(table: pl.DataFrame) -> Shown:
    """Put a table of an answer into words for a reader.

    ``low`` and ``high`` become one column "amount" with the row's ``currency`` or ``unit``, and
    so do pairs such as ``gap_low`` and ``gap_high``. A column that ends in ``_share`` is a
    percentage. NULL is an empty cell.
    """
    plans = list(_plans(table.columns))
    rows = tuple(tuple(_cell(row, plan) for plan in plans) for row in table.iter_rows(named=True))
    numeric = tuple(len(plan) > 1 or table.schema[plan[0]].is_numeric() for plan in plans)
    return Shown(tuple(_heading(plan, table.columns) for plan in plans), numeric, rows)


def filled(view: Shown) -> Shown:
    """Leave out the columns in which nothing stands, where there are rows."""
    if not view.rows:
        return view
    kept = [at for at in range(len(view.headings)) if any(row[at] for row in view.rows)]
    return Shown(
        tuple(view.headings[at] for at in kept),
        tuple(view.numeric[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in view.rows),
    )


def _plans(columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Decide which columns stand together."""
    plans: list[tuple[str, ...]] = []
    for name in columns:
        if name.endswith("low") and f"{name[:-3]}high" in columns:
            plans.append((name, f"{name[:-3]}high"))
        elif name in ("currency", "unit") and "low" in columns:
            continue
        elif not (name.endswith("high") and f"{name[:-4]}low" in columns):
            plans.append((name,))
    return plans


def _heading(plan: tuple[str, ...], columns: Sequence[str]) -> str:
    """Name a column; the share of a figure that stands beside it keeps its own name."""
    if len(plan) == 1:
        name = plan[0].removesuffix("_share")
        return (plan[0] if name in columns else name).replace("_", " ")
    return (plan[0].removesuffix("low").rstrip("_") or "amount").replace("_", " ")


def _cell(row: dict[str, Any], plan: tuple[str, ...]) -> str:
    value = row[plan[0]]
    if len(plan) == 2:
        if row.get("statements") == 0:
            return NO_RECORD
        if plan[0].endswith("share_low"):
            return shares(value, row[plan[1]])
        ends = (value, row[plan[1]])
        counted = any(isinstance(end, int) for end in ends)  # a count is no sum of money
        unit = None if counted else row.get("currency", row.get("unit"))
        return interval(_decimal(value), _decimal(row[plan[1]]), unit)
    if value is None:
        return ""
    if isinstance(value, float):
        return share(value) if plan[0].endswith("share") else f"{float(f'{value:.4g}'):,.10g}"
    return _plain(value)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return number(value, None)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
