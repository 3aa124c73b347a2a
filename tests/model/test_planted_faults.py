"""Does the model find a fault that is planted on purpose, within a bounded number of steps?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from coordinator import decide, grants, look
from coordinator.order import order_key
from domain.time.planned import planned_times
from schedules import ledger
from store.run import cancelled, claimed, ended, granted, hold
from tests.model.conftest import SEED
from tests.model.run_model import run_model

#: So many steps must be enough for each; most are met in a tenth of them.
ENOUGH = 16_000

Plant = Callable[[pytest.MonkeyPatch], None]


def a_grant_forgets_a_group(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(granted, "_HOLD", granted._HOLD + " AND run_group <> 'b'")
    patch.setattr(granted, "_HOLD_OF", granted._HOLD_OF + " AND run_group <> 'b'")


def a_grant_does_not_see_that_a_group_is_held(patch: pytest.MonkeyPatch) -> None:
    read = look.waiter_of

    def read_less(row: Any, now: float) -> Any:
        groups = " ".join(group for group in row[5].split() if group != "b")
        return read((*row[:5], groups, *row[6:]), now)

    patch.setattr(look, "waiter_of", read_less)
    patch.setattr(grants, "waiter_of", read_less)


def a_retired_holder_ends_the_new_ones_run(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ended, "_FINISH", ended._FINISH.replace("fence = ?", "fence >= ?"))


def an_old_message_claims(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(claimed, "_CLAIM", claimed._CLAIM.replace("fence = ?", "fence >= ?"))


def a_minute_is_skipped(patch: pytest.MonkeyPatch) -> None:
    planned = planned_times
    patch.setattr(ledger, "planned_times", lambda *asked: planned(*asked)[1:])


def a_minute_is_recorded_as_another(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "_split_paused", lambda row, times, stopped: ([], times))


def the_order_is_reversed(patch: pytest.MonkeyPatch) -> None:
    key = order_key
    patch.setattr(decide, "order_key", lambda *, priority, **rest: key(priority=10 - priority, **rest))


def nothing_is_reserved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decide, "_has_waited", lambda waiter, world: False)


def a_cancel_frees_a_running_run(patch: pytest.MonkeyPatch) -> None:
    leave = cancelled.leave_groups

    def leave_too_many(tx: Any, run_ids: Any) -> Any:
        more = [
            row[0] for row in tx.all("SELECT id FROM run WHERE ended_at IS NULL AND cancel_at IS NOT NULL")
        ]
        return leave(tx, [*run_ids, *more])

    patch.setattr(cancelled, "leave_groups", leave_too_many)


def a_dead_daemon_stays_in_line(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hold, "drop_dead", lambda tx: None)


FAULTS: tuple[Plant, ...] = (
    a_grant_forgets_a_group,
    a_grant_does_not_see_that_a_group_is_held,
    a_retired_holder_ends_the_new_ones_run,
    an_old_message_claims,
    a_minute_is_skipped,
    a_minute_is_recorded_as_another,
    the_order_is_reversed,
    nothing_is_reserved,
    a_cancel_frees_a_running_run,
    a_dead_daemon_stays_in_line,
)


@pytest.mark.usefixtures("sqlite_model", "unsynced")
@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}")
    plant(monkeypatch)
    find = partial(run_model, ENOUGH, SEED, shrink=False)
    with pytest.raises(Exception) as met:
        find()
    print(met.value)
