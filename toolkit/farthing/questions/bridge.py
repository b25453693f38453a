"""Bridge: what was asked for, approved, said to be spent, booked and delivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product
from typing import Any, TypeAlias

import altair as alt
import polars as pl

from farthing import charts
from farthing.amounts import Amount
from farthing.charts import Drawing
from farthing.formats import NO_RECORD, UNKNOWN, difference, interval, listed, number, shares
from farthing.question import (
    NEARNESS_WORDS,
    Finding,
    Question,
    Status,
    Tables,
    read_sql,
    who,
    widest_gap,
)

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
    "contrasts": pl.String,
    "entries": pl.String,
    "campaign_id": pl.String,
}
PENNY = Decimal("0.01")
#: What is done with money in each stage. The first three are somebody's word, the rest on record.
DONE = {
    "requested": "asked for",
    "approved": "approved",
    "claimed": "spent",
    "booked": "booked",
    "delivered": "charged by the platform",
}
LAST_STATED = 3
MORE = {"falls": "More", "rises": "Less", "the same": "As much"}
#: How a sum is known when no sum is named.
WITHOUT_SUM = ("unknown", "vague")
SHOWN_CAMPAIGNS = 4
#: Campaigns with more than one sum that have findings of their own; the others are counted.
FOUND_CAMPAIGNS = 12
#: Campaigns with a single sum that are named in its finding; the others are counted.
NAMED_ALONE = 10
HOW_TO_READ = [
    "Orange is what somebody claims, blue what a record shows. An arrow has no upper bound, and",
    "begins at the least that was meant; “no record seen” is not zero. Each line of the grid is",
    "ten times the one before it.",
]

Row = Mapping[str, Any]
#: A campaign's money in one currency: the campaign's id and the currency.
Money: TypeAlias = tuple[str, str]
#: Contrasts that are drawn, by the greater and the lesser entry.
Contrasts: TypeAlias = dict[tuple[str, str], list[Row]]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Make the steps from stage to stage, and what each campaign is of the larger one."""
    contrasts = _drawn(tables["contrasts"])
    steps = [
        step for stages in _bridges(tables["stages"]).values() for step in _steps(stages, contrasts)
    ]
    return {
        "steps": pl.DataFrame(steps, schema=STEP_SCHEMA, orient="row"),
        "scale": _scale(tables["stages"], tables["whole"]),
    }


def _bridges(stages: pl.DataFrame) -> dict[Money, list[Row]]:
    """Return the stages of each campaign's money, those of which most is known first."""
    return dict(sorted(_by_money(stages).items(), key=lambda one: -len(_told(one[1]))))


def _by_money(table: pl.DataFrame) -> dict[Money, list[Row]]:
    rows: dict[Money, list[Row]] = {}
    for row in table.iter_rows(named=True):
        rows.setdefault((row["campaign_id"], row["currency"]), []).append(row)
    return rows


def _told(stages: Sequence[Row]) -> list[Row]:
    return [row for row in stages if row["statements"]]


def _drawn(contrasts: pl.DataFrame) -> Contrasts:
    """Return the contrasts between sums that are in force."""
    drawn: Contrasts = {}
    for row in contrasts.filter(pl.col("in_force")).iter_rows(named=True):
        drawn.setdefault((row["greater_entries"], row["lesser_entries"]), []).append(row)
    return drawn


def _counts(pair: tuple[str, str], drawn: Contrasts) -> bool:
    """Tell whether a contrast is used: the sums allow it, and nobody says the opposite."""
    return not _refuted(drawn[pair][0]) and (pair[1], pair[0]) not in drawn


def _refuted(contrast: Row) -> bool:
    """Tell whether the sums rule out that the greater is greater."""
    most, least = contrast["greater_high"], contrast["lesser_low"]
    return most is not None and least is not None and most <= least


