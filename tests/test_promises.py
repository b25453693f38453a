"""What the README promises of a book: nothing is lost, overwritten, guessed or hidden."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from farthing import storage
from farthing.book import Book
from farthing.errors import BookBusy, BookDamaged, DataRefused, FarthingError, UsageError
from farthing.ledgers import LEDGERS
from small_book import small_book

HEAD = "entry_id,source_id,campaign_id,record,incurred_on,currency,amount\n"
FARTHING = (sys.executable, "-c", "from farthing.cli import main; main()")
GOOD = "p1,s,c,invoice,2017-05-01,GBP,100\n"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Return a book with a source and a campaign."""
    return small_book(tmp_path, campaigns=[{"campaign_id": "c", "name": "Spring"}])


def put(folder: Path, data: str | bytes, name: str = "spend-file.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def counts(book: Book) -> list[tuple[object, ...]]:
    return book.status().rows()


def refused(book: Book, path: Path, **options: object) -> DataRefused:
    with pytest.raises(DataRefused) as caught:
        book.add(path, **options)  # type: ignore[arg-type]
    return caught.value


# Nothing is lost.

FAULTY = {
    "not an amount": (GOOD.replace("100", '"£1,2OO.00"'), "amount"),
    "three decimals": (GOOD.replace("100", "1.005"), "amount"),
    "a float": (GOOD.replace("100", "1.70585E+15"), "amount"),
    "not a number": (GOOD.replace("100", "nan"), "amount"),
    "the other currency": (GOOD.replace("100", "€100"), "amount"),
    "no such day": (GOOD.replace("2017-05-01", "2017-13-01"), "incurred_on"),
    "no leap year": (GOOD.replace("2017-05-01", "2019-02-29"), "incurred_on"),
    "another order of days": (GOOD.replace("2017-05-01", "03/04/2017"), "incurred_on"),
    "no such record": (GOOD.replace("invoice", "bill"), "record"),
    "no such campaign": (GOOD.replace(",c,", ",spring,"), "campaign_id"),
    "no such source": (GOOD.replace(",s,", ",t,"), "source_id"),
    "blank name": (GOOD.replace("p1", ""), "entry_id"),
    "space in a name": (GOOD.replace("p1", "p 1"), "entry_id"),
    "small letters": (GOOD.replace("GBP", "gbp"), "currency"),
    "too short": ("p1,s,c\n", None),
    "too long": (GOOD.replace("100", "100,200"), None),
    "a comment": ("# p1 is still to come\n", None),
    "a total": ("Total,,,,,,100\n", "source_id"),
    "a binary cell": (GOOD.replace("p1", "p\x01"), "entry_id"),
    "cut in the amount": (GOOD.rstrip("\n"), None),
    "unclosed quote": (GOOD.replace("invoice", '"invoice'), None),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_row_is_refused_by_file_line_column_and_value(
    book: Book, tmp_path: Path, fault: str
) -> None:
    row, column = FAULTY[fault]
    before = counts(book)
    error = refused(book, put(tmp_path, HEAD + GOOD.replace("p1", "p0") + "\n" + row))
    assert counts(book) == before
    assert {(problem.file, problem.line) for problem in error.problems} == {("spend-file.csv", 4)}
    assert column in {problem.column for problem in error.problems}
    [attempt] = book.sql("FROM imports WHERE outcome = 'refused'").to_dicts()
    assert (attempt["rows_read"], attempt["rows_blank"]) == (3, 1)
    assert (attempt["rows_posted"], attempt["rows_refused"]) == (0, 2)
    assert book.sql("SELECT DISTINCT line FROM refusals").rows() == [(4,)]


@pytest.mark.parametrize("fault", FAULTY)
def test_quarantine_posts_the_rest_and_says_what_was_left_out(
    book: Book, tmp_path: Path, fault: str
) -> None:
    row, _ = FAULTY[fault]
    path = put(tmp_path, HEAD + GOOD.replace("p1", "p0") + row)
    [receipt] = book.add(path, quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (2, 1, 1)
    assert book.sql("SELECT entry_id FROM current_spend").rows() == [("p0",)]
    assert book.quarantine()["rows"].sum() == 1
    assert "In quarantine and left out: 1 row" in repr(book.ask("bridge"))
    assert book.verify().faults == ()


def test_the_money_in_quarantine_is_counted(book: Book, tmp_path: Path) -> None:
    rows = "".join(
        f"p{n},s,{'c' if n < 2 else 'lost'},invoice,2017-05-01,GBP,{amount}\n"
        for n, amount in enumerate(["1", "2", '"about £5,000"', '"£1,000.50"', "a lot of it"])
    )
    book.add(put(tmp_path, HEAD + rows), quarantine=True)
    left_out = book.quarantine()
    assert (left_out["rows"].sum(), left_out["unread"].sum()) == (3, 1)
    [(low, high)] = left_out.filter(left_out["low"].is_not_null()).select("low", "high").rows()
    assert (str(low), str(high)) == ("5500.50", "6500.49")


UNUSABLE = {
    "empty": b"",
    "blank": b"\n\n",
    "two columns of one name": HEAD.replace("record", "amount").encode() + GOOD.encode(),
    "a column without a name": HEAD.replace("record", "").encode() + GOOD.encode(),
    "another encoding": (HEAD + GOOD.replace("100", "£100")).encode("cp1252"),
    "no commas": (HEAD + GOOD).replace(",", "~").encode(),
    "an unknown column": HEAD.replace("record", "recrod").encode() + GOOD.encode(),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_is_none_changes_nothing(book: Book, tmp_path: Path, name: str) -> None:
    before = (tmp_path / "book.duckdb").read_bytes()
    path = put(tmp_path, UNUSABLE[name])
    with pytest.raises(FarthingError) as caught:
        book.add(path)
    assert "spend-file.csv" in str(caught.value)
    assert (tmp_path / "book.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ((HEAD + GOOD.replace("100", "£100")).encode("utf-8-sig"), {}),
        ((HEAD + GOOD.replace("100", "£100")).encode("utf-16"), {}),
        ((HEAD + GOOD.replace("100", "£100")).encode("cp1252"), {"encoding": "cp1252"}),
        ((HEAD + GOOD).replace("\n", "\r\n").encode(), {}),
        ((HEAD + GOOD).replace("\n", "\r").encode(), {}),
        ((HEAD + "\n" + GOOD + "\n\n").encode(), {}),
        (HEAD.replace("\n", "\r\n").encode() + GOOD.encode(), {}),
    ],
)
def test_a_whole_file_is_read_however_it_is_written(
    book: Book, tmp_path: Path, data: bytes, options: dict[str, str]
) -> None:
    book.add(put(tmp_path, data), **options)  # type: ignore[arg-type]
    assert book.sql("SELECT entry_id, low, high FROM current_spend").rows()[0][0] == "p1"
    assert str(book.sql("SELECT sum(low) AS s FROM current_spend")["s"][0]) == "100.00"


@pytest.mark.parametrize("name", ["x[ab].csv", "star*.csv", "it's.csv", "-o.csv", "ü €.csv"])
def test_a_name_is_no_pattern(book: Book, tmp_path: Path, name: str) -> None:
    put(tmp_path, HEAD + GOOD.replace("100", "999"), "xa.csv")
    put(tmp_path, HEAD + GOOD.replace("100", "999"), "star1.csv")
    book.add(put(tmp_path, HEAD + GOOD, name))
    assert str(book.sql("SELECT sum(low) AS s FROM current_spend")["s"][0]) == "100.00"


def test_ids_are_text(book: Book, tmp_path: Path) -> None:
    ids = ["000120210123456789012", "00123", "1e5", "=1+1"]
    rows = "".join(GOOD.replace("p1", name) for name in ids)
    book.add(put(tmp_path, HEAD + rows))
    assert book.sql("SELECT entry_id FROM spend ORDER BY source_row")["entry_id"].to_list() == ids


def test_any_file_that_is_not_refused_whole_adds_up(book: Book, tmp_path: Path) -> None:
    """Mutate a good file in many ways: what is read is posted or refused, and nothing crashes."""
    chance = random.Random(20170608)
    whole = (HEAD + "".join(GOOD.replace("p1", f"p{n}") for n in range(6))).encode()
    for number in range(120):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 2)] = bytes([chance.choice(b'",\n\r\0a1#\xff ;')])
        path = put(tmp_path, bytes(data), f"m{number}.csv")
        fresh = tmp_path / f"m{number}.duckdb"
        fresh.write_bytes(book.path.read_bytes())
        try:
            [receipt] = Book(fresh).add(path, quarantine=True)
        except FarthingError:
            continue
        aside = receipt.rows_set_aside + receipt.rows_blank
        assert receipt.rows_read == receipt.rows_posted + receipt.rows_refused + aside
        kept = Book(fresh).sql("SELECT count(*) AS n FROM refused_rows")["n"][0]
        assert kept == receipt.rows_refused
        assert Book(fresh).verify().faults == ()


# Nothing is overwritten.


def test_the_same_file_twice_changes_nothing(book: Book, tmp_path: Path) -> None:
    path = put(tmp_path, HEAD + GOOD)
    book.add(path)
    before, head = counts(book), book.verify().head
    [receipt] = book.add(path)
    assert receipt.outcome == "already imported"
    assert (counts(book), book.verify().head) == (before, head)


def test_a_dry_run_changes_nothing_and_makes_no_book(book: Book, tmp_path: Path) -> None:
    path = put(tmp_path, HEAD + GOOD + GOOD)
    before = book.path.read_bytes()
    [receipt] = book.add(path, dry_run=True)
    assert receipt.outcome == "would be refused"
    assert len(receipt.problems) == 2
    assert book.path.read_bytes() == before
    new = Book(tmp_path / "new.duckdb")
    new.add(tmp_path / "sources.csv", dry_run=True)
    assert not new.path.exists()


def test_amendments_and_reversals_are_rows(book: Book, tmp_path: Path) -> None:
    book.add(put(tmp_path, HEAD + GOOD + GOOD.replace("p1", "p2")))
    then = datetime.now(UTC)
    time.sleep(0.01)
    book.amend("spend", "p1", new_id="p1.1", amount="£150")
    book.reverse("spend", "p2", new_id="p2.r", note="entered twice")
    now = book.sql("SELECT entry_id, low FROM current_spend").rows()
    assert [(name, str(low)) for name, low in now] == [("p1.1", "150.00")]
    assert book.sql("SELECT count(*) AS n FROM spend")["n"][0] == 4
    known = book.as_of(then).sql("SELECT entry_id FROM current_spend ORDER BY entry_id")
    assert known["entry_id"].to_list() == ["p1", "p2"]
    with pytest.raises(FarthingError):
        book.amend("spend", "p1", new_id="p1.2", amount="£160")


def test_a_row_that_refers_to_a_refused_one_is_refused_with_it(book: Book, tmp_path: Path) -> None:
    head = HEAD.replace("amount", "part_of,amount")
    rows = "whole,s,c,return,2017-05-01,GBP,,lots\npart,s,c,return,2017-05-01,GBP,whole,5\n"
    [receipt] = book.add(put(tmp_path, head + rows), quarantine=True)
    assert receipt.rows_refused == 2


# Nothing is hidden, and nothing else is reached.

PROBES = [
    "SELECT 1; SELECT 2",
    "DROP TABLE spend",
    "INSERT INTO book VALUES (2)",
    "UPDATE imports SET file = 'x'",
    "DELETE FROM imports",
    "CREATE TABLE t (a INTEGER)",
    "COPY imports TO 'out.csv'",
    "EXPORT DATABASE 'out'",
    "ATTACH 'other.duckdb'",
    "ATTACH ':memory:' AS m",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "VACUUM",
    "SELECT * FROM read_csv('secret.csv')",
    "SELECT * FROM 'secret.csv'",
    "SELECT * FROM read_text('secret.csv')",
    "SELECT * FROM read_blob('secret.csv')",
    "SELECT * FROM glob('*')",
    "SELECT * FROM sniff_csv('secret.csv')",
    "SELECT * FROM read_parquet('secret.parquet')",
    "SELECT * FROM secret_frame",
    "SELECT getenv('HOME')",
    "SELECT * FROM nothing",
    "selec",
    "",
]


@pytest.mark.parametrize("query", PROBES)
def test_a_query_reaches_nothing_but_the_book(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    secret_frame = [1]  # a name that DuckDB would find in Python if it were let
    before = (book.path.read_bytes(), sorted(os.listdir(tmp_path)))
    with pytest.raises((UsageError, FarthingError)):
        book.sql(query)
    assert (book.path.read_bytes(), sorted(os.listdir(tmp_path))) == before
    assert secret_frame == [1]


TAMPERING = {
    "a penny": "UPDATE spend SET low = low + 0.01, high = high + 0.01 WHERE entry_id = 'p1'",
    "a name": "UPDATE spend SET payee = 'Another' WHERE entry_id = 'p1'",
    "a row less": "DELETE FROM spend WHERE entry_id = 'p2'",
    "a row more": "INSERT INTO spend SELECT * REPLACE ('p3' AS entry_id) FROM spend LIMIT 1",
    "a row of no import": "INSERT INTO spend SELECT * REPLACE (99 AS batch_id) FROM spend LIMIT 1",
    "the journal": "UPDATE imports SET file = 'other.csv' WHERE batch_id = 3",
    "an entry less": "DELETE FROM imports WHERE batch_id = 2",
    "a refusal": "UPDATE refusals SET rule = 'is fine'",
    "a refused row": "DELETE FROM refused_rows",
}


@pytest.mark.parametrize("edit", TAMPERING)
def test_tampering_is_found(book: Book, tmp_path: Path, edit: str) -> None:
    rows = HEAD + GOOD + GOOD.replace("p1", "p2") + GOOD.replace("p1", "p9").replace("100", "x")
    book.add(put(tmp_path, rows), quarantine=True)
    assert book.verify().faults == ()
    with duckdb.connect(str(book.path)) as connection:
        connection.execute(TAMPERING[edit])
    assert book.verify().faults


def test_the_last_import_taken_away_shows_in_the_head(book: Book, tmp_path: Path) -> None:
    book.add(put(tmp_path, HEAD + GOOD))
    head = book.verify().head
    with duckdb.connect(str(book.path)) as connection:
        connection.execute("DELETE FROM spend; DELETE FROM imports WHERE batch_id = 3")
    assert book.verify().head != head


def test_who_imports_the_same_files_gets_the_same_head(tmp_path: Path) -> None:
    heads = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        heads.add(
            small_book(tmp_path / name, campaigns=[{"campaign_id": "c", "name": "n"}]).verify().head
        )
    assert len(heads) == 1


def test_any_client_can_read_a_book(book: Book, tmp_path: Path) -> None:
    book.add(put(tmp_path, HEAD + GOOD))
    with duckdb.connect(str(book.path), read_only=True) as connection:
        assert connection.execute("SELECT entry_id FROM current_spend").fetchall() == [("p1",)]
        [(version,)] = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchall()
    assert version.startswith("v1.4")


def test_no_money_is_a_float(case_book: Book) -> None:
    floats = case_book.sql(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND data_type IN ('DOUBLE', 'FLOAT')"
    )
    assert floats.is_empty()


# Two at once, and killed half-way.

HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
connection.execute("BEGIN")
print("held", flush=True)
time.sleep(60)
"""


def test_a_book_that_is_held_is_busy_and_names_the_process(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.2)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(book.path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BookBusy, match=str(holder.pid)):
            book.status()
        with pytest.raises(BookBusy):
            book.add(put(tmp_path, HEAD + GOOD))
    finally:
        holder.kill()
        holder.communicate()
    assert BookBusy.exit_code == 75
    book.add(put(tmp_path, HEAD + GOOD))


def test_a_killed_import_leaves_whole_files_only(book: Book, tmp_path: Path) -> None:
    rows = "".join(GOOD.replace("p1", f"p{n}") for n in range(3000))
    path = put(tmp_path, HEAD + rows)
    chance = random.Random(331)
    for number in range(8):
        copy = tmp_path / f"killed-{number}.duckdb"
        copy.write_bytes(book.path.read_bytes())
        command = [*FARTHING, "import", str(copy), str(path)]
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 4.0))
        run.send_signal(signal.SIGKILL)
        run.wait()
        there = Book(copy).sql("SELECT count(*) AS n FROM spend")["n"][0]
        assert there in (0, 3000)
        assert Book(copy).verify().faults == ()
    Book(copy).add(path)
    assert Book(copy).sql("SELECT count(*) AS n FROM spend")["n"][0] == 3000


@pytest.mark.parametrize("kind", ["text", "other", "cut", "flipped"])
def test_what_is_no_book_is_said_to_be_none(book: Book, tmp_path: Path, kind: str) -> None:
    whole = bytearray(book.path.read_bytes())
    path = tmp_path / "bad.duckdb"
    if kind == "text":
        path.write_text("no book\n")
    elif kind == "other":
        duckdb.connect(str(path)).close()
    elif kind == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        for at in range(4096 * 3, len(whole), 50_000):
            whole[at] ^= 1
        path.write_bytes(whole)
    with pytest.raises(BookDamaged):
        Book(path).verify()


# Every rule of every ledger.


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda ledger: ledger.name)
def test_a_ledger_refuses_a_row_of_nothing(ledger) -> None:  # type: ignore[no-untyped-def]
    ledger.prove_checked()


@pytest.mark.parametrize(
    "switch", ["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY"]
)
def test_the_rules_cannot_be_switched_off_from_outside(
    book: Book, tmp_path: Path, switch: str
) -> None:
    path = put(tmp_path, HEAD + GOOD.replace("invoice", "bill"))
    name, _, value = switch.partition("=")
    command = [*FARTHING, "import", str(book.path), str(path)]
    run = subprocess.run(
        command, env={**os.environ, name: value}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert 'record "bill" is none of invoice, payment, return, platform' in run.stderr


def test_the_rows_of_the_case_are_those_of_its_files(case_book: Book) -> None:
    folder = Path(__file__).parents[1] / "data" / "ge2017"
    for ledger in LEDGERS:
        if ledger.name in ("links", "areas"):  # the case links no names and draws no map
            continue
        with (folder / f"{ledger.name}.csv").open(encoding="utf-8", newline="") as file:
            there = len(list(csv.DictReader(file)))
        posted = case_book.sql(f"SELECT count(*) AS n FROM current_{ledger.name}")["n"][0]
        assert posted == there
