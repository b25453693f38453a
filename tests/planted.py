"""Books without a fault, made at random, and faults that are planted in them.

A clean book is one that no check says anything against. Each plant adds rows of its own that
break one thing, and says which entries each check must then name: those and no others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from small_book import Row

Found = Mapping[str, set[str]]
FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)
AGES = ("18-24", "25-34", "35-44")
WIDE = "£1 to £99,999,999"


@dataclass
class Rows:
    """The rows of a book to be, by ledger, and the chance they are made by."""

    chance: random.Random
    ledgers: dict[str, list[Row]] = field(default_factory=dict)
    taken: set[Decimal] = field(default_factory=set)

    def add(self, ledger: str, **cells: object) -> str:
        """Add a row and return its name."""
        rows = self.ledgers.setdefault(ledger, [])
        name = str(cells.setdefault("entry_id", f"{ledger}-{len(rows)}"))
        rows.append(cells)
        return name

    def amount(self, least: int = 1, most: int = 5) -> str:
        """Return an amount that no other row has; its digits follow Benford's law."""
        while True:
            amount = Decimal(10 ** self.chance.uniform(least, most)).quantize(Decimal("0.01"))
            if amount not in self.taken:
                self.taken.add(amount)
                return str(amount)

    def day(self, least: int = 0, most: int = 300) -> str:
        return on(self.chance.randint(least, most))

    def campaign(self, name: str, /, **cells: object) -> str:
        """Add a campaign of its own organisation, with an approval of whatever is spent on it."""
        row = {
            "campaign_id": name,
            "organisation": f"The {name} office",
            "starts_on": FIRST,
            "ends_before": LAST + timedelta(1),
            **cells,
        }
        self.add("campaigns", entry_id=name, **row)
        self.add("budgets", campaign_id=name, stage="approved", amount=WIDE)
        return name

    def spend(self, campaign: str, /, **cells: object) -> str:
        row = {"amount": self.amount(), "incurred_on": self.day(), **cells}
        return self.add("spend", campaign_id=campaign, **row)

    def pair(self, campaign: str, **cells: object) -> None:
        """Add an invoice and the payment that settles it."""
        number, day = len(self.ledgers.get("spend", ())), self.chance.randint(0, 300)
        both = {"amount": self.amount(), "payee": f"Printer {number % 7}", **cells}
        both.setdefault("document_ref", f"D{number}")
        for record, fell in (("invoice", day), ("payment", day + self.chance.randint(8, 30))):
            self.spend(campaign, record=record, incurred_on=on(fell), **both)

    def cell(self, campaign: str, people: str, impressions: str, **cells: object) -> str:
        """Add a count of impressions, and one of people, of one cell; return that of people."""
        self.add("reach", campaign_id=campaign, measure="impressions", amount=impressions, **cells)
        return self.add("reach", campaign_id=campaign, measure="people", amount=people, **cells)


def on(day: int) -> str:
    return str(FIRST + timedelta(day))


# Clean books, of several shapes.


def clean(seed: int) -> Rows:
    """Return the rows of a book that nothing can be said against; the seed decides its shape."""
    rows = Rows(random.Random(seed))
    _sources(rows)
    shapes = [_party, _platform, _election, _accounts]
    for number, shape in enumerate(shapes):
        if seed % (len(shapes) + 1) in (number, len(shapes)):
            shape(rows)
    return rows


def _sources(rows: Rows) -> None:
    for name in ("s", "listed", "later"):
        rows.add(
            "sources",
            entry_id=name,
            source_id=name,
            title=f"The {name} source",
            url="https://example.org/" + name,
            published_on="2024-03-02" if name == "later" else "2024-03-01",
            accessed_on="2024-03-02",
        )


