"""What kind of user is it, and does its fingerprint change when it does?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.directory.user import UserFacts, mailbox_kind

ANNA = UserFacts("CN=Anna", "anna", "", "Anna", "", "", "", "user", True, False, None, None)


@pytest.mark.parametrize(
    ("exchange", "word", "kind"),
    [
        (0, "", "user"),
        (1, "room", "room"),
        (4, "", "shared"),
        (16, "", "room"),
        (32, "shared", "equipment"),
        (2_147_483_648, "", "user"),
        (0, " Shared ", "shared"),
        (0, "contractor", "user"),
    ],
)
def test_a_mailbox_of_its_own_kind_is_known(exchange: int, word: str, kind: str) -> None:
    assert mailbox_kind(exchange, word) == kind


def test_whatever_changes_shows() -> None:
    same = replace(ANNA)
    changed = [
        replace(ANNA, dn="CN=Anne"),
        replace(ANNA, sam="Anna"),
        replace(ANNA, upn="anna", sam=""),
        replace(ANNA, enabled=False),
        replace(ANNA, expires_at=0.0),
        replace(ANNA, mail="\0"),
    ]
    assert same.hash == ANNA.hash
    assert len({each.hash for each in [ANNA, *changed]}) == 1 + len(changed)
