"""Allocation: what each seat was given beside how close it was, measured by one yardstick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations
from typing import Any

import polars as pl

from farthing.amounts import is_money
from farthing.stats.concentration import gini, hhi, theil_l, theil_t, theil_t_by_group
from farthing.stats.ranks import rank_correlation
from farthing.stats.seats import break_even_votes_per_unit
from farthing.stats.targeting import (
    concentration_index,
    concentration_index_range,
    outliers,
    targeting_ratio_range,
)

#: Where a seat counts as marginal: shares of the valid votes. A yardstick, not a fact.
MARGINAL = (0.05, 0.10)
FEWEST_SEATS = 3
#: Seats that a list names for each organisation, the most telling first.
LISTED = 20
#: Organisations of which every two are held beside each other, those with most seats.
PAIRED = 4
#: Entries up to which a pattern names each it rests on.
NAMED_ENTRIES = 100
#: Seats of one party as they stood after one polling day.
STANDING = ("party", "known_on")
#: What is measured together: one thing that one organisation gave.
THING = ("kind", "organisation", "resource", "unit")

RECORDS: Mapping[str, str] = {
    "return": "declared in returns",
    "invoice": "invoiced",
    "payment": "paid",
    "platform": "charged by platforms",
}

Row = Mapping[str, Any]

SEATED_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "organisation": pl.String,
    "resource": pl.String,
    "unit": pl.String,
    "area_code": pl.String,
    "seat": pl.String,
    "low": pl.Decimal(38, 2),
    "high": pl.Decimal(38, 2),
    "margin_share": pl.Float64,
    "votes_behind": pl.Int64,
    "votes_behind_after": pl.Int64,
    "entries": pl.String,
}
LEAN_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "organisation": pl.String,
    "resource": pl.String,
    "unit": pl.String,
    "seats_with_a_number": pl.Int64,
    "seats_without_bound": pl.Int64,
    "seats_in_all": pl.Int64,
    "concentration_index_low": pl.Float64,
    "concentration_index_high": pl.Float64,
    "rank_correlation": pl.Float64,
    "p_value": pl.Float64,
    "targeting_ratio_at_5_percent_low": pl.Float64,
    "targeting_ratio_at_5_percent_high": pl.Float64,
    "targeting_ratio_at_10_percent_low": pl.Float64,
    "targeting_ratio_at_10_percent_high": pl.Float64,
    "gini": pl.Float64,
    "hhi": pl.Float64,
    "theil_t": pl.Float64,
    "theil_t_between_marginal_and_safe": pl.Float64,
    "theil_l": pl.Float64,
    "entries": pl.String,
}
OUTLIERS_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "organisation": pl.String,
    "resource": pl.String,
    "side": pl.String,
    "seat": pl.String,
    "low": pl.Decimal(38, 2),
    "high": pl.Decimal(38, 2),
    "unit": pl.String,
    "margin_share": pl.Float64,
    "median_low": pl.Float64,
    "median_high": pl.Float64,
    "of_seats": pl.Int64,
    "area_code": pl.String,
    "entries": pl.String,
}
WHAT_IF_SCHEMA: dict[str, Any] = {
    "kind": pl.String,
    "organisation": pl.String,
    "resource": pl.String,
    "moved": pl.Decimal(38, 2),
    "unit": pl.String,
    "from_seat": pl.String,
    "from_had": pl.Decimal(38, 2),
    "to_seat": pl.String,
    "to_had": pl.Decimal(38, 2),
    "concentration_index": pl.Float64,
    "concentration_index_then": pl.Float64,
    "votes_behind": pl.Int64,
    "break_even_votes_per_unit": pl.Float64,
    "votes_behind_after": pl.Int64,
    "break_even_after": pl.Float64,
    "entries": pl.String,
}
SKIPPED_SCHEMA: dict[str, Any] = {
    "one": pl.String,
    "other": pl.String,
    "resource": pl.String,
    "seat": pl.String,
    "majority_share": pl.Float64,
    "one_gave": pl.String,
    "other_gave": pl.String,
    "of_seats": pl.Int64,
    "marginal_seats": pl.Int64,
    "area_code": pl.String,
}


def by_seat(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what each organisation gave each seat, people, things and money alike.

    One row per organisation, resource, unit and seat as it stood; resources first, then money
    from the organisation with most seats. ``margin_share`` has no sign: of resources it is their
    party's, of money the seat's own.
    """
    return pl.concat([_resources(tables["allotments"]), _money(tables)])


def given(allotments: pl.DataFrame) -> pl.DataFrame:
    """Return what is said to have been given, without what is denied or only an opinion."""
    return allotments.filter(pl.col("modality").is_in(["asserted", "hedged"]))


def claims(allotments: pl.DataFrame) -> pl.DataFrame:
    """Return what is said to have been given, as a kind of thing beside what records show."""
    return given(allotments).with_columns(pl.lit("claim").alias("kind"))


