r"""The names that a pattern of a column allows, spelled out for a reader.

``Amount [Ss]pent( \([A-Z]{3}\))?`` is read as *Amount Spent*, *Amount Spent (XXX)*, *Amount
spent*, *Amount spent (XXX)*: X is any capital letter, x any small one, 9 any digit, and … any
text. Each is a name that the pattern itself allows, but for those that hold an ellipsis.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

ANY = "…"
#: One character that a class of characters is shown as.
CLASSES = {"[A-Z]": "X", "[a-z]": "x", "[0-9]": "9", r"\d": "9"}
TOKEN = re.compile(
    r"(?P<group>\((?:\?[a-z]+:|\?:|\?[=!])?)|(?P<flag>\(\?[a-z]+\))|(?P<end>[)|])"
    r"|(?P<one>\\.|\[(?:\\.|[^\]])+\]|.)",
    re.DOTALL,
)
COUNT = re.compile(r"[?*+]|\{(\d+)(,?)(\d*)\}")


def spellings(pattern: str) -> list[str]:
    """Return every name that a pattern allows, one for each choice that it leaves.

    Where a pattern takes any case, names that differ in it are one.
    """
    names, _ = _choices(re.sub(r"^\(\?[a-z]+\)", "", pattern.removesuffix("$")), 0)
    if "(?i" in pattern:
        return list({name.lower(): name for name in reversed(names)}.values())[::-1]
    return list(dict.fromkeys(names))


def _choices(pattern: str, at: int) -> tuple[list[str], int]:
    """Read alternatives up to the end of their group; return them and where it ends."""
    found: list[str] = []
    row = [""]
    while at < len(pattern):
        if pattern[at] in ")|":
            found += row
            row = [""]
            at += 1
            if pattern[at - 1] == ")":
                return found, at
            continue
        parts, at = _part(pattern, at)
        row = ["".join(both) for both in product(row, parts)]
    return [*found, *row], at


def _part(pattern: str, at: int) -> tuple[list[str], int]:
    """Read one group or character, with how often it may stand."""
    token = TOKEN.match(pattern, at)
    assert token is not None
    at = token.end()
    if token["group"]:
        parts, at = _choices(pattern, at)
        if token["group"] in ("(?!", "(?="):  # says what may not follow, and spells nothing
            parts = [""]
    else:
        parts = list(_characters(token["one"]))
    return _repeated(pattern, at, parts)


def _characters(one: str) -> Iterator[str]:
    if one in CLASSES:
        yield CLASSES[one]
    elif one == ".":
        yield ANY
    elif one.startswith("["):
        inner = one[1:-1]
        ranged = re.search(r"\w-\w", inner)
        whole = CLASSES.get(f"[{ranged[0]}]", ranged[0][0]) if ranged else None
        yield from (whole,) if whole else inner.replace("\\", "")
    else:
        yield one.removeprefix("\\")


def _repeated(pattern: str, at: int, parts: list[str]) -> tuple[list[str], int]:
    count = COUNT.match(pattern, at)
    if count is None:
        return parts, at
    if count[0] == "?":
        return ["", *parts], count.end()
    if count[0] in "*+":
        return [parts[0] if parts == [ANY] or count[0] == "+" else ANY], count.end()
    if count[2]:
        return [ANY], count.end()
    return [part * int(count[1]) for part in parts], count.end()
