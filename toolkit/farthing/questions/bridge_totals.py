"""What the bridge adds up over campaigns: by organisation, by family of organisations, in all.

Money moved within a family stands in its books twice, as what one paid and as what the other spent
with it. It is taken off once, in a line of its own, and only what is booked: nobody approves or
delivers a transfer. Where giver and receiver have not both booked money, nothing stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

MONEY = pl.Decimal(38, 2)
STAGES = ("requested", "approved", "claimed", "booked", "delivered")
#: The stage that holds the same pound twice where it is moved within a family.
MOVED_STAGE = "booked"
ALL = "all campaigns"
MOVED = "moved within a family"
TOGETHER = "together"
FAMILY_SCHEMA: dict[str, Any] = {
    "family": pl.String,
    "line": pl.String,
    "stage": pl.String,
    "currency": pl.String,
    "low": MONEY,
    "high": MONEY,
    "campaigns": pl.Int64,
}
TOTAL_SCHEMA = {name: dtype for name, dtype in FAMILY_SCHEMA.items() if name != "family"} | {
    "organisations": pl.Int64
}

Row = Mapping[str, Any]


def added(rows: pl.DataFrame) -> pl.DataFrame:
    """Add rows up by stage and currency; a sum has a bound only where each of them has one.

    Parameters
    ----------
    rows
        With ``stage``, ``currency``, ``low``, ``high`` and ``campaigns``; any number of them.

    Returns
    -------
    DataFrame
        One row per stage and currency of the rows, with their number in ``organisations``.

    Examples
    --------
    >>> row = {"stage": "booked", "currency": "GBP", "low": 5, "campaigns": 1}
    >>> added(pl.DataFrame([{**row, "high": 5}, {**row, "high": None}])).row(0)
    ('booked', 'GBP', Decimal('10.00'), None, 2, 2)
    """
    bounds = (
        pl.when(pl.col(side).is_null().any()).then(None).otherwise(pl.col(side).sum()).cast(MONEY)
        for side in ("low", "high")
    )
    sums = rows.group_by("stage", "currency", maintain_order=True).agg(
        *(bound.alias(side) for bound, side in zip(bounds, ("low", "high"), strict=True)),
        pl.col("campaigns").sum().cast(pl.Int64),
        pl.len().cast(pl.Int64).alias("organisations"),
    )
    return sums.sort("currency", pl.col("stage").replace_strict(_PLACES, return_dtype=pl.Int8))


_PLACES = {stage: place for place, stage in enumerate(STAGES)}


def family_of(kin: pl.DataFrame) -> dict[str, str]:
    """Return the family of each organisation that has kin, named after its first in the alphabet.

    Parameters
    ----------
    kin
        Pairs, ``organisation`` and ``other``: who is kin to the kin of another is of its family.

    Examples
    --------
    >>> family_of(pl.DataFrame({"organisation": ["B", "C"], "other": ["A", "B"]}))
    {'A': 'A', 'B': 'A', 'C': 'A'}
    """
    leader: dict[str, str] = {}

    def first(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for one, other in kin.select("organisation", "other").iter_rows():
        least, most = sorted((first(one), first(other)))
        leader[most] = least
    return {name: first(name) for name in sorted(leader)}


def moved_within(
    transfers: pl.DataFrame, organisations: pl.DataFrame, kin: pl.DataFrame
) -> pl.DataFrame:
    """Return the transfers that stand in the books of a family twice, each with its ``family``.

    Both organisations are of one family and have booked money in the transfer's currency. What has
    no figure is no less than nothing.
    """
    family = family_of(kin)
    booked = organisations.filter(pl.col("stage") == MOVED_STAGE)
    for side in ("from_organisation", "to_organisation"):
        having = booked.select(pl.col("organisation").alias(side), "currency")
        transfers = transfers.join(
            having, on=[side, "currency"], how="semi", maintain_order="left"
        ).with_columns(
            pl.col(side)
            .replace_strict(family, default=None, return_dtype=pl.String)
            .alias(f"family_of_{side}")
        )
    return transfers.filter(
        pl.col("family_of_from_organisation") == pl.col("family_of_to_organisation")
    ).select(
        pl.col("family_of_from_organisation").alias("family"),
        pl.col("from_organisation", "currency"),
        pl.col("low").fill_null(0).cast(MONEY),
        pl.col("high").cast(MONEY),
        pl.col("entries"),
    )


def families_of(
    organisations: pl.DataFrame, kin: pl.DataFrame, moved: pl.DataFrame
) -> pl.DataFrame:
    """Consolidate each family: its organisations, what is moved within it, and what is left."""
    family = family_of(kin)
    theirs = organisations.filter(pl.col("organisation").is_in(list(family))).with_columns(
        pl.col("organisation").replace(family).alias("family")
    )
    within = {name: rows for (name,), rows in moved.group_by("family")}
    rows: list[Row] = []
    for (name,), part in theirs.group_by("family", maintain_order=True):
        rows += [{**row, "line": row["organisation"]} for row in part.iter_rows(named=True)]
        lines = _consolidated(added(part), within.get(name, moved.clear()))
        rows += [{**row, "family": name} for row in lines if row["line"] != ALL]
    return pl.DataFrame(rows, schema=FAMILY_SCHEMA, orient="row")


def totals_of(organisations: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Add up all campaigns, and take off what is moved within families."""
    lines = [*_consolidated(added(organisations), moved)]
    return pl.DataFrame(lines, schema=TOTAL_SCHEMA, orient="row")


def _consolidated(sums: pl.DataFrame, moved: pl.DataFrame) -> Iterator[Row]:
    """Yield each sum; where money is moved within it, that and the sum without it follow."""
    twice = {
        row["currency"]: row
        for row in added(
            moved.with_columns(pl.lit(MOVED_STAGE).alias("stage"), pl.lit(0).alias("campaigns"))
        ).iter_rows(named=True)
    }
    for row in sums.iter_rows(named=True):
        if row["stage"] != MOVED_STAGE or row["currency"] not in twice:
            yield {**row, "line": TOGETHER}
            continue
        off = twice[row["currency"]]
        low, high = _negative(off["high"]), _negative(off["low"])
        yield {**row, "line": ALL}
        yield {**row, **_NOBODY, "line": MOVED, "low": low, "high": high}
        yield {
            **row,
            "line": TOGETHER,
            "low": _plus(row["low"], low),
            "high": _plus(row["high"], high),
        }


_NOBODY = {"campaigns": None, "organisations": None}


def _negative(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
