"""The formats that can be imported, as a terminal or a program is told of them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import typer

from farthing.importer import of_name
from farthing.importers import GROUPS, IMPORTERS, own_layout
from farthing.reference import TRAPS, format_columns, sections, sentences
from farthing.terminal import console, plain, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farthing.importer import Importer

#: No wider than this are the lines of a text that is read.
LINE = 100
OWN = "Farthing's own columns"
MORE = "farthing importers NAME shows one: where it comes from, its columns, and its traps."


def formats() -> pl.DataFrame:
    """Return every format: its name, its principal ledger, and what it is."""
    return pl.DataFrame(
        {"importer": one.name, "ledger": one.ledger.name, "about": one.about} for one in IMPORTERS
    )


def find(name: str) -> Importer:
    """Return a format by its name, or by the name of the file that describes it.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    from farthing import own_format

    if name.lower().endswith(".toml"):
        return own_format.load(Path(name)).importer()
    return of_name(IMPORTERS, name)


def print_formats() -> None:
    """Print the formats, those of one publisher together and Farthing's own last."""
    to = console()
    for title, modules in GROUPS:
        _print_group(title, [one for module in modules for one in module.IMPORTERS])
        to.print()
    _print_group(OWN, own_layout.IMPORTERS)
    to.print()
    to.print(MORE)


def _print_group(title: str, of_one_kind: Sequence[Importer]) -> None:
    rows = {
        "importer": [one.name for one in of_one_kind],
        "what it is": [one.about.removeprefix(f"{OWN}: ") for one in of_one_kind],
    }
    print_table(pl.DataFrame(rows), title, whole=True)


def format_data(one: Importer) -> dict[str, Any]:
    """Return what there is to know of a format, as a program reads it."""
    return {
        "importer": one.name,
        "about": one.about,
        "notes": one.notes,
        "columns": one.reference().to_dicts(),
        "settings": one.open_points().to_dicts(),
    }


def print_format(one: Importer) -> None:
    """Print a format: origin, columns, traps, where each column goes, what can be declared."""
    width = min(console().width, LINE)
    typer.echo(plain(f"{one.name}: {one.about}"))
    for heading, text in sections(one.notes):
        if one.about in text:
            continue
        typer.echo()
        _print_note(heading, text, width)
    _print_columns(one)
    if one.settings:
        typer.echo()
        print_table(_settings(one), "Settings: what --declare takes", whole=True)


def _print_columns(one: Importer) -> None:
    """Print the columns, those that must be there first."""
    columns = format_columns(one)
    must = columns.filter("must_be_there").drop("must_be_there")
    may = columns.filter(~pl.col("must_be_there")).drop("must_be_there")
    for title, table in (("must", must), ("may", may)):
        if table.height:
            typer.echo()
            print_table(table, f"Columns that {title} be there", whole=True)


def _settings(one: Importer) -> pl.DataFrame:
    """Return what can be declared, as it is declared."""
    must = pl.when("must_be_told").then(pl.lit("yes"))
    return one.open_points().select("declared_as", "what_it_is", "told_by", must_be_told=must)


def _print_note(heading: str, text: str, width: int) -> None:
    """Print a text under its heading, traps as a list."""
    if heading:
        typer.echo(heading)
    parts = sentences(text) if heading == TRAPS else [text]
    first, later = ("  - ", "    ") if len(parts) > 1 else ("    ", "    ") if heading else ("", "")
    for part in parts:
        typer.echo(
            textwrap.fill(
                plain(part.replace("``", "")),
                width,
                initial_indent=first,
                subsequent_indent=later,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
