"""Is what legs are rated by read from the objects, and is a change of them noticed?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from domain.rating.at_work import Reason
from domain.rating.legs import Leg, Legs
from domain.rating.rating import Rated, rate
from node.site import Site
from store import database
from store.rating import book
from tests.support.object_site import add
from tests.support.object_site import site as site
from tests.support.voice_site import account, carrier
from web.acts.objects import Objects

#: 2027-01-15 08:00 UTC, a Friday.
AT = 1_800_000_000


def rated(**leg: Any) -> Rated:
    one = Leg(AT, 60, **{"dst": "442071234567", "host": "192.0.2.1", **leg})
    return rate(book.load(database.read()), Legs.of([one]))


def outcome(**leg: Any) -> tuple[str, int, int]:
    """Reason, charge and cost in 10^-6."""
    found = rated(**leg)
    return Reason(int(found.reason[0])).name, int(found.charge[0]), int(found.cost[0])


def change(site: Site, kind: str, key: str, **values: Any) -> None:
    from store.object import read

    row = read.by_key(database.read(), kind, key)
    assert row is not None
    Objects(site, by="ann").change(find(kind), row["id"], values, None)


def archive(site: Site, kind: str, key: str) -> None:
    from store.object import read

    row = read.by_key(database.read(), kind, key)
    assert row is not None
    Objects(site, by="ann").archive(find(kind), row["id"], None)


def test_a_call_costs_what_its_clients_table_says(site: Site) -> None:
    carrier(site)
    assert outcome() == ("RATED", 120_000, 120_000)
    assert outcome(dst="441611234567") == ("RATED", 60_000, 60_000)


def test_a_vendors_charge_in_dollars_is_a_cost_in_its_own_currency(site: Site) -> None:
    carrier(site)
    assert outcome(host="192.0.2.2", origin="term") == ("RATED", 30_000, 24_000)


def test_a_new_version_of_a_rate_counts_from_its_time(site: Site) -> None:
    carrier(site)
    add(site, "rate", rate_table="Retail", code="4420", price="0.2", since="2027-01-15T08:00:00Z")
    assert outcome() == ("RATED", 200_000, 200_000)
    one = Legs.of([Leg(AT - 1, 60, "442071234567", host="192.0.2.1")])
    assert rate(book.load(database.read()), one).charge.tolist() == [120_000]


def test_a_rate_of_certain_hours_counts_within_them(site: Site) -> None:
    carrier(site)
    add(site, "time_profile", name="Morning", zone="Europe/Berlin", spans=["fri 08:00-09:30"])
    add(site, "rate", rate_table="Retail", code="4420", price="0.3", time_profile="Morning")
    assert outcome() == ("RATED", 300_000, 300_000)
    change(site, "time_profile", "Morning", spans=["mon-thu 08:00-09:30"])
    assert outcome() == ("RATED", 120_000, 120_000)


def test_an_accounts_translations_tags_and_table_are_used(site: Site) -> None:
    carrier(site)
    add(site, "rate", rate_table="Wholesale", code="49", price="0.5", tag="gold")
    account(
        site,
        "Prefixed",
        "Customer",
        kind="name",
        value="pbx",
        tech_prefix="77#",
        rate_table="Wholesale",
        translations=["dst 0>49 5-12"],
        tags=["gold"],
    )
    assert outcome(host="", name="pbx", dst="77#0301234567") == ("RATED", 500_000, 400_000)


def test_a_pin_is_followed_and_seen_nowhere(site: Site) -> None:
    carrier(site)
    made = account(site, "Card", "Customer", kind="pin", pin="5551234")
    assert outcome(host="", pin="5551234")[0] == "RATED"
    assert "5551234" not in str(made)
    stored = database.read().all("SELECT * FROM voice_account")
    assert "5551234" not in str(stored)


def test_the_second_of_two_accounts_with_the_same_pin_is_left_out_and_named(site: Site) -> None:
    carrier(site)
    account(site, "Card", "Customer", kind="pin", pin="5551234")
    account(site, "Copy", "Vendor", kind="pin", pin="5551234")
    loaded = book.load_all(database.read())
    assert [line for line in loaded.left_out if "account Copy" in line]
    assert outcome(host="", pin="5551234")[0] == "RATED"


def test_a_traffic_rule_denies_calls_of_one_client(site: Site) -> None:
    carrier(site)
    add(
        site,
        "traffic_rule",
        name="No London",
        stage="after_client",
        client="Customer",
        dst=["4420"],
        verdict="deny",
    )
    assert outcome()[0] == "DENIED"
    assert outcome(dst="441611234567")[0] == "RATED"
    change(site, "traffic_rule", "No London", enabled=False)
    assert outcome()[0] == "RATED"


def test_what_is_archived_is_as_if_it_had_never_been(site: Site) -> None:
    carrier(site)
    archive(site, "rate", "4420")
    assert outcome() == ("RATED", 60_000, 60_000)
    archive(site, "voice_account", "In")
    assert outcome()[0] == "NO_ACCOUNT"


def test_a_currency_without_a_day_rate_is_a_reason_of_the_leg_alone(site: Site) -> None:
    carrier(site)
    archive(site, "day_rate", "2027-01-15")
    assert outcome(host="192.0.2.2", origin="term")[0] == "NO_DAY_RATE"
    assert outcome()[0] == "RATED"


def test_an_empty_site_has_a_book_in_which_nobody_has_an_account(site: Site) -> None:
    assert outcome()[0] == "NO_ACCOUNT"


@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        ("rate_table", "Retail", {"rounding": "up"}),
        ("voice_client", "Customer", {"orig_table": "Wholesale"}),
        ("day_rate", "2027-01-15", {"per_base": "1.3"}),
        ("gateway", "Switch", {"name": "Other"}),
    ],
)
def test_a_change_is_noticed(site: Site, kind: str, key: str, values: dict[str, Any]) -> None:
    carrier(site)
    before = book.version(database.read())
    change(site, kind, key, **values)
    assert book.version(database.read()) != before


def test_objects_that_change_while_they_are_read_are_read_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier(site)
    whole = book._tables
    seen: list[int] = []

    def halfway(tx: Any) -> Any:
        seen.append(1)
        if len(seen) == 1:
            change(site, "gateway", "Switch", note="changed meanwhile")
            return whole(tx)[1:]
        return whole(tx)

    monkeypatch.setattr(book, "_tables", halfway)
    assert outcome() == ("RATED", 120_000, 120_000)


def test_what_has_nothing_to_do_with_rating_is_no_change(site: Site) -> None:
    carrier(site)
    before = book.version(database.read())
    add(site, "organisation", name="Somebody else")
    assert book.version(database.read()) == before


def test_two_accounts_that_mean_the_same_calls_are_refused_in_one_line(site: Site) -> None:
    carrier(site)
    with pytest.raises(Exception, match="account In means the same calls: give one a tech prefix"):
        account(site, "Again", "Vendor", value="::ffff:192.0.2.1")
    account(site, "Prefixed", "Vendor", value="192.0.2.1", tech_prefix="88")
