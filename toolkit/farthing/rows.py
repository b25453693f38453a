"""Text into the typed rows of a ledger: strictly, and with every cell that cannot be read named.

Nothing is coerced. A cell that is not a date, a count or an amount becomes a `Fault` with its
text, and its row goes no further.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import polars as pl

from farthing.cells import Cells
from farthing.errors import AmountError
from farthing.ledger import CURRENCY, POSTED_COLUMNS, Fault, Ledger
from farthing.numerals import Marks, currencies, exponent, marks_of
from farthing.signs import signs_of
from farthing.wording import parse

DATE = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$"
CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]"
SPACES = " \t\r\n\u00a0\u2007\u202f"
#: What DECIMAL(18,2) and BIGINT hold of a figure without its marks, whatever it is.
SHORT_MONEY = r"^-?[0-9]{0,15}(\.[0-9]{1,2})?$"
SHORT_COUNT = r"^-?[0-9]{1,15}$"
#: What the grammar takes for a space, for a minus and for nothing.
ALIKE = {"[\u00a0\u2007\u2009\u202f]": " ", "\u2212": "-", "[\u061c\u200b\u200e\u200f]": ""}
NONE = '"none" may be nothing spent or nothing known: write 0, or leave it blank'

AMOUNT_SCHEMA: dict[str, Any] = {
    "low": pl.Decimal(18, 2),
    "high": pl.Decimal(18, 2),
    "basis": pl.String,
    "wording": pl.String,
}


def typed(
    ledger: Ledger, text: pl.DataFrame, *, locale: str, dates: str = "yyyy-mm-dd"
) -> tuple[pl.DataFrame, list[Fault]]:
    """Read text cells as the ledger's types.

    Parameters
    ----------
    ledger
        The ledger the rows are meant for.
    text
        One row per source row: the ledger's file columns as text, and ``batch_id`` and
        ``source_row`` as integers. File columns that are absent are blank.
    locale
        The locale amounts and counts are written in.
    dates
        How days are written in the file, for the message; here they are yyyy-mm-dd.

    Returns
    -------
    tuple
        The frame in the ledger's columns, one row per row of ``text``, with NULL where a cell
        could not be read; and the faults, of the cells and of the ledger's own rules.
    """
    absent = [name for name in ledger.file_columns if name not in text.columns]
    cells = text.with_columns(*(pl.lit(None, pl.String).alias(name) for name in absent))
    cells, suspect = _stripped(cells)
    faults = list(_control_characters(cells.select(suspect)))
    readable = pl.when(~pl.col(pl.String).str.contains(CONTROL)).then(pl.col(pl.String))
    cells = cells.with_columns(readable.name.keep()) if faults else cells
    marks = marks_of(locale)
    columns: list[pl.Series] = []
    for name in ledger.file_columns:
        if name == "amount":
            columns += _amounts(ledger, cells, locale, faults)
        else:
            columns.append(_cells(cells[name], ledger.dtypes[name], marks, dates, faults))
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


def _stripped(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Take away spaces around cells, and make what holds nothing NULL.

    Also return the names of the columns that may hold control characters.
    """
    padded, suspect, blank = [], [], []
    for column in rows.select(pl.col(pl.String)).get_columns():
        cells = Cells(column.to_arrow(compat_level=pl.CompatLevel.oldest()))
        padded += [column.name] * cells.may_be_padded()
        suspect += [column.name] * cells.may_hold_control_characters()
        blank += [column.name] * cells.has_blanks
    rows = rows.with_columns(pl.col(padded).str.strip_chars(SPACES))
    return rows.with_columns(pl.col({*padded, *blank}).replace("", None)), suspect


def _control_characters(cells: pl.DataFrame) -> Iterable[Fault]:
    """Find cells with characters that no text of a ledger holds: they come from binary files."""
    for column in cells.get_columns():
        for index in column.str.contains(CONTROL).arg_true():
            shown = repr(column[index])[1:-1]
            yield Fault(index, column.name, shown, "holds a control character")


