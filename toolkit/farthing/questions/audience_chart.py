"""The picture of an audience: the share of each segment, beside the share it was meant to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import NO_RECORD, number, shares
from farthing.question import Tables

#: How people are divided, in words.
KINDS = {"area": "area", "age": "age", "gender": "gender", "age_gender": "age and gender"}
MARKS = {
    "intended": "the people it was meant for",
    "population": "the population",
    "all campaigns": "all campaigns of this book",
}
SHOWN_PANELS = 3
SHOWN_SEGMENTS = 21
SHOWN_CLAIMS = 8
ROOM = 1.3  # beyond the last mark, for its words
HEIGHT = 180  # of a panel at the least
SCHEMA: dict[str, Any] = {
    "segment": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "meant_low": pl.Float64,
    "meant_high": pl.Float64,
    "kind": pl.String,
    "words": pl.String,
}
HOW_TO_READ = [
    "A bar is a range: the share of delivery is somewhere in it, and so is the share of the",
    "yardstick in a black line. Blue is on record, orange is what somebody claims.",
]

Row = Mapping[str, Any]


def chart(tables: Tables) -> Drawing | None:
    """Draw the fullest compositions, a panel each, and what panels are said to have seen."""
    parts = (
        tables["shares"]
        .drop_nulls("delivered_share_low")
        .partition_by("campaign_id", "segment_kind", "measure", maintain_order=True)
    )
    chosen = _chosen(parts)
    panels = [_composition(part) for part in chosen]
    claims = tables["panels"].partition_by("campaign_id", maintain_order=True)
    panels += [_claims(rows) for rows in claims[: SHOWN_PANELS - len(panels)]]
    if not panels:
        return None
    how_to_read = list(HOW_TO_READ)
    if left_out := len(parts) + len(claims) - len(panels):
        how_to_read[-1] += f" The tables have {number(left_out, 'more campaigns')}."
    return charts.titled(
        alt.vconcat(*panels, spacing=22),
        "Whom it reached, beside whom it was meant for",
        how_to_read,
    )


def _chosen(parts: Sequence[pl.DataFrame]) -> list[pl.DataFrame]:
    """Choose one composition of each campaign: what is open and areas last, the fullest first."""
    seen: dict[str, pl.DataFrame] = {}
    for part in sorted(parts, key=lambda one: (_is_open(one), one["segment_kind"][0] == "area")):
        seen.setdefault(part["campaign_id"][0], part)
    return list(seen.values())[:SHOWN_PANELS]


def _is_open(part: pl.DataFrame) -> bool:
    """Tell whether a segment can have had nothing or all."""
    bounds = part.select("delivered_share_low", "delivered_share_high").rows()
    return len(bounds) > 1 and (0.0, 1.0) in bounds


def _composition(part: pl.DataFrame) -> Drawing:
    """Draw the segments in their order; of very many those with the largest share."""
    first = part.row(0, named=True)
    shown = part.sort("delivered_share_high", descending=True).head(SHOWN_SEGMENTS).sort("segment")
    rows = [_drawn(row) for row in shown.iter_rows(named=True)]
    more = len(part) - len(shown)
    title = f"{first['campaign']}: {first['measure']} by {KINDS[first['segment_kind']]}"
    if more:
        title += f", {more:,} smaller ones not drawn"
    marked = f"black: {MARKS[first['held_against']]}"
    if all(row[3] is None for row in rows):
        marked = f"the shares of {MARKS[first['held_against']]} are not known"
    return _panel(rows, title, f"percent of {first['measure']}; {marked}")


def _drawn(row: Row) -> tuple[Any, ...]:
    """Return a line; a yardstick that can be nothing or all is none, and is not drawn."""
    meant = (_percent(row["meant_share_low"]), _percent(row["meant_share_high"]))
    low, high = row["delivered_share_low"], row["delivered_share_high"]
    known = (None, None) if meant == (0, 100) else meant
    return row["segment"], _percent(low), _percent(high), *known, "record", shares(low, high)


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _claims(rows: pl.DataFrame) -> Drawing:
    """Draw the share of each panel that is said to have seen it, and that nobody else was asked."""
    shown = rows.head(SHOWN_CLAIMS).with_columns(
        pl.when(pl.col("panel").is_duplicated())
        .then(pl.format("{}. {}", pl.int_range(1, pl.len() + 1), "panel"))
        .otherwise("panel")
        .alias("panel")
    )
    lines = [_claim(row) for row in shown.iter_rows(named=True)]
    lines.append(("anybody else", None, None, None, None, "nothing", NO_RECORD))
    return _panel(lines, rows["campaign"][0], "percent of those asked who are said to have seen it")


def _claim(row: Row) -> tuple[Any, ...]:
    said = f"{row['outcome']}, says {row['said_by']}"
    if row["saw"] is not None and row["asked"] is not None:
        at = 100 * row["saw"] / row["asked"]
        said = f"{row['saw']:,} of {row['asked']:,}, says {row['said_by']}"
    else:
        at = {"all": 100.0, "none": 0.0}.get(row["outcome"])
    kind = "nothing" if at is None else "claim"
    return row["panel"], at, at, None, None, kind, said


def _panel(rows: Sequence[tuple[Any, ...]], title: str, axis_title: str) -> Drawing:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    bounds = [x for name in ("high", "meant_high") for x in table[name].drop_nulls()]
    end = max(bounds, default=100.0) * ROOM or 100.0
    placed = table.with_columns(
        pl.Series("side", [_side(row, end) for row in table.iter_rows(named=True)]),
        beside=pl.max_horizontal("high", "meant_high").fill_null(0),
    )
    labels = alt.Axis(
        domain=False, ticks=False, labelPadding=8, minExtent=charts.LABELS, labelLimit=charts.LABELS
    )
    step = max(22, HEIGHT // len(rows))
    base = alt.Chart(width=charts.WIDTH, height=alt.Step(step)).encode(
        y=alt.Y("segment:N", sort=table["segment"].to_list(), title=None, axis=labels)
    )
    drawn = alt.layer(*_marks(base, end, axis_title), data=charts.data(placed))
    drawn.title = charts.panel_title(title)
    return drawn


def _side(row: Row, end: float) -> str:
    """Return the side of the marks that has room for the words."""
    at = max(row["high"] or 0.0, row["meant_high"] or 0.0)
    room = (1 - at / end) * charts.WIDTH
    return "left" if len(row["words"]) * charts.CHARACTER < room - 12 else "right"


def _ticks(end: float) -> list[float]:
    """Return round figures up to the end, and no share above all of it."""
    step = next(one for one in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if one * 6 >= min(end, 100))
    return [round(at * step, 1) for at in range(round(100 / step) + 1) if at * step <= end]


def _marks(base: Drawing, end: float, axis_title: str) -> Iterator[Drawing]:
    scale = alt.Scale(domain=[0, end], nice=False)
    axis = alt.Axis(title=axis_title, values=_ticks(end))
    kinds = alt.Scale(domain=charts.KINDS, range=charts.COLOURS)
    low = alt.X("low:Q", scale=scale, axis=axis)
    colour = alt.Color("kind:N", scale=kinds, legend=None)
    known = base.transform_filter(alt.FieldValidPredicate(field="low", valid=True)).encode(x=low)
    bars = known.encode(
        x2="high:Q", color=colour, stroke=alt.Stroke("kind:N", scale=kinds, legend=None)
    )
    yield bars.mark_bar(size=11, fillOpacity=0.3, strokeWidth=1.4, cornerRadius=2)
    points = known.transform_filter("datum.low === datum.high").encode(color=colour)
    yield points.mark_point(filled=True, opacity=1, size=90)
    meant = base.transform_filter(alt.FieldValidPredicate(field="meant_low", valid=True)).encode(
        x=alt.X("meant_low:Q", scale=scale, axis=axis)
    )
    yield meant.mark_tick(color=charts.INK, thickness=2, size=17)
    yield meant.mark_rule(color=charts.INK, strokeWidth=2).encode(x2="meant_high:Q")
    yield meant.mark_tick(color=charts.INK, thickness=2, size=17).encode(
        x=alt.X("meant_high:Q", scale=scale, axis=axis)
    )
    for side, away in (("left", 8), ("right", -8)):
        words = base.transform_filter(alt.FieldEqualPredicate(field="side", equal=side))
        yield words.mark_text(align=side, dx=away, limit=charts.WIDTH).encode(
            x=alt.X("beside:Q", scale=scale, axis=axis), text="words:N"
        )
