"""The look of every chart, ranges and unknowns as marks, and drawing without a network.

A chart is a function of a small table; what is large is aggregated in SQL first. Decimals and
dates are cast here, once, as the last step before drawing; identifiers stay text.

Marks: a record is a filled dark bar, a claim an open orange one; a side without a bound fades
out as an arrow; what no record shows is words, never a mark at zero.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from math import ceil, floor, log10
from types import ModuleType
from typing import Any, TypeAlias

import polars as pl
import vl_convert

from farthing.formats import visible


@contextmanager
def _put_off(module: str, function: str) -> Iterator[None]:
    """Have what is imported meanwhile import a function when it is first called, and not before."""
    if module in sys.modules or find_spec(module) is None:
        yield
        return
    later: Any = ModuleType(module)
    setattr(later, function, lambda *given: getattr(import_module(module), function)(*given))
    sys.modules[module] = later
    try:
        yield
    finally:
        del sys.modules[module]


# Where JupyterLab is installed, Altair brings a grammar of web addresses that takes two to seven
# seconds to build, longer than all else. It is for JSON that holds such addresses: ours does not.
with _put_off("rfc3987_syntax", "is_valid_syntax"):
    import altair as alt

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
CHARACTER = 6.3  # the width of one, about, in words of our size

PNG_SCALE = 2

#: Figures of an axis as people write them: 0.01, 5k, 1.2m, 3bn. A thousandth is no million.
SHORT = (
    "abs(datum.value) < 1 ? format(datum.value, '~f') : replace(replace(replace(replace("
    "format(datum.value, '~s'), 'P', ',000tn'), 'T', 'tn'), 'G', 'bn'), 'M', 'm')"
)

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
        "limit": LABELS + WIDTH,
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
    chart.title = alt.TitleParams(title, subtitle=subtitle)  # "properties" would copy all of it
    return chart


def panel_title(text: str) -> alt.TitleParams:
    """Return the headline of one panel of several; one that is too long for its panel is cut."""
    return alt.TitleParams(text, fontSize=13, offset=4, anchor="start", limit=LABELS + WIDTH)


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


def png(spec: Mapping[str, Any]) -> bytes:
    """Draw a specification as PNG, at twice the size for sharp screens and print."""
    drawn = vl_convert.vegalite_to_png(
        dict(spec), vl_version=VEGA_LITE, scale=PNG_SCALE, allowed_base_urls=[]
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
        line of which there is only ``words`` to show. Where neither end is known there is no
        mark, only the words.
    axis_title
        The unit.
    logarithmic
        For amounts that differ by factors of ten. What is not above zero has no place on such a
        scale: it is in words.
    """
    start, end = _domain(rows, logarithmic)
    scale = alt.Scale(type="log" if logarithmic else "linear", domain=[start, end], nice=False)
    ticks = _powers(start, end) if logarithmic else _ticks(rows, start, end)
    axis = alt.Axis(labelExpr=SHORT, title=axis_title, values=ticks)
    labels = alt.Axis(
        domain=False, ticks=False, labelPadding=10, minExtent=LABELS, labelLimit=LABELS - 10
    )
    colours: dict[str, Any] = {"scale": alt.Scale(domain=KINDS, range=COLOURS), "legend": None}
    placed = _placed(rows, start, end, logarithmic)
    base: Drawing = alt.Chart(width=WIDTH, height=alt.Step(44)).encode(
        y=alt.Y("label:N", sort=placed["label"].to_list(), title=None, axis=labels),
        color=alt.Color("kind:N", **colours),
        tooltip=[alt.Tooltip("label:N", title="line"), alt.Tooltip("words:N", title="amount")],
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
        data=data(placed),  # once for all of them: each mark copies all that it is made from
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
        color=alt.ColorValue(fading),
        stroke=alt.StrokeValue(None),
        fillOpacity=alt.FillOpacityValue(0.55),
    )


def _words(base: Drawing, x: alt.X, side: str) -> Drawing:
    """Write the words above their bar, from its left end, or to its right end near the edge."""
    chosen = base.transform_filter(alt.FieldEqualPredicate(field="side", equal=side))
    return chosen.mark_text(align=side, dy=-15, limit=WIDTH).encode(
        x=x, text="words:N", color=alt.ColorValue(INK)
    )


