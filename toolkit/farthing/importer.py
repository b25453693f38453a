"""What an importer is: how a file is recognised, and one SELECT that maps it onto a ledger.

A file is copied to an intake folder while its hash is taken, and only the copy is read: once, by
the strict reader of Python's `csv`, every cell as text and nothing guessed. A record that is no
row of its header is kept apart and counted. DuckDB's reader is faster and loses money: it skips
a record of many megabytes, takes one cell too many where the last is blank, and finds rows that
are none behind a loose quote, all without a word.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import duckdb
import polars as pl

from farthing.errors import FileUnusable, UsageError
from farthing.ledger import Ledger

ENCODINGS = ("utf-8", "utf-16", "cp1252")
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: How files begin that people take for tables, and are none that can be read.
OTHER_KINDS = (
    (b"PK\x03\x04", "a workbook or another archive"),
    (b"\xd0\xcf\x11\xe0", "an old workbook"),
    (b"\x1f\x8b", "compressed"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
)
BATCH_ROWS = 100_000
CHUNK_BYTES = 1 << 20
LONGEST_LINE = 2_000_000
SHOWN_NAMES = 10
SHOWN_CHARACTERS = 60
SEPARATORS = ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"))
AMOUNT = "the amount as people write it: £1,234.50, about £5,000, 10k-100k; blank is unknown"


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
        ``SELECT … FROM source`` that gives the ledger's file columns as text, and ``source_row``.
        ``source`` is rows of the file, every cell text; each of them must give one row.
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
class Misfit:
    """A record that is no row of its file: its cells are not the header's, or a quote is loose.

    Parameters
    ----------
    row
        Its number, the header being 1; a blank line has none.
    line
        Physical line it starts on.
    cells
        What could be made out of it.
    reason
        What is wrong, as a clause about the row.
    """

    row: int
    line: int
    cells: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Intake:
    """A file as it was taken in.

    Parameters
    ----------
    name
        The file's name as the user knows it, without its folder.
    sha256
        Of its bytes.
    parts
        Arrow files with its rows: ``source_row`` and ``source_line``, which count as those of a
        `Misfit`, and the cells as text under the header's names.
    header
        The names in its first record.
    rows
        How many records stand below the header, misfits among them.
    misfits
        The records that are not in ``parts``.
    cut_off
        Whether the last line has no line end, as when a download breaks off.
    """

    name: str
    sha256: str
    parts: tuple[Path, ...] = ()
    header: tuple[str, ...] = ()
    rows: int = 0
    misfits: tuple[Misfit, ...] = ()
    cut_off: bool = False

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows, a part at a time."""
        for part in self.parts:
            with part.open("rb") as file:
                yield pl.read_ipc(file)


