"""A plan in words: the sentences and the table are what was computed, and nothing else."""

import pytest

from farthing.formats import share
from farthing.samples import in_words, outcomes
from farthing.stats.plan import plan


@pytest.mark.parametrize(
    ("coverage", "population", "otherwise"),
    [(0.5, None, 0.0), (0.5, 46_836_533, 0.0445), (0.1, 1_000, 0.05), (1.0, 2, 0.5)],
)
def test_every_figure_is_the_plans(
    coverage: float, population: int | None, otherwise: float
) -> None:
    found = plan(coverage, population, otherwise=otherwise)
    said = " ".join(
        in_words(found, coverage, population=population, otherwise=otherwise, error=0.05)
    )
    assert said.startswith(f"Ask {found.ask:,} p")
    assert (" from " in said.partition(" nobody twice")[0]) == (population is not None)
    assert f"fewer than {share(coverage)} of everyone did" in said
    assert f"wrong at most {share(found.error)} of the time" in said
    assert (f"{share(found.power)} of the time, or more often" in said) == (otherwise > 0)
    assert "picked at random from everyone: a panel that volunteers" in said


def test_the_table_says_what_each_outcome_rules_out() -> None:
    found = plan(0.5, None, otherwise=0.05)
    table = outcomes(found, 0.5, 0.05)
    assert table["saw"].to_list() == [one.saw for one in found.outcomes]
    words = dict(zip(table["saw"], table["meaning"], strict=True))
    assert words[0] == "fewer than 50% saw it"
    assert words[found.ask] == "more than 5% saw it"
    assert {*words.values()} <= {
        "fewer than 50% saw it",
        "more than 5% saw it",
        "fewer than 50% saw it, and more than 5% saw it",
        "cannot tell",
    }


def test_where_the_line_is_between_both_both_are_ruled_out() -> None:
    found = plan(0.5, 40, otherwise=0.05, error=0.2, power=0.99)
    both = [one for one in found.outcomes if one.rules_out_claim and one.rules_out_rest]
    rows = dict(outcomes(found, 0.5, 0.05).select("saw", "meaning").iter_rows())
    for one in both:
        assert rows[one.saw] == "fewer than 50% saw it, and more than 5% saw it"
    assert both
