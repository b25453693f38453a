"""Electronic filings of the US Federal Election Commission: one record a line, of several kinds.

The first line names the version of the format, and the version what the cells of a line are. From
version 6 the character 0x1C stands between them, before it a comma, with quotes. The lines that
hold itemised spending become a table for each schedule; every other line is set aside with what
it is. Of those only the first and the cover are kept whole: receipts, loans and refunds name
private people, and nothing but the kind of such a line goes on.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TextIO, TypeAlias

from farthing.errors import FileUnusable
from farthing.readers.delimited import LONGEST_LINE
from farthing.readers.fec_layouts import LAYOUTS, PLACES, VERSIONS, WITHIN_HOURS
from farthing.records import Intake, Misfit, keep

SEPARATOR = "\x1c"
#: How filings are written that are not UTF-8: their software runs on Windows.
ENCODING = "cp1252"
STARTS = ("HDR\x1c", "HDR,", '"HDR",')
#: What the first lines say of all the others, as columns of each.
FILING = ("filing_form", "filer_name", "amends", "amendment_number", "report_code", "signed_on")

Line: TypeAlias = tuple[int, list[str]]
"""A physical line by its number, and its cells."""


#: Lines that give back what a private person gave: their names are not for a book of spending.
REFUNDS = ("SB20A", "SB28A")
#: What lines are that hold no itemised spending of these schedules, by how they begin.
KINDS = {
    "SA": "a receipt (Schedule A)",
    "SB": "a refund to an individual (Schedule B)",
    "SC": "a loan (Schedule C)",
    "SD": "a debt (Schedule D)",
    "SF": "a coordinated party expenditure (Schedule F), which is not read",
    "SI": "a summary of an account (Schedule I)",
    "SL": "a summary of an account (Schedule L)",
    "H": "a line of Schedule H, which is not read",
    "F56": "a contribution (Form 5)",
    "F57": "an independent expenditure (Form 5) of a version in which it is not read",
    "F92": "a donation (Form 9)",
    "F93": "a disbursement (Form 9) of a version in which it is not read",
    "F94": "a candidate whom a communication names (Form 9)",
    "F": "a form",
    "TEXT": "a remark",
}
IN_TEXT = "a line of free text"
CUT_OFF = "the row is the last and has no line end: the file may have been cut off"


class NothingItemised(FileUnusable):
    """A filing has no itemised spending, as most of a day's have not."""


def is_filing(start: str) -> bool:
    """Tell whether a text begins as a filing does."""
    return start.startswith(STARTS)


@dataclass(frozen=True)
class _Cover:
    """What the first line and the cover say of the whole filing."""

    version: str
    facts: tuple[str | None, ...] = ()


@dataclass
class _Sorted:
    """The lines of a filing, told apart."""

    rows: dict[str, list[Line]] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    asides: list[Misfit] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)


def read(text: TextIO, intake: Intake, folder: Path) -> list[Intake]:
    """Keep the itemised spending of a filing, a table for each schedule that it has.

    The first table holds what is set aside, so that the rows of all of them are the file's lines.

    Raises
    ------
    NothingItemised
        It has no itemised spending.
    FileUnusable
        Its version is not known.
    """
    lines = _lines(text, intake.name)
    cover: _Cover | None = None
    found, last, number = _Sorted(), "", 0
    in_text = False
    for number, last in lines:
        line = last.rstrip("\n")
        if cover is None:
            cover = _header(line, intake.name)
        mark = re.sub("[^A-Z]", "", line.upper()) if line.startswith("[") else ""
        in_text = (in_text or mark == "BEGINTEXT") and mark != "ENDTEXT"
        if not line.strip(f"{SEPARATOR} \t"):
            found.blanks.append(number)
        elif in_text or mark == "ENDTEXT":
            found.asides.append(Misfit(0, number, (), IN_TEXT))
        else:
            cover = _sort(number, line, cover, found)
    assert cover is not None  # a filing begins with its first line
    cut_off = not last.endswith("\n")
    if cut_off and found.asides and found.asides[-1].line == number:
        # What is set aside is not looked at again, and yet more may have stood behind it.
        found.misfits.append(replace(found.asides.pop(), reason=CUT_OFF))
    if not found.rows:
        what = f"has no line of {', '.join(LAYOUTS)}: it itemises no spending that is read"
        hint = "spending is in reports (Forms 3, 3P, 3X, 4) and in Forms 5, 7, 9 and 24"
        raise NothingItemised(what, where=intake.name, hint=hint)
    return _tables(intake, found, cover, folder, cut_off=cut_off, last=number)


