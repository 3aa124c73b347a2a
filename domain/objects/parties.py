"""Whom a provider deals with: organisations in a tree, the people there, and its own staff."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.text import Mail, Name, Needed, Note, Organisation, Words


class Party(Declared):
    name: Name = Field(title="Name", description="In any script; jobs and mails name it so.")
    kind: Literal["provider", "reseller", "customer", "vendor", "card_holder"] = Field(
        "customer", title="Kind", description="What it is to you."
    )
    parent: Organisation = Field(
        None, title="Belongs to", description="The reseller or provider above it; mail goes by its server."
    )
    number: Words = Field("", title="Number", description="What your books call it.")
    email: Mail = Field("", title="E-mail")
    phone: Words = Field("", title="Phone")
    street: Words = Field("", title="Street")
    postcode: Words = Field("", title="Postcode")
    city: Words = Field("", title="City")
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = Field(
        "", title="Country", description="Two capital letters, such as DE (ISO 3166)."
    )
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = Field(
        "", title="Currency", description="Three capital letters, such as EUR (ISO 4217)."
    )
    note: Note = Field("", title="Note")


class Contact(Declared):
    organisation: Annotated[str, Needed, Ref("organisation")] = Field(title="Organisation", min_length=1)
    name: Name = Field(title="Name")
    email: Mail = Field("", title="E-mail")
    phone: Words = Field("", title="Phone")
    duties: tuple[Literal["billing", "technical", "notices", "domains"], ...] = Field(
        (), title="Gets", description="What is sent to this person.", max_length=10
    )
    is_primary: bool = Field(False, title="First contact", description="Asked where nobody else is named.")
    note: Note = Field("", title="Note")


class Staff(Declared):
    name: Name = Field(title="Name")
    email: Mail = Field("", title="E-mail")
    phone: Words = Field("", title="Phone")
    login: Words = Field("", title="User", description="Whom this person signs in as here, if at all.")
    enabled: bool = Field(True, title="Active", description="Those who are not get no mail.")
    note: Note = Field("", title="Note")


KINDS = (
    Kind(
        "organisation",
        "Organisation",
        "Organisations",
        "organisation",
        "core",
        Party,
        about="Provider, resellers, customers and vendors, in a tree.",
    ),
    Kind(
        "contact",
        "Contact",
        "Contacts",
        "contact",
        "core",
        Contact,
        scope="organisation",
        about="People at organisations.",
    ),
    Kind("staff", "Staff member", "Staff", "staff", "core", Staff, about="Your own people."),
)
