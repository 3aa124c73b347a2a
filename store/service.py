"""Services as the database knows them: what is in force, where it comes from, how it last went.

`defaults` holds what code and file say, `live` what operators changed; the plain columns are the
two together, so that nobody has to merge them again to decide something.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from store.tx import Statement, Tx

#: So many rows are changed by one statement: SQLite takes 32,766 parameters.
_AT_ONCE = 5_000

#: The settings a service has, as `defaults` and `live` name them.
SETTINGS = (
    "enabled", "rule", "priority", "parallel", "misfire", "misfire_window", "overlap", "time_limit",
    "retries", "retry_lost", "instances", "roles", "run_groups", "options",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Declared:
    """A service of the running catalogue; `defaults` has all of `SETTINGS`."""

    name: str
    title: str
    kind: str
    family: str
    profile: str
    missing: str | None  # what must be configured before it can run
    defaults: Mapping[str, Any]


def sync(tx: Tx, declared: Sequence[Declared], now: float, keep: Collection[str] = ()) -> list[str]:
    """Make the rows say what the catalogue and the file say now; names of those that changed.

    Services that are gone from the catalogue stay with their history, absent: not planned, not run.
    Account for them before (`schedules.ledger`): what passed until now went by the old rule.
    """
    tx.grant_lock()  # before the rows: the beat takes them in this order
    known = {row["name"]: row for row in tx.dicts("SELECT * FROM service")}
    changed = []
    for service in declared:
        row = known.pop(service.name, None)
        defaults = json.dumps(dict(service.defaults), sort_keys=True)
        identity = (service.title, service.family, service.profile, service.missing, defaults)
        if (
            row
            and row["present"]
            and identity == tuple(row[key] for key in ("title", "family", "profile", "missing", "defaults"))
        ):
            continue
        live = json.loads(row["live"]) if row else {}
        _write(tx, service, live, now)
        changed.append(service.name)
    for name, row in known.items():
        if row["present"] and name not in keep:
            tx.run("UPDATE service SET present = ? WHERE name = ?", (False, name))
            changed.append(name)
    return changed


def _write(tx: Tx, service: Declared, live: Mapping[str, Any], now: float) -> None:
    values = in_force(service.defaults, live)
    kind = values["rule"]["kind"]
    columns = ("title", "kind", "family", "profile", "present", "missing", "defaults", *SETTINGS)
    row = (
        *(service.title, kind, service.family, service.profile, True, service.missing),
        json.dumps(dict(service.defaults), sort_keys=True),
        *(column_value(key, values[key]) for key in SETTINGS),
    )
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns)
    tx.run(
        f"""INSERT INTO service (name, accounted_until, {", ".join(columns)})
            VALUES (?, ?, {", ".join("?" * len(columns))})
            ON CONFLICT (name) DO UPDATE SET {updates}, revision = service.revision + 1,
                accounted_until = CASE WHEN service.present THEN service.accounted_until
                                       ELSE excluded.accounted_until END""",
        (service.name, int(now), *row),
    )


def in_force(defaults: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with live edits over defaults; options are merged one by one."""
    merged = {**defaults, **{key: value for key, value in live.items() if key != "options"}}
    merged["options"] = {**defaults["options"], **live.get("options", {})}
    return merged


@lru_cache(maxsize=4096)
def settings_in_force(defaults: str, live: str) -> Mapping[str, Any]:
    """`in_force` of the two columns; only to be read."""
    return MappingProxyType(in_force(json.loads(defaults), json.loads(live)))


def column_value(key: str, value: Any) -> Any:
    """A setting as its column holds it."""
    if key in ("roles", "run_groups"):
        return " ".join(sorted(value))
    if key in ("rule", "options"):
        return json.dumps(value, sort_keys=True)
    return value


def one(tx: Tx, name: str) -> dict[str, Any] | None:
    """One service's row, or None."""
    found = tx.dicts("SELECT * FROM service WHERE name = ?", (name,))
    return found[0] if found else None


def rows(tx: Tx) -> list[dict[str, Any]]:
    """Every service of the catalogue that is present."""
    return tx.dicts("SELECT * FROM service WHERE present ORDER BY name")


def daemons(tx: Tx) -> list[dict[str, Any]]:
    """The daemons among them that are enabled."""
    return tx.dicts("SELECT * FROM service WHERE present AND kind = 'daemon' AND enabled ORDER BY name")


def all_by_name(tx: Tx) -> dict[str, dict[str, Any]]:
    """Every service that was ever here, present or not."""
    return {row["name"]: row for row in tx.dicts("SELECT * FROM service")}


