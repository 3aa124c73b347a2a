"""Failed sign-ins by account and by address, and how long nobody is let in for them.

An attempt is counted before its password is looked at, so that many at once guess no more than one
after the other; a right password takes the count back.
"""

from __future__ import annotations

from store.tx import Tx

#: Failures that cost nothing.
FREE = 5
#: The first wait in s; each further failure doubles it, up to the longest.
FIRST_WAIT = 10.0
LONGEST_WAIT = 900.0
#: Failures are forgotten after so many s without another.
FORGET = 3600.0


class Waiting(Exception):
    """Nobody is let in for this account or from this address for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def wait_after(failures: int) -> float:
    """How long the next attempt must wait, in s."""
    if failures < FREE:
        return 0.0
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - FREE, 20))


def attempt(tx: Tx, account: str, address: str, now: float) -> None:
    """Count an attempt as failed for now. Raises Waiting, with nothing counted, while it must wait."""
    for kind, name in (("account", account), ("address", address)):
        failures = tx.value(
            """INSERT INTO sign_in_wait (kind, name, failures, last_at) VALUES (?, ?, 1, ?)
               ON CONFLICT (kind, name) DO UPDATE SET last_at = excluded.last_at,
                   failures = CASE WHEN sign_in_wait.last_at < ? THEN 1 ELSE sign_in_wait.failures + 1 END
               WHERE sign_in_wait.until <= ? RETURNING failures""",
            (kind, name, now, now - FORGET, now),
        )
        if failures is None:
            until = tx.value("SELECT until FROM sign_in_wait WHERE kind = ? AND name = ?", (kind, name))
            raise Waiting(max(1.0, (until or now) - now))
        tx.run(
            "UPDATE sign_in_wait SET until = ? WHERE kind = ? AND name = ?",
            (now + wait_after(failures) if failures >= FREE else 0.0, kind, name),
        )


def succeeded(tx: Tx, account: str, address: str) -> None:
    """The password was right: the account begins anew, and the attempt does not count for the address.

    Other failures from the address stay: whoever knows one password must not guess others for ever.
    """
    tx.run("DELETE FROM sign_in_wait WHERE kind = 'account' AND name = ?", (account,))
    tx.run(
        "UPDATE sign_in_wait SET failures = failures - 1, until = 0 WHERE kind = 'address' AND name = ?",
        (address,),
    )
