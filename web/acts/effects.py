"""What admins decide on effects: a family goes live or observes, held acts are released or dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from node.site import Site
from store import change, database, destruction, held_act, live_family
from store.job import by_hand
from store.tx import Tx
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.shown.effects import kinds_of, known_families


@dataclass(frozen=True)
class Switched:
    """What became of a family: whether it was switched, and how many acts and jobs that met."""

    changed: bool
    acts: int = 0
    jobs: int = 0


class Effects:
    """The decisions of one person; each is one transaction.

    They raise Refusal (unknown_family, unknown_act, decided, unknown_step, not_destroying) and
    DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason

    def go_live(self, family: str) -> Switched:
        """Let a family act: what is held is released, and done when its services ask again."""
        return self._switch(family, True)

    def observe(self, family: str) -> Switched:
        """Hold a family's acts back again, also those that were released and are not done yet."""
        return self._switch(family, False)

    def release(self, ids: Sequence[int]) -> None:
        """Let the services do these acts, all or none, when they ask again."""
        self._decide("release", ids, held_act.release)

    def drop(self, ids: Sequence[int]) -> None:
        """Refuse these acts, all or none, for as long as their family observes."""
        self._decide("drop", ids, held_act.drop)

    def release_family(self, family: str, until: int | None = None) -> int:
        """Release all that a family has held, up to the act with the id `until`; how many."""
        return self._of_family("release", family, until, held_act.release_family)

    def drop_family(self, family: str, until: int | None = None) -> int:
        """Drop all that a family has held, up to the act with the id `until`; how many."""
        return self._of_family("drop", family, until, held_act.drop_family)

    def destroys(self, words: str, step: str, on: bool) -> bool:
        """Let a step (number or title) destroy, or only report; False if it was so."""
        service = usable(self._site, words)
        numbered = dict(enumerate(service.tasks, 1))
        task = next((each for n, each in numbered.items() if step in (str(n), each.title)), None)
        if task is None:
            raise Refusal(
                "unknown_step", f"{service.title} has no step {step!r}: `tickworks show` lists them"
            )
        if task.effect != "destroy":
            raise Refusal("not_destroying", f"{task.title} destroys nothing: its effect is {task.effect}")

        def work(tx: Tx) -> bool:
            if not destruction.switch(tx, service.name, task.title, on):
                return False
            action = "destroy on" if on else "destroy off"
            self._record(tx, action, f"service {service.name}", before=not on, after={task.title: on})
            return True

        return database.write(work)

    def _switch(self, family: str, on: bool) -> Switched:
        self._known(family)
        kinds = kinds_of(self._site, family)

        def work(tx: Tx) -> Switched:
            now = self._site.clock.now()
            if not live_family.switch(tx, family, on, by=self._by, now=now):
                return Switched(changed=False)
            if on:
                acts = held_act.release_family(tx, family, self._by, now)
                jobs = by_hand.release_kinds(tx, kinds, "observe") if kinds else []
            else:
                acts = held_act.hold_family(tx, family, self._by, now)
                jobs = by_hand.hold_kinds(tx, kinds, "observe") if kinds else []
            met = {"acts": len(acts), "jobs": len(jobs)}
            self._record(tx, "go live" if on else "observe", f"family {family}", before=not on, after=met)
            return Switched(changed=True, **met)

        return database.write(work)

    def _decide(
        self, verb: str, ids: Sequence[int], act: Callable[[Tx, Sequence[int], str, float], list[int]]
    ) -> None:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            raise Refusal("bad_value", "ids: give at least one act")

        def work(tx: Tx) -> None:
            rows = held_act.rows(tx, wanted)
            met = set(act(tx, wanted, self._by, self._site.clock.now()))
            for each in wanted:
                if each not in rows:
                    raise Refusal(
                        "unknown_act", f"there is no held act {each}: `tickworks site held` lists them"
                    )
                if each not in met:
                    state = rows[each]["state"]
                    raise Refusal("decided", f"act {each} is {state}, so {verb} does nothing to it")
                self._record(tx, f"{verb} act", f"held act {each}", before=rows[each]["state"])

        database.write(work)

    def _of_family(self, verb: str, family: str, until: int | None, act: Callable[..., list[int]]) -> int:
        self._known(family)

        def work(tx: Tx) -> int:
            met = act(tx, family, self._by, self._site.clock.now(), until)
            if met:
                self._record(tx, f"{verb} acts", f"family {family}", after={"acts": len(met)})
            return len(met)

        return database.write(work)

    def _known(self, family: str) -> None:
        known = known_families(self._site)
        if family not in known:
            near = get_close_matches(family, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"choose from {', '.join(known)}"
            raise Refusal("unknown_family", f"there is no family {family!r}: {advice}")

    def _record(self, tx: Tx, action: str, target: str, **states: Any) -> None:
        now = self._site.clock.now()
        change.record(
            tx, actor=self._by, action=action, target=target, now=now, reason=self._reason, **states
        )
