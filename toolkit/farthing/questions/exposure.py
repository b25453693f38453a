"""Exposure: they saw it, and whether that means that everyone did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.formats import interval, number, share
from farthing.question import Finding, Question, Tables, read_sql
from farthing.stats.exposure import (
    ask_at_random,
    coverage_needed,
    log10_chance_all_saw,
)

CONFIDENCE = 0.95
MISS = 0.05
CHECKERS = (1, 2, 3, 5, 10, 20, 50)
#: Coverages a general campaign might be said to have had, beside the most the money could buy.
COVERAGES = (0.5, 0.1, 0.05, 0.01)
AUDIENCES = (50, 500, 5_000, 50_000)
CAVEATS = (
    "Checkers are not a random sample: they follow the same pages, and friends share posts.",
    "A panel that volunteers may be as targeted as insiders are.",
    "That an advertisement is absent from a library does not show that it never ran.",
)

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Work out what a panel shows, what the money allows, and what would settle it."""
    if tables["panels"].is_empty() or tables["populations"].is_empty():
        return {}
    people = int(tables["populations"]["low"][0])
    limits = _limits(tables["bought"], people)
    return {
        "needed": _needed(tables["panels"], limits),
        "thinly": _thinly(tables["bought"]),
        "settles": _settles(people, limits),
    }


def _limits(bought: pl.DataFrame, people: int) -> dict[str, float]:
    """Return, by campaign, the largest share of people the money could have reached.

    The most generous reading: the lowest price, the most money, and no one shown it twice.
    """
    most = bought.group_by("campaign").agg(pl.col("impressions_high").max())
    return {
        campaign: min(1.0, impressions / people)
        for campaign, impressions in most.iter_rows()
        if impressions is not None
    }


