"""The notebooks: documents that run from top to bottom, and are kept without output."""

import base64
import re
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from farthing.questions import NAMES

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHART = "application/vnd.vegalite.v5+json"
MOST_CODE_CELLS = 14
MOST_BYTES = 6_000_000
#: What would run, fetch or send anything once a notebook is opened.
REACHES_OUT = re.compile(
    r"<(?:script|link|iframe|object|embed|form|img)\b|<[^>]*(?:\son\w+\s*=|\bsrc\s*=|https?:)"
    r"|@import|url\(",
    re.IGNORECASE,
)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in code(notebook) for output in cell.outputs]


def charts(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for output in outputs(notebook) if CHART in output.get("data", {})]


def addresses(part: object, name: str = "") -> Iterator[str]:
    """Every text in a specification that names a place to fetch from."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from addresses(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from addresses(value, name)
    elif isinstance(part, str) and (name in ("url", "href") or re.match(r"\w+://|data:", part)):
        yield f"{name}: {part}"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


def test_there_are_notebooks() -> None:
    names = [path.stem for path in NOTEBOOKS]
    assert names[:3] == ["00-tour", "01-import", "02-ad-library"]


def test_every_question_is_asked_in_a_notebook() -> None:
    text = "\n".join(cell.source for path in NOTEBOOKS for cell in code(read(path)))
    assert [name for name in NAMES if f'.ask("{name}")' not in text] == []


def test_a_notebook_is_kept_without_output(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert outputs(notebook) == []
    assert {cell.execution_count for cell in code(notebook)} == {None}
    assert [cell.metadata for cell in notebook.cells if cell.metadata] == []
    assert path.read_bytes().endswith(b"}\n")


def test_a_notebook_is_a_document(path: Path) -> None:
    cells = code(read(path))
    assert 0 < len(cells) <= MOST_CODE_CELLS
    for cell in cells:
        assert not re.search(r"^\s*(?:async def|def|class|%|!)", cell.source, re.MULTILINE)
    assert "assert " in cells[-1].source


def test_its_prose_has_no_figure_but_years_and_quotations(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r'"[^"]*"|`[^`]*`', "", cell.source)
            figures = re.findall(r"[£$€]?\d[\d,.]*", prose)
            assert [figure for figure in figures if not re.match(r"(19|20)\d\d\b", figure)] == []


def test_a_notebook_runs_and_what_it_shows_stands_alone(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    notebook = read(path)
    folder = {"metadata": {"path": str(tmp_path / "notebooks")}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=folder).execute()

    nbformat.validate(notebook)
    for output in outputs(notebook):
        assert_it_stands_alone(output)
    asked = re.findall(r'\.ask\("(\w+)"\)', "\n".join(cell.source for cell in code(notebook)))
    assert len(charts(notebook)) >= len(set(asked)) > 0
    for output in charts(notebook):
        assert_it_is_a_chart(output.data, output.metadata)
    assert len(nbformat.writes(notebook).encode()) < MOST_BYTES
    assert_it_can_be_published(notebook)


def assert_it_stands_alone(output: NotebookNode) -> None:
    assert output.output_type != "error"
    assert output.get("name") != "stderr"
    data = output.get("data", {"text/plain": "a stream"})
    assert set(data) <= {"text/plain", "text/html", "text/markdown", "image/png", CHART}
    assert data["text/plain"]
    assert REACHES_OUT.findall(data.get("text/html", "")) == []


def assert_it_is_a_chart(bundle: NotebookNode, metadata: NotebookNode) -> None:
    assert set(bundle) == {CHART, "image/png", "text/plain"}
    spec = bundle[CHART]
    assert spec["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"
    assert [*addresses(spec)] == [f"$schema: {spec['$schema']}"]
    assert spec["description"] == bundle["text/plain"]
    picture = base64.b64decode(bundle["image/png"])
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 1200
    assert height > 600
    assert metadata == {"image/png": {"alt": bundle["text/plain"], "width": width // 2}}


def assert_it_can_be_published(notebook: NotebookNode) -> None:
    """Hold that a page made of it has a picture of each chart, and fetches nothing."""
    page, _ = HTMLExporter(require_js_url="", mathjax_url="").from_notebook_node(notebook)
    pictures = re.findall(r"<img\b[^>]*>", page)
    assert len(pictures) == len(charts(notebook))
    assert all('src="data:image/png;base64,' in picture for picture in pictures)
    assert re.findall(r"<(?:script|link|iframe)\b[^>]*(?:src|href)=.https?:[^>]*>", page) == []
