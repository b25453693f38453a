"""Evidence: who says what about one quantity, who disagrees, and who could know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.amounts import Amount, hull
from farthing.charts import Drawing
from farthing.formats import UNKNOWN, difference, interval, listed, number
from farthing.question import (
    NEARNESS_WORDS,
    Finding,
    Gap,
    Question,
    Tables,
    read_sql,
    who,
    widest_gap,
)
from farthing.questions.evidence_accounts import in_question, side_by_side
from farthing.questions.evidence_arithmetic import computed

NO_NUMBER = "account"
#: What figures are computed from that are no arithmetic on other figures.
FROM_LEDGERS = ("contests", "contests and audiences", "spend")
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
    "gap_is_exact": pl.Boolean,
    "entries": pl.String,
}
SHOWN_QUANTITIES = 6
SHOWN_LINES = 8
LONGEST_QUOTE = 40
LONGEST_LABEL = 26
#: Quantities whose history is printed; the others are counted.
FOUND_HISTORIES = 12

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Hold the statements of each quantity against each other; set the others aside.

    Every statement is in one of the three: in a quantity, in the denials, or in the accounts.
    """
    statements = tables["statements"]
    arithmetic = computed(statements)
    both = _both(statements, arithmetic)
    quantities = [
        _quantity([*rows.iter_rows(named=True)])
        for rows in _numbered(both).partition_by("quantity", "unit", maintain_order=True)
        if rows["computed_from"].null_count()  # what is only computed is nobody's statement
    ]
    accounts = statements.filter(pl.col("unit") == NO_NUMBER)
    told = (
        "quantity",
        "quote",
        "note",
        "said_by",
        "reported_by",
        "modality",
        "nearness",
        "entries",
    )
    has_number = pl.col("unit") != NO_NUMBER
    return {
        "quantities": pl.DataFrame(quantities, schema=QUANTITY_SCHEMA, orient="row"),
        "denials": statements.filter(has_number & (pl.col("modality") == "denied")).select(
            "quantity", "low", "high", "unit", "basis", "wording", *told[1:]
        ),
        "accounts": accounts.select(told),
        "arithmetic": arithmetic,
        "in_question": in_question(accounts),
    }


def _both(statements: pl.DataFrame, arithmetic: pl.DataFrame) -> pl.DataFrame:
    """Return every figure, of one quantity the nearest to the thing itself first."""
    return pl.concat([statements, arithmetic]).sort("quantity", "rank", maintain_order=True)


def _numbered(statements: pl.DataFrame) -> pl.DataFrame:
    """Return the statements that give a quantity a number, leaving out those that deny one."""
    return statements.filter((pl.col("unit") != NO_NUMBER) & (pl.col("modality") != "denied"))


def _of(statements: pl.DataFrame, quantity: Row) -> list[Row]:
    """Return the statements of one quantity in one unit."""
    chosen = _numbered(statements).filter(
        (pl.col("quantity") == quantity["quantity"]) & (pl.col("unit") == quantity["unit"])
    )
    return [*chosen.iter_rows(named=True)]


def _known(rows: Sequence[Row]) -> list[Row]:
    """Leave out who says only that it is not known."""
    return [row for row in rows if row["low"] is not None or row["high"] is not None]


def _quantity(rows: Sequence[Row]) -> tuple[Any, ...]:
    """Judge one quantity: agreement, its gap, and the value that is preferred."""
    known = _known(rows)
    apart = widest_gap((row["low"], row["high"]) for row in known)
    preferred, reason = _preferred(known)
    return (
        rows[0]["quantity"], _verdict(known, apart), len(rows),
        len({row["origin"] for row in rows}), rows[0]["unit"],
        preferred.low, preferred.high, reason,
        apart.size if apart else None, apart.is_exact if apart else None,
        " ".join(row["entries"] for row in rows if row["entries"]),
    )  # fmt: skip


