"""What pacing speaks of: lines of money and of impressions, their days and their names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import polars as pl

from farthing.formats import interval

Row = Mapping[str, Any]
Money: TypeAlias = Decimal | None
#: A line: the campaign's id, the record and the unit.
Line: TypeAlias = tuple[str, str, str]

#: What a record says was done with the money.
DONE = {
    "return": "declared in a return",
    "payment": "paid",
    "invoice": "invoiced",
    "platform": "charged by the platform",
    "impressions": "shown",
}


def line_of(row: Row) -> Line:
    """Return which line a row is of."""
    return row["campaign_id"], row["record"], row["unit"]


def by_line(table: pl.DataFrame) -> dict[Line, list[Row]]:
    """Return the rows of each line, in their order."""
    rows: dict[Line, list[Row]] = {}
    for row in table.iter_rows(named=True):
        rows.setdefault(line_of(row), []).append(row)
    return rows


def titles_of(lines: pl.DataFrame) -> dict[str, str]:
    """Return how each campaign is called; those that share a name are told apart."""
    campaigns = lines.select("campaign_id", "campaign", "organisation").unique()
    shared = campaigns.filter(pl.col("campaign").is_duplicated())["campaign_id"].implode()
    named = campaigns.with_columns(
        pl.when(pl.col("campaign_id").is_in(shared) & pl.col("organisation").is_not_null())
        .then(pl.concat_str("organisation", pl.lit(", "), "campaign"))
        .otherwise("campaign")
        .alias("title")
    )
    same = pl.col("title").is_duplicated()
    title = pl.when(same).then(pl.format("{} ({})", "title", "campaign_id")).otherwise("title")
    return dict(named.select("campaign_id", title).iter_rows())


def last_of(line: Row) -> date | None:
    """Return the campaign's last day."""
    ends_before: date | None = line["ends_before"]
    return None if ends_before is None else ends_before - timedelta(days=1)


def amount_of(row: Row) -> str:
    """Return what a row comes to, in words."""
    return interval(row["low"], row["high"], row["unit"])
