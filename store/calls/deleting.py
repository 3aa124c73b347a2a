"""A day of calls goes for good, with or without what it cost: in portions that any later run goes on with.

The calls of a portion, what they cost and what the sums must make anew go in one transaction. Nothing goes
of a day of which an invoice holds a call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from store import database
from store.calls import balance, batch, day_state
from store.calls.archive import PORTION
from store.calls.archiving import NotDone, date_of
from store.tx import Tx, marks

Tick = Callable[[int], None]

#: How a batch that takes the balances back names itself in the ledger.
REF_KIND = "deleted_day"
_HOLDER = "delete"


def why_not(tx: Tx, day: int) -> str | None:
    """Why a day cannot be deleted, in one line; None if it can."""
    state, holder = day_state.states(tx, (day,)).get(day, ("", ""))
    if state == "":
        return f"there are no calls of {date_of(day)}"
    if state == "archived":
        return (
            f"{date_of(day)} is archived: restore it first, or delete its file and leave the sums as they are"
        )
    if state != "open" and not holder.startswith(_HOLDER):
        return f"{date_of(day)} is {state}: try again when that has ended"
    if tx.value("SELECT 1 FROM xdr WHERE day = ? AND invoice_id IS NOT NULL LIMIT 1", (day,)):
        return f"an invoice holds calls of {date_of(day)}: they stay as long as it does"
    clients = "SELECT DISTINCT client_id FROM xdr WHERE day = ?"
    sql = f"SELECT 1 FROM balance WHERE invoiced_until >= ? AND organisation_id IN ({clients}) LIMIT 1"
    if tx.value(sql, (day, day)):
        return f"clients with calls of {date_of(day)} are invoiced up to that day: its calls stay"
    return None


def delete_day(
    day: int, *, roll_back: bool, fence: int, node: str, now: float, tick: Tick = lambda count: None
) -> int:
    """Delete all calls of a day; how many. With `roll_back` the balances get back what they had cost.

    Raises NotDone; a tick that raises leaves the day to the next run (`unfinished`).
    """
    number = database.write(lambda tx: _begin(tx, day, roll_back, fence, node, now))
    gone = 0
    while some := database.write(partial(_portion, day=day, number=number, roll_back=roll_back, now=now)):
        gone += some
        tick(some)
    database.write(lambda tx: _end(tx, day, number, _holder(number, roll_back), gone, now))
    return gone


def unfinished(tx: Tx) -> list[tuple[int, bool]]:
    """Days that a run began to delete, and whether the balances are rolled back."""
    found = []
    for day, (_, holder) in day_state.states(tx).items():
        if holder.startswith(_HOLDER):
            found.append((day, holder.endswith("back")))
    return sorted(found)


def _holder(number: int, roll_back: bool) -> str:
    return f"{_HOLDER}:{number}:{'back' if roll_back else 'keep'}"


def _begin(tx: Tx, day: int, roll_back: bool, fence: int, node: str, now: float) -> int:
    """The number of the batch, a new one or that of the run before."""
    if reason := why_not(tx, day):
        raise NotDone(reason)
    _, holder = day_state.states(tx, (day,))[day]
    if holder.startswith(_HOLDER):
        return int(holder.split(":")[1])
    number: int = batch.add_done(tx, "delete", fence=fence, node=node, legs=0, rerating_id=None, now=now)
    tx.run("UPDATE rating_batch SET state = 'open', done_at = NULL WHERE id = ?", (number,))
    # "archiving" is the state in which nobody else writes a day; the holder says what it is for.
    if not day_state.change(tx, day, ("open",), "archiving", _holder(number, roll_back), now):
        raise NotDone(f"{date_of(day)} is not open any more: try again")
    return number


def _portion(tx: Tx, day: int, number: int, roll_back: bool, now: float) -> int:
    rows = tx.all(
        f"""SELECT id, client_id, origin, CASE WHEN reason = 0 THEN cost ELSE 0 END
            FROM xdr WHERE day = ? ORDER BY key LIMIT {PORTION}""",
        (day,),
    )
    if not rows:
        return 0
    amounts: dict[int, int] = defaultdict(int)
    for _, client, origin, cost in rows:
        amounts[client or 0] -= balance.SIGNS[origin] * cost
    if roll_back:
        _book(tx, amounts, number, now)
    tx.many(
        "INSERT INTO summary_dirty (day, client_id, batch_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(day, client, number) for client in sorted(amounts)],
    )
    ids = [row[0] for row in rows]
    return tx.run(f"DELETE FROM xdr WHERE day = ? AND id IN ({marks(ids)})", (day, *ids))


def _book(tx: Tx, amounts: dict[int, int], number: int, now: float) -> None:
    owed = {client: amount for client, amount in amounts.items() if client and amount}
    known = balance.of(tx, owed, locked=True)
    lines = [
        balance.Line(client, "calls", known[client].currency, amount)
        for client, amount in owed.items()
        if client in known
    ]
    balance.book(tx, lines, ref_kind=REF_KIND, ref_id=number, now=now)


def _end(tx: Tx, day: int, number: int, holder: str, gone: int, now: float) -> None:
    tx.run(
        "UPDATE rating_batch SET state = 'done', done_at = ?, legs = ? WHERE id = ? AND state = 'open'",
        (now, gone, number),
    )
    day_state.change(tx, day, ("archiving",), "open", holder, now)
