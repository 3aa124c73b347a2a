"""An hour of a rating site: do all who share the statistics' group get their turn, while calls never end?

The Calculator always has more to rate and takes turns of 5 s; the others take as long as they would on a busy
site. Their work is a stand-in: what is asked here is the line, which is the real one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from actors.catalogue import whole
from coordinator import holds
from domain.time.rule import Daemon
from store import database
from store.run import hold
from store.run.claimed import ClaimedRun
from tests.support.engine import Engine

GROUP = "stats_processing"
STEP = 5
#: Seconds of work of each; the Statistics Manager packs the day before, the backup dumps it all.
WORK = {"files_collector": 60, "statistics_manager": 240, "backup_manager": 420}
RULES = {
    "files_collector": {"kind": "periodic", "minutes": 10, "align": 8},
    "statistics_manager": {"kind": "periodic", "minutes": 60, "align": 55},
    "backup_manager": {"kind": "fixed_time", "times": ["05:30"]},
}
HOUR = 3600
#: 05:00 on a Friday.
FIRST = 1_800_000_000 - 3 * HOUR


@dataclass
class Hour:
    """Who holds the group when, as it came about."""

    engine: Engine
    process: int
    turns: list[int] = field(default_factory=list)
    runs: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    _hold: int | None = None
    _began: float | None = None
    _busy: dict[int, float] = field(default_factory=dict)
    _claimed: dict[int, ClaimedRun] = field(default_factory=dict)

    def pass_by(self) -> None:
        engine = self.engine
        for second in range(0, HOUR, STEP):
            engine.clock.set(FIRST + second)
            self._others_end()
            self._calculator()
            if second % 60 == 0:
                engine.tick(grant=True)
            self._others_begin()
            held = [row[0] for row in engine.rows("SELECT run_id FROM membership WHERE held")]
            assert len(held) <= 1

    def _calculator(self) -> None:
        engine, now = self.engine, self.engine.clock.now()
        if self._hold is None:
            self._hold = self._enter()
        state = hold.fence_of(database.read(), self._hold)
        assert state is not None
        if state[0] != "running":
            return
        if self._began is None:
            self._began = now
        if now - self._began >= STEP:
            held, fence = self._hold, state[1]
            engine.write(lambda tx: holds.leave(tx, held, fence, engine.rules, now))
            self.turns.append(int(now))
            self._hold, self._began = self._enter(), None
            state = hold.fence_of(database.read(), self._hold)
            if state is not None and state[0] == "running":
                self._began = now

    def _enter(self) -> int:
        engine = self.engine
        run_id, _ = engine.write(
            lambda tx: holds.enter(
                tx, "calculator", engine.rules, process_id=self.process, node="n1", now=engine.clock.now()
            )
        )
        assert run_id is not None
        return run_id

    def _others_begin(self) -> None:
        rows = self.engine.rows("SELECT id FROM run WHERE state = 'granted' AND trigger <> 'hold'")
        for (run_id,) in rows:
            claimed = self.engine.claim(run_id)
            assert claimed is not None
            row = self.engine.run(run_id)
            self._busy[run_id] = self.engine.clock.now()
            waited = self.engine.clock.now() - row["planned_at"]
            self.runs.setdefault(row["service"], []).append((waited, self.engine.clock.now()))
            self._claimed[run_id] = claimed

    def _others_end(self) -> None:
        for run_id, began in list(self._busy.items()):
            service = self.engine.run(run_id)["service"]
            if self.engine.clock.now() - began >= WORK[service]:
                self.engine.end(self._claimed.pop(run_id))
                del self._busy[run_id]


def test_the_four_who_share_the_group_all_get_their_turn(engine: Engine) -> None:
    engine.clock.jump(FIRST - engine.clock.now())
    engine.make_node(roles="master calculation")
    for name, rule in RULES.items():
        engine.make_service(name, run_groups=(GROUP,), rule=rule)
    engine.make_service("calculator", run_groups=(GROUP,), rule={"kind": "daemon"})
    hour = Hour(engine, engine.make_process(kind="daemon"))
    hour.pass_by()
    assert {name: len(found) for name, found in hour.runs.items()} == {
        "files_collector": 6,
        "statistics_manager": 1,
        "backup_manager": 1,
    }
    longest = max(WORK.values()) + WORK["files_collector"] + 2 * STEP
    assert max(waited for found in hour.runs.values() for waited, _ in found) <= longest
    worked = 6 * WORK["files_collector"] + WORK["statistics_manager"] + WORK["backup_manager"]
    assert len(hour.turns) >= 0.9 * (HOUR - worked) / STEP
    gaps = [later - earlier for earlier, later in zip(hour.turns, hour.turns[1:], strict=False)]
    assert max(gaps) <= longest


def test_these_four_are_who_shares_it() -> None:
    services = whole().services.values()
    shared = {each.name for each in services if GROUP in each.run_groups}
    assert shared == {"calculator", *WORK}
    assert isinstance(whole().services["calculator"].schedule, Daemon)
