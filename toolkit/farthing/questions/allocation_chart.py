"""How an allocation is drawn: claims among all seats, and money by how close seats were."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.amounts import is_money
from farthing.charts import Drawing
from farthing.formats import interval, number
from farthing.question import Tables
from farthing.questions.allocation_measures import MARGINAL, RECORDS, STANDING, Row, given

BIN_POINTS = 5
SHOWN_SEATS = 8
SHOWN_ORGANISATIONS = 6
COLUMNS = 3
#: Half of a mark's width with some air, as a share of the axis.
MARK = 0.015
#: How close seats are put together: shares of the valid votes that end each band.
BANDS = (*MARGINAL, 0.20, 0.30)
BAND_NAMES = ("0–5%", "5–10%", "10–20%", "20–30%", "over 30%")
PANEL = 190
MONEY = ("record", "series", "currency")


def chart(tables: Tables) -> Drawing | None:
    """Draw what is said to have been given; where nothing is, what records show as spent."""
    return _claimed(tables) or _spent(tables)


def _claimed(tables: Tables) -> Drawing | None:
    """Draw all seats by margin, and mark those with a number."""
    numbered = given(tables["places"]).filter(pl.col("low").is_not_null())
    if numbered.is_empty():
        return None
    alike = numbered.partition_by(*STANDING, "resource", maintain_order=True)
    places = max(alike, key=len)
    seats = tables["seats"].join(places, on=list(STANDING), how="semi")
    shown = places.head(SHOWN_SEATS)
    party, unit = places["party"][0], places["unit"][0]
    things = places["resource"][0] if is_money(unit) else unit
    bins = (
        seats.select((pl.col("margin_share") * 100 / BIN_POINTS).floor().alias("bin"))
        .group_by("bin")
        .len("seats")
        .sort("bin")
        .select((pl.col("bin") * BIN_POINTS).alias("from"), "seats")
        .with_columns((pl.col("from") + BIN_POINTS).alias("to"), floor=pl.lit(0))
    )
    subtitle = [
        f"Each bar counts seats by {party}’s majority in the last result known then",
        f"({poll(seats)}); left of zero another party was ahead. Orange is what somebody claims.",
    ]
    if left_out := len(numbered) - len(shown):
        subtitle.append(f"The table has {number(left_out, 'more allotments')}.")
    start, end = float(bins["from"].min()), float(bins["to"].max())  # type: ignore[arg-type]
    scale = alt.Scale(domain=[min(start, 0), max(end, 0)], nice=False)
    return charts.titled(
        alt.vconcat(_marked(shown, scale), _histogram(bins, shown, party, scale), spacing=4),
        f"The {things} said to have been given, among all {number(len(seats), 'seats')}",
        subtitle,
    )


def _marked(places: pl.DataFrame, scale: alt.Scale) -> Drawing:
    """Mark each seat with a number on a line of its own, from the least to the largest margin."""
    start, end = scale.domain
    lines = []
    for line, row in enumerate(places.sort("margin_known_share").iter_rows(named=True)):
        margin = 100 * row["margin_known_share"]
        at = (margin - start) / (end - start)
        words, side = charts.fitted(_mark_words(row), at + MARK, at - MARK)
        lines.append((line, margin, words, side))
    schema: dict[str, Any] = {
        "line": pl.Int64,
        "margin": pl.Float64,
        "words": pl.String,
        "side": pl.String,
    }
    table = pl.DataFrame(lines, schema=schema, orient="row")
    x = alt.X("margin:Q", scale=scale, axis=None)
    marks = alt.Chart(charts.data(table), width=charts.WIDTH, height=alt.Step(24)).encode(
        x=x, y=alt.Y("line:O", axis=None)
    )
    return alt.layer(
        marks.mark_point(color=charts.CLAIM, filled=True, opacity=1, size=70),
        *(_side(marks, side) for side in ("left", "right")),
    )


def _side(marks: Drawing, side: str) -> Drawing:
    """Write the words on the side that has room for them."""
    chosen = marks.transform_filter(alt.FieldEqualPredicate(field="side", equal=side))
    away = 9 if side == "left" else -9
    return chosen.mark_text(align=side, dx=away, color=charts.INK).encode(text="words:N")


def _mark_words(row: Row) -> str:
    amount = interval(row["low"], row["high"], row["unit"])
    return f"{amount} to {row['seat']}, says {row['said_by']}"


def _histogram(bins: pl.DataFrame, places: pl.DataFrame, party: str, scale: alt.Scale) -> Drawing:
    x = alt.X(
        "from:Q",
        title=f"{party} majority, percent of valid votes",
        axis=alt.Axis(tickCount=9, grid=False),
        scale=scale,
    )
    most = int(bins["seats"].max() or 1)  # type: ignore[arg-type]
    y = alt.Y(
        "seats:Q",
        title="seats",
        axis=alt.Axis(tickCount=min(4, most), tickMinStep=1, format="d"),
        scale=alt.Scale(domainMin=0, nice=True),
    )
    margins = places.select((pl.col("margin_known_share") * 100).alias("margin"))
    zero = pl.DataFrame({"margin": [0.0]})
    rule = {"x": alt.X("margin:Q", scale=scale)}
    return alt.layer(
        alt.Chart(charts.data(bins), width=charts.WIDTH, height=220)
        .mark_bar(color=charts.BARS, stroke="#ffffff", strokeWidth=1)
        .encode(x=x, x2="to:Q", y=y, y2="floor:Q"),
        alt.Chart(charts.data(zero)).mark_rule(color=charts.INK, strokeWidth=1).encode(**rule),
        alt.Chart(charts.data(margins)).mark_rule(color=charts.CLAIM, strokeWidth=2).encode(**rule),
    )


def poll(seats: pl.DataFrame) -> str:
    """Name the election at which seats were last contested."""
    elections = seats["election"].unique()
    return str(elections[0]) if len(elections) == 1 else "the last election in each"


def _spent(tables: Tables) -> Drawing | None:
    """Draw for each organisation the mean spent in a seat, by how close the seats were."""
    known = tables["money"].join(
        tables["standings"].select(
            "area_code", pl.col("held_on").alias("known_on"), "majority_share", "election"
        ),
        on=["area_code", "known_on"],
        maintain_order="left",
    )
    if known.is_empty():
        return None
    alike = known.partition_by(*MONEY, maintain_order=True)[0]
    bands = _bands(alike)
    names = bands["organisation"].unique(maintain_order=True).to_list()
    least, most = float(bands["low"].min() or 0), float(bands["top"].max() or 1)  # type: ignore[arg-type]
    scale = alt.Scale(domain=[min(0, least), max(most, 0) * 1.12], nice=False)
    panels = [
        _panel(bands.filter(pl.col("organisation") == name), name, scale, number % COLUMNS == 0)
        for number, name in enumerate(names[:SHOWN_ORGANISATIONS])
    ]
    record, series, currency = (alike[name][0] for name in MONEY)
    what = f"Money {RECORDS[record]}{f' ({series})' if series else ''}"
    subtitle = [
        f"Bars: {currency} in a seat on average; above them, the number of seats. Seats are put",
        f"together by the majority known then ({poll(alike)}), a share of the votes; dark",
        f"where that is at most {MARGINAL[1]:.0%}. A pale end is a range, an arrow has no "
        "upper bound.",
    ]
    if left_out := len(names) - len(panels):
        subtitle.append(f"The table has {number(left_out, 'more organisations')}.")
    return charts.titled(
        alt.concat(*panels, columns=COLUMNS, spacing=18),
        f"{what}, by how close the seat was",
        subtitle,
    )


def _bands(money: pl.DataFrame) -> pl.DataFrame:
    """Return the mean of each organisation's seats in each band, as a range."""
    beyond = pl.sum_horizontal(pl.col("majority_share") > end for end in BANDS)
    band = beyond.replace_strict(dict(enumerate(BAND_NAMES)), return_dtype=pl.String)
    means = (
        money.with_columns(band.alias("band"))
        .group_by("organisation", "band", maintain_order=True)
        .agg(
            pl.len().alias("seats"),
            pl.col("low").cast(pl.Float64).mean(),
            pl.when(pl.col("high").null_count() == 0)
            .then(pl.col("high").cast(pl.Float64).mean())
            .alias("high"),
        )
    )
    return means.with_columns(
        pl.when(pl.col("band").is_in(list(BAND_NAMES[: len(MARGINAL)])))
        .then(pl.lit("marginal"))
        .otherwise(pl.lit("safe"))
        .alias("kind"),
        pl.lit(0.0).alias("floor"),
        pl.max_horizontal("low", "high").alias("top"),
    )


