"""The book: what was known when, what was corrected, and whether it is what its journal says."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import farthing
from farthing import storage
from farthing.book import Book, Verdict
from farthing.errors import BookDamaged, DataRefused, FileUnusable, UsageError
from small_book import small_book

Write = Callable[[str, str | bytes], Path]

pytestmark = pytest.mark.usefixtures("proven")

HEADER = "entry_id,source_id,campaign_id,record,incurred_on,payee,amount,currency\n"


def spend(*entries: str, amount: str = "1.00") -> str:
    rows = (f"{e},s,c,payment,2025-01-01,Payee {e},{amount},GBP\n" for e in entries)
    return HEADER + "".join(rows)


def in_force(book: Book) -> list[tuple[Any, ...]]:
    return book.sql("SELECT entry_id, low FROM current_spend ORDER BY entry_id").rows()


# Opening.


def test_a_book_is_named_by_its_file_and_moment(tmp_path: Path) -> None:
    book = Book("a/b.duckdb")
    assert repr(book) == "Book('a/b.duckdb')"
    then = book.as_of(datetime(2025, 1, 31, 18, 0, 1))
    assert repr(then) == "Book('a/b.duckdb', as of 2025-01-31 18:00:01)"


def test_a_book_that_exists_can_be_opened(book: Book) -> None:
    assert farthing.open(str(book.path)).imports().equals(book.imports())


def test_importing_nothing_changes_nothing(book: Book) -> None:
    before = book.path.read_bytes()
    assert book.add() == []
    assert book.path.read_bytes() == before


# A rehearsal.


def test_a_dry_run_says_what_would_be_and_changes_nothing(book: Book, write_csv: Write) -> None:
    book.add(write_csv("0.csv", spend("old")))
    names = ("old.csv", "good.csv", "bad.csv", "again.csv")
    texts = (spend("old"), spend("a", "b"), spend("e", "f", amount="x"), spend("a", "g"))
    files = [write_csv(name, text) for name, text in zip(names, texts, strict=True)]
    before, seen = book.path.read_bytes(), []
    for quarantine, last in ((False, "would be refused"), (True, "would be posted")):
        receipts = book.add(*files, dry_run=True, quarantine=quarantine, report=seen.append)
        outcomes = ["already imported", "would be posted", last, last]
        assert [receipt.outcome for receipt in receipts] == outcomes
        assert [str(problem) for problem in receipts[3].problems] == [
            'again.csv:2: entry_id "a" is already in spend'
        ]
        assert [r.rows_posted for r in receipts] == [0, 2, 0, int(quarantine)]
        assert receipts[1].first_rows["entry_id"].to_list() == ["a", "b"]
    assert len(seen) == 8
    assert book.path.read_bytes() == before
    assert sorted(path.name for path in book.path.parent.iterdir()) == sorted(
        [book.path.name, "0.csv", *names]
    )


def test_a_dry_run_makes_no_book(tmp_path: Path, write_csv: Write) -> None:
    sources = "entry_id,source_id,kind,title,rank,origin_id\ns,s,report,T,record,o\n"
    book = Book(tmp_path / "new.duckdb")
    [receipt] = book.add(write_csv("s.csv", sources), dry_run=True)
    assert (receipt.outcome, receipt.rows_posted) == ("would be posted", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]
    book.add(write_csv("s.csv", sources))
    assert book.status()["posted"][0] == 1


@pytest.mark.parametrize(
    ("amount", "locale"), [("1.234,50", "de_DE"), ("12,5", "de_DE"), ("1 234,50", "fr_FR")]
)
def test_figures_of_another_locale_are_refused_with_how_to_tell_it(
    book: Book, write_csv: Write, amount: str, locale: str
) -> None:
    file = write_csv("1.csv", spend("a").replace("1.00", f'"{amount}"').replace("GBP", "EUR"))
    with pytest.raises(DataRefused) as refused:
        book.add(file)
    assert str(refused.value.hint).startswith(
        "say how amounts are written, as in --locale de_DE for 1.234,50; or correct the file"
    )
    [receipt] = book.add(file, locale=locale)
    assert receipt.outcome == "posted"


def test_what_no_locale_has_for_a_figure_is_refused_without_one(
    book: Book, write_csv: Write
) -> None:
    with pytest.raises(DataRefused) as refused:
        book.add(write_csv("1.csv", spend("a").replace("1.00", "?100")))
    assert str(refused.value.hint).startswith("correct the file")


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_unknown_locale_is_refused_before_anything_is_done(
    dry_run: bool, book: Book, write_csv: Write
) -> None:
    before = book.path.read_bytes()
    with pytest.raises(UsageError) as caught:
        book.add(write_csv("1.csv", spend("a")), locale="xx_YY", dry_run=dry_run)
    assert str(caught.value) == ('locale: "xx_YY" is no locale\nHint: write it as en_GB or de_DE')
    assert book.path.read_bytes() == before


# What was known when.


def test_what_was_known_at_each_moment(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a")))
    book.amend("spend", "a", new_id="b", amount="£2.50")
    book.reverse("spend", "b", new_id="r", note="paid by another")
    [first, second, third] = book.imports()["posted_at"].to_list()[2:]
    moment = timedelta(microseconds=1)
    for at, known in (
        (datetime.min, []),
        (first - moment, []),
        (first, [("a", Decimal("1.00"))]),
        (second - moment, [("a", Decimal("1.00"))]),
        (second, [("b", Decimal("2.50"))]),
        (third - moment, [("b", Decimal("2.50"))]),
        (third, []),
        (datetime.max, []),
    ):
        assert in_force(book.as_of(at)) == known, at
    then = book.as_of(second)
    assert then.imports()["file"].to_list()[2:] == ["1.csv", "spend b"]
    [counts] = then.status().filter(pl.col("ledger") == "spend").rows()
    assert counts == ("spend", 2, 1)


@pytest.mark.parametrize("hours", [-11, 0, 1, 14])
def test_a_moment_in_any_time_zone_is_one_moment(hours: int, book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a")))
    posted = book.imports()["posted_at"][-1].replace(tzinfo=UTC)
    zone = timezone(timedelta(hours=hours))
    assert len(in_force(book.as_of(posted.astimezone(zone)))) == 1
    before = (posted - timedelta(microseconds=1)).astimezone(zone)
    assert in_force(book.as_of(before)) == []


@pytest.mark.parametrize("moment", ["2025-01-31", date(2025, 1, 31), 1738281600])
def test_a_moment_is_a_datetime(moment: Any, book: Book) -> None:
    with pytest.raises(UsageError) as caught:
        book.as_of(moment)
    assert str(caught.value) == (
        f"{moment!r} is no moment\nHint: pass a datetime, such as datetime(2025, 1, 31, 18)"
    )


def test_the_past_cannot_be_written_to(book: Book, write_csv: Write) -> None:
    then = book.as_of(datetime(2030, 1, 1))
    for call in (
        lambda: then.add(write_csv("1.csv", spend("a"))),
        lambda: then.amend("sources", "sources-0", new_id="x"),
        lambda: then.reverse("sources", "sources-0", new_id="x", note="n"),
    ):
        with pytest.raises(UsageError, match=r"^a book as of a moment cannot be written to$"):
            call()


# Corrections.


def test_an_amendment_is_a_new_row_with_the_cells_that_were_given(
    book: Book, write_csv: Write
) -> None:
    book.add(write_csv("1.csv", spend("007", amount='"about £5,000"')))
    receipt = book.amend("spend", "007", new_id="008", payee="Ada\r\nLtd", note="see p. 3")
    assert (receipt.outcome, receipt.file, receipt.rows_posted) == ("posted", "spend 008", 1)
    [row] = book.sql("FROM current_spend").to_dicts()
    assert (row["entry_id"], row["supersedes"]) == ("008", "007")
    assert (row["payee"], row["note"]) == ("Ada\nLtd", "see p. 3")
    assert (row["wording"], row["low"]) == ("about £5,000", Decimal("4500.00"))
    assert row["incurred_on"] == date(2025, 1, 1)
    book.amend("spend", "008", new_id="009", amount="£4,999", note=None)
    [row] = book.sql("FROM current_spend").to_dicts()
    assert (row["supersedes"], row["low"], row["note"]) == ("008", Decimal("4999.00"), None)
    assert book.sql("SELECT count(*) FROM spend").item() == 3
    assert book.verify().faults == ()


def test_a_reversal_withdraws_an_amendment_too(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a", "b")))
    book.amend("spend", "a", new_id="a2", amount="2")
    book.reverse("spend", "a2", new_id="r", note="never paid")
    assert in_force(book) == [("b", Decimal("1.00"))]
    [row] = book.sql("FROM spend WHERE entry_id = 'r'").to_dicts()
    assert (row["reverses"], row["supersedes"], row["note"]) == ("a2", None, "never paid")


def test_an_entry_is_corrected_in_the_locale_it_was_read_in(book: Book, write_csv: Write) -> None:
    text = spend("a", "b").replace("1.00", '"1.000,00"').replace("GBP", "EUR")
    book.add(write_csv("1.csv", text), locale="de_DE")
    book.amend("spend", "a", new_id="a2", amount="2.000,50")
    book.amend("spend", "a2", new_id="a3", payee="Ada")
    book.reverse("spend", "b", new_id="r", note="n")
    assert in_force(book) == [("a3", Decimal("2000.50"))]


@pytest.mark.parametrize(
    ("ledger", "entry", "cells", "message"),
    [
        (
            "spendings",
            "a",
            {},
            "unknown ledger spendings\nHint: one of sources, campaigns, links, budgets, "
            "comparisons, spend, transfers, reach, audiences, sightings, resources, contests, "
            "areas, rates, statements",
        ),
        ("spend", "z", {}, "spend has no entry z in force"),
        ("spend", "old", {}, "spend has no entry old in force"),
        ("spend", "a", {"low": "1", "colour": "red"}, "spend has no column colour, low"),
        ("spend", "a", {"supersedes": "b"},
            "supersedes cannot be amended: it tells what is corrected"),
        ("spend", "a", {"reverses": "b"},
            "reverses cannot be amended: it tells what is corrected"),
    ],
)  # fmt: skip
def test_what_cannot_be_corrected(
    ledger: str, entry: str, cells: dict[str, str], message: str, book: Book, write_csv: Write
) -> None:
    book.add(write_csv("1.csv", spend("a", "old")))
    book.amend("spend", "old", new_id="new")
    before = book.path.read_bytes()
    with pytest.raises(UsageError) as caught:
        book.amend(ledger, entry, new_id="x", **cells)
    assert str(caught.value) == message
    assert book.path.read_bytes() == before


def test_a_correction_keeps_the_rules(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a")))
    with pytest.raises(DataRefused) as caught:
        book.amend("spend", "a", new_id="b c", amount="x")
    assert [str(problem) for problem in caught.value.problems] == [
        'spend b c:2: amount "x" cannot be read: it is no figure',
        'spend b c:2: entry_id "b c" is not an identifier: 1 to 200 characters, '
        "none of them a space",
    ]
    with pytest.raises(FileUnusable, match="byte 0xED is not utf-8"):
        book.amend("spend", "a", new_id="b", note="\ud800")
    assert in_force(book) == [("a", Decimal("1.00"))]


# Reading with SQL.

REFUSED = """
FROM read_csv('{secret}')
FROM read_text('{secret}')
FROM read_blob('{secret}')
FROM read_json('{secret}')
FROM read_parquet('{secret}')
FROM '{secret}'
FROM glob('{folder}/*')
FROM sniff_csv('{secret}')
FROM query('FROM read_text(''{secret}'')')
FROM query('DROP TABLE spend')
FROM query_table('outside')
FROM outside
FROM 'http://localhost:1/x.csv'
SELECT getenv('HOME')
FROM enable_logging('QueryLog')
FROM force_checkpoint()
ATTACH '{secret}' AS x
ATTACH ':memory:' AS x
DETACH book_file
USE memory
COPY spend TO '{folder}/out.csv'
COPY (SELECT 1) TO '{folder}/out.csv'
EXPORT DATABASE '{folder}/out'
IMPORT DATABASE '{folder}/out'
EXPLAIN ANALYZE COPY (SELECT 1) TO '{folder}/out.csv'
EXPLAIN ANALYZE INSERT INTO book_file.spend FROM book_file.spend
EXPLAIN ANALYZE DROP TABLE book_file.spend
INSTALL httpfs
LOAD httpfs
PRAGMA version
CALL pragma_version()
SET threads = 1
SET enable_external_access = true
RESET lock_configuration
SET VARIABLE as_of = '2020-01-01'
CREATE TABLE x (a INT)
CREATE TABLE book_file.x (a INT)
CREATE TEMP TABLE x (a INT)
CREATE VIEW x AS SELECT 1
CREATE MACRO x(a) AS 1
CREATE SECRET x (TYPE S3)
DROP TABLE spend
DROP VIEW current_spend
ALTER TABLE spend ADD COLUMN x INT
INSERT INTO spend FROM spend
INSERT INTO book_file.spend FROM book_file.spend
WITH x AS (DELETE FROM book_file.spend RETURNING 1) FROM x
UPDATE book_file.spend SET low = 0
DELETE FROM book_file.spend
MERGE INTO book_file.spend USING spend ON false WHEN NOT MATCHED THEN INSERT BY NAME
PREPARE x AS SELECT 1
EXECUTE x
BEGIN
COMMIT
CHECKPOINT
VACUUM
SELECT 1; SELECT 2
SELECT 1; DROP TABLE spend
FROM nothing
SELECT ?
SELECT FROM WHERE
SELECT 1 AS a, 2 AS a
SELECT INTERVAL 1 MONTH
SELECT error('no')
""".strip().splitlines()


def test_sql_reads_the_book_and_reaches_nothing_else(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a")))
    secret, outside = write_csv("secret.csv", "a\nS3CR3T\n"), pl.DataFrame({"a": ["S3CR3T"]})
    before = book.path.read_bytes()
    assert len(REFUSED) > 60
    for query in ["", " ", ";", "-- nothing", *REFUSED]:
        with pytest.raises(UsageError):
            print(query, book.sql(query.format(secret=secret, folder=secret.parent)))
    assert book.path.read_bytes() == before
    assert sorted(path.name for path in secret.parent.iterdir()) == [
        "1.csv", "book.duckdb", "secret.csv",
    ]  # fmt: skip
    assert len(outside) == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "0 statements given; one SELECT is run at a time"),
        ("SELECT 1; SELECT 2", "2 statements given; one SELECT is run at a time"),
        ("DROP TABLE t", "DROP is refused: a book is read with SELECT and written with import"),
        ("SELECT 1 AS a, 2 AS a", "its columns cannot be shown: column appears more than once; "
            'names must be unique: ["a"]'),
    ],
)  # fmt: skip
def test_what_is_no_select_is_refused_in_words(query: str, message: str, book: Book) -> None:
    with pytest.raises(UsageError) as caught:
        book.sql(query)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "query",
    ["FROM spend", "TABLE spend", "VALUES (1)", "SHOW TABLES", "DESCRIBE spend", "SUMMARIZE spend",
     "EXPLAIN FROM spend", "WITH x AS (SELECT 1 AS a) FROM x", "FROM book_file.spend",
     "SELECT {'a': [1]}, MAP {1: 2}, 1::HUGEINT, 'a'::BLOB, TIMESTAMPTZ '2020-01-01 10:00:00+01'"],
)  # fmt: skip
def test_what_reads_is_run(query: str, book: Book) -> None:
    assert book.sql(query).width > 0


def test_no_table_function_reads_a_file(book: Book, write_csv: Write) -> None:
    secret = write_csv("secret.csv", "a\nS3CR3T\n")
    listed = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type LIKE 'ta%'"
    read = []
    with storage.reading(book.path) as connection:
        names = [name for (name,) in connection.execute(listed).fetchall()]
        for name in names:
            for arguments in (f"'{secret}'", f"['{secret}']", f"'{secret}', '{secret}'"):
                try:
                    query = f'SELECT * FROM "{name}"({arguments}) LIMIT 9'
                    read += [name] if "S3CR3T" in str(connection.execute(query).fetchall()) else []
                except duckdb.Error:
                    continue
    assert {"read_csv", "read_text", "read_blob", "glob", "sniff_csv"} <= set(names)
    assert read == []
    assert sorted(path.name for path in secret.parent.iterdir()) == ["book.duckdb", "secret.csv"]


# What the book holds against itself.


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Verdict]:
    """Return a book of five imports, one of them with a row in quarantine, and its verdict."""
    folder = tmp_path_factory.mktemp("kept")
    book = small_book(folder, campaigns=[{"campaign_id": "c"}])
    (folder / "3.csv").write_text(spend("a", "b", "e") + spend("f", amount="x")[len(HEADER) :])
    (folder / "4.csv").write_text(spend("g", "h"))
    book.add(folder / "3.csv", quarantine=True)
    book.add(folder / "4.csv")
    book.amend("spend", "a", new_id="a2", amount="2.00")
    return book.path.read_bytes(), book.verify()


CHANGED_ROWS = "spend: rows of 3.csv were changed after they were posted"
CHANGED_REFUSED = "what was refused of 3.csv was changed afterwards"
POSTINGS = "journal entry 3 (3.csv): its postings were changed"
THIRD = "journal entry 3 (3.csv) was changed"
LATER = ("journal entry 4 (4.csv) was changed", "journal entry 5 (spend a2) was changed")

#: An edit by any other client, and the faults that are found.
EDITS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a penny": ("UPDATE spend SET high = high + 0.01 WHERE entry_id = 'b'", (CHANGED_ROWS,)),
    "a name": ("UPDATE spend SET payee = 'Payee B' WHERE entry_id = 'b'", (CHANGED_ROWS,)),
    "a blank": ("UPDATE spend SET note = '' WHERE entry_id = 'b'", (CHANGED_ROWS,)),
    "the mark of a blank": ("UPDATE spend SET note = '-' WHERE entry_id = 'b'", (CHANGED_ROWS,)),
    "text moved to the next cell": (
        "UPDATE spend SET payee = NULL, channel = payee WHERE entry_id = 'b'", (CHANGED_ROWS,)),
    "a row out": ("DELETE FROM spend WHERE entry_id = 'b'",
        ("spend: 3.csv posted 3 rows and 2 are there",)),
    "a row in": (
        "INSERT INTO spend BY NAME SELECT * REPLACE ('z' AS entry_id) FROM spend "
        "WHERE entry_id = 'b'", ("spend: 3.csv posted 3 rows and 4 are there",)),
    "a row for another": ("UPDATE spend SET entry_id = 'z' WHERE entry_id = 'b'", (CHANGED_ROWS,)),
    "two rows swapped": (
        "UPDATE spend SET source_row = 5 - source_row WHERE batch_id = 3 AND source_row < 4",
        (CHANGED_ROWS,)),
    "a row to another import": ("UPDATE spend SET batch_id = 4 WHERE entry_id = 'b'",
        ("spend: 3.csv posted 3 rows and 2 are there",
         "spend: 4.csv posted 2 rows and 3 are there")),
    "rows of no import": ("UPDATE spend SET batch_id = 9 WHERE batch_id = 4",
        ("spend: 4.csv posted 2 rows and 0 are there", "spend: 2 rows belong to no import")),
    "the name of a file": ("UPDATE imports SET file = '9.csv' WHERE batch_id = 3",
        ("journal entry 3 (9.csv) was changed", *LATER)),
    "the hash of a file": ("UPDATE imports SET sha256 = '0' WHERE batch_id = 3", (THIRD, *LATER)),
    "a locale": ("UPDATE imports SET locale = 'de_DE' WHERE batch_id = 3", (THIRD, *LATER)),
    "an outcome": ("UPDATE imports SET outcome = 'refused' WHERE batch_id = 3", (THIRD, *LATER)),
    "a count": ("UPDATE imports SET rows_read = 3, rows_refused = 0 WHERE batch_id = 3",
        (THIRD, *LATER)),
    "a content": ("UPDATE imports SET content_sha256 = '0' WHERE batch_id = 3",
        (THIRD, POSTINGS, *LATER)),
    "a head": ("UPDATE imports SET head = '0' WHERE batch_id = 5", (LATER[1],)),
    "a ledger": ("UPDATE postings SET ledger = 'spent' WHERE batch_id = 3",
        (POSTINGS, "journal entry 3 (3.csv) names no ledger",
         "spend: 3 rows belong to no import")),
    "a posting out": ("DELETE FROM postings WHERE batch_id = 3",
        (POSTINGS, "spend: 3 rows belong to no import")),
    "a posting's hash": ("UPDATE postings SET content_sha256 = '0' WHERE batch_id = 3",
        (POSTINGS, CHANGED_ROWS)),
    "a setting": ("UPDATE imports SET settings = '{\"currency\": \"EUR\"}' WHERE batch_id = 3",
        (THIRD, *LATER)),
    "a row set aside": ("INSERT INTO set_aside_rows VALUES (3, 9, 9, 'a total', '{}')",
        (CHANGED_REFUSED,)),
    "a moment": ("UPDATE imports SET posted_at = '2001-01-01' WHERE batch_id = 4",
        ("journal entry 4 (4.csv) is dated before the last",)),
    "an entry out": ("DELETE FROM imports WHERE batch_id = 4",
        (LATER[1], "postings: 1 rows belong to no import")),
    "an entry twice": ("INSERT INTO imports FROM imports WHERE batch_id = 5", (LATER[1],)),
    "a refused row out": ("DELETE FROM refused_rows", (CHANGED_REFUSED,)),
    "a refused amount": ("UPDATE refused_rows SET low = 0, high = 0", (CHANGED_REFUSED,)),
    "a refused record": ("UPDATE refused_rows SET record = '{}'", (CHANGED_REFUSED,)),
    "a reason out": ("DELETE FROM refusals", (CHANGED_REFUSED,)),
    "a reason": ("UPDATE refusals SET rule = 'is fine'", (CHANGED_REFUSED,)),
    "a reason in": ("INSERT INTO refusals SELECT * REPLACE (4 AS batch_id) FROM refusals",
        ("what was refused of 4.csv was changed afterwards",)),
    "a refused row of no import": (
        "INSERT INTO refused_rows SELECT * REPLACE (9 AS batch_id) FROM refused_rows",
        ("refused_rows: 1 rows belong to no import",)),
    "a view": ("CREATE OR REPLACE VIEW current_spend AS FROM spend WHERE entry_id <> 'b'",
        ("current_spend is not defined as Farthing defines it",)),
    "a view of one penny more": (
        "CREATE OR REPLACE VIEW current_budgets AS SELECT * FROM budgets; CREATE OR REPLACE VIEW "
        "current_spend AS SELECT * REPLACE ((low + 0.01)::DECIMAL(18,2) AS low) FROM spend "
        "WHERE entry_id <> 'a'",
        ("current_spend is not defined as Farthing defines it",)),
    "a view out": ("DROP VIEW quarantine", ("quarantine is not defined as Farthing defines it",)),
    "a function": ("CREATE MACRO sum(x) AS 0", ("sum is not defined as Farthing defines it",)),
    "a table more": ("CREATE TABLE more (a INT)", ("more is not defined as Farthing defines it",)),
    "a default": ("ALTER TABLE spend ALTER payee SET DEFAULT 'x'",
        ("spend is not defined as Farthing defines it",)),
}  # fmt: skip


@pytest.fixture
def edited(kept: tuple[bytes, Verdict], tmp_path: Path) -> Iterator[Callable[[str], Book]]:
    def edit(statements: str) -> Book:
        path = tmp_path / "edited.duckdb"
        path.write_bytes(kept[0])
        with duckdb.connect(path) as connection:
            connection.execute(statements)
        return Book(path)

    return edit


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_behind_the_journals_back_is_found(
    name: str, edited: Callable[[str], Book]
) -> None:
    statements, faults = EDITS[name]
    assert edited(statements).verify().faults == faults


def test_a_view_that_is_spelt_otherwise_and_gives_the_same_is_no_fault(
    edited: Callable[[str], Book],
) -> None:
    spelt = f"CREATE OR REPLACE VIEW quarantine AS SELECT * FROM ({storage.views()['quarantine']})"
    assert edited(spelt).verify().faults == ()


def test_a_sound_book_has_no_faults(kept: tuple[bytes, Verdict], edited: Any) -> None:
    assert kept[1].faults == ()
    assert len(kept[1].head) == 64
    assert edited("SELECT 1").verify() == kept[1]


@pytest.mark.parametrize(
    "statements",
    [
        "DELETE FROM spend WHERE batch_id = 5; DELETE FROM imports WHERE batch_id = 5",
        "DELETE FROM refusals; DELETE FROM refused_rows; DELETE FROM spend; DELETE FROM imports",
    ],
    ids=["the last import", "all but the sources"],
)
def test_a_tail_that_was_cut_off_changes_the_head(
    statements: str, kept: tuple[bytes, Verdict], edited: Callable[[str], Book]
) -> None:
    assert edited(statements).verify().head != kept[1].head


def test_a_column_that_was_lost_is_found_and_said(edited: Callable[[str], Book]) -> None:
    verdict = edited("ALTER TABLE imports DROP COLUMN farthing_version").verify()
    assert verdict.faults == ("imports is not defined as Farthing defines it",)
    verdict = edited("ALTER TABLE imports RENAME head TO heads").verify()
    assert verdict.head == ""
    assert verdict.faults[0] == "imports is not defined as Farthing defines it"
    assert verdict.faults[-1].startswith("the journal cannot be recomputed: Binder Error")


@pytest.mark.parametrize("name", ["a view", "a function", "a view of one penny more"])
def test_no_answer_rests_on_what_somebody_defined(
    name: str, kept: tuple[bytes, Verdict], edited: Callable[[str], Book]
) -> None:
    book = edited(EDITS[name][0])
    total = "SELECT sum(low), count(*) FROM current_spend"
    assert book.sql(total).rows() == [(Decimal("6.00"), 5)]
    assert book.quarantine()["rows"].to_list() == [1]


def test_a_damaged_book_is_not_answered_from(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend(*(f"e{n}" for n in range(3000)))))
    data = book.path.read_bytes()
    book.path.write_bytes(data[: len(data) // 10])
    for call in (book.verify, book.status, lambda: book.sql("SELECT sum(low) FROM spend")):
        with pytest.raises(BookDamaged) as caught:
            call()
        assert "\nHint: restore it from a copy" in str(caught.value)


# Killed in the middle.

NURSERY = """
import os, sys
from farthing.book import Book
print("ready", flush=True)
for line in sys.stdin:
    path, *files = line.split()
    child = os.fork()
    if child == 0:
        Book(path).add(*files, report=lambda receipt: print(receipt.file, flush=True))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork to be killed")
