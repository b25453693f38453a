"""Comparisons: one stated relation between two amounts a row."""

from __future__ import annotations

from farthing.ledger import Ledger, Row, column, row_rule


class Comparison(Row):
    """One entry of `budgets` said to be greater than another, whatever their sizes."""

    greater_entry: str = column("the greater", refers_to="budgets.entry_id")
    lesser_entry: str = column("the lesser", refers_to="budgets.entry_id")
    said_by: str = column("who drew the comparison")
    reported_by: str = column("who passed it on, in order", nullable=True)
    quote: str = column("the words that draw it", nullable=True)

    two_entries = row_rule("greater_entry <> lesser_entry", "compares an entry with itself")


COMPARISONS = Ledger(name="comparisons", grain="one stated relation", model=Comparison)
