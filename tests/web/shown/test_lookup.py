"""Does looking a number up say what it costs, and of everything why?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from node.site import Site
from store import database
from store.object import read
from tests.support.object_site import add
from tests.support.object_site import site as site
from tests.support.voice_site import account, carrier
from web.acts.objects import Objects
from web.acts.refusal import Refusal
from web.shown.lookup import NEXT, look_up
from web.shown.lookup_question import asked

LONDON = "442071234567"


def looked(site: Site, number: str = LONDON, **words: Any) -> dict[str, Any]:
    said = {"client": "Customer", **words}
    if "account" in words:
        said.pop("client")
    return look_up(database.read(), asked(site.clock.now(), number, **said))


def only(site: Site, number: str = LONDON, **words: Any) -> dict[str, Any]:
    (result,) = looked(site, number, **words)["results"]
    return dict(result)


def reasons(result: dict[str, Any]) -> dict[str, str]:
    """Why, by the price of each rate."""
    return {each["price"]: each["why"] for each in result["rates"]}


def test_it_names_account_table_code_destination_and_cost(site: Site) -> None:
    carrier(site)
    found = only(site, seconds=90)
    told = {name: found[name] for name in ("account", "side", "table", "table_of", "code", "destination")}
    assert told == {
        "account": "In",
        "side": "orig",
        "table": "Retail",
        "table_of": "client",
        "code": "4420",
        "destination": "London",
    }
    assert (found["reason"], found["cost"], found["cost_currency"], found["billed"]) == (
        "RATED",
        "0.18",
        "EUR",
        90,
    )


def test_each_rate_of_the_number_says_why_it_is_or_is_not_used(site: Site) -> None:
    carrier(site)
    add(site, "time_profile", name="Nights", zone="UTC", spans=["mon-sun 22:00-06:00"])
    for price, more in (
        ("0.21", {"since": "2030-01-01"}),
        ("0.22", {"since": "2020-01-01", "until": "2021-01-01"}),
        ("0.23", {"tag": "gold"}),
        ("0.24", {"time_profile": "Nights"}),
        ("0.25", {"src_code": "33"}),
        ("0.01", {"additive": True}),
        ("0.26", {"since": "2026-01-01"}),
    ):
        add(site, "rate", rate_table="Retail", code="4420", price=price, **more)
    assert reasons(only(site)) == {
        "0.26": "it is used",
        "0.01": "it is charged on top",
        "0.12": "a later version of it is in force",
        "0.21": "it begins later",
        "0.22": "it has ended",
        "0.23": "only for calls with the tag gold",
        "0.24": "only within Nights",
        "0.25": "only for callers from 33",
        "0.06": "the code 4420 is longer",
    }
    assert reasons(only(site, tags=["gold"]))["0.23"] == "it is used"
    assert reasons(only(site, src="33123"))["0.25"] == "it is used"
    assert reasons(only(site, at="2027-01-15T23:00"))["0.24"] == "it is used"


def test_what_a_parent_table_has_is_found_and_named(site: Site) -> None:
    carrier(site)
    add(site, "rate_table", name="Small", currency="EUR", parent="Retail")
    add(site, "rate", rate_table="Small", code="44", price="0.01")
    account(site, "Small in", "Customer", value="192.0.2.9", rate_table="Small")
    found = only(site, account="Small in")
    assert (found["table"], found["own_table"], found["table_of"]) == ("Retail", "Small", "account")
    found = only(site, "441611234567", account="Small in")
    assert (found["table"], reasons(found)["0.06"]) == ("Small", "the table below has a rate of this code")


def test_a_vendor_in_another_currency_shows_the_day_rate(site: Site) -> None:
    carrier(site)
    found = only(site, client="Vendor")
    assert (found["side"], found["charge"], found["charge_currency"]) == ("term", "0.03", "USD")
    assert (found["cost"], found["cost_currency"]) == ("0.024", "EUR")
    assert found["day_rates"] == [{"currency": "USD", "day": "2027-01-15", "per_base": "1.25"}]


def test_a_currency_without_a_day_rate_is_warned_of_before_it_hurts(site: Site) -> None:
    carrier(site)
    assert looked(site)["warnings"] == []
    late = looked(site, client="Vendor", at="2027-02-15")
    assert late["warnings"] == ["USD has no day rate for this day"]
    assert late["results"][0]["reason"] == "NO_DAY_RATE"


def test_a_number_that_no_code_fits_and_one_denied_say_what_to_do(site: Site) -> None:
    carrier(site)
    found = only(site, "33123456")
    assert (found["reason"], found["next"]) == ("NO_CODE", NEXT[_reason("NO_CODE")])
    assert found["rates"] == []
    add(site, "traffic_rule", name="No UK", stage="after_rate", codes=["44"], verdict="deny")
    found = only(site)
    assert (found["reason"], found["rule"]) == ("DENIED", "No UK")


def test_the_tech_prefix_of_the_account_is_put_before_and_cut_off(site: Site) -> None:
    carrier(site)
    account(site, "Prefixed", "Customer", value="192.0.2.1", tech_prefix="99", translations=["dst 0>44"])
    found = only(site, "02071234567", account="Prefixed")
    assert (found["reason"], found["rated_dst"]) == ("RATED", LONDON)


def test_an_account_whose_calls_are_anothers_says_whose(site: Site) -> None:
    carrier(site)
    account(site, "Longer", "Vendor", value="192.0.2.1", tech_prefix="4420")
    found = only(site, account="In")
    assert found["other_account"] == "Longer of Vendor"


def test_a_client_with_a_pin_is_looked_up_without_showing_it(site: Site) -> None:
    carrier(site)
    account(site, "Card", "Customer", kind="pin", pin="5551234")
    found = looked(site, account="Card")
    assert found["results"][0]["reason"] == "RATED"
    assert "5551234" not in str(found)


def test_a_changed_rate_is_seen_at_the_next_look(site: Site) -> None:
    carrier(site)
    assert only(site)["cost"] == "0.12"
    row = next(each for each in read.live(database.read(), "rate", code="4420"))
    Objects(site, by="ann").change(find("rate"), row["id"], {"price": "0.5"}, row["revision"])
    assert only(site)["cost"] == "0.5"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"client": ""}, "say for whom"),
        ({"client": "Nobody"}, "there is no organisation 'Nobody'"),
        ({"account": "Nothing"}, "there is no voice account 'Nothing'"),
        ({"at": "yesterday"}, "at: 'yesterday' is no time"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_a_line(
    site: Site, words: dict[str, str], said: str
) -> None:
    carrier(site)
    with pytest.raises(Refusal, match=said):
        looked(site, **words)


def test_a_client_without_accounts_has_no_results(site: Site) -> None:
    carrier(site)
    add(site, "organisation", name="New")
    add(site, "voice_client", organisation="New", currency="EUR")
    assert looked(site, client="New")["results"] == []


def _reason(name: str) -> Any:
    from domain.rating.at_work import Reason

    return Reason[name]
