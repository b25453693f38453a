"""The picture of pacing: what had been spent by each day, as a band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import number
from farthing.question import Tables
from farthing.questions.pacing_words import (
    DONE,
    Money,
    Row,
    amount_of,
    by_line,
    last_of,
    line_of,
    titles_of,
)

SHOWN_LINES = 4
#: Days of a panel that are drawn one by one.
MOST_STEPS = 366
TICKS = 5
LONGEST = 60
HOW_TO_READ = [
    "What had been spent by each day lies in the band: its lower edge counts a row at the last",
    "day of its period, its upper edge at the first. Dotted are a campaign's own first and last",
    "day; dashed orange is what somebody asked for or approved.",
]


def chart(tables: Tables) -> Drawing | None:
    """Draw a panel for each of the largest lines: what had been spent by each day."""
    bands, titles = by_line(tables["days"]), titles_of(tables["lines"])
    lines = [row for row in tables["lines"].iter_rows(named=True) if line_of(row) in bands]
    chosen = _chosen(lines)
    if not chosen:
        return None
    panels = [
        _panel(row, bands[line_of(row)], tables["plans"], titles[row["campaign_id"]])
        for row in chosen
    ]
    how_to_read = list(HOW_TO_READ)
    if left_out := len(tables["lines"]) - len(chosen):
        how_to_read[-1] += f" The table has {number(left_out, 'more lines')}."
    return charts.titled(
        alt.vconcat(*panels, spacing=22),
        "When it was spent, as far as the records tell",
        how_to_read,
    )


def _chosen(lines: Sequence[Row]) -> list[Row]:
    """Choose the lines that are drawn: mostly money, the largest of each currency first."""
    money = [row for row in lines if row["record"] != "impressions"]
    shown = [row for row in lines if row["record"] == "impressions"]
    most = SHOWN_LINES - min(1, len(shown)) if money else 0
    ids = {row["campaign_id"] for row in money[:most]}
    shown.sort(key=lambda row: row["campaign_id"] not in ids)  # one of the same campaign, if any
    return [*money[:most], *shown[: SHOWN_LINES - min(most, len(money))]]


def _panel(line: Row, band: Sequence[Row], plans: pl.DataFrame, title: str) -> Drawing:
    asked = plans.filter(
        (pl.col("campaign_id") == line["campaign_id"]) & (pl.col("unit") == line["unit"])
    )
    last = last_of(line)
    steps = _steps(band, last)
    known = [float(x) for one in steps for x in one[1:] if x is not None]
    known += [float(x) for side in ("low", "high") for x in asked[side].drop_nulls()]
    start, end = min(0.0, *known), max(0.0, *known) * 1.15 or 1.0
    edges = [day for day in (line["starts_on"], last) if day is not None]
    days = [steps[0][0], steps[-1][0], *edges]
    span = [min(days), max(days)]
    x = alt.Scale(type="utc", domain=[_moment(day) for day in span])
    y = alt.Scale(domain=[start, end], nice=False)
    layers = [*_band(steps, span, x, y), *_plan_marks(asked, y)]
    if edges:
        table = pl.DataFrame({"day": edges})
        layers.append(
            alt.Chart(charts.data(table))
            .mark_rule(color=charts.QUIET, strokeDash=[2, 3], strokeWidth=1.5)
            .encode(x=alt.X("day:T", scale=x))
        )
    drawn = alt.layer(*layers, width=charts.WIDTH, height=130)
    drawn.title = charts.panel_title(f"{_short(title)}: {amount_of(line)} {DONE[line['record']]}")
    return drawn


def _short(title: str) -> str:
    """Cut a name that would leave no room for what it came to."""
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"


def _moment(day: date) -> alt.DateTime:
    """Return a day as a page can read it that compiles no expressions: a number would be none."""
    return alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True)


def _steps(band: Sequence[Row], campaign_last: date | None) -> list[tuple[date, Money, Money]]:
    """Return the band as steps from nothing; days are put together where there are many.

    Days that are put together have the least of their first and the most of their last.
    """
    together = ceil(len(band) / MOST_STEPS)
    groups = [band[at : at + together] for at in range(0, len(band), together)]
    nothing = Decimal(0)
    first, last = band[0]["day"], band[-1]["day"]
    steps = [(first, nothing, nothing)]
    steps += [(group[0]["day"], group[0]["low"], group[-1]["high"]) for group in groups]
    # it stays at that to the campaign's end; one day alone is drawn as wide as it is
    until = max(last, campaign_last or last)
    until = until if first < until else until + timedelta(days=1)
    return [*steps, (until, band[-1]["low"], band[-1]["high"])]


def _band(
    steps: Sequence[tuple[date, Money, Money]], span: Sequence[date], x: alt.Scale, y: alt.Scale
) -> Iterator[Drawing]:
    """Draw the band and its edges; an edge that is not known is that of the panel."""
    rows = [
        (day, y.domain[0] if low is None else low, y.domain[1] if high is None else high,
         low is None or high is None)
        for day, low, high in steps
    ]  # fmt: skip
    schema: dict[str, Any] = {
        "day": pl.Date, "low": pl.Float64, "high": pl.Float64, "is_open": pl.Boolean
    }  # fmt: skip
    rows = [(day, float(low), float(high), is_open) for day, low, high, is_open in rows]
    # what is open stays so: one area up to there, and one from there
    known = [row for row in rows if not row[3]]
    opened = rows[len(known) :]
    if known and opened:
        known.append((opened[0][0], *known[-1][1:]))
    first, last = span
    ticks = sorted({first + (last - first) * at // (TICKS - 1) for at in range(TICKS)})
    dates = alt.Axis(
        grid=False,
        format="%-d %b %Y",
        values=[_moment(day) for day in ticks],
        labelFlush=True,
        labelOverlap=True,
    )
    days = alt.X("day:T", scale=x, title=None, axis=dates)
    sums = alt.Axis(labelExpr=charts.SHORT, tickCount=4, minExtent=44)
    for part, opacity in ((known, 0.35), (opened, 0.12)):
        base = alt.Chart(charts.data(pl.DataFrame(part, schema=schema, orient="row"))).encode(
            x=days,
            y=alt.Y("low:Q", scale=y, title=None, axis=sums),
        )
        if part:
            step: dict[str, Any] = {"interpolate": "step-after", "color": charts.RECORD}
            yield base.mark_area(**step, opacity=opacity).encode(y2="high:Q")
            yield base.mark_line(**step, strokeWidth=1.5)
            if part is known:
                yield base.mark_line(**step, strokeWidth=1.5).encode(
                    y=alt.Y("high:Q", scale=y, title=None)
                )


def _plan_marks(plans: pl.DataFrame, y: alt.Scale) -> Iterator[Drawing]:
    """Draw what was asked for or approved: a line at each of its bounds, and who says so."""
    rows = [
        (float(bound), f"{row['stage']}, says {row['said_by']}" if first else "")
        for row in plans.iter_rows(named=True)
        for first, bound in zip(
            (True, False), dict.fromkeys((row["high"], row["low"])), strict=False
        )
        if bound is not None
    ]
    if not rows:
        return
    table = pl.DataFrame(rows, schema={"at": pl.Float64, "words": pl.String}, orient="row")
    base = alt.Chart(charts.data(table)).encode(y=alt.Y("at:Q", scale=y, title=None))
    yield base.mark_rule(color=charts.CLAIM, strokeDash=[6, 4], strokeWidth=1.5)
    yield base.mark_text(align="left", dx=6, dy=-7, limit=charts.WIDTH).encode(
        x=alt.value(0), text="words:N"
    )