def _verdict(known: Sequence[Row], apart: Gap | None) -> str:
    if apart:
        return "contradiction"
    if len(known) < 2:
        return "one statement" if known else "no number"
    return "one origin" if len({row["origin"] for row in known}) == 1 else "compatible"


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
        return held, f"{words}: {listed([*dict.fromkeys(row['said_by'] for row in nearest)])}"
    return held, f"{words}, {len(nearest)} of equal rank: the range that holds them"


def findings(tables: Tables) -> list[Finding]:
    """Say where statements part, where many come from one witness, and what none can settle."""
    quantities, statements = tables["quantities"], _both(tables["statements"], tables["arithmetic"])
    found = [
        _contradiction(row, _of(statements, row))
        for row in _contradictions(quantities).iter_rows(named=True)
    ]
    found += [
        _one_origin(row)
        for row in quantities.filter(pl.col("verdict") == "one origin").iter_rows(named=True)
    ]
    found += _compatible(quantities.filter(pl.col("verdict") == "compatible"))
    found += [_denied(row) for row in tables["denials"].iter_rows(named=True)]
    found += _two_units(quantities)
    found += [*_unsettled(quantities), *_accounts(tables["accounts"])]
    found += side_by_side(tables["in_question"], tables["accounts"])
    return [*found, *_before(tables["history"])]


def _contradictions(quantities: pl.DataFrame) -> pl.DataFrame:
    """Return the quantities whose statements contradict each other, the most stated first."""
    parted = quantities.filter(pl.col("verdict") == "contradiction")
    order = ("statements", "origins", "quantity", "unit")
    return parted.sort(order, descending=[True, True, False, False])


def _contradiction(quantity: Row, statements: Sequence[Row]) -> Finding:
    unit = quantity["unit"]
    sides = _sides(statements, unit)
    shown = _shown(statements, unit)
    spoken = [f"{words} ({'; '.join(sides[words])})" for words in shown]
    if left_out := len(sides) - len(shown):
        spoken.append(f"and {number(left_out, 'more values')}")
    they = "They" if len(sides) == 2 else "The furthest apart"
    at_least = "" if quantity["gap_is_exact"] else "at least "
    preferred = interval(quantity["preferred_low"], quantity["preferred_high"], unit)
    return Finding(
        "fail",
        "evidence.agreement",
        f"Accounts disagree on {quantity['quantity']}: {'; '.join(spoken)}. {they} differ by "
        f"{at_least}{difference(quantity['gap'], unit)}; {_counted(quantity)}. "
        f"Preferred: {preferred}, from {quantity['reason']}.",
        tuple(quantity["entries"].split()),
        "quantities",
    )


def _sides(statements: Sequence[Row], unit: str) -> dict[str, list[str]]:
    """Gather who gives which value, in their own words where they are not a figure."""
    sides: dict[str, list[str]] = {}
    for row in statements:
        names = sides.setdefault(_value(row, unit), [])
        if who(row) not in names:
            names.append(who(row))
    return sides


def _shown(statements: Sequence[Row], unit: str) -> list[str]:
    """Choose the values that are shown: the two furthest apart, and the best witnessed."""
    known = _known(statements)
    least = min(known, key=lambda row: (row["high"] is None, row["high"]))
    most = max(known, key=lambda row: (row["low"] is not None, row["low"]))
    values = dict.fromkeys(_value(row, unit) for row in (least, most, *statements))
    chosen = set(list(values)[:SHOWN_LINES])
    return [value for value in _sides(statements, unit) if value in chosen]


def _value(row: Row, unit: str) -> str:
    """Return a figure, or the words it was given in and how they are read."""
    read = interval(row["low"], row["high"], unit)
    if row["basis"] in ("exact", "unknown") or row["computed_from"]:
        return read
    quote = row["quote"] if row["quote"] and len(row["quote"]) <= LONGEST_QUOTE else row["wording"]
    return f"“{quote}”, read as {read}" if quote else read


