"""The report as a reader, an auditor and an attacker meet it."""

from __future__ import annotations

import csv
import hashlib
import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from browser import SECONDS, Opened, chromium, opened
from farthing import Book, FileUnusable, UsageError, write_report
from farthing.ledgers import BY_NAME
from farthing.page import begin_script, drawing
from farthing.questions import NAMES
from farthing.report import write_chart

CASE = sorted((Path(__file__).parent.parent / "data" / "ge2017").glob("*.csv"))
#: Half of it is the drawing program; the rest is what eight questions say, and their rows.
LIMIT_BYTES = 2_000_000

#: Texts that would run, fetch, or reorder a page that took them for more than text.
ATTACKS = [
    "</script><script>window.PWNED=1</script>",
    "<script>window.PWNED=1</script>",
    "<img src=x onerror=window.PWNED=1>",
    '"><img src=x onerror=window.PWNED=1>',
    "'><img src=x onerror=window.PWNED=1>",
    '" onmouseover="window.PWNED=1" x="',
    "' onfocus='window.PWNED=1' autofocus='",
    "` onmouseover=window.PWNED=1 `",
    "<svg onload=window.PWNED=1>",
    "<svg><script>window.PWNED=1</script></svg>",
    "</svg><script>window.PWNED=1</script>",
    "<svg><animate onbegin=window.PWNED=1 attributeName=x dur=1s>",
    "<svg><set onbegin=window.PWNED=1 attributename=x>",
    "<svg><foreignObject><iframe srcdoc='<script>top.PWNED=1</script>'>",
    "<iframe src=javascript:window.PWNED=1></iframe>",
    "<iframe srcdoc='<script>parent.PWNED=1</script>'></iframe>",
    "<object data=javascript:window.PWNED=1>",
    "<embed src=javascript:window.PWNED=1>",
    "<a href=javascript:window.PWNED=1>click</a>",
    "javascript:window.PWNED=1",
    "<body onload=window.PWNED=1>",
    "<details open ontoggle=window.PWNED=1>",
    "<video><source onerror=window.PWNED=1>",
    "<audio src=x onerror=window.PWNED=1>",
    "<input autofocus onfocus=window.PWNED=1>",
    "<select autofocus onfocus=window.PWNED=1>",
    "<textarea autofocus onfocus=window.PWNED=1>",
    "<marquee onstart=window.PWNED=1>",
    "<style>@import 'http://attack.invalid/x.css';</style>",
    "</style><script>window.PWNED=1</script>",
    "</title><script>window.PWNED=1</script>",
    "</textarea><script>window.PWNED=1</script>",
    "</caption></table><script>window.PWNED=1</script>",
    "</template><script>window.PWNED=1</script>",
    "</noscript><script>window.PWNED=1</script>",
    "<base href=http://attack.invalid/>",
    "<link rel=stylesheet href=http://attack.invalid/x.css>",
    "<meta http-equiv=refresh content='0;url=http://attack.invalid/'>",
    "<form action=http://attack.invalid/><button>send</button></form>",
    "<img src=http://attack.invalid/beacon.png>",
    "<!--<script>",
    "--><script>window.PWNED=1</script>",
    "<![CDATA[<script>window.PWNED=1</script>]]>",
    "]]><script>window.PWNED=1</script>",
    "<?xml version='1.0'?><script>window.PWNED=1</script>",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "&lt;script&gt;window.PWNED=1&lt;/script&gt;",
    "&#60;script&#62;window.PWNED=1&#60;/script&#62;",
    "\\u003cscript\\u003ewindow.PWNED=1\\u003c/script\\u003e",
    "{{7*7}}",
    "{{ ''.__class__.__mro__ }}",
    "{% for x in (1,2) %}{{x}}{% endfor %}",
    "{# gone #}",
    "${window.PWNED=1}",
    "datum.constructor.constructor('window.PWNED=1')()",
    "'+window.PWNED=1+'",
    "=HYPERLINK('http://attack.invalid/')",
    "data:text/html,<script>window.PWNED=1</script>",
    "url(http://attack.invalid/x.png)",
    "scheme \u202eevil\u202c and \u2066back\u2069",
    "end of line \u2028 window.PWNED=1 \u2029",
    "not a character \ufffe\uffff",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.PWNED=1>",
]


def write_rows(folder: Path, ledger: str, rows: list[dict[str, str]]) -> Path:
    file = folder / f"{ledger}.csv"
    given = {name for row in rows for name in row}
    columns = [name for name in BY_NAME[ledger].file_columns if name in given]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file