def _party(rows: Rows) -> None:
    """Add a party: a larger campaign and its parts, returns, invoices, payments, statements."""
    rows.campaign("national")
    transferred = rows.amount(2, 3)
    for name in ("north", "south"):
        rows.campaign(name, part_of="national")
        total = Decimal(0)
        for _ in range(rows.chance.randint(3, 30)):
            amount = rows.amount()
            total += Decimal(amount)
            rows.spend(name, amount=amount, payee=f"Firm {rows.chance.randint(1, 5)}")
        rows.add("budgets", campaign_id=name, stage="claimed", amount=str(total))
        for _ in range(rows.chance.randint(1, 12)):
            rows.pair(name)
    rows.spend("national", amount="9,000,000.37")
    rows.add(
        "transfers",
        from_organisation="The north office",
        to_organisation="The south office",
        amount=transferred,
    )
    rows.add("rates", amount="3.48")
    greater = rows.add("budgets", campaign_id="north", stage="requested", amount="£9,000,001")
    lesser = rows.add("budgets", campaign_id="north", stage="requested", amount="over £8,000,000")
    rows.add("comparisons", greater_entry=greater, lesser_entry=lesser)
    rows.add("statements", quantity="approval limit", unit="GBP", amount="5,000")


def _platform(rows: Rows) -> None:
    """Add a campaign on a platform: charges and delivery week by week, by channel and by age."""
    rows.campaign("online")
    rows.spend("online", amount="8,000,000.11")
    rows.add("audiences", entry_id="everybody", amount="5,000,000")
    for age in AGES:
        rows.add("audiences", segment_kind="age", segment=age, amount="1,000,000")
    rows.add("audiences", segment_kind="audience", segment="the checkers", amount="40")
    rows.add("sightings", campaign_id="online", asked=20, saw=7, outcome="some")
    for week in range(rows.chance.randint(9, 20)):
        days = {"starts_on": on(7 * week), "ends_before": on(7 * week + 7)}
        rows.spend("online", record="platform", incurred_on=None, amount=rows.amount(2, 4), **days)
        shown = [rows.chance.randint(1000, 90_000) for _ in AGES]
        seen = [count // rows.chance.randint(2, 9) for count in shown]
        everywhere = {"channel": "facebook", **days}
        rows.cell("online", str(max(seen) + min(seen)), str(sum(shown)), **everywhere)
        for age, count, people in zip(AGES, shown, seen, strict=True):
            ages = {"segment_kind": "age", "segment": age, **everywhere}
            rows.cell("online", str(people), str(count), **ages)
        for measure in ("clicks", "video_views"):
            clicked = {"measure": measure, "amount": str(min(shown) // 10), **everywhere}
            rows.add("reach", campaign_id="online", **clicked)
        so_far = {"starts_on": on(0), "ends_before": on(7 * week + 7), "series": "so far"}
        rows.add("reach", campaign_id="online", amount=str(100_000 * (week + 1)), **so_far)
    for channel, shown_there in ((None, "300 to 400"), ("tv", "100"), ("radio", "150 to 250")):
        total = {"channel": channel, "series": "by channel", "amount": shown_there}
        rows.add("reach", campaign_id="online", starts_on=on(0), ends_before=on(300), **total)
    _advertisements(rows)


def _advertisements(rows: Rows) -> None:
    """Add two advertisements in one cell, and a third that began with them and ended later."""
    for ad, people, shown, last in (("a", 100, 500, 7), ("b", 40, 50, 7), ("c", 3, 30, 14)):
        days = {"series": "ads", "starts_on": on(0), "ends_before": on(last)}
        for measure, count in (("people", people), ("impressions", shown)):
            told = {"measure": measure, "amount": str(count), "record_key": f"{ad}|{measure}"}
            rows.add("reach", campaign_id="online", observed_on=on(20), **told, **days)


def _election(rows: Rows) -> None:
    """Add seats, what is printed of them, and what was sent to them."""
    rows.campaign("seats")
    for number in range(rows.chance.randint(2, 9)):
        code, name = f"E{14000000 + number}", f"Seat {number}"
        votes = sorted(rows.chance.sample(range(500, 30_000), 3), reverse=True)
        electorate = sum(votes) + rows.chance.randint(1, 20_000)
        for party, count in zip(("Red", "Blue", "Green"), votes, strict=True):
            rows.add(
                "contests",
                area_code=code,
                area_name=name,
                party=party,
                candidate=f"{party} in {name}",
                votes=count,
                electorate=electorate,
            )
        turnout = (Decimal(100 * sum(votes)) / electorate).quantize(Decimal("0.01"))
        for quantity, figure, unit in (
            ("majority", votes[0] - votes[1], "votes"),
            ("valid votes", sum(votes), "votes"),
            ("turnout in percent", turnout, "percent"),
        ):
            said = {"quantity": f"{name} {quantity}, election 2015", "unit": unit}
            rows.add("statements", amount=str(figure), **said)
        rows.add("resources", area_code=code, amount=str(rows.chance.randint(0, 3)))
        rows.spend("seats", area_code=code)


def _accounts(rows: Rows) -> None:
    """Add many rows, an account that balances, a list with its sum, and amendments."""
    rows.campaign("bulk")
    for number in range(420):
        rows.spend("bulk", incurred_on=on(number % 363), payee=f"Shop {number % 40}")
    balance = {"opening balance": 500, "receipts": 900, "payments": 650, "closing balance": 750}
    for part, figure in balance.items():
        rows.add("statements", quantity=f"The bank: {part}", unit="GBP", amount=f"£{figure}")
    rows.campaign("list")
    for amount in ("1,000.10", "2,000.20", "3,000.30"):
        rows.spend("list", source_id="listed", amount=amount)
    for amount in ("about £6,000", "£6,000.60"):
        said = {"quantity": "The listed source: sum of its rows", "unit": "GBP"}
        rows.add("statements", amount=amount, **said)
    rows.add("statements", quantity="rows of listed", unit="rows", amount="3")
    rows.campaign("amended")
    first = rows.spend("amended", amount="120.21", payee="Hall")
    rows.spend("amended", amount="210.12", payee="Hall", source_id="later", supersedes=first)
    rows.spend("amended", amount="-10.12", payee="Hall", incurred_on=on(90))
    wrong = rows.spend("amended", amount="77.71", payee="Hall", incurred_on=on(3))
    gone = {"amount": "77.71", "payee": "Hall", "incurred_on": on(3)}
    rows.spend("amended", reverses=wrong, **gone)
    whole = rows.spend("amended", amount="1,234.56")
    for channel, amount in (("facebook", "700"), ("google", "534.56")):
        rows.spend("amended", part_of=whole, channel=channel, amount=amount)
    total = {"incurred_on": None, "series": "total", "amount": "20 to 30"}
    rows.spend("amended", record="platform", **total)
    rows.spend("amended", record="platform", series="items", amount="24.99")
    rows.add("reach", campaign_id="amended", amount="5")


# Faults, each with the entries that checks must name.

Plant = Callable[[Rows], Found]
PLANTS: dict[str, Plant] = {}


def plant(code: str) -> Callable[[Callable[[Rows, str], Found | set[str]]], Plant]:
    """Keep a plant under the code of the check that must find it; it gets a campaign's name."""

    def keep(planted: Callable[[Rows, str], Found | set[str]]) -> Plant:
        def run(rows: Rows) -> Found:
            found = planted(rows, f"x-{code}")
            return {code: found} if isinstance(found, set) else found

        PLANTS[code] = run
        return run

    return keep


def fault(seed: int, *codes: str) -> tuple[Rows, dict[str, set[str]]]:
    """Return a clean book with faults planted, and the entries that each check must name."""
    rows, expected = clean(seed), dict[str, set[str]]()
    for code in codes:
        for check, entries in PLANTS[code](rows).items():
            expected.setdefault(check, set()).update(entries)
    return rows, expected


@plant("identities.balance")
def _(rows: Rows, name: str) -> set[str]:
    figures = {"opening balance": 10, "receipts": 20, "payments": 5, "closing balance": 26}
    for part, figure in figures.items():
        said = {"quantity": f"{name}: {part}", "unit": "GBP", "amount": f"£{figure}"}
        last = rows.add("statements", **said)
    return {last}


@plant("identities.part_within_whole")
def _(rows: Rows, name: str) -> set[str]:
    whole = rows.spend(rows.campaign(name), amount="100.21")
    return {rows.spend(name, amount="101 to 102", part_of=whole)}


@plant("identities.parts_within_whole")
def _(rows: Rows, name: str) -> set[str]:
    whole = rows.spend(rows.campaign(name), amount="100.31")
    for channel in ("facebook", "google"):
        rows.spend(name, amount=f"5{len(channel)}.17", channel=channel, part_of=whole)
    return {whole}


@plant("identities.series_within_total")
def _(rows: Rows, name: str) -> Found:
    rows.campaign(name)
    total = rows.spend(name, amount="50.13", series="total", incurred_on=None)
    for _number in range(2):
        rows.spend(name, amount=f"3{_number}.07", series="items")
    return {"identities.series_within_total": {total}}


@plant("identities.consolidated")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    rows.spend(name, amount="100.41")
    for part in ("one", "two"):
        rows.spend(rows.campaign(f"{name}-{part}", part_of=name), amount=f"{len(part)}60.09")
    given = {"from_organisation": f"The {name}-one office", "amount": "10"}
    rows.add("transfers", to_organisation=f"The {name}-two office", **given)
    return {name}


@plant("identities.approved")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(f"{name}-approved")
    rows.add("campaigns", entry_id=name, campaign_id=name, organisation=name)
    rows.spend(name, incurred_on=on(3))
    return {name}


@plant("identities.within_approval")
def _(rows: Rows, name: str) -> set[str]:
    rows.add("campaigns", entry_id=name, campaign_id=name, organisation=name)
    rows.add("budgets", campaign_id=name, stage="approved", amount="£99")
    rows.spend(name, amount="100.51")
    return {name}


@plant("identities.claimed_as_booked")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(name), amount="100.61")
    return {rows.add("budgets", campaign_id=name, stage="claimed", amount="about £5,000")}


@plant("identities.paid_within_invoice")
def _(rows: Rows, name: str) -> Found:
    bill = {"payee": "Overpaid", "document_ref": "X1"}
    rows.campaign(name)
    invoice = rows.spend(name, record="invoice", amount="100.71", incurred_on=on(5), **bill)
    for number in range(2):
        paid = {"amount": f"6{number}.03", "incurred_on": on(20 + number), **bill}
        rows.spend(name, record="payment", **paid)
    return {"identities.paid_within_invoice": {invoice}}


@plant("identities.delivered_within_booked")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(name), amount="100.81")
    rows.spend(name, amount="200 to 300", record="platform")
    rows.add("reach", campaign_id=name, amount="5")
    return {name}


@plant("identities.contrast")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    said = {"campaign_id": name, "stage": "requested"}
    less = rows.add("budgets", amount="£10 to £20", **said)
    more = rows.add("budgets", amount="£20 to £30", **said)
    return {rows.add("comparisons", greater_entry=less, lesser_entry=more)}


@plant("identities.rows_as_stated")
def _(rows: Rows, name: str) -> set[str]:
    rows.add(
        "sources",
        entry_id=name,
        source_id=name,
        title=name,
        sha256="0" * 64,
        published_on="2024-01-01",
    )
    rows.campaign(name)
    for number in range(2):
        rows.spend(name, source_id=name, amount=f"7{number}.01")
    said = {"quantity": f"{name}: sum of its rows", "unit": "GBP"}
    return {rows.add("statements", amount="over £142", **said)}


@plant("identities.statements_agree")
def _(rows: Rows, name: str) -> set[str]:
    said = {"quantity": name, "unit": "votes"}
    rows.add("statements", amount="300 to 340", modality="denied", **said)
    return {rows.add("statements", amount=votes, **said) for votes in ("331", "317")}


@plant("identities.budgets_agree")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    said = {"campaign_id": name, "stage": "requested"}
    return {rows.add("budgets", amount=amount, **said) for amount in ("£5", "over £5")}


@plant("duplicates.document_twice")
def _(rows: Rows, name: str) -> Found:
    twice = {"payee": "Twice Ltd", "document_ref": "T1", "amount": "431.17"}
    rows.spend(rows.campaign(name), incurred_on=on(2), **twice)
    again = rows.spend(name, incurred_on=on(70), **{**twice, "payee": " twice ltd"})
    return {"duplicates.document_twice": {again}, "duplicates.spelling": {again}}


@plant("duplicates.same_day")
def _(rows: Rows, name: str) -> set[str]:
    twice = {"payee": "Same Day", "amount": "432.17", "incurred_on": on(9)}
    rows.spend(rows.campaign(name), **twice)
    return {rows.spend(name, **twice) for _number in range(rows.chance.randint(1, 3))}


@plant("duplicates.near_days")
def _(rows: Rows, name: str) -> set[str]:
    twice = {"payee": "Near Days", "amount": "433.17"}
    rows.spend(rows.campaign(name), incurred_on=on(9), **twice)
    return {rows.spend(name, incurred_on=on(9 + rows.chance.randint(1, 7)), **twice)}


@plant("duplicates.two_sources")
def _(rows: Rows, name: str) -> set[str]:
    twice = {"payee": "Two Sources", "amount": "434.17", "incurred_on": on(9)}
    rows.add(
        "sources",
        entry_id=name,
        source_id=name,
        sha256="1" * 64,
        accessed_on="2024-01-01",
    )
    rows.spend(rows.campaign(name), **twice)
    return {rows.spend(name, source_id=name, **twice)}


@plant("duplicates.reference_two_amounts")
def _(rows: Rows, name: str) -> set[str]:
    bill = {"payee": "Instalments", "document_ref": "X2"}
    rows.campaign(name)
    days = rows.chance.sample(range(200), 2)
    return {rows.spend(name, record="invoice", incurred_on=on(day), **bill) for day in days}


@plant("duplicates.same_name")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(f"{name}-1", organisation="One", name="Same name")
    return {rows.campaign(f"{name}-2", organisation="ONE", name="same Name ")}


@plant("duplicates.spelling")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(name), payee="A.B. Cards")
    return {rows.spend(name, payee="AB-Cards")}


