"""Allocation: whether money and people went where they mattered."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from farthing.formats import listed, number, share
from farthing.question import Finding, Question, Tables, read_sql, who
from farthing.questions.allocation_chart import chart, poll
from farthing.questions.allocation_measures import (
    MARGINAL,
    NAMED_ENTRIES,
    STANDING,
    Row,
    by_seat,
    given,
    lean,
    moved,
    outlying,
    skipped,
)
from farthing.questions.allocation_patterns import have, patterns, what_of

SHOWN_SEATS = 8
#: Allotments with a number that have findings of their own; the others are counted.
FOUND_SEATS = 12


def compute(tables: Tables) -> dict[str, pl.DataFrame]:
    """Place each allotment among all seats, and measure what was given by one yardstick."""
    allotments, seats = tables["allotments"], tables["seats"]
    placed = allotments.join(
        seats.select(*STANDING, "area_code", pl.col("closer").alias("place_from_closest")),
        on=[*STANDING, "area_code"],
    ).join(seats.group_by(STANDING).len("of_seats"), on=list(STANDING))
    shown = ("seat", "resource", "low", "high", "unit", "margin_known", "margin_known_share")
    seated = by_seat(tables)
    outliers = outlying(seated)
    return {
        "places": placed.select(
            *shown, "place_from_closest", "of_seats", "said_by", "modality", *STANDING, "entries"
        ).sort("resource", "place_from_closest", "seat", "entries"),
        "lean": lean(tables, seated),
        "outliers": outliers,
        "what_if": moved(seated, outliers),
        "skipped": skipped(tables, seated),
    }


def findings(tables: Tables) -> list[Finding]:
    """Say what was given where, what was known then, and whether it shows a pattern."""
    allotments, places = tables["allotments"], tables["places"]
    told = given(allotments)
    numbered = told.filter(pl.col("low").is_not_null())
    place_of = {
        row["entries"]: (row["place_from_closest"], row["of_seats"])
        for row in places.iter_rows(named=True)
    }
    found = [
        _allotment(row, place_of.get(row["entries"]))
        for row in numbered.head(FOUND_SEATS).iter_rows(named=True)
    ]
    if left_out := len(numbered) - len(found):
        sentence = f"The table has {number(left_out, 'more allotments')} with a number."
        found.append(Finding("pass", "allocation.given", sentence, (), "allotments"))
    found += _hindsight(numbered)
    found += patterns(tables)
    found += _among_all(numbered, tables["seats"])
    found += _set_apart(allotments)
    return [*found, *_without_sum(told.filter(pl.col("low").is_null()))]


def _allotment(row: Row, place: tuple[int, int] | None) -> Finding:
    """Say what one seat was given, and how it stood."""
    sentence = (
        f"It is said that {row['seat']} was given {what_of(row)} by {row['organisation']} "
        f"({who(row)}). "
    )
    entries = (row["entries"],)
    if row["margin_known"] is None:
        sentence += (
            f"No majority of {row['party']} that was known then is on the book."
            if row["party"]
            else "It names no party whose majority could stand beside it."
        )
        return Finding("cannot_tell", "allocation.given", sentence, entries, "allotments")
    at = f"; place {place[0]:,} of {place[1]:,} from the closest" if place else ""
    behind = ", which was behind" if row["margin_known"] < 0 else ""
    sentence += (
        f"The majority known then ({row['known_from']}) was "
        f"{number(row['margin_known'], 'votes')} for {row['party']}{behind}: "
        f"{share(abs(row['margin_known_share']))} of the votes{at}."
    )
    return Finding("pass", "allocation.given", sentence, entries, "places")


def _hindsight(numbered: pl.DataFrame) -> Iterator[Finding]:
    """Name the results that came after, which no decision can have known."""
    after = numbered.filter(pl.col("margin_after").is_not_null())
    for rows in after.partition_by("party", "result_of", maintain_order=True):
        seats = rows.unique(["seat", "margin_after"], maintain_order=True)
        results = "; ".join(
            f"{row['seat']} {number(row['margin_after'], 'votes')}"
            for row in seats.head(SHOWN_SEATS).iter_rows(named=True)
        )
        more = f"; and {len(seats) - SHOWN_SEATS:,} more" if len(seats) > SHOWN_SEATS else ""
        yield Finding(
            "pass",
            "allocation.hindsight",
            f"No result is used that came after. Majorities for {rows['party'][0]} in the result "
            f"of {rows['result_of'][0]}: {results}{more}. Nobody can have known them then.",
            tuple(rows["entries"].head(NAMED_ENTRIES)),
            "allotments",
        )


def _among_all(numbered: pl.DataFrame, seats: pl.DataFrame) -> Iterator[Finding]:
    """Say what the table of every seat adds."""
    for rows in numbered.partition_by(*STANDING, "resource", maintain_order=True):
        every = seats.join(rows, on=list(STANDING), how="semi")
        if every.is_empty():
            continue
        entries = tuple(rows["entries"].head(NAMED_ENTRIES))
        party, margins = rows["party"][0], every["margin_share"].abs()
        counts = [f"{(margins <= most).sum():,} by at most {most:.0%}" for most in MARGINAL]
        yield Finding(
            "pass",
            "allocation.all_seats",
            f"Of the {number(len(every), 'seats')} where {party} stood in the last result known "
            f"({poll(every)}), it won or lost {listed(counts)} of the votes"
            f"{_closer(rows, every)}.",
            entries,
            "seats",
        )
        told = every.join(rows, on="area_code", how="semi")
        yield Finding(
            "cannot_tell",
            "allocation.coverage",
            f"Of these {number(len(every), 'seats')}, {have(len(every) - len(told))} no number "
            f"for “{rows['resource'][0]}” on the book, and what is known comes from "
            f"{_origins(rows)}. "
            "Whether closer seats went without is not known.",
            entries,
            "allotments",
        )


def _closer(rows: pl.DataFrame, every: pl.DataFrame) -> str:
    """Say how many seats were closer than each that was given something."""
    given = rows.filter((pl.col("low") > 0) & pl.col("margin_known_share").is_not_null())
    counts = [
        f"{_were((every['margin_share'].abs() < abs(margin)).sum())} closer than {seat}"
        for seat, margin in given.select("seat", "margin_known_share")
        .unique(maintain_order=True)
        .head(SHOWN_SEATS)
        .iter_rows()
    ]
    return f"; {'; '.join(counts)}" if counts else ""


def _were(count: int) -> str:
    return "none was" if count == 0 else "1 was" if count == 1 else f"{count:,} were"


def _origins(rows: pl.DataFrame) -> str:
    names = rows["said_by"].unique(maintain_order=True).to_list()
    return f"one witness, {names[0]}" if len(names) == 1 else f"{len(names)} witnesses"


def _set_apart(allotments: pl.DataFrame) -> Iterator[Finding]:
    """Print what is denied, and what is only somebody's opinion: neither is in any figure."""
    words = {
        "denied": ("allocation.denied", "denied"),
        "opinion": ("allocation.opinion", "given as an opinion and not counted"),
    }
    for row in allotments.filter(pl.col("modality").is_in(list(words))).iter_rows(named=True):
        code, how = words[row["modality"]]
        what = what_of(row) if row["low"] is not None else row["resource"]
        sentence = (
            f"That {row['seat']} was given {what} by {row['organisation']} is {how}, by {who(row)}."
        )
        yield Finding("cannot_tell", code, sentence, (row["entries"],), "allotments")


