"""The chart of reach: impressions, people and prices as ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import interval, number
from farthing.question import Tables
from farthing.questions.reach_measures import foremost

#: Lines of one panel.
SHOWN = 6
#: Currencies whose prices are drawn.
SHOWN_CURRENCIES = 2
HOW_TO_READ = [
    "Blue is what a record shows, orange what somebody claims. An arrow has no upper bound, and",
    "each line of the grid is ten times the one before it. Counts of people are never added: the",
    "fewest is the largest of them, the most is their sum.",
]
SCHEMA: dict[str, Any] = {
    "label": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "kind": pl.String,
    "words": pl.String,
}

Row = Mapping[str, Any]
Line = tuple[str, float | None, float | None, str, str]


def chart(tables: Tables) -> Drawing | None:
    """Draw impressions, people and prices of the foremost campaigns, a panel of each."""
    found = foremost(tables)
    titles = {one.campaign_id: one.title for one in found}
    wholes = [one.whole for one in found if one.whole is not None]
    panels = [
        _panel(f"{unit.capitalize()} recorded or claimed", unit, lines)
        for unit in ("impressions", "people")
        if (lines := [*_counts(wholes, titles, unit)])
    ]
    if not panels:
        return None
    panels += _prices(tables["prices"], tables["prices_seen"], titles)
    how_to_read = list(HOW_TO_READ)
    measured = tables["delivery"].filter(pl.col("part").is_null()).height
    if left_out := measured - min(measured, SHOWN):
        how_to_read[-1] += f" The tables have {number(left_out, 'more campaigns')}."
    return charts.titled(
        alt.vconcat(*panels, spacing=24),
        "How many saw it, how often, and at what price",
        how_to_read,
    )


def _panel(title: str, unit: str, lines: Sequence[Line]) -> Drawing:
    table = pl.DataFrame(lines, schema=SCHEMA, orient="row")
    drawn = charts.ranges(table, axis_title=f"{unit}, logarithmic scale", logarithmic=True)
    drawn.title = charts.panel_title(title)
    return drawn


def _counts(wholes: Sequence[Row], titles: Mapping[str, str], unit: str) -> Iterator[Line]:
    for row in [row for row in wholes if row[f"{unit}_low"] is not None][:SHOWN]:
        low, high = row[f"{unit}_low"], row[f"{unit}_high"]
        words = interval(Decimal(low), None if high is None else Decimal(high), unit)
        kind = "claim" if row[f"{unit}_claimed"] else "record"
        yield titles[row["campaign_id"]], low, high, kind, words


def _prices(prices: pl.DataFrame, seen: pl.DataFrame, titles: Mapping[str, str]) -> list[Drawing]:
    """Draw the price of a thousand impressions, a panel for each currency."""
    known = prices.filter(
        pl.col("campaign_id").is_in(list(titles)), pl.col("cost_per_thousand_low").is_not_null()
    )
    panels = []
    for rows in known.partition_by("currency", maintain_order=True)[:SHOWN_CURRENCIES]:
        currency = rows["currency"][0]
        order = {campaign_id: place for place, campaign_id in enumerate(titles)}
        ordered = rows.sort(pl.col("campaign_id").replace_strict(order), maintain_order=True)
        lines = [*_price_lines(ordered, titles, currency)]
        lines += _seen_lines(seen.filter(pl.col("currency") == currency), currency)
        panels.append(_panel("Price of a thousand impressions", currency, lines))
    return panels


def _price_lines(rows: pl.DataFrame, titles: Mapping[str, str], currency: str) -> Iterator[Line]:
    several = rows["campaign_id"].is_duplicated()
    for row, is_one_of_several in zip(
        rows.head(SHOWN).iter_rows(named=True), several, strict=False
    ):
        low, high = row["cost_per_thousand_low"], row["cost_per_thousand_high"]
        channel = f"{row['channel']}: " if is_one_of_several else ""
        kind = "claim" if row["is_claimed"] else "record"
        yield f"{channel}{titles[row['campaign_id']]}", low, high, kind, _price(low, high, currency)


def _seen_lines(seen: pl.DataFrame, currency: str) -> Iterator[Line]:
    for row in seen.head(SHOWN).iter_rows(named=True):
        words = interval(row["low"], row["high"], currency)
        yield f"prices seen, {row['channel']}", row["low"], row["high"], "record", words


def _price(low: float, high: float | None, currency: str) -> str:
    ends = [None if end is None else Decimal(f"{end:.2f}") for end in (low, high)]
    return interval(ends[0], ends[1], currency)