@plant("duplicates.amended_by_older")
def _(rows: Rows, name: str) -> set[str]:
    old = {"entry_id": name, "source_id": name, "sha256": "2" * 64}
    rows.add("sources", published_on="2024-02-01", **old)
    first = rows.spend(rows.campaign(name), amount="44.17")
    return {rows.spend(name, amount="45.17", source_id=name, supersedes=first)}


@plant("duplicates.amended_tenfold")
def _(rows: Rows, name: str) -> set[str]:
    first = rows.spend(rows.campaign(name), amount="54.17")
    return {rows.spend(name, amount="541.7", supersedes=first)}


@plant("duplicates.reversed_and_reposted")
def _(rows: Rows, name: str) -> set[str]:
    again = {"payee": "Back again", "amount": "64.17", "incurred_on": on(30)}
    first = rows.spend(rows.campaign(name), **again)
    rows.spend(name, reverses=first, **again)
    return {rows.spend(name, **again)}


@plant("dates.paid_before_invoice")
def _(rows: Rows, name: str) -> set[str]:
    bill = {"payee": "Early", "document_ref": "X3", "amount": "74.17"}
    rows.spend(rows.campaign(name), record="invoice", incurred_on=on(50), **bill)
    return {rows.spend(name, record="payment", incurred_on=on(49), **bill)}


