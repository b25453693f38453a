"""Google Ads reports and Overview cards: titles, totals, what is not reported, signs, languages."""

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

    def taken(
        *lines: str, name: str = "report.csv", encoding: str = "utf-8", **how: Any
    ) -> Receipt:
        content = ("\n".join(lines) + "\n").encode(encoding)
        [receipt] = book.add(write_csv(name, content), **how)
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
    return [row[0] for row in look(book, "SELECT low FROM current_spend ORDER BY source_row")]


TITLE = "Campaign report"
ALL_TIME = "All time"
NOVEMBER = '"November 1, 2025 - November 30, 2025"'
HEADER = "Campaign status,Campaign,Currency code,Cost,Impr.,Clicks"
PERIODS = (
    "SELECT incurred_on::VARCHAR, starts_on::VARCHAR, ends_before::VARCHAR, series "
    "FROM current_spend"
)


def test_a_report_is_money_and_delivery(book: Book, take: Take) -> None:
    receipt = take(
        TITLE, NOVEMBER, HEADER,
        'Enabled,GE North,GBP,"1,234.50","12,000",340',
        "Total: Account,,GBP,\"1,234.50\",\"12,000\",340",
        "Total: Search, --,GBP,\"1,234.50\",\"12,000\",340",
    )  # fmt: skip
    assert receipt.asides == {
        "a total, which restates the rows above": 2,
        "a title above the header": 2,
    }
    assert (receipt.rows_read, receipt.rows_posted) == (5, 1)
    assert look(
        book,
        "SELECT campaign_id, record, payee, channel, currency, low, starts_on::VARCHAR, "
        "ends_before::VARCHAR, series FROM current_spend",
    ) == [
        ("google-ads:GE_North", "platform", "Google", "google", "GBP", Decimal("1234.50"),
         "2025-11-01", "2025-12-01", "google ads by campaign by month")
    ]  # fmt: skip
    assert look(book, "SELECT measure, low FROM current_reach ORDER BY measure") == [
        ("clicks", Decimal(340)),
        ("impressions", Decimal(12000)),
    ]


@pytest.mark.parametrize(
    ("title", "starts", "ends", "series"),
    [
        (ALL_TIME, None, None, "of All time"),
        ('"November 3, 2025 - February 3, 2026"', "2025-11-03", "2026-02-04",
         "from 2025-11-03 to 2026-02-03"),
        ("November 3, 2025 - February 3, 2026", "2025-11-03", "2026-02-04",
         "from 2025-11-03 to 2026-02-03"),
        ("3 November 2025 – 3 February 2026", "2025-11-03", "2026-02-04",
         "from 2025-11-03 to 2026-02-03"),
        *[
            (words, "2025-11-03", "2026-02-04", "from 2025-11-03 to 2026-02-03")
            for words in (
                "3. Nov. 2025 - 3. Feb. 2026",
                "3. November 2025 - 3. Februar 2026",
                "3 nov. 2025 - 3 févr. 2026",
                "3 de noviembre de 2025 - 3 de febrero de 2026",
                "3 novembre 2025 - 3 febbraio 2026",
                "3 november 2025 - 3 februari 2026",
                "3 de nov. de 2025 - 3 de fev. de 2026",
                "2025-11-03 - 2026-02-03",
                "Campaign report (Nov 3, 2025-Feb 3, 2026)",
            )
        ],
        ("31. November 2025 - 3. Feb. 2026", None, None, "of 31. November 2025 - 3. Feb. 2026"),
        ("3 lis 2025 – 3 lut 2026", None, None, "of 3 lis 2025 – 3 lut 2026"),
    ],
)  # fmt: skip
def test_the_days_stand_above_the_header(
    title: str, starts: str | None, ends: str | None, series: str, book: Book, take: Take
) -> None:
    take(TITLE, title, HEADER, "Enabled,North,GBP,1.00,12,3")
    assert look(book, PERIODS) == [(None, starts, ends, f"google ads by campaign {series}")]


def test_one_day_above_the_header(book: Book, take: Take) -> None:
    take(TITLE, '"November 3, 2025"', HEADER, "Enabled,North,GBP,1.00,12,3")
    assert look(book, PERIODS) == [("2025-11-03", None, None, "google ads by campaign by day")]


