"""What was said without a number: who says it and who denies it, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from farthing.formats import number
from farthing.question import Finding, who

Row = Mapping[str, Any]

#: Accounts of one thing that are printed in its finding; the others are counted.
SHOWN_ACCOUNTS = 8
#: Things in question that have a finding of their own; the others are counted.
FOUND = 20
HOW = {"denied": "denied by", "opinion": "an opinion of"}


def in_question(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return what no number can settle: one row per thing that accounts without a number are of.

    Parameters
    ----------
    accounts
        Statements whose unit is ``account``.

    Returns
    -------
    DataFrame
        ``statements`` and ``origins`` count all accounts of it, ``asserted``, ``denied`` and
        ``opinions`` those of a kind (a reservation counts as asserted), ``wordings`` the different
        quotations.
    """

    def how_many(*modalities: str) -> pl.Expr:
        return pl.col("modality").is_in(modalities).sum().cast(pl.Int64)

    return accounts.group_by("quantity", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("statements"),
        pl.col("origin").n_unique().cast(pl.Int64).alias("origins"),
        how_many("asserted", "hedged").alias("asserted"),
        how_many("denied").alias("denied"),
        how_many("opinion").alias("opinions"),
        pl.col("quote").drop_nulls().n_unique().cast(pl.Int64).alias("wordings"),
        pl.col("entries").str.join(" "),
    )


def side_by_side(things: pl.DataFrame, accounts: pl.DataFrame) -> Iterator[Finding]:
    """Print the accounts of each thing that is told more than once, with who passed them on."""
    several = things.filter(pl.col("statements") > 1)
    of = {
        quantity: [*rows.iter_rows(named=True)]
        for (quantity,), rows in accounts.group_by("quantity", maintain_order=True)
    }
    for thing in several.head(FOUND).iter_rows(named=True):
        yield _told(thing, of[thing["quantity"]])
    if left_out := len(several[FOUND:]):
        sentence = f"The table has {number(left_out, 'more things')} told more than once."
        yield Finding("cannot_tell", "evidence.more_accounts", sentence, (), "in_question")


def _told(thing: Row, accounts: Sequence[Row]) -> Finding:
    """Put opposed accounts side by side; of one witness say that it is one, in which wordings."""
    entries = tuple(thing["entries"].split())
    said = _said(accounts)
    if thing["origins"] == 1:
        sentence = (
            f"{thing['quantity']}: {number(thing['statements'], 'accounts')} in "
            f"{number(max(thing['wordings'], 1), 'wordings')} of one origin: {said}."
        )
        return Finding("cannot_tell", "evidence.one_account", sentence, entries, "in_question")
    against = thing["denied"] and thing["denied"] < thing["statements"]
    code = "evidence.opposed" if against else "evidence.several_accounts"
    return Finding("cannot_tell", code, f"{thing['quantity']}: {said}.", entries, "in_question")


def _said(accounts: Sequence[Row]) -> str:
    """List who says what; of those that say it in the same words, the words stand once."""
    spoken: dict[tuple[str, str], list[str]] = {}
    for row in accounts:
        spoken.setdefault((_words(row), HOW.get(row["modality"], "says")), []).append(who(row))
    lines = [f"{words} {_by(how, names)}" for (words, how), names in spoken.items()]
    left_out = len(lines[SHOWN_ACCOUNTS:])
    more = [f"and {number(left_out, 'more accounts')}"] if left_out else []
    return "; ".join([*lines[:SHOWN_ACCOUNTS], *more])


def _words(row: Row) -> str:
    """Return the words of an account; where none are quoted, what the book notes of it."""
    if row["quote"]:
        return f"“{row['quote']}”"
    return (row["note"] or "words not quoted").rstrip(".")


def _by(how: str, names: Sequence[str]) -> str:
    named = "; ".join(dict.fromkeys(names))
    return f"({named})" if how == "says" else f"({how} {named})"
