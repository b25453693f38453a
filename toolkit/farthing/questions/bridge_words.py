"""How the bridge calls campaigns, stages and sums."""

from __future__ import annotations

import polars as pl

from farthing.formats import UNKNOWN, interval
from farthing.question import Tables
from farthing.questions.bridge_steps import LAST_STATED, Money, Row

#: What is done with money in each stage. The first three are somebody's word, the rest on record.
DONE = {
    "requested": "asked for",
    "approved": "approved",
    "claimed": "spent",
    "booked": "booked",
    "delivered": "charged by the platform",
}
RECORDED = ("booked", "delivered")
#: How a sum is known when no sum is named.
WITHOUT_SUM = ("unknown", "vague")


def as_known(stage: str) -> str:
    """Say what is done with money; what is somebody's word is said to be done."""
    return DONE[stage] if stage in RECORDED else f"said to be {DONE[stage]}"


def titles_of(tables: Tables) -> dict[Money, str]:
    """Name each campaign's money so that no two are called the same."""
    columns = ("campaign_id", "currency", "campaign")
    rows = pl.concat([tables[name].select(columns) for name in ("stages", "accounts")]).unique()
    ids_of, currencies_of = (
        rows.group_by("campaign").agg(pl.col("campaign_id").n_unique()),
        rows.group_by("campaign_id").agg(pl.col("currency").n_unique()),
    )
    ids, currencies = dict(ids_of.iter_rows()), dict(currencies_of.iter_rows())
    return {
        (row["campaign_id"], row["currency"]): row["campaign"]
        + (f" ({row['campaign_id']})" if ids[row["campaign"]] > 1 else "")
        + (f", in {row['currency']}" if currencies[row["campaign_id"]] > 1 else "")
        for row in rows.iter_rows(named=True)
    }


def names_sum(row: Row) -> bool:
    """Tell whether all statements of a stage name a sum; "a fortune" names none."""
    return not set(row["basis"].split(" / ")) & set(WITHOUT_SUM)


def meaning(row: Row) -> str:
    """Return a figure, or the words it was given in with how they are read."""
    read = interval(row["low"], row["high"], row["currency"])
    if row["basis"] == "exact":
        return read
    quoted = f"“{row['wording']}”" if row["wording"] else UNKNOWN
    return f"{quoted}, read as {read}" if names_sum(row) else quoted


def in_words(row: Row) -> str:
    """Put the sum of a stage into words: a claim in its own, with who makes it."""
    if row["step"] > LAST_STATED:
        return f"{interval(row['low'], row['high'], row['currency'])} {DONE[row['stage']]}"
    if not row["wording"]:
        return f"no figure given by {row['said_by']}"
    return f"“{row['wording']}”, says {row['said_by']}"