def test_a_title_with_a_year_is_no_period(book: Book, take: Take) -> None:
    take("Labour 2019-2020", ALL_TIME, HEADER, "Enabled,North,GBP,1.00,12,3")
    assert look(book, "SELECT series FROM current_spend") == [
        ("google ads by campaign of All time",)
    ]


def test_without_a_title_the_period_is_unknown_or_declared(book: Book, take: Take) -> None:
    lines = (HEADER, "Enabled,North,GBP,1.00,12,3")
    take(*lines)
    [(day, starts, ends, series)] = look(book, PERIODS)
    assert (day, starts, ends) == (None, None, None)
    assert series.startswith("google ads by campaign of google-ads-")
    take(*lines, "Enabled,South,GBP,2.00,12,3", declare={"window": "2025-11-01 to 2025-11-30"})
    assert look(book, f"{PERIODS} WHERE low = 2") == [
        (None, "2025-11-01", "2025-12-01", "google ads by campaign by month")
    ]


def test_days_and_devices_divide_a_campaign(book: Book, take: Take) -> None:
    take(
        TITLE, NOVEMBER, "Day,Campaign,Device,Currency code,Cost,Impr.",
        "2025-11-01,North,Computers,GBP,1.00,12",
        "2025-11-01,North,Mobile phones,GBP,2.00,12",
        "2025-11-02,North,Mobile phones,GBP,3.00,12",
    )  # fmt: skip
    assert spent(book) == [Decimal(1), Decimal(2), Decimal(3)]
    assert look(book, "SELECT DISTINCT series FROM current_spend") == [
        ("google ads by campaign by device by day",)
    ]
    assert look(book, "SELECT count(DISTINCT record_key) FROM current_spend") == [(3,)]


def test_a_later_export_of_all_time_replaces_the_earlier(book: Book, take: Take) -> None:
    for on, cost in (("2025-12-02", "9.00"), ("2025-12-01", "8.00")):
        take(TITLE, ALL_TIME, HEADER, f"Enabled,North,GBP,{cost},12,3",
             declare={"observed_on": on})  # fmt: skip
    assert spent(book) == [Decimal("9.00")]


def test_what_is_not_reported_is_unknown_and_never_none(book: Book, take: Take) -> None:
    take(
        TITLE, ALL_TIME, HEADER,
        "Enabled,North,GBP, --, --,3",
        "Enabled,South,GBP,0.00,0,0",
        "Enabled,West,GBP,,,",
    )  # fmt: skip
    assert look(book, "SELECT campaign_id, low, basis FROM current_spend ORDER BY source_row") == [
        ("google-ads:North", None, "unknown"),
        ("google-ads:South", Decimal(0), "exact"),
    ]
    assert look(book, "SELECT campaign_id, measure FROM current_reach ORDER BY ALL") == [
        ("google-ads:North", "clicks"),
        ("google-ads:South", "clicks"),
        ("google-ads:South", "impressions"),
    ]


def test_utf_16_with_tabs(book: Book, take: Take) -> None:
    lines = (TITLE, ALL_TIME, HEADER.replace(",", "\t"), "Enabled\tNörd\tEUR\t1,234.50\t12\t3")
    take(*lines, encoding="utf-16")
    assert look(book, "SELECT campaign_id, low FROM current_spend") == [
        ("google-ads:Nörd", Decimal("1234.50"))
    ]


