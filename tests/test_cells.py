"""What is said of a whole column at once must be true of each of its cells."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.cells import Cells
from farthing.rows import CONTROL, SPACES

TEXTS = st.one_of(
    st.none(),
    st.text(max_size=4),
    st.text("a £’\u00a0\u2007\u202f\u0085\u007f\t\n\x01", max_size=4),
)


@pytest.fixture(params=[pa.string(), pa.large_string()], ids=str)
def kind(request: pytest.FixtureRequest) -> pa.DataType:
    return request.param


def columns(texts: list[str | None], kind: pa.DataType, start: int) -> pa.Array:
    """Return a column that is a part of a longer one, as those of a part of a file are."""
    return pa.array(["x y"] * start + texts + ["z"], kind)[start : start + len(texts)]


@given(texts=st.lists(TEXTS, max_size=5), start=st.integers(0, 3), wide=st.booleans())
def test_what_a_column_surely_does_not_hold_is_in_none_of_its_cells(
    texts: list[str | None], start: int, wide: bool
) -> None:
    cells = Cells(columns(texts, pa.large_string() if wide else pa.string(), start))
    column = pl.Series(texts, dtype=pl.String)
    held = [text for text in texts if text]

    assert cells.bytes.tobytes().decode() == "".join(held)
    assert cells.filled.tolist() == [bool(text) for text in texts]
    assert cells.has_blanks == ("" in texts)
    assert cells.without_blanks().to_pylist() == [text or None for text in texts]
    if not cells.may_hold_control_characters():
        assert not column.str.contains(CONTROL).any()
    if not cells.may_be_padded():
        assert (column.str.strip_chars(SPACES).eq_missing(column)).all()
    if not cells.may_hold_loose_spaces():
        loose = r"[ ]{2}|[\t\n\f\r\x{00a0}]|^ | $"
        assert not column.str.contains(loose).any()


def test_plain_text_is_not_suspected(kind: pa.DataType) -> None:
    cells = Cells(pa.array(["£4,027.93", "High Street 5", "", None, "Żółć"], kind))

    assert not cells.may_hold_control_characters()
    assert not cells.may_be_padded()
    assert not cells.may_hold_loose_spaces()


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\u00a0", "\u2007", "\u202f"])
@pytest.mark.parametrize("text", ["{}a", "a{}"])
def test_a_space_at_an_end_is_seen(space: str, text: str, kind: pa.DataType) -> None:
    assert Cells(pa.array(["a b", text.format(space)], kind)).may_be_padded()


@pytest.mark.parametrize("empty", [[], [None, None], ["", ""]])
def test_a_column_of_nothing(empty: list[str | None], kind: pa.DataType) -> None:
    cells = Cells(pa.array(empty, kind))

    assert not cells.may_hold_control_characters()
    assert not cells.may_be_padded()
    assert not cells.may_hold_loose_spaces()
    assert cells.without_blanks().null_count == len(empty)
