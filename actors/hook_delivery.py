"""One run over all hooks: some are called at once, each of them one call at a time, in order.

All that is written stays with the thread of the run; only the request itself is made on another.
A call is written down as `sending` before it goes out, so that a run that dies leaves no doubt hidden.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.job_crew import Crew
from actors.outcome import Outcome
from backends.error import BackendError
from config.secrets import SecretError
from domain.hooks.line import Line, Rules

if TYPE_CHECKING:
    from actors.system.provisioning_manager import Options
    from store.hooks.calls import Tried

#: Seconds between two looks at a request to stop while answers are awaited.
LOOK = 0.5


@dataclass
class _Hook:
    """A hook in this run. `problem`: its first failure."""

    row: dict[str, Any]
    line: Line
    secret: str
    problem: str = ""


def deliver_all(context: Context, options: Options) -> Outcome:
    """Queue what is new, then call every hook that is on and not paused; counts by what became of calls."""
    from store import database
    from store.hooks import calls

    counts: Counter[str] = Counter()
    _queue(context, options.site, counts)
    now = context.now.timestamp()  # after what was queued just now, or that would wait for the next run
    if again := database.write(lambda tx: calls.take_back(tx, context.run_id, now)):
        counts["unknown"] += again
    counts["given_up"] += database.write(
        lambda tx: calls.give_up_old(tx, now - options.give_up_hours * 3600, now)
    )
    rules = Rules(options.tries, options.pause_hours * 3600)
    problems: list[str] = []
    hooks = _ready(context, now, problems)
    crew: Crew[tuple[_Hook, dict[str, Any]], _Sent] = Crew(options.at_once)
    with crew:
        _Round(context, rules, crew, counts).run(hooks, options.at_once)
    problems += [f"{hook.row['name']}: {hook.problem}" for hook in hooks if hook.problem]
    stopped = ["stopped; the next run goes on"] if context.stopping() else []
    found = {name: count for name, count in counts.items() if count}
    # A receiver that is down is no failure of this service: in the end there is an alert on it.
    return Outcome("partial" if problems or stopped else "done", found, "; ".join([*problems, *stopped]))


def _queue(context: Context, site: str, counts: Counter[str]) -> None:
    from store import database
    from store.hooks import queue

    hooks = queue.listening(database.read())
    now = context.now.timestamp()
    for source in ("event", "change"):
        more = True
        while more and not context.stopping():
            made, more = database.write(lambda tx, source=source: queue.fill(tx, source, hooks, site, now))  # type: ignore[misc]
            counts["queued"] += made


def _ready(context: Context, now: float, problems: list[str]) -> list[_Hook]:
    """The hooks with something to call, each with its line; what keeps one from it goes to `problems`."""
    from store import database
    from store.hooks import calls, queue, state

    tx = database.read()
    states = state.rows(tx)
    found = []
    for each in queue.listening(tx):
        row = dict(each.row)
        known = states.get(row["id"])
        if known is not None and (known["paused_at"] is not None or (known["not_before"] or 0.0) > now):
            continue
        waiting = calls.open_calls(tx, row["id"])
        if not waiting:
            continue
        try:
            if not row["secret"]:
                raise SecretError("it has no signing key, so its receiver could not know us: give it one")
            found.append(_Hook(row, Line(waiting, now), context.secret(row["secret"])))
        except SecretError as error:
            problems.append(f"{row['name']}: {error}")
    return found


@dataclass(frozen=True)
class _Sent:
    """What came of a request; `error`: why it did not arrive, or may not have."""

    tried: Tried
    error: BackendError | None = None


class _Round:
    """The calls of one run."""

    def __init__(
        self,
        context: Context,
        rules: Rules,
        crew: Crew[tuple[_Hook, dict[str, Any]], _Sent],
        counts: Counter[str],
    ) -> None:
        self._context = context
        self._rules = rules
        self._crew = crew
        self._counts = counts

    def run(self, hooks: list[_Hook], at_once: int) -> None:
        """Until nothing more is to be called, or a stop is asked for; what is out is waited for."""
        waiting = deque(hooks)
        while True:
            while waiting and self._crew.busy < at_once and not self._context.stopping():
                self._send_next(waiting.popleft())
            if not self._crew.busy:
                return
            for (hook, call), sent in self._crew.finished(LOOK):
                self._note(hook, call, sent)
                waiting.append(hook)

    def _send_next(self, hook: _Hook) -> None:
        """Send the hook's next call that may go; what is held stays in the line."""
        from store import database
        from store.hooks import calls

        while (call_id := hook.line.next()) is not None and not self._context.stopping():
            call = calls.one(database.read(), call_id)
            if call is None or not self._may(hook, call):
                continue
            if not database.write(lambda tx, call_id=call_id: calls.begin(tx, call_id, self._context.run_id)):  # type: ignore[misc]
                continue
            self._crew.put((hook, call), partial(_send, hook, call, self._context.now.timestamp()))
            return

    def _may(self, hook: _Hook, call: dict[str, Any]) -> bool:
        """Ask whether it may go; an act that an admin has dropped ends the call."""
        from store import database
        from store.hooks import calls

        name, key = hook.row["name"], f"call:{call['key']}"
        if self._context.act(
            "outward",
            f"Tell hook {name} of {call['event']}: {call['object']}",
            key=key,
            organisation=call["organisation"],
            object=call["object"],
            detail={"hook": name, "event": call["event"], "call": call["id"]},
        ):
            return True
        now = self._context.now.timestamp()
        if calls.was_dropped(database.read(), self._context.service.name, key):
            database.write(
                lambda tx: calls.drop(tx, call["id"], "an admin dropped it while it was held", now)
            )
            self._counts["dropped"] += 1
        else:
            hook.line.kept(call["object"])
            self._counts["held"] += 1
        return False

    def _note(self, hook: _Hook, call: dict[str, Any], sent: _Sent) -> None:
        from store import database

        now = self._context.now.timestamp()
        if sent.error is None:
            hook.line.done()
            self._counts["done"] += 1
            database.write(lambda tx: _arrived(tx, hook, call, self._context.run_id, sent.tried, now))
            return
        error = sent.error
        again = self._rules.again(error.kind, call["tries"] + 1, now, error.after)
        hook.line.failed(call["object"], error.kind, ended=again is None)
        hook.problem = hook.problem or str(error)
        unknown = error.kind == "unknown_outcome"
        self._counts["given_up" if again is None else "unknown" if unknown else "later"] += 1
        self._context.log.warning(
            "hook call failed", hook=hook.row["name"], call=call["id"], error=str(error)
        )
        run_id, rules = self._context.run_id, self._rules
        database.write(lambda tx: _failed(tx, hook, call, run_id, sent.tried, again, rules, now))


