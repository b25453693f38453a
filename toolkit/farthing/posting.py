"""One file into its ledgers: staged, checked whole, then posted or refused, with its journal entry.

Rows are first staged beside the book, a table for each ledger. Only when every rule has been tried
on every row does the journal entry get its counts, with the rows that are posted and the rows that
are not, in one transaction. A row of the file that one ledger refuses goes into none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute

from farthing.errors import Problem
from farthing.formats import interval, visible
from farthing.importer import Posts, Reading
from farthing.journal import (
    POSTING,
    REFUSAL,
    REFUSED_ROW,
    SEALED,
    SET_ASIDE,
    next_head,
    posted_sha256,
    postings_sha256,
    refused_sha256,
)
from farthing.ledger import FILE, Fault, Ledger
from farthing.ledgers import LEDGERS
from farthing.ledgers.links import LINKS
from farthing.ledgers.sources import SOURCES
from farthing.mapping import Batch, entries, mapped, once
from farthing.records import Intake, Misfit, ahead
from farthing.relations import broken
from farthing.rows import typed

NO_KIND = "the row is of no kind that the format has"
UNDATED = (
    "has another figure on the book, and nobody can tell which is the later: "
    "declare the day, as in --declare observed_on=2019-11-03"
)
CUT_LAST_LINE = "the row is the last and has no line end: the file may have been cut off"
SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Receipt:
    """What became of one file.

    Parameters
    ----------
    file, sha256
        The file's name and the hash of its bytes.
    importer, ledger
        How it was read, and the principal ledger its rows went to.
    outcome
        ``posted``, ``refused``, ``already imported``, ``left aside`` of a note beside tables, or
        for a rehearsal ``would be posted`` and ``would be refused``.
    rows_read, rows_posted, rows_refused, rows_set_aside, rows_blank
        Records in the file beside the header. The first is the sum of the others; where nothing
        was posted every row with data counts as refused. Set aside are titles and totals.
    rows_at_fault
        How many rows break a rule: all that are refused, or those that keep the others out.
    problems
        Every rule broken, in file order.
    asides
        What was set aside, and how many rows of it.
    rows_outdone, outdone
        How many posted rows tell of a thing what another row of the import tells otherwise, and
        are not in force; and one of them in words.
    settings
        What was declared or told by the file: its currency, the day it was taken.
    ledgers
        Rows posted, ledger by ledger.
    totals
        What the rows come to, as far as they may be added: ledger, series, unit, rows, low, high.
    first_rows
        The first rows as the principal ledger has them.
    sql
        The SELECT that mapped them.
    mapping
        Of a rehearsal: what becomes of each column of the file.
    """

    file: str
    sha256: str
    importer: str
    ledger: str
    outcome: str
    rows_read: int
    rows_posted: int
    rows_refused: int
    rows_set_aside: int = 0
    rows_blank: int = 0
    rows_at_fault: int = 0
    problems: tuple[Problem, ...] = ()
    asides: dict[str, int] = field(default_factory=dict)
    rows_outdone: int = 0
    outdone: str = ""
    settings: dict[str, str | None] = field(default_factory=dict)
    ledgers: dict[str, int] = field(default_factory=dict)
    totals: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False, compare=False)
    first_rows: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False, compare=False)
    sql: str = field(default="", repr=False)
    mapping: dict[str, str] = field(default_factory=dict, repr=False)

    def as_rehearsed(self, mapping: dict[str, str]) -> Receipt:
        """Return it in the conditional, for nothing was done, with what was mapped onto what."""
        said = {"posted": "would be posted", "refused": "would be refused"}
        return replace(self, outcome=said.get(self.outcome, self.outcome), mapping=mapping)


@dataclass
class _Staging:
    """A file's rows on their way: the good in temporary tables, the others with their faults."""

    connection: duckdb.DuckDBPyConnection
    reading: Reading
    batch_id: int
    locale: str
    faults: dict[int, list[Fault]] = field(default_factory=dict)
    asides: dict[int, str] = field(default_factory=dict)

    @property
    def intake(self) -> Intake:
        return self.reading.intake

    @cached_property
    def posts(self) -> tuple[Posts, ...]:
        """What the file gives, in the order in which ledgers can be posted to."""
        return tuple(sorted(self.reading.importer.posts, key=lambda one: LEDGERS.index(one.ledger)))

    def refuse(self, source_row: int, fault: Fault) -> None:
        self.faults.setdefault(source_row, []).append(fault)

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """Every ledger that the file posts to."""
        own = (SOURCES,) if self.reading.importer.provenance else ()
        return tuple(dict.fromkeys([*own, *(one.ledger for one in self.posts)]))

    def withdraw(self, table: str) -> None:
        """Take the rows that are refused out of tables: what one ledger refuses goes into none.

        What is named again by other rows, as a campaign is, stays for them.
        """
        if not self.faults:
            return
        rows = pl.DataFrame({"source_row": list(self.faults)}, schema={"source_row": pl.Int64})
        self.connection.register("refused", rows)
        for name in dict.fromkeys(one.ledger.name for one in self.posts if not one.distinct):
            self.connection.execute(
                f"DELETE FROM {table.format(name)} WHERE batch_id = {self.batch_id} "
                "AND source_row IN (SELECT source_row FROM refused)"
            )
        self.connection.unregister("refused")


