"""Backups: what is asked for, what their files are called, and which are past their term."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta

#: Backups that are younger than this, seen from a new one, stay in any case.
RECENT = timedelta(hours=48)
NAME = re.compile(r"tickworks-(\d{8}T\d{6}Z)\.tar\.gz(\.sealed)?")


@dataclass(frozen=True)
class BackupPlan:
    """What an operator may change; the site's ``[backup]`` gives most of it.

    Folders are paths; `attachments`, `config_file` and `copy_to` may be empty texts: there are none.
    `copy_to` may be ``sftp://user@host/folder``; then `copy_key` refers to the private key that signs in
    there, and `copy_host_key` is the server's public key.
    `key` is a reference to the key that seals backups, empty for none. `keep_daily` days and
    `keep_weekly` weeks with a backup keep their newest. `alert_after` (s): an event is written when
    the run groups are held for longer.
    """

    folder: str = field(default="var/backup", metadata={"setting": "backup.dir"})
    attachments: str = field(default="", metadata={"setting": "mail.attachments"})
    config_file: str = field(default="", metadata={"setting": "backup.config_file"})
    key: str = field(default="", metadata={"setting": "backup.key"})
    copy_to: str = field(default="", metadata={"setting": "backup.copy_to"})
    copy_key: str = field(default="", metadata={"setting": "backup.copy_key"})
    copy_host_key: str = field(default="", metadata={"setting": "backup.copy_host_key"})
    keep_daily: int = field(default=14, metadata={"setting": "backup.keep_daily"})
    keep_weekly: int = field(default=8, metadata={"setting": "backup.keep_weekly"})
    restore_test: bool = field(default=False, metadata={"setting": "backup.restore_test"})
    alert_after: int = 1800

    def __post_init__(self) -> None:
        if not self.folder:
            raise ValueError("folder: expected the path of a folder, got nothing")
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, int) and not isinstance(value, bool) and value < 1:
                raise ValueError(f"{each.name}: expected at least 1, got {value}")


def name_at(now: datetime, sealed: bool) -> str:
    """The file of a backup made at this second."""
    return f"tickworks-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.gz{'.sealed' if sealed else ''}"


def made_at(name: str) -> datetime | None:
    """When the backup of this name was made; None for any other file."""
    match = NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], "%Y%m%dT%H%M%S%z") if match else None
    except ValueError:
        return None


def past_term(made: str, names: Iterable[str], daily: int, weekly: int) -> list[str]:
    """The backups that may go now that `made` is complete; never `made` itself.

    All of the last two days stay: one that is asked for in need must not push out the last good one.
    So do the newest of each of the last `daily` days and `weekly` weeks that have one. Backups from
    after `made` are the sign of a clock that was set back: they stay, and count for nothing.
    """
    now = made_at(made)
    assert now is not None
    known = {name: at for name in names if (at := made_at(name)) is not None and at <= now}
    newest_first = sorted(known, key=lambda name: known[name], reverse=True)
    days: dict[str, str] = {}
    weeks: dict[str, str] = {}
    for name in newest_first:
        days.setdefault(f"{known[name]:%Y-%m-%d}", name)
        weeks.setdefault(f"{known[name]:%G-W%V}", name)
    recent = [name for name, at in known.items() if now - at < RECENT]
    stay = {made, *recent, *list(days.values())[:daily], *list(weeks.values())[:weekly]}
    return [name for name in newest_first if name not in stay]
