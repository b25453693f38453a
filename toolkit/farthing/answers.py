"""How answers and checks are put before whoever reads a terminal, or a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from farthing.terminal import console, one_line, print_table, talk_quarantine

if TYPE_CHECKING:
    from rich.console import Console

    from farthing.check import Checked
    from farthing.question import Answer, Finding, Status


def answer_data(answer: Answer) -> dict[str, Any]:
    """Return an answer as a program reads it."""
    return {
        "question": answer.question.name,
        "asks": answer.question.asks,
        "book": answer.book.name,
        "head": answer.book.head,
        "quarantine": answer.book.quarantine.to_dicts(),
        "findings": [
            {
                name: getattr(finding, name)
                for name in ("status", "code", "sentence", "rows", "table")
            }
            for finding in answer.findings
        ],
        "tables": {name: table.to_dicts() for name, table in answer.tables.items()},
    }


def print_answer(answer: Answer) -> None:
    """Print what was found, and the tables behind it."""
    to = console()
    print_findings(to, answer, answer.findings)
    for name, table in answer.tables.items():
        if table.is_empty():
            continue
        to.print()
        print_table(table, f"{name}: {answer.about(name)}")
    talk_quarantine(answer.book.quarantine)


def print_findings(to: Console, answer: Answer, findings: Sequence[Finding]) -> None:
    """Print the question, and each of these findings as a line."""
    from rich.text import Text

    to.print(Text(answer.question.asks, style="bold"))
    if not answer.findings:
        to.print("Nothing on the book bears on this question.")
    for finding in findings:
        _print_line(to, finding.status, finding.sentence)


def _print_line(to: Console, status: Status, sentence: str) -> None:
    """Print a sentence with the mark and the words of its status."""
    from rich.text import Text

    from farthing.question import STATUS_WORDS

    marks = {"pass": ("✓", "green"), "fail": ("✗", "red"), "cannot_tell": ("?", "yellow")}
    mark, style = marks[status]
    line = Text.assemble((f"{mark} {STATUS_WORDS[status]}: ", style))
    line.append(one_line(sentence), style="default")
    to.print(line, soft_wrap=not to.is_terminal)


def checked_data(checked: Checked) -> dict[str, Any]:
    """Return what was checked as a program reads it."""
    return {
        "book": checked.book.name,
        "head": checked.book.head,
        "quarantine": checked.book.quarantine.to_dicts(),
        "results": [
            {
                "code": one.code,
                "status": one.status,
                "weight": one.check.weight,
                "title": one.title,
                "sentence": one.sentence,
                "looked": one.looked,
                "count": one.count,
                "stakes": [vars(stake) for stake in one.stakes],
                "rows": one.rows,
                "examples": one.examples.to_dicts(),
                "select": one.select,
            }
            for one in checked
        ],
    }


def print_checked(checked: Checked, shown: int) -> None:
    """Print what fails with its first rows, then what cannot be told, then what holds."""
    from farthing.check import summary

    to = console()
    for result in checked.failures:
        _print_line(to, result.status, f"{result.code}: {result.sentence}")
        print_table(result.examples.head(shown), f"The first of {result.count:,}")
        to.print()
    for status in ("cannot_tell", "pass"):
        for result in checked:
            if result.status == status and (result.looked or status != "pass"):
                _print_line(to, result.status, f"{result.code}: {result.sentence}")
    if idle := [one.code for one in checked if one.status == "pass" and not one.looked]:
        to.print(f"Nothing to look at: {', '.join(idle)}.", soft_wrap=not to.is_terminal)
    to.print(summary(checked.results))
    talk_quarantine(checked.book.quarantine)