def post(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    *,
    quarantine: bool,
    locale: str,
    version: str,
    progress: Callable[[int], None] = lambda rows: None,
) -> Receipt:
    """Post one file within the open transaction.

    Parameters
    ----------
    connection
        A book opened for writing, in a transaction.
    reading
        The file, and how to read it.
    quarantine
        Whether the good rows are posted where others are refused. Otherwise nothing is.
    locale
        The locale amounts are written in, where the format does not say.
    version
        Farthing's own, for the journal.
    progress
        Called with the number of rows that are staged.
    """
    importer, intake = reading.importer, reading.intake
    if _posted_before(connection, reading):
        return Receipt(
            intake.name, intake.sha256, importer.name, importer.ledger.name,
            "already imported", 0, 0, 0,
        )  # fmt: skip
    staging = _Staging(connection, reading, _next_batch(connection), importer.locale or locale)
    _open_entry(staging, version)
    _stage(staging, progress)
    _post_source(staging)
    for one in staging.posts:
        _post_ledger(staging, one)
    refused = bool(staging.faults or intake.misfits)
    posts = quarantine or not refused
    if posts:
        _withdraw_refused(staging)
    else:
        for ledger in staging.ledgers:
            connection.execute(
                f"DELETE FROM {FILE}.{ledger.name} WHERE batch_id = {staging.batch_id}"
            )
    problems = _keep_refused(staging) if refused else ()
    _keep_asides(staging)
    counts = _counts(staging, posts)
    rows_outdone, outdone = _outdone(staging)
    _close_entry(staging, "posted" if posts else "refused", counts)
    return Receipt(
        file=intake.name,
        sha256=intake.sha256,
        importer=importer.name,
        ledger=importer.ledger.name,
        outcome="posted" if posts else "refused",
        rows_at_fault=len(staging.faults) + len(intake.misfits),
        problems=problems,
        asides=_tally(staging),
        rows_outdone=rows_outdone,
        outdone=outdone,
        settings=reading.settings,
        ledgers=dict(
            connection.execute(
                f"SELECT ledger, rows_posted FROM postings WHERE batch_id = {staging.batch_id}"
            ).fetchall()
        ),
        totals=_totals(staging),
        first_rows=connection.sql(
            f"SELECT * FROM {importer.ledger.name} WHERE batch_id = {staging.batch_id} "
            "ORDER BY source_row, entry_id LIMIT 5"
        ).pl(),
        sql=importer.posts[0].select,
        mapping={},  # of a rehearsal alone
        **counts,
    )


def _counts(staging: _Staging, posts: bool) -> dict[str, int]:
    """Count the rows of the file: every one of them is posted, refused, set aside or blank."""
    intake = staging.intake
    aside = len(staging.asides) + len(intake.asides)
    rest = intake.rows - aside - intake.blank
    refused = len(staging.faults) + len(intake.misfits) if posts else rest
    return {
        "rows_read": intake.rows,
        "rows_posted": rest - refused,
        "rows_refused": refused,
        "rows_set_aside": aside,
        "rows_blank": intake.blank,
    }


def _tally(staging: _Staging) -> dict[str, int]:
    reasons = [*staging.asides.values(), *(one.reason for one in staging.intake.asides)]
    return dict(Counter(reasons))


