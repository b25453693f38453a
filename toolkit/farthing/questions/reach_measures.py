"""What delivery and money are of each other: prices, coverage, unions, and what money buys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import floor
from typing import Any, TypeAlias

import polars as pl

from farthing.formats import listed
from farthing.question import Tables
from farthing.stats.delivery import (
    cost_per_added_person,
    cost_per_person,
    cost_per_thousand,
    gross_rating_points,
    reach_share,
)
from farthing.stats.money import impressions_bought
from farthing.stats.reach import union_if_independent
from farthing.stats.reach_curves import goerg_range

#: Campaigns with findings and tables of their own; the others are in the tables of all.
FOUND_CAMPAIGNS = 12
#: Channels whose prices are named one by one.
NAMED_CHANNELS = 3
TIMES = (1, 2, 3, 5, 10)
#: The largest count that is put into a curve: beyond it the machine's numbers have gaps.
LARGEST = 2**53
#: The largest whole number that a table holds.
MOST = 2**63 - 1

NOT_SAID = "not said"

Row = Mapping[str, Any]
Range: TypeAlias = tuple[Decimal | None, Decimal | None]

MONEY = pl.Decimal(38, 2)
PRICES_SCHEMA: dict[str, Any] = {
    "campaign": pl.String, "channel": pl.String, "currency": pl.String, "record": pl.String,
    "spend_low": MONEY, "spend_high": MONEY,
    "impressions_low": pl.Int64, "impressions_high": pl.Int64,
    "cost_per_thousand_low": pl.Float64, "cost_per_thousand_high": pl.Float64,
    "people_low": pl.Int64, "people_high": pl.Int64,
    "cost_per_person_low": pl.Float64, "cost_per_person_high": pl.Float64,
    "is_claimed": pl.Boolean, "entries": pl.String, "part": pl.String, "campaign_id": pl.String,
}  # fmt: skip
COVERAGE_SCHEMA: dict[str, Any] = {
    "campaign": pl.String, "channel": pl.String, "population": pl.String,
    "reach_share_low": pl.Float64, "reach_share_high": pl.Float64,
    "rating_points_low": pl.Float64, "rating_points_high": pl.Float64,
    "part": pl.String, "campaign_id": pl.String,
}  # fmt: skip
TOGETHER_SCHEMA: dict[str, Any] = {
    "campaign": pl.String, "channels": pl.Int64, "people_low": pl.Int64, "people_high": pl.Int64,
    "population": pl.String, "population_counted": pl.Int64,
    "if_independent_low": pl.Int64, "if_independent_high": pl.Int64, "campaign_id": pl.String,
}  # fmt: skip
ADDED_SCHEMA: dict[str, Any] = {
    "campaign": pl.String, "channel": pl.String, "currency": pl.String,
    "spend_low": MONEY, "spend_high": MONEY,
    "people_added_low": pl.Int64, "people_added_high": pl.Int64,
    "cost_per_added_person_low": pl.Float64, "cost_per_added_person_high": pl.Float64,
    "part": pl.String, "campaign_id": pl.String,
}  # fmt: skip
OFTEN_SCHEMA: dict[str, Any] = {
    "campaign": pl.String, "at_least_times": pl.Int64, "people_low": pl.Int64,
    "people_high": pl.Int64, "campaign_id": pl.String,
}  # fmt: skip
BOUGHT_SCHEMA: dict[str, Any] = {
    "campaign": pl.String, "channel": pl.String, "currency": pl.String, "record": pl.String,
    "spend_low": MONEY, "spend_high": MONEY, "price_of": pl.String,
    "price_low": MONEY, "price_high": MONEY,
    "bought_low": pl.Int64, "bought_high": pl.Int64,
    "recorded_low": pl.Int64, "recorded_high": pl.Int64,
    "verdict": pl.String, "entries": pl.String, "part": pl.String, "campaign_id": pl.String,
}  # fmt: skip


@dataclass
class Campaign:
    """What the book holds of one campaign: its delivery and its money, whole and by channel.

    Parameters
    ----------
    campaign_id, title
        Its name in the ledgers, and one that no other campaign has.
    whole
        Its delivery on all channels; ``None`` where nothing was measured.
    parts
        Its delivery by channel; of a single channel it is the whole.
    money
        Its money by currency; each by channel, and all of it under ``None``.
    """

    campaign_id: str
    title: str
    whole: Row | None = None
    parts: dict[str, Row] = field(default_factory=dict)
    money: dict[str, dict[str | None, Row]] = field(default_factory=dict)

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield money and the delivery that it is for: of the whole, and of each channel.

        Of the whole only where the money is in one currency and for the channels that were
        measured, or was charged by the platform and one of the two names no channel.
        """
        for paid in self.money.values():
            if self.whole is not None and len(self.money) == 1 and self._is_for_all(paid):
                yield paid[None], self.whole
                if len(self.parts) < 2:
                    continue
            for part, row in self.parts.items():
                if part in paid and sum(part in other for other in self.money.values()) == 1:
                    yield paid[part], row

    def _is_for_all(self, paid: Mapping[str | None, Row]) -> bool:
        shown, bought = set(self.parts), {part for part in paid if part is not None}
        if None not in paid or shown == bought:
            return None in paid
        return paid[None]["record"] == "platform" and {NOT_SAID} in (shown, bought)


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Work out prices, coverage, unions of channels, frequencies, and what the money buys."""
    campaigns = _campaigns(tables, titles(tables))
    pairs = [pair for one in campaigns for pair in one.pairs()]
    found = foremost(tables)
    made = {
        "prices": (PRICES_SCHEMA, (_price(*pair) for pair in pairs)),
        "coverage": (COVERAGE_SCHEMA, _coverage(found, tables["populations"])),
        "together": (TOGETHER_SCHEMA, _together(found, tables["populations"])),
        "added": (ADDED_SCHEMA, _added(found)),
        "often": (OFTEN_SCHEMA, _often(found)),
        "bought": (BOUGHT_SCHEMA, _bought(campaigns, pairs, tables["prices_seen"])),
    }
    return {
        name: pl.DataFrame([*rows], schema=schema, orient="row")
        for name, (schema, rows) in made.items()
    }


def _campaigns(tables: Tables, called: Mapping[str, str]) -> list[Campaign]:
    """Gather the rows of each campaign, by name."""
    campaigns: dict[str, Campaign] = {}

    def of(row: Row) -> Campaign:
        name = row["campaign_id"]
        return campaigns.get(name) or campaigns.setdefault(name, Campaign(name, called[name]))

    for row in tables["delivery"].iter_rows(named=True):
        one = of(row)
        if row["part"] is None:
            one.whole = row
            one.parts = {row["channel"]: row}
        else:
            if one.whole is not None and one.whole["channel"] in one.parts:
                one.parts = {}
            one.parts[row["part"]] = row
    for row in tables["money"].iter_rows(named=True):
        of(row).money.setdefault(row["currency"], {})[row["part"]] = row
    return sorted(campaigns.values(), key=lambda one: (one.title, one.campaign_id))


def titles(tables: Tables) -> dict[str, str]:
    """Name every campaign so that no two are called the same."""
    rows = pl.concat(
        [tables[name].select("campaign_id", "campaign") for name in ("delivery", "money")]
    )
    rows = rows.unique().with_columns(pl.len().over("campaign").alias("called_so"))
    return {
        campaign_id: name if called_so == 1 else f"{name} ({campaign_id})"
        for campaign_id, name, called_so in rows.iter_rows()
    }


def foremost(tables: Tables) -> list[Campaign]:
    """Return the campaigns that have findings: with money and delivery first, then by size."""
    size = pl.max_horizontal("impressions_low", "people_low").fill_null(0).alias("size")
    wholes = tables["delivery"].filter(pl.col("part").is_null()).select("campaign_id", size)
    paid = tables["money"].select("campaign_id", has_money=pl.lit(True)).unique()
    chosen = (
        wholes.join(paid, on="campaign_id", how="left", maintain_order="left")
        .sort(pl.col("has_money").fill_null(False), "size", descending=True, maintain_order=True)
        .head(FOUND_CAMPAIGNS)
    )
    of_them = {
        name: tables[name].join(chosen, on="campaign_id", how="semi", maintain_order="left")
        for name in ("delivery", "money")
    }
    campaigns = {one.campaign_id: one for one in _campaigns(of_them, titles(tables))}
    return [campaigns[name] for name in chosen["campaign_id"]]


def _range(row: Row, name: str) -> Range:
    """Return the range in a pair of columns; what was measured and is without a bound has none."""
    low, high = (row[f"{name}_{end}"] for end in ("low", "high"))
    return None if low is None else Decimal(low), None if high is None else Decimal(high)


def _floats(ends: Range) -> tuple[float | None, float | None]:
    low, high = ends
    return None if low is None else float(low), None if high is None else float(high)


def is_claimed(row: Row) -> bool:
    """Tell whether what was delivered, or a part of it, is only claimed."""
    return bool(row["impressions_claimed"] or row["people_claimed"])


def _price(money: Row, row: Row) -> tuple[Any, ...]:
    """Divide money by the delivery it is for."""
    spend = _range(money, "spend")
    entries = (
        f"{money['entries']} {row['entries']}" if money["entries"] and row["entries"] else None
    )
    return (
        row["campaign"], row["channel"], money["currency"], money["record"], *spend,
        row["impressions_low"], row["impressions_high"],
        *_floats(cost_per_thousand(spend, _range(row, "impressions"))),
        row["people_low"], row["people_high"],
        *_floats(cost_per_person(spend, _range(row, "people"))),
        is_claimed(row), entries, row["part"], row["campaign_id"],
    )  # fmt: skip


def _coverage(
    campaigns: Sequence[Campaign], populations: pl.DataFrame
) -> Iterator[tuple[Any, ...]]:
    """Divide people and impressions by each population."""
    for population in populations.iter_rows(named=True):
        everybody: Range = (population["low"], population["high"])
        for one in campaigns:
            rows = [one.whole, *(one.parts.values() if len(one.parts) > 1 else ())]
            for row in (row for row in rows if row is not None):
                yield (
                    one.title, row["channel"], population["population"],
                    *_floats(reach_share(_range(row, "people"), everybody)),
                    *_floats(gross_rating_points(_range(row, "impressions"), everybody)),
                    row["part"], one.campaign_id,
                )  # fmt: skip


def _together(
    campaigns: Sequence[Campaign], populations: pl.DataFrame
) -> Iterator[tuple[Any, ...]]:
    """Set the bounds of several channels' union beside what it is if they are independent."""
    everyone: list[Row] = [*populations.iter_rows(named=True)]
    for one in campaigns:
        known = [row for row in one.parts.values() if row["people_low"] is not None]
        if one.whole is None or len(known) < 2:
            continue
        low, high = one.whole["people_low"], one.whole["people_high"]
        if not everyone:
            yield one.title, len(known), low, high, None, None, None, None, one.campaign_id
        for population in everyone:
            ends = (_independent(known, end, population["low"]) for end in ("low", "high"))
            yield (
                one.title, len(known), low, high, population["population"],
                int(population["low"]), *ends, one.campaign_id,
            )  # fmt: skip


