"""Wide tables: each cell of the columns that a description names is an entry of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from farthing import own_format
from farthing.book import Book
from farthing.draft import draft
from farthing.errors import DataRefused, FileUnusable
from farthing.headings import PERIODS, period

Write = Callable[[str, str | bytes], Path]
Describe = Callable[[str], str]

pytestmark = pytest.mark.usefixtures("proven")

BUDGET = """Item,Supplier,Jan 2024,Feb 2024,Total 2024
Leaflets,Marl Print,"1,200.50",,"1,200.50"
Radio,Fen FM,10.00,20.25,30.25
"""
DESCRIPTION = """
name = "our-budget"
ledger = "spend"
periods = "mmm yyyy"
[columns]
category = "Item"
payee = "Supplier"
[wide]
"{period}" = {}
"Total 2024" = "left out"
[constants]
record = "invoice"
currency = "GBP"
campaign_id = "c"
"""
TOLD = '[wide]\n"{period}" = {}\n"Total 2024" = "left out"\n'


@pytest.fixture
def describe(tmp_path: Path) -> Describe:
    def written(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def wide(text: str) -> str:
    """Return the description with other columns."""
    return DESCRIPTION.replace(TOLD, f"[wide]\n{text}\n")


def spent(book: Book, *columns: str) -> list[tuple[object, ...]]:
    return book.sql(
        f"SELECT {', '.join([*columns, 'low'])} FROM current_spend ORDER BY source_row, entry_id"
    ).rows()


def mistakes(path: str) -> list[str]:
    with pytest.raises(FileUnusable) as refused:
        own_format.load(Path(path))
    return refused.value.what.split("\n  ")[1:]


def test_each_cell_is_an_entry_and_blank_ones_are_none(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    [receipt] = book.add(write_csv("b.csv", BUDGET), importer=describe(DESCRIPTION))
    assert (receipt.rows_read, receipt.rows_posted, receipt.ledgers["spend"]) == (2, 2, 3)
    assert spent(book, "category", "payee", "starts_on::VARCHAR", "ends_before::VARCHAR") == [
        ("Leaflets", "Marl Print", "2024-01-01", "2024-02-01", Decimal("1200.50")),
        ("Radio", "Fen FM", "2024-01-01", "2024-02-01", Decimal("10.00")),
        ("Radio", "Fen FM", "2024-02-01", "2024-03-01", Decimal("20.25")),
    ]
    names = [name.rpartition(":")[2] for (name, _) in spent(book, "entry_id")]
    assert names == ["2", "3.1", "3.2"]


def test_the_money_of_a_wide_table_is_that_of_its_cells(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    rows = [f"Item {at},S,{at}.10,{2 * at}.05,x" for at in range(1, 400)]
    book.add(write_csv("b.csv", "\n".join([BUDGET.splitlines()[0], *rows]) + "\n"),
             importer=describe(DESCRIPTION))  # fmt: skip
    cells = [Decimal(cell) for row in rows for cell in row.split(",")[2:4]]
    assert (len(spent(book)), sum(low for (low,) in spent(book))) == (798, sum(cells))


def test_a_column_may_say_anything_of_its_amounts(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    said = wide(
        '"Jan 2024" = { channel = "radio", currency = "EUR", starts_on = "2024-04-06", '
        'ends_on = "2024-05-05" }\n'
        '"Feb 2024" = { currency = "USD", incurred_on = "2024-02-29" }'
    ).replace('currency = "GBP"\n', "")
    book.add(write_csv("b.csv", BUDGET), importer=describe(said))
    days = "coalesce(incurred_on, ends_before)::VARCHAR"
    assert spent(book, "channel", "currency", days) == [
        ("radio", "EUR", "2024-05-06", Decimal("1200.50")),
        ("radio", "EUR", "2024-05-06", Decimal("10.00")),
        (None, "USD", "2024-02-29", Decimal("20.25")),
    ]


def test_a_name_may_be_split_in_two(book: Book, write_csv: Write, describe: Describe) -> None:
    text = BUDGET.replace("Jan 2024", "Google Ads (Jan 2024)").replace("Feb", "X (Feb")
    text = text.replace("X (Feb 2024", "X (Feb 2024)")
    said = wide('"{channel} ({period})" = { }\n"{category} {{x}}" = "left out"')
    book.add(write_csv("b.csv", text), importer=describe(said))
    assert [row[:2] for row in spent(book, "channel", "starts_on::VARCHAR")] == [
        ("Google Ads", "2024-01-01"),
        ("Google Ads", "2024-01-01"),
        ("X", "2024-02-01"),
    ]


def test_a_month_that_comes_later_is_read_without_a_change(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    described = describe(DESCRIPTION.replace('"Item"', '"Item"\nrecord_key = "Item"'))
    book.add(write_csv("a.csv", BUDGET), importer=described, declare={"observed_on": "2024-02-20"})
    later = "Item,Supplier,Jan 2024,Feb 2024,Mar 2024,Total 2024\n"
    later += 'Leaflets,Marl Print,"1,100.00",7.00,,x\nRadio,Fen FM,10.00,20.25,1.00,x\n'
    book.add(write_csv("b.csv", later), importer=described, declare={"observed_on": "2024-03-20"})
    assert sorted(row[1:] for row in spent(book, "source_row", "category")) == [
        ("Leaflets", Decimal("7.00")),
        ("Leaflets", Decimal("1100.00")),
        ("Radio", Decimal("1.00")),
        ("Radio", Decimal("10.00")),
        ("Radio", Decimal("20.25")),
    ]


def test_an_error_names_the_row_and_the_column(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", BUDGET.replace("20.25", "2O.25").replace("10.00", "soon"))
    with pytest.raises(DataRefused) as refused:
        book.add(file, importer=describe(DESCRIPTION))
    assert [str(problem) for problem in refused.value.problems] == [
        'b.csv:3: Jan 2024 "soon" cannot be read: it is no figure',
        'b.csv:3: Feb 2024 "2O.25" cannot be read: it is no figure',
    ]


def test_what_is_wrong_with_a_whole_entry_names_its_column(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    said = wide('"Jan 2024" = { channel = "radio" }').replace('periods = "mmm yyyy"\n', "")
    with pytest.raises(DataRefused) as refused:
        book.add(write_csv("b.csv", BUDGET), importer=describe(said))
    assert str(refused.value.problems[1]) == (
        'b.csv:3: Jan 2024 "10.00" gives a row that has neither a day nor a period, and is no '
        "total of a series"
    )


def test_rows_without_an_amount_are_set_aside(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", BUDGET + "Staff,,, ,\nGrand total,,1.00,2.00,3.00\n")
    described = describe(DESCRIPTION + '[skip]\n"Item" = ["Grand total"]\n')
    [receipt] = book.add(file, importer=described)
    assert receipt.asides == {
        "left out by its description: Item is Grand total": 1,
        "no amount stands in any of the columns of [wide]": 1,
    }
    assert (receipt.rows_read, receipt.rows_posted, receipt.rows_set_aside) == (4, 2, 2)


def test_cells_may_be_skipped_by_what_stands_in_them(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", BUDGET.replace("20.25", "-") + "Staff,,-,n/a,\n")
    described = describe(DESCRIPTION + '[skip]\n"{period}" = ["-", "n/*"]\n')
    [receipt] = book.add(file, importer=described)
    assert (receipt.rows_posted, receipt.rows_set_aside) == (2, 1)
    assert sum(low for (low,) in spent(book)) == Decimal("1210.50")


def test_cells_may_have_to_be_filled(book: Book, write_csv: Write, describe: Describe) -> None:
    described = describe(DESCRIPTION + '[must]\n"{period}" = "filled"\n')
    with pytest.raises(DataRefused) as refused:
        book.add(write_csv("b.csv", BUDGET), importer=described)
    assert [(one.line, one.column) for one in refused.value.problems] == [(2, "Feb 2024")]


def test_campaigns_may_be_named_by_columns(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = "Day,Fen East,Fen West\n2024-01-02,1.00,2.00\n2024-01-03,,3.00\n"
    text = wide('"Fen {campaign_id}" = { }').replace('campaign_id = "c"\n', "")
    text = text.replace('category = "Item"\npayee = "Supplier"', 'incurred_on = "Day"')
    text += '[campaign]\norganisation = "The party"\n'
    book.add(write_csv("b.csv", file), importer=describe(text))
    made = "SELECT campaign_id, organisation FROM current_campaigns WHERE campaign_id LIKE 'our%'"
    assert sorted(book.sql(made).rows()) == [
        ("our-budget:East", "The party"),
        ("our-budget:West", "The party"),
    ]
    assert spent(book, "campaign_id") == [
        ("our-budget:East", Decimal("1.00")),
        ("our-budget:West", Decimal("2.00")),
        ("our-budget:West", Decimal("3.00")),
    ]


def test_cells_are_votes_where_rows_are_contests(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text = """
name = "our-count"
ledger = "contests"
[columns]
area_code = "Code"
area_name = "Ward"
[wide]
"{party} votes" = {}
[constants]
election = "by-election"
held_on = "2024-05-02"
"""
    file = 'Code,Ward,Lab votes,LD votes,Turnout\nE14000001,Fen,"1,200",90,31%\n'
    book.add(write_csv("b.csv", file), importer=describe(text))
    assert book.sql("SELECT party, votes FROM contests ORDER BY votes").rows() == [
        ("LD", 90),
        ("Lab", 1200),
    ]


def test_columns_named_as_the_ledger_or_as_code_are_columns(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = 'entry,amount,source_column,"a\'b""; DROP TABLE source; --"\nx,1.00,2.00,3.00\n'
    said = wide(
        '"amount" = { channel = "1", incurred_on = "2024-01-01" }\n'
        '"source_column" = { channel = "2\', x", incurred_on = "2024-01-01" }\n'
        '\'a\'\'b"; DROP TABLE source; --\' = { channel = "3", incurred_on = "2024-01-01" }'
    ).replace('category = "Item"\npayee = "Supplier"', 'category = "entry"')
    said = said.replace("'a''b\"", '"a\'b\\"').replace("--' = ", '--" = ')
    book.add(write_csv("b.csv", file), importer=describe(said))
    assert spent(book, "category", "channel") == [
        ("x", "1", Decimal("1.00")),
        ("x", "2', x", Decimal("2.00")),
        ("x", "3", Decimal("3.00")),
    ]


@pytest.mark.parametrize(
    ("form", "text", "first", "last"),
    [
        ("yyyy", "2024", "2024-01-01", "2024-12-31"),
        ("yyyy-mm", "2024-02", "2024-02-01", "2024-02-29"),
        ("yyyy/mm", "2024/12", "2024-12-01", "2024-12-31"),
        ("yyyymm", "202403", "2024-03-01", "2024-03-31"),
        ("mm/yyyy", "4/2024", "2024-04-01", "2024-04-30"),
        ("mm.yyyy", "04.2024", "2024-04-01", "2024-04-30"),
        ("mmm yyyy", "September 2024", "2024-09-01", "2024-09-30"),
        ("mmm-yyyy", "Sept.-2024", "2024-09-01", "2024-09-30"),
        ("mmm yy", "mai 24", "2024-05-01", "2024-05-31"),
        ("mmm-yy", "Dez-98", "1998-12-01", "1998-12-31"),
        ("qq yyyy", "Q1 2024", "2024-01-01", "2024-03-31"),
        ("yyyy qq", "2024 q4", "2024-10-01", "2024-12-31"),
        ("yyyy-qq", "2024-Q2", "2024-04-01", "2024-06-30"),
    ],
)
def test_periods_are_read_as_described(form: str, text: str, first: str, last: str) -> None:
    found = period(text, form, "de_DE")
    assert found is not None
    assert [day.isoformat() for day in found] == [first, last]
    assert period("soon", form, "de_DE") is None


def test_every_way_to_write_periods_is_tested() -> None:
    [marks] = test_periods_are_read_as_described.pytestmark  # type: ignore[attr-defined]
    assert tuple(case[0] for case in marks.args[1]) == PERIODS


# A file that is not as described.


def test_a_name_that_cannot_be_read_is_refused(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", BUDGET.replace("Feb 2024", "Smarch 2024"))
    with pytest.raises(FileUnusable) as refused:
        book.add(file, importer=describe(DESCRIPTION))
    assert str(refused.value) == (
        "b.csv: has names of columns that [wide] cannot read:\n"
        '  "Smarch 2024": "Smarch 2024" is no period written mmm yyyy: name it to the letter, '
        'or say that it is "left out"\n'
        "Hint: correct [wide] of our-budget"
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            '"{channel} {category}" = { }',
            '"Google Ads East": fits "{channel} {category}" in two ways, as "Google" and '
            '"Ads East" or as "Google Ads" and "East": name it to the letter',
        ),
        (
            '"Google {channel}" = { }\n"{channel} East" = { }',
            '"Google Ads East": fits "Google {channel}" and "{channel} East": name it to the '
            "letter",
        ),
    ],
)
def test_a_name_that_says_two_things_is_refused(
    book: Book, write_csv: Write, describe: Describe, told: str, said: str
) -> None:
    text = wide(told).replace('category = "Item"\n', "")
    file = write_csv("b.csv", BUDGET.replace("Feb 2024", "Google Ads East"))
    with pytest.raises(FileUnusable) as refused:
        book.add(file, importer=describe(text))
    assert said in str(refused.value)


def test_a_value_that_the_ledger_refuses_names_its_column(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    text = wide('"{record} 2024" = { incurred_on = "2024-01-01" }').replace(
        'record = "invoice"\n', ""
    )
    with pytest.raises(FileUnusable) as refused:
        book.add(write_csv("b.csv", BUDGET), importer=describe(text))
    assert '"Jan 2024": "Jan" is none of invoice, payment, return, platform' in str(refused.value)


def test_a_template_that_no_column_fits_is_refused(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", BUDGET.replace(" 2024", "-2024"))
    with pytest.raises(FileUnusable) as refused:
        book.add(file, importer=describe(DESCRIPTION))
    assert str(refused.value) == (
        'b.csv: has no column "{period}", which our-budget names\n'
        'Hint: its columns are "Item", "Supplier", "Jan-2024", "Feb-2024", "Total-2024"'
    )


# Mistakes in a description.

MISTAKES = {
    '"Jan" = "radio"': 'wide.Jan: is neither a table nor "left out": write what its amounts are '
    'of, as { channel = "radio" }, or { }',
    '"Jan" = { chanel = "x" }': "wide.Jan.chanel: spend has no column of that name; did you mean "
    "channel?",
    '"Jan" = { channel = 3 }': "wide.Jan.channel: is no text: write the value in quotes",
    '"Jan" = { incurred_on = "1.1.2024" }': 'wide.Jan.incurred_on: "1.1.2024" is not a date '
    "(expected yyyy-mm-dd)",
    '"Jan" = { ends_on = "soon" }': 'wide.Jan.ends_on: "soon" is not a date (expected yyyy-mm-dd)',
    '"{chanel}" = { }': "wide.{chanel}: has {chanel}, and spend has no column of that name; did "
    "you mean channel?",
    '"{amount}" = { }': "wide.{amount}: has {amount}, and spend has no column of that name",
    '"{a {channel}" = { }': "wide.{a {channel}: has a brace without its other half: write {{ for "
    "one that is meant",
    '"{channel}{note}" = { }': "wide.{channel}{note}: has two names in braces with nothing "
    "between them",
    '"{channel} {channel}" = { }': "wide.{channel} {channel}: has {channel} twice: leave one out",
    '"{channel} {note} {series} {document_ref}" = { }': "has more than 2 names in braces",
    '"{channel}" = { channel = "x" }': "wide.{channel}.channel: is in the braces too: leave one "
    "of the two out",
    '"{payee}" = { }': "columns.payee: is said by [wide] too: leave one of the two out",
    '"Jan" = { currency = "EUR" }': "constants.currency: is said by [wide] too: leave one of the "
    "two out",
    "": "wide: names no column whose cells are amounts",
    "\n".join(f'"{at} {{channel}}" = {{ }}' for at in range(21)): "wide: has more than 20 "
    "templates",
}


@pytest.mark.parametrize("told", MISTAKES)
def test_a_mistake_is_named(describe: Describe, told: str) -> None:
    assert any(one.startswith(MISTAKES[told]) or MISTAKES[told] in one
               for one in mistakes(describe(wide(told))))  # fmt: skip


def test_an_amount_beside_a_wide_table_is_a_mistake(describe: Describe) -> None:
    text = DESCRIPTION.replace("[wide]", 'amount = "Total 2024"\n[wide]')
    said = "columns.amount: is what stands in the cells of [wide]: leave it out"
    assert mistakes(describe(text)) == [said]


def test_periods_are_told(describe: Describe) -> None:
    text = DESCRIPTION.replace("mmm yyyy", "mmmm yyyy")
    assert mistakes(describe(text)) == ['periods: "mmmm yyyy" is unknown; did you mean mmm yyyy?']
    [one] = mistakes(describe(DESCRIPTION.replace('periods = "mmm yyyy"\n', "")))
    assert one.startswith("wide.{period}: has {period}: say by periods how it is written; one of ")


def test_what_only_some_columns_say_is_needed_of_all(describe: Describe) -> None:
    text = wide('"Jan 2024" = { currency = "EUR" }\n"Feb 2024" = { }')
    text = text.replace('currency = "GBP"\n', "")
    assert [one.partition(" is")[0] for one in mistakes(describe(text))] == ["columns.currency:"]


def test_a_ledger_without_amounts_has_no_wide_table(describe: Describe) -> None:
    text = 'name = "x"\nledger = "campaigns"\n[wide]\n"a" = { }\n'
    assert "wide: is of no use: rows of campaigns hold no amount" in mistakes(describe(text))


def test_more_columns_than_anyone_writes_are_refused_at_once(describe: Describe) -> None:
    text = wide("\n".join(f'"c{at}" = {{ }}' for at in range(2001)))
    assert "wide: names more than 2,000 columns: write a template" in mistakes(describe(text))


@pytest.mark.parametrize("text", ["a." * 2000 + "b = 1", "a = '" + "x" * (1 << 20) + "'"])
def test_what_is_no_description_is_refused_before_it_is_read(describe: Describe, text: str) -> None:
    with pytest.raises(FileUnusable, match=r"is nested too deeply|has more than 1,048,576 bytes"):
        own_format.load(Path(describe(text)))


def test_a_template_is_tried_in_bounded_time(describe: Describe) -> None:
    told = wide('"{channel} {note} x" = { }')
    description = own_format.load(Path(describe(told)))
    header = [f"{at} " + "a " * 90 for at in range(50)]
    assert description.lacking(header)


# Drafts.

MONTHS = "Item,Jan 2024,Feb 2024,Mar 2024,Total\nA,1.00,,3.00,4.00\nB,,2.00,,2.00\nC,1,1,1,3\n"


def test_a_draft_proposes_a_wide_table_and_decides_nothing(write_csv: Write) -> None:
    text = draft(write_csv("b.csv", MONTHS))
    assert tomllib.loads(text)["columns"] == tomllib.loads(text)["must"] == {}
    for line in (
        '# periods = "mmm yyyy"  # with [wide]',
        '# amount = "…"  # "Total", or the cells of [wide] below: which is for you to say',
        "# 3 columns are periods, written mmm yyyy.",
        "# [wide]",
        '# "{period}" = { }',
    ):
        assert line in text.splitlines()
    assert "are of unknown amount unless left out" not in text


def test_a_draft_of_a_wide_table_once_corrected_imports_it(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", MONTHS)
    text = draft(file)
    for line in ('periods = "mmm yyyy"', "[wide]", '"{period}" = { }'):
        text = text.replace(f"\n# {line}", f"\n{line}")
    for name, value in (("campaign_id", "c"), ("currency", "GBP"), ("record", "invoice")):
        text = text.replace(f'# {name} = "…"', f'{name} = "{value}"')
    [receipt] = book.add(file, importer=describe(text))
    assert (receipt.rows_posted, sum(low for (low,) in spent(book))) == (3, Decimal("9.00"))


def test_a_draft_for_a_ledger_without_periods_keeps_them_as_remarks(
    book: Book, write_csv: Write, describe: Describe
) -> None:
    file = write_csv("b.csv", MONTHS)
    text = draft(file, "budgets")
    assert "{period}" not in text
    text = text.replace("\n# [wide]", "\n[wide]").replace('\n# "', '\n"')
    for name, value in (
        ("campaign_id", "c"), ("currency", "GBP"), ("said_by", "our treasurer"),
        ("modality", "asserted"), ("stage", "approved"),
    ):  # fmt: skip
        text = text.replace(f'# {name} = "…"', f'{name} = "{value}"')
    book.add(file, importer=describe(text))
    found = book.sql("SELECT note, low FROM current_budgets ORDER BY source_row, note").rows()
    assert found[:2] == [("Jan 2024", Decimal("1.00")), ("Mar 2024", Decimal("3.00"))]


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        ("2019,2020,2021", ['# "{period}" = { }']),
        ("Q1 2024,Q2 2024,Q3 2024", ['# periods = "qq yyyy"  # with [wide]']),
        ("Spend Jan-24,Spend Feb-24,Spend Mar-24", ['# "Spend {period}" = { }',
                                                    '# periods = "mmm-yy"  # with [wide]']),
        ("Jan,Feb,Mar", ['# "Feb" = { starts_on = "…-02-01", ends_on = "…-02-28" }']),
        ("Januar,Februar,März", ['# "März" = { starts_on = "…-03-01", ends_on = "…-03-31" }']),
        (
            "styczeń 2024,luty 2024,marzec 2024",
            ['# "luty 2024" = { starts_on = "2024-02-01", ends_on = "2024-02-29" }'],
        ),
        ("Spend {a} (GBP),Spend b (GBP),Spend c (GBP)", ['# "Spend {…} (GBP)" = { }']),
        ("Men {18},Women {18},All {18}", ['# "{…} {{18}}" = { }']),
        ("Con,Lab,L{D", ['# "Con" = { … = "…" }', '# "L{{D" = { … = "…" }']),
    ],
)  # fmt: skip
def test_a_draft_knows_columns_of_one_kind(write_csv: Write, header: str, lines: list[str]) -> None:
    text = draft(write_csv("b.csv", f"Our money\n\nItem,{header}\nA,1.00,2.00,3.00\n"))
    assert [line for line in lines if line not in text.splitlines()] == []


def test_two_amounts_are_no_wide_table(write_csv: Write) -> None:
    assert "[wide]" not in draft(write_csv("b.csv", "Item,Jan 2024,Feb 2024\nA,1.00,2.00\n"))
