"""Spending reported to the Federal Election Commission: filings and bulk files."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.importers.fec import INDEPENDENT, OPPEXP_COLUMNS
from farthing.posting import Receipt
from farthing.readers.fec_layouts import LAYOUTS

pytestmark = pytest.mark.usefixtures("proven")

S = "\x1c"
Write = Callable[[str, str | bytes], Path]
BULK_HEADER = (
    "cand_id,cand_name,spe_id,spe_nam,ele_type,can_office_state,can_office_dis,can_office,"
    "cand_pty_aff,exp_amo,exp_date,agg_amo,sup_opp,pur,pay,file_num,amndt_ind,tran_id,image_num,"
    "receipt_dat,fec_election_yr,prev_file_num,dissem_dt"
)


@pytest.fixture
def target(tmp_path: Path) -> Book:
    return Book(tmp_path / "fec.duckdb")


def line(schedule: str, version: str = "8.2", **cells: str) -> str:
    usual = {
        "form_type": schedule,
        "filer_committee_id_number": "C00000042",
        "transaction_id_number": "T1",
        "payee_organization_name": "Fen Radio",
        "expenditure_amount": "12.50",
    }
    made = [(usual | cells).get(name, "") for name in LAYOUTS[schedule][version]]
    return ",".join(f'"{cell}"' for cell in made) if version < "6" else S.join(made)


def filing(*lines: str, form: str = "F24N", amends: str = "", version: str = "8.2") -> str:
    name = ["48", "", "Fen PAC"] if form.startswith("F24") else ["Fen PAC"]
    cover = S.join([form, "C00000042", *name, *[""] * (15 - 1 - len(name) - 1), "20240105"])
    return "\n".join(
        [S.join(["HDR", "FEC", version, "Soft", "1", amends, "", ""]), cover, *lines, ""]
    )


def one(book: Book, sql: str) -> Any:
    [row] = book.sql(sql).rows()
    return row


def reconciled(receipt: Receipt) -> bool:
    return receipt.rows_read == (
        receipt.rows_posted + receipt.rows_refused + receipt.rows_set_aside + receipt.rows_blank
    )


def refused(caught: pytest.ExceptionInfo[DataRefused]) -> list[str]:
    return [str(problem) for problem in caught.value.problems]


def test_an_independent_expenditure_becomes_spending(target: Book, write_csv: Write) -> None:
    row = line(
        "SE",
        disbursement_date="20240103",
        dissemination_date="20240102",
        calendar_y_t_d_per_election_office="999999.99",
        expenditure_purpose_descrip="radio ads",
        support_oppose_code="O",
        candidate_id_number="S0XX00001",
        candidate_last_name="Reed",
        candidate_first_name="Ann",
        candidate_office="S",
        candidate_state="MT",
        election_code="G2024",
    )
    [receipt] = target.add(write_csv("1700001.fec", filing(row)))
    assert (receipt.importer, receipt.rows_posted, receipt.rows_set_aside) == (
        "fec-schedule-e",
        1,
        2,
    )
    assert reconciled(receipt)
    assert one(
        target,
        "SELECT campaign_id, record, incurred_on::VARCHAR, payee, low, high, currency, category, "
        "document_ref, series, record_key FROM current_spend",
    ) == (
        "fec:C00000042", "return", "2024-01-03", "Fen Radio", Decimal("12.50"), Decimal("12.50"),
        "USD", "radio ads", "T1", "fec 24- and 48-hour reports", "fec:1700001|C00000042|T1",
    )  # fmt: skip
    assert one(target, "SELECT note FROM current_spend") == (
        "opposes Ann Reed (S0XX00001) S MT G2024; disseminated 2024-01-02; line SE; "
        "signed 2024-01-05",
    )
    assert one(target, "SELECT campaign_id, organisation FROM current_campaigns") == (
        "fec:C00000042",
        "Fen PAC",
    )


def test_without_a_disbursement_the_day_of_dissemination_counts(
    target: Book, write_csv: Write
) -> None:
    target.add(write_csv("1700001.fec", filing(line("SE", dissemination_date="20240102"))))
    assert one(target, "SELECT incurred_on::VARCHAR FROM current_spend") == ("2024-01-02",)


def test_a_disbursement_to_a_person(target: Book, write_csv: Write) -> None:
    row = line(
        "SB",
        form_type="SB21B",
        payee_organization_name="",
        payee_first_name="Jo",
        payee_last_name="Fen",
        expenditure_date="20240104",
        expenditure_purpose_descrip="leaflets",
        category_code="004",
    )
    target.add(write_csv("1700001.fec", filing(row, form="F3XN")))
    found = "SELECT payee, category, series, note FROM current_spend"
    assert one(target, found)[:3] == ("Jo Fen", "leaflets", "fec reports")
    assert "line SB21B; category 004" in one(target, found)[3]
    assert one(target, "SELECT organisation FROM current_campaigns") == ("Fen PAC",)


def test_both_schedules_of_one_filing_are_posted(target: Book, write_csv: Write) -> None:
    rows = [
        line("SB", form_type="SB21B", expenditure_date="20240104"),
        line("SE", transaction_id_number="T2", dissemination_date="20240104"),
    ]
    receipts = target.add(write_csv("1700001.fec", filing(*rows, form="F3XN")))
    assert [receipt.importer for receipt in receipts] == ["fec-schedule-b", "fec-schedule-e"]
    assert sum(receipt.rows_read for receipt in receipts) == 4
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (2, Decimal("25.00"))


def test_filings_without_spending_are_left_aside_in_the_archive_of_a_day(
    target: Book, tmp_path: Path
) -> None:
    bare = filing(form="F1N")
    told: list[tuple[str, str]] = []
    day = tmp_path / "20240105.zip"
    with zipfile.ZipFile(day, "w") as archive:
        for name, text in (("1.fec", bare), ("2.fec", filing(line("SE"))), ("3.fec", bare)):
            archive.writestr(name, text)
    target.add(day, report=lambda receipt: told.append((receipt.file, receipt.outcome)))
    assert told == [
        ("20240105.zip/1.fec", "left aside"),
        ("20240105.zip/3.fec", "left aside"),
        ("20240105.zip/2.fec", "posted"),
    ]
    (tmp_path / "4.fec").write_text(bare)
    (tmp_path / "5.fec").write_text(filing(line("SE", transaction_id_number="T5")))
    receipts = target.add(tmp_path / "4.fec", tmp_path / "5.fec")
    assert [one.file for one in receipts] == ["5.fec"]
    with zipfile.ZipFile(day, "w") as archive:
        archive.writestr("1.fec", bare)
    with pytest.raises(FileUnusable, match="has no line of SB, SE"):
        target.add(day)


def test_the_old_form_writes_names_with_carets(target: Book, write_csv: Write) -> None:
    lines = [
        '"HDR","FEC","5.00","Soft","1","^","","",""',
        '"F3XN","C00000042","Fen PAC"',
        line("SB", "5.0", form_type="SB29", payee_name="Fen^Jo^Ms^", expenditure_date="20020104"),
    ]
    target.add(write_csv("27001.fec", "\n".join([*lines, ""])))
    assert one(target, "SELECT payee, incurred_on::VARCHAR, low FROM current_spend") == (
        "Fen Jo Ms", "2002-01-04", Decimal("12.50"),
    )  # fmt: skip


def covered(cells: dict[int, str], *lines: str, version: str = "8.4", width: int = 30) -> str:
    """Return a filing whose cover has these cells by their places."""
    cover = [cells.get(at, "") for at in range(width)]
    if version < "6":
        first = f'"HDR","FEC","{version}0","Soft","1","^","","",""'
        return "\n".join([first, ",".join(f'"{cell}"' for cell in cover), *lines, ""])
    first = S.join(["HDR", "FEC", version, "Soft", "1", "", "", ""])
    return "\n".join([first, S.join(cover), *lines, ""])


@pytest.mark.parametrize(
    ("version", "places"),
    [
        ("5.3", {0: "F5N", 1: "C90000042", 2: "Fen League", 25: "48"}),
        ("7.0", {0: "F5N", 1: "C90000042", 3: "Fen League", 19: "48"}),
        ("8.4", {0: "F5N", 1: "C90000042", 3: "Fen League", 18: "48"}),
        ("8.4", {0: "F5N", 1: "C90000042", 3: "Fen League", 17: "24"}),
    ],
)
def test_what_a_form_5_tells_within_hours_is_told_again_by_quarter(
    target: Book, write_csv: Write, version: str, places: dict[int, str]
) -> None:
    spent = line("F57", version, dissemination_date="20241001", expenditure_amount="40.00")
    target.add(write_csv("7.fec", covered(places, spent, version=version)))
    quarterly = {at: cell for at, cell in places.items() if at < 4}
    quarterly |= {12 if version < "6" else 18 if version < "8.1" else 17: "Q3"}
    [receipt] = target.add(write_csv("8.fec", covered(quarterly, spent, version=version)))
    assert receipt.importer == "fec-schedule-e"
    assert target.sql("SELECT series, low FROM current_spend ORDER BY series").rows() == [
        ("fec 24- and 48-hour reports", Decimal("40.00")),
        ("fec reports", Decimal("40.00")),
    ]
    assert one(target, "SELECT DISTINCT organisation FROM current_campaigns") == ("Fen League",)


@pytest.mark.parametrize("version", ["5.3", "8.4"])
def test_the_cost_of_a_communication_to_members(
    target: Book, write_csv: Write, version: str
) -> None:
    made = line(
        "F76",
        version,
        form_type="F76",
        category_code="DM",
        expenditure_purpose_descrip="Direct Mail",
        communication_class="M",
        dissemination_date="20241003",
        expenditure_amount="1234.50",
        support_oppose_code="S",
        candidate_id_number="H0XX00001",
        candidate_office="H",
        election_code="G2024",
    )
    cover = {0: "F7N", 1: "C70000042", 2: "Fen Workers", 9: "Q3", 16: "20241015", 21: "20241015"}
    [receipt] = target.add(write_csv("9.fec", covered(cover, made, version=version)))
    assert receipt.importer == "fec-schedule-e"
    assert reconciled(receipt)
    spend = one(target, "SELECT incurred_on::VARCHAR, category, low, payee, note FROM spend")
    assert spend[:3] == ("2024-10-03", "Direct Mail", Decimal("1234.50"))
    assert spend[3] is None
    assert "supports (H0XX00001) H G2024" in spend[4]
    assert "communicated to class M" in spend[4]
    assert "category DM" in spend[4]
    assert "signed 2024-10-15" in spend[4]


@pytest.mark.parametrize(
    ("version", "places"),
    [
        ("5.3", {2: "Fen Voters", 28: "20080915"}),
        ("6.1", {3: "Fen Voters", 42: "20080915"}),
        ("8.2", {3: "Fen Voters", 43: "20080915"}),
        ("8.4", {4: "Voters", 5: "Fen", 44: "20080915"}),
    ],
)
def test_the_cost_of_an_electioneering_communication(
    target: Book, write_csv: Write, version: str, places: dict[int, str]
) -> None:
    made = line(
        "F93",
        version,
        form_type="F93",
        expenditure_date="20080910",
        expenditure_amount="90000.00",
        expenditure_purpose_descrip="airtime",
        communication_date="20080912",
    )
    cover = {0: "F9N", 1: "C30000042"} | places
    text = covered(cover, made, S.join(["F94", "C30000042"]), version=version, width=45)
    [receipt] = target.add(write_csv("10.fec", text))
    assert receipt.importer == "fec-schedule-b"
    assert reconciled(receipt)
    spend = one(target, "SELECT incurred_on::VARCHAR, category, payee, low, note FROM spend")
    assert spend[:4] == ("2008-09-10", "airtime", "Fen Radio", Decimal("90000.00"))
    assert "communicated 2008-09-12" in spend[4]
    assert "signed 2008-09-15" in spend[4]
    assert one(target, "SELECT organisation FROM current_campaigns") == ("Fen Voters",)


def test_memo_items_are_a_series_of_their_own(target: Book, write_csv: Write) -> None:
    rows = [
        line("SB", form_type="SB21B", expenditure_date="20240104"),
        line(
            "SB",
            form_type="SB21B",
            expenditure_date="20240104",
            transaction_id_number="T2",
            back_reference_tran_id_number="T1",
            memo_code="X",
        ),
    ]
    target.add(write_csv("1700001.fec", filing(*rows, form="F3XN")))
    found = target.sql("SELECT series, low FROM current_spend ORDER BY source_row").rows()
    assert [series for series, _ in found] == ["fec reports", "fec memo items"]
    assert (
        "memo item; detail of T1"
        in one(target, "SELECT note FROM current_spend WHERE series = 'fec memo items'")[0]
    )


@pytest.mark.parametrize("first", ["original", "amendment"])
def test_the_later_filing_is_in_force_whichever_comes_first(
    target: Book, write_csv: Write, first: str
) -> None:
    files = {
        "original": write_csv("1700001.fec", filing(line("SE", dissemination_date="20240102"))),
        "amendment": write_csv(
            "1700009.fec",
            filing(
                line("SE", dissemination_date="20240102", expenditure_amount="99.00"),
                form="F24A",
                amends="FEC-1700001",
            ),
        ),
    }
    target.add(files.pop(first))
    target.add(*files.values())
    assert one(target, "SELECT low, document_ref FROM current_spend") == (Decimal("99.00"), "T1")
    assert one(target, "SELECT count(*) FROM spend") == (2,)


def test_an_id_that_another_report_uses_again_is_another_transaction(
    target: Book, write_csv: Write
) -> None:
    for name in ("1700001.fec", "1700002.fec"):
        target.add(write_csv(name, filing(line("SE", dissemination_date="20240102"), name)))
    assert one(target, "SELECT count(*) FROM current_spend") == (2,)


def test_the_number_of_the_filing_is_declared_where_the_name_has_none(
    target: Book, write_csv: Write
) -> None:
    path = write_csv("club.fec", filing(line("SE", dissemination_date="20240102")))
    with pytest.raises(FileUnusable, match="does not tell the number that the Commission gave"):
        target.add(path)
    target.add(path, declare={"filing": "1700001"})
    assert one(target, "SELECT record_key FROM current_spend") == ("fec:1700001|C00000042|T1",)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"expenditure_amount": ""}, 'expenditure_amount "" is blank and must not be'),
        ({"expenditure_amount": "12.5O"}, 'expenditure_amount "12.5O" cannot be read'),
        ({"dissemination_date": "20241399"}, 'incurred_on "20241399" is not a date'),
        ({"filer_committee_id_number": "C 1"}, 'filer_committee_id_number "C 1" is no number of a'),
        ({"payee_organization_name": "a\x01b"}, "holds a control character"),
    ],
)
def test_what_cannot_be_read_is_refused(
    target: Book, write_csv: Write, cells: dict[str, str], words: str
) -> None:
    row = line("SE", **({"dissemination_date": "20240102"} | cells))
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("1700001.fec", filing(row)))
    assert any(words in said and "1700001.fec:3" in said for said in refused(caught)), refused(
        caught
    )


def bulk(*rows: dict[str, str]) -> str:
    usual = {
        "cand_id": "S0XX00001", "cand_name": "Reed, Ann", "spe_id": "C00000042",
        "spe_nam": "Fen PAC", "exp_amo": "100.50", "exp_date": "09-SEP-24", "agg_amo": "9000",
        "sup_opp": "S", "pur": "TV", "pay": "Fen Radio", "file_num": "1", "amndt_ind": "N",
        "tran_id": "T1", "receipt_dat": "10-SEP-24", "dissem_dt": "08-SEP-24",
    }  # fmt: skip
    lines = [
        ",".join(f'"{(usual | row).get(name, "")}"' for name in BULK_HEADER.split(","))
        for row in rows
    ]
    return "\n".join([BULK_HEADER, *lines, ""])


def test_the_bulk_header_is_known() -> None:
    assert INDEPENDENT.recognises(BULK_HEADER.split(","))


def test_the_bulk_file_of_earlier_years_has_other_names(target: Book, write_csv: Write) -> None:
    header = (
        "CAN_ID,CAN_NAM,SPE_ID,SPE_NAM,ELE_TYP,CAN_OFF_STA,CAN_OFF_DIS,CAN_OFF,CAN_PAR_AFF,EXP_AMO,"
        "EXP_DAT,AGG_AMO,SUP_OPP,PUR,PAY,FILE_NUM,AMN_IND,TRA_ID,IMA_NUM,REC_DAT,PREV_FILE_NUM"
    )
    row = (
        'H2OH00001,"FEN, ADA",C00000001,A PAC,G2012,OH,3,H,IND,"$1,234.50",10/30/2012,2000,S,'
        "MAILERS,A PRINTER,820000,N,SE1,12950000001,11/1/2012,"
    )
    target.add(write_csv("independent_expenditure_2012.csv", f"{header}\n{row}\n"))
    found = "SELECT incurred_on::VARCHAR, payee, low FROM current_spend"
    assert target.sql(found).rows() == [("2012-10-30", "A PRINTER", Decimal("1234.50"))]


def test_a_bulk_row_becomes_spending(target: Book, write_csv: Write) -> None:
    target.add(write_csv("independent_expenditure_2024.csv", bulk({})))
    assert one(
        target,
        "SELECT campaign_id, incurred_on::VARCHAR, payee, low, series, observed_on::VARCHAR, note "
        "FROM current_spend",
    ) == (
        "fec:C00000042", "2024-09-09", "Fen Radio", Decimal("100.50"),
        "fec independent_expenditure", "2024-09-10",
        "supports Reed, Ann (S0XX00001); disseminated 2024-09-08; filing 1",
    )  # fmt: skip


def test_bulk_rows_that_a_later_filing_amends_or_repeats_are_set_aside(
    target: Book, write_csv: Write
) -> None:
    rows = [
        {"file_num": "1", "tran_id": "A"},
        {"file_num": "1", "tran_id": "B"},
        {"file_num": "2", "tran_id": "A", "amndt_ind": "A1", "prev_file_num": "1", "exp_amo": "7"},
        {"file_num": "3", "tran_id": "C"},
        {"file_num": "10", "tran_id": "C"},
        {"file_num": "10", "tran_id": ""},
        {"file_num": "11", "tran_id": ""},
    ]
    [receipt] = target.add(write_csv("ie.csv", bulk(*rows)))
    assert receipt.asides == {
        "of a filing that a later one amends": 2,
        "reported again in a later filing": 1,
    }
    assert reconciled(receipt)
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (4, Decimal("308.50"))


@pytest.mark.parametrize("later_first", [False, True])
def test_a_bulk_file_of_a_month_later_takes_the_place_of_the_earlier(
    target: Book, write_csv: Write, *, later_first: bool
) -> None:
    first = [
        {"file_num": "1", "tran_id": "T1", "exp_amo": "100", "receipt_dat": "09-SEP-24"},
        {"file_num": "2", "tran_id": "T2", "exp_amo": "200", "receipt_dat": "10-SEP-24"},
        {"file_num": "2", "tran_id": "", "exp_amo": "7", "receipt_dat": "10-SEP-24"},
    ]
    later = [
        {"file_num": "3", "prev_file_num": "1", "tran_id": "T1", "exp_amo": "90",
         "receipt_dat": "01-OCT-24"},
        {"file_num": "4", "tran_id": "T2", "exp_amo": "200", "receipt_dat": "15-OCT-24"},
    ]  # fmt: skip
    files = [
        write_csv("ie-september.csv", bulk(*first)),
        write_csv("ie-october.csv", bulk(*first, *later)),
    ]
    for file in reversed(files) if later_first else files:
        target.add(file)
    assert one(target, "SELECT count(*), sum(low) FROM current_spend") == (3, Decimal("297.00"))


def test_what_is_amended_is_known_over_all_parts_of_a_file(
    target: Book, write_csv: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farthing.records.BATCH_ROWS", 1)
    rows = [{"file_num": "1"}, {"file_num": "2", "prev_file_num": "1"}]
    [receipt] = target.add(write_csv("ie.csv", bulk(*rows)))
    assert (receipt.rows_posted, receipt.rows_set_aside) == (1, 1)


DAYS = [
    ("9-Sep-2024", {}, "2024-09-09"),
    ("2024-09-09", {}, "2024-09-09"),
    ("09/25/2024", {}, "2024-09-25"),
    ("25/09/2024", {}, "2024-09-25"),
    ("09/10/2024", {"day_order": "mdy"}, "2024-09-10"),
    ("09/10/2024", {"day_order": "dmy"}, "2024-10-09"),
]


@pytest.mark.parametrize(("written", "declared", "day"), DAYS)
def test_bulk_days(
    target: Book, write_csv: Write, written: str, declared: dict[str, str], day: str
) -> None:
    target.add(write_csv("ie.csv", bulk({"exp_date": written})), declare=declared)
    assert one(target, "SELECT incurred_on::VARCHAR FROM current_spend") == (day,)


def test_a_bulk_day_that_can_be_mistaken_is_refused(target: Book, write_csv: Write) -> None:
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("ie.csv", bulk({"exp_date": "09/10/2024"})))
    assert refused(caught) == [
        'ie.csv:2: incurred_on "09/10/2024" is not a date (expected dd-MON-yy, or mm/dd/yyyy '
        "where --declare day_order=mdy says so)"
    ]


def oppexp(**cells: str) -> str:
    usual = {
        "CMTE_ID": "C00000042", "AMNDT_IND": "N", "RPT_YR": "2024", "RPT_TP": "Q1",
        "IMAGE_NUM": "202404", "LINE_NUM": "17", "FORM_TP_CD": "F3", "SCHED_TP_CD": "SB",
        "NAME": "FEN RADIO", "TRANSACTION_DT": "01/04/2024", "TRANSACTION_AMT": "50",
        "PURPOSE": "ADS", "SUB_ID": "4001", "FILE_NUM": "1700001", "TRAN_ID": "T1",
    }  # fmt: skip
    return "|".join((usual | cells).get(name, "") for name in OPPEXP_COLUMNS)


@pytest.mark.parametrize("end", ["", "|"])
def test_oppexp_has_no_header(target: Book, write_csv: Write, end: str) -> None:
    rows = [
        oppexp(),
        oppexp(SUB_ID="4002", NAME='"BIG JOE" PRINTERS', TRANSACTION_AMT="-7.25"),
        oppexp(SUB_ID="4003", MEMO_CD="X"),
    ]
    [receipt] = target.add(write_csv("oppexp24.txt", "".join(f"{row}{end}\n" for row in rows)))
    assert (receipt.importer, receipt.rows_read, receipt.rows_posted) == ("fec-oppexp", 3, 3)
    assert target.sql(
        "SELECT source_row, payee, low, incurred_on::VARCHAR, series FROM current_spend "
        "ORDER BY source_row"
    ).rows() == [
        (2, "FEN RADIO", Decimal("50.00"), "2024-01-04", "fec oppexp"),
        (3, '"BIG JOE" PRINTERS', Decimal("-7.25"), "2024-01-04", "fec oppexp"),
        (4, "FEN RADIO", Decimal("50.00"), "2024-01-04", "fec memo items"),
    ]


@pytest.mark.parametrize("later_first", [False, True])
def test_an_amendment_in_a_later_oppexp_is_in_force(
    target: Book, write_csv: Write, *, later_first: bool
) -> None:
    amended = oppexp(AMNDT_IND="A", SUB_ID="4009", FILE_NUM="1800001", TRANSACTION_AMT="40")
    files = [
        write_csv("oppexp24.txt", oppexp() + "\n"),
        write_csv("oppexp24-later.txt", amended + "\n"),
    ]
    for file in reversed(files) if later_first else files:
        target.add(file)
    assert target.sql("SELECT low FROM current_spend").rows() == [(Decimal("40.00"),)]


def test_oppexp_with_a_header_in_small_letters(target: Book, write_csv: Write) -> None:
    row = oppexp(TRANSACTION_DT="2024-01-04", TRANSACTION_AMT="50.0").replace("|", ",")
    [receipt] = target.add(write_csv("oppexp.csv", f"{','.join(OPPEXP_COLUMNS).lower()}\n{row}\n"))
    assert receipt.importer == "fec-oppexp"
    assert target.sql("SELECT low, incurred_on::VARCHAR FROM spend").rows() == [
        (Decimal("50.00"), "2024-01-04")
    ]


def test_oppexp_refuses_by_line(target: Book, write_csv: Write) -> None:
    text = "\n".join([oppexp(), oppexp(TRANSACTION_AMT=""), oppexp() + "|x", "a|b", ""])
    with pytest.raises(DataRefused) as caught:
        target.add(write_csv("oppexp24.txt", text))
    assert refused(caught) == [
        'oppexp24.txt:2: TRANSACTION_AMT "" is blank and must not be',
        f'oppexp24.txt:3: "{oppexp().replace("|", ",")},x" the row has 26 cells and the header 25',
        'oppexp24.txt:4: "a,b" the row has 2 cells and the header 25',
    ]


def test_bars_that_are_no_oppexp_are_not_taken_for_it(target: Book, write_csv: Write) -> None:
    with pytest.raises(FileUnusable):
        target.add(write_csv("other.txt", "C00000042|N|2024|x\n"))


REAL = os.environ.get("FARTHING_REAL_DATA")


@pytest.mark.skipif(REAL is None, reason="needs the real files")
@pytest.mark.parametrize(("name", "rows"), [("1238394.fec", 3), ("1238409.fec", 8)])
def test_real_filings_add_up(target: Book, name: str, rows: int) -> None:
    path = Path(str(REAL), "fec", name)
    cells = [row.split(S) for row in path.read_text("latin-1").split("\n") if row]
    itemised = [row for row in cells if row[0] == "SE"]
    assert len(itemised) == rows
    [receipt] = target.add(path)
    assert receipt.rows_read == len(cells)
    assert reconciled(receipt)
    assert receipt.rows_refused == receipt.rows_blank == 0
    assert one(target, "SELECT count(*), sum(low), sum(high) FROM current_spend") == (
        rows,
        *[sum(Decimal(row[20]) for row in itemised)] * 2,
    )
    found = target.sql(
        "SELECT document_ref, payee, low::VARCHAR, strftime(incurred_on, '%Y%m%d') FROM spend "
        "ORDER BY source_row"
    ).rows()
    assert found == [(row[2], row[6], row[20], row[21] or row[19]) for row in itemised]
