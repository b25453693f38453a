"""What our HTML pages are made of: drawings, style, script, and the policy that allows no more.

A page is one file. It asks nothing of any network, runs no script but its own, and no text of a
ledger ever becomes part of that script.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import vl_convert
from markupsafe import Markup

from farthing import charts
from farthing.display import description, templates
from farthing.errors import FileUnusable
from farthing.question import Answer

SVG = "http://www.w3.org/2000/svg"
#: All that a chart of ours is drawn with. Anything else is left out of a page.
SVG_TAGS = {
    *("svg", "g", "defs", "clipPath", "linearGradient", "radialGradient", "stop"),
    *("path", "line", "rect", "circle", "text", "tspan"),
}
#: What an element of a drawing is not allowed to carry: it would act, fetch, or say things twice.
UNWANTED = re.compile(r"^(on|aria-|role$|class$|style$)|href")
#: Our script, from the lines that start it and the version of Vega-Lite.
BUNDLE = (
    "import sys, vl_convert\n"
    "sys.stdout.buffer.write(vl_convert.javascript_bundle(*sys.argv[1:]).encode('utf-8'))"
)


@dataclass(frozen=True)
class Figure:
    """One chart as a page has it: its headline is text of the page, and is not drawn.

    Parameters
    ----------
    title
        What it shows.
    subtitle
        How to read it.
    drawing
        It drawn, as SVG.
    alt
        It in words.
    spec
        The specification it can be drawn anew from.
    """

    title: str
    subtitle: str
    drawing: Markup
    alt: str
    spec: dict[str, Any]


def figure(answer: Answer) -> Figure | None:
    """Draw the chart of an answer for a page; ``None`` where there is nothing to draw."""
    if answer.chart is None:
        return None
    words = description(answer)
    spec = charts.as_spec(answer.chart, words)
    title = spec.pop("title", {})
    title = title if isinstance(title, dict) else {"text": title}
    return Figure(
        title=_joined(title.get("text")),
        subtitle=_joined(title.get("subtitle")),
        drawing=drawing(charts.svg(spec), answer.question.name, words),
        alt=words,
        spec=spec,
    )


def _joined(lines: Any) -> str:
    """Return the lines of a chart's title as one text: a page breaks lines by itself."""
    return " ".join(lines) if isinstance(lines, list) else lines or ""


def drawing(svg: str, prefix: str, alt: str) -> Markup:
    """Return a drawing that can stand in a page or alone, the same bytes each time.

    Names such as ``clip1`` are counted up over a whole process and repeat from chart to chart, so
    they are given anew. Nothing that acts or fetches is kept, should anything ever be drawn so.
    """
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.removeprefix(f"{{{SVG}}}") not in SVG_TAGS:
                parent.remove(child)
    named = [part.get("id", "") for part in root.iter() if part.get("id")]
    names = {name: f"{prefix}-{number}" for number, name in enumerate(named)}
    for part in root.iter():
        _rename(part, names)
    root.set("role", "img")
    root.set("aria-label", alt)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _rename(part: ElementTree.Element, names: dict[str, str]) -> None:
    for key, value in list(part.attrib.items()):
        if UNWANTED.search(key):
            del part.attrib[key]
        elif key == "id":
            part.set(key, names[value])
        elif found := re.fullmatch(r"url\(#(.+)\)", value):
            part.set(key, f"url(#{names[found[1]]})")


def render(template: str, *, scripted: bool = True, **values: Any) -> str:
    """Return a page made from a template, with our style and policy, and our script if wanted."""
    style, script = _text("report.css"), _script() if scripted else ""
    return (
        templates()
        .get_template(template)
        .render(
            style=Markup(style),
            script=Markup(script),
            policy=f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'",
            version=version("farthing"),
            **values,
        )
    )


@cache
def begin_script() -> Future[str]:
    """Begin to put the script of our pages together, while what they say is worked out.

    It is the same for every page, and takes more than a second.
    """
    worker = ThreadPoolExecutor(1)
    script = worker.submit(_bundle, _text("report.js"), charts.VEGA_LITE)
    worker.shutdown(wait=False)
    return script


def _bundle(start: str, vega_lite: str) -> str:
    """Return Vega and the lines that start it, made by a Python of its own where one can be had.

    Within this process it would stop every other thread: vl_convert keeps hold of Python's lock.
    """
    command = [sys.executable, "-P", "-c", BUNDLE, start, vega_lite]
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    except (OSError, subprocess.SubprocessError):
        return str(vl_convert.javascript_bundle(start, vega_lite))


def _script() -> str:
    """Return the script of our pages; nothing in it may end it early."""
    script = begin_script().result()
    if re.search(r"</script|<!--", script, re.IGNORECASE):
        raise AssertionError("the script holds what would end it")
    return script


def _text(name: str) -> str:
    return files("farthing").joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a page's policy allows a style or a script."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file whole or not at all: beside its place first, and then into it.

    Raises
    ------
    FileUnusable
        It cannot be written; a file that was there before is as it was.
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileUnusable(f"cannot be written ({error.strerror})", where=str(target)) from error
    return target