LANGUAGES = {
    "German": (
        "Kampagnenbericht", "Gesamter Zeitraum",
        "Kampagnenstatus;Kampagne;Budget;Budgettyp;Währungscode;Kosten;Impr.;Klicks",
        "Aktiv;Nord;10,00;Täglich;EUR;1.234,50;12.000;3",
        "Gesamt: Konto; --;10,00; --;EUR;1.234,50;12.000;3",
    ),
    "French": (
        "Rapport sur les campagnes", "Toutes les dates",
        "État de la campagne;Campagne;Budget;Type de budget;Code de la devise;Coût;Impr.;Clics",
        "Activée;Nord;10,00;Quotidien;EUR;1\u202f234,50;12\u202f000;3",
        "Total\u00a0: compte; --;10,00; --;EUR;1\u202f234,50;12\u202f000;3",
    ),
    "Spanish": (
        "Informe de campañas", "Todo el período",
        "Campaña;Presupuesto;Tipo de presupuesto;Código de moneda;Coste;Impresiones;Clics",
        "Nord;10,00;Diario;EUR;1.234,50;12.000;3",
        "Total: cuenta;10,00; --;EUR;1.234,50;12.000;3",
    ),
    "Italian": (
        "Report campagne", "Tutto il periodo",
        "Stato campagna;Campagna;Budget;Tipo di budget;Codice valuta;Costo;Impr.;Clic",
        "Attiva;Nord;10,00;Giornaliero;EUR;1.234,50;12.000;3",
        "Totale: account; --;10,00; --;EUR;1.234,50;12.000;3",
    ),
    "Dutch": (
        "Campagnerapport", "Altijd",
        "Campagnestatus;Campagne;Budget;Budgettype;Valutacode;Kosten;Vert.;Klikken",
        "Actief;Nord;10,00;Dagelijks;EUR;1.234,50;12.000;3",
        "Totaal: account; --;10,00; --;EUR;1.234,50;12.000;3",
    ),
    "Portuguese": (
        "Relatório de campanhas", "Todo o período",
        "Campanha;Orçamento;Tipo de orçamento;Código da moeda;Custo;Impr.;Cliques",
        "Nord;10,00;Diário;EUR;1.234,50;12.000;3",
        "Total: conta;10,00; --;EUR;1.234,50;12.000;3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_reports_in_other_languages(language: str, book: Book, take: Take) -> None:
    receipt = take(*LANGUAGES[language])
    assert (receipt.importer, receipt.rows_posted, receipt.rows_set_aside) == ("google-ads", 1, 3)
    assert look(book, "SELECT campaign_id, low, currency FROM current_spend") == [
        ("google-ads:Nord", Decimal("1234.50"), "EUR")
    ]
    assert look(book, "SELECT low FROM current_reach ORDER BY low") == [
        (Decimal(3),), (Decimal(12000),)
    ]  # fmt: skip
    assert look(book, "SELECT quantity, low FROM current_statements") == [
        ("daily budget of google-ads:Nord", Decimal(10))
    ]


@pytest.mark.parametrize(
    ("cost", "shown", "amount"),
    [
        ("1.234,50", "12.000", "1234.50"),
        ("1,234.50", "12,000", "1234.50"),
        ("1'234.50", "12’000", "1234.50"),
        ("1 234,50", "12 000", "1234.50"),
        ("1,03,153.00", "12,000", "103153.00"),
        ("1.234", "12.000", "1234"),
        ("1,234", "12,000", "1234"),
        ("12,5", "12000", "12.5"),
    ],
)
def test_figures_tell_which_mark_begins_the_decimals(
    cost: str, shown: str, amount: str, book: Book, take: Take
) -> None:
    take("Campaign,Currency code,Cost,Impr.", f'North,JPY,"{cost}","{shown}"')
    assert spent(book) == [Decimal(amount)]
    assert look(book, "SELECT low FROM current_reach") == [(Decimal(12000),)]


def test_a_mark_that_nothing_tells_is_declared(book: Book, take: Take) -> None:
    lines = ("Campaign,Currency code,Cost,Impr.", 'North,KWD,"1,234",7')
    said = refusal(take, *lines)
    assert (
        'Cost "1,234" may have thousands or three decimals: declare which mark begins its' in said
    )
    take(*lines, declare={"decimals": "point"})
    assert spent(book) == [Decimal(1234)]


@pytest.mark.parametrize(("cell", "told"), [('"1,234"', "point"), ("1.234", "comma")])
def test_money_without_decimals_has_thousands(cell: str, told: str, book: Book, take: Take) -> None:
    receipt = take("Campaign,Currency code,Cost,Impr.", f"North,JPY,{cell},7", "South,JPY,56,7")
    assert receipt.settings["decimals"] == told
    assert sorted(spent(book)) == [Decimal(56), Decimal(1234)]


def test_two_marks_contradict(take: Take) -> None:
    lines = ("Campaign,Currency code,Cost,Impr.", 'North,EUR,"1.234,50",7', "South,EUR,5.50,7")
    assert "tells two things of which mark begins the decimals" in refusal(take, *lines)


@pytest.mark.parametrize("cell", ['"1.23,456.70"', '"12 34.50"', "1e3", "some"])
def test_what_is_no_figure_is_refused_as_it_stands(cell: str, take: Take) -> None:
    said = refusal(take, "Campaign,Currency code,Cost,Impr.", f"North,EUR,{cell},7")
    assert f'report.csv:2: Cost "{cell.strip(chr(34))}" cannot be read' in said


@pytest.mark.parametrize(
    ("days", "dates", "first"),
    [
        (("13/09/2026", "03/09/2026"), None, "2026-09-13"),
        (("9/13/2026", "9/3/2026"), None, "2026-09-13"),
        (("03/04/2026", "04/04/2026"), "DMY", "2026-04-03"),
        (("03/04/2026", "04/04/2026"), "MDY", "2026-03-04"),
        (("03.04.2026", "04.04.2026"), None, "2026-04-03"),
    ],
)
def test_days_that_a_spreadsheet_has_rewritten(
    days: tuple[str, str], dates: str | None, first: str, book: Book, take: Take
) -> None:
    header = "Day,Campaign,Currency code,Cost,Impr."
    declared = {"dates": dates} if dates else None
    take(header, *(f"{day},North,GBP,1.00,1" for day in days), declare=declared)
    found = look(book, "SELECT incurred_on::VARCHAR FROM current_spend ORDER BY source_row")
    assert found[0] == (first,)


def test_an_order_of_days_that_nothing_tells_is_declared(take: Take) -> None:
    said = refusal(take, "Day,Campaign,Currency code,Cost,Impr.", "03/04/2026,North,GBP,1.00,1")
    assert "may begin with the day or the month: declare it, as in --declare dates=DMY" in said


def test_a_report_of_adwords_has_totals_without_a_colon(book: Book, take: Take) -> None:
    receipt = take(
        "Campaign report (Jun 1, 2015-Jun 30, 2015)",
        "Campaign state\tCampaign\tBudget\tClicks\tImpr.\tCost\tAvg. position",
        "enabled\tNorth\t50.00\t20\t300\t20.00\t1.2",
        "Total\t --\t --\t20\t300\t20.00\t1.2",
        "Total - Search\t --\t --\t20\t300\t20.00\t1.2",
        encoding="utf-16", declare={"currency": "USD"},
    )  # fmt: skip
    assert (receipt.rows_posted, receipt.rows_set_aside) == (1, 3)
    assert look(book, PERIODS) == [
        (None, "2015-06-01", "2015-07-01", "google ads by campaign by month")
    ]


@pytest.mark.parametrize("name", ["Total", "Summe", "Total - Search"])
def test_a_campaign_that_is_called_as_a_total_is_refused(name: str, take: Take) -> None:
    said = refusal(take, "Campaign,Currency code,Cost,Impr.", f"{name},GBP,1.00,12")
    assert f'Campaign "{name}" is what a total is called' in said


LEVELS = {
    "Campaign,Ad group": ("THB,Sell", "THB,Cash"),
    "Keyword,Match type,Campaign,Ad group": ("roof,Exact,THB,Sell", "roof,Broad,THB,Sell"),
    "Search term,Match type,Campaign,Ad group,Keyword": (
        "my roof,Exact,THB,Sell,roof", "a roof,Exact,THB,Sell,roof",
    ),
    "Headline 1,Final URL,Ad type,Campaign,Ad group": ("One,,Text,THB,Sell", "Two,,Text,THB,Sell"),
    "Age,Campaign,Ad group": ("18 - 24,THB,Sell", "65+,THB,Sell"),
    "City (User location),Country/Territory (User location),Campaign,Ad group": (
        "Leeds,United Kingdom,THB,Sell", "Hull,United Kingdom,THB,Sell",
    ),
    "City (User location),City (Matched),Campaign,Ad group": (
        "Leeds,Leeds,THB,Sell", "Hull,Leeds,THB,Sell",
    ),
    "Day of the week,Campaign,Ad group": ("Monday,THB,Sell", "Tuesday,THB,Sell"),
}  # fmt: skip


def test_each_level_and_each_division_is_a_series_of_its_own(book: Book, take: Take) -> None:
    for header, rows in LEVELS.items():
        take(TITLE, NOVEMBER, f"{header},Currency code,Cost,Impr.",
             *(f"{row},GBP,1.00,12" for row in rows))  # fmt: skip
    found = look(book, "SELECT series, sum(low), count(DISTINCT record_key) FROM current_spend "
                 "GROUP BY series")  # fmt: skip
    assert len(found) == len(LEVELS)
    assert {(total, keys) for _, total, keys in found} == {(Decimal(2), 2)}
    areas = "SELECT segment FROM current_reach WHERE segment_kind = 'area' ORDER BY 1"
    assert look(book, areas) == [
        ("Hull",), ("Hull, United Kingdom",), ("Leeds",), ("Leeds, United Kingdom",)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "more", ["Clicks", "Campaign type", "Currency code", "Status der Kampagne"]
)
def test_one_column_of_google_ads_is_enough_to_know_it(more: str, take: Take) -> None:
    lines = (f"Week,Campaign,Cost,{more}", "2026-08-31,North,£70.00,")
    if more.startswith("Status"):
        assert "is of no known format" in refusal(take, *lines)
    else:
        assert take(*lines, declare={"currency": "GBP"}).importer == "google-ads"


def test_a_blank_campaign_that_is_no_total_is_refused(take: Take) -> None:
    said = refusal(take, TITLE, ALL_TIME, HEADER, "Enabled,,GBP,1.00,12,3")
    assert "report.csv:4: the row names no campaign and is no total" in said


def test_a_campaign_with_total_in_its_name_is_one(book: Book, take: Take) -> None:
    take(TITLE, ALL_TIME, HEADER, "Enabled,Total War: II,GBP,1.00,12,3")
    assert spent(book) == [Decimal(1)]


def test_a_cut_report_is_refused_at_its_last_line(book: Book, write_csv: Write) -> None:
    lines = (TITLE, ALL_TIME, HEADER, "Enabled,North,GBP,1.00,12,3", "Enabled,South,GBP,1.00,12,3")
    with pytest.raises(DataRefused) as caught:
        book.add(write_csv("report.csv", "\n".join(lines)))
    assert "report.csv:5: the row is the last and has no line end" in str(caught.value)


def test_an_id_that_excel_has_rounded_is_refused(take: Take) -> None:
    said = refusal(take, "Campaign ID,Campaign,Cost,Impr.", "2.1E+10,North,£1.00,12")
    assert 'Campaign ID "2.1E+10" is no ID: digits alone (Excel rounds them)' in said


def test_accounts_and_ids_name_a_campaign(book: Book, take: Take) -> None:
    header = "Account name,Customer ID,Campaign ID,Campaign,Currency code,Cost,Impr."
    take(
        header,
        "Ayes,123-456-7890,,North,GBP,1.00,12",
        "Noes,123-456-7891,,North,EUR,2.00,12",
        "Noes,123-456-7891,21051234567,North,EUR,3.00,12",
    )
    ids = "SELECT campaign_id, organisation FROM current_campaigns ORDER BY source_row"
    assert look(book, ids) == [
        ("google-ads:1234567890|North", "Ayes"),
        ("google-ads:1234567891|North", "Noes"),
        ("google-ads:21051234567", "Noes"),
    ]


# Currencies.


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('"₹24,532.22"', "INR"),
        ('"€24,532.22"', "EUR"),
        ('"£24,532.22"', "GBP"),
        ('"R$ 24.532,22"', "BRL"),
        ('"24 532,22 zł"', "PLN"),
        ('"CA$24,532.22"', "CAD"),
        ('"CHF 24’532.22"', "CHF"),
        ('"24.532,22 €"', "EUR"),
    ],
)
def test_a_sign_tells_the_currency(cell: str, code: str, book: Book, take: Take) -> None:
    take("Campaign,Cost,Impr.", f"North,{cell},12")
    assert look(book, "SELECT low, currency FROM current_spend") == [(Decimal("24532.22"), code)]


