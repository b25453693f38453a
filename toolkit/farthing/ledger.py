"""What a ledger is: a pandera model with units on its columns, and all that follows from it.

A ledger is declared once, as a model. Its table, its ``NOT NULL`` and ``CHECK`` clauses, the
columns its files have, the units of its totals and the check of each imported row are derived.

Vague amounts are four columns, ``low high basis wording``; in a file they are one, ``amount``,
written as people write it (see `farthing.wording`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context

from farthing.amounts import BASES
from farthing.errors import FarthingError

GSS = r"^[A-Z][0-9]{8}$"
IDENTIFIER = r"^[^\s]{1,200}$"
CURRENCY = r"^[A-Z]{3}$"
URL = r"^https?://\S+$"
SHA256 = r"^[0-9a-f]{64}$"
#: The name a book's file is attached under while it is open.
FILE = "book_file"
MODALITIES = ("asserted", "denied", "hedged", "opinion")

AMOUNT_COLUMNS = ("low", "high", "basis", "wording")
POSTED_COLUMNS = ("batch_id", "source_row")

SQL_TYPES = {pl.String: "VARCHAR", pl.Date: "DATE", pl.Int64: "BIGINT"}

Money = Annotated[pl.Decimal, 18, 2]


def column(
    description: str, *, nullable: bool = False, refers_to: str | None = None, **rules: Any
) -> Any:
    """Describe a column that is not measured: an identifier, a name, a date, a word of a list.

    Parameters
    ----------
    description
        What the column holds, as a phrase for the reference.
    nullable
        Whether a row may leave it blank.
    refers_to
        ``ledger.column`` that must hold the value before the row can be posted.
    **rules
        Rules of `pandera.polars.Field`, such as ``isin`` or ``str_matches``.
    """
    return pa.Field(
        nullable=nullable, description=description, metadata={"refers_to": refers_to}, **rules
    )


def measure(
    unit: str, *, additive: bool, description: str, nullable: bool = True, **rules: Any
) -> Any:
    """Describe a measured column.

    Parameters
    ----------
    unit
        The unit, or the name of the column of the same row that holds it (``currency``).
    additive
        Whether its values may be summed over rows. People may not: the same person can stand
        in two rows.
    description
        What the column holds, as a phrase for the reference.
    **rules
        Rules of `pandera.polars.Field`.
    """
    metadata = {"unit": unit, "additive": additive}
    return pa.Field(nullable=nullable, description=description, metadata=metadata, **rules)


def row_rule(sql: str, error: str) -> Any:
    """Declare a rule over several columns of one row.

    The rule is SQL so that the pandera check and the table's ``CHECK`` clause are one text. As
    in SQL, a rule whose result is NULL holds.
    """

    def check(cls: type, data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(pl.sql_expr(sql).fill_null(True))

    return pa.dataframe_check(error=error, statistics={"sql": sql})(check)


class Row(pa.DataFrameModel):
    """What every row carries, whatever its ledger."""

    entry_id: str = column("this row's own name, unique in its ledger", str_matches=IDENTIFIER)
    source_id: str = column("the source that says so", refers_to="sources.source_id")
    supersedes: str = column("the entry of this ledger that this row replaces", nullable=True)
    reverses: str = column("the entry of this ledger that this row withdraws", nullable=True)
    note: str = column("a remark for the reader; nothing is computed from it", nullable=True)
    record_key: str = column(
        "the publisher's name for what the row is about; of two rows with one, the one observed "
        "later is in force",
        nullable=True,
    )
    observed_on: date = column("the day the publisher showed it so", nullable=True)
    batch_id: int = column("the import that posted the row")
    source_row: int = column("the row's number in its file, the header being 1")

    one_correction = row_rule(
        "supersedes IS NULL OR reverses IS NULL", "both supersedes and reverses an entry"
    )

    class Config:
        """No coercion: it turns 1.9 into 1 without a word."""

        strict = True
        coerce = False


class AmountRow(Row):
    """A row with one amount: an interval, how it was read, and the words it was written in."""

    low: Money
    high: Money
    basis: str = column("how the wording was read", isin=list(BASES))
    wording: str = column("the amount verbatim, as the source has it", nullable=True)

    ordered = row_rule("low IS NULL OR high IS NULL OR low <= high", "has its high below its low")
    unknown_is_unbounded = row_rule(
        "basis <> 'unknown' OR (low IS NULL AND high IS NULL)", "is unknown and yet has a bound"
    )


class StatementRow(AmountRow):
    """An amount that somebody stated: it is printed as their claim, never as a fact."""

    said_by: str = column("who said it")
    reported_by: str = column(
        "who passed it on, in order, where it was not read there", nullable=True
    )
    modality: str = column("how it was said", isin=list(MODALITIES))
    quote: str = column("the words, where they are short and matter", nullable=True)


@dataclass(frozen=True)
class Column:
    """One column of a ledger, as its table and its reference show it."""

    name: str
    dtype: Any
    nullable: bool
    description: str
    unit: str | None
    additive: bool | None
    refers_to: str | None
    rules: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def sql_type(self) -> str:
        """The DuckDB type; money is DECIMAL(18,2)."""
        if isinstance(self.dtype, pl.Decimal):
            return f"DECIMAL({self.dtype.precision},{self.dtype.scale})"
        return SQL_TYPES[type(self.dtype) if isinstance(self.dtype, pl.DataType) else self.dtype]


@dataclass(frozen=True)
class Fault:
    """One rule broken by one row of a frame; the importer turns it into a `Problem`.

    Parameters
    ----------
    index
        Position of the row in the frame, from 0.
    column, value, rule
        As in `farthing.errors.Problem`.
    """

    index: int
    column: str | None
    value: str | None
    rule: str


@dataclass(frozen=True)
class Ledger:
    """A named table of rows of one grain.

    Parameters
    ----------
    name
        The table's name, a plural noun.
    grain
        What one row is.
    model
        The pandera model of its rows.
    key
        Columns that name the thing a row is about. No two current rows share them.
    clashes
        What else no two current rows may be: SQL over ``incoming`` and ``other``, and the words
        for the row that comes in.
    """

    name: str
    grain: str
    model: type[Row]
    key: tuple[str, ...] = ("entry_id",)
    clashes: tuple[tuple[str, str], ...] = ()

    @cached_property
    def schema(self) -> Any:
        """The pandera schema built from the model."""
        return self.model.to_schema()

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every column of the table, in order."""
        return tuple(_column(name, spec) for name, spec in self.schema.columns.items())

    @cached_property
    def dtypes(self) -> dict[str, Any]:
        """Polars types by column name."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def has_amount(self) -> bool:
        """Whether a row carries an amount."""
        return "low" in self.dtypes

    @cached_property
    def file_columns(self) -> tuple[str, ...]:
        """The columns of a file in the ledger's own layout; one ``amount`` stands for four."""
        own = [name for name in self.dtypes if name not in (*AMOUNT_COLUMNS, *POSTED_COLUMNS)]
        return (*own, "amount") if self.has_amount else tuple(own)

    @cached_property
    def required_columns(self) -> frozenset[str]:
        """The file columns that cannot be left out."""
        optional = {column.name for column in self.columns if column.nullable}
        return frozenset(self.file_columns) - optional

    @property
    def amount_unit(self) -> str:
        """The unit of the amount, or the name of the column that holds it."""
        return str(next(column.unit for column in self.columns if column.name == "low"))

    @property
    def references(self) -> Iterator[tuple[str, str, str]]:
        """Each ``(column, other ledger, other column)`` that must exist before a row can."""
        for column in self.columns:
            if column.refers_to is not None:
                ledger, _, other = column.refers_to.partition(".")
                yield column.name, ledger, other
        yield "supersedes", self.name, "entry_id"
        yield "reverses", self.name, "entry_id"

    def ddl(self) -> str:
        """Return the ``CREATE TABLE`` statement, with every rule that one row can break."""
        lines = [
            f"{column.name} {column.sql_type}{'' if column.nullable else ' NOT NULL'}"
            for column in self.columns
        ]
        lines += [f"CHECK ({rule})" for column in self.columns for rule in column.rules]
        lines += [f"CHECK ({check.statistics['sql']})" for check in self.schema.checks]
        return f"CREATE TABLE {self.name} (\n  " + ",\n  ".join(lines) + "\n)"

    def check(self, rows: pl.DataFrame) -> list[Fault]:
        """Hold every row against the model and return every rule that is broken.

        The frame must be eager: on a lazy one pandera checks no data at all. Its switches are
        set here, since two environment variables would otherwise turn every check off.
        """
        try:
            with config_context(
                validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA
            ):
                self.schema.validate(rows, lazy=True)
        except pa.errors.SchemaErrors as failure:
            return [_fault(self, case) for case in failure.failure_cases.iter_rows(named=True)]
        return []

    def prove_checked(self) -> None:
        """Check a row known to be bad, and refuse to go on when it passes."""
        canary = pl.DataFrame([dict.fromkeys(self.dtypes)], schema=self.dtypes)
        if not self.check(canary):
            raise FarthingError(
                f"the rules of {self.name} are not being enforced: a row of nothing passed",
                hint="pandera's checks are off in this process; nothing was posted",
            )


