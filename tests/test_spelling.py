"""The names that a pattern of a column allows."""

from __future__ import annotations

import re

import pytest

from farthing.importers import IMPORTERS
from farthing.spelling import ANY, spellings

PATTERNS = {
    "Amount": ["Amount"],
    r"sum\(position\)": ["sum(position)"],
    "Creative ?URL": ["CreativeURL", "Creative URL"],
    "Cost|Kosten": ["Cost", "Kosten"],
    "(?:Cost|Kosten)": ["Cost", "Kosten"],
    r"Paid( \([A-Z]{3}\))?": ["Paid", "Paid (XXX)"],
    "[Pp]aid": ["Paid", "paid"],
    "(?i:Day)": ["Day"],
    "(?i:day|DAY|date)": ["day", "date"],
    "(Long|Short) 3[ab]": ["Long 3a", "Long 3b", "Short 3a", "Short 3b"],
    "[0-9]{4}(?:-[0-9]{2}|Q[1-4])?": ["9999", "9999-99", "9999Q1"],
    r"unused_\d+": ["unused_9"],
    r"Keyword_[0-9]+": ["Keyword_9"],
    ".*": [ANY],
    "(?s).*": [ANY],
    "Targeting .+": [f"Targeting {ANY}"],
    "(?!Total$).*": [ANY],
    "meta_[a-z][a-z0-9_]*": [f"meta_x{ANY}"],
    "[A-Za-z][A-Za-z0-9 &'_-]{0,40}": [f"X{ANY}"],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_spelled_out(pattern: str) -> None:
    assert spellings(pattern) == PATTERNS[pattern]


def test_every_pattern_of_an_importer_allows_what_it_is_spelled_as() -> None:
    patterns = [one for each in IMPORTERS for one in (*each.aliases, *each.others)]
    assert len(patterns) > 100
    for pattern in patterns:
        names = spellings(pattern)
        assert names
        # Money of Ads Manager has a name in each of nineteen languages, with its currency or not.
        assert len(names) < 52
        for name in names:
            assert ANY in name or re.fullmatch(pattern, name), (pattern, name)
