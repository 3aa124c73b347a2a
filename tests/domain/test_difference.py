"""Is what differs between two states told, and nothing else?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.difference import differences


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", 2, 3)]),
        ({"rule": {"m": 5, "a": 2}}, {"rule": {"m": 6, "a": 2}}, [("rule.m", 5, 6)]),
        (None, {"role": "admin"}, [("role", None, "admin")]),
        ({"role": "admin"}, None, [("role", "admin", None)]),
        (False, True, [("", False, True)]),
        (None, "k1", [("", None, "k1")]),
        ({"roles": ["a", "b"]}, {"roles": ["b"]}, [("roles", ["a", "b"], ["b"])]),
        ({"a": None}, {"a": None, "b": None}, []),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": {"x": 1}}, {"a": "text"}, [("a", {"x": 1}, "text")]),
        (None, None, []),
        ({}, {}, []),
    ],
)
def test_only_what_differs_is_told(before: Any, after: Any, told: list[tuple[str, Any, Any]]) -> None:
    assert [tuple(each) for each in differences(before, after)] == told
