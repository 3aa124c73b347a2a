"""One run over all workflows: what has happened sets some off, then the steps that may go are carried out.

What is done in our own database (a mail into the outbox, a job, an event) is done in one transaction with the
end of its step. A call to another system is written down before it goes out, and always has the same key.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from actors.context import Context, StopRequested
from actors.outcome import Outcome
from config.secrets import SecretError

#: Runs that one look reads.
AT_ONCE = 200
#: So many failures of one place in a row, and it is left alone until the next run.
ENOUGH = 2
#: Steps that are held in one run; nobody looks through more.
MOST_HELD = 200
#: The longest wait that a receiver may ask for, in s.
LONGEST_WAIT = 6 * 3600.0
#: What will not be right the next time either.
FOR_GOOD = ("invalid", "denied", "auth", "conflict", "missing")


@dataclass(frozen=True)
class WorkflowOptions:
    """Tries of a step; seconds for which an answer is waited for. The rest is the site's."""

    tries: int = 8
    timeout: float = 10.0
    profiles: tuple[str, ...] = field(default=(), metadata={"setting": "site.profiles"})
    modules: tuple[str, ...] = field(default=(), metadata={"setting": "catalogue.modules"})

    def __post_init__(self) -> None:
        if not 1 <= self.tries <= 50:
            raise ValueError(f"tries: expected 1 to 50, got {self.tries}")
        if not 0.1 <= self.timeout <= 60:
            raise ValueError(f"timeout: expected 0.1 to 60 s, got {self.timeout:g}")


class _Later(Exception):
    """The step waits, and with it its run: the text says why."""

    def __init__(
        self, text: str, again: float | None = None, *, unknown: bool = False, counts: bool = True
    ) -> None:
        super().__init__(text)
        self.again = again
        self.unknown = unknown
        self.counts = counts


class _Never(Exception):
    """The step cannot be done: the text says why."""


def advance(context: Context, options: WorkflowOptions) -> Outcome:
    """Set off what events ask for, then go on with every run; counts by what became of steps."""
    from store import database
    from store.workflow import kept, set_off, steps

    counts: Counter[str] = Counter()
    workflows = kept.listening(database.read())
    now = context.now.timestamp()
    for source in set_off.READERS:
        more = True
        while more and not context.stopping():
            made, more = database.write(partial(set_off.fill, source=source, workflows=workflows, now=now))
            counts["set_off"] += made
    if again := database.write(lambda tx: steps.take_back(tx, context.run_id)):
        counts["unknown"] += again
    _Round(context, options, counts).run()
    found = {name: count for name, count in counts.items() if count}
    if context.stopping():
        return Outcome("partial", found, "stopped; the next run goes on")
    return Outcome("done", found)


