"""Spellings of suppliers: the rules, by name, and likeness, which decides nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from farthing.stats.names import LIKENESS, alike, normal, rules_used

FACEBOOKS = (
    "Facebook", "Facebook Ireland", "Facebook Ireland Ltd", "Facebook Ireland Limited",
    "Facebook Ireland Limitd", "Facebook UK LTD", "Facebook UK Ltd", "Facebook UK Limited",
    "Facebook Ltd", "FACEBOOK  (Ireland) Limited.", "The Facebook",
)  # fmt: skip
names = st.text("aB é&.,'’-()1 ", max_size=20) | st.lists(
    st.sampled_from(["The", "Acme", "UK", "Ltd", "Limited", "Ireland", "Co", "& Sons"]), max_size=6
).map(" ".join)


def test_the_spellings_of_one_supplier_in_the_returns_of_2019_are_one() -> None:
    assert {normal(name) for name in FACEBOOKS} == {"facebook"}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("facebook", ()),
        ("Facebook", ("case",)),
        ("facebook ltd", ("legal form",)),
        ("facebook uk", ("place",)),
        ("face-book", ("punctuation",)),
        ("face  book", ("spaces",)),
        ("facebook\u00a0ltd", ("spaces", "legal form")),
        ("the\u202ffacebook", ("spaces", "article")),
        ("the facebook", ("article",)),
        ("Google (UK) Ltd", ("case", "punctuation", "spaces", "legal form", "place")),
    ],
)
def test_each_rule_says_that_it_was_used(name: str, rules: tuple[str, ...]) -> None:
    assert rules_used(name) == rules


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Uk Power", "Power"), ("Limited Editions", "Editions"), ("Ireland Print", "Print"),
        ("Ward 11 Print", "Ward 12 Print"), ("Facebook", "Facebok"), ("Ltd", "Uk"),
    ],
)  # fmt: skip
def test_what_no_rule_is_about_stays_two(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(names)
def test_the_rules_leave_what_they_have_made_and_never_nothing(name: str) -> None:
    once = normal(name)
    assert once == once.strip()
    assert bool(once) == bool(re.sub(r"""[\s .,;:'"()/&_’-]""", "", name))


def test_likeness_is_rapidfuzz_of_what_the_rules_leave() -> None:
    [found] = alike(["Marl Print Works Ltd", "Marl Prnt Works"])
    score = fuzz.token_sort_ratio("marl print works", "marl prnt works")
    assert (found.name, found.other) == ("Marl Prnt Works", "Marl Print Works Ltd")
    assert found.score == pytest.approx(score, abs=1e-3)
    assert found.score >= LIKENESS


def test_what_is_one_by_rule_or_has_other_figures_is_not_shown() -> None:
    assert alike(["Marl Print", "Marl Print Ltd", "MARL PRINT"]) == []
    assert alike(["Payee 1", "Payee 2", "Payee 3"]) == []
    assert alike([]) == alike(["Marl"]) == []


def test_the_most_alike_come_first_and_each_pair_once() -> None:
    found = alike(["Orchard Audio", "Orchrd Audio", "Orchard Audios"], 80)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len({frozenset((one.name, one.other)) for one in found}) == len(found) == 3


@pytest.mark.parametrize("least", [0, -1, 100.5, float("nan")])
def test_what_is_no_score_is_refused(least: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        alike(["a", "b"], least)