def edit(
    tx: Tx,
    row: Mapping[str, Any],
    changes: Mapping[str, Any],
    unset: Collection[str] = (),
    logging: tuple[bool, float | None] | None = None,
) -> bool:
    """Lay `changes` over the service's live settings; False if somebody edited it meanwhile.

    Keys in ``unset`` (``options.NAME`` for one option) go back to the file's or code's value. Options are
    changed one by one.
    ``logging``: whether every line of its runs is kept, and until when. The revision moves also
    where nothing is changed here: an edit of what stands in other tables counts as one.
    """
    live = live_after(row, changes, unset)
    values = in_force(json.loads(row["defaults"]), live)
    columns = ", ".join(f"{key} = ?" for key in SETTINGS)
    on, until = logging or (row["logging"], row["logging_until"])
    return (
        tx.run(
            f"""UPDATE service SET live = ?, kind = ?, {columns}, logging = ?, logging_until = ?,
                    revision = revision + 1
                WHERE name = ? AND revision = ?""",
            (
                *(json.dumps(live, sort_keys=True), values["rule"]["kind"]),
                *(column_value(key, values[key]) for key in SETTINGS),
                *(bool(on), until, row["name"], row["revision"]),
            ),
        )
        == 1
    )


def live_after(
    row: Mapping[str, Any], changes: Mapping[str, Any], unset: Collection[str] = ()
) -> dict[str, Any]:
    """The live settings of a service as an edit would leave them."""
    live = {key: value for key, value in json.loads(row["live"]).items() if key not in unset}
    kept = {name: value for name, value in live.pop("options", {}).items() if f"options.{name}" not in unset}
    options = {**kept, **changes.get("options", {})}
    live.update(changes)
    if options:
        live["options"] = options
    return live


def accounting(tx: Tx, services: Sequence[tuple[str, int, int | None]], until: int) -> list[Statement]:
    """Statements that move the accounting of services on to `until`; they answer with the names they met.

    Services are given as (name, revision, accounted until). One that was edited meanwhile, or accounted by
    somebody else, is left alone. Their rows are locked in the order of their names, as ends of runs do.
    """
    found: list[Statement] = []
    same = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}[tx.dialect]
    numbered = [(place, *each) for place, each in enumerate(sorted(services))]
    for start in range(0, len(numbered), _AT_ONCE):
        types = ("integer", "text", "integer", "bigint")
        rows, values = tx.table(types, numbered[start : start + _AT_ONCE])
        sql = f"""WITH new (place, name, revision, since) AS ({rows}),
                       locked AS (SELECT s.name, new.revision, new.since
                                  FROM new JOIN service s ON s.name = new.name
                                  ORDER BY new.place{tx.for_update("s")})
                  UPDATE service SET accounted_until = ? FROM locked
                  WHERE service.name = locked.name AND service.revision = locked.revision
                    AND accounted_until {same} locked.since
                  RETURNING service.name"""
        found.append((sql, (*values, until)))
    return found


def account_edited(tx: Tx, name: str, until: int) -> None:
    """The same for one whose schedule is edited in this transaction: the new one counts from then."""
    tx.run(
        """UPDATE service SET accounted_until = ?
           WHERE name = ? AND (accounted_until IS NULL OR accounted_until < ?)""",
        (until, name, until),
    )


def pause(tx: Tx, name: str, *, by: str, reason: str | None, until: float | None, now: float) -> bool:
    """Stop planning and starting a service until it is resumed; False if it was paused already."""
    return (
        tx.run(
            """UPDATE service SET paused_at = ?, paused_until = ?, paused_by = ?, pause_reason = ?,
                   revision = revision + 1
               WHERE name = ? AND (paused_at IS NULL OR paused_until <= ?)""",
            (now, until, by, reason, name, now),
        )
        == 1
    )


def resume(tx: Tx, name: str) -> bool:
    """Let a paused service go on; False if it was not paused."""
    return (
        tx.run(
            """UPDATE service SET paused_at = NULL, paused_until = NULL, paused_by = NULL,
                   pause_reason = NULL, revision = revision + 1
               WHERE name = ? AND paused_at IS NOT NULL""",
            (name,),
        )
        == 1
    )


def family_of(tx: Tx, name: str) -> str | None:
    """The family of a service; None if there is none of this name."""
    value = tx.value("SELECT family FROM service WHERE name = ?", (name,))
    return None if value is None else str(value)
