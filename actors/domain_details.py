"""What registrars say of our domains, into our tables: one conversation with each registrar, all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.job_crew import Crew
from actors.outcome import Outcome
from domain.dns.limits import RegistrarLimits
from domain.dns.registered import merged, moved_back

if TYPE_CHECKING:
    from backends.error import BackendError
    from backends.registrar.registrar import Registrar

LOOK_AGAIN = 0.5
#: So many failures are named in the run's message.
NAMED = 3
#: After so many domains in a row without an answer a registrar is left alone until the next run.
PATIENCE = 3
#: The registrar is to be left alone; what remains is done by the next run.
_ENDS = ("auth", "throttled")
#: Domains of one registrar that are written together.
BATCH = 25


@dataclass(frozen=True)
class Told:
    """What a registrar said of a domain: plain values, or why there are none."""

    domain: dict[str, Any]
    values: dict[str, Any] | None
    error: BackendError | None = None


@dataclass(frozen=True)
class Asked:
    """A part of what one registrar said; `left`: the domains of it that are still to be asked for."""

    told: list[Told]
    left: Iterator[Told]
    ended: bool


def read_details(context: Context, limits: RegistrarLimits, *, only: str = "") -> Outcome:
    """Ask each active registrar for its domains, those first that it was not asked for longest.

    `only`: the domain of this name. Counts: ``read``, ``missing``, ``failed``, ``moved_back``, ``put_off``
    (not asked, its registrar had to be left alone).
    """
    counts: Counter[str] = Counter(read=0, failed=0)
    troubles: list[str] = []
    work = _work(only)
    if only and not work:
        return Outcome("failed", counts, f"there is no active domain {only} with an active registrar")
    total = sum(len(domains) for _, domains in work)
    crew: Crew[None, Asked] = Crew(limits.at_once)
    opened: list[Registrar] = []
    stopped = False
    try:
        with crew:
            for registrar, domains in work:
                found = _opened(context, registrar, domains, limits, counts, troubles)
                if found is not None:
                    opened.append(found)
                    crew.put(None, partial(_some, _answers(found, domains)))
            while crew.busy:
                for _, asked in crew.finished(LOOK_AGAIN):
                    _keep(context, asked.told, counts, troubles)
                    context.progress(counts["read"] + counts["failed"], total)
                    stopped = stopped or context.stopping()
                    if not asked.ended and not stopped:
                        crew.put(None, partial(_some, asked.left))
    finally:
        for each in opened:
            each.close()
    counts["put_off"] = total - counts["read"] - counts["failed"] - counts["missing"]
    return _outcome(counts, troubles, stopped)


def _work(only: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each active registrar with its active domains, which have their `state`."""
    from store import database
    from store.dns import domain as stored
    from store.object import read

    tx = database.read()
    states = stored.states(tx)
    key = read.by_key(tx, "domain", only) if only else None
    domains = [
        {**each, "state": states.get(each["id"])}
        for each in read.live(tx, "domain", enabled=True)
        if not only or (key is not None and each["id"] == key["id"])
    ]
    domains.sort(key=lambda each: ((each["state"] or {}).get("asked_at") or 0.0, each["id"]))
    found = []
    for registrar in read.live(tx, "registrar", enabled=True):
        if mine := [each for each in domains if each["registrar_id"] == registrar["id"]]:
            found.append((registrar, mine))
    return found


def _opened(
    context: Context,
    registrar: dict[str, Any],
    domains: list[dict[str, Any]],
    limits: RegistrarLimits,
    counts: Counter[str],
    troubles: list[str],
) -> Registrar | None:
    from backends.error import BackendError
    from backends.registrar.connection import opened
    from config.secrets import SecretError

    try:
        return opened(registrar, context.secret, limits.timeout)
    except BackendError as error:
        wrong = error
    except (SecretError, LookupError) as error:
        wrong = BackendError("auth", f"registrar {registrar['name']}: {error}")
    _keep(context, [Told(domains[0], None, wrong)], counts, troubles)
    return None


def _some(answers: Iterator[Told]) -> Asked:
    """The next few answers; in a thread, without the database."""
    told: list[Told] = []
    for each in answers:
        told.append(each)
        if len(told) == BATCH:
            return Asked(told, answers, ended=False)
    return Asked(told, answers, ended=True)


