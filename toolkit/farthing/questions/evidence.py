"""Evidence: who says what about one quantity, who disagrees, and who could know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.amounts import Amount, gap, hull
from farthing.charts import Drawing
from farthing.formats import UNKNOWN, interval, number
from farthing.question import Finding, Question, Tables, read_sql

NEARNESS_WORDS = {
    "record": "the record itself",
    "regulator": "the regulator's publication",
    "audited_return": "an audited return, or figures taken from one",
    "named_witness": "a named witness",
    "unnamed_witness": "an unnamed witness",
    "opinion": "an opinion",
}
NO_NUMBER = "account"
QUANTITY_SCHEMA: dict[str, Any] = {
    "quantity": pl.String,
    "verdict": pl.String,
    "statements": pl.Int64,
    "origins": pl.Int64,
    "unit": pl.String,
    "preferred_low": pl.Decimal(38, 2),
    "preferred_high": pl.Decimal(38, 2),
    "reason": pl.String,
    "gap": pl.Decimal(38, 2),
    "entries": pl.String,
}
SHOWN_QUANTITIES = 6
LONGEST_QUOTE = 40

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Hold the statements of each quantity against each other; set those without a number aside."""
    statements = tables["statements"]
    numbered = statements.filter((pl.col("unit") != NO_NUMBER) & (pl.col("modality") != "denied"))
    quantities = [
        _quantity([*rows.iter_rows(named=True)])
        for rows in numbered.partition_by("quantity", "unit", maintain_order=True)
    ]
    accounts = statements.filter(pl.col("unit") == NO_NUMBER).select(
        "quantity", "quote", "said_by", "reported_by", "modality", "nearness", "entries"
    )
    return {
        "quantities": pl.DataFrame(quantities, schema=QUANTITY_SCHEMA, orient="row"),
        "accounts": accounts,
    }


def _quantity(rows: Sequence[Row]) -> tuple[Any, ...]:
    """Judge one quantity: agreement, its gap, and the value that is preferred."""
    amounts = [Amount.between(row["low"], row["high"], None) for row in rows]
    origins = {row["origin"] for row in rows}
    widest = max((gap(a, b) or Decimal(0) for a in amounts for b in amounts), default=Decimal(0))
    known = [row for row in rows if row["low"] is not None or row["high"] is not None]
    preferred, reason = _preferred(known)
    return (
        rows[0]["quantity"], _verdict(rows, origins, widest), len(rows), len(origins),
        rows[0]["unit"], preferred.low, preferred.high, reason, widest or None,
        " ".join(row["entries"] for row in rows if row["entries"]),
    )  # fmt: skip


def _verdict(rows: Sequence[Row], origins: set[str], widest: Decimal) -> str:
    if widest:
        return "contradiction"
    if len(rows) == 1:
        return "one statement"
    return "one origin" if len(origins) == 1 else "agreement"


def _preferred(known: Sequence[Row]) -> tuple[Amount, str]:
    """Return the account nearest to the thing itself; of equals, the range that holds them all."""
    if not known:
        return Amount.between(None, None), "no statement gives a number"
    best = min(row["rank"] for row in known)
    nearest = [row for row in known if row["rank"] == best]
    words = NEARNESS_WORDS[nearest[0]["nearness"]]
    amounts = {(row["low"], row["high"]) for row in nearest}
    held = hull(*(Amount.between(low, high) for low, high in sorted(amounts, key=str)))
    if len(amounts) == 1:
        return held, f"{words}: {nearest[0]['said_by']}"
    return held, f"{words}, {len(nearest)} of equal rank: the range that holds them"


def findings(tables: Tables) -> list[Finding]:
    """Say where statements part, where many come from one witness, and what none can settle."""
    quantities, statements = tables["quantities"], tables["statements"]
    found = [
        _contradiction(row, statements.filter(pl.col("quantity") == row["quantity"]))
        for row in quantities.filter(pl.col("verdict") == "contradiction").iter_rows(named=True)
    ]
    found += [_one_origin(row) for row in _of(quantities, "one origin")]
    found += _agreement(quantities.filter(pl.col("verdict") == "agreement"))
    return [*found, *_unsettled(quantities, tables["accounts"])]


def _of(quantities: pl.DataFrame, verdict: str) -> Iterator[Row]:
    return quantities.filter(pl.col("verdict") == verdict).iter_rows(named=True)


def _contradiction(row: Row, statements: pl.DataFrame) -> Finding:
    sides = "; ".join(
        f"{words} ({', '.join(who)})" for words, who in _sides(statements, row["unit"]).items()
    )
    preferred = interval(row["preferred_low"], row["preferred_high"], row["unit"])
    return Finding(
        "fail",
        "evidence.agreement",
        f"{row['quantity']}: {sides}. They differ by {number(row['gap'], row['unit'])}; "
        f"{_counted(row)}. Preferred: {preferred}, from {row['reason']}.",
        tuple(row["entries"].split()),
        "quantities",
    )