def take_in(file: Path, folder: Path, *, encoding: str | None = None) -> Intake:
    """Copy a file into the intake folder and read its records.

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
        The file is missing, empty, not in the encoding, has no usable header, or has a quote
        that leaves open which lines are rows.
    UsageError
        The encoding is none of `ENCODINGS`.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise UsageError(f"unknown encoding {encoding}", hint=f"one of {', '.join(ENCODINGS)}")
    name = os.fsencode(file.name).decode("utf-8", "replace")
    try:
        copy, sha256 = _copied(file, folder)
        written = _encoding(copy, encoding, name)
        try:
            with copy.open(encoding=written, newline=None) as text:
                return _read(text, Intake(name, sha256), folder)
        except UnicodeDecodeError:
            raise _undecodable(copy, written, name) from None
    except OSError as error:
        raise FileUnusable(f"cannot be read: {error.strerror or error}", where=name) from None


def in_memory(name: str, text: str, folder: Path) -> Intake:
    """Take in rows that come from a program instead of a file."""
    path = folder / "rows"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))  # half a character is refused below
    return replace(take_in(path, folder), name=name)


def _copied(file: Path, folder: Path) -> tuple[Path, str]:
    """Copy a file under the name of its hash, so that what is hashed is what is read."""
    copy, digest = folder / "copy", hashlib.sha256()
    with file.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
    return copy.replace(folder / digest.hexdigest()), digest.hexdigest()


def _encoding(copy: Path, declared: str | None, name: str) -> str:
    """Return how a file is written: as its mark says, as declared, or UTF-8."""
    with copy.open("rb") as source:
        start = source.read(4)
    for mark, kind in OTHER_KINDS:
        if start.startswith(mark):
            raise FileUnusable(f"is {kind}", where=name, hint="save the table as CSV")
    if marked := next((said for mark, said in BYTE_ORDER_MARKS if start.startswith(mark)), None):
        return marked
    if declared == "utf-16":
        what = "has no byte order mark, and so may be either kind of utf-16 or none"
        raise FileUnusable(what, where=name, hint="save it as UTF-8")
    if declared == "cp1252" and _is_utf8(copy):
        raise FileUnusable("is UTF-8, not cp1252", where=name, hint="leave the encoding out")
    return declared or "utf-8"


def _is_utf8(copy: Path) -> bool:
    """Tell whether a file goes beyond ASCII and all of it is UTF-8."""
    beyond = False
    with copy.open(encoding="utf-8", newline="") as text:
        try:
            while part := text.read(CHUNK_BYTES):
                beyond |= not part.isascii()
        except UnicodeDecodeError:
            return False
    return beyond


def _undecodable(copy: Path, written: str, name: str) -> FileUnusable:
    """Say which byte is not of the encoding, and on which line."""
    data = copy.read_bytes()
    try:
        data.decode(written)
    except UnicodeDecodeError as error:
        data = error.object[: error.start + 1]
    before = data[:-1].decode(written, "replace").replace("\r\n", "\n").replace("\r", "\n")
    declare = "declare how the file is written, as in --encoding cp1252 (Excel on Windows)"
    return FileUnusable(
        f"byte 0x{data[-1]:02X} is not {written.removesuffix('-sig')}",
        where=f"{name}:{before.count(chr(10)) + 1}",
        hint="save it as UTF-8" if written == "cp1252" else declare,
    )


class _Lines:
    """The lines of a text, none too long for the memory, and the last one that was read."""

    def __init__(self, text: TextIO, name: str) -> None:
        self.text = text
        self.name = name
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(iter(partial(self.text.readline, LONGEST_LINE), ""), 1):
            if len(line) == LONGEST_LINE:
                raise FileUnusable(
                    f"the line has {LONGEST_LINE:,} characters or more",
                    where=f"{self.name}:{number}",
                )
            self.last = line
            yield line


def _read(text: TextIO, intake: Intake, folder: Path) -> Intake:
    """Keep the rows of a file, part by part; return the intake with all that was seen of it."""
    lines = _Lines(text, intake.name)
    reader = csv.reader(lines, strict=True)
    header = _header(reader, intake.name)
    misfits: list[Misfit] = []
    parts: list[Path] = []
    rows = 0
    for frame in _frames(_records(reader, lines, len(header), misfits), header):
        rows += len(frame)
        parts.append(folder / f"{intake.sha256}-{len(parts)}.arrow")
        frame.write_ipc(parts[-1])
    rows += len(misfits)
    cut_off = not lines.last.endswith("\n")
    if cut_off and not rows:
        raise FileUnusable("ends within its header: it may have been cut off", where=intake.name)
    return replace(
        intake,
        parts=tuple(parts),
        header=header,
        rows=rows,
        misfits=tuple(misfits),
        cut_off=cut_off,
    )


def _frames(
    records: Iterator[tuple[int, int, list[str]]], header: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    """Gather records into frames of bounded size."""
    while True:
        numbers: list[int] = []
        lines: list[int] = []
        cells: list[str] = []  # of all rows in one list: as many small lists are slow to keep
        for number, line, record in islice(records, BATCH_ROWS):
            numbers.append(number)
            lines.append(line)
            cells += record
        if not numbers:
            return
        yield pl.DataFrame(
            [
                pl.Series("source_row", numbers, pl.Int64),
                pl.Series("source_line", lines, pl.Int64),
                *(
                    pl.Series(name, cells[at :: len(header)], pl.String)
                    for at, name in enumerate(header)
                ),
            ]
        )


def _records(
    reader: Any, lines: _Lines, width: int, misfits: list[Misfit]
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield each record below the header that fits it: row, line, cells. Blank lines are none."""
    row, start = 1, reader.line_num + 1
    while True:
        try:
            for cells in reader:
                if len(cells) == width:
                    row += 1
                    yield row, start, cells
                elif cells:
                    row += 1
                    found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
                    reason = f"the row has {found} and the header {width}"
                    misfits.append(Misfit(row, start, tuple(cells), reason))
                start = reader.line_num + 1
            return
        except csv.Error as error:
            row += 1
            misfits.append(_loose(error, row, start, reader.line_num, lines))
            start = reader.line_num + 1