def _outdone(staging: _Staging) -> tuple[int, str]:
    """Count the rows that tell anew what others tell, and are not in force; show one of them."""
    rows: set[int] = set()
    example = ""
    for one in (one for one in staging.posts if one.repeats != "false"):
        told = _told_anew(one, staging.batch_id)
        distinct = f"SELECT DISTINCT source_row FROM ({told})"
        rows.update(row for (row,) in staging.connection.execute(distinct).fetchall())
        first = staging.connection.execute(f"{told} ORDER BY source_row, record_key LIMIT 1")
        for row, key, unit, low, high, standing, least, most in first.fetchall()[: not example]:
            example = (
                f"{key} is {interval(least, most, unit)} in {staging.intake.file_of(standing)}, "
                f"not {interval(low, high, unit)} as in {staging.intake.file_of(row)}"
            )
    return len(rows), example


def _told_anew(one: Posts, batch_id: int) -> str:
    """Return the SELECT of rows that are not in force, each beside the figure that is."""
    name, unit = one.ledger.name, one.ledger.amount_unit
    return f"""
        WITH told AS (
          SELECT record_key, max(entry_id) AS entry_id
          FROM {name} WHERE batch_id = {batch_id} AND ({one.repeats})
          GROUP BY record_key HAVING count(*) > 1
        ), standing AS (SELECT {name}.* FROM {name} JOIN told USING (entry_id))
        SELECT {name}.source_row, record_key, {name}.{unit}, {name}.low, {name}.high,
               standing.source_row AS standing_row, standing.low AS least, standing.high AS most
        FROM {name} JOIN standing USING (record_key)
        WHERE {name}.batch_id = {batch_id}
          AND ({name}.low, {name}.high) IS DISTINCT FROM (standing.low, standing.high)
    """


def _totals(staging: _Staging) -> pl.DataFrame:
    """Add up what was posted, for whoever compares it with the file: what may be added only."""
    queries = [
        _total(ledger, column.name, str(column.unit), staging.batch_id)
        for ledger in staging.ledgers
        for column in ledger.columns
        if column.unit and (column.additive or column.unit == "measure") and column.name != "high"
    ]
    if not queries:
        return pl.DataFrame()
    found: pl.DataFrame = staging.connection.sql(" UNION ALL ".join(queries) + " ORDER BY ALL").pl()
    return found


def _total(ledger: Ledger, column: str, unit: str, batch_id: int) -> str:
    """Return the SELECT that adds up one measure of a ledger, unit by unit."""
    low, high = ("low", "high") if column == "low" else (column, column)
    series = "series" if "series" in ledger.dtypes else "NULL"
    people = "measure <> 'people'" if unit == "measure" else "true"
    unit = unit if unit in ledger.dtypes and unit != column else f"'{unit}'"
    return f"""
        SELECT '{ledger.name}' AS ledger, {series} AS series, {unit} AS unit, count(*) AS rows,
               sum({low}) AS low, CASE WHEN count({high}) = count(*) THEN sum({high}) END AS high
        FROM {ledger.name} WHERE batch_id = {batch_id} AND {people} GROUP BY ALL
    """


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def _posted_before(connection: duckdb.DuckDBPyConnection, reading: Reading) -> bool:
    query = "SELECT settings FROM imports WHERE (sha256, importer, outcome) = (?, ?, 'posted')"
    found = connection.execute(query, [reading.intake.sha256, reading.importer.name]).fetchall()
    return any(reading.identity.items() <= json.loads(settings).items() for (settings,) in found)


def _next_batch(connection: duckdb.DuckDBPyConnection) -> int:
    [(batch,)] = connection.execute("SELECT coalesce(max(batch_id), 0) + 1 FROM imports").fetchall()
    return int(batch)