def _independent(channels: Sequence[Row], end: str, population: Decimal) -> int | None:
    """Return Sainsbury's union at one end; none where an end is open or more than everybody."""
    people = [row[f"people_{end}"] for row in channels]
    if any(count is None or count > population for count in people):
        return None
    union = union_if_independent(people, float(population))
    return None if union is None else round(union)


def _added(campaigns: Sequence[Campaign]) -> Iterator[tuple[Any, ...]]:
    """Say what the people cost that each channel can have added to the others."""
    for one in campaigns:
        if len(one.money) != 1 or len(one.parts) < 2:
            continue
        [(currency, paid)] = one.money.items()
        for part, row in one.parts.items():
            others = [_range(other, "people") for name, other in one.parts.items() if name != part]
            people = _range(row, "people")
            if part not in paid or people[0] is None or any(low is None for low, _ in others):
                continue
            added = _people_added(people, others)
            spend = _range(paid[part], "spend")
            cost = cost_per_added_person((Decimal(0), Decimal(0)), spend, (Decimal(0),) * 2, added)
            ends = [None if end is None else int(end) for end in added]
            yield (
                one.title, row["channel"], currency, *spend, *ends, *_floats(cost), part,
                one.campaign_id,
            )  # fmt: skip


def _people_added(people: Range, others: Sequence[Range]) -> Range:
    """Return how many a channel adds to others: all that it reached, or those beyond their sum."""
    most = [high for _, high in others]
    beyond = Decimal(0)
    if people[0] is not None and None not in most:
        beyond = max(beyond, people[0] - sum(high for high in most if high is not None))
    return beyond, people[1]


