"""Exposure: they saw it, and whether that means that everyone did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, inf, log
from typing import Any

import polars as pl

from farthing.formats import interval, listed, number, share
from farthing.question import Finding, Question, Status, Tables, read_sql
from farthing.questions.exposure_chart import chart
from farthing.questions.exposure_money import (
    SUM,
    Bought,
    bought_by_campaign,
    each_sees,
    limit_of,
    money_buys,
    thinly,
)
from farthing.questions.exposure_panels import (
    CONFIDENCE,
    COVERAGES,
    MOST_PANELS,
    RARELY,
    Row,
    chances,
    contrast,
    contrasts,
    evidence,
    of_known_size,
    outcomes,
    panel_shows,
    verdict,
    verdicts,
)
from farthing.stats.asking import ask_at_random
from farthing.stats.exposure import coverage_bounds, coverage_needed, log10_chance_all_saw

MISS = 0.05
CHECKERS = (1, 2, 3, 5, 10, 20, 50)
#: The sizes that are named in a sentence.
EXAMPLES = (1, 3, 5, 10)
CAVEATS = (
    "Checkers are seldom a random sample: they follow the same pages, and friends share posts.",
    "A panel that volunteers may be as targeted as insiders are.",
    "The chances are those of a campaign shown to people whoever they are; one aimed at any group "
    "that the checkers belong to would also be seen by all of them.",
    "That an advertisement is absent from a library does not show that it never ran.",
)

NEEDED_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "population": pl.String,
    "checkers": pl.Int64,
    "coverage_needed_share": pl.Float64,
    "needed_exact_two_sided_share": pl.Float64,
    "needed_wilson_share": pl.Float64,
    "needed_uniform_prior_share": pl.Float64,
    "needed_jeffreys_share": pl.Float64,
    "coverage_bought_at_most_share": pl.Float64,
    "log10_chance_at_that_coverage": pl.Float64,
    "campaign_id": pl.String,
}
SETTLES_SCHEMA: dict[str, Any] = {
    "population": pl.String,
    "if_coverage_was_share": pl.Float64,
    "people_who_saw_it": pl.Int64,
    "ask": pl.Int64,
}


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Work out what a panel shows, what the money allows, and what would settle it."""
    bought = bought_by_campaign(tables["bought"])
    populations = [
        (row["population"], int(row["low"])) for row in tables["populations"].iter_rows(named=True)
    ]
    panels = tables["panels"]
    needed = pl.DataFrame(
        [*_needed(panels, bought, populations)], schema=NEEDED_SCHEMA, orient="row"
    )
    return {
        "verdicts": verdicts(panels, needed),
        "needed": needed,
        "chances": chances(panels, populations),
        "contrasts": contrasts(panels),
        "thinly": thinly(tables["bought"]),
        "settles": pl.DataFrame(
            [*_settles(bought, populations)], schema=SETTLES_SCHEMA, orient="row"
        ),
        "outcomes": outcomes(needed, populations),
    }


def _needed(
    panels: pl.DataFrame, bought: Mapping[str, Bought], populations: Sequence[tuple[str, int]]
) -> Iterator[tuple[Any, ...]]:
    """For panels of several sizes that all saw it: the coverage that makes it ordinary."""
    for rows in panels.partition_by("campaign_id", maintain_order=True):
        campaign, campaign_id = rows["campaign"][0], rows["campaign_id"][0]
        sizes = sorted({*CHECKERS, *_all_saw(rows)})
        everyone: Sequence[tuple[str | None, int | None]] = populations or [(None, None)]
        for population, people in everyone:
            limit = limit_of(bought.get(campaign_id), people)
            for size in sizes:
                chance = None if limit is None else log10_chance_all_saw(limit, size)
                needed = coverage_bounds(size, size, CONFIDENCE)
                assert needed is not None, "all of them saw it"
                yield (
                    campaign, population, size, needed.exact, needed.exact_two_sided,
                    needed.wilson, needed.uniform_prior, needed.jeffreys, limit, chance,
                    campaign_id,
                )  # fmt: skip


def _all_saw(panels: pl.DataFrame) -> list[int]:
    """Return the sizes of the panels that all saw it, where they are known."""
    return panels.filter(pl.col("outcome") == "all")["asked"].drop_nulls().to_list()


def _settles(
    bought: Mapping[str, Bought], populations: Sequence[tuple[str, int]]
) -> Iterator[tuple[Any, ...]]:
    """Say how many people picked at random would find one who saw it, for each coverage."""
    for population, people in populations:
        reached = {floor(coverage * people) for coverage in COVERAGES}
        reached |= {
            end for one in bought.values() for end in one.reached(people) if end is not None
        }
        for exposed in sorted(reached, reverse=True):
            yield population, exposed / people, exposed, ask_at_random(people, exposed, MISS)