def _panel(rows: pl.DataFrame, name: str, scale: alt.Scale, is_first: bool) -> Drawing:
    """Draw one organisation on the scale of all, so that they can be compared."""
    x = alt.X(
        "band:N",
        sort=list(BAND_NAMES),
        scale=alt.Scale(domain=list(BAND_NAMES)),
        title=None,
        axis=alt.Axis(labelAngle=-45, ticks=False),
    )
    axis = alt.Axis(labelExpr=charts.SHORT, tickCount=4, labels=is_first, ticks=False, domain=False)
    y = alt.Y("low:Q", scale=scale, axis=axis, title=None)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["marginal", "safe"], range=[charts.RECORD, charts.BARS]),
        legend=None,
    )
    base: Drawing = alt.Chart(charts.data(rows), width=PANEL, height=130).encode(x=x)
    ranged = base.transform_filter("isValid(datum.high) && datum.high > datum.low")
    unbounded = base.transform_filter("!isValid(datum.high)")
    bars = base.mark_bar(width=22).encode(y=y, y2="floor:Q", color=colour)
    ends = ranged.mark_bar(width=22, fillOpacity=0.4).encode(y=y, y2="high:Q", color=colour)
    arrows = unbounded.mark_point(shape="triangle-up", filled=True, size=90, dy=-5).encode(
        y=y, color=alt.ColorValue(charts.INK)
    )
    counts = base.mark_text(dy=-8, fontSize=10, color=charts.QUIET).encode(
        y=alt.Y("top:Q", scale=scale), text="seats:Q"
    )
    drawn = alt.layer(bars, ends, arrows, counts)
    cut = int(PANEL / charts.CHARACTER) + 2
    drawn.title = alt.TitleParams(
        name if len(name) <= cut else f"{name[: cut - 1]}…", fontSize=12, anchor="start", offset=6
    )
    return drawn
