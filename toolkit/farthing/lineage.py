"""Which columns of a file feed which columns of a SELECT.

A SELECT is parsed by the engine that runs it, and followed through its subqueries, unions and
unpivots. What decides whether a row comes at all feeds no column; what decides which of several
values a column gets does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import duckdb

#: The place of a row, which every file has beside its columns.
PLACES = ("source_row", "source_line")

Feeds: TypeAlias = Mapping[str, frozenset[str]]
"""The columns of the file behind each column of a table, whose name is in small letters.

Where a row of a table is passed on as one value its columns stand behind its name and a point.
"""
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Table:
    """A table of a FROM: its columns, and what is behind any column that is not among them."""

    name: str
    columns: Feeds
    rest: frozenset[str] = NOTHING

    @property
    def all(self) -> frozenset[str]:
        return self.rest.union(*self.columns.values())


@dataclass(frozen=True)
class _Scope:
    """What a name can mean at one place of a query."""

    queries: Mapping[str, Feeds]
    tables: tuple[_Table, ...] = ()
    aliases: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outer: _Scope | None = None

    def meant(self, path: list[str]) -> frozenset[str]:
        """Return the columns of the file behind a name, or a name behind the name of its table."""
        name, *rest = path
        for table in self.tables:
            if rest and table.name == name:
                return table.columns.get(rest[0], table.rest)
        for columns in (*(table.columns for table in self.tables), self.aliases):
            if name in columns:
                return columns.get(".".join(path[:2]), columns[name])
        for table in self.tables:
            if table.name == name:
                return table.all
        found = NOTHING.union(*(table.rest for table in self.tables))
        return found or (self.outer.meant(path) if self.outer else NOTHING)


@cache
def lineage(select: str, columns: tuple[str, ...]) -> Feeds:
    """Return the columns of the table ``source`` that feed each column of a SELECT.

    Parameters
    ----------
    select
        One SELECT. What it reads beside ``source`` is taken to be no column of the file.
    columns
        The names of the columns of ``source``.
    """
    own = {name.lower(): frozenset({name}) for name in columns}
    source = dict.fromkeys(PLACES, NOTHING) | own
    found = _query(_parsed(select), _Scope({"source": source}))
    return {name: feeds for name, feeds in found.items() if "." not in name}


@cache
def mentioned(sql: str, columns: tuple[str, ...]) -> frozenset[str]:
    """Return the columns of ``source`` that a SELECT, or an expression, names anywhere."""
    names = {part.lower() for path in _paths(_tree(sql)) for part in path}
    return frozenset(name for name in columns if name.lower() in names)


@cache
def needed(sql: str, columns: tuple[str, ...]) -> frozenset[str]:
    """Return the columns of ``source`` that must be there: those named, or all."""
    return frozenset(columns) if _asks_for_all(_tree(sql)) else mentioned(sql, columns)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"enable_external_access": "false"})


def _tree(sql: str) -> dict[str, Any]:
    """Parse a SELECT, or an expression as one."""
    is_query = re.match(r"\s*(select|with|from)\b", sql, re.IGNORECASE)
    return _parsed(sql if is_query else f"SELECT {sql} FROM source")


def _parsed(select: str) -> dict[str, Any]:
    [(text,)] = _engine().cursor().execute(
        "SELECT json_serialize_sql($select::VARCHAR, skip_null := true)", {"select": select}
    ).fetchall()  # fmt: skip
    tree = json.loads(text)
    if tree["error"]:
        raise ValueError(tree["error_message"])
    return dict(tree["statements"][0]["node"])


def _query(node: dict[str, Any], scope: _Scope) -> Feeds:
    """Follow one query, with those that it names before it."""
    queries = dict(scope.queries)
    for named in node.get("cte_map", {}).get("map", ()):
        inner = _Scope(queries, outer=scope.outer)
        queries[named["key"].lower()] = _query(_node(named["value"]), inner)
    scope = _Scope(queries, outer=scope.outer)
    if node["type"] == "SELECT_NODE":
        return _select(node, scope)
    parts = [node[side] for side in ("left", "right") if side in node]
    return _united([_query(part, scope) for part in parts or node.get("children", [])], node)


def _node(holder: dict[str, Any]) -> dict[str, Any]:
    """Return the query in what holds one: a subquery, or a query that is named before another."""
    for key in ("query", "subquery", "query_node"):
        if key in holder:
            return _node(holder[key])
    return dict(holder.get("node", holder))


def _united(parts: list[Feeds], node: dict[str, Any]) -> Feeds:
    """Put queries on top of each other: by their names, or by their places under the first's."""
    found: dict[str, frozenset[str]] = dict(parts[0])
    by_name = node.get("setop_type") == "UNION_BY_NAME"
    for part in parts[1:]:
        own = [name for name in part if "." not in name]
        places = own if by_name else [name for name in parts[0] if "." not in name]
        named = dict(zip(own, places, strict=False))
        for name, feeds in part.items():
            found[named.get(name, name)] = found.get(named.get(name, name), NOTHING) | feeds
    return found


def _select(node: dict[str, Any], scope: _Scope) -> Feeds:
    """Follow one SELECT: a name can mean a column of its tables, or a column before it."""
    tables = tuple(_tables(node.get("from_table", {}), scope))
    found: dict[str, frozenset[str]] = {}
    for number, item in enumerate(node["select_list"]):
        here = _Scope(scope.queries, tables, found, scope.outer)
        if item["type"] == "STAR":
            found |= _star(item, here)
        else:
            path = [part.lower() for part in item.get("column_names", [f"column {number}"])]
            name = (item.get("alias") or path[-1]).lower()
            found[name] = _behind(item, here)
            found |= {f"{name}.{inner}": feeds for inner, feeds in _passed_on(path, tables)}
    return found