def source(name: str, **cells: str) -> dict[str, str]:
    row = {"entry_id": name, "source_id": name, "kind": "article", "title": name}
    return row | {"rank": "named_witness", "origin_id": name} | cells


def budget(name: str, stage: str, amount: str, **cells: str) -> dict[str, str]:
    row = {"entry_id": name, "source_id": "s0", "campaign_id": "c0", "stage": stage}
    row |= {"currency": "GBP", "said_by": "somebody", "modality": "asserted", "amount": amount}
    return row | cells


def hostile_files(folder: Path) -> list[Path]:
    """Write the attacks into every kind of text that a page shows."""
    many = list(enumerate(ATTACKS))
    contests = [
        {
            "entry_id": f"v{seat}-{party}",
            "source_id": "s0",
            "election": "ge2015",
            "held_on": "2015-05-07",
            "area_code": f"E{14000000 + seat}",
            "area_name": ATTACKS[seat % len(ATTACKS)],
            "party": party,
            "votes": str(votes + 100 * seat),
        }
        for seat in range(8)
        for party, votes in (("Lab", 10_000), ("Con", 9_000 + 250 * seat))
    ]
    statements = [
        {
            "entry_id": f"q{n}-{end}",
            "source_id": f"s{n}",
            "quantity": text,
            "unit": "votes",
            "said_by": text,
            "reported_by": text,
            "modality": "asserted",
            "quote": text,
            "amount": str(100 + n + end),
            "note": text,
        }
        for n, text in many
        for end in (0, 50)
    ]
    schemes = ("https://attack.invalid/\"onmouseover='window.PWNED=1'", "http://x/</script>")
    return [
        write_rows(
            folder,
            "sources",
            [
                source(
                    f"s{n}",
                    title=text,
                    publisher=text,
                    author=text,
                    interest=text,
                    locator=text,
                    licence=text,
                    note=text,
                    url=schemes[n % 2],
                )
                for n, text in many
            ],
        ),
        write_rows(
            folder,
            "campaigns",
            [
                {
                    "entry_id": f"c{n}",
                    "source_id": "s0",
                    "campaign_id": f"c{n}",
                    "organisation": text,
                    "name": text,
                    "purpose": text,
                }
                for n, text in many
            ],
        ),
        write_rows(
            folder,
            "budgets",
            [
                budget(
                    f"b{n}-{stage}", stage, amount, campaign_id=f"c{n}", said_by=text, quote=text
                )
                for n, text in many
                for stage, amount in (("requested", "about £9,000"), ("claimed", "£5,000"))
            ]
            + [budget("\"'><script>window.PWNED=1</script>", "approved", "£7,000")],
        ),
        write_rows(folder, "contests", contests),
        write_rows(
            folder,
            "resources",
            [
                {
                    "entry_id": f"r{n}",
                    "source_id": "s0",
                    "organisation": ATTACKS[n],
                    "party": "Lab",
                    "area_code": f"E{14000000 + n}",
                    "resource": ATTACKS[0],
                    "unit": "organisers",
                    "starts_on": "2017-04-18",
                    "said_by": ATTACKS[n],
                    "modality": "asserted",
                    "amount": str(n),
                }
                for n in range(4)
            ],
        ),
        write_rows(folder, "statements", statements),
    ]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = Book(tmp_path_factory.mktemp("case") / "ge2017.duckdb")
    book.add(*CASE)
    return book


@pytest.fixture(scope="module")
def page(case: Book) -> Path:
    return write_report(case, case.path.with_suffix(".html"))


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text("utf-8")


@pytest.fixture(scope="module")
def bare(text: str) -> str:
    return without_scripts(text)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    book = Book(folder / "hostile.duckdb")
    book.add(*hostile_files(folder))
    return write_report(book, folder / "hostile.html", title=ATTACKS[0], command=ATTACKS[3])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def without_scripts(text: str) -> str:
    return re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL)


def wait_for_charts(seen: Opened) -> None:
    """Wait until every chart that there is room for is live."""
    fits = "e => e.querySelector('.still svg').getAttribute('width') <= e.clientWidth"
    for chart in seen.page.locator(".chart").all():
        if chart.evaluate(fits):
            expect(chart).to_have_class("chart is-live", timeout=1000 * SECONDS)


