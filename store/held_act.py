"""Acts that an observing family only wanted to do: held once per key, released or dropped by a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.known_secrets import hidden
from domain.effects.act import Act
from store.live_family import observes
from store.tx import Tx, marks

#: Still to be decided or to be done; a key has at most one such row for each service.
OPEN = ("held", "released", "dropped")
STATES = (*OPEN, "done")

_INSERT = """
    INSERT INTO held_act (family, service, step, effect, what, key, organisation, object, detail, state,
                          first_at, last_at, run_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'held', ?, ?, ?) ON CONFLICT DO NOTHING"""


def is_free(tx: Tx, act: Act) -> bool:
    """True if the family is live and nothing is noted of the act: it may be done without a word."""
    return not observes(tx, act.family) and _open(tx, act) is None


def ask(tx: Tx, act: Act, run_id: int | None, now: float) -> bool:
    """Whether the service may do it now; if not, it is held from now on.

    A released act is given once, to the run that asks first; that run may ask again. A dropped one
    is refused without another word until its family goes live.
    """
    known = _open(tx, act)
    if not observes(tx, act.family):
        if known is not None:
            _give(tx, *known, run_id, now)
        return True
    if known is None:
        if run_id is not None and _given_to(tx, act, run_id):
            return True
        tx.run(
            _INSERT,
            (
                *(act.family, act.service, act.step, act.effect, hidden(act.what), act.key),
                *(act.organisation, act.object, hidden(act.detail_text), now, now, run_id),
            ),
        )
        return False
    held_id, state = known
    if state == "released":
        return _give(tx, held_id, state, run_id, now)
    tx.run(
        "UPDATE held_act SET last_at = ?, run_id = ?, what = ?, detail = ? WHERE id = ? AND state = ?",
        (now, run_id, hidden(act.what), hidden(act.detail_text), held_id, state),
    )
    return False


def release(tx: Tx, ids: Sequence[int], by: str, now: float) -> list[int]:
    """Let the service do these when it asks again; the ids of those that were held or dropped."""
    return _decide(tx, "released", ("held", "dropped"), f"id IN ({marks(ids)})", ids, by, now)


def drop(tx: Tx, ids: Sequence[int], by: str, now: float) -> list[int]:
    """Refuse these for as long as the family observes; the ids of those that were held or released."""
    return _decide(tx, "dropped", ("held", "released"), f"id IN ({marks(ids)})", ids, by, now)


def release_family(tx: Tx, family: str, by: str, now: float, until: int | None = None) -> list[int]:
    """The same for all held acts of a family; `until`: for those that somebody has seen, by their ids."""
    return _of_family(tx, "released", ("held",), family, by, now, until)


def drop_family(tx: Tx, family: str, by: str, now: float, until: int | None = None) -> list[int]:
    """Refuse all held acts of a family."""
    return _of_family(tx, "dropped", ("held",), family, by, now, until)


def hold_family(tx: Tx, family: str, by: str, now: float) -> list[int]:
    """What was released and not done yet is held again."""
    return _of_family(tx, "held", ("released",), family, by, now, None)


def was_dropped(tx: Tx, service: str, key: str) -> bool:
    """Whether an admin has dropped the act that was held."""
    sql = "SELECT 1 FROM held_act WHERE service = ? AND key = ? AND state = 'dropped'"
    return tx.one(sql, (service, key)) is not None


def rows(tx: Tx, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """These acts by id; those that do not exist are missing."""
    found = tx.dicts(f"SELECT * FROM held_act WHERE id IN ({marks(ids)})", ids) if ids else []
    return {row["id"]: row for row in found}


def listing(
    tx: Tx, *, state: str = "held", family: str | None = None, after: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    """Acts in one state, in the order in which they were held; those after an id."""
    only, params = ("AND family = ?", (family,)) if family is not None else ("", ())
    return tx.dicts(
        f"SELECT * FROM held_act WHERE state = ? {only} AND id > ? ORDER BY id LIMIT ?",
        (state, *params, after, limit),
    )


def counts(tx: Tx) -> dict[str, dict[str, int]]:
    """family -> how many are held, released and dropped."""
    found: dict[str, dict[str, int]] = {}
    sql = f"""SELECT family, state, COUNT(*) FROM held_act WHERE state IN ({marks(OPEN)})
              GROUP BY family, state"""
    for family, state, count in tx.all(sql, OPEN):
        found.setdefault(family, dict.fromkeys(OPEN, 0))[state] = count
    return found


def newest(tx: Tx, family: str) -> int:
    """The id of the newest held act of a family; 0 when there is none."""
    return int(tx.value("SELECT MAX(id) FROM held_act WHERE state = 'held' AND family = ?", (family,)) or 0)


def _open(tx: Tx, act: Act) -> tuple[int, str] | None:
    row = tx.one(
        "SELECT id, state FROM held_act WHERE service = ? AND key = ? AND state <> 'done'",
        (act.service, act.key),
    )
    return None if row is None else (row[0], row[1])


def _given_to(tx: Tx, act: Act, run_id: int) -> bool:
    sql = "SELECT id FROM held_act WHERE service = ? AND key = ? AND run_id = ? AND state = 'done' LIMIT 1"
    return tx.one(sql, (act.service, act.key, run_id)) is not None


def _give(tx: Tx, held_id: int, state: str, run_id: int | None, now: float) -> bool:
    sql = "UPDATE held_act SET state = 'done', run_id = ?, last_at = ? WHERE id = ? AND state = ?"
    return tx.run(sql, (run_id, now, held_id, state)) > 0


def _of_family(
    tx: Tx, state: str, before: Sequence[str], family: str, by: str, now: float, until: int | None
) -> list[int]:
    seen, params = ("", ()) if until is None else (" AND id <= ?", (until,))
    return _decide(tx, state, before, f"family = ?{seen}", (family, *params), by, now)


def _decide(
    tx: Tx, state: str, before: Sequence[str], where: str, params: Sequence[object], by: str, now: float
) -> list[int]:
    found = tx.all(
        f"""UPDATE held_act SET state = ?, decided_by = ?, decided_at = ?
            WHERE state IN ({marks(before)}) AND {where} RETURNING id""",
        (state, by, now, *before, *params),
    )
    return sorted(row[0] for row in found)
