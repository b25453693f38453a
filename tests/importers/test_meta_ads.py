"""Meta Ads Manager exports: orders of dates, languages, totals, breakdowns, budgets."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from farthing.book import Book
from farthing.errors import DataRefused, FileUnusable
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

Write = Callable[[str, str | bytes], Path]
Take = Callable[..., Receipt]

REAL = Path(os.environ.get("FARTHING_REAL_DATA", "nowhere")) / "platform_exports"
real = pytest.mark.skipif(not REAL.is_dir(), reason="needs the real files")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.duckdb")


@pytest.fixture
def take(book: Book, write_csv: Write) -> Take:
    """Import a file of some lines and return its receipt."""

    def taken(*lines: str, name: str = "export.csv", **how: Any) -> Receipt:
        [receipt] = book.add(write_csv(name, "\n".join(lines) + "\n"), **how)
        sums = receipt.rows_posted + receipt.rows_refused
        assert receipt.rows_read == sums + receipt.rows_set_aside + receipt.rows_blank
        return receipt

    return taken


def refusal(take: Take, *lines: str, **how: Any) -> str:
    with pytest.raises((DataRefused, FileUnusable)) as caught:
        take(*lines, **how)
    return str(caught.value)


def look(book: Book, query: str) -> list[tuple[Any, ...]]:
    return book.sql(query).rows()


def spent(book: Book) -> list[Any]:
    return [row[0] for row in look(book, "SELECT low FROM current_spend ORDER BY ALL")]


HEADER = "Reporting starts,Reporting ends,Campaign name,Reach,Impressions,Amount spent (GBP)"
MAY = "2025-05-01,2025-05-31"
NO_CAMPAIGN = (
    "the row names no campaign: export it with the column Campaign name, filled in each row, "
    "or --declare campaign=NAME"
)


# Periods, series and keys.


def test_a_row_is_money_and_delivery_of_its_campaign(book: Book, take: Take) -> None:
    receipt = take(HEADER, f"{MAY},GE North,900,1200,12.50")
    assert receipt.settings["currency"] == "GBP"
    assert receipt.settings["dates"] == "YMD"
    assert look(
        book,
        "SELECT campaign_id, record, starts_on::VARCHAR, ends_before::VARCHAR, incurred_on, payee, "
        "channel, series, currency, low, high, basis, wording FROM current_spend",
    ) == [
        ("meta-ads:GE_North", "platform", "2025-05-01", "2025-06-01", None, "Meta", "facebook",
         "meta ads by campaign by month", "GBP", Decimal("12.50"), Decimal("12.50"), "exact",
         "12.50")
    ]  # fmt: skip
    assert look(
        book,
        "SELECT measure, segment_kind, segment, low, starts_on::VARCHAR, ends_before::VARCHAR "
        "FROM current_reach ORDER BY measure",
    ) == [
        ("impressions", "all", None, Decimal(1200), "2025-05-01", "2025-06-01"),
        ("people", "all", None, Decimal(900), "2025-05-01", "2025-06-01"),
    ]
    assert look(book, "SELECT campaign_id, organisation, name FROM current_campaigns") == [
        ("meta-ads:GE_North", "GE North", "GE North")
    ]


@pytest.mark.parametrize(
    ("period", "series"),
    [
        ("2025-05-01,2025-05-31", "by month"),
        ("2024-02-01,2024-02-29", "by month"),
        ("2025-02-01,2025-02-27", "from 2025-02-01 to 2025-02-27"),
        ("2025-04-20,2025-05-20", "from 2025-04-20 to 2025-05-20"),
        ("2025-05-03,2025-05-03", "by day"),
    ],
)
def test_days_and_months_add_up_and_other_periods_stand_alone(
    period: str, series: str, book: Book, take: Take
) -> None:
    take(HEADER, f"{period},North,9,12,1.00")
    assert look(book, "SELECT series FROM current_spend") == [(f"meta ads by campaign {series}",)]


def test_a_day_goes_before_the_period_of_the_report(book: Book, take: Take) -> None:
    take(
        "Reporting starts,Reporting ends,Day,Campaign name,Amount spent (GBP)",
        f"{MAY},2025-05-02,North,1.00",
        f"{MAY},2025-05-03,North,2.00",
    )
    assert look(
        book, "SELECT incurred_on::VARCHAR, starts_on, low FROM current_spend ORDER BY ALL"
    ) == [("2025-05-02", None, Decimal("1.00")), ("2025-05-03", None, Decimal("2.00"))]


def test_a_period_without_an_end_is_open_unless_it_is_declared_a_day(
    book: Book, take: Take, tmp_path: Path, write_csv: Write
) -> None:
    lines = ("Reporting starts,Campaign name,Amount spent (GBP)", "2025-05-02,North,1.00")
    take(*lines)
    [(starts, ends, series)] = look(
        book, "SELECT starts_on::VARCHAR, ends_before, series FROM current_spend"
    )
    assert (starts, ends) == ("2025-05-02", None)
    assert series.startswith("meta ads by campaign of meta-ads-")
    other = Book(tmp_path / "other.duckdb")
    other.add(write_csv("e.csv", "\n".join(lines) + "\n"), declare={"period": "day"})
    assert look(other, "SELECT incurred_on::VARCHAR, series FROM current_spend") == [
        ("2025-05-02", "meta ads by campaign by day")
    ]


def test_the_later_of_two_exports_of_a_day_counts(book: Book, take: Take) -> None:
    day = "2025-05-02,2025-05-02"
    take(HEADER, f"{day},North,9,12,1.00", declare={"observed_on": "2025-05-09"})
    take(
        HEADER, f"{day},North,9,13,1.10", "2025-05-03,2025-05-03,North,9,12,2.00",
        name="May 1 to May 4.csv", declare={"observed_on": "2025-05-04"},
    )  # fmt: skip
    assert spent(book) == [Decimal("1.00"), Decimal("2.00")]


def test_rows_that_are_the_same_are_all_kept(book: Book, take: Take) -> None:
    row = "2025-05-02,2025-05-02,North,9,12,1.00"
    assert take(HEADER, row, row, row).rows_posted == 3
    assert spent(book) == [Decimal("1.00")] * 3
    keys = look(book, "SELECT right(record_key, 3) FROM current_spend ORDER BY source_row")
    assert keys == [("-02",), (" #2",), (" #3",)]


def test_a_later_export_replaces_twins_as_they_are_numbered(book: Book, take: Take) -> None:
    day = "2025-05-02,2025-05-02"
    for on, amounts in (("2025-05-03", "12"), ("2025-05-04", "34")):
        rows = [f"{day},North,9,12,{amount}" for amount in amounts]
        take(HEADER, *rows, name=f"{on}.csv", declare={"observed_on": on})
    assert spent(book) == [Decimal(3), Decimal(4)]


# Dates.

DATED = "Reporting starts,Reporting ends,Campaign name,Amount spent (GBP)"


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        ("03-05-2025,31-05-2025", "2025-05-03"),
        ("03/05/2025,31/05/2025", "2025-05-03"),
        ("3/5/2025,31/5/2025", "2025-05-03"),
        ("05/03/2025,05/31/2025", "2025-05-03"),
        ("3.5.2025,4.5.2025", "2025-05-03"),
        ("2025-05-03 00:00:00,2025-05-31T00:00:00", "2025-05-03"),
    ],
)
def test_an_order_of_dates_is_told_by_the_rows(
    cells: str, first: str, book: Book, take: Take
) -> None:
    take(DATED, f"{cells},North,1.00")
    assert look(book, "SELECT starts_on::VARCHAR FROM current_spend") == [(first,)]


def test_an_order_of_dates_that_nobody_tells_is_declared(book: Book, take: Take) -> None:
    row = "03/05/2025,04/05/2025,North,1.00"
    assert refusal(take, DATED, row) == (
        "export.csv: does not tell the order of its dates\n"
        "Hint: declare it, as in --declare dates=DMY"
    )
    take(DATED, row, declare={"dates": "MDY"})
    assert look(book, "SELECT starts_on::VARCHAR, ends_before::VARCHAR FROM current_spend") == [
        ("2025-03-05", "2025-04-06")
    ]


def test_two_orders_of_dates_contradict(take: Take) -> None:
    rows = ("13/05/2025,14/05/2025,North,1.00", "05/15/2025,05/16/2025,North,1.00")
    assert refusal(take, DATED, *rows) == (
        "export.csv: tells two things of the order of its dates: DMY and MDY\n"
        "Hint: declare it, as in --declare dates=DMY"
    )
    said = refusal(take, DATED, *rows, declare={"dates": "DMY"})
    assert 'export.csv:3: Reporting starts "05/15/2025" is not a date' in said


@pytest.mark.parametrize("cell", ["3/5/25", "31-02-2025", "May 3", "45780"])
def test_what_is_no_date_is_refused(cell: str, take: Take) -> None:
    said = refusal(take, DATED, f"{cell},14-05-2025,North,1.00")
    expected = "yyyy-mm-dd, dd-mm-yyyy or mm/dd/yyyy"
    assert f'export.csv:2: Reporting starts "{cell}" is not a date (expected {expected})' in said
    assert said.count("is not a date") == 1


def test_a_bad_day_is_told_once(take: Take) -> None:
    header = "Campaign name,Day,Reach,Impressions,Amount spent (GBP)"
    said = refusal(take, header, "North,2025-13-45,900,1200,1.00", "North,2025-05-01,9,12,1.00")
    assert 'export.csv:2: Day "2025-13-45" is not a date' in said
    assert said.count("2025-13-45") == 1


# Amounts and currencies.


@pytest.mark.parametrize(
    ("code", "cell", "amount"),
    [
        ("USD", '"$1,234.56"', "1234.56"),
        ("GBP", "£1234.5", "1234.50"),
        ("INR", '"₹1,234.56"', "1234.56"),
        ("VND", "25232", "25232"),
        ("VND", '"25,232 ₫"', "25232"),
        ("BRL", '"R$1,234.56"', "1234.56"),
        ("GBP", "-0.5", "-0.50"),
        ("GBP", "0", "0"),
    ],
)
def test_amounts(code: str, cell: str, amount: str, book: Book, take: Take) -> None:
    take(f"Campaign name,Amount spent ({code})", f"North,{cell}")
    assert look(book, "SELECT low, currency FROM current_spend") == [(Decimal(amount), code)]


@pytest.mark.parametrize(
    ("code", "cell", "why"),
    [
        ("GBP", "1.429", "decimals: it has 3, GBP has at most 2"),
        ("GBP", "$5", "the dollar may be any country's"),
        ("VND", "£5", "it says GBP, the declared unit is VND"),
        ("GBP", '"1.234,56"', "it is no figure"),
        ("GBP", "₹5", "it says INR, the declared unit is GBP"),
    ],
)
def test_amounts_that_are_refused(code: str, cell: str, why: str, take: Take) -> None:
    said = refusal(take, f"Campaign name,Amount spent ({code})", f"North,{cell}")
    assert f'"{cell.strip(chr(34))}" cannot be read: {why}' in said


@pytest.mark.parametrize(
    ("cell", "bounds"),
    [
        ("1.429999948", ("1.42", "1.43")),
        ("0.699638", ("0.69", "0.70")),
        ("9.9999", ("9.99", "10.00")),
        ("12.500000", ("12.50", "12.50")),
    ],
)
def test_an_amount_finer_than_a_cent_lies_between_two(
    cell: str, bounds: tuple[str, str], book: Book, take: Take
) -> None:
    take("Campaign name,Amount spent (GBP)", f"North,{cell}")
    assert look(book, "SELECT low, high, note FROM current_spend") == [
        (*map(Decimal, bounds), f"written as {cell}")
    ]


def test_three_digits_behind_a_point_are_decimals_where_it_is_told(
    book: Book, take: Take, tmp_path: Path
) -> None:
    header = "Campaign name,Amount spent (GBP)"
    assert "it has 3" in refusal(take, header, "North,1.234")
    take(header, "North,1.234", declare={"point": "decimal"})
    take(header, "South,1.234", "South,0.099948", name="other.csv")
    assert look(book, "SELECT low, high FROM current_spend ORDER BY ALL") == [
        (Decimal("0.09"), Decimal("0.10")), *[(Decimal("1.23"), Decimal("1.24"))] * 2,
    ]  # fmt: skip


def test_amounts_of_another_locale(book: Book, take: Take) -> None:
    take(
        "Kampagnenname;Impressionen;Ausgegebener Betrag (EUR)",
        "Nord;1.200;1.234,56",
        locale="de_DE",
    )
    assert spent(book) == [Decimal("1234.56")]
    assert look(book, "SELECT low FROM current_reach") == [(Decimal(1200),)]


def test_a_blank_amount_is_nothing_where_nothing_was_shown(book: Book, take: Take) -> None:
    receipt = take(HEADER, f"{MAY},North,,,", f"{MAY},South,0,0,", f"{MAY},West,9,12,")
    assert receipt.rows_posted == 3
    assert look(book, "SELECT campaign_id, low, high, basis FROM current_spend") == [
        ("meta-ads:West", None, None, "unknown")
    ]
    assert len(look(book, "SELECT 1 FROM current_campaigns")) == 3


def test_a_currency_is_declared_where_no_header_names_it(book: Book, take: Take) -> None:
    lines = ("campaign_name,spend,date_start,date_stop", "North,1.00,2025-05-01,2025-05-01")
    assert refusal(take, *lines) == (
        "export.csv: does not tell the currency of its amounts\n"
        "Hint: declare it, as in --declare currency=GBP"
    )
    take(*lines, declare={"currency": "EUR"})
    assert look(book, "SELECT currency FROM current_spend") == [("EUR",)]


def test_a_column_of_currencies_is_read_row_by_row(book: Book, take: Take) -> None:
    header = "campaign_name,account_id,account_currency,spend"
    take(header, "North,act_1,GBP,1.00", "North,act_2,EUR,2.00")
    assert look(book, "SELECT campaign_id, low, currency FROM current_spend ORDER BY low") == [
        ("meta-ads:1|North", Decimal("1.00"), "GBP"),
        ("meta-ads:2|North", Decimal("2.00"), "EUR"),
    ]
    said = refusal(take, header, "North,1,USD,1.00", declare={"currency": "GBP"})
    assert 'account_currency "USD" is not the currency that was declared' in said
    said = refusal(take, header, "North,1,GBP,1.00", "North,1,,1.00")
    assert "export.csv:3: account_currency is blank and must not be" in said


# Languages.

LANGUAGES = {
    "Portuguese": ("ID,Nome da campanha,Resultados,Alcance,Custo por resultados,Valor gasto (BRL)",
                   "1,Norte,3,900,4.10,12.30", "BRL"),
    "Portuguese of today": ("Início dos relatórios,Término dos relatórios,Nome da campanha,"
                            "Alcance,Valor usado (BRL)",
                            "2025-05-01,2025-05-31,Norte,900,12.30", "BRL"),
    "Spanish": ("Nombre de la campaña,Día,Alcance,Impresiones,Importe gastado (EUR)",
                "Norte,2025-05-01,900,1200,12.30", "EUR"),
    "French": ("Nom de la campagne,Jour,Portée,Impressions,Montant dépensé (EUR)",
               "Nord,2025-05-01,900,1200,12.30", "EUR"),
    "German": ("Kampagnenname,Tag,Reichweite,Impressionen,Ausgegebener Betrag (EUR)",
               "Nord,2025-05-01,900,1200,12.30", "EUR"),
    "Dutch": ("Start rapportage,Einde rapportage,Campagnenaam,Weergaven,Bereik,"
              "Besteed bedrag (EUR)",
              "2025-05-01,2025-05-31,Noord,1200,900,12.30", "EUR"),
    "Italian": ("Nome della campagna,Giorno,Copertura,Impression,Importo speso (EUR)",
                "Nord,2025-05-01,900,1200,12.30", "EUR"),
    "Polish": ("Nazwa kampanii,Dzień,Zasięg,Wyświetlenia,Wydana kwota (PLN)",
               "Północ,2025-05-01,900,1200,12.30", "PLN"),
    "Hungarian": ("Jelentés kezdete,Jelentés vége,Kampány neve,Elérés,Megjelenések,"
                  "Elköltött összeg (HUF)",
                  "2025-05-01,2025-05-31,Észak,900,1200,12.30", "HUF"),
    "Turkish": ("Rapor Başlangıcı,Rapor Sonu,Kampanya Adı,Erişim,Gösterim,Harcanan Tutar (TRY)",
                "2025-05-01,2025-05-31,Kuzey,900,1200,12.30", "TRY"),
    "Russian": ("Название кампании,День,Охват,Показы,Сумма затрат (RUB)",
                "Север,2025-05-01,900,1200,12.30", "RUB"),
    "Japanese": ("レポート開始日,レポート終了日,キャンペーン名,リーチ,"
                 "インプレッション,消化金額 (JPY)",
                 "2025-05-01,2025-05-31,北,900,1200,12.30", "JPY"),
    "Korean": ("캠페인 이름,일,도달,노출,지출 금액 (KRW)",
               "북,2025-05-01,900,1200,12.30", "KRW"),
    "Indonesian": ("Awal pelaporan,Akhir pelaporan,Nama kampanye,Penayangan kampanye,Hasil,"
                   "Jumlah yang dibelanjakan (IDR),Impresi,Jangkauan",
                   "2026-05-01,2026-05-31,Utara,active,4,12.30,1200,900", "IDR"),
    "Vietnamese": ("Lượt bắt đầu báo cáo,Lượt kết thúc báo cáo,Tên chiến dịch,Người tiếp cận,"
                   "Lượt hiển thị,Số tiền đã chi tiêu (VND)",
                   "2026-05-01,2026-05-31,Bắc,900,1200,12.30", "VND"),
    "Norwegian": ("Rapportering starter,Kampanjenavn,Rekkevidde,Eksponeringer,Beløp brukt (NOK)",
                  "2026-05-01,Nord,900,1200,12.30", "NOK"),
    "Thai": ("เริ่มการรายงาน,สิ้นสุดการรายงาน,ชื่อแคมเปญ,ID โฆษณา,การเข้าถึง,อิมเพรสชัน,"
             "จำนวนเงินที่ใช้จ่ายไป (THB)",
             "2025-05-01,2025-05-31,เหนือ,71,900,1200,12.30", "THB"),
    "Arabic": ("بداية التقارير,نهاية التقارير,اسم الحملة,الوصول,مرات الظهور,"
               "المبلغ الذي تم إنفاقه (EGP)",
               "2025-05-01,2025-05-31,شمال,900,1200,12.30", "EGP"),
    "Chinese": ("行銷活動名稱,天數,觸及人數,曝光次數,花費金額 (TWD)",
                "北,2025-05-01,900,1200,12.30", "TWD"),
    "other capitals": ("Campaign Name,Day,Reach,Impressions,Amount Spent (USD)",
                       "North,2025-05-01,900,1200,12.30", "USD"),
    "the API": ("campaign_name,date_start,date_stop,reach,impressions,spend,actions,"
                "account_currency",
                "North,2025-05-01,2025-05-01,900,1200,12.30,\"[{'action_type': 'like'}]\",USD",
                "USD"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_in_several_languages(language: str, book: Book, take: Take) -> None:
    header, row, currency = LANGUAGES[language]
    assert take(header, row).importer == "meta-ads"
    assert look(book, "SELECT low, currency FROM current_spend") == [(Decimal("12.30"), currency)]
    people = "SELECT low FROM current_reach WHERE measure = 'people'"
    assert look(book, people) == [(Decimal(900),)]


# Totals, levels and breakdowns.


@pytest.mark.parametrize("at", [0, 2])
def test_a_total_of_the_account_is_set_aside(at: int, book: Book, take: Take) -> None:
    rows = [f"{MAY},North,9,12,1.00", f"{MAY},South,9,12,2.00"]
    rows.insert(at, f"{MAY},,18,24,3.00")
    receipt = take(HEADER, *rows)
    assert receipt.asides == {"a total of the account, which restates the rows": 1}
    assert spent(book) == [Decimal("1.00"), Decimal("2.00")]


@pytest.mark.parametrize(
    "name", ["Total", "TOTALS", "Totaal", "All", "合計", "Results from 12 campaigns"]
)
def test_a_row_named_total_is_set_aside(name: str, book: Book, take: Take) -> None:
    receipt = take(HEADER, f"{MAY},North,9,12,1.00", f"{MAY},{name},9,12,1.00")
    assert receipt.asides == {"a total, which restates the rows": 1}
    assert spent(book) == [Decimal("1.00")]


@pytest.mark.parametrize("name", ["Total War", "All in", "Subtotal"])
def test_a_campaign_may_have_the_word_in_its_name(name: str, book: Book, take: Take) -> None:
    assert take(HEADER, f"{MAY},{name},9,12,1.00").rows_posted == 1


def test_a_campaign_named_total_is_one_where_it_has_an_id(take: Take) -> None:
    lines = ("Campaign ID,Campaign name,Amount spent (GBP)", "23851,Total,1.00")
    assert take(*lines).rows_posted == 1


def test_a_blank_campaign_between_others_is_refused(take: Take) -> None:
    rows = (f"{MAY},North,9,12,1.00", f"{MAY},,9,12,1.00", f"{MAY},South,9,12,1.00")
    said = refusal(take, HEADER, *rows)
    assert f"export.csv:3: {NO_CAMPAIGN}" in said


def test_days_under_the_total_of_their_campaign_are_no_total(take: Take) -> None:
    rows = ("North,All,3.00", ",2025-05-01,1.00", ",2025-05-02,2.00")
    said = refusal(take, "Campaign name,Day,Amount spent (GBP)", *rows)
    assert f"export.csv:3: {NO_CAMPAIGN}" in said
    assert f"export.csv:4: {NO_CAMPAIGN}" in said


def test_a_file_of_blank_campaigns_is_no_file_of_totals(take: Take) -> None:
    assert f"export.csv:2: {NO_CAMPAIGN}" in refusal(take, HEADER, f"{MAY},,9,12,1.00")


def test_people_by_age_and_gender(book: Book, take: Take) -> None:
    header = "Day,Campaign name,Age,Gender,Reach,Impressions,Amount spent (GBP)"
    take(
        header,
        "2025-05-01,North,,,900,1200,3.00",
        "2025-05-01,North,18-24,female,500,700,1.75",
        "2025-05-01,North,65+,Unknown,450,500,1.25",
        "2025-05-01,North,All,female,500,700,1.75",
    )
    people = (
        "SELECT segment_kind, segment, low, series FROM current_reach WHERE measure = 'people' "
        "ORDER BY source_row"
    )
    assert look(book, people) == [
        ("all", None, Decimal(900), "meta ads by campaign by day"),
        (
            "age_gender",
            "18-24 female",
            Decimal(500),
            "meta ads by campaign by age by gender by day",
        ),
        ("age_gender", "65+ unknown", Decimal(450), "meta ads by campaign by age by gender by day"),
        ("gender", "female", Decimal(500), "meta ads by campaign by gender by day"),
    ]
    sums = "SELECT series, sum(low) FROM current_spend GROUP BY ALL ORDER BY ALL"
    assert [row[1] for row in look(book, sums)] == [
        Decimal("3.00"), Decimal("3.00"), Decimal("1.75"),
    ]  # fmt: skip


def test_each_level_and_breakdown_is_a_series(book: Book, take: Take) -> None:
    take(
        "Day,Campaign name,Ad set name,Ad name,Region,Amount spent (GBP)",
        "2025-05-01,North,,,,5.00",
        "2025-05-01,North,Men,,,5.00",
        "2025-05-01,North,Men,Bus,,5.00",
        "2025-05-01,North,Men,Bus,Wales,5.00",
    )
    series = "SELECT series FROM current_spend ORDER BY source_row"
    assert [row[0] for row in look(book, series)] == [
        "meta ads by campaign by day",
        "meta ads by campaign, ad set by day",
        "meta ads by campaign, ad set, ad by day",
        "meta ads by campaign, ad set, ad by region by day",
    ]
    assert len(look(book, "SELECT 1 FROM current_campaigns")) == 1


def test_an_export_with_ids_and_one_without_are_never_added(book: Book, take: Take) -> None:
    take("Day,Campaign name,Ad set name,Amount spent (GBP)", "2025-05-01,North,Men,1.00")
    take("Day,Campaign name,Ad set ID,Amount spent (GBP)", "2025-05-01,North,777,1.00")
    series = "SELECT series FROM current_spend WHERE campaign_id = 'meta-ads:North' ORDER BY ALL"
    assert [row[0] for row in look(book, series)] == [
        "meta ads by campaign, ad set ID by day",
        "meta ads by campaign, ad set by day",
    ]


def test_a_month_of_the_report_is_the_period_of_its_row(book: Book, take: Take) -> None:
    take(
        "Inicio del informe,Fin del informe,Nombre de la campaña,Mes,Importe gastado (PEN)",
        "2025-05-01,2025-06-30,Norte,2025-05-01 - 2025-05-31,1.00",
        "2025-05-01,2025-06-30,Norte,2025-06-01 - 2025-06-30,2.00",
        "2025-05-01,2025-06-30,Norte,All,3.00",
    )
    assert look(
        book, "SELECT starts_on::VARCHAR, series, low FROM current_spend ORDER BY source_row"
    ) == [
        ("2025-05-01", "meta ads by campaign by month", Decimal(1)),
        ("2025-06-01", "meta ads by campaign by month", Decimal(2)),
        ("2025-05-01", "meta ads by campaign from 2025-05-01 to 2025-06-30", Decimal(3)),
    ]  # fmt: skip


def test_breakdowns_in_other_languages_are_series_too(book: Book, take: Take) -> None:
    header = "Kampagnenname,Tag,Plattform,Region,Ausgegebener Betrag (EUR)"
    take(header, "Nord,2025-05-01,facebook,Hessen,1.00", "Nord,2025-05-01,instagram,Hessen,2.00")
    assert look(book, "SELECT DISTINCT series FROM current_spend") == [
        ("meta ads by campaign by region by platform by day",)
    ]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("DMA region", ("Boston", "Dallas")),
        ("comscore_market", ("Boston", "Dallas")),
        ("dma", ("Boston", "Dallas")),
        ("Media type", ("Image", "Video")),
        ("Time of day (viewer's time zone)", ("00:00:00 - 00:59:59", "01:00:00 - 01:59:59")),
        ("hourly_stats_aggregated_by_audience_time_zone", ("00:00:00 - 00:59:59", "x")),
        ("body_asset", ("{'id': '1', 'text': 'Save'}", "{'id': '2', 'text': 'Swim'}")),
        ("Product ID", ("1, Boat", "2, Lock")),
    ],
)
def test_the_parts_of_a_breakdown_are_not_the_same_money_told_again(
    column: str, values: tuple[str, str], book: Book, take: Take
) -> None:
    """Not known as a breakdown, its first part would take the place of the whole."""
    take(HEADER, f"{MAY},North,9,12,3.00")
    take(f"{HEADER},{column}", *(f'{MAY},North,9,6,1.50,"{value}"' for value in values))
    sums = "SELECT count(*), sum(low) FROM current_spend GROUP BY series ORDER BY 1"
    assert look(book, sums) == [(1, Decimal(3)), (2, Decimal(3))]


def test_a_report_of_all_levels_has_the_word_all_for_ids(book: Book, take: Take) -> None:
    take(
        "Campaign name,Ad set ID,Ad ID,Delivery level,Amount spent (GBP)",
        "North,All,All,campaign,3.00",
        "North,71,All,adset,3.00",
        "North,71,81,ad,1.00",
        "North,71,82,ad,2.00",
    )
    sums = "SELECT count(*), sum(low) FROM current_spend GROUP BY series ORDER BY series"
    assert look(book, sums) == [(1, Decimal(3)), (1, Decimal(3)), (2, Decimal(3))]


def test_ads_of_one_name_in_two_ad_sets_are_two(book: Book, take: Take) -> None:
    take(
        "Day,Campaign name,Ad set name,Ad name,Amount spent (GBP)",
        "2025-05-01,North,Men,Bus,1.00",
        "2025-05-01,North,Women,Bus,2.00",
    )
    keys = look(book, "SELECT record_key FROM current_spend ORDER BY low")
    assert [key[0].split("|")[2:4] for key in keys] == [["Men", "Bus"], ["Women", "Bus"]]


def test_clicks_are_counted_where_all_of_them_are(book: Book, take: Take) -> None:
    take("Campaign name,Clicks (all),Link clicks,Amount spent (GBP)", "North,7,5,1.00")
    assert look(book, "SELECT measure, low FROM current_reach") == [("clicks", Decimal(7))]


# Names and IDs.


def test_an_id_names_a_campaign_before_its_name(book: Book, take: Take) -> None:
    header = "Account name,Campaign ID,Campaign name,Amount spent (GBP)"
    take(header, "Ada's,23851,North,1.00", "Ada's,c:23852,North,2.00")
    ids = "SELECT campaign_id, organisation FROM current_campaigns ORDER BY ALL"
    assert look(book, ids) == [("meta-ads:23851", "Ada's"), ("meta-ads:23852", "Ada's")]


def test_an_id_alone_names_a_campaign(book: Book, take: Take) -> None:
    take("campaign_id,date_start,date_stop,spend,account_currency", "23851,,,1.00,GBP")
    assert look(book, "SELECT campaign_id, name FROM current_campaigns") == [
        ("meta-ads:23851", "campaign 23851")
    ]


def test_a_campaign_is_declared_where_no_column_names_it(book: Book, take: Take) -> None:
    header = "Day,Ad set name,Reach,Impressions,Amount spent (GBP)"
    rows = ("2025-05-01,Men,9,12,1.00", "2025-05-01,Women,9,12,2.00", ",,17,24,3.00")
    receipt = take(header, *rows, declare={"campaign": "North"})
    assert receipt.asides == {"a total of the account, which restates the rows": 1}
    assert look(book, "SELECT DISTINCT campaign_id FROM current_spend") == [("meta-ads:North",)]
    assert spent(book) == [Decimal("1.00"), Decimal("2.00")]


def test_an_id_that_excel_has_rounded_is_refused(take: Take) -> None:
    said = refusal(take, "Campaign ID,Campaign name,Amount spent (GBP)", "1.20E+17,North,1.00")
    assert 'Campaign ID "1.20E+17" is no ID: digits alone (Excel rounds them)' in said


def test_a_declared_organisation_tells_accounts_apart(book: Book, take: Take) -> None:
    for who in ("Ayes", "Noes Ltd"):
        take(HEADER, f"{MAY},North,9,12,1.00", f"{MAY},{who},9,12,1.00",
             declare={"organisation": who})  # fmt: skip
    campaigns = "SELECT campaign_id, organisation FROM current_campaigns WHERE name = 'North'"
    assert look(book, f"{campaigns} ORDER BY ALL") == [
        ("meta-ads:Ayes|North", "Ayes"), ("meta-ads:Noes_Ltd|North", "Noes Ltd"),
    ]  # fmt: skip
    assert len(spent(book)) == 4


def test_long_and_strange_names_stay_apart(book: Book, take: Take) -> None:
    names = ["N" * 300 + "a", "N" * 300 + "b", "Nörth\u00a0\u3000🗳", "x'; DROP TABLE spend; --"]
    take("Campaign name,Ad set name,Amount spent (GBP)", *(f"{name},{name},1.00" for name in names))
    found = look(book, "SELECT name, campaign_id FROM current_campaigns ORDER BY source_row")
    assert [name for name, _ in found] == names
    assert len({campaign for _, campaign in found}) == 4
    assert found[2][1] == "meta-ads:Nörth_🗳"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("30-34-39,male", 'Age "30-34-39" is no age group, such as 18-24 or 65+'),
        ("916,male", 'Age "916" is no age group, such as 18-24 or 65+'),
        ("18-24,103916", 'Gender "103916" is no gender'),
    ],
)
def test_a_row_whose_cells_are_shifted_is_refused(cells: str, why: str, take: Take) -> None:
    header = "Campaign name,Age,Gender,Impressions,Amount spent (GBP)"
    assert why in refusal(take, header, f"North,{cells},10,1.00")


def test_any_other_column_may_be_there_whatever_its_name(book: Book, take: Take) -> None:
    take(
        "Campaign name,Starts,Ends,campaign,line,source,series,CPM (GBP),Amount spent (GBP)",
        "North,2024-01-01,Ongoing,x,y,z,s,9.123456,1.00",
    )
    assert look(book, "SELECT low, starts_on FROM current_spend") == [(Decimal("1.00"), None)]


# Budgets.

BUDGETED = "Campaign name,Ad set name,Day,Ad set budget,Ad set budget type,Amount spent (GBP)"


def test_a_lifetime_budget_is_of_the_ad_set_and_stands_once(book: Book, take: Take) -> None:
    take(
        BUDGETED,
        "North,Men,2025-05-01,500,Lifetime,1.00",
        "North,Men,2025-05-02,500,Lifetime,2.00",
        "North,Women,2025-05-02,250.5,Lifetime,3.00",
    )
    assert look(
        book,
        "SELECT campaign_id, stage, low, currency, said_by, modality FROM current_budgets "
        "ORDER BY low",
    ) == [
        ("meta-ads:North|Women", "approved", Decimal("250.50"), "GBP",
         "Meta Ads Manager export", "asserted"),
        ("meta-ads:North|Men", "approved", Decimal(500), "GBP",
         "Meta Ads Manager export", "asserted"),
    ]  # fmt: skip
    assert look(
        book, "SELECT campaign_id, name, part_of FROM current_campaigns ORDER BY campaign_id"
    ) == [
        ("meta-ads:North", "North", None),
        ("meta-ads:North|Men", "Men", "meta-ads:North"),
        ("meta-ads:North|Women", "Women", "meta-ads:North"),
    ]
    spent_on = "SELECT DISTINCT campaign_id FROM current_spend"
    assert look(book, spent_on) == [("meta-ads:North",)]


def test_a_daily_budget_is_a_rate_and_no_budget_of_the_whole(book: Book, take: Take) -> None:
    take(BUDGETED, "North,Men,2025-05-01,50,Daily,1.00", "North,Men,2025-05-02,50,Daily,2.00")
    assert look(book, "SELECT 1 FROM current_budgets") == []
    assert look(book, "SELECT quantity, low, unit FROM current_statements") == [
        ("daily budget of meta-ads:North|Men", Decimal(50), "GBP")
    ]


def test_a_budget_of_a_campaign_is_the_campaigns_own(book: Book, take: Take) -> None:
    take(
        "Campaign name,Ad set budget,Ad set budget type,Amount spent (GBP)",
        "North,500,Lifetime,1.00",
        "South,Using ad set budget,0,1.00",
        "West,0,Using ad set budget,1.00",
        "East,,,1.00",
    )
    assert look(book, "SELECT campaign_id, low FROM current_budgets") == [
        ("meta-ads:North", Decimal(500))
    ]
    assert look(book, "SELECT 1 FROM current_statements") == []
    assert len(look(book, "SELECT 1 FROM current_campaigns")) == 4


def test_a_budget_of_the_campaign_beside_its_ad_sets(book: Book, take: Take) -> None:
    take(
        "Campaign name,Ad set name,Campaign Budget,Campaign Budget Type,Ad Set Budget,"
        "Ad Set Budget Type,Amount spent (GBP)",
        "North,Men,800,Lifetime,Using campaign budget,Using campaign budget,1.00",
        "North,Women,800,Lifetime,Using campaign budget,Using campaign budget,1.00",
    )
    assert look(book, "SELECT campaign_id, low FROM current_budgets") == [
        ("meta-ads:North", Decimal(800))
    ]


# What is no such file.


def test_a_file_without_campaigns_says_what_is_missing(take: Take) -> None:
    said = refusal(take, "Ad name,Reach,Impressions,Amount spent (GBP)", "Bus,9,12,1.00")
    assert f"export.csv:2: {NO_CAMPAIGN}" in said


def test_a_cut_file_is_refused(book: Book, write_csv: Write) -> None:
    file = write_csv("export.csv", f"{HEADER}\n{MAY},North,9,12,1.0")
    with pytest.raises(DataRefused) as caught:
        book.add(file)
    assert "export.csv:2: the row is the last and has no line end" in str(caught.value)


# The real files.


@real
def test_the_real_export_adds_up(book: Book) -> None:
    path = REAL / "meta_ads_manager_export_VND_2025.csv"
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    [receipt] = book.add(path)
    assert (receipt.rows_read, receipt.rows_posted) == (len(rows), len(rows)) == (1313, 1313)
    assert receipt.settings["currency"] == "VND"
    assert receipt.settings["dates"] == "DMY"
    by_day: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        day, month, year = row["Reporting starts"].split("-")
        key = (row["Campaign name"], f"{year}-{month}-{day}")
        by_day[key] = by_day.get(key, Decimal(0)) + Decimal(row["Amount spent (VND)"])
    query = (
        "SELECT name, spend.starts_on::VARCHAR, sum(low) FROM current_spend AS spend "
        "JOIN current_campaigns USING (campaign_id) GROUP BY ALL"
    )
    assert {(name, day): amount for name, day, amount in look(book, query)} == by_day
    reach = "SELECT measure, sum(low) FROM current_reach GROUP BY ALL ORDER BY ALL"
    assert look(book, reach) == [
        ("impressions", sum(Decimal(row["Impressions"]) for row in rows)),
        ("people", sum(Decimal(row["Reach"]) for row in rows)),
    ]
    twice = len(rows) - len({tuple(row.values()) for row in rows})
    assert twice > 0
    assert len(spent(book)) == len(rows)
    assert look(book, "SELECT count(*) FROM current_spend WHERE ends_before NOTNULL") == [(0,)]


@real
def test_the_real_export_is_of_days_where_that_is_declared(book: Book) -> None:
    book.add(REAL / "meta_ads_manager_export_VND_2025.csv", declare={"period": "day"})
    assert look(book, "SELECT count(*), count(incurred_on), sum(low) FROM current_spend") == [
        (1313, 1313, Decimal(58370666))
    ]


TAUGHT = (
    "ad_id,reporting_start,reporting_end,campaign_id,fb_campaign_id,age,gender,interest1,"
    "interest2,interest3,impressions,clicks,spent,total_conversion,approved_conversion"
)


def test_the_table_that_is_taught_with_is_read_row_by_row(book: Book, take: Take) -> None:
    rows = (
        "11,17/08/2017,17/08/2017,91,1039,30-34,M,15,17,17,7350,1,1.429999948,2,1",
        "12,17/08/2017,17/08/2017,45-49,F,111,113,117,1515,28,40.28999949,2,0,,",
    )
    assert "currency=GBP" in refusal(take, TAUGHT, *rows)
    said = refusal(take, TAUGHT, *rows, declare={"currency": "USD"})
    assert 'export.csv:3: campaign_id "45-49" is no ID' in said
    assert 'export.csv:3: age "111" is no age group' in said
    receipt = take(TAUGHT, *rows, name="e.csv", declare={"currency": "USD"}, quarantine=True)
    assert (receipt.importer, receipt.rows_posted, receipt.rows_refused) == (
        "meta-ads-taught", 1, 1,
    )  # fmt: skip
    assert look(book, "SELECT name FROM current_campaigns") == [("campaign 91",)]
    assert look(book, "SELECT measure, segment, low FROM current_reach ORDER BY ALL") == [
        ("clicks", "30-34 male", Decimal(1)),
        ("impressions", "30-34 male", Decimal(7350)),
    ]


def test_it_is_known_as_it_was_first_published(take: Take) -> None:
    header = (
        "ad_id,xyz_campaign_id,fb_campaign_id,age,gender,interest,Impressions,Clicks,Spent,"
        "Total_Conversion,Approved_Conversion"
    )
    receipt = take(header, "11,91,1039,30-34,M,15,7350,1,1.43,2,1", declare={"currency": "USD"})
    assert (receipt.importer, receipt.rows_posted) == ("meta-ads-taught", 1)


@real
def test_the_real_table_that_is_taught_with_adds_up(book: Book) -> None:
    path = REAL / "kag_facebook_ads_age_gender_2017.csv"
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    good = [row for row in rows if row["campaign_id"].isdigit()]
    [receipt] = book.add(path, declare={"currency": "USD"}, quarantine=True)
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_refused) == (1143, 761, 382)
    assert len(good) == 761
    [(low, high)] = look(book, "SELECT sum(low), sum(high) FROM current_spend")
    assert low <= sum(Decimal(row["spent"]) for row in good) <= high
    assert high - low <= Decimal("0.01") * len(good)
    shown = "SELECT sum(low) FROM current_reach WHERE measure = 'impressions'"
    assert look(book, shown) == [(sum(Decimal(row["impressions"]) for row in good),)]


@pytest.mark.parametrize(
    "theirs",
    ["Funding source", "Billed engagements", "Swipe Ups", "Primary status", "Clicks (destination)"],
)
def test_an_export_of_another_platform_is_not_of_this(take: Take, theirs: str) -> None:
    header = f"Campaign name,Currency,Spend,Impressions,{theirs}"
    said = refusal(take, header, "Vote,GBP,12.50,1000,7")
    assert "is of no known format" in said
    assert theirs in said
