"""Are objects found by their keys, each by an index, however many there are?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from domain.objects.catalogue import KINDS, find
from store import database
from store.object.known import Known
from store.tx import Tx
from tests.store.object.conftest import Make

#: The key of these is what they refer to: there is one for each of those at the most.
BY_OTHERS = ("smtp_settings", "voice_client")


def test_keys_are_found_in_any_case_within_their_scope_alone(make: Make) -> None:
    ids = {name: make("server", name=name) for name in ("One", "two")}
    for server in ids:
        make("check", server=server, name="Page", kind="tcp", port=80)
    servers = Known(database.read(), find("server"), [(None, "ONE"), (None, "none")])
    assert (servers.one("ONE") or {})["name"] == "One"
    assert servers.one("none") is None
    with pytest.raises(KeyError):
        servers.one("two")  # nobody asked for it
    checks = Known(database.read(), find("check"), [(ids["two"], "page"), (None, "Page"), (999, "page")])
    found = checks.one("page", ids["two"])
    assert found is not None
    assert (found["name"], found["server"], found["settings"]) == ("Page", "two", {})
    assert checks.one("page", ids["One"]) is None
    assert checks.one("page", 999) is None


def test_nothing_asked_is_nothing_found() -> None:
    for kind in KINDS:
        Known(database.read(), kind, [])


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS if kind.name not in BY_OTHERS])
def test_each_key_is_looked_up_by_an_index(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it an import of many takes as many times as long as there are."""
    said: list[tuple[str, Sequence[Any]]] = []
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Sequence[Any], *more: Any) -> Any:
        said.append((sql, params))
        return execute(self, sql, params, *more)

    tx = database.read()
    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        Known(tx, find(kind), [(1, "a"), (1, "b")])
    ((sql, params),) = [each for each in said if find(kind).table in each[0]]
    assert ("w.scope" in sql) == (find(kind).scope is not None and not find(kind).also)
    if tx.dialect == "sqlite":
        plan = [row[3] for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", params)]
        (own,) = [line for line in plan if line.startswith(("SEARCH o ", "SCAN o"))]
        assert own.startswith("SEARCH o USING INDEX"), plan
    else:
        plan = [row[0] for row in tx.all(f"EXPLAIN {sql}", params)]
        assert not any("Hash" in line or "Merge" in line for line in plan), plan
        # Codes have an index by themselves too, for a search in all decks.
        scoped = "w.scope" in sql and kind != "code"
        wanted = ["Index Cond", "lower("] + (["w.scope"] if scoped else [])
        forced = _forced(sql, params)
        assert any(all(part in line for part in wanted) for line in forced), forced


def _forced(sql: str, params: Sequence[Any]) -> list[str]:
    """The plan where an index is taken whenever there is one: the tables here are empty."""

    def work(tx: Tx) -> list[str]:
        tx.run("SET LOCAL enable_seqscan = off")
        return [row[0] for row in tx.all(f"EXPLAIN {sql}", params)]

    return database.write(work)