KINDS = ["claim", "record", "nothing"]
COLOURS = [CLAIM, RECORD, NOTHING]


def _bounds(rows: pl.DataFrame) -> list[float]:
    return [float(x) for name in ("low", "high") for x in rows[name] if x is not None]


def _domain(rows: pl.DataFrame, logarithmic: bool) -> tuple[float, float]:
    """Return the ends of the axis, a little beyond the bounds there are."""
    bounds = _bounds(rows)
    if logarithmic:
        bounds = [x for x in bounds if x > 0] or [1.0]
        return 10 ** floor(log10(min(bounds)) - 0.3), 10 ** ceil(log10(max(bounds)) + 0.3)
    least, most = min(bounds, default=0.0), max(bounds, default=1.0)
    margin = (most - least) * 0.12 or abs(most) * 0.1 or 1.0
    return least - margin, most + margin


def _powers(start: float, end: float) -> list[float]:
    return [10**power for power in range(round(log10(start)), round(log10(end)) + 1)]


def _ticks(rows: pl.DataFrame, start: float, end: float) -> list[float]:
    """Return about five round figures; none between two neighbours where all bounds are whole."""
    least = 1.0 if all(bound.is_integer() for bound in _bounds(rows)) else 0.01
    rough = max((end - start) / 6, least)
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * 0.999)
    # multiplied out and rounded, so that 42.6 is not written 42.6000001
    return [round(n * step, 2) for n in range(ceil(start / step), floor(end / step) + 1)]


def _placed(rows: pl.DataFrame, start: float, end: float, logarithmic: bool) -> pl.DataFrame:
    """Work out where each line's marks and words stand; no two lines have the same label."""
    marks = [_mark(row, start, end, logarithmic) for row in rows.iter_rows(named=True)]
    schema: dict[str, Any] = {
        "kind": pl.String,
        "from": pl.Float64,
        "to": pl.Float64,
        "shape": pl.String,
        "side": pl.String,
        "words": pl.String,
    }
    labels = pl.Series("label", _told_apart(rows["label"].to_list()), dtype=pl.String)
    return pl.DataFrame(marks, schema=schema, orient="row").insert_column(0, labels)


def _mark(row: Mapping[str, Any], start: float, end: float, logarithmic: bool) -> tuple[Any, ...]:
    """Return the kind, ends and shape of one line, and its words with the side they stand on."""
    low, high = (None if row[name] is None else float(row[name]) for name in ("low", "high"))
    if row["kind"] == "nothing" or (low is None and high is None):
        return row["kind"], start, end, "nothing", None, row["words"]
    if logarithmic and high is not None and high <= 0:
        words = f"{row['words']} (has no place on this scale)"
        return row["kind"], start, end, "nothing", None, words
    left = start if low is None else max(low, start)
    right = end if high is None else high
    shape = "open" if high is None else "point" if low == high else "range"
    words, side = fitted(row["words"], *(_place(x, start, end, logarithmic) for x in (left, right)))
    return row["kind"], left, right, shape, side, words


def _place(value: float, start: float, end: float, logarithmic: bool) -> float:
    """Return where a value stands on the axis, from 0 at its start to 1 at its end."""
    if logarithmic:
        value, start, end = log10(value), log10(start), log10(end)
    return (value - start) / (end - start)


def fitted(words: str, left: float, right: float) -> tuple[str, str]:
    """Return the words of a mark, and the side of it that they are aligned with.

    Parameters
    ----------
    words
        What stands beside or above the mark; cut where neither side has room for it.
    left, right
        The ends of the mark, from 0 at the start of the axis to 1 at its end. Words aligned left
        begin at the one, words aligned right end at the other.
    """
    room = {"left": (1 - left) * WIDTH, "right": right * WIDTH}
    needed = len(words) * CHARACTER
    side = "left" if needed <= room["left"] else max(room, key=lambda one: room[one])
    most = int(room[side] / CHARACTER)
    return words if len(words) <= most else f"{words[: most - 1]}…", side


def _told_apart(labels: list[str]) -> list[str]:
    """Add a number to labels that would otherwise be one line."""
    seen: dict[str, int] = {}
    apart = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        apart.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return apart if len(set(apart)) == len(apart) else _told_apart(apart)
