"""Pacing: when it was spent, against plan, against the campaign's dates and against the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from farthing.formats import listed, number
from farthing.question import Finding, Question, Status, Tables, read_sql
from farthing.questions.pacing_chart import chart
from farthing.questions.pacing_limits import held_against, held_finding
from farthing.questions.pacing_words import (
    DONE,
    Money,
    Row,
    amount_of,
    by_line,
    last_of,
    line_of,
    titles_of,
)

PACE_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "record": pl.String,
    "unit": pl.String,
    "low": pl.Decimal(38, 2),
    "high": pl.Decimal(38, 2),
    "half_not_before": pl.Date,
    "half_not_after": pl.Date,
    "first_on": pl.Date,
    "last_on": pl.Date,
    "campaign_id": pl.String,
}
#: Findings of one kind that are written out; the others are counted.
FOUND = 12


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Work out when half was spent, and what is held against plans and limits."""
    return {
        "pace": pl.DataFrame([*_pace(tables)], schema=PACE_SCHEMA, orient="row"),
        "held": held_against(tables),
    }


def _pace(tables: Tables) -> Iterator[tuple[Any, ...]]:
    """Yield the days between which half of each line was spent, for lines that have days."""
    bands = by_line(tables["days"])
    for row in tables["lines"].iter_rows(named=True):
        if band := bands.get(line_of(row)):
            first, last = _half(band, row["low"], row["high"])
            yield (
                row["campaign"], row["record"], row["unit"], row["low"], row["high"],
                first, last, row["first_on"], row["last_on"], row["campaign_id"],
            )  # fmt: skip


def _half(band: Sequence[Row], low: Money, high: Money) -> tuple[date | None, date | None]:
    """Return the first day half of it can have been spent by, and the first it must have been by.

    There is no such day where nothing may have been spent, or no limit of it is known.
    """
    if low is None or low <= 0:
        return None, None
    may = (row["day"] for row in band if row["high"] is None or row["high"] * 2 >= low)
    must = (
        row["day"]
        for row in band
        if high is not None and row["low"] is not None and row["low"] * 2 >= high
    )
    return next(may, None), next(must, None)


def findings(tables: Tables) -> list[Finding]:
    """Say when it was spent, what lies outside of its dates, and what is over plan or limit."""
    if tables["lines"].is_empty():
        return []
    titles = titles_of(tables["lines"])
    order = {"fail": 0, "cannot_tell": 1, "pass": 2}
    held = tables["held"].sort(pl.col("within").replace_strict(order), maintain_order=True)
    against = pl.when(pl.col("kind") == "plan").then("against").otherwise("kind")
    return [
        *_found("pace", tables["pace"], [], lambda row: _half_of(row, titles)),
        *_found("outside", tables["outside"], ["side"], lambda row: _outside(row, titles)),
        *_found("paid_early", tables["paid_early"], [], lambda row: _paid_early(row, titles)),
        *_found(
            "held",
            held.with_columns(against.alias("of")),
            ["within", "of"],
            lambda row: held_finding(row, titles),
        ),
        *_found("lines", _in_currencies(tables["lines"]), [], lambda row: _currency(row, titles)),
        *_dates(tables),
        *_undated(tables["lines"]),
    ]


def _found(
    name: str, table: pl.DataFrame, alike: list[str], make: Callable[[Row], Finding]
) -> Iterator[Finding]:
    """Write out the first rows of each kind that are alike, and count the others."""
    parts = table.partition_by(alike, maintain_order=True) if alike else [table]
    for rows in parts:
        found = [make(row) for row in rows.head(FOUND).iter_rows(named=True)]
        yield from found
        if left_out := len(rows[FOUND:]):
            last = found[-1]
            about = last.code.removeprefix("pacing.").replace("_", " ")
            sentence = f"Of “{about}” the table has {number(left_out, 'more rows')} like these."
            yield Finding(last.status if alike else "cannot_tell", last.code, sentence, (), name)


def _half_of(row: Row, titles: Mapping[str, str]) -> Finding:
    """Say by which day half of a line was spent."""
    first, last = row["half_not_before"], row["half_not_after"]
    what = f"{DONE[row['record']]} {_days(row['first_on'], row['last_on'])}"
    about = f"{titles[row['campaign_id']]}, {what}: {amount_of(row)}."
    status: Status = "pass"
    if first is None or last is None:
        status, half = "cannot_tell", "By when half of it was reached cannot be told."
    elif first == last:
        half = f"Half of it was reached by {last}."
    elif (first, last) == (row["first_on"], row["last_on"]):
        status = "cannot_tell"
        half = "When within that time cannot be told: the record gives a period and no days."
    else:
        half = f"Half of it was reached at some day from {first} to {last}."
    return Finding(status, "pacing.half", f"{about} {half}", (), "pace")


