"""Switching profiles on and off: what an operator says stands above the file."""

from __future__ import annotations

from difflib import get_close_matches

from actors.catalogue import PROFILES, CatalogueError, names
from config.problems import ConfigError
from config.settings import Settings
from node.site import Site, active_profiles, open_site
from schedules.take_over import take_over
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

    Its services are written, or go, in the same transaction: a node never does that.
    Raises Refusal (unknown_profile, core, missing_libraries, bad_value), DatabaseAway.
    """
    if profile not in PROFILES:
        near = get_close_matches(profile, PROFILES, n=1)
        advice = f"did you mean {near[0]}?" if near else f"choose from {', '.join(PROFILES)}"
        raise Refusal("unknown_profile", f"there is no profile {profile!r}: {advice}")
    if profile == "core" and not on:
        raise Refusal("core", "core is always on: disable single services instead")

    _site(settings, {**live_profiles(database.read()), profile: on})  # imports, which nobody shall wait for

    def work(tx: Tx) -> bool:
        live = live_profiles(tx)
        if (profile in active_profiles(settings, live)) == on:
            return False
        setting.put(tx, SETTING, {**live, profile: on}, now)
        site = _site(settings, {**live, profile: on})
        gone = () if on else names(profile)
        take_over(tx, site.declared(), now, site.zone, settings.node.name, gone)
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


def _site(settings: Settings, live: dict[str, bool]) -> Site:
    """The site as it is after the switch."""
    try:
        return open_site(settings, live)
    except CatalogueError as error:
        raise Refusal("missing_libraries", error.problems[0]) from None
    except ConfigError as error:
        raise Refusal("bad_value", str(error.problems[0])) from None


def size(profile: str) -> int:
    """How many services a profile has."""
    return len(names(profile))