def _often(campaigns: Sequence[Campaign]) -> Iterator[tuple[Any, ...]]:
    """Spread impressions over people by Goerg's curve, where both have bounds."""
    for one in campaigns:
        assert one.whole is not None
        names = [f"{of}_{end}" for of in ("impressions", "people") for end in ("low", "high")]
        known = [one.whole[name] for name in names]
        if None in known or max(known) > LARGEST:
            continue
        for times in TIMES:
            found = goerg_range((known[0], known[1]), (known[2], known[3]), times)
            if found is not None:
                yield one.title, times, *(round(end) for end in found), one.campaign_id


def _bought(
    campaigns: Sequence[Campaign], pairs: Sequence[tuple[Row, Row]], prices: pl.DataFrame
) -> Iterator[tuple[Any, ...]]:
    """Hold what money could have bought at the prices seen against what was recorded."""
    seen = _seen(prices)
    if not seen:
        return
    paired = {id(money) for money, _ in pairs}
    told: list[tuple[Row, Row | None]] = [*pairs]
    told += [
        (money, None)
        for one in campaigns
        for paid in one.money.values()
        for part, money in paid.items()
        if part is not None and id(money) not in paired and part not in one.parts
    ]
    for money, row in told:
        channel = money["part"] or (row["channel"] if row else None)
        price = seen.get((money["currency"], channel))
        if price is None and row is not None:
            price = seen.get((money["currency"], None))
        if price is not None and money["spend_low"] is not None and money["spend_low"] >= 0:
            yield _buys(money, row, channel or "", price)