def _stage(staging: _Staging, progress: Callable[[int], None]) -> None:
    """Take the rows a batch at a time; keep the good ones and every fault."""
    for one in staging.posts:
        one.ledger.prove_checked()
        _make_room(staging, one.ledger)
    done = 0
    for batch, read in ahead(_typed(staging)):
        staging.asides.update(batch.asides)
        for source_row, fault in batch.broken:
            staging.refuse(source_row, fault)
        rest = pl.DataFrame(batch.kept.select(["source_row"]))
        for one, (frame, faults) in zip(staging.posts, read, strict=True):
            _stage_ledger(staging, one, frame, faults, batch.kept)
            rest = rest.join(frame.select("source_row"), on="source_row", how="anti")
        _refuse_rest(staging, set(rest["source_row"]), batch)
        done += batch.rows
        progress(done)
    _refuse_cut_line(staging)
    staging.withdraw("incoming_{}")


def _make_room(staging: _Staging, ledger: Ledger) -> None:
    staging.connection.execute(
        f"CREATE TEMP TABLE incoming_{ledger.name} AS SELECT * FROM {ledger.name} LIMIT 0"
    )


def _typed(staging: _Staging) -> Iterator[tuple[Batch, list[tuple[pl.DataFrame, list[Fault]]]]]:
    """Yield the parts of the file, each with the rows of every ledger read cell by cell."""
    for batch in ahead(mapped(staging.reading, staging.posts)):
        texts = zip(staging.posts, batch.texts, strict=True)
        yield replace(batch, texts=()), [_read(staging, one, text) for one, text in texts]


def _refuse_rest(staging: _Staging, rest: set[int], batch: Batch) -> None:
    """Refuse the rows that gave no ledger anything; those of what is named again have given it."""
    for one in staging.posts if rest else ():
        if one.distinct:
            with staging.reading.offered(batch.kept):
                rest -= set(staging.reading.select(one.select)["source_row"])
    for source_row in rest - staging.faults.keys():
        staging.refuse(source_row, Fault(0, None, None, NO_KIND))


def _stage_ledger(
    staging: _Staging, one: Posts, frame: pl.DataFrame, faults: list[Fault], kept: pa.Table
) -> None:
    """Stage the good rows of one ledger, and keep the faults with the rows of the file."""
    if not faults:
        _insert(staging.connection, f"incoming_{one.ledger.name}", frame)
        return
    with staging.reading.offered(kept):
        for source_row, fault in staging.reading.traced(one, frame, faults):
            staging.refuse(source_row, fault)
    bad = {fault.index for fault in faults}
    good = frame.with_row_index("at").filter(~pl.col("at").is_in(bad)).drop("at")
    _insert(staging.connection, f"incoming_{one.ledger.name}", good)


