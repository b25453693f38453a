"""Rows of two books held against each other: which row is which, and which has no counterpart.

Left is what was paid, right what it is held against: invoices, a return, a platform's charges.
Every row comes back in exactly one match. A match that could as well be another is none: where
two rows would do, neither is taken, so that what is matched can be relied on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations, product, repeat
from math import comb, gcd
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from farthing.stats.tolerance import Tolerance

Kind = Literal[
    "exact", "within_tolerance", "many_to_one", "amount_only", "unmatched_left", "unmatched_right"
]
Doubt = Literal["rivals", "bound", "open_ended"]
Doubts: TypeAlias = dict[str, Doubt]

MOST_CANDIDATES = 20
"""Rows among which the parts of a sum are looked for: 20 have 6,175 sums of two to four."""
MOST_PARTS = 4
BY_CHANCE = 0.001
"""How many sums of other rows may come to an amount by chance before a sum is no evidence."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of either side.

    Parameters
    ----------
    key
        Its name, unique among both sides.
    low, high
        Its amount, of which only whole pennies count; ``None`` is not known, and what has no bound
        on a side is matched with none.
    supplier
        Who was paid, under one spelling. Empty is not known: it is the same as no other.
    first_on, last_on
        Its day, or the first and last of its period; ``None`` is not known.
    reference
        The number of an invoice or the like, where the row has one.
    """

    key: str
    low: Decimal | None
    high: Decimal | None
    supplier: str
    first_on: date | None = None
    last_on: date | None = None
    reference: str | None = None

    @property
    def is_single(self) -> bool:
        """Whether the amount is one figure."""
        return self.low is not None and self.low == self.high

    @property
    def is_bounded(self) -> bool:
        """Whether the amount has a least and a most."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True)
class Match:
    """Rows that are taken for the same money, or one row that is taken for none.

    Parameters
    ----------
    kind
        ``exact``: one supplier, amount and time, as many rows on either side.
        ``within_tolerance``: the amounts are near enough, or their ranges are, and no other row's
        are. ``many_to_one``: the parts of one
        side come to one row of the other, to the penny. ``amount_only``: the same amount, at
        another time or of another supplier: no match, but a place to look. ``unmatched_left``,
        ``unmatched_right``: none of these.
    left, right
        The keys of the rows, in the order in which they were given.
    doubt
        Why nothing is known of a row that is left unmatched: ``rivals``, more than one row, or sum
        of rows, would do; ``bound``, there are too many rows to look for sums among them;
        ``open_ended``, a row without a bound could be its counterpart.
    """

    kind: Kind
    left: tuple[str, ...]
    right: tuple[str, ...]
    doubt: Doubt | None = None


def days_apart(one: Item, other: Item) -> int | None:
    """Return the days between two rows, 0 where their periods meet; ``None`` where not known.

    Examples
    --------
    >>> may = Item("a", Decimal(1), Decimal(1), "x", date(2017, 5, 1), date(2017, 5, 31))
    >>> days_apart(may, Item("b", Decimal(1), Decimal(1), "x", date(2017, 6, 2), date(2017, 6, 2)))
    2
    """
    if one.first_on is None or one.last_on is None:
        return None
    if other.first_on is None or other.last_on is None:
        return None
    return max(0, (one.first_on - other.last_on).days, (other.first_on - one.last_on).days)