@plant("dates.spend_in_campaign")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    late = {"incurred_on": None, "starts_on": "2022-01-01", "ends_before": "2023-01-01"}
    return {rows.spend(name, incurred_on="2024-01-01"), rows.spend(name, **late)}


@plant("dates.reach_in_campaign")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(name))
    late = {"starts_on": "2024-01-01", "ends_before": "2024-01-08"}
    return {rows.add("reach", campaign_id=name, amount="5", **late)}


@plant("dates.part_in_whole")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(f"{name}-whole", ends_before="2023-02-01")
    return {rows.campaign(name, part_of=f"{name}-whole", starts_on="2023-02-01")}


@plant("dates.future")
def _(rows: Rows, name: str) -> set[str]:
    tomorrow = date.today() + timedelta(rows.chance.randint(3, 4000))
    said = {"quantity": name, "unit": "votes", "amount": "5", "stated_on": tomorrow}
    rows.add("sources", entry_id=name, source_id=name, sha256="3" * 64, accessed_on="2024-01-01")
    return {rows.add("statements", source_id=name, **said)}


@plant("dates.distant")
def _(rows: Rows, name: str) -> set[str]:
    said = {"quantity": name, "unit": "votes", "amount": "5", "stated_on": "1023-05-01"}
    return {rows.add("statements", **said)}


