"""Do objects of calls stand beside each other: versions, circles, the base currency, rates from a file?"""

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
from web.acts.object_import import import_file
from web.acts.objects import Objects
from web.acts.refusal import Refusal

HEADER = "rate_table,code,price,since,time_profile,additive\n"


def brought(site: Site, kind: str, text: str, *, preview: bool = False) -> tuple[dict[str, int], list[str]]:
    """How many rows of each kind, and what is said of the wrong ones."""
    shown = import_file(site, find(kind), text.encode(), by="ann", preview=preview).shown()
    return shown["counts"], [row["text"] for row in shown["rows"] if row["what"] == "error"]


def prices(**equals: Any) -> list[tuple[str, str, str]]:
    rows = read.live(database.read(), "rate", **equals)
    return sorted((row["code"], row["since"], row["price"]) for row in rows)


def test_versions_of_a_rate_stand_beside_each_other_and_the_same_one_is_refused(site: Site) -> None:
    carrier(site)
    later = {"rate_table": "Retail", "code": "4420", "since": "2028-01-01"}
    made = add(site, "rate", **later, price="0.2")
    assert made["label"] == "Retail/4420 (since 2028-01-01T00:00:00Z)"
    with pytest.raises(Refusal, match=r"rate Retail/4420 \(since 2028.* is there already"):
        add(site, "rate", **later, price="0.3")
    for more in ({"src_code": "33"}, {"tag": "gold"}, {"additive": True}):
        add(site, "rate", **later, price="0.3", **more)


def test_rates_come_by_csv_are_changed_by_it_and_the_same_file_changes_nothing(site: Site) -> None:
    carrier(site)
    add(site, "time_profile", name="Nights", spans=["mon-sun 22:00-06:00"])
    text = HEADER + (
        "Retail,33,0.05,,,\nRetail,33,0.06,2028-01-01,,\nRetail,33,0.04,,nights,\nRetail,4420,0.125,,,no\n"
    )
    assert brought(site, "rate", text) == ({"create": 3, "change": 1, "same": 0, "error": 0}, [])
    assert brought(site, "rate", text)[0] == {"create": 0, "change": 0, "same": 4, "error": 0}
    assert prices(code="4420") == [("4420", "", "0.125")]
    assert prices(code="33") == [
        ("33", "", "0.04"),
        ("33", "", "0.05"),
        ("33", "2028-01-01T00:00:00Z", "0.06"),
    ]


def test_a_wrong_row_is_named_and_loses_nobody_elses(site: Site) -> None:
    carrier(site)
    text = HEADER + (
        "Retail,33,-1,,,\nRetail,34,NaN,,,\nRetail,+35,0.1,,,\nNone,36,0.1,,,\n"
        'Retail,37,"0,1",,,\nRetail,38,0.1,soon,,\nRetail,39,0.1,,Nights,\nRetail,40,0.1,,,\nRetail,40,0.2,,,\n'
    )
    counts, said = brought(site, "rate", text)
    assert (counts["create"], counts["error"]) == (1, 8)
    for part in (
        "-1 is below 0",
        "'NaN' is no amount",
        "'+35' is no code",
        "there is no rate table 'None'",
        "'0,1' is no amount",
        "'soon' is no time",
        "there is no time profile 'Nights'",
        "line 9 is about it already",
    ):
        assert any(part in line for line in said), part


def test_what_was_exported_is_imported_as_the_same(site: Site) -> None:
    from web.shown.objects import written

    carrier(site)
    add(site, "rate", rate_table="Retail", code="44", price="0.2", since="2028-01-01", additive=True)
    text = "".join(written(database.read, find("rate")))
    assert brought(site, "rate", text)[0] == {"create": 0, "change": 0, "same": 4, "error": 0}


def test_a_table_above_itself_is_a_circle(site: Site) -> None:
    carrier(site)
    row = read.by_key(database.read(), "rate_table", "Retail")
    add(site, "rate_table", name="Below", currency="EUR", parent="Retail")
    assert row is not None
    with pytest.raises(Refusal, match="circle"):
        Objects(site, by="ann").change(find("rate_table"), row["id"], {"parent": "Below"}, None)


def test_there_is_one_base_currency_and_it_has_no_day_rates(site: Site) -> None:
    carrier(site)
    with pytest.raises(Refusal, match="EUR is the base currency already"):
        add(site, "currency", code="GBP", is_base=True)
    with pytest.raises(Refusal, match="needs no day rates"):
        add(site, "day_rate", currency="EUR", day="2027-01-15", per_base="1")
    assert brought(site, "day_rate", "currency,day,per_base\nEUR,2027-01-15,1\nUSD,2027-01-16,1.1\n") == (
        {"create": 1, "change": 0, "same": 0, "error": 1},
        ["currency: it is the base currency, which needs no day rates"],
    )


def test_an_account_of_an_organisation_that_is_no_client_is_refused(site: Site) -> None:
    carrier(site)
    add(site, "organisation", name="Other")
    with pytest.raises(Refusal, match="it is no voice client yet"):
        account(site, "Else", "Other", value="192.0.2.9")


def test_accounts_that_mean_the_same_calls_are_refused_in_a_file_too(site: Site) -> None:
    carrier(site)
    text = "name,client,value\nA,Customer,192.0.2.1\nB,Customer,192.0.2.7\nC,Vendor,192.0.2.7\n"
    counts, said = brought(site, "voice_account", text)
    assert (counts["create"], counts["error"]) == (1, 2)
    assert [line.split(":")[0] for line in said] == [
        "account In means the same calls",
        "account B means the same calls",
    ]


def test_what_others_refer_to_is_not_put_away(site: Site) -> None:
    carrier(site)
    for kind, key in (("currency", "EUR"), ("rate_table", "Retail"), ("organisation", "Customer")):
        row = read.by_key(database.read(), kind, key)
        assert row is not None
        with pytest.raises(Refusal, match="still used"):
            Objects(site, by="ann").archive(find(kind), row["id"], None)