def _without_sum(rows: pl.DataFrame) -> list[Finding]:
    if rows.is_empty():
        return []
    groups = [
        f"{len(group)} of {group['resource'][0]} ({group['organisation'][0]}, "
        f"says {group['said_by'][0]})"
        for group in rows.partition_by("organisation", "resource", "said_by", maintain_order=True)
    ]
    named = "1 allotment is" if len(rows) == 1 else f"{len(rows):,} allotments are"
    return [
        Finding(
            "cannot_tell",
            "allocation.without_sum",
            f"{named} named without a sum: {'; '.join(groups)}. The table has each with its "
            "majority; none enters a figure.",
            tuple(rows["entries"].head(NAMED_ENTRIES)),
            "allotments",
        )
    ]


QUESTION = Question(
    name="allocation",
    asks="Did money and people go where they mattered?",
    statements=read_sql("allocation"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "places": "Each allotment among all seats of its party, from the closest to the safest: "
        "one row per allotment.",
        "lean": "Which way each resource leans: one row per organisation, resource and unit. The "
        "concentration index is above zero where safer seats have more; the targeting ratio is "
        "the marginal seats' share of the resource over their share of the seats with a number. "
        "Gini, HHI, Theil's T and L are of the seats with a number; the part of T that lies "
        f"between marginal seats (at most {MARGINAL[1]:.0%}) and the others is beside it.",
        "outliers": f"Seats with a majority above {MARGINAL[1]:.0%} that had more than the median "
        "of the others (over), and seats of at most that with less than the median of the safer "
        "ones (under): one row per organisation, resource and seat, the first of each; of_seats "
        "counts them all. Medians are in the row's unit.",
        "what_if": "One move each: from the seat that had most above the rule to the closest that "
        "had less, until the two have the same. Break-even votes are what each unit must be worth "
        "to win: one row per organisation and resource.",
        "skipped": f"Seats last won by at most {MARGINAL[1]:.0%} to which neither of two "
        "organisations gave anything on the book, the closest first: one row per pair, resource "
        "and seat; of_seats counts them all.",
    },
)
