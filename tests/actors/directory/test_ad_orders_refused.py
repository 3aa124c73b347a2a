"""Is what could never be done refused at once, in one line that says why?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors.directory.ad_scene import Scene, observing, scene, site, sqlite_only
from tests.actors.directory.scene import rows
from web.acts.refusal import Refusal

__all__ = ["observing", "scene", "site"]


@sqlite_only
@pytest.mark.parametrize(
    ("kind", "object", "args", "said"),
    [
        ("ad_user_create", "a" * 21, {}, "has 21 characters: an account name has at most 20"),
        ("ad_user_create", "anna:smith", {}, "cannot have :"),
        ("ad_user_create", "", {}, "name the account"),
        ("ad_user_create", "anna", {"unit": "Nowhere"}, "there is no 'Nowhere': Acme has Acme users"),
        ("ad_user_create", "anna", {"unit": "OU=x,DC=other"}, "is in no unit of Acme"),
        ("ad_user_create", "anna", {"unit": "no name = at all, x"}, "distinguished name"),
        ("ad_user_create", "anna", {"principal": "no sign-in name"}, "is no sign-in name"),
        ("ad_user_create", "anna", {"phone": "1\x002"}, "phone"),
        ("ad_user_create", "anna", {"directory": "other"}, "has no unit in an active directory 'other'"),
        ("ad_user_create", "anna", {"colour": "red"}, "colour is unknown"),
        ("ad_user_modify", "anna", {}, "nothing to change"),
        ("ad_user_modify", "anna", {"phone": "1", "clear": ["phone"]}, "it is given, and to be taken away"),
        ("ad_user_delete", "anna", {}, "no user anna is known in corp: `tickworks run sync_ad_users`"),
        ("ad_user_password", "anna", {}, "password is required"),
        ("ad_user_password", "anna", {"password": "x"}, "expected a text of 4 to 200 characters"),
        ("ad_user_hours", "anna", {"hours": "mon-fry 8-18"}, "expected days of mon"),
        ("ad_user_hours", "anna", {"hours": "always", "zone": "Mars/Base"}, "expected a zone"),
        ("ad_user_rename", "anna", {}, "nothing to change"),
        ("ad_group_members", "all", {"add": ["a"], "remove": ["A"]}, "to be put in and taken out"),
    ],
)
def test_what_could_never_be_done_is_refused_when_it_is_ordered(
    scene: Scene, kind: str, object: str, args: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said.replace("+", r"\+")):
        scene.order(kind, object, **args)
    assert rows("job") == []
    assert rows("secret") == []
