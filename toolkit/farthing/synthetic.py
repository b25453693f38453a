"""Made-up books with the noise of real ones, and the truth beside them.

What is paid, invoiced and charged comes from one list of orders, so that it is known which row is
which. Names of suppliers are then misspelt, amounts rounded, invoices split, rows lost, sent twice
and dated otherwise, and beside some orders stands another of nearly the same amount. Nothing here
is of any real organisation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

#: Each supplier as a platform has it, which is the channel of its charges too.
SUPPLIERS = ("Lantern Social", "Harbour Search", "Kite Video", "Orchard Audio", "Millrace Display")
#: What a bookkeeper makes of a name; the rules for names see through all of these.
SPELLINGS = ("{} Ltd", "{} Limited", "{} UK Ltd", "{} Ireland Limited", "The {}", "{}  Inc.")
FIRST_DAY = date(2031, 3, 3)
ORDERS_A_CAMPAIGN = 40
PENNY = Decimal("0.01")

Row = Mapping[str, object]


@dataclass(frozen=True)
class Noise:
    """How much goes wrong: each a share of the orders, from 0 to 1.

    Parameters
    ----------
    respelt
        Payees in another spelling, or in capitals.
    mistyped
        Payees with a letter missing, which no rule sees through.
    rounded
        Platform charges in whole units.
    split
        Orders with two or three invoices.
    missing
        Orders without an invoice, and as many without a charge of the platform.
    twice
        Invoices that stand in the book twice.
    weekly
        Platform charges with a week for their day.
    decoys
        Orders beside which stands another of the same supplier and time, and nearly its amount.
    """

    respelt: float = 0.5
    mistyped: float = 0.01
    rounded: float = 0.1
    split: float = 0.08
    missing: float = 0.05
    twice: float = 0.02
    weekly: float = 0.2
    decoys: float = 0.05


@dataclass(frozen=True)
class Order:
    """What was bought.

    Parameters
    ----------
    name
        The order; every row that is of it has it in the truth.
    campaign
        The campaign it is for.
    supplier
        Who was to be paid.
    day
        When it was delivered.
    amount
        What it cost.
    """

    name: str
    campaign: str
    supplier: str
    day: date
    amount: Decimal


def write_noisy_book(
    folder: Path, *, orders: int, seed: int, noise: Noise = Noise()
) -> dict[str, str]:
    """Write the files of a noisy book, and return the truth.

    Parameters
    ----------
    folder
        Where ``sources.csv``, ``campaigns.csv``, ``budgets.csv``, ``spend.csv`` and ``truth.csv``
        are written, all but the last in the ledgers' own columns.
    orders
        How many, not counting the decoys.
    seed
        Two books of one seed are the same to the letter.
    noise
        How much goes wrong.

    Returns
    -------
    dict
        The order that each row of spend is of, by its ``entry_id``; ``truth.csv`` holds the same.

    Raises
    ------
    ValueError
        ``orders`` is below 1.
    """
    if orders < 1:
        raise ValueError(f"a book of {orders} orders is none")
    chance = Random(seed)
    bought = [*_orders(orders, noise, chance)]
    rows, truth = [], {}
    for order in bought:
        for row in _rows(order, noise, chance):
            truth[str(row["entry_id"])] = order.name
            rows.append(row)
    chance.shuffle(rows)
    _write(folder / "sources.csv", [SOURCE])
    _write(folder / "campaigns.csv", _campaigns(bought))
    _write(folder / "budgets.csv", _budgets(bought, chance))
    _write(folder / "spend.csv", rows)
    _write(folder / "truth.csv", [{"entry_id": key, "order": truth[key]} for key in sorted(truth)])
    return truth


SOURCE: Row = {
    "entry_id": "made-up",
    "source_id": "made-up",
    "kind": "dataset",
    "title": "A made-up book",
    "rank": "record",
    "origin_id": "made-up",
}


def _orders(count: int, noise: Noise, chance: Random) -> Iterator[Order]:
    """Yield the orders, and behind some of them a decoy: an order of its own, nearly the same."""
    for number in range(count):
        order = Order(
            f"o{number}",
            f"campaign-{number // ORDERS_A_CAMPAIGN}",
            chance.choice(SUPPLIERS),
            FIRST_DAY + timedelta(chance.randrange(120)),
            _amount(chance),
        )
        yield order
        if chance.random() < noise.decoys:
            nearly = order.amount * Decimal(str(round(chance.uniform(0.97, 1.03), 5)))
            day = order.day + timedelta(chance.randrange(-5, 6))
            amount = max(nearly.quantize(PENNY), PENNY)
            yield Order(f"o{number}-decoy", order.campaign, order.supplier, day, amount)


def _amount(chance: Random) -> Decimal:
    """Return the cost of an order: of very different sizes, and one in seven a round sum."""
    cost = Decimal(str(round(chance.lognormvariate(7, 1.2), 2))) + 20
    return cost.quantize(Decimal(50)) + 50 if chance.random() < 1 / 7 else cost


def _rows(order: Order, noise: Noise, chance: Random) -> Iterator[Row]:
    """Yield the payment of an order, its invoices, and what the platform charged."""
    invoiced_on = order.day + timedelta(chance.randrange(15))
    paid_on = invoiced_on + timedelta(chance.randrange(20))
    yield _row(order, "payment", "", order.amount, paid_on, noise, chance)
    if chance.random() >= noise.missing:
        yield from _invoices(order, invoiced_on, noise, chance)
    if chance.random() >= noise.missing:
        yield _charge(order, noise, chance)


def _row(
    order: Order, record: str, which: str, amount: Decimal, day: date, noise: Noise, chance: Random
) -> dict[str, object]:
    return {
        "entry_id": f"{record}-{order.name}{which}",
        "source_id": "made-up",
        "campaign_id": order.campaign,
        "record": record,
        "incurred_on": day,
        "starts_on": "",
        "ends_before": "",
        "payee": _spelt(order.supplier, noise, chance),
        "channel": "",
        "currency": "GBP",
        "document_ref": f"{order.name}{which}" if record == "invoice" else "",
        "amount": f"£{amount:,.2f}",
    }


def _spelt(name: str, noise: Noise, chance: Random) -> str:
    if chance.random() < noise.mistyped:
        at = chance.randrange(1, len(name))
        return name[:at] + name[at + 1 :]
    if chance.random() >= noise.respelt:
        return name
    spelt = chance.choice(SPELLINGS).format(name)
    return spelt.upper() if chance.random() < 0.2 else spelt


def _invoices(order: Order, day: date, noise: Noise, chance: Random) -> Iterator[Row]:
    """Yield one invoice, or two or three of parts, and some a second time some days later."""
    parts = [order.amount]
    if chance.random() < noise.split and order.amount >= 1:
        parts = [*_split(order.amount, chance.choice((2, 3)), chance)]
    for number, part in enumerate(parts):
        which = f"/{number}" if len(parts) > 1 else ""
        row = _row(order, "invoice", which, part, day, noise, chance)
        yield row
        if chance.random() < noise.twice:
            later = day + timedelta(chance.randrange(5))
            yield row | {"entry_id": f"{row['entry_id']}-again", "incurred_on": later}


def _split(amount: Decimal, count: int, chance: Random) -> Iterator[Decimal]:
    """Yield parts that come to the amount, to the penny, each a penny at least."""
    for left in range(count - 1, 0, -1):
        part = (amount * Decimal(str(round(chance.uniform(0.2, 0.6), 4)))).quantize(PENNY)
        part = min(max(part, PENNY), amount - left * PENNY)
        yield part
        amount -= part
    yield amount


def _charge(order: Order, noise: Noise, chance: Random) -> Row:
    """Return what the platform charged, on the day or in its week, to the penny or not."""
    is_rounded = chance.random() < noise.rounded
    amount = order.amount.quantize(Decimal(1)) if is_rounded else order.amount
    row = _row(order, "platform", "", amount, order.day, noise, chance)
    row |= {"payee": order.supplier, "channel": order.supplier.lower()}
    if chance.random() < noise.weekly:
        monday = order.day - timedelta(order.day.weekday())
        row |= {"incurred_on": "", "starts_on": monday, "ends_before": monday + timedelta(7)}
    return row


def _campaigns(orders: Sequence[Order]) -> list[Row]:
    return [
        {
            "entry_id": name,
            "source_id": "made-up",
            "campaign_id": name,
            "organisation": "The Lantern Alliance",
            "name": name.replace("-", " ").capitalize(),
        }
        for name in dict.fromkeys(order.campaign for order in orders)
    ]


def _budgets(orders: Sequence[Order], chance: Random) -> list[Row]:
    """Return what was asked for each campaign: from a tenth less to a third more than it cost."""
    cost: dict[str, Decimal] = {}
    for order in orders:
        cost[order.campaign] = cost.get(order.campaign, Decimal(0)) + order.amount
    return [
        {
            "entry_id": f"request-{name}",
            "source_id": "made-up",
            "campaign_id": name,
            "stage": "requested",
            "currency": "GBP",
            "said_by": "the office",
            "modality": "asserted",
            "amount": f"£{(spent * Decimal(str(round(chance.uniform(0.9, 1.33), 3)))):,.0f}",
        }
        for name, spent in cost.items()
    ]


def _write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
