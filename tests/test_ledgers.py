"""Each rule of each ledger: a row that breaks it, refused by pandera and by the table alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pytest

from farthing.ledger import CURRENCY, GSS, IDENTIFIER, SHA256, URL, Fault, Ledger
from farthing.ledgers import BY_NAME, LEDGERS
from farthing.storage import JOURNAL

DAY, NEXT_DAY = date(2025, 1, 1), date(2025, 1, 2)

#: What fits each pattern, what does not, and what is said of that.
PATTERNS = {
    GSS: (
        "E14000886",
        "E1400088",
        "is not a GSS code: a capital letter and eight digits, such as E14000886",
    ),
    IDENTIFIER: (
        "x-1",
        "x 1",
        "is not an identifier: 1 to 200 characters, none of them a space",
    ),
    CURRENCY: (
        "GBP",
        "gbp",
        "is not an ISO 4217 currency: three capital letters, such as GBP",
    ),
    URL: (
        "https://example.org/",
        "ftp://example.org/",
        "is not a web address: http or https, and no space in it",
    ),
    SHA256: ("0" * 64, "0" * 63, "is not a SHA-256: 64 digits and letters a to f"),
}

#: What a good row needs beside one value of each type.
GOOD: dict[str, dict[str, Any]] = {
    "comparisons": {"greater_entry": "a", "lesser_entry": "b"},
    "sightings": {"outcome": "unknown"},
    "spend": {"incurred_on": DAY},
    "transfers": {"from_organisation": "a", "to_organisation": "b"},
    "links": {"name": "a", "stands_for": "b"},
}

#: Cells that break each rule on a whole row, by ledger (or for every one) and words.
BAD_ROWS: dict[tuple[str, str], dict[str, Any]] = {
    ("", "both supersedes and reverses an entry"): {"supersedes": "a", "reverses": "b"},
    ("", "has its high below its low"): {"low": Decimal("1.00"), "high": Decimal("0.99")},
    ("", "is unknown and yet has a bound"): {"basis": "unknown", "high": None},
    ("", "ends before it starts"): {"starts_on": DAY, "ends_before": DAY},
    ("", "counts fewer than none"): {"low": Decimal("-0.01")},
    ("rates", "is a price below zero"): {"low": Decimal("-0.01")},
    ("campaigns", "is a part of itself"): {"campaign_id": "c", "part_of": "c"},
    ("comparisons", "compares an entry with itself"): {"greater_entry": "b"},
    ("transfers", "moves money from and to one"): {"to_organisation": "a"},
    ("links", "links a name with itself"): {"name": "b"},
    ("spend", "has neither a day nor a period, and is no total of a series"): {
        "incurred_on": None,
        "starts_on": DAY,
    },
    ("sightings", "has more who saw it than were asked"): {"asked": 3, "saw": 4},
    ("sightings", "says all and counts otherwise"): {"outcome": "all", "asked": 3, "saw": 2},
    ("sightings", "says none and counts otherwise"): {"outcome": "none", "asked": 3, "saw": 1},
    ("sightings", "says some and counts otherwise"): {"outcome": "some", "asked": 3, "saw": 3},
}


class Case(NamedTuple):
    """A rule, cells that break it, and what is found."""

    ledger: Ledger
    cells: dict[str, Any]
    fault: Fault


def good(ledger: Ledger) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in ledger.columns:
        checks = ledger.schema.columns[column.name].checks
        allowed = [check.statistics for check in checks]
        if column.nullable and column.name not in ("low", "high"):
            row[column.name] = None
        elif allowed and "allowed_values" in allowed[0]:
            row[column.name] = allowed[0]["allowed_values"][0]
        elif allowed and "pattern" in allowed[0]:
            row[column.name] = PATTERNS[allowed[0]["pattern"]][0]
        else:
            usual = {"VARCHAR": "x", "DATE": DAY, "BIGINT": 7, "DECIMAL(18,2)": Decimal("1.00")}
            row[column.name] = usual[column.sql_type]
    return row | GOOD.get(ledger.name, {})


def broken(check: Any) -> tuple[object, str]:
    """Return a value that breaks a column's check, and what is said of it."""
    statistics = check.statistics
    if check.name == "isin":
        return "nonsense", f"is none of {', '.join(statistics['allowed_values'])}"
    if check.name == "str_matches":
        return PATTERNS[statistics["pattern"]][1:]
    return statistics["min_value"] - 1, f"is below {statistics['min_value']}"


def cases() -> list[Case]:
    found = []
    for ledger in LEDGERS:
        for name, column in ledger.schema.columns.items():
            if not column.nullable:
                blank = Fault(0, name, None, "is blank and must not be")
                found.append(Case(ledger, {name: None}, blank))
            for check in column.checks:
                value, words = broken(check)
                found.append(Case(ledger, {name: value}, Fault(0, name, str(value), words)))
        for check in ledger.schema.checks:
            words = check.error
            cells = BAD_ROWS.get((ledger.name, words)) or BAD_ROWS.get(("", words), {})
            found.append(Case(ledger, cells, Fault(0, None, None, f"the row {words}")))
    return found


