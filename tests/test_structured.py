"""The reader of JSON: what becomes a row, what a misfit, and what is refused as a whole."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farthing.errors import FileUnusable
from farthing.intake import take_in
from farthing.readers import structured
from farthing.records import Intake

Taken = Callable[[str | bytes], Intake]
WriteFile = Callable[[str, str | bytes], Path]


@pytest.fixture
def taken(write_csv: WriteFile, tmp_path: Path) -> Taken:
    """Take in a JSON file of a content."""

    def take(content: str | bytes) -> Intake:
        folder = tmp_path / f"intake{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        [intake] = take_in(write_csv("ads.json", content), folder)
        return intake

    return take


def rows(intake: Intake) -> pl.DataFrame:
    frames = list(intake.frames())
    return pl.concat(frames) if frames else pl.DataFrame()


def cells(intake: Intake) -> list[dict[str, str | None]]:
    return rows(intake).drop("source_row", "source_line").to_dicts() if intake.parts else []


def reasons(intake: Intake) -> list[tuple[int, int, str]]:
    return [(one.row, one.line, one.reason) for one in intake.misfits]


@pytest.mark.parametrize(
    "content",
    [
        '{"data": [{"a": "1"}, {"a": "2", "b": null}], "paging": {"next": "x"}}',
        '{"paging": {"next": "data"}, "data": [{"a": "1"}, {"a": "2", "b": null}]}',
        '[{"a": "1"}, {"a": "2", "b": null}]',
        '{"a": "1"}\n{"a": "2", "b": null}\n',
        '{"a": "1"}\n{"a": "2", "b": null}',
        '\n{"a": "1"}\r\n\r\n {"a": "2", "b": null} \r\n',
        '\ufeff[{"a": 1}, {"a": 2, "b": null}]',
        '[{"a": "1"}, {"a": "2", "b": null}]'.encode("utf-16"),
    ],
)
def test_whatever_holds_the_records_they_are_the_same(taken: Taken, content: str | bytes) -> None:
    intake = taken(content)
    assert intake.header == ("a", "b")
    assert cells(intake) == [{"a": "1", "b": None}, {"a": "2", "b": None}]
    assert rows(intake)["source_row"].to_list() == [2, 3]
    assert (intake.rows, intake.blank, intake.misfits, intake.cut_off) == (2, 0, (), False)


PAGE = '{"data": [{"a": 1}, {"a": 2}], "paging": {}}'
FAULT = '{"error": {"message": "limit reached", "code": 17}}'


@pytest.mark.parametrize(
    "content",
    [
        f"[{PAGE},\n{FAULT}, {PAGE}]",
        f"{PAGE}\n{FAULT}\n{PAGE}\n",
    ],
)
def test_pages_are_the_records_in_them_and_an_error_among_them_is_none(
    taken: Taken, content: str
) -> None:
    found = taken(content)
    assert cells(found) == [{"a": "1"}, {"a": "2"}] * 2
    assert rows(found)["source_row"].to_list() == [2, 3, 5, 6]
    said = "the row is an error that the service answered with: limit reached"
    assert (found.rows, reasons(found)) == (5, [(4, 2, said)])


def test_a_list_of_ads_is_told_by_its_name(taken: Taken) -> None:
    found = taken('{"ads": [{"a": 1}, {"a": 2}], "count": 2}')
    assert (found.header, found.rows) == (("a",), 2)


def test_a_record_with_a_list_in_it_is_no_page(taken: Taken) -> None:
    found = taken('[{"data": [{"a": 1}], "b": 2}, {"data": [3]}]')
    assert cells(found) == [{"data": '[{"a": "1"}]', "b": "2"}, {"data": '["3"]', "b": None}]


def test_one_object_is_one_record(taken: Taken) -> None:
    intake = taken('\n{\n"a": "1",\n"b": {"c": 2}\n}\n')
    assert cells(intake) == [{"a": "1", "b": '{"c": "2"}'}]
    assert rows(intake)["source_line"].to_list() == [2]


@pytest.mark.parametrize("content", ['{"data": []}', "[]", '{"data": [ ], "paging": {}}', "[\n]"])
def test_an_answer_without_records_is_no_fault(taken: Taken, content: str) -> None:
    intake = taken(content)
    assert (intake.header, intake.rows, intake.parts, intake.misfits) == ((), 0, (), ())


def test_a_record_that_holds_nothing_is_blank(taken: Taken) -> None:
    intake = taken('[{"a": "1"}, {}, {"a": null}, {"a": ""}]')
    assert (intake.rows, intake.blank, len(cells(intake))) == (4, 2, 2)
    assert rows(intake)["source_row"].to_list() == [2, 5]


@pytest.mark.parametrize(
    "number",
    [
        "12345678901234567890",
        "0.10",
        "1e400",
        "-0",
        "1.70585E+15",
        "9" * 5000,
        "100000000000000000.5",
    ],
)
def test_numbers_are_kept_as_they_are_written(taken: Taken, number: str) -> None:
    intake = taken(f'[{{"n": {number}, "in": {{"n": [{number}]}}}}]')
    assert cells(intake) == [{"n": number, "in": f'{{"n": ["{number}"]}}'}]


def test_what_is_nested_is_text_and_words_are_themselves(taken: Taken) -> None:
    intake = taken('[{"t": true, "f": false, "s": "£ \\u00e9", "l": ["ж", null], "e": ""}]')
    assert cells(intake) == [{"t": "true", "f": "false", "s": "£ é", "l": '["ж", null]', "e": ""}]


def test_each_record_has_the_line_it_starts_on(taken: Taken) -> None:
    content = """{
  "data":
  [
    {"a": "one\\n\\"two}",
     "b": [
       {"c": "]"}]
    }, {"a": "same line"},

    7,
    {"a": "last"}
  ]
}
"""
    intake = taken(content)
    assert rows(intake)["source_line"].to_list() == [4, 7, 10]
    assert rows(intake)["source_row"].to_list() == [2, 3, 5]
    assert reasons(intake) == [(4, 9, "the row is no JSON object")]
    assert intake.misfits[0].cells == ("7",)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    records=st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "data", "hexes"]),
            st.recursive(
                st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"])),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3
                    )
                ),
                max_leaves=8,
            ),
            min_size=1,
        ).filter(lambda record: not structured._is_page(record)),
        max_size=6,
    ),
    indent=st.sampled_from([None, 1]),
    lines=st.booleans(),
)
def test_what_is_written_comes_back(
    taken: Taken, records: list[dict[str, object]], indent: int | None, lines: bool
) -> None:
    by_line = "\n".join(map(json.dumps, records))
    content = by_line if lines and len(records) > 1 else json.dumps(records, indent=indent)
    intake = taken(content)
    found = iter(cells(intake))
    for record in records:
        if any(value is not None for value in record.values()):
            row = next(found)
            for key in ("a", "b", "data", "hexes"):
                assert read_back(row.get(key), record.get(key)) == record.get(key)
    assert next(found, None) is None


def read_back(cell: str | None, like: object) -> object:
    match like:
        case bool():
            return {"true": True, "false": False}[cell or ""]
        case list() | dict():
            return json.loads(cell or "")
        case _:
            return cell


def test_a_key_that_stands_twice_is_a_misfit(taken: Taken) -> None:
    content = '[{"a": "1", "a": "2"},\n {"a": "3"},\n {"a": {"b": 1, "b": 1}}]'
    intake = taken(content)
    assert cells(intake) == [{"a": "3"}]
    assert reasons(intake) == [
        (2, 1, "the row has the key a twice in one object"),
        (4, 3, "the row has the key b twice in one object"),
    ]
    assert intake.misfits[0].cells == ('{"a": "1", "a": "2"}',)
    assert intake.rows == 3


def test_a_key_that_stands_twice_in_the_answer_is_refused(taken: Taken) -> None:
    with pytest.raises(FileUnusable) as refused:
        taken('{"data": [{"a": 1}],\n"data": [{"a": 2}]}')
    assert str(refused.value) == "ads.json:2: has the key data twice"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_of_json_is_a_misfit(taken: Taken, word: str) -> None:
    reason = f"the row has {word}, which is no number of JSON"
    assert reasons(taken(f'[{{"a": {word}}}, {{"a": 1}}]')) == [(2, 1, reason)]
    assert reasons(taken(f'{{"a": 1}}\n{{"a": {word}}}\n')) == [(3, 2, reason)]
    assert reasons(taken(f'{{"a": {word}}}')) == [(2, 1, reason)]


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc00 \\ud800", "x\\uDfff"])
@pytest.mark.parametrize("record", ['{{"a": "{}"}}', '{{"{}": "a"}}', '{{"a": [{{"b": "{}"}}]}}'])
def test_half_a_character_is_a_misfit(taken: Taken, half: str, record: str) -> None:
    broken = record.format(half)
    expected = "the row has half a character, as cutting a text can leave it"
    for content in (
        f'[{broken}, {{"a": "\\ud83d\\ude00"}}]',
        f'{broken}\n{{"a": "\\ud83d\\ude00"}}',
    ):
        intake = taken(content)
        assert reasons(intake) == [(2, 1, expected)]
        assert cells(intake) == [{"a": "😀"}]
        assert intake.header == ("a",)
    assert intake.misfits[0].cells == (broken,)


def test_a_line_that_is_no_record_is_a_misfit(taken: Taken) -> None:
    lines = ['{"a": "1"}', "[1]", "", '"text"', '{"a": "2"', '{"a": "3"} {"a": "4"}', '{"a": "5"}']
    intake = taken("\n".join(lines))
    assert cells(intake) == [{"a": "1"}, {"a": "5"}]
    assert reasons(intake) == [
        (3, 2, "the row is no JSON object"),
        (4, 4, "the row is no JSON object"),
        (5, 5, "the row is no JSON: Expecting ',' delimiter"),
        (6, 6, "the row is no JSON: Extra data"),
    ]
    assert rows(intake)["source_line"].to_list() == [1, 7]
    assert intake.rows == 6


def test_a_file_of_lines_that_is_cut_has_its_last_record_as_a_misfit(taken: Taken) -> None:
    whole = '{"a": "1"}\n{"a": "2"}\n{"a": "345"}'
    for end in range(len(whole) - 1, len(whole) - 11, -1):
        intake = taken(whole[:end])
        assert (intake.rows, len(cells(intake)), len(intake.misfits)) == (3, 2, 1)


def test_a_document_that_is_cut_is_refused_at_any_place(taken: Taken) -> None:
    whole = '{"data": [{"a": "one", "b": [1, 2.5]},\n{"a": true}], "paging": {"next": null}}'
    for end in range(1, len(whole)):
        with pytest.raises(FileUnusable, match="is no JSON: "):
            taken(whole[:end])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"a": 1},\n{"a": 2]', "ads.json:2: is no JSON: expecting ',' delimiter"),
        ('[{"a": 1}\n\n{"a": 2}]', "ads.json:3: is no JSON: expecting , or ]"),
        ('{"data": [{"a": 1}]} extra', "ads.json:1: is no JSON: more follows behind its end"),
        ("{data: [1]}", "ads.json:1: is no JSON: expecting a key in quotes"),
        ('{"a" 1}', "ads.json:1: is no JSON: expecting :"),
        (
            '[{"a": 1},\n',
            "ads.json:2: is no JSON: expecting value "
            "(it ends early: the download may have broken off)",
        ),
        (
            '[{"a": 1},\n{"a": "x',
            "ads.json:2: is no JSON: unterminated string starting at "
            "(it ends early: the download may have broken off)",
        ),
        ('[{"a": "tab\there"}]', "ads.json:1: is no JSON: invalid control character at"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(taken: Taken, content: str, said: str) -> None:
    with pytest.raises(FileUnusable) as refused:
        taken(content)
    assert str(refused.value).splitlines()[0] == said


def test_an_answer_that_is_an_error_is_refused_with_its_message(taken: Taken) -> None:
    error = {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190}
    with pytest.raises(FileUnusable) as refused:
        taken(json.dumps({"error": error}))
    said = "is an error that the service answered with: Invalid OAuth access token."
    assert str(refused.value).splitlines() == [
        f"ads.json: {said}",
        "Hint: mend what it names, and ask the service again",
    ]


@pytest.mark.parametrize("error", ['{"code": 1}', '{"message": ["\\ud800\\u001b[2J"]}'])
def test_an_error_is_shown_whatever_it_holds(taken: Taken, error: str) -> None:
    with pytest.raises(FileUnusable, match="an error that the service answered with") as refused:
        taken(f'{{"error": {error}}}')
    str(refused.value).encode()
    assert "\x1b" not in str(refused.value)


def test_nesting_without_end_is_refused_and_a_misfit_among_lines(taken: Taken) -> None:
    deep = '{"a": ' + "[" * 200_000 + "]" * 200_000 + "}"
    with pytest.raises(FileUnusable, match="nested too deeply"):
        taken(f"[{deep}]")
    intake = taken(f'{{"a": 1}}\n{deep}\n{{"a": 2}}')
    assert reasons(intake) == [(3, 2, "the row is nested too deeply")]
    assert cells(intake) == [{"a": "1"}, {"a": "2"}]


def test_a_byte_of_another_encoding_is_named_with_its_line(taken: Taken) -> None:
    content = b'[{"a": "Llandudno"},\n{"a": "Ynys M\xf4n"}]'
    with pytest.raises(FileUnusable) as refused:
        taken(content)
    assert str(refused.value).splitlines()[0] == "ads.json:2: byte 0xF4 is not utf-8"


def test_the_byte_is_named_among_lines_and_late_in_a_long_file(taken: Taken) -> None:
    content = b'{"a": "x"}\n' * 200_000 + b'{"a": "\xf4"}\n'
    with pytest.raises(FileUnusable, match=r"ads\.json:200001: byte 0xF4 is not utf-8"):
        taken(content)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_line_ends_end_a_line(taken: Taken, mark: str) -> None:
    text = json.dumps(f"one{mark}two", ensure_ascii=False)
    intake = taken(f'{{"a": {text}}}\n{{"a": "b"}}\n')
    if ord(mark) < 0x20:  # not allowed within a string of JSON unless escaped
        assert cells(taken(f'{{"a": {json.dumps(mark)}}}\n{{"a": "b"}}\n'))[0] == {"a": mark}
    else:
        assert cells(intake) == [{"a": f"one{mark}two"}, {"a": "b"}]


@pytest.mark.parametrize("key", ["source_row", "source_line", "a\\u0000b", "a\\u001bb"])
def test_a_key_that_no_column_can_have_is_refused(taken: Taken, key: str) -> None:
    with pytest.raises(FileUnusable, match="has a key that no column can have"):
        taken(f'[{{"{key}": 1}}]')


def test_keys_that_only_capitals_tell_apart_are_refused(taken: Taken) -> None:
    with pytest.raises(FileUnusable, match="has keys that differ in capitals only: id"):
        taken('[{"id": 1}, {"ID": 2}]')


def test_a_key_for_each_record_is_refused_before_it_fills_the_memory(taken: Taken) -> None:
    lines = "\n".join(f'{{"k{at}": 1}}' for at in range(1_002))
    with pytest.raises(FileUnusable) as refused:
        taken(lines)
    said = "ads.json:1001: has records with more than 1,000 keys between them"
    assert str(refused.value) == said


def test_a_hexjson_map_has_its_hexagons_as_records(taken: Taken) -> None:
    content = (
        '{"hexes": {\n"E1": {"q": 0, "hex": "x"},\n"E2": {"q": 1},\n"E3": 5},\n"layout": "odd-r"}'
    )
    intake = taken(content)
    assert cells(intake) == [
        {"layout": "odd-r", "hex": "E1", "q": "0"},
        {"layout": "odd-r", "hex": "E2", "q": "1"},
    ]
    assert rows(intake)["source_line"].to_list() == [2, 3]
    assert reasons(intake) == [(4, 4, "the row is no JSON object")]


@pytest.mark.parametrize(
    "content",
    [
        '[{"url": "https://x/?access_token=EAAB7secret&v=5"}, {"o": "access_token=EAAB7secret"}]',
        '{"url": "https://x/?access_token=EAAB7secret\\u0026v=5"}\n{"access_token":"EAAB7secret"}\n',
        '[{"url": "https://x/?access_token%3DEAAB7secret"}, 5, "access_token\\u003dEAAB7secret"]',
    ],
)
def test_an_access_token_is_not_kept(taken: Taken, content: str) -> None:
    intake = taken(content)
    kept = json.dumps([cells(intake), [one.cells for one in intake.misfits]])
    assert "EAAB7secret" not in kept
    assert "access_token" in kept
    assert ("v=5" in content) == ("v=5" in kept)


def test_lines_are_not_held_in_memory(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those of one batch are, however many there are."""
    monkeypatch.setattr("farthing.records.BATCH_ROWS", 100)
    content = "".join(f'{{"a": {at}, "text": "{str(at) * 400}"}}\n' for at in range(5_000))
    data = content.encode()
    tracemalloc.start()
    intake = taken(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(intake.parts) == 50
    assert peak < len(data) / 2


def test_a_text_too_long_for_one_document_is_refused_and_lines_are_not(
    taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structured, "LONGEST_TEXT", 40)
    with pytest.raises(FileUnusable, match="is one JSON document of more than 40 characters"):
        taken('[\n{"a": "12345"},\n{"a": "12345"},\n{"a": "1"}\n]')
    assert taken('{"a": "12345"}\n' * 20).rows == 20
    with pytest.raises(FileUnusable, match=r"ads\.json:2: the line has 40 characters or more"):
        taken('{"a": "1"}\n{"a": "' + "x" * 60 + '"}\n')
