"""Electronic filings as tables: versions, encodings, and lines that are no spending."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from farthing.errors import FileUnusable
from farthing.intake import take_in
from farthing.readers.fec import FILING
from farthing.readers.fec_layouts import LAYOUTS, VERSIONS
from farthing.records import Intake

S = "\x1c"


def row(schedule: str, version: str, **cells: str) -> str:
    """Write a line of a schedule with a few cells of it filled."""
    made = [cells.get(name, "") for name in LAYOUTS[schedule][version]]
    if version < "6":
        return ",".join(f'"{cell}"' for cell in made)
    return S.join(made)


def expenditure(version: str = "8.2", schedule: str = "SE", **cells: str) -> str:
    usual = {
        "form_type": schedule,
        "filer_committee_id_number": "C00000042",
        "transaction_id_number": "T1",
        "expenditure_amount": "12.50",
    }
    return row(schedule, version, **(usual | cells))


def cover(form: str = "F24N", name: str = "Fen PAC") -> str:
    cells = [form, "C00000042", "48", "", name, *[""] * 10, "20240105"]
    return S.join(cells)


def header(version: str = "8.2", amends: str = "", number: str = "") -> str:
    return S.join(["HDR", "FEC", version, "Soft", "1", amends, number, ""])


def filing(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode("cp1252")


@pytest.fixture
def taken(tmp_path: Path):  # type: ignore[no-untyped-def]
    folder = tmp_path / "intake"
    folder.mkdir()

    def take(content: bytes, name: str = "1000001.fec", **options: str) -> list[Intake]:
        file = tmp_path / name
        file.write_bytes(content)
        return take_in(file, folder, **options)  # type: ignore[arg-type]

    return take


def cells(intake: Intake, column: str) -> list[str | None]:
    return [cell for frame in intake.frames() for cell in frame[column]]


WIDTHS = [
    ("SB", "3.0", 34), ("SB", "5.0", 37), ("SB", "5.3", 43), ("SB", "6.1", 45), ("SB", "6.3", 46),
    ("SB", "7.0", 45), ("SB", "8.0", 44), ("SB", "8.5", 44), ("SE", "3.0", 41), ("SE", "5.1", 46),
    ("SE", "6.4", 44), ("SE", "8.0", 43), ("SE", "8.1", 44), ("SE", "8.5", 44), ("F57", "8.2", 33),
    ("F57", "5.0", 37), ("F57", "7.0", 34), ("F76", "3.0", 16), ("F76", "5.3", 16),
    ("F76", "8.4", 20), ("F93", "5.0", 36), ("F93", "5.1", 43), ("F93", "5.3", 43),
    ("F93", "6.1", 25), ("F93", "8.5", 25),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "version", "width"), WIDTHS)
def test_layouts_have_the_number_of_columns_of_their_version(
    schedule: str, version: str, width: int
) -> None:
    columns = LAYOUTS[schedule][version]
    assert len(columns) == len(set(columns)) == width


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read_by_its_own_columns(taken, version: str) -> None:  # type: ignore[no-untyped-def]
    first = (
        header(version) if version >= "6" else f'"HDR","FEC","{version}0","Soft","1","^","","",""'
    )
    [intake] = taken(filing(first, expenditure(version, "SB", expenditure_date="20240105")))
    assert intake.header == (*LAYOUTS["SB"][version], *FILING)
    assert cells(intake, "expenditure_amount") == ["12.50"]
    assert cells(intake, "expenditure_date") == ["20240105"]


def test_every_line_is_a_row_or_set_aside_or_blank(taken) -> None:  # type: ignore[no-untyped-def]
    lines = [
        header(amends="FEC-999", number="2"),
        cover("F3XA"),
        S.join(["SA11AI", "C00000042", "A1", "", "", "IND", "", "Giver", "Grace"]),
        expenditure(schedule="SB", form_type="SB21B"),
        S.join(["SB28A", "C00000042", "R1", "", "", "IND", "", "Giver", "Grace"]),
        "",
        S.join(["TEXT", "C00000042", "X", "", "", "thanks to Grace Giver"]),
        expenditure(transaction_id_number="T2"),
        S.join(["SC/10", "C00000042", "Lender"]),
        expenditure(transaction_id_number="T3"),
    ]
    first, second = taken(filing(*lines))
    assert [first.name, second.name] == ["1000001.fec/SB", "1000001.fec/SE"]
    assert first.rows + second.rows == len(lines)
    assert (len(first.asides), first.blank, len(first.misfits)) == (6, 1, 0)
    assert cells(second, "transaction_id_number") == ["T2", "T3"]
    assert cells(second, "source_line") == [8, 10]
    assert cells(first, "amends") == ["FEC-999"]
    assert cells(first, "amendment_number") == ["2"]
    assert {one.reason for one in first.asides} == {
        "the first line: version and software",
        "the cover (F3XA)",
        "a receipt (Schedule A)",
        "a refund to an individual (Schedule B)",
        "a remark",
        "a loan (Schedule C)",
    }


def test_of_private_people_nothing_is_kept(taken) -> None:  # type: ignore[no-untyped-def]
    private = [
        S.join([kind, "C00000042", "A1", "", "", "IND", "", "Giver", "Grace"])
        for kind in ("SA11AI", "SB20A", "SB28A", "SC/10", "SD9", "F56", "TEXT", "H4", "XX")
    ]
    [intake] = taken(filing(header(), cover(), *private, expenditure()))
    assert "Giver" not in str(intake.asides)
    assert [one.cells for one in intake.asides[2:]] == [(line.split(S)[0],) for line in private]


def test_free_text_is_no_data(taken) -> None:  # type: ignore[no-untyped-def]
    lines = [
        header(),
        cover(),
        "[BEGINTEXT]",
        expenditure(),
        "Dear all",
        "[ENDTEXT]",
        expenditure(),
    ]
    [intake] = taken(filing(*lines))
    assert len(cells(intake, "form_type")) == 1
    assert [one.reason for one in intake.asides].count("a line of free text") == 4


def test_blank_cells_at_the_end_may_be_left_off_or_be_more(taken) -> None:  # type: ignore[no-untyped-def]
    whole = expenditure().split(S)
    at = LAYOUTS["SE"]["8.2"].index("expenditure_amount") + 1
    lines = [
        S.join(whole[:at]),
        S.join([*whole, "", ""]),
        S.join(whole[: at - 1]),
        S.join([*whole, "x"]),
    ]
    [intake] = taken(filing(header(), cover(), *lines))
    assert cells(intake, "expenditure_amount") == ["12.50", "12.50"]
    assert [one.reason for one in intake.misfits] == [
        "the row has 20 cells and SE of its version 44",
        "the row has 45 cells and SE of its version 44",
    ]
    assert [one.line for one in intake.misfits] == [5, 6]


def test_a_filing_is_cp1252_unless_it_is_utf8(taken) -> None:  # type: ignore[no-untyped-def]
    text = "\n".join([header(), cover(name="Peña PAC"), expenditure(), ""])
    for written in ("cp1252", "utf-8", "utf-8-sig"):
        [intake] = taken(text.encode(written))
        assert cells(intake, "filer_name") == ["Peña PAC"], written


def test_a_byte_of_no_encoding_is_refused(taken) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(FileUnusable, match=r"1000001.fec:2: byte 0x81 is not cp1252"):
        taken(filing(header()) + b"F24N\x1c\x81\n")


@pytest.mark.parametrize("said", ["9.9", "P3.4", "2.02", "", "x"])
def test_an_unknown_version_is_refused_by_its_number(taken, said: str) -> None:  # type: ignore[no-untyped-def]
    wanted = f"is an electronic filing of version {said or 'unknown'}"
    with pytest.raises(FileUnusable, match=re.escape(wanted)) as caught:
        taken(filing(header(said), expenditure()))
    assert caught.value.hint == f"the versions that can be read are {', '.join(VERSIONS)}"


def test_a_filing_without_spending_is_refused(taken) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(
        FileUnusable, match="has no line of SB, SE, F57, F76, F93: it itemises no spending"
    ):
        taken(filing(header(), cover("F3XN"), S.join(["SA11AI", "C00000042"])))


def test_a_loose_quote_of_the_old_form_is_one_misfit(taken) -> None:  # type: ignore[no-untyped-def]
    first = '"HDR","FEC","5.00","Soft","1","^","","",""'
    [intake] = taken(filing(first, expenditure("5.0", "SB"), '"SB21B","a" b', '"SA11","Grace" x'))
    assert [one.line for one in intake.misfits] == [3, 4]
    assert "Grace" not in str(intake.misfits)


def test_a_filing_that_breaks_off_says_so(taken) -> None:  # type: ignore[no-untyped-def]
    content = filing(header(), cover(), expenditure(), S.join(["SA11AI", "C0"]))
    [intake] = taken(content[:-1])
    assert [one.reason for one in intake.misfits] == [
        "the row is the last and has no line end: the file may have been cut off"
    ]
    [intake] = taken(filing(header(), cover(), "", expenditure())[:-1])
    assert intake.cut_off
    assert cells(intake, "source_row") == [intake.rows + 1]


def test_quotes_around_a_cell_are_no_part_of_it(taken) -> None:  # type: ignore[no-untyped-def]
    [intake] = taken(filing(header(), expenditure(payee_organization_name='"Fen Radio"')))
    assert cells(intake, "payee_organization_name") == ["Fen Radio"]