def _days(first: date, last: date) -> str:
    return f"on {first}" if first == last else f"from {first} to {last}"


def _outside(row: Row, titles: Mapping[str, str]) -> Finding:
    """Say what lies before a campaign's first day or after its last."""
    edge = {"before": ("first", row["starts_on"]), "after": ("last", last_of(row))}[row["side"]]
    status: Status = "cannot_tell" if row["perhaps"] == row["rows"] else "fail"
    verb = "may lie" if status == "cannot_tell" else "lies" if row["rows"] == 1 else "lie"
    perhaps = row["perhaps"] if status == "fail" else 0
    sentence = (
        f"{titles[row['campaign_id']]}: {number(row['rows'], 'rows')} {DONE[row['record']]}, "
        f"{amount_of(row)}, {verb} {row['side']} the campaign's {edge[0]} day, {edge[1]}"
        f"{f', {perhaps:,} of them only perhaps' if perhaps else ''}: "
        f"{_days(row['first_on'], row['last_on'])}."
    )
    return Finding(status, f"pacing.{row['side']}", sentence, (), "outside")


def _paid_early(row: Row, titles: Mapping[str, str]) -> Finding:
    known = row["days_at_most"]
    by = "" if known is None else f", by up to {number(known, 'days')}"
    sentence = (
        f"{titles.get(row['campaign_id'], row['campaign'])}: {amount_of(row)} in "
        f"{number(row['rows'], 'rows')} was paid before the day it was incurred on{by}, as the "
        "records have it."
    )
    return Finding("fail", "pacing.paid_early", sentence, (), "paid_early")


def _currency(row: Row, titles: Mapping[str, str]) -> Finding:
    """Say that a campaign's money in two currencies is not added."""
    sentence = (
        f"{titles[row['campaign_id']]}: its money is in {listed(row['unit'])}: lines of their own, "
        "which are not added."
    )
    return Finding("cannot_tell", "pacing.currencies", sentence, (), "lines")


def _in_currencies(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the campaigns whose money is in several currencies, with the list of them."""
    money = lines.filter(pl.col("record") != "impressions")
    units = money.group_by("campaign_id", maintain_order=True).agg(pl.col("unit").unique().sort())
    return units.filter(pl.col("unit").list.len() > 1)


def _dates(tables: Tables) -> Iterator[Finding]:
    """Say what the dates are that lines were held against, and how many have none."""
    money = tables["lines"].filter(pl.col("record") != "impressions")
    if money.is_empty():
        return
    dated = money.filter(pl.col("starts_on").is_not_null() & pl.col("ends_before").is_not_null())
    key = ["campaign_id", "record", "unit"]
    inside = dated.join(tables["outside"], on=key, how="anti").filter(pl.col("undated") == 0)
    if len(inside):
        sentence = (
            f"All money of {number(len(inside), 'lines')} lies within the dates of its campaign."
        )
        yield Finding("pass", "pacing.within", sentence, (), "lines")
    sentence = (
        "No legal period is on the book: what lies outside is told by the dates of each campaign."
    )
    if undated := len(money) - len(dated):
        sentence += (
            f" Of {number(len(money), 'lines')} of money, {undated:,} "
            f"{'has' if undated == 1 else 'have'} a campaign without a first or a last day."
        )
    yield Finding("cannot_tell", "pacing.legal_period", sentence, (), "lines")


def _undated(lines: pl.DataFrame) -> Iterator[Finding]:
    """Count the rows that can be of any day, and the lines that have no day at all."""
    dayless = pl.col("first_on").is_null()
    if without := lines.filter(dayless).height:
        have = "1 line has" if without == 1 else f"{without:,} lines have"
        sentence = f"{have} no day at all, and no place on a calendar."
        yield Finding("cannot_tell", "pacing.without_days", sentence, (), "lines")
    undated = lines.filter((pl.col("undated") > 0) & ~dayless)
    if len(undated):
        sentence = (
            f"{number(int(undated['undated'].sum()), 'rows')} in {number(len(undated), 'lines')} "
            "have no first or no last day on record: they count from the first day of their line "
            "or to its last."
        )
        yield Finding("cannot_tell", "pacing.undated", sentence, (), "lines")


QUESTION = Question(
    name="pacing",
    asks="When was it spent, against plan?",
    statements=read_sql("pacing"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "pace": "When half of each line had been spent, or shown: one row per line of `days`. Half "
        "was reached no day before the one and by the other at the latest; NULL is not known.",
        "held": "Each sum held against a plan, or against a limit of the law: one row per line and "
        "plan, candidate's return and period, and party's return and election. within is pass "
        "where even the most is no more than the least the limit can be, fail where even the least "
        "is more than the most it can be. A party's limit is the sum over the parts of the United "
        "Kingdom, each of which has one of its own.",
    },
)
