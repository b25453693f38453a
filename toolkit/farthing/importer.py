"""What an importer is: how a file is recognised, and one SELECT that maps it onto a ledger.

A file is copied to an intake folder under the name of its own hash, as UTF-8, and only the copy
is read: DuckDB takes file names for patterns, and ``x[ab].csv`` would be read as ``xa.csv``.
Every column is read as text, with the header's names and no guessing.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import hashlib
import io
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from farthing.errors import FileUnusable, UsageError
from farthing.ledger import Ledger

ENCODINGS = ("utf-8", "utf-16", "cp1252")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BATCH_ROWS = 250_000
AMOUNT = "the amount as people write it: £1,234.50, about £5,000, 10k-100k; blank is unknown"
CHUNK_BYTES = 1 << 20

csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Importer:
    """A format of file and the ledger it is posted to.

    Parameters
    ----------
    name
        What ``--as`` takes.
    ledger
        Where its rows go.
    about
        One line: what such a file is and where people get it.
    required, optional
        The header's columns. A file is recognised when it has all of the first, and no column
        beside these.
    select
        ``SELECT … FROM source`` that gives the ledger's file columns as text. ``source`` is the
        file, every column text, with ``source_row``.
    """

    name: str
    ledger: Ledger
    about: str
    required: frozenset[str]
    optional: frozenset[str]
    select: str

    def recognises(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is of the format."""
        return self.required <= set(header) <= self.required | self.optional

    def reference(self) -> pl.DataFrame:
        """Return what a reader needs to make such a file: one row per column of it."""
        described = {column.name: column for column in self.ledger.columns}
        return pl.DataFrame(
            {
                "column": name,
                "must_be_there": name in self.required,
                "holds": described[name].description if name in described else AMOUNT,
                "refused_where_it": "; ".join(described[name].words) if name in described else "",
            }
            for name in self.ledger.file_columns
        )


@dataclass(frozen=True)
class Intake:
    """A file as it was taken in.

    Parameters
    ----------
    name
        The file's name as the user knows it, without its folder.
    sha256
        Of the bytes as they were, before any transcoding.
    path
        The UTF-8 copy.
    header
        The names in its first record.
    cut_last_line
        Whether the last line has no line end, as when a download breaks off.
    """

    name: str
    sha256: str
    path: Path
    header: tuple[str, ...]
    cut_last_line: bool


