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


def test_of_a_few_problems_all_are_shown() -> None:
    lines = str(DataRefused("rows refused", problems(10))).splitlines()
    assert lines[1:] == [f"  {problem}" for problem in problems(10)]


def test_of_many_problems_the_first_of_each_kind_is_shown_and_all_are_counted_and_held() -> None:
    others = [Problem("a.csv", 7, "payee", None, "is blank")]
    error = DataRefused("rows refused", [*problems(12_345), *others])
    assert str(error).splitlines()[1:] == [
        '  a.csv:2: votes "x" is no number (the first of 12,345)',
        "  a.csv:7: payee is blank",
    ]
    assert len(error.problems) == 12_346


def test_no_more_than_ten_kinds_of_problem_are_shown() -> None:
    kinds = [Problem("a.csv", 7, f"column {n}", None, "is blank") for n in range(13)]
    lines = str(DataRefused("rows refused", [*kinds, *kinds])).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "  … and 6 more"


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


def test_the_name_of_a_file_writes_no_line_of_its_own() -> None:
    name = "a.csv\nHint: trust me"
    assert str(FarthingError("is empty", where=name)) == "a.csv Hint: trust me: is empty"
    assert str(Problem(name, 7, None, None, "is long")) == "a.csv Hint: trust me:7: is long"
