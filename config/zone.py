"""Time zones by their IANA name, and the one this machine is set to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from config.kinds import Kind
from config.problems import closest, did_you_mean

# Files of the zone database that are no zones, or mean another one on every machine.
_NOT_ZONES = ("localtime", "posixrules", "Factory")


@dataclass(frozen=True)
class ZoneName(Kind):
    expected = "the IANA name of a time zone, such as Europe/Berlin"

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise self.refuse(value)
        if not is_zone(value):
            raise self.refuse(value, did_you_mean(_nearest(value)))
        return value


def machine_zone(environ: Mapping[str, str] | None = None, etc: Path = Path("/etc")) -> tuple[str, str]:
    """The machine's zone and what says so: TZ, then localtime, then timezone under `etc`, else UTC.

    A setting without an IANA name (``TZ=CET-1CEST``, a copied localtime) is passed over.
    """
    environ = os.environ if environ is None else environ
    # POSIX: TZ set to nothing is UTC.
    if environ.get("TZ") == "":
        return "UTC", "TZ"
    if is_zone(name := _zone_of_path(environ.get("TZ", "").removeprefix(":"))):
        return name, "TZ"
    if is_zone(name := _zone_of_path(os.path.realpath(etc / "localtime"))):
        return name, str(etc / "localtime")
    if is_zone(name := _first_line(etc / "timezone")):
        return name, str(etc / "timezone")
    return "UTC", "nothing else is known"


def is_zone(name: str) -> bool:
    """True if `zoneinfo` finds a zone of this name and the name means the same everywhere."""
    if name in _NOT_ZONES or name.startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(name)
    # By key: unknown (KeyError), outside the database (ValueError), a folder of it (OSError).
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone_of_path(path: str) -> str:
    """``Europe/Berlin`` of ``/usr/share/zoneinfo/Europe/Berlin``; a plain name stays."""
    name = path.rpartition("zoneinfo/")[2]
    return name.removeprefix("posix/").removeprefix("right/")


def _first_line(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip().partition("\n")[0].strip()
    except (OSError, ValueError):
        return ""


def _nearest(word: str) -> str | None:
    zones = available_timezones()
    city = word.replace(" ", "_").lower()
    of_city = sorted(zone for zone in zones if zone.lower().rpartition("/")[2] == city)
    return of_city[0] if of_city else closest(word, zones)
