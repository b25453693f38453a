"""How checks are written down: one SQL file per family, ``checks/<family>.sql``.

Each stands under ``-- name: word`` with lines that say what it is in words:

``-- holds:``
    The proposition, a sentence. It is the title, too.
``-- fails:``
    What is wrong with a row at fault, as words that follow "3 of 120 rows of spend:".
``-- open:``
    Why the check cannot tell of a row; "nothing" where it always can.
``-- stake:``
    What money is at stake in a row; without it the check is not about money.
``-- weight: hint``
    A failure says where to look, and not that a rule is broken.
``-- of:``
    What is looked at, in the plural, where it is not rows of a ledger.

Then come its comment and one SELECT, as `farthing.check` has it. The rows behind the table of a
check with a judge stand under ``-- rows: word``; what several begin with, as in
`farthing.question`, once under ``-- shared: word``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import polars as pl

from farthing.check import Check, Judged
from farthing.question import statements


def read(
    family: str,
    judges: Mapping[str, Callable[[pl.DataFrame], Judged]] | None = None,
    **words: str,
) -> tuple[Check, ...]:
    """Read the checks of ``checks/<family>.sql``, in order.

    Parameters
    ----------
    judges
        The judge of each check that has one, by name.
    **words
        What stands for ``{word}`` in the SQL: lists that are kept elsewhere.
    """
    text = files("farthing").joinpath("checks", f"{family}.sql").read_text("utf-8")
    for word, value in words.items():
        text = text.replace(f"{{{word}}}", value)
    return tuple(
        _check(f"{family}.{name}", sql, rows, (judges or {}).get(name))
        for name, sql, rows in statements(text)
    )


def _check(code: str, sql: str, rows: str, judge: Callable[[pl.DataFrame], Judged] | None) -> Check:
    """Take the words out of the comment of a check."""
    words: dict[str, Any] = dict(
        re.findall(r"^-- (holds|fails|open|stake|of|weight): (.+)$", sql, re.M)
    )
    comment = re.match(r"(?:--.*\n)*", sql)
    lines = comment[0].splitlines() if comment else []
    about = " ".join(line.removeprefix("-- ") for line in lines if not re.match(r"-- \w+: ", line))
    return Check(code=code, about=about, sql=sql, rows=rows, judge=judge, **words)
