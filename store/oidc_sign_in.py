"""Sign-ins that are under way at the identity provider; each serves once, for a short time."""

from __future__ import annotations

from store.tx import Tx

#: How long somebody may take at the provider, in s.
LAPSES = 600.0
#: More at once are an attack.
MOST = 5000


def start(tx: Tx, *, state: str, browser: str, wanted: str, now: float) -> bool:
    """Keep one, as hashes; False if there are too many. Those that lapsed go."""
    tx.run("DELETE FROM oidc_sign_in WHERE started_at <= ?", (now - LAPSES,))
    if int(tx.value("SELECT COUNT(*) FROM oidc_sign_in")) >= MOST:
        return False
    tx.run(
        "INSERT INTO oidc_sign_in (state, browser, wanted, started_at) VALUES (?, ?, ?, ?)",
        (state, browser, wanted, now),
    )
    return True


def take(tx: Tx, *, state: str, browser: str, now: float) -> str | None:
    """Where the browser wanted to go, once; None for an unknown, used, lapsed or foreign one."""
    wanted: str | None = tx.value(
        """DELETE FROM oidc_sign_in WHERE state = ? AND browser = ? AND started_at > ? AND started_at <= ?
           RETURNING wanted""",
        (state, browser, now - LAPSES, now + LAPSES),
    )
    return wanted
