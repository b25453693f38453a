"""Allocation: whether money and people went where they mattered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import UNKNOWN, interval, share
from farthing.question import Finding, Question, Tables, read_sql
from farthing.stats.concentration import concentration_index, rank_correlation, targeting_ratio

#: Where a seat counts as marginal: shares of the valid votes. A yardstick, not a fact.
MARGINAL = (0.05, 0.10)
BIN_POINTS = 5

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Place each allotment among all seats, and measure which way each resource leans."""
    allotments, seats = tables["allotments"], tables["seats"]
    places = allotments.join(
        seats.select("party", "area_code", "closer"), on=["party", "area_code"], how="left"
    ).join(seats.group_by("party").len("of_seats"), on="party", how="left")
    shown = ("seat", "resource", "low", "high", "unit", "margin_known", "margin_known_share")
    return {
        "places": places.select(
            *shown, pl.col("closer").alias("place_from_closest"), "of_seats", "said_by", "entries"
        ).filter(pl.col("place_from_closest").is_not_null()),
        "lean": pl.DataFrame([*_leans(allotments, seats)], schema=LEAN_SCHEMA, orient="row"),
    }


LEAN_SCHEMA: dict[str, Any] = {
    "organisation": pl.String,
    "resource": pl.String,
    "seats_with_a_number": pl.Int64,
    "seats_in_all": pl.Int64,
    "concentration_index": pl.Float64,
    "rank_correlation": pl.Float64,
    "p_value": pl.Float64,
    "targeting_ratio_at_5_percent": pl.Float64,
    "targeting_ratio_at_10_percent": pl.Float64,
    "entries": pl.String,
}


