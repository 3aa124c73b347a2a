"""Does a holder that wakes up after its lease lose nobody's work, as docs/learning/fence.md says?

The page's own code is run: with its check, and without it, to see that it is the check that helps.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from actors.testing import testing_context
from coordinator import rescue
from store.run.claimed import ClaimedRun
from tests.support.engine import Engine

PAGE = Path(__file__).parents[3] / "docs" / "learning" / "fence.md"
CHECK = 'if fence < self.read()["fence"]:'


def example(folder: Path, *, checked: bool) -> dict[str, Any]:
    """The names of the page's code, with its file in `folder`."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
    assert CHECK in code
    code = code.replace("var/total.json", str(folder / "total.json"))
    names: dict[str, Any] = {"__name__": "example"}
    exec(code if checked else code.replace(CHECK, "if False:"), names)
    return names


def count(names: dict[str, Any], run: ClaimedRun) -> None:
    """The service's function, as a worker would call it for this run."""
    counter = names["count_one_more"]
    counter.work(testing_context(counter, run_id=run.run_id, attempt=run.attempt, fence=run.fence))


def count_and_stand_still(engine: Engine, names: dict[str, Any]) -> None:
    """The holder stops between its read and its write; meanwhile its run is done again, and one more."""
    engine.make_service("count_one_more", run_groups=["totals"], retry_lost=True)
    engine.make_node()
    first = engine.start("count_one_more")
    read = names["FileStore"].read

    def read_late(store: Any) -> Any:
        seen = read(store)
        names["FileStore"].read = read
        give_up(engine, first)
        for run_id in (first.run_id, engine.request("count_one_more", args={"n": 1})):
            run = engine.claim(run_id)
            assert run is not None
            assert run.fence > first.fence
            count(names, run)
            engine.end(run)
        return seen

    names["FileStore"].read = read_late
    count(names, first)


def give_up(engine: Engine, run: ClaimedRun) -> None:
    """The lease of the run's process lapses; the node has another process."""
    dead, now = engine.run(run.run_id)["process_id"], engine.clock.now()
    engine.make_process()
    engine.write(lambda tx: rescue.bury(tx, [dead], engine.rules, state="lost", reason="", now=now))


def test_the_late_write_is_refused_and_no_work_is_lost(sqlite_engine: Engine, tmp_path: Path) -> None:
    names = example(tmp_path, checked=True)
    with pytest.raises(names["OldFence"]):
        count_and_stand_still(sqlite_engine, names)
    assert names["STORE"].read()["value"] == 2


def test_without_the_check_the_work_of_the_others_is_lost(sqlite_engine: Engine, tmp_path: Path) -> None:
    names = example(tmp_path, checked=False)
    count_and_stand_still(sqlite_engine, names)
    assert names["STORE"].read()["value"] == 1
