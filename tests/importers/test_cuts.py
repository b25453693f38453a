"""What a file says is the same however it is cut into parts: where a format looks beyond a row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable

Declared = dict[str, str]

META = "Campaign name,Ad set name,Day,Ad set budget,Ad set budget type,Amount spent (GBP)\n"
GOOGLE = "Campaign,Budget,Budget name,Budget type,Currency code,Cost,Impr.\n"
HEXES = {
    f"E1400000{n}": {"n": f"Fen {n}", "q": q, "r": 1, "e": 1000 + n}
    for n, q in enumerate((1, 2, 3, 1))
}
FILES: dict[str, tuple[str, str, Declared]] = {
    "Meta: a budget that each row repeats": (
        "ads.csv", META + "".join(
            f"North,{who},2025-05-0{day},{budget},{kind},1.00\n"
            for day in (1, 2, 3)
            for who, budget, kind in (("Men", 900, "Lifetime"), ("Women", 50, "Daily"))
        ), {},
    ),
    "Meta: a total at the end": (
        "ads.csv", "Campaign name,Day,Amount spent (GBP)\nA,2025-05-01,1.00\nB,2025-05-01,2.00\n"
        ",,3.00\n", {},
    ),
    "Meta: days of which one row tells the order": (
        "ads.csv", "Campaign name,Day,Amount spent (GBP)\nA,01/05/2025,1.00\nA,,2.00\n"
        "A,31/05/2025,4.00\n", {},
    ),
    "Meta: days of which no row tells the order": (
        "ads.csv", "Campaign name,Day,Amount spent (GBP)\nA,01/05/2025,1.00\nA,,2.00\n", {},
    ),
    "Google: a budget that each row repeats": (
        "report.csv", GOOGLE + "".join(
            f"{name},900,Both,{kind},GBP,1.00,5\n"
            for kind in ("Campaign total", "Daily") for name in ("North", "South") * 2
        ), {},
    ),
    "map: two hexagons in one place": (
        "fens.hexjson", json.dumps({"layout": "odd-r", "hexes": HEXES}), {},
    ),
}  # fmt: skip


@pytest.fixture(params=FILES.values(), ids=FILES.keys())
def told(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], tuple[list[str], dict[str, object]]]:
    """Import a file into a new book; return what it said of it and what it has."""
    name, content, declare = request.param
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")

    def told(book_name: str) -> tuple[list[str], dict[str, object]]:
        book, said = Book(tmp_path / book_name), []
        try:
            [receipt] = book.add(file, declare=declare)
            said = [receipt.outcome, str(receipt.asides), str(receipt.ledgers)]
        except (FileUnusable, DataRefused) as error:
            said = [str(error), *map(str, getattr(error, "problems", ()))]
            return said, {}
        return said, {
            ledger: book.sql(f"FROM current_{ledger}").select(pl.exclude("entry_id", "batch_id"))
            .sort(pl.all()).rows()
            for ledger in ("spend", "budgets", "statements", "campaigns")
        }  # fmt: skip

    return told


def test_a_file_says_the_same_however_it_is_cut(
    told: Callable[[str], tuple[list[str], dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = told("whole.duckdb")
    monkeypatch.setattr("farthing.readers.plain.BLOCK_BYTES", 1)
    for rows in (1, 2, 3):
        monkeypatch.setattr("farthing.records.BATCH_ROWS", rows)
        assert told(f"{rows}.duckdb") == whole
