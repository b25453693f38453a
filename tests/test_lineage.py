"""Which columns of a file are behind a column of a SELECT."""

from __future__ import annotations

import pytest

from farthing.importers import IMPORTERS
from farthing.lineage import lineage, mentioned, needed

COLUMNS = ("a", "B", "c d", "list")

#: A SELECT, and what is behind each of its columns.
SELECTS: dict[str, tuple[str, dict[str, str]]] = {
    "columns": ("SELECT source_row, a, B AS x, \"c d\" AS y FROM source",
        {"source_row": "", "a": "a", "x": "B", "y": "c d"}),
    "names in another case": ("SELECT A AS X, b FROM source", {"x": "a", "b": "B"}),
    "a constant": ("SELECT 'a' AS x, getvariable('a') AS y FROM source", {"x": "", "y": ""}),
    "an expression": ("SELECT day(a, '%d') || coalesce(B, \"c d\") AS x FROM source",
        {"x": "a B c d"}),
    "what decides between values": ("SELECT CASE WHEN a = '1' THEN B END AS x FROM source",
        {"x": "a B"}),
    "what decides on rows": ("SELECT a FROM source WHERE B = '1' ORDER BY \"c d\"", {"a": "a"}),
    "a name of its own table": ("SELECT s.a AS x FROM source AS s", {"x": "a"}),
    "a column before it": ("SELECT a AS x, x || B AS y FROM source", {"x": "a", "y": "a B"}),
    "a star": ("SELECT * EXCLUDE (source_line, a) FROM source",
        {"source_row": "", "b": "B", "c d": "c d", "list": "list"}),
    "a star with one replaced": ("SELECT * EXCLUDE (source_row, source_line, list, \"c d\") "
        "REPLACE (a || B AS a) FROM source", {"a": "a B", "b": "B"}),
    "columns by a pattern": ("SELECT COLUMNS('^[aB]$') FROM source", {"a": "a", "b": "B"}),
    "a subquery": ("SELECT x AS y FROM (SELECT a AS x, B FROM source)", {"y": "a"}),
    "a subquery with names": ("SELECT y FROM (SELECT a, B FROM source) AS t(x, y)", {"y": "B"}),
    "a query before it": ("WITH q AS (SELECT a AS x FROM source), r AS (SELECT x AS y FROM q) "
        "SELECT y FROM r", {"y": "a"}),
    "a join": ("SELECT q.x, s.a AS y FROM source AS s JOIN (SELECT B AS x FROM source) AS q "
        "ON q.x = s.\"c d\"", {"x": "B", "y": "a"}),
    "a union": ("SELECT a AS x, B AS y FROM source UNION ALL SELECT B, 'z' FROM source",
        {"x": "a B", "y": "B"}),
    "a union by name": ("SELECT a AS x FROM source UNION ALL BY NAME SELECT B AS y, a AS x "
        "FROM source", {"x": "a", "y": "B"}),
    "an unpivot": ("SELECT name, cell FROM (UNPIVOT source ON a, B INTO NAME name VALUE cell)",
        {"name": "a B", "cell": "a B"}),
    "an unpivot beside others": ("SELECT \"c d\" AS x, cell FROM (UNPIVOT source ON "
        "COLUMNS('^[aB]$') INTO NAME name VALUE cell)", {"x": "c d", "cell": "a B"}),
    "unnested in the list": ("SELECT unnest(list) AS x FROM source", {"x": "list"}),
    "unnested beside the table": ("SELECT u.x AS x, a FROM source, unnest(list) AS u(x)",
        {"x": "list", "a": "a"}),
    "a subquery within": ("SELECT (SELECT max(q.a) FROM source AS q WHERE q.B = source.B) AS x "
        "FROM source", {"x": "a"}),
    "a row passed on as a value": ("WITH r AS (SELECT a AS x, B FROM source) "
        "SELECT r.x AS y, part FROM (SELECT r, unnest(x) AS part FROM r)",
        {"y": "a", "part": "a"}),
    "a row passed on through a union": ("WITH r AS (SELECT a AS x, B FROM source), s AS "
        "(SELECT r, 1 AS n FROM r UNION ALL SELECT r, B FROM r) SELECT r.x AS y, n FROM s",
        {"y": "a", "n": "B"}),
    "another table": ("SELECT g.a AS x, n AS y FROM source, gathered AS g", {"x": "", "y": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", SELECTS)
def test_a_select_is_followed_to_the_columns_of_the_file(name: str) -> None:
    select, expected = SELECTS[name]
    found = lineage(select, COLUMNS)
    assert list(found) == list(expected)
    for column, feeds in found.items():
        assert " ".join(one for one in COLUMNS if one in feeds) == expected[column], column


def test_what_is_no_sql_is_a_bug_of_its_writer() -> None:
    with pytest.raises(ValueError, match="syntax error"):
        lineage("SELECT FROM WHERE", COLUMNS)


def test_every_column_that_a_query_names_is_found() -> None:
    assert mentioned("SELECT a FROM source WHERE b = '1'", COLUMNS) == {"a", "B"}
    assert mentioned("\"c d\" LIKE 'a%' AND B NOTNULL", COLUMNS) == {"c d", "B"}
    assert mentioned("'a'", COLUMNS) == frozenset()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM source",
        "FROM source",
        "SELECT a FROM source AS s JOIN (SELECT s.* FROM source AS s) USING (a)",
        "SELECT a FROM (UNPIVOT source ON COLUMNS(* EXCLUDE (a)) INTO NAME name VALUE cell)",
        "SELECT COLUMNS('^a') FROM source",
        "SELECT arg_min(source, a) FROM source",
        "SELECT to_json(S) FROM source AS s",
    ],
)
def test_a_query_that_does_not_name_its_columns_needs_all(query: str) -> None:
    assert needed(query, COLUMNS) == frozenset(COLUMNS)


def test_a_count_or_a_product_is_no_star() -> None:
    assert needed("SELECT count(*), a * 2 FROM source", COLUMNS) == {"a"}


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.name)
def test_every_select_of_an_importer_can_be_followed(importer: object) -> None:
    for one in importer.posts:  # type: ignore[attr-defined]
        found = lineage(one.select, tuple(dict.fromkeys(importer.columns)))  # type: ignore[attr-defined]
        unknown = set(found) - set(one.ledger.file_columns) - {"source_row"}
        assert not unknown
