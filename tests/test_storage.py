"""The file: how it is opened, who may have it when, and what is said of one that is no book."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import farthing
from farthing import storage
from farthing.book import Book
from farthing.errors import BookBusy, BookDamaged, FarthingError, FileUnusable
from small_book import small_book

Write = Callable[[str, str | bytes], Path]

pytestmark = pytest.mark.usefixtures("proven")

SOURCES = "entry_id,source_id,kind,title,rank,origin_id\n"
HEADER = "entry_id,source_id,campaign_id,record,incurred_on,amount,currency\n"
RESTORE = "\nHint: restore it from a copy, or import the files again into a new book"


def spend(*entries: str) -> str:
    return HEADER + "".join(f"{e},s,c,payment,2025-01-01,1.00,GBP\n" for e in entries)


def rows(book: Book) -> int:
    return int(book.sql("SELECT count(*) FROM current_spend").item())


@contextmanager
def another_process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run code in a process of its own, from its first line of output to the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reader")
print("ready", flush=True)
sys.stdin.read()
"""


# One connection at a time.


def test_a_writer_elsewhere_is_waited_for_and_then_named(
    book: Book, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.3)
    file, before = write_csv("1.csv", spend("a")), book.path.read_bytes()
    calls: list[Callable[[], object]] = [
        book.status,
        book.verify,
        lambda: book.sql("SELECT 1"),
        lambda: book.add(file),
        lambda: book.add(file, dry_run=True),
        lambda: farthing.open(book.path),
    ]
    with another_process(HOLD, book.path, "writer") as process:
        for call in calls:
            begun = time.monotonic()
            with pytest.raises(BookBusy) as caught:
                call()
            assert 0.3 <= time.monotonic() - begun < 3
            assert str(caught.value) == (
                f"book.duckdb: is held by process {process.pid}\n"
                "Hint: try again when it has finished"
            )
    assert BookBusy.exit_code == 75
    assert book.path.read_bytes() == before


def test_patience_ends_within_six_seconds() -> None:
    assert 1 <= storage.PATIENCE_SECONDS <= 5.5


def test_a_writer_that_finishes_in_time_is_not_noticed(book: Book, write_csv: Write) -> None:
    file = write_csv("1.csv", spend("a"))
    with (
        another_process(HOLD, book.path, "writer") as process,
        ThreadPoolExecutor(1) as thread,
    ):
        added = thread.submit(book.add, file)
        time.sleep(0.5)
        assert not added.done()
        process.kill()
        [receipt] = added.result()
    assert receipt.outcome == "posted"


def test_a_reader_elsewhere_keeps_out_a_writer_and_no_reader(
    book: Book, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.2)
    with another_process(HOLD, book.path, "reader") as process:
        assert rows(book) == 0
        with pytest.raises(BookBusy, match=f"is held by process {process.pid}\n"):
            book.add(write_csv("1.csv", spend("a")))


def test_another_connection_of_this_process_is_waited_for_and_then_named(
    book: Book, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.2)
    link = book.path.with_name("link.duckdb")
    link.symlink_to(book.path)
    with duckdb.connect(book.path):
        for path in (book.path, link):
            with pytest.raises(BookBusy) as caught:
                Book(path).status()
            assert str(caught.value) == (
                f"{path.name}: is held by another connection of this process\n"
                "Hint: try again when it has finished"
            )
    assert rows(book) == 0


EVERY_CALL: dict[str, Callable[[Book, Path], object]] = {
    "add": lambda book, file: book.add(file),
    "dry run": lambda book, file: book.add(file, dry_run=True),
    "amend": lambda book, file: book.amend("sources", "sources-0", new_id="new", note="n"),
    "reverse": lambda book, file: book.reverse("campaigns", "campaigns-1", new_id="r", note="n"),
    "refused": lambda book, file: book.amend("sources", "sources-0", new_id="a b"),
    "sql": lambda book, file: book.sql("FROM sources"),
    "sql that fails": lambda book, file: book.sql("FROM nothing"),
    "ask": lambda book, file: book.ask("evidence"),
    "status": lambda book, file: book.status(),
    "imports": lambda book, file: book.imports(),
    "quarantine": lambda book, file: book.quarantine(),
    "verify": lambda book, file: book.verify(),
    "open": lambda book, file: farthing.open(book.path),
}

TAKE = """
import duckdb, sys
print("ready", flush=True)
for path in sys.stdin:
    with duckdb.connect(path.strip()) as connection:
        connection.execute("CREATE TABLE mine (a INT)")
        connection.execute("DROP TABLE mine")
    print("taken", flush=True)
"""


