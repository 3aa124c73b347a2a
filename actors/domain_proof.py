"""Looking for the tokens of domains at their own name servers."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.job_crew import Crew
from actors.outcome import Outcome
from domain.dns.limits import ProofLimits
from domain.dns.names import for_people
from domain.dns.verification import Judged, deadline, is_over, judged, next_look, record_name

if TYPE_CHECKING:
    from backends.dns.server import Server

#: How long the run waits for an answer before it looks whether it is to stop, in seconds.
LOOK_AGAIN = 0.5
#: New tokens of one transaction.
BATCH = 500
NOBODY = "nobody is told: its organisation has no address"


def look_for_tokens(context: Context, limits: ProofLimits, *, only: str = "") -> Outcome:
    """Look for the token of each active domain that is due. `only`: this one, even if it was given up.

    Counts: ``proved``, ``waiting``, ``unsure`` (no clear answer), ``gave_up``, ``asked`` (new tokens).
    """
    counts: Counter[str] = Counter(proved=0, waiting=0)
    domains = _due(context, limits, only, counts)
    if only and not domains:
        return Outcome("failed", counts, f"there is no active domain {only} that is not verified")
    resolvers = _resolvers(limits)
    waiting = iter(domains)
    stopped = False
    crew: Crew[dict[str, Any], Judged] = Crew(limits.at_once)
    with crew:
        while True:
            while crew.busy < limits.at_once and not (stopped := stopped or context.stopping()):
                each = next(waiting, None)
                if each is None:
                    break
                crew.put(each, partial(_look, each, resolvers, limits.port))
            if not crew.busy:
                break
            for each, found in crew.finished(LOOK_AGAIN):
                counts[_keep(context, each, found)] += 1
                context.progress(sum(counts.values()) - counts["asked"], len(domains))
    return Outcome("partial" if stopped else "done", counts)


def _due(context: Context, limits: ProofLimits, only: str, counts: Counter[str]) -> list[dict[str, Any]]:
    """The domains to look at, each with its token; new ones get theirs, and a new owner another one."""
    from store import database
    from store.dns import domain as stored
    from store.object import read

    now, tx = context.now.timestamp(), database.read()
    key = read.by_key(tx, "domain", only) if only else None
    domains = [
        each
        for each in read.live(tx, "domain", enabled=True)
        if not only or (key is not None and each["id"] == key["id"])
    ]
    before = stored.states(tx)
    new = [each for each in domains if not _is_current(each, before.get(each["id"]))]
    for start in range(0, len(new), BATCH):
        _ask_for(new[start : start + BATCH], deadline(now, limits.give_up_days), now)
    counts["asked"] += len(new)
    states = stored.states(database.read()) if new else before
    found = []
    for domain in domains:
        state = states[domain["id"]]
        waits = (
            state["gave_up_at"] is None and state["next_try_at"] is not None and state["next_try_at"] <= now
        )
        if state["verified_at"] is None and (only or waits):
            found.append({**domain, "token": state["token"], "state": state})
    return sorted(found, key=lambda each: (each["state"]["tried_at"] or 0.0, each["id"]))


def _is_current(domain: dict[str, Any], state: dict[str, Any] | None) -> bool:
    """Whether the token that is looked for is the domain's, for the organisation that has it now."""
    if state is None or state["token_at"] is None or state["owner_id"] != domain["organisation_id"]:
        return False
    return not domain["token"] or domain["token"] == state["token"]


def _ask_for(domains: Sequence[dict[str, Any]], until: float, now: float) -> None:
    from store import database
    from store.dns import domain as stored

    def work(tx: Any) -> None:
        for each in domains:
            token = each["token"] or f"tickworks-{secrets.token_hex(16)}"
            stored.ask_for(tx, each["id"], each["organisation_id"], token, until, now)

    database.write(work)


def _look(domain: dict[str, Any], resolvers: Sequence[Server], port: int) -> Judged:
    """In a thread of its own, without the database."""
    from backends.dns.authoritative import ask_each
    from backends.error import BackendError

    try:
        return judged(ask_each(record_name(domain["name"]), "TXT", resolvers, port=port), domain["token"])
    except BackendError as error:
        return Judged("no" if error.kind in ("missing", "invalid") else "unsure", str(error))
    except Exception as error:
        return Judged("unsure", f"{type(error).__name__}: {error}")


def _keep(context: Context, domain: dict[str, Any], found: Judged) -> str:
    """Write what was found, and the mail with it; the name of the count."""
    from store import database
    from store.dns import domain as stored

    now, state = context.now.timestamp(), domain["state"]
    if found.verdict == "proved":
        done = database.write(lambda tx: _proved(context, tx, domain, found, now))
        context.log.info("verified", domain=domain["name"], said=found.text)
        return "proved" if done else "waiting"
    over = is_over(found.verdict, state["token_at"], state["verify_until"], now)
    later = next_look(state["token_at"], now)
    domain_id, token = domain["id"], domain["token"]
    database.write(lambda tx: stored.looked(tx, domain_id, token, found.text, later, now, gave_up=over))
    return "gave_up" if over else "unsure" if found.verdict == "unsure" else "waiting"


def _proved(context: Context, tx: Any, domain: dict[str, Any], found: Judged, now: float) -> bool:
    """The domain is verified once, and its owner told once: both or neither."""
    from domain.mail.problem import MailProblem
    from store.dns import domain as stored
    from store.outbox import notification

    if not stored.verified(tx, domain["id"], domain["token"], found.text, now):
        return False
    name = for_people(domain["name"])
    notice = notification.Notice(
        once_key=f"{context.service.name}:{domain['id']}:{domain['state']['token_at']:.0f}",
        recipients=stored.addressees(tx, domain["organisation_id"]),
        due_at=now,
        values={
            "subject": f"{name} is verified",
            "text": f"We found the token of {name} at its name servers: the domain is verified.\n\n"
            f"The TXT record at {record_name(domain['name'])} is not needed any more.",
        },
        owner=domain["organisation"],
        source=context.service.name,
        family=context.mail_family,
    )
    if not notice.recipients:
        context.log.warning(NOBODY, domain=domain["name"])
        return True
    try:
        notification.add(tx, notice, now)
    except MailProblem as problem:
        context.log.error("no notice", domain=domain["name"], error=str(problem))
    return True


def _resolvers(limits: ProofLimits) -> list[Server]:
    """Those of the options, ``address`` or ``address:port``, else the machine's. Raises BackendError."""
    from backends.dns.authoritative import resolvers
    from backends.dns.server import Server

    spans = {"connect_timeout": limits.timeout, "read_timeout": limits.timeout}
    if not limits.resolvers:
        return resolvers(**spans)
    return [replace(_server(Server, text), **spans) for text in limits.resolvers]


def _server(server: Any, text: str) -> Any:
    host, colon, port = text.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.startswith("[")):
        return server(host.strip("[]"), int(port))
    return server(text.strip("[]"))
