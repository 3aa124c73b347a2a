"""A second place for backups: a folder of another machine's disk, or one over SFTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backends.backup_archive import CHECKSUM
from backends.error import BackendError
from backends.sftp import SftpFolder, place
from config.secrets import SecretError
from domain.backup import BackupPlan, past_term
from store.backup import kept
from store.backup.making import Made

SFTP = "sftp://"


class NotCopied(Exception):
    """There is no copy there, or one that was not compared; the text says where and why."""


def copy_off(plan: BackupPlan, made: Made, secret: Callable[[str], str], tick: Callable[[int], None]) -> int:
    """Copy a backup to `plan.copy_to`, read it back, then drop what is past its term there; how many.

    Raises NotCopied, and what `tick` raises.
    """
    try:
        if plan.copy_to.startswith(SFTP):
            return _over_sftp(plan, made, secret, tick)
        folder = Path(plan.copy_to)
        kept.copy_off(made, folder, tick)
        return kept.drop_past(plan, folder, made.path.name)
    except OSError as error:
        raise NotCopied(f"{plan.copy_to}: {error.strerror or error}") from None
    except (BackendError, SecretError, ValueError) as error:
        raise NotCopied(str(error)) from None


def _over_sftp(
    plan: BackupPlan, made: Made, secret: Callable[[str], str], tick: Callable[[int], None]
) -> int:
    for name in ("copy_key", "copy_host_key"):
        if not getattr(plan, name):
            raise ValueError(f"{name} is missing: a copy over SFTP needs it")
    where = place(plan.copy_to)
    with SftpFolder(where, key=secret(plan.copy_key), host_key=plan.copy_host_key) as there:
        name = made.path.name
        there.put(made.path, made.digest, tick)
        # The checksum makes it count as a backup: it comes last, and goes first.
        there.write(f"{name}{CHECKSUM}", f"{made.digest}  {name}\n")
        names = set(there.names())
        complete = [each for each in names if f"{each}{CHECKSUM}" in names]
        gone = past_term(name, complete, plan.keep_daily, plan.keep_weekly)
        for each in gone:
            there.remove(f"{each}{CHECKSUM}")
            there.remove(each)
        return len(gone)
