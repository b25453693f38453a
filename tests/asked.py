"""What every question must hold to, whatever it asks."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from polars.testing import assert_frame_equal

from farthing import charts
from farthing.book import Book
from farthing.question import Answer

CASE = Path(__file__).parents[1] / "data" / "ge2017"
#: A name as somebody might write it who means harm; MARK shows where it comes out.
MARK = "PWNED"
HOSTILE = (
    f"</script><script>{MARK}=1</script>",
    f"javascript:{MARK}//",
    f"{{{{{MARK}}}}} {{% {MARK} %}} ${{{MARK}}}",
    f"[bold red]{MARK}[/] [link=https://{MARK}]",
    f"datum['{MARK}'] + \"'\\ {MARK}.a[0]",
    f"\u202e{MARK}\u2066\u200f",
    f'<img src=x onerror="{MARK}">&amp;{MARK}',
    f"=HYPERLINK({MARK})",
)
STRAY_MARK = re.compile(r"\bNone\b|\bnan\b|Decimal|NULL|  |\.\.|,,| ,| \.")
STRAY_PLURAL = re.compile(r"(?<![\d,.])(?<!to )1 (?!in |was |has )\w+[^s]s\b")
#: Where a chart holds text for people. Everything else is read by the drawing program.
FOR_PEOPLE = re.compile(
    r"\.datasets\.data-\w+\[\d+\]\.\w+$|(^|\.)title(\.(text|subtitle)(\[\d+\])?)?$|\.sort\["
)


@cache
def case_rows(ledger: str) -> list[dict[str, str]]:
    """Read a file of the shipped case with nothing but csv."""
    with (CASE / f"{ledger}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def case_row(ledger: str, entry_id: str) -> dict[str, str]:
    [row] = [row for row in case_rows(ledger) if row["entry_id"] == entry_id]
    return row


def pounds(text: str) -> Decimal:
    """Read the figure in a text such as about £5,000."""
    found = re.search(r"[0-9][0-9,]*(\.[0-9]+)?", text)
    assert found is not None, text
    return Decimal(found[0].replace(",", ""))


def sentences(answer: Answer, code: str) -> list[str]:
    return [finding.sentence for finding in answer.findings if finding.code == code]


def sentence(answer: Answer, code: str) -> str:
    [only] = sentences(answer, code)
    return only


def statuses(answer: Answer, code: str) -> list[str]:
    return [finding.status for finding in answer.findings if finding.code == code]


def audited(book: Book, question: str) -> Answer:
    """Ask a question, and hold its tables, rows, sentences and chart against what they rest on."""
    answer = book.ask(question)
    same_in_any_client(book, answer)
    rests_on_rows(book, answer)
    reads_well(answer)
    if answer.chart is not None:
        assert charts.svg(spec_of(answer))
    return answer


def same_in_any_client(book: Book, answer: Answer) -> None:
    """Run each SELECT of a question in plain DuckDB and hold its table against the answer's."""
    with duckdb.connect(str(book.path), read_only=True) as client:
        for statement in answer.question.statements:
            assert statement.about, f"{statement.name} does not say what a row is"
            again = client.sql(statement.sql).pl()
            assert_frame_equal(again, answer.tables[statement.name])


def rests_on_rows(book: Book, answer: Answer) -> None:
    """Hold every entry a finding names against the ledgers, and every table against the answer."""
    named = {row for finding in answer.findings for row in finding.rows}
    ledgers = book.status()["ledger"].to_list()
    entries = " UNION ALL ".join(f"SELECT entry_id FROM {ledger}" for ledger in ledgers)
    assert named <= set(book.sql(entries)["entry_id"])
    assert {finding.table for finding in answer.findings} <= {"", *answer.tables}
    for table in answer.tables:
        assert answer.about(table)


def reads_well(answer: Answer) -> None:
    """Find what no sentence may hold: a Python word, two marks in a row, a stray singular."""
    for finding in answer.findings:
        assert not re.search(STRAY_MARK, finding.sentence), finding.sentence
        assert not re.search(STRAY_PLURAL, finding.sentence), finding.sentence
        assert finding.sentence.endswith("."), finding.sentence


def spec_of(answer: Answer) -> dict[str, Any]:
    return charts.as_spec(answer.chart)


def stable(spec: dict[str, Any]) -> str:
    """Write a specification out so that the last digit of a division does not matter."""
    text = json.dumps(_rounded(spec), ensure_ascii=False, indent=1)
    for number, name in enumerate(spec.get("datasets", {})):
        text = text.replace(name, f"data-{number}")
    return text + "\n"


def drawn(answer: Answer) -> list[dict[str, Any]]:
    """Return every row of data that an answer's chart is drawn from."""
    return [row for rows in spec_of(answer)["datasets"].values() for row in rows]


def _rounded(part: Any) -> Any:
    if isinstance(part, float):
        return float(f"{part:.9g}")
    if isinstance(part, list):
        return [_rounded(item) for item in part]
    if isinstance(part, dict):
        return {name: _rounded(item) for name, item in part.items() if name != "config"}
    return part


def texts(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a specification with the path that leads to it, names included."""
    if isinstance(part, str):
        yield path, part
    elif isinstance(part, list):
        for number, item in enumerate(part):
            yield from texts(item, f"{path}[{number}]")
    elif isinstance(part, dict):
        for name, item in part.items():
            yield f"{path}.{{name}}", name
            yield from texts(item, f"{path}.{name}")


def only_people_read_names(spec: dict[str, Any]) -> None:
    """Find a stranger's name where the drawing program would act on it."""
    found = [(path, text) for path, text in texts(spec) if MARK in text]
    assert found, "the hostile names are not in the chart at all"
    assert [path for path, _ in found if not FOR_PEOPLE.search(path)] == []
    assert not any(re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text) for _, text in found)
    assert not any(path.endswith((".href", ".url", ".expr", ".signal")) for path, _ in texts(spec))
