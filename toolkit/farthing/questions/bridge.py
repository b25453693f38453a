"""Bridge: what was asked for, approved, said to be spent, booked and delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from farthing.charts import Drawing
from farthing.formats import interval, listed, number
from farthing.question import Finding, Question, Tables, read_sql
from farthing.questions import bridge_chart
from farthing.questions.bridge_disputes import contradictions, set_apart
from farthing.questions.bridge_findings import of_campaign, of_the_whole
from farthing.questions.bridge_steps import (
    LAST_STATED,
    Row,
    bridges_of,
    by_money,
    rates_of,
    steps_of,
    told_of,
)
from farthing.questions.bridge_totals import (
    MOVED,
    MOVED_STAGE,
    TOGETHER,
    families_of,
    moved_within,
    totals_of,
)
from farthing.questions.bridge_words import WITHOUT_SUM, as_known, in_words, titles_of

#: Campaigns with more than one sum that have findings of their own; the others are counted.
FOUND_CAMPAIGNS = 12
#: Campaigns with a single sum that are named in its finding; the others are counted.
NAMED_ALONE = 10
#: Findings of one kind that are printed; the others are counted.
PRINTED = 40
#: Rule by which organisations are taken for one family.
KINSHIP = (
    "Organisations that run campaigns are taken for one family where money is said to be moved "
    "between them, or where a campaign of one is a part of a campaign of the other"
)


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Make the steps and rates of each campaign, its place in the larger one, and the totals."""
    stages, organisations = tables["stages"], tables["organisations"]
    moved = moved_within(tables["transfers"], organisations, tables["kin"])
    return {
        "steps": steps_of(stages, tables["contrasts"]),
        "rates": rates_of(stages, tables["contrasts"]),
        "scale": _scale(stages, tables["whole"]),
        "families": families_of(organisations, tables["kin"], moved),
        "totals": totals_of(organisations, moved),
    }


