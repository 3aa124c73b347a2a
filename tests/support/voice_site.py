"""What is needed to rate calls, made through the acts: to be imported beside `object_site`."""

from __future__ import annotations

from typing import Any

from node.site import Site
from tests.support.object_site import add


def carrier(site: Site, *, base: str = "EUR") -> None:
    """Base currency and dollars, a deck, a customer and a vendor with a table and an account each."""
    add(site, "currency", code=base, is_base=True)
    add(site, "currency", code="USD")
    add(site, "day_rate", currency="USD", day="2027-01-15", per_base="1.25")
    add(site, "code_deck", name="Deck")
    add(site, "code", deck="Deck", code="44", title="United Kingdom", country="GB")
    add(site, "code", deck="Deck", code="4420", title="London", country="GB")
    add(site, "rate_table", name="Retail", currency="EUR", deck="Deck")
    add(site, "rate_table", name="Wholesale", currency="USD")
    for table, code, price in (
        ("Retail", "44", "0.06"),
        ("Retail", "4420", "0.12"),
        ("Wholesale", "44", "0.03"),
    ):
        add(site, "rate", rate_table=table, code=code, price=price)
    add(site, "gateway", name="Switch")
    add(site, "organisation", name="Customer", kind="customer")
    add(site, "organisation", name="Vendor", kind="vendor")
    add(site, "voice_client", organisation="Customer", currency="EUR", orig_table="Retail")
    add(site, "voice_client", organisation="Vendor", currency="EUR", term_table="Wholesale")
    account(site, "In", "Customer", value="192.0.2.1")
    account(site, "Out", "Vendor", value="192.0.2.2", origin="term")


def account(site: Site, name: str, client: str, **values: Any) -> dict[str, Any]:
    """Known by its address, if nothing else is said."""
    return add(site, "voice_account", name=name, client=client, **values)