def _answers(registrar: Registrar, domains: list[dict[str, Any]]) -> Iterator[Told]:
    """One domain after the other, until the registrar is to be left alone."""
    from backends.error import BackendError

    silent = 0
    for domain in domains:
        try:
            yield Told(domain, _values(registrar, domain))
            silent = 0
        except BackendError as error:
            yield Told(domain, None, error)
            silent = silent + 1 if error.kind == "unreachable" else 0
            if error.kind in _ENDS or silent == PATIENCE:
                return
        except Exception as error:
            text = f"{domain['name']}: {type(error).__name__}: {error}"
            yield Told(domain, None, BackendError("invalid", text))


def _values(registrar: Registrar, domain: dict[str, Any]) -> dict[str, Any]:
    """The columns of `store.dns.domain.registered`. Raises BackendError."""
    from backends.error import BackendError

    info = registrar.info(domain["name"])
    before = domain["state"] or {}
    if before.get("registrar_id") != domain["registrar_id"]:
        before = {}
    contacts = before.get("contacts", {})
    try:
        told = registrar.contacts(domain["name"]) if "contacts" in registrar.can else None
    except BackendError as error:
        if error.kind not in ("denied", "missing"):
            raise
        told = None
    if told is not None:
        contacts = merged(contacts, {role: asdict(each) for role, each in told.items()})
    expires = info.expires_at.timestamp() if info.expires_at else None
    known = before.get("expires_at")
    back = moved_back(known, expires)
    return {
        "registrar_id": domain["registrar_id"],
        "sponsor": info.registrar,
        "expires_at": expires if expires is not None else known,
        "expired_before": known if back else before.get("expired_before") if expires == known else None,
        "registered_at": info.created_at.timestamp() if info.created_at else before.get("registered_at"),
        "status": list(info.statuses),
        "locked": info.locked,
        "auto_renew": info.auto_renew,
        "name_servers": list(info.name_servers),
        "contacts": contacts,
    }


def _keep(context: Context, told: list[Told], counts: Counter[str], troubles: list[str]) -> None:
    """Write a few answers in one transaction; an expiry that moved back is an event too."""
    from store import database
    from store.dns import domain as stored

    now = context.now.timestamp()

    def work(tx: Any) -> None:
        for each in told:
            if each.values is None:
                error = each.error
                assert error is not None
                stored.not_told(tx, each.domain["id"], error.kind, str(error), now)
            elif stored.registered(tx, each.domain["id"], each.values, now):
                _tell_of_step_back(context, tx, each, now)

    database.write(work)
    for each in told:
        if each.error is None:
            counts["read"] += 1
            counts["moved_back"] += _went_back(each)
            continue
        counts["missing" if each.error.kind == "missing" else "failed"] += 1
        text = f"{each.domain['name']}: {each.error}"
        context.log.error("registrar did not tell", error=text)
        troubles.append(text)


def _went_back(told: Told) -> bool:
    before = (told.domain["state"] or {}).get("expires_at")
    return told.values is not None and moved_back(before, told.values["expires_at"])


def _tell_of_step_back(context: Context, tx: Any, told: Told, now: float) -> None:
    from store import event

    if not _went_back(told) or told.values is None:
        return
    name, expires = told.domain["name"], told.values["expires_at"]
    event.add(
        tx,
        at=now,
        type="domain",
        severity="warning",
        sender=context.service.name,
        text=f"The registrar has moved the expiry of {name} back: was a renewal taken back?",
        data={"domain": name, "expires_at": expires, "before": told.domain["state"]["expires_at"]},
        key=f"domain:moved_back:{told.domain['id']}:{expires:.0f}:{now:.0f}",
    )


def _outcome(counts: Counter[str], troubles: list[str], stopped: bool) -> Outcome:
    texts = troubles[:NAMED] + ([f"and {len(troubles) - NAMED} more"] if len(troubles) > NAMED else [])
    if troubles and not counts["read"]:
        return Outcome("failed", counts, "; ".join(texts))
    return Outcome("partial" if stopped or troubles else "done", counts, "; ".join(texts))
