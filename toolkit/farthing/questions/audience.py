"""Audience: whom it reached, and whom it was meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from farthing.formats import listed, number, share, shares
from farthing.question import Finding, Question, Status, Tables, read_sql, who
from farthing.questions.audience_chart import KINDS, chart
from farthing.stats.composition import (
    Range,
    index_bounds,
    jensen_shannon_bounds,
    share_bounds,
    total_variation_bounds,
)
from farthing.stats.divergence import jensen_shannon_divergence
from farthing.stats.parity import FOUR_FIFTHS, parity

SHARE_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "segment_kind": pl.String,
    "measure": pl.String,
    "segment": pl.String,
    "delivered_share_low": pl.Float64,
    "delivered_share_high": pl.Float64,
    "held_against": pl.String,
    "meant_share_low": pl.Float64,
    "meant_share_high": pl.Float64,
    "index_low": pl.Float64,
    "index_high": pl.Float64,
    "organisation": pl.String,
    "campaign_id": pl.String,
}
DISTANCE_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "segment_kind": pl.String,
    "measure": pl.String,
    "held_against": pl.String,
    "segments": pl.Int64,
    "elsewhere_share_low": pl.Float64,
    "elsewhere_share_high": pl.Float64,
    "divergence_low": pl.Float64,
    "divergence_high": pl.Float64,
    "intended_audience": pl.String,
    "organisation": pl.String,
    "campaign_id": pl.String,
}
PARITY_SCHEMA: dict[str, Any] = {
    "campaign": pl.String,
    "rate": pl.String,
    "groups": pl.Int64,
    "difference_low": pl.Float64,
    "difference_high": pl.Float64,
    "ratio_low": pl.Float64,
    "ratio_high": pl.Float64,
    "is_below_four_fifths": pl.Boolean,
    "entries": pl.String,
    "campaign_id": pl.String,
}
#: What a composition is held against, in words.
YARDSTICKS = {
    "intended": "the people it was meant for",
    "population": "the whole population",
    "all campaigns": "all campaigns of this book together",
}
#: How much may lie elsewhere for delivery to count as what was meant.
ALLOWED = 0.10
#: Compositions that have findings of their own; the others are in the tables.
FOUND = 12
NAMED = 10

Row = Mapping[str, Any]


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Work out shares, distances and parity from the counts."""
    compositions = _compositions(tables["cells"])
    alike = [*_parities(compositions), *_panel_parity(tables["panels"])]
    return {
        "shares": pl.DataFrame(
            [row for cells in compositions for row in _shares(cells)],
            schema=SHARE_SCHEMA,
            orient="row",
        ),
        "distances": pl.DataFrame(
            [_distance(cells) for cells in compositions], schema=DISTANCE_SCHEMA, orient="row"
        ),
        "parity": pl.DataFrame(alike, schema=PARITY_SCHEMA, orient="row"),
    }


def _compositions(cells: pl.DataFrame) -> list[list[Row]]:
    parts = cells.partition_by("campaign_id", "segment_kind", "measure", maintain_order=True)
    return [[*part.iter_rows(named=True)] for part in parts]


