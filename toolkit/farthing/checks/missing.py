"""Judges of what two lists of the same things leave out."""

from __future__ import annotations

import polars as pl

from farthing.check import Judged
from farthing.checks.reading import read
from farthing.formats import listed, number
from farthing.stats.missing import recapture


def judge_lists(table: pl.DataFrame) -> Judged:
    """Judge whether invoices and payments are of the same things, and how many there may be."""
    both = table.filter((pl.col("invoiced") > 0) & (pl.col("paid") > 0))
    if both.is_empty():
        if table.is_empty():
            return Judged(
                "pass",
                0,
                "What was invoiced and what was paid are the same. The book has nothing to look "
                "at here.",
            )
        return Judged(
            "cannot_tell",
            0,
            "The book has invoices without any payment, or payments without any invoice: one "
            "list shows nothing of what it leaves out.",
        )
    found, groups, looked = [], [], 0
    for row in both.iter_rows(named=True):
        seen = recapture(row["invoiced"], row["paid"], row["both_lists"])
        looked += seen.seen
        if row["both_lists"] < seen.seen:
            groups.append({"currency": row["currency"]})
            found.append(
                f"of {number(seen.seen, 'things')} in {row['currency']}, told apart by payee and "
                f"amount, {row['both_lists']:,} are both invoiced and paid, "
                f"{row['invoiced'] - row['both_lists']:,} only invoiced and "
                f"{row['paid'] - row['both_lists']:,} only paid. There are {seen.seen:,} or more; "
                f"by Chapman's estimate about {seen.estimate:,.0f}, if what is on one list is no "
                f"likelier to be on the other"
            )
    if found:
        return Judged("fail", looked, f"Look here: {listed(found)}.", tuple(groups))
    return Judged(
        "pass",
        looked,
        f"What was invoiced and what was paid are the same. Looked at {number(looked, 'things')}.",
    )


CHECKS = read("missing", {"lists": judge_lists})