@plant("dates.said_before_published")
def _(rows: Rows, name: str) -> set[str]:
    said = {"quantity": name, "unit": "votes", "amount": "5", "stated_on": "2024-03-03"}
    return {rows.add("statements", **said)}


@plant("dates.read_before_published")
def _(rows: Rows, name: str) -> set[str]:
    days = {"published_on": "2024-01-05", "accessed_on": "2024-01-03"}
    return {rows.add("sources", entry_id=name, source_id=name, sha256="4" * 64, **days)}


@plant("dates.delivered_before_charged")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(name), record="platform", incurred_on=on(5))
    rows.add("reach", campaign_id=name, amount="5", starts_on=on(6), ends_before=on(9))
    return {name}


def delivered(rows: Rows, name: str) -> str:
    rows.spend(rows.campaign(name))
    rows.add("audiences", segment_kind="age", segment=name, amount="1,000,000")
    return name


@plant("reach.people_within_impressions")
def _(rows: Rows, name: str) -> set[str]:
    own = {"segment_kind": "age", "segment": delivered(rows, name)}
    return {rows.cell(name, "101 to 200", "50 to 100", **own)}


@plant("reach.none_with_none")
def _(rows: Rows, name: str) -> Found:
    own = {"segment_kind": "age", "segment": delivered(rows, name)}
    none = rows.cell(name, "0", "2.5m", **own)
    some = rows.cell(name, "137,639", "0", series="other", **own)
    return {
        "reach.none_with_none": {none, some},
        "reach.people_within_impressions": {some},
    }


