"""The ten rules of a report of reach: rows that break each, reports that cannot, least changes."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from farthing.stats.consistency import (
    RULES,
    Broken,
    ReachReport,
    Relation,
    broken_rules,
    is_within_noise,
    least_changes,
)
from farthing.stats.reach import union_if_independent


def one(value: float) -> tuple[float, float]:
    return value, value


BREAKS = {
    "H1": (ReachReport(cumulative=[one(10), one(9)]), 1),
    "H2": (ReachReport(people=one(12), cumulative=[one(5), one(10)]), 2),
    "H3": (ReachReport(people=one(10), exactly=[one(5), one(2)]), 3),
    "H4": (ReachReport(impressions=one(8), exactly=[one(5), one(2)]), 1),
    "H5": (ReachReport(ordered=[one(10), one(7), one(8)]), 1),
    "H6": (ReachReport(people=one(10), subsets=[one(4), one(11)]), 1),
    "H7": (ReachReport(people=one(10), parts=[one(4), one(5)], is_cover=True), 1),
    "H8": (ReachReport(people=one(29_819), parts=[one(137_639), one(3)]), 107_820),
    "H9": (ReachReport(people=one(10), population=one(9)), 1),
    "H10": (ReachReport(people=one(0), impressions=one(2_500_000)), 2_500_000),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_can_be_broken_alone(rule: str) -> None:
    report, excess = BREAKS[rule]
    assert broken_rules(report) == [Broken(rule, excess)]


def test_the_report_of_people_without_impressions() -> None:
    found = broken_rules(ReachReport(people=one(137_639), impressions=one(0)))
    assert [broken.rule for broken in found] == ["H4", "H10"]


def test_ranges_that_can_be_true_break_nothing() -> None:
    assert broken_rules(ReachReport()) == []
    assert broken_rules(ReachReport(people=(5, 20), population=(1, 10))) == []
    assert broken_rules(ReachReport(people=(5, math.inf), impressions=(0, 5))) == []
    assert broken_rules(ReachReport(people=one(0), impressions=one(0))) == []
    assert broken_rules(ReachReport(people=one(10), parts=[one(4), one(5)])) == []
    assert broken_rules(ReachReport(people=one(9), parts=[(4, 5), (4, math.inf)])) == []


def test_what_is_unknown_between_two_figures_hides_nothing() -> None:
    falls = [one(100), (0, math.inf), one(70), (60, math.inf)]
    assert broken_rules(ReachReport(cumulative=falls)) == [Broken("H1", 30)]
    assert broken_rules(ReachReport(cumulative=falls[:2])) == []
    wider = [one(50), (0, math.inf), one(80)]
    assert broken_rules(ReachReport(ordered=wider)) == [Broken("H5", 30)]


def test_refusals() -> None:
    for low, high in ((-1, 1), (2, 1), (math.nan, 1), (math.inf, math.inf)):
        with pytest.raises(ValueError, match="is no range of a count"):
            broken_rules(ReachReport(subsets=[(low, high)]))


contacts = st.lists(st.integers(0, 6), min_size=1, max_size=30)


@given(contacts, st.integers(0, 5), st.floats(0, 3), st.data())
def test_a_report_of_real_people_breaks_nothing(
    seen: list[int], days: int, blur: float, data: st.DataObject
) -> None:
    def told(value: int) -> tuple[float, float]:
        return value - min(value, blur), value + blur

    reached = [person for person, times in enumerate(seen) if times]
    places = data.draw(st.lists(st.integers(0, 2), min_size=len(seen), max_size=len(seen)))
    firsts = data.draw(st.lists(st.integers(0, days), min_size=len(seen), max_size=len(seen)))
    report = ReachReport(
        impressions=told(sum(seen)),
        people=told(len(reached)),
        population=told(len(seen)),
        cumulative=[told(sum(firsts[one] <= day for one in reached)) for day in range(days + 1)],
        exactly=[told(seen.count(times)) for times in range(1, 7)],
        ordered=[told(sum(seen)), told(len(reached))],
        subsets=[told(sum(places[one] == 0 for one in reached))],
        parts=[told(sum(places[one] == place for one in reached)) for place in range(3)],
        is_cover=True,
    )
    assert broken_rules(report) == []


def test_noise_of_a_union() -> None:
    expected = union_if_independent([10_000_000, 2_998_700], 55_000_000)
    assert expected is not None
    deviations = (0, 1300, 1300)
    assert math.hypot(*deviations) == pytest.approx(1838.48, abs=5e-3)
    assert round(7 * math.hypot(*deviations)) == 12_869
    assert is_within_noise(12_460_000, expected, deviations)
    assert not is_within_noise(12_502_000, expected, deviations)
    assert is_within_noise(5, 5, [])
    with pytest.raises(ValueError, match="deviations must be zero or more"):
        is_within_noise(1, 1, [-1])


CYCLE = [
    Relation({"a": 1, "b": -1}),
    Relation({"a": 1, "c": -1}),
    Relation({"b": 1, "c": 1, "a": -1}),
    Relation({"a": 1, "d": -1}, "="),
]
REPORTED = {"a": 50.0, "b": 48.0, "c": 1.0, "d": 51.0}


class TestLeastChanges:
    def test_the_printed_report(self) -> None:
        found = least_changes(REPORTED, CYCLE, {"b": 0})
        assert found == pytest.approx({"a": 50, "b": 48, "c": 2, "d": 50}, abs=1e-9)

    def test_consistent_figures_stay(self) -> None:
        right = {"a": 50.0, "b": 48.0, "c": 2.0, "d": 50.0}
        assert least_changes(right, CYCLE) == pytest.approx(right)
        assert least_changes({}, []) == {}
        assert least_changes({"a": 3.0}, []) == {"a": 3.0}

    def test_what_cannot_be_mended(self) -> None:
        fixed = dict.fromkeys("abcd", 0.0)
        assert least_changes(REPORTED, CYCLE, fixed) is None
        # nothing is below zero: a part cannot be larger than the whole by going below
        assert least_changes({"a": 1.0}, [Relation({"a": -1})], {"a": 1}) == pytest.approx({"a": 0})
        both = [Relation({"a": 1, "b": -1}, "="), Relation({"a": 1, "b": -2}, "=")]
        assert least_changes({"a": 5.0, "b": 3.0}, both, {"a": 0}) is None

    def test_the_more_certain_figure_moves_less(self) -> None:
        found = least_changes({"a": 10.0, "b": 14.0}, [Relation({"a": 1, "b": -1}, "=")], {"a": 3})
        assert found == pytest.approx({"a": 13.6, "b": 13.6})

    def test_large_counts_and_small_differences(self) -> None:
        equal = [Relation({"a": 1, "b": -1}, "=")]
        found = least_changes({"a": 46_836_533.0, "b": 46_836_531.0}, equal)
        assert found == pytest.approx({"a": 46_836_532, "b": 46_836_532}, abs=1e-3)
        sure = least_changes({"a": 1e6, "b": 5e5}, equal, {"a": 1e-6, "b": 1})
        assert sure == pytest.approx({"a": 1e6, "b": 1e6}, rel=1e-6)

    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(st.floats(0, 100), min_size=4, max_size=4),
        st.lists(st.floats(0.5, 3), min_size=4, max_size=4),
    )
    def test_no_other_solver_finds_less(self, given_: list[float], sure: list[float]) -> None:
        figures, deviations = (
            dict(zip("abcd", given_, strict=True)),
            dict(zip("abcd", sure, strict=True)),
        )
        found = least_changes(figures, CYCLE, deviations)
        assert found is not None

        def cost(values: object) -> float:
            return float((((np.asarray(values) - given_) / sure) ** 2).sum())

        new = [found[name] for name in "abcd"]
        assert min(new) >= -1e-9
        for relation in CYCLE:
            value = sum(factor * found[name] for name, factor in relation.terms.items())
            assert value >= -1e-7 if relation.kind == ">=" else abs(value) < 1e-7
        other = optimize.minimize(
            cost,
            np.full(4, 50.0),
            method="SLSQP",
            bounds=[(0, None)] * 4,
            constraints=[
                {
                    "type": "eq" if relation.kind == "=" else "ineq",
                    "fun": lambda x, terms=relation.terms: sum(
                        factor * x["abcd".index(name)] for name, factor in terms.items()
                    ),
                }
                for relation in CYCLE
            ],
        )
        assert cost(new) <= other.fun + 1e-4 * (1 + other.fun)

    @pytest.mark.parametrize("scale", [1.0, 1e6])
    def test_relations_that_leave_one_solution_are_kept(self, scale: float) -> None:
        # that all be zero is the only way, which is where a solver goes astray
        figures = {"a": 2 * scale, "b": 41 * scale, "c": 19 * scale}
        none = [Relation({"a": -1, "b": -1, "c": -1}), Relation({"a": -1, "b": -1})]
        for sure in ({"b": 1300.0}, {"a": 0.01}, {"a": 0.01, "b": 1300.0}, {}):
            found = least_changes(figures, none, sure)
            assert found == pytest.approx(dict.fromkeys("abc", 0), abs=1e-4 * scale)
        one_way = [
            Relation({"b": 1, "c": -1}, "="),
            Relation({"a": -1, "c": -1, "b": 1}),
            Relation({"b": 2, "a": -1, "c": -1}, "="),
        ]
        found = least_changes({"a": 5.0, "b": 2.0, "c": 31.0}, one_way, {"c": 1300})
        assert found == pytest.approx(dict.fromkeys("abc", 0), abs=1e-4)

    @settings(deadline=None, max_examples=60)
    @given(st.integers(0, 2**32))
    def test_what_is_found_keeps_the_relations_and_nothing_near_is_less(self, seed: int) -> None:
        rng = Random(seed)
        names = "abcd"[: rng.randint(2, 4)]
        figures = {name: float(rng.randint(0, 50)) for name in names}
        sure = {name: rng.choice([1.0, 1.0, 3.0, 0.1, 30.0]) for name in names}
        relations = [
            Relation(
                {one: rng.choice([1, -1, -1, 2]) for one in rng.sample(names, 2)},
                rng.choice(["=", ">=", ">="]),
            )
            for _ in range(rng.randint(1, 3))
        ]
        found = least_changes(figures, relations, sure)
        assert found is not None  # nothing at all keeps every relation
        assert min(found.values()) >= 0

        def far(values: dict[str, float]) -> float:
            return sum(((values[one] - figures[one]) / sure[one]) ** 2 for one in names)

        for relation in relations:
            value = sum(factor * found[one] for one, factor in relation.terms.items())
            assert value > -1e-6
            assert relation.kind == ">=" or value < 1e-6
        # all that keeps them is convex, and holds nothing and every multiple of what was found
        for part in (0, 0.9, 0.999, 1.001, 1.1):
            multiple = {one: part * value for one, value in found.items()}
            assert far(found) <= far(multiple) + 1e-5 * (1 + far(multiple))

    def test_no_rounding_carries_a_figure_below_zero(self) -> None:
        both = [Relation({"b": 2, "a": -1}), Relation({"a": 2, "b": 1}, "=")]
        found = least_changes({"a": 2e7, "b": 1e7}, both, {"a": 1300})
        assert found is not None
        assert min(found.values()) >= 0
        assert found == pytest.approx({"a": 0, "b": 0}, abs=0.01)

    def test_refusals(self) -> None:
        with pytest.raises(ValueError, match="a relation names a figure that is not given"):
            least_changes({"a": 1.0}, [Relation({"b": 1})])
        with pytest.raises(ValueError, match="must be zero or more, and finite"):
            least_changes({"a": -1.0}, [])
        with pytest.raises(ValueError, match="must be zero or more, and finite"):
            least_changes({"a": 1.0}, [], {"a": math.inf})
