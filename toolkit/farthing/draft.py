"""A draft of a description of a file that no importer knows, for its user to correct.

Each line says why it is there. What the file leaves open, such as whether 03/04/2019 is in March
or in April, is left open: such a line is a comment until the user writes what is so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from farthing.description import DATES, LAST_DAY, cells_of, quoted
from farthing.errors import FileUnusable, UsageError
from farthing.importers import IMPORTERS
from farthing.intake import take_in
from farthing.ledger import Column, Ledger
from farthing.ledgers import BY_NAME
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.sources import SOURCES
from farthing.numerals import currencies, marks_of
from farthing.own_format import is_plausible
from farthing.records import Intake
from farthing.scratch import scratch
from farthing.widening import Widening, literal, widening

#: Columns are looked for in this order, and none is proposed twice.
WORDS = {
    "currency": "currency währung waehrung devise moneda valuta waluta",
    "starts_on": "start begin from von first début inicio",
    LAST_DAY: "end until till bis last ende fin",
    "incurred_on": "date datum day tag fecha data dato jour when paid",
    "stated_on": "date datum day tag fecha data dato jour when said",
    "observed_on": "observed retrieved abgerufen",
    "amount": "amount betrag spend spent cost price total sum value kosten montant importe gross "
    "brutto net netto preis summe kwota bedrag beløb belopp importo valor",
    "campaign_id": "campaign kampagne campagne campaña",
    "document_ref": "invoice reference ref rechnung rechnungsnummer beleg facture faktura",
    "payee": "payee supplier vendor lieferant recipient paid empfänger fournisseur proveedor firma "
    "kontrahent leverandør leverantör leverancier fornitore fornecedor",
    "channel": "channel platform medium kanal canal",
    "category": "category kategorie type art catégorie categoría",
    "organisation": "organisation organization party partei advertiser",
    "said_by": "said speaker who",
    "area_code": "gss ons constituency",
}
DAYS = ("starts_on", LAST_DAY, "incurred_on", "stated_on", "observed_on", "published_on", "held_on")
#: Of locales that write figures alike one stands for all.
LOCALES = ("en_GB", "de_DE", "fr_FR", "de_CH", "en_IN")
TOTAL = re.compile(
    r"(?i)(grand |sub-?)?(totals?|totaux|totale?|totaal|totais|totalt|sum|summe|gesamt"
    r"|gesamtsumme|insgesamt|suma|łącznie|razem|celkem|összesen|yhteensä|toplam|итого|всего"
    r"|合計|总计|總計)\b.*"
)
SIGN = r"(?:[£€$₹¥₩₺₴₽]|(?:R|US|A|C|NZ|HK)\$|zł|Kč|Ft|kr\.?|Fr\.?|Rs\.?|(?P<{}>[A-Z]{{3}}))"
BEFORE, BEHIND, AFTER = (SIGN.format(name) for name in ("before", "behind", "after"))
FIGURE = re.compile(
    rf"(?:{BEFORE} ?)?[-(]?(?:{BEHIND} ?)?(?P<figure>[^()]*?)(?: ?{AFTER})?\)?", re.DOTALL
)
#: Where a heading has one of these, columns beside each other tell of the same money.
OF_ONE_SUM = (
    "net netto gross brutto vat tax tva mwst ust btw moms balance saldo solde debit credit "
    "receipts payments receipt payment unit"
)
SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | {"’": "'"})
#: How many rows are looked at.
MOST_ROWS = 2_000
#: How much of a column must look alike for it to be taken for a column of days or of amounts.
MOST = 0.8
#: How many values of totals are proposed to be skipped.
MOST_TOTALS = 3
#: Of more amounts than net and gross each may be meant.
MOST_CHOICES = 2
EACH_CELL = "Where each of their cells is an amount of its own"
SHOWN_ROWS = 3
SHOWN_CELL = 40
SHOWN_ROW = 300


@dataclass(frozen=True)
class _Cells:
    """One column of the file: its name and what stands in it, blanks left out.

    What stands in a row that looks like a total is left out, too, but for the word that says so.
    """

    name: str
    values: tuple[str, ...]
    blank: int = 0
    totals: tuple[str, ...] = ()

    @cached_property
    def days(self) -> dict[str, int]:
        """How many values can be read in each way of writing days; those most can."""
        return _most({form: sum(_is_day(cell, form) for cell in self.values) for form in DATES})

    @cached_property
    def locales(self) -> dict[str, int]:
        """How many values are figures in each locale; those in which most are."""
        counts = {
            locale: sum(_figure(cell, locale) is not None for cell in self.values)
            for locale in LOCALES
        }
        return _most(counts)

    @property
    def shape(self) -> str:
        """What its values look like: days, amounts, currencies, areas, words or nothing."""
        if not self.values:
            return "nothing"
        if all(cell in currencies() for cell in self.values):
            return "currencies"
        if all(re.fullmatch(r"[A-Z][0-9]{8}", cell) for cell in self.values):
            return "areas"
        for shape, counts in (("days", self.days), ("amounts", self.locales)):
            if max(counts.values(), default=0) >= MOST * len(self.values):
                return shape
        return "words"

    @property
    def looks(self) -> str:
        """Say what its values look like, and how many of them."""
        all_of = f"of {len(self.values):,} values"
        match self.shape:
            case "days":
                count = max(self.days.values())
                odd = self.odd(lambda cell: any(_is_day(cell, form) for form in self.days))
                return f"{count:,} {all_of} look like {' or '.join(self.days)}{odd}"
            case "amounts":
                odd = self.odd(lambda cell: any(_figure(cell, one) for one in self.locales))
                return f"{max(self.locales.values()):,} {all_of} look like amounts{odd}"
            case "nothing":
                return "it is blank"
            case shape:
                return f"{len(self.values):,} {all_of} look like {shape}"

    def odd(self, reads: Callable[[str], bool]) -> str:
        """Name the first value that does not look like the others."""
        first = next((cell for cell in self.values if not reads(cell)), None)
        return "" if first is None else f", and {quoted(first[:SHOWN_CELL])} does not"


@dataclass(frozen=True)
class _Guess:
    """What is proposed for a column of the ledger: one column of the file, or several or none."""

    column: str
    found: tuple[_Cells, ...]
    why: str


def draft(file: Path, ledger: str = "spend", encoding: str | None = None) -> str:
    """Return the text of a description to be corrected.

    Raises
    ------
    UsageError
        There is no such ledger, or the file is of a format that is known.
    FileUnusable
        As for `farthing.intake.take_in`.
    """
    if ledger not in BY_NAME:
        raise UsageError(f"unknown ledger {ledger}", hint=f"one of {', '.join(BY_NAME)}")
    with scratch() as folder:
        _refuse_known(file, folder, encoding)
        tables = take_in(file, folder, knows=is_plausible, encoding=encoding)
        columns, first = _columns(tables[0]), _first_rows(tables[0])
    found = _widening(columns, BY_NAME[ledger]) if cells_of(BY_NAME[ledger]) else None
    single = [one for one in columns if not found or one.name not in found.names]
    lines = [
        *_head(file, tables, columns, first),
        *_top(file, ledger, encoding),
        *_body(BY_NAME[ledger], columns, found),
        *_skips(columns, single),
        *_musts(single),
    ]
    return "\n".join(lines) + "\n"


def _data_rows(table: Intake) -> int:
    """Count the rows that stand under the header: neither titles nor blank nor ragged ones."""
    return table.rows - len(table.asides) - len(table.misfits) - table.blank


def write(text: str, output: Path) -> None:
    """Write a draft to a file that is not there yet."""
    try:
        with output.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    except FileExistsError:
        raise FileUnusable(
            "is there already", where=str(output), hint="choose another name; nothing was written"
        ) from None
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise FileUnusable(what, where=str(output)) from None


def _refuse_known(file: Path, folder: Path, encoding: str | None) -> None:
    """Say so where the file needs no description."""

    def knows(header: Sequence[str]) -> bool:
        return any(one.recognises(header) for one in IMPORTERS)

    try:
        tables = take_in(file, folder, knows=knows, encoding=encoding)
    except FileUnusable:
        return  # it is read again below, and refused there if it must be
    for table in tables:
        if known := [one.name for one in IMPORTERS if one.recognises(table.header)]:
            raise UsageError(
                f"is {' or '.join(known)} already",
                where=table.name,
                hint=f"farthing import BOOK {file.name}",
            )


def _columns(table: Intake) -> list[_Cells]:
    """Return what stands in each column, of the first rows of a file."""
    frame = next(table.frames(), None)
    if frame is None:
        return [_Cells(name, ()) for name in table.header]
    head = frame.head(MOST_ROWS)
    rows = [[(cell or "").strip() for cell in row] for row in head.select(table.header).rows()]
    ordinary = [row for row in rows if not any(map(TOTAL.fullmatch, row))] or rows
    return [
        _Cells(
            name,
            tuple(row[at] for row in ordinary if row[at]),
            sum(not row[at] for row in ordinary),
            tuple(dict.fromkeys(row[at] for row in rows if TOTAL.fullmatch(row[at]))),
        )
        for at, name in enumerate(table.header)
    ]


def _is_day(cell: str, form: str) -> bool:
    if form == "yyyymmdd" and len(cell) != len(form):
        return False
    try:
        datetime.strptime(cell, DATES[form])
    except ValueError:
        return False
    return True


def _figure(cell: str, locale: str) -> str | None:
    """Return a figure without its marks, or nothing where it is none in the locale."""
    marks, match = marks_of(locale), FIGURE.fullmatch(cell.translate(SPACES))
    group = marks.group.translate(SPACES)
    codes = {match[name] for name in ("before", "behind", "after")} - {None} if match else set()
    known = match if codes <= currencies() else None  # "INV 12" is no amount
    text = known["figure"].replace(group, marks.group) if known else ""
    if not marks.number.fullmatch(text):
        return None
    return text.replace(marks.group, "").replace(marks.decimal, ".")


def _most(counts: dict[str, int]) -> dict[str, int]:
    most = max(counts.values(), default=0)
    return {name: count for name, count in counts.items() if count == most and count}


def _first_rows(table: Intake) -> list[list[str]]:
    frame = next(table.frames(), None)
    if frame is None:
        return []
    cells = frame.select(table.header).head(SHOWN_ROWS)
    return [[cell or "" for cell in row] for row in cells.iter_rows()]


def _head(
    file: Path,
    tables: Sequence[Intake],
    columns: Sequence[_Cells],
    first: Sequence[Sequence[str]],
) -> Iterator[str]:
    """Say what this is, and show the first rows."""
    table, others = tables[0], [one.name for one in tables[1:]]
    yield _comment(f"A draft of how to read {table.name}, for you to correct. Nothing is imported.")
    yield "# A line that begins with # is only a remark: take the # away to make it count."
    yield _comment(f"When it is right: farthing import BOOK {file.name} --as THIS_FILE.toml")
    if others:
        yield _comment(f"It holds other tables, which are not drafted here: {', '.join(others)}")
    yield "#"
    if _data_rows(table) > MOST_ROWS:
        yield _comment(f"Only the first {MOST_ROWS:,} rows were looked at.")
    yield _comment(f"{len(columns)} columns, {_data_rows(table):,} rows; the first are:")
    yield _row([column.name for column in columns])
    for row in first:
        yield _row(row)
    if table.asides:
        yield _comment(f"{len(table.asides)} lines above the header are titles, set aside.")
    if table.misfits:
        one = table.misfits[0]
        yield _comment(
            f"{len(table.misfits):,} rows will be refused, as that on line {one.line}: {one.reason}"
        )


def _row(cells: Sequence[str]) -> str:
    return _comment("  " + " | ".join(cell[:SHOWN_CELL] for cell in cells)[:SHOWN_ROW])


def _comment(text: str) -> str:
    """Write a remark; what could end it, or cannot be seen, is replaced."""
    return "# " + "".join(c if c.isprintable() else "\ufffd" for c in text)


def _top(file: Path, ledger: str, encoding: str | None) -> Iterator[str]:
    slug = re.sub("[^a-z0-9]+", "-", file.stem.lower())[:40].strip("-") or "format"
    taken = slug in [one.name for one in IMPORTERS]
    yield ""
    yield f"name = {quoted(f'my-{slug}' if taken else slug)}"
    yield f"about = {quoted(f'files such as {file.name}')}"
    yield f"ledger = {quoted(ledger)}"
    if encoding is not None:
        yield f"encoding = {quoted(encoding)}"


def _body(ledger: Ledger, columns: Sequence[_Cells], found: Widening | None) -> Iterator[str]:
    guesses = {guess.column: guess for guess in _guesses(ledger, columns, found)}
    proposed = {name: one.found[0] for name, one in guesses.items() if len(one.found) == 1}
    wide = [one for one in columns if found and one.name in found.names]
    amounts = (*wide, *guesses["amount"].found) if "amount" in guesses else tuple(wide)
    yield from _locale(tuple(dict.fromkeys(amounts)))
    if found and found.periods:
        yield f"# periods = {quoted(found.periods)}  # with [wide]"
    yield from _dates([proposed[name] for name in DAYS if name in proposed])
    yield "\n[columns]"
    for name, guess in guesses.items():
        if name in proposed:
            yield f"{name} = {quoted(guess.found[0].name)}  {_comment(guess.why)}"
        elif guess.found:
            yield f'# {name} = "…"  {_comment(guess.why)}'
    used = {one.name for one in proposed.values()}
    if left := [quoted(one.name) for one in columns if one.name not in used]:
        yield _comment(f"not used: {', '.join(left)}")
    rest = [one.name for one in columns if one.name not in used and one.shape == "amounts"]
    yield from _wide(found) if found else _beside(rest, "amount" in proposed)
    yield from _constants(ledger, proposed, guesses, found)


def _constants(
    ledger: Ledger,
    proposed: Mapping[str, _Cells],
    guesses: Mapping[str, _Guess],
    found: Widening | None,
) -> Iterator[str]:
    """Say what the ledger needs that no column was found for, and what else it has."""
    yield "\n[constants]"
    given = {*proposed, "entry_id", *(() if ledger is SOURCES else ("source_id",))}
    if found or ("amount" in guesses and guesses["amount"].found):
        given.add(cells_of(ledger) or "amount")  # which column it is stands above
    described = {column.name: column for column in ledger.columns}
    for name in ledger.file_columns:
        if name in ledger.required_columns and name not in given:
            why = _needed(described.get(name), guesses.get(name))
            signs = _signs(proposed.get("amount")) if name == "currency" else ""
            yield f'# {name} = "…"  {_comment(why + signs)}'
    optional = [one for one in ledger.file_columns if one not in ledger.required_columns]
    yield _comment(f"where you know it: {', '.join(one for one in optional if one not in given)}")
    if "campaign_id" in ledger.file_columns and ledger is not CAMPAIGNS:
        yield "\n# [campaign]"
        yield '# organisation = "…"  # with these two lines, campaigns not on the book are made'


def _widening(columns: Sequence[_Cells], ledger: Ledger) -> Widening | None:
    """Find columns that look like those of a wide table: amounts, of which some may be blank."""
    amounts = [one for one in columns if one.shape == "amounts"]
    named = [one.name for one in columns if one in amounts or one.shape == "nothing"]
    locales = [locale for one in amounts for locale in one.locales]
    if not amounts:
        return None
    has_periods = "ends_before" in ledger.dtypes
    return widening(named, tuple(dict.fromkeys(locales)), has_periods=has_periods)


def _wide(found: Widening) -> Iterator[str]:
    """Propose a wide table; whether it is one is for the user to say."""
    yield ""
    yield _comment(f"{found.why}.")
    yield f"# {EACH_CELL}, take the # away, and leave amount out above:"
    yield "# [wide]"
    for line in found.lines:
        yield f"# {line}"


def _beside(amounts: Sequence[str], too: bool) -> Iterator[str]:
    """Say what to do where a row has several amounts, as where parties are columns."""
    is_one_sum = any({*OF_ONE_SUM.split()} & {*_parts(name)} for name in amounts)
    if len(amounts) > (1 if too else MOST_CHOICES) and not is_one_sum:
        names = ", ".join(map(quoted, amounts))
        yield ""
        yield _comment(f"{names} look like amounts{', too' if too else ''}, and a row gives one.")
        yield f"# {EACH_CELL}, say of what, and leave amount out above:"
        yield "# [wide]"
        for name in amounts:
            yield f'# {literal(name)} = {{ … = "…" }}'


def _signs(amounts: _Cells | None) -> str:
    """Say which signs of a currency stand in the amounts or their heading."""
    texts = (amounts.name, *amounts.values) if amounts else ()
    found = {sign for text in texts for sign in re.findall(r"[£€$₹¥₩₺₴₽]|zł|Kč|\b[A-Z]{3}\b", text)}
    found -= {word for word in found if len(word) == 3} - currencies()
    return f"; there stands {' and '.join(sorted(found)[:3])}" if found else ""


def _needed(column: Column | None, guess: _Guess | None) -> str:
    """Say what a column is that the ledger needs and no column of the file was found for."""
    found = (
        "not in the file" if guess is None or not guess.found else "if it is none of the columns"
    )
    if column is None:
        return f"{found}: how much"
    words = "".join(f"; refused where it {words}" for words in column.words)
    return f"{found}: {column.description}{words}"


def _guesses(ledger: Ledger, columns: Sequence[_Cells], wide: Widening | None) -> Iterator[_Guess]:
    names = [*ledger.file_columns, *((LAST_DAY,) if "ends_before" in ledger.file_columns else ())]
    free = list(columns)
    for name in sorted(names, key=lambda name: [*WORDS, name].index(name)):
        if name in ("entry_id", "source_id", "ends_before"):
            continue
        guess = _guess(name, free)
        if name == "amount" and wide and guess.found:
            listed = " or ".join(quoted(one.name) for one in guess.found[:SHOWN_ROWS])
            why = f"{listed}, or the cells of [wide] below: which is for you to say"
            guess = _Guess(name, tuple(guess.found) * 2, why)
        if len(guess.found) == 1:
            free.remove(guess.found[0])
        yield guess


def _guess(name: str, columns: Sequence[_Cells]) -> _Guess:
    """Find the columns of the file that may be a column of the ledger."""
    wanted = _shape_of(name)
    fit = [one for one in columns if wanted is None or one.shape in wanted]
    own = [one for one in fit if _parts(one.name) == name.split("_")]
    named = own or [one for one in fit if _says(one.name, name)]
    if len(named) == 1:
        return _Guess(name, (named[0],), f"by its name; {named[0].looks}")
    if not named and len(fit) == 1 and wanted in (("amounts",), ("currencies",), ("areas",)):
        return _Guess(name, (fit[0],), f"the only such column; {fit[0].looks}")
    if not named and len(fit) == 1 and name in ("incurred_on", "stated_on"):
        return _Guess(name, (fit[0],), f"the only column of days; {fit[0].looks}")
    found = tuple(named or (fit if name == "amount" else ()))
    listed = " or ".join(f"{quoted(one.name)} ({one.looks})" for one in found)
    return _Guess(name, found, f"{listed}: which one is for you to say")


def _shape_of(name: str) -> tuple[str, ...] | None:
    if name in DAYS:
        return ("days",)
    if name in ("payee", "channel", "category", "organisation", "said_by"):
        return ("words", "nothing")
    shapes = {"amount": "amounts", "currency": "currencies", "area_code": "areas"}
    return (shapes[name],) if name in shapes else None


def _says(heading: str, name: str) -> bool:
    """Tell whether a heading has a word for a column of the ledger."""
    text, parts = heading.casefold(), _parts(heading)
    # German joins words: "Rechnungsdatum" says "datum". A short word may stand in any other.
    words = WORDS.get(name, "").split()
    return any(word in parts or (len(word) > 4 and word in text) for word in words)


def _parts(heading: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", heading.casefold())


def _locale(columns: Sequence[_Cells]) -> Iterator[str]:
    """Propose how amounts are written, where the values tell."""
    amounts = _Cells("", tuple(cell for one in columns for cell in one.values))
    if not amounts.locales:
        yield '# locale = "…"  # how amounts are written: de_DE reads 1.000,00; without it en_GB'
        return
    readings = {
        locale: tuple(_figure(cell, locale) for cell in amounts.values)
        for locale in amounts.locales
    }
    name = ", ".join(quoted(one.name) for one in columns)
    count = max(amounts.locales.values())
    ways = [
        locale
        for at, locale in enumerate(readings)
        if readings[locale] not in list(readings.values())[:at]
    ]
    if len(ways) == 1:
        why = f"{count:,} of {len(amounts.values):,} values of {name} are figures in it"
        yield f"locale = {quoted(ways[0])}  {_comment(why)}"
        return
    odd = next(at for at, _ in enumerate(amounts.values) if _differ(readings, ways, at))
    read = ", or ".join(f"{readings[way][odd]} in {way}" for way in ways)
    why = f"{name} can be read in {len(ways)} ways: {quoted(amounts.values[odd])} is {read}"
    yield f'# locale = "…"  {_comment(why)}: find out which'


def _differ(readings: dict[str, tuple[str | None, ...]], ways: list[str], at: int) -> bool:
    return len({readings[way][at] for way in ways}) > 1


def _dates(columns: Sequence[_Cells]) -> Iterator[str]:
    """Propose how days are written, where the values leave no choice."""
    if not columns:
        return
    together = _Cells("", tuple(cell for one in columns for cell in one.values))
    names = ", ".join(quoted(one.name) for one in columns)
    count = f"{max(together.days.values()):,} of {len(together.values):,} values of {names}"
    if len(together.days) == 1:
        yield f"dates = {quoted(next(iter(together.days)))}  {_comment(f'{count} look like it')}"
        return
    choice = " or ".join(together.days)
    yield f'# dates = "…"  {_comment(f"{count} could be {choice}: find out which")}'


def _skips(columns: Sequence[_Cells], single: Sequence[_Cells]) -> Iterator[str]:
    """Point out rows that may be no data, such as totals: whether they are is for the user."""
    yield "\n[skip]"
    for one in columns:
        if one.totals:
            listed = ", ".join(map(quoted, one.totals[:MOST_TOTALS]))
            why = "looks like a total, which would count money twice"
            yield f"# {quoted(one.name)} = [{listed}]  {_comment(why)}"
        if len(one.totals) > MOST_TOTALS:
            yield _comment(f'{len(one.totals):,} such values: "Total *" is all that begin so')
        if one.shape == "amounts" and one.blank and one in single:
            # In a cash book what came in and what was paid are columns: a row is of one of them.
            why = f"rows where it is blank ({one.blank:,}) are of unknown amount unless left out"
            yield f'# {quoted(one.name)} = [""]  {_comment(why)}'


def _musts(columns: Sequence[_Cells]) -> Iterator[str]:
    """Propose that figures are there in every row, where they are in most.

    Where cells have moved to the left, the last are blank, and others stand in the wrong column.
    """
    yield "\n[must]"
    for one in columns:
        rows = one.blank + len(one.values)
        is_moved = 0 < one.blank < rows / 2 and not _has_its_other(one, columns)
        if one.shape == "amounts" and is_moved:
            why = f"blank in {one.blank:,} of {rows:,} rows, whose cells may have moved to the left"
            yield f'{quoted(one.name)} = "filled"  {_comment(why)}'


def _has_its_other(one: _Cells, columns: Sequence[_Cells]) -> bool:
    """Tell whether what is blank is as many as another column of amounts has, as in a cash book."""
    return any(other.shape == "amounts" and len(other.values) == one.blank for other in columns)
