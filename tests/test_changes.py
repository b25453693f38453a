"""Snapshots: what a publisher's file says otherwise than its last, in whatever order they come."""

from __future__ import annotations

import itertools
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from farthing.book import Book
from farthing.changes import summary
from farthing.errors import DataRefused, UsageError
from small_book import USUAL, Row, small_book

Write = Callable[[str, str | bytes], Path]

pytestmark = pytest.mark.usefixtures("proven")

#: Pages of a made-up library as they stood on days of one window: name, disclaimer, amount.
STATES: dict[str, list[tuple[str, str, str]]] = {
    "2025-07-01": [("Red", "Red Party", "500"), ("Blue", "Blue Party", "≤100")],
    "2025-08-01": [("Red", "Red Party", "750"), ("Green", "Ada", "120")],
    "2025-09-01": [("Red", "Red Party", "750"), ("Blue", "Blue Party", "150")],
}


def report(folder: Path, day: str, rows: Sequence[tuple[str, str, str]] | None = None) -> Path:
    """Write a report of the whole time until a day, as the library does."""
    path = folder / f"FacebookAdLibraryReport_{day}_GB_lifelong_advertisers.csv"
    lines = ["Page ID,Page name,Disclaimer,Amount spent (GBP),Number of ads in Library"]
    for page, payer, amount in STATES[day] if rows is None else rows:
        lines.append(f"{len(page)}00,{page},{payer},{amount},3")
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    return path


def totals(book: Book) -> list[tuple[object, ...]]:
    return book.sql(
        "SELECT campaign_id, low, high, observed_on FROM current_spend ORDER BY ALL"
    ).rows()


@pytest.fixture
def snapshots(tmp_path: Path) -> Book:
    book = Book(tmp_path / "book.duckdb")
    for day in STATES:
        book.add(report(tmp_path, day))
    return book


def test_of_one_page_the_figure_that_was_seen_last_is_in_force(snapshots: Book) -> None:
    assert [(name, low, high) for name, low, high, _ in totals(snapshots)] == [
        ("meta:300|Red_Party", Decimal(750), Decimal(750)),
        ("meta:400|Blue_Party", Decimal(150), Decimal(150)),
        ("meta:500|Ada", Decimal(120), Decimal(120)),
    ]


def test_each_import_shows_what_was_known_then(tmp_path: Path) -> None:
    book, seen = Book(tmp_path / "book.duckdb"), []
    for day in STATES:
        book.add(report(tmp_path, day))
        seen.append((datetime.now(UTC), totals(book)))
    for moment, then in seen:
        assert totals(book.as_of(moment)) == then


def test_any_order_and_any_repetition_gives_the_same_totals(
    snapshots: Book, tmp_path: Path
) -> None:
    for number, days in enumerate(itertools.permutations(STATES)):
        book = Book(tmp_path / f"{number}.duckdb")
        for day in (*days, days[0]):
            book.add(report(tmp_path, day))
        assert totals(book) == totals(snapshots)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    states=st.lists(
        st.dictionaries(st.sampled_from(["Red", "Blue", "Green"]), st.integers(101, 999)),
        min_size=5,
        max_size=6,
    ),
    order=st.randoms(use_true_random=False),
)
def test_any_states_in_any_order_leave_the_last_of_each_page(
    states: list[dict[str, int]], order: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("states")
    days = [f"2025-01-{number + 1:02}" for number in range(len(states))]
    files = [
        report(folder, day, [(page, page, str(amount)) for page, amount in state.items()])
        for day, state in zip(days, states, strict=True)
        if state
    ]
    files += order.choices(files, k=2) if files else []
    order.shuffle(files)
    book = Book(folder / "book.duckdb")
    if files:
        book.add(*files)
    last = {page: amount for state in states for page, amount in state.items()}
    found = book.sql("SELECT low FROM current_spend")["low"].to_list() if files else []
    assert sorted(found) == sorted(Decimal(amount) for amount in last.values())


#: An import costs the same for one library as for fifty, whose rows have nothing to do with each
#: other: each book tries fifty histories, every one in an order and with repetitions of its own.
LIBRARIES, BOOKS = 50, 10


@settings(
    max_examples=BOOKS,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**64 - 1))
