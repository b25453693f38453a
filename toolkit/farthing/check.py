"""What a check is: a proposition about the rows of a book, and the SQL that tries it.

The SELECT of a check gives one row for each thing looked at: ``ledger`` and ``entry_id``, and
``holds``, which is true, false, or NULL where the book does not tell. A check of money has ``low``,
``high`` and ``currency`` as well. What else it gives is for the reader. So a check counts what it
looked at, what fails and what stays open, and each of the three can be opened to its rows.

A check that needs statistics gives a table of its own instead, and has a judge; a second SELECT
gives the rows behind the table. How checks are written down is in `farthing.checks.reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from farthing.formats import interval, listed, number
from farthing.question import STATUS_WORDS, BookMark, Status, quarantine_lines

Weight = Literal["rule", "hint"]
Run = Callable[[str], pl.DataFrame]

#: How many rows at fault a result names and shows; its SELECT gives all.
SHOWN = 20
#: Of each ledger: things looked at, at fault, and open.
TALLY = """
SELECT
  ledger,
  count(*) AS looked,
  count(*) FILTER (WHERE NOT holds) AS failed,
  count(*) FILTER (WHERE holds IS NULL) AS open
FROM (
{sql}
) AS looked
GROUP BY ledger
ORDER BY ledger
"""
#: The money at stake in what fails, by currency. Amounts below zero count by their size, and a sum
#: with an unknown part is unknown. Rows of two kinds of record, or of two series, may tell of the
#: same money: it is no less than one of them tells, and no more than all of them together.
STAKES = """
WITH failing AS (
  SELECT ledger, entry_id, low, high, currency
  FROM (
{sql}
  ) AS looked
  WHERE NOT holds
), sized AS (
  SELECT
    failing.currency,
    concat_ws('|', spend.record, spend.series) AS told_in,
    CASE
      WHEN failing.low >= 0 THEN failing.low
      WHEN failing.high <= 0 THEN -failing.high
      WHEN failing.low < 0 THEN 0
    END AS low,
    CASE
      WHEN failing.low >= 0 THEN failing.high
      WHEN failing.high <= 0 THEN -failing.low
      WHEN failing.low IS NOT NULL AND failing.high IS NOT NULL
      THEN greatest(-failing.low, failing.high)
    END AS high
  FROM failing
  LEFT JOIN current_spend AS spend
    ON failing.ledger = 'spend' AND spend.entry_id = failing.entry_id
), told AS (
  SELECT
    currency,
    CASE WHEN count(low) = count(*) THEN sum(low) END AS low,
    CASE WHEN count(high) = count(*) THEN sum(high) END AS high
  FROM sized
  GROUP BY currency, told_in
)
SELECT
  currency,
  CASE WHEN count(low) = count(*) THEN max(low) END AS low,
  CASE WHEN count(high) = count(*) THEN sum(high) END AS high
