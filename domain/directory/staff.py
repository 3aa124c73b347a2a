"""What a member of staff takes over from its user in a directory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Notes of a link: we switched the member of staff off, because the user is gone or switched off.
GONE, OFF = "gone", "off"


@dataclass
class Update:
    """`changes` of the member of staff; `note` of its link; `refused`: what cannot be taken over."""

    changes: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    refused: list[str] = field(default_factory=list)


def update(
    staff: Mapping[str, Any],
    user: Mapping[str, Any],
    note: str,
    mails: Collection[str],
    names: Collection[str],
) -> Update:
    """Compare. `mails`, `names`: those of all other staff, in small letters; `note`: that of the link.

    What the directory does not say stays. Somebody switched off by hand stays so: only what was switched
    off because of the directory is switched on again with it.
    """
    if user["gone_at"] is not None:
        return Update({"enabled": False} if staff["enabled"] else {}, GONE)
    made = Update(note=note if note in (GONE, OFF) else "")
    _take(made, staff, "name", user["user_name"], names)
    _take(made, staff, "email", user["mail"], mails)
    if user["phone"] and user["phone"] != staff["phone"]:
        made.changes["phone"] = user["phone"]
    if not user["enabled"]:
        if staff["enabled"]:
            made.changes["enabled"] = False
            made.note = OFF
    elif made.note:
        made.note = ""
        if not staff["enabled"]:
            made.changes["enabled"] = True
    return made


def _take(made: Update, staff: Mapping[str, Any], name: str, value: str, others: Collection[str]) -> None:
    if not value or value == staff[name]:
        return
    if value.lower() in others:
        made.refused.append(f"{name} {value} is another's already")
    else:
        made.changes[name] = value
