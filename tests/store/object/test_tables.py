"""Has each kind a table with exactly the columns that its declaration asks for?"""

from __future__ import annotations

import pytest

from domain.objects.catalogue import KINDS
from domain.objects.field import ObjectField
from domain.objects.kind import OWN, Kind
from store import database

TYPES = {
    **dict.fromkeys(("text", "lines", "secret", "choice", "list", "table"), "TEXT"),
    **{"whole": "INTEGER", "number": "DOUBLE PRECISION", "switch": "BOOLEAN", "reference": "BIGINT"},
    **dict.fromkeys(("money", "moment"), "BIGINT"),
}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    declared: Kind = request.param
    return declared


def columns(table: str) -> dict[str, tuple[str, bool]]:
    """Type and whether it may be NULL, by name."""
    tx = database.read()
    if database.dialect() == "sqlite":
        return {row[1]: (row[2].upper(), not row[3]) for row in tx.all(f"PRAGMA table_info({table})")}
    sql = "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = ?"
    return {name: (kind.upper(), nullable == "YES") for name, kind, nullable in tx.all(sql, (table,))}


def declared(field: ObjectField) -> tuple[str, bool]:
    return TYPES[field.shape], field.nullable


def test_the_table_has_the_columns_of_the_model(kind: Kind) -> None:
    found = columns(kind.table)
    own = {name: found.pop(name) for name in OWN}
    assert found == {field.column: declared(field) for field in kind.fields}
    assert [name for name, (_, nullable) in own.items() if nullable and name != "id"] == ["archived_at"]


def test_what_refers_to_others_is_found_by_an_index(kind: Kind) -> None:
    indexes = _indexed(kind.table)
    for field in kind.references:
        assert any(index.startswith(field.column) for index in indexes), (field.name, indexes)


def _indexed(table: str) -> list[str]:
    """The columns of each index of a table, as text."""
    if database.dialect() == "sqlite":
        sql = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    else:
        sql = "SELECT indexdef FROM pg_indexes WHERE tablename = ?"
    return [row[0].partition("(")[2] for row in database.read().all(sql, (table,))]
