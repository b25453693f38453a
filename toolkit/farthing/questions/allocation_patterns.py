"""Allocation: what the measures say in words, and where they say to look."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from farthing.amounts import is_money
from farthing.formats import interval, listed, number, share
from farthing.question import Finding, Tables
from farthing.questions.allocation_measures import FEWEST_SEATS, MARGINAL, RECORDS, THING, Row

#: How likely chance alone may be, at most, for a pattern to be called one.
BY_CHANCE = 0.05
#: Organisations and resources that have findings of their own; the tables have the others.
FOUND_THINGS = 6
#: Seats that a sentence names.
NAMED = 5


def patterns(tables: Tables) -> Iterator[Finding]:
    """Say what was spent, which way each thing leans, and where to look."""
    spent = tables["money"].partition_by(
        "organisation", "record", "series", "currency", maintain_order=True
    )
    yield from (_spent(rows, tables["standings"]) for rows in spent[:FOUND_THINGS])
    if left_out := len(spent[FOUND_THINGS:]):
        sentence = f"The table has the money of {number(left_out, 'more organisations')}."
        yield Finding("pass", "allocation.spent", sentence, (), "money")
    measured = [row for row in tables["lean"].iter_rows(named=True) if row["seats_with_a_number"]]
    for row in measured[:FOUND_THINGS]:
        yield _lean(row)
        yield from _targeting(row)
    for rows in tables["outliers"].partition_by(*THING, maintain_order=True)[:FOUND_THINGS]:
        yield _outliers(rows)
    yield from (_moved(row) for row in tables["what_if"].head(FOUND_THINGS).iter_rows(named=True))
    pairs = tables["skipped"].partition_by("one", "other", "resource", maintain_order=True)
    yield from (_skipped(rows) for rows in pairs[:FOUND_THINGS])


def what_of(row: Row) -> str:
    """Say how much of what a row tells of; of money also what it was for."""
    amount = interval(row["low"], row["high"], row["unit"])
    return f"{amount} ({row['resource']})" if is_money(row["unit"]) else amount


def have(count: int) -> str:
    """Say that so many have something."""
    return "1 has" if count == 1 else f"{count:,} have"


def _lean(row: Row) -> Finding:
    """Say whether a resource leans towards safer or closer seats, and whether that is telling."""
    code, entries = "allocation.pattern", _entries(row)
    about, count = _about(row), row["seats_with_a_number"]
    seats = number(count, "seats")
    low, high = row["concentration_index_low"], row["concentration_index_high"]
    if low is None:
        why = (
            f"in {row['seats_without_bound']:,} of them what was given has no upper bound"
            if row["seats_without_bound"]
            else "nothing was given, or no seat is closer than another"
        )
        sentence = f"{about}: {seats} with a number cannot show a pattern: {why}."
        return Finding("cannot_tell", code, sentence, entries, "lean")
    sentence = (
        f"{about}: of the {seats} with a number, {_side_of(low, high)} (concentration index "
        f"{_between(low, high)}). "
    )
    rank, chance = row["rank_correlation"], row["p_value"]
    if count < FEWEST_SEATS:
        sentence += (
            f"But {seats} cannot show a pattern: whatever the truth, their ranks can only agree or "
            "be opposite."
        )
    elif rank is None:
        sentence += (
            "All were given the same, so there is no pattern."
            if low == high
            else "What was given is known as ranges, which have no ranks."
        )
    else:
        often = "less than 0.01%" if chance < 0.0001 else share(chance)
        chosen = (
            "Which seats are told of is not left to chance, and nothing"
            if row["kind"] == "claim"
            else "Nothing"
        )
        sentence += (
            f"Rank correlation {rank:.2f}; chance alone would do as much {often} of the time. "
            f"{chosen} here says why."
        )
        if chance <= BY_CHANCE:
            return Finding("pass", code, sentence, entries, "lean")
    return Finding("cannot_tell", code, sentence, entries, "lean")


def _entries(row: Row) -> tuple[str, ...]:
    return tuple((row["entries"] or "").split())


def _about(row: Row) -> str:
    told = ", as it is told" if row["kind"] == "claim" else ""
    return f"{row['organisation']}, {row['resource']}{told}"


def _side_of(low: float, high: float) -> str:
    if low <= 0 <= high and low < high:
        return (
            "whether the safer or the closer had more depends on where in its range each sum lies"
        )
    side = "the safer had more" if high > 0 else "the closer had more"
    return side if low or high else "neither the safer nor the closer had more"


def _between(low: float, high: float) -> str:
    ends = dict.fromkeys(f"{end:.2f}" for end in (low, high))
    return " to ".join(ends)


def _targeting(row: Row) -> Iterator[Finding]:
    """Say how much more or less marginal seats had than their number would give them."""
    if row["seats_with_a_number"] < FEWEST_SEATS:
        return
    told = [
        f"{_between(low, high)} where at most {most:.0%} of the votes count as marginal"
        for most in MARGINAL
        for low, high in [
            tuple(
                row[f"targeting_ratio_at_{most * 100:.0f}_percent_{end}"] for end in ("low", "high")
            )
        ]
        if low is not None
    ]
    if told:
        sentence = (
            f"{_about(row)}: the marginal seats' share of it over their share of the seats is "
            f"{listed(told)}; 1 is what their number would give them."
        )
        yield Finding("pass", "allocation.targeting", sentence, _entries(row), "lean")


def _spent(rows: pl.DataFrame, standings: pl.DataFrame) -> Finding:
    """Say what one organisation spent in how many seats, and how many of them were marginal."""
    row = rows.row(0, named=True)
    low, high = (_total(rows[name]) for name in ("low", "high"))
    series = f" ({row['series']})" if row["series"] else ""
    close = standings.filter(pl.col("majority_share") <= MARGINAL[1]).select(
        "area_code", pl.col("held_on").alias("known_on")
    )
    known = rows.join(
        standings.select("area_code", pl.col("held_on").alias("known_on")),
        on=["area_code", "known_on"],
        how="semi",
    )
    marginal = known.join(close, on=["area_code", "known_on"], how="semi")
    sentence = (
        f"{row['organisation']}: {interval(low, high, row['currency'])} {RECORDS[row['record']]}"
        f"{series} in {number(len(rows), 'seats')}. "
    )
    if known.is_empty():
        sentence += "No majority that was known then is on the book."
        return Finding("cannot_tell", "allocation.spent", sentence, (), "money")
    sentence += (
        f"Of {len(known):,} the majority known then is on the book: {_was(len(marginal))} won by "
        f"at most {MARGINAL[1]:.0%} of the votes."
    )
    return Finding("pass", "allocation.spent", sentence, (), "money")


def _total(sums: pl.Series) -> Decimal | None:
    """Add sums up; one that is not known leaves the whole open."""
    return None if sums.has_nulls() else sum(sums, Decimal(0))


def _was(count: int) -> str:
    return "1 was" if count == 1 else f"{count:,} were"


def _outliers(rows: pl.DataFrame) -> Finding:
    """Name the seats that are over- and under-resourced, with the rule that says so."""
    row = rows.row(0, named=True)
    told = []
    for side, words in (
        ("over", f"with a majority above {MARGINAL[1]:.0%} had more than the median of the others"),
        ("under", f"of at most {MARGINAL[1]:.0%} had less than the median of the others"),
    ):
        of = rows.filter(pl.col("side") == side)
        if of.is_empty():
            continue
        named = [
            f"{one['seat']} ({interval(one['low'], one['high'], one['unit'])})"
            for one in of.head(NAMED).iter_rows(named=True)
        ]
        more = of["of_seats"][0] - len(named)
        names = "; ".join(named) + (f"; and {more:,} more" if more else "")
        low, high = (_exact(of[f"median_{end}"][0]) for end in ("low", "high"))
        median = interval(low, high, row["unit"])
        told.append(f"{number(of['of_seats'][0], 'seats')} {words}, {median}: {names}")
    sentence = (
        f"{_about(row)}: {'. '.join(told)}. That is a rule for where to look and no verdict: seats "
        "differ in more than their majority."
    )
    entries = tuple(
        dict.fromkeys(name for one in rows["entries"].drop_nulls() for name in one.split())
    )
    return Finding("pass", "allocation.outliers", sentence, entries, "outliers")


def _exact(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _moved(row: Row) -> Finding:
    """Say what a move would have made of the figures, and what it would have had to be worth."""
    units = _amount(row["moved"], row["unit"])
    sentence = (
        f"{_about(row)}. What if {units} of {row['from_seat']}’s "
        f"{_amount(row['from_had'], row['unit'])} had gone to {row['to_seat']}, which had "
        f"{_amount(row['to_had'], row['unit'])}? The concentration index would be "
        f"{row['concentration_index_then']:.3f} and not {row['concentration_index']:.3f}. "
    )
    if row["break_even_votes_per_unit"] is None:
        sentence += f"By the result known then {row['to_seat']} was held already. "
    else:
        sentence += (
            f"To make up the {number(row['votes_behind'], 'votes')} of the result known then and "
            f"win, each {_one(row['unit'])} would have had to be worth "
            f"{_votes(row['break_even_votes_per_unit'])}. "
        )
    if row["break_even_after"] is not None:
        sentence += (
            f"By the result that came after ({number(row['votes_behind_after'], 'votes')} behind), "
            f"which nobody can have known: {_votes(row['break_even_after'])}. "
        )
    sentence += "Nothing here says that it would have been."
    return Finding("pass", "allocation.what_if", sentence, _entries(row), "what_if")


def _amount(value: Decimal, unit: str) -> str:
    return interval(value, value, unit)


def _one(unit: str) -> str:
    return number(1, unit).removeprefix("1 ")


def _votes(value: float) -> str:
    return number(_exact(value), "votes") if value >= 0.01 else f"{value:.2g} votes"


def _skipped(rows: pl.DataFrame) -> Finding:
    """Name the marginal seats that two organisations both gave nothing."""
    row = rows.row(0, named=True)
    more = row["of_seats"] - len(rows.head(NAMED))
    names = "; ".join(rows["seat"].head(NAMED)) + (f"; and {more:,} more" if more else "")
    sentence = (
        f"{listed([row['one'], row['other']])}, {row['resource']}: of the "
        f"{number(row['marginal_seats'], 'seats')} last won by at most {MARGINAL[1]:.0%} of the "
        f"votes, {have(row['of_seats'])} nothing from either on the book, the closest first: "
        f"{names}. Where no record was seen, that is not nothing: see the table."
    )
    return Finding("cannot_tell", "allocation.skipped", sentence, (), "skipped")
