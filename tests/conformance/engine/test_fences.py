"""Do fencing numbers only ever grow?"""

from __future__ import annotations

import threading

from store import database
from store.fence import next_fences
from tests.support.engine import Engine


def fences(count: int) -> list[int]:
    return database.write(lambda tx: next_fences(tx, count))


def test_numbers_grow_from_batch_to_batch(engine: Engine) -> None:
    found = fences(3) + fences(1) + fences(4)
    assert found == sorted(set(found))


def test_numbers_grow_over_a_restart(engine: Engine) -> None:
    before, url = fences(5), database.url()
    database.close()
    database.open(url)
    assert min(fences(2)) > max(before)


def test_threads_get_different_numbers(engine: Engine) -> None:
    found: list[int] = []

    def take() -> None:
        for _ in range(20):
            found.extend(fences(2))
        database.drop_connection()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == len(set(found)) == 160


def test_each_attempt_of_a_run_has_a_higher_one(engine: Engine) -> None:
    engine.make_service("job", run_groups=["g"])
    engine.make_node()
    run = engine.start("job")
    seen = [run.fence]
    for _ in range(3):
        finished = engine.end(run, "drained", here=engine.here())
        assert finished.next is not None
        run = finished.next
        seen.append(run.fence)
    assert seen == sorted(set(seen))
