"""What calls cost: currencies and their day rates, code decks, hours of the week, rate tables and rates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.scaled import PerBase, Price, Since, Until
from domain.objects.text import Name, Needed, Note, Optional, Words, plain
from domain.rating.notation import code, spans
from domain.time.problems import zone_problems


def _day(given: object) -> str:
    try:
        found = date.fromisoformat(plain(str(given)))
    except ValueError:
        raise ValueError(f"{str(given)[:40]!r} is no day: expected one such as 2026-11-22") from None
    if not 1970 <= found.year <= 2242:
        raise ValueError("expected a day from 1970 to 2242")
    return found.isoformat()


def _zone(name: str) -> str:
    if problems := zone_problems(name):
        raise ValueError(problems[0].partition(": ")[2])
    return name


def _spans(texts: tuple[str, ...]) -> tuple[str, ...]:
    spans(texts)
    return texts


def _tag(text: str) -> str:
    if any(letter in text for letter in ", "):
        raise ValueError("a tag has no commas and spaces")
    return text


CurrencyKey = Annotated[str, Needed, Ref("currency")]
Zone = Annotated[Name, AfterValidator(_zone)]
Code = Annotated[str, BeforeValidator(plain), AfterValidator(code), Field(max_length=18)]
Tag = Annotated[str, BeforeValidator(plain), AfterValidator(_tag), Field(max_length=60)]
#: Seconds of minimum, interval and grace.
Span = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Currency(Declared):
    code: Annotated[str, BeforeValidator(plain), Field(pattern=r"^[A-Z]{3}$")] = Field(
        title="Code", description="Three capital letters, such as EUR (ISO 4217)."
    )
    title: Words = Field("", title="Name")
    decimals: Annotated[int, Field(ge=0, le=6)] = Field(
        2, title="Decimals", description="Of an amount on an invoice."
    )
    is_base: bool = Field(
        False, title="Base", description="Day rates of all others are against this one: one is the base."
    )
    carry_days: Annotated[int, Field(ge=0, le=365)] = Field(
        7,
        title="Day rates last",
        description="Of the base: a day rate also counts for so many days after it where none follows.",
    )
    note: Note = Field("", title="Note")


class DayRate(Declared):
    currency: CurrencyKey = Field(title="Currency", min_length=1)
    day: Annotated[str, BeforeValidator(_day)] = Field(title="Day", description="In UTC, as 2026-11-22.")
    per_base: PerBase = Field(
        title="For one", description="So much of this currency is one of the base currency on that day."
    )


class CodeDeck(Declared):
    name: Name = Field(title="Name")
    note: Note = Field("", title="Note")


class DeckCode(Declared):
    deck: Annotated[str, Needed, Ref("code_deck")] = Field(title="Code deck", min_length=1)
    code: Code = Field(title="Code", min_length=1, description="What numbers begin with, such as 4420.")
    title: Words = Field("", title="Destination", description="Such as United Kingdom, London.")
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = Field(
        "", title="Country", description="Two capital letters, such as GB (ISO 3166)."
    )


class Hours(Declared):
    name: Name = Field(title="Name")
    zone: Zone = Field("UTC", title="Time zone", description="By whose clocks, such as Europe/Berlin.")
    spans: Annotated[tuple[Words, ...], AfterValidator(_spans)] = Field(
        title="Hours", description="Such as mon-fri 08:00-18:00, sat 08:00-12:00.", min_length=1
    )
    note: Note = Field("", title="Note")


class RateTable(Declared):
    name: Name = Field(title="Name")
    currency: CurrencyKey = Field(title="Currency", min_length=1)
    parent: Annotated[str | None, Optional, Ref("rate_table")] = Field(
        None, title="Parent", description="The table that has what this one lacks."
    )
    rounding: Literal["half_even", "half_up", "up", "down"] = Field(
        "half_even", title="Rounding", description="Of each charge, to 10⁻⁶."
    )
    minimum_over_grace: bool = Field(
        False,
        title="Minimum over grace",
        description="A minimum that is longer than the grace is charged within the grace too.",
    )
    deck: Annotated[str | None, Optional, Ref("code_deck")] = Field(
        None, title="Code deck", description="Where its codes have their names."
    )
    note: Note = Field("", title="Note")


class Rate(Declared):
    rate_table: Annotated[str, Needed, Ref("rate_table")] = Field(title="Rate table", min_length=1)
    code: Code = Field(title="Code", description="What called numbers begin with; 4420 is before 44.")
    price: Price = Field(title="Price", description="For the unit, in the currency of the table.")
    since: Since = Field("", title="Since", description="In UTC; empty: it always was.")
    until: Until = Field(None, title="Until before", description="Empty: until another follows.")
    unit: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(
        60, title="Unit", description="Seconds for which the price is."
    )
    setup: Price = Field("0", title="Setup", description="For each call that is charged.")
    minimum: Span = Field(0, title="Minimum", description="Seconds that are charged at least.")
    interval: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(
        1, title="Interval", description="Seconds; each that was begun is charged."
    )
    grace: Span = Field(0, title="Grace", description="Seconds up to which a call costs nothing.")
    src_code: Code = Field("", title="Caller's code", description="Only for callers that begin so.")
    tag: Tag = Field("", title="Tag", description="Only for calls that carry it.")
    time_profile: Annotated[str | None, Optional, Ref("time_profile")] = Field(
        None, title="Hours", description="Only within these."
    )
    additive: bool = Field(
        False, title="Additive", description="On top of the rate that is found, instead of being it."
    )

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Rate:
        if self.until and self.since and self.until <= self.since:
            raise ValueError("until: it ends before it begins")
        return self


KINDS = (
    Kind(
        "currency",
        "Currency",
        "Currencies",
        "currency",
        "voice",
        Currency,
        key="code",
        about="Currencies that tables and clients are in.",
    ),
    Kind(
        "day_rate",
        "Day rate",
        "Day rates",
        "day_rate",
        "voice",
        DayRate,
        key="day",
        scope="currency",
        about="What one of the base currency is in another, by day.",
    ),
    Kind(
        "code_deck",
        "Code deck",
        "Code decks",
        "code_deck",
        "voice",
        CodeDeck,
        about="Lists of codes with names.",
    ),
    Kind(
        "code",
        "Code",
        "Codes",
        "deck_code",
        "voice",
        DeckCode,
        key="code",
        scope="deck",
        about="What numbers begin with, and what that is called.",
    ),
    Kind(
        "time_profile",
        "Time profile",
        "Time profiles",
        "time_profile",
        "voice",
        Hours,
        about="Hours of the week in which a rate counts.",
    ),
    Kind(
        "rate_table",
        "Rate table",
        "Rate tables",
        "rate_table",
        "voice",
        RateTable,
        about="Prices of clients and vendors, in one currency.",
    ),
    Kind(
        "rate",
        "Rate",
        "Rates",
        "rate",
        "voice",
        Rate,
        key="code",
        scope="rate_table",
        also=("since", "src_code", "tag", "time_profile", "additive"),
        about="What calls to a code cost, from when on.",
    ),
)
