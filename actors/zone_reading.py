"""Reading zones from their name servers into our copy: many are received at once, written one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.job_crew import Crew
from actors.outcome import Outcome
from domain.dns.limits import ZoneLimits
from domain.dns.zone_copy import Changes, DoesNotFit, Row, increment, whole
from domain.mirror import Plan, Vanishing, not_believed

if TYPE_CHECKING:
    from backends.dns.axfr import Transfer
    from backends.dns.ixfr import Increment
    from backends.dns.server import Server
    from backends.error import BackendError

#: How long the run waits for a zone before it looks whether it is to stop, in seconds.
LOOK_AGAIN = 0.5
#: So many failures are named in the run's message.
NAMED = 3


@dataclass(frozen=True)
class Wanted:
    """A zone to read: its object, its server, and the serial that our copy has (None: read all of it)."""

    zone: dict[str, Any]
    server: Server
    serial: int | None


def read_zones(
    context: Context, limits: ZoneLimits, *, only: str = "", full: bool = False, believe: bool = False
) -> Outcome:
    """Bring our copies of all active zones up to date, those first that were not looked at for longest.

    `only`: the zone of this name; `full`: also where the serial is the same; `believe`: also where
    much has vanished. A zone that fails keeps its records and hides none of the others.
    """
    counts: Counter[str] = Counter(zones=0, unchanged=0, new=0, gone=0, failed=0)
    troubles: list[str] = []
    zones = _zones(only)
    if only and not zones:
        return Outcome("failed", {}, f"there is no active zone {only}")
    stopped = False
    waiting = iter(zones)
    crew: Crew[Wanted, Any] = Crew(limits.at_once)
    with crew:
        while True:
            while crew.busy < limits.at_once and not (stopped := stopped or context.stopping()):
                zone = next(waiting, None)
                if zone is None:
                    break
                if (wanted := _wanted(context, zone, full, counts, troubles)) is not None:
                    crew.put(wanted, partial(_received, wanted, limits.zone_seconds))
            if not crew.busy:
                break
            for wanted, received in crew.finished(LOOK_AGAIN):
                _keep(context, limits, wanted, received, believe, counts, troubles)
                context.progress(counts["zones"], len(zones))
    return _outcome(counts, troubles, stopped)


def _zones(only: str) -> list[dict[str, Any]]:
    from store import database
    from store.dns import zone as stored
    from store.object import read

    tx = database.read()
    found = read.live(tx, "zone", enabled=True)
    if only:
        key = read.by_key(tx, "zone", only)
        found = [each for each in found if key is not None and each["id"] == key["id"]]
    states = stored.states(tx)
    return sorted(found, key=lambda each: (states.get(each["id"], {}).get("tried_at") or 0.0, each["id"]))


def _wanted(
    context: Context, zone: dict[str, Any], full: bool, counts: Counter[str], troubles: list[str]
) -> Wanted | None:
    from backends.dns.connection import server_of
    from config.secrets import SecretError
    from store import database
    from store.dns import zone as stored

    try:
        server = server_of(zone, context.secret)
    except (SecretError, LookupError) as error:
        _failed(context, zone, "auth", str(error), counts, troubles)
        return None
    state = stored.state(database.read(), zone["id"])
    return Wanted(zone, server, None if full or state is None else state["serial"])


def _received(wanted: Wanted, time_limit: float) -> Transfer | Increment | BackendError:
    """What the server gives, all of it; in a thread of its own, without the database."""
    from backends.dns.axfr import axfr
    from backends.dns.ixfr import ixfr
    from backends.error import BackendError

    name, server = wanted.zone["name"], wanted.server
    try:
        if wanted.serial is None:
            return axfr(name, server, time_limit=time_limit)
        try:
            found = ixfr(name, wanted.serial, server, time_limit=time_limit)
        except BackendError as error:
            if error.kind != "invalid":
                raise
            # Servers that know no IXFR say so in many ways.
            return axfr(name, server, time_limit=time_limit)
        if found.kind != "older":
            return found
        found.close()
        return axfr(name, server, time_limit=time_limit)
    except BackendError as error:
        return error
    except Exception as error:
        return BackendError("invalid", f"{server}: {name}: {type(error).__name__}: {error}")


def _keep(
    context: Context,
    limits: ZoneLimits,
    wanted: Wanted,
    received: Any,
    believe: bool,
    counts: Counter[str],
    troubles: list[str],
) -> None:
    from backends.error import BackendError
    from store import database
    from store.dns import zone as stored

    if isinstance(received, BackendError):
        _failed(context, wanted.zone, received.kind, str(received), counts, troubles)
        return
    with received:
        if getattr(received, "kind", "") == "same":
            now = context.now.timestamp()
            database.write(lambda tx: stored.unchanged(tx, wanted.zone["id"], now))
            counts.update(zones=1, unchanged=1)
            return
        try:
            refused = _write(context, limits, wanted, received, believe, counts)
        except DoesNotFit as error:
            context.log.warning("increment does not fit", zone=wanted.zone["name"], error=str(error))
            again = _received(Wanted(wanted.zone, wanted.server, None), limits.zone_seconds)
            _keep(context, limits, Wanted(wanted.zone, wanted.server, None), again, believe, counts, troubles)
            return
        except stored.ReadLost as error:
            _failed(context, wanted.zone, "conflict", str(error), counts, troubles, keep=False)
            return
    if refused:
        _failed(context, wanted.zone, "not_believed", refused, counts, troubles)
    else:
        counts["zones"] += 1


def _write(
    context: Context, limits: ZoneLimits, wanted: Wanted, received: Any, believe: bool, counts: Counter[str]
) -> str | None:
    """Put aside what has changed, then let everybody see it; why nothing is taken for gone, or None."""
    from store import database
    from store.dns import zone as stored

    zone_id, now = wanted.zone["id"], context.now.timestamp()
    known = stored.known(database.read(), zone_id)
    changes, is_full = _changes(context, known, received)
    refused = None if believe else _not_believed(wanted, changes, known, is_full, limits)
    leaving = sorted(changes.gone & changes.new.keys() if refused else changes.gone)
    number = database.write(lambda tx: stored.begin(tx, zone_id, now))
    _in_batches(leaving, lambda tx, part: stored.leave(tx, zone_id, number, part, now))
    _in_batches(changes.new.items(), lambda tx, part: stored.add(tx, zone_id, number, part, now))

    def publish(tx: Any) -> None:
        stored.publish(
            tx,
            zone_id,
            number,
            serial=None if refused else received.serial,
            note=_note(context, wanted, received.serial),
            changed=bool(changes),
            now=now,
        )

    database.write(publish)
    counts.update(new=len(changes.new), gone=len(leaving), unchanged=0 if changes else 1)
    return refused


def _changes(context: Context, known: dict[str, int], received: Any) -> tuple[Changes, bool]:
    """What the transfer changes, and whether it was the whole zone. Raises DoesNotFit, StopRequested."""
    kind = getattr(received, "kind", "axfr")
    if kind == "changes":
        return increment(known, ((sign, Row(*each)) for sign, each in _counted(context, received))), False
    records = received if kind == "axfr" else (each for _, each in received)
    return whole(known, (Row(*each) for each in _counted(context, records))), True


def _counted(context: Context, records: Any) -> Iterator[Any]:
    for number, each in enumerate(records, 1):
        if number % 10_000 == 0:
            context.check_stop()
        yield each


def _in_batches(rows: Any, put: Callable[[Any, list[Any]], None]) -> None:
    from store import database
    from store.dns import zone as stored

    for part in stored.batches(rows):
        database.write(lambda tx, part=part: put(tx, part))  # type: ignore[misc]


def _not_believed(
    wanted: Wanted, changes: Changes, known: dict[str, int], is_full: bool, limits: ZoneLimits
) -> str | None:
    gone = changes.vanished
    planned = Plan([], [], [], sorted(gone), len(known), len(known) - len(gone) + len(changes.new))
    what = f"records of {wanted.zone['name']}"
    refused = not_believed(planned, is_full, Vanishing(share=limits.vanishing_share), what)
    return refused and f"{refused}, or run it for zone={wanted.zone['name']} with believe=yes"


def _note(context: Context, wanted: Wanted, serial: int) -> str:
    from backends.dns.serial import compare

    if wanted.serial is None or compare(wanted.serial, serial) not in ("older", "unclear"):
        return ""
    text = f"the serial went back from {wanted.serial} to {serial}: the whole zone was read"
    context.log.warning(text, zone=wanted.zone["name"])
    return text


def _failed(
    context: Context,
    zone: dict[str, Any],
    kind: str,
    text: str,
    counts: Counter[str],
    troubles: list[str],
    *,
    keep: bool = True,
) -> None:
    from store import database
    from store.dns import zone as stored

    now = context.now.timestamp()
    if keep:
        database.write(lambda tx: stored.failed(tx, zone["id"], kind, text, now))
    context.log.error("zone not read", zone=zone["name"], error=text)
    counts["failed"] += 1
    troubles.append(f"{zone['name']}: {text}")


def _outcome(counts: Counter[str], troubles: list[str], stopped: bool) -> Outcome:
    texts = troubles[:NAMED] + ([f"and {len(troubles) - NAMED} more"] if len(troubles) > NAMED else [])
    if troubles and not counts["zones"]:
        return Outcome("failed", counts, "; ".join(texts))
    return Outcome("partial" if stopped or troubles else "done", counts, "; ".join(texts))
