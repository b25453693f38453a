"""A map of seats, each one hexagon of the same size, so that a large county hides no small seat."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing

#: Half the width of a hexagon over half its height, as they stand with a point upwards.
SLIM = sqrt(3) / 2
WIDTH, HEIGHT = 520, 620
UNKNOWN_FILL = "#f3f4f6"
UNKNOWN = "not known"
SCHEME = "blues"
#: Between two names, one below the other, at the least: in rows of the map.
APART = 1.7


def hexagons(
    areas: pl.DataFrame,
    values: pl.DataFrame,
    *,
    title: str,
    named: Sequence[str] = (),
    unit: str = "%",
) -> Drawing:
    """Draw a map with a hexagon for each area, darker where the value is higher.

    Parameters
    ----------
    areas
        Rows of one map of the ledger `areas`: ``layout``, ``area_code``, ``area_name``,
        ``column_at`` and ``row_at``, rows counting upwards to the north.
    values
        ``area_code`` and ``value``. An area without a value, or with none, is drawn pale with a
        grey edge: not known is not 0.
    title
        What the colours stand for, above their legend.
    named
        Codes of areas that are written out beside an edge of their own.
    unit
        ``"%"`` where values are shares from 0 to 1, or a format of Vega such as ``",.0f"``.

    Raises
    ------
    ValueError
        There is no area, the areas are of two layouts, or a code stands in ``values`` twice.

    Notes
    -----
    The layouts are those of HexJSON: of ``odd-r`` and ``even-r`` each second row is shifted by
    half a column, of ``odd-q`` and ``even-q`` each second column by half a row.
    """
    if areas["layout"].n_unique() != 1:
        raise ValueError(
            f"the areas are of {areas['layout'].n_unique()} layouts, and must be of one"
        )
    if values["area_code"].is_duplicated().any():
        raise ValueError("an area has two values")
    placed = _placed(areas).join(
        values.select(pl.col("area_code").cast(pl.String), pl.col("value").cast(pl.Float64)),
        on="area_code",
        how="left",
        maintain_order="left",
    )
    is_upright = areas["layout"][0].endswith("-r")
    return alt.layer(
        *_cells(placed, title, unit, is_upright),
        *_names(placed, named, is_upright),
    )


def _placed(areas: pl.DataFrame) -> pl.DataFrame:
    """Return where the middle of each hexagon lies, in widths of one."""
    layout = areas["layout"][0]
    by_row, is_odd = layout.endswith("-r"), layout.startswith("odd")
    along, across = ("column_at", "row_at") if by_row else ("row_at", "column_at")
    shifted = (pl.col(across) % 2 != 0) == is_odd  # the remainder of a place below zero is 1 too
    ends = {
        along: pl.col(along) + pl.when(shifted).then(0.5).otherwise(0.0),
        across: pl.col(across) * SLIM,
    }
    return areas.select(
        "area_code",
        "area_name",
        ends["column_at"].cast(pl.Float64).alias("x"),
        ends["row_at"].cast(pl.Float64).alias("y"),
    )


def _cells(placed: pl.DataFrame, title: str, unit: str, is_upright: bool) -> list[Drawing]:
    size = _size(placed)
    base = _base(placed, is_upright).properties(width=size[0], height=size[1])
    mark: dict[str, Any] = {"shape": _shape(is_upright), "size": size[2] ** 2, "opacity": 1}
    known = base.transform_filter("isValid(datum.value)")
    unknown = base.transform_filter("!isValid(datum.value)")
    top = float(placed["value"].drop_nulls().max() or 1)  # type: ignore[arg-type]
    colour = alt.Color(
        "value:Q",
        title=title,
        scale=alt.Scale(scheme=SCHEME, domain=[min(0.0, float(placed["value"].min() or 0)), top]),  # type: ignore[arg-type]
        legend=alt.Legend(format=unit, gradientLength=150, titleLimit=180, titlePadding=8),
    )
    key = alt.Stroke(
        "state:N",
        title=None,
        scale=alt.Scale(domain=[UNKNOWN], range=[charts.QUIET]),
        legend=alt.Legend(symbolFillColor=UNKNOWN_FILL, symbolType=_shape(is_upright)),
    )
    tips = [alt.Tooltip("area_name:N", title="seat"), alt.Tooltip("value:Q", format=unit)]
    drawn = known.mark_point(**mark, filled=True, stroke="#ffffff", strokeWidth=0.4).encode(
        color=colour, tooltip=tips
    )
    if placed["value"].null_count() == 0:
        return [drawn]
    return [
        drawn,
        unknown.transform_calculate(state=f"'{UNKNOWN}'")
        .mark_point(**mark, filled=True, fill=UNKNOWN_FILL, strokeWidth=0.8)
        .encode(stroke=key, tooltip=tips[:1]),
    ]


def _base(placed: pl.DataFrame, is_upright: bool) -> Drawing:
    """Put hexagons on axes that are not shown, one unit as long across as upwards."""
    edge = 0.6
    ends = {
        name: [float(placed[name].min()) - edge, float(placed[name].max()) + edge]  # type: ignore[arg-type]
        for name in ("x", "y")
    }
    return alt.Chart(charts.data(placed)).encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=ends["x"], nice=False, zero=False)),
        y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=ends["y"], nice=False, zero=False)),
    )


def _size(placed: pl.DataFrame) -> tuple[int, int, float]:
    """Return width and height of the map, and the side that a hexagon has room for, in pixels."""
    across, up = (
        max(places) - min(places) + 1.2 for places in (placed["x"].to_list(), placed["y"].to_list())
    )
    step = min(WIDTH / across, HEIGHT / up)
    return round(across * step), round(up * step), step


def _shape(is_upright: bool) -> str:
    """Return the outline of a hexagon whose neighbours touch it, one unit from middle to middle."""
    point, side = 1 / sqrt(3), 0.5
    corners = [(0, point), (side, point / 2), (side, -point / 2), (0, -point)]
    corners += [(-side, -point / 2), (-side, point / 2)]
    turned = corners if is_upright else [(y, x) for x, y in corners]
    # Vega's outlines fill a square of side 2 for a size of 4: twice the corner for a whole step
    path = "L".join(f"{2 * x:.4f},{2 * y:.4f}" for x, y in turned)
    return f"M{path}Z"


def _names(placed: pl.DataFrame, named: Sequence[str], is_upright: bool) -> list[Drawing]:
    """Write the names of some areas to the right of the map, each with a line to its place."""
    chosen = placed.filter(pl.col("area_code").is_in(list(named))).sort("y", "x", descending=True)
    if chosen.is_empty():
        return []
    edge, line = float(placed["x"].max()) + 0.6, float("inf")  # type: ignore[arg-type]
    lines = []
    for y in chosen["y"]:
        line = min(y, line - APART)
        lines.append(line)
    table = chosen.with_columns(pl.lit(edge).alias("edge"), pl.Series("line", lines))
    base: Drawing = alt.Chart(charts.data(table))
    x, y = alt.X("x:Q"), alt.Y("y:Q")
    outline = {"shape": _shape(is_upright), "size": _size(placed)[2] ** 2, "filled": False}
    return [
        base.mark_rule(color=charts.CLAIM, strokeWidth=1.2).encode(
            x=x, y=y, x2="edge:Q", y2="line:Q"
        ),
        base.mark_point(**outline, color=charts.CLAIM, strokeWidth=2.4, opacity=1).encode(x=x, y=y),
        base.mark_text(align="left", dx=4, fontWeight=700, color=charts.CLAIM).encode(
            x="edge:Q", y="line:Q", text="area_name:N"
        ),
    ]