def _seen(prices: pl.DataFrame) -> dict[tuple[str, str | None], tuple[str, Range]]:
    """Return the range of prices of each currency and channel, and of all channels, in words."""
    found: dict[tuple[str, str | None], tuple[str, Range]] = {}
    for rows in prices.partition_by("currency", maintain_order=True):
        currency = rows["currency"][0]
        for row in rows.iter_rows(named=True):
            found[currency, row["channel"]] = row["channel"], (row["low"], row["high"])
        channels = rows["channel"].to_list()
        words = listed(channels) if len(channels) <= NAMED_CHANNELS else "all channels"
        high = None if rows["high"].has_nulls() else max(rows["high"])
        found[currency, None] = words, (min(rows["low"]), high)
    return found


def _buys(money: Row, row: Row | None, channel: str, price: tuple[str, Range]) -> tuple[Any, ...]:
    of, cpm = price
    low, high = impressions_bought(_range(money, "spend"), cpm)
    bought = _whole(low), _whole(high)
    recorded = (row["impressions_low"], row["impressions_high"]) if row else (None, None)
    return (
        money["campaign"], channel, money["currency"], money["record"],
        money["spend_low"], money["spend_high"], of, *cpm, *bought, *recorded,
        _verdict(bought, recorded), money["entries"], money["part"], money["campaign_id"],
    )  # fmt: skip


def _whole(count: Decimal | None) -> int | None:
    """Round down to whole impressions; what no column of the table holds is without bound."""
    return None if count is None or count > MOST else floor(count)


def _verdict(bought: tuple[int | None, int | None], recorded: tuple[int | None, int | None]) -> str:
    if recorded == (None, None):
        return "not recorded"
    if bought[0] is not None and recorded[1] is not None and recorded[1] < bought[0]:
        return "fewer"
    if bought[1] is not None and recorded[0] is not None and recorded[0] > bought[1]:
        return "more"
    return "can be" if bought[1] is not None and recorded[1] is not None else "cannot tell"
