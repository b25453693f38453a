"""Exposure: what panels show, by themselves and beside people who were not chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf
from typing import Any

import polars as pl

from farthing import samples
from farthing.formats import share, shares
from farthing.question import Finding, Status, who
from farthing.stats.exposure import (
    coverage_needed,
    insiders_against_outsiders,
    log10_chance_all_saw,
    log10_evidence_ratio,
)
from farthing.stats.plan import plan
from farthing.stats.proportions import proportion_interval

CONFIDENCE = 0.95
#: How rarely something happens that counts as no accident: once in so many times.
RARELY = round(1 / (1 - CONFIDENCE))
#: Coverages a general campaign might be said to have had, beside what the money could buy.
COVERAGES = (Fraction(1, 2), Fraction(1, 10), Fraction(1, 20), Fraction(1, 100))
#: Panels of a campaign that are held beside others; the tables do not grow without bound.
MOST_PANELS = 20

CHANCES_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "panel": pl.String,
    "asked": pl.Int64,
    "population": pl.String,
    "if_coverage_was_share": pl.Float64,
    "log10_chance": pl.Float64,
    "log10_chance_nobody_twice": pl.Float64,
    "log10_evidence_ratio": pl.Float64,
    "entries": pl.String,
    "campaign_id": pl.String,
}
CONTRASTS_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "panel": pl.String,
    "saw": pl.Int64,
    "asked": pl.Int64,
    "others": pl.String,
    "others_selection": pl.String,
    "others_saw": pl.Int64,
    "others_asked": pl.Int64,
    "difference_share": pl.Float64,
    "difference_share_low": pl.Float64,
    "difference_share_high": pl.Float64,
    "p_value": pl.Float64,
    "entries": pl.String,
    "campaign_id": pl.String,
}
VERDICTS_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "population": pl.String,
    "checkers": pl.Int64,
    "coverage_needed_share": pl.Float64,
    "coverage_bought_at_most_share": pl.Float64,
    "picked_at_random": pl.Int64,
    "verdict": pl.String,
    "campaign_id": pl.String,
}
OUTCOMES_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "population": pl.String,
    "ask": pl.Int64,
    "saw": pl.Int64,
    "coverage_share_low": pl.Float64,
    "coverage_share_high": pl.Float64,
    "meaning": pl.String,
    "campaign_id": pl.String,
}

Row = Mapping[str, Any]
#: A population by name, with the fewest people it may have.
Populations = Sequence[tuple[str | None, int | None]]


def of_known_size(panels: pl.DataFrame) -> pl.DataFrame:
    """Return the panels of which it is said how many were asked and how many saw it."""
    known = panels.filter(pl.col("asked").is_not_null() & pl.col("saw").is_not_null())
    return known.group_by("campaign_id", maintain_order=True).head(MOST_PANELS)


def chances(panels: pl.DataFrame, populations: Populations) -> pl.DataFrame:
    """Work out for each panel that all saw it how likely that was at several coverages."""
    rows = [
        (
            row["campaign"], row["panel"], row["asked"], population, float(coverage),
            log10_chance_all_saw(float(coverage), row["asked"]),
            log10_chance_all_saw(float(coverage), row["asked"], people)
            if people and row["asked"] <= people
            else None,
            log10_evidence_ratio(float(coverage), row["asked"]),
            row["entries"], row["campaign_id"],
        )
        for row in of_known_size(panels).filter(pl.col("outcome") == "all").iter_rows(named=True)
        for population, people in populations or [(None, None)]
        for coverage in COVERAGES
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CHANCES_SCHEMA, orient="row")


def contrasts(panels: pl.DataFrame) -> pl.DataFrame:
    """Hold each panel that was chosen beside each that was not. Nobody may be in both."""
    known = of_known_size(panels)
    rows = [
        (
            row["campaign"], row["panel"], row["saw"], row["asked"],
            other["panel"], other["selection"], other["saw"], other["asked"],
            found.difference, found.low, found.high, found.p_value,
            f"{row['entries']} {other['entries']}", row["campaign_id"],
        )
        for row in known.filter(pl.col("selection") == "chosen").iter_rows(named=True)
        for other in known.filter(
            (pl.col("selection") != "chosen") & (pl.col("campaign_id") == row["campaign_id"])
        ).iter_rows(named=True)
        for found in [
            insiders_against_outsiders(row["saw"], row["asked"], other["saw"], other["asked"])
        ]
        if found
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CONTRASTS_SCHEMA, orient="row")


NO_EVIDENCE = "seen by checkers is no evidence of general reach"
RANDOM = "people picked at random were asked: see what they saw"
UNTOLD = "cannot tell: what the money could reach is not known"
NOBODY_SAYS = "cannot tell: nobody says how many checked"
NO_SURPRISE = "cannot tell: it could have been general, and could have been aimed at them"


def verdicts(panels: pl.DataFrame, needed: pl.DataFrame) -> pl.DataFrame:
    """Set the coverage a campaign needed beside what its money could buy, and who else was asked.

    One row per campaign of which all of a panel saw it, and population.
    """
    rows = []
    for of in needed.partition_by("campaign_id", "population", maintain_order=True):
        campaign_id, limit = of["campaign_id"][0], of["coverage_bought_at_most_share"][0]
        mine = panels.filter(pl.col("campaign_id") == campaign_id)
        seen = mine.filter(pl.col("outcome") == "all")
        if seen.is_empty():
            continue
        size = max(seen["asked"].drop_nulls().to_list(), default=None)
        least = coverage_needed(size or 1, size or 1, CONFIDENCE)
        asked = sum(mine.filter(pl.col("selection") == "random")["asked"].drop_nulls())
        verdict = _verdict(size is not None, least, limit, asked)
        rows.append(
            (
                of["campaign"][0],
                of["population"][0],
                size,
                least,
                limit,
                asked,
                verdict,
                campaign_id,
            )
        )
    return pl.DataFrame(rows, schema=VERDICTS_SCHEMA, orient="row")


def _verdict(is_counted: bool, least: float | None, limit: float | None, asked: int) -> str:
    if asked:
        return RANDOM
    if limit is None:
        return UNTOLD
    # a coverage of 5% is enough for one checker, though 1 - 0.95 is not quite 0.05
    if limit + 1e-9 < (least or 0.0):
        return NO_EVIDENCE
    return NO_SURPRISE if is_counted else NOBODY_SAYS


def outcomes(needed: pl.DataFrame, populations: Populations) -> pl.DataFrame:
    """Plan a panel picked at random, for half of everyone beside what the money could reach.

    One row per campaign, population and outcome.
    """
    people_of = dict(populations)
    claim = float(COVERAGES[0])
    tables = []
    for row in needed.unique(["campaign_id", "population"], maintain_order=True).iter_rows(
        named=True
    ):
        limit, people = (
            row["coverage_bought_at_most_share"] or 0.0,
            people_of.get(row["population"]),
        )
        # where the money may reach about as many as are claimed, no sample tells the two apart
        if people is None or limit > float(COVERAGES[0]) * 0.9:
            continue
        planned = plan(claim, people, otherwise=limit)
        tables.append(
            samples.outcomes(planned, claim, limit)
            .with_columns(
                pl.lit(planned.ask).alias("ask"),
                *(
                    pl.lit(row[name]).alias(name)
                    for name in ("campaign", "population", "campaign_id")
                ),
            )
            .select(pl.col(name).cast(kind) for name, kind in OUTCOMES_SCHEMA.items())
        )
    return pl.concat(tables) if tables else pl.DataFrame(schema=OUTCOMES_SCHEMA)


def panel_shows(row: Row, about: str) -> Finding:
    """Judge a panel on its own: chosen checkers cannot tell two campaigns apart."""
    status: Status = "cannot_tell"
    sentence = f"{about}{_how_many(row)} ({who(row)})."
    if row["selection"] == "random" and row["asked"] and row["saw"] is not None:
        status = "pass"
        low, high = proportion_interval(row["saw"], row["asked"], "exact", CONFIDENCE) or (
            None,
            None,
        )
        sentence += (
            f" If they were picked at random from everyone, as is said, {shares(low, high)} of "
            f"everyone saw it ({CONFIDENCE:.0%} confidence)."
        )
    elif row["selection"] != "random":
        sentence += f" They were not picked at random: {NOT_RANDOM[row['outcome']]}"
    return Finding(status, "exposure.panel", sentence, (row["entries"],), "panels")


NOT_RANDOM = {
    "all": "a campaign shown to them alone and one shown to everyone would both look like this to "
    "them.",
    "some": "how many others saw it cannot be told from them.",
    "none": "whether others saw it cannot be told from them.",
    "unknown": "what they saw would not show what others did.",
}


def _how_many(row: Row) -> str:
    panel, asked, saw = row["panel"], row["asked"], row["saw"]
    if asked is not None and saw is not None:
        return f"It is said that {saw:,} of {asked:,} on the panel “{panel}” saw it"
    if row["outcome"] == "unknown":
        return f"How many of the panel “{panel}” saw it is not said"
    sentence = f"It is said that {row['outcome']} of the panel “{panel}” saw it"
    return f"{sentence}, of {asked:,}" if asked else f"{sentence}; how many were asked is not said"


def contrast(row: Row, about: str) -> Finding:
    """Say whether those who were chosen saw it more often than others."""
    status: Status = "cannot_tell"
    low, high = (100 * row[f"difference_share_{end}"] for end in ("low", "high"))
    sentence = (
        f"{about}{row['saw']:,} of {row['asked']:,} on the panel “{row['panel']}” are said to have "
        f"seen it, and {row['others_saw']:,} of {row['others_asked']:,} on “{row['others']}”: a "
        f"difference of {100 * row['difference_share']:.3g} percentage points ({CONFIDENCE:.0%} "
        f"confidence: {low:.3g} to {high:.3g}). Were both alike, as much would come about "
        f"{_often(row['p_value'])}. "
    )
    if row["others_selection"] == "volunteer":
        sentence += "But a panel that volunteers may be as targeted as insiders are."
    elif row["p_value"] <= 1 - CONFIDENCE:
        status = "pass" if row["difference_share"] > 0 else "fail"
        sentence += (
            "So the one group saw it more often than the other, if the others were picked at "
            "random, as is said, and nobody is in both."
        )
    else:
        sentence += "That is too often to tell the two apart."
    return Finding(
        status, "exposure.outsiders", sentence, tuple(row["entries"].split()), "contrasts"
    )


def _often(chance: float) -> str:
    return "less than 1 time in a billion" if chance < 1e-9 else f"{share(chance)} of the time"


def evidence(row: Row, limit: float, about: str) -> Finding:
    """Say how much better "it was aimed at them" explains a panel than an untargeted campaign."""
    power = log10_evidence_ratio(limit, row["asked"])
    times = (
        "could not be explained at all"
        if power == inf
        else f"is explained {_times(power)} less well (a factor of 10 to the {power:.1f})"
    )
    sentence = (
        f"{about}That {row['asked']:,} of {row['asked']:,} on the panel “{row['panel']}” saw it "
        f"{times} by a campaign for everyone that reached {share(limit)} of them, the most "
        f"its money could, {'and could' if power == inf else 'than'} by one aimed at the panel. "
        "How likely either was beforehand is not in that."
    )
    return Finding("cannot_tell", "exposure.evidence", sentence, (row["entries"],), "chances")


def _times(power: float) -> str:
    return f"{10**power:,.3g} times" if power < 9 else "over a billion times"


def verdict(row: Row, about: str) -> Finding:
    """Put the verdict of the table into a sentence."""
    status: Status = "fail" if row["verdict"] == NO_EVIDENCE else "cannot_tell"
    everyone = f" ({row['population']})" if row["population"] else ""
    sentence = f"{about}“They saw it, so everyone did”{everyone}: {row['verdict']}."
    return Finding(status, "exposure.verdict", sentence, (), "verdicts")
