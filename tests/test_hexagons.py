"""The map: where each hexagon lies, that none lies on another, and what is not known."""

from itertools import pairwise
from math import hypot

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asked import HOSTILE, only_people_read_names
from farthing import charts
from farthing.hexagons import hexagons

LAYOUTS = ("odd-r", "even-r", "odd-q", "even-q")


def areas_of(
    layout: str, places: list[tuple[int, int]], names: tuple[str, ...] = ()
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "layout": layout,
            "area_code": [f"E{at:08}" for at in range(len(places))],
            "area_name": [
                names[at % len(names)] if names else f"S{at}" for at in range(len(places))
            ],
            "column_at": [column for column, _ in places],
            "row_at": [row for _, row in places],
        }
    )


def values_of(*values: float | None) -> pl.DataFrame:
    codes = [f"E{at:08}" for at in range(len(values))]
    return pl.DataFrame(
        {"area_code": codes, "value": values}, schema_overrides={"value": pl.Float64}
    )


def middles(areas: pl.DataFrame) -> list[tuple[float, float]]:
    drawn = hexagons(areas, values_of(), title="share")
    [rows] = charts.as_spec(drawn)["datasets"].values()
    return [(row["x"], row["y"]) for row in rows]


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from(LAYOUTS),
    st.lists(
        st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=12, unique=True
    ),
)
def test_no_two_lie_nearer_than_neighbours_do(layout: str, places: list[tuple[int, int]]) -> None:
    found = middles(areas_of(layout, places))
    for at, (x, y) in enumerate(found):
        for other_x, other_y in found[at + 1 :]:
            assert hypot(x - other_x, y - other_y) >= 1 - 1e-9


@pytest.mark.parametrize(
    ("layout", "place"),
    [("odd-r", (0.5, 0.8660254)), ("even-r", (0, 0.8660254))],
)
def test_each_second_row_is_shifted(layout: str, place: tuple[float, float]) -> None:
    first, second = middles(areas_of(layout, [(0, 0), (0, 1)]))
    assert second == pytest.approx(place, abs=1e-6)
    assert first[0] == (0 if layout == "odd-r" else 0.5)


def test_each_second_column_is_shifted_below_zero_too() -> None:
    found = middles(areas_of("odd-q", [(-1, 0), (0, 0), (1, 0)]))
    assert [y for _, y in found] == [0.5, 0, 0.5]
    assert all(hypot(a[0] - b[0], a[1] - b[1]) == pytest.approx(1) for a, b in pairwise(found))


def test_what_is_not_known_is_not_zero() -> None:
    areas = areas_of("odd-r", [(0, 0), (1, 0), (2, 0)])
    spec = charts.as_spec(hexagons(areas, values_of(0.0, None), title="share"))
    [rows] = spec["datasets"].values()
    assert [row["value"] for row in rows] == [0.0, None, None]
    assert "not known" in charts.svg(spec)
    assert "not known" not in charts.svg(
        charts.as_spec(hexagons(areas, values_of(0.0, 1.0, 2.0), title="share"))
    )


def test_names_stand_apart() -> None:
    areas = areas_of("odd-r", [(0, 0), (1, 0), (2, 0), (3, 4)])
    drawn = hexagons(areas, values_of(1.0), title="share", named=["E00000000", "E00000001"])
    lines = [
        row["line"]
        for rows in charts.as_spec(drawn)["datasets"].values()
        for row in rows
        if "line" in row
    ]
    assert all(above - below >= 1.69 for above, below in pairwise(lines))
    assert len(lines) == 2


def test_hostile_names_are_only_read() -> None:
    areas = areas_of("odd-q", [(at, 0) for at in range(len(HOSTILE))], HOSTILE)
    spec = charts.as_spec(
        hexagons(areas, values_of(1.0, 2.0), title="share", named=areas["area_code"].to_list())
    )
    assert charts.svg(spec)
    only_people_read_names(spec)


def test_refusals() -> None:
    areas = areas_of("odd-r", [(0, 0)])
    with pytest.raises(ValueError, match="the areas are of 0 layouts, and must be of one"):
        hexagons(areas.clear(), values_of(), title="share")
    with pytest.raises(ValueError, match="an area has two values"):
        hexagons(areas, pl.concat([values_of(1.0), values_of(2.0)]), title="share")