def _resources(allotments: pl.DataFrame) -> pl.DataFrame:
    """Add up what one witness tells of a seat, and leave out a seat told of in two ways."""
    told = claims(allotments).filter(
        pl.col("low").is_not_null() & pl.col("margin_known_share").is_not_null()
    )
    keys = (*THING, "area_code", "known_from")
    by_witness = told.group_by(*keys, "said_by", maintain_order=True).agg(
        pl.col("seat").last(),
        pl.col("low").sum(),
        pl.when(pl.col("high").null_count() == 0).then(pl.col("high").sum()).alias("high"),
        pl.col("margin_known_share").abs().last().alias("margin_share"),
        (-pl.col("margin_known")).last().alias("votes_behind"),
        (-pl.col("margin_after")).last().alias("votes_behind_after"),
        pl.col("entries").str.join(" "),
    )
    accounts = pl.struct("low", "high").n_unique().alias("accounts")
    seats = by_witness.group_by(*keys, maintain_order=True).agg(
        accounts, pl.exclude("accounts", "said_by").first()
    )
    return _seated(seats.filter(pl.col("accounts") == 1))


def _money(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Set the money of each seat beside the seat's majority at the poll known then."""
    standings = tables["standings"].select(
        "area_code", "seat", pl.col("held_on").alias("known_on"), "majority", "majority_share"
    )
    series = (
        pl.when(pl.col("series") == "")
        .then(pl.lit(""))
        .otherwise(pl.format(" ({})", pl.col("series")))
    )
    return _seated(
        tables["money"]
        .filter(pl.col("low") >= 0)  # where refunds are more than was paid, nothing was given
        .join(standings, on=["area_code", "known_on"], maintain_order="left")
        .with_columns(
            pl.format("money {}{}", pl.col("record").replace(dict(RECORDS)), series).alias(
                "resource"
            ),
            pl.lit("record").alias("kind"),
            pl.col("currency").alias("unit"),
            pl.col("majority_share").alias("margin_share"),
            pl.col("majority").alias("votes_behind"),
            pl.lit(None).alias("votes_behind_after"),
            pl.lit(None).alias("entries"),
        )
    )


def _seated(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(kind) for name, kind in SEATED_SCHEMA.items())


def lean(tables: Mapping[str, pl.DataFrame], seated: pl.DataFrame) -> pl.DataFrame:
    """Measure which way each thing leans, and how unequally it is spread."""
    in_force = claims(tables["allotments"])
    told = [
        (
            rows.row(0, named=True),
            tables["seats"].join(rows, on=list(STANDING), how="semi")["area_code"].n_unique(),
            " ".join(rows["entries"]) if len(rows) <= NAMED_ENTRIES else None,
        )
        for rows in in_force.partition_by(*THING, maintain_order=True)
    ]
    of_money = seated.filter(pl.col("kind") == "record")
    told += [
        (rows.row(0, named=True), tables["standings"]["area_code"].n_unique(), None)
        for rows in of_money.partition_by(*THING, maintain_order=True)
    ]
    rows = [
        (*(of[name] for name in THING), *_measured(_of(seated, of), seats), entries)
        for of, seats, entries in told
    ]
    return pl.DataFrame(rows, schema=LEAN_SCHEMA, orient="row")


def _of(seated: pl.DataFrame, thing: Row) -> pl.DataFrame:
    return seated.filter(pl.col(name).eq_missing(pl.lit(thing[name])) for name in THING)


def _floats(column: pl.Series) -> list[float]:
    return column.cast(pl.Float64).to_list()


def _measured(rows: pl.DataFrame, seats: int) -> tuple[Any, ...]:
    """Return the counts and the measures of one thing; of ranges only what holds for them all."""
    unbounded = rows["high"].null_count()
    if rows.is_empty() or unbounded:
        return (len(rows), unbounded, seats, *[None] * 13)
    low, high, margins = (_floats(rows[name]) for name in ("low", "high", "margin_share"))
    ranges = [
        concentration_index_range(low, high, margins),
        *(targeting_ratio_range(low, high, margins, most) for most in MARGINAL),
    ]
    index, *ratios = [ends or (None, None) for ends in ranges]
    if low != high:
        return (len(rows), 0, seats, *index, None, None, *ratios[0], *ratios[1], *[None] * 5)
    rank = rank_correlation(low, margins) if len(low) >= FEWEST_SEATS else None
    concentration, groups = hhi(low), theil_t_by_group(low, [m <= MARGINAL[1] for m in margins])
    return (
        len(rows), 0, seats, *index,
        rank.spearman if rank else None, rank.spearman_p if rank else None,
        *ratios[0], *ratios[1],
        gini(low), concentration.index if concentration else None,
        theil_t(low), groups.between if groups else None, theil_l(low),
    )  # fmt: skip


def outlying(seated: pl.DataFrame) -> pl.DataFrame:
    """List the seats with more and with less than seats of the other kind usually have."""
    rows = [row for of in seated.partition_by(*THING, maintain_order=True) for row in _outlying(of)]
    return pl.DataFrame(rows, schema=OUTLIERS_SCHEMA, orient="row")


def _outlying(rows: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    known = rows.filter(pl.col("high").is_not_null())
    low, high, margins = (_floats(known[name]) for name in ("low", "high", "margin_share"))
    found = outliers(low, high, margins, MARGINAL[1])
    if found is None:
        return
    for side, places, median in (
        ("over", found.over, found.marginal_median),
        ("under", found.under, found.safe_median),
    ):
        chosen = known[places]
        order = (["low"], [True]) if side == "over" else (["margin_share"], [False])
        for row in (
            chosen.sort(*order[:1], descending=order[1], maintain_order=True)
            .head(LISTED)
            .iter_rows(named=True)
        ):
            yield (
                *(row[name] for name in THING[:3]), side, row["seat"], row["low"], row["high"],
                row["unit"], row["margin_share"], *median, len(places), row["area_code"],
                row["entries"],
            )  # fmt: skip


def moved(seated: pl.DataFrame, outlying: pl.DataFrame) -> pl.DataFrame:
    """Move from the seat that has most too much to the closest that has too little, till level."""
    rows = []
    for of in outlying.partition_by(*THING, maintain_order=True):
        sides = [of.filter(pl.col("side") == side) for side in ("over", "under")]
        if all(len(side) for side in sides):
            first, second = (side.row(0, named=True) for side in sides)
            rows += _moved(_of(seated, first), first, second)
    return pl.DataFrame(rows, schema=WHAT_IF_SCHEMA, orient="row")


def _moved(rows: pl.DataFrame, giver: Row, taker: Row) -> list[tuple[Any, ...]]:
    if not rows["low"].eq_missing(rows["high"]).all() or rows["area_code"].is_duplicated().any():
        return []  # how much there is to move is not known, or the seat stood in two ways
    penny = Decimal("0.01") if is_money(giver["unit"]) else Decimal(1)
    units = ((giver["low"] - taker["low"]) / 2).quantize(penny, ROUND_FLOOR)
    if not units:
        return []
    before, margins = _floats(rows["low"]), _floats(rows["margin_share"])
    change = pl.Series(
        [
            float(units) * ((code == taker["area_code"]) - (code == giver["area_code"]))
            for code in rows["area_code"]
        ]
    )
    to = rows.row(by_predicate=pl.col("area_code") == taker["area_code"], named=True)
    return [
        (
            *(giver[name] for name in THING[:3]), units, giver["unit"],
            giver["seat"], giver["low"], taker["seat"], taker["low"],
            concentration_index(before, margins),
            concentration_index((pl.Series(before) + change).to_list(), margins),
            *_break_even(to["votes_behind"], units), *_break_even(to["votes_behind_after"], units),
            " ".join(x for x in (giver["entries"], taker["entries"]) if x) or None,
        )
    ]  # fmt: skip


def _break_even(behind: int | None, units: Decimal) -> tuple[int | None, float | None]:
    """Return the votes to make up, and what each unit must be worth; nothing where it is held."""
    if behind is None or behind < 0:
        return behind, None
    return behind, break_even_votes_per_unit(behind, float(units))


def skipped(tables: Mapping[str, pl.DataFrame], seated: pl.DataFrame) -> pl.DataFrame:
    """List the marginal seats that two organisations both gave nothing, closest first."""
    marginal = (
        tables["standings"]
        .filter(pl.col("held_on") == pl.col("held_on").max().over("area_code"))
        .filter(pl.col("majority_share") <= MARGINAL[1])
        .unique("area_code", keep="first", maintain_order=True)
        .sort("majority_share", "area_code")
    )
    rows = [
        row
        for of in seated.partition_by("resource", "unit", maintain_order=True)
        for pair in combinations(_largest(of), 2)
        for row in _skipped(marginal, of, pair)
    ]
    return pl.DataFrame(rows, schema=SKIPPED_SCHEMA, orient="row")


def _largest(rows: pl.DataFrame) -> Sequence[str]:
    sizes = rows.group_by("organisation", maintain_order=True).len()
    top = sizes.sort("len", descending=True, maintain_order=True).head(PAIRED)
    return top["organisation"].to_list()


def _skipped(
    marginal: pl.DataFrame, rows: pl.DataFrame, pair: tuple[str, str]
) -> Iterator[tuple[Any, ...]]:
    gave = [
        {
            code: "0 stated" if high == 0 else None
            for code, high in rows.filter(pl.col("organisation") == name)
            .select("area_code", "high")
            .iter_rows()
        }
        for name in pair
    ]
    both = [
        (row, states)
        for row in marginal.iter_rows(named=True)
        if all(states := [side.get(row["area_code"], "no record seen") for side in gave])
    ]
    for row, (one, other) in both[:LISTED]:
        yield (
            *pair, rows["resource"][0], row["seat"], row["majority_share"], one, other,
            len(both), len(marginal), row["area_code"],
        )  # fmt: skip
