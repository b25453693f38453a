"""Made-up books: what is in them, and how much of it the match finds and never mistakes."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from farthing.book import Book
from farthing.question import read_sql
from farthing.synthetic import SUPPLIERS, Noise, write_noisy_book

FILES = ("sources", "campaigns", "budgets", "spend")
FOUND = ("exact", "within_tolerance", "many_to_one")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def test_a_seed_makes_one_book_to_the_letter(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (7, 7, 8), strict=True):
        folder.mkdir()
        write_noisy_book(folder, orders=60, seed=seed)
    made = [
        {name: (folder / f"{name}.csv").read_bytes() for name in (*FILES, "truth")}
        for folder in folders
    ]
    assert made[0] == made[1]
    assert made[0]["spend"] != made[2]["spend"]


def test_the_truth_names_the_order_of_each_row(tmp_path: Path) -> None:
    truth = write_noisy_book(tmp_path, orders=80, seed=3)
    assert {row["entry_id"]: row["order"] for row in rows_of(tmp_path / "truth.csv")} == truth
    spend = rows_of(tmp_path / "spend.csv")
    assert [row["entry_id"] for row in spend if row["entry_id"] not in truth] == []
    payments = Counter(truth[row["entry_id"]] for row in spend if row["record"] == "payment")
    assert set(payments.values()) == {1}
    assert set(truth.values()) == set(payments)


def test_without_noise_every_row_has_its_two_others(tmp_path: Path) -> None:
    silent = Noise(*[0.0] * 8)
    write_noisy_book(tmp_path, orders=50, seed=1, noise=silent)
    spend = rows_of(tmp_path / "spend.csv")
    amounts: dict[str, set[str]] = defaultdict(set)
    for row in spend:
        amounts[row["entry_id"].split("-")[1]].add(row["amount"])
    assert len(spend) == 3 * 50
    assert {len(of_one) for of_one in amounts.values()} == {1}


@pytest.mark.parametrize("kind", ["respelt", "mistyped", "rounded", "split", "missing", "twice"])
def test_each_noise_does_what_it_is_called(tmp_path: Path, kind: str) -> None:
    noise = Noise(**(dict.fromkeys(Noise.__dataclass_fields__, 0.0) | {kind: 1.0}))
    write_noisy_book(tmp_path, orders=30, seed=2, noise=noise)
    spend = rows_of(tmp_path / "spend.csv")
    by_record = Counter(row["record"] for row in spend)
    told = {
        "respelt": not {row["payee"] for row in spend if row["record"] == "invoice"}
                   & set(SUPPLIERS),
        "mistyped": len({row["payee"] for row in spend if row["record"] == "invoice"}) > 10,
        "rounded": all(row["amount"].endswith(".00") for row in spend
                       if row["record"] == "platform"),
        "split": by_record["invoice"] >= 2 * 30,
        "missing": set(by_record) == {"payment"},
        "twice": by_record["invoice"] == 2 * 30,
    }  # fmt: skip
    assert told[kind]


def test_a_book_of_no_orders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a book of 0 orders is none"):
        write_noisy_book(tmp_path, orders=0, seed=1)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_most_money_is_matched_and_none_of_it_wrongly(tmp_path: Path, seed: int) -> None:
    truth = write_noisy_book(tmp_path, orders=300, seed=seed)
    book = Book(tmp_path / "book.duckdb")
    book.add(*[tmp_path / f"{name}.csv" for name in FILES])
    answer = book.ask("match")
    spend = book.sql("SELECT entry_id, record, low FROM current_spend")
    low = dict(spend.select("entry_id", "low").rows())
    there = {
        record: {truth[entry] for entry in spend.filter(record=record)["entry_id"]}
        for record in ("invoice", "platform")
    }
    pairs = [
        (row["against"], row["paid_entries"].split(), row["other_entries"].split())
        for row in answer.tables["matches"].iter_rows(named=True)
        if row["kind"] in FOUND
    ]
    pairs += settled(book, low)
    orders_of = [[{truth[one] for one in side} for side in pair[1:]] for pair in pairs]
    assert [orders for orders in orders_of if orders[0] != orders[1]] == []
    for against, orders in there.items():
        could = sum(low[f"payment-{order}"] for order in orders)
        paid = [one for kind, several, _ in pairs if kind == against for one in several]
        found = sum((low[one] for one in paid), Decimal(0))
        assert Decimal("0.95") <= found / could <= 1


def settled(book: Book, low: dict[str, Decimal]) -> list[tuple[str, list[str], list[str]]]:
    """Return the rows that SQL took for one, with those that they were taken for."""
    [select] = [one.rows for one in read_sql("match") if one.name == "records"]
    rows = book.sql(select).filter(pl.col("outcome") == "exact")
    groups: dict[tuple[object, ...], dict[str, list[str]]] = {}
    for row in rows.iter_rows(named=True):
        key = (row["against"], row["campaign_id"], row["supplier"], low[row["entry_id"]])
        sides = groups.setdefault(key, {"paid": [], "other": []})
        sides[row["side"]].append(row["entry_id"])
    return [(str(key[0]), sides["paid"], sides["other"]) for key, sides in groups.items()]
