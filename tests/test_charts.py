"""Charts: ranges and unknowns as marks, and specifications that draw whatever is in them."""

import base64
import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import altair as alt
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing import charts

SCHEMA: dict[str, Any] = {
    "label": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "kind": pl.String,
    "words": pl.String,
}
Line = tuple[str, float | None, float | None, str, str]


def ranges(*lines: Line, logarithmic: bool = False) -> dict[str, Any]:
    rows = pl.DataFrame(lines, schema=SCHEMA, orient="row")
    chart = charts.ranges(rows, axis_title="GBP", logarithmic=logarithmic)
    return charts.as_spec(charts.titled(chart, "A title", ["how to read it"]))


def marks(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for rows in spec["datasets"].values() for row in rows]


def axis_of(spec: dict[str, Any]) -> dict[str, Any]:
    x = next(layer["encoding"]["x"] for layer in spec["layer"])
    return {"domain": x["scale"]["domain"], **x["axis"]}


def written(spec: dict[str, Any]) -> list[str]:
    """Return what is written on a drawing, in the order it is drawn."""
    return re.findall(r"<text[^>]*>(?:<[^>]*>)*([^<]*)", charts.svg(spec))


# Ranges as ranges, unknowns as unknowns.


def test_each_amount_has_the_mark_of_what_is_known_of_it() -> None:
    spec = ranges(
        ("exact", 5, 5, "record", "£5"),
        ("range", 4, 6, "claim", "about £5"),
        ("open", 5, None, "claim", "over £5"),
        ("from nothing", None, 6, "claim", "at most £6"),
        ("unknown", None, None, "claim", "a fortune"),
        ("missing", None, None, "nothing", "no record seen"),
    )
    found = {row["label"]: row["shape"] for row in marks(spec)}
    assert found == {
        "exact": "point",
        "range": "range",
        "open": "open",
        "from nothing": "range",
        "unknown": "nothing",
        "missing": "nothing",
    }
    texts = written(spec)
    assert {"£5", "about £5", "over £5", "a fortune", "no record seen"} <= set(texts)


def test_what_is_not_above_zero_has_no_place_on_a_logarithmic_scale() -> None:
    spec = ranges(
        ("refund", -5, -5, "record", "-£5"),
        ("nil", 0, 0, "claim", "nil"),
        ("from nothing", 0, 100, "claim", "up to £100"),
        ("some", 5, 5, "record", "£5"),
        logarithmic=True,
    )
    found = {row["label"]: row for row in marks(spec)}
    assert found["refund"]["shape"] == found["nil"]["shape"] == "nothing"
    assert found["refund"]["words"] == "-£5 (has no place on this scale)"
    start = axis_of(spec)["domain"][0]
    assert start > 0
    assert (found["from nothing"]["from"], found["from nothing"]["to"]) == (start, 100)


bound = st.none() | st.decimals(-(10**6), 10**13, places=2).map(float)
line = st.tuples(
    st.text(max_size=250),
    bound,
    bound,
    st.sampled_from(["claim", "record", "nothing"]),
    st.text(max_size=250),
).filter(lambda row: row[1] is None or row[2] is None or row[1] <= row[2])


@settings(deadline=None, max_examples=60)
@given(st.lists(line, min_size=1, max_size=8), st.booleans())
def test_every_mark_is_on_the_axis_and_every_line_is_one(
    lines: list[Line], logarithmic: bool
) -> None:
    spec = ranges(*lines, logarithmic=logarithmic)
    start, end = axis_of(spec)["domain"]
    assert start < end
    found = marks(spec)
    assert len(found) == len(lines)
    assert len({row["label"] for row in found}) == len(lines)
    for row in found:
        assert start <= row["from"] <= row["to"] <= end
        assert (row["side"] is None) == (row["shape"] == "nothing")
    ticks = axis_of(spec)["values"]
    assert ticks == sorted(set(ticks))
    assert all(
        start <= tick * (1 + 1e-9) and tick <= end * (1 + 1e-9) for tick in ticks if tick > 0
    )
    assert len(ticks) <= 20


