"""Judges of how the figures of amounts are distributed: they say where to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from farthing.check import Judged
from farthing.checks.reading import read
from farthing.formats import listed, number, share
from farthing.stats.digits import below_limit, benford_gate, first_digits, heaping

#: A chance below which a departure is worth a look: many groups and books are looked at.
CHANCE = 0.001
#: The last two digits before the point, of amounts in whole units.
LAST_DIGITS = 2
#: Held down by a limit: that many amounts, and that share, have the very greatest.
CAPPED, CAPPED_SHARE = 3, 0.01
#: Off few prices: fewer values than that share of the amounts.
PRICED_SHARE = 0.5
#: Ranges: more than that share of the amounts.
RANGED_SHARE = 0.05


def judge_round(table: pl.DataFrame) -> Judged:
    """Judge whether whole hundreds are more frequent than chance makes them."""
    found, groups, looked = [], [], 0
    for row in table.iter_rows(named=True):
        one = heaping(row["rounded"], row["n"], LAST_DIGITS)
        looked += row["n"]
        if one is not None and one.p < CHANCE and one.low > one.expected:
            groups.append({name: row[name] for name in ("record", "currency")})
            found.append(
                f"of {number(row['n'], 'amounts')} in {_of(row)} {share(one.share)} are whole "
                f"hundreds ({share(one.low)} to {share(one.high)}), where chance makes "
                f"{share(one.expected)}"
            )
    return _judged(
        found,
        groups,
        looked,
        "Round amounts are no more frequent than last digits by chance make them.",
        "People round what they agree or estimate: this shows where, and no more.",
    )


def judge_limits(table: pl.DataFrame) -> Judged:
    """Judge whether amounts crowd just below a stated limit."""
    if table.is_empty():
        return Judged(
            "cannot_tell", 0, "No approval limit and no reporting threshold is stated on the book."
        )
    found, groups = [], []
    for row in table.iter_rows(named=True):
        p = below_limit(row["below"], row["above"])
        if p is not None and p < CHANCE:
            groups.append({"limit_entry": row["limit_entry"]})
            limit = number(row["amount"], row["currency"])
            found.append(
                f"{number(row['below'], 'amounts')} within a tenth below the {row['quantity']} of "
                f"{limit}, and {row['above']:,} within a tenth above it"
            )
    return _judged(
        found,
        groups,
        table.height,
        "Amounts do not crowd just below a limit.",
        "An order may be split to stay below, or cost what it costs: look at them.",
        "limits",
    )


def judge_digits(table: pl.DataFrame) -> Judged:
    """Judge first digits by Benford's law, where the law may be expected at all."""
    found, groups, refused, looked = [], [], [], 0
    for row in table.iter_rows(named=True):
        if reasons := _gate(row):
            refused.append(f"{_of(row)} ({', '.join(reasons)})")
            continue
        one = first_digits([row[f"d{digit}"] for digit in range(1, 10)])
        assert one is not None
        looked += one.n
        if one.band == "none" and one.p < CHANCE:
            groups.append({name: row[name] for name in ("record", "currency")})
            found.append(
                f"of {number(one.n, 'amounts')} in {_of(row)} the first digits deviate by "
                f"{share(one.deviation)} on average, where 1.5% and more is out of bounds"
            )
    if refused and not found and not looked:
        return Judged("cannot_tell", 0, f"Benford's law may not be expected of {listed(refused)}.")
    return _judged(
        found,
        groups,
        looked,
        "First digits of amounts are spread as Benford's law has them.",
        "The law is a screen and proves nothing: this shows where to look, and no more.",
    )


def _gate(row: dict[str, Any]) -> tuple[str, ...]:
    n = row["n"]
    return benford_gate(
        n,
        float(row["least"] or 0),
        float(row["most"] or 0),
        capped=row["at_most"] >= CAPPED and row["at_most"] > CAPPED_SHARE * n,
        priced=n > 0 and row["sizes"] < PRICED_SHARE * n,
        ranged=row["amounts"] - n > RANGED_SHARE * row["amounts"],
    )


def _of(row: dict[str, Any]) -> str:
    return f"{row['record']}s in {row['currency']}".replace("platforms", "platform charges")


def _judged(
    found: Sequence[str],
    groups: Sequence[dict[str, Any]],
    looked: int,
    holds: str,
    caution: str,
    things: str = "amounts",
) -> Judged:
    """Put what was found into a result: all that departs in one sentence, and the caution."""
    if found:
        return Judged("fail", looked, f"Look here: {'; '.join(found)}. {caution}", tuple(groups))
    if not looked:
        return Judged("pass", 0, f"{holds} The book has nothing to look at here.")
    return Judged("pass", looked, f"{holds} Looked at {number(looked, things)}.")


CHECKS = read(
    "digits",
    {"round_amounts": judge_round, "below_limit": judge_limits, "first_digits": judge_digits},
)