def test_the_currency_in_the_header(book: Book, take: Take) -> None:
    take("Kampagne,Impressionen,Kosten (EUR)", 'Nord,100,"25,50"')
    assert look(book, "SELECT low, currency FROM current_spend") == [(Decimal("25.50"), "EUR")]


@pytest.mark.parametrize("cell", ["$5.00", "5.00", '"5,00 $"'])
def test_an_ambiguous_currency_is_declared(cell: str, book: Book, take: Take) -> None:
    lines = ("Campaign,Cost,Impr.", f"North,{cell},12")
    assert refusal(take, *lines) == (
        "report.csv: does not tell the currency of its amounts\n"
        "Hint: declare it, as in --declare currency=GBP"
    )
    take(*lines, declare={"currency": "AUD"})
    assert look(book, "SELECT low, currency FROM current_spend") == [(Decimal(5), "AUD")]


@pytest.mark.parametrize(("cell", "is_of"), [("£5.00", "GBP"), ("R$5.00", "BRL"), ("5 SEK", "SEK")])
def test_a_sign_of_another_currency_is_refused(cell: str, is_of: str, take: Take) -> None:
    said = refusal(take, HEADER, f"Enabled,North,USD,{cell},12,3")
    assert f'"{cell}" cannot be read: it says {is_of}, the declared unit is USD' in said


