"""One file into one ledger: what is posted, what is refused, and how rows hang together."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing import posting
from farthing.book import Book
from farthing.errors import DataRefused
from farthing.importer import Importer, Posts
from farthing.ledgers import BY_NAME
from farthing.relations import _in_circles

Write = Callable[[str, str | bytes], Path]

pytestmark = pytest.mark.usefixtures("proven")

HEADER = "entry_id,source_id,campaign_id,record,incurred_on,amount,currency"
MORE = ("supersedes", "reverses", "part_of", "note")


def spend(*entries: str, **cells: str) -> str:
    """Make a file of spend: entries are ids, or ids with cells as in ``b supersedes=a``."""
    lines = [",".join((HEADER, *MORE))]
    for entry in entries:
        name, *changes = entry.split()
        row = {"campaign_id": "c", "amount": "1.00", "currency": "GBP", "record": "payment"}
        row |= cells | dict(change.split("=") for change in changes)
        head = (name, "s", row["campaign_id"], row["record"], "2025-01-01")
        tail = (row["amount"], row["currency"], *(row.get(column, "") for column in MORE))
        lines.append(",".join((*head, *tail)))
    return "\n".join(lines) + "\n"


def in_force(book: Book, ledger: str = "spend") -> list[str]:
    rows = book.sql(f"SELECT entry_id FROM current_{ledger} ORDER BY entry_id")
    return [entry for (entry,) in rows.rows()]


def refused(book: Book, file: Path) -> list[str]:
    with pytest.raises(DataRefused) as caught:
        book.add(file)
    return [str(problem).removeprefix(f"{file.name}:") for problem in caught.value.problems]


# Two imports, and the same again.


def test_a_second_file_adds_to_the_first_and_the_same_file_to_nothing(
    book: Book, write_csv: Write
) -> None:
    first, second = write_csv("1.csv", spend("a", "b")), write_csv("2.csv", spend("x"))
    [one], [two] = book.add(first), book.add(second)
    assert [(r.outcome, r.rows_posted) for r in (one, two)] == [("posted", 2), ("posted", 1)]
    before = (book.status().rows(), book.imports().rows(), book.verify())
    for file in (first, second, write_csv("other name.csv", spend("x"))):
        [again] = book.add(file)
        assert (again.outcome, again.rows_read, again.rows_posted) == ("already imported", 0, 0)
    assert (book.status().rows(), book.imports().rows(), book.verify()) == before
    assert in_force(book) == ["a", "b", "x"]


def test_the_same_rows_in_another_file_are_refused(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a", "b")))
    assert refused(book, write_csv("2.csv", spend("b", "x"))) == [
        '2: entry_id "b" is already in spend'
    ]
    assert in_force(book) == ["a", "b"]


def test_a_refused_file_can_be_tried_again(book: Book, write_csv: Write) -> None:
    file = write_csv("1.csv", spend("a", "b amount=x"))
    for _ in range(2):
        assert refused(book, file) == ['3: amount "x" cannot be read: it is no figure']
    [receipt] = book.add(file, quarantine=True)
    assert receipt.outcome == "posted"
    assert book.imports()["outcome"].to_list()[2:] == ["refused", "refused", "posted"]
    assert book.verify().faults == ()


def test_the_files_of_one_call_are_taken_in_the_order_of_their_ledgers(
    tmp_path: Path, write_csv: Write
) -> None:
    book = Book(tmp_path / "new.duckdb")
    sources = "entry_id,source_id,kind,title,rank,origin_id\ns,s,report,T,record,o\n"
    campaigns = "entry_id,source_id,campaign_id,organisation,name\nc,s,c,O,N\n"
    names = {"1.csv": spend("a"), "2.csv": campaigns, "3.csv": sources}
    seen: list[str] = []
    receipts = book.add(
        *(write_csv(name, text) for name, text in names.items()),
        report=lambda receipt: seen.append(receipt.ledger),
    )
    assert seen == [receipt.ledger for receipt in receipts] == ["sources", "campaigns", "spend"]


def test_what_stands_before_a_refused_file_is_posted_and_what_stands_after_it_is_not(
    book: Book, write_csv: Write
) -> None:
    files = [
        write_csv("1.csv", spend("a")),
        write_csv("2.csv", spend("b amount=x")),
        write_csv("3.csv", spend("e")),
    ]
    with pytest.raises(DataRefused, match=r"2\.csv: 1 of 1 rows refused") as refusal:
        book.add(*files)
    assert in_force(book) == ["a"]
    assert "import again (1 not tried after it: 3.csv)" in str(refusal.value.hint)


def test_of_many_files_that_were_not_tried_the_first_are_named(
    book: Book, write_csv: Write
) -> None:
    files = [write_csv(f"{number}.csv", spend(f"e{number} amount=x")) for number in range(1, 9)]
    with pytest.raises(DataRefused) as refusal:
        book.add(*files)
    said = "(7 not tried after it: 2.csv, 3.csv, 4.csv, 5.csv, 6.csv, …)"
    assert said in str(refusal.value.hint)


def test_a_receipt_shows_the_first_rows_and_the_select(book: Book, write_csv: Write) -> None:
    [receipt] = book.add(write_csv("1.csv", spend(*"abcdefg")))
    assert receipt.first_rows["entry_id"].to_list() == list("abcde")
    assert receipt.first_rows["low"].to_list() == [Decimal("1.00")] * 5
    assert receipt.sql == "SELECT * EXCLUDE (source_line) FROM source"


# Quarantine.


def test_what_is_refused_stays_on_the_book_with_place_reason_and_money(
    book: Book, write_csv: Write
) -> None:
    text = spend("a", "b record=gift amount=£1,234", "e amount=about", "f,") + "g,s\n"
    text = text.replace("£1,234", '"about £5,000"')
    [receipt] = book.add(write_csv("1.csv", text), quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (5, 1, 4)
    rows = book.sql("SELECT * EXCLUDE (batch_id, record) FROM refused_rows ORDER BY source_row")
    assert rows.rows() == [
        (3, 3, "spend", "b", Decimal("4500.00"), Decimal("5499.99"), "GBP"),
        (4, 4, "spend", "e", None, None, "GBP"),
        (5, 5, None, None, None, None, None),
        (6, 6, None, None, None, None, None),
    ]
    reasons = book.sql("SELECT * EXCLUDE (batch_id, source_row) FROM refusals ORDER BY line")
    assert reasons.rows() == [
        (3, "record", "gift", "is none of invoice, payment, return, platform"),
        (4, "amount", "about", "cannot be read: it is no figure"),
        (5, None, "f,,s,c,payment,2025-01-01,1.00,GBP,,,,",
         "the row has 12 cells and the header 11"),
        (6, None, "g,s", "the row has 2 cells and the header 11"),
    ]  # fmt: skip
    records = [json.loads(text) for (text,) in book.sql("SELECT record FROM refused_rows").rows()]
    assert records[0]["amount"] == "about £5,000"
    assert records[3] == ["g", "s"]
    assert book.quarantine().rows() == [
        ("1.csv", "GBP", 2, Decimal("4500.00"), Decimal("5499.99"), 1),
        ("1.csv", None, 2, None, None, 2),
    ]
    assert book.verify().faults == ()


def test_a_row_leaves_quarantine_when_it_is_posted_after_all(book: Book, write_csv: Write) -> None:
    book.add(write_csv("1.csv", spend("a", "b record=gift", "e record=gift")), quarantine=True)
    assert book.quarantine()["rows"].to_list() == [2]
    before = datetime.now(UTC)
    book.add(write_csv("2.csv", spend("b")))
    assert book.quarantine()["rows"].to_list() == [1]
    assert book.as_of(before).quarantine()["rows"].to_list() == [2]
    assert book.sql("SELECT count(*) FROM refused_rows").item() == 2


def test_a_file_that_was_refused_whole_is_not_in_quarantine(book: Book, write_csv: Write) -> None:
    refused(book, write_csv("1.csv", spend("a", "b record=gift")))
    assert book.quarantine().rows() == []
    assert book.sql("SELECT entry_id FROM refused_rows").rows() == [("b",)]


def test_an_unbounded_amount_leaves_the_money_in_quarantine_unbounded(
    book: Book, write_csv: Write
) -> None:
    text = spend("a record=gift amount=1.00", "b record=gift amount=>5")
    book.add(write_csv("1.csv", text), quarantine=True)
    assert book.quarantine().rows() == [("1.csv", "GBP", 2, Decimal("6.01"), None, 0)]


def test_a_refused_row_takes_those_that_refer_to_it_along(book: Book, write_csv: Write) -> None:
    text = spend("a record=gift", "b part_of=a", "e part_of=b", "f supersedes=e", "g")
    [receipt] = book.add(write_csv("1.csv", text), quarantine=True)
    assert [str(problem) for problem in receipt.problems] == [
        '1.csv:2: record "gift" is none of invoice, payment, return, platform',
        '1.csv:3: part_of "a" is in no row of spend in force',
        '1.csv:4: part_of "b" is in no row of spend in force',
        '1.csv:5: supersedes "e" is in no row of spend',
    ]
    assert in_force(book) == ["g"]


def test_many_refused_rows_are_all_kept(book: Book, write_csv: Write) -> None:
    text = spend(*(f"e{n} amount={'x' if n % 2 else '1'}" for n in range(4000)))
    [receipt] = book.add(write_csv("1.csv", text), quarantine=True)
    assert (receipt.rows_posted, receipt.rows_refused, len(receipt.problems)) == (2000, 2000, 2000)
    kept = "SELECT count(*), count(DISTINCT source_row), min(line), max(line) FROM refused_rows"
    assert book.sql(kept).rows() == [(2000, 2000, 3, 4001)]


# How rows relate.

#: Files one after the other, what the last is refused for, and what is in force then.
RELATIONS: dict[str, tuple[list[str], list[str], str]] = {
    "a chain": ([spend("a"), spend("b supersedes=a"), spend("e supersedes=b")], [], "e"),
    "a chain in one file": ([spend("a", "b supersedes=a", "e supersedes=b")], [], "e"),
    "a chain told backwards": ([spend("e supersedes=b", "b supersedes=a", "a")], [], "e"),
    "a reversal": ([spend("a", "b"), spend("r reverses=a")], [], "b"),
    "a reversal in one file": ([spend("a", "b", "r reverses=a")], [], "b"),
    "a reversal of an amendment": (
        [spend("a"), spend("b supersedes=a"), spend("r reverses=b")], [], ""),
    "a second version": (
        [spend("a"), spend("b supersedes=a"), spend("e supersedes=a")],
        ['2: supersedes "a" has been superseded or reversed already'], "b"),
    "a version of what was reversed": (
        [spend("a"), spend("r reverses=a"), spend("e supersedes=a")],
        ['2: supersedes "a" has been superseded or reversed already'], ""),
    "a reversal of what was superseded": (
        [spend("a"), spend("b supersedes=a"), spend("r reverses=a")],
        ['2: reverses "a" has been superseded or reversed already'], "b"),
    "two versions in one file": (
        [spend("a"), spend("b supersedes=a", "e supersedes=a")],
        ['2: supersedes "a" is superseded or reversed by another row of the file too',
         '3: supersedes "a" is superseded or reversed by another row of the file too'], "a"),
    "a version and a reversal in one file": (
        [spend("a"), spend("b supersedes=a", "r reverses=a")],
        ['2: supersedes "a" is superseded or reversed by another row of the file too',
         '3: reverses "a" is superseded or reversed by another row of the file too'], "a"),
    "both at once": (
        [spend("a", "b"), spend("e supersedes=a reverses=b")],
        ["2: the row both supersedes and reverses an entry"], "a b"),
    "a version of nothing": (
        [spend("b supersedes=a")], ['2: supersedes "a" is in no row of spend'], ""),
    "a version of itself": (
        [spend("a supersedes=a")], ['2: supersedes "a" leads back to the row itself'], ""),
    "versions of each other": (
        [spend("a supersedes=b", "b supersedes=a", "e")],
        ['2: supersedes "b" leads back to the row itself',
         '3: supersedes "a" leads back to the row itself'], ""),
    "a reversal of itself": (
        [spend("a reverses=a")], ['2: reverses "a" is itself a reversal'], ""),
    "a reversal of a reversal": (
        [spend("a"), spend("r reverses=a"), spend("q reverses=r")],
        ['2: reverses "r" is itself a reversal'], ""),
    "a version of a reversal": (
        [spend("a"), spend("r reverses=a"), spend("e supersedes=r")],
        ['2: supersedes "r" is itself a reversal'], ""),
    "a part": ([spend("a", "b part_of=a")], [], "a b"),
    "a part of nothing": (
        [spend("b part_of=a")], ['2: part_of "a" is in no row of spend in force'], ""),
    "a part of itself": (
        [spend("a part_of=a")], ['2: part_of "a" leads back to the row itself'], ""),
    "parts of each other": (
        [spend("a part_of=b", "b part_of=a")],
        ['2: part_of "b" leads back to the row itself',
         '3: part_of "a" leads back to the row itself'], ""),
    "a part of an old version": (
        [spend("a", "b supersedes=a"), spend("e part_of=a")],
        ['2: part_of "a" is in no row of spend in force'], "b"),
    "a part of a reversal": (
        [spend("a", "r reverses=a"), spend("e part_of=r")],
        ['2: part_of "r" is in no row of spend in force'], ""),
    "a new version of a whole": (
        [spend("a", "b part_of=a"), spend("e supersedes=a")], [], "b e"),
    "a whole reversed under its part": (
        [spend("a", "b part_of=a"), spend("r reverses=a")],
        ['2: entry_id "a" would be withdrawn, and part_of of spend refers to it'], "a b"),
    "a later version of a whole reversed": (
        [spend("a", "b part_of=a"), spend("e supersedes=a"), spend("r reverses=e")],
        ['2: entry_id "a" would be withdrawn, and part_of of spend refers to it'], "b e"),
    "a whole reversed with its part": (
        [spend("a", "b part_of=a"), spend("r reverses=a", "q reverses=b")], [], ""),
    "a part reversed whose whole has a new version": (
        [spend("a", "b part_of=a"), spend("e supersedes=a"), spend("r reverses=b part_of=a")],
        [], "e"),
    "one name twice": (
        [spend("a", "a amount=2.00")],
        ['2: entry_id "a" stands in more than one row of the file',
         '3: entry_id "a" stands in more than one row of the file'], ""),
    "no such campaign": (
        [spend("a campaign_id=z")],
        ['2: campaign_id "z" is in no row of campaigns in force'], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", RELATIONS)
def test_rows_hang_together(name: str, book: Book, write_csv: Write) -> None:
    texts, problems, left = RELATIONS[name]
    for number, text in enumerate(texts[: len(texts) - bool(problems)]):
        book.add(write_csv(f"{number}.csv", text))
    if problems:
        assert refused(book, write_csv("last.csv", texts[-1])) == problems
    assert in_force(book) == left.split()


CAMPAIGNS = "entry_id,source_id,campaign_id,organisation,name,part_of,supersedes,reverses\n"

#: The same for campaigns, whose rows are known by a name of their own.
KEYS: dict[str, tuple[list[str], list[str]]] = {
    "a name that is taken": (
        ["c2,s,c,O,N,,,\n"], ["2: the row has the campaign_id of another row in force"]),
    "a name that stands twice": (
        ["x1,s,x,O,N,,,\nx2,s,x,O,N,,,\n"],
        ["2: the row has the campaign_id of another row in force",
         "3: the row has the campaign_id of another row in force"]),
    "a new version with the old name": (["c2,s,c,O,New,,campaigns-0,\n"], []),
    "two steps with one name": (["c2,s,c,O,N,,campaigns-0,\nc3,s,c,O,N,,c2,\n"], []),
    "a new name for what spend refers to": (
        ["c2,s,z,O,N,,campaigns-0,\n"],
        ['2: campaign_id "c" would be withdrawn, and campaign_id of spend refers to it']),
    "a reversal of what spend refers to": (
        ["c2,s,c,O,N,,,campaigns-0\n"],
        ['2: campaign_id "c" would be withdrawn, and campaign_id of spend refers to it']),
    "a reversal of what nothing refers to": (["d2,s,d,O,N,,,campaigns-1\n"], []),
    "a name that comes back": (["d2,s,d,O,N,,,campaigns-1\n", "d3,s,d,O,N,,,\n"], []),
    "a part by way of an amendment": (
        ["x1,s,x,O,N,d,,\n", "d2,s,d,O,N,x,campaigns-1,\n"],
        ['2: part_of "x" leads back to the row itself']),
    "a way that was mended": (
        ["x1,s,x,O,N,d,,\n", "x2,s,x,O,N,,x1,\n", "d2,s,d,O,N,x,campaigns-1,\n"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_names_hang_together(name: str, book: Book, write_csv: Write) -> None:
    book.add(write_csv("spend.csv", spend("a")))
    rows, problems = KEYS[name]
    for number, text in enumerate(rows[: len(rows) - bool(problems)]):
        book.add(write_csv(f"{number}.csv", CAMPAIGNS + text))
    if problems:
        assert refused(book, write_csv("last.csv", CAMPAIGNS + rows[-1])) == problems
    joined = "SELECT count(*) FROM current_spend JOIN current_campaigns USING (campaign_id)"
    assert book.sql(joined).item() == 1


def test_a_source_that_rows_rest_on_stays(book: Book, write_csv: Write) -> None:
    header = "entry_id,source_id,kind,title,rank,origin_id,reverses\n"
    problems = refused(book, write_csv("s.csv", header + "r,s,report,T,record,o,sources-0\n"))
    words = "would be withdrawn, and source_id of campaigns refers to it"
    assert problems == [f'2: source_id "s" {words}']


def test_circles_are_told_from_the_ways_that_lead_to_them() -> None:
    above = {"a": "b", "b": "c", "c": "b", "d": "a", "e": "f", "g": "g", "h": "e"}
    assert _in_circles(above) == {"b", "c", "g"}
    ring = {str(n): str((n + 1) % 1000) for n in range(1000)}
    assert _in_circles(ring) == set(ring)
    assert _in_circles({str(n): str(n + 1) for n in range(100_000)}) == set()


# The journal.


def test_the_journal_says_what_came_from_where(book: Book, write_csv: Write) -> None:
    before = datetime.now(UTC).replace(tzinfo=None)
    [receipt] = book.add(
        write_csv("1.csv", spend("a", "b record=gift")), quarantine=True, locale="en_US"
    )
    entry = book.imports().row(-1, named=True)
    assert entry["sha256"] == receipt.sha256
    kept = ("batch_id", "file", "importer", "settings", "outcome", "locale")
    assert [entry[name] for name in kept] == [3, "1.csv", "spend", "{}", "posted", "en_US"]
    [(ledger, posted)] = book.sql(
        "SELECT ledger, rows_posted FROM postings WHERE batch_id = 3"
    ).rows()
    assert (ledger, posted) == ("spend", 1)
    assert (entry["rows_read"], entry["rows_posted"], entry["rows_refused"]) == (2, 1, 1)
    assert before <= entry["posted_at"] <= datetime.now(UTC).replace(tzinfo=None)
    assert book.verify().head == entry["head"]
    rows = book.sql("SELECT batch_id, source_row FROM spend").rows()
    assert rows == [(3, 2)]


def test_a_clock_that_was_set_back_puts_no_import_before_another(
    book: Book, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = book.imports()["posted_at"].max()

    class Back(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(posting, "datetime", Back)
    book.add(write_csv("1.csv", spend("a")))
    assert book.imports()["posted_at"].to_list()[-1] == last
    assert book.verify().faults == ()


def test_the_head_depends_on_the_files_and_their_order_and_on_no_clock(
    tmp_path: Path, write_csv: Write, started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write_csv("0.csv", spend("a", "b record=gift")), write_csv("1.csv", spend("e"))]

    def build(name: str, *order: int) -> str:
        book = Book(tmp_path / name)
        book.path.write_bytes(started.read_bytes())
        for number in order:
            book.add(files[number], quarantine=True)
        verdict = book.verify()
        assert verdict.faults == ()
        return verdict.head

    heads = [build("1", 0, 1), build("2", 1, 0), build("3", 0)]

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=400)

    monkeypatch.setattr(posting, "datetime", Later)
    monkeypatch.setattr("farthing.book.version", lambda name: "9.9.9")
    assert build("4", 0, 1) == heads[0]
    assert len(set(heads)) == 3


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("SELECT * FROM source WHERE entry_id = 'a'", "the row is of no kind that the format has"),
        ("FROM source UNION ALL FROM source", "stands in more than one row of the file"),
    ],
)
def test_a_select_that_loses_or_doubles_rows_posts_nothing(
    select: str, reason: str, book: Book, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = BY_NAME["spend"]
    columns = frozenset(ledger.file_columns)
    bad = Importer("bad", "", (Posts(ledger, select),), ledger.required_columns, columns)
    monkeypatch.setattr("farthing.book.IMPORTERS", (bad,))
    with pytest.raises(DataRefused, match=reason):
        book.add(write_csv("1.csv", spend("a", "b")))
    assert in_force(book) == []
