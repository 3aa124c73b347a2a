"""What does a read of the far side change, and when is it not believed?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.mirror import Known, Read, Remote, Vanishing, not_believed, plan


def known(*names: str, gone: tuple[str, ...] = ()) -> dict[str, Known]:
    return {name: Known(Remote(name, name).hash, name in gone) for name in (*names, *gone)}


def read(*names: str, **more: Any) -> Read:
    return Read([Remote(name, name) for name in names], **more)


def test_a_full_read_says_what_is_new_changed_back_and_gone() -> None:
    renamed = Remote("b", "another name")
    found = plan(
        known("a", "b", "c", gone=("d",)), Read([Remote("a", "a"), renamed, *read("d", "e").objects])
    )
    assert [each.id for each in found.new] == ["e"]
    assert found.changed == [renamed]
    assert [each.id for each in found.returned] == ["d"]
    assert found.gone == ["c"]


def test_a_delta_says_only_what_it_names() -> None:
    found = plan(known("a", "b", "c"), read("d", full=False, gone=("c", "never seen")))
    assert ([each.id for each in found.new], found.gone) == (["d"], ["c"])


def test_one_that_is_named_as_gone_and_as_there_is_there() -> None:
    assert plan(known("a"), read("a", full=False, gone=("a",))).gone == []


def test_the_order_of_attributes_changes_nothing() -> None:
    before, after = Remote("a", attrs={"x": 1, "y": 2}), Remote("a", attrs={"y": 2, "x": 1})
    assert before.hash == after.hash != Remote("a", attrs={"x": 1, "y": 3}).hash


def test_an_empty_answer_is_never_believed_while_something_is_known() -> None:
    every = Vanishing(share=1.0, at_least=1_000)
    assert not_believed(plan(known("a"), read()), True, every, "users") is not None
    assert not_believed(plan({}, read()), True, every, "users") is None
    assert not_believed(plan(known("a"), read(full=False)), False, every, "users") is None


@pytest.mark.parametrize(("left", "believed"), [(80, True), (79, False)])
def test_more_than_a_fifth_at_once_is_not_believed(left: int, believed: bool) -> None:
    names = [f"u{n}" for n in range(100)]
    said = not_believed(plan(known(*names), read(*names[:left])), True, Vanishing(), "users")
    assert (said is None) is believed
    if said:
        assert said.startswith(
            "21 of 100 users have vanished at once, more than 20%: nothing is marked as gone"
        )