def _passed_on(path: list[str], tables: tuple[_Table, ...]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the columns of a row that is passed on as one value, for the first time or again."""
    for table in tables:
        for name, feeds in table.columns.items():
            of, _, inner = name.rpartition(".")
            if path[-1:] == [of or table.name]:
                yield inner, feeds


def _star(item: dict[str, Any], scope: _Scope) -> Feeds:
    """Return the columns that a star, or ``COLUMNS(…)``, stands for."""
    of = item.get("relation_name", "").lower()
    tables = [table for table in scope.tables if of in ("", table.name)]
    found = {name: feeds for table in tables for name, feeds in table.columns.items()}
    expression = item.get("expr", {})
    if expression.get("type") == "STAR":
        found = dict(_star(expression, scope))
    elif "literal" in expression or "value" in expression:
        pattern = _text(expression)
        found = {name: feeds for name, feeds in found.items() if _fits(pattern, name, feeds)}
    for name in item.get("exclude_list", ()):
        found.pop(name.lower(), None)
    for replaced in item.get("replace_list", ()):
        found[replaced["key"].lower()] = _behind(replaced["value"], scope)
    return found


def _text(constant: dict[str, Any]) -> str:
    literal = constant.get("literal") or constant["value"]
    return str(literal.get("text", literal.get("value", "")))


def _fits(pattern: str, name: str, feeds: frozenset[str]) -> bool:
    """Tell whether a pattern finds a column, by its name as the file has it."""
    return any(re.search(pattern, one) for one in feeds or {name})


def _tables(table: dict[str, Any], scope: _Scope) -> Iterator[_Table]:
    """Yield the tables of a FROM; those on the left of a join can be named on its right."""
    name = (table.get("alias") or table.get("table_name") or "").lower()
    match table.get("type"):
        case "JOIN":
            left = tuple(_tables(table["left"], scope))
            yield from left
            yield from _tables(table["right"], _Scope(scope.queries, outer=_beside(left, scope)))
        case "BASE_TABLE":
            yield _Table(name, scope.queries.get(table["table_name"].lower(), {}))
        case "SUBQUERY":
            columns = _query(_node(table["subquery"]), _Scope(scope.queries, outer=scope.outer))
            names = [given.lower() for given in table.get("column_name_alias", [])]
            yield _Table(name, dict(zip([*names, *[*columns][len(names) :]], columns.values(),
                                        strict=True)))  # fmt: skip
        case "PIVOT":
            yield _unpivoted(table, name, scope)
        case "TABLE_FUNCTION" | "EXPRESSION_LIST":
            here = _Scope(scope.queries, outer=scope.outer)
            yield _Table(name, {}, _behind(table.get("function", table), here))


def _beside(left: tuple[_Table, ...], scope: _Scope) -> _Scope:
    return _Scope(scope.queries, left, outer=scope.outer)


def _unpivoted(table: dict[str, Any], name: str, scope: _Scope) -> _Table:
    """Follow columns that are made rows: their names in one column, their cells in another."""
    tables = tuple(_tables(table["source"], scope))
    here = _Scope(scope.queries, tables, outer=scope.outer)
    found = {column: feeds for one in tables for column, feeds in one.columns.items()}
    taken = NOTHING
    for pivot in table.get("pivots", ()):
        for entry in pivot.get("entries", ()):
            taken |= _behind(entry.get("star_expr", entry), here)
    names = [given for pivot in table.get("pivots", ()) for given in pivot.get("unpivot_names", ())]
    found |= dict.fromkeys([*map(str.lower, [*names, *table.get("unpivot_names", ())])], taken)
    return _Table(name, found)


def _behind(expression: Any, scope: _Scope) -> frozenset[str]:
    """Return every column of the file that an expression reads."""
    if isinstance(expression, list):
        return NOTHING.union(*(_behind(part, scope) for part in expression))
    if not isinstance(expression, dict):
        return NOTHING
    if expression.get("type") == "COLUMN_REF":
        return scope.meant([part.lower() for part in expression["column_names"]])
    if expression.get("type") == "STAR":
        return NOTHING.union(*_star(expression, scope).values())
    if expression.get("type") == "SUBQUERY":
        inner = _query(_node(expression["subquery"]), _Scope(scope.queries, outer=scope))
        return NOTHING.union(*inner.values())
    return NOTHING.union(*(_behind(part, scope) for part in expression.values()))


def _paths(tree: Any) -> Iterator[list[str]]:
    """Yield every name of a column in a query."""
    if isinstance(tree, dict):
        if tree.get("type") == "COLUMN_REF":
            yield tree["column_names"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _paths(part)


def _asks_for_all(tree: Any) -> bool:
    """Tell whether a query asks for columns that it does not name: by a star, or a row as one."""
    whole = {"source", *(alias.lower() for alias in _aliases(tree))}
    return _has_star(tree) or any(
        len(path) == 1 and path[0].lower() in whole for path in _paths(tree)
    )


def _has_star(tree: Any) -> bool:
    if isinstance(tree, dict):
        return tree.get("type") == "STAR" or _has_star(list(tree.values()))
    return isinstance(tree, list) and any(map(_has_star, tree))


def _aliases(tree: Any) -> Iterator[str]:
    """Yield what else a query calls the table ``source``."""
    if isinstance(tree, dict):
        if tree.get("table_name") == "source" and tree.get("alias"):
            yield tree["alias"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _aliases(part)
