"""JSON: an answer of a web service with its records under ``data``, a list, or an object a line.

A list and a line can hold whole answers, too: the pages that a program has asked for one by one.

A number is kept as it is written, so that an id of twenty digits stays what it is. What is nested
within a record becomes JSON text, for the importer's SELECT to take apart; its numbers are strings
there, since an engine would read them as floats. What stands beside the list of an answer, such
as the address of its next page, is no record. The value of an ``access_token`` is struck out: it
opens somebody's account, and books are passed on.

A text that is one JSON document must fit into memory; one with an object a line is read twice, and
need not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from farthing.errors import FileUnusable
from farthing.records import Intake, Misfit, Numbered, figure_text, keep

#: The longest document, and the longest line.
LONGEST_TEXT = 256_000_000
#: Records with more keys than this are no table: their keys are data.
MOST_KEYS = 1_000
SHOWN_CHARACTERS = 60
SPACES = " \t\r\n"
SPACE = re.compile(r"[ \t\r\n]*")
TOKEN = re.compile(r'access_token("\s*:\s*"|=|%3[dD]|\\u003[dD])[^&"\\\s]*')
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Names that rows have of their own.
RESERVED = ("source_row", "source_line")
#: What answers, and those who keep them, call the list of records in them.
LISTS = ("data", "ads")
#: What a page of an answer has, among others, and nothing beside.
PAGE = frozenset({"data", "paging", "summary"})

Record: TypeAlias = "tuple[int, int, dict[str, str | None] | Misfit]"
"""A record: its number (the header being 1), the line it starts on, and its cells or the reason
why it has none."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; of two keys of one name a reader would keep the last, without a word."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {_shown(twice)} twice in one object")
    return made


def _constant(name: str) -> Any:
    raise ValueError(f"has {name}, which is no number of JSON")


STRICT = json.JSONDecoder(
    parse_float=figure_text, parse_int=str, parse_constant=_constant, object_pairs_hook=_object
)
#: Finds where a value ends that the strict one refuses.
LENIENT = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def read(text: TextIO, intake: Intake, folder: Path) -> Intake:
    """Keep every record of a JSON text; one that is no object, or not safe to read, is a misfit.

    Raises
    ------
    FileUnusable
        It is not JSON, or an error that a service answered with.
    """
    records: Callable[[], Iterator[Record]]
    if _is_by_line(text, intake.name):
        records = partial(_by_line, text, intake.name)
    else:
        records = list(_of_document(_whole(text, intake.name), intake.name)).__iter__
    header = _header(records(), intake.name)
    tally = _Tally()
    kept = keep(replace(intake, header=header), _rows(records(), header, tally), folder)
    return replace(
        kept,
        rows=kept.rows + len(tally.misfits) + tally.blank,
        misfits=tuple(tally.misfits),
        blank=tally.blank,
    )


@dataclass
class _Tally:
    """What is met beside the rows while the records of a file pass by."""

    misfits: list[Misfit] = field(default_factory=list)
    blank: int = 0


def _header(records: Iterator[Record], name: str) -> tuple[str, ...]:
    """Return every key that occurs, in the order of its first occurrence."""
    keys: dict[str, None] = {}
    for _, line, cells in records:
        if isinstance(cells, dict):
            keys |= dict.fromkeys(cells)
        if len(keys) > MOST_KEYS:
            what = f"has records with more than {MOST_KEYS:,} keys between them"
            raise FileUnusable(what, where=f"{name}:{line}")
    if twice := {
        key.lower() for key in keys if sum(one.lower() == key.lower() for one in keys) > 1
    }:
        what = f"has keys that differ in capitals only: {_shown(min(twice))}"
        raise FileUnusable(what, where=name)
    for key in keys:
        if key in RESERVED or CONTROL.search(key):
            raise FileUnusable(f"has a key that no column can have: {_shown(key)}", where=name)
    return tuple(keys)


def _rows(records: Iterator[Record], header: Sequence[str], tally: _Tally) -> Iterator[Numbered]:
    """Yield the cells of each record in the order of the header."""
    for row, line, cells in records:
        if isinstance(cells, Misfit):
            tally.misfits.append(cells)
        elif all(cell is None for cell in cells.values()):
            tally.blank += 1
        else:
            yield row, line, [cells.get(key) for key in header]


