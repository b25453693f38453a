"""What an import did, or would do, as a terminal or a program is told."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from farthing.bundles import is_note
from farthing.terminal import console, one_line, print_table, talk

if TYPE_CHECKING:
    import polars as pl

    from farthing.posting import Receipt

#: How many rows a dry run shows.
FIRST_ROWS = 3
#: What every row has, behind what its ledger is about; of these the import makes the first two.
OF_EVERY_ROW = ("source_id", "batch_id", "record_key", "observed_on", "note", "source_row")
LEFT_ALONE = "left alone"
ANOTHER = (
    "What appeared is of another series than what vanished: of another table or period, and no "
    "restatement of it"
)
OUTDONE = (
    "  {:,} of these rows are not in force, since another row tells of the same thing with other "
    "figures: {}"
)
CORRECT = "Hint: correct the file, or post its other rows with --quarantine"


def print_receipt(receipt: Receipt, rehearsed: bool) -> None:
    """Say what became of a file, or what would."""
    from farthing.errors import problem_lines

    shows = rehearsed and receipt.outcome != "left aside"
    talk(_line(receipt))
    if receipt.rows_outdone:
        talk(OUTDONE.format(receipt.rows_outdone, receipt.outdone))
    if shows:
        _talk_settings(receipt)
    if receipt.outcome != "refused":  # of that its exception tells
        for line in problem_lines(receipt.problems):
            talk(line)
    if receipt.outcome == "would be refused":
        talk(CORRECT)
    if shows:
        _print_rehearsal(receipt)


def _line(receipt: Receipt) -> str:
    line = f"{receipt.file}: {receipt.outcome}"
    if receipt.outcome == "already imported":
        return f"{line}, nothing changed"
    if receipt.outcome == "left aside":
        note = is_note(PurePath(receipt.file))
        what = "is named as a note beside tables and not read" if note else "itemises no spending"
        return f"{line}, it {what}"
    line += f" as {receipt.importer}, {receipt.rows_posted:,} of {receipt.rows_read:,} rows"
    whole = receipt.rows_posted == 0 and receipt.rows_at_fault > 0
    refused = (receipt.rows_at_fault, "at fault") if whole else (receipt.rows_refused, "refused")
    counts = [refused, (receipt.rows_blank, "blank")]
    counts += [(count, f"set aside ({reason})") for reason, count in receipt.asides.items()]
    return ", ".join([line, *(f"{count:,} {what}" for count, what in counts if count)])


def _print_rehearsal(receipt: Receipt) -> None:
    """Show what an import would do: the mapping, the totals and the first rows."""
    _print_mapping(receipt.mapping)
    if not receipt.totals.is_empty():
        console().print()
        print_table(receipt.totals, "What the rows come to")
    if not receipt.first_rows.is_empty():
        console().print()
        print_table(_first_rows(receipt.first_rows), f"First rows for {receipt.ledger}")


def _talk_settings(receipt: Receipt) -> None:
    """Say what was declared or is told by the file, and which ledgers have rows of it."""
    for name, value in receipt.settings.items():
        if value:
            talk(f"  {name}: {value}")
    if untold := [name for name, value in receipt.settings.items() if not value]:
        talk(f"  not told, and not needed: {', '.join(untold)}")
    if counts := [f"{count:,} for {ledger}" for ledger, count in receipt.ledgers.items() if count]:
        talk(f"  rows by ledger: {', '.join(counts)}")


def _print_mapping(mapping: dict[str, str]) -> None:
    """Print where each column goes, and in one line those that go nowhere."""
    import polars as pl
    from rich.text import Text

    from farthing.formats import by_ledger

    used = {name: by_ledger(to) for name, to in mapping.items() if to != LEFT_ALONE}
    idle = [one_line(name) for name, to in mapping.items() if to == LEFT_ALONE]
    to = console()
    if used:
        to.print()
        columns = {"column": list(used), "goes_to": list(used.values())}
        print_table(pl.DataFrame(columns), "What becomes of its columns", whole=True)
    if idle:
        line = f"Left alone: {'; '.join(idle)}"
        to.print(Text(line), soft_wrap=not to.is_terminal)


def _first_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a few rows, first what their ledger is about and last what every row has."""
    own = [name for name in rows.columns if name not in OF_EVERY_ROW]
    shared = [name for name in OF_EVERY_ROW[2:] if name in rows.columns]
    return rows.select(*own, *shared).head(FIRST_ROWS)


def print_imports(imports: pl.DataFrame) -> None:
    """Print the imports of a book with their rows; what none of them has is left out."""
    counts = ("refused", "set_aside", "blank")
    rows = imports.rename(lambda name: name.removeprefix("rows_"))
    seen = [name for name in counts if rows[name].sum()]
    print_table(
        rows.select("file", "outcome", "read", "posted", *seen, "posted_at"),
        "Imports, with the rows of each file (times are UTC)",
    )


def print_changes(found: pl.DataFrame) -> None:
    """Print what a publisher's file changed: added up, then row by row."""
    from farthing.changes import summary

    to = console()
    print_table(_moved(summary(found)), "What changed")
    to.print()
    print_table(_moved(found.drop("series")), "Row by row")
    series = {kind: set(rows["series"]) for (kind,), rows in found.group_by("change")}
    if series.keys() == {"appeared", "vanished"} and series["appeared"].isdisjoint(
        series["vanished"]
    ):
        talk(ANOTHER)


def _moved(table: pl.DataFrame) -> pl.DataFrame:
    """Put the bounds before and after into words."""
    import polars as pl

    from farthing.formats import interval

    def words(when: str, without: str) -> pl.Series:
        names = ("change", f"low_{when}", f"high_{when}", "unit")
        return pl.Series(
            when,
            [
                None if change == without else interval(low, high, unit)
                for change, low, high, unit in table.select(names).rows()
            ],
            dtype=pl.String,
        )

    both = [words("before", "appeared"), words("after", "vanished")]
    return table.select(
        "change", "what", pl.exclude("ledger", "change", "what", "unit", "^(low|high)_.*$")
    ).with_columns(both)


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as a program reads it."""
    kept = ("file", "sha256", "importer", "ledger", "outcome", "rows_read", "rows_posted")
    more = ("rows_refused", "rows_set_aside", "rows_blank", "asides", "rows_outdone")
    rest = ("outdone", "settings", "ledgers")
    return {
        **{name: getattr(receipt, name) for name in (*kept, *more, *rest)},
        "totals": receipt.totals.to_dicts(),
        "mapping": receipt.mapping,
        "sql": receipt.sql,
        "problems": [
            {name: getattr(problem, name) for name in ("file", "line", "column", "value", "rule")}
            for problem in receipt.problems
        ],
    }
