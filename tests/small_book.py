"""Small books, made from rows in a test by way of the files that anybody would import."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from farthing.book import Book

Row = Mapping[str, object]

#: What a row of each ledger has where a test does not say otherwise.
USUAL: Mapping[str, Row] = {
    "sources": {"kind": "report", "title": "A source", "rank": "named_witness"},
    "campaigns": {"organisation": "The party"},
    "budgets": {"said_by": "Ada", "modality": "asserted", "currency": "GBP"},
    "comparisons": {"said_by": "Ada"},
    "spend": {"record": "return", "incurred_on": "2017-05-01", "currency": "GBP"},
    "audiences": {"segment_kind": "all", "segment": "electors"},
    "reach": {"measure": "impressions", "segment_kind": "all"},
    "sightings": {"panel": "the checkers", "selection": "chosen", "said_by": "Ada"},
    "resources": {
        "said_by": "Ada",
        "modality": "asserted",
        "organisation": "The party",
        "party": "Red",
        "resource": "organiser",
        "unit": "organisers",
        "starts_on": "2017-04-18",
    },
    "contests": {"election": "election 2015", "held_on": "2015-05-07"},
    "rates": {"channel": "facebook", "measure": "cpm", "currency": "GBP", "market": "UK"},
    "statements": {"said_by": "Ada", "modality": "asserted"},
    "transfers": {"said_by": "Ada", "modality": "asserted", "currency": "GBP"},
}


def small_book(folder: Path, **ledgers: Sequence[Row]) -> Book:
    """Make a book of the rows given by ledger; there is always a source named ``s``, given or not.

    A row without an ``entry_id`` is named after its ledger and place: ``budgets-0``.
    """
    sources = list(ledgers.pop("sources", []))
    if not any(row["source_id"] == "s" for row in sources):
        sources.insert(0, {"source_id": "s"})
    filled = {name: rows for name, rows in {"sources": sources, **ledgers}.items() if rows}
    files = [_written(folder, name, rows) for name, rows in filled.items()]
    book = Book(folder / "book.duckdb")
    book.add(*files)
    return book


def _written(folder: Path, ledger: str, rows: Sequence[Row]) -> Path:
    filled = [_filled(ledger, number, row) for number, row in enumerate(rows)]
    path = folder / f"{ledger}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in filled for name in row)))
        writer.writeheader()
        writer.writerows(filled)
    return path


def _filled(ledger: str, number: int, row: Row) -> Row:
    names: dict[str, object] = {"entry_id": f"{ledger}-{number}", "source_id": "s"}
    filled = {**names, **USUAL[ledger], **row}
    if ledger == "sources":
        return {"origin_id": filled["source_id"], **filled}
    if ledger == "campaigns":
        return {"name": filled["campaign_id"], **filled}
    return filled


def seat(code: int, name: str, votes: Mapping[str, int], **rest: object) -> list[Row]:
    """Return the contest rows of one seat: a candidate for each party."""
    year = rest.get("election", "election 2015")
    return [
        {
            "entry_id": f"{year}/{code}/{party}".replace(" ", "-"),
            "area_code": f"E{code:08}",
            "area_name": name,
            "party": party,
            "candidate": f"{party} in {name}",
            "votes": count,
            **rest,
        }
        for party, count in votes.items()
    ]
