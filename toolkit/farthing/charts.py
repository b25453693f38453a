"""The look of every chart, ranges and unknowns as marks, and drawing without a network.

A chart is a function of a small table; what is large is aggregated in SQL first. Decimals and
dates are cast here, once, as the last step before drawing; identifiers stay text.

Marks: a record is a filled dark bar, a claim an open orange one; a side without a bound fades
out as an arrow; what no record shows is words, never a mark at zero.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from math import ceil, floor, log10, sqrt
from typing import Any, TypeAlias

import altair as alt
import polars as pl
import vl_convert

from farthing.formats import visible

# Altair's own types name every option of Vega-Lite and take no part of a chart for another.
Drawing: TypeAlias = Any

#: Near the Vega-Lite of JupyterLab 4 (5.6), so that one chart is drawn alike everywhere.
VEGA_LITE = "5.8"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MIME_TYPE = "application/vnd.vegalite.v5+json"

INK = "#1f2328"
QUIET = "#6b7280"
GRID = "#e5e7eb"
RECORD = "#1d4e79"
CLAIM = "#c2570c"
BARS = "#cbd5e1"
NOTHING = QUIET
FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
WIDTH = 620
LABELS = 190  # so that panels one below the other begin at one line

THEME: Mapping[str, Any] = {
    "background": "#ffffff",
    "font": FONT,
    "padding": 8,
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 16,
        "fontWeight": 700,
        "subtitleColor": QUIET,
        "subtitleFontSize": 12.5,
        "subtitleLineHeight": 17,
        "subtitlePadding": 6,
        "offset": 14,
    },
    "axis": {
        "labelColor": INK,
        "labelFontSize": 12,
        "titleColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": 400,
        "gridColor": GRID,
        "domainColor": "#9ca3af",
        "tickColor": "#9ca3af",
        "labelLimit": 320,
    },
    "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": 700, "title": None},
    "legend": {"labelColor": INK, "titleColor": QUIET, "labelFontSize": 12, "titleFontSize": 12},
    "view": {"stroke": None},
    "text": {"color": INK, "fontSize": 12},
}


def data(table: pl.DataFrame) -> alt.InlineData:
    """Return a table as a chart takes it: decimals as numbers, dates as ISO text.

    Names with dots or brackets would be taken for paths, so a chart's columns are plain words.
    """
    plain = table.with_columns(
        pl.col(pl.Decimal).cast(pl.Float64),
        pl.col(pl.Date).cast(pl.String),
    )
    return alt.InlineData(values=plain.to_dicts())


def titled(chart: Drawing, title: str, subtitle: list[str]) -> Drawing:
    """Give a chart its headline: what it shows, then how to read it."""
    return chart.properties(title=alt.TitleParams(title, subtitle=subtitle))


def as_spec(chart: Drawing, description: str = "") -> dict[str, Any]:
    """Return the chart's Vega-Lite specification in our theme.

    Parameters
    ----------
    chart
        Any Altair chart.
    description
        What it shows, for who cannot see it.
    """
    spec: dict[str, Any] = _visible(chart.to_dict())
    spec["$schema"] = SCHEMA
    spec["config"] = dict(THEME)
    if description:
        spec["description"] = description
    return spec


def _visible(part: Any) -> Any:
    """Write out what does not show in every text: one such character ends the drawing process."""
    if isinstance(part, str):
        return visible(part)
    if isinstance(part, list):
        return [_visible(item) for item in part]
    if isinstance(part, dict):
        return {name: _visible(item) for name, item in part.items()}
    return part


def svg(spec: Mapping[str, Any]) -> str:
    """Draw a specification as SVG; nothing is fetched."""
    return str(vl_convert.vegalite_to_svg(dict(spec), vl_version=VEGA_LITE, allowed_base_urls=[]))


def png(spec: Mapping[str, Any], scale: float = 2) -> bytes:
    """Draw a specification as PNG, at twice the size for sharp screens and print."""
    drawn = vl_convert.vegalite_to_png(
        dict(spec), vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[]
    )
    return bytes(drawn)


def mimebundle(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chart as a notebook keeps it.

    JupyterLab draws the specification with the Vega-Lite it brings, needing no network and no
    trust; everything else that shows notebooks shows the picture, or its words.
    """
    return {
        MIME_TYPE: dict(spec),
        "image/png": base64.b64encode(png(spec)).decode("ascii"),
        "text/plain": spec.get("description", "a chart"),
    }