def test_five_hundred_histories_each_in_an_order_of_its_own(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pick, files = Random(seed), [[] for _ in range(8)]  # type: list[list[Row]]
    last: dict[str, dict[str, tuple[int, int]]] = {}
    for library in (f"library-{number}" for number in range(LIBRARIES)):
        states = [state(pick) for _ in range(pick.randint(5, 6))]
        last[library] = {page: span for one in states for page, span in one.items()}
        order = [*range(len(states)), *pick.choices(range(len(states)), k=8 - len(states))]
        pick.shuffle(order)
        for nth, (file, day) in enumerate(zip(files, order, strict=True)):
            file += shown(library, nth, day + 1, states[day])
    folder = tmp_path_factory.mktemp("histories")
    campaigns = [{"campaign_id": library, "name": library} for library in last]
    book = small_book(folder, campaigns=campaigns)
    paths = [written(folder / f"{nth}.csv", file) for nth, file in enumerate(files) if file]
    book.add(*paths)
    assert {one.outcome for one in book.add(*pick.sample(paths, 2))} == {"already imported"}
    found = book.sql("SELECT campaign_id, sum(low), sum(high) FROM current_spend GROUP BY 1").rows()
    assert {name: sums for name, *sums in found} == {
        name: [Decimal(sum(ends)) for ends in zip(*pages.values(), strict=True)]
        for name, pages in last.items()
        if pages
    }


def state(pick: Random) -> dict[str, tuple[int, int]]:
    """Make a state of a library: some of its pages, each with a range."""
    lows = {page: pick.randrange(1_000) for page in ("red", "blue", "green") if pick.random() < 0.7}
    return {page: (low, low + pick.randrange(100)) for page, low in lows.items()}


def shown(library: str, nth: int, day: int, pages: dict[str, tuple[int, int]]) -> list[Row]:
    """Return the rows of a library in the nth file, which shows it as it stood on a day."""
    common = {**USUAL["spend"], "source_id": "s", "campaign_id": library, "record": "platform"}
    return [
        {
            **common,
            "entry_id": f"{library}/{page}/{nth}",
            "record_key": f"{library}/{page}",
            "observed_on": f"2025-01-{day:02}",
            "amount": f"{low}-{high}",
        }
        for page, (low, high) in pages.items()
    ]


def written(path: Path, rows: Sequence[Row]) -> Path:
    pl.DataFrame(rows).write_csv(path)
    return path


# What changed.


def moves(found: pl.DataFrame) -> list[tuple[object, ...]]:
    spent = found.filter(pl.col("ledger") == "spend")
    return spent.select(
        "change", "campaign_id", "low_before", "high_before", "low_after", "high_after"
    ).rows()


def test_what_appeared_moved_and_vanished_is_told_with_its_money(
    snapshots: Book, tmp_path: Path
) -> None:
    found = snapshots.changes(report(tmp_path, "2025-08-01").name)
    assert moves(found) == [
        ("appeared", "meta:500|Ada", None, None, Decimal(120), Decimal(120)),
        ("moved", "meta:300|Red_Party", *[Decimal(500)] * 2, *[Decimal(750)] * 2),
        ("vanished", "meta:400|Blue_Party", Decimal(0), Decimal(100), None, None),
    ]
    told = summary(found).select("change", "unit", "rows", "low_before", "low_after").rows()
    assert told == [
        ("appeared", "GBP", 1, None, Decimal(120)),
        ("moved", "GBP", 1, Decimal(500), Decimal(750)),
        ("vanished", "GBP", 1, Decimal(0), None),
    ]


def test_an_ad_and_its_parts_are_not_added_when_they_change(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.duckdb")
    ad = {
        **{"page_id": "2", "page_name": "Red", "bylines": "Red Party", "currency": "GBP"},
        **{"ad_delivery_start_time": "2025-01-01", "spend": {"lower_bound": "0"}},
        "impressions": {"lower_bound": "1000", "upper_bound": "1999"},
        "demographic_distribution": [
            {"percentage": "0.5", "age": "18-24", "gender": gender} for gender in ("male", "female")
        ],
    }
    for day, ads in (("2025-02-01", ("1",)), ("2025-03-01", ("1", "3"))):
        path = tmp_path / f"{day}.json"
        path.write_text(json.dumps([{**ad, "id": name} for name in ads]))
        book.add(path, declare={"observed_on": day})
    told = summary(book.changes("2025-03-01.json").filter(pl.col("ledger") == "reach"))
    assert told.select("series", "rows", "low_after").rows() == [
        ("meta ad archive", 1, Decimal(1000)),
        ("meta ad archive age_gender", 2, Decimal(998)),
    ]


def test_people_are_not_added_when_they_change() -> None:
    row = {"ledger": "reach", "change": "appeared", "series": "s", "what": "people", "unit": "p"}
    bounds = dict.fromkeys(("low_before", "high_before"), None) | {"low_after": 5, "high_after": 5}
    assert summary(pl.DataFrame([row | bounds])).row(0)[-2:] == (5, 5)
    assert summary(pl.DataFrame([row | bounds] * 2)).row(0)[5:] == (2, *[None] * 4)


def test_a_file_is_asked_for_by_its_name_or_its_source(snapshots: Book, tmp_path: Path) -> None:
    name = report(tmp_path, "2025-09-01").name
    [(source,)] = snapshots.sql(
        f"SELECT source_id FROM current_sources WHERE title = '{name}'"
    ).rows()
    assert moves(snapshots.changes(source)) == moves(snapshots.changes(name))
    assert [row[:2] for row in moves(snapshots.changes(name))] == [
        ("appeared", "meta:400|Blue_Party"),
        ("vanished", "meta:500|Ada"),
    ]


def test_a_file_of_an_archive_is_asked_for_by_its_own_name(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.duckdb")
    for day in STATES:
        table = report(tmp_path, day)
        with zipfile.ZipFile(tmp_path / f"{day}.zip", "w") as archive:
            archive.write(table, table.name)
        book.add(tmp_path / f"{day}.zip")
    whole = book.changes(f"2025-09-01.zip/{table.name}")
    assert moves(book.changes(table.name)) == moves(whole)
    with pytest.raises(UsageError) as error:
        book.changes("2025-08-01.zip")
    assert error.value.hint == f"as in 2025-08-01.zip/{report(tmp_path, '2025-08-01').name}"


def test_what_has_nothing_before_it_has_no_changes(snapshots: Book, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is the first of its kind on the book"):
        snapshots.changes(report(tmp_path, "2025-07-01").name)
    with pytest.raises(
        UsageError, match=r"no import of x\.csv\nHint: as in FacebookAdLibraryReport_"
    ):
        snapshots.changes("x.csv")


def test_two_windows_are_two_things(snapshots: Book, tmp_path: Path) -> None:
    path = tmp_path / "FacebookAdLibraryReport_2025-10-01_GB_last_30_days_advertisers.csv"
    path.write_bytes(report(tmp_path, "2025-09-01").read_bytes())
    snapshots.add(path)
    with pytest.raises(UsageError, match="is the first of its kind"):
        snapshots.changes(path.name)
    [(counted,)] = snapshots.sql(
        "SELECT sum(low) FROM counted_spend WHERE campaign_id = 'meta:300|Red_Party'"
    ).rows()
    assert counted == Decimal(750)


def test_one_file_of_two_days_is_two_states(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.duckdb")
    rows = [("Red", "Red Party", "≤100")]
    outcomes = [book.add(report(tmp_path, day, rows))[0].outcome for day in STATES]
    assert outcomes == ["posted"] * 3
    assert len(totals(book)) == 1
    assert book.verify().faults == ()


def test_a_figure_of_no_day_does_not_replace_another(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.duckdb")
    header = '{"id": "1", "page_id": "2", "page_name": "Red", "currency": "GBP", '
    shown = '"ad_delivery_start_time": "2025-01-01", "impressions": {"lower_bound": "0"}, "spend": '
    for number, upper in enumerate(("99", "199")):
        path = tmp_path / f"{number}.json"
        path.write_text(f'[{header}{shown}{{"lower_bound": "0", "upper_bound": "{upper}"}}}}]')
    book.add(tmp_path / "0.json")
    with pytest.raises(DataRefused, match="declare the day, as in --declare observed_on="):
        book.add(tmp_path / "1.json")
    book.add(tmp_path / "1.json", declare={"observed_on": "2025-02-01"})
    assert book.sql("SELECT high FROM current_spend").rows() == [(Decimal(199),)]


# Links.


def test_pages_are_counted_under_a_campaign_until_the_link_is_taken_back(snapshots: Book) -> None:
    snapshots.link("meta:500|Ada", "meta:300|Red_Party")
    counted = "SELECT sum(low) FROM counted_spend WHERE campaign_id = 'meta:300|Red_Party'"
    assert snapshots.sql(counted).rows() == [(Decimal(870),)]
    assert snapshots.links().select("name", "stands_for").rows() == [
        ("meta:500|Ada", "meta:300|Red_Party")
    ]
    snapshots.link("meta:500|Ada", "meta:400|Blue_Party")
    assert snapshots.sql(counted).rows() == [(Decimal(750),)]
    snapshots.unlink("meta:500|Ada")
    assert snapshots.links().is_empty()
    assert snapshots.verify().faults == ()


def test_names_that_are_not_linked_are_listed_with_what_was_spent(snapshots: Book) -> None:
    before = snapshots.not_linked()
    assert before.columns == ["name", "currency", "rows", "low", "high"]
    assert before["rows"].is_sorted(descending=True)
    counted = "SELECT campaign_id, sum(low) FROM counted_spend GROUP BY ALL ORDER BY ALL"
    assert sorted(before.select("name", "low").rows()) == snapshots.sql(counted).rows()
    snapshots.link("meta:500|Ada", "meta:300|Red_Party")
    gone = {"meta:500|Ada", "meta:300|Red_Party"}
    assert set(snapshots.not_linked()["name"]) == set(before["name"]) - gone
    assert snapshots.not_linked("payee")["name"].unique().to_list() == ["Meta"]


@pytest.mark.parametrize(
    ("name", "stands_for", "message"),
    [
        ("meta:500|Add", "meta:300|Red_Party", "there is no campaign meta:500|Add\nHint: did you"),
        ("meta:500|Ada", "Red", "there is no campaign Red"),
        ("meta:500|Ada", "meta:500|Ada", "meta:500|Ada stands for itself already"),
    ],
)
def test_a_link_that_leads_nowhere(
    name: str, stands_for: str, message: str, snapshots: Book
) -> None:
    with pytest.raises(UsageError) as caught:
        snapshots.link(name, stands_for)
    assert str(caught.value).startswith(message)


def test_links_make_no_chain(snapshots: Book) -> None:
    snapshots.link("meta:500|Ada", "meta:300|Red_Party")
    with pytest.raises(UsageError, match="is linked itself"):
        snapshots.link("meta:400|Blue_Party", "meta:500|Ada")
    with pytest.raises(UsageError, match="other names stand for"):
        snapshots.link("meta:300|Red_Party", "meta:400|Blue_Party")
    with pytest.raises(UsageError, match="is not linked"):
        snapshots.unlink("meta:400|Blue_Party")
