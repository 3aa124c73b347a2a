"""Steps of workflow runs while they are carried out: each change of state is one guarded statement."""

from __future__ import annotations

import json
from typing import Any

from config.known_secrets import hidden
from domain.workflow import happened
from store import event
from store.outbox.put import put as put_mail
from store.tx import Tx
from store.workflow.set_off import SENDER

Row = dict[str, Any]
LONGEST_ANSWER = 1_000

_NEXT = """
    SELECT s.*, r.workflow_id, r.chain, w.name AS workflow FROM workflow_step s
    JOIN workflow_run r ON r.id = s.run_id JOIN workflow w ON w.id = r.workflow_id
    WHERE s.run_id = ? AND s.state IN ('waiting', 'doing') ORDER BY s.n LIMIT 1"""


def running(tx: Tx, after: int, limit: int) -> list[int]:
    """The runs that have not ended, by number."""
    sql = "SELECT id FROM workflow_run WHERE ended_at IS NULL AND id > ? ORDER BY id LIMIT ?"
    return [row[0] for row in tx.all(sql, (after, limit))]


def next_of(tx: Tx, run_id: int) -> Row | None:
    """The step that is next; None: all are done."""
    rows = tx.dicts(_NEXT, (run_id,))
    return {**rows[0], "action": json.loads(rows[0]["action"])} if rows else None


def begin(tx: Tx, step: Row, claim_run: int) -> bool:
    """Take a step in hand before anything goes out; False if somebody else did."""
    return (
        tx.run(
            """UPDATE workflow_step SET state = 'doing', claim_run = ?, tries = tries + 1
               WHERE run_id = ? AND n = ? AND state = 'waiting'""",
            (claim_run, step["run_id"], step["n"]),
        )
        > 0
    )


def done(tx: Tx, step: Row, answer: str, now: float) -> bool:
    """It is done; whether it still was to do."""
    return _end(tx, step, "done", answer, now)


def failed(tx: Tx, step: Row, answer: str, now: float, state: str = "failed") -> bool:
    """It is not done, and never will be (``failed`` or ``dropped``); whether it still was to do."""
    return _end(tx, step, state, answer, now)


def later(tx: Tx, step: Row, answer: str, not_before: float, *, unknown: bool, counted: bool) -> bool:
    """It goes again then; `unknown`: nobody knows whether it arrived. `counted`: this try counts, too."""
    return (
        tx.run(
            """UPDATE workflow_step SET state = 'waiting', claim_run = NULL, not_before = ?, answer = ?,
                   unknown = unknown OR CAST(? AS BOOLEAN), tries = tries + ?
               WHERE run_id = ? AND n = ? AND state IN ('waiting', 'doing')""",
            (not_before, hidden(answer[:LONGEST_ANSWER]), unknown, int(counted), step["run_id"], step["n"]),
        )
        > 0
    )


def say(tx: Tx, step: Row, answer: str) -> None:
    """Why it waits, for whoever looks."""
    tx.run(
        "UPDATE workflow_step SET answer = ? WHERE run_id = ? AND n = ? AND state = 'waiting'",
        (answer, step["run_id"], step["n"]),
    )


def take_back(tx: Tx, claim_run: int) -> int:
    """What a run that ended was doing: nobody knows whether it arrived, so it goes again; how many."""
    return tx.run(
        """UPDATE workflow_step SET state = 'waiting', claim_run = NULL, unknown = TRUE,
               answer = 'the run ended while the answer was awaited'
           WHERE state = 'doing' AND claim_run <> ?""",
        (claim_run,),
    )


def finish(tx: Tx, run_id: int, now: float) -> bool:
    """The run is done once all its steps are; whether it is so now."""
    return (
        tx.run(
            """UPDATE workflow_run SET state = 'done', ended_at = ? WHERE id = ? AND state = 'running'
               AND NOT EXISTS (SELECT 1 FROM workflow_step s WHERE s.run_id = workflow_run.id
                               AND s.state <> 'done')""",
            (now, run_id),
        )
        > 0
    )


def mail(tx: Tx, step: Row, draft: Any, now: float) -> bool:
    """Put the step's mail into the outbox and end the step, both or neither. Raises MailProblem."""
    if not done(tx, step, "", now):
        return False
    mail_id = put_mail(tx, draft, now)
    sql = "UPDATE workflow_step SET answer = ? WHERE run_id = ? AND n = ?"
    tx.run(sql, (f"mail {mail_id} is in the outbox", step["run_id"], step["n"]))
    return True


def write_event(tx: Tx, step: Row, now: float) -> bool:
    """Write the step's event and end the step; it carries the workflows that led to it."""
    if not done(tx, step, "the event is written", now):
        return False
    action = step["action"]
    led = [*json.loads(step["chain"]), step["workflow_id"]]
    about = {key: action[key] for key in ("object", "organisation") if action[key]}
    return event.add(
        tx,
        at=now,
        type=action["type"],
        severity=action["severity"],
        sender=SENDER,
        text=action["text"],
        tags=("workflow",),
        data={**about, "workflow": step["workflow"], "workflow_run": step["run_id"], happened.CHAIN: led},
        key=f"workflow-step:{step['key']}",
    )


def _end(tx: Tx, step: Row, state: str, answer: str, now: float) -> bool:
    return (
        tx.run(
            """UPDATE workflow_step SET state = ?, answer = ?, ended_at = ?, claim_run = NULL
               WHERE run_id = ? AND n = ? AND state IN ('waiting', 'doing')""",
            (state, hidden(answer[:LONGEST_ANSWER]), now, step["run_id"], step["n"]),
        )
        > 0
    )
