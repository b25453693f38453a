"""Allocation: whether money and people went where they mattered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.amounts import is_money
from farthing.charts import Drawing
from farthing.formats import interval, listed, number, share
from farthing.question import Finding, Question, Tables, read_sql, who
from farthing.stats.ranks import rank_correlation
from farthing.stats.targeting import concentration_index, targeting_ratio

#: Where a seat counts as marginal: shares of the valid votes. A yardstick, not a fact.
MARGINAL = (0.05, 0.10)
#: How likely chance alone may be, at most, for a pattern to be called one.
BY_CHANCE = 0.05
FEWEST_SEATS = 3
BIN_POINTS = 5
SHOWN_SEATS = 8
#: Allotments with a number that have findings of their own; the others are counted.
FOUND_SEATS = 12
#: Half of a mark's width with some air, as a share of the axis.
MARK = 0.015
#: Seats of one party as they stood after one polling day.
STANDING = ("party", "known_on")

Row = Mapping[str, Any]

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


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Place each allotment among all seats, and measure which way each resource leans."""
    allotments, seats = tables["allotments"], tables["seats"]
    placed = allotments.join(
        seats.select(*STANDING, "area_code", pl.col("closer").alias("place_from_closest")),
        on=[*STANDING, "area_code"],
    ).join(seats.group_by(STANDING).len("of_seats"), on=list(STANDING))
    shown = ("seat", "resource", "low", "high", "unit", "margin_known", "margin_known_share")
    return {
        "places": placed.select(
            *shown, "place_from_closest", "of_seats", "said_by", "modality", *STANDING, "entries"
        ).sort("resource", "place_from_closest", "seat", "entries"),
        "lean": pl.DataFrame([*_leans(allotments, seats)], schema=LEAN_SCHEMA, orient="row"),
    }


def _given(allotments: pl.DataFrame) -> pl.DataFrame:
    """Return what is said to have been given, without what is denied or only an opinion."""
    return allotments.filter(pl.col("modality").is_in(["asserted", "hedged"]))


