"""What can be wrong, as values and as exceptions.

A row of somebody's file that breaks a rule is a `Problem`: a value, collected with all the
others and reported at once. A call or a file that cannot be worked with at all is an exception::

    FarthingError
    ├── UsageError        the call is wrong: an unknown question, a second statement   (exit 2)
    ├── AmountError       the text is not an amount that can be read without guessing  (exit 1)
    ├── DataRefused       rows break the rules; holds every Problem                    (exit 1)
    ├── FileUnusable      a file cannot be read, recognised or written                 (exit 66)
    ├── BookDamaged       the book's content is not what its journal says              (exit 65)
    └── BookBusy          another process holds the book; try again                    (exit 75)

Exit codes from 64 upward are those of BSD's ``sysexits.h``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

SHOWN_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule broken by one value of one row.

    Parameters
    ----------
    file
        Name of the file as the user gave it, without its folder.
    line
        Physical line the row starts on, the header being line 1; ``None`` when the rule is about
        the file as a whole.
    column
        Name of the column, or ``None`` when the rule is about the row.
    value
        The text as it stands in the file; ``None`` for an absent one.
    rule
        What is wrong, as words that finish the sentence "column value …".

    Examples
    --------
    >>> print(Problem("returns.csv", 18, "amount", "£1,2OO.00", "is not an amount of money"))
    returns.csv:18: amount "£1,2OO.00" is not an amount of money
    >>> print(Problem("returns.csv", 7, "payee", None, "is blank and must not be"))
    returns.csv:7: payee is blank and must not be
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    rule: str

    def __str__(self) -> str:
        where = _one_line(self.file) + ("" if self.line is None else f":{self.line}")
        value = None if self.value is None else f'"{self.value}"'
        words = [word for word in (self.column, value, self.rule) if word is not None]
        return f"{where}: {' '.join(words)}"


def _one_line(name: str) -> str:
    """Keep the name of a file from writing a line of its own."""
    return " ".join(name.splitlines())


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Return problems as lines: all of a few, and of many the first of each kind, counted.

    Examples
    --------
    >>> many = [Problem("a.csv", line, "votes", "x", "is no number") for line in range(2, 302)]
    >>> problem_lines(many)
    ['  a.csv:2: votes "x" is no number (the first of 300)']
    """
    if len(problems) <= SHOWN_PROBLEMS:
        return [f"  {problem}" for problem in problems]
    kinds: dict[tuple[str | None, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.column, problem.rule), []).append(problem)
    shown = list(kinds.values())[:SHOWN_PROBLEMS]
    lines = [
        f"  {found[0]}" + (f" (the first of {len(found):,})" if len(found) > 1 else "")
        for found in shown
    ]
    if rest := len(problems) - sum(map(len, shown)):
        lines.append(f"  … and {rest:,} more")
    return lines


class FarthingError(Exception):
    """The base of every error that is about the call, the file or the data, not about a bug.

    Parameters
    ----------
    what
        One sentence: what is wrong.
    where
        File, line, column or argument it is about.
    hint
        The next step that is likely to help.

    Examples
    --------
    >>> print(FarthingError("no such file", where="spend.csv", hint="check the name"))
    spend.csv: no such file
    Hint: check the name
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        first = self.what if self.where is None else f"{_one_line(self.where)}: {self.what}"
        return first if self.hint is None else f"{first}\nHint: {self.hint}"

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in IPython: a traceback helps nobody whose file is wrong."""
        return [f"{type(self).__name__}: {self}"]


class UsageError(FarthingError):
    """The call is wrong: an unknown name, a second statement, an argument out of range."""

    exit_code = 2


class AmountError(FarthingError):
    """A text is not an amount that can be read without guessing."""


class FileUnusable(FarthingError):
    """A file cannot be read, recognised or written."""

    exit_code = 66


class BookDamaged(FarthingError):
    """The book's content is not what its journal says, or the file is no book."""

    exit_code = 65


class BookBusy(FarthingError):
    """Another process holds the book."""

    exit_code = 75


class DataRefused(FarthingError):
    """Rows break the rules of their ledger.

    Parameters
    ----------
    what, where, hint
        As in `FarthingError`.
    problems
        Every problem found, in file order, not only those the message shows.
    """

    def __init__(
        self,
        what: str,
        problems: Sequence[Problem],
        *,
        where: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        head = self.what if self.where is None else f"{_one_line(self.where)}: {self.what}"
        lines = [head, *problem_lines(self.problems)]
        if self.hint is not None:
            lines.append(f"Hint: {self.hint}")
        return "\n".join(lines)
