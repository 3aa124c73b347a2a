"""Does a thread that ends a run while others wait take the next one in the same step, and lose nothing?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from actors import Context
from broker.runner import ends
from store import database
from store.tx import Tx
from tests.broker.runner.bench import Bench


def line_of(bench: Bench, names: Sequence[str]) -> list[int]:
    """A service of each name, on a node of one slot, and a run of each asked for in this order."""
    bench.engine.write(lambda tx: tx.run("UPDATE process SET slots = 1"))
    for name in names:
        bench.add(name, lambda context: None)
    return [bench.engine.request(name) for name in names]


def test_a_line_goes_on_with_one_transaction_for_each_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = line_of(bench, ["first", "second", "third", "fourth", "fifth"])
    written: list[int] = []
    write = database.write

    def counted(work: Any, **options: Any) -> Any:
        written.append(sum(state == "succeeded" for state in bench.engine.states(*runs)))
        return write(work, **options)

    claimed = bench.engine.claim(runs[0])
    assert claimed is not None
    monkeypatch.setattr(database, "write", counted)
    bench.runner.execute(claimed)
    # The first end has a look at the line of its own; from then on it is one step for each.
    assert written == [0, 1, 1, 2, 3, 4]
    assert bench.engine.states(*runs) == ["succeeded"] * 5


def test_an_end_is_written_though_the_look_at_the_line_fails(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runs = line_of(bench, ["first", "second", "third"])

    def broken(tx: Tx, *_args: Any, **_more: Any) -> None:
        raise ValueError("a fault of the look")

    def second(context: Context) -> None:
        monkeypatch.setattr(ends, "next_for", broken)

    bench.services["second"] = type(bench.services["second"])(
        name="second", title="Second", origin="own_services", work=second
    )
    bench.execute(runs[0])
    assert bench.engine.states(*runs) == ["succeeded", "succeeded", "queued"]
    assert "who goes next could not be asked for" in caplog.text
    assert bench.attempts(runs[1]) == ["succeeded"]


def test_a_drain_ends_the_line(bench: Bench) -> None:
    runs = line_of(bench, ["first", "second", "third"])
    bench.services["second"] = type(bench.services["second"])(
        name="second",
        title="Second",
        origin="own_services",
        work=lambda context: bench.runner.draining.set(),
    )
    bench.execute(runs[0])
    assert bench.engine.states(*runs) == ["succeeded", "succeeded", "queued"]
