"""Signs of currencies: what one tells, which a currency has, and that what is written is read."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.errors import AmountError
from farthing.signs import OF_ONE, OF_SEVERAL, WORDS, signs_of
from farthing.wording import parse

CURRENCIES = (
    *("GBP", "EUR", "USD", "SEK", "NOK", "DKK", "ISK", "BRL", "CHF", "INR", "JPY", "CNY", "KRW"),
    *("PLN", "CZK", "HUF", "ILS", "TRY", "UAH", "RUB", "BGN", "RON", "MXN", "AUD", "CAD", "ZAR"),
    *("THB", "IDR", "VND", "TWD", "HKD", "PHP", "NGN", "PKR", "SGD", "NZD", "ARS", "CLP", "COP"),
    *("KZT", "GEL", "RSD", "HRK", "EGP", "MYR", "KES"),
)


def is_read(locale: str) -> bool:
    """Tell whether money has the groups of other figures there, and its minus before it."""
    known = Locale.parse(locale)
    grouping = known.decimal_formats[None].grouping
    forms = [known.currency_formats[form] for form in ("standard", "accounting")]
    minus = [one.prefix[1] + "0" + one.suffix[1] for one in forms]
    return all(one.grouping == grouping for one in forms) and not any(
        re.search(r"-\s|0.*-", form) for form in minus
    )


LOCALES = sorted(filter(is_read, locale_identifiers()))


def test_nearly_all_locales_are_read() -> None:
    assert len(LOCALES) > 1000


@settings(max_examples=10_000, deadline=None)
@given(
    st.sampled_from(LOCALES),
    st.sampled_from(CURRENCIES),
    st.integers(-(10**12), 10**12).map(lambda pence: Decimal(pence) / 100),
    st.sampled_from(["standard", "accounting"]),
)
def test_what_a_locale_writes_is_read(
    locale: str, currency: str, value: Decimal, form: Literal["standard", "accounting"]
) -> None:
    text = format_currency(
        value, currency, locale=locale, currency_digits=False, decimal_quantization=False,
        format_type=form,
    )  # fmt: skip
    read = parse(text, unit=currency, locale=locale)
    assert (read.low, read.high, read.unit) == (value, value, currency)


@pytest.mark.parametrize(
    ("text", "currency", "locale", "value"),
    [
        ("R$ 1.234,50", "BRL", "pt_BR", "1234.50"),
        ("R$\u00a01.234,50", "BRL", "de_DE", "1234.50"),
        ("1 234,50 zł", "PLN", "pl_PL", "1234.50"),
        ("1\u202f234,50\u00a0zł", "PLN", "fr_FR", "1234.50"),
        ("₩12,000", "KRW", "en_GB", "12000"),
        ("kr 1 234", "NOK", "nb_NO", "1234"),
        ("1 234 kr", "SEK", "sv_SE", "1234"),
        ("KR. 1.234,50", "DKK", "da_DK", "1234.50"),
        ("CHF 1'234.50", "CHF", "de_CH", "1234.50"),
        ("Fr. 1’234.50", "CHF", "de_CH", "1234.50"),
        ("US$1,234.50", "USD", "en_GB", "1234.50"),
        ("A$5", "AUD", "en_GB", "5"),
        ("C$5", "CAD", "en_GB", "5"),
        ("$5", "MXN", "en_GB", "5"),
        ("₹12,34,567.50", "INR", "en_IN", "1234567.50"),
        ("Rs. 1,234", "INR", "en_GB", "1234"),
        ("¥1,234", "JPY", "en_GB", "1234"),
        ("￥1,234", "CNY", "en_GB", "1234"),
        ("1,234円", "JPY", "ja_JP", "1234"),
        ("€ 1.234", "EUR", "de_DE", "1234"),
        ("1.234,50 €", "EUR", "de_DE", "1234.50"),
        ("-1.234,50 €", "EUR", "de_DE", "-1234.50"),
        ("€ \u22125", "EUR", "en_GB", "-5"),
        ("-R$ 5", "BRL", "en_GB", "-5"),
        ("(5,00 €)", "EUR", "de_DE", "-5"),
        ("(R$ 5)", "BRL", "en_GB", "-5"),
        ("5k kr", "SEK", "en_GB", "5000"),
    ],
)
def test_a_sign_of_the_declared_currency_is_read(
    text: str, currency: str, locale: str, value: str
) -> None:
    read = parse(text, unit=currency, locale=locale)
    assert (read.low, read.high) == (Decimal(value), Decimal(value))


@pytest.mark.parametrize(
    ("text", "currency", "locale", "why"),
    [
        ("₹5", "USD", "en_GB", "it says INR, the declared unit is USD"),
        ("R$ 5", "USD", "en_GB", "it says BRL, the declared unit is USD"),
        ("5 zł", "EUR", "en_GB", "it says PLN, the declared unit is EUR"),
        ("HK$5", "CAD", "en_GB", "it says HKD, the declared unit is CAD"),
        ("kr 5", "EUR", "en_GB", "kr may be of several currencies, and is no sign of EUR"),
        ("¥5", "SEK", "en_GB", "¥ may be of several currencies, and is no sign of SEK"),
        ("$5", "GBP", "en_GB", "the dollar may be any country's"),
        ("kr 5", None, "en_GB", "kr may be of several currencies"),
        ("¥5", None, "en_GB", "¥ may be of several currencies"),
        ("Rs. 5", None, "en_GB", "Rs. may be of several currencies"),
        ("C$5", None, "en_GB", "C$ may be of several currencies"),
        ("R$ 1.234,50", "BRL", "en_GB", "it is no figure"),
        ("€ 1.234", "EUR", "en_GB", "decimals: it has 3, EUR has at most 2"),
        ("5 ﷼", "IRR", "en_GB", "it holds U+FDFC"),
        ("R$ 5 €", "BRL", "en_GB", "it mixes BRL and EUR"),
        ("5mkr", "SEK", "sv_SE", "it is no figure"),
        ("ZZ$5", "CAD", "en_GB", "it is no figure"),
    ],
)
def test_what_contradicts_or_may_be_several_is_refused(
    text: str, currency: str | None, locale: str, why: str
) -> None:
    with pytest.raises(AmountError) as caught:
        parse(text, unit=currency, locale=locale)
    assert caught.value.what == f'"{text}" cannot be read: {why}'


@pytest.mark.parametrize(("sign", "currency"), OF_ONE.items())
def test_a_sign_of_one_currency_tells_it(sign: str, currency: str) -> None:
    assert parse(f"{sign}5").unit == currency
    assert parse(f"5 {sign}").unit == currency


def test_no_sign_of_one_currency_is_of_another_at_home() -> None:
    """But for pounds that are not here, of Gibraltar and others, which are sterling's worth."""
    for sign, currency in OF_ONE.items():
        others = [one for one in CURRENCIES if one != currency and sign in signs_of(one, "en")]
        assert others == [], sign


def test_each_sign_of_several_is_a_sign_of_two_that_may_be_declared() -> None:
    for sign in OF_SEVERAL:
        owners = [
            one for one in (*CURRENCIES, "NIO", "MDL", "LKR", "BYN") if sign in signs_of(one, "en")
        ]
        assert owners, sign


def test_no_sign_is_a_word_of_the_grammar() -> None:
    for currency in (*CURRENCIES, "BWP", "ZMW", "UYP", "LSL"):
        assert not {sign.lower() for sign in signs_of(currency, "en")} & WORDS
