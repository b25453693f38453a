"""Bridge: what was asked for, approved, said to be spent, booked and delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.amounts import Amount
from farthing.charts import Drawing
from farthing.errors import AmountError
from farthing.formats import NO_RECORD, UNKNOWN, interval, share
from farthing.question import Finding, Question, Tables, read_sql

STEP_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "from_stage": pl.String,
    "to_stage": pl.String,
    "currency": pl.String,
    "change_low": pl.Decimal(38, 2),
    "change_high": pl.Decimal(38, 2),
    "direction": pl.String,
    "kept_share_low": pl.Float64,
    "kept_share_high": pl.Float64,
    "without_record": pl.String,
    "entries": pl.String,
}
PENNY = Decimal("0.01")
LAST_STATED = 3  # requested, approved and claimed are somebody's word; the rest is on record
SHOWN_CAMPAIGNS = 4
COMPARED = {
    "falls": ("More", "than"),
    "rises": ("Less", "than"),
    "the same": ("As much", "as"),
}
HOW_TO_READ = [
    "Orange is what somebody claims, blue what a return declares. An arrow has no upper bound;",
    "“no record seen” is not £0. Each line of the grid is ten times the one before it.",
]

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Make the steps from stage to stage, and what each campaign is of the larger one."""
    contrasts: dict[tuple[str, ...], Row] = {
        (row["campaign_id"], row["currency"], row["greater_stage"], row["lesser_stage"]): row
        for row in tables["contrasts"].iter_rows(named=True)
    }
    steps = [
        step
        for rows in tables["stages"].partition_by("campaign_id", "currency", maintain_order=True)
        for step in _steps([*rows.iter_rows(named=True)], contrasts)
    ]
    return {
        "steps": pl.DataFrame(steps, schema=STEP_SCHEMA, orient="row"),
        "scale": _scale(tables["stages"], tables["whole"]),
    }


def _steps(
    stages: Sequence[Row], contrasts: Mapping[tuple[str, ...], Row]
) -> Iterator[tuple[Any, ...]]:
    """Yield the change between each two neighbouring stages that a record or statement shows.

    The last row, where there are more than two, goes from the first to the last of them. It is
    computed from the two themselves, so that what lies between them does not widen it.
    """
    seen = [(row, _amount(row)) for row in stages if row["statements"]]
    pairs = list(pairwise(seen))
    if len(seen) > 2:
        pairs.append((seen[0], seen[-1]))
    for (before, was), (after, now) in pairs:
        key = (before["campaign_id"], before["currency"], before["stage"], after["stage"])
        change = _change(was, now, falls=key in contrasts)
        kept = _kept(was, now, falls=key in contrasts)
        between = [
            row["stage"] for row in stages
            if before["step"] < row["step"] < after["step"] and not row["statements"]
        ]  # fmt: skip
        yield (
            before["campaign"], before["stage"], after["stage"], before["currency"],
            change.low, change.high, _direction(change), *kept, ", ".join(between) or None,
            f"{before['entries']} {after['entries']}",
        )  # fmt: skip


def _amount(row: Row) -> Amount:
    return Amount.between(row["low"], row["high"], row["currency"])


def _change(was: Amount, now: Amount, *, falls: bool) -> Amount:
    """Return later minus earlier; where it is said to fall, it falls by a penny at least."""
    change = now - was
    if falls and (change.high is None or change.high >= 0):
        return Amount.between(change.low, -PENNY, was.unit)
    return change


def _kept(was: Amount, now: Amount, *, falls: bool) -> tuple[float | None, float | None]:
    """Return the later stage as a share of the earlier; none where the earlier may be nothing."""
    try:
        ratio = now / was
    except AmountError:
        return None, None
    high = Decimal(1) if falls and (ratio.high is None or ratio.high > 1) else ratio.high
    return (
        None if ratio.low is None else float(ratio.low),
        None if high is None else float(high),
    )


def _direction(change: Amount) -> str:
    if change.low == change.high == 0:
        return "the same"
    if change.high is not None and change.high < 0:
        return "falls"
    if change.low is not None and change.low > 0:
        return "rises"
    return "cannot tell"