def test_two_signs_contradict(take: Take) -> None:
    said = refusal(take, "Campaign,Cost,Impr.", "North,£5.00,12", "South,€5.00,12")
    assert said.startswith("report.csv: tells two things of the currency of its amounts: EUR and")


def test_a_declared_currency_that_is_not_the_columns(take: Take) -> None:
    lines = (HEADER, "Enabled,North,EUR,1.00,12,3")
    said = refusal(take, *lines, declare={"currency": "GBP"})
    assert 'Currency code "EUR" is not the currency that was declared' in said


# Budgets.

BUDGETED = "Campaign,Budget,Budget name,Budget type,Currency code,Cost,Impr."


def test_budgets_of_a_day_and_of_the_whole(book: Book, take: Take) -> None:
    take(
        BUDGETED,
        "North,1000.00, --,Daily,GBP,1.00,12",
        "South,500.00, --,Campaign total,GBP,1.00,12",
        "East,70.00,Both,Daily,GBP,1.00,12",
        "West,70.00,Both,Daily,GBP,1.00,12",
        "Far, --, --,Daily,GBP,1.00,12",
    )
    assert look(book, "SELECT campaign_id, stage, low, said_by FROM current_budgets") == [
        ("google-ads:South", "approved", Decimal(500), "Google Ads report")
    ]
    assert look(book, "SELECT quantity, low FROM current_statements ORDER BY low") == [
        ("daily budget of all that share Both", Decimal(70)),
        ("daily budget of google-ads:North", Decimal(1000)),
    ]


