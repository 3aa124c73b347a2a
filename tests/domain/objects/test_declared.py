"""Is every kind declared so that tables, forms and commands can be made of it?"""

from __future__ import annotations

from importlib import import_module

import pytest

from domain.objects.catalogue import KINDS, UnknownKind, find
from domain.objects.checked import from_text, to_text
from domain.objects.kind import OWN, Kind
from web.pages.object_form import CLEAR, REASON, REVISION

#: Names that forms, answers and statements have for themselves.
TAKEN = {*OWN, "label", "used_by", "used_by_count", CLEAR, REASON, REVISION, "do", "file"}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    declared: Kind = request.param
    return declared


def test_no_field_has_a_name_that_is_taken(kind: Kind) -> None:
    columns = {field.column for field in kind.fields} | set(kind.by_name)
    assert not TAKEN & columns


def test_it_is_known_by_a_field_that_must_be_given(kind: Kind) -> None:
    assert kind.by_name[kind.key].required
    if kind.scope is not None:
        scope = kind.by_name[kind.scope]
        assert scope.required
        assert scope.refers


def test_its_references_lead_to_kinds_with_a_plain_key_that_stand_before_it(kind: Kind) -> None:
    for field in kind.references:
        other = find(str(field.refers))
        assert other.scope is None
        assert other.by_name[other.key].refers is None
        assert KINDS.index(other) <= KINDS.index(kind)


def test_its_numbers_fit_the_database(kind: Kind) -> None:
    for field in kind.fields:
        if field.shape == "whole":
            assert field.high is not None, field.name
            assert abs(field.high) < 2**31


def test_defaults_are_read_again_from_their_texts(kind: Kind) -> None:
    for field in kind.fields:
        if not field.required and field.shape != "reference":
            value = list(field.default) if isinstance(field.default, tuple) else field.default
            again = from_text(field, to_text(field, value))
            same = float(again) == value if field.shape == "number" and value is not None else again == value
            assert same or str(again) == str(value), field.name


def test_its_connection_is_a_function(kind: Kind) -> None:
    if kind.connection is not None:
        module, _, name = kind.connection.partition(":")
        assert callable(getattr(import_module(module), name))


def test_a_kind_that_is_misspelt_is_guessed() -> None:
    with pytest.raises(UnknownKind, match="did you mean server"):
        find("sever")