def test_every_call_leaves_the_book_to_others(book: Book, write_csv: Write) -> None:
    file = write_csv("1.csv", spend("a"))
    with another_process(TAKE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name, call in EVERY_CALL.items():
            try:
                call(book, file)
            except FarthingError:
                assert name in ("refused", "sql that fails")
            process.stdin.write(f"{book.path}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "taken\n", name
            assert not book.path.with_suffix(".duckdb.wal").exists()


IMPORT = """
import sys
from farthing.book import Book
from farthing.errors import BookBusy
print("ready", flush=True)
sys.stdin.readline()
try:
    [receipt] = Book(sys.argv[1]).add(sys.argv[2])
    print(receipt.outcome)
except BookBusy:
    print("busy")
"""


def test_two_processes_import_at_once(book: Book, write_csv: Write) -> None:
    files = [write_csv(f"{n}.csv", spend(*(f"{n}-{m}" for m in range(500)))) for n in range(2)]
    said = imported_at_once(book.path, files)
    assert "posted" in said
    assert set(said) <= {"posted", "busy"}
    assert rows(book) == 500 * said.count("posted")
    assert book.verify().faults == ()


def test_two_processes_make_one_book(tmp_path: Path, write_csv: Write) -> None:
    files = [write_csv(f"{n}.csv", f"{SOURCES}{n},{n},report,T,record,o\n") for n in range(2)]
    said = imported_at_once(tmp_path / "new.duckdb", files)
    assert "posted" in said
    assert set(said) <= {"posted", "busy"}
    book = farthing.open(tmp_path / "new.duckdb")
    assert len(book.sql("FROM sources")) == said.count("posted")
    assert book.verify().faults == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.csv", "1.csv", "new.duckdb"]


def imported_at_once(path: Path, files: list[Path]) -> list[str]:
    with (
        another_process(IMPORT, path, files[0]) as one,
        another_process(IMPORT, path, files[1]) as two,
    ):
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [process.communicate()[0].strip() for process in (one, two)]


def test_many_threads_import_at_once(book: Book, write_csv: Write) -> None:
    files = [write_csv(f"{n}.csv", spend(f"a{n}", f"b{n}")) for n in range(4)]
    with ThreadPoolExecutor(4) as threads:
        receipts = list(threads.map(book.add, files))
    assert [receipt.outcome for [receipt] in receipts] == ["posted"] * 4
    assert rows(book) == 8
    assert book.verify().faults == ()


# What is no book.


def said_of(path: Path) -> set[str]:
    """Return the messages of everything that can be done with a book."""
    file = path.with_name("sources.csv")
    file.write_text(f"{SOURCES}s,s,report,T,record,o\n")
    messages = set()
    for call in (
        lambda: farthing.open(path),
        lambda: Book(path).verify(),
        lambda: Book(path).sql("SELECT 1"),
        lambda: Book(path).add(file),
        lambda: Book(path).add(file, dry_run=True),
    ):
        with pytest.raises(FarthingError) as caught:
            call()
        messages.add(f"{type(caught.value).__name__}: {caught.value}")
    return messages


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\0" * 20_000], ids=["empty", "csv", "nul"]
)
@pytest.mark.parametrize("name", ["x.duckdb", "x.csv", "x.parquet"])
def test_a_file_of_another_kind_is_damaged_and_left_alone(
    name: str, content: bytes, write_csv: Write
) -> None:
    path = write_csv(name, content)
    assert said_of(path) == {
        f'BookDamaged: {name}: cannot be read as a book (IO Error: The file "{path}" exists, '
        f"but it is not a valid DuckDB database file!){RESTORE}"
    }
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ([], "is a DuckDB file but no Farthing book"),
        (["CREATE TABLE t (a INT)"], "is a DuckDB file but no Farthing book"),
        (["CREATE VIEW book AS SELECT 1"], "is a DuckDB file but no Farthing book"),
        (
            ["CREATE TABLE book (a INT)", "CREATE TABLE imports (a INT)"],
            "is a book of version none, and this Farthing reads version 6\n"
            "Hint: import its files again into a new book",
        ),
        (
            [
                "CREATE TABLE book (a INT)",
                "CREATE TABLE imports (a INT)",
                "INSERT INTO book VALUES (6)",
            ],
            "has lost its table postings",
        ),
    ],
)
def test_a_duckdb_file_of_somebody_else_is_left_alone(
    statements: list[str], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.duckdb"
    with duckdb.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    before = path.read_bytes()
    assert said_of(path) == {f"BookDamaged: x.duckdb: {message}"}
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "UPDATE book SET schema_version = 1",
            "is a book of version 1, and this Farthing reads version 6\n"
            "Hint: import its files again into a new book",
        ),
        (
            "INSERT INTO book VALUES (2)",
            "is a book of version 6, 2, and this Farthing reads version 6\n"
            "Hint: import its files again into a new book",
        ),
        ("ALTER TABLE rates RENAME TO old; CREATE VIEW rates AS FROM old",
            "has lost its table rates"),
    ],
)  # fmt: skip
def test_a_book_of_another_version_is_not_read(statement: str, message: str, book: Book) -> None:
    with duckdb.connect(book.path) as connection:
        connection.execute("DROP VIEW quarantine; DROP VIEW current_rates")
        connection.execute(statement)
    assert said_of(book.path) == {f"BookDamaged: book.duckdb: {message}"}