# Cards of the Overview.

CARD = "Campaign Name,Campaign Group Name,Campaign Status,Cost,Clicks,CTR"


def test_the_card_of_campaigns_keeps_rows_of_one_name(book: Book, take: Take) -> None:
    receipt = take(
        CARD,
        'Campaign Name,,Enabled,"₹1,532.22","2,969",1.03%',
        "Campaign Name,,Paused,₹475.57,955,4.97%",
        "Campaign Name,,Paused,₹475.57,955,4.97%",
        name="campaigns_2025.11.03-2026.02.03_.csv",
    )
    assert receipt.importer == "google-ads-card"
    assert spent(book) == [Decimal("1532.22"), Decimal("475.57"), Decimal("475.57")]
    assert set(look(book, PERIODS)) == {
        (None, "2025-11-03", "2026-02-04",
         "google ads by campaign from 2025-11-03 to 2026-02-03")
    }  # fmt: skip


DAYS = "Date,Clicks,Impressions,CTR,Avg. CPC"


def test_the_card_of_days_has_no_money(book: Book, take: Take) -> None:
    row = '"Mon, 3 Nov 2025",702,"18,643",3.77%,₹2.07'
    assert refusal(take, DAYS, row) == (
        "report.csv: does not tell whose account it is, where no column says so\n"
        "Hint: declare it, as in --declare organisation=Labour"
    )
    take(DAYS, row, '"Tue, Nov 4, 2025",5,6,3%,₹1', declare={"organisation": "Acme Ltd"})
    assert spent(book) == []
    assert look(
        book,
        "SELECT campaign_id, measure, low, starts_on::VARCHAR, ends_before::VARCHAR "
        "FROM current_reach ORDER BY starts_on, measure",
    ) == [
        ("google-ads:Acme_Ltd|all_campaigns", "clicks", Decimal(702), "2025-11-03", "2025-11-04"),
        ("google-ads:Acme_Ltd|all_campaigns", "impressions", Decimal(18643),
         "2025-11-03", "2025-11-04"),
        ("google-ads:Acme_Ltd|all_campaigns", "clicks", Decimal(5), "2025-11-04", "2025-11-05"),
        ("google-ads:Acme_Ltd|all_campaigns", "impressions", Decimal(6),
         "2025-11-04", "2025-11-05"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("Tue, 3 Nov 2025", 'Date "Tue, 3 Nov 2025" names a weekday that it is not'),
        ("03/11/2025", 'Date "03/11/2025" is not a date (expected yyyy-mm-dd or 3 Nov 2025)'),
    ],
)
def test_a_day_that_cannot_be_is_refused(day: str, why: str, take: Take) -> None:
    said = refusal(take, DAYS, f'"{day}",1,2,3%,₹1', declare={"organisation": "Acme"})
    assert why in said