@plant("reach.actions_within_impressions")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name), "channel": "facebook"}
    rows.add("reach", amount="100", **own)
    return {
        rows.add("reach", amount="101", measure=measure, **own)
        for measure in ("clicks", "video_views")
    }


@plant("reach.people_within_population")
def _(rows: Rows, name: str) -> set[str]:
    own = {"segment_kind": "age", "segment": delivered(rows, name), "measure": "people"}
    return {rows.add("reach", campaign_id=name, amount="over 1,000,000", **own)}


@plant("reach.part_within_all")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name), "measure": "clicks"}
    rows.add("reach", amount="29,819", **own)
    return {rows.add("reach", amount="137,639", segment_kind="age", segment=name, **own)}


@plant("reach.channel_within_total")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name), "measure": "clicks"}
    rows.add("reach", amount="29", **own)
    return {rows.add("reach", amount="30", channel="tv", **own)}


@plant("reach.all_within_channels")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name), "measure": "clicks"}
    rows.add("reach", amount="20", channel="tv", **own)
    rows.add("reach", amount="10 to 11", channel="radio", **own)
    return {rows.add("reach", amount="32", **own)}


@plant("reach.segments_within_all")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name)}
    for segment in ("women", "men"):
        rows.add("reach", amount="60", segment_kind="gender", segment=segment, **own)
    return {rows.add("reach", amount="100 to 119", **own)}


@plant("reach.all_within_segments")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name)}
    for segment in ("women", "men"):
        rows.add("reach", amount="60", segment_kind="gender", segment=segment, **own)
    return {rows.add("reach", amount="121", **own)}