def _lines(text: TextIO, name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers, from the start."""
    text.seek(0)
    for number, line in enumerate(iter(partial(text.readline, LONGEST_TEXT), ""), 1):
        if len(line) == LONGEST_TEXT:
            what = f"the line has {LONGEST_TEXT:,} characters or more"
            raise FileUnusable(what, where=f"{name}:{number}")
        if stripped := line.strip(SPACES):
            yield number, TOKEN.sub(r"access_token\1", stripped)


def _is_by_line(text: TextIO, name: str) -> bool:
    """Tell whether each line is a record: no JSON document goes on behind a line like the first."""
    lines = _lines(text, name)
    (_, first), (_, second) = next(lines), next(lines, (0, ""))
    is_object = first.startswith("{") and first.endswith("}")
    return is_object and bool(second) and second[0] not in ",]}"


def _by_line(text: TextIO, name: str) -> Iterator[Record]:
    """Yield the record of each line, and of a line that is a page each of its records."""
    at = 0
    for number, line in _lines(text, name):
        for value, reason in _of_line(line):
            yield (
                _misfit(at, number, line, reason) if reason else _record(at, number, line, value)
            )
            at += 1


def _of_line(line: str) -> list[tuple[Any, str]]:
    """Return the values of a line, or the reason why it has none."""
    try:
        value = STRICT.decode(line)
    except json.JSONDecodeError as error:
        return [(None, f"is no JSON: {error.msg}")]
    except ValueError as error:
        return [(None, str(error))]
    except RecursionError:
        return [(None, "is nested too deeply")]
    return [(one, "") for one in value["data"]] if _is_page(value) else [(value, "")]


def _is_page(value: Any) -> bool:
    """Tell whether a value is a page of an answer, and not a record with a list in it."""
    if not isinstance(value, dict) or not value.keys() <= PAGE:
        return False
    records = value.get("data")
    return isinstance(records, list) and all(isinstance(one, dict) for one in records)


def _misfit(at: int, line: int, raw: str, reason: str) -> Record:
    return at + 2, line, Misfit(at + 2, line, (raw,), f"the row {reason}")


def _record(at: int, line: int, raw: str, value: Any) -> Record:
    """Return a value as a record, where it can be one."""
    if not isinstance(value, dict):
        return _misfit(at, line, raw, "is no JSON object")
    if value.keys() == {"error"} and isinstance(value["error"], dict):
        said = f"is an error that the service answered with: {_message(value['error'])}"
        return _misfit(at, line, raw, said)
    try:
        cells = {key: _cell(cell) for key, cell in value.items()}
        if "\\u" in raw:
            json.dumps(cells, ensure_ascii=False).encode()
    except RecursionError:
        return _misfit(at, line, raw, "is nested too deeply")
    except UnicodeEncodeError:
        return _misfit(at, line, raw, "has half a character, as cutting a text can leave it")
    return at + 2, line, cells


def _cell(value: Any) -> str | None:
    """Return a value as text: a number as it is written, what is nested as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _whole(text: TextIO, name: str) -> str:
    """Return a text that is one document."""
    text.seek(0)
    whole = text.read(LONGEST_TEXT)
    if text.read(1):
        raise FileUnusable(
            f"is one JSON document of more than {LONGEST_TEXT:,} characters",
            where=name,
            hint="split it, or save it with one record a line",
        )
    return TOKEN.sub(r"access_token\1", whole)


class _Walk:
    """A walk through a JSON text, value by value, so that each has the line it starts on."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.at = 0
        self.line = 1

    def mark(self) -> str:
        """Go to the next character that is not blank, and return it; none is left at the end."""
        self._go(SPACE.match(self.text, self.at).end())  # type: ignore[union-attr]  # matches always
        return self.text[self.at : self.at + 1]

    def take(self, marks: str) -> str:
        """Step over the next character, which is one of some."""
        found = self.mark()
        if not found or found not in marks:
            self._refuse(f"expecting {' or '.join(marks)}")
        self._go(self.at + 1)
        return found

    def value(self) -> tuple[Any, str, str]:
        """Read the next value; return it, its text, and the reason where it is not to be used."""
        self.mark()
        start, reason = self.at, ""
        try:
            try:
                value, end = STRICT.raw_decode(self.text, start)
            except json.JSONDecodeError:
                raise
            except ValueError as error:
                reason = str(error)
                value, end = LENIENT.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            self._go(error.pos)
            self._refuse(error.msg)
        except RecursionError:
            raise FileUnusable(
                "is nested too deeply to be read", where=f"{self.name}:{self.line}"
            ) from None
        self._go(end)
        return value, self.text[start:end], reason

    def members(self) -> Iterator[str]:
        """Yield each key of the object that comes next, standing before its value."""
        seen: set[str] = set()
        self.take("{")
        if self.mark() == "}":
            self.take("}")
            return
        while True:
            if self.mark() != '"':
                self._refuse("expecting a key in quotes")
            key, _, _ = self.value()
            self.take(":")
            if key in seen:
                raise FileUnusable(
                    f"has the key {_shown(key)} twice", where=f"{self.name}:{self.line}"
                )
            seen.add(key)
            yield key
            if self.take(",}") == "}":
                return

    def entries(self) -> Iterator[int]:
        """Yield the line of each entry of the list that comes next, standing before it."""
        self.take("[")
        if self.mark() == "]":
            self.take("]")
            return
        while True:
            self.mark()
            yield self.line
            if self.take(",]") == "]":
                return

    def end(self) -> None:
        """Refuse whatever follows."""
        if self.mark():
            self._refuse("more follows behind its end")

    def _go(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def _refuse(self, what: str) -> None:
        early = not self.text[self.at :].strip(SPACES) or "Unterminated" in what
        ends = " (it ends early: the download may have broken off)" if early else ""
        what = f"is no JSON: {what[:1].lower()}{what[1:]}{ends}"
        raise FileUnusable(what, where=f"{self.name}:{self.line}")


def _of_document(text: str, name: str) -> Iterator[Record]:
    """Yield the records of one JSON document: of its list, or of what it holds under ``data``."""
    walk = _Walk(text, name)
    if walk.mark() == "[":
        yield from _of_list(walk)
    else:
        yield from _of_object(walk)
    walk.end()


def _of_list(walk: _Walk) -> Iterator[Record]:
    """Yield the records of a list, and of an entry that is a page each of its records."""
    at = 0
    for line in walk.entries():
        start = walk.at
        value, raw, reason = walk.value()
        if reason or not _is_page(value):
            yield _misfit(at, line, raw, reason) if reason else _record(at, line, raw, value)
            at += 1
            continue
        walk.at, walk.line = start, line
        for _, within, cells in _of_object(walk):
            yield at + 2, within, replace(cells, row=at + 2) if isinstance(cells, Misfit) else cells
            at += 1


def _of_object(walk: _Walk) -> Iterator[Record]:
    """Yield the records that an object holds, or the object where it is one itself."""
    line, start = walk.line, walk.at
    beside: dict[str, Any] = {}
    records: list[Record] | None = None
    faults: list[str] = []
    for key in walk.members():
        if key in LISTS and records is None and walk.mark() == "[":
            records = list(_of_list(walk))
        elif key == "hexes" and walk.mark() == "{":
            records = list(_of_hexes(walk))
        else:
            beside[key], _, reason = walk.value()
            faults += [reason] if reason else []
    _refuse_error(beside, walk.name)
    if records is None:
        raw = walk.text[start : walk.at]
        yield _misfit(0, line, raw, faults[0]) if faults else _record(0, line, raw, beside)
        return
    layout = {"layout": _cell(beside["layout"])} if "layout" in beside else {}
    for row, at, cells in records:
        yield row, at, layout | cells if isinstance(cells, dict) else cells


def _of_hexes(walk: _Walk) -> Iterator[Record]:
    """Yield the hexagons of a HexJSON map, which stand under their codes."""
    for at, code in enumerate(walk.members()):
        walk.mark()
        line = walk.line
        value, raw, reason = walk.value()
        if isinstance(value, dict):
            value = {"hex": code} | value | {"hex": code}
        yield _misfit(at, line, raw, reason) if reason else _record(at, line, raw, value)


def _refuse_error(answer: dict[str, Any], name: str) -> None:
    """Refuse an answer that is the report of a fault."""
    fault = answer.get("error")
    if isinstance(fault, dict):
        what = f"is an error that the service answered with: {_message(fault)}"
        raise FileUnusable(what, where=name, hint="mend what it names, and ask the service again")


def _message(fault: dict[str, Any]) -> str:
    return _shown(str(fault.get("message", "no reason given")), 200)


def _shown(text: str, characters: int = SHOWN_CHARACTERS) -> str:
    """Return the start of a text without what cannot be shown."""
    kept = "".join(one if one.isprintable() else "\ufffd" for one in text[:characters])
    return kept.encode("utf-8", "replace").decode()
