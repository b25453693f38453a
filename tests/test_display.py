"""What a notebook shows of an answer, and the words the report shares with it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

from farthing import Book
from farthing.charts import MIME_TYPE
from farthing.display import bundles, description, show, show_table, table_view
from farthing.formats import visible
from farthing.question import Answer, BookMark, Finding, Question
from farthing.questions import NAMES

CASE = sorted((Path(__file__).parent.parent / "data" / "ge2017").glob("*.csv"))
ATTACK = "</td></table><script>window.PWNED=1</script><img src=x onerror=window.PWNED=1> {{7*7}}"
NO_QUARANTINE = pl.DataFrame(
    schema={
        "file": pl.String,
        "unit": pl.String,
        "rows": pl.Int64,
        "low": pl.Decimal(38, 2),
        "high": pl.Decimal(38, 2),
        "unread": pl.Int64,
    }
)


def answer(table: pl.DataFrame, quarantine: pl.DataFrame = NO_QUARANTINE) -> Answer:
    """Answer a made-up question with one table and no chart."""
    found = Finding("cannot_tell", "made.up", f"Nobody can tell {ATTACK}.", ("e1",), "rows")
    question = Question(
        name="made",
        asks="What is there?",
        statements=(),
        findings=lambda tables: [found],
        chart=lambda tables: None,
        abouts={"rows": f"One row per row {ATTACK}."},
    )
    return Answer(
        question, {"rows": table}, (found,), BookMark("b", "", "", quarantine), show, pl.DataFrame
    )


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = Book(tmp_path_factory.mktemp("case") / "ge2017.duckdb")
    book.add(*CASE)
    return book


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_is_a_chart_findings_and_tables(case: Book, name: str) -> None:
    asked = case.ask(name)
    chart, found, *tables = bundles(asked)
    assert set(chart) == {MIME_TYPE, "image/png", "text/plain"}
    assert base64.b64decode(chart["image/png"])[1:4] == b"PNG"
    assert chart["text/plain"] == chart[MIME_TYPE]["description"] == description(asked)
    for finding in asked.findings[:3]:
        assert finding.sentence in description(asked)
    assert asked.question.asks in found["text/html"]
    assert found["text/html"].count("<li") == len(asked.findings)
    assert found["text/plain"] == visible(repr(asked))
    assert len(tables) == len(asked.tables)
    for bundle in tables:
        assert set(bundle) == {"text/html", "text/plain"}


def test_what_is_shown_is_the_same_each_time(case: Book) -> None:
    first, again = (json.dumps(bundles(case.ask("bridge"))) for _ in range(2))
    assert first == again


def test_nothing_shown_needs_a_network_a_style_sheet_or_a_script(case: Book) -> None:
    for name in NAMES:
        for bundle in bundles(case.ask(name)):
            assert not re.search(
                r"<(script|style|link|img)\b|src=|href=", bundle.get("text/html", "")
            )


def test_a_text_is_only_a_text() -> None:
    found, table = bundles(answer(pl.DataFrame({"name": [ATTACK, "a \u202eb"]})))
    for html in (found["text/html"], table["text/html"]):
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;window.PWNED=1&lt;/script&gt;" in html
        assert "{{7*7}}" in html
    assert "a [U+202E]b" in table["text/html"]
    assert "\u202e" not in table["text/plain"]


def test_a_long_table_says_how_many_rows_are_not_shown() -> None:
    [_, bundle] = bundles(answer(pl.DataFrame({"n": range(1_240)})))
    assert bundle["text/html"].count("<tr>") == 41
    assert '1,200 more rows: <code>answer.tables["rows"]</code>' in bundle["text/html"]
    assert bundle["text/plain"].endswith('… 1,200 more rows: answer.tables["rows"]')


def test_a_table_of_a_book_is_shown_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, str]] = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: told.append(bundle))
    money = {"low": [Decimal(0)], "high": [Decimal(100)], "currency": ["GBP"]}
    show_table(pl.DataFrame({"payee": [ATTACK], **money, "note": [None]}))
    show_table(pl.DataFrame(schema={"payee": pl.String}))
    assert told[0]["text/plain"] == f"payee | amount\n{ATTACK} | £0 to £100"
    assert "<script" not in told[0]["text/html"]
    assert "note" not in told[0]["text/html"]
    assert "payee" in told[1]["text/html"]


def test_a_table_of_nothing_says_so() -> None:
    [_, bundle] = bundles(answer(pl.DataFrame({"n": []}, schema={"n": pl.Int64})))
    assert "No rows." in bundle["text/html"]


def test_numbers_stand_to_the_right_and_headings_have_a_scope() -> None:
    [_, bundle] = bundles(answer(pl.DataFrame({"name": ["a"], "n": [1_000]})))
    html = bundle["text/html"]
    assert '<th scope="col" style="text-align: left">name</th>' in html
    assert '<th scope="col" style="text-align: right">n</th>' in html
    assert (
        '<td style="text-align: right; vertical-align: top; white-space: nowrap">1,000</td>' in html
    )
    assert "<caption" in html


def test_what_is_in_quarantine_is_said_beside_the_findings() -> None:
    refused: dict[str, Any] = {"file": ["f.csv"], "unit": ["GBP"], "rows": [2], "low": ["70"]}
    quarantine = pl.DataFrame(refused | {"high": ["90"], "unread": [0]}).cast(NO_QUARANTINE.schema)
    found, _ = bundles(answer(pl.DataFrame({"n": [1]}), quarantine))
    assert "f.csv" in found["text/html"]
    assert "90" in found["text/html"]
    assert "f.csv" in found["text/plain"]


def test_a_view_marks_the_columns_that_name_rows() -> None:
    view = table_view(answer(pl.DataFrame({"a": ["x"], "entries": ["e1 e2"]})), "rows", 5)
    assert view.headings == ("a", "rows")
    assert view.listing == (False, True)
    assert view.rows == (("x", "e1 e2"),)


def test_without_a_chart_there_are_only_words() -> None:
    asked = answer(pl.DataFrame({"n": [1]}))
    assert len(bundles(asked)) == 2
    assert description(asked) == asked.findings[0].sentence


def test_in_a_notebook_every_part_is_an_output_of_its_own(case: Book) -> None:
    code = f"import farthing\nfarthing.open({str(case.path)!r}).ask('exposure')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = notebook.cells[0].outputs
    assert [output.output_type for output in outputs] == ["display_data"] * len(outputs)
    assert MIME_TYPE in outputs[0].data
    assert len(outputs) == 2 + len(case.ask("exposure").tables)


def test_ipython_is_loaded_only_in_a_notebook() -> None:
    program = "import sys, farthing.display; sys.exit('IPython' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