@pytest.mark.parametrize(
    ("header", "rows", "series"),
    [
        ("Device,Cost,Impressions,Clicks", ("Computers,₹9.00,5,1", "TV screens,₹1.00,7,0"),
         "by device"),
        ("Network,Clicks,Cost,Avg. CPC", ("Google Search,2,₹9.00,₹4", "Cross-network,1,₹1.00,₹1"),
         "by network"),
        ("Search,Cost,Clicks,Impressions,Conversions", ("a,₹9.00,2,3,0", "b,₹1.00,1,9,0"),
         ", search term"),
        ("Date,Clicks,Impressions,Cost", ('"Mon, 3 Nov 2025",2,3,₹9.00', "2025-11-04,2,3,₹1.00"),
         "by day"),
    ],
)  # fmt: skip
def test_cards_of_the_whole_account(
    header: str, rows: tuple[str, str], series: str, book: Book, take: Take
) -> None:
    receipt = take(header, *rows, declare={"organisation": "Acme"})
    assert receipt.importer == "google-ads-account"
    assert spent(book) == [Decimal(9), Decimal(1)]
    [(found, code)] = look(book, "SELECT DISTINCT series, currency FROM current_spend")
    assert series in found
    assert code == "INR"


ACCOUNTS = "Account name,Customer ID,Currency code,Impr.,Avg. cost,Cost,Clicks"


def test_a_report_of_accounts_names_whose_money_it_is(book: Book, take: Take) -> None:
    receipt = take(
        "Account report", NOVEMBER, ACCOUNTS,
        'Fen,123-456-7890,GBP,"1,300",0.10,"1,003.00",30',
        "Mere,123-456-7891,EUR,300,0.33,1.00,3",
        'Total: Accounts, --, --,"1,600",0.10,"1,004.00",33',
    )  # fmt: skip
    assert (receipt.importer, receipt.rows_posted, receipt.rows_set_aside) == (
        "google-ads-account", 2, 3,
    )  # fmt: skip
    money = "SELECT organisation, low, currency FROM current_spend JOIN current_campaigns USING "
    assert look(book, f"{money}(campaign_id) ORDER BY 1") == [
        ("Fen", Decimal("1003.00"), "GBP"),
        ("Mere", Decimal("1.00"), "EUR"),
    ]


def test_a_row_of_no_account_is_refused(take: Take) -> None:
    said = refusal(take, ACCOUNTS, "Fen,123-456-7890,GBP,9,1,9.00,3", " --, --,GBP,9,1,9.00,3")
    assert "the row is of no account, day, device, network or search" in said


