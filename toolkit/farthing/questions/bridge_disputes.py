"""What cannot all be true of a campaign's money, and what is denied or only an opinion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from farthing.formats import difference, interval, listed, number
from farthing.question import NEARNESS_WORDS, Finding, Status, Tables, who, widest_gap
from farthing.questions.bridge_steps import (
    Contrasts,
    Money,
    Row,
    counts,
    drawn_contrasts,
    refuted,
)
from farthing.questions.bridge_words import DONE, meaning

SHOWN_SIDES = 8


def contradictions(tables: Tables, titles: Mapping[Money, str]) -> Iterator[Finding]:
    """Name what cannot all be true: accounts of one sum, contrasts and sums, and currencies."""
    accounts = tables["accounts"].filter(pl.col("modality").is_in(["asserted", "hedged"]))
    stands = {
        (row["campaign_id"], row["currency"], row["stage"]): row
        for row in tables["stages"].iter_rows(named=True)
    }
    keys = ("campaign_id", "currency", "stage")
    for rows in accounts.partition_by(*keys, maintain_order=True):
        first = rows.row(0, named=True)
        stage = stands.get(tuple(first[key] for key in keys))
        if stage:  # of the campaigns that the table leaves out, nothing is said
            title = titles[first["campaign_id"], first["currency"]]
            yield from _accounts_differ([*rows.iter_rows(named=True)], stage, title)
    drawn = drawn_contrasts(tables["contrasts"])
    for row in tables["contrasts"].iter_rows(named=True):
        yield from _unused(row, drawn, titles)
    yield from _currencies(tables["stages"])


def _accounts_differ(rows: Sequence[Row], stage: Row, title: str) -> Iterator[Finding]:
    """Say that accounts of one sum share no value, and which of them stands."""
    gap = widest_gap((row["low"], row["high"]) for row in rows)
    if gap is None:
        return
    currency = stage["currency"]
    known = [row for row in rows if row["low"] is not None or row["high"] is not None]
    sides = [f"{meaning(row)} ({who(row)})" for row in known[:SHOWN_SIDES]]
    if left_out := len(known[SHOWN_SIDES:]):
        sides.append(f"and {number(left_out, 'more accounts')}")
    used = _nearest(rows)
    nearness = NEARNESS_WORDS[used[0]["nearness"]]
    reason = nearness if len(used) == 1 else f"{nearness}, {len(used)} of equal rank"
    at_least = "" if gap.is_exact else "at least "
    sentence = (
        f"{title}: accounts of the sum {stage['stage']} contradict each other: "
        f"{'; '.join(sides)}. The furthest apart differ by "
        f"{at_least}{difference(gap.size, currency)}. The bridge stands on "
        f"{interval(stage['low'], stage['high'], currency)}, from {reason}."
    )
    yield Finding(
        "fail", "bridge.accounts", sentence, tuple(row["entries"] for row in rows), "accounts"
    )


def _nearest(rows: Sequence[Row]) -> list[Row]:
    """Return the accounts that stand: those with a sum that are nearest to the thing itself."""
    ranks = list(NEARNESS_WORDS)
    summed = [row for row in rows if row["basis"] != "unknown"]
    best = min(ranks.index(row["nearness"]) for row in summed)
    return [row for row in summed if ranks.index(row["nearness"]) == best]


def _unused(contrast: Row, drawn: Contrasts, titles: Mapping[Money, str]) -> Iterator[Finding]:
    """Say why a contrast that somebody draws is not used."""
    pair = (contrast["greater_entries"], contrast["lesser_entries"])
    greater, lesser = DONE[contrast["greater_stage"]], DONE[contrast["lesser_stage"]]
    status: Status = "fail"
    if not contrast["in_force"]:
        status, why = "cannot_tell", "one of its sums has been replaced or withdrawn since"
    elif refuted(contrast):
        more, less = (
            interval(contrast[f"{side}_low"], contrast[f"{side}_high"], contrast["currency"])
            for side in ("greater", "lesser")
        )
        why = f"the sums contradict it, {more} {greater} and {less} {lesser}"
    elif not counts(pair, drawn):
        why = "somebody says the opposite of the same sums"
    else:
        return
    # a withdrawn sum may be the last that was known of its campaign's money
    title = titles.get((contrast["campaign_id"], contrast["currency"]), contrast["campaign"])
    sentence = (
        f"{title}: that more was {greater} than {lesser} is said by {who(contrast)}. That "
        f"contrast is not used: {why}."
    )
    yield Finding(status, "bridge.contrast", sentence, (contrast["entries"], *pair), "contrasts")


def _currencies(stages: pl.DataFrame) -> Iterator[Finding]:
    """Say that a campaign's money in two currencies is not held against each other."""
    for rows in stages.partition_by("campaign_id", maintain_order=True):
        currencies = rows["currency"].unique(maintain_order=True).to_list()
        if len(currencies) > 1:
            sentence = (
                f"{rows['campaign'][0]}: its money is in {listed(currencies)}. Sums in different "
                "currencies are not held against each other: the rate of exchange is not known."
            )
            entries = tuple(" ".join(rows["entries"].drop_nulls()).split())
            yield Finding("cannot_tell", "bridge.currencies", sentence, entries, "stages")


def set_apart(accounts: pl.DataFrame, titles: Mapping[Money, str]) -> Iterator[Finding]:
    """Print what is denied, and what is only somebody's opinion: neither is in any sum."""
    words = {
        "denied": ("bridge.denied", "denied"),
        "opinion": ("bridge.opinion", "given as an opinion and not counted"),
    }
    for row in accounts.filter(pl.col("modality").is_in(list(words))).iter_rows(named=True):
        code, how = words[row["modality"]]
        what = f"“{row['wording']}”" if row["wording"] else "money"
        title = titles[row["campaign_id"], row["currency"]]
        sentence = f"{title}: that {what} was {DONE[row['stage']]} is {how}, by {who(row)}."
        yield Finding("cannot_tell", code, sentence, (row["entries"],), "accounts")
