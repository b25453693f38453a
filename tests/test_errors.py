"""What can be wrong, and the words it is said in."""

from __future__ import annotations

import inspect

import pytest

from farthing import errors
from farthing.errors import (
    AmountError,
    BookBusy,
    BookDamaged,
    DataRefused,
    FarthingError,
    FileUnusable,
    Problem,
    UsageError,
)

LEAVES = {
    UsageError: 2,
    AmountError: 1,
    DataRefused: 1,
    FileUnusable: 66,
    BookDamaged: 65,
    BookBusy: 75,
}


def problems(count: int) -> list[Problem]:
    return [Problem("a.csv", line, "votes", "x", "is no number") for line in range(2, count + 2)]


def test_every_exception_has_its_exit_code_and_its_place_in_the_tree() -> None:
    drawn = inspect.getdoc(errors) or ""
    found = {
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, Exception) and one is not FarthingError
    }
    assert found == set(LEAVES)
    for leaf, code in LEAVES.items():
        assert leaf.__bases__ == (FarthingError,)
        assert leaf.exit_code == code
        assert f"{leaf.__name__} " in drawn
    assert FarthingError.exit_code == 1


@pytest.mark.parametrize(
    "kind", [FarthingError, *(kind for kind in LEAVES if kind is not DataRefused)]
)
def test_a_message_says_where_what_and_what_next(kind: type[FarthingError]) -> None:
    assert str(kind("no such file")) == "no such file"
    assert str(kind("no such file", where="a.csv:3")) == "a.csv:3: no such file"
    assert str(kind("no such file", hint="look again")) == "no such file\nHint: look again"
    whole = kind("no such file", where="a.csv", hint="look again")
    assert str(whole) == "a.csv: no such file\nHint: look again"
    assert (whole.what, whole.where, whole.hint) == ("no such file", "a.csv", "look again")


def test_data_refused_says_all_of_it() -> None:
    error = DataRefused("2 rows refused", problems(2), where="a.csv", hint="correct it")
    assert str(error) == (
        "a.csv: 2 rows refused\n"
        '  a.csv:2: votes "x" is no number\n'
        '  a.csv:3: votes "x" is no number\n'
        "Hint: correct it"
    )
    assert str(DataRefused("nothing", [])) == "nothing"


@pytest.mark.parametrize(
    ("count", "shown", "last"),
    [
        (10, 10, '  a.csv:11: votes "x" is no number'),
        (11, 10, "  … and 1 more"),
        (12_345, 10, "  … and 12,335 more"),
    ],
)
def test_data_refused_shows_ten_problems_and_holds_all(count: int, shown: int, last: str) -> None:
    error = DataRefused("rows refused", problems(count))
    lines = str(error).splitlines()
    assert sum("is no number" in line for line in lines) == shown
    assert lines[-1] == last
    assert len(error.problems) == count


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem("a.csv", 7, "votes", "x", "is no number"), 'a.csv:7: votes "x" is no number'),
        (Problem("a.csv", 7, "votes", None, "is blank"), "a.csv:7: votes is blank"),
        (Problem("a.csv", 7, None, None, "the row is long"), "a.csv:7: the row is long"),
        (Problem("a.csv", 7, None, "a,b", "is no row"), 'a.csv:7: "a,b" is no row'),
        (Problem("a.csv", None, None, None, "is empty"), "a.csv: is empty"),
        (Problem("a.csv", 7, "votes", "", "is no number"), 'a.csv:7: votes "" is no number'),
    ],
)
def test_a_problem_is_one_sentence(problem: Problem, said: str) -> None:
    assert str(problem) == said


def test_a_notebook_shows_the_message_and_no_traceback() -> None:
    error = BookBusy("is held by process 12", where="a.duckdb", hint="try again")
    assert error._render_traceback_() == [
        "BookBusy: a.duckdb: is held by process 12\nHint: try again"
    ]