def _arrived(tx: Any, hook: _Hook, call: dict[str, Any], run_id: int, tried: Tried, now: float) -> None:
    from store.hooks import calls, state

    calls.arrived(tx, call["id"], run_id, tried)
    state.works(tx, hook.row["id"], now)


def _failed(
    tx: Any,
    hook: _Hook,
    call: dict[str, Any],
    run_id: int,
    tried: Tried,
    again: float | None,
    rules: Rules,
    now: float,
) -> None:
    from store.hooks import calls, state

    if again is None:
        calls.given_up(tx, call["id"], run_id, tried.text, tried)
    else:
        calls.later(tx, call["id"], run_id, again, tried)
    alone_until = again if tried.kind == "throttled" else None
    known = state.fails(tx, hook.row["id"], tried.text, alone_until, now)
    if known["paused_at"] is None and rules.pauses(known["failures"], known["failing_since"], now):
        state.pause(tx, hook.row["id"], "system", "it fails", now)


def _send(hook: _Hook, call: dict[str, Any], at: float) -> _Sent:
    """The request itself, on a thread of its own."""
    from backends.error import one_line
    from backends.http.fetch import check, place
    from backends.http.hook import post
    from backends.http.hook_trial import limits_of
    from store.hooks.calls import LONGEST_ANSWER, Tried

    begun, status, url = time.monotonic(), None, hook.row["address"]
    try:
        reply = post(
            url,
            call["body"].encode("utf-8", "replace"),
            key=call["key"],
            secret=hook.secret,
            at=int(at),
            limits=limits_of(hook.row),
        )
        status = reply.status
        check(reply, place(url))
    except BackendError as error:
        return _Sent(Tried(at, time.monotonic() - begun, error.kind, str(error), status), error)
    except Exception as error:
        # A fault of our own is this call's alone.
        text = f"{type(error).__name__}: {error}"
        return _Sent(
            Tried(at, time.monotonic() - begun, "invalid", text, status), BackendError("invalid", text)
        )
    text = one_line(reply.body, longest=LONGEST_ANSWER)
    return _Sent(Tried(at, time.monotonic() - begun, "done", text, status))