def _lines(text: TextIO, name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines by their numbers, none too long for the memory."""
    for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), 1):
        if len(line) == LONGEST_LINE:
            raise FileUnusable(
                f"the line has {LONGEST_LINE:,} characters or more", where=f"{name}:{number}"
            )
        yield number, line


def _cells(line: str, version: str) -> list[str]:
    """Return the cells of a line; quotes around one are no part of it."""
    if version < "6":
        return next(csv.reader([line], strict=True))
    cells = line.split(SEPARATOR)
    return [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]


def _header(line: str, name: str) -> _Cover:
    """Read the version, what the filing amends and its number as an amendment."""
    cells = [cell.strip('" ') for cell in re.split(f"[{SEPARATOR},]", line)]
    said = cells[2] if len(cells) > 2 else ""
    version = re.sub(r"^(\d\.\d)0$", r"\1", said)
    if version not in VERSIONS:
        raise FileUnusable(
            f"is an electronic filing of version {said or 'unknown'}",
            where=f"{name}:1",
            hint=f"the versions that can be read are {', '.join(VERSIONS)}",
        )
    at = 5 if version >= "6" else 6
    amends, number = ([*cells, *[""] * 9])[at : at + 2]
    return _Cover(version, (None, None, amends or None, number or None, None, None))


def _sort(number: int, line: str, cover: _Cover, found: _Sorted) -> _Cover:
    """Put a line where it belongs; return the cover, with what it says once it has passed."""
    try:
        cells = _cells(line, cover.version)
    except csv.Error:
        reason = "the row has a quote that is never closed, or text after one"
        kind = line.strip('" ')[:2].upper()
        shown = (line,) if kind in LAYOUTS else (kind,)
        found.misfits.append(Misfit(0, number, shown, reason))
        return cover
    form = cells[0].strip().upper()
    schedule = form[:3] if form.startswith("F") else form[:2]
    columns = LAYOUTS.get(schedule, {}).get(cover.version)
    if columns and form not in REFUNDS:
        _place(number, cells, schedule, columns, found)
    elif number == 1:
        found.asides.append(Misfit(0, number, tuple(cells), "the first line: version and software"))
    elif form.startswith("F") and cover.facts[0] is None:
        found.asides.append(Misfit(0, number, tuple(cells), f"the cover ({form})"))
        return _covered(cells, form, cover)
    else:
        # A line may name private people: nothing but its kind goes on.
        found.asides.append(Misfit(0, number, (form[:10],), _kind(form)))
    return cover


def _kind(form: str) -> str:
    kinds = [what for start, what in KINDS.items() if form.startswith(start)]
    return kinds[0] if kinds else "a line of a kind that is not read"


def _covered(cells: list[str], form: str, cover: _Cover) -> _Cover:
    """Add what the cover says: its form, whose filing it is, of what report and when signed."""
    places = [
        at for start, since, at in PLACES if form.startswith(start) and cover.version >= since
    ]
    name, code, signed = places[0] if places else (None, None, None)
    cell = partial(_cell, cells)
    filer = cell(name)
    if form.startswith(("F5", "F9")) and not filer and cover.version >= "6":  # a person
        filer = " ".join(filter(None, (cell(5), cell(6), cell(4)))) or None
    hours = next((at for since, at in WITHIN_HOURS if cover.version >= since), None)
    within = cell(hours) if form.startswith("F5") else None
    facts = (form, filer, *cover.facts[2:4], within or cell(code), cell(signed))
    return replace(cover, facts=facts)


def _cell(cells: Sequence[str], at: int | None) -> str | None:
    return cells[at].strip() or None if at is not None and at < len(cells) else None


def _place(
    number: int, cells: list[str], schedule: str, columns: Sequence[str], found: _Sorted
) -> None:
    """Take a line of a schedule as a row where its cells are those of the version.

    Blank cells at the end may be left off, as some software does, but none up to the amount.
    """
    least = columns.index("expenditure_amount") + 1
    while len(cells) > len(columns) and not cells[-1].strip():
        cells.pop()
    if least <= len(cells) <= len(columns):
        found.rows.setdefault(schedule, []).append((number, cells))
    else:
        reason = f"the row has {len(cells)} cells and {schedule} of its version {len(columns)}"
        found.misfits.append(Misfit(0, number, tuple(cells), reason))


def _tables(
    intake: Intake, found: _Sorted, cover: _Cover, folder: Path, *, cut_off: bool, last: int
) -> list[Intake]:
    """Keep each schedule as a table; the first has all that is no row, too."""
    tables: list[Intake] = []
    for schedule, lines in found.rows.items():
        beside = found if not tables else _Sorted()
        others = [*beside.misfits, *beside.asides]
        numbers = [*(number for number, _ in lines), *(one.line for one in others), *beside.blanks]
        row = {number: nth for nth, number in enumerate(sorted(numbers), 2)}
        name = intake.name if len(found.rows) == 1 else f"{intake.name}/{schedule}"
        columns = LAYOUTS[schedule][cover.version]
        records = ((row[at], at, _filled(cells, columns, cover)) for at, cells in lines)
        kept = keep(replace(intake, name=name, header=(*columns, *FILING)), records, folder)
        tables.append(
            replace(
                kept,
                rows=len(numbers),
                misfits=tuple(replace(one, row=row[one.line]) for one in beside.misfits),
                asides=tuple(replace(one, row=row[one.line]) for one in beside.asides),
                blank=len(beside.blanks),
                cut_off=cut_off and last in row,
            )
        )
    return tables


def _filled(cells: list[str], columns: Sequence[str], cover: _Cover) -> list[str | None]:
    left_off = [None] * (len(columns) - len(cells))
    return [*cells, *left_off, *cover.facts]