def overflow(seen: Opened) -> int:
    return int(
        seen.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


def test_opens_with_no_network_and_no_error(browser: Browser, page: Path) -> None:
    with opened(browser, page) as seen:
        wait_for_charts(seen)
        assert seen.requests == [page.as_uri()]
        assert seen.errors == []


def test_each_question_has_a_chart_with_marks_that_is_replaced_by_a_live_one(
    browser: Browser, page: Path
) -> None:
    with opened(browser, page) as seen:
        wait_for_charts(seen)
        for name in NAMES:
            chart = seen.page.locator(f"#{name} .chart")
            assert chart.locator(".still svg path").count() > 5
            assert chart.locator(".live svg .mark-text, .live svg .mark-symbol").count() > 2
            assert chart.locator(".live svg").is_visible()
            assert not chart.locator(".still").is_visible()


def test_a_live_chart_is_as_large_as_the_drawing_it_replaces(browser: Browser, page: Path) -> None:
    sizes = "e => [e.getAttribute('width'), e.getAttribute('height')].map(Number)"
    with opened(browser, page) as seen:
        wait_for_charts(seen)
        for chart in seen.page.locator(".chart").all():
            still = chart.locator(".still svg").evaluate(sizes)
            live = chart.locator(".live svg").evaluate(sizes)
            assert all(abs(one - other) <= 24 for one, other in zip(still, live, strict=True)), (
                f"{still} {live}"
            )


def test_a_live_chart_says_what_is_under_the_pointer(browser: Browser, page: Path) -> None:
    with opened(browser, page) as seen:
        wait_for_charts(seen)
        seen.page.locator("#bridge .live .mark-symbol path").first.hover(force=True)
        tooltip = seen.page.locator("#vg-tooltip-element")
        expect(tooltip).to_have_class(re.compile("visible"))
        expect(tooltip).to_contain_text("amount")
        assert seen.errors == []


def test_is_whole_without_javascript(browser: Browser, page: Path) -> None:
    with opened(browser, page, scripts=False) as seen:
        for name in NAMES:
            assert seen.page.locator(f"#{name} .still svg").is_visible()
            assert seen.page.locator(f"#{name} tbody tr").count() > 0
        assert seen.errors == []


@pytest.mark.parametrize("width", [360, 640, 1280])
def test_nothing_overflows_sideways(browser: Browser, page: Path, width: int) -> None:
    with opened(browser, page, width=width) as seen:
        assert overflow(seen) <= 0


def test_text_in_charts_stays_legible_on_a_phone(browser: Browser, page: Path) -> None:
    measure = "e => e.getBoundingClientRect().width / e.getAttribute('width')"
    with opened(browser, page, width=360) as seen:
        for drawn in seen.page.locator(".still svg").all():
            assert drawn.evaluate(measure) > 0.85


def test_nothing_is_cut_off_on_paper(browser: Browser, page: Path) -> None:
    """A4 leaves 687 pixels upright, and 1,016 across, which the tables are printed on."""
    cut = "e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1"
    with opened(browser, page, width=1016) as seen:
        seen.page.emulate_media(media="print")
        assert overflow(seen) <= 0
        assert not any(part.evaluate(cut) for part in seen.page.locator(".scroller").all())
        seen.page.set_viewport_size({"width": 687, "height": 900})
        upright = seen.page.locator("header, main > section > :not(.tables), footer, .chart")
        assert not any(part.evaluate(cut) for part in upright.all())


def test_hostile_texts_are_only_texts(browser: Browser, hostile: Path) -> None:
    with opened(browser, hostile) as seen:
        wait_for_charts(seen)
        for chart in seen.page.locator(".live svg").all():
            chart.scroll_into_view_if_needed()
            box = chart.bounding_box()
            assert box is not None
            for step in range(1, 20):
                seen.page.mouse.move(box["x"] + box["width"] * step / 20, box["y"] + 40 * step)
            chart.click(position={"x": box["width"] / 2, "y": 60}, force=True)
        assert seen.page.evaluate("window.PWNED") is None
        assert seen.requests == [hostile.as_uri()]
        assert seen.errors == []
        shown = seen.page.locator("body").inner_text()
    for attack in ATTACKS[:50]:
        assert " ".join(attack.split()) in " ".join(shown.split())


def test_hostile_page_has_no_script_of_theirs_and_no_address_to_run(hostile: Path) -> None:
    text = hostile.read_text("utf-8")
    specs = re.findall(r'<script type="application/json" id="(\w+)-spec">', text)
    assert len(specs) >= 3
    assert len(re.findall("<script", without_scripts(text))) == 0
    assert len(re.findall("<script", text)) == len(specs) + 1
    bare = without_scripts(text)
    assert not set("\u202e\u2066\u2028\ufffe") & set(text)
    assert "[U+202E]" in bare
    for tag in re.findall(r"<[a-zA-Z][^<>]*>", bare):
        assert not re.search(r"""\s(on\w+|style|srcdoc)\s*=""", re.sub(r'"[^"]*"', '""', tag))
        assert "javascript:" not in re.sub(r'(title|aria-label)="[^"]*"', "", tag)


def test_policy_names_the_one_script_and_the_one_style(bare: str) -> None:
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', bare)
    policy = html.unescape(policy)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "base-uri 'none'; form-action 'none'" in policy
    assert "unsafe" not in policy


def test_no_address_is_fetched_by_any_element(bare: str) -> None:
    assert not re.search(r"""\s(src|srcset|data|poster|action)\s*=\s*["']?[a-z]+:""", bare)
    assert not re.search(r"<(link|base|iframe|object|embed|img|image|foreignObject)\b", bare)
    assert "@import" not in bare
    for address, rest in re.findall(r'href="([^"#][^"]*)"([^>]*)', bare):
        assert address.startswith(("http://", "https://"))
        assert 'rel="noopener nofollow"' in rest


def test_two_reports_of_one_book_are_the_same_bytes(case: Book, page: Path, tmp_path: Path) -> None:
    again = write_report(case, tmp_path / page.name)
    assert again.read_bytes() == page.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = "import sys, farthing; farthing.write_report(farthing.Book(sys.argv[1]), sys.argv[2])"
    subprocess.run(
        [sys.executable, "-c", program, str(case.path), str(elsewhere / page.name)],
        env=os.environ | {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        check=True,
    )
    digests = {
        hashlib.sha256(one.read_bytes()).hexdigest() for one in (elsewhere / page.name, page)
    }
    assert len(digests) == 1


def test_is_small_enough_to_send(page: Path) -> None:
    assert page.stat().st_size < LIMIT_BYTES


def test_every_link_inside_the_page_leads_somewhere(bare: str) -> None:
    anchors = re.findall(r'\bid="([^"]+)"', bare)
    assert len(anchors) == len(set(anchors))
    links = set(re.findall(r'href="#([^"]*)"', bare))
    assert links <= set(anchors)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", anchor) for anchor in anchors)


def test_each_row_a_finding_rests_on_is_in_the_appendix(case: Book, text: str) -> None:
    appendix = text[text.index('<section id="rows"') : text.index('<section id="sources"')]
    names = {html.unescape(name) for name in re.findall(r"<code>(.*?)</code>", appendix)}
    for question in NAMES:
        for number, finding in enumerate(case.ask(question).findings, 1):
            assert set(finding.rows) <= names
            start = text.index(f'id="{question}-finding-{number}"')
            line = text[start : text.index("</li>", start)]
            assert len(re.findall(r'href="#row-\d+"', line)) == len(finding.rows)
    assert "No row of this name is in force" not in text


def test_every_select_of_the_page_runs_in_any_duckdb(case: Book, text: str) -> None:
    selects = re.findall(r"<details>.*?<code>(.*?)</code></pre></details>", text, re.S)
    assert len(selects) >= len(NAMES)
    with duckdb.connect(str(case.path), read_only=True) as connection:
        for select in selects:
            connection.execute(html.unescape(select)).fetchall()


def test_a_long_table_says_how_many_rows_are_left_out(case: Book, text: str) -> None:
    seats = case.ask("allocation").tables["seats"]
    assert seats.height > 40
    part = text[text.index('id="allocation-seats"') :]
    body = part[part.index("<tbody>") : part.index("</tbody>")]
    assert body.count("<tr>") == 40
    assert f"The first 40 rows are shown; {seats.height - 40} more are left out here." in part


def test_headings_go_down_one_level_at_a_time(bare: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", bare)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


def test_each_chart_has_words_and_each_table_headings(case: Book, bare: str) -> None:
    assert '<html lang="en-GB">' in bare
    for name in NAMES:
        section = bare[bare.index(f'<section id="{name}"') :]
        [words] = re.findall(r'<svg[^>]*role="img" aria-label="([^"]*)"', section)[:1]
        for finding in case.ask(name).findings[:3]:
            assert finding.sentence in html.unescape(words)
    cells = re.findall(r"<th\b[^>]*>", bare)
    assert all('scope="col"' in cell for cell in cells)
    assert bare.count("<table>") == bare.count("<caption>")


def test_says_where_what_is_in_quarantine_is_left_out(tmp_path: Path) -> None:
    book = Book(tmp_path / "small.duckdb")
    campaign = {"entry_id": "c0", "source_id": "s0", "campaign_id": "c0"}
    campaign |= {"organisation": "o", "name": "n"}
    book.add(
        write_rows(tmp_path, "sources", [source("s0")]),
        write_rows(tmp_path, "campaigns", [campaign]),
    )
    good, bad = budget("b0", "claimed", "£5,000"), budget("b1", "guessed", "£70")
    book.add(write_rows(tmp_path, "budgets", [good, bad]), quarantine=True)
    text = write_report(book, tmp_path / "small.html", questions=["bridge"]).read_text("utf-8")
    [line] = set(re.findall(r'<div class="notice" role="note">\s*<p>(.*?)</p>', text))
    assert "1 rows of budgets.csv" in line or "1 row of budgets.csv" in line
    assert "70" in line
    assert text.count('<div class="notice"') == 2


def test_a_book_that_holds_nothing_makes_a_page(tmp_path: Path) -> None:
    book = Book(tmp_path / "bare.duckdb")
    book.add(write_rows(tmp_path, "sources", [source("s0")]))
    text = write_report(book, tmp_path / "bare.html").read_text("utf-8")
    assert text.count("<h1>") == 1
    assert "No rows." in text


def test_as_of_a_moment_shows_what_was_known_then(case: Book, tmp_path: Path) -> None:
    journal = case.imports()
    then = case.as_of(journal["posted_at"][-2])
    text = write_report(then, tmp_path / "then.html", questions=["bridge"]).read_text("utf-8")
    assert "As known at" in text
    assert text.count(f"<td>{journal['file'][-2]}</td>") == 1
    assert text.count(f"<td>{journal['file'][-1]}</td>") == 0


def test_a_failure_leaves_the_old_file_and_no_other(
    case: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "page.html"
    target.write_text("the page of yesterday")

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(content[:1000])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileUnusable) as caught:
        write_report(case, target, questions=["bridge"])
    assert str(caught.value) == f"{target}: cannot be written (No space left on device)"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    assert target.read_text() == "the page of yesterday"


def test_a_folder_that_is_not_there_is_named(case: Book, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "page.html"
    with pytest.raises(FileUnusable, match="cannot be written"):
        write_report(case, target, questions=["bridge"])


def test_the_book_is_never_replaced_by_its_report(case: Book) -> None:
    with pytest.raises(UsageError, match="the report would replace the book"):
        write_report(case, case.path)
    assert case.verify().faults == ()


def test_a_report_needs_a_question(case: Book, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a report needs a question"):
        write_report(case, tmp_path / "page.html", questions=[])


def test_a_chart_is_written_as_its_ending_says(
    browser: Browser, case: Book, tmp_path: Path
) -> None:
    svg = write_chart(case, "bridge", tmp_path / "bridge.svg").read_text("utf-8")
    assert svg.startswith("<svg")
    assert write_chart(case, "bridge", tmp_path / "bridge.png").read_bytes()[1:4] == b"PNG"
    with opened(browser, write_chart(case, "bridge", tmp_path / "bridge.html")) as seen:
        wait_for_charts(seen)
        assert seen.errors == []
        assert len(seen.requests) == 1


def test_a_chart_of_another_ending_or_of_nothing_is_refused(case: Book, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown ending"):
        write_chart(case, "bridge", tmp_path / "bridge.pdf")
    book = Book(tmp_path / "bare.duckdb")
    book.add(write_rows(tmp_path, "sources", [source("s0")]))
    with pytest.raises(UsageError, match="has nothing to draw"):
        write_chart(book, "bridge", tmp_path / "bridge.svg")


def test_a_drawing_keeps_nothing_that_acts_or_fetches() -> None:
    drawn = str(
        drawing(
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            'onload="x()"><defs><clipPath id="clip7"><rect/></clipPath></defs><script>x()</script>'
            '<a xlink:href="http://x/"><text>gone</text></a><image href="file:///x"/>'
            '<foreignObject/><g clip-path="url(#clip7)" aria-label="twice"><text>kept</text></g>'
            "</svg>",
            "bridge",
            'what "it" shows',
        )
    )
    assert drawn == (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        'aria-label="what &quot;it&quot; shows"><defs><clipPath id="bridge-0"><rect /></clipPath>'
        '</defs><g clip-path="url(#bridge-0)"><text>kept</text></g></svg>'
    )


def test_the_script_is_the_same_where_no_second_python_can_be_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = begin_script().result()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    begin_script.cache_clear()
    assert begin_script().result() == made