@given(st.text(max_size=300), st.floats(0, 1), st.floats(0, 1))
def test_words_fit_on_the_side_they_stand(words: str, one: float, other: float) -> None:
    left, right = sorted((one, other))
    shown, side = charts.fitted(words, left, right)
    room = (1 - left if side == "left" else right) * charts.WIDTH
    assert len(shown) * charts.CHARACTER <= max(room, charts.CHARACTER)
    assert shown == words or shown.endswith("…")


# The axis.


def test_pennies_are_not_millions_and_billions_are_not_giga() -> None:
    spec = ranges(
        ("a", 0.01, 0.01, "claim", "a penny"),
        ("b", 1e12, 1e12, "claim", "a trillion"),
        logarithmic=True,
    )
    texts = written(spec)
    for tick in ("0.001", "0.1", "1", "10", "1k", "100k", "1m", "100m", "1bn", "10bn", "1tn"):
        assert tick in texts
    assert not [text for text in texts if re.fullmatch(r"\d+[MGTPµ]", text)]
    assert axis_of(spec)["values"] == [10**power for power in range(-3, 14)]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (317, 318, ["317", "318"]),
        (317, 331, ["320", "325", "330"]),
        (42.55, 42.84, ["42.6", "42.7", "42.8"]),
        (5.8e6, 7.8e6, ["6m", "6.5m", "7m", "7.5m", "8m"]),
        (0, 0.02, ["0", "0.01", "0.02"]),
        (-20, 30, ["−20", "0", "20"]),
    ],
)
def test_ticks_are_round_and_whole_where_figures_are(
    low: float, high: float, ticks: list[str]
) -> None:
    spec = ranges(("a", low, low, "claim", "one"), ("b", high, high, "record", "two"))
    texts = written(spec)
    assert [text for text in texts if re.fullmatch(r"[−\d.]+[kmbtn]*", text)] == ticks


# What any chart of ours is.


def test_a_specification_has_our_theme_and_its_words() -> None:
    spec = charts.as_spec(
        alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point(), "What it shows."
    )
    assert spec["$schema"] == charts.SCHEMA
    assert spec["description"] == "What it shows."
    assert spec["config"] == charts.THEME
    assert json.loads(json.dumps(spec)) == spec


def test_decimals_and_dates_are_cast_once() -> None:
    table = pl.DataFrame(
        {"sum": [Decimal("5000.10")], "day": [date(2017, 6, 8)], "id": ["007"], "none": [None]}
    )
    assert charts.data(table).values == [
        {"sum": 5000.1, "day": "2017-06-08", "id": "007", "none": None}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\u202eright to left",
        "a bell \x07 and a null \x00",
        "not a character \uffff",
        "</script><script>alert(1)</script>",
        "name\nover\ntwo lines",
        "a" * 5_000,
        "שלום 漢字 🗳️",
        "",
    ],
)
def test_no_text_ends_the_drawing(text: str) -> None:
    spec = ranges((text, 1, 2, "claim", text), (text, 5, None, "record", text))
    assert charts.png(spec).startswith(b"\x89PNG")
    assert not re.search("[\x00-\x08\u202e\uffff]", json.dumps(spec, ensure_ascii=False))


def test_nothing_is_fetched() -> None:
    spec = ranges(("a", 1, 2, "claim", "b"))
    spec["data"] = {"url": "https://example.org/data.json"}
    with pytest.raises(ValueError, match="example"):
        charts.svg(spec)


def test_a_notebook_gets_the_chart_its_picture_and_its_words() -> None:
    spec = {**ranges(("a", 1, 2, "claim", "b")), "description": "What it shows."}
    bundle = charts.mimebundle(spec)
    assert set(bundle) == {charts.MIME_TYPE, "image/png", "text/plain"}
    assert bundle["text/plain"] == "What it shows."
    assert bundle[charts.MIME_TYPE]["$schema"].endswith("/v5.json")
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


ADDRESSES = """
import sys
from farthing import charts
from jsonschema import FormatChecker
assert "rfc3987_syntax" not in sys.modules
assert not FormatChecker().conforms("no address", "iri")
assert FormatChecker().conforms("https://example.org/\u00e9", "iri")
assert "rfc3987_syntax" in sys.modules
"""


@pytest.mark.skipif(find_spec("rfc3987_syntax") is None, reason="it comes with JupyterLab")
def test_the_grammar_of_web_addresses_is_loaded_once_one_is_checked() -> None:
    subprocess.run([sys.executable, "-c", ADDRESSES], check=True)
