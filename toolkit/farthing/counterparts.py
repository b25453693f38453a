"""What became of every row of a campaign's money: its counterpart, or why it has none.

From the tables of the question ``match``: SQL settles what it can of a million rows, and leaves
single rows that `farthing.stats.matching` decides.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from farthing.question import Status, Tables
from farthing.stats.matching import MOST_CANDIDATES, Item, Match, match
from farthing.stats.names import Alike, alike, normal, rules_used
from farthing.stats.tolerance import IAB_UK, IPA, ROUNDING, Range

#: How near two rows must be to be taken for one, how near the totals of a supplier must be, and
#: how far more may be paid than was asked for. Yardsticks, not facts.
ROWS, TOTALS = ROUNDING, IAB_UK
REQUESTS = replace(IPA, name="IPA, 5% over what was ordered", under=None)
DAYS = 45
#: The rows of one supplier, and of all, that are searched: they stand in the SQL.
MOST_ROWS, MOST_IN_ALL = 400, 5_000
#: Spellings of payees that are compared with each other, those of most rows.
MOST_SPELLINGS = 400

#: What became of rows, in words, and what that means for the question.
CLASSES: Mapping[str, tuple[str, Status]] = {
    "exact": ("the same amount", "pass"),
    "within_tolerance": ("an amount as near as rounding", "pass"),
    "many_to_one": ("parts that come to one row", "pass"),
    "stated": ("said by the row itself", "pass"),
    "has_parts": ("payments say that they are parts of it", "cannot_tell"),
    "open_ended": ("one without a bound that it could be", "cannot_tell"),
    "amount_only": ("the same amount, of another supplier or time", "cannot_tell"),
    "rivals": ("more than one that it could be", "cannot_tell"),
    "bound": (
        f"too many open rows to be searched, of which there may be {MOST_ROWS} of a supplier, "
        f"{MOST_IN_ALL:,} in all and {MOST_CANDIDATES} for the parts of a sum",
        "cannot_tell",
    ),
    "total_only": ("none of its amount, while the supplier's totals agree", "cannot_tell"),
    "no_total": ("none of its amount, and totals that cannot be compared", "cannot_tell"),
    "no_amount": ("an amount without a bound", "cannot_tell"),
    "no_day": ("no day of it, or of one that it could be", "cannot_tell"),
    "out_of_period": ("records of another time", "cannot_tell"),
    "no_record": ("no record of the supplier", "cannot_tell"),
    "covered": ("within what was asked for", "pass"),
    "no_request": ("no request seen", "cannot_tell"),
    "in_doubt": ("what was asked for, or paid, has no bound", "cannot_tell"),
    "over": ("more than was asked for", "fail"),
    "unmatched": ("nothing like it among the supplier's rows", "fail"),
}
MATCHED = [name for name, (_, status) in CLASSES.items() if status == "pass"]
MONEY: Any = pl.Decimal(38, 2)

MATCH_SCHEMA: dict[str, Any] = {
    "against": pl.String,
    "campaign": pl.String,
    "organisation": pl.String,
    "currency": pl.String,
    "kind": pl.String,
    "supplier": pl.String,
    "paid_low": MONEY,
    "paid_high": MONEY,
    "other_low": MONEY,
    "other_high": MONEY,
    "paid_entries": pl.String,
    "other_entries": pl.String,
    "campaign_id": pl.String,
}
SPELLING_SCHEMA: dict[str, Any] = {
    "payee": pl.String,
    "counted_as": pl.String,
    "by": pl.String,
    "score": pl.Float64,
    "command": pl.String,
}
#: What one supplier's rows of a campaign are held against.
POOL = ("against", "campaign_id", "currency", "supplier")
BALANCE = (
    "against", "currency", "side", "outcome", "row_count", "low", "high", "first_on", "last_on",
)  # fmt: skip

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Match what SQL left open, and add up what became of every row."""
    records = tables["records"]
    matches, fates = _matched(records)
    suppliers = _suppliers(records)
    covered = _covered(tables["requests"], records)
    told = _told(records, fates, suppliers)
    every = pl.concat([_asked_for(records, covered), told.select(BALANCE)], how="vertical_relaxed")
    return {
        "balance": added(every, "against", "currency", "side", "outcome"),
        "suppliers": suppliers,
        "matches": matches,
        "covered": covered,
        "spellings": _spellings(tables["payees"]),
    }


