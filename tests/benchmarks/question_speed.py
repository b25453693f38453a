"""How long each question takes on a book of a million rows.

    python tests/benchmarks/question_speed.py [--rows 1000000] [--book FILE] [QUESTION ...]

The book is made once, of random rows in every ledger, and kept where ``--book`` says. A question
is asked three times; what is printed is the least of the three, with opening the book in it, and
as a ratio of what DuckDB alone takes to add up all spending of the same file.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from farthing.book import Book
from farthing.questions import NAMES

CAMPAIGNS, ORGANISATIONS, SEATS, PAYEES = 2_000, 40, 650, 5_000
PARTIES = ("Red", "Blue", "Yellow", "Green")
CHANNELS = ("facebook", "google", "direct mail", "print")
FIRST = np.datetime64("2017-04-18")
DAYS = 50
ADD_UP = "SELECT campaign_id, record, currency, sum(low), sum(high) FROM spend GROUP BY ALL"


class Rows:
    """Random rows of each ledger, always the same for one number of rows."""

    def __init__(self, rows: int) -> None:
        self.pick = np.random.default_rng(1)
        self.rows = rows

    def named(self, ledger: str, count: int) -> dict[str, object]:
        return {"entry_id": [f"{ledger}-{n}" for n in range(count)], "source_id": "s"}

    def any_of(self, names: tuple[str, ...] | list[str], count: int) -> list[str]:
        return np.array(names)[self.pick.integers(0, len(names), count)].tolist()

    def some(self, prefix: str, of: int, count: int) -> list[str]:
        return [f"{prefix}{n}" for n in self.pick.integers(0, of, count)]

    def days(self, count: int) -> list[str]:
        return (FIRST + self.pick.integers(0, DAYS, count)).astype(str).tolist()

    def seats(self, count: int) -> list[str]:
        return [f"E{14000000 + n}" for n in self.pick.integers(0, SEATS, count)]

    def pounds(self, count: int) -> list[str]:
        return [f"£{pence / 100:.2f}" for pence in self.pick.integers(100, 500_000, count)]

    def ranges(self, count: int, most: int) -> list[str]:
        low = self.pick.integers(0, most, count)
        return [f"{one}-{one + size}" for one, size in zip(low, low // 4 + 99, strict=True)]

    def ledgers(self) -> dict[str, pl.DataFrame]:
        spend, reach = int(self.rows * 0.45), int(self.rows * 0.53)
        made = {
            "sources": {
                "entry_id": ["s"], "source_id": "s", "kind": "dataset", "title": "Made up",
                "rank": "record", "origin_id": "s",
            },
            "campaigns": self.named("campaigns", CAMPAIGNS)
            | {
                "campaign_id": [f"c{n}" for n in range(CAMPAIGNS)],
                "organisation": self.some("Organisation ", ORGANISATIONS, CAMPAIGNS),
                "name": [f"Campaign {n}" for n in range(CAMPAIGNS)],
                "starts_on": "2017-04-18", "ends_before": "2017-06-09",
            },
            "budgets": self.named("budgets", 3 * CAMPAIGNS)
            | {
                "campaign_id": [f"c{n // 3}" for n in range(3 * CAMPAIGNS)],
                "stage": ["requested", "approved", "claimed"] * CAMPAIGNS,
                "currency": "GBP", "said_by": "Ada", "modality": "asserted",
                "amount": self.pounds(3 * CAMPAIGNS),
            },
            "spend": self.named("spend", spend)
            | {
                "campaign_id": self.some("c", CAMPAIGNS, spend),
                "record": self.any_of(("return", "return", "invoice", "platform"), spend),
                "incurred_on": self.days(spend), "payee": self.some("Payee ", PAYEES, spend),
                "channel": self.any_of(CHANNELS, spend), "area_code": self.seats(spend),
                "document_ref": [f"doc-{n}" for n in range(spend)],
                "currency": "GBP", "amount": self.pounds(spend),
            },
            "reach": self.named("reach", reach) | self.reach(reach),
            "contests": self.contests(),
            "resources": self.named("resources", 3_000)
            | {
                "organisation": self.some("Organisation ", 3, 3_000),
                "party": self.any_of(PARTIES, 3_000), "area_code": self.seats(3_000),
                "resource": "organiser", "unit": "organisers", "starts_on": "2017-04-20",
                "said_by": "Ada", "modality": "asserted",
                "amount": [str(n) for n in self.pick.integers(0, 4, 3_000)],
            },
            "audiences": self.named("audiences", SEATS + 1)
            | {
                "segment_kind": ["all", *["area"] * SEATS],
                "segment": ["electors", *(f"E{14000000 + n}" for n in range(SEATS))],
                "as_of": "2017-06-08",
                "amount": ["46,800,000", *map(str, self.pick.integers(60_000, 80_000, SEATS))],
            },
            "rates": self.named("rates", 4)
            | {
                "channel": list(CHANNELS), "measure": "cpm", "currency": "GBP", "market": "UK",
                "amount": ["£5-£12", "£3-£9", "£200-£400", "£20-£40"],
            },
        }  # fmt: skip
        return {name: pl.DataFrame(columns) for name, columns in made.items()}

    def reach(self, count: int) -> dict[str, object]:
        kinds = self.pick.integers(0, 3, count)
        ages = [f"{age}/{sex}" for age in ("18-24", "25-34", "35-44") for sex in ("female", "male")]
        aged, seats = self.any_of(ages, count), self.seats(count)
        first = FIRST + self.pick.integers(0, DAYS, count)
        return {
            "campaign_id": self.some("c", CAMPAIGNS, count),
            "channel": self.any_of(CHANNELS[:2], count),
            "measure": self.any_of(("impressions", "impressions", "people"), count),
            "segment_kind": [("all", "age_gender", "area")[kind] for kind in kinds],
            "segment": [
                (None, aged[n], seats[n])[kind] for n, kind in enumerate(kinds)
            ],
            "starts_on": first.astype(str).tolist(),
            "ends_before": (first + 7).astype(str).tolist(),
            "amount": self.ranges(count, 50_000),
        }  # fmt: skip

    def contests(self) -> dict[str, object]:
        each = [
            (year, day, seat, party)
            for year, day in (("2015", "2015-05-07"), ("2017", "2017-06-08"))
            for seat in range(SEATS)
            for party in PARTIES
        ]
        return self.named("contests", len(each)) | {
            "election": [f"election {year}" for year, *_ in each],
            "held_on": [day for _, day, *_ in each],
            "area_code": [f"E{14000000 + seat}" for _, _, seat, _ in each],
            "area_name": [f"Seat {seat}" for _, _, seat, _ in each],
            "party": [party for *_, party in each],
            "candidate": [f"{party} in {seat}" for _, _, seat, party in each],
            "votes": [str(n) for n in self.pick.integers(500, 25_000, len(each))],
        }


def make(path: Path, rows: int) -> None:
    """Make the book by importing a file for each ledger."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, frame in Rows(rows).ledgers().items():
            files.append(Path(folder) / f"{name}.csv")
            frame.write_csv(files[-1])
        made = time.perf_counter()
        receipts = Book(path).add(*files)
    posted = sum(receipt.rows_posted for receipt in receipts)
    print(f"{posted:,} rows made in {made - start:.1f} s, imported in ", end="")
    print(f"{time.perf_counter() - made:.1f} s")


def timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


def add_up(path: Path) -> None:
    with duckdb.connect(str(path), read_only=True) as client:
        client.sql(ADD_UP).fetchall()


def main() -> None:
    """Make the book where there is none, and ask each question of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--book", type=Path, help="where the book is kept")
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help="all, where none is named")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.book or Path(folder) / "million.duckdb"
        if not path.exists():
            make(path, given.rows)
        book = Book(path)
        alone = min(timed(lambda: add_up(path)) for _ in range(3))
        print(f"DuckDB alone adds up the spending in {alone:.2f} s")
        for name in given.questions or NAMES:
            book_time = min(timed(lambda name=name: book.ask(name)) for _ in range(3))
            print(f"{name:10} {book_time:6.2f} s, {book_time / alone:6.1f} times")


if __name__ == "__main__":
    main()
