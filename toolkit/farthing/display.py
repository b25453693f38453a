"""How an answer is put before a reader: in words, as tables of text, and in a notebook.

The report and the notebook show the same tables through the same templates, with every text
escaped. What a notebook gets needs no network and no trust: a chart, then what was found, then
each table, every one an output of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from farthing import charts
from farthing.formats import filled, shown, visible
from farthing.question import STATUS_WORDS, Answer, quarantine_lines

if TYPE_CHECKING:
    import polars as pl

#: More rows than this are not shown in a notebook; the table says how many there are.
NOTEBOOK_ROWS = 40
#: How many findings a chart's description holds.
DESCRIBED = 3


@dataclass(frozen=True)
class TableView:
    """One table of an answer, ready to be printed.

    Parameters
    ----------
    name
        Its name in ``Answer.tables``.
    about
        What a row of it is.
    headings
        One per column.
    numeric
        Whether the column is set to the right.
    listing
        Whether its cells name ledger entries, with spaces between.
    rows
        The cells of the rows that are shown.
    left_out
        How many rows are not.
    sql
        The SELECT that gives all of them; empty where it is computed from other tables.
    """

    name: str
    about: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    listing: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    sql: str

    @property
    def title(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ")


def table_view(answer: Answer, name: str, limit: int) -> TableView:
    """Put the first rows of a table into words, and count the others."""
    table = answer.tables[name]
    words = shown(table.head(limit))
    listing = tuple("entries" in heading.split() for heading in words.headings)
    return TableView(
        name=name,
        about=answer.about(name),
        headings=tuple(heading.replace("entries", "rows") for heading in words.headings),
        numeric=words.numeric,
        listing=listing,
        rows=words.rows,
        left_out=max(0, table.height - limit),
        sql=answer.sql(name),
    )


def description(answer: Answer) -> str:
    """Say in words what an answer's chart shows: its headline and the first findings.

    Examples
    --------
    >>> description(book.ask("bridge"))  # doctest: +SKIP
    'What was asked for, and what is said to have been spent. Requested: “a fortune”, …'
    """
    headline = _headline(answer.chart)
    if headline and headline[-1] not in ".?!":
        headline += "."
    sentences = [finding.sentence for finding in answer.findings[:DESCRIBED]]
    return visible(" ".join(filter(None, [headline, *sentences])))


def _headline(chart: Any) -> str:
    """Return the title of an Altair chart, which is a text, or parameters with one or some."""
    title = getattr(chart, "title", "")
    text = title if isinstance(title, str) else getattr(title, "text", "")
    return " ".join(text) if isinstance(text, list) else text if isinstance(text, str) else ""


@cache
def templates() -> Environment:
    """Return the environment of our templates: all text is escaped, whatever the file's name."""
    environment = Environment(
        loader=PackageLoader("farthing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    environment.globals["status_words"] = STATUS_WORDS
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


def _printed(value: Any) -> Any:
    """Show every character of what is printed; markup of our own passes as it is."""
    if value is None:
        return ""
    return value if isinstance(value, Markup) else visible(str(value))


def show(answer: Answer) -> None:
    """Show an answer in a notebook: its chart, what was found, and each of its tables."""
    from IPython.display import display

    for bundle in bundles(answer):
        display(bundle, raw=True, metadata=_metadata(bundle))  # type: ignore[no-untyped-call]


def show_table(table: pl.DataFrame) -> None:
    """Show a table of a book in a notebook, in words: a range as a range, money with its unit."""
    from IPython.display import display

    words = filled(shown(table))
    lines = [" | ".join(row) for row in (words.headings, *words.rows)]
    bundle = {
        "text/html": _macro("cells", words, ""),
        "text/plain": visible("\n".join(lines)),
    }
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def _metadata(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """Say how a picture is shown where it stands for its chart: its width, and its words."""
    if "image/png" not in bundle:
        return {}
    pixels = int.from_bytes(base64.b64decode(bundle["image/png"][:32])[16:20])
    return {"image/png": {"alt": bundle["text/plain"], "width": pixels // charts.PNG_SCALE}}


def bundles(answer: Answer) -> list[dict[str, Any]]:
    """Return what a notebook keeps of an answer: one bundle of media types per output."""
    parts = [_findings(answer), *(_table(answer, name) for name in answer.tables)]
    if answer.chart is not None:
        parts.insert(0, charts.mimebundle(charts.as_spec(answer.chart, description(answer))))
    return parts


def _findings(answer: Answer) -> dict[str, Any]:
    left_out = quarantine_lines(answer.book.quarantine)
    html = _macro("findings", answer.question.asks, answer.findings, left_out)
    return {"text/html": html, "text/plain": visible(repr(answer))}


def _table(answer: Answer, name: str) -> dict[str, Any]:
    view = table_view(answer, name, NOTEBOOK_ROWS)
    return {"text/html": _macro("table", view), "text/plain": visible(_as_text(view))}


def _macro(name: str, *arguments: Any) -> str:
    module: Any = templates().get_template("notebook.html.jinja").module
    return str(getattr(module, name)(*arguments)).strip()


def _as_text(view: TableView) -> str:
    """Return a table as lines of text, each row a line."""
    lines = [f"{view.title}: {view.about}", " | ".join(view.headings)]
    lines += [" | ".join(row) for row in view.rows]
    if view.left_out:
        lines.append(f'… {view.left_out:,} more rows: answer.tables["{view.name}"]')
    return "\n".join(lines)