def _ranges(cells: Sequence[Row], name: str) -> list[Range]:
    """Return the bounds of one count of each segment."""
    return [(float(row[f"{name}_low"]), _float(row[f"{name}_high"])) for row in cells]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _shares(cells: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    """Yield the shares and the index of each segment; unknown where a whole is nothing."""
    sides = [share_bounds(_ranges(cells, name)) for name in ("delivered", "yardstick")]
    unknown = [(None, None)] * len(cells)
    for row, delivered, meant in zip(cells, *(side or unknown for side in sides), strict=True):
        index = None
        if None not in (*delivered, *meant):
            index = index_bounds(meant, delivered)
        yield (
            row["campaign"], row["segment_kind"], row["measure"], row["segment"], *delivered,
            row["held_against"], *meant, *(index or (None, None)), row["organisation"],
            row["campaign_id"],
        )  # fmt: skip


def _distance(cells: Sequence[Row]) -> tuple[Any, ...]:
    """Return how far the delivery of one composition lies from its yardstick."""
    first = cells[0]
    meant, delivered = _ranges(cells, "yardstick"), _ranges(cells, "delivered")
    elsewhere = total_variation_bounds(meant, delivered)
    divergence: tuple[float | None, float | None] = (None, None)
    if elsewhere is not None:
        divergence = jensen_shannon_bounds(elsewhere)
        if all(low == high for low, high in (*meant, *delivered)):
            exact = jensen_shannon_divergence(*([low for low, _ in x] for x in (meant, delivered)))
            divergence = (exact, exact)
    return (
        first["campaign"], first["segment_kind"], first["measure"], first["held_against"],
        len(cells), *(elsewhere or (None, None)), *divergence, first["intended_audience"],
        first["organisation"], first["campaign_id"],
    )  # fmt: skip


def _parities(compositions: Sequence[Sequence[Row]]) -> Iterator[tuple[Any, ...]]:
    """Compare the segments of each composition by what each of their people had."""
    for cells in compositions:
        told = [row for row in cells if row["people_low"] is not None and row["people_high"] != 0]
        measure = cells[0]["measure"]
        what = "share reached" if measure == "people" else f"{measure} for each person"
        rate = f"{what}, by {KINDS[cells[0]['segment_kind']]}"
        yield from _parity(cells[0], rate, [_rate(row) for row in told], "")


def _rate(row: Row) -> Range:
    """Return what each person of a segment had; without bound where there may be nobody."""
    people_low, people_high = float(row["people_low"]), _float(row["people_high"])
    low = float(row["delivered_low"]) / people_high if people_high else 0.0
    high = row["delivered_high"]
    return low, None if high is None or not people_low else float(high) / people_low


def _panel_parity(panels: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Compare panels of one campaign by the share of each that saw it."""
    counted = panels.filter(pl.col("asked").is_not_null() & pl.col("saw").is_not_null())
    for rows in counted.partition_by("campaign_id", maintain_order=True):
        saw = [(row["saw"] / row["asked"],) * 2 for row in rows.iter_rows(named=True)]
        entries = " ".join(rows["entries"])
        yield from _parity(rows.row(0, named=True), "share of each panel that saw it", saw, entries)


def _parity(first: Row, rate: str, rates: Sequence[Range], entries: str) -> Iterator[Any]:
    found = parity(rates)
    if found is not None:
        yield (
            first["campaign"], rate, len(rates), found.difference_low, found.difference_high,
            found.ratio_low, found.ratio_high, found.is_below_four_fifths, entries,
            first["campaign_id"],
        )  # fmt: skip


def findings(tables: Tables) -> list[Finding]:
    """Say whom each campaign reached beside whom it was meant for, and what is only claimed."""
    found = [_claimed(row) for row in tables["panels"].head(FOUND).iter_rows(named=True)]
    parts = tables["shares"].partition_by(
        "campaign_id", "segment_kind", "measure", as_dict=True, maintain_order=True
    )
    for row in tables["distances"].head(FOUND).iter_rows(named=True):
        key = (row["campaign_id"], row["segment_kind"], row["measure"])
        found.append(_composition(row, parts[key]))
    found += [_alike(row) for row in tables["parity"].head(FOUND).iter_rows(named=True)]
    return [*found, *_unmeasured(tables["unmeasured"]), *_more(tables)]


def _claimed(row: Row) -> Finding:
    """Print what a panel is said to have seen as the claim of whoever says so."""
    outcome = {"all": "all", "none": "none", "some": "some"}.get(row["outcome"])
    if row["saw"] is not None and row["asked"] is not None:
        saw = f"{row['saw']:,} of {row['asked']:,} asked saw it"
    elif outcome is None:
        saw = "how many saw it is not said"
    else:
        saw = f"{outcome} of them saw it, how many they were is not said"
    meant = row["intended_audience"]
    sentence = (
        f"{row['campaign']}: of {row['panel']} ({row['selection']}), {saw}. That is a claim of: "
        f"{who(row)}. Whom it was meant for: {meant or 'no record seen'}."
    )
    return Finding("cannot_tell", "audience.claimed", sentence, (row["entries"],), "panels")


def _composition(row: Row, segments: pl.DataFrame) -> Finding:
    """Say how much of a delivery lies elsewhere than its yardstick has it, and where."""
    low, high = row["elsewhere_share_low"], row["elsewhere_share_high"]
    about = f"{_title(row)}, {row['measure']} by {KINDS[row['segment_kind']]}"
    yardstick = YARDSTICKS[row["held_against"]]
    code = f"audience.{row['held_against'].replace(' ', '_')}"
    if low is None:
        sentence = f"{about}: cannot be held against {yardstick}, one of the two is nothing."
        return Finding("cannot_tell", code, sentence, (), "distances")
    status: Status = "cannot_tell"
    if row["held_against"] == "intended":
        status = "pass" if high <= ALLOWED else "fail" if low > ALLOWED else "cannot_tell"
        rule = (
            f"It counts as what was meant ({row['intended_audience']}) where no more than "
            f"{share(ALLOWED)} does."
        )
    else:
        rule = "Whom it was meant for is not told by segment, so that this is a comparison only."
    if (low, high) == (0, 1):
        rule = f"Counts without an upper bound leave all of it open. {rule}"
    sentence = f"{about}: {shares(low, high)} lies elsewhere than in {yardstick}. "
    return Finding(
        status, code, f"{sentence}{_largest(segments)}{_furthest(segments)}{rule}", (), "distances"
    )


def _title(row: Row) -> str:
    same = row["organisation"] in (None, row["campaign"])
    return row["campaign"] if same else f"{row['campaign']} ({row['organisation']})"


def _largest(segments: pl.DataFrame) -> str:
    """Name the two segments that were delivered the most at the least."""
    most = segments.filter(pl.col("delivered_share_low") > 0)
    most = most.sort("delivered_share_low", "segment", descending=[True, False]).head(2)
    named = [
        f"{row['segment']} had {shares(row['delivered_share_low'], row['delivered_share_high'])}"
        for row in most.iter_rows(named=True)
    ]
    return f"Of what was delivered {listed(named)}. " if named else ""


def _furthest(segments: pl.DataFrame) -> str:
    """Name the segments that have most and least for each 100 of the yardstick's share."""
    told = segments.drop_nulls("index_high")
    above = told.filter(pl.col("index_low") > 100).sort("index_low", descending=True).head(1)
    below = told.filter(pl.col("index_high") < 100).sort("index_high").head(1)
    named = [
        f"{row['segment']} has {_index(row)}"
        for side in (above, below)
        for row in side.iter_rows(named=True)
    ]
    return f"For each 100 of its share there, {listed(named)}. " if named else ""


def _index(row: Row) -> str:
    ends = dict.fromkeys(f"{row[name]:,.0f}" for name in ("index_low", "index_high"))
    return " to ".join(ends)


def _alike(row: Row) -> Finding:
    """Say whether groups were exposed alike, by the four-fifths rule, which is only a flag."""
    status: Status = {True: "fail", False: "pass", None: "cannot_tell"}[row["is_below_four_fifths"]]  # type: ignore[assignment]
    ratio = shares(row["ratio_low"], row["ratio_high"])
    verdict = {
        "fail": f"below the {share(FOUR_FIFTHS)}",
        "pass": f"not below the {share(FOUR_FIFTHS)}",
        "cannot_tell": f"and whether that is below the {share(FOUR_FIFTHS)} cannot be told,",
    }[status]
    difference = _difference(row["difference_low"], row["difference_high"])
    sentence = (
        f"{row['campaign']}, {row['rate']}: of {number(row['groups'], 'groups')} the least exposed "
        f"has {ratio} of what the most exposed has, {verdict} of the four-fifths rule, a rule of "
        f"thumb made for hiring. They differ by {difference}."
    )
    if not row["entries"]:  # a composition, and no panel that was asked
        sentence += " A group that no row of the delivery names counts as one that had nothing."
    return Finding(status, "audience.parity", sentence, tuple(row["entries"].split()), "parity")


def _difference(low: float, high: float | None) -> str:
    if high is None:
        return f"at least {low:.3g}"
    return " to ".join(dict.fromkeys(f"{end:.3g}" for end in (low, high)))


def _unmeasured(table: pl.DataFrame) -> Iterator[Finding]:
    """Name campaigns that were meant for somebody, and whose delivery no record divides."""
    if table.is_empty():
        return
    names = [
        f"{row['campaign']} ({row['intended_audience']})" for row in table.head(NAMED).to_dicts()
    ]
    if left_out := len(table[NAMED:]):
        names.append(f"{left_out:,} more")
    have = "1 campaign" if len(table) == 1 else f"{len(table):,} campaigns"
    sentence = (
        f"Whom {have} reached is on no record by segment, and so not whether they are whom it was "
        f"meant for: {'; '.join(names)}."
    )
    entries = tuple(table["entries"].head(NAMED))
    yield Finding("cannot_tell", "audience.no_delivery", sentence, entries, "unmeasured")


def _more(tables: Tables) -> Iterator[Finding]:
    """Say how many compositions have no finding of their own."""
    if tables["cells"].is_empty():
        return
    every, told = tables["cells"]["compositions"][0], min(FOUND, len(tables["distances"]))
    if left_out := every - told:
        are = "is" if left_out == 1 else "are"
        sentence = (
            f"{number(left_out, 'more compositions')} {are} on the book: the tables have the "
            "twelve fullest of each measure."
        )
        yield Finding("cannot_tell", "audience.more", sentence, (), "distances")


QUESTION = Question(
    name="audience",
    asks="Whom did it reach, and whom was it meant for?",
    statements=read_sql("audience"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "shares": "What each segment has of its campaign's delivery, and of the yardstick: one row "
        "per cell. Shares are ranges of the whole delivered; the index is the one share for each "
        "100 of the other, unknown where the yardstick has nothing.",
        "distances": "How far each composition lies from its yardstick: one row per composition. "
        "elsewhere is the total variation, the share that would have to move to other segments; "
        "divergence is that of Jensen and Shannon in bits, never its square root, and where counts "
        "are ranges what it lies between given the other.",
        "parity": "Whether groups were exposed alike: one row per composition with people of its "
        "segments, and per campaign with several panels. The ratio is the lowest rate over the "
        "highest; below four fifths it is flagged.",
    },
)
