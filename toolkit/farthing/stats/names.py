"""One supplier under many spellings: what is taken for one by rule, and what only looks alike.

A rule has a name, and what it does to a spelling can be shown. Likeness is a score for a person
to look at: nothing is ever taken for one because of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

LIKENESS = 90.0
"""The least score that is worth a look, of 100."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing about a spelling that makes no other supplier of it.

    Parameters
    ----------
    name
        What it is about.
    pattern
        What is replaced, in small letters; for RE2 and Python alike.
    by
        What it is replaced by.
    """

    name: str
    pattern: str
    by: str

    def applied(self, name: str) -> str:
        """Return a name, in small letters, without what the rule is about."""
        return re.sub(self.pattern, self.by, name, flags=re.ASCII).strip()


FORMS = "ltd|limited|limitd|plc|llp|llc|inc|incorporated|company|co|group"
PLACES = "uk|gb|ireland|united kingdom|great britain"
RULES: tuple[Rule, ...] = (
    Rule("punctuation", r"""[.,;:'"()/&_’-]+""", " "),
    Rule("spaces", "[\\s\u00a0\u202f]+", " "),  # the last two do not break a line
    Rule("article", "^the ", ""),
    Rule("place", f"( ({PLACES}))+$", ""),
    Rule("legal form", f"( ({FORMS}))+$", ""),
    Rule("place", f"( ({PLACES}))+$", ""),
)
"""Applied in this order, in small letters (the rule "case"). The first word always stays."""


def normal(name: str) -> str:
    """Return a name as every spelling of it that the rules know is counted.

    Examples
    --------
    >>> normal("Facebook Ireland Ltd."), normal("FACEBOOK  UK Limited"), normal("Google (UK) Ltd")
    ('facebook', 'facebook', 'google')
    """
    name = name.lower()
    for rule in RULES:
        name = rule.applied(name)
    return name


def rules_used(name: str) -> tuple[str, ...]:
    """Return the names of the rules that change a name.

    Examples
    --------
    >>> rules_used("Facebook Ireland Ltd")
    ('case', 'legal form', 'place')
    """
    used = ["case"] if name != name.lower() else []
    name = name.lower()
    for rule in RULES:
        changed = rule.applied(name)
        if changed != name:
            used.append(rule.name)
        name = changed
    return tuple(dict.fromkeys(used))


@dataclass(frozen=True, slots=True)
class Alike:
    """Two names that no rule takes for one.

    Parameters
    ----------
    name, other
        The two, as they are written.
    score
        How alike they are once the rules were applied, up to 100: rapidfuzz's ratio of the words
        in the order of the alphabet.
    """

    name: str
    other: str
    score: float


def alike(names: Sequence[str], least: float = LIKENESS) -> list[Alike]:
    """Return which names look like each other, the most alike first.

    Names with different figures in them, such as two printers of different streets, are no such
    pair, and neither are names that the rules take for one.

    Parameters
    ----------
    names
        To be compared, each with each. Of a pair the one that stands later is the ``name``.
    least
        The least score that is returned, above 0 and up to 100.

    Raises
    ------
    ValueError
        ``least`` is no such score.

    Examples
    --------
    >>> [(one.name, one.other, round(one.score)) for one in alike(["Facebook", "Facebok Ltd"])]
    [('Facebok Ltd', 'Facebook', 93)]
    >>> alike(["Facebook", "Facebook Ltd"]), alike(["Ward 11 Print", "Ward 12 Print"])
    ([], [])
    """
    if not 0 < least <= 100:
        raise ValueError(f"least is {least}, and must be above 0 and up to 100")
    by_figures: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in names:
        by_figures[tuple(re.findall("[0-9]+", name))].append(name)
    found = [pair for several in by_figures.values() for pair in _alike(several, least)]
    return sorted(found, key=lambda one: (-one.score, one.name, one.other))


def _alike(names: Sequence[str], least: float) -> Iterator[Alike]:
    plain = [normal(name) for name in names]
    scores = process.cdist(plain, plain, scorer=fuzz.token_sort_ratio, score_cutoff=least)
    for later, earlier in zip(*scores.nonzero(), strict=True):
        if earlier < later and plain[earlier] != plain[later]:
            yield Alike(names[later], names[earlier], float(scores[later, earlier]))
