"""The reference: each importer with its columns and traps, each ledger with its rules."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from browser import chromium, opened
from farthing import own_format, reference
from farthing.errors import FileUnusable
from farthing.importer import Importer
from farthing.importers import IMPORTERS
from farthing.ledgers import LEDGERS
from farthing.ledgers.spend import SPEND

#: Columns that must be there and that nothing is made of: they tell the format from others.
TELL_THE_FORMAT = {
    "meta-report": {"Number of ads in Library"},
    "google-political-stats": {"Public_IDs_List", "Total_Creatives"},
    "google-political-keywords": {"Keyword_1", "Report_Date"},
    "google-political-declared": {"Advertiser_Declared_Name", "Advertiser_ID"},
    "google-political-advertiser-ids": {"NewAdvertiserId", "OldAdvertiserId"},
    "google-political-creative-ids": {"NewCreativeId", "OldCreativeId"},
    "google-political-updated": {"Report_Data_Updated_Date"},
    "fec-schedule-b": {"amendment_number"},
    "fec-schedule-e": {"amendment_number"},
    "fec-independent-expenditure": {
        *("agg_amo", "amndt_ind", "cand_pty_aff", "image_num"),
    },
    "fec-oppexp": {
        *("AMNDT_IND", "CATEGORY", "CITY", "ENTITY_TP", "FORM_TP_CD", "IMAGE_NUM", "SCHED_TP_CD"),
        *("STATE", "TRANSACTION_PGI", "ZIP_CODE"),
    },
    "hledger-print": {"credit", "debit", "txnidx"},
    "hledger-register": {"total"},
    "hledger-print-json": {"tindex"},
}
FORMATS = [one for one in IMPORTERS if one.name not in {ledger.name for ledger in LEDGERS}]


def importer(name: str) -> Importer:
    return next(one for one in IMPORTERS if one.name == name)


@pytest.fixture(scope="module")
def page() -> str:
    return reference.reference_html()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reference.write_reference(tmp_path_factory.mktemp("page") / "reference.html")


# What each importer tells of itself.


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_every_column_that_must_be_there_goes_somewhere_or_tells_the_format(one: Importer) -> None:
    rows = one.reference().to_dicts()
    must = {row["column"]: row["goes_to"] for row in rows if row["must_be_there"]}
    assert must.keys() == one.required
    left = {name for name, goes_to in must.items() if goes_to == "left alone"}
    assert left == TELL_THE_FORMAT.get(one.name, set())


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_a_column_goes_to_columns_that_there_are(one: Importer) -> None:
    known = {
        f"{post.ledger.name}.{column}" for post in one.posts for column in post.ledger.file_columns
    }
    for row in one.reference().to_dicts():
        places = row["goes_to"].split(", ")
        assert all(place in known for place in places if "." in place), row
        assert len(set(places)) == len(places)


def test_a_column_is_told_with_its_other_names_and_where_it_goes() -> None:
    rows = {row["column"]: row for row in importer("meta-report").reference().to_dicts()}
    assert rows["Amount spent"] == {
        "column": "Amount spent",
        "must_be_there": True,
        "also_named": "Amount Spent, Amount Spent (XXX), Amount spent (XXX)",
        "goes_to": "spend.amount",
    }
    assert rows["Page ID"]["must_be_there"] is False
    rows = {row["column"]: row for row in importer("google-political-stats").reference().to_dicts()}
    assert rows["Advertiser_ID"]["also_named"] == "in any case"
    assert rows["Spend_USD"]["also_named"] == "Total_Spend_USD, in any case"
    assert "spend.amount" in rows["Spend_XXX"]["goes_to"]


def test_a_column_that_no_ledger_gets_is_told_by_its_use() -> None:
    rows = {row["column"]: row for row in importer("commons-constituencies").reference().to_dicts()}
    assert (
        rows["valid_votes"]["goes_to"]
        == "decides what is posted, is checked, tells what is set aside"
    )
    assert rows["declaration_time"]["goes_to"] == "is checked"


def test_settings_are_told_with_what_tells_them() -> None:
    rows = {row["setting"]: row for row in importer("meta-report").open_points().to_dicts()}
    assert rows["currency"] == {
        "setting": "currency",
        "what_it_is": "the currency of its amounts",
        "must_be_told": True,
        "told_by": "its header",
        "declared_as": "currency=GBP",
    }
    assert importer("spend").open_points().is_empty()


def test_a_described_format_is_told_like_any_other(tmp_path: Path) -> None:
    described = tmp_path / "mine.toml"
    described.write_text(
        'name = "mine"\nledger = "spend"\n[columns]\namount = "Betrag"\nincurred_on = "Datum"\n'
        '[constants]\nrecord = "invoice"\ncurrency = "EUR"\ncampaign_id = "c"\n'
        '[must]\n"Status" = ["paid"]\n',
        encoding="utf-8",
    )
    one = own_format.load(described).importer()
    assert one.reference().rows() == [
        ("Betrag", True, "", "spend.amount"),
        ("Datum", True, "", "spend.incurred_on"),
        ("Status", True, "", "is checked"),
        ("any other", False, "", "left alone"),
    ]
    assert one.open_points()["setting"].to_list() == ["observed_on"]


# The page.


def test_every_importer_is_on_the_page_once_and_in_a_group(page: str) -> None:
    grouped = [
        one.name
        for _, modules in reference.GROUPS
        for module in modules
        for one in module.IMPORTERS
    ]
    assert sorted(grouped) == sorted(one.name for one in FORMATS)
    for one in IMPORTERS:
        assert page.count(f'id="importer-{one.name}"') == 1


def part_of(page: str, start: str) -> str:
    """Return the page from one place on, up to the next table of columns' end."""
    return page[page.index(start) :].partition("</table>")[0]


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_an_importer_is_there_with_its_columns_its_settings_and_its_notes(
    one: Importer, page: str
) -> None:
    part = part_of(page, f'id="importer-{one.name}"')
    listed = re.findall(r'<th scope="row"><code>(.*?)</code>', part)
    assert one.required <= set(map(unescape, listed))
    for setting in one.settings:
        assert f"{setting.name}={setting.example}" in unescape(page)
    text = unescape(re.sub(r"<[^>]+>", "", page))
    for _, notes in reference.sections(one.notes):
        assert notes.replace("``", "") in text


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda ledger: ledger.name)
def test_a_ledger_is_there_with_its_columns_and_rules(ledger: object, page: str) -> None:
    name = ledger.name  # type: ignore[attr-defined]
    part = part_of(page, f'<section id="{name}"')
    listed = re.findall(r'<th scope="row"><code>(.*?)</code>', part)
    assert set(listed) >= {*ledger.dtypes, *ledger.file_columns}  # type: ignore[attr-defined]
    for words in reference.row_rules(ledger):  # type: ignore[arg-type]
        assert f"<li>{words}</li>" in unescape(page)


