"""HexJSON: a map of areas as equal hexagons, as JSON.

Origin
    ODI Leeds' format; its own maps of constituencies, wards and districts are in the repository
    odileeds/hexmaps.
Columns
    ``layout``, and for each hexagon under its code ``q`` (column) and ``r`` (row); ``n`` or
    ``name`` is its name, and where a map has none its code stands for it. ``a`` or ``region`` is
    the map's own region. Whatever else a map has is not posted.
Traps
    Rows count upwards to the north. In ``odd-r`` and ``even-r`` each second row is shifted, in
    ``odd-q`` and ``even-q`` each second column: the same numbers are two different maps. A part
    of a larger map, as wards by region are, may leave the layout out: ``--declare layout=odd-r``.
    Positions may be below 0. Codes that are not GSS codes are refused, since nothing else on a
    book is keyed by them: ``11`` of unfinished boundaries, states of the United States, the six
    hexagons ``W99900059-1`` … of a constituency with six members. So is a hexagon on the place of
    another. Edges drawn between hexagons (``boundaries``) are not read.

    ``p`` is the population in one map and the electorate in the next, so neither it nor ``e`` is
    posted unless ``electorate=e`` is declared: then that key is the electorate of each area, as
    `audiences`, of the day ``as_of`` where that is declared too. Populations are not posted. The
    map goes by the name of its file; of two of one name the second is refused until it is given
    another by ``map=…``.
"""

from __future__ import annotations

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.areas import AREAS
from farthing.ledgers.audiences import AUDIENCES

MAP = Setting(
    name="map",
    about="what the map is called",
    values=".*\\S.*",
    example="constituencies-2010",
    in_name=r"([^/]+?)(?:\.[A-Za-z]+)?$",
)
LAYOUT = Setting(
    name="layout",
    about="how rows or columns are shifted: odd-r, even-r, odd-q or even-q",
    values="(odd|even)-[rq]",
    example="odd-r",
    in_rows="SELECT max(layout) FROM source",
)
ELECTORATE = Setting(
    name="electorate",
    about="the key that holds the electorate of each area",
    values="[ep]",
    example="e",
    required=False,
)
AS_OF = Setting(
    name="as_of",
    about="the day its electorates hold for",
    values=DAY,
    example="2015-12-01",
    required=False,
)

PLACES = """
SELECT source_row,
       getvariable('map') AS map,
       coalesce(layout, getvariable('layout')) AS layout,
       hex AS area_code,
       coalesce(nullif(trim(n), ''), nullif(trim(name), ''), hex) AS area_name,
       coalesce(region, a) AS region,
       q AS column_at,
       r AS row_at
FROM source
"""
ELECTORATES = """
SELECT source_row,
       'area' AS segment_kind,
       hex AS segment,
       getvariable('as_of') AS as_of,
       'Registered electors, by the map ' || getvariable('map') AS note,
       CASE getvariable('electorate') WHEN 'e' THEN e WHEN 'p' THEN p END AS amount
FROM source
WHERE amount NOTNULL
"""
SAME_PLACE = """
(q, r) IN (SELECT (q, r) FROM source GROUP BY q, r HAVING count(*) > 1)
"""

HEXJSON = Importer(
    name="hexjson",
    about="HexJSON: a map of areas as equal hexagons",
    posts=(Posts(AREAS, PLACES), Posts(AUDIENCES, ELECTORATES)),
    required=frozenset({"hex", "q", "r"}),
    optional=frozenset({"layout", "n", "name", "a", "region", "e", "p"}),
    others=(".*",),
    whole=True,
    settings=(MAP, LAYOUT, ELECTORATE, AS_OF),
    rules=(
        Rule(SAME_PLACE, "hex", "lies where another hexagon of the map lies"),
        Rule("layout <> getvariable('layout')", "layout", "is not the layout that is declared"),
    ),
    provenance=Provenance(publisher="HexJSON map", origin_id="hexjson"),
    notes=__doc__,
)
IMPORTERS = (HEXJSON,)
