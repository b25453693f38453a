"""A format of one's own: a file of names that says which column of a file is which of a ledger.

How
    ``farthing draft FILE`` writes one to start from, and ``farthing import BOOK FILE --as
    mine.toml`` reads files by it. It is a TOML file, written in any text editor: ``name =
    "value"`` a line, every value in straight quotes, and a table for each of what follows.
Keys
    ``name`` of the format, ``about`` in a few words; ``ledger`` the rows go to (``farthing
    importers`` lists them, ``farthing importers spend`` its columns). ``encoding`` where the text
    is not UTF-8; ``locale`` the amounts are written in; ``dates`` how days are written, as
    ``dd.mm.yyyy`` or ``mmm d, yyyy``, and a day that is written yyyy-mm-dd is read whatever it
    says; ``periods`` how months, quarters or years are written in the names of columns, as ``mmm
    yyyy``, ``yyyy-mm``, ``qq yyyy`` or ``yyyy``. A form that is not known is refused with those
    that are.
[columns]
    The ledger's column, then the file's. ``ends_on`` is the last day of a period, where the
    ledger has the day after it. Columns of the file that are not named are left alone. What
    stands above the header and what separates the cells is found by these names.
[wide]
    Where months, platforms or parties are columns beside each other: the columns whose cells are
    the amounts, each with what is so of them, ``{ }`` where that is nothing. A row then gives an
    entry for each of these cells that is filled, and ``amount`` stands nowhere else. In the name
    of a column a ledger's column in braces takes what stands there: ``"Spend {channel}"`` is
    every column that begins with "Spend", and ``{period}`` a month, a quarter or a year, written
    as ``periods`` says. ``"left out"`` is a column that would fit and is not meant, as a total.
    In ``[skip]`` such a column, or what it fits, tells of cells: ``"{period}" = ["-"]``.
[constants]
    The ledger's column, then what it is in every row; a day here is yyyy-mm-dd.
[skip]
    Rows that are no data, such as totals: the file's column, then what stands in it, in full;
    ``""`` is blank, and ``"Total *"`` all that begins so. They are set aside, never posted.
[must]
    What is so in every row: the file's column, then ``"filled"``, or all that may stand in it. A
    row where it is not so is refused: its cells may have moved, as they do in spreadsheets.
[campaign]
    Makes the campaigns that rows name and the book does not have: ``organisation``, and where
    wanted ``name asked_by purpose intended_audience``. Campaigns that come from a column are then
    called ``our-agency:What_stands_there``.
[source]
    Where rows name no ``source_id`` the file itself is their source: its ``publisher kind rank
    origin_id licence``.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Any

from farthing.description import Description, nearest, shown
from farthing.errors import FileUnusable
from farthing.importer import Importer
from farthing.intake import take_in
from farthing.readers.delimited import DELIMITERS
from farthing.records import Intake

#: A table, and a description of it that uses most of what there is.
EXAMPLE_FILE = """\
Our budget,,,
Item,Jan 2024,Feb 2024,Total 2024
Leaflets,"1,200.50",300,"1,500.50"
Radio,,90,90
Sum,"1,200.50",390,"1,590.50"
"""
EXAMPLE = """\
name = "our-budget"
about = "budgets as our treasurer keeps them"
ledger = "spend"
locale = "en_GB"
periods = "mmm yyyy"

[columns]
category = "Item"

[wide]
"{period}" = { }
"Total 2024" = "left out"

[constants]
record = "invoice"
currency = "GBP"
campaign_id = "our-budget:2024"

[skip]
"Item" = ["Sum"]

[must]
"Item" = "filled"

[campaign]
organisation = "Fen Trust"

