"""Are objects that calls cannot be rated by refused, each in one line that says why?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from domain.objects.checked import ObjectProblems, checked
from domain.rating.account import compared
from domain.rating.notation import known_by, spans, translation

SOUND: dict[str, dict[str, Any]] = {
    "currency": {"code": "EUR"},
    "day_rate": {"currency": "USD", "day": "2027-01-15", "per_base": "1.1"},
    "code": {"deck": "Deck", "code": "4420"},
    "time_profile": {"name": "Days", "spans": ["mon-fri 08:00-18:00"]},
    "rate": {"rate_table": "Retail", "code": "44", "price": "0.1"},
    "voice_client": {"organisation": "Acme", "currency": "EUR"},
    "voice_account": {"name": "In", "client": "Acme", "value": "192.0.2.1"},
    "traffic_rule": {"name": "Deny", "verdict": "deny"},
    "data_source": {
        "name": "Switch",
        "host": "sftp.example.org",
        "password": "x",
        "host_key": "SHA256:" + "A" * 43,
    },
    "collector": {"name": "In", "gateway": "Switch", "folder": "calls/in"},
}


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        ("currency", {"code": "euro"}, "code: "),
        ("day_rate", {"per_base": "0"}, "per_base: 0 is below"),
        ("day_rate", {"day": "15.1.2027"}, "day: '15.1.2027' is no day"),
        ("code", {"code": "+4420"}, "code: '+4420' is no code"),
        ("code", {"code": "4" * 19}, "no code"),
        ("time_profile", {"spans": ["mon 8-18"]}, "spans: 'mon 8-18' are no hours"),
        ("time_profile", {"spans": ["mon 08:00-25:00"]}, "25:00 is no time of day"),
        ("time_profile", {"zone": "Europe/Nowhere"}, "zone: "),
        ("rate", {"price": "-1"}, "price: -1 is below 0"),
        ("rate", {"price": "NaN"}, "price: 'NaN' is no amount"),
        ("rate", {"interval": 0}, "interval: "),
        ("rate", {"unit": 0}, "unit: "),
        ("rate", {"code": "44x"}, "code: '44x' is no code"),
        ("rate", {"since": "2027-02-01", "until": "2027-01-01"}, "it ends before it begins"),
        ("voice_client", {"credit": "-5"}, "credit: -5 is below 0"),
        ("voice_account", {"value": "here"}, "'here' is no IP address"),
        ("voice_account", {"kind": "number", "value": "12a"}, "is no number"),
        ("voice_account", {"kind": "name", "value": ""}, "needs a value"),
        ("voice_account", {"kind": "pin", "value": "1234"}, "where nobody sees it"),
        ("voice_account", {"pin": "1234"}, "has no PIN"),
        ("voice_account", {"translations": ["dst 00-49"]}, "is no translation"),
        ("traffic_rule", {"client": "Acme"}, "does not know clients"),
        ("traffic_rule", {"codes": ["44"]}, "known after the rate alone"),
        ("traffic_rule", {"stage": "after_rate", "add_dst": "1"}, "is not changed any more"),
        ("data_source", {"host_key": ""}, "fingerprint of the host key"),
        ("data_source", {"after": "move"}, "needs a folder to move to"),
        ("data_source", {"folder": "../etc"}, "folder: expected a folder without"),
        ("data_source", {"mask": "a/b"}, "mask: "),
        ("collector", {"folder": "calls/../../etc"}, "folder: "),
        ("collector", {"zone": "Mars"}, "zone: "),
    ],
)
def test_it_is_refused_in_one_line(kind: str, values: dict[str, Any], said: str) -> None:
    checked(find(kind), SOUND[kind])
    with pytest.raises(ObjectProblems) as refused:
        checked(find(kind), {**SOUND[kind], **values})
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("ip", "::ffff:192.0.2.1"), ("ip", "2001:DB8::1"), ("number", "+4420"), ("name", "pbx1")],
)
def test_what_an_account_is_known_by_is_what_the_rater_compares(kind: str, value: str) -> None:
    assert known_by(kind, value) == compared(kind, value)


def test_hours_over_a_week_and_over_midnight_are_read() -> None:
    assert [tuple(span) for span in spans(["fri-mon 22:00-06:00"])] == [
        (day, 79_200, 21_600) for day in (4, 5, 6, 0)
    ]
    assert tuple(spans(["sat 00:00-24:00"])[0]) == (5, 0, 86_400)


def test_a_translation_cuts_its_prefix_unless_it_says_how_much() -> None:
    first, second, third = (translation(text) for text in ("dst 00>49", "src 7/3>", "dst >44 10-11"))
    assert (first.field, first.prefix, tuple(first.edit)) == ("dst", "00", (2, "49"))
    assert (second.field, tuple(second.edit)) == ("src", (3, ""))
    assert (tuple(third.edit), third.shortest, third.longest) == ((0, "44"), 10, 11)