def _leans(allotments: pl.DataFrame, seats: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Hold every organisation's seats against the same yardstick."""
    for rows in allotments.partition_by("organisation", "resource", "unit", maintain_order=True):
        known = rows.filter(
            (pl.col("low") == pl.col("high")) & pl.col("margin_known_share").is_not_null()
        )
        amounts = known["low"].cast(pl.Float64).to_list()
        margins = known["margin_known_share"].abs().to_list()
        rank = rank_correlation(amounts, margins) if known.height > 2 else None
        yield (
            rows["organisation"][0], rows["resource"][0], known.height,
            seats.filter(pl.col("party").is_in(rows["party"].to_list())).height,
            concentration_index(amounts, margins) if amounts else None,
            rank.spearman if rank else None, rank.spearman_p if rank else None,
            *(targeting_ratio(amounts, margins, most) if amounts else None for most in MARGINAL),
            " ".join(rows["entries"]),
        )  # fmt: skip


def findings(tables: Tables) -> list[Finding]:
    """Say what was given where, what was known then, and whether it shows a pattern."""
    allotments = tables["allotments"]
    numbered = allotments.filter(pl.col("low").is_not_null())
    found = [_given(row, tables["places"]) for row in numbered.iter_rows(named=True)]
    found += _hindsight(numbered)
    for row in tables["lean"].iter_rows(named=True):
        found += _lean(row)
    found += _among_all(numbered, tables["seats"])
    return [*found, *_without_sum(allotments.filter(pl.col("low").is_null()))]


def _given(row: Row, places: pl.DataFrame) -> Finding:
    """Say what one seat was given, and how it stood."""
    what = interval(row["low"], row["high"], row["unit"])
    via = f", reported by {row['reported_by']}" if row["reported_by"] else ""
    sentence = f"{row['seat']}: {what}, says {row['said_by']}{via}. "
    if row["margin_known"] is None:
        sentence += "No result on the book was known when it was given."
        return Finding("cannot_tell", "allocation.given", sentence, (row["entries"],), "allotments")
    place = places.filter(pl.col("entries") == row["entries"])
    at = (
        f"; {place['place_from_closest'][0]:,} of {place['of_seats'][0]:,} from the closest"
        if len(place)
        else ""
    )
    sentence += (
        f"The majority known then ({row['known_from']}) was {row['margin_known']:,} for "
        f"{row['party']}, {share(abs(row['margin_known_share']))} of the votes{at}."
    )
    return Finding("pass", "allocation.given", sentence, (row["entries"],), "places")


def _hindsight(numbered: pl.DataFrame) -> list[Finding]:
    """Name the results that came after, which no decision can have known."""
    after = numbered.filter(pl.col("margin_after").is_not_null())
    if after.is_empty():
        return []
    results = "; ".join(
        f"{row['seat']} {row['margin_after']:,}" for row in after.iter_rows(named=True)
    )
    return [
        Finding(
            "pass",
            "allocation.hindsight",
            f"No result is used that came after. In votes for {after['party'][0]} at the "
            f"{after['result_of'][0]}: {results}. Nobody can have known these.",
            tuple(after["entries"]),
            "allotments",
        )
    ]


def _lean(row: Row) -> Iterator[Finding]:
    """Say whether a resource leans towards safer or closer seats, and whether that is telling."""
    entries = tuple(row["entries"].split())
    index, seats = row["concentration_index"], row["seats_with_a_number"]
    if index is None:
        return
    side = "safer" if index > 0 else "closer" if index < 0 else "neither safer nor closer"
    sentence = (
        f"{row['organisation']}, {row['resource']}: of the {seats} seats with a number, the {side} "
        f"had more (concentration index {index:.2f})."
    )
    if row["rank_correlation"] is None:
        sentence = sentence[:-1] + (
            f"; but {seats} seats cannot show a pattern: whatever the truth, their ranks can only "
            "agree or be opposite."
        )
        yield Finding("cannot_tell", "allocation.pattern", sentence, entries, "lean")
    else:
        sentence += f" Rank correlation {row['rank_correlation']:.2f}, p = {row['p_value']:.3g}."
        yield Finding("pass", "allocation.pattern", sentence, entries, "lean")


def _among_all(numbered: pl.DataFrame, seats: pl.DataFrame) -> Iterator[Finding]:
    """Say what the table of every seat adds."""
    for rows in numbered.partition_by("party", "resource", maintain_order=True):
        party = rows["party"][0]
        all_seats = seats.filter(pl.col("party") == party)
        if all_seats.is_empty():
            continue
        entries = tuple(rows["entries"])
        given = rows.filter((pl.col("low") > 0) & pl.col("margin_known_share").is_not_null())
        counts = "; ".join(
            f"{(all_seats['margin_share'].abs() <= most).sum():,} within {most:.0%}"
            for most in MARGINAL
        )
        closer = [
            f"{(all_seats['margin_share'].abs() < abs(margin)).sum():,} were closer than {seat}"
            for seat, margin in given.select("seat", "margin_known_share").iter_rows()
        ]
        yield Finding(
            "pass",
            "allocation.all_seats",
            f"Among the {len(all_seats):,} seats where {party} stood at the "
            f"{all_seats['election'][0]}, "
            f"{'; '.join([*closer, counts])} of the votes.",
            entries,
            "seats",
        )
        yield Finding(
            "cannot_tell",
            "allocation.coverage",
            f"For {len(all_seats) - len(rows):,} of these {len(all_seats):,} seats no number of "
            f"{rows['unit'][0]} is on the book, and all that is known comes from "
            f"{_origins(rows)}. Whether closer seats went without is not known.",
            entries,
            "allotments",
        )


def _origins(rows: pl.DataFrame) -> str:
    names = rows["said_by"].unique(maintain_order=True).to_list()
    return f"one witness, {names[0]}" if len(names) == 1 else f"{len(names)} witnesses"


def _without_sum(rows: pl.DataFrame) -> list[Finding]:
    if rows.is_empty():
        return []
    groups = [
        f"{len(group)} of {group['resource'][0]} ({group['organisation'][0]}, "
        f"says {group['said_by'][0]})"
        for group in rows.partition_by("organisation", "resource", maintain_order=True)
    ]
    return [
        Finding(
            "cannot_tell",
            "allocation.without_sum",
            f"{len(rows)} allotments are named without a sum: {'; '.join(groups)}. "
            "They are listed with their majorities and enter no figure.",
            tuple(rows["entries"]),
            "allotments",
        )
    ]


def chart(tables: Tables) -> Drawing | None:
    """Draw all seats by margin, and mark those with a number."""
    places = tables["places"].filter(pl.col("low").is_not_null())
    if places.is_empty():
        return None
    party = tables["allotments"].filter(pl.col("entries") == places["entries"][0])["party"][0]
    seats = tables["seats"].filter(pl.col("party") == party)
    bins = (
        seats.with_columns((pl.col("margin_share") * 100 / BIN_POINTS).floor().alias("bin"))
        .group_by("bin")
        .len("seats")
        .select((pl.col("bin") * BIN_POINTS).alias("from"), "seats")
        .with_columns((pl.col("from") + BIN_POINTS).alias("to"), floor=pl.lit(0))
    )
    return charts.titled(
        alt.layer(*_histogram(bins, party), *_marked(places, int(bins["seats"].max() or 1))),  # type: ignore[arg-type]
        f"Where the {places['resource'][0]}s were said to be, among all {len(seats)} seats",
        [
            f"Each bar counts seats by {party}’s majority at the {seats['election'][0]}, the last",
            "result known; left of zero another party held them. Orange is what somebody claims.",
        ],
    )


def _histogram(bins: pl.DataFrame, party: str) -> list[Drawing]:
    x = alt.X(
        "from:Q",
        title=f"{party} majority, percent of valid votes",
        axis=alt.Axis(tickCount=9, grid=False),
        scale=alt.Scale(nice=True),
    )
    y = alt.Y(
        "seats:Q",
        title="seats",
        axis=alt.Axis(tickCount=4),
        scale=alt.Scale(domainMin=0, nice=True),
    )
    zero = pl.DataFrame({"x": [0]})
    size: dict[str, Any] = {"width": charts.WIDTH, "height": 260}
    return [
        alt.Chart(charts.data(bins), **size)
        .mark_bar(color=charts.BARS, stroke="#ffffff", strokeWidth=1)
        .encode(x=x, x2="to:Q", y=y, y2="floor:Q"),
        alt.Chart(charts.data(zero)).mark_rule(color=charts.INK, strokeWidth=1).encode(x="x:Q"),
    ]


def _marked(places: pl.DataFrame, top: int) -> list[Drawing]:
    """Mark each seat with a number by a line and its words, one above the other."""
    rows = places.sort("margin_known_share", descending=True).with_row_index("at")
    height = pl.lit(top) * (1.12 + 0.13 * pl.col("at").cast(pl.Float64))
    table = rows.select(
        (pl.col("margin_known_share") * 100).alias("margin"),
        height.alias("height"),
        pl.lit(0).alias("floor"),
        pl.when(pl.col("margin_known_share") < 0)
        .then(pl.lit("right"))
        .otherwise(pl.lit("left"))
        .alias("side"),
        pl.struct("seat", "low", "high", "unit", "said_by")
        .map_elements(_mark_words, pl.String)
        .alias("words"),
    )
    marks = alt.Chart(charts.data(table)).encode(x="margin:Q")
    return [
        marks.mark_rule(color=charts.CLAIM, strokeWidth=1.5).encode(y="floor:Q", y2="height:Q"),
        marks.mark_point(color=charts.CLAIM, filled=True, opacity=1, size=60).encode(y="height:Q"),
        *(_side(marks, side) for side in ("left", "right")),
    ]


def _side(marks: Drawing, side: str) -> Drawing:
    """Write the words away from the line at zero."""
    chosen = marks.transform_filter(alt.FieldEqualPredicate(field="side", equal=side))
    away = 8 if side == "left" else -8
    return chosen.mark_text(align=side, dx=away, color=charts.INK).encode(
        y="height:Q", text="words:N"
    )


def _mark_words(row: Row) -> str:
    amount = interval(row["low"], row["high"], row["unit"]) or UNKNOWN
    return f"{row['seat']}: {amount}, says {row['said_by']}"


QUESTION = Question(
    name="allocation",
    asks="Did money and people go where they mattered?",
    statements=read_sql("allocation"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "places": "Each allotment among all seats of its party, from the closest to the safest: "
        "one row per allotment.",
        "lean": "Which way each resource leans: one row per organisation and resource. The "
        "concentration index is above zero where safer seats have more; the targeting ratio is "
        "the marginal seats' share of the resource over their share of the seats with a number.",
    },
)
