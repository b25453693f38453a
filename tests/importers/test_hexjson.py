"""HexJSON maps: places, what is declared, and the real map of constituencies."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable, UsageError
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

NORTH = {"n": "North Fen", "q": -2, "r": 11, "a": "YH", "e": 1400, "p": 2000}
SOUTH = {"n": "South Fen", "q": 3, "r": -4, "a": "SE", "e": 1500, "p": 2100}


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "map.duckdb")


def drawn(hexes: dict[str, Any], layout: str | None = "odd-r") -> str:
    return json.dumps({"layout": layout, "hexes": hexes}, indent=1)


def imported(book: Book, text: str, name: str = "fens.hexjson", **options: Any) -> Receipt:
    path = book.path.parent / name
    path.write_text(text, "utf-8")
    return book.add(path, **options)[0]


def refusals(book: Book, text: str, **options: Any) -> list[tuple[Any, Any, str]]:
    with pytest.raises(DataRefused) as refused:
        imported(book, text, **options)
    return [(one.column, one.value, one.rule) for one in refused.value.problems]


def areas(book: Book) -> list[tuple[Any, ...]]:
    query = """
        SELECT map, layout, area_code, area_name, region, column_at, row_at
        FROM current_areas ORDER BY area_code"""
    return book.sql(query).rows()


def test_a_hexagon_is_an_area_in_its_place(target: Book) -> None:
    receipt = imported(target, drawn({"E14000001": NORTH, "E14000002": SOUTH}))
    assert receipt.importer == "hexjson"
    assert receipt.ledgers == {"sources": 1, "areas": 2, "audiences": 0}
    assert areas(target) == [
        ("fens", "odd-r", "E14000001", "North Fen", "YH", -2, 11),
        ("fens", "odd-r", "E14000002", "South Fen", "SE", 3, -4),
    ]


def test_a_name_has_two_keys_and_may_be_left_out(target: Book) -> None:
    bare = {"n": " ", "q": 0, "r": 0}
    imported(
        target,
        drawn(
            {
                "E14000001": bare,
                "E14000002": {**bare, "q": 1, "name": "South Fen"},
                "E14000003": {**bare, "q": 2, "n": "West Fen", "name": "the west"},
            }
        ),
    )
    assert [row[3] for row in areas(target)] == ["E14000001", "South Fen", "West Fen"]


def test_a_map_with_other_keys_and_shifted_columns(target: Book) -> None:
    cells = {"n": "Fen", "region": "W92000004", "colour": "#0DBC37", "q": 8, "r": 11}
    imported(target, drawn({"W07000049": cells}, "odd-q"), "uk-2019-BBC.hexjson")
    assert areas(target) == [
        ("uk-2019-BBC", "odd-q", "W07000049", "Fen", "W92000004", 8, 11),
    ]


def test_two_maps_of_one_area_stand_side_by_side(target: Book) -> None:
    imported(target, drawn({"E14000001": NORTH}))
    imported(target, drawn({"E14000001": NORTH}, "odd-q"), "others.hexjson")
    assert [row[0] for row in areas(target)] == ["fens", "others"]


def test_a_second_map_of_one_name_is_refused_until_it_has_another(target: Book) -> None:
    imported(target, drawn({"E14000001": NORTH}))
    text = drawn({"E14000001": SOUTH})
    [(_, _, rule)] = refusals(target, text)
    assert rule == "the row has the map and area_code of another row in force"
    imported(target, text, declare={"map": "fens of 2024"})
    assert [row[0] for row in areas(target)] == ["fens", "fens of 2024"]


def test_no_key_is_taken_for_an_electorate_unless_it_is_declared(target: Book) -> None:
    imported(target, drawn({"E14000001": NORTH}))
    assert target.sql("SELECT count(*) FROM audiences").item() == 0


@pytest.mark.parametrize(("key", "count"), [("e", 1400), ("p", 2000)])
def test_a_declared_key_is_the_electorate_of_each_area(target: Book, key: str, count: int) -> None:
    text = drawn({"E14000001": NORTH, "E14000002": {"n": "South Fen", "q": 3, "r": 4}})
    imported(target, text, declare={"electorate": key, "as_of": "2015-12-01"})
    rows = target.sql(
        "SELECT segment_kind, segment, low::BIGINT, high::BIGINT, as_of::VARCHAR, note "
        "FROM current_audiences"
    ).rows()
    note = "Registered electors, by the map fens"
    assert rows == [("area", "E14000001", count, count, "2015-12-01", note)]


def test_no_other_key_can_be_the_electorate(target: Book) -> None:
    with pytest.raises(UsageError, match="electorate=colour cannot be"):
        imported(target, drawn({"E14000001": NORTH}), declare={"electorate": "colour"})


@pytest.mark.parametrize(
    ("code", "cells", "layout", "column", "rule"),
    [
        ("11", NORTH, "odd-r", "hex", "is not a GSS code"),
        ("e14000001", NORTH, "odd-r", "hex", "is not a GSS code"),
        ("E14000001", NORTH, "odd", "layout", "is none of odd-r, even-r, odd-q, even-q"),
        ("E14000001", NORTH | {"q": 1.5}, "odd-r", "q", "is not a whole number"),
        ("E14000001", NORTH | {"r": "up"}, "odd-r", "r", "is not a whole number"),
        ("E14000001", NORTH | {"r": None}, "odd-r", "r", "is blank and must not be"),
    ],
)
def test_what_is_no_place_is_refused(
    target: Book, code: str, cells: dict[str, Any], layout: str, column: str, rule: str
) -> None:
    found = refusals(target, drawn({code: cells}, layout))
    assert any(one[0] == column and rule in one[2] for one in found), found


def test_a_layout_that_is_left_out_is_declared(target: Book) -> None:
    text = json.dumps({"version": "0.2", "hexes": {"N08000101": NORTH, "N08000102": SOUTH}})
    for left_out in (text, drawn({"N08000101": NORTH}, None)):
        with pytest.raises(FileUnusable, match="does not tell how rows or columns") as unusable:
            imported(target, left_out)
        assert unusable.value.hint == "declare it, as in --declare layout=odd-r"
    imported(target, text, declare={"layout": "even-q"})
    assert [row[1] for row in areas(target)] == ["even-q", "even-q"]


def test_a_layout_that_is_declared_against_the_map_is_refused(target: Book) -> None:
    found = refusals(target, drawn({"E14000001": NORTH}), declare={"layout": "even-r"})
    assert found == [("layout", "odd-r", "is not the layout that is declared")]


def test_what_stands_around_the_hexagons_is_left_alone(target: Book) -> None:
    edges = {"E14000001": {"type": "constituency", "edges": [{"q": 55, "r": -26, "e": 1}]}}
    hexes = {"E14000001": NORTH | {"region-colour": "#722EA5", "LAD22CD": "N09000001"}}
    text = json.dumps({"hexes": hexes, "boundaries": edges, "version": "0.2", "layout": "odd-r"})
    receipt = imported(target, text)
    assert (receipt.rows_read, receipt.rows_posted) == (1, 1)


def test_two_hexagons_in_one_place_are_refused(target: Book) -> None:
    text = drawn({"E14000001": NORTH, "E14000002": SOUTH | {"q": -2, "r": 11}})
    words = "lies where another hexagon of the map lies"
    assert refusals(target, text) == [
        ("hex", "E14000001", words), ("hex", "E14000002", words),
    ]  # fmt: skip


def test_an_electorate_that_is_no_number_is_refused(target: Book) -> None:
    text = drawn({"E14000001": NORTH | {"e": "lots and lots"}})
    [(column, value, _)] = refusals(target, text, declare={"electorate": "e"})
    assert (column, value) == ("amount", "lots and lots")


def test_an_area_twice_in_one_map_cannot_be_read(target: Book) -> None:
    hexagon = json.dumps(NORTH)
    text = f'{{"layout": "odd-r", "hexes": {{"E14000001": {hexagon}, "E14000001": {hexagon}}}}}'
    with pytest.raises(FileUnusable, match="twice"):
        imported(target, text)


def test_refused_hexagons_are_counted(target: Book) -> None:
    text = drawn({"E14000001": NORTH, "11": SOUTH})
    receipt = imported(target, text, quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (2, 1, 1)


# The real map.

REAL = Path(os.environ.get("FARTHING_REAL_DATA", "")) / "hexmaps" / "maps_constituencies.hexjson"


@pytest.mark.skipif("FARTHING_REAL_DATA" not in os.environ, reason="no real files here")
def test_the_real_map_of_constituencies(target: Book) -> None:
    receipt = target.add(REAL, declare={"electorate": "e"})[0]
    hexes = json.loads(REAL.read_text("utf-8"))["hexes"]
    assert (receipt.rows_read, receipt.rows_posted) == (650, 650)
    assert {row[2:] for row in areas(target)} == {
        (code, one["n"], one["a"], one["q"], one["r"]) for code, one in hexes.items()
    }
    found = target.sql("SELECT segment, low::BIGINT FROM current_audiences").rows()
    assert dict(found) == {code: one["e"] for code, one in hexes.items()}
    assert sum(count for _, count in found) == 46_354_197
