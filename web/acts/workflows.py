"""What people do with workflows: build them, edit them as new versions, switch them, put them away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.mail.header import checked_line
from domain.mail.problem import MailProblem
from domain.workflow.checked import checked
from domain.workflow.definition import Definition, from_json, plain, trimmed
from domain.workflow.problem import WorkflowProblem
from node.site import Site
from store import change, database
from store.tx import Tx
from store.workflow import kept
from web.acts.refusal import Refusal

Row = dict[str, Any]


class Workflows:
    """The acts of one person.

    They raise Refusal (unknown_workflow, bad_value, exists, changed_meanwhile) and DatabaseAway.
    """

    def __init__(self, site: Site, *, by: str, reason: str | None = None) -> None:
        self._site = site
        self._by = by
        self._reason = reason

    def add(self, name: str, definition: Definition) -> int:
        """Keep a new workflow, on; its number. Only what happens from now on sets it off."""
        name, made = _sound(name, definition)

        def work(tx: Tx) -> int:
            workflow_id = kept.add(tx, name, made, self._by, self._now)
            if workflow_id is None:
                raise _exists(name)
            self._record(tx, "workflow add", name, after=plain(made))
            return workflow_id

        return database.write(work)

    def change(self, workflow_id: int, version: int, name: str, definition: Definition) -> int:
        """Write the version after the one that the person saw; its number. Runs that began keep theirs."""
        name, made = _sound(name, definition)

        def work(tx: Tx) -> int:
            row = _known(tx, workflow_id)
            same = kept.named(tx, name)
            if same is not None and same["id"] != workflow_id:
                raise _exists(name)
            if not kept.change(tx, workflow_id, version, name, made, self._by, self._now):
                raise Refusal("changed_meanwhile", f"{row['name']} was changed meanwhile: look at it again")
            before = plain(from_json(row["definition"]))
            self._record(tx, "workflow change", row["name"], before=before, after=plain(made))
            return version + 1

        return database.write(work)

    def enable(self, workflow_id: int) -> bool:
        """Let events set it off from now on; False if they do."""
        return self._do(
            workflow_id, "workflow enable", lambda tx: kept.switch(tx, workflow_id, True, self._now)
        )

    def disable(self, workflow_id: int) -> bool:
        """Let no event set it off; what has begun goes on. False if none does."""
        return self._do(
            workflow_id, "workflow disable", lambda tx: kept.switch(tx, workflow_id, False, self._now)
        )

    def archive(self, workflow_id: int) -> None:
        """Put it away; what has begun goes on."""
        self._do(workflow_id, "workflow archive", lambda tx: kept.archive(tx, workflow_id, self._now))

    def _do(self, workflow_id: int, action: str, act: Callable[[Tx], bool]) -> bool:
        def work(tx: Tx) -> bool:
            row = _known(tx, workflow_id)
            done = act(tx)
            if done:
                self._record(tx, action, row["name"])
            return done

        return database.write(work)

    @property
    def _now(self) -> float:
        return self._site.clock.now()

    def _record(self, tx: Tx, action: str, name: str, **states: Any) -> None:
        change.record(
            tx,
            actor=self._by,
            action=action,
            target=f"workflow {name}",
            now=self._now,
            reason=self._reason,
            **states,
        )


def found(tx: Tx, words: str) -> Row:
    """The workflow of this name, or number. Raises Refusal (unknown_workflow)."""
    row = kept.named(tx, words)
    if row is None and words.isascii() and words.isdigit() and len(words) < 19:
        row = kept.one(tx, int(words))
    if row is None:
        raise _unknown(words)
    return row


def _known(tx: Tx, workflow_id: int) -> Row:
    row = kept.one(tx, workflow_id)
    if row is None or row["archived_at"] is not None:
        raise _unknown(workflow_id)
    return row


def _sound(name: str, definition: Definition) -> tuple[str, Definition]:
    try:
        given = checked_line("name", name.strip(), 120)
        if not given:
            raise MailProblem("name: it is empty")
        return given, checked(trimmed(definition))
    except (MailProblem, WorkflowProblem) as problem:
        raise Refusal("bad_value", str(problem)) from None


def _exists(name: str) -> Refusal:
    return Refusal("exists", f"there is a workflow {name} already: choose another name")


def _unknown(workflow: object) -> Refusal:
    return Refusal(
        "unknown_workflow", f"there is no workflow {workflow}: `tickworks workflow list` shows them"
    )