def test_a_folder_is_no_book_and_none_is_made_without_one(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("s.csv", SOURCES)
    for path, message in (
        (tmp_path, f"{tmp_path}: is a folder"),
        (tmp_path / "no" / "x.duckdb", f"{tmp_path}/no/x.duckdb: its folder does not exist"),
    ):
        with pytest.raises(FileUnusable) as caught:
            Book(path).add(file)
        assert str(caught.value) == message
    with pytest.raises(FileUnusable) as caught:
        farthing.open(tmp_path / "x.duckdb")
    assert str(caught.value) == (
        f"{tmp_path}/x.duckdb: no such book\nHint: farthing import x.duckdb FILE… makes one"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.csv"]


@pytest.mark.parametrize("name", [":memory:", "md:x", "sqlite:x.db", "a'b [x]*.duckdb", "x"])
def test_a_name_is_a_file_and_nothing_else(
    name: str, tmp_path: Path, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_csv("s.csv", f"{SOURCES}s,s,report,T,record,o\n")
    monkeypatch.chdir(tmp_path)
    Book(name).add(file)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "s.csv"])
    assert farthing.open(name).sql("SELECT count(*) FROM sources").item() == 1


# A file that was damaged.


def test_a_damaged_file_is_found_out_or_says_what_it_said(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend(*(f"e{n}" for n in range(2000)))))
    sound, said = book.path.read_bytes(), book.verify()
    pick, found = random.Random(1), 0
    for number in range(18):
        data = bytearray(sound)
        at = pick.randrange(len(data))
        if number % 3 == 0:
            data = data[:at]
        elif number % 3 == 1:
            data[at] ^= 1 << pick.randrange(8)
        else:
            data[at : at + 4096] = bytes(len(data[at : at + 4096]))
        book.path.write_bytes(data)
        try:
            assert book.verify() == said
        except BookDamaged:
            found += 1
    assert found > 9


LIMITED = """
import resource, sys
from farthing import storage
from farthing.book import Book
from farthing.errors import FileUnusable
opened = storage.writing
def limited(path):
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    return opened(path)
storage.writing = limited
try:
    Book(sys.argv[1]).add(sys.argv[2])
except FileUnusable as error:
    print(error)
"""


def test_what_is_not_yet_written_waits_in_a_folder_and_not_in_the_memory(book: Book) -> None:
    rows = (
        "SELECT range AS a, sha256(range::VARCHAR) AS b, sha256('x' || range) AS c FROM range({})"
    )
    with storage.writing(book.path) as connection:
        [(folder,)] = connection.execute("SELECT current_setting('temp_directory')").fetchall()
        connection.execute(f"CREATE TEMP TABLE long AS {rows.format(6_000_000)}")
        waiting = sum(path.stat().st_size for path in Path(folder).iterdir())
        assert waiting > 50 << 20
    assert not Path(folder).exists()