def take_in(file: Path, folder: Path, *, encoding: str | None = None) -> Intake:
    """Copy a file into the intake folder as UTF-8 and read its header.

    Parameters
    ----------
    file
        The user's file.
    folder
        The intake folder.
    encoding
        One of `ENCODINGS`. Without it a byte order mark decides, and UTF-8 is assumed where
        there is none: an encoding is never guessed, since guessers read "£" as "Ł".

    Raises
    ------
    FileUnusable
        The file is missing, empty, not in the encoding, or has no usable header.
    UsageError
        The encoding is none of `ENCODINGS`.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise UsageError(f"unknown encoding {encoding}", hint=f"one of {', '.join(ENCODINGS)}")
    try:
        sha256 = hashlib.file_digest(file.open("rb"), "sha256").hexdigest()
        copy = folder / f"{sha256}.csv"
        last = _transcode(file, copy, encoding)
    except OSError as error:
        raise FileUnusable(f"cannot be read: {error.strerror}", where=file.name) from None
    return Intake(file.name, sha256, copy, _header(copy, file.name), last != "\n")


def _transcode(file: Path, copy: Path, encoding: str | None) -> str:
    """Write the file again as UTF-8 without a mark, one kind of line end; return the last.

    Spreadsheets mix kinds of line end in one file, which DuckDB does not read.
    """
    with file.open("rb") as source:
        start = source.read(4)
        marked = next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), None)
        strict = codecs.getincrementaldecoder(marked or encoding or "utf-8")("strict")
        decoder = io.IncrementalNewlineDecoder(strict, translate=True)
        source.seek(0)
        last = ""
        with copy.open("w", encoding="utf-8", newline="") as target:
            while True:
                chunk = source.read(CHUNK_BYTES)
                try:
                    text = decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    raise _undecodable(file, source.tell() - len(chunk), error) from None
                target.write(text)
                last = text[-1:] or last
                if not chunk:
                    return last


def _undecodable(file: Path, offset: int, error: UnicodeDecodeError) -> FileUnusable:
    """Say which byte is not of the encoding, and on which line."""
    position = offset + error.start
    with file.open("rb") as source:
        line = source.read(position).count(b"\n") + 1
    byte = error.object[error.start]
    return FileUnusable(
        f"byte 0x{byte:02X} is not {error.encoding}",
        where=f"{file.name}:{line}",
        hint="declare how the file is written, as in --encoding cp1252 (Excel on Windows)",
    )


def _header(copy: Path, name: str) -> tuple[str, ...]:
    """Read the first record's names; every other step trusts them to be unique and present."""
    with copy.open(encoding="utf-8", newline="") as lines:
        try:
            header = next(csv.reader(lines, strict=True), None)
        except csv.Error as error:
            raise FileUnusable(f"has no readable header: {error}", where=f"{name}:1") from None
    if not header or not any(cell.strip() for cell in header):
        raise FileUnusable("is empty" if header is None else "has no header", where=name)
    if any("\0" in cell for cell in header):
        raise FileUnusable("is not a text file", where=name)
    names = tuple(cell.strip() for cell in header)
    if "" in names:
        column = names.index("") + 1
        raise FileUnusable(f"column {column} has no name", where=f"{name}:1")
    if twice := [column for column in dict.fromkeys(names) if names.count(column) > 1]:
        raise FileUnusable(f"two columns are named {twice[0]}", where=f"{name}:1")
    return names


def choose(intake: Intake, importers: Sequence[Importer], name: str | None) -> Importer:
    """Find the one importer for a file.

    Raises
    ------
    UsageError
        ``name`` is no importer.
    FileUnusable
        The header is of no format, of several, or not of the one named. The message names the
        columns that are missing or unknown in the nearest.
    """
    if name is not None:
        return _named(intake, importers, name)
    found = [importer for importer in importers if importer.recognises(intake.header)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(importer.name for importer in found)
        raise FileUnusable(
            f"can be read as {names}", where=intake.name, hint="choose with --as IMPORTER"
        )
    nearest = max(importers, key=lambda one: _likeness(one, intake.header))
    raise _unrecognised(intake, nearest, "is of no known format; the nearest is")


def _named(intake: Intake, importers: Sequence[Importer], name: str) -> Importer:
    by_name = {importer.name: importer for importer in importers}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, n=1)
        raise UsageError(
            f"unknown importer {name}",
            hint=f"did you mean {near[0]}?" if near else "farthing importers lists them",
        )
    if not by_name[name].recognises(intake.header):
        raise _unrecognised(intake, by_name[name], "is not of the format")
    return by_name[name]


def _likeness(importer: Importer, header: Sequence[str]) -> float:
    known = importer.required | importer.optional
    return len(known & set(header)) / len(known | set(header))


def _unrecognised(intake: Intake, nearest: Importer, what: str) -> FileUnusable:
    """Name the columns that keep a file from being of a format."""
    known = nearest.required | nearest.optional
    missing = sorted(nearest.required - set(intake.header))
    unknown = [column for column in intake.header if column not in known]
    details = [f"missing: {', '.join(missing)}"] if missing else []
    details += [f"unknown: {', '.join(unknown)}"] if unknown else []
    return FileUnusable(
        f"{what} {nearest.name} ({'; '.join(details)})",
        where=f"{intake.name}:1",
        hint=_closest(unknown, known) or f"farthing importers {nearest.name} lists its columns",
    )


def _closest(unknown: Sequence[str], known: frozenset[str]) -> str | None:
    for column in unknown:
        if near := difflib.get_close_matches(column.lower(), known, n=1, cutoff=0.75):
            return f'did you mean "{near[0]}" by "{column}"?'
    return None