def findings(tables: Tables) -> list[Finding]:
    """Say what the sightings show, what the money allows, and what would settle it."""
    panels = tables["panels"]
    if panels.is_empty():
        return []
    found: list[Finding] = []
    several = panels["campaign_id"].n_unique() > 1
    bought = bought_by_campaign(tables["bought"])
    for rows in panels.partition_by("campaign_id", maintain_order=True):
        about = f"{_title(rows, panels)}: " if several else ""
        shown = rows.head(MOST_PANELS)
        found += [panel_shows(row, about) for row in shown.iter_rows(named=True)]
        if left_out := len(rows) - len(shown):
            sentence = f"{about}The table has {number(left_out, 'more panels')}."
            found.append(Finding("cannot_tell", "exposure.panel", sentence, (), "panels"))
        found += _beside(rows, bought.get(rows["campaign_id"][0]), tables, about)
        found += _campaign(rows, bought.get(rows["campaign_id"][0]), tables, about)
    return [*found, Finding("cannot_tell", "exposure.caveats", " ".join(CAVEATS))]


def _beside(
    panels: pl.DataFrame, bought: Bought | None, tables: Tables, about: str
) -> Iterator[Finding]:
    """Hold the panels of a campaign beside others who were asked, and beside its money."""
    campaign_id = panels["campaign_id"][0]
    others = tables["contrasts"].filter(pl.col("campaign_id") == campaign_id)
    yield from (contrast(row, about) for row in others.head(MOST_PANELS).iter_rows(named=True))
    populations = tables["populations"]
    people = int(populations["low"][0]) if len(populations) else None
    limit = limit_of(bought, people)
    seen = of_known_size(panels).filter(pl.col("outcome") == "all")
    if limit is not None and limit < 1:
        yield from (evidence(row, limit, about) for row in seen.iter_rows(named=True))


def _title(rows: pl.DataFrame, panels: pl.DataFrame) -> str:
    """Name a campaign so that no two are called the same."""
    name, campaign_id = str(rows["campaign"][0]), rows["campaign_id"][0]
    ids = panels.filter(pl.col("campaign") == name)["campaign_id"].n_unique()
    return name if ids == 1 else f"{name} ({campaign_id})"


def _campaign(
    panels: pl.DataFrame, bought: Bought | None, tables: Tables, about: str
) -> Iterator[Finding]:
    """Say what there is to say of one campaign beside its panels."""
    campaign_id = panels["campaign_id"][0]
    of_it = {
        name: tables[name].filter(pl.col("campaign_id") == campaign_id)
        for name in ("bought", "thinly", "delivery")
    }
    sums = of_it["bought"].partition_by(*SUM, maintain_order=True)
    yield from (money_buys(rows, about) for rows in sums)
    if not sums:
        sentence = (
            f"{about}What its money could have bought cannot be told: no sum of it stands beside a "
            "price in the same currency."
        )
        yield Finding("cannot_tell", "exposure.money_buys", sentence, (), "bought")
    yield _coverage_needed(_all_saw(panels), about)
    if tables["populations"].is_empty():
        sentence = (
            f"{about}What share of everyone the money could reach cannot be told: no population is "
            "on the book."
        )
        yield Finding("cannot_tell", "exposure.money_reaches_coverage", sentence, (), "populations")
    for population in tables["populations"].iter_rows(named=True):
        if bought is not None:
            yield _money_reaches(population, bought, _all_saw(panels), about)
        yield from _would_settle(population, bought, panels, tables["settles"], about)
    said = tables["verdicts"].filter(pl.col("campaign_id") == campaign_id)
    yield from (verdict(row, about) for row in said.iter_rows(named=True))
    for rows in of_it["thinly"].partition_by(*SUM, maintain_order=True):
        yield each_sees(rows, of_it["delivery"], about)


def _coverage_needed(sizes: Sequence[int], about: str) -> Finding:
    """Say what coverage an untargeted campaign needed for checkers to be likely to see it."""
    needed = [
        f"{share(coverage_needed(size, size, CONFIDENCE))} for {number(size, 'checkers')}"
        for size in sorted({*EXAMPLES, *sizes})
    ]
    sentence = (
        f"{about}Suppose that all checkers saw it, and that they had been picked blindly from "
        f"everyone. With less than this share of everyone reached, that happens less than 1 time "
        f"in {RARELY}: {', '.join(needed)}."
    )
    return Finding("pass", "exposure.coverage_needed", sentence, (), "needed")


def _money_reaches(population: Row, bought: Bought, sizes: Sequence[int], about: str) -> Finding:
    """Hold the coverage an untargeted campaign needed against the most the money could buy."""
    everyone = (
        f"{population['population']} ({interval(population['low'], population['high'], None)})"
    )
    limit = limit_of(bought, int(population["low"]))
    entries = tuple(population["entries"].split())
    code = "exposure.money_reaches_coverage"
    if limit is None:
        sentence = (
            f"{about}How many of the {everyone} the money could reach at most cannot be told: a "
            "sum or a price has no bound."
        )
        return Finding("cannot_tell", code, sentence, entries, "needed")
    one, *more = [
        (size, _odds(log10_chance_all_saw(limit, size))) for size in sorted({*EXAMPLES, *sizes})
    ]
    status, verdict = _is_enough(limit, sizes)
    sentence = (
        f"{about}At the lowest price seen, and with nobody shown it twice, the money would reach "
        f"at most {share(limit)} of the {everyone}. By the yardstick of 1 time in {RARELY} that is "
        f"{verdict}. The chance that one person picked blindly is reached is then {one[1]} at "
        f"the most; {'; '.join(f'that {size:,} all are, {odds}' for size, odds in more)}."
    )
    return Finding(status, code, sentence, entries, "needed")