def _scale(stages: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """Set what is claimed beside the larger campaign's return: its share of each line."""
    claimed = stages.filter((pl.col("stage") == "claimed") & (pl.col("statements") > 0))
    joined = claimed.join(whole, on=["campaign_id", "currency"], suffix="_booked")
    return joined.filter(pl.col("low_booked") > 0).select(
        "campaign",
        "currency",
        "low",
        "high",
        pl.col("wording").alias("as_worded"),
        "larger_campaign",
        "booked_for",
        pl.col("low_booked").alias("booked_low"),
        pl.col("high_booked").alias("booked_high"),
        (pl.col("low").cast(pl.Float64) / pl.col("high_booked").cast(pl.Float64)).alias(
            "share_low"
        ),
        (pl.col("high").cast(pl.Float64) / pl.col("low_booked").cast(pl.Float64)).alias(
            "share_high"
        ),
        pl.concat_str("entries", "entries_booked", separator=" ").alias("entries"),
    )


def findings(tables: Tables) -> list[Finding]:
    """Say what each campaign's bridge shows, and what it cannot."""
    found: list[Finding] = []
    alone: list[Row] = []
    for name in _by_most_told(tables["stages"]):
        stages = [*tables["stages"].filter(pl.col("campaign") == name).iter_rows(named=True)]
        told = [row for row in stages if row["statements"]]
        if len(told) < 2:
            alone += told
            continue
        found += [_sum(row) for row in told if row["step"] <= LAST_STATED]
        steps = tables["steps"].filter(pl.col("campaign") == name)
        for row in steps.iter_rows(named=True):
            found += _fall(row, tables["contrasts"])
        found += _missing(stages)
    found += [_of_the_whole(row) for row in tables["scale"].iter_rows(named=True)]
    return found + _alone(alone)


def _by_most_told(stages: pl.DataFrame) -> list[str]:
    """Return the campaigns, those with the most stages that anything is known of first."""
    told = stages.group_by("campaign").agg((pl.col("statements") > 0).sum().alias("told"))
    return told.sort(["told", "campaign"], descending=[True, False])["campaign"].to_list()


def _who(row: Row) -> str:
    via = f", reported by {row['reported_by']}" if row["reported_by"] else ""
    return f"{row['said_by']}{via}"


def _sum(row: Row) -> Finding:
    """Say whether a statement names a sum."""
    is_sum = row["low"] is not None and row["high"] is not None
    read = interval(row["low"], row["high"], row["currency"])
    meaning = (
        f"read as {read}" if is_sum else f"which names no sum: the amount {row['stage']} is unknown"
    )
    return Finding(
        "pass" if is_sum else "cannot_tell",
        f"bridge.{row['stage']}_sum",
        f"{row['stage'].capitalize()}: “{row['wording'] or 'no sum given'}”, {meaning}. "
        f"A claim of: {_who(row)}.",
        tuple(row["entries"].split()),
        "stages",
    )


def _fall(row: Row, contrasts: pl.DataFrame) -> Iterator[Finding]:
    """Say whether money falls away between two stages, and by how much."""
    entries = tuple(row["entries"].split())
    before, after = row["from_stage"], row["to_stage"]
    if row["direction"] == "cannot tell":
        sentence = f"Whether more was {before} than {after} cannot be told from these ranges."
        yield Finding("cannot_tell", "bridge.direction", sentence, entries, "steps")
        return
    word, than = COMPARED[row["direction"]]
    said = contrasts.filter((pl.col("greater_stage") == before) & (pl.col("lesser_stage") == after))
    basis = f", by the contrast that {said['said_by'][0]} draws" if len(said) else ""
    sentence = f"{word} was {before} {than} is {after}{basis}."
    yield Finding("pass", "bridge.direction", sentence, entries, "steps")
    yield _size(row, entries)


def _size(row: Row, entries: tuple[str, ...]) -> Finding:
    """Say how large a step is, where both its sums have bounds."""
    pair = f"from {row['from_stage']} to {row['to_stage']}"
    low, high = row["change_low"], row["change_high"]
    if low is None or high is None:
        sentence = f"How much falls away {pair} cannot be told: one of the sums has no upper bound."
        return Finding("cannot_tell", "bridge.size", sentence, entries, "steps")
    least, most = sorted((abs(low), abs(high)))
    sentence = f"The difference {pair} is {interval(least, most, row['currency'])}."
    return Finding("pass", "bridge.size", sentence, entries, "steps")


def _missing(stages: Sequence[Row]) -> Iterator[Finding]:
    missing = [row["stage"] for row in stages if not row["statements"]]
    if missing:
        sentence = f"No record seen of money {_listed(missing)}. That is not £0: it was not found."
        yield Finding("cannot_tell", "bridge.stages_without_record", sentence, (), "stages")


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _of_the_whole(row: Row) -> Finding:
    booked = interval(row["booked_low"], row["booked_high"], row["currency"])
    purpose = "in all" if row["booked_for"] == "total" else f"for {row['booked_for']}"
    return Finding(
        "pass",
        "bridge.scale",
        f"The “{row['as_worded']}” claimed is {share(row['share_low'])} to "
        f"{share(row['share_high'])} of the {booked} declared {purpose} in the return of: "
        f"{row['larger_campaign']}.",
        tuple(row["entries"].split()),
        "scale",
    )


def _alone(rows: Sequence[Row]) -> list[Finding]:
    """Gather the campaigns of which one statement is all there is."""
    if not rows:
        return []
    names = "; ".join(f"{row['campaign']} (“{row['wording']}”)" for row in rows)
    sentence = f"{len(rows)} campaigns have one statement and nothing to hold it against: {names}."
    entries = tuple(entry for row in rows for entry in row["entries"].split())
    return [Finding("cannot_tell", "bridge.single_statement", sentence, entries, "stages")]


def chart(tables: Tables) -> Drawing | None:
    """Draw a panel a campaign: the five stages, and under them the larger campaign's return."""
    stages = tables["stages"]
    if stages.is_empty():
        return None
    told = stages.group_by("campaign").agg((pl.col("statements") > 0).sum().alias("told"))
    most = told["told"].max()
    names = [
        name for name in _by_most_told(stages)
        if told.filter(pl.col("campaign") == name)["told"][0] == most
    ][:SHOWN_CAMPAIGNS]  # fmt: skip
    panels = [_panel(stages.filter(pl.col("campaign") == name), tables["whole"]) for name in names]
    return charts.titled(
        alt.vconcat(*panels, spacing=24),
        "What was asked for, and what is said to have been spent",
        HOW_TO_READ,
    )


def _panel(stages: pl.DataFrame, whole: pl.DataFrame) -> Drawing:
    beside = whole.filter(pl.col("campaign_id") == stages["campaign_id"][0])
    lines = [_line(row) for row in stages.iter_rows(named=True)]
    lines += [_line_of_whole(row) for row in beside.iter_rows(named=True)]
    schema: dict[str, Any] = {
        "label": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
        "kind": pl.String,
        "words": pl.String,
    }
    table = pl.DataFrame(lines, schema=schema, orient="row")
    drawn = charts.ranges(
        table, axis_title=f"{stages['currency'][0]}, logarithmic scale", logarithmic=True
    )
    return drawn.properties(
        title=alt.TitleParams(stages["campaign"][0], fontSize=13, offset=4, anchor="start")
    )


def _line(row: Row) -> tuple[Any, ...]:
    stage = row["stage"].capitalize()
    if not row["statements"]:
        return stage, None, None, "nothing", NO_RECORD
    if row["step"] > LAST_STATED:
        words = interval(row["low"], row["high"], row["currency"])
        return stage, row["low"], row["high"], "record", words
    return (
        stage,
        row["low"],
        row["high"],
        "claim",
        f"“{row['wording'] or UNKNOWN}”, says {row['said_by']}",
    )


def _line_of_whole(row: Row) -> tuple[Any, ...]:
    purpose = "all declared" if row["booked_for"] == "total" else f"of it {row['booked_for']}"
    words = interval(row["low"], row["high"], row["currency"])
    return f"{row['organisation']}: {purpose}", row["low"], row["high"], "record", words


QUESTION = Question(
    name="bridge",
    asks="What was asked for, approved, said to be spent, booked and delivered, "
    "and where does it fall away?",
    statements=read_sql("bridge"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "steps": "The change between neighbouring stages that anything is known of, and from the "
        "first to the last: one row per step. A stage between them without a record is named.",
        "scale": "What is claimed beside each line of the larger campaign's return: one row per "
        "claim and line. A share is a ratio of ranges.",
    },
)