def _loose(error: csv.Error, row: int, start: int, end: int, lines: _Lines) -> Misfit:
    """Return the record that broke the rules of quoting, where it is one line and no more."""
    reason = "has a quote that is never closed, or text after one"
    if "field larger" in str(error):
        reason = f"has a cell of more than {csv.field_size_limit():,} characters"
    if end > start or _goes_on(error, lines.last):
        raise FileUnusable(
            f"the row {reason}; nobody can tell in which line the next begins",
            where=f"{lines.name}:{start}",
            hint="close the quote, or double it where it is part of the text",
        )
    return Misfit(row, start, (lines.last.rstrip("\n"),), f"the row {reason}")


def _goes_on(error: csv.Error, line: str) -> bool:
    """Tell whether a line with a loose quote may leave a cell open for the next."""
    if "unexpected end" in str(error):
        return False
    lenient = csv.reader([line, ""])
    try:
        next(lenient)
    except csv.Error:  # a cell too long to be read on
        return '"' in line
    return lenient.line_num > 1


def _header(reader: Iterator[list[str]], name: str) -> tuple[str, ...]:
    """Read the first record's names; every other step trusts them to be unique and present."""
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise FileUnusable(f"has no readable header: {error}", where=f"{name}:1") from None
    if not header or not any(cell.strip() for cell in header):
        raise FileUnusable("is empty" if header is None else "has no header", where=name)
    if any("\0" in cell for cell in header):
        raise FileUnusable("is not a text file", where=name)
    names = tuple(cell.strip() for cell in header)
    if len(names) == 1 and (marks := [said for mark, said in SEPARATORS if mark in names[0]]):
        raise FileUnusable(
            f"has its columns separated by {marks[0]}",
            where=f"{name}:1",
            hint="save it with commas",
        )
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
    details = [f"missing: {_listed(missing)}"] if missing else []
    details += [f"unknown: {_listed(unknown)}"] if unknown else []
    return FileUnusable(
        f"{what} {nearest.name} ({'; '.join(details)})",
        where=f"{intake.name}:1",
        hint=_closest(unknown, known) or f"farthing importers {nearest.name} lists its columns",
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:SHOWN_CHARACTERS] for name in names[:SHOWN_NAMES])
    rest = len(names) - SHOWN_NAMES
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def _closest(unknown: Sequence[str], known: frozenset[str]) -> str | None:
    for column in unknown[:SHOWN_NAMES]:
        if near := difflib.get_close_matches(column.lower(), known, n=1, cutoff=0.75):
            return f'did you mean "{near[0]}" by "{column}"?'
    return None


def batches(
    connection: duckdb.DuckDBPyConnection, importer: Importer, intake: Intake
) -> Iterator[pl.DataFrame]:
    """Yield the rows as the importer maps them, in bounded memory.

    The connection is one of its own: a transaction would keep every part until it ends.
    """
    for rows in intake.frames():
        yield mapped(connection, importer, rows)


def mapped(
    connection: duckdb.DuckDBPyConnection, importer: Importer, rows: pl.DataFrame
) -> pl.DataFrame:
    """Run an importer's SELECT on some rows of its file."""
    connection.register("source", rows)
    try:
        found: pl.DataFrame = connection.sql(importer.select).pl()
        return found
    finally:
        connection.unregister("source")
