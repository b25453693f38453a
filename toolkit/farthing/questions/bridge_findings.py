"""What the bridge finds of one campaign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from farthing.formats import NO_RECORD, interval, listed, number, shares
from farthing.question import Finding, Status, who
from farthing.questions.bridge_steps import LAST_STATED, Row, told_of
from farthing.questions.bridge_words import DONE, as_known, meaning, names_sum

MORE = {"falls": "More", "rises": "Less", "the same": "As much"}


def of_campaign(
    stages: Sequence[Row],
    steps: Sequence[Row],
    rates: Sequence[Row],
    contrasts: pl.DataFrame,
    about: str,
) -> Iterator[Finding]:
    """Say what the bridge of one campaign shows, and what it cannot.

    Parameters
    ----------
    stages, steps, rates
        Its rows of the tables of these names.
    contrasts
        The whole table.
    about
        Begins each sentence, where there are several campaigns.
    """
    yield from (_sum(row, about) for row in told_of(stages) if row["step"] <= LAST_STATED)
    for step in steps:
        yield from _fall(step, contrasts, about)
    yield from (_rate(row, about) for row in rates if _has_both(row))
    if told_of(stages)[0]["step"] <= LAST_STATED:  # of records alone it is said once for all
        yield from _missing(stages, steps, about)


def _sum(row: Row, about: str) -> Finding:
    """Say whether a statement names a sum."""
    status: Status = "pass"
    if not names_sum(row):
        status = "cannot_tell"
        why = f"{meaning(row)} names no sum" if row["wording"] else "no figure is given"
        sentence = f"The amount {row['stage']} is unknown: {why}."
    elif row["high"] is None:
        status = "cannot_tell"
        sentence = f"The amount {row['stage']} has no upper bound: {meaning(row)}."
    else:
        sentence = f"A sum is named for the money {row['stage']}: {meaning(row)}."
    return Finding(
        status,
        f"bridge.{row['stage']}_sum",
        f"{about}{sentence} It is a claim of: {who(row)}.",
        tuple((row["entries"] or "").split()),
        "stages",
    )


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
    if step["slack"]:
        slack = number(step["slack"], step["currency"])
        sentence += f" The steps between them, added up, would leave {slack} more open."
    return Finding("pass", "bridge.size", sentence, entries, "steps")


def _has_both(rate: Row) -> bool:
    """Tell whether both stages are on record: where one is missing, that is said already."""
    return rate["undefined"] is None or not rate["undefined"].startswith(NO_RECORD)


def _rate(rate: Row, about: str) -> Finding:
    entries = tuple(rate["entries"].split())
    code, name = f"bridge.{rate['rate']}_rate", f"{about}The {rate['rate']} rate"
    what = f"what is {as_known(rate['stage'])} of what is {as_known(rate['of_stage'])}"
    if rate["undefined"]:
        sentence = f"{name}, {what}, has no value: {rate['undefined']}."
        return Finding("cannot_tell", code, sentence, entries, "rates")
    value = shares(rate["rate_share_low"], rate["rate_share_high"])
    return Finding("pass", code, f"{name} is {value}: {what}.", entries, "rates")


def _missing(stages: Sequence[Row], steps: Sequence[Row], about: str) -> Iterator[Finding]:
    missing = [row["stage"] for row in stages if not row["statements"] and not row["seen_in"]]
    if missing:
        zero = number(0, stages[0]["currency"])
        sentence = (
            f"{about}No record seen of money {listed(missing, 'or')}. That is not {zero}: it was "
            "not found."
        )
        single = steps[:-1] if len(steps) > 1 else steps
        if over := [step for step in single if step["without_record"]]:
            ways = dict.fromkeys(f"from {one['from_stage']} to {one['to_stage']}" for one in over)
            sentence += f" Over the gap the bridge goes {listed([*ways])} in one step."
        yield Finding("cannot_tell", "bridge.stages_without_record", sentence, (), "stages")


def of_the_whole(rows: Sequence[Row]) -> Finding:
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
    entries = dict.fromkeys(" ".join(line["entries"] or "" for line in rows).split())
    return Finding("pass", "bridge.scale", sentence, tuple(entries), "scale")


def _purpose(line: Row) -> str:
    if line["booked_for"] in (None, "total"):
        return "in all"
    return f"for {line['booked_for']}"