def _needed(panels: pl.DataFrame, limits: Mapping[str, float]) -> pl.DataFrame:
    """For panels of several sizes that all saw it: the coverage that makes it ordinary."""
    sizes = sorted({*CHECKERS, *(row["asked"] for row in _all_saw(panels) if row["asked"])})
    rows = [
        (campaign, size, coverage_needed(size, size, CONFIDENCE), limit, _log10(limit, size))
        for campaign, limit in limits.items()
        for size in sizes
    ]
    schema: dict[str, Any] = {
        "campaign": pl.String,
        "checkers": pl.Int64,
        "coverage_needed_share": pl.Float64,
        "coverage_bought_at_most_share": pl.Float64,
        "log10_chance_at_that_coverage": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _all_saw(panels: pl.DataFrame) -> Iterator[Row]:
    return panels.filter(pl.col("outcome") == "all").iter_rows(named=True)


def _log10(coverage: float, size: int) -> float:
    return log10_chance_all_saw(coverage, size)


def _thinly(bought: pl.DataFrame) -> pl.DataFrame:
    """Spread the impressions the money could buy over audiences of several sizes."""
    spread = bought.group_by("campaign", maintain_order=True).agg(
        pl.col("impressions_low").min(), pl.col("impressions_high").max()
    )
    sizes = pl.DataFrame({"audience": AUDIENCES})
    return spread.join(sizes, how="cross").select(
        "campaign",
        "audience",
        (pl.col("impressions_low") / pl.col("audience")).floor().cast(pl.Int64).alias("each_low"),
        (pl.col("impressions_high") / pl.col("audience")).ceil().cast(pl.Int64).alias("each_high"),
    )


def _settles(people: int, limits: Mapping[str, float]) -> pl.DataFrame:
    """Say how many people picked at random would find one who saw it, for each coverage."""
    coverages = sorted({*COVERAGES, *limits.values()}, reverse=True)
    rows = [
        (coverage, floor(coverage * people), ask_at_random(people, floor(coverage * people), MISS))
        for coverage in coverages
    ]
    schema: dict[str, Any] = {
        "if_coverage_was_share": pl.Float64,
        "people_who_saw_it": pl.Int64,
        "ask": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def findings(tables: Tables) -> list[Finding]:
    """Say what the sightings show, what the money allows, and what would settle it."""
    found = [_panel_shows(row) for row in tables["panels"].iter_rows(named=True)]
    if "needed" not in tables:
        return found
    for campaign in tables["needed"]["campaign"].unique(maintain_order=True):
        needed = tables["needed"].filter(pl.col("campaign") == campaign)
        found += [
            _money_buys(tables, campaign),
            *_coverage(needed, tables),
            _each(tables["thinly"].filter(pl.col("campaign") == campaign)),
            _ask(needed["coverage_bought_at_most_share"][0], tables),
        ]
    return [*found, _not_random()]


def _panel_shows(row: Row) -> Finding:
    """Judge a panel on its own: chosen checkers cannot tell two campaigns apart."""
    how_many = (
        f"{row['saw']} of {row['asked']}"
        if row["asked"]
        else f"{row['outcome']} of an unknown number"
    )
    sentence = (
        f"Of the panel “{row['panel']}”, {how_many} are said to have seen it, by {row['said_by']}."
    )
    if row["selection"] == "random" and row["asked"]:
        return Finding("pass", "exposure.panel", sentence, (row["entries"],), "panels")
    sentence += (
        " They were not picked at random: a campaign shown to them alone and one shown to "
        "everyone would both look like this to them."
    )
    return Finding("cannot_tell", "exposure.panel", sentence, (row["entries"],), "panels")


def _money_buys(tables: Tables, campaign: str) -> Finding:
    """Say what the money could have bought over all prices seen."""
    bought = tables["bought"].filter(pl.col("campaign") == campaign)
    unit = bought["currency"][0]
    low, high = bought["impressions_low"].min(), bought["impressions_high"].max()
    cpm = interval(bought["cpm_low"].min(), bought["cpm_high"].max(), unit)  # type: ignore[arg-type]
    return Finding(
        "pass",
        "exposure.money_buys",
        f"“{bought['money'][0]}”, {bought['told'][0]}, buys {number(low, None)} to "  # type: ignore[arg-type]
        f"{number(high, 'impressions')} at the {len(bought)} prices seen, {cpm} a thousand.",  # type: ignore[arg-type]
        tuple(dict.fromkeys(" ".join(bought["entries"]).split())),
        "bought",
    )


def _coverage(needed: pl.DataFrame, tables: Tables) -> Iterator[Finding]:
    """Hold the coverage an untargeted campaign needed against the most the money could buy."""
    limit = needed["coverage_bought_at_most_share"][0]
    by_size = dict(needed.select("checkers", "coverage_needed_share").iter_rows())
    people = tables["populations"].row(0, named=True)
    entries = tuple(people["entries"].split())
    examples = "; ".join(f"{size}: {share(by_size[size])}" for size in (1, 3, 5, 10))
    yield Finding(
        "pass",
        "exposure.coverage_needed",
        "Had the checkers been ordinary people, a campaign aimed at nobody in particular would "
        f"have had to reach this share of everyone for all of them to see it: {examples} "
        f"(checkers: least coverage at {CONFIDENCE:.0%} confidence).",
        entries,
        "needed",
    )
    too_few = [size for size, coverage in by_size.items() if coverage > limit]
    everyone = f"{interval(people['low'], people['high'], None)} {people['population']}"
    most = f"{share(limit)} of the {everyone}"
    if too_few:
        yield Finding(
            "fail",
            "exposure.money_reaches_coverage",
            f"Could the money have bought that? No, not for {_or_more(min(too_few))}: at the "
            f"lowest price seen, and with nobody shown it twice, it reaches at most {most}.",
            entries,
            "needed",
        )
    else:
        yield Finding(
            "pass",
            "exposure.money_reaches_coverage",
            f"The money could have bought that coverage: it reaches up to {most}.",
            entries,
            "needed",
        )


def _or_more(checkers: int) -> str:
    return "even one such checker" if checkers == 1 else f"{checkers} such checkers or more"


def _each(thinly: pl.DataFrame) -> Finding:
    """Say how often a small audience would have seen it."""
    row = thinly.filter(pl.col("audience") == AUDIENCES[1]).row(0, named=True)
    return Finding(
        "cannot_tell",
        "exposure.targeting",
        f"Shown to {row['audience']:,} people alone, the money buys {row['each_low']:,} to "
        f"{row['each_high']:,} impressions each. So the audience was wider, or the price higher, "
        "or the sum covers something else: money cannot show whom it was aimed at, only delivery "
        "can, and no record of delivery was seen.",
        (),
        "thinly",
    )


def _ask(limit: float, tables: Tables) -> Finding:
    settles = {row[0]: row for row in tables["settles"].iter_rows()}
    half, most = settles[COVERAGES[0]], settles[limit]
    return Finding(
        "cannot_tell",
        "exposure.would_settle",
        f"What would settle it: ask people picked at random. {half[2]:,} are enough to find one "
        f"who saw it, with {1 - MISS:.0%} certainty, had half of everyone; {most[2]:,}, had the "
        f"{share(limit)} that the money could reach at most. No such panel is on the book.",
        (),
        "settles",
    )


def _not_random() -> Finding:
    return Finding("cannot_tell", "exposure.caveats", " ".join(CAVEATS))


def chart(tables: Tables) -> Drawing | None:
    """Draw the coverage needed against the number of checkers, and the most the money could buy."""
    if "needed" not in tables or tables["needed"].is_empty():
        return None
    limit = float(tables["needed"]["coverage_bought_at_most_share"].max())  # type: ignore[arg-type]
    curve = pl.DataFrame({"checkers": range(1, 21)}).with_columns(
        pl.col("checkers").map_elements(_needed_by, pl.Float64).alias("coverage")
    )
    marked = curve.filter(pl.col("checkers").is_in([1, 2, 3, 5, 10, 20])).with_columns(
        pl.col("coverage").map_elements(share, pl.String).alias("words")
    )
    return charts.titled(
        alt.layer(*_bought_band(limit), *_needed_curve(curve, marked)),
        "If they all saw it, how much of everyone must have?",
        [
            "The share of people an untargeted campaign had to reach for all of k plain checkers",
            f"to see it ({CONFIDENCE:.0%} confidence), and the most that the money could reach.",
        ],
    )


def _needed_by(size: int) -> float:
    return coverage_needed(size, size, CONFIDENCE) or 0.0


def _needed_curve(curve: pl.DataFrame, marked: pl.DataFrame) -> list[Drawing]:
    x = alt.X(
        "checkers:Q",
        title="checkers, all of whom saw it",
        scale=alt.Scale(domain=[0, 21], nice=False),
        axis=alt.Axis(values=[1, 2, 3, 5, 10, 15, 20], grid=False),
    )
    y = alt.Y(
        "coverage:Q",
        title="coverage",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    size: dict[str, Any] = {"width": charts.WIDTH, "height": 300}
    line = alt.Chart(charts.data(curve), **size).mark_line(color=charts.RECORD, strokeWidth=2.5)
    dots = alt.Chart(charts.data(marked)).mark_point(
        filled=True, opacity=1, size=70, color=charts.RECORD
    )
    words = alt.Chart(charts.data(marked)).mark_text(align="left", dx=9, dy=9, color=charts.INK)
    return [
        line.encode(x=x, y=y),
        dots.encode(x=x, y=y),
        words.encode(x=x, y=y, text="words:N"),
    ]


def _bought_band(limit: float) -> list[Drawing]:
    band = pl.DataFrame({"from": [0.0], "to": [limit], "start": [0], "end": [21]})
    words = pl.DataFrame(
        {
            "x": [20.8],
            "y": [limit],
            "words": [f"the money could have reached at most {share(limit)}"],
        }
    )
    return [
        alt.Chart(charts.data(band))
        .mark_rect(color=charts.CLAIM, opacity=0.35)
        .encode(x="start:Q", x2="end:Q", y="from:Q", y2="to:Q"),
        alt.Chart(charts.data(words))
        .mark_text(align="right", dy=-9, color=charts.CLAIM, fontWeight=600)
        .encode(x="x:Q", y="y:Q", text="words:N"),
    ]


QUESTION = Question(
    name="exposure",
    asks="They saw it. Does that mean everyone did?",
    statements=read_sql("exposure"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "needed": "For a number of checkers all of whom saw it: the least coverage that makes that "
        "ordinary (Clopper–Pearson, one-sided), the most coverage the money could buy, and the "
        "decimal logarithm of the chance that all would see it at that coverage.",
        "thinly": "Impressions for each person, had the money's impressions gone to an audience of "
        "this size: one row per size.",
        "settles": "How many people picked at random must be asked to find one who saw it, with "
        f"{1 - MISS:.0%} certainty: one row per coverage (hypergeometric).",
    },
)