CASES = cases()
IDS = [f"{case.ledger.name}-{'-'.join(case.cells)}-{case.fault.rule}" for case in CASES]


def test_every_rule_has_a_row_that_breaks_it_and_every_row_a_rule() -> None:
    declared = {(one.name, check.error) for one in LEDGERS for check in one.schema.checks}
    written = {(name, words) for name, words in BAD_ROWS if name}
    written |= {(one, words) for one, words in declared if ("", words) in BAD_ROWS}
    assert declared == written
    assert {words for name, words in BAD_ROWS if not name} <= {words for _, words in declared}
    constraints = sum(one.ddl().count("NOT NULL,") + one.ddl().count("CHECK (") for one in LEDGERS)
    assert len(CASES) == constraints > 200


@pytest.mark.parametrize("ledger", LEDGERS, ids=BY_NAME)
def test_a_good_row_passes(ledger: Ledger) -> None:
    row = good(ledger)
    assert ledger.check(pl.DataFrame([row], schema=ledger.dtypes)) == []
    connection = duckdb.connect()
    connection.execute(ledger.ddl())
    connection.execute(f"INSERT INTO {ledger.name} VALUES ({marks(row)})", list(row.values()))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_row_that_breaks_a_rule_is_refused_in_these_words(case: Case) -> None:
    row = good(case.ledger) | case.cells
    found = case.ledger.check(pl.DataFrame([row], schema=case.ledger.dtypes))
    assert case.fault in found
    if case.fault.column is not None:
        assert [one for one in found if one.column is not None] == [case.fault]


@pytest.mark.parametrize("ledger", LEDGERS, ids=BY_NAME)
def test_the_table_refuses_every_row_that_pandera_refuses(ledger: Ledger) -> None:
    connection = duckdb.connect()
    connection.execute(ledger.ddl())
    for case in CASES:
        if case.ledger is ledger:
            row = good(ledger) | case.cells
            insert = f"INSERT INTO {ledger.name} VALUES ({marks(row)})"
            with pytest.raises(duckdb.ConstraintException):
                connection.execute(insert, list(row.values()))
    assert connection.execute(f"SELECT count(*) FROM {ledger.name}").fetchall() == [(0,)]


def marks(row: dict[str, Any]) -> str:
    return ", ".join("?" * len(row))


# Units and types.


def test_money_is_kept_to_the_penny_and_nothing_in_a_floating_point() -> None:
    connection = duckdb.connect()
    connection.execute(JOURNAL)
    for ledger in LEDGERS:
        connection.execute(ledger.ddl())
    types = {
        (table, column): kind
        for table, column, kind in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    }
    assert set(types.values()) == {
        "VARCHAR", "DATE", "BIGINT", "INTEGER", "TIMESTAMP", "DECIMAL(18,2)",
    }  # fmt: skip
    bounds = {key for key in types if key[1] in ("low", "high")}
    assert {types[key] for key in bounds} == {"DECIMAL(18,2)"}
    with_amount = {ledger.name for ledger in LEDGERS if ledger.has_amount}
    assert {table for table, _ in bounds} == with_amount | {"refused_rows"}


def test_ids_are_text() -> None:
    for ledger in LEDGERS:
        for column in ledger.columns:
            if column.name.endswith(("_id", "_code", "_of")) and column.name != "batch_id":
                assert column.sql_type in ("VARCHAR", "DATE"), column.name


def test_people_are_declared_not_to_add_up_and_every_measure_declares_it() -> None:
    for ledger in LEDGERS:
        for column in ledger.columns:
            assert (column.unit is None) == (column.additive is None)
            if column.name in ("low", "high"):
                assert column.unit is not None
            if column.unit in ("people", "measure"):  # a measure of reach may be people
                assert column.additive is False, f"{ledger.name}.{column.name}"
    assert [column.additive for column in BY_NAME["spend"].columns if column.unit] == [True, True]


def test_a_unit_is_a_name_or_a_column_of_the_same_row() -> None:
    names = {"people", "votes", "columns", "rows"}
    for ledger in LEDGERS:
        units = {column.unit for column in ledger.columns if column.unit}
        assert units <= names | set(ledger.dtypes), ledger.name


def test_what_a_row_refers_to_stands_in_a_ledger_before_its_own() -> None:
    for place, ledger in enumerate(LEDGERS):
        for column, other, named in ledger.references:
            assert column in ledger.dtypes
            assert named in BY_NAME[other].dtypes
            assert LEDGERS.index(BY_NAME[other]) <= place


def test_every_column_and_ledger_is_described() -> None:
    for ledger in LEDGERS:
        assert ledger.grain
        assert ledger.model.__doc__
        assert set(ledger.key) <= set(ledger.dtypes)
        assert all(column.description for column in ledger.columns), ledger.name
    assert list(BY_NAME.values()) == list(LEDGERS)