def _cells(
    column: pl.Series, dtype: pl.DataType, marks: Marks, dates: str, faults: list[Fault]
) -> pl.Series:
    """Read one column of cells, adding what cannot be read to the faults."""
    cell = pl.col(column.name)
    if dtype == pl.Date:
        read = pl.when(cell.str.contains(DATE)).then(cell).str.to_date("%Y-%m-%d", strict=False)
        rule = f"is not a date (expected {dates})"
    elif dtype == pl.Int64:
        digits = cell.str.replace_all(marks.group, "", literal=True)
        whole = cell.str.contains(f"^-?(?:{marks.number.pattern})$")
        short = digits.str.contains(SHORT_COUNT)
        read = pl.when(whole & short).then(digits).cast(pl.Int64)
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

    Figures, which are nearly all of a large file, are read by polars; every other wording is
    parsed once however often it stands.
    """
    unit = ledger.amount_unit
    units = cells[unit] if unit in cells.columns else pl.repeat(unit, len(cells), eager=True)
    amounts = pl.DataFrame({"amount": cells["amount"], "unit": units})
    if unit == "currency":  # what is none is refused as such, and must not be taken for a count
        is_code = pl.col("unit").str.contains(CURRENCY)
        amounts = amounts.with_columns(pl.when(is_code).then("unit").alias("unit"))
    amounts = amounts.with_columns(_figures(_without_sign(amounts, locale), locale))
    worded = amounts.filter(pl.col("figure").is_null()).select("amount", "unit")
    read, refused = _parse_each(worded.unique(maintain_order=True), locale)
    for index, (amount, of, _) in enumerate(amounts.iter_rows()) if refused else ():
        if (amount, of) in refused:
            faults.append(Fault(index, "amount", amount, refused[amount, of]))
    joined = amounts.join(
        read, on=["amount", "unit"], how="left", nulls_equal=True, maintain_order="left"
    )
    exact = pl.col("figure").is_not_null()
    return joined.select(
        pl.coalesce("figure", "low").alias("low"),
        pl.when(exact).then("figure").otherwise("high").alias("high"),
        pl.when(exact).then(pl.lit("exact")).otherwise("basis").alias("basis"),
        pl.col("amount").alias("wording"),
    ).get_columns()


def _figures(amounts: pl.DataFrame, locale: str) -> pl.Series:
    """Read the amounts that are a figure in digits and no more, and leave the others NULL.

    What is read here the grammar reads the same, only a thousand times more slowly.
    """
    marks = marks_of(locale)
    amount, unit, digits = pl.col("amount"), pl.col("unit"), pl.col("digits")
    bare = amount.str.replace_all(marks.group, "", literal=True)
    amounts = amounts.with_columns(
        bare.str.replace(marks.decimal, ".", literal=True).alias("digits")
    )
    units = amounts["unit"].unique()
    whole = _readable(units, "1", locale)
    fine = _readable(units, f"1{marks.decimal}25", locale)
    is_figure = amount.str.contains(f"^-?(?:{marks.number.pattern})$") & (
        digits.str.contains(SHORT_MONEY)
    )
    is_figure &= unit.is_in(fine) | (unit.is_in(whole) & ~digits.str.contains(".", literal=True))
    figure = pl.when(is_figure).then(digits).cast(pl.Decimal(18, 2)).alias("figure")
    return amounts.select(figure).to_series()


def _without_sign(amounts: pl.DataFrame, locale: str) -> pl.DataFrame:
    """Take the usual sign of their own currency from before amounts, which costs little."""
    usual = {
        unit: next((sign for sign in signs_of(unit, locale) if len(sign) == 1), "")
        for unit in set(amounts["unit"].unique()) & currencies()
    }
    sign = pl.col("unit").replace_strict(usual, default="", return_dtype=pl.String)
    return amounts.with_columns(pl.col("amount").str.strip_prefix(sign))


def _without_signs(amounts: pl.DataFrame, locale: str) -> pl.DataFrame:
    """Take the signs of their own currency, and what spaces may be, from amounts in money."""
    amount = pl.col("amount")
    for fancy, plain in ALIKE.items():
        amount = amount.str.replace_all(fancy, plain)
    if marks_of(locale).group == "’":
        amount = amount.str.replace_all("'", "’", literal=True)
    amounts = amounts.with_columns(amount)
    # Currency by currency: nested in one expression, each would double the work.
    for unit in set(amounts["unit"].unique()) & currencies():
        signs = "|".join(map(re.escape, (unit, *signs_of(unit, locale))))
        bare = pl.col("amount").str.replace(f"^(-?)(?i:{signs}) ?| ?(?i:{signs})$", "$1")
        amounts = amounts.with_columns(
            pl.when(pl.col("unit") == unit).then(bare).otherwise("amount").alias("amount")
        )
    return amounts


def _readable(units: pl.Series, amount: str, locale: str) -> list[str]:
    """Return the units the grammar reads an amount in."""
    return [unit for unit in units.drop_nulls() if isinstance(_read(amount, unit, locale), tuple)]


def _parse_each(
    worded: pl.DataFrame, locale: str
) -> tuple[pl.DataFrame, dict[tuple[str | None, str | None], str]]:
    """Parse each distinct wording; return what was read and, by wording, what was refused."""
    bare = worded.with_columns(_figures(_without_signs(worded, locale), locale))
    rows: list[tuple[object, ...]] = []
    refused: dict[tuple[str | None, str | None], str] = {}
    for amount, unit, figure in bare.iter_rows():
        read = _read(amount, unit, locale) if figure is None else (figure, figure, "exact")
        if isinstance(read, str):
            refused[amount, unit] = read
        else:
            rows.append((amount, unit, *read))
    schema: dict[str, Any] = {"amount": pl.String, "unit": pl.String, **AMOUNT_SCHEMA}
    schema.pop("wording")
    return pl.DataFrame(rows, schema=schema, orient="row"), refused


def _read(amount: str | None, unit: str | None, locale: str) -> tuple[object, ...] | str:
    """Return low, high and basis of a wording, or why it cannot be read."""
    if amount and amount.casefold() == "none":  # Python writes it for what is not known
        return f"cannot be read: {NONE}"
    try:
        found = parse(amount, unit=unit, locale=locale)
    except AmountError as error:
        return f"cannot be read: {error.what.rpartition(' cannot be read: ')[2]}"
    if any(bound is not None and exponent(bound) < -2 for bound in (found.low, found.high)):
        return "has more than the two decimals a ledger keeps"
    return found.low, found.high, found.basis