def _read(staging: _Staging, one: Posts, text: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Name the rows of one ledger that have no name, and read their cells."""
    reading = staging.reading
    named = entries(reading, one, text).with_columns(
        pl.lit(staging.batch_id).cast(pl.Int64).alias("batch_id")
    )
    return typed(one.ledger, named, locale=staging.locale, dates=reading.importer.dates)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    # A frame that is registered by name would be kept until the transaction ends.
    connection.from_arrow(rows.to_arrow()).insert_into(table)


def _refuse_cut_line(staging: _Staging) -> None:
    intake = staging.intake
    last = 1 + intake.rows - sum(one.row < 1 for one in intake.asides)  # titles stand above row 1
    known = {one.row for one in (*intake.misfits, *intake.asides)} | staging.asides.keys()
    is_cut = intake.cut_off and not staging.reading.importer.ends_open
    if is_cut and intake.rows and last not in known:
        staging.refuse(last, Fault(0, None, None, CUT_LAST_LINE))


def _post_ledger(staging: _Staging, one: Posts) -> None:
    """Hold the staged rows of a ledger against the book, and post those that can stand there."""
    connection, ledger = staging.connection, one.ledger
    connection.execute(f"ALTER TABLE incoming_{ledger.name} RENAME TO incoming")
    if one.distinct:
        _drop_known(connection, ledger)
    _number_twins(connection, one.repeats)
    _refuse_undated(staging, ledger)
    _refuse_unrelated(staging, ledger)
    connection.execute(f"INSERT INTO {FILE}.{ledger.name} SELECT * FROM incoming")
    connection.execute("DROP TABLE incoming")


def _withdraw_refused(staging: _Staging) -> None:
    """Take refused rows out of what was posted, and with them what no other row names."""
    refused = 0
    names: Callable[[Posts], str] = once
    while refused < len(staging.faults):  # a row that is now the first to name a thing can fail
        refused = len(staging.faults)
        staging.withdraw(FILE + ".{}")
        for one in (one for one in staging.posts if one.distinct):
            _name_again(staging, one, names(one))
        names = attrgetter("select")  # as can each that would be the first after it


def _name_again(staging: _Staging, one: Posts, select: str) -> None:
    """Post what rows name, such as campaigns, anew from the rows that are posted."""
    name, gone = one.ledger.name, pa.array([*staging.faults, *staging.asides], pa.int64())
    staging.connection.execute(f"DELETE FROM {FILE}.{name} WHERE batch_id = {staging.batch_id}")
    _make_room(staging, one.ledger)
    for rows in staging.reading.parts():
        kept = rows.filter(compute.invert(compute.is_in(rows["source_row"], value_set=gone)))
        with staging.reading.offered(kept):
            text = staging.reading.select(select)
        frame, faults = _read(staging, one, text)
        _stage_ledger(staging, one, frame, faults, kept)
    _post_ledger(staging, one)


def _drop_known(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """Leave out what a file names again, and what stands on the book by hand."""
    key = ", ".join(ledger.key)
    own = ("entry_id", "source_row")  # an entry with no other name is known by all it says
    same = (
        key
        if ledger.key != own[:1]
        else ", ".join(name for name in ledger.dtypes if name not in own)
    )
    connection.execute(
        "DELETE FROM incoming WHERE entry_id NOT IN "
        f"(SELECT arg_min(entry_id, (source_row, entry_id)) FROM incoming GROUP BY {same})"
    )
    # A link that was withdrawn by hand is known too: the next file must not bring it back.
    known = "links" if ledger is LINKS else f"current_{ledger.name} WHERE record_key IS NULL"
    connection.execute(f"DELETE FROM incoming WHERE ({key}) IN (SELECT ({key}) FROM {known})")


def _number_twins(connection: duckdb.DuckDBPyConnection, repeats: str) -> None:
    """Tell rows of one file with one record key apart, in an order that any copy of it gives."""
    twins = (
        f"SELECT record_key FROM incoming WHERE record_key IS NOT NULL AND NOT ({repeats}) "
        "GROUP BY 1 HAVING count(*) > 1"
    )
    if not connection.execute(f"{twins} LIMIT 1").fetchall():
        return
    columns = [row[0] for row in connection.execute("DESCRIBE incoming").fetchall()]
    content = ", ".join(
        name for name in columns if name not in ("entry_id", "source_id", "source_row", "part_of")
    )
    connection.execute(
        f"""
        UPDATE incoming SET record_key = incoming.record_key || ' #' || twin.number
        FROM (
          SELECT entry_id, row_number() OVER (
            PARTITION BY record_key ORDER BY {content}, source_row
          ) AS number
          FROM incoming WHERE record_key IN ({twins})
        ) AS twin
        WHERE twin.entry_id = incoming.entry_id AND twin.number > 1
        """
    )


def _refuse_undated(staging: _Staging, ledger: Ledger) -> None:
    """Refuse a figure of no day where the book has another under the publisher's key.

    Nobody can tell which of the two is the later one.
    """
    settings = staging.reading.settings
    if not ledger.has_amount or settings.get("observed_on", "") is not None:
        return
    found = staging.connection.execute(
        f"""
        SELECT incoming.source_row, incoming.record_key
        FROM incoming JOIN current_{ledger.name} AS known USING (record_key)
        WHERE incoming.observed_on IS NULL AND known.batch_id <> {staging.batch_id}
          AND (incoming.low, incoming.high) IS DISTINCT FROM (known.low, known.high)
        """
    ).fetchall()
    for source_row, key in found:
        staging.refuse(source_row, Fault(0, "record_key", key, UNDATED))


def _post_source(staging: _Staging) -> None:
    """Post the row that stands for the file itself, where the format has no sources of its own."""
    provenance = staging.reading.importer.provenance
    if provenance is None:
        return
    intake, ledger = staging.intake, SOURCES
    cells = {
        "entry_id": staging.reading.source_id,
        "source_id": staging.reading.source_id,
        "kind": provenance.kind,
        "title": visible(intake.name),
        "publisher": provenance.publisher,
        "accessed_on": staging.reading.settings.get("observed_on"),
        "licence": provenance.licence,
        "sha256": intake.sha256,
        "rank": provenance.rank,
        "origin_id": provenance.origin_id or staging.reading.importer.name,
    }
    text = pl.DataFrame([cells], schema=dict.fromkeys(cells, pl.String))
    numbers = [
        pl.lit(number).cast(pl.Int64).alias(name)
        for name, number in (("batch_id", staging.batch_id), ("source_row", 1))
    ]
    frame, faults = typed(ledger, text.with_columns(numbers), locale=staging.locale)
    if faults:  # a provenance that its ledger refuses: a bug of ours
        raise AssertionError(f"{staging.reading.importer.name}: {faults}")
    _insert(staging.connection, f"{FILE}.{ledger.name}", frame)


def _refuse_unrelated(staging: _Staging, ledger: Ledger) -> None:
    """Refuse rows whose names clash or lead nowhere, until none is left.

    A refused row can take with it the rows that refer to it.
    """
    while found := broken(staging.connection, ledger):
        for source_row, fault in found:
            staging.refuse(source_row, fault)
        rows = pl.DataFrame({"source_row": [source_row for source_row, _ in found]})
        staging.connection.register("found", rows)
        staging.connection.execute(
            "DELETE FROM incoming WHERE source_row IN (SELECT source_row FROM found)"
        )
        staging.connection.unregister("found")


def _keep_refused(staging: _Staging) -> tuple[Problem, ...]:
    """Write the refused rows and their reasons to the book; return the reasons as problems."""
    intake = staging.intake
    kept = [*_faulty_rows(staging), *_misfit_rows(intake.misfits)]
    kept.sort(key=lambda row: row[0])
    lines = {row: line for row, line, *_ in kept}
    reasons = [
        (row, fault.column, fault.value, fault.rule)
        for row, faults in staging.faults.items()
        for fault in dict.fromkeys(faults)
    ]
    reasons += [(one.row, None, _shown(one) or None, one.reason) for one in intake.misfits]
    reasons.sort(key=lambda reason: reason[0])
    _insert_rows(staging, "refused_rows", kept, REFUSED_ROW)
    refusals = [(row, lines[row], *rest) for row, *rest in reasons]
    _insert_rows(staging, "refusals", refusals, REFUSAL)
    return tuple(
        Problem(intake.file_of(row), lines[row], column, value, rule)
        for row, column, value, rule in reasons
    )


def _insert_rows(
    staging: _Staging, table: str, rows: Iterable[tuple[Any, ...]], schema: dict[str, Any]
) -> None:
    numbered = [(staging.batch_id, *row) for row in rows]
    if numbered:
        frame = pl.DataFrame(numbered, schema=schema, orient="row")
        _insert(staging.connection, f"{FILE}.{table}", frame)


def _keep_asides(staging: _Staging) -> None:
    """Write the rows that are no data to the book, with what they are."""
    rows = [
        (one.row, one.line, one.reason, json.dumps(one.cells, ensure_ascii=False))
        for one in staging.intake.asides
    ]
    for row, line, record in _records(staging.intake, staging.asides):
        rows.append((row, line, staging.asides[row], json.dumps(record, ensure_ascii=False)))
    _insert_rows(staging, "set_aside_rows", rows, SET_ASIDE)


def _records(
    intake: Intake, rows: Iterable[int]
) -> Iterator[tuple[int, int, dict[str, str | None]]]:
    """Read some rows of the file once more: number, line and cells."""
    wanted = pl.DataFrame({"source_row": list(rows)}, schema={"source_row": pl.Int64})
    for part in intake.frames() if len(wanted) else ():
        for record in part.join(wanted, on="source_row", how="semi").iter_rows(named=True):
            yield record.pop("source_row"), record.pop("source_line"), record


def _shown(misfit: Misfit) -> str:
    """Return enough of a record to find it by, in one line and without what does not show."""
    text = " ".join(",".join(misfit.cells).split())[:SHOWN_CHARACTERS]
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _misfit_rows(misfits: Iterable[Misfit]) -> Iterator[tuple[Any, ...]]:
    for one in misfits:
        record = json.dumps(one.cells, ensure_ascii=False)
        yield one.row, one.line, None, None, None, None, None, record


def _faulty_rows(staging: _Staging) -> Iterator[tuple[Any, ...]]:
    """Read the refused rows once more: their whole record, and what amount could be made out."""
    if not staging.faults:
        return
    amounts: dict[int, tuple[Any, ...]] = {}
    wanted = pl.DataFrame({"source_row": list(staging.faults)}, schema={"source_row": pl.Int64})
    for part in staging.intake.frames():
        rows = part.join(wanted, on="source_row", how="semi")
        if len(rows):
            amounts |= _amounts(staging, rows)
    nothing = (staging.reading.importer.ledger.name, None, None, None, None)
    for number, line, record in _records(staging.intake, staging.faults):
        whole = json.dumps(record, ensure_ascii=False)
        yield number, line, *amounts.get(number, nothing), whole


def _amounts(staging: _Staging, rows: pl.DataFrame) -> dict[int, tuple[Any, ...]]:
    """Return what can be read of some rows: ledger, entry, bounds and unit of the first."""
    one = staging.reading.importer.posts[0]
    with staging.reading.offered(rows.to_arrow()):
        text = staging.reading.select(once(one))
    ledger, (frame, _) = one.ledger, _read(staging, one, text)
    found: dict[int, tuple[Any, ...]] = {}
    # The first by name: an engine is free to give rows in any order.
    for row in frame.sort("source_row", "entry_id").iter_rows(named=True):
        unit = row.get(ledger.amount_unit, ledger.amount_unit) if ledger.has_amount else None
        read = (ledger.name, row["entry_id"], row.get("low"), row.get("high"), unit)
        found.setdefault(row["source_row"], read)
    return found


def _open_entry(staging: _Staging, version: str) -> None:
    """Begin the journal entry, so that the rows of the file count as known while it is posted."""
    connection = staging.connection
    last = "SELECT max(posted_at) FROM imports"
    [(before,)] = connection.execute(last).fetchall()
    # A clock that was set back must not put an import before the one it builds on.
    now = max(datetime.now(UTC).replace(tzinfo=None), before or datetime.min)
    settings = json.dumps(staging.reading.settings, ensure_ascii=False, sort_keys=True)
    entry = {
        "batch_id": staging.batch_id,
        "file": staging.intake.name,
        "sha256": staging.intake.sha256,
        "importer": staging.reading.importer.name,
        "settings": settings,
        "outcome": "refused",
        **dict.fromkeys(("rows_read", "rows_posted", "rows_refused"), 0),
        **dict.fromkeys(("rows_set_aside", "rows_blank"), 0),
        "locale": staging.locale,
        "posted_at": now,
        "farthing_version": version,
        **dict.fromkeys(("content_sha256", "refused_sha256", "head"), ""),
    }
    connection.execute(
        f"INSERT INTO {FILE}.imports ({', '.join(entry)}) VALUES ({', '.join('?' * len(entry))})",
        list(entry.values()),
    )


def _close_entry(staging: _Staging, outcome: str, counts: dict[str, int]) -> None:
    """Write the outcome, counts and hashes into the entry, and seal it."""
    connection, batch_id = staging.connection, staging.batch_id
    posted = [_posting(connection, ledger, batch_id) for ledger in staging.ledgers]
    _insert_rows(staging, "postings", posted, POSTING)
    changed = {
        "outcome": outcome,
        **counts,
        "content_sha256": postings_sha256(connection, batch_id),
        "refused_sha256": refused_sha256(connection, batch_id),
    }
    places = ", ".join(f"{name} = ?" for name in changed)
    update = f"UPDATE {FILE}.imports SET {{}} WHERE batch_id = {batch_id}"
    connection.execute(update.format(places), list(changed.values()))
    sealed = connection.execute(
        f"SELECT {', '.join(SEALED)} FROM imports WHERE batch_id = {batch_id}"
    ).fetchall()
    last = f"SELECT head FROM imports WHERE batch_id < {batch_id} ORDER BY batch_id DESC LIMIT 1"
    [(before,)] = connection.execute(last).fetchall() or [("",)]
    connection.execute(update.format("head = ?"), [next_head(before, sealed[0])])


def _posting(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, batch_id: int
) -> tuple[str, int, str]:
    count = _count(connection, f"{ledger.name} WHERE batch_id = {batch_id}")
    return ledger.name, count, posted_sha256(connection, ledger, batch_id)
