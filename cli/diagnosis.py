"""What `tickworks check` finds: one finding for each thing it looks at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from actors.catalogue import CatalogueError
from actors.lookup import Catalogue
from cli.opened import stored_profiles
from cli.shadows import shadows
from config.hints import role_hints, unknown_services
from config.problems import ConfigError
from config.secrets import SecretError, resolve
from config.settings import Settings
from node.site import Site, open_site
from store import database, migrate, node, service
from store.errors import DatabaseError
from web.access import oidc_extra
from web.acts.named import whole_catalogue
from web.shown import secrets

Level = Literal["ok", "note", "wrong", "away"]


@dataclass(frozen=True)
class Finding:
    """`level`: ``ok``, ``note`` (works, look at it), ``wrong`` (put it right), ``away`` (not reachable)."""

    level: Level
    what: str
    text: str


def diagnose(load: Callable[[], Settings]) -> list[Finding]:
    """Everything at once; what rests on something that is wrong is left out."""
    found = [Finding("wrong", "packages", text) for text in shadows()]
    try:
        settings = load()
    except ConfigError as error:
        return found + [Finding("wrong", "configuration", problem) for problem in error.problems]
    found.append(Finding("ok", "configuration", _where(settings)))
    found += [*_zone(settings), *_backup_key(settings), *_identity_provider(settings)]
    database_findings, live = _database(settings)
    try:
        site = open_site(settings, live)
    except (CatalogueError, ConfigError) as error:
        found += [Finding("wrong", "catalogue", problem) for problem in error.problems]
        return found + database_findings
    found += [*_catalogue(site), *_hints(site, whole_catalogue(site)), *database_findings]
    found.append(_broker(settings))
    if not any(finding.level == "away" for finding in found) and live is not None:
        found += [*_nodes(site), *_not_configured(), *_secrets(settings)]
    return found


def _where(settings: Settings) -> str:
    if settings.file is None:
        return f"no file: defaults and environment; the folder is {settings.root}"
    return f"{settings.file}"


def _zone(settings: Settings) -> Iterator[Finding]:
    source = settings.sources.get("site.zone", "default")
    unset = "nothing else is known" in source
    advice = "; set [site] zone if fixed times mean another one" if unset else f" ({source})"
    yield Finding("note" if unset else "ok", "zone", f"{settings.site.zone}{advice}")


def _backup_key(settings: Settings) -> Iterator[Finding]:
    """No backup holds the key that opens it: lost with this machine, it makes all of them worthless."""
    backup = settings.backup
    if not backup.key:
        return
    try:
        resolve(backup.key, os.environ)
    except SecretError as error:
        yield Finding("wrong", "backup", f"[backup] key: {error}")
        return
    if not backup.key_kept_elsewhere:
        advice = "keep a copy away from this machine, then say so: [backup] key_kept_elsewhere = true"
        yield Finding("note", "backup", f"the key of the backups ({backup.key}) is in none of them: {advice}")


def _identity_provider(settings: Settings) -> Iterator[Finding]:
    if not settings.oidc.configured:
        return
    if text := oidc_extra.missing():
        yield Finding("wrong", "sign-in", text)
        return
    secret = settings.oidc.client_secret
    try:
        if secret and not secret.startswith("vault:"):
            resolve(secret, os.environ)
    except SecretError as error:
        yield Finding("wrong", "sign-in", f"[oidc] client_secret: {error}")
        return
    yield Finding("ok", "sign-in", f"with a password, or through {settings.oidc.issuer}")


def _catalogue(site: Site) -> Iterator[Finding]:
    services = site.catalogue.services.values()
    built = sum(not (each.planned or each.legacy) for each in services)
    off = len(site.catalogue.off)
    yield Finding(
        "ok", "catalogue", f"{len(services)} services on, {built} of them built; {off} off by profile"
    )


def _hints(site: Site, whole: Catalogue) -> Iterator[Finding]:
    for text in unknown_services(site.settings, whole):
        yield Finding("wrong", "configuration", text)
    for text in role_hints(site.settings):
        yield Finding("note", "roles", text)


def _database(settings: Settings) -> tuple[list[Finding], dict[str, bool] | None]:
    kind = "SQLite" if settings.database.path else "PostgreSQL"
    if settings.database.path is not None and not settings.database.path.exists():
        where = os.path.relpath(settings.database.path)
        return [
            Finding("note", "database", f"SQLite, {where} is not there yet: `tickworks up` makes it")
        ], None
    try:
        live = stored_profiles(settings)
        pending, newer = migrate.pending(), migrate.newer()
    except DatabaseError as error:
        return [Finding("away", "database", f"{error}; check [database] url and the server")], None
    if newer:
        text = f"it was written by a newer release ({', '.join(newer)}): upgrade this one"
        return [Finding("wrong", "database", text)], live
    if pending:
        text = f"{kind}; {len(pending)} migrations to apply: `tickworks migrate`, or the next `tickworks up`"
        return [Finding("note", "database", text)], live
    return [Finding("ok", "database", f"{kind}, up to date")], live


def _broker(settings: Settings) -> Finding:
    if settings.broker.embedded:
        return Finding("ok", "broker", "embedded: messages go through the database")
    from broker.connect import connect
    from broker.errors import BrokerUnreachable

    try:
        broker = connect(settings.broker.url)
        try:
            # Asking for depths says why it fails; "reachable" only whether.
            broker.depths()
        finally:
            broker.close()
    except BrokerUnreachable as error:
        return Finding("away", "broker", str(error))
    return Finding("ok", "broker", "RabbitMQ answers")


def _nodes(site: Site) -> Iterator[Finding]:
    up = [row for row in node.rows(database.read()) if row["state"] == "up"]
    if not up:
        yield Finding("note", "nodes", "none is up: start one with `tickworks up` or `tickworks node`")
        return
    yield Finding(
        "ok", "nodes", ", ".join(f"{row['name']} ({int(row['slots'])} slots)" for row in up) + " up"
    )
    there = {role for row in up for role in row["roles"].split()}
    for row in service.rows(database.read()):
        if row["enabled"] and there.isdisjoint(row["roles"].split()):
            roles = " or ".join(row["roles"].split())
            yield Finding("note", "nodes", f"no node with role {roles} is up, which {row['name']} needs")


def _not_configured() -> Iterator[Finding]:
    for row in service.rows(database.read()):
        if row["missing"]:
            yield Finding("note", "services", f"{row['title']} is not configured: {row['missing']}")


def _secrets(settings: Settings) -> Iterator[Finding]:
    if migrate.pending():
        return
    for level, text in secrets.problems(settings, database.read()):
        yield Finding(level, "secrets", text)