def test_a_measure_says_its_unit_and_whether_it_adds_up() -> None:
    rows = {row["column"]: row for row in reference.ledger_columns(SPEND).to_dicts()}
    low, amount = rows["low"], rows["amount"]
    assert (low["is"], low["unit"], low["adds_up"]) == ("money", "currency", "yes")
    assert (amount["must_be_there"], amount["unit"]) == (True, "currency")
    assert rows["campaign_id"]["refused_where_it"] == "is not in campaigns.campaign_id"
    assert rows["batch_id"]["is"] == "whole number, made by the import"


def test_what_a_docstring_holds_is_text_and_never_markup() -> None:
    assert reference.marked("a ``<b>`` & c") == "a <code>&lt;b&gt;</code> &amp; c"
    assert reference.sections(
        "One: two.\n\nOrigin\n    Here\n    and there.\nTraps\n    None.\n"
    ) == [
        ("", "One: two."),
        ("Origin", "Here and there."),
        ("Traps", "None."),
    ]


def test_each_trap_is_a_line_of_its_own_and_each_family_has_its_own_heading(page: str) -> None:
    library = page.partition('<section id="meta-archive"')[2].partition("</section>")[0]
    assert "<li>0-999 impressions can mean that an ad never ran.</li>" in library
    headings = re.findall(r'<h2 id="[\w-]+-title">(.*?)</h2>', page)
    assert len(headings) == len(set(headings))
    assert reference.sections("A\n\nTraps\n    A *native* `ledger`.\n")[1] == (
        "Traps",
        "A native ``ledger``.",
    )


def test_where_a_column_goes_names_each_ledger_once() -> None:
    rows = {
        row["column"]: row for row in reference.format_columns(importer("meta-report")).to_dicts()
    }
    assert rows["Disclaimer"]["goes_to"] == (
        "spend: record_key, campaign_id; campaigns: record_key, campaign_id, asked_by"
    )


def test_the_page_fetches_nothing_and_runs_nothing(page: str, path: Path) -> None:
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', page)
    assert not re.search(r"url\(|@import", page)
    assert path.read_text("utf-8") == page


def test_every_link_leads_somewhere_on_the_page(page: str) -> None:
    names = re.findall(r' id="([^"]+)"', page)
    assert len(set(names)) == len(names)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(names)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_fits_its_window(path: Path, width: int) -> None:
    with chromium() as browser, opened(browser, path, width=width, scripts=False) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.errors == []
        assert seen.requests == [path.as_uri()]


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="cannot be written"):
        reference.write_reference(tmp_path / "nowhere" / "reference.html")