def test_money_of_a_card_in_no_currency_is_refused(take: Take) -> None:
    said = refusal(take, "Device,Cost,Clicks", "Computers,$9.00,5", declare={"organisation": "A"})
    assert 'Cost "$9.00" is in no currency: declare it, as in --declare currency=GBP' in said


def test_the_card_of_changes_has_the_money_of_one_period(book: Book, take: Take) -> None:
    receipt = take("Campaign Name,Cost,Cost (Comparison),Clicks,Clicks (Comparison)",
                   '"North","₹1,532.22",₹7.00,"2,969",3')  # fmt: skip
    assert receipt.importer == "google-ads-card"
    assert spent(book) == [Decimal("1532.22")]


@pytest.mark.parametrize("header", [
    "Word,Cost,Clicks,Impressions,Conversions,Top Containing Queries",
    "Day,Start Hour,Impressions",
])  # fmt: skip
def test_a_card_whose_rows_count_a_thing_twice_is_none(header: str, take: Take) -> None:
    assert "is of no known format" in refusal(take, header, ",".join("1" * (header.count(",") + 1)))


def test_a_table_of_search_results_is_no_card(take: Take) -> None:
    said = refusal(take, "Date,Clicks,Impressions,CTR,Position", "2025-11-03,1,2,3%,4.5")
    assert "is of no known format" in said


# The real files.


def rows_of(name: str, above: int = 0) -> tuple[Path, list[dict[str, str]]]:
    [path] = REAL.glob(name)
    with path.open(encoding="utf-8", newline="") as text:
        for _ in range(above):
            next(text)
        return path, list(csv.DictReader(text))


def number(cell: str) -> Decimal:
    return Decimal(cell.replace(",", "").replace("₹", ""))


@real
def test_the_real_report(book: Book) -> None:
    path, rows = rows_of("google_ads_campaign_report_merchant_2rows.csv", above=2)
    [receipt] = book.add(path)
    kept = [row for row in rows if not row["Campaign status"].startswith("Total:")]
    assert (receipt.rows_posted, receipt.rows_set_aside) == (len(kept), len(rows) - len(kept) + 2)
    assert look(book, "SELECT low, currency, series FROM current_spend") == [
        (number(row["Cost"]), row["Currency code"], "google ads by campaign of All time")
        for row in kept
    ]
    assert look(book, "SELECT low FROM current_reach ORDER BY measure") == [
        (number(row[name]),) for row in kept for name in ("Clicks", "Impr.")
    ]
    assert look(book, "SELECT low FROM current_statements") == [
        (number(row["Budget"]),) for row in kept
    ]


@real
def test_the_real_card_of_campaigns(book: Book) -> None:
    path, rows = rows_of("google_ads_overview_campaigns.csv")
    [receipt] = book.add(path)
    assert (receipt.rows_read, receipt.rows_posted) == (len(rows), len(rows)) == (24, 24)
    assert spent(book) == [number(row["Cost"]) for row in rows]
    assert look(book, "SELECT sum(low) FROM current_reach WHERE measure = 'clicks'") == [
        (sum(number(row["Clicks"]) for row in rows),)
    ]
    assert look(book, "SELECT DISTINCT currency FROM current_spend") == [("INR",)]


@real
def test_the_real_card_of_days(book: Book) -> None:
    path, rows = rows_of("google_ads_overview_Time_series_*")
    [receipt] = book.add(path, declare={"organisation": "Acme"})
    assert (receipt.rows_read, receipt.rows_posted) == (len(rows), len(rows)) == (93, 93)
    assert receipt.settings["window"] == "2025.11.03-2026.02.03"
    sums = "SELECT measure, sum(low) FROM current_reach GROUP BY ALL ORDER BY ALL"
    assert look(book, sums) == [
        ("clicks", sum(number(row["Clicks"]) for row in rows)),
        ("impressions", sum(number(row["Impressions"]) for row in rows)),
    ]
    days = "SELECT min(starts_on)::VARCHAR, max(ends_before)::VARCHAR FROM current_reach"
    assert look(book, days) == [("2025-11-03", "2026-02-04")]
    assert look(book, "SELECT 1 FROM spend") == []