def ranges(rows: pl.DataFrame, *, axis_title: str, logarithmic: bool = False) -> Drawing:
    """Draw amounts as ranges, one a line, each with its words above it.

    Parameters
    ----------
    rows
        In the order to be drawn. ``label`` names the line; ``low`` and ``high`` are its ends,
        NULL being unbounded; ``kind`` is ``claim``, ``record`` or ``nothing``, the last for a
        line of which there is only ``words`` to show.
    axis_title
        The unit.
    logarithmic
        For amounts that differ by factors of ten. Zero then stands at the left edge.
    """
    start, end = _domain(rows, logarithmic)
    scale = alt.Scale(type="log" if logarithmic else "linear", domain=[start, end], nice=False)
    axis = alt.Axis(format="~s", title=axis_title, **_ticks(start, end, logarithmic))
    labels = alt.Axis(
        domain=False, ticks=False, labelPadding=10, minExtent=LABELS, labelLimit=LABELS - 10
    )
    colours: dict[str, Any] = {"scale": alt.Scale(domain=KINDS, range=COLOURS), "legend": None}
    base: Drawing = alt.Chart(
        data(_placed(rows, start, end, logarithmic)), width=WIDTH, height=alt.Step(44)
    )
    base = base.encode(
        y=alt.Y("label:N", sort=rows["label"].to_list(), title=None, axis=labels),
        color=alt.Color("kind:N", **colours),
    )
    left, right = alt.X("from:Q", scale=scale, axis=axis), alt.X("to:Q", scale=scale, axis=axis)
    bars = base.encode(x=left, x2=alt.X2("to:Q"), stroke=alt.Stroke("kind:N", **colours))
    bar: dict[str, Any] = {"size": 13, "cornerRadius": 2, "strokeWidth": 1.4}
    dot: dict[str, Any] = {"filled": True, "opacity": 1}
    return alt.layer(
        _only(bars, "range").mark_bar(**bar, fillOpacity=0.3),
        *(_open_bars(bars, kind) for kind in ("claim", "record")),
        _only(base, "point").mark_point(**dot, size=110).encode(x=left),
        _only(base, "open").mark_point(**dot, size=160, shape="triangle-right").encode(x=right),
        _words(base, left, "left"),
        _words(base, right, "right"),
        _only(base, "nothing")
        .mark_text(align="left", fontStyle="italic", dx=3)
        .encode(x=left, text="words:N"),
    )


def _only(chart: Drawing, shape: str) -> Drawing:
    return chart.transform_filter(alt.FieldEqualPredicate(field="shape", equal=shape))


def _open_bars(bars: Drawing, kind: str) -> Drawing:
    """Draw what has no upper bound: it fades out to the right."""
    colour = COLOURS[KINDS.index(kind)]
    stops = [alt.GradientStop(color=colour, offset=0), alt.GradientStop(color="#fff", offset=1)]
    fading = alt.LinearGradient(gradient="linear", stops=stops, x1=0, x2=1, y1=0, y2=0)
    chosen = _only(bars, "open").transform_filter(alt.FieldEqualPredicate(field="kind", equal=kind))
    return chosen.mark_bar(size=13, cornerRadius=2).encode(
        color=alt.value(fading), stroke=alt.value(None), fillOpacity=alt.value(0.55)
    )


def _ticks(start: float, end: float, logarithmic: bool) -> dict[str, Any]:
    """Draw one grid line for each power of ten, or about five."""
    if not logarithmic:
        return {"tickCount": 5, "tickMinStep": 1 if end - start >= 1 else 0.01}
    return {"values": [10**power for power in range(round(log10(start)), round(log10(end)) + 1)]}


def _words(base: Drawing, x: alt.X, side: str) -> Drawing:
    """Write the words above their bar, from its left end, or to its right end near the edge."""
    chosen = base.transform_filter(alt.FieldEqualPredicate(field="side", equal=side))
    return chosen.mark_text(align=side, dy=-15, limit=WIDTH).encode(
        x=x, text="words:N", color=alt.value(INK)
    )


KINDS = ["claim", "record", "nothing"]
COLOURS = [CLAIM, RECORD, NOTHING]


def _domain(rows: pl.DataFrame, logarithmic: bool) -> tuple[float, float]:
    """Return the ends of the axis, a little beyond the bounds there are."""
    bounds = [float(x) for name in ("low", "high") for x in rows[name] if x is not None]
    if logarithmic:
        bounds = [x for x in bounds if x > 0] or [1.0]
        return 10 ** floor(log10(min(bounds)) - 0.3), 10 ** ceil(log10(max(bounds)) + 0.3)
    least, most = min(bounds, default=0.0), max(bounds, default=1.0)
    margin = (most - least) * 0.12 or abs(most) * 0.1 or 1.0
    return least - margin, most + margin


def _placed(rows: pl.DataFrame, start: float, end: float, logarithmic: bool) -> pl.DataFrame:
    """Work out where each line's marks stand."""
    low, high = pl.col("low").cast(pl.Float64), pl.col("high").cast(pl.Float64)
    is_nothing = pl.col("kind") == "nothing"
    middle = sqrt(start * end) if logarithmic else start + 0.62 * (end - start)
    shape = (
        pl.when(is_nothing)
        .then(pl.lit("nothing"))
        .when(high.is_null())
        .then(pl.lit("open"))
        .when(low == high)
        .then(pl.lit("point"))
        .otherwise(pl.lit("range"))
    )
    side = pl.when(pl.col("from") > middle).then(pl.lit("right")).otherwise(pl.lit("left"))
    return rows.with_columns(
        pl.when(is_nothing).then(start).otherwise(low.fill_null(start).clip(start)).alias("from"),
        high.fill_null(end).alias("to"),
        shape.alias("shape"),
    ).with_columns(
        pl.when(pl.col("shape") == "nothing").then(None).otherwise(side).alias("side"),
    )
