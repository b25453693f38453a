"""Text into the typed rows of a ledger: strictly, and with every cell that cannot be read named.

Nothing is coerced. A cell that is not a date, a count or an amount becomes a `Fault` with its
text, and its row goes no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from farthing.errors import AmountError
from farthing.ledger import CURRENCY, POSTED_COLUMNS, Fault, Ledger
from farthing.wording import parse

DATE = r"^\d{4}-\d{2}-\d{2}$"
COUNT = r"^(\d{1,15}|\d{1,3}(,\d{3}){1,4})$"
PLAIN_COUNT = r"^\d{1,15}$"
PLAIN_MONEY = r"^\d{1,15}\.\d{1,2}$"
CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
SPACES = " \t\r\n\u00a0\u2007\u202f"

AMOUNT_SCHEMA: dict[str, Any] = {
    "low": pl.Decimal(18, 2),
    "high": pl.Decimal(18, 2),
    "basis": pl.String,
    "wording": pl.String,
}


def typed(ledger: Ledger, text: pl.DataFrame, *, locale: str) -> tuple[pl.DataFrame, list[Fault]]:
    """Read text cells as the ledger's types.

    Parameters
    ----------
    ledger
        The ledger the rows are meant for.
    text
        One row per source row: the ledger's file columns as text, and ``batch_id`` and
        ``source_row`` as integers. File columns that are absent are blank.
    locale
        The locale amounts are written in.

    Returns
    -------
    tuple
        The frame in the ledger's columns, one row per row of ``text``, with NULL where a cell
        could not be read; and the faults, of the cells and of the ledger's own rules.
    """
    absent = [name for name in ledger.file_columns if name not in text.columns]
    cells = text.with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in absent),
    ).with_columns(pl.col(pl.String).str.strip_chars(SPACES).replace("", None))
    faults = list(_control_characters(cells))
    columns: list[pl.Series] = []
    for name in ledger.file_columns:
        if name == "amount":
            columns += _amounts(ledger, cells, locale, faults)
        else:
            columns.append(_cells(cells[name], ledger.dtypes[name], faults))
    frame = pl.DataFrame([*columns, *(cells[name] for name in POSTED_COLUMNS)])
    frame = frame.select(list(ledger.dtypes))
    return frame, _without_echoes(faults, ledger.check(frame))


def _without_echoes(cells: list[Fault], rules: Iterable[Fault]) -> list[Fault]:
    """Leave out what a rule says of a cell, or of the row of a cell, that could not be read."""
    unread = {(fault.index, _stored(fault.column)) for fault in cells}
    rows = {index for index, _ in unread}
    kept = [
        rule
        for rule in rules
        if (rule.index, _stored(rule.column)) not in unread
        and not (rule.column is None and rule.index in rows)
    ]
    return cells + kept


def _stored(column: str | None) -> str | None:
    return "amount" if column in AMOUNT_SCHEMA else column


def _control_characters(cells: pl.DataFrame) -> Iterable[Fault]:
    """Find cells with characters that no text of a ledger holds: they come from binary files."""
    for column in cells.select(pl.col(pl.String)).get_columns():
        for index in column.str.contains(CONTROL).arg_true():
            shown = repr(column[index])[1:-1]
            yield Fault(index, column.name, shown, "holds a control character")


def _cells(column: pl.Series, dtype: pl.DataType, faults: list[Fault]) -> pl.Series:
    """Read one column of cells, adding what cannot be read to the faults."""
    if dtype == pl.Date:
        shaped = pl.when(pl.col(column.name).str.contains(DATE)).then(pl.col(column.name))
        read = shaped.str.to_date("%Y-%m-%d", strict=False)
        rule = "is not a date (expected yyyy-mm-dd)"
    elif dtype == pl.Int64:
        shaped = pl.when(pl.col(column.name).str.contains(COUNT)).then(pl.col(column.name))
        read = shaped.str.replace_all(",", "").cast(pl.Int64)
        rule = "is not a whole number"
    else:
        return column
    values = column.to_frame().select(read.alias(column.name)).to_series()
    for index in (values.is_null() & column.is_not_null()).arg_true():
        faults.append(Fault(index, column.name, column[index], rule))
    return values


def _amounts(
    ledger: Ledger, cells: pl.DataFrame, locale: str, faults: list[Fault]
) -> list[pl.Series]:
    """Read the column ``amount`` into ``low high basis wording``.

    Plain digits, which are nearly all of a large file, are cast by polars; every other wording
    is parsed once however often it stands.
    """
    unit = ledger.amount_unit
    units = cells[unit] if unit in cells.columns else pl.repeat(unit, len(cells), eager=True)
    amounts = pl.DataFrame({"amount": cells["amount"], "unit": units})
    is_plain = pl.col("amount").str.contains(PLAIN_COUNT) | (
        pl.col("amount").str.contains(PLAIN_MONEY) & pl.col("unit").str.contains(CURRENCY)
    )
    plain = amounts.select(is_plain.fill_null(False)).to_series()
    worded = amounts.filter(~plain).unique(maintain_order=True)
    read, refused = _parse_each(worded, _parser(locale))
    for index, (amount, of) in enumerate(amounts.iter_rows()) if refused else ():
        if (amount, of) in refused:
            faults.append(Fault(index, "amount", amount, refused[amount, of]))
    exact = pl.col("amount").cast(pl.Decimal(18, 2), strict=False)
    joined = amounts.with_columns(plain.alias("plain")).join(
        read, on=["amount", "unit"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select(
        pl.when("plain").then(exact).otherwise("low").alias("low"),
        pl.when("plain").then(exact).otherwise("high").alias("high"),
        pl.when("plain").then(pl.lit("exact")).otherwise("basis").alias("basis"),
        pl.col("amount").alias("wording"),
    ).get_columns()


def _parser(locale: str) -> Callable[[str | None, str | None], tuple[object, ...]]:
    def read(amount: str | None, unit: str | None) -> tuple[object, ...]:
        found = parse(amount, unit=unit, locale=locale)
        return found.low, found.high, found.basis

    return read


def _parse_each(
    worded: pl.DataFrame, read: Callable[[str | None, str | None], tuple[object, ...]]
) -> tuple[pl.DataFrame, dict[tuple[str | None, str | None], str]]:
    """Parse each distinct wording; return what was read and, by wording, what was refused."""
    rows: list[tuple[object, ...]] = []
    refused: dict[tuple[str | None, str | None], str] = {}
    for amount, unit in worded.iter_rows():
        try:
            rows.append((amount, unit, *read(amount, unit)))
        except AmountError as error:
            refused[amount, unit] = error.what.removeprefix(f'"{amount}" ')
    schema: dict[str, Any] = {"amount": pl.String, "unit": pl.String, **AMOUNT_SCHEMA}
    schema.pop("wording")
    return pl.DataFrame(rows, schema=schema, orient="row"), refused
