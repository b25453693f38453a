"""Exposure: what the money could have bought, and how thinly it could have been spread."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from farthing.formats import interval, listed, number
from farthing.question import Finding
from farthing.questions.exposure_panels import MOST_PANELS

#: What tells one sum of money of a campaign from another.
SUM = ("record", "currency", "entries")
AUDIENCES = (50, 500, 5_000, 50_000)
EXAMPLE_AUDIENCE = 500


@dataclass(frozen=True)
class Bought:
    """What the sums on the book could have bought for one campaign.

    Parameters
    ----------
    low, high
        Impressions: the fewest that the smallest sum buys, the most that the largest does.
        ``None`` is not known, and for the most without bound.
    """

    low: int | None
    high: int | None

    def reached(self, people: int) -> tuple[int | None, int | None]:
        """Return how many of so many people that is, if nobody is shown it twice."""
        low = None if self.low is None else min(self.low, people)
        return low, None if self.high is None else min(self.high, people)


def bought_by_campaign(table: pl.DataFrame) -> dict[str, Bought]:
    """Return by campaign what all its sums at all prices could have bought."""
    return {
        rows["campaign_id"][0]: Bought(*_ends(rows))
        for rows in table.partition_by("campaign_id", maintain_order=True)
    }


def _ends(rows: pl.DataFrame) -> tuple[int | None, int | None]:
    """Return the fewest and the most impressions; one that is not known leaves its end open."""
    lows, highs = rows["impressions_low"], rows["impressions_high"]
    low = None if lows.has_nulls() else lows.min()
    return low, None if highs.has_nulls() else highs.max()  # type: ignore[return-value]


def limit_of(bought: Bought | None, people: int | None) -> float | None:
    """Return the largest share of people the money could have reached.

    The most generous reading: the lowest price, the most money, the fewest people there may be,
    and no one shown it twice.
    """
    if bought is None or bought.high is None or people is None:
        return None
    return min(bought.high, people) / people


def thinly(bought: pl.DataFrame) -> pl.DataFrame:
    """Spread the impressions each sum could buy over audiences of several sizes."""
    rows = [
        (
            money["campaign"][0], money["money"][0], size,
            None if low is None else low // size, None if high is None else -(-high // size),
            *(money[name][0] for name in SUM), money["campaign_id"][0],
        )
        for money in bought.partition_by("campaign_id", *SUM, maintain_order=True)
        for low, high in [_ends(money)]
        for size in AUDIENCES
    ]  # fmt: skip
    schema: dict[str, Any] = {
        "campaign": pl.String,
        "money": pl.String,
        "audience": pl.Int64,
        "each_low": pl.Int64,
        "each_high": pl.Int64,
        "record": pl.String,
        "currency": pl.String,
        "entries": pl.String,
        "campaign_id": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def money_buys(bought: pl.DataFrame, about: str) -> Finding:
    """Say what one sum could have bought over all prices seen."""
    low, high = _ends(bought)
    prices = bought.select(low="cpm_low", high="cpm_high")
    cpm_high = None if prices["high"].has_nulls() else prices["high"].max()
    cpm = interval(prices["low"].min(), cpm_high, bought["currency"][0])  # type: ignore[arg-type]
    impressions = interval(_decimal(low), _decimal(high), "impressions")
    return Finding(
        "pass" if high is not None else "cannot_tell",
        "exposure.money_buys",
        f"{about}“{bought['money'][0]}”, {bought['told'][0]}, would buy {impressions} at the "
        f"{'' if len(bought) == 1 else f'{len(bought)} '}{_prices(bought)}, {cpm} a thousand.",
        (*_named(bought["entries"][0]), *bought["price_entries"].head(MOST_PANELS)),
        "bought",
    )


def _named(entries: str | None) -> tuple[str, ...]:
    return tuple((entries or "").split())


def _prices(bought: pl.DataFrame) -> str:
    """Say where and in which years prices were seen."""
    seen = "price seen" if len(bought) == 1 else "prices seen"
    days = bought["price_seen_on"].drop_nulls().to_list()
    years = [f"{year}" for year in sorted({min(days).year, max(days).year})] if days else []
    where = [listed(sorted(set(bought["channel"]))), *([" to ".join(years)] if years else [])]
    return f"{seen} ({', '.join(where)})"


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def each_sees(thinly: pl.DataFrame, delivery: pl.DataFrame, about: str) -> Finding:
    """Say how often a small audience would have seen it."""
    row = thinly.row(by_predicate=pl.col("audience") == EXAMPLE_AUDIENCE, named=True)
    impressions = interval(_decimal(row["each_low"]), _decimal(row["each_high"]), "impressions")
    records = (
        f"{number(len(delivery), 'measurements')} of it: see the table of delivery"
        if len(delivery)
        else "no record of it was seen"
    )
    return Finding(
        "cannot_tell",
        "exposure.targeting",
        f"{about}Shown to {row['audience']:,} people alone, “{row['money']}” would buy "
        f"{impressions} for each. If nobody was shown it so often, the audience was wider, or the "
        "price higher, or the sum covers something else. Money cannot show whom it was aimed at, "
        f"only delivery can: {records}.",
        _named(row["entries"]),
        "thinly",
    )