def _steps(stages: Sequence[Row], contrasts: Contrasts) -> Iterator[tuple[Any, ...]]:
    """Yield the change between each two neighbouring stages that a record or statement shows.

    The last row, where there are more than two, goes from the first to the last of them. It is
    computed from the two themselves, so that what lies between them does not widen it.
    """
    told = _told(stages)
    pairs = list(pairwise(told))
    if len(told) > 2:
        pairs.append((told[0], told[-1]))
    for before, after in pairs:
        was, now = _amount(before), _amount(after)
        falls, rises = _between(contrasts, before, after), _between(contrasts, after, before)
        if falls and rises:  # drawn between different statements of the two: neither counts
            falls, rises = [], []
        change = _change(now - was, falls=bool(falls), rises=bool(rises))
        between = [
            row["stage"] for row in stages
            if before["step"] < row["step"] < after["step"] and not row["statements"]
        ]  # fmt: skip
        yield (
            before["campaign"], before["stage"], after["stage"], before["currency"],
            change.low, change.high, _direction(change),
            *_kept(was, now, falls=bool(falls), rises=bool(rises)),
            ", ".join(between) or None, " ".join([*falls, *rises]) or None,
            f"{before['entries']} {after['entries']}", before["campaign_id"],
        )  # fmt: skip


def _amount(row: Row) -> Amount:
    return Amount.between(row["low"], row["high"], row["currency"])


def _between(contrasts: Contrasts, greater: Row, lesser: Row) -> list[str]:
    """Return the contrasts that are drawn between the statements of two stages."""
    if not contrasts or max(greater["step"], lesser["step"]) > LAST_STATED:
        return []
    pairs = product(greater["entries"].split(), lesser["entries"].split())
    used = [pair for pair in pairs if pair in contrasts and _counts(pair, contrasts)]
    return [row["entries"] for pair in used for row in contrasts[pair]]


def _change(change: Amount, *, falls: bool, rises: bool) -> Amount:
    """Bound later minus earlier by a penny at least in the direction it is said to go."""
    low, high = change.low, change.high
    if falls and (high is None or high >= 0):
        high = -PENNY
    if rises and (low is None or low <= 0):
        low = PENNY
    return Amount.between(low, high, change.unit)


def _kept(
    was: Amount, now: Amount, *, falls: bool, rises: bool
) -> tuple[float | None, float | None]:
    """Return the later stage as a share of the earlier; none where the earlier may be nothing."""
    if was.low is None or was.low <= 0:
        return None, None
    ratio = now / was
    low, high = ratio.low, ratio.high
    if falls and (high is None or high > 1):
        high = Decimal(1)
    if rises and (low is None or low < 1):
        low = Decimal(1)
    return None if low is None else float(low), None if high is None else float(high)


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
        pl.concat_str("entries", "entries_booked", separator=" ").alias("entries"),
        "campaign_id",
    )


def findings(tables: Tables) -> list[Finding]:
    """Say what each campaign's bridge shows, and what it cannot."""
    bridges, titles, steps = _bridges(tables["stages"]), _titles(tables), _by_money(tables["steps"])
    found: list[Finding] = []
    held = [money for money, stages in bridges.items() if len(_told(stages)) > 1]
    several = len(held) > 1
    for money in held[:FOUND_CAMPAIGNS]:
        stages = bridges[money]
        told = _told(stages)
        about = f"{titles[money]}: " if several else ""
        found += [_sum(row, about) for row in told if row["step"] <= LAST_STATED]
        for step in steps[money]:
            found += _fall(step, tables["contrasts"], about)
        found += _missing(stages, about)
    if left_out := len(held[FOUND_CAMPAIGNS:]):
        sentence = f"The tables have {number(left_out, 'more campaigns')} with more than one sum."
        found.append(Finding("cannot_tell", "bridge.more_campaigns", sentence, (), "steps"))
    alone = [
        (titles[money], row)
        for money, stages in bridges.items()
        if money not in held
        for row in _told(stages)
    ]
    found += _contradictions(tables, titles)
    scale = _by_money(tables["scale"])
    found += [_of_the_whole(scale[money]) for money in bridges if money in scale]
    return [*found, *_set_apart(tables["accounts"], titles), *_alone(alone)]