def _scale(stages: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """Set what is claimed beside the larger campaign's return: its share of each line."""
    claimed = stages.filter(
        (pl.col("stage") == "claimed")
        & (pl.col("low") >= 0)
        & ~pl.col("basis").is_in(list(WITHOUT_SUM))
    )
    joined = claimed.join(whole, on=["campaign_id", "currency"], suffix="_booked")
    booked_low = pl.col("low_booked").cast(pl.Float64)
    booked_high = pl.col("high_booked").cast(pl.Float64)
    least = pl.col("low").cast(pl.Float64) / booked_high
    return joined.filter(pl.col("low_booked") > 0).select(
        "campaign",
        "currency",
        "low",
        "high",
        pl.col("wording").alias("as_worded"),
        "said_by",
        "reported_by",
        "larger_campaign",
        "booked_for",
        pl.col("low_booked").alias("booked_low"),
        pl.col("high_booked").alias("booked_high"),
        # a line without an upper bound may be so large that the share is next to nothing
        pl.when(pl.col("high_booked").is_null()).then(0.0).otherwise(least).alias("share_low"),
        (pl.col("high").cast(pl.Float64) / booked_low).alias("share_high"),
        pl.concat_str("entries", "entries_booked", separator=" ", ignore_nulls=True).alias(
            "entries"
        ),
        "campaign_id",
    )


def findings(tables: Tables) -> list[Finding]:
    """Say what each campaign's bridge shows, and what it cannot, and what all come to."""
    bridges, titles = bridges_of(tables["stages"]), titles_of(tables)
    steps, rates = by_money(tables["steps"]), by_money(tables["rates"])
    held = [money for money, stages in bridges.items() if len(told_of(stages)) > 1]
    found: list[Finding] = []
    for money in held[:FOUND_CAMPAIGNS]:
        about = f"{titles[money]}: " if len(held) > 1 else ""
        rows = (bridges[money], steps[money], rates[money])
        found += of_campaign(*rows, tables["contrasts"], about)
    if left_out := len(held[FOUND_CAMPAIGNS:]):
        sentence = f"The tables have {number(left_out, 'more campaigns')} with more than one sum."
        found.append(Finding("cannot_tell", "bridge.more_campaigns", sentence, (), "steps"))
    found += _printed(contradictions(tables, titles), "more contradictions", "accounts")
    scale = by_money(tables["scale"])
    found += _printed(
        (of_the_whole(scale[money]) for money in bridges if money in scale), "more claims", "scale"
    )
    found += _printed(set_apart(tables["accounts"], titles), "more statements", "accounts")
    alone = [
        (titles[money], row)
        for money, stages in bridges.items()
        if money not in held
        for row in told_of(stages)
        if row["step"] <= LAST_STATED
    ]
    found += _alone(alone)
    return [*found, *_unasked(tables["stages"]), *_together(tables), *_moved(tables)]


def _printed(found: Iterator[Finding], more: str, table: str) -> Iterator[Finding]:
    """Yield the first findings of a kind, and count the others."""
    left_out = 0
    for at, one in enumerate(found):
        if at < PRINTED:
            yield one
        else:
            left_out += 1
    if left_out:
        sentence = f"There are {number(left_out, more)} of this kind in the table."
        yield Finding("cannot_tell", "bridge.more_findings", sentence, (), table)


def _alone(rows: Sequence[tuple[str, Row]]) -> list[Finding]:
    """Gather the sums that stand alone."""
    if not rows:
        return []
    names = "; ".join(f"{title} ({in_words(row)})" for title, row in rows[:NAMED_ALONE])
    if left_out := len(rows[NAMED_ALONE:]):
        names += f"; and {left_out:,} more"
    have = "1 campaign has" if len(rows) == 1 else f"{len(rows)} campaigns have"
    sentence = f"{have} one sum and nothing to hold it against: {names}."
    entries = tuple(entry for _, row in rows for entry in (row["entries"] or "").split())
    return [Finding("cannot_tell", "bridge.single_statement", sentence, entries, "stages")]


def _unasked(stages: pl.DataFrame) -> Iterator[Finding]:
    """Say of how many campaigns there are records alone, and how many the table leaves out."""
    if stages.is_empty():
        return
    if only := stages["only_recorded"][0]:
        have = "has" if only == 1 else "have"
        sentence = (
            f"{number(only, 'campaigns')} {have} records alone: no record seen of money requested, "
            "approved or claimed. That is not nothing: it was not found."
        )
        yield Finding("cannot_tell", "bridge.records_alone", sentence, (), "stages")
    chosen = stages.select("campaign_id", "currency").n_unique()
    if left_out := stages["of_all"][0] - chosen:
        sentence = (
            f"The table of stages has the {chosen} campaigns of which most is disputed, said or "
            f"known. {number(left_out, 'more campaigns')} are in the sums of the organisations "
            "and in the totals."
        )
        yield Finding("cannot_tell", "bridge.campaigns_left_out", sentence, (), "stages")


def _together(tables: Tables) -> Iterator[Finding]:
    """Add up all campaigns by stage, where there are several."""
    if tables["stages"].is_empty() or tables["stages"]["of_all"][0] == 1:
        return
    totals = tables["totals"].filter(pl.col("line") == TOGETHER)
    for rows in totals.partition_by("currency", maintain_order=True):
        currency = rows["currency"][0]
        parts = [
            f"{interval(row['low'], row['high'], currency)} {as_known(row['stage'])} "
            f"({number(row['campaigns'], 'campaigns')})"
            for row in rows.iter_rows(named=True)
        ]
        sentence = f"All campaigns together, in {currency}: {listed(parts)}."
        if len(parts) > 1:
            sentence += " These are stages of the same money and are never added to each other."
        yield Finding("pass", "bridge.together", sentence, (), "totals")


def _moved(tables: Tables) -> Iterator[Finding]:
    """Say what is taken off as moved within a family, by which rule, and what it cannot be."""
    totals = tables["totals"].filter(pl.col("line") == MOVED)
    for row in totals.iter_rows(named=True):
        currency = row["currency"]
        off = interval(
            None if row["high"] is None else -row["high"],
            None if row["low"] is None else -row["low"],
            currency,
        )
        sentence = (
            f"{off} is taken off the sum {MOVED_STAGE}, in {currency}, as moved within families of "
            f"organisations: it is taken to stand in the books of both. {KINSHIP}."
        )
        yield Finding("pass", "bridge.consolidated", sentence, (), "totals")
    yield from _more_than_booked(tables)


def _more_than_booked(tables: Tables) -> Iterator[Finding]:
    """Find givers said to have moved more than they booked: then it is not all in their books."""
    organisations = tables["organisations"]
    moved = moved_within(tables["transfers"], organisations, tables["kin"])
    given = moved.group_by("from_organisation", "currency", maintain_order=True).agg(
        pl.col("low").sum(), pl.col("entries").str.join(" ")
    )
    booked = organisations.filter(pl.col("stage") == MOVED_STAGE).select(
        pl.col("organisation").alias("from_organisation"),
        "currency",
        pl.col("high").alias("booked"),
    )
    over = given.join(booked, on=["from_organisation", "currency"], maintain_order="left")
    for row in over.filter(pl.col("low") > pl.col("booked")).iter_rows(named=True):
        sentence = (
            f"{row['from_organisation']} is said to have moved at least "
            f"{number(row['low'], row['currency'])} within its family and has booked at most "
            f"{number(row['booked'], row['currency'])}: not all of it stands in its books, and too "
            "much is taken off."
        )
        entries = tuple((row["entries"] or "").split())
        yield Finding("fail", "bridge.moved_more_than_booked", sentence, entries, "transfers")


def chart(tables: Tables) -> Drawing | None:
    """Draw the five stages of the campaigns of which most is known, or the sums of all."""
    return bridge_chart.chart(tables, titles_of(tables))


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
        "first to the last: one row per step. A stage between them without a record is named, and "
        "so is the contrast that somebody draws between the two. Of the last the steps are added "
        "up too, and the slack is how much wider that is.",
        "rates": "Approval, fill and delivery of each campaign with more than one sum: one row per "
        "campaign and rate. A rate is a ratio of ranges, and has no value where what it is a share "
        "of may be nothing.",
        "scale": "What is claimed beside each line of the larger campaign's return: one row per "
        "claim and line. A share is a ratio of ranges.",
        "families": f"Families of organisations: one row per line, stage and currency. {KINSHIP}. "
        "What is moved within a family and booked by both is taken off once.",
        "totals": "All campaigns by stage: one row per line, stage and currency. Each sum is that "
        "of the rows of the organisations, without what is moved within families.",
    },
)
