"""`tickworks backup`: the backups that are there, whether one can be used, and the way back from one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from typer._click.exceptions import ClickException

from backends.backup_archive import ArchiveError
from cli import output
from cli.opened import settings_of
from cli.words import Json
from config.secrets import SecretError, resolve
from config.settings import Settings
from domain.time.clock import SystemClock, rfc3339
from node.site import key_source
from store import database, secret
from store.backup import kept, restoring
from store.backup.making import BackupProblem
from store.dump import DumpProblem

app = typer.Typer(no_args_is_help=True, help="Backups: list, verify, restore.")

File = Annotated[str, typer.Argument(metavar="FILE", help="A backup: its path, or its name in [backup] dir.")]
Key = Annotated[
    str | None, typer.Option("--key", metavar="REFERENCE", help="env:NAME or file:PATH; else [backup] key.")
]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """The complete backups, newest first."""
    settings = settings_of(ctx)
    found = kept.listing(settings.backup.dir)
    if as_json:
        rows = [
            {
                "name": each.path.name,
                "made_at": rfc3339(each.made_at.timestamp()),
                "bytes": each.size,
                "sealed": each.sealed,
            }
            for each in found
        ]
        output.print_json({"backups": rows})
        return
    if not found:
        output.note(f"no backup in {settings.backup.dir} yet: `tickworks run backup_manager` makes one")
        return
    table = output.table("BACKUP", "MADE", "BYTES", "SEALED", right=("BYTES",))
    now = SystemClock().now()
    for each in found:
        age = output.ago(rfc3339(each.made_at.timestamp()), now)
        table.add_row(each.path.name, age, f"{each.size:,}", "yes" if each.sealed else "no")
    output.console().print(table)


@app.command()
def verify(ctx: typer.Context, file: File, key: Key = None) -> None:
    """Read a backup to its end, and check its checksum and the database in it."""
    settings = settings_of(ctx)
    path = _path(settings, file)
    with _told():
        manifest = restoring.verify(path, _secret(settings, path, key), settings.var / "tmp")
    rows = sum(manifest.tables.values())
    typer.echo(
        f"{path.name} is whole: {manifest.database}, {len(manifest.tables)} tables with {rows} rows, "
        f"made {manifest.made_at}"
    )


@app.command()
def restore(ctx: typer.Context, file: File, key: Key = None) -> None:
    """Bring back database, attachments and configuration into a system that has none yet."""
    settings = settings_of(ctx)
    path = _path(settings, file)
    with _told():
        restored = restoring.restore(
            path,
            _secret(settings, path, key),
            url=settings.database.url,
            attachments=settings.mail.attachments,
            config=settings.file or settings.root / "tickworks.toml",
            scratch=settings.var / "tmp",
        )
    rows = sum(restored.manifest.tables.values())
    typer.echo(f"restored {path.name}, made {restored.manifest.made_at}: {rows} rows")
    typer.echo(f"attachments: {restored.attachments}")
    if restored.config is not None:
        typer.echo(f"the configuration of that time is in {restored.config}")
    if closed := _closed_secrets(settings):
        where = key_source(settings).where
        output.note(
            f"secrets that cannot be opened here: {', '.join(closed)}: bring back their key ({where}), "
            "or set them anew with `tickworks secret set NAME --new-key`"
        )
    typer.echo("look at it with `tickworks check`, then start it with `tickworks up`")


def _closed_secrets(settings: Settings) -> list[str]:
    database.open(settings.database.url)
    return secret.closed(database.read(), key_source(settings))


def _path(settings: Settings, file: str) -> Path:
    for path in (Path(file), settings.backup.dir / file):
        if path.is_file():
            return path
    raise ClickException(f"there is no backup {file}: `tickworks backup list` names those in [backup] dir")


def _secret(settings: Settings, path: Path, key: str | None) -> str | None:
    reference = key or settings.backup.key
    return resolve(reference, os.environ) if reference and path.suffix == ".sealed" else None


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong ends as one line and exit code 1."""
    try:
        yield
    except OSError as error:
        raise ClickException(f"{error.filename or 'the disk'}: {error.strerror}") from error
    except (ArchiveError, BackupProblem, DumpProblem, SecretError) as error:
        raise ClickException(str(error)) from error