def _titles(tables: Tables) -> dict[Money, str]:
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


def _sum(row: Row, about: str) -> Finding:
    """Say whether a statement names a sum."""
    status: Status = "pass"
    if not _names_sum(row):
        status = "cannot_tell"
        why = f"{_meaning(row)} names no sum" if row["wording"] else "no figure is given"
        sentence = f"The amount {row['stage']} is unknown: {why}."
    elif row["high"] is None:
        status = "cannot_tell"
        sentence = f"The amount {row['stage']} has no upper bound: {_meaning(row)}."
    else:
        sentence = f"A sum is named for the money {row['stage']}: {_meaning(row)}."
    return Finding(
        status,
        f"bridge.{row['stage']}_sum",
        f"{about}{sentence} It is a claim of: {who(row)}.",
        tuple(row["entries"].split()),
        "stages",
    )


def _names_sum(row: Row) -> bool:
    return not set(row["basis"].split(" / ")) & set(WITHOUT_SUM)


def _meaning(row: Row) -> str:
    """Return a figure, or the words it was given in with how they are read."""
    read = interval(row["low"], row["high"], row["currency"])
    if row["basis"] == "exact":
        return read
    quoted = f"“{row['wording']}”" if row["wording"] else UNKNOWN
    return f"{quoted}, read as {read}" if _names_sum(row) else quoted


def _fall(step: Row, contrasts: pl.DataFrame, about: str) -> Iterator[Finding]:
    """Say whether money falls away between two stages, and by how much."""
    entries = tuple(step["entries"].split())
    before, after = step["from_stage"], step["to_stage"]
    if step["direction"] == "cannot tell":
        sentence = (
            f"{about}Whether more was {DONE[before]} than {DONE[after]} cannot be told from "
            "these sums."
        )
        yield Finding("cannot_tell", "bridge.direction", sentence, entries, "steps")
        return
    sentence = f"{about}{MORE[step['direction']]} {_than(step)}."
    drawn = (step["contrasts"] or "").split()
    said = contrasts.filter(pl.col("entries").is_in(drawn)).iter_rows(named=True)
    if drawn_by := "; ".join(dict.fromkeys(who(row) for row in said)):
        sentence += f" That contrast is drawn by: {drawn_by}."
    yield Finding("pass", "bridge.direction", sentence, (*entries, *drawn), "steps")
    if step["direction"] != "the same":
        yield _size(step, entries, about)


def _than(step: Row) -> str:
    """Finish the sentence "More …": what is claimed is said to be so, what is booked is."""
    before, after = step["from_stage"], step["to_stage"]
    than = "as" if step["direction"] == "the same" else "than"
    recorded = {"booked": "is booked", "delivered": "was charged by the platform"}
    first = recorded.get(before, f"is said to have been {DONE[before]}")
    second = DONE[after] if before not in recorded and after not in recorded else recorded[after]
    return f"{first} {than} {second}"


def _size(step: Row, entries: tuple[str, ...], about: str) -> Finding:
    """Say how large a step is, where both its sums have bounds."""
    low, high = step["change_low"], step["change_high"]
    if low is None or high is None:
        sentence = (
            f"{about}How far the sum {step['from_stage']} and the sum {step['to_stage']} are apart "
            "cannot be told: for one of them no limit is known."
        )
        return Finding("cannot_tell", "bridge.size", sentence, entries, "steps")
    least, most = sorted((abs(low), abs(high)))
    sentence = (
        f"{about}The sum {step['from_stage']} and the sum {step['to_stage']} are "
        f"{interval(least, most, step['currency'])} apart."
    )
    return Finding("pass", "bridge.size", sentence, entries, "steps")