FROM told
GROUP BY currency
ORDER BY currency
"""


@dataclass(frozen=True)
class Stake:
    """Money at stake in the rows at fault, in one currency.

    Parameters
    ----------
    low, high
        The least and the most; ``None`` is unknown, as where one of the rows has no such bound.
    currency
        ISO 4217 code, or the unit where a statement counts something else.
    """

    low: Decimal | None
    high: Decimal | None
    currency: str | None

    def __str__(self) -> str:
        return interval(self.low, self.high, self.currency)


@dataclass(frozen=True)
class Judged:
    """What a judge makes of a check's table.

    Parameters
    ----------
    status, looked, sentence
        As in `Result`.
    groups
        The rows of the table that fail, by the columns that tell them apart.
    """

    status: Status
    looked: int
    sentence: str
    groups: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Check:
    """One named check.

    Parameters
    ----------
    code
        Stable name, ``family.word``.
    holds, fails, open, stake, of
        Its words; see the module.
    weight
        ``rule`` where a failure is a fault, ``hint`` where it is a place to look.
    about
        Its comment: what a row is, and what was assumed.
    sql
        The SELECT, its words and comment included.
    rows
        For a check with a judge, the SELECT of the rows behind its table.
    judge
        From the table to what is said of it.
    """

    code: str
    holds: str
    fails: str
    open: str
    about: str
    sql: str
    stake: str = ""
    of: str = ""
    weight: Weight = "rule"
    rows: str = ""
    judge: Callable[[pl.DataFrame], Judged] | None = field(default=None, compare=False)

    @property
    def family(self) -> str:
        """The first part of its code."""
        return self.code.partition(".")[0]

    def run(self, run: Run) -> Result:
        """Try the check on the book that ``run`` runs a SELECT on."""
        if self.judge is not None:
            return self._judged(self.judge(run(self.sql)), run)
        tally = run(TALLY.format(sql=self.sql))
        looked, failed, left_open = (
            int(tally[name].sum()) for name in ("looked", "failed", "open")
        )
        status: Status = "fail" if failed else "cannot_tell" if left_open else "pass"
        stakes = self._stakes(run) if failed and self.stake else ()
        select = self._select("holds IS NULL" if status == "cannot_tell" else "NOT holds")
        examples = run(f"{select}\nLIMIT {SHOWN}") if failed or left_open else pl.DataFrame()
        return Result(
            check=self,
            status=status,
            sentence=self._sentence(status, tally, stakes),
            looked=looked,
            count=failed or left_open,
            stakes=stakes,
            examples=examples,
            select=select,
        )

    def _stakes(self, run: Run) -> tuple[Stake, ...]:
        found = run(STAKES.format(sql=self.sql)).select("low", "high", "currency")
        return tuple(Stake(*row) for row in found.rows())

    def _select(self, which: str) -> str:
        return (
            f"SELECT * EXCLUDE (holds) FROM (\n{self.sql}\n) AS looked\nWHERE {which}\nORDER BY ALL"
        )

    def _sentence(self, status: Status, tally: pl.DataFrame, stakes: Sequence[Stake]) -> str:
        looked = int(tally["looked"].sum())
        things = self.of or f"rows of {listed(sorted(set(tally['ledger'].drop_nulls())))}"
        if not looked:
            return f"{self.holds} The book has nothing to look at here."
        of_all = _counted(looked, things)
        if status == "pass":
            return f"{self.holds} Looked at {of_all}."
        if status == "cannot_tell":
            return f"{int(tally['open'].sum()):,} of {of_all}: {self.open}."
        look = "Look here: " if self.weight == "hint" else ""
        money = (
            f" At stake, {self.stake}: {listed([str(one) for one in stakes])}." if stakes else ""
        )
        return f"{look}{int(tally['failed'].sum()):,} of {of_all}: {self.fails}.{money}"

    def _judged(self, judged: Judged, run: Run) -> Result:
        select = (
            f"SELECT * FROM (\n{self.rows}\n) AS behind\nWHERE {_where(judged.groups)}\n"
            "ORDER BY ALL"
        )
        count, examples = 0, pl.DataFrame()
        if judged.groups:
            count = run(f"SELECT count(*) FROM (\n{select}\n) AS behind").item()
            examples = run(f"{select}\nLIMIT {SHOWN}")
        return Result(
            check=self,
            status=judged.status,
            sentence=judged.sentence,
            looked=judged.looked,
            count=count,
            stakes=(),
            examples=examples,
            select=select,
        )


def _counted(count: int, things: str) -> str:
    """Count things of several words: the first of them is the plural.

    Examples
    --------
    >>> _counted(1, "rows of spend"), _counted(1200, "rows of spend")
    ('1 row of spend', '1,200 rows of spend')
    """
    first, _, rest = things.partition(" ")
    return f"{number(count, first)} {rest}".strip()


def _where(groups: Sequence[Mapping[str, Any]]) -> str:
    """Return the condition that a row is of one of the groups; that of no group never holds."""
    tests = [
        " AND ".join(
            f"{name} IS NOT DISTINCT FROM {_literal(value)}" for name, value in one.items()
        )
        for one in groups
    ]
    return " OR ".join(f"({test})" for test in tests) or "false"


def _literal(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


@dataclass(frozen=True)
class Result:
    """What one check found.

    Parameters
    ----------
    check
        The check.
    status
        ``pass`` where the proposition holds of all that was looked at, ``fail`` where it does
        not hold of something, ``cannot_tell`` where nothing fails and the book leaves something
        open.
    sentence
        The result in one plain sentence or two.
    looked
        How many things were looked at.
    count
        How many of them fail; where none does, how many are open.
    stakes
        The money at stake in those that fail, one for each currency.
    examples
        The first of them, as the check shows them.
    select
        The SELECT that gives them all.
    """

    check: Check
    status: Status
    sentence: str
    looked: int
    count: int
    stakes: tuple[Stake, ...]
    examples: pl.DataFrame
    select: str

    @property
    def code(self) -> str:
        """The check's stable name."""
        return self.check.code

    @property
    def title(self) -> str:
        """The proposition."""
        return self.check.holds

    @property
    def rows(self) -> tuple[str, ...]:
        """The first entries at fault, or open, by name; `count` says how many there are."""
        return tuple(self.examples["entry_id"]) if self.examples.width else ()

    @property
    def is_fault(self) -> bool:
        """Whether a rule is broken; a hint that fails is a place to look and no fault."""
        return self.status == "fail" and self.check.weight == "rule"

    def __repr__(self) -> str:
        return f"[{self.code}] {STATUS_WORDS[self.status]}: {self.sentence}"


@dataclass(frozen=True)
class Checked:
    """The results of all checks on one state of a book.

    Parameters
    ----------
    results
        One for each check, in the order of the families.
    book
        Which state of which book it is.
    """

    results: tuple[Result, ...]
    book: BookMark

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, code: str) -> Result:
        """Return the result of one check.

        Raises
        ------
        KeyError
            No check of that code was run.
        """
        return {result.code: result for result in self.results}[code]

    @property
    def failures(self) -> tuple[Result, ...]:
        """What does not hold: the rules that are broken, then the places to look."""
        failed = [result for result in self.results if result.status == "fail"]
        return tuple(sorted(failed, key=lambda result: not result.is_fault))

    @property
    def table(self) -> pl.DataFrame:
        """One row per check: its code, status and weight, things looked at, rows, the sentence."""
        columns = {
            "code": [result.code for result in self.results],
            "status": [result.status for result in self.results],
            "weight": [result.check.weight for result in self.results],
            "looked": [result.looked for result in self.results],
            "rows": [result.count for result in self.results],
            "sentence": [result.sentence for result in self.results],
        }
        return pl.DataFrame(columns)

    def __repr__(self) -> str:
        lines = [summary(self.results), *(f"  {result!r}" for result in self.failures)]
        return "\n".join([*lines, *quarantine_lines(self.book.quarantine)])


def summary(results: Sequence[Result]) -> str:
    """Count the results in one sentence."""
    faults = sum(result.is_fault for result in results)
    failed = sum(result.status == "fail" for result in results)
    unknown = sum(result.status == "cannot_tell" for result in results)
    held = len(results) - failed - unknown
    return (
        f"{number(len(results), 'checks')}: {number(faults, 'rules')} broken, "
        f"{number(failed - faults, 'places')} to look at, {unknown:,} cannot tell, "
        f"{held:,} {'holds' if held == 1 else 'hold'}."
    )