def test_a_killed_import_leaves_each_file_whole_or_out(
    started: Path, tmp_path: Path, write_csv: Write
) -> None:
    files = [write_csv(f"{n}.csv", spend(*(f"{n}-{m}" for m in range(400)))) for n in range(3)]
    pick, interrupted = random.Random(), 0
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", NURSERY],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as nursery:  # fmt: skip
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        assert nursery.stdout.readline() == "ready\n"
        whole = 9.0
        for number in range(26):
            path, begun = tmp_path / f"{number}.duckdb", time.monotonic()
            path.write_bytes(started.read_bytes())
            nursery.stdin.write(f"{path} {' '.join(map(str, files))}\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            if number:  # the first is let live, to see how long one takes
                time.sleep(pick.uniform(0.1, 1) * whole)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            said = list(iter(nursery.stdout.readline, "gone\n"))
            whole = min(whole, time.monotonic() - begun) if not number else whole
            with duckdb.connect(path) as connection:
                batches = connection.execute("SELECT count(*) FROM spend GROUP BY batch_id")
                posted = [count for (count,) in batches.fetchall()]
                journal = connection.execute("SELECT count(*) - 2 FROM imports").fetchall()
            assert set(posted) <= {400}
            assert len(said) <= len(posted) == journal[0][0]
            assert Book(path).verify().faults == ()
            interrupted += len(posted) < 3
        nursery.stdin.close()
    assert interrupted > 5
    Book(path).add(*files)
    assert Book(path).sql("SELECT count(*) FROM spend").item() == 1200
