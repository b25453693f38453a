"""The signs of currencies: which currency has a sign, and what a sign tells where none is declared.

Babel knows how each locale signs a currency. A sign that several currencies have, such as ``$``,
``kr`` or ``¥``, tells none of them: it is read where it is one of the currency declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from farthing.errors import AmountError

if TYPE_CHECKING:  # Loading Babel takes long, and only what reads signs pays for it.
    from babel import Locale

#: Signs that one currency has, whoever writes them.
OF_ONE = {
    "£": "GBP", "€": "EUR", "₹": "INR", "₩": "KRW", "₪": "ILS", "₫": "VND", "₱": "PHP",
    "₺": "TRY", "₴": "UAH", "₽": "RUB", "₦": "NGN", "฿": "THB", "₸": "KZT", "₾": "GEL",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "R$": "BRL", "US$": "USD", "A$": "AUD", "AU$": "AUD",
    "CA$": "CAD", "NZ$": "NZD", "MX$": "MXN", "HK$": "HKD", "NT$": "TWD",
    "S$": "SGD", "CN¥": "CNY", "JP¥": "JPY", "円": "JPY", "원": "KRW",
}  # fmt: skip
#: Signs that several have, but for the dollar, which `farthing.numerals` knows as a word too.
OF_SEVERAL = ("C$", "kr", "kr.", "¥", "￥", "元", "Rs", "Rs.", "Fr.", "Fr", "lei", "руб.", "din.")
#: What people write for a currency beside what Babel has.
HABITS = {
    "CAD": ("C$",), "CHF": ("Fr.", "Fr", "SFr.", "SFr"),
    "CNY": ("¥", "元"), "JPY": ("¥",),
    "SEK": ("kr", "kr."), "NOK": ("kr", "kr."), "DKK": ("kr", "kr."), "ISK": ("kr", "kr."),
    "INR": ("Rs", "Rs."), "PKR": ("Rs", "Rs."), "LKR": ("Rs", "Rs."), "NPR": ("Rs", "Rs."),
    "MUR": ("Rs", "Rs."), "IDR": ("Rp", "Rp."), "TWD": ("元",), "VND": ("đ",), "TRY": ("TL",),
    "RON": ("lei",), "MDL": ("lei",), "BGN": ("лв", "лв."), "RUB": ("руб", "руб."),
    "UAH": ("грн", "грн."), "RSD": ("din", "din."), "HRK": ("kn",), "ZAR": ("R",),
}  # fmt: skip
#: Signs that are also words of the grammar of amounts: 5K may be thousands, 5P pence.
WORDS = frozenset({"k", "m", "mn", "bn", "p", "up"})

#: All spaces are one, all minus signs too, and marks of direction say nothing.
SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f", " ")
    | dict.fromkeys("\u061c\u200b\u200e\u200f")
    | {"\u2212": "-"}
)
PLAIN = re.compile(r"[-0-9.,' ]*")


def in_codes(text: str, currency: str | None, locale: str) -> str:
    """Write the ISO code for each sign in a text; the dollar stays, where it stands alone.

    Raises
    ------
    AmountError
        A sign is of several currencies, and the one that is declared has another or there is none.

    Examples
    --------
    >>> in_codes("R$ 1.234,50", "BRL", "pt_BR"), in_codes("1 234 kr", "SEK", "sv_SE")
    ('BRL 1.234,50', '1 234 SEK')
    >>> in_codes("₹5", "USD", "en_GB")
    'INR5'
    """
    if PLAIN.fullmatch(text):
        return text
    own = signs_of(currency, locale) if currency else ()
    return _pattern(own).sub(lambda found: _code(found[0], own, currency), text)


def _code(sign: str, own: tuple[str, ...], currency: str | None) -> str:
    folded = sign.casefold()
    if currency and folded in {one.casefold() for one in own}:
        return currency
    code = next((code for one, code in OF_ONE.items() if one.casefold() == folded), None)
    if code is None:
        what = f"{sign} may be of several currencies"
        if currency:
            raise AmountError(f"{what}, and is no sign of {currency}")
        raise AmountError(what, hint="declare the unit, or write an ISO code")
    return code


@lru_cache(maxsize=512)
def _pattern(own: tuple[str, ...]) -> re.Pattern[str]:
    """Match each sign that is known; one that begins or ends in a letter is no part of a word."""
    signs = sorted({*own, *OF_ONE, *OF_SEVERAL} - {"$"}, key=len, reverse=True)
    parts = (
        (r"(?<![^\W\d_])" if sign[0].isalpha() else "")
        + re.escape(sign)
        + (r"(?![^\W\d_])" if sign[-1].isalpha() else "")
        for sign in signs
    )
    return re.compile("|".join(parts), re.IGNORECASE)


@lru_cache(maxsize=512)
def signs_of(currency: str, locale: str) -> tuple[str, ...]:
    """Return the signs a currency has in a locale, in English and where it is the money.

    Examples
    --------
    >>> signs_of("BRL", "en_GB"), signs_of("CAD", "en_GB")
    (('R$',), ('CA$', 'C$', '$'))
    """
    from babel import Locale

    found = {*HABITS.get(currency, ()), *(sign for sign, of in OF_ONE.items() if of == currency)}
    for one in (Locale.parse(locale), Locale("en"), *_at_home(currency)):
        found.add(one.currency_symbols.get(currency, currency).translate(SPACES).strip())
    kept = [sign for sign in found if sign.isprintable() and sign.lower() not in WORDS]
    return tuple(sorted(set(kept) - {"", currency}, key=lambda sign: (-len(sign), sign)))


def _at_home(currency: str) -> Iterator[Locale]:
    """Yield the locales of the places whose money a currency is or was."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global
    from babel.languages import get_official_languages

    for place, currencies in get_global("territory_currencies").items():
        if any(one[0] == currency for one in currencies):
            for language in get_official_languages(place, regional=True, de_facto=True):
                try:
                    yield Locale.parse(f"{language}_{place}")
                except (UnknownLocaleError, ValueError):
                    continue