def test_a_full_disk_leaves_the_book_as_it_was(book: Book, write_csv: Write) -> None:
    pytest.importorskip("resource")
    noise, before = random.Random(1), book.verify()
    many = write_csv("1.csv", spend(*(f"{noise.getrandbits(500):x}" for _ in range(3000))))
    command = [sys.executable, "-c", LIMITED, str(book.path), str(many)]
    result = subprocess.run(command, capture_output=True, text=True)
    message = "book.duckdb: the disk is full; the book is as it was before\n"
    assert (result.stdout, result.stderr) == (message, "")
    assert (book.verify(), rows(book)) == (before, 0)
    book.add(many)
    assert rows(book) == 3000


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            duckdb.IOException("IO Error: Could not write file: No space left on device"),
            FileUnusable,
            "book.duckdb: the disk is full; the book is as it was before",
        ),
        (
            duckdb.IOException('IO Error: Cannot open file "x": Permission denied'),
            FileUnusable,
            "{path}: cannot be opened: no permission",
        ),
        (
            duckdb.BinderException("Binder Error: no column\nLINE 1"),
            FarthingError,
            "book.duckdb: DuckDB refused the work: Binder Error: no column",
        ),
        (
            duckdb.InternalException("INTERNAL Error: oh\nstack"),
            BookDamaged,
            f"book.duckdb: cannot be read as a book (INTERNAL Error: oh){RESTORE}",
        ),
        (
            duckdb.Error("Corrupt database file"),
            BookDamaged,
            f"book.duckdb: cannot be read as a book (Corrupt database file){RESTORE}",
        ),
    ],
)
def test_errors_of_duckdb_are_put_into_words(
    error: duckdb.Error, kind: type[FarthingError], message: str, book: Book
) -> None:
    with pytest.raises(FarthingError) as caught, storage.reading(book.path):
        raise error
    assert type(caught.value) is kind
    assert str(caught.value) == message.format(path=book.path)


# What other clients see.


def test_a_book_is_written_in_the_storage_that_duckdb_1_4_reads(book: Book) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{book.path}' AS b (READ_ONLY)")
        tags = "SELECT tags FROM duckdb_databases() WHERE database_name = 'b'"
        [(found,)] = connection.execute(tags).fetchall()
    assert found["storage_version"].startswith("v1.4.0")


def test_its_views_say_in_any_client_what_they_say_here(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a", "b") + "x,s,c,gift,2025-01-01,1.00,GBP\n"),
             quarantine=True)  # fmt: skip
    book.amend("spend", "a", new_id="a2", amount="5")
    with duckdb.connect(book.path, read_only=True) as connection:
        for name in storage.views():
            theirs = connection.execute(f"FROM {name} ORDER BY ALL").fetchall()
            assert theirs == book.sql(f"FROM {name} ORDER BY ALL").rows(), name


def on_two_platforms(folder: Path) -> Book:
    """Make a book of one campaign that two platforms charged for, one of them told of twice."""
    charged = {"campaign_id": "c", "record": "platform", "incurred_on": "2017-05-02"}
    shown = {"campaign_id": "c", "starts_on": "2017-05-02", "ends_before": "2017-05-03"}
    return small_book(
        folder,
        campaigns=[{"campaign_id": "c"}],
        budgets=[{"campaign_id": "c", "stage": "requested", "amount": "£500"}],
        spend=[
            {**charged, "channel": "facebook", "series": "report", "amount": "£100"},
            {**charged, "channel": "facebook, instagram", "series": "ads", "amount": "£60-£90"},
            {**charged, "channel": "google", "series": "weekly", "amount": "£30"},
        ],
        reach=[
            {**shown, "channel": "facebook", "series": "report", "amount": "1,000"},
            {**shown, "channel": "instagram", "series": "ads", "amount": "900"},
            {**shown, "channel": "google", "series": "weekly", "amount": "200"},
        ],
    )


def test_money_of_two_platforms_is_added_and_that_of_two_tables_of_one_is_not(
    tmp_path: Path,
) -> None:
    book = on_two_platforms(tmp_path)
    [total] = book.sql("SELECT low, high, series FROM spend_totals").rows()
    assert total == (Decimal(130), Decimal(130), 2)
    assert book.sql("SELECT sum(low), sum(high) FROM counted_spend").row(0) == (130, 130)
    stages = book.ask("bridge").tables["stages"].filter(stage="delivered")
    assert stages.select("low", "high").rows() == [(130, 130)]
    lines = book.ask("pacing").tables["lines"].select("record", "low", "high").rows()
    assert sorted(lines) == [("impressions", 1200, 1200), ("platform", 130, 130)]
    days = book.ask("pacing").tables["days"].filter(day=date(2017, 5, 2))
    assert sorted(days.select("record", "low").rows()) == [("impressions", 1200), ("platform", 130)]
    reach = book.ask("reach")
    money = reach.tables["money"].filter(channel="all channels")
    assert money.select("spend_low", "spend_high").rows() == [(130, 130)]
    delivery = reach.tables["delivery"].filter(channel="3 channels")
    assert delivery.select("impressions_low", "impressions_high").rows() == [(1200, 1200)]