def _counted(quantity: Row) -> str:
    origins = "one origin" if quantity["origins"] == 1 else f"{quantity['origins']} origins"
    return f"{number(quantity['statements'], 'statements')} of {origins}"


def _one_origin(quantity: Row) -> Finding:
    return Finding(
        "cannot_tell",
        "evidence.independence",
        f"{quantity['quantity']}: {number(quantity['statements'], 'statements')} can all be true "
        "and have one origin, so they count as one witness.",
        tuple(quantity["entries"].split()),
        "quantities",
    )


def _compatible(quantities: pl.DataFrame) -> list[Finding]:
    if quantities.is_empty():
        return []
    names = "; ".join(quantities["quantity"])
    entries = tuple(" ".join(quantities["entries"]).split())
    sentence = (
        f"On {number(len(quantities), 'quantities')}, statements of more than one origin can all "
        f"be true: {names}."
    )
    return [Finding("pass", "evidence.agreement", sentence, entries, "quantities")]


def _denied(row: Row) -> Finding:
    """Print a denial beside what it denies; it is no number of its own."""
    value = interval(row["low"], row["high"], row["unit"])
    what = "any figure" if value == UNKNOWN else value
    sentence = f"{row['quantity']}: {what} is denied by {who(row)}."
    return Finding("cannot_tell", "evidence.denied", sentence, (row["entries"],), "denials")


def _two_units(quantities: pl.DataFrame) -> Iterator[Finding]:
    """Say where statements of one quantity are in units that cannot be held against each other."""
    for rows in quantities.partition_by("quantity", maintain_order=True):
        if len(rows) > 1:
            sentence = (
                f"{rows['quantity'][0]}: it is stated in {listed(sorted(rows['unit']))}, which are "
                "not held against each other."
            )
            entries = tuple(" ".join(rows["entries"]).split())
            yield Finding("cannot_tell", "evidence.units", sentence, entries, "quantities")


def _unsettled(quantities: pl.DataFrame) -> Iterator[Finding]:
    for verdict, code, what in (
        ("one statement", "evidence.single_statement", "one statement, which nothing can test"),
        ("no number", "evidence.no_number", "statements, and none gives a number"),
    ):
        rows = quantities.filter(pl.col("verdict") == verdict)
        if len(rows):
            have = "has" if len(rows) == 1 else "have"
            sentence = f"{number(len(rows), 'quantities')} {have} {what}."
            entries = tuple(" ".join(rows["entries"]).split())
            yield Finding("cannot_tell", code, sentence, entries, "quantities")


def _accounts(accounts: pl.DataFrame) -> Iterator[Finding]:
    if len(accounts):
        they_are = "it is" if len(accounts) == 1 else "they are"
        has = "has" if len(accounts) == 1 else "have"
        sentence = (
            f"{number(len(accounts), 'accounts')} {has} no number, and no number can settle what "
            f"was said: {they_are} listed with who gave it, and with what is said against it."
        )
        entries = tuple(accounts["entries"])
        yield Finding("cannot_tell", "evidence.accounts", sentence, entries, "accounts")


def _before(history: pl.DataFrame) -> Iterator[Finding]:
    """Say of each quantity which figures were on the book before, and what took their place."""
    several = history.partition_by("quantity", "unit", maintain_order=True)
    for rows in several[:FOUND_HISTORIES]:
        said = "; ".join(_once(row) for row in rows.iter_rows(named=True))
        yield Finding(
            "pass",
            "evidence.history",
            f"{rows['quantity'][0]}, as the book had it: {said}.",
            tuple(rows["entries"]),
            "history",
        )
    if left_out := len(several[FOUND_HISTORIES:]):
        sentence = f"The table has the history of {number(left_out, 'more quantities')}."
        yield Finding("pass", "evidence.more_histories", sentence, (), "history")


