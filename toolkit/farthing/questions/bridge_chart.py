"""How the bridge is drawn: a panel a campaign, or the sums of the organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import NO_RECORD, interval, number
from farthing.question import Tables
from farthing.questions.bridge_steps import LAST_STATED, PENNY, Money, Row, bridges_of, told_of
from farthing.questions.bridge_totals import TOGETHER
from farthing.questions.bridge_words import in_words, names_sum

SHOWN_CAMPAIGNS = 4
SHOWN_ORGANISATIONS = 8
SHOWN_CURRENCIES = 3
HOW_TO_READ = [
    "Orange is what somebody claims, blue what a record shows. An arrow has no upper bound, and",
    "begins at the least that was meant; “no record seen” is not zero. Each line of the grid is",
    "ten times the one before it.",
]
LINE_SCHEMA: dict[str, Any] = {
    "label": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "kind": pl.String,
    "words": pl.String,
}


def chart(tables: Tables, titles: Mapping[Money, str]) -> Drawing | None:
    """Draw the campaigns of which most is known; where there is but one sum of each, the sums."""
    bridges = bridges_of(tables["stages"])
    held = {money: rows for money, rows in bridges.items() if len(told_of(rows)) > 1}
    if not bridges:
        return None
    if not held and len(bridges) > SHOWN_CAMPAIGNS:
        return _sums(tables)
    chosen = list((held or bridges).items())[:SHOWN_CAMPAIGNS]
    panels = [_panel(titles[money], rows, tables["whole"]) for money, rows in chosen]
    how_to_read = list(HOW_TO_READ)
    if left_out := tables["stages"]["of_all"][0] - len(chosen):
        how_to_read[-1] += f" The tables have {number(left_out, 'more campaigns')}."
    return charts.titled(
        alt.vconcat(*panels, spacing=24),
        "What was asked for, and what is said to have been spent",
        how_to_read,
    )


def _sums(tables: Tables) -> Drawing:
    """Draw what the largest organisations come to, a panel a currency."""
    organisations = tables["organisations"]
    currencies = organisations["currency"].unique(maintain_order=True).to_list()
    panels = [
        _panel_of_sums(currency, organisations, tables["totals"])
        for currency in currencies[:SHOWN_CURRENCIES]
    ]
    how_to_read = [
        "Orange is what somebody claims, blue what a record shows. No campaign has more than one",
        "sum, so there is nothing to hold it against. Each line of the grid is ten times the one",
        "before it.",
    ]
    if left_out := len(currencies[SHOWN_CURRENCIES:]):
        how_to_read[-1] += f" The tables have {number(left_out, 'more currencies')}."
    return charts.titled(
        alt.vconcat(*panels, spacing=24), "What the organisations’ campaigns come to", how_to_read
    )


def _panel_of_sums(currency: str, organisations: pl.DataFrame, totals: pl.DataFrame) -> Drawing:
    theirs = organisations.filter(pl.col("currency") == currency)
    names = theirs["organisation"].unique(maintain_order=True).to_list()
    shown = theirs.filter(pl.col("organisation").is_in(names[:SHOWN_ORGANISATIONS]))
    together = totals.filter((pl.col("currency") == currency) & (pl.col("line") == TOGETHER))
    lines = [_line_of_sum(row, row["organisation"]) for row in shown.iter_rows(named=True)]
    if len(names) > 1:
        lines += [_line_of_sum(row, "Together") for row in together.iter_rows(named=True)]
    title = f"{number(len(names), 'organisations')}, in {currency}"
    if left_out := len(names[SHOWN_ORGANISATIONS:]):
        title += f" (the {SHOWN_ORGANISATIONS} largest; {left_out:,} more in the table)"
    return _drawn(lines, title, currency)


def _line_of_sum(row: Row, name: str) -> tuple[Any, ...]:
    kind = "record" if row["stage"] in ("booked", "delivered") else "claim"
    words = interval(row["low"], row["high"], row["currency"])
    label = f"{name}: {row['stage']}"
    return label, row["low"], row["high"], kind, f"{words}, {number(row['campaigns'], 'campaigns')}"


def _drawn(lines: Sequence[tuple[Any, ...]], title: str, currency: str) -> Drawing:
    table = pl.DataFrame(lines, schema=LINE_SCHEMA, orient="row")
    drawn = charts.ranges(table, axis_title=f"{currency}, logarithmic scale", logarithmic=True)
    drawn.title = charts.panel_title(title)
    return drawn


def _panel(title: str, stages: Sequence[Row], whole: pl.DataFrame) -> Drawing:
    campaign_id, currency = stages[0]["campaign_id"], stages[0]["currency"]
    beside = whole.filter((pl.col("campaign_id") == campaign_id) & (pl.col("currency") == currency))
    lines = [_line(row) for row in stages]
    lines += [_line_of_whole(row) for row in beside.iter_rows(named=True)]
    return _drawn(lines, title, currency)


def _line(row: Row) -> tuple[Any, ...]:
    stage = row["stage"].capitalize()
    if not row["statements"]:
        words = (
            f"not in {row['currency']}, but in {row['seen_in']}" if row["seen_in"] else NO_RECORD
        )
        return stage, None, None, "nothing", words
    if row["step"] > LAST_STATED:
        words = interval(row["low"], row["high"], row["currency"])
        return stage, row["low"], row["high"], "record", words
    # what is only more than nothing has no place to begin at
    is_drawn = names_sum(row) or row["low"] is None or row["low"] > PENNY
    low, high = (row["low"], row["high"]) if is_drawn else (None, None)
    return stage, low, high, "claim", in_words(row)


def _line_of_whole(row: Row) -> tuple[Any, ...]:
    is_all = row["booked_for"] in (None, "total")
    purpose = "all declared" if is_all else f"of it {row['booked_for']}"
    words = interval(row["low"], row["high"], row["currency"])
    return f"{row['organisation']}: {purpose}", row["low"], row["high"], "record", words
