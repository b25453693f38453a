"""Columns of text as Arrow keeps them: one run of bytes, and where each cell ends.

What nearly no cell has, such as a space at its end, is looked for in all bytes of a column at
once. Only a column that may have it is then gone through cell by cell.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

SPACE, DELETE, NO_BREAK = 0x20, 0x7F, 0xA0
#: What characters from U+0080 to U+00BF begin with, and what the spaces from U+2000 on do.
LATIN, BEYOND = 0xC2, 0xE2

Bytes: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.signedinteger[Any]]


class Cells:
    """A column of text, of which it can be told at once what it surely does not hold.

    Parameters
    ----------
    column
        An Arrow array of ``string`` or ``large_string``, in one piece.

    Examples
    --------
    >>> cells = Cells(pa.array(["£5", "", "five  pounds"]))
    >>> cells.may_hold_loose_spaces(), cells.may_be_padded(), cells.has_blanks
    (True, False, True)
    >>> cells.without_blanks().to_pylist()
    ['£5', None, 'five  pounds']
    """

    def __init__(self, column: Any) -> None:
        self.column = column
        _, places, text = column.buffers()
        first, last = column.offset, column.offset + len(column) + 1
        ends = np.frombuffer(places or b"", f"i{self._width}")[first:last]
        start, end = (ends[0], ends[-1]) if len(ends) else (0, 0)
        self.ends: Places = ends - start if start else ends
        self.bytes: Bytes = np.frombuffer(text or b"", np.uint8)[start:end]

    @property
    def _width(self) -> int:
        return 8 if pa.types.is_large_string(self.column.type) else 4

    @property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Tell which cells hold anything."""
        filled: npt.NDArray[np.bool_] = np.diff(self.ends) > 0
        if self.column.null_count:
            filled &= self.column.is_valid().to_numpy(zero_copy_only=False)
        return filled

    @property
    def has_blanks(self) -> bool:
        """Tell whether any cell that is not NULL holds nothing."""
        held = int(self.filled.sum()) + int(self.column.null_count)
        return len(self.column) > held

    def may_hold_control_characters(self) -> bool:
        """Tell whether any byte is one that control characters have, tabs and line ends too."""
        if self._least < SPACE or self._greatest == DELETE:
            return True
        return self._greatest > DELETE and (self._holds(DELETE) or self._may_hold_latin(NO_BREAK))

    def may_hold_loose_spaces(self) -> bool:
        """Tell whether two spaces may stand together, or one at an end or in place of a space."""
        spaces = self.bytes == SPACE
        together = self._least == SPACE and bool((spaces[:-1] & spaces[1:]).any())
        return self._least < SPACE or together or self.may_be_padded()

    def may_be_padded(self) -> bool:
        """Tell whether any cell may begin or end with a space of any kind."""
        if self._least <= SPACE and self._ends_in_space():
            return True
        wide = self._greatest >= LATIN
        return wide and (self._holds(BEYOND) or self._may_hold_latin(NO_BREAK + 1))

    def without_blanks(self) -> Any:
        """Return the column with NULL where a cell holds nothing."""
        filled = self.filled
        if filled.all():
            return self.column
        valid = pa.py_buffer(np.packbits(filled, bitorder="little").tobytes())
        _, places, text = self.column.buffers()
        places = places.slice(self.column.offset * self._width)
        return pa.Array.from_buffers(self.column.type, len(filled), [valid, places, text])

    @cached_property
    def _least(self) -> int:
        return int(self.bytes.min(initial=DELETE))

    @cached_property
    def _greatest(self) -> int:
        return int(self.bytes.max(initial=SPACE))

    def _holds(self, byte: int) -> bool:
        return bool((self.bytes == byte).any())

    def _ends_in_space(self) -> bool:
        filled = np.flatnonzero(np.diff(self.ends))
        begins, ends = self.bytes[self.ends[filled]], self.bytes[self.ends[filled + 1] - 1]
        return bool((begins <= SPACE).any() or (ends <= SPACE).any())

    def _may_hold_latin(self, below: int) -> bool:
        """Tell whether any character from U+0080 on may be there that is below another."""
        latin = self.bytes == LATIN
        return bool((self.bytes[1:][latin[:-1]] < below).any())
