"""Is a setting that a check does not have, or that it cannot be, refused in one line?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from domain.objects.check_settings import check_settings
from domain.objects.checked import checked, from_text


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("http", {"statuses": [200, 204], "wanted": "ok", "redirects": 0}),
        ("dns", {"type": "MX", "wanted": ["10 mx"], "recursion": False}),
        ("imap", {"security": "tls", "user": "a", "password": "vault:mail"}),
        ("cpu", {"slack": 5}),
    ],
)
def test_settings_of_the_kind_are_taken(kind: str, settings: dict[str, Any]) -> None:
    check_settings(kind, settings)


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("http", {"wnted": "x"}, "did you mean wanted"),
        ("cpu", {"wanted": "x"}, "has no setting wanted"),
        ("http", {"statuses": ["200"]}, "a list of whole numbers"),
        ("http", {"redirects": True}, "a whole number"),
        ("ftp", {"password": "hunter2"}, "a reference to a secret"),
        ("ftp", {"password": "vault:object.server.1.community"}, "a reference to a secret"),
        ("smtp", {"security": "ssl"}, "one of none, starttls, tls"),
        ("disk", {"slack": -1}, "0 or more"),
        ("disk", {"slack": float("nan")}, "0 or more"),
    ],
)
def test_others_are_refused_and_no_password_is_said_back(
    kind: str, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said) as told:
        check_settings(kind, settings)
    assert "hunter2" not in str(told.value)


def test_what_the_form_gives_as_an_example_is_taken() -> None:
    field = find("check").by_name["settings"]
    example = field.help.partition("such as ")[2].rstrip(".")
    given = {"server": "s", "name": "page", "kind": "http", "settings": from_text(field, example)}
    assert checked(find("check"), given)["settings"]