[source]
publisher = "Fen Trust"
"""
#: A description is written by a person: what is longer is another file.
MOST_BYTES = 1 << 20
#: In one line: each point of a key is a table in a table, and is slow to read.
MOST_POINTS = 1_000
SHOWN_NAMES = 20
FEWEST_YEARS = 3


def load(path: Path) -> Description:
    """Read a description of a format.

    Raises
    ------
    FileUnusable
        It cannot be read, is no TOML, or has mistakes: all of them are named, each with its key.

    Examples
    --------
    Of a table in which months are columns each month of a row that is filled is an entry:

    >>> import farthing
    >>> from tempfile import TemporaryDirectory
    >>> home = TemporaryDirectory()
    >>> mine, budget = Path(home.name, "mine.toml"), Path(home.name, "budget.csv")
    >>> written = mine.write_text(EXAMPLE), budget.write_text(EXAMPLE_FILE)
    >>> book = farthing.Book(Path(home.name, "fen.duckdb"))
    >>> [receipt] = book.add(budget, importer=str(mine))
    >>> book.sql("SELECT category, starts_on::VARCHAR, low FROM current_spend").rows()
    [('Leaflets', '2024-01-01', Decimal('1200.50')),
     ('Leaflets', '2024-02-01', Decimal('300.00')),
     ('Radio', '2024-02-01', Decimal('90.00'))]
    >>> receipt.asides
    {'left out by its description: Item is Sum': 1, 'a title above the header': 1}
    >>> home.cleanup()
    """
    data, table = _parsed(path)
    described_by = f"{path.name} {hashlib.sha256(data).hexdigest()[:12]}"
    description = Description(table, described_by, __doc__ or "")
    if mistakes := description.mistakes:
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise FileUnusable("\n  ".join([f"has {count}:", *mistakes]), where=path.name)
    return description


def take(
    description: Description, file: Path, folder: Path, encoding: str | None
) -> list[tuple[Importer, Intake]]:
    """Take in a file of a described format: its tables, each with how it is read.

    Raises
    ------
    FileUnusable
        As for `take_in`; or it lacks a column that is named, and the message says which ones it
        has; or the name of a column of a wide table cannot be read.
    """

    def recognises(header: Collection[str]) -> bool:
        return bool(header) and not description.lacking(tuple(header))

    written = encoding or description.top.get("encoding")
    refused: FileUnusable | None = None
    try:
        found = take_in(file, folder, knows=recognises, encoding=written)
    except FileUnusable as error:
        found, refused = [], error
    if found and all(recognises(one.header) for one in found):
        return [(_resolved(description, one), one) for one in found]
    try:
        plausible = take_in(file, folder, knows=is_plausible, encoding=written)
    except FileUnusable as error:
        raise (refused or error) from None
    raise next(
        (_unlike(description, one) for one in plausible if not recognises(one.header)),
        refused or FileUnusable(f"is not of the format {description.name}", where=file.name),
    )


def _resolved(description: Description, intake: Intake) -> Importer:
    importer, wrong = description.resolved(intake.header)
    if wrong:
        what = "\n  ".join(["has names of columns that [wide] cannot read:", *wrong])
        raise FileUnusable(what, where=intake.name, hint=f"correct [wide] of {description.name}")
    return importer


def is_plausible(header: Collection[str]) -> bool:
    """Tell whether names may be a header: two or more words, no figures, nothing to separate.

    A word with a colon behind it says what stands beside it, as in "Report Start:".
    """
    marks = "".join(DELIMITERS).replace(",", "")
    # Years that rise are columns of a wide table.
    words = [name for name in header if name not in _years(header)]
    return (
        len(header) > 1
        and bool(words)
        and not words[0].rstrip().endswith(":")
        and len(set(header)) == len(header)
        and all(re.search(r"[^\W\d_]", name) and not set(marks) & set(name) for name in words)
        and not any(re.fullmatch(r"\W*\d[\d.,:/\s-]*\W*", name) for name in words)
    )


def _years(header: Collection[str]) -> set[str]:
    """Return the names that are years or months, each after the one before; three at least."""
    figures = [name for name in header if re.fullmatch("(19|20)[0-9]{2}([-/]?[01][0-9])?", name)]
    rising = [one for one, other in pairwise(figures) if one < other]
    return (
        set(figures) if len(figures) >= FEWEST_YEARS and len(rising) == len(figures) - 1 else set()
    )


def _parsed(path: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            what = f"is no description: it has more than {MOST_BYTES:,} bytes"
            raise FileUnusable(what, where=path.name)
        if any(line.count(b".") > MOST_POINTS for line in data.splitlines()):
            raise RecursionError
        return data, tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise FileUnusable(what, where=path.name) from None
    except UnicodeDecodeError:
        raise FileUnusable("is not UTF-8", where=path.name, hint="save it as UTF-8") from None
    except RecursionError:
        raise FileUnusable("is nested too deeply", where=path.name) from None
    except ValueError as error:
        at = re.search(r"at line (\d+)", str(error))
        raise FileUnusable(
            f"is no TOML: {error}",
            where=f"{path.name}:{at[1]}" if at else path.name,
            hint='write name = "value" a line, in straight quotes, each name once',
        ) from None


def _unlike(description: Description, nearest_one: Intake) -> FileUnusable:
    """Name the columns a file lacks, and those it has."""
    header = nearest_one.header
    near = {name: nearest(name, header) for name in description.lacking(header)}
    said = [
        shown(name) + (f" (is it {shown(like)}?)" if like else "") for name, like in near.items()
    ]
    columns = [shown(name) for name in header[:SHOWN_NAMES]]
    rest = len(header) - len(columns)
    more = f" and {rest:,} more" if rest > 0 else ""
    return FileUnusable(
        f"has no column {', '.join(said)}, which {description.name} names",
        where=nearest_one.name,
        hint=f"its columns are {', '.join(columns)}{more}",
    )
