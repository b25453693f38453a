"""How rows must relate to each other and to the book before they can be posted.

What a row names must be there and in force, no two rows may have one name, and a correction must
correct something once. Nothing may be withdrawn that rows in force rely on: a campaign that went
would take its money out of every answer, without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import duckdb

from farthing.ledger import Fault, Ledger
from farthing.ledgers import LEDGERS

#: The columns by which a row names the one it replaces; a row has one of them at most.
CORRECTIONS = ("supersedes", "reverses")
CORRECTED = "coalesce(supersedes, reverses)"

_Relation: TypeAlias = tuple[str | None, str, str]
"""A rule: its column, its words, and the SELECT of the source rows and values that break it."""


def broken(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> list[tuple[int, Fault]]:
    """Hold the table ``incoming`` against itself and the book.

    Returns
    -------
    list of tuple
        Each rule broken: the ``source_row`` and the fault.
    """
    corrects = f"SELECT 1 FROM incoming WHERE {CORRECTED} IS NOT NULL LIMIT 1"
    rules = list(_relations(ledger))
    if connection.execute(corrects).fetchall():
        rules += [*_corrections(ledger), *_withdrawals(ledger)]
    filled = _filled(connection, ledger)
    found = [
        (source_row, Fault(0, column, value, rule))
        for column, rule, query in rules
        if column is None or column in filled
        for source_row, value in connection.execute(query).fetchall()
    ]
    return found + list(_circular(connection, ledger))


def _filled(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> set[str]:
    """Return the columns that any incoming row has something in."""
    names = list(ledger.dtypes)
    counts = ", ".join(f"count({name})" for name in names)
    [found] = connection.execute(f"SELECT {counts} FROM incoming").fetchall()
    return {name for name, count in zip(names, found, strict=True) if count}


def _relations(ledger: Ledger) -> Iterator[_Relation]:
    """Yield the rules on how rows relate to each other and to the book."""
    name = ledger.name
    yield (
        "entry_id",
        f"is already in {name}",
        "SELECT source_row, entry_id FROM incoming "
        f"WHERE entry_id IN (SELECT entry_id FROM {name})",
    )
    yield "entry_id", "stands in more than one row of the file", _twice("entry_id", "entry_id")
    for column, other, named in ledger.references:
        if column not in CORRECTIONS:
            known = f"SELECT {named} AS known FROM current_{other}"
            if other == name:
                known += f" UNION ALL SELECT {named} FROM incoming WHERE reverses IS NULL"
            yield column, f"is in no row of {other} in force", _outside(column, known)
    if ledger.key != ("entry_id",):
        words = " and ".join(ledger.key)
        yield None, f"the row has the {words} of another row in force", _same_key(ledger)
    for clash, words in ledger.clashes:
        yield None, words, _clashing(ledger, clash)


def _corrections(ledger: Ledger) -> Iterator[_Relation]:
    """Yield the rules on what a row can supersede or reverse: once, and what says something."""
    name = ledger.name
    every = f"(SELECT * FROM {name} UNION ALL SELECT * FROM incoming)"
    gone = f"(SELECT {CORRECTED} FROM {name})"
    withdrawals = f"(SELECT entry_id FROM {every} WHERE reverses IS NOT NULL)"
    for column in CORRECTIONS:
        select = f"SELECT source_row, {column} FROM incoming WHERE {column} IN"
        known = f"SELECT entry_id AS known FROM {every}"
        yield column, f"is in no row of {name}", _outside(column, known, "")
        yield column, "has been superseded or reversed already", f"{select} {gone}"
        yield column, "is itself a reversal", f"{select} {withdrawals}"
        words = "is superseded or reversed by another row of the file too"
        yield column, words, _twice(column, CORRECTED)


def _withdrawals(ledger: Ledger) -> Iterator[_Relation]:
    """Yield the rules that keep a row from taking away what rows in force rely on.

    A name that another row in force has stays; so does an entry that a new version supersedes.
    """
    for other in LEDGERS:
        for column, name, named in other.references:
            if name == ledger.name and column not in CORRECTIONS:
                words = f"would be withdrawn, and {column} of {other.name} refers to it"
                yield named, words, _withdrawn(ledger, other, column, named)


def _outside(column: str, known: str, which: str = "AND reverses IS NULL") -> str:
    """Find incoming rows with a value that is not known; a reversal need not look back."""
    return (
        f"SELECT source_row, {column} FROM incoming WHERE {column} IS NOT NULL {which} "
        f"AND {column} NOT IN (SELECT known FROM ({known}) WHERE known IS NOT NULL)"
    )


def _twice(column: str, group: str) -> str:
    return (
        f"SELECT source_row, {column} FROM incoming WHERE {column} IS NOT NULL "
        f"AND {group} IN (SELECT {group} FROM incoming GROUP BY {group} HAVING count(*) > 1)"
    )


def _after(ledger: Ledger) -> str:
    """Return the rows that would be in force with the incoming."""
    return (
        f"(SELECT * FROM (SELECT * FROM current_{ledger.name} UNION ALL SELECT * FROM incoming) "
        f"WHERE reverses IS NULL AND entry_id NOT IN "
        f"(SELECT {CORRECTED} FROM incoming WHERE {CORRECTED} IS NOT NULL))"
    )


def _same_key(ledger: Ledger) -> str:
    """Find incoming rows that would be in force beside another row with their key."""
    key = ", ".join(ledger.key)
    same = " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM twice.{name}" for name in ledger.key)
    return f"""
        WITH twice AS (
          SELECT {key} FROM {_after(ledger)}
          GROUP BY {key} HAVING count(DISTINCT coalesce(record_key, entry_id)) > 1
        )
        SELECT incoming.source_row, NULL
        FROM incoming JOIN twice ON {same}
        WHERE incoming.reverses IS NULL
    """


def _clashing(ledger: Ledger, clash: str) -> str:
    """Find incoming rows that would be in force beside a row that they clash with."""
    return f"""
        SELECT DISTINCT incoming.source_row, NULL
        FROM incoming JOIN {_after(ledger)} AS other ON {clash}
        WHERE incoming.reverses IS NULL
    """


def _withdrawn(ledger: Ledger, other: Ledger, column: str, named: str) -> str:
    """Find incoming rows that withdraw, in any version, what a row in force refers to."""
    relying = _after(ledger) if other == ledger else f"current_{other.name}"
    leaves = "reverses" if named == "entry_id" else CORRECTED
    return f"""
        WITH RECURSIVE every AS (
          SELECT entry_id, supersedes, {named} AS named FROM {ledger.name}
          UNION ALL SELECT entry_id, supersedes, {named} FROM incoming
        ), leaving AS (
          SELECT source_row, {leaves} AS entry_id FROM incoming WHERE {leaves} IS NOT NULL
          UNION ALL
          SELECT leaving.source_row, every.supersedes
          FROM leaving JOIN every USING (entry_id)
          WHERE every.supersedes IS NOT NULL
        )
        SELECT DISTINCT leaving.source_row, every.named
        FROM leaving JOIN every USING (entry_id)
        WHERE every.named IN (SELECT {column} FROM {relying})
          AND every.named NOT IN (SELECT {named} FROM {_after(ledger)})
    """


def _circular(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> Iterator[tuple[int, Fault]]:
    """Find rows that are a version or a part of themselves: they would be in no total."""
    for column, other, named in ledger.references:
        if other != ledger.name or column == "reverses":
            continue
        rows = "incoming" if column == "supersedes" else _after(ledger)
        ways = f"SELECT {named}, {column} FROM {rows} WHERE {column} IS NOT NULL"
        incoming = f"SELECT source_row, {named}, {column} FROM incoming WHERE {column} IS NOT NULL"
        if not connection.execute(f"{incoming} LIMIT 1").fetchall():
            continue
        # In a circle each way goes on to another: nearly all ways of a file end at the first.
        on = f"WITH ways AS ({ways}) FROM ways WHERE {column} IN (SELECT {named} FROM ways)"
        if circle := _in_circles(dict(connection.execute(on).fetchall())):
            for source_row, name, value in connection.execute(incoming).fetchall():
                if name in circle:
                    yield source_row, Fault(0, column, value, "leads back to the row itself")


def _in_circles(above: dict[str, str]) -> set[str]:
    """Return the names from which the way up leads back to them."""
    found: set[str] = set()
    done: set[str] = set()
    for name in above:
        path: dict[str, None] = {}
        while name in above and name not in done and name not in path:
            path[name] = None
            name = above[name]
        if name in path:
            steps = list(path)
            found.update(steps[steps.index(name) :])
        done.update(path)
    return found
