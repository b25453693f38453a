"""How exposure is drawn: the coverage that checkers call for, and what the money could buy."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import share
from farthing.question import Tables
from farthing.questions.exposure_panels import CONFIDENCE, RARELY
from farthing.stats.exposure import coverage_needed


def chart(tables: Tables) -> Drawing | None:
    """Draw the coverage needed against the number of checkers, and the most the money could buy."""
    if tables["needed"].is_empty():
        return None
    limits = tables["needed"]["coverage_bought_at_most_share"].drop_nulls()
    curve = pl.DataFrame({"checkers": range(1, 21)}).with_columns(
        pl.col("checkers").map_elements(_needed_by, pl.Float64).alias("coverage")
    )
    marked = curve.filter(pl.col("checkers").is_in([1, 2, 3, 5, 10, 20])).with_columns(
        pl.col("coverage").map_elements(share, pl.String).alias("words")
    )
    band = _bought_band(float(limits.max())) if len(limits) else []  # type: ignore[arg-type]
    is_chosen = (tables["panels"]["selection"] != "random").all()
    return charts.titled(
        alt.layer(*band, *_needed_curve(curve, marked)),
        "All of them saw it: how widely must it be shown for that to be no surprise?",
        [
            "With a coverage below the curve, all checkers of a panel picked blindly from everyone",
            f"would see it less than 1 time in {RARELY}."
            + (" Those who checked were not picked blindly." if is_chosen else ""),
        ],
    )


def _needed_by(size: int) -> float:
    return coverage_needed(size, size, CONFIDENCE) or 0.0


def _needed_curve(curve: pl.DataFrame, marked: pl.DataFrame) -> list[Drawing]:
    x = alt.X(
        "checkers:Q",
        title="checkers, all of whom saw it",
        scale=alt.Scale(domain=[0, 21], nice=False),
        axis=alt.Axis(values=[1, 2, 3, 5, 10, 15, 20], grid=False),
    )
    y = alt.Y(
        "coverage:Q",
        title="share of everyone who is shown it",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    size: dict[str, Any] = {"width": charts.WIDTH, "height": 300}
    line = alt.Chart(charts.data(curve), **size).mark_line(color=charts.RECORD, strokeWidth=2.5)
    dots = alt.Chart(charts.data(marked)).mark_point(
        filled=True, opacity=1, size=70, color=charts.RECORD
    )
    words = alt.Chart(charts.data(marked)).mark_text(align="right", dx=-8, dy=-9, color=charts.INK)
    return [
        line.encode(x=x, y=y),
        dots.encode(x=x, y=y),
        words.encode(x=x, y=y, text="words:N"),
    ]


def _bought_band(limit: float) -> list[Drawing]:
    band = pl.DataFrame({"from": [0.0], "to": [limit], "start": [0], "end": [21]})
    words = pl.DataFrame(
        {
            "x": [20.8],
            "y": [limit],
            "words": [f"at the prices seen the money reaches at most {share(limit)}"],
        }
    )
    above = limit < 0.9
    return [
        alt.Chart(charts.data(band))
        .mark_rect(color=charts.CLAIM, opacity=0.35)
        .encode(x="start:Q", x2="end:Q", y="from:Q", y2="to:Q"),
        alt.Chart(charts.data(words))
        .mark_text(align="right", dy=-9 if above else 12, color=charts.CLAIM, fontWeight=600)
        .encode(x="x:Q", y="y:Q", text="words:N"),
    ]