def _sides(statements: pl.DataFrame, unit: str) -> dict[str, list[str]]:
    """Gather who gives which value, in their own words where they are not a figure."""
    sides: dict[str, list[str]] = {}
    for row in statements.iter_rows(named=True):
        who = sides.setdefault(_value(row, unit), [])
        if row["said_by"] not in who:
            who.append(row["said_by"])
    return sides


def _value(row: Row, unit: str) -> str:
    """Return a figure, or the words it was given in; with the reading where they differ."""
    if row["basis"] == "exact":
        return number(row["low"], unit)
    if row["quote"] and len(row["quote"]) <= LONGEST_QUOTE:
        return f"“{row['quote']}”, read as {interval(row['low'], row['high'], unit)}"
    return f"“{row['wording']}”" if row["wording"] else UNKNOWN


def _counted(row: Row) -> str:
    origins = "one origin" if row["origins"] == 1 else f"{row['origins']} origins"
    return f"{row['statements']} statements of {origins}"


def _one_origin(row: Row) -> Finding:
    return Finding(
        "cannot_tell",
        "evidence.independence",
        f"{row['quantity']}: {row['statements']} statements agree and have one origin, "
        "so they count as one witness.",
        tuple(row["entries"].split()),
        "quantities",
    )


def _agreement(agreed: pl.DataFrame) -> list[Finding]:
    if agreed.is_empty():
        return []
    names = "; ".join(agreed["quantity"])
    entries = " ".join(agreed["entries"]).split()
    sentence = f"Statements of more than one origin agree on {len(agreed)} quantities: {names}."
    return [Finding("pass", "evidence.agreement", sentence, tuple(entries), "quantities")]


def _unsettled(quantities: pl.DataFrame, accounts: pl.DataFrame) -> Iterator[Finding]:
    alone = quantities.filter(pl.col("verdict") == "one statement")
    if len(alone):
        sentence = (
            f"{len(alone)} quantities have one statement, which nothing on the book can test."
        )
        entries = tuple(" ".join(alone["entries"]).split())
        yield Finding("cannot_tell", "evidence.single_statement", sentence, entries, "quantities")
    if len(accounts):
        sentence = (
            f"{len(accounts)} accounts have no number and no number can settle them: they are "
            "listed with who gave them, and with what is said against them."
        )
        entries = tuple(accounts["entries"])
        yield Finding("cannot_tell", "evidence.accounts", sentence, entries, "accounts")


def chart(tables: Tables) -> Drawing | None:
    """Draw the contradictions, a panel each: every statement on one line to scale."""
    parted = tables["quantities"].filter(pl.col("verdict") == "contradiction")
    if parted.is_empty():
        return None
    most = parted.sort(["origins", "statements", "quantity"], descending=[True, True, False])
    chosen = most.head(SHOWN_QUANTITIES)
    subtitle = [
        "Orange is what somebody says, blue what the votes or returns on the book come to.",
        "Each panel has a scale of its own.",
    ]
    if left_out := len(parted) - len(chosen):
        subtitle[1] += f" {left_out} more contradictions are in the table."
    panels = [
        _panel(row, tables["statements"].filter(pl.col("quantity") == row["quantity"]))
        for row in chosen.iter_rows(named=True)
    ]
    return charts.titled(
        alt.vconcat(*panels, spacing=26), "Where statements contradict each other", subtitle
    )


def _panel(quantity: Row, statements: pl.DataFrame) -> Any:
    values = [_value(row, quantity["unit"]) for row in statements.iter_rows(named=True)]
    lines = statements.with_columns(pl.Series("words", values, dtype=pl.String))
    lines = lines.group_by("low", "high", "words", maintain_order=True).agg(
        pl.col("said_by").unique(maintain_order=True).str.join(", ").alias("label"),
        pl.col("origin").str.starts_with("computed from").any().alias("is_computed"),
    )
    rows = lines.with_columns(
        kind=pl.when("is_computed").then(pl.lit("record")).otherwise(pl.lit("claim")),
    )
    drawn = charts.ranges(rows.drop("is_computed"), axis_title=quantity["unit"])
    title = alt.TitleParams(quantity["quantity"], fontSize=13, offset=4, anchor="start")
    return drawn.properties(title=title)


QUESTION = Question(
    name="evidence",
    asks="Who says what, who disagrees, and who could know?",
    statements=read_sql("evidence"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "quantities": "Each quantity with its statements held against each other: one row per "
        "quantity. The gap is the widest distance between two statements that share no value.",
        "accounts": "What was said without a number: one row per account.",
    },
)
