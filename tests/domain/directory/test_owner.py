"""Whose is a user: by the nearest unit that somebody named, however its name is written."""

from __future__ import annotations

import pytest

from domain.directory.owner import NamedUnit, Owners

BASE = "DC=example,DC=org"
ACME, SALES, NOBODY = (
    NamedUnit(1, f"ou=acme, {BASE.lower()}", 10),
    NamedUnit(2, f"OU=Sales \\+ more,OU=Acme,{BASE}", 20),
    NamedUnit(3, f"OU=Shared,{BASE}", None),
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"CN=Anna,OU=Acme,{BASE}", (1, 10)),
        (f"CN=Smith\\, Anna,OU=deep,OU=ACME,{BASE}", (1, 10)),
        (f"CN=Anna,OU=Sales \\2B more,OU=Acme,{BASE}", (2, 20)),
        (f"CN=Anna,OU=Shared,{BASE}", (3, 99)),
        (f"CN=Anna,OU=Not Acme,{BASE}", (None, 99)),
        (f"CN=OU=Acme,OU=Other,{BASE}", (None, 99)),
        (f"CN=Anna,{BASE}", (None, 99)),
    ],
)
def test_the_nearest_named_unit_says_whose_a_user_is(name: str, found: tuple[int | None, int]) -> None:
    if name.startswith("CN=OU="):
        name = name.replace("CN=OU=", "CN=OU\\=")
    assert Owners((ACME, SALES, NOBODY), 99).of(name) == found


def test_a_directory_of_nobody_has_users_of_nobody() -> None:
    assert Owners((), None).of(f"CN=Anna,{BASE}") == (None, None)
