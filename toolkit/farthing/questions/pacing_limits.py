"""What was spent, held against plans and against the limits of the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from farthing.formats import interval, number
from farthing.question import Finding, Status, Tables
from farthing.questions.pacing_words import DONE, Money, Row, amount_of
from farthing.stats.limits import (
    CANDIDATE_RULES,
    PARTS,
    PARTY_RULES,
    candidate_limit,
    party_limit,
)

HELD_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "against": pl.String,
    "kind": pl.String,
    "record": pl.String,
    "unit": pl.String,
    "low": pl.Decimal(38, 2),
    "high": pl.Decimal(38, 2),
    "limit_low": pl.Decimal(38, 2),
    "limit_high": pl.Decimal(38, 2),
    "within": pl.String,
    "told_by": pl.String,
    "entries": pl.String,
    "campaign_id": pl.String,
}
#: A party's return is held against the limit: it stands before what was paid or invoiced.
RETURN = "return"
#: Names of organisations as regulators and the press write them, and as results of elections do.
PARTIES = {
    "conservative": "Con",
    "conservative party": "Con",
    "conservative and unionist party": "Con",
    "labour": "Lab",
    "labour party": "Lab",
    "liberal democrat": "LD",
    "liberal democrats": "LD",
    "scottish national party": "SNP",
    "scottish national party (snp)": "SNP",
    "plaid cymru": "PC",
    "plaid cymru - the party of wales": "PC",
    "uk independence party": "UKIP",
    "uk independence party (ukip)": "UKIP",
    "green party": "Green",
}


def held_against(tables: Tables) -> pl.DataFrame:
    """Return each sum with the plan or the limit that it is held against: one a row."""
    limits = [*_candidates(tables["candidates"]), *_parties(tables)]
    return pl.concat([_plans(tables), pl.DataFrame(limits, schema=HELD_SCHEMA, orient="row")])


def _plans(tables: Tables) -> pl.DataFrame:
    """Hold each line of money against what was asked for or approved in its currency."""
    spent = tables["lines"].filter(pl.col("record") != "impressions")
    joined = tables["plans"].join(spent, on=["campaign_id", "unit"], suffix="_spent")
    low, high = pl.col("low_spent"), pl.col("high_spent")
    within = (
        pl.when(low > pl.col("high"))
        .then(pl.lit("fail"))
        .when(high <= pl.col("low"))
        .then(pl.lit("pass"))
        .otherwise(pl.lit("cannot_tell"))
    )
    via = pl.concat_str(pl.lit(", reported by "), "reported_by").fill_null("")
    return joined.sort("place", "campaign_id", "record", "stage").select(
        "campaign",
        pl.col("stage").alias("against"),
        pl.lit("plan").alias("kind"),
        "record",
        "unit",
        low.cast(pl.Decimal(38, 2)).alias("low"),
        high.cast(pl.Decimal(38, 2)).alias("high"),
        pl.col("low").cast(pl.Decimal(38, 2)).alias("limit_low"),
        pl.col("high").cast(pl.Decimal(38, 2)).alias("limit_high"),
        within.alias("within"),
        pl.concat_str("said_by", via).alias("told_by"),
        "entries",
        "campaign_id",
    )


def _within(low: Money, high: Money, limit_low: Money, limit_high: Money) -> Status:
    """Tell whether a sum is no more than a limit, both as ranges."""
    if low is not None and limit_high is not None and low > limit_high:
        return "fail"
    if high is not None and limit_low is not None and high <= limit_low:
        return "pass"
    return "cannot_tell"


def _candidates(table: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Hold each candidate's return against the limit that is stated, or follows from the law."""
    for row in table.iter_rows(named=True):
        limits, told_by = _seat_limit(row)
        yield (
            row["campaign"], f"{row['seat']}, {row['period']} period {row['year']}", "candidate",
            RETURN, "GBP", row["low"], row["high"], *limits,
            _within(row["low"], row["high"], *limits), told_by, row["limit_entries"] or "",
            row["campaign_id"],
        )  # fmt: skip


