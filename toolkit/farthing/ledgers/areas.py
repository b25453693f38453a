"""Areas: one area on one map a row."""

from __future__ import annotations

from farthing.ledger import GSS, Ledger, Row, column, measure


class Area(Row):
    """Where an area lies on a map of equal hexagons, in rows that count upwards to the north."""

    map: str = column("which map, as the file that drew it is called")
    layout: str = column(
        "how rows or columns are shifted", isin=["odd-r", "even-r", "odd-q", "even-q"]
    )
    area_code: str = column("GSS code of the area", str_matches=GSS)
    area_name: str = column("its name")
    region: str = column("the map's own region or nation", nullable=True)
    column_at: int = measure("columns", additive=False, description="column", nullable=False)
    row_at: int = measure("rows", additive=False, description="row", nullable=False)


AREAS = Ledger(name="areas", grain="one area on one map", model=Area, key=("map", "area_code"))