@plant("reach.cumulative")
def _(rows: Rows, name: str) -> set[str]:
    own = {"campaign_id": delivered(rows, name), "starts_on": on(0)}
    rows.add("reach", amount="500", ends_before=on(7), **own)
    rows.add("reach", amount="600 to 700", ends_before=on(14), **own)
    return {rows.add("reach", amount="599", ends_before=on(21), **own)}


@plant("reach.asked_within_audience")
def _(rows: Rows, name: str) -> set[str]:
    rows.add("audiences", segment_kind="audience", segment=name, amount="9")
    panel = {"panel": name, "asked": 10, "saw": 10, "outcome": "all"}
    return {rows.add("sightings", campaign_id=delivered(rows, f"{name}-c"), **panel)}


@plant("reach.often_seen")
def _(rows: Rows, name: str) -> set[str]:
    own = {"segment_kind": "age", "segment": delivered(rows, name)}
    return {rows.cell(name, "10 to 20", "2,001", **own)}


@plant("references.area")
def _(rows: Rows, name: str) -> set[str]:
    _seat(rows, "W07000001", {"Red": 5, "Blue": 4})
    return {
        rows.spend(rows.campaign(name), area_code="E99999999"),
        rows.add("resources", area_code="E99999998", amount="2"),
    }


def _seat(rows: Rows, code: str, votes: Mapping[str, int], **cells: object) -> list[str]:
    seat = {"area_code": code, "area_name": f"Place {code}", "electorate": 1000, **cells}
    return [
        rows.add("contests", party=party, candidate=f"{party} of {code}", votes=count, **seat)
        for party, count in votes.items()
    ]


@plant("references.currency")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.spend(rows.campaign(name), currency="XTS")}


@plant("references.turnout")
def _(rows: Rows, name: str) -> set[str]:
    return {min(_seat(rows, "W07000002", {"Red": 600, "Blue": 401}))}


@plant("references.electorate")
def _(rows: Rows, name: str) -> set[str]:
    first = _seat(rows, "W07000003", {"Red": 3}, electorate=999)
    return {min(first + _seat(rows, "W07000003", {"Blue": 4}))}


@plant("references.polling_day")
def _(rows: Rows, name: str) -> set[str]:
    first = _seat(rows, "W07000004", {"Red": 3}, held_on="2015-05-08")
    return {min(first + _seat(rows, "W07000004", {"Blue": 4}))}


@plant("references.votes_as_stated")
def _(rows: Rows, name: str) -> set[str]:
    _seat(rows, "W07000005", {"Red": 331, "Blue": 0})
    said = {"quantity": "Place W07000005 majority, election 2015", "unit": "votes"}
    return {rows.add("statements", amount="317", **said)}


@plant("references.units_of_statements")
def _(rows: Rows, name: str) -> set[str]:
    said = {"quantity": name, "amount": "5"}
    return {rows.add("statements", unit=unit, **said) for unit in ("votes", "seats")}


@plant("references.price_of_nothing")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.add("rates", amount="0")}


@plant("references.amount_of_nothing")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.spend(rows.campaign(name), amount="0")}


@plant("references.refund")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(name), amount="10.17", payee="Gives back")
    return {rows.spend(name, amount="-11.17", payee="Gives back")}


@plant("references.part_elsewhere")
def _(rows: Rows, name: str) -> set[str]:
    whole = rows.spend(rows.campaign(f"{name}-whole"), amount="100.91")
    return {rows.spend(rows.campaign(name), amount="1.91", part_of=whole)}


@plant("references.wide")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    return {rows.spend(name, amount=amount) for amount in ("100 to 1,001", "over £5", "0 to 99")}


@plant("references.stranger")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.add("transfers", from_organisation="A", to_organisation="B", amount="5")}


@plant("digits.round_amounts")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    return {rows.spend(name, currency="EUR", amount=f"{1100 + 100 * one}") for one in range(6)}