def _once(row: Row) -> str:
    """Say what one statement was on the book, from when on, and until when."""
    value = interval(row["low"], row["high"], row["unit"])
    since = f"{value} ({who(row)}) from {row['posted_at']:%Y-%m-%d %H:%M}, by {row['file']}"
    if row["until"] is None:
        return f"{since}, in force"
    return f"{since}, {row['became']} on {row['until']:%Y-%m-%d %H:%M} by {row['by_file']}"


def chart(tables: Tables) -> Drawing | None:
    """Draw the contradictions, a panel each: every statement on one line to scale."""
    parted = _contradictions(tables["quantities"])
    if parted.is_empty():
        return None
    chosen = parted.head(SHOWN_QUANTITIES)
    subtitle = [
        "Orange is what somebody says, blue what the votes or returns on the book come to.",
        "Each panel has a scale of its own.",
    ]
    if left_out := len(parted) - len(chosen):
        subtitle[1] += f" The table has {number(left_out, 'more contradictions')}."
    panels = [
        _panel(row, _known(_of(_both(tables["statements"], tables["arithmetic"]), row)))
        for row in chosen.iter_rows(named=True)
    ]
    return charts.titled(
        alt.vconcat(*panels, spacing=26), "Where statements contradict each other", subtitle
    )


def _panel(quantity: Row, statements: Sequence[Row]) -> Drawing:
    unit = quantity["unit"]
    lines: dict[tuple[Any, ...], list[Row]] = {}
    for row in statements:
        lines.setdefault((row["low"], row["high"], _value(row, unit)), []).append(row)
    shown = _shown(statements, unit)
    rows = [
        (_label(said, statements), *value, "record" if _is_record(said) else "claim")
        for value, said in lines.items()
        if value[-1] in shown
    ]
    schema: dict[str, Any] = {
        "label": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
        "words": pl.String,
        "kind": pl.String,
    }
    title = quantity["quantity"]
    if left_out := len(lines) - len(rows):
        title += f" ({number(left_out, 'more values')} in the table)"
    drawn = charts.ranges(pl.DataFrame(rows, schema=schema, orient="row"), axis_title=unit)
    drawn.title = charts.panel_title(title)
    return drawn


def _label(said: Sequence[Row], statements: Sequence[Row]) -> str:
    """Name who gives a value; by whom it is reported where one witness is given two values."""
    values = Counter(row["said_by"] for row in statements)
    names = (
        f"{row['said_by']}, {row['reported_by']}"
        if row["reported_by"] and values[row["said_by"]] > 1
        else row["said_by"]
        for row in said
    )
    first, *others = dict.fromkeys(names)
    every = ", ".join([first, *others])
    if len(every) <= LONGEST_LABEL or not others:
        return every
    more = f" and {len(others)} more"
    room = LONGEST_LABEL - len(more)
    return f"{first if len(first) <= room else f'{first[: room - 1]}…'}{more}"


def _is_record(said: Sequence[Row]) -> bool:
    """Tell whether a value is what records come to; arithmetic on claims is a claim."""
    return any(row["computed_from"] in FROM_LEDGERS for row in said)


QUESTION = Question(
    name="evidence",
    asks="Who says what, who disagrees, and who could know?",
    statements=read_sql("evidence"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "quantities": "Each quantity with its statements held against each other: one row per "
        "quantity and unit. The gap is the least distance between the two that are furthest "
        "apart; it is exact where both are single figures.",
        "denials": "What is denied: one row per denial of a figure. It enters no range.",
        "accounts": "What was said without a number: one row per account.",
        "in_question": "What no number can settle: one row per thing that accounts without a "
        "number are of, with how many say it, deny it, or hold it as an opinion.",
        "arithmetic": "What quantities that are made of others come to, by the nearest figure of "
        "each: one row per quantity. Bounds are rounded outward to two decimals.",
    },
)