def source_sql(intake: Intake) -> str:
    """Return the scan of the file: every column text, rows numbered in file order.

    ``source_row`` counts the accepted rows from 2, the header being 1; `Rejects` mends it where
    rows were rejected before it.
    """
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in intake.header)
    return (
        f"SELECT 1 + row_number() OVER () AS source_row, * FROM read_csv('{intake.path}', "
        "header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{columns}}}, store_rejects = true, parallel = true)"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def batches(
    connection: duckdb.DuckDBPyConnection, importer: Importer, intake: Intake
) -> Iterator[pl.DataFrame]:
    """Yield the mapped rows as text, in bounded memory."""
    query = f"WITH source AS ({source_sql(intake)}) {importer.select}"
    for batch in connection.sql(query).to_arrow_reader(BATCH_ROWS):
        yield pl.DataFrame(batch)


@dataclass(frozen=True)
class Rejects:
    """The records that are not records of the file's own header: too short, too long, unquoted.

    Parameters
    ----------
    texts
        The records as they stand, by record number, ascending; the header is 1 and a blank line
        is no record.
    reasons
        What is wrong with each, by number.
    """

    texts: dict[int, str]
    reasons: dict[int, str]

    @cached_property
    def thresholds(self) -> list[int]:
        """For each reject, the least accepted number that stands after it."""
        return [row - before for before, row in enumerate(self.texts)]

    def true_row(self, accepted: int) -> int:
        """Return the file's number of an accepted row that was numbered without the rejects."""
        return accepted + bisect_right(self.thresholds, accepted)


def rejects(connection: duckdb.DuckDBPyConnection, intake: Intake) -> Rejects:
    """Collect what the last scan rejected."""
    found = connection.execute(
        "SELECT line, any_value(csv_line), first(error_type::VARCHAR ORDER BY column_idx), "
        "first(error_message ORDER BY column_idx) FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    blanks = _blank_records(intake) if found else []
    numbered = [(line - bisect_left(blanks, line), *rest) for line, *rest in found]
    return Rejects(
        texts={number: text.strip("\r\n") for number, text, _, _ in numbered},
        reasons={number: _reason(kind, message) for number, _, kind, message in numbered},
    )


def _blank_records(intake: Intake) -> list[int]:
    """Return where blank lines stand, in DuckDB's count of records, which has them in it."""
    with intake.path.open(encoding="utf-8", newline="") as lines:
        return [number for number, record in enumerate(csv.reader(lines), 1) if not record]


def _reason(kind: str, message: str) -> str:
    """Put DuckDB's reason into our words."""
    match kind:
        case "MISSING COLUMNS" | "TOO MANY COLUMNS":
            numbers = [int(word) for word in message.replace(":", " ").split() if word.isdigit()]
            return f"the row has {numbers[1]} cells and the header {numbers[0]}"
        case "LINE SIZE OVER MAXIMUM":
            return "the row is longer than 2,000,000 characters"
        case "UNQUOTED VALUE":
            return "the row has a quote that is never closed, or text after one"
        case _:
            return f"the row cannot be read as CSV ({message.splitlines()[0]})"


def physical_lines(intake: Intake, rows: set[int]) -> dict[int, int]:
    """Return the physical line each of these records starts on.

    Records and lines differ where a cell holds a line end or a line is blank.
    """
    found: dict[int, int] = {}
    with intake.path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        number, start = 0, 1
        for record in reader:
            if record:
                number += 1
                if number in rows:
                    found[number] = start
            start = reader.line_num + 1
    return found


def in_memory(name: str, text: str, folder: Path) -> Intake:
    """Take in rows that come from a program instead of a file."""
    data = text.encode()
    copy = folder / f"{hashlib.sha256(data).hexdigest()}.csv"
    copy.write_bytes(data)
    header = next(csv.reader(io.StringIO(text)))
    return Intake(name, copy.stem, copy, tuple(header), False)