@plant("digits.repeated_amounts")
def _(rows: Rows, name: str) -> set[str]:
    same = {"payee": "The landlord", "amount": "750.11"}
    rows.campaign(name)
    return {rows.spend(name, incurred_on=on(30 * month), **same) for month in range(3)}


@plant("digits.below_limit")
def _(rows: Rows, name: str) -> set[str]:
    rows.add("statements", quantity="reporting threshold", unit="NOK", amount="5,000")
    rows.campaign(name)
    order = {"record": "invoice", "currency": "NOK"}
    rows.spend(name, amount="5,000.01", payee="Just above", document_ref="N", **order)
    return {
        rows.spend(name, amount=f"4{700 + 13 * one}.5", payee=f"P{one}", document_ref="N", **order)
        for one in range(15)
    }


@plant("digits.first_digits")
def _(rows: Rows, name: str) -> Found:
    rows.campaign(name)
    for number in range(320):
        rows.spend(name, currency="SEK", amount=f"9{number}.{number % 90 + 10}")
    small = rows.spend(name, currency="SEK", amount="0.91")
    large = rows.spend(name, currency="SEK", amount="99,876.21")
    return {"digits.first_digits": {*rows_of(rows, name), small, large}}


def rows_of(rows: Rows, campaign: str) -> set[str]:
    return {str(row["entry_id"]) for row in rows.ledgers["spend"] if row["campaign_id"] == campaign}


@plant("missing.rows_of_source")
def _(rows: Rows, name: str) -> set[str]:
    rows.add("sources", entry_id=name, source_id=name, sha256="5" * 64, accessed_on="2024-01-01")
    rows.spend(rows.campaign(name), source_id=name)
    said = {"quantity": f"rows of {name}", "unit": "rows"}
    return {rows.add("statements", amount="2", **said)}


@plant("missing.weeks")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    weeks = {
        week: rows.spend(name, incurred_on=on(1 + 7 * week)) for week in range(12) if week != 5
    }
    return {weeks[4]}


@plant("missing.delivery")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(f"{name}-known"))
    rows.add("reach", campaign_id=f"{name}-known", amount="5")
    rows.spend(rows.campaign(name), record="platform")
    return {name}


@plant("missing.charge")
def _(rows: Rows, name: str) -> set[str]:
    rows.spend(rows.campaign(f"{name}-paid"))
    rows.add("campaigns", entry_id=name, campaign_id=name, organisation=name)
    rows.add("reach", campaign_id=name, amount="5")
    return {name}


@plant("missing.sum_of_budget")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    return {rows.add("budgets", campaign_id=name, stage="requested", amount="a fortune")}


@plant("missing.sum_of_spend")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.spend(rows.campaign(name), amount="unknown")}


@plant("missing.sum_of_transfer")
def _(rows: Rows, name: str) -> set[str]:
    moved = {"from_organisation": f"The {rows.campaign(name)} office", "to_organisation": "B"}
    return {rows.add("transfers", amount=None, **moved)}


@plant("missing.payee")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.spend(rows.campaign(name), record="payment", document_ref="P")}


@plant("missing.reference")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.spend(rows.campaign(name), record="payment", payee="Somebody")}


@plant("missing.address_of_source")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.add("sources", entry_id=name, source_id=name, published_on="2024-01-01")}


@plant("missing.day_of_source")
def _(rows: Rows, name: str) -> set[str]:
    return {rows.add("sources", entry_id=name, source_id=name, sha256="6" * 64)}


@plant("missing.lists")
def _(rows: Rows, name: str) -> set[str]:
    rows.campaign(name)
    bill = {"record": "invoice", "currency": "CHF", "document_ref": "L"}
    rows.spend(name, payee="Both", amount="5.17", incurred_on=on(1), **bill)
    bill["record"] = "payment"
    rows.spend(name, payee="Both", amount="5.17", incurred_on=on(20), **bill)
    unpaid = rows.spend(name, payee="Paid only", **bill)
    bill["record"] = "invoice"
    return {unpaid, rows.spend(name, payee="Invoiced only", **bill)}
