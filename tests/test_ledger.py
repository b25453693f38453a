"""What follows from a ledger's declaration: its table, its columns, its checks, its units."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pandera.polars as pa
import polars as pl
import pytest
from pandera.config import config_context

from farthing.errors import FarthingError
from farthing.ledger import Column, Fault, Ledger, Money, Row, column, measure, row_rule
from farthing.ledgers.spend import SPEND


class Pledge(Row):
    """A small ledger with every kind of rule."""

    low: Money = measure("currency", additive=True, description="least")
    seats: int = measure("seats", additive=False, description="how many", nullable=False, ge=1)
    party: str = column("whose", isin=["Red", "Blue"])
    area: str = column("where", nullable=True, str_matches=r"^[A-Z][0-9]{8}$")
    made_on: date = column("when", nullable=True)
    ends_on: date = column("until", nullable=True)

    period = row_rule("made_on < ends_on", "ends before it starts")


PLEDGES = Ledger(name="pledges", grain="one pledge", model=Pledge)

GOOD: dict[str, Any] = {
    "entry_id": "p1",
    "source_id": "s",
    "batch_id": 1,
    "source_row": 2,
    "low": Decimal("1.00"),
    "seats": 3,
    "party": "Red",
}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = [{**dict.fromkeys(PLEDGES.dtypes), **GOOD, **row} for row in rows]
    return pl.DataFrame(filled, schema=PLEDGES.dtypes)


def test_the_table_has_every_rule_that_one_row_can_break() -> None:
    assert PLEDGES.ddl() == (
        "CREATE TABLE pledges (\n"
        "  entry_id VARCHAR NOT NULL,\n"
        "  source_id VARCHAR NOT NULL,\n"
        "  supersedes VARCHAR,\n"
        "  reverses VARCHAR,\n"
        "  note VARCHAR,\n"
        "  record_key VARCHAR,\n"
        "  observed_on DATE,\n"
        "  batch_id BIGINT NOT NULL,\n"
        "  source_row BIGINT NOT NULL,\n"
        "  low DECIMAL(18,2),\n"
        "  seats BIGINT NOT NULL,\n"
        "  party VARCHAR NOT NULL,\n"
        "  area VARCHAR,\n"
        "  made_on DATE,\n"
        "  ends_on DATE,\n"
        "  CHECK (regexp_matches(entry_id, '^[^\\s]{1,200}$')),\n"
        "  CHECK (seats >= 1),\n"
        "  CHECK (party IN ('Red', 'Blue')),\n"
        "  CHECK (regexp_matches(area, '^[A-Z][0-9]{8}$')),\n"
        "  CHECK (made_on < ends_on),\n"
        "  CHECK (supersedes IS NULL OR reverses IS NULL)\n"
        ")"
    )
    duckdb.connect().execute(PLEDGES.ddl())


def test_its_columns_say_what_they_hold_in_which_unit_and_whether_they_add_up() -> None:
    by_name = {column.name: column for column in PLEDGES.columns}
    assert by_name["seats"] == Column(
        name="seats",
        dtype=pl.Int64(),
        nullable=False,
        description="how many",
        unit="seats",
        additive=False,
        refers_to=None,
        rules=("seats >= 1",),
        words=("is below 1",),
    )
    assert (by_name["low"].unit, by_name["low"].additive) == ("currency", True)
    assert (by_name["party"].unit, by_name["party"].additive) == (None, None)
    assert by_name["source_id"].refers_to == "sources.source_id"


def test_a_file_has_one_amount_for_four_columns_and_nothing_that_posting_adds() -> None:
    names = SPEND.file_columns
    assert names[-1] == "amount"
    assert not {"low", "high", "basis", "wording", "batch_id", "source_row"} & set(names)
    required = {"entry_id", "source_id", "campaign_id", "record", "currency", "amount"}
    assert SPEND.required_columns == required
    assert SPEND.amount_unit == "currency"
    assert list(SPEND.references) == [
        ("source_id", "sources", "source_id"),
        ("campaign_id", "campaigns", "campaign_id"),
        ("part_of", "spend", "entry_id"),
        ("supersedes", "spend", "entry_id"),
        ("reverses", "spend", "entry_id"),
    ]


def test_every_rule_of_every_row_is_tried_and_each_fault_has_its_row() -> None:
    period = {"made_on": date(2025, 1, 2), "ends_on": date(2025, 1, 2)}
    found = PLEDGES.check(
        frame(
            {},
            {"seats": 0, "party": "Green"},
            {"area": "E1"},
            {"entry_id": None},
            period,
            {"supersedes": "a", "reverses": "b"},
        )
    )
    assert sorted(found, key=lambda fault: (fault.index, str(fault.column))) == [
        Fault(1, "party", "Green", "is none of Red, Blue"),
        Fault(1, "seats", "0", "is below 1"),
        Fault(
            2,
            "area",
            "E1",
            "is not a GSS code: a capital letter and eight digits, such as E14000886",
        ),
        Fault(3, "entry_id", None, "is blank and must not be"),
        Fault(4, None, None, "the row ends before it starts"),
        Fault(5, None, None, "the row both supersedes and reverses an entry"),
    ]
    assert PLEDGES.check(frame({}, {"low": None}, {"made_on": date(2025, 1, 2)})) == []


def test_a_frame_of_other_types_is_a_bug_and_no_fault_of_the_file() -> None:
    wrong = frame({}).with_columns(pl.col("seats").cast(pl.Float64))
    with pytest.raises(TypeError, match="pledges: dtype"):
        PLEDGES.check(wrong)
    with pytest.raises(TypeError, match="pledges: column_in_dataframe"):
        PLEDGES.check(frame({}).drop("seats"))


def test_a_rule_that_has_no_sql_cannot_be_declared() -> None:
    class Odd(Row):
        name: str = column("a name", str_startswith="x")

    with pytest.raises(NotImplementedError, match="no SQL for the check str_startswith of name"):
        Ledger(name="odds", grain="one", model=Odd).ddl()


# The checks are on, whatever the process was told.


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"PANDERA_VALIDATION_ENABLED": "False"},
        {"PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"},
        {"PANDERA_VALIDATION_ENABLED": "False", "PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"},
    ],
    ids=["no switch", "off", "schema only", "both"],
)
def test_no_switch_of_the_environment_turns_the_checks_off(switches: dict[str, str]) -> None:
    code = """
import polars as pl
from farthing.ledgers.spend import SPEND
SPEND.prove_checked()
bad = pl.DataFrame([dict.fromkeys(SPEND.dtypes)], schema=SPEND.dtypes)
print(len(SPEND.check(bad)))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | switches
    )
    assert (result.stdout, result.stderr) == ("9\n", "")


def test_the_switches_do_turn_pandera_off() -> None:
    nothing = pl.DataFrame([dict.fromkeys(PLEDGES.dtypes)], schema=PLEDGES.dtypes)
    with config_context(validation_enabled=False):
        PLEDGES.schema.validate(nothing, lazy=True)
        assert len(PLEDGES.check(nothing)) == 6


def test_a_ledger_whose_checks_are_off_refuses_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pa.DataFrameSchema, "validate", lambda *args, **kwargs: None)
    with pytest.raises(FarthingError) as caught:
        PLEDGES.prove_checked()
    assert str(caught.value) == (
        "the rules of pledges are not being enforced: a row of nothing passed\n"
        "Hint: pandera's checks are off in this process; nothing was posted"
    )
