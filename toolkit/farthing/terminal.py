"""What reaches a terminal: tables and JSON on standard output, talk on standard error.

Names come from strangers' files. No character that a terminal would obey is ever printed.
"""

from __future__ import annotations

import contextlib
import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import date, time
from math import isfinite
from time import monotonic
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.table import Table

    from farthing.formats import Shown

#: How much of a table is shown: rows, or else rows written as lists, and the least of a column.
MOST_NAMES = 12
MOST_ROWS = 40
MOST_RECORDS = 10
COLUMN = 16
#: How much of the name of a file stands before its bar.
NAME = 24


def plain(text: str) -> str:
    """Take out what a terminal would obey: names come from strangers' files."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def one_line(text: str) -> str:
    """Keep a text from looking like two: a stranger's name may hold a line end."""
    return plain(text.replace("\n", " "))


def talk(text: str) -> None:
    """Say something that is no data; on a terminal lines are broken between words."""
    lines = plain(text).split("\n")
    if sys.stderr.isatty():
        width = console(stderr=True).width
        lines = [part for line in lines for part in _broken(line, width)]
    typer.echo("\n".join(lines), err=True)


def _broken(line: str, width: int) -> list[str]:
    """Break a line between words, its later parts set in; a word that is too long stays whole."""
    inner = " " * (len(line) - len(line.lstrip(" ")) + 2)
    broken = textwrap.wrap(
        line,
        width,
        subsequent_indent=inner,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return broken or [""]


def talk_quarantine(quarantine: pl.DataFrame) -> None:
    """Say what was left out of an answer."""
    from farthing.question import quarantine_lines

    for line in quarantine_lines(quarantine):
        talk(one_line(line))


def print_json(value: Any) -> None:
    """Print JSON that holds no character a terminal would obey; decimals are text, so exact."""
    text = json.dumps(storable(value), ensure_ascii=False, indent=2, allow_nan=False)
    typer.echo("".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text))


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def storable(value: Any) -> Any:
    """Return a value as JSON has it; what has no number of its own, such as infinity, is text."""
    if isinstance(value, dict):
        return {str(name): storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, bool | int | str) or _is_finite(value):
        return value
    return str(value)


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value)


def print_table_or_json(table: pl.DataFrame, title: str, as_json: bool) -> None:
    """Print a table for people, or for a program."""
    if as_json:
        print_json(table.to_dicts())
    else:
        print_table(table, title)


def print_table(table: pl.DataFrame, title: str, *, whole: bool = False) -> None:
    """Print a table for people: numbers to the right, nothing cut without saying so.

    Where the columns have no room beside each other every row is printed as a list of its cells.
    A column in which nothing stands is left out.
    """
    from rich.text import Text

    from farthing.formats import filled, shown

    to, view = console(), filled(shown(_cut(table if whole else table.head(MOST_ROWS))))
    to.print(Text(plain(title) if table.height else f"{plain(title)}: none", style="italic"))
    rows = view.rows
    room = to.width - sum(least + len(" ┃ ") for least in _least(view))
    if rows and room >= 0:
        to.print(_drawn(view, _unbroken(view, room)))
    else:
        rows = rows if whole else rows[:MOST_RECORDS]
        for row in rows:
            to.print(_record(view.headings, row))
    if left_out := table.height - len(rows):
        talk(f"… {left_out:,} more rows; --json prints all")


def _cut(table: pl.DataFrame) -> pl.DataFrame:
    """Cut lists of the names of entries short: a total can rest on thousands."""
    import polars as pl

    names = [name for name in table.columns if name == "entries"]
    return table.with_columns(
        pl.col(name).map_elements(_few, return_dtype=pl.String, skip_nulls=True) for name in names
    )


def _few(names: str) -> str:
    listed = names.split()
    if len(listed) <= MOST_NAMES:
        return names
    return f"{' '.join(listed[:MOST_NAMES])} … and {len(listed) - MOST_NAMES:,} more; see --json"


def _least(view: Shown) -> list[int]:
    """Return how wide each column must be: a number whole, else enough for a few words a line."""
    columns = zip(view.headings, *view.rows, strict=True)
    widest = [max(map(len, column)) for column in columns]
    return [
        wide if is_number else min(wide, COLUMN)
        for wide, is_number in zip(widest, view.numeric, strict=True)
    ]


def _unbroken(view: Shown, room: int) -> frozenset[int]:
    """Choose columns that are not broken: of numbers, and of long names as far as there is room."""
    chosen = {at for at, is_number in enumerate(view.numeric) if is_number}
    for at, (column, least) in enumerate(
        zip(zip(*view.rows, strict=True), _least(view), strict=True)
    ):
        more = max(map(len, column)) - least
        longest = max((len(word) for cell in column for word in cell.split()), default=0)
        if longest > COLUMN and more <= room:
            chosen.add(at)
            room -= max(more, 0)
    return frozenset(chosen)


def _drawn(view: Shown, unbroken: frozenset[int]) -> Table:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(show_edge=False)
    for at, (heading, is_number) in enumerate(zip(view.headings, view.numeric, strict=True)):
        drawn.add_column(
            Text(heading),
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=at in unbroken,
        )
    for row in view.rows:
        drawn.add_row(*(Text(plain(cell)) for cell in row))
    return drawn


def _record(headings: tuple[str, ...], row: tuple[str, ...]) -> Table:
    """Lay one row out as lines of heading and cell, blank cells left out."""
    from rich.table import Table
    from rich.text import Text

    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(style="bold", max_width=20)
    lines.add_column(overflow="fold")
    for heading, cell in zip(headings, row, strict=True):
        if cell:
            lines.add_row(Text(heading), Text(plain(cell)))
    lines.add_row("", "")
    return lines


def console(*, stderr: bool = False) -> Console:
    """Return the terminal; on a pipe tables are as wide as they need to be."""
    from rich.console import Console

    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(width=None if is_terminal else 200, highlight=False, stderr=stderr)


@contextlib.contextmanager
def progress_bar() -> Iterator[tuple[Callable[[str, int, int], None], Callable[[], None]]]:
    """Show how far an import is on a terminal: rows, rate, time left. Say nothing on a pipe.

    Yields two functions: one shows what is done of a file, the other takes the bar away, for
    what is said while it stands would be drawn over.
    """
    if not sys.stderr.isatty():
        yield lambda file, done, rows: None, lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    name = Column(max_width=NAME, no_wrap=True, overflow="ellipsis")
    columns = (
        TextColumn("{task.description}", markup=False, table_column=name),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[rows]}", table_column=Column(no_wrap=True)),
        TimeRemainingColumn(),
    )
    shown = Progress(*columns, console=Console(stderr=True), transient=True, expand=True)
    task, start = shown.add_task("reading and recognising", total=None, rows=""), monotonic()

    def progress(file: str, done: int, rows: int) -> None:
        name = one_line(file)
        if shown.tasks[0].description != name:
            shown.reset(task, total=rows, description=name)
        doing = f"{done / (monotonic() - start):,.0f}/s" if done < rows else "posting"
        shown.update(task, completed=done, rows=f"{done:,} of {rows:,} rows, {doing}")
        shown.start()

    def clear() -> None:
        nonlocal start
        start = monotonic()
        shown.stop()

    shown.start()
    try:
        yield progress, clear
    finally:
        shown.stop()


@contextlib.contextmanager
def spinner(what: str) -> Iterator[None]:
    """Show that work goes on, on a terminal; say nothing on a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