def _missing(stages: Sequence[Row], about: str) -> Iterator[Finding]:
    missing = [row["stage"] for row in stages if not row["statements"] and not row["seen_in"]]
    if missing:
        zero = number(0, stages[0]["currency"])
        sentence = (
            f"{about}No record seen of money {listed(missing, 'or')}. That is not {zero}: it was "
            "not found."
        )
        yield Finding("cannot_tell", "bridge.stages_without_record", sentence, (), "stages")


def _contradictions(tables: Tables, titles: Mapping[Money, str]) -> Iterator[Finding]:
    """Name what cannot all be true: accounts of one sum, contrasts and sums, and currencies."""
    accounts = tables["accounts"].filter(pl.col("modality").is_in(["asserted", "hedged"]))
    stands = {
        (row["campaign_id"], row["currency"], row["stage"]): row
        for row in tables["stages"].iter_rows(named=True)
    }
    keys = ("campaign_id", "currency", "stage")
    for rows in accounts.partition_by(*keys, maintain_order=True):
        named = rows.row(0, named=True)
        yield from _accounts_differ(
            [*rows.iter_rows(named=True)],
            stands[named["campaign_id"], named["currency"], named["stage"]],
            titles[named["campaign_id"], named["currency"]],
        )
    drawn = _drawn(tables["contrasts"])
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
    sides = "; ".join(f"{_meaning(row)} ({who(row)})" for row in known)
    used = [row for row in rows if row["entries"] in stage["entries"].split()]
    nearness = NEARNESS_WORDS[used[0]["nearness"]]
    reason = nearness if len(used) == 1 else f"{nearness}, {len(used)} of equal rank"
    at_least = "" if gap.is_exact else "at least "
    sentence = (
        f"{title}: accounts of the sum {stage['stage']} contradict each other: {sides}. The "
        f"furthest apart differ by {at_least}{difference(gap.size, currency)}. The bridge stands "
        f"on {interval(stage['low'], stage['high'], currency)}, from {reason}."
    )
    yield Finding(
        "fail", "bridge.accounts", sentence, tuple(row["entries"] for row in rows), "accounts"
    )


def _unused(contrast: Row, drawn: Contrasts, titles: Mapping[Money, str]) -> Iterator[Finding]:
    """Say why a contrast that somebody draws is not used."""
    pair = (contrast["greater_entries"], contrast["lesser_entries"])
    greater, lesser = DONE[contrast["greater_stage"]], DONE[contrast["lesser_stage"]]
    status: Status = "fail"
    if not contrast["in_force"]:
        status, why = "cannot_tell", "one of its sums has been replaced or withdrawn since"
    elif _refuted(contrast):
        more, less = (
            interval(contrast[f"{side}_low"], contrast[f"{side}_high"], contrast["currency"])
            for side in ("greater", "lesser")
        )
        why = f"the sums contradict it, {more} {greater} and {less} {lesser}"
    elif not _counts(pair, drawn):
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


def _of_the_whole(rows: Sequence[Row]) -> Finding:
    """Set a claim beside the lines of the larger campaign's return."""
    row = rows[0]
    parts = [
        f"{shares(line['share_low'], line['share_high'])} of the "
        f"{interval(line['booked_low'], line['booked_high'], line['currency'])} declared "
        f"{_purpose(line)}"
        for line in rows
    ]
    sentence = (
        f"“{row['as_worded']}”, claimed for “{row['campaign']}” by {who(row)}, would be "
        f"{listed(parts)} in the return of “{row['larger_campaign']}”. Whether that return holds "
        "it is not known."
    )
    entries = dict.fromkeys(" ".join(line["entries"] for line in rows).split())
    return Finding("pass", "bridge.scale", sentence, tuple(entries), "scale")


def _purpose(line: Row) -> str:
    if line["booked_for"] in (None, "total"):
        return "in all"
    return f"for {line['booked_for']}"


def _set_apart(accounts: pl.DataFrame, titles: Mapping[Money, str]) -> Iterator[Finding]:
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


