"""What may be done with a day of calls: its state, changed only by the guarded update here.

``open``: calls are rated into it; ``rerating``, ``archiving`` and ``restoring`` belong to a holder, who may
come back after a crash; ``archived``: its calls lie in a file, and only late ones in the table.
"""

from __future__ import annotations

from store.tx import Row, Tx, marks

STATES = ("open", "rerating", "archiving", "archived", "restoring")

#: States in which somebody works; nobody but its holder ends them.
HELD = ("rerating", "archiving", "restoring")


def change(tx: Tx, day: int, frm: tuple[str, ...], to: str, holder: str, now: float) -> bool:
    """Move `day` from one of the states `frm` to `to`; False if it is in none of them, or another's.

    `holder` says who: ``rerating:7``, ``archive``. The same holder takes its own state again, so that
    who died goes on. A day that nobody knows yet is open. Raises ValueError for a state there is not.
    """
    if unknown := sorted({*frm, to} - set(STATES)):
        raise ValueError(f"no such state of a day: {', '.join(unknown)}; expected {', '.join(STATES)}")
    known(tx, (day,), now)
    held = tx.run(
        f"""UPDATE call_day SET state = ?, holder = ?, revision = revision + 1, changed_at = ?
            WHERE day = ? AND state IN ({marks(frm)}) AND (holder = '' OR holder = ?)""",
        (to, holder if to in HELD else "", now, day, *frm, holder),
    )
    return held == 1


def known(tx: Tx, days: tuple[int, ...], now: float) -> None:
    """Make sure that each of these days has its row; new ones are open."""
    for day in days:
        tx.run(
            """INSERT INTO call_day (day, state, changed_at) VALUES (?, 'open', ?)
               ON CONFLICT (day) DO NOTHING""",
            (day, now),
        )


def states(tx: Tx, days: tuple[int, ...] | None = None) -> dict[int, tuple[str, str]]:
    """Day → its state and its holder ("" for none); all days, or only these. Days without a row are open."""
    if days is None:
        rows = tx.all("SELECT day, state, holder FROM call_day")
    else:
        rows = (
            tx.all(f"SELECT day, state, holder FROM call_day WHERE day IN ({marks(days)})", days)
            if days
            else []
        )
    return {row[0]: (row[1], row[2]) for row in rows}


def locked(tx: Tx, days: tuple[int, ...], now: float) -> dict[int, str]:
    """The states of these days, which nobody changes before this transaction ends.

    For who writes calls into them: the days are locked in their order, shared with other writers.
    """
    ordered = tuple(sorted(set(days)))
    if not ordered:
        return {}
    known(tx, ordered, now)
    lock = " FOR SHARE" if tx.dialect == "postgresql" else ""
    rows: list[Row] = tx.all(
        f"SELECT day, state FROM call_day WHERE day IN ({marks(ordered)}) ORDER BY day{lock}", ordered
    )
    return {row[0]: row[1] for row in rows}
