"""Do the objects of directories take what can be, and refuse the rest by name?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.objects.catalogue import find
from domain.objects.checked import ObjectProblems, checked

DIRECTORY = {"name": "corp", "host": "DC1.Example.org", "username": "reader"}
UNIT = {"name": "Acme", "directory": "corp"}
GROUP = {"directory": "corp", "name": "all", "dn": "CN=all,DC=example"}


def test_a_directory_has_the_port_of_ldaps_and_reads_the_whole_domain() -> None:
    found = checked(find("directory"), DIRECTORY)
    assert (found["host"], found["port"], found["base"], found["full_every"]) == (
        "dc1.example.org",
        636,
        "",
        7,
    )


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("directory", {**DIRECTORY, "host": ""}, "host"),
        ("directory", {**DIRECTORY, "username": ""}, "username"),
        ("directory", {**DIRECTORY, "base": "Customers"}, "base"),
        ("directory", {**DIRECTORY, "full_every": 0}, "full_every"),
        ("directory_unit", {**UNIT, "dn": ""}, "dn"),
        ("directory_unit", {**UNIT, "dn": "OU=a)(objectClass=*"}, None),
        ("directory_unit", {**UNIT, "dn": "OU=a+CN=b"}, "dn"),
        ("directory_group", {**GROUP, "use": "auto_add"}, ""),
        ("directory_group", {**GROUP, "use": "service"}, ""),
    ],
)
def test_what_cannot_be_is_refused(kind: str, given: dict[str, Any], field: str | None) -> None:
    if field is None:
        # A bracket is a letter of a name like any other: it never becomes part of a condition.
        assert checked(find(kind), given)["dn"] == given["dn"]
        return
    with pytest.raises(ObjectProblems) as refused:
        checked(find(kind), given)
    assert list(refused.value.problems) == [field]