class _Round:
    """The steps of one run of the service."""

    def __init__(self, context: Context, options: WorkflowOptions, counts: Counter[str]) -> None:
        self._context = context
        self._options = options
        self._counts = counts
        self._away: Counter[str] = Counter()
        self._kinds: dict[str, Any] | None = None

    def run(self) -> None:
        """Go on with every run that has not ended, each as far as it comes."""
        from store import database
        from store.workflow import steps

        last = 0
        while found := steps.running(database.read(), last, AT_ONCE):
            for run_id in found:
                if self._context.stopping():
                    return
                self._go_on(run_id)
            last = found[-1]

    def _go_on(self, run_id: int) -> None:
        from store import database
        from store.workflow import steps

        while not self._context.stopping():
            step = steps.next_of(database.read(), run_id)
            now = self._now
            if step is None:
                self._counts["done"] += database.write(partial(steps.finish, run_id=run_id, now=now))
                return
            if step["not_before"] > now or not self._may(step) or not self._do(step):
                return

    def _may(self, step: dict[str, Any]) -> bool:
        """Ask whether it may be done; one that an admin has dropped ends its run."""
        from domain.workflow.filled import in_words
        from store import database, held_act
        from store.workflow import set_off, steps

        if self._counts["held"] >= MOST_HELD:
            return False
        key = f"step:{step['key']}"
        action = step["action"]
        effect = "local" if step["kind"] == "event" else "outward"
        what = f"Workflow {step['workflow']}: {in_words(action)}"
        if self._context.act(
            effect,
            what if len(what) <= 500 else f"{what[:499]}…",
            key=key,
            organisation=action.get("organisation") or None,
            object=f"workflow {step['workflow']}",
            detail={"workflow": step["workflow"], "run": step["run_id"], "step": step["n"]},
        ):
            return True
        now = self._now
        if held_act.was_dropped(database.read(), self._context.service.name, key):
            why = "an admin dropped it while it was held"

            def drop(tx: Any) -> bool:
                steps.failed(tx, step, why, now, "dropped")
                return set_off.fail(tx, step["run_id"], why, now, "dropped")

            self._counts["dropped"] += database.write(drop)
        else:
            said = "it waits until an admin releases it (Held), or helpdesk goes live"
            database.write(lambda tx: steps.say(tx, step, said))
            self._counts["held"] += 1
        return False

    def _do(self, step: dict[str, Any]) -> bool:
        """Carry it out; whether the run goes on."""
        from domain.mail.retry import next_try
        from store import database
        from store.errors import DatabaseError
        from store.workflow import set_off, steps

        try:
            _DO[step["kind"]](self, step)
            self._counts[step["kind"]] += 1
            return True
        except (DatabaseError, StopRequested):
            raise
        except _Never as never:
            why = str(never)
        except Exception as error:
            # Whatever is wrong with this step must not keep the other runs.
            later = error if isinstance(error, _Later) else _Later(f"{type(error).__name__}: {error}")
            again = later.again or next_try(self._now, step["tries"] + 1, self._options.tries)
            if again is not None:
                self._wait(step, later, again)
                return False
            why = f"given up after {step['tries'] + 1} tries: {later}"

        def fail(tx: Any) -> bool:
            steps.failed(tx, step, why, self._now)
            return set_off.fail(tx, step["run_id"], f"step {step['n']} ({step['kind']}): {why}", self._now)

        self._context.log.warning("workflow failed", workflow=step["workflow"], run=step["run_id"], error=why)
        self._counts["failed"] += database.write(fail)
        return False

    def _wait(self, step: dict[str, Any], later: _Later, again: float) -> None:
        from store import database
        from store.workflow import steps

        unknown, counts = later.unknown, later.counts and step["kind"] != "http"
        database.write(lambda tx: steps.later(tx, step, str(later), again, unknown=unknown, counted=counts))
        self._counts["unknown" if unknown else "later"] += 1

    def _mail(self, step: dict[str, Any]) -> None:
        from domain.mail.draft import Draft
        from domain.mail.problem import MailProblem
        from store import database
        from store.live_family import observes
        from store.workflow import steps

        action, family = step["action"], self._context.mail_family
        # What was released goes out, though its family still observes.
        released = family is not None and observes(database.read(), family)
        draft = Draft(
            once_key=f"workflow:{step['key']}",
            to=tuple(action["to"]),
            subject=action["subject"],
            text=action["text"],
            owner=action["organisation"],
            source=self._context.service.name,
            family=None if released else family,
        )
        try:
            database.write(lambda tx: steps.mail(tx, step, draft, self._now))
        except MailProblem as problem:
            raise _Never(str(problem)) from None

    def _event(self, step: dict[str, Any]) -> None:
        from store import database
        from store.workflow import steps

        database.write(lambda tx: steps.write_event(tx, step, self._now))

    def _job(self, step: dict[str, Any]) -> None:
        from actors import job_kinds
        from actors.job_order import BadOrder, order
        from store import database
        from store.job.added import KeyUsed
        from store.workflow import steps

        action, now = step["action"], self._now
        try:
            kind = job_kinds.find(self._job_kinds(), action["job"])

            def work(tx: Any) -> None:
                added = order(
                    tx,
                    kind,
                    organisation=action["organisation"],
                    object=action["object"],
                    args=action["args"],
                    by=f"workflow {step['workflow']}",
                    key=f"workflow:{step['key']}",
                    now=now,
                )
                steps.done(tx, step, f"job {added.id} is in the queue", now)

            database.write(work)
        except (BadOrder, KeyUsed, job_kinds.UnknownKind) as error:
            raise _Never(str(error)) from None

    def _http(self, step: dict[str, Any]) -> None:
        from actors.workflow_call import call
        from backends.error import BackendError, one_line
        from backends.http.fetch import place
        from store import database
        from store.workflow import steps

        action = step["action"]
        try:
            where = place(action["address"])
            secret = self._context.secret(action["secret"]) if action["secret"] else ""
        except (BackendError, SecretError, LookupError) as error:
            raise _Never(str(error)) from None
        if self._away[where] >= ENOUGH:
            raise _Later(f"{where} is left alone until the next run", self._now, counts=False)
        if not database.write(lambda tx: steps.begin(tx, step, self._context.run_id)):
            raise _Later("another run is at it", self._now, counts=False)
        try:
            reply = call(action, step["key"], secret, int(self._now), self._options.timeout)
        except BackendError as error:
            if error.kind in FOR_GOOD:
                raise _Never(str(error)) from None
            self._away[where] += 1
            asked = error.after is not None and step["tries"] + 1 < self._options.tries
            after = self._now + min(error.after or 0.0, LONGEST_WAIT) if asked else None
            raise _Later(str(error), after, unknown=error.kind == "unknown_outcome") from None
        said = f"{reply.status} {one_line(reply.body, longest=200)}".strip()
        database.write(lambda tx: steps.done(tx, step, said, self._now))

    def _job_kinds(self) -> dict[str, Any]:
        if self._kinds is None:
            from actors import job_kinds
            from store import database, setting

            live = setting.get(database.read(), "profiles") or {}
            on = {"core", *self._options.profiles, *(name for name, switched in live.items() if switched)}
            off = {name for name, switched in live.items() if not switched}
            self._kinds = job_kinds.load(on - off, self._options.modules)
        return self._kinds

    @property
    def _now(self) -> float:
        return self._context.now.timestamp()


_DO = {"mail": _Round._mail, "event": _Round._event, "job": _Round._job, "http": _Round._http}
