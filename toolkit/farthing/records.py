"""What was read of a file: its records as text, and what about them is known before any meaning.

Every reader gives an `Intake`, whatever the file was: a table of text cells under a header, and
each record that is no row of it, with its place and the reason. Nothing is guessed and nothing is
dropped: ``rows`` is the sum of what stands in the parts, the misfits, the asides and the blanks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypeAlias, TypeVar

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from farthing.errors import FileUnusable

BATCH_ROWS = 100_000
#: How many cells a part may have that is gathered row by row: a table can have sixty columns.
BATCH_CELLS = 1_000_000
#: How much text a part may have, and how many rows are gathered before it is weighed: an ad of
#: Meta's archive can hold its reach in each country of the EU by age and gender.
PART_CHARACTERS = 12_000_000
WEIGHED_ROWS = 100
#: Where parts are held. Arrow's own pool would keep the room of those that are done with.
POOL = pa.system_memory_pool()

T = TypeVar("T")

Numbered: TypeAlias = tuple[int, int, Sequence[str | None]]
"""A record: its number (the header being 1), the physical line it starts on, its cells."""


@dataclass(frozen=True)
class Misfit:
    """A record that is no row of its file: its cells are not the header's, or a quote is loose.

    Parameters
    ----------
    row
        Its number, the header being 1.
    line
        Physical line it starts on.
    cells
        What could be made out of it.
    reason
        What is wrong with it or, for one that is set aside, what it is.
    """

    row: int
    line: int
    cells: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Intake:
    """A table as it was taken in: a file, a sheet of a workbook or a file of an archive.

    Parameters
    ----------
    name
        The file's name as the user knows it, without its folder; ``bundle.zip/spend.csv`` within
        an archive.
    sha256
        Of the bytes of the file.
    parts
        Arrow files with its rows: ``source_row`` and ``source_line``, which count as those of a
        `Misfit`, and the cells as text under the header's names.
    header
        The names of its columns; of JSON records, every key that occurs.
    rows
        How many records there are below the header: those in ``parts``, misfits, asides, blanks.
    misfits, asides
        The records that are not in ``parts``: those that are refused, and those that are no data,
        such as a title.
    blank
        How many records hold nothing.
    cut_off
        Whether the last line has no line end, as when a download breaks off.
    pages
        Where several files were taken in as one: the row before the first of each, and its name.
    beside
        Of the first table of an archive: the notes that were packed beside its tables.
    """

    name: str
    sha256: str
    parts: tuple[Path, ...] = ()
    header: tuple[str, ...] = ()
    rows: int = 0
    misfits: tuple[Misfit, ...] = ()
    asides: tuple[Misfit, ...] = ()
    blank: int = 0
    cut_off: bool = False
    pages: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    beside: tuple[str, ...] = ()

    def frames(self, *columns: str) -> Iterator[pl.DataFrame]:
        """Yield the rows, a part at a time; of all columns where none are named."""
        for table in self.tables(*columns):
            yield pl.DataFrame(table)

    def tables(self, *columns: str) -> Iterator[pa.Table]:
        """Yield what `frames` does as Arrow has it."""
        for part in self.parts:
            with pa.OSFile(str(part)) as file:
                names = pa.ipc.open_file(file).schema.names
                wanted = [names.index(name) for name in columns or names]
                options = pa.ipc.IpcReadOptions(included_fields=sorted(wanted))
                yield pa.ipc.open_file(file, options=options, memory_pool=POOL).read_all()

    def file_of(self, row: int) -> str:
        """Return the name of the file that a row stands in."""
        if not self.pages:
            return self.name
        at = bisect_right([before for before, _ in self.pages], row - 1) - 1
        return self.pages[max(at, 0)][1]


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items in order; while one is worked on the next is made, in a thread of its own.

    Examples
    --------
    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(_next_of, items)
        while made := coming.result():
            coming = worker.submit(_next_of, items)
            yield made[0]


def _next_of(items: Iterator[T]) -> tuple[T, ...]:
    return tuple(islice(items, 1))


def keep(intake: Intake, records: Iterator[Numbered], folder: Path) -> Intake:
    """Write the records that are rows of the header, part by part, and return the intake with them.

    The count of rows is that of these records alone.
    """
    check_names(intake)
    parts: list[Path] = []
    rows = 0
    for frame in _frames(records, intake.header):
        rows += len(frame)
        parts.append(written(frame.to_arrow(), folder))
    return replace(intake, parts=tuple(parts), rows=rows)


def check_names(intake: Intake) -> None:
    """Refuse a header with a name that stands for something else than its column.

    Some are kept for the number and the line of a row; others are taken for patterns of names by
    polars, and would be looked up in all columns or in another.
    """
    for name in intake.header:
        if name in ("source_row", "source_line"):
            what = f"has a column named {name}, which is what Farthing calls the place of a row"
            raise FileUnusable(what, where=intake.name, hint="rename it")
        if name == "*" or (name.startswith("^") and name.endswith("$")):
            what = f"has a column named {name}, which stands for many columns"
            raise FileUnusable(what, where=intake.name, hint="rename it")


def written(table: pa.Table, folder: Path) -> Path:
    """Write rows as a part of their own in the intake folder."""
    path = folder / f"{len(list(folder.iterdir())):06}.arrow"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return path


def _frames(records: Iterator[Numbered], header: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Gather records into frames of bounded size."""
    most = min(BATCH_ROWS, BATCH_CELLS // max(1, len(header)) or 1)
    while True:
        numbers: list[int] = []
        lines: list[int] = []
        cells: list[str | None] = []  # of all rows in one list: as many small lists are slow
        weight = 0
        while len(numbers) < most and weight < PART_CHARACTERS:
            held = len(cells)
            for number, line, record in islice(records, min(WEIGHED_ROWS, most - len(numbers))):
                numbers.append(number)
                lines.append(line)
                cells += record
            if len(cells) == held:
                break
            weight += sum(map(len, filter(None, cells[held:])))
        if not numbers:
            return
        yield _frame(numbers, lines, cells, header)


def _frame(
    numbers: list[int], lines: list[int], cells: list[str | None], header: Sequence[str]
) -> pl.DataFrame:
    """Make columns of cells that stand one row behind the other."""
    return pl.DataFrame(
        [
            pl.Series("source_row", numbers, pl.Int64),
            pl.Series("source_line", lines, pl.Int64),
            *(
                pl.Series(name, cells[at :: len(header)], pl.String)
                for at, name in enumerate(header)
            ),
        ]
    )


def figure_text(figure: str) -> str:
    """Write a number of a typed file so that no locale takes its decimals for thousands.

    Where a point parts thousands ``1.234`` is read as more than a thousand; of ``1.2340`` no
    locale makes another number.
    """
    return f"{figure}0" if len(figure.partition(".")[2]) == 3 else figure


def joined(pages: Sequence[Intake], sha256: str, folder: Path) -> Intake:
    """Return several files, such as the pages of one answer, as one table in the order given."""
    header = tuple(dict.fromkeys(name for page in pages for name in page.header))
    parts: list[Path] = []
    starts: list[tuple[int, str]] = []
    misfits: list[Misfit] = []
    asides: list[Misfit] = []
    before = 0
    for page in pages:
        starts.append((before + 1, page.name))
        for frame in page.frames():
            moved = frame.with_columns(pl.col("source_row") + before)
            parts.append(written(moved.select(_padded(moved, header)).to_arrow(), folder))
        misfits += _moved(page.misfits, before)
        asides += _moved(page.asides, before)
        before += page.rows
    more = f" and {len(pages) - 1} more" if len(pages) > 1 else ""
    return Intake(
        name=pages[0].name + more,
        sha256=sha256,
        parts=tuple(parts),
        header=header,
        rows=before,
        misfits=tuple(misfits),
        asides=tuple(asides),
        blank=sum(page.blank for page in pages),
        cut_off=any(page.cut_off for page in pages),
        pages=tuple(starts),
    )


def _padded(frame: pl.DataFrame, header: Sequence[str]) -> list[pl.Expr]:
    names = ("source_row", "source_line", *header)
    return [
        pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name)
        for name in names
    ]


def _moved(records: Iterable[Misfit], by: int) -> list[Misfit]:
    return [replace(one, row=one.row + by) for one in records]