def _column(name: str, spec: Any) -> Column:
    """Read one column's declaration out of the pandera schema."""
    metadata = spec.metadata or {}
    return Column(
        name=name,
        dtype=spec.dtype.type,
        nullable=spec.nullable,
        description=spec.description or "",
        unit=metadata.get("unit"),
        additive=metadata.get("additive"),
        refers_to=metadata.get("refers_to"),
        rules=tuple(_sql_rule(name, check) for check in spec.checks),
        words=tuple(_rule_words(check) for check in spec.checks),
    )


def _sql_rule(name: str, check: Any) -> str:
    """Write one pandera column check as SQL."""
    statistics = check.statistics
    match check.name:
        case "isin":
            words = ", ".join(f"'{word}'" for word in statistics["allowed_values"])
            return f"{name} IN ({words})"
        case "str_matches":
            return f"regexp_matches({name}, '{statistics['pattern']}')"
        case "greater_than_or_equal_to":
            return f"{name} >= {statistics['min_value']}"
        case _:
            raise NotImplementedError(f"no SQL for the check {check.name} of {name}")


def _fault(ledger: Ledger, case: dict[str, Any]) -> Fault:
    """Turn one failure of pandera into words."""
    if case["index"] is None:  # the frame itself is not of the model: a bug of ours
        raise TypeError(f"{ledger.name}: {case['check']} failed on {case['column']}")
    if case["schema_context"] == "DataFrameSchema":
        return Fault(case["index"], None, None, f"the row {case['check']}")
    value = case["failure_case"] if case["check"] != "not_nullable" else None
    return Fault(
        case["index"], case["column"], value, _words(ledger, case["column"], case["check"])
    )


def _words(ledger: Ledger, column: str, check: str) -> str:
    """Finish the sentence "column value …" for a broken rule."""
    if check == "not_nullable":
        return "is blank and must not be"
    return _rule_words(next(c for c in ledger.schema.columns[column].checks if c.error == check))


def _rule_words(check: Any) -> str:
    """Say what a value that breaks a column's check is."""
    match check.name:
        case "isin":
            return "is none of " + ", ".join(check.statistics["allowed_values"])
        case "greater_than_or_equal_to":
            return f"is below {check.statistics['min_value']}"
        case _:
            return PATTERN_WORDS[check.statistics["pattern"]]


PATTERN_WORDS = {
    GSS: "is not a GSS code: a capital letter and eight digits, such as E14000886",
    IDENTIFIER: "is not an identifier: 1 to 200 characters, none of them a space",
    CURRENCY: "is not an ISO 4217 currency: three capital letters, such as GBP",
    URL: "is not a web address: http or https, and no space in it",
    SHA256: "is not a SHA-256: 64 digits and letters a to f",
}
