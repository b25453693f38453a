"""The reference page: every format that can be imported and every ledger, as one HTML file.

Nothing on it is written twice: what a format is stands in the docstring of its importer, where a
column goes in its SELECTs, and what a ledger holds in its model.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
from markupsafe import Markup, escape

from farthing import own_format
from farthing.formats import by_ledger
from farthing.importer import AMOUNT, Importer
from farthing.importers import GROUPS, own_layout
from farthing.ledger import POSTED_COLUMNS, Column, Ledger
from farthing.ledgers import LEDGERS
from farthing.own_format import EXAMPLE, EXAMPLE_FILE
from farthing.page import render, write_whole

#: The heading under which each sentence is a warning of its own.
TRAPS = "Traps"
TYPES = {"VARCHAR": "text", "DATE": "day", "BIGINT": "whole number"}


@dataclass(frozen=True)
class Family:
    """Formats that one docstring tells of.

    Parameters
    ----------
    name
        What its place on the page is called.
    heading
        What they are, in a few words.
    title
        What they are, in a line.
    notes
        Heading and paragraphs: origin, columns, and traps, each of these a paragraph of its own.
    formats
        Each of them.
    """

    name: str
    heading: str
    title: str
    notes: tuple[tuple[str, tuple[Markup, ...]], ...]
    formats: tuple[Importer, ...]


@dataclass(frozen=True)
class Cells:
    """One table of the page: its headings, and its rows as text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_reference(path: str | os.PathLike[str]) -> Path:
    """Write the reference page, whole or not at all.

    Raises
    ------
    FileUnusable
        The file cannot be written.
    """
    return write_whole(path, reference_html().encode("utf-8"))


def reference_html() -> str:
    """Return the page of `write_reference` as text."""
    return render(
        "reference.html.jinja",
        scripted=False,
        groups=[(name, [_family(module) for module in modules]) for name, modules in GROUPS],
        own=_family(own_layout),
        described=_family(own_format),
        example=EXAMPLE,
        example_file=EXAMPLE_FILE,
        ledgers=LEDGERS,
        cells=cells,
        marked=marked,
        format_columns=format_columns,
        columns_of=ledger_columns,
        rules_of=row_rules,
        amount=AMOUNT,
    )


def _family(module: ModuleType) -> Family:
    title, *notes = sections(module.__doc__ or "")
    return Family(
        name=module.__name__.rpartition(".")[2].replace("_", "-"),
        heading=_heading(title[1]),
        title=title[1],
        notes=tuple((heading, paragraphs(heading, text)) for heading, text in notes),
        formats=getattr(module, "IMPORTERS", ()),
    )


def _heading(title: str) -> str:
    """Return what stands before the colon, or more where several families have that."""
    short = title.partition(":")[0]
    titles = [(one.__doc__ or "").partition(":")[0] for _, group in GROUPS for one in group]
    return short if titles.count(short) < 2 else title.partition(",")[0]


def sections(notes: str) -> list[tuple[str, str]]:
    """Split a docstring into its first line, under no heading, and the text of each heading.

    What is marked as a name is marked as code, and what is stressed is not.
    """
    first, *rest = re.split(r"^(?=\S)", notes, flags=re.MULTILINE)[1:] or [""]
    found = [("", _plain(first))]
    for part in rest:
        heading, _, text = part.partition("\n")
        found.append((heading.strip(), _plain(text)))
    return found


def _plain(text: str) -> str:
    line = " ".join(text.split())
    names = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line)
    return re.sub(r"(?<![\w*])\*(\w+)\*(?![\w*])", r"\1", names)


def sentences(text: str) -> list[str]:
    """Split a text behind its full stops, but for those in what is marked as code.

    Examples
    --------
    >>> sentences("A total is set aside. ``A. B`` is a name. 0 is less than 100.")
    ['A total is set aside.', '``A. B`` is a name.', '0 is less than 100.']
    """
    found = [""]
    for part in re.split(r"(?<=\.) (?=[A-Z0-9`])", text):
        if found[-1].count("``") % 2:
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found[1:]


def paragraphs(heading: str, text: str) -> tuple[Markup, ...]:
    """Return a text as one paragraph, but traps each as one of its own."""
    return tuple(marked(part) for part in (sentences(text) if heading == TRAPS else [text]))


def marked(text: str) -> Markup:
    """Return a text with what stands between double backticks as code, all of it escaped."""
    parts = text.split("``")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


def cells(table: pl.DataFrame) -> Cells:
    """Return a table as text: what is true is "yes", and what is not is left blank.

    A column in which nothing stands is left out.
    """
    columns = {
        name.replace("_", " "): [_cell(value) for value in table[name].to_list()]
        for name in table.columns
    }
    filled = {name: column for name, column in columns.items() if any(column)}
    return Cells(tuple(filled), tuple(zip(*filled.values(), strict=True)))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def format_columns(one: Importer) -> pl.DataFrame:
    """Return the columns of a format, each with where it goes, ledger by ledger."""
    columns = one.reference()
    if "goes_to" not in columns.columns:
        return columns
    goes_to = pl.Series("goes_to", map(by_ledger, columns["goes_to"]), dtype=pl.String)
    return columns.with_columns(goes_to)


def ledger_columns(ledger: Ledger) -> pl.DataFrame:
    """Return every column of a ledger, in words: one row per column.

    Of an amount a file has the one column ``amount``, and the book the four that it is read into.
    """
    rows = [_described(ledger, column) for column in ledger.columns]
    if ledger.has_amount:
        amount = dict.fromkeys(rows[0], "") | {
            "column": "amount",
            "is": "text, in files alone",
            "must_be_there": True,
            "unit": ledger.amount_unit,
            "holds": f"{AMOUNT}; read into low, high, basis and wording",
        }
        rows.insert(0, amount)
    return pl.DataFrame(rows)


def _described(ledger: Ledger, column: Column) -> dict[str, Any]:
    kind = TYPES.get(column.sql_type, "money" if column.unit == "currency" else "decimal number")
    adds = {None: "", True: "yes", False: "no"}[column.additive]
    refused = [*column.words, *([f"is not in {column.refers_to}"] if column.refers_to else [])]
    return {
        "column": column.name,
        "is": f"{kind}, made by the import" if column.name in POSTED_COLUMNS else kind,
        "must_be_there": column.name in ledger.required_columns,
        "unit": column.unit or "",
        "adds_up": adds,
        "holds": column.description,
        "refused_where_it": "; ".join(refused),
    }


def row_rules(ledger: Ledger) -> Sequence[str]:
    """Return what a row of a ledger must not be, each to finish the sentence "the row …"."""
    own = [str(check.error) for check in ledger.schema.checks]
    return [*own, *(words.removeprefix("the row ") for _, words in ledger.clashes)]