def match(
    left: Sequence[Item], right: Sequence[Item], *, tolerance: Tolerance, days: int
) -> list[Match]:
    """Pair the rows of two books: the exact first, then the near, then sums, then amounts alone.

    Parameters
    ----------
    left, right
        The rows; their order does not matter to what is matched.
    tolerance
        How near two amounts must be: the right is the figure, the left what it is held against.
    days
        How many days the two may be apart. A row without a day is in no match but by amount alone.

    Returns
    -------
    list of Match
        Each row in exactly one.

    Raises
    ------
    ValueError
        A key stands twice, or ``days`` is below zero.

    Notes
    -----
    Parts of a sum are looked for among at most `MOST_CANDIDATES` rows of one supplier, and are at
    most `MOST_PARTS`; see `evident`.

    Examples
    --------
    >>> from farthing.stats.tolerance import ROUNDING
    >>> day = date(2017, 5, 1)
    >>> def item(key, amount):
    ...     return Item(key, Decimal(amount), Decimal(amount), "x", day, day)
    >>> found = match(
    ...     [item("a", "100.40"), item("b", "70.15"), item("c", "29.85")],
    ...     [item("A", "100.40"), item("BC", "100.00")], tolerance=ROUNDING, days=0)
    >>> [(one.kind, one.left, one.right) for one in found]
    [('exact', ('a',), ('A',)), ('many_to_one', ('b', 'c'), ('BC',))]
    """
    keys = [item.key for item in (*left, *right)]
    if len(set(keys)) != len(keys):
        raise ValueError(f"the key {Counter(keys).most_common(1)[0][0]} stands twice")
    if days < 0:
        raise ValueError(f"days is {days}, and must be zero or more")
    rest = _Rest(left, right)
    for lefts, rights in rest.by_supplier():
        rest.take("exact", _exact(lefts, rights, days, rest.doubts))
    for lefts, rights in rest.by_supplier():
        rest.take("within_tolerance", _near(lefts, rights, tolerance, days, rest.doubts))
    for lefts, rights in rest.by_supplier():
        rest.take("many_to_one", _sums(lefts, rights, days, rest.doubts))
        lefts, rights = rest.open(lefts), rest.open(rights)
        turned = _sums(rights, lefts, days, rest.doubts)
        rest.take("many_to_one", [(whole, parts) for parts, whole in turned])
    for lefts, rights in rest.by_supplier():
        rest.doubts |= _open_ended(lefts, rights, tolerance, days)
    rest.take("amount_only", _same_amount(rest.open(left), rest.open(right)))
    return [*rest.found, *rest.unmatched(left, right)]