def _seat_limit(row: Row) -> tuple[tuple[Money, Money], str | None]:
    """Return the limit of a seat as stated; else from the electorate, of either kind of seat."""
    if row["limit_said_by"] is not None:
        return (row["limit_low"], row["limit_high"]), row["limit_said_by"]
    rule = CANDIDATE_RULES.get((int(row["year"]), row["period"]))
    if rule is None or row["electorate"] is None:
        return (None, None), None
    either = [candidate_limit(rule, kind, row["electorate"]) for kind in ("borough", "county")]
    about = f"{rule.source}; electors as of the poll, a seat of either kind"
    return (min(either), max(either)), about


def _parties(tables: Tables) -> Iterator[tuple[Any, ...]]:
    """Hold each party's return against the limit of the seats it contested."""
    contested = _contested(tables["contested"])
    returns = tables["lines"].filter((pl.col("record") == RETURN) & (pl.col("unit") == "GBP"))
    for row in returns.filter(pl.col("ends_before").is_not_null()).iter_rows(named=True):
        for (party, election, held_on), seats in contested.items():
            rule = PARTY_RULES.get(held_on.year)
            if rule is None or party != _party(row["organisation"]) or not _covers(row, held_on):
                continue
            limit = party_limit(rule, seats)
            yield (
                row["campaign"], f"{number(sum(seats.values()), 'seats')}, {election}", "party",
                RETURN, "GBP", row["low"], row["high"], limit, limit,
                _within(row["low"], row["high"], limit, limit), rule.source, "",
                row["campaign_id"],
            )  # fmt: skip


def _contested(table: pl.DataFrame) -> dict[tuple[str, str, date], dict[str, int]]:
    found: dict[tuple[str, str, date], dict[str, int]] = {}
    for party, election, held_on, part, seats in table.iter_rows():
        if part in PARTS:
            found.setdefault((party.casefold(), election, held_on), {})[PARTS[part]] = seats
    return found


def _party(organisation: str | None) -> str:
    """Return a party as results have it, by its name alone."""
    name = (organisation or "").casefold()
    return PARTIES.get(name, name).casefold()


def _covers(row: Row, day: date) -> bool:
    starts_on = row["starts_on"] or day
    return bool(starts_on <= day < row["ends_before"])


def held_finding(row: Row, titles: Mapping[str, str]) -> Finding:
    """Say whether a sum is over a plan, or over a limit of the law."""
    name = titles.get(row["campaign_id"], row["campaign"])
    say = _against_plan if row["kind"] == "plan" else _against_limit
    code = f"pacing.{row['against']}" if row["kind"] == "plan" else f"pacing.{row['kind']}_limit"
    entries = tuple(row["entries"].split())
    return Finding(row["within"], code, f"{name}: {say(row)}.", entries, "held")


def _against_plan(row: Row) -> str:
    than = f"is {DONE[row['record']]} than was {row['against']}"
    verdict = {
        "fail": f"more {than}",
        "pass": f"no more {than}",
        "cannot_tell": f"whether more {than} cannot be told",
    }[row["within"]]
    plan = interval(row["limit_low"], row["limit_high"], row["unit"])
    return f"{verdict}, {amount_of(row)} and {plan}. The plan is as told by {row['told_by']}"


def _against_limit(row: Row) -> str:
    spent = amount_of(row)
    if row["told_by"] is None:
        return (
            f"whether {spent} is within the limit ({row['against']}) cannot be told: no limit is "
            "on the book, and no electorate to work it out from"
        )
    limit = interval(row["limit_low"], row["limit_high"], row["unit"])
    verdict = {
        "fail": f"{spent} is over the limit of {limit}",
        "pass": f"{spent}, as far as the book has it, is within the limit of {limit}",
        "cannot_tell": f"whether {spent} is within the limit of {limit} cannot be told",
    }[row["within"]]
    return f"{verdict} ({row['against']}; {row['told_by']})"