def _odds(log10_chance: float) -> str:
    """Return a chance as people say it, in two figures."""
    if log10_chance == -inf:
        return "nil"
    if log10_chance < -9:
        return "less than 1 in a billion"
    if log10_chance > -1:
        return share(10**log10_chance)
    return f"1 in {float(f'{10**-log10_chance:.2g}'):,.0f}"


def _is_enough(limit: float, sizes: Sequence[int]) -> tuple[Status, str]:
    """Say whether a coverage is enough for what the checkers saw to be no surprise."""
    needed = {size: coverage_needed(size, size, CONFIDENCE) or 0.0 for size in (1, *sizes)}
    limit += 1e-9  # a coverage of 5% is enough for one checker, though 1 - 0.95 is not quite 0.05
    if limit < needed[1]:
        return "fail", f"too little for even one checker, who needs {share(needed[1])}"
    if limit >= 1:
        return "pass", "enough for any number of checkers"
    if not sizes:
        most = floor(log(1 - CONFIDENCE) / log(limit))
        enough = f"enough for {number(most, 'checkers')} and no more"
        return "cannot_tell", f"{enough}, and nobody says how many there were"
    if too_many := [size for size in sorted(sizes) if needed[size] > limit]:
        size = too_many[0]
        return "fail", f"too little for {number(size, 'checkers')}, who need {share(needed[size])}"
    return "pass", f"enough for {listed([number(size, 'checkers') for size in sorted(sizes)])}"


def _would_settle(
    population: Row, bought: Bought | None, panels: pl.DataFrame, settles: pl.DataFrame, about: str
) -> Iterator[Finding]:
    """Say how many people picked at random would show whether many others saw it."""
    people = int(population["low"])
    asks = dict(
        settles.filter(pl.col("population") == population["population"])
        .select("people_who_saw_it", "ask")
        .iter_rows()
    )
    cases = [(floor(COVERAGES[0] * people), "if half of them did")]
    low, high = bought.reached(people) if bought else (None, None)
    if high is not None:
        cases.append((high, f"if {share(high / people)} did, the most that the money could reach"))
    if low is not None and low != high:
        cases.append((low, f"if {share(low / people)} did, the least it buys"))
    enough = [f"{asks[exposed]:,} {case}" for exposed, case in cases if asks.get(exposed)]
    if not enough:
        return  # of one person there is no half to look for
    is_asked = (panels["selection"] == "random").any()
    sentence = (
        f"{about}What would settle it: to ask people picked at random from the "
        f"{population['population']} whether they saw it. To find one who did, with {1 - MISS:.0%} "
        f"certainty, it takes {'; '.join(enough)}. "
        + (
            "A panel picked at random is on the book."
            if is_asked
            else "No such panel is on the book."
        )
    )
    entries = tuple(population["entries"].split())
    yield Finding("cannot_tell", "exposure.would_settle", sentence, entries, "settles")


QUESTION = Question(
    name="exposure",
    asks="They saw it. Does that mean everyone did?",
    statements=read_sql("exposure"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "verdicts": "What a campaign needed, what its money could reach at most, and who else was "
        "asked: one row per campaign and population. Money below what was needed, and nobody "
        "picked at random: then that checkers saw it shows nothing of general reach.",
        "chances": "How likely it was that all of a panel saw it, had a coverage been what it is "
        "said to be and the panel picked blindly, as decimal logarithms, nobody twice or without "
        "limit; and by how much better it is explained by a campaign aimed at them: one row per "
        "panel that all saw it, population and coverage.",
        "contrasts": "Panels that were chosen beside panels that were not: difference of the "
        "shares who saw it (Newcombe), and Fisher's exact test, two-sided: one row per pair. "
        "Nobody may be in both.",
        "outcomes": "A panel picked at random that would tell half of everyone from what the money "
        "could reach: what each outcome would mean. One row per campaign, population and outcome; "
        "farthing plan makes others.",
        "needed": "For a number of checkers all of whom saw it: the least coverage that makes that "
        "ordinary (Clopper–Pearson, one-sided), the most coverage the money could buy, and the "
        "decimal logarithm of the chance that all would see it at that coverage: one row per "
        "campaign, population and number.",
        "thinly": "Impressions for each person, had a sum's impressions gone to an audience of "
        "this size: one row per sum and size.",
        "settles": "How many people picked at random must be asked to find one who saw it, with "
        f"{1 - MISS:.0%} certainty: one row per population and coverage (hypergeometric).",
    },
)
