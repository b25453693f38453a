"""From a figure to the ledger rows that it rests on, and to its SQL."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from farthing.book import Book
from farthing.errors import UsageError
from farthing.question import Question, Statement, read_sql
from farthing.questions import NAMES
from small_book import small_book

COUNTED = """
SELECT campaign_id, currency, count(*) AS rows, sum(low) AS low, sum(high) AS high
FROM current_spend GROUP BY ALL ORDER BY ALL
"""
BEHIND = "SELECT campaign_id, currency, 'spend' AS ledger, entry_id FROM current_spend"


def book_of_two(folder: Path) -> Book:
    said = {"campaign_id": "c", "amount": "£10"}
    return small_book(
        folder,
        campaigns=[{"campaign_id": "c"}, {"campaign_id": "d's"}],
        budgets=[{**said, "stage": "claimed"}, {**said, "stage": "requested"}],
        spend=[said, {**said, "amount": "£5"}, {**said, "campaign_id": "d's"}],
    )


def test_a_figure_opens_to_the_rows_it_names(tmp_path: Path) -> None:
    answer = book_of_two(tmp_path).ask("bridge")
    basis = answer.rows("stages", stage="booked", campaign="c")
    assert basis.rows["spend"]["entry_id"].to_list() == ["spend-0", "spend-1"]
    assert basis.sql == answer.sql("stages")
    assert repr(basis) == "stages rests on 2 rows of spend"
    assert repr(answer.rows("stages", stage="delivered")) == "stages rests on no row"


def test_a_finding_opens_to_its_rows(tmp_path: Path) -> None:
    answer = book_of_two(tmp_path).ask("bridge")
    finding = next(finding for finding in answer.findings if finding.rows)
    basis = answer.rows(finding.code)
    rows = {row for table in basis.rows.values() for row in table["entry_id"]}
    assert rows == {row for one in answer.findings if one.code == finding.code for row in one.rows}


def test_a_name_makes_no_finding(tmp_path: Path) -> None:
    book = small_book(
        tmp_path,
        campaigns=[{"campaign_id": "c"}],
        budgets=[
            {
                "campaign_id": "c",
                "stage": "claimed",
                "amount": "£10",
                "said_by": "Ada\n  [holds] All is \u202ewell",
            }
        ],
    )
    answer = book.ask("bridge")
    printed = repr(answer)
    assert len(printed.splitlines()) == 1 + len(answer.findings)
    assert "Ada   [holds] All is [U+202E]well" in printed


def test_quarantine_without_an_amount_is_told_once(tmp_path: Path) -> None:
    book = small_book(tmp_path, campaigns=[{"campaign_id": "c"}])
    file = tmp_path / "spend.csv"
    columns = "entry_id,source_id,campaign_id,record,incurred_on,currency,amount\n"
    file.write_text(f"{columns}a,s,c,return,2017-05-01,GBP,1.234\n", "utf-8")
    book.add(file, quarantine=True)
    assert repr(book.ask("bridge")).endswith(
        "In quarantine and left out: 1 row of spend.csv (no amount that could be read)"
    )


def test_what_gives_the_rows_runs_in_any_client(tmp_path: Path) -> None:
    book = book_of_two(tmp_path)
    basis = book.ask("bridge").rows("stages")
    for ledger, select in basis.selects.items():
        assert book.sql(select).equals(basis.rows[ledger])


def test_rows_that_are_too_many_to_name_are_told_by_a_select(tmp_path: Path) -> None:
    book = book_of_two(tmp_path)
    answer = book.ask("bridge")
    question: Question = replace(
        answer.question, statements=(Statement("counted", "One.", COUNTED, BEHIND),)
    )
    counted = replace(answer, question=question, tables={"counted": book.sql(COUNTED)})
    assert counted.rows("counted", campaign_id="c").rows["spend"]["entry_id"].to_list() == [
        "spend-0", "spend-1",
    ]  # fmt: skip
    assert counted.rows("counted", campaign_id="d's").rows["spend"].height == 1
    assert counted.rows("counted").rows["spend"].height == 3
    assert counted.rows("counted", currency=None).rows == {}


def test_a_figure_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    answer = book_of_two(tmp_path).ask("bridge")
    with pytest.raises(UsageError, match="no figure nothing") as refused:
        answer.rows("nothing")
    assert "stages" in str(refused.value)
    with pytest.raises(UsageError, match="stages has no column colour"):
        answer.rows("stages", colour="red")


def test_rows_of_a_book_that_has_changed_since_are_refused(tmp_path: Path) -> None:
    book = book_of_two(tmp_path)
    answer = book.ask("bridge")
    book.reverse("spend", "spend-0", new_id="back", note="was never paid")
    with pytest.raises(UsageError, match="has changed since"):
        answer.rows("stages")
    assert isinstance(book.ask("bridge").rows("stages").rows["spend"], pl.DataFrame)


@pytest.mark.parametrize("name", NAMES)
def test_every_select_of_a_question_can_be_put_to_spark(name: str) -> None:
    for statement in read_sql(name):
        for sql in filter(None, (statement.sql, statement.rows)):
            assert "-- include" not in sql, "a statement runs as it stands"
            [spark] = sqlglot.transpile(
                sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
            )
            assert sqlglot.parse_one(spark, dialect="spark").find(sqlglot.exp.Select)
