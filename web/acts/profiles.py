"""Switching profiles on and off: what an operator says stands above the file."""

from __future__ import annotations

from difflib import get_close_matches

from actors.catalogue import PROFILES, names
from config.settings import Settings
from node.site import active_profiles
from store import change, database, setting
from store.tx import Tx
from web.acts.refusal import Refusal

SETTING = "profiles"


def live_profiles(tx: Tx) -> dict[str, bool]:
    """The profiles that operators switched, over the file."""
    return dict(setting.get(tx, SETTING) or {})


def switch(
    settings: Settings, profile: str, on: bool, *, by: str, now: float, reason: str | None = None
) -> bool:
    """Switch a profile; False if it was so already. Running nodes start anew with it.

    Raises Refusal (unknown_profile, core), DatabaseAway.
    """
    if profile not in PROFILES:
        near = get_close_matches(profile, PROFILES, n=1)
        advice = f"did you mean {near[0]}?" if near else f"choose from {', '.join(PROFILES)}"
        raise Refusal("unknown_profile", f"there is no profile {profile!r}: {advice}")
    if profile == "core" and not on:
        raise Refusal("core", "core is always on: disable single services instead")

    def work(tx: Tx) -> bool:
        live = live_profiles(tx)
        if (profile in active_profiles(settings, live)) == on:
            return False
        setting.put(tx, SETTING, {**live, profile: on}, now)
        change.record(
            tx,
            actor=by,
            action="profile on" if on else "profile off",
            target=f"profile {profile}",
            now=now,
            before=not on,
            after=on,
            reason=reason,
        )
        return True

    return database.write(work)


def size(profile: str) -> int:
    """How many services a profile has."""
    return len(names(profile))
