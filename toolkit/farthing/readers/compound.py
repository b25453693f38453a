"""Compound files, which Office wrote before 2007: streams in sectors, as files on a small disk.

Where the sectors of a stream lie is told by a table of them, each naming the next. A chain that
leaves the file or goes in a circle belongs to a file that is damaged, or made to hang its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import unpack_from

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Numbers above this are no sectors: an end, a free one, one of the table itself.
LAST_SECTOR = 0xFFFFFFFA
#: What a sector may have, and a short one has, of bytes.
SECTORS, SHORT_SECTOR = (1 << 9, 1 << 12), 64
ENTRY_BYTES = 128


class Compound:
    """A compound file; what of it cannot be followed raises a `ValueError` or a `struct.error`.

    Parameters
    ----------
    data
        The bytes of the file.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size = 1 << unpack_from("<H", data, 30)[0]
        if not data.startswith(SIGNATURE) or self._size not in SECTORS:
            raise ValueError("no compound file")
        directory, _, self._long, self._short_table, _, more = unpack_from("<6I", data, 48)
        self._table: list[int] = []
        for sector in self._tables(more):
            if sector <= LAST_SECTOR and len(self._table) * self._size < len(data):
                self._table += self._numbers(sector)
        self._entries = self._stream(directory)

    def entries(self) -> dict[str, int]:
        """Return the names of the streams and folders of the file itself, and their entries."""
        found: dict[str, int] = {}
        waiting, seen = [unpack_from("<I", self._entries, 76)[0]], set[int]()
        while waiting:
            at = waiting.pop()
            if at * ENTRY_BYTES < len(self._entries) and at not in seen:
                seen.add(at)
                name, size = unpack_from("<64sH", self._entries, at * ENTRY_BYTES)
                found[name[: max(0, size - 2)].decode("utf-16-le", "replace")] = at
                waiting += unpack_from("<2I", self._entries, at * ENTRY_BYTES + 68)
        return found

    def stream(self, entry: int) -> bytearray:
        """Return what the stream of an entry of the directory holds."""
        first, size = unpack_from("<2I", self._entries, entry * ENTRY_BYTES + 116)
        found = self._stream(first) if size >= self._long else self._short_stream(first)
        if len(found) < size:
            raise ValueError("a stream is cut short")
        return found[:size]

    def _tables(self, more: int) -> Iterator[int]:
        """Yield the sectors of the table: the header names 109, and each of a chain some more."""
        yield from unpack_from("<109I", self._data, 76)
        seen: set[int] = set()
        while more <= LAST_SECTOR:
            if more in seen:
                raise ValueError("a chain goes in a circle")
            seen.add(more)
            *listed, more = self._numbers(more)
            yield from listed

    def _numbers(self, sector: int) -> Sequence[int]:
        return unpack_from(f"<{self._size // 4}I", self._data, (sector + 1) * self._size)

    def _stream(self, first: int) -> bytearray:
        """Join the sectors of a chain; the last may be cut short with the file."""
        starts = [(sector + 1) * self._size for sector in _chain(self._table, first)]
        whole = [at + self._size <= len(self._data) for at in starts]
        if not all(whole[:-1]) or (starts and starts[-1] >= len(self._data)):
            raise ValueError("a stream leaves the file")
        return bytearray().join(self._data[at : at + self._size] for at in starts)

    def _short_stream(self, first: int) -> bytearray:
        """Join the sectors of a stream that lies with other short ones in that of the root."""
        packed = self._stream(unpack_from("<I", self._entries, 116)[0])
        numbers = self._stream(self._short_table)
        table = unpack_from(f"<{len(numbers) // 4}I", numbers)
        starts = [SHORT_SECTOR * sector for sector in _chain(table, first)]
        return bytearray().join(packed[at : at + SHORT_SECTOR] for at in starts)


def _chain(table: Sequence[int], at: int) -> list[int]:
    """Return the sectors from one to the end of its chain.

    Examples
    --------
    >>> _chain((2, 0xFFFFFFFE, 1), 0)
    [0, 2, 1]
    """
    found: list[int] = []
    while at <= LAST_SECTOR:
        if at >= len(table) or len(found) == len(table):
            raise ValueError("a chain leaves the file or goes in a circle")
        found.append(at)
        at = table[at]
    return found