def _alone(rows: Sequence[tuple[str, Row]]) -> list[Finding]:
    """Gather the sums that stand alone."""
    if not rows:
        return []
    names = "; ".join(f"{title} ({_in_words(row)})" for title, row in rows[:NAMED_ALONE])
    if left_out := len(rows[NAMED_ALONE:]):
        names += f"; and {left_out:,} more"
    have = "1 campaign has" if len(rows) == 1 else f"{len(rows)} campaigns have"
    sentence = f"{have} one sum and nothing to hold it against: {names}."
    entries = tuple(entry for _, row in rows for entry in row["entries"].split())
    return [Finding("cannot_tell", "bridge.single_statement", sentence, entries, "stages")]


def _in_words(row: Row) -> str:
    """Put the sum of a stage into words: a claim in its own, with who makes it."""
    if row["step"] > LAST_STATED:
        return f"{interval(row['low'], row['high'], row['currency'])} {DONE[row['stage']]}"
    if not row["wording"]:
        return f"no figure given by {row['said_by']}"
    return f"“{row['wording']}”, says {row['said_by']}"


def chart(tables: Tables) -> Drawing | None:
    """Draw a panel a campaign: the five stages, and under them the larger campaign's return."""
    bridges, titles = _bridges(tables["stages"]), _titles(tables)
    if not bridges:
        return None
    drawn = {money: rows for money, rows in bridges.items() if len(_told(rows)) > 1} or bridges
    chosen = list(drawn.items())[:SHOWN_CAMPAIGNS]
    panels = [_panel(titles[money], rows, tables["whole"]) for money, rows in chosen]
    how_to_read = list(HOW_TO_READ)
    if left_out := len(bridges) - len(chosen):
        how_to_read[-1] += f" The table has {number(left_out, 'more campaigns')}."
    return charts.titled(
        alt.vconcat(*panels, spacing=24),
        "What was asked for, and what is said to have been spent",
        how_to_read,
    )


def _panel(title: str, stages: Sequence[Row], whole: pl.DataFrame) -> Drawing:
    campaign_id, currency = stages[0]["campaign_id"], stages[0]["currency"]
    beside = whole.filter((pl.col("campaign_id") == campaign_id) & (pl.col("currency") == currency))
    lines = [_line(row) for row in stages]
    lines += [_line_of_whole(row) for row in beside.iter_rows(named=True)]
    schema: dict[str, Any] = {
        "label": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
        "kind": pl.String,
        "words": pl.String,
    }
    table = pl.DataFrame(lines, schema=schema, orient="row")
    drawn = charts.ranges(table, axis_title=f"{currency}, logarithmic scale", logarithmic=True)
    drawn.title = charts.panel_title(title)
    return drawn


def _line(row: Row) -> tuple[Any, ...]:
    stage = row["stage"].capitalize()
    if not row["statements"]:
        words = (
            f"not in {row['currency']}, but in {row['seen_in']}" if row["seen_in"] else NO_RECORD
        )
        return stage, None, None, "nothing", words
    if row["step"] > LAST_STATED:
        words = interval(row["low"], row["high"], row["currency"])
        return stage, row["low"], row["high"], "record", words
    # what is only more than nothing has no place to begin at
    is_drawn = _names_sum(row) or row["low"] is None or row["low"] > PENNY
    low, high = (row["low"], row["high"]) if is_drawn else (None, None)
    return stage, low, high, "claim", _in_words(row)


def _line_of_whole(row: Row) -> tuple[Any, ...]:
    is_all = row["booked_for"] in (None, "total")
    purpose = "all declared" if is_all else f"of it {row['booked_for']}"
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
        "first to the last: one row per step. A stage between them without a record is named, and "
        "so is the contrast that somebody draws between the two.",
        "scale": "What is claimed beside each line of the larger campaign's return: one row per "
        "claim and line. A share is a ratio of ranges.",
    },
)