class _Rest:
    """What is matched so far, and what is still open."""

    def __init__(self, left: Sequence[Item], right: Sequence[Item]) -> None:
        self.found: list[Match] = []
        self.taken: set[str] = set()
        self.doubts: Doubts = {}
        self.order = {item.key: place for place, item in enumerate((*left, *right))}
        self.sides: dict[str, tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
        for side, items in enumerate((left, right)):
            for item in items:
                if item.supplier:
                    self.sides[item.supplier][side].append(item)

    def by_supplier(self) -> Iterator[tuple[list[Item], list[Item]]]:
        """Yield what is open of each supplier, where there is something on both sides."""
        for lefts, rights in self.sides.values():
            pair = self.open(lefts), self.open(rights)
            if all(pair):
                yield pair

    def open(self, items: Iterable[Item]) -> list[Item]:
        return [item for item in items if item.key not in self.taken]

    def take(self, kind: Kind, pairs: Iterable[tuple[tuple[Item, ...], tuple[Item, ...]]]) -> None:
        for lefts, rights in pairs:
            sides = [
                tuple(sorted((item.key for item in side), key=self.order.__getitem__))
                for side in (lefts, rights)
            ]
            self.found.append(Match(kind, sides[0], sides[1]))
            self.taken.update(*sides)

    def unmatched(self, left: Sequence[Item], right: Sequence[Item]) -> Iterator[Match]:
        for item in self.open(left):
            yield Match("unmatched_left", (item.key,), (), self.doubts.get(item.key))
        for item in self.open(right):
            yield Match("unmatched_right", (), (item.key,), self.doubts.get(item.key))


Pair: TypeAlias = tuple[tuple[Item, ...], tuple[Item, ...]]


def _exact(
    left: Sequence[Item], right: Sequence[Item], days: int, doubts: Doubts
) -> Iterator[Pair]:
    """Pair equal amounts of one reference, then as many rows of one amount and time as there are.

    Where there are more on one side, which of them has no counterpart is not known. Rows of one
    reference are one there: the first of them.
    """
    for lefts, rights in _of_one_amount(left, right):
        pairs = [(a, b) for a in lefts for b in rights if _in_time(a, b, days)]
        named = _only([pair for pair in pairs if _one_reference(*pair)])
        yield from (((one,), (other,)) for one, other in named)
        for sides in _together(_without(pairs, named)):
            ones, others = (_first_of_each(side) for side in sides)
            if len(ones) == len(others) and all(map(_in_time, ones, others, repeat(days))):
                yield ones, others
            else:
                doubts |= {item.key: "rivals" for side in sides for item in side}


def _of_one_amount(left: Sequence[Item], right: Sequence[Item]) -> Iterator[tuple[list[Item], ...]]:
    """Yield the rows of each single amount that is on both sides."""
    amounts: dict[int, tuple[list[Item], list[Item]]] = defaultdict(lambda: ([], []))
    for side, items in enumerate((left, right)):
        for item in items:
            if item.is_single:
                amounts[_pennies(item.low)][side].append(item)
    yield from (sides for sides in amounts.values() if all(sides))


def _together(pairs: Sequence[tuple[Item, Item]]) -> Iterator[tuple[list[Item], list[Item]]]:
    """Yield the rows of either side that pairs hold together, directly or by way of others."""
    root: dict[str, str] = {}

    def root_of(key: str) -> str:
        while root.setdefault(key, key) != key:
            root[key] = key = root[root[key]]
        return key

    for one, other in pairs:
        root[root_of(one.key)] = root_of(other.key)
    groups: dict[str, tuple[dict[str, Item], dict[str, Item]]] = defaultdict(lambda: ({}, {}))
    for one, other in pairs:
        lefts, rights = groups[root_of(one.key)]
        lefts[one.key], rights[other.key] = one, other
    yield from ((list(lefts.values()), list(rights.values())) for lefts, rights in groups.values())


def _first_of_each(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the rows by day, and of those of one reference and amount the first."""
    ordered = sorted(items, key=lambda item: (item.first_on or date.min, item.key), reverse=True)
    named = {(item.reference or item, item.low): item for item in ordered}
    return tuple(reversed(named.values()))


def _one_reference(one: Item, other: Item) -> bool:
    return one.reference is not None and one.reference == other.reference


def _near(
    left: Sequence[Item], right: Sequence[Item], tolerance: Tolerance, days: int, doubts: Doubts
) -> list[Pair]:
    """Pair amounts that are near enough, where each is the only one that is for the other."""
    pairs = [pair for pair in _all_near(left, right, tolerance) if _in_time(*pair, days)]
    found = _only([pair for pair in pairs if _one_reference(*pair)])
    found += _only(_without(pairs, found))
    doubts |= {item.key: "rivals" for pair in _without(pairs, found) for item in pair}
    return [((one,), (other,)) for one, other in found]


def _all_near(
    left: Sequence[Item], right: Sequence[Item], tolerance: Tolerance
) -> Iterator[tuple[Item, Item]]:
    """Yield every two rows with amounts that are near enough, each bounded on both sides."""
    singles = sorted((item for item in right if item.is_single), key=_least)
    ranges = [item for item in right if item.is_bounded and not item.is_single]
    amounts = [_least(item) for item in singles]
    for one in left:
        if not one.is_bounded:
            continue
        least, most = tolerance.limits((one.low, one.high))
        first = 0 if least is None else bisect_left(amounts, least)
        last = len(amounts) if most is None else bisect_right(amounts, most)
        for other in (*singles[first:last], *ranges):
            if tolerance.may_hold((other.low, other.high), (one.low, one.high)):
                yield one, other


def _only(pairs: Sequence[tuple[Item, Item]]) -> list[tuple[Item, Item]]:
    """Return the pairs whose rows are in no other."""
    count = Counter(item.key for pair in pairs for item in pair)
    return [pair for pair in pairs if all(count[item.key] == 1 for item in pair)]


def _without(
    pairs: Sequence[tuple[Item, Item]], found: Sequence[tuple[Item, Item]]
) -> list[tuple[Item, Item]]:
    """Return the pairs none of whose rows is found."""
    taken = {item.key for pair in found for item in pair}
    return [pair for pair in pairs if not taken & {item.key for item in pair}]


def _in_time(one: Item, other: Item, days: int) -> bool:
    apart = days_apart(one, other)
    return apart is not None and apart <= days


def _sums(parts: Sequence[Item], wholes: Sequence[Item], days: int, doubts: Doubts) -> list[Pair]:
    """Find rows that come to one row of the other side together."""
    candidates = _first_of_each([item for item in parts if item.is_single and _least(item) > 0])
    sought = [item for item in wholes if item.is_single]
    if len(candidates) > MOST_CANDIDATES:
        doubts |= {item.key: "bound" for item in (*candidates, *sought)}
        return []
    sums = _sums_that_come_to({_pennies(item.low) for item in sought}, candidates)
    used: set[str] = set()
    found: list[Pair] = []
    for whole in sorted(sought, key=lambda item: (-_least(item), item.key)):
        fitting = [
            chosen
            for chosen in sums.get(_pennies(whole.low), ())
            if not used & {part.key for part in chosen}
            and all(_in_time(part, whole, days) for part in chosen)
        ]
        if chosen := evident(fitting, candidates):
            used |= {part.key for part in chosen}
            found.append((chosen, (whole,)))
        elif fitting:
            doubts[whole.key] = "rivals"
    return found


def _sums_that_come_to(
    targets: set[int], items: Sequence[Item]
) -> dict[int, list[tuple[Item, ...]]]:
    """Return the choices of two rows or more that come to one of the amounts, in pennies."""
    found: dict[int, list[tuple[Item, ...]]] = defaultdict(list)
    pennies = np.array([_pennies(item.low) for item in items], dtype=np.int64)
    for count in range(2, min(MOST_PARTS, len(items)) + 1):
        chosen = _choices(len(items), count)
        totals = pennies[chosen].sum(axis=1)
        for at in np.flatnonzero(np.isin(totals, list(targets))):
            found[int(totals[at])].append(tuple(items[place] for place in chosen[at]))
    return found


@cache
def _choices(of: int, count: int) -> npt.NDArray[np.intp]:
    """Return the places of every choice of some rows of many: one row per choice."""
    return np.array(list(combinations(range(of), count)), dtype=np.intp)


def evident(
    fitting: Sequence[tuple[Item, ...]], candidates: Sequence[Item]
) -> tuple[Item, ...] | None:
    """Return the one sum that is evidence: the only one there is, and no work of chance.

    Among many rows some come to any amount. Those of a sum lie on a grid, such as pennies, or
    fifties; on it chance makes as many sums of one amount as there are sums over the steps from
    the least of them to the most. Where that is above `BY_CHANCE`, a sum shows nothing, unless
    its parts have one reference.

    Parameters
    ----------
    fitting
        The sums that come to the amount.
    candidates
        The rows they were chosen from.

    Examples
    --------
    >>> def items(*amounts):
    ...     return [Item(one, Decimal(one), Decimal(one), "x") for one in amounts]
    >>> odd, even = items("612.37", "230.18", "955.02"), items("50", "100", "150")
    >>> len(evident([tuple(odd[:2])], odd)), evident([tuple(even[:2])], even) is None
    (2, True)
    """
    if len(fitting) != 1:
        return None
    [chosen] = fitting
    references = {item.reference for item in chosen}
    if len(references) == 1 and None not in references:
        return chosen
    grid = gcd(*(_pennies(item.low) for item in chosen))
    amounts = sorted(_pennies(item.low) for item in candidates)
    amounts = [amount for amount in amounts if amount % grid == 0]
    sums = sum(comb(len(amounts), count) for count in range(2, MOST_PARTS + 1))
    steps = (sum(amounts[-MOST_PARTS:]) - sum(amounts[:2])) // grid
    return chosen if sums - 1 <= BY_CHANCE * steps else None


def _open_ended(
    left: Sequence[Item], right: Sequence[Item], tolerance: Tolerance, days: int
) -> Doubts:
    """Doubt what could be the counterpart of a row without a bound, and that row itself."""
    open_left, open_right = ([one for one in side if not one.is_bounded] for side in (left, right))
    pairs = [*product(open_left, right), *product(left, open_right)]
    return {
        item.key: "open_ended"
        for one, other in pairs
        if tolerance.may_hold((other.low, other.high), (one.low, one.high))
        and _in_time(one, other, days)
        for item in (one, other)
    }


def _same_amount(left: Sequence[Item], right: Sequence[Item]) -> list[Pair]:
    """Pair what has nothing in common but an amount that no other row of either side has."""
    singles = [[item for item in side if item.is_single and item.low] for side in (left, right)]
    counts = [Counter(_pennies(item.low) for item in side) for side in singles]
    others = {_pennies(item.low): item for item in singles[1]}
    return [
        ((item,), (others[_pennies(item.low)],))
        for item in singles[0]
        if counts[0][_pennies(item.low)] == counts[1][_pennies(item.low)] == 1
    ]


def _least(item: Item) -> Decimal:
    assert item.low is not None
    return item.low


def _pennies(amount: Decimal | None) -> int:
    assert amount is not None
    return int(amount.scaleb(2))
