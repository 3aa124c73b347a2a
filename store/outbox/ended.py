"""What became of a try: taken, kept, refused for now or for good, or unknown. Guarded by the claim."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from config.known_secrets import hidden
from store.outbox.claim import OURS, Claim
from store.tx import Tx

#: address -> (code, text): what the server said to single recipients
Refused = Mapping[str, tuple[int, str]]
NOBODY: Refused = MappingProxyType({})

_FREE = "claim_run = NULL, claim_fence = NULL, begun_at = NULL"


def taken(
    tx: Tx, claimed: Claim, answer: str, now: float, refused: Refused = NOBODY, again: float | None = None
) -> bool:
    """The server took it, but not for those in `refused`. Whether the mail still was ours.

    Where it said "later" (4xx) to some, the mail goes again at `again`, to them alone.
    """
    later = [address for address, (code, _) in refused.items() if code < 500]
    state, until = ("queued", again) if later and again is not None else ("sent", None)
    if not _end(tx, claimed, state, answer, now, until):
        return False
    _note_recipients(tx, claimed.mail_id, refused, others_taken=True, final=state == "sent")
    _note_try(tx, claimed.mail_id, "done", answer)
    return True


def kept(tx: Tx, claimed: Claim, where: str, now: float) -> bool:
    """It was written to a file instead of sent. Whether the mail still was ours."""
    return _end(tx, claimed, "kept", where, now, None)


def refused(
    tx: Tx, claimed: Claim, answer: str, now: float, again: float | None, recipients: Refused = NOBODY
) -> bool:
    """Not taken: it goes again at `again` (epoch seconds), or never (None). Whether it still was ours."""
    if not _end(tx, claimed, "failed" if again is None else "queued", answer, now, again):
        return False
    _note_recipients(tx, claimed.mail_id, recipients, others_taken=False, final=again is None)
    _note_try(tx, claimed.mail_id, "failed", answer)
    return True


def unknown(tx: Tx, claimed: Claim, answer: str, now: float, again: float | None) -> bool:
    """Nobody knows whether it was taken: it goes again at `again`, or never. Whether it still was ours.

    A mail that is to go at most once never goes again.
    """
    if tx.value("SELECT at_most_once FROM mail WHERE id = ?", (claimed.mail_id,)):
        again = None
    if again is None:
        answer = f"given up, it may have arrived: {answer}"
    if not _end(tx, claimed, "failed" if again is None else "unknown", answer, now, again):
        return False
    _note_try(tx, claimed.mail_id, "unknown", answer)
    return True


def spoiled(tx: Tx, claimed: Claim, answer: str, now: float, again: float | None) -> bool:
    """It could not even be tried: the try counts all the same, so that it ends. Whether it was ours."""
    tx.run(f"UPDATE mail SET tries = tries + 1 WHERE {OURS} AND begun_at IS NULL", claimed.key)
    return refused(tx, claimed, answer, now, again)


def _end(tx: Tx, claimed: Claim, state: str, answer: str, now: float, not_before: float | None) -> bool:
    ended_at = now if not_before is None else None
    return (
        tx.run(
            f"""UPDATE mail SET state = ?, answer = ?, not_before = COALESCE(?, not_before), ended_at = ?,
                               {_FREE}
                WHERE {OURS}""",
            (state, hidden(answer), not_before, ended_at, *claimed.key),
        )
        > 0
    )


def _note_recipients(tx: Tx, mail_id: int, said: Refused, others_taken: bool, final: bool) -> None:
    """Each recipient's own state; one that was told "later" stays open unless this was the last try."""
    for address, (code, text) in said.items():
        state = "refused" if code >= 500 or final else "open"
        tx.later(
            """UPDATE mail_recipient SET state = ?, answer = ?
               WHERE mail_id = ? AND address = ? AND state = 'open'""",
            (state, hidden(f"{code} {text}"), mail_id, address),
        )
    if others_taken:
        names = "".join(" AND address <> ?" for _ in said)
        tx.later(
            f"UPDATE mail_recipient SET state = 'taken' WHERE mail_id = ? AND state = 'open'{names}",
            (mail_id, *said),
        )


def _note_try(tx: Tx, mail_id: int, outcome: Literal["done", "failed", "unknown"], answer: str) -> None:
    tx.later(
        """UPDATE mail_try SET outcome = ?, answer = ?
           WHERE mail_id = ? AND outcome IS NULL AND n = (SELECT tries FROM mail WHERE id = ?)""",
        (outcome, hidden(answer), mail_id, mail_id),
    )