def _matched(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Match the rows that stand alone; return the matches, and what became of each row."""
    groups: dict[tuple[str, ...], dict[str, list[Row]]] = {}
    for row in records.filter(pl.col("entries").is_not_null()).iter_rows(named=True):
        group = groups.setdefault(
            (row["against"], row["campaign_id"], row["currency"]), {"paid": [], "other": []}
        )
        group[row["side"]].append(row)
    matches: list[tuple[Any, ...]] = []
    fates: list[tuple[str, str, str]] = []
    for (against, *_), sides in groups.items():
        left, right = ([_item(row) for row in sides[side]] for side in ("paid", "other"))
        rows = {row["entries"]: row for side in sides.values() for row in side}
        for one in match(left, right, tolerance=ROWS, days=DAYS):
            keys = (*one.left, *one.right)
            if one.left and one.right:
                matches.append(_match_row(one, [rows[key] for key in keys]))
            fates += [(against, key, _fate(one, rows[key]["outcome"])) for key in keys]
    schema = {"against": pl.String, "entries": pl.String, "fate": pl.String}
    return (
        pl.DataFrame(matches, schema=MATCH_SCHEMA, orient="row"),
        pl.DataFrame(fates, schema=schema, orient="row"),
    )


def _item(row: Row) -> Item:
    supplier, reference = row["supplier"] or "", row["document_ref"]
    days = row["first_on"], row["last_on"]
    return Item(row["entries"], row["low"], row["high"], supplier, *days, reference)


def _fate(found: Match, outcome: str) -> str:
    """Return what became of a row: how it is matched, why that is in doubt, or what SQL says."""
    if found.left and found.right:
        return found.kind
    return found.doubt or outcome if outcome == "unmatched" else outcome


def _match_row(found: Match, rows: Sequence[Row]) -> tuple[Any, ...]:
    sides = [[row for row in rows if row["side"] == side] for side in ("paid", "other")]
    sums = [
        sum((row[end] for row in side), Decimal(0)) for side in sides for end in ("low", "high")
    ]
    first = rows[0]
    return (
        first["against"], first["campaign"], first["organisation"], first["currency"],
        found.kind, first["supplier"], *sums, " ".join(found.left), " ".join(found.right),
        first["campaign_id"],
    )  # fmt: skip


def _suppliers(records: pl.DataFrame) -> pl.DataFrame:
    """Hold the totals of each supplier against each other, where they are of one time."""
    sides = [
        added(
            records.filter(pl.col("supplier").is_not_null(), side=side),
            *POOL,
            "campaign",
            "organisation",
        )
        for side in ("paid", "other")
    ]
    both = (
        sides[0]
        .join(sides[1], on=POOL, suffix="_other")
        .sort(pl.col("low").fill_null(0), *POOL, descending=[True, *[False] * len(POOL)])
    )
    held = both.select(
        *("first_on", "first_on_other", "last_on", "last_on_other"),
        *("low", "high", "low_other", "high_other"),
    ).iter_rows()
    totals = [_totals(row[:2], row[2:4], row[4:6], row[6:]) for row in held]
    return both.select(
        "against",
        "campaign",
        "organisation",
        "currency",
        "supplier",
        pl.col("row_count").alias("paid_rows"),
        pl.col("low").alias("paid_low"),
        pl.col("high").alias("paid_high"),
        pl.col("row_count_other").alias("other_rows"),
        pl.col("low_other").alias("other_low"),
        pl.col("high_other").alias("other_high"),
        pl.col("first_on").alias("paid_first_on"),
        pl.col("last_on").alias("paid_last_on"),
        pl.col("first_on_other").alias("other_first_on"),
        pl.col("last_on_other").alias("other_last_on"),
        pl.Series("totals", totals, dtype=pl.String),
        "campaign_id",
    )


def added(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Add up rows and money; a sum with an unknown in it is unknown."""
    return (
        rows.group_by(keys)
        .agg(
            pl.col("row_count").sum(),
            *(
                pl.when(pl.col(end).null_count() == 0)
                .then(pl.col(end).sum())
                .cast(MONEY)
                .alias(end)
                for end in ("low", "high")
            ),
            pl.col("first_on").min(),
            pl.col("last_on").max(),
        )
        .sort(keys)
    )


def _totals(
    firsts: tuple[date | None, date | None],
    lasts: tuple[date | None, date | None],
    paid: Range,
    other: Range,
) -> Status:
    """Tell whether two totals agree; of totals of different times nothing can be told."""
    for one, another in (firsts, lasts):
        if one is None or another is None or abs((one - another).days) > DAYS:
            return "cannot_tell"
    return _status(TOTALS.holds(other, paid))


def _status(holds: bool | None) -> Status:
    return "cannot_tell" if holds is None else "pass" if holds else "fail"


def _told(records: pl.DataFrame, fates: pl.DataFrame, suppliers: pl.DataFrame) -> pl.DataFrame:
    """Return the records with what became of them in the end.

    Where no row of a supplier is matched the two records may be cut otherwise, month by month and
    advertisement by advertisement: then its totals tell, or nothing does.
    """
    told = records.join(fates, on=["against", "entries"], how="left").with_columns(
        pl.coalesce("fate", "outcome").alias("outcome")
    )
    matched = told.filter(pl.col("outcome").is_in(MATCHED)).select(POOL).unique()
    cut = suppliers.join(matched, on=POOL, how="anti").select(*POOL, "totals")
    by_total = pl.col("totals").replace_strict(
        {"pass": "total_only", "cannot_tell": "no_total", "fail": "unmatched"}
    )
    is_cut = (pl.col("outcome") == "unmatched") & pl.col("totals").is_not_null()
    return told.join(cut, on=POOL, how="left").with_columns(
        pl.when(is_cut).then(by_total).otherwise("outcome").alias("outcome")
    )


def _covered(requests: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Set what was paid beside each sum that was asked for, and their totals beside each other."""
    joined = requests.join(
        _paid(records).select(
            "campaign_id", "currency", pl.col("low").alias("paid_low"),
            pl.col("high").alias("paid_high"),
        ),
        on=["campaign_id", "currency"],
    )  # fmt: skip
    columns = [
        "campaign", "organisation", "stage", "currency", "low", "high", "paid_low", "paid_high",
        "wording", "basis", "said_by", "reported_by", "modality", "entries", "campaign_id",
    ]  # fmt: skip
    rows = pl.concat([joined.select(columns), _together(joined, columns)], how="vertical_relaxed")
    return rows.with_columns(
        _ratio("paid_low", "high", "low").alias("paid_share_low"),
        _ratio("paid_high", "low", "high").alias("paid_share_high"),
        pl.Series("covered", [_is_covered(row) for row in rows.iter_rows(named=True)], pl.String),
    )


def _asked_for(records: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Tell of each campaign's paid money whether some request for it is large enough."""
    best = {"pass": "covered", "cannot_tell": "in_doubt", "fail": "over"}
    known = (
        covered.filter(pl.col("campaign_id").is_not_null())
        .group_by("campaign_id", "currency")
        .agg(
            pl.when((pl.col("covered") == "pass").any())
            .then(pl.lit("pass"))
            .when((pl.col("covered") == "cannot_tell").any())
            .then(pl.lit("cannot_tell"))
            .otherwise(pl.lit("fail"))
            .replace_strict(best)
            .alias("outcome")
        )
    )
    return (
        _paid(records)
        .join(known, on=["campaign_id", "currency"], how="left")
        .with_columns(
            pl.col("outcome").fill_null("no_request"),
            pl.lit("request").alias("against"),
            pl.lit("paid").alias("side"),
        )
        .select(BALANCE)
    )


def _paid(records: pl.DataFrame) -> pl.DataFrame:
    """Return what was paid for each campaign: every row of it is held against the platform once."""
    paid = records.filter(side="paid", against="platform")
    return added(paid, "campaign_id", "currency")


def _together(joined: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Add up the sums of a stage, and what was paid, where each campaign has one sum."""
    alone = joined.filter(pl.len().over("campaign_id", "currency", "stage") == 1)
    ends = ("low", "high", "paid_low", "paid_high")
    added = (
        alone.group_by("currency", "stage")
        .agg(
            pl.len(),
            *(
                pl.when(pl.col(end).null_count() == 0)
                .then(pl.col(end).sum())
                .cast(MONEY)
                .alias(end)
                for end in ends
            ),
        )
        .filter(pl.col("len") > 1)
        .sort("currency", "stage", descending=[False, True])
        .with_columns(pl.lit("all campaigns with one such sum").alias("campaign"))
    )
    missing = [name for name in columns if name not in added.columns]
    return added.with_columns(
        pl.lit(None, dtype=joined.schema[name]).alias(name) for name in missing
    ).select(columns)


def _ratio(paid: str, against: str, otherwise: str) -> pl.Expr:
    """Return paid over asked; none where nothing may have been asked for.

    Of a refund the larger sum makes the larger share; of a sum without a bound the share is next
    to nothing.
    """
    over = pl.when(pl.col(paid) < 0).then(pl.col(otherwise)).otherwise(pl.col(against))
    ratio = pl.col(paid).cast(pl.Float64) / over.cast(pl.Float64)
    known = (pl.col("low") > 0) & pl.col(paid).is_not_null()
    return pl.when(known & over.is_null()).then(0.0).when(known).then(ratio)


def _is_covered(row: Row) -> Status:
    return _status(REQUESTS.holds((row["paid_low"], row["paid_high"]), (row["low"], row["high"])))


def _spellings(payees: pl.DataFrame) -> pl.DataFrame:
    """Show which spellings are taken for one by rule, and which only look alike."""
    names = payees["payee"].to_list()[:MOST_SPELLINGS]
    linked = dict(payees.select("payee", "stands_for").rows())
    spelt: dict[str, list[str]] = {}
    for name in names:
        spelt.setdefault(normal(linked[name] or name), []).append(name)
    by_rule = [
        (name, counted_as, ", ".join(rules_used(name)) or "as it is", None, None)
        for counted_as, several in spelt.items()
        if len(unlinked := [name for name in several if not linked[name]]) > 1
        for name in unlinked
    ]
    free = [several[0] for several in spelt.values() if not linked[several[0]]]
    looks = [
        (one.name, None, f"looks like {one.other}", one.score, _command(one)) for one in alike(free)
    ]
    return pl.DataFrame([*by_rule, *looks], schema=SPELLING_SCHEMA, orient="row")


def _command(found: Alike) -> str:
    """Return what a person who knows that two names are one can type."""
    return shlex.join(["farthing", "link", "BOOK", found.name, found.other, "--payee"])