def _leans(allotments: pl.DataFrame, seats: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Hold every organisation's seats against the same yardstick."""
    for rows in _given(allotments).partition_by(
        "organisation", "resource", "unit", maintain_order=True
    ):
        known = _by_seat(rows)
        amounts, margins = known["amount"].to_list(), known["margin"].to_list()
        rank = rank_correlation(amounts, margins) if known.height >= FEWEST_SEATS else None
        yield (
            rows["organisation"][0], rows["resource"][0], known.height,
            seats.join(rows, on=list(STANDING), how="semi")["area_code"].n_unique(),
            concentration_index(amounts, margins) if amounts else None,
            rank.spearman if rank else None, rank.spearman_p if rank else None,
            *(targeting_ratio(amounts, margins, most) if amounts else None for most in MARGINAL),
            " ".join(rows["entries"]),
        )  # fmt: skip


def _by_seat(rows: pl.DataFrame) -> pl.DataFrame:
    """Return amount and margin of each seat with both: one row per seat.

    Allotments that one witness tells of add up. A seat of which two witnesses tell differently is
    left out.
    """
    told = rows.filter(
        (pl.col("low") == pl.col("high")) & pl.col("margin_known_share").is_not_null()
    )
    by_witness = told.group_by("area_code", "said_by", maintain_order=True).agg(
        pl.col("low").sum().cast(pl.Float64).alias("amount"),
        pl.col("margin_known_share").abs().last().alias("margin"),
    )
    by_seat = by_witness.group_by("area_code", maintain_order=True).agg(
        pl.col("amount").n_unique().alias("accounts"), pl.col("amount", "margin").first()
    )
    return by_seat.filter(pl.col("accounts") == 1)


def findings(tables: Tables) -> list[Finding]:
    """Say what was given where, what was known then, and whether it shows a pattern."""
    allotments, places = tables["allotments"], tables["places"]
    given = _given(allotments)
    numbered = given.filter(pl.col("low").is_not_null())
    place_of = {
        row["entries"]: (row["place_from_closest"], row["of_seats"])
        for row in places.iter_rows(named=True)
    }
    found = [
        _allotment(row, place_of.get(row["entries"]))
        for row in numbered.head(FOUND_SEATS).iter_rows(named=True)
    ]
    if left_out := len(numbered) - len(found):
        sentence = f"The table has {number(left_out, 'more allotments')} with a number."
        found.append(Finding("pass", "allocation.given", sentence, (), "allotments"))
    found += _hindsight(numbered)
    found += [_lean(row) for row in tables["lean"].iter_rows(named=True) if _has_number(row)]
    found += _among_all(numbered, tables["seats"])
    found += _set_apart(allotments)
    return [*found, *_without_sum(given.filter(pl.col("low").is_null()))]


def _what(row: Row) -> str:
    amount = interval(row["low"], row["high"], row["unit"])
    return f"{amount} ({row['resource']})" if is_money(row["unit"]) else amount


def _allotment(row: Row, place: tuple[int, int] | None) -> Finding:
    """Say what one seat was given, and how it stood."""
    sentence = (
        f"It is said that {row['seat']} was given {_what(row)} by {row['organisation']} "
        f"({who(row)}). "
    )
    entries = (row["entries"],)
    if row["margin_known"] is None:
        sentence += (
            f"No majority of {row['party']} that was known then is on the book."
            if row["party"]
            else "It names no party whose majority could stand beside it."
        )
        return Finding("cannot_tell", "allocation.given", sentence, entries, "allotments")
    at = f"; place {place[0]:,} of {place[1]:,} from the closest" if place else ""
    behind = ", which was behind" if row["margin_known"] < 0 else ""
    sentence += (
        f"The majority known then ({row['known_from']}) was "
        f"{number(row['margin_known'], 'votes')} for {row['party']}{behind}: "
        f"{share(abs(row['margin_known_share']))} of the votes{at}."
    )
    return Finding("pass", "allocation.given", sentence, entries, "places")


def _hindsight(numbered: pl.DataFrame) -> Iterator[Finding]:
    """Name the results that came after, which no decision can have known."""
    after = numbered.filter(pl.col("margin_after").is_not_null())
    for rows in after.partition_by("party", "result_of", maintain_order=True):
        results = "; ".join(
            dict.fromkeys(
                f"{row['seat']} {number(row['margin_after'], 'votes')}"
                for row in rows.iter_rows(named=True)
            )
        )
        yield Finding(
            "pass",
            "allocation.hindsight",
            f"No result is used that came after. Majorities for {rows['party'][0]} in the result "
            f"of {rows['result_of'][0]}: {results}. Nobody can have known them then.",
            tuple(rows["entries"]),
            "allotments",
        )


def _has_number(lean: Row) -> bool:
    return bool(lean["seats_with_a_number"])


def _lean(row: Row) -> Finding:
    """Say whether a resource leans towards safer or closer seats, and whether that is telling."""
    entries = tuple(row["entries"].split())
    about = f"{row['organisation']}, {row['resource']}, as it is told"
    count = row["seats_with_a_number"]
    seats = number(count, "seats")
    index, rank, chance = row["concentration_index"], row["rank_correlation"], row["p_value"]
    if index is None:
        sentence = (
            f"{about}: {seats} with a number cannot show a pattern: nothing was given, or no seat "
            "is closer than another."
        )
        return Finding("cannot_tell", "allocation.pattern", sentence, entries, "lean")
    side = "the safer had more" if index > 0 else "the closer had more"
    side = side if index else "neither the safer nor the closer had more"
    sentence = f"{about}: of the {seats} with a number, {side} (concentration index {index:.2f}). "
    if count < FEWEST_SEATS:
        sentence += (
            f"But {seats} cannot show a pattern: whatever the truth, their ranks can only agree or "
            "be opposite."
        )
    elif rank is None:
        sentence += "All were given the same, so there is no pattern."
    else:
        often = f"{share(chance)} of the time"
        sentence += (
            f"Rank correlation {rank:.2f}; chance alone would do as much {often}. Which seats are "
            "told of is not left to chance, and nothing here says why."
        )
        if chance <= BY_CHANCE:
            return Finding("pass", "allocation.pattern", sentence, entries, "lean")
    return Finding("cannot_tell", "allocation.pattern", sentence, entries, "lean")


def _among_all(numbered: pl.DataFrame, seats: pl.DataFrame) -> Iterator[Finding]:
    """Say what the table of every seat adds."""
    for rows in numbered.partition_by(*STANDING, "resource", maintain_order=True):
        every = seats.join(rows, on=list(STANDING), how="semi")
        if every.is_empty():
            continue
        entries = tuple(rows["entries"])
        party, margins = rows["party"][0], every["margin_share"].abs()
        counts = [f"{(margins <= most).sum():,} by at most {most:.0%}" for most in MARGINAL]
        yield Finding(
            "pass",
            "allocation.all_seats",
            f"Of the {number(len(every), 'seats')} where {party} stood in the last result known "
            f"({_poll(every)}), it won or lost {listed(counts)} of the votes"
            f"{_closer(rows, every)}.",
            entries,
            "seats",
        )
        told = every.join(rows, on="area_code", how="semi")
        yield Finding(
            "cannot_tell",
            "allocation.coverage",
            f"Of these {number(len(every), 'seats')}, {_have(len(every) - len(told))} no number "
            f"for “{rows['resource'][0]}” on the book, and what is known comes from "
            f"{_origins(rows)}. "
            "Whether closer seats went without is not known.",
            entries,
            "allotments",
        )


def _poll(seats: pl.DataFrame) -> str:
    """Name the election at which seats were last contested."""
    elections = seats["election"].unique()
    return str(elections[0]) if len(elections) == 1 else "the last election in each"


def _closer(rows: pl.DataFrame, every: pl.DataFrame) -> str:
    """Say how many seats were closer than each that was given something."""
    given = rows.filter((pl.col("low") > 0) & pl.col("margin_known_share").is_not_null())
    counts = [
        f"{_were((every['margin_share'].abs() < abs(margin)).sum())} closer than {seat}"
        for seat, margin in given.select("seat", "margin_known_share")
        .unique(maintain_order=True)
        .iter_rows()
    ]
    return f"; {'; '.join(counts[:SHOWN_SEATS])}" if counts else ""


def _were(count: int) -> str:
    return "none was" if count == 0 else "1 was" if count == 1 else f"{count:,} were"


def _have(count: int) -> str:
    return "1 has" if count == 1 else f"{count:,} have"


def _origins(rows: pl.DataFrame) -> str:
    names = rows["said_by"].unique(maintain_order=True).to_list()
    return f"one witness, {names[0]}" if len(names) == 1 else f"{len(names)} witnesses"


def _set_apart(allotments: pl.DataFrame) -> Iterator[Finding]:
    """Print what is denied, and what is only somebody's opinion: neither is in any figure."""
    words = {
        "denied": ("allocation.denied", "denied"),
        "opinion": ("allocation.opinion", "given as an opinion and not counted"),
    }
    for row in allotments.filter(pl.col("modality").is_in(list(words))).iter_rows(named=True):
        code, how = words[row["modality"]]
        what = _what(row) if row["low"] is not None else row["resource"]
        sentence = (
            f"That {row['seat']} was given {what} by {row['organisation']} is {how}, by {who(row)}."
        )
        yield Finding("cannot_tell", code, sentence, (row["entries"],), "allotments")


def _without_sum(rows: pl.DataFrame) -> list[Finding]:
    if rows.is_empty():
        return []
    groups = [
        f"{len(group)} of {group['resource'][0]} ({group['organisation'][0]}, "
        f"says {group['said_by'][0]})"
        for group in rows.partition_by("organisation", "resource", "said_by", maintain_order=True)
    ]
    named = "1 allotment is" if len(rows) == 1 else f"{len(rows):,} allotments are"
    return [
        Finding(
            "cannot_tell",
            "allocation.without_sum",
            f"{named} named without a sum: {'; '.join(groups)}. The table has each with its "
            "majority; none enters a figure.",
            tuple(rows["entries"]),
            "allotments",
        )
    ]


def chart(tables: Tables) -> Drawing | None:
    """Draw all seats by margin, and mark those with a number."""
    numbered = _given(tables["places"]).filter(pl.col("low").is_not_null())
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
        f"({_poll(seats)}); left of zero another party was ahead. Orange is what somebody claims.",
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
        "lean": "Which way each resource leans: one row per organisation, resource and unit. The "
        "concentration index is above zero where safer seats have more; the targeting ratio is "
        "the marginal seats' share of the resource over their share of the seats with a number.",
    },
)
